"""Rays through air whose refractive index falls exponentially with height: Snell's law in a round atmosphere.

A ray keeps n(r) r cos(e). Path length, delay and ground range are integrals over height that have a root in the
denominator, which vanishes where the ray is level; the integration variable here is the length of the straight ray over
the effective earth, along which height grows smoothly, so Gauss's rule holds from the horizon to the zenith.

Sources: [bean1966] Bean and Dutton, "Radio Meteorology", NBS Monograph 92, chapters 1 and 3 (exponential reference
atmosphere, ray integrals); [blake1980] Blake, "Radar Range-Performance Analysis", section 5.2 (chart of rays). See
`docs/models/refraction.md`.
"""

from dataclasses import dataclass
from math import cos, exp, nan, pi, tan
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from farwatch.compiled import kernel
from farwatch.errors import RangeError
from farwatch.world.earth import MEAN_RADIUS_M

Floats = NDArray[np.float64]

HIGHEST_M = 1e6
STEEPEST_DEG = 89.0
"""Steepest ray whose height is followed by ground range."""

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(64)
_STEP_M, _RISE_M = 2000.0, 1000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """Refractive index 1 + N 1e-6 exp(-decay h) over a round earth; the CRPL reference, N of 313 units, unless told.

    RangeError where the surface value or the decay is not plausible, or where rays would be caught in a duct.
    """

    refractivity_number: float = 313.0
    decay_per_km: float = 0.143859
    radius_m: float = MEAN_RADIUS_M

    def __post_init__(self) -> None:
        if not (0.0 <= self.refractivity_number <= 450.0 and 0.01 <= self.decay_per_km <= 1.0 and self.radius_m > 0.0):
            raise RangeError("an exponential atmosphere has 0 to 450 N-units at the ground and decays 0.01 to 1 per km")
        if self.bending >= 1.0:
            raise RangeError("the index falls faster than 157 N-units per km at the surface: rays are caught in a duct")

    @property
    def bending(self) -> float:
        """Curvature of a level ray at the surface as a share of the earth's."""
        excess = 1e-6 * self.refractivity_number
        return 1e-3 * excess * self.decay_per_km * self.radius_m / (1.0 + excess)


CRPL = Index()
"""The exponential reference atmosphere of the Central Radio Propagation Laboratory for 313 N-units."""


class Ray(NamedTuple):
    """Where a ray reaches a height, against what straight lines would say; NaN where it never gets there.

    `delay_range_m` is what a radar measures, light time by the speed in vacuum; `true_elevation_deg` the direction of
    the straight line to the target; `refraction_mrad` apparent less true elevation; `range_error_m` delay less straight
    range.
    """

    ground_range_m: Floats
    delay_range_m: Floats
    true_elevation_deg: Floats
    refraction_mrad: Floats
    range_error_m: Floats


def trace(elevation_deg: ArrayLike, antenna_m: ArrayLike, target_m: ArrayLike, index: Index = CRPL) -> Ray:
    """Rays that leave an antenna at an apparent elevation and come to a height; the arguments broadcast.

    Heights are above sea level, from 0 to 1000 km. A downward ray that meets a lower height does so on its way down;
    one with a target above the antenna turns up again before it, if it clears the ground. RangeError outside the
    heights or beyond the zenith.
    """
    elevation, antenna, target = np.broadcast_arrays(
        *(np.asarray(a, np.float64) for a in (elevation_deg, antenna_m, target_m))
    )
    if not np.all((antenna >= 0.0) & (antenna <= HIGHEST_M) & (target >= 0.0) & (target <= HIGHEST_M)):
        raise RangeError("heights of a ray are from 0 to 1000 km above sea level")
    if not np.all(np.abs(elevation) <= 90.0):
        raise RangeError("an elevation is from -90 to 90 degrees")
    angle, delay = _along(np.radians(elevation), antenna, target, index)
    return _told(np.radians(elevation), antenna, target, angle, delay, index.radius_m)


