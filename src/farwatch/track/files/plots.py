"""Plots from tables: which columns mean what, which rows are bad, and the PLOT records of the others.

A row is bad for the first reason, in the order of `KINDS`, that holds; it is counted, named by its line, and left out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from math import pi, radians
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from farwatch.errors import InputError, Problem
from farwatch.records import PLOT
from farwatch.track.files.clock import backward, unrolled
from farwatch.track.files.reading import (
    Columns,
    Floats,
    Whole,
    absent,
    columns_of,
    ignored_note,
    read_columns,
)
from farwatch.track.sensors import Sensor

Bools = NDArray[np.bool_]

FEET_PER_LEVEL_M = 30.48
"""A flight level is a hundred feet."""

_DEG = pi / 180.0
QUANTITIES: Mapping[str, tuple[tuple[str, float], ...]] = {
    "time_s": (("time_s", 1.0), ("t", 1.0)),
    "scan": (("scan", 1.0),),
    "range_m": (("range_m", 1.0),),
    "azimuth_rad": (("azimuth_rad", 1.0), ("azimuth_deg", _DEG)),
    "elevation_rad": (("elevation_rad", 1.0), ("elevation_deg", _DEG)),
    "doppler_m_s": (("doppler_m_s", 1.0),),
    "height_m": (("height_m", 1.0), ("flight_level", FEET_PER_LEVEL_M)),
    "range_sigma_m": (("range_sigma_m", 1.0),),
    "azimuth_sigma_rad": (("azimuth_sigma_rad", 1.0), ("azimuth_sigma_deg", _DEG)),
    "elevation_sigma_rad": (("elevation_sigma_rad", 1.0), ("elevation_sigma_deg", _DEG)),
    "doppler_sigma_m_s": (("doppler_sigma_m_s", 1.0),),
    "height_sigma_m": (("height_sigma_m", 1.0),),
    "snr": (("snr", 1.0), ("snr_db", 0.0)),
    "rcs_m2": (("rcs_m2", 1.0), ("rcs_dbsm", 0.0)),
}
"""What a plot may tell: the columns that tell it, the first one found counts, with their unit in ours; 0: decibels."""

WORDS = ("sensor", "mode_a", "address", "reply", "truth", "target_id")
"""Columns of text."""

NUMBERS = tuple(name for columns in QUANTITIES.values() for name, _ in columns)
KNOWN = (*NUMBERS, *WORDS)

KINDS: Mapping[str, str] = {
    "cells": "must have as many cells as the header",
    "number": "must have a time, a range and an azimuth, and numbers where it has others",
    "range": "must have a range above 0",
    "azimuth": "must have an azimuth within a turn of north (-360 to 360 degrees)",
    "elevation": "must have an elevation from -90 to 90 degrees",
    "code": "must have an octal mode_a of up to four digits and a hexadecimal address of up to six",
    "sensor": "must name a sensor that is given",
    "reach": "must lie between min_range_m and max_range_m of its sensor",
    "duplicate": "must not repeat an earlier row exactly",
    "time": "must not lie more than a revisit time before rows that came earlier",
}
"""Why a row is bad, and the rule that it breaks."""


class BadRow(NamedTuple):
    """One row that cannot be used: its file, its line (its row where a file has no lines), why, what it says."""

    source: str
    line: int
    kind: str
    value: str

    @property
    def rule(self) -> str:
        """The rule that it breaks."""
        return KINDS[self.kind]

    @property
    def problem(self) -> Problem:
        """The same as a problem of an input."""
        return Problem(f"row of {self.source}", self.value, self.rule, line=self.line)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class PlotTable:
    """Plots that can be used, in the order read, and what became of the others.

    plots: PLOT[n]; bad: rows left out; rows: how many were read; notes: what else a reader should know;
    target_names: what `truth` of a plot points into.
    """

    plots: np.ndarray
    bad: tuple[BadRow, ...]
    rows: int
    notes: tuple[str, ...] = ()
    target_names: tuple[str, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """Bad rows by kind, in the order of `KINDS`; kinds without any are left out."""
        kinds = [row.kind for row in self.bad]
        return {kind: kinds.count(kind) for kind in KINDS if kind in set(kinds)}

    def refuse_bad(self) -> None:
        """InputError that lists every bad row, if there is one."""
        if self.bad:
            raise InputError("plots", [row.problem for row in self.bad])


def read_plots(paths: Sequence[str | Path], sensors: Sequence[Sensor]) -> PlotTable:
    """Plots of some files; where none has a column `sensor` and there are as many sensors, file k is sensor k's.

    InputError lists what is wrong with whole files: unreadable, or without a column that must be there. Bad rows are
    left out and reported; times that jump back by more than half a day go on into the next day.
    """
    tables, problems = [], []
    for path in paths:
        try:
            tables.append(read_columns(path, NUMBERS, WORDS))
        except InputError as error:
            problems += [Problem(f"{path}: {p.where}", p.value, p.rule, p.hint, p.line) for p in error.problems]
    if not paths:
        problems.append(Problem("plots", "", "must be one file at least"))
    if problems:
        raise InputError("plots", problems)
    return _joined(tables, sensors)


def plot_table(table: Any, sensors: Sequence[Sensor]) -> PlotTable:
    """The same of columns in memory: a mapping, a data frame, or PLOT records; their sigmas of 0 are the sensor's."""
    if isinstance(table, np.ndarray) and table.dtype == PLOT:
        return _of_records(table, sensors)
    return _joined([columns_of(table, NUMBERS, WORDS)], sensors)


