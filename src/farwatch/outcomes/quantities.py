"""Quantities of this room that validation rows may ask for: text of the quantity -> function of the inputs."""

from collections.abc import Callable, Mapping
from typing import Any

from farwatch.outcomes import intervals, planning

Inputs = Mapping[str, Any]
Answer = float | list[float]

_PROPORTIONS = {
    "Wilson": intervals.wilson,
    "Clopper-Pearson": intervals.clopper_pearson,
    "Agresti-Coull": intervals.agresti_coull,
    "Jeffreys": intervals.jeffreys,
}


def _proportion(estimator: Callable[[float, float, float], intervals.Interval]) -> Callable[[Inputs], Answer]:
    return lambda row: list(estimator(row["successes"], row["trials"], row.get("confidence", 0.95)))


def _welch(row: Inputs) -> Answer:
    test = intervals.welch(row["group1"], row["group2"], row.get("confidence", 0.95))
    return [test.statistic, test.degrees, test.p_value, *test.interval]


def _paired(row: Inputs) -> Answer:
    found = intervals.paired_difference(row["diffs"], row.get("confidence", 0.95))
    return [found.value, found.half_width]


def _newcombe(row: Inputs) -> Answer:
    counts = (row["successes1"], row["trials1"], row["successes2"], row["trials2"])
    return list(intervals.newcombe_difference(*counts, row.get("confidence", 0.95)))


def _bernoulli(row: Inputs) -> Answer:
    luck = planning.shared_bernoulli(row["p1"], row["p2"])
    return [luck.independent, luck.common, luck.ratio]


def _exponential(row: Inputs) -> Answer:
    luck = planning.shared_exponential(row["rate1"], row["rate2"])
    return [luck.independent, luck.common]


def _sequential(row: Inputs) -> Answer:
    test = planning.sequential_test(row["p0"], row["p1"], row["alpha"], row["beta"])
    return [test.log_upper, test.log_lower, test.trials_under_p0, test.trials_under_p1]


def _stop(row: Inputs) -> Answer:
    found = planning.stop_at(row["data"], row["half_width"], row["n0"], row.get("confidence", 0.95))
    return float("nan") if found is None else found


def _poisson(row: Inputs) -> Answer:
    return list(intervals.poisson_rate(row["events"], row["exposure"], row.get("confidence", 0.95)))


def _at(function: Callable[[Inputs], Answer], confidence: float) -> Callable[[Inputs], Answer]:
    """The function, for rows whose text and not whose inputs say the confidence."""
    return lambda row: function({"confidence": confidence, **row})


def _worded(percent: int) -> dict[str, Callable[[Inputs], Answer]]:
    """Rows that name their confidence in the text."""
    texts = {f"{name} {percent}% interval": _proportion(estimator) for name, estimator in _PROPORTIONS.items()} | {
        f"paired-difference t interval (common random numbers) [mean, half-width {percent}%]": _paired,
        f"exact Poisson rate {percent}% interval": _poisson,
        f"sequential stopping: first n>=n0 with t-based {percent}% half-width <= target": _stop,
        f"Newcombe hybrid-score {percent}% interval for p1-p2": _newcombe,
    }
    confidence = percent / 100.0
    return {text: _at(function, confidence) for text, function in texts.items()} | {
        f"two-sided one-sample Kolmogorov-Smirnov {100 - percent}% critical value (exact)": (
            lambda row: planning.kolmogorov_smirnov_critical(row["n"], row.get("level", 1.0 - confidence))
        )
    }


_ANTITHETIC = ("U", "U^2", "U^3", "U^4", "exp(U)", "sqrt(U)", "log(U)", "sin(U)", "cos(U)")


def _antithetic(name: str) -> Callable[[Inputs], Answer]:
    return lambda row: planning.antithetic_factor(row.get("function", name))


QUANTITIES: dict[str, Callable[[Inputs], Answer]] = {
    **{f"{name} interval": _proportion(estimator) for name, estimator in _PROPORTIONS.items()},
    **{text: function for percent in (80, 90, 95, 99) for text, function in _worded(percent).items()},
    **{
        f"antithetic variance factor for mean of {name} (var of pair mean / var of 2 independent)": _antithetic(name)
        for name in _ANTITHETIC
    },
    "upper confidence bound on failure probability with zero failures: 1-(1-conf)^(1/n)": (
        lambda row: planning.zero_failure_bound(row["trials"], row["confidence"])
    ),
    "success-run sample size ceil(ln(1-C)/ln R)": (
        lambda row: planning.success_run(row["reliability"], row["confidence"])
    ),
    "worst-case sample size for proportion half-width: ceil((z/2h)^2)": (
        lambda row: planning.worst_case_trials(row["half_width"], row["confidence"])
    ),
    "Welch t-test on R 'sleep' data [t, df, p, ci_low, ci_high]": _welch,
    "Welch t-test [t, df, p, ci_low, ci_high]": _welch,
    "variance of difference of two Bernoulli outcomes driven by one common uniform: "
    "[independent, common, ratio]": _bernoulli,
    "variance of difference of two exponentials by inversion with a common uniform: [independent, common]": (
        _exponential
    ),
    "Wald SPRT for a proportion: [log upper bound, log lower bound, ASN under p0, ASN under p1]": _sequential,
    "chi-square upper-tail p-value": lambda row: planning.chi_square_p(row["statistic"], row["df"]),
    "t-based half-width of Monte Carlo mean": (
        lambda row: intervals.mean_half_width(row["sample_std"], row["runs"], row["confidence"])
    ),
}
"""Exact texts as they stand in the rows."""
