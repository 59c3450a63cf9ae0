"""Named losses, integration and accuracy, against sums, draws and published values."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farwatch.detect import integration, losses, measurement
from farwatch.detect.equation import LIGHT_M_S
from farwatch.errors import InputError, RangeError

RNG = np.random.default_rng(4)


def test_a_budget_adds_once_and_twice():
    """A loss met both ways counts twice, and the table says so."""
    budget = losses.LossBudget(losses=(
        losses.Loss(name="line", loss_db=1.2, source="maker"), losses.Loss(name="air", loss_db=0.4, passes=2),
    ))
    assert budget.total_db == pytest.approx(2.0)
    assert str(budget).splitlines() == [
        "line    1.20 dB  once       maker", "air     0.40 dB  both ways", "total   2.00 dB",
    ]
    with pytest.raises(InputError, match="2 problems"):
        losses.Loss(name="x", loss_db=-1.0, passes=3)


def test_scan_loss_and_its_mean():
    """60 degrees at exponent 1 is 6 dB both ways; the mean over a sector lies between none and the edge."""
    assert float(losses.scan_loss_db(60.0, 1.0)) == pytest.approx(6.0206, abs=1e-4)
    angles = np.linspace(-60, 60, 20001)
    mean = -10 * np.log10(np.trapezoid(np.cos(np.radians(angles)) ** 2.6, angles) / 120)
    assert losses.mean_scan_loss_db(60.0) == pytest.approx(mean, abs=1e-6)


@pytest.mark.parametrize("duty", [0.001, 0.1, 0.5])
def test_eclipsing_averages_to_its_closed_form(duty):
    """Share squared over a fine sweep of ranges has the mean 1 - 4/3 duty; a whole echo loses nothing."""
    prf_hz, width_s = 1e4, duty / 1e4
    ranges = (np.arange(200_000) + 0.5) / 200_000 * LIGHT_M_S / (2 * prf_hz)
    share = losses.uneclipsed_share(ranges, width_s, prf_hz)
    assert losses.mean_eclipsing_loss_db(width_s, prf_hz) == pytest.approx(-10 * np.log10(np.mean(share**2)), abs=1e-4)
    assert float(losses.eclipsing_loss_db(LIGHT_M_S / (4 * prf_hz), width_s, prf_hz)) == pytest.approx(0.0, abs=1e-12)
    assert np.isinf(losses.eclipsing_loss_db(0.0, width_s, prf_hz))
    assert float(losses.blind_range_m(1e-6)) == pytest.approx(149.896, abs=1e-3)


@pytest.mark.validation
@pytest.mark.parametrize(
    ("window", "scallop_db", "bandwidth"),
    [("uniform", 3.92, 1.0), ("hann", 1.42, 1.5), ("hamming", 1.78, 1.36), ("blackman", 1.1, 1.73)],
)
def test_windows_lose_what_harris_printed(window, scallop_db, bandwidth):
    """Harris 1978, table 1: worst scalloping loss and equivalent noise bandwidth."""
    mean, worst = losses.filter_straddle_loss_db(window)
    assert worst == pytest.approx(scallop_db, abs=0.04)
    assert 10 ** (losses.weighting_loss_db(window) / 10) == pytest.approx(bandwidth, abs=0.006)
    assert 0 < mean < worst


def test_gates_straddle_a_triangle():
    """Mean and worst power of a triangle sampled at random."""
    off = RNG.uniform(-0.25, 0.25, 400_000)
    mean, worst = losses.gate_straddle_loss_db(2.0)
    assert mean == pytest.approx(-10 * np.log10(np.mean((1 - np.abs(off)) ** 2)), abs=0.01)
    assert worst == pytest.approx(-20 * np.log10(0.75))


@pytest.mark.validation
def test_binary_integration_of_a_published_example():
    """12 of 24 at Pd 0.9 and Pfa 1e-6 loses 1.06 dB (MathWorks, binaryintloss, by an approximation) within 0.05 dB."""
    assert integration.binary_loss_db(12, 24, 0.9, 1e-6) == pytest.approx(1.0596, abs=0.05)


@pytest.mark.validation
@pytest.mark.parametrize(("looks", "swerling"), [(10, 0), (24, 0), (50, 0), (24, 4)])
def test_best_m_is_near_the_published_rule(looks, swerling):
    """Shnidman's 10^b N^a (1998) loses at most 0.1 dB against the best M found."""
    a, b = {0: (0.8, -0.02), 4: (0.873, -0.27)}[swerling]
    rule = round(10**b * looks**a)
    best = integration.best_hits(looks, 0.9, 1e-6, swerling)
    by_rule, by_trial = (integration.binary_snr(hits, looks, 0.9, 1e-6, swerling) for hits in (rule, best))
    assert 0.0 <= by_rule - by_trial < 0.1


