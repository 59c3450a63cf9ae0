"""Tracks as tables: STATE records to columns that any scorer can read, and such columns back to STATE."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from farwatch.errors import InputError, Problem
from farwatch.records import HOSTILE, NEUTRAL, STATE, UNKNOWN
from farwatch.track.files.reading import Columns, Floats, absent, read_columns
from farwatch.track.files.truths import POSITION, TIME, finite_rows, numbered, placed, times_of
from farwatch.world.earth import Frame

AXES = ("x", "y", "z", "vx", "vy", "vz")
COVARIANCE = tuple(f"cov_{a}_{b}" for i, a in enumerate(AXES) for b in AXES[i:])
"""Upper triangle of the covariance of a state, row by row, in m and m/s."""

IDENTITIES: Mapping[int, str] = {UNKNOWN: "unknown", HOSTILE: "hostile", NEUTRAL: "neutral"}

NUMBERS = (*TIME, *POSITION, *AXES, *COVARIANCE, "existence", "last_plot_t")
WORDS = ("track_id", "class", "identity", "mode_a", "address")


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class TrackTable:
    """Tracks of a file: STATE[n] in order of time; `track_names`: the text of each `serial`, empty for numbers."""

    states: np.ndarray
    track_names: tuple[str, ...] = ()
    class_names: tuple[str, ...] = ()


def track_columns(
    states: np.ndarray, class_names: Sequence[str] = (), frame: Frame | None = None
) -> dict[str, np.ndarray]:
    """Columns of STATE[n]: time, number, state, covariance, what the track is; with a `frame` also where on Earth.

    `height_m` is above the WGS-84 ellipsoid. What is not known is NaN, or an empty text.
    """
    columns: dict[str, np.ndarray] = {"t": states["time_s"], "track_id": states["serial"]}
    for axis in AXES:
        columns[axis] = states[f"{axis}_m_s" if axis.startswith("v") else f"{axis}_m"]
    for name, (i, j) in zip(COVARIANCE, _triangle(), strict=True):
        columns[name] = states["covariance"][:, i, j]
    columns["existence"] = states["existence_probability"]
    columns["class"] = _spelled(states["class_index"], lambda k: class_names[k] if 0 <= k < len(class_names) else "")
    columns["identity"] = _spelled(states["identity"], lambda k: IDENTITIES.get(k, ""))
    columns["mode_a"] = _spelled(states["mode_a"], lambda code: f"{code:04o}" if code else "")
    columns["address"] = _spelled(states["address"], lambda code: f"{code:06x}" if code else "")
    columns["last_plot_t"] = states["hit_s"]
    if frame is not None:
        place = frame.from_local(np.stack([states["x_m"], states["y_m"], states["z_m"]], axis=1))
        columns |= dict(zip(POSITION, place.T, strict=True))
    return columns


def read_tracks(path: str | Path, frame: Frame | None = None) -> TrackTable:
    """Tracks of a file of ours or another's: `t, track_id` and `x, y, z`, or with a `frame` latitude and longitude.

    Velocity, covariance and all else may be absent: NaN. Ids may be texts; a file without rows has no tracks.
    InputError lists all that is wrong.
    """
    found = read_columns(path, NUMBERS, WORDS, may_be_empty=True)
    if len(found) == 0:
        return TrackTable(states=np.zeros(0, STATE))
    if "track_id" not in found.words:
        raise InputError(str(path), [absent("track_id", found, (*NUMBERS, *WORDS))])
    rows = np.zeros(len(found), STATE)
    rows["time_s"] = times_of(found)
    rows["x_m"], rows["y_m"], rows["z_m"] = placed(found, frame).T
    for axis in AXES[3:]:
        rows[f"{axis}_m_s"] = _number(found, axis)
    for name, (i, j) in zip(COVARIANCE, _triangle(), strict=True):
        rows["covariance"][:, i, j] = rows["covariance"][:, j, i] = _number(found, name)
    rows["existence_probability"], rows["hit_s"] = _number(found, "existence"), _number(found, "last_plot_t")
    for name in ("born_s", "confirmed_s"):
        rows[name] = np.nan
    position = [rows["covariance"][:, i, i] for i in range(3)]
    rows["position_sigma_m"] = np.sqrt(np.maximum(np.maximum.reduce(position), 0.0))
    rows["truth"] = -1
    rows["serial"], names = numbered(found, "track_id")
    classes = _identity(found, rows)
    problems = finite_rows(found, rows, ("time_s", "x_m", "y_m", "z_m"), "track_id", rows["serial"])
    if problems:
        raise InputError(str(path), problems)
    order = np.lexsort((rows["serial"], rows["time_s"]))
    return TrackTable(states=rows[order], track_names=names, class_names=classes)


def _identity(found: Columns, rows: np.ndarray) -> tuple[str, ...]:
    """Fill class, identity and codes; the names of the classes."""
    rows["class_index"] = -1
    classes: tuple[str, ...] = ()
    if "class" in found.words:
        rows["class_index"], classes = found.words["class"]
    if "identity" in found.words:
        words = found.words["identity"]
        number = {text: key for key, text in IDENTITIES.items()}
        rows["identity"] = np.array([*(number.get(w.lower(), UNKNOWN) for w in words.names), UNKNOWN])[words.codes]
    for name, base in (("mode_a", 8), ("address", 16)):
        if name in found.words:
            words = found.words[name]
            try:
                rows[name] = np.array([*(int(w.removesuffix(".0"), base) for w in words.names), 0])[words.codes]
            except ValueError:
                rule = f"must be numbers to base {base}"
                raise InputError(found.source, [Problem(f"column {name}", "", rule)]) from None
    return classes


def _triangle() -> list[tuple[int, int]]:
    return [(i, j) for i in range(6) for j in range(i, 6)]


def _number(found: Columns, name: str) -> Floats:
    return found.numbers.get(name, np.full(len(found), np.nan))


def _spelled(values: np.ndarray, spell: Callable[[int], str]) -> np.ndarray:
    """Each value's text; few values are different, so each is spelled once."""
    distinct, where = np.unique(values, return_inverse=True)
    texts = np.array([spell(int(value)) for value in distinct], dtype=object)
    return texts[where] if values.size else np.zeros(0, dtype=object)
