"""Command level, links, outages and zones: one law each."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from farwatch import records
from farwatch.engage.choose import has_means
from farwatch.engage.command import (
    CENTRALISED,
    COORDINATED,
    DECENTRALISED,
    POST,
    answers_to,
    is_engaging,
    is_off,
    is_out,
    is_taken,
    muster,
    open_links,
    rounds_spent,
    supports,
)
from farwatch.engage.decide import decide, serve
from farwatch.engage.fire import next_launch_s, order_s
from farwatch.engage.recall import count, hold, recall
from farwatch.engage.stock import RANKED, SHOTS
from farwatch.engage.weapons import CLEARED, FORBIDDEN, NO_MATTER, clearance, status_at
from naive import engagement as naive

LEVELS = (CENTRALISED, COORDINATED, DECENTRALISED)


def decided(part, now=0.0):
    """Shots of one decision, as (battery, track slot)."""
    fired = decide(part.defence, part.stock, part.picture, part.radars, now)
    shots = part.stock.shots[part.stock.counts[SHOTS] - fired : part.stock.counts[SHOTS]]
    return [(int(shot["battery_index"]), int(shot["track_slot"])) for shot in shots]


def with_orders(defence, outages=(), zones=()):
    """A defence with outages (kind, id, from_s, to_s) and zones (x_m, y_m, radius_m, weapons)."""
    orders = defence.orders._replace(
        outages=np.array(list(outages), records.OUTAGE), zones=np.array(list(zones), records.ZONE)
    )
    return defence._replace(orders=orders)


def cut(part, *batteries):
    """Take the links of some batteries down for the whole trial."""
    part.stock.launchers["cut"][list(batteries)] = 1
    return part


def radars(part, streaks, battery_index, **fields):
    """A stage with a fire-control radar for each column of `streaks`, i4[n_tracks, n_radars]."""
    rows = np.zeros(len(battery_index), records.RADAR)
    rows["fire_control"], rows["battery_index"] = 1, battery_index
    rows["id"] = 100 + np.arange(len(rows))
    for name, value in fields.items():
        rows[name] = value
    picture = part.picture._replace(streaks=np.array(streaks, np.int32))
    return part._replace(radars=rows, picture=picture, stock=part.stock._replace(loads=np.zeros(len(rows))))


# Level ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("level", "expected"), list(zip(LEVELS, (1, 1, 3), strict=True)))
def test_only_without_coordination_do_several_batteries_fire_at_one_track(level, expected):
    """Three batteries in reach of one track: one fires, unless none knows of the others."""
    assert len(decided(naive.stage(naive.make_defence(batteries=3, level=level), naive.column(1)))) == expected


def test_coordination_takes_tracks_in_the_order_of_batteries():
    """Each battery takes the worst threats that are left; the post spreads them by the doctrine instead."""
    for level, taken in ((COORDINATED, [(0, 0), (1, 1)]), (CENTRALISED, [(1, 0), (0, 1)])):
        defence = naive.make_defence(batteries=2, level=level, target_channels=1.0)
        defence.rounds["range_max_m"] = 95e3, 90e3
        assert decided(naive.stage(defence, naive.column(3))) == taken


@settings(max_examples=40)
@given(
    st.integers(1, 4), st.integers(1, 6), st.integers(1, 3), st.integers(1, 4), st.integers(1, 4), st.integers(0, 3),
    st.integers(0, 10_000),
)  # fmt: skip
def test_decentralised_fires_at_least_as_many_rounds_as_coordinated(
    batteries, targets, ready, channels, salvo, most, seed
):
    """At the same picture, not knowing of each other saves no round."""
    draw, fired = np.random.default_rng(seed), []
    places, reach = draw.uniform(-3e4, 3e4, (batteries, 2)), draw.uniform(40e3, 90e3, batteries)
    for level in (COORDINATED, DECENTRALISED):
        defence = naive.make_defence(
            batteries=batteries, level=level, ready=ready, target_channels=float(channels), shots_per_look=salvo,
            max_shots=most,
        )  # fmt: skip
        defence.batteries["x_m"], defence.batteries["y_m"] = places.T
        defence.rounds["range_max_m"] = reach
        fired.append(len(decided(naive.stage(defence, naive.column(targets, gap_m=9e3)))))
    assert fired[1] >= fired[0]


@settings(max_examples=25)
@given(st.sampled_from(LEVELS), st.integers(1, 3), st.integers(0, 3), st.booleans(), st.sampled_from([0.0, 2.5]))
def test_no_level_breaks_the_laws_of_engagement(level, channels, most, in_depth, delay_s):
    """Whoever decides: no more rounds than carried or allowed, no more targets than channels, no early launch."""
    part = naive.stage(
        naive.make_defence(
            batteries=3, level=level, ready=4, target_channels=float(channels), max_shots=most, in_depth=int(in_depth),
            delay_s=delay_s,
        ),
        naive.column(5, gap_m=6e3),
    )  # fmt: skip
    cut(radars(part, np.zeros((5, 3)), [0, 1, 2]), 2)
    naive.rehearse(part, naive.key(5), 60)
    shots = part.stock.shots[: part.stock.counts[SHOTS]]
    assert (np.bincount(shots["round_index"], minlength=3) <= 4).all()
    for b in range(3):
        mine = shots[shots["battery_index"] == b]
        assert most == 0 or (np.bincount(mine["track_slot"], minlength=1) <= most).all()
        for now in mine["launch_s"]:
            flying = (mine["launch_s"] <= now) & (mine["intercept_s"] > now)
            assert np.unique(mine["track_slot"][flying]).size <= channels
    if level == CENTRALISED and most:
        told = shots[shots["battery_index"] < 2]
        assert (np.bincount(told["track_slot"], minlength=1) <= most).all()


def test_the_most_shots_at_a_track_are_what_the_decider_knows_of():
    """Together two batteries keep to three rounds at a track; each on its own fires three."""
    for level, expected in ((CENTRALISED, 3), (DECENTRALISED, 6)):
        defence = naive.make_defence(batteries=2, level=level, look=0, max_shots=3, shots_per_look=3)
        assert len(decided(naive.stage(defence, naive.column(1)))) == expected


def test_delay_moves_launches_but_not_those_of_a_battery_alone():
    """Orders take five seconds; a battery without its link takes none."""
    part = radars(naive.stage(naive.make_defence(batteries=2, delay_s=5.0), naive.column(1)), [[0, 0]], [0, 1])
    cut(part, 1)
    assert sorted(decided(part, 10.0)) == [(0, 0), (1, 0)]
    shots = part.stock.shots[:2]
    assert dict(zip(shots["battery_index"].tolist(), shots["launch_s"].tolist(), strict=True)) == {0: 15.0, 1: 10.0}
    muster(part.defence, part.stock, 10.0)
    assert [order_s(part.stock.launchers[b], 5.0, 10.0) for b in (0, 1)] == [15.0, 10.0]
    assert next_launch_s(part.defence.batteries[0], part.stock.launchers[0], 12.0) == 15.0


def test_in_depth_every_battery_has_its_own_salvo():
    """Two batteries fire at one track at once; neither waits for the other, each waits for its own verdict."""
    part = naive.stage(naive.make_defence(batteries=2, in_depth=1, shots_per_look=2), naive.column(1))
    assert sorted(decided(part)) == [(0, 0), (0, 0), (1, 0), (1, 0)]
    assert decided(part, 1.0) == []
    mine = part.stock.shots[:4]["battery_index"] == 1
    part.stock.shots["status"][:4][mine] = records.DONE
    assert decided(part, 2.0) == [(1, 0), (1, 0)]


# Links ------------------------------------------------------------------------------------------------------


def test_a_lost_link_hides_tracks_that_the_battery_does_not_hold():
    """Of two tracks a battery without its link fires at the one that its own radar follows."""
    for link, expected in ((True, [(0, 0), (0, 1)]), (False, [(0, 1)])):
        part = radars(naive.stage(naive.make_defence(), naive.column(2)), [[-1], [0]], [0])
        assert decided(part if link else cut(part, 0)) == expected
    assert part.stock.fates["blocked"][0] == records.BLOCKED_COMMAND


def test_without_a_link_a_track_that_its_radar_has_lost_is_no_radar():
    """A battery that needs its own radar anyway is short of the radar, not of the link."""
    part = cut(radars(naive.stage(naive.make_defence(engage_on_picture=0), naive.column(1)), [[3]], [0]), 0)
    assert decided(part) == []
    assert part.stock.fates["blocked"][0] == records.BLOCKED_RADAR


def test_the_post_and_a_battery_without_its_link_do_not_see_each_other_s_fire():
    """Both fire at the same track; with the link up only one does."""
    part = radars(naive.stage(naive.make_defence(batteries=2), naive.column(1)), [[0, 0]], [0, 1])
    assert sorted(decided(cut(part, 1))) == [(0, 0), (1, 0)]
    assert decided(part, 1.0) == []


def test_links_are_lost_as_often_as_told_and_by_address():
    """The share of trials without a link is the chance given; the same trial always has the same links."""
    part = naive.stage(naive.make_defence(batteries=2, link_loss_probability=0.3), naive.column(1))
    lost = np.empty((3000, 2))
    for trial in range(len(lost)):
        open_links(part.defence, part.stock, naive.key(trial))
        lost[trial] = part.stock.launchers["cut"]
    assert abs(lost.mean() - 0.3) < 4 * np.sqrt(0.3 * 0.7 / lost.size)
    assert abs(np.corrcoef(lost.T)[0, 1]) < 4 / np.sqrt(len(lost))
    open_links(part.defence, part.stock, naive.key(0))
    assert (part.stock.launchers["cut"] == lost[0]).all()
    part.defence.doctrine["link_loss_probability"] = 0.0
    open_links(part.defence, part.stock, naive.key(0))
    assert not part.stock.launchers["cut"].any()


# Cues -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("own_cue", "first_s"), [(0, 6.0), (1, 10.0)])
def test_a_cue_lets_the_reaction_time_begin_before_one_s_own_radar_sees(own_cue, first_s):
    """The picture calls the track hostile at 0 s; the battery's radar takes it up at 6 s; uncued it needs 4 s more."""
    defence = naive.make_defence(engage_on_picture=0, own_cue=own_cue, own_clocks=1, reaction_s=4.0)
    part = radars(naive.stage(defence, naive.column(1)), [[-1]], [0])
    for now in np.arange(0.0, 20.0):
        part.picture.streaks[:] = 0 if now >= 6.0 else -1
        if decided(part, now):
            break
    assert now == first_s


