"""Sensors and their plots on the way to the tracker: who is known, what is held, which batches are due.

A sensor is ready once it is known where it stands and how fast it turns: by a sensor file, or by what it sends (CAT034:
its place, its north marks). Until then its plots are held, so many of them. Once ready, its plots go to the tracker
one turn at a time: a turn ends at a grid of times, fixed where a sensor file says `revisit_s`, else carried along by
the north marks; and it is handed over `hold_s` later in the picture's time, so that what comes late is still in it.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import ceil, degrees, inf, isfinite, nan
from typing import Any

import numpy as np
from pydantic import ValidationError

from farwatch.formats.asterix import ELEVATION_MIN_RAD, period_of
from farwatch.formats.asterix_fields import MARK, NAUTICAL_MILE_M, NORTH
from farwatch.live.hearing import Heard
from farwatch.live.instant import TOLERANCE_S, near
from farwatch.live.positions import fields_of, kind_of, plots_of, thinned
from farwatch.records import PLOT
from farwatch.track.files import plot_table
from farwatch.track.follow import BATCH
from farwatch.track.sensors import Sensor

MOST_SENSORS = 64
MOST_HELD, MOST_WAITING = 1 << 11, 1 << 15
"""Plots kept of a sensor that is not ready, and of one that is; beyond, the oldest go and are counted."""

FORGET_S = 60.0
"""A sensor that never got ready and was silent for so long makes room for others."""

MARKS_KEPT, NORTH_MARKS, TURNS_SEEN = 64, 3, 3.0
"""Marks remembered of a sensor; north marks, or turns of anything else, that tell its period."""

FASTEST_S, SLOWEST_S = 0.5, 60.0
"""Periods that are believed of a sensor that no file describes."""

FARTHEST_M = 256.0 * NAUTICAL_MILE_M
"""Farthest that I048/040 can tell: the reach of a radar of which nothing better is known."""


@dataclass(slots=True)
class _Line:
    """One sensor: what it sent, and how far its batches are."""

    name: str
    since_wall_s: float
    heard_wall_s: float
    marks: np.ndarray = field(default_factory=lambda: np.zeros(0, MARK))
    plots: list[np.ndarray] = field(default_factory=list)
    fields: dict[str, Any] = field(default_factory=dict)
    """Of a virtual sensor: all that is known of it."""
    sensor: Sensor | None = None
    index: int = -1
    is_fixed: bool = False
    anchor_s: float = 0.0
    period_s: float = nan
    end_s: float = -inf
    """End of its last batch."""
    latest: dict[tuple[int, int], int] = field(default_factory=dict)
    """Of a virtual sensor: the period in which each aircraft was used last."""

    @property
    def waiting(self) -> int:
        """How many plots it holds."""
        return sum(part.size for part in self.plots)


@dataclass(frozen=True, slots=True, eq=False)
class Scans:
    """All sensors heard, and counts of what became of their plots.

    told: fields that sensor files give, by name; lines: what is kept of each; sensors: those that are ready, in the
    order of the tracker's radars; counts: by words.
    """

    told: Mapping[str, Mapping[str, Any]]
    lines: dict[str, _Line] = field(default_factory=dict)
    sensors: list[Sensor] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def horizon_s(self) -> float:
        """All batches up to here were handed over; -inf before the first."""
        return max((line.end_s for line in self.lines.values()), default=-inf)

    @property
    def unready(self) -> list[str]:
        """Sensors that are heard, but not placed or not timed yet."""
        return [line.name for line in self.lines.values() if line.sensor is None]

    def begin_again(self) -> None:
        """Forget all times and plots; sensors stay known."""
        for line in self.lines.values():
            line.end_s, line.plots, line.latest = -inf, [], {}
            line.marks = line.marks[:0]


def scans_of(told: Mapping[str, Mapping[str, Any]]) -> Scans:
    """No plots yet; sensors of which a file says everything are ready."""
    scans = Scans(told)
    for name, fields in told.items():
        if "at" in fields and "revisit_s" in fields:
            scans.lines[name] = _Line(name, inf, inf)
            _make_ready(scans, scans.lines[name])
    return scans


def take(scans: Scans, heard: Heard, now_s: float, wall_s: float) -> None:
    """File what was heard under its sensors; now_s: the picture's time, wall_s: that of the wall."""
    for index, name in enumerate(heard.names):
        plots, marks = heard.plots[heard.plots["radar_index"] == index], heard.marks[heard.marks["sensor"] == index]
        line = _line(scans, name, wall_s)
        if line is None:
            scans.counts["of unknown sensors"] += plots.size
            continue
        _mark(line, marks, now_s)
        plots["time_s"] = near(plots["time_s"], now_s)
        _file(scans, line, plots, now_s)
    for name, positions in heard.positions.items():
        line = _line(scans, name, wall_s)
        if line is None:
            continue
        if line.sensor is None:
            line.fields = fields_of(name, positions[0])
            _make_ready(scans, line)
        positions["time_s"] = near(positions["time_s"], now_s)
        few = thinned(positions, line.sensor.revisit_s if line.sensor else kind_of(name).period_s, line.latest)
        scans.counts["positions between"] += positions.size - few.size
        if line.sensor is not None:
            _file(scans, line, plots_of(few, line.sensor, now_s), now_s)


