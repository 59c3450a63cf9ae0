"""Where and when a round can meet a track: flight time at mean speed, and the published envelope.

A round flies straight from its battery to the meeting point at its mean speed, launch to intercept: the flight
time is slant range over mean speed and nothing else. The track goes on with its present velocity; a track believed
to be a ballistic missile also falls, with gravity held constant over the flight. Known error: real rounds are faster
at first and slower later, and loft, so long flights are a little too short here and short ones too long; a target
that turns after launch is met later than planned (see `resolve`).

Heights are taken over the sphere that touches the mission frame at its origin: height = z + (x^2 + y^2) / 2R, good
to 0.1 m at 30 km and 50 m at 500 km from the origin for low targets.
"""

from math import isnan, nan, sqrt
from typing import Any

from farwatch.compiled import kernel

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius (2a + b) / 3 of WGS-84."""

GRAVITY_M3_S2 = 3.986004418e14
"""Geocentric gravitational constant of WGS-84."""

_STEPS = 12
_SETTLED_S = 1e-4


@kernel
def height_m(x_m: float, y_m: float, z_m: float) -> float:
    """Height of a mission-frame point above the level of the frame's origin, metres."""
    return z_m + (x_m * x_m + y_m * y_m) / (2.0 * EARTH_RADIUS_M)


@kernel
def predict(track: Any, ballistic: int, time_s: float, state: Any) -> None:
    """Fill state[0:6], position (m) and velocity (m/s), of `track` (TRACK) at `time_s`.

    Constant velocity; with `ballistic`, constant acceleration towards the earth's centre.
    """
    dt = time_s - track["time_s"]
    mean = track["mean"]
    for axis in range(3):
        state[axis] = mean[axis] + mean[axis + 3] * dt
        state[axis + 3] = mean[axis + 3]
    if ballistic:
        up = mean[2] + EARTH_RADIUS_M
        radius = sqrt(mean[0] * mean[0] + mean[1] * mean[1] + up * up)
        pull = -GRAVITY_M3_S2 / (radius * radius * radius)
        for axis in range(3):
            fall = pull * (up if axis == 2 else mean[axis])
            state[axis] += 0.5 * fall * dt * dt
            state[axis + 3] += fall * dt


@kernel
def flight_time_s(dx: float, dy: float, dz: float, velocity: Any, speed_m_s: float) -> float:
    """Earliest t > 0 with |d + v t| = speed t, for a target at d (m) with `velocity` (m/s); NaN when there is none.

    The root of (v^2 - s^2) t^2 + 2 d.v t + d^2 = 0 written so that nothing cancels and s = |v| needs no case.
    """
    square = dx * dx + dy * dy + dz * dz
    along = dx * velocity[0] + dy * velocity[1] + dz * velocity[2]
    fast = velocity[0] ** 2 + velocity[1] ** 2 + velocity[2] ** 2 - speed_m_s * speed_m_s
    inside = along * along - fast * square
    if inside < 0.0:
        return nan
    below = sqrt(inside) - along
    return float(square / below) if below > 0.0 else nan


@kernel
def solve(battery: Any, speed_m_s: float, track: Any, ballistic: int, launch_s: float, state: Any) -> float:
    """Flight time (s) of a round at `speed_m_s` launched at `launch_s` to meet `track`; NaN = never.

    Fills state[0:6] with the track at the meeting. A falling target is met by Newton steps from the straight one.
    """
    predict(track, ballistic, launch_s, state)
    bx, by, bz = battery["x_m"], battery["y_m"], battery["z_m"]
    time_s = flight_time_s(state[0] - bx, state[1] - by, state[2] - bz, state[3:6], speed_m_s)
    if isnan(time_s):
        return nan
    predict(track, ballistic, launch_s + time_s, state)
    if not ballistic:
        return time_s
    for _ in range(_STEPS):
        dx, dy, dz = state[0] - bx, state[1] - by, state[2] - bz
        range_m = sqrt(dx * dx + dy * dy + dz * dz)
        opening = (dx * state[3] + dy * state[4] + dz * state[5]) / max(range_m, 1.0)
        if opening >= speed_m_s:
            return nan
        change = (range_m - speed_m_s * time_s) / (opening - speed_m_s)
        time_s = max(time_s - change, 0.0)
        predict(track, ballistic, launch_s + time_s, state)
        if abs(change) < _SETTLED_S:
            return float(time_s)
    return nan


@kernel
def reach_m(rounds: Any, ballistic: int) -> float:
    """Farthest intercept of a ROUND row, metres: a ballistic target has its own, shorter limit."""
    if ballistic:
        return rounds["range_max_ballistic_m"]  # type: ignore[no-any-return]
    return rounds["range_max_m"]  # type: ignore[no-any-return]


@kernel
def meet(
    rounds: Any, battery: Any, levels_m: Any, track: Any, ballistic: int, launch_s: float, state: Any
) -> float:
    """Flight time (s) of a ROUND launched at `launch_s` from its BATTERY at `track`; NaN = outside the envelope.

    Fills state[0:6] with the track at the meeting. The envelope: slant range and height (levels_m: see `Defence`).
    A target is too low only when it stays below the limit by more than its position uncertainty above the lowest
    ground of the area, because a track does not say how far below it the ground is. The caller checks target speed
    and kill probability.
    """
    flight_s = solve(battery, rounds["speed_m_s"], track, ballistic, launch_s, state)
    range_m = flight_s * rounds["speed_m_s"]
    if not rounds["range_min_m"] <= range_m <= reach_m(rounds, ballistic):
        return nan
    height = height_m(state[0], state[1], state[2])
    lowest = levels_m[0] + rounds["height_min_m"] - track["position_sigma_m"]
    if height < lowest or height > levels_m[1] + rounds["height_max_m"]:
        return nan
    return flight_s


@kernel
def surely_beyond(rounds: Any, battery: Any, ballistic: int, state: Any, spare_m: float) -> bool:
    """Whether even a head-on meeting with a target at `state` would lie beyond reach: the cheap refusal of most pairs.

    Head-on, a target at distance d and speed v is met at d s / (s + v); `spare_m` is how far it may come before the
    launch. A falling target, which gains speed, is never refused.
    """
    if ballistic:
        return False
    dx, dy, dz = state[0] - battery["x_m"], state[1] - battery["y_m"], state[2] - battery["z_m"]
    target_m_s = sqrt(state[3] * state[3] + state[4] * state[4] + state[5] * state[5])
    limit = rounds["range_max_m"] * (1.0 + target_m_s / rounds["speed_m_s"]) + spare_m
    return dx * dx + dy * dy + dz * dz > limit * limit  # type: ignore[no-any-return]
