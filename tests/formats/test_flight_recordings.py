"""Recorded flights from other people: what is read is what pandas finds in the same files."""

import gzip
import json
from time import process_time

import numpy as np
import pandas as pd
import pytest
from pyproj import Geod

from farwatch.errors import InputError
from farwatch.formats import flight_forms, mapped, opensky, readsb, traffic_collections
from farwatch.formats.flight_positions import Choices

COLLECTIONS = (
    "aircraft_carrier", "ajaccio", "border_control", "franconia", "funchal", "inflight_refuelling", "liguria", "munich",
    "nice", "noisy_ground", "noisy_spoofing", "rega_zh", "switzerland", "turkish_flag", "vienna", "zero_gravity",
)
TWICE, STALE = "second ones of an aircraft at one time", "stale, repeating the one before"
NOWHERE, AGROUND = "without latitude and longitude", "on the ground"
STEEP, FAST, ALONE = (
    "climbing or falling faster than 300 m/s", "faster than 1,200 m/s", "alone beside the line of their neighbours",
)
JUMPS = "jumps kept: between neighbours that no usual aircraft can share"


def left_out(scene, *reasons):
    """How many positions were left out for some reasons."""
    return sum(scene.counts.get(f"positions left out: {reason}", 0) for reason in reasons)


def unpacked(path):
    """What a packed JSON file holds."""
    return json.loads(gzip.decompress(path.read_bytes()))


def collection(shared, name):
    """A shared collection as pandas reads it, times in seconds."""
    frame = pd.DataFrame(unpacked(shared / "data" / "trajectories" / f"{name}.json.gz"))
    frame["last_position"] = frame.get("last_position", frame["timestamp"]) / 1e3
    frame["timestamp"] /= 1e3
    frame["onground"] = frame.get("onground", False)
    return frame


def assert_same_moves(ours, theirs):
    """Both scenes have the same rows, NaN where the other has NaN."""
    for field in ours.moves.dtype.names:
        np.testing.assert_array_equal(ours.moves[field], theirs.moves[field], field)


def reduced(frame, position, flight, moment, ground):
    """Rows left by each step in turn that pandas can make alone: placed, in the air, one at a time, fresh."""
    placed = frame.dropna(subset=position)
    flying = placed[~placed[ground].astype(bool)].sort_values([*flight, moment], kind="stable")
    single = flying.drop_duplicates([*flight, moment])
    same = (single.groupby(flight)[position].diff() == 0).all(axis=1) & ~(single["told_m_s"] < 1.0)
    return placed, flying, single, single[~same]


@pytest.mark.validation
@pytest.mark.parametrize("name", COLLECTIONS)
def test_a_collection_is_read_whole(shared, name):
    """Each row is a position or is counted, for the reasons and in the numbers that pandas finds."""
    frame = collection(shared, name)
    frame["told_m_s"] = frame["groundspeed"] * 1852 / 3600
    position, flight = ["latitude", "longitude"], ["icao24", "callsign"]
    placed, flying, single, fresh = reduced(frame, position, flight, "last_position", "onground")
    scene = traffic_collections.read(shared / "data" / "trajectories" / f"{name}.json.gz")
    assert scene.counts["positions read"] == len(frame)
    assert left_out(scene, NOWHERE) == len(frame) - len(placed)
    assert left_out(scene, AGROUND) == len(placed) - len(flying)
    assert left_out(scene, TWICE) == len(flying) - len(single)
    assert left_out(scene, STALE) == len(single) - len(fresh)
    assert scene.moves.size + left_out(scene, STEEP, FAST, ALONE) == len(fresh)
    assert len({thing.callsign for thing in scene.things}) == frame["callsign"].nunique()
    assert {f"{thing.address:06x}" for thing in scene.things} == set(frame["icao24"])
    height = "geoaltitude" if "geoaltitude" in frame else "altitude"
    assert all(thing.pressure == (height == "altitude") for thing in scene.things)
    start_s = scene.epoch.timestamp()
    told = pd.DataFrame({
        "key": np.array([f"{t.address:06x} {t.callsign}" for t in scene.things])[scene.moves["thing"]],
        "ms": np.round((scene.moves["time_s"] + start_s) * 1e3).astype(np.int64),
        "lat": scene.moves["lat_deg"], "lon": scene.moves["lon_deg"], "feet": scene.moves["height_m"] / 0.3048,
    })
    frame = fresh.assign(key=fresh["icao24"] + " " + fresh["callsign"], ms=(fresh["last_position"] * 1e3).round())
    both = told.merge(frame.astype({"ms": np.int64}), on=["key", "ms"], validate="one_to_one")
    assert len(both) == len(told)
    np.testing.assert_allclose(both["lat"], both["latitude"], atol=1e-12)
    np.testing.assert_allclose(both["lon"], both["longitude"], atol=1e-12)
    np.testing.assert_allclose(both["feet"], both[height], atol=1e-6)


