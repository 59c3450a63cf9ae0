"""Readers of recorded flights: what a row means, how flights are told apart, and what hostile bytes cost."""

import gzip
import json
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from farwatch.errors import InputError
from farwatch.formats import flight_forms, flight_tables, mapped, opensky, readsb, traffic_collections
from farwatch.formats.flight_positions import Choices
from farwatch.formats.scene import Scene

NOON = 1_700_049_600  # 2023-11-15 12:00 UTC
MAPPING = {"time": "time", "lat": "lat", "lon": "lon", "height": "alt", "id": "icao24", "track": "track"}


def flown(count=10, **changed):
    """Rows of a collection: level eastwards at 47 N with 450 kt, one every 10 s."""
    step_deg = 450.0 * 1852.0 / 3600.0 * 10.0 / 111_320.0 / np.cos(np.radians(47.0))
    row = {"icao24": "3c6444", "callsign": "DLH1", "altitude": 30000, "groundspeed": 450.0, "track": 90.0}
    return [
        {**row, "timestamp": (NOON + 10 * k) * 1000, "latitude": 47.0, "longitude": 8.0 + k * step_deg, **changed}
        for k in range(count)
    ]


def collected(rows, **options):
    """The scene of rows of a collection."""
    return traffic_collections.decode(json.dumps(rows).encode(), choices=Choices(**options))


def left_out(scene):
    """Reasons and numbers of positions left out."""
    return {name.removeprefix("positions left out: "): n for name, n in scene.counts.items() if "left out" in name}


def test_feet_and_knots_are_converted_once():
    """30,000 ft, 450 kt eastwards and 600 ft/min are 9,144 m, 231.5 m/s and 3.048 m/s; the day begins at midnight."""
    scene = collected(flown(vertical_rate=600))
    row = scene.moves[0]
    assert row["height_m"] == pytest.approx(9144.0)
    assert row["east_m_s"] == pytest.approx(231.5)
    assert row["north_m_s"] == pytest.approx(0.0, abs=1e-9)
    assert row["up_m_s"] == pytest.approx(3.048)
    assert scene.epoch == datetime(2023, 11, 15, tzinfo=UTC)
    assert row["time_s"] == 12 * 3600
    assert scene.when(row["time_s"]).timestamp() == NOON
    assert scene.things[0].pressure


def test_a_new_callsign_or_a_long_silence_begins_a_flight():
    """One aircraft flies three times: under two names, and once more after three hours."""
    later = [{**row, "timestamp": row["timestamp"] + 1_000_000, "callsign": "DLH2"} for row in flown()]
    evening = [{**row, "timestamp": row["timestamp"] + 12_000_000, "callsign": "DLH2"} for row in flown()]
    scene = collected(flown() + evening + later)
    assert [thing.key for thing in scene.things] == ["3c6444/1", "3c6444/2", "3c6444/3"]
    assert [thing.callsign for thing in scene.things] == ["DLH1", "DLH2", "DLH2"]
    assert np.bincount(scene.moves["thing"]).tolist() == [10, 10, 10]
    assert len(collected(flown() + evening, gap_s=1e5).things) == 2


def test_rows_without_a_callsign_belong_to_the_flight_around_them():
    """Rows that lack it take the callsign before them, and at the beginning the one after them."""
    rows = flown()
    for k in (0, 1, 5):
        rows[k]["callsign"] = None
    scene = collected(rows)
    assert [thing.callsign for thing in scene.things] == ["DLH1"]
    assert scene.moves.size == 10


def test_a_thing_has_one_kind_of_height():
    """Geometric where nearly all rows have it, pressure where they do not, never both; the other rows are counted."""
    rows = flown(20, geoaltitude=31000)
    assert not collected(rows).things[0].pressure
    assert collected(rows).moves["height_m"][0] == pytest.approx(31000 * 0.3048)
    rows[3]["geoaltitude"] = None
    assert left_out(collected(rows)) == {"without a height from -1,000 to 10,000,000 m": 1}
    for row in rows[:5]:
        row["geoaltitude"] = None
    assert collected(rows).things[0].pressure
    assert collected(rows).moves["height_m"].tolist() == pytest.approx([9144.0] * 20)
    assert collected(rows, height="geometric").moves.size == 15


