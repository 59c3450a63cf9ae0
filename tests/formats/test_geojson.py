"""GeoJSON: valid shapes where the values are, turned as the standard wants, cut at the date line."""

import json

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from farwatch.errors import InputError, StoreError
from farwatch.formats import geojson
from farwatch.world.sheet import flat_sheet

INF = float("inf")


def shapes_of(features):
    """Geometries by shapely, after a trip through text."""
    read = json.loads(geojson.text(features))
    assert read["type"] == "FeatureCollection"
    return [shapely.geometry.shape(feature["geometry"]) for feature in read["features"]]


def assert_sound(features):
    """Every shape is valid, between -180 and 180, outer rings counter-clockwise and holes clockwise, five decimals."""
    for shape in shapes_of(features):
        assert shape.is_valid, shapely.is_valid_reason(shape)
        west, south, east, north = shape.bounds
        assert -180.0 <= west <= east <= 180.0
        assert -90.0 <= south <= north <= 90.0
        for part in shapely.get_parts(shape):
            if part.geom_type == "Polygon":
                assert part.exterior.is_ccw
                assert not any(ring.is_ccw for ring in part.interiors)
        xy = shapely.get_coordinates(shape)
        np.testing.assert_array_equal(xy, np.round(xy, 5))


def rough(shape, seed, knots=6):
    """Smooth random hills with a hole of NaN."""
    rng = np.random.default_rng(seed)
    i, j = np.indices(shape) / max(shape)
    z = sum(rng.normal() * np.sin(rng.uniform(2, 20) * i + rng.uniform(2, 20) * j) for _ in range(knots))
    z[shape[0] // 3 : shape[0] // 2, : shape[1] // 3] = np.nan
    return 1000.0 * z


def test_a_cone_has_round_bands():
    """Bands of a cone about the site are discs and rings of the right area, in the right place."""
    sheet = flat_sheet([(47.0, 8.0)], 50_000, 500.0)
    i, j = np.indices(sheet.height_m.shape)
    away_m = 500.0 * np.hypot(i - 100, j - 100)
    found = geojson.bands(away_m, sheet.places, [-INF, 10_000, 20_000, 40_000], [{"name": n} for n in "abc"])
    assert_sound(found)
    assert [f["properties"] for f in found] == [
        {"low": None, "high": 10_000, "name": "a"}, {"low": 10_000, "high": 20_000, "name": "b"},
        {"low": 20_000, "high": 40_000, "name": "c"},
    ]
    for shape, low, high in zip(shapes_of(found), (0, 10e3, 20e3), (10e3, 20e3, 40e3), strict=True):
        row, column = sheet.grid_of(*shapely.get_coordinates(shape)[:, ::-1].T)
        radii = np.hypot(row - 100, column - 100) * 500.0
        assert np.all((np.abs(radii - low) < 30) | (np.abs(radii - high) < 30))
        metres = shapely.transform(shape, lambda xy: np.column_stack(sheet.grid_of(xy[:, 1], xy[:, 0])) * 500.0)
        assert metres.area == pytest.approx(np.pi * (high**2 - low**2), rel=0.01)
        assert len(shapely.get_parts(shape)) == 1


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.sampled_from([(47.0, 8.0), (52.0, 179.9), (-70.0, -180.0), (0.0, 0.0), (89.0, 20.0)]))
def test_bands_are_sound_everywhere(seed, site):
    """Random hills anywhere, over the date line and near the pole: valid, oriented, and together the whole."""
    sheet = flat_sheet([site], 100_000, 5_000.0)
    values = rough(sheet.height_m.shape, seed)
    found = geojson.bands(values, sheet.places, [-INF, -500.0, 0.0, 700.0, INF])
    assert_sound(found)
    assert_sound(geojson.contours(values, sheet.places, [-500.0, 0.0, 700.0]))
    shapes = shapes_of(found)
    for k, one in enumerate(shapes):
        for other in shapes[k + 1 :]:
            assert shapely.intersection(one, other).area < 1e-3 * max(one.area, other.area)


@pytest.mark.parametrize("site", [(90.0, 0.0), (-89.9, 50.0)])
def test_a_band_may_hold_a_pole(site):
    """Rings about a pole go once round the map and end at its edge."""
    sheet = flat_sheet([site], 500_000, 10_000.0)
    lat, _ = sheet.places(*np.indices(sheet.height_m.shape))
    found = geojson.bands(90.0 - np.abs(lat), sheet.places, [-INF, 1.0, 2.0, 3.0])
    assert_sound(found)
    disc, ring, outer = shapes_of(found)
    assert disc.area == pytest.approx(360.0, rel=0.02)
    assert ring.area == pytest.approx(360.0, rel=0.02)
    assert outer.area == pytest.approx(360.0, rel=0.02)
    assert abs(disc.bounds[1 if site[0] < 0 else 3]) == 90.0


