"""Elevation files that are unsound, or lie awkwardly: read rightly or refused by name, never a silent number."""

import sys

import numpy as np
import pytest

from farwatch.errors import InputError, TerrainError
from farwatch.world.grids import Bounds
from farwatch.world.sheet import open_sheet
from farwatch.world.terrain import fill_voids, open_terrain
from naive import world as naive
from world.made import GEOGRAPHIC, UTM, degrees_tiff, hgt, sampled, surface, tiff, utm_tiff

SITE = (46.5, 8.6)
IN_UTM = (46.95, 8.35)
CORNER = (400_000.0, 5_250_000.0)
HEIGHTS = sampled(32632, (400, 500), CORNER, 200.0)
MATRIX = 34264


def off_by(sheet):
    """Differences from the surface in every cell."""
    rows, columns = sheet.height_m.shape
    return sheet.height_m - surface(*sheet.places(np.arange(rows)[:, None], np.arange(columns)))


def utm(path, samples=HEIGHTS, keys=UTM, **how):
    """The surface in UTM, or other samples or keys there."""
    return tiff(path, samples, keys, CORNER, 200.0, **how)


def turned(path, matrix):
    """The surface in UTM, placed by a matrix of the file: 'south-up' or 'rotated'."""
    samples = HEIGHTS[::-1] if matrix == "south-up" else HEIGHTS
    cells = {
        "south-up": (200.0, 0, 0, 400_000.0, 0, 200.0, 0, 5_170_000.0),
        "rotated": (199.0, 20.0, 0, 400_000.0, 20.0, -199.0, 0, 5_250_000.0),
    }[matrix]
    import tifffile

    keys = (34735, "H", 20, [1, 1, 0, 4, *(n for k, v in UTM.items() for n in (k, 0, 1, v))], True)
    place = (MATRIX, "d", 16, (*cells, 0, 0, 0, 0, 0, 0, 0, 1.0), True)
    tifffile.imwrite(path, samples, extratags=[keys, place], metadata=None, photometric="minisblack")
    return path


def metadata(unit):
    """GDAL's metadata with a unit of the heights."""
    text = f'<GDALMetadata>\n  <Item name="UNITTYPE" sample="0" role="unittype">{unit}</Item>\n</GDALMetadata>'
    return [(42112, "s", 0, text, True)]


# Refused ----------------------------------------------------------------------------------------------------

