"""What a radar's strength and limits allow, terrain apart: by ground range and height over a smooth earth.

Over each ring of ground range, straight rays over an earth of effective radius give the slant range and elevation of
every height, and the mission's own echo gives the signal. The limits of range and elevation are kept beside it as
heights, so that they cut sharply. See `docs/models/coverage.md`.
"""

from dataclasses import dataclass
from math import atan2, cos, floor, hypot, isnan, log10, nan, pi, sin, sqrt
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from farwatch.compiled import kernel
from farwatch.detect.air import air_at, air_tables
from farwatch.detect.echo import (
    ACROSS,
    APPARENT,
    AZIMUTH,
    BEND,
    GROUND,
    PLACE_SIZE,
    RANGE,
    SINE,
    elevation_gain,
    steering_gain,
    weather_gain,
)
from farwatch.detect.horizon import EFFECTIVE_RADIUS_M
from farwatch.detect.statistics import pd, required_snr

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]

RINGS, LEVELS = 1024, 600
LOWEST_M, HIGHEST_M = -450.0, 60_000.0
"""Heights above mean sea level looked at, denser toward the ground: from the lowest land to above all that flies."""

_FROM_DB, _STEP_DB, _STEPS = -40.0, 0.05, 2401
FAINT_DB = -200.0
AZIMUTHS = 720
_TURN = 2.0 * pi


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What is looked for: mean cross-section, fluctuation, the chance per look that counts as seen, and its name."""

    rcs_m2: float = 1.0
    pd: float = 0.8
    swerling: int = 1
    name: str = ""


class Reach(NamedTuple):
    """What one radar's strength and limits allow against one target.

    snr_db f4[rings, levels], mean SNR per pulse, straight ahead; low_m and high_m f8[rings], heights above mean sea
    level between its limits of range and elevation, NaN where there are none; azimuth_db f8[azimuths], what the beam
    adds by azimuth, from north; seen_low_m and seen_high_m f8[azimuths, rings], the lowest stretch of heights in
    which `Target.pd` is reached, NaN where nowhere; pd f8[steps], chance of detection by decibel; step_m between rings;
    heading_rad and half_sector_rad, its sector; period_s, between looks.
    """

    snr_db: Any
    low_m: Any
    high_m: Any
    azimuth_db: Any
    seen_low_m: Any
    seen_high_m: Any
    pd: Any
    step_m: float
    heading_rad: float
    half_sector_rad: float
    period_s: float


class Spot(NamedTuple):
    """Where a radar stands on a grid: row and column of its cell, metres per cell, and the bearing of grid north."""

    row: int
    column: int
    cell_m: float
    north_rad: float


def levels_m() -> Floats:
    """Heights of the levels, m above mean sea level."""
    share = np.arange(LEVELS) / (LEVELS - 1.0)
    return np.asarray(LOWEST_M + (HIGHEST_M - LOWEST_M) * share * share)


def reach_of(radar: Any, target: Target, radius_m: float) -> Reach:
    """The reach of a RADAR row (settled, with its antenna's height) against a target, out to a ground range."""
    ground_m = np.linspace(0.0, radius_m, RINGS)
    snr_db = np.empty((RINGS, LEVELS), np.float32)
    air = air_tables(np.array([radar]))[0]
    fill_snr(radar, air, target.rcs_m2, ground_m, levels_m(), np.zeros(PLACE_SIZE), snr_db)
    low_m, high_m = _limits(radar, ground_m)
    azimuth_db = steering_db(radar, np.zeros(PLACE_SIZE))
    pulses, pfa = int(radar["pulses"]), float(radar["pfa"])
    reach = Reach(
        snr_db=snr_db,
        low_m=low_m,
        high_m=high_m,
        azimuth_db=azimuth_db,
        seen_low_m=np.empty((azimuth_db.size, RINGS)),
        seen_high_m=np.empty((azimuth_db.size, RINGS)),
        pd=pd(target.swerling, _FROM_DB + _STEP_DB * np.arange(_STEPS), pulses, pfa),
        step_m=radius_m / (RINGS - 1.0),
        heading_rad=float(radar["heading_rad"]),
        half_sector_rad=float(radar["half_sector_rad"]),
        period_s=float(radar["period_s"]),
    )
    fill_seen(reach, float(required_snr(target.pd, pfa, pulses, target.swerling)))
    return reach


@kernel
def fill_snr(radar: Any, air: Any, rcs_m2: float, ground_m: Any, height_m: Any, place: Any, out: Any) -> None:
    """Mean SNR per pulse toward the heading, dB, f4[ground ranges, heights]; `place` is room for `echo`."""
    antenna = EFFECTIVE_RADIUS_M + radar["height_m"]
    place[AZIMUTH] = radar["heading_rad"]
    for i in range(ground_m.size):
        angle = ground_m[i] / EFFECTIVE_RADIUS_M
        place[GROUND] = ground_m[i]
        for j in range(height_m.size):
            reach = EFFECTIVE_RADIUS_M + height_m[j]
            across, up = reach * sin(angle), reach * cos(angle) - antenna
            slant_m = max(hypot(across, up), 1.0)
            place[6], place[RANGE], place[ACROSS] = height_m[j], slant_m, across
            place[APPARENT] = atan2(up, across)
            place[SINE] = up / slant_m - BEND * ground_m[i]
            gain = steering_gain(radar, place) * elevation_gain(radar, place[APPARENT])
            snr = radar["snr_one"] * rcs_m2 * gain * gain / (slant_m * slant_m) / (slant_m * slant_m)
            snr *= air_at(air, radar["range_max_m"], slant_m, height_m[j]) * weather_gain(radar, place)
            out[i, j] = 10.0 * log10(snr) if snr > 1e-20 else FAINT_DB


def steering_db(radar: Any, place: Floats) -> Floats:
    """What an array loses, two ways, by steering to an azimuth at the horizon, dB, from north; one 0 for others."""
    if radar["roll_off_exponent"] <= 0.0:
        return np.zeros(1)
    place[RANGE] = place[ACROSS] = 1.0
    gains = []
    for azimuth_rad in (float(radar["heading_rad"]), *(_TURN * np.arange(AZIMUTHS) / AZIMUTHS)):
        place[AZIMUTH] = azimuth_rad
        gains.append(steering_gain(radar, place))
    ratio = np.maximum(np.asarray(gains[1:]) / gains[0], 1e-15)
    return np.asarray(20.0 * np.log10(ratio))


def _limits(radar: Any, ground_m: Floats) -> tuple[Floats, Floats]:
    """Lowest and highest height between a radar's limits of elevation and range, by ground range; NaN for none."""
    antenna, angle = EFFECTIVE_RADIUS_M + float(radar["height_m"]), ground_m / EFFECTIVE_RADIUS_M
    low_m, high_m = (
        np.where(edge + angle < 0.5 * pi, antenna * cos(edge) / np.cos(edge + angle), np.inf) - EFFECTIVE_RADIUS_M
        for edge in (float(radar["elevation_min_rad"]), float(radar["elevation_max_rad"]))
    )
    middle, aside = antenna * np.cos(angle), antenna * np.sin(angle)
    with np.errstate(invalid="ignore"):
        far_m = middle + np.sqrt(float(radar["range_max_m"]) ** 2 - aside**2) - EFFECTIVE_RADIUS_M
        near_m = middle + np.sqrt(float(radar["range_min_m"]) ** 2 - aside**2) - EFFECTIVE_RADIUS_M
    low_m, high_m = np.fmax(low_m, near_m), np.minimum(high_m, far_m)
    none = ~(low_m <= high_m)
    return np.where(none, nan, low_m), np.where(none, nan, high_m)


@kernel
def fill_seen(reach: Any, needed_db: float) -> None:
    """Fill `seen_low_m` and `seen_high_m` for an SNR that is needed, between levels by straight lines."""
    rings, levels = reach.snr_db.shape
    rise = (HIGHEST_M - LOWEST_M) / ((levels - 1.0) * (levels - 1.0))
    for a in range(reach.azimuth_db.size):
        needed = needed_db - reach.azimuth_db[a]
        for i in range(rings):
            low, high, before, is_open = nan, nan, 0.0, False
            for j in range(levels):
                here = reach.snr_db[i, j]
                if (here >= needed) != is_open:
                    place = 0.0 if j == 0 else j - 1.0 + (needed - before) / (here - before)
                    if is_open:
                        high = LOWEST_M + rise * place * place
                        break
                    low, high, is_open = LOWEST_M + rise * place * place, HIGHEST_M, True
                before = here
            low, high = max(low, reach.low_m[i]), min(high, reach.high_m[i])
            seen = is_open and low <= high and not isnan(reach.low_m[i])
            reach.seen_low_m[a, i] = low if seen else nan
            reach.seen_high_m[a, i] = high if seen else nan


@kernel
def is_inside(reach: Any, azimuth_rad: float) -> bool:
    """Whether an azimuth lies in the radar's sector."""
    off = (azimuth_rad - reach.heading_rad) / _TURN
    return bool(reach.half_sector_rad >= pi or abs(off - floor(off + 0.5)) * _TURN <= reach.half_sector_rad)


@kernel
def azimuth_row(reach: Any, azimuth_rad: float) -> int:
    """Row of `azimuth_db` nearest to an azimuth."""
    count = reach.azimuth_db.size
    return int(floor(azimuth_rad / _TURN * count + 0.5) % count)


@kernel
def seen_between(reach: Any, ground_range_m: float, azimuth_rad: float) -> tuple[float, float]:
    """Heights above mean sea level between which the target is seen, line of sight given; NaN for nowhere."""
    v = ground_range_m / reach.step_m
    k = int(v)
    if v > reach.seen_low_m.shape[1] - 1 or not is_inside(reach, azimuth_rad):
        return nan, nan
    k = min(k, reach.seen_low_m.shape[1] - 2)
    v -= k
    a = azimuth_row(reach, azimuth_rad)
    low, high = reach.seen_low_m[a], reach.seen_high_m[a]
    return (1.0 - v) * low[k] + v * low[k + 1], (1.0 - v) * high[k] + v * high[k + 1]


@kernel
def fill_stretch(reach: Any, azimuth_rad: Any, ground_range_m: Any, low_m: Any, high_m: Any) -> None:
    """`seen_between` for all azimuths and ground ranges: f8[azimuths, ranges] each."""
    for a in range(azimuth_rad.size):
        for i in range(ground_range_m.size):
            low_m[a, i], high_m[a, i] = seen_between(reach, ground_range_m[i], azimuth_rad[a])


@kernel
def polar(spot: Any, row: int, column: int) -> tuple[float, float]:
    """Ground range, m, and azimuth from true north, rad, of a cell."""
    east_m, north_m = (column - spot.column) * spot.cell_m, (spot.row - row) * spot.cell_m
    return sqrt(east_m * east_m + north_m * north_m), atan2(east_m, north_m) + spot.north_rad


@kernel
def fill_floor_seen(los_m: Any, ground_m: Any, spot: Any, reach: Any, out: Any) -> None:
    """Lowest height above ground, f4[rows, columns], at which a radar sees its target; NaN where at none.

    los_m: lowest height above ground with a line of sight; ground_m: the ground above mean sea level.
    """
    for i in range(los_m.shape[0]):
        for j in range(los_m.shape[1]):
            distance_m, azimuth = polar(spot, i, j)
            low_m, high_m = seen_between(reach, distance_m, azimuth)
            lowest_m = max(ground_m[i, j] + los_m[i, j], low_m)
            out[i, j] = lowest_m - ground_m[i, j] if lowest_m <= high_m else nan


@kernel
def add_seen(los_m: Any, ground_m: Any, spot: Any, reach: Any, height_m: float, above_ground: bool, out: Any) -> None:
    """Add one to `out`, u1[rows, columns], where a radar sees its target at a height above ground or sea."""
    for i in range(los_m.shape[0]):
        for j in range(los_m.shape[1]):
            high_m = ground_m[i, j] + height_m if above_ground else height_m
            if high_m - ground_m[i, j] >= los_m[i, j]:
                distance_m, azimuth = polar(spot, i, j)
                lowest_m, highest_m = seen_between(reach, distance_m, azimuth)
                if lowest_m <= high_m <= highest_m:
                    out[i, j] += 1


@kernel
def pd_here(reach: Any, ground_range_m: float, azimuth_rad: float, height_m: float) -> float:
    """Chance of detection in one look at a height above mean sea level, line of sight given; 0 outside the limits."""
    v = ground_range_m / reach.step_m
    k = int(v)
    if k > reach.snr_db.shape[0] - 2 or not is_inside(reach, azimuth_rad):
        return 0.0
    v -= k
    low_m = (1.0 - v) * reach.low_m[k] + v * reach.low_m[k + 1]
    high_m = (1.0 - v) * reach.high_m[k] + v * reach.high_m[k + 1]
    if not low_m <= height_m <= high_m:
        return 0.0
    levels = reach.snr_db.shape[1]
    u = min(sqrt(max(height_m - LOWEST_M, 0.0) / (HIGHEST_M - LOWEST_M)) * (levels - 1.0), levels - 1.000001)
    j = int(u)
    u -= j
    near = (1.0 - u) * reach.snr_db[k, j] + u * reach.snr_db[k, j + 1]
    far = (1.0 - u) * reach.snr_db[k + 1, j] + u * reach.snr_db[k + 1, j + 1]
    snr_db = (1.0 - v) * near + v * far + reach.azimuth_db[azimuth_row(reach, azimuth_rad)]
    place = (snr_db - _FROM_DB) / _STEP_DB
    if place <= 0.0:
        return 0.0
    place = min(place, _STEPS - 1.000001)
    n = int(place)
    return float((n + 1.0 - place) * reach.pd[n] + (place - n) * reach.pd[n + 1])


@kernel
def fill_unseen(
    los_m: Any, ground_m: Any, spot: Any, reach: Any, height_m: float, above_ground: bool, out: Any
) -> None:
    """Multiply `out`, f4[rows, columns], by the chance that one look misses a target at a height."""
    for i in range(los_m.shape[0]):
        for j in range(los_m.shape[1]):
            msl_m = ground_m[i, j] + height_m if above_ground else height_m
            if msl_m - ground_m[i, j] >= los_m[i, j]:
                distance_m, azimuth = polar(spot, i, j)
                out[i, j] *= 1.0 - pd_here(reach, distance_m, azimuth, msl_m)


@kernel
def fill_vertical(reach: Any, azimuth_rad: float, ground_range_m: Any, height_m: Any, out: Any) -> None:
    """Chance of detection in one look, f8[heights, ground ranges], in one direction, line of sight given."""
    for i in range(ground_range_m.size):
        for j in range(height_m.size):
            out[j, i] = pd_here(reach, ground_range_m[i], azimuth_rad, height_m[j])
