"""Two rays over a smooth round earth: where the echo path by way of the ground strengthens or cancels the direct one.

`factor` gives the pattern propagation factor F, one-way field relative to free space: an echo changes by 40 log F
decibels. The mission does not use it; it is for charts of one radar over one surface. See `docs/models/multipath.md`.

Sources: [kerr1951] Kerr (ed.), "Propagation of Short Radio Waves", MIT Radiation Laboratory Series 13, sections
2.13 and 5.2 (geometry, divergence, reflection). [blake1980] Blake, "Radar Range-Performance Analysis", chapter 6.
[ament1953] Ament, Proc. IRE 41. [miller1984] Miller, Brown and Vegh, IEE Proc. F 131 (rough surface).
"""

from math import pi
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from farwatch.detect.diffraction import SEA, Surface
from farwatch.detect.equation import LIGHT_M_S
from farwatch.errors import RangeError

Floats = NDArray[np.float64]
Complexes = NDArray[np.complex128]
Flags = NDArray[np.bool_]

FREE_SPACE_OHM = 376.730313668


class Bounce(NamedTuple):
    """Geometry of the ray by way of the ground; NaN beyond the horizon.

    `first_m` is the ground range of the bounce from the antenna, `grazing_rad` the angle there, `detour_m` how much
    longer the ray is than the direct one, `divergence_factor` what the round earth leaves of its field.
    """

    first_m: Floats
    grazing_rad: Floats
    detour_m: Floats
    divergence_factor: Floats


class Pattern(NamedTuple):
    """Propagation factor F (NaN beyond the horizon), its bounce, and where two rays are the whole story.

    `holds` is False beyond the horizon and where the bounce grazes below Kerr's limit (lambda / 2 pi a)^(1/3), so that
    diffraction has a part: `smooth_earth` of `diffraction` is then the better figure.
    """

    factor: Floats
    bounce: Bounce
    holds: Flags


def factor(
    ground_range_m: ArrayLike, antenna_m: ArrayLike, target_m: ArrayLike, frequency_hz: ArrayLike,
    surface: Surface = SEA, roughness_m: ArrayLike = 0.0,
) -> Pattern:
    """Propagation factor of two rays, 0 to 2; the arguments broadcast.

    Heights are above the surface, more than 0; `roughness_m` is the root mean square height of waves or ground, about a
    quarter of the significant wave height. Both rays are taken to leave with the same antenna gain. RangeError for
    heights, ranges or frequencies that are not positive.
    """
    wave = LIGHT_M_S / _positive(frequency_hz, "a frequency")
    way = bounce(ground_range_m, antenna_m, target_m, surface.radius_m)
    grazing = np.where(np.isfinite(way.grazing_rad), way.grazing_rad, 1.0)
    mirror = reflection(grazing, LIGHT_M_S / wave, surface)
    strength = way.divergence_factor * roughness(grazing, wave, roughness_m)
    total = 1.0 + strength * mirror * np.exp(-2j * pi * way.detour_m / wave)
    holds = way.grazing_rad >= np.cbrt(wave / (2.0 * pi * surface.radius_m))
    return Pattern(np.asarray(np.abs(total)), way, np.asarray(holds))


def bounce(ground_range_m: ArrayLike, antenna_m: ArrayLike, target_m: ArrayLike, radius_m: float) -> Bounce:
    """Where a ray bounces off a smooth earth of effective radius [kerr1951, section 2.13]; the arguments broadcast."""
    ground, low, high = np.broadcast_arrays(
        _positive(ground_range_m, "a ground range"), _positive(antenna_m, "a height"), _positive(target_m, "a height")
    )
    first = _reflection_point(ground, low, high, radius_m)
    second = ground - first
    here = _chord(low, 0.0, first, radius_m)
    there = _chord(high, 0.0, second, radius_m)
    sine = ((2.0 * radius_m + low) * low - here**2) / (2.0 * radius_m * here)
    detour = here + there - _chord(low, high, ground, radius_m)
    seen = sine > 0.0
    sine = np.where(seen, sine, 1.0)
    spread = 1.0 / np.sqrt(1.0 + 2.0 * first * second / (radius_m * ground * sine))
    return Bounce(*(np.where(seen, a, np.nan) for a in (first, np.arcsin(np.minimum(sine, 1.0)), detour, spread)))


def reflection(grazing_rad: ArrayLike, frequency_hz: ArrayLike, surface: Surface = SEA) -> Complexes:
    """Fresnel's reflection coefficient of a smooth surface [kerr1951, section 5.2]; -1 at grazing."""
    sine = np.sin(np.asarray(grazing_rad, np.float64))
    wave = LIGHT_M_S / np.asarray(frequency_hz, np.float64)
    loss = FREE_SPACE_OHM * wave * surface.conductivity_s_per_m / (2.0 * pi)
    permittivity = surface.permittivity_ratio - 1j * loss
    root = np.sqrt(permittivity - 1.0 + sine**2)
    straight = sine if surface.polarisation == "H" else permittivity * sine
    return np.asarray((straight - root) / (straight + root))


def roughness(grazing_rad: ArrayLike, wave_m: ArrayLike, roughness_m: ArrayLike) -> Floats:
    """What a rough surface leaves of the mirrored field [miller1984]: exp(-z) I0(z), z = 2 (2 pi s sin / lambda)²."""
    from scipy.special import i0e

    return np.asarray(i0e(_phase_spread(grazing_rad, wave_m, roughness_m)))


def roughness_ament(grazing_rad: ArrayLike, wave_m: ArrayLike, roughness_m: ArrayLike) -> Floats:
    """The older law exp(-z) of the same z [ament1953], which gives too little over a rough sea."""
    return np.asarray(np.exp(-_phase_spread(grazing_rad, wave_m, roughness_m)))


def _phase_spread(grazing_rad: ArrayLike, wave_m: ArrayLike, roughness_m: ArrayLike) -> Floats:
    height = np.asarray(roughness_m, np.float64)
    if not np.all(height >= 0.0):
        raise RangeError("a roughness is not negative")
    return np.asarray(2.0 * (2.0 * pi * height * np.sin(grazing_rad) / np.asarray(wave_m)) ** 2)


def _reflection_point(ground: Floats, low: Floats, high: Floats, radius_m: float) -> Floats:
    """Ground range from the antenna to the bounce, m: the root of Kerr's cubic, by its trigonometric form."""
    p = 2.0 / np.sqrt(3.0) * np.sqrt(radius_m * (low + high) + 0.25 * ground**2)
    angle = np.arcsin(np.clip(2.0 * radius_m * ground * (high - low) / p**3, -1.0, 1.0))
    return np.asarray(np.clip(0.5 * ground - p * np.sin(angle / 3.0), 0.0, ground))


def _chord(low: Floats, high: ArrayLike, ground: Floats, radius_m: float) -> Floats:
    """Straight distance between two heights whose feet are a ground range apart, m."""
    top = np.asarray(high, np.float64)
    half = np.sin(0.5 * ground / radius_m)
    return np.asarray(np.sqrt((low - top) ** 2 + 4.0 * (radius_m + low) * (radius_m + top) * half**2))


def _positive(value: ArrayLike, what: str) -> Floats:
    found = np.asarray(value, np.float64)
    if not np.all(found > 0.0):
        raise RangeError(f"{what} of a two-ray path is more than 0")
    return found
