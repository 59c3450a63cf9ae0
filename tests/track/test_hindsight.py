"""Hindsight on what the tracker itself puts out: better states, and honest about it."""

import numpy as np
import pytest

from farwatch.records import TRUTH
from farwatch.track import follow, settings
from farwatch.track.evaluate import score
from farwatch.track.hindsight import taken_back, with_hindsight
from farwatch.track.smoothing import smooth
from track import scene

AXES = ("x_m", "y_m", "z_m", "vx_m_s", "vy_m_s", "vz_m_s")


def flown(targets, until_s, step_s=1.0):
    """TRUTH[] of some targets."""
    rows = np.zeros((len(targets), int(until_s / step_s) + 1), TRUTH)
    rows["time_s"] = step_s * np.arange(rows.shape[1])
    rows["target"] = np.arange(len(targets))[:, None]
    for i, target in enumerate(targets):
        for row in rows[i]:
            place, velocity = target(float(row["time_s"]))
            row["x_m"], row["y_m"], row["z_m"] = place
            row["vx_m_s"], row["vy_m_s"], row["vz_m_s"] = velocity
    return rows.ravel()


@pytest.fixture(scope="module")
def turning():
    """STATE[] of twelve targets that turn at up to 3 g, seen by a turning radar, and their TRUTH[]."""
    rng = np.random.default_rng(11)
    turns = [(60.0, 75.0, 30.0), (110.0, 130.0, -15.0)]
    targets = [
        scene.turning((x, y, 7e3), 220.0, [(a + 3 * x / 1e4, b + 3 * x / 1e4, g) for a, b, g in turns])
        for x in (-60e3, -30e3, 20e3, 50e3) for y in (40e3, 80e3, -60e3)
    ]
    site = scene.radar(period_s=5.0)
    plots = scene.observe(site, targets, rng, 200.0)
    return follow(plots, site, settings(association="mht", confirm="existence"), until_s=200.0), flown(targets, 205.0)


def test_hindsight_makes_the_trackers_own_states_better_and_stays_honest(turning):
    """On turns seen by a turning radar errors fall by a fifth at least, velocities more; NEES stays near its mean."""
    states, truth = turning
    live, late = score(states, truth), score(with_hindsight(states), truth)
    assert late.identity.motp_m < 0.8 * live.identity.motp_m
    assert late.siap.velocity_error_m_s < 0.7 * live.siap.velocity_error_m_s
    assert late.position_nees.mean < 3.6
    assert late.position_nees.inside_share > 0.9
    assert late.siap.completeness_share >= live.siap.completeness_share


def test_hindsight_errs_to_the_cautious_side(turning):
    """Rows taken back to their plots keep what they grew less sure by since; smoothed as they are they are surer."""
    states, truth = turning
    late, naive = (score(made, truth).position_nees.inside_share for made in (with_hindsight(states), smooth(states)))
    assert 0.95 < late < 0.99
    assert naive < late


def test_only_the_state_changes(turning):
    """Order, times, names, existence stay as known then; the last row of a track stays whole."""
    states, _ = turning
    order = np.random.default_rng(1).permutation(states.size)
    found = with_hindsight(states[order])
    for name in ("time_s", "serial", "hit_s", "existence_probability", "identity", "truth"):
        np.testing.assert_array_equal(found[name], states[name][order])
    whole = with_hindsight(states)
    for name in AXES:
        np.testing.assert_allclose(found[name], whole[name][order], rtol=1e-9, atol=1e-6)
    for serial in np.unique(states["serial"]):
        last = np.flatnonzero(states["serial"] == serial)[-1]
        assert whole["x_m"][last] == states["x_m"][last]


def test_rows_at_their_plots_are_smoothed_as_the_smoother_does():
    """Where every row stands at its own plot, hindsight is the smoother itself."""
    from track.filtered import fly, track

    times = np.arange(0.0, 100.0, 5.0)
    rng = np.random.default_rng(5)
    rows = track(rng, times, fly(rng, times, 8.0), 8.0, 60.0)
    found, plain = with_hindsight(rows), smooth(rows)
    for name in (*AXES, "covariance"):
        np.testing.assert_allclose(found[name], plain[name], rtol=1e-6, atol=1e-4)


def test_a_plot_between_two_rows_of_another_radar_is_used_at_its_own_time():
    """Radars that hand over at different times bring plots older than rows already told: covariances stay sound."""
    rng = np.random.default_rng(3)
    targets = [scene.straight((-50e3 + 2e4 * i, 30e3, 8e3), (200, 40 * i, 0)) for i in range(4)]
    sites = scene.radars(scene.radar(period_s=5.0), scene.radar(period_s=8.0, x_m=30e3, y_m=20e3, id=1))
    plots = scene.observe(sites, targets, rng, 160.0)
    states = follow(plots, sites, settings(association="mht", confirm="existence"))
    found = with_hindsight(states)
    assert np.linalg.eigvalsh(found["covariance"]).min() > 0.0
    truth = flown(targets, 170.0)
    assert score(found, truth).identity.motp_m < 0.8 * score(states, truth).identity.motp_m


def test_taking_back_undoes_a_straight_line():
    """A row told later than its plot goes back to it; one told at its plot stays."""
    from track.filtered import state, step

    p = np.diag([9.0, 9.0, 9.0, 4.0, 4.0, 4.0])
    ahead = step(3.0)
    row = np.array([state(13.0, ahead @ [1.0, 2.0, 3.0, 10.0, 20.0, 30.0], ahead @ p @ ahead.T, 1)])
    row["hit_s"] = 10.0
    back = taken_back(row)
    np.testing.assert_allclose([back[name][0] for name in AXES], [1.0, 2.0, 3.0, 10.0, 20.0, 30.0])
    np.testing.assert_allclose(back["covariance"][0], p, atol=1e-9)
    assert back["time_s"][0] == 10.0


def test_no_rows_are_no_rows():
    """Nothing in, nothing out."""
    assert with_hindsight(np.zeros(0, follow(np.zeros(0, scene.PLOT), scene.radar()).dtype)).size == 0
