"""The filter against its textbook twin, and against its own promise of uncertainty."""

import numpy as np
import pytest

from farwatch.chance import name_id
from farwatch.records import TRACK
from farwatch.track import correction, mixing, motion_models, settings
from farwatch.track import filter as kernels
from farwatch.track.consistency import mean_bounds
from farwatch.track.prepare import Motion
from farwatch.track.sight import SIGHT, take
from naive import tracking as naive
from track.beliefs import belief_for, fill, see, started, tracker_of
from track.scene import plot, radar, spherical, turning

ACCELERATIONS = (0.2, 20.0)
TILTED = np.array([[0.0, 0.8, 0.6], [-1.0, 0.0, 0.0], [0.0, -0.6, 0.8]])


def pushes(cruise, manoeuvre):
    """Motion of a pair that allows for these pushes."""
    return Motion(cruise_acceleration_m_s2=cruise, manoeuvre_acceleration_m_s2=manoeuvre)


def rng_of(name):
    """Luck that belongs to one test."""
    return np.random.default_rng(name_id(name))


def a_track(rng, position_sigma_m=500.0):
    """A track with two models that differ, full covariances and a place about 100 km out."""
    track = np.zeros(1, TRACK)[0]
    track["x"] = np.array([7e4, 6e4, 8e3, 150.0, -180.0, 5.0]) + rng.normal(size=(2, 6)) * 20
    for j in range(2):
        root = rng.normal(size=(6, 6)) * np.array([position_sigma_m] * 3 + [30.0] * 3)[:, None]
        track["p"][j] = root @ root.T / 6
    track["weight"], track["time_s"] = (0.7, 0.3), 100.0
    kernels.combine(track)
    return track


def a_sight(site, rng, sigmas=(50.0, 0.003, 0.003), at=(7.02e4, 5.98e4, 8.1e3)):
    """A plot near `a_track`, and its prepared form."""
    seen = plot(site, 0, 100.0, spherical(site, np.array(at)), sigmas, 0, rng, 1.0, 0)
    sight = np.zeros(1, SIGHT)[0]
    take(seen, site, sight)
    return seen, sight


@pytest.mark.parametrize("dt_s", [0.01, 4.0, 30.0, -0.5])
def test_prediction_agrees_with_its_twin(dt_s):
    """Mixing in closed form and block-wise motion equal the matrix formulas, forwards and backwards."""
    track = a_track(rng_of("predict"))
    x, p, w = naive.predict(track["x"].copy(), track["p"].copy(), track["weight"].copy(), dt_s, ACCELERATIONS)
    kernels.predict(track, 100.0 + dt_s, settings()[0])
    kernels.combine(track)
    np.testing.assert_allclose(track["x"], x, rtol=1e-12)
    np.testing.assert_allclose(track["p"], p, rtol=1e-9, atol=1e-6)
    np.testing.assert_allclose(track["weight"], w, rtol=1e-12)


@pytest.mark.parametrize("sigmas", [(50.0, 0.003, 0.003), (50.0, 0.01, 0.0), (20.0, 0.03, 0.03)])
@pytest.mark.parametrize("position_sigma_m", [50.0, 3000.0])
@pytest.mark.parametrize("turn", [np.eye(3), TILTED])
def test_update_agrees_with_its_twin(sigmas, position_sigma_m, turn):
    """Taking up range, azimuth and elevation in turn equals the joint update in Joseph form."""
    rng = rng_of("update")
    site = radar(x_m=3e3, y_m=-2e3, z_m=50.0, to_local=turn)[0]
    track = a_track(rng, position_sigma_m)
    seen, sight = a_sight(site, rng, sigmas)
    x, p, w, _ = naive.update(track["x"].copy(), track["p"].copy(), track["weight"].copy(), seen, site)
    kernels.update(track, sight)
    np.testing.assert_allclose(track["x"], x, rtol=1e-6, atol=1e-3)
    np.testing.assert_allclose(track["p"], p, rtol=1e-5, atol=1e-2)
    np.testing.assert_allclose(track["weight"], w, atol=1e-6)
    mean, covariance = naive.combine(x, p, w)
    np.testing.assert_allclose(track["mean"], mean, rtol=1e-6, atol=1e-3)
    assert track["position_sigma_m"] == pytest.approx(np.sqrt(np.diag(covariance)[:3].max()), rel=1e-5)


