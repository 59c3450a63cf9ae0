"""The general chi-square family of fluctuation: exact for any shape, and continuous where it should be."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from farwatch.detect import statistics
from farwatch.detect.chi_square import negative_binomial_tail, negative_binomial_term, pd_gamma_echo
from farwatch.detect.swerling import snr_needed, snr_needed_shape, threshold_of
from farwatch.errors import RangeError

SHAPES = st.floats(-2, 4).map(lambda power: 10.0**power)


@given(SHAPES, st.floats(-3, 6), st.integers(0, 3000))
def test_weights_are_those_of_the_negative_binomial_law(shape, log_mean, k):
    """Terms and tails agree with scipy for real shapes."""
    mean = 10.0**log_mean
    law = stats.nbinom(shape, shape / (shape + mean))
    assert negative_binomial_term(float(k), shape, mean) == pytest.approx(law.pmf(k), rel=1e-8, abs=1e-290)
    tail = law.sf(k - 1)
    assert negative_binomial_tail(float(k), shape, mean) == pytest.approx(tail, rel=1e-6, abs=1e-13)


@pytest.mark.validation
@pytest.mark.parametrize(
    ("shape", "pulses", "snr"), [(0.3, 5, 4.0), (0.05, 20, 30.0), (2.7, 8, 1.5), (130.0, 300, 700.0)]
)
def test_pd_agrees_with_drawing_the_energy(shape, pulses, snr):
    """The mean over gamma-distributed energy of the steady echo's Pd, by quadrature in scipy."""
    from scipy.integrate import quad

    limit = threshold_of(1e-4, pulses)

    def given_energy(u):
        energy = pulses * snr * stats.gamma.ppf(u, shape) / shape
        return stats.ncx2.sf(2 * limit, 2 * pulses, 2 * energy)

    expected = quad(given_energy, 0.0, 1.0, limit=400, epsabs=1e-9)[0]
    assert pd_gamma_echo(shape, snr, pulses, limit) == pytest.approx(expected, abs=2e-6)


@pytest.mark.validation
def test_pd_agrees_with_twenty_five_digits():
    """Hard corners against mpmath: heavy fading of a strong echo, and an echo far above any threshold."""
    import mpmath as mp

    mp.mp.dps = 25
    for shape, pulses, snr, pfa in ((0.024, 325, 6e4, 2.4e-4), (0.3, 40, 5.0, 1e-9), (12.5, 7, 3.0, 1e-6)):
        limit = threshold_of(pfa, pulses)
        mean = mp.mpf(pulses) * snr
        odds, top = mean / (mean + shape), int(limit + 12 * np.sqrt(limit)) + 60
        weight, total, seen = mp.power(1 - odds, shape), mp.mpf(0), mp.mpf(0)
        for k in range(top):
            total += weight * mp.gammainc(pulses + k, limit, mp.inf, regularized=True)
            seen += weight
            weight *= odds * (k + shape) / (k + 1)
        expected = total + 1 - seen
        assert pd_gamma_echo(shape, snr, pulses, limit) == pytest.approx(float(expected), rel=1e-11)
    assert pd_gamma_echo(107.0, 3.2e4, 342, threshold_of(1e-12, 342)) == 1.0


@given(SHAPES, st.floats(-20, 60), st.floats(0.01, 3), st.integers(1, 300), st.floats(-10, -2))
def test_pd_rises_with_snr_for_any_shape(shape, snr_db, more_db, pulses, log_pfa):
    """Monotone from Pfa to one."""
    pfa = 10.0**log_pfa
    weak, strong = statistics.pd_shape(shape, [snr_db, snr_db + more_db], pulses, pfa)
    assert pfa * (1 - 1e-8) <= weak <= strong * (1 + 1e-10)
    assert strong <= 1.0


@given(st.floats(0.2, 50), st.floats(0, 20), st.integers(1, 100))
def test_pd_is_continuous_in_shape_and_in_pulses(shape, snr_db, pulses):
    """A hair's change of shape changes Pd by a hair; one pulse more of many changes it a little, and upward."""
    here, beside = statistics.pd_shape([shape, shape * (1 + 1e-6)], snr_db, pulses, 1e-6)
    assert beside == pytest.approx(here, abs=1e-5)
    fewer, more = statistics.pd_shape(shape, snr_db, [pulses, pulses + 1], 1e-6)
    assert fewer - 1e-12 <= more <= fewer + 3.0 / pulses


@pytest.mark.parametrize(
    ("case", "shape_of"), [(1, lambda n: 1), (2, lambda n: n), (3, lambda n: 2), (4, lambda n: 2 * n)]
)
def test_required_snr_of_the_cases(case, shape_of):
    """Shapes 1, N, 2 and 2N need what Swerling's cases need; a huge shape what a steady echo needs."""
    for pulses in (1, 6, 50):
        expected = float(statistics.required_snr(0.8, 1e-6, pulses, case))
        ours = statistics.required_snr_shape([shape_of(pulses), 1e9], 0.8, 1e-6, pulses)
        steady = float(statistics.required_snr(0.8, 1e-6, pulses, 0))
        assert ours[0] == pytest.approx(expected, abs=1e-9)
        assert ours[1] == pytest.approx(steady, abs=1e-6)


@given(st.floats(0.3, 1000), st.floats(0.05, 0.99), st.integers(1, 200))
def test_required_snr_inverts_pd_for_any_shape(shape, pd, pulses):
    """What is required gives the Pd, and fading harder never needs less for a high Pd."""
    limit = threshold_of(1e-6, pulses)
    snr = snr_needed_shape(shape, pd, pulses, limit)
    assert pd_gamma_echo(shape, snr, pulses, limit) == pytest.approx(pd, rel=1e-9)
    if pd > 0.9:
        assert snr >= snr_needed(0, pd, pulses, limit) * (1 - 1e-9)


def test_shapes_out_of_range_are_refused():
    """No shape at or below nothing, none beyond counting; a Pd below noise needs no finite SNR."""
    for shape in (0.0, -1.0, 1e13, np.nan):
        with pytest.raises(RangeError):
            statistics.required_snr_shape(shape, 0.5, 1e-6)
    assert np.isnan(statistics.required_snr_shape(1.0, 1e-9, 1e-6))
    assert np.isnan(statistics.required_snr_shape(0.01, 0.9, 1e-6))
