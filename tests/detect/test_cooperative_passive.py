"""Secondary radar, ADS-B and passive bearings, against counting, drawing and published budgets."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farwatch.detect import cooperative, passive
from farwatch.detect.cooperative import Link, SecondaryRadar, heard_probability
from farwatch.errors import RangeError
from naive import radar_physics as naive

RNG = np.random.default_rng(6)
UP = Link(frequency_hz=1030e6, power_dbm=60.0, gain_tx_dbi=27.0, gain_rx_dbi=0.0, loss_db=5.0, trigger_dbm=-74.0)
DOWN = Link(frequency_hz=1090e6, power_dbm=51.0, gain_tx_dbi=0.0, gain_rx_dbi=27.0, loss_db=5.0, trigger_dbm=-84.0)
RADAR = SecondaryRadar(up=UP, down=DOWN, interrogations=6, replies_needed=2)


@given(st.floats(-30, 30))
def test_messages_are_heard_as_the_standard_asks(margin_db):
    """0.9 at the triggering level, 0.99 three decibels above, and the normal curve between."""
    assert heard_probability(margin_db) == pytest.approx(naive.heard(margin_db), rel=1e-9, abs=1e-15)
    assert heard_probability(0.0) == pytest.approx(0.9)
    assert heard_probability(3.0) == pytest.approx(0.99)


@pytest.mark.validation
def test_one_way_link_of_a_published_example():
    """1090 MHz, 54 dBm, 12 dBi, 278 km: path loss 142 dB, received -76 dBm by Friis (free space, ITU-R P.525)."""
    link = Link(frequency_hz=1090e6, power_dbm=54.0, gain_tx_dbi=0.0, gain_rx_dbi=12.0, loss_db=0.0, trigger_dbm=0.0)
    p525_db = 32.45 + 20 * np.log10(1090.0) + 20 * np.log10(278.0)
    assert float(link.margin_db(278e3)) == pytest.approx(66.0 - p525_db, abs=0.01)
    assert float(link.margin_db(link.range_m(3.0))) == pytest.approx(3.0)


def test_the_weaker_link_sets_the_range():
    """The range is that of the fainter way; twice the range costs 6 dB of one way."""
    assert RADAR.range_m() == min(UP.range_m(), DOWN.range_m())
    assert float(UP.margin_db(1e5) - UP.margin_db(2e5)) == pytest.approx(6.0206, abs=1e-4)


def test_pd_falls_with_range_and_counts_replies():
    """A plot needs two of six replies; further away is never likelier."""
    ranges = np.geomspace(10e3, 1e7, 60)
    pd = RADAR.pd(ranges)
    assert np.all(np.diff(pd) <= 1e-12)
    assert pd[0] > 0.9999
    assert pd[-1] < 0.5
    p = float(RADAR.reply_probability(RADAR.range_m()))
    hits = (RNG.uniform(size=(200_000, 6)) < p).sum(axis=1)
    assert float(RADAR.pd(RADAR.range_m())) == pytest.approx(np.mean(hits >= 2), abs=4e-3)


def test_garbling_is_overlap_of_poisson_arrivals():
    """The chance that none of the others begins within reach, counted on a time line."""
    rate, own, other = 4000.0, 120e-6, 64e-6
    starts = np.sort(RNG.uniform(0, 60.0, RNG.poisson(rate * 60.0)))
    mine = RNG.uniform(1.0, 59.0, 40_000)
    first = np.searchsorted(starts, mine - other)
    clear = starts[np.minimum(first, starts.size - 1)] > mine + own
    assert float(cooperative.clear_probability(rate, own, other)) == pytest.approx(np.mean(clear), abs=0.01)
    assert float(cooperative.clear_probability(rate, own, other, 1.0)) == 1.0
    with pytest.raises(RangeError):
        cooperative.clear_probability(-1.0, own, other)


def test_updates_of_squitters():
    """Two squitters a second, half of them heard: 1 - 0.5^20 within 10 s, one a second on average."""
    assert float(cooperative.update_probability(0.5, 2.0, 10.0)) == pytest.approx(1 - 0.5**20)
    assert float(cooperative.mean_update_s(0.5, 2.0)) == 1.0
    assert float(cooperative.update_probability(1.0, 2.0, 1.0)) == 1.0


def test_accuracy_categories_hold_95_percent():
    """Two normal coordinates of that sigma stay within the category's radius 95 times in 100."""
    sigma = cooperative.position_sigma_m(9)
    assert np.mean(np.hypot(*RNG.normal(0, sigma, (2, 100_000))) < 30.0) == pytest.approx(0.95, abs=0.005)
    with pytest.raises(RangeError):
        cooperative.position_sigma_m(12)


