"""KML: the schemas and another reader accept what we write, and what another program writes is read."""

import io
import zipfile
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from farwatch.errors import InputError
from farwatch.formats import kml, kml_reading
from farwatch.formats.scene import Scene, Thing
from naive.small_raid import DEPOT, FIRST_S, judged, numbers_of, rows, small_raid

HEAD = '<kml xmlns="http://www.opengis.net/kml/2.2" xmlns:gx="http://www.google.com/kml/ext/2.2"><Document>'
TAIL = "</Document></kml>"
MIDNIGHT_S = datetime(2026, 1, 2, tzinfo=UTC).timestamp()


def read(text):
    """A document of this content."""
    return kml_reading.decode((HEAD + text + TAIL).encode())


@pytest.fixture(scope="module")
def outside(oracle, tmp_path_factory):
    """What fastkml, and the schemas it holds, make of the small raid; and of a document with a word too many."""
    place = tmp_path_factory.mktemp("kml") / "raid.kml"
    kml.write(place, small_raid())
    spoilt = place.with_name("spoilt.kml")
    spoilt.write_bytes(place.read_bytes().replace(b"<gx:coord>", b"<gx:place>1 2 3</gx:place><gx:coord>", 1))
    python = oracle("fastkml")
    oracle("lxml")
    return judged(python, "kml_reads.py", place), judged(python, "kml_reads.py", spoilt)


@pytest.mark.validation
def test_the_schemas_accept_it(outside):
    """OGC's schema of KML 2.2 with Google's extension finds nothing wrong, and would find a wrong element."""
    good, spoilt = outside
    assert good["wrong"] == []
    assert any("place" in error for error in spoilt["wrong"])


@pytest.mark.validation
def test_fastkml_reads_every_position(outside):
    """Another reader finds every thing in its folder, and each position where and when the scene has it."""
    found, scene = outside[0], small_raid()
    assert found["folders"] == ["Targets", "Tracks", "Rounds", "Batteries", "Radars", "Assets", "Events"]
    marks = {p["data"]["key"]: p for p in found["placemarks"] if "key" in p["data"]}
    assert set(marks) == {thing.key for thing in scene.things}
    for k, thing in enumerate(scene.things):
        expected, places = numbers_of(scene.of(k)), np.array(marks[thing.key]["places"])
        if marks[thing.key]["moves"]:
            places[:, 0] -= MIDNIGHT_S
        else:
            expected = expected[:, 1:]
        assert np.all(np.abs(places - expected) <= [0.0006, 1e-7, 1e-7, 0.051][4 - expected.shape[1] :])
    assert marks["airliner"]["name"] == "TEST12"
    assert marks[DEPOT]["data"]["symbol"] == "10032000001100000000"


@pytest.mark.validation
@pytest.mark.parametrize("name", ["made.kml", "made.kmz"])
def test_what_simplekml_writes_is_read(oracle, tmp_path, name):
    """Tracks, tracks in parts, points with a span and without, plain or in an archive; polygons are left out."""
    judged(oracle("simplekml"), "kml_writes.py", tmp_path / name)
    scene = kml_reading.read(tmp_path / name)
    assert scene.title == "made & written"
    assert scene.epoch == datetime(2026, 3, 1, tzinfo=UTC)
    assert [(t.key, t.kind) for t in scene.things] == [
        ("a <b> & c", "target"), ("two parts", "target"), ("site", "asset"), ("always", "asset"),
    ]  # fmt: skip
    late_s = 86_390.0
    expected = [[late_s + k, 7.0 + 0.01 * k, 46.0, 1000.0 + k] for k in range(5)]
    np.testing.assert_allclose(numbers_of(scene.of(0)), expected, rtol=0, atol=1e-9)
    assert [scene.of(k).size for k in range(4)] == [5, 6, 1, 1]
    assert scene.of(2)["time_s"] == 86_400.0 - 3600.0 + 0.0
    assert scene.counts == {"placemarks left out: neither track nor point": 3}


@pytest.mark.validation
def test_lines_that_simplekml_writes_are_read(oracle, tmp_path):
    """Names, places and heights of line strings."""
    judged(oracle("simplekml"), "kml_writes.py", tmp_path / "made.kml")
    (way, flat) = kml_reading.lines((tmp_path / "made.kml").read_bytes())
    assert (way[0], way[1].tolist()) == ("way", [[7, 46, 100], [8, 46.5, 200], [9, 47, 300]])
    assert (flat[0], flat[1][:, :2].tolist()) == ("flat", [[179.5, 10], [-179.5, 10.5]])


