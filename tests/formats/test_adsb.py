"""Recorded and live ADS-B: what was sent is where aircraft are, and what cannot be is left out and counted."""

import json
import random
import subprocess
import tracemalloc
from datetime import UTC, datetime
from functools import cache
from math import cos, hypot, inf, nan, radians
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from farwatch.errors import InputError
from farwatch.formats import adsb, adsb_live
from farwatch.formats.adsb_frames import FORMS, split
from farwatch.formats.adsb_live import Listener
from farwatch.formats.mode_s import FOOT_M, KNOT_M_S
from naive import mode_s as made

PAIR = ("8D40621D58C382D690C8AC2863A7", "8D40621D58C386435CC412692AD6")
KLM = "8D4840D6202CC371C32CE0576098"
SBS = (
    "MSG,1,1,1,4CA2D6,1,2008/11/28,23:59:58.000,2008/11/28,23:59:58.000,RYR12,,,,,,,,,,,\r\n"
    "MSG,4,1,1,4CA2D6,1,2008/11/28,23:59:58.500,2008/11/28,23:59:58.500,,,360.0,90.0,,,-64,,,,,\r\n"
    "MSG,3,1,1,4CA2D6,1,2008/11/28,23:59:59.000,2008/11/28,23:59:59.000,,37000,,,51.45735,-1.02826,,,0,0,0,0\r\n"
    "MSG,6,1,1,4CA2D6,1,2008/11/28,23:59:59.500,2008/11/28,23:59:59.500,,37000,,,,,,7421,0,0,0,0\r\n"
    "MSG,3,1,1,4CA2D6,1,2008/11/29,00:00:01.000,2008/11/29,00:00:01.000,,37000,,,51.45735,-1.02290,,,0,0,0,0\r\n"
)


def seconds(time_s):
    """A time as the counter of a receiver that began a while ago."""
    return round(12e6 * (1000 + time_s))


def flight(address, start, speeds_m_s, times, feet=30000):
    """Messages of a steady flight, even and odd in turn: (time, message, latitude, longitude)."""
    for k, time_s in enumerate(times):
        lat = start[0] + speeds_m_s[1] * time_s / 111194.9
        lon = start[1] + speeds_m_s[0] * time_s / 111194.9 / cos(radians(start[0]))
        lon = (lon + 180) % 360 - 180
        yield time_s, made.squitter(address, made.position(lat, lon, feet, k % 2)), lat, lon


def in_beast(messages):
    """Timed messages as Beast frames."""
    return b"".join(made.beast(message, seconds(time_s)) for time_s, message, *_ in messages)


def in_avr(messages):
    """Timed messages as `@` lines."""
    return "".join(f"@{seconds(time_s):012X}{message};\r\n" for time_s, message, *_ in messages).encode()


# Files ------------------------------------------------------------------------------------------------------


@pytest.mark.validation
def test_the_published_pair_is_a_flight():
    """The Riddle's pair, as lines without times: 52.2572 N, 3.9194 E, 38,000 ft, a pressure altitude."""
    data = f"*{KLM};\n*{PAIR[1]};\n*{PAIR[0]};\n".encode()
    scene = adsb.decode(data, interval_s=0.5)
    (thing,), (move,) = scene.things, scene.moves
    assert (thing.key, thing.address, thing.pressure, scene.epoch) == ("40621d", 0x40621D, True, None)
    place = (move["lat_deg"], move["lon_deg"], move["height_m"] / FOOT_M, move["time_s"])
    assert place == pytest.approx((52.2572021484375, 3.91937255859375, 38000, 1.0))
    assert scene.counts == {
        "messages": 3, "identifications": 1, "airborne positions": 2, "positions left out: no pair of even and odd": 1,
        "messages without a time": 3, "aircraft without a position": 1,
    }  # fmt: skip


