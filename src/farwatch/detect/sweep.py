"""The coverage floor of one site over a terrain raster: the lowest visible height of every cell, in one pass.

The raster is cut into eight octants around the site: four directions, each left and right of its axis. In an octant a
fan of rays leaves the site, `rows` of them between axis and diagonal, one per cell of the last row, and the octant is
taken row by row outwards, with one running number per ray, the steepest slope so far:

1. **emit**: the line of sight to a cell is as steep as the two rays beside it, interpolated; where it passes above
   the cell's ground is the floor of that cell;
2. **advance**: each ray meets this row between two cells, and on the way from the last row it may have met a column
   between two cells; each meeting is a blocker, and the slope is raised to it.

So every crossing of a ray with a grid line counts, as in a profile that looks at all of them; only step 1
interpolates. Rays are straight over an earth of effective radius, whose bulge is a parabola. Rows are read sixteen at a
time into a strip, turned so that the octant sees them as rows, and the floors are written back the same way; beside
input and output there are two strips and four numbers per ray. See `docs/models/coverage-floor.md`.
"""

from dataclasses import dataclass
from math import inf, isfinite, isqrt, sqrt
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from farwatch.compiled import LANES, allocating_kernel, kernel, read, stretch, write
from farwatch.detect.horizon import EFFECTIVE_RADIUS_M
from farwatch.errors import InputError, Problem

Raster = NDArray[np.float32]

RAYS_PER_CELL = 2
"""Rays for each cell of the last row: on steep terrain one leaves some per cent of floors more than 10 m off."""

STRIP_ROWS = 16
"""Rows read at a time: sixteen float32 are a cache line, so that taking columns for rows wastes none of it."""

BELOW_EVERYTHING = np.float32(-1e9)
"""Slope of a ray that has met nothing yet."""


@dataclass(frozen=True, slots=True)
class Site:
    """Where the antenna stands: a cell of the raster, and metres above the ground of that cell."""

    row: int
    column: int
    antenna_agl_m: float


class Octant(NamedTuple):
    """One eighth of the raster as seen from the site: places are the flat index `start + r outward + j sideways`."""

    start: int
    outward: int
    sideways: int
    rows: int  # rows outwards
    cells: int  # cells sideways, that of the axis among them
    first: int  # 0 where this octant writes the axis, else 1
    spare: int  # 0 where this octant writes the diagonal, else 1
    radius_square_ratio: float  # square of the radius over that of a cell
    eye_m: float  # height of the antenna
    bulge_m: float  # fall of the earth over one cell


def sweep(
    height_m: Raster,
    site: Site,
    cell_m: float,
    *,
    radius_m: float = inf,
    earth_radius_m: float = EFFECTIVE_RADIUS_M,
    threads: int = 1,
) -> Raster:
    """Lowest visible height above the ground of each cell, m: float32 (rows, columns), 0 where the ground is seen.

    `height_m` is float32 (rows, columns), finite, with square cells of `cell_m`; which way is north does not matter.
    Cells whose centre lies farther than `radius_m` from the site's are NaN; the site's own is 0. The answer is the
    same, bit for bit, for any number of threads. Raises InputError.
    """
    height_m = np.ascontiguousarray(height_m, np.float32)
    _check(height_m, site, cell_m, (radius_m, earth_radius_m, threads))
    floor_m = np.full(height_m.shape, np.nan, np.float32) if isfinite(radius_m) else np.empty_like(height_m)
    floor_m[site.row, site.column] = 0.0
    octants = _octants(height_m, site, (radius_m / cell_m) ** 2 * (1.0 + 1e-12), cell_m**2 / (2.0 * earth_radius_m))
    flat, out = height_m.reshape(-1), floor_m.reshape(-1)
    if threads == 1:
        for octant in octants:
            sweep_octant(flat, octant, out)
        return floor_m
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda octant: sweep_octant(flat, octant, out), octants))
    return floor_m


def _check(height_m: Raster, site: Site, cell_m: float, others: tuple[float, float, int]) -> None:
    """Refuse what cannot be swept, all problems at once."""
    problems = []
    if height_m.ndim != 2 or height_m.size == 0:
        problems.append(Problem("height_m", f"shape {height_m.shape}", "must have rows and columns"))
    else:
        problems += [
            Problem(f"site.{name}", str(at), "lies outside the raster", f"0 to {count - 1}")
            for name, at, count in zip(("row", "column"), (site.row, site.column), height_m.shape, strict=True)
            if not 0 <= at < count
        ]
        with np.errstate(invalid="ignore", over="ignore"):
            if not isfinite(height_m.sum(dtype=np.float32)):
                problems.append(Problem("height_m", "NaN or infinite", "must be finite", "fill voids first"))
    values = {"cell_m": cell_m, "radius_m": others[0], "earth_radius_m": others[1], "threads": others[2]}
    problems += [Problem(name, str(value), "must be above 0") for name, value in values.items() if not value > 0]
    if not isfinite(site.antenna_agl_m):
        problems.append(Problem("site.antenna_agl_m", str(site.antenna_agl_m), "must be finite"))
    if problems:
        raise InputError("coverage sweep", problems)


