"""Coverage: floors, slices, composites and routes on real and made ground."""

from math import cos, hypot, radians, sin, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from farwatch import catalogue
from farwatch.detect import reach as reaches
from farwatch.detect.air import air_db
from farwatch.detect.coverage import coverage
from farwatch.detect.equation import range_for_snr
from farwatch.detect.horizon import EFFECTIVE_RADIUS_M, lowest_visible_m
from farwatch.detect.paths import Route
from farwatch.detect.posts import Post, posts_of
from farwatch.detect.prepare import stand
from farwatch.detect.reach import Spot, Target, pd_here, polar, reach_of, seen_between
from farwatch.detect.statistics import pd, required_snr
from farwatch.errors import CatalogueError, InputError
from farwatch.scenario import Weather, load
from farwatch.scenario.names import data_folder
from farwatch.world.earth import geodesic_between

pytestmark = pytest.mark.heavy

ALPS = data_folder() / "alps-3s.tif"
SITE = (46.5406, 8.1234)


@pytest.fixture(scope="module")
def flat():
    """A surveillance radar over a smooth earth."""
    return coverage([Post(lat_deg=40.0, lon_deg=10.0, radar="asr-9", antenna_agl_m=20.0)], target=Target(rcs_m2=1.0))


@pytest.fixture(scope="module")
def alps():
    """Two posts in the mountains, one of them with a sector."""
    posts = [
        Post(lat_deg=SITE[0], lon_deg=SITE[1], name="a", radar="asr-9", antenna_agl_m=20.0),
        Post(lat_deg=46.56, lon_deg=8.23, name="b", radar="92n6e", antenna_agl_m=30.0, heading_deg=90.0),
    ]
    return coverage(posts, ALPS, target=Target(rcs_m2=2.0, pd=0.8), radius_m=40e3, cell_m=200.0)


def slow_pd(radar, target, ground_range_m, height_m):
    """Chance of detection straight from the radar equation, in plain arithmetic."""
    a = EFFECTIVE_RADIUS_M + float(radar["height_m"])
    b = EFFECTIVE_RADIUS_M + height_m
    angle = ground_range_m / EFFECTIVE_RADIUS_M
    slant_m = sqrt(a * a + b * b - 2 * a * b * cos(angle))
    sine = (b * cos(angle) - a) / slant_m
    top = float(radar["beam_top_rad"])
    pattern = min(1.0, sin(top) / sine) ** 2 if sine > 0.0 else 1.0
    air = 10.0 ** (-0.1 * air_db(radar, float(radar["height_m"]), slant_m, sine))
    snr = float(radar["snr_one"]) * target.rcs_m2 * pattern**2 * air / slant_m**4
    return float(pd(target.swerling, 10 * np.log10(snr), int(radar["pulses"]), float(radar["pfa"])))


def test_reach_agrees_with_the_radar_equation():
    """Between the limits, the table's chance is that of the radar equation at slant range."""
    radar = stand(catalogue.load().radars["asr-9"], 0.0, 50.0, Weather())[0]
    target = Target(rcs_m2=1.0)
    reach = reach_of(radar, target, 111e3)
    for ground_range_m, height_m in ((20e3, 1500.0), (60e3, 3000.0), (90e3, 5000.0), (100e3, 2000.0)):
        assert pd_here(reach, ground_range_m, 1.0, height_m) == pytest.approx(
            slow_pd(radar, target, ground_range_m, height_m), abs=4e-3
        )


def test_over_a_smooth_earth_the_floor_is_the_horizon(flat):
    """Line of sight bounds the floor out to where the echo is too weak."""
    lit = flat.posts[0]
    floor_m = flat.floor_m()
    for row, column in ((10, lit.spot.column), (lit.spot.row, 900), (300, 300)):
        distance_m, _ = polar(lit.spot, row, column)
        low_m, high_m = seen_between(lit.reach, distance_m, 0.0)
        expected = max(lowest_visible_m(20.0, distance_m, EFFECTIVE_RADIUS_M), low_m)
        if np.isnan(high_m) or expected > high_m:
            assert np.isnan(floor_m[row, column])
        else:
            assert floor_m[row, column] == pytest.approx(expected, rel=2e-3, abs=0.5)


