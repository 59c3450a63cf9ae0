"""Hindsight makes tracks better, by exactly as much as it says."""

import numpy as np
import pytest

from farwatch.chance import name_id
from farwatch.errors import InputError
from farwatch.records import STATE
from farwatch.track.consistency import mean_bounds, nees
from farwatch.track.smoothing import Smoothing, smooth
from track.filtered import AXES, fly, noise, step, track, vectors

TIMES = np.arange(0.0, 160.0, 5.0)
DENSITY = 8.0  # pushes of 1 m/s2


def rng_of(name, run=0):
    """Luck that belongs to one test and run."""
    return np.random.default_rng([name_id(name), run])


def batch(truth, rng, sigma_m):
    """All plots and all motion of one target solved at once: means f8[n, 6] and covariances, and the plots' luck."""
    plots = truth[:, :3] + rng.normal(size=(len(TIMES), 3)) * sigma_m
    n = len(TIMES)
    information, side = np.zeros((6 * n, 6 * n)), np.zeros(6 * n)
    for k in range(n):
        at = slice(6 * k, 6 * k + 3)
        information[at, at] += np.eye(3) / sigma_m**2
        side[at] += plots[k] / sigma_m**2
        if k:
            both = slice(6 * k - 6, 6 * k + 6)
            row = np.hstack([-step(TIMES[k] - TIMES[k - 1]), np.eye(6)])
            q = noise(TIMES[k] - TIMES[k - 1], DENSITY)
            information[both, both] += row.T @ np.linalg.solve(q, row)
    information[3:6, 3:6] += np.eye(3) / 300.0**2
    covariance = np.linalg.inv(information)
    mean = (covariance @ side).reshape(n, 6)
    return mean, np.array([covariance[6 * k : 6 * k + 6, 6 * k : 6 * k + 6] for k in range(n)])


@pytest.mark.parametrize("given", [True, False])
def test_smoothing_equals_solving_for_everything_at_once(given):
    """For a filter of one model the smoothed rows are the batch solution, noise given or read off the rows."""
    truth = fly(rng_of("batch"), TIMES, DENSITY)
    rows = track(rng_of("batch", 1), TIMES, truth, DENSITY, 60.0)
    mean, covariance = batch(truth, rng_of("batch", 1), 60.0)
    found = smooth(rows, Smoothing(acceleration_m_s2=1.0 if given else None))
    tight = 1e-6 if given else 0.02
    np.testing.assert_allclose(vectors(found), mean[1:], atol=1e-3 if given else 0.5, rtol=1e-5)
    sigma = np.sqrt(np.diagonal(found["covariance"], axis1=1, axis2=2))
    np.testing.assert_allclose(sigma, np.sqrt(np.diagonal(covariance, axis1=1, axis2=2))[1:], rtol=tight)


@pytest.mark.slow
def test_hindsight_is_honest():
    """Over 60 flights that obey the model smoothed NEES lies in its bounds at every third row, and errors shrink."""
    runs, kept = 60, slice(3, -1, 3)
    squares, before, after = [], [], []
    for run in range(runs):
        rng = rng_of("honest", run)
        truth = fly(rng, TIMES, DENSITY)
        rows = track(rng, TIMES, truth, DENSITY, 60.0)
        better = smooth(rows)
        gap = vectors(better) - truth[1:]
        squares.append(nees(gap, better["covariance"])[kept])
        before.append((vectors(rows) - truth[1:])[kept])
        after.append(gap[kept])
    low, high = mean_bounds(runs, 6, 0.9999)
    each = np.mean(squares, axis=0)
    assert ((low < each) & (each < high)).all()
    rms = [np.sqrt((np.array(e)[..., part] ** 2).mean()) for e in (before, after) for part in (slice(3), slice(3, 6))]
    assert rms[2] < 0.8 * rms[0]
    assert rms[3] < 0.6 * rms[1]