def _octants(height_m: Raster, site: Site, radius_square_ratio: float, bulge_m: float) -> list[Octant]:
    """The octants that hold any cell, largest first; each cell but the site's is written by one of them."""
    rows, columns = height_m.shape
    eye_m = float(height_m[site.row, site.column]) + site.antenna_agl_m
    start = site.row * columns + site.column
    longest = isqrt(int(min(radius_square_ratio, float(rows + columns) ** 2)))
    down = ((columns, rows - 1 - site.row), (-columns, site.row))
    across = ((1, columns - 1 - site.column), (-1, site.column))
    found = []
    for ahead, aside, spare in ((down, across, 0), (across, down, 1)):
        for outward, deep in ahead:
            for side, (sideways, wide) in enumerate(aside):
                ways = (start, outward, sideways, min(deep, longest), wide + 1, side, spare)
                found.append(Octant(*ways, radius_square_ratio, eye_m, bulge_m))
    return sorted((o for o in found if o.rows and o.cells > o.first), key=lambda o: -o.rows * min(o.rows, o.cells))


class Fan(NamedTuple):
    """The rays of an octant, and what each meets in one row."""

    tangent: Any
    cotangent: Any
    cell: Any  # int32: the ray is between this cell and the next
    low_m: Any  # height of that cell
    high_m: Any  # of the next
    old_m: Any  # of that cell's neighbour in the row before


