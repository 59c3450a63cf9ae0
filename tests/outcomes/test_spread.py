"""The split of the spread into what is not known and what is chance."""

import numpy as np
import pytest

from farwatch.outcomes.spread import split


def campaign(dice, trials, figures, known_share):
    """Leakers of which two figures explain a known share of the variance, and the figures."""
    drawn = dice.random((trials, figures))
    effect = 3.0 * drawn[:, 0] - 2.0 * drawn[:, 1]
    effect /= np.sqrt(13.0 / 12.0)
    y = np.sqrt(known_share) * effect + np.sqrt(1.0 - known_share) * dice.normal(size=trials)
    return y, drawn


@pytest.mark.parametrize(("trials", "figures"), [(200, 150), (100, 150), (800, 10)])
def test_the_share_is_recovered(trials, figures):
    """On average the estimate is the share that the figures explain, even with more figures than trials."""
    dice = np.random.default_rng(2)
    names = [str(k) for k in range(figures)]
    found = [split(*campaign(dice, trials, figures, 0.6), names) for _ in range(60)]
    values = np.array([s.unknown.value for s in found])
    assert values.mean() == pytest.approx(0.6, abs=4 * values.std() / np.sqrt(60) + 0.01)
    assert np.mean([s.unknown.low <= 0.6 <= s.unknown.high for s in found]) >= 0.9
    assert found[0].unknown.value + found[0].chance.value == pytest.approx(1.0)


def test_the_figures_that_matter_are_named():
    """The stronger one first, each with its sign."""
    y, drawn = campaign(np.random.default_rng(3), 1000, 50, 0.7)
    rows = split(y, drawn, [f"f{k}" for k in range(50)]).figures
    assert [(row.name, row.sign) for row in rows[:2]] == [("f0", 1), ("f1", -1)]
    assert len(rows) <= 4


def test_pure_chance_has_no_figures():
    """Where figures do nothing, the interval starts at zero and hardly any are named."""
    dice = np.random.default_rng(4)
    found = [split(dice.poisson(3.0, 300), dice.random((300, 20)), ["x"] * 20) for _ in range(40)]
    assert np.mean([s.unknown.low == 0.0 for s in found]) > 0.9
    assert np.mean([len(s.figures) for s in found]) < 0.5


@pytest.mark.parametrize(("values", "figures"), [(np.zeros(50), np.eye(50)), (np.arange(50), np.ones((50, 3)))])
def test_nothing_to_split(values, figures):
    """No spread, or no figure that varies: nothing is said."""
    assert np.isnan(split(values, figures, ["x"] * figures.shape[1]).unknown.value)


def test_the_jackknife_is_that_of_leaving_out():
    """The closed form of leaving one trial out is near the estimate made again without it."""
    from farwatch.outcomes.spread import _explained, _standard_ranks

    y, drawn = campaign(np.random.default_rng(5), 60, 3, 0.5)
    x = _standard_ranks(drawn)
    _, left_out = _explained(x, y)
    again = [_explained(np.delete(x, i, axis=0), np.delete(y, i))[0] for i in range(60)]
    assert left_out == pytest.approx(np.array(again), abs=5e-3)


def test_a_single_trial_with_all_the_scatter_is_no_reason_to_divide_by_zero():
    """Where one trial alone leaks, its leaving out leaves nothing to explain, and nothing is said for sure."""
    leaks = np.zeros(64)
    leaks[17] = 3.0
    found = split(leaks, np.random.default_rng(3).random((64, 5)), list("abcde"))
    assert 0.0 <= found.unknown.low <= found.unknown.value <= found.unknown.high <= 1.0
    assert found.figures == ()
