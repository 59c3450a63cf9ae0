"""Elevation on a square metric grid, which is what coverage is computed on.

A file in a projected metric system with square cells is used on its own grid; every other one is brought, bilinearly,
to a local grid that is azimuthal equidistant about the site. See `docs/models/terrain.md`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import ceil, floor, isfinite, sqrt
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from farwatch.compiled import allocating_kernel, kernel
from farwatch.errors import InputError, Problem, TerrainError
from farwatch.world import rasters
from farwatch.world.dem import OUTSIDE, Block, Dem, refuse_feet
from farwatch.world.earth import centre_of, geodesic_between, geodesic_from
from farwatch.world.geokeys import azimuthal_equidistant
from farwatch.world.grids import Bounds, Heights, refusal
from farwatch.world.resample import node_spacing, resample
from farwatch.world.terrain import DEEPEST_LAND_M, fill_voids

Floats = NDArray[np.float64]
Sites = Sequence[tuple[float, float]]

SHEET_CELLS = 100_000_000
"""Most cells of a sheet: 400 MB of heights; a larger window is taken at coarser cells, and a notice says so."""

SCALE_TOLERANCE = 0.005
"""A projection whose scale is off by more than this anywhere in the window is not used as it is."""

COARSE_CELL_M = 250.0
"""Coarser files get a warning: crests of hills are narrower than two such cells, so they are cut off."""

HOPELESS_CELL_M = 2000.0
"""From here on crests are lost by hundreds of metres in mountains."""

VOID_REACH = 100
"""Cells from which a void is filled; one that sees nothing known as near is taken to be sea."""

POLE_MARGIN_M = 100e3
"""Degrees of longitude are no use nearer to a pole than this."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sheet:
    """Elevation on a square metric grid: float32 (rows, columns), row 0 northernmost, column 0 westernmost.

    `void` is None where every height is known, else True where it was filled or lies outside the file. `west_m`
    and `north_m` are the centre of cell (0, 0) in the grid's own x and y, `crs` the WKT2 of its projected system
    in metres. `resampled`: brought to a local grid, not the file's own.
    """

    height_m: Heights
    void: NDArray[np.bool_] | None
    west_m: float
    north_m: float
    cell_m: float
    crs: str
    title: str
    source: str
    resampled: bool
    notices: tuple[str, ...] = ()

    def grid_of(self, lat_deg: ArrayLike, lon_deg: ArrayLike) -> tuple[Floats, Floats]:
        """Fractional row and column of places; the arguments broadcast. Cell centres are whole numbers."""
        lat, lon = np.broadcast_arrays(*(np.asarray(a, np.float64) for a in (lat_deg, lon_deg)))
        x, y = _onto(self.crs).transform(lon, lat)
        return (self.north_m - np.asarray(y)) / self.cell_m, (np.asarray(x) - self.west_m) / self.cell_m

    def cell_of(self, lat_deg: float, lon_deg: float) -> tuple[int, int]:
        """Row and column of the cell in which a place lies; TerrainError outside."""
        row, column = (float(a) for a in self.grid_of(lat_deg, lon_deg))
        rows, columns = self.height_m.shape
        if not (-0.5 <= row <= rows - 0.5 and -0.5 <= column <= columns - 0.5):
            raise TerrainError(self.title, [Problem("place", f"{lat_deg:g}, {lon_deg:g}", "lies outside the terrain")])
        return min(max(round(row), 0), rows - 1), min(max(round(column), 0), columns - 1)

    def places(self, row: ArrayLike, column: ArrayLike) -> tuple[Floats, Floats]:
        """Latitude and longitude, degrees, of (fractional) rows and columns, which broadcast."""
        i, j = np.broadcast_arrays(*(np.asarray(a, np.float64) for a in (row, column)))
        lon, lat = _onto(self.crs).transform(self.west_m + j * self.cell_m, self.north_m - i * self.cell_m,
                                             direction="INVERSE")
        return np.asarray(lat, np.float64), np.asarray(lon, np.float64)


