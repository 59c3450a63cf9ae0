"""DIS messages mean to opendis and to Wireshark's dissector what the scene says."""

import json
import shutil
import subprocess
from dataclasses import replace
from itertools import pairwise
from math import radians
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from pyproj import Transformer

from farwatch.errors import InputError
from farwatch.formats import dis
from farwatch.formats.dis import Exercise, datagrams
from farwatch.formats.scene import MOVE, Happening, Scene, Thing
from farwatch.records import PLOT
from formats.dis_scene import THINGS, engagement, flown
from formats.dis_wireshark import COUNTS, FIELDS

STATE, FIRE, DETONATION, EMISSION = 1, 2, 3, 23
LENGTHS = {STATE: 144, FIRE: 96, DETONATION: 104, EMISSION: 100}
KINDS = {  # kind, domain, category by number of the entity
    1: (1, 1, 28), 2: (9, 1, 2), 3: (5, 1, 0), 4: (1, 2, 50), 5: (2, 11, 1), 6: (1, 2, 0), 7: (1, 2, 21), 8: (2, 1, 1),
    9: (9, 1, 2),
}
FORCES = {1: 1, 2: 1, 3: 1, 4: 2, 5: 2, 6: 3, 7: 0, 8: 1, 9: 0}
MARKINGS = {1: "alpha", 2: "lpha/search", 3: "depot", 4: "nes-north/3", 5: "cruise/1", 6: "SWR12Z?", 7: "heli",
            8: "round 1", 9: "hill"}
NO_ONE = (0, 0, 0)
HOUR_UNIT_S = 3600.0 / (2**31 - 1)
EXERCISE = Exercise(number=9, site=300, application=41_000)

to_ecef = Transformer.from_crs(4979, 4978, always_xy=True)  # WGS-84 degrees and height to geocentric, by PROJ


def ecef(lat_deg, lon_deg, height_m):
    """Geocentric place by PROJ."""
    return np.array(to_ecef.transform(lon_deg, lat_deg, height_m))


def ecef_vector(lat_deg, lon_deg, east, north, up):
    """A local vector in geocentric coordinates, as the change of PROJ's places over a step each way."""
    metre = 1.0 / 111_320.0
    ways = [ecef(lat_deg, lon_deg + d, 0.0) for d in (-metre, metre)], [
        ecef(lat_deg + d, lon_deg, 0.0) for d in (-metre, metre)], [ecef(lat_deg, lon_deg, d) for d in (-1.0, 1.0)]
    axes = [(b - a) / np.linalg.norm(b - a) for a, b in ways]
    return sum(v * axis for v, axis in zip((east, north, up), axes, strict=True))


def kinds(messages):
    """Type of each message."""
    return [message[2] for _, message in messages]


@pytest.fixture(scope="module")
def scene():
    """A minute of engagement."""
    return engagement()


@pytest.fixture(scope="module")
def sent(scene):
    """Its messages."""
    return list(datagrams(scene, EXERCISE))


@pytest.fixture(scope="module")
def read(sent, oracle, tmp_path_factory):
    """The messages as opendis reads them, each with its time."""
    python, file = oracle("opendis"), tmp_path_factory.mktemp("dis") / "messages.hex"
    file.write_text("\n".join(message.hex() for _, message in sent))
    script = Path(__file__).parent / "oracles" / "dis_fields.py"
    said = subprocess.run([python, script, file], capture_output=True, text=True, check=True, timeout=120).stdout
    return [(time_s, pdu) for (time_s, _), pdu in zip(sent, json.loads(said), strict=True)]


@pytest.fixture(scope="module")
def dissected(scene, tmp_path_factory):
    """The capture as Wireshark's dissector reads it: of each packet the date, s, and the fields of DIS by name."""
    tshark = shutil.which("tshark")
    if tshark is None:
        pytest.skip("tshark is not installed")
    file = tmp_path_factory.mktemp("dis") / "engagement.pcap"
    dis.write(file, scene, EXERCISE)
    command = [tshark, "-r", file, "-d", f"udp.port=={dis.PORT},dis", "-T", "pdml"]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout
    return [packet_of(element) for element in ET.fromstring(said)]


