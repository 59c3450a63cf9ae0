"""The radar equation in its usual forms, noise, and the calibration of a radar from a published claim.

Free space, monostatic unless two ranges are given; losses are one figure in decibels. See
`docs/models/radar-equation.md`. All functions broadcast like numpy's.

Sources: [skolnik] Skolnik, "Introduction to Radar Systems", 3rd ed., ch. 2; [blake] Blake, "Radar Range-Performance
Analysis", ch. 4 (noise temperature); [barton] Barton, "Radar System Analysis and Modeling" (search form, beam shape).
"""

from dataclasses import dataclass
from math import log, pi
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from farwatch.compiled import kernel
from farwatch.detect.statistics import required_snr

Floats = NDArray[np.float64]

LIGHT_M_S = 299_792_458.0
BOLTZMANN_J_K = 1.380649e-23
STANDARD_K = 290.0


@kernel
def echo_snr(snr_one: float, rcs_m2: float, range_m: float, loss_db: float) -> float:
    """SNR per pulse of an echo, from the SNR of 1 m2 at 1 m and what the path loses."""
    square = range_m * range_m
    snr = snr_one * rcs_m2 / (square * square)
    return snr * 10.0 ** (-0.1 * loss_db) if loss_db > 0.0 else snr


def snr_one_of_claim(
    range_m: ArrayLike, rcs_m2: ArrayLike, pd: ArrayLike, pfa: ArrayLike, pulses: ArrayLike, swerling: ArrayLike
) -> Floats:
    """SNR per pulse of 1 m2 at 1 m, given that a target of `rcs_m2` is detected at `range_m` with chance `pd`."""
    needed = from_db(required_snr(pd, pfa, pulses, swerling))
    return np.asarray(needed * np.asarray(range_m, np.float64) ** 4 / np.asarray(rcs_m2, np.float64))


@dataclass(frozen=True, slots=True, kw_only=True)
class Emission:
    """What the radar equation needs to know of a radar; plain numbers or arrays that broadcast."""

    peak_power_w: ArrayLike
    pulse_width_s: ArrayLike
    frequency_hz: ArrayLike
    gain_tx_dbi: ArrayLike
    gain_rx_dbi: ArrayLike
    loss_db: ArrayLike = 0.0
    noise_k: ArrayLike = STANDARD_K


def snr_one_of(emission: Emission) -> Floats:
    """SNR per pulse of 1 m2 at 1 m; a matched filter collects the energy of the pulse."""
    energy_j = np.asarray(emission.peak_power_w, np.float64) * np.asarray(emission.pulse_width_s)
    gain = from_db(
        np.asarray(emission.gain_tx_dbi) + np.asarray(emission.gain_rx_dbi) - np.asarray(emission.loss_db)
    )
    lost = (4.0 * pi) ** 3 * BOLTZMANN_J_K * np.asarray(emission.noise_k)
    return np.asarray(energy_j * gain * wavelength_m(emission.frequency_hz) ** 2 / lost)


def bistatic_snr_db(
    emission: Emission, rcs_m2: ArrayLike, range_tx_m: ArrayLike, range_rx_m: ArrayLike
) -> Floats:
    """SNR per pulse with transmitter and receiver at their own ranges, dB; equal ranges make it monostatic."""
    square = np.asarray(range_tx_m, np.float64) * np.asarray(range_rx_m, np.float64)
    return to_db(snr_one_of(emission) * np.asarray(rcs_m2) / square**2)


def required_power(
    emission: Emission, rcs_m2: ArrayLike, range_m: ArrayLike, snr_db: ArrayLike
) -> Floats:
    """Peak power that gives an SNR per pulse, all else as in `emission`, W."""
    snr_one_per_w = snr_one_of(emission) / np.asarray(emission.peak_power_w)
    needed = from_db(snr_db) * np.asarray(range_m, np.float64) ** 4
    return np.asarray(needed / (snr_one_per_w * np.asarray(rcs_m2)))


