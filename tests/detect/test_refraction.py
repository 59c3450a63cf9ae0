"""Rays in the exponential atmosphere: quadrature, an adaptive solver, and what straight lines would say."""

import numpy as np
import pytest

from farwatch.detect import horizon
from farwatch.detect.refraction import CRPL, Index, height_at_ground_range, ray_height_m, trace
from farwatch.errors import RangeError
from naive import propagation as naive


@pytest.mark.parametrize(
    ("elevation_deg", "antenna_m", "target_m"),
    [(0.0, 10.0, 1000.0), (0.0, 0.0, 90e3), (1e-3, 0.0, 1e4), (0.3, 500.0, 501.0), (2.0, 10.0, 3e5), (45.0, 0.0, 1e6),
     (90.0, 0.0, 3e4)],
)
def test_a_ray_is_what_quadrature_finds(elevation_deg, antenna_m, target_m):
    """Ground range and delay by Gauss's rule against adaptive quadrature of Snell's law."""
    ground_m, delay_m = naive.ray(elevation_deg, antenna_m, target_m)
    ray = trace(elevation_deg, antenna_m, target_m)
    assert float(ray.ground_range_m) == pytest.approx(ground_m, rel=1e-8, abs=1e-6)
    assert float(ray.delay_range_m) == pytest.approx(delay_m, rel=1e-8)


@pytest.mark.validation
def test_the_published_example():
    """MathWorks Radar Toolbox, height2range with Method CRPL: 27.171 km, and 1.9666 degrees true."""
    ray = trace(2.0, 10.0, 1000.0)
    assert float(ray.delay_range_m) == pytest.approx(27171.0, abs=0.5)
    assert float(ray.true_elevation_deg) == pytest.approx(1.9666, abs=5e-5)


def test_without_air_rays_are_straight():
    """No refractivity, no error of angle or range; a ray straight up has none of angle."""
    still = trace([0.0, 3.0, 60.0], 100.0, 20e3, Index(refractivity_number=0.0))
    assert np.abs(still.refraction_mrad).max() < 1e-9
    assert np.abs(still.range_error_m).max() < 1e-6
    up = trace(90.0, 0.0, 30e3)
    assert float(up.ground_range_m) == pytest.approx(0.0, abs=1e-9)
    assert float(up.range_error_m) == pytest.approx(313e-6 / 0.143859e-3 * (1 - np.exp(-0.143859 * 30)), rel=1e-6)


def test_a_downward_ray_is_its_pieces():
    """Way back as way out; a ray that dips turns at its lowest point; one that meets the ground is flagged."""
    out = trace(3.0, 0.0, 5000.0)
    arrives = np.degrees(np.arccos(
        (1 + 313e-6) * naive.RADIUS_M * np.cos(np.radians(3.0))
        / ((1 + 313e-6 * np.exp(-0.143859 * 5)) * (naive.RADIUS_M + 5000.0))
    ))
    back = trace(-arrives, 5000.0, 0.0)
    assert float(back.ground_range_m) == pytest.approx(float(out.ground_range_m), rel=1e-9)
    assert float(back.range_error_m) == pytest.approx(float(out.range_error_m), rel=1e-6)
    dips = trace(-0.5, 3000.0, 5000.0)
    assert float(height_at_ground_range(dips.ground_range_m, -0.5, 3000.0)) == pytest.approx(5000.0, abs=0.01)
    never = trace([1.0, -20.0, -0.5], [3000.0, 3000.0, 3000.0], [2000.0, 5000.0, 10.0])
    assert all(np.isnan(part).all() for part in never)


def test_errors_shrink_as_rays_rise():
    """Refraction and delay fall with elevation and grow with height."""
    elevations = np.array([0.0, 0.5, 1.0, 3.0, 10.0, 40.0, 89.0])
    ray = trace(elevations[:, None], 20.0, np.array([1e3, 1e4, 3e4]))
    assert np.all(np.diff(ray.refraction_mrad, axis=0) < 0)
    assert np.all(np.diff(ray.refraction_mrad, axis=1) > 0)
    assert np.all(np.diff(ray.range_error_m, axis=0) < 0)


@pytest.mark.parametrize(
    ("ground_m", "elevation_deg", "antenna_m"),
    [(400e3, 0.0, 10.0), (250e3, 0.5, 3000.0), (150e3, -0.8, 3000.0), (60e3, 40.0, 0.0), (3e3, 80.0, 5.0)],
)
def test_height_by_ground_range_is_what_a_solver_finds(ground_m, elevation_deg, antenna_m):
    """Fixed steps against an adaptive solver of the same equation."""
    wanted = naive.ray_height(ground_m, elevation_deg, antenna_m)
    assert float(height_at_ground_range(ground_m, elevation_deg, antenna_m)) == pytest.approx(wanted, abs=0.01)
    direct = ray_height_m(ground_m, np.radians(elevation_deg), antenna_m, 313e-6, 0.143859e-3, CRPL.radius_m)
    assert direct == pytest.approx(wanted, abs=0.01)


def test_height_by_ground_range_undoes_the_trace():
    """Where a ray reaches a height, it has that height, up to where it leaves the air and beyond."""
    elevations, heights = np.array([0.0, 0.3, 2.0, 15.0, 70.0])[:, None], np.array([100.0, 8e3, 60e3, 6e5])
    ray = trace(elevations, 30.0, heights)
    assert height_at_ground_range(ray.ground_range_m, elevations, 30.0) == pytest.approx(
        np.broadcast_to(heights, (5, 4)), rel=1e-6, abs=0.01
    )
    assert np.isnan(height_at_ground_range(100e3, -2.0, 1000.0))
    assert np.isnan(height_at_ground_range(500e3, 88.0, 1000.0))
    assert height_at_ground_range(0.0, 1.0, 25.0) == 25.0


@pytest.mark.parametrize(("target_m", "most_m"), [(1000.0, 2700.0), (10e3, 9e3)])
def test_four_thirds_earth_is_near_for_low_targets(target_m, most_m):
    """Ground range at which a level ray passes a height, straight over the effective earth: the page's figures."""
    ray = trace(0.0, 10.0, target_m)
    reach = horizon.range_at_height(target_m, 0.0, 10.0)
    straight = float(horizon.ground_range_of(reach, 0.0, 10.0))
    assert abs(straight - float(ray.ground_range_m)) < most_m


def test_refuses_what_it_cannot_trace():
    """Ducts, implausible air, heights under the sea and rays beyond the zenith."""
    for call in (
        lambda: Index(refractivity_number=400.0, decay_per_km=0.5),
        lambda: Index(refractivity_number=500.0), lambda: Index(decay_per_km=0.0),
        lambda: trace(0.0, -1.0, 100.0), lambda: trace(91.0, 0.0, 100.0), lambda: trace(1.0, 0.0, 2e6),
        lambda: height_at_ground_range(-1.0, 0.0), lambda: height_at_ground_range(1.0, 89.5),
    ):
        with pytest.raises(RangeError):
            call()
