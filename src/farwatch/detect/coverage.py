"""Coverage: what one or many radars see over real ground, as arrays with their place on earth.

::

    area = coverage([Post(lat_deg=46.9, lon_deg=8.2, radar="asr-9")], "dem.tif", radius_m=100e3)
    area.floor_m()                       lowest height above ground at which the target is seen, NaN where never
    area.pd(300.0)                       chance of detection in one look, 300 m above ground
    area.count(3000.0, above="sea")      how many radars see it there; 0 is a gap
    area.along(route)                    chance to have been seen by then, along a route

One sweep a radar gives its lines of sight (`sweep`); strength, limits and sector come from `reach`. All posts share one
metric grid (`world.sheet`). See `docs/models/coverage.md`.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import ceil, cos, radians, sin, sqrt
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from farwatch import catalogue as shelves
from farwatch.catalogue import Radar
from farwatch.detect.equation import range_for_snr
from farwatch.detect.prepare import stand
from farwatch.detect.reach import (
    Reach,
    Spot,
    Target,
    add_seen,
    fill_floor_seen,
    fill_unseen,
    fill_vertical,
    pd_here,
    polar,
    reach_of,
)
from farwatch.detect.statistics import required_snr
from farwatch.detect.sweep import Site, sweep
from farwatch.errors import InputError, Problem
from farwatch.scenario import TERRAINS, Scenario, locate
from farwatch.world.earth import geodesic_between, geodesic_from
from farwatch.world.sheet import Sheet, flat_sheet, open_sheet

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Above = Literal["ground", "sea"]

RADIUS_M = 150e3
"""How far lines of sight are looked at when nobody says."""

FLAT_CELLS = 1200
"""Cells across a smooth earth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A radar at a place. Without `radar`, a name of the catalogue, only its lines of sight are known.

    `antenna_agl_m` is the antenna above the ground, the catalogue's figure when None; `heading_deg` is where a
    radar that covers less than a full turn looks, clockwise from true north.
    """

    lat_deg: float
    lon_deg: float
    name: str = "site"
    radar: str | None = None
    antenna_agl_m: float | None = None
    heading_deg: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lit:
    """One post on the sheet: its spot, its lines of sight, and what its radar can do (None: lines of sight alone).

    `los_m` float32 (rows, columns) is the lowest height above ground in its line of sight, NaN beyond the radius.
    """

    post: Post
    antenna_agl_m: float
    spot: Spot
    los_m: Singles
    reach: Reach | None


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


@dataclass(frozen=True, kw_only=True, eq=False)
class Coverage:
    """What some posts see, on one metric grid: row 0 is the northernmost, `sheet` has the place of every cell."""

    sheet: Sheet
    posts: tuple[Lit, ...]
    target: Target | None
    radius_m: float
    notices: tuple[str, ...]

    @property
    def every(self) -> int:
        """Of a large sheet, every how many rows and columns are enough for shares of area: about a million cells."""
        return ceil(sqrt(self.sheet.height_m.size / 1e6))

    @cached_property
    def floors_m(self) -> tuple[Singles, ...]:
        """Lowest height above ground at which each post sees the target, m, float32; NaN where at none."""
        return tuple(self._floor(lit) for lit in self.posts)

    def _floor(self, lit: Lit) -> Singles:
        if lit.reach is None:
            return lit.los_m
        out = np.empty_like(lit.los_m)
        fill_floor_seen(lit.los_m, self.sheet.height_m, lit.spot, lit.reach, out)
        return out

    def floor_m(self) -> Singles:
        """Lowest height above ground at which any post sees the target, m, float32; NaN where none does."""
        best = self.floors_m[0].copy()
        for other in self.floors_m[1:]:
            np.fmin(best, other, out=best)
        return best

    def count(self, height_m: float, above: Above = "ground") -> NDArray[np.uint8]:
        """How many posts see the target at one height; 0 is a gap."""
        out = np.zeros(self.sheet.height_m.shape, np.uint8)
        for lit in self.posts:
            if lit.reach is None:
                agl_m = np.float32(height_m) if above == "ground" else np.float32(height_m) - self.sheet.height_m
                out += lit.los_m <= agl_m
            else:
                add_seen(lit.los_m, self.sheet.height_m, lit.spot, lit.reach, height_m, above == "ground", out)
        return out

    def pd(self, height_m: float, above: Above = "ground") -> Singles:
        """Chance that the target at one height is detected when every post looks once, float32."""
        unseen = np.ones(self.sheet.height_m.shape, np.float32)
        for lit in self.posts:
            if lit.reach is None:
                raise _needs_radar()
            fill_unseen(lit.los_m, self.sheet.height_m, lit.spot, lit.reach, height_m, above == "ground", unseen)
        return np.asarray(1.0 - unseen, np.float32)

    def inside(self) -> NDArray[np.bool_]:
        """Cells within the radius of any post."""
        return np.logical_or.reduce([np.isfinite(lit.los_m) for lit in self.posts])

    def along(self, route: Route) -> Along:
        """What a route meets: each radar looks once a period, the first time at the start."""
        if any(lit.reach is None for lit in self.posts):
            raise _needs_radar()
        time_s, post = self._looks(route)
        distance_m = time_s * route.speed_m_s
        lat, lon = _places_along(route, distance_m)
        row, column = (np.rint(part).astype(np.int64) for part in self.sheet.grid_of(lat, lon))
        rows, columns = self.sheet.height_m.shape
        on = (row >= 0) & (row < rows) & (column >= 0) & (column < columns)
        ground_m = np.zeros(lat.shape)
        ground_m[on] = self.sheet.height_m[row[on], column[on]]
        height_m = ground_m + route.height_m if route.above == "ground" else np.full(lat.shape, route.height_m)
        chance = np.zeros(lat.shape)
        for k in np.flatnonzero(on):
            chance[k] = _look(self.posts[post[k]], int(row[k]), int(column[k]), ground_m[k], height_m[k])
        return Along(
            time_s=time_s, distance_m=distance_m, lat_deg=lat, lon_deg=lon, ground_m=ground_m, height_m=height_m,
            post=post, pd=chance, cumulative_pd=1.0 - np.cumprod(1.0 - chance),
        )

    def _looks(self, route: Route) -> tuple[Floats, NDArray[np.int64]]:
        """Times of all looks along a route, in order, and whose they are."""
        ends_s = _length_m(route) / route.speed_m_s
        times = [np.arange(0.0, ends_s + 1e-9, lit.reach.period_s) for lit in self.posts if lit.reach is not None]
        post = np.repeat(np.arange(len(times)), [t.size for t in times])
        time_s = np.concatenate(times)
        order = np.lexsort((post, time_s))
        return time_s[order], post[order]

    def vertical(self, azimuth_deg: float, top_m: float = 15e3, post: int = 0) -> Vertical:
        """The vertical diagram of one post in a direction (true azimuth), up to a height above mean sea level."""
        lit = self.posts[post]
        if lit.reach is None:
            raise _needs_radar()
        azimuth = radians(azimuth_deg % 360.0)
        ground_range_m = np.arange(0.0, self.radius_m, max(lit.spot.cell_m, self.radius_m / 1500.0))
        row = np.rint(lit.spot.row - ground_range_m / lit.spot.cell_m * cos(azimuth - lit.spot.north_rad)).astype(int)
        column = np.rint(lit.spot.column + ground_range_m / lit.spot.cell_m * sin(azimuth - lit.spot.north_rad)).astype(int)
        rows, columns = self.sheet.height_m.shape
        on = (row >= 0) & (row < rows) & (column >= 0) & (column < columns)
        row, column, ground_range_m = row[on], column[on], ground_range_m[on]
        ground_m = self.sheet.height_m[row, column].astype(np.float64)
        lowest_m = ground_m + lit.los_m[row, column]
        height_m = np.linspace(0.0, top_m, 400)
        chance = np.zeros((height_m.size, ground_range_m.size))
        fill_vertical(lit.reach, azimuth, ground_range_m, height_m, chance)
        return Vertical(
            azimuth_deg=azimuth_deg % 360.0, antenna_m=float(ground_m[0]) + lit.antenna_agl_m,
            ground_range_m=ground_range_m, height_m=height_m, ground_m=ground_m, lowest_m=lowest_m, pd=chance,
        )

    def to_xarray(self, heights_m: Sequence[float] = ()) -> Any:
        """An xarray Dataset: floor, ground and Pd at some heights above ground, with x, y and the CRS; needs xarray."""
        import xarray

        rows, columns = self.sheet.height_m.shape
        coordinates = {
            "y": self.sheet.north_m - self.sheet.cell_m * np.arange(rows),
            "x": self.sheet.west_m + self.sheet.cell_m * np.arange(columns),
        }
        fields = {"floor_m": (("y", "x"), self.floor_m()), "ground_m": (("y", "x"), self.sheet.height_m)}
        if heights_m:
            coordinates["height_agl_m"] = np.asarray(heights_m, np.float64)
            fields["pd"] = (("height_agl_m", "y", "x"), np.stack([self.pd(height) for height in heights_m]))
        return xarray.Dataset(fields, coordinates, {"crs_wkt": self.sheet.crs, "cell_m": self.sheet.cell_m})


def coverage(
    posts: Sequence[Post] | Scenario,
    terrain: str | Path | None = None,
    *,
    target: Target | None = None,
    radius_m: float | None = None,
    cell_m: float | None = None,
    threads: int | None = None,
) -> Coverage:
    """What posts, or the radars of a scenario, see over an elevation file (a path or a shipped name; None: smooth earth).

    `radius_m` is how far to look: 150 km for lines of sight, as far as the target can be seen for radars, when None.
    `cell_m` resamples the ground. Raises InputError or TerrainError, naming every problem.
    """
    rain_mm_h, entries = 0.0, shelves.load()
    if isinstance(posts, Scenario):
        rain_mm_h, entries = posts.weather.rain_mm_h, posts.resolved_catalogue()
        terrain = terrain if terrain is not None else posts.terrain_file
        posts = posts_of(posts)
    _check(posts, target, radius_m)
    kinds = [_kind(post, entries) for post in posts]
    wanted = target or Target()
    if radius_m is None:
        radius_m = max(_usual_radius_m(post, kind, wanted, rain_mm_h) for post, kind in zip(posts, kinds, strict=True))
    sheet = _open(terrain, posts, radius_m, cell_m)
    lit = tuple(
        _light(sheet, post, kind, (wanted, rain_mm_h, radius_m, threads))
        for post, kind in zip(posts, kinds, strict=True)
    )
    aimed = wanted if any(kind is not None for kind in kinds) else None
    return Coverage(sheet=sheet, posts=lit, target=aimed, radius_m=radius_m, notices=sheet.notices)


def posts_of(scenario: Scenario) -> tuple[Post, ...]:
    """The radars of a scenario at their sites, one post each, named battery/radar."""
    entries = scenario.resolved_catalogue()
    return tuple(
        Post(
            name=f"{battery.name}/{radar}", lat_deg=battery.at.lat_deg, lon_deg=battery.at.lon_deg, radar=radar,
            antenna_agl_m=battery.antenna_height_m, heading_deg=battery.heading_deg,
        )
        for battery in scenario.defence
        for radar in (battery.radars if battery.radars is not None else entries.systems[battery.system].radars)
    )


def _check(posts: Sequence[Post], target: Target | None, radius_m: float | None) -> None:
    """All that is wrong with what was asked, at once."""
    problems = [] if posts else [Problem("sites", "", "must be one or more")]
    for post in posts:
        for name, value, low, high in (
            ("latitude", post.lat_deg, -90.0, 90.0),
            ("longitude", post.lon_deg, -180.0, 180.0),
            ("antenna above ground", post.antenna_agl_m, 0.0, 30e3),
        ):
            if value is not None and not low <= value <= high:
                nearest = f"{low if value < low else high:g} is the nearest" if value == value else ""
                problems.append(Problem(f"{post.name}: {name}", f"{value:g}", f"must be {low:g} to {high:g}", nearest))
        if post.radar is None and post.antenna_agl_m is None:
            problems.append(Problem(f"{post.name}: antenna above ground", "", "is needed where no radar is named"))
    if target is not None and not 0.0 < target.rcs_m2 < np.inf:
        problems.append(Problem("rcs_m2", f"{target.rcs_m2:g}", "must be above 0 m2"))
    if target is not None and not 0.0 < target.pd < 1.0:
        problems.append(Problem("pd", f"{target.pd:g}", "must lie between 0 and 1", "0.5, 0.8 and 0.9 are usual"))
    if radius_m is not None and not 0.0 < radius_m <= 1.5e6:
        problems.append(Problem("radius", f"{radius_m / 1e3:g} km", "must be above 0 and at most 1500 km"))
    if problems:
        raise InputError("coverage", problems)


def _kind(post: Post, entries: Any) -> Radar | None:
    """The catalogue entry that a post names."""
    found: Radar | None = None if post.radar is None else shelves.find(entries, "radars", post.radar)
    return found


def _usual_radius_m(post: Post, kind: Radar | None, target: Target, rain_mm_h: float) -> float:
    """How far to look when nobody says: as far as the echo is strong enough, within the radar's display."""
    if kind is None:
        return RADIUS_M
    row = stand(kind, post.heading_deg, 0.0, rain_mm_h)[0]
    needed_db = required_snr(target.pd, float(row["pfa"]), int(row["pulses"]), target.swerling)
    free_m = float(range_for_snr(row["snr_one"], target.rcs_m2, needed_db))
    return min(float(row["range_max_m"]), max(free_m, 2e3))


