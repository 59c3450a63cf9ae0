"""Which track belongs to which target at each instant: the best assignment, over near pairs only.

Candidates come from one k-d tree for many instants at once: the instant is a further coordinate, spaced so widely that
only pairs of one instant are near. Each instant is then assigned by `assign`, cluster by cluster, so that the work
grows with how crowded the sky is, not with the square of its size.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from farwatch.compiled import kernel
from farwatch.track.assign import assign, new_room
from farwatch.track.instants import Floats, Ints, Points, Scene

BATCH_POINTS = 8_000
"""About how many points are searched and assigned together; bounds the memory."""


class Instants(NamedTuple):
    """Rows (truth) and columns (tracks) of some instants."""

    first_row: Any  # i8[k + 1]
    first_column: Any  # i8[k + 1]
    target: Any  # i8[n], name of each row
    track: Any  # i8[m], name of each column


class Candidates(NamedTuple):
    """Columns that each row may take, counted from its instant's first, nearest first; and room for those left."""

    columns: Any  # i4[n, width]
    costs: Any  # f8[n, width]
    counts: Any  # i4[n]
    free_columns: Any  # i4[rows of the largest instant, width]
    free_costs: Any  # f8[rows of the largest instant, width]
    free_counts: Any  # i4[rows of the largest instant]
    taken: Any  # u1[columns of the largest instant]


class Held(NamedTuple):
    """Who was whose at last; -1: nobody's yet."""

    track: Any  # i8[targets]
    target: Any  # i8[tracks]


class Matches(NamedTuple):
    """Partners as found over all instants: rows of `Scene.tracks` for rows of `Scene.truth`, -1 = none."""

    gospa: Ints
    """By the least GOSPA of each instant, within the cutoff."""
    held: Ints
    """A pair stays while it is within the gate; the rest as many and as near as possible (CLEAR MOT)."""
    nearest: Ints
    """For each row of `Scene.tracks` without a partner in `held`: the nearest row of truth in the gate, or -1."""
    both_target: Ints
    both_track: Ints
    both_count: Ints
    """Names of each target and track that were ever in the gate of each other, and at how many instants."""


@kernel
def match(instants: Instants, candidates: Candidates, held: Held, room: Any, none_cost: float, partner: Any) -> None:
    """Assign each instant; `partner` i8[n] gets the column of each row, -1 = none.

    A row first keeps the track that it had last, if that track had it last too and is a candidate now. With a held of
    no names nothing is kept, and each instant stands alone. Rows are left over where that costs less than `none_cost`.
    """
    keeps = held.track.size > 0
    for k in range(instants.first_row.size - 1):
        begin, end, left = instants.first_row[k], instants.first_row[k + 1], instants.first_column[k]
        width = instants.first_column[k + 1] - left
        for j in range(width):
            candidates.taken[j] = 0
        for i in range(begin, end):
            partner[i] = -1
            if keeps and held.track[instants.target[i]] >= 0:
                last = held.track[instants.target[i]]
                for q in range(candidates.counts[i]):
                    j = candidates.columns[i, q]
                    if instants.track[left + j] == last and held.target[last] == instants.target[i]:
                        partner[i] = left + j
                        candidates.taken[j] = 1
        for i in range(begin, end):
            count = 0
            if partner[i] < 0:
                for q in range(candidates.counts[i]):
                    if candidates.taken[candidates.columns[i, q]] == 0:
                        candidates.free_columns[i - begin, count] = candidates.columns[i, q]
                        candidates.free_costs[i - begin, count] = candidates.costs[i, q]
                        count += 1
            candidates.free_counts[i - begin] = count
        assign(
            candidates.free_columns, candidates.free_costs, candidates.free_counts, none_cost, room, end - begin, width
        )
        for i in range(begin, end):
            if room.column_of[i - begin] >= 0:
                partner[i] = left + room.column_of[i - begin]
            if keeps and partner[i] >= 0:
                held.track[instants.target[i]] = instants.track[partner[i]]
                held.target[instants.track[partner[i]]] = instants.target[i]


