"""When a campaign has played enough, and the interval it may report then.

Data come in looks of growing size. At each look every measure that was chosen has its interval computed; the
campaign stops when all are narrow enough. Stopping on an interval that looks narrow favours samples whose variance is
low by luck, and leakers are the worst of data for it: mostly zeros, then a few, sometimes very many. What keeps the
coverage of the reported interval near its promise was chosen by simulation (docs/statistics.md has the table):

- few looks: the first at FIRST trials, each next GROWTH times as many;
- a mean counts as known only when the sample is large for its skewness: n >= SKEWNESS_LIMIT g^2, a milder form of
  Cochran's rule [cochran1977]; with rare events this asks for some 20 of them, unless the bounds of the measure keep
  its mean within the wanted half-width whatever those events are;
- the interval of a mean is Student's, corrected for skewness by Hall's cubic [hall1992], with the degrees of freedom
  that the fourth moment leaves; without skewness it is plain Student;
- a share counts as known only if it would be narrow enough with two successes more, and with two fewer;
- a quantile counts as known only if each side is short enough, now and by the first two thirds of the values;
- the lower end of a share with one to three successes (or failures) is the Poisson one [brown2001], because Wilson's
  misses there.

No rule works for every law: what has not happened yet cannot be seen [bahadur1956]. A sample whose values are all the
same says nothing of a mean unless the bounds of the measure are given.

Values are independent observations: trials, or the means of blocks when draws are stratified (`rare.block_means`);
differences are those of pairs that shared their luck.

Sources: [brown2001] the modified Wilson interval; [bahadur1956] Bahadur and Savage, Annals of Mathematical Statistics
27; [cochran1977] Cochran, "Sampling Techniques", section 2.15; [hall1992] Hall, "On the removal of skewness by
transformation", JRSS B 54; [hutson1999] Hutson, fractional order statistics, Journal of Applied Statistics 26.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import ceil, floor, inf, isfinite, nan, sqrt

import numpy as np
import numpy.typing as npt

from farwatch.errors import InputError, Problem
from farwatch.outcomes.intervals import Interval, Numbers, student_quantile, wilson
from farwatch.outcomes.summary import Estimate

FIRST = 192
"""Trials before the first look: 24 blocks of 8."""

GROWTH = 1.5
"""Each look has this many times the trials of the one before."""

MULTIPLE = 8
"""Looks are whole blocks, the unit of work and of stratified draws."""

LEAST = 20
"""Fewest observations that can be enough."""

SKEWNESS_LIMIT = 20.0
"""A mean needs at least this many observations times its squared sample skewness."""

_RANK_ROUNDING = 1e-6
"""A rank this near to a whole one is that one."""

Values = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """How well one measure shall be known.

    `kind`: "mean", "difference" (the mean of paired differences), "share" (of values 0 and 1), "quantile:Q" with Q in
    (0, 1). `half_width` of the interval, in units of the measure, or as a share of its value where `relative`.
    `bounds`: least and greatest value the measure can take, where known (leakers: 0 and the size of the raid).
    """

    half_width: float
    kind: str = "mean"
    relative: bool = False
    bounds: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A stopping rule: looks, confidence, and whether all intervals together shall hold with it (Bonferroni)."""

    first: int = FIRST
    growth: float = GROWTH
    confidence: float = 0.95
    joint: bool = False

    def confidence_each(self, measures: int) -> float:
        """Confidence of each of so many intervals."""
        return together(self.confidence, measures) if self.joint else self.confidence

    def enough(self, columns: Mapping[str, Numbers], goals: Mapping[str, Goal]) -> bool:
        """Whether every goal is met by the values of its name."""
        confidence = self.confidence_each(len(goals))
        return all(
            enough(columns[name], goal.half_width, confidence, goal.kind, relative=goal.relative, bounds=goal.bounds)
            for name, goal in goals.items()
        )

    def intervals(self, columns: Mapping[str, Numbers], goals: Mapping[str, Goal]) -> dict[str, Estimate]:
        """What may be reported of every goal's measure when the campaign stops."""
        confidence = self.confidence_each(len(goals))
        return {name: interval(columns[name], goal.kind, confidence, goal.bounds) for name, goal in goals.items()}

    def next_look(self, played: int, budget: int) -> int | None:
        """Trials at the first look beyond `played`; None when the budget is played."""
        return next((count for count in looks(self.first, self.growth, budget) if count > played), None)


def looks(first: int = FIRST, growth: float = GROWTH, budget: int = 10**6) -> Iterator[int]:
    """Trials at each look: `first`, then `growth` times as many, in whole blocks, last the budget itself."""
    _refuse(
        ("first", first, first >= 1, "must be at least 1"),
        ("growth", growth, 1.0 < growth < inf, "must be above 1"),
        ("budget", budget, budget >= 1, "must be at least 1"),
    )
    count = _whole(first)
    while count < budget:
        yield count
        count = _whole(max(count + MULTIPLE, count * growth))
    yield budget


