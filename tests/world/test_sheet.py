"""Elevation on a metric grid: whose grid, which heights, and what is said of them."""

import numpy as np
import pyproj
import pytest

from farwatch.errors import TerrainError
from farwatch.scenario import data_folder
from farwatch.world import resample as resampling
from farwatch.world import sheet as sheets
from farwatch.world.resample import bilinear
from farwatch.world.sheet import flat_sheet, level_sea, mark, open_sheet, tally
from naive import world as naive
from world.made import GEOGRAPHIC, UTM, degrees_tiff, sampled, surface, tiff, utm_tiff

INSIDE_UTM = (46.95, 8.35)


def off_by(sheet):
    """Differences from the surface in every cell."""
    rows, columns = sheet.height_m.shape
    return sheet.height_m - surface(*sheet.places(np.arange(rows)[:, None], np.arange(columns)))


# Whose grid -------------------------------------------------------------------------------------------------


def test_a_projected_file_keeps_its_grid(tmp_path):
    """The samples of the window are the file's own, in the file's own system."""
    sheet = open_sheet(utm_tiff(tmp_path / "a.tif"), [INSIDE_UTM], 9_000)
    assert not sheet.resampled
    assert sheet.cell_m == 200.0
    assert sheet.void is None
    assert sheet.notices == ()
    assert pyproj.CRS.from_wkt(sheet.crs).to_epsg() == 32632
    whole = sampled(32632, (400, 500), (400_000.0, 5_250_000.0), 200.0)
    row, column = round((5_249_900 - sheet.north_m) / 200), round((sheet.west_m - 400_100) / 200)
    rows, columns = sheet.height_m.shape
    assert 90 <= rows <= 94
    np.testing.assert_array_equal(sheet.height_m, whole[row : row + rows, column : column + columns])
    assert np.max(np.abs(off_by(sheet))) < 1e-3


@pytest.mark.heavy
@pytest.mark.parametrize(
    "how",
    [
        {"rowsperstrip": 7},
        {"tile": (16, 16)},
        {"tile": (48, 32), "compression": "zlib"},
        {"tile": (64, 128), "compression": "zlib", "byteorder": ">", "bigtiff": True},
        {"compression": "zlib", "rowsperstrip": 400},
    ],
)
@pytest.mark.parametrize("make", [utm_tiff, degrees_tiff])
def test_tiles_of_the_file_do_not_show(tmp_path, how, make):
    """However a file is cut into tiles or strips, the sheet is the same, bit for bit."""
    site = INSIDE_UTM if make is utm_tiff else (46.4, 8.7)
    plain = open_sheet(make(tmp_path / "plain.tif"), [site], 21_000)
    cut = open_sheet(make(tmp_path / "cut.tif", **how), [site], 21_000)
    np.testing.assert_array_equal(cut.height_m, plain.height_m)
    assert (cut.west_m, cut.north_m, cut.crs, cut.cell_m) == (plain.west_m, plain.north_m, plain.crs, plain.cell_m)


@pytest.mark.heavy
def test_blocks_do_not_show(tmp_path, monkeypatch):
    """Resampled in many blocks or in one: the same heights, also where only every n-th sample is kept."""
    path = degrees_tiff(tmp_path / "a.tif")
    for cell_m in (None, 700.0):
        whole = open_sheet(path, [(46.5, 8.6)], 20_000, cell_m=cell_m)
        with monkeypatch.context() as patch:
            patch.setattr(resampling, "BLOCK_CELLS", 1)
            parts = open_sheet(path, [(46.5, 8.6)], 20_000, cell_m=cell_m)
        np.testing.assert_array_equal(parts.height_m, whole.height_m)


