"""How long a round flies."""

from math import isnan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farwatch.engage.envelope import ceiling_m, flown_m, meet, solve, surely_beyond
from farwatch.engage.flight import AIR_SCALE_M, ARC_SHARE, flight, flight_time_to_s, mean_air, settle
from farwatch.records import ROUND
from farwatch.world.atmosphere import standard
from naive import engagement as naive

figures = st.tuples(
    st.floats(300, 2000), st.floats(1.05, 2.0), st.floats(0, 20), st.floats(20e3, 400e3)
)  # mean speed, greatest over mean, boost, reach


def a_round(mean_m_s=1500.0, ratio=4 / 3, boost_s=12.0, reach_m=250e3, **fields):
    """One ROUND with its drag derived."""
    rounds = np.zeros(1, ROUND)
    values = {"speed_m_s": mean_m_s, "speed_max_m_s": mean_m_s * ratio, "boost_s": boost_s, "range_max_m": reach_m}
    for name, value in (values | {"height_max_m": 30e3} | fields).items():
        rounds[name] = value
    settle(rounds)
    return rounds[0]


def test_the_air_of_the_model_is_the_standard_one_within_a_twentieth():
    """Mean density over a climb, against the US Standard Atmosphere summed over thin layers."""
    for top_m in (1e3, 5e3, 10e3, 20e3, 40e3):
        layers = (np.arange(400) + 0.5) / 400 * top_m
        exact = np.mean(standard(layers).density_kg_m3) / standard(0.0).density_kg_m3
        assert mean_air(top_m) == pytest.approx(exact, rel=0.05)
    assert mean_air(0.0) == mean_air(-5.0) == 1.0


@pytest.mark.parametrize("height_m", [0.0, 5e3, 20e3])
def test_flight_time_equals_small_steps(height_m):
    """The closed form is the sum of the same law in steps of a metre."""
    one = a_round(reach_m=60e3, mean_m_s=700.0, boost_s=6.0)
    for range_m in (1e3, 4e3, 30e3, 60e3):
        stepped = naive.naive_flight_s(one, range_m, height_m)
        assert flight_time_to_s(one, range_m, height_m) == pytest.approx(stepped, rel=0.01)


@given(figures)
def test_full_reach_takes_reach_over_mean_speed(given_figures):
    """What is published of the mean holds exactly at full reach, for targets no higher than the arc."""
    one = a_round(*given_figures)
    for height_m in (0.0, ARC_SHARE * one["range_max_m"]):
        expected = one["range_max_m"] / one["speed_m_s"]
        assert flight_time_to_s(one, one["range_max_m"], height_m) == pytest.approx(expected, rel=1e-9)


@given(figures, st.floats(0, 30e3), st.floats(0.01, 1.2), st.floats(1e-3, 0.2))
def test_flight_time_grows_with_range_and_falls_with_height(given_figures, height_m, share, step):
    """Farther is later; higher is sooner or the same, through thinner air."""
    one = a_round(*given_figures)
    range_m = share * one["range_max_m"]
    here = flight_time_to_s(one, range_m, height_m)
    assert flight_time_to_s(one, range_m * (1 + step), height_m) > here
    assert flight_time_to_s(one, range_m, height_m + 5e3) <= here * (1 + 1e-12)


@given(figures, st.floats(0, 30e3), st.floats(0.01, 1.2))
def test_the_slope_is_that_of_the_time(given_figures, height_m, share):
    """Seconds per metre, against a difference; not across the end of the boost or of the arc."""
    one = a_round(*given_figures)
    range_m, step_m = share * one["range_max_m"], 1.0
    corners = 0.5 * one["speed_max_m_s"] * one["boost_s"], height_m / ARC_SHARE
    if any(abs(range_m - corner_m) < 2 * step_m for corner_m in corners):
        return
    near, far = (flight_time_to_s(one, range_m + d, height_m) for d in (-step_m, step_m))
    assert flight(one, range_m, height_m)[1] == pytest.approx((far - near) / (2 * step_m), rel=1e-3)


def test_a_round_slows_down_on_its_way():
    """The second half of the reach takes longer than the first, and low air slows more than high air."""
    one = a_round()
    half = flight_time_to_s(one, 125e3, 0.0)
    assert half < 0.5 * flight_time_to_s(one, 250e3, 0.0)
    assert flight_time_to_s(one, 40e3, 100.0) > flight_time_to_s(one, 40e3, 20e3)


def test_with_the_mean_alone_nothing_has_changed():
    """Range over mean speed, at every height, and nothing is derived."""
    one = a_round(ratio=0.0)
    assert flight(one, 30e3, 9e3) == (20.0, 1.0 / 1500.0)
    assert one["drag_length_m"] == 0.0


def test_a_mean_as_fast_as_the_peak_leaves_no_drag():
    """The greatest speed gives way to the mean, and settling twice changes nothing."""
    one = a_round(ratio=1.0, boost_s=10.0)
    assert one["speed_max_m_s"] > 1500.0
    assert np.isinf(one["drag_length_m"])
    assert flight_time_to_s(one, 250e3, 0.0) == pytest.approx(250e3 / 1500.0)
    again = np.array([one], ROUND)
    settle(again)
    assert again["speed_max_m_s"][0] == pytest.approx(one["speed_max_m_s"], rel=1e-12)


def test_a_round_that_boosts_all_the_way_settles_in_silence():
    """A mean far above the greatest speed, and a boost that covers the reach: nothing is left to coast."""
    table = np.zeros(1, ROUND)
    table["range_max_m"], table["speed_m_s"], table["speed_max_m_s"], table["boost_s"] = 60e3, 5000.0, 1400.0, 60.0
    settle(table)
    assert np.isinf(table["drag_length_m"][0])
    assert flight_time_to_s(table[0], 60e3, 5e3) == pytest.approx(60e3 / 5000.0)