def due(scans: Scans, limit_s: float) -> tuple[np.ndarray, np.ndarray]:
    """BATCH[n] that end at `limit_s` or before, in order of time, and the PLOT[m] that they point into."""
    start_s = _start_s(scans)
    if not start_s <= limit_s:
        return np.zeros(0, BATCH), np.zeros(0, PLOT)
    parts, plots, first = [np.zeros(0, BATCH)], [np.zeros(0, PLOT)], 0
    for line in scans.lines.values():
        if line.sensor is None:
            continue
        if line.end_s == -inf:
            line.end_s = _grid(line, ceil((start_s - line.anchor_s) / line.period_s) - 1)
        ends_s = _ends(line, limit_s)
        if ends_s.size:
            mine = _released(scans, line)
            parts.append(_batches(ends_s, mine["time_s"], line.index, first))
            plots.append(mine)
            first += mine.size
    batches = np.concatenate(parts)
    return batches[np.lexsort((batches["radar_index"], batches["time_s"]))], np.concatenate(plots)


# Sensors ----------------------------------------------------------------------------------------------------


def _line(scans: Scans, name: str, wall_s: float) -> _Line | None:
    """The line of a sensor, a new one where there is room; None where there is none."""
    line = scans.lines.get(name)
    if line is None:
        if len(scans.lines) >= MOST_SENSORS:
            _forget(scans, wall_s)
        if len(scans.lines) >= MOST_SENSORS:
            return None
        line = scans.lines[name] = _Line(name, wall_s, wall_s)
    line.heard_wall_s = wall_s
    return line


def _forget(scans: Scans, wall_s: float) -> None:
    """Drop sensors that were never ready and are silent."""
    for line in list(scans.lines.values()):
        if line.sensor is None and wall_s - line.heard_wall_s > FORGET_S:
            scans.counts["of unknown sensors"] += line.waiting
            del scans.lines[line.name]


def _mark(line: _Line, marks: np.ndarray, now_s: float) -> None:
    """Take in marks, and let the grid of a sensor that no file times follow its north marks."""
    if not marks.size:
        return
    marks["time_s"] = near(marks["time_s"], now_s)
    line.marks = np.concatenate([line.marks, marks])[-MARKS_KEPT:]
    if line.sensor is None or line.is_fixed:
        return
    norths = line.marks["time_s"][(line.marks["kind"] == NORTH) & (np.abs(line.marks["time_s"] - now_s) < TOLERANCE_S)]
    period_s, how = period_of(np.zeros(0, PLOT), line.marks)
    if norths.size >= NORTH_MARKS and how == "north marks" and FASTEST_S <= period_s <= SLOWEST_S:
        line.anchor_s, line.period_s = float(norths[-1]), period_s


