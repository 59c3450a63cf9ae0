"""How many trials to play, when to stop, and what shared luck saves.

Sources: [wald1945] sequential probability ratio test; [chow1965] fixed-width sequential intervals;
[massey1951] Kolmogorov-Smirnov; Law and Kelton's textbook on simulation for common and antithetic random
numbers. Full titles: docs/statistics.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, exp, inf, log, log1p, nan, sqrt

import numpy as np

from farwatch.errors import InputError, Problem
from farwatch.outcomes.intervals import mean_half_width, normal_quantile

_ROUNDING = 1e-12
"""Relative: a quotient this near above a whole number is that number."""


def zero_failure_bound(trials: int, confidence: float = 0.95) -> float:
    """One-sided upper bound of a failure probability after `trials` without a failure: about 3/n at 95 %."""
    _refuse(("trials", trials, trials > 0, "must be above 0"), _inside("confidence", confidence))
    return float(-np.expm1(log1p(-confidence) / trials))


def success_run(reliability: float, confidence: float = 0.95) -> int:
    """Trials without a failure that show `reliability` at `confidence`: ceil(ln(1-C) / ln R), at least one."""
    _refuse(("reliability", reliability, 0.0 <= reliability < 1.0, "must be from 0, and below 1"),
            _inside("confidence", confidence))  # fmt: skip
    return _whole(log1p(-confidence) / log(reliability)) if reliability > 0.0 else 1


def worst_case_trials(half_width: float, confidence: float = 0.95) -> int:
    """Trials that pin any proportion to `half_width`: normal approximation at one half, its worst case."""
    _refuse(("half_width", half_width, half_width > 0.0, "must be above 0"))
    return _whole((normal_quantile(confidence) / (2.0 * half_width)) ** 2)


def stop_at(values: Sequence[float], half_width: float, first: int, confidence: float = 0.95) -> int | None:
    """First n >= `first` at which the interval of the mean of the first n values is narrow enough.

    Student's interval, `half_width` at most [chow1965]. None if it never is. `first` guards against stopping
    on a few values that agree by luck.
    """
    _refuse(("half_width", half_width, half_width >= 0.0, "must not be negative"))
    mean = scatter = 0.0
    for n, value in enumerate(map(float, values), start=1):  # Welford's running variance
        step = value - mean
        mean += step / n
        scatter += step * (value - mean)
        if n >= max(first, 2) and mean_half_width(sqrt(scatter / (n - 1)), n, confidence) <= half_width:
            return n
    return None


@dataclass(frozen=True, slots=True)
class SequentialTest:
    """Wald's test of a proportion: bounds of the log likelihood ratio, expected trials under p0 and p1."""

    log_upper: float
    log_lower: float
    trials_under_p0: float
    trials_under_p1: float


def sequential_test(p0: float, p1: float, alpha: float = 0.05, beta: float = 0.05) -> SequentialTest:
    """Accept p1 above the upper bound, p0 below the lower one; Wald's approximations [wald1945].

    `alpha` is the chance to accept p1 when p0 is true, `beta` that to accept p0 when p1 is true.
    """
    if not (0.0 < p0 < 1.0 and 0.0 < p1 < 1.0 and p0 != p1):
        raise InputError("arguments", [Problem("p0, p1", f"{p0:g}, {p1:g}", "must differ and lie inside 0..1")])
    _refuse(
        _inside("alpha", alpha), _inside("beta", beta),
        ("alpha + beta", alpha + beta, alpha + beta < 1.0, "must be below 1, or the bounds change places"),
    )  # fmt: skip
    upper, lower = log((1.0 - beta) / alpha), log(beta / (1.0 - alpha))
    success, failure = log(p1 / p0), log((1.0 - p1) / (1.0 - p0))
    return SequentialTest(
        upper,
        lower,
        (alpha * upper + (1.0 - alpha) * lower) / (p0 * success + (1.0 - p0) * failure),
        ((1.0 - beta) * upper + beta * lower) / (p1 * success + (1.0 - p1) * failure),
    )


@dataclass(frozen=True, slots=True)
class SharedLuck:
    """Variance of a difference with independent luck, with common luck, and how many times less that is."""

    independent: float
    common: float

    @property
    def ratio(self) -> float:
        """Independent over common; infinite where nothing is left of the difference, NaN where there was none."""
        if self.common > 0.0:
            return self.independent / self.common
        return inf if self.independent > 0.0 else nan