def detection_range(
    snr_one: ArrayLike, rcs_m2: ArrayLike, pd: ArrayLike, pfa: ArrayLike, pulses: ArrayLike, swerling: ArrayLike
) -> Floats:
    """Range at which a target is detected with chance `pd`, free space, m."""
    return range_for_snr(snr_one, rcs_m2, required_snr(pd, pfa, pulses, swerling))


def range_for_snr(snr_one: ArrayLike, rcs_m2: ArrayLike, snr_db: ArrayLike) -> Floats:
    """Range at which an echo has an SNR per pulse, m."""
    return np.asarray((np.asarray(snr_one) * np.asarray(rcs_m2) / from_db(snr_db)) ** 0.25)


def scaled_range(range_m: ArrayLike, rcs_from_m2: ArrayLike, rcs_to_m2: ArrayLike) -> Floats:
    """A detection range carried over to another cross-section: the fourth root."""
    return np.asarray(np.asarray(range_m) * (np.asarray(rcs_to_m2) / np.asarray(rcs_from_m2)) ** 0.25)


def received_power(emission: Emission, rcs_m2: ArrayLike, range_m: ArrayLike) -> Floats:
    """Power of an echo at the antenna port, W."""
    gain = from_db(
        np.asarray(emission.gain_tx_dbi) + np.asarray(emission.gain_rx_dbi) - np.asarray(emission.loss_db)
    )
    sent = np.asarray(emission.peak_power_w) * gain * wavelength_m(emission.frequency_hz) ** 2
    return np.asarray(sent * np.asarray(rcs_m2) / ((4.0 * pi) ** 3 * np.asarray(range_m, np.float64) ** 4))


def search_snr_one(
    power_aperture_w_m2: ArrayLike, search_time_s: ArrayLike, solid_angle_sr: ArrayLike, noise_k: ArrayLike,
    loss_db: ArrayLike,
) -> Floats:
    """SNR of 1 m2 at 1 m for a radar that spreads its mean power evenly over a solid angle in a time [barton]."""
    sent = np.asarray(power_aperture_w_m2) * np.asarray(search_time_s)
    lost = 4.0 * pi * BOLTZMANN_J_K * np.asarray(noise_k) * from_db(loss_db) * np.asarray(solid_angle_sr)
    return np.asarray(sent / lost)


def solid_angle(az_min_deg: ArrayLike, az_max_deg: ArrayLike, el_min_deg: ArrayLike, el_max_deg: ArrayLike) -> Floats:
    """Solid angle of a sector of azimuth and elevation, sr."""
    rise = np.sin(np.radians(el_max_deg)) - np.sin(np.radians(el_min_deg))
    return np.asarray(np.radians(np.asarray(az_max_deg) - np.asarray(az_min_deg)) * rise)


def noise_power_dbm(bandwidth_hz: ArrayLike, noise_k: ArrayLike = STANDARD_K) -> Floats:
    """Thermal noise kTB, dBm."""
    return to_db(BOLTZMANN_J_K * np.asarray(noise_k) * np.asarray(bandwidth_hz)) + 30.0


def cascade_noise_figure_db(stage_figure_db: ArrayLike, stage_gain_db: ArrayLike) -> float:
    """Noise figure of stages in a row (Friis), dB; the last axis runs from the antenna on."""
    figure, gain = from_db(stage_figure_db), from_db(stage_gain_db)
    before = np.concatenate([[1.0], np.cumprod(gain[:-1])])
    return float(to_db(1.0 + np.sum((figure - 1.0) / before)))


def system_temperature(
    antenna_k: ArrayLike, line_loss_db: ArrayLike, noise_figure_db: ArrayLike, standard_k: float = STANDARD_K
) -> Floats:
    """System noise temperature at the antenna's terminals, its line at `standard_k`, K [blake]."""
    line = from_db(line_loss_db)
    receiver_k = standard_k * (from_db(noise_figure_db) - 1.0)
    return np.asarray(np.asarray(antenna_k) + standard_k * (line - 1.0) + line * receiver_k)


