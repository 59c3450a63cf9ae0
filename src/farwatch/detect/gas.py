"""Oxygen and water vapour: what clear air takes from a wave.

Line by line for the figure at one place and along a refracted ray; and a closed form, two gases that thin
exponentially along a straight ray over the effective earth, for the mission and for coverage.

Sources: [p676] Recommendation ITU-R P.676-12 (2019), Annex 1, sections 1 and 2.2: holds from 1 to 1000 GHz.
[p835] Recommendation ITU-R P.835-6 (2017), the atmosphere. The closed form is ours; `docs/models/gas-and-cloud.md`
tells how far it is off.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import erf, erfc, exp, pi, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from farwatch.compiled import kernel
from farwatch.detect.gas_lines import OXYGEN, VAPOUR
from farwatch.detect.horizon import EFFECTIVE_RADIUS_M
from farwatch.errors import RangeError
from farwatch.world.atmosphere import (
    REFERENCE_TOP_M,
    VAPOUR_DENSITY_G_M3,
    reference,
    refractivity,
    vapour_pressure_hpa,
)
from farwatch.world.earth import MEAN_RADIUS_M

Floats = NDArray[np.float64]

DEEPEST_M = -500.0
"""No air is counted denser than at this height: a straight ray that dips lower is inside the earth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gas:
    """Clear air at one frequency: one-way loss at sea level of each gas, and the height over which it falls to 1/e."""

    oxygen_db_per_m: float
    oxygen_scale_m: float
    vapour_db_per_m: float
    vapour_scale_m: float


# At one place -----------------------------------------------------------------------------------------------


def specific_attenuation(
    frequency_hz: ArrayLike, dry_hpa: ArrayLike, vapour_hpa: ArrayLike, temperature_k: ArrayLike
) -> Floats:
    """One-way loss of both gases, dB/km; the arguments broadcast; RangeError outside 1 to 1000 GHz."""
    oxygen, vapour = specific_parts(frequency_hz, dry_hpa, vapour_hpa, temperature_k)
    return oxygen + vapour


def specific_parts(
    frequency_hz: ArrayLike, dry_hpa: ArrayLike, vapour_hpa: ArrayLike, temperature_k: ArrayLike
) -> tuple[Floats, Floats]:
    """One-way loss of dry air and that of water vapour, dB/km; RangeError outside 1 to 1000 GHz."""
    ghz = np.asarray(frequency_hz, np.float64) / 1e9
    if not np.all((ghz >= 1.0) & (ghz <= 1000.0)):
        raise RangeError("ITU-R P.676-12 holds from 1 to 1000 GHz")
    return _parts(ghz, np.asarray(dry_hpa), np.asarray(vapour_hpa), np.asarray(temperature_k))


def _parts(ghz: Floats, dry: Floats, vapour: Floats, temperature: Floats) -> tuple[Floats, Floats]:
    """Both gases, dB/km [p676, eq. 1 to 9]; below 1 GHz the same formulas go on, beyond the recommendation."""
    theta = 300.0 / temperature
    both, warm = dry + vapour, theta**0.8
    oxygen = _continuum(ghz, dry, both, theta)
    for line, a1, a2, a3, a4, a5, a6 in OXYGEN:
        strength = a1 * 1e-7 * dry * theta**3 * np.exp(a2 * (1.0 - theta))
        width = a3 * 1e-4 * (dry * theta ** (0.8 - a4) + 1.1 * vapour * theta)
        overlap = (a5 + a6 * theta) * 1e-4 * both * warm
        oxygen = oxygen + strength * _shape(ghz, line, np.sqrt(width**2 + 2.25e-6), overlap)
    wet = np.zeros_like(oxygen)
    for line, b1, b2, b3, b4, b5, b6 in VAPOUR:
        strength = b1 * 0.1 * vapour * theta**3.5 * np.exp(b2 * (1.0 - theta))
        width = b3 * 1e-4 * (dry * theta**b4 + b5 * vapour * theta**b6)
        width = 0.535 * width + np.sqrt(0.217 * width**2 + 2.1316e-12 * line**2 / theta)
        wet += strength * _shape(ghz, line, width, 0.0)
    return 0.1820 * ghz * oxygen, 0.1820 * ghz * wet


