"""Gas loss: published figures, limits, and the closed form against the lines along a refracted ray."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from farwatch.detect import gas
from farwatch.detect.gas import path_in_air_m, scaled_erfc
from farwatch.detect.horizon import EFFECTIVE_RADIUS_M, range_at_height
from farwatch.errors import RangeError
from naive import propagation as naive

ELEVATIONS = np.array([0.0, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 45.0, 90.0])


@pytest.mark.validation
@pytest.mark.parametrize(
    ("ghz", "oxygen_db_km", "vapour_db_km"),
    [(3, 0.007076, 0.000463), (12, 0.008698, 0.009535), (22, 0.01313, 0.174207), (77, 0.097526, 0.250518)],
)
def test_specific_attenuation_is_the_published_one(ghz, oxygen_db_km, vapour_db_km):
    """ITU-R Study Group 3 examples for P.676-12: 1013.25 hPa of dry air, 7.5 g/m3 of vapour, 288.15 K."""
    parts = gas.of_density(ghz * 1e9, 1013.25, 7.5, 288.15)
    assert [float(p) for p in parts] == pytest.approx([oxygen_db_km, vapour_db_km], rel=1e-3)


@pytest.mark.validation
@pytest.mark.parametrize(
    ("ghz", "elevation_deg", "top_m", "loss_db"),
    [(3, 0.5, 100e3, 1.47987), (10, 5, 20e3, 0.554142), (10, 1, 5e3, 1.424485), (35, 45, 100e3, 0.393237)],
)
def test_slant_attenuation_is_that_of_another_program(ghz, elevation_deg, top_m, loss_db):
    """NTIA's reference program for P.528, which traces P.676 rays through the mean air of P.835."""
    assert gas.slant_attenuation(ghz * 1e9, elevation_deg, 0.0, top_m) == pytest.approx(loss_db, rel=1e-4)


def test_a_ray_is_the_sum_of_its_pieces():
    """A ray that dips and climbs again loses what its two climbs lose; way out and way back lose the same."""
    up = float(gas.slant_attenuation(10e9, 30.0, 0.0, 8000.0))
    assert 0 < float(gas.slant_attenuation(10e9, 30.0, 0.0, 1000.0)) < up
    dips, level = (float(gas.slant_attenuation(10e9, e, 3000.0, 9000.0)) for e in (-1.0, 0.0))
    assert 1.5 * level < dips < 4.0 * level
    down = float(gas.slant_attenuation(10e9, -30.0, 8000.0, 0.0))
    assert down == pytest.approx(up, rel=5e-3)  # 0.1 degree steeper at the ground
    both = gas.slant_attenuation([3e9, 10e9], [[1.0], [5.0]])
    assert both.shape == (2, 2)
    assert both[1, 1] == pytest.approx(float(gas.slant_attenuation(10e9, 5.0)))


def test_rays_that_never_arrive_are_flagged():
    """A ray aimed up never meets a lower target; one aimed down into the ground no higher one."""
    assert np.isnan(gas.slant_attenuation(10e9, 1.0, 5000.0, 1000.0))
    assert np.isnan(gas.slant_attenuation(10e9, -20.0, 5000.0, 9000.0))
    assert np.isnan(gas.slant_attenuation(10e9, -0.1, 5000.0, 1000.0))
    assert gas.slant_attenuation(10e9, 2.0, 5000.0, 5000.0) == 0.0


def test_refuses_outside_its_range():
    """Frequencies, heights and elevations that the recommendation does not know."""
    for call in (
        lambda: gas.specific_attenuation(0.9e9, 1013.0, 10.0, 288.0),
        lambda: gas.slant_attenuation(1001e9, 10.0),
        lambda: gas.slant_attenuation(10e9, 91.0),
        lambda: gas.slant_attenuation(10e9, 10.0, -100.0, 1000.0),
        lambda: gas.gas_of(60e9),
        lambda: gas.gas_of(10e6),
    ):
        with pytest.raises(RangeError):
            call()


