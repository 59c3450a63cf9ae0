"""The inner step, our kernels beside a plain C twin: one look at one target, and the filter's answer to its plot.

    python benchmarks/inner_step.py

Ours calls what the mission calls: `detect.scan` on a world of one target and one array, `sight.take`, and the filter's
`predict` and `update`. The array steers off a tilted broadside, its pattern falls off above a beam top, and it looks
through air, past lit ground and a stand-off jammer, with a filter against clutter. Not in it: gating, assignment,
confirmation, identity; nor rain, fog and transponders. Both fly the same flights with the same luck; that their sums
agree is checked. The twin is compiled when this runs, with `gcc -O3 -march=native`.
"""

import ctypes
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from farwatch.compiled import kernel
from farwatch.detect.air import air_tables
from farwatch.detect.echo import BEND
from farwatch.detect.equation import settle
from farwatch.detect.pd_table import pd_tables, threshold_snr
from farwatch.detect.response import SPEEDS, fill_response
from farwatch.detect.scan import Sensors, new_field, reset_field, scan
from farwatch.records import CLASS, KNOT, PLOT, RADAR, TARGET, TRACK
from farwatch.track.filter import noise_density, predict, update
from farwatch.track.prepare import RAID_SOJOURNS_S, Motion, settings
from farwatch.track.sight import SIGHT, take
from farwatch.world.motion import Truth, state_at

FLIGHTS, REPEATS = 400, 7
AZIMUTHS, RANGES, RANGE_MAX_M = 1440, 1024, 250e3
LIT_SHARE, AGREE = 0.5, 1e-9

RADAR_FIELDS = (
    "x_m", "y_m", "z_m", "to_local", "height_m", "period_s", "phase_s", "range_min_m", "range_max_m",
    "elevation_min_rad", "elevation_max_rad", "snr_one", "pulses", "range_cell_m", "azimuth_beam_rad",
    "elevation_beam_rad", "range_floor_m", "angle_floor_rad", "heading_rad", "half_sector_rad", "rain_db_per_m",
    "fog_db_per_m", "beam_top_rad", "roll_off_exponent", "tilt_sine", "tilt_cosine", "sidelobe_ratio",
    "improvement_ratio", "gamma_ratio", "lit_range_m", "rain_reflectivity_per_m", "track_interval_s",
)  # fmt: skip
"""The twin's radar, in its order; step of the floor, least SNR, bend and id follow."""

MISSION = Motion(cruise_sojourn_s=RAID_SOJOURNS_S[0], manoeuvre_sojourn_s=RAID_SOJOURNS_S[1])
"""How targets of a mission move; the twin has the same times written out."""


class Tables(ctypes.Structure):
    """The twin's `Tables`: addresses of the arrays of `Sensors`, then their lengths."""

    _fields_ = (
        *((name, ctypes.c_void_p) for name in ("floors", "pd", "air", "response", "lit", "jammers")),
        *((name, ctypes.c_int64) for name in ("azimuths", "ranges", "heights", "air_ranges", "speeds", "count")),
    )  # fmt: skip


