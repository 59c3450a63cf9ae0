"""From kept trials to estimates: what counts as one independent observation, and which interval it gets.

A trial is one observation. With stratified draws the eight trials of a block depend on each other, and blocks do not:
then the mean of a block is one observation. Under importance sampling a value counts with its weight, the likelihood
ratio of its trial, whose mean is 1: the mean of weight times value is unbiased.
"""

from dataclasses import dataclass
from math import inf

import numpy as np
import numpy.typing as npt

from farwatch.campaign.measured import ANY_LEAK, LEAKED_SHARE, WEIGHT, values_of
from farwatch.campaign.points import STRATIFIED, Kept, Point
from farwatch.outcomes import rare, sequential
from farwatch.outcomes.summary import Estimate

Values = npt.NDArray[np.float64]

BLOCK_TRIALS = 8
"""Trials of one block of stratified draws."""

Bounds = tuple[float, float] | None

NOTHING = Estimate(float("nan"), float("nan"), float("nan"))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sample:
    """One measure over the trials of one point, f8[trials]; `weights` are None but for importance sampling.

    `block`: how many consecutive trials make one independent observation. `bounds`: what the measure can be at all.
    `kind`: as in `outcomes.sequential`.
    """

    values: Values
    weights: Values | None = None
    block: int = 1
    bounds: Bounds = None
    kind: str = "mean"

    def __len__(self) -> int:
        """Trials."""
        return len(self.values)


def sample_of(kept: Kept, point: Point, measure: str, count: int | None = None) -> Sample:
    """A measure of the first `count` trials of a point; all that are kept when None."""
    weights = None
    if point.tilt_odds:
        weights = np.asarray(kept.column(point.number, WEIGHT)[:count], np.float64)
    block = BLOCK_TRIALS if point.draws.kind == STRATIFIED else 1
    return Sample(
        values=values_of(kept, point.number, measure, count),
        weights=weights,
        block=block,
        bounds=_bounds(kept, point, measure),
        kind="share" if measure == ANY_LEAK and weights is None and block == 1 else "mean",
    )


def _bounds(kept: Kept, point: Point, measure: str) -> Bounds:
    if measure in {LEAKED_SHARE, ANY_LEAK}:
        return 0.0, 1.0
    if measure == "leaked" and kept.count(point.number):
        return 0.0, float(np.max(kept.column(point.number, "raid_targets")))
    return 0.0, inf  # counts, times and prices


def difference_of(second: Sample, first: Sample) -> Sample:
    """Second minus first, trial by trial over the trials that both have."""
    count = min(len(first), len(second))
    a, b = weighted(first)[:count], weighted(second)[:count]
    bounds = None
    plain = first.weights is None and second.weights is None
    if plain and first.bounds is not None and second.bounds is not None:
        bounds = (second.bounds[0] - first.bounds[1], second.bounds[1] - first.bounds[0])
    return Sample(values=b - a, block=max(first.block, second.block), bounds=bounds, kind="difference")


def weighted(sample: Sample) -> Values:
    """Values times weights, whose plain mean is the estimate."""
    return sample.values if sample.weights is None else sample.values * sample.weights


def interval_of(sample: Sample, confidence: float = 0.95) -> Estimate:
    """The mean of a sample with its interval; the one place where an interval of a mean is chosen."""
    if sample.weights is None or sample.bounds is None:
        return sequential.interval(observations(sample), sample.kind, confidence, sample.bounds)
    # A weighted value may lie beyond the bounds of the measure; its mean may not.
    it, (least, most) = sequential.interval(observations(sample), sample.kind, confidence), sample.bounds
    return Estimate(it.value, max(it.low, least), min(it.high, most))


def known(sample: Sample, half_width: float, confidence: float) -> bool:
    """Whether the interval of a sample's mean is as narrow as wanted, and may be believed."""
    bounds = sample.bounds if sample.weights is None else None
    return sequential.enough(observations(sample), half_width, confidence, sample.kind, bounds=bounds)


def observations(sample: Sample) -> Values:
    """Independent observations: trials, or means of whole blocks."""
    values = weighted(sample)
    return values if sample.block == 1 else rare.block_means(values, sample.block)


def gain_of_blocks(sample: Sample) -> Estimate:
    """How many plain trials one of stratified draws is worth; NaN where trials are independent or never differ."""
    if sample.block == 1 or sample.kind == "difference":
        return NOTHING
    return rare.blocked_mean(weighted(sample), sample.block).gain


def gain_of_weights(sample: Sample) -> float:
    """How many plain trials one tilted trial is worth; NaN without weights or without a leak."""
    if sample.weights is None or len(sample) < 2:
        return float("nan")
    return rare.weighted_mean(sample.values, sample.weights).gain


def doubts_about(sample: Sample) -> tuple[str, ...]:
    """What should keep a reader from trusting weighted trials, in sentences."""
    return () if sample.weights is None else rare.weighted_mean(sample.values, sample.weights).notices