def test_default_radius_is_where_the_echo_ends(flat):
    """As far as the echo is strong enough, and no farther than the display."""
    radar = stand(catalogue.load().radars["asr-9"], 0.0, 0.0, Weather())[0]
    needed_db = required_snr(0.8, float(radar["pfa"]), int(radar["pulses"]), 1)
    free_m = float(range_for_snr(radar["snr_one"], 1.0, needed_db))
    assert 0.9 * free_m < flat.radius_m <= min(free_m, float(radar["range_max_m"])) * 1.002  # air takes its share
    row = flat.posts[0].spot.row
    last = flat.posts[0].spot.column + int(0.99 * flat.radius_m / flat.sheet.cell_m)
    assert np.isfinite(flat.floor_m()[row, last])


def test_floor_never_lies_below_the_line_of_sight(alps):
    """A radar can only add to what geometry hides."""
    for lit, floor_m in zip(alps.posts, alps.floors_m, strict=True):
        seen = np.isfinite(floor_m)
        assert seen.any()
        assert np.all(floor_m[seen] >= lit.los_m[seen] - 1e-2)


def test_count_and_floor_tell_the_same(alps):
    """At one height, whoever has its floor below sees the target, up to the radar's ceiling."""
    counted = alps.count(500.0).astype(int)
    below = sum((floor_m <= 500.0).astype(int) for floor_m in alps.floors_m)
    assert counted.max() == 2
    for row, column in zip(*np.nonzero(counted != below), strict=True):
        height_m = alps.sheet.height_m[row, column] + 500.0
        tops_m = [seen_between(lit.reach, *polar(lit.spot, row, column))[1] for lit in alps.posts]
        edges_m = [floor_m[row, column] for floor_m in alps.floors_m]
        assert min(tops_m) < height_m or min(abs(edge_m - 500.0) for edge_m in edges_m) < 1e-2


def test_pd_reaches_the_wanted_where_it_is_seen(alps):
    """Where a post counts, its chance is at least the one asked for, and elsewhere less; to the table's accuracy."""
    one = alps.pd(800.0)
    seen = alps.count(800.0) > 0
    assert one[seen].min() >= 0.8 - 5e-3
    alone = alps.count(800.0) == 0
    assert np.all(one[alone] <= 1 - (1 - 0.8) ** 2 + 5e-3)


def test_sector_is_kept(alps):
    """The radar that looks east sees nothing in the west."""
    lit, floor_m = alps.posts[1], alps.floors_m[1]
    half = lit.reach.half_sector_rad
    row, column = np.nonzero(np.isfinite(floor_m))
    here = alps.sheet.places(row, column)
    bearing = geodesic_between(lit.post.lat_deg, lit.post.lon_deg, *here).azimuth_deg
    off = np.abs((bearing - 90.0 + 180.0) % 360.0 - 180.0)
    far = np.hypot(row - lit.spot.row, column - lit.spot.column) > 5
    assert np.degrees(half) - 1.0 < off[far].max() < np.degrees(half) + 1.0


def test_above_sea_is_above_ground_less_the_ground(alps):
    """A slice above the sea at a level cell's height is the slice above the ground there."""
    ground_m = alps.sheet.height_m
    msl = alps.count(4000.0, above="sea")
    row, column = alps.posts[0].spot.row - 40, alps.posts[0].spot.column + 30
    agl = alps.count(float(4000.0 - ground_m[row, column]))
    assert msl[row, column] == agl[row, column]


def test_order_of_posts_does_not_matter():
    """Composite floor, count and chance are the same whichever radar is named first."""
    posts = [
        Post(lat_deg=46.8, lon_deg=8.3, radar="asr-9", antenna_agl_m=20.0),
        Post(lat_deg=46.7, lon_deg=8.5, radar="96l6e", antenna_agl_m=10.0),
    ]
    first, second = (coverage(order, ALPS, radius_m=20e3, cell_m=250.0) for order in (posts, posts[::-1]))
    lat, lon = first.sheet.places(*np.divmod(np.arange(first.sheet.height_m.size), first.sheet.height_m.shape[1]))
    row, column = (np.rint(part).astype(int) for part in second.sheet.grid_of(lat, lon))
    rows, columns = second.sheet.height_m.shape
    on = (row >= 0) & (row < rows) & (column >= 0) & (column < columns)
    mine, theirs = first.count(700.0).ravel()[on], second.count(700.0)[row[on], column[on]]
    assert np.mean(mine == theirs) > 0.97  # the grids are laid through different sites


