"""Ballistic arcs against published rows, numerical flight and conservation laws."""

import json

import numpy as np
import pytest

from farwatch.errors import RangeError
from farwatch.world.ballistic import Sphere, arc_from, arc_over, arc_over_flat_ground
from naive import world as naive


@pytest.mark.validation
def test_published_arcs(shared):
    """Minimum-energy arcs, and arcs from burn-out speed and elevation, meet the staged rows."""
    rows = json.loads((shared / "validation" / "E_engagement.json").read_text())
    rows = [row for row in rows if row["id"].startswith("E.BAL")]
    assert len(rows) >= 9
    for row in rows:
        given = row["inputs"]
        sphere = Sphere(radius_m=given.get("earth_radius_m", 6371e3), mu_m3_s2=given.get("mu_m3_s2", 3.986004418e14))
        if "ground_range_m" in given:
            arc = arc_over(given["ground_range_m"], sphere=sphere)
            ours = [arc.speed_m_s, arc.elevation_deg, arc.apogee_m, arc.time_s]
        else:
            arc = arc_from(given["speed_m_s"], given["elevation_deg"], sphere)
            ours = [arc.range_m, arc.apogee_m, arc.time_s]
        np.testing.assert_allclose(ours, row["expected"], rtol=row["rel_tol"], err_msg=row["id"])


@pytest.mark.parametrize(("speed_m_s", "elevation_deg"), [(1500.0, 45.0), (4000.0, 30.0), (6800.0, 60.0)])
def test_agrees_with_numerical_flight(speed_m_s, elevation_deg):
    """Closed form and small steps of the equations of motion end in the same place at the same time."""
    arc = arc_from(speed_m_s, elevation_deg)
    flown = naive.flown_arc(speed_m_s, elevation_deg, arc.sphere)
    np.testing.assert_allclose([arc.range_m, arc.apogee_m, arc.time_s], flown, rtol=1e-4)


def test_energy_and_angular_momentum_are_kept():
    """Along an arc neither specific energy nor angular momentum changes."""
    arc = arc_over(900e3)
    at_s = np.linspace(1.0, arc.time_s - 1.0, 200)
    (x0, h0), (x1, h1) = arc.at(at_s - 1e-2), arc.at(at_s + 1e-2)
    along_m, height_m = arc.at(at_s)
    radius_m = arc.sphere.radius_m + height_m
    around_m_s = radius_m * (x1 - x0) / arc.sphere.radius_m / 2e-2
    up_m_s = (h1 - h0) / 2e-2
    energy = (around_m_s**2 + up_m_s**2) / 2 - arc.sphere.mu_m3_s2 / radius_m
    np.testing.assert_allclose(energy, energy[0], rtol=1e-7)
    np.testing.assert_allclose(radius_m * around_m_s, radius_m[0] * around_m_s[0], rtol=1e-7)
    assert np.all(np.diff(along_m) > 0)


def test_a_given_speed_takes_the_flatter_arc():
    """More speed than needed gives a flatter arc over the same ground; the ends stay."""
    least, fast = arc_over(600e3), arc_over(600e3, 2600.0)
    assert fast.range_m == pytest.approx(600e3)
    assert fast.elevation_deg < least.elevation_deg
    assert fast.time_s < least.time_s
    np.testing.assert_allclose(np.array(fast.at([0.0, fast.time_s])), [[0, 600e3], [0, 0]], atol=1e-3)


@pytest.mark.parametrize(("range_m", "speed_m_s"), [(0.0, None), (21e6, None), (1e6, 1000.0), (1e6, 12e3)])
def test_impossible_arcs_are_refused(range_m, speed_m_s):
    """No range, more than half the globe, too slow, or never coming down: a RangeError says so."""
    with pytest.raises(RangeError):
        arc_over(range_m, speed_m_s)


@pytest.mark.validation
def test_published_parabolas(shared):
    """Arcs over flat ground meet the staged rows."""
    rows = json.loads((shared / "validation" / "E_engagement.json").read_text())
    rows = [row for row in rows if row["id"].startswith("E.FLAT")]
    assert rows
    for row in rows:
        np.testing.assert_allclose(arc_over_flat_ground(**row["inputs"]), row["expected"], rtol=row["rel_tol"])


def test_a_short_arc_is_a_parabola():
    """With gravity as on the sphere's ground, ten kilometres of ellipse are a parabola to a thousandth."""
    arc = arc_from(300.0, 40.0)
    flat = arc_over_flat_ground(300.0, 40.0, arc.sphere.mu_m3_s2 / arc.sphere.radius_m**2)
    np.testing.assert_allclose(flat, [arc.range_m, arc.apogee_m, arc.time_s], rtol=2e-3)


def test_a_parabola_from_a_negative_speed_is_refused():
    """Nothing flies at less than no speed, or into the ground."""
    with pytest.raises(RangeError, match="no arc"):
        arc_over_flat_ground(-1.0, 40.0)
    with pytest.raises(RangeError, match="no arc"):
        arc_over_flat_ground(100.0, -5.0)
    assert arc_over_flat_ground(100.0, 90.0).range_m == pytest.approx(0.0, abs=1e-9)
