"""Files of any mix of categories as scenes: who was where, what was read and what was left out."""

from datetime import UTC, datetime
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from farwatch.errors import InputError
from farwatch.formats import asterix, asterix_scene
from farwatch.formats.asterix_positions import POSITION, placed, positions_in, positions_of
from farwatch.formats.scene import Scene
from naive import asterix as plain
from naive import asterix_library as made

pytestmark = pytest.mark.skipif(find_spec("asterix") is None, reason="libasterix is not installed")

SITE = b"\x03\x0c" + (2**20).to_bytes(3, "big") + (2**19).to_bytes(3, "big")  # 780 m, 22.5 N, 11.25 E


def test_a_broadcast_is_a_thing_that_moves():
    """CAT021: place, times, heights, speeds and names, converted once."""
    records = [
        made.broadcast(1000.0 + k, 45.0 + 0.01 * k, 8.0, 0x3C0001, i140=30000.0, i145=290.0, i170="DLH1", i161=(0, 5),
                       i070=(0, 0o1234), i160=(0, 0.125, 90.0), i157=(0, 600.0), i155=(0, -600.0), i090=[0, 9])
        for k in range(3)
    ]  # fmt: skip
    scene = asterix_scene.decode(made.block(21, *records))
    (thing,) = scene.things
    assert (thing.key, thing.kind, thing.callsign) == ("sac25-sic7/3c0001", "target", "DLH1")
    assert (thing.address, thing.mode_a, thing.number, thing.pressure) == (0x3C0001, 0o1234, 5, False)
    moves = scene.of(0)
    assert moves["time_s"].tolist() == [1000.0, 1001.0, 1002.0]
    np.testing.assert_allclose(moves["lat_deg"], [45.0, 45.01, 45.02], atol=1e-6)
    np.testing.assert_allclose(moves["height_m"], 9144.0)
    np.testing.assert_allclose(moves["east_m_s"], 231.5)
    np.testing.assert_allclose(moves["north_m_s"], 0.0, atol=1e-9)
    np.testing.assert_allclose(moves["up_m_s"], 3.048)  # the geometric rate, not the barometric
    np.testing.assert_allclose(moves["sigma_m"], 30.0 / 2.4477)
    assert (scene.epoch, dict(scene.counts)) == (None, {"CAT021 records read": 3})


def test_the_most_telling_time_of_a_broadcast_counts():
    """Applicability before reception, reception to a part of a second before whole steps, sending last."""

    def seconds(**items):
        record = {"010": (25, 7), "040": [0], "080": 1, "130": (45.0, 8.0)}
        record |= {name.removeprefix("i"): value for name, value in items.items()}
        return positions_of(21, made.block(21, record)[3:])[0]["time_s"].tolist()

    assert seconds(i071=10.0, i073=11.0, i077=12.0) == [10.0]
    assert seconds(i073=11.5, i077=12.0) == [11.5]
    assert seconds(i073=11.5, i074=(0, 0.125), i077=12.0) == [11.125]
    assert seconds(i073=11.9921875, i074=(1, 0.03125)) == [12.03125]
    assert seconds(i073=0.0, i074=(2, 0.9375)) == [86399.9375]
    assert seconds(i077=12.0) == [12.0]
    assert seconds() == []


def test_system_tracks_are_things_by_their_number():
    """CAT062: a number is a thing; after the end of a track, or a long silence, it is another."""
    told = [(100.0, 0), (104.0, 0), (108.0, 0x20), (112.0, 0), (900.0, 0)]
    records = [
        made.track(t, 45.0, 8.0, 17, i080=[0, end], i185=(100.0, -50.0), i136=300.0, i060=(0, 0, 0, 0, 0o1234),
                   i380={"ADR": 0x3C0001, "ID": "DLH1"}, i220=-600.0, i500={"APC": (30.0, 40.0)})
        for t, end in told
    ]  # fmt: skip
    scene = asterix_scene.decode(made.block(62, *records))
    assert [thing.key for thing in scene.things] == [f"sac25-sic1/track 17{n}" for n in ("", " (2)", " (3)")]
    first = scene.things[0]
    assert (first.kind, first.number, first.address, first.callsign) == ("track", 17, 0x3C0001, "DLH1")
    assert (first.mode_a, first.pressure) == (0o1234, True)
    move = scene.of(0)[0]
    assert (move["east_m_s"], move["north_m_s"], move["up_m_s"]) == (100.0, -50.0, pytest.approx(-3.048))
    assert (move["height_m"], move["sigma_m"]) == (pytest.approx(9144.0), pytest.approx(50.0 / 2**0.5))
    assert [scene.of(k).size for k in range(3)] == [3, 1, 1]


