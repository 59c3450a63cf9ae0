"""Echoes of ground, sea and rain, against sums over patches and published values."""

from math import radians, tan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farwatch.detect import clutter
from farwatch.detect.clutter import grazing_rad, rain_clutter_m2, surface_clutter_m2
from farwatch.errors import InputError, RangeError
from naive import radar_physics as naive


@given(st.floats(2, 2000), st.floats(0.05, 1.3))
def test_grazing_angle_is_that_of_the_triangle(antenna_m, share):
    """The short formula equals the triangle with the earth's centre, out to beyond the horizon."""
    range_m = antenna_m + share * np.sqrt(2 * naive.EFFECTIVE_M * antenna_m)
    assert np.degrees(grazing_rad(antenna_m, range_m)) == pytest.approx(naive.grazing_deg(antenna_m, range_m), abs=1e-6)


def test_grazing_vanishes_at_the_horizon():
    """A ray to the horizon touches the ground."""
    assert grazing_rad(30.0, np.sqrt(2 * naive.EFFECTIVE_M * 30.0)) == pytest.approx(0.0, abs=1e-6)
    assert grazing_rad(30.0, 100e3) < 0.0


@pytest.mark.parametrize("grazing_deg", [0.1, 1.0, 10.0, 45.0])
def test_ground_is_the_sum_of_its_patches(grazing_deg):
    """Cross-section per area times the cell."""
    angle, cell = radians(grazing_deg), (0.02, 150.0, 0.03)
    assert surface_clutter_m2(10e3, tan(angle), *cell) == pytest.approx(naive.ground_echo(10e3, angle, *cell), rel=1e-9)


def test_ground_ends_at_the_horizon_and_stops_at_sixty():
    """No echo from ground that is not lit; steeper than 60 degrees the value of 60."""
    assert surface_clutter_m2(10e3, -0.01, 0.02, 150.0, 0.03) == 0.0
    assert surface_clutter_m2(10e3, 0.0, 0.02, 150.0, 0.03) == 0.0
    steep, sixty = (surface_clutter_m2(10e3, tan(radians(a)), 0.02, 150.0, 0.03) for a in (80.0, 60.0))
    assert steep == sixty


def test_rain_fills_a_gaussian_beam():
    """The volume is that under the two-way pattern, but no taller than the rain."""
    given_ = (20e3, 0.02, 0.03, 150.0, 1e-8)
    assert rain_clutter_m2(*given_) == pytest.approx(naive.rain_echo(*given_), rel=1e-6)
    far, farther = (rain_clutter_m2(r, 0.02, 0.3, 150.0, 1e-8) for r in (100e3, 200e3))
    assert farther == pytest.approx(2 * far)


@pytest.mark.validation
def test_rain_reflectivity():
    """Skolnik, 3rd ed., 7.6: eta = 7e-12 f⁴ r^1.6 (GHz, mm/h, 1/m) holds within 10 %."""
    ours = clutter.rain_reflectivity_per_m([1.0, 4.0, 16.0], 3e9)
    assert ours == pytest.approx(7e-12 * 3.0**4 * np.array([1.0, 4.0, 16.0]) ** 1.6, rel=0.1)
    assert clutter.rain_reflectivity_per_m(4.0, 3e9, 20.0) == pytest.approx(ours[1] / 100)


@pytest.mark.validation
def test_sea_reflectivity_of_a_published_example():
    """Sea state 2, 10 degrees, 30 GHz, horizontal: 2.1555e-4 (MathWorks, seareflectivity)."""
    assert 10 ** (float(clutter.sigma0_sea_db(10.0, 30e9, 2.0)) / 10) == pytest.approx(2.1555e-4, rel=1e-4)


@given(st.floats(0.1, 59), st.floats(0.5, 35), st.floats(0, 5), st.sampled_from("HV"))
def test_rougher_seas_shine_more(grazing_deg, ghz, state, polarisation):
    """Clutter rises with sea state."""
    calm, rough = clutter.sigma0_sea_db(grazing_deg, ghz * 1e9, [state, state + 1.0], polarisation)
    assert rough > calm


def test_land_by_kind():
    """Typical gamma by name; a misspelt kind names the nearest; land and gamma invert each other."""
    assert clutter.gamma_of("farmland") == pytest.approx(10**-1.5)
    assert list(clutter.GAMMA_DB.values()) == sorted(clutter.GAMMA_DB.values())
    with pytest.raises(InputError, match="did you mean farmland"):
        clutter.gamma_of("farmlan")
    sigma0_db = clutter.sigma0_land_db(5.0, 0.1)
    assert clutter.gamma_of_sigma0(sigma0_db, 5.0) == pytest.approx(0.1)
    assert clutter.signal_to_clutter_db(1.0, 100.0, 30.0) == pytest.approx(10.0)


def test_out_of_range_is_refused():
    """Steep land, a glassy grazing angle, a hurricane, millimetre waves, a third polarisation, negative rain."""
    for call in (
        lambda: clutter.sigma0_land_db(0.0, 0.1), lambda: clutter.sigma0_land_db(61.0, 0.1),
        lambda: clutter.sigma0_sea_db(0.05, 3e9, 3), lambda: clutter.sigma0_sea_db(1.0, 3e9, 7),
        lambda: clutter.sigma0_sea_db(1.0, 0.4e9, 3), lambda: clutter.rain_reflectivity_per_m(4.0, 94e9),
        lambda: clutter.rain_reflectivity_per_m(-1.0, 3e9),
    ):
        with pytest.raises(RangeError):
            call()
    with pytest.raises(InputError, match="circular lies between"):
        clutter.sigma0_sea_db(1.0, 3e9, 3, "C")
