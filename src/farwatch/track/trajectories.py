"""Reference trajectories between their points: where each target was at any time, and how well that is known.

Between two points the place is a blend of the two parabolas through the neighbouring triples (the curve of Overhauser;
for even steps that of Catmull and Rom). Half the gap between the parabolas stands for what the curve may miss: nothing
in straight flight, tens of metres where a turn begins between two points 10 s apart. Velocities are not read: those of
real broadcasts are often older than the place they come with.

Source: Catmull and Rom 1974, "A class of local interpolating splines"; Brewer and Anderson 1977 (blended parabolas).
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from farwatch.records import STATE, TRUTH
from farwatch.world.earth import Frame

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]


class Trajectories(NamedTuple):
    """Points in order of target, then time."""

    targets: Rows  # i8[k], names of the targets, ascending
    first: Rows  # i8[k], first point of each
    end: Rows  # i8[k], one past its last point
    time_s: Floats  # f8[n]
    place: Floats  # f8[n, 3], m
    key: Floats  # f8[n], ascending over targets and times
    epoch_s: float  # time where keys begin
    span_s: float  # length of a target's share of the keys


class Place(NamedTuple):
    """Where targets were."""

    place: Floats  # f8[n, 3], m
    velocity: Floats  # f8[n, 3], m/s
    sigma_m: Floats  # f8[n], what interpolation may miss
    known: NDArray[np.bool_]  # b1[n], whether the time lies between two points close enough


def trajectories(truth: np.ndarray) -> Trajectories:
    """From TRUTH[n] in any order; a time given twice for one target counts once, a place that is not finite never."""
    told = truth[np.isfinite(truth["time_s"] + truth["x_m"] + truth["y_m"] + truth["z_m"])]
    ordered = told[np.lexsort((told["time_s"], told["target"]))]
    fresh = np.ones(ordered.size, bool)
    fresh[1:] = (np.diff(ordered["target"]) != 0) | (np.diff(ordered["time_s"]) > 0)
    rows = ordered[fresh]
    targets, first, count = np.unique(rows["target"], return_index=True, return_counts=True)
    place = np.stack([rows["x_m"], rows["y_m"], rows["z_m"]], axis=1)
    time_s = rows["time_s"].astype(float)
    epoch_s = float(time_s.min()) if time_s.size else 0.0
    span_s = (float(np.ptp(time_s)) if time_s.size else 0.0) + 100.0
    key = np.repeat(np.arange(targets.size), count) * span_s + time_s - epoch_s
    return Trajectories(targets, first, first + count, time_s, place, key, epoch_s, span_s)


def places_at(known: Trajectories, which: Rows, time_s: Floats, max_gap_s: float) -> Place:
    """Where targets `which` i8[n] (rows of `known.targets`) were at `time_s` f8[n].

    Points more than `max_gap_s` apart are not joined.
    """
    first, end, t = known.first[which], known.end[which], known.time_s
    inside = np.clip(time_s, known.epoch_s, known.epoch_s + known.span_s - 50.0)
    at = np.searchsorted(known.key, which * known.span_s + inside - known.epoch_s, side="right") - 1
    i = np.clip(at, first, np.maximum(end - 2, first))
    j = np.minimum(i + 1, end - 1)
    step = np.maximum(t[j] - t[i], 1e-9)
    told = (time_s >= t[i]) & (time_s <= t[j]) & (j > i) & (t[j] - t[i] <= max_gap_s)
    chord = (known.place[j] - known.place[i]) / step[:, None]
    before = _bend(known, (i, j, i - 1), i > first, chord, max_gap_s)
    after = _bend(known, (i, j, np.minimum(j + 1, t.size - 1)), j + 1 < end, chord, max_gap_s)
    lone = np.isnan(before) | np.isnan(after)
    left = np.nan_to_num(np.where(np.isnan(before), after, before))
    right = np.nan_to_num(np.where(np.isnan(after), before, after))
    since = (time_s - t[i])[:, None]
    bow = since * (time_s - t[j])[:, None]
    bend = left + since / step[:, None] * (right - left)
    velocity = chord + (2.0 * time_s - t[i] - t[j])[:, None] * bend + bow / step[:, None] * (right - left)
    unsure = np.where(lone, bend, 0.5 * (right - left))
    place = known.place[i] + since * chord + bow * bend
    return Place(place, velocity, np.linalg.norm(bow * unsure, axis=1), told)


def _bend(known: Trajectories, points: tuple[Rows, Rows, Rows], exists: Any, chord: Floats, max_gap_s: float) -> Floats:
    """Half the acceleration of the parabola through three points, f8[n, 3]; NaN where there is no third near by."""
    i, j, k = points
    from_i, from_j = known.time_s[k] - known.time_s[i], known.time_s[k] - known.time_s[j]
    near = exists & (np.minimum(abs(from_i), abs(from_j)) <= max_gap_s)
    apart = np.where(near, from_i * from_j, np.nan)[:, None]
    return np.asarray((known.place[k] - known.place[i] - from_i[:, None] * chord) / apart)


def truth_of(frame: Frame, time_s: ArrayLike, target: ArrayLike, position: ArrayLike) -> np.ndarray:
    """TRUTH[n] in the mission frame from WGS-84 rows: position f8[n, 3], latitude and longitude (deg), height (m).

    Height is above the ellipsoid (a broadcast's geometric height). Pressure heights may pass as such: they are off by
    some hundred metres, which tells on slant range by the sine of the elevation; say so by `height_sigma_m`.
    """
    at = np.asarray(position, float).reshape(-1, 3)
    rows = np.zeros(at.shape[0], TRUTH)
    rows["time_s"], rows["target"] = time_s, target
    rows["x_m"], rows["y_m"], rows["z_m"] = frame.to_local(at[:, 0], at[:, 1], at[:, 2]).T
    rows["vx_m_s"] = rows["vy_m_s"] = rows["vz_m_s"] = np.nan
    return rows


def truth_of_states(states: np.ndarray) -> np.ndarray:
    """TRUTH[n] of STATE[n], tracks by serial: one radar's tracks as the reference of another."""
    if states.dtype != STATE:
        states = states.astype(STATE)
    rows = np.zeros(states.size, TRUTH)
    rows["target"] = states["serial"]
    for name in TRUTH.names or ():
        if name != "target":
            rows[name] = states[name]
    return rows