def packet_of(element):
    """Date and fields of one packet."""
    date_s = float(element.find("proto[@name='frame']/field[@name='frame.time_epoch']").get("show"))
    (message,) = element.findall("proto[@name='dis']")
    assert not element.findall(".//proto[@name='_ws.malformed']")
    assert not message.findall(".//proto[@name='_ws.expert']")
    found = {"": [field.get("showname") for field in message.iter("field")]}
    for field in message.iterfind(".//field[@name!='']"):
        found.setdefault(field.get("name"), []).append(field.get("show"))
    return date_s, found


def xyz(record):
    """A vector record as numbers."""
    return np.array([record["x"], record["y"], record["z"]])


def names(record):
    """Site, application and number of an identifier."""
    address = record.get("simulationAddress", record)
    site, application = (address.get(k, address.get(k + "ID")) for k in ("site", "application"))
    return site, application, record.get("entityID", record.get("eventNumber"))


def of(read, kind):
    """Messages of one class."""
    return [(time_s, pdu) for time_s, pdu in read if pdu["class"] == kind]


# Against other programs -------------------------------------------------------------------------------------


@pytest.mark.validation
def test_opendis_reads_every_header(sent, read):
    """Version, exercise, type, family, length and time of the hour are as meant, and nothing is left over."""
    family = {STATE: 1, FIRE: 2, DETONATION: 2, EMISSION: 6}
    assert set(kinds(sent)) == set(LENGTHS)
    for (time_s, message), (_, pdu) in zip(sent, read, strict=True):
        head = [pdu[k] for k in ("protocolVersion", "exerciseID", "pduType", "protocolFamily", "pduStatus", "padding")]
        assert head == [7, 9, message[2], family[message[2]], 0, 0]
        assert pdu["length"] == pdu["taken"] == len(message) == LENGTHS[message[2]]
        assert pdu["timestamp"] & 1 == 0
        assert (pdu["timestamp"] >> 1) * HOUR_UNIT_S == pytest.approx((3598.5 + time_s) % 3600.0, abs=HOUR_UNIT_S)


@pytest.mark.validation
def test_opendis_reads_who_and_what_every_entity_is(read):
    """Identifier, force, type, marking, appearance and dead reckoning; whatever is not known is 0."""
    for _, pdu in of(read, "EntityStatePdu"):
        number = pdu["entityID"]["entityID"]
        kind, domain, category = KINDS[number]
        kind = {"entityKind": kind, "domain": domain, "country": 0, "category": category, "subcategory": 0,
                "specific": 0, "extra": 0}
        assert names(pdu["entityID"]) == (300, 41_000, number)
        assert pdu["forceId"] == FORCES[number]
        assert pdu["entityType"] == pdu["alternativeEntityType"] == kind
        assert bytes(pdu["marking"]["characters"]).rstrip(b"\0").decode() == MARKINGS[number]
        assert pdu["marking"]["characterSet"] == 1
        assert pdu["capabilities"] == 0
        assert pdu["variableParameters"] == []
        reckoning, still = pdu["deadReckoningParameters"], {"x": 0.0, "y": 0.0, "z": 0.0}
        assert reckoning == {"deadReckoningAlgorithm": 1 if number in (1, 2, 3, 9) else 2, "parameters": [0] * 15,
                             "entityLinearAcceleration": still, "entityAngularVelocity": still}
    assert {pdu["entityID"]["entityID"] for _, pdu in of(read, "EntityStatePdu")} == set(KINDS)


