"""Echo by aspect."""

import numpy as np
import pytest

from farwatch.records import CLASS
from farwatch.world.signature import rcs_toward
from naive import world as naive

FLYER = np.zeros(1, dtype=CLASS)
FLYER["rcs_nose_m2"], FLYER["rcs_side_m2"], FLYER["rcs_tail_m2"] = 0.5, 20.0, 3.0


@pytest.mark.parametrize(("line", "expected"), [((1, 0, 0), 0.5), ((0, -9, 0), 20.0), ((-2, 0, 0), 3.0)])
def test_the_given_sides_are_met(line, expected):
    """Nose, side and tail look as large as the class says, at any distance."""
    assert rcs_toward(FLYER[0], 200.0, 0.0, 0.0, *map(float, line)) == pytest.approx(expected)


def test_agrees_with_the_naive_twin():
    """Any aspect agrees with the decibels taken by angle."""
    vectors = np.random.default_rng(1).normal(size=(200, 2, 3))
    for velocity, line in vectors:
        expected = naive.rcs_toward(FLYER[0], velocity, line)
        assert rcs_toward(FLYER[0], *velocity, *line) == pytest.approx(expected, rel=1e-12)


def test_nothing_jumps_at_the_side():
    """Crossing the beam changes neither the value nor the slope."""
    angles = np.pi / 2 + np.array([-1e-4, 0.0, 1e-4])
    seen = [rcs_toward(FLYER[0], 1.0, 0.0, 0.0, np.cos(a), np.sin(a), 0.0) for a in angles]
    np.testing.assert_allclose(seen, 20.0, rtol=1e-6)


def test_a_thing_at_rest_shows_its_side():
    """Without a velocity there is no nose."""
    assert rcs_toward(FLYER[0], 0.0, 0.0, 0.0, 1.0, 0.0, 0.0) == 20.0
