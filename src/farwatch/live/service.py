"""The air-picture service: one step after another, from datagrams to tracks, without a clock of its own.

`step` is a function of what it is given: the state so far, what arrived, and two readings of the wall. `running` is the
loop around it. Whatever arrives, memory stays bounded: the ring of `sources`, the sensors and plots of `scans` and the
slots of `tracker` have a fixed size, and what does not fit is counted.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import inf, isfinite, isnan, nan
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np

from farwatch.errors import InputError, Problem
from farwatch.formats.asterix_fields import DAY_S
from farwatch.live.health import Health, memory_bytes
from farwatch.live.hearing import Heard, Readers, hear
from farwatch.live.instant import TOLERANCE_S, Instant, after
from farwatch.live.scans import FARTHEST_M, Scans, due, scans_of, take
from farwatch.live.sources import Datagram
from farwatch.live.tracker import LIVE, Air, admitted, advanced, emptied
from farwatch.records import STATE
from farwatch.track.declared import read_tree
from farwatch.track.sensors import FORM, read_sensors
from farwatch.track.tracking import TrackOptions

AT_ONCE = 512
"""Datagrams of one step."""

POLL_S, HEALTH_S = 0.05, 5.0
"""How long the loop waits where nothing has come; how often it tells how it is."""

HOLD_S = 2.0
"""A turn is handed to the tracker so much later than it ended, in the picture's time: what radars of one network differ
by in sending their plots on (an assumption)."""

LEARNING_S = 20.0
"""A sensor may be unknown for so long before that is worth a warning."""

MOST_WARNINGS = 1000
"""Warnings that are given in all: hostile data could name ever more sensors."""

_PLACEHOLDERS: Mapping[str, Any] = {
    "revisit_s": 5.0, "range_sigma_m": 70.0, "azimuth_sigma_deg": 0.08, "max_range_m": FARTHEST_M,
}  # fmt: skip


class Wall(NamedTuple):
    """The world's time, which only the command line may read."""

    monotonic_s: Callable[[], float]  # seconds that never go back
    day_s: Callable[[], float]  # seconds since midnight UTC
    sleep: Callable[[float], None]


