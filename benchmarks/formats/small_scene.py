"""A small scene with one of everything, to be written in each form."""

import numpy as np

from farwatch.formats.scene import MOVE, Happening, Scene, Thing, midnight, ordered
from farwatch.records import PLOT
from farwatch.track.sensors import Sensor, SensorPlace


def small_scene():
    """Two aircraft, a track, a round, three sites, two plots and two events."""
    from datetime import UTC, datetime

    things = (
        Thing(key="alpha", kind="battery", side="friend", class_name="s-400"),
        Thing(key="alpha/radar", kind="radar", side="friend", class_name="96l6e", of="alpha"),
        Thing(key="depot", kind="asset", side="friend"),
        Thing(key="drones/1", side="hostile", family="drone", class_name="one-way-drone", fate="killed"),
        Thing(key="3c6444", side="neutral", family="aircraft", callsign="TEST123", address=0x3C6444, mode_a=0o1234),
        Thing(key="track 7", kind="track", side="hostile", number=7, of="drones/1"),
        Thing(key="round 1", kind="round", side="friend", class_name="9m96e2", of="drones/1", fate="hit"),
    )
    moves = np.zeros(40, MOVE)
    moves["thing"] = np.concatenate([[0, 1, 2], np.repeat([3, 4], 15), np.repeat([5], 4), np.repeat([6], 3)])
    moves["time_s"] = np.concatenate([[0, 0, 0], np.tile(np.arange(15) * 4.0, 2), np.arange(4) * 5.0, [30, 40, 56]])
    moves["lat_deg"] = 23.6 + 0.001 * moves["time_s"] * (moves["thing"] > 2)
    moves["lon_deg"] = 45.2 + 0.01 * moves["thing"]
    moves["height_m"], moves["sigma_m"] = 900.0 + 10.0 * moves["thing"], np.nan
    moves["north_m_s"] = 111.0 * (moves["thing"] > 2)
    plots = np.zeros(2, PLOT)
    plots["time_s"], plots["range_m"], plots["azimuth_rad"] = [4.0, 9.0], [40e3, 50e3], [0.5, 0.7]
    plots["range_sigma_m"], plots["azimuth_sigma_rad"], plots["truth"] = 60.0, 0.002, -1
    plots["reply"], plots["mode_a"], plots["address"] = [0, 1], [0, 0o1234], [0, 0x3C6444]
    plots["height_m"], plots["height_sigma_m"] = [0.0, 9000.0], [0.0, 40.0]
    place = {"lat_deg": 23.66, "lon_deg": 45.23, "height_m": 930.0}
    shot = {"who": "alpha", "whom": "drones/1", "round": "round 1", **place}
    happenings = (
        Happening(time_s=30.0, what="launch", value=56.0, **shot),
        Happening(time_s=56.0, what="kill", value=5000.0, **shot),
    )
    sensor = Sensor(
        name="alpha-radar", revisit_s=5.0, range_sigma_m=60.0, azimuth_sigma_deg=0.1, max_range_m=300e3,
        at=SensorPlace(lat_deg=23.6, lon_deg=45.2, height_m=900.0),
    )  # fmt: skip
    return Scene(
        source="small", title="A small scene", epoch=midnight(datetime(2030, 5, 1, tzinfo=UTC)), things=things,
        moves=ordered(moves), happenings=happenings, plots=plots, sensors=(sensor,),
    )  # fmt: skip
