"""Interval estimators: what a finite number of trials can say.

Each returns an `Interval` of the stated two-sided confidence. Proportions: `successes` of `trials`
independent trials; for many targets in one trial, which share its luck and its drawn figures, use
`clustered_share`.

Sources: [wilson1927] score interval; [clopper1934] exact; [agresti1998] adjusted Wald; [brown2001] Jeffreys
and a comparison of all; [newcombe1998] difference by hybrid score; [garwood1936] exact Poisson; [welch1947]
unequal variances; [cochran1977] ratio of two sums; [franco2019] Wilson with the effective sample size of a cluster
sample. Full titles: docs/statistics.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, nan, sqrt
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from farwatch.errors import InputError, Problem

Numbers = Sequence[float] | npt.NDArray[np.floating] | npt.NDArray[np.integer]


class Interval(NamedTuple):
    """Lower and upper end."""

    low: float
    high: float


def normal_quantile(confidence: float) -> float:
    """Two-sided standard normal quantile: 1.96 for 0.95."""
    from scipy.special import ndtri

    return -float(ndtri(_tail(confidence)))


def student_quantile(confidence: float, degrees: float) -> float:
    """Two-sided quantile of Student's t with `degrees` of freedom; infinity below one degree."""
    from scipy.special import stdtrit

    tail = _tail(confidence)
    return -float(stdtrit(degrees, tail)) if degrees >= 1.0 else inf


# Proportions -----------------------------------------------------------------------------------------------


def wilson(successes: float, trials: float, confidence: float = 0.95) -> Interval:
    """Score interval of a proportion [wilson1927]; the default here. Takes fractional effective counts."""
    _check_count(successes, trials)
    return _score(successes / trials, trials, normal_quantile(confidence))


def clopper_pearson(successes: float, trials: float, confidence: float = 0.95) -> Interval:
    """Exact interval of a proportion [clopper1934]: never covers less than `confidence`, so it is wide."""
    from scipy.special import betaincinv

    _check_count(successes, trials)
    tail = _tail(confidence)
    low = betaincinv(successes, trials - successes + 1, tail) if successes > 0 else 0.0
    high = betaincinv(successes + 1, trials - successes, 1.0 - tail) if successes < trials else 1.0
    return Interval(float(low), float(high))


def jeffreys(successes: float, trials: float, confidence: float = 0.95) -> Interval:
    """Equal-tailed Bayesian interval under the prior Beta(1/2, 1/2) [brown2001], not modified at the ends."""
    from scipy.special import betaincinv

    _check_count(successes, trials)
    tail = _tail(confidence)
    low, high = betaincinv(successes + 0.5, trials - successes + 0.5, [tail, 1.0 - tail])
    return Interval(float(low), float(high))


def agresti_coull(successes: float, trials: float, confidence: float = 0.95) -> Interval:
    """Wald interval about the centre of Wilson's [agresti1998], clipped to 0..1."""
    _check_count(successes, trials)
    z = normal_quantile(confidence)
    size = trials + z * z
    centre = (successes + z * z / 2.0) / size
    half = z * sqrt(centre * (1.0 - centre) / size)
    return Interval(max(0.0, centre - half), min(1.0, centre + half))


@dataclass(frozen=True, slots=True)
class Share:
    """A proportion over clusters: value, interval, and the number of independent observations it is worth."""

    value: float
    interval: Interval
    effective: float


