"""Which input matters most, when chance is one of them."""

import numpy as np
import pytest
from scipy.stats import qmc

from farwatch.errors import InputError
from farwatch.outcomes.sensitivity import morris, sobol

ISHIGAMI = {"first": (0.3139, 0.4424, 0.0), "total": (0.5576, 0.4424, 0.2437)}
"""Indices of the Ishigami function with a = 7, b = 0.1: Saltelli et al., "Global Sensitivity Analysis: The Primer"."""


def ishigami(u, luck):
    """The function at uniform numbers, with additive noise."""
    x = np.pi * (2.0 * u - 1.0)
    return np.sin(x[:, 0]) + 7.0 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0]) + luck


def played(law, inputs, rows, seed=1):
    """Outcomes of a law at A, B, A_1 .. A_k and A_c, each row of luck its own."""
    spread = qmc.Sobol(2 * inputs, seed=seed).random(rows)
    a, b = spread[:, :inputs], spread[:, inputs:]
    dice = np.random.default_rng(seed)
    ours, theirs = dice.normal(size=rows), dice.normal(size=rows)
    outcomes = [law(a, ours), law(b, theirs)]
    for k in range(inputs):
        mixed = a.copy()
        mixed[:, k] = b[:, k]
        outcomes.append(law(mixed, ours))
    return [*outcomes, law(a, theirs)]


@pytest.mark.validation
def test_ishigami_is_found_under_noise():
    """Published indices come back, each in parts of the variance that noise has made larger."""
    variance = 13.8446
    found = sobol("abc", played(lambda u, c: ishigami(u, 2.0 * c), 3, 8192))
    known = variance / (variance + 4.0)
    for one, first, total in zip(found.inputs, ISHIGAMI["first"], ISHIGAMI["total"], strict=True):
        assert one.first.value == pytest.approx(known * first, abs=0.03)
        assert one.total.value == pytest.approx(known * total, abs=0.02)
        assert one.settled.value == pytest.approx(known * total, abs=0.03)
    assert found.unknown.value == pytest.approx(known, abs=0.02)
    assert found.chance.first.value == pytest.approx(1.0 - known, abs=0.03)
    assert found.variance == pytest.approx(variance + 4.0, rel=0.05)


@pytest.mark.validation
def test_indices_agree_with_salib():
    """On the same Saltelli design without chance, total and first order are those of SALib."""
    sobol_of = pytest.importorskip("SALib.analyze.sobol")
    y = played(lambda u, _: ishigami(u, 0.0), 3, 512)
    found = sobol("abc", y)
    ordered = np.column_stack([y[0], *y[2:5], y[1]]).ravel()
    problem = {"num_vars": 3, "names": list("abc"), "bounds": [[0, 1]] * 3}
    theirs = sobol_of.analyze(problem, ordered, calc_second_order=False, seed=1)
    assert [one.first.value for one in found.inputs] == pytest.approx(list(theirs["S1"]), abs=0.02)
    assert [one.total.value for one in found.inputs] == pytest.approx(list(theirs["ST"]), abs=0.01)


def test_an_input_that_only_shuffles_luck_settles_nothing():
    """Its total is large, because who is lucky changes; its part in the mean over chance is nothing."""

    def law(u, luck):
        return np.where(u[:, 1] > 0.5, luck, -luck) + u[:, 0]

    first, shuffler = sobol("ab", played(law, 2, 4096)).inputs
    assert shuffler.total.value > 0.4
    assert shuffler.settled.low < 0.0 < shuffler.settled.high
    assert abs(shuffler.first.value) < 0.05
    assert first.settled.low > 0.03


