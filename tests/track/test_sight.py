"""What a plot looks like from its radar."""

import numpy as np
import pytest

from farwatch.records import PLOT
from farwatch.track import sight as kernels
from naive import tracking as naive
from track.scene import plot, radar

TILTED = np.array([[0.0, 0.8, 0.6], [-1.0, 0.0, 0.0], [0.0, -0.6, 0.8]])


def seen(site, at, sigmas=(50.0, 0.003, 0.004)):
    """The SIGHT of one exact plot."""
    one = plot(site[0], 0, 0.0, at, sigmas, 0, np.random.default_rng(1), 1.0, 0)
    one["range_m"], one["azimuth_rad"], one["elevation_rad"] = at
    found = np.zeros(1, kernels.SIGHT)[0]
    kernels.take(one, site[0], found)
    return found


def test_directions_point_where_the_plot_is():
    """Ahead, right and up are a right-handed set, and lead to the plot's place in the mission frame."""
    site = radar(x_m=2e3, y_m=5e3, z_m=90.0, to_local=TILTED)
    found = seen(site, (7e4, 2.1, 0.2))
    ahead, right, up = (np.array([found[f"{n}_{a}"] for a in "xyz"]) for n in ("ahead", "right", "up"))
    np.testing.assert_allclose(np.cross(ahead, up), right, atol=1e-12)
    place = 7e4 * (found["cos_elevation"] * ahead + found["sin_elevation"] * up)
    np.testing.assert_allclose(place, TILTED.T @ naive.to_local(7e4, 2.1, 0.2), atol=1e-6)
    np.testing.assert_allclose([found["x"] - 2e3, found["y"] - 5e3], place[:2], atol=1e-6)


def test_noise_density_sums_to_one_plot():
    """The density of one plot of noise, integrated over the radar's volume, gives one plot."""
    site = radar(false_plots=7.0, elevation_min_rad=0.0, elevation_max_rad=1.0, range_min_m=1e3)
    r, e = np.meshgrid(np.linspace(1e3, 400e3, 400), np.linspace(0.0, 1.0, 50), indexing="ij")
    density = np.array(
        [
            [seen(site, (a, 0.0, b))["noise_density"] for a, b in zip(x, y, strict=True)]
            for x, y in zip(r[::20], e[::20], strict=True)
        ]
    )
    volume = 2 * np.pi * r[::20] ** 2 * np.cos(e[::20])
    total = (density * volume).mean() * 399e3 * 1.0
    assert total == pytest.approx(1.0, rel=1e-6)


def test_prior_height_follows_the_round_earth():
    """The elevation a radar without elevation assumes leads to the prior height above the sea."""
    site = radar(height_m=800.0, z_m=0.0)
    for range_m in (20e3, 100e3, 300e3):
        sine = kernels.prior_sine(800.0, range_m)
        assert sine == pytest.approx(np.sin(naive.height_elevation(800.0, range_m)), abs=1e-9)
        at = naive.to_local(range_m, 0.7, np.arcsin(sine))
        assert kernels.height_above_sea(site[0], *at) == pytest.approx(kernels.PRIOR_HEIGHT_M, abs=0.5)
    assert kernels.prior_sine(800.0, 100.0) == kernels.SLANT_LIMIT


def test_coverage_is_range_sector_and_elevation():
    """A point is covered inside all three limits and outside none."""
    site = radar(heading_rad=np.pi / 2, half_sector_rad=np.pi / 4, range_min_m=5e3, range_max_m=1e5)[0]
    inside = {"ahead": (5e4, 0.0, 1e3), "edge": (5e4, 4.9e4, 1e3)}
    outside = {
        "behind": (-5e4, 0.0, 1e3),
        "near": (3e3, 0.0, 0.0),
        "far": (1.1e5, 0.0, 1e3),
        "below": (5e4, 0.0, -9e3),
        "above": (1e3, 0.0, 5e4),
        "beside": (5e4, 5.1e4, 1e3),
    }
    assert all(kernels.covers(site, *at) for at in inside.values())
    assert not any(kernels.covers(site, *at) for at in outside.values())
    assert kernels.covers(radar()[0], -5e4, -1.0, 1e3)


def test_reported_height_becomes_elevation():
    """Height above the sea and slant range give the elevation over a round Earth, with its variance."""
    site, one = radar(height_m=300.0), np.zeros(1, PLOT)[0]
    one["range_m"], one["azimuth_rad"], one["range_sigma_m"], one["azimuth_sigma_rad"] = 1.5e5, 1.0, 50.0, 0.003
    one["height_m"], one["height_sigma_m"], one["doppler_m_s"], one["doppler_sigma_m_s"] = 9000.0, 40.0, -120.0, 2.0
    found = np.zeros(1, kernels.SIGHT)[0]
    kernels.take(one, site[0], found)
    elevation = naive.height_elevation(300.0, 1.5e5, 9000.0)
    assert found["sin_elevation"] == pytest.approx(np.sin(elevation), abs=1e-9)
    assert found["elevation_var"] == pytest.approx((40.0 / (1.5e5 * np.cos(elevation))) ** 2)
    assert (found["doppler_m_s"], found["doppler_var"]) == (-120.0, 4.0)
    assert kernels.height_sine(300.0, 1.5e5, 9000.0) == pytest.approx(np.sin(elevation), abs=1e-9)
    one["height_sigma_m"] = 0.0
    dense = found["noise_density"]
    kernels.take(one, site[0], found)
    assert found["elevation_var"] == 0.0
    assert dense == pytest.approx(found["noise_density"] * np.cos(elevation) / kernels.HEIGHT_LIMIT_M, rel=1e-3)


def test_conversion_has_the_moments_of_the_noise():
    """Mean and covariance of a converted measurement are those of a million noisy conversions, at 10 degrees too."""
    site = radar(x_m=2e3, y_m=5e3, z_m=90.0, to_local=TILTED)
    found, rng = seen(site, (3e4, 2.1, 0.3), (80.0, 0.17, 0.08)), np.random.default_rng(7)
    r, a, e = (rng.normal(size=1_000_000) * s + m for s, m in ((80.0, 3e4), (0.17, 2.1), (0.08, 0.3)))
    cloud = naive.to_local(r, a, e).T @ TILTED + [2e3, 5e3, 90.0]
    mean, (xx, xy, xz, yy, yz, zz) = kernels.converted(found)
    covariance = np.array([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]])
    np.testing.assert_allclose(mean, cloud.mean(0), atol=30.0)
    np.testing.assert_allclose(covariance, np.cov(cloud.T), rtol=0.02, atol=3e4)
    rows, place, over, noise, _ = kernels.principal(found)
    rows = np.array(rows)
    np.testing.assert_allclose(rows @ rows.T, np.eye(3), atol=1e-12)
    np.testing.assert_allclose(rows.T @ np.diag(noise[:3]) @ rows, covariance, rtol=1e-9, atol=1e-3)
    np.testing.assert_allclose(place, mean)
    assert over == (0.0, 0.0, 0.0)
    assert kernels.spread_locally(found)[0] < 3e4 * np.cos(0.3)
