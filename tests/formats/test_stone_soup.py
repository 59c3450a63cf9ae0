"""What goes to Stone Soup means the same there, and comes back as it was."""

from datetime import datetime, timedelta
from math import pi

import numpy as np
import pytest

from farwatch.chance import name_id
from farwatch.errors import InputError
from farwatch.formats import stone_soup
from farwatch.records import PLOT, RADAR, STATE, TRUTH
from track.filtered import AXES, vectors
from track.scene import radar, radars, spherical

soup = pytest.importorskip("stonesoup", reason="Stone Soup is not installed")

EPOCH = datetime(2024, 5, 1, 23, 59, 58)  # noqa: DTZ001 - Stone Soup's times are naive
MICROSECOND = 0.6e-6
TILTED = np.array([[0.0, 0.8, 0.6], [-1.0, 0.0, 0.0], [0.0, -0.6, 0.8]])


def rng_of(name):
    """Luck that belongs to one test."""
    return np.random.default_rng(name_id(name))


def sites():
    """Two radars, one far off whose vertical leans."""
    lean = np.array([[1.0, 0.0, 0.0], [0.0, np.cos(0.02), -np.sin(0.02)], [0.0, np.sin(0.02), np.cos(0.02)]])
    return radars(radar(x_m=1e3, y_m=-4e3, z_m=70.0), radar(x_m=9e4, z_m=-600.0, to_local=lean @ TILTED))


def some_plots(rng, count=40, *, doppler=False, elevation=True):
    """PLOT[n] without noise of targets at rest, and where these are, f8[n, 3]."""
    where, plots = sites(), np.zeros(count, PLOT)
    at = np.column_stack([rng.uniform(-8e4, 8e4, (count, 2)), rng.uniform(1e3, 1.2e4, count)])
    plots["time_s"] = np.sort(rng.uniform(0, 100, count))
    plots["radar_index"] = rng.integers(0, 2, count)
    plots["radar_index"][:2] = 0, 1
    for plot, place in zip(plots, at, strict=True):
        plot["range_m"], plot["azimuth_rad"], plot["elevation_rad"] = spherical(where[plot["radar_index"]], place)
    plots["azimuth_rad"] %= 2 * pi
    plots["range_sigma_m"], plots["azimuth_sigma_rad"], plots["elevation_sigma_rad"] = 30.0, 0.002, 0.003
    if not elevation:
        plots["elevation_rad"] = plots["elevation_sigma_rad"] = 0.0
    if doppler:
        plots["doppler_m_s"], plots["doppler_sigma_m_s"] = rng.normal(size=count) * 100, 1.5
    plots["mode_a"], plots["truth"], plots["snr"] = 1234, rng.integers(-1, 5, count), 20.0
    return plots, at


@pytest.mark.parametrize("doppler", [False, True])
@pytest.mark.parametrize("elevation", [False, True])
def test_plots_come_back(doppler, elevation):
    """Every measured number, deviation and code of a plot, and the sites, survive the way there and back."""
    plots, _ = some_plots(rng_of("back"), doppler=doppler, elevation=elevation)
    where = sites()
    if not elevation and not doppler:  # a plane has no tilt and no height there
        where["to_local"], where["z_m"] = np.eye(3), 0.0
    found = stone_soup.plots_from(stone_soup.detections_of(plots, where, EPOCH), EPOCH)
    for name in PLOT.names:
        np.testing.assert_allclose(found.plots[name], plots[name], atol=MICROSECOND, rtol=1e-12, err_msg=name)
    for name in ("x_m", "y_m", "z_m", "to_local"):
        np.testing.assert_allclose(found.radars[name], where[name], atol=1e-9, err_msg=name)


def test_a_detection_lies_where_the_plot_does():
    """Stone Soup's own inverse puts each detection at the target, whatever the radar's attitude."""
    plots, at = some_plots(rng_of("where"))
    for detection, place in zip(stone_soup.detections_of(plots, sites(), EPOCH), at, strict=True):
        there = detection.measurement_model.inverse_function(detection)
        np.testing.assert_allclose(np.asarray(there, float).ravel()[[0, 2, 4]], place, atol=1e-5)


