"""How long a round flies to a range and a height: boost to its greatest speed, then coast through thinning air.

Outcome level: a table time(range, height) in closed form, made from published or assumed figures (mean speed to full
reach, greatest speed, time until then), not a trajectory. Where only the mean speed is known, time is range over mean
speed. The air that a round meets is that of a climb to the height of the meeting or, on long flights, to the top of an
arc; how hard it slows down is what makes the time to full reach equal to reach over mean speed. Equations, validity and
known error: `docs/models/engagement.md`.
"""

from math import expm1, inf, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from farwatch.compiled import kernel

AIR_SCALE_M = 8_800.0
"""Height over which the density of air falls by a factor e: within 5 % of the US Standard Atmosphere of 1976 for the
mean over a climb of up to 40 km."""

ARC_SHARE = 0.125
"""Top of the arc over its range. A parabola fired at 27 degrees has it; an assumption of farwatch."""

_MOST_SLOWING = 50.0
_STRAIGHT = 1e-9
_NEWTON_STEPS = 30


@kernel
def mean_air(top_m: float) -> float:
    """Mean density of the air on a climb from sea level to `top_m`, over that at sea level: H/h (1 - exp(-h/H))."""
    share = max(top_m, 0.0) / AIR_SCALE_M
    return -expm1(-share) / share if share > _STRAIGHT else 1.0


@kernel
def flight(rounds: Any, range_m: float, height_m: float) -> tuple[float, float]:
    """Flight time (s) of a ROUND to a slant range and a height above sea level, and its slope in range (s per m).

    With c the way after burn-out, x = c a(h) / L the slowing on it, v the greatest speed and b the boost:
    t = b + c / v (exp(x) - 1) / x, from dv/ds = -v a / L; while it boosts, t = b sqrt(s / s_b).
    """
    speed_m_s = rounds["speed_max_m_s"]
    if speed_m_s <= 0.0:
        return range_m / rounds["speed_m_s"], 1.0 / rounds["speed_m_s"]
    boost_s = rounds["boost_s"]
    boost_m = 0.5 * speed_m_s * boost_s
    if range_m <= boost_m:
        time_s = boost_s * sqrt(max(range_m, 0.0) / boost_m)
        return time_s, boost_s * boost_s / (2.0 * boost_m * max(time_s, 1e-3))
    coast_m = range_m - boost_m
    arc_m = ARC_SHARE * range_m
    top_m = max(height_m, arc_m)
    air = mean_air(top_m)
    slowing = min(coast_m * air / rounds["drag_length_m"], _MOST_SLOWING)
    if slowing < _STRAIGHT:
        return boost_s + coast_m / speed_m_s, 1.0 / speed_m_s
    longer = expm1(slowing) / slowing
    growth = 1.0
    if arc_m >= height_m:  # a longer flight has a higher arc, so its air is thinner
        here = 1.0 - air * top_m / AIR_SCALE_M  # density at the top, exp(-m / H)
        growth += coast_m * ARC_SHARE * (here - air) / (top_m * air)
    slope = (longer + (1.0 + longer * slowing - longer) * growth) / speed_m_s
    return boost_s + coast_m / speed_m_s * longer, slope


@kernel
def flight_time_to_s(rounds: Any, range_m: float, height_m: float) -> float:
    """Flight time (s) of a ROUND to a slant range and a height above sea level, metres."""
    return flight(rounds, range_m, height_m)[0]


def settle(rounds: NDArray[Any]) -> None:
    """Derive `drag_length_m` of every ROUND, of any shape, in place: time to `range_max_m` is that over `speed_m_s`.

    The condition c / v (exp(x) - 1) / x + b = R / s is solved for x by Newton steps, which fall to the root because
    the left side is convex. Where the mean is too near the greatest speed for any slowing, the greatest speed is raised
    to what the mean demands; a boost longer than the flight is cut to it.
    """
    known = rounds["speed_max_m_s"] > 0.0
    if not known.any():
        return
    reach_m, mean_m_s = rounds["range_max_m"][known], rounds["speed_m_s"][known]
    speed_m_s = rounds["speed_max_m_s"][known]
    boost_s = np.minimum(rounds["boost_s"][known], reach_m / np.maximum(speed_m_s, mean_m_s))
    speed_m_s = np.maximum(speed_m_s, reach_m / (reach_m / mean_m_s - 0.5 * boost_s))
    coast_m = reach_m - 0.5 * speed_m_s * boost_s
    unslowed = np.ones(coast_m.shape)  # also of what boosts all the way: nothing is left to coast
    longer = np.divide(speed_m_s * (reach_m / mean_m_s - boost_s), coast_m, out=unslowed, where=coast_m > 0.0)
    longer = np.maximum(longer, 1.0)
    slowing = 2.0 * np.log(longer)
    for _ in range(_NEWTON_STEPS):
        at = np.where(slowing > _STRAIGHT, slowing, 1.0)
        value, rise = np.expm1(at) / at, (np.exp(at) - np.expm1(at) / at) / at
        slowing = np.where(slowing > _STRAIGHT, at - (value - longer) / rise, 0.0)
    top = ARC_SHARE * reach_m / AIR_SCALE_M
    length_m = np.full(len(slowing), inf)
    slows = slowing > _STRAIGHT
    length_m[slows] = (coast_m * -np.expm1(-top) / top)[slows] / slowing[slows]
    rounds["speed_max_m_s"][known], rounds["boost_s"][known] = speed_m_s, boost_s
    rounds["drag_length_m"][known] = length_m
