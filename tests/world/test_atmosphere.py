"""Still air: published tables, the hydrostatic equation by quadrature, and the edges of each standard."""

import numpy as np
import pytest

from farwatch.errors import RangeError
from farwatch.world import atmosphere
from farwatch.world.atmosphere import geometric_m, geopotential_m, reference, refractivity, standard
from naive import propagation as naive


@pytest.mark.validation
@pytest.mark.parametrize(
    ("height_m", "temperature_k", "pressure_pa", "density", "sound_m_s"),
    [
        (-2000, 301.154, 1.2778e5, 1.4782, 347.89),
        (0, 288.150, 1.01325e5, 1.2250, 340.294),
        (10000, 223.252, 2.6500e4, 4.1351e-1, 299.532),
        (30000, 226.509, 1.1970e3, 1.8410e-2, 301.71),
        (60000, 247.021, 2.1959e1, 3.0968e-4, 315.07),
    ],
)
def test_standard_air_is_the_published_table(height_m, temperature_k, pressure_pa, density, sound_m_s):
    """Table I of the US Standard Atmosphere 1976, by geometric altitude."""
    found = [float(part) for part in standard(height_m)]
    assert found == pytest.approx([temperature_k, pressure_pa, density, sound_m_s], rel=5e-5)


@pytest.mark.parametrize("height_m", [-4800.0, 0.0, 7e3, 11.5e3, 25e3, 44e3, 49e3, 65e3, 85.9e3])
def test_standard_air_carries_itself(height_m):
    """Pressure is the weight of the air above: the layers' closed forms against quadrature."""
    temperature_k, pressure_pa = naive.us76(height_m)
    air = standard(height_m)
    assert float(air.temperature_k) == pytest.approx(temperature_k, rel=1e-9)
    assert float(air.pressure_pa) == pytest.approx(pressure_pa, rel=1e-9)


def test_pressure_falls_and_layers_join():
    """No step where layers meet."""
    heights = np.linspace(-5000.0, 86000.0, 4001)
    air = standard(heights)
    assert np.all(np.diff(air.pressure_pa) < 0)
    assert np.abs(np.diff(air.temperature_k)).max() < 0.2
    for base_m in (11e3, 20e3, 32e3, 47e3, 51e3, 71e3):
        joint = standard(geometric_m([base_m - 1e-3, base_m + 1e-3]))
        assert joint.pressure_pa[0] == pytest.approx(joint.pressure_pa[1], rel=1e-6)


def test_geopotential_and_geometric_are_inverse():
    """Below the geometric height, and back."""
    heights = np.array([-5000.0, 0.0, 20e3, 86e3])
    assert geometric_m(geopotential_m(heights)) == pytest.approx(heights, abs=1e-6)
    assert geopotential_m(86e3) == pytest.approx(84852.05, abs=0.01)


def test_reference_air_is_wet_below_and_thin_above():
    """P.835: 7.5 g/m3 at sea level, a floor of 2e-6 of the pressure aloft; both forms meet at 86 km."""
    air = reference([0.0, 2000.0, 60e3, 100e3])
    assert air.vapour_hpa[0] == pytest.approx(7.5 * 288.15 / 216.7)
    assert air.vapour_hpa[1] / air.temperature_k[1] == pytest.approx(
        np.exp(-1) * air.vapour_hpa[0] / air.temperature_k[0]
    )
    assert air.vapour_hpa[2:] == pytest.approx(2e-6 * air.dry_hpa[2:])
    assert np.all(np.diff(air.dry_hpa) < 0)
    low, high = reference(86000.0), reference(86000.001)
    assert float(low.dry_hpa) == pytest.approx(float(high.dry_hpa), rel=2e-3)
    assert float(reference(100e3).temperature_k) == pytest.approx(195.08, abs=0.01)


def test_refractivity_of_reference_air_is_near_the_mean_profile():
    """The two standards of ITU agree at the surface to 2 %, and fall alike to 6 %."""
    air = reference([0.0, 5000.0])
    n = refractivity(air.dry_hpa, air.vapour_hpa, air.temperature_k)
    assert n == pytest.approx(atmosphere.mean_refractivity([0.0, 5000.0]), rel=0.06)


def test_refuses_outside():
    """Neither standard goes on for ever."""
    for call in (lambda: standard(86001.0), lambda: standard([-5001.0]), lambda: reference(-1.0),
                 lambda: reference(100001.0), lambda: standard(np.nan)):
        with pytest.raises(RangeError):
            call()