def test_each_row_left_out_is_counted_by_its_reason():
    """A row of each bad kind costs itself only."""
    rows = flown(20)
    bad = [
        {"timestamp": None}, {"timestamp": 1e30}, {"latitude": None}, {"latitude": "north"}, {"latitude": 91.0},
        {"longitude": 1e300}, {"icao24": None}, {"onground": True}, {"altitude": None}, {"altitude": 1e300},
    ]
    scene = collected(rows + [{**rows[5], "timestamp": rows[5]["timestamp"] + 1, **change} for change in bad]
                      + [rows[7], {**rows[8], "timestamp": rows[8]["timestamp"] + 5000}, "junk", None, [1, 2]])
    assert scene.moves.size == 20
    assert left_out(scene) == {
        "without a time": 5, "without latitude and longitude": 2, "with a latitude or longitude out of range": 2,
        "without the aircraft's name": 1, "on the ground": 1, "without a height from -1,000 to 10,000,000 m": 2,
        "second ones of an aircraft at one time": 1, "stale, repeating the one before": 1,
    }
    assert scene.counts["positions read"] == 35


def test_what_stands_may_repeat_its_position():
    """A thing that says it stands is not stale."""
    assert collected(flown(8, longitude=8.0, groundspeed=0.0)).moves.size == 8
    assert collected(flown(8, longitude=8.0)).moves.size == 1


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"altitude": 107_700}, "climbing or falling faster than 300 m/s"),
        ({"latitude": 49.0}, "faster than 1,200 m/s"),
        ({"altitude": 24_000}, "alone beside the line of their neighbours"),
        ({"latitude": 47.1}, "alone beside the line of their neighbours"),
    ],
)
def test_an_impossible_position_is_left_out(change, reason):
    """One row off the line is found whatever is wrong with it, and no other is lost."""
    rows = flown(20)
    rows[9].update(change)
    scene = collected(rows)
    assert left_out(scene) == {reason: 1}
    assert scene.moves.size == 19
    assert collected(rows, limits=None).moves.size == 20


def test_a_real_zoom_climb_is_kept():
    """A fighter that climbs with 250 m/s for half a minute loses no row; the unusual neighbours are counted."""
    rows = flown(30)
    for k, row in enumerate(rows):
        row["altitude"] = 20_000 + min(max(k - 10, 0), 3) * 10 * 250 / 0.3048
    scene = collected(rows)
    assert scene.moves.size == 30
    assert scene.counts["jumps kept: between neighbours that no usual aircraft can share"] == 3


def test_the_time_of_a_position_is_when_it_was_received():
    """Where a row tells when its position came, that is its time, and rows that repeat it are second ones."""
    rows = flown(10)
    for row in rows:
        row["last_position"] = row["timestamp"] - 1500
    rows[4].update({k: rows[3][k] for k in ("last_position", "latitude", "longitude")})
    scene = collected(rows)
    assert scene.moves["time_s"][0] == 12 * 3600 - 1.5
    assert left_out(scene) == {"second ones of an aircraft at one time": 1}


def test_codes_and_addresses_are_numbers():
    """Addresses are hexadecimal, codes octal, however they were kept; what readsb marks as no address is none."""
    for squawk in ("7700", 7700, 7700.0, "7700.0"):
        thing = collected(flown(squawk=squawk)).things[0]
        assert (thing.address, thing.mode_a) == (0x3C6444, 0o7700)
    other = collected(flown(icao24="~2B0001", squawk="9999")).things[0]
    assert (other.key, other.address, other.mode_a) == ("~2b0001", 0, 0)


