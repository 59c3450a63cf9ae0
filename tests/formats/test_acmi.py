"""Tacview recordings: another parser reads what we write; damage and bombs cost no more than they must."""

import io
import zipfile
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from farwatch.errors import InputError
from farwatch.formats import acmi, acmi_reading
from farwatch.formats.scene import Scene
from naive.small_raid import judged, numbers_of, small_raid

HEAD = "FileType=text/acmi/tacview\nFileVersion=2.2\n0,ReferenceTime=2011-06-02T05:00:00Z\n"


def read(text):
    """A recording of these lines after the usual head."""
    return acmi_reading.decode((HEAD + text).encode())


def packed(content, name="flight.txt.acmi", method=zipfile.ZIP_DEFLATED):
    """A zip archive of one file."""
    place = io.BytesIO()
    with zipfile.ZipFile(place, "w", method) as archive:
        archive.writestr("readme.md", "not this")
        archive.writestr(name, content)
    return place.getvalue()


@pytest.fixture(scope="module")
def outside(oracle, tmp_path_factory):
    """What pyacmi reads of the small raid."""
    place = tmp_path_factory.mktemp("acmi") / "raid.acmi"
    acmi.write(place, small_raid())
    return judged(oracle("pyacmi"), "acmi_reads.py", place)


@pytest.mark.validation
def test_pyacmi_reads_every_position(outside):
    """Another parser finds each thing at each of its times where the scene has it, to a centimetre."""
    scene = small_raid()
    assert outside["version"] == 2.2
    assert outside["reference"] == "2026-01-02T00:00:00"
    for k in range(len(scene.things)):
        expected = numbers_of(scene.of(k))
        found = np.array(outside["objects"][str(k + 1)]["places"])
        changed = np.r_[True, (np.diff(expected[:, 1:], axis=0) != 0).any(axis=1)]  # pyacmi keeps changes only
        assert np.all(np.abs(found - expected[changed]) <= [0.0006, 1e-7, 1e-7, 0.006])


@pytest.mark.validation
def test_pyacmi_reads_names_types_and_ends(outside):
    """It finds tags, colours, links, addresses and the end of what ended."""
    drone, battery, radar, depot, missile, _, airliner, cruise = (outside["objects"][str(k)] for k in range(1, 9))
    assert (drone["Type"], drone["Color"], drone["CallSign"]) == ("Light+Air+FixedWing", "Red", "drones\\, north/3")
    assert (battery["Type"], battery["Color"], battery["Name"]) == ("Ground+AntiAircraft", "Blue", "s-400")
    assert (radar["Parent"], depot["Type"]) == ("2", "Ground+Static+Building")
    assert (missile["Type"], missile["LockedTarget"], missile["removed_s"]) == ("Weapon+Missile", "1", 36_300.0)
    assert (airliner["ICAO24"], airliner["Squawk"], airliner["CallSign"]) == ("4B1234", "2341", "TEST12")
    assert cruise["CallSign"] == "péché 100%"
    assert (drone["removed_s"], battery["removed_s"]) == (36_300.0, None)


def test_only_changed_coordinates_are_written():
    """A thing that flies along a meridian at one height writes its latitude alone after the first time."""
    lines = b"".join(acmi.encode(small_raid())).decode().splitlines()
    drone = [line for line in lines if line.startswith("1,T=")]
    assert drone[0] == "1,T=45.0000000|24.0000000|120.00"
    assert drone[1] == "1,T=|24.0020000|"
    assert len(drone) == 31


def test_events_say_what_became_of_whom():
    """A kill is Destroyed, what merely ends has left the area, and nothing is told destroyed twice."""
    text = b"".join(acmi.encode(small_raid())).decode()
    events = [line for line in text.splitlines() if line.startswith("0,Event=")]
    assert "0,Event=Destroyed|1|5|round 1 kill drones\\, north/3" in events
    assert "0,Event=Bookmark|1|5|2|alpha launch drones\\, north/3" in events
    assert sum("Destroyed" in event for event in events) == 1
    assert {"0,Event=LeftArea|5|", "0,Event=LeftArea|7|", "0,Event=LeftArea|8|"} <= set(events)
    assert text.index("#36300.000") < text.index("Event=Destroyed") < text.index("\n-1\n")


