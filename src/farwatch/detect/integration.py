"""Detection over several looks: M of N, and the chance to have been seen at least once.

Source: [skolnik] ch. 2 (binary integration); the window slides and starts empty.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from farwatch.errors import RangeError

Floats = NDArray[np.float64]


def m_of_n(hits: ArrayLike, looks: ArrayLike, p_single: ArrayLike) -> Floats:
    """Chance of at least `hits` detections in `looks` independent looks."""
    from scipy.special import betainc

    m, n = _counts(hits, looks)
    return np.asarray(betainc(m, n - m + 1.0, np.asarray(p_single, np.float64)))


def single_for_m_of_n(hits: ArrayLike, looks: ArrayLike, p_overall: ArrayLike) -> Floats:
    """Chance per look that makes `m_of_n` equal `p_overall`."""
    from scipy.special import betaincinv

    m, n = _counts(hits, looks)
    return np.asarray(betaincinv(m, n - m + 1.0, np.asarray(p_overall, np.float64)))


def cumulative_pd(pd_scan: ArrayLike, scans: ArrayLike) -> Floats:
    """Chance of at least one detection in independent scans of equal chance."""
    return np.asarray(-np.expm1(np.asarray(scans) * np.log1p(-np.asarray(pd_scan, np.float64))))


def _counts(hits: ArrayLike, looks: ArrayLike) -> tuple[Floats, Floats]:
    m, n = np.asarray(hits, np.float64), np.asarray(looks, np.float64)
    if np.any((m < 1) | (m > n)):
        raise RangeError("M of N needs 1 <= M <= N")
    return m, n
