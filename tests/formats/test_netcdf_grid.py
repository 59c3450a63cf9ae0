"""Fields on a sheet as NetCDF: where the cells lie, what the checker says, what `farwatch coverage` writes."""

import numpy as np
import pytest

from farwatch.errors import InputError
from farwatch.formats import netcdf_grid, netcdf_variables
from farwatch.formats.netcdf_grid import Field
from farwatch.world.sheet import flat_sheet
from formats.judged import said_by

SITE = (46.95, 8.35)


@pytest.fixture(scope="module")
def sheet():
    """A smooth earth about one place."""
    return flat_sheet([SITE], 5e3, 500.0)


def fields(sheet):
    """One field that rises from west to east, unknown in one corner."""
    values = np.tile(np.arange(sheet.height_m.shape[1], dtype=np.float32), (sheet.height_m.shape[0], 1))
    values[0, 0] = np.nan
    return [Field(name="floor_agl_m", values=values, unit="m", meaning="lowest height above ground")]


@pytest.mark.validation
def test_netcdf4_finds_every_cell(tmp_path, oracle, sheet):
    """Values and the places of cells, north first; what is unknown is masked."""
    netcdf_grid.write_grid(tmp_path / "g.nc", sheet, fields(sheet), {"title": "rises"})
    found = said_by(oracle("netCDF4"), "netcdf_dump", tmp_path / "g.nc")
    values = found["values"]
    rows, columns = sheet.height_m.shape
    assert values["floor_agl_m"][0][0] is None
    assert values["floor_agl_m"][-1] == list(range(columns))
    assert values["y"][0] > values["y"][-1]
    lat_deg, lon_deg = sheet.places(rows - 1, 0)
    assert (values["lat"][-1][0], values["lon"][-1][0]) == pytest.approx((float(lat_deg), float(lon_deg)))
    assert found["attributes"]["title"] == "rises"


@pytest.mark.validation
def test_the_conventions_are_kept(tmp_path, oracle, sheet):
    """A checker that nobody here wrote has nothing to say against our grid."""
    tags = {"title": "rises", "source": "made", "history": "made"}
    netcdf_grid.write_grid(tmp_path / "g.nc", sheet, fields(sheet), tags)
    assert said_by(oracle("compliance-checker"), "cf_check", tmp_path / "g.nc") == []


@pytest.mark.validation
def test_the_mapping_puts_cells_where_they_are(sheet):
    """The attributes alone, read back by PROJ, give the same latitude and longitude for x and y."""
    import pyproj

    found, _ = netcdf_variables.decode(netcdf_grid.encode(sheet, fields(sheet)))
    told = {name: value.item() if isinstance(value, np.ndarray) else value
            for name, value in found["crs"].attributes.items() if name != "crs_wkt"}  # fmt: skip
    away = pyproj.Transformer.from_crs(pyproj.CRS.from_cf(told), 4326, always_xy=True)
    lon_deg, lat_deg = away.transform(*np.meshgrid(found["x"].values, found["y"].values))
    np.testing.assert_allclose(lat_deg, found["lat"].values, atol=1e-9)
    np.testing.assert_allclose(lon_deg, found["lon"].values, atol=1e-9)


@pytest.mark.validation
def test_gdal_puts_it_where_it_is(tmp_path, sheet):
    """GDAL finds the sheet's coordinate system, corner and cell, and the values."""
    rasterio = pytest.importorskip("rasterio")
    if "netCDF" not in rasterio.drivers.raster_driver_extensions().values():
        pytest.skip("this GDAL was built without NetCDF")
    netcdf_grid.write_grid(tmp_path / "g.nc", sheet, fields(sheet))
    with rasterio.open(f"netcdf:{tmp_path / 'g.nc'}:floor_agl_m") as read:
        assert read.crs == rasterio.crs.CRS.from_wkt(sheet.crs)
        assert read.transform.almost_equals(
            rasterio.Affine(sheet.cell_m, 0, sheet.west_m - sheet.cell_m / 2, 0, -sheet.cell_m,
                            sheet.north_m + sheet.cell_m / 2), 1e-6)  # fmt: skip
        np.testing.assert_array_equal(read.read(1), fields(sheet)[0].values)


def test_same_fields_same_bytes(sheet):
    """No clock and no chance in the file."""
    assert netcdf_grid.encode(sheet, fields(sheet)) == netcdf_grid.encode(sheet, fields(sheet))


def test_shapes_must_agree(tmp_path, sheet):
    """Every field that does not fit is named, and nothing is written."""
    wrong = Field(name="pd", values=np.zeros((2, 2)), meaning="chance")
    with pytest.raises(InputError, match="field pd"):
        netcdf_grid.write_grid(tmp_path / "g.nc", sheet, [*fields(sheet), wrong])
    assert not list(tmp_path.iterdir())
