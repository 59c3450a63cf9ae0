"""A recording of ASTERIX as the tracker takes it: which radars, what is known of each, and their plots.

What the recording does not tell (errors, often the place) is assumed or comes from a user's sensor files, which need to
hold only what is to be changed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import degrees, isfinite, nan
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from farwatch.errors import InputError, Problem
from farwatch.formats.asterix import ELEVATION_MIN_RAD, RANGE_STEP_M, Recording, read
from farwatch.formats.asterix import Sensor as Heard
from farwatch.formats.plot_table import sensors_beside
from farwatch.track.sensors import Sensor, read_sensors

SUFFIXES = frozenset({".ast", ".asterix", ".gps", ".pcap", ".pcapng"})
"""Of files that hold ASTERIX."""


class Given(NamedTuple):
    """Plots as a user named them: paths of tables, or PLOT[n] of a recording; their sensors; the recording, if any."""

    plots: Any
    sensors: tuple[Sensor, ...]
    recording: Recording | None = None
    left_out: tuple[str, ...] = ()


def given(paths: Sequence[Path], files: Sequence[Path], only: Sequence[str]) -> Given:
    """What a user named: tables with their sensors, or one recording, which brings its own. The suffix tells which.

    Sensors that are not named are those of the file beside a table, as `formats.plot_table` writes them.

    Raises InputError where a recording is not alone, tables have no sensor, or as `chosen` and the readers do.
    """
    recorded = [path for path in paths if path.suffix.lower() in SUFFIXES]
    problems = []
    if recorded and len(paths) > 1:
        rule = "a recording is read by itself"
        problems.append(Problem("plots", ", ".join(map(str, paths)), rule, "name one file"))
    if not recorded and only:
        hint = "of tables, name fewer sensors"
        problems.append(Problem("--only", ", ".join(only), "picks radars of a recording", hint))
    if not recorded:
        files = files or [beside for path in paths if (beside := sensors_beside(path)).is_file()]
    if not recorded and not files:
        problems.append(Problem("--sensor", "", "is missing: name the sensor of the plots", "--sensor alpha.yaml"))
    if problems:
        raise InputError("command line", problems)
    if not recorded:
        return Given(list(paths), tuple(one for path in files for one in read_sensors(path)))
    recording = read(recorded[0])
    picked = chosen(recording, files, only)
    return Given(picked.plots, picked.sensors, recording, picked.left_out)


NEEDED: Mapping[str, str] = {"revisit_s": "its time of turn", "at": "where it stands"}
"""Fields of a sensor that a recording may not tell, in words."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Chosen:
    """Radars of a recording and their plots: PLOT[n], `radar_index` into sensors; and the names of those left out."""

    plots: np.ndarray
    sensors: tuple[Sensor, ...]
    left_out: tuple[str, ...] = ()


def chosen(recording: Recording, files: Sequence[str | Path] = (), only: Sequence[str] = ()) -> Chosen:
    """The radars that are to make one picture: all that sent plots, or `only` some, by name.

    files: sensor files, each a radar by its name, over what the recording says of it. Raises InputError for names that
    are not in the recording, radars without a time of turn, and several radars that are not all placed.
    """
    known = {heard.name: known_of(recording, r) for r, heard in enumerate(recording.sensors)}
    given = {sensor.name: sensor for path in files for sensor in read_sensors(path, known)}
    heard = [sensor for sensor in recording.sensors if sensor.plots and (not only or sensor.name in only)]
    problems = _strangers(recording, [*given, *only])
    if not problems and not heard:
        said = "holds no plot of a radar (CAT048, CAT001)" if not only else "holds no plot of the radars asked for"
        problems.append(Problem("plots", "0", said, _contents(recording)))
    problems += [] if problems else _unfit(heard, known, given)
    if problems:
        raise InputError(recording.source, problems)
    sensors = tuple(given.get(one.name) or Sensor(**known[one.name]) for one in heard)
    names = [one.name for one in heard]
    left_out = tuple(one.name for one in recording.sensors if one.plots and one.name not in names)
    return Chosen(plots=_plots(recording, sensors, known), sensors=sensors, left_out=left_out)


