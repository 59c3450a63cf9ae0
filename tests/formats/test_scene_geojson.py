"""Scenes as GeoJSON: ways with their times, sites, happenings."""

import json

import pytest
import shapely
from hypothesis import given, settings

from farwatch.formats import scene_geojson
from formats.moving import full_scene, large_scene, scenes


def features_of(scene):
    """What a reader of JSON finds."""
    found = json.loads(scene_geojson.encode(scene))
    assert found["type"] == "FeatureCollection"
    return found["features"]


def test_a_way_over_the_antimeridian_is_cut_with_its_times():
    """Times are nested as the coordinates are; the place on the antimeridian has a time of its own."""
    way = features_of(full_scene())[0]
    assert way["geometry"]["type"] == "MultiLineString"
    assert way["geometry"]["coordinates"][0] == [[179.9, 23.5, 9000.0], [180.0, 23.55, 9005.0]]
    assert way["properties"]["times_s"] == [[3600.25, 3605.375], [3605.375, 3610.5, 3620.0]]
    assert way["properties"]["start"] == "2024-05-01T01:00:00.250Z"
    assert (way["properties"]["address"], way["properties"]["pressure_heights"]) == ("3c6444", True)


def test_sites_and_happenings_are_points():
    """A thing at one place is a point; so is an event, which says what, who and whom."""
    _, site, _, event = features_of(full_scene())
    assert site["geometry"] == {"type": "Point", "coordinates": [45.0, 23.0, 120.0]}
    assert (site["properties"]["key"], site["properties"]["kind"]) == ("alpha", "battery")
    assert event["geometry"]["coordinates"] == [-180.0, 23.55, 9000.0]
    told = event["properties"]
    assert (told["what"], told["who"], told["whom"]) == ("seen", "alpha", "3c6444")
    assert (told["time_s"], told["time"]) == (3605.0, "2024-05-01T01:00:05Z")


def test_without_a_date_there_are_seconds_only():
    """No date is made up."""
    told = features_of(full_scene(None))[0]["properties"]
    assert told["start_s"] == 3600.25
    assert "start" not in told


@settings(max_examples=50)
@given(scene=scenes())
def test_every_scene_is_sound_geojson(scene):
    """Shapes that shapely takes, longitudes and latitudes on the map, as many times as places."""
    features = features_of(scene)
    assert len(features) == len(scene.things)
    for feature in features:
        shape = shapely.geometry.shape(feature["geometry"])
        west, south, east, north = shape.bounds
        assert -180.0 <= west <= east <= 180.0 and -90.0 <= south <= north <= 90.0
        places = feature["geometry"]["coordinates"]
        if feature["geometry"]["type"] == "LineString":
            assert len(feature["properties"]["times_s"]) == len(places)
        if feature["geometry"]["type"] == "MultiLineString":
            assert [len(part) for part in feature["properties"]["times_s"]] == [len(part) for part in places]


@pytest.mark.validation
def test_pyogrio_reads_it(tmp_path, oracle):
    """GDAL, through geopandas, finds the features with heights."""
    import subprocess

    scene_geojson.write(tmp_path / "s.geojson", full_scene())
    script = (
        "import geopandas, sys; f = geopandas.read_file(sys.argv[1]);"
        "print(f.crs.to_epsg(), f.geometry.has_z.all(), list(f.geom_type))"
    )
    words = [oracle("geopandas"), "-c", script, tmp_path / "s.geojson"]
    said = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    assert "True ['MultiLineString', 'Point', 'LineString', 'Point']" in said


def test_large_scenes_keep_every_place(tmp_path):
    """140,000 places in three hundred ways."""
    scene_geojson.write(tmp_path / "s.geojson", large_scene())
    found = json.loads((tmp_path / "s.geojson").read_bytes())["features"]
    assert sum(len(one["geometry"]["coordinates"]) for one in found) == 140_000