def test_a_name_cannot_write_lines_or_properties():
    """Line ends, backslashes, commas and bars in a name stay in its value."""
    scene = small_raid()
    evil = scene.things[0].__class__(key="a\n-2\n0,Title=x\\,|b\\", side="hostile")
    one = Scene(source="s\n-1", things=(evil,), moves=scene.of(0))
    lines = b"".join(acmi.encode(one)).decode().split("\n")
    assert [line for line in lines if line.startswith("1,Type")] == [
        "1,Type=Air,Name=target,CallSign=a -2 0\\,Title=x/\\,|b/,Coalition=Hostile,Color=Red,Kind=target"
    ]
    assert sum(line.startswith("-") for line in lines) == 1
    assert acmi_reading.decode("\n".join(lines).encode()).things[0].callsign == "a -2 0,Title=x/,|b/"


def test_the_manual_s_example_is_read():
    """The recording that Tacview's reference explains: a coordinate left out keeps its value."""
    scene = read("#47.13\n3000102,T=41.6251307|41.5910417|2000.14,Name=C172\n#49\n3000102,T=41.626||\n")
    assert scene.epoch == datetime(2011, 6, 2, tzinfo=UTC)
    assert scene.things[0].class_name == "C172"
    expected = [[18047.13, 41.6251307, 41.5910417, 2000.14], [18049.0, 41.626, 41.5910417, 2000.14]]
    np.testing.assert_allclose(numbers_of(scene.of(0)), expected, rtol=0, atol=1e-9)


def test_every_notation_of_a_place_is_read():
    """Three, five, six and nine components; reference longitude and latitude are added."""
    places = ["1|2|3", "1|2|3|400|500", "1|2|3|10|20|30", "1|2|3|10|20|30|400|500|90"]
    lines = "".join(f"{k + 1:x},T={place}\n" for k, place in enumerate(places))
    scene = read("0,ReferenceLongitude=40,ReferenceLatitude=-20\n#1\n" + lines)
    assert len(scene.things) == 4
    assert {tuple(row) for row in numbers_of(scene.moves)} == {(18001.0, 41.0, -18.0, 3.0)}


def test_objects_become_things_by_their_tags():
    """Weapons are rounds, anti-aircraft batteries; decoys, ships and people are left out and counted."""
    tags = ["Air+FixedWing", "Air+Rotorcraft", "Medium+Weapon+Missile", "Ground+AntiAircraft", "Ground+Sensor",
            "Ground+Static+Building", "Misc+Decoy+Flare", "Sea+Watercraft", "Ground+Light+Human"]  # fmt: skip
    scene = read("#1\n" + "".join(f"{k + 1:x},T=1|{k}|0,Type={tag},Color=Red\n" for k, tag in enumerate(tags)))
    assert [t.kind for t in scene.things] == ["target", "target", "round", "battery", "radar", "asset"]
    assert [t.family for t in scene.things][:2] == ["aircraft", "helicopter"]
    assert {t.side for t in scene.things} == {"hostile"}
    assert scene.counts == {"objects left out: neither in the air nor of air defence": 3}


def test_an_id_used_again_is_another_thing():
    """After its removal an id may name something new; what shares a call sign is told apart by its id."""
    lines = ["#1", "a,T=1|1|1,CallSign=x", "b,T=1|1|1,CallSign=x", "-a", "#2", "a,T=2|2|2,CallSign=y"]
    scene = read("\n".join(lines))
    assert [t.key for t in scene.things] == ["x a", "x b", "y"]
    assert len({t.key for t in scene.things}) == 3


def test_a_bad_line_costs_that_line():
    """Nonsense between good lines is counted; comments, joined lines and CRLF are understood."""
    lines = ["#1\r", "// 1,T=9|9|9", "1,T=1|2|3", "#x", "1,T=a|b|c", "zz,T=1|2|3", "0,Briefing=one \\", "two, three",
             "#nan", "#2", "1,T=||5", "1,T=|200|", ",,,=,|"]  # fmt: skip
    scene = read("\n".join(lines))
    assert numbers_of(scene.moves).tolist() == [[18001.0, 1.0, 2.0, 3.0], [18002.0, 1.0, 2.0, 5.0]]
    assert scene.counts["lines left out: not to be read"] == 5
    assert scene.counts["positions left out: nowhere on earth"] == 1


def test_a_recording_in_a_zip_is_read():
    """The text may stand in an archive, deflated or stored."""
    text = (HEAD + "#1\n1,T=1|2|3\n").encode()
    for method in (zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED):
        assert acmi_reading.decode(packed(text, method=method)).moves.size == 1


