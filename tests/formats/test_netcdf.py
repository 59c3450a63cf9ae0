"""NetCDF: what netCDF4, xarray and a checker of the CF conventions say of our files, and what of others is read."""

import struct
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings

from farwatch.errors import InputError
from farwatch.formats import netcdf, netcdf_variables
from farwatch.formats.netcdf_variables import Variable, texts
from farwatch.formats.scene import Scene, Thing
from formats.judged import said_by
from formats.moving import EPOCH, assert_same_motion, full_scene, large_scene, moves_of, scenes


@pytest.mark.validation
def test_netcdf4_and_xarray_read_trajectories(tmp_path, oracle):
    """Values, units, texts and dates stand under their names; coordinates are coordinates."""
    scene = full_scene()
    netcdf.write(tmp_path / "t.nc", scene)
    found = said_by(oracle("netCDF4"), "netcdf_dump", tmp_path / "t.nc")
    assert found["kind"] == "NETCDF3_64BIT_OFFSET"
    assert found["attributes"]["featureType"] == "trajectory"
    values = found["values"]
    assert values["flight"] == ["3c6444", "alpha", "track 17"]
    assert values["row_size"] == [3, 1, 2]
    assert values["callsign"][0] == "DÜS 1"
    assert values["lat"] == scene.moves["lat_deg"].tolist()
    assert values["sigma_m"] == [30.0, None, None, None, 5.0, 5.0]
    assert found["units"]["east_m_s"] == "m s-1"
    assert found["times"][0] == "2024-05-01T01:00:00.250000000"
    assert found["coordinates"] == ["height_m", "lat", "lon", "time"]


@pytest.mark.validation
def test_the_conventions_are_kept(tmp_path, oracle):
    """A checker that nobody here wrote has nothing to say against our trajectories."""
    netcdf.write(tmp_path / "t.nc", full_scene())
    assert said_by(oracle("compliance-checker"), "cf_check", tmp_path / "t.nc") == []
    netcdf.write(tmp_path / "u.nc", replace(full_scene(None), title=""))
    assert said_by(oracle("compliance-checker"), "cf_check", tmp_path / "u.nc") == []


@settings(max_examples=40)
@given(scene=scenes())
def test_all_of_the_motion_comes_back(scene):
    """Every field of things and moves; the same scene gives the same bytes."""
    data = netcdf.encode(scene)
    assert data == netcdf.encode(scene)
    assert_same_motion(netcdf.decode(data), scene)


def test_large_files_are_read_whole():
    """140,000 places come back."""
    scene = large_scene()
    assert_same_motion(netcdf.decode(netcdf.encode(scene)), scene)


def foreign(units="days since 1970-01-01", calendar="standard", sizes=(1, 2), **more):
    """A file of trajectories as others make them: coordinates by standard name, nothing else of ours."""
    along = {
        "t": (np.array([19844.5, 19844.25, 19844.75]), {"standard_name": "time", "units": units, "calendar": calendar}),
        "y": (np.array([46, 47, 48], np.float32), {"standard_name": "latitude", "units": "degrees_north"}),
        "x": (np.array([7, 8, 9], np.int16), {"standard_name": "longitude", "units": "degrees_east"}),
        "z": (np.array([1e3, 2e3, 3e3]), {"standard_name": "height_above_mean_sea_level", "units": "m"}),
    } | more
    variables = [
        texts("callsigns", "track", ["B1", "A2"], {"cf_role": "trajectory_id"}),
        Variable(name="n", dimensions=("track",), values=np.array(sizes, np.int32),
                 attributes={"sample_dimension": "sample"}),
        *(Variable(name=name, dimensions=("sample",), values=values, attributes=told)
          for name, (values, told) in along.items()),
    ]  # fmt: skip
    return netcdf_variables.encode(variables, {"featureType": "trajectory"})


