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

from farwatch.compiled import kernel
from farwatch.world import rasters
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


@kernel
def fill_voids(height_m: Any, void: Any) -> None:
    """Replace each void by the mean of the nearest known samples in eight directions, weighted by 1/distance.

    `height_m` float32 and `void` bool, both (rows, columns). Known samples only are used, so the order of
    filling does not matter. A void that sees no known sample becomes 0.
    """
    rows, columns = height_m.shape
    for i in range(rows):
        for j in range(columns):
            if not void[i, j]:
                continue
            total, weight = 0.0, 0.0
            for di in range(-1, 2):
                for dj in range(-1, 2):
                    if di == 0 and dj == 0:
                        continue
                    a, b, steps = i + di, j + dj, 1
                    while 0 <= a < rows and 0 <= b < columns and void[a, b]:
                        a, b, steps = a + di, b + dj, steps + 1
                    if 0 <= a < rows and 0 <= b < columns:
                        w = 1.0 / (steps * np.sqrt(float(di * di + dj * dj)))
                        total += w * height_m[a, b]
                        weight += w
            height_m[i, j] = total / weight if weight > 0.0 else 0.0
