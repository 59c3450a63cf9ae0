"""Drawing figures: inside their ranges, by name, the same every time."""

import subprocess
import sys

import numpy as np
import pytest

from farwatch.catalogue import Figure, figures, load
from farwatch.catalogue.drawing import quantiles_into, values_into
from farwatch.catalogue.uncertainty import Drawn, distinct, draw, fill, triangular, values_at
from farwatch.chance import key_of, name_id
from naive import drawing as naive


def figure(name: str, low: float, value: float, high: float, *, drawn: bool = True) -> Figure:
    return Figure(
        name=name, low=low, value=value, high=high, unit="m", printed="", kind="assumed", why="a test", drawn=drawn
    )


@pytest.fixture(scope="module")
def some() -> list[Figure]:
    return list(figures(load()).values())


def test_every_draw_lies_in_its_range(some, scale):
    """No draw of any shipped figure leaves low..high, and a structural one keeps its value."""
    count = max(2, int(1000 * scale))
    values = draw(some, seed=3, first_trial=0, count=count)
    assert values.shape == (count, len(some))
    for column, one in zip(values.T, some, strict=True):
        low, high = (one.value, one.value) if one.fixed else (one.low, one.high)
        assert low <= column.min() <= column.max() <= high, one.name


def test_same_seed_same_bits_in_any_batch(some):
    """Trials 40 to 59 are the same bits whether drawn alone or with the others."""
    some = some[:30]
    whole = draw(some, seed=7, first_trial=0, count=100)
    part = draw(some, seed=7, first_trial=40, count=20)
    assert np.array_equal(whole[40:60], part)
    assert not np.array_equal(whole, draw(some, seed=8, first_trial=0, count=100))


def test_a_draw_follows_the_name_and_not_the_place(some):
    """Reversing the list, or leaving figures out, changes no figure's values."""
    forward = draw(some, 1, 0, 10)
    assert np.array_equal(forward[:, ::-1], draw(some[::-1], 1, 0, 10))
    assert np.array_equal(forward[:, 5:6], draw(some[5:6], 1, 0, 10))


def test_agrees_with_the_slow_twin(some):
    """The closed form equals bisection of the distribution function, in the logarithm where the range is wide."""
    few = [one for one in some if not one.fixed][:40]
    slow = np.array(naive.draw(few, 11, 5, 8))
    np.testing.assert_allclose(draw(few, 11, 5, 8), slow, rtol=1e-7)


def test_the_kernel_takes_up_where_a_block_begins(some):
    """`quantiles_into` with the key of trial 5 fills its first row with what trial 5 has in the slow twin."""
    one = next(figure for figure in some if not figure.fixed)
    quantiles, out = np.empty((3, 1)), np.empty((3, 1))
    ids, ranges = np.array([name_id(one.name)], dtype=np.uint32), np.array([[one.low, one.value, one.high]])
    quantiles_into(key_of(2**40 + 9, 5), ids, False, quantiles)
    values_into(quantiles, ranges, out)
    np.testing.assert_allclose(out, naive.draw([one], 2**40 + 9, 5, 3), rtol=1e-7)


def test_strata_agree_with_the_slow_twin():
    """A stratified draw from the middle of a group is what sorting the group gives, and its quantile's value."""
    one = figure("test.range_m", 100.0, 200.0, 450.0)
    ours = draw([one], 11, 5, 8, stratified=True)
    slow = np.array([[naive.stratified_quantile(11, trial, one.name)] for trial in range(5, 13)])
    np.testing.assert_allclose(ours, values_at([one], slow), rtol=1e-12)


def test_each_group_fills_every_part_of_a_figure_once(some):
    """Eight trials, eight parts of the law, each once; the next group has another order."""
    few = [figure(f"test.{k}_m", 0.0, 0.0, 1.0) for k in range(5)]
    groups = draw(few, 3, 0, 32, stratified=True).reshape(4, 8, 5)
    parts = (8 * (1.0 - (1.0 - groups) ** 2)).astype(int)  # the law of a triangle that falls from 0 to 1
    assert (np.sort(parts, axis=1) == np.arange(8)[:, None]).all()
    assert not (parts[0] == parts[1]).all()


