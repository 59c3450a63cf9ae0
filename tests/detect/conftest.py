"""The cast of the detection tests: radars and targets that stand where a test puts them."""

from math import cos, pi, radians, sin

import numpy as np
import pytest

from farwatch import detect
from farwatch.chance import key_of
from farwatch.detect.pd_table import pd_tables, threshold_snr
from farwatch.records import CLASS, KNOT, PLOT, RADAR, TARGET
from farwatch.world.motion import Truth

FIGURES = {
    "rotating": 1, "period_s": 10.0, "batches": 1, "half_sector_rad": pi, "range_min_m": 1e3, "range_max_m": 400e3,
    "elevation_min_rad": radians(-2), "elevation_max_rad": radians(80), "range_reference_m": 100e3,
    "rcs_reference_m2": 1.0, "snr_reference": 20.0, "pulses": 10, "pfa": 1e-6, "range_cell_m": 150.0,
    "azimuth_beam_rad": radians(1.5), "elevation_beam_rad": radians(2), "range_floor_m": 20.0,
    "angle_floor_rad": radians(0.1), "height_m": 20.0, "z_m": 20.0, "id": 77, "lit_range_m": 400e3, "tilt_cosine": 1.0,
    "sidelobe_db": -300.0, "improvement_db": 300.0, "rain_improvement_db": 300.0,
}


@pytest.fixture
def radar():
    """Make sensors of one radar at the origin over a smooth earth, with some figures changed."""

    def make(**changes):
        radars = np.zeros(1, RADAR)
        radars["to_local"] = np.eye(3)
        for field, value in (FIGURES | changes).items():
            radars[field] = value
        detect.settle(radars)
        return sensors_of(radars)

    return make


def sensors_of(radars, floor_m=None):
    """Sensors over a smooth earth, or with the same floor everywhere; no filter, no jammers."""
    from farwatch.detect.air import air_tables
    from farwatch.detect.floor import terrain_floor
    from farwatch.world.terrain import flat

    made = [terrain_floor(flat(), 0, 0, row["height_m"], row["range_max_m"], 512) for row in radars]
    floors = np.stack([one.height_m for one in made])
    if floor_m is not None:
        floors[:] = floor_m
    return detect.Sensors(
        radars, floors, np.array([one.step_m for one in made]), pd_tables(radars), threshold_snr(radars),
        np.zeros(len(radars)), np.stack([one.lit(row["height_m"]) for one, row in zip(made, radars, strict=True)]),
        air_tables(radars), np.ones((len(radars), 2), np.float32), np.zeros((len(radars), 0, 3)),
    )


@pytest.fixture
def sky():
    """Make targets that fly straight from polar places: rows of range_m, azimuth_deg, height_m, velocity."""

    def make(rows, swerling=0, rcs_m2=1.0, length_s=1e5, **fields):
        targets, knots = np.zeros(len(rows), TARGET), np.zeros(2 * len(rows), KNOT)
        for i, (range_m, azimuth_deg, height_m, velocity) in enumerate(rows):
            azimuth = radians(azimuth_deg)
            start = np.array([range_m * sin(azimuth), range_m * cos(azimuth), height_m])
            for end in (0, 1):
                knot = knots[2 * i + end]
                knot["x_m"], knot["y_m"], knot["z_m"] = start + end * length_s * np.array(velocity)
                knot["vx_m_s"], knot["vy_m_s"], knot["vz_m_s"] = velocity
                knot["height_m"] = height_m + range_m**2 / 2 / 6371e3
        targets["id"] = 1000 + np.arange(len(rows))
        targets["first_knot"], targets["knot_count"] = 2 * np.arange(len(rows)), 2
        targets["step_s"], targets["rate"] = length_s, 1.0
        classes = np.zeros(1, CLASS)
        for side in ("nose", "side", "tail"):
            classes[f"rcs_{side}_m2"] = rcs_m2
        classes["swerling"] = swerling
        for field, value in fields.items():
            (targets if field in TARGET.names else classes)[field] = value
        return Truth(targets, knots, classes)

    return make


@pytest.fixture
def watch():
    """Let radar 0 scan in equal windows: all its plots, and the field afterwards."""

    def run(sensors, truth, periods, windows=1, key=None, r=0):
        field = detect.new_field(sensors, len(truth.targets))
        key = key or key_of(5, 0)
        detect.reset_field(sensors, truth, field)
        room = np.zeros(detect.batch_room(sensors, len(truth.targets)), PLOT)
        slice_s = sensors.radars["period_s"][r] / windows
        plots = []
        for w in range(int(periods * windows)):
            count = detect.scan(sensors, truth, field, r, w * slice_s, (w + 1) * slice_s, key, room)
            plots.append(room[:count].copy())
        return np.concatenate(plots), field

    return run
