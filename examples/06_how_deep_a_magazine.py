"""How many rounds does this defence need before something else stops it?

The same raid, the same luck, four loads of the medium round. Watch the main reason change: once there are rounds
enough, what is left is what no load can mend.

    python 06_how_deep_a_magazine.py [TRIALS]
"""

import sys

import farwatch as fw

trials = int(sys.argv[1]) if len(sys.argv) > 1 else 50
scenario = fw.load("desert-battery")

print(f"{'9m96e2 carried':>14} {'fired':>6} {'get through':>22} {'out of rounds':>14}   otherwise, mostly")
for load in (16, 32, 64, 128):
    answer = fw.run(fw.vary(scenario, {"defence.alpha.ready.9m96e2": load}), trials=trials, seed=7).summary()
    mean = answer.leakers.mean
    reasons = {reason.name: reason for reason in answer.reasons.shares}
    empty = reasons.pop("no-rounds").share.value if answer.leakers.mean.value else 0.0
    other = max(reasons.values(), key=lambda reason: reason.count)
    fired = next(row.fired.value for row in answer.rounds if row.name == "9m96e2")
    interval = f"{mean.value:.1f} ({mean.low:.1f} to {mean.high:.1f})"
    print(f"{load:14d} {fired:6.1f} {interval:>22} {empty:14.0%}   {other.sentence if other.count else 'nothing'}")