@settings(max_examples=25, deadline=None, derandomize=True)
@given(rcs_m2=st.floats(1e-2, 10.0), factor=st.floats(1.05, 20.0))
def test_a_larger_echo_is_never_seen_less(rcs_m2, factor):
    """Every ring's lowest height falls, and its highest rises, with the cross-section."""
    radar = stand(catalogue.load().radars["arsr-4"], 0.0, 30.0, Weather())[0]
    small, large = (reach_of(radar, Target(rcs_m2=rcs), 300e3) for rcs in (rcs_m2, rcs_m2 * factor))
    seen = np.isfinite(small.seen_low_m)
    assert np.all(np.isfinite(large.seen_low_m[seen]))
    assert np.all(large.seen_low_m[seen] <= small.seen_low_m[seen] + 1e-6)
    assert np.all(large.seen_high_m[seen] >= small.seen_high_m[seen] - 1e-6)


def test_range_falls_as_the_fourth_root():
    """Sixteen times less echo, half the range: read off the table, not off the formula."""
    radar = stand(catalogue.load().radars["arsr-4"], 0.0, 30.0, Weather())[0]
    radar["elevation_max_rad"], radar["range_max_m"] = radians(80.0), 1e6
    radar["beam_top_rad"], radar["air_db_per_m"] = 0.0, 0.0
    edges = []
    for rcs_m2 in (1.6, 0.1):
        reach = reach_of(radar, Target(rcs_m2=rcs_m2), 600e3)
        stretches = ((away_m, *seen_between(reach, away_m, 0.0)) for away_m in np.arange(5e3, 600e3, 250.0))
        edges.append(hypot(max(away_m for away_m, low_m, high_m in stretches if low_m <= 12e3 <= high_m), 12e3))
    assert edges[0] / edges[1] == pytest.approx(2.0, rel=0.01)


def test_along_a_route(alps):
    """Looks come once a period, chances add up, and hidden looks see nothing."""
    route = Route(lat_deg=(46.65, 46.45), lon_deg=(8.05, 8.60), height_m=600.0, speed_m_s=200.0)
    met = alps.along(route)
    length_m = float(geodesic_between(46.65, 8.05, 46.45, 8.60).distance_m)
    assert met.distance_m[-1] <= length_m
    assert np.all(np.diff(met.time_s) >= 0.0)
    for k, lit in enumerate(alps.posts):
        assert np.allclose(np.diff(met.time_s[met.post == k]), lit.reach.period_s)
    assert met.cumulative_pd[-1] == pytest.approx(1.0 - np.prod(1.0 - met.pd))
    assert np.all(np.diff(met.cumulative_pd) >= 0.0)
    assert np.any(met.pd == 0.0) and np.any(met.pd > 0.5)
    assert np.allclose(met.height_m - met.ground_m, 600.0)


def test_vertical_diagram(alps):
    """The chance is that of the reach, the lowest height that of the line of sight."""
    cut = alps.vertical(45.0, top_m=8000.0)
    assert cut.pd.shape == (cut.height_m.size, cut.ground_range_m.size)
    assert cut.pd[200, 100] == pd_here(alps.posts[0].reach, cut.ground_range_m[100], radians(45.0), cut.height_m[200])
    assert cut.pd.max() > 0.8
    assert np.all(cut.lowest_m >= cut.ground_m - 1e-3)


def test_scenario_gives_posts_and_ground():
    """A scenario's radars stand at its batteries."""
    scenario = load("alpine-site")
    posts = posts_of(scenario)
    assert [post.radar for post in posts] == ["arabel"]
    area = coverage(scenario, radius_m=30e3, cell_m=400.0)
    assert [lit.post.name for lit in area.posts] == [post.name for post in posts]
    assert area.sheet.source


