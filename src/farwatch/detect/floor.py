"""The floor of a radar: the lowest height it sees, by azimuth and ground range, over real terrain.

Along each azimuth the ground is sampled outwards, the steepest angle to it so far is kept, and the ray at that angle
is the floor; this is exact for the sampled profile. Rays are straight over an earth of 4/3 radius (`horizon`);
diffraction over the edge is left out, which hides a few metres too much. See `docs/models/horizon-and-terrain.md`.
"""

from dataclasses import dataclass
from math import atan2, ceil, cos, floor, pi, radians, sin, sqrt
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from farwatch.compiled import allocating_kernel, kernel
from farwatch.detect.horizon import EFFECTIVE_RADIUS_M
from farwatch.world.earth import ECCENTRICITY_2, MEAN_RADIUS_M, east_north_up, to_ecef
from farwatch.world.terrain import Terrain, height_at

Floats = NDArray[np.float64]

AZIMUTHS = 1440
COARSEST_SAMPLE_M = 500.0

LEAST_GRAZING = 2e-5
"""Tangent of a grazing angle that a floor in single precision cannot tell from none."""

CODES = 255.0

TOP_AZIMUTHS, TOP_RANGES, TOP_SPARE_M = 8, 16, 0.01
"""Cells in a block of `tops_of`, and how far above its highest cell its top is put, for rounding."""

_METRES_PER_DEGREE = MEAN_RADIUS_M * pi / 180.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Floor:
    """Lowest visible height above mean sea level: float32 (azimuths, ranges), north first, clockwise.

    Column k lies at ground range k `step_m`; column 0 is the site's ground.
    """

    height_m: NDArray[np.float32]
    step_m: float

    def lit(self, antenna_m: float) -> NDArray[np.uint8]:
        """How steeply the ground of each step is lit, uint8 of the same shape: the codes that `grazing_at` reads.

        The floor's angle of sight at a step is the steepest so far, so what it gains over a step is the angle under
        which the step's lit ground is seen; range times that angle, over the step, is the mean tangent of the grazing
        angle, shadows counted as none.
        """
        ground_m = self.step_m * np.arange(self.height_m.shape[1])
        reach_m = EFFECTIVE_RADIUS_M + self.height_m.astype(np.float64)
        arc = ground_m / EFFECTIVE_RADIUS_M
        along, rise = reach_m * np.sin(arc), reach_m * np.cos(arc) - (EFFECTIVE_RADIUS_M + antenna_m)
        sight_rad = np.arctan2(rise, along)
        tangent = np.zeros(sight_rad.shape)
        tangent[:, 1:] = np.diff(sight_rad, axis=1) * np.hypot(along, rise)[:, 1:] / self.step_m
        tangent[tangent < LEAST_GRAZING] = 0.0
        return np.ceil(CODES * np.minimum(tangent, 1.0) ** 0.25).astype(np.uint8)

    def lowest_m(self, azimuth_deg: ArrayLike, ground_range_m: ArrayLike) -> Floats:
        """Lowest visible height at some places, m; the arguments broadcast."""
        azimuth, ground = np.broadcast_arrays(
            np.radians(np.asarray(azimuth_deg, np.float64)), np.asarray(ground_range_m, np.float64)
        )
        out = np.empty(azimuth.shape)
        flat = out.reshape(-1)
        for i, (a, g) in enumerate(zip(azimuth.ravel(), ground.ravel(), strict=True)):
            flat[i] = floor_at(self.height_m[None], 0, self.step_m, a, g)
        return out


def terrain_floor(
    terrain: Terrain, lat_deg: float, lon_deg: float, antenna_m: float, range_max_m: float, ranges: int = 1024
) -> Floor:
    """The floor around a site with its antenna `antenna_m` above mean sea level, out to `range_max_m`.

    Over a smooth earth one azimuth is enough and is all that is kept.
    """
    step_m = range_max_m / (ranges - 1)
    out = np.empty((1 if terrain.is_flat else AZIMUTHS, ranges), np.float32)
    samples = samples_per_step(terrain, lat_deg, step_m)
    fill_floor(terrain.grid, _site(lat_deg, lon_deg), antenna_m, step_m, samples, out)
    return Floor(height_m=out, step_m=step_m)


