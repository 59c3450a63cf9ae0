"""The table: oracle, Stone Soup and ours on identical plots, by the same outside scorer.

python benchmarks/tracking/run.py --cases easy100 clutter --seeds 2 --ours mht --oracle
python benchmarks/tracking/run.py --cases easy100 --ours gnn jpda mht --oracle --stone-soup gnn jpda
"""

import argparse
import ast
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import gospa
import numpy as np
import oracle
import ours
from scenes import CASES, make
from tuned import STONE_SOUP

HEAD = "case         who          cutoff  GOSPA    loc  missed   false  pair  switch  delay never  stray  ms/scan  note"

HERE = Path(__file__).parent


def main():
    asked = arguments()
    print(HEAD)
    kept = []
    for name in asked.cases:
        rows = [row for seed in asked.seeds for row in one_scene(name, seed, asked)]
        kept += rows
        show(rows)
        if asked.stone_soup:
            compare(rows)
    if asked.json:
        Path(asked.json).write_text(json.dumps(kept, indent=1))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", nargs="+", default=["easy10", "easy100", "clutter", "crossings"], choices=CASES)
    parser.add_argument("--seeds", type=int, default=1, help="how many scenes of each case")
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--ours", nargs="*", default=["gnn"], help="associations: gnn jpda mht")
    parser.add_argument("--oracle", action="store_true")
    parser.add_argument("--stone-soup", nargs="*", default=[], choices=("gnn", "jpda"))
    parser.add_argument("--python", default=sys.executable, help="the interpreter that has Stone Soup")
    parser.add_argument("--cutoff", type=float, nargs="+", default=[1000.0], help="of GOSPA, m; several: a line each")
    parser.add_argument("--style", choices=("snapshot", "rotating"), default="snapshot")
    parser.add_argument("--flat", action="store_true", help="a radar without elevation")
    parser.add_argument("--clutter", choices=("polar", "area"), default="polar")
    parser.add_argument("--scans", type=int)
    parser.add_argument("--set", nargs="*", default=[], metavar="FIELD=VALUE", help="ranges_m=(20e3,150e3) pd=0.6 ...")
    parser.add_argument("--learn", action="store_true", help="do not tell ours Pd and false plots")
    parser.add_argument("--json", help="store every row in this file")
    asked = parser.parse_args()
    asked.seeds = range(asked.first_seed, asked.first_seed + asked.seeds)
    return asked


def one_scene(name, seed, asked):
    """Score rows of everyone on one scene."""
    changes = {"style": asked.style, "flat": asked.flat, "clutter": asked.clutter}
    changes |= {name: ast.literal_eval(value) for name, value in (one.split("=", 1) for one in asked.set)}
    if asked.scans:
        changes["scans"] = asked.scans
    scene = make(name, seed, **changes)
    rows = []
    if asked.oracle:
        density, tracks = oracle.best(scene, asked.cutoff[0])
        rows += judge(scene, asked, "oracle", tracks, note=f"q={density:g}")
        rows += judge(scene, asked, "oracle-2", oracle.track(scene, density, from_plot=2), note="from 2nd plot")
    for method in asked.stone_soup:
        tracks, spent_s = stone_soup(scene, method, asked.python)
        rows += judge(scene, asked, f"soup-{method}", tracks, spent_s)
    for association in asked.ours if ours.associations() else asked.ours[:1]:
        tracks, spent_s, _ = ours.run(scene, association, asked.learn)
        label = f"ours-{association}" if ours.associations() else "ours"
        rows += judge(scene, asked, label, tracks, spent_s)
    return rows


def judge(scene, asked, who, tracks, spent_s=float("nan"), note=""):
    truth = scene.truth
    place = np.stack([truth["x_m"], truth["y_m"], truth["z_m"]], 1)
    known = truth["time_s"], truth["target"], place
    found = [(c, gospa.score(known, tracks, scene.times_s, c, scene.case.flat)) for c in asked.cutoff]
    head = {"case": scene.name, "seed": scene.seed, "who": who, "cpu_s": spent_s, "note": note}
    return [{**head, "cutoff_m": c, **one.row()} for c, one in found]


