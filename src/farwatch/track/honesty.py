"""Are stated uncertainties true? NEES of matched tracks and NIS of innovations, over a whole series.

Source: Bar-Shalom, Li, Kirubarajan 2001, section 5.4. For an honest filter the normalised error squared has a
chi-square law with as many degrees of freedom as components.
"""

from dataclasses import dataclass
from math import nan
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from farwatch.compiled import kernel
from farwatch.track.consistency import gate_threshold, mean_bounds

Floats = NDArray[np.float64]

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Honesty:
    """How a series of normalised errors squared compares with what an honest filter gives."""

    dimension: int
    count: int
    """Errors that count: finite, with a positive definite covariance."""
    mean: float
    """An honest filter's mean is the dimension; more: too confident; less: too cautious."""
    low: float
    high: float
    """Between these lies the mean of as many *independent* errors of an honest filter, 95 times in 100."""
    inside_share: float
    """Share below the 95 % quantile of the chi-square law: 0.95 if honest."""

    @property
    def holds(self) -> bool:
        """Whether the mean lies inside its bounds."""
        return self.low <= self.mean <= self.high


@kernel
def normalised(error: Any, covariance: Any, work: Any, out: Any) -> None:
    """out[i] = e' P^-1 e by Cholesky; NaN where P is not positive definite or anything is not finite.

    error: f8[n, d]; covariance: f8[n, d, d], of which the lower half is read; out: f8[n]; work: f8[d, d + 1], room for
    the triangle L of P = L L' and, in its last column, for L^-1 e.
    """
    d = error.shape[1]
    for i in range(error.shape[0]):
        total = 0.0
        for r in range(d):
            for c in range(r + 1):
                value = covariance[i, r, c]
                for k in range(c):
                    value -= work[r, k] * work[c, k]
                if c < r:
                    work[r, c] = value / work[c, c]
                else:
                    work[r, r] = np.sqrt(value) if value > 0.0 else np.nan
            rest = error[i, r]
            for k in range(r):
                rest -= work[r, k] * work[k, d]
            work[r, d] = rest / work[r, r]
            total += work[r, d] * work[r, d]
        out[i] = total


def squares(error: ArrayLike, covariance: ArrayLike) -> Floats:
    """Normalised error squared of each row, NaN where it has none: error [n, d], covariance [n, d, d]."""
    e = np.ascontiguousarray(np.atleast_2d(np.asarray(error, float)))
    n, d = e.shape
    out = np.zeros(n)
    normalised(e, np.ascontiguousarray(np.asarray(covariance, float).reshape(n, d, d)), np.zeros((d, d + 1)), out)
    out[~np.isfinite(out)] = np.nan
    return out


def nis(innovation: ArrayLike, covariance: ArrayLike) -> Honesty:
    """Honesty of a filter's innovations: innovation [n, d] in the units of the measurement, covariance [n, d, d].

    Rows that are not finite, or whose covariance is not positive definite, do not count.
    """
    return judged(squares(innovation, covariance), np.atleast_2d(np.asarray(innovation, float)).shape[1])


def judged(values: Floats, dimension: int) -> Honesty:
    """Honesty of a series of normalised errors squared (NaN: does not count) of so many components."""
    kept = values[np.isfinite(values)]
    if kept.size == 0:
        return Honesty(dimension, 0, nan, nan, nan, nan)
    low, high = mean_bounds(kept.size, dimension, CONFIDENCE)
    inside = kept <= gate_threshold(CONFIDENCE, dimension)
    return Honesty(dimension, kept.size, float(kept.mean()), low, high, float(inside.mean()))
