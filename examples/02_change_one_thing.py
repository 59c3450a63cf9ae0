"""Change one thing, keep all luck that it does not touch, and see what the change is worth.

Both variants are played with one seed. Trial 12 of the one then differs from trial 12 of the other only by what the
change brings about: the same radars with the same drawn ranges, the same lucky and unlucky looks. The last line of
each block says how many times more trials two campaigns with different seeds would need for the same certainty.

    python 02_change_one_thing.py [TRIALS]
"""

import sys

import farwatch as fw
from farwatch.campaign import compare

trials = int(sys.argv[1]) if len(sys.argv) > 1 else 100

scenario = fw.load("desert-battery")
change = {"doctrine.shots_per_look": 1}

pairs = fw.run(scenario, trials=trials, seed=7)
singles = fw.run(fw.vary(scenario, change), trials=trials, seed=7)

for measure in ("leaked", "rounds_fired", "defence_cost_usd"):
    found = compare(pairs, singles, measure)
    gap = found.difference
    print(f"{measure}, per trial")
    print(f"  two rounds at a time  {found.first:>14,.1f}")
    print(f"  one round at a time   {found.second:>14,.1f}")
    print(f"  difference            {gap.value:>+14,.1f}   95 % interval {gap.low:+,.1f} to {gap.high:+,.1f}")
    print(f"  shared luck saves     {found.variance_ratio:>14.1f} times the trials\n")
