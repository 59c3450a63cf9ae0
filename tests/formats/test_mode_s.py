"""Mode S messages mean to us what they mean to others, bit for bit."""

import json
import random
import subprocess
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farwatch.formats import mode_s
from farwatch.formats.cpr import global_position, local_position, zones_of
from naive import mode_s as made

JUDGE = Path(__file__).parent / "oracles" / "mode_s.py"



def transition(zones):
    """Latitude above which there are fewer than so many zones, found by halving."""
    low, high = 0.0, 90.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if made.zones(middle) >= zones else (low, middle)
    return low


def read(*messages):
    """Readings of messages in hexadecimal."""
    raw = [bytes.fromhex(message) for message in messages]
    frames = np.frombuffer(b"".join(one.ljust(14, b"\0") for one in raw), np.uint8).reshape(-1, 14)
    return mode_s.readings(frames, np.array([len(one) for one in raw]))


def feet(reading):
    """A height in feet, None where there is none."""
    return None if np.isnan(reading["height_m"]) else round(float(reading["height_m"]) / mode_s.FOOT_M, 6)


def asked(oracle, tmp_path, **questions):
    """What pyModeS answers."""
    file = tmp_path / "asked.json"
    file.write_text(json.dumps({"messages": [], "pairs": [], "local": []} | questions), encoding="utf-8")
    said = subprocess.run([oracle("pyModeS"), str(JUDGE), str(file)], capture_output=True, text=True, check=True)
    return json.loads(said.stdout)


# Published examples -----------------------------------------------------------------------------------------


@pytest.mark.validation
@pytest.mark.parametrize(("message", "address", "callsign"), [
    ("8D406B902015A678D4D220AA4BDA", 0x406B90, b"EZY85MH"),
    ("8D4840D6202CC371C32CE0576098", 0x4840D6, b"KLM1023"),
])  # fmt: skip
def test_published_identifications(message, address, callsign):
    """Two identifications of `The 1090 Megahertz Riddle` and of pyModeS's own tests."""
    (told,) = read(message)
    assert (told["kind"], told["address"], told["callsign"]) == (mode_s.IDENTIFICATION, address, callsign)


@pytest.mark.validation
def test_the_published_position():
    """The pair of the Riddle: 52.2572 N, 3.9194 E at 38,000 ft; and again from one message and a place nearby."""
    even, odd = read("8D40621D58C382D690C8AC2863A7", "8D40621D58C386435CC412692AD6")
    assert (even["kind"], even["address"], feet(even), feet(odd)) == (mode_s.AIRBORNE, 0x40621D, 38000, 38000)
    assert even["pressure"] and not even["odd"] and odd["odd"]
    sent = [(int(one["cpr_lat"]), int(one["cpr_lon"])) for one in (even, odd)]
    assert sent == [(93000, 51372), (74158, 50194)]
    place = (52.25720214843750, 3.91937255859375)
    assert global_position(*sent, latest_is_odd=False) == pytest.approx(place, abs=1e-9)
    assert local_position(sent[0], (52.258, 3.918), is_odd=False) == pytest.approx(place, abs=1e-9)


@pytest.mark.validation
def test_published_velocities():
    """The Riddle's two: 159 kt towards 182.88 deg, -832 ft/min; 375 kt true airspeed, heading 243.98 deg, -2304."""
    ground, air = read("8D485020994409940838175B284F", "8DA05F219B06B6AF189400CBC33F")
    assert int(np.hypot(ground["east_m_s"], ground["north_m_s"]) / mode_s.KNOT_M_S) == 159
    assert np.degrees(np.arctan2(ground["east_m_s"], ground["north_m_s"])) % 360 == pytest.approx(182.88, abs=0.005)
    assert ground["up_m_s"] / mode_s.FOOT_PER_MIN_M_S == pytest.approx(-832)
    assert air["airspeed_m_s"] / mode_s.KNOT_M_S == pytest.approx(375)
    assert np.degrees(air["heading_rad"]) == pytest.approx(243.98, abs=0.005)
    assert air["up_m_s"] / mode_s.FOOT_PER_MIN_M_S == pytest.approx(-2304)
    assert np.isnan(air["east_m_s"]) and np.isnan(ground["airspeed_m_s"])


