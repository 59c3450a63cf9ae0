"""The answers, against laws that are known."""

import numpy as np
import pytest

from campaign.answered import FIELD, Rehearsed, figures, planned
from farwatch.campaign.answers import answer, luck_gain
from farwatch.campaign.estimating import Sample, difference_of, gain_of_blocks, interval_of, sample_of
from farwatch.campaign.money import crossing

TWO = {"alone": "desert-battery", "layered": "desert-battery"}
RICH = {
    "scenarios": TWO,
    "vary": {"fields": {FIELD: [5, 10, 20, 30, 40]}},
    "trials": 400,
    "measures": ["leaked", "leaked_share", "any_leak"],
    "compare": {"with": "alone"},
    "saturation": {"field": FIELD},
    "break_even": {"field": FIELD, "fixed_usd": {"layered": 1e6}},
    "sensitivity": {"method": "sobol", "samples": 256},
}


@pytest.fixture(scope="module")
def rich():
    """A study with everything, its kept trials, and its answers."""
    study = planned(RICH)
    kept = Rehearsed(study).play()
    return study, kept, answer(study, kept, figures())


def test_means_are_those_of_the_trials(rich):
    """Each measure of each point, inside its interval."""
    _, kept, told = rich
    for row in told.points:
        leaked = kept.column(row.number, "leaked")
        by_name = {one.name: one.estimate for one in row.measures}
        assert by_name["leaked"].value == pytest.approx(leaked.mean())
        assert by_name["leaked_share"].value == pytest.approx(leaked.mean() / row.raid)
        assert by_name["any_leak"].value == pytest.approx((leaked > 0).mean())
        assert all(one.low <= one.value <= one.high for one in by_name.values())


def test_quantiles_are_values_that_were_seen(rich):
    """Median, 90 % and 99 % of leakers, with order statistics about them."""
    _, kept, told = rich
    leaked = np.sort(kept.column(3, "leaked"))
    for one in told.points[3].quantiles:
        assert one.leakers.value == leaked[int(np.ceil(one.level * 400)) - 1]
        assert one.leakers.low <= one.leakers.value <= one.leakers.high


def test_differences_are_paired(rich):
    """Trial by trial, so far narrower than the two intervals together."""
    _, kept, told = rich
    row = next(row for row in told.differences if row.measure == "leaked" and row.raid == 40)
    pairs = kept.column(9, "leaked") - kept.column(4, "leaked")
    assert (row.label, row.base) == ("layered: drones-north.count 40", "alone")
    assert row.difference.value == pytest.approx(pairs.mean())
    assert row.luck_gain > 4.0
    assert row.difference.high - row.difference.low < 0.6 * (row.first.high - row.first.low)


def test_the_knee_is_the_magazine(rich):
    """Leaks begin at a raid of about 20 less the few that leak anyway."""
    alone, layered = rich[2].curves
    assert (alone.label, layered.label) == ("alone", "layered")
    assert alone.knee.found
    assert alone.knee.at.value == pytest.approx(19.5, abs=2.0)
    assert alone.knee.after.value == pytest.approx(1.0, abs=0.1)
    assert layered.knee.after.value == pytest.approx(0.5, abs=0.1)
    assert alone.raid == alone.at


def test_money_turns_where_the_bills_cross():
    """The raid's price grows faster than the bill: they cross inside, and the fixed cost moves the crossing."""

    def law(point, luck, u):
        return np.zeros(len(luck))

    plan = {"vary": {"fields": {FIELD: [100, 150, 200, 300]}}, "trials": 64, "break_even": {"field": FIELD}}
    told = answer(study := planned(plan), Rehearsed(study, law).play()).money
    turn = told.turns[0]
    # 1e6 (n + 2) = 8e4 n^1.5 at n = 160.2, between straight lines through the points a little off.
    assert turn.at.value == pytest.approx(160.2, abs=4.0)
    assert turn.at.low <= turn.at.value <= turn.at.high
    assert told.exchanges[0].ratio.value == pytest.approx(102e6 / 8e7, rel=0.02)
    dearer = planned(plan | {"break_even": {"field": FIELD, "fixed_usd": {"alone": 1e8}}})
    assert answer(dearer, Rehearsed(dearer, law).play()).money.turns[0].at.value > turn.at.value + 10.0
    assert (
        "less"
        in answer(cheap := planned(plan | {"vary": {"fields": {FIELD: [250, 300]}}}), Rehearsed(cheap, law).play())
        .money.turns[0]
        .why
    )


