"""A plot as the tracker uses it: directions in the mission frame, variances, and how likely it is to be noise.

Everything that needs a sine, a cosine or a logarithm is worked out once per plot here, so that holding a plot against
a track is multiplications only. East of the radar is north cross up, so azimuth runs clockwise from north.
"""

from math import cos, pi, sin, sqrt
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

SLANT_LIMIT = 0.7
"""Sine of the highest elevation that the prior height may imply close to a radar without elevation."""


@kernel
def take(plot: Any, radar: Any, sight: Any) -> None:
    """Fill `sight` (SIGHT) from one PLOT of `radar` (RADAR)."""
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
    else:
        sight["sin_elevation"] = prior_sine(radar["height_m"], plot["range_m"])
        sight["cos_elevation"] = sqrt(1.0 - sight["sin_elevation"] ** 2)
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
    if sight["elevation_var"] > 0.0:
        wide = max(radar["elevation_max_rad"] - radar["elevation_min_rad"], 1e-3)
        density /= wide * max(r, 1.0)
    else:
        reach += min(r, HEIGHT_LIMIT_M**2 / (2.0 * max(r, 1.0)))
    sight["reach_m"] = reach
    sight["noise_density"] = density


@kernel
def prior_sine(radar_height_m: float, range_m: float) -> float:
    """Sine of the elevation that the prior height implies at a slant range, over a round Earth.

    Law of cosines in the triangle Earth's centre, radar, target.
    """
    a = EARTH_RADIUS_M + radar_height_m
    b = EARTH_RADIUS_M + PRIOR_HEIGHT_M
    sine = (b * b - a * a - range_m * range_m) / (2.0 * a * max(range_m, 1.0))
    return min(max(sine, -SLANT_LIMIT), SLANT_LIMIT)


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
