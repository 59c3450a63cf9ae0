"""Late plots wait in order, or change the track as if they had come in time."""

import numpy as np
import pytest

from farwatch.chance import name_id
from farwatch.errors import InputError
from farwatch.records import PLOT
from farwatch.track.consistency import mean_bounds, nees
from farwatch.track.ordering import Known, late_plot, late_update, release, reorder, retrodict
from track.filtered import fly, noise, step
from track.scene import plot, radar, spherical

DENSITY = 30.0
MEASURE, ERROR = np.eye(3, 6), 50.0**2 * np.eye(3)


def rng_of(name, run=0):
    """Luck that belongs to one test and run."""
    return np.random.default_rng([name_id(name), run])


def plots_at(*times):
    """PLOT[n] at these times."""
    rows = np.zeros(len(times), PLOT)
    rows["time_s"] = times
    return rows


def test_a_recording_is_put_in_order():
    """What is no later than the hold comes in order of time, the rest is named, and the hold it takes is told."""
    arrival = [10.0, 11.0, 12.0, 13.0, 20.0]
    found = reorder(plots_at(10.0, 8.5, 11.5, 12.9, 12.0), arrival, hold_s=3.0)
    assert found.plots["time_s"].tolist() == [8.5, 10.0, 11.5, 12.9]
    assert found.late["time_s"].tolist() == [12.0]
    assert found.needed_s == 8.0
    assert reorder(plots_at(10.0, 8.5, 11.5, 12.9, 12.0), arrival, hold_s=8.0).late.size == 0


def test_hand_overs_never_go_back_in_time():
    """Plots delayed by chance are released in order, each once, ready or late; none is older than the last."""
    rng = rng_of("hand over")
    plots = plots_at(*np.sort(rng.uniform(0, 100, 300)))
    arrival = plots["time_s"] + rng.exponential(1.5, plots.size)
    held, horizon_s, ready, late = plots_at(), -np.inf, [], []
    for now_s in np.arange(0.0, 130.0, 0.5):
        arrived = plots[(arrival > now_s - 0.5) & (arrival <= now_s)]
        given = release(held, arrived, horizon_s, now_s, hold_s=2.0)
        held, horizon_s = given.held, given.horizon_s
        ready += given.ready["time_s"].tolist()
        late += given.late["time_s"].tolist()
    assert held.size == 0
    assert ready == sorted(ready)
    assert sorted(ready + late) == plots["time_s"].tolist()
    assert 0 < len(late) < 0.5 * plots.size
    assert set(late) <= set(plots["time_s"][arrival - plots["time_s"] > 2.0])


def test_holding_back_needs_a_sound_hold_and_times():
    """A negative hold, other records and arrivals of another number are refused."""
    with pytest.raises(InputError, match="hold_s"):
        reorder(plots_at(1.0), [1.0], -1.0)
    with pytest.raises(InputError, match="arrival_s"):
        reorder(plots_at(1.0), [1.0, 2.0], 1.0)
    with pytest.raises(InputError, match="PLOT"):
        release(plots_at(), np.zeros(2), 0.0, 1.0, 1.0)


def predicted(known, time_s):
    """The textbook's prediction."""
    f, q = step(time_s - known.time_s), noise(time_s - known.time_s, DENSITY)
    return Known(time_s, f @ known.mean, f @ known.covariance @ f.T + q)


def updated(known, z):
    """The textbook's update with a place."""
    gain = known.covariance @ MEASURE.T @ np.linalg.inv(MEASURE @ known.covariance @ MEASURE.T + ERROR)
    p = (np.eye(6) - gain @ MEASURE) @ known.covariance
    return Known(known.time_s, known.mean + gain @ (z - MEASURE @ known.mean), (p + p.T) / 2)


def late_case(rng, lags, delay_share=0.5):
    """A track's history from before the late plot on, the late place, what in-order processing gives, and truth."""
    times = np.arange(0.0, 40.0 + 5.0 * lags, 5.0)
    last = times.size - 1 - lags  # last update before the late plot
    late_s = times[last] + 5.0 * delay_share
    every = np.sort(np.append(times, late_s))
    truth = fly(rng, every, DENSITY)
    places = truth[:, :3] + rng.normal(size=(every.size, 3)) * 50.0
    begin = np.concatenate([places[0], truth[0, 3:] + rng.normal(size=3) * 20.0])
    exact = Known(0.0, begin, np.diag([2500.0] * 3 + [400.0] * 3))
    history = [exact]
    for k in range(1, every.size):
        exact = updated(predicted(exact, every[k]), places[k])
        if every[k] != late_s:
            history.append(updated(predicted(history[-1], every[k]), places[k]))
    late = int(np.searchsorted(every, late_s))
    return history[last:], (late_s, places[late]), exact, truth[-1]


def taken(history, late):
    """The late place taken up."""
    then = retrodict(history, late[0], DENSITY)
    return late_update(history[-1], then, late[1] - then.mean[:3], MEASURE, ERROR)


@pytest.mark.parametrize("lags", [1, 2, 5])
@pytest.mark.parametrize("delay_share", [0.01, 0.3, 0.9])
def test_a_late_update_equals_having_had_the_plot_in_time(lags, delay_share):
    """However many updates came between, mean and covariance are those of processing in order, to rounding."""
    history, late, exact, _ = late_case(rng_of("lags", lags), lags, delay_share)
    found = taken(history, late)
    np.testing.assert_allclose(found.mean, exact.mean, rtol=1e-9, atol=1e-6)
    np.testing.assert_allclose(found.covariance, exact.covariance, rtol=1e-8, atol=1e-6)


