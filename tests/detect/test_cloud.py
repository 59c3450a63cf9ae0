"""Cloud and fog: published figures, limits, and the part of a ray in a layer by walking along it."""

import numpy as np
import pytest

from farwatch.detect import cloud
from farwatch.detect.horizon import height_at_range
from farwatch.errors import RangeError


@pytest.mark.validation
@pytest.mark.parametrize(
    ("ghz", "kelvin", "per_water"),
    [(10, 273.15, 0.0925503822), (35, 250.0, 1.5190233012), (94, 293.15, 3.7798390811), (200, 273.15, 9.8211745055)],
)
def test_coefficient_is_that_of_another_program(ghz, kelvin, per_water):
    """ITU-Rpy 0.4.0, P.840-8."""
    assert float(cloud.coefficient(1e9 * ghz, kelvin)) == pytest.approx(per_water, rel=1e-9)


def test_water_of_the_table():
    """Water at 20 °C stands near its static permittivity at low frequency, and loses with the square of frequency."""
    real, imaginary = cloud.permittivity(0.1e9, 293.15)
    assert float(real) == pytest.approx(80.0, abs=1.0)
    assert float(imaginary) < 1.0
    assert cloud.specific_attenuation(6e9, 0.5) / cloud.specific_attenuation(3e9, 0.5) == pytest.approx(4.0, rel=0.01)
    assert cloud.specific_attenuation(10e9, 0.0) == 0.0
    assert cloud.specific_attenuation(3e9, 0.3) < 0.003


@pytest.mark.parametrize("elevation_deg", [-3.0, -0.4, 0.0, 0.7, 5.0, 60.0])
@pytest.mark.parametrize("antenna_m", [20.0, 1500.0, 4000.0])
def test_path_in_a_layer_is_what_walking_finds(elevation_deg, antenna_m):
    """Steps of 5 m along the ray, in the layer from 1 to 3 km."""
    steps = np.arange(2.5, 300e3, 5.0)
    heights = height_at_range(steps, elevation_deg, antenna_m)
    walked = 5.0 * np.count_nonzero((heights >= 1000.0) & (heights < 3000.0))
    assert cloud.path_in_layer(300e3, elevation_deg, antenna_m, 1000.0, 3000.0) == pytest.approx(walked, abs=11.0)


def test_refuses_outside_its_range():
    """Frequencies, temperatures, water and layers that the model does not know."""
    for call in (
        lambda: cloud.coefficient(201e9), lambda: cloud.coefficient(0.0), lambda: cloud.coefficient(1e9, 400.0),
        lambda: cloud.specific_attenuation(1e9, -0.1), lambda: cloud.path_in_layer(1e3, 0.0, 0.0, 2e3, 1e3),
    ):
        with pytest.raises(RangeError):
            call()