def test_lines_without_times_are_read_only_when_told_how_far_apart():
    """There is nothing to guess: the reader says what it needs, and refuses a time that is none."""
    data = f"*{PAIR[1]};\n*{PAIR[0]};\n".encode()
    with pytest.raises(InputError, match="interval_s: must be given: the messages hold no times"):
        adsb.decode(data)
    for wrong in (0.0, -1.0, nan, inf):
        with pytest.raises(InputError, match="interval_s"):
            adsb.decode(data, interval_s=wrong)
    late = adsb.decode(data, interval_s=11.0)  # the two are no pair
    assert not late.things and late.counts["positions left out: no pair of even and odd"] == 2


@pytest.mark.parametrize("form", [in_avr, in_beast])
def test_a_flight_is_read_as_it_was_flown(form):
    """Places, heights, velocities, callsign and codes of a flight, at the receiver's times."""
    flown = list(flight(0x3C6444, (47.0, 8.0), (200.0, 50.0), np.arange(0, 60, 0.5)))
    east, north = round(200 / KNOT_M_S), round(50 / KNOT_M_S)
    others = [
        (0.1, made.squitter(0x3C6444, made.ground_velocity(east, north, 640))),
        (0.2, made.squitter(0x3C6444, made.emergency("7700"))),
        (59.9, made.squitter(0x3C6444, made.identification("DLH4AB"))),
    ]
    scene = adsb.decode(form(sorted(flown + others)))
    (thing,) = scene.things
    assert (thing.callsign, thing.mode_a, thing.number) == ("DLH4AB", 0o7700, -1)
    assert len(scene.moves) == len(flown) - 1  # of the first alone nobody knows where
    for move, (time_s, _, lat, lon) in zip(scene.moves, flown[1:], strict=True):
        assert move["time_s"] == pytest.approx(time_s, abs=1e-6)
        assert move["lat_deg"] == pytest.approx(lat, abs=3e-5)
        assert move["lon_deg"] == pytest.approx(lon, abs=5e-5)
    known = scene.moves["time_s"] <= 0.1 + adsb_live.MOTION_S
    assert scene.moves["east_m_s"][known] == pytest.approx(east * KNOT_M_S)
    assert np.isnan(scene.moves["east_m_s"][~known]).all()  # a velocity is not believed for ever


def test_a_code_reply_counts_for_a_known_aircraft_only():
    """The address of DF5 lies over its parity, so any bytes have one: it must be known."""
    flown = list(flight(0x3C6444, (47.0, 8.0), (200.0, 50.0), [0.0, 0.5]))
    replies = [(0.1, made.code_reply(0x3C6444, "1234")), (0.2, made.code_reply(0x3C6445, "4321"))]
    scene = adsb.decode(in_beast(sorted(flown + replies)))
    assert [thing.mode_a for thing in scene.things] == [0o1234]
    assert scene.counts["code replies left out: aircraft not known"] == 1


@pytest.mark.parametrize(("start", "speeds"), [
    ((0.001, 10.0), (0.0, -250.0)),  # over the equator
    ((10.0, 179.999), (250.0, 0.0)),  # over the date line
    ((47.0, -0.001), (250.0, 100.0)),  # over Greenwich
    ((10.4604, 30.0), (100.0, 200.0)),  # from 59 to 58 zones
    ((86.99, 50.0), (0.0, 250.0)),  # into the last zone
    ((-89.98, 20.0), (0.0, -30.0)),  # near a pole
])  # fmt: skip
def test_flights_cross_the_edges_of_zones(start, speeds):
    """Every position after the first is found, also where a pair straddles an edge and says nothing by itself."""
    flown = list(flight(0x3C6444, start, speeds, np.arange(0, 40, 0.5)))
    scene = adsb.decode(in_avr(flown))
    assert len(scene.moves) == len(flown) - 1
    for move, (_, _, lat, lon) in zip(scene.moves, flown[1:], strict=True):
        east = ((move["lon_deg"] - lon + 180) % 360 - 180) * cos(radians(lat)) * 111194.9
        assert hypot(east, (move["lat_deg"] - lat) * 111194.9) < 10