def test_azimuth_wraps():
    """A plot just west of north belongs to a track just east of it."""
    site, rng = radar()[0], rng_of("wrap")
    track = a_track(rng, 50.0)
    track["x"][:, :3] = 30.0, 1e5, 5e3
    seen, sight = a_sight(site, rng, at=(-30.0, 1e5, 5e3))
    seen["azimuth_rad"] += 2 * np.pi
    take(seen, site, sight)
    kernels.update(track, sight)
    assert abs(track["mean"][0]) < 100.0


def test_small_angles_are_exact():
    """The arcsine series and the arctangent meet where one hands over to the other."""
    angles = np.concatenate([np.linspace(-0.029, 0.029, 30), [-3.0, -1.0, 0.2, 1.5, 3.1]])
    found = [correction.small_angle(np.sin(a), np.cos(a)) for a in angles]
    np.testing.assert_allclose(found, angles, atol=3e-11 + 2e-10)


def test_covariance_stays_positive_under_extremes():
    """Metre plots into a prior of tens of kilometres, again and again at no time step, leave a valid covariance."""
    site, rng = radar()[0], rng_of("positive")
    _, sight = a_sight(site, rng, (0.1, 1e-6, 1e-6))
    track = np.zeros(1, TRACK)[0]
    kernels.begin(track, sight, 9000.0)
    for turn in range(60):
        sight["time_s"] += 20.0 if turn % 3 == 0 else 0.0
        kernels.predict(track, sight["time_s"], settings()[0])
        kernels.update(track, sight)
        for j in range(2):
            scale = np.sqrt(np.outer(np.diag(track["p"][j]), np.diag(track["p"][j])))
            assert np.array_equal(track["p"][j], track["p"][j].T)
            assert np.linalg.eigvalsh(track["p"][j] / scale).min() > -1e-9


def fly(rng, looks, accelerations, sigmas=(40.0, 0.002, 0.002)):
    """One target that obeys the cruise model exactly, tracked from its first plot: errors and covariances by look."""
    site, period_s = radar()[0], 5.0
    step, noise = naive.motion(period_s, accelerations[0])
    root = np.linalg.cholesky(noise)
    state = np.array([*rng.uniform(-1.2e5, 1.2e5, 2), 8e3, *rng.normal(size=3) * 200.0])
    track, sight = np.zeros(1, TRACK)[0], np.zeros(1, SIGHT)[0]
    tracker = settings(motion=pushes(*accelerations))[0]
    errors, covariances = [], []
    for look in range(looks):
        seen = plot(site, 0, look * period_s, spherical(site, state[:3]), sigmas, 0, rng, 1.0, 0)
        take(seen, site, sight)
        if look == 0:
            kernels.begin(track, sight, 600.0)
        else:
            kernels.predict(track, sight["time_s"], tracker)
            kernels.update(track, sight)
        errors.append(track["mean"] - state)
        covariances.append(naive.combine(track["x"], track["p"], track["weight"])[1])
        state = step @ state + root @ rng.normal(size=6)
    return np.array(errors), np.array(covariances)


def test_uncertainty_is_honest_when_the_model_is_right(scale):
    """Mean NEES over independent targets lies in its 99.9 % interval at each look, with both models alike."""
    rng, runs = rng_of("nees"), max(int(400 * scale), 20)
    flown = [fly(rng, 12, (5.0, 5.0)) for _ in range(runs)]
    error, covariance = np.array([f[0] for f in flown]), np.array([f[1] for f in flown])
    found = np.einsum("rli,rlij,rlj->rl", error, np.linalg.inv(covariance), error).mean(0)
    low, high = mean_bounds(runs, 6, 1 - 1e-3)
    assert ((found > low) & (found < high))[1:].all(), found


def test_a_straight_target_is_known_better_than_its_plots():
    """After a minute of straight flight the mean position error is well below one plot's cross-range error."""
    rng = rng_of("straight")
    errors = np.array([fly(rng, 14, (0.3, 20.0))[0][-1] for _ in range(40)])
    assert np.sqrt((errors[:, :2] ** 2).sum(1).mean()) < 0.75 * 1e5 * 0.002 * np.sqrt(1.2)


