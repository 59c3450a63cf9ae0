"""Choices of doctrine beyond the first ones: when to open fire, salvo by class, rounds kept, priorities."""

from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from farwatch import records
from farwatch.engage.choose import BALLISTIC, SPEED, choose, is_hopeless, option, take_aim
from farwatch.engage.command import POST, muster
from farwatch.engage.decide import decide
from farwatch.engage.fire import fire, free_rounds, is_full, rounds_for, salvo_size
from farwatch.engage.rank import is_under_fire, rank, tell_blocks
from farwatch.engage.recall import recall
from farwatch.engage.stock import RANKED, SHOTS, unwatch
from farwatch.engage.threat import FIRST, THREAT, VALUE
from naive import engagement as naive


def decided(part, now=0.0):
    """Shots of one decision."""
    fired = decide(part.defence, part.stock, part.picture, part.radars, now)
    return part.stock.shots[part.stock.counts[SHOTS] - fired : part.stock.counts[SHOTS]]


def with_salvo(defence, sizes):
    """A defence with salvos by class."""
    return defence._replace(orders=defence.orders._replace(salvo=np.array(sizes, np.int64)))


def with_kept(defence, kept):
    """A defence with rounds kept, by row and class."""
    return defence._replace(orders=defence.orders._replace(kept=np.array(kept, np.int64)))


def ready(part, now=0.0):
    """A stage on which all that comes before a choice has been done."""
    muster(part.defence, part.stock, now)
    recall(part.defence, part.stock, part.picture.tracks, part.picture.streaks, part.radars, now)
    rank(part.defence, part.stock, part.picture.tracks, True, now)
    return part


# The seam ---------------------------------------------------------------------------------------------------


def test_an_option_says_what_stands_in_its_way():
    """(step, reason, cost, flight time) of each row; the choice is the cheapest row without a reason."""
    defence = naive.make_defence(kinds=3)
    defence.rounds["range_max_m"] = 100e3, 70e3, 10e3
    defence.rounds["ready"] = 9, 0, 9
    part = ready(naive.stage(defence, naive.column(1)))
    tracks, streaks = part.picture.tracks, part.picture.streaks[0]
    take_aim(part.defence, part.stock, tracks[0], 0.0)
    assert (part.stock.aim[SPEED], part.stock.aim[BALLISTIC]) == (100.0, 0.0)
    found = [option(part.defence, part.stock, tracks, streaks, part.radars, 0, row, 0.0) for row in range(3)]
    rows, kill = part.defence.rounds, part.defence.kill[:, 0]
    hopeless = [is_hopeless(rows[row], part.defence.batteries[0], kill[row], part.stock.aim, 0.0) for row in range(3)]
    assert hopeless == [False, False, True]
    assert [reason for _, reason, _, _ in found] == [0, records.BLOCKED_ROUNDS, records.BLOCKED_ENVELOPE]
    assert [cost for _, _, cost, _ in found] == [100e3, 70e3, inf]
    flight_s = naive.naive_flight_time_s([60e3, 0, 5e3], [-100, 0, 0], 1e3)
    assert found[0][3] == found[1][3] == pytest.approx(flight_s, 1e-3)
    assert found[2][0] == 0 < found[1][0] < found[0][0]
    assert choose(part.defence, part.stock, tracks, streaks, part.radars, 0, POST, 0.0) == 0
    fire(part.defence, part.stock, tracks[0], 0, 0, 0.0)
    assert part.stock.counts[SHOTS] == 1
    assert is_under_fire(part.stock.memory[0], 1)


def test_why_not_is_filed_for_what_nobody_has_under_fire():
    """Of two ranked tracks the one that is not under fire has its reason filed, once."""
    part = ready(naive.stage(naive.make_defence(), naive.column(2)))
    assert part.stock.counts[RANKED] == 2
    part.stock.memory["flying"][0], part.stock.memory["reason"] = 1, records.BLOCKED_RADAR
    tell_blocks(part.stock, part.picture.tracks, 1)
    assert part.stock.fates["blocked"].tolist() == [0, records.BLOCKED_RADAR, 0]
    assert part.stock.fates["blocks"].sum() == 1


