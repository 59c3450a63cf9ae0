"""GPX: what another program writes is read; routes of GPX and KML become ways; damage is told."""

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from farwatch.errors import InputError
from farwatch.formats import gpx, route
from farwatch.formats.scene import Scene
from naive.small_raid import judged, numbers_of


def read(text):
    """A file of this content."""
    return gpx.decode(f'<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1">{text}</gpx>'.encode())


@pytest.fixture(params=["1.0", "1.1"])
def written(oracle, tmp_path, request):
    """A file that gpxpy wrote, in either version."""
    judged(oracle("gpxpy"), "gpx_writes.py", tmp_path / "made.gpx", request.param)
    return tmp_path / "made.gpx"


@pytest.mark.validation
def test_tracks_that_gpxpy_writes_are_read(written):
    """Both tracks with times, over midnight, all segments; the track without times is left out and counted."""
    scene = gpx.read(written)
    assert scene.epoch == datetime(2026, 3, 1, tzinfo=UTC)
    assert [t.key for t in scene.things] == ["first & only", "second"]
    assert scene.counts == {"positions left out: without time": 2, "routes and waypoints left out": 2}
    k = np.arange(10)
    for j in range(2):
        lon_deg, lat_deg = 7.0 + 0.1 * (k // 5), 46.0 + j + 0.01 * (k % 5)
        expected = np.column_stack([86_390.25 + 10 * k, lon_deg, lat_deg, 1000.5 + k % 5])
        np.testing.assert_allclose(numbers_of(scene.of(j)), expected, rtol=0, atol=1e-6)


@pytest.mark.validation
def test_routes_that_gpxpy_writes_are_read(written):
    """The route, and the track without times, in order; heights where told."""
    found = {one.name: one for one in route.routes(written)}
    assert set(found) == {"via the pass", "no times"}
    pass_ = found["via the pass"]
    assert (pass_.lat_deg.tolist(), pass_.lon_deg.tolist()) == ([46.0, 46.5, 47.0], [7.0, 7.5, 7.6])
    np.testing.assert_array_equal(pass_.height_m, [500.0, 2500.0, np.nan])


@pytest.mark.validation
@pytest.mark.parametrize("name", ["made.kml", "made.kmz"])
def test_lines_that_simplekml_writes_are_routes(oracle, tmp_path, name):
    """Line strings of KML and KMZ; longitudes stay within half a turn over the date line."""
    judged(oracle("simplekml"), "kml_writes.py", tmp_path / name)
    way, flat = route.routes(tmp_path / name)
    assert (way.name, way.height_m.tolist()) == ("way", [100.0, 200.0, 300.0])
    assert flat.lon_deg.tolist() == [179.5, -179.5]


def test_waypoints_are_a_way_where_there_is_no_other():
    """Waypoints in the order of the file; repeated and impossible places are left out."""
    text = '<gpx><wpt lat="1" lon="2"/><wpt lat="1" lon="2"/><wpt lat="99" lon="2"/><wpt lat="3" lon="4"/></gpx>'
    (one,) = route.decode(text.encode())
    assert (one.name, one.lat_deg.tolist(), one.lon_deg.tolist()) == ("waypoints", [1.0, 3.0], [2.0, 4.0])


@pytest.mark.parametrize(
    "data", [b"", b"<gpx/>", b"<kml/>", b"<svg/>", b'<gpx><wpt lat="1" lon="2"/></gpx>', b"PK\x03\x04", b"\x1f\x8b"]
)
def test_what_holds_no_route_is_refused(data):
    """No way of two places: InputError."""
    with pytest.raises(InputError):
        route.decode(data)


def test_bad_points_are_counted():
    """A point without place or time costs itself."""
    points = ('<trkpt lat="1" lon="2"><time>2026-01-01T00:00:00Z</time></trkpt>'
              '<trkpt lat="x" lon="2"><time>2026-01-01T00:00:01Z</time></trkpt>'
              '<trkpt lat="1" lon="2"><time>now</time></trkpt>'
              '<trkpt lat="1.5" lon="2"><time>2026-01-01T00:00:02</time><ele>high</ele></trkpt>')  # fmt: skip
    scene = read(f"<trk><trkseg>{points}</trkseg></trk>")
    assert [t.key for t in scene.things] == ["track 1"]
    assert numbers_of(scene.moves).tolist() == [[0.0, 2.0, 1.0, 0.0], [2.0, 2.0, 1.5, 0.0]]
    assert scene.counts == {"positions left out: nowhere on earth": 1, "positions left out: without time": 1}


PIECES = st.sampled_from(
    ["<trk>", "</trk>", "<trkseg>", "</trkseg>", '<trkpt lat="1" lon="1">', "</trkpt>", "<time>2026-01-01</time>",
     "<time>9999-12-31T23:59:59-14:00</time>", "<ele>1e400</ele>", '<rtept lat="nan" lon="inf"/>', "<rte>", "</rte>",
     '<wpt lat="1" lon="1e9"/>', "<name>&amp;</name>", "&x;", "x", "<metadata/>"]
)  # fmt: skip


@settings(max_examples=400)
@given(st.lists(PIECES, max_size=25), st.binary(max_size=40))
def test_anything_is_read_or_refused(pieces, noise):
    """Whatever a file holds: a scene, routes, or InputError."""
    text = ("<gpx>" + "".join(pieces) + "</gpx>").encode()
    for data in (text, noise, text + noise):
        for decode, kind in ((gpx.decode, Scene), (route.decode, tuple)):
            try:
                assert isinstance(decode(data), kind)
            except InputError:
                continue