def test_a_simulated_detection_becomes_the_plot():
    """A target due east of a sensor, moving away: azimuth 90 degrees, range rate positive, time from the epoch."""
    from stonesoup.models.measurement.nonlinear import CartesianToElevationBearingRangeRate
    from stonesoup.types.detection import Detection
    from stonesoup.types.state import State

    model = CartesianToElevationBearingRangeRate(
        6, (0, 2, 4), np.diag([0.003, 0.002, 30.0, 1.0]) ** 2, translation_offset=np.array([[1e3], [2e3], [0.0]])
    )
    moment = EPOCH + timedelta(seconds=5.25)
    seen = model.function(State([[51e3], [100.0], [2e3], [0.0], [0.0], [0.0]], timestamp=moment), noise=False)
    found = stone_soup.plots_from([Detection(seen, moment, measurement_model=model)], EPOCH)
    plot = found.plots[0]
    assert plot["azimuth_rad"] == pytest.approx(pi / 2)
    assert (plot["range_m"], plot["doppler_m_s"], plot["time_s"]) == pytest.approx((50e3, 100.0, 5.25))
    assert (plot["range_sigma_m"], plot["azimuth_sigma_rad"], plot["elevation_sigma_rad"]) == pytest.approx(
        (30.0, 0.002, 0.003)
    )
    assert plot["truth"] == -1
    assert found.radars["x_m"].tolist() == [1e3]


def test_a_plane_has_ground_range_where_height_is_known():
    """A radar without elevation and a plot with a height: range over the plane; without one, as it is."""
    plots = np.zeros(2, PLOT)
    plots["range_m"], plots["range_sigma_m"], plots["azimuth_sigma_rad"] = 5000.0, 10.0, 0.01
    plots["height_m"][0], plots["height_sigma_m"][0] = 3000.0, 50.0
    found = [float(d.state_vector[1]) for d in stone_soup.detections_of(plots, radar(), EPOCH)]
    assert found == pytest.approx([4000.0, 5000.0])


def test_truth_comes_back():
    """Paths keep targets, times, places and velocities; a plane path has height 0; no rates are NaN."""
    rng, rows = rng_of("truth"), np.zeros(30, TRUTH)
    rows["target"], rows["time_s"] = np.repeat([3, 7, 9], 10), np.tile(np.arange(10.0), 3)
    for name in AXES:
        rows[name] = rng.normal(size=30) * 1e4
    paths = stone_soup.paths_of(rows, EPOCH)
    assert [path.id for path in paths] == ["3", "7", "9"]
    woven = np.asarray(paths[0][0].state_vector, float).ravel()
    np.testing.assert_array_equal(woven, vectors(rows)[0][[0, 3, 1, 4, 2, 5]])
    found = stone_soup.truth_from(paths, EPOCH)
    for name in TRUTH.names:
        np.testing.assert_allclose(found[name], rows[name], atol=MICROSECOND, err_msg=name)
    flat = stone_soup.truth_from(paths, EPOCH, (0, 2, 1, 3))
    assert (flat["z_m"] == 0).all()
    np.testing.assert_array_equal(flat["vy_m_s"], rows["vy_m_s"])
    assert np.isnan(stone_soup.truth_from(paths, EPOCH, (0, 2, 4))["vx_m_s"]).all()


def test_tracks_come_back():
    """Serials, times, states and covariances survive; Stone Soup's filter can go on from them."""
    rng, rows = rng_of("tracks"), np.zeros(20, STATE)
    rows["serial"], rows["time_s"] = np.tile([4, 11], 10), np.repeat(np.arange(10.0), 2)
    for name in AXES:
        rows[name] = rng.normal(size=20) * 1e3
    root = rng.normal(size=(20, 6, 12))
    rows["covariance"] = root @ np.swapaxes(root, 1, 2)
    rows["position_sigma_m"] = np.sqrt(np.diagonal(rows["covariance"], axis1=1, axis2=2)[:, :3].max(axis=1))
    tracks = stone_soup.tracks_of(rows, EPOCH)
    found = stone_soup.states_from(tracks, EPOCH, existence={"11": 0.7})
    for name in ("serial", "time_s", "covariance", "position_sigma_m", *AXES):
        np.testing.assert_allclose(found[name], rows[name], atol=MICROSECOND, err_msg=name)
    assert set(found["existence_probability"][found["serial"] == 11]) == {0.7}
    assert (found["born_s"] == 0.0).all()

    from stonesoup.models.transition.linear import CombinedLinearGaussianTransitionModel, ConstantVelocity
    from stonesoup.predictor.kalman import KalmanPredictor

    model = CombinedLinearGaussianTransitionModel([ConstantVelocity(0.0)] * 3)
    ahead = KalmanPredictor(model).predict(tracks[0][-1], timestamp=tracks[0][-1].timestamp + timedelta(seconds=2))
    last = vectors(rows[rows["serial"] == 4])[-1]
    np.testing.assert_allclose(np.asarray(ahead.mean, float).ravel()[[0, 2, 4]], last[:3] + 2 * last[3:])