@pytest.mark.validation
def test_published_replies():
    """Of pyModeS's own tests: an emergency message, a code reply, an all-call reply."""
    told = read("8DA2C1B6E112B600000000760759", "2A00516D492B80", "5D484FDEA248F5")
    assert told["kind"].tolist() == [mode_s.EMERGENCY, mode_s.CODE_REPLY, mode_s.ALL_CALL]
    assert told["mode_a"].tolist() == [0o6513, 0o0356, -1]
    assert (told["address"][0], told["address"][2]) == (0xA2C1B6, 0x484FDE)


# Against pyModeS --------------------------------------------------------------------------------------------


def messages_of_each_kind(luck, count):
    """Random messages of each kind, made by the naive encoder."""
    for _ in range(count):
        address, form = luck.randrange(1, 1 << 24), luck.choice([17, 17, 17, 18])
        letters = "".join(luck.choice("ABCXYZ 0189") for _ in range(luck.randrange(9)))
        code = "".join(luck.choice("01234567") for _ in range(4))
        east, north = (luck.choice([None, 0, luck.randrange(-1022, 1023)]) for _ in range(2))
        up = luck.choice([None, 0, 64 * luck.randrange(-510, 511)])
        lat, lon, odd = luck.uniform(-90, 90), luck.uniform(-180, 180), luck.random() < 0.5
        fine = luck.random() < 0.5
        height = 25 * luck.randrange(2047) - 975 if fine else 100 * luck.randrange(1280) - 1200
        for me in (
            made.identification(letters, luck.randrange(1, 5), luck.randrange(8)),
            made.position(lat, lon, height, odd, code=luck.randrange(9, 19), fine=fine),
            made.ground_velocity(east, north, up, 1),
            made.ground_velocity(east and 4 * east, north and 4 * north, up, 2),
            made.air_velocity(luck.choice([None, luck.randrange(1024)]), luck.choice([None, abs(north or 0)]), up),
            made.air_velocity(luck.randrange(1024), 4 * abs(east or 0), up, 4),
            made.emergency(code, luck.randrange(8)),
        ):
            yield made.squitter(address, me, form, 0 if form == 18 else 5)
        yield made.code_reply(address, code)
        yield made.all_call(address)


@pytest.mark.validation
def test_messages_mean_what_they_mean_to_pymodes(oracle, tmp_path):
    """9000 random messages of nine kinds: every field that both read is the same."""
    messages = list(messages_of_each_kind(random.Random(6), 1000))
    theirs = asked(oracle, tmp_path, messages=messages)["messages"]
    for message, ours, said in zip(messages, read(*messages), theirs, strict=True):
        assert f"{ours['address']:06X}" == said["icao"], message
        assert ours["kind"] not in {mode_s.OTHER, mode_s.DAMAGED}, message
        if ours["kind"] == mode_s.IDENTIFICATION:
            assert ours["callsign"].decode() == said["callsign"].strip(), message
        elif ours["kind"] == mode_s.AIRBORNE:
            assert feet(ours) == said["altitude"], message
            sent = (bool(said["cpr_format"]), said["cpr_lat"], said["cpr_lon"])
            assert (ours["odd"], ours["cpr_lat"], ours["cpr_lon"]) == sent, message
        elif ours["kind"] == mode_s.VELOCITY:
            assert_same_velocity(ours, said, message)
        elif ours["kind"] in {mode_s.EMERGENCY, mode_s.CODE_REPLY}:
            assert f"{ours['mode_a']:04o}" == said["squawk"], message