def shared_bernoulli(p1: float, p2: float) -> SharedLuck:
    """Difference of two yes-or-no outcomes, each decided by `uniform < p`, with one uniform or with two."""
    _refuse(*((name, p, 0.0 <= p <= 1.0, "must lie in 0..1") for name, p in (("p1", p1), ("p2", p2))))
    gap = abs(p1 - p2)
    return SharedLuck(p1 * (1.0 - p1) + p2 * (1.0 - p2), gap * (1.0 - gap))


def shared_exponential(rate1: float, rate2: float) -> SharedLuck:
    """Difference of two exponential times drawn by inversion, with one uniform or with two."""
    _refuse(*((name, rate, rate > 0.0, "must be above 0") for name, rate in (("rate1", rate1), ("rate2", rate2))))
    return SharedLuck(rate1**-2 + rate2**-2, (1.0 / rate1 - 1.0 / rate2) ** 2)


_FUNCTIONS = {"exp(U)": np.exp, "sqrt(U)": np.sqrt, "log(U)": np.log, "sin(U)": np.sin, "cos(U)": np.cos}


def antithetic_factor(function: str) -> float:
    """Variance of the mean of f(U) and f(1-U) over that of two independent draws, for a named f.

    Names: "U", "U^k" for a number k above -1/2 but 0, "exp(U)", "sqrt(U)", "log(U)", "sin(U)", "cos(U)". Powers in
    closed form (Beta function), the others by quadrature.
    """
    name = function.replace(" ", "").replace("**", "^").replace("u", "U")
    if name == "U" or name.startswith("U^"):
        return _antithetic_power(name)
    if name not in _FUNCTIONS:
        known = ", ".join(["U", "U^k", *_FUNCTIONS])
        raise InputError("arguments", [Problem("function", function, "not a function known here", f"one of {known}")])
    from scipy.integrate import quad

    f = _FUNCTIONS[name]
    mean, square, product = (
        quad(g, 0.0, 1.0, epsabs=1e-13, epsrel=1e-13)[0] for g in (f, lambda u: f(u) ** 2, lambda u: f(u) * f(1.0 - u))
    )
    return float(1.0 + (product - mean**2) / (square - mean**2))


def _antithetic_power(name: str) -> float:
    """Factor of "U^k": E[U^k] = 1/(k+1), E[U^k (1-U)^k] = B(k+1, k+1)."""
    from scipy.special import betaln

    try:
        power = float(name.partition("^")[2] or 1.0)
    except ValueError:
        power = nan
    rule = "must have a power that is a number above -1/2 and not 0: no other has a variance"
    if not (-0.5 < power < inf and power != 0.0):
        raise InputError("arguments", [Problem("function", name, rule)])
    mean, square = 1.0 / (power + 1.0), 1.0 / (2.0 * power + 1.0)
    product = exp(float(betaln(power + 1.0, power + 1.0)))
    return (square + product - 2.0 * mean**2) / (square - mean**2)


def kolmogorov_smirnov_critical(n: int, level: float = 0.05) -> float:
    """Critical value of the two-sided one-sample Kolmogorov-Smirnov statistic, exact [massey1951]."""
    from scipy.stats import kstwo

    _refuse(("n", n, n >= 1, "must be at least 1"), _inside("level", level))
    return float(kstwo.isf(level, n))


def chi_square_p(statistic: float, degrees: float) -> float:
    """Upper-tail probability of the chi-square distribution."""
    from scipy.special import chdtrc

    _refuse(("degrees", degrees, degrees > 0.0, "must be above 0"))
    return float(chdtrc(degrees, max(statistic, 0.0)))


# Doors -----------------------------------------------------------------------------------------------------


def _whole(quotient: float) -> int:
    """Next whole number from 1, forgiving the rounding of a quotient that is one."""
    return max(ceil(quotient - _ROUNDING * max(1.0, quotient)), 1)


def _inside(name: str, value: float) -> tuple[str, float, bool, str]:
    return name, value, 0.0 < value < 1.0, "must lie between 0 and 1"


def _refuse(*rules: tuple[str, float, bool, str]) -> None:
    """Raise one error naming every rule that does not hold."""
    problems = [Problem(name, f"{value:g}", rule) for name, value, holds, rule in rules if not holds]
    if problems:
        raise InputError("arguments", problems)