def test_a_battery_without_its_link_is_not_cued():
    """Its reaction time begins when its own radar holds the track, not when the picture called it hostile."""
    defence = naive.make_defence(engage_on_picture=0, own_clocks=1, reaction_s=4.0)
    part = cut(radars(naive.stage(defence, naive.column(1)), [[-1]], [0]), 0)
    for now in np.arange(0.0, 20.0):
        part.picture.streaks[:] = 0 if now >= 6.0 else -1
        if decided(part, now):
            break
    assert now == 10.0


# Outages ----------------------------------------------------------------------------------------------------


def test_a_battery_out_of_action_fires_nothing_and_says_so():
    """From the first instant of the outage to the last, and not after."""
    defence = with_orders(naive.make_defence(), [(records.OUT_BATTERY, 1, 10.0, 20.0)])
    for now, expected in ((9.9, 1), (10.0, 0), (19.9, 0), (20.0, 1)):
        part = naive.stage(defence, naive.column(1))
        assert len(decided(part, now)) == expected
        assert part.stock.fates["blocked"][0] == (0 if expected else records.BLOCKED_COMMAND)


def test_the_rest_takes_over_from_a_battery_out_of_action():
    """The second battery fires at what the first would have fired at."""
    defence = naive.make_defence(batteries=2)
    assert decided(naive.stage(defence, naive.column(1))) == [(0, 0)]
    out = with_orders(defence, [(records.OUT_BATTERY, 1, 0.0, np.inf)])
    assert decided(naive.stage(out, naive.column(1))) == [(1, 0)]