def assert_same_velocity(ours, said, message):
    """Velocities agree, told or not."""
    knots = np.hypot(ours["east_m_s"], ours["north_m_s"]) / mode_s.KNOT_M_S
    track = np.degrees(np.arctan2(ours["east_m_s"], ours["north_m_s"])) % 360
    if said["groundspeed"] is None:
        assert np.isnan(knots), message
    else:
        assert said["groundspeed"] - 1e-6 <= knots < said["groundspeed"] + 1, message  # they cut the fraction
        assert knots == 0 or track == pytest.approx(said["track"] % 360, abs=1e-6), message
    for mine, factor, theirs in (
        (ours["up_m_s"], mode_s.FOOT_PER_MIN_M_S, said["vertical_rate"]),
        (ours["airspeed_m_s"], mode_s.KNOT_M_S, said["airspeed"]),
        (np.degrees(ours["heading_rad"]), 1.0, said["heading"]),
    ):
        assert np.isnan(mine) if theirs is None else mine / factor == pytest.approx(theirs, abs=1e-6), message


@pytest.mark.validation
def test_every_altitude_code_means_what_it_means_to_pymodes(oracle, tmp_path):
    """All 4096 codes, of 25 ft and of 100 ft, and those without meaning."""
    messages = [
        made.squitter(0x400000, made.binary(11, 5) + "000" + made.binary(code, 12) + "0" * 36) for code in range(4096)
    ]
    theirs = asked(oracle, tmp_path, messages=messages)["messages"]
    assert [feet(one) for one in read(*messages)] == [said["altitude"] for said in theirs]


def places(luck):
    """Places where compact positions go wrong if they go wrong anywhere: (latitude, longitude)."""
    edges = [sign * (transition(zones) + luck.gauss(0, scale))
             for zones in range(2, 60) for sign in (-1, 1) for scale in (2e-5, 2e-4) for _ in range(20)]
    even = [k * 6.0 + luck.gauss(0, 1e-4) for k in range(-14, 15) for _ in range(40)]
    odd = [k * 360 / 59 + luck.gauss(0, 1e-4) for k in range(-14, 15) for _ in range(40)]
    poles = [sign * (90 - abs(luck.gauss(0, size))) for size in (1e-4, 0.1, 3) for sign in (-1, 1) for _ in range(200)]
    exact = [0.0, 87.0, -87.0, 90.0, -90.0, 45.0, -45.0]
    anywhere = [luck.uniform(-90, 90) for _ in range(3000)]
    for lat in [*edges, *even, *odd, *poles, *exact, *anywhere]:
        lon = luck.choice([luck.uniform(-180, 180), 180 - abs(luck.gauss(0, 1e-3)), luck.gauss(0, 1e-3) - 180, 0.0])
        yield max(-90.0, min(90.0, lat)), lon


def apart_m(first, second):
    """How far two places lie apart, along straight lines."""
    def point(lat, lon):
        lat, lon = np.radians(lat), np.radians(lon)
        return np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    return 6_371_000 * float(np.linalg.norm(point(*first) - point(*second)))


def close(ours, theirs):
    """Whether two answers name the same place."""
    return apart_m(ours, theirs) < 1e-3


@pytest.mark.validation
def test_pairs_lie_where_pymodes_puts_them(oracle, tmp_path):
    """Zone transitions, zone edges, poles, equator, date line and anywhere: where a pair says, or that it does not."""
    luck = random.Random(17)
    true = list(places(luck))
    pairs = [(*made.compact(*place, odd=False), *made.compact(*place, odd=True), luck.random() < 0.5) for place in true]
    theirs = asked(oracle, tmp_path, pairs=pairs)["pairs"]
    straddling = 0
    for place, (y0, x0, y1, x1, even_newer), said in zip(true, pairs, theirs, strict=True):
        ours = global_position((y0, x0), (y1, x1), latest_is_odd=not even_newer)
        straddling += ours is None
        if said is None or abs(said[0]) > 90:
            assert ours is None, place
        else:
            assert ours is not None and close(ours, said), place
            assert apart_m(ours, place) < 10, place  # steps of 5 m northward, of 19 m at most eastward
            assert -180 <= ours[1] < 180, place
    assert len(true) > 9000 and straddling > 100  # the transitions were met