def test_what_a_leaker_must_cost(rich):
    """Extra money over leakers avoided, fixed cost included; not told where no leaker is avoided for sure."""
    _, kept, told = rich
    few, many = told.money.worths[0], told.money.worths[4]
    extra = kept.column(9, "defence_cost_usd").mean() - kept.column(4, "defence_cost_usd").mean() + 1e6
    avoided = kept.column(4, "leaked").mean() - kept.column(9, "leaked").mean()
    assert many.usd_per_leaker.value == pytest.approx(extra / avoided)
    assert many.usd_per_leaker.low < many.usd_per_leaker.value < many.usd_per_leaker.high
    assert few.why == "no difference in leakers can be told"
    assert np.isnan(few.usd_per_leaker.value)


def test_the_figure_that_matters_is_found(rich):
    """The law knows one figure and chance; the others do nothing."""
    found = rich[2].sensitivity
    by_name = {one.name: one for one in found.shares.inputs}
    assert by_name["48n6e3.range_max_m"].total.low > 0.05
    assert by_name["91n6e.range_max_m"].total.value == 0.0
    assert found.shares.chance.total.value + found.shares.unknown.value == pytest.approx(1.0)
    assert found.trials == 7 * 256


def test_assumed_figures_are_listed(rich):
    """By name, apart from what somebody publishes."""
    assert rich[2].assumed == ("48n6e3.price_usd", "91n6e.range_max_m")
    assert len(rich[2].published) == 2


def test_weights_bring_the_plain_mean_back():
    """Importance sampling: leaks at ten times their rate, weighted; the mean is the plain one, and the gain is told."""
    study = planned({"rare": {"tilt_odds": 2.0}, "trials": 4000, "measures": ["any_leak"]})
    dice = np.random.default_rng(5)
    leaked = (dice.random(4000) < 0.1).astype(float)
    table = {"leaked": leaked, "weight": np.where(leaked > 0, 0.01 / 0.1, 0.99 / 0.9)}

    class Weighted(Rehearsed):
        def column(self, point, name):
            return table[name] if name in table else super().column(point, name)

    told = answer(study, Weighted(study).play()).points[0]
    one = told.measures[0]
    assert one.estimate.value == pytest.approx(0.01, abs=4.0 * 0.1 * 0.3 / np.sqrt(4000))
    assert one.estimate.low < one.estimate.value < one.estimate.high
    assert one.weight_gain > 5.0
    assert told.quantiles == ()


def test_blocks_are_the_observations_of_stratified_draws():
    """Eight trials that balance each other have a mean that scatters less than eight alone; the interval knows."""
    dice = np.random.default_rng(2)
    strata = np.array([dice.permutation(8) for _ in range(100)]).ravel() / 8.0 + dice.random(800) / 8.0
    blocked, plain = Sample(values=strata, block=8), Sample(values=strata)
    assert gain_of_blocks(blocked).value > 20.0
    narrow, wide = interval_of(blocked), interval_of(plain)
    assert narrow.high - narrow.low < 0.3 * (wide.high - wide.low)
    assert narrow.low <= 0.5 <= narrow.high


def test_what_shared_luck_saves():
    """Pairs that never differ save everything; pairs without shared luck nothing."""
    dice = np.random.default_rng(3)
    a, b = dice.normal(size=(2, 2000))
    assert luck_gain(Sample(values=a + 1.0), Sample(values=a)) > 1e20
    assert luck_gain(Sample(values=b), Sample(values=a)) == pytest.approx(1.0, abs=0.1)
    assert len(difference_of(Sample(values=a), Sample(values=b[:500]))) == 500


def test_an_interrupted_campaign_answers_with_what_it_has():
    """Points with fewer than two trials are left out; nothing breaks."""
    study = planned(RICH)
    told = answer(study, Rehearsed(study, counts={0: 8, 5: 8, 6: 1}), finished=False)
    assert [row.number for row in told.points] == [0, 5]
    assert len(told.differences) == 3
    assert told.sensitivity.shares is None
    assert told.curves[0].knee is None
    assert answer(study, Rehearsed(study), finished=False).points == ()


def test_bounds_are_those_of_the_measure():
    """Nothing leaked yet: the interval of leakers stops at what the raid allows, not at nothing."""
    study = planned({"trials": 40})
    kept = Rehearsed(study, lambda point, luck, u: np.zeros(len(luck))).play()
    it = interval_of(sample_of(kept, study.points[0], "leaked"))
    assert it.value == it.low == 0.0
    assert 0.0 < it.high < 20.0


@pytest.mark.parametrize(
    ("heights", "place"),
    [([-1.0, 1.0, 2.0], 1.5), ([1.0, 0.0, -1.0], 2.0), ([1.0, 2.0, 3.0], np.nan), ([3.0, 1.0, 0.0], 3.0)],
)
def test_where_a_line_crosses_zero(heights, place):
    """Between two points in proportion; at a point that is zero; nowhere."""
    assert crossing(np.array([1.0, 2.0, 3.0]), np.array(heights)) == pytest.approx(place, nan_ok=True)