REFUSED = {
    "feet in a key": (lambda p: utm(p, keys=UTM | {4099: 9002}), "vertical unit = feet: heights must be me.*0.3048"),
    "survey feet in a key": (lambda p: utm(p, keys=UTM | {4099: 9003}), "vertical unit = US survey feet"),
    "feet by datum": (lambda p: utm(p, keys=UTM | {4096: 6360}), "vertical unit = US survey foot"),
    "feet in metadata": (lambda p: utm(p, extra=metadata("ft")), "vertical unit = feet"),
    "feet by height": (lambda p: utm(p, samples=HEIGHTS * 8), "no land is above 9,000 m.*0.3048"),
    "no system": (lambda p: utm(p, keys=None), "coordinate system = x 4.*is not said.*gdal_translate -a_srs"),
    "complex": (lambda p: utm(p, samples=HEIGHTS.astype(np.complex64)), "samples = 1 of complex64: must be one number"),
    "colours": (
        lambda p: utm(p, samples=np.zeros((400, 500, 3), np.uint8), photometric="rgb"),
        "samples = 3 of uint8: must be one number",
    ),
    "all void": (lambda p: utm(p, samples=np.full((400, 500), -9999.0, np.float32), nodata=-9999), "no known elev"),
    "text": (lambda p: (p.write_bytes(b"not a tiff"), p)[1], "cannot be read as a GeoTIFF"),
    "nothing": (lambda p: (p.write_bytes(b""), p)[1], "cannot be read as a GeoTIFF"),
    "cut short": (lambda p: (p.write_bytes(utm(p).read_bytes()[:90_000]), p)[1], "cannot be read as a GeoTIFF"),
    "absent": (lambda p: p, "does not exist"),
    "exchanged axes": (
        lambda p: tiff(p, HEIGHTS, GEOGRAPHIC, (46.0, 110.0), 0.01),
        "latitude and longitude are exchanged",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_unsound_files_are_refused(tmp_path, case):
    """The error names the file, what is wrong, and the rule."""
    make, rule = REFUSED[case]
    path = make(tmp_path / "bad.tif")
    with pytest.raises(TerrainError, match=rule) as caught:
        open_sheet(path, [IN_UTM], 20_000)
    assert caught.value.source == str(path)


@pytest.mark.parametrize("case", ["feet in a key", "feet in metadata", "complex", "colours", "no system"])
def test_terrain_by_degrees_refuses_the_same(tmp_path, case):
    """What a sheet refuses, a terrain by latitude and longitude refuses too."""
    make, rule = REFUSED[case]
    with pytest.raises(TerrainError, match=rule):
        open_terrain(make(tmp_path / "bad.tif"))


def test_feet_in_degrees_are_refused_everywhere(tmp_path):
    """Heights above any land are no metres, whoever reads them."""
    path = tiff(tmp_path / "a.tif", HEIGHTS * 8, GEOGRAPHIC, (8.0, 47.0), 1 / 400)
    with pytest.raises(TerrainError, match="no land is above"):
        open_terrain(path)


def test_all_problems_are_listed_together(tmp_path):
    """Three things wrong with a file, three problems in one error; likewise with arguments and with sites."""
    colours = np.zeros((400, 500, 3), np.uint8)
    with pytest.raises(TerrainError, match="2 problems") as caught:
        open_sheet(utm(tmp_path / "a.tif", colours, UTM | {4099: 9002}, photometric="rgb"), [IN_UTM], 20_000)
    assert [p.where for p in caught.value.problems] == ["samples", "vertical unit"]
    with pytest.raises(InputError, match="4 problems"):
        open_sheet(tmp_path / "a.tif", [(91.0, 8.0), (46.0, float("nan"))], -1.0, cell_m=0.0)
    with pytest.raises(InputError, match="at least one"):
        open_sheet(tmp_path / "a.tif", [], 1_000.0)
    with pytest.raises(TerrainError, match="2 problems"):
        open_sheet(degrees_tiff(tmp_path / "b.tif"), [SITE, (50.0, 8.6), (46.5, 12.0)], 5_000)


def test_a_site_outside_is_told_how_far(tmp_path):
    """The error gives the file's extent and the distance to it."""
    for path in (degrees_tiff(tmp_path / "a.tif"), utm_tiff(tmp_path / "b.tif")):
        with pytest.raises(TerrainError, match=r"latitude 46.* by [\d.]+ km") as caught:
            open_sheet(path, [(48.0, 8.5)], 5_000)
        assert "exchanged" not in str(caught.value)


def test_a_site_the_wrong_way_round_is_recognised(tmp_path):
    """LON,LAT for LAT,LON: the error says that the other order would lie inside."""
    for path, (lat, lon) in ((degrees_tiff(tmp_path / "a.tif"), SITE), (utm_tiff(tmp_path / "b.tif"), IN_UTM)):
        with pytest.raises(TerrainError, match="latitude and longitude exchanged"):
            open_sheet(path, [(lon, lat)], 5_000)


# Over the date line, over a pole ----------------------------------------------------------------------------


@pytest.mark.parametrize("lon", [179.95, -179.95, 180.0])
@pytest.mark.parametrize("west", [178.0, -182.0])
def test_a_file_over_the_date_line_is_whole(tmp_path, lon, west):
    """A file that runs on past 180 degrees gives the same ground on both sides, to sites on both sides."""
    corner = (west, 53.0)
    sheet = open_sheet(tiff(tmp_path / "a.tif", sampled(4326, (200, 400), corner, 0.01), GEOGRAPHIC, corner, 0.01),
                       [(52.0, lon)], 30_000)
    assert sheet.void is None
    assert np.max(np.abs(off_by(sheet))) < 20.0


@pytest.mark.parametrize("west", [-180.0, 0.0])
@pytest.mark.parametrize("lon", [179.9, -179.9, 0.05, 359.95])
def test_a_file_of_the_whole_earth_has_no_edge(tmp_path, west, lon):
    """Round the earth there is no last column: samples beyond it are the first ones."""
    shape, step = (100, 3600), 0.1
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]] * step
    samples = (1000.0 + 500.0 * np.cos(np.radians(x + west + 0.05)) - 0.0 * y).astype(np.float32)
    sheet = open_sheet(tiff(tmp_path / "a.tif", samples, GEOGRAPHIC, (west, 55.0), step), [(50.0, lon)], 60_000)
    assert sheet.void is None
    lons = sheet.places(*np.indices(sheet.height_m.shape))[1]
    np.testing.assert_allclose(sheet.height_m, 1000.0 + 500.0 * np.cos(np.radians(lons)), atol=0.05)


def test_tiles_on_both_sides_of_the_date_line_join(tmp_path):
    """A folder with E179 and W180 is one ground, for sheets and for terrain by degrees; an absent tile is sea."""
    hgt(tmp_path, 52, 179)
    hgt(tmp_path, 52, -180)
    for lon in (179.95, -179.95):
        sheet = open_sheet(tmp_path, [(52.5, lon)], 20_000)
        assert sheet.void is None
        assert np.max(np.abs(off_by(sheet))) < 20.0
        terrain = open_terrain(tmp_path, Bounds(52.3, 52.7, lon % 360 - 0.3, lon % 360 + 0.3))
        lats, lons = np.meshgrid(np.linspace(52.35, 52.65, 9), np.linspace(lon - 0.2, lon + 0.2, 9))
        assert np.max(np.abs(terrain.height_at(lats, lons) - surface(lats, lons))) < 20.0
    half = open_sheet(tmp_path, [(52.05, 179.9)], 20_000)
    assert any("beyond" in notice for notice in half.notices)
    with pytest.raises(TerrainError, match="none touches"):
        open_sheet(tmp_path, [(20.0, 10.0)], 20_000)


