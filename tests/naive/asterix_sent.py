"""What a scene's radars and tracker should say, one record at a time, in the units of the ASTERIX specifications.

A record is a dict: `040/RHO` -> 104.2 (a quantity in its unit), `020/TYP` -> 3 (a number as it stands), or text.
Names are tshark's. Flags that are not named are 0.
"""

from datetime import UTC, datetime
from math import cos, degrees, floor, isnan, pi, radians, sin, sqrt

import numpy as np

from farwatch.formats.asterix_writing import TARGETS, TRACKS, codes_of
from farwatch.formats.scene import MOVE, TARGET, TRACK, Scene, Thing, ordered
from farwatch.records import PLOT
from farwatch.track.sensors import Sensor

STEPS = {
    34: {"030/VALUE": 1 / 128, "020/VALUE": 360 / 256, "041/VALUE": 1 / 128,
         "120/HGT": 1, "120/LAT": 180 / 2**23, "120/LON": 180 / 2**23},
    48: {"140/VALUE": 1 / 128, "040/RHO": 1 / 256, "040/THETA": 360 / 65536, "090/FL": 0.25, "RE/ERR": 1 / 256},
    62: {"070/VALUE": 1 / 128, "105/LAT": 180 / 2**25, "105/LON": 180 / 2**25, "100/X": 0.5, "100/Y": 0.5,
         "185/VX": 0.25, "185/VY": 0.25, "290/TRK/VALUE": 0.25, "130/VALUE": 6.25, "136/VALUE": 0.25,
         "220/VALUE": 6.25, "500/APC/X": 0.5, "500/APC/Y": 0.5,
         "500/APW/LAT": 180 / 2**25, "500/APW/LON": 180 / 2**25},
    65: {"030/VALUE": 1 / 128},
}
"""Steps of the quantities, in their units."""

FOOT_M, MILE_M = 0.3048, 1852.0


def clock(time_s, midnight_s):
    """Time of day, s, to the step."""
    return round((time_s + midnight_s) * 128) % (86400 * 128) / 128


def plot(row, midnight_s, simulated):
    """One plot."""
    miles = round(row["range_m"] / MILE_M * 256) / 256
    said = {
        "140/VALUE": clock(row["time_s"], midnight_s),
        "020/TYP": 1,
        "020/SIM": int(simulated),
        "040/RHO": min(miles, 65535 / 256),
        "040/THETA": round(degrees(row["azimuth_rad"]) / 360 * 65536) % 65536 * 360 / 65536,
    }
    if miles >= 256:
        said |= {"020/ERR": 1, "RE/ERR": miles}
    if row["reply"]:
        echo = row["snr"] > 0
        said["020/TYP"] = {(True, True): 7, (True, False): 3, (False, True): 5, (False, False): 2}[
            (bool(echo), bool(row["address"]))
        ]
        if row["mode_a"]:
            said["070/MODE3A"] = int(row["mode_a"])
        if row["address"]:
            said["220/VALUE"] = int(row["address"])
        if row["height_sigma_m"] > 0:
            said["090/FL"] = float(row["height_m"] / FOOT_M / 100)
    return said


def marks(sensor, midnight_s, first_s, last_s):
    """All service messages of one radar."""
    sectors = 32 if sensor.rotating else 1
    for k in range(-40 * sectors, 100_000):
        time_s = sensor.phase_s + k / sectors * sensor.revisit_s
        if time_s < min(0.0, first_s) or time_s < first_s - sensor.revisit_s:
            continue
        if time_s > last_s:
            return
        now = {"030/VALUE": clock(time_s, midnight_s)}
        if k % sectors == 0:
            site = sensor.at
            placed = {} if site is None else {
                "120/HGT": float(site.height_m), "120/LAT": float(site.lat_deg), "120/LON": float(site.lon_deg)
            }
            yield {"000/VALUE": 1, **now, "041/VALUE": float(sensor.revisit_s), "050/COM/NOGO": 0, **placed}
        if sensor.rotating:
            yield {"000/VALUE": 2, **now, "020/VALUE": k % sectors * 11.25}


