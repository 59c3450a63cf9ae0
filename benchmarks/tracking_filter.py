"""The filter alone, in bulk: what one prediction and one update cost, beside a scalar C twin.

    python benchmarks/tracking_filter.py

Sweeps over 1,000 targets that fly straight, in order, so neither side may keep one track in its first cache. Each
sweep predicts every track 4 s on, mixes its models, takes up a plot of range, azimuth and elevation, and combines. Ours
calls `filter.predict` and `filter.update`: on the mission's TRACK, on a belief of one model, and on beliefs of other
models, which C has no twin of. That both compute the same is checked. The twin is compiled when this runs, with
`gcc -O3 -march=native`; times are the least of many sweeps, taken in turn.
"""

import ctypes
import shutil
import subprocess
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from farwatch.compiled import kernel
from farwatch.records import PLOT, RADAR, TRACK
from farwatch.track import unscented
from farwatch.track.filter import begin, equip, noise_density, predict, update
from farwatch.track.motion_models import BALLISTIC, SINGER, TURN, VELOCITY, belief_fields, states_of
from farwatch.track.prepare import settings
from farwatch.track.sight import SIGHT, take

TARGETS, LOOKS, REPEATS, PERIOD_S, AGREE = 1000, 12, 15, 4.0, 1e-6

SETS = {
    "CV + turn": ((VELOCITY, 1.0, 4.0, 0.0), (TURN, 5.0, 20.0, 0.1)),
    "CV + turn + Singer": ((VELOCITY, 1.0, 4.0, 0.0), (TURN, 5.0, 20.0, 0.1), (SINGER, 20.0, 8.0, 0.0)),
    "turn alone": ((TURN, 5.0, 20.0, 0.1),),
    "Singer alone": ((SINGER, 20.0, 8.0, 0.0),),
    "free fall alone": ((BALLISTIC, 0.5, 4.0, 0.0),),
}
"""Kind, acceleration, time, turn rate of each model."""

SIGHT_FIELDS = (
    "time_s", "range_m", "radar_x", "radar_y", "radar_z", "up_x", "up_y", "up_z", "ahead_x", "ahead_y", "ahead_z",
    "right_x", "right_y", "right_z", "sin_elevation", "cos_elevation", "range_var", "azimuth_var", "elevation_var",
)  # fmt: skip
"""The twin's sight, in its order."""

PAIR_FIELDS = ("time_s", "x", "p", "weight", "mean", "position_sigma_m")


def scene() -> Any:
    """SIGHT[LOOKS, TARGETS]: plots of aircraft between 20 and 200 km."""
    luck, radar = np.random.default_rng(1), np.zeros(1, RADAR)
    radar["to_local"], radar["half_sector_rad"], radar["range_max_m"] = np.eye(3), np.pi, 4e5
    radar["elevation_max_rad"] = 1.0
    away, bearing = luck.uniform(2e4, 2e5, TARGETS), luck.uniform(-np.pi, np.pi, TARGETS)
    place = np.stack([away * np.sin(bearing), away * np.cos(bearing), np.full(TARGETS, 9e3)], 1)
    velocity = luck.normal(size=(TARGETS, 3)) * [150.0, 150.0, 2.0]
    plots, sights = np.zeros((LOOKS, TARGETS), PLOT), np.zeros((LOOKS, TARGETS), SIGHT)
    for look in range(LOOKS):
        e, n, u = (place + look * PERIOD_S * velocity).T
        r, noise = np.sqrt(e * e + n * n + u * u), luck.normal(size=(3, TARGETS))
        one = plots[look]
        one["time_s"] = look * PERIOD_S
        one["range_m"], one["azimuth_rad"] = r + 50 * noise[0], np.arctan2(e, n) + 0.002 * noise[1]
        one["elevation_rad"] = np.arcsin(u / r) + 0.002 * noise[2]
        one["range_sigma_m"], one["azimuth_sigma_rad"], one["elevation_sigma_rad"] = 50.0, 0.002, 0.002
        for i in range(TARGETS):
            take(one[i], radar[0], sights[look, i])
    return sights


def tracker_of(named: Any) -> Any:
    """TRACKER[1] with these models."""
    tracker = settings()
    for m, (kind, acceleration, time_s, turn) in enumerate(named):
        tracker["model_kind"][0, m], tracker["model_sojourn_s"][0, m] = kind, 40.0
        tracker["model_acceleration_m_s2"][0, m], tracker["model_time_s"][0, m] = acceleration, time_s
        tracker["model_turn_rad_s"][0, m] = turn
    return tracker


@kernel
def start(tracks: Any, sights: Any, tracker: Any) -> None:
    """Begin every track from its first plot."""
    for i in range(tracks.size):
        begin(tracks[i], sights[i], 600.0)
        equip(tracks[i], tracker[0])