@pytest.mark.validation
def test_speed_and_direction_are_those_of_the_motion(shared):
    """Knots and degrees become the velocity that the positions move with, by another program's geodesics."""
    scene = traffic_collections.read(shared / "data" / "trajectories" / "switzerland.json.gz")
    before, after = scene.moves[:-1], scene.moves[1:]
    lasted_s = after["time_s"] - before["time_s"]
    near = (before["thing"] == after["thing"]) & (lasted_s <= 10.0)
    azimuth_deg, _, moved_m = Geod(ellps="WGS84").inv(
        before["lon_deg"][near], before["lat_deg"][near], after["lon_deg"][near], after["lat_deg"][near]
    )
    east_m_s = moved_m / lasted_s[near] * np.sin(np.radians(azimuth_deg))
    north_m_s = moved_m / lasted_s[near] * np.cos(np.radians(azimuth_deg))
    off_m_s = np.hypot(east_m_s - after["east_m_s"][near], north_m_s - after["north_m_s"][near])
    assert near.sum() > 130_000
    assert np.nanmedian(off_m_s) < 6.0  # of 230 m/s: positions are up to some seconds older than their row
    climb_m_s = (after["height_m"] - before["height_m"])[near] / lasted_s[near]
    climbing = np.abs(after["up_m_s"][near]) > 5.0
    ratio = climb_m_s[climbing] / after["up_m_s"][near][climbing]
    assert np.median(ratio) == pytest.approx(1.0, abs=0.05)


@pytest.mark.validation
def test_a_large_collection_reads_fast(shared):
    """139,098 positions are read in less than three seconds of one processor."""
    path = shared / "data" / "trajectories" / "switzerland.json.gz"
    traffic_collections.read(shared / "data" / "trajectories" / "rega_zh.json.gz")
    started_s = process_time()
    scene = traffic_collections.read(path)
    took_s = process_time() - started_s
    assert len({thing.address for thing in scene.things}) == 842
    assert took_s < 3.0


@pytest.mark.validation
def test_flights_are_those_of_aircraft_callsign_and_silence(shared):
    """pandas counts as many flights when it groups by aircraft and callsign and cuts at two hours."""
    frame = collection(shared, "switzerland").sort_values("timestamp", kind="stable")
    silences = frame.groupby(["icao24", "callsign"])["timestamp"].diff() > 7200.0
    flights = frame.groupby(["icao24", "callsign"]).ngroups + int(silences.sum())
    scene = traffic_collections.read(shared / "data" / "trajectories" / "switzerland.json.gz")
    assert len(scene.things) == flights


@pytest.mark.validation
@pytest.mark.parametrize("kept_as", ["ms", "date", "date with zone", "ns"])
def test_parquet_reads_as_json_does(shared, tmp_path, kept_as):
    """A collection that pandas wrote as Parquet is the same scene, however it keeps its times."""
    path = shared / "data" / "trajectories" / "nice.json.gz"
    frame = pd.DataFrame(unpacked(path))
    dated = pd.to_datetime(frame["timestamp"], unit="ms", utc=True)
    frame["timestamp"] = {
        "ms": frame["timestamp"], "date": dated.dt.tz_localize(None), "date with zone": dated,
        "ns": dated.dt.tz_localize(None).astype("datetime64[ns]"),
    }[kept_as]
    frame.to_parquet(tmp_path / "nice.parquet")
    ours, theirs = traffic_collections.read(path), traffic_collections.read(tmp_path / "nice.parquet")
    assert (ours.things, ours.epoch, ours.counts) == (theirs.things, theirs.epoch, theirs.counts)
    assert_same_moves(ours, theirs)