def test_a_pole_needs_a_polar_projection(tmp_path):
    """Degrees near a pole are refused with a hint; a polar projection works across it."""
    path = tiff(tmp_path / "a.tif", np.full((100, 3600), 50.0, np.float32), GEOGRAPHIC, (-180.0, 90.0), 0.1)
    with pytest.raises(TerrainError, match=r"comes within 100 km of a pole.*EPSG:3413"):
        open_sheet(path, [(88.0, 10.0)], 200_000)
    corner = (-400_000.0, 400_000.0)
    polar = UTM | {3072: 3413}
    heights = np.hypot(*np.meshgrid(np.arange(-399_000.0, 400_000.0, 2_000.0), np.arange(-399_000.0, 4e5, 2_000.0)))
    sheet = open_sheet(tiff(tmp_path / "b.tif", (heights / 1e3).astype(np.float32), polar, corner, 2_000.0),
                       [(89.0, 10.0)], 200_000)
    assert sheet.resampled  # the scale of EPSG:3413 is 0.97 at the pole
    i, j = (round(float(a)) for a in sheet.grid_of(90.0, 0.0))
    assert sheet.height_m[i, j] < 2.0
    assert sheet.void is None


# Turned and packed otherwise --------------------------------------------------------------------------------


@pytest.mark.parametrize("matrix", ["south-up", "rotated"])
@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")
def test_turned_grids_are_righted_or_refused(tmp_path, monkeypatch, matrix):
    """GDAL turns a south-up or rotated file; without it the file is refused."""
    path = turned(tmp_path / "a.tif", matrix)
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "rasterio", None)
        with pytest.raises(TerrainError, match="must run east and"):
            open_sheet(path, [IN_UTM], 5_000)
    pytest.importorskip("rasterio", reason="the extra `terrain` is not installed")
    sheet = open_sheet(path, [IN_UTM], 5_000)
    assert any("turned north up" in notice for notice in sheet.notices)
    if matrix == "south-up":
        assert np.max(np.abs(off_by(sheet))) < 0.01


@pytest.mark.validation
@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")
@pytest.mark.parametrize("packing", ["lzw", "zstd", "deflate"])
def test_own_decoding_and_gdal_give_the_same_sheet(tmp_path, packing):
    """A file written by GDAL, in a packing of ours or of GDAL's only: the same samples on the same grid."""
    rasterio = pytest.importorskip("rasterio", reason="the extra `terrain` is not installed")
    plain = open_sheet(utm(tmp_path / "plain.tif"), [IN_UTM], 20_000)
    for predictor, dtype in ((3, "float32"), (2, "int16")):
        samples = HEIGHTS.astype(dtype)
        with rasterio.open(
            tmp_path / "made.tif", "w", driver="GTiff", crs="EPSG:32632", width=500, height=400, count=1, dtype=dtype,
            transform=rasterio.Affine(200.0, 0, CORNER[0], 0, -200.0, CORNER[1]), compress=packing, tiled=True,
            blockxsize=128, blockysize=64, predictor=predictor,
        ) as file:
            file.write(samples, 1)
        sheet = open_sheet(tmp_path / "made.tif", [IN_UTM], 20_000)
        np.testing.assert_array_equal(sheet.height_m, plain.height_m.astype(dtype))
        assert sheet.crs == plain.crs
        assert any("GDAL" in n for n in sheet.notices) == (packing != "deflate")


def test_scaled_samples_are_brought_to_metres(tmp_path):
    """Heights stored in decimetres with a scale in GDAL's metadata are metres when read."""
    item = '<Item name="SCALE" sample="0" role="scale">0.1</Item>'
    extra = [(42112, "s", 0, f"<GDALMetadata>{item}</GDALMetadata>", True)]
    sheet = open_sheet(utm(tmp_path / "a.tif", (HEIGHTS * 10).astype(np.int16), extra=extra), [IN_UTM], 20_000)
    assert np.max(np.abs(off_by(sheet))) < 0.11


def test_voids_beyond_reach_become_the_sea():
    """`fill_voids` with a reach leaves out what is farther away, in every direction."""
    rng = np.random.default_rng(9)
    heights = rng.uniform(100, 900, (25, 31)).astype(np.float32)
    void = np.ones((25, 31), bool)
    void[3, 4] = void[20, 25] = False
    kept = heights.copy()
    fill_voids(heights, void, 3)
    i, j = np.indices(void.shape)
    for a, b in ((3, 4), (20, 25)):
        seen = np.maximum(abs(i - a), abs(j - b)) <= 3
        seen &= (i == a) | (j == b) | (abs(i - a) == abs(j - b))
        np.testing.assert_allclose(heights[seen], kept[a, b], rtol=1e-6)
        heights[seen] = 0.0
    assert not heights.any()
    big = rng.uniform(100, 900, (20, 20)).astype(np.float32)
    holes = rng.random((20, 20)) < 0.7
    expected = naive.filled(big, holes)
    fill_voids(big, holes)
    np.testing.assert_allclose(big, expected, rtol=1e-5)
