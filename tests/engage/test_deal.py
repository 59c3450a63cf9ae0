"""A whole decision dealt at once: better than one track after another, never more than there is."""

from itertools import product
from math import inf

import numpy as np
import pytest

from farwatch.engage.choose import is_supported, take_aim
from farwatch.engage.deal import deal, lay_out, lay_supply, lay_track
from farwatch.engage.decide import decide
from farwatch.engage.stock import RANKED, SHOTS
from farwatch.engage.table import DEALT, GREEDILY, GREEDY, LOOK_AHEAD, MOST_TRACKS, OPTIMAL, new_table
from farwatch.records import BLOCKED_DOCTRINE
from naive import engagement as naive


def two_sites(assignment, reach_m=40e3, **fields):
    """A battery at the origin with one round, one far out to the east with one round; 40 km of reach each."""
    defence = naive.make_defence(batteries=2, assignment=assignment, ready=1, range_max_m=reach_m, **fields)
    defence.batteries["x_m"] = [0.0, 60e3]
    return defence


def shots(part, now=0.0):
    """What one decision fires, as (battery, track slot)."""
    fired = decide(part.defence, part.stock, part.picture, part.radars, now)
    rows = part.stock.shots[part.stock.counts[SHOTS] - fired : part.stock.counts[SHOTS]]
    return sorted((int(row["battery_index"]), int(row["track_slot"])) for row in rows)


# One that both can reach, and one that only the battery at the origin can.
BETWEEN = np.array([[31e3, 0, 5e3, -100.0, 0, 0], [-34e3, 0, 5e3, 100.0, 0, 0]])


def test_one_after_another_may_waste_the_only_battery_that_reaches():
    """The worst threat takes the battery at the origin, and nobody is left for the second."""
    assert shots(naive.stage(two_sites(GREEDY), BETWEEN)) == [(0, 0)]


def test_an_optimal_deal_serves_both():
    """The battery to the east takes the first, so that the other has a round for the second."""
    part = naive.stage(two_sites(OPTIMAL), BETWEEN)
    assert shots(part) == [(0, 1), (1, 0)]
    gains = part.stock.table.gains
    assert gains[DEALT] > 1.5 * gains[GREEDILY] > 0.0


@pytest.mark.parametrize("seed", range(12))
def test_an_optimal_deal_is_the_best_of_all_deals(seed):
    """Every way to give three tracks to three batteries with one round each, by hand: none gains more."""
    rng = np.random.default_rng(seed)
    states = np.zeros((3, 6))
    states[:, :2] = rng.uniform(-50e3, 50e3, (3, 2))
    states[:, 2], states[:, 3:5] = 5e3, -states[:, :2] / 400.0
    defence = naive.make_defence(batteries=3, assignment=OPTIMAL, ready=1, range_max_m=45e3)
    defence.batteries["x_m"], defence.batteries["y_m"] = rng.uniform(-30e3, 30e3, (2, 3))
    defence.kill[:] = rng.uniform(0.3, 0.9, 3)[:, None]
    part = naive.stage(defence, states)
    decide(part.defence, part.stock, part.picture, part.radars, 0.0)
    pairs = part.stock.table.offers.gains[0]
    best = max(
        sum(pairs[track, row] for track, row in enumerate(rows) if row >= 0)
        for rows in product([-1, 0, 1, 2], repeat=3)
        if len({row for row in rows if row >= 0}) == sum(row >= 0 for row in rows)
    )
    assert part.stock.table.gains[DEALT] == pytest.approx(best)
    assert part.stock.table.gains[GREEDILY] <= best + 1e-12


def test_look_ahead_leaves_for_later_what_can_be_met_later():
    """One rail, two targets: the one that will soon be out of reach goes first, not the worse threat."""
    states = np.array([[30e3, 0, 5e3, -100.0, 0, 0], [0, 38e3, 5e3, 0.0, 50.0, 0]])
    fields = {"ready": 2, "range_max_m": 41e3, "launch_interval_s": 40.0, "decide_s": 2.0}
    ahead = naive.stage(naive.make_defence(assignment=LOOK_AHEAD, assets=((0, 0, 0), (0, 60e3, 0)), **fields), states)
    soon = naive.stage(naive.make_defence(assignment=OPTIMAL, assets=((0, 0, 0), (0, 60e3, 0)), **fields), states)
    assert shots(soon) == [(0, 0)]
    assert shots(ahead) == [(0, 1)]


def test_a_deal_never_overdraws():
    """Launchers, channels and rails hold whatever the way to decide."""
    for assignment in (OPTIMAL, LOOK_AHEAD):
        defence = naive.make_defence(
            batteries=2, assignment=assignment, ready=3, target_channels=2.0, round_channels=3.0, shots_per_look=2
        )
        part = naive.stage(defence, naive.column(8, gap_m=3e3))
        decide(part.defence, part.stock, part.picture, part.radars, 0.0)
        per_battery = np.bincount(part.stock.shots["battery_index"][: part.stock.counts[SHOTS]], minlength=2)
        assert (per_battery > 0).all()
        assert (per_battery <= 3).all()
        assert (part.stock.magazines["ready"] >= 0).all()


