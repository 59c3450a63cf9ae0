"""The shape of the Earth: WGS-84 coordinates, the mission frame, geodesics.

Heights here are above the ellipsoid. This version takes mean sea level to be the ellipsoid, so the
separation of the geoid (-106 m to +85 m) is a known error of absolute heights; heights above terrain do not
feel it.

Sources: [wgs84] NGA.STND.0036, the defining constants. [bowring1976] Bowring, "Transformation from spatial to
geographical coordinates", Survey Review 23: one step is good to 1e-8 rad near the ground, each further step
squares what is left; three steps leave rounding only, from 10 km below the ellipsoid to 10 000 km above it.
Geodesics are Karney's, through pyproj, and stay out of kernels.
"""

from dataclasses import dataclass
from math import atan2, cos, radians, sin, sqrt
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from farwatch.compiled import kernel

Array = NDArray[np.float64]

SEMI_MAJOR_M = 6378137.0
FLATTENING = 1.0 / 298.257223563
ECCENTRICITY_2 = FLATTENING * (2.0 - FLATTENING)
MEAN_RADIUS_M = 6371008.7714
"""Mean radius (2a + b) / 3."""

EFFECTIVE_EARTH_FACTOR = 4.0 / 3.0
"""Radius multiplier under which radio rays of the standard atmosphere are straight."""

_SEMI_MINOR_M = SEMI_MAJOR_M * (1.0 - FLATTENING)
_SECOND_ECCENTRICITY_2 = ECCENTRICITY_2 / (1.0 - ECCENTRICITY_2)


class Geodesic(NamedTuple):
    """Shortest ways over the ellipsoid: azimuth at the start, azimuth of arrival at the end, length."""

    azimuth_deg: Array
    arrival_azimuth_deg: Array
    distance_m: Array


# Scalar kernels ---------------------------------------------------------------------------------------------


@kernel
def ecef_of(lat_rad: float, lon_rad: float, height_m: float) -> tuple[float, float, float]:
    """Earth-centred coordinates, m, of a geodetic position (height above the ellipsoid)."""
    s = sin(lat_rad)
    normal = SEMI_MAJOR_M / sqrt(1.0 - ECCENTRICITY_2 * s * s)
    across = (normal + height_m) * cos(lat_rad)
    return across * cos(lon_rad), across * sin(lon_rad), (normal * (1.0 - ECCENTRICITY_2) + height_m) * s


@kernel
def geodetic_of(x_m: float, y_m: float, z_m: float) -> tuple[float, float, float]:
    """Latitude and longitude, rad, and height above the ellipsoid, m, of an Earth-centred position.

    Three steps of [bowring1976] on the sine and cosine of the reduced latitude; good to rounding from 10 km
    below the ellipsoid to 10 000 km above it.
    """
    across = sqrt(x_m * x_m + y_m * y_m)
    s, c = z_m * SEMI_MAJOR_M, across * _SEMI_MINOR_M
    for _ in range(3):
        size = sqrt(s * s + c * c)
        s, c = s / size, c / size
        up = z_m + _SECOND_ECCENTRICITY_2 * _SEMI_MINOR_M * s * s * s
        out = across - ECCENTRICITY_2 * SEMI_MAJOR_M * c * c * c
        s, c = (1.0 - FLATTENING) * up, out
    size = sqrt(up * up + out * out)
    s, c = up / size, out / size
    height_m = across * c + z_m * s - SEMI_MAJOR_M * sqrt(1.0 - ECCENTRICITY_2 * s * s)
    return atan2(up, out), atan2(y_m, x_m), height_m


@kernel
def _local_rows(origin: Any, rotation: Any, positions: Any, xyz_m: Any) -> None:
    """Fill `xyz_m` (n, 3) with the mission-frame place of `positions` (n, 3: lat, lon, rad; height, m)."""
    for i in range(positions.shape[0]):
        x, y, z = ecef_of(positions[i, 0], positions[i, 1], positions[i, 2])
        dx, dy, dz = x - origin[0], y - origin[1], z - origin[2]
        for k in range(3):
            xyz_m[i, k] = rotation[k, 0] * dx + rotation[k, 1] * dy + rotation[k, 2] * dz


@kernel
def _geodetic_rows(origin: Any, rotation: Any, xyz_m: Any, positions: Any) -> None:
    """The inverse of `_local_rows`."""
    for i in range(xyz_m.shape[0]):
        x, y, z = xyz_m[i, 0], xyz_m[i, 1], xyz_m[i, 2]
        lat, lon, height = geodetic_of(
            origin[0] + rotation[0, 0] * x + rotation[1, 0] * y + rotation[2, 0] * z,
            origin[1] + rotation[0, 1] * x + rotation[1, 1] * y + rotation[2, 1] * z,
            origin[2] + rotation[0, 2] * x + rotation[1, 2] * y + rotation[2, 2] * z,
        )
        positions[i, 0], positions[i, 1], positions[i, 2] = lat, lon, height


