"""The small raid with a radar's plots of it, for forms that hold plots."""

from dataclasses import replace

import numpy as np

from farwatch.records import PLOT
from farwatch.track.sensors import Sensor, SensorPlace
from naive.small_raid import FIRST_S, small_raid


def small_sight():
    """A scene with one of everything: things, events, and two plots of one radar."""
    plots = np.zeros(2, PLOT)
    plots["time_s"], plots["range_m"], plots["azimuth_rad"] = FIRST_S + np.array([4.0, 9.0]), [40e3, 50e3], [0.5, 0.7]
    plots["range_sigma_m"], plots["azimuth_sigma_rad"], plots["truth"] = 60.0, 0.002, -1
    at = SensorPlace(lat_deg=23.6, lon_deg=45.2, height_m=715.0)
    radar = Sensor(name="alpha-92n6e", revisit_s=5, range_sigma_m=60, azimuth_sigma_deg=0.1, max_range_m=3e5, at=at)
    return replace(small_raid(None), plots=plots, sensors=(radar,))