class _Plan(NamedTuple):
    """Where the cells of a sheet lie: system, centre of the first cell, cell, rows and columns."""

    crs: Any
    first: tuple[float, float]
    cell_m: float
    shape: tuple[int, int]

    def cells_of(self, sites: Sites) -> tuple[Floats, Floats]:
        """Fractional rows and columns of some places."""
        lat, lon = np.asarray(sites, np.float64).T
        x, y = _onto(self.crs.to_wkt()).transform(lon, lat)
        return (self.first[1] - y) / self.cell_m, (x - self.first[0]) / self.cell_m


def open_sheet(path: str | Path, sites: Sites, radius_m: float, *, cell_m: float | None = None) -> Sheet:
    """Elevation within `radius_m` of every site (latitude, longitude, degrees), from a file or folder of any size.

    A file in a projected system, in metres, with square cells and a scale within 0.5 % keeps its own grid, cut to the
    window; all others, and those whose cells are not `cell_m`, are resampled to a local grid with the first site on
    the centre of a cell. Memory while reading: 10 bytes for each of at most `SHEET_CELLS` cells, and 200 MB; 5 bytes
    are kept. Raises TerrainError, with all that is wrong, for a file that cannot be used or does not hold the sites.
    """
    place = Path(path)
    _check(str(path), sites, radius_m, cell_m)
    dem = rasters.open_dem(place, _about(sites, radius_m))
    _refuse_sites_outside(dem, sites)
    spacing_m = _spacing_m(dem, sites[0])
    own = _own_grid(dem, sites, radius_m)
    if own is not None and (cell_m is None or abs(cell_m / dem.step[0] - 1.0) < 1e-6):
        plan, heights, notices = _own_sheet(dem, own)
    else:
        _refuse_pole(dem, sites, radius_m)
        plan, heights, notices = _local_sheet(dem, sites, radius_m, cell_m or min(spacing_m))
    void, told = _settled(place, heights, plan, sites, radius_m)
    coarsest_m = max(*spacing_m, plan.cell_m)
    return Sheet(
        height_m=heights,
        void=void,
        west_m=plan.first[0],
        north_m=plan.first[1],
        cell_m=plan.cell_m,
        crs=plan.crs.to_wkt("WKT2_2019"),
        title=place.name,
        source=str(path),
        resampled=plan.crs is not dem.crs,
        notices=(*dem.notices, *notices, *told, *_coarse(coarsest_m)),
    )


def flat_sheet(sites: Sites, radius_m: float, cell_m: float) -> Sheet:
    """A smooth earth at sea level on a local grid within `radius_m` of every site."""
    _check("smooth earth", sites, radius_m, cell_m)
    plan = _local_plan(sites, radius_m, cell_m)
    notices = () if plan.cell_m == cell_m else (_coarsened(plan.cell_m, cell_m),)
    return Sheet(
        height_m=np.zeros(plan.shape, np.float32),
        void=None,
        west_m=plan.first[0],
        north_m=plan.first[1],
        cell_m=plan.cell_m,
        crs=plan.crs.to_wkt("WKT2_2019"),
        title="smooth earth at sea level",
        source="",
        resampled=False,
        notices=notices,
    )


# A file's own grid ------------------------------------------------------------------------------------------


def _own_grid(dem: Dem, sites: Sites, radius_m: float) -> Block | None:
    """The rows and columns around all sites, cut to the file; None where the file's grid does not serve."""
    crs, (x_step, y_step) = dem.crs, dem.step
    if not crs.is_projected or abs(x_step / y_step - 1.0) > 1e-6:
        return None
    if any(axis.unit_conversion_factor != 1.0 for axis in crs.axis_info):
        return None
    row, column = _Plan(crs, dem.first, x_step, (0, 0)).cells_of(sites)
    reach = radius_m * (1.0 + SCALE_TOLERANCE) / x_step
    block = Block(
        max(0, floor(row.min() - reach)), min(dem.rows, ceil(row.max() + reach) + 1),
        max(0, floor(column.min() - reach)), min(dem.columns, ceil(column.max() + reach) + 1),
    )
    return block if _scale_error(dem, block) <= SCALE_TOLERANCE else None


