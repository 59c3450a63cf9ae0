"""Fewer trials for the same interval: weighted trials for rare leaks, and blocks of stratified draws.

A tilted trial (engage.tilt) makes leaks more frequent and carries a weight, its likelihood under plain chance over that
under the tilt. With x a measure and w the weight of a trial,

    mean = sum(w x) / n                                  unbiased for the mean without a tilt
    gain = (sum(w x^2) / n - mean^2) / var(w x)          plain trials that one tilted trial is worth

because E[w x^2] is the plain second moment: both variances come from the same trials. The interval is that of
`sequential.interval`, for w x is skewed. The sum of weights over n is 1 on average, which checks the weights.

Under stratified draws the trials of a block depend on each other and blocks do not: block means are the observations.
Pairs of antithetic draws are blocks of 2.

Sources: [hesterberg1995] defensive mixtures, "Weighted average importance sampling and defensive mixture
distributions", Technometrics 37; [owen2000] Owen and Zhou, "Safe and effective importance sampling", JASA 95;
[kong1992] Kong, effective sample size, technical report 348, University of Chicago; [mckay1979] Latin hypercubes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, nan, sqrt

import numpy as np
import numpy.typing as npt

from farwatch.errors import InputError, Problem
from farwatch.outcomes.intervals import Numbers, normal_quantile
from farwatch.outcomes.sequential import interval
from farwatch.outcomes.summary import Estimate

Values = npt.NDArray[np.float64]

BLOCK = 8
"""Trials in a block of stratified draws."""

FEW = 20.0
"""Fewer effective contributions than this are too few to trust an interval."""

DOMINANT = 0.1
"""A single trial that carries more than this share of an estimate is worth a warning."""

WEIGHT_CONFIDENCE = 0.999
"""How sure a mean weight must be off 1 before the weights are called wrong."""

PILOT_EVENTS = 10
"""Trials with a value other than 0 that a pilot needs before its variance counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """What the weights of some trials say about themselves.

    `mean` with its 99.9 % interval, which must hold 1; `effective` = (sum w)^2 / sum w^2 [kong1992]; `largest_share`
    of one trial in the sum of weights.
    """

    mean: Estimate
    effective: float
    largest_share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighted:
    """A mean from weighted trials.

    `contributions`: effective number of trials that carry it, (sum w x)^2 / sum (w x)^2. `gain`: plain trials that one
    of these is worth. `notices`: what should keep a reader from trusting it, in sentences.
    """

    value: Estimate
    trials: int
    contributions: float
    gain: float
    weights: Weights
    notices: tuple[str, ...]


def weighted_mean(
    values: Numbers, weights: Numbers, confidence: float = 0.95, bounds: tuple[float, float] | None = None
) -> Weighted:
    """Mean of a measure as it is without a tilt, from `values` [trials] and `weights` [trials] of tilted trials.

    `bounds` are those of the measure, where known: they also bound the mean.
    """
    x, w = _pair(values, weights)
    terms = w * x
    if terms.size == 0:
        return Weighted(
            value=Estimate(nan, nan, nan), trials=0, contributions=0.0, gain=nan, weights=weigh(w), notices=()
        )
    mean = float(terms.mean())
    value = interval(terms, "mean", confidence)
    if bounds is not None:
        value = Estimate(mean, max(value.low, bounds[0]), min(value.high, bounds[1]))
    about, carried, greatest = weigh(w), *_carried(terms)
    plain = max(float((w * x * x).mean()) - mean * mean, 0.0)
    scatter = float(terms.var(ddof=1)) if terms.size > 1 else nan
    return Weighted(
        value=value,
        trials=terms.size,
        contributions=carried,
        gain=plain / scatter if scatter > 0.0 else nan,
        weights=about,
        notices=tuple(_notices(about, carried, greatest)),
    )


def chance_of_any(leakers: Numbers, weights: Numbers, confidence: float = 0.95) -> Weighted:
    """Probability of at least one leaker, from `leakers` [trials] and `weights` [trials] of tilted trials."""
    x, w = _pair(leakers, weights)
    return weighted_mean((x > 0.0).astype(np.float64), w, confidence, (0.0, 1.0))


def weigh(weights: Numbers) -> Weights:
    """Diagnostics of the weights alone."""
    w = np.asarray(weights, np.float64).ravel()
    if w.size == 0:
        return Weights(mean=Estimate(nan, nan, nan), effective=0.0, largest_share=nan)
    constant = float(np.ptp(w)) == 0.0
    mean = Estimate(float(w[0]), float(w[0]), float(w[0])) if constant else interval(w, "mean", WEIGHT_CONFIDENCE)
    carried, greatest = _carried(w)
    return Weights(mean=mean, effective=carried, largest_share=greatest)


