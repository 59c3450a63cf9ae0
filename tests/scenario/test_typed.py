"""What is typed on a command line: places, heights, routes."""

import json

import pytest

from farwatch.scenario import typed


@pytest.mark.parametrize(
    ("text", "read"),
    [("46.9,8.2", (46.9, 8.2, 0.0)), (" 46.9 , 8.2 ", (46.9, 8.2, 0.0)), ("-33,151.2,270", (-33.0, 151.2, 270.0))],
)
def test_places(text, read):
    """Latitude, longitude, and a heading if one is typed."""
    problems = []
    assert typed.spots("--at", [text], problems) == [read]
    assert not problems


@pytest.mark.parametrize(
    ("text", "said"),
    [("46.9", "LAT,LON"), ("a,b", "LAT,LON"), ("nan,3", "LAT,LON"), ("1,2,3,4", "LAT,LON"), ("120,45", "did you mean 45,120"),
     ("91,200", "latitude comes first")],
)
def test_unreadable_places(text, said):
    """Each is refused with its rule."""
    problems = []
    assert typed.spots("--at", [text], problems) == []
    assert said in str(problems[0])


@pytest.mark.parametrize(
    ("text", "read"),
    [("300", (300.0, "ground")), ("300agl", (300.0, "ground")), ("3000 msl", (3000.0, "sea")), ("1.5km", (1500.0, "ground")),
     ("10 km MSL", (10000.0, "sea"))],
)
def test_heights(text, read):
    """Metres above ground unless the sea is named."""
    problems = []
    assert typed.levels("--height-m", [text], problems) == [read]
    assert not problems


@pytest.mark.parametrize("text", ["", "high", "-5", "70000", "300ft", "1..2"])
def test_unreadable_heights(text):
    """Each is refused with its rule."""
    problems = []
    assert typed.levels("--height-m", [text], problems) == []
    assert "must be a height" in str(problems[0])


def test_routes(tmp_path):
    """Places apart by blanks, or a GeoJSON line in any wrapping."""
    problems = []
    assert len(typed.route("--route", "46,8 47,9 47.5,9", problems)) == 3
    line = {"type": "LineString", "coordinates": [[8, 46], [9, 47]]}
    feature = {"type": "Feature", "geometry": line, "properties": {}}
    for number, thing in enumerate((line, feature, {"type": "FeatureCollection", "features": [feature]})):
        path = tmp_path / f"{number}.geojson"
        path.write_text(json.dumps(thing))
        assert typed.route("--route", str(path), problems)[1][:2] == (47.0, 9.0)
    assert not problems


@pytest.mark.parametrize("text", ["46,8", "46,8 x,y", "missing.geojson"])
def test_unreadable_routes(text):
    """One place is no route; a missing file is named."""
    problems = []
    typed.route("--route", text, problems)
    assert len(problems) == 1


def test_a_file_without_a_line(tmp_path):
    """Says what the file holds instead."""
    path = tmp_path / "point.geojson"
    path.write_text(json.dumps({"type": "Point", "coordinates": [8, 46]}))
    problems = []
    typed.route("--route", str(path), problems)
    assert "Point" in str(problems[0])
