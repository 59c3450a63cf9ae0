"""A plot as the tracker uses it: directions in the mission frame, variances, and how likely it is to be noise.

Everything that needs a sine, a cosine or a logarithm is worked out once per plot here, so that holding a plot against
a track is multiplications only. East of the radar is north cross up, so azimuth runs clockwise from north.
"""

from math import atan2, cos, exp, inf, pi, sin, sqrt
from typing import Any

import numpy as np

from farwatch.compiled import kernel

SIGHT = np.dtype(
    [
        ("time_s", "f8"), ("range_m", "f8"),
        ("radar_x", "f8"), ("radar_y", "f8"), ("radar_z", "f8"),
        ("up_x", "f8"), ("up_y", "f8"), ("up_z", "f8"),           # local vertical at the radar
        ("ahead_x", "f8"), ("ahead_y", "f8"), ("ahead_z", "f8"),  # horizontal, towards the plot
        ("right_x", "f8"), ("right_y", "f8"), ("right_z", "f8"),  # horizontal, towards larger azimuth
        ("sin_elevation", "f8"), ("cos_elevation", "f8"),
        ("range_var", "f8"), ("azimuth_var", "f8"), ("elevation_var", "f8"),  # m2, rad2, rad2; 0 = no elevation
        ("x", "f8"), ("y", "f8"),       # ground position, for the grid
        ("reach_m", "f8"),              # how far noise (and unknown height) may have moved it over the ground
        ("noise_density", "f8"),        # of plots that belong to no track, per m2 or m3
        ("doppler_m_s", "f8"), ("doppler_var", "f8"),  # range rate, positive receding; m2/s2, 0 = not measured
        ("converted", "i1"),            # 1: taken up as a converted measurement; `take` leaves it as it is
    ],
    align=True,
)  # fmt: skip
"""One plot prepared by `take`."""

EARTH_RADIUS_M = 6371008.8
"""Mean radius of the Earth (IUGG), enough for the height of a plot."""

PRIOR_HEIGHT_M = 6000.0
PRIOR_HEIGHT_SIGMA_M = 5000.0
"""What a radar without elevation assumes of a plot's height above sea level: roughly 0 to 20 km."""

HEIGHT_LIMIT_M = 20000.0
"""Highest a plot of a radar without elevation may be, for the first, coarse gate."""

SLANT_LIMIT = 0.4
"""Sine of the highest elevation that the prior height may imply close to a radar without elevation."""

STEEPEST_SINE = 0.99
"""Sine of the highest elevation that a reported height may imply."""


@kernel
def take(plot: Any, radar: Any, sight: Any) -> None:
    """Fill `sight` (SIGHT) from one PLOT of `radar` (RADAR).

    Where elevation is not measured but the target reports its height, height and range tell the elevation over a round
    Earth, which then counts as measured, with a variance of (height sigma / ground range)^2.
    """
    local = radar["to_local"]
    east, north = sin(plot["azimuth_rad"]), cos(plot["azimuth_rad"])
    sight["time_s"] = plot["time_s"]
    sight["range_m"] = plot["range_m"]
    sight["radar_x"], sight["radar_y"], sight["radar_z"] = radar["x_m"], radar["y_m"], radar["z_m"]
    sight["up_x"], sight["up_y"], sight["up_z"] = local[2, 0], local[2, 1], local[2, 2]
    sight["ahead_x"] = local[0, 0] * east + local[1, 0] * north
    sight["ahead_y"] = local[0, 1] * east + local[1, 1] * north
    sight["ahead_z"] = local[0, 2] * east + local[1, 2] * north
    sight["right_x"] = local[0, 0] * north - local[1, 0] * east
    sight["right_y"] = local[0, 1] * north - local[1, 1] * east
    sight["right_z"] = local[0, 2] * north - local[1, 2] * east
    sight["range_var"] = plot["range_sigma_m"] ** 2
    sight["azimuth_var"] = plot["azimuth_sigma_rad"] ** 2
    sight["elevation_var"] = plot["elevation_sigma_rad"] ** 2
    if plot["elevation_sigma_rad"] > 0.0:
        sight["sin_elevation"], sight["cos_elevation"] = sin(plot["elevation_rad"]), cos(plot["elevation_rad"])
    elif plot["height_sigma_m"] > 0.0:
        sine = height_sine(radar["height_m"], plot["range_m"], plot["height_m"])
        sine = min(max(sine, -STEEPEST_SINE), STEEPEST_SINE)
        sight["sin_elevation"], sight["cos_elevation"] = sine, sqrt(1.0 - sine * sine)
        across_m = max(plot["range_m"], 1.0) * sight["cos_elevation"]
        sight["elevation_var"] = (plot["height_sigma_m"] / across_m) ** 2
    else:
        sight["sin_elevation"] = prior_sine(radar["height_m"], plot["range_m"])
        sight["cos_elevation"] = sqrt(1.0 - sight["sin_elevation"] ** 2)
    sight["doppler_m_s"], sight["doppler_var"] = plot["doppler_m_s"], plot["doppler_sigma_m_s"] ** 2
    _place(plot, radar, sight)