# Choosing a tilt ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Pilot:
    """A few trials at one tilt: values [trials] of the measure, and their weights [trials]."""

    tilt: float
    values: Values
    weights: Values


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The tilt to play with, and the standard deviation of w x at each tilt; NaN where a pilot saw too little."""

    tilt: float
    spreads: tuple[tuple[float, float], ...]


def choose_tilt(pilots: Sequence[Pilot]) -> Choice:
    """The tilt whose pilot scatters least.

    A pilot with fewer than PILOT_EVENTS trials that count has seen too little for its small variance to be believed;
    when all have, the one that saw most is taken. Pilot trials must not enter the final estimate: what looked best by
    luck would bias it.
    """
    if not pilots:
        raise InputError("arguments", [Problem("pilots", "none", "must hold at least one")])
    terms = [np.multiply(*_pair(pilot.values, pilot.weights)) for pilot in pilots]
    seen = [int(np.count_nonzero(row)) for row in terms]
    spreads = [
        float(row.std(ddof=1)) if events >= PILOT_EVENTS and row.size > 1 else nan
        for row, events in zip(terms, seen, strict=True)
    ]
    order = range(len(pilots))
    if all(np.isnan(spreads)):
        best = max(order, key=lambda k: (seen[k], -pilots[k].tilt))
    else:
        best = min(order, key=lambda k: inf if np.isnan(spreads[k]) else spreads[k])
    return Choice(
        tilt=pilots[best].tilt,
        spreads=tuple((pilot.tilt, spread) for pilot, spread in zip(pilots, spreads, strict=True)),
    )


# Blocks -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocked:
    """A mean from block means: `gain` is how many plain trials one of these is worth, with its interval."""

    value: Estimate
    blocks: int
    gain: Estimate


def block_means(values: Numbers, size: int = BLOCK) -> Values:
    """Means of whole blocks of `size` consecutive values; what is left over at the end does not count."""
    if size < 1:
        raise InputError("arguments", [Problem("size", str(size), "must be at least 1")])
    array = np.asarray(values, np.float64).ravel()
    whole = array.size // size * size
    return np.asarray(array[:whole].reshape(-1, size).mean(axis=1), np.float64)


def blocked_mean(values: Numbers, size: int = BLOCK, confidence: float = 0.95) -> Blocked:
    """Mean of `values` [trials] whose blocks of `size` are independent, and what blocks save.

    The variance of plain trials is taken from all values, whose law is the same in every trial: that of one trial over
    `size` times that of a block mean is the gain. Its interval treats the logarithm as normal, with the variance of
    both by their fourth moments.
    """
    means = block_means(values, size)
    array = np.asarray(values, np.float64).ravel()[: means.size * size]
    unknown = Estimate(nan, nan, nan)
    gain = unknown
    if means.size > 1 and float(np.ptp(means)) > 0.0:
        ratio = float(array.var(ddof=1)) / (size * float(means.var(ddof=1)))
        error = sqrt(_relative_variance(means) + _relative_variance(array))
        reach = float(np.exp(normal_quantile(confidence) * error))
        gain = Estimate(ratio, ratio / reach, ratio * reach)
    value = interval(means, "mean", confidence) if means.size else unknown
    return Blocked(value=value, blocks=means.size, gain=gain)


def _relative_variance(values: Values) -> float:
    """Variance of a sample variance over its square: (kurtosis - 1) / n."""
    away = values - values.mean()
    return (float((away**4).mean()) / float((away**2).mean()) ** 2 - 1.0) / values.size


# Doors and notices --------------------------------------------------------------------------------------------------


def _pair(values: Numbers, weights: Numbers) -> tuple[Values, Values]:
    x, w = np.asarray(values, np.float64).ravel(), np.asarray(weights, np.float64).ravel()
    problems = []
    if x.size != w.size:
        problems.append(Problem("weights", str(w.size), f"must be as many as the values ({x.size})"))
    if not (np.isfinite(x).all() and np.isfinite(w).all()):
        problems.append(Problem("values, weights", "", "must be finite"))
    elif (w < 0.0).any():
        problems.append(Problem("weights", f"{w.min():g}", "must not be negative"))
    if problems:
        raise InputError("arguments", problems)
    return x, w


def _carried(terms: Values) -> tuple[float, float]:
    """Effective number of terms of a sum, and the share of the largest; 0 and NaN for a sum of nothing."""
    sizes = np.abs(terms)
    total = float(sizes.sum())
    if total == 0.0:
        return 0.0, nan
    return total * total / float((sizes * sizes).sum()), float(sizes.max()) / total


def _notices(weights: Weights, carried: float, greatest: float) -> list[str]:
    notices = []
    if not weights.mean.low <= 1.0 <= weights.mean.high:
        notices.append(f"the mean weight is {weights.mean.value:.3f} and not 1: the weights do not fit the draws")
    if carried == 0.0:
        notices.append("no trial contributed: the event was never played")
        return notices
    if carried < FEW:
        notices.append(f"only {carried:.0f} effective trials carry the estimate: play more, or choose another tilt")
    if greatest > DOMINANT:
        notices.append(f"one trial carries {greatest:.0%} of the estimate")
    return notices
