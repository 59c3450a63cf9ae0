"""From a plan to its points."""

import numpy as np
import pytest

from campaign.answered import FIELD, figures, planned
from farwatch.campaign.design import combinations, label_of, listed
from farwatch.campaign.figure_rows import inputs_of, rows_of, trials_of
from farwatch.campaign.plan_file import Sensitivity, Span, Vary
from farwatch.campaign.points import GIVEN, STRATIFIED
from farwatch.errors import InputError


def test_a_grid_takes_every_combination():
    """Lists and ranges multiply; whole numbers stay whole."""
    vary = Vary(fields={"a": (1, 2), "b": Span(low=1, high=3, steps=3), "c": Span(low=0.0, high=1.0, steps=2)})
    rows = combinations(vary, 1)
    assert len(rows) == 12
    assert [type(rows[0][name]) for name in "abc"] == [int, int, float]
    assert listed(Span(low=1, high=3, steps=3)) == (1, 2, 3)


@pytest.mark.parametrize("design", ["latin-hypercube", "sobol"])
def test_a_spread_design_fills_every_part_of_a_range(design):
    """Each quarter of each range, and each value of a list, gets its share; the seed decides which points."""
    vary = Vary(design=design, points=16, fields={"a": Span(low=0.0, high=1.0), "b": (1, 2), "c": Span(low=1, high=4)})
    rows = combinations(vary, 7)
    assert np.bincount((np.array([row["a"] for row in rows]) * 4).astype(int)).tolist() == [4, 4, 4, 4]
    assert sorted(row["b"] for row in rows) == [1] * 8 + [2] * 8
    assert np.bincount([row["c"] for row in rows]).tolist() == [0, 4, 4, 4, 4]
    assert rows == combinations(vary, 7) != combinations(vary, 8)


def test_points_share_their_luck_and_are_named():
    """Every scenario at every combination, from trial 0 on."""
    study = planned(
        {
            "scenarios": {"a": "desert-battery", "b": "desert-battery"},
            "vary": {"fields": {FIELD: [2, 4]}},
            "draws": "stratified",
        }
    )
    assert [point.label for point in study.points][1:3] == ["a: drones-north.count 4", "b: drones-north.count 2"]
    assert {point.first_trial for point in study.points} == {0}
    assert {point.draws.kind for point in study.points} == {STRATIFIED}


def test_a_label_says_no_more_than_needed():
    """The shortest end of a path that tells it apart."""
    assert label_of("a", {"raid.x.count": 1, "raid.y.count": 0.25}, named=False) == "x.count 1, y.count 0.25"
    assert label_of("a", {"raid.x.via.count": 1, "other.via.count": 2}, named=False) == (
        "x.via.count 1, other.via.count 2"
    )


def test_values_that_are_wrong_only_together_are_refused():
    """Each point is made before any is played."""
    fields = {"raid.drones-north.height_agl_m": [100], "raid.drones-north.height_msl_m": [None, 500]}
    with pytest.raises(InputError, match="cannot stand beside height_agl_m"):
        planned({"vary": {"fields": fields}})


def test_sobol_matrices_differ_in_one_input_or_in_luck():
    """AB_i is A but for the columns of i, under A's luck; AB_chance is A under B's."""
    asked = Sensitivity(method="sobol", samples=32, by="entry", figures=("48n6e3.*", "91n6e.*"))
    made = rows_of(asked, "alone", figures(), 5, 7)
    a, b, first, second, chance = (point.draws.quantiles for point in made.points)
    assert [one.name for one in made.inputs] == ["48n6e3", "91n6e"]
    assert [point.number for point in made.points] == [5, 6, 7, 8, 9]
    assert [point.first_trial for point in made.points] == [0, 32, 0, 0, 32]
    assert {point.draws.kind for point in made.points} == {GIVEN}
    assert np.array_equal(first[:, [0, 1]], b[:, [0, 1]])
    assert np.array_equal(first[:, [2, 3]], a[:, [2, 3]])
    assert np.array_equal(second[:, 3], b[:, 3])
    assert np.array_equal(chance[:, [0, 1, 3]], a[:, [0, 1, 3]])
    assert np.array_equal(chance[:, 2], b[:, 2]), "a figure that was not asked about goes with chance"
    assert ((a > 0) & (a < 1)).all()
    assert trials_of(asked, len(made.inputs)) == sum(len(point.draws.quantiles) for point in made.points)


def test_walks_move_one_input_a_step():
    """Each step of a walk moves one input by half of its range; the last takes new luck and keeps all figures."""
    asked = Sensitivity(method="morris", trajectories=10)
    made = rows_of(asked, "alone", figures(), 0, 7)
    rows = np.array([point.draws.quantiles for point in made.points])
    steps = np.diff(rows, axis=0)
    assert np.array_equal(np.abs(steps[:-1]).sum(axis=2), np.full((4, 10), 0.5))
    assert not steps[-1].any()
    assert [point.first_trial for point in made.points] == [0, 0, 0, 0, 0, 16]
    assert np.array_equal(np.sort(made.order, axis=1), np.tile(np.arange(4), (10, 1)))
    moved = np.take_along_axis(steps[0], made.order[:, :1], axis=1)
    assert np.array_equal(moved, made.moves[:, :1])
    assert ((rows > 0) & (rows < 1)).all()


def test_fixed_figures_are_no_inputs():
    """What every trial has alike cannot matter."""
    fixed = [
        *figures(),
        figures(["40n6e.price_usd"])[0].__class__(
            name="40n6e.price_usd", value=1.0, low=1.0, high=1.0, unit="USD", printed="1", kind="press"
        ),
    ]
    assert len(inputs_of(Sensitivity(method="morris"), fixed)) == 4


def test_a_sensitivity_that_cannot_be_paid_is_refused():
    """How many figures there are is known only when a mission is prepared; still before anything is played."""
    with pytest.raises(InputError, match="4 figures need 3584 trials for sobol"):
        planned({"sensitivity": {"method": "sobol"}, "budget": {"trials": 3000}})
    with pytest.raises(InputError, match="fits no figure that this scenario draws"):
        planned({"sensitivity": {"method": "sobol", "figures": ["40n6e.*"]}})