def test_a_place_that_cannot_be_reached_is_left_out_until_it_is_repeated():
    """One wrong position is left out; three that agree are believed, for then the old place was wrong."""
    here = list(flight(0x3C6444, (47.0, 8.0), (200.0, 0.0), np.arange(0, 5, 0.5)))
    there = list(flight(0x3C6444, (50.0, 2.0), (200.0, 0.0), np.arange(0, 5, 0.5)))
    wrong = [*here[:4], *there[4:6], *here[6:]]
    scene = adsb.decode(in_beast(wrong))
    assert (scene.moves["lat_deg"] < 48).all()
    assert scene.counts["positions left out: too far from the last"] >= 1
    moved = [*here[:4], *[(time_s + 5, *rest) for time_s, *rest in there]]
    scene = adsb.decode(in_beast(moved))
    assert scene.counts["positions left out: too far from the last"] == adsb_live.AGREEING  # one of a mixed pair
    assert (scene.moves["lat_deg"] > 49).sum() == len(there) - adsb_live.AGREEING


def test_heights_of_two_kinds_are_not_mixed():
    """Of a flight that told pressure altitudes and a few geometric heights, the few are left out."""
    flown = list(flight(0x3C6444, (47.0, 8.0), (200.0, 0.0), np.arange(0, 5, 0.5)))
    time_s, _, lat, lon = flown[6]
    flown[6] = (time_s, made.squitter(0x3C6444, made.position(lat, lon, 31000, False, code=21)), lat, lon)
    scene = adsb.decode(in_beast(flown))
    assert scene.things[0].pressure and len(scene.moves) == len(flown) - 2
    assert scene.counts["positions left out: pressure and geometric heights in one flight"] == 1


def test_positions_without_a_height_are_left_out():
    """A position with no altitude tells where, but a scene needs how high."""
    me = [made.position(47.0, 8.0, feet, odd) for feet, odd in ((None, False), (None, True), (9000, False))]
    scene = adsb.decode(in_beast([(0.5 * k, made.squitter(7, one)) for k, one in enumerate(me)]))
    assert len(scene.moves) == 1 and scene.counts["positions left out: no height"] == 1


def test_aircraft_of_another_world_of_numbers_are_others():
    """The same 24 bits as an ICAO address and as a TIS-B track number are two aircraft."""
    own = list(flight(0x3C6444, (47.0, 8.0), (200.0, 0.0), [0.0, 0.5]))
    tis = [(0.1 + 0.5 * odd, made.squitter(0x3C6444, made.position(40.0, 9.0, 5000, odd), 18, 5)) for odd in (0, 1)]
    scene = adsb.decode(in_beast(sorted(own + tis)))
    assert [(thing.key, thing.address) for thing in scene.things] == [("3c6444", 0x3C6444), ("~3c6444", 0)]


def test_a_counter_that_begins_anew_does_not_turn_time_back():
    """After a receiver's restart time goes on; a frame whose message is damaged does not move the clock."""
    flown = list(flight(0x3C6444, (47.0, 8.0), (200.0, 0.0), np.arange(0, 3, 0.5)))
    damaged = made.beast("8D40621D58C382D690C8AC2863A8", seconds(40000))
    again = b"".join(made.beast(message, round(12e6 * (1 + time_s))) for time_s, message, *_ in flown)
    scene = adsb.decode(in_beast(flown) + damaged + again)
    assert scene.counts["counter began anew"] == 1 and scene.counts["damaged messages"] == 1
    assert scene.moves["time_s"][-1] == pytest.approx(5.0)


def test_messages_without_a_time_take_that_of_the_message_before():
    """`*` lines among `@` lines, and the time readsb gives to positions it computed itself."""
    flown = list(flight(0x3C6444, (47.0, 8.0), (200.0, 0.0), np.arange(0, 3, 0.5)))
    lines = in_avr(flown).splitlines(keepends=True)
    lines[3] = b"*" + lines[3][13:]
    lines[4] = b"@FF004D4C4154" + lines[4][13:]
    scene = adsb.decode(b"".join(lines))
    assert scene.counts["messages without a time"] == 2
    assert scene.moves["time_s"].tolist() == pytest.approx([0.5, 1.0, 2.5])
    assert scene.counts["positions left out: at the time of another"] == 2