def test_more_tracks_than_the_table_holds_are_served_all_the_same():
    """What is left over after an optimal deal is taken one after another."""
    part = naive.stage(naive.make_defence(assignment=OPTIMAL), naive.column(MOST_TRACKS + 5, gap_m=500.0, first_m=30e3))
    assert len(shots(part)) == MOST_TRACKS + 5


def test_tracks_that_wait_for_a_channel_leave_room_for_what_another_battery_can_fire_at():
    """More of them than the table holds crowd one battery; the two before the other battery rank last, and are met."""
    near, far, states = MOST_TRACKS + 8, 200e3, np.zeros((MOST_TRACKS + 10, 6))
    states[:, 0] = [*(10e3 + 100.0 * np.arange(near)), far + 30e3, far + 30e3]
    states[:, 1], states[:, 2], states[:, 3] = [*np.zeros(near), 0.0, 1000.0], 5e3, -50.0
    defence = naive.make_defence(
        batteries=2, assignment=LOOK_AHEAD, target_channels=2.0, range_max_m=40e3, assets=((0, 0, 0), (far, 0, 0))
    )
    defence.batteries["x_m"] = [0.0, far]
    assert shots(naive.stage(defence, states)) == [(0, 0), (0, 1), (1, near), (1, near + 1)]


@pytest.mark.parametrize("launch_interval_s", [0.0, 0.001, 0.05, 4.0])
def test_look_ahead_waits_for_the_better_round_at_any_launch_interval(launch_interval_s):
    """The far battery's round comes into reach in less than a cycle, and kills more surely."""
    defence = naive.make_defence(batteries=2, assignment=LOOK_AHEAD, launch_interval_s=launch_interval_s)
    defence.batteries["x_m"], defence.rounds["range_max_m"] = [45e3, 0.0], [25e3, 60e3]
    defence.kill[:] = [[0.5], [0.9]]
    part = naive.stage(defence, naive.column(1, first_m=72e3, speed_m_s=200.0))
    assert shots(part) == []
    assert part.stock.memory["reason"][0] == BLOCKED_DOCTRINE
    nearer = naive.stage(defence, naive.column(1, first_m=69e3, speed_m_s=200.0))
    assert shots(nearer) == [(1, 0)]


@pytest.mark.parametrize("held", [True, False])
def test_look_ahead_waits_only_for_a_battery_that_sees_the_target(held):
    """The better round, soon in reach, is counted on when its radar holds the track; when not, the other fires now."""
    defence = naive.make_defence(batteries=2, assignment=LOOK_AHEAD)
    defence.batteries["x_m"], defence.rounds["range_max_m"] = [45e3, 0.0], [25e3, 60e3]
    defence.batteries["engage_on_picture"], defence.kill[:] = [1, 0], [[0.5], [0.9]]
    part = naive.stage(defence, naive.column(1, first_m=72e3, speed_m_s=200.0))
    part.radars["battery_index"], part.radars["fire_control"] = 1, 1
    part.picture.streaks[:] = 0 if held else -1
    streaks = part.picture.streaks[0]
    assert is_supported(part.defence, part.stock, streaks, part.radars, 0, 0.0)
    assert is_supported(part.defence, part.stock, streaks, part.radars, 1, 0.0) == held
    assert shots(part) == ([] if held else [(0, 0)])


def test_the_table_is_laid_with_what_is_open_to_the_post():
    """Offers in order of rank with salvo, gain and held channel; the supply counts rounds, channels and rails."""
    defence = naive.make_defence(
        assignment=OPTIMAL, ready=5, target_channels=4.0, round_channels=6.0, launch_interval_s=1.0, shots_per_look=2,
        decide_s=3.0,
    )  # fmt: skip
    part = naive.stage(defence, naive.column(3))
    stock, tracks, streaks = part.stock, part.picture.tracks, part.picture.streaks
    stock.order[:3], stock.counts[RANKED] = [2, 0, 1], 3
    stock.memory["score"], stock.memory["goal_s"] = [3.0, 2.0, 5.0], inf
    stock.memory["hostile_s"], stock.memory["serial"] = 0.0, tracks["serial"]
    assert lay_out(part.defence, stock, tracks, streaks, part.radars, 0.0) == 3
    lay_supply(part.defence, stock, 0.0)
    assert stock.table.slots[:3].tolist() == [2, 0, 1]
    assert stock.table.offers.salvos[:3, 0].tolist() == [2, 2, 2]
    assert stock.table.offers.gains[0, :3, 0] == pytest.approx(np.array([5.0, 3.0, 2.0]) * (1 - 0.3**2))
    supply = stock.table.supply
    assert supply.rows["ready"].tolist() == [5]
    assert [int(supply.limits[0, 0][name]) for name in ("rounds", "channels", "starts")] == [6, 4, 2]
    take_aim(part.defence, stock, tracks[0], 0.0)
    assert lay_track(part.defence, stock, tracks, streaks[0], part.radars, 0, True, 0.0)
    assert deal(part.defence, stock, tracks, streaks, part.radars, 0.0) == 2


def test_greedy_assignment_needs_no_table():
    """Nothing is set aside for what is not dealt."""
    assert new_table(GREEDY, 5, 2).offers.gains.size == 5
    assert new_table(LOOK_AHEAD, 5, 2).offers.gains.shape == (4, MOST_TRACKS, 5)
