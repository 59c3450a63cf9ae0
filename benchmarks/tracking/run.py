"""The table: oracle, Stone Soup and ours on identical plots, by the same outside scorer.

python benchmarks/tracking/run.py --cases easy100 clutter --seeds 2 --ours mht --oracle
"""

import argparse
import json
from pathlib import Path

import gospa
import numpy as np
import oracle
import ours
from scenes import CASES, make

HEAD = "case          who           GOSPA   loc  missed  false  pair  switch  delay  never  stray  ms/scan  note"


def main():
    asked = arguments()
    print(HEAD)
    kept = []
    for name in asked.cases:
        rows = [row for seed in range(1, asked.seeds + 1) for row in one_scene(name, seed, asked)]
        kept += rows
        show(name, rows)
    if asked.json:
        Path(asked.json).write_text(json.dumps(kept, indent=1))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", nargs="+", default=["easy10", "easy100", "clutter", "crossings"], choices=CASES)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--ours", nargs="*", default=["gnn"], help="associations: gnn jpda mht")
    parser.add_argument("--oracle", action="store_true")
    parser.add_argument("--cutoff", type=float, default=1000.0, help="of GOSPA, m")
    parser.add_argument("--style", choices=("snapshot", "rotating"), default="snapshot")
    parser.add_argument("--flat", action="store_true", help="a radar without elevation")
    parser.add_argument("--clutter", choices=("polar", "area"), default="polar")
    parser.add_argument("--scans", type=int)
    parser.add_argument("--learn", action="store_true", help="do not tell ours Pd and false plots")
    parser.add_argument("--json", help="store every row in this file")
    return parser.parse_args()


def one_scene(name, seed, asked):
    """Score rows of everyone on one scene."""
    changes = {"style": asked.style, "flat": asked.flat, "clutter": asked.clutter}
    if asked.scans:
        changes["scans"] = asked.scans
    scene = make(name, seed, **changes)
    rows = []
    if asked.oracle:
        density, tracks = oracle.best(scene)
        rows.append(judge(scene, asked, "oracle", tracks, note=f"q={density:g}"))
        rows.append(judge(scene, asked, "oracle-2", oracle.track(scene, density, from_plot=2), note="from 2nd plot"))
    for association in asked.ours if ours.associations() else asked.ours[:1]:
        tracks, spent_s, _ = ours.run(scene, association, asked.learn)
        label = f"ours-{association}" if ours.associations() else "ours"
        rows.append(judge(scene, asked, label, tracks, spent_s))
    return rows


def judge(scene, asked, who, tracks, spent_s=float("nan"), note=""):
    truth = scene.truth
    place = np.stack([truth["x_m"], truth["y_m"], truth["z_m"]], 1)
    found = gospa.score((truth["time_s"], truth["target"], place), tracks, scene.times_s, asked.cutoff, asked.flat)
    return {"case": scene.name, "seed": scene.seed, "who": who, "cpu_s": spent_s, "note": note, **found.row()}


def show(name, rows):
    """One line for each contender: means over the seeds."""
    for who in dict.fromkeys(row["who"] for row in rows):
        mine = [row for row in rows if row["who"] == who]
        mean = {key: np.mean([row[key] for row in mine]) for key in mine[0] if not isinstance(mine[0][key], str)}
        print(
            f"{name:13s} {who:12s} {mean['gospa_m']:6.0f} {mean['localisation_m']:5.0f} {mean['missed']:7.2f}"
            f" {mean['false_tracks']:6.2f} {mean['pair_rms_m']:5.0f} {mean['switches']:7.1f} {mean['delay_scans']:6.2f}"
            f" {mean['never']:6.1f} {mean['stray_tracks']:6.1f} {1e3 * mean['cpu_s']:8.2f}  {mine[0]['note']}",
            flush=True,
        )


if __name__ == "__main__":
    main()
