"""Rain: specific attenuation, and the part of a radar's path that lies in it.

Source: [p838] Recommendation ITU-R P.838-3 (2005), equations 1 to 5 and tables 1 to 4: valid from 1 to 1000 GHz.
The rain fills everything below a fixed height (see `docs/models/rain.md`).
"""

from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from farwatch.compiled import kernel
from farwatch.detect.horizon import EFFECTIVE_RADIUS_M
from farwatch.errors import RangeError

Floats = NDArray[np.float64]

RAIN_HEIGHT_M = 5000.0
"""Top of the rain above mean sea level: the summer value of temperate and subtropical latitudes (ITU-R P.839)."""

# Rows (a, b, c) of Gaussians in log10 frequency, then slope and offset [p838, tables 1 to 4].
_K_H = (((-5.33980, -0.10008, 1.13098), (-0.35351, 1.26970, 0.45400), (-0.23789, 0.86036, 0.15354),
         (-0.94158, 0.64552, 0.16817)), -0.18961, 0.71147)
_K_V = (((-3.80595, 0.56934, 0.81061), (-3.44965, -0.22911, 0.51059), (-0.39902, 0.73042, 0.11899),
         (0.50167, 1.07319, 0.27195)), -0.16398, 0.63297)
_ALPHA_H = (((-0.14318, 1.82442, -0.55187), (0.29591, 0.77564, 0.19822), (0.32177, 0.63773, 0.13164),
             (-5.37610, -0.96230, 1.47828), (16.1721, -3.29980, 3.43990)), 0.67849, -1.95537)
_ALPHA_V = (((-0.07771, 2.33840, -0.76284), (0.56727, 0.95545, 0.54039), (-0.20238, 1.14520, 0.26809),
             (-48.2991, 0.791669, 0.116226), (48.5833, 0.791459, 0.116479)), -0.053739, 0.83433)

_TILT_DEG = {"H": 0.0, "V": 90.0, "C": 45.0}


def coefficients(
    frequency_hz: ArrayLike, tilt_deg: ArrayLike = 0.0, elevation_deg: ArrayLike = 0.0
) -> tuple[Floats, Floats]:
    """Coefficients k (dB/km per (mm/h)**alpha) and alpha for a polarisation tilted `tilt_deg` from horizontal."""
    log_ghz = np.log10(np.asarray(frequency_hz, np.float64) / 1e9)
    if np.any((log_ghz < 0.0) | (log_ghz > 3.0)):
        raise RangeError("ITU-R P.838-3 holds from 1 to 1000 GHz")
    k_h, k_v = 10.0 ** _regression(_K_H, log_ghz), 10.0 ** _regression(_K_V, log_ghz)
    alpha_h, alpha_v = _regression(_ALPHA_H, log_ghz), _regression(_ALPHA_V, log_ghz)
    mix = np.cos(np.radians(elevation_deg)) ** 2 * np.cos(2.0 * np.radians(tilt_deg))
    k = 0.5 * (k_h + k_v + (k_h - k_v) * mix)
    alpha = (k_h * alpha_h + k_v * alpha_v + (k_h * alpha_h - k_v * alpha_v) * mix) / (2.0 * k)
    return np.asarray(k), np.asarray(alpha)


def tilt_of(polarisation: str) -> float:
    """Tilt from horizontal of polarisation "H", "V" or "C" (circular), degrees."""
    return _TILT_DEG[polarisation]


def specific_attenuation(
    rain_mm_h: ArrayLike, frequency_hz: ArrayLike, tilt_deg: ArrayLike = 0.0, elevation_deg: ArrayLike = 0.0
) -> Floats:
    """One-way loss through rain, dB/km."""
    k, alpha = coefficients(frequency_hz, tilt_deg, elevation_deg)
    return np.asarray(k * np.asarray(rain_mm_h, np.float64) ** alpha)


def two_way_db_per_m(rain_mm_h: float, frequency_hz: float) -> float:
    """Loss of an echo per metre of path in the rain, horizontal polarisation, dB/m; below 1 GHz that of 1 GHz."""
    if rain_mm_h <= 0.0:
        return 0.0
    return float(2e-3 * specific_attenuation(rain_mm_h, max(frequency_hz, 1e9)))


def _regression(table: tuple[Any, float, float], log_ghz: Floats) -> Floats:
    rows, slope, offset = table
    bumps = [a * np.exp(-(((log_ghz - b) / c) ** 2)) for a, b, c in rows]
    return np.asarray(sum(bumps) + slope * log_ghz + offset)


@kernel
def path_in_rain_m(range_m: float, antenna_m: float, sine_elevation: float) -> float:
    """Length of the path from an antenna (height above sea level) to a target that lies below the top of the rain.

    `sine_elevation` is that of the ray as it leaves, over the effective earth.
    """
    return path_under_m(range_m, antenna_m, sine_elevation, RAIN_HEIGHT_M)


@kernel
def path_under_m(range_m: float, antenna_m: float, sine_elevation: float, top_m: float) -> float:
    """Length of a path, from the antenna on, that lies below a height; 0 for an antenna above it."""
    rise = top_m - antenna_m
    if rise <= 0.0:
        return 0.0
    bend = 2.0 * rise / EFFECTIVE_RADIUS_M * max(1e-12, 1.0 - sine_elevation * sine_elevation)
    leaves = 2.0 * rise / max(1e-9, sine_elevation + sqrt(sine_elevation * sine_elevation + bend))
    return min(range_m, leaves)