def plot_columns(plots: np.ndarray, sensors: Sequence[Sensor]) -> dict[str, np.ndarray]:
    """PLOT[n] as columns that `read_plots` reads back: equally long, NaN or an empty text for what is not told.

    Known errors of the sensors, which reading takes off, are put on again. InputError where a `radar_index` is none of
    the sensors'.
    """
    mine = plots["radar_index"]
    if mine.size and not 0 <= mine.min() <= mine.max() < len(sensors):
        raise InputError("plots", [Problem("radar_index", str(mine.max()), f"must be below {len(sensors)}")])

    def of_sensor(name: str) -> Floats:
        return np.asarray(np.array([float(getattr(one, name)) for one in sensors])[mine])

    def told(name: str, sigma: str) -> Floats:
        return np.where(plots[sigma] > 0.0, plots[name], np.nan)

    azimuth_rad = plots["azimuth_rad"] + np.radians(of_sensor("azimuth_bias_deg"))
    columns = {
        "time_s": plots["time_s"] + of_sensor("time_bias_s"),
        "sensor": np.array([one.name for one in sensors], object)[mine],
        "range_m": plots["range_m"] + of_sensor("range_bias_m"),
        "azimuth_rad": np.mod(azimuth_rad, 2.0 * pi),
    }
    for name in ("elevation_rad", "doppler_m_s", "height_m"):
        columns[name] = told(name, _sigma_of(name))
    for name in ("range_m", "azimuth_rad", "elevation_rad", "doppler_m_s", "height_m"):
        columns[_sigma_of(name)] = told(_sigma_of(name), _sigma_of(name))
    columns |= {name: plots[name].copy() for name in ("snr", "rcs_m2")}
    columns["reply"] = plots["reply"].astype(np.int64)
    columns["mode_a"] = np.array([f"{code:04o}" if code else "" for code in plots["mode_a"].tolist()], object)
    columns["address"] = np.array([f"{code:06x}" if code else "" for code in plots["address"].tolist()], object)
    columns["truth"] = plots["truth"].copy()
    return columns


def _sigma_of(name: str) -> str:
    """The column of a quantity's standard deviation: `range_sigma_m` of `range_m`."""
    return next(column for column in QUANTITIES if column.replace("_sigma", "") == name and column != name)


