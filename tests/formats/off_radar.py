"""Radars that are off by known errors, and references of what they saw: bytes by libasterix, geometry by pyproj.

Nothing here comes from the program under test: places on the ellipsoid are pyproj's, curves are scipy's, and what a
radar measures is written out below.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from pyproj import Geod, Transformer
from scipy.interpolate import CubicSpline

from naive import asterix_library as made

DAY_S = 86_400.0
NM_M, FOOT_M = 1852.0, 0.3048
TO_ECEF = Transformer.from_crs("EPSG:4979", "EPSG:4978", always_xy=True)
GEOD = Geod(ellps="WGS84")


@dataclass(frozen=True, kw_only=True)
class Case:
    """What is true of a recording and its reference."""

    seed: int = 0
    site: tuple = (40.4, -3.6, 700.0)
    flights: int = 8
    length_s: float = 900.0
    begin_s: float = 36_000.0  # of day
    day: datetime = datetime(2026, 3, 14, tzinfo=UTC)
    period_s: float = 5.0
    turn_deg: float = 0.5
    far_m: float = 185.2
    late_s: float = 0.0  # clock of the radar
    range_sigma_m: float = 50.0
    azimuth_sigma_deg: float = 0.07
    seen: float = 0.93  # share of looks with a plot
    addressed: bool = True
    coded: bool = True
    weather_m: float = 0.0  # levels are too high by this
    warm: float = 0.0  # levels are too low by this share, in air warmer than standard
    rounding: str = "round"  # of counts of range and azimuth, or `floor`
    clutter: float = 0.0  # false plots a scan
    stray: float = 0.0  # share of plots far from where they should be
    strangers: int = 0  # aircraft that only the radar sees
    decoys: int = 0  # aircraft that only the reference holds
    north: bool = True
    placed: bool = True
    step_s: float = 3.0  # between points of the reference
    gaps: bool = False  # a quarter of each flight is missing in the reference
    reference_sigma_m: float = 0.0
    reference_late_s: float = 0.0  # deviation of a delay that each aircraft has for itself
    height_off_m: float = 0.0  # of each aircraft's altimeter, deviation
    wild: float = 0.0  # share of wild points in the reference


class Sky:
    """Flights around a site: straight legs, turns and climbs, as splines of latitude, longitude and height."""

    def __init__(self, case, number):
        luck = np.random.default_rng([case.seed, 1])
        lat, lon, _ = case.site
        t = np.arange(-60.0, case.length_s + 61.0, 2.0)
        begin = luck.uniform(20e3, 220e3, number)
        lons, lats, _ = GEOD.fwd(np.full(number, lon), np.full(number, lat), luck.uniform(0, 360, number), begin)
        course, speed = luck.uniform(0, 360, number), luck.uniform(110, 250, number)
        height, rate = luck.uniform(2500, 11_500, number), luck.choice([0, 0, 0, 6, -6], number)
        turning = luck.random((t.size // 60 + 1, number)) < 0.2
        pace = luck.uniform(-2, 2, turning.shape)
        rows = []
        for k in range(t.size):
            rows.append((lats, lons, height))
            lons, lats, _ = GEOD.fwd(lons, lats, course, speed * 2.0)
            course = course + 2.0 * np.where(turning[k // 60], pace[k // 60], 0.0)
            height = height + 2.0 * np.where((height > 1500) & (height < 12_000), rate, 0.0)
        self.spline = CubicSpline(t, np.array(rows))  # (time, 3, flight)
        self.addresses = 0x340000 + luck.choice(0xFFFF, number, replace=False)
        self.codes = luck.choice(np.arange(1, 4095), number, replace=False)
        self.number = number
        self.frame = (*TO_ECEF.transform(lon, lat, case.site[2]), np.radians(lat), np.radians(lon))

    def at(self, flight, time_s):
        """Latitude, longitude (deg), height (m), each (n,)."""
        found = self.spline(time_s)
        return found[np.arange(found.shape[0]), :, flight].T

    def polar(self, flight, time_s):
        """Slant range (m) and azimuth (rad) from the site."""
        lat, lon, height = self.at(flight, time_s)
        x, y, z, phi, lam = self.frame
        dx, dy, dz = (a - b for a, b in zip(TO_ECEF.transform(lon, lat, height), (x, y, z), strict=True))
        east = -np.sin(lam) * dx + np.cos(lam) * dy
        north = -np.sin(phi) * (np.cos(lam) * dx + np.sin(lam) * dy) + np.cos(phi) * dz
        return np.sqrt(dx**2 + dy**2 + dz**2), np.arctan2(east, north) % (2 * np.pi)


def sky_of(case):
    """The flights of a case: those that both know, then the radar's own, then the reference's own."""
    return Sky(case, case.flights + case.strangers + case.decoys)


def looks(case, sky):
    """Flight, true time, of every plot."""
    luck = np.random.default_rng([case.seed, 2])
    scans = np.arange(int(case.length_s / case.period_s)) * case.period_s
    flight, scan = (a.ravel() for a in np.meshgrid(np.arange(case.flights + case.strangers), scans))
    time_s = scan.copy()
    for _ in range(4):
        time_s = scan + sky.polar(flight, time_s)[1] / (2 * np.pi) * case.period_s
    kept = (luck.random(flight.size) < case.seen) & (sky.polar(flight, time_s)[0] < 400e3)
    order = np.argsort(time_s[kept])
    return flight[kept][order], time_s[kept][order]


def radar_blocks(case, sky):
    """(time, block) of CAT034 and CAT048."""
    luck = np.random.default_rng([case.seed, 3])
    flight, time_s = looks(case, sky)
    far, turn = sky.polar(flight, time_s)
    n = flight.size
    astray = luck.random(n) < case.stray
    far = far + case.far_m + luck.normal(0, case.range_sigma_m, n) + astray * luck.normal(0, 3000, n)
    turn = np.degrees(turn) + case.turn_deg + luck.normal(0, case.azimuth_sigma_deg, n) + astray * luck.normal(0, 3, n)
    level = sky.at(flight, time_s)[2] * (1 - case.warm) + case.weather_m
    blocks = []
    for k in range(n):
        who = {"220": int(sky.addresses[flight[k]])} if case.addressed else {}
        who |= {"070": (0, 0, 0, 0, int(sky.codes[flight[k]]))} if case.coded else {}
        height = round(level[k] / FOOT_M / 100 * 4) / 4
        blocks.append((time_s[k], plot(case, time_s[k], far[k], turn[k], {**who, "090": (0, 0, height)}, n=flight[k])))
    for scan in np.arange(int(case.length_s / case.period_s)) * case.period_s:
        if case.north:
            place = {"120": (case.site[2], case.site[0], case.site[1])} if case.placed else {}
            told = {"010": (20, 4), "000": 1, "030": clock(case, scan + case.late_s), "041": case.period_s, **place}
            blocks.append((scan, made.block(34, told)))
        for _ in range(luck.poisson(case.clutter)):
            part = luck.random()
            blocks.append((scan + part * case.period_s, plot(
                case, scan + part * case.period_s, luck.uniform(10e3, 230e3), 360 * part, {}, kind=1)))  # fmt: skip
    return blocks


def plot(case, time_s, far_m, turn_deg, more, kind=5, n=-1):
    """One CAT048 block; counts are rounded as the case says."""
    cut = np.floor if case.rounding == "floor" else np.round
    counts = int(cut(far_m / NM_M * 256)), int(cut(turn_deg / 360 * 65536)) % 65536
    told = {"010": (20, 4), "140": clock(case, time_s + case.late_s), "020": [(kind, 0, 0, 0, 0, 0)],
            "040": (counts[0] / 256, counts[1] * 360 / 65536), **more}
    return made.block(48, told if n < 0 else {**told, "161": (0, 100 + int(n))})


def clock(case, time_s):
    """Time of day, to 1/128 s."""
    return round((case.begin_s + time_s) * 128) / 128 % DAY_S


def joined(*parts):
    """Blocks in the order of their times."""
    return b"".join(block for _, block in sorted((one for part in parts for one in part), key=lambda one: one[0]))


def trailed(data):
    """Blocks in the framing of `.gps` recordings: a head of 2200 bytes, ten bytes after each block."""
    out, at = bytearray(b" " * 2200), 0
    while at < len(data):
        end = at + int.from_bytes(data[at + 1 : at + 3], "big")
        out += data[at:end] + bytes([0, 0, 0, 0, 0, 0, 0xA8, 0xBF, 0xCC, 0])
        at = end
    return bytes(out)


# References -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Points:
    """What a reference tells: flights and times (s after the recording begins), places (deg, m), pressure heights."""

    flight: np.ndarray
    time_s: np.ndarray
    lat: np.ndarray
    lon: np.ndarray
    height: np.ndarray
    level: np.ndarray


def points_of(case, sky):
    """Points of the reference, in the order of their times."""
    luck = np.random.default_rng([case.seed, 4])
    who = [*range(case.flights), *range(case.flights + case.strangers, sky.number)]
    flights, times = [], []
    for one in who:
        t = np.arange(luck.uniform(0, case.step_s), case.length_s, case.step_s)
        t = t + luck.uniform(-0.2, 0.2, t.size)
        if case.gaps:
            begin = luck.uniform(0, 0.75) * case.length_s
            t = t[(t < begin) | (t > begin + 0.25 * case.length_s)]
        flights.append(np.full(t.size, one))
        times.append(t)
    flight, time_s = np.concatenate(flights), np.concatenate(times)
    lat, lon, height = sky.at(flight, time_s)
    turn, off = luck.uniform(0, 360, lat.size), luck.rayleigh(max(case.reference_sigma_m, 1e-9), lat.size)
    off = off + (luck.random(lat.size) < case.wild) * luck.uniform(5e3, 5e4, lat.size)
    lon, lat, _ = GEOD.fwd(lon, lat, turn, off)
    height = height + luck.normal(0, case.height_off_m, sky.number)[flight]
    told_s = time_s + luck.normal(0, case.reference_late_s, sky.number)[flight]
    order = np.argsort(told_s, kind="stable")
    level = height * (1 - case.warm) + case.weather_m
    return Points(*(column[order] for column in (flight, told_s, lat, lon, height, level)))


def broadcasts(case, sky, geometric=True):
    """(time, block) of CAT021."""
    p, blocks = points_of(case, sky), []
    for k in range(p.flight.size):
        high = {"140": p.height[k] / FOOT_M} if geometric else {}
        blocks.append((p.time_s[k], made.block(21, made.broadcast(
            clock(case, p.time_s[k]), p.lat[k], p.lon[k], int(sky.addresses[p.flight[k]]),
            i145=p.level[k] / FOOT_M / 100, **{f"i{name}": v for name, v in high.items()}))))  # fmt: skip
    return blocks


def system_tracks(case, sky, geometric=False, addressed=True):
    """(time, block) of CAT062."""
    p, blocks = points_of(case, sky), []
    for k in range(p.flight.size):
        high = {"130": p.height[k] / FOOT_M} if geometric else {}
        who = {"380": {"ADR": int(sky.addresses[p.flight[k]])}} if addressed else {}
        told = made.track(clock(case, p.time_s[k]), p.lat[k], p.lon[k], 100 + int(p.flight[k]))
        told |= {"136": p.level[k] / FOOT_M / 100, **high, **who}
        blocks.append((p.time_s[k], made.block(62, told)))
    return blocks


def unix(case, time_s):
    """UNIX time of a time after the beginning."""
    return case.day.timestamp() + case.begin_s + time_s


def opensky(case, sky, path, geometric=True):
    """CSV of state vectors."""
    p = points_of(case, sky)
    names = "time,icao24,lat,lon,velocity,heading,vertrate,callsign,onground,alert,spi,squawk,baroaltitude,geoaltitude"
    rows = [f"{names},lastposupdate,lastcontact"]
    for k in range(p.flight.size):
        t = unix(case, p.time_s[k])
        high = f"{p.height[k]:.2f}" if geometric else ""
        rows.append(f"{np.ceil(t):.0f},{sky.addresses[p.flight[k]]:06x},{p.lat[k]:.7f},{p.lon[k]:.7f},,,,,False,False,"
                    f"False,,{p.level[k]:.2f},{high},{t:.3f},{t:.3f}")  # fmt: skip
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def traffic(case, sky, path, geometric=True):
    """JSON of the library traffic: rows, milliseconds, feet."""
    p = points_of(case, sky)
    rows = [
        {"timestamp": round(unix(case, p.time_s[k]) * 1000), "icao24": f"{sky.addresses[p.flight[k]]:06x}",
         "callsign": f"ABC{p.flight[k]:03d}", "latitude": p.lat[k], "longitude": p.lon[k],
         "altitude": round(p.level[k] / FOOT_M / 25) * 25,
         **({"geoaltitude": round(p.height[k] / FOOT_M / 25) * 25} if geometric else {})}
        for k in range(p.flight.size)
    ]  # fmt: skip
    path.write_text(json.dumps(rows), encoding="utf-8")
    return path


def table(case, sky, path, names="address", clocked="day"):
    """CSV of places: t, target_id, lat_deg, lon_deg, height_m."""
    p = points_of(case, sky)
    rows = ["t,target_id,lat_deg,lon_deg,height_m"]
    for k in range(p.flight.size):
        t = unix(case, p.time_s[k]) if clocked == "unix" else case.begin_s + p.time_s[k]
        who = f"{sky.addresses[p.flight[k]]:06X}" if names == "address" else f"flight {p.flight[k]}"
        rows.append(f"{t:.3f},{who},{p.lat[k]:.7f},{p.lon[k]:.7f},{p.height[k]:.2f}")
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def readsb(case, sky, path):
    """A trace of the first aircraft alone."""
    p = points_of(case, sky)
    mine = p.flight == 0
    t0 = unix(case, 0.0)
    rows = [[round(t, 2), lat, lon, round(level / FOOT_M / 25) * 25, None, None, 0, None, None, "adsb_icao",
             round(high / FOOT_M / 25) * 25]
            for t, lat, lon, level, high in zip(*(c[mine] for c in (p.time_s, p.lat, p.lon, p.level, p.height)),
                                                strict=True)]  # fmt: skip
    path.write_text(json.dumps({"icao": f"{sky.addresses[0]:06x}", "timestamp": t0, "trace": rows}), encoding="utf-8")
    return path
