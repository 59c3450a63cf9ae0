"""Friends, decoys, damage, empty magazines and the price of a kill, against plain counts."""

from dataclasses import replace

import numpy as np
import pytest

from farwatch.errors import InputError
from farwatch.outcomes import gather, summarise
from farwatch.outcomes.evidence import cast_from_json, cast_to_json
from farwatch.outcomes.intervals import ratio_interval
from farwatch.outcomes.measures import damage_counts, out_of_rounds_s
from farwatch.outcomes.tabulate import build
from farwatch.report import wording
from outcomes.rehearsal import Dice, cast

TRIALS = 40


@pytest.fixture(scope="module")
def the_cast():
    """Six decoys and two missiles at two assets; of three other aircraft one is a friend."""
    return replace(cast(), target_friend=(*[False] * 8, True, False, False), class_decoy=(True, False, False))


@pytest.fixture(scope="module")
def evidence(the_cast):
    """Forty trials of dice, in which arrivals have times and magazines run dry."""
    block = Dice(the_cast)(0, TRIALS, trace=False)
    luck = np.random.default_rng(5)
    block.outcomes["leaked_s"] += luck.uniform(0, 100, block.outcomes.shape)
    block.outcomes["spent_usd"] = 1e6 * block.outcomes["shots"]
    dry = luck.random(block.empty_s.shape) < 0.5
    block.empty_s[:] = np.where(dry, luck.uniform(60, 600, dry.shape), np.nan)
    return gather(the_cast, [block])


@pytest.fixture(scope="module")
def summary(the_cast, evidence):
    return summarise(the_cast, evidence)


def test_friends_are_neither_raid_nor_background(summary, evidence, the_cast):
    """They have a row of their own, and their shots and losses are told beside those of the background."""
    assert (summary.raid.per_trial, summary.friends.per_trial, summary.background.per_trial) == (8, 1, 2)
    wrong, tallies = summary.wrong_shots, evidence.tallies
    assert wrong.at_friends.value == pytest.approx(tallies["shots_at_friends"].mean())
    assert wrong.friends_killed.value == pytest.approx(tallies["friends_killed"].mean())
    assert wrong.trials_with_friend_killed.value == pytest.approx((tallies["friends_killed"] > 0).mean())
    assert "friendly flights" in wording.wrong_shots(summary)
    assert build(the_cast, evidence)["targets"]["friend"].sum() == TRIALS


def test_nobody_is_a_friend_unless_it_is_said():
    """A cast without friends, as an older folder has it, has none; a column of the wrong length is refused."""
    plain = cast_to_json(cast())
    del plain["target_friend"], plain["class_decoy"]
    older = cast_from_json(plain)
    assert not older.friends.any()
    assert not older.decoys.any()
    with pytest.raises(InputError, match="target_friend"):
        replace(older, target_friend=(True,))


def test_decoys_draw_what_was_fired_at_them(summary, evidence, the_cast):
    """Rounds, their share of all and their price, by plain sums."""
    shots = evidence.outcomes["shots"][:, :6]
    found = summary.decoys
    assert found.rounds.value == pytest.approx(shots.sum(axis=1).mean())
    assert found.share.value == pytest.approx(shots.sum() / evidence.rounds_fired.sum())
    assert found.cost.value == pytest.approx(1e6 * shots.sum(axis=1).mean())
    assert 0.0 <= found.share.low <= found.share.value <= found.share.high <= 1.0
    assert wording.decoys(summary).startswith("Decoys draw")
    assert (build(the_cast, evidence)["trials"]["rounds_at_decoys"] == shots.sum(axis=1)).all()


def test_an_asset_counts_for_the_first_arrival_that_destroyed_it(evidence, the_cast, summary):
    """Trial by trial and asset by asset, by hand; the classes' worth adds up to the trial's."""
    outcomes = evidence.outcomes
    count, worth = np.zeros((TRIALS, 3), int), np.zeros((TRIALS, 3))
    for t in range(TRIALS):
        for k, value in enumerate(the_cast.asset_worth):
            hits = [(outcomes["leaked_s"][t, i], the_cast.target_class[i]) for i in range(8)
                    if the_cast.target_asset[i] == k and outcomes["destroyed"][t, i]]  # fmt: skip
            if hits:
                count[t, min(hits)[1]] += 1
                worth[t, min(hits)[1]] += value
    found = damage_counts(the_cast, evidence)
    assert (found[0] == count).all()
    assert (found[1] == worth).all()
    assert count.sum() > 0
    assert np.allclose(build(the_cast, evidence)["trials"]["worth_destroyed"], worth.sum(axis=1))
    assert [row.name for row in summary.damage] == ["one-way-drone", "cruise-missile"]
    assert summary.damage[0].worth.value == pytest.approx(worth[:, 0].mean())


def test_the_defence_is_out_of_rounds_when_its_last_magazine_is(evidence, the_cast, summary):
    """The latest of all magazines, and never while one of them still has something."""
    last_s = out_of_rounds_s(the_cast, evidence)
    for t in range(TRIALS):
        each = [float(x) for x in evidence.empty_s[t]]
        np.testing.assert_equal(last_s[t], max(each) if not np.isnan(each).any() else np.nan)
    assert summary.out_of_rounds.share.value == pytest.approx((~np.isnan(last_s)).mean())
    assert summary.rounds[0].empty_s.count == (~np.isnan(evidence.empty_s[:, 0])).sum()
    assert "had fired its last" in wording.stock_out(summary)
    none = replace(the_cast, rounds=tuple(replace(kind, carried=0) for kind in the_cast.rounds))
    assert np.isnan(out_of_rounds_s(none, evidence)).all()


def test_a_kill_costs_what_all_rounds_cost_over_what_they_killed(evidence, the_cast, summary):
    """A ratio of sums, between its prices' ends."""
    kills = (~np.isnan(evidence.outcomes["killed_s"][:, the_cast.raid])).sum()
    costs = summary.costs
    assert costs.per_kill.value == pytest.approx(costs.defence.mean.value * TRIALS / kills)
    assert costs.cheapest_per_kill_usd < costs.per_kill.value < costs.dearest_per_kill_usd
    assert costs.per_kill.low < costs.per_kill.value < costs.per_kill.high
    assert wording.cost_per_kill(summary).startswith("A kill costs $")


def test_nothing_killed_has_no_price(the_cast):
    """Without a kill, and without a trial, there is no price of one, and nothing is said."""
    quiet = Dice(the_cast)(0, 5, trace=False)
    quiet.outcomes["killed_s"] = np.nan
    for blocks in ([quiet], []):
        found = summarise(the_cast, gather(the_cast, blocks))
        assert np.isnan(found.costs.per_kill.value)
        assert wording.cost_per_kill(found) == ""
        assert wording.stock_out(found) == ""


def test_a_ratio_s_interval_holds_the_truth(scale):
    """Over many small campaigns, 95 of 100 intervals hold the ratio of the means."""
    luck = np.random.default_rng(3)
    runs, held = int(600 * scale) + 100, 0
    for _ in range(runs):
        below = luck.poisson(6.0, 60) + 1.0
        above = below * luck.uniform(1.0, 3.0, 60)
        low, high = ratio_interval(above, below)[1]
        held += low <= 2.0 <= high
    assert 0.90 < held / runs < 0.99
    assert ratio_interval([3.0], [2.0])[1] == (-np.inf, np.inf)
    assert np.isnan(ratio_interval([1.0], [0.0])[0])