@pytest.mark.validation
@pytest.mark.parametrize("orient", ["records", "columns", "split", "table", "index-free lists"])
def test_every_way_pandas_writes_json_is_read(shared, orient):
    """Rows, columns, and columns beside rows hold the same flights."""
    path = shared / "data" / "trajectories" / "rega_zh.json.gz"
    frame = pd.DataFrame(unpacked(path))
    text = json.dumps(frame.to_dict("list")) if "lists" in orient else frame.to_json(orient=orient)
    scene = traffic_collections.decode(text.encode())
    assert flight_forms.form_of(text.encode(), "rega") == "traffic"
    np.testing.assert_allclose(scene.moves["lat_deg"], traffic_collections.read(path).moves["lat_deg"], atol=1e-9)


@pytest.mark.validation
def test_state_vectors_are_read_whole(shared):
    """Each OpenSky state is a position or is counted, as pandas finds them; heights are geometric."""
    path = shared / "data" / "trajectories" / "OpenSky_Plane_States.csv"
    frame = pd.read_csv(path)
    frame["told_m_s"] = frame["velocity"]
    placed, flying, single, fresh = reduced(frame, ["lat", "lon"], ["icao24"], "lastposupdate", "onground")
    scene = opensky.read(path)
    assert scene.counts["positions read"] == len(frame) == 6052
    assert left_out(scene, NOWHERE) == len(frame) - len(placed)
    assert left_out(scene, AGROUND) == len(placed) - len(flying)
    assert left_out(scene, TWICE) == len(flying) - len(single)
    assert left_out(scene, STALE) == len(single) - len(fresh)
    assert scene.moves.size + left_out(scene, STEEP, FAST, ALONE) == len(fresh)
    assert len(scene.things) == frame["icao24"].nunique() == 84
    assert not any(thing.pressure for thing in scene.things)
    start_s = scene.epoch.timestamp()
    by_time = fresh.set_index([fresh["icao24"], (fresh["lastposupdate"] * 1e3).round().astype(np.int64)])
    for row in scene.moves[::97]:
        state = by_time.loc[scene.things[row["thing"]].key, round((row["time_s"] + start_s) * 1e3)]
        told = (state["lat"], state["geoaltitude"], state["vertrate"])
        assert (row["lat_deg"], row["height_m"], row["up_m_s"]) == told
        assert np.hypot(row["east_m_s"], row["north_m_s"]) == pytest.approx(state["velocity"])


@pytest.mark.validation
def test_the_answer_of_the_api_reads_as_the_history_does(shared):
    """The same states as the API lists them are the same positions."""
    path = shared / "data" / "trajectories" / "OpenSky_Plane_States.csv"
    frame = pd.read_csv(path).head(500)
    states = [
        [r.icao24, r.callsign, "", r.lastposupdate, r.lastcontact, r.lon, r.lat, r.baroaltitude, r.onground, r.velocity,
         r.heading, r.vertrate, None, r.geoaltitude, str(int(r.squawk)) if r.squawk == r.squawk else None, False, 0]
        for r in frame.itertuples()
    ]
    answer = json.dumps({"time": 1626098400, "states": states}).encode()
    ours, theirs = opensky.decode(answer), opensky.decode(frame.to_csv(index=False).encode())
    assert flight_forms.form_of(answer, "answer") == "opensky"
    assert (ours.things, ours.epoch, ours.counts) == (theirs.things, theirs.epoch, theirs.counts)
    assert_same_moves(ours, theirs)


@pytest.mark.validation
def test_a_trace_is_read_whole(shared):
    """A day of one aircraft: four flights, by its own callsigns, geometric heights, each row used or counted."""
    path = shared / "data" / "trajectories" / "readsb_trace_full_ac671b.json.gz"
    told = unpacked(path)
    rows = told["trace"]
    scene = readsb.read(path)
    flying = [row for row in rows if row[3] != "ground"]
    high = [row for row in flying if row[10] is not None]
    assert scene.counts["positions read"] == len(rows) == 2500
    assert left_out(scene, AGROUND) == len(rows) - len(flying)
    assert left_out(scene, "without a height from -1,000 to 10,000,000 m") == len(flying) - len(high)
    assert left_out(scene, TWICE) == len(high) - len({row[0] for row in high})
    assert scene.moves.size == len({row[0] for row in high})
    assert scene.counts["positions after a silence, flagged stale and kept"] == sum(row[6] & 1 for row in rows)
    callsigns = {row[8]["flight"].strip() for row in rows if row[8] and "flight" in row[8]}
    assert {thing.callsign for thing in scene.things} == callsigns
    assert len(scene.things) == 4
    assert {thing.address for thing in scene.things} == {0xAC671B}
    by_time = {round(row[0] * 1e3): row for row in reversed(high)}
    start_s = scene.epoch.timestamp()
    for move in scene.moves:
        row = by_time[round((move["time_s"] + start_s - told["timestamp"]) * 1e3)]
        assert (move["lat_deg"], move["lon_deg"]) == (row[1], row[2])
        assert move["height_m"] == pytest.approx(row[10] * 0.3048)
        if row[4] is not None:
            assert np.hypot(move["east_m_s"], move["north_m_s"]) == pytest.approx(row[4] * 0.514444, rel=1e-5)
        if row[11] is not None:
            assert move["up_m_s"] == pytest.approx(row[11] * 0.00508)


