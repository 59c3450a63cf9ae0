"""Echoes of ground, sea and rain: the cross-section that shares a resolution cell with the target.

Surface: constant gamma. Sea: the empirical model of the Naval Research Laboratory. Rain: Rayleigh scattering by drops.
See `docs/models/clutter.md`.

Sources: [barton1985] Barton, "Land clutter models for radar design and analysis", Proc. IEEE 73, 198; [nathanson]
Nathanson, Reilly, Cohen, "Radar Design Principles", 2nd ed., ch. 7; [skolnik] Skolnik, "Introduction to Radar Systems",
3rd ed., section 7.6 (rain); [probert1962] Probert-Jones, Q. J. R. Met. Soc. 88, 485 (volume of a Gaussian beam);
[nrl2012] Gregers-Hansen and Mital, "An improved empirical model for radar sea clutter reflectivity", NRL/MR/5310--12-9346.
"""

from math import asin, log, pi, tan

import numpy as np
from numpy.typing import ArrayLike, NDArray

from farwatch.compiled import kernel
from farwatch.detect.equation import from_db, wavelength_m
from farwatch.detect.horizon import EFFECTIVE_RADIUS_M
from farwatch.detect.rain import RAIN_HEIGHT_M
from farwatch.errors import InputError, Problem, RangeError

Floats = NDArray[np.float64]

STEEPEST_RAD = pi / 3.0
"""Grazing angle up to which a cell is cut out by range alone and gamma is constant."""

_GAUSSIAN_VOLUME = pi / (8.0 * log(2.0))


@kernel
def grazing_rad(antenna_m: float, range_m: float) -> float:
    """Angle at which a ray meets a smooth effective earth at a slant range; negative beyond the horizon."""
    rise = antenna_m / range_m * (1.0 + 0.5 * antenna_m / EFFECTIVE_RADIUS_M) - 0.5 * range_m / EFFECTIVE_RADIUS_M
    return asin(min(1.0, max(-1.0, rise)))


@kernel
def surface_clutter_m2(
    range_m: float, grazing_rad: float, azimuth_beam_rad: float, range_cell_m: float, gamma: float
) -> float:
    """Cross-section of the ground in one cell: gamma sin(grazing) times its area [barton1985].

    The area is the beam's width across by a range cell laid on the ground, R beam cell / cos(grazing). Nothing at or
    below grazing 0; above 60 degrees, where the beam cuts the cell out instead, the value of 60 degrees.
    """
    if grazing_rad <= 0.0:
        return 0.0
    return gamma * tan(min(grazing_rad, STEEPEST_RAD)) * range_m * azimuth_beam_rad * range_cell_m


@kernel
def rain_clutter_m2(
    range_m: float, azimuth_beam_rad: float, elevation_beam_rad: float, range_cell_m: float, reflectivity_per_m: float
) -> float:
    """Cross-section of the rain in one cell: reflectivity times the volume of a Gaussian beam [probert1962].

    Where the beam is taller than the rain, only 5000 m of its height are full.
    """
    height_m = min(range_m * elevation_beam_rad, RAIN_HEIGHT_M)
    return reflectivity_per_m * _GAUSSIAN_VOLUME * range_m * azimuth_beam_rad * height_m * range_cell_m


def rain_reflectivity_per_m(
    rain_mm_h: ArrayLike, frequency_hz: ArrayLike, cancelled_db: ArrayLike = 0.0
) -> Floats:
    """Echo of rain per volume, m²/m³: pi⁵ |K|² Z / wavelength⁴ with Z = 200 rate^1.6 mm⁶/m³ and |K|² = 0.93.

    `cancelled_db` is what circular polarisation removes, 15 to 30 dB in practice [skolnik]. Drops are taken to be
    small against the wavelength: to 10 GHz within about 1 dB. Raises RangeError above 40 GHz and below no rain.
    """
    rate = np.asarray(rain_mm_h, np.float64)
    if np.any(rate < 0.0):
        raise RangeError("a rain rate is 0 mm/h or more")
    if np.any(np.asarray(frequency_hz) > 40e9):
        raise RangeError("rain drops scatter as small spheres up to about 10 GHz; above 40 GHz there is no answer")
    z_m3 = 200.0 * rate**1.6 * 1e-18
    return np.asarray(pi**5 * 0.93 * z_m3 / wavelength_m(frequency_hz) ** 4 * from_db(-np.asarray(cancelled_db)))
