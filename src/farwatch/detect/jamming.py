"""Noise jamming in closed form: jam-to-signal ratios and the ranges at which an echo burns through.

Textbook formulas; `noise_rise` is the form in which jamming meets a radar whose SNR is known. Losses act on the echo
only, jamming power falls into the receiver by the ratio of bandwidths. See `docs/models/jamming.md`.

Source: [skolnik] ch. 2 and 14; [harrison2019] Harrison, "Introduction to Radar Using Python and MATLAB", eqs. 11.17 to
11.21.
"""

from dataclasses import dataclass
from math import pi

import numpy as np
from numpy.typing import ArrayLike, NDArray

from farwatch.detect.equation import BOLTZMANN_J_K, Emission, from_db, snr_one_of, to_db, wavelength_m
from farwatch.errors import RangeError

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Jammed:
    """A radar and the noise that it meets, on an echo of `rcs_m2`."""

    peak_power_w: float
    gain_dbi: float
    loss_db: float
    bandwidth_hz: float
    jammer_erp_w: float
    jammer_bandwidth_hz: float
    rcs_m2: float


def self_screening_db(case: Jammed, range_m: ArrayLike) -> Floats:
    """Jam-to-signal ratio of a target that carries its own jammer, dB."""
    return to_db(np.asarray(range_m, np.float64) ** 2 * _self_ratio(case))


def escort_db(
    case: Jammed, range_m: ArrayLike, jammer_range_m: ArrayLike, gain_toward_jammer_dbi: ArrayLike
) -> Floats:
    """Jam-to-signal ratio with the jammer elsewhere, dB."""
    return to_db(np.asarray(range_m, np.float64) ** 4 * _escort_ratio(case, jammer_range_m, gain_toward_jammer_dbi))


def self_screening_range(case: Jammed, tolerated_db: ArrayLike = 0.0) -> Floats:
    """Range at which the ratio of a self-screening jammer equals what the radar tolerates, m."""
    return np.asarray(np.sqrt(from_db(tolerated_db) / _self_ratio(case)))


def escort_range(
    case: Jammed, tolerated_db: ArrayLike, jammer_range_m: ArrayLike, gain_toward_jammer_dbi: ArrayLike
) -> Floats:
    """Range at which the ratio of a jammer elsewhere equals what the radar tolerates, m."""
    ratio = _escort_ratio(case, jammer_range_m, gain_toward_jammer_dbi)
    return np.asarray((from_db(tolerated_db) / ratio) ** 0.25)


def stand_off_range(
    emission: Emission, rcs_m2: float, snr_db: float, erp_density_w_hz: float, sidelobe_gain_dbi: float,
    jammer_range_m: float,
) -> float:
    """Detection range against barrage noise that enters by a sidelobe: energy over noise plus jamming density, m."""
    rise = noise_rise(erp_density_w_hz, sidelobe_gain_dbi, emission.frequency_hz, jammer_range_m, emission.noise_k)
    return float((snr_one_of(emission) * rcs_m2 / (from_db(snr_db) * rise)) ** 0.25)


def noise_rise(
    density_w_hz: ArrayLike, gain_toward_dbi: ArrayLike, frequency_hz: ArrayLike, jammer_range_m: ArrayLike,
    noise_k: ArrayLike,
) -> Floats:
    """Noise of a radar under barrage jamming over its own: 1 + J0 / N0, by which every SNR is divided.

    `density_w_hz` is the jammer's ERP per bandwidth, `gain_toward_dbi` that of the radar toward it through its pattern:
    J0 = density G wavelength² / (4 pi R)², N0 = k T. The jammer fills the radar's band. Of several, rise - 1 adds.
    """
    distance = np.asarray(jammer_range_m, np.float64)
    if np.any(distance <= 0.0) or np.any(np.asarray(density_w_hz) < 0.0):
        raise RangeError("a jammer stands at a range above 0 m and sends 0 W/Hz or more")
    spread = wavelength_m(frequency_hz) / (4.0 * pi * distance)
    density = np.asarray(density_w_hz, np.float64) * from_db(gain_toward_dbi) * spread**2
    return np.asarray(1.0 + density / (BOLTZMANN_J_K * np.asarray(noise_k)))


def range_factor(rise: ArrayLike) -> Floats:
    """What a rise of noise from a jammer elsewhere leaves of every detection range: its inverse fourth root."""
    return np.asarray(np.asarray(rise, np.float64) ** -0.25)


def _self_ratio(case: Jammed) -> Floats:
    """Jam-to-signal ratio at 1 m."""
    share = case.bandwidth_hz / case.jammer_bandwidth_hz
    echo = case.peak_power_w * from_db(case.gain_dbi - case.loss_db) * case.rcs_m2
    return np.asarray(4.0 * pi * case.jammer_erp_w * share / echo)


def _escort_ratio(case: Jammed, jammer_range_m: ArrayLike, gain_toward_jammer_dbi: ArrayLike) -> Floats:
    """Jam-to-signal ratio of an echo at 1 m, the jammer at its range."""
    beam = from_db(np.asarray(gain_toward_jammer_dbi) - case.gain_dbi)
    return np.asarray(_self_ratio(case) * beam / np.asarray(jammer_range_m, np.float64) ** 2)
