"""Still air by height: the US Standard Atmosphere, the ITU reference atmosphere with its vapour, and refractivity.

Heights are geometric, above mean sea level; the layers of the standards are defined in geopotential height. Heights
outside a standard raise RangeError. See `docs/models/atmosphere.md`.

Sources: [us76] U.S. Standard Atmosphere, 1976, NOAA-S/T 76-1562, equations 18 to 50 and table 4. [p835]
Recommendation ITU-R P.835-6 (2017), Annex 1, section 1. [p453] Recommendation ITU-R P.453-14 (2019), Annex 1.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from farwatch.errors import RangeError

Floats = NDArray[np.float64]

GEOPOTENTIAL_RADIUS_M = 6356766.0
"""Radius of the Earth by which both standards turn geometric into geopotential height."""

US76_LOWEST_M, US76_TOP_M = -5000.0, 86000.0
REFERENCE_TOP_M = 100000.0

VAPOUR_DENSITY_G_M3, VAPOUR_SCALE_M = 7.5, 2000.0
"""Water vapour of the reference atmosphere: density at sea level, and the height over which it falls to 1/e."""

REFRACTIVITY_N, REFRACTIVITY_SCALE_M = 315.0, 7350.0
"""The global mean profile of refractivity: surface value, N-units, and scale height [p453, section 3]."""

_BASE_M = np.array([0.0, 11e3, 20e3, 32e3, 47e3, 51e3, 71e3])
_LAPSE_K_PER_M = np.array([-6.5e-3, 0.0, 1e-3, 2.8e-3, 0.0, -2.8e-3, -2e-3])
_GRAVITY_M_S2, _MOLAR_KG, _GAS_J_K = 9.80665, 28.9644e-3, 8.31432  # the gas constant as the standard has it
_FALL_K_PER_M = _GRAVITY_M_S2 * _MOLAR_KG / _GAS_J_K
_HEAT_RATIO = 1.4
_LEAST_MIXING = 2e-6
_VAPOUR_K = 216.7  # rho (g/m3) T / e (hPa)


class Air(NamedTuple):
    """Still air: temperature, pressure, density, speed of sound."""

    temperature_k: Floats
    pressure_pa: Floats
    density_kg_m3: Floats
    sound_m_s: Floats


class Moist(NamedTuple):
    """Air for radio waves: temperature, pressure of the dry part, pressure of the vapour."""

    temperature_k: Floats
    dry_hpa: Floats
    vapour_hpa: Floats


def geopotential_m(height_m: ArrayLike, radius_m: float = GEOPOTENTIAL_RADIUS_M) -> Floats:
    """Geopotential height of a geometric height [us76, eq. 18]."""
    height = np.asarray(height_m, np.float64)
    return np.asarray(radius_m * height / (radius_m + height))


def geometric_m(geopotential: ArrayLike, radius_m: float = GEOPOTENTIAL_RADIUS_M) -> Floats:
    """Geometric height of a geopotential height, m [us76, eq. 19]."""
    height = np.asarray(geopotential, np.float64)
    return np.asarray(radius_m * height / (radius_m - height))


def standard(height_m: ArrayLike) -> Air:
    """Air of the US Standard Atmosphere 1976 from -5 to 86 km; RangeError outside.

    The temperature is the molecular-scale one, which sets density and sound; above 80 km the kinetic temperature is
    lower, by 0.04 % at 86 km.
    """
    height = np.asarray(height_m, np.float64)
    if not np.all((height >= US76_LOWEST_M) & (height <= US76_TOP_M)):
        raise RangeError("the US Standard Atmosphere 1976 is given here from -5 to 86 km")
    temperature, pressure_pa = _layered(geopotential_m(height))
    gas = _GAS_J_K / _MOLAR_KG * temperature
    return Air(temperature, pressure_pa, np.asarray(pressure_pa / gas), np.asarray(np.sqrt(_HEAT_RATIO * gas)))


def reference(height_m: ArrayLike, vapour_density_g_m3: float = VAPOUR_DENSITY_G_M3) -> Moist:
    """Mean annual global reference atmosphere from sea level to 100 km; RangeError outside [p835, section 1].

    `vapour_density_g_m3` is that at sea level. Vapour thins over 2 km of height, but its share of the pressure falls no
    lower than 2e-6.
    """
    height = np.asarray(height_m, np.float64)
    if not np.all((height >= 0.0) & (height <= REFERENCE_TOP_M)):
        raise RangeError("ITU-R P.835-6 gives the reference atmosphere from 0 to 100 km")
    low_k, low_pa = _layered(geopotential_m(np.minimum(height, US76_TOP_M)))
    high_k, high_hpa = _thin_air(height / 1e3)
    thin = height > US76_TOP_M
    temperature = np.where(thin, high_k, low_k)
    dry_hpa = np.where(thin, high_hpa, 1e-2 * low_pa)
    falling = vapour_pressure_hpa(vapour_density_g_m3 * np.exp(-height / VAPOUR_SCALE_M), temperature)
    return Moist(temperature, dry_hpa, np.maximum(falling, _LEAST_MIXING * dry_hpa))


def vapour_pressure_hpa(vapour_density_g_m3: ArrayLike, temperature_k: ArrayLike) -> Floats:
    """Pressure of water vapour of a density [p453, eq. 10; p835, eq. 8]."""
    return np.asarray(np.asarray(vapour_density_g_m3, np.float64) * np.asarray(temperature_k) / _VAPOUR_K)


def refractivity(dry_hpa: ArrayLike, vapour_hpa: ArrayLike, temperature_k: ArrayLike) -> Floats:
    """Radio refractivity (n - 1) 1e6 of moist air, N-units; good to 0.5 % up to 100 GHz [p453, eq. 1]."""
    temperature = np.asarray(temperature_k, np.float64)
    vapour = np.asarray(vapour_hpa, np.float64)
    return np.asarray((77.6 * np.asarray(dry_hpa) + 72.0 * vapour + 3.75e5 * vapour / temperature) / temperature)


def mean_refractivity(
    height_m: ArrayLike, n0: float = REFRACTIVITY_N, scale_m: float = REFRACTIVITY_SCALE_M
) -> Floats:
    """N-units that fall exponentially from `n0` at sea level; the global mean unless told [p453, eq. 9]."""
    return np.asarray(n0 * np.exp(-np.asarray(height_m, np.float64) / scale_m))


def _bottoms() -> tuple[Floats, Floats]:
    """Temperature, K, and pressure, Pa, at the bottom of each layer."""
    temperature, pressure = np.full(7, 288.15), np.full(7, 101325.0)
    for k in range(6):
        rise = _BASE_M[k + 1] - _BASE_M[k]
        temperature[k + 1] = temperature[k] + _LAPSE_K_PER_M[k] * rise
        pressure[k + 1] = pressure[k] * _fall(temperature[k], _LAPSE_K_PER_M[k], rise)
    return temperature, pressure


def _fall(bottom_k: Floats, lapse_k_per_m: Floats, rise_m: Floats) -> Floats:
    """Share of the pressure that is left after a rise through one layer [us76, eq. 33a and 33b]."""
    even = lapse_k_per_m == 0.0
    warming = np.where(even, 1.0, lapse_k_per_m)
    sloped = (bottom_k / (bottom_k + lapse_k_per_m * rise_m)) ** (_FALL_K_PER_M / warming)
    return np.where(even, np.exp(-_FALL_K_PER_M * rise_m / bottom_k), sloped)


def _layered(geopotential: Floats) -> tuple[Floats, Floats]:
    """Temperature, K, and pressure, Pa, by geopotential height, m, up to 84.85 km."""
    k = np.clip(np.searchsorted(_BASE_M, geopotential, side="right") - 1, 0, 6)
    rise = geopotential - _BASE_M[k]
    pressure = _BOTTOM_PA[k] * _fall(_BOTTOM_K[k], _LAPSE_K_PER_M[k], rise)
    return np.asarray(_BOTTOM_K[k] + _LAPSE_K_PER_M[k] * rise), np.asarray(pressure)


def _thin_air(height_km: Floats) -> tuple[Floats, Floats]:
    """Temperature, K, and pressure, hPa, from 86 to 100 km of geometric height [p835, eq. 4 and 5]."""
    bow = np.clip((height_km - 91.0) / 19.9429, 0.0, 1.0)
    temperature = np.where(height_km <= 91.0, 186.8673, 263.1905 - 76.3232 * np.sqrt(1.0 - bow**2))
    powers = (6.424731e-2 + (-4.789660e-4 + 1.340543e-6 * height_km) * height_km) * height_km
    return temperature, np.exp(95.571899 + (-4.011801 + powers) * height_km)


_BOTTOM_K, _BOTTOM_PA = _bottoms()
