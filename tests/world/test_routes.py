"""Routes over the ground: legs, turns, formations."""

import numpy as np
import pytest

from farwatch.errors import RangeError
from farwatch.world.earth import geodesic_between, geodesic_from
from farwatch.world.routes import Route, abreast, lay_path, legs_of


def route(points, speed_m_s=250.0):
    """A level route over points (latitude, longitude)."""
    lat, lon = np.array(points, dtype=float).T
    legs = len(points) - 1
    return Route(
        lat_deg=lat,
        lon_deg=lon,
        speed_m_s=np.full(legs, speed_m_s),
        height_m=np.full(legs, 1000.0),
        above_ground=np.zeros(legs, dtype=bool),
        end_height_m=0.0,
    )


BENT = route([(45.0, 10.0), (45.5, 11.0), (46.5, 11.2), (46.0, 12.5)])


def test_a_straight_route_is_the_geodesic():
    """Without a bend the path runs along the geodesic, at the distance it says."""
    path = lay_path(route([(45.0, 10.0), (47.0, 14.0)]), 10.0)
    way = geodesic_between(45.0, 10.0, 47.0, 14.0)
    assert path.length_m == pytest.approx(float(way.distance_m))
    s = np.linspace(0, path.length_m, 50)
    lat, lon = path.at(s)
    np.testing.assert_allclose(geodesic_between(45.0, 10.0, lat, lon).distance_m, s, atol=1e-6)


def test_length_along_the_path_is_true():
    """Chords between close points add up to the distance along the path, turns included."""
    path = lay_path(BENT, 5.0)
    s = np.linspace(0, path.length_m, 40_001)
    lat, lon = path.at(s)
    steps_m = geodesic_between(lat[:-1], lon[:-1], lat[1:], lon[1:]).distance_m
    np.testing.assert_allclose(steps_m, s[1], rtol=2e-5)


def test_turns_have_the_radius_of_the_acceleration():
    """On an arc the course changes by a / v^2 a metre; nowhere faster."""
    path = lay_path(BENT, 5.0)
    s = np.arange(0, path.length_m, 100.0)
    lat, lon = path.at(s)
    course = geodesic_between(lat[:-1], lon[:-1], lat[1:], lon[1:]).azimuth_deg
    bend = np.abs(np.radians((np.diff(course) + 180) % 360 - 180)) / 100.0
    assert bend.max() == pytest.approx(5.0 / 250.0**2, rel=0.02)
    assert np.isfinite(path.radius_at(s)).mean() == pytest.approx((bend > 0.5 * bend.max()).mean(), abs=0.01)


def test_a_turn_without_room_is_drawn_tighter():
    """Where the legs are shorter than the turn needs, the arc keeps to its share of them."""
    path = lay_path(route([(45.0, 10.0), (45.0, 10.05), (45.05, 10.05)], 300.0), 5.0)
    assert path.radius_m[1] < 300.0**2 / 5.0
    assert np.all(np.diff(path.begin_m) >= 0)


@pytest.mark.parametrize(
    ("points", "rule"), [([(45, 10), (45, 10)], "the same"), ([(45, 10), (45, 11), (45, 10.1)], "180 degrees")]
)
def test_impossible_routes_are_refused(points, rule):
    """A leg of no length and a turn on the spot are no routes."""
    with pytest.raises(RangeError, match=rule):
        lay_path(route(points), 10.0)


def test_members_abreast_keep_their_spacing():
    """On each leg before the last, neighbours' lines lie the spacing apart; all end together."""
    members = abreast(BENT, 5, 400.0)
    legs = legs_of(members[2])
    for leg in range(len(BENT.speed_m_s) - 1):
        for part in (0.2, 0.8):
            lat, lon = geodesic_from(
                members[2].lat_deg[leg],
                members[2].lon_deg[leg],
                legs.azimuth_deg[leg],
                part * legs.length_m[leg],
            )
            apart = [aside_m(member, leg, lat, lon) for member in members]
            np.testing.assert_allclose(np.diff(apart), 400.0, rtol=0.02)
    assert {(member.lat_deg[-1], member.lon_deg[-1]) for member in members} == {(46.0, 12.5)}


def aside_m(member, leg, lat_deg, lon_deg):
    """How far a member's leg runs to the right of a point."""
    here = geodesic_between(member.lat_deg[leg], member.lon_deg[leg], lat_deg, lon_deg)
    course = legs_of(member).azimuth_deg[leg]
    return -float(here.distance_m * np.sin(np.radians(here.azimuth_deg - course)))


def test_members_abreast_take_the_same_time():
    """Every leg takes every member as long as the middle one."""
    members = abreast(BENT, 4, 1000.0)
    times = np.array([legs_of(member).length_m / member.speed_m_s for member in members])
    np.testing.assert_allclose(times, times[0] * np.ones((4, 1)), rtol=1e-9)


def test_one_behind_the_other_is_one_route():
    """Without spacing all members share the route itself."""
    assert abreast(BENT, 3, 0.0) == [BENT] * 3