def test_a_radar_out_of_action_supports_no_shot():
    """A track that only a radar out of action holds is not fired at; nor is one of a battery out of action."""
    defence = naive.make_defence(engage_on_picture=0)
    for outages, expected in (
        ([], 1), ([(records.OUT_RADAR, 100, 0.0, 9.0)], 0), ([(records.OUT_RADAR, 101, 0.0, 9.0)], 1),
        ([(records.OUT_BATTERY, 1, 0.0, 9.0)], 0),
    ):  # fmt: skip
        part = radars(naive.stage(with_orders(defence, outages), naive.column(1)), [[0]], [0])
        assert len(decided(part)) == expected
        orders, batteries = part.defence.orders, part.defence.batteries
        assert is_off(orders.outages, batteries, part.radars[0], 0.0) == (expected == 0)
        assert supports(
            orders.outages, batteries, part.radars, part.stock.loads, part.picture.streaks[0], 0, 0.0
        ) == (expected == 1)


def test_a_link_is_down_for_as_long_as_its_outage():
    """A battery that fires on the picture waits for its link."""
    defence = with_orders(naive.make_defence(), [(records.OUT_LINK, 1, 0.0, 5.0)])
    part = radars(naive.stage(defence, naive.column(1)), [[-1]], [0])
    assert [len(decided(part, now)) for now in (0.0, 4.0, 5.0)] == [0, 0, 1]


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(1, 3), st.integers(0, 9), st.integers(0, 9)), max_size=6))
def test_an_outage_is_half_open(rows):
    """At any time, what is out is what some row says: its first instant in, its last one not."""
    outages = np.array([tuple(map(float, row)) for row in rows], records.OUTAGE)
    for kind, whose, now in ((0, 1, 3.0), (1, 2, 5.0), (2, 3, 0.0)):
        expected = any(k == kind and i == whose and a <= now < b for k, i, a, b in rows)
        assert is_out(outages, kind, whose, now) == expected


