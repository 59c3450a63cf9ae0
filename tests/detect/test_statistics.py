"""Exact probability of detection, against definitions, closed forms and draws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farwatch.detect import statistics
from farwatch.detect.chi_square import pd_gamma_echo
from farwatch.detect.swerling import marcum_q, pd_given, pd_of, pd_steady, snr_needed, threshold_of
from farwatch.errors import InputError, RangeError
from naive import detection as naive

RNG = np.random.default_rng(3)
CASES = (0, 1, 2, 3, 4)


def cases(count):
    """Random cases over the whole domain."""
    for i in range(count):
        pulses = int(10 ** RNG.uniform(0, 3)) if i % 2 else int(RNG.integers(1, 1001))
        yield int(RNG.integers(0, 5)), RNG.uniform(-30, 40), pulses, 10 ** RNG.uniform(-12, -3)


@pytest.mark.validation
def test_pd_agrees_with_scipy_over_the_whole_domain(scale):
    """Pfa 1e-12 to 1e-3, 1 to 1000 pulses, -30 to 40 dB: 1e-11 absolute, which is scipy's own error."""
    for case, snr_db, pulses, pfa in cases(int(2000 * scale) + 30):
        ours = float(statistics.pd(case, snr_db, pulses, pfa))
        theirs = naive.pd(case, 10 ** (snr_db / 10), pulses, naive.threshold(pfa, pulses))
        assert ours == pytest.approx(theirs, abs=2e-11), (case, snr_db, pulses, pfa)
        assert ours == pytest.approx(theirs, rel=1e-7)


@pytest.mark.validation
@pytest.mark.parametrize("case", CASES)
def test_pd_agrees_with_thirty_digits(case):
    """Hard corners against the mixture in mpmath, 1e-11 relative."""
    import mpmath

    for pulses, snr_db, pfa in ((1, -30, 1e-12), (2, 13, 1e-3), (37, -2, 1e-12), (1000, -11, 1e-9), (300, 0, 1e-3)):
        limit, snr = threshold_of(pfa, pulses), 10 ** (snr_db / 10)
        with mpmath.workdps(30):
            expected = float(thirty_digits(mpmath, case, snr, pulses, limit))
        assert pd_of(case, snr, pulses, limit) == pytest.approx(expected, rel=1e-11), (pulses, snr_db, pfa)


def thirty_digits(mp, case, snr, pulses, limit):
    """The mixture, summed until what is left cannot matter."""
    mean = mp.mpf(pulses) * mp.mpf(snr)
    shape = {0: None, 1: 1, 2: pulses, 3: 2, 4: 2 * pulses}[case]
    weight = mp.exp(-mean) if shape is None else (1 + mean / shape) ** -shape
    odds = None if shape is None else mean / (mean + shape)
    term = mp.mpf(limit) ** pulses * mp.exp(-mp.mpf(limit)) / mp.factorial(pulses)
    upper = mp.gammainc(pulses, limit, mp.inf, regularized=True)
    total, seen, k = mp.mpf(0), mp.mpf(0), 0
    while seen < 1 - mp.mpf(10) ** -26 and k < 40000:
        total, seen = total + weight * upper, seen + weight
        upper += term
        term *= mp.mpf(limit) / (pulses + k + 1)
        weight *= mean / (k + 1) if shape is None else odds * (k + shape) / (k + 1)
        k += 1
    return total


@pytest.mark.parametrize("case", CASES)
def test_pd_agrees_with_counting(case, scale):
    """Adding up noise and echoes gives the same, within 4 standard errors."""
    draws, pulses, pfa, snr_db = int(40000 * scale) + 400, 6, 1e-3, 3.0
    exact = float(statistics.pd(case, snr_db, pulses, pfa))
    counted = naive.pd_by_counting(case, 10**0.3, pulses, naive.threshold(pfa, pulses), draws, RNG)
    assert abs(counted - exact) < 4 * np.sqrt(exact * (1 - exact) / draws)


