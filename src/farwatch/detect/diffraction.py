"""What bends round an edge, round the earth, and over a terrain profile.

Losses are one-way, relative to free space, in decibels; an echo loses twice as much. Heights of antennas are above sea
level for a profile and above the surface for a smooth earth. See `docs/models/diffraction.md`.

Source: [p526] Recommendation ITU-R P.526-15 (2019), sections 2 (Fresnel zones), 3 (smooth earth), 4.1 (one edge) and
4.5 (general path). Frequencies from 10 MHz.
"""

from dataclasses import dataclass
from math import pi

import numpy as np
from numpy.typing import ArrayLike, NDArray

from farwatch.detect.equation import LIGHT_M_S
from farwatch.detect.horizon import EFFECTIVE_RADIUS_M
from farwatch.errors import RangeError

Floats = NDArray[np.float64]

LOWEST_HZ = 10e6


@dataclass(frozen=True, slots=True, kw_only=True)
class Surface:
    """What a wave grazes: relative permittivity and conductivity, polarisation "H" or "V", effective earth radius.

    RangeError for another polarisation or for figures that no ground has.
    """

    permittivity_ratio: float = 22.0
    conductivity_s_per_m: float = 0.003
    polarisation: str = "H"
    radius_m: float = EFFECTIVE_RADIUS_M

    def __post_init__(self) -> None:
        if self.polarisation not in {"H", "V"}:
            raise RangeError(f'polarisation "{self.polarisation}" is neither "H" nor "V"')
        if not (self.permittivity_ratio >= 1.0 and self.conductivity_s_per_m >= 0.0 and self.radius_m > 0.0):
            raise RangeError("a surface has a relative permittivity of 1 or more, no negative conductivity, a radius")


LAND = Surface()
"""Average land, horizontal polarisation [p526, section 3.1.1; p453]."""

SEA = Surface(permittivity_ratio=80.0, conductivity_s_per_m=5.0)
"""Sea water, horizontal polarisation."""


# Fresnel zones and one edge ---------------------------------------------------------------------------------


def fresnel_radius(d1_m: ArrayLike, d2_m: ArrayLike, frequency_hz: ArrayLike, zone: int = 1) -> Floats:
    """Radius of a Fresnel zone at distances from both ends, m [p526, eq. 2]."""
    near, far = np.asarray(d1_m, np.float64), np.asarray(d2_m, np.float64)
    return np.sqrt(zone * _wave_m(frequency_hz) * near * far / (near + far))


def edge_parameter(clearance_m: ArrayLike, d1_m: ArrayLike, d2_m: ArrayLike, frequency_hz: ArrayLike) -> Floats:
    """The dimensionless nu of an edge that stands `clearance_m` above the line of sight [p526, eq. 26]."""
    near, far = np.asarray(d1_m, np.float64), np.asarray(d2_m, np.float64)
    return np.asarray(clearance_m * np.sqrt(2.0 * (near + far) / (_wave_m(frequency_hz) * near * far)))


def knife_edge(nu: ArrayLike) -> Floats:
    """Loss behind one edge, dB, by the complex Fresnel integral [p526, eq. 30]; negative where the edge adds."""
    from scipy.special import fresnel

    sine, cosine = fresnel(np.asarray(nu, np.float64))
    return np.asarray(-10.0 * np.log10(0.25 * ((1.0 - cosine - sine) ** 2 + (cosine - sine) ** 2)))


def knife_edge_rule(nu: ArrayLike) -> Floats:
    """Loss behind one edge, dB, by the usual approximation; nothing at nu of -0.78 and below [p526, eq. 31]."""
    v = np.asarray(nu, np.float64) - 0.1
    return np.asarray(np.where(v > -0.88, 6.9 + 20.0 * np.log10(np.hypot(v, 1.0) + v), 0.0))


# Smooth earth -----------------------------------------------------------------------------------------------


def line_of_sight(height_1_m: ArrayLike, height_2_m: ArrayLike, radius_m: float = EFFECTIVE_RADIUS_M) -> Floats:
    """Longest distance over which two antennas see each other over a smooth earth, m [p526, eq. 21]."""
    roots = np.sqrt(np.asarray(height_1_m, np.float64)) + np.sqrt(np.asarray(height_2_m, np.float64))
    return np.asarray(np.sqrt(2.0 * radius_m) * roots)


def first_term(
    distance_m: ArrayLike, frequency_hz: ArrayLike, height_1_m: ArrayLike, height_2_m: ArrayLike,
    surface: Surface = LAND,
) -> Floats:
    """Loss over the horizon of a smooth earth, dB: first term of the residue series [p526, section 3.1.1.2].

    The arguments broadcast. RangeError below 10 MHz and where a path is within the line of sight.
    """
    distance = _checked(distance_m, frequency_hz, height_1_m, height_2_m)
    if not np.all(distance >= line_of_sight(height_1_m, height_2_m, surface.radius_m) * (1.0 - 1e-12)):
        raise RangeError("the first term of the residue series holds beyond the line of sight")
    return _first_term(distance, frequency_hz, height_1_m, height_2_m, surface, surface.radius_m)