def weaving(rng):
    """A target that flies straight, turns at 3 g, and flies straight again, f8[n, 6]."""
    fine = np.arange(0.0, 160.0, 0.1)
    rate = np.where((fine > 60) & (fine < 75), 30.0 / 250.0, np.where((fine > 100) & (fine < 110), -30.0 / 250.0, 0.0))
    course = rng.uniform(0, 2 * np.pi) + np.cumsum(rate) * 0.1
    velocity = 250.0 * np.stack([np.sin(course), np.cos(course), 0 * fine], axis=1)
    place = np.cumsum(velocity, axis=0) * 0.1 + [0.0, 0.0, 8e3]
    return np.hstack([place, velocity])[::50][: len(TIMES)]


def test_manoeuvres_are_followed():
    """On 3 g turns, against a filter loose enough to follow, places get better and velocities twice as good."""
    before, after, squares = [], [], []
    for run in range(20):
        rng = rng_of("turn", run)
        truth = weaving(rng)
        rows = track(rng, TIMES, truth, 2 * 15.0**2 * 4, 60.0)
        better = smooth(rows)
        before.append((vectors(rows) - truth[1:])[2:-1])
        after.append((vectors(better) - truth[1:])[2:-1])
        squares.append(nees(after[-1], better["covariance"][2:-1]))
    place, velocity = (
        np.sqrt((np.array(after)[..., part] ** 2).sum() / (np.array(before)[..., part] ** 2).sum())
        for part in (slice(3), slice(3, 6))
    )
    assert place < 0.92
    assert velocity < 0.6
    assert np.mean(squares) < 6.5
    assert np.percentile(squares, 99) < 40.0


def test_a_sudden_jump_loosens_the_step():
    """A filter far too stiff for a turn jumps after it: the smoother sees the push and does not cut the corner hard."""
    rng = rng_of("jump")
    truth = weaving(rng)
    rows = track(rng, TIMES, truth, 40.0, 60.0)
    stiff = smooth(rows, Smoothing(acceleration_m_s2=0.2))
    loose = smooth(rows)
    gaps = [np.sqrt(((vectors(s) - truth[1:])[:, :2] ** 2).sum(axis=1)).mean() for s in (stiff, loose)]
    assert gaps[1] < gaps[0]


def test_tracks_do_not_mix():
    """Rows of two tracks, shuffled, come back in their order, each as if smoothed alone; other fields are untouched."""
    one = track(rng_of("mix"), TIMES, fly(rng_of("mix", 1), TIMES, DENSITY), DENSITY, 60.0, 5)
    other = track(rng_of("mix", 2), TIMES, fly(rng_of("mix", 3), TIMES, DENSITY), DENSITY, 60.0, 3)
    order = rng_of("mix", 4).permutation(2 * one.size)
    both = np.concatenate([one, other])[order]
    found = smooth(both)
    expected = np.concatenate([smooth(one), smooth(other)])[order]
    for name in (*AXES, "covariance", "position_sigma_m"):
        np.testing.assert_allclose(found[name], expected[name], rtol=1e-9)
    for name in ("time_s", "serial", "hit_s", "existence_probability"):
        np.testing.assert_array_equal(found[name], both[name])


def test_the_last_row_and_repeated_times_stay():
    """Nothing is known after the last row; two rows of one time become the later one."""
    rows = track(rng_of("last"), TIMES, fly(rng_of("last", 1), TIMES, DENSITY), DENSITY, 60.0)
    found = smooth(rows)
    np.testing.assert_array_equal(found[-1], rows[-1])
    doubled = np.concatenate([rows[:4], rows[3:]])
    twice = smooth(doubled)
    np.testing.assert_allclose(vectors(twice)[3], vectors(twice)[4], rtol=1e-6)
    assert smooth(rows[:1]).size == 1
    assert smooth(rows[:0]).size == 0


def test_rows_without_covariance_are_refused():
    """A track file that carries no covariance cannot be smoothed."""
    with pytest.raises(InputError, match="positive definite"):
        smooth(np.zeros(3, STATE))
    with pytest.raises(InputError, match="STATE"):
        smooth(np.zeros(3))