@pytest.mark.validation
def test_places_and_velocities_are_those_of_the_scene(scene, read):
    """Each state lies where PROJ puts the scene's place of that time, and moves as the scene says."""
    checked = 0
    for time_s, pdu in of(read, "EntityStatePdu"):
        thing = pdu["entityID"]["entityID"] - 1
        moves = scene.of(thing) if thing < len(THINGS) - 1 else scene.moves[:0]
        rows = moves[moves["time_s"] == time_s]
        for row in rows:
            place = ecef(*(row[k] for k in ("lat_deg", "lon_deg", "height_m")))
            assert xyz(pdu["entityLocation"]) == pytest.approx(place, abs=1e-5)
            told = [row[k] for k in ("east_m_s", "north_m_s", "up_m_s")]
            if np.isfinite(told).all():
                velocity = ecef_vector(row["lat_deg"], row["lon_deg"], *told)
                assert xyz(pdu["entityLinearVelocity"]) == pytest.approx(velocity, abs=2e-3)
                checked += 1
    assert checked > 20


@pytest.mark.validation
def test_velocity_that_is_not_told_is_that_of_the_places(read):
    """The helicopter's velocity comes from its places, and the airliner's climb from its heights."""
    step = ecef(46.4501, 7.5002, 900.0) - ecef(46.45, 7.5, 900.0)
    heli = [p for _, p in of(read, "EntityStatePdu") if p["entityID"]["entityID"] == 7]
    assert len(heli) == 3
    for pdu in heli:  # at its first place, on the way, at its last
        assert xyz(pdu["entityLinearVelocity"]) == pytest.approx(step, abs=2e-3)
    liner = next(p for t, p in of(read, "EntityStatePdu") if t == 0.0 and p["entityID"]["entityID"] == 6)
    up = ecef(47.0, 6.9, 1.0) - ecef(47.0, 6.9, 0.0)
    assert xyz(liner["entityLinearVelocity"]) @ up == pytest.approx(1.0, abs=0.1)  # the chord sags by 0.04 m/s


@pytest.mark.validation
def test_opendis_turns_attitudes_back_into_course_and_climb(read):
    """Roll 0, pitch and yaw by opendis are what velocity, or the heading of a radar, says."""
    headings = {2: 30.0}
    for _, pdu in of(read, "EntityStatePdu"):
        lat, lon, _, roll, pitch, yaw = pdu["llarpy"]
        axes = np.array([ecef_vector(np.degrees(lat), np.degrees(lon), *unit) for unit in np.eye(3)])
        east, north, up = axes @ xyz(pdu["entityLinearVelocity"])
        number = pdu["entityID"]["entityID"]
        course = np.arctan2(east, north) if number in (4, 5, 6, 7, 8) else radians(headings.get(number, 0.0))
        assert np.angle(np.exp(1j * (yaw - course))) == pytest.approx(0.0, abs=2e-6)
        assert pitch == pytest.approx(np.arctan2(up, np.hypot(east, north)), abs=2e-6)
        assert roll == pytest.approx(0.0, abs=2e-6)


