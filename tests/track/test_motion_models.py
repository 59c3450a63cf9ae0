"""Each motion model against its equation of motion, integrated numerically."""

import numpy as np
import pytest

from farwatch.errors import InputError
from farwatch.track import motion_models as models
from naive import tracking as naive
from track.beliefs import belief_for, fill, tracker_of
from track.test_filter import rng_of

SETS = {
    "velocity": ("velocity", 3.0, 5.0),
    "turn": ("turn", 2.0, 20.0, 0.08),
    "singer": ("singer", 12.0, 10.0),
    "acceleration": ("acceleration", 12.0, 10.0),
    "ballistic": ("ballistic", 2.0, 4.0, 0.0, 1e-4),
}


def noise_of(name, x, dt_s, n):
    """Noise of one model over a step that ends at `x`, as a full matrix."""
    out = np.zeros((n, n))
    _, a, time_s, *_ = SETS[name]
    if name in {"singer", "acceleration"}:
        rate = 1.0 / time_s if name == "singer" else 0.0
        block = naive.jerk_noise(rate, dt_s) * 2 * a**2 / time_s
        places = np.array([0, 3, n - 3])
        for i in range(3):
            out[np.ix_(places + i, places + i)] = block
        return out
    lasts_s = models.NOISE_TIME_S if name == "turn" else time_s
    blocks = np.array([[dt_s**3 / 3, dt_s**2 / 2], [dt_s**2 / 2, dt_s]])
    out[:6, :6] = 2 * a**2 * lasts_s * np.kron(blocks, np.eye(3))
    if name == "turn":
        s, w = np.polynomial.legendre.leggauss(8)
        for at, share in zip((s + 1) / 2 * dt_s, w / 2 * dt_s, strict=True):
            side = np.array([-x[4], x[3]])
            g = np.zeros(n)
            g[:2], g[3:5], g[6] = side * at**2 / 2, side * at, 1.0
            out += share * 2 * 0.08**2 / 20.0 * np.outer(g, g)
    return out


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("dt_s", [0.3, 4.0, 20.0])
def test_a_step_follows_the_equation_of_motion(name, dt_s):
    """State, covariance F P F' + Q by numerical Jacobian, and the points' own step, for each model."""
    tracker = tracker_of(SETS[name])
    belief = fill(belief_for(tracker), rng_of(f"{name} {dt_s}"), tracker)
    x, p = belief["x"][0].copy(), belief["p"][0].copy()
    n = x.size

    def step(at):
        return naive.flow(name, at, dt_s, SETS[name][2], 1e-4)

    there = step(x)
    f = naive.slope_of(step, x, np.array([10.0] * 3 + [1.0] * 3 + [1e-4] * models.has_turn(n) + [1.0] * 3)[:n])
    expected = f @ p @ f.T + noise_of(name, there, dt_s, n)
    models.carry(belief["x"][0], belief["p"][0], dt_s, tracker[0], 0)
    models.mirror(belief["p"][0])
    size = np.sqrt(np.diag(expected)) + 1e-12
    loose = 2e-3 if name == "ballistic" else 1e-6
    np.testing.assert_allclose((belief["x"][0] - there) / size, 0.0, atol=loose)
    np.testing.assert_allclose(belief["p"][0] / np.outer(size, size), expected / np.outer(size, size), atol=loose)
    point = x.copy()
    models.flow(point, dt_s, tracker[0], 0)
    np.testing.assert_allclose(point, belief["x"][0], rtol=1e-12, atol=1e-9)


@pytest.mark.parametrize("name", SETS)
def test_a_step_back_undoes_a_step(name):
    """Backwards in time there is no noise, so a step and its reverse meet the start again."""
    tracker = tracker_of(SETS[name])
    belief = fill(belief_for(tracker), rng_of(name), tracker)
    x, p = belief["x"][0].copy(), belief["p"][0].copy()
    models.carry(belief["x"][0], belief["p"][0], -3.0, tracker[0], 0)
    models.mirror(belief["p"][0])
    models.flow(belief["x"][0], 3.0, tracker[0], 0)
    np.testing.assert_allclose(belief["x"][0], x, rtol=1e-3)
    assert np.linalg.det(belief["p"][0][:6, :6]) < 3 * np.linalg.det(p[:6, :6])