def test_the_other_avr_line_and_strange_lines():
    """`<` time level message; Mode A/C replies and what is no message are counted."""
    flown = list(flight(0x3C6444, (47.0, 8.0), (200.0, 0.0), np.arange(0, 3, 0.5)))
    lines = "".join(f"<{seconds(time_s):012x}7F{message.lower()};\n" for time_s, message, *_ in flown)
    scene = adsb.decode(f"# log\n*7700;\n{lines}*12".encode())
    assert len(scene.moves) == len(flown) - 1
    assert (scene.counts["mode A/C replies"], scene.counts["bytes skipped"]) == (1, len("#log*12"))


def test_sbs_lines_hold_everything_but_the_bits():
    """Date, times over midnight, callsign, code, and the velocity heard before."""
    scene = adsb.decode(SBS.encode())
    (thing,) = scene.things
    assert (thing.key, thing.callsign, thing.mode_a, thing.pressure) == ("4ca2d6", "RYR12", 0o7421, True)
    assert scene.epoch == datetime(2008, 11, 28, tzinfo=UTC)
    assert scene.moves["time_s"].tolist() == [86399.0, 86401.0]
    first = scene.moves[0]
    assert (first["lat_deg"], first["lon_deg"], first["height_m"]) == (51.45735, -1.02826, 37000 * FOOT_M)
    assert (first["east_m_s"], first["north_m_s"], first["up_m_s"]) == pytest.approx((185.2, 0.0, -0.32512))


@pytest.mark.parametrize(("old", "new", "count"), [
    ("2008/11/29", "2008/13/29", "lines skipped"),
    ("00:00:01.000,2008", "24:00:01.000,2008", "lines skipped"),
    ("4CA2D6,1,2008/11/29", "none,1,2008/11/29", "lines skipped"),
    ("-1.02290,,,0,0,0,0", "-1.02290,,,0,0,0,-1", "positions left out: on the ground"),
    ("37000,,,51.45735,-1.02290", "nan,,,51.45735,-1.02290", "positions left out: no height"),
    ("51.45735,-1.02290", "51.45735,-3.02290", "positions left out: too far from the last"),
])  # fmt: skip
def test_a_bad_sbs_line_costs_itself(old, new, count):
    """One line that says what cannot be is left out and counted."""
    assert old in SBS
    scene = adsb.decode(SBS.replace(old, new).encode())
    assert len(scene.moves) == 1 and scene.counts[count] == 1


def test_files_are_read_from_disk(tmp_path):
    """A file is opened, unpacked where it is gzip, and named in what goes wrong."""
    (tmp_path / "flight.sbs").write_text(SBS, encoding="ascii")
    scene = adsb.read(tmp_path / "flight.sbs")
    assert scene.source == str(tmp_path / "flight.sbs") and len(scene.moves) == 2
    (tmp_path / "empty").write_bytes(b"")
    with pytest.raises(InputError, match="empty"):
        adsb.read(tmp_path / "empty")


# Live -------------------------------------------------------------------------------------------------------


@cache
def traffic():
    """Messages of five aircraft, mixed in the order of their times."""
    luck, flown = random.Random(11), []
    for k in range(5):
        start = luck.uniform(-60, 60), luck.uniform(-180, 180)
        speeds = luck.uniform(-250, 250), luck.uniform(-250, 250)
        flown += flight(0x400000 + k, start, speeds, np.arange(k / 10, 20, 0.5))
    return sorted(flown)


@settings(max_examples=25)
@given(st.sampled_from([in_avr, in_beast]), st.integers(0, 140), st.lists(st.integers(1, 400), min_size=1))
def test_a_stream_may_be_cut_anywhere(form, first, cuts):
    """However the bytes of a stream arrive, the same positions are in them, and hardly anything is kept waiting."""
    data = form(traffic()[first : first + 30])
    whole = Listener(form={in_avr: "avr", in_beast: "beast"}[form])
    pieces, at, heard = Listener(form=whole.form), 0, []
    while at < len(data):
        step = cuts[len(heard) % len(cuts)]
        heard.append(pieces.feed(data[at : at + step], 1.0))
        assert len(pieces.rest) < 64
        at += step
    together = whole.feed(data, 1.0)
    assert str(np.concatenate(heard).tolist()) == str(together.tolist()) and len(together) > 20
    assert pieces.counts == whole.counts


