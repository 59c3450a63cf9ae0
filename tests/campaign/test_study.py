"""How many trials a plan asks for next."""

import numpy as np
import pytest

from campaign.answered import FIELD, Rehearsed, figures, planned
from farwatch.campaign.answers import answer
from farwatch.campaign.points import Study
from farwatch.outcomes.sequential import FIRST

TWO = {"alone": "desert-battery", "layered": "desert-battery"}


def noisy(point, luck, u):
    """Leakers that scatter more in the second scenario, and not with the same luck."""
    dice = np.random.default_rng(point.number)
    return np.clip(np.round(10 + (8 if point.scenario == "layered" else 1) * dice.normal(size=len(luck))), 0, 20)


def test_a_fixed_number_is_asked_for_once():
    """Each point gets `trials`, the rows of a sensitivity analysis as many as they are."""
    study = planned({"trials": 40, "sensitivity": {"method": "morris", "trajectories": 8}})
    kept = Rehearsed(study).play()
    assert kept.counts == {0: 40} | dict.fromkeys(range(1, 7), 8)
    assert len(kept.rounds) == 1


def test_a_point_goes_on_until_it_is_known():
    """The quiet one stops at the first look; the noisy one goes on, and stops as soon as its interval is narrow."""
    study = planned({"scenarios": TWO, "until": {"leaked": 0.3}, "measures": ["leaked"]})
    kept = Rehearsed(study, noisy).play()
    assert kept.count(0) == FIRST < kept.count(1)
    told = answer(study, kept)
    wide = told.points[1].measures[0]
    assert wide.met
    assert 0.5 * (wide.estimate.high - wide.estimate.low) <= 0.3
    assert not told.short


def test_both_sides_of_a_comparison_go_on():
    """A difference is wanted: the pair plays on, and other pairs do not."""
    study = planned(
        {
            "scenarios": TWO,
            "vary": {"fields": {FIELD: [10, 20]}},
            "until": {"leaked": 0.4},
            "measures": ["leaked"],
            "compare": {"with": "alone"},
        }
    )
    kept = Rehearsed(study, noisy).play()
    assert study.pairs == {2: 0, 3: 1}
    assert kept.count(0) == kept.count(2) > FIRST
    assert answer(study, kept).differences[0].met


def test_a_budget_ends_it():
    """No more is played than the budget has, and what is not known well enough is named."""
    study = planned(
        {
            "scenarios": TWO,
            "until": {"leaked": 0.01},
            "measures": ["leaked"],
            "budget": {"trials": 1000},
        }
    )
    kept = Rehearsed(study, noisy).play()
    assert 900 < sum(kept.counts.values()) <= 1000
    assert answer(study, kept).short == ("alone", "layered")


def test_a_small_budget_is_shared_evenly():
    """Where it does not reach for a first look, every point gets the same."""
    study = planned(
        {
            "vary": {"fields": {FIELD: [5, 10, 20]}},
            "until": {"leaked": 0.01},
            "budget": {"trials": 100},
        }
    )
    assert Rehearsed(study).play().counts == {0: 32, 1: 32, 2: 32}


def test_goals_depend_on_what_is_kept_alone():
    """Asked again, or with rounds forgotten, the answer is the same."""
    study = planned({"scenarios": TWO, "until": {"leaked": 0.3}})
    kept = Rehearsed(study, noisy, {0: FIRST, 1: FIRST})
    assert study.goals(kept) == study.goals(Rehearsed(study, noisy, {0: FIRST, 1: FIRST}))


def test_the_study_is_what_a_player_wants():
    """Plain JSON of the plan, columns that exist, points in order."""
    study: Study = planned({"measures": ["any_leak", "rounds_fired"], "rare": {"tilt_odds": 1.0}})
    assert study.plan["scenarios"] == {"alone": "desert-battery"}
    assert {"leaked", "raid_targets", "rounds_fired", "weight"} <= set(study.measures)
    assert [point.number for point in study.points] == list(range(len(study.points)))
    assert study.points[0].tilt_odds == 1.0
    assert study.seed == 7, "the shipped scenario's own"


def test_a_point_can_be_the_base_of_a_comparison():
    """Values in the place of a scenario name the point that the others are compared with."""
    study = planned(
        {
            "vary": {"fields": {FIELD: [5, 10], "weather.rain_mm_h": [0, 4]}},
            "compare": {"with": {FIELD: 5, "weather.rain_mm_h": 4}},
            "trials": 16,
        }
    )
    assert study.pairs == {0: 1, 2: 1, 3: 1}
    told = answer(study, Rehearsed(study).play(), figures())
    assert {row.base for row in told.differences} == {"drones-north.count 5, weather.rain_mm_h 4"}


@pytest.mark.parametrize("draws", ["independent", "stratified"])
def test_looks_are_whole_blocks(draws):
    """Whatever is asked for is a multiple of eight."""
    study = planned({"scenarios": TWO, "until": {"leaked": 0.3}, "draws": draws})
    for goals in Rehearsed(study, noisy).play().rounds:
        assert all(trials % 8 == 0 for trials in goals.values())
