"""What a detection measures, and how well.

Accuracy follows the measured signal-to-noise ratio of the dwell (N pulses), in quadrature with a floor that no SNR
betters. Sources: [skolnik] Skolnik, "Introduction to Radar Systems", 3rd ed., section 6.3 (range);
[barton] Barton, "Radar System Analysis and Modeling", ch. 8 (angle, monopulse slope 1.6). That the error depends on
the measured, not the mean, strength is exact for monopulse: the error channel's noise is independent of the sum's.
"""

from math import sqrt

from farwatch.chance import normal_quantile
from farwatch.compiled import kernel

MONOPULSE_SLOPE = 1.6


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