def samples_per_step(terrain: Terrain, lat_deg: float, step_m: float) -> int:
    """Ground samples per range step, so that they lie no farther apart than those of the terrain, nor than 500 m."""
    spacing_m = COARSEST_SAMPLE_M
    if not terrain.is_flat:
        north_m = terrain.lat_step_deg * _METRES_PER_DEGREE
        east_m = terrain.lon_step_deg * _METRES_PER_DEGREE * cos(radians(lat_deg))
        spacing_m = min(spacing_m, north_m, east_m)
    return max(1, ceil(step_m / spacing_m - 1e-9))


def _site(lat_deg: float, lon_deg: float) -> Floats:
    """Place (row 0), east, north and up (rows 1 to 3) at sea level, Earth-centred, (4, 3)."""
    return np.vstack([to_ecef(lat_deg, lon_deg, 0.0), east_north_up(lat_deg, lon_deg)])


def tops_of(floors: NDArray[np.float32]) -> NDArray[np.float32]:
    """What no floor exceeds in blocks of TOP_AZIMUTHS by TOP_RANGES cells, of floors f4[n, azimuths, ranges].

    A small table that answers most looks at what flies high, where a look-up in the floors waits for the memory. None
    over a smooth earth, whose floors are small themselves.
    """
    azimuths, ranges = floors.shape[1:]
    if azimuths == 1:
        return np.zeros((0, 1, 1), np.float32)
    starts = np.arange(0, azimuths, TOP_AZIMUTHS)  # an interpolation reads the first cells of the next block, too
    beyond = floors[:, np.minimum(starts + TOP_AZIMUTHS, azimuths) % azimuths]
    high = np.maximum(np.maximum.reduceat(floors, starts, axis=1), beyond)
    starts = np.arange(0, ranges, TOP_RANGES)
    beyond = high[:, :, np.minimum(starts + TOP_RANGES, ranges - 1)]
    return np.maximum(np.maximum.reduceat(high, starts, axis=2), beyond) + np.float32(TOP_SPARE_M)


