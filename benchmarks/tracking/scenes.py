"""Seeded scenes for trackers: plots with their truth, and the sensor that took them.

`make(name, seed, **changes)` gives a Scene; `write(scene, folder)` puts it into the files that `farwatch track` reads.
Any field of `Case` can be changed: style="rotating", flat=True, clutter="area", pd=0.6, scans=20, ...
"""

import argparse
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from flights import fly

from farwatch.records import PLOT, TRUTH


@dataclass(frozen=True, slots=True)
class Case:
    """What a scene is drawn from. Lengths in metres, speeds in m/s."""

    family: str = "mixed"
    targets: int = 100
    pd: float = 0.9
    false_plots: float = 100.0
    scans: int = 50
    style: str = "snapshot"  # all plots at the scan's time; "rotating": each at its own within the turn
    flat: bool = False  # True: a 2-D radar, no elevation
    clutter: str = "polar"  # even in range, azimuth, elevation 0 to 10°; "area": even over the ground, up to 15 km
    steady: float = 0.6  # share of targets that are there from beginning to end
    shortest: float = 0.3  # shortest life of the others, share of the whole
    manoeuvring: float = 0.7  # share of targets that turn
    speeds_m_s: tuple[float, float] = (60.0, 300.0)
    ranges_m: tuple[float, float] = (50e3, 350e3)
    heights_m: tuple[float, float] = (100.0, 12e3)
    max_range_m: float = 400e3
    revisit_s: float = 5.0
    range_sigma_m: float = 50.0
    azimuth_sigma_deg: float = 0.15
    elevation_sigma_deg: float = 0.2
    speed_max_m_s: float = 700.0  # what a tracker may know beforehand


CASES = {
    "easy10": Case(targets=10, pd=0.95, false_plots=50),
    "easy100": Case(targets=100, pd=0.9, false_plots=100),
    "easy300": Case(targets=300, pd=0.9, false_plots=200),
    "easy1000": Case(targets=1000, pd=0.9, false_plots=500, scans=40),
    "clutter": Case(targets=100, pd=0.6, false_plots=2000),
    "crossings": Case("crossings", targets=60, false_plots=100, speeds_m_s=(120.0, 280.0), ranges_m=(50e3, 200e3)),
    "formations": Case("formations", targets=60, false_plots=100, speeds_m_s=(120.0, 250.0), ranges_m=(50e3, 200e3)),
    "fast": Case("hard_turning", targets=50, false_plots=100, manoeuvring=1.0, speeds_m_s=(300.0, 600.0)),
    "drones": Case(
        "small_drones", targets=60, pd=0.7, false_plots=200, manoeuvring=0.8, speeds_m_s=(20.0, 40.0),
        ranges_m=(3e3, 60e3), heights_m=(50.0, 500.0), max_range_m=100e3,
    ),
    "ballistic": Case(
        "ballistic", targets=20, speeds_m_s=(700.0, 1800.0), ranges_m=(80e3, 250e3), heights_m=(25e3, 80e3),
        speed_max_m_s=3000.0,
    ),
    "births": Case(targets=300, false_plots=200, steady=0.0, shortest=0.15),
    "dense10000": Case(targets=10_000, false_plots=20_000, scans=12, steady=0.9),
}  # fmt: skip
"""Named cases; `births` is 300 targets of which none is there throughout."""


@dataclass(frozen=True, slots=True)
class Scene:
    """One drawn scene; `sensor` has the names of a sensor file."""

    name: str
    seed: int
    case: Case
    plots: np.ndarray  # PLOT[n], by time, without order within a scan; `truth` is the target, -1 a false plot
    scan: np.ndarray  # i8[n]
    truth: np.ndarray  # TRUTH[m] at every scan time
    times_s: np.ndarray  # f8[scans]; of a rotating radar the end of the turn
    sensor: dict


def make(name, seed, **changes):
    """Scene `name` of CASES, with fields of its Case changed."""
    case = replace(CASES[name], **changes)
    rng = np.random.default_rng([seed, sorted(CASES).index(name)])
    times = (1 + np.arange(case.scans)) * case.revisit_s
    flights = fly(rng, case, times[-1])
    per_scan = [_scan(rng, case, flights, time_s) for time_s in times]
    scan = np.repeat(np.arange(case.scans), [p.size for p in per_scan])
    truth = np.concatenate([_truth(flights, time_s) for time_s in times])
    return Scene(name, seed, case, np.concatenate(per_scan), scan, truth, times, _sensor(case))


def _sensor(case):
    return {
        "name": "alpha",
        "revisit_s": case.revisit_s,
        "range_sigma_m": case.range_sigma_m,
        "azimuth_sigma_deg": case.azimuth_sigma_deg,
        "elevation_sigma_deg": 0.0 if case.flat else case.elevation_sigma_deg,
        "max_range_m": case.max_range_m,
        "pd": case.pd,
        "false_plots_per_scan": case.false_plots,
    }


