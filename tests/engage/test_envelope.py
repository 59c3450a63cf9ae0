"""Flight time and envelope."""

from math import inf, isnan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farwatch.engage.envelope import flight_time_s, height_m, meet, predict, reach_m, solve, surely_beyond
from naive import engagement as naive

FIRST = np.array([60e3, 0.0, 5000.0, -300.0, 0.0, 0.0])


def meeting(defence, state, *, launch_s=0.0, **track):
    """Flight time and meeting point of the first magazine against one target."""
    out = np.zeros(7)
    track = naive.make_tracks([state], **track)[0]
    ballistic = defence.classes["ballistic"][0]
    return meet(defence.rounds[0], defence.batteries[0], defence.levels_m, track, ballistic, launch_s, out), out


@given(st.tuples(*[st.floats(-50e3, 50e3)] * 2, st.floats(100, 20e3)), st.tuples(*[st.floats(-600, 600)] * 3))
def test_flight_time_equals_stepping_until_the_round_has_flown_far_enough(place, velocity):
    """The root of the quadratic is the first time at which round and target are equally far from the battery."""
    exact = flight_time_s(*place, np.array(velocity), 1200.0)
    assert exact == pytest.approx(naive.naive_flight_time_s(place, velocity, 1200.0, 0.01), abs=0.011)


def test_a_target_as_fast_as_the_round_needs_no_special_case():
    """Head-on at equal speeds they meet half way."""
    assert flight_time_s(1000.0, 0.0, 0.0, np.array([-500.0, 0.0, 0.0]), 500.0) == pytest.approx(1.0)


def test_a_faster_target_that_leaves_is_never_met():
    """No round catches up with what is faster and flies away."""
    assert isnan(flight_time_s(1000.0, 0.0, 0.0, np.array([600.0, 0.0, 0.0]), 500.0))


def test_a_falling_target_follows_the_naive_fall():
    """Prediction under gravity equals small steps under the same gravity."""
    state = np.array([100e3, 20e3, 80e3, -1500.0, 100.0, 300.0])
    out = np.zeros(7)
    predict(naive.make_tracks([state])[0], 1, 60.0, out)
    assert np.allclose(out[:6], naive.naive_fall(state, 60.0), rtol=0, atol=1e-3)


def test_round_and_falling_target_arrive_together():
    """At the meeting the round has flown exactly the slant range."""
    defence, out = naive.make_defence(), np.zeros(7)
    track = naive.make_tracks([[90e3, 0.0, 60e3, -1400.0, 0.0, -200.0]])[0]
    flight = solve(defence.batteries[0], defence.rounds[0], track, 1, 2.0, out)
    assert np.linalg.norm(out[:3]) == pytest.approx(1000.0 * flight, rel=1e-6)
    assert np.allclose(out[:6], naive.naive_fall(track["mean"], flight + 2.0), atol=0.2)


def test_the_meeting_lies_on_the_track():
    """Where round and target meet is where the target will be."""
    flight, out = meeting(naive.make_defence(), FIRST, launch_s=3.0)
    assert np.allclose(out[:3], FIRST[:3] + (flight + 3.0) * FIRST[3:])


@pytest.mark.parametrize(
    "limit",
    [
        {"range_max_m": 40e3}, {"range_min_m": 50e3}, {"height_max_m": 4000.0}, {"height_min_m": 6000.0},
    ],
)  # fmt: skip
def test_each_limit_of_the_envelope_refuses(limit):
    """Range and height, at both ends, each rule a meeting out."""
    assert not isnan(meeting(naive.make_defence(), FIRST)[0])
    assert isnan(meeting(naive.make_defence(**limit), FIRST)[0])


def test_ballistic_targets_have_their_own_reach():
    """A ballistic target is refused beyond the shorter of the two ranges."""
    state = [60e3, 0.0, 25e3, -300.0, 0.0, 0.0]
    plain, ballistic = (naive.make_defence(ballistic=b, height_max_m=inf) for b in (0, 1))
    assert reach_m(plain.rounds[0], 0) == 100e3
    assert reach_m(plain.rounds[0], 1) == 40e3
    assert not isnan(meeting(plain, state)[0])
    assert isnan(meeting(ballistic, state)[0])


def test_an_uncertain_track_is_not_refused_for_being_low():
    """Only a track that is surely below the lowest height is refused for it."""
    defence = naive.make_defence(height_min_m=50.0)
    low = [5e3, 0.0, 20.0, -100.0, 0.0, 0.0]
    assert isnan(meeting(defence, low, position_sigma_m=10.0)[0])
    assert not isnan(meeting(defence, low, position_sigma_m=100.0)[0])


def test_height_grows_with_distance_from_the_origin():
    """A point on the tangent plane is 196 m up at 50 km: x^2 / 2R."""
    assert height_m(50e3, 0.0, 0.0) == pytest.approx(196.2, abs=0.1)


def test_what_is_surely_beyond_is_beyond():
    """The cheap refusal never refuses what the envelope would allow."""
    defence = naive.make_defence(range_max_m=50e3)
    draw = np.random.default_rng(2)
    for state in draw.uniform(-1, 1, (300, 6)) * [90e3, 90e3, 10e3, 400, 400, 50]:
        if surely_beyond(defence.rounds[0], defence.batteries[0], 0, state, 0.0):
            assert isnan(meeting(defence, state)[0])
    assert surely_beyond(defence.rounds[0], defence.batteries[0], 0, 4.0 * FIRST, 0.0)