@pytest.mark.validation
def test_opendis_reads_fires_and_detonations(read):
    """Launch and outcome of a round share an event number; nothing says what warhead or fuze it has."""
    fires, ends = of(read, "FirePdu"), of(read, "DetonationPdu")
    us = (300, 41_000)
    who = ("firingEntityID", "targetEntityID", "munitionExpendableID", "eventID")
    assert [[t, *(names(p[k]) for k in who)] for t, p in fires] == [
        [10.0, (*us, 1), (*us, 4), (*us, 8), (*us, 1)], [11.0, (*us, 1), (*us, 5), NO_ONE, (*us, 2)]]
    who = ("firingEntityID", "targetEntityID", "explodingEntityID", "eventID")
    assert [[t, *(names(p[k]) for k in who), p["detonationResult"]] for t, p in ends] == [
        [30.0, (*us, 1), (*us, 4), (*us, 8), (*us, 1), 5], [32.0, (*us, 1), (*us, 5), NO_ONE, (*us, 2), 6],
        [33.0, (*us, 1), (*us, 5), NO_ONE, NO_ONE, 6]]
    missile = {"entityKind": 2, "domain": 1, "country": 0, "category": 1, "subcategory": 0, "specific": 0, "extra": 0}
    for _, pdu in [*fires, *ends]:
        assert pdu["descriptor"] == {"munitionType": missile, "warhead": 0, "fuse": 0, "quantity": 1, "rate": 0}
    assert [(p["fireMissionIndex"], p["range"]) for _, p in fires] == [(0, 0.0)] * 2
    assert all(xyz(p["locationInEntityCoordinates"]) == pytest.approx([0, 0, 0]) for _, p in ends)
    assert xyz(fires[0][1]["location"]) == pytest.approx(ecef(46.5, 7.5, 600.0), abs=1e-5)
    assert xyz(ends[0][1]["location"]) == pytest.approx(ecef(46.785, 7.5, 900.0), abs=1e-5)
    assert xyz(fires[0][1]["velocity"]) == pytest.approx(ecef_vector(46.5, 7.5, 0.0, 1590.0, 15.0), abs=2e-3)
    assert xyz(ends[0][1]["velocity"]) == pytest.approx(ecef_vector(46.786, 7.5, 0.0, 1590.0, 15.0), abs=2e-3)
    assert xyz(ends[1][1]["velocity"]) == pytest.approx([0, 0, 0])


@pytest.mark.validation
def test_opendis_reads_emissions(read):
    """Each radar says what is known of its beam; an assumed frequency is not known."""
    emissions = of(read, "ElectromagneticEmissionsPdu")
    assert [t for t, p in emissions if p["emittingEntityID"]["entityID"] == 2] == [0, 10, 20, 30, 40, 50]
    assert [names(p["eventID"]) for _, p in emissions] == [(300, 41_000, k + 1) for k in range(12)]
    beams = {2: (radians(60), radians(30), radians(31)), 9: (radians(180), radians(44), radians(46))}
    for _, pdu in emissions:
        (system,) = pdu["systems"]
        (beam,) = system["beamRecords"]
        number = pdu["emittingEntityID"]["entityID"]
        use = 2 if number == 2 else 0
        assert (pdu["stateUpdateIndicator"], system["systemDataLength"], beam["beamDataLength"]) == (0, 18, 13)
        assert system["emitterSystem"] == {"emitterName": 0, "emitterFunction": use, "emitterIDNumber": 1}
        assert (beam["beamIDNumber"], beam["beamFunction"], beam["highDensityTrackJam"]) == (1, 1, 0)
        assert (beam["jammingModeSequence"], beam["trackJamRecords"], beam["beamParameterIndex"]) == (0, [], 0)
        told = dict(beam["fundamentalParameterData"])
        angles = [told.pop(k) for k in ("beamAzimuthSweep", "beamElevationCenter", "beamElevationSweep")]
        assert angles == pytest.approx(beams[number], abs=1e-6)
        assert set(told.values()) == {0.0}


def at(pdu, path):
    """A field of opendis by its path."""
    for part in path.split("."):
        pdu = pdu[int(part)] if part.isdigit() else pdu[{"entityDomain": "domain"}.get(part, part)]
    return float(pdu)


@pytest.mark.validation
def test_wireshark_reads_the_same(read, dissected):
    """Its dissector agrees with opendis on every number, counts the same lists, and finds nothing wrong or unknown."""
    for (time_s, pdu), (date_s, shown) in zip(read, dissected, strict=True):
        assert date_s == pytest.approx(1772369998.5 + time_s, abs=1e-6)
        assert float(*shown["dis.timestamp"]) == pytest.approx((3598.5 + time_s) % 3600.0, abs=2 * HOUR_UNIT_S)
        meant, found = {}, {}
        for name, path in FIELDS[pdu["class"]]:
            meant.setdefault(name, []).append(at(pdu, path))
        for name, values in shown.items():
            if name in COUNTS:
                assert values == [COUNTS[name]]
            elif name == "dis.entity_marking":
                assert values == [MARKINGS[pdu["entityID"]["entityID"]]]
            elif name in ("dis.padding", "dis.dead_reckoning_other_parameters"):
                assert not "".join(values).strip("0:")
            elif name not in ("", "dis.timestamp") and not name.startswith(("dis.appearance.", "dis.pdustatus.")):
                plain = "dis.category" if name.startswith("dis.category.") else name
                found[plain] = [float(int(v, 16)) if v.startswith("0x") else float(v) for v in values]
        assert found == {name: pytest.approx(values, rel=6e-6, abs=1e-30) for name, values in meant.items()}


