"""The real loop against textbook formulas whose inputs build the scenario: within four standard errors.

Other inputs can be had by adding a row: `textbook` builds the scenario that goes with it.
"""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from farwatch import mission
from farwatch.engage import closed_forms as cf

pytestmark = [pytest.mark.validation, pytest.mark.slow, pytest.mark.heavy]

TRIALS = 400
KILL = "figures.aster-30-b1.kill_probability.aircraft"


@pytest.fixture(scope="module")
def textbook():
    """The scenarios, from the file beside this one."""
    spec = importlib.util.spec_from_file_location("textbook", Path(__file__).with_name("textbook.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def agrees(sample, expected):
    """Whether the mean of a sample is within four standard errors of the expected value."""
    error = max(np.std(sample, ddof=1) / np.sqrt(len(sample)), 1e-12)
    return abs(np.mean(sample) - expected) <= 4.0 * error + 1e-9


def leakers(block):
    """Leakers in each trial."""
    return np.isfinite(block.outcomes["leaked_s"]).sum(axis=1)


def played(scenario, trials=TRIALS, seed=3):
    """A block of trials."""
    return mission.play(mission.prepare(scenario), seed, 0, trials)


@pytest.mark.parametrize(
    ("layer_kill_probs", "raid_size", "rounds_each"),
    [([0.5, 0.7], 3, 1), ([0.3, 0.5, 0.4], 4, 2), ([0.6], 5, 3), ([0.0, 0.8], 2, 1), ([1.0, 0.3], 3, 1)],
)
def test_layers(textbook, layer_kill_probs, raid_size, rounds_each):
    """Batteries one behind the other, a salvo each: the product of what they let through, rounds included."""
    block = played(textbook.layered(layer_kill_probs, raid_size, rounds_each))
    salvos = [cf.salvo_kill(p, rounds_each) for p in layer_kill_probs]
    expected = cf.layers(salvos, raid_size)
    assert agrees(leakers(block), expected.leakers)
    assert agrees(leakers(block) == 0, expected.p_no_leaker)
    if 0.0 not in layer_kill_probs:  # nobody fires a round that cannot kill
        reached = raid_size * np.cumprod([1.0] + [1.0 - p for p in salvos])[:-1]
        for fired, targets in zip(block.rounds_fired.T, reached, strict=True):
            assert agrees(fired, rounds_each * targets)


@pytest.mark.parametrize("leak_probs", [[0.1, 0.3, 0.5, 0.5], [0.2] * 5, [0.05, 0.05, 0.6]])
def test_unlike_threats(textbook, leak_probs):
    """Threats that leak with different probabilities: at least k of them, by the Poisson-binomial law."""
    block = played(textbook.mixed(leak_probs), trials=1500)
    for k in range(1, len(leak_probs) + 1):
        share = cf.at_least(leak_probs, k)
        error = np.sqrt(share * (1 - share) / 1500)
        assert abs((leakers(block) >= k).mean() - share) <= 4.0 * error + 1e-9


@pytest.mark.parametrize(
    ("p_kill", "salvos", "miss_called_kill", "kill_called_miss"),
    [(0.5, (2, 2), 0.1, 0.2), (0.6, (3,), 0.2, 0.1), (0.4, (2, 2, 1), 0.05, 0.3), (0.7, (1, 1, 1), 0.1, 0.05)],
)
def test_misjudged_salvos(plain, play, p_kill, salvos, miss_called_kill, kill_called_miss):
    """Salvos that are judged round by round, with both errors: shots and leak probability."""
    changes = {
        KILL: p_kill,
        "raid.fighters.count": 1,
        "doctrine.shots_per_look": salvos[0],
        "doctrine.max_shots": sum(salvos),
        "doctrine.assessment.miss_called_kill": miss_called_kill,
        "doctrine.assessment.kill_called_miss": kill_called_miss,
        "tracker.drop_after_misses": 32,  # whoever is dead and believed alive is shot at again
        "defence.alpha.engage_on": "picture",
        "raid.fighters.from.range_km": 40,
    }
    block = play(plain, changes, 2000)
    expected = cf.salvos_misjudged(p_kill, salvos, miss_called_kill, kill_called_miss)
    assert agrees(leakers(block), expected.leak_probability)
    assert agrees(block.rounds_fired.sum(axis=1), expected.shots)


VERDICT_S, FLIGHT_S, DECISION_S = 100.0, 6.06, 0.25  # held on average: to 30 km at 5 km/s, and half a decision more


@pytest.mark.parametrize(("channels", "load_erl"), [(2, 1.5), (4, 3.0), (1, 0.4)])
def test_a_stream_against_few_channels(textbook, channels, load_erl):
    """Threats in a Poisson stream that find every channel held are lost to the defence as often as Erlang says."""
    dice, held_s = np.random.default_rng(17), VERDICT_S + FLIGHT_S + DECISION_S
    lost = []
    for _ in range(8):
        arrivals_s = np.cumsum(dice.exponential(held_s / load_erl, 150))
        block = played(textbook.stream(arrivals_s, channels, VERDICT_S), trials=1)
        lost.append(float((block.outcomes["shots"][0, 20:] == 0).mean()))
    assert agrees(lost, cf.erlang_b(load_erl, channels))


def test_each_lost_threat_came_while_every_channel_was_held(textbook):
    """Nearly every threat's fate is that of a queue by hand; what differs came within a decision of a change."""
    dice, held_s = np.random.default_rng(5), VERDICT_S + FLIGHT_S
    arrivals_s = np.cumsum(dice.exponential(held_s / 1.5, 150))
    shot_at = played(textbook.stream(arrivals_s, 2, VERDICT_S), trials=1).outcomes["shots"][0] > 0
    free_s, by_hand = [0.0, 0.0], []
    for at_s in arrivals_s:
        free_s.sort()
        by_hand.append(free_s[0] <= at_s)
        if by_hand[-1]:
            free_s[0] = at_s + held_s
    assert (shot_at == np.array(by_hand)).mean() > 0.93