@allocating_kernel
def fill_floor(grid: Any, site: Any, antenna_m: float, step_m: float, samples: int, out: Any) -> None:
    """Fill `out` (azimuths, ranges) with the floor of one site; one running steepest ray per azimuth."""
    azimuths, ranges = out.shape
    centre = EFFECTIVE_RADIUS_M + antenna_m
    last = (ranges - 1) * samples
    bent, fallen = np.empty((last + 1, 2)), np.empty((last + 1, 2))
    for k in range(last + 1):  # what depends on the distance alone is worked out once
        ground_m = k * step_m / samples
        bent[k, 0], bent[k, 1] = sin(ground_m / EFFECTIVE_RADIUS_M), cos(ground_m / EFFECTIVE_RADIUS_M)
        fallen[k, 0], fallen[k, 1] = along_and_drop(ground_m)
    for i in range(azimuths):
        azimuth = 2.0 * pi * i / azimuths
        direction = (sin(azimuth), cos(azimuth))
        steepest = -1e9
        out[i, 0] = ground_below(grid, site, direction, 0.0, 0.0)
        for k in range(1, last + 1):
            height_m = ground_below(grid, site, direction, fallen[k, 0], fallen[k, 1])
            s, c = bent[k, 0], bent[k, 1]
            if k % samples == 0:
                ray_m = centre / (c - steepest * s) - EFFECTIVE_RADIUS_M
                out[i, k // samples] = max(ray_m, height_m)
            reach = EFFECTIVE_RADIUS_M + height_m
            steepest = max(steepest, (reach * c - centre) / (reach * s))


@kernel
def along_and_drop(ground_m: float) -> tuple[float, float]:
    """How far along the horizontal, and how far below it (negative), a place lies `ground_m` over the ground away.

    The arc runs on a sphere tangent at the site; what lies `ground_m` away so is within 0.3 % of it on the ellipsoid,
    the same rule by which `scan` finds the ground range of a target.
    """
    angle = ground_m / MEAN_RADIUS_M
    return MEAN_RADIUS_M * sin(angle), -2.0 * MEAN_RADIUS_M * sin(0.5 * angle) ** 2


@kernel
def ground_below(grid: Any, site: Any, direction: Any, along_m: float, drop_m: float) -> float:
    """Terrain height at a place: direction (sine and cosine of its azimuth) and `along_and_drop` of its distance."""
    if grid.height_m.size == 1:
        return 0.0
    east, north = along_m * direction[0], along_m * direction[1]
    x = site[0, 0] + east * site[1, 0] + north * site[2, 0] + drop_m * site[3, 0]
    y = site[0, 1] + east * site[1, 1] + north * site[2, 1] + drop_m * site[3, 1]
    z = site[0, 2] + east * site[1, 2] + north * site[2, 2] + drop_m * site[3, 2]
    lat = atan2(z, sqrt(x * x + y * y) * (1.0 - ECCENTRICITY_2))
    return float(height_at(grid, lat * 180.0 / pi, atan2(y, x) * 180.0 / pi))


@kernel
def floor_at(floors: Any, r: int, step_m: float, azimuth_rad: float, ground_range_m: float) -> float:
    """Lowest visible height for radar `r`, bilinear in azimuth and ground range; the last column beyond the end."""
    azimuths, ranges = floors.shape[1], floors.shape[2]
    v = min(ground_range_m / step_m, ranges - 1.000001)
    j = int(v)
    v -= j
    if azimuths == 1:
        return float((1.0 - v) * floors[r, 0, j] + v * floors[r, 0, j + 1])
    u = azimuth_rad * (azimuths / (2.0 * pi))
    low = floor(u)
    u -= low
    i = int(low) % azimuths
    i1 = i + 1 if i + 1 < azimuths else 0
    near = (1.0 - v) * floors[r, i, j] + v * floors[r, i, j + 1]
    far = (1.0 - v) * floors[r, i1, j] + v * floors[r, i1, j + 1]
    return float((1.0 - u) * near + u * far)


@kernel
def top_at(tops: Any, floors: Any, r: int, step_m: float, azimuth_rad: float, ground_range_m: float) -> float:
    """A height that surely is above `floor_at` at this place, from `tops_of`; inf where there are none."""
    if tops.shape[0] == 0:
        return np.inf
    azimuths, ranges = floors.shape[1], floors.shape[2]
    i = int(azimuth_rad * (azimuths / (2.0 * pi)))
    j = int(min(ground_range_m / step_m, ranges - 1.000001))
    return float(tops[r, (i if i < azimuths else 0) // TOP_AZIMUTHS, j // TOP_RANGES])


@kernel
def grazing_at(lit: Any, r: int, step_m: float, azimuth_rad: float, range_m: float) -> float:
    """Mean tangent of the grazing angle of the ground that radar `r` lights at a range; 0 where it lights none.

    From codes u1[n, azimuths, ranges], 255 times the fourth root: to within 4 % of the tangent at 0.001. A step's own
    value, not interpolated: ground is lit in patches.
    """
    azimuths, ranges = lit.shape[1], lit.shape[2]
    j = int(range_m / step_m) + 1
    if j >= ranges:
        return 0.0
    i = int(azimuth_rad * (azimuths / (2.0 * pi)) + 0.5) % azimuths
    root = lit[r, i, j] / CODES
    square = root * root
    return float(square * square)