def _shape(ghz: Floats, line: float, width: Floats, overlap: Floats | float) -> Floats:
    """Shape factor of a line [p676, eq. 5]."""
    below, above = line - ghz, line + ghz
    near = (width - overlap * below) / (below**2 + width**2)
    return np.asarray(ghz / line * (near + (width - overlap * above) / (above**2 + width**2)))


def _continuum(ghz: Floats, dry: Floats, both: Floats, theta: Floats) -> Floats:
    """Dry continuum: the non-resonant oxygen below 10 GHz, and nitrogen by pressure above 100 GHz [p676, eq. 8]."""
    width = 5.6e-4 * both * theta**0.8
    debye = 6.14e-5 / (width * (1.0 + (ghz / width) ** 2))
    return np.asarray(ghz * dry * theta**2 * (debye + 1.4e-12 * dry * theta**1.5 / (1.0 + 1.9e-5 * ghz**1.5)))


def of_density(
    frequency_hz: ArrayLike, dry_hpa: ArrayLike, vapour_density_g_m3: ArrayLike, temperature_k: ArrayLike
) -> tuple[Floats, Floats]:
    """`specific_parts` for vapour told by its density."""
    vapour_hpa = vapour_pressure_hpa(vapour_density_g_m3, temperature_k)
    return specific_parts(frequency_hz, dry_hpa, vapour_hpa, temperature_k)


# Along a refracted ray --------------------------------------------------------------------------------------


def slant_attenuation(
    frequency_hz: ArrayLike, elevation_deg: ArrayLike, antenna_m: float = 0.0, target_m: float = REFERENCE_TOP_M,
    vapour_density_g_m3: float = VAPOUR_DENSITY_G_M3,
) -> Floats:
    """One-way loss, dB, from an antenna to a height along the refracted ray [p676, section 2.2, in the air of p835].

    Frequencies and elevations broadcast; heights are above sea level. NaN where the ray never comes to that height:
    aimed up at a target below, or down so that it meets the ground, or turns up again, before it. RangeError outside
    1 to 1000 GHz, outside 0 to 100 km, and beyond the zenith.
    """
    ghz, elevation = np.broadcast_arrays(np.asarray(frequency_hz, np.float64) / 1e9, np.asarray(elevation_deg, float))
    if not np.all((ghz >= 1.0) & (ghz <= 1000.0)):
        raise RangeError("ITU-R P.676-12 holds from 1 to 1000 GHz")
    if not np.all(np.abs(elevation) <= 90.0):
        raise RangeError("an elevation is from -90 to 90 degrees")
    if not 0.0 <= min(antenna_m, target_m) <= max(antenna_m, target_m) <= REFERENCE_TOP_M:
        raise RangeError("ITU-R P.835-6 gives the reference atmosphere from 0 to 100 km")
    loss = sum(slant_parts(np.unique(ghz), np.unique(elevation), antenna_m, target_m, vapour_density_g_m3))
    row, column = (np.searchsorted(np.unique(each), each) for each in (ghz, elevation))
    return np.asarray(np.asarray(loss)[row, column])


def slant_parts(
    ghz: Floats, elevation_deg: Floats, antenna_m: float, target_m: float, vapour_density_g_m3: float
) -> tuple[Floats, Floats]:
    """Oxygen and vapour of `slant_attenuation` for each frequency (rows) and elevation (columns), dB."""
    sine = np.sin(np.radians(elevation_deg))
    oxygen, vapour = np.full((2, len(ghz), len(sine)), np.nan)
    up = elevation_deg >= 0.0
    if target_m >= antenna_m and np.any(up):
        oxygen[:, up], vapour[:, up] = _climb(ghz, sine[up], antenna_m, target_m, vapour_density_g_m3)
    for k in np.flatnonzero(~up):
        climbs = _climbs_of_a_dive(float(elevation_deg[k]), antenna_m, target_m, vapour_density_g_m3)
        parts = [_climb(ghz, np.array([s]), low, high, vapour_density_g_m3) for s, low, high in climbs]
        if parts:
            oxygen[:, k], vapour[:, k] = np.sum(parts, axis=0)[:, :, 0]
    return oxygen, vapour