def known_of(recording: Recording, r: int) -> dict[str, Any]:
    """Fields of a `Sensor` that a recording tells, or that are assumed, of its radar number `r`."""
    heard, plots = recording.sensors[r], recording.plots[recording.plots["radar_index"] == r]
    told: dict[str, Any] = {
        "name": heard.name,
        "rotating": True,
        "interrogator": heard.interrogates,
        "elevation_min_deg": degrees(ELEVATION_MIN_RAD),
    }
    if plots.size:
        told["range_sigma_m"] = float(np.median(plots["range_sigma_m"]))
        told["azimuth_sigma_deg"] = degrees(float(np.median(plots["azimuth_sigma_rad"])))
        told["max_range_m"] = RANGE_STEP_M * max(int(np.ceil(heard.max_range_m / RANGE_STEP_M)), 1)
    if heard.period_s > 0.0:
        told["revisit_s"] = heard.period_s
        told["phase_s"] = heard.north_s % heard.period_s if isfinite(heard.north_s) else 0.0
    if heard.is_placed:
        told["at"] = {"lat_deg": heard.lat_deg, "lon_deg": heard.lon_deg, "height_m": heard.height_m}
    return told


def _strangers(recording: Recording, names: Sequence[str]) -> list[Problem]:
    """Names that no radar of the recording has."""
    held = [sensor.name for sensor in recording.sensors]
    hint = f"it holds {', '.join(held)}" if held else _contents(recording)
    strange = [name for name in dict.fromkeys(names) if name not in held]
    return [Problem(name, "", "is no radar of the recording", hint) for name in strange]


def _contents(recording: Recording) -> str:
    blocks = recording.counts.blocks
    return "its blocks: " + ", ".join(f"CAT{category:03d} ({count})" for category, count in blocks.items())


def _unfit(
    heard: Sequence[Heard], known: Mapping[str, Mapping[str, Any]], given: Mapping[str, Sensor]
) -> list[Problem]:
    """Radars that cannot be tracked, or not in one picture, as they are."""
    problems = []
    placed = [one.name for one in heard if "at" in known[one.name] or (one.name in given and given[one.name].at)]
    for one in heard:
        missing = []
        if one.name not in given and "revisit_s" not in known[one.name]:
            missing.append("revisit_s")
        if len(heard) > 1 and one.name not in placed:
            missing.append("at")
        if missing:
            rule = f"the recording does not tell {' and '.join(NEEDED[name] for name in missing)}"
            fields = ", ".join(f"{name}: ..." for name in ("name", *missing)).replace("...", one.name, 1)
            count = f"{one.plots} plot{'s'[: one.plots - 1]}"
            problems.append(Problem(one.name, count, rule, f"--sensor file: {fields}"))
    if problems and len(heard) > 1:
        usual = [name for name in placed if "revisit_s" in known[name]]
        best = usual or [max(heard, key=lambda one: ("revisit_s" in known[one.name], one.plots)).name]
        words = " ".join(f"--only {name}" for name in best)
        hint = "several radars make one picture only where each says where it stands: at: {lat_deg: ..., lon_deg: ...}"
        problems.append(Problem("radars", "", f"try {words}", hint))
    return problems


def _plots(
    recording: Recording, sensors: Sequence[Sensor], known: Mapping[str, Mapping[str, Any]]
) -> np.ndarray:
    """PLOT[n] of the radars chosen, in the file's order, with the errors that the user knows better."""
    number = {heard.name: r for r, heard in enumerate(recording.sensors)}
    index = np.full(len(recording.sensors), -1)
    index[[number[sensor.name] for sensor in sensors]] = np.arange(len(sensors))
    plots = recording.plots[index[recording.plots["radar_index"]] >= 0].copy()
    plots["radar_index"] = index[plots["radar_index"]]
    for r, sensor in enumerate(sensors):
        mine = plots["radar_index"] == r
        assumed = known[sensor.name]
        if sensor.range_sigma_m != assumed.get("range_sigma_m", nan):
            plots["range_sigma_m"][mine] = sensor.range_sigma_m
        if sensor.azimuth_sigma_deg != assumed.get("azimuth_sigma_deg", nan):
            plots["azimuth_sigma_rad"][mine] = np.radians(sensor.azimuth_sigma_deg)
        if "height_sigma_m" in sensor.model_fields_set:
            plots["height_sigma_m"][mine & (plots["height_sigma_m"] > 0.0)] = sensor.height_sigma_m
    return np.asarray(plots)


__all__ = ["SUFFIXES", "Chosen", "Given", "chosen", "given", "known_of"]
