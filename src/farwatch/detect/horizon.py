"""Where a smooth earth hides: straight rays over an earth of effective radius.

Refraction near the ground is taken up by enlarging the earth's radius, by 4/3 in the standard atmosphere; heights
are above mean sea level and ground ranges are arcs along it. Holds for rays within a few degrees of the horizon, up
to about 10 km height; ducting is outside it. See `docs/models/horizon-and-terrain.md`.

Sources: [schelleng1933] Schelleng, Burrows, Ferrell, Proc. IRE 21 (effective earth); [doviak1993] Doviak and Zrnić,
"Doppler Radar and Weather Observations", eq. 2.28 (height and ground distance along a beam).
"""

from math import acos, cos, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from farwatch.compiled import kernel
from farwatch.world.earth import EFFECTIVE_EARTH_FACTOR, MEAN_RADIUS_M

Floats = NDArray[np.float64]

EFFECTIVE_RADIUS_M = EFFECTIVE_EARTH_FACTOR * MEAN_RADIUS_M


@kernel
def lowest_visible_m(antenna_m: float, ground_range_m: float, radius_m: float) -> float:
    """Lowest height that an antenna sees over a smooth earth at one ground range; 0 this side of its horizon."""
    if antenna_m <= 0.0:
        beyond = ground_range_m / radius_m
    else:
        beyond = ground_range_m / radius_m - acos(radius_m / (radius_m + antenna_m))
    if beyond <= 0.0:
        return 0.0
    return radius_m * (1.0 / cos(beyond) - 1.0)


def minimum_visible_height(
    antenna_m: ArrayLike, ground_range_m: ArrayLike, radius_m: float = EFFECTIVE_RADIUS_M
) -> Floats:
    """Lowest visible height above a smooth earth, m; the arguments broadcast."""
    return np.asarray(np.vectorize(lowest_visible_m, otypes=[np.float64])(antenna_m, ground_range_m, radius_m))


def horizon_distance(height_m: ArrayLike, radius_m: float = EFFECTIVE_RADIUS_M) -> Floats:
    """Slant distance from a height to the tangent point, m."""
    height = np.asarray(height_m, np.float64)
    return np.sqrt(height * (2.0 * radius_m + height))


def mutual_horizon(height_1_m: ArrayLike, height_2_m: ArrayLike, radius_m: float = EFFECTIVE_RADIUS_M) -> Floats:
    """Longest line of sight between two heights that grazes a smooth earth, m."""
    return horizon_distance(height_1_m, radius_m) + horizon_distance(height_2_m, radius_m)


def radio_horizon_rule_km(height_1_m: ArrayLike, height_2_m: ArrayLike) -> Floats:
    """The rule of thumb 4.12 (sqrt(h1) + sqrt(h2)), km."""
    return np.asarray(4.12 * (np.sqrt(np.asarray(height_1_m, float)) + np.sqrt(np.asarray(height_2_m, float))))


def earth_factor(gradient_per_m: ArrayLike, radius_m: float = MEAN_RADIUS_M) -> Floats:
    """Effective-earth factor of a gradient dn/dh of the refractive index."""
    return np.asarray(1.0 / (1.0 + radius_m * np.asarray(gradient_per_m, np.float64)))


def effective_radius(gradient_per_m: ArrayLike, radius_m: float = MEAN_RADIUS_M) -> Floats:
    """Effective earth radius of a gradient of the refractive index, m."""
    return radius_m * earth_factor(gradient_per_m, radius_m)


def height_at_range(
    range_m: ArrayLike, elevation_deg: ArrayLike, antenna_m: ArrayLike = 0.0, radius_m: float = EFFECTIVE_RADIUS_M
) -> Floats:
    """Height reached at a slant range along a ray that leaves at an elevation, m (law of cosines)."""
    distance = np.asarray(range_m, np.float64)
    centre = radius_m + np.asarray(antenna_m, np.float64)
    square = centre**2 + distance**2 + 2.0 * distance * centre * np.sin(np.radians(elevation_deg))
    return np.asarray(np.sqrt(square) - radius_m)


def range_at_height(
    target_m: ArrayLike, elevation_deg: ArrayLike, antenna_m: ArrayLike = 0.0, radius_m: float = EFFECTIVE_RADIUS_M
) -> Floats:
    """Slant range at which an upward ray passes a height, m."""
    antenna, target = np.asarray(antenna_m, np.float64), np.asarray(target_m, np.float64)
    along = (radius_m + antenna) * np.sin(np.radians(elevation_deg))
    rise = (target - antenna) * (2.0 * radius_m + target + antenna)
    return np.asarray(np.sqrt(along**2 + rise) - along)


def ground_range_of(
    range_m: ArrayLike, elevation_deg: ArrayLike, antenna_m: ArrayLike = 0.0, radius_m: float = EFFECTIVE_RADIUS_M
) -> Floats:
    """Arc along the ground below a point of a ray, m."""
    reached = radius_m + height_at_range(range_m, elevation_deg, antenna_m, radius_m)
    across = np.asarray(range_m, np.float64) * np.cos(np.radians(elevation_deg))
    return np.asarray(radius_m * np.arcsin(across / reached))


def slant_range_of(
    ground_range_m: ArrayLike, antenna_m: ArrayLike, target_m: ArrayLike, radius_m: float = EFFECTIVE_RADIUS_M
) -> Floats:
    """Slant range between two heights whose feet are a ground range apart, m."""
    a = radius_m + np.asarray(antenna_m, np.float64)
    b = radius_m + np.asarray(target_m, np.float64)
    half = np.sin(0.5 * np.asarray(ground_range_m, np.float64) / radius_m)
    return np.asarray(np.sqrt((a - b) ** 2 + 4.0 * a * b * half**2))


@kernel
def smooth_earth_hides(antenna_m: float, target_m: float, ground_range_m: float, radius_m: float) -> bool:
    """Whether the bulge of a smooth earth stands between two heights; one below the surface counts as on it."""
    reach = sqrt(2.0 * radius_m * max(antenna_m, 0.0)) + sqrt(2.0 * radius_m * max(target_m, 0.0))
    return ground_range_m > reach