@given(st.integers(1, 64), st.integers(1, 64), st.floats(0.2, 0.95))
def test_coherent_sums_beat_sums_of_powers(pulses, bursts, pd):
    """Summing in phase never needs more, and saves exactly 10 log n over one pulse a burst."""
    coherent = integration.coherent_snr(pulses, bursts, pd, 1e-6)
    assert coherent == pytest.approx(integration.coherent_snr(1, bursts, pd, 1e-6) - 10 * np.log10(pulses))
    assert coherent <= integration.coherent_snr(1, pulses * bursts, pd, 1e-6) + 1e-9


def test_cumulative_chance_of_unequal_looks():
    """One minus the product of the misses; a certain look settles it."""
    assert integration.cumulative_of([0.5, 0.2, 1.0, 0.3]) == pytest.approx([0.5, 0.6, 1.0, 1.0])
    assert losses.coherent_gain_db(16) == pytest.approx(10 * np.log10(16))


def test_scanning_angle_meets_its_bound():
    """Maximum likelihood over drawn noise scatters as the bound says, within 10 %."""
    beam, per_beam, snr = 1.0, 40, 100.0
    x = np.arange(-1.5, 1.5, beam / per_beam)
    tries = np.linspace(-0.15, 0.15, 1201)
    shapes = np.exp(-4 * np.log(2) * (x[None, :] - tries[:, None]) ** 2)
    shapes /= np.linalg.norm(shapes, axis=1, keepdims=True)
    echo = np.sqrt(snr) * np.exp(-4 * np.log(2) * x**2)
    noise = RNG.normal(scale=np.sqrt(0.5), size=(2, 800, x.size))
    seen = echo + noise[0] + 1j * noise[1]
    found = tries[np.argmax(np.abs(seen @ shapes.T), axis=1)]
    assert np.std(found) == pytest.approx(float(measurement.scanning_angle_sigma_rad(beam, per_beam, snr)), rel=0.1)


@pytest.mark.validation
def test_doppler_accuracy_is_that_of_a_drawn_tone():
    """The estimate of a tone's frequency scatters as sqrt(3) / (pi T sqrt(2 E/N0)) (Skolnik, 6.3), within 10 %."""
    count, energy = 64, 400.0
    time = (np.arange(count) - (count - 1) / 2) / count
    noise = RNG.normal(scale=np.sqrt(0.5), size=(2, 1500, count))
    seen = np.sqrt(energy / count) + noise[0] + 1j * noise[1]
    tries = np.linspace(-0.15, 0.15, 1201)
    found = tries[np.argmax(np.abs(seen @ np.exp(-2j * np.pi * np.outer(time, tries))), axis=1)]
    assert np.std(found) == pytest.approx(float(measurement.doppler_sigma_hz(1.0, energy)), rel=0.1)
    speed = float(measurement.radial_speed_sigma_m_s(0.01, 3e9, energy))
    assert speed == pytest.approx(0.5 * LIGHT_M_S / 3e9 * float(measurement.doppler_sigma_hz(0.01, energy)))


def test_biases_shift_and_wrap():
    """A north misalignment turns azimuths through north."""
    bias = measurement.Bias(range_m=-30.0, azimuth_rad=-0.2, elevation_rad=0.01)
    range_m, azimuth, elevation = bias.applied(1000.0, 0.1, 0.0)
    assert (float(range_m), float(elevation)) == (970.0, 0.01)
    assert float(azimuth) == pytest.approx(2 * np.pi - 0.1)


def test_impossible_losses_are_refused():
    """Duty beyond a half, gates too wide, no pulses, an unknown window, slow echoes in M of N."""
    for call in (
        lambda: losses.mean_eclipsing_loss_db(6e-5, 1e4), lambda: losses.gate_straddle_loss_db(0.5),
        lambda: losses.window_weights("hann", 0), lambda: losses.scan_loss_db(80.0),
        lambda: integration.binary_snr(2, 4, 0.9, 1e-6, 1), lambda: integration.coherent_snr(0, 1, 0.9, 1e-6),
    ):
        with pytest.raises(RangeError):
            call()
    with pytest.raises(InputError, match="known are uniform"):
        losses.window_weights("kaiser", 8)