def height_at_ground_range(
    ground_range_m: ArrayLike, elevation_deg: ArrayLike, antenna_m: ArrayLike = 0.0, index: Index = CRPL
) -> Floats:
    """Height above sea level that a ray has at a ground range, m; NaN beyond where it meets the ground.

    The arguments broadcast. RangeError for elevations beyond 89 degrees up or down and for negative ranges.
    """
    ground, elevation, antenna = np.broadcast_arrays(
        *(np.asarray(a, np.float64) for a in (ground_range_m, elevation_deg, antenna_m))
    )
    if not np.all((ground >= 0.0) & (np.abs(elevation) <= STEEPEST_DEG)):
        raise RangeError("a ray is followed by ground range, 0 or more, at elevations from -89 to 89 degrees")
    follow = np.vectorize(ray_height_m, otypes=[np.float64])
    settings = (1e-6 * index.refractivity_number, 1e-3 * index.decay_per_km, index.radius_m)
    return np.asarray(follow(ground, np.radians(elevation), antenna, *settings))


# Path integrals ---------------------------------------------------------------------------------------------


def _along(elevation: Floats, antenna: Floats, target: Floats, index: Index) -> Floats:
    """Angle at the centre of the earth, rad, and length in light time, m, of each ray."""
    found = np.full((2, *elevation.shape), np.nan)
    sine, down = np.sin(elevation), elevation < 0.0
    up = ~down & (target >= antenna)
    found[:, up] = _climb(antenna[up], sine[up], target[up], index)
    below = down & (target < antenna)
    change = _moment_change(target, antenna, index) / _moment(target, index)
    square = sine**2 * (1.0 + change) ** 2 - change * (2.0 + change)
    falls = below & (square >= 0.0)
    found[:, falls] = _climb(target[falls], np.sqrt(square[falls]), antenna[falls], index)
    level = _level_m(elevation, antenna, index)
    dips = down & ~below & (level >= 0.0)
    flat = np.zeros(np.count_nonzero(dips))
    pieces = [_climb(level[dips], flat, end[dips], index) for end in (antenna, target)]
    found[:, dips] = np.sum(pieces, axis=0)
    return found


def _climb(low: Floats, sine: Floats, high: Floats, index: Index) -> Floats:
    """Angle, rad, and delay, m, of rays that leave a height upwards and come to a higher one."""
    low, sine, rise = low[..., None], sine[..., None], (high - low)[..., None]
    start = _moment(low, index)
    index_low = start / (index.radius_m + low)
    bend = 1.0 / (index.radius_m + low) - 1e-3 * index.decay_per_km * (index_low - 1.0) / index_low
    bend = bend * (1.0 - sine**2)
    whole = 2.0 * rise / np.maximum(sine + np.sqrt(sine**2 + 2.0 * bend * rise), 1e-300)
    u = 0.5 * (_NODES + 1.0)  # nodes crowd towards the start, where the air is
    along, weight = whole * u**2, whole * u * _WEIGHTS
    height = low + along * (sine + 0.5 * bend * along)
    change = _moment_change(low, height, index)
    moment = start + change
    here = np.sqrt(change * (moment + start) + (start * sine) ** 2) / moment
    radius = index.radius_m + height
    length = weight * np.divide(sine + bend * along, here, out=np.ones_like(here), where=here > 0.0)
    cosine = start * np.sqrt(1.0 - sine**2) / moment
    return np.stack([np.sum(length * cosine / radius, axis=-1), np.sum(length * moment / radius, axis=-1)])


def _moment(height: Floats, index: Index) -> Floats:
    """n r, of which a ray keeps the product with cos e, m."""
    n = 1.0 + 1e-6 * index.refractivity_number * np.exp(-1e-3 * index.decay_per_km * height)
    return np.asarray(n * (index.radius_m + height))


