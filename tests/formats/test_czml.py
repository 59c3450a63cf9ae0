"""CZML: another program's models accept what we write; positions of every form are read; damage is told.

What Cesium itself makes of it is measured by `benchmarks/formats/cesium.py`.
"""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from farwatch.errors import InputError
from farwatch.formats import czml, czml_reading
from farwatch.formats.scene import Scene, Thing
from farwatch.world.earth import east_north_up, to_ecef
from naive.small_raid import DEPOT, FIRST_S, judged, numbers_of, rows, small_raid

DOCUMENT = {"id": "document", "version": "1.0", "name": "made",
            "clock": {"interval": "2026-01-02T00:00:10Z/2026-01-02T01:00:00Z"}}  # fmt: skip


def read(*packets):
    """A document of these packets."""
    return czml_reading.decode(json.dumps([DOCUMENT, *packets]).encode())


def entity(position, **words):
    """A packet with this position."""
    return {"id": "one", "position": position, **words}


@pytest.fixture(scope="module")
def outside(oracle, tmp_path_factory):
    """The packets of the small raid, as czml3's models see them."""
    place = tmp_path_factory.mktemp("czml") / "raid.czml"
    czml.write(place, small_raid())
    return {packet["id"]: packet for packet in judged(oracle("czml3"), "czml_reads.py", place)}


@pytest.mark.validation
def test_czml3_accepts_every_packet(outside):
    """Its models take all of it: a clock, eight things and two marks."""
    scene = small_raid()
    assert set(outside) == {"document", *(t.key for t in scene.things), "event 1", "event 2"}
    assert outside["document"]["clock"]["interval"] == "2026-01-02T10:00:00Z/2026-01-02T10:09:50Z"
    assert outside["round 1"]["availability"] == "2026-01-02T10:04:40.25Z/2026-01-02T10:05:00Z"
    assert outside["alpha"]["availability"] == "2026-01-02T10:00:00Z/2026-01-02T10:09:50Z"
    assert outside[DEPOT]["properties"]["symbol"] == "10032000001100000000"


@pytest.mark.validation
def test_czml3_reads_positions_and_velocities(outside):
    """Samples with velocities are Earth-fixed, to a decimetre; those without are longitude, latitude, height."""
    scene = small_raid()
    cubic, straight = outside["drones, north/3"]["position"], outside["airliner"]["position"]
    assert (cubic["interpolationAlgorithm"], straight["interpolationAlgorithm"]) == ("HERMITE", "LINEAR")
    samples = np.array(cubic["cartesianVelocity"]).reshape(-1, 7)
    of = scene.of(0)
    assert np.all(np.abs(samples[:, 1:4] - to_ecef(of["lat_deg"], of["lon_deg"], of["height_m"])) <= 0.051)
    east_north = samples[:, 4:] @ east_north_up(24.03, 45.0).T
    assert np.all(np.abs(east_north - [0.0, 22.16, 0.0]) < 0.05)
    samples = np.array(straight["cartographicDegrees"]).reshape(-1, 4)
    assert np.all(np.abs(samples - numbers_of(scene.of(6))) <= [1e-6, 1e-7, 1e-7, 0.051])


def test_nothing_in_a_name_ends_a_script_or_begins_a_tag():
    """No `<` stands in the file, and descriptions, which a viewer shows as HTML, hold names escaped."""
    data = b"".join(czml.encode(small_raid()))
    assert b"<" not in data
    described = {p["id"]: p.get("description", "") for p in json.loads(data)}
    assert all("</script>" not in text for text in described.values())


def test_nothing_is_fetched():
    """Images are held by the file itself."""
    for packet in json.loads(b"".join(czml.encode(small_raid()))):
        if "billboard" in packet:
            assert packet["billboard"]["image"].startswith("data:image/svg+xml;base64,")
    assert b"http" not in b"".join(czml.encode(small_raid()))


def test_rounds_leave_a_line_from_their_launch():
    """The trail of a round is as long as its flight; that of others as asked."""
    packets = {p["id"]: p for p in json.loads(b"".join(czml.encode(small_raid(), trail_s=60.0)))}
    assert packets["round 1"]["path"]["trailTime"] == pytest.approx(19.75)
    assert packets["airliner"]["path"]["trailTime"] == 60.0
    assert "path" not in packets["alpha"]


