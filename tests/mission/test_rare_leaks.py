"""Tilted trials of the real loop: unbiased against plain trials and the closed form, for far fewer of them."""

import numpy as np
import pytest

from farwatch import mission
from farwatch.engage import closed_forms
from farwatch.outcomes import rare
from farwatch.scenario import vary

pytestmark = [pytest.mark.slow, pytest.mark.heavy]

P_KILL, SHOTS, RAID = 0.9, 3, 4
EXACT = 1.0 - (1.0 - closed_forms.shoot_look_shoot(P_KILL, SHOTS).leak_probability) ** RAID
"""Chance that one of four leaks, when each is shot at three times at most: 0.4 %."""


@pytest.fixture(scope="module")
def strong(plain):
    """Four fighters past a battery that shoots up to three times at each."""
    changes = {
        "raid.fighters.count": RAID,
        "figures.aster-30-b1.kill_probability.aircraft": P_KILL,
        "doctrine.max_shots": SHOTS,
        "defence.alpha.ready.aster-30-b1": RAID * SHOTS,
    }
    return mission.prepare(vary(plain, changes))


def leakers(block):
    """Leakers in each trial."""
    return np.isfinite(block.outcomes["leaked_s"]).sum(axis=1)


def tilted(prepared, tilt, first, count):
    """Leakers and weights of tilted trials."""
    block = mission.play(prepared, 5, first, count, draws=mission.Draws(tilt=tilt))
    return leakers(block), block.tallies["weight"]


@pytest.mark.validation
def test_tilted_trials_find_the_exact_chance_of_a_rare_leak(strong):
    """To a tenth of itself from 600 trials: plain ones would need a hundred times as many."""
    found = rare.chance_of_any(*tilted(strong, 4.0, 0, 600))
    half = 0.5 * (found.value.high - found.value.low)
    assert abs(found.value.value - EXACT) < 2.0 * half
    assert half < 0.1 * EXACT
    assert found.gain > 100.0
    assert found.notices == ()


@pytest.mark.validation
@pytest.mark.parametrize("tilt", [1.0, 2.5])
def test_weights_average_to_one_and_means_to_the_plain_ones(strong, tilt):
    """Mean leakers and mean rounds are those of plain trials, by the closed form, whatever the tilt."""
    block = mission.play(strong, 9, 0, 1500, draws=mission.Draws(tilt=tilt))
    weights = block.tallies["weight"]
    assert rare.weigh(weights).mean.low <= 1.0 <= rare.weigh(weights).mean.high
    expected = closed_forms.shoot_look_shoot(P_KILL, SHOTS)
    for values, wanted in (
        (leakers(block), RAID * expected.leak_probability),
        (block.rounds_fired.sum(axis=1), RAID * expected.shots),
    ):
        terms = weights * values
        assert abs(terms.mean() - wanted) < 4.0 * terms.std() / np.sqrt(len(terms))


def test_tilted_trials_agree_with_brute_force(strong):
    """Five thousand plain trials and six hundred tilted ones tell the same, and the pilot's choice pays."""
    plain_leaks = leakers(mission.play(strong, 11, 0, 5000)) > 0
    pilots = []
    for number, tilt in enumerate((1.0, 3.0)):
        leaked, weights = tilted(strong, tilt, 100_000 + 1000 * number, 200)
        pilots.append(rare.Pilot(tilt=tilt, values=leaked.astype(float), weights=weights))
    choice = rare.choose_tilt(pilots)
    assert choice.tilt == 3.0
    found = rare.chance_of_any(*tilted(strong, choice.tilt, 0, 600))
    error = np.hypot(plain_leaks.std() / np.sqrt(5000), (found.value.high - found.value.low) / 3.92)
    assert abs(plain_leaks.mean() - found.value.value) < 4.0 * error
    assert found.gain > 30.0


def test_where_misjudgement_leaks_a_tilt_gains_little_and_stays_unbiased(plain):
    """Targets wrongly called dead leak whatever the kill draws do: the gain says so, and the mean still holds."""
    changes = {
        "raid.fighters.count": 2,
        "figures.aster-30-b1.kill_probability.aircraft": 0.5,
        "doctrine.max_shots": 2,
        "doctrine.assessment.miss_called_kill": 0.3,
    }
    prepared = mission.prepare(vary(plain, changes))
    found = rare.weighted_mean(*tilted(prepared, 1.0, 0, 2000))
    expected = closed_forms.two_shots_misjudged(0.5, 0.3, 0.0)
    assert abs(found.value.value - 2 * expected.leak_probability) < found.value.high - found.value.low
    assert found.gain < 3.0