class Feed(Protocol):
    """Where datagrams come from: `sources.Receiver`, or a test."""

    def take(self, most: int) -> list[Datagram]:
        """The oldest of what waits."""

    def counts(self) -> dict[str, int]:
        """What was received and dropped."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Service:
    """The state of the service between two steps."""

    scans: Scans
    air: Air
    readers: Readers = field(default_factory=Readers)
    hold_s: float = HOLD_S
    instant: Instant = field(default_factory=Instant)
    shown: np.ndarray = field(default_factory=lambda: np.zeros(0, STATE))
    """STATE rows of the tracks at the end of the last batch."""
    totals: Counter[str] = field(default_factory=Counter)
    """Counts of what was read, by words with what they count before a colon."""
    spent: dict[str, float] = field(default_factory=lambda: {"decode": 0.0, "track": 0.0})
    """Seconds spent on `decode` and `track`."""
    warned: frozenset[str] = frozenset()
    lag_s: float = 0.0
    pictures: int = 1


class Told(NamedTuple):
    """What one step has to tell."""

    states: np.ndarray  # STATE[n], at the end of each batch, in order of time
    ended: np.ndarray  # STATE[k], last rows of tracks that ended
    warnings: tuple[str, ...] = ()
    health: Health | None = None  # where one is due


def service_of(
    files: Sequence[str | Path],
    readers: Readers | None = None,
    options: TrackOptions | None = None,
    hold_s: float = HOLD_S,
) -> Service:
    """A service that has heard nothing. files: sensor files. InputError with all that is wrong with them."""
    scans = scans_of(told_by(files))
    air = admitted(Air(options=options or LIVE), scans.sensors)
    return Service(scans=scans, air=air, readers=readers or Readers(), hold_s=hold_s)


def told_by(files: Sequence[str | Path]) -> dict[str, dict[str, Any]]:
    """What sensor files say of sensors, by name: the fields that they give, and no defaults.

    A file needs to hold only what the data do not tell. InputError with all problems of all files.
    """
    found, problems = dict[str, dict[str, Any]](), list[Problem]()
    for path in files:
        try:
            raw = read_tree(path, FORM)[0].plain()
            listed = [one for one in (raw if isinstance(raw, list) else [raw]) if isinstance(one, dict)]
            names = [one["name"] for one in listed if isinstance(one.get("name"), str)]
            read_sensors(path, {name: {**_PLACEHOLDERS, "name": name} for name in names})
        except InputError as error:
            problems += [Problem(f"{path}: {p.where}", p.value, p.rule, p.hint, p.line) for p in error.problems]
            continue
        again = [name for name in names if name in found]
        problems += [Problem(f"{path}: name", name, "is given by an earlier file") for name in again]
        found |= {one["name"]: one for one in listed}
    if problems:
        raise InputError("sensor files", problems)
    return found


def step(
    service: Service, arrived: Sequence[Datagram], wall_s: float, day_s: float, timer: Callable[[], float]
) -> tuple[Service, Told]:
    """The service after some datagrams (or none), and what there is to tell.

    wall_s: seconds that never go back; day_s: time of day, UTC, of the same moment; timer: seconds, to see where time
    goes; it decides nothing.
    """
    began_s = timer()
    now_s = service.instant.now_s(wall_s)
    heard = hear(arrived, service.readers, day_s if isnan(now_s) else now_s)
    ready = {sensor.name for sensor in service.scans.sensors}
    instant = after(service.instant, _stamps(heard), ready, wall_s, day_s)
    now_s = instant.now_s(wall_s)
    went_back = bool(service.scans.horizon_s > now_s + TOLERANCE_S)
    air = _again(service) if went_back else service.air
    take(service.scans, heard, now_s, wall_s)
    air = admitted(air, service.scans.sensors)
    _keep_pace(air, service.scans)
    batches, plots = due(service.scans, now_s - service.hold_s)
    read_s = timer()
    states = advanced(air, batches, plots)
    _count(service, heard, read_s - began_s, timer() - read_s)
    shown = states[states["time_s"] == batches["time_s"][-1]] if batches.size else service.shown
    shown = shown[:0] if went_back and not batches.size else shown
    ended = _ended(np.concatenate([service.shown, states]), shown)
    service.totals["ended"] += ended.size
    lag_s = wall_s - arrived[0].arrival_s if arrived else 0.0
    changed = replace(
        service, air=air, instant=instant, shown=shown, lag_s=lag_s, pictures=service.pictures + went_back,
    )
    warnings = _warnings(changed, went_back, wall_s)
    return replace(changed, warned=service.warned | warnings.keys()), Told(states, ended, tuple(warnings.values()))


def running(service: Service, feed: Feed, wall: Wall, for_s: float = inf) -> Iterator[tuple[Service, Told]]:
    """Step after step, as long as is asked for; a look at the health every HEALTH_S seconds."""
    start_s = looked_s = wall.monotonic_s()
    spent = dict(service.spent)
    while (wall_s := wall.monotonic_s()) - start_s < for_s:
        arrived = feed.take(AT_ONCE)
        service, told = step(service, arrived, wall_s, wall.day_s(), wall.monotonic_s)
        if wall_s - looked_s >= HEALTH_S:
            busy = {name: service.spent[name] - spent[name] for name in ("decode", "track")}
            look = health_of(service, feed.counts(), wall_s - start_s, wall.day_s())
            decode, track = (busy[name] / (wall_s - looked_s) for name in ("decode", "track"))
            told = told._replace(health=replace(look, decode_share=decode, track_share=track))
            looked_s, spent = wall_s, dict(service.spent)
        yield service, told
        if len(arrived) < AT_ONCE:
            wall.sleep(POLL_S)


def health_of(service: Service, received: Mapping[str, int], running_s: float, day_s: float) -> Health:
    """How a service is."""
    totals, shown, told_s = service.totals, service.shown, service.instant.told_s
    picture_s = float(shown["time_s"][-1]) if shown.size else told_s
    behind_s = (day_s - told_s + DAY_S / 2.0) % DAY_S - DAY_S / 2.0 if isfinite(told_s) else nan
    counts = {name: count for name, count in service.scans.counts.items() if count}
    if service.air.crowded:
        counts["without a slot"] = service.air.crowded
    return Health(
        running_s=running_s, received=dict(received), records=_of(totals, "record"), damaged=totals["damaged"],
        left_out=_of(totals, "left out"), plots=counts,
        sensors=tuple(sensor.name for sensor in service.scans.sensors), unready=tuple(service.scans.unready),
        off=service.instant.off(), tracks=shown.size, tentative=service.air.tentative, ended=totals["ended"],
        pictures=service.pictures, picture_s=picture_s, behind_utc_s=behind_s, lag_s=service.lag_s,
        memory_bytes=memory_bytes(),
    )  # fmt: skip


def _of(totals: Counter[str], what: str) -> dict[str, int]:
    return {name.partition(":")[2]: n for name, n in sorted(totals.items()) if name.startswith(f"{what}:")}


def _stamps(heard: Heard) -> dict[str, np.ndarray]:
    """Times by source, in the order in which each told them."""
    found = {name: positions["time_s"] for name, positions in heard.positions.items()}
    for index, name in enumerate(heard.names):
        plots = heard.plots["time_s"][heard.plots["radar_index"] == index]
        found[name] = np.concatenate([plots, heard.marks["time_s"][heard.marks["sensor"] == index]])
    return found


def _again(service: Service) -> Air:
    """Where time went back: an empty picture of the same sensors."""
    service.scans.begin_again()
    return emptied(service.air)


def _keep_pace(air: Air, scans: Scans) -> None:
    """Let the tracker know how fast each sensor turns by now."""
    for line in scans.lines.values():
        if line.sensor is not None and air.radars is not None:
            air.radars[line.index]["period_s"] = line.period_s


def _ended(before: np.ndarray, shown: np.ndarray) -> np.ndarray:
    """Last STATE rows of tracks that are shown no more."""
    gone = before[~np.isin(before["serial"], shown["serial"])]
    gone = gone[np.lexsort((gone["time_s"], gone["serial"]))]
    return gone[np.append(np.diff(gone["serial"]) != 0, True)] if gone.size else gone


def _count(service: Service, heard: Heard, decode_s: float, track_s: float) -> None:
    totals = service.totals
    totals["damaged"] += heard.damaged
    for what, counts in (("record", heard.records), ("left out", heard.left_out)):
        totals.update({f"{what}:{name}": n for name, n in counts.items()})
    service.spent["decode"] += decode_s
    service.spent["track"] += track_s


def _warnings(service: Service, went_back: bool, wall_s: float) -> dict[str, str]:
    """What there is to warn of that was not warned of before, by what each is about."""
    found = {
        f"clock of {name}": f"{name}: its clock is {abs(gap):.0f} s {'ahead' if gap > 0 else 'behind'}; not used"
        for name, gap in service.instant.off().items()
    }
    found |= {
        f"no place of {line.name}": f"{line.name}: where it stands or how fast it turns is not known; its plots wait"
        for line in service.scans.lines.values()
        if line.sensor is None and line.waiting and wall_s - line.since_wall_s > LEARNING_S
    }
    few = len(service.warned) < MOST_WARNINGS
    new = {about: said for about, said in found.items() if few and about not in service.warned}
    if went_back:
        new["time"] = "the data's time went back: a new picture begins"
    return new
