"""Fewer trials for the same answer: shared luck, stratified draws, tilted shots, and seconds to an interval.

    python benchmarks/variance.py            a few minutes, both cores
    python benchmarks/variance.py --quick    half a minute

Shared luck and stratified draws are measured on the shipped example; tilted shots on a raid of four past a strong
battery, whose leaks have a closed form. Gains are ratios of variances: how many plain trials one trial is worth.
"""

import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np

import farwatch as fw
from farwatch import mission
from farwatch.engage import closed_forms
from farwatch.outcomes import rare
from farwatch.outcomes.intervals import clustered_share
from farwatch.outcomes.sequential import Goal, Rule
from farwatch.scenario import vary

EXAMPLE, SEED, THREADS = "desert-battery", 7, 2
BLOCK = 8
QUICK = "--quick" in sys.argv[1:]
TRIALS = 192 if QUICK else 960
CHANGE = {"doctrine.shots_per_look": 1}

STRONG = """
farwatch: 1
title: Four fighters past a battery that shoots three times at each
defence:
  - {name: alpha, system: samp-t, at: {lat_deg: 20.0, lon_deg: 20.0}, ready: {aster-30-b1: 12}, reaction_s: 0}
defended:
  - {name: depot, at: {lat_deg: 20.0, lon_deg: 20.01}}
raid:
  - {name: fighters, class: fighter, count: 4, to: depot, from: {bearing_deg: 90, range_km: 90},
     height_msl_m: 6000, speed_m_s: 200, spacing_m: 4000}
doctrine:
  shots_per_look: 1
  max_shots: 3
  decide_s: 1
  assessment: {delay_s: 1, miss_called_kill: 0, kill_called_miss: 0, recheck_plots: 0}
tracker: {hostile_threshold: 0.5}
figures:
  fighter.rcs_nose_m2: 100000
  fighter.rcs_side_m2: 100000
  fighter.rcs_tail_m2: 100000
  aster-30-b1.kill_probability.aircraft: 0.9
  aster-30-b1.speed_mean_m_s: 5000
  aster-30-b1.range_max_m: 90000
  aster-30-b1.range_min_m: 100
  samp-t.target_channels: 50
  samp-t.round_channels: 100
  samp-t.launch_interval_s: 0.01
"""


def play(prepared, first, count, draws=mission.PLAIN, seed=SEED):
    """Blocks of trials on both cores: leakers [trials] and weights [trials]."""
    firsts = range(first, first + count, BLOCK)
    with ThreadPoolExecutor(THREADS) as pool:
        blocks = list(pool.map(lambda one: mission.play(prepared, seed, one, BLOCK, draws=draws), firsts))
    leaked = np.concatenate([np.isfinite(block.outcomes["leaked_s"]).sum(axis=1) for block in blocks])
    return leaked.astype(float), np.concatenate([block.tallies["weight"] for block in blocks])


def report_shared_luck(scenario, prepared):
    """Two variants with one seed against two with two."""
    other = mission.prepare(vary(scenario, CHANGE))
    plain, _ = play(prepared, 0, TRIALS)
    changed, _ = play(other, 0, TRIALS)
    apart, _ = play(other, 0, TRIALS, seed=SEED + 1)
    shared, independent = np.var(changed - plain, ddof=1), np.var(apart - plain, ddof=1)
    print(f"shared luck, {EXAMPLE}, {CHANGE}, {TRIALS} trials each")
    half = 1.96 * np.sqrt(shared / TRIALS)
    print(f"  difference {np.mean(changed - plain):.2f} +- {half:.2f} leakers")
    print(f"  gain {independent / shared:.1f}")


def report_strata(prepared):
    """Latin hypercubes of eight trials against plain draws: the variance of block means."""
    strata, _ = play(prepared, 0, TRIALS, mission.Draws(stratified=True))
    found = rare.blocked_mean(strata)
    print(f"stratified draws, {EXAMPLE}, {TRIALS} trials")
    print(f"  leakers {found.value.value:.2f} [{found.value.low:.2f}, {found.value.high:.2f}]")
    print(f"  gain {found.gain.value:.2f} [{found.gain.low:.2f}, {found.gain.high:.2f}]")


def report_tilt():
    """A rare leak: pilots choose the tilt, other trials estimate, and plain trials and the closed form check."""
    prepared = mission.prepare(fw.load(STRONG))
    exact = 1.0 - (1.0 - closed_forms.shoot_look_shoot(0.9, 3).leak_probability) ** 4
    play(prepared, 0, BLOCK)
    pilots = []
    for number, tilt in enumerate((1.0, 2.0, 4.0, 6.0)):
        leaked, weights = play(prepared, 10_000_000 + 1000 * number, 200, mission.Draws(tilt=tilt))
        pilots.append(rare.Pilot(tilt=tilt, values=(leaked > 0).astype(float), weights=weights))
    choice = rare.choose_tilt(pilots)
    start = time.perf_counter()
    leaked, weights = play(prepared, 0, 800, mission.Draws(tilt=choice.tilt))
    tilted_s = time.perf_counter() - start
    found = rare.chance_of_any(leaked, weights)
    count = 2000 if QUICK else 20_000
    start = time.perf_counter()
    plain, _ = play(prepared, 0, count)
    plain_s = time.perf_counter() - start
    brute = rare.chance_of_any(plain, np.ones(count))
    print(f"tilted shots, four fighters, chance that one leaks: exactly {exact:.6f}")
    for name, one, spent in (("tilted", found, tilted_s), ("plain", brute, plain_s)):
        low, high = one.value.low, one.value.high
        print(f"  {name:7} {one.trials:6d} trials {spent:5.1f} s   {one.value.value:.6f} [{low:.6f}, {high:.6f}]")
    print(f"  tilt {choice.tilt:g} chosen by pilots; gain {found.gain:.0f} plain trials for one")
    print(f"  mean weight {found.weights.mean.value:.3f}, effective {found.weights.effective:.0f}, {found.notices}")


def report_time_to_interval(prepared):
    """Seconds until the share of raid targets that leak is known to one in a hundred, by the stopping rule."""
    raid = prepared.world.targets["raid"] == 1
    rule, goal, leaked = Rule(), Goal(half_width=0.01, bounds=(0.0, 1.0)), np.empty(0)
    start = time.perf_counter()
    count = 0
    while (look := rule.next_look(count, 20_000)) is not None:
        more, _ = play(prepared, count, look - count)
        leaked, count = np.concatenate([leaked, more / raid.sum()]), look
        if rule.enough({"share": leaked}, {"share": goal}):
            break
    spent = time.perf_counter() - start
    found = rule.intervals({"share": leaked}, {"share": goal})["share"]
    print(f"share of the raid that leaks, {EXAMPLE}, to +-1 point on {THREADS} cores")
    print(f"  {found.value:.4f} [{found.low:.4f}, {found.high:.4f}] after {count} trials, {spent:.1f} s   (goal: 60 s)")
    whole = clustered_share(leaked * raid.sum(), np.full(count, raid.sum()))
    print(f"  as a cluster sample [{whole.interval.low:.4f}, {whole.interval.high:.4f}]")


def main():
    """All parts in turn."""
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.2f}\n")
    scenario = fw.load(EXAMPLE)
    prepared = mission.prepare(scenario)
    play(prepared, 0, BLOCK)
    report_tilt()
    report_strata(prepared)
    report_shared_luck(scenario, prepared)
    report_time_to_interval(prepared)


if __name__ == "__main__":
    main()
