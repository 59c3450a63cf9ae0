"""The real loop, radar to assessment, set up so that textbook answers hold: within four standard errors."""

import numpy as np
import pytest

from farwatch.engage import closed_forms

pytestmark = [pytest.mark.validation, pytest.mark.slow]

TRIALS = 2000
READY = "defence.alpha.ready.aster-30-b1"
KILL = "figures.aster-30-b1.kill_probability.aircraft"
COUNT = "raid.fighters.count"


def agrees(sample, expected):
    """Whether the mean of a sample is within four standard errors of the expected value."""
    error = max(np.std(sample, ddof=1) / np.sqrt(len(sample)), 1e-12)
    return abs(np.mean(sample) - expected) <= 4.0 * error + 1e-9


def leakers(block):
    """Leakers in each trial."""
    return np.isfinite(block.outcomes["leaked_s"]).sum(axis=1)


def shots(block):
    """Rounds fired in each trial."""
    return block.rounds_fired.sum(axis=1)


@pytest.mark.parametrize(("p", "most"), [(0.5, 2), (0.7, 3)])
def test_shoot_look_shoot(plain, play, p, most):
    """Up to n single shots, each after a look: expected shots and leak probability."""
    block = play(plain, {KILL: p, "doctrine.max_shots": most, COUNT: 1}, TRIALS)
    expected = closed_forms.shoot_look_shoot(p, most)
    assert agrees(shots(block), expected.shots)
    assert agrees(leakers(block), expected.leak_probability)


def test_salvo_look_salvo(plain, play):
    """Two rounds, a look, two more: expected shots and leak probability."""
    block = play(plain, {KILL: 0.5, "doctrine.shots_per_look": 2, "doctrine.max_shots": 4, COUNT: 1}, TRIALS)
    expected = closed_forms.salvo_look_salvo(0.5, (2, 2))
    assert agrees(shots(block), expected.shots)
    assert agrees(leakers(block), expected.leak_probability)


def test_assessment_errors(plain, play):
    """A miss called a kill lets a target through; a kill called a miss costs a round."""
    wrong = {"doctrine.assessment.miss_called_kill": 0.1, "doctrine.assessment.kill_called_miss": 0.05}
    block = play(plain, {KILL: 0.7, "doctrine.max_shots": 2, COUNT: 1, **wrong}, TRIALS)
    expected = closed_forms.two_shots_misjudged(0.7, 0.1, 0.05)
    assert agrees(leakers(block), expected.leak_probability)
    assert agrees(shots(block), expected.shots)


@pytest.mark.parametrize(("raid", "magazine"), [(4, 8), (6, 6)])
def test_raid_against_magazine(plain, play, raid, magazine):
    """Single shots until the raid is destroyed or the magazine is empty."""
    block = play(plain, {COUNT: raid, READY: magazine}, TRIALS)
    expected = closed_forms.raid_against_magazine(raid, magazine, 0.7)
    assert agrees(leakers(block), expected.leakers)
    assert agrees(leakers(block) == 0, expected.p_no_leaker)


def test_one_salvo_spread_evenly(plain, play):
    """All rounds at once, the same number at each: no look, no second chance."""
    once = {"doctrine.shots_per_look": 2, "doctrine.max_shots": 2}
    block = play(plain, {COUNT: 4, READY: 8, **once}, TRIALS)
    expected = closed_forms.raid_against_even_salvo(4, 8, 0.7)
    assert agrees(leakers(block), expected.leakers)
    assert agrees(leakers(block) == 0, expected.p_no_leaker)


def test_one_after_the_other(plain, play):
    """With one channel the raid is engaged in turn, at most two shots each, from one magazine."""
    turn = {"figures.samp-t.target_channels": 1, "doctrine.max_shots": 2}
    block = play(plain, {COUNT: 4, READY: 6, **turn}, TRIALS)
    expected = closed_forms.raid_shoot_look_shoot(4, 6, 0.7, 2)
    assert agrees(leakers(block), expected.leakers)
    assert agrees(shots(block), expected.shots)
    assert agrees(leakers(block) == 0, expected.p_no_leaker)
