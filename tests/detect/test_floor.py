"""Terrain masking: the compiled floor against the whole profile, and laws it must keep."""

import numpy as np
import pytest

from farwatch.detect.floor import (
    AZIMUTHS,
    _site,
    along_and_drop,
    fill_floor,
    floor_at,
    ground_below,
    samples_per_step,
    terrain_floor,
    top_at,
    tops_of,
)
from farwatch.detect.horizon import minimum_visible_height
from farwatch.scenario import data_folder
from farwatch.world.earth import geodesic_from
from farwatch.world.grids import Bounds
from farwatch.world.terrain import Terrain, flat, open_terrain
from naive import detection as naive

RNG = np.random.default_rng(8)


def ground_at(grid, site, azimuth_rad, ground_m):
    """Terrain height at an azimuth and a ground range."""
    return ground_below(grid, site, (np.sin(azimuth_rad), np.cos(azimuth_rad)), *along_and_drop(ground_m))



def rough(height_m):
    """Synthetic terrain about 10 N 20 E with 200 samples a side, 0.01 degrees apart."""
    return Terrain(
        height_m=np.asarray(height_m, np.float32), south_deg=9.0, west_deg=19.0, lat_step_deg=0.01,
        lon_step_deg=0.01, title="rough", source="",
    )


@pytest.fixture(scope="module")
def hills():
    """Random hills to 1500 m."""
    noise = RNG.random((20, 20)) * 1500
    return rough(np.kron(noise, np.ones((10, 10))))


def test_smooth_earth_gives_the_closed_form():
    """Without terrain the floor is the horizon, within a millimetre or so."""
    made = terrain_floor(flat(), 10.0, 20.0, 25.0, 400e3)
    assert made.height_m.shape[0] == 1
    ranges_m = made.step_m * np.array([0, 12, 60, 250, 640, 1020])
    found = made.lowest_m(np.array([0.0, 90.0, 359.9, 200.0, 7.0, 45.0]), ranges_m)
    assert found == pytest.approx(minimum_visible_height(25.0, ranges_m), abs=0.02, rel=1e-6)


def profile(terrain, azimuth_rad, step_m, count):
    """Ground along an azimuth, by the kernel's own sampling."""
    ranges_m = step_m * np.arange(count)
    return ranges_m, [ground_at(terrain.grid, _site(10.0, 20.0), azimuth_rad, r) for r in ranges_m]


@pytest.mark.parametrize("azimuth_index", [0, 100, 733, 1439])
def test_floor_is_the_highest_ray_over_the_profile(hills, azimuth_index, scale):
    """The running maximum equals looking back over the whole profile at every range."""
    out = np.empty((AZIMUTHS if scale == 1.0 else 24, 120), np.float32)
    row = azimuth_index * out.shape[0] // AZIMUTHS
    fill_floor(hills.grid, _site(10.0, 20.0), 1600.0, 700.0, 1, out)
    ranges_m, heights_m = profile(hills, 2 * np.pi * row / out.shape[0], 700.0, 120)
    for at in range(1, 120, 7):
        expected = naive.profile_floor(ranges_m, heights_m, 1600.0, at)
        assert out[row, at] == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize("name", ["arabia-30s", "alps-3s"])
def test_real_terrain_agrees_with_the_profile(name):
    """On shipped terrain, with samples between the range steps."""
    site = {"arabia-30s": (23.6, 45.2), "alps-3s": (46.7, 8.5)}[name]
    window = Bounds(site[0] - 0.4, site[0] + 0.4, site[1] - 0.4, site[1] + 0.4)
    terrain = open_terrain(data_folder() / f"{name}.tif", window)
    antenna_m = float(terrain.height_at(*site)) + 12.0
    out = np.empty((8, 40), np.float32)
    samples = samples_per_step(terrain, site[0], 800.0)
    assert samples >= 2
    fill_floor(terrain.grid, _site(*site), antenna_m, 800.0, samples, out)
    for row in range(8):
        ranges_m = 800.0 / samples * np.arange(39 * samples + 1)
        heights_m = [ground_at(terrain.grid, _site(*site), 2 * np.pi * row / 8, r) for r in ranges_m]
        for at in (5, 17, 39):
            expected = naive.profile_floor(ranges_m, heights_m, antenna_m, at * samples)
            assert out[row, at] == pytest.approx(expected, abs=0.01)


