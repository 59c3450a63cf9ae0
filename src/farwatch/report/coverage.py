"""Coverage in words, tables and files: what `farwatch coverage` prints and writes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from farwatch.detect.coverage import Coverage
from farwatch.detect.paths import Along
from farwatch.detect.posts import Lit
from farwatch.report.coverage_request import Request
from farwatch.scenario.typed import Level
from farwatch.world.earth import geodesic_between

Floats = NDArray[np.float64]


LEFT_OUT = "  echo: beam, air and weather; clutter, blind speeds and jamming are not in it"
DIRECTIONS = 72
LIFTED_M, LIFTED_SHARE = 100.0, 0.3
"""A floor this much above the line of sight, over this share of the area, is worth a note."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One height: share of the area in which the target is seen there, and how far out by direction, m.

    Of the directions, `near_m` is the distance that nine in ten reach, `far_m` the one that one in ten reaches.
    """

    level: Level
    seen_share: float
    near_m: float
    middle_m: float
    far_m: float


def rows(area: Coverage, slices: Sequence[Level]) -> tuple[Row, ...]:
    """What the table says, height by height; of a large area every few cells are looked at."""
    step = area.every
    inside = area.inside()[::step, ::step]
    distance_m, direction = _from_post(area.posts[0], inside, step)
    found = []
    for one in slices:
        seen = area.count(one.height_m, one.above)[::step, ::step][inside] > 0
        farthest_m = np.zeros(DIRECTIONS)
        np.maximum.at(farthest_m, direction[seen], distance_m[seen])
        near, middle, far = (float(q) for q in np.quantile(farthest_m, [0.1, 0.5, 0.9]))
        found.append(Row(level=one, seen_share=float(np.mean(seen)), near_m=near, middle_m=middle, far_m=far))
    return tuple(found)


def _from_post(lit: Lit, inside: NDArray[np.bool_], step: int) -> tuple[Floats, NDArray[np.int64]]:
    """Distance, m, and direction, 0 to DIRECTIONS - 1, of the cells inside as seen from a post."""
    row, column = (step * part for part in np.nonzero(inside))
    north_m = (lit.spot.row - row) * lit.spot.cell_m
    east_m = (column - lit.spot.column) * lit.spot.cell_m
    turn = (np.arctan2(east_m, north_m) + lit.spot.north_rad) / (2.0 * np.pi)
    return np.hypot(east_m, north_m), np.asarray(np.floor((turn % 1.0) * DIRECTIONS), np.int64) % DIRECTIONS


def told(level: Level) -> str:
    """A height in words."""
    return f"{level.height_m:,.0f} m above {'the ground' if level.above == 'ground' else 'the sea'}"


# In the terminal ---------------------------------------------------------------------------------------------


def show(console: Console, area: Coverage, asked: Request) -> None:
    """Print what was asked, on what ground, and how much is seen from how far."""
    console.print()
    console.print(Text(headline(area), style="bold"))
    for lit in area.posts:
        console.print(Text(_standing(area, lit)))
    console.print(Text(_grid(area), style="dim"))
    if area.target is not None:
        console.print(Text(LEFT_OUT, style="dim"))
    for notice in (*area.notices, *_limits(area)):
        console.print(Text(f"  note: {notice}", style="dim"))
    console.print(_table(area, asked.heights))
    if asked.route is not None:
        _show_route(console, area.along(asked.route))


def headline(area: Coverage) -> str:
    """What is drawn, in a sentence."""
    within = f"within {area.radius_m / 1e3:,.0f} km"
    if area.target is None:
        masts = sorted({f"{lit.antenna_agl_m:g} m" for lit in area.posts})
        return f"Lines of sight {within} of an antenna {' or '.join(masts)} above ground"
    target, radars = area.target, sorted({str(lit.post.radar) for lit in area.posts})
    what = f"{target.name} ({target.rcs_m2:g} m² from ahead)" if target.name else f"target of {target.rcs_m2:g} m²"
    return f"Where a {what} is seen with a chance of {target.pd:g} in one look, {within}, by {', '.join(radars)}"


def _standing(area: Coverage, lit: Lit) -> str:
    ground_m = float(area.sheet.height_m[lit.spot.row, lit.spot.column])
    what = lit.post.radar or "line of sight"
    lat_deg, lon_deg = (float(part) for part in area.sheet.places(lit.spot.row, lit.spot.column))
    off_m = float(geodesic_between(lit.post.lat_deg, lit.post.lon_deg, lat_deg, lon_deg).distance_m)
    moved = f", put on the middle of its cell, {off_m:,.0f} m away" if off_m >= 1.0 else ""
    return (
        f"  {lit.post.name}: {what} at {lit.post.lat_deg:.5f}, {lit.post.lon_deg:.5f}, "
        f"antenna {lit.antenna_agl_m:g} m above ground that lies at {ground_m:,.0f} m{moved}"
    )


def _limits(area: Coverage) -> Iterator[str]:
    """Radars whose beam ends above much of what they have in sight."""
    for lit, floor_m in zip(area.posts, area.floors_m, strict=True):
        seen = np.isfinite(floor_m[:: area.every, :: area.every])
        above = (floor_m - lit.los_m)[:: area.every, :: area.every][seen] > LIFTED_M
        if above.size and np.mean(above) > LIFTED_SHARE:
            yield (
                f"{lit.post.name}: over {np.mean(above):.0%} of the area that its {lit.post.radar} sees, the lower end "
                "of the beam sets the floor, not the ground: it cannot look down from so high"
            )


def _grid(area: Coverage) -> str:
    rows_, columns = area.sheet.height_m.shape
    return f"  ground: {area.sheet.title}, {rows_:,} by {columns:,} cells of {area.sheet.cell_m:,.4g} m"


def _table(area: Coverage, slices: Sequence[Level]) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("target at")
    table.add_column("share of area seen", justify="right")
    if len(area.posts) == 1:
        table.add_column("seen out to, km", justify="right")
        table.add_column("worst tenth of directions", justify="right")
        table.add_column("best tenth", justify="right")
    for row in rows(area, slices):
        far = [f"{distance_m / 1e3:,.0f}" for distance_m in (row.middle_m, row.near_m, row.far_m)]
        table.add_row(told(row.level), f"{row.seen_share:.0%}", *(far if len(area.posts) == 1 else []))
    return table


def _show_route(console: Console, along: Along) -> None:
    """Print when a route is first likely to have been seen."""
    for chance in (0.5, 0.9, 0.99):
        reached = np.flatnonzero(along.cumulative_pd >= chance)
        if reached.size == 0:
            console.print(f"  along the route: never seen with a chance of {chance:g}")
            break
        k = int(reached[0])
        console.print(
            f"  along the route: seen with a chance of {chance:g} after {along.distance_m[k] / 1e3:,.1f} km "
            f"({along.time_s[k]:,.0f} s), at {along.lat_deg[k]:.4f}, {along.lon_deg[k]:.4f}"
        )
    console.print(f"  chance to have been seen by its end: {float(along.cumulative_pd[-1]):.3f}")