def track(move, thing, number, midnight_s, simulated):
    """One update of a track, but for what needs its other updates (age, first, last) and I062/100."""
    lat, sigma_m = move["lat_deg"] / 180 * pi, float(move["sigma_m"])
    said = {
        "015/VALUE": 1,
        "070/VALUE": clock(move["time_s"], midnight_s),
        "105/LAT": float(move["lat_deg"]),
        "105/LON": float((move["lon_deg"] + 180) % 360 - 180),
        "040/VALUE": number,
        "080/MRH": int(not thing.pressure),
        "080/SIM": int(simulated),
    }
    for name, value in (("185/VX", move["east_m_s"]), ("185/VY", move["north_m_s"])):
        if not isnan(move["east_m_s"]):
            said[name] = float(value)
    if not isnan(move["up_m_s"]):
        said["220/VALUE"] = float(move["up_m_s"] * 60 / FOOT_M)
    if -1500 <= move["height_m"] / FOOT_M <= 150_000:
        feet = float(move["height_m"] / FOOT_M)
        said |= {"136/VALUE": feet / 100} if thing.pressure else {"130/VALUE": feet}
    if thing.mode_a:
        said["060/MODE3A"] = thing.mode_a
    if thing.address:
        said["380/ADR/VALUE"] = thing.address
    if thing.callsign:
        said["380/ID/VALUE"] = "".join(c for c in thing.callsign.upper() if c.isalnum())[:8].ljust(8)
    if not isnan(sigma_m):
        e2, a = 0.0066943799901413165, 6378137.0  # WGS-84
        across_m = a / sqrt(1 - e2 * sin(lat) ** 2)
        along_m = across_m * (1 - e2) / (1 - e2 * sin(lat) ** 2)
        said |= {
            "500/APC/X": sigma_m, "500/APC/Y": sigma_m,
            "500/APW/LAT": degrees(sigma_m / along_m), "500/APW/LON": degrees(sigma_m / (across_m * cos(lat))),
        }
    return said


def tracks(scene, kind, midnight_s, simulated):
    """All updates of the things of one kind, in order of time."""
    found = []
    things = [k for k, thing in enumerate(scene.things) if thing.kind == kind and (scene.moves["thing"] == k).any()]
    numbered = all(scene.things[k].number >= 0 for k in things)
    for place, k in enumerate(things):
        moves = [move for move in scene.moves if move["thing"] == k]
        number = scene.things[k].number % 65536 if numbered else place + 1
        for m, move in enumerate(moves):
            said = track(move, scene.things[k], number, midnight_s, simulated)
            said["290/TRK/VALUE"] = min(float(move["time_s"] - moves[0]["time_s"]), 63.75)
            said |= {"080/TSB": int(m == 0), "080/TSE": int(m == len(moves) - 1)}
            found.append((move["time_s"], k, said))
    return [said for _, _, said in sorted(found, key=lambda one: one[:2])]


def statuses(midnight_s, first_s, last_s, every_s):
    """All status messages of a tracker."""
    first = max(first_s - every_s, min(0.0, first_s))
    beats = [k for k in range(floor(first / every_s), floor(last_s / every_s) + 1) if k * every_s >= first]
    return [{"000/VALUE": 1, "030/VALUE": clock(k * every_s, midnight_s), "040/NOGO": 0} for k in beats]


# A scene, and what of it is to be heard ------------------------------------------------------------

START = datetime(2026, 3, 1, 23, 59, 30, tzinfo=UTC)
MIDNIGHT_S = 86370.0
FAR_M = 256 * 1852.0

SENSORS = (
    Sensor(name="sac25-sic12", revisit_s=4.8, phase_s=0.7, range_sigma_m=50, azimuth_sigma_deg=0.1, max_range_m=6e5,
           at={"lat_deg": -33.25, "lon_deg": 179.9999999, "height_m": -52.0}),
    Sensor(name="array", revisit_s=2.0, range_sigma_m=50, azimuth_sigma_deg=0.1, max_range_m=6e5, rotating=False),
)


