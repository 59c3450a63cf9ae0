"""Where a tracker's GOSPA comes from: each missed truth and each false track, by what went wrong.

python benchmarks/tracking/why.py --cases clutter drones --ours mht --cutoff 3000

Counts are means per scan. Missed: `new` = within its first three scans; `never` = older, never had a track so far;
`off` = its track is there, but farther off than the cutoff or nearer to another truth; `lost` = it had one. False:
`after` = a track of a target that is gone; `off` = of a target that is there and has no other; `double` = a second one;
`noise` = mostly of false plots. A track is of the target that most of its plots came from.
"""

import argparse
from collections import Counter, defaultdict

import gospa
import numpy as np
import oracle
import ours
from scenes import CASES, make

KINDS = ("new", "never", "off", "lost"), ("after", "off", "double", "noise")


def owners(states):
    """{serial: the target that it mostly followed, -1 for noise}."""
    tags = defaultdict(Counter)
    for name, tag in zip(states["serial"].tolist(), states["truth"].tolist(), strict=True):
        tags[name][tag] += 1
    return {name: found.most_common(1)[0][0] for name, found in tags.items()}


def split(scene, tracks, owner, cutoff_m):
    """Mean counts per scan by kind, of missed truths and of false tracks, and the sum of squares of paired gaps."""
    missed, false, square = Counter(), Counter(), 0.0
    truth, first, paired_before = scene.truth, {}, set()
    for k, time_s in enumerate(scene.times_s):
        now = truth[np.abs(truth["time_s"] - time_s) < 1e-6]
        mine = np.abs(tracks[0] - time_s) < 1e-6
        ids, names = now["target"].tolist(), tracks[1][mine].tolist()
        place = np.stack([now["x_m"], now["y_m"], now["z_m"]], 1)
        row, column, gap = gospa.pairs_within(place, tracks[2][mine], cutoff_m)
        used = gospa.best_pairs(row, column, gap**2 - cutoff_m**2)
        rows, columns = set(row[used].tolist()), set(column[used].tolist())
        square += float((gap[used] ** 2).sum())
        held = {owner[name] for name in names}
        for i, target in enumerate(ids):
            first.setdefault(target, k)
            if i in rows:
                paired_before.add(target)
            elif target in held:
                missed["off"] += 1
            else:
                old = "lost" if target in paired_before else "never"
                missed["new" if k - first[target] < 3 and old == "never" else old] += 1
        followed = Counter(owner[names[j]] for j in columns)
        for j, name in enumerate(names):
            if j not in columns:
                false[_false_kind(owner[name], ids, followed)] += 1
    n = scene.times_s.size
    counts = [{kind: found[kind] / n for kind in kinds} for found, kinds in zip((missed, false), KINDS, strict=True)]
    return (*counts, square / n)


def _false_kind(target, ids, followed):
    if target < 0:
        return "noise"
    if target not in ids:
        return "after"
    return "double" if followed[target] else "off"


def line(case, who, missed, false, square):
    left = "  ".join(f"{kind} {missed[kind]:6.2f}" for kind in KINDS[0])
    right = "  ".join(f"{kind} {false[kind]:6.2f}" for kind in KINDS[1])
    print(f"{case:11s} {who:10s} missed: {left}   false: {right}   loc {np.sqrt(square):6.0f}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", nargs="+", default=["clutter"], choices=CASES)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--ours", nargs="*", default=["gnn"])
    parser.add_argument("--cutoff", type=float, default=1000.0)
    parser.add_argument("--style", choices=("snapshot", "rotating"), default="snapshot")
    parser.add_argument("--clutter", choices=("polar", "area"), default="polar")
    parser.add_argument("--learn", action="store_true")
    asked = parser.parse_args()
    for name in asked.cases:
        scene = make(name, asked.seed, style=asked.style, clutter=asked.clutter)
        tracks = oracle.best(scene, asked.cutoff)[1]
        line(name, "oracle", *split(scene, tracks, {i: i for i in set(tracks[1].tolist())}, asked.cutoff))
        for association in asked.ours if ours.associations() else asked.ours[:1]:
            tracks, _, states = ours.run(scene, association, asked.learn)
            who = association if ours.associations() else "present"
            line(name, who, *split(scene, tracks, owners(states), asked.cutoff))


if __name__ == "__main__":
    main()
