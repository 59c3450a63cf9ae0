"""The summary against counts made by hand."""

import numpy as np
import pytest

from farwatch.errors import InputError
from farwatch.outcomes import gather, summarise
from farwatch.outcomes.evidence import cast_from_json, cast_to_json
from outcomes.rehearsal import Dice, cast

TRIALS = 60


@pytest.fixture(scope="module")
def the_cast():
    return cast()


@pytest.fixture(scope="module")
def evidence(the_cast):
    play = Dice(the_cast)
    return gather(the_cast, [play(first, 20, trace=first == 0) for first in (40, 0, 20)])


@pytest.fixture(scope="module")
def summary(the_cast, evidence):
    return summarise(the_cast, evidence)


def test_blocks_may_come_in_any_order(evidence):
    """Trials are put in order."""
    assert evidence.trials.tolist() == list(range(TRIALS))


def test_shares_are_counts_over_targets(summary, the_cast, evidence):
    """Killed and leaked are what is in the outcomes, for the class that is asked."""
    drones = np.array(the_cast.target_class) == 0
    killed = ~np.isnan(evidence.outcomes["killed_s"][:, drones])
    row = summary.classes[0]
    assert (row.name, row.per_trial, row.trials) == ("one-way-drone", 6, TRIALS)
    assert row.killed.value == pytest.approx(killed.mean())
    assert row.killed.low < row.killed.value < row.killed.high


def test_killed_leaked_and_neither_make_all(summary):
    """Every target of the raid ends in one of three ways."""
    for row in (summary.raid, *summary.classes, *summary.groups):
        assert row.killed.value + row.leaked.value + row.neither.value == pytest.approx(1.0)


def test_a_killed_target_was_engaged(the_cast):
    """A round meant for its neighbour counts as an engagement of the target it kills."""
    block = Dice(the_cast)(0, 6, trace=False)
    block.outcomes["shots"] = 0
    row = summarise(the_cast, gather(the_cast, [block])).raid
    assert row.engaged.value == row.killed.value > 0.0


def test_background_is_no_part_of_the_raid(summary):
    """Airliners have a row of their own, and no other."""
    assert [row.name for row in summary.classes] == ["one-way-drone", "cruise-missile"]
    assert summary.background is not None
    assert summary.background.per_trial == 3


def test_reasons_add_to_one(summary):
    """Shares of reasons add to one, counts to the leakers, overall and by class."""
    for table in (summary.reasons, *summary.reasons_by_class, *summary.reasons_by_group):
        assert sum(row.share.value for row in table.shares) == pytest.approx(1.0)
        assert sum(row.count for row in table.shares) == table.leakers
    assert sum(table.leakers for table in summary.reasons_by_class) == summary.reasons.leakers


def test_leakers_by_histogram(summary):
    """The histogram holds every trial, and its mean is the mean."""
    counts = np.array(summary.leakers.histogram)
    assert counts.sum() == TRIALS
    assert (counts @ np.arange(len(counts))) / TRIALS == pytest.approx(summary.leakers.mean.value)


def test_assets(summary, evidence):
    """An asset is destroyed when one arrival at it destroys it."""
    hit = (evidence.outcomes["destroyed"][:, :6] != 0).any(axis=1)
    assert summary.assets[0].destroyed.value == pytest.approx(hit.mean())
    assert [row.worth for row in summary.assets] == [1.0, 3.0]


def test_costs_use_the_drawn_price(summary, evidence):
    """One round's price is drawn per trial, the other's is not; the published range brackets the mean."""
    fired = evidence.rounds_fired
    spent = fired[:, 0] * evidence.figures[:, 0] + fired[:, 1] * 8e5
    cost = summary.costs.defence
    assert cost.mean.value == pytest.approx(spent.mean())
    assert cost.cheapest_usd == pytest.approx(fired[:, 0].mean() * 1e6 + fired[:, 1].mean() * 5e5)
    assert cost.cheapest_usd < cost.mean.value < cost.dearest_usd
    assert summary.costs.raid.mean.value == pytest.approx(6 * 3e4 + 2 * 1.2e6)
    assert summary.costs.raid.dearest_usd == pytest.approx(6 * 5e4 + 2 * 2e6)


def test_unknown_prices_are_named():
    """A class of the raid without a price counts as nothing, and says so."""
    plain = cast_to_json(cast())
    plain["class_price_usd"][0] = {"low": None, "value": None, "high": None}
    unpriced = cast_from_json(plain)
    found = summarise(unpriced, gather(unpriced, [Dice(unpriced)(0, 5, trace=False)]))
    assert found.costs.unpriced == ("one-way-drone",)
    assert found.costs.raid.mean.value == pytest.approx(2 * 1.2e6)


def test_spent_is_a_share_of_trials(summary, evidence):
    """A magazine is spent when all it carries was fired."""
    assert summary.rounds[1].spent.value == pytest.approx((evidence.rounds_fired[:, 1] >= 8).mean())


def test_a_cast_survives_its_manifest(the_cast):
    """Plain values and back is the same cast."""
    again = cast_from_json(cast_to_json(the_cast))
    assert (again.targets, again.rounds, again.figures) == (the_cast.targets, the_cast.rounds, the_cast.figures)


def test_a_cast_that_does_not_fit_is_refused():
    """Every column that points nowhere is named."""
    plain = cast_to_json(cast())
    plain["target_class"] = [9] * 11
    plain["target_raid"] = [True]
    with pytest.raises(InputError, match=r"(?s)target_class = 9.*target_raid"):
        cast_from_json(plain)


@pytest.mark.parametrize(("drones", "cruise", "background"), [(0, 0, 3), (4, 0, 0)])
def test_empty_parts_do_no_harm(drones, cruise, background):
    """A scenario without a raid, or without traffic, still has a summary."""
    the_cast = cast(drones, cruise, background)
    found = summarise(the_cast, gather(the_cast, [Dice(the_cast)(0, 12, trace=False)]))
    assert (found.background is None) == (background == 0)
    assert found.raid.per_trial == drones


def test_no_trials_do_no_harm(the_cast):
    """A run stopped at once has a summary that knows nothing."""
    found = summarise(the_cast, gather(the_cast, []))
    assert found.trials == 0
    assert np.isnan(found.raid.killed.value)