def stone_soup(scene, method, python):
    """Stone Soup's tracks and CPU seconds a scan; kept in the temporary folder, since it takes minutes."""
    options = json.dumps({"method": method, **knowledge(scene), **STONE_SOUP[scene.name][method]}, sort_keys=True)
    plots = scene.plots
    code = (HERE / "stone_soup.py").read_bytes()
    mark = hashlib.sha256(plots.tobytes() + options.encode() + code).hexdigest()[:16]
    folder = Path(tempfile.gettempdir()) / "farwatch-tracking"
    folder.mkdir(exist_ok=True)
    out = folder / f"{scene.name}-{scene.seed}-{method}-{mark}.npz"
    if not out.exists():
        told = folder / f"scene-{os.getpid()}.npz"
        columns = {name: plots[name] for name in ("time_s", "range_m", "azimuth_rad", "elevation_rad")}
        sensor = json.dumps(scene.sensor)
        np.savez(told, scan=scene.scan, times_s=scene.times_s, flat=scene.case.flat, sensor=sensor, **columns)
        one_thread = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
        command = [python, "-W", "ignore", HERE / "stone_soup.py", told, out, options]
        subprocess.run(command, check=True, env=one_thread)
        told.unlink()
    with np.load(out) as kept:
        return (kept["time_s"], kept["who"], kept["place"]), float(np.mean(kept["spent_s"]))


def knowledge(scene):
    """What Stone Soup's JPDA is told: detection probability, and density of false plots where they are."""
    case = scene.case
    density = case.false_plots / (case.max_range_m * 2 * np.pi)
    return {"pd": case.pd, "false_density": max(density if case.flat else density / np.deg2rad(10.0), 1e-12)}


def means(rows):
    """Mean over the seeds of each contender at each cutoff: {(who, cutoff): row}."""
    found = {}
    for key in dict.fromkeys((row["who"], row["cutoff_m"]) for row in rows):
        mine = [row for row in rows if (row["who"], row["cutoff_m"]) == key]
        numbers = [name for name in mine[0] if not isinstance(mine[0][name], str)]
        found[key] = {**mine[0], **{name: float(np.mean([row[name] for row in mine])) for name in numbers}}
    return found


def show(rows):
    """One line for each contender and cutoff: means over the seeds."""
    for (who, cutoff_m), m in means(rows).items():
        print(
            f"{m['case']:12s} {who:12s} {cutoff_m:6.0f} {m['gospa_m']:6.0f} {m['localisation_m']:6.0f}"
            f" {m['missed']:7.2f} {m['false_tracks']:7.2f} {m['pair_rms_m']:5.0f} {m['switches']:7.1f}"
            f" {m['delay_scans']:6.2f} {m['never']:5.1f} {m['stray_tracks']:6.1f} {1e3 * m['cpu_s']:8.2f}  {m['note']}",
            flush=True,
        )


def compare(rows):
    """How far ours come from Stone Soup's best to the oracle, and how much faster they are."""
    found = means(rows)
    for cutoff_m in dict.fromkeys(c for _, c in found):
        row = {who: m for (who, c), m in found.items() if c == cutoff_m}
        soups = [m for who, m in row.items() if who.startswith("soup")]
        best = min(soups, key=lambda m: m["gospa_m"])
        slow = {who[5:]: m["cpu_s"] for who, m in row.items() if who.startswith("soup")}
        for who, m in row.items():
            if not who.startswith("ours"):
                continue
            parts = [f"{m['gospa_m'] / best['gospa_m']:.2f} of Stone Soup's best GOSPA ({best['who']})"]
            if "oracle" in row:
                goal = row["oracle"]["gospa_m"]
                parts.append(f"{m['gospa_m'] / goal:.2f} of the oracle's")
                if best["gospa_m"] > 1.02 * goal:  # else there is no way to go
                    way = (best["gospa_m"] - m["gospa_m"]) / (best["gospa_m"] - goal)
                    parts[-1] += f", {100 * way:.0f} % of the way"
            parts.append(f"switches {m['switches']:.0f} to {min(s['switches'] for s in soups):.0f}")
            parts += [f"{spent_s / m['cpu_s']:.0f} times as fast as {name}" for name, spent_s in slow.items()]
            print(f"    {who} at {cutoff_m:.0f} m: " + "; ".join(parts))


if __name__ == "__main__":
    main()
