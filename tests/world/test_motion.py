"""Where things are between knots, and when they are there at all."""

import numpy as np
import pytest

from farwatch.records import CLASS, KNOT, TARGET
from farwatch.world.earth import Frame
from farwatch.world.motion import STATE_SIZE, Truth, ends_s, state_at, states_at
from farwatch.world.profiles import sample
from naive import world as naive


@pytest.fixture
def truth():
    """Two targets that share knots of a random motion; the second is later and runs 1.25 times as fast."""
    rng = np.random.default_rng(5)
    knots = np.zeros(12, dtype=KNOT)
    for name in KNOT.names:
        knots[name] = rng.normal(size=12) * 100
    targets = np.zeros(2, dtype=TARGET)
    targets["knot_count"], targets["step_s"] = 12, 2.0
    targets["start_s"], targets["rate"] = [10.0, 50.0], [1.0, 1.25]
    return Truth(targets, knots, np.zeros(1, dtype=CLASS))


def test_between_knots_it_is_the_cubic(truth):
    """`state_at` agrees with SciPy's Hermite spline, velocity scaled by the target's clock."""
    out = np.zeros(STATE_SIZE)
    for i in (0, 1):
        for time_s in np.linspace(5.0, 75.0, 141):
            expected = naive.state(truth, i, time_s)
            flying = state_at(truth, i, time_s, out)
            assert flying == (expected is not None)
            if flying:
                np.testing.assert_allclose(out[:6], expected, rtol=1e-9, atol=1e-9)


def test_a_faster_clock_flies_the_same_path(truth):
    """At matching times the second target is where the first is, moving 1.25 times as fast."""
    own_s = np.linspace(0.0, 22.0, 45)
    first = states_at(truth, 10.0 + own_s)[0]
    second = states_at(truth, 50.0 + own_s / 1.25)[1]
    np.testing.assert_allclose(second[:, :3], first[:, :3], atol=1e-9)
    np.testing.assert_allclose(second[:, 3:6], 1.25 * first[:, 3:6], atol=1e-9)


def test_the_end_is_reached_and_not_passed(truth):
    """A target is in the air at its last knot, and gone a moment later."""
    out = np.zeros(STATE_SIZE)
    for i, end_s in enumerate(ends_s(truth.targets)):
        assert state_at(truth, i, end_s, out)
        np.testing.assert_allclose(out[0], truth.knots["x_m"][-1])
        assert not state_at(truth, i, end_s + 0.01, out)
        assert not state_at(truth, i, truth.targets["start_s"][i] - 0.01, out)
    np.testing.assert_allclose(ends_s(truth.targets), [32.0, 50.0 + 22.0 / 1.25])


def test_height_follows_the_ellipsoid():
    """Level flight 500 km from the origin keeps its height between knots 5 s apart to within 0.1 m."""
    frame = Frame(46.0, 8.0)

    def level(times_s):
        return np.full_like(times_s, 50.0), 6.0 + times_s * 3.5e-3, np.full_like(times_s, 10e3)

    flight = sample(level, 60.0, 5.0, frame)
    targets = np.zeros(1, dtype=TARGET)
    targets["knot_count"], targets["step_s"], targets["rate"] = len(flight.knots), flight.step_s, 1.0
    states = states_at(Truth(targets, flight.knots, np.zeros(1, dtype=CLASS)), np.linspace(0, 60, 121))[0]
    np.testing.assert_allclose(states[:, 6], frame.from_local(states[:, :3])[:, 2], atol=0.1)