def test_every_trial_has_its_own_drag():
    """Settling takes any shape: a table of trials equals its rows one by one."""
    table = np.zeros((3, 2), ROUND)
    table["range_max_m"], table["speed_m_s"] = 100e3, 800.0
    table["speed_max_m_s"] = [[900, 0], [1000, 1100], [0, 1500]]
    table["boost_s"] = 5.0
    each = [[a_round(800.0, peak / 800.0, 5.0, 100e3)["drag_length_m"] for peak in row]
            for row in table["speed_max_m_s"]]  # fmt: skip
    settle(table)
    assert np.allclose(table["drag_length_m"], each)


# Meetings ---------------------------------------------------------------------------------------------------


def defence(**fields):
    """A defence whose rounds slow down."""
    values = {"speed_m_s": 900.0, "speed_max_m_s": 1300.0, "boost_s": 6.0, "range_max_m": 80e3, "height_max_m": 40e3}
    return naive.make_defence(**(values | fields))


def first_meeting_s(rounds, state, step_s=0.01, limit_s=300.0):
    """First time at which a round has had the time to be where a straight target is, by small steps."""
    for time_s in np.arange(0.0, limit_s, step_s):
        place = np.array(state[:3]) + time_s * np.array(state[3:])
        height = place[2] + (place[0] ** 2 + place[1] ** 2) / (2 * 6_371_008.8)
        if flight_time_to_s(rounds, np.linalg.norm(place), height) <= time_s:
            return time_s
    return np.nan


@pytest.mark.parametrize("ballistic", [0, 1])
@pytest.mark.parametrize("seed", range(6))
def test_the_first_meeting_is_found(seed, ballistic):
    """Against small steps, for targets that come, cross and leave; a falling one by its own prediction."""
    draw = np.random.default_rng(seed)
    part, out = defence(), np.zeros(7)
    for _ in range(4):
        state = draw.uniform(-1, 1, 6) * [60e3, 60e3, 0, 500, 500, 0]
        state[2] = draw.uniform(100, 20e3)
        found = solve(part.batteries[0], part.rounds[0], naive.make_tracks([state])[0], ballistic, 0.0, out)
        if ballistic:
            range_m = np.linalg.norm(out[:3])
            height = out[2] + (out[0] ** 2 + out[1] ** 2) / (2 * 6_371_008.8)
            assert isnan(found) or flight_time_to_s(part.rounds[0], range_m, height) == pytest.approx(found, abs=2e-4)
            continue
        stepped = first_meeting_s(part.rounds[0], state)
        assert isnan(found) == isnan(stepped) or found > 200.0
        assert isnan(stepped) or found == pytest.approx(stepped, abs=0.02)


def test_what_outruns_a_slowed_round_is_never_met():
    """A fast target that leaves is out of every round's time."""
    part = defence()
    track = naive.make_tracks([[50e3, 0.0, 5e3, 1200.0, 0.0, 0.0]])[0]
    assert isnan(solve(part.batteries[0], part.rounds[0], track, 0, 0.0, np.zeros(7)))


def test_slowing_rounds_are_not_refused_too_early():
    """The cheap refusal never refuses what the envelope would allow."""
    part, out = defence(range_max_m=50e3), np.zeros(7)
    draw = np.random.default_rng(2)
    refused = 0
    for state in draw.uniform(-1, 1, (300, 6)) * [90e3, 90e3, 10e3, 400, 400, 50]:
        if surely_beyond(part.rounds[0], part.batteries[0], 0, state, 0.0):
            track = naive.make_tracks([state])[0]
            refused += 1
            assert isnan(meet(part.rounds[0], part.batteries[0], part.levels_m, track, 0, 0.0, out))
    assert refused > 10


def test_the_range_of_a_meeting_is_where_it_is():
    """With the mean alone it is time times speed, else the distance of the meeting."""
    part, out = defence(), np.array([3e3, 4e3, 0.0, 0, 0, 0, 0])
    assert flown_m(part.rounds[0], part.batteries[0], 99.0, out) == 5e3
    assert flown_m(naive.make_defence().rounds[0], part.batteries[0], 99.0, out) == 99e3


def test_the_ceiling_falls_in_a_line_over_the_far_half_of_the_reach():
    """Full height to half reach, the far figure at full reach, half way between at three quarters."""
    one = a_round(height_max_far_m=10e3, reach_m=100e3)
    found = [ceiling_m(one, range_m) for range_m in (0.0, 50e3, 75e3, 100e3, 120e3)]
    assert found == [30e3, 30e3, 20e3, 10e3, 10e3]
    assert ceiling_m(a_round(), 250e3) == ceiling_m(a_round(height_max_far_m=40e3), 250e3) == 30e3


def test_a_target_under_the_near_ceiling_may_be_over_the_far_one():
    """The same height is met near and refused far."""
    part, out = naive.make_defence(height_max_far_m=8e3, height_max_m=20e3), np.zeros(7)
    for east_m, refused in ((40e3, False), (95e3, True)):
        track = naive.make_tracks([[east_m, 0.0, 15e3, 0.0, 0.0, 0.0]])[0]
        assert isnan(meet(part.rounds[0], part.batteries[0], part.levels_m, track, 0, 0.0, out)) == refused


def test_the_scale_of_the_air_is_a_scale():
    """At one scale height the mean of exp(-h/H) over the climb is 1 - 1/e."""
    assert mean_air(AIR_SCALE_M) == pytest.approx(1.0 - np.exp(-1.0))