def test_two_states_are_algorithm_a1():
    """With the states before and after alone, one lag: Bar-Shalom's closed form with the retrodicted noise."""
    (past, now), (late_s, _), _, _ = late_case(rng_of("a1"), 1)
    f, q = step(now.time_s - past.time_s), noise(now.time_s - past.time_s, DENSITY)
    ahead = f @ past.covariance @ f.T + q
    back, since = np.linalg.inv(step(now.time_s - late_s)), noise(now.time_s - late_s, DENSITY)
    s = MEASURE @ ahead @ MEASURE.T + ERROR
    learned = MEASURE.T @ np.linalg.solve(s, MEASURE)
    gain = ahead @ MEASURE.T @ np.linalg.inv(s)
    innovation = np.linalg.lstsq(gain, now.mean - f @ past.mean, rcond=None)[0]
    mean = back @ (now.mean - since @ MEASURE.T @ np.linalg.solve(s, innovation))
    p_vv, p_xv = since - since @ learned @ since, since - ahead @ learned @ since
    covariance = back @ (now.covariance + p_vv - p_xv - p_xv.T) @ back.T
    then = retrodict([past, now], late_s, DENSITY)
    np.testing.assert_allclose(then.mean, mean, rtol=1e-8, atol=1e-6)
    np.testing.assert_allclose(then.covariance, covariance, rtol=1e-7, atol=1e-6)
    np.testing.assert_allclose(then.cross, (now.covariance - p_xv) @ back.T, rtol=1e-7, atol=1e-6)


@pytest.mark.parametrize("lags", [2, 3, 5])
def test_two_states_over_more_lags_are_nearly_exact(lags):
    """With updates between left out, deviations are within 3 % of the exact ones and means within 0.4 of them."""
    for run in range(10):
        history, late, exact, _ = late_case(rng_of("left out", run), lags)
        found = taken([history[0], history[-1]], late)
        ratio = np.sqrt(np.diag(found.covariance) / np.diag(exact.covariance))
        assert abs(ratio - 1.0).max() < 0.03
        assert (abs(found.mean - exact.mean) / np.sqrt(np.diag(exact.covariance))).max() < 0.4


def test_late_updates_stay_honest_where_stepping_back_without_noise_does_not():
    """Over 400 tracks with plots two lags late the NEES is in its bounds; without the noise it is above."""
    runs, fair, short, bold = 400, [], [], []
    for run in range(runs):
        history, late, _, truth = late_case(rng_of("honest", run), 2)
        now = history[-1]
        for squares, states in ((fair, history), (short, [history[0], now])):
            found = taken(states, late)
            squares.append(nees(found.mean - truth, found.covariance))
        f = step(late[0] - now.time_s)
        stepped = updated(Known(late[0], f @ now.mean, f @ now.covariance @ f.T), late[1])
        back = np.linalg.inv(f)
        bold.append(nees(back @ stepped.mean - truth, back @ stepped.covariance @ back.T))
    low, high = mean_bounds(runs, 6, 0.999)
    assert low < np.mean(fair) < high
    assert low < np.mean(short) < high
    assert np.mean(bold) > high


def test_a_late_plot_of_a_radar_is_taken_up():
    """Range, azimuth and elevation of a late plot, across north too, bring the state nearer by what they tell."""
    rng, site = rng_of("plot"), radar(x_m=1e3)[0]
    history, (late_s, _), _, _ = late_case(rng, 2)
    shift = np.array([0.0, 9e4, 0.0, 0.0, 0.0, 0.0]) - history[-1].mean * [1, 1, 0, 0, 0, 0]
    history = [known._replace(mean=known.mean + shift) for known in history]
    now, then = history[-1], retrodict(history, late_s, DENSITY)
    seen = plot(site, 0, late_s, spherical(site, then.mean[:3]), (30.0, 0.0005, 0.0005), 0, rng, 1.0, 0)
    seen["range_m"], seen["azimuth_rad"] = spherical(site, then.mean[:3])[0] + 40.0, seen["azimuth_rad"] + 2 * np.pi
    found = late_plot(history, seen, site, DENSITY)
    assert np.linalg.norm(found.mean[:3] - now.mean[:3]) < 200.0
    assert found.mean[1] > now.mean[1]  # farther out, as measured
    assert (np.diag(found.covariance) < np.diag(now.covariance)).all()
    seen["elevation_sigma_rad"] = 0.0
    flat = late_plot(history, seen, site, DENSITY)
    assert flat.covariance[2, 2] == pytest.approx(now.covariance[2, 2], rel=0.05)


def test_a_plot_of_this_moment_is_an_ordinary_update():
    """A plot of the track's own time changes it as the textbook does."""
    history, _, _, _ = late_case(rng_of("moment"), 1)
    place = history[-1].mean[:3] + 30.0
    found, expected = taken(history, (history[-1].time_s, place)), updated(history[-1], place)
    np.testing.assert_allclose(found.mean, expected.mean)
    np.testing.assert_allclose(found.covariance, expected.covariance, atol=1e-6)


def test_times_must_be_in_order():
    """A plot from before the remembered states, or from after the track, is refused."""
    history, _, _, _ = late_case(rng_of("order"), 1)
    for time_s in (history[0].time_s - 1.0, history[-1].time_s + 1.0):
        with pytest.raises(InputError, match="ascend"):
            retrodict(history, time_s, DENSITY)
    with pytest.raises(InputError, match="ascend"):
        retrodict(history[::-1], history[0].time_s, DENSITY)
    with pytest.raises(InputError, match="ascend"):
        retrodict([], 0.0, DENSITY)
