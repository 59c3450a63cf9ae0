"""Cloud-Optimised GeoTIFF: what other programs read is what was meant."""

import numpy as np
import pyproj
import pytest
import tifffile

from farwatch.errors import InputError, StoreError
from farwatch.formats import cog
from farwatch.formats.cog import Layer, write_cog
from farwatch.world.sheet import Sheet, flat_sheet, open_sheet

pytestmark = pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")  # rasterio's own, about its affine package


def sheet_in(crs, shape=(700, 1300), cell_m=90.0):
    """A sheet of zeros in some system."""
    return Sheet(
        height_m=np.zeros(shape, np.float32), void=None, west_m=412_345.5, north_m=5_198_765.25, cell_m=cell_m,
        crs=pyproj.CRS.from_user_input(crs).to_wkt("WKT2_2019"), title="", source="", resampled=False,
    )


def layers_of(sheet):
    """A floor with a hole and a count."""
    rng = np.random.default_rng(1)
    floor = (rng.uniform(0, 50, sheet.height_m.shape).cumsum(axis=1) % 3000).astype(np.float32)
    floor[:520, :530] = np.nan
    count = rng.integers(0, 4, sheet.height_m.shape).astype(np.uint8)
    return [Layer(name="floor & more <é>", values=floor, unit="m"), Layer(name="count", values=count, by_mean=False)]


SYSTEMS = {
    "local": flat_sheet([(47.123456789, 8.987654321)], 1_000, 100.0).crs,
    "utm": "EPSG:32632",
    "laea": "EPSG:3035",
    "polar": "EPSG:3413",
    "lambert": "+proj=lcc +lat_1=45 +lat_2=49 +lat_0=46.5 +lon_0=8 +x_0=10 +y_0=20 +datum=WGS84 +units=m +type=crs",
    "tmerc": "+proj=tmerc +lat_0=1 +lon_0=8.5 +k_0=0.9999 +x_0=10 +y_0=20 +datum=WGS84 +units=m +type=crs",
    "albers": "+proj=aea +lat_1=45 +lat_2=49 +lat_0=46.5 +lon_0=8 +datum=WGS84 +units=m +type=crs",
}


@pytest.mark.validation
@pytest.mark.parametrize("system", SYSTEMS)
def test_gdal_reads_what_was_written(tmp_path, system):
    """Values, place, system, nodata, names, units and tags come back through GDAL."""
    rasterio = pytest.importorskip("rasterio", reason="not installed")
    sheet = sheet_in(SYSTEMS[system])
    layers = layers_of(sheet)
    write_cog(tmp_path / "a.tif", sheet, layers, {"TITLE": "A <floor> & é", "ANTENNA_M": "20"})
    with rasterio.open(tmp_path / "a.tif") as read:
        assert read.dtypes == ("float32", "float32")
        for index, layer in enumerate(layers):
            np.testing.assert_array_equal(read.read(index + 1), layer.values.astype(np.float32))
        assert np.isnan(read.nodata)
        assert read.transform.to_gdal() == (412_300.5, 90.0, 0.0, 5_198_810.25, 0.0, -90.0)
        assert read.descriptions == ("floor & more <é>", "count")
        assert read.units == ("m", None)
        assert read.tags()["TITLE"] == "A <floor> & é"
        assert read.tags()["ANTENNA_M"] == "20"
        assert read.overviews(1) == read.overviews(2) == [2, 4]
        assert read.block_shapes == [(512, 512)] * 2
        assert read.compression.name == "deflate"
        theirs, ours = pyproj.CRS.from_wkt(read.crs.to_wkt()), pyproj.CRS.from_wkt(sheet.crs)
        assert theirs.to_epsg() == ours.to_epsg()
        way = pyproj.Transformer.from_crs(ours, theirs, always_xy=True)
        np.testing.assert_allclose(way.transform(412_345.5, 198_765.0), (412_345.5, 198_765.0), atol=1e-6)


