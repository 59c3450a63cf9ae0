"""What does a place see: how much of the land around, from which height on, and where along a flight?

A valley and a summit, each with two masts, are compared by lines of sight alone; then each gets a radar. No raid is
played and nothing is drawn: `farwatch coverage` writes the same as pictures and files.

    python 08_what_a_place_sees.py
"""

import numpy as np

import farwatch as fw
from farwatch.detect.paths import Route

places = {"valley": (46.88, 8.665), "summit": (46.7867, 8.5242)}
heights_m = (100, 300, 1000, 3000)

print("share of the land within 25 km that is in sight, by height above ground")
print(f"{'':20}" + "".join(f"{height:>8,} m" for height in heights_m))
for name, (lat_deg, lon_deg) in places.items():
    for mast_m in (5.0, 30.0):
        post = fw.Post(lat_deg=lat_deg, lon_deg=lon_deg, antenna_agl_m=mast_m)
        area = fw.coverage([post], "alps-3s", radius_m=25e3, cell_m=100.0)
        inside = area.inside()
        shares = [np.mean(area.count(height)[inside] > 0) for height in heights_m]
        print(f"{name + f', mast of {mast_m:.0f} m':20}" + "".join(f"{share:10.0%}" for share in shares))

posts = [
    fw.Post(name=name, lat_deg=lat_deg, lon_deg=lon_deg, radar="asr-9") for name, (lat_deg, lon_deg) in places.items()
]
area = fw.coverage(posts, "alps-3s", target=fw.Target(rcs_m2=1.0, pd=0.8), radius_m=25e3, cell_m=100.0)
seen_by = area.count(1000)[area.inside()]
print(f"\nan ASR-9 at each: 1 m² at 1,000 m is seen by both over {np.mean(seen_by == 2):.0%} of the land, ", end="")
print(f"by none over {np.mean(seen_by == 0):.0%}")

flight = area.along(Route(lat_deg=(46.99, 46.70), lon_deg=(8.10, 8.75), height_m=2500.0, above="sea", speed_m_s=120.0))
sure = np.flatnonzero(flight.cumulative_pd >= 0.9)
where = f"after {flight.distance_m[sure[0]] / 1e3:.0f} km" if sure.size else "nowhere"
print(f"a flight of {flight.distance_m[-1] / 1e3:.0f} km at 2,500 m has been seen with chance 0.9 {where}")
