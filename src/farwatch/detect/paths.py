"""Coverage along a line: a route flown through it, and a vertical cut in one direction."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, radians, sin
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from farwatch.detect.posts import Lit
from farwatch.detect.reach import fill_vertical, pd_here, polar
from farwatch.world.earth import geodesic_between, geodesic_from
from farwatch.world.sheet import Sheet

Floats = NDArray[np.float64]
Wholes = NDArray[np.int64]
Above = Literal["ground", "sea"]

CUT_COLUMNS, CUT_ROWS = 1500, 400
"""Places along a vertical cut, and the heights at each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A path flown at one height above ground or sea: places in order, and the speed along it."""

    lat_deg: tuple[float, ...]
    lon_deg: tuple[float, ...]
    height_m: float
    above: Above = "ground"
    speed_m_s: float = 250.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Along:
    """What a route meets, look by look: arrays of one length, in order of time.

    `pd` is the chance of detection in that look, by the radar of row `post`; `cumulative_pd` of having been seen in it
    or before, looks being independent; `ground_m` and `height_m` are above mean sea level.
    """

    time_s: Floats
    distance_m: Floats
    lat_deg: Floats
    lon_deg: Floats
    ground_m: Floats
    height_m: Floats
    post: NDArray[np.int64]
    pd: Floats
    cumulative_pd: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Vertical:
    """One post's view in one direction; all heights above mean sea level.

    `pd` (heights, ground ranges) is the chance in one look of what is in sight, which is what flies above `lowest_m`
    (ranges); `ground_m` (ranges) is the terrain below.
    """

    azimuth_deg: float
    antenna_m: float
    ground_range_m: Floats
    height_m: Floats
    ground_m: Floats
    lowest_m: Floats
    pd: Floats


def fly(sheet: Sheet, posts: Sequence[Lit], route: Route) -> Along:
    """What a route meets: each radar looks once a period, the first time at the start; every post has a radar."""
    time_s, post = _looks(posts, route)
    distance_m = time_s * route.speed_m_s
    lat_deg, lon_deg = _places_along(route, distance_m)
    row, column, on = _cells(sheet, *sheet.grid_of(lat_deg, lon_deg))
    ground_m = np.where(on, sheet.height_m[row, column], 0.0)
    height_m = ground_m + route.height_m if route.above == "ground" else np.full(ground_m.shape, route.height_m)
    pd = np.zeros(ground_m.shape)
    for k in np.flatnonzero(on):
        lit = posts[post[k]]
        if height_m[k] - ground_m[k] >= lit.los_m[row[k], column[k]]:
            pd[k] = pd_here(lit.reach, *polar(lit.spot, int(row[k]), int(column[k])), height_m[k])
    return Along(
        time_s=time_s,
        distance_m=distance_m,
        lat_deg=lat_deg,
        lon_deg=lon_deg,
        ground_m=ground_m,
        height_m=height_m,
        post=post,
        pd=pd,
        cumulative_pd=np.asarray(1.0 - np.cumprod(1.0 - pd), np.float64),
    )


def _looks(posts: Sequence[Lit], route: Route) -> tuple[Floats, Wholes]:
    """Times of all looks along a route, in order, and whose they are."""
    ends_s = float(np.sum(_legs(route).distance_m)) / route.speed_m_s
    times = [np.arange(0.0, ends_s + 1e-9, lit.reach.period_s) for lit in posts if lit.reach is not None]
    post = np.repeat(np.arange(len(times)), [each.size for each in times])
    time_s = np.concatenate(times)
    order = np.lexsort((post, time_s))
    return time_s[order], post[order]


def _cells(sheet: Sheet, row: Floats, column: Floats) -> tuple[Wholes, Wholes, NDArray[np.bool_]]:
    """Nearest cells of some fractional ones, brought onto the sheet, and which of them lay on it."""
    rows, columns = sheet.height_m.shape
    i, j = np.rint(row).astype(np.int64), np.rint(column).astype(np.int64)
    on = (i >= 0) & (i < rows) & (j >= 0) & (j < columns)
    return np.clip(i, 0, rows - 1), np.clip(j, 0, columns - 1), on


def _between(values: NDArray[np.float32], row: Floats, column: Floats) -> Floats:
    """Values at fractional cells, bilinear; NaN beside a cell without one."""
    rows, columns = values.shape
    i, j = (np.clip(np.floor(at).astype(np.int64), 0, n - 2) for at, n in ((row, rows), (column, columns)))
    u, v = np.clip(row - i, 0.0, 1.0), np.clip(column - j, 0.0, 1.0)
    near = (1.0 - v) * values[i, j] + v * values[i, j + 1]
    far = (1.0 - v) * values[i + 1, j] + v * values[i + 1, j + 1]
    return np.asarray((1.0 - u) * near + u * far, np.float64)


def _legs(route: Route) -> Any:
    lat_deg, lon_deg = np.asarray(route.lat_deg, np.float64), np.asarray(route.lon_deg, np.float64)
    return geodesic_between(lat_deg[:-1], lon_deg[:-1], lat_deg[1:], lon_deg[1:])


def _places_along(route: Route, distance_m: Floats) -> tuple[Floats, Floats]:
    """Latitude and longitude at distances from the start."""
    legs = _legs(route)
    ends_m = np.cumsum(legs.distance_m)
    leg = np.minimum(np.searchsorted(ends_m, distance_m), ends_m.size - 1)
    into_m = distance_m - (ends_m[leg] - legs.distance_m[leg])
    lat_deg, lon_deg = (np.asarray(part, np.float64)[leg] for part in (route.lat_deg, route.lon_deg))
    return geodesic_from(lat_deg, lon_deg, legs.azimuth_deg[leg], into_m)


def cut(sheet: Sheet, lit: Lit, azimuth_deg: float, top_m: float) -> Vertical:
    """The vertical diagram of a post with a radar, in a true direction, from sea level up to `top_m`."""
    azimuth = radians(azimuth_deg % 360.0)
    farthest_m = lit.spot.cell_m * sum(sheet.height_m.shape)
    reach_m = min(farthest_m, lit.reach.step_m * (len(lit.reach.low_m) - 1) if lit.reach is not None else farthest_m)
    away_m = np.linspace(0.0, reach_m, CUT_COLUMNS)
    turned, cells = azimuth - lit.spot.north_rad, away_m / lit.spot.cell_m
    row, column = lit.spot.row - cells * cos(turned), lit.spot.column + cells * sin(turned)
    on = _cells(sheet, row, column)[2]
    on &= np.isfinite(_between(lit.los_m, row, column))
    row, column, away_m = row[on], column[on], away_m[on]
    ground_m, los_m = _between(sheet.height_m, row, column), _between(lit.los_m, row, column)
    height_m = np.linspace(0.0, top_m, CUT_ROWS)
    pd = np.zeros((height_m.size, away_m.size))
    fill_vertical(lit.reach, azimuth, away_m, height_m, pd)
    return Vertical(
        azimuth_deg=azimuth_deg % 360.0,
        antenna_m=float(ground_m[0]) + lit.antenna_agl_m,
        ground_range_m=away_m,
        height_m=height_m,
        ground_m=ground_m,
        lowest_m=ground_m + los_m,
        pd=pd,
    )