def test_heights_are_of_one_kind_for_each_thing():
    """Geometric where half of the rows or more tell it, and rows without lie between their neighbours."""

    def heights(*told):
        records = []
        for k, (geometric, level) in enumerate(told):
            record = made.broadcast(100.0 + k, 45.0, 8.0, 1)
            record |= {} if geometric is None else {"140": float(geometric)}
            record |= {} if level is None else {"145": float(level)}
            records.append(record)
        scene = asterix_scene.decode(made.block(21, *records))
        return scene.things[0].pressure, (scene.moves["height_m"] / 30.48).tolist(), scene.counts

    assert heights((10000, 90), (None, 100), (12000, 100))[:2] == (False, pytest.approx([100.0, 110.0, 120.0]))
    assert heights((10000, 90), (None, 100), (None, 110))[:2] == (True, pytest.approx([90.0, 100.0, 110.0]))
    assert heights((None, None), (None, 100), (None, None))[:2] == (True, pytest.approx([100.0] * 3))
    _, bare, counts = heights((None, None), (None, None))
    assert (bare, counts["things without a height, put at 0 m"]) == ([0.0, 0.0], 1)


def test_x_and_y_need_a_reference():
    """A plane's origin by the name of its source, or of a radar of that name that says where it stands."""
    record = {"010": (25, 1), "020": [0, 0], "140": 100.0, "042": (3000.0, 4000.0), "161": (0, 7)}
    data = made.block(20, record)
    scene = asterix_scene.decode(data)
    assert (scene.things, scene.moves.size) == ((), 0)
    assert scene.counts["positions left out: x and y without a reference"] == 1
    assert "sac25-sic1" in scene.notes[0]
    scene = asterix_scene.decode(data, references={"sac25-sic1": (45.0, 8.0)})
    move, across_m = scene.moves[0], 6388838.0 * np.cos(np.radians(45.036))
    assert move["lat_deg"] == pytest.approx(45.0 + np.degrees(4000.0 / 6367382.0), abs=1e-5)  # meridian radius at 45
    assert move["lon_deg"] == pytest.approx(8.0 + np.degrees(3000.0 / across_m), abs=1e-5)
    radar = plain.block(34, plain.north(99.0, 25, 1, i120=SITE))
    scene = asterix_scene.decode(radar + data)
    assert [thing.kind for thing in scene.things] == ["track", "radar"]
    assert scene.moves["lat_deg"][0] == pytest.approx(22.5 + np.degrees(4000.0 / 6343911.0), abs=1e-5)


@pytest.mark.validation
def test_the_plane_of_a_source_is_stereographic():
    """Within a metre at 400 km of a stereographic plane of the conformal sphere, within 50 m of the ellipsoid's."""
    from pyproj import Transformer

    turn = np.radians(np.arange(0, 360, 30))
    for projection, right_m in (("sterea", 1.0), ("stere", 50.0)):
        told = f"+proj={projection} +lat_0=47 +lon_0=8 +ellps=WGS84"
        plane = Transformer.from_crs("EPSG:4979", told, always_xy=True)
        rows = np.zeros(turn.size, POSITION)
        rows["sensor"], rows["lat_deg"] = 25 << 8 | 1, np.nan
        rows["x_m"], rows["y_m"] = 400e3 * np.sin(turn), 400e3 * np.cos(turn)
        found = placed(rows, {"sac25-sic1": (47.0, 8.0)})
        x_m, y_m = plane.transform(found["lon_deg"], found["lat_deg"])[:2]
        assert np.hypot(x_m - rows["x_m"], y_m - rows["y_m"]).max() < right_m


def test_what_is_no_aircraft_is_left_out_and_counted():
    """Simulated and test targets, field monitors, messages of state, records without place, time or name."""
    surface = {"010": (25, 1), "000": 1, "020": [0, 0], "140": 100.0, "041": (45.0, 8.0), "161": (0, 7)}
    changes = (
        {"020": [0, 0x40]}, {"020": [0, 0x20]}, {"020": [0, 0x10]}, {"000": 3}, {"041": None}, {"140": None},
        {"161": None}, {"140": 86400.0}, {"041": (-100.0, 8.0)},
    )
    records = [{k: v for k, v in {**surface, **change}.items() if v is not None} for change in ({}, *changes)]
    scene = asterix_scene.decode(made.block(10, *records))
    left_out = {words.removeprefix("CAT010 positions left out: "): n for words, n in scene.counts.items()}
    assert left_out == {
        "CAT010 records read": 10, "simulated or test target": 2, "field monitor": 1, "not a report of a target": 1,
        "no position": 2, "no time": 2, "no track number or address": 1, "things without a height, put at 0 m": 1,
    }
    assert scene.moves.size == 1