@pytest.mark.validation
def test_a_trace_can_keep_the_ground(shared):
    """Positions on the ground are kept when they are asked for, at the height of the flight nearest in time."""
    path = shared / "data" / "trajectories" / "readsb_trace_full_ac671b.json.gz"
    less, more = readsb.read(path), readsb.read(path, Choices(on_ground=True))
    assert more.moves.size > less.moves.size + 300
    assert left_out(more, AGROUND) == 0
    assert np.isfinite(more.moves["height_m"]).all()


@pytest.mark.validation
def test_a_mapping_reads_a_rotorcraft(shared):
    """The GPS fixes of a UAV, through a mapping, are those that pandas reads."""
    path = shared / "data" / "trajectories" / "UAV_Rot.csv"
    frame = pd.read_csv(path)
    mapping = {"time": "time", "lat": "latitude", "lon": "longitude", "height": "altitude (m)", "speed": "speed"}
    scene = mapped.read(path, mapping)
    assert scene.moves.size == scene.counts["positions read"] == len(frame) == 965
    np.testing.assert_array_equal(scene.moves["height_m"], frame["altitude (m)"])
    since_s = (pd.to_datetime(frame["time"], utc=True) - scene.epoch).dt.total_seconds()
    np.testing.assert_array_equal(scene.moves["time_s"], since_s)


@pytest.mark.validation
def test_outliers_are_the_ones_an_eye_finds(shared):
    """False heights among tankers are left out and nothing of them is left; spoofing is told as the jumps it makes."""
    folder = shared / "data" / "trajectories"
    tanker = traffic_collections.read(folder / "inflight_refuelling.json.gz")
    assert left_out(tanker, STEEP) == 17
    assert JUMPS not in tanker.counts
    assert tanker.moves["height_m"].max() < 9e3
    unchecked = traffic_collections.read(folder / "inflight_refuelling.json.gz", Choices(limits=None))
    assert unchecked.moves["height_m"].max() > 30e3
    assert traffic_collections.read(folder / "noisy_spoofing.json.gz").counts[JUMPS] == 2
    carrier = traffic_collections.read(folder / "aircraft_carrier.json.gz")
    assert left_out(carrier, STEEP, FAST, ALONE) == 0
    assert JUMPS not in carrier.counts


@pytest.mark.validation
def test_wrapped_tracks_are_not_believed(shared):
    """A flight whose tracks were kept in a signed byte has no direction, and its speeds are not used either."""
    scene = traffic_collections.read(shared / "data" / "trajectories" / "vienna.json.gz")
    assert np.isnan(scene.moves["east_m_s"]).all()
    assert scene.counts["velocities left out: of a flight with tracks outside 0 to 360 degrees"] == scene.moves.size


@pytest.mark.validation
def test_whose_data_it_is_shows_in_the_bytes(shared):
    """Every shared file is told by its content alone; one that needs a mapping says which columns it has."""
    folder = shared / "data" / "trajectories"
    forms = {path.name: flight_forms.form_of(path.read_bytes(), path.name) for path in sorted(folder.iterdir())}
    uav = (folder / "UAV_Rot.csv").read_bytes()
    assert forms.pop("OpenSky_Plane_States.csv") == "opensky"
    assert forms.pop("readsb_trace_full_ac671b.json.gz") == "readsb"
    assert forms.pop("UAV_Rot.csv") is None
    assert set(forms) == {f"{name}.json.gz" for name in COLLECTIONS}
    assert set(forms.values()) == {"traffic"}
    asked = flight_forms.mapping_needed(uav, "UAV_Rot.csv")
    assert isinstance(asked, InputError)
    assert "altitude (m)" in str(asked)
