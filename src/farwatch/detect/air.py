"""Clear air as a table: what it leaves of an echo by range and height, for look-up in the mission loop.

The loss is the closed form of `gas`. It is smooth in range and, but for the lowest kilometres, in height, so the table
is bilinear in range and in a height that is stretched near the ground; the test says how far it is off.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from farwatch.compiled import kernel
from farwatch.detect.gas import path_in_air_m
from farwatch.detect.horizon import EFFECTIVE_RADIUS_M

RANGES, HEIGHTS = 128, 64
STRETCH_M = 3000.0
"""Half of the table's rows lie below this height; the last is infinitely high."""


def air_tables(radars: NDArray[Any]) -> NDArray[np.float32]:
    """Share of an echo that the air leaves, float32 (radars, HEIGHTS, RANGES), for RADAR rows."""
    out = np.ones((len(radars), HEIGHTS, RANGES), np.float32)
    for row, radar in zip(out, radars, strict=True):
        if radar["air_db_per_m"].any():
            fill_air(radar, row)
    return out


@kernel
def fill_air(radar: Any, out: Any) -> None:
    """Fill one radar's table: rows by height, columns by range from 0 to the radar's longest."""
    heights, ranges = out.shape
    for j in range(ranges):
        range_m = radar["range_max_m"] * j / (ranges - 1)
        for i in range(heights):
            share = i / heights
            rise_m = STRETCH_M * share / (1.0 - share) - radar["height_m"]
            sine = rise_m / max(range_m, 1.0) - 0.5 * range_m / EFFECTIVE_RADIUS_M
            out[i, j] = 10.0 ** (-0.1 * air_db(radar, radar["height_m"], range_m, min(1.0, max(-1.0, sine))))


@kernel
def air_db(radar: Any, antenna_m: float, range_m: float, sine_elevation: float) -> float:
    """Two-way loss in clear air along a ray that leaves an antenna at an elevation, dB."""
    loss_db = 0.0
    for k in range(2):
        equal_m = path_in_air_m(range_m, antenna_m, sine_elevation, radar["air_scale_m"][k])
        loss_db += radar["air_db_per_m"][k] * equal_m
    return loss_db


@kernel
def air_at(air: Any, range_max_m: float, range_m: float, height_m: float) -> float:
    """Share of an echo that the air leaves, from one radar's row of `air_tables`; heights below the sea count as 0."""
    heights, ranges = air.shape
    above_m = max(0.0, height_m)
    u = min(heights * above_m / (STRETCH_M + above_m), heights - 1.000001)
    v = min(range_m / range_max_m * (ranges - 1), ranges - 1.000001)
    i, j = int(u), int(v)
    u -= i
    v -= j
    low = (1.0 - v) * air[i, j] + v * air[i, j + 1]
    high = (1.0 - v) * air[i + 1, j] + v * air[i + 1, j + 1]
    return float((1.0 - u) * low + u * high)
