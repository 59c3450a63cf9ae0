"""XML from strangers: what would expand, fetch or sink deep is refused; what a reader gathers is made sound."""

import tracemalloc
from collections import Counter
from datetime import UTC, datetime

import numpy as np
import pytest

from farwatch.errors import InputError
from farwatch.formats import acmi_reading, czml_reading, gpx, kml_reading
from farwatch.formats.dates import posix_s, told
from farwatch.formats.gathered import gathered
from farwatch.formats.markup import MOST_DEPTH, elements
from farwatch.formats.scene import Happening, Thing
from naive.small_raid import rows


def read(text):
    """Elements `x` of a document whose root is `r`."""
    return list(elements(text if isinstance(text, bytes) else text.encode(), ("r",), frozenset(["x"])))


LAUGHS = '<!DOCTYPE r [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
) + "]><r><x>&i;</x></r>"  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        LAUGHS,
        '<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/hostname">]><r><x>&a;</x></r>',
        '<!DOCTYPE r SYSTEM "http://localhost/r.dtd"><r/>',
        "<!DOCTYPE r><r/>",
        "<!DOCTYPE r [" + "<!ENTITY a 'x'>" * 10_000,
    ],
)
def test_a_document_type_is_refused(text):
    """Entities are never declared, so none is expanded and none is fetched."""
    with pytest.raises(InputError, match="document type"):
        read(text)


def test_depth_is_limited():
    """A document nested deeper than any format needs is refused before it costs memory, however deep it is."""
    assert len(read("<r>" + "<x>" * (MOST_DEPTH - 1) + "</x>" * (MOST_DEPTH - 1) + "</r>")) == 1
    with pytest.raises(InputError, match="nested deeper"):
        read("<r>" + "<x>" * 1_000_000)


def test_what_is_not_wanted_is_not_kept():
    """A long document of other elements costs no memory beside its own."""
    text = b"<r>" + b"<y>some text</y>" * 200_000 + b"<x>1</x></r>"
    tracemalloc.start()
    assert [one.text for one in read(text)] == ["1"]
    assert tracemalloc.get_traced_memory()[1] < 2_000_000
    tracemalloc.stop()


@pytest.mark.parametrize(
    "text", ["<x " + "".join(f'a{k}="" ' for k in range(1_000_000)) + "/>", "<!--" + " " * 9_000_000]
)
def test_a_tag_is_limited(text):
    """A tag that never ends is refused before all of it is held."""
    with pytest.raises(InputError, match="tag"):
        read("<r>" + text)


def test_elements_inside_a_wanted_one_are_limited(monkeypatch):
    """One element cannot hold more than so many; many of them can."""
    monkeypatch.setattr("farwatch.formats.markup.MOST_ELEMENTS", 100)
    assert len(read("<r>" + "<x><y/></x>" * 200 + "</r>")) == 200
    with pytest.raises(InputError, match="inside one"):
        read("<r><x>" + "<y/>" * 200 + "</x></r>")


@pytest.mark.parametrize(
    "text",
    ["", "text", "<r>", "<r></q>", "<q/>", "<r>\0</r>", b"<?xml version='1.0' encoding='idna'?><r/>", "<r>&nbsp;</r>",
     b"<?xml version='1.0' encoding='cp932'?><r/>", b"\xff\xfe<r/>", b"<r>\xff</r>", "<a:r/>"],
)  # fmt: skip
def test_what_is_unsound_or_another_document_is_refused(text):
    """Broken documents, unknown encodings and other roots."""
    with pytest.raises(InputError):
        read(text)


def test_encodings_of_xml_are_read():
    """UTF-8, UTF-16 and Latin-1 say the same."""
    for encoding in ("utf-8", "utf-16", "latin-1"):
        text = f"<?xml version='1.0' encoding='{encoding}'?><r><x>é</x></r>"
        assert read(text.encode(encoding))[0].text == "é"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1970-01-01T00:00:01Z", 1.0), ("1970-01-01T01:00:00.5+01:00", 0.5), ("1970-01-01T00:00:02", 2.0),
     ("soon", np.nan), ("", np.nan), ("10000-01-01T00:00:00Z", np.nan),
     (" 1970-01-01T00:00:03Z\n", 3.0), ("2026-13-01", np.nan)],
)  # fmt: skip
def test_dates_are_read(text, expected):
    """ISO 8601, UTC where no zone is named; NaN where it is no date."""
    np.testing.assert_equal(posix_s(text), expected)


def test_dates_are_told_without_needless_decimals():
    """Microseconds where there are some."""
    assert told(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)) == "2026-01-02T03:04:05Z"
    assert told(datetime(2026, 1, 2, 3, 4, 5, 250_000, tzinfo=UTC)) == "2026-01-02T03:04:05.25Z"


def test_what_is_gathered_is_made_sound():
    """Bad rows go and are counted, things without rows go, keys become unique, the clock begins at midnight."""
    noon_s = datetime(2026, 1, 2, 12, tzinfo=UTC).timestamp()
    flights = [
        (Thing(key="a"), rows(0, noon_s + np.array([1.0, 0.0, 1.0, 2.0]), [1, 2, 3, 95], 190.0, 5.0)),
        (Thing(key="gone"), rows(0, noon_s, 1.0, np.nan, 5.0)),
        (Thing(key="a"), rows(0, np.nan, 1.0, 2.0, np.nan)),
        (Thing(key="late"), rows(0, 1e300, 1.0, 2.0, 0.0)),
    ]
    lost = Happening(time_s=np.nan, what="kill", lat_deg=1, lon_deg=1, height_m=1)
    scene = gathered(flights, "s", "t", True, Counter({"nothing": 0}), [lost])
    assert scene.epoch == datetime(2026, 1, 2, tzinfo=UTC)
    assert [t.key for t in scene.things] == ["a", "a (2)"]
    assert scene.moves["time_s"].tolist() == [43_200.0, 43_201.0, 43_200.0]
    assert scene.moves["lon_deg"].tolist() == [-170.0, -170.0, 2.0]
    assert scene.moves["height_m"][2] == 0.0
    assert scene.counts == {
        "positions left out: nowhere on earth": 3, "positions left out: a second one at the same time": 1,
        "events left out: nowhere on earth": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("decode", "data"),
    [
        (acmi_reading.decode, b"FileType=text/acmi/tacview\nFileVersion=2.2\n1,T=1|1|1\n2,T=1|1|1\n3,T=1|1|1\n"),
        (gpx.decode, b"<gpx>" + b"<trk><trkpt lat='1' lon='1'><time>2026-01-01</time></trkpt></trk>" * 3 + b"</gpx>"),
        (kml_reading.decode,
         b"<kml>" + b"<Placemark><Point><coordinates>1,1</coordinates></Point></Placemark>" * 3 + b"</kml>"),
        (czml_reading.decode, b'[{"id":"document"}' + b',{"position":{"cartographicDegrees":[1,1,1]}}' * 3 + b"]"),
    ],
)  # fmt: skip
def test_things_of_one_file_are_limited(monkeypatch, decode, data):
    """More things than are read of one file are refused, whatever the format."""
    assert len(decode(data).things) == 3
    monkeypatch.setattr("farwatch.formats.gathered.MOST_THINGS", 2)
    with pytest.raises(InputError, match="2 at most"):
        decode(data)


def test_nothing_gathered_is_an_empty_scene():
    """A reader that found nothing has a scene without epoch."""
    scene = gathered([], "s")
    assert (scene.epoch, scene.things, scene.moves.size) == (None, (), 0)
