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
from math import ceil, isnan, radians, sqrt
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from farwatch import catalogue as shelves
from farwatch.catalogue import Radar
from farwatch.detect.equation import range_for_snr
from farwatch.detect.paths import Above, Along, Route, Vertical, cut, fly
from farwatch.detect.posts import Lit, Post, posts_of
from farwatch.detect.prepare import stand
from farwatch.detect.reach import Spot, Target, add_seen, fill_floor_seen, fill_unseen, reach_of
from farwatch.detect.statistics import required_snr
from farwatch.detect.sweep import Site, sweep
from farwatch.errors import InputError, Problem
from farwatch.scenario import TERRAINS, Scenario, Weather, locate
from farwatch.world.earth import geodesic_between
from farwatch.world.sheet import Sheet, flat_sheet, open_sheet

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]

RADIUS_M = 150e3
"""How far lines of sight are looked at when nobody says."""

SHORTEST_M = 2e3
"""How far to look for a target that is hardly seen at all."""

FLAT_CELLS = 1200
"""Cells across a smooth earth."""


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
        for lit in self._radars():
            fill_unseen(lit.los_m, self.sheet.height_m, lit.spot, lit.reach, height_m, above == "ground", unseen)
        return np.asarray(1.0 - unseen, np.float32)

    def inside(self) -> NDArray[np.bool_]:
        """Cells within the radius of any post."""
        found: NDArray[np.bool_] = np.logical_or.reduce([np.isfinite(lit.los_m) for lit in self.posts])
        return found

    def along(self, route: Route) -> Along:
        """What a route meets: each radar looks once a period, the first time at the start; needs radars."""
        return fly(self.sheet, self._radars(), route)

    def vertical(self, azimuth_deg: float, top_m: float = 15e3, post: int = 0) -> Vertical:
        """The vertical diagram of one post in a true direction, up to a height above mean sea level; needs a radar."""
        return cut(self.sheet, self._radars()[post], azimuth_deg, top_m)

    def _radars(self) -> tuple[Lit, ...]:
        """The posts, where all of them have radars; InputError else."""
        if any(lit.reach is None for lit in self.posts):
            rule = "is needed for a chance of detection"
            raise InputError("coverage", [Problem("radar", "", rule, "name one of the catalogue")])
        return self.posts

    def to_xarray(self, heights_m: Sequence[float] = ()) -> Any:
        """An xarray Dataset: floor, ground and Pd at some heights above ground, with x, y and the CRS; needs xarray."""
        import xarray

        rows, columns = self.sheet.height_m.shape
        along = {
            "y": self.sheet.north_m - self.sheet.cell_m * np.arange(rows),
            "x": self.sheet.west_m + self.sheet.cell_m * np.arange(columns),
            "height_agl_m": np.asarray(heights_m, np.float64),
        }
        slices = [self.pd(height_m) for height_m in heights_m] or np.zeros((0, rows, columns), np.float32)
        fields = {
            "floor_m": (("y", "x"), self.floor_m()),
            "ground_m": (("y", "x"), self.sheet.height_m),
            "pd": (("height_agl_m", "y", "x"), np.asarray(slices)),
        }
        return xarray.Dataset(fields, along, {"crs_wkt": self.sheet.crs, "cell_m": self.sheet.cell_m})


def coverage(
    posts: Sequence[Post] | Scenario,
    terrain: str | Path | None = None,
    *,
    target: Target | None = None,
    radius_m: float | None = None,
    cell_m: float | None = None,
    threads: int | None = None,
) -> Coverage:
    """What posts, or a scenario's radars, see over an elevation file: a path, a shipped name, None for smooth earth.

    `radius_m` is how far to look: 150 km for lines of sight, as far as the target can be seen for radars, when None.
    `cell_m` resamples the ground. Raises InputError or TerrainError, naming every problem.
    """
    weather, entries = Weather(), shelves.load()
    if isinstance(posts, Scenario):
        weather, entries = posts.weather, posts.resolved_catalogue()
        terrain = terrain if terrain is not None else posts.terrain_file
        posts = posts_of(posts)
    _check(posts, target, radius_m)
    kinds = [_kind(post, entries) for post in posts]
    wanted = target or Target()
    if radius_m is None:
        radius_m = max(_usual_radius_m(post, kind, wanted, weather) for post, kind in zip(posts, kinds, strict=True))
    sheet = _open(terrain, posts, radius_m, cell_m)
    lit = tuple(
        _light(sheet, post, kind, (wanted, weather, radius_m, threads))
        for post, kind in zip(posts, kinds, strict=True)
    )
    aimed = wanted if any(kind is not None for kind in kinds) else None
    return Coverage(sheet=sheet, posts=lit, target=aimed, radius_m=radius_m, notices=sheet.notices)


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
                nearest = "" if isnan(value) else f"{low if value < low else high:g} is the nearest"
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
    if post.radar is None:
        return None
    found = shelves.find(entries, "radars", post.radar)
    return found if isinstance(found, Radar) else None


def _usual_radius_m(post: Post, kind: Radar | None, target: Target, weather: Weather) -> float:
    """How far to look when nobody says: as far as the echo is strong enough, within the radar's display."""
    if kind is None:
        return RADIUS_M
    row = stand(kind, post.heading_deg, 0.0, weather)[0]
    needed_db = required_snr(target.pd, float(row["pfa"]), int(row["pulses"]), target.swerling)
    free_m = min(float(range_for_snr(row["snr_one"], target.rcs_m2, needed_db)), float(row["range_max_m"]))
    reach = reach_of(row, target, max(free_m, SHORTEST_M))
    seen = np.flatnonzero(np.isfinite(reach.seen_low_m).any(axis=0))
    return max(SHORTEST_M, reach.step_m * float(seen[-1] + 1)) if seen.size else SHORTEST_M


def _open(terrain: str | Path | None, posts: Sequence[Post], radius_m: float, cell_m: float | None) -> Sheet:
    """The ground that all posts stand on."""
    sites = [(post.lat_deg, post.lon_deg) for post in posts]
    if terrain is None:
        return flat_sheet(sites, radius_m, cell_m or 2.0 * radius_m / FLAT_CELLS)
    path = locate(terrain, TERRAINS, None) if isinstance(terrain, str) else terrain
    return open_sheet(path, sites, radius_m, cell_m=cell_m)


def _light(sheet: Sheet, post: Post, kind: Radar | None, asked: tuple[Target, Weather, float, int | None]) -> Lit:
    """Sweep one post's lines of sight, and work out its radar's reach."""
    target, weather, radius_m, threads = asked
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
        reach = reach_of(stand(kind, post.heading_deg, antenna_m, weather)[0], target, radius_m)
    spot = Spot(row=row, column=column, cell_m=sheet.cell_m, north_rad=_north_rad(sheet, row, column))
    return Lit(post=post, antenna_agl_m=mast_m, spot=spot, los_m=los_m, reach=reach)


def _north_rad(sheet: Sheet, row: int, column: int) -> float:
    """True bearing of the grid's north at a cell."""
    here, there = (sheet.places(np.array([r]), np.array([column])) for r in (row, row - 10))
    return radians(float(geodesic_between(here[0][0], here[1][0], there[0][0], there[1][0]).azimuth_deg))
