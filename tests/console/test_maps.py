"""The ground lies where the browser's map draws it; questions about it are bounded."""

import asyncio
import shutil

import numpy as np
import pytest

from console.conftest import Client
from farwatch.console import ground, maps
from farwatch.console.app import create
from farwatch.console.ground import EARTH_M, places
from farwatch.console.maps import corners_of
from farwatch.errors import InputError


def arc(lat_a, lon_a, lat_b, lon_b):
    """Great-circle distance on the sphere, m, by the haversine."""
    a, b, c, d = np.radians([lat_a, lon_a, lat_b, lon_b])
    h = np.sin((c - a) / 2) ** 2 + np.cos(a) * np.cos(c) * np.sin((d - b) / 2) ** 2
    return 2.0 * EARTH_M * np.arcsin(np.sqrt(h))


@pytest.mark.validation
@pytest.mark.parametrize(("lat_deg", "lon_deg"), [(23.6, 45.2), (-60.0, 179.9), (84.0, -20.0)])
def test_pixels_lie_at_true_distance_and_bearing(lat_deg, lon_deg):
    """Azimuthal equidistant: from the middle, each pixel's distance is its distance in the picture; north is up."""
    lat, lon = places(lat_deg, lon_deg, 400e3, 8)
    for row, column in ((0, 0), (0, 7), (3, 4), (6, 1)):
        east_m, north_m = 50e3 * (column - 3.5), 50e3 * (3.5 - row)
        assert arc(lat_deg, lon_deg, lat[row, column], lon[row, column]) == pytest.approx(np.hypot(east_m, north_m))
        there, here = np.radians([lat[row, column], lat_deg])
        off = np.radians(lon[row, column] - lon_deg)
        bearing = np.arctan2(
            np.sin(off) * np.cos(there), np.cos(here) * np.sin(there) - np.sin(here) * np.cos(there) * np.cos(off)
        )
        assert np.sin(bearing - np.arctan2(east_m, north_m)) == pytest.approx(0.0, abs=1e-9)


def test_a_picture_is_read_as_it_was_written():
    """Clear where it is not shown."""
    from io import BytesIO

    from matplotlib.image import imread

    rng = np.random.default_rng(1)
    rgb, shown = rng.integers(0, 256, (61, 40, 3), np.uint8), rng.random((61, 40)) < 0.8
    found = np.rint(255.0 * imread(BytesIO(ground.png(rgb, shown)), format="png")).astype(int)
    assert (found[..., 3] == 255 * shown).all()
    assert (found[..., :3] == rgb).all()


@pytest.mark.parametrize("width_px", [16, 17, 400])
def test_pixels_between_nodes_lie_on_the_sheet_where_they_should(width_px):
    """Worked out for one in sixteen, they are off by a small part of a cell of a sheet that is drawn otherwise."""
    from farwatch.world.sheet import flat_sheet

    sheet, view = flat_sheet([(23.6, 45.2)], 450e3, 900.0), (24.1, 45.9, 600e3)
    row, column = ground._cells(sheet, view, width_px)
    true_row, true_column = sheet.grid_of(*places(*view, width_px))
    assert np.hypot(row - true_row, column - true_column).max() < 0.2


@pytest.mark.parametrize(
    "line",
    [
        "",
        "1",
        "1,2",
        "1,2;",
        "1,2;x,y",
        "1,2;91,0",
        "1,2;nan,0",
        "1,2;inf,0",
        "1,2;1,2",
        ";".join("1,2" if k % 2 else "2,3" for k in range(51)),
        "1,2,3;4,5,6",
    ],
)
def test_a_line_has_corners_on_the_earth(line):
    """Everything else is refused in words."""
    with pytest.raises(InputError, match="line"):
        corners_of(line)
    assert corners_of("1,2;-3.5,170") == ((1.0, 2.0), (-3.5, 170.0))


@pytest.mark.parametrize(
    "query",
    [
        "",
        "scenario=none.yaml",
        "scenario=../x.yaml",
        "run=none",
        "scenario=site.yaml&run=x",
        "scenario=site.yaml&rcs_m2=0",
        "scenario=site.yaml&rcs_m2=nan",
        "scenario=site.yaml&rcs_m2=1&target=one-way-drone",
        "scenario=site.yaml&target=no-such-class",
    ],
)
def test_coverage_of_what_there_is(client, query):
    """One scenario or one run, a target that there can be."""
    assert client.get(f"/coverage?{query}").status_code in {404, 422}


@pytest.mark.parametrize("query", ["lat_deg=90", "across_km=1e9", "width_px=100000", "width_px=1", "lon_deg=nan"])
def test_relief_is_bounded(client, query):
    """No picture of a million pixels, no view of the whole earth."""
    assert client.get(f"/relief?scenario=desert-battery&{query}").status_code == 422


def test_what_a_trial_shows_is_made_ready_under_the_names_it_asks_for(played, tmp_path, inline, monkeypatch):
    """What was made as the server started is not made again for the page; without a compiled mission nothing is."""
    home, made = shutil.copytree(played, tmp_path / "home"), []
    for name in ("coverage", "relief"):
        monkeypatch.setattr(maps, name, named(name, made))
    for compiled, count in ((False, 0), (True, 3)):
        monkeypatch.setattr(maps, "is_warm", lambda _, warm=compiled: warm)
        app = create(home)
        asyncio.run(maps.ready(app.state.desk, "done"))
        assert len(made) == count
    client = Client(app)
    assert client.get("/coverage?run=done").content == b"coverage"
    for width_px in (400, 1600):
        assert client.get(f"/relief?run=done&across_km=900&width_px={width_px}").content == b"relief"
    assert made == ["coverage", "relief", "relief"]


def named(name, made):
    """A function of that name that writes down that it was asked."""

    def asked(*_):
        made.append(name)
        return name.encode()

    asked.__name__ = name
    return asked


def test_a_smooth_earth_has_no_relief(client):
    """Which is no error: nothing is sent."""
    answer = client.get("/relief?scenario=site.yaml")
    assert (answer.status_code, answer.content) == (204, b"")


def test_a_profile_over_a_smooth_earth(client):
    """Known nowhere, at sea level, evenly along the line."""
    told = client.get("/profile?scenario=site.yaml&line=23.6,45.2;24.6,45.2").json()
    assert set(told["height_m"]) == {0.0}
    assert not any(told["known"])
    assert told["distance_m"][-1] == pytest.approx(110.77e3, rel=1e-3)
    assert told["lat_deg"][0] == 23.6
    assert told["lat_deg"][-1] == pytest.approx(24.6)


@pytest.mark.slow
def test_relief_and_profile_of_a_shipped_scenario():
    """The same ground from both: along the middle row of a picture's places, the profile has the terrain's heights."""
    from farwatch.scenario import data_folder, shipped_text
    from farwatch.world.terrain import open_terrain

    text = shipped_text("desert-battery")
    told = ground.profile(text, ".", ((23.6, 45.2), (23.9, 45.6)))
    terrain = open_terrain(data_folder() / "arabia-30s.tif")
    true_m = terrain.height_at(told["lat_deg"], told["lon_deg"])
    assert all(told["known"])
    assert np.abs(true_m - told["height_m"]).max() < 20.0
    image = ground.relief(text, ".", (23.6, 45.2, 100e3), 64)
    assert image.startswith(b"\x89PNG")
