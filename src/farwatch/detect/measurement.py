"""What a detection measures, and how well.

Accuracy follows the measured signal-to-noise ratio of the dwell (N pulses), in quadrature with a floor that no SNR
betters. Sources: [skolnik] Skolnik, "Introduction to Radar Systems", 3rd ed., section 6.3 (range);
[barton] Barton, "Radar System Analysis and Modeling", ch. 8 (angle, monopulse slope 1.6). That the error depends on
the measured, not the mean, strength is exact for monopulse: the error channel's noise is independent of the sum's.
"""

from dataclasses import dataclass
from math import log, pi, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from farwatch.chance import normal_quantile
from farwatch.compiled import kernel
from farwatch.detect.equation import LIGHT_M_S

Floats = NDArray[np.float64]

MONOPULSE_SLOPE = 1.6
_SCANNING_SLOPE = (8.0 * pi * log(2.0)) ** -0.25


@kernel
def range_sigma_m(cell_m: float, floor_m: float, energy_snr: float) -> float:
    """Standard deviation of range for a cell c/2B and the SNR of the whole dwell."""
    return sqrt(cell_m * cell_m / (2.0 * energy_snr) + floor_m * floor_m)


@kernel
def angle_sigma_rad(beam_rad: float, floor_rad: float, energy_snr: float) -> float:
    """Standard deviation of an angle for a beam width and the SNR of the whole dwell."""
    slope = beam_rad / MONOPULSE_SLOPE
    return sqrt(slope * slope / (2.0 * energy_snr) + floor_rad * floor_rad)


@kernel
def measured_snr(snr: float, pulses: int, u: float, least_snr: float) -> float:
    """SNR per pulse that the detector's sum shows, given the uniform `u` that made the detection (u < Pd).

    The same number decides and measures: the sum is its own upper quantile at `u`, by the normal law with the exact
    mean N (1 + snr) and variance N (1 + 2 snr), and never below the threshold (`least_snr`, as SNR per pulse).
    """
    return max(least_snr, snr - normal_quantile(u) * sqrt((1.0 + 2.0 * snr) / pulses))


@dataclass(frozen=True, slots=True, kw_only=True)
class Bias:
    """What a site's registration leaves: constant errors of one radar, added to every plot."""

    range_m: float = 0.0
    azimuth_rad: float = 0.0
    elevation_rad: float = 0.0

    def applied(self, range_m: ArrayLike, azimuth_rad: ArrayLike, elevation_rad: ArrayLike) -> tuple[Floats, ...]:
        """Range, azimuth (0 to 2 pi) and elevation as the radar reports them."""
        turned = np.mod(np.asarray(azimuth_rad, np.float64) + self.azimuth_rad, 2.0 * pi)
        return (
            np.asarray(np.asarray(range_m, np.float64) + self.range_m), np.asarray(turned),
            np.asarray(np.asarray(elevation_rad, np.float64) + self.elevation_rad),
        )


def scanning_angle_sigma_rad(beam_rad: ArrayLike, pulses_in_beam: ArrayLike, snr: ArrayLike) -> Floats:
    """Standard deviation of the azimuth that a turning beam finds from the centre of `pulses_in_beam` echoes, rad.

    The bound of Cramér and Rao for a steady echo of unknown strength and phase under a Gaussian beam, `snr` per pulse
    at its peak: (8 pi ln 2)^(-1/4) beam / sqrt(n snr), 0.49 where monopulse on as many pulses has 0.44.
    """
    energy = np.asarray(pulses_in_beam, np.float64) * np.asarray(snr)
    return np.asarray(_SCANNING_SLOPE * np.asarray(beam_rad, np.float64) / np.sqrt(energy))


def doppler_sigma_hz(dwell_s: ArrayLike, energy_snr: ArrayLike) -> Floats:
    """Standard deviation of Doppler frequency over an even dwell: sqrt(3) / (pi dwell sqrt(2 E/N0)), Hz [skolnik]."""
    return np.asarray(sqrt(3.0) / (pi * np.asarray(dwell_s, np.float64) * np.sqrt(2.0 * np.asarray(energy_snr))))


def radial_speed_sigma_m_s(dwell_s: ArrayLike, frequency_hz: ArrayLike, energy_snr: ArrayLike) -> Floats:
    """Standard deviation of radial speed: half a wavelength per hertz of Doppler, m/s."""
    return np.asarray(0.5 * LIGHT_M_S / np.asarray(frequency_hz, np.float64) * doppler_sigma_hz(dwell_s, energy_snr))