def _climb(ghz: Floats, sine: Floats, low_m: float, high_m: float, density_g_m3: float) -> Floats:
    """Oxygen and vapour, dB, of rays that leave upwards from `low_m`: shape (2, frequencies, rays)."""
    thickness, bottom = _layers(low_m, high_m)
    moist = reference(np.minimum(bottom + 0.5 * thickness, REFERENCE_TOP_M), density_g_m3)
    radius = MEAN_RADIUS_M + bottom
    moment = (1.0 + 1e-6 * refractivity(moist.dry_hpa, moist.vapour_hpa, moist.temperature_k)) * radius
    bend = (moment[0] / moment) ** 2
    climb = radius * np.sqrt((1.0 - bend) + bend * sine[:, None] ** 2)
    chord = thickness * (2.0 * radius + thickness)
    length_km = 1e-3 * chord / (climb + np.sqrt(climb**2 + chord))
    parts = _parts(ghz[:, None], moist.dry_hpa, moist.vapour_hpa, moist.temperature_k)
    return np.stack([part @ length_km.T for part in parts])


def _layers(low_m: float, high_m: float) -> tuple[Floats, Floats]:
    """Thickness and bottom of layers between two heights, m, that grow by 1 % each [p676, eq. 16 and 17]."""
    first, last = (np.floor(100.0 * np.log1p(10.0 * h * np.expm1(0.01)) + 1.0) for h in (low_m, high_m))
    growth = np.exp(0.01 * (np.arange(first, max(last, first + 1.0)) - first))
    thickness = (high_m - low_m) * growth / growth.sum()
    return thickness, low_m + np.cumsum(thickness) - thickness


def _moment_m(height_m: float, density_g_m3: float) -> float:
    """Refractive index times distance from the centre of the earth, whose product with cos e a ray keeps."""
    moist = reference(height_m, density_g_m3)
    index = 1.0 + 1e-6 * float(refractivity(moist.dry_hpa, moist.vapour_hpa, moist.temperature_k))
    return index * (MEAN_RADIUS_M + height_m)


def _climbs_of_a_dive(
    elevation_deg: float, antenna_m: float, target_m: float, density_g_m3: float
) -> list[tuple[float, float, float]]:
    """Upward pieces (sine at the bottom, bottom, top) that make up a ray which leaves downwards; none if it fails."""
    kept = _moment_m(antenna_m, density_g_m3) * float(np.cos(np.radians(elevation_deg)))
    if target_m < antenna_m:
        cosine = kept / _moment_m(target_m, density_g_m3)
        return [(float(np.sqrt(1.0 - cosine**2)), target_m, antenna_m)] if cosine <= 1.0 else []
    low, high = 0.0, antenna_m
    if _moment_m(low, density_g_m3) > kept:
        return []
    while high - low > 1e-3:
        middle = 0.5 * (low + high)
        low, high = (middle, high) if _moment_m(middle, density_g_m3) < kept else (low, middle)
    return [(0.0, high, antenna_m), (0.0, high, target_m)]


# In closed form ---------------------------------------------------------------------------------------------


@kernel
def scaled_erfc(x: float) -> float:
    """exp(x²) erfc(x) for x >= 0, to 1e-13; an asymptotic series where erfc would vanish."""
    if x < 8.0:
        return exp(x * x) * erfc(x)
    step = 0.5 / (x * x)
    total = 1.0
    for k in range(10, 0, -1):
        total = 1.0 - (2 * k - 1) * step * total
    return total / (x * sqrt(pi))


