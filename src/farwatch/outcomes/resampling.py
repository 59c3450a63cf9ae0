"""The bootstrap: how an estimate scatters when its rows are drawn again with replacement [efron1993].

Only how often each row is drawn matters to a mean, so a resample is a row of counts, and a thousand of them are one
matrix. The counts follow from a seed alone.

Source: [efron1993] Efron and Tibshirani, "An Introduction to the Bootstrap", chapters 6 and 13.
"""

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from farwatch.outcomes.summary import Estimate

TIMES = 1000
"""Resamples; ends of a 95 % interval then have 25 on their far side."""

FEWEST_ROWS = 12
"""With fewer rows the bootstrap is far too sure, and says nothing."""

Values = npt.NDArray[np.float64]


@lru_cache(maxsize=4)
def shares_of(rows: int, seed: int, times: int = TIMES) -> Values:
    """Share of each row in each resample, f8[times, rows], not to be written to; each resample adds to one."""
    from scipy.stats import multinomial

    equal = np.full(rows, 1.0 / rows)
    drawn = multinomial(rows, equal).rvs(size=times, random_state=seed % 2**32)
    shares = np.asarray(drawn, np.float64).reshape(times, rows) / rows
    shares.flags.writeable = False
    return shares


def means_of(rows: Values, seed: int, times: int = TIMES) -> Values:
    """Means f8[1 + times, columns] of rows f8[rows, columns]: first of all, then of each resample.

    The resampled ones are NaN where there are too few rows to resample.
    """
    means = rows.mean(axis=0, keepdims=True)
    if len(rows) < FEWEST_ROWS:
        return np.vstack([means, np.full((times, rows.shape[1]), np.nan)])
    return np.vstack([means, shares_of(len(rows), seed, times) @ rows])


def percentile(value: float, resampled: Values, confidence: float = 0.95) -> Estimate:
    """A value with the percentile interval of its resampled values; resamples that could not tell (NaN) are left out.

    NaN ends where fewer than half of the resamples could tell.
    """
    known = resampled[np.isfinite(resampled)]
    if not np.isfinite(value) or known.size * 2 < resampled.size:
        return Estimate(value, float("nan"), float("nan"))
    tail = (1.0 - confidence) / 2.0
    low, high = np.quantile(known, [tail, 1.0 - tail])
    return Estimate(value, float(low), float(high))
