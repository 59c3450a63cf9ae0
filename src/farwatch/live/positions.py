"""Positions that aircraft or other systems report, as plots of a sensor that does not exist.

The tracker takes plots, so each kind of report (`adsb`, `cat021`, `cat062`) has a virtual sensor: it stands a degree
south of the first position it hears, or where a sensor file says, and measures range, azimuth and height so well that
the plot has just the stated error in each horizontal direction. Errors of one aircraft's reports, a second apart, are
not independent, so the sensor keeps one plot at most of each aircraft in each of its periods. A system track (CAT062)
is itself filtered: its errors last for many of its updates, and its stated sigma is taken three times, an assumption
that leaves the fused track less sure than it might be rather than surer than it is.
"""

from typing import Any, NamedTuple

import numpy as np

from farwatch.live.instant import near
from farwatch.records import PLOT
from farwatch.track.sensors import Sensor
from farwatch.world.earth import Frame

NEAREST_M = 5_000.0
"""Positions nearer to the virtual sensor than this are left out: there azimuth means little."""

SOUTH_DEG = 1.0
"""How far south of the first position a virtual sensor stands."""

HEIGHT_SIGMA_M = 40.0
"""As of a transponder's answer to a radar (`formats.asterix.Spreads`)."""


MEMORY_TURNS, MOST_AIRCRAFT = 16, 20_000
"""Periods for which an aircraft is remembered, and how many are, the first ones heard forgotten first."""


class Kind(NamedTuple):
    """What is taken for granted of one kind of report."""

    period_s: float
    sigma_m: float  # where none is told
    least_sigma_m: float
    factor: float  # by which a told sigma is multiplied


SELF_REPORTED = Kind(period_s=4.0, sigma_m=50.0, least_sigma_m=30.0, factor=1.0)
"""ADS-B. Navigation accuracy category 8 bounds the position by 0.05 NM in 95 of 100 cases (RTCA DO-260B, NACp): 38 m in
each direction; 50 with what the aircraft flies between measuring and sending, an assumption."""

SYSTEM_TRACK = Kind(period_s=8.0, sigma_m=300.0, least_sigma_m=100.0, factor=3.0)

KINDS = {"adsb": SELF_REPORTED, "cat021": SELF_REPORTED}
"""By the name of the virtual sensor; others are system tracks."""


def kind_of(name: str) -> Kind:
    """What is taken for granted of the reports of a virtual sensor."""
    return KINDS.get(name, SYSTEM_TRACK)


def fields_of(name: str, first: Any) -> dict[str, Any]:
    """Fields of a virtual `Sensor`; first: one POSITION."""
    kind = kind_of(name)
    lat_deg = float(first["lat_deg"]) - SOUTH_DEG
    if lat_deg < -85.0:
        lat_deg += 2.0 * SOUTH_DEG
    return {
        "name": name, "rotating": False, "interrogator": True, "revisit_s": kind.period_s,
        "at": {"lat_deg": round(lat_deg, 3), "lon_deg": round(float(first["lon_deg"]), 3), "height_m": 0.0},
        "range_sigma_m": kind.sigma_m, "azimuth_sigma_deg": 0.05, "height_sigma_m": HEIGHT_SIGMA_M,
        "elevation_min_deg": -20.0, "max_range_m": 2e6,
    }  # fmt: skip


def thinned(positions: np.ndarray, period_s: float, latest: dict[tuple[int, int], int]) -> np.ndarray:
    """POSITION rows of which each aircraft has one in a period; latest: the periods used last, kept up to date.

    Aircraft are told by address, or by the number that the source gave them; where there is neither none is left out.
    """
    kept = []
    for k, row in enumerate(positions):
        key = (int(row["address"]), int(row["track_number"]) if not row["address"] else -1)
        turn = int(row["time_s"] // period_s)
        if key == (0, -1) or latest.get(key, turn - 1) != turn:
            latest[key] = turn
            kept.append(k)
    if latest:
        newest = max(latest.values())
        for key in [key for key, turn in latest.items() if abs(newest - turn) > MEMORY_TURNS]:
            del latest[key]
    for key in list(latest)[: max(len(latest) - MOST_AIRCRAFT, 0)]:
        del latest[key]
    return positions[kept]


def plots_of(positions: np.ndarray, sensor: Sensor, reference_s: float) -> np.ndarray:
    """PLOT[n] of a virtual sensor from POSITION rows; times of day are brought near a reference."""
    kind, at = kind_of(sensor.name), sensor.at
    if at is None:
        return np.zeros(0, PLOT)
    frame = Frame(at.lat_deg, at.lon_deg, at.height_m)
    xyz_m = frame.to_local(positions["lat_deg"], positions["lon_deg"], positions["height_m"]).reshape(-1, 3)
    across_m = np.hypot(xyz_m[:, 0], xyz_m[:, 1])
    told = np.isfinite(positions["sigma_m"]) & (positions["sigma_m"] > 0.0)
    sigma_m = np.where(told, kind.factor * np.nan_to_num(positions["sigma_m"]), kind.sigma_m)
    sigma_m = np.maximum(sigma_m, kind.least_sigma_m)
    plots = np.zeros(positions.size, PLOT)
    plots["time_s"] = near(positions["time_s"], reference_s)
    plots["range_m"] = np.sqrt((xyz_m**2).sum(axis=1))
    plots["azimuth_rad"] = np.mod(np.arctan2(xyz_m[:, 0], xyz_m[:, 1]), 2.0 * np.pi)
    plots["range_sigma_m"], plots["azimuth_sigma_rad"] = sigma_m, sigma_m / np.maximum(across_m, NEAREST_M)
    plots["height_m"], plots["height_sigma_m"] = positions["height_m"], sensor.height_sigma_m
    for name in ("mode_a", "address"):
        plots[name] = positions[name]
    plots["reply"], plots["truth"] = 1, -1
    return plots[across_m >= NEAREST_M]
