"""An outside scorer: GOSPA with its parts, changes of identity, delay, false tracks. None of our own code.

GOSPA (p = 2, alpha = 2): Rahmathullah, Garcia-Fernandez, Svensson 2017. The optimal assignment is taken on each group
of truths and tracks that are linked by gaps below the cutoff: it falls apart into those, so scipy's exact solver stays
affordable at 10,000 targets.
"""

from dataclasses import asdict, dataclass
from itertools import pairwise

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

WINDOW = 3
"""Scans before and after over which gaps are averaged before anybody is said to have changed identity."""


@dataclass(frozen=True, slots=True)
class Score:
    """Means over the scans of one scene."""

    gospa_m: float
    localisation_m: float  # root of the sum of squares over pairs in a scan
    missed: float  # truths without a track, per scan
    false_tracks: float  # tracks without a truth, per scan
    pair_rms_m: float  # root mean square gap of a pair
    switches: int  # times that a truth's track became another
    delay_scans: float  # from a truth's first scan to its first track; of those that get one
    never: int  # truths that live 10 scans or more and never have a track
    stray_tracks: int  # tracks that are nobody's for at least half of their scans
    tracks: int

    def row(self):
        return asdict(self)


def score(truth, tracks, times_s, cutoff_m=1000.0, flat=False):
    """Score of `tracks` against `truth` at `times_s`.

    truth: (time_s, id, place f8[n, 3]); tracks likewise, already carried to those times. flat: places are compared in
    the plane of slant range and azimuth, as a radar without elevation knows them.
    """
    truth, tracks = _prepare(truth, flat), _prepare(tracks, flat)
    scans, near = [], []
    first, owned = {}, {}
    for k, time_s in enumerate(times_s):
        ids, a = _now(truth, time_s)
        names, b = _now(tracks, time_s)
        row, column, gap = pairs_within(a, b, cutoff_m)
        used = best_pairs(row, column, gap**2 - cutoff_m**2)
        scans.append(((gap[used] ** 2).sum(), ids.size - used.size, names.size - used.size))
        near.append((np.full(row.size, k), ids[row], names[column], gap**2))
        for i in ids[row[used]].tolist():
            first.setdefault(i, k)
        own = set(column[used].tolist())
        for j, name in enumerate(names.tolist()):
            owned.setdefault(name, []).append(j in own)
    lives = _lives(truth, times_s)
    switches = _switches(near, lives, _lives(tracks, times_s), cutoff_m)
    return _sum_up(np.array(scans), cutoff_m, (lives, first), owned, switches)


def _sum_up(scans, cutoff_m, births, owned, switches):
    square, missed, false = scans.T
    lives, first = births
    delays = [first[i] - lives[i][0] for i in first]
    paired = sum(map(sum, owned.values()))
    return Score(
        gospa_m=float(np.sqrt(square + 0.5 * cutoff_m**2 * (missed + false)).mean()),
        localisation_m=float(np.sqrt(square).mean()),
        missed=float(missed.mean()),
        false_tracks=float(false.mean()),
        pair_rms_m=float(np.sqrt(square.sum() / paired)) if paired else float("nan"),
        switches=switches,
        delay_scans=float(np.mean(delays)) if delays else float("nan"),
        never=sum(1 for i, (a, b) in lives.items() if b - a >= 9 and i not in first),
        stray_tracks=sum(1 for hits in owned.values() if 2 * sum(hits) <= len(hits)),
        tracks=len(owned),
    )


def _prepare(table, flat):
    """Time, id and place in order of time, with places in the slant plane where `flat`."""
    time_s, ids, place = (np.asarray(part) for part in table)
    place = place.reshape(-1, 3).astype(float)
    if flat and place.size:
        ground = np.maximum(np.hypot(place[:, 0], place[:, 1]), 1e-9)
        place = place[:, :2] * (np.hypot(ground, place[:, 2]) / ground)[:, None]
    order = np.argsort(time_s, kind="stable")
    return time_s[order], ids[order], place[order]


def _now(table, time_s):
    a, b = np.searchsorted(table[0], (time_s - 1e-6, time_s + 1e-6))
    return table[1][a:b], table[2][a:b]


