"""Planning formulas on their whole domain: exact arithmetic, scipy, and what is refused."""

from fractions import Fraction

import numpy as np
import pytest
from scipy import integrate, stats

from farwatch.errors import InputError
from farwatch.outcomes import intervals, planning
from farwatch.outcomes.quantities import QUANTITIES

CUBE = 1 + (Fraction(1, 140) - Fraction(1, 16)) / (Fraction(1, 7) - Fraction(1, 16))


@pytest.mark.parametrize("reliability", ["0", "0.1", "0.5", "0.8", "0.9", "0.99", "0.999"])
@pytest.mark.parametrize("confidence", ["0.1", "0.5", "0.75", "0.9", "0.95", "0.99"])
def test_success_runs_are_those_of_exact_arithmetic(reliability, confidence):
    """The least n, from one, with R^n <= 1 - C in decimals as they are typed."""
    n = planning.success_run(float(reliability), float(confidence))
    assert Fraction(reliability) ** n <= 1 - Fraction(confidence)
    assert n == 1 or Fraction(reliability) ** (n - 1) > 1 - Fraction(confidence)


def test_a_whole_quotient_is_not_rounded_up():
    """Nine in ten, three times over: 1 - 0.9^3 is reached by three and not by four."""
    assert planning.success_run(0.9, 0.271) == 3
    assert planning.success_run(0.999, 1 - 0.999**5000) == 5000


@pytest.mark.parametrize("trials", [1, 22, 10_000])
@pytest.mark.parametrize("confidence", [0.5, 0.9, 0.999])
def test_zero_failures_bound_the_exact_interval(trials, confidence):
    """It is the upper Clopper-Pearson end at no success and a one-sided confidence."""
    exact = intervals.clopper_pearson(0, trials, 2 * confidence - 1).high if confidence > 0.5 else None
    found = planning.zero_failure_bound(trials, confidence)
    assert (1 - found) ** trials == pytest.approx(1 - confidence, rel=1e-9)
    assert exact is None or found == pytest.approx(exact, rel=1e-9)


@pytest.mark.parametrize("power", [-0.25, 0.5, 1.0, 2.0, 3.0, 7.5])
def test_antithetic_powers_equal_quadrature(power):
    """One plus the correlation of U^k and (1-U)^k, integrated numerically."""
    name = f"U^{power}"
    mean = 1 / (power + 1)
    product = integrate.quad(lambda u: (u * (1 - u)) ** power, 0, 1)[0]
    wanted = 1 + (product - mean**2) / (1 / (2 * power + 1) - mean**2)
    assert planning.antithetic_factor(name) == pytest.approx(wanted, abs=1e-7)


@pytest.mark.parametrize(("name", "wanted"), [("U^3", CUBE), ("u**2", Fraction(1, 8)), (" U ", Fraction(0))])
def test_antithetic_names_may_be_written_loosely(name, wanted):
    """Spaces, stars and small letters; the cube by its Beta function, B(4, 4) = 1/140."""
    assert planning.antithetic_factor(name) == pytest.approx(float(wanted), abs=1e-12)


@pytest.mark.parametrize(("alpha", "beta", "p0", "p1"), [(0.05, 0.1, 0.9, 0.8), (0.01, 0.2, 0.5, 0.6)])
def test_sequential_test_keeps_its_errors(alpha, beta, p0, p1):
    """Simulated with its own bounds, Wald's test errs about as often as allowed, in either direction of p."""
    test, dice = planning.sequential_test(p0, p1, alpha, beta), np.random.default_rng(1)
    for p, allowed in ((p0, alpha), (p1, beta)):
        wrong = lengths = 0
        for _ in range(500):
            hits = dice.random(4000) < p
            ratio = np.cumsum(np.where(hits, np.log(p1 / p0), np.log((1 - p1) / (1 - p0))))
            end = np.argmax((ratio >= test.log_upper) | (ratio <= test.log_lower))
            wrong += (ratio[end] >= test.log_upper) == (p == p0)
            lengths += end + 1
        assert wrong / 500 <= allowed + 0.03
        expected = test.trials_under_p0 if p == p0 else test.trials_under_p1
        assert lengths / 500 == pytest.approx(expected, rel=0.25)


def test_shared_luck_at_its_ends():
    """No difference at all leaves no ratio; no common variance but some of its own an infinite one."""
    assert np.isnan(planning.shared_bernoulli(1.0, 1.0).ratio)
    assert planning.shared_bernoulli(0.5, 0.5).ratio == np.inf
    assert planning.shared_bernoulli(0.0, 1.0) == planning.SharedLuck(0.0, 0.0)
    assert planning.shared_exponential(2.0, 2.0).common == 0.0