def scene() -> tuple[Sensors, Truth]:
    """One array that looks every 4 s, and one aircraft that weaves towards it from 160 km for 640 s."""
    radar = np.zeros(1, RADAR)
    radar["id"], radar["to_local"], radar["height_m"], radar["z_m"] = 11, np.eye(3), 30.0, 30.0
    radar["period_s"], radar["batches"] = 4.0, 4
    radar["elevation_max_rad"], radar["range_min_m"], radar["range_max_m"] = 1.2, 1e3, RANGE_MAX_M
    radar["elevation_min_rad"] = -0.02
    radar["range_reference_m"], radar["rcs_reference_m2"], radar["snr_reference"] = 180e3, 1.0, 4.0
    radar["pulses"], radar["pfa"], radar["range_cell_m"] = 10, 1e-6, 75.0
    radar["azimuth_beam_rad"], radar["elevation_beam_rad"] = 0.02, 0.02
    radar["range_floor_m"], radar["angle_floor_rad"] = 15.0, 0.001
    radar["half_sector_rad"], radar["heading_rad"] = 1.2, 1.3
    radar["roll_off_exponent"], radar["tilt_sine"], radar["tilt_cosine"] = 1.3, np.sin(0.2), np.cos(0.2)
    radar["beam_top_rad"], radar["sidelobe_db"] = 0.05, -35.0
    radar["air_db_per_m"], radar["air_scale_m"], radar["air_in_claim"] = (1.2e-5, 0.3e-5), (7500.0, 2000.0), 1
    radar["gamma_ratio"], radar["improvement_db"], radar["lit_range_m"] = 0.03, 50.0, 140e3
    settle(radar)
    luck = np.random.default_rng(1)
    floors = (80.0 + 40.0 * luck.random((1, AZIMUTHS, RANGES))).astype(np.float32)
    lit = np.where(luck.random(floors.shape) < LIT_SHARE, luck.integers(20, 80, floors.shape), 0).astype(np.uint8)
    response = np.ones((1, SPEEDS), np.float32)
    fill_response(np.array([70.0, 80.0, 95.0]), 2, response[0])
    sensors = Sensors(
        radars=radar, floors=floors, floor_step_m=np.array([RANGE_MAX_M / (RANGES - 1)]), pd=pd_tables(radar),
        threshold_snr=threshold_snr(radar), level_m=np.zeros(1), lit=lit, air=air_tables(radar), response=response,
        jammers=np.array([[[0.6, 0.03, 300.0]]]),
    )  # fmt: skip
    return sensors, Truth(*flight())


def flight() -> tuple[Any, Any, Any]:
    """TARGET[1], KNOT[129], CLASS[1]."""
    knots, t = np.zeros(129, KNOT), 5.0 * np.arange(129)
    knots["x_m"], knots["vx_m_s"] = 150e3 - 200.0 * t, -200.0
    knots["y_m"], knots["vy_m_s"] = 40e3 + 2e3 * np.sin(t / 40.0), 50.0 * np.cos(t / 40.0)
    knots["z_m"], knots["height_m"] = 7e3, 9e3
    target, flown = np.zeros(1, TARGET), np.zeros(1, CLASS)
    target["id"], target["knot_count"], target["step_s"], target["rate"] = 5, len(knots), 5.0, 1.0
    flown["swerling"], flown["rcs_nose_m2"], flown["rcs_side_m2"], flown["rcs_tail_m2"] = 1, 4.0, 20.0, 5.0
    return target, knots, flown


def fresh_track(truth: Truth) -> Any:
    """TRACK[1] near the beginning of the flight."""
    track, place = np.zeros(1, TRACK), np.zeros(7)
    state_at(truth, 0, 0.0, place)
    track["x"][0, :] = place[:6] + np.array([300.0, -200.0, 100.0, 5.0, -5.0, 1.0])
    track["p"][0, :] = np.diag([1e6, 1e6, 1e6, 1e4, 1e4, 1e3])
    track["weight"], track["time_s"] = 0.5, -1.0
    return track


@kernel
def fly(sensors: Any, truth: Any, field: Any, fresh: Any, track: Any, tracker: Any, room: Any, flights: int) -> None:
    """The twin's `fly`, by our kernels; room: (plots, sights, sums)."""
    plots, sights, sums = room
    radar, target = sensors.radars[0], truth.targets[0]
    end_s = target["start_s"] + (target["knot_count"] - 1) * target["step_s"] / target["rate"]
    windows = int(end_s / radar["period_s"]) + 1
    for n in range(flights):
        key = (np.uint64(1), np.uint64(0), np.uint64(n))
        reset_field(sensors, truth, field)
        track[0] = fresh[0]
        for w in range(windows):
            count = scan(sensors, truth, field, 0, w * 4.0, (w + 1) * 4.0, key, plots)
            for k in range(count):
                take(plots[k], radar, sights[k])
                predict(track[0], sights[k]["time_s"], tracker[0])
                update(track[0], sights[k])
                sums[1] += 1.0
                sums[2] += plots[k]["range_m"]
                sums[3] += track[0]["mean"][0] + track[0]["mean"][1] + track[0]["mean"][2]
                sums[4] += track[0]["position_sigma_m"]
                sums[5] += plots[k]["rcs_m2"]
        sums[0] += field.sightings[0]["looks"]