def test_all_categories_in_one_file_share_one_clock_over_midnight():
    """Plots, tracks and broadcasts by turns, before and after midnight, in the file's order."""
    data = b""
    for time_s in (86390.0, 86398.0, 6.0, 14.0):
        data += plain.block(34, plain.north(time_s)) + plain.block(48, plain.plot(time_s, 50.0, 90.0))
        data += made.block(62, made.track((time_s + 1.0) % 86400, 45.0, 8.0, 17))
        data += made.block(21, made.broadcast((time_s + 2.0) % 86400, 45.0, 8.0, 1))
        data += made.block(1, ("plot", {"010": (1, 2), "020": [0x10], "040": (50.0, 90.0),
                                        "141": (time_s + 3.0) % 86400 % 512.0}))  # fmt: skip
        data += made.block(65, {"010": (25, 1), "000": 1, "030": time_s})
        data += plain.block(240, b"\x80\x01\x02")
    scene = asterix_scene.decode(data)
    starts = [86390.0, 86398.0, 86406.0, 86414.0]
    assert sorted(scene.plots["time_s"]) == sorted([*starts, *(t + 3.0 for t in starts)])
    for number, late_s in ((0, 2.0), (1, 1.0)):
        assert scene.of(number)["time_s"].tolist() == [t + late_s for t in starts]
    assert scene.counts["CAT240 blocks not read: a category that is not known"] == 4
    assert {scene.counts[f"CAT{c:03d} records read"] for c in (1, 21, 34, 48, 62, 65)} == {4}


def test_a_capture_knows_the_date():
    """Midnight before the first packet is time 0, or the one before, where the first record is of the day before."""
    for clock, time_s, expected in (
        ("2024-05-05T10:00:01", 36000.0, 5), ("2024-05-05T00:00:00.5", 86399.5, 4), ("2024-05-05T23:59:59.9", 0.25, 6)
    ):
        taken = datetime.fromisoformat(clock).replace(tzinfo=UTC).timestamp()
        packet = plain.ethernet(plain.udp(plain.block(48, plain.plot(time_s, 50.0, 90.0))))
        for order, magic, part in (("<", 0xA1B2C3D4, 1e6), (">", 0xA1B23C4D, 1e9)):
            data = bytearray(plain.pcap([packet], order=order, magic=magic))
            name = "little" if order == "<" else "big"
            data[24:28] = int(taken).to_bytes(4, name)
            data[28:32] = round(taken % 1 * part).to_bytes(4, name)
            scene = asterix_scene.decode(bytes(data))
            assert scene.epoch == datetime(2024, 5, expected, tzinfo=UTC)
            assert abs(scene.when(float(scene.plots["time_s"][0])).timestamp() - taken) < 2.0
    assert asterix_scene.decode(plain.pcap([packet])).epoch is None


def test_sensors_are_those_that_sent_plots():
    """Each with what the file tells of it; a note names those whose time of turn is assumed."""
    blocks = [plain.block(34, plain.north(100.0 + 4.0 * k, 1, 2, i120=SITE)) for k in range(5)]
    blocks += [plain.block(48, plain.plot(101.0 + k / 2, 50.0 + k, 90.0, 1, sic)) for k, sic in enumerate((2, 9))]
    blocks += [plain.block(34, plain.north(102.0, 1, 1))]
    scene = asterix_scene.decode(b"".join(blocks))
    assert [sensor.name for sensor in scene.sensors] == ["sac1-sic2", "sac1-sic9"]
    assert scene.plots["radar_index"].tolist() == [0, 1]
    assert (scene.sensors[0].revisit_s, scene.sensors[1].revisit_s) == (4.0, asterix_scene.ASSUMED_PERIOD_S)
    assert scene.sensors[0].at.lat_deg == 22.5
    assert "sac1-sic9" in scene.notes[0]


def test_datagrams_are_read_as_they_come():
    """A list of datagrams: plots by one call, positions by another; one that is torn costs nothing of the next."""
    good = plain.block(48, plain.plot(100.0, 50.0, 90.0))
    track = made.block(62, made.track(100.0, 45.0, 8.0, 17))
    torn = [b"", b"\x30", b"\xd4\xc3\xb2\xa1junk", good[:-3], b"\x3e\xff\xff\x00", good + b"\x00"]
    found = asterix.decode_datagrams([good, *torn, good + track])
    assert found.counts.records[48] == 3
    assert found.plots.size == 1  # the others repeat it
    assert asterix.decode_datagrams([]).plots.size == 0
    rows, tally = positions_in([track, *torn, good + track])
    assert rows["track_number"].tolist() == [17, 17]
    assert tally.records == 2
    own, _ = positions_of(62, track[3:])
    assert own["time_s"].tolist() == [100.0]


