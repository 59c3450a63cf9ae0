"""Threat ranking."""

from math import inf

import numpy as np
import pytest

from farwatch.engage.threat import THREAT, threat
from naive import engagement as naive


def score(state, priority=THREAT, **settings):
    """Score and goal of one track before a defence."""
    defence = naive.make_defence(**settings)
    return threat(defence.assets, defence.classes, naive.make_tracks([state])[0], priority, 0.0, np.zeros(7))


def test_the_nearer_of_two_equal_tracks_comes_first():
    """Half the time to go is twice the threat."""
    near, far = (score([x, 0.0, 5000.0, -200.0, 0.0, 0.0])[0] for x in (50e3, 100e3))
    assert near == pytest.approx(2.0 * far)


def test_a_leaving_track_is_no_threat():
    """What flies away from every asset has no score and no goal."""
    assert score([50e3, 0.0, 5000.0, 200.0, 0.0, 0.0]) == (0.0, inf)


@pytest.mark.parametrize("turn_deg", [0, 40, 75, -75])
def test_a_track_on_a_dogleg_counts(turn_deg):
    """A route may point well away from the asset and still close on it."""
    turn = np.radians(turn_deg)
    assert score([90e3, 0.0, 5000.0, -200.0 * np.cos(turn), 200.0 * np.sin(turn), 0.0])[0] > 0.0


def test_passing_by_far_away_is_no_threat_but_passing_near_is():
    """Across the line of sight at 90 km nothing closes; at 20 km it may turn in at any moment."""
    far, near = (score([x, 0.0, 5000.0, 0.0, 200.0, 0.0])[0] for x in (90e3, 20e3))
    assert far == 0.0
    assert near > 0.0


def test_value_and_damage_raise_the_threat():
    """The score is proportional to what an arrival would cost."""
    state = [50e3, 0.0, 0.0, -200.0, 0.0, 0.0]
    assert score(state, damage=0.8)[0] == pytest.approx(2.0 * score(state, damage=0.4)[0])


def test_arrival_is_foreseen_only_on_a_straight_course():
    """A course that misses the asset by more than the corridor has no time of arrival."""
    assert score([50e3, 1e3, 0.0, -200.0, 0.0, 0.0])[1] == pytest.approx(250.0)
    assert score([50e3, 9e3, 0.0, -200.0, 0.0, 0.0])[1] == inf


def test_a_ballistic_track_threatens_where_it_will_fall():
    """Impact time agrees with stepping the fall until the ground; an asset elsewhere is not threatened."""
    state = [60e3, 0.0, 40e3, -600.0, 0.0, 100.0]
    found, goal = score(state, ballistic=1)
    landing = next(t for t in np.arange(0.0, 300.0, 0.5) if fallen_m(state, t) < 0.0)
    assert goal == pytest.approx(landing, abs=1.5)
    assert found > 0.0
    assert score(state, ballistic=1, assets=((0.0, 200e3, 0.0),))[0] == 0.0


def fallen_m(state, time_s):
    """Height of a falling object after some time, by small steps."""
    x, y, z = naive.naive_fall(state, time_s, 200)[:3]
    return z + (x * x + y * y) / (2 * 6_371_008.8)


def test_without_assets_nothing_is_threatened():
    """No defended asset, no threat."""
    assert score([50e3, 0.0, 0.0, -200.0, 0.0, 0.0], assets=()) == (0.0, inf)