@kernel
def _place(plot: Any, radar: Any, sight: Any) -> None:
    """Ground position, reach and noise density of a half-filled sight.

    The density is that of one plot of noise spread evenly over range, azimuth and elevation: per cubic metre it falls
    with r^2 cos(e). How many there are, and where they crowd, is the business of `senses`.
    """
    r, s, c = plot["range_m"], sight["sin_elevation"], sight["cos_elevation"]
    sight["x"] = radar["x_m"] + r * (c * sight["ahead_x"] + s * sight["up_x"])
    sight["y"] = radar["y_m"] + r * (c * sight["ahead_y"] + s * sight["up_y"])
    across = r * r * max(sight["azimuth_var"], sight["elevation_var"])
    reach = 4.0 * sqrt(max(sight["range_var"], across))
    span = max(radar["range_max_m"] - radar["range_min_m"], 1.0) * 2.0 * max(radar["half_sector_rad"], 1e-3)
    density = 1.0 / (span * max(r * c, 1.0))
    if plot["elevation_sigma_rad"] > 0.0:
        wide = max(radar["elevation_max_rad"] - radar["elevation_min_rad"], 1e-3)
        density /= wide * max(r, 1.0)
    elif plot["height_sigma_m"] > 0.0:  # false replies report any height up to the limit
        density *= c / HEIGHT_LIMIT_M
    else:
        reach += min(r, HEIGHT_LIMIT_M**2 / (2.0 * max(r, 1.0)))
    sight["reach_m"] = reach
    sight["noise_density"] = density


@kernel
def prior_sine(radar_height_m: float, range_m: float) -> float:
    """Sine of the elevation that the prior height implies at a slant range, over a round Earth."""
    return min(max(height_sine(radar_height_m, range_m, PRIOR_HEIGHT_M), -SLANT_LIMIT), SLANT_LIMIT)


@kernel
def height_sine(radar_height_m: float, range_m: float, height_m: float) -> float:
    """Sine of the elevation that a height above sea level implies at a slant range; beyond 1 where it is impossible.

    Law of cosines in the triangle Earth's centre, radar, target.
    """
    a = EARTH_RADIUS_M + radar_height_m
    b = EARTH_RADIUS_M + height_m
    return (b * b - a * a - range_m * range_m) / (2.0 * a * max(range_m, 1.0))


@kernel
def converted(sight: Any) -> Any:
    """Place of a SIGHT in the mission frame, and its covariance, by the moments of the spherical errors.

    Exact for Gaussian errors of range, azimuth and elevation about the measured place: no linearisation, so no bias
    where azimuth is poor. Where elevation is not measured it takes the prior's, with its variance. Returns the mean
    (three numbers) and the covariance (six: xx, xy, xz, yy, yz, zz).

    Source: Duan, Han, Li 2004, Comments on "Unbiased converted measurements for tracking" (modified unbiased
    conversion); Lerro and Bar-Shalom 1993; Longbin et al. 1998.
    """
    ahead, up, var_ahead, var_up, both, var_right = spread_locally(sight)
    f = (sight["ahead_x"], sight["ahead_y"], sight["ahead_z"])
    u = (sight["up_x"], sight["up_y"], sight["up_z"])
    g = (sight["right_x"], sight["right_y"], sight["right_z"])
    mean = (
        sight["radar_x"] + ahead * f[0] + up * u[0],
        sight["radar_y"] + ahead * f[1] + up * u[1],
        sight["radar_z"] + ahead * f[2] + up * u[2],
    )
    a = (var_ahead * f[0] + both * u[0], var_ahead * f[1] + both * u[1], var_ahead * f[2] + both * u[2])
    b = (var_up * u[0] + both * f[0], var_up * u[1] + both * f[1], var_up * u[2] + both * f[2])
    return mean, (
        a[0] * f[0] + b[0] * u[0] + var_right * g[0] * g[0],
        a[0] * f[1] + b[0] * u[1] + var_right * g[0] * g[1],
        a[0] * f[2] + b[0] * u[2] + var_right * g[0] * g[2],
        a[1] * f[1] + b[1] * u[1] + var_right * g[1] * g[1],
        a[1] * f[2] + b[1] * u[2] + var_right * g[1] * g[2],
        a[2] * f[2] + b[2] * u[2] + var_right * g[2] * g[2],
    )


