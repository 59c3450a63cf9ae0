"""The unscented filter against the linearised one, where they must agree and where they must not."""

import numpy as np
import pytest

from farwatch.track import filter as linear
from farwatch.track import motion_models, unscented
from farwatch.track.consistency import mean_bounds
from track.beliefs import belief_for, fill, see, started, tracker_of
from track.scene import radar
from track.test_filter import MIXED, a_sight, rng_of


def test_prediction_agrees_where_motion_is_linear():
    """Straight and accelerating models, mixed: points and matrices give the same prediction."""
    tracker = tracker_of(("velocity", 1.0, 4.0), ("singer", 20.0, 8.0))
    belief = fill(belief_for(tracker), rng_of("points"), tracker)
    other = belief.copy()
    linear.predict(belief, 107.0, tracker[0])
    linear.combine(belief)
    unscented.predict(other, 107.0, tracker[0], unscented.new_room(9))
    np.testing.assert_allclose(other["x"], belief["x"], rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(other["p"], belief["p"], rtol=1e-7, atol=1e-6)


def test_a_mission_track_is_predicted_alike():
    """A TRACK's pair of models is what the unscented filter moves, too."""
    from farwatch.track import settings
    from track.test_filter import a_track

    track = a_track(rng_of("pair of points"))
    other = track.copy()
    linear.predict(track, 104.0, settings()[0])
    linear.combine(track)
    unscented.predict(other, 104.0, settings()[0], unscented.new_room(6))
    np.testing.assert_allclose(other["p"], track["p"], rtol=1e-7, atol=1e-6)


@pytest.mark.parametrize("doppler_sigma_m_s", [0.0, 2.0])
def test_updates_agree_where_curvature_is_small(doppler_sigma_m_s):
    """A settled track far away, turning slowly: both filters give nearly the same state, covariance and weights."""
    rng, site, tracker = rng_of("far"), radar()[0], tracker_of(*MIXED)
    belief = fill(belief_for(tracker), rng, tracker, 60.0)
    sight = see(site, rng, 100.0, belief["mean"].copy(), (50.0, 0.001, 0.001), doppler_sigma_m_s)[1]
    other = belief.copy()
    linear.update(belief, sight)
    unscented.update(other, sight, unscented.new_room(10))
    size = np.sqrt(np.einsum("mii->mi", belief["p"])) + 1e-9
    np.testing.assert_allclose((other["x"] - belief["x"]) / size, 0.0, atol=0.02)
    np.testing.assert_allclose((other["p"] - belief["p"]) / size[:, :, None] / size[:, None, :], 0.0, atol=0.02)
    np.testing.assert_allclose(other["weight"], belief["weight"], atol=0.01)


def close_pass(rng, points):
    """A target that passes a radar at 3 km with azimuth known to 6 degrees: NEES and squared error by look."""
    site, tracker = radar()[0], tracker_of(("velocity", 2.0, 4.0))
    room = unscented.new_room(7)
    truth = np.array([-6e3, 2.5e3, 1.5e3, 150.0, 0.0, 0.0]) + rng.normal(size=6) * [300, 300, 100, 10, 10, 2]
    belief, found = None, []
    for look in range(40):
        when = 2.0 * look
        sight = see(site, rng, when, truth, (15.0, 0.1, 0.02))[1]
        if belief is None:
            belief = started(sight, tracker, 600.0)
        elif points:
            unscented.predict(belief, when, tracker[0], room)
            unscented.update(belief, sight, room)
        else:
            linear.predict(belief, when, tracker[0])
            linear.update(belief, sight)
        error = belief["x"][0][:6] - truth
        found.append([error @ np.linalg.solve(belief["p"][0][:6, :6], error), (error[:3] ** 2).sum()])
        noise = np.zeros((7, 7))
        motion_models.flow(truth, 2.0, tracker[0], 0)
        motion_models.disturb(truth, noise, 2.0, tracker[0], 0)
        motion_models.mirror(noise)
        truth = truth + np.linalg.cholesky(noise[:6, :6]) @ rng.normal(size=6)
    return np.array(found)


def test_points_are_better_where_angles_are_poor(scale):
    """Close range and large azimuth noise: the unscented filter is more accurate and more honest than the linear."""
    runs = max(int(150 * scale), 4)
    bent = np.mean([close_pass(rng_of(f"pass {k}"), True) for k in range(runs)], axis=0)[5:]
    straight = np.mean([close_pass(rng_of(f"pass {k}"), False) for k in range(runs)], axis=0)[5:]
    assert bent[:, 1].mean() < straight[:, 1].mean()
    assert abs(bent[:, 0].mean() - 6.0) < abs(straight[:, 0].mean() - 6.0)


def test_points_are_honest(scale):
    """Mean NEES of the unscented filter in ordinary geometry lies in its 99.9 % interval."""
    rng, runs = rng_of("honest points"), max(int(150 * scale), 12)
    site, tracker, room = radar()[0], tracker_of(("turn", 1.0, 60.0, 0.03)), unscented.new_room(7)
    found = []
    for _ in range(runs):
        truth = np.array([4e4, 3e4, 8e3, *rng.normal(size=3) * 200.0, rng.normal() * 0.03])
        for look in range(12):
            sight = see(site, rng, 4.0 * look, truth, (30.0, 1e-3, 1e-3))[1]
            if look == 0:
                belief = started(sight, tracker, 600.0)
            else:
                unscented.predict(belief, 4.0 * look, tracker[0], room)
                unscented.update(belief, sight, room)
            last = truth.copy()
            motion_models.flow(truth, 4.0, tracker[0], 0)
            noise = np.zeros((7, 7))
            motion_models.disturb(truth, noise, 4.0, tracker[0], 0)
            motion_models.mirror(noise)
            truth = truth + np.linalg.cholesky(noise + 1e-12 * np.eye(7)) @ rng.normal(size=7)
        error = belief["x"][0] - last
        found.append(error @ np.linalg.solve(belief["p"][0], error))
    low, high = mean_bounds(runs, 7, 1 - 1e-3)
    assert low < np.mean(found) < high, (np.mean(found), low, high)


def test_factors_and_reflections():
    """A factor times its transpose is the matrix, singular or not; reflections keep A A' and leave it triangular."""
    rng = rng_of("factors")
    root = rng.normal(size=(5, 3))
    p, factor = root @ root.T, np.zeros((5, 5))
    unscented.factorise(p, factor)
    np.testing.assert_allclose(factor @ factor.T, p, atol=1e-9)
    a = rng.normal(size=(4, 9))
    before = a @ a.T
    unscented.triangularise(a, 4, 9)
    lower = np.tril(a[:, :4])
    np.testing.assert_allclose(lower @ lower.T, before, atol=1e-12)
    out = np.zeros((3, 3))
    unscented.square(out, a, 1, 1)
    np.testing.assert_allclose(out, np.tril(a[1:, 1:4]) @ np.tril(a[1:, 1:4]).T)


def test_points_keep_the_moments_they_come_from():
    """Spread along the factor and gathered again, points give back mean and covariance; a plot's parts are as taken."""
    tracker = tracker_of(("turn", 1.0, 60.0, 0.03))
    belief = fill(belief_for(tracker), rng_of("moments"), tracker)
    x, p, room = belief["x"][0], belief["p"][0], unscented.new_room(7)
    unscented.scatter(x, p, room)
    unscented.gather(room, 0, 7, 0, 7)
    np.testing.assert_allclose(room.means[:7], x, rtol=1e-12)
    deviations = room.array[:7, :15]
    np.testing.assert_allclose(deviations @ deviations.T, p, rtol=1e-9, atol=1e-9)
    _, sight = a_sight(radar()[0], rng_of("parts"))
    point = np.zeros(11)
    r, s, c = sight["range_m"], sight["sin_elevation"], sight["cos_elevation"]
    for i, axis in enumerate("xyz"):
        point[i] = r * (c * sight[f"ahead_{axis}"] + s * sight[f"up_{axis}"])
        point[i + 3] = 7.0 * point[i] / r
    unscented.measure(point, 7, sight)
    parts = [unscented.seen(sight, c) for c in range(4)]
    np.testing.assert_allclose(point[7:], [r, 0.0, parts[2][0], 7.0], atol=1e-9)
    assert [part[1] > 0 for part in parts] == [True, True, True, False]
    assert unscented.correct(x, p, sight, room)[0] > 0.0