def test_north_of_the_grid_is_known():
    """On a grid whose north leans, a sector still points at true bearings."""
    spot = Spot(row=5, column=5, cell_m=100.0, north_rad=0.1)
    distance_m, azimuth = polar(spot, 0, 5)
    assert (distance_m, azimuth) == (pytest.approx(500.0), pytest.approx(0.1))


def test_levels_are_dense_near_the_ground():
    """Heights rise, from the lowest land, closer together below."""
    steps = np.diff(reaches.levels_m())
    assert np.all(np.diff(steps) > 0.0)
    assert reaches.levels_m()[0] == reaches.LOWEST_M


def test_elevation_limits_cut_sharply():
    """At the lowest elevation the seen heights begin where that ray runs."""
    radar = stand(catalogue.load().radars["arsr-4"], 0.0, 30.0, Weather())[0]
    radar["elevation_min_rad"] = radians(1.0)
    reach = reach_of(radar, Target(rcs_m2=10.0), 200e3)
    low_m, _ = seen_between(reach, 100e3, 0.0)
    a = EFFECTIVE_RADIUS_M + 30.0
    angle = 100e3 / EFFECTIVE_RADIUS_M
    expected = a * sin(0.5 * np.pi + radians(1.0)) / sin(0.5 * np.pi - radians(1.0) - angle) - EFFECTIVE_RADIUS_M
    assert low_m == pytest.approx(expected, abs=1.0)


def test_seen_stretch_is_where_the_signal_suffices():
    """`fill_seen` against all levels looked at one by one."""
    radar = stand(catalogue.load().radars["asr-9"], 0.0, 15.0, Weather())[0]
    reach = reach_of(radar, Target(rcs_m2=1.0), 120e3)
    needed_db = float(required_snr(0.8, float(radar["pfa"]), int(radar["pulses"]), 1))
    heights_m = reaches.levels_m()
    for ring in range(0, reaches.RINGS, 37):
        enough = reach.snr_db[ring] >= needed_db
        allowed = (heights_m >= reach.low_m[ring]) & (heights_m <= reach.high_m[ring])
        here = heights_m[enough & allowed]
        low_m, high_m = reach.seen_low_m[0, ring], reach.seen_high_m[0, ring]
        if here.size:
            assert low_m <= here[0]
            assert high_m >= here[-1]
            assert low_m >= heights_m[max(np.searchsorted(heights_m, here[0]) - 1, 0)]
            assert high_m <= heights_m[min(np.searchsorted(heights_m, here[-1]) + 1, heights_m.size - 1)]
    reaches.fill_seen(reach, 1e9)
    assert np.all(np.isnan(reach.seen_low_m))


def test_problems_are_told_together():
    """Everything wrong with the request is in one error."""
    posts = [Post(lat_deg=95.0, lon_deg=200.0), Post(lat_deg=0.0, lon_deg=0.0, antenna_agl_m=-3.0, radar="asr-9")]
    with pytest.raises(InputError) as caught:
        coverage(posts, target=Target(rcs_m2=-1.0, pd=1.5), radius_m=0.0)
    told = str(caught.value)
    for words in ("latitude", "longitude", "antenna above ground", "rcs_m2", "pd", "radius"):
        assert words in told


def test_unknown_radar_names_the_nearest():
    """A misspelt radar is answered with what was meant."""
    with pytest.raises(CatalogueError, match="asr-9"):
        coverage([Post(lat_deg=0.0, lon_deg=0.0, radar="asr9")])


def test_chances_need_a_radar():
    """Geometry alone has no probability."""
    area = coverage([Post(lat_deg=0.0, lon_deg=0.0, antenna_agl_m=10.0)], radius_m=20e3)
    with pytest.raises(InputError, match="radar"):
        area.pd(100.0)


def test_arrays_for_xarray(alps):
    """With xarray installed, the result is a dataset with coordinates."""
    pytest.importorskip("xarray")
    made = alps.to_xarray(heights_m=(300.0, 1000.0))
    assert made["pd"].dims == ("height_agl_m", "y", "x")
    assert float(made["x"][1] - made["x"][0]) == pytest.approx(alps.sheet.cell_m)
    assert np.allclose(made["floor_m"], alps.floor_m(), equal_nan=True)