def _open(terrain: str | Path | None, posts: Sequence[Post], radius_m: float, cell_m: float | None) -> Sheet:
    """The ground that all posts stand on."""
    sites = [(post.lat_deg, post.lon_deg) for post in posts]
    if terrain is None:
        return flat_sheet(sites, radius_m, cell_m or 2.0 * radius_m / FLAT_CELLS)
    path = locate(terrain, TERRAINS, None) if isinstance(terrain, str) else terrain
    return open_sheet(path, sites, radius_m, cell_m=cell_m)


def _light(sheet: Sheet, post: Post, kind: Radar | None, asked: tuple[Target, float, float, int | None]) -> Lit:
    """Sweep one post's lines of sight, and work out its radar's reach."""
    target, rain_mm_h, radius_m, threads = asked
    row, column = sheet.cell_of(post.lat_deg, post.lon_deg)
    mast_m = post.antenna_agl_m
    if mast_m is None:
        mast_m = kind.antenna_height_m.value if kind is not None else 0.0
    los_m = sweep(
        sheet.height_m, Site(row, column, mast_m), sheet.cell_m, radius_m=radius_m,
        threads=threads or os.cpu_count() or 1,
    )
    reach = None
    if kind is not None:
        antenna_m = float(sheet.height_m[row, column]) + mast_m
        reach = reach_of(stand(kind, post.heading_deg, antenna_m, rain_mm_h)[0], target, radius_m)
    spot = Spot(row=row, column=column, cell_m=sheet.cell_m, north_rad=_north_rad(sheet, row, column))
    return Lit(post=post, antenna_agl_m=mast_m, spot=spot, los_m=los_m, reach=reach)


