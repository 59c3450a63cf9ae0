"""How routes are flown: laws that any flight must keep."""

import numpy as np
import pytest

from farwatch.records import CLASS, TARGET
from farwatch.world.earth import Frame
from farwatch.world.motion import Truth, states_at
from farwatch.world.profiles import SPEED_CHANGE_M_S2, Limits, fly, lowest_profile
from farwatch.world.routes import Route
from naive import world as naive

MISSILE = Limits(turn_acceleration_m_s2=20.0, climb_rate_m_s=40.0, dives=True)
DRONE = Limits(turn_acceleration_m_s2=4.0, climb_rate_m_s=3.0, dives=True)
BOMBER = Limits(turn_acceleration_m_s2=8.0, climb_rate_m_s=15.0, dives=False)


def route(points, speeds, heights, above=True, end_height_m=0.0):
    """A route over points (latitude, longitude) with one speed and height a leg."""
    lat, lon = np.array(points, dtype=float).T
    return Route(
        lat_deg=lat,
        lon_deg=lon,
        speed_m_s=np.array(speeds, dtype=float),
        height_m=np.array(heights, dtype=float),
        above_ground=np.full(len(speeds), above),
        end_height_m=end_height_m,
    )


def flown(flight, step_s=0.25):
    """States of a flight at short steps."""
    targets = np.zeros(1, dtype=TARGET)
    targets["knot_count"], targets["step_s"], targets["rate"] = len(flight.knots), flight.step_s, 1.0
    times_s = np.arange(0.0, flight.duration_s, step_s)
    return states_at(Truth(targets, flight.knots, np.zeros(1, dtype=CLASS)), times_s)[0]


def clearances_m(states, frame, terrain):
    """Height above the ground."""
    place = frame.from_local(states[:, :3])
    return states[:, 6] - terrain.height_at(place[:, 0], place[:, 1])


DESERT = [(23.1, 44.7), (23.9, 45.2), (23.62, 45.9)]
ALPS = [(46.94, 8.56), (46.88, 8.62), (46.82, 8.78)]


@pytest.mark.parametrize(
    ("where", "points", "limits", "speed_m_s", "height_m"),
    [
        ("desert", DESERT, MISSILE, 245.0, 50.0),
        ("desert", DESERT, DRONE, 50.0, 120.0),
        ("alps", ALPS, MISSILE, 245.0, 100.0),
        ("alps", ALPS, DRONE, 50.0, 150.0),
        ("ridge", [(45.5, 10.05), (45.5, 10.95)], DRONE, 50.0, 100.0),
    ],
)
def test_the_wanted_clearance_holds(request, where, points, limits, speed_m_s, height_m):
    """Over real terrain a low flight keeps at least 90 % of its height above ground until it dives."""
    terrain, frame = request.getfixturevalue(where), Frame(*points[0])
    end_m = float(terrain.height_at(*points[-1]))
    flight = fly(route(points, [speed_m_s] * (len(points) - 1), [height_m] * (len(points) - 1),
                       end_height_m=end_m), limits, terrain, frame)
    states = flown(flight)
    cruising = np.linalg.norm(states[:, :3] - states[-1, :3], axis=1) > 4 * height_m / 0.36 + 2000.0
    clear_m = clearances_m(states, frame, terrain)
    assert clear_m[cruising].min() >= 0.9 * height_m
    assert clear_m[~cruising].min() > -5.0
    climb_m_s = np.diff(states[:, 6])[cruising[1:]] / 0.25
    assert np.abs(climb_m_s).max() <= 1.1 * limits.climb_rate_m_s


