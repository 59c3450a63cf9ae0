"""Horizon and rain: closed forms against walking along the path."""

import numpy as np
import pytest

from farwatch.detect import horizon, rain
from farwatch.detect.horizon import lowest_visible_m, smooth_earth_hides
from farwatch.detect.rain import path_in_rain_m
from farwatch.errors import RangeError
from naive import detection as naive


def test_what_grazes_the_horizon_is_what_the_floor_says():
    """A target at the lowest visible height lies exactly at the mutual horizon."""
    for antenna_m, ground_m in ((10.0, 40e3), (20.0, 200e3), (1500.0, 400e3)):
        height_m = lowest_visible_m(antenna_m, ground_m, horizon.EFFECTIVE_RADIUS_M)
        assert height_m == pytest.approx(naive.lowest_visible(antenna_m, ground_m), rel=1e-9)
        slant_m = horizon.slant_range_of(ground_m, antenna_m, height_m)
        assert horizon.mutual_horizon(antenna_m, height_m) == pytest.approx(slant_m, rel=1e-9)
    assert horizon.minimum_visible_height(20.0, 10e3) == 0.0
    assert lowest_visible_m(0.0, 10e3, horizon.EFFECTIVE_RADIUS_M) > 0.0


def test_a_402_km_missile_meets_the_horizon():
    """At 402 km a radar on a 20 m mast sees nothing below 8.5 km: the published range is one for high targets."""
    assert 8300 < lowest_visible_m(20.0, 402e3, horizon.EFFECTIVE_RADIUS_M) < 8700


def test_beam_conversions_are_each_other_inverse():
    """Height along a ray, and the range at which it is reached."""
    for elevation_deg in (0.1, 2.0, 30.0, 89.0):
        height_m = horizon.height_at_range(80e3, elevation_deg, 15.0)
        assert horizon.range_at_height(height_m, elevation_deg, 15.0) == pytest.approx(80e3, rel=1e-8)
        ground_m = horizon.ground_range_of(80e3, elevation_deg, 15.0)
        assert horizon.slant_range_of(ground_m, 15.0, height_m) == pytest.approx(80e3, rel=1e-8)


def test_the_bulge_hides_by_the_sum_of_horizons():
    """Beyond both horizons hidden, this side of them not; below the surface counts as on it."""
    reach_m = float(horizon.mutual_horizon(20.0, 100.0))
    assert not smooth_earth_hides(20.0, 100.0, reach_m - 50, horizon.EFFECTIVE_RADIUS_M)
    assert smooth_earth_hides(20.0, 100.0, reach_m + 50, horizon.EFFECTIVE_RADIUS_M)
    assert smooth_earth_hides(20.0, -5.0, 25e3, horizon.EFFECTIVE_RADIUS_M)


@pytest.mark.parametrize("elevation_deg", [-0.2, 0.0, 0.5, 3.0, 40.0])
def test_path_in_rain_is_what_walking_along_it_finds(elevation_deg):
    """The closed form of where a ray leaves the rain, against 20,000 steps."""
    angle = np.radians(elevation_deg)
    for range_m, antenna_m in ((30e3, 20.0), (300e3, 20.0), (300e3, 2500.0)):
        walked = naive.rain_path(range_m, antenna_m, angle, rain.RAIN_HEIGHT_M)
        assert path_in_rain_m(range_m, antenna_m, np.sin(angle)) == pytest.approx(walked, rel=2e-3, abs=20)
    assert path_in_rain_m(300e3, 5100.0, 0.0) == 0.0


def test_rain_rises_with_rate_and_frequency():
    """Ten times the rain, or X band for S band, costs more; no rain nothing."""
    assert rain.two_way_db_per_m(0.0, 3e9) == 0.0
    s_band, x_band = (rain.two_way_db_per_m(10.0, f) for f in (3e9, 10e9))
    assert 0 < s_band < 0.05 * x_band
    assert rain.two_way_db_per_m(25.0, 10e9) > x_band
    with pytest.raises(RangeError):
        rain.coefficients(0.5e9)
