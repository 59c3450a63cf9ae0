"""Routes that air traffic is known to fly, and whether a track follows one.

A route is a line over the ground with a half width; a track follows it while it is inside, between its heights where it
has any, and flies along it. What that says about identity is in `identity`.

Source: model of this project.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import cos, inf, isfinite, radians, sqrt
from typing import Any

import numpy as np

from farwatch.compiled import kernel
from farwatch.errors import InputError, Problem
from farwatch.track.sight import height_above_sea
from farwatch.world.earth import Frame, geodesic_between, geodesic_from

LEG = np.dtype(
    [
        ("x_m", "f8"), ("y_m", "f8"),        # where it begins, mission frame
        ("along_x", "f8"), ("along_y", "f8"),  # its direction, of length one
        ("length_m", "f8"), ("half_width_m", "f8"),
        ("low_m", "f8"), ("high_m", "f8"),   # above mean sea level
        ("both_ways", "i1"),
    ],
    align=True,
)  # fmt: skip
"""One straight piece of a route."""

LONGEST_LEG_M = 50_000.0
"""Lines between places are cut into pieces of at most this, so that each is straight in the mission frame."""

FOLLOWING_COSINE = cos(radians(20.0))
"""A track flies along a leg if its course is within 20 degrees of it."""

SLOWEST_M_S = 30.0
"""Slower than this a track has no course to speak of."""

COURSE_LIMIT_RATIO = 0.35
"""A course is known if the velocity's standard deviation is below this share of the speed (20 degrees)."""

ROUTE_MEMORY = 32.0
"""Looks after which older ones fade."""

ON_ROUTE, OFF_ROUTE = 0, 1
"""Columns of what is kept of a track: looks on a route and off all routes, faded."""

