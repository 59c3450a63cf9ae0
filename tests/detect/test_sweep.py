"""The coverage sweep: against a profile of every crossing, and laws that no terrain may break."""

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from farwatch.compiled import read, stretch, write
from farwatch.detect.floor import terrain_floor
from farwatch.detect.horizon import minimum_visible_height
from farwatch.detect.sweep import (
    BELOW_EVERYTHING,
    STRIP_ROWS,
    Octant,
    Site,
    advance,
    emit,
    give_strip,
    half_width,
    meet,
    new_fan,
    sweep,
    sweep_octant,
    take_strip,
)
from farwatch.errors import InputError
from farwatch.scenario import data_folder
from farwatch.world.grids import Bounds
from farwatch.world.terrain import Terrain, open_terrain
from naive.terrain_profile import coverage_floor

INTERPRETED = bool(numba.config.DISABLE_JIT)
CELL_M = 90.0
SIDE, CELLS = (24, 60) if INTERPRETED else (200, 600)


def fractal(rows, columns, seed=1, hurst=0.8, rms_m=450.0):
    """Hills of every size, cut off at the sea; the height is that over 1000 cells, of which fewer see less."""
    rng = np.random.default_rng(seed)
    side = max(rows, columns)
    waves = np.hypot(np.fft.fftfreq(side)[:, None], np.fft.rfftfreq(side)[None])
    waves[0, 0] = np.inf
    height_m = np.fft.irfft2(np.fft.rfft2(rng.standard_normal((side, side))) * waves ** -(hurst + 1), s=(side, side))
    rms_m *= (side / 1000.0) ** hurst
    height_m = height_m * (rms_m / height_m.std()) + rms_m
    return np.ascontiguousarray(np.maximum(height_m, 0.0)[:rows, :columns], np.float32)


def alps(side):
    """A square of the shipped alpine clip, cells about 90 m."""
    terrain = open_terrain(data_folder() / "alps-3s.tif", Bounds(46.6, 46.9, 8.3, 8.7))
    return np.ascontiguousarray(terrain.height_m[40 : 40 + side, 60 : 60 + side], np.float32)


def against_profiles(height_m, site, cells=CELLS):
    """Floors of random cells: the sweep's and those of the whole profile."""
    rng = np.random.default_rng(5)
    rows, columns = rng.integers(0, height_m.shape[0], cells), rng.integers(0, height_m.shape[1], cells)
    place = (site.row, site.column, site.antenna_agl_m)
    expected = [coverage_floor(height_m, place, cell, CELL_M) for cell in zip(rows, columns, strict=True)]
    return sweep(height_m, site, CELL_M)[rows, columns], np.array(expected)


