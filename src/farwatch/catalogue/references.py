"""Checks across entries: what one refers to exists, and ranges that must be ordered are."""

from collections.abc import Iterable, Mapping

from farwatch.catalogue.entries import Antenna, Catalogue, Dwells, Radar, Round, System
from farwatch.catalogue.figures import Figure
from farwatch.catalogue.names import near
from farwatch.catalogue.parsing import Checks


def check_references(catalogue: Catalogue, files: Mapping[str, str], checks: Checks) -> None:
    """Note every broken reference and every disordered pair; `files` says where each entry stands.

    `files` also names entries that could not be read, so that a reference to one is not reported a second time.
    """
    for system in catalogue.systems.values():
        checks.file = files[system.name]
        _check_system(catalogue, system, files, checks)
    for radar in catalogue.radars.values():
        checks.file = files[radar.name]
        _check_radar(radar, checks)
    for kind in catalogue.rounds.values():
        checks.file = files[kind.name]
        _check_round(kind, checks)


def _check_system(catalogue: Catalogue, system: System, files: Mapping[str, str], checks: Checks) -> None:
    _exist(f"{system.name}.radars", system.radars, catalogue.radars, files, checks)
    _exist(f"{system.name}.rounds", system.rounds, catalogue.rounds, files, checks)
    for name in system.ready:
        if name not in system.rounds:
            checks.problem(f"{system.name}.ready", name, "is not a round of this system", near(name, system.rounds))
    known = [catalogue.radars[name] for name in system.radars if name in catalogue.radars]
    if len(known) == len(system.radars) and not any(radar.role == "fire-control" for radar in known):
        checks.problem(f"{system.name}.radars", "", "none of them is a fire-control radar")


def _exist(
    where: str, names: Iterable[str], shelf: Mapping[str, object], files: Mapping[str, str], checks: Checks
) -> None:
    for name in names:
        if name not in shelf and name not in files:
            checks.problem(where, name, "does not exist", near(name, shelf))


def _check_radar(radar: Radar, checks: Checks) -> None:
    if radar.claim is None and radar.parameters is None:
        checks.problem(radar.name, "", "needs a claim or a parameter set to say how strong it is")
    if radar.antenna is not None:
        _check_antenna(radar, radar.antenna, checks)
    _ordered(radar.range_min_m, radar.range_instrumented_m, checks)
    _ordered(radar.elevation_min_deg, radar.elevation_max_deg, checks)
    if radar.dwells is not None:
        _check_dwells(radar, radar.dwells, checks)


def _check_dwells(radar: Radar, dwells: Dwells, checks: Checks) -> None:
    if radar.scan != "array":
        checks.problem(f"{radar.name}.dwells", radar.scan, "only a radar with scan: array shares out its time")
    for interval in (dwells.track_interval_s, dwells.support_interval_s):
        if interval.low <= 0.0:
            checks.problem(interval.name, f"{interval.low:g}", "must be longer than nothing")
    if dwells.least_share.high > dwells.search_share.low or dwells.least_share.high >= 0.5:
        rule = "must stay below half, and not above the share of search when nothing else asks for any"
        checks.problem(dwells.least_share.name, f"up to {dwells.least_share.high:g}", rule)


def _check_antenna(radar: Radar, antenna: Antenna, checks: Checks) -> None:
    if (antenna.pattern == "cosecant-squared") != (antenna.beam_top_deg is not None):
        checks.problem(f"{radar.name}.antenna.beam_top_deg", "", "comes with a cosecant-squared pattern, and only then")
    if antenna.roll_off is not None and radar.scan != "array":
        checks.problem(f"{radar.name}.antenna.roll_off", "", "is for scan: array; a turning antenna looks broadside")
    if (antenna.roll_off is None) != (antenna.tilt_deg is None):
        checks.problem(f"{radar.name}.antenna.tilt_deg", "", "comes with roll_off, and only then")


def _check_round(kind: Round, checks: Checks) -> None:
    _ordered(kind.range_min_m, kind.range_max_m, checks)
    _ordered(kind.height_min_m, kind.height_max_m, checks)
    if kind.boost_s is not None and kind.speed_max_m_s is None:
        checks.problem(kind.boost_s.name, "", "comes with speed_max_m_s, the speed that it leads to")
    if kind.speed_max_m_s is not None and kind.speed_max_m_s.value < kind.speed_mean_m_s.value:
        rule = f"must not lie below {kind.speed_mean_m_s.name}, {kind.speed_mean_m_s.value:g}"
        checks.problem(kind.speed_max_m_s.name, f"{kind.speed_max_m_s.value:g}", rule)
    if kind.height_max_far_m is not None and kind.height_max_far_m.value > kind.height_max_m.value:
        rule = f"must not lie above {kind.height_max_m.name}, {kind.height_max_m.value:g}"
        checks.problem(kind.height_max_far_m.name, f"{kind.height_max_far_m.value:g}", rule)
    if ("ballistic-missile" in kind.kill_probability) != (kind.range_max_ballistic_m is not None):
        rule = "a reach against ballistic missiles and a kill probability against them come together"
        checks.problem(kind.name, "", rule)


def _ordered(smaller: Figure, larger: Figure, checks: Checks) -> None:
    """No draw of `smaller` may reach any draw of `larger`."""
    if smaller.high >= larger.low:
        checks.problem(
            smaller.name, f"up to {smaller.high:g}", f"must stay below {larger.name}, {larger.low:g} at least"
        )
