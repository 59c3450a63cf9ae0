"""What a mission costs: per target-look, by room, beside C, on two cores, and until it starts.

    python benchmarks/mission.py            a minute or two once compiled
    python benchmarks/mission.py --cold     the first run ever, in an empty cache, and nothing else

A target-look is one scan of one radar past one target that is alive and in the air, whatever comes of it: time in the
air over the radar's period, summed over targets and radars. CPU time of one thread, medians over trials; ratios are
what carries over to another machine.
"""

import os
import platform
import sys
import time
from dataclasses import astuple
from statistics import median

import farwatch as fw
from farwatch import mission
from farwatch.campaign import execute

EXAMPLE, SEED = "desert-battery", 7
TRIALS, BLOCK, CAMPAIGN, ROUNDS = 7, 4, 96, 2
QUIET_LOAD = 1.2


def report_rooms(prepared):
    """Cost per target-look, trials a second, and the share of each room."""
    import replay

    replay.Trial(prepared, SEED, 0).times()
    each = [replay.Trial(prepared, SEED, n).times() for n in range(TRIALS)]
    per_target = median(t.whole_ns / t.target_looks for t in each)
    per_look = median(t.whole_ns / t.looks for t in each)
    _, _, _, target_looks, looks, plots, windows = (median(column) for column in zip(*map(astuple, each), strict=True))
    print(f"{EXAMPLE}: {len(prepared.world.targets)} targets, {len(prepared.sensors.sensors.radars)} radars")
    print(f"  a trial: {target_looks:.0f} target-looks, {looks:.0f} of them in range and sector, {plots:.0f} plots,")
    print(f"           {windows:.0f} batches")
    print(f"  every room on   {per_target:7.0f} ns per target-look        (goal: 1000 or less)")
    print(f"                  {per_look:7.0f} ns per look in range and sector")
    print(f"  a trial         {median(t.whole_ns for t in each) / 1e6:7.1f} ms")
    scan = median(t.scan_ns / t.whole_ns for t in each)
    track = median(t.track_ns / t.whole_ns for t in each)
    rows = (("detect", scan), ("track", track), ("engage, agenda, notes", 1.0 - scan - track))
    for name, share in rows:
        print(f"  share of {name:22} {share:4.0%}  {share * per_target:7.0f} ns per target-look")
    print("  ns per plot in the tracker", f"{median(t.track_ns / t.plots for t in each):7.0f}")


def report_rate(prepared):
    """Trials per second of one core, drawing of figures and copying of outcomes included."""
    mission.play(prepared, SEED, 0, 1)
    spent = []
    for n in range(TRIALS):
        start = time.thread_time()
        mission.play(prepared, SEED, n * BLOCK, BLOCK)
        spent.append((time.thread_time() - start) / BLOCK)
    print(f"  trials per second and core {1.0 / median(spent):7.1f}        (goal: 10 or more)")


def report_cores(scenario):
    """Two threads against one, by the wall clock, and the CPU time each costs: more of it for two is a loss.

    A campaign prepares its scenario once, and not faster with more threads for the trials: so that is told apart.
    """
    start = time.perf_counter()
    prepared = mission.prepare(scenario)
    print(f"preparing the scenario once: {time.perf_counter() - start:.2f} s")
    plan = execute.plan_of(prepared, CAMPAIGN, SEED)

    def play(first_trial, count, *, trace):
        return mission.play(prepared, SEED, first_trial, count, trace=trace)

    def spent_s(threads):
        wall, cpu = time.perf_counter(), time.process_time()
        execute.execute(plan, play, threads)
        return time.perf_counter() - wall, time.process_time() - cpu

    print(f"{CAMPAIGN} trials of a prepared campaign, seconds, the better of {ROUNDS} rounds")
    before = os.getloadavg()[0]
    rounds = [(spent_s(1), spent_s(2)) for _ in range(ROUNDS)]
    one, two = (min(one[0] for one, _ in rounds), min(two[0] for _, two in rounds))
    cpu_one, cpu_two = (min(one[1] for one, _ in rounds), min(two[1] for _, two in rounds))
    rows = (("wall", one, two, "goal: 1.8 or more"), ("CPU", cpu_one, cpu_two, "1: two cores lose nothing"))
    for name, a, b, note in rows:
        print(f"  {name:5} 1 thread {a:6.2f}   2 threads {b:6.2f}   ratio {a / b:5.2f}   ({note})")
    if before > QUIET_LOAD:
        print(f"  BUSY: load {before:.2f}, part of it our own; the wall ratio counts on a quiet machine only")


def main():
    """All parts in turn."""
    import inner_step
    import start

    if "--cold" in sys.argv[1:]:
        start.report_cold()
        return
    busy = os.getloadavg()[0]
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, load {busy:.2f}\n")
    scenario = fw.load(EXAMPLE)
    prepared = mission.prepare(scenario)
    report_rooms(prepared)
    report_rate(prepared)
    print()
    inner_step.report()
    print()
    report_cores(scenario)
    print()
    start.report()


if __name__ == "__main__":
    main()
