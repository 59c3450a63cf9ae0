"""The command post's rules, one law each."""

from math import inf

import numpy as np
import pytest

from farwatch import records
from farwatch.engage.choose import CHEAPEST, HIGHEST_KILL, SHORTEST_REACH
from farwatch.engage.decide import decide
from farwatch.engage.stock import SHOTS
from naive import engagement as naive


def decided(part, now=0.0):
    """Shots of one decision."""
    count = decide(part.defence, part.stock, part.picture, part.radars, now)
    return part.stock.shots[part.stock.counts[SHOTS] - count : part.stock.counts[SHOTS]]


def blocked(defence, states=None, now=0.0, **track):
    """BLOCKED bits of the first target after one decision at which nothing is fired."""
    part = naive.stage(defence, naive.column(1) if states is None else states, **track)
    assert len(decided(part, now)) == 0
    return part.stock.fates["blocked"][0]


@pytest.mark.parametrize(
    ("field", "value"), [("identity", records.NEUTRAL), ("identity", records.UNKNOWN), ("status", records.TENTATIVE)]
)
def test_no_shot_without_a_hostile_confirmed_track(field, value):
    """Only what the picture holds as confirmed and hostile is fired at."""
    assert blocked(naive.make_defence(), **{field: value}) == 0


def test_the_worst_threat_is_fired_at_first():
    """With one channel the nearest of three takes it; the others wait for a channel."""
    part = naive.stage(naive.make_defence(target_channels=1.0), naive.column(3)[::-1])
    assert list(decided(part)["track_slot"]) == [2]
    assert list(part.stock.fates["blocked"][:2]) == [records.BLOCKED_CHANNEL] * 2


def test_a_salvo_is_staggered():
    """Rounds of a battery leave one launch interval apart, also from one target to the next."""
    part = naive.stage(naive.make_defence(shots_per_look=3, launch_interval_s=2.0, decide_s=10.0), naive.column(2))
    assert list(decided(part, 5.0)["launch_s"]) == [5.0, 7.0, 9.0, 11.0, 13.0, 15.0]


def test_a_battery_that_is_still_launching_takes_no_new_target():
    """What could not be launched before the next decision waits for it."""
    part = naive.stage(naive.make_defence(launch_interval_s=2.0, decide_s=3.0), naive.column(4, gap_m=5e3))
    assert [len(decided(part, now)) for now in (0.0, 3.0, 6.0)] == [2, 1, 1]
    assert part.stock.fates["blocked"][3] == records.BLOCKED_CHANNEL


def test_look_waits_for_the_verdict():
    """A target under fire is left alone until every round of the salvo is judged."""
    part = naive.stage(naive.make_defence(shots_per_look=2), naive.column(1))
    assert len(decided(part)) == 2
    for status, expected in ((records.AWAITING, 0), (records.DONE, 2)):
        part.stock.shots["status"][:2] = status
        assert len(decided(part, 1.0)) == expected


def test_without_look_only_the_flight_is_waited_for():
    """The next salvo of shoot-shoot goes when the last has flown."""
    part = naive.stage(naive.make_defence(look=0), naive.column(1))
    assert len(decided(part)) == 1
    assert len(decided(part, 1.0)) == 0
    part.stock.shots["status"][0] = records.AWAITING
    assert len(decided(part, 2.0)) == 1


def test_max_shots_holds():
    """Three rounds at most: two, then one, then none."""
    part = naive.stage(naive.make_defence(shots_per_look=2, max_shots=3), naive.column(1))
    fired = []
    for now in range(3):
        fired.append(len(decided(part, float(now))))
        part.stock.shots["status"] = records.DONE
    assert fired == [2, 1, 0]
    assert part.stock.fates["blocked"][0] == records.BLOCKED_DOCTRINE


def test_reaction_time_counts_from_the_hostile_track():
    """The first launch waits for the reaction time, and says so."""
    part = naive.stage(naive.make_defence(reaction_s=4.0), naive.column(1))
    assert [len(decided(part, now)) for now in (10.0, 13.9, 14.0)] == [0, 0, 1]
    assert part.stock.fates["blocked"][0] == records.BLOCKED_TIME


def test_too_late_is_told_as_no_time():
    """A round that would come after the target's arrival is not fired."""
    defence = naive.make_defence(speed_m_s=500.0)
    defence.batteries["y_m"] = 20e3
    assert blocked(defence, [[3e3, 0.0, 1000.0, -400.0, 0.0, 0.0]]) == records.BLOCKED_TIME