def test_strata_change_no_law(scale):
    """Over many trials the stratified mean and spread are those of plain draws, and group means scatter less."""
    one = figure("test.range_m", 100.0, 200.0, 450.0)
    count = 8 * int(2_000 * scale)
    plain, even = draw([one], 5, 0, count)[:, 0], draw([one], 5, 0, count, stratified=True)[:, 0]
    groups = even.reshape(-1, 8).mean(axis=1)
    assert abs(groups.mean() - 250.0) < 4 * groups.std() / np.sqrt(len(groups))
    assert even.std() == pytest.approx(plain.std(), rel=0.1)
    assert plain.reshape(-1, 8).mean(axis=1).var() > 20 * groups.var()


@pytest.mark.parametrize(("low", "value", "high"), [(1.0, 2.0, 6.0), (0.0, 0.0, 1.0), (0.2, 0.5, 0.5)])
def test_mean_of_the_triangle(low, value, high):
    """The mean is a third of low + mode + high, here over an even grid of the uniform number."""
    u = (np.arange(20_000) + 0.5) / 20_000
    mean = np.mean([triangular(low, value, high, one) for one in u])
    assert mean == pytest.approx((low + value + high) / 3, rel=1e-4)


def test_mean_over_trials(scale):
    """Many trials agree with the mean within four standard errors."""
    count = int(50_000 * scale)
    values = draw([figure("test.range_m", 100.0, 200.0, 450.0)], 5, 0, count)[:, 0]
    sigma = np.sqrt((100**2 + 200**2 + 450**2 - 100 * 200 - 100 * 450 - 200 * 450) / 18 / count)
    assert abs(values.mean() - 250.0) < 4 * sigma


def test_a_wide_range_is_drawn_in_the_logarithm():
    """Where high is a hundred times low and the value their geometric middle, half of the draws lie below it."""
    assert triangular(0.01, 0.1, 1.0, 0.5) == pytest.approx(0.1)
    assert triangular(0.5, 0.6, 4.9, 0.5) > 1.5


def test_ends_of_the_range_are_reached_only_at_the_ends():
    """Uniform numbers near 0 and 1 give draws near low and high, never outside."""
    for low, value, high in ((1.0, 1.0, 2.0), (1.0, 2.0, 2.0), (0.001, 0.01, 0.3)):
        assert low <= triangular(low, value, high, 1e-16) <= triangular(low, value, high, 1 - 1e-16) <= high


def test_fills_every_place_of_a_figure_alike():
    """One figure in two tables has one value a trial; factors convert; a plain array takes a column."""
    range_m, kill = figure("a.range_m", 1.0, 2.0, 3.0), figure("a.kill", 0.2, 0.5, 0.8)
    places = [
        Drawn(table="rounds", row=0, field="range_max_m", figure=range_m),
        Drawn(table="rounds", row=2, field="range_max_m", figure=range_m, factor=1e-3),
        Drawn(table="kill", row=1, field="", figure=kill, column=3),
    ]
    chosen = distinct(places)
    values = draw(chosen, 1, 0, 4)
    tables = {"rounds": np.zeros((4, 3), dtype=[("range_max_m", "f8")]), "kill": np.zeros((4, 2, 5))}
    fill(tables, places, chosen, values)
    assert [one.name for one in chosen] == ["a.range_m", "a.kill"]
    assert np.array_equal(tables["rounds"]["range_max_m"][:, 0], values[:, 0])
    assert np.array_equal(tables["rounds"]["range_max_m"][:, 2], values[:, 0] * 1e-3)
    assert np.array_equal(tables["kill"][:, 1, 3], values[:, 1])
    assert tables["rounds"]["range_max_m"][:, 1].sum() == 0.0


def test_no_figures_draw_nothing():
    """A mission without uncertain figures gets an empty table, not an error."""
    assert draw([], 1, 0, 3).shape == (3, 0)


def test_reading_the_catalogue_compiles_nothing():
    """Loading and listing must not import the compiler: the command line starts fast."""
    code = "import sys, farwatch.catalogue as c; c.summary(c.load()); sys.exit('numba' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=False, env={"PYTHONPATH": ":".join(sys.path)})
    assert done.returncode == 0
