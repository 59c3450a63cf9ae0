"""How soon M plots in N looks come, by chance of a target and by chance of noise.

The window slides over the last N looks and starts empty. Its state is the pattern of the last N - 1 looks, so
probabilities follow from a small Markov chain: exact for any M and N up to a dozen.

Source: Bar-Shalom and Li 1995, section 2.6 (sliding-window logic).
"""

from math import comb

import numpy as np
from numpy.typing import NDArray

from farwatch.errors import RangeError

WINDOW_LIMIT = 12
"""Longest window: its chain has 2^(N-1) states."""


def confirmed_by(hits: int, looks: int, pd: float, scans: int) -> float:
    """Probability that a track is confirmed within `scans` looks.

    Raises RangeError unless 1 <= hits <= looks <= WINDOW_LIMIT.
    """
    chain, waiting = _chain(hits, looks, pd)
    for _ in range(scans):
        waiting = waiting @ chain
    return float(1.0 - waiting.sum())


def mean_scans(hits: int, looks: int, pd: float) -> float:
    """Mean number of looks until a track is confirmed; RangeError as `confirmed_by`."""
    chain, waiting = _chain(hits, looks, pd)
    times = np.linalg.solve(np.eye(chain.shape[0]) - chain, np.ones(chain.shape[0]))
    return float(waiting @ times)


def mean_scans_to_drop(miss_probability: float, misses: int) -> float:
    """Mean number of looks until so many misses in a row."""
    return float((miss_probability**-misses - 1.0) / (1.0 - miss_probability))


def false_confirmations(cell_count: float, pfa: float, hits: int, looks: int) -> float:
    """Expected number of fixed cells in which noise alone makes at least `hits` of `looks`, in one window."""
    chances = (comb(looks, k) * pfa**k * (1.0 - pfa) ** (looks - k) for k in range(hits, looks + 1))
    return cell_count * sum(chances)


def sojourn_s(stay_probability: float, period_s: float) -> float:
    """Mean time in a mode that is kept with `stay_probability` from one period to the next."""
    return period_s / (1.0 - stay_probability)


def stationary(first_stay_probability: float, second_stay_probability: float) -> tuple[float, float]:
    """Long-run probabilities of the two modes of a chain that keeps them with these probabilities."""
    out1, out2 = 1.0 - first_stay_probability, 1.0 - second_stay_probability
    return out2 / (out1 + out2), out1 / (out1 + out2)


def _chain(hits: int, looks: int, pd: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Transitions among unconfirmed patterns of the last N - 1 looks, and the empty start."""
    if not 1 <= hits <= looks <= WINDOW_LIMIT:
        raise RangeError(f"{hits} of {looks} must satisfy 1 <= M <= N <= {WINDOW_LIMIT}")
    size = 1 << (looks - 1)
    chain = np.zeros((size, size))
    for pattern in range(size):
        for hit, p in ((1, pd), (0, 1.0 - pd)):
            seen = (pattern << 1) | hit
            if seen.bit_count() < hits:
                chain[pattern, seen & (size - 1)] += p
    start = np.zeros(size)
    start[0] = 1.0
    return chain, start
