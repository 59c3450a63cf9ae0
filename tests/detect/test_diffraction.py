"""Diffraction: published figures, Cornu's integral, limits, and a profile against its own special cases."""

from dataclasses import replace

import numpy as np
import pytest

from farwatch.detect import diffraction
from farwatch.detect.diffraction import (
    LAND,
    SEA,
    Surface,
    edge_parameter,
    first_term,
    fresnel_radius,
    knife_edge,
    knife_edge_rule,
    line_of_sight,
    path_loss,
    smooth_earth,
)
from farwatch.errors import RangeError
from naive import propagation as naive

WAVE_M = 299792458.0 / 3e9


def test_one_edge_is_cornus_integral():
    """The loss behind one edge against adding up the integral; 6 dB at grazing; the rule stays near."""
    for nu in (-2.5, -0.6, 0.0, 0.7, 3.0):
        assert float(knife_edge(nu)) == pytest.approx(naive.knife_edge(nu), abs=1e-8)
    assert float(knife_edge(0.0)) == pytest.approx(20 * np.log10(2.0))
    nu = np.linspace(-0.7, 6.0, 200)
    assert np.abs(knife_edge(nu) - knife_edge_rule(nu)).max() < 0.13
    assert np.all(np.diff(knife_edge_rule(nu)) > 0)
    assert knife_edge_rule(-0.8) == 0.0


def test_zones_and_parameter_belong_together():
    """An edge in the first zone's radius below the ray has a nu of -sqrt(2)."""
    radius_m = fresnel_radius(4e3, 9e3, 3e9)
    assert edge_parameter(-radius_m, 4e3, 9e3, 3e9) == pytest.approx(-np.sqrt(2.0))
    assert fresnel_radius(4e3, 9e3, 3e9, zone=4) == pytest.approx(2.0 * radius_m)


@pytest.mark.validation
@pytest.mark.parametrize(
    ("distance_m", "ghz", "polarisation", "radius_km", "loss_db"),
    [
        (100e3, 2.0, "V", 8735.511968, 99.60559847), (100e3, 0.25, "V", 8735.511968, 70.36696319),
        (1000e3, 2.0, "V", 8778.763916, 1115.245271), (1000e3, 0.1, "V", 8778.763916, 434.866916),
    ],
)
def test_smooth_earth_is_that_of_another_program(distance_m, ghz, polarisation, radius_km, loss_db):
    """Validation examples of ITU-R P.452 (eeveetza/Py452), flat land, both antennas at 10 m."""
    ground = Surface(polarisation=polarisation, radius_m=1e3 * radius_km)
    assert float(smooth_earth(distance_m, 1e9 * ghz, 10.0, 10.0, ground)) == pytest.approx(loss_db, abs=1e-6)


@pytest.mark.validation
@pytest.mark.parametrize(("ghz", "loss_db"), [(0.1, 20.02432081), (0.25, 12.69951778), (0.5, 7.30775532),
                                              (0.75, 4.11082622), (1.0, 1.75163653), (2.0, 0.0)])
def test_between_sight_and_horizon(ghz, loss_db):
    """The same examples, 5 km of flat land, where part of the first zone is blocked; effective radius 8738.2 km."""
    ground = Surface(polarisation="V", radius_m=8738.167287e3)
    got = float(smooth_earth(5e3, 1e9 * ghz, 10.0, 10.0, ground))
    assert got == pytest.approx(loss_db, abs=1e-3)


def test_loss_is_one_curve_in_distance():
    """Nothing near, then growing without a step at the horizon; the same from either end; V and H differ over sea."""
    distance = np.linspace(1e3, 120e3, 2000)
    for surface in (LAND, SEA, replace(SEA, polarisation="V")):
        for hertz in (150e6, 3e9):
            loss = smooth_earth(distance, hertz, 20.0, 100.0, surface)
            assert np.all(loss >= 0.0)
            assert np.all(np.diff(loss) > -1e-9)
            assert np.diff(loss).max() < 1.0
            assert loss == pytest.approx(smooth_earth(distance, hertz, 100.0, 20.0, surface), abs=1e-6)
    assert smooth_earth(5e3, 3e9, 50.0, 100.0) == 0.0
    horizontal, vertical = (float(smooth_earth(60e3, 50e6, 5.0, 5.0, replace(SEA, polarisation=p))) for p in "HV")
    assert vertical < horizontal - 10.0


def test_first_term_is_the_far_end():
    """Beyond the horizon both are the same figure, antennas on the ground included; within it the term refuses."""
    reach = float(line_of_sight(20.0, 100.0))
    for height_m in (0.0, 20.0):
        ours = first_term(reach + 5e3, 3e9, height_m, 100.0)
        assert np.isfinite(ours)
        assert ours == smooth_earth(reach + 5e3, 3e9, height_m, 100.0)
    with pytest.raises(RangeError):
        first_term(reach - 1e3, 3e9, 20.0, 100.0)


def test_a_level_profile_is_a_smooth_earth():
    """Over flat ground the general method gives the smooth earth's loss."""
    at = np.linspace(0.0, 80e3, 161)
    for hertz in (200e6, 3e9):
        level = path_loss(at, np.full(161, 120.0), 140.0, 170.0, hertz)
        assert level == pytest.approx(float(smooth_earth(80e3, hertz, 20.0, 50.0)), abs=0.05)


def test_one_ridge_is_one_edge():
    """A single high ridge on a short path costs the edge and Bullington's correction of up to 10 dB and a little."""
    at = np.linspace(0.0, 20e3, 201)
    ground = np.zeros(201)
    ground[80] = 400.0
    loss = path_loss(at, ground, 20.0, 30.0, 3e9)
    above = 400.0 + 8e3 * 12e3 / (2 * LAND.radius_m) - (20.0 * 12e3 + 30.0 * 8e3) / 20e3
    edge = float(knife_edge(edge_parameter(above, 8e3, 12e3, 3e9)))
    assert edge < loss < edge + 11.5
    assert path_loss(at, ground, 20.0, 3000.0, 3e9) == 0.0
    assert path_loss(at, ground, 20.0, 30.0, 300e6) < loss


def test_two_ridges_meet_in_the_air():
    """Two ridges out of sight of each other act as the one edge where their horizon rays meet."""
    at = np.linspace(0.0, 40e3, 401)
    ground = np.zeros(401)
    ground[100], ground[300] = 300.0, 250.0
    two = path_loss(at, ground, 10.0, 10.0, 1e9)
    ground[300] = 0.0
    assert two > path_loss(at, ground, 10.0, 10.0, 1e9) + 3.0


def test_refuses_what_is_no_path():
    """Frequencies below 10 MHz, ends under their ground, ranges that do not rise, surfaces that do not exist."""
    at, ground = np.linspace(0.0, 1e4, 5), np.zeros(5)
    for call in (
        lambda: smooth_earth(1e4, 9e6, 1.0, 1.0), lambda: smooth_earth(0.0, 1e9, 1.0, 1.0),
        lambda: smooth_earth(1e4, 1e9, -1.0, 1.0), lambda: path_loss(at, ground, -1.0, 5.0, 1e9),
        lambda: path_loss(at[::-1], ground, 1.0, 5.0, 1e9), lambda: path_loss(at[:2], ground[:2], 1.0, 5.0, 1e9),
        lambda: Surface(polarisation="C"), lambda: Surface(permittivity_ratio=0.5),
        lambda: diffraction.path_loss(at, ground, 1.0, 5.0, 1e6),
    ):
        with pytest.raises(RangeError):
            call()