@given(
    st.sampled_from(CASES), st.floats(-30, 40), st.floats(0.01, 5), st.integers(1, 400), st.floats(-12, -2),
)
def test_pd_rises_with_snr_and_starts_at_pfa(case, snr_db, more_db, pulses, log_pfa):
    """A stronger echo is never seen less often, and none is seen less often than noise."""
    pfa = 10**log_pfa
    weak, strong = statistics.pd(case, [snr_db, snr_db + more_db], pulses, pfa)
    assert pfa * (1 - 1e-9) <= weak <= strong * (1 + 1e-11)
    assert strong <= 1.0


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("pulses", [1, 3, 30, 500])
def test_required_snr_inverts_pd(case, pulses):
    """The SNR needed for a Pd gives that Pd."""
    for pd in (0.05, 0.5, 0.9, 0.99):
        snr_db = statistics.required_snr(pd, 1e-6, pulses, case)
        assert float(statistics.pd(case, snr_db, pulses, 1e-6)) == pytest.approx(pd, rel=1e-9)


def test_cases_two_and_four_are_one_and_three_for_one_pulse():
    """With one pulse, pulse-to-pulse and scan-to-scan are the same."""
    snr_db = np.linspace(-10, 30, 9)
    assert statistics.pd(1, snr_db, 1, 1e-6) == pytest.approx(statistics.pd(2, snr_db, 1, 1e-6), rel=1e-12)
    assert statistics.pd(3, snr_db, 1, 1e-6) == pytest.approx(statistics.pd(4, snr_db, 1, 1e-6), rel=1e-12)


@pytest.mark.parametrize(("shape", "case"), [(1.0, 1), (2.0, 3), (7.0, 2), (14.0, 4)])
def test_general_shape_meets_the_cases(shape, case):
    """The chi-square family holds Swerling's cases, and a large shape is steady."""
    snr_db = np.array([-20.0, 0.0, 5.0, 15.0, 35.0])
    assert statistics.pd_shape(shape, snr_db, 7, 1e-6) == pytest.approx(statistics.pd(case, snr_db, 7, 1e-6), rel=1e-9)
    assert statistics.pd_shape(1e7, 3.0, 7, 1e-6) == pytest.approx(statistics.pd(0, 3.0, 7, 1e-6), rel=1e-4)
    limit = threshold_of(1e-6, 7)
    assert pd_gamma_echo(0.7, 2.0, 7, limit) == pytest.approx(naive.pd_shape(0.7, 2.0, 7, limit), rel=1e-9)


@pytest.mark.validation
def test_marcum_agrees_with_the_noncentral_chi_square():
    """Q_M(a, b) is the tail of a non-central chi-square, also where one minus would lose it."""
    from scipy.stats import ncx2

    for order, a, b in ((1, 0.0, 2.0), (1, 1.0, 12.0), (3, 5.0, 2.0), (10, 20.0, 22.0), (100, 3.0, 15.0)):
        assert marcum_q(order, a, b) == pytest.approx(ncx2.sf(b * b, 2 * order, a * a), rel=1e-10)
    assert statistics.marcum(1, 0.0, 1.0) == pytest.approx(np.exp(-0.5), rel=1e-14)


def test_order_of_rows_does_not_matter():
    """Thresholds kept between rows change nothing: shuffled, the same bits."""
    rows = list(cases(200))
    order = RNG.permutation(len(rows))
    straight = statistics.pd(*(np.array(column) for column in zip(*rows, strict=True)))
    shuffled = statistics.pd(*(np.array(column)[order] for column in zip(*rows, strict=True)))
    assert np.array_equal(straight[order], shuffled)


def test_noise_alone_needs_no_signal():
    """A Pd below Pfa asks for no finite SNR, and without echo Pd is Pfa."""
    assert np.isnan(statistics.required_snr(1e-9, 1e-6))
    assert np.isnan(snr_needed(0, 1e-9, 1, threshold_of(1e-6, 1)))
    assert pd_of(3, 0.0, 5, threshold_of(1e-6, 5)) == pytest.approx(1e-6, rel=1e-11)
    assert pd_given(3, 0.0, 5, threshold_of(1e-6, 5), 1e-6) == 1e-6
    assert pd_steady(1e9, 5, 30.0) == 1.0


def test_nonsense_is_refused():
    """An unknown case, no pulse, an impossible chance."""
    with pytest.raises(InputError, match="cases are 0, 1, 2, 3, 4"):
        statistics.pd(5, 10, 1, 1e-6)
    for pulses, pfa in ((0, 1e-6), (1, 0.0), (1, 1.0)):
        with pytest.raises(RangeError):
            statistics.pd(1, 10, pulses, pfa)
    with pytest.raises(RangeError):
        statistics.required_snr(1.0, 1e-6)
    with pytest.raises(RangeError):
        statistics.pd_shape(0.0, 10, 1, 1e-6)
    with pytest.raises(RangeError):
        statistics.marcum(0, 1.0, 1.0)
