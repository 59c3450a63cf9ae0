"""Scenes that tests of tables write and read: one whose every field says something, a large one, and any at all."""

from datetime import UTC, datetime

import numpy as np
from hypothesis import strategies as st

from farwatch.formats.scene import KINDS, MOVE, SIDES, Happening, Scene, Thing, ordered
from farwatch.records import FAMILIES

EPOCH = datetime(2024, 5, 1, tzinfo=UTC)

PLACES = [  # thing, time_s, lat_deg, lon_deg, height_m, east, north, up, sigma
    (0, 3600.25, 23.5, 179.9, 9000.0, 250.0, -1.5, 0.0, 30.0),
    (0, 3610.5, 23.6, -179.9, 9010.0, 250.0, -1.5, 1.0, np.nan),
    (0, 3620.0, 23.65, -179.7, 9020.0, np.nan, np.nan, np.nan, np.nan),
    (1, 3600.0, 23.0, 45.0, 120.0, np.nan, np.nan, np.nan, np.nan),
    (2, 0.0, -33.25, -70.5, 600.0, 0.0, 0.0, 0.0, 5.0),
    (2, 0.125, -33.5, -70.75, 700.0, 1.0, 2.0, 3.0, 5.0),
]


def moves_of(rows):
    """MOVE rows of tuples that put the thing first."""
    names = ("thing", *(name for name in MOVE.names if name != "thing"))
    made = np.zeros(len(rows), MOVE)
    for name, column in zip(names, zip(*rows, strict=True), strict=True):
        made[name] = column
    return ordered(made)


def full_scene(epoch=EPOCH):
    """Three things that tell everything, over the antimeridian too, and one event."""
    things = (
        Thing(
            key="3c6444", kind="target", side="neutral", family="aircraft", class_name="airliner", callsign="DÜS 1",
            address=0x3C6444, mode_a=0o7700, number=17, pressure=True, fate="landed",
        ),
        Thing(key="alpha", kind="battery", side="friend", class_name="s-400"),
        Thing(key="track 17", kind="track", side="hostile", family="drone", of="drones-north/3", number=17),
    )
    event = Happening(
        time_s=3605.0, what="seen", who="alpha", whom="3c6444", lat_deg=23.55, lon_deg=180.0, height_m=9e3
    )
    return Scene(source="made", title="three", epoch=epoch, things=things, moves=moves_of(PLACES), happenings=(event,))


def large_scene(count=140_000, flights=300):
    """Many places of some hundred flights."""
    rng = np.random.default_rng(6)
    moves = np.zeros(count, MOVE)
    moves["thing"], moves["time_s"] = np.arange(count) % flights, np.arange(count) / 8.0
    for name, low, high in (("lat_deg", 40, 50), ("lon_deg", 0, 20), ("height_m", 0, 12e3)):
        moves[name] = rng.uniform(low, high, count)
    for name in ("east_m_s", "north_m_s", "up_m_s"):
        moves[name] = rng.normal(0.0, 100.0, count)
    moves["sigma_m"] = np.nan
    things = tuple(Thing(key=f"{k:06x}", address=k + 1, callsign=f"FLT{k}") for k in range(flights))
    return Scene(source="made", epoch=EPOCH, things=things, moves=ordered(moves))


NAMES = st.text("abcXYZ09 -_/.,;'\"\täé雷", max_size=8).map(str.strip).filter(lambda word: word.strip("-"))


@st.composite
def scenes(draw):
    """Any small scene whose things all move, with whatever their fields may say."""
    keys = draw(st.lists(NAMES.filter(bool), min_size=1, max_size=4, unique=True))
    said = st.one_of(st.just(""), NAMES)
    things = tuple(
        Thing(
            key=key, kind=draw(st.sampled_from(KINDS)), side=draw(st.sampled_from(SIDES)), callsign=draw(said),
            family=draw(st.sampled_from(("", *FAMILIES))), class_name=draw(said), fate=draw(said), of=draw(said),
            address=draw(st.integers(0, 0xFFFFFF)), mode_a=draw(st.integers(0, 0o7777)),
            number=draw(st.integers(-1, 2**31 - 1)), pressure=draw(st.booleans()),
        )
        for key in keys
    )  # fmt: skip
    rows = []
    speed = st.one_of(st.just(np.nan), st.floats(-1e4, 1e4))
    for thing in range(len(things)):
        for time_s in draw(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=4, unique=True)):
            place = [draw(st.floats(*limits)) for limits in ((-90, 90), (-180, 180), (-400, 1e5))]
            rows.append((thing, time_s, *place, *(draw(speed) for _ in range(3)), draw(speed)))
    epoch = draw(st.sampled_from([None, EPOCH, datetime(1999, 12, 31, 23, 59, 59, 500_000, tzinfo=UTC)]))
    return Scene(source="made", epoch=epoch, things=things, moves=moves_of(rows))


def assert_same_motion(found, scene):
    """All of the things and their motion, bit for bit."""
    assert found.things == scene.things
    assert found.epoch == scene.epoch
    for name in MOVE.names:
        np.testing.assert_array_equal(found.moves[name], scene.moves[name], err_msg=name)
