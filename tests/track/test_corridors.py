"""Routes, and tracks that follow them or do not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farwatch.errors import InputError
from farwatch.records import CONFIRMED, TRACK
from farwatch.track import corridors
from farwatch.track.corridors import FOLLOWED, Route, follow_route, is_along, legs_of
from farwatch.world.earth import Frame
from naive.traffic import is_followed
from track.scene import radar

LINE = ((0.0, 0.0), (60e3, 0.0), (100e3, 40e3))


def a_track(place=(30e3, 2e3, 9e3), velocity=(230.0, 0.0, 0.0), sigmas=(100.0, 5.0)):
    """A confirmed track as well known as told."""
    track = np.zeros(1, TRACK)[0]
    track["status"], track["mean"], track["weight"] = CONFIRMED, (*place, *velocity), (0.5, 0.5)
    track["p"] = np.diag([sigmas[0] ** 2] * 3 + [sigmas[1] ** 2] * 3)
    return track


def looked(track, routes, looks=1, **site):
    """What is kept of a track after some looks."""
    followed, legs = np.zeros(FOLLOWED), legs_of(routes)
    for _ in range(looks):
        follow_route(track, radar(**site)[0], legs, followed)
    return followed.tolist()


def route(**changes):
    """A route in the mission frame."""
    return Route(**{"name": "one", "places": LINE, "half_width_m": 5e3, "is_local": True, **changes})


@given(st.floats(-20e3, 120e3), st.floats(-30e3, 60e3), st.floats(0.0, 2 * np.pi), st.booleans())
def test_following_is_what_the_naive_twin_says(x, y, course, both_ways):
    """Inside the width of some leg and along it, wherever the place and the course."""
    legs = legs_of([route(both_ways=both_ways)])
    along = np.sin(course), np.cos(course)
    found = any(is_along(leg, x, y, *along) for leg in legs)
    expected = {is_followed(LINE, 5e3 + by, both_ways, np.array([x, y]), np.array(along)) for by in (-3.0, 3.0)}
    cosines = legs["along_x"] * along[0] + legs["along_y"] * along[1]
    turns = np.degrees(np.arccos(np.clip(cosines, -1, 1)))
    if len(expected) == 1 and min(abs(turn - edge) for turn in turns for edge in (20, 160)) > 1e-6:
        assert found == expected.pop()


def test_looks_are_counted_on_and_off():
    """On a route, beside it, across it, against it where it has one way; older looks fade."""
    assert looked(a_track(), [route()]) == [1.0, 0.0]
    assert looked(a_track((30e3, 9e3, 9e3)), [route()]) == [0.0, 1.0]
    assert looked(a_track(velocity=(0.0, 230.0, 0.0)), [route()]) == [0.0, 1.0]
    assert looked(a_track(velocity=(-230.0, 0.0, 0.0)), [route()]) == [1.0, 0.0]
    assert looked(a_track(velocity=(-230.0, 0.0, 0.0)), [route(both_ways=False)]) == [0.0, 1.0]
    assert looked(a_track(), [route()], looks=500)[0] == pytest.approx(corridors.ROUTE_MEMORY, rel=1e-3)


def test_heights_of_a_route_count():
    """Below or above it a track is not on it, with room for how well its height is known."""
    assert looked(a_track(), [route(low_m=8e3, high_m=12e3)]) == [1.0, 0.0]
    assert looked(a_track((30e3, 2e3, 3e3)), [route(low_m=8e3)]) == [0.0, 1.0]
    assert looked(a_track((30e3, 2e3, 3e3), sigmas=(3e3, 5.0)), [route(low_m=8e3)]) == [1.0, 0.0]


def test_what_is_not_known_is_not_counted():
    """No routes, a place vaguer than the route is wide, no course, hovering: nothing is noted."""
    for track, routes in (
        (a_track(), []), (a_track(sigmas=(6e3, 5.0)), [route()]), (a_track(sigmas=(100.0, 150.0)), [route()]),
        (a_track(velocity=(20.0, 0.0, 0.0)), [route()]),
    ):
        assert looked(track, routes) == [0.0, 0.0]


def test_routes_on_the_earth_are_cut_into_legs():
    """A geodesic of 300 km becomes pieces of at most 50 km that together are as long, and lie where it lies."""
    frame = Frame(47.0, 8.0)
    legs = legs_of([Route(name="east", places=((47.5, 7.0), (47.5, 11.0)))], frame)
    assert legs["length_m"].max() <= corridors.LONGEST_LEG_M
    assert legs["length_m"].sum() == pytest.approx(301e3, rel=0.01)
    starts = np.column_stack([legs["x_m"], legs["y_m"]])
    ends = starts + legs["length_m"][:, None] * np.column_stack([legs["along_x"], legs["along_y"]])
    np.testing.assert_allclose(ends[-1], frame.to_local(47.5, 11.0, 0.0)[:2], atol=1e-3)
    np.testing.assert_allclose(ends[:-1], starts[1:], atol=1e-6)
    middle = frame.from_local([float(ends[2, 0]), float(ends[2, 1]), 0.0])
    assert middle[0] > 47.5


def test_routes_that_are_none_are_refused():
    """One place twice, no width, heights upside down, degrees without a frame, beyond the Earth: all at once."""
    bad = [
        route(name="a", places=((1.0, 1.0), (1.0, 1.0))), route(name="b", half_width_m=0.0),
        route(name="c", low_m=2.0, high_m=1.0), Route(name="d", places=((0.0, 0.0), (91.0, 0.0))),
        route(name="e", places=((0.0, 0.0), (np.nan, 0.0))),
    ]
    with pytest.raises(InputError, match="6 problems in routes"):
        legs_of(bad)
    assert legs_of([]).size == 0
