"""Detection over several looks: M of N, and the chance to have been seen at least once.

Source: [skolnik] ch. 2 (binary integration); the window slides and starts empty.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from farwatch.errors import RangeError

Floats = NDArray[np.float64]

_SINGLE_LOOK_CASE = {0: 0, 2: 1, 4: 3}


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


def binary_snr(hits: int, looks: int, pd: float, pfa: float, swerling: int = 0) -> float:
    """Mean SNR per look in decibels that gives `pd` and `pfa` with `hits` of `looks`, one pulse a look.

    Looks are independent: cases 0 (steady), 2 and 4 (fluctuating from look to look). Raises RangeError for slow cases.
    """
    from farwatch.detect.statistics import required_snr

    if swerling not in _SINGLE_LOOK_CASE:
        raise RangeError("M of N is independent looks: Swerling case 0, 2 or 4; a slow echo is the same in all looks")
    single_pd, single_pfa = single_for_m_of_n(hits, looks, pd), single_for_m_of_n(hits, looks, pfa)
    return float(required_snr(single_pd, single_pfa, 1, _SINGLE_LOOK_CASE[swerling]))


def binary_loss_db(hits: int, looks: int, pd: float, pfa: float, swerling: int = 0) -> float:
    """SNR per look that M of N costs against summing the powers of all looks, dB."""
    from farwatch.detect.statistics import required_snr

    return binary_snr(hits, looks, pd, pfa, swerling) - float(required_snr(pd, pfa, looks, swerling))


def best_hits(looks: int, pd: float, pfa: float, swerling: int = 0) -> int:
    """The M of `looks` that needs the least SNR for a Pd and Pfa, found by trying each."""
    return min(range(1, looks + 1), key=lambda hits: binary_snr(hits, looks, pd, pfa, swerling))


def coherent_snr(pulses: int, bursts: int, pd: float, pfa: float, swerling: int = 0) -> float:
    """Mean SNR per pulse in decibels when `pulses` are summed in phase and the powers of `bursts` such sums added.

    The echo is steady within a burst; cases 2 and 4 change from burst to burst. No filter loss (`losses`).
    """
    from farwatch.detect.statistics import required_snr

    if pulses < 1:
        raise RangeError("a burst has one pulse or more")
    return float(required_snr(pd, pfa, bursts, swerling)) - float(10.0 * np.log10(pulses))


def cumulative_of(pd_looks: ArrayLike) -> Floats:
    """Chance of at least one detection up to each look, along the last axis; looks are independent."""
    with np.errstate(divide="ignore"):
        return np.asarray(-np.expm1(np.cumsum(np.log1p(-np.asarray(pd_looks, np.float64)), axis=-1)))