def smooth_earth(
    distance_m: ArrayLike, frequency_hz: ArrayLike, height_1_m: ArrayLike, height_2_m: ArrayLike,
    surface: Surface = LAND,
) -> Floats:
    """Loss over a smooth earth at any distance, dB [p526, section 3.2].

    Nothing where the ray clears 0.55 of the first Fresnel zone; the first term beyond the horizon; between the two,
    that of an earth on which the path would just graze, by the share of clearance that is missing. The arguments
    broadcast. RangeError below 10 MHz.
    """
    distance = _checked(distance_m, frequency_hz, height_1_m, height_2_m)
    shape = np.broadcast_arrays(distance, frequency_hz, height_1_m, height_2_m)
    distance, frequency, low, high = (np.asarray(a, np.float64) for a in shape)
    beyond = distance >= line_of_sight(low, high, surface.radius_m)
    clearance, wanted = _clearance(distance, frequency, low, high, surface.radius_m)
    roots = np.maximum(np.sqrt(low) + np.sqrt(high), 1e-9)
    radius = np.where(beyond, surface.radius_m, 0.5 * (distance / roots) ** 2)
    loss = _first_term(distance, frequency, low, high, surface, radius)
    missing = np.maximum(1.0 - clearance / wanted, 0.0)
    return np.asarray(np.where(beyond, loss, missing * np.maximum(loss, 0.0)))


def _clearance(
    distance: Floats, frequency: Floats, low: Floats, high: Floats, radius_m: float
) -> tuple[Floats, Floats]:
    """Least height of the ray above a smooth earth, m, and the height it needs to lose nothing [p526, eq. 22 to 24]."""
    both = np.maximum(low + high, 1e-9)
    c, m = (low - high) / both, distance**2 / (4.0 * radius_m * both)
    angle = np.arccos(np.clip(1.5 * c * np.sqrt(3.0 * m / (m + 1.0) ** 3), -1.0, 1.0))
    b = 2.0 * np.sqrt((m + 1.0) / (3.0 * m)) * np.cos(pi / 3.0 + angle / 3.0)
    near = np.clip(0.5 * distance * (1.0 + b), 1e-6 * distance, (1.0 - 1e-6) * distance)
    far = distance - near
    clearance = ((low - near**2 / (2.0 * radius_m)) * far + (high - far**2 / (2.0 * radius_m)) * near) / distance
    return clearance, 0.552 * np.sqrt(near * far * _wave_m(frequency) / distance)


def _first_term(
    distance_m: Floats, frequency_hz: ArrayLike, height_1_m: ArrayLike, height_2_m: ArrayLike, surface: Surface,
    radius_m: ArrayLike,
) -> Floats:
    """First term of the residue series, dB [p526, eq. 13 to 18]."""
    mhz, radius_km = np.asarray(frequency_hz, np.float64) / 1e6, np.asarray(radius_m, np.float64) / 1e3
    k = _admittance(mhz, radius_km, surface)
    beta = (1.0 + 1.6 * k**2 + 0.67 * k**4) / (1.0 + 4.5 * k**2 + 1.53 * k**4)
    x = 2.188 * beta * np.cbrt(mhz / radius_km**2) * distance_m / 1e3
    y = 9.575e-3 * beta * np.cbrt(mhz**2 / radius_km)
    far = 11.0 + 10.0 * np.log10(np.maximum(x, 1e-30)) - 17.6 * x
    near = -20.0 * np.log10(np.maximum(x, 1e-30)) - 5.6488 * np.maximum(x, 0.0) ** 1.425
    gains = sum(_height_gain(y * np.asarray(h, np.float64), beta, k) for h in (height_1_m, height_2_m))
    return np.asarray(-np.where(x >= 1.6, far, near) - gains)


def _admittance(mhz: Floats, radius_km: Floats, surface: Surface) -> Floats:
    """Normalised surface admittance [p526, eq. 10 and 11]."""
    conducting = 18000.0 * surface.conductivity_s_per_m / mhz
    contrast = (surface.permittivity_ratio - 1.0) ** 2 + conducting**2
    horizontal = 0.36 / np.cbrt(radius_km * mhz) * np.maximum(contrast, 1e-12) ** -0.25
    if surface.polarisation == "H":
        return np.asarray(horizontal)
    return np.asarray(horizontal * np.sqrt(surface.permittivity_ratio**2 + conducting**2))


def _height_gain(y: Floats, beta: Floats, k: Floats) -> Floats:
    """What the height of one antenna gains, dB, no less than at the ground [p526, eq. 18]."""
    b = np.maximum(beta * y, 1e-12)
    over = np.maximum(b - 1.1, 1e-12)
    high = 17.6 * np.sqrt(over) - 5.0 * np.log10(over) - 8.0
    return np.maximum(np.where(b > 2.0, high, 20.0 * np.log10(b + 0.1 * b**3)), 2.0 + 20.0 * np.log10(k))