@given(
    range_km=st.floats(0.001, 1000.0), antenna_m=st.floats(0.0, 3000.0), sine=st.floats(-0.02, 1.0),
    scale_m=st.floats(1000.0, 10000.0),
)
@settings(max_examples=80, deadline=None, derandomize=True)
def test_path_in_air_is_what_walking_along_it_finds(range_km, antenna_m, sine, scale_m):
    """Closed form against quadrature, for rays that stay above the ground or dip below it a little."""
    range_m = range_km * 1e3
    dip_m = antenna_m - 0.5 * EFFECTIVE_RADIUS_M * min(sine, 0.0) ** 2
    got = path_in_air_m(range_m, antenna_m, sine, scale_m)
    if dip_m > gas.DEEPEST_M:
        assert got == pytest.approx(naive.air_path(range_m, antenna_m, sine, scale_m), rel=1e-8)
    assert 0.0 < got <= range_m * math.exp(-gas.DEEPEST_M / scale_m) * (1 + 1e-12)


def test_path_in_air_has_its_limits():
    """No range, no path; straight up one scale height; into the ground finite; longer never less."""
    assert path_in_air_m(0.0, 20.0, 0.0, 2000.0) == 0.0
    assert path_in_air_m(1e6, 0.0, 1.0, 2000.0) == pytest.approx(2000.0, rel=1e-3)
    assert math.isfinite(path_in_air_m(500e3, 3000.0, -1.0, 1000.0))
    ranges = np.linspace(1e3, 1e6, 500)
    for sine in (-0.01, 0.0, 0.3):
        assert np.all(np.diff(gas.path_in_air(ranges, 1000.0, sine, 5000.0)) >= 0.0)


def test_scaled_erfc_is_smooth_where_it_changes_form():
    """Both forms meet at 8, and the far limit is 1 / (x sqrt(pi))."""
    special = pytest.importorskip("scipy.special")
    for x in (0.0, 0.3, 2.0, 7.9999999, 8.0, 9.0, 40.0, 1e4):
        assert scaled_erfc(x) == pytest.approx(special.erfcx(x), rel=2e-12)


@pytest.mark.parametrize(
    ("ghz", "share"), [(1.0, 0.08), (1.3, 0.065), (3.0, 0.045), (5.5, 0.04), (10.0, 0.04), (16.0, 0.04), (20.0, 0.04)]
)
def test_closed_form_stays_near_the_lines(ghz, share):
    """Loss of an echo by the closed form against the lines along a refracted ray: what the model page states."""
    air = gas.gas_of(ghz * 1e9)
    for antenna_m in (0.0, 20.0, 500.0):
        for target_m in (1000.0, 5000.0, 10e3, 30e3, 90e3):
            lines = 2.0 * gas.slant_attenuation(ghz * 1e9, ELEVATIONS, antenna_m, target_m)
            reach = range_at_height(target_m, ELEVATIONS, antenna_m)
            sine = (target_m - antenna_m - reach**2 / (2 * EFFECTIVE_RADIUS_M)) / reach
            ours = gas.two_way_loss(air, reach, antenna_m, sine)
            assert np.abs(ours / lines - 1.0).max() < share


def test_closed_form_grows_with_range_and_frequency():
    """Longer is never cheaper; X band costs more than S band."""
    s_band, x_band = gas.gas_of(3e9), gas.gas_of(10e9)
    ranges = np.linspace(1e3, 400e3, 50)
    assert np.all(np.diff(gas.two_way_loss(s_band, ranges, 20.0, 0.01)) > 0)
    assert np.all(gas.two_way_loss(x_band, ranges, 20.0, 0.01) > gas.two_way_loss(s_band, ranges, 20.0, 0.01))
    assert 1.0 < gas.two_way_loss(s_band, 200e3, 20.0, 0.0) < 4.0
