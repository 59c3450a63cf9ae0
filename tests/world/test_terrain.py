"""The ground, once read."""

import numpy as np
import pytest

from farwatch.world.terrain import Terrain, fill_voids, flat, height_at
from naive import world as naive


@pytest.fixture(scope="module")
def patch():
    """Random heights on 7 x 9 samples, cells of 0.1 by 0.2 degrees, across the date line."""
    heights = np.random.default_rng(2).uniform(0, 3000, (7, 9)).astype(np.float32)
    return Terrain(
        height_m=heights, south_deg=-10.0, west_deg=179.0, lat_step_deg=0.1, lon_step_deg=0.2, title="", source=""
    )


def test_heights_agree_with_the_naive_twin(patch):
    """`height_at` is the bilinear height, inside, on the edge and beyond."""
    rng = np.random.default_rng(4)
    for lat, lon in zip(rng.uniform(-10.2, -9.2, 300), rng.uniform(178.7, 180.9, 300), strict=True):
        expected = naive.bilinear(patch, lat, lon)
        assert height_at(patch.grid, lat, lon) == pytest.approx(expected, abs=1e-3)
        assert patch.height_at(lat, lon - 360.0) == pytest.approx(expected, abs=1e-3)


def test_samples_are_met(patch):
    """At a sample the height is the sample's."""
    lat = -10.0 + 0.1 * np.arange(7)[:, np.newaxis]
    np.testing.assert_allclose(patch.height_at(lat, 179.0 + 0.2 * np.arange(9)), patch.height_m, rtol=1e-5)


def test_beyond_the_terrain_is_the_sea(patch):
    """Outside there is no ground: the sea, and `covers` says so."""
    assert patch.height_at(-12.0, 179.5) == 0.0
    np.testing.assert_array_equal(patch.covers([-9.7, -12.0, -9.7], [-179.5, -179.5, 178.0]), [True, False, False])


def test_a_smooth_earth_is_at_sea_level():
    """No terrain: zero everywhere, and nothing is covered."""
    assert np.all(flat().height_at([0.0, 47.0], [0.0, 8.0]) == 0.0)
    assert not flat().covers(0.0, 0.0)


def test_voids_agree_with_the_naive_twin():
    """`fill_voids` is the eight-way mean of known neighbours, whatever the order of filling."""
    rng = np.random.default_rng(7)
    heights = rng.uniform(100, 900, (14, 17)).astype(np.float32)
    void = rng.random((14, 17)) < 0.5
    expected = naive.filled(heights, void)
    fill_voids(heights, void)
    np.testing.assert_allclose(heights, expected, rtol=1e-5)


def test_a_filled_plane_stays_a_plane():
    """A hole in an even slope is filled with the slope, to a share of the step across it."""
    plane = (np.arange(30)[:, np.newaxis] * 10.0 + np.zeros(30)).astype(np.float32)
    holed, void = plane.copy(), np.zeros((30, 30), dtype=bool)
    void[10:20, 10:20] = True
    holed[void] = -32767
    fill_voids(holed, void)
    assert np.max(np.abs(holed - plane)) < 40.0
    np.testing.assert_array_equal(holed[~void], plane[~void])


def test_the_shipped_alps_have_no_voids_left(alps):
    """Voids are filled with heights that belong there, counted, and told."""
    assert alps.voids > 0
    assert any("voids" in notice for notice in alps.notices)
    assert 300 < alps.height_m.min() < alps.height_m.max() < 3500