def test_a_passive_sensor_hears_one_way():
    """Four times the power doubles the range, and SNR is the power received over noise."""
    near, far = passive.intercept_range_m([60.0, 66.0206], 3e9, 10.0, -100.0)
    assert far == pytest.approx(2 * near, rel=1e-5)
    assert float(passive.intercept_snr_db(60.0, 3e9, 10.0, -100.0, near)) == pytest.approx(0.0, abs=1e-9)


def test_bearing_sigmas_are_those_of_drawn_noise():
    """Phase and amplitude comparison scatter as their formulas say, within 5 %."""
    snr, count = 1000.0, 40_000
    noise = RNG.normal(scale=np.sqrt(0.5 / snr), size=(2, 2, count))
    one, two = (1 + n[0] + 1j * n[1] for n in noise)
    wave, base = 0.1, 1.0
    bearing = np.angle(one * np.conj(two)) * wave / (2 * np.pi * base)
    sigma = passive.interferometer_sigma_rad(base, 299792458.0 / wave, 0.0, snr)
    assert np.std(bearing) == pytest.approx(float(sigma), rel=0.05)
    beam = squint = 0.2
    crossover = 0.5
    noise = RNG.normal(scale=np.sqrt(0.5 / (snr * crossover)), size=(2, 2, count))
    power = [np.abs(1 + n[0] + 1j * n[1]) ** 2 for n in noise]
    bearing = np.log(power[0] / power[1]) * beam**2 / (8 * np.log(2) * squint)
    assert np.std(bearing) == pytest.approx(float(passive.amplitude_sigma_rad(beam, squint, snr)), rel=0.05)
    with pytest.raises(RangeError):
        passive.interferometer_sigma_rad(1.0, 3e9, np.pi / 2, snr)


def test_crossing_bearings_scatter_as_their_ellipse(scale):
    """Fixes where drawn bearings cross have the covariance of the closed form, within 10 %."""
    sensors, target, sigma = np.array([[-20e3, 0.0], [30e3, 5e3]]), np.array([10e3, 60e3]), 0.003
    fix = passive.fix_of_bearings(sensors, target, sigma)
    drawn = naive.bearing_fixes(sensors, target, sigma, int(8000 * max(scale, 0.1)), RNG) - target
    tolerance = 0.1 if scale == 1.0 else 0.3
    assert np.cov(drawn.T) == pytest.approx(fix.covariance_m2, rel=tolerance, abs=tolerance * fix.minor_m**2)
    within = np.mean(np.hypot(*drawn.T) < fix.radius_m(0.5))
    assert within == pytest.approx(0.5, abs=0.03 if scale == 1.0 else 0.08)
    assert fix.rms_m == pytest.approx(np.sqrt(np.trace(fix.covariance_m2)))


def test_two_bearings_at_right_angles_make_a_circle():
    """Equal ranges, right angles: sigma R each way, and a circular error of 1.1774 of it."""
    fix = passive.fix_of_bearings([[0.0, 0.0], [50e3, 50e3]], [0.0, 50e3], 0.01)
    assert (fix.major_m, fix.minor_m) == pytest.approx((500.0, 500.0))
    assert fix.radius_m() == pytest.approx(1.17741 * 500.0, rel=1e-4)


@given(st.floats(0.001, 0.05), st.floats(-40e3, 40e3))
def test_a_third_sensor_never_hurts(sigma, east_m):
    """More bearings shrink the ellipse."""
    two, target = [[-20e3, 0.0], [20e3, 0.0]], [3e3, 50e3]
    before = passive.fix_of_bearings(two, target, sigma)
    after = passive.fix_of_bearings([*two, [east_m, -5e3]], target, sigma)
    assert after.rms_m <= before.rms_m * (1 + 1e-9)


def test_bearings_that_do_not_cross_are_refused():
    """One sensor, one line, a sensor on the target, no sigma, a certain radius."""
    for sensors, target, sigma in (
        ([[0.0, 0.0]], [1.0, 1.0], 0.01), ([[0.0, 0.0], [1.0, 0.0]], [5.0, 0.0], 0.01),
        ([[0.0, 0.0], [1.0, 1.0]], [1.0, 1.0], 0.01), ([[0.0, 0.0], [1.0, 0.0]], [0.0, 5.0], 0.0),
    ):
        with pytest.raises(RangeError):
            passive.fix_of_bearings(sensors, target, sigma)
    with pytest.raises(RangeError):
        passive.fix_of_bearings([[0.0, 0.0], [1.0, 0.0]], [0.0, 5.0], 0.01).radius_m(1.0)