@kernel
def spread_locally(sight: Any) -> Any:
    """Moments of `converted` along the plot's own directions.

    Returns means ahead and up (m), variances ahead and up, their covariance, and the variance to the right (m2).
    """
    s, c, r = sight["sin_elevation"], sight["cos_elevation"], sight["range_m"]
    var_e = sight["elevation_var"]
    if var_e == 0.0:
        var_e = min(PRIOR_HEIGHT_SIGMA_M / (max(r, 1.0) * c), 0.5) ** 2
    a, e = exp(-0.5 * sight["azimuth_var"]), exp(-0.5 * var_e)
    a4, e4, square = a * a * a * a, e * e * e * e, r * r + sight["range_var"]
    level, steep = 0.5 * (1.0 + e4 * (c * c - s * s)), 0.5 * (1.0 - e4 * (c * c - s * s))
    ahead, up = r * a * e * c, r * e * s
    var_ahead = square * 0.5 * (1.0 + a4) * level - ahead * ahead
    both = square * a * e4 * s * c - ahead * up
    return ahead, up, var_ahead, square * steep - up * up, both, square * 0.5 * (1.0 - a4) * level


@kernel
def principal(sight: Any) -> Any:
    """A converted measurement as three independent ones along its principal axes; returns what `correction.axes` does.

    To the right is one of them; the other two turn from ahead and up by half the angle of the covariance's ellipse.
    """
    ahead, up, var_ahead, var_up, both, var_right = spread_locally(sight)
    angle = 0.5 * atan2(2.0 * both, var_ahead - var_up)
    s, c = sin(angle), cos(angle)
    half, tilt = 0.5 * (var_ahead + var_up), 0.5 * sqrt((var_ahead - var_up) ** 2 + 4.0 * both * both)
    f = (sight["ahead_x"], sight["ahead_y"], sight["ahead_z"])
    u = (sight["up_x"], sight["up_y"], sight["up_z"])
    first = (c * f[0] + s * u[0], c * f[1] + s * u[1], c * f[2] + s * u[2])
    third = (c * u[0] - s * f[0], c * u[1] - s * f[1], c * u[2] - s * f[2])
    place = (
        sight["radar_x"] + ahead * f[0] + up * u[0],
        sight["radar_y"] + ahead * f[1] + up * u[1],
        sight["radar_z"] + ahead * f[2] + up * u[2],
    )
    right = (sight["right_x"], sight["right_y"], sight["right_z"])
    rest = (var_ahead * var_up - both * both) / (half + tilt)  # the smaller one, without cancellation
    return (first, right, third), place, (0.0, 0.0, 0.0), (half + tilt, var_right, rest, inf), sight["range_m"]


@kernel
def height_above_sea(radar: Any, x_m: float, y_m: float, z_m: float) -> float:
    """Height above mean sea level of a point of the mission frame, over a round Earth below `radar`."""
    local = radar["to_local"]
    dx, dy, dz = x_m - radar["x_m"], y_m - radar["y_m"], z_m - radar["z_m"]
    up = local[2, 0] * dx + local[2, 1] * dy + local[2, 2] * dz
    ground2 = max(dx * dx + dy * dy + dz * dz - up * up, 0.0)
    level = EARTH_RADIUS_M + radar["height_m"] + up
    return sqrt(level * level + ground2) - EARTH_RADIUS_M


@kernel
def covers(radar: Any, x_m: float, y_m: float, z_m: float) -> bool:
    """Whether a point lies in the volume `radar` searches: range, sector, elevation. Terrain is not asked."""
    return is_inside(radar, edges_of(radar), x_m, y_m, z_m)


@kernel
def edges_of(radar: Any) -> tuple[float, float, float, float, float]:
    """Sines of the elevation limits, east and north of the heading, cosine of the half sector: for many points."""
    heading_rad = radar["heading_rad"]
    low, high = sin(radar["elevation_min_rad"]), sin(radar["elevation_max_rad"])
    return low, high, sin(heading_rad), cos(heading_rad), cos(radar["half_sector_rad"])


@kernel
def is_inside(radar: Any, edges: tuple[float, ...], x_m: float, y_m: float, z_m: float) -> bool:
    """`covers`, with the edges of the volume worked out before."""
    local = radar["to_local"]
    dx, dy, dz = x_m - radar["x_m"], y_m - radar["y_m"], z_m - radar["z_m"]
    range_m = sqrt(dx * dx + dy * dy + dz * dz)
    if not radar["range_min_m"] <= range_m <= radar["range_max_m"]:
        return False
    up = local[2, 0] * dx + local[2, 1] * dy + local[2, 2] * dz
    if not edges[0] <= up / range_m <= edges[1]:
        return False
    if radar["half_sector_rad"] >= pi:
        return True
    east = local[0, 0] * dx + local[0, 1] * dy + local[0, 2] * dz
    north = local[1, 0] * dx + local[1, 1] * dy + local[1, 2] * dz
    ahead = east * edges[2] + north * edges[3]
    return bool(ahead >= edges[4] * sqrt(east * east + north * north))