def matches(seen: Scene, cutoff_m: float, gate_m: float, p: float, dimensions: int) -> Matches:
    """Match a scene twice, for GOSPA and for identity; distances in the first `dimensions` axes, m."""
    n, m = seen.truth.instant.size, seen.tracks.instant.size
    gospa, kept, nearest = np.full(n, -1), np.full(n, -1), np.full(m, -1)
    alone = Held(np.zeros(0, np.int64), np.zeros(0, np.int64))
    held = Held(np.full(seen.targets.size, -1), np.full(seen.serials.size, -1))
    met = []
    for low, high in _batches(seen):
        rows, columns = _range(seen.truth, low, high), _range(seen.tracks, low, high)
        pairs = _near(seen, (rows, columns), max(cutoff_m, gate_m), dimensions)
        at = Instants(
            seen.truth.first[low : high + 1] - rows.start,
            seen.tracks.first[low : high + 1] - columns.start,
            seen.truth.name[rows],
            seen.tracks.name[columns],
        )
        for found, past, reach_m in ((gospa, alone, cutoff_m), (kept, held, gate_m)):
            partner = _assigned(at, pairs, past, reach_m, p)
            found[rows] = np.where(partner < 0, -1, partner + columns.start)
        inside = pairs.distance_m < gate_m
        closest = _first_of_each(pairs.column[inside], pairs.distance_m[inside])
        nearest[columns.start + pairs.column[inside][closest]] = rows.start + pairs.row[inside][closest]
        met.append(at.target[pairs.row[inside]] * seen.serials.size + at.track[pairs.column[inside]])
    nearest[kept[kept >= 0]] = -1
    both, count = np.unique(np.concatenate(met) if met else np.zeros(0, np.int64), return_counts=True)
    return Matches(gospa, kept, nearest, both // max(seen.serials.size, 1), both % max(seen.serials.size, 1), count)


class Pairs(NamedTuple):
    """Near pairs of a batch: by row, nearest first; row and column count from the batch's first."""

    row: Ints
    column: Ints
    distance_m: Floats


def _batches(seen: Scene) -> list[tuple[int, int]]:
    """Runs of instants with a bounded number of points."""
    points = seen.truth.first + seen.tracks.first
    found, low = [], 0
    while low < seen.time_s.size:
        high = int(np.searchsorted(points, points[low] + BATCH_POINTS, side="right")) - 1
        high = min(max(high, low + 1), seen.time_s.size)
        found.append((low, high))
        low = high
    return found


def _range(points: Points, low: int, high: int) -> slice:
    return slice(int(points.first[low]), int(points.first[high]))


def _near(seen: Scene, ranges: tuple[slice, slice], radius_m: float, dimensions: int) -> Pairs:
    """Pairs of one instant nearer than a radius."""
    from scipy.spatial import KDTree

    points = seen.truth, seen.tracks
    places = [one.position_m[part, :dimensions] for one, part in zip(points, ranges, strict=True)]
    if min(len(place) for place in places) == 0:
        return Pairs(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))
    begin = min(one.instant[part.start] for one, part in zip(points, ranges, strict=True))
    lifted = [
        np.column_stack([place, 2.0 * radius_m * (one.instant[part] - begin)])
        for place, one, part in zip(places, points, ranges, strict=True)
    ]
    trees = [KDTree(place, compact_nodes=False, balanced_tree=False) for place in lifted]
    found = trees[0].sparse_distance_matrix(trees[1], radius_m * (1.0 + 1e-9), output_type="ndarray")
    row, column = found["i"].astype(np.int64), found["j"].astype(np.int64)
    distance_m = np.sqrt(((places[0][row] - places[1][column]) ** 2).sum(axis=1))
    order = np.lexsort((column, distance_m, row))
    return Pairs(row[order], column[order], distance_m[order])


def _assigned(at: Instants, pairs: Pairs, held: Held, reach_m: float, p: float) -> Ints:
    """Column of each row, -1 = none, by `match` over the pairs nearer than `reach_m`.

    Without a past, a row is left over where it costs less: reach^p for a pair that is not made. With one, as many rows
    as possible get a track.
    """
    inside = pairs.distance_m < reach_m
    row, n = pairs.row[inside], at.target.size
    counts = np.bincount(row, minlength=n)
    width = int(counts.max(initial=1))
    place = np.arange(row.size) - (np.cumsum(counts) - counts)[row]
    columns, costs = np.zeros((n, width), np.int32), np.zeros((n, width))
    instant_of = np.repeat(np.arange(at.first_row.size - 1), np.diff(at.first_row))
    columns[row, place] = pairs.column[inside] - at.first_column[instant_of[row]]
    costs[row, place] = pairs.distance_m[inside] ** p
    tallest, widest = int(np.diff(at.first_row).max(initial=0)), int(np.diff(at.first_column).max(initial=0))
    free = np.zeros((tallest, width), np.int32), np.zeros((tallest, width)), np.zeros(tallest, np.int32)
    candidates = Candidates(columns, costs, counts.astype(np.int32), *free, np.zeros(widest, np.uint8))
    none_cost = reach_m**p * (1.0 if held.track.size == 0 else tallest + 1.0)
    partner = np.full(n, -1)
    match(at, candidates, held, new_room(tallest, widest), none_cost, partner)
    return partner


def _first_of_each(name: NDArray[Any], distance_m: Floats) -> Ints:
    """Index of the nearest entry of each name; ties go to the earlier."""
    order = np.lexsort((distance_m, name))
    starts = np.append(True, np.diff(name[order]) != 0)[: order.size]
    return np.asarray(order[starts])