@pytest.mark.validation
def test_wireshark_has_the_same_words_for_the_numbers(dissected):
    """What stands for a kind of thing stands for it in Wireshark's copy of SISO-REF-010 too."""
    words = {name for _, shown in dissected for name in shown[""]}
    assert words >= {
        "PDU type: Entity State (1)", "PDU type: Fire (2)", "PDU type: Detonation (3)",
        "PDU type: Electromagnetic Emission (23)", "Proto Family: Entity information / interaction (1)",
        "Proto Family: Warfare (2)", "Proto Family: Distributed emission regeneration (6)",
        "Kind: Platform (1)", "Kind: Munition (2)", "Kind: Cultural feature (5)", "Kind: Sensor/Emitter (9)",
        "Domain: Land (1)", "Domain: Air (2)", "Country: Other (0)",
        "Category / Land: Air Defense / Missile Defense Unit Equipment (28)", "Category / Air: Other (0)",
        "Category / Air: Unmanned (50)", "Category / Air: Utility Helicopter (21)",
        "Emission Function: Early Warning/Surveillance (2)", "Beam Function: Search (1)",
        "Detonation Result: Detonation (5)", "Detonation Result: None or no detonation (dud) (6)",
        "Dead Reckoning Algorithm: Static (Entity does not move.) (1)", "Entity Character Set: ASCII (1)",
    }


@pytest.mark.validation
def test_wireshark_sees_who_is_destroyed_and_who_leaves(dissected):
    """What was killed leaves destroyed with its last state; the rest leaves whole, what stands at the end."""
    found = {}
    for _, shown in dissected:
        if shown["dis.pdu_type"] == ["1"]:
            found.setdefault(int(*shown["dis.entity_id_entity"]), []).append(int(*shown["dis.appearance"], 16))
    gone, destroyed = 1 << 23, 3 << 3
    assert {number: bits[-1] for number, bits in found.items()} == {
        1: gone, 2: gone, 3: gone | destroyed, 4: gone | destroyed, 5: gone, 6: gone, 7: gone, 8: gone, 9: gone}
    assert found[3] == [0] * 8 + [destroyed] * 4 + [gone | destroyed]  # it was hit at 40 s, and heartbeats are 5 s
    assert all(set(bits[:-1]) == {0} for number, bits in found.items() if number != 3)


# Against formulas -------------------------------------------------------------------------------------------


@pytest.mark.validation
@pytest.mark.parametrize("lat_deg", [-90.0, -89.0, -40.0, 0.0, 1e-9, 30.0, 90.0])
@pytest.mark.parametrize("climb_deg", [-90.0, -30.0, 0.0, 12.0, 90.0])
def test_attitudes_turn_the_earths_axes_onto_the_bodys(lat_deg, climb_deg):
    """The three turns of scipy give nose and right wing, with the nose along the Earth's axis too."""
    from scipy.spatial.transform import Rotation

    from farwatch.formats.dis_motion import orientation

    for course_deg in (0.0, 90.0, 135.0, 180.0, 200.0, 359.0):
        for lon_deg in (-180.0, -77.0, 0.0, 45.0):
            course, climb = radians(course_deg), radians(climb_deg)
            (angles,) = orientation([lat_deg], [lon_deg], [course], [climb])
            body = Rotation.from_euler("ZYX", angles).as_matrix()
            la, lo = radians(lat_deg), radians(lon_deg)
            up = np.array([np.cos(la) * np.cos(lo), np.cos(la) * np.sin(lo), np.sin(la)])
            east = np.array([-np.sin(lo), np.cos(lo), 0.0])
            north = np.cross(up, east)
            nose = np.cos(climb) * (np.sin(course) * east + np.cos(course) * north) + np.sin(climb) * up
            right = np.cos(course) * east - np.sin(course) * north
            assert body[:, 0] == pytest.approx(nose, abs=3e-7)
            assert body[:, 1] == pytest.approx(right, abs=3e-7)