def _of_records(plots: np.ndarray, sensors: Sequence[Sensor]) -> PlotTable:
    """PLOT records through the same checks; what they hold beyond columns is kept."""
    names = [name for name in QUANTITIES if name != "scan"]
    columns: dict[str, Any] = {name: plots[name].astype(np.float64) for name in names}
    for sigma in ("elevation_sigma_rad", "doppler_sigma_m_s", "height_sigma_m"):
        measured = sigma.replace("_sigma", "")
        columns[measured] = np.where(plots[sigma] > 0.0, plots[measured], np.nan)
    columns["sensor"] = [str(index) for index in plots["radar_index"]]
    found = _joined([columns_of(columns, NUMBERS, WORDS)], sensors)
    bad = np.array([row.line - 1 for row in found.bad], np.int64)
    kept = np.delete(plots, bad)
    made = found.plots
    for name in ("reply", "mode_a", "address", "truth"):
        made[name] = kept[name]
    return PlotTable(plots=made, bad=found.bad, rows=found.rows, notes=found.notes)


def _joined(tables: Sequence[Columns], sensors: Sequence[Sensor]) -> PlotTable:
    problems = list(chain.from_iterable(_unfit(table, tables, sensors) for table in tables))
    if problems:
        raise InputError("plots", problems)
    owners = len(tables) == len(sensors) and not any("sensor" in table.words for table in tables)
    names: dict[str, int] = {}
    parts, bad, notes = [], [], [note for table in tables if (note := ignored_note(table, KNOWN))]
    for number, table in enumerate(tables):
        plots, kind, said = _Rows(table, sensors, number if owners else 0).made(names)
        good = kind < 0
        parts.append(plots[good])
        bad += [_bad_row(table, row, tuple(KINDS)[kind[row]]) for row in np.flatnonzero(~good).tolist()]
        notes += said
    return PlotTable(
        plots=np.concatenate(parts), bad=tuple(bad), rows=sum(map(len, tables)), notes=tuple(dict.fromkeys(notes)),
        target_names=tuple(names),
    )


def _unfit(table: Columns, tables: Sequence[Columns], sensors: Sequence[Sensor]) -> list[Problem]:
    """Columns that must be there and are not."""
    has = {name for name, columns in QUANTITIES.items() if any(c in table.numbers for c, _ in columns)}
    wanted = [name for name in ("range_m", "azimuth_rad") if name not in has]
    if not has & {"time_s", "scan"}:
        wanted.insert(0, "time_s")
    if "sensor" not in table.words and len(sensors) > 1 and len(tables) != len(sensors):
        wanted.append("sensor")
    problems = [absent(name, table, KNOWN) for name in wanted]
    return [Problem(f"{table.source}: {p.where}", p.value, p.rule, p.hint) for p in problems]


def _bad_row(table: Columns, row: int, kind: str) -> BadRow:
    """The row with what it says where that breaks the rule."""
    shown = {
        "range": ("range_m",), "reach": ("range_m",), "azimuth": ("azimuth_rad", "azimuth_deg"),
        "elevation": ("elevation_rad", "elevation_deg"), "time": ("time_s", "t", "scan"),
        "code": ("mode_a", "address"), "sensor": ("sensor",),
    }.get(kind, ())
    said = [f"{name} {_cell(table, name, row)}" for name in shown if name in table.numbers or name in table.words]
    if kind == "number":
        said = [f"{name} {cells[row]!r}" for name, cells in table.wrong.items() if row in cells]
    return BadRow(table.source, int(table.lines[row]), kind, ", ".join(said))


def _cell(table: Columns, name: str, row: int) -> str:
    if name in table.numbers:
        return f"{table.numbers[name][row]:.12g}"
    code = table.words[name].codes[row]
    return table.words[name].names[code] if code >= 0 else "(empty)"