def _scale_error(dem: Dem, block: Block) -> float:
    """How far the scale of a projection is from one inside a block, in any direction."""
    from pyproj import Proj

    rows, columns = np.linspace(block.top, block.bottom, 9), np.linspace(block.left, block.right, 9)
    x, y = np.meshgrid(dem.first[0] + columns * dem.step[0], dem.first[1] - rows * dem.step[1])
    lon, lat = _onto(dem.crs.to_wkt()).transform(x, y, direction="INVERSE")
    factors = Proj(dem.crs).get_factors(lon, lat)
    worst = [np.max(np.abs(np.asarray(f) - 1.0)) for f in (factors.tissot_semimajor, factors.tissot_semiminor)]
    return float(max(worst)) if np.all(np.isfinite(worst)) else float("inf")


def _own_sheet(dem: Dem, block: Block) -> tuple[_Plan, Heights, tuple[str, ...]]:
    """The samples of a block on the file's own grid, thinned where they are too many."""
    factor, level, stride, part = 1, dem, 1, block
    while part.cells > SHEET_CELLS * stride * stride:
        factor += 1
        level, stride = dem.coarser(factor)
        ratio = level.step[0] / dem.step[0]
        part = Block(*(floor(edge / ratio) for edge in block))
    heights = level.read(part, stride)
    cell_m = level.step[0] * stride
    first = level.first[0] + part.left * level.step[0], level.first[1] - part.top * level.step[1]
    notices = () if cell_m == dem.step[0] else (_coarsened(cell_m, dem.step[0]),)
    return _Plan(dem.crs, first, cell_m, heights.shape), heights, notices


# A local grid -----------------------------------------------------------------------------------------------


def _local_plan(sites: Sites, radius_m: float, cell_m: float) -> _Plan:
    """Cells about the middle of the sites, the first site on the centre of one; coarser where they are too many."""
    lat, lon = np.asarray(sites, np.float64).T
    about = sites[0] if len(sites) == 1 else centre_of(lat, lon)
    crs = azimuthal_equidistant(float(about[0]), float(about[1]))
    x, y = (np.asarray(a) for a in _onto(crs.to_wkt()).transform(lon, lat))
    if len(sites) == 1:
        x, y = np.zeros(1), np.zeros(1)
    while True:
        left, right = (ceil((d + radius_m) / cell_m - 1e-9) for d in (x[0] - x.min(), x.max() - x[0]))
        down, up = (ceil((d + radius_m) / cell_m - 1e-9) for d in (y[0] - y.min(), y.max() - y[0]))
        shape = up + down + 1, left + right + 1
        if shape[0] * shape[1] <= SHEET_CELLS:
            return _Plan(crs, (float(x[0]) - left * cell_m, float(y[0]) + up * cell_m), cell_m, shape)
        cell_m *= max(1.001, sqrt(shape[0] * shape[1] / SHEET_CELLS))