def _truth(flights, time_s):
    who = np.flatnonzero(flights.is_there(time_s))
    place, velocity = flights.at(who, np.full(who.size, time_s))
    rows = np.zeros(who.size, TRUTH)
    rows["time_s"], rows["target"] = time_s, who
    rows["x_m"], rows["y_m"], rows["z_m"] = place.T
    rows["vx_m_s"], rows["vy_m_s"], rows["vz_m_s"] = velocity.T
    return rows


def spherical(place):
    """Range, azimuth, elevation of f8[n, 3] as seen from the origin."""
    ground = np.hypot(place[:, 0], place[:, 1])
    return np.hypot(ground, place[:, 2]), np.arctan2(place[:, 0], place[:, 1]), np.arctan2(place[:, 2], ground)


def _scan(rng, case, flights, time_s):
    """PLOT[] of one scan: of the targets there, then noise, then shuffled (snapshot) or by time (rotating)."""
    n = flights.begin_s.size
    when = np.full(n, time_s)
    if case.style == "rotating":
        for _ in range(2):  # the azimuth at which the beam finds it depends on when that is
            azimuth = spherical(flights.at(np.arange(n), when)[0])[1]
            when = time_s - case.revisit_s + (azimuth % (2 * np.pi)) / (2 * np.pi) * case.revisit_s
    seen = np.flatnonzero((flights.begin_s <= when) & (when <= flights.end_s) & (rng.random(n) < case.pd))
    r, azimuth, elevation = spherical(flights.at(seen, when[seen])[0])
    r = r + rng.normal(size=seen.size) * case.range_sigma_m
    azimuth = azimuth + rng.normal(size=seen.size) * np.deg2rad(case.azimuth_sigma_deg)
    elevation = elevation + rng.normal(size=seen.size) * np.deg2rad(case.elevation_sigma_deg)
    false_at = _false(rng, case, rng.poisson(case.false_plots))
    plots = np.zeros(seen.size + false_at[0].size, PLOT)
    plots["range_m"] = np.abs(np.concatenate([r, false_at[0]]))
    plots["azimuth_rad"] = (np.concatenate([azimuth, false_at[1]]) + np.pi) % (2 * np.pi) - np.pi
    plots["truth"] = np.concatenate([seen, np.full(false_at[0].size, -1)])
    plots["range_sigma_m"], plots["azimuth_sigma_rad"] = case.range_sigma_m, np.deg2rad(case.azimuth_sigma_deg)
    if not case.flat:
        plots["elevation_rad"] = np.concatenate([elevation, false_at[2]])
        plots["elevation_sigma_rad"] = np.deg2rad(case.elevation_sigma_deg)
    plots["time_s"] = time_s
    if case.style == "rotating":
        turned = (plots["azimuth_rad"] % (2 * np.pi)) / (2 * np.pi) * case.revisit_s
        plots["time_s"] = np.minimum(time_s - case.revisit_s + turned, time_s - 1e-6)
        return plots[np.argsort(plots["time_s"])]
    return plots[rng.permutation(plots.size)]


def _false(rng, case, n):
    """Range, azimuth, elevation of n false plots."""
    azimuth = rng.uniform(-np.pi, np.pi, n)
    if case.clutter == "polar":
        return rng.uniform(1e3, case.max_range_m, n), azimuth, np.deg2rad(rng.uniform(0.0, 10.0, n))
    ground = case.max_range_m * np.sqrt(rng.uniform(1e-4, 0.99, n))
    height = rng.uniform(0.0, 15e3, n)
    return np.hypot(ground, height), azimuth, np.arctan2(height, ground)


def write(scene, folder):
    """plots.csv, truth.csv and alpha.yaml of `scene` in `folder`, in the form that `farwatch track` reads."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    p, t = scene.plots, scene.truth
    columns = [p["time_s"], scene.scan, p["range_m"], p["azimuth_rad"]]
    if not scene.case.flat:
        columns.append(p["elevation_rad"])
    heads = "t,scan,range_m,azimuth_rad" + ("" if scene.case.flat else ",elevation_rad")
    shapes = ["%.6f", "%d", "%.3f", "%.8f", "%.8f"][: len(columns)]
    np.savetxt(folder / "plots.csv", np.stack(columns, 1), shapes, ",", header=heads, comments="")
    names = ("time_s", "target", "x_m", "y_m", "z_m", "vx_m_s", "vy_m_s", "vz_m_s")
    shapes = ["%.6f", "%d"] + 6 * ["%.3f"]
    rows = np.stack([t[name] for name in names], 1)
    np.savetxt(folder / "truth.csv", rows, shapes, ",", header="t,target_id,x,y,z,vx,vy,vz", comments="")
    lines = [f"{key}: {value:g}\n" if key != "name" else f"name: {value}\n" for key, value in scene.sensor.items()]
    if scene.case.flat:
        lines = [line for line in lines if not line.startswith("elevation")]
    (folder / "alpha.yaml").write_text("".join(lines))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Write a scene into files.")
    parser.add_argument("name", choices=CASES)
    parser.add_argument("folder")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--style", default="snapshot", choices=("snapshot", "rotating"))
    parser.add_argument("--flat", action="store_true")
    asked = parser.parse_args()
    write(make(asked.name, asked.seed, style=asked.style, flat=asked.flat), asked.folder)