def test_a_scene_comes_back(tmp_path):
    """Kinds, sides, fates, positions and events are the same after writing and reading."""
    scene = small_raid()
    kml.write(tmp_path / "raid.kml", scene)
    back = kml_reading.read(tmp_path / "raid.kml")
    kept = ("key", "kind", "side", "family", "class_name", "callsign", "fate", "of")
    told = {t.key: [getattr(t, name) for name in kept] for t in back.things}
    assert told == {t.key: [getattr(t, name) for name in kept] for t in scene.things}
    assert (back.title, back.epoch, back.counts) == (scene.title, scene.epoch, {})
    for k, thing in enumerate(scene.things):
        again = next(j for j, t in enumerate(back.things) if t.key == thing.key)
        expected = numbers_of(scene.of(k))
        assert np.all(np.abs(numbers_of(back.of(again)) - expected) <= [0.0006, 1e-7, 1e-7, 0.051])
    assert [(h.what, h.who, h.time_s) for h in back.happenings] == [
        ("launch", "alpha", FIRST_S + 280.25), ("kill", "round 1", FIRST_S + 300), ("leak", DEPOT, FIRST_S + 590),
    ]  # fmt: skip


def test_a_name_cannot_write_elements():
    """Names with what XML forbids or reserves leave a sound document."""
    thing = Thing(key="a\0\x1b</name><Placemark>]]>\ud800\uffff&", side="hostile", class_name='"><x>')
    scene = Scene(source="<s>", things=(thing,), moves=rows(0, [0.0, 1.0], 1.0, 2.0, 3.0))
    back = kml_reading.decode(b"".join(kml.encode(scene)))
    assert back.title == "<s>"
    assert [t.class_name for t in back.things] == ['"><x>']


@pytest.mark.parametrize(
    ("inside", "size", "count"),
    [
        ("<gx:Track><when>2026-01-01T00:00:00Z</when><when/><gx:coord>1 2 3</gx:coord></gx:Track>", 1,
         "positions left out: without time"),
        ("<gx:Track><when>soon</when><gx:coord>1 2 3</gx:coord></gx:Track>", 0, "positions left out: without time"),
        ("<gx:Track><when>2026-01-01T00:00:00Z</when><gx:coord>1 x</gx:coord></gx:Track>", 0,
         "positions left out: nowhere on earth"),
        ("<Point><coordinates>200,95,1</coordinates></Point>", 0, "positions left out: nowhere on earth"),
        ("<Point/>", 0, "positions left out: nowhere on earth"),
        ("<LineString><coordinates>1,2 3,4</coordinates></LineString>", 0,
         "placemarks left out: neither track nor point"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_counted(inside, size, count):
    """A position that lacks its time, or is nowhere, costs itself."""
    scene = read(f"<Placemark>{inside}</Placemark>")
    assert scene.moves.size == size
    assert scene.counts[count] == 1


def test_a_kmz_bomb_is_refused():
    """An archive that unpacks to far more than its size is refused."""
    place = io.BytesIO()
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("doc.kml", HEAD + " " * 40_000_000 + TAIL)
    with pytest.raises(InputError, match="must not unpack to more than"):
        kml_reading.decode(place.getvalue())


PIECES = st.sampled_from(
    ["<Placemark>", "</Placemark>", "<gx:Track>", "</gx:Track>", "<when>2026-01-01T00:00:00Z</when>", "<when/>",
     "<gx:coord>1 2 3</gx:coord>", "<gx:coord>nan 1e400</gx:coord>", "<Point><coordinates>1,2</coordinates></Point>",
     "<TimeSpan><begin>0001-01-01T00:00:00Z</begin></TimeSpan>", "<TimeStamp/>", "<name>n</name>", "<Folder>", "&lt;",
     "</Folder>", "<LineString><coordinates>1,2 a,b ,</coordinates></LineString>",
     "<ExtendedData><Data name='kind'><value>event</value></Data></ExtendedData>",
     "&x;", "<![CDATA[", "]]>", "<!--", "-->", "<?x?>"]
)  # fmt: skip


@settings(max_examples=400)
@given(st.lists(PIECES, max_size=25))
def test_any_document_is_read_or_refused(pieces):
    """Whatever a document holds: a scene that can be written again and lines, or InputError."""
    data = (HEAD + "".join(pieces) + TAIL).encode()
    try:
        b"".join(kml.encode(kml_reading.decode(data)))
        assert all(places.shape[1] == 3 for _, places in kml_reading.lines(data))
    except InputError:
        return


@settings(max_examples=200)
@given(st.binary(max_size=100), st.integers(0, 10_000), st.integers(0, 255))
def test_any_bytes_are_read_or_refused(noise, at, value):
    """Noise, and a good file with a byte changed or cut short: a scene, or InputError."""
    good = bytearray(b"".join(kml.encode(Scene(source="s", things=(Thing(key="a"),), moves=rows(0, [0, 1], 1, 2, 3)))))
    good[at % len(good)] = value
    for data in (noise, bytes(good), bytes(good[: at % len(good)])):
        try:
            assert isinstance(kml_reading.decode(data), Scene)
        except InputError:
            continue