def test_a_trace_tells_legs_ground_and_geometric_heights():
    """Flags begin a leg, "ground" is no height, and geometric heights and rates are preferred."""
    details = {"flight": "KLM1    ", "squawk": "1000"}
    trace = [
        [0.0, 52.0, 4.0, "ground", 10.0, 90.0, 0, None, details, "adsb_icao", None, None],
        [10.0, 52.001, 4.0, 1000, 100.0, 0.0, 1, 640, None, "adsb_icao", 1200, 700],
        [20.0, 52.010, 4.0, 1100, 200.0, 0.0, 0, 640, None, "adsb_icao", 1300, None],
        [900.0, 52.100, 4.0, 1100, 200.0, 0.0, 2, 640, {"flight": "KLM2"}, "adsb_icao", 1300, None],
        [910.0, 52.109, 4.0, 1200, 200.0, 0.0, 8, 640, None, "adsb_icao", None, None],
    ]
    scene = readsb.decode(json.dumps({"icao": "484CBB", "timestamp": NOON + 0.5, "trace": trace}).encode())
    assert [(t.key, t.callsign, t.pressure) for t in scene.things] == [
        ("484cbb/1", "KLM1", False), ("484cbb/2", "KLM2", False),
    ]
    assert scene.moves["time_s"].tolist() == [43210.5, 43220.5, 44100.5, 44110.5]
    assert scene.moves["height_m"].tolist() == pytest.approx([365.76, 396.24, 396.24, 365.76])
    assert scene.moves["up_m_s"][:2].tolist() == pytest.approx([3.556, 3.2512])
    assert left_out(scene) == {"on the ground": 1}
    assert scene.counts["positions after a silence, flagged stale and kept"] == 1
    assert scene.things[0].mode_a == 0o1000


def test_a_snapshot_tells_where_all_aircraft_are():
    """Each aircraft of aircraft.json is one thing at the time its position was seen; those without one are counted."""
    aircraft = [
        {"hex": "484cbb", "flight": "KLM1  ", "alt_baro": 1000, "alt_geom": 1200, "gs": 100, "track": 180.0,
         "baro_rate": 64, "lat": 52.0, "lon": 4.0, "seen_pos": 2.5, "squawk": "1000"},
        {"hex": "~00aa11", "alt_baro": "ground", "lat": 52.0, "lon": 4.1, "seen_pos": 1.0},
        {"hex": "3c6444", "alt_baro": 30000},
    ]
    data = json.dumps({"now": NOON, "messages": 1, "aircraft": aircraft}).encode()
    scene = readsb.decode(data)
    assert flight_forms.form_of(data, "aircraft.json") == "readsb"
    assert [(thing.key, thing.callsign) for thing in scene.things] == [("484cbb", "KLM1")]
    assert scene.moves["time_s"].tolist() == [43197.5]
    assert left_out(scene) == {"without latitude and longitude": 1, "on the ground": 1}


def test_a_mapping_says_units_and_clock(tmp_path):
    """Flight levels, km/h and seconds of any clock, in a table with semicolons, through a YAML file."""
    (tmp_path / "columns.yaml").write_text(
        "time: t\ntime_is: seconds\nid: who\nlat: y\nlon: x\nheight: FL\nheight_unit: FL\nspeed: v\n"
        "speed_unit: km/h\ntrack: dir\nvertical_rate: w\nvertical_rate_unit: ft/min\naddress: who\nsquawk: ssr\n"
    )
    text = (
        "# made by hand\n\nt;who;y;x;FL;v;dir;w;ssr\n"
        "-5;4b1234;47;8;300;360;-90;600;1234\n5;4b1234;47;7.99;300;360;-90;0;1234\n"
    )
    scene = mapped.decode(text.encode(), "hand.csv", tmp_path / "columns.yaml")
    assert scene.epoch is None
    assert scene.moves["time_s"].tolist() == [-5.0, 5.0]
    assert scene.moves["height_m"].tolist() == pytest.approx([9144.0, 9144.0])
    assert scene.moves["east_m_s"][0] == pytest.approx(-100.0)
    assert scene.moves["up_m_s"][0] == pytest.approx(3.048)
    thing = scene.things[0]
    assert (thing.key, thing.address, thing.mode_a, thing.pressure) == ("4b1234", 0x4B1234, 0o1234, True)