# Over a profile ---------------------------------------------------------------------------------------------


def path_loss(
    ground_range_m: ArrayLike, ground_m: ArrayLike, antenna_m: float, target_m: float, frequency_hz: float,
    surface: Surface = LAND,
) -> float:
    """Loss over a terrain profile, dB: Bullington's edge, plus what a smooth earth adds to it [p526, section 4.5].

    `ground_range_m` rises from 0, below the antenna, to the target; `ground_m` is the terrain there; all heights are
    above sea level. RangeError below 10 MHz, for fewer than three points, and for an end below its ground.
    """
    at, ground = np.asarray(ground_range_m, np.float64), np.asarray(ground_m, np.float64)
    if at.ndim != 1 or at.shape != ground.shape or len(at) < 3 or at[0] != 0.0 or not np.all(np.diff(at) > 0.0):
        raise RangeError("a profile has at least three points, whose ranges rise from 0, and a height for each")
    if antenna_m < ground[0] or target_m < ground[-1]:
        raise RangeError("both ends of a path stand on their ground or above it")
    over_1, over_2 = _effective_heights(at, ground, antenna_m, target_m)
    _checked(at[-1], frequency_hz, over_1, over_2)
    real = bullington(at, ground, antenna_m, target_m, frequency_hz, surface.radius_m)
    level = bullington(at, np.zeros_like(ground), over_1, over_2, frequency_hz, surface.radius_m)
    round_earth = float(smooth_earth(at[-1], frequency_hz, over_1, over_2, surface))
    return real + max(round_earth - level, 0.0)


def bullington(
    at_m: Floats, ground_m: Floats, antenna_m: float, target_m: float, frequency_hz: float,
    radius_m: float = EFFECTIVE_RADIUS_M,
) -> float:
    """Loss of the one edge where the horizon rays of both ends meet, dB [p526, section 4.5.1]."""
    whole, here, terrain = at_m[-1], at_m[1:-1], ground_m[1:-1]
    rest = whole - here
    bulging = terrain + 0.5 * here * rest / radius_m
    wave_m = float(_wave_m(frequency_hz))
    seen = np.max((bulging - antenna_m) / here)
    if seen < (target_m - antenna_m) / whole:
        above = bulging - (antenna_m * rest + target_m * here) / whole
        nu = np.max(above * np.sqrt(2.0 * whole / (wave_m * here * rest)))
    else:
        back = np.max((bulging - target_m) / rest)
        edge = (target_m - antenna_m + back * whole) / (seen + back)
        above = antenna_m + seen * edge - (antenna_m * (whole - edge) + target_m * edge) / whole
        nu = above * np.sqrt(2.0 * whole / (wave_m * edge * (whole - edge)))
    loss = float(knife_edge_rule(nu))
    return loss + (1.0 - float(np.exp(-loss / 6.0))) * (10.0 + 2e-5 * float(whole))


def _effective_heights(at: Floats, ground: Floats, antenna_m: float, target_m: float) -> tuple[float, float]:
    """Heights of both ends above the smooth surface that stands for the profile, m [p526, section 4.5.2]."""
    whole, step = at[-1], np.diff(at)
    flat = np.sum(step * (ground[1:] + ground[:-1]))
    tilted = np.sum(step * (ground[1:] * (2.0 * at[1:] + at[:-1]) + ground[:-1] * (at[1:] + 2.0 * at[:-1])))
    start, end = (2.0 * flat * whole - tilted) / whole**2, (tilted - flat * whole) / whole**2
    here, rest = at[1:-1], whole - at[1:-1]
    above = ground[1:-1] - (antenna_m * rest + target_m * here) / whole
    if np.max(above) > 0.0:
        near, far = np.max(above / here), np.max(above / rest)
        start -= np.max(above) * near / (near + far)
        end -= np.max(above) * far / (near + far)
    return float(antenna_m - min(start, ground[0])), float(target_m - min(end, ground[-1]))


def _wave_m(frequency_hz: ArrayLike) -> Floats:
    return np.asarray(LIGHT_M_S / np.asarray(frequency_hz, np.float64))


def _checked(distance_m: ArrayLike, frequency_hz: ArrayLike, low_m: ArrayLike, high_m: ArrayLike) -> Floats:
    """The distance, if the path is one the recommendation knows."""
    distance = np.asarray(distance_m, np.float64)
    if not np.all(np.asarray(frequency_hz) >= LOWEST_HZ):
        raise RangeError("diffraction over the earth is given from 10 MHz")
    if not (np.all(distance > 0.0) and np.all(np.asarray(low_m) >= 0.0) and np.all(np.asarray(high_m) >= 0.0)):
        raise RangeError("a path is longer than 0, and no end of it lies below the surface")
    return distance