def test_prediction_of_position_leaves_the_track_alone():
    """Extrapolation writes a straight line to the asked time and changes nothing."""
    track, out = a_track(rng_of("extrapolate")), np.zeros(6)
    before = track.copy()
    kernels.predict_position(track, 103.0, out)
    np.testing.assert_allclose(out[:3], before["mean"][:3] + 3.0 * before["mean"][3:])
    np.testing.assert_array_equal(out[3:], before["mean"][3:])
    assert track == before


def test_noise_density_and_decay_time():
    """A push held over its time looks like white noise of density 2 a^2 tau; a decay's time grows to 1 / rate."""
    assert kernels.noise_density(10.0) == pytest.approx(2 * 100.0 * naive.NOISE_TIME_S)
    assert mixing.run_down(0.1, 1e-6) == pytest.approx(1e-6, rel=1e-6)
    assert mixing.run_down(0.1, 1e4) == pytest.approx(10.0)


def test_pieces_of_the_update():
    """Projections, columns and the change of model weights are the plain formulas."""
    rng = rng_of("pieces")
    root = rng.normal(size=(6, 6))
    p, b = root @ root.T, (0.6, -0.8, 0.0)
    h = np.array([*b, 0, 0, 0])
    assert correction.along(p, *b) == pytest.approx(h @ p @ h)
    np.testing.assert_allclose(correction.column(p, b), p @ h)
    np.testing.assert_allclose(correction.less((1.0,) * 6, 2.0, (3.0,) * 6), [-5.0] * 6)
    assert kernels.dot(b, (1.0, 1.0, 5.0)) == pytest.approx(-0.2)
    weight = np.array([0.7, 0.3])
    kernels.reweigh(weight, 2.0, 4.0, 1.0, 9.0)
    expected = np.array([0.7 * np.exp(-1.0) / 2.0, 0.3 * np.exp(-0.5) / 3.0])
    np.testing.assert_allclose(weight, expected / expected.sum())


def test_rank_one_steps_shrink_a_covariance():
    """Shifting and shrinking by three columns equals the outer products, in the upper triangle."""
    rng = rng_of("shrink")
    p, g, k, by = rng.normal(size=(6, 6)), rng.normal(size=(3, 6)), rng.normal(size=3), rng.normal(size=3)
    x = rng.normal(size=6)
    expected = p - sum(k[m] * np.outer(g[m], g[m]) for m in range(3))
    moved = x + by @ g
    correction.shrink(p, *map(tuple, g), tuple(k))
    correction.shift(x, *map(tuple, g), tuple(by))
    np.testing.assert_allclose(np.triu(p), np.triu(expected))
    np.testing.assert_allclose(x, moved)


def test_mixing_and_moving_alone():
    """`mix` is `blend` with the chain's chances, and `move` is F P F' + Q."""
    track = a_track(rng_of("mix"))
    change = naive.transition(7.0)
    x, p, w = naive.mix(track["x"].copy(), track["p"].copy(), track["weight"].copy(), change)
    kernels.mix(track, 7.0, settings()[0])
    np.testing.assert_allclose(track["x"], x, rtol=1e-12)
    np.testing.assert_allclose(track["weight"], w, rtol=1e-12)
    step, noise = naive.motion(2.0, 3.0)
    moved = step @ p[0] @ step.T + noise
    motion_models.move(track["x"][0], track["p"][0], 2.0, kernels.noise_density(3.0))
    np.testing.assert_allclose(np.triu(track["p"][0]), np.triu(moved), rtol=1e-9)
    assert correction.prior_height_var(1e5, 0.5) == pytest.approx(1e8)


def test_both_linearisations_see_the_same_plot():
    """Settled or not, place plus what is left along the axes leads to the measured place."""
    for position_sigma_m in (20.0, 5000.0):
        site, rng = radar()[0], rng_of("axes")
        track = a_track(rng, position_sigma_m)
        track["x"][:, :3] = 7.026e4, 5.971e4, 8.14e3
        seen, sight = a_sight(site, rng)
        rows, place, over, _, _ = kernels.axes(track, sight)
        measured = naive.to_local(seen["range_m"], seen["azimuth_rad"], seen["elevation_rad"])
        np.testing.assert_allclose(np.array(place) + np.array(over) @ np.array(rows), measured, atol=2.0)