# When to open fire -------------------------------------------------------------------------------------------


def first_shot(**settings):
    """(row, time) of the first shot at one track that flies in; row 1 is short and sure, row 0 far and unsure."""
    defence = naive.make_defence(kinds=2, shots_per_look=1, **settings)
    defence.rounds["range_max_m"], defence.kill[:, 0] = (100e3, 20e3), (0.5, 0.9)
    if settings.get("short_ready") is not None:
        defence.rounds["ready"][1] = settings["short_ready"]
    part = naive.stage(defence, naive.column(1, speed_m_s=200.0))
    for now in range(400):
        shots = decided(part, float(now))
        if len(shots):
            return int(shots["round_index"][0]), now
    return -1, now


def test_the_best_round_is_waited_for():
    """Earliest takes the far round at once; best-round waits for the sure one to come into reach, under 20 km."""
    assert first_shot() == (0, 0)
    row, now = first_shot(best_round=1)
    assert row == 1
    assert 60e3 - 200.0 * now == pytest.approx(20e3 + 200.0 * 20.0, abs=1e3)


def test_what_cannot_come_any_more_is_not_waited_for():
    """Without a sure round on board, or where a hold range shuts it out, best-round fires what it can."""
    assert first_shot(best_round=1, short_ready=0) == (0, 0)
    defence = naive.make_defence(kinds=2, best_round=1)
    defence.kill[:, 0], defence.rounds["range_min_m"] = (0.5, 0.9), (0.0, 70e3)
    assert decided(naive.stage(defence, naive.column(1)))["round_index"].tolist() == [0]


def test_the_best_round_waits_inside_the_hold_range():
    """A hold range of 10 km, 8.7 km over the ground, holds the sure round back further, and it is still waited for."""
    row, now = first_shot(best_round=1, hold_range_m=10e3)
    assert row == 1
    assert 60e3 - 200.0 * now == pytest.approx(8.66e3 + 200.0 * 10.0, abs=500.0)


def test_waiting_is_told_as_held():
    """A target that leaks while a better round was waited for was held by doctrine."""
    defence = naive.make_defence(kinds=2, best_round=1)
    defence.rounds["range_max_m"], defence.kill[:, 0] = (100e3, 20e3), (0.5, 0.9)
    part = naive.stage(defence, naive.column(1))
    assert len(decided(part)) == 0
    assert part.stock.fates["blocked"][0] == records.BLOCKED_DOCTRINE


# Salvo by class ----------------------------------------------------------------------------------------------


def test_salvos_go_by_class():
    """Three rounds at class 1, and as many as at any other at class 0."""
    part = naive.stage(with_salvo(naive.make_defence(classes=2, shots_per_look=2), [0, 3]), naive.column(2))
    part.picture.tracks["class_index"] = 0, 1
    assert decided(part)["track_slot"].tolist() == [0, 0, 1, 1, 1]
    assert [salvo_size(part.defence, part.stock, 0, 0, kind) for kind in (0, 1)] == [2, 3]


def test_the_most_shots_limit_a_salvo_by_class():
    """Five at a look, but three in all."""
    part = naive.stage(with_salvo(naive.make_defence(max_shots=3), [5]), naive.column(1))
    assert len(decided(part)) == 3


# Rounds kept -------------------------------------------------------------------------------------------------


MIXES = st.lists(st.integers(0, 1), min_size=4)


@settings(max_examples=30)
@given(st.integers(0, 6), st.integers(0, 6), st.integers(0, 8), st.integers(1, 3), MIXES)
def test_kept_rounds_are_never_fired_at_another_class(on_launchers, reserve, kept, salvo, kinds):
    """However the raid is mixed, class 0 never gets the last rounds that are kept for class 1."""
    n = len(kinds)
    defence = naive.make_defence(
        classes=2, ready=on_launchers, reserve=reserve, reload_s=3.0, reload_batch=2, shots_per_look=salvo, look=0
    )
    part = naive.stage(with_kept(defence, [[kept, 0]]), naive.column(n, gap_m=2e3))
    part.picture.tracks["class_index"] = kinds
    naive.rehearse(part, naive.key(3), 60)
    shots = part.stock.shots[: part.stock.counts[SHOTS]]
    left = on_launchers + reserve - 1 - np.arange(len(shots))
    assert (left[np.array(kinds)[shots["track_slot"]] == 0] >= kept).all()