@pytest.mark.parametrize("angle", [0.0, 1e-9, 0.0499, -0.0501, 1.0, -3.0])
def test_turns_are_smooth_through_straight_flight(angle):
    """Sine over rate, one minus cosine over rate and their derivatives, near zero and beyond, to eleven digits."""
    from mpmath import cos, diff, mp, mpf, sin

    mp.dps = 40
    dt_s = 2.0
    rate = mpf(angle) / 2 if angle != 0 else mpf("1e-18")
    found = models.arc(float(rate), dt_s)
    along, across = lambda w: sin(w * 2) / w, lambda w: (1 - cos(w * 2)) / w
    expected = [sin(rate * 2), cos(rate * 2), along(rate), across(rate)]
    expected += [diff(along, rate), diff(across, rate)] if angle != 0 else [0.0, 2.0]
    np.testing.assert_allclose(found, [float(e) for e in expected], rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("u", [0.0, 1e-6, 0.01, 0.4999, 0.5001, 3.0, 8.0])
def test_correlated_acceleration_is_exact_at_any_step(u):
    """Transition and noise of decaying acceleration, from none to many time constants, agree with van Loan's."""
    dt_s = 4.0
    q = naive.jerk_noise(u / dt_s, dt_s)
    np.testing.assert_allclose(models.jerk_noise(u / dt_s, dt_s), q[np.triu_indices(3)], rtol=1e-8)
    rate = max(u / dt_s, 1e-9)
    of_velocity = -np.expm1(-rate * dt_s) / rate
    of_place, found_velocity, left = models.decay(u / dt_s, dt_s)
    assert found_velocity == pytest.approx(of_velocity, rel=1e-8)
    assert of_place == pytest.approx((dt_s - of_velocity) / rate if u > 0.1 else 8.0 * (1 - u / 3), rel=1e-3)
    assert left == pytest.approx(np.exp(-u), rel=1e-12)


def test_sizes_follow_the_models():
    """Each set of models has its size, and wrong sizes are refused by name."""
    named = [(), ("velocity",), ("turn",), ("velocity", "ballistic"), ("singer",), ("turn", "acceleration")]
    found = [models.states_of([tracker_of((k, 1.0, 1.0))["model_kind"][0, 0] for k in kinds]) for kinds in named]
    assert found == [6, 7, 7, 7, 9, 10]
    for wrong in [(0, 7), (5, 7), (2, 8), (3, 6)]:
        with pytest.raises(InputError, match="belief"):
            models.belief_fields(*wrong)


def test_small_pieces():
    """Noise densities, rates and counts of steps are the plain formulas."""
    tracker = tracker_of(("turn", 3.0, 20.0, 0.1), ("singer", 5.0, 8.0), ("velocity", 2.0, 0.0))[0]
    assert models.push_density(tracker, 0) == pytest.approx(2 * 9 * models.NOISE_TIME_S)
    assert models.push_density(tracker, 2) == pytest.approx(2 * 4 * models.NOISE_TIME_S)
    assert models.wander_density(0.1, 20.0) == pytest.approx(1e-3)
    assert models.fade_rate(tracker, 1) == pytest.approx(1 / 8)
    assert models.entry_var(tracker, 3, 6, 10) == pytest.approx(0.01)
    assert models.entry_var(tracker, 3, 8, 10) == pytest.approx(25.0)
    assert [models.fall_steps(dt, drag) for dt, drag in [(0.0, 0.0), (25.0, 0.0), (-2.0, 1e-4)]] == [1, 3, 4]


def test_pieces_of_the_steps():
    """A sandwich is F P F'; pushes, jerks, turns' noise and falls fill what they should."""
    rng = rng_of("sandwich")
    room, root, f = np.zeros((2, 10, 10)), rng.normal(size=(7, 7)), rng.normal(size=(7, 7))
    room[0, :7, :7], p = f, root @ root.T
    expected = f @ p @ f.T
    models.sandwich(p, room)
    np.testing.assert_allclose(p, expected, rtol=1e-12, atol=1e-12)
    models.unit(room[0], 9)
    np.testing.assert_array_equal(room[0, :9, :9], np.eye(9))
    q, x = np.zeros((10, 10)), np.array([0, 0, 0, 100.0, 0, 0, 0, 0, 0, 0])
    models.push(q, 2.0, 3.0)
    models.jerk(q, 2.0, 0.0, 1.0)
    models.veer(x, q, 2.0, 1e-4)
    assert q[0, 0] == pytest.approx(8.0 + 32 / 20)
    assert q[4, 4] == pytest.approx(6.0 + 8 / 3 + 1e-4 * 1e4 * 8 / 3)
    assert q[6, 6] == pytest.approx(2e-4)
    state, other = np.array([0, 0, 5e4, 800.0, 0, 300.0]), np.array([0, 0, 5e4, 800.0, 0, 300.0])
    models.fall_state(state, 0.5, 1e-4)
    models.fall(other, np.zeros((6, 6)), 0.5, 1e-4)
    np.testing.assert_allclose(state, other)
    assert models.pull(np.zeros(6))[0] == pytest.approx(9.80665)
    assert models.slow(np.array([0, 0, 0, 100.0, 0, 0]), 1.0, 1e-3, 0.0)[0] == pytest.approx(1 / 1.1)
    models.follow_arc(x, models.arc(np.pi / 2, 1.0), 1.0)
    np.testing.assert_allclose(x[3:5], [0.0, 100.0], atol=1e-9)
    models.glide(x, 1.0, models.decay(0.0, 1.0))
    for step in (models.turn, models.accelerate):
        jacobian = np.eye(10)
        step(np.ones(10), jacobian, *((1.0, 0.0) if step is models.accelerate else (1.0,)))
        assert jacobian[2, 5] == 1.0
    disturbed = np.zeros((7, 7))
    models.disturb(np.ones(7), disturbed, 1.0, tracker_of(("velocity", 1.0, 1.0))[0], 0)
    assert disturbed[3, 3] == pytest.approx(2.0)
