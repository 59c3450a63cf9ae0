"""Interval estimators against the literature, against each other, and against simulated coverage."""

import json

import numpy as np
import pytest

from farwatch.errors import InputError
from farwatch.outcomes import intervals, planning
from farwatch.outcomes.quantities import QUANTITIES


@pytest.mark.validation
def test_every_row_of_the_reference_agrees(shared):
    """Each row of the statistics file is computed by the public API within its tolerance."""
    rows = json.loads((shared / "validation" / "F_statistics.json").read_text())
    for row in rows:
        found, wanted = np.atleast_1d(QUANTITIES[row["quantity"]](row["inputs"])), np.atleast_1d(row["expected"])
        allowed = row.get("abs_tol", 0.0) + row.get("rel_tol", 0.0) * np.abs(wanted)
        assert found.shape == wanted.shape, row["id"]
        assert np.all(np.abs(found - wanted) <= allowed), row["id"]


@pytest.mark.validation
@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"), [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0, 0.1611)]
)
def test_wilson_is_that_of_newcombe(successes, trials, low, high):
    """Three rows of table I in Newcombe, Statistics in Medicine 17 (1998) 857."""
    assert intervals.wilson(successes, trials) == pytest.approx((low, high), abs=6e-5)


@pytest.mark.parametrize("estimator", ["wilson", "clopper_pearson", "jeffreys", "agresti_coull"])
def test_proportion_intervals_mirror(estimator):
    """The interval of failures is that of successes seen in a mirror, and it holds the estimate."""
    estimate = getattr(intervals, estimator)
    for n in (1, 7, 40):
        for k in range(n + 1):
            low, high = estimate(k, n)
            other = estimate(n - k, n)
            assert (low, high) == pytest.approx((1 - other.high, 1 - other.low), abs=1e-12)
            assert 0.0 <= low < high <= 1.0


@pytest.mark.parametrize("correlation", [0.0, 0.1, 0.5, 1.0])
@pytest.mark.parametrize(("trials", "size", "share"), [(20, 8, 0.3), (50, 40, 0.05), (200, 8, 0.9)])
def test_clustered_share_covers(trials, size, share, correlation):
    """The 95 % interval holds the truth in at least 92 % of campaigns, however alike the targets of a trial are."""
    dice = np.random.default_rng(5)
    held = 0
    for _ in range(400):
        hits = correlated(dice, trials, size, share, correlation)
        low, high = intervals.clustered_share(hits, np.full(trials, size)).interval
        held += low <= share <= high
    assert held / 400 >= 0.92


def correlated(dice, trials, size, share, correlation):
    """Successes per trial, beta-binomial with this correlation between two targets of one trial."""
    if correlation == 0.0:
        return dice.binomial(size, share, trials)
    if correlation == 1.0:
        return size * dice.binomial(1, share, trials)
    strength = 1.0 / correlation - 1.0
    return dice.binomial(size, dice.beta(share * strength, (1.0 - share) * strength, trials))


def test_a_naive_interval_would_not_cover():
    """Counting correlated targets as independent holds the truth in less than three quarters of campaigns."""
    dice = np.random.default_rng(5)
    held = 0
    for _ in range(400):
        low, high = intervals.wilson(correlated(dice, 50, 40, 0.3, 0.2).sum(), 2000)
        held += low <= 0.3 <= high
    assert held / 400 < 0.75


def test_clusters_of_one_are_plain_wilson():
    """One target per trial is the textbook case."""
    share = intervals.clustered_share([1, 0, 1, 1], [1, 1, 1, 1])
    assert share.interval == intervals.wilson(3, 4)


def test_no_success_counts_trials_and_not_targets():
    """With no success at all, forty targets that may share their luck say no more than one."""
    share = intervals.clustered_share(np.zeros(100), np.full(100, 40))
    assert share.interval == intervals.wilson(0, 100)


def test_clustered_share_of_nothing_is_unknown():
    """No observations, no estimate."""
    share = intervals.clustered_share([0, 0], [0, 0])
    assert np.isnan([share.value, *share.interval]).all()


def test_misuse_names_every_argument():
    """A count above its total is refused with the argument's name."""
    with pytest.raises(InputError, match="successes = 5"):
        intervals.wilson(5, 4)
    with pytest.raises(InputError, match="confidence"):
        intervals.normal_quantile(1.0)


def test_one_value_has_no_interval():
    """The mean of one trial could be anything."""
    assert intervals.mean_interval([3.0]) == (-np.inf, np.inf)


def test_equal_samples_have_no_test_statistic():
    """Welch's test of constants gives their difference and nothing else."""
    found = intervals.welch([2.0, 2.0], [1.0, 1.0])
    assert found.interval == (1.0, 1.0)
    assert np.isnan(found.statistic)


def test_antithetic_factor_by_hand():
    """A straight line cancels exactly; the quadrature agrees with the closed form of e^U."""
    e = np.e
    mean, square = e - 1, (e * e - 1) / 2
    assert planning.antithetic_factor("U") == pytest.approx(0.0, abs=1e-12)
    wanted = 1 + (e - mean**2) / (square - mean**2)
    assert planning.antithetic_factor("exp(U)") == pytest.approx(wanted, rel=1e-9)
    with pytest.raises(InputError, match="one of U"):
        planning.antithetic_factor("gamma(U)")


def test_the_rule_never_stops_when_values_scatter():
    """A wide sample has no stopping point."""
    assert planning.stop_at([0.0, 10.0, 0.0, 10.0], 0.1, 2) is None