@pytest.mark.validation
def test_overviews_are_means_of_what_is_known(tmp_path):
    """Each overview cell is the mean of its four, without the unknown; counts keep one of the four."""
    rasterio = pytest.importorskip("rasterio", reason="not installed")
    sheet = sheet_in("EPSG:32632")
    floor, count = layers_of(sheet)
    write_cog(tmp_path / "a.tif", sheet, [floor, count])
    for level, factor in ((0, 2), (1, 4)):
        with rasterio.open(tmp_path / "a.tif", overview_level=level) as read:
            assert read.shape == (700 // factor, 1300 // factor)
            halved = floor.values
            for _ in range(level + 1):
                blocks = halved.reshape(halved.shape[0] // 2, 2, halved.shape[1] // 2, 2)
                known = np.isfinite(blocks)
                with np.errstate(invalid="ignore"):
                    halved = np.where(known, blocks, 0).sum((1, 3)) / known.sum((1, 3))
            np.testing.assert_allclose(read.read(1), halved, rtol=1e-5)
            np.testing.assert_array_equal(read.read(2), count.values[::factor, ::factor])


@pytest.mark.validation
@pytest.mark.parametrize("shape", [(700, 1300), (512, 512), (1, 1), (513, 3), (2049, 1025)])
def test_the_layout_is_a_cog(tmp_path, shape):
    """An independent checker of the layout finds nothing to say, whatever the shape."""
    cogeo = pytest.importorskip("rio_cogeo.cogeo", reason="not installed")
    rasterio = pytest.importorskip("rasterio", reason="not installed")
    sheet = sheet_in("EPSG:32632", shape)
    values = np.random.default_rng(2).normal(size=shape).astype(np.float32)
    write_cog(tmp_path / "a.tif", sheet, [Layer(name="x", values=values)])
    sound, errors, warnings = cogeo.cog_validate(tmp_path / "a.tif", strict=True)
    assert (sound, errors, warnings) == (True, [], [])
    with rasterio.open(tmp_path / "a.tif") as read:
        np.testing.assert_array_equal(read.read(1), values)


@pytest.mark.validation
def test_a_large_file_has_long_offsets(tmp_path, monkeypatch):
    """Above four gigabytes, which is pretended here, offsets have eight bytes."""
    rasterio = pytest.importorskip("rasterio", reason="not installed")
    monkeypatch.setattr(cog, "_CLASSIC_LIMIT", 1_000)
    sheet = sheet_in("EPSG:32632")
    layers = layers_of(sheet)
    write_cog(tmp_path / "a.tif", sheet, layers)
    with tifffile.TiffFile(tmp_path / "a.tif") as tif:
        assert tif.is_bigtiff
    with rasterio.open(tmp_path / "a.tif") as read:
        np.testing.assert_array_equal(read.read(1), layers[0].values)


def test_what_is_written_can_be_opened_as_terrain(tmp_path):
    """Own reading of own files: the same heights on the same grid, for a registered and for a local system."""
    base = flat_sheet([(46.5, 8.5)], 20_000, 50.0)
    heights = np.random.default_rng(3).uniform(0, 2_000, base.height_m.shape).astype(np.float32)
    write_cog(tmp_path / "a.tif", base, [Layer(name="height", values=heights, unit="m")])
    sheet = open_sheet(tmp_path / "a.tif", [(46.5, 8.5)], 20_000)
    assert not sheet.resampled
    assert (sheet.west_m, sheet.north_m, sheet.cell_m) == (base.west_m, base.north_m, base.cell_m)
    np.testing.assert_array_equal(sheet.height_m, heights)
    assert pyproj.CRS.from_wkt(sheet.crs).equals(pyproj.CRS.from_wkt(base.crs))


def test_the_same_input_gives_the_same_bytes(tmp_path, monkeypatch):
    """Bytes depend neither on threads nor on the run."""
    sheet = sheet_in("EPSG:32632")
    for name, threads in (("a", 1), ("b", 4)):
        monkeypatch.setattr(cog, "_THREADS", threads)
        write_cog(tmp_path / name, sheet, layers_of(sheet))
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_fewer_digits_make_smaller_files(tmp_path):
    """With four binary digits values are within a thirty-second, and the file shrinks by a quarter or more."""
    base = sheet_in("EPSG:32632", (600, 600))
    heights = (1000 + 300 * np.sin(np.indices((600, 600)).sum(axis=0) / 40)).astype(np.float32)
    for name, bits in (("all.tif", None), ("few.tif", 4)):
        write_cog(tmp_path / name, base, [Layer(name="height", values=heights, fraction_bits=bits)])
    assert (tmp_path / "few.tif").stat().st_size < 0.75 * (tmp_path / "all.tif").stat().st_size
    few = open_sheet(tmp_path / "few.tif", [(46.9, 8.2)], 1_000).height_m
    assert np.array_equal(few * 16, np.rint(few * 16))


def test_nothing_half_written_is_left(tmp_path, monkeypatch):
    """A failure leaves neither a file nor its parts, and an older file stays as it was."""
    sheet = sheet_in("EPSG:32632")
    (tmp_path / "a.tif").write_text("older")

    def fail(*_, **__):
        raise OSError("no space left")

    monkeypatch.setattr(cog, "_directory", fail)
    with pytest.raises(StoreError, match=r"a.tif: cannot be written .no space left"):
        write_cog(tmp_path / "a.tif", sheet, layers_of(sheet))
    assert [p.name for p in tmp_path.iterdir()] == ["a.tif"]
    assert (tmp_path / "a.tif").read_text() == "older"
    with pytest.raises(StoreError):
        write_cog(tmp_path / "none" / "a.tif", sheet, layers_of(sheet))


def test_what_does_not_fit_is_refused(tmp_path):
    """All at once: a band of another shape, and a system that GeoKeys cannot say."""
    odd = sheet_in("+proj=moll +lon_0=0 +datum=WGS84 +units=m +type=crs")
    with pytest.raises(InputError, match="2 problems") as caught:
        write_cog(tmp_path / "a.tif", odd, [Layer(name="x", values=np.zeros((3, 3)))])
    assert [p.where for p in caught.value.problems] == ["layer x", "coordinate system"]
    with pytest.raises(InputError, match="at least one"):
        write_cog(tmp_path / "a.tif", sheet_in("EPSG:32632"), [])