def test_a_kept_round_is_held_by_doctrine():
    """With two left and two kept, class 0 gets none and class 1 both; what is in reserve counts as left."""
    part = naive.stage(with_kept(naive.make_defence(classes=2, ready=2), [[2, 0]]), naive.column(1))
    assert len(decided(part)) == 0
    assert part.stock.fates["blocked"][0] == records.BLOCKED_DOCTRINE
    assert [rounds_for(part.stock.magazines[0], kept) for kept in (2, 1, 0)] == [0, 1, 2]
    part.stock.magazines["reserve"] = 1
    assert rounds_for(part.stock.magazines[0], 2) == 1


# Priorities --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("priority", "first"), [(THREAT, 0), (FIRST, 1), (VALUE, 0)])
def test_value_and_time_rank_alone_or_together(priority, first):
    """A track at the dear asset, three times as far: ten times the value outweighs that, unless only time counts."""
    defence = naive.make_defence(
        priority=priority, target_channels=1.0, assets=((0.0, 50e3, 0.0), (0.0, -50e3, 0.0)), damage=1.0
    )
    defence.assets["value"] = 10.0, 1.0
    states = [[90e3, 50e3, 5e3, -200.0, 0.0, 0.0], [30e3, -50e3, 5e3, -200.0, 0.0, 0.0]]
    assert decided(naive.stage(defence, states))["track_slot"].tolist() == [first]


def test_value_alone_outranks_any_haste():
    """Twice the value, a hundred times as far: value goes first, threat does not; equal values go by time."""
    states = [[95e3, 50e3, 5e3, -200.0, 0.0, 0.0], [1e3, -50e3, 5e3, -200.0, 0.0, 0.0]]
    for priority, values, first in ((VALUE, (2.0, 1.0), 0), (THREAT, (2.0, 1.0), 1), (VALUE, (1.0, 1.0), 1)):
        defence = naive.make_defence(priority=priority, assets=((0.0, 50e3, 0.0), (0.0, -50e3, 0.0)))
        defence.assets["value"] = values
        part = ready(naive.stage(defence, states))
        assert part.stock.order[0] == first


def test_what_threatens_nothing_is_held_by_every_priority():
    """A track that flies away has no score."""
    for priority in (THREAT, FIRST, VALUE):
        part = naive.stage(naive.make_defence(priority=priority), naive.column(1, speed_m_s=-100.0))
        assert len(decided(part)) == 0
        assert part.stock.fates["blocked"][0] == records.BLOCKED_DOCTRINE


# Small parts -------------------------------------------------------------------------------------------------


def test_channels_are_rounded_down_but_not_by_a_rounding_error():
    """2.9999999 channels are three."""
    part = naive.stage(naive.make_defence(round_channels=2.9999999, target_channels=2.9999999), naive.column(1))
    battery, launcher = part.defence.batteries[0], part.stock.launchers[0]
    launcher["rounds"], launcher["tracks"] = 1, 2
    assert free_rounds(battery, launcher) == 2
    assert not is_full(battery, launcher)
    launcher["tracks"] = 3
    assert is_full(battery, launcher)


def test_a_new_track_finds_its_slot_unwatched():
    """What a battery had to do with the last track of a slot is forgotten with it."""
    part = naive.stage(naive.make_defence(max_shots=1), naive.column(1))
    assert len(decided(part)) == 1
    part.stock.shots["status"], part.picture.tracks["serial"] = records.DONE, 99
    assert len(decided(part, 1.0)) == 1
    watch = part.stock.watches[0, 0]
    watch["held_s"] = 5.0
    unwatch(watch)
    assert watch["fired"] == 0
    assert np.isnan(watch["held_s"])
