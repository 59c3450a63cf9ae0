"""Elevation files: what is read, where it lies, and what is refused."""

import gzip
import sys

import numpy as np
import pytest
import tifffile

from farwatch.errors import TerrainError
from farwatch.scenario import data_folder
from farwatch.world import grids
from farwatch.world.grids import Bounds
from farwatch.world.terrain import open_terrain

GEOGRAPHIC = (1, 1, 0, 3, 1024, 0, 1, 2, 1025, 0, 1, 1, 2048, 0, 1, 4326)
SAMPLES = (np.arange(60)[:, None] * 7 + np.arange(80)[None, :] * 3).astype(np.int16)


def write(path, samples=SAMPLES, keys=GEOGRAPHIC, nodata=None, extra=(), **how):
    """A GeoTIFF with 0.1 degree cells whose north-west corner is 50 N, 10 E."""
    tags = [(33550, "d", 3, (0.1, 0.1, 0.0), True), (33922, "d", 6, (0, 0, 0, 10.0, 50.0, 0.0), True)]
    tags += [(34735, "H", len(keys), keys, True), *extra]
    if nodata is not None:
        tags.append((42113, "s", 0, str(nodata), True))
    tifffile.imwrite(path, samples, extratags=tags, metadata=None, **{"photometric": "minisblack"} | how)
    return path


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"compression": "zlib"},
        {"compression": "zlib", "predictor": True},
        {"tile": (16, 32), "compression": "zlib", "predictor": True},
        {"tile": (32, 16)},
        {"rowsperstrip": 7, "byteorder": ">"},
        {"tile": (16, 16), "compression": "zlib", "predictor": True, "byteorder": ">", "bigtiff": True},
    ],
)
def test_every_layout_reads_the_same(tmp_path, how):
    """Strips or tiles, packed or not, either byte order: the same samples, south up."""
    terrain = open_terrain(write(tmp_path / "a.tif", **how))
    np.testing.assert_array_equal(terrain.height_m, SAMPLES[::-1])
    assert terrain.bounds == pytest.approx((44.0, 50.0, 10.0, 18.0))


def test_a_window_is_the_same_as_the_whole(tmp_path):
    """Heights from a window agree with heights from the whole file, wherever the window ends."""
    path = write(tmp_path / "a.tif", tile=(16, 16), compression="zlib")
    whole = open_terrain(path)
    part = open_terrain(path, Bounds(46.03, 47.91, 12.57, 13.33))
    assert part.height_m.size < 0.15 * whole.height_m.size
    lat, lon = np.random.default_rng(1).uniform([46.03, 12.57], [47.91, 13.33], (200, 2)).T
    np.testing.assert_allclose(part.height_at(lat, lon), whole.height_at(lat, lon), atol=1e-4)


def test_points_and_areas_differ_by_half_a_cell(tmp_path):
    """PixelIsPoint puts the first sample on the tie point, PixelIsArea half a cell inside."""
    points = tuple(2 if k == 1 and GEOGRAPHIC[i - 3] == 1025 else k for i, k in enumerate(GEOGRAPHIC))
    area = open_terrain(write(tmp_path / "area.tif"))
    point = open_terrain(write(tmp_path / "point.tif", keys=points))
    assert point.south_deg - area.south_deg == pytest.approx(0.05)
    assert point.west_deg - area.west_deg == pytest.approx(-0.05)


def test_split_float_bytes_are_joined(tmp_path):
    """Predictor 3 is undone without another package."""
    heights = np.random.default_rng(6).uniform(-400, 8000, (60, 80)).astype(np.float32)
    planes = heights.astype(">f4").view(np.uint8).reshape(60, 80, 4).transpose(0, 2, 1).reshape(60, 320)
    coded = np.diff(planes, axis=1, prepend=np.zeros((60, 1), np.uint8)).astype(np.uint8)
    path = write(tmp_path / "a.tif", coded.view("<f4"), extra=((318, "H", 1, 3, True),), compression="zlib")
    with tifffile.TiffFile(path, mode="r+b") as tif:  # the writer refuses tag 317, so it is renamed
        tif.filehandle.seek(tif.pages[0].tags[318].offset)
        tif.filehandle.write(np.uint16(317).tobytes())
    with tifffile.TiffFile(path) as tif:
        assert tif.pages[0].predictor == 3
    np.testing.assert_array_equal(open_terrain(path).height_m, heights[::-1])