@allocating_kernel
def sweep_octant(height_m: Any, octant: Octant, floor_m: Any) -> None:
    """Fill one octant of the flat raster `floor_m` from the flat raster `height_m`."""
    n = octant.rows * RAYS_PER_CELL
    fan = new_fan(n)
    slope = np.full(n + 2, BELOW_EVERYTHING, np.float32)
    raised = slope.copy()
    pitch = min(octant.rows, octant.cells) + 2 * STRIP_ROWS
    strip = np.zeros((STRIP_ROWS + 1, pitch), np.float32)  # row 0 is the row before the strip
    floors = np.empty((STRIP_ROWS, pitch), np.float32)
    widths, ends = np.empty(STRIP_ROWS, np.int64), np.empty(STRIP_ROWS, np.int64)
    bulge_m = np.float32(octant.bulge_m)
    for first in range(1, octant.rows + 1, STRIP_ROWS):
        count = min(STRIP_ROWS, octant.rows + 1 - first)
        for k in range(count):
            widths[k] = half_width(octant, first + k)
            ends[k] = min(widths[k], first + k - octant.spare) + 1
        take_strip(height_m, octant, first, count, max(widths[:count]) + 3, strip.reshape(-1))
        for k in range(count):
            r = first + k
            emit(slope, strip[k + 1], floors[k], octant.first, ends[k], r, n, bulge_m)
            rays = min(n, ((widths[k] + 1) * n - 1) // r) + 1
            meet(fan, strip[k], strip[k + 1], rays, r)
            advance(fan, slope, raised, rays, r, bulge_m)
            slope, raised = raised, slope
            slope[n + 1] = slope[n]  # the diagonal cell interpolates towards a ray beyond it, by nothing
        give_strip(floors.reshape(-1), octant, ends, first, count, floor_m)
        strip[0] = strip[count]


@allocating_kernel
def new_fan(n: int) -> Fan:
    """Rays 0 (the axis) to n (the diagonal), and some beyond it that fill the last block of eight."""
    size = n + 1 + LANES
    tangent, cotangent = np.zeros(size, np.float32), np.zeros(size, np.float32)
    for c in range(1, size):
        tangent[c], cotangent[c] = c / n, n / c
    low_m, high_m, old_m = np.zeros(size, np.float32), np.zeros(size, np.float32), np.zeros(size, np.float32)
    return Fan(tangent, cotangent, np.zeros(size, np.int32), low_m, high_m, old_m)


@kernel
def half_width(octant: Octant, r: int) -> int:
    """Last cell of row `r` on this side: no farther than the diagonal, the raster's edge and the radius."""
    widest = min(r, octant.cells - 1)
    span = octant.radius_square_ratio - r * r
    if widest * widest <= span:
        return widest
    return int(sqrt(span))


@kernel
def emit(slope: Any, row_m: Any, floor_m: Any, first: int, end: int, r: int, n: int, bulge_m: Any) -> None:
    """Write the floors of cells `first` up to `end` of row `r`, from the slopes of the rays met before this row."""
    one, nothing = np.float32(1.0), np.float32(0.0)
    distance = np.float32(r)
    rays_per_cell = np.float32(n) / distance
    beside = slope[1:]
    for j in range(first, end):
        aside = np.float32(np.int32(j))
        at = aside * rays_per_cell
        c = np.int32(at)
        near = at - np.float32(c)
        steepest = (one - near) * read(slope, c) + near * read(beside, c)
        bulge = bulge_m * (distance * distance + aside * aside)
        write(floor_m, j, max(distance * steepest + bulge - read(row_m, j), nothing))


@kernel
def meet(fan: Fan, before_m: Any, row_m: Any, rays: int, r: int) -> None:
    """Look up, for the first `rays` rays, the cells of row `r` on both sides and the one before it."""
    tangent, cell = fan.tangent, fan.cell
    distance = np.float32(r)
    for c in range((rays + LANES - 1) // LANES * LANES):
        write(cell, c, np.int32(read(tangent, c) * distance))
    stretch(row_m, cell, fan.low_m, rays)
    stretch(row_m[1:], cell, fan.high_m, rays)
    stretch(before_m, cell, fan.old_m, rays)


@kernel
def advance(fan: Fan, slope: Any, raised: Any, rays: int, r: int, bulge_m: Any) -> None:
    """Write into `raised` the slopes of the first rays once they have met row `r`, and a column on the way to it.

    Heights are above the antenna; slopes are metres per row, the bulge of the earth taken off: a ray at `m` passes row
    r at `r m + bulge_m r^2 (1 + tangent^2)`. (Raised in place, each store would hang on a comparison, which is slow.)
    """
    tangent, cotangent, cell = fan.tangent, fan.cotangent, fan.cell
    low_m, high_m, old_m = fan.low_m, fan.high_m, fan.old_m
    one = np.float32(1.0)
    distance, last_distance = np.float32(r), np.float32(r - 1)
    per_distance = one / distance
    for c in range(rays):
        u, low = read(tangent, c), read(low_m, c)
        bulge = bulge_m + bulge_m * u * u
        column = np.float32(read(cell, c))
        met = low + (u * distance - column) * (read(high_m, c) - low)
        met = met * per_distance - bulge * distance
        crossing = column * read(cotangent, c)  # where the ray meets that column, in rows; maybe before the last row
        old = read(old_m, c)
        passed = old + (crossing - last_distance) * (low - old)
        passed = passed * (u / max(column, one)) - bulge * crossing
        met = max(met, passed if crossing > last_distance else met)
        write(raised, c, max(met, read(slope, c)))


@kernel
def take_strip(height_m: Any, octant: Octant, first: int, count: int, width: int, strip_m: Any) -> None:
    """Copy `count` rows of an octant into rows 1.. of the flat strip, above the antenna; the last cell repeats."""
    pitch = strip_m.size // (STRIP_ROWS + 1)
    eye_m = np.float32(octant.eye_m)
    inside = min(width, octant.cells)
    for k in range(count):
        place, row = octant.start + (first + k) * octant.outward, (k + 1) * pitch
        if octant.sideways == 1:
            for j in range(inside):
                write(strip_m, row + j, read(height_m, place + j) - eye_m)
        elif octant.sideways == -1:
            for j in range(inside):
                write(strip_m, row + j, read(height_m, place - j) - eye_m)
    if abs(octant.sideways) != 1:
        for begin in range(0, inside, STRIP_ROWS):  # a square at a time, so that its cache lines are at hand
            for k in range(count):
                place, row = octant.start + (first + k) * octant.outward, (k + 1) * pitch
                for j in range(begin, min(begin + STRIP_ROWS, inside)):
                    write(strip_m, row + j, read(height_m, place + j * octant.sideways) - eye_m)
    for k in range(count):
        edge = (k + 1) * pitch + inside - 1
        for j in range(1, width - inside + 1):
            strip_m[edge + j] = strip_m[edge]


@kernel
def give_strip(floors_m: Any, octant: Octant, ends: Any, first: int, count: int, floor_m: Any) -> None:
    """Write the first `ends[k]` cells of each of `count` rows of floors back to where they belong."""
    pitch = floors_m.size // STRIP_ROWS
    for k in range(count):
        place, row = octant.start + (first + k) * octant.outward, k * pitch
        if octant.sideways == 1:
            for j in range(octant.first, ends[k]):
                write(floor_m, place + j, read(floors_m, row + j))
        elif octant.sideways == -1:
            for j in range(octant.first, ends[k]):
                write(floor_m, place - j, read(floors_m, row + j))
    if abs(octant.sideways) != 1:
        for begin in range(octant.first, min(first + count, octant.cells), STRIP_ROWS):
            for k in range(count):
                place, row = octant.start + (first + k) * octant.outward, k * pitch
                for j in range(begin, min(begin + STRIP_ROWS, ends[k])):
                    write(floor_m, place + j * octant.sideways, read(floors_m, row + j))
