"""How much of the spread from trial to trial is what we do not know, and how much is chance.

Each trial draws every uncertain figure once, independently of all chance. Write y for leakers per trial and
x_k for the rank of figure k over the trials, standardised. The part of var(y) that is linear in the x_k is
the sum over k of cov(x_k, y)^2, and the square of each covariance has the unbiased estimate

    ((sum_i x_ik y_i)^2 - sum_i x_ik^2 y_i^2) / (n (n - 1))

whatever the law of y, and for more figures than trials, where a regression has no answer [kong2018]. Standard
errors are delete-one jackknife. It is approximate: effects that are not monotone, and figures that matter
only together, are counted as chance, so the share is a lower bound on what better figures could settle.

Sources: [kong2018] Kong and Valiant, "Estimating learnability in the sublinear data regime", NeurIPS 31;
[efron1981] Efron and Stein, "The jackknife estimate of variance", Annals of Statistics 9.
"""

from collections.abc import Sequence
from math import nan, sqrt

import numpy as np
import numpy.typing as npt

from farwatch.outcomes.evidence import Array
from farwatch.outcomes.intervals import normal_quantile
from farwatch.outcomes.summary import Estimate, FigureShare, SpreadSplit

_NOTHING = 1e-12
"""Share of the scatter below which a rest is a rounding error."""

FEWEST_TRIALS = 10
"""Below this many trials nothing is said."""


def split(values: Array, figures: Array, names: Sequence[str], confidence: float = 0.95) -> SpreadSplit:
    """Split the variance of `values` [trials] over `figures` [trials, figures], named by `names`.

    Only figures whose interval lies above zero are listed, largest share first.
    """
    y = np.asarray(values, np.float64)
    varying = np.flatnonzero(np.ptp(figures, axis=0) > 0.0) if len(y) else np.empty(0, np.int64)
    variance = float(y.var(ddof=1)) if len(y) > 1 else nan
    if len(y) < FEWEST_TRIALS or len(varying) == 0 or not variance > 0.0:
        nothing = Estimate(nan, nan, nan)
        return SpreadSplit(variance=variance, unknown=nothing, chance=nothing, figures=(), drawn=len(varying))
    x = _standard_ranks(figures[:, varying])
    shares, left_out = _explained(x, y)
    quantile = normal_quantile(confidence)
    total = _estimate(float(shares.sum()), left_out.sum(axis=1), quantile)
    each = [_estimate(float(share), left_out[:, k], quantile) for k, share in enumerate(shares)]
    signs = np.sign(x.T @ (y - y.mean())).astype(int)
    rows = [
        FigureShare(names[varying[k]], estimate, int(signs[k])) for k, estimate in enumerate(each) if estimate.low > 0.0
    ]
    return SpreadSplit(
        variance=variance,
        unknown=total,
        chance=Estimate(1.0 - total.value, 1.0 - total.high, 1.0 - total.low),
        figures=tuple(sorted(rows, key=lambda row: (-row.share.value, row.name))),
        drawn=len(varying),
    )


def _standard_ranks(figures: Array) -> npt.NDArray[np.float64]:
    """Ranks by column, shifted and scaled to mean 0 and variance 1."""
    ranks = figures.argsort(axis=0, kind="stable").argsort(axis=0, kind="stable").astype(np.float64)
    ranks -= ranks.mean(axis=0)
    return np.asarray(ranks / ranks.std(axis=0), np.float64)


def _explained(x: Array, y: Array) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Share of the variance of y by figure [k], and the same with each trial left out [trials, k]."""
    n = len(y)
    centred = y - y.mean()
    products = x * centred[:, None]
    squares = products**2
    sums, square_sums = products.sum(axis=0), squares.sum(axis=0)
    scatter = float((centred**2).sum())
    shares = (sums**2 - square_sums) / n / scatter
    # Leaving trial i out: drop its product, and its part of the scatter with the mean moved.
    rest = scatter - centred**2 * n / (n - 1)
    moved = products + x * (centred / (n - 1))[:, None]
    explained = ((sums - moved) ** 2 - (square_sums - squares)) / (n - 1)
    # Where one trial holds all the scatter, nothing is left without it that could be explained.
    scattered = np.broadcast_to((rest > _NOTHING * scatter)[:, None], explained.shape)
    left_out = np.divide(explained, rest[:, None], out=np.zeros_like(explained), where=scattered)
    return shares, left_out


def _estimate(value: float, left_out: Array, quantile: float) -> Estimate:
    """Clipped value with the interval of the delete-one jackknife."""
    n = len(left_out)
    half = quantile * sqrt((n - 1) / n * float(((left_out - left_out.mean()) ** 2).sum()))
    low, middle, high = np.clip([value - half, value, value + half], 0.0, 1.0)
    return Estimate(float(middle), float(low), float(high))