def ours() -> Any:
    """A function that flies by our kernels and returns the sums."""
    sensors, truth = scene()
    field, track, fresh = new_field(sensors, 1), np.zeros(1, TRACK), fresh_track(truth)
    plots, sights = np.zeros(8, PLOT), np.zeros(8, SIGHT)

    def work() -> Any:
        sums = np.zeros(6)
        fly(sensors, truth, field, fresh, track, settings(motion=MISSION), (plots, sights, sums), FLIGHTS)
        return sums

    return work


def theirs(folder: Path) -> Any:
    """The same by the C twin, compiled into `folder`."""
    library = folder / "inner_step.so"
    source = Path(__file__).with_name("inner_step.c")
    flags = ("-O3", "-march=native", "-shared", "-fPIC")
    subprocess.run(["gcc", *flags, str(source), "-o", str(library), "-lm"], check=True)
    twin = ctypes.CDLL(str(library)).fly
    sensors, truth = scene()
    field = new_field(sensors, 1)
    reset_field(sensors, truth, field)
    row, target, flown = sensors.radars[0], truth.targets[0], truth.classes[0]
    radar = np.concatenate([np.ravel(row[name]).astype(float) for name in RADAR_FIELDS])
    radar = np.append(radar, [sensors.floor_step_m[0], sensors.threshold_snr[0], BEND, row["id"]])
    aim = [flown["rcs_nose_m2"], flown["rcs_side_m2"], flown["rcs_tail_m2"], target["start_s"], target["step_s"],
           target["knot_count"], target["rate"], target["id"], target["jammer_w_hz"], field.due[0, 0]]  # fmt: skip
    fresh, tracker = fresh_track(truth)[0], settings(motion=MISSION)[0]
    start = np.concatenate([np.ravel(fresh[name]) for name in ("x", "p", "weight", "mean", "time_s")] + [np.zeros(1)])
    pushes = [noise_density(tracker[f"{name}_acceleration_m_s2"]) for name in ("cruise", "manoeuvre")]
    kept = [np.ascontiguousarray(getattr(sensors, name)[0]) for name in ("floors", "pd", "air", "response", "lit")]
    kept.append(np.ascontiguousarray(sensors.jammers[0]))
    lengths = (*kept[0].shape, *kept[2].shape, kept[3].size, len(kept[5]))
    tables = Tables(*(table.ctypes.data for table in kept), *lengths)
    arrays = [radar, np.array(aim, float), np.ascontiguousarray(truth.knots).view(np.float64), np.array(pushes),
              np.ascontiguousarray(start)]  # fmt: skip
    at = [ctypes.c_void_p(array.ctypes.data) for array in arrays]

    def work(_kept: Any = (arrays, kept)) -> Any:
        sums = np.zeros(6)
        where = ctypes.c_void_p(sums.ctypes.data)
        twin(*at[:3], ctypes.byref(tables), *at[3:], ctypes.c_int64(FLIGHTS), where)
        return sums

    return work


def thread_ns(work: Any) -> int:
    """CPU nanoseconds of one call."""
    start = time.thread_time_ns()
    work()
    return time.thread_time_ns() - start


def report() -> None:
    """Print both and their ratio."""
    mine = ours()
    sums = mine()
    looks = sums[0]
    print(f"inner step: {looks:.0f} looks, {sums[1] / looks:.0%} of them with a plot and an update of the filter")
    if shutil.which("gcc") is None:
        print(f"  our kernels {median(thread_ns(mine) for _ in range(REPEATS)) / looks:7.0f} ns per look")
        print("  C twin      SKIPPED: no gcc on this machine")
        return
    with tempfile.TemporaryDirectory() as folder:
        twin = theirs(Path(folder))
        off = np.max(np.abs(twin() / sums - 1.0))
        assert off < AGREE, f"the twin computes something else: sums differ by {off:.1e}"
        pairs = [(thread_ns(mine), thread_ns(twin)) for _ in range(REPEATS)]
    a, b = (median(column) / looks for column in zip(*pairs, strict=True))
    ratio = median(x / y for x, y in pairs)
    print(f"  our kernels {a:7.0f} ns per look")
    print(f"  C twin      {b:7.0f} ns per look      sums agree to {off:.0e}")
    print(f"  ratio       {ratio:7.2f}                   (goal 2.0 or less)")


if __name__ == "__main__":
    report()