def test_intervals_hold_the_truth_as_often_as_they_say():
    """Of a linear law with chance: 95 % intervals of first order, settled and total, over 200 designs."""

    def law(u, luck):
        return 2.0 * u[:, 0] + u[:, 1] + 0.5 * luck

    variance = (4.0 + 1.0) / 12.0 + 0.25
    truth = {"a": 4.0 / 12.0 / variance, "b": 1.0 / 12.0 / variance}
    hits = {"first": 0, "settled": 0, "total": 0}
    for seed in range(200):
        for one in sobol("ab", played(law, 2, 128, seed), seed=seed, times=300).inputs:
            for name in hits:
                it = getattr(one, name)
                hits[name] += it.low <= truth[one.name] <= it.high
    assert all(count / 400 >= 0.92 for count in hits.values()), hits


def test_what_never_varies_has_no_indices():
    """NaN, and no warning."""
    found = sobol("a", [np.ones(16)] * 4)
    assert np.isnan(found.inputs[0].first.value)
    assert found.variance == 0.0


def test_outcomes_that_do_not_fit_are_refused():
    """Too few sets, too few rows, unequal rows."""
    with pytest.raises(InputError, match="must be 4 for 1 inputs"):
        sobol("a", [np.ones(16)] * 3)
    with pytest.raises(InputError, match="equally long"):
        morris("a", [np.ones(16), np.ones(17), np.ones(16)], np.zeros((16, 1), int), np.ones((16, 1)))


def walked(law, inputs, walks, seed=1):
    """Walks of a law as `campaign.figure_rows` makes them."""
    dice = np.random.default_rng(seed)
    now = (dice.integers(0, 4, (walks, inputs)) + 0.5) / 4
    order = np.array([dice.permutation(inputs) for _ in range(walks)])
    luck, moves, steps = dice.normal(size=walks), np.zeros((walks, inputs)), []
    steps.append(law(now, luck))
    for step in range(inputs):
        k = order[:, step]
        rows = np.arange(walks)
        moves[:, step] = np.where(now[rows, k] < 0.5, 0.5, -0.5)
        now = now.copy()
        now[rows, k] += moves[:, step]
        steps.append(law(now, luck))
    return [*steps, law(now, dice.normal(size=walks))], order, moves


def test_effects_of_a_linear_law_are_its_slopes():
    """Half of the range moves it by half of the slope, in every walk; luck that only adds does not show."""
    found = morris("abc", *walked(lambda u, c: 4.0 * u[:, 0] - 2.0 * u[:, 1] + c, 3, 50))
    assert [one.mean.value for one in found.inputs] == pytest.approx([2.0, -1.0, 0.0])
    assert [one.size.value for one in found.inputs] == pytest.approx([2.0, 1.0, 0.0])
    assert [one.spread.value for one in found.inputs] == pytest.approx([0.0, 0.0, 0.0], abs=1e-6)
    assert found.chance.size.value == pytest.approx(2.0 / np.sqrt(np.pi), rel=0.3)


@pytest.mark.validation
def test_effects_agree_with_salib():
    """mu*, mu and sigma are those of SALib, which divides by the move (twice ours) and takes its own order."""
    morris_of = pytest.importorskip("SALib.analyze.morris")
    sample = pytest.importorskip("SALib.sample.morris")
    problem = {"num_vars": 3, "names": list("abc"), "bounds": [[0, 1]] * 3}
    x = sample.sample(problem, 40, num_levels=4, seed=1)
    y = ishigami(x, 0.0)
    theirs = morris_of.analyze(problem, x, y, num_levels=4, seed=1)
    walks = x.reshape(-1, 4, 3)
    moved = np.diff(walks, axis=1)
    order, moves = np.abs(moved).argmax(axis=2), moved.sum(axis=2)
    steps = [*y.reshape(-1, 4).T, y.reshape(-1, 4)[:, -1]]
    found = morris("abc", steps, order, moves)
    delta = 2.0 / 3.0
    assert [one.size.value / delta for one in found.inputs] == pytest.approx(list(theirs["mu_star"]))
    assert [one.mean.value / delta for one in found.inputs] == pytest.approx(list(theirs["mu"]))
    assert [one.spread.value / delta for one in found.inputs] == pytest.approx(list(theirs["sigma"]))