@kernel
def path_in_air_m(range_m: float, antenna_m: float, sine_elevation: float, scale_m: float) -> float:
    """Length of sea-level air that is worth as much as a ray's path through air that thins with height.

    The ray is straight over the effective earth, h(s) = antenna + s sine + s² / (2 R); the air falls to 1/e over
    `scale_m`. Integral of exp(-h / scale) ds from 0 to the range, by completing the square. A ray that dips into the
    earth counts at most the air of `DEEPEST_M`.
    """
    if range_m <= 0.0:
        return 0.0
    width = sqrt(2.0 * EFFECTIVE_RADIUS_M * scale_m)
    near = sine_elevation * EFFECTIVE_RADIUS_M / width
    far = near + range_m / width
    at_antenna = exp(-max(antenna_m, DEEPEST_M) / scale_m)
    rise = range_m * (sine_elevation + 0.5 * range_m / EFFECTIVE_RADIUS_M)
    most = range_m * exp(-DEEPEST_M / scale_m)
    half = 0.5 * sqrt(pi) * width
    if near >= 0.0:
        length = half * at_antenna * (scaled_erfc(near) - exp(-rise / scale_m) * scaled_erfc(far))
    elif far <= 0.0:
        at_target = exp(min(-(antenna_m + rise), -DEEPEST_M) / scale_m)
        length = half * at_target * (scaled_erfc(-far) - exp(rise / scale_m) * scaled_erfc(-near))
    else:
        lowest = max(antenna_m - scale_m * near * near, DEEPEST_M)
        length = half * exp(-lowest / scale_m) * (erf(far) - erf(near))
    return min(length, most)


def path_in_air(range_m: ArrayLike, antenna_m: ArrayLike, sine_elevation: ArrayLike, scale_m: ArrayLike) -> Floats:
    """`path_in_air_m` over arrays that broadcast, m."""
    each = np.broadcast_arrays(*(np.asarray(a, np.float64) for a in (range_m, antenna_m, sine_elevation, scale_m)))
    reach, antenna, sine, scale = (a.flatten() for a in each)
    found = np.empty(len(reach))
    _each_path(reach, antenna, sine, scale, found)
    return found.reshape(each[0].shape)


@kernel
def _each_path(range_m: Floats, antenna_m: Floats, sine_elevation: Floats, scale_m: Floats, found: Floats) -> None:
    for k in range(len(found)):
        found[k] = path_in_air_m(range_m[k], antenna_m[k], sine_elevation[k], scale_m[k])


@lru_cache(maxsize=256)
def gas_of(frequency_hz: float, vapour_density_g_m3: float = VAPOUR_DENSITY_G_M3) -> Gas:
    """Clear air at one frequency for the closed form; RangeError outside 0.03 to 100 GHz and in the 60 GHz band.

    The figures at sea level are those of the lines. Each scale height lies between the one that gives the loss to the
    zenith and the one that gives it along the horizon, two thirds of the way in logarithm towards the zenith: the first
    loss goes with the scale, the second with its root, so both are off by the same share.
    """
    ghz = np.array([frequency_hz / 1e9])
    if not 0.03 <= ghz[0] <= 100.0 or 45.0 < ghz[0] < 75.0:
        raise RangeError("the closed form of gas loss holds from 0.03 to 45 and from 75 to 100 GHz")
    ground = reference(0.0, vapour_density_g_m3)
    near = _parts(ghz, ground.dry_hpa, ground.vapour_hpa, ground.temperature_k)
    far = slant_parts(ghz, np.array([0.0, 90.0]), 0.0, REFERENCE_TOP_M, vapour_density_g_m3)
    scales = []
    for here, (level_db, zenith_db) in zip(near, (rows[0] for rows in far), strict=True):
        level_m, zenith_m = 1e3 * level_db / here[0], 1e3 * zenith_db / here[0]
        horizon_scale_m = 2.0 * level_m**2 / (pi * EFFECTIVE_RADIUS_M)
        scales.append(float(np.cbrt(zenith_m**2 * horizon_scale_m)))
    return Gas(
        oxygen_db_per_m=1e-3 * float(near[0][0]), oxygen_scale_m=scales[0],
        vapour_db_per_m=1e-3 * float(near[1][0]), vapour_scale_m=scales[1],
    )


def two_way_loss(gas: Gas, range_m: ArrayLike, antenna_m: ArrayLike, sine_elevation: ArrayLike) -> Floats:
    """Loss of an echo in clear air by the closed form, dB; the arguments broadcast."""
    oxygen = gas.oxygen_db_per_m * path_in_air(range_m, antenna_m, sine_elevation, gas.oxygen_scale_m)
    vapour = gas.vapour_db_per_m * path_in_air(range_m, antenna_m, sine_elevation, gas.vapour_scale_m)
    return 2.0 * (oxygen + vapour)
