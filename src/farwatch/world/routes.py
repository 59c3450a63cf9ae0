"""Routes over the ground: geodesic legs joined by turns of finite radius, and formations abreast.

A turn at a waypoint is the arc that touches both legs, of radius v^2 / a for the class's sideways
acceleration a. In the azimuthal equidistant map about the waypoint both legs are straight and true to
scale, so the arc is a circle there; over the tens of kilometres of a turn that map is true to about 1e-5.
Where legs are too short for the arc it is drawn tighter, and flown slower, so that the acceleration holds.

Members abreast fly parallel legs. Each keeps the leader's time on every leg, the outer ones faster and the
inner slower, so that they stay abreast; near the end the formation opens and all fly to the same point.
"""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from farwatch.errors import RangeError
from farwatch.world.earth import geodesic_between, geodesic_from

Array = NDArray[np.float64]

SHARPEST_TURN_DEG = 170.0
LEG_SHARE = 0.45
"""Most of a leg that one turn may take up."""

RELEASE_SPACINGS = 10.0
"""The formation opens this many half-widths before its end (or at half of the last leg)."""

SHORTEST_LEG_M = 1.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Route:
    """Points flown over in turn; speed and height are those of the leg that leaves a point.

    `lat_deg`, `lon_deg` (n,); `speed_m_s`, `height_m`, `above_ground` (n - 1,). `end_height_m` is the
    height of what it flies to, above mean sea level.
    """

    lat_deg: Array
    lon_deg: Array
    speed_m_s: Array
    height_m: Array
    above_ground: NDArray[np.bool_]
    end_height_m: float


class Legs(NamedTuple):
    """Courses of a route: azimuth at the start and at the end of each leg, degrees, and length, m."""

    azimuth_deg: Array
    arrival_azimuth_deg: Array
    length_m: Array


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Path:
    """A route with its turns laid out, as pieces in order: straight, arc, straight, ...

    Piece k begins `begin_m[k]` along the path. A straight piece runs from `along_m` to further along the
    geodesic that leaves its anchor at `azimuth_rad`. An arc has `radius_m` > 0 and `side` +1 to the right
    or -1 to the left; it begins `along_m` before its anchor, on the course `azimuth_rad`. `leg_end_m`
    (legs,) is where each leg ends.
    """

    begin_m: Array
    length_m: float
    lat_deg: Array
    lon_deg: Array
    azimuth_rad: Array
    along_m: Array
    radius_m: Array
    side: Array
    leg_end_m: Array

    def at(self, distance_m: Array) -> tuple[Array, Array]:
        """Latitude and longitude, degrees, some distances along the path, m."""
        k = np.clip(np.searchsorted(self.begin_m, distance_m, side="right") - 1, 0, self.begin_m.size - 1)
        on = distance_m - self.begin_m[k]
        azimuth, along, radius, side = self.azimuth_rad[k], self.along_m[k], self.radius_m[k], self.side[k]
        bearing, away = azimuth.copy(), along + on
        arc = radius > 0.0
        if arc.any():
            east, north = _on_arc(azimuth[arc], along[arc], radius[arc], side[arc], on[arc])
            bearing[arc], away[arc] = np.arctan2(east, north), np.hypot(east, north)
        return geodesic_from(self.lat_deg[k], self.lon_deg[k], np.degrees(bearing), away)

    def radius_at(self, distance_m: Array) -> Array:
        """Radius of the turn, m, some distances along the path; infinite on straight pieces."""
        k = np.clip(np.searchsorted(self.begin_m, distance_m, side="right") - 1, 0, self.begin_m.size - 1)
        return np.where(self.radius_m[k] > 0.0, self.radius_m[k], np.inf)


def _on_arc(azimuth: Array, along: Array, radius: Array, side: Array, on: Array) -> tuple[Array, Array]:
    """East and north of the anchor, m, of points `on` metres along arcs; see `Path`."""
    right = azimuth + 0.5 * np.pi
    centre_east = -along * np.sin(azimuth) + side * radius * np.sin(right)
    centre_north = -along * np.cos(azimuth) + side * radius * np.cos(right)
    now = right + side * on / radius
    return centre_east - side * radius * np.sin(now), centre_north - side * radius * np.cos(now)


def legs_of(route: Route) -> Legs:
    """Courses and lengths of a route's legs, (n - 1,)."""
    lat, lon = route.lat_deg, route.lon_deg
    return Legs(*geodesic_between(lat[:-1], lon[:-1], lat[1:], lon[1:]))


def turns_deg(legs: Legs) -> Array:
    """Change of course at each inner point, degrees, positive to the right."""
    return np.asarray(np.mod(legs.azimuth_deg[1:] - legs.arrival_azimuth_deg[:-1] + 180.0, 360.0) - 180.0)


