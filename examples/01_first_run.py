"""Play a shipped scenario, and read the answer as values instead of as a page.

    python 01_first_run.py [TRIALS]
"""

import sys

import farwatch as fw

trials = int(sys.argv[1]) if len(sys.argv) > 1 else 100

scenario = fw.load("desert-battery")
result = fw.run(scenario, trials=trials, seed=7)
answer = result.summary()

leakers = answer.leakers.mean
print(f"{scenario.title}: {len(result)} trials")
print(f"of {answer.raid.per_trial} threats, {leakers.value:.1f} get through", end=" ")
print(f"(95 % interval {leakers.low:.1f} to {leakers.high:.1f})\n")

print(f"{'class':24} {'n':>3} {'seen':>6} {'first seen at':>14} {'shot at':>8} {'killed':>7} {'got through':>12}")
for row in answer.classes:
    range_km = row.seen_range_m.median / 1e3
    print(f"{row.name:24} {row.per_trial:3d} {row.seen.value:6.0%} {range_km:11.0f} km", end=" ")
    print(f"{row.engaged.value:8.0%} {row.killed.value:7.0%} {row.leaked.value:12.0%}")

print("\nwhy they got through")
for reason in answer.reasons.shares:
    if reason.count:
        print(f"{reason.share.value:6.1%}  {reason.sentence}")