def clustered_share(successes: Numbers, sizes: Numbers, confidence: float = 0.95) -> Share:
    """Share of successes where observations come in clusters: `successes[k]` of `sizes[k]` in trial k.

    The variance of the ratio is that between clusters (Taylor linearisation); its quotient with the binomial
    variance is the design effect, which turns the count into an effective one for Wilson's interval
    [franco2019]. The quantile is Student's, with the degrees of freedom that the fourth moment of the clusters
    leaves (Satterthwaite): few when a few trials hold most of the successes. Two guards keep it honest with
    few clusters: the effective count never exceeds the count of observations, and where the share is 0 or 1,
    so that clusters say nothing about their correlation, each counts as one observation. Clusters of one are
    plain Wilson. NaN when empty.
    """
    hits, counts = np.asarray(successes, np.float64), np.asarray(sizes, np.float64)
    hits, counts = hits[counts > 0], counts[counts > 0]
    clusters, total = len(counts), float(counts.sum())
    if clusters == 0:
        return Share(nan, Interval(nan, nan), 0.0)
    share = float(hits.sum() / total)
    if total == clusters or clusters < 2 or share in {0.0, 1.0}:
        return Share(share, wilson(share * clusters, clusters, confidence), float(clusters))
    residuals = hits - share * counts
    scatter = float((residuals**2).sum())
    if scatter == 0.0:
        return Share(share, _score(share, total, student_quantile(confidence, clusters - 1)), total)
    between = clusters / (clusters - 1) * scatter / total**2
    effective = min(share * (1.0 - share) / between, total)
    kurtosis = clusters * float((residuals**4).sum()) / scatter**2
    degrees = clusters - 1.0
    if kurtosis > 1.0:
        degrees = min(degrees, max(2.0, 2.0 * clusters / (kurtosis - 1.0)))
    return Share(share, _score(share, effective, student_quantile(confidence, degrees)), effective)


def _score(share: float, trials: float, quantile: float) -> Interval:
    """Wilson's interval for a share of a possibly fractional count; the ends are exact at 0 and 1."""
    squared = quantile * quantile
    centre = (share + squared / (2.0 * trials)) / (1.0 + squared / trials)
    half = quantile / (1.0 + squared / trials)
    half *= sqrt(share * (1.0 - share) / trials + squared / (4.0 * trials * trials))
    return Interval(
        0.0 if share == 0.0 else max(0.0, centre - half),
        1.0 if share == 1.0 else min(1.0, centre + half),
    )


# Means and rates -------------------------------------------------------------------------------------------


def mean_half_width(sample_std: float, runs: int, confidence: float = 0.95) -> float:
    """Half-width of Student's interval of a mean from its sample standard deviation; infinite for one run."""
    _refuse(
        ("runs", runs, runs >= 1, "must be at least 1"),
        ("sample_std", sample_std, sample_std >= 0.0, "must not be negative"),
    )
    return student_quantile(confidence, runs - 1) * sample_std / sqrt(runs) if runs > 1 else inf


def mean_interval(values: Numbers, confidence: float = 0.95) -> Interval:
    """Student's interval of the mean of independent values; unbounded for one value, NaN for none."""
    array = np.asarray(values, np.float64)
    if array.size == 0:
        return Interval(nan, nan)
    centre = float(array.mean())
    half = mean_half_width(float(array.std(ddof=1)) if array.size > 1 else 0.0, array.size, confidence)
    return Interval(centre - half, centre + half)


def ratio_interval(numerators: Numbers, denominators: Numbers, confidence: float = 0.95) -> tuple[float, Interval]:
    """Ratio of two sums over independent trials, and its interval; NaN where the lower sum is 0.

    The variance is that of the ratio's linear part (Taylor), r = sum a / sum b:
    n / (n - 1) sum (a - r b)^2 / (sum b)^2, with Student's quantile [cochran1977, section 6.4].
    """
    above, below = np.asarray(numerators, np.float64), np.asarray(denominators, np.float64)
    total = float(below.sum())
    if total == 0.0:
        return nan, Interval(nan, nan)
    ratio, runs = float(above.sum()) / total, len(below)
    if runs == 1:  # which says nothing about scatter
        return ratio, Interval(-inf, inf)
    scatter = runs / (runs - 1) * float(((above - ratio * below) ** 2).sum())
    half = student_quantile(confidence, runs - 1) * sqrt(scatter) / total
    return ratio, Interval(ratio - half, ratio + half)