# Arrays -----------------------------------------------------------------------------------------------------


def east_north_up(lat_deg: float, lon_deg: float) -> Array:
    """Rotation (3, 3) whose rows are the east, north and up directions in Earth-centred coordinates."""
    lat, lon = radians(lat_deg), radians(lon_deg)
    return np.array(
        [
            [-sin(lon), cos(lon), 0.0],
            [-sin(lat) * cos(lon), -sin(lat) * sin(lon), cos(lat)],
            [cos(lat) * cos(lon), cos(lat) * sin(lon), sin(lat)],
        ]
    )


def axes_at(lat_deg: ArrayLike, lon_deg: ArrayLike) -> Array:
    """`east_north_up` at many places: (n, 3, 3), east, north and up one a row."""
    lat, lon = np.radians(np.atleast_1d(lat_deg)), np.radians(np.atleast_1d(lon_deg))
    s, c, sl, cl, none = np.sin(lat), np.cos(lat), np.sin(lon), np.cos(lon), np.zeros_like(lat)
    east, north, up = (-sl, cl, none), (-s * cl, -s * sl, c), (c * cl, c * sl, s)
    return np.stack([np.stack(axis, axis=-1) for axis in (east, north, up)], axis=1)


def rates_to_ecef(lat_deg: ArrayLike, lon_deg: ArrayLike, rates: Array) -> Array:
    """Vectors (n, 3) that are east, north, up at their places, in Earth-centred coordinates."""
    return np.asarray(np.einsum("nij,ni->nj", axes_at(lat_deg, lon_deg), rates))


def rates_from_ecef(lat_deg: ArrayLike, lon_deg: ArrayLike, rates: Array) -> Array:
    """Vectors (n, 3) in Earth-centred coordinates as east, north, up at their places."""
    return np.asarray(np.einsum("nij,nj->ni", axes_at(lat_deg, lon_deg), rates))


def to_ecef(lat_deg: ArrayLike, lon_deg: ArrayLike, height_m: ArrayLike) -> Array:
    """Earth-centred coordinates (..., 3), m, of geodetic positions; the arguments broadcast."""
    positions = _positions(lat_deg, lon_deg, height_m)
    ecef = np.empty_like(positions)
    _local_rows(np.zeros(3), np.eye(3), positions.reshape(-1, 3), ecef.reshape(-1, 3))
    return ecef


def from_ecef(xyz_m: ArrayLike) -> Array:
    """Latitude, longitude, degrees, and height, m, as (..., 3), of Earth-centred positions (..., 3), m."""
    return _degrees(np.zeros(3), np.eye(3), xyz_m)


@dataclass(frozen=True, slots=True)
class Frame:
    """The plane tangent to the ellipsoid at a place: x east, y north, z up, in metres."""

    lat_deg: float
    lon_deg: float
    height_m: float = 0.0

    @property
    def origin_ecef_m(self) -> Array:
        """Where the origin lies, Earth-centred, (3,)."""
        return to_ecef(self.lat_deg, self.lon_deg, self.height_m)

    def to_local(self, lat_deg: ArrayLike, lon_deg: ArrayLike, height_m: ArrayLike) -> Array:
        """Mission-frame coordinates (..., 3), m, of geodetic positions; the arguments broadcast."""
        positions = _positions(lat_deg, lon_deg, height_m)
        xyz_m = np.empty_like(positions)
        rotation = east_north_up(self.lat_deg, self.lon_deg)
        _local_rows(self.origin_ecef_m, rotation, positions.reshape(-1, 3), xyz_m.reshape(-1, 3))
        return xyz_m

    def from_local(self, xyz_m: ArrayLike) -> Array:
        """Latitude, longitude, degrees, and height, m, as (..., 3), of mission-frame positions (..., 3)."""
        return _degrees(self.origin_ecef_m, east_north_up(self.lat_deg, self.lon_deg), xyz_m)

    def rotation_at(self, lat_deg: float, lon_deg: float) -> Array:
        """Rotation (3, 3) that turns a mission-frame vector into east, north, up at another place."""
        here = east_north_up(self.lat_deg, self.lon_deg)
        return np.ascontiguousarray(east_north_up(lat_deg, lon_deg) @ here.T)


