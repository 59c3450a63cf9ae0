"""Two estimates of one target made into one, and which tracks of two radars are of one target.

Estimates of independent errors add their information. Tracks of one target are never quite independent: both filters
bet on the same motion. Where the cross-covariance is known it is used; where it is not, covariance intersection is
never too sure, whatever it is.

Sources: [julier1997] Julier and Uhlmann, "A non-divergent estimation algorithm in the presence of unknown
correlations", ACC 1997. [julier2001] the same, "General decentralized data fusion with covariance intersection", in
Handbook of Data Fusion, 2001 (split form). [barshalom1986] Bar-Shalom and Campo, "The effect of the common process
noise on the two-sensor fused-track covariance", IEEE AES-22. [barshalom1981] Bar-Shalom, "On the track-to-track
correlation problem", IEEE AC-26.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from farwatch.errors import InputError, Problem
from farwatch.records import STATE
from farwatch.track.assign import assign, new_room

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]

_HALVINGS = 45
_GOLDEN = 0.6180339887498949
_NEAREST = 12


class Fused(NamedTuple):
    """One estimate made of two."""

    mean: Floats  # f8[..., d]
    covariance: Floats  # f8[..., d, d]
    share: Floats  # f8[...], weight of the first, where one was chosen; 0.5 where not


def fuse_independent(first: ArrayLike, p: ArrayLike, second: ArrayLike, q: ArrayLike) -> Fused:
    """Estimates of independent errors: their information adds.

    first, second: f8[..., d], of covariances p and q, f8[..., d, d].
    """
    a, pa, b, pb = _checked(first, p, second, q)
    gain = _right_divided(pa, pa + pb)
    mean = a + _times(gain, b - a)
    return Fused(mean, _even(pa - gain @ pa), np.full(a.shape[:-1], 0.5))


def fuse_correlated(first: ArrayLike, p: ArrayLike, second: ArrayLike, q: ArrayLike, cross: ArrayLike) -> Fused:
    """Estimates whose errors have the covariance `cross` = E[e1 e2'], f8[..., d, d] [barshalom1986]."""
    a, pa, b, pb = _checked(first, p, second, q)
    c = np.asarray(cross, float)
    ct = np.swapaxes(c, -1, -2)
    gain = _right_divided(pa - c, pa + pb - c - ct)
    mean = a + _times(gain, b - a)
    return Fused(mean, _even(pa - gain @ np.swapaxes(pa - c, -1, -2)), np.full(a.shape[:-1], 0.5))


def intersect(
    first: ArrayLike, p: ArrayLike, second: ArrayLike, q: ArrayLike, *, by_trace: bool = False
) -> Fused:
    """Covariance intersection of estimates with unknown cross-covariance [julier1997].

    P^-1 = w p^-1 + (1 - w) q^-1 with the w that makes the determinant (or the trace) of P least. Both covariances are
    made diagonal together, which leaves a convex function of w alone, minimised by halving on its slope; all pairs at
    once. first, second: f8[..., d]; p, q: f8[..., d, d].
    """
    a, pa, b, pb = _checked(first, p, second, q)
    root = np.linalg.cholesky(pa)
    inside = np.linalg.solve(root, np.swapaxes(np.linalg.solve(root, pb), -1, -2))
    ratio, turn = np.linalg.eigh(_even(inside))  # p = T T', q = T diag(ratio) T'
    basis = root @ turn
    tilt = 1.0 - 1.0 / np.maximum(ratio, 1e-12)
    size = (basis**2).sum(axis=-2) if by_trace else None
    low, high = np.zeros(a.shape[:-1]), np.ones(a.shape[:-1])
    for _ in range(_HALVINGS):
        w = 0.5 * (low + high)
        known = 1.0 - tilt + w[..., None] * tilt
        slope = (tilt / known if size is None else size * tilt / known**2).sum(axis=-1)  # minus that of what is least
        low, high = np.where(slope > 0, w, low), np.where(slope > 0, high, w)
    w = np.where(low == 0.0, 0.0, np.where(high == 1.0, 1.0, 0.5 * (low + high)))
    w = np.where((abs(tilt) < 1e-9).all(axis=-1), 0.5, w)  # equal covariances: any weight is best, the mean is fair
    covariance = (basis / (1.0 - tilt + w[..., None] * tilt)[..., None, :]) @ np.swapaxes(basis, -1, -2)
    pull = w[..., None] * _solved(pa, a) + (1.0 - w)[..., None] * _solved(pb, b)
    return Fused(_times(covariance, pull), _even(covariance), w)


def intersect_split(
    first: ArrayLike, p: tuple[ArrayLike, ArrayLike], second: ArrayLike, q: tuple[ArrayLike, ArrayLike]
) -> Fused:
    """Split covariance intersection [julier2001]: each covariance is (what may be shared, what is independent).

    first, second: f8[d]; each part f8[d, d]. Neither shared: independent fusion; all shared: covariance intersection
    by determinant. The weight is found by golden section.
    """
    a, _, b, _ = _checked(first, np.add(*map(np.asarray, p)), second, np.add(*map(np.asarray, q)))
    shared_a, shared_b = np.asarray(p[0], float), np.asarray(q[0], float)
    free_a, free_b = np.asarray(p[1], float), np.asarray(q[1], float)

    def at(w: float) -> Fused:
        fused = fuse_independent(a, shared_a / w + free_a, b, shared_b / (1.0 - w) + free_b)
        return Fused(fused.mean, fused.covariance, np.asarray(w))

    def size(w: float) -> float:
        return float(np.linalg.slogdet(at(w).covariance)[1])

    low, high = 1e-9, 1.0 - 1e-9
    for _ in range(60):
        span = _GOLDEN * (high - low)
        if size(high - span) <= size(low + span):
            high = low + span
        else:
            low = high - span
    return at(0.5 * (low + high))


def difference_covariance(p: ArrayLike, q: ArrayLike, correlation_factor: float | None = 0.0) -> Floats:
    """Covariance f8[..., d, d] of the difference of two estimates of one target.

    0: as if independent, which is too wide for tracks of one target and so loses no pair; above 0: with the
    cross-covariance correlation_factor P^(1/2) Q^(1/2)' [barshalom1981], about 0.4 for radars of like accuracy; None:
    no correlation at all can exceed it, 2 (p + q).
    """
    pa, pb = np.asarray(p, float), np.asarray(q, float)
    if correlation_factor is None:
        return np.asarray(2.0 * (pa + pb))
    cross = correlation_factor * _root(pa) @ np.swapaxes(_root(pb), -1, -2)
    return np.asarray(pa + pb - cross - np.swapaxes(cross, -1, -2))


def associate(
    first: np.ndarray, second: np.ndarray, gate: float = 22.5, correlation_factor: float | None = 0.0
) -> tuple[Rows, Rows]:
    """Which of STATE[n] and STATE[m], at one time, are of one target: rows i8[k] of each.

    Pairs lie within `gate` (chi-square of 6 numbers; 0.999 by default) of each other; tracks with different addresses
    never pair. Of all pairings the one with the least sum of distances is taken, a track left alone costing the gate.
    """
    if first.dtype != STATE or second.dtype != STATE:
        raise InputError("tracks", [Problem("tracks", "", "must have the record type STATE")])
    n, m = first.size, second.size
    if n == 0 or m == 0:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    i, j = _near(first, second, gate, correlation_factor)
    apart = distance2(first[i], second[j], correlation_factor)
    named = (first["address"][i] != 0) & (second["address"][j] != 0)
    fits = (apart <= gate) & ~(named & (first["address"][i] != second["address"][j]))
    i, j, apart = i[fits], j[fits], apart[fits]
    columns, costs, counts = _lists(i, j, apart, n)
    room = new_room(n, m)
    assign(columns, costs, counts, gate, room, n, m)
    rows = np.flatnonzero(room.column_of >= 0)
    return rows, room.column_of[rows].astype(np.int64)


def distance2(first: np.ndarray, second: np.ndarray, correlation_factor: float | None = 0.0) -> Floats:
    """Normalised squared distance f8[n] of tracks, STATE[n] against STATE[n], row by row."""
    gap = vector(first) - vector(second)
    spread = difference_covariance(first["covariance"], second["covariance"], correlation_factor)
    return np.asarray((gap * _solved(spread, gap)).sum(axis=-1))


def vector(states: np.ndarray) -> Floats:
    """Position and velocity of STATE[n], f8[n, 6]."""
    return np.stack([states[name] for name in ("x_m", "y_m", "z_m", "vx_m_s", "vy_m_s", "vz_m_s")], axis=-1)


def _near(first: np.ndarray, second: np.ndarray, gate: float, correlation_factor: float | None) -> tuple[Rows, Rows]:
    """Pairs close enough over the ground to be worth a closer look, by a tree."""
    from scipy.spatial import cKDTree

    def reach(states: np.ndarray) -> float:
        return float(np.sqrt(states["covariance"][:, [0, 1], [0, 1]].sum(axis=1).max()))

    radius = np.sqrt(2.0 * gate if correlation_factor is None else gate) * (reach(first) + reach(second))
    trees = [cKDTree(np.stack([states["x_m"], states["y_m"]], axis=1)) for states in (first, second)]
    found = trees[0].sparse_distance_matrix(trees[1], radius, output_type="ndarray")
    return found["i"].astype(np.int64), found["j"].astype(np.int64)


def _lists(i: Rows, j: Rows, cost: Floats, n: int) -> tuple[NDArray[np.int32], Floats, NDArray[np.int32]]:
    """Candidates of each of n rows, cheapest first, as `assign` reads them; at most twelve a row."""
    order = np.lexsort((j, cost, i))
    i, j, cost = i[order], j[order], cost[order]
    place = np.arange(i.size) - np.searchsorted(i, i)
    kept = place < _NEAREST
    i, j, cost, place = i[kept], j[kept], cost[kept], place[kept]
    columns, costs = np.zeros((n, _NEAREST), np.int32), np.zeros((n, _NEAREST))
    columns[i, place], costs[i, place] = j, cost
    return columns, costs, np.bincount(i, minlength=n).astype(np.int32)


# Small matrices ---------------------------------------------------------------------------------------------


def _checked(first: ArrayLike, p: ArrayLike, second: ArrayLike, q: ArrayLike) -> tuple[Floats, Floats, Floats, Floats]:
    a, pa, b, pb = (np.asarray(value, float) for value in (first, p, second, q))
    wrong = [
        Problem(name, str(matrix.shape), f"must be a square matrix for each of {mean.shape}")
        for name, mean, matrix in (("p", a, pa), ("q", b, pb))
        if matrix.shape != (*mean.shape, mean.shape[-1])
    ]
    if a.shape != b.shape:
        wrong.append(Problem("second", str(b.shape), f"must have the shape of the first, {a.shape}"))
    if wrong:
        raise InputError("estimates", wrong)
    return a, pa, b, pb


def _even(matrix: Floats) -> Floats:
    return np.asarray(0.5 * (matrix + np.swapaxes(matrix, -1, -2)))


def _times(matrix: Floats, column: Floats) -> Floats:
    return np.asarray((matrix @ column[..., None])[..., 0])


def _solved(matrix: Floats, column: Floats) -> Floats:
    return np.asarray(np.linalg.solve(matrix, column[..., None])[..., 0])


def _right_divided(top: Floats, bottom: Floats) -> Floats:
    """top bottom^-1 for a symmetric bottom."""
    return np.asarray(np.swapaxes(np.linalg.solve(bottom, np.swapaxes(top, -1, -2)), -1, -2))


def _root(matrix: Floats) -> Floats:
    """Symmetric square root."""
    value, turn = np.linalg.eigh(matrix)
    return np.asarray((turn * np.sqrt(np.maximum(value, 0.0))[..., None, :]) @ np.swapaxes(turn, -1, -2))