def _local_sheet(dem: Dem, sites: Sites, radius_m: float, cell_m: float) -> tuple[_Plan, Heights, tuple[str, ...]]:
    """Heights on a local grid, and what is to be said of it."""
    from pyproj import Transformer

    plan = _local_plan(sites, radius_m, cell_m)
    onto = Transformer.from_crs(plan.crs, dem.crs, always_xy=True)
    level, stride = dem.coarser(max(1, floor(plan.cell_m / max(_spacing_m(dem, sites[0])))))
    middle = _x_of(dem, sites[0])

    def to_file(row: Floats, column: Floats) -> tuple[Floats, Floats]:
        x, y = np.broadcast_arrays(plan.first[0] + column * plan.cell_m, plan.first[1] - row * plan.cell_m)
        x, y = onto.transform(x, y)
        if dem.crs.is_geographic:
            x = middle + np.mod(x - middle + 180.0, 360.0) - 180.0
        return level.grid_of(x, y)

    nearest_pole = max(abs(lat) for lat, _ in sites) + np.degrees(radius_m / 6.36e6)
    heights = resample(level, to_file, plan.shape, node_spacing(plan.cell_m, nearest_pole), stride)
    about = plan.crs.name.rpartition("about ")[2]
    said = (
        f"terrain: resampled from {_step_in_words(dem)} to a local grid of {_length(plan.cell_m)} "
        f"(azimuthal equidistant about {about})"
    )
    coarsened = () if plan.cell_m == cell_m else (_coarsened(plan.cell_m, cell_m),)
    return plan, heights, (said, *coarsened)


def _step_in_words(dem: Dem) -> str:
    """The steps of a file as people name them."""
    if dem.crs.is_geographic:
        steps, unit = [3600.0 * step for step in (dem.step[1], dem.step[0])], "arc-seconds"
    else:
        steps, unit = [dem.step[1], dem.step[0]], str(dem.crs.axis_info[0].unit_name)
    low, high = (f"{step:.3g}" for step in steps)
    return f"{low if low == high else f'{low} by {high}'} {unit}"


def _spacing_m(dem: Dem, site: tuple[float, float]) -> tuple[float, float]:
    """Ground distance between neighbouring samples at a site, m: along columns and along rows."""
    x, y = (float(a) for a in _onto(dem.crs.to_wkt()).transform(site[1], site[0]))
    dx, dy = 0.5 * dem.step[0], 0.5 * dem.step[1]
    lon, lat = _onto(dem.crs.to_wkt()).transform([x, x, x - dx, x + dx], [y - dy, y + dy, y, y], direction="INVERSE")
    lengths = geodesic_between(lat[::2], lon[::2], lat[1::2], lon[1::2]).distance_m
    return float(lengths[0]), float(lengths[1])


# Voids, sea, and what is told -------------------------------------------------------------------------------


def _settled(
    path: Path, heights: Heights, plan: _Plan, sites: Sites, radius_m: float
) -> tuple[NDArray[np.bool_] | None, tuple[str, ...]]:
    """Fill voids and set the sea, in place; the mask of what was not known, and the notices."""
    rows, columns = plan.cells_of(sites)
    reach = radius_m / plan.cell_m
    counts = np.zeros(4, np.int64)
    state = np.zeros(heights.shape, np.uint8)
    known, unknown = mark(heights, state)
    if not known:
        raise refusal(path, "samples", "", "the window holds no known elevation")
    refuse_feet(path, heights)
    tally(heights, state, rows, columns, reach, counts)
    if unknown:
        fill_voids(heights, state, VOID_REACH)
    level_sea(heights, state)
    within = f"of the area within {radius_m / 1e3:.{0 if radius_m >= 1e4 else 1}f} km"
    inside, outside, voids, deep = (int(n) for n in counts)
    notices = []
    for count, what in (
        (outside, f"lies beyond {path.name} and is taken to be at sea level"),
        (voids, "was void and is filled from its neighbours"),
        (deep, "is sea floor and is taken as the sea at 0 m"),
    ):
        if count:
            notices.append(f"terrain: {_percent(count / inside)} {within} {what}")
    return (state.view(np.bool_) if unknown else None), tuple(notices)


def _percent(share: float) -> str:
    return "less than 0.01 %" if share < 1e-4 else f"{100.0 * share:.2g} %" if share < 0.995 else f"{share:.0%}"


@kernel
def mark(height_m: Any, state: Any) -> tuple[int, int]:
    """What each cell is, uint8: 0 known, 1 a void, 2 outside the file; returns how many are known, and how many not."""
    known = 0
    for i in range(height_m.shape[0]):
        for j in range(height_m.shape[1]):
            h = height_m[i, j]
            state[i, j] = 0 if np.isfinite(h) else (2 if h == OUTSIDE else 1)
            known += state[i, j] == 0
    return known, height_m.size - known