def test_contours_lie_on_their_level():
    """Along a contour a slope has the contour's value."""
    sheet = flat_sheet([(47.0, 8.0)], 20_000, 500.0)
    slope = np.indices(sheet.height_m.shape)[1] * 10.0
    (found,) = geojson.contours(slope, sheet.places, [333.0])
    assert_sound([found])
    (shape,) = shapes_of([found])
    column = sheet.grid_of(*shapely.get_coordinates(shape)[:, ::-1].T)[1]
    np.testing.assert_allclose(10.0 * column, 333.0, atol=0.05)
    assert found["properties"] == {"level": 333.0}


def test_nothing_is_drawn_where_nothing_is_known():
    """NaN belongs to no band; a grid of it gives no features."""
    sheet = flat_sheet([(47.0, 8.0)], 5_000, 500.0)
    values = np.full(sheet.height_m.shape, np.nan)
    assert geojson.bands(values, sheet.places, [-INF, 0.0, INF]) == []
    assert geojson.contours(values, sheet.places, [0.0]) == []
    values[:, 12:] = 5.0
    (found,) = geojson.bands(values, sheet.places, [0.0, 10.0])
    column = sheet.grid_of(*shapely.get_coordinates(shapes_of([found])[0])[:, ::-1].T)[1]
    assert column.min() > 11.99


def test_large_grids_are_thinned_and_say_so(monkeypatch):
    """A grid beyond the limit is drawn from every n-th cell, in place, and the feature says so."""
    sheet = flat_sheet([(47.0, 8.0)], 20_000, 100.0)
    i, j = np.indices(sheet.height_m.shape)
    away_m = 100.0 * np.hypot(i - 200, j - 200)
    fine = shapes_of(geojson.bands(away_m, sheet.places, [0.0, 10_000.0]))[0]
    monkeypatch.setattr(geojson, "MOST_SIDE", 100)
    (found,) = geojson.bands(away_m, sheet.places, [0.0, 10_000.0])
    assert found["properties"]["every_cells"] == 5
    coarse = shapes_of([found])[0]
    assert shapely.symmetric_difference(fine, coarse).area < 0.01 * fine.area


def test_points_and_lines():
    """Longitude first; a line over the date line is cut in two; no way round the earth."""
    point = geojson.point(47.123456789, 188.5, {"name": "site"})
    assert point["geometry"] == {"type": "Point", "coordinates": [-171.5, 47.12346]}
    line = geojson.line([10.0, 12.0], [179.0, -179.0], {})
    assert_sound([line])
    assert line["geometry"]["type"] == "MultiLineString"
    assert shapes_of([line])[0].length == pytest.approx(np.hypot(2.0, 2.0))
    assert geojson.line([10.0, 12.0], [5.0, 6.0], {})["geometry"]["coordinates"] == [[5.0, 10.0], [6.0, 12.0]]
    with pytest.raises(InputError, match="two different"):
        geojson.line([10.0], [5.0], {})


def test_files_are_whole_and_the_same_each_time(tmp_path):
    """Twice the same bytes; a failure is told and leaves nothing."""
    sheet = flat_sheet([(52.0, 179.9)], 100_000, 5_000.0)
    for name in ("a", "b"):
        geojson.write(tmp_path / name, geojson.bands(rough(sheet.height_m.shape, 4), sheet.places, [-INF, 0.0, INF]))
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    with pytest.raises(StoreError, match="cannot be written"):
        geojson.write(tmp_path / "none" / "a", [])
    assert {p.name for p in tmp_path.iterdir()} == {"a", "b"}


def test_what_makes_no_bands_is_refused():
    """Levels that do not rise, properties that do not match, values that are no grid."""
    sheet = flat_sheet([(47.0, 8.0)], 5_000, 500.0)
    with pytest.raises(InputError, match="2 problems"):
        geojson.bands(sheet.height_m, sheet.places, [2.0, 1.0], [{}, {}])
    with pytest.raises(InputError, match="two rows"):
        geojson.bands(np.zeros((1, 5)), sheet.places, [0.0, 1.0])