def test_one_model_is_corrected_as_the_textbook_does():
    """Three scalar measurements in turn along skew directions equal one joint update; a third may be absent."""
    rng = rng_of("correct")
    root = rng.normal(size=(6, 6)) * 100
    rows = tuple(map(tuple, np.linalg.qr(rng.normal(size=(3, 3)))[0]))
    noise, over = (400.0, 900.0, 250.0, np.inf), (30.0, -20.0, 50.0)
    x, p = rng.normal(size=6) * 50, root @ root.T
    h = np.hstack([np.array(rows), np.zeros((3, 3))])
    s = h @ p @ h.T + np.diag(noise[:3])
    left, gain = over - h @ x, p @ h.T @ np.linalg.inv(s)
    expected_x, expected_p = x + gain @ left, p - gain @ s @ gain.T
    far, det = kernels.correct(x, p, rows, (0.0, 0.0, 0.0), over, noise, 1e5)
    np.testing.assert_allclose(x, expected_x)
    np.testing.assert_allclose(np.triu(p), np.triu(expected_p), atol=1e-8)
    assert far == pytest.approx(left @ np.linalg.solve(s, left))
    assert det == pytest.approx(np.linalg.det(s))


MIXED = (("velocity", 1.0, 4.0), ("turn", 5.0, 20.0, 0.1), ("singer", 20.0, 8.0))


@pytest.mark.parametrize("sigmas", [(50.0, 0.003, 0.003), (50.0, 0.01, 0.0)])
@pytest.mark.parametrize("position_sigma_m", [50.0, 3000.0])
def test_update_of_larger_states_agrees_with_the_twin(sigmas, position_sigma_m):
    """Turn rate and acceleration are corrected with the rest (`correct_rest`), as the joint Joseph form does."""
    rng, site, tracker = rng_of("larger"), radar(x_m=3e3, z_m=50.0, to_local=TILTED)[0], tracker_of(*MIXED)
    belief = fill(belief_for(tracker), rng, tracker, position_sigma_m)
    seen, sight = a_sight(site, rng, sigmas)
    x, p, w, _ = naive.update(belief["x"].copy(), belief["p"].copy(), belief["weight"].copy(), seen, site)
    kernels.update(belief, sight)
    size = np.sqrt(np.einsum("mii->mi", p)) + 1e-9
    np.testing.assert_allclose((belief["x"] - x) / size, 0.0, atol=1e-4)
    np.testing.assert_allclose((belief["p"] - p) / size[:, :, None] / size[:, None, :], 0.0, atol=1e-5)
    np.testing.assert_allclose(belief["weight"], w, atol=1e-5)


def test_doppler_is_a_fourth_component():
    """After the place, range rate corrects velocity and all that hangs on it, linearised where the place has led to."""
    rng, site, tracker = rng_of("doppler"), radar()[0], tracker_of(*MIXED)
    belief = fill(belief_for(tracker), rng, tracker, 50.0)
    sight = see(site, rng, 100.0, belief["mean"].copy(), (50.0, 0.003, 0.003), 2.0)[1]
    x, p = belief["x"][1], belief["p"][1]
    before_x, before_p = x.copy(), p.copy()

    def rate(s):
        away = s[:3] - np.array([site["x_m"], site["y_m"], site["z_m"]])
        return np.array([s[3:6] @ away / np.linalg.norm(away)])

    h = naive.slope_of(rate, before_x, np.full(10, 1e-2))
    across = np.eye(3) - np.outer(before_x[:3], before_x[:3]) / (before_x[:3] @ before_x[:3])
    r = np.linalg.norm(before_x[:3])
    ahead = np.trace(across @ before_p[:3, 3:6]) / r
    blur = np.trace(across @ before_p[:3, :3]) * np.trace(across @ before_p[3:6, 3:6]) / r**2
    s = (h @ before_p @ h.T).item() + 4.0 + blur
    left, gain = sight["doppler_m_s"] - rate(before_x)[0] - ahead, before_p @ h[0] / s
    far, var = correction.correct_rate(x, p, sight)
    motion_models.mirror(p)
    assert var == pytest.approx(s, rel=1e-6)
    assert far == pytest.approx(left**2 / s, rel=1e-4)
    np.testing.assert_allclose(x, before_x + gain * left, rtol=1e-6, atol=1e-6)
    size = np.sqrt(np.diag(before_p)) + 1e-9
    np.testing.assert_allclose((p - before_p + s * np.outer(gain, gain)) / np.outer(size, size), 0.0, atol=1e-6)
    assert correction.rate_rest(before_p, 8, tuple(h[0, :3]), tuple(h[0, 3:6])) == pytest.approx(before_p[8] @ h[0])
    found = correction.rate_column(before_p, tuple(h[0, :3]), tuple(h[0, 3:6]))
    np.testing.assert_allclose(found, (before_p @ h[0])[:6])
    assert correction.lead(found, tuple(h[0, :3]), tuple(h[0, 3:6])) == pytest.approx((h @ before_p @ h.T).item())
    assert correction.rate_bend(before_p, tuple(before_x[:3] / r), 1 / r) == pytest.approx((ahead, blur))
    assert correction.receding(before_x, sight)[0] == pytest.approx(rate(before_x)[0])


