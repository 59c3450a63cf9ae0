"""What a radar with constant errors reports of a target, and how the report changes with each error.

The words are those of `detect.measurement.Bias`: an error is what is added to the truth. With local coordinates
e, n, u of the target at the radar's stated site and true time t:

    time reported      = t + time_s
    range reported     = (1 + range_gain) |(e - east_m, n - north_m, u)| + range_m
    azimuth reported   = atan2(e - east_m, n - north_m) + azimuth_rad
    elevation reported = atan2(u, ground range) + elevation_rad

(east_m, north_m) is where the antenna really stands, measured from its stated site. Range is slant range.

Source: Fischer, Muehe, Cameron, "Registration errors in a netted air surveillance system", MIT Lincoln Laboratory
TN 1980-40; Dhar, "Application of a recursive method for registration error correction", 1993.
"""

from math import pi
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

NAMES = ("range_m", "range_gain", "azimuth_rad", "elevation_rad", "time_s", "east_m", "north_m")
"""Every error that can be estimated, in this order everywhere."""

USUAL = np.array([1000.0, 0.005, 0.03, 0.03, 5.0, 1000.0, 1000.0])
"""How large each may usually be."""

WIDE = 3.0 * USUAL
"""Deviations of the prior: so wide that it hardly pulls, and that what it alone says is told from what data say."""


class Expected(NamedTuple):
    """Range, azimuth, elevation that a radar would report, f8[n, 3], and their derivatives."""

    report: Floats
    by_bias: Floats  # f8[n, 3, 7], by NAMES
    by_place: Floats  # f8[n, 3, 3], by x, y, z of the mission frame
    ground_m: Floats  # f8[n]


def expected(radar: Any, place: Floats, velocity: Floats, bias: Floats) -> Expected:
    """What `radar` (one RADAR row) with errors `bias` f8[7] reports of targets at f8[n, 3], moving with f8[n, 3].

    The places are those at the true times, reported time minus bias[4]; metres and m/s of the mission frame.
    """
    turn = np.asarray(radar["to_local"], float)
    site = np.array([radar["x_m"], radar["y_m"], radar["z_m"]], float)
    local = (place - site) @ turn.T
    local[:, 0] -= bias[5]
    local[:, 1] -= bias[6]
    e, n, u = local.T
    ground = np.maximum(np.hypot(e, n), 1.0)
    r = np.maximum(np.sqrt(ground**2 + u**2), 1.0)
    gain = 1.0 + bias[1]
    by_local = np.zeros((r.size, 3, 3))
    by_local[:, 0] = gain * local / r[:, None]
    by_local[:, 1, 0], by_local[:, 1, 1] = n / ground**2, -e / ground**2
    by_local[:, 2, 0], by_local[:, 2, 1], by_local[:, 2, 2] = (
        -u * e / (ground * r**2), -u * n / (ground * r**2), ground / r**2,
    )  # fmt: skip
    by_place = by_local @ turn
    by_bias = np.zeros((r.size, 3, len(NAMES)))
    by_bias[:, 0, 0] = by_bias[:, 1, 2] = by_bias[:, 2, 3] = 1.0
    by_bias[:, 0, 1] = r
    by_bias[:, :, 4] = -np.einsum("nij,nj->ni", by_place, velocity)
    by_bias[:, :, 5:] = -by_local[:, :, :2]
    report = np.stack([gain * r, np.arctan2(e, n), np.arctan2(u, ground)], axis=1) + bias[[0, 2, 3]]
    return Expected(report, by_bias, by_place, ground)


def reported(plots: np.ndarray) -> Floats:
    """Range, azimuth, elevation of PLOT[n] as f8[n, 3]."""
    return np.stack([plots["range_m"], plots["azimuth_rad"], plots["elevation_rad"]], axis=1)


def over(plots: np.ndarray, report: Floats) -> Floats:
    """Reported minus expected, f8[n, 3], angles within half a turn."""
    gap = reported(plots) - report
    gap[:, 1:] = (gap[:, 1:] + pi) % (2.0 * pi) - pi
    return gap


def apply(plots: np.ndarray, values: Floats) -> np.ndarray:
    """PLOT[n] of one radar without its errors f8[7]: a new array; NaN errors are left in.

    The offset of the site is not the plots' business: see `registration.moved`.
    """
    b = np.nan_to_num(np.asarray(values, float), nan=0.0)
    mended = plots.copy()
    mended["time_s"] -= b[4]
    mended["range_m"] = (plots["range_m"] - b[0]) / (1.0 + b[1])
    mended["range_sigma_m"] /= 1.0 + b[1]
    mended["azimuth_rad"] = (plots["azimuth_rad"] - b[2]) % (2.0 * pi)
    mended["elevation_rad"] = np.where(
        plots["elevation_sigma_rad"] > 0.0, plots["elevation_rad"] - b[3], plots["elevation_rad"]
    )
    return mended