def test_a_stone_soup_track_becomes_states():
    """A track of Stone Soup's own filter on our detections: updates are hits, predictions are not."""
    from stonesoup.models.transition.linear import CombinedLinearGaussianTransitionModel, ConstantVelocity
    from stonesoup.predictor.kalman import ExtendedKalmanPredictor
    from stonesoup.types.hypothesis import SingleHypothesis
    from stonesoup.types.state import GaussianState
    from stonesoup.types.track import Track
    from stonesoup.updater.kalman import ExtendedKalmanUpdater

    plots = np.zeros(5, PLOT)
    plots["time_s"], plots["range_m"], plots["azimuth_rad"] = np.arange(5.0), 5e4 + 100 * np.arange(5.0), 0.3
    plots["elevation_rad"] = 0.1
    plots["range_sigma_m"], plots["azimuth_sigma_rad"], plots["elevation_sigma_rad"] = 20.0, 0.001, 0.001
    model = CombinedLinearGaussianTransitionModel([ConstantVelocity(1.0)] * 3)
    predictor, updater = ExtendedKalmanPredictor(model), ExtendedKalmanUpdater()
    detections = stone_soup.detections_of(plots, radar(), EPOCH)
    begin = detections[0].measurement_model.inverse_function(detections[0])
    track = Track([GaussianState(begin, np.diag([1e4] * 6), timestamp=EPOCH)])
    for detection in detections[1:]:
        ahead = predictor.predict(track[-1], timestamp=detection.timestamp)
        track.append(updater.update(SingleHypothesis(ahead, detection)))
    track.append(predictor.predict(track[-1], timestamp=EPOCH + timedelta(seconds=9)))
    states = stone_soup.states_from([track], EPOCH)
    assert states["time_s"].tolist() == [0.0, 1.0, 2.0, 3.0, 4.0, 9.0]
    assert states["hit_s"].tolist() == [0.0, 1.0, 2.0, 3.0, 4.0, 4.0]
    away = np.array([np.sin(0.3) * np.cos(0.1), np.cos(0.3) * np.cos(0.1), np.sin(0.1)])
    assert np.dot(vectors(states)[4][:3], away) == pytest.approx(50400.0, abs=60.0)
    assert np.dot(vectors(states)[4][3:], away) == pytest.approx(100.0, abs=15.0)


def test_models_that_mean_something_else_are_refused():
    """Every detection of an unknown kind is named; so is a mapping of the wrong length."""
    from stonesoup.models.measurement.linear import LinearGaussian
    from stonesoup.types.detection import Detection

    odd = Detection([[1.0]], EPOCH, measurement_model=LinearGaussian(6, (0,), np.eye(1)))
    with pytest.raises(InputError) as caught:
        stone_soup.plots_from([odd, Detection([[1.0]], EPOCH)], EPOCH)
    assert [problem.value for problem in caught.value.problems] == ["LinearGaussian", "NoneType"]
    with pytest.raises(InputError, match="mapping"):
        stone_soup.truth_from([], EPOCH, (0,))
    with pytest.raises(InputError, match="mapping"):
        stone_soup.states_from([], EPOCH, (0, 2, 4))
    assert stone_soup.plots_from([], EPOCH).plots.size == 0
    assert stone_soup.plots_from([], EPOCH).radars.dtype == RADAR