def test_ten_thousand_sharp_plots_leave_a_valid_covariance(scale):
    """Plots of a tenth of a millimetre into priors of hundreds of kilometres, without end: still positive definite."""
    rng, site, tracker = rng_of("sharp"), radar()[0], tracker_of(*MIXED)
    state = np.array([6e4, 5e4, 8e3, 200.0, -100.0, 0.0])
    sight = see(site, rng, 0.0, state, (1e-4, 1e-9, 1e-9), 1e-4)[1]
    belief = started(sight, tracker, 9000.0)
    worst = np.inf
    for look in range(int(10_000 * scale)):
        sight["time_s"] += (0.0, 1e-3, 20.0, 300.0)[look % 4]
        kernels.predict(belief, sight["time_s"], tracker[0])
        kernels.update(belief, sight)
        if look % 97 == 0:
            for m, n in ((0, 6), (1, 7), (2, 10)):
                has = [i for i in range(n) if i != 6 or m == 1]
                p = belief["p"][m][np.ix_(has, has)]
                root = np.sqrt(np.diag(p))
                worst = min(worst, np.linalg.eigvalsh(p / np.outer(root, root)).min())
    assert np.isfinite(belief["x"]).all()
    assert worst > 0.0


def exact_flight(rng, kind, looks):
    """A target that obeys one model exactly, tracked with that model alone: errors and covariances by look."""
    named = {"velocity": (5.0, 4.0), "turn": (1.0, 60.0, 0.03), "singer": (8.0, 15.0)}[kind]
    tracker, site, period_s = tracker_of((kind, *named)), radar()[0], 4.0
    belief = belief_for(tracker)
    n = belief["x"].shape[1]
    truth = np.array([*rng.choice([-1, 1], 2) * rng.uniform(3e4, 8e4, 2), 8e3, *rng.normal(size=3) * 200.0])
    truth = np.concatenate([truth, np.zeros(n - 6)])
    if kind == "turn":
        truth[6] = rng.normal() * 0.03
    elif kind == "singer":
        truth[-3:] = rng.normal(size=3) * 8.0
    errors, covariances = [], []
    for look in range(looks):
        sight = see(site, rng, look * period_s, truth, (30.0, 1e-3, 1e-3))[1]
        if look == 0:
            belief = started(sight, tracker)
        else:
            kernels.predict(belief, sight["time_s"], tracker[0])
            kernels.update(belief, sight)
        errors.append(belief["x"][0] - truth)
        covariances.append(belief["p"][0].copy())
        motion_models.flow(truth, period_s, tracker[0], 0)
        noise = np.zeros((n, n))
        motion_models.disturb(truth, noise, period_s, tracker[0], 0)
        motion_models.mirror(noise)
        values, axes = np.linalg.eigh(noise)
        truth = truth + axes @ (np.sqrt(np.maximum(values, 0)) * rng.normal(size=n))
    return np.array(errors), np.array(covariances)