class _Rows:
    """Rows of one table on their way to PLOT records; the n-th row stays the n-th until all checks are done."""

    def __init__(self, table: Columns, sensors: Sequence[Sensor], owner: int) -> None:
        self.table, self.sensors, self.owner = table, sensors, owner
        self.kind = np.full(len(table), -1, np.int64)
        self.notes: list[str] = []

    def made(self, targets: dict[str, int]) -> tuple[np.ndarray, Whole, list[str]]:
        """PLOT[n], the number of what is wrong with each row (-1: nothing), and notes; names new `targets`."""
        plots = np.zeros(len(self.table), PLOT)
        self._mark("cells", self._rows_of(self.table.torn))
        sensor = self._sensor()
        for name in ("range_m", "azimuth_rad", "elevation_rad", "doppler_m_s", "height_m"):
            plots[name] = self._quantity(name)
        plots["time_s"] = self._times(sensor)
        wrong = self._rows_of(sorted({row for cells in self.table.wrong.values() for row in cells}))
        for name in ("time_s", "range_m", "azimuth_rad"):
            wrong |= ~np.isfinite(plots[name])
        for name in ("elevation_rad", "doppler_m_s", "height_m"):
            wrong |= np.isinf(plots[name])
        self._mark("number", wrong)
        self._mark("range", plots["range_m"] <= 0.0)
        self._mark("azimuth", np.abs(plots["azimuth_rad"]) > 2.0 * pi + 1e-9)
        self._mark("elevation", np.abs(plots["elevation_rad"]) > pi / 2.0 + 1e-9)
        self._codes(plots)
        self._mark("sensor", sensor < 0)
        plots["radar_index"] = np.maximum(sensor, 0)
        self._reach(plots)
        self._mark_good("duplicate", lambda good: _repeated(plots[good]))
        self._order(plots)
        self._finish(plots)
        plots["truth"] = self._truth(targets)
        return plots, self.kind, self.notes

    def _mark(self, kind: str, rows: Bools) -> None:
        self.kind[rows & (self.kind < 0)] = list(KINDS).index(kind)

    def _mark_good(self, kind: str, judged: Any) -> None:
        """Mark among the rows that are good so far."""
        good = np.flatnonzero(self.kind < 0)
        self.kind[good[judged(good)]] = list(KINDS).index(kind)

    def _rows_of(self, rows: Sequence[int]) -> Bools:
        mask = np.zeros(len(self.table), bool)
        mask[list(rows)] = True
        return mask

    def _quantity(self, name: str) -> Floats:
        """One quantity in our unit; NaN where it is not told."""
        for column, factor in QUANTITIES[name]:
            if column in self.table.numbers:
                cells = self.table.numbers[column]
                return np.asarray(cells * factor if factor else 10.0 ** (cells / 10.0))
        return np.full(len(self.table), np.nan)

    def _has(self, name: str) -> bool:
        return any(column in self.table.numbers for column, _ in QUANTITIES[name])

    def _sensor(self) -> Whole:
        """Index of each row's sensor; -1 where it is none of ours."""
        if "sensor" not in self.table.words:
            return np.full(len(self.table), self.owner)
        words = self.table.words["sensor"]
        names = [sensor.name for sensor in self.sensors]
        known = [names.index(w) if w in names else _index(w, len(names)) for w in words.names]
        return np.array([*known, 0 if len(names) == 1 else -1])[words.codes]

    def _times(self, sensor: Whole) -> Floats:
        """Times as told; of a scan's number alone, its place in the sensor's revisits."""
        if self._has("time_s"):
            return self._quantity("time_s")
        revisit_s = np.array([one.revisit_s for one in self.sensors])
        return np.asarray(self._quantity("scan") * revisit_s[np.maximum(sensor, 0)])

    def _codes(self, plots: np.ndarray) -> None:
        """Mode A codes, addresses and replies."""
        for name, base, limit in (("mode_a", 8, 0o7777), ("address", 16, 0xFFFFFF)):
            if name in self.table.words:
                words = self.table.words[name]
                values = np.array([*(_code(word, base, limit) for word in words.names), 0])[words.codes]
                self._mark("code", values < 0)
                plots[name] = np.maximum(values, 0)
        if "reply" in self.table.words:
            words = self.table.words["reply"]
            plots["reply"] = np.array([*(w.lower() in {"1", "1.0", "true", "yes", "t"} for w in words.names), 0])[
                words.codes
            ]
        else:
            plots["reply"] = (plots["mode_a"] > 0) | (plots["address"] > 0) | np.isfinite(plots["height_m"])

    def _reach(self, plots: np.ndarray) -> None:
        """Take off known biases, then hold ranges against what the sensors reach."""
        mine = plots["radar_index"]

        def of_sensor(name: str) -> Floats:
            return np.asarray(np.array([float(getattr(one, name)) for one in self.sensors])[mine])

        plots["range_m"] -= of_sensor("range_bias_m")
        plots["azimuth_rad"] = np.mod(plots["azimuth_rad"] - np.radians(of_sensor("azimuth_bias_deg")), 2.0 * pi)
        plots["time_s"] -= of_sensor("time_bias_s")
        near = (plots["range_m"] < of_sensor("min_range_m")) | (plots["range_m"] <= 0.0)
        self._mark("reach", near | (plots["range_m"] > of_sensor("max_range_m")))

    def _order(self, plots: np.ndarray) -> None:
        """Roll times over midnight, then mark rows that come far too late in the table."""
        good = np.flatnonzero(self.kind < 0)
        times, days = unrolled(plots["time_s"][good], plots["radar_index"][good])
        if days:
            self.notes.append(f"{self.table.source}: times go over midnight {days} time{'s' if days > 1 else ''}")
        plots["time_s"][good] = times
        for index, sensor in enumerate(self.sensors):
            rows = good[plots["radar_index"][good] == index]
            late = backward(plots["time_s"][rows], sensor.revisit_s)
            self.kind[rows[late]] = list(KINDS).index("time")

    def _finish(self, plots: np.ndarray) -> None:
        """Sigmas: a row's own, else its sensor's, 0 where nothing was measured; echo."""
        usual = {
            "range_sigma_m": [one.range_sigma_m for one in self.sensors],
            "azimuth_sigma_rad": [radians(one.azimuth_sigma_deg) for one in self.sensors],
            "elevation_sigma_rad": [radians(one.elevation_sigma_deg or 0.0) for one in self.sensors],
            "doppler_sigma_m_s": [one.doppler_sigma_m_s or 0.0 for one in self.sensors],
            "height_sigma_m": [one.height_sigma_m for one in self.sensors],
        }
        for name, values in usual.items():
            own, measured = self._quantity(name), name.replace("_sigma", "")
            told = np.isfinite(plots[measured])
            sigma = np.where(own > 0.0, own, np.array(values)[plots["radar_index"]])
            plots[name] = np.where(told, sigma, 0.0)
            unused = told & (plots[name] == 0.0) & (self.kind < 0)
            if unused.any():
                self.notes.append(f"{self.table.source}: {measured} is not used: no {name} is given for it")
            plots[measured] = np.where(told, plots[measured], 0.0)
        for name in ("snr", "rcs_m2"):
            plots[name] = np.nan_to_num(self._quantity(name), nan=0.0, posinf=0.0, neginf=0.0)

    def _truth(self, targets: dict[str, int]) -> Whole:
        """What a row says it came from: -1 where it says nothing, `-1`, or `clutter`."""
        words = self.table.words.get("truth") or self.table.words.get("target_id")
        if words is None:
            return np.full(len(self.table), -1)
        noise = {"-1", "-1.0", "clutter", "false", "noise"}
        numbers = [-1 if w.lower() in noise else targets.setdefault(w, len(targets)) for w in words.names]
        return np.array([*numbers, -1])[words.codes]


def _index(word: str, count: int) -> int:
    """A sensor's number, counted from 0; -1 where it is none."""
    try:
        number = float(word)
    except ValueError:
        return -1
    return int(number) if number in range(count) else -1


def _code(word: str, base: int, limit: int) -> int:
    """A code's number; -1 where it is none."""
    bare = word.removesuffix(".0").lower().removeprefix("0x" if base == 16 else "0o")
    try:
        number = int(bare, base)
    except ValueError:
        return -1
    return number if 0 <= number <= limit else -1


def _repeated(plots: np.ndarray) -> Bools:
    """Rows that say exactly what an earlier one said."""
    names = ("time_s", "radar_index", "range_m", "azimuth_rad", "elevation_rad", "doppler_m_s", "height_m", "mode_a")
    columns = [np.nan_to_num(plots[name].astype(np.float64), nan=-1e300) for name in names]
    order = np.lexsort(columns)  # stable: of equal rows the first in the table comes first
    same = np.ones(max(order.size - 1, 0), bool)
    for column in columns:
        ordered = column[order]
        same &= ordered[1:] == ordered[:-1]
    repeated = np.zeros(order.size, bool)
    repeated[order[1:][same]] = True
    return repeated