def test_a_zip_bomb_is_refused():
    """An archive that unpacks to far more than its size is refused, whatever size it declares."""
    bomb = packed(HEAD.encode() + b"\n" * 40_000_000)
    assert len(bomb) < 60_000
    with pytest.raises(InputError, match="must not unpack to more than"):
        acmi_reading.decode(bomb)
    at = bomb.rindex(b"PK\x01\x02", 0, bomb.rindex(b"flight.txt.acmi"))
    lying = bomb[: at + 24] + (1000).to_bytes(4, "little") + bomb[at + 28 :]  # the directory says: 1000 bytes
    with pytest.raises(InputError):
        acmi_reading.decode(lying)


@pytest.mark.parametrize("name", ["flight.csv", "acmi"])
def test_a_zip_without_recording_is_refused(name):
    """An archive must hold a recording."""
    with pytest.raises(InputError, match="must hold a file"):
        acmi_reading.decode(packed(b"x", name))


def test_a_zip_packed_in_an_unusual_way_is_refused():
    """Only stored and deflated files are unpacked."""
    with pytest.raises(InputError, match="stored or deflated"):
        acmi_reading.decode(packed(HEAD.encode(), method=zipfile.ZIP_LZMA))


@pytest.mark.parametrize("data", [b"", b"\0", b"FileType=text/acmi/tacview\nFileVersion=1.7\n", b"PK\x03\x04"])
def test_what_is_no_recording_is_refused(data):
    """Other files are told apart at once."""
    with pytest.raises(InputError):
        acmi_reading.decode(data)


def test_a_scene_comes_back(tmp_path):
    """What a recording can carry is the same after writing and reading; the same scene gives the same bytes."""
    scene = small_raid()
    acmi.write(tmp_path / "raid.acmi", scene)
    back = acmi_reading.read(tmp_path / "raid.acmi")
    assert back.epoch == scene.epoch
    assert back.title == scene.title
    assert {(t.callsign, t.kind, t.side) for t in back.things} == {
        (t.callsign or t.key, t.kind, t.side) for t in scene.things
    }
    assert back.moves.size == scene.moves.size
    assert [(h.what, h.whom, h.time_s) for h in back.happenings] == [("kill", "drones, north/3", 36_300.0)]
    assert (tmp_path / "raid.acmi").read_bytes() == b"".join(acmi.encode(scene))


WORDS = st.sampled_from(
    ["#1\n", "#1e300\n", "#-9e12\n", "-1\n", "1,T=1|2|3\n", "1,T=|", "0,ReferenceTime=0001-01-01T00:00:00Z\n", "\\\n",
     "0,Event=Destroyed|1|\n", "2,T=1e308|nan|inf\n", "0,ReferenceLongitude=1e308\n", "1,Type=Weapon+Missile\n",
     "ICAO24=fffffffff", "0,ReferenceTime=9999-12-31T23:59:59Z\n", ",", "|", "=", "\n", "\0", "é", "1,Parent=1\n",
     "1,CallSign=2 (2)\n", "7fffffffffffffff,T=1|1|1\n"]
)  # fmt: skip


@settings(max_examples=300)
@given(st.lists(WORDS, max_size=30), st.binary(max_size=30))
def test_any_recording_is_read_or_refused(words, noise):
    """Whatever follows the head: a scene whose positions are on earth and whose times are dates, or InputError."""
    data = HEAD[: HEAD.index("0,")].encode() + "".join(words).encode() + noise
    scene = acmi_reading.decode(data)
    assert np.all(np.abs(scene.moves["lat_deg"]) <= 90.0)
    b"".join(acmi.encode(scene))
    for row in scene.moves:
        scene.when(float(row["time_s"]))


@settings(max_examples=200)
@given(st.binary(max_size=200), st.integers(0, 400), st.integers(0, 255))
def test_any_bytes_are_read_or_refused(noise, at, value):
    """Noise, and archives with a byte changed: a scene, or InputError."""
    archive = bytearray(packed((HEAD + "#1\n1,T=1|2|3\n").encode()))
    archive[at % len(archive)] = value
    for data in (noise, bytes(archive), bytes(archive[: at % len(archive)])):
        try:
            assert isinstance(acmi_reading.decode(data), Scene)
        except InputError:
            continue
