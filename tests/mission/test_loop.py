"""The loop as a whole: chance by address, time in order, nothing that depends on how it is watched or spread."""

import itertools
import json
import os
import subprocess
import sys

import numpy as np
import pytest

from farwatch import campaign, mission
from farwatch.agenda import AGENDA, pop, push
from farwatch.records import E_CONFIRMED, E_KILL, E_LAUNCH, E_LEAK, E_SEEN
from farwatch.scenario import vary
from mission.conftest import PLAIN

RAW = ("outcomes", "tallies", "workloads", "rounds_fired", "figures")


def same(one, other):
    """Whether two blocks hold the same bits."""
    return all(getattr(one, name).tobytes() == getattr(other, name).tobytes() for name in RAW)


def test_agenda_hands_out_events_by_time_then_kind_then_index():
    """A heap of events is a sorted list that is cheaper to keep."""
    rng = np.random.default_rng(1)
    rows = [(float(rng.integers(5)), int(rng.integers(3)), int(rng.integers(4))) for _ in range(60)]
    agenda, pending, taken = np.zeros(64, AGENDA), np.zeros(1, np.int64), []
    for row in rows:
        push(agenda, pending, *row)
    while pending[0]:
        first = agenda[0]
        taken.append((float(first["time_s"]), int(first["kind"]), int(first["index"])))
        pop(agenda, pending)
    assert taken == sorted(rows)


def test_a_trial_does_not_depend_on_its_block(plain):
    """Trial 5 is the same bits whether it is played first, alone, or after others."""
    ready = mission.prepare(plain)
    whole = mission.play(ready, 9, 0, 8)
    alone = mission.play(ready, 9, 5, 1)
    assert whole.outcomes[5].tobytes() == alone.outcomes[0].tobytes()
    assert whole.figures[5].tobytes() == alone.figures[0].tobytes()


def test_watching_changes_nothing(plain):
    """A traced trial has the same outcome as one that nobody logs."""
    ready = mission.prepare(plain)
    assert same(mission.play(ready, 9, 0, 2), mission.play(ready, 9, 0, 2, trace=True))


def test_seed_matters(plain):
    """Another seed is other luck."""
    ready = mission.prepare(plain)
    assert not same(mission.play(ready, 1, 0, 4), mission.play(ready, 2, 0, 4))


def test_story_is_in_order(plain):
    """Nobody is confirmed before being seen, shot at before being confirmed, or killed before being shot at."""
    outcomes = mission.play(mission.prepare(plain), 4, 0, 20).outcomes
    steps = ("above_horizon", "unmasked", "seen", "confirmed", "hostile", "first_shot")
    chain = [outcomes[f"{name}_s"] for name in steps]
    for earlier, later in itertools.pairwise(chain):
        assert np.all((earlier <= later) | np.isnan(later))
    assert np.all((outcomes["first_shot_s"] < outcomes["killed_s"]) | np.isnan(outcomes["killed_s"]))
    assert np.all(np.isnan(outcomes["killed_s"]) != np.isnan(outcomes["leaked_s"]))


def test_log_tells_the_outcome(plain):
    """The events of a traced trial and its outcomes are two tellings of one story."""
    block = mission.play(mission.prepare(plain), 4, 0, 1, trace=True)
    kinds = block.events["kind"]
    outcome = block.outcomes[0]
    assert np.sum(kinds == E_KILL) == np.isfinite(outcome["killed_s"]).sum()
    assert np.sum(kinds == E_LEAK) == np.isfinite(outcome["leaked_s"]).sum()
    assert np.sum(kinds == E_LAUNCH) == outcome["shots"].sum() == block.rounds_fired.sum()
    assert np.sum(kinds == E_SEEN) == np.isfinite(outcome["seen_s"]).sum()
    assert np.sum(kinds == E_CONFIRMED) == block.tallies["tracks_confirmed"][0]


def test_another_group_leaves_the_luck_of_the_first_alone(plain, plain_and_late):
    """A raid that comes after the first is over changes nothing for the first."""
    here = mission.play(mission.prepare(plain), 4, 0, 6).outcomes
    there = mission.play(mission.prepare(plain_and_late), 4, 0, 6).outcomes
    assert there.shape[1] == here.shape[1] + 1
    for name in ("seen_s", "confirmed_s", "first_shot_s", "killed_s", "leaked_s"):
        assert np.array_equal(here[name], there[name][:, : here.shape[1]], equal_nan=True)


INTERPRETED = """
import json, sys
import numpy as np
from farwatch import mission
from farwatch.scenario import load, vary
block = mission.play(mission.prepare(vary(load(sys.stdin.read()), {"duration_s": 40})), 9, 0, 1)
print(json.dumps([np.nan_to_num(block.outcomes[name].astype(float)).tolist() for name in block.outcomes.dtype.names]))
"""


@pytest.mark.slow
def test_play_trial_is_the_same_interpreted(plain):
    """The compiled loop and the Python it was compiled from tell the same story."""
    compiled = mission.play(mission.prepare(vary(plain, {"duration_s": 40})), 9, 0, 1).outcomes
    told = subprocess.run(
        [sys.executable, "-c", INTERPRETED], input=PLAIN, capture_output=True, text=True, check=True,
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
    )
    for name, values in zip(compiled.dtype.names, json.loads(told.stdout), strict=True):
        assert np.nan_to_num(compiled[name].astype(float)) == pytest.approx(np.array(values), rel=1e-9)
    assert np.isfinite(compiled["first_shot_s"]).all(), (mission.play_trial, mission.play_trials)


@pytest.mark.slow
def test_threads_change_no_bit(example):
    """One thread or two: the same tables."""
    one = campaign.run(example, trials=16, threads=1)
    two = campaign.run(example, trials=16, threads=2)
    assert one.evidence.outcomes.tobytes() == two.evidence.outcomes.tobytes()
    assert one.evidence.tallies.tobytes() == two.evidence.tallies.tobytes()
    assert one.evidence.figures.tobytes() == two.evidence.figures.tobytes()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"defence.alpha.ready.9m96e2": 64}, {"defence.alpha.ready.9m96e2": 72}),
        ({"defence.alpha.reaction_s": 8}, {"defence.alpha.reaction_s": 10}),
    ],
)
def test_shared_luck_sharpens_a_comparison(example, before, after):
    """Another load, or a slower crew: paired by trial, the variance of the difference falls at least five-fold."""
    first, second = (campaign.run(vary(example, changes), trials=64) for changes in (before, after))
    assert campaign.compare(first, second).variance_ratio >= 5.0
