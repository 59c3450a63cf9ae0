"""What does the tracker make of a table of plots? Two aircraft cross among false plots, and the truth is known.

The plots are made here, written as a CSV as any radar could have recorded it, and tracked from that file alone.

    python 09_track_your_plots.py
"""

import tempfile
from pathlib import Path

import numpy as np

import farwatch as fw

SENSOR = """\
name: alpha
revisit_s: 5
range_sigma_m: 50
azimuth_sigma_deg: 0.15
elevation_sigma_deg: 0.2
max_range_m: 150000
pd: 0.9
false_plots_per_scan: 20
"""


def truth(time_s: float) -> np.ndarray:
    """Where the two aircraft are, m east, north and up of the radar; they cross after 150 s, 600 m apart in height."""
    return np.array([[-30e3 + 200.0 * time_s, 40e3, 8000.0], [0.0, 10e3 + 200.0 * time_s, 8600.0]])


rng = np.random.default_rng(7)
lines = ["scan,time_s,range_m,azimuth_deg,elevation_deg"]
for scan in range(60):
    seen = [place for place in truth(5.0 * scan) if rng.random() < 0.9]
    for x, y, z in seen:
        range_m = np.sqrt(x * x + y * y + z * z) + rng.normal(0.0, 50.0)
        azimuth_deg = np.degrees(np.arctan2(x, y)) + rng.normal(0.0, 0.15)
        elevation_deg = np.degrees(np.arctan2(z, np.hypot(x, y))) + rng.normal(0.0, 0.2)
        lines.append(f"{scan},{5 * scan},{range_m:.1f},{azimuth_deg:.4f},{elevation_deg:.4f}")
    for _ in range(rng.poisson(20)):
        anywhere = f"{rng.uniform(1e3, 150e3):.1f},{rng.uniform(0, 360):.4f},{rng.uniform(0, 30):.4f}"
        lines.append(f"{scan},{5 * scan},{anywhere}")
lines.append("60,300,-12.0,10,5")  # a row that no radar should write

with tempfile.TemporaryDirectory() as folder:
    plots, sensor, out = (Path(folder) / name for name in ("plots.csv", "alpha.yaml", "tracks.csv"))
    plots.write_text("\n".join(lines))
    sensor.write_text(SENSOR)
    tracks = fw.track(plots, sensor)
    tracks.write(out)
    bad = tracks.bad_rows[0]
    print(f"{tracks.rows_read} rows, {len(tracks.bad_rows)} left out: line {bad.line} {bad.rule}")
    print(f"{len(tracks)} tracks, {out.stat().st_size / 1e3:.0f} kB as CSV")

states = tracks.states
print("\ntrack   from     to   nearest aircraft   median distance")
for serial in np.unique(states["serial"]):
    mine = states[states["serial"] == serial]
    place = np.stack([mine["x_m"], mine["y_m"], mine["z_m"]], axis=1)
    away_m = np.linalg.norm(np.array([truth(time_s) for time_s in mine["time_s"]]) - place[:, None], axis=2)
    nearest = np.argmin(np.median(away_m, axis=0))
    print(
        f"{serial:5d}  {mine['time_s'][0]:3.0f} s  {mine['time_s'][-1]:3.0f} s   {('east', 'north')[nearest]:16}"
        f"   {np.median(away_m[:, nearest]):6.0f} m"
    )