def test_stopping_equals_the_definition():
    """The running variance gives the first n that the formula on the first n values gives."""
    values = np.random.default_rng(2).gamma(2.0, 3.0, 400) + 1e6
    found = planning.stop_at(values, 0.6, 5)
    narrow = [n for n in range(5, 401) if intervals.mean_half_width(values[:n].std(ddof=1), n) <= 0.6]
    assert found == narrow[0]
    assert planning.stop_at([1.0, 1.0, 1.0], 0.0, 1) == 2


@pytest.mark.parametrize("percent", [80, 90, 95, 99])
def test_rows_may_name_their_confidence_in_the_text(percent):
    """The text of a quantity stands in for a confidence that the inputs leave out, and yields to one they give."""
    row, text = {"successes": 3, "trials": 20}, f"Wilson {percent}% interval"
    assert QUANTITIES[text](row) == list(intervals.wilson(3, 20, percent / 100))
    assert QUANTITIES[text]({**row, "confidence": 0.5}) == list(intervals.wilson(3, 20, 0.5))
    critical = f"two-sided one-sample Kolmogorov-Smirnov {100 - percent}% critical value (exact)"
    assert stats.kstwo.cdf(QUANTITIES[critical]({"n": 12}), 12) == pytest.approx(percent / 100)


@pytest.mark.parametrize("confidence", [0.5, 0.9, 0.99, 0.9999])
@pytest.mark.parametrize(("successes", "trials"), [(0, 1), (1, 1), (0, 500), (7, 9), (1, 10**6)])
def test_exact_intervals_equal_their_definition(successes, trials, confidence):
    """Clopper-Pearson ends leave exactly the tail; Jeffreys ends are quantiles of a Beta law; Garwood's of Poisson."""
    tail = (1 - confidence) / 2
    low, high = intervals.clopper_pearson(successes, trials, confidence)
    assert low == 0.0 if successes == 0 else stats.binom.sf(successes - 1, trials, low) == pytest.approx(tail, rel=1e-6)
    assert (
        high == 1.0
        if successes == trials
        else stats.binom.cdf(successes, trials, high) == pytest.approx(tail, rel=1e-6)
    )
    found = intervals.jeffreys(successes, trials, confidence)
    wanted = stats.beta(successes + 0.5, trials - successes + 0.5).ppf([tail, 1 - tail])
    np.testing.assert_allclose(found, wanted, rtol=1e-8)
    rate = intervals.poisson_rate(successes, 2.0, confidence)
    assert stats.poisson.cdf(successes, 2 * rate.high) == pytest.approx(tail, rel=1e-6)


@pytest.mark.parametrize(
    ("ask", "told"),
    [
        (lambda: planning.zero_failure_bound(0, 1.0), r"2 problems[\s\S]*trials[\s\S]*confidence"),
        (lambda: planning.success_run(1.0, 0.9), "reliability"),
        (lambda: planning.worst_case_trials(0.0), "half_width"),
        (lambda: planning.stop_at([1.0], -1.0, 2), "half_width"),
        (lambda: planning.sequential_test(0.0, 0.5), "p0, p1"),
        (lambda: planning.sequential_test(0.4, 0.5, 0.6, 0.5), "alpha . beta"),
        (lambda: planning.shared_bernoulli(1.5, 0.5), "p1"),
        (lambda: planning.shared_exponential(0.0, 1.0), "rate1"),
        (lambda: planning.antithetic_factor("U^-1"), "above -1/2"),
        (lambda: planning.antithetic_factor("U^x"), "power"),
        (lambda: planning.kolmogorov_smirnov_critical(0), "n = 0"),
        (lambda: planning.chi_square_p(1.0, 0.0), "degrees"),
        (lambda: intervals.wilson(0, 0), "trials"),
        (lambda: intervals.clopper_pearson(1, 2, 1.0), "confidence"),
        (lambda: intervals.jeffreys(1, 2, 0.0), "confidence"),
        (lambda: intervals.poisson_rate(-1, 0.0), r"2 problems[\s\S]*events[\s\S]*exposure"),
        (lambda: intervals.mean_half_width(-1.0, 0), r"2 problems[\s\S]*runs[\s\S]*sample_std"),
    ],
)
def test_inputs_without_an_answer_are_refused(ask, told):
    """Every one by name."""
    with pytest.raises(InputError, match=told):
        ask()