def test_missing_columns_are_named():
    """A table of something else says which columns it lacks, and which it has."""
    with pytest.raises(InputError, match="column icao24: is missing; the table has timestamp, place") as caught:
        collected([{"timestamp": 1, "place": 2}])
    assert [p.where for p in caught.value.problems] == ["column icao24", "column latitude", "column longitude"]


def test_all_that_is_wrong_with_a_mapping_is_told_at_once(tmp_path):
    """Unknown fields, units and columns have their line and the nearest name."""
    path = tmp_path / "columns.yaml"
    path.write_text("time: t\nlat: y\nlongitude: x\nheight: h\nheight_unit: feet\n")
    with pytest.raises(InputError) as caught:
        mapped.decode(b"t,y,x,h\n", "a.csv", path)
    told = [(p.where, p.line) for p in caught.value.problems]
    assert ("longitude", 3) in told
    assert ("height_unit", 5) in told
    assert "lon" in {p.where for p in caught.value.problems}
    with pytest.raises(InputError, match="lattitude: is not a column of the table; did you mean latitude") as caught:
        mapped.decode(b"time,latitude,lon,alt,icao24\n", "a.csv", {**MAPPING, "lat": "lattitude"})
    assert [p.where for p in caught.value.problems] == ["lat", "track"]


def test_the_schema_of_a_mapping_describes_every_field():
    """The JSON Schema follows from the model and requires what must be there."""
    schema = mapped.mapping_schema()
    assert schema["required"] == ["time", "lat", "lon", "height"]
    assert all("description" in field for field in schema["properties"].values())


@pytest.mark.parametrize(
    "data",
    [
        b"", b"{", b"[", b"[]", b"{}", b"null", b"\xff\xfe", b"[1,2,3]", b"[[[]]]", b'{"trace":[],"icao":1,"now":2}',
        b'{"aircraft":{},"now":1}', b'{"states":null,"time":0}', b"PAR1", b"PAR1" + bytes(200) + b"PAR1", b"ARROW1",
        b"[" * 100_000, b'{"a":' * 100_000, b"[" + b"9" * 5000 + b"]", b"a,a\n1,2\n", b'"' + b"x" * 200_000,
        b'[{"timestamp":1e999,"icao24":"a","latitude":NaN,"longitude":-Infinity}]', gzip.compress(bytes(1 << 25)),
        b'{"timestamp":{"0":1},"icao24":{"0":"a","1":"b"},"latitude":{"0":1},"longitude":{"0":1}}',
        b'{"trace":[[0,1,2,3]],"icao":{},"timestamp":[],"trace":[1]}', b"time\n" + b"," * 1_000_000,
        b",".join(b"c%d" % k for k in range(100_000)) + b"\n1\n", b"\x1f\x8b\x08", b"\0" * 1000,
    ],
    ids=range(28),
)
def test_what_is_no_flight_is_refused(data):
    """Each reader says what is wrong and raises nothing else."""
    for decode in (traffic_collections.decode, opensky.decode, readsb.decode):
        with pytest.raises(InputError):
            decode(data)
    with pytest.raises(InputError):
        mapped.decode(data, "data", MAPPING)