@pytest.mark.parametrize(("kind", "size"), [("velocity", 6), ("turn", 7), ("singer", 9)])
def test_each_model_is_honest_where_it_is_right(kind, size, scale):
    """Mean NEES of all states over independent targets lies in its 99.9 % interval, late in each flight."""
    rng, runs = rng_of(f"honest {kind}"), max(int(150 * scale), 12)
    flown = [exact_flight(rng, kind, 12) for _ in range(runs)]
    error = np.array([f[0][-3:, :size] for f in flown])
    covariance = np.array([f[1][-3:, :size, :size] for f in flown])
    found = np.einsum("rli,rlij,rlj->rl", error, np.linalg.inv(covariance), error).mean(0)
    low, high = mean_bounds(runs, size, 1 - 1e-3)
    assert ((found > low) & (found < high)).all(), (found, low, high)


def track_error(tracker, target, rng, **options):
    """Root mean squared place and velocity errors of one tracked target over looks 4 s apart (from, to in seconds)."""
    site, belief, found = radar()[0], None, []
    sigmas = options.get("sigmas", (40.0, 0.002, 0.002))
    for when in np.arange(*options.get("looks", (0.0, 120.0)), options.get("period_s", 4.0)):
        place, velocity = target(when)
        height = (place[2] + (place[0] ** 2 + place[1] ** 2) / 2 / 6371e3, options.get("height_sigma_m", 0.0))
        state = np.concatenate([place, velocity])
        sight = see(site, rng, when, state, sigmas, options.get("doppler_sigma_m_s", 0.0), height)[1]
        sight["converted"] = options.get("converted", 0)
        if belief is None:
            belief = started(sight, tracker, options.get("speed_max_m_s", 600.0))
            continue
        kernels.predict(belief, when, tracker[0])
        kernels.update(belief, sight)
        if when >= options.get("from_s", 20.0):
            found.append(belief["mean"] - state)
    found = np.array(found)
    return np.sqrt((found[:, :3] ** 2).sum(1).mean()), np.sqrt((found[:, 3:] ** 2).sum(1).mean())


def mean_error(tracker, target, name, runs, **options):
    """Mean of `track_error` over some luck."""
    rng = rng_of(name)
    return np.mean([track_error(tracker, target, rng, **options) for _ in range(runs)], axis=0)


def test_a_hard_turn_is_followed_better_by_a_model_that_turns():
    """A 6 g turn: straight and turning models together beat one that is pushed as hard, in it and before it."""
    target = turning((3e4, 4e4, 7e3), 300.0, [(40.0, 80.0, 58.8)])
    both = tracker_of(("velocity", 1.0, 4.0), ("turn", 5.0, 20.0, 0.12), sojourn_s=30.0)
    alone = tracker_of(("velocity", 25.0, 4.0))
    inside = [mean_error(t, target, "6 g", 10, from_s=48.0, looks=(0.0, 80.0)) for t in (both, alone)]
    before = [mean_error(t, target, "6 g", 10, from_s=20.0, looks=(0.0, 40.0)) for t in (both, alone)]
    assert inside[0][0] < 0.98 * inside[1][0]
    assert inside[0][1] < 0.6 * inside[1][1]
    assert before[0][0] < 0.8 * before[1][0]


def test_a_ballistic_arc_is_followed_better_by_free_fall():
    """A missile in free fall: the model that falls knows place and, above all, velocity better than a pushed one."""
    start, speed = np.array([1.5e5, 2e4, 1e4, -900.0, 50.0, 1100.0]), 3000.0

    def target(when):
        state = naive.flow("ballistic", start, when + 1e-3) if when > 0 else start
        return state[:3], state[3:]

    errors = [
        mean_error(tracker_of(named), target, "arc", 2, speed_max_m_s=speed, looks=(0.0, 120.0), from_s=60.0)
        for named in (("ballistic", 0.05, 4.0), ("velocity", 10.0, 4.0))
    ]
    assert errors[0][0] < 0.7 * errors[1][0]
    assert errors[0][1] < 0.4 * errors[1][1]