FOLLOWED = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A route as a user gives it: two or more places, how wide, how high, which way.

    `places`: (latitude, longitude) in degrees, or (x, y) in metres of the mission frame where `is_local`.
    """

    name: str
    places: tuple[tuple[float, float], ...]
    half_width_m: float = 7408.0
    """Four nautical miles, to which a federal airway of the United States reaches on each side (14 CFR 71.75)."""
    low_m: float = -inf
    high_m: float = inf
    both_ways: bool = True
    is_local: bool = False


def legs_of(routes: Sequence[Route], frame: Frame | None = None) -> np.ndarray:
    """LEG[n] of all routes, in the frame given.

    Raises InputError, with all problems, for routes without extent, and for places in degrees without a frame.
    """
    problems = [problem for route in routes for problem in _problems(route, frame)]
    if problems:
        raise InputError("routes", problems)
    rows = [leg for route in routes for leg in _legs(route, _line(route, frame))]
    return np.array(rows, LEG)


def _problems(route: Route, frame: Frame | None) -> list[Problem]:
    """What is wrong with one route."""
    found, where = [], f"routes.{route.name}"
    if len(set(route.places)) < 2:
        found.append(Problem(f"{where}.places", str(len(route.places)), "needs at least two different places"))
    if not all(isfinite(part) for place in route.places for part in place):
        found.append(Problem(f"{where}.places", "", "must be finite"))
    elif not route.is_local and any(abs(lat) > 90.0 or abs(lon) > 360.0 for lat, lon in route.places):
        found.append(Problem(f"{where}.places", "", "must be latitude, longitude in degrees"))
    if not route.half_width_m > 0.0 or not isfinite(route.half_width_m):
        found.append(Problem(f"{where}.half_width_m", str(route.half_width_m), "must exceed 0"))
    if not route.low_m < route.high_m:
        found.append(Problem(f"{where}.low_m", str(route.low_m), f"must be below high_m = {route.high_m}"))
    if frame is None and not route.is_local:
        found.append(Problem(where, "", "is given in degrees, but the picture has no place on the Earth"))
    return found


def _line(route: Route, frame: Frame | None) -> list[tuple[float, float]]:
    """Places of a route in the mission frame, with more between those that lie far apart."""
    if route.is_local or frame is None:
        return list(route.places)
    lats, lons = [route.places[0][0]], [route.places[0][1]]
    for (lat, lon), (to_lat, to_lon) in pairwise(route.places):
        way = geodesic_between(lat, lon, to_lat, to_lon)
        pieces = int(np.ceil(float(way.distance_m) / LONGEST_LEG_M))
        steps = float(way.distance_m) * np.arange(1, pieces) / max(pieces, 1)
        between = geodesic_from(lat, lon, way.azimuth_deg, steps) if pieces > 1 else ((), ())
        lats += [*map(float, between[0]), to_lat]
        lons += [*map(float, between[1]), to_lon]
    local = frame.to_local(lats, lons, 0.0)
    return [(float(x), float(y)) for x, y, _ in local]


def _legs(route: Route, line: list[tuple[float, float]]) -> list[tuple[float | bool, ...]]:
    """Rows of LEG between places that differ."""
    rows: list[tuple[float | bool, ...]] = []
    for (x, y), (to_x, to_y) in pairwise(line):
        length = sqrt((to_x - x) ** 2 + (to_y - y) ** 2)
        if length > 0.0:
            along = (to_x - x) / length, (to_y - y) / length
            rows.append((x, y, *along, length, route.half_width_m, route.low_m, route.high_m, route.both_ways))
    return rows


@kernel
def follow_route(track: Any, radar: Any, legs: Any, followed: Any) -> None:
    """Count one look of a TRACK on or off the routes, in followed (f8[FOLLOWED]); legs: LEG[n], none: nothing happens.

    A track whose place is known no better than a route is wide, or whose course is not known, is not counted.
    """
    if legs.size == 0:
        return
    mean, p, weight = track["mean"], track["p"], track["weight"]
    place_var = weight[0] * max(p[0, 0, 0], p[0, 1, 1]) + weight[1] * max(p[1, 0, 0], p[1, 1, 1])
    speed_var = weight[0] * max(p[0, 3, 3], p[0, 4, 4]) + weight[1] * max(p[1, 3, 3], p[1, 4, 4])
    height_sigma_m = sqrt(weight[0] * p[0, 2, 2] + weight[1] * p[1, 2, 2])
    speed = sqrt(mean[3] * mean[3] + mean[4] * mean[4])
    if speed < SLOWEST_M_S or sqrt(speed_var) > COURSE_LIMIT_RATIO * speed:
        return
    height_m = height_above_sea(radar, mean[0], mean[1], mean[2])
    known, on = False, False
    for k in range(legs.size):
        leg = legs[k]
        if sqrt(place_var) > leg["half_width_m"]:
            continue
        known = True
        level = leg["low_m"] - 2.0 * height_sigma_m <= height_m <= leg["high_m"] + 2.0 * height_sigma_m
        if level and is_along(leg, mean[0], mean[1], mean[3] / speed, mean[4] / speed):
            on = True
            break
    if known:
        fade = 1.0 - 1.0 / ROUTE_MEMORY
        followed[ON_ROUTE] = fade * followed[ON_ROUTE] + (1.0 if on else 0.0)
        followed[OFF_ROUTE] = fade * followed[OFF_ROUTE] + (0.0 if on else 1.0)


@kernel
def is_along(leg: Any, x_m: float, y_m: float, course_sine: float, course_cosine: float) -> bool:
    """Whether a place is within a LEG's half width of it (ends are round), and a course follows it."""
    turn = course_sine * leg["along_x"] + course_cosine * leg["along_y"]
    if leg["both_ways"] == 1:
        turn = abs(turn)
    if turn < FOLLOWING_COSINE:
        return False
    dx, dy = x_m - leg["x_m"], y_m - leg["y_m"]
    along = min(max(dx * leg["along_x"] + dy * leg["along_y"], 0.0), leg["length_m"])
    off_x, off_y = dx - along * leg["along_x"], dy - along * leg["along_y"]
    return bool(off_x * off_x + off_y * off_y <= leg["half_width_m"] * leg["half_width_m"])