# Who knows what ----------------------------------------------------------------------------------------------


def test_muster_tells_who_is_alone():
    """A battery is alone without its link, or where nobody coordinates; then fire at a track closes it to nobody."""
    for level, links, alone, united in (
        (CENTRALISED, (), [0, 0], True), (COORDINATED, (1,), [0, 1], False), (DECENTRALISED, (), [1, 1], False),
    ):  # fmt: skip
        part = cut(naive.stage(naive.make_defence(batteries=2, level=level), naive.column(1)), *links)
        assert muster(part.defence, part.stock, 0.0) == united
        assert part.stock.launchers["alone"].tolist() == alone
        assert [answers_to(part.stock.launchers, POST, b) for b in (0, 1)] == [not lone for lone in alone]
        assert answers_to(part.stock.launchers, 1, 1)
        assert not answers_to(part.stock.launchers, 1, 0)


def test_taken_tracks_and_spent_rounds_are_those_one_knows_of():
    """Battery 0 fires three rounds: the post and it know, battery 1, alone, does not."""
    part = naive.stage(naive.make_defence(batteries=2, shots_per_look=3), naive.column(1))
    decide(part.defence, part.stock, part.picture, part.radars, 0.0)
    cut(part, 1)
    muster(part.defence, part.stock, 1.0)
    recall(part.defence, part.stock, part.picture.tracks, part.picture.streaks, part.radars, 1.0)
    count(part.stock, part.picture.tracks)
    doctrine, launchers, engaged = part.defence.doctrine[0], part.stock.launchers, part.stock.engaged
    assert [is_taken(doctrine, launchers, engaged, 0, who) for who in (POST, 0, 1)] == [True, True, False]
    assert [rounds_spent(part.stock, 0, b) for b in (0, 1)] == [3, 0]
    assert is_engaging(part.stock.engaged, 0, 0, 0)
    assert not is_engaging(part.stock.engaged, 0, 1, 1)
    assert part.stock.launchers["tracks"].tolist() == [1, 0]
    hold(part.stock, 0, 1, 1)
    hold(part.stock, 0, 1, 2)
    assert part.stock.launchers["tracks"].tolist() == [1, 1]