def test_another_hill_never_lowers_the_floor(hills, scale):
    """Adding ground anywhere can only hide more."""
    before, after = (np.empty((int(200 * scale) + 8, 60), np.float32) for _ in range(2))
    fill_floor(hills.grid, _site(10.0, 20.0), 1600.0, 1000.0, 1, before)
    raised = hills.height_m.copy()
    raised[120:140, 60:150] += 600.0
    fill_floor(rough(raised).grid, _site(10.0, 20.0), 1600.0, 1000.0, 1, after)
    assert np.all(after >= before - 1e-3)
    assert np.any(after > before + 10)


def test_samples_follow_geodesics(hills):
    """The place sampled at a ground range and azimuth is within 0.4 % of the geodesic's."""
    for azimuth_deg, ground_m in ((0, 90e3), (90, 90e3), (217, 60e3)):
        lat, lon = geodesic_from(10.0, 20.0, azimuth_deg, ground_m)
        slope = rough(np.arange(200)[:, None] + np.zeros((1, 200)))
        sampled_row = ground_at(slope.grid, _site(10.0, 20.0), np.radians(azimuth_deg), ground_m)
        assert sampled_row == pytest.approx((float(lat) - 9.0) / 0.01, abs=0.4)
        across = rough(np.arange(200)[None, :] + np.zeros((200, 1)))
        sampled_column = ground_at(across.grid, _site(10.0, 20.0), np.radians(azimuth_deg), ground_m)
        assert sampled_column == pytest.approx((float(lon) - 19.0) / 0.01, abs=0.4)


def test_look_up_is_bilinear_and_wraps():
    """Half-way between four entries it is their mean, over north too, and it stays at the last range."""
    floors = RNG.random((1, 4, 5)).astype(np.float32)
    mean = floors[0, [3, 3, 0, 0], [1, 2, 1, 2]].mean()
    assert floor_at(floors, 0, 10.0, np.radians(315.0), 15.0) == pytest.approx(mean, rel=1e-6)
    assert floor_at(floors, 0, 10.0, 2 * np.pi - 1e-12, 20.0) == pytest.approx(floors[0, 0, 2], rel=1e-6)
    assert floor_at(floors, 0, 10.0, 0.0, 1e9) == pytest.approx(floors[0, 0, 4], rel=1e-4)


def test_no_floor_is_above_the_top_of_its_block():
    """Tops are above the floor wherever it is asked, by little where it is level, and absent over a smooth earth."""
    rng = np.random.default_rng(8)
    floors = (1e3 * rng.random((2, 48, 70))).astype(np.float32)
    tops = tops_of(floors)
    for azimuth, ground_m in rng.uniform((0.0, 0.0), (2.0 * np.pi, 7500.0), (500, 2)):
        for r in range(2):
            top = top_at(tops, floors, r, 100.0, azimuth, ground_m)
            assert floor_at(floors, r, 100.0, azimuth, ground_m) < top <= floors.max() + 1.0
    assert top_at(tops, floors, 0, 100.0, 2.0 * np.pi, 0.0) > floor_at(floors, 0, 100.0, 2.0 * np.pi, 0.0)
    level = np.full((1, 48, 70), 40.0, np.float32)
    assert top_at(tops_of(level), level, 0, 100.0, 3.0, 900.0) == pytest.approx(40.0, abs=0.1)
    assert top_at(tops_of(floors[:, :1]), floors[:, :1], 0, 100.0, 1.0, 1e3) == np.inf