@pytest.mark.validation
def test_single_messages_lie_where_pymodes_puts_them(oracle, tmp_path):
    """The same places from one message and a place known up to 100 km away."""
    luck = random.Random(18)
    true = [place for place in places(luck) if abs(place[0]) < 89]
    local = []
    for lat, lon in true:
        odd = luck.random() < 0.5
        near = lat + luck.uniform(-0.9, 0.9), lon + luck.uniform(-0.9, 0.9) / max(np.cos(np.radians(lat)), 0.3)
        local.append((int(odd), *made.compact(lat, lon, odd), *near))
    theirs = asked(oracle, tmp_path, local=local)["local"]
    for place, (odd, y, x, *near), said in zip(true, local, theirs, strict=True):
        ours = local_position((y, x), tuple(near), is_odd=bool(odd))
        assert (ours is None) == (abs(said[0]) > 90), place
        if ours is not None:
            assert close(ours, said), place
            assert apart_m(ours, place) < 10, place


# By themselves ----------------------------------------------------------------------------------------------


@given(st.floats(-90, 90))
def test_zones_are_those_of_the_closed_form(lat_deg):
    """The table of transitions agrees with the formula it comes from, but within rounding of a transition."""
    if made.zones(lat_deg - 1e-9) == made.zones(lat_deg + 1e-9):
        assert zones_of(lat_deg) == made.zones(lat_deg)


@given(st.binary(min_size=14, max_size=14), st.booleans())
def test_remainders_are_those_of_long_division(raw, short):
    """The parity by table is that of long division, digit by digit."""
    size = 7 if short else 14
    bits = "".join(f"{byte:08b}" for byte in raw[:size])
    left = mode_s.remainders(np.frombuffer(raw, np.uint8).reshape(1, 14), np.array([size]))
    assert left[0] == int(made.divided(bits), 2)


@given(st.integers(0, 111), st.integers(0, 111))
def test_one_or_two_wrong_bits_are_noticed(first, second):
    """A squitter with a flipped bit or two is never taken for what it was."""
    message = int(made.squitter(0x3C6444, made.identification("DLH123")), 16)
    (told,) = read(f"{message ^ 1 << first ^ (1 << second) * (first != second):028X}")
    assert told["kind"] not in {mode_s.IDENTIFICATION, mode_s.AIRBORNE, mode_s.VELOCITY, mode_s.EMERGENCY}


@given(st.integers(0, 0xFFFFFF), st.integers(0, 7), st.sampled_from("01"))
def test_addresses_of_others_are_told_apart(address, control, flag):
    """DF18: ADS-B without ICAO address, TIS-B and relays are foreign where they say so; other layouts are not read."""
    (told,) = read(made.squitter(address, made.position(10, 10, 1000, False, flag=flag), 18, control))
    if control in {0, 1, 2, 5, 6}:
        assert told["kind"] == mode_s.AIRBORNE
        assert told["foreign"] == (control in {1, 5} or (control in {2, 6} and flag == "1"))
    else:
        assert told["kind"] == mode_s.OTHER


def test_surface_positions_and_lengths():
    """Surface positions are told apart; a short message cannot be long, nor a long one short."""
    surface = made.squitter(1, made.binary(6, 5) + "0" * 51)
    told = read(surface, made.sealed("10001" + "0" * 27), made.sealed(made.binary(11, 5) + "0" * 83))
    assert told["kind"].tolist() == [mode_s.SURFACE, mode_s.DAMAGED, mode_s.DAMAGED]


@pytest.mark.parametrize("feet_", [-1000, 0, 12300, 50175])
def test_geometric_heights_are_no_pressure_altitudes(feet_):
    """Type codes 20-22 tell a height above the ellipsoid, coded like an altitude."""
    for code in (20, 21, 22):
        (told,) = read(made.squitter(1, made.position(1, 1, feet_, False, code=code)))
        assert (feet(told), told["pressure"]) == (feet_, False)
