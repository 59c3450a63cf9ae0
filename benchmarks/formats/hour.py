"""An hour of one busy radar, from file to scored tracks: each step a command of its own, as a user would type it.

    python benchmarks/formats/hour.py   # 44,000 plots of 67 aircraft, and what other decoders need for the file

The recording is written here: aircraft that fly straight and turn, seen every 5 s with a chance of 0.97, with random
errors and false plots. Decoders run in the same session on the same file: libasterix, as installed; asterix-decoder,
where build/oracles has it (python3 builders/oracles.py).
"""

import subprocess
import sys
import tempfile
import time
from math import pi, radians
from pathlib import Path

import numpy as np

from farwatch.formats.asterix_writing import Feed, write
from farwatch.formats.motion_table import write as write_motion
from farwatch.formats.scene import MOVE, Scene, Thing, ordered
from farwatch.records import PLOT
from farwatch.track.sensors import Sensor, SensorPlace
from farwatch.world.earth import Frame

HOME = Path(__file__).resolve().parents[2]
AIRCRAFT, HOUR_S, TURN_S, PD, FALSE_PLOTS = 67, 3600.0, 5.0, 0.97, 1.0
SITE = SensorPlace(lat_deg=46.0, lon_deg=8.0, height_m=500.0)
GOAL_S = 10.0


