"""GeoParquet: what geopandas and pyarrow find in it."""

import json

import numpy as np
import pyarrow.parquet
import pytest
import shapely

from farwatch.errors import InputError
from farwatch.formats import geoparquet, motion_table
from farwatch.formats.scene import Scene
from formats.judged import said_by
from formats.moving import assert_same_motion, full_scene, large_scene


def shapes_of(path):
    """The metadata, and the shapes by shapely from what pyarrow reads."""
    table = pyarrow.parquet.read_table(path)
    return json.loads(table.schema.metadata[b"geo"]), shapely.from_wkb(table["geometry"].to_numpy())


@pytest.mark.validation
def test_geopandas_reads_points(tmp_path, oracle):
    """A shape for each place, in longitude and latitude, with the columns of a table of motion."""
    geoparquet.write(tmp_path / "p.parquet", full_scene())
    found = said_by(oracle("geopandas"), "geo_table", tmp_path / "p.parquet")
    assert found["crs"] == "OGC:CRS84"
    assert found["shapes"][0] == "POINT Z (179.9 23.5 9000)"
    assert found["flight"] == ["3c6444"] * 3 + ["alpha"] + ["track 17"] * 2
    assert set(motion_table.NEEDED) < set(found["columns"])


@pytest.mark.validation
def test_geopandas_reads_lines(tmp_path, oracle):
    """A shape for each thing: cut at the antimeridian, a point where it stood still."""
    geoparquet.write(tmp_path / "l.parquet", full_scene(), lines=True)
    found = said_by(oracle("geopandas"), "geo_table", tmp_path / "l.parquet")
    assert found["shapes"] == [
        "MULTILINESTRING Z ((179.9 23.5 9000, 180 23.55 9005), (-180 23.55 9005, -179.9 23.6 9010, -179.7 23.65 9020))",
        "POINT Z (45 23 120)",
        "LINESTRING Z (-70.5 -33.25 600, -70.75 -33.5 700)",
    ]
    assert found["bounds"] == [-180.0, -33.5, 180.0, 23.65]


def test_metadata_says_what_the_standard_wants(tmp_path):
    """Version, primary column, encoding, types that are there, and the box with heights."""
    geoparquet.write(tmp_path / "l.parquet", full_scene(), lines=True)
    told, shapes = shapes_of(tmp_path / "l.parquet")
    assert (told["version"], told["primary_column"]) == ("1.1.0", "geometry")
    column = told["columns"]["geometry"]
    assert column["encoding"] == "WKB"
    assert column["geometry_types"] == ["Point Z", "LineString Z", "MultiLineString Z"]
    assert column["bbox"] == [-180.0, -33.5, 120.0, 180.0, 23.65, 9020.0]
    assert shapely.has_z(shapes).all()


def test_points_are_a_table_of_motion(tmp_path):
    """The reader of tables of motion takes the file, geometry and all."""
    geoparquet.write(tmp_path / "p.parquet", full_scene())
    assert_same_motion(motion_table.read(tmp_path / "p.parquet"), full_scene())


@pytest.mark.parametrize("lines", [False, True])
def test_same_scene_same_bytes(tmp_path, lines):
    """Two files of one scene do not differ."""
    for name in "ab":
        geoparquet.write(tmp_path / name, full_scene(), lines=lines)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_scene_of_nothing_is_refused(tmp_path):
    """There is no box around nothing."""
    with pytest.raises(InputError, match="somewhere"):
        geoparquet.write(tmp_path / "p.parquet", Scene(source="x"))
    assert not list(tmp_path.iterdir())


def test_large_scenes_keep_every_place(tmp_path):
    """140,000 places are as many points, and all of them stand in the lines."""
    scene = large_scene()
    geoparquet.write(tmp_path / "p.parquet", scene)
    geoparquet.write(tmp_path / "l.parquet", scene, lines=True)
    _, points = shapes_of(tmp_path / "p.parquet")
    _, lines = shapes_of(tmp_path / "l.parquet")
    np.testing.assert_array_equal(shapely.get_x(points), scene.moves["lon_deg"])
    np.testing.assert_array_equal(shapely.get_coordinates(lines)[:, 0], scene.moves["lon_deg"])