def test_a_scene_comes_back(tmp_path):
    """Kinds, sides, fates, positions, velocities and marks are the same after writing and reading."""
    scene = small_raid()
    czml.write(tmp_path / "raid.czml", scene)
    back = czml_reading.read(tmp_path / "raid.czml")
    kept = ("key", "kind", "side", "family", "class_name", "callsign", "address", "mode_a", "fate", "of")
    told = [{name: getattr(t, name) for name in kept} for t in back.things]
    assert told == [{name: getattr(t, name) for name in kept} for t in scene.things]
    assert np.all(np.abs(numbers_of(back.moves) - numbers_of(scene.moves)) <= [6e-4, 2e-6, 2e-6, 0.1])
    drone = back.of(0)
    assert np.all(np.abs(drone["north_m_s"] - 22.16) < 0.02)
    assert np.isnan(back.of(6)["north_m_s"]).all()
    assert [(h.what, h.whom, h.time_s) for h in back.happenings] == [
        ("kill", "drones, north/3", FIRST_S + 300), ("leak", "péché 100%", FIRST_S + 590),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "position",
    [
        {"cartographicDegrees": [7.0, 46.0, 1000.0]},
        {"cartographicRadians": [*np.radians([7.0, 46.0]).tolist(), 1000.0]},
        {"cartesian": to_ecef(46.0, 7.0, 1000.0).tolist()},
        {"cartesian": to_ecef(46.0, 7.0, 1000.0).tolist(), "referenceFrame": "FIXED"},
        {"cartesianVelocity": [*to_ecef(46.0, 7.0, 1000.0), 1.0, 2.0, 3.0]},
    ],
)
def test_one_place_is_read_in_every_form(position):
    """A constant position stands still, from where the entity, or the clock, begins."""
    scene = read(entity(position), entity(position, id="two", availability="2026-01-02T00:00:20Z/2026-01-03T00:00:00Z"))
    assert [t.kind for t in scene.things] == ["asset", "asset"]
    expected = [[10.0, 7.0, 46.0, 1000.0], [20.0, 7.0, 46.0, 1000.0]]
    np.testing.assert_allclose(numbers_of(scene.moves), expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize(
    "position",
    [
        {"epoch": "2026-01-02T00:00:00Z", "cartographicDegrees": [5, 7, 46, 1, 6, 8, 47, 2]},
        {"cartographicDegrees": ["2026-01-02T00:00:05Z", 7, 46, 1, "2026-01-02T01:00:06+01:00", 8, 47, 2]},
        [{"interval": "2026-01-02T00:00:05Z/2026-01-02T00:00:06Z", "cartographicDegrees": [7, 46, 1]},
         {"interval": "2026-01-02T00:00:06Z/2026-01-02T00:01:00Z", "cartographicDegrees": [8, 47, 2]}],
    ],
)  # fmt: skip
def test_samples_are_read_in_every_form(position):
    """Times may be seconds after an epoch or dates, places may come by interval."""
    scene = read(entity(position, name="name"))
    assert scene.things[0] == Thing(key="one", callsign="name")
    assert numbers_of(scene.moves).tolist() == [[5.0, 7.0, 46.0, 1.0], [6.0, 8.0, 47.0, 2.0]]


def test_packets_of_one_entity_are_one_thing():
    """Positions may come in several packets."""
    first = {"epoch": "2026-01-02T00:00:00Z", "cartographicDegrees": [5, 7, 46, 1]}
    scene = read(entity(first), {"id": "one", "name": "later"}, entity(first | {"cartographicDegrees": [6, 8, 47, 2]}))
    assert scene.moves.size == 2
    assert scene.counts == {"packets left out: without position": 1}


def test_positions_that_cannot_be_read_are_counted():
    """Inertial frames, references, odd lengths, words, samples without epoch: each costs itself."""
    bad = [{"cartesian": [7e6, 0, 0], "referenceFrame": "INERTIAL"}, {"reference": "two#position"}, [], 5, None,
           {"cartographicDegrees": [1, 2, 3, 4, 5]}, {"cartographicDegrees": ["a", 1, 2, 3]},
           {"cartographicDegrees": [0, 1, 2, 3]}, {"cartographicDegrees": [1, [2], 3]},
           {"epoch": "yesterday", "cartographicDegrees": [0, 1, 2, 3]}, {"cartesian": [1e400, 0, 0]},
           {"cartographicDegrees": [10**400, 1, 2]}, {"cartesian": {"a": 1}}]  # fmt: skip
    scene = read(*(entity(position, id=str(k)) for k, position in enumerate(bad)))
    assert scene.things == ()
    assert scene.counts["positions left out: not to be read"] == 11
    assert scene.counts["positions left out: nowhere on earth"] == 1


@pytest.mark.parametrize(
    "data",
    [b"", b"{}", b"[]", b"[1]", b'[{"id":"x"}]', b"[" * 100_000, b'[{"id":"document"},', b"\xff\xfe[", b"1" * 5000],
)
def test_what_is_no_document_is_refused(data):
    """Other files, broken and bottomless ones are told apart."""
    with pytest.raises(InputError):
        czml_reading.decode(data)


VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.sampled_from(
        ["2026-01-02T00:00:00Z", "0001-01-01T00:00:00+14:00", "a/b", "/", "FIXED", "target", "event", "", "\ud800"]
    ),
    lambda inner: st.lists(inner, max_size=8) | st.dictionaries(
        st.sampled_from(["position", "epoch", "interval", "cartesian", "cartographicDegrees", "cartesianVelocity",
                         "properties", "kind", "availability", "id", "string", "name", "address"]), inner, max_size=5),
    max_leaves=25,
)  # fmt: skip


@settings(max_examples=120)
@given(st.lists(st.dictionaries(st.sampled_from(["id", "position", "availability", "properties", "name", "delete"]),
                                VALUES, max_size=5), max_size=5), VALUES)  # fmt: skip
def test_any_document_is_read_or_refused(packets, clock):
    """Whatever packets hold: a scene that can be written again, or InputError."""
    scene = czml_reading.decode(json.dumps([DOCUMENT | {"clock": clock}, *packets]).encode())
    assert isinstance(scene, Scene)
    json.loads(b"".join(czml.encode(scene)))


@settings(max_examples=200)
@given(st.binary(max_size=100), st.integers(0, 5000), st.integers(0, 255))
def test_any_bytes_are_read_or_refused(noise, at, value):
    """Noise, and a good file with a byte changed or cut short: a scene, or InputError."""
    good = bytearray(b"".join(czml.encode(Scene(source="s", things=(Thing(key="a"),), moves=rows(0, [0, 1], 1, 2, 3)))))
    good[at % len(good)] = value
    for data in (noise, bytes(good), bytes(good[: at % len(good)])):
        try:
            assert isinstance(czml_reading.decode(data), Scene)
        except InputError:
            continue