def weaving():
    """An aircraft over the date line that weaves for five minutes, and one that flies straight and slow."""
    t = np.arange(0.0, 300.5, 0.5)
    course, speed, at = 1.5 + 0.8 * np.sin(t / 20.0), 200.0, np.zeros(t.size, MOVE)
    at["time_s"], at["height_m"], at["up_m_s"] = t, 5000.0, 0.0
    at["east_m_s"], at["north_m_s"] = speed * np.sin(course), speed * np.cos(course)
    radius_m = 6_378_000.0
    at["lat_deg"] = np.degrees(np.cumsum(at["north_m_s"]) * 0.5 / radius_m)
    at["lon_deg"] = (179.9 + np.degrees(np.cumsum(at["east_m_s"]) * 0.5 / radius_m) + 180.0) % 360.0 - 180.0
    slow = flown(1, t, (0.0, 10.0, 100.0), (0.0, 0.0001, 0.0), (11.13, 0.0, 0.0))
    things = (Thing(key="weaves", family="aircraft"), Thing(key="slow", family="drone"))
    return Scene(source="test", things=things, moves=np.concatenate([at, slow]))


@pytest.mark.parametrize("threshold_m", [1.0, 20.0, 200.0])
def test_a_receiver_that_goes_straight_on_is_never_far_off(threshold_m):
    """Between messages it keeps within the threshold of every place of the scene, and hears within the heartbeat."""
    scene, exercise = weaving(), Exercise(threshold_m=threshold_m, threshold_deg=180.0)
    layout = np.dtype([("head", "S16"), ("number", ">u2"), ("kinds", "S18"), ("v", ">f4", 3), ("x", ">f8", 3),
                       ("rest", "S72")])
    counts = []
    for thing in (0, 1):
        heard = [(t, np.frombuffer(m, layout)[0]) for t, m in datagrams(scene, exercise) if m[17] == thing + 1]
        times = np.array([t for t, _ in heard])
        counts.append(len(heard))
        assert np.diff(times).max() <= 5.0
        for row in scene.of(thing):
            t, last = heard[np.searchsorted(times, row["time_s"], side="right") - 1]
            guess = last["x"] + last["v"].astype(float) * (row["time_s"] - t)
            miss_m = np.linalg.norm(guess - ecef(row["lat_deg"], row["lon_deg"], row["height_m"]))
            assert miss_m <= threshold_m + 1e-3
    assert counts[1] == 61  # straight on: only heartbeats
    assert (counts[0] > 61) == (threshold_m < 200.0)


def test_turning_is_told_by_the_angle_threshold():
    """With a wide threshold of place, a turn of 3 degrees is still told, and 180 degrees never."""
    scene = weaving()
    fine, never = (
        sum(m[17] == 1 for _, m in datagrams(scene, Exercise(threshold_m=1e6, threshold_deg=d))) for d in (3.0, 180.0)
    )
    assert never == 61
    assert fine > 100


# What is sent when ------------------------------------------------------------------------------------------