def _north_rad(sheet: Sheet, row: int, column: int) -> float:
    """True bearing of the grid's north at a cell."""
    here, there = (sheet.places(np.array([r]), np.array([column])) for r in (row, row - 10))
    return radians(float(geodesic_between(here[0][0], here[1][0], there[0][0], there[1][0]).azimuth_deg))


def _look(lit: Lit, row: int, column: int, ground_m: float, height_m: float) -> float:
    """Chance of detection in one look at a height above mean sea level over a cell."""
    if not height_m - ground_m >= lit.los_m[row, column]:
        return 0.0
    distance_m, azimuth = polar(lit.spot, row, column)
    return float(pd_here(lit.reach, distance_m, azimuth, height_m))


def _legs(route: Route) -> Any:
    lat, lon = np.asarray(route.lat_deg, np.float64), np.asarray(route.lon_deg, np.float64)
    return geodesic_between(lat[:-1], lon[:-1], lat[1:], lon[1:])


def _length_m(route: Route) -> float:
    return float(np.sum(_legs(route).distance_m))


def _places_along(route: Route, distance_m: Floats) -> tuple[Floats, Floats]:
    """Latitude and longitude at distances from the start."""
    legs = _legs(route)
    ends_m = np.cumsum(legs.distance_m)
    leg = np.minimum(np.searchsorted(ends_m, distance_m), ends_m.size - 1)
    into_m = distance_m - (ends_m[leg] - np.asarray(legs.distance_m)[leg])
    lat, lon = np.asarray(route.lat_deg, np.float64)[leg], np.asarray(route.lon_deg, np.float64)[leg]
    return geodesic_from(lat, lon, np.asarray(legs.azimuth_deg)[leg], into_m)


def _needs_radar() -> InputError:
    return InputError("coverage", [Problem("radar", "", "is needed for a chance of detection", "name one of the catalogue")])