def test_sbs_may_be_cut_anywhere():
    """Lines too."""
    for step in (1, 7, 100):
        listener, data = Listener(form="sbs"), SBS.encode()
        heard = np.concatenate([listener.feed(data[at : at + step], 5.0) for at in range(0, len(data), step)])
        assert heard["lon_deg"].tolist() == [-1.02826, -1.02290]
        assert heard["time_s"].tolist() == [5.0, 5.0]  # the time of arrival


def test_silent_aircraft_are_forgotten():
    """After a minute of silence nothing is kept of an aircraft, and a new pair is needed."""
    first, second, third, fourth = (m for _, m, *_ in flight(0x3C6444, (47.0, 8.0), (0.0, 0.0), [0, 1, 2, 3]))
    listener = Listener(form="avr")
    assert not len(listener.feed(f"*{first};".encode(), 0.0))
    (row,) = listener.feed(f"*{second};".encode(), 1.0)
    assert (row["address"], row["time_s"]) == (0x3C6444, 1.0)
    assert len(listener.feed(f"*{third};".encode(), 30.0)) == 1  # by the place known
    listener.feed(b"", 91.0)
    assert not listener.aircraft
    assert not len(listener.feed(f"*{fourth};".encode(), 91.5))


def test_memory_is_bounded_whatever_comes():
    """A flood of invented addresses pushes out the aircraft longest not heard, and no more is kept than allowed."""
    listener = Listener(form="avr", most_aircraft=100)
    luck = random.Random(3)
    for _ in range(50):
        flood = "".join(f"*{made.squitter(luck.randrange(1 << 24), made.identification('X'))};" for _ in range(20))
        listener.feed(flood.encode(), 1.0)
    assert len(listener.aircraft) == 100 and listener.counts["aircraft forgotten: too many"] == 900
    for form in FORMS:
        listener = Listener(form=form)
        for byte in (b"\x1a", b"\x1a3", b"*", b"@0", b"M", b"MSG,", b"1", b"\n"):
            for _ in range(20):
                listener.feed(byte * 5000, 1.0)
                assert len(listener.rest) <= 512


def test_a_listener_says_what_is_wrong_with_it():
    """All at once."""
    with pytest.raises(InputError, match="3 problems"):
        Listener(form="morse", most_aircraft=0, forget_s=nan)


# Hostile bytes ----------------------------------------------------------------------------------------------

PIECES = st.one_of(
    st.binary(max_size=60),
    st.sampled_from([b"\x1a", b"\x1a3", b"\x1a2", b"\x1a1", b"*", b"@", b";", b"\n", b"MSG,3,", b",", b"nan", b"~"]),
    st.sampled_from(SBS.encode().splitlines(keepends=True)),
    st.sampled_from([made.beast(one, seconds(0)) for one in (*PAIR, KLM)]),
    st.sampled_from([f"@FFFFFFFFFFFF{one};".encode() for one in (*PAIR, KLM)]),
    st.sampled_from([f"*{one};".encode() for one in (*PAIR, KLM)]),
)


@settings(max_examples=300)
@given(st.lists(PIECES, max_size=30), st.sampled_from([None, 0.5]))
def test_any_bytes_are_a_scene_or_an_input_error(pieces, interval_s):
    """No bytes bring anything else, and nothing impossible is in the scene."""
    try:
        scene = adsb.decode(b"".join(pieces), interval_s=interval_s)
    except InputError:
        return
    moves = scene.moves
    assert (np.abs(moves["lat_deg"]) <= 90).all() and (np.abs(moves["lon_deg"]) <= 180).all()
    assert np.isfinite(moves["height_m"]).all() and np.isfinite(moves["time_s"]).all()
    assert set(moves["thing"].tolist()) == set(range(len(scene.things)))


