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
def normalised(error: Any, covariance: Any, axes: Any, work: Any, out: Any) -> None:
    """out[i] = e' P^-1 e over some axes, by Cholesky; not finite where P is not positive definite.

    error: f8[n, d]; covariance: f8[n, d, d], of which the lower half is read; axes: i8[k], rising; out: f8[n];
    work: f8[k, k + 1], room for the triangle L of P = L L' and, in its last column, for L^-1 e.
    """
    count = axes.size
    for i in range(error.shape[0]):
        total = 0.0
        for r in range(count):
            for c in range(r + 1):
                value = covariance[i, axes[r], axes[c]]
                for k in range(c):
                    value -= work[r, k] * work[c, k]
                if c < r:
                    work[r, c] = value / work[c, c]
                else:
                    work[r, r] = np.sqrt(value) if value > 0.0 else np.nan
            rest = error[i, axes[r]]
            for k in range(r):
                rest -= work[r, k] * work[k, count]
            work[r, count] = rest / work[r, r]
            total += work[r, count] * work[r, count]
        out[i] = total


def squares(error: ArrayLike, covariance: ArrayLike, axes: ArrayLike | None = None) -> Floats:
    """Normalised error squared of each row, NaN where it has none: error [n, d], covariance [n, d, d].

    axes: which of the d components count, rising; all by default.
    """
    e = np.ascontiguousarray(np.atleast_2d(np.asarray(error, float)))
    n, d = e.shape
    chosen = np.arange(d) if axes is None else np.asarray(axes, np.int64)
    out, work = np.zeros(n), np.zeros((chosen.size, chosen.size + 1))
    normalised(e, np.ascontiguousarray(np.asarray(covariance, float).reshape(n, d, d)), chosen, work, out)
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