def test_voids_and_sea_floor_are_counted(tmp_path):
    """What the file marks as unknown is filled; sea floor becomes the sea; both are told."""
    samples = SAMPLES.copy()
    samples[5, 5], samples[20:22, 30] = -9999, -4000
    terrain = open_terrain(write(tmp_path / "a.tif", samples, nodata=-9999))
    assert terrain.voids == 1
    assert terrain.height_m[::-1][5, 5] == pytest.approx(SAMPLES[5, 5], abs=10)
    assert np.all(terrain.height_m[::-1][20:22, 30] == 0.0)
    assert len(terrain.notices) == 2


def test_a_large_window_is_thinned_and_says_so(tmp_path, monkeypatch):
    """Above the limit every n-th sample is kept, in place."""
    monkeypatch.setattr(grids, "CELL_LIMIT", 500)
    terrain = open_terrain(write(tmp_path / "a.tif", tile=(16, 16)))
    assert terrain.height_m.size <= 600
    assert terrain.lat_step_deg == pytest.approx(0.4)
    np.testing.assert_array_equal(terrain.height_m, SAMPLES[::4, ::4][::-1])
    assert "every 4th sample" in terrain.notices[0]


def hgt(folder, name, first):
    """A tile of 5 x 5 samples that count up from `first`."""
    samples = (first + np.arange(25).reshape(5, 5)).astype(">i2")
    path = folder / name
    path.write_bytes(gzip.compress(samples.tobytes()) if name.endswith("gz") else samples.tobytes())
    return path


def test_a_tile_lies_where_its_name_says(tmp_path):
    """The first sample of N46E008 is 47 N, 8 E; the last 46 N, 9 E; packed or not."""
    for name in ("N46E008.hgt", "N46E008.hgt.gz"):
        terrain = open_terrain(hgt(tmp_path, name, 100))
        assert terrain.height_at(47.0, 8.0) == pytest.approx(100)
        assert terrain.height_at(46.0, 9.0) == pytest.approx(124)
    south = open_terrain(hgt(tmp_path, "S03W061.hgt", 100))
    assert south.height_at(-3.0, -61.0) == pytest.approx(120)


def test_a_folder_is_one_terrain(tmp_path):
    """Neighbouring tiles join at their shared edge; an absent one is sea, and counted."""
    hgt(tmp_path, "N46E008.hgt", 100)
    hgt(tmp_path, "N46E009.hgt", 200)
    hgt(tmp_path, "N47E008.hgt", 300)
    terrain = open_terrain(tmp_path, Bounds(46.2, 47.8, 8.2, 9.8))
    assert terrain.height_at(46.5, 8.5) == pytest.approx(112)
    assert terrain.height_at(46.5, 9.5) == pytest.approx(212)
    assert terrain.height_at(47.5, 8.5) == pytest.approx(312)
    assert terrain.height_at(47.5, 9.5) == 0.0
    assert any("1 tiles" in notice for notice in terrain.notices)


COLOURS = np.zeros((4, 4, 3), np.uint8)
PROJECTED = (1, 1, 0, 3, 1024, 0, 1, 1, 1025, 0, 1, 1, 3072, 0, 1, 32632)


