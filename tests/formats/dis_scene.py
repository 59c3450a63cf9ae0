"""A small engagement by hand: a battery with its radar, an asset, four in the air, a round, and a track of one."""

from datetime import UTC, datetime

import numpy as np

from farwatch.formats.scene import MOVE, Happening, Scene, Thing, ordered
from farwatch.track.sensors import Sensor

EPOCH = datetime(2026, 3, 1, 12, 59, 58, 500000, tzinfo=UTC)
"""A second and a half before an hour begins, where DIS starts to count again."""

THINGS = (
    Thing(key="alpha", kind="battery", side="friend", class_name="s-400"),
    Thing(key="alpha/search", kind="radar", side="friend", of="alpha", class_name="pantsir-search"),
    Thing(key="depot", kind="asset", side="friend", fate="destroyed"),
    Thing(key="drones-north/3", side="hostile", family="drone", fate="killed"),
    Thing(key="cruise/1", side="hostile", family="cruise-missile", fate="leaked"),
    Thing(key="4b1617", side="neutral", family="aircraft", callsign="SWR12ZÜ", fate="landed"),
    Thing(key="heli", side="unknown", family="helicopter"),
    Thing(key="round 1", kind="round", side="friend", of="drones-north/3", fate="hit"),
    Thing(key="track 9", kind="track", side="hostile", of="drones-north/3"),
)
SENSORS = (
    Sensor(name="alpha-search", revisit_s=2, range_sigma_m=30, azimuth_sigma_deg=0.2, max_range_m=4e4, sector_deg=120,
           heading_deg=30, elevation_min_deg=-1, elevation_max_deg=61, at={"lat_deg": 46.5, "lon_deg": 7.5}),
    Sensor(name="hill", revisit_s=12, range_sigma_m=90, azimuth_sigma_deg=0.2, max_range_m=4e5,
           at={"lat_deg": 47.0, "lon_deg": 8.0, "height_m": 1200.0}),
    Sensor(name="nowhere", revisit_s=12, range_sigma_m=90, azimuth_sigma_deg=0.2, max_range_m=4e5),
)


def flown(thing, times, start, rates, velocity):
    """MOVE rows of one thing: a place and its rates per second (deg, deg, m), and what it says its velocity is."""
    rows = np.zeros(len(times), MOVE)
    rows["thing"], rows["time_s"] = thing, times
    for name, at, rate in zip(("lat_deg", "lon_deg", "height_m"), start, rates, strict=True):
        rows[name] = at + rate * (np.asarray(times) - times[0])
    rows["east_m_s"], rows["north_m_s"], rows["up_m_s"] = velocity
    rows["sigma_m"] = np.nan
    return rows


def engagement():
    """The scene, a minute long."""
    unknown = (np.nan, np.nan, np.nan)
    moves = [
        flown(0, [0.0], (46.5, 7.5, 600.0), (0, 0, 0), unknown),
        flown(1, [0.0], (46.501, 7.5, 612.0), (0, 0, 0), unknown),
        flown(2, [0.0], (46.55, 7.6, 580.0), (0, 0, 0), unknown),
        flown(3, np.arange(0.0, 31.0), (46.8, 7.5, 900.0), (-0.0005, 0.0, 0.0), (0.0, -55.6, 0.0)),
        flown(4, np.arange(0.0, 41.0), (46.6, 7.9, 700.0), (-0.00125, -0.0075, -3.0), (-575.0, -139.0, -3.0)),
        flown(5, [0.0, 20.0, 57.0], (47.0, 6.9, 10000.0), (0.0, 0.003, 1.0), (228.0, 0.0, np.nan)),
        flown(6, np.arange(5.0, 12.0), (46.45, 7.5, 900.0), (0.0001, 0.0002, 0.0), unknown),
        flown(7, np.arange(10.0, 30.5, 0.5), (46.5, 7.5, 600.0), (0.0143, 0.0, 15.0), (0.0, 1590.0, 15.0)),
        flown(8, np.arange(5.0, 30.0), (46.8, 7.5, 900.0), (-0.0005, 0.0, 0.0), unknown),
    ]
    at = {"lat_deg": 46.785, "lon_deg": 7.5, "height_m": 900.0}
    here = {"lat_deg": 46.5, "lon_deg": 7.5, "height_m": 600.0}
    happenings = (
        Happening(time_s=30.0, what="kill", who="alpha", whom="drones-north/3", round="round 1", **at),
        Happening(time_s=10.0, what="launch", who="alpha", whom="drones-north/3", round="round 1", **here),
        Happening(time_s=11.0, what="launch", who="alpha", whom="cruise/1", round="round 2", **here),
        Happening(time_s=32.0, what="miss", who="alpha", whom="cruise/1", round="round 2", **at),
        Happening(time_s=33.0, what="lost", who="alpha", whom="cruise/1", **at),
        Happening(time_s=40.0, what="leak", who="depot", whom="cruise/1", lat_deg=46.55, lon_deg=7.6, height_m=580.0),
        Happening(time_s=60.0, what="assessed-miss", who="alpha", whom="cruise/1", round="round 2", **at),
    )
    return Scene(source="test", epoch=EPOCH, things=THINGS, moves=ordered(np.concatenate(moves)),
                 happenings=happenings, sensors=SENSORS)
