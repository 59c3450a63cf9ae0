"""Echoes of ground, sea and rain: the cross-section that shares a resolution cell with the target.

Surface: constant gamma. Sea: the empirical model of the Naval Research Laboratory. Rain: Rayleigh scattering by drops.
See `docs/models/clutter.md`.

Sources: [barton1985] Barton, "Land clutter models for radar design and analysis", Proc. IEEE 73, 198; [nathanson]
Nathanson, Reilly, Cohen, "Radar Design Principles", 2nd ed., ch. 7; [skolnik] Skolnik, "Introduction to Radar Systems",
3rd ed., section 7.6 (rain); [probert1962] Probert-Jones, Q. J. R. Met. Soc. 88, 485 (volume of a Gaussian beam);
[nrl2012] Gregers-Hansen and Mital, "An improved empirical model for radar sea clutter reflectivity",
NRL/MR/5310--12-9346.
"""

from difflib import get_close_matches
from math import asin, log, pi, tan

import numpy as np
from numpy.typing import ArrayLike, NDArray

from farwatch.compiled import kernel
from farwatch.detect.equation import from_db, to_db, wavelength_m
from farwatch.detect.horizon import EFFECTIVE_RADIUS_M
from farwatch.detect.rain import RAIN_HEIGHT_M
from farwatch.errors import InputError, Problem, RangeError

Floats = NDArray[np.float64]

STEEPEST_TANGENT = tan(pi / 3.0)
"""Tangent of the grazing angle up to which a cell is cut out by range alone and gamma is constant."""

GAMMA_DB = {
    "smooth": -25.0, "flatland": -20.0, "desert": -15.0, "farmland": -15.0, "rolling-hills": -12.0,
    "wooded-hills": -10.0, "mountains": -5.0, "urban": -5.0,
}
"""Typical gamma by terrain, dB, good to about 5 dB; place matters more than frequency [barton1985, nathanson]."""

_SEA = {
    "H": (-73.0, 20.781, 7.351, 25.65, 0.0054),
    "V": (-50.796, 25.93, 0.7093, 21.588, 0.00211),
}

_GAUSSIAN_VOLUME = pi / (8.0 * log(2.0))


@kernel
def grazing_rad(antenna_m: float, range_m: float) -> float:
    """Angle at which a ray meets a smooth effective earth at a slant range; negative beyond the horizon."""
    rise = antenna_m / range_m * (1.0 + 0.5 * antenna_m / EFFECTIVE_RADIUS_M) - 0.5 * range_m / EFFECTIVE_RADIUS_M
    return asin(min(1.0, max(-1.0, rise)))


@kernel
def surface_clutter_m2(
    range_m: float, grazing_tangent: float, azimuth_beam_rad: float, range_cell_m: float, gamma_ratio: float
) -> float:
    """Cross-section of the ground in one cell: gamma sin(grazing) times its area [barton1985]; gamma a power ratio.

    The area is the beam's width across by a range cell laid on the ground, R beam cell / cos(grazing): so the tangent
    of the grazing angle is what counts. Nothing at or below grazing 0; above 60 degrees, where the beam cuts the cell
    out instead, the value of 60 degrees.
    """
    if grazing_tangent <= 0.0:
        return 0.0
    return gamma_ratio * min(grazing_tangent, STEEPEST_TANGENT) * range_m * azimuth_beam_rad * range_cell_m


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


def gamma_of(terrain: str) -> float:
    """Typical gamma of a kind of terrain as a power ratio. Raises InputError for an unknown one."""
    if terrain not in GAMMA_DB:
        near = get_close_matches(terrain, GAMMA_DB, n=1)
        hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(GAMMA_DB)}"
        raise InputError("clutter", [Problem("terrain", terrain, "unknown kind of terrain", hint)])
    return float(10.0 ** (0.1 * GAMMA_DB[terrain]))


def sigma0_land_db(grazing_deg: ArrayLike, gamma: ArrayLike) -> Floats:
    """Cross-section per area by constant gamma, dB. Raises RangeError outside 0 < grazing <= 60 degrees."""
    angle = np.asarray(grazing_deg, np.float64)
    if np.any((angle <= 0.0) | (angle > 60.0)):
        raise RangeError("constant gamma holds for grazing angles above 0 and up to 60 degrees")
    return to_db(np.asarray(gamma) * np.sin(np.radians(angle)))


def sigma0_sea_db(
    grazing_deg: ArrayLike, frequency_hz: ArrayLike, sea_state: ArrayLike, polarisation: str = "H"
) -> Floats:
    """Cross-section per area of the sea, mean over wind directions, dB [nrl2012].

    Raises RangeError outside grazing 0.1 to 60 degrees, 0.5 to 35 GHz, sea state 0 to 6, and InputError for a
    polarisation other than "H" and "V".
    """
    if polarisation not in _SEA:
        hint = "circular lies between the two"
        raise InputError("clutter", [Problem("polarisation", polarisation, 'the sea is known for "H" and "V"', hint)])
    angle, ghz = np.asarray(grazing_deg, np.float64), np.asarray(frequency_hz, np.float64) / 1e9
    state = np.asarray(sea_state, np.float64)
    if np.any((angle < 0.1) | (angle > 60.0) | (ghz < 0.5) | (ghz > 35.0) | (state < 0.0) | (state > 6.0)):
        raise RangeError("the sea model holds for grazing 0.1 to 60 degrees, 0.5 to 35 GHz and sea states 0 to 6")
    c1, c2, c3, c4, c5 = _SEA[polarisation]
    rough = c4 * (1.0 + state) ** (1.0 / (2.0 + 0.085 * angle + 0.033 * state))
    slope = (27.5 + c3 * angle) * np.log10(ghz) / (1.0 + 0.95 * angle)
    return np.asarray(c1 + c2 * np.log10(np.sin(np.radians(angle))) + slope + rough + c5 * angle**2)


def gamma_of_sigma0(sigma0_db: ArrayLike, grazing_deg: ArrayLike) -> Floats:
    """Gamma, as a ratio, that gives a cross-section per area at one grazing angle."""
    return np.asarray(from_db(sigma0_db) / np.sin(np.radians(grazing_deg)))


def signal_to_clutter_db(rcs_m2: ArrayLike, clutter_m2: ArrayLike, improvement_db: ArrayLike = 0.0) -> Floats:
    """Ratio of a target to the clutter of its cell after an improvement factor, dB."""
    return np.asarray(to_db(np.asarray(rcs_m2, np.float64) / np.asarray(clutter_m2)) + np.asarray(improvement_db))
