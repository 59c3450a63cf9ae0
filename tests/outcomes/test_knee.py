"""Where a curve bends."""

import numpy as np
import pytest

from farwatch.errors import InputError
from farwatch.outcomes.knee import find
from farwatch.outcomes.resampling import percentile, shares_of

X = np.array([5.0, 10.0, 20.0, 30.0, 40.0, 60.0])


def found(slope, capacity=25.0, seed=1, trials=400):
    """Knee of a defence with some capacity that varies a little from trial to trial."""
    dice = np.random.default_rng(seed)
    full = dice.normal(capacity, 1.0, trials)
    rows = np.array([0.05 * x + slope * np.maximum(0.0, x - full) + dice.normal(0, 0.5, trials) for x in X]).T
    return find(X, rows.mean(axis=0), shares_of(trials, seed) @ rows)


def test_a_knee_is_found_where_it_is():
    """Place and both slopes, with intervals that hold them."""
    knee = found(1.0)
    assert knee.found
    assert knee.at.low <= 25.0 <= knee.at.high or knee.at.value == pytest.approx(25.0, abs=0.5)
    assert knee.before.value == pytest.approx(0.05, abs=0.02)
    assert knee.after.value == pytest.approx(1.05, abs=0.02)


def test_a_straight_line_has_none():
    """Nothing is found in a line, for any of twenty samples but the few that 95 % allows."""
    assert sum(found(0.0, seed=seed).found for seed in range(20)) <= 2
    assert found(0.0).why == "one straight line fits as well"


def test_a_level_curve_and_one_that_bends_late_have_none():
    """It is said why."""
    level = find(X, np.zeros(6), np.zeros((50, 6)))
    assert (level.found, level.why) == (False, "the curve is level")
    assert not found(1.0, capacity=70.0).found


@pytest.mark.parametrize(("capacity", "says"), [(8.0, "at or before 10"), (45.0, "at or beyond 40")])
def test_a_knee_between_the_outermost_values_is_not_told_to_a_decimal(capacity, says):
    """Two lines meet at the inner value then, whatever the truth is: it is said where values are missing."""
    dice = np.random.default_rng(3)
    rows = np.array([0.7 * min(x, capacity) + max(0.0, x - capacity) * 3.0 + dice.normal(0, 0.1, 400) for x in X]).T
    knee = find(X, rows.mean(axis=0), shares_of(400, 3) @ rows)
    assert not knee.found
    assert says in knee.why


def test_too_few_points_are_refused():
    """Four, increasing."""
    with pytest.raises(InputError, match="4 values or more"):
        find(X[:3], X[:3], np.zeros((5, 3)))


def test_resamples_add_to_one_and_follow_the_seed():
    """Each row of shares is a resample."""
    shares = shares_of(20, 3, 100)
    assert shares.sum(axis=1) == pytest.approx(np.ones(100))
    assert np.array_equal(shares, shares_of(20, 3, 100))
    assert not np.array_equal(shares, shares_of(20, 4, 100))


def test_resamples_that_cannot_tell_are_left_out():
    """Up to half of them; beyond, there is no interval."""
    values = np.array([1.0, 2.0, 3.0, np.nan])
    assert percentile(2.0, values).low >= 1.0
    assert np.isnan(percentile(2.0, np.array([1.0, np.nan, np.nan])).low)