def test_messages_come_in_order_and_tracks_stay_home(scene, sent):
    """Times rise; in one instant who fires comes before the fire, and what was hit goes after the detonation."""
    times = [t for t, _ in sent]
    assert times == sorted(times)
    assert times[0] == 0.0
    assert times[-1] == 60.0
    assert kinds(m for m in sent if m[0] == 10.0) == [STATE] * 8 + [FIRE] + [EMISSION] * 2
    assert kinds(m for m in sent if m[0] == 30.0)[-3:] == [DETONATION, STATE, STATE]
    without = replace(scene, things=scene.things[:-1], moves=scene.moves[scene.moves["thing"] < 8])
    assert {m[17] for _, m in datagrams(without, EXERCISE) if m[2] == STATE} == set(KINDS)


def test_the_same_scene_gives_the_same_bytes(scene, sent, tmp_path):
    """Twice the same, and the capture holds exactly these messages."""
    assert list(datagrams(scene, EXERCISE)) == sent
    dis.write(tmp_path / "a.pcap", scene, EXERCISE)
    dis.write(tmp_path / "b.pcap", scene, EXERCISE)
    data = (tmp_path / "a.pcap").read_bytes()
    assert data == (tmp_path / "b.pcap").read_bytes()
    at = -1
    for _, message in sent:
        at = data.index(message, at + 1)


def test_what_stands_is_heard_every_heartbeat(scene):
    """A site repeats itself at the heartbeat asked for, from the first moment to the last."""
    heard = [t for t, m in datagrams(scene, Exercise(heartbeat_s=7.0)) if m[2] == STATE and m[17] == 1]
    assert heard == [0.0, 7.0, 14.0, 21.0, 28.0, 35.0, 42.0, 49.0, 56.0, 60.0]


def test_long_gaps_are_filled_with_heartbeats(scene):
    """An airliner seen every half minute is told every few seconds, on its way between the two places."""
    heard = [(t, m) for t, m in datagrams(scene, Exercise(threshold_m=1e6)) if m[2] == STATE and m[17] == 6]
    assert max(b - a for (a, _), (b, _) in pairwise(heard)) <= 5.0
    halfway = next(m for t, m in heard if t == 10.0)
    assert np.frombuffer(halfway[48:72], ">f8") == pytest.approx(ecef(47.0, 6.93, 10_010.0), abs=1e-5)


def test_a_recording_begins_when_it_begins():
    """Plots of noon and the place of their radar: a radar that is there, and radiates, from noon on."""
    plots = np.zeros(2, PLOT)
    plots["time_s"] = 43_200.0, 43_215.0
    scene = Scene(source="x", plots=plots, sensors=engagement().sensors[1:])
    heard = [(t, m[2]) for t, m in datagrams(scene)]
    beats = [43_200.0, 43_205.0, 43_210.0, 43_215.0]
    assert heard == [(beats[0], STATE), (beats[0], EMISSION), (beats[1], STATE), (beats[2], STATE),
                     (beats[2], EMISSION), (beats[3], STATE)]
    ((_, message),) = datagrams(replace(scene, plots=plots[:0]))
    assert message[84:88] == b"\0\0\0\0"  # with no time at all it is there once, and does not leave


def test_a_gap_over_the_date_line_takes_the_short_way():
    """Half a minute from 179.9 east to 179.9 west passes 180, not Greenwich."""
    moves = flown(0, [0.0, 30.0], (10.0, 179.9, 0.0), (0, 0, 0), (0, 0, 0))
    moves["lon_deg"][1] = -179.9
    halfway = next(m for t, m in datagrams(Scene(source="x", things=(Thing(key="x"),), moves=moves)) if t == 15.0)
    assert np.frombuffer(halfway[48:72], ">f8") == pytest.approx(ecef(10.0, 180.0, 0.0), abs=1e-5)


@pytest.mark.parametrize("kill_s", [None, 20.0, 25.0])
def test_what_was_killed_leaves_destroyed(kill_s):
    """With its last state, whether the kill is not told, comes with it, or is told only later."""
    moves = flown(0, np.arange(21.0), (10.0, 20.0, 0.0), (0, 0, 0), (0, 0, 0))
    kill = [Happening(time_s=t, what="kill", whom="x", lat_deg=10, lon_deg=20, height_m=0) for t in (kill_s,) if t]
    scene = Scene(source="x", things=(Thing(key="x", fate="killed"),), moves=moves, happenings=tuple(kill))
    bits = [int.from_bytes(m[84:88], "big") for _, m in datagrams(scene) if m[2] == STATE]
    assert bits == [0, 0, 0, 0, 1 << 23 | 3 << 3]