def lay_path(route: Route, turn_acceleration_m_s2: float) -> Path:
    """Lay out a route's turns. RangeError for a leg of no length or a turn above `SHARPEST_TURN_DEG`."""
    legs = legs_of(route)
    turn_deg = turns_deg(legs)
    if np.any(legs.length_m < SHORTEST_LEG_M):
        raise RangeError("two points of a route are the same")
    if np.any(np.abs(turn_deg) > SHARPEST_TURN_DEG):
        sharpest = f"a route turns by {np.max(np.abs(turn_deg)):.0f} degrees"
        raise RangeError(f"{sharpest}; at most {SHARPEST_TURN_DEG:g} can be flown")
    half_tangent = np.tan(np.radians(np.abs(turn_deg)) / 2.0)
    fastest = np.maximum(route.speed_m_s[:-1], route.speed_m_s[1:])
    room = LEG_SHARE * np.minimum(legs.length_m[:-1], legs.length_m[1:])
    tangent = np.minimum(fastest**2 / turn_acceleration_m_s2 * half_tangent, room)
    return _pieces(route, legs, np.radians(turn_deg), tangent)


def _pieces(route: Route, legs: Legs, turn_rad: Array, tangent_m: Array) -> Path:
    """Pieces of a path whose arcs touch the legs `tangent_m` before and after each inner point."""
    count = legs.length_m.size
    before, after = np.append(tangent_m, 0.0), np.insert(tangent_m, 0, 0.0)
    turning = np.abs(turn_rad) > 1e-9
    radius = np.where(turning, tangent_m / np.maximum(np.tan(np.abs(turn_rad) / 2.0), 1e-12), 1.0)
    straight_m, arc_m = legs.length_m - before - after, np.where(turning, radius * np.abs(turn_rad), 0.0)
    lengths = np.empty(2 * count - 1)
    lengths[0::2], lengths[1::2] = straight_m, arc_m
    ends = np.cumsum(lengths)

    def woven(straight: Array, arc: Array) -> Array:
        both = np.empty(2 * count - 1)
        both[0::2], both[1::2] = straight, arc
        return both

    return Path(
        begin_m=ends - lengths,
        length_m=float(ends[-1]),
        lat_deg=woven(route.lat_deg[:-1], route.lat_deg[1:-1]),
        lon_deg=woven(route.lon_deg[:-1], route.lon_deg[1:-1]),
        azimuth_rad=np.radians(woven(legs.azimuth_deg, legs.arrival_azimuth_deg[:-1])),
        along_m=woven(after, tangent_m),
        radius_m=woven(np.zeros(count), radius),
        side=woven(np.zeros(count), np.sign(turn_rad)),
        leg_end_m=np.append(ends[1::2] - 0.5 * arc_m, ends[-1]),
    )


def abreast(route: Route, count: int, spacing_m: float) -> list[Route]:
    """Routes of `count` members side by side, `spacing_m` apart, the route itself in their middle."""
    if count == 1 or spacing_m == 0.0:
        return [route] * count
    offsets_m = (np.arange(count) - 0.5 * (count - 1)) * spacing_m
    led = _with_release(route, float(np.max(np.abs(offsets_m))))
    legs = legs_of(led)
    return [_beside(led, legs, float(offset_m)) for offset_m in offsets_m]


def _with_release(route: Route, half_width_m: float) -> Route:
    """The route with one more point on its last leg, where a formation opens."""
    legs = legs_of(route)
    before_m = min(RELEASE_SPACINGS * half_width_m, 0.5 * float(legs.length_m[-1]))
    lat, lon = geodesic_from(
        route.lat_deg[-2], route.lon_deg[-2], legs.azimuth_deg[-1], legs.length_m[-1] - before_m
    )
    return replace(
        route,
        lat_deg=np.insert(route.lat_deg, -1, float(lat)),
        lon_deg=np.insert(route.lon_deg, -1, float(lon)),
        speed_m_s=np.append(route.speed_m_s, route.speed_m_s[-1]),
        height_m=np.append(route.height_m, route.height_m[-1]),
        above_ground=np.append(route.above_ground, route.above_ground[-1]),
    )


def _beside(route: Route, legs: Legs, offset_m: float) -> Route:
    """The route `offset_m` to the right of another, ending at the same point, in the same time leg by leg."""
    half_turn = np.radians(turns_deg(legs)) / 2.0
    course = np.append(legs.azimuth_deg[0], legs.arrival_azimuth_deg[:-1] + np.degrees(half_turn))
    aside_m = offset_m / np.maximum(np.append(1.0, np.cos(half_turn)), 0.25)
    lat, lon = geodesic_from(route.lat_deg[:-1], route.lon_deg[:-1], course + 90.0, aside_m)
    beside = replace(
        route, lat_deg=np.append(lat, route.lat_deg[-1]), lon_deg=np.append(lon, route.lon_deg[-1])
    )
    return replace(beside, speed_m_s=route.speed_m_s * legs_of(beside).length_m / legs.length_m)