SCENES = {
    "fractal, centre": (fractal(SIDE, SIDE), 0.5, 0.5, 20.0),
    "fractal, off centre": (fractal(SIDE, SIDE, 2), 0.2, 0.7, 5.0),
    "smooth hills, corner": (fractal(SIDE, SIDE, 3, 1.2), 0.0, 0.0, 30.0),
    "rough, edge": (fractal(SIDE, SIDE, 4, 0.7), 1.0, 0.4, 50.0),
    "wide": (fractal(SIDE // 4, SIDE, 5), 0.3, 0.9, 2.0),
    "tall": (fractal(SIDE, SIDE // 4, 6), 0.9, 0.1, 10.0),
    "plain by the sea": (fractal(SIDE, SIDE, 7, 0.8, 4.0), 0.5, 0.3, 3.0),
    "alps": (alps(SIDE), 0.4, 0.6, 20.0),
}


@pytest.mark.parametrize("scene", SCENES)
def test_floors_are_those_of_the_whole_profile(scene):
    """Few floors are more than 10 m off a profile of every crossing, and few cells change sides at 30 m and above."""
    height_m, down, across, antenna_m = SCENES[scene]
    rows, columns = height_m.shape
    found, expected = against_profiles(height_m, Site(int(down * (rows - 1)), int(across * (columns - 1)), antenna_m))
    assert np.mean(np.abs(found - expected) > 10.0) <= 0.004
    assert np.abs(found - expected).mean() < 0.5
    for above_m in (30.0, 100.0, 300.0):
        assert np.mean((found <= above_m) != (expected <= above_m)) <= 0.006  # of few cells: 3 in 600
    assert INTERPRETED or np.mean(expected > 1.0) > 0.05  # the scene hides something


def test_rays_through_cells_are_exact():
    """On the axes and diagonals a ray goes through every cell, and the floor is that of the profile."""
    height_m, n = fractal(SIDE, SIDE, 8), SIDE // 2
    found = sweep(height_m, Site(n, n, 15.0), CELL_M)
    for down, across in ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (1, -1), (-1, 1), (-1, -1)):
        for away in range(1, n, max(1, n // 12)):
            cell = (n + down * away, n + across * away)
            assert found[cell] == pytest.approx(coverage_floor(height_m, (n, n, 15.0), cell, CELL_M), abs=0.05)


def test_a_smooth_earth_gives_the_horizon():
    """Over flat ground the floor is the closed form, within the bulge of the earth between two cells."""
    side = 41 if INTERPRETED else 301
    found = sweep(np.zeros((side, side), np.float32), Site(side // 2, side // 2, 25.0), 500.0)
    away_m = 500.0 * np.hypot(*(np.indices((side, side)) - side // 2))
    assert found == pytest.approx(minimum_visible_height(25.0, away_m), abs=0.5, rel=2e-3)


def test_the_radius_of_the_earth_is_the_callers():
    """Over a nearly flat earth a plain hides nothing."""
    found = sweep(np.zeros((9, 9), np.float32), Site(4, 4, 5.0), 5000.0, earth_radius_m=1e15)
    assert found.max() < 1e-3


SYMMETRIES = [(turns, flip) for turns in range(4) for flip in (False, True)]


@pytest.mark.parametrize(("turns", "flip"), SYMMETRIES)
def test_all_directions_are_alike(turns, flip):
    """Turning or mirroring the raster turns or mirrors the floors."""
    height_m = fractal(SIDE, SIDE - 7, 9)
    marked = np.zeros(height_m.shape, bool)
    marked[SIDE // 3, SIDE // 4] = True

    def moved(array):
        turned = np.rot90(array, turns)
        return np.ascontiguousarray(turned[:, ::-1] if flip else turned)

    row, column = np.argwhere(moved(marked))[0]
    there = sweep(moved(height_m), Site(int(row), int(column), 12.0), CELL_M)
    here = sweep(height_m, Site(SIDE // 3, SIDE // 4, 12.0), CELL_M)
    assert there == pytest.approx(moved(here), abs=0.1)


@settings(max_examples=4 if INTERPRETED else 60)
@given(
    seed=st.integers(0, 50), site=st.tuples(st.integers(0, 30), st.integers(0, 40)), hill=st.integers(0, 31 * 41 - 1),
    height_m=st.floats(1.0, 2000.0),
)
def test_another_hill_never_lowers_the_floor_elsewhere(seed, site, hill, height_m):
    """Raising one cell lowers no floor but its own, which it may; the site's own ground stays."""
    ground_m = fractal(31, 41, seed, 0.7)
    raised_m = ground_m.copy()
    at = np.unravel_index(hill, ground_m.shape)
    if at == site:
        return
    raised_m[at] += height_m
    before = sweep(ground_m, Site(*site, 10.0), CELL_M)
    after = sweep(raised_m, Site(*site, 10.0), CELL_M)
    after[at] = before[at]
    assert np.all(after >= before - 0.02)


@pytest.mark.parametrize("radius_m", [np.inf, 3000.0])
def test_threads_change_no_bit(radius_m):
    """Any number of threads gives the same bits."""
    height_m = fractal(SIDE, SIDE + 30, 10)
    site = Site(SIDE // 5, SIDE // 2, 8.0)
    alone = sweep(height_m, site, CELL_M, radius_m=radius_m)
    for threads in (2, 3, 8):
        assert sweep(height_m, site, CELL_M, radius_m=radius_m, threads=threads).tobytes() == alone.tobytes()


@pytest.mark.parametrize("radius_cells", [0.4, 1.0, 5.0, 7.3, 13.0, 60.0])
def test_the_radius_cuts_and_changes_nothing_inside(radius_cells):
    """Cells beyond the radius are NaN; those within have the floor that a larger sweep gives, to interpolation."""
    height_m = fractal(40, 33, 11, 0.9, 60.0)
    whole = sweep(height_m, Site(11, 20, 9.0), CELL_M)
    cut = sweep(height_m, Site(11, 20, 9.0), CELL_M, radius_m=radius_cells * CELL_M)
    away = np.hypot(*(np.indices(height_m.shape) - np.array([11, 20])[:, None, None]))
    assert np.array_equal(np.isnan(cut), away > radius_cells)
    assert np.nanmax(np.abs(cut - whole)) < 5.0
    assert cut[11, 20] == 0.0


@pytest.mark.parametrize(
    ("rows", "columns", "row", "column"),
    [(1, 1, 0, 0), (1, 50, 0, 0), (1, 50, 0, 49), (50, 1, 7, 0), (2, 2, 1, 0), (2, 60, 1, 30), (17, 3, 0, 1)],
)
def test_narrow_rasters_and_edges(rows, columns, row, column):
    """One row, one column, one cell: every cell has its floor, that of the profile."""
    height_m = fractal(max(rows, 8), max(columns, 8), 12, 0.9)[:rows, :columns].copy()
    found = sweep(height_m, Site(row, column, 3.0), CELL_M)
    for cell in np.ndindex(rows, columns):
        assert found[cell] == pytest.approx(coverage_floor(height_m, (row, column, 3.0), cell, CELL_M), abs=4.0)
    if rows == 1:
        expected = [coverage_floor(height_m, (0, column, 3.0), (0, c), CELL_M) for c in range(columns)]
        assert found[0] == pytest.approx(expected, abs=0.02, rel=1e-5)


@pytest.mark.skipif(INTERPRETED, reason="the polar table of 1440 azimuths takes a minute interpreted")
def test_the_polar_table_agrees():
    """The floors along azimuths, of the radars in a mission, tell the same story on the same ground."""
    side, step_deg = (61, 0.02) if INTERPRETED else (401, 0.003)
    hills_m = fractal(side, side, 13, 1.3, 300.0)
    half = step_deg * (side // 2)
    terrain = Terrain(
        height_m=hills_m[::-1], south_deg=-half, west_deg=-half, lat_step_deg=step_deg, lon_step_deg=step_deg,
        title="hills", source="",
    )
    cell_m = step_deg * 111_195.0
    middle = side // 2
    floor_m = sweep(hills_m, Site(middle, middle, 20.0), cell_m) + hills_m
    polar = terrain_floor(terrain, 0.0, 0.0, float(hills_m[middle, middle]) + 20.0, 0.9 * cell_m * middle, 257)
    away = (middle // 3, middle // 2, int(0.8 * middle))
    for down, across, azimuth_deg in ((-1, 0, 0.0), (0, 1, 90.0), (1, 0, 180.0), (0, -1, 270.0)):
        for cells in away:
            expected_m = float(polar.lowest_m(azimuth_deg, cells * cell_m))
            found_m = floor_m[middle + down * cells, middle + across * cells]
            assert found_m == pytest.approx(expected_m, rel=0.02, abs=15)


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"site": Site(5, -1, 3.0)}, "site.column"),
        ({"site": Site(6, 0, 3.0)}, "site.row"),
        ({"site": Site(0, 0, np.nan)}, "antenna"),
        ({"cell_m": 0.0, "threads": 0}, "threads"),
        ({"radius_m": np.nan}, "radius_m"),
        ({"height_m": np.full((6, 6), np.nan, np.float32)}, "voids"),
        ({"height_m": np.zeros(6, np.float32)}, "rows and columns"),
    ],
)
def test_what_cannot_be_swept_is_named(changes, names):
    """Wrong input is refused with its name and the rule it breaks."""
    asked = {"height_m": np.zeros((6, 6), np.float32), "site": Site(1, 1, 3.0), "cell_m": 90.0} | changes
    with pytest.raises(InputError, match=names):
        sweep(**asked)


def octant(**changes):
    """An octant eastwards and down, from the first cell of a raster 20 wide."""
    made = Octant(
        start=0, outward=1, sideways=20, rows=15, cells=12, first=0, spare=0, radius_square_ratio=np.inf, eye_m=0.0,
        bulge_m=0.0,
    )
    return made._replace(**changes)


def test_half_width_obeys_diagonal_edge_and_circle():
    """A row ends at the diagonal, at the edge of the raster or at the radius."""
    assert [half_width(octant(), r) for r in (1, 5, 11, 12, 15)] == [1, 5, 11, 11, 11]
    assert half_width(octant(radius_square_ratio=25.0), 4) == 3
    assert half_width(octant(radius_square_ratio=25.0), 5) == 0


def test_strips_come_back_where_they_were():
    """What is taken from an octant and given back unchanged is the octant, whichever way it lies."""
    height_m = np.arange(400.0, dtype=np.float32)
    for outward, sideways, start in ((1, 20, 0), (-1, 20, 19), (20, 1, 0), (20, -1, 19), (-20, -1, 399)):
        lying = octant(outward=outward, sideways=sideways, start=start, rows=10)
        strip = np.zeros((STRIP_ROWS + 1) * 40, np.float32)
        take_strip(height_m, lying, 1, 10, 13, strip)
        copied = np.full(400, np.nan, np.float32)
        give_strip(strip[40:].copy(), lying, np.full(STRIP_ROWS, 12), 1, 10, copied)
        places = [start + r * outward + j * sideways for r in range(1, 11) for j in range(12)]
        assert np.array_equal(copied[places], height_m[places])
        assert np.isnan(np.delete(copied, places)).all()
        assert strip[40 + 12] == strip[40 + 11]  # beyond the edge, the edge again


def test_one_step_of_the_fan():
    """A ray of tangent 1/2 meets row 1 half-way between two cells, and row 2 at a cell."""
    n = 2
    fan, slope, raised = new_fan(n), np.full(4, BELOW_EVERYTHING), np.zeros(4, np.float32)
    rows = np.zeros((3, 40), np.float32)
    rows[1, :3], rows[2, :4] = (10.0, 20.0, 30.0), (0.0, 80.0, 0.0, 0.0)
    meet(fan, rows[0], rows[1], 3, 1)
    advance(fan, slope, raised, 3, 1, np.float32(0.0))
    assert raised[:3] == pytest.approx([10.0, 15.0, 20.0])
    meet(fan, rows[1], rows[2], 3, 2)
    advance(fan, raised, slope, 3, 2, np.float32(0.0))
    assert slope[:3] == pytest.approx([10.0, 40.0, 20.0])
    floors = np.zeros(4, np.float32)
    slope[3] = slope[2]
    emit(slope, np.zeros(8, np.float32), floors, 0, 3, 4, n, np.float32(1.0))
    assert floors[:3] == pytest.approx([4 * 10 + 16, 4 * 25 + 17, 4 * 40 + 20])


def test_an_octant_fills_its_eighth_only():
    """An octant writes its own cells, the axis and the diagonal when they are its own, and nothing else."""
    floor_m = np.full(400, np.nan, np.float32)
    sweep_octant(np.zeros(400, np.float32), octant(cells=20, rows=19, first=1, spare=1), floor_m)
    rows, columns = np.indices((20, 20))
    assert np.array_equal(~np.isnan(floor_m.reshape(20, 20)), (rows > 0) & (rows < columns))


def test_unaliased_accesses_are_accesses():
    """`read`, `write` and `stretch` do what indexing does."""

    def copied(source, index, out, count):
        for c in range(count):
            write(out, c, read(source, index[c]) + read(source, 0))

    def stretched(source, index, out, count):
        stretch(source, index, out, count)

    jitted = (lambda f: f) if INTERPRETED else numba.njit
    source = np.random.default_rng(1).random(60).astype(np.float32)
    index = np.floor(np.arange(48) * 0.8).astype(np.int32)
    out = np.zeros(48, np.float32)
    jitted(stretched)(source, index, out, 45)
    assert np.array_equal(out[:45], source[index[:45]])
    jitted(copied)(source, index, out, 45)
    assert np.array_equal(out[:45], source[index[:45]] + source[0])