@kernel
def sweep(tracks: Any, sights: Any, tracker: Any) -> None:
    """Predict and update every track."""
    for i in range(tracks.size):
        predict(tracks[i], sights[i]["time_s"], tracker[0])
        update(tracks[i], sights[i])


@kernel
def sweep_points(tracks: Any, sights: Any, tracker: Any, room: Any) -> None:
    """The same by the unscented filter."""
    for i in range(tracks.size):
        unscented.predict(tracks[i], sights[i]["time_s"], tracker[0], room)
        unscented.update(tracks[i], sights[i], room)


def clock_ns(step: Any, sights: Any) -> float:
    """Least CPU nanoseconds per track of one sweep, over all looks after the first."""
    least = np.inf
    for look in range(1, LOOKS):
        began = time.thread_time_ns()
        step(look)
        least = min(least, (time.thread_time_ns() - began) / sights.shape[1])
    return float(least)


def flat(tracks: Any) -> Any:
    """Tracks as the twin reads them: rows of doubles."""
    return np.ascontiguousarray(np.concatenate([tracks[f].reshape(TARGETS, -1) for f in PAIR_FIELDS], axis=1))


def twin_sweep(library: Any, twins: Any, models: int, seen: Any, motion: Any, look: int) -> None:
    """The twin's sweep over its own tracks."""
    library.sweep(
        ctypes.c_void_p(twins.ctypes.data), ctypes.c_int64(twins.shape[1]), ctypes.c_int64(TARGETS),
        ctypes.c_int64(models), ctypes.c_void_p(seen[look].ctypes.data), ctypes.c_double(PERIOD_S),
        ctypes.c_void_p(motion.ctypes.data),
    )  # fmt: skip


def beside(library: Any, dtype: Any, sights: Any) -> None:
    """Time one layout of straight models against the twin, and check that both agree."""
    tracker, tracks = settings(), np.zeros(TARGETS, dtype)
    models = tracks["x"].shape[1]
    seen = [np.stack([look[f] for f in SIGHT_FIELDS], 1) for look in sights]
    push = [noise_density(tracker[f"{name}_acceleration_m_s2"][0]) for name in ("cruise", "manoeuvre")]
    motion = np.array([*push, tracker["cruise_sojourn_s"][0], tracker["manoeuvre_sojourn_s"][0]])
    mine, theirs = np.inf, np.inf
    for _ in range(REPEATS):
        start(tracks, sights[0], tracker)
        twins = flat(tracks)
        mine = min(mine, clock_ns(lambda look: sweep(tracks, sights[look], tracker), sights))
        if library is not None:
            theirs = min(theirs, clock_ns(partial(twin_sweep, library, twins, models, seen, motion), sights))
    name = f"{models} straight model{'s' * (models > 1)}"
    if library is None:
        print(f"  {name:22} {mine:6.0f} ns   C twin SKIPPED: no gcc on this machine")
        return
    off = np.abs(flat(tracks) - twins).max() / np.abs(twins).max()
    assert off < AGREE, f"the twin computes something else: states differ by {off:.1e}"
    print(f"  {name:22} {mine:6.0f} ns   C twin {theirs:6.0f} ns   ratio {mine / theirs:5.2f}   agree to {off:.0e}")


def report() -> None:
    """Print what a track costs."""
    sights = scene()
    print(f"predict + update, ns per track, {TARGETS} tracks")
    with tempfile.TemporaryDirectory() as folder:
        library = None
        if shutil.which("gcc") is not None:
            built, source = Path(folder) / "twin.so", Path(__file__).with_suffix(".c")
            flags = ("-O3", "-march=native", "-shared", "-fPIC")
            subprocess.run(["gcc", *flags, str(source), "-o", str(built), "-lm"], check=True)
            library = ctypes.CDLL(str(built))
        beside(library, np.dtype(belief_fields(1, 6), align=True), sights)
        beside(library, TRACK, sights)
    for name, named in SETS.items():
        tracker = tracker_of(named)
        states = states_of(tracker["model_kind"][0])
        tracks = np.zeros(TARGETS, np.dtype(belief_fields(len(named), states), align=True))
        room = unscented.new_room(states)
        linear, points = np.inf, np.inf
        for _ in range(REPEATS // 3):
            start(tracks, sights[0], tracker)
            linear = min(linear, clock_ns(lambda k: sweep(tracks, sights[k], tracker), sights))  # noqa: B023
            start(tracks, sights[0], tracker)
            points = min(points, clock_ns(lambda k: sweep_points(tracks, sights[k], tracker, room), sights))  # noqa: B023
        print(f"  {name:22} {linear:6.0f} ns   unscented {points:6.0f} ns")


if __name__ == "__main__":
    report()