@pytest.mark.parametrize(
    ("settings", "bit"),
    [
        ({"range_max_m": 10e3}, records.BLOCKED_ENVELOPE),
        ({"target_speed_max_m_s": 99.0}, records.BLOCKED_ENVELOPE),
        ({"p_kill": 0.0}, records.BLOCKED_ENVELOPE),
        ({"ready": 0}, records.BLOCKED_ROUNDS),
        ({"round_channels": 0.0}, records.BLOCKED_CHANNEL),
        ({"target_channels": 0.5}, records.BLOCKED_CHANNEL),
        ({"hold_range_m": 20e3}, records.BLOCKED_DOCTRINE),
        ({"engage_on_picture": 0}, records.BLOCKED_RADAR),
    ],
)
def test_each_hindrance_is_filed(settings, bit):
    """Why a hostile track was not fired at is kept for the target it came from."""
    assert blocked(naive.make_defence(**settings)) == bit


def test_a_radar_without_time_supports_no_new_shot():
    """Above its full load it holds fire and says so; at the full load, or by another radar's picture, it does not."""
    for load, picture, shots in ((1.0, 0, 1), (1.01, 0, 0), (1.01, 1, 1)):
        part = naive.stage(naive.make_defence(engage_on_picture=picture), naive.column(1))
        part.radars["fire_control"] = 1
        part.stock.loads[:] = load
        assert len(decided(part)) == shots
        assert part.stock.fates["blocked"][0] == (0 if shots else records.BLOCKED_RADAR)


def test_a_target_nearer_than_the_least_range_is_not_shot_at():
    """What would be met inside the minimum range is out of the envelope; just outside, it is not."""
    near, far = ([[x, 0.0, 1000.0, -10.0, 0.0, 0.0]] for x in (2700.0, 3100.0))
    defence = naive.make_defence(range_min_m=3000.0)
    assert blocked(defence, near) == records.BLOCKED_ENVELOPE
    assert len(decided(naive.stage(defence, far))) == 1


def test_the_reason_is_that_of_the_option_that_came_nearest():
    """An empty magazine that reaches the target outranks a full one that does not."""
    defence = naive.make_defence(kinds=2)
    defence.rounds["ready"] = 0, 9
    defence.rounds["range_max_m"] = 100e3, 10e3
    assert blocked(defence) == records.BLOCKED_ROUNDS


def test_an_unknown_class_is_not_shot_at():
    """A track without a most probable class has no kill probability."""
    assert blocked(naive.make_defence(), class_index=-1) == records.BLOCKED_ENVELOPE


def test_a_leaving_track_is_held_by_doctrine():
    """What does not threaten anything is not fired at, though it could be."""
    assert blocked(naive.make_defence(), naive.column(1, speed_m_s=-100.0)) == records.BLOCKED_DOCTRINE


def test_noise_is_shot_at_but_files_nothing():
    """A track that noise has made is engaged like any other; its shots are counted apart."""
    part = naive.stage(naive.make_defence(), naive.column(1), truth=-1)
    assert decided(part)["aimed_truth"][0] == -1
    assert part.stock.fates["shots"][-1] == 1


def own_radar(streak, *, battery_index=0, fire_control=1):
    """Shots of one decision of a battery that needs its own radar, which has missed `streak` times."""
    part = naive.stage(naive.make_defence(engage_on_picture=0), naive.column(1))
    part.radars["battery_index"], part.radars["fire_control"] = battery_index, fire_control
    part.picture.streaks[:] = streak
    return len(decided(part))


def test_a_battery_needs_its_own_fire_control_radar():
    """It must hold the track, have seen it of late, belong to the battery, and be able to support a shot."""
    assert [own_radar(streak) for streak in (-1, 0, 2, 3)] == [0, 1, 1, 0]
    assert own_radar(0, battery_index=1) == 0
    assert own_radar(0, fire_control=0) == 0


@pytest.mark.parametrize(("prefer", "row"), [(SHORTEST_REACH, 1), (HIGHEST_KILL, 2), (CHEAPEST, 0)])
def test_the_doctrine_chooses_the_round(prefer, row):
    """Shortest sufficient reach, highest kill probability, or lowest price."""
    defence = naive.make_defence(kinds=3, prefer=prefer)
    defence.rounds["range_max_m"] = 100e3, 70e3, 90e3
    defence.rounds["price_usd"] = 1e5, 1e6, 2e6
    defence.kill[:, 0] = 0.5, 0.6, 0.9
    assert decided(naive.stage(defence, naive.column(1)))["round_index"][0] == row


