"""Cloud and fog: loss in small drops of liquid water, and along a layer of it.

Source: [p840] Recommendation ITU-R P.840-8 (2019), sections 1 and 2: Rayleigh scattering by drops below 0.01 mm,
with the permittivity of water by two relaxations. Holds to 200 GHz. See `docs/models/gas-and-cloud.md`.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from farwatch.detect.horizon import EFFECTIVE_RADIUS_M
from farwatch.errors import RangeError

Floats = NDArray[np.float64]

TOP_HZ = 200e9
COLDEST_K, WARMEST_K = 233.15, 323.15


def specific_attenuation(
    frequency_hz: ArrayLike, liquid_g_m3: ArrayLike, temperature_k: ArrayLike = 273.15
) -> Floats:
    """One-way loss, dB/km, in cloud or fog that holds so much liquid water; the arguments broadcast.

    Medium fog holds 0.05 g/m3 (sight of 300 m), thick fog 0.5 g/m3 (50 m), cloud 0.1 to 1 g/m3. RangeError above
    200 GHz, at temperatures outside -40 to 50 °C, and for negative water.
    """
    liquid = np.asarray(liquid_g_m3, np.float64)
    if not np.all(liquid >= 0.0):
        raise RangeError("the liquid water of a cloud is not negative")
    return np.asarray(liquid * coefficient(frequency_hz, temperature_k))


def coefficient(frequency_hz: ArrayLike, temperature_k: ArrayLike = 273.15) -> Floats:
    """Loss per liquid water, (dB/km)/(g/m3) [p840, section 2]; RangeError as above."""
    ghz = np.asarray(frequency_hz, np.float64) / 1e9
    real, imaginary = permittivity(frequency_hz, temperature_k)
    eta = (2.0 + real) / imaginary
    return np.asarray(0.819 * ghz / (imaginary * (1.0 + eta**2)))


def permittivity(frequency_hz: ArrayLike, temperature_k: ArrayLike = 273.15) -> tuple[Floats, Floats]:
    """Real and imaginary part of the relative permittivity of water [p840, section 2]; RangeError as above."""
    ghz, temperature = np.asarray(frequency_hz, np.float64) / 1e9, np.asarray(temperature_k, np.float64)
    if not np.all((ghz > 0.0) & (ghz <= TOP_HZ / 1e9)):
        raise RangeError("ITU-R P.840-8 holds for small drops up to 200 GHz")
    if not np.all((temperature >= COLDEST_K) & (temperature <= WARMEST_K)):
        raise RangeError("liquid cloud water is taken from -40 to 50 °C")
    away = 300.0 / temperature - 1.0
    e0 = 77.66 + 103.3 * away
    e1, e2 = 0.0671 * e0, 3.52
    relaxation_ghz = 20.20 - 146.0 * away + 316.0 * away**2
    slow, fast = ghz / relaxation_ghz, ghz / (39.8 * relaxation_ghz)
    real = (e0 - e1) / (1.0 + slow**2) + (e1 - e2) / (1.0 + fast**2) + e2
    imaginary = slow * (e0 - e1) / (1.0 + slow**2) + fast * (e1 - e2) / (1.0 + fast**2)
    return np.asarray(real), np.asarray(imaginary)


def path_in_layer(
    range_m: ArrayLike, elevation_deg: ArrayLike, antenna_m: ArrayLike, base_m: float, top_m: float
) -> Floats:
    """Length of a ray that lies between the base and the top of a layer, m, over the effective earth.

    `range_m` is where the ray ends, `elevation_deg` that at which it leaves, `antenna_m` its height above sea level;
    they broadcast. RangeError for a layer whose top is not above its base.
    """
    if not base_m < top_m:
        raise RangeError("the top of a layer lies above its base")
    reach, elevation, antenna = np.broadcast_arrays(
        *(np.asarray(a, np.float64) for a in (range_m, elevation_deg, antenna_m))
    )
    below_top, below_base = (_path_below(reach, elevation, antenna, height) for height in (top_m, base_m))
    return below_top - below_base


def _path_below(reach: Floats, elevation: Floats, antenna: Floats, height_m: float) -> Floats:
    """Length of a ray that lies below a height, m."""
    sine = np.sin(np.radians(elevation))
    centre = EFFECTIVE_RADIUS_M + antenna
    lift = (height_m - antenna) * (2.0 * EFFECTIVE_RADIUS_M + height_m + antenna)
    square = (centre * sine) ** 2 + lift
    root = np.sqrt(np.maximum(square, 0.0))
    enters, leaves = -centre * sine - root, -centre * sine + root
    inside = np.clip(leaves, 0.0, reach) - np.clip(enters, 0.0, reach)
    return np.where(square > 0.0, inside, 0.0)
