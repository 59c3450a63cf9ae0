"""Order and resolution of the plots of one window.

Two plots that lie within one range cell and one beam width of each other are one: the radar cannot tell them apart.
The joint plot lies at their centroid by strength, has the strength of both, carries the name of the stronger in its
bookkeeping, and its errors grow by what their separation adds.
"""

from math import pi, sqrt
from typing import Any

from farwatch.compiled import kernel

_TURN = 2.0 * pi


@kernel
def sort_plots(plots: Any, count: int, moments: Any, order: Any) -> None:
    """Insertion sort by time; equal times keep their order. The row after `count` is used as room.

    moments f8[room], order i8[room]: times are sorted here, and then each plot is moved once.
    """
    for i in range(count):
        moment, j = plots[i]["time_s"], i
        while j > 0 and moments[j - 1] > moment:
            moments[j], order[j] = moments[j - 1], order[j - 1]
            j -= 1
        moments[j], order[j] = moment, i
    for i in range(count):  # round each cycle, beginning with a hole in row i
        if order[i] == i:
            continue
        plots[count] = plots[i]
        hole = i
        while order[hole] != i:
            source = order[hole]
            plots[hole] = plots[source]
            order[hole] = hole
            hole = source
        plots[hole] = plots[count]
        order[hole] = hole


@kernel
def merge_plots(radar: Any, plots: Any, count: int) -> int:
    """Join unresolved plots of `plots[:count]`, sorted by time; how many are left, in front, still sorted."""
    dwell_s = radar["azimuth_beam_rad"] / _TURN * radar["period_s"] if radar["rotating"] == 1 else radar["period_s"]
    kept = 0
    for i in range(count):
        joined = False
        k = kept - 1
        while k >= 0 and plots[i]["time_s"] - plots[k]["time_s"] <= dwell_s:
            if is_one(radar, plots[k], plots[i]):
                _join(plots[k], plots[i])
                joined = True
                break
            k -= 1
        if not joined:
            if kept != i:
                plots[kept] = plots[i]
            kept += 1
    return kept


@kernel
def is_one(radar: Any, a: Any, b: Any) -> bool:
    """Whether a radar cannot tell two plots apart."""
    if abs(a["range_m"] - b["range_m"]) > radar["range_cell_m"]:
        return False
    apart = abs(a["azimuth_rad"] - b["azimuth_rad"])
    if min(apart, _TURN - apart) > radar["azimuth_beam_rad"]:
        return False
    beam_rad = radar["elevation_beam_rad"]
    return bool(beam_rad <= 0.0 or abs(a["elevation_rad"] - b["elevation_rad"]) <= beam_rad)


@kernel
def _join(a: Any, b: Any) -> None:
    """Make plot `a` the joint plot of `a` and `b`; it keeps its time."""
    share = b["snr"] / (a["snr"] + b["snr"])
    spread = sqrt(share * (1.0 - share))
    d_range = b["range_m"] - a["range_m"]
    d_azimuth = b["azimuth_rad"] - a["azimuth_rad"]
    d_azimuth -= _TURN * round(d_azimuth / _TURN)
    d_elevation = b["elevation_rad"] - a["elevation_rad"]
    a["range_m"] += share * d_range
    azimuth = a["azimuth_rad"] + share * d_azimuth
    a["azimuth_rad"] = azimuth - _TURN if azimuth >= _TURN else (azimuth + _TURN if azimuth < 0.0 else azimuth)
    a["elevation_rad"] += share * d_elevation
    a["range_sigma_m"] = sqrt(a["range_sigma_m"] ** 2 + (spread * d_range) ** 2)
    a["azimuth_sigma_rad"] = sqrt(a["azimuth_sigma_rad"] ** 2 + (spread * d_azimuth) ** 2)
    if a["elevation_sigma_rad"] > 0.0:
        a["elevation_sigma_rad"] = sqrt(a["elevation_sigma_rad"] ** 2 + (spread * d_elevation) ** 2)
    if share > 0.5:
        a["truth"] = b["truth"]
    a["snr"] += b["snr"]
    a["rcs_m2"] += b["rcs_m2"]
    a["reply"] = max(a["reply"], b["reply"])