def _make_ready(scans: Scans, line: _Line) -> None:
    """Make a sensor of what is known of a line, if that is enough."""
    told, learned = scans.told.get(line.name, {}), _learned(line)
    fields = {**_assumed(line), **learned, **line.fields, **told}
    if not {"at", "revisit_s"} <= fields.keys():
        return
    try:
        line.sensor = Sensor.model_validate(fields)
    except ValidationError:  # a place or a period that cannot be
        scans.counts["sensors that cannot be"] += 1
        line.marks, line.fields = line.marks[:0], {}
        return
    line.index, line.is_fixed = len(scans.sensors), "revisit_s" in told or "revisit_s" in line.fields
    line.period_s, line.anchor_s = line.sensor.revisit_s, line.sensor.phase_s
    scans.sensors.append(line.sensor)


def _learned(line: _Line) -> dict[str, Any]:
    """Place and time of turn as a sensor itself tells them."""
    found: dict[str, Any] = {}
    sited = line.marks[np.isfinite(line.marks["lat_deg"]) & np.isfinite(line.marks["height_m"])]
    if sited.size:
        found["at"] = {name: float(sited[name][-1]) for name in ("lat_deg", "lon_deg", "height_m")}
    plots = np.concatenate([np.zeros(0, PLOT), *line.plots])
    period_s, how = period_of(plots, line.marks)
    norths = line.marks["time_s"][line.marks["kind"] == NORTH]
    times_s = np.concatenate([plots["time_s"], line.marks["time_s"]])
    times_s = times_s[np.isfinite(times_s)]
    seen_s = float(np.ptp(times_s)) if times_s.size else 0.0
    enough = norths.size >= NORTH_MARKS if how == "north marks" else seen_s >= TURNS_SEEN * period_s
    if FASTEST_S <= period_s <= SLOWEST_S and enough:
        found["revisit_s"] = period_s
        found["phase_s"] = float(norths[-1]) % period_s if norths.size else 0.0
    return found


def _assumed(line: _Line) -> dict[str, Any]:
    """What is taken for granted of a radar until something better is known."""
    plots = np.concatenate([np.zeros(0, PLOT), *line.plots])
    found: dict[str, Any] = {
        "name": line.name, "rotating": True, "interrogator": bool(plots["reply"].any()) if plots.size else True,
        "elevation_min_deg": degrees(ELEVATION_MIN_RAD), "max_range_m": FARTHEST_M,
        "range_sigma_m": 70.0, "azimuth_sigma_deg": 0.08,
    }  # fmt: skip
    if plots.size:
        found["range_sigma_m"] = float(np.median(plots["range_sigma_m"]))
        found["azimuth_sigma_deg"] = degrees(float(np.median(plots["azimuth_sigma_rad"])))
    return found


# Plots ------------------------------------------------------------------------------------------------------


def _file(scans: Scans, line: _Line, plots: np.ndarray, now_s: float) -> None:
    """Keep plots of a line until they are due, or until it is ready."""
    if line.sensor is None:
        line.plots = [np.concatenate([*line.plots, plots])]
        _make_ready(scans, line)
        plots, line.plots = (line.plots[0], []) if line.sensor is not None else (plots[:0], line.plots)
    if line.sensor is not None and plots.size:
        ahead = plots["time_s"] > now_s + TOLERANCE_S
        late = ~ahead & (plots["time_s"] <= max(line.end_s, scans.horizon_s if line.end_s == -inf else -inf))
        off = ahead | (late & (plots["time_s"] < now_s - TOLERANCE_S))
        scans.counts["off the clock"] += int(off.sum())
        scans.counts["late"] += int((late & ~off).sum())
        line.plots.append(_fit(scans, line, plots[~ahead & ~late]))
    most = MOST_HELD if line.sensor is None else MOST_WAITING
    spare = line.waiting - most
    if spare > 0:
        line.plots = [np.concatenate(line.plots)[spare:]]
        scans.counts["without room" if line.sensor is not None else "of unknown sensors"] += spare


