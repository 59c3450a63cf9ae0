"""How good a set of tracks is, against truth: GOSPA, OSPA, and the SIAP counts.

Sources: Rahmathullah, Garcia-Fernandez, Svensson 2017 (GOSPA, alpha = 2) and Garcia-Fernandez et al. 2021 (switching);
Schuhmacher, Vo, Vo 2008 (OSPA); SIAP Task Force 2001 (completeness, ambiguity, spuriousness).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import nan

import numpy as np
from numpy.typing import ArrayLike, NDArray

from farwatch.errors import RangeError
from farwatch.track.assign import assign_matrix

Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Gospa:
    """GOSPA with its parts: distance^p = localisation^p + c^p / 2 (missed + false_tracks) + switching^p."""

    distance_m: float
    localisation_m: float
    """p-th root of the sum over assigned pairs of distance^p."""
    missed: int
    false_tracks: int
    switching_m: float = 0.0
    """p-th root of the penalty for changes of identity."""
    pairs: tuple[tuple[int, int], ...] = ()
    """Assigned (truth, track), by row."""


def gospa(truth: ArrayLike, tracks: ArrayLike, cutoff_m: float, p: float = 2.0) -> Gospa:
    """Generalised OSPA of `tracks` against `truth` (alpha = 2), each [n, dimension], either may be empty.

    Raises RangeError unless cutoff_m > 0 and p >= 1.
    """
    gaps = _gaps(truth, tracks, cutoff_m, p)
    n, m = gaps.shape
    unassigned = cutoff_m**p / 2.0
    rows, columns = assign_matrix(np.minimum(gaps**p, 2.0 * unassigned)) if n and m else _no_pairs()
    kept = gaps[rows, columns] < cutoff_m
    pairs = tuple((int(i), int(j)) for i, j in zip(rows[kept], columns[kept], strict=True))
    localisation = float((gaps[rows, columns][kept] ** p).sum())
    missed, false_tracks = n - len(pairs), m - len(pairs)
    total = localisation + unassigned * (missed + false_tracks)
    return Gospa(total ** (1.0 / p), localisation ** (1.0 / p), missed, false_tracks, pairs=pairs)


def with_switching(now: Gospa, before: Gospa, penalty_m: float, p: float = 2.0) -> Gospa:
    """`now` with the penalty for every truth whose track is another than in `before`.

    A truth that changes its track counts one switch, one that gains or loses its track half a switch.
    """
    old, new = dict(before.pairs), dict(now.pairs)
    changed = [i for i in old.keys() | new.keys() if old.get(i) != new.get(i)]
    switches = sum(1.0 if i in old and i in new else 0.5 for i in changed)
    switching_m = penalty_m * switches ** (1.0 / p)
    distance_m = (now.distance_m**p + switching_m**p) ** (1.0 / p)
    return Gospa(distance_m, now.localisation_m, now.missed, now.false_tracks, switching_m, now.pairs)


def ospa(truth: ArrayLike, tracks: ArrayLike, cutoff_m: float, p: float = 2.0) -> float:
    """Optimal sub-pattern assignment distance (m), divided by the larger number of the two.

    Raises RangeError unless cutoff_m > 0 and p >= 1.
    """
    gaps = np.minimum(_gaps(truth, tracks, cutoff_m, p), cutoff_m)
    n, m = gaps.shape
    if max(n, m) == 0:
        return 0.0
    rows, columns = assign_matrix(gaps**p) if n and m else _no_pairs()
    total = float((gaps[rows, columns] ** p).sum()) + cutoff_m**p * abs(n - m)
    return float((total / max(n, m)) ** (1.0 / p))


@dataclass(frozen=True, slots=True)
class Siap:
    """Single integrated air picture, averaged over time: shares of truths tracked, tracks per truth, stray tracks."""

    completeness_share: float
    ambiguity_ratio: float
    spuriousness_share: float


def siap(truths: Sequence[int], tracked: Sequence[int], tracks: Sequence[int], associated: Sequence[int]) -> Siap:
    """SIAP measures from counts at each time: truths, truths with a track, tracks, tracks with a truth.

    A share of nothing (no truths, none tracked, no tracks) is NaN.
    """
    return Siap(
        completeness_share=_ratio(sum(tracked), sum(truths)),
        ambiguity_ratio=_ratio(sum(associated), sum(tracked)),
        spuriousness_share=1.0 - _ratio(sum(associated), sum(tracks)),
    )


def number_change_rate(fewest_tracks: Sequence[int], tracked_s: Sequence[float]) -> float:
    """SIAP rate (1/s) at which a truth's track number changes.

    fewest_tracks: least number of tracks that cover each truth's tracked time; tracked_s: that time, s. NaN where
    nothing was ever tracked.
    """
    return _ratio(sum(count - 1 for count in fewest_tracks), sum(tracked_s))


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else nan


def _gaps(truth: ArrayLike, tracks: ArrayLike, cutoff_m: float, p: float) -> Points:
    """Distances [n truth, m tracks] between two sets of points."""
    if cutoff_m <= 0.0 or p < 1.0:
        raise RangeError(f"cutoff_m = {cutoff_m} must exceed 0 m and p = {p} be at least 1")
    a, b = _points(truth), _points(tracks)
    if a.size == 0 or b.size == 0:
        return np.zeros((a.shape[0], b.shape[0]))
    return np.asarray(np.sqrt(((a[:, None, :] - b[None, :, :]) ** 2).sum(axis=2)))


def _points(points: ArrayLike) -> Points:
    found = np.asarray(points, float)
    if found.size == 0:
        return np.zeros((0, 1))
    return found.reshape(found.shape[0], -1)


def _no_pairs() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    return np.zeros(0, np.int64), np.zeros(0, np.int64)
