"""What `farwatch coverage` prints and writes, on real ground."""

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from farwatch.cli import app
from farwatch.detect.coverage import coverage
from farwatch.detect.posts import Post
from farwatch.detect.reach import Target
from farwatch.formats import netcdf_variables
from farwatch.report.coverage import headline, rows
from farwatch.scenario.typed import Level

PEAK = "46.5406,8.1234"


@pytest.fixture
def ask():
    """Runs `farwatch coverage` with some words."""
    return lambda *words: CliRunner().invoke(app, ["coverage", *map(str, words)])


@pytest.fixture(scope="module")
def area():
    """One radar in a plain."""
    posts = [Post(lat_deg=46.95, lon_deg=8.35, radar="asr-9")]
    return coverage(posts, "alps-3s", target=Target(), radius_m=25e3, cell_m=250.0)


def test_simplest_form(ask, tmp_path):
    """Lines of sight in one file: metres above ground, a real coordinate system, no data beyond the radius."""
    rasterio = pytest.importorskip("rasterio")
    out = tmp_path / "floor.tif"
    words = ("--at", PEAK, "--antenna-m", 20, "--radius-km", 10, "--terrain", "alps-3s", "--line-of-sight")
    done = ask(*words, "--out", out)
    assert done.exit_code == 0, done.output
    assert "resampled" in done.output and str(out) in done.output.replace("\n", "")
    with rasterio.open(out) as read:
        assert read.count == 1 and read.dtypes == ("float32",) and read.crs.is_projected
        floor_m = read.read(1)
        row, column = read.height // 2, read.width // 2
        assert floor_m[row, column] == 0.0
        assert np.isnan(floor_m[0, 0]) and np.isnan(read.nodata)
        assert np.nanmax(floor_m) > 500.0


def test_folder_holds_everything(ask, tmp_path):
    """A folder gets raster, contours, map, table, slices and the vertical diagram."""
    out = tmp_path / "all"
    done = ask(
        "--at", "46.95,8.35", "--radar", "asr-9", "--terrain", "alps-3s", "--radius-km", 8, "--height-m", 800,
        "--height-m", "3000msl", "--out", out,
    )
    assert done.exit_code == 0, done.output
    made = {path.name for path in out.iterdir()}
    assert made == {
        "floor.tif", "floor.geojson", "floor.png", "coverage.json", "vertical.png", "vertical-low.png",
        "pd-800m-agl.png", "pd-3000m-msl.png",
    }
    table = json.loads((out / "coverage.json").read_text())
    assert [row["height_m"] for row in table["heights"]] == [800.0, 3000.0]
    assert json.loads((out / "floor.geojson").read_text())["features"][0]["properties"]["radar"] == "asr-9"


def test_netcdf_holds_the_fields_of_the_raster(ask, tmp_path):
    """One field for the floor, the ground, and each height, as the GeoTIFF has them."""
    rasterio = pytest.importorskip("rasterio")
    words = ("--at", "46.95,8.35", "--radar", "asr-9", "--terrain", "alps-3s", "--radius-km", 8, "--height-m", 800)
    done = ask(*words, "--out", tmp_path / "floor.tif", "--out", tmp_path / "floor.nc")
    assert done.exit_code == 0, done.output
    found, told = netcdf_variables.decode((tmp_path / "floor.nc").read_bytes())
    with rasterio.open(tmp_path / "floor.tif") as read:
        np.testing.assert_array_equal(found["floor_agl_m"].values, read.read(1))
        np.testing.assert_array_equal(found["pd_800_m_agl"].values, read.read(2))
        assert read.xy(0, 0) == pytest.approx((found["x"].values[0], found["y"].values[0]))
    assert found["pd_800_m_agl"].attributes["long_name"] == "chance of detection in one look, 800 m above the ground"
    assert "1 m²" in told["title"]
    assert set(found) == {"crs", "floor_agl_m", "ground_m", "lat", "lon", "pd_800_m_agl", "x", "y"}


def test_rows_grow_with_height(area):
    """More is seen higher up, and from farther."""
    told = rows(area, [Level(height_m, "ground") for height_m in (30.0, 300.0, 3000.0)])
    assert told[0].seen_share < told[1].seen_share < told[2].seen_share
    assert all(row.near_m <= row.middle_m <= row.far_m for row in told)
    assert told[2].far_m <= 25.1e3


def test_headline_says_what_was_asked(area):
    """Cross-section, chance and radius."""
    assert "1 m²" in headline(area) and "0.8" in headline(area) and "25 km" in headline(area)


def test_a_scenario_brings_its_radars(ask, tmp_path):
    """Sites, radars and ground come from the scenario; a class of the catalogue is an echo."""
    done = ask("alpine-site", "--rcs-m2", "one-way-drone", "--radius-km", 10, "--out", tmp_path / "map.json")
    assert done.exit_code == 0, done.output
    assert "valley/arabel" in done.output


def test_a_route_is_told(ask, tmp_path):
    """Where along the line the target has probably been seen."""
    done = ask(
        "--at", "46.95,8.35", "--radar", "asr-9", "--terrain", "alps-3s", "--radius-km", 20, "--height-m", 2500,
        "--route", "46.85,8.35 46.95,8.30", "--out", tmp_path / "c.json",
    )
    assert done.exit_code == 0, done.output
    assert "seen with a chance of 0.5 after" in done.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], ["--at", "--radar"]),
        (["--at", "120,45", "--line-of-sight"], ["did you mean 45,120", "--antenna-m"]),
        (["--at", "46,8", "--radar", "asr9"], ["asr-9"]),
        (["--at", "46,8", "--radar", "s-400"], ["its radars are", "91n6e"]),
        (["--at", "46,8", "--radar", "asr-9", "--rcs-m2", "figther"], ["square metres", "fighter"]),
        (["--at", "46,8", "--radar", "asr-9", "--rcs-m2", "-1", "--pd", "1.2"], ["1e-6", "between 0 and 1"]),
        (["--at", "46,8", "--radar", "asr-9", "--route", "46,8 47,8"], ["--height-m"]),
        (["--at", "46,8", "--radar", "asr-9", "--out", "map.bmp"], [".png"]),
        (["--at", "46,8", "--at", "47,8", "--at", "48,8", "--radar", "asr-9", "--radar", "arsr-4"], ["one for each"]),
        (["alpine-site", "--at", "46,8", "--antenna-m", "3"], ["cannot go with a scenario"]),
        (["--at", "46.5,8.1", "--radar", "asr-9", "--terrain", "missing.tif"], ["missing.tif"]),
        (["--at", "10,10", "--radar", "asr-9", "--terrain", "alps-3s"], ["alps-3s"]),
    ],
)
def test_refusals(ask, words, said):
    """Every problem at once, with what was meant, and exit code 2."""
    done = ask(*words)
    assert done.exit_code == 2
    assert all(word in done.output for word in said), done.output
