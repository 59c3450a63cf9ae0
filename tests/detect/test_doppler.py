"""Cancellers, against pulse trains, drawn clutter and published numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farwatch.detect import doppler
from farwatch.detect.doppler import Canceller, velocity_gain
from farwatch.errors import RangeError
from naive import radar_physics as naive

RNG = np.random.default_rng(8)
STAGGERED = Canceller(frequency_hz=3e9, prf_hz=(1000.0, 1150.0, 1300.0), order=2)


@given(st.floats(-900, 900), st.lists(st.floats(20, 300), min_size=1, max_size=4), st.integers(1, 3))
def test_gain_is_that_of_a_pulse_train(radial_m_s, blind_m_s, order):
    """The closed form equals pulses with binomial weights summed one by one; unused PRFs do not count."""
    padded = np.array([*blind_m_s, np.nan, 0.0, -1.0])
    expected = naive.canceller_power(radial_m_s, blind_m_s, order)
    assert velocity_gain(radial_m_s, padded, order) == pytest.approx(expected, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("order", [1, 2, 3])
def test_mean_over_speeds_is_one(order):
    """The filter favours no target on average, is blind at rest and at the blind speed, and off without PRFs."""
    blind = np.array([75.0, 90.0])
    speeds = (np.arange(4500) + 0.5) * 450.0 / 4500
    assert np.mean([velocity_gain(v, blind, order) for v in speeds]) == pytest.approx(1.0, rel=1e-9)
    assert velocity_gain(0.0, blind, order) == 0.0
    assert velocity_gain(75.0, blind[:1], order) == pytest.approx(0.0, abs=1e-20)
    assert velocity_gain(123.0, np.array([np.nan, 0.0]), order) == 1.0
    assert velocity_gain(-50.0, blind, order) == pytest.approx(velocity_gain(50.0, blind, order))


@pytest.mark.validation
def test_common_blind_speed_of_a_staggered_set():
    """Periods in the ratio 25:30:27:31: 28.25 times the blind speed of the mean period (Skolnik, 3rd ed., 3.3)."""
    mean_s = 1e-3
    periods_s = np.array([25, 30, 27, 31]) / 28.25 * mean_s
    staggered = Canceller(frequency_hz=3e9, prf_hz=tuple(1.0 / periods_s))
    single = float(doppler.blind_speeds_m_s(Canceller(frequency_hz=3e9, prf_hz=(1.0 / mean_s,)))[0])
    assert doppler.common_blind_speed_m_s(staggered) == pytest.approx(28.25 * single, rel=1e-9)
    assert np.isnan(doppler.common_blind_speed_m_s(staggered, highest_m_s=1000.0))


@pytest.mark.validation
def test_improvement_factor_of_a_published_example():
    """Three delays, 300 MHz, 200 Hz, clutter of 2 m/s: 55.3986 dB (MathWorks, mtifactor)."""
    sigma_hz = doppler.spread_of_speeds_hz(2.0, 300e6)
    assert float(doppler.improvement_factor_db(3, 200.0, sigma_hz)) == pytest.approx(55.3986, abs=1e-4)


@pytest.mark.validation
def test_scanning_limits():
    """n²/1.388 and n⁴/3.853 for two and three pulses (Skolnik, 3rd ed., 3.7) within 0.02 dB."""
    sigma_hz = doppler.spread_of_scanning_hz(1000.0, 20.0)
    limits = doppler.narrow_improvement_db([1, 2], 1000.0, sigma_hz)
    assert limits == pytest.approx(10 * np.log10([20**2 / 1.388, 20**4 / 3.853]), abs=0.02)


@pytest.mark.parametrize(("order", "ratio"), [(1, 0.02), (2, 0.05), (3, 0.2), (2, 1.0)])
def test_improvement_agrees_with_drawn_clutter(order, ratio, scale):
    """Speeds drawn from the spectrum and filtered give the same factor."""
    counted = naive.improvement_db(order, ratio, int(400_000 * scale) + 4000, RNG)
    tolerance = 0.1 if scale == 1.0 else 1.0
    assert float(doppler.improvement_factor_db(order, 1.0, ratio)) == pytest.approx(counted, abs=tolerance)


def test_improvement_has_its_limits():
    """Narrow spectra follow the power law, white clutter gains nothing, the two ways of computing meet."""
    narrow = doppler.improvement_factor_db([1, 2, 3], 1000.0, 0.5)
    assert narrow == pytest.approx(doppler.narrow_improvement_db([1, 2, 3], 1000.0, 0.5), abs=1e-3)
    assert doppler.improvement_factor_db([1, 2, 3], 1.0, 5.0) == pytest.approx(0.0, abs=1e-9)
    below, above = doppler.improvement_factor_db(3, 1.0, [0.15 - 1e-9, 0.15 + 1e-9])
    assert below == pytest.approx(above, abs=1e-6)
    assert doppler.joint_limit_db([30.0, 30.0]) == pytest.approx(30.0 - 10 * np.log10(2))


@given(st.floats(0.0, 20.0))
def test_a_laxer_threshold_sees_slower_targets(below_db):
    """The lowest detectable speed has that response and falls as more loss is allowed."""
    slowest = doppler.minimum_detectable_velocity_m_s(STAGGERED, below_db)
    assert float(doppler.response_db(STAGGERED, slowest)) == pytest.approx(-below_db, abs=1e-4)
    assert doppler.minimum_detectable_velocity_m_s(STAGGERED, below_db + 3.0) < slowest


def test_visible_share_of_one_prf_in_closed_form():
    """Two pulses, 3 dB below the mean: 1 - 2/pi asin(sqrt(x/2)); staggering shows more."""
    single = Canceller(frequency_hz=3e9, prf_hz=(1000.0,), order=1)
    blind = float(doppler.blind_speeds_m_s(single)[0])
    expected = 1 - 2 / np.pi * np.arcsin(np.sqrt(10**-0.3 / 2))
    assert doppler.visible_share(single, 4 * blind) == pytest.approx(expected, abs=1e-3)
    double = Canceller(frequency_hz=3e9, prf_hz=(1000.0,), order=2)
    assert doppler.visible_share(STAGGERED, 600.0) > doppler.visible_share(double, 600.0)


def test_impossible_cancellers_are_refused():
    """No PRF, no order, no spread."""
    for changes in ({"prf_hz": ()}, {"prf_hz": (0.0,)}, {"order": 0}, {"frequency_hz": 0.0}):
        with pytest.raises(RangeError):
            Canceller(**({"frequency_hz": 3e9, "prf_hz": (1000.0,), "order": 1} | changes))
    with pytest.raises(RangeError):
        doppler.improvement_factor_db(1, 1000.0, 0.0)
    with pytest.raises(RangeError):
        doppler.minimum_detectable_velocity_m_s(STAGGERED, -1.0)