def flown(rng):
    """Positions (aircraft, seconds, 3) in the radar's frame: legs of constant speed, joined by turns of 1.5 deg/s."""
    times_s = np.arange(0.0, HOUR_S + 1.0)
    turning = np.repeat(rng.choice([-1, 0, 0, 0, 0, 1], (AIRCRAFT, times_s.size // 40 + 1)), 40, axis=1)
    course = rng.uniform(0, 2 * pi, (AIRCRAFT, 1)) + np.cumsum(radians(1.5) * turning[:, : times_s.size], axis=1)
    speed_m_s, height_m = rng.uniform(110, 250, (AIRCRAFT, 1)), rng.uniform(2000, 11_000, (AIRCRAFT, 1))
    place = rng.uniform(-1.5e5, 1.5e5, (AIRCRAFT, 2, 1))
    x = place[:, 0] + np.cumsum(speed_m_s * np.sin(course), axis=1)
    y = place[:, 1] + np.cumsum(speed_m_s * np.cos(course), axis=1)
    return times_s, np.stack([x, y, np.broadcast_to(height_m, x.shape) - (x**2 + y**2) / 12.74e6], axis=2)


def plots_of(rng, times_s, places):
    """PLOT[n] of a radar that turns in TURN_S: what it sees of the aircraft, and noise."""
    rows = []
    for k, way in enumerate(places):
        for turn in range(int(HOUR_S / TURN_S)):
            at = way[int(turn * TURN_S)]
            azimuth = np.arctan2(at[0], at[1]) % (2 * pi)
            time_s = TURN_S * (turn + azimuth / (2 * pi))
            at = np.array([np.interp(time_s, times_s, way[:, i]) for i in range(3)])
            if rng.random() < PD and np.hypot(*at[:2]) < 370e3:
                rows.append((time_s, np.linalg.norm(at) + rng.normal(0, 30), np.arctan2(at[0], at[1]) % (2 * pi)
                             + rng.normal(0, radians(0.06)), k))
    for turn in range(int(HOUR_S / TURN_S)):
        for _ in range(rng.poisson(FALSE_PLOTS)):
            azimuth = rng.uniform(0, 2 * pi)
            rows.append((TURN_S * (turn + azimuth / (2 * pi)), rng.uniform(5e3, 3e5), azimuth, -1))
    plots = np.zeros(len(rows), PLOT)
    plots["time_s"], plots["range_m"], plots["azimuth_rad"], plots["truth"] = np.array(rows).T
    plots["azimuth_rad"] %= 2 * pi
    real = plots["truth"] >= 0
    plots["reply"], plots["address"] = real, np.where(real, 0x400000 + plots["truth"], 0)
    plots["height_m"] = np.where(real, places[plots["truth"], 0, 2] + 0.0, 0.0)
    plots["height_sigma_m"] = np.where(real, 40.0, 0.0)
    plots["range_sigma_m"], plots["azimuth_sigma_rad"] = 30.0, radians(0.06)
    return plots[np.argsort(plots["time_s"], kind="stable")]


def recorded(folder):
    """Write recording, truth and sensor; how many plots."""
    rng = np.random.default_rng(5)
    times_s, places = flown(rng)
    frame = Frame(SITE.lat_deg, SITE.lon_deg, SITE.height_m)
    moves = np.zeros(AIRCRAFT * times_s.size, MOVE)
    moves["thing"], moves["time_s"] = np.repeat(np.arange(AIRCRAFT), times_s.size), np.tile(times_s, AIRCRAFT)
    moves["lat_deg"], moves["lon_deg"], moves["height_m"] = frame.from_local(places.reshape(-1, 3)).T
    moves["east_m_s"] = moves["north_m_s"] = moves["up_m_s"] = moves["sigma_m"] = np.nan
    things = tuple(Thing(key=f"{0x400000 + k:06x}", address=0x400000 + k) for k in range(AIRCRAFT))
    height_m = moves["height_m"].reshape(AIRCRAFT, -1)[:, ::int(HOUR_S)]
    plots = plots_of(rng, times_s, places)
    plots["height_m"] = np.where(plots["truth"] >= 0, height_m[plots["truth"], 0], 0.0)
    sensor = Sensor(name="sac0-sic1", revisit_s=TURN_S, range_sigma_m=30.0, azimuth_sigma_deg=0.06, max_range_m=4e5,
                    interrogator=True, at=SITE)  # fmt: skip
    scene = Scene(source="hour", things=things, moves=ordered(moves), plots=plots, sensors=(sensor,))
    write(folder / "hour.ast", scene, Feed(what=("plots",)))
    write_motion(folder / "truth.parquet", scene)
    (folder / "radar.yaml").write_text("name: sac0-sic1\nrange_sigma_m: 30\nazimuth_sigma_deg: 0.06\n")
    return plots.size


def timed(words, folder):
    """Wall and CPU seconds of a command, and what it said."""
    began = time.perf_counter()
    command = [sys.executable, "-c", TIMED, *map(str, words)]
    told = subprocess.run(command, check=False, cwd=folder, capture_output=True, text=True)
    wall_s = time.perf_counter() - began
    cpu, status, *said = told.stdout.splitlines()
    if status != "0":
        sys.exit("\n".join(said))
    return wall_s, float(cpu), said


TIMED = """
import resource, subprocess, sys
r = subprocess.run(sys.argv[1:], capture_output=True, text=True)
u = resource.getrusage(resource.RUSAGE_CHILDREN)
print(u.ru_utime + u.ru_stime, r.returncode, r.stdout + r.stderr, sep="\n")
"""
LIBRARY = """
import sys, time
import asterix.base as base, asterix.generated as gen
t = time.process_time(); n = 0
data = open(sys.argv[1], 'rb').read(); at = 0
kinds = {48: gen.Cat_048_1_32, 34: gen.Cat_034_1_29}
while at < len(data):
    size = data[at + 1] << 8 | data[at + 2]
    block = base.RawDatablock.parse(base.Bits.from_bytes(data[at:at + size]))[0]
    n += len(kinds[block.get_category()].cv_uap.parse(block.get_raw_records()))
    at += size
print(n, time.process_time() - t)
"""
DECODER = """
import sys, time, asterix
data = open(sys.argv[1], 'rb').read()
t = time.process_time(); n = len(asterix.parse(data, verbose=False)); print(n, time.process_time() - t)
"""
OURS = """
import sys, time
from farwatch.formats import asterix
asterix.read(sys.argv[1])
t = time.process_time(); r = asterix.read(sys.argv[1]); print(r.reports.size + r.marks.size, time.process_time() - t)
"""


def main():
    farwatch = Path(sys.executable).with_name("farwatch")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        count = recorded(folder)
        print(f"{count:,} plots in {(folder / 'hour.ast').stat().st_size:,} bytes")
        track = [farwatch, "track", "hour.ast", "--sensor", "radar.yaml", "--out", "tracks.parquet"]
        score = [farwatch, "score", "tracks.parquet", "truth.parquet", "--sensor", "whole.yaml", "--json"]
        whole = "name: sac0-sic1\nrevisit_s: 5\nrange_sigma_m: 30\nazimuth_sigma_deg: 0.06\nmax_range_m: 4.0e5\n"
        (folder / "whole.yaml").write_text(f"{whole}at: {{lat_deg: 46, lon_deg: 8, height_m: 500}}\n")
        timed(track, folder)  # machine code is compiled
        timed(score, folder)
        total_s = 0.0
        for words in (track, score):
            wall_s, cpu_s, said = timed(words, folder)
            total_s += wall_s
            print(f"{' '.join(map(str, words[1:3])):<24}{wall_s:6.2f} s wall {cpu_s:6.2f} s CPU   {said[0][:80]}")
        verdict = "met" if total_s < GOAL_S else "NOT met"
        print(f"decoded, tracked and scored in {total_s:.1f} s; goal {GOAL_S:g} s: {verdict}")
        oracles = HOME / "build" / "oracles" / "bin" / "python"
        decoders = {"ours": (sys.executable, OURS), "libasterix": (sys.executable, LIBRARY),
                    "asterix-decoder": (oracles, DECODER)}  # fmt: skip
        for who, (python, script) in decoders.items():
            if not Path(python).exists():
                print(f"{who}: not installed")
                continue
            command = [python, "-c", script, folder / "hour.ast"]
            told = subprocess.run(command, check=False, capture_output=True, text=True)
            if told.returncode:
                print(f"{who}: {told.stderr.strip().splitlines()[-1]}")
                continue
            records, cpu_s = told.stdout.split()
            rate = int(records) / float(cpu_s)
            print(f"{who:<16}{int(records):,} records in {float(cpu_s):.2f} s CPU: {rate:,.0f} a second")


if __name__ == "__main__":
    main()