def together(confidence: float, measures: int) -> float:
    """Confidence of each of `measures` intervals so that all hold at once with `confidence` (Bonferroni)."""
    return 1.0 - (1.0 - confidence) / max(measures, 1)


def enough(
    values: Numbers,
    half_width: float,
    confidence: float = 0.95,
    kind: str = "mean",
    *,
    relative: bool = False,
    bounds: tuple[float, float] | None = None,
) -> bool:
    """Whether a measure is known to `half_width` by so many independent `values`; see `Goal`."""
    _refuse(("half_width", half_width, half_width > 0.0, "must be above 0"))
    array = _checked(values, kind)
    if array.size < LEAST:
        return False
    found = interval(array, kind, confidence, bounds)
    allowed = half_width * abs(found.value) if relative else half_width
    if kind in {"mean", "difference"} and not _large_for_its_skewness(array, bounds):
        return bounds is not None and _crude_half_width(array, confidence, bounds) <= allowed
    widest = max(0.5 * (found.high - found.low), _doubted(array, found, kind, confidence))
    return isfinite(widest) and widest <= allowed


def _doubted(values: Values, found: Estimate, kind: str, confidence: float) -> float:
    """Half-width that the interval might as well have had, had luck been a little different.

    Of a share with two successes more, or fewer; of a quantile the longer side, now or by the first two thirds of the
    values. A mean has its guard in `_large_for_its_skewness`.
    """
    if kind == "share":
        n, hits = values.size, float(values.sum())
        near = (modified_wilson(min(max(hits + more, 0.0), n), n, confidence) for more in (-2.0, 2.0))
        return max(0.5 * (high - low) for low, high in near)
    if kind in {"mean", "difference"}:
        return 0.0
    part = values[: 2 * values.size // 3]
    earlier = interval(part, kind, confidence)
    scaled = sqrt(part.size / values.size) * max(earlier.high - earlier.value, earlier.value - earlier.low)
    return max(found.high - found.value, found.value - found.low, scaled)


def interval(
    values: Numbers, kind: str = "mean", confidence: float = 0.95, bounds: tuple[float, float] | None = None
) -> Estimate:
    """Estimate from independent `values`, with an interval that may be reported after looking; see `Goal`.

    NaN for no values; unbounded where they do not tell: one value, values all the same without `bounds` (a mean), too
    few for that quantile.
    """
    array = _checked(values, kind)
    if array.size == 0:
        return Estimate(nan, nan, nan)
    if kind == "share":
        hits = float(array.sum())
        return Estimate(hits / array.size, *modified_wilson(hits, array.size, confidence))
    if kind in {"mean", "difference"}:
        found = _mean(array, confidence, bounds)
    else:
        found = _quantile(array, _level(kind), confidence)
    if bounds is None:
        return found
    return Estimate(found.value, max(found.low, bounds[0]), min(found.high, bounds[1]))


def modified_wilson(successes: float, trials: float, confidence: float = 0.95) -> Interval:
    """Wilson's interval whose near end is the Poisson one for 1 to 3 successes, or failures [brown2001].

    Wilson's misses a share near 0 too often when the first success has just been seen.
    """
    low, high = wilson(successes, trials, confidence)
    return Interval(
        min(low, _poisson_end(successes, trials, confidence)),
        max(high, 1.0 - _poisson_end(trials - successes, trials, confidence)),
    )


def _poisson_end(count: float, trials: float, confidence: float) -> float:
    """Lower end of a share with `count` successes by the Poisson law, 1 outside 1 to 3: no change."""
    from scipy.special import gammaincinv

    return float(gammaincinv(count, 1.0 - confidence)) / trials if count in {1.0, 2.0, 3.0} else 1.0


# Means --------------------------------------------------------------------------------------------------------------


def _large_for_its_skewness(values: Values, bounds: tuple[float, float] | None) -> bool:
    """Whether a mean is near enough to normal; values all the same pass only where bounds say what they hide."""
    spread = float(values.std())
    if _is_constant(values):
        return bounds is not None
    skewness = float(((values - values.mean()) ** 3).mean()) / spread**3
    return values.size >= SKEWNESS_LIMIT * skewness * skewness


def _crude_half_width(values: Values, confidence: float, bounds: tuple[float, float]) -> float:
    """Half-width that needs no normal law: all but the commonest value might be at either bound.

    How many those are is known by Wilson's interval. So leaks that are rare need not be seen twenty times where the
    wanted half-width is far above what they can do to the mean.
    """
    commonest = int(np.unique(values, return_counts=True)[1].max())
    return 0.5 * wilson(values.size - commonest, values.size, confidence).high * (bounds[1] - bounds[0])


def _mean(values: Values, confidence: float, bounds: tuple[float, float] | None) -> Estimate:
    """Student's interval with Hall's correction for skewness [hall1992].

    T + a T^2 + a^2 T^3 / 3 + g / (6 sqrt n), a = g / (3 sqrt n), is nearer to normal than T = (mean - mu) / error; its
    inverse at plus and minus the quantile gives the ends. The part of the fourth moment that skewness does not explain,
    k - 1 - g^2, makes the variance uncertain: 2 n over it are Satterthwaite's degrees of freedom. Half as many are
    counted, because a sample shows about half of the fourth moment of a heavy tail.
    """
    n, mean = values.size, float(values.mean())
    if _is_constant(values):
        return _unvaried(mean if n > 1 else float(values[0]), n, confidence, bounds)
    away = values - mean
    spread = float(values.std())
    skewness = float((away**3).mean()) / spread**3
    kurtosis = float((away**4).mean()) / spread**4
    degrees = n - 1.0
    unexplained = kurtosis - 1.0 - skewness * skewness
    if unexplained > 0.0:
        degrees = min(degrees, max(2.0, n / unexplained))
    quantile = student_quantile(confidence, degrees)
    error = spread / sqrt(n - 1)
    if not isfinite(quantile):
        return Estimate(mean, -inf, inf)
    ends = (mean - error * _unskew(sign * quantile, skewness / sqrt(n)) for sign in (1.0, -1.0))
    return Estimate(mean, *ends)


def _unskew(y: float, skew: float) -> float:
    """T of Hall's cubic: T + a T^2 + a^2 T^3 / 3 = y - skew / 6 with a = skew / 3."""
    a, z = skew / 3.0, y - skew / 6.0
    if abs(a) < 1e-8:
        return z
    return (float(np.cbrt(1.0 + 3.0 * a * z)) - 1.0) / a


def _unvaried(value: float, n: int, confidence: float, bounds: tuple[float, float] | None) -> Estimate:
    """Interval of a mean when all values agree: what differs is at most as frequent as Wilson's zero of n allows."""
    if bounds is None:
        return Estimate(value, -inf, inf)
    hidden = wilson(0, n, confidence).high
    return Estimate(value, value - hidden * (value - bounds[0]), value + hidden * (bounds[1] - value))


def _is_constant(values: Values) -> bool:
    return float(np.ptp(values)) == 0.0


# Quantiles ----------------------------------------------------------------------------------------------------------


def _quantile(values: Values, level: float, confidence: float) -> Estimate:
    """Order statistics at the whole ranks just outside the fractional ones that would be exact.

    Half a rank more on each side is about what looking costs; and between two of several equal counts there is nothing
    to interpolate. Unbounded on a side where no value lies far enough out.
    """
    ordered = np.sort(values)
    value = float(ordered[max(ceil(level * values.size - 1e-9), 1) - 1])
    low_rank, high_rank = _ranks(values.size, level, confidence)
    below, above = floor(low_rank + _RANK_ROUNDING), ceil(high_rank - _RANK_ROUNDING)
    return Estimate(
        value,
        float(ordered[below - 1]) if below >= 1 else -inf,
        float(ordered[above - 1]) if above <= values.size else inf,
    )


@lru_cache(maxsize=4096)
def _ranks(n: int, level: float, confidence: float) -> tuple[float, float]:
    """Fractional ranks r with P(X_(r) <= quantile) = I_level(r, n + 1 - r) of 1 - tail and tail [hutson1999]."""
    from scipy.optimize import brentq
    from scipy.special import betainc

    def rank(chance: float) -> float:
        edge = 1e-9 * (n + 1.0)
        inside = (betainc(end, n + 1.0 - end, level) - chance for end in (edge, n + 1.0 - edge))
        if next(inside) <= 0.0:
            return 0.0
        if next(inside) >= 0.0:
            return n + 1.0
        return float(brentq(lambda r: betainc(r, n + 1.0 - r, level) - chance, edge, n + 1.0 - edge, xtol=1e-9))

    tail = (1.0 - confidence) / 2.0
    return rank(1.0 - tail), rank(tail)


# Doors --------------------------------------------------------------------------------------------------------------


def _whole(count: float) -> int:
    """Next whole number of blocks."""
    return ceil(count / MULTIPLE) * MULTIPLE


def _level(kind: str) -> float:
    """Q of "quantile:Q"; NaN for what is no quantile."""
    name, _, text = kind.partition(":")
    try:
        return float(text) if name == "quantile" else nan
    except ValueError:
        return nan


def _checked(values: Numbers, kind: str) -> Values:
    """Values as an array, kind and values checked."""
    array = np.asarray(values, np.float64).ravel()
    if kind not in {"mean", "difference", "share"} and not 0.0 < _level(kind) < 1.0:
        rule = "must be mean, difference, share, or quantile:Q with Q between 0 and 1"
        raise InputError("arguments", [Problem("kind", kind, rule)])
    if not np.isfinite(array).all():
        raise InputError("arguments", [Problem("values", "", "must be finite: leave out what is unknown")])
    if kind == "share" and not np.isin(array, (0.0, 1.0)).all():
        raise InputError("arguments", [Problem("values", "", "must be 0 or 1 for a share")])
    return array


def _refuse(*rules: tuple[str, float, bool, str]) -> None:
    """Raise one error naming every rule that does not hold."""
    problems = [Problem(name, f"{value:g}", rule) for name, value, holds, rule in rules if not holds]
    if problems:
        raise InputError("arguments", problems)