@pytest.mark.parametrize("cell", [b"0", b"[]", b"{}", b'""', b"[[]]"])
def test_long_junk_is_refused(cell):
    """More rows than the bytes can tell are refused before they fill the memory."""
    junk = b"[" + (cell + b",") * 199_999 + cell + b"]"
    rows = junk.replace(b"[", b'[{"timestamp":1,"icao24":2,"latitude":3,"longitude":4},', 1)
    for decode, data in (
        (traffic_collections.decode, rows),
        (traffic_collections.decode, b'{"columns":["timestamp"],"data":' + junk + b"}"),
        (traffic_collections.decode, b'{"timestamp":%b,"icao24":%b,"latitude":%b,"longitude":%b}' % ((junk,) * 4)),
        (readsb.decode, b'{"icao":"a","timestamp":1,"trace":' + junk + b"}"),
        (readsb.decode, b'{"now":1,"aircraft":' + junk + b"}"),
        (opensky.decode, b'{"time":1,"states":' + junk + b"}"),
    ):
        with pytest.raises(InputError, match=r"must not have \d+ rows in \d+ bytes|positions read: 200000"):
            decode(data)


def test_many_short_lines_are_refused():
    """CSV of lines too short for a position is refused."""
    with pytest.raises(InputError, match="must not have"):
        mapped.decode(b"time,icao24,lat,lon,alt,track\n" + b",\n" * 100_000, "data", MAPPING)


def test_junk_between_sound_rows_is_counted():
    """Cells that are no rows cost themselves only."""
    scene = collected(flown(100) + [0, [], "junk", None] * 25)
    assert scene.moves.size == 100
    assert left_out(scene) == {"without a time": 100}


def test_too_much_json_is_refused(monkeypatch):
    """JSON longer than the limit is not parsed."""
    monkeypatch.setattr(flight_tables, "MOST_JSON_BYTES", 100)
    with pytest.raises(InputError, match="at most 100 bytes"):
        collected(flown())


def test_parquet_with_more_rows_than_bytes_is_refused(tmp_path):
    """A few bytes that unpack to a hundred million rows are not unpacked."""
    import duckdb

    query = "SELECT 1 AS timestamp, 'a' AS icao24, 2.0 AS latitude, 3.0 AS longitude FROM range(3000000)"
    duckdb.sql(f"COPY ({query}) TO '{tmp_path / 'bomb.parquet'}' (FORMAT parquet, COMPRESSION zstd)")
    with pytest.raises(InputError, match="must not have 3000000 rows"):
        traffic_collections.read(tmp_path / "bomb.parquet")


WORDS = st.sampled_from([
    *traffic_collections.KINDS, *opensky.KINDS, *readsb.KINDS, "trace", "aircraft", "states", "now", "icao", "columns",
    "data", "ground", "alt", "3c6444", "DLH1", "2023-11-15T12:00:00Z", "9999-12-31T23:59:59", "0001-01-01", "7700", "~",
])
LEAVES = st.one_of(
    st.none(), st.booleans(), WORDS, st.text(max_size=5), st.floats(), st.integers(-200, 200), st.just(10**400),
    st.integers(NOON - 100, NOON + 100), st.integers((NOON - 100) * 1000, (NOON + 100) * 1000), st.just(-1e308),
)
TREES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=5) | st.dictionaries(WORDS, inner, max_size=8), max_leaves=25
)
ROWS = st.lists(st.dictionaries(st.sampled_from(list(traffic_collections.KINDS)), LEAVES, max_size=13), max_size=6)


def assert_sound(decode, data):
    """The reader gives a scene that keeps its promises, or an InputError."""
    try:
        scene = decode(data)
    except InputError:
        return
    assert isinstance(scene, Scene)
    moves = scene.moves
    assert moves.size
    for field in ("time_s", "lat_deg", "lon_deg", "height_m"):
        assert np.isfinite(moves[field]).all()
    assert (np.abs(moves["lat_deg"]) <= 90).all()
    assert (np.abs(moves["lon_deg"]) <= 180).all()
    assert (np.unique(moves["thing"]) == np.arange(len(scene.things))).all()
    assert (np.diff(moves["time_s"])[np.diff(moves["thing"]) == 0] > 0).all()
    assert len({thing.key for thing in scene.things}) == len(scene.things)
    out = sum(n for name, n in scene.counts.items() if name.startswith("positions left out"))
    assert moves.size + out == scene.counts["positions read"]
    assert scene.when(float(moves["time_s"].max())).year < 2201