def random_scene(seed, n=400, range_m=6e5):
    """Plots and tracks with every item, the edges of their values among them, across a midnight."""
    rng = np.random.default_rng(seed)
    plots = np.zeros(n, PLOT)
    plots["time_s"], plots["range_m"] = rng.uniform(0.0, 60.0, n), rng.uniform(0.0, range_m, n)
    plots["azimuth_rad"], plots["radar_index"] = rng.uniform(0.0, 2.0 * np.pi, n), rng.integers(0, 2, n)
    plots["reply"], plots["snr"] = rng.random(n) < 0.7, np.where(rng.random(n) < 0.5, 20.0, 0.0)
    plots["mode_a"] = rng.integers(0, 4096, n) * (rng.random(n) < 0.8)
    plots["address"] = rng.integers(0, 1 << 24, n) * (rng.random(n) < 0.6)
    plots["height_m"] = rng.uniform(-400.0, 60_000.0, n)
    plots["height_sigma_m"] = np.where(rng.random(n) < 0.8, 40.0, 0.0)
    plots["azimuth_rad"][:4] = radians(359.999), 0.0, radians(359.99), 2.0 * np.pi
    plots["range_m"][:3] = 0.0, min(range_m, FAR_M - 8.0), min(range_m, FAR_M)
    plots["time_s"][4:7] = 30.0, 29.999, 29.9961
    plots["height_m"][7:9], plots["reply"][7:9], plots["height_sigma_m"][7:9] = (-304.8, 62_000.0), 1, 40.0
    moves = np.zeros(n, MOVE)
    moves["thing"], moves["time_s"] = rng.integers(0, 8, n), rng.uniform(0.0, 120.0, n)
    moves["lat_deg"], moves["lon_deg"] = rng.uniform(-80.0, 80.0, n), rng.uniform(-180.0, 180.0, n)
    moves["height_m"] = rng.uniform(-450.0, 45_000.0, n)
    for name in ("east_m_s", "north_m_s"):
        moves[name] = rng.uniform(-8000.0, 8000.0, n)
    moves["up_m_s"], moves["sigma_m"] = rng.uniform(-1000.0, 1000.0, n), rng.uniform(0.0, 5000.0, n)
    for name in ("up_m_s", "sigma_m", "height_m"):
        moves[name][rng.random(n) < 0.1] = np.nan
    lost = rng.random(n) < 0.1
    moves["east_m_s"][lost], moves["north_m_s"][lost] = np.nan, np.nan
    moves["height_m"][:4], moves["lon_deg"][4:6] = (-457.2, 45_720.0, 50_000.0, -500.0), (180.0, -180.0)
    things = tuple(
        Thing(
            key=f"thing {k}", kind=TARGET if k == 7 else TRACK, number=65_530 + 3 * k, pressure=k % 2 == 1,
            callsign=["", "SWR12A", "a-1", "LONGCALLSIGN"][k % 4], mode_a=[0, 0o7777, 0o2000][k % 3],
            address=[0, 0xFFFFFF, 0x4B1234][k % 3],
        )
        for k in range(8)
    )
    return Scene(
        source="random", epoch=START, plots=plots, sensors=SENSORS, moves=ordered(moves), things=things
    )


def expected(scene, feed):
    """What is to be heard, by category and SIC, in order of time."""
    said, codes = {}, codes_of(scene, feed)
    plots = scene.plots[np.argsort(scene.plots["time_s"], kind="stable")]
    for r, sensor in enumerate(scene.sensors):
        mine = plots[plots["radar_index"] == r]
        said[48, codes[sensor.name][1]] = [plot(row, MIDNIGHT_S, feed.simulated) for row in mine]
        span = plots["time_s"][0], plots["time_s"][-1]
        said[34, codes[sensor.name][1]] = list(marks(sensor, MIDNIGHT_S, *span))
    for what, kind in ((TRACKS, TRACK), (TARGETS, TARGET)):
        moves = scene.moves[np.array([scene.things[k].kind == kind for k in scene.moves["thing"]])]
        span = moves["time_s"].min(), moves["time_s"].max()
        said[62, codes[what][1]] = tracks(scene, kind, MIDNIGHT_S, feed.simulated)
        said[65, codes[what][1]] = statuses(MIDNIGHT_S, *span, feed.status_s)
    for (_, sic), records in said.items():
        for record in records:
            record |= {"010/SAC": 25 if sic == 12 else 0, "010/SIC": sic}
    return said
