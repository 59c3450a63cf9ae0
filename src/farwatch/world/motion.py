"""Motion: where every object in the air is at any time.

A trajectory is a row of knots, equally spaced on its own clock, in the mission frame. Between two knots it is
the cubic through both positions and velocities (Hermite). The clock of target i runs `rate` times as fast as
the mission's: a faster or slower flight along the same path, which is how a drawn speed is applied.

Several targets may share the same knots and differ in their start.
"""

from math import floor, sqrt
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from farwatch.compiled import carried, kernel
from farwatch.world.earth import MEAN_RADIUS_M

Array = NDArray[np.float64]

STATE_SIZE = 7
"""Length of a state: x, y, z (m), their rates (m/s), height above mean sea level (m)."""

_TIME_SLACK_S = 1e-6


@carried
class Truth(NamedTuple):
    """What is in the air: TARGET[n], KNOT[m], CLASS[k]."""

    targets: Any
    knots: Any
    classes: Any


@kernel
def state_at(truth: Any, i: int, time_s: float, out: Any) -> bool:
    """Fill `out[0:7]` with the state of target `i` at mission time `time_s`; False when it is not in the air.

    out: x, y, z in m; vx, vy, vz in m/s; height above mean sea level in m. `out` is untouched when False.
    The height is a cubic too, its slope being the velocity along the local vertical of a sphere: for knots up
    to 5 s apart and 500 km from the origin it is within 0.1 m of the ellipsoid's.
    """
    target = truth.targets[i]
    last = target["knot_count"] - 1
    own_s = (time_s - target["start_s"]) * target["rate"]
    step_s = target["step_s"]
    if own_s < -_TIME_SLACK_S or own_s > last * step_s + _TIME_SLACK_S or last < 1:
        return False
    k = min(max(floor(own_s / step_s), 0), last - 1)
    u = min(max(own_s / step_s - k, 0.0), 1.0)
    a = truth.knots[target["first_knot"] + k]
    b = truth.knots[target["first_knot"] + k + 1]
    # Weights of the ends in position, and their slopes.
    w1 = u * u * (3.0 - 2.0 * u)
    w0 = 1.0 - w1
    d0, d1 = u * (1.0 - u) * (1.0 - u) * step_s, u * u * (u - 1.0) * step_s
    s1 = 6.0 * u * (1.0 - u) / step_s
    e0, e1 = (1.0 - u) * (1.0 - 3.0 * u), u * (3.0 * u - 2.0)
    rate = target["rate"]
    out[0] = w0 * a["x_m"] + w1 * b["x_m"] + d0 * a["vx_m_s"] + d1 * b["vx_m_s"]
    out[1] = w0 * a["y_m"] + w1 * b["y_m"] + d0 * a["vy_m_s"] + d1 * b["vy_m_s"]
    out[2] = w0 * a["z_m"] + w1 * b["z_m"] + d0 * a["vz_m_s"] + d1 * b["vz_m_s"]
    out[3] = rate * (s1 * (b["x_m"] - a["x_m"]) + e0 * a["vx_m_s"] + e1 * b["vx_m_s"])
    out[4] = rate * (s1 * (b["y_m"] - a["y_m"]) + e0 * a["vy_m_s"] + e1 * b["vy_m_s"])
    out[5] = rate * (s1 * (b["z_m"] - a["z_m"]) + e0 * a["vz_m_s"] + e1 * b["vz_m_s"])
    out[6] = w0 * a["height_m"] + w1 * b["height_m"] + d0 * _climb_m_s(a) + d1 * _climb_m_s(b)
    return True


@kernel
def _climb_m_s(knot: Any) -> float:
    """Rate of height at a knot: its velocity along the outward radius of a sphere through the origin."""
    x, y, z = knot["x_m"], knot["y_m"], knot["z_m"] + MEAN_RADIUS_M
    outward = knot["vx_m_s"] * x + knot["vy_m_s"] * y + knot["vz_m_s"] * z
    return float(outward / sqrt(x * x + y * y + z * z))


def ends_s(targets: Any) -> Array:
    """Mission time at which each target reaches its last knot, s, (n,)."""
    return np.asarray(targets["start_s"] + (targets["knot_count"] - 1) * targets["step_s"] / targets["rate"])


def states_at(truth: Truth, times_s: Array) -> Array:
    """States (n_targets, n_times, 7) at some mission times; NaN where a target is not in the air."""
    states = np.full((len(truth.targets), len(times_s), STATE_SIZE), np.nan)
    _fill_states(truth, np.ascontiguousarray(times_s, dtype=np.float64), states)
    return states


@kernel
def _fill_states(truth: Any, times_s: Any, states: Any) -> None:
    for i in range(states.shape[0]):
        for j in range(states.shape[1]):
            state_at(truth, i, times_s[j], states[i, j])
