"""How far can this site see, and what buys more: a taller mast, or a hill?

No raid is played. For each class and height above ground the farthest range is computed at which a radar of the
defence sees it four times in five: echo, round earth, terrain and the radar's own limits together.

    python 03_detection_range.py
"""

import farwatch as fw
from farwatch.detect.horizon import mutual_horizon
from farwatch.mission import prepare
from farwatch.report.claimed import claims
from farwatch.report.sights import HEIGHTS_M, sights

shipped = fw.load("desert-battery")
mast = "defence.alpha.antenna_height_m"
sites = {
    "as shipped, on high ground": shipped,
    "the same, mast of 40 m": fw.vary(shipped, {mast: 40}),
    "moved to the depot": fw.vary(shipped, {"defence.alpha.at": {"lat_deg": 23.62, "lon_deg": 45.25}}),
    "on a smooth earth": fw.vary(shipped, {"terrain": None}),
}
shown_m = (30, 100, 300, 1000, 10000)

for claim in claims(shipped):
    kind = "radar" if claim.radar else "round"
    print(f"claimed for the {kind} {claim.label:8} {claim.farthest_m / 1e3:4.0f} km")

heights = "".join(f"{height:>7,} m" for height in shown_m)
for title, scenario in sites.items():
    print(f"\n{title}: range in km, median over directions\n{'':26}{heights}   echo alone")
    for sight in sights(prepare(scenario)):
        ranges_m = dict(zip(HEIGHTS_M, (span.median_m for span in sight.spans), strict=True))
        cells = "".join(f"{ranges_m[float(height)] / 1e3:9.0f}" for height in shown_m)
        print(f"  {sight.class_name:24}{cells}{sight.free_m / 1e3:13.0f}")

print("\nhow far two heights see each other over a smooth earth, whatever the power, km")
for antenna_m in (5, 12, 40):
    cells = "".join(f"{mutual_horizon(antenna_m, float(height)) / 1e3:9.0f}" for height in shown_m)
    print(f"  antenna at {antenna_m:3d} m         {cells}")