def geodesic_from(
    lat_deg: ArrayLike, lon_deg: ArrayLike, azimuth_deg: ArrayLike, distance_m: ArrayLike
) -> tuple[Array, Array]:
    """Latitude and longitude, degrees, reached along geodesics; the arguments broadcast."""
    lat, lon, azimuth, distance = np.broadcast_arrays(
        *(np.asarray(a, dtype=np.float64) for a in (lat_deg, lon_deg, azimuth_deg, distance_m))
    )
    end_lon, end_lat, _ = _ellipsoid().fwd(lon.copy(), lat.copy(), azimuth.copy(), distance.copy())
    return np.asarray(end_lat, dtype=np.float64), np.asarray(end_lon, dtype=np.float64)


def geodesic_between(
    lat_deg: ArrayLike, lon_deg: ArrayLike, to_lat_deg: ArrayLike, to_lon_deg: ArrayLike
) -> Geodesic:
    """Geodesics between pairs of places, degrees in [0, 360) and metres; the arguments broadcast."""
    lat, lon, to_lat, to_lon = np.broadcast_arrays(
        *(np.asarray(a, dtype=np.float64) for a in (lat_deg, lon_deg, to_lat_deg, to_lon_deg))
    )
    out, back, distance = _ellipsoid().inv(lon.copy(), lat.copy(), to_lon.copy(), to_lat.copy())
    arrival = np.mod(np.asarray(back) + 180.0, 360.0)
    return Geodesic(np.mod(out, 360.0), arrival, np.asarray(distance, dtype=np.float64))


class Sphericals(NamedTuple):
    """Directions and distances as seen from an origin: azimuth from north, elevation, slant range."""

    azimuth_deg: Array
    elevation_deg: Array
    range_m: Array


def to_spherical(xyz_m: ArrayLike) -> Sphericals:
    """Azimuth in [0, 360), elevation and range of east, north, up vectors (..., 3)."""
    x, y, z = np.moveaxis(np.asarray(xyz_m, dtype=np.float64), -1, 0)
    level_m = np.hypot(x, y)
    azimuth = np.mod(np.degrees(np.arctan2(x, y)), 360.0)
    return Sphericals(azimuth, np.degrees(np.arctan2(z, level_m)), np.hypot(level_m, z))


def from_spherical(azimuth_deg: ArrayLike, elevation_deg: ArrayLike, range_m: ArrayLike) -> Array:
    """East, north, up vectors (..., 3), m; the inverse of `to_spherical`."""
    azimuth, elevation = (np.radians(np.asarray(a, dtype=np.float64)) for a in (azimuth_deg, elevation_deg))
    level = np.asarray(range_m, dtype=np.float64) * np.cos(elevation)
    up = np.asarray(range_m, dtype=np.float64) * np.sin(elevation)
    return np.stack([level * np.sin(azimuth), level * np.cos(azimuth), up], axis=-1)


def curvature_radii_m(lat_deg: ArrayLike) -> tuple[Array, Array]:
    """Radii of curvature of the ellipsoid, m: along the meridian, and across it (prime vertical)."""
    s = np.sin(np.radians(np.asarray(lat_deg, dtype=np.float64)))
    across = SEMI_MAJOR_M / np.sqrt(1.0 - ECCENTRICITY_2 * s * s)
    return across * (1.0 - ECCENTRICITY_2) / (1.0 - ECCENTRICITY_2 * s * s), across


def centre_of(lat_deg: ArrayLike, lon_deg: ArrayLike) -> tuple[float, float]:
    """Latitude and longitude, degrees, of the mean direction of some places; safe across the date line."""
    lat, lon = (np.radians(np.asarray(a, dtype=np.float64)) for a in (lat_deg, lon_deg))
    x, y, z = (np.mean(a) for a in (np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)))
    return float(np.degrees(np.arctan2(z, np.hypot(x, y)))), float(np.degrees(np.arctan2(y, x)))


def _positions(lat_deg: ArrayLike, lon_deg: ArrayLike, height_m: ArrayLike) -> Array:
    return np.stack(
        np.broadcast_arrays(
            np.radians(np.asarray(lat_deg, dtype=np.float64)),
            np.radians(np.asarray(lon_deg, dtype=np.float64)),
            np.asarray(height_m, dtype=np.float64),
        ),
        axis=-1,
    )


def _degrees(origin: Array, rotation: Array, xyz_m: ArrayLike) -> Array:
    xyz = np.ascontiguousarray(xyz_m, dtype=np.float64)
    positions = np.empty_like(xyz)
    _geodetic_rows(origin, rotation, xyz.reshape(-1, 3), positions.reshape(-1, 3))
    positions[..., :2] = np.degrees(positions[..., :2])
    return positions


def _ellipsoid() -> Any:
    from pyproj import Geod

    return Geod(ellps="WGS84")