def poisson_rate(events: int, exposure: float = 1.0, confidence: float = 0.95) -> Interval:
    """Exact interval of a Poisson rate, `events` in `exposure` [garwood1936]."""
    from scipy.special import gammaincinv

    _refuse(
        ("events", events, events >= 0, "must not be negative"),
        ("exposure", exposure, exposure > 0.0, "must be above 0"),
    )
    tail = _tail(confidence)
    low = float(gammaincinv(events, tail)) if events > 0 else 0.0
    return Interval(low / exposure, float(gammaincinv(events + 1, 1.0 - tail)) / exposure)


# Differences -----------------------------------------------------------------------------------------------


def newcombe_difference(
    successes1: float, trials1: float, successes2: float, trials2: float, confidence: float = 0.95
) -> Interval:
    """Interval of p1 - p2 for independent samples: hybrid score, method 10 of [newcombe1998]."""
    first, second = wilson(successes1, trials1, confidence), wilson(successes2, trials2, confidence)
    p1, p2 = successes1 / trials1, successes2 / trials2
    return Interval(
        p1 - p2 - sqrt((p1 - first.low) ** 2 + (second.high - p2) ** 2),
        p1 - p2 + sqrt((first.high - p1) ** 2 + (p2 - second.low) ** 2),
    )


@dataclass(frozen=True, slots=True)
class Welch:
    """Welch's test: statistic, degrees of freedom, two-sided p-value, interval of the difference of means."""

    statistic: float
    degrees: float
    p_value: float
    interval: Interval


def welch(first: Numbers, second: Numbers, confidence: float = 0.95) -> Welch:
    """Difference of means, first minus second, of independent samples of unequal variance [welch1947]."""
    from scipy.special import stdtr

    a, b = np.asarray(first, np.float64), np.asarray(second, np.float64)
    _refuse(
        ("first", len(a), len(a) > 1, "must hold at least 2 values"),
        ("second", len(b), len(b) > 1, "must hold at least 2 values"),
    )
    va, vb = float(a.var(ddof=1)) / len(a), float(b.var(ddof=1)) / len(b)
    difference = float(a.mean() - b.mean())
    error = sqrt(va + vb)
    if error == 0.0:
        return Welch(nan, nan, nan, Interval(difference, difference))
    degrees = (va + vb) ** 2 / (va**2 / (len(a) - 1) + vb**2 / (len(b) - 1))
    half = student_quantile(confidence, degrees) * error
    return Welch(
        difference / error,
        degrees,
        float(2.0 * stdtr(degrees, -abs(difference / error))),
        Interval(difference - half, difference + half),
    )


@dataclass(frozen=True, slots=True)
class Difference:
    """A mean difference and the half-width of its interval."""

    value: float
    half_width: float


def paired_difference(differences: Numbers, confidence: float = 0.95) -> Difference:
    """Mean of differences of pairs that shared their luck, with Student's half-width."""
    array = np.asarray(differences, np.float64)
    _refuse(("differences", array.size, array.size > 1, "must hold at least 2 values"))
    return Difference(float(array.mean()), mean_half_width(float(array.std(ddof=1)), array.size, confidence))


# Doors -----------------------------------------------------------------------------------------------------


def _tail(confidence: float) -> float:
    """Half of what a two-sided confidence leaves out."""
    _refuse(("confidence", confidence, 0.0 < confidence < 1.0, "must lie between 0 and 1"))
    return (1.0 - confidence) / 2.0


def _check_count(successes: float, trials: float) -> None:
    _refuse(
        ("trials", trials, trials > 0, "must be above 0"),
        ("successes", successes, 0 <= successes <= trials, f"must lie between 0 and trials ({trials:g})"),
    )


def _refuse(*rules: tuple[str, float, bool, str]) -> None:
    """Raise one error naming every rule that does not hold."""
    problems = [Problem(name, f"{value:g}", rule) for name, value, holds, rule in rules if not holds]
    if problems:
        raise InputError("arguments", problems)