def test_a_climb_begins_before_the_ridge(ridge):
    """A slow climber leaves its height long before the ridge, and no earlier than it must."""
    flight = fly(route([(45.5, 10.05), (45.5, 10.95)], [50.0], [100.0]), DRONE, ridge, Frame(45.5, 10.5))
    above_m = flight.knots["height_m"] - 200.0
    away_m = np.hypot(flight.knots["x_m"], flight.knots["y_m"])
    climbing_m = away_m[(above_m > 20.0) & (flight.knots["x_m"] < 0)].max()
    assert 800.0 / 3.0 * 50.0 * 0.8 < climbing_m < 800.0 / 3.0 * 50.0 * 1.2


def test_the_lowest_profile_agrees_with_the_naive_twin():
    """Two sweeps find what comparing every sample with every other finds."""
    rng = np.random.default_rng(8)
    wanted_m, rise_m = rng.uniform(0, 500, 200), rng.uniform(1, 20, 199)
    found_m = lowest_profile(wanted_m, rise_m)
    np.testing.assert_allclose(found_m, naive.lowest_profile(wanted_m, rise_m))
    assert np.all(found_m >= wanted_m - 1e-9)
    assert np.all(np.abs(np.diff(found_m)) <= rise_m + 1e-9)


def test_speed_along_the_path_is_the_one_commanded(desert):
    """Between the knots too, a constant speed stays within 1 %, and its mean within 0.01 %."""
    flight = fly(route(DESERT, [245.0, 245.0], [50.0, 50.0]), MISSILE, desert, Frame(23.5, 45.0))
    speed_m_s = np.linalg.norm(flown(flight)[:, 3:6], axis=1)
    np.testing.assert_allclose(speed_m_s[20:-20], 245.0, rtol=1e-2)
    assert speed_m_s.mean() == pytest.approx(245.0, rel=1e-4)


def test_turns_keep_the_class_acceleration(desert):
    """Sideways acceleration stays within the class's, to the 10 % that knots leave at the ends of an arc."""
    level = route(DESERT, [200.0, 200.0], [9000.0, 9000.0], above=False)
    states = flown(fly(level, BOMBER, desert, Frame(23.5, 45.0)))
    pull_m_s2 = np.linalg.norm(np.diff(states[:, 3:5], axis=0), axis=1) / 0.25
    assert 0.9 * 8.0 < pull_m_s2.max() < 1.1 * 8.0


def test_a_change_of_speed_takes_its_time(desert):
    """Between legs of different speed the change is no harder than the stated acceleration."""
    states = flown(fly(route(DESERT, [120.0, 240.0], [5000.0, 5000.0], above=False), BOMBER, desert,
                       Frame(23.5, 45.0)))
    speed_m_s = np.linalg.norm(states[:, 3:6], axis=1)
    assert speed_m_s[10] == pytest.approx(120.0, rel=1e-3)
    assert speed_m_s[-10] == pytest.approx(240.0, rel=1e-3)
    assert np.abs(np.diff(speed_m_s)).max() / 0.25 < 1.2 * SPEED_CHANGE_M_S2


def test_who_dives_ends_at_the_asset_and_who_does_not_above_it(desert):
    """A missile's last knot is the asset itself; a bomber's is its own height over the asset."""
    frame = Frame(23.62, 45.9)
    for limits, height_m in ((MISSILE, 812.0), (BOMBER, 6000.0)):
        flight = fly(route(DESERT, [240.0] * 2, [6000.0] * 2, above=False, end_height_m=812.0), limits, desert, frame)
        last = flight.knots[-1]
        assert last["height_m"] == pytest.approx(height_m, abs=0.01)
        assert np.hypot(last["x_m"], last["y_m"]) < 0.01


def test_a_level_too_low_is_raised_over_the_ground(ridge):
    """A height above the sea that the ridge reaches is left for one that clears it."""
    frame = Frame(45.5, 10.5)
    flight = fly(route([(45.5, 10.05), (45.5, 10.95)], [100.0], [500.0], above=False), BOMBER, ridge, frame)
    states = flown(flight)
    assert states[10, 6] == pytest.approx(500.0, abs=0.5)
    assert clearances_m(states, frame, ridge).min() > 25.0