def test_trajectories_of_others_are_read():
    """Days since 1970 become seconds since the midnight before the first; what is not told is not made up."""
    found = netcdf.decode(foreign())
    assert found.things == (Thing(key="B1"), Thing(key="A2"))
    assert found.epoch == datetime(2024, 5, 1, tzinfo=UTC)
    np.testing.assert_allclose(found.moves["time_s"], [43200.0, 21600.0, 64800.0])
    assert found.moves["lat_deg"].tolist() == [46.0, 47.0, 48.0]
    assert np.isnan(found.moves["sigma_m"]).all()


def test_packed_and_missing_values_are_what_they_mean():
    """Scale and offset are worked in; what a file marks as missing is not told, or costs the row where it must be."""
    packed = {"standard_name": "latitude", "scale_factor": np.float64(0.5), "add_offset": np.array([40.0]),
              "_FillValue": np.int16(-9)}  # fmt: skip
    found = netcdf.decode(foreign(
        y=(np.array([12, 14, -9], np.int16), packed),
        up_m_s=(np.array([9.969209968386869e36, 2.0, 3.0]), {}), east_m_s=(np.array([1.0, -99.0, 3.0]),
                                                                          {"missing_value": np.float64(-99.0)}),
    ))  # fmt: skip
    assert found.moves["lat_deg"].tolist() == [46.0, 47.0]
    np.testing.assert_array_equal(found.moves["up_m_s"], [np.nan, 2.0])
    np.testing.assert_array_equal(found.moves["east_m_s"], [1.0, np.nan])


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is no NetCDF file"),
        (b"\x89HDF\r\n\x1a\n", "nccopy"),
        (b"CDF\x01\0\0\0\0", "cannot be read as NetCDF"),
        (netcdf.encode(full_scene())[:900], "cannot be read as NetCDF"),
        (foreign(sizes=(1, 1)), "add up to 3"),
        (foreign(sizes=(-1, 4)), "add up to 3"),
        (foreign(units="fortnights since 1970-01-01"), "must be seconds, minutes, hours or days"),
        (foreign(units="days since 1970-13-01"), "must have a date"),
        (foreign(calendar="noleap"), "standard calendar"),
        (foreign(y=(np.zeros(3), {"standard_name": "grid_latitude"})), "standard_name latitude"),
        (netcdf_variables.encode([Variable(name="a", dimensions=("n",), values=np.zeros(3))], {}), "sample_dimension"),
    ],
)
def test_what_is_no_trajectory_is_refused(data, said):
    """The error names the source and says what is wrong."""
    with pytest.raises(InputError, match="data") as caught:
        netcdf.decode(data)
    assert said in str(caught.value)


def test_far_dates_are_no_dates():
    """Times that count from the year 1 are read, without a date."""
    found = netcdf.decode(foreign(units="seconds since 0001-01-01"))
    assert found.epoch is None
    assert found.moves.size == 3


def test_variables_that_share_bytes_cannot_fill_the_memory():
    """A small file may point many variables to its own bytes: the reading ends."""
    length, count = 100_000, 300
    name = struct.pack(">i4s", 4, b"name")
    head = b"CDF\x02" + struct.pack(">i", 0) + struct.pack(">ii", 10, 1) + name + struct.pack(">i", length)
    head += struct.pack(">ii", 0, 0) + struct.pack(">ii", 11, count)
    one = lambda k: struct.pack(">i4s", 4, b"v%03d" % k) + struct.pack(">iiiiiiq", 1, 0, 0, 0, 6, 8 * length, 64)  # noqa: E731
    data = head + b"".join(one(k) for k in range(count)) + bytes(8 * length)
    with pytest.raises(InputError, match="more than the file"):
        netcdf.decode(data)


def test_nothing_cannot_be_told(tmp_path):
    """A dimension of no length would grow: an empty scene is refused."""
    with pytest.raises(InputError, match="one at least"):
        netcdf.write(tmp_path / "t.nc", Scene(source="x", things=(Thing(key="a"),)))
    assert not list(tmp_path.iterdir())


def test_things_without_a_place_are_left_out():
    """A trajectory has one place at least."""
    scene = Scene(source="x", epoch=EPOCH, things=(Thing(key="a"), Thing(key="b")), moves=moves_of([(1, *[0.0] * 8)]))
    assert [thing.key for thing in netcdf.decode(netcdf.encode(scene)).things] == ["b"]
