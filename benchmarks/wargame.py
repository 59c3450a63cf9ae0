"""One raid, trial by trial, beside an open Gymnasium wargame: a hundred aircraft in half an hour.

    python benchmarks/wargame.py                            ours alone, and the time the wargame is known to take
    python benchmarks/wargame.py --python /path/to/python   both, in turn; that interpreter has the wargame installed

The wargame is BLADE of Panopticon (https://github.com/Panopticon-AI-team/panopticon, its folder `gym`, Apache 2.0;
needs Python 3.12). It moves aircraft along the same routes at the same speeds and times, in steps of a second, and
lets two sites fire their 24 rounds each at what comes within a circle: no chance of detection, no measurement, no
tracks. Ours looks at each aircraft every 5 s, detects, measures, tracks, identifies and engages. CPU time, one thread.
"""

import argparse
import json
import subprocess
import time
from pathlib import Path
from statistics import median

import numpy as np

import farwatch as fw
from farwatch import mission

HERE = Path(__file__).parent
KNOWN_S = 15.3
"""What a trial took BLADE on the machine of docs/performance.md's goals, with all aircraft in the air for all of
1,800 s and sites that still hold rounds; used where it is not installed."""

REACHES_NM = {"as far as ours, rounds gone at once": 135.0, "20 miles, rounds kept": 20.0}
"""How far the wargame's sites see and shoot: while they hold rounds they look at every aircraft in every step, and a
trial takes it several times as long as when they have none left."""

SEED, BLOCK, ROUNDS = 7, 8, 9


def ours():
    """CPU seconds of a trial: least and median over rounds; and what happened in one."""
    prepared = mission.prepare(fw.load(HERE / "wargame.yaml"))
    mission.play(prepared, SEED, 0, 1)
    spent = []
    for n in range(ROUNDS):
        start = time.thread_time()
        block = mission.play(prepared, SEED, n * BLOCK, BLOCK)
        spent.append((time.thread_time() - start) / BLOCK)
    return min(spent), median(spent), block


def flights(scenario):
    """What the wargame is to fly: start (s), speed (m/s) and way, as latitudes and longitudes, of each aircraft."""
    world = mission.prepare(scenario).world
    told = []
    for target in world.targets:
        knots = world.knots[target["first_knot"] : target["first_knot"] + target["knot_count"]]
        way = [knots[int(share * (len(knots) - 1))] for share in (0.0, 1 / 3, 2 / 3, 1.0)]
        places = [world.frame.from_local(np.array([knot["x_m"], knot["y_m"], knot["z_m"]])) for knot in way]
        length_s = (target["knot_count"] - 1) * target["step_s"] / target["rate"]
        path = [[float(place[0]), float(place[1])] for place in places]
        told.append({"start_s": float(target["start_s"]), "length_s": float(length_s), "path": path})
    return told


def theirs(python, reach_nm):
    """CPU seconds of one trial of the wargame, and how many aircraft it shot down; runs in another interpreter."""
    scenario = fw.load(HERE / "wargame.yaml")
    sites = [[unit.at.lat_deg, unit.at.lon_deg] for unit in scenario.defence]
    asked = json.dumps(
        {"flights": flights(scenario), "sites": sites, "rounds": 24, "steps": 1800, "reach_nm": reach_nm}
    )
    told = subprocess.run(
        [python, str(HERE / "wargame_peer.py")], input=asked, capture_output=True, text=True, check=True
    ).stdout
    return json.loads(told.splitlines()[-1])


def main():
    """Both, or ours beside what is known."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--python", help="interpreter that has the wargame installed")
    asked = parser.parse_args()
    least_s, typical_s, block = ours()
    tally = block.tallies[-1]
    print(f"ours    {least_s * 1e3:8.1f} ms a trial at best, {typical_s * 1e3:.1f} in the median")
    print("        " + ", ".join(f"{tally[name]} {name}" for name in ("looks", "plots", "tracks_confirmed", "shots")))
    if not asked.python:
        ratio = KNOWN_S / least_s
        print(f"wargame {KNOWN_S * 1e3:8.0f} ms a trial, {ratio:.0f} times (as documented; not measured here)")
        return
    for name, reach_nm in REACHES_NM.items():
        peer = theirs(asked.python, reach_nm)
        done = f"{peer['steps']} steps, {peer['flown']} aircraft-steps, {peer['down']} shot down"
        print(f"wargame {peer['cpu_s'] * 1e3:8.0f} ms a trial, {peer['cpu_s'] / least_s:.0f} times: {name} ({done})")


if __name__ == "__main__":
    main()
