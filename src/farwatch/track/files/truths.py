"""Truth as tables: where targets really were, to judge tracks by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from farwatch.errors import InputError, Problem
from farwatch.records import TRUTH
from farwatch.track.files.reading import Columns, Floats, Whole, Words, absent, read_columns
from farwatch.world.earth import Frame
from farwatch.world.recordings import NOT_FLIGHTS

TIME = ("t", "time_s")
POSITION = ("lat_deg", "lon_deg", "height_m")
LOCAL = ("x", "y", "z")
VELOCITY = ("vx", "vy", "vz")

IDS = ("target_id", "flight", "track_id")
"""Columns that may name the target; the first that is there counts. Tracks may be the truth of other tracks."""

_KNOWN = (*TIME, *LOCAL, *VELOCITY, *POSITION, *IDS)
_ROWS_NAMED = 20


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class TruthTable:
    """Truth of a file: TRUTH[n] by target, then time; `target_names`: the text of each, empty for plain numbers.

    addresses, codes: Mode S address and SSR code by target, of those that are known to have one; None: by their names.
    pressure: some heights are pressure altitudes.
    """

    truth: np.ndarray
    target_names: tuple[str, ...] = ()
    source: str = "a table"
    addresses: Mapping[int, int] | None = None
    codes: Mapping[int, int] | None = None
    pressure: bool = False


def read_truth(path: str | Path, frame: Frame | None = None) -> TruthTable:
    """Truth of a file: `t, target_id` and `x, y, z` in the frame of the tracks, or latitude, longitude and height.

    Those need the `frame` of a sensor that says where it stands; `height_m` is above the ellipsoid. Velocities
    `vx, vy, vz` may be absent: NaN. A table of motion is truth too: its `flight` is the `target_id`, and rows whose
    `kind` says that they are no flight are left out. InputError lists all that is wrong, rows by line.
    """
    found = _flights(read_columns(path, (*TIME, *LOCAL, *VELOCITY, *POSITION), (*IDS, "kind")))
    named = next((name for name in IDS if name in found.words), None)
    if named is None:
        raise InputError(str(path), [absent("target_id", found, _KNOWN)])
    rows = np.zeros(len(found), TRUTH)
    rows["time_s"] = times_of(found)
    rows["x_m"], rows["y_m"], rows["z_m"] = placed(found, frame).T
    for axis in VELOCITY:
        rows[f"{axis}_m_s"] = found.numbers.get(axis, np.full(len(found), np.nan))
    rows["target"], names = numbered(found, named)
    problems = finite_rows(found, rows, ("time_s", "x_m", "y_m", "z_m"), named, rows["target"])
    if problems:
        raise InputError(str(path), problems)
    return TruthTable(truth=rows[np.lexsort((rows["time_s"], rows["target"]))], target_names=names, source=str(path))


def _flights(found: Columns) -> Columns:
    """The rows that do not say they are something else than a flight."""
    kind = found.words.get("kind")
    if kind is None:
        return found
    kept = np.array([*(name not in NOT_FLIGHTS for name in kind.names), True])[kind.codes]
    words = {name: _used(one, kept) for name, one in found.words.items()}
    numbers = {name: cells[kept] for name, cells in found.numbers.items()}
    return replace(found, numbers=numbers, words=words, lines=found.lines[kept])


def _used(words: Words, kept: np.ndarray) -> Words:
    """The words of the rows that are kept, numbered in their old order."""
    used, codes = np.unique(np.append(words.codes[kept], -1), return_inverse=True)
    return Words(codes[:-1] - 1, tuple(words.names[k] for k in used[1:].tolist()))


def times_of(found: Columns) -> Floats:
    """The column of times; InputError where there is none."""
    for name in TIME:
        if name in found.numbers:
            return found.numbers[name]
    raise InputError(found.source, [absent("t", found, _KNOWN)])


def placed(found: Columns, frame: Frame | None) -> Floats:
    """Positions (n, 3) in the local frame, of x, y, z, or of places on Earth where a `frame` is known."""
    if all(name in found.numbers for name in LOCAL):
        return np.stack([found.numbers[name] for name in LOCAL], axis=1)
    if all(name in found.numbers for name in POSITION):
        if frame is None:
            rule = "need a sensor that says where it stands (`at`)"
            raise InputError(found.source, [Problem(f"columns {', '.join(POSITION)}", "", rule)])
        return frame.to_local(*(found.numbers[name] for name in POSITION))
    missing = [absent(name, found, _KNOWN) for name in LOCAL if name not in found.numbers]
    raise InputError(found.source, missing)


def numbered(found: Columns, column: str) -> tuple[Whole, tuple[str, ...]]:
    """Ids as numbers: their own where all are whole, else by first appearance with their texts. -1: no id."""
    codes, names = found.words[column]
    try:
        own = np.array([*(int(name.removesuffix(".0")) for name in names), -1], np.int64)
    except (ValueError, OverflowError):
        return codes, names
    return own[codes], ()


def finite_rows(found: Columns, rows: np.ndarray, fields: Sequence[str], column: str, ids: Whole) -> list[Problem]:
    """A problem for each row that lacks a number that it needs, or an id, or repeats an id at one time."""
    problems = []
    lacking = np.zeros(rows.size, bool)
    for name in fields:
        lacking |= ~np.isfinite(rows[name])
    problems += _named(found, lacking, "must have a finite time and position")
    problems += _named(found, found.words[column].codes < 0, f"must have a {column}")
    order = np.lexsort((rows["time_s"], ids))
    same = (np.diff(ids[order]) == 0) & (np.diff(rows["time_s"][order]) == 0.0)
    repeated = np.zeros(rows.size, bool)
    repeated[order[1:][same]] = True
    problems += _named(found, repeated & ~lacking, f"must not tell of one {column} twice at one time")
    return sorted(problems, key=lambda one: one.line or 0)


def _named(found: Columns, bad: np.ndarray, rule: str) -> list[Problem]:
    lines = found.lines[bad].tolist()
    problems = [Problem("row", "", rule, line=line) for line in lines[:_ROWS_NAMED]]
    if len(lines) > _ROWS_NAMED:
        more = Problem("rows", f"{len(lines) - _ROWS_NAMED} more", rule, line=lines[_ROWS_NAMED])
        problems.append(more)
    return problems