@pytest.mark.parametrize(
    ("make", "rule"),
    [
        (lambda folder: folder / "none.tif", "does not exist"),
        (lambda folder: write(folder / "utm.tif", keys=PROJECTED), "not a projection"),
        (lambda folder: write(folder / "rgb.tif", COLOURS, photometric="rgb"), "one number per place"),
        (lambda folder: hgt(folder, "N46E008.hgt", 1).rename(folder / "alps.hgt"), "is not GeoTIFF"),
        (lambda folder: folder, "holds no .hgt"),
    ],
)
def test_unusable_files_are_refused(tmp_path, monkeypatch, make, rule):
    """Without rasterio, the error names the file and the rule."""
    monkeypatch.setitem(sys.modules, "rasterio", None)
    with pytest.raises(TerrainError, match=rule) as caught:
        open_terrain(make(tmp_path))
    assert caught.value.source.startswith(str(tmp_path))


def test_rubbish_is_refused(tmp_path):
    """A file that is cut short, or is no TIFF at all, is refused as such."""
    whole = write(tmp_path / "a.tif", compression="zlib").read_bytes()
    for name, content in (("cut.tif", whole[:-300]), ("text.tif", b"not a tiff")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(TerrainError, match="cannot be read"):
            open_terrain(tmp_path / name)


def test_a_window_elsewhere_is_refused(tmp_path):
    """A window that the file does not touch says where the file lies."""
    with pytest.raises(TerrainError, match="does not touch latitude 20"):
        open_terrain(write(tmp_path / "a.tif"), Bounds(20.0, 21.0, 10.0, 11.0))


@pytest.mark.validation
def test_staged_rasters_agree_with_tifffile(shared):
    """Own decoding of the staged files equals tifffile's, sample for sample."""
    for name in ("etopo5_8-72N_12W-75E.tif", "globe30_turkey_35-43N_25-45E.tif", "gtopo30_bonn.tif"):
        path = shared / "data" / "terrain" / name
        raw = tifffile.imread(path).astype(np.float32)
        ours = open_terrain(path).height_m[::-1]
        land = (raw >= -450.0) & (raw > -9999.0)
        np.testing.assert_array_equal(ours[land], raw[land])


@pytest.mark.validation
@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")  # rasterio's own, about its affine package
def test_other_formats_go_through_gdal(tmp_path, alps):
    """Where rasterio is installed, a projected file gives the same ground, to the resampling of steep slopes."""
    rasterio = pytest.importorskip("rasterio", reason="the extra `terrain` is not installed")
    from rasterio.warp import calculate_default_transform, reproject

    with rasterio.open(data_folder() / "alps-3s.tif") as source:
        transform, width, height = calculate_default_transform(
            source.crs, "EPSG:32632", source.width, source.height, *source.bounds
        )
        profile = source.profile | {"crs": "EPSG:32632", "transform": transform, "width": width, "height": height}
        with rasterio.open(tmp_path / "utm.tif", "w", **profile) as made:
            reproject(rasterio.band(source, 1), rasterio.band(made, 1))
    utm = open_terrain(tmp_path / "utm.tif", Bounds(46.81, 46.94, 8.56, 8.79))
    lat, lon = np.random.default_rng(1).uniform([46.82, 8.57], [46.93, 8.78], (500, 2)).T
    assert np.median(np.abs(utm.height_at(lat, lon) - alps.height_at(lat, lon))) < 20.0


@pytest.mark.validation
def test_the_alpine_clip_has_the_peaks():
    """The Dammastock (3630 m), the Galenstock (3586 m) and Lake Lucerne (434 m) are where maps put them."""
    alps = open_terrain(data_folder() / "alps-3s.tif")
    for lat, lon, height_m in ((46.6433, 8.4211, 3630), (46.6117, 8.4169, 3586)):
        near = alps.height_at(lat + np.linspace(-0.003, 0.003, 13)[:, None], lon + np.linspace(-0.004, 0.004, 13))
        assert near.max() == pytest.approx(height_m, abs=120)
    assert alps.height_at(46.95, 8.60) == pytest.approx(434, abs=15)