def test_absolute_time_stamps_say_so(scene):
    """They differ from relative ones in the lowest bit alone."""
    relative, absolute = (
        [int.from_bytes(m[4:8], "big") for _, m in datagrams(scene, Exercise(absolute=a))] for a in (False, True)
    )
    assert [stamp + 1 for stamp in relative] == absolute


def test_what_was_seen_once_is_told_once(scene):
    """A single place of an aircraft is one state that does not leave."""
    one = replace(scene, things=(Thing(key="x"),), moves=scene.moves[:1], happenings=(), sensors=())
    ((time_s, message),) = datagrams(one)
    assert (time_s, message[2], message[84:88]) == (0.0, STATE, b"\0\0\0\0")


def test_a_frequency_that_is_published_is_told(scene):
    """A radar whose frequency the catalogue has from a source says it."""
    from farwatch.catalogue import ASSUMED, load

    radar = next(r for r in load().radars.values() if r.frequency_hz.kind != ASSUMED)
    things = tuple(replace(t, class_name=radar.name) if t.kind == "radar" else t for t in scene.things)
    beam = next(m for _, m in datagrams(replace(scene, things=things)) if m[2] == EMISSION)
    assert np.frombuffer(beam[52:56], ">f4")[0] == pytest.approx(radar.frequency_hz.value, rel=1e-6)


def test_an_empty_scene_sends_nothing(tmp_path):
    """Neither does one of tracks alone, or of places that are no numbers; the capture is there, and empty."""
    moves = flown(0, [0.0, 1.0], (np.nan, 7.0, 0.0), (0, 0, 0), (0, 0, 0))
    for scene in (Scene(source="none"), Scene(source="nan", things=(Thing(key="x"),), moves=moves),
                  Scene(source="track", things=(Thing(key="x", kind="track"),), moves=np.nan_to_num(moves))):
        assert list(datagrams(scene)) == []
    dis.write(tmp_path / "none.pcap", Scene(source="none"))
    assert (tmp_path / "none.pcap").stat().st_size == 24


def test_events_without_anyone_are_still_told():
    """A launch and a kill with unknown keys name no entity, and share their number."""
    at = {"lat_deg": 1.0, "lon_deg": 2.0, "height_m": 3.0}
    scene = Scene(source="x", happenings=(Happening(time_s=1, what="launch", round="r", **at),
                                          Happening(time_s=2, what="kill", round="r", **at)))
    fire, kill = (m for _, m in datagrams(scene))
    assert fire[12:30] == kill[12:30] == bytes(18)
    assert fire[30:36] == kill[30:36] == b"\0\1\0\1\0\1"


def test_wrong_options_are_told_all_at_once():
    """Every one with what it must be."""
    with pytest.raises(InputError) as caught:
        Exercise(number=0, site=70_000, heartbeat_s=float("nan"), threshold_m=-1.0)
    assert [p.where for p in caught.value.problems] == ["number", "site", "heartbeat_s", "threshold_m"]
    assert caught.value.problems[1].hint == "nearest: 65534"


def test_too_many_entities_are_refused():
    """More than one application can name, or states than memory should hold, are told before anything is sent."""
    things = tuple(Thing(key=str(k)) for k in range(65_534))
    with pytest.raises(InputError, match="65533"):
        datagrams(Scene(source="crowd", things=things))
    for_ever = flown(0, [0.0, 1e9], (1.0, 7.0, 0.0), (0, 0, 0), (0, 0, 0))
    with pytest.raises(InputError, match="heartbeat_s"):
        datagrams(Scene(source="for ever", things=things[:1], moves=for_ever))
