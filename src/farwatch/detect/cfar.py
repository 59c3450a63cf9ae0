"""Constant false-alarm rate in closed form: one pulse, exponential noise, Swerling-1 target, homogeneous cells.

Sources: [finn1968] Finn and Johnson, RCA Review 29 (cell averaging); [gandhi1988] Gandhi and Kassam, IEEE Trans. AES
24 (both detectors); [rohling1983] Rohling, IEEE Trans. AES 19 (ordered statistic).
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from farwatch.detect.equation import from_db, to_db
from farwatch.errors import RangeError

Floats = NDArray[np.float64]


def ca_multiplier(cells: ArrayLike, pfa: ArrayLike) -> Floats:
    """Factor on the mean of `cells` reference cells that noise exceeds with chance `pfa`."""
    n = np.asarray(cells, np.float64)
    return np.asarray(n * np.expm1(-np.log(pfa) / n))


def ca_pd(cells: ArrayLike, pfa: ArrayLike, snr_db: ArrayLike) -> Floats:
    """Probability of detection with cell averaging."""
    n = np.asarray(cells, np.float64)
    return np.asarray((1.0 + ca_multiplier(cells, pfa) / (n * (1.0 + from_db(snr_db)))) ** -n)


def ca_loss_db(cells: ArrayLike, pfa: ArrayLike, pd: ArrayLike) -> Floats:
    """Extra SNR that estimating the noise costs at a probability of detection, against known noise."""
    n = np.asarray(cells, np.float64)
    estimated = np.expm1(-np.log(pfa) / n) / np.expm1(-np.log(pd) / n) - 1.0
    known = np.log(pfa) / np.log(pd) - 1.0
    return to_db(estimated) - to_db(known)


def os_multiplier(cells: int, rank: int, pfa: float) -> float:
    """Factor on the `rank`-th smallest of `cells` reference cells that noise exceeds with chance `pfa`."""
    from scipy.optimize import brentq

    if not 1 <= rank <= cells:
        raise RangeError("the rank of an ordered statistic lies between 1 and the number of cells")
    high = 1.0
    while os_pfa(cells, rank, high) > pfa:
        high *= 2.0
    return float(brentq(lambda factor: np.log(os_pfa(cells, rank, factor) / pfa), 0.0, high, xtol=1e-13, rtol=1e-14))


def os_pfa(cells: int, rank: int, factor: float) -> float:
    """Probability of false alarm of an ordered-statistic detector."""
    left = cells - np.arange(rank)
    return float(np.exp(-np.sum(np.log1p(factor / left))))


def os_pd(cells: int, rank: int, pfa: float, snr_db: float) -> float:
    """Probability of detection with an ordered statistic."""
    return os_pfa(cells, rank, os_multiplier(cells, rank, pfa) / (1.0 + float(from_db(snr_db))))
