"""The ground: elevation read by window, and asked for by latitude and longitude.

Heights are above mean sea level, as in the file. Between samples the surface is bilinear. Beyond the file it
is the sea at 0 m. Files are read in `rasters`; this page holds what is known once that is done.
"""

from dataclasses import dataclass
from math import floor
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from farwatch.compiled import allocating_kernel, kernel
from farwatch.world import rasters
from farwatch.world.dem import refuse_feet
from farwatch.world.grids import Bounds, Heights, refusal

DEEPEST_LAND_M = -450.0
"""Lower samples are sea floor: the shore of the Dead Sea is the lowest land."""


class Grid(NamedTuple):
    """What a kernel sees of terrain: samples from south-west, rows northward, and where they lie."""

    height_m: Any
    south_deg: float
    west_deg: float
    lat_step_deg: float
    lon_step_deg: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Terrain:
    """A window of elevation.

    `height_m` is float32 (rows, columns); row 0 is the southernmost, column 0 the westernmost; the first
    sample lies at (`south_deg`, `west_deg`). Voids of the source have been filled from their neighbours and
    counted.
    """

    height_m: Heights
    south_deg: float
    west_deg: float
    lat_step_deg: float
    lon_step_deg: float
    title: str
    source: str
    voids: int = 0
    notices: tuple[str, ...] = ()

    @property
    def grid(self) -> Grid:
        """The same, for kernels."""
        return Grid(self.height_m, self.south_deg, self.west_deg, self.lat_step_deg, self.lon_step_deg)

    @property
    def bounds(self) -> Bounds:
        """Outer edges of the outermost cells."""
        rows, columns = self.height_m.shape
        south, west = self.south_deg - 0.5 * self.lat_step_deg, self.west_deg - 0.5 * self.lon_step_deg
        return Bounds(south, south + rows * self.lat_step_deg, west, west + columns * self.lon_step_deg)

    @property
    def is_flat(self) -> bool:
        """Whether it is the smooth earth of `flat`."""
        return self.height_m.size == 1

    def height_at(self, lat_deg: ArrayLike, lon_deg: ArrayLike) -> NDArray[np.float64]:
        """Height above mean sea level, m, at some places; the arguments broadcast; 0 beyond the terrain."""
        lat, lon = np.broadcast_arrays(*(np.asarray(a, dtype=np.float64) for a in (lat_deg, lon_deg)))
        heights = np.empty(lat.shape)
        _heights(self.grid, np.ravel(lat), np.ravel(lon), heights.reshape(-1))
        return heights

    def covers(self, lat_deg: ArrayLike, lon_deg: ArrayLike) -> NDArray[np.bool_]:
        """Whether places lie on the terrain; nowhere does on a smooth earth."""
        lat, lon = np.broadcast_arrays(*(np.asarray(a, dtype=np.float64) for a in (lat_deg, lon_deg)))
        edge = self.bounds
        east = np.mod(lon - edge.west_deg, 360.0) <= edge.east_deg - edge.west_deg
        return np.asarray((lat >= edge.south_deg) & (lat <= edge.north_deg) & east & (not self.is_flat))


@kernel
def height_at(grid: Any, lat_deg: float, lon_deg: float) -> float:
    """Bilinear height, m, of a `Grid` at one place; 0 beyond it; level in the outer half of an edge cell."""
    rows, columns = grid.height_m.shape
    middle = 0.5 * (columns - 1)
    offset = lon_deg - grid.west_deg - middle * grid.lon_step_deg
    offset -= 360.0 * floor((offset + 180.0) / 360.0)
    u = (lat_deg - grid.south_deg) / grid.lat_step_deg
    v = offset / grid.lon_step_deg + middle
    if not (-0.5 <= u <= rows - 0.5 and -0.5 <= v <= columns - 0.5):
        return 0.0
    u = min(max(u, 0.0), rows - 1.0)
    v = min(max(v, 0.0), columns - 1.0)
    i = max(min(floor(u), rows - 2), 0)
    j = max(min(floor(v), columns - 2), 0)
    i1, j1 = min(i + 1, rows - 1), min(j + 1, columns - 1)
    u -= i
    v -= j
    south = (1.0 - v) * grid.height_m[i, j] + v * grid.height_m[i, j1]
    north = (1.0 - v) * grid.height_m[i1, j] + v * grid.height_m[i1, j1]
    return float((1.0 - u) * south + u * north)


@kernel
def _heights(grid: Any, lat_deg: Any, lon_deg: Any, heights_m: Any) -> None:
    for i in range(heights_m.size):
        heights_m[i] = height_at(grid, lat_deg[i], lon_deg[i])