def gain_of_aperture_dbi(frequency_hz: ArrayLike, area_m2: ArrayLike, efficiency: ArrayLike) -> Floats:
    """Antenna gain of an aperture, dBi."""
    return to_db(4.0 * pi * np.asarray(area_m2) * np.asarray(efficiency) / wavelength_m(frequency_hz) ** 2)


def aperture_of_gain_m2(frequency_hz: ArrayLike, gain_dbi: ArrayLike) -> Floats:
    """Effective aperture of an antenna gain, m2."""
    return np.asarray(from_db(gain_dbi) * wavelength_m(frequency_hz) ** 2 / (4.0 * pi))


def pulses_per_dwell(beamwidth_deg: ArrayLike, prf_hz: ArrayLike, scan_rate_rpm: ArrayLike) -> Floats:
    """Pulses that fall on a target while a turning beam passes."""
    return np.asarray(np.asarray(beamwidth_deg) * np.asarray(prf_hz) / (6.0 * np.asarray(scan_rate_rpm)))


def beam_shape_loss_db(dimensions: int) -> float:
    """Loss of a Gaussian beam swept densely over a target in one or two dimensions, against its peak [barton]."""
    return float(dimensions * 5.0 * np.log10(8.0 * log(2.0) / pi))


def unambiguous_range(prf_hz: ArrayLike) -> Floats:
    """Range beyond which an echo returns after the next pulse, m."""
    return np.asarray(LIGHT_M_S / (2.0 * np.asarray(prf_hz)))


def blind_speed(prf_hz: ArrayLike, frequency_hz: ArrayLike) -> Floats:
    """First speed whose Doppler shift equals the repetition rate, m/s."""
    return np.asarray(0.5 * wavelength_m(frequency_hz) * np.asarray(prf_hz))


def range_of_delay(delay_s: ArrayLike, light_m_s: float = LIGHT_M_S) -> Floats:
    """Range of an echo by its delay, m."""
    return np.asarray(0.5 * light_m_s * np.asarray(delay_s))


def path_loss_db(frequency_hz: ArrayLike, distance_m: ArrayLike) -> Floats:
    """One-way loss between isotropic antennas in free space, dB."""
    return 2.0 * to_db(4.0 * pi * np.asarray(distance_m) / wavelength_m(frequency_hz))


def wavelength_m(frequency_hz: ArrayLike) -> Floats:
    """Wavelength in vacuum, m."""
    return np.asarray(LIGHT_M_S / np.asarray(frequency_hz, np.float64))


def from_db(value_db: ArrayLike) -> Floats:
    """Decibels to a power ratio."""
    return np.asarray(10.0 ** (np.asarray(value_db, np.float64) / 10.0))


def to_db(ratio: ArrayLike) -> Floats:
    """A power ratio to decibels."""
    return np.asarray(10.0 * np.log10(np.asarray(ratio, np.float64)))


def settle(radars: NDArray[Any]) -> None:
    """Derive what follows from the drawn figures of RADAR rows (any leading axes), in place.

    `snr_one` from reference range, cross-section and SNR: a claim is taken to include its loss in clear air, at sea
    level along the horizontal, so that loss is added; and the ratios of the figures that are given in decibels.
    """
    from farwatch.detect.gas import path_in_air

    through_m = path_in_air(radars["range_reference_m"][..., None], 0.0, 0.0, np.maximum(radars["air_scale_m"], 1.0))
    air_db = np.where(radars["air_in_claim"] == 1, np.sum(radars["air_db_per_m"] * through_m, axis=-1), 0.0)
    strength = radars["snr_reference"] * radars["range_reference_m"] ** 4 / radars["rcs_reference_m2"]
    radars["snr_one"] = strength * from_db(air_db)
    for name in ("sidelobe", "improvement", "rain_improvement"):
        radars[f"{name}_ratio"] = from_db(radars[f"{name}_db"])
