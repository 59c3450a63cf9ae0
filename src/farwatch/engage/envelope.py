"""Where and when a round can meet a track: flight time by range and height, and the published envelope.

Flight time to the meeting point is `flight.flight`: slant range over mean speed where only that is known. The track
goes on with its present velocity; a track believed to be a ballistic missile also falls, with gravity held constant
over the flight. A target that turns after launch is met later than planned (see `resolve`).

Heights are taken over the sphere that touches the mission frame at its origin: height = z + (x^2 + y^2) / 2R, good
to 0.1 m at 30 km and 50 m at 500 km from the origin for low targets.
"""

from math import inf, isnan, nan, sqrt
from typing import Any

from farwatch.compiled import kernel
from farwatch.engage.flight import flight

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius (2a + b) / 3 of WGS-84."""

GRAVITY_M3_S2 = 3.986004418e14
"""Geocentric gravitational constant of WGS-84."""

_STEPS = 12
_SETTLED_S = 1e-4
_COAST_STEPS = 60
_LONGEST_S = 3600.0


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
def solve(battery: Any, rounds: Any, track: Any, ballistic: int, launch_s: float, state: Any) -> float:
    """Flight time (s) of a ROUND launched at `launch_s` to meet `track`; NaN = never.

    Fills state[0:6] with the track at the meeting. At one mean speed a falling target is met by Newton steps from the
    straight one.
    """
    if rounds["speed_max_m_s"] > 0.0:
        return _overtake(battery, rounds, track, ballistic, launch_s, state)
    speed_m_s = rounds["speed_m_s"]
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
def _overtake(battery: Any, rounds: Any, track: Any, ballistic: int, launch_s: float, state: Any) -> float:
    """The same for a round that slows down: the first t with t = time(range(t), height(t)).

    Newton steps from the meeting at mean speed, or again from t = 0 where these find none. A straight track and a
    slowing round make a convex difference, so that steps from the left come up to the first meeting from below, and
    steps from between the two meetings with a target that leaves fall to its left; halving keeps them in the bracket.
    """
    low_s, high_s = 0.0, inf
    predict(track, ballistic, launch_s, state)
    dx, dy, dz = state[0] - battery["x_m"], state[1] - battery["y_m"], state[2] - battery["z_m"]
    time_s = flight_time_s(dx, dy, dz, state[3:6], rounds["speed_m_s"])
    again = not isnan(time_s)
    time_s = time_s if again else 0.0
    for _ in range(_COAST_STEPS):
        predict(track, ballistic, launch_s + time_s, state)
        dx, dy, dz = state[0] - battery["x_m"], state[1] - battery["y_m"], state[2] - battery["z_m"]
        range_m = sqrt(dx * dx + dy * dy + dz * dz)
        needed_s, slope = flight(rounds, range_m, height_m(state[0], state[1], state[2]))
        late_s = needed_s - time_s
        if abs(late_s) < _SETTLED_S:
            return time_s
        if late_s > 0.0:
            low_s = time_s
        else:
            high_s = time_s
        rate = slope * (dx * state[3] + dy * state[4] + dz * state[5]) / max(range_m, 1.0) - 1.0
        if rate >= 0.0 and high_s == inf:
            if not again:
                return nan
            low_s, time_s, again = 0.0, 0.0, False
            continue
        step_s = time_s - late_s / min(rate, -1e-9)
        time_s = step_s if low_s < step_s < high_s else 0.5 * (low_s + high_s)
        if time_s > _LONGEST_S and again:
            low_s, high_s, time_s, again = 0.0, inf, 0.0, False
        elif time_s > _LONGEST_S:
            return nan
    return nan


@kernel
def flown_m(rounds: Any, battery: Any, flight_s: float, state: Any) -> float:
    """Slant range (m) of a meeting at `state` after `flight_s`."""
    if rounds["speed_max_m_s"] <= 0.0:
        return flight_s * rounds["speed_m_s"]  # type: ignore[no-any-return]
    dx, dy, dz = state[0] - battery["x_m"], state[1] - battery["y_m"], state[2] - battery["z_m"]
    return sqrt(dx * dx + dy * dy + dz * dz)


@kernel
def ceiling_m(rounds: Any, range_m: float) -> float:
    """Highest intercept of a ROUND above sea level at a slant range: falls in a line from half reach to full reach."""
    top_m, far_m = rounds["height_max_m"], rounds["height_max_far_m"]
    half_m = 0.5 * rounds["range_max_m"]
    if far_m <= 0.0 or far_m >= top_m or range_m <= half_m:
        return top_m  # type: ignore[no-any-return]
    return top_m + (far_m - top_m) * min((range_m - half_m) / half_m, 1.0)  # type: ignore[no-any-return]


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
    flight_s = solve(battery, rounds, track, ballistic, launch_s, state)
    range_m = flown_m(rounds, battery, flight_s, state)
    if isnan(flight_s):
        return nan
    if not rounds["range_min_m"] <= range_m <= reach_m(rounds, ballistic):
        return nan
    height = height_m(state[0], state[1], state[2])
    lowest = levels_m[0] + rounds["height_min_m"] - track["position_sigma_m"]
    if height < lowest or height > levels_m[1] + ceiling_m(rounds, range_m):
        return nan
    return flight_s


@kernel
def surely_beyond(rounds: Any, battery: Any, ballistic: int, state: Any, spare_m: float) -> bool:
    """Whether even a head-on meeting with a target at `state` would lie beyond reach: the cheap refusal of most pairs.

    Head-on, a target at distance d and speed v is met at d s / (s + v) by a round at its mean speed s, and inside its
    reach a round that slows down is never slower than that; `spare_m` is how far it may come before the
    launch. A falling target, which gains speed, is never refused.
    """
    if ballistic:
        return False
    dx, dy, dz = state[0] - battery["x_m"], state[1] - battery["y_m"], state[2] - battery["z_m"]
    target_m_s = sqrt(state[3] * state[3] + state[4] * state[4] + state[5] * state[5])
    limit = rounds["range_max_m"] * (1.0 + target_m_s / rounds["speed_m_s"]) + spare_m
    return dx * dx + dy * dy + dz * dz > limit * limit  # type: ignore[no-any-return]