@kernel
def level_sea(height_m: Any, state: Any) -> None:
    """Set cells outside the file and sea floor to 0 m; `state` becomes 0 known, 1 unknown."""
    for i in range(height_m.shape[0]):
        for j in range(height_m.shape[1]):
            if state[i, j] == 2 or height_m[i, j] < DEEPEST_LAND_M:
                height_m[i, j] = 0.0
            state[i, j] = min(state[i, j], 1)


@allocating_kernel
def tally(height_m: Any, state: Any, site_row: Any, site_column: Any, reach: Any, counts: Any) -> None:
    """Count cells within `reach` cells of any site: all, outside, voids, sea floor; beyond the array is outside."""
    rows, columns = height_m.shape
    top, bottom = int(np.floor(site_row.min() - reach)), int(np.ceil(site_row.max() + reach))
    left, right = int(np.floor(site_column.min() - reach)), int(np.ceil(site_column.max() + reach))
    for i in range(top, bottom + 1):
        for j in range(left, right + 1):
            near = False
            for k in range(site_row.size):
                di, dj = i - site_row[k], j - site_column[k]
                near = near or di * di + dj * dj <= reach * reach
            if not near:
                continue
            counts[0] += 1
            if not (0 <= i < rows and 0 <= j < columns) or state[i, j] == 2:
                counts[1] += 1
            elif state[i, j] == 1:
                counts[2] += 1
            elif height_m[i, j] < DEEPEST_LAND_M:
                counts[3] += 1


def _coarsened(cell_m: float, wanted_m: float) -> str:
    limit = f"{SHEET_CELLS / 1e6:g} million cells"
    return f"terrain: cells of {_length(cell_m)} instead of {_length(wanted_m)}, to stay within {limit}"


def _coarse(cell_m: float) -> tuple[str, ...]:
    """A warning where a grid is too coarse to hold the ridges that hide low flyers."""
    if cell_m <= COARSE_CELL_M:
        return ()
    error = "tens" if cell_m < HOPELESS_CELL_M else "hundreds"
    said = f"terrain: cells of {_length(cell_m)} cannot show ridges narrower than that"
    return (f"{said}; floors may be {error} of metres too low",)


def _length(cell_m: float) -> str:
    """A cell in words: to a tenth of a metre where it is small."""
    return f"{cell_m:,.1f} m" if cell_m < 100.0 else f"{cell_m:,.0f} m"


# What is refused --------------------------------------------------------------------------------------------


def _check(source: str, sites: Sites, radius_m: float, cell_m: float | None) -> None:
    """InputError with everything that is wrong with the arguments."""
    problems = [
        Problem("site", f"{lat:g}, {lon:g}", "must be latitude -90 to 90 and longitude -180 to 360, in degrees")
        for lat, lon in sites
        if not (-90.0 <= lat <= 90.0 and -180.0 <= lon <= 360.0)
    ]
    if not len(sites):
        problems.append(Problem("sites", "none", "at least one is needed"))
    if not (isfinite(radius_m) and radius_m > 0.0):
        problems.append(Problem("radius_m", f"{radius_m:g}", "must be above zero"))
    if cell_m is not None and not (isfinite(cell_m) and cell_m > 0.0):
        problems.append(Problem("cell_m", f"{cell_m:g}", "must be above zero"))
    if problems:
        raise InputError(source, problems)


def _about(sites: Sites, radius_m: float) -> Bounds:
    """Degrees that hold everything within a radius of all sites; longitudes run on over the date line."""
    lat, lon = np.asarray(sites, np.float64).T
    middle = centre_of(lat, lon)[1]
    lon = middle + np.mod(lon - middle + 180.0, 360.0) - 180.0
    away = np.arange(0.0, 360.0, 5.0)
    lats, lons = geodesic_from(lat[:, None], lon[:, None], away, 1.42 * radius_m)
    lons = middle + np.mod(lons - middle + 180.0, 360.0) - 180.0
    return Bounds(float(lats.min()), float(lats.max()), float(lons.min()), float(lons.max()))


