"""A small scene with a thing of every kind, names that every format must escape, and three events."""

from datetime import UTC, datetime

import numpy as np

from farwatch.formats.scene import ASSET, BATTERY, MOVE, RADAR, ROUND, TRACK, Happening, Scene, Thing, ordered

DEPOT = 'depot <1> & "co", </script>'
FIRST_S = 36_000.0

THINGS = (
    Thing(key="drones, north/3", side="hostile", family="drone", class_name="one-way-drone", fate="killed"),
    Thing(key="alpha", kind=BATTERY, side="friend", class_name="s-400"),
    Thing(key="alpha radar", kind=RADAR, side="friend", class_name="92n6e", of="alpha"),
    Thing(key=DEPOT, kind=ASSET, side="friend"),
    Thing(key="round 1", kind=ROUND, side="friend", class_name="9m96e2", of="drones, north/3", fate="hit"),
    Thing(key="track 17", kind=TRACK, side="hostile", family="drone", number=17, of="drones, north/3"),
    Thing(key="airliner", side="neutral", family="aircraft", callsign="TEST12", address=0x4B1234, mode_a=0o2341),
    Thing(key="péché 100%", side="hostile", family="cruise-missile", fate="leaked"),
)


def rows(thing, time_s, lat_deg, lon_deg, height_m, rates=(np.nan, np.nan, np.nan)):
    """MOVE rows of one thing; the arguments broadcast."""
    found = np.zeros(np.size(time_s), MOVE)
    names = ("lat_deg", "lon_deg", "height_m", "east_m_s", "north_m_s", "up_m_s")
    for name, value in zip(names, (lat_deg, lon_deg, height_m, *rates), strict=True):
        found[name] = value
    found["time_s"], found["thing"], found["sigma_m"] = time_s, thing, np.nan
    return found


def small_raid(epoch=datetime(2026, 1, 2, tzinfo=UTC)):
    """The scene: ten minutes at notional places, on a clock from midnight."""
    t = np.arange(0.0, 600.0, 10.0)
    clock = t + FIRST_S
    moves = [
        rows(0, clock[:31], 24.0 + t[:31] * 2e-4, 45.0, 120.0, (0.0, 22.16, 0.0)),
        rows(1, FIRST_S, 23.6, 45.2, 700.0),
        rows(2, FIRST_S, 23.601, 45.2, 715.0),
        rows(3, FIRST_S, 23.62, -45.25, -3.0),
        rows(4, FIRST_S + np.linspace(280.25, 300.0, 9), np.linspace(23.6, 24.06, 9), 45.1, np.linspace(700, 120, 9)),
        rows(5, clock[3:31:3], 24.0001 + t[3:31:3] * 2e-4, 45.0, 130.0),
        rows(6, clock, 23.0, 44.0 + t * 2e-3, 10_000.0 + np.where(t > 300, 50.0, 0.0)),
        rows(7, clock, 22.9 + t * 1.2e-3, 45.25, 800.0, (0.0, 132.9, 0.0)),
    ]
    happened = [
        ("launch", 280.25, "alpha", "drones, north/3", 23.6, 45.1, 700.0),
        ("kill", 300.0, "round 1", "drones, north/3", 24.06, 45.0, 120.0),
        ("leak", 590.0, DEPOT, "péché 100%", 23.62, 45.25, 690.0),
    ]
    happenings = tuple(
        Happening(time_s=FIRST_S + s, what=what, who=who, whom=whom, round="round 1" if s < 400 else "",
                  lat_deg=lat, lon_deg=lon, height_m=height)
        for what, s, who, whom, lat, lon, height in happened
    )  # fmt: skip
    return Scene(source="made", title="A small, <b>raid</b> & more", epoch=epoch, things=THINGS,
                 moves=ordered(np.concatenate(moves)), happenings=happenings)  # fmt: skip


def numbers_of(rows_of_thing):
    """Time, longitude, latitude and height (n, 4) of MOVE rows."""
    return np.column_stack([rows_of_thing[n] for n in ("time_s", "lon_deg", "lat_deg", "height_m")])


def judged(python, script, *arguments):
    """What one of the scripts in tests/formats/oracles prints, read as JSON."""
    import json
    import subprocess
    from pathlib import Path

    path = Path(__file__).parents[1] / "formats" / "oracles" / script
    done = subprocess.run([python, path, *map(str, arguments)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout) if done.stdout else None