def test_edition_is_the_callers_choice():
    """CAT021 edition 0.26 has the same bits mean other things."""
    old = made.block(21, {"010": (25, 7), "040": 0, "030": 500.0, "130": (45.0, 8.0), "080": 1}, edition="0_26")
    scene = asterix_scene.decode(old, editions={21: "0.26"})
    assert scene.moves[0]["time_s"] == 500.0
    assert scene.moves[0]["lat_deg"] == pytest.approx(45.0)
    with pytest.raises(InputError, match="edition"):
        asterix_scene.decode(old, editions={21: "3.0"})


# Hostile bytes ----------------------------------------------------------------------------------------------


@cache
def samples():
    """Blocks of every category with most of their items."""
    return [
        made.block(21, made.broadcast(1000.0, 45.0, 8.0, 1, i140=30000.0, i145=290.0, i170="DLH1", i090=[0, 9])),
        made.block(62, made.track(1000.0, 45.0, 8.0, 17, i380={"ADR": 1, "ID": "A"}, i500={"APC": (1.0, 1.0)})),
        made.block(10, {"010": (25, 1), "000": 1, "020": [0, 0], "140": 100.0, "041": (45.0, 8.0), "161": (0, 7)}),
        made.block(20, {"010": (25, 1), "020": [0, 0], "140": 100.0, "042": (3.0, 4.0), "161": (0, 7)}),
        made.block(1, ("plot", {"010": (1, 2), "020": [0x10], "040": (50.0, 90.0), "141": 300.0}),
                   ("track", {"010": (1, 2), "020": [0x50], "161": 9, "040": (50.0, 90.0), "141": 301.0})),
        made.block(2, {"010": (1, 2), "000": 1, "030": 50000.0, "041": 4.0}),
        made.block(65, {"010": (25, 1), "000": 1, "030": 1000.0}),
        plain.block(34, plain.north(100.0, i120=SITE)),
        plain.block(48, plain.plot(100.0, 50.0, 90.0)),
    ]  # fmt: skip


def survives(data):
    """There is a scene that holds together, or an InputError."""
    try:
        scene = asterix_scene.decode(data, references={"sac25-sic1": (45.0, 8.0)})
    except InputError:
        return
    assert isinstance(scene, Scene)
    for name in ("time_s", "lat_deg", "lon_deg", "height_m"):
        assert np.isfinite(scene.moves[name]).all()
    assert (np.diff(scene.moves["thing"]) >= 0).all()
    assert scene.moves.size == 0 or scene.moves["thing"].max() < len(scene.things)
    assert len({thing.key for thing in scene.things}) == len(scene.things)
    assert scene.plots.size == 0 or scene.plots["radar_index"].max() < len(scene.sensors)


@settings(max_examples=150)
@given(st.binary(max_size=500), st.sampled_from([b"", b"\x3e", b"\x15", b"\x01", b"\xd4\xc3\xb2\xa1", b"\n\r\r\n"]))
def test_garbage_is_refused_or_read(noise, head):
    """Whatever the bytes."""
    survives(head + noise)


@settings(max_examples=150)
@given(st.data())
def test_damaged_blocks_are_refused_or_read(data):
    """Real blocks in any order, some bytes of them changed, bytes lost or put in."""
    picked = data.draw(st.lists(st.integers(0, len(samples()) - 1), min_size=1, max_size=8))
    whole = bytearray(b"".join(samples()[k] for k in picked))
    for where, value in data.draw(st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 255)), max_size=12)):
        whole[where % len(whole)] = value
    cut, put = data.draw(st.integers(0, len(whole))), data.draw(st.binary(max_size=5))
    survives(bytes(whole[:cut] + put + whole[cut:]))


@settings(max_examples=100)
@given(st.sampled_from([1, 2, 10, 20, 21, 62, 65]), st.binary(min_size=1, max_size=300))
def test_any_records_in_a_sound_block(category, body):
    """A sound frame about anything."""
    survives(plain.block(category, body) * 2)


def test_the_heaviest_blocks_take_time_in_proportion():
    """Records of two bytes, items of a long repetition and extensions without end, 64 kB of each."""
    from time import perf_counter

    bodies = [b"\x20\x01" * 32000, b"\x01" * 65000, b"\x10\x01" + b"\x01" * 65000, b"\x01\x01\x02\xff" * 16000]
    data = b"".join(plain.block(category, body[:65000]) for category in (62, 21, 1, 2) for body in bodies)
    begin = perf_counter()
    survives(data)
    assert perf_counter() - begin < 30.0


def test_a_file_that_cannot_be_read_is_refused(tmp_path):
    """A missing file, and one without a block."""
    with pytest.raises(InputError, match="cannot be read"):
        asterix_scene.read(tmp_path / "none.ast")
    Path(tmp_path / "text.ast").write_text("no radar data at all", encoding="utf-8")
    with pytest.raises(InputError, match="no ASTERIX data block"):
        asterix_scene.read(tmp_path / "text.ast")