def _x_of(dem: Dem, site: tuple[float, float]) -> float:
    """x of a site in a file's system; for degrees, of the turn in which the file holds it."""
    x = float(_onto(dem.crs.to_wkt()).transform(site[1], site[0])[0])
    if dem.crs.is_geographic:
        west, east, *_ = dem.edges
        return x + 360.0 * floor((0.5 * (west + east) - x + 180.0) / 360.0)
    return x


def _refuse_sites_outside(dem: Dem, sites: Sites) -> None:
    """TerrainError that says for each site outside the file how far, and whether it was given the wrong way round."""
    west, east, south, north = dem.edges
    onto = _onto(dem.crs.to_wkt())
    problems = []
    for lat, lon in sites:
        x, y = _x_of(dem, (lat, lon)), float(onto.transform(lon, lat)[1])
        if west <= x <= east and south <= y <= north:
            continue
        near_lon, near_lat = onto.transform(min(max(x, west), east), min(max(y, south), north), direction="INVERSE")
        away_m = float(geodesic_between(lat, lon, near_lat, near_lon).distance_m)
        far = f" by {away_m / 1e3:.3g} km" if isfinite(away_m) else ""
        rule = f"lies outside the elevation, which holds {_held(dem)},{far}"
        problems.append(Problem("site", f"{lat:g}, {lon:g}", rule.rstrip(","), _exchanged(dem, lat, lon)))
    if problems:
        raise TerrainError(str(dem.path), problems)


def _exchanged(dem: Dem, lat_deg: float, lon_deg: float) -> str:
    """A hint where a site would lie inside with its numbers the other way round."""
    if abs(lon_deg) > 90.0:
        return ""
    west, east, south, north = dem.edges
    x, y = _x_of(dem, (lon_deg, lat_deg)), float(_onto(dem.crs.to_wkt()).transform(lat_deg, lon_deg)[1])
    if not (west <= x <= east and south <= y <= north):
        return ""
    return "it would lie inside with latitude and longitude exchanged: check the order in the site and in the file"


def _held(dem: Dem) -> Bounds:
    """Latitudes and longitudes of a file's edges."""
    west, east, south, north = dem.edges
    if dem.crs.is_geographic:
        return Bounds(south, north, west, east)
    along = np.linspace(0.0, 1.0, 5)
    x, y = np.meshgrid(west + along * (east - west), south + along * (north - south))
    lon, lat = _onto(dem.crs.to_wkt()).transform(x, y, direction="INVERSE")
    return Bounds(float(np.min(lat)), float(np.max(lat)), float(np.min(lon)), float(np.max(lon)))


def _refuse_pole(dem: Dem, sites: Sites, radius_m: float) -> None:
    """TerrainError for a file in degrees whose window holds a pole, or all but."""
    if not dem.crs.is_geographic:
        return
    for lat, lon in sites:
        to_pole_m = float(geodesic_between(lat, lon, 90.0 if lat >= 0.0 else -90.0, lon).distance_m)
        if to_pole_m < radius_m + POLE_MARGIN_M:
            rule = f"its window of {radius_m / 1e3:.0f} km comes within 100 km of a pole, where degrees are no grid"
            hint = "give elevation in a polar projection, such as EPSG:3413 or EPSG:3031, or a smaller radius"
            raise TerrainError(str(dem.path), [Problem("site", f"{lat:g}, {lon:g}", rule, hint)])


@lru_cache(maxsize=16)
def _onto(wkt: str) -> Any:
    """The way from WGS-84 longitude and latitude to a system."""
    from pyproj import CRS, Transformer

    return Transformer.from_crs(CRS.from_epsg(4326), CRS.from_wkt(wkt), always_xy=True)