def _moment_change(low: Floats, high: Floats, index: Index) -> Floats:
    """n r at one height less that at another, without the loss of figures of a difference, m."""
    excess = 1e-6 * index.refractivity_number * np.exp(-1e-3 * index.decay_per_km * low)
    thinner = np.expm1(-1e-3 * index.decay_per_km * (high - low))
    return np.asarray((1.0 + excess) * (high - low) + (index.radius_m + high) * excess * thinner)


def _level_m(elevation: Floats, antenna: Floats, index: Index) -> Floats:
    """Height at which a downward ray is level, by Newton's method; below 0 where it meets the ground before."""
    kept = _moment(antenna, index) * np.cos(elevation)
    level = np.array(antenna, copy=True)
    for _ in range(8):
        excess = 1e-6 * index.refractivity_number * np.exp(-1e-3 * index.decay_per_km * level)
        slope = 1.0 + excess - (index.radius_m + level) * excess * 1e-3 * index.decay_per_km
        level = np.maximum(level - (_moment(level, index) - kept) / slope, -1.0)
    return level


def _told(
    elevation: Floats, antenna: Floats, target: Floats, angle: Floats, delay: Floats, radius_m: float
) -> Ray:
    """A ray's figures from the angle at the centre of the earth and the delay."""
    half = 2.0 * np.sin(0.5 * angle) ** 2
    across, up = (radius_m + target) * np.sin(angle), target - antenna - (radius_m + target) * half
    straight = np.sqrt((target - antenna) ** 2 + 2.0 * half * (radius_m + antenna) * (radius_m + target))
    true = np.where(straight == 0.0, elevation, np.arctan2(up, across))
    return Ray(radius_m * angle, delay, np.degrees(true), 1e3 * (elevation - true), delay - straight)


# Height by ground range -------------------------------------------------------------------------------------


@kernel
def ray_height_m(
    ground_m: float, elevation_rad: float, antenna_m: float, excess_ratio: float, decay_per_m: float, radius_m: float
) -> float:
    """Height of a ray above a ground range, m; NaN beyond the ground, or where it leaves the earth before.

    `excess_ratio` is n - 1 at sea level. Runge-Kutta of fourth order over the arc, dh/dx = (r / R) tan e and de/dx =
    (1 + r n' / n) / R, in steps of 2 km or 1 km of height; a straight line above all air.
    """
    height, elevation, left = antenna_m, elevation_rad, ground_m
    top = 21.0 / decay_per_m
    while left > 0.0:
        if height > top and elevation > 0.0:
            turned = elevation + left / radius_m
            if turned >= 0.5 * pi:
                return nan
            return (radius_m + height) * cos(elevation) / cos(turned) - radius_m
        step = min(left, _STEP_M, _RISE_M / max(abs(tan(elevation)), 1e-3))
        h1, e1 = _slopes(height, elevation, excess_ratio, decay_per_m, radius_m)
        h2, e2 = _slopes(height + 0.5 * step * h1, elevation + 0.5 * step * e1, excess_ratio, decay_per_m, radius_m)
        h3, e3 = _slopes(height + 0.5 * step * h2, elevation + 0.5 * step * e2, excess_ratio, decay_per_m, radius_m)
        h4, e4 = _slopes(height + step * h3, elevation + step * e3, excess_ratio, decay_per_m, radius_m)
        height += step * (h1 + 2.0 * (h2 + h3) + h4) / 6.0
        elevation += step * (e1 + 2.0 * (e2 + e3) + e4) / 6.0
        left -= step
        if height < 0.0 or elevation > 1.57:
            return nan
    return height


@kernel
def _slopes(
    height_m: float, elevation_rad: float, excess_ratio: float, decay_per_m: float, radius_m: float
) -> tuple[float, float]:
    """How height and elevation of a ray change along the ground, per metre."""
    air = excess_ratio * exp(-decay_per_m * height_m)
    turn = (1.0 - (radius_m + height_m) * decay_per_m * air / (1.0 + air)) / radius_m
    return (1.0 + height_m / radius_m) * tan(elevation_rad), turn