@settings(max_examples=150)
@given(TREES)
def test_any_json_is_read_or_refused(tree):
    """Whatever tree of known words and wild values: a sound scene or an InputError."""
    data = json.dumps(tree).encode()
    for decode in (traffic_collections.decode, opensky.decode, readsb.decode):
        assert_sound(decode, data)
    flight_forms.form_of(data, "tree")


@settings(max_examples=150)
@given(ROWS, st.integers(0, 3))
def test_any_rows_are_read_or_refused(rows, sound):
    """Rows with wild cells between sound ones, in every form that holds rows."""
    rows = flown(sound) + rows
    assert_sound(traffic_collections.decode, json.dumps(rows).encode())
    names = list(opensky.STATE)
    cells = [[(list(row.values()) + [None] * 20)[k % 7] for k in range(15)] for row in rows]
    assert_sound(opensky.decode, json.dumps({"time": NOON, "states": cells}).encode())
    assert_sound(readsb.decode, json.dumps({"icao": names[0], "timestamp": NOON, "trace": cells}).encode())
    aircraft = [{key: row.get(other) for key, other in zip(readsb.KINDS, traffic_collections.KINDS, strict=False)}
                for row in rows]
    assert_sound(readsb.decode, json.dumps({"now": NOON, "aircraft": aircraft}).encode())


@settings(max_examples=150)
@given(st.lists(st.lists(st.one_of(WORDS, st.floats().map(str), st.text(max_size=3)), max_size=8), max_size=6))
@example([["2023-11-15T12:00:00", "3c6444", "47", "8", "1000", "-90"]])
def test_any_csv_is_read_or_refused(rows):
    """Tables with wild cells, quotes and torn rows."""
    lines = ["time,icao24,lat,lon,alt,track", *(",".join(row) for row in rows)]
    data = "\n".join(lines).encode("utf-8", "surrogatepass")
    assert_sound(lambda told: mapped.decode(told, "data", MAPPING), data)
    assert_sound(lambda told: mapped.decode(told, "data", {**MAPPING, "time_is": "seconds"}), data)
    for decode in (opensky.decode, traffic_collections.decode):
        assert_sound(decode, data)


@settings(max_examples=100)
@given(
    st.binary(max_size=300),
    st.sampled_from([b"", b"[", b'{"trace":', b"time,icao24,lat,lon,alt,track\n", b"\x1f\x8b"]),
)
def test_any_bytes_are_read_or_refused(noise, start):
    """Noise after any beginning."""
    for decode in (traffic_collections.decode, opensky.decode, readsb.decode):
        assert_sound(decode, start + noise)
    assert_sound(lambda told: mapped.decode(told, "data", MAPPING), start + noise)


@settings(max_examples=60)
@given(st.data())
def test_damaged_bytes_are_read_or_refused(data):
    """A sound collection with some bytes changed, cut or added."""
    sound = json.dumps(flown(5)).encode()
    at, count = data.draw(st.integers(0, len(sound))), data.draw(st.integers(0, 40))
    torn = sound[:at] + data.draw(st.binary(max_size=8)) + sound[at + count :]
    assert_sound(traffic_collections.decode, torn)


@pytest.mark.parametrize("at", range(0, 1000, 90))
def test_damaged_parquet_is_read_or_refused(tmp_path, at):
    """Bytes changed anywhere in a Parquet file."""
    import duckdb

    (tmp_path / "rows.json").write_text(json.dumps(flown(5)))
    duckdb.sql(f"COPY (FROM '{tmp_path / 'rows.json'}') TO '{tmp_path / 'rows.parquet'}' (FORMAT parquet)")
    sound = (tmp_path / "rows.parquet").read_bytes()
    assert traffic_collections.decode(sound).moves.size == 5
    at = at * len(sound) // 1000
    for noise in (b"\xff\xff\xff", b"\0\0\0\0", b"\x80\x01"):
        assert_sound(traffic_collections.decode, sound[:at] + noise + sound[at + len(noise) :])