def _fit(scans: Scans, line: _Line, plots: np.ndarray) -> np.ndarray:
    """Plots of a sensor as `track` would take them: with its errors and without its biases; others are counted."""
    if line.sensor is None or not plots.size:
        return plots
    own = plots.copy()
    own["radar_index"] = 0
    table = plot_table(_with_errors(own, scans.told.get(line.name, {}), line.sensor), [line.sensor])
    again = table.counts.get("duplicate", 0)
    scans.counts["repeats"] += again
    scans.counts["unusable"] += len(table.bad) - again
    fit = table.plots.copy()
    fit["radar_index"] = line.index
    return fit


def _with_errors(plots: np.ndarray, told: Mapping[str, Any], sensor: Sensor) -> np.ndarray:
    """Plots with the errors that a user's file knows better."""
    if "range_sigma_m" in told:
        plots["range_sigma_m"] = sensor.range_sigma_m
    if "azimuth_sigma_deg" in told:
        plots["azimuth_sigma_rad"] = np.radians(sensor.azimuth_sigma_deg)
    if "height_sigma_m" in told:
        plots["height_sigma_m"][plots["height_sigma_m"] > 0.0] = sensor.height_sigma_m
    return plots


def _released(scans: Scans, line: _Line) -> np.ndarray:
    """Plots of a line up to the end of its last batch, in order of time, each once."""
    plots = np.concatenate([np.zeros(0, PLOT), *line.plots])
    mine = plots[plots["time_s"] <= line.end_s]
    rest = plots[plots["time_s"] > line.end_s]
    line.plots = [rest] if rest.size else []
    mine = mine[np.lexsort((mine["address"], mine["azimuth_rad"], mine["range_m"], mine["time_s"]))]
    again = np.zeros(mine.size, bool)
    if mine.size > 1:
        names = ("time_s", "range_m", "azimuth_rad", "address", "mode_a", "height_m")
        again[1:] = np.logical_and.reduce([mine[name][1:] == mine[name][:-1] for name in names])
    scans.counts["repeats"] += int(again.sum())
    scans.counts["used"] += int((~again).sum())
    return mine[~again]


# Batches ----------------------------------------------------------------------------------------------------


def _start_s(scans: Scans) -> float:
    """From when on there are batches: the last ones, or the first plot of all; NaN where there is nothing."""
    if isfinite(scans.horizon_s):
        return scans.horizon_s
    firsts = [float(part["time_s"].min()) for line in scans.lines.values() if line.sensor is not None
              for part in line.plots if part.size]  # fmt: skip
    return min(firsts, default=nan)


def _grid(line: _Line, turn: int) -> float:
    """When a turn of a sensor ends."""
    return line.anchor_s + line.period_s * turn


def _ends(line: _Line, limit_s: float) -> np.ndarray:
    """Ends of the batches of a line up to a time; its last one moves there."""
    turn = round((line.end_s + line.period_s - line.anchor_s) / line.period_s)
    count = int((limit_s - line.anchor_s) // line.period_s) - turn + 1
    if count <= 0:
        return np.zeros(0)
    ends_s = line.anchor_s + line.period_s * np.arange(turn, turn + count, dtype=float)
    line.end_s = float(ends_s[-1])
    return np.asarray(ends_s)


def _batches(ends_s: np.ndarray, times_s: np.ndarray, radar: int, first: int) -> np.ndarray:
    """BATCH[n] of one sensor; times_s: of its plots, ascending, which begin at place `first`."""
    cuts = np.searchsorted(times_s, ends_s, side="right")
    rows = np.zeros(ends_s.size, BATCH)
    rows["time_s"], rows["radar_index"] = ends_s, radar
    rows["first"] = first + np.concatenate([[0], cuts[:-1]])
    rows["size"] = np.diff(cuts, prepend=0)
    return rows


__all__ = ["Scans", "due", "scans_of", "take"]