def test_degrees_become_a_local_grid_about_the_site(tmp_path):
    """The site is the middle of the middle cell; cells are as fine as the file's finer spacing; the notice says so."""
    site = (46.4321, 8.6789)
    sheet = open_sheet(degrees_tiff(tmp_path / "a.tif"), [site], 15_000)
    rows, columns = sheet.height_m.shape
    assert rows == columns
    assert sheet.cell_of(*site) == (rows // 2, rows // 2)
    np.testing.assert_allclose(sheet.grid_of(*site), rows // 2, atol=1e-6)
    assert sheet.cell_m == pytest.approx(111_320 * np.cos(np.radians(site[0])) / 400, rel=0.003)
    assert sheet.resampled
    assert sheet.notices[0].startswith("terrain: resampled from 9 arc-seconds to a local grid of 19")
    assert "azimuthal equidistant about 46.4321, 8.6789" in sheet.notices[0]
    assert np.max(np.abs(off_by(sheet))) < 1.0


@pytest.mark.validation
@pytest.mark.parametrize("lat", [0.0, 46.0, 70.0, 85.0])
def test_distances_from_the_site_are_geodesics(lat):
    """Cells lie as far from the site as the geodesic says."""
    sheet = flat_sheet([(lat, 20.0)], 300_000, 5_000)
    i, j = np.indices(sheet.height_m.shape)
    lats, lons = sheet.places(i, j)
    away = pyproj.Geod(ellps="WGS84").inv(np.full(i.shape, 20.0), np.full(i.shape, lat), lons, lats)[2]
    middle = i.shape[0] // 2
    np.testing.assert_allclose(away, 5_000 * np.hypot(i - middle, j - middle), atol=1e-3)


@pytest.mark.parametrize("lat", [5.0, 46.0, -70.0, 82.0])
@pytest.mark.parametrize("cell_m", [400.0, 2_000.0])
def test_places_between_the_nodes_are_exact_to_a_twentieth_of_a_cell(tmp_path, lat, cell_m):
    """Heights that grow evenly with latitude, or with longitude, tell where each cell was looked up."""
    step, shape = 0.02, (500, 1000)
    corner = (20.0 - 10.0, lat + 5.0)
    down, across = np.indices(shape, dtype=np.float32)
    for ramp in (down, across):
        path = tiff(tmp_path / "a.tif", ramp, GEOGRAPHIC, corner, step)
        sheet = open_sheet(path, [(lat, 20.0)], 100_000, cell_m=cell_m)
        i, j = np.indices(sheet.height_m.shape)
        lats, lons = sheet.places(i, j)
        exact = (corner[1] - lats) / step - 0.5 if ramp is down else (lons - corner[0]) / step - 0.5
        samples_per_cell = cell_m / (111_195.0 * step * (1.0 if ramp is down else np.cos(np.radians(lats))))
        assert np.max(np.abs(sheet.height_m - exact) / samples_per_cell) < 0.05


@pytest.mark.heavy
def test_the_system_of_a_file_does_not_matter(tmp_path):
    """The same ground in degrees, UTM, Web Mercator, feet, or with oblong cells: the same heights at a place."""
    feet = {1024: 1, 1025: 1, 3072: 2263, 3076: 9003}
    files = [
        degrees_tiff(tmp_path / "degrees.tif"),
        utm_tiff(tmp_path / "utm.tif"),
        utm_tiff(tmp_path / "oblong.tif", shape=(800, 500), step=(200.0, 100.0)),
        tiff(tmp_path / "web.tif", sampled(3857, (500, 500), (880_000.0, 6_000_000.0), 250.0),
             {**UTM, 3072: 3857}, (880_000.0, 6_000_000.0), 250.0),
    ]
    for path in files:
        sheet = open_sheet(path, [(46.85, 8.5)], 10_000)
        assert sheet.resampled == (path.name != "utm.tif")
        assert np.max(np.abs(off_by(sheet))) < 3.0, path.name
    corner = (980_000.0, 300_000.0)
    new_york = tiff(tmp_path / "feet.tif", sampled(2263, (300, 300), corner, 600.0), feet, corner, 600.0)
    sheet = open_sheet(new_york, [(40.75, -73.7)], 12_000)
    assert "600 US survey foot" in sheet.notices[0]
    assert sheet.cell_m == pytest.approx(600 * 1200 / 3937, rel=1e-3)
    assert np.max(np.abs(off_by(sheet))) < 3.0


def test_another_cell_is_resampled(tmp_path):
    """A file on a good grid keeps it when its own cell is asked for, and is resampled when another is."""
    path = utm_tiff(tmp_path / "a.tif")
    assert not open_sheet(path, [INSIDE_UTM], 5_000, cell_m=200.0).resampled
    other = open_sheet(path, [INSIDE_UTM], 5_000, cell_m=150.0)
    assert other.resampled
    assert other.cell_m == 150.0
    assert np.max(np.abs(off_by(other))) < 2.0


def test_a_user_defined_projection_is_read(tmp_path):
    """A Lambert conic spelt out in keys gives the same ground."""
    conic = "+proj=lcc +lat_1=45 +lat_2=49 +lat_0=46.5 +lon_0=8 +x_0=0 +y_0=0 +datum=WGS84 +units=m"
    corner = (-20_000.0, 40_000.0)
    doubles = (45.0, 49.0, 46.5, 8.0)
    pointers = [n for k, key in enumerate((3078, 3079, 3085, 3084)) for n in (key, 34736, 1, k)]
    plain = {1024: 1, 1025: 1, 2048: 4326, 3072: 32767, 3074: 32767, 3075: 8, 3076: 9001}
    listed = [n for key, value in plain.items() for n in (key, 0, 1, value)] + pointers
    keys = (34735, "H", 4 + len(listed), [1, 1, 0, len(listed) // 4, *listed], True)
    path = tiff(tmp_path / "a.tif", sampled(conic, (300, 300), corner, 200.0), None, corner, 200.0,
                extra=[keys, (34736, "d", 4, doubles, True)])
    sheet = open_sheet(path, [(46.6, 8.05)], 8_000)
    assert not sheet.resampled
    assert np.max(np.abs(off_by(sheet))) < 1e-2


# Many sites -------------------------------------------------------------------------------------------------


@pytest.mark.heavy
def test_every_site_has_its_surroundings(tmp_path):
    """With several sites the sheet holds the radius of each, and the first is the centre of a cell."""
    sites = [(46.5, 8.4), (46.6, 8.9), (46.3, 8.6)]
    for sheet in (open_sheet(degrees_tiff(tmp_path / "a.tif"), sites, 6_000), flat_sheet(sites, 6_000, 100.0)):
        rows, columns = sheet.height_m.shape
        for site in sites:
            i, j = sheet.grid_of(*site)
            reach = 0.999 * 6_000 / sheet.cell_m
            assert reach <= i <= rows - reach
            assert reach <= j <= columns - reach
        first = np.array(sheet.grid_of(*sites[0]))
        np.testing.assert_allclose(first, np.round(first), atol=1e-6)


def test_a_smooth_earth_is_flat():
    """No file: zero everywhere, one cell for the site in the middle."""
    sheet = flat_sheet([(23.6, 45.2)], 10_000, 250.0)
    assert sheet.height_m.shape == (81, 81)
    assert not sheet.height_m.any()
    assert sheet.cell_of(23.6, 45.2) == (40, 40)
    with pytest.raises(TerrainError, match="lies outside the terrain"):
        sheet.cell_of(24.6, 45.2)


def test_rows_and_places_are_inverse():
    """`grid_of` undoes `places`, across the date line too."""
    sheet = flat_sheet([(66.0, 179.9)], 100_000, 1_000.0)
    i, j = np.random.default_rng(3).uniform(0, 200, (2, 100))
    np.testing.assert_allclose(sheet.grid_of(*sheet.places(i, j)), (i, j), atol=1e-6)


# Voids, sea, limits -----------------------------------------------------------------------------------------


def test_voids_are_filled_marked_and_told(tmp_path):
    """A void becomes a height like its neighbours'; the mask and the notice name it."""
    samples = sampled(32632, (400, 500), (400_000.0, 5_250_000.0), 200.0)
    holed = samples.copy()
    holed[200:204, 130:134] = -9999.0
    path = tiff(tmp_path / "a.tif", holed, UTM, (400_000.0, 5_250_000.0), 200.0, nodata=-9999)
    lon, lat = pyproj.Transformer.from_crs(32632, 4326, always_xy=True).transform(426_300.0, 5_209_700.0)
    sheet = open_sheet(path, [(lat, lon)], 10_000)
    assert np.count_nonzero(sheet.void) == 16
    assert np.max(np.abs(off_by(sheet))) < 60.0
    assert any("0.2 %" in notice and "void" in notice for notice in sheet.notices)


@pytest.mark.heavy
def test_ground_beyond_the_file_is_the_sea_and_told(tmp_path):
    """What a file does not hold is at 0 m, marked, with its share; a projected file is cut at its edge."""
    sheet = open_sheet(degrees_tiff(tmp_path / "a.tif"), [(46.99, 8.6)], 20_000)
    north = sheet.height_m.shape[0] // 2 - 20
    assert np.all(sheet.height_m[:north] == 0.0)
    assert np.all(sheet.void[:north])
    assert not np.any(sheet.void[north + 30 :])
    share = next(n for n in sheet.notices if "beyond a.tif" in n)
    assert 45.0 < float(share.split()[1]) < 50.0
    cut = open_sheet(utm_tiff(tmp_path / "utm.tif"), [(47.39, 8.35)], 20_000)
    assert cut.void is None
    assert any("beyond utm.tif" in notice for notice in cut.notices)


def test_sea_floor_is_the_sea(tmp_path):
    """Samples deeper than any land become 0 m."""
    samples = np.full((60, 60), -3_000.0, np.float32)
    samples[:, :30] = 20.0
    sheet = open_sheet(tiff(tmp_path / "a.tif", samples, UTM, (4e5, 5.2e6), 100.0), [(46.93, 7.72)], 2_000)
    assert set(np.unique(sheet.height_m)) == {0.0, 20.0}
    assert any("sea floor" in notice for notice in sheet.notices)


def test_a_coarse_file_is_called_coarse(tmp_path):
    """Cells above 250 m get a warning, finer ones do not."""
    coarse = open_sheet(data_folder() / "arabia-30s.tif", [(23.6, 45.2)], 30_000)
    assert any("cannot show ridges narrower" in notice and "923 m" in notice for notice in coarse.notices)
    fine = open_sheet(utm_tiff(tmp_path / "a.tif"), [INSIDE_UTM], 5_000)
    assert not any("ridges" in notice for notice in fine.notices)


@pytest.mark.parametrize("make", [utm_tiff, degrees_tiff])
def test_a_large_window_is_coarsened_and_says_so(tmp_path, monkeypatch, make):
    """Above the limit cells are larger, still in place, and the notice says how large."""
    monkeypatch.setattr(sheets, "SHEET_CELLS", 3_000)
    sheet = open_sheet(make(tmp_path / "a.tif"), [(46.8, 8.4)], 15_000)
    assert sheet.height_m.size <= 3_000
    assert any("to stay within" in notice for notice in sheet.notices)
    assert np.max(np.abs(off_by(sheet))) < 5.0
    with pytest.raises(TerrainError, match="outside"):
        sheet.cell_of(48.0, 8.4)


def test_overviews_are_read_when_cells_are_coarser(tmp_path):
    """A coarser question is answered from the file's overviews, not from single samples."""
    rasterio = pytest.importorskip("rasterio", reason="the extra `terrain` is not installed")
    for make, site in ((utm_tiff, INSIDE_UTM), (degrees_tiff, (46.5, 8.6))):
        path = make(tmp_path / f"{make.__name__}.tif")
        with rasterio.open(path, "r+") as file:
            file.write(np.where(np.indices(file.shape).sum(axis=0) % 2, 100.0, 300.0).astype(np.float32), 1)
            file.build_overviews([2, 4], rasterio.enums.Resampling.average)
        sheet = open_sheet(path, [site], 10_000, cell_m=700.0)
        np.testing.assert_allclose(sheet.height_m, 200.0, atol=1e-3)


# Kernels and their twins ------------------------------------------------------------------------------------


def test_heights_between_samples_agree_with_the_naive_twin():
    """`bilinear` is the mean weighted by opposite areas; unknown samples count when they have most of the weight."""
    rng = np.random.default_rng(5)
    samples = rng.uniform(0, 900, (6, 7)).astype(np.float32)
    samples[2, 3], samples[4, 1] = np.nan, -np.inf
    for u, v in rng.uniform(-1.0, 8.0, (500, 2)):
        with np.errstate(invalid="ignore"):  # interpreted, nothing times infinity would warn
            here = bilinear(samples, u, v)
        np.testing.assert_allclose(here, naive.sample(samples, u, v), rtol=1e-5)


def test_counts_agree_with_the_naive_twin():
    """`mark`, `tally` and `level_sea` against whole-array numpy."""
    rng = np.random.default_rng(8)
    heights = rng.uniform(-900, 900, (30, 40)).astype(np.float32)
    heights[rng.random((30, 40)) < 0.1] = np.nan
    heights[rng.random((30, 40)) < 0.1] = -np.inf
    kept, state, counts = heights.copy(), np.zeros((30, 40), np.uint8), np.zeros(4, np.int64)
    known, unknown = mark(heights, state)
    assert (known, unknown) == (np.isfinite(heights).sum(), (~np.isfinite(heights)).sum())
    rows, columns = np.array([3.0, 20.5]), np.array([2.0, 33.0])
    tally(heights, state, rows, columns, 11.3, counts)
    i, j = np.mgrid[-20:60, -20:80]
    near = np.any(np.hypot(i[..., None] - rows, j[..., None] - columns) <= 11.3, axis=-1)
    padded = np.full(i.shape, -np.inf)
    padded[20:50, 20:60] = heights
    told = [near, near & (padded == -np.inf), near & np.isnan(padded), near & np.isfinite(padded) & (padded < -450)]
    np.testing.assert_array_equal(counts, [np.count_nonzero(t) for t in told])
    level_sea(heights, state)
    outside = kept == -np.inf
    np.testing.assert_array_equal(heights, np.where(outside | (kept < -450), 0.0, kept))
    np.testing.assert_array_equal(state, ~np.isfinite(kept))


# Real files -------------------------------------------------------------------------------------------------


@pytest.mark.heavy
@pytest.mark.validation
@pytest.mark.parametrize(
    ("name", "site"),
    [
        ("S46W066.hgt.gz", (-45.5, -65.5)),
        ("etopo5_8-72N_12W-75E.tif", (40.0, 30.0)),
        ("globe30_arabia_12-33N_34-60E.tif", (23.6, 45.2)),
        ("globe30_turkey_35-43N_25-45E.tif", (39.0, 35.0)),
        ("gtopo30_bonn.tif", None),
        ("srtm3_N46E008.tif", (46.5, 8.5)),
    ],
)
def test_staged_files_agree_with_their_samples(shared, name, site):
    """A sheet at a quarter of the file's cell has the heights that the terrain by degrees has."""
    from farwatch.world.terrain import open_terrain

    path = shared / "data" / "terrain" / name
    terrain = open_terrain(path)
    edge = terrain.bounds
    site = site or (0.5 * (edge.south_deg + edge.north_deg), 0.5 * (edge.west_deg + edge.east_deg))
    cell_m = 111_195 * terrain.lat_step_deg / 4
    sheet = open_sheet(path, [site], 60 * cell_m, cell_m=cell_m)
    i, j = np.indices(sheet.height_m.shape)
    lat, lon = sheet.places(i, j)
    known = ~sheet.void if sheet.void is not None else np.ones(i.shape, bool)
    off = np.abs(sheet.height_m - terrain.height_at(lat, lon))[known]
    assert np.median(off) < 0.5
    assert np.mean(off) < 0.02 * np.ptp(terrain.height_m)
