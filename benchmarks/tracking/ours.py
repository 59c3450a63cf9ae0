"""Our tracker over a scene, in this process, after a run that compiles it."""

import inspect
import time
from functools import cache

import numpy as np
from scenes import make

from farwatch.records import RADAR
from farwatch.track.follow import follow
from farwatch.track.prepare import settings


def radar(scene):
    """RADAR[1] of a scene's sensor."""
    one, case = np.zeros(1, RADAR), scene.case
    one["to_local"] = np.eye(3)
    one["rotating"], one["period_s"], one["batches"] = 1, case.revisit_s, 1
    one["half_sector_rad"], one["elevation_min_rad"], one["elevation_max_rad"] = np.pi, -0.1, 1.5
    one["range_max_m"], one["pfa"], one["pulses"] = case.max_range_m, 1e-6, 10
    one["azimuth_beam_rad"] = 10.0 * np.deg2rad(case.azimuth_sigma_deg)
    one["elevation_beam_rad"] = 0.0 if case.flat else 10.0 * np.deg2rad(case.elevation_sigma_deg)
    one["range_floor_m"], one["angle_floor_rad"] = case.range_sigma_m, np.deg2rad(case.azimuth_sigma_deg)
    one["false_plots"], one["pd"] = case.false_plots, case.pd
    return one


def options(association, **changes):
    """TRACKER[1] with `association`, or the settings as they are where this checkout has no such choice."""
    known = inspect.signature(settings).parameters
    asked = {"association": association, "confirm": "existence", **changes}
    return settings(**{name: value for name, value in asked.items() if name in known})


def associations():
    """Whether this checkout lets one choose."""
    return "association" in inspect.signature(settings).parameters


def run(scene, association="gnn", learn=False, **changes):
    """(time_s, serial, place) at the scan times, and CPU seconds a scan. learn: without being told Pd and noise."""
    warm(association)
    site = radar(scene)
    if learn:
        site["false_plots"] = site["pd"] = np.nan
    tracker = options(association, **changes)
    begun = time.process_time()
    states = follow(scene.plots, site, tracker, None, float(scene.times_s[-1]))
    spent_s = time.process_time() - begun
    place = np.stack([states["x_m"], states["y_m"], states["z_m"]], 1)
    return (states["time_s"], states["serial"], place), spent_s / scene.times_s.size, states


@cache
def warm(association):
    """Compile, or load what was compiled."""
    scene = make("easy10", 0, scans=8)
    follow(scene.plots, radar(scene), options(association), None, float(scene.times_s[-1]))