def _lives(table, times_s):
    """{id: (first scan, last scan)}."""
    scan = np.searchsorted(np.asarray(times_s), table[0] - 1e-6)
    lives = {}
    for i, k in zip(table[1].tolist(), scan.tolist(), strict=True):
        lives[i] = (lives[i][0] if i in lives else k, k)
    return lives


def pairs_within(a, b, cutoff_m):
    """Rows of a f8[n, d], rows of b f8[m, d] and gaps of all pairs nearer than the cutoff."""
    if len(a) == 0 or len(b) == 0:
        return np.zeros(0, int), np.zeros(0, int), np.zeros(0)
    near = cKDTree(a).sparse_distance_matrix(cKDTree(b), cutoff_m, output_type="coo_matrix")
    return near.row, near.col, near.data


def best_pairs(row, column, cost):
    """Which of the possible pairs (row, column) the assignment of least cost uses, where no pair costs 0."""
    if row.size == 0:
        return np.zeros(0, int)
    first = int(row.max()) + 1
    n = first + int(column.max()) + 1
    links = coo_matrix((np.ones(row.size), (row, first + column)), (n, n))
    group = connected_components(links, directed=False)[1][row]
    order = np.argsort(group, kind="stable")
    edges = np.flatnonzero(np.r_[True, np.diff(group[order]) != 0, True])
    kept = []
    for start, stop in pairwise(edges):
        part = order[start:stop]
        kept.append(part if part.size == 1 else part[_solve(row[part], column[part], cost[part])])
    return np.concatenate(kept)


def _solve(row, column, cost):
    rows, i = np.unique(row, return_inverse=True)
    columns, j = np.unique(column, return_inverse=True)
    full, which = np.zeros((rows.size, columns.size)), np.full((rows.size, columns.size), -1)
    full[i, j], which[i, j] = cost, np.arange(row.size)
    used = which[linear_sum_assignment(full)]
    return used[used >= 0]


def _switches(near, truths, tracks, cutoff_m):
    """How often the truths' tracks became others.

    Two targets nearer to each other than the noise would change tracks by chance in every scan, for any tracker. So a
    pair is judged by its mean square gap over WINDOW scans either way, and the pair of the scan before keeps a small
    advantage (a fourth of the cutoff, squared).
    """
    scan, truth, track, square = (np.concatenate(part) for part in zip(*near, strict=True))
    if scan.size == 0:
        return 0
    cost = _averaged(scan, truth, track, square, truths, tracks, cutoff_m) - cutoff_m**2
    order = np.argsort(scan, kind="stable")
    edges = np.searchsorted(scan[order], np.arange(len(near) + 1))
    last, switches = {}, 0
    for start, stop in pairwise(edges):
        part = order[start:stop]
        if part.size == 0:
            continue
        held = np.array(
            [last.get(i) == name for i, name in zip(truth[part].tolist(), track[part].tolist(), strict=True)]
        )
        ids, row = np.unique(truth[part], return_inverse=True)
        names, column = np.unique(track[part], return_inverse=True)
        used = best_pairs(row, column, cost[part] - held * (cutoff_m / 4.0) ** 2)
        for i, name in zip(ids[row[used]].tolist(), names[column[used]].tolist(), strict=True):
            switches += last.get(i, name) != name
            last[i] = name
    return switches


def _averaged(scan, truth, track, square, truths, tracks, cutoff_m):
    """Mean square gap of each pair over the window around its scan; beyond the cutoff counts as the cutoff."""
    order = np.lexsort((scan, track, truth))
    out = np.empty(scan.size)
    new = np.flatnonzero(np.r_[True, (np.diff(truth[order]) != 0) | (np.diff(track[order]) != 0), True])
    for start, stop in pairwise(new):
        part = order[start:stop]
        when, total = scan[part], np.r_[0.0, np.cumsum(square[part])]
        i, j = int(truth[part[0]]), int(track[part[0]])
        begin, end = max(truths[i][0], tracks[j][0]), min(truths[i][1], tracks[j][1])
        a, b = np.searchsorted(when, when - WINDOW), np.searchsorted(when, when + WINDOW, side="right")
        both = np.minimum(when + WINDOW, end) - np.maximum(when - WINDOW, begin) + 1
        out[part] = (total[b] - total[a] + (both - (b - a)) * cutoff_m**2) / both
    return out