@settings(max_examples=150)
@given(st.sampled_from(FORMS), st.lists(PIECES, max_size=20))
def test_a_listener_survives_any_bytes(form, pieces):
    """Nothing that arrives is raised, and every byte is read, kept or counted."""
    listener = Listener(form=form)
    for piece in pieces:
        heard = listener.feed(piece, 1.0)
        assert (np.abs(heard["lat_deg"]) <= 90).all()
        assert len(listener.rest) <= 512
    found = split(form, b"".join(pieces))
    assert found.skipped_bytes >= 0 and 0 <= found.end <= len(b"".join(pieces))


@settings(max_examples=100)
@given(st.lists(st.tuples(st.integers(1, 3), st.integers(0, 2**56 - 1), st.integers(0, 2**48 - 1)), max_size=40))
def test_any_undamaged_messages_are_a_scene(sent):
    """Messages whose parity holds may say anything at any time."""
    data = b"".join(made.beast(made.squitter(address, made.binary(me, 56)), ticks) for address, me, ticks in sent)
    try:
        scene = adsb.decode(data)
    except InputError:
        return
    assert (np.abs(scene.moves["lat_deg"]) <= 90).all()
    for time_s in scene.moves["time_s"]:
        scene.when(float(time_s))


def test_memory_is_in_proportion_to_the_file():
    """A megabyte of messages of ever new aircraft needs a few megabytes to read."""
    luck, me = random.Random(5), made.position(47.0, 8.0, 30000, False)
    line = "".join(f"@{seconds(k):012X}{made.squitter(luck.randrange(1, 1 << 24), me)};\n" for k in range(2000))
    data = (line * 12).encode()
    adsb.decode(data[:10000])
    tracemalloc.start()
    try:
        adsb.decode(data)
        assert tracemalloc.get_traced_memory()[1] < 30 * len(data)
    finally:
        tracemalloc.stop()


# Against pyModeS --------------------------------------------------------------------------------------------


@pytest.mark.validation
def test_flights_lie_where_pymodes_sees_them_fly(oracle, tmp_path):
    """Streams of many aircraft: each position that both find, from single messages or pairs, is the same."""
    flown = traffic()
    script = (
        "import json, sys; from pyModeS import PipeDecoder; p = PipeDecoder()\n"
        "asked = json.load(open(sys.argv[1]))\n"
        "said = (p.decode(m, timestamp=t) for t, m in asked)\n"  # later it gives both of a pair the place of the later
        "print(json.dumps([[s.get('latitude'), s.get('longitude'), s.get('altitude')] for s in said]))"
    )
    file = tmp_path / "asked.json"
    file.write_text(json.dumps([(time_s, message) for time_s, message, *_ in flown]), encoding="utf-8")
    ran = subprocess.run([oracle("pyModeS"), "-c", script, str(file)], capture_output=True, text=True, check=True)
    said = json.loads(ran.stdout)
    listener, both = Listener(form="avr"), 0
    for (time_s, message, *_), (lat, lon, feet) in zip(flown, said, strict=True):
        for row in listener.feed(f"*{message};".encode(), time_s):
            if lat is not None:
                both += 1
                assert (row["lat_deg"], row["lon_deg"]) == pytest.approx((lat, lon), abs=1e-9)
                assert row["height_m"] / FOOT_M == pytest.approx(feet)
    assert both > 0.8 * len(flown)  # it holds the first back until it has several


def test_the_page_names_every_count():
    """What the reader counts stands on its page."""
    page = (Path(__file__).parents[2] / "docs" / "formats" / "adsb.md").read_text(encoding="utf-8")
    for words in (
        adsb.MIXED_HEIGHTS, adsb.SAME_TIME, adsb.RESTARTS, adsb.NO_TIME, adsb.SILENT,
        adsb_live.NO_PAIR, adsb_live.NO_HEIGHT, adsb_live.TOO_FAR, adsb_live.ON_GROUND,
        adsb_live.UNKNOWN_CODE, adsb_live.FORGOTTEN,
    ):  # fmt: skip
        assert words in page, words