def flat() -> Terrain:
    """A smooth earth at sea level: one sample that nobody stands on."""
    return Terrain(
        height_m=np.zeros((1, 1), dtype=np.float32),
        south_deg=0.0,
        west_deg=0.0,
        lat_step_deg=1e-9,
        lon_step_deg=1e-9,
        title="smooth earth at sea level",
        source="",
    )


def open_terrain(path: str | Path, bounds: Bounds | None = None) -> Terrain:
    """Read the window `bounds` (None: all) of a GeoTIFF, a COG, an .hgt(.gz) file or a folder of those.

    Only the tiles or strips that the window touches are read. Other formats, compressions and projections
    need the `terrain` extra (rasterio). Raises TerrainError, naming the file and the rule.
    """
    place = Path(path)
    raster = rasters.read(place, bounds)
    samples, void = raster.samples, raster.void
    if void.all():
        raise refusal(place, "samples", "", "the window holds no known elevation")
    samples[void] = 0.0
    refuse_feet(place, samples)
    notices = list(raster.notices)
    voids = int(np.count_nonzero(void))
    if voids:
        fill_voids(samples, void)
        share = 100.0 * voids / void.size
        notices.append(f"terrain: {voids} voids ({share:.2g} % of samples) filled from their neighbours")
    deep = samples < DEEPEST_LAND_M
    if deep.any():
        samples[deep] = 0.0
        notices.append(f"terrain: {np.count_nonzero(deep)} samples of sea floor taken as the sea at 0 m")
    return Terrain(
        height_m=samples,
        south_deg=raster.south_deg,
        west_deg=raster.west_deg,
        lat_step_deg=raster.lat_step_deg,
        lon_step_deg=raster.lon_step_deg,
        title=place.name,
        source=str(path),
        voids=voids,
        notices=tuple(notices),
    )


@allocating_kernel
def fill_voids(height_m: Any, void: Any, reach: int = 1 << 30) -> None:
    """Replace each void by the mean of the nearest known samples in eight directions, weighted by 1/distance.

    `height_m` float32 and `void` bool, both (rows, columns). Known samples only are used, so the order of
    filling does not matter; those more than `reach` steps away are not. A void that sees none becomes 0. Takes
    time in proportion to the samples, however large the voids; memory, where there are voids, of the samples again.
    """
    rows, columns = height_m.shape
    weight = np.zeros((rows, columns), np.float32)
    for i in range(rows):
        for j in range(columns):
            if void[i, j]:
                height_m[i, j] = 0.0
    _look_back(height_m[::1, ::1], void[::1, ::1], weight[::1, ::1], reach)  # as the next: one kernel for both
    _look_back(height_m[::-1, ::-1], void[::-1, ::-1], weight[::-1, ::-1], reach)
    for i in range(rows):
        for j in range(columns):
            if void[i, j] and weight[i, j] > 0.0:
                height_m[i, j] /= weight[i, j]


@allocating_kernel
def _look_back(height_m: Any, void: Any, weight: Any, reach: int) -> None:
    """Add to voids what they see behind them: up, up-left, up-right and left; heights times weights, and weights.

    Carries the last known height and the steps since, per column, for each of those directions.
    """
    rows, columns = height_m.shape
    seen = np.zeros((3, columns + 2), np.float32)
    steps = np.full((3, columns + 2), reach)
    for i in range(rows):
        beside, away = np.float32(0.0), reach
        corner, corner_steps = np.float32(0.0), reach  # up-left of this column, before this row overwrites it
        for j in range(columns):
            k = j + 1
            next_corner, next_steps = seen[1, k], steps[1, k]
            if not void[i, j]:
                beside, away = height_m[i, j], 0
                for d in range(3):
                    seen[d, k], steps[d, k] = height_m[i, j], 0
            else:
                away = min(away + 1, reach + 1)
                seen[1, k], steps[1, k] = corner, corner_steps
                seen[2, k], steps[2, k] = seen[2, k + 1], steps[2, k + 1]
                for d in range(3):
                    steps[d, k] = min(steps[d, k] + 1, reach + 1)
                    if steps[d, k] <= reach:
                        w = 1.0 / (steps[d, k] * (1.0 if d == 0 else np.sqrt(2.0)))
                        height_m[i, j] += w * seen[d, k]
                        weight[i, j] += w
                if away <= reach:
                    height_m[i, j] += beside / away
                    weight[i, j] += 1.0 / away
            corner, corner_steps = next_corner, next_steps