def test_ties_go_to_the_shorter_flight_then_to_the_first_row():
    """Of two like batteries the nearer one fires; of two at one place, the first."""
    defence = naive.make_defence(batteries=2)
    assert decided(naive.stage(defence, naive.column(1)))["battery_index"][0] == 0
    defence.batteries["x_m"] = 0.0, 10e3
    assert decided(naive.stage(defence, naive.column(1)))["battery_index"][0] == 1


def test_a_track_called_dead_returns_only_by_recheck():
    """Off by default; with recheck_hits, that many updates bring it back."""
    for recheck, expected in ((0, [0, 0, 0]), (2, [0, 1, 0])):
        part = naive.stage(naive.make_defence(recheck_hits=recheck), naive.column(1))
        part.stock.memory["serial"], part.stock.memory["dead"] = part.picture.tracks["serial"], 1
        fired = []
        for now in (1.0, 2.0, 3.0):
            part.picture.tracks["hit_s"] = now
            fired.append(len(decided(part, now)))
        assert fired == expected


def test_a_target_that_takes_over_a_dead_track_is_believed_dead():
    """When plots of another target keep a track alive that was called dead, that target is on file as judged dead."""
    part = naive.stage(naive.make_defence(), naive.column(2))
    part.stock.memory["serial"], part.stock.memory["dead"][0] = part.picture.tracks["serial"], 1
    part.picture.tracks["truth"][0], part.picture.tracks["hit_s"][0] = 1, 5.0
    decided(part, 6.0)
    assert list(part.stock.fates["judged_dead"][:2]) == [0, 1]


def test_a_battery_with_drawn_channels_rounds_down_but_not_by_a_rounding_error():
    """2.999999999 channels are three, 2.9 are two."""
    for channels, expected in ((2.999999999, 3), (2.9, 2)):
        part = naive.stage(naive.make_defence(target_channels=channels), naive.column(5, gap_m=5e3))
        assert len(decided(part)) == expected


def test_a_round_at_a_lost_track_holds_no_target_channel():
    """When the track is gone, its target channel is free again; the round channel is not."""
    part = naive.stage(naive.make_defence(target_channels=1.0, round_channels=2.0), naive.column(2))
    decided(part)
    part.picture.tracks["serial"][0] = 99
    assert len(decided(part, 1.0)) == 1
    assert part.stock.launchers["rounds"][0] == 2


@pytest.mark.parametrize("seed", range(8))
def test_decisions_equal_their_naive_twin(seed):
    """Over random defences and logs, the kernel fires what the obvious procedure fires."""
    draw = np.random.default_rng(seed)
    defence = naive.make_defence(
        batteries=2, kinds=2, ready=int(draw.integers(1, 5)), shots_per_look=int(draw.integers(1, 4)),
        max_shots=int(draw.integers(0, 4)), look=int(draw.integers(0, 2)),
        target_channels=float(draw.integers(1, 4)), round_channels=float(draw.integers(1, 7)),
    )  # fmt: skip
    defence.rounds["range_max_m"] = draw.permutation([30e3, 45e3, 60e3, 80e3])
    defence.batteries["y_m"] = draw.uniform(-2e4, 2e4, 2)
    part = naive.stage(defence, naive.column(6, gap_m=10e3, first_m=30e3))
    dead = set()
    for now in range(6):
        log = part.stock.shots[: part.stock.counts[SHOTS]]
        expected = naive.naive_decide(part, log, dead, float(now))
        assert [(int(s["track_slot"]), int(s["round_index"])) for s in decided(part, float(now))] == expected
        for shot in part.stock.shots[: part.stock.counts[SHOTS]]:
            if shot["status"] < records.DONE and draw.random() < 0.4:
                shot["status"] += 1


def test_no_hold_range_means_as_early_as_can_be():
    """The first launch is at the first decision that puts the meeting inside the reach."""
    part = naive.stage(naive.make_defence(range_max_m=50e3, hold_range_m=inf), naive.column(1))
    part.picture.tracks["mean"][0, 0] = 60e3
    early = 60e3 - 50e3 - 100.0 * 49e3 / 1000.0
    assert len(decided(part, 0.9 * early / 100.0)) == 0
    assert len(decided(part, 1.1 * early / 100.0)) == 1
