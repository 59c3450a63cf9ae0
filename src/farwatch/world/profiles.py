"""How a route is flown: speed and height along its path, and the knots that result.

Speed: each leg's own, the change between legs and for tight turns at no more than `SPEED_CHANGE_M_S2`.

Height: the lowest profile that keeps the wanted height above the ground (or the wanted height above sea
level, and never less than `CLEARANCE_M` over the ground) everywhere while it climbs and descends no faster
than the class can: h(s) = max over u of [ wanted(u) - |G(u) - G(s)| ], G being the integral of climb rate
over speed. So a climb begins before the ridge that needs it. It is then rounded: the running maximum over a
window, then the running mean over the same window, stays above the profile and bends no harder than half
the turn acceleration.

A class that dives (drones and cruise missiles) leaves the profile for a straight line of `DIVE_SLOPE` to
what it flies to, and keeps clear of the ground there only. Others end above it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import ceil

import numpy as np
from numpy.typing import NDArray

from farwatch.records import KNOT
from farwatch.remembered import read_only
from farwatch.world.earth import Frame
from farwatch.world.routes import Path, Route, lay_path
from farwatch.world.terrain import Terrain

Array = NDArray[np.float64]
Knots = NDArray[np.void]
Position = Callable[[Array], tuple[Array, Array, Array]]
"""Latitude, longitude, degrees, and height, m, at some times, s."""

SPEED_CHANGE_M_S2 = 2.0
CLEARANCE_M = 30.0
DIVE_SLOPE = 0.364
"""Tangent of 20 degrees."""

LONGEST_STEP_S = 2.0
SHORTEST_STEP_S = 0.5
_STEP_OVER_GROUND_M = 250.0
_GRID_LIMIT = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a class can fly."""

    turn_acceleration_m_s2: float
    climb_rate_m_s: float
    dives: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Flight:
    """Knots of one trajectory, `step_s` apart."""

    knots: Knots
    step_s: float

    @property
    def duration_s(self) -> float:
        """From the first knot to the last."""
        return (len(self.knots) - 1) * self.step_s


def shared(flight: Flight) -> Flight:
    """A flight whose knots refuse to be written, for who remembers it."""
    return replace(flight, knots=read_only(flight.knots))


def fly(route: Route, limits: Limits, terrain: Terrain, frame: Frame) -> Flight:
    """Fly a route over terrain. RangeError for a route that cannot be laid out (see `routes.lay_path`)."""
    path = lay_path(route, limits.turn_acceleration_m_s2)
    distance_m = _grid(path, terrain)
    lat, lon = path.at(distance_m)
    ground_m = terrain.height_at(lat, lon)
    speed_m_s = speed_profile(route, path, distance_m, limits)
    height_m = height_profile(route, path, distance_m, ground_m, speed_m_s, limits)
    xyz_m = frame.to_local(lat, lon, height_m)
    chord_m = np.linalg.norm(np.diff(xyz_m, axis=0), axis=1)
    time_s = np.append(0.0, np.cumsum(2.0 * chord_m / (speed_m_s[1:] + speed_m_s[:-1])))
    over_ground_m_s = speed_m_s * np.gradient(distance_m) / np.interp(
        distance_m, 0.5 * (distance_m[1:] + distance_m[:-1]), chord_m
    )

    def position(times_s: Array) -> tuple[Array, Array, Array]:
        s = between(time_s, distance_m, over_ground_m_s, times_s)
        return *path.at(s), np.interp(s, distance_m, height_m)

    low = bool(route.above_ground.any()) and not terrain.is_flat
    step_s = np.clip(_STEP_OVER_GROUND_M / speed_m_s.max(), SHORTEST_STEP_S, LONGEST_STEP_S)
    return sample(position, float(time_s[-1]), float(step_s) if low else LONGEST_STEP_S, frame)


def between(time_s: Array, values: Array, rates: Array, at_s: Array) -> Array:
    """Values at some times by the cubics through given values and rates; `time_s` increases."""
    k = np.clip(np.searchsorted(time_s, at_s, side="right") - 1, 0, time_s.size - 2)
    step_s = time_s[k + 1] - time_s[k]
    u = (at_s - time_s[k]) / step_s
    w1 = u * u * (3.0 - 2.0 * u)
    bent = step_s * u * (1.0 - u) * ((1.0 - u) * rates[k] - u * rates[k + 1])
    return np.asarray((1.0 - w1) * values[k] + w1 * values[k + 1] + bent)


