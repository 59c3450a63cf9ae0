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


@dataclass(frozen=True, slots=True)
class Score:
    """Means over the scans of one scene."""

    gospa_m: float
    localisation_m: float  # root of the sum of squares over pairs in a scan
    missed: float  # truths without a track, per scan
    false_tracks: float  # tracks without a truth, per scan
    pair_rms_m: float  # root mean square gap of a pair
    switches: int  # truths whose track became another
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
    held, last, scans = {}, {}, []
    seen, first, age, strays = {}, {}, {}, {}
    switches, gaps = 0, []
    for k, time_s in enumerate(times_s):
        ids, a = _now(truth, time_s)
        names, b = _now(tracks, time_s)
        rows, columns, far = assign(a, b, cutoff_m)
        scans.append(((far**2).sum(), ids.size - rows.size, names.size - rows.size))
        gaps.append(far)
        held = _keep(ids, names, a, b, held, cutoff_m)
        for i in ids.tolist():
            seen.setdefault(i, k)
            age[i] = age.get(i, 0) + 1
        for i, name in held.items():
            first.setdefault(i, k)
            switches += last.get(i, name) != name
            last[i] = name
        own = set(names[columns].tolist())
        for name in names.tolist():
            strays.setdefault(name, []).append(name in own)
    return _sum_up(scans, gaps, switches, (seen, first, age), strays, cutoff_m)


def _sum_up(scans, gaps, switches, lives, strays, cutoff_m):
    square, missed, false = np.array(scans).T
    seen, first, age = lives
    delays = [first[i] - seen[i] for i in first]
    return Score(
        gospa_m=float(np.sqrt(square + 0.5 * cutoff_m**2 * (missed + false)).mean()),
        localisation_m=float(np.sqrt(square).mean()),
        missed=float(missed.mean()),
        false_tracks=float(false.mean()),
        pair_rms_m=float(np.sqrt((np.concatenate(gaps) ** 2).mean())) if sum(map(len, gaps)) else float("nan"),
        switches=int(switches),
        delay_scans=float(np.mean(delays)) if delays else float("nan"),
        never=sum(1 for i in seen if age[i] >= 10 and i not in first),
        stray_tracks=sum(1 for hits in strays.values() if 2 * sum(hits) <= len(hits)),
        tracks=len(strays),
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


def assign(a, b, cutoff_m, bonus=None):
    """Rows, columns and gaps of the pairs of a GOSPA-optimal assignment of a f8[n, d] to b f8[m, d].

    bonus: {(row, column): how much (m2) less than the square of its gap a pair costs}.
    """
    none = np.zeros(0, int), np.zeros(0, int), np.zeros(0)
    if len(a) == 0 or len(b) == 0:
        return none
    near = cKDTree(a).sparse_distance_matrix(cKDTree(b), cutoff_m, output_type="coo_matrix")
    row, column, gap = near.row, near.col, near.data
    if row.size == 0:
        return none
    cost = gap**2 - cutoff_m**2  # what a pair saves against a missed truth and a false track
    if bonus:
        cost = cost - np.array([bonus.get(pair, 0.0) for pair in zip(row.tolist(), column.tolist(), strict=True)])
    n = len(a) + len(b)
    links = coo_matrix((np.ones(row.size), (row, len(a) + column)), (n, n))
    group = connected_components(links, directed=False)[1][row]
    order = np.argsort(group, kind="stable")
    edges = np.flatnonzero(np.r_[True, np.diff(group[order]) != 0, True])
    kept = []
    for start, stop in pairwise(edges):
        part = order[start:stop]
        kept.append(part if part.size == 1 else part[_solve(row[part], column[part], cost[part])])
    kept = np.concatenate(kept)
    return row[kept], column[kept], gap[kept]


def _solve(row, column, cost):
    """Which of a group's possible pairs its best assignment uses."""
    rows, i = np.unique(row, return_inverse=True)
    columns, j = np.unique(column, return_inverse=True)
    full, which = np.zeros((rows.size, columns.size)), np.full((rows.size, columns.size), -1)
    full[i, j], which[i, j] = cost, np.arange(row.size)
    used = which[linear_sum_assignment(full)]
    return used[used >= 0]


def _keep(ids, names, a, b, held, cutoff_m):
    """{truth: track} for counting changes: a pair of the last scan is kept where another is not clearly better.

    Two targets closer than the noise would else swap their tracks by chance in every scan, for any tracker.
    """
    row_of = {i: k for k, i in enumerate(ids.tolist())}
    column_of = {name: k for k, name in enumerate(names.tolist())}
    old = [(row_of[i], column_of[name]) for i, name in held.items() if i in row_of and name in column_of]
    rows, columns, _ = assign(a, b, cutoff_m, dict.fromkeys(old, (cutoff_m / 3.0) ** 2))
    return dict(zip(ids[rows].tolist(), names[columns].tolist(), strict=True))
