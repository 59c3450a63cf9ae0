"""The room as a whole, on a stage with a perfect picture: closed forms and conservation laws."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from farwatch import records
from farwatch.engage import closed_forms as cf
from farwatch.engage.stock import SHOTS, clear
from naive import engagement as naive


def trials(states, decisions, count, **fields):
    """Leakers and shots of `count` trials, (count, 2)."""
    part = naive.stage(naive.make_defence(**fields), states)
    found = np.empty((count, 2))
    for trial in range(count):
        restart(part, states)
        found[trial, 1] = naive.rehearse(part, naive.key(trial), decisions)
        found[trial, 0] = part.alive.sum()
    return found


def restart(part, states):
    """Put a stage back to the start of a trial."""
    clear(part.defence, part.stock)
    part.alive[:] = 1
    part.picture.tracks["time_s"] = 0.0
    part.picture.tracks["mean"] = states


def agrees(sample, expected):
    """Whether the mean of a sample lies within four standard errors of what is expected."""
    error = max(sample.std() / np.sqrt(len(sample)), 1e-9)
    return abs(sample.mean() - expected) < 4.0 * error


def count_of(scale):
    """Trials of a statistical test: a handful when kernels run interpreted."""
    return int(1200 * scale) + 8


@pytest.mark.parametrize(("p_kill", "n"), [(0.5, 2), (0.65, 4)])
def test_salvos(p_kill, n, scale):
    """A salvo of n leaves (1-p)^n of the targets."""
    found = trials(naive.column(4), 300, count_of(scale), p_kill=p_kill, shots_per_look=n, max_shots=n)
    assert agrees(found[:, 0], 4 * (1 - cf.salvo_kill(p_kill, n)))
    assert (found[:, 1] == 4 * n).all()


def test_shoot_look_shoot(scale):
    """Shots and leaks of single shots with a look after each."""
    found = trials(naive.column(2), 500, count_of(scale), p_kill=0.4, max_shots=5)
    expected = cf.shoot_look_shoot(0.4, 5)
    assert agrees(found[:, 1], 2 * expected.shots)
    assert agrees(found[:, 0], 2 * expected.leak_probability)


def test_salvo_look_salvo(scale):
    """Two rounds, a look, and one more."""
    found = trials(naive.column(3), 400, count_of(scale), p_kill=0.8, shots_per_look=2, max_shots=3)
    expected = cf.salvo_look_salvo(0.8, [2, 1])
    assert agrees(found[:, 1], 3 * expected.shots)
    assert agrees(found[:, 0], 3 * expected.leak_probability)


def test_misjudged_shots(scale):
    """Errors of assessment cost rounds one way and leakers the other."""
    errors = {"miss_called_kill": 0.1, "kill_called_miss": 0.05}
    found = trials(naive.column(3), 400, count_of(scale), p_kill=0.7, max_shots=2, **errors)
    expected = cf.two_shots_misjudged(0.7, 0.1, 0.05)
    assert agrees(found[:, 1], 3 * expected.shots)
    assert agrees(found[:, 0], 3 * expected.leak_probability)


def test_a_raid_against_a_magazine(scale):
    """Single shots in turn until the raid is destroyed or the magazine empty."""
    found = trials(naive.column(4), 1200, count_of(scale), p_kill=0.7, ready=8, target_channels=1.0)
    expected = cf.raid_against_magazine(4, 8, 0.7)
    assert agrees(found[:, 0], expected.leakers)
    assert agrees(found[:, 0] == 0, expected.p_no_leaker)
    assert agrees(found[:, 1], expected.shots)


def test_a_raid_in_turn_with_limited_shots(scale):
    """Threats taken one after the other with at most two shots each."""
    settings_ = {"p_kill": 0.8, "ready": 15, "max_shots": 2, "target_channels": 1.0}
    found = trials(naive.column(10), 1500, count_of(0.5 * scale), **settings_)
    expected = cf.raid_shoot_look_shoot(10, 15, 0.8, 2)
    assert agrees(found[:, 0], expected.leakers)
    assert agrees(found[:, 0] == 0, expected.p_no_leaker)
    assert agrees(found[:, 1], expected.shots)


def test_one_salvo_spread_evenly(scale):
    """Without a look, and with verdicts that come too late, every threat gets a round before any gets the next."""
    late = {"look": 0, "assess_delay_s": 1e4, "max_shots": 3}
    found = trials(naive.column(12, gap_m=2e3), 300, count_of(scale), p_kill=0.6, ready=30, **late)
    expected = cf.raid_against_even_salvo(12, 30, 0.6)
    assert agrees(found[:, 0], expected.leakers)
    assert (found[:, 1] == 30).all()


def test_layers(scale):
    """Two batteries with two kinds of round, one shot each: leaks multiply."""
    part = naive.stage(naive.make_defence(kinds=2, ready=1, max_shots=2), naive.column(1))
    part.defence.kill[:, 0] = 0.5, 0.7
    part.defence.rounds["range_max_m"] = 90e3, 80e3
    count = count_of(scale)
    found = np.empty(count)
    for trial in range(count):
        restart(part, naive.column(1))
        naive.rehearse(part, naive.key(trial), 300)
        found[trial] = part.alive.sum()
    assert agrees(found, cf.layers([0.5, 0.7], 1).leakers)


@settings(max_examples=12)
@given(
    st.integers(1, 6), st.integers(1, 4), st.integers(0, 5), st.booleans(), st.integers(1, 3), st.integers(1, 5),
    st.sampled_from([0.0, 0.7, 3.0]),
)  # fmt: skip
def test_laws_of_every_engagement(ready, salvo, most, look, channels, rounds_up, interval_s):
    """No more rounds than carried, than allowed, than channels; launches apart; meetings inside the envelope."""
    part = naive.stage(
        naive.make_defence(
            batteries=2, ready=ready, shots_per_look=salvo, max_shots=most, look=int(look),
            launch_interval_s=interval_s, range_max_m=70e3, range_min_m=5e3,
            target_channels=float(channels), round_channels=float(rounds_up),
        ),
        naive.column(5, gap_m=6e3),
    )  # fmt: skip
    naive.rehearse(part, naive.key(5), 120)
    shots = part.stock.shots[: part.stock.counts[SHOTS]]
    assert (np.bincount(shots["round_index"], minlength=2) <= ready).all()
    assert most == 0 or (np.bincount(shots["track_slot"], minlength=1) <= most).all()
    assert ((shots["range_m"] >= 5e3) & (shots["range_m"] <= 70e3)).all()
    assert len({(int(s["aimed_truth"]), int(s["ordinal"])) for s in shots}) == len(shots)
    for b in range(2):
        mine = shots[shots["battery_index"] == b]
        assert (np.diff(np.sort(mine["launch_s"])) >= interval_s - 1e-9).all()
        for now in mine["launch_s"]:
            flying = (mine["launch_s"] <= now) & (mine["intercept_s"] > now)
            assert flying.sum() <= rounds_up
            assert np.unique(mine["track_slot"][flying]).size <= channels


def test_a_rehearsal_repeats_itself():
    """Same key, same shots, to the bit; another key, another story."""
    states, logs = naive.column(6), []
    part = naive.stage(naive.make_defence(p_kill=0.5, shots_per_look=2), states)
    for trial in (1, 2, 1):
        restart(part, states)
        naive.rehearse(part, naive.key(trial), 300)
        logs.append(part.stock.shots[: part.stock.counts[SHOTS]].tolist())
    assert logs[0] == logs[2]
    assert logs[0] != logs[1]


def test_a_target_keeps_its_luck_when_the_others_change():
    """Whether the first target dies from its first round does not depend on how many follow it."""
    fates = []
    for n in (1, 4):
        part = naive.stage(naive.make_defence(p_kill=0.5, max_shots=1), naive.column(n))
        naive.rehearse(part, naive.key(9), 200)
        fates.append((int(part.alive[0]), int((part.stock.shots["status"] == records.DONE).sum())))
    assert fates[0][0] == fates[1][0]