def sample(position: Position, duration_s: float, longest_step_s: float, frame: Frame) -> Flight:
    """Knots at equal steps of a motion given as positions in time; the last is exactly at the end."""
    count = max(1, ceil(duration_s / longest_step_s))
    step_s = duration_s / count
    at_s = np.linspace(0.0, duration_s, count + 1)
    nudge_s = 0.1 * step_s
    early_s, late_s = np.maximum(at_s - nudge_s, 0.0), np.minimum(at_s + nudge_s, duration_s)
    lat, lon, height_m = position(np.concatenate([at_s, early_s, late_s]))
    xyz_m = frame.to_local(lat, lon, height_m).reshape(3, count + 1, 3)
    velocity_m_s = (xyz_m[2] - xyz_m[1]) / (late_s - early_s)[:, np.newaxis]
    return Flight(knots=knots_of(xyz_m[0], velocity_m_s, height_m[: count + 1]), step_s=step_s)


def knots_of(xyz_m: Array, velocity_m_s: Array, height_m: Array) -> Knots:
    """KNOT[n] from positions (n, 3), velocities (n, 3) and heights (n,)."""
    knots = np.zeros(len(height_m), dtype=KNOT)
    for axis, name in enumerate("xyz"):
        knots[f"{name}_m"], knots[f"v{name}_m_s"] = xyz_m[:, axis], velocity_m_s[:, axis]
    knots["height_m"] = height_m
    return knots


def _grid(path: Path, terrain: Terrain) -> Array:
    """Distances along a path that are dense beside terrain cells, m."""
    cell_m = terrain.lat_step_deg * 111e3
    step_m = 200.0 if terrain.is_flat else float(np.clip(0.5 * cell_m, 30.0, 200.0))
    count = int(min(max(ceil(path.length_m / step_m), 8), _GRID_LIMIT))
    return np.linspace(0.0, path.length_m, count + 1)


# Speed ------------------------------------------------------------------------------------------------------


def speed_profile(route: Route, path: Path, distance_m: Array, limits: Limits) -> Array:
    """Speed, m/s, at equally spaced distances along a path."""
    leg = np.minimum(np.searchsorted(path.leg_end_m, distance_m, side="left"), route.speed_m_s.size - 1)
    in_turns_m_s = np.sqrt(path.radius_at(distance_m) * limits.turn_acceleration_m_s2)
    square = np.minimum(route.speed_m_s[leg], in_turns_m_s) ** 2
    gain = 2.0 * SPEED_CHANGE_M_S2 * distance_m
    square = gain + np.minimum.accumulate(square - gain)
    square = -gain + np.minimum.accumulate((square + gain)[::-1])[::-1]
    return np.asarray(np.sqrt(square))


# Height -----------------------------------------------------------------------------------------------------


def height_profile(
    route: Route, path: Path, distance_m: Array, ground_m: Array, speed_m_s: Array, limits: Limits
) -> Array:
    """Height above mean sea level, m, at equally spaced distances along a path."""
    leg = np.minimum(np.searchsorted(path.leg_end_m, distance_m, side="left"), route.height_m.size - 1)
    above, height = route.above_ground[leg], route.height_m[leg]
    wanted_m = np.where(above, ground_m + height, np.maximum(height, ground_m + CLEARANCE_M))
    step_m = distance_m[1] - distance_m[0]
    slope = limits.climb_rate_m_s / speed_m_s
    lowest_m = lowest_profile(wanted_m, step_m * 0.5 * (slope[1:] + slope[:-1]))
    bend_m_s2 = 0.5 * limits.turn_acceleration_m_s2
    window = ceil(float(speed_m_s.max()) * limits.climb_rate_m_s / bend_m_s2 / step_m)
    window = min(window, (distance_m.size - 1) // 4)
    height_m = _running_maximum(lowest_m, window)
    if limits.dives:
        line_m = route.end_height_m + DIVE_SLOPE * (distance_m[-1] - distance_m)
        height_m = np.maximum(np.minimum(height_m, line_m), np.minimum(ground_m, lowest_m))
        height_m[-1] = route.end_height_m
    return _running_mean(height_m, window)


def lowest_profile(wanted_m: Array, rise_m: Array) -> Array:
    """Lowest heights (n,) nowhere below `wanted_m` (n,) that change by at most `rise_m` (n - 1,) a step."""
    climbed_m = np.append(0.0, np.cumsum(rise_m))
    descending = np.maximum.accumulate(wanted_m + climbed_m) - climbed_m
    climbing = np.maximum.accumulate((wanted_m - climbed_m)[::-1])[::-1] + climbed_m
    return np.asarray(np.maximum(descending, climbing))


def _running_maximum(values: Array, window: int) -> Array:
    """Largest value within `window` samples to either side."""
    padded = np.pad(values, window, mode="edge")
    return np.asarray(np.lib.stride_tricks.sliding_window_view(padded, 2 * window + 1).max(axis=-1))


def _running_mean(values: Array, window: int) -> Array:
    """Mean over `window` samples to either side; odd reflection at the ends, whose values so stay."""
    padded = np.pad(values, window, mode="reflect", reflect_type="odd")
    return np.asarray(np.lib.stride_tricks.sliding_window_view(padded, 2 * window + 1).mean(axis=-1))
