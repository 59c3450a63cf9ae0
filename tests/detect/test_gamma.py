"""Incomplete gamma functions against other programs."""

import numpy as np
import pytest
from scipy import special, stats

from farwatch.detect.gamma import gamma_tails, gamma_upper, gamma_upper_inverse, poisson_term

RNG = np.random.default_rng(11)


@pytest.mark.validation
def test_tails_agree_with_thirty_digits(scale):
    """Both tails keep 1e-12 relative against mpmath, over shapes to 3000 and tails to 1e-14."""
    import mpmath

    with mpmath.workdps(40):
        for _ in range(int(600 * scale) + 20):
            shape = int(10 ** RNG.uniform(0, 3.5))
            tail = 10 ** RNG.uniform(-14, -0.01)
            x = float(special.gammainccinv(shape, tail if RNG.random() < 0.6 else 1 - tail))
            if x > 0:
                lower, upper, _ = gamma_tails(float(shape), x)
                assert upper == pytest.approx(float(mpmath.gammainc(shape, x, mpmath.inf, regularized=True)), rel=1e-12)
                assert lower == pytest.approx(float(mpmath.gammainc(shape, 0, x, regularized=True)), rel=1e-12)


@pytest.mark.validation
@pytest.mark.parametrize("shape", [0.3, 1.5, 7.7, 33.3, 40.5, 77.1, 900.25])
def test_broken_shapes_agree_with_scipy(shape):
    """Shapes that are not whole go by series, continued fraction or expansion, and agree."""
    for x in shape * np.array([0.05, 0.5, 0.9, 1.0, 1.1, 1.4, 1.9, 3.0]):
        assert gamma_upper(shape, x) == pytest.approx(special.gammaincc(shape, x), rel=1e-11, abs=1e-300)


@pytest.mark.validation
def test_inverse_agrees_with_scipy():
    """The threshold of noise, over the whole range of false-alarm chances and pulses."""
    for pulses in (1, 2, 3, 7, 25, 40, 41, 99, 1000, 20000):
        for tail in (0.9, 0.5, 0.1, 1e-3, 1e-6, 1e-9, 1e-12, 1e-15):
            assert gamma_upper_inverse(float(pulses), tail) == pytest.approx(
                special.gammainccinv(pulses, tail), rel=1e-11
            )


@pytest.mark.validation
def test_poisson_term_agrees_with_scipy():
    """Small and large counts, near and far from the mean."""
    for count in (0, 1, 5, 40, 41, 300, 5000):
        for mean in (0.1, 1.0, 30.0, 41.0, 280.0, 5100.0):
            expected = stats.poisson.pmf(count, mean)
            assert poisson_term(float(count), mean) == pytest.approx(expected, rel=1e-10, abs=1e-280)


def test_nothing_lies_below_zero():
    """At zero all is still above."""
    assert gamma_tails(3.0, 0.0) == (0.0, 1.0, 0.0)
    assert poisson_term(0.0, 0.0) == 1.0