def test_serve_says_how_many_salvos_were_fired():
    """One for each ranked track that can be fired at, two rounds each."""
    part = naive.stage(naive.make_defence(shots_per_look=2), naive.column(3))
    decide(part.defence, part.stock, part.picture, part.radars, 0.0)
    assert part.stock.counts[RANKED] == 3
    part.stock.shots["status"] = records.DONE
    count(part.stock, part.picture.tracks)
    picture = part.picture
    assert serve(part.defence, part.stock, picture.tracks, picture.streaks, part.radars, POST, 1.0) == 3


# Weapons control status --------------------------------------------------------------------------------------

TIGHT, FREE, HOLD = records.WEAPONS_TIGHT, records.WEAPONS_FREE, records.WEAPONS_HOLD


@pytest.mark.parametrize("identity", [records.UNKNOWN, records.HOSTILE, records.NEUTRAL])
@pytest.mark.parametrize("weapons", [TIGHT, FREE, HOLD])
def test_weapons_control_status(weapons, identity):
    """Tight: only hostile; free: all but neutral; hold: nothing, which is filed for a hostile one."""
    part = naive.stage(naive.make_defence(weapons=weapons), naive.column(1), identity=identity)
    hostile = identity == records.HOSTILE
    fires = weapons != HOLD and (hostile or (weapons == FREE and identity == records.UNKNOWN))
    assert len(decided(part)) == int(fires)
    expected = CLEARED if fires else FORBIDDEN if hostile else NO_MATTER
    assert clearance(part.defence.orders.zones, weapons, part.picture.tracks[0]) == expected
    assert part.stock.fates["blocked"][0] == (records.BLOCKED_COMMAND if expected == FORBIDDEN else 0)


def test_a_tentative_track_is_never_fired_at():
    """Free weapons need a confirmed track too."""
    part = naive.stage(naive.make_defence(weapons=FREE), naive.column(1), status=records.TENTATIVE)
    assert decided(part) == []


def test_in_a_zone_its_own_status_holds():
    """Three tracks at 60, 80 and 100 km: hold about the first, free about the third, which is undecided."""
    zones = [(60e3, 0.0, 5e3, HOLD), (100e3, 3e3, 5e3, FREE), (60e3, 0.0, 9e3, FREE)]
    part = naive.stage(with_orders(naive.make_defence(), zones=zones), naive.column(3))
    part.picture.tracks["identity"][2] = records.UNKNOWN
    assert sorted(decided(part)) == [(0, 1), (0, 2)]
    assert part.stock.fates["blocked"][:3].tolist() == [records.BLOCKED_COMMAND, 0, 0]
    over = [status_at(part.defence.orders.zones, TIGHT, x, 0.0) for x in (60e3, 66e3, 80e3, 100e3)]
    assert over == [HOLD, FREE, TIGHT, FREE]


@pytest.mark.parametrize("out", [True, False])
def test_the_best_round_is_not_waited_for_at_a_battery_whose_radar_is_out(out):
    """The sure round is soon in reach: it is waited for when its radar works, and when that is off the other fires."""
    defence = naive.make_defence(batteries=2, best_round=1)
    defence.batteries["x_m"], defence.rounds["range_max_m"] = [45e3, 0.0], [25e3, 60e3]
    defence.batteries["engage_on_picture"], defence.kill[:] = [1, 0], [[0.5], [0.9]]
    outages = [(records.OUT_RADAR, 77, 0.0, 500.0)] if out else []
    part = naive.stage(with_orders(defence, outages), naive.column(1, first_m=72e3, speed_m_s=200.0))
    part.radars["id"], part.radars["battery_index"], part.radars["fire_control"] = 77, 1, 1
    assert has_means(part.defence, part.stock, part.radars, 1, 0.0) == (not out)
    assert decide(part.defence, part.stock, part.picture, part.radars, 0.0) == (1 if out else 0)
    assert part.stock.counts[SHOTS] == 0 or part.stock.shots["battery_index"][0] == 0
