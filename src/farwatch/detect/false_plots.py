"""Plots that noise makes.

Their number in a window is Poisson; they lie uniformly over the cells of the part of the sky that the window covers,
and their strength exceeds the threshold by an exponential, the upper tail of noise through a square-law detector.
"""

from math import floor, log, pi, sin
from typing import Any

from farwatch.chance import FALSE_PLOT, NOBODY, poisson, uniform, uniforms
from farwatch.compiled import kernel
from farwatch.detect.air import air_at
from farwatch.detect.horizon import EFFECTIVE_RADIUS_M
from farwatch.detect.measurement import angle_sigma_rad, range_sigma_m

_TURN = 2.0 * pi


@kernel
def add_false_plots(sensors: Any, r: int, t0: float, t1: float, key: Any, plots: Any, count: int) -> int:
    """Append the false plots of radar `r` in (t0, t1] to `plots[:count]`; the new count."""
    radar = sensors.radars[r]
    if radar["false_plots"] <= 0.0:
        return count
    slice_s = radar["period_s"] / radar["batches"]
    window = int(t1 / slice_s + 0.5)
    who = int(radar["id"])
    mean = radar["false_plots"] * (t1 - t0) / radar["period_s"]
    number = poisson(mean, uniform(key, FALSE_PLOT, who, NOBODY, window))
    for j in range(min(number, plots.size - 1 - count)):
        place, moment = uniforms(key, FALSE_PLOT, who, 1 + 2 * j, window)
        rise, strength = uniforms(key, FALSE_PLOT, who, 2 + 2 * j, window)
        plot = plots[count]
        plot["truth"] = -1
        plot["radar_index"] = r
        plot["reply"] = 0
        plot["time_s"] = t0 + moment * (t1 - t0)
        plot["range_m"] = radar["range_min_m"] + place * (radar["range_max_m"] - radar["range_min_m"])
        plot["snr"] = sensors.threshold_snr[r] - log(strength) / radar["pulses"]
        _place(radar, uniform(key, FALSE_PLOT, who, 0x80000000 + j, window), rise, plot)
        reckoned = radar["snr_one"] * _air_before(radar, sensors.air[r], plot)
        plot["rcs_m2"] = plot["snr"] * plot["range_m"] ** 4 / reckoned
        count += 1
    return count


@kernel
def _place(radar: Any, across: float, rise: float, plot: Any) -> None:
    """Fill in angles of a false plot and their spread."""
    if radar["rotating"] == 1:
        turn = (plot["time_s"] - radar["phase_s"]) / radar["period_s"]
    else:
        turn = (radar["heading_rad"] + (2.0 * across - 1.0) * radar["half_sector_rad"]) / _TURN
    plot["azimuth_rad"] = (turn - floor(turn)) * _TURN
    energy_snr = plot["snr"] * radar["pulses"]
    plot["range_sigma_m"] = range_sigma_m(radar["range_cell_m"], radar["range_floor_m"], energy_snr)
    plot["azimuth_sigma_rad"] = angle_sigma_rad(radar["azimuth_beam_rad"], radar["angle_floor_rad"], energy_snr)
    plot["elevation_rad"] = 0.0
    plot["elevation_sigma_rad"] = 0.0
    if radar["elevation_beam_rad"] > 0.0:
        span = radar["elevation_max_rad"] - radar["elevation_min_rad"]
        plot["elevation_rad"] = radar["elevation_min_rad"] + rise * span
        plot["elevation_sigma_rad"] = angle_sigma_rad(
            radar["elevation_beam_rad"], radar["angle_floor_rad"], energy_snr
        )


@kernel
def _air_before(radar: Any, air: Any, plot: Any) -> float:
    """Share of an echo that the air would leave from where a false plot lies, as the radar reckons it for any plot."""
    range_m = plot["range_m"]
    height_m = radar["height_m"] + range_m * sin(plot["elevation_rad"]) + 0.5 * range_m * range_m / EFFECTIVE_RADIUS_M
    return float(air_at(air, radar["range_max_m"], range_m, height_m))