def test_doppler_sharpens_velocity():
    """Range rate to 1 m/s makes the velocity of a weaving target better, and the place no worse."""
    target = turning((3e4, 4e4, 7e3), 250.0, [(20.0, 40.0, 20.0), (60.0, 80.0, -20.0)])
    tracker = tracker_of(("velocity", 10.0, 4.0))
    without = mean_error(tracker, target, "rate", 6)
    having = mean_error(tracker, target, "rate", 6, doppler_sigma_m_s=1.0)
    assert having[1] < 0.9 * without[1]
    assert having[0] < 1.02 * without[0]


def test_reported_height_stands_in_for_elevation():
    """A 2-D radar whose targets report height places them in all three axes."""
    target = turning((3e4, 4e4, 9e3), 250.0, [])
    tracker = tracker_of(("velocity", 3.0, 4.0))
    without = mean_error(tracker, target, "height", 4, sigmas=(40.0, 0.002, 0.0))
    having = mean_error(tracker, target, "height", 4, sigmas=(40.0, 0.002, 0.0), height_sigma_m=30.0)
    assert having[0] < 0.2 * without[0]
    assert having[0] < 150.0


def test_converted_measurements_track_as_well():
    """The converted-measurement update is as good as the linearised one where both hold."""
    target = turning((3e4, 4e4, 7e3), 250.0, [])
    tracker = tracker_of(("velocity", 3.0, 4.0))
    plain, converted = (mean_error(tracker, target, "converted", 4, converted=flag) for flag in (0, 1))
    np.testing.assert_allclose(converted, plain, rtol=0.03)


def test_weights_are_probabilities():
    """Weights of any number of models follow their likelihoods, and none vanishes."""
    weight, least = np.array([0.2, 0.3, 0.5]), np.inf
    far, det = np.array([9.0, 4.0, 6.0]), np.array([4.0, 9.0, 1.0])
    expected = weight / np.sqrt(det) * np.exp(-far / 2)
    for m in range(3):
        least = kernels.weigh(weight, m, far[m], det[m], least)
    assert least == 4.0
    kernels.settle(weight)
    np.testing.assert_allclose(weight, expected / expected.sum())
    weight[:] = 0.0, 1.0, 1.0
    kernels.settle(weight)
    np.testing.assert_allclose(weight, [kernels.LEAST_WEIGHT, *([(1 - kernels.LEAST_WEIGHT) / 2] * 2)], rtol=1e-12)
    assert kernels.pair_density(settings(motion=pushes(2.0, 3.0))[0], 1) == pytest.approx(72.0)


def test_new_beliefs_know_what_their_models_say():
    """What a model knows beyond position and velocity begins at its prior, what it does not know at nothing."""
    tracker = tracker_of(*MIXED)
    belief = started(a_sight(radar()[0], rng_of("equip"))[1], tracker, 9000.0)
    p = belief["p"]
    np.testing.assert_allclose(np.einsum("mii->mi", p)[:, 6:], [[0] * 4, [0.01, 0, 0, 0], [0, 400, 400, 400]])
    assert p[0, 3, 3] < p[1, 3, 3]
    np.testing.assert_allclose(belief["weight"], 1 / 3)


def test_a_considered_height_keeps_what_was_known_of_it():
    """Mean and covariance of height and climb stay while they are below the prior; the rest is updated as ever."""
    rng = np.random.default_rng(8)
    root = rng.normal(size=(6, 6)) * 30.0
    p, x = root @ root.T, rng.normal(size=6)
    columns, scaled, ks = tuple(tuple(p @ row) for row in np.eye(3, 6)), (0.01, 0.02, 0.0), (1e-4, 1e-4, 0.0)
    full_x, full_p, kept_x, kept_p = x.copy(), p.copy(), x.copy(), p.copy()
    correction.shift(full_x, *columns, scaled)
    correction.shrink(full_p, *columns, ks)
    correction.consider_height(kept_x, kept_p, columns, scaled, ks, 1e9)
    np.testing.assert_array_equal(kept_x[[2, 5]], x[[2, 5]])
    np.testing.assert_array_equal(kept_x[[0, 1, 3, 4]], full_x[[0, 1, 3, 4]])
    for i, j in ((2, 2), (2, 5), (5, 5)):
        assert kept_p[i, j] == p[i, j]
        full_p[i, j] = p[i, j]
    np.testing.assert_array_equal(kept_p, full_p)
