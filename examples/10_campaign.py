"""How many drones fill two layers of defence, and does holding them off ever cost less than the raid?

The questions stand in a plan, 10_campaign.yaml, beside this file; `farwatch campaign 10_campaign.yaml` answers them as
a page. Here the same answers are values. Without a folder (`out=`) no trial is kept.

    python 10_campaign.py [TRIALS]
"""

import sys
from pathlib import Path

import farwatch as fw
from farwatch.campaign import read_plan

plan = read_plan(Path(__file__).with_name("10_campaign.yaml"))
if len(sys.argv) > 1:
    plan = plan.model_copy(update={"trials": int(sys.argv[1])})

played = fw.campaign(plan)
found = played.answers()

print(f"{found.title}\n")
print(f"{'drones':>6} {'get through':>22} {'rounds':>7} {'spent for each $ of the raid':>30}")
for point, bill in zip(found.points, found.money.exchanges, strict=True):
    leaked, fired, _ = (measure.estimate for measure in point.measures)
    interval = f"{leaked.value:.1f} ({leaked.low:.1f} to {leaked.high:.1f})"
    drones = point.changes["raid.drones.count"]
    print(f"{drones:6d} {interval:>22} {fired.value:7.1f} {bill.ratio.value:28.2f} $")

knee = found.curves[0].knee
if knee is not None and knee.found:
    print(f"\nThe knee is at {knee.at.value:.0f} drones ({knee.at.low:.0f} to {knee.at.high:.0f}).")
    print(f"Before it a drone more adds {knee.before.value:.2f} leakers, beyond it {knee.after.value:.2f}.")
else:
    print("\nNo knee can be told: too few trials, or the curve does not bend inside this range.")
turn = found.money.turns[0]
if turn.why:
    print(f"No number of drones at which both sides spend the same: {turn.why}.")
else:
    print(f"Both sides spend the same at {turn.at.value:.0f} drones ({turn.at.low:.0f} to {turn.at.high:.0f}).")

table = played.tables["points"].to_pandas()  # to_arrow(), to_polars()
print(f"\nThe same as a table: {len(table)} rows with the columns {', '.join(table.columns)}.")
