"""KML and KMZ, read: tracks and points with times as a scene, lines as ways. See `kml` for the format.

Read are Placemarks with `gx:Track` (also inside `gx:MultiTrack`; `Track` of KML 2.3 too), `Point` with or without
TimeStamp or TimeSpan, and, as ways, `LineString`. Overlays, models, polygons and links are not, and a NetworkLink is
never followed.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import numpy as np
from numpy.typing import NDArray

from farwatch.errors import InputError, Problem
from farwatch.formats.dates import posix_s
from farwatch.formats.gathered import gathered, room_for, rows_of, thing_of
from farwatch.formats.markup import elements, words
from farwatch.formats.opening import opened
from farwatch.formats.scene import Happening, Scene, Thing
from farwatch.formats.zipped import is_zip, member

Rows = NDArray[Any]
Floats = NDArray[np.float64]

MOST_PLACES = 1_000_000
"""Most places that the lines of one document may have."""


def read(path: str | Path) -> Scene:
    """A document as a scene. InputError where the file is none, or holds too much."""
    return decode(opened(path), str(path))


def decode(data: bytes, source: str = "data") -> Scene:
    """Things of a document, KML or KMZ, as a scene. What cannot be read is left out and counted."""
    counts: Counter[str] = Counter()
    flights: list[tuple[Thing, Rows]] = []
    happenings: list[Happening] = []
    title = ""
    for element in _elements(data, source):
        if element.tag == "name":
            title = title or (element.text or "").strip()
            continue
        room_for(len(flights) + len(happenings) + 1, source)
        rows, moves = _rows(element, counts)
        told_of = _data(element)
        if not rows.size:
            counts["placemarks left out: neither track nor point"] += 1
        elif told_of.get("kind") == "event":
            happenings.append(_happening(rows[0], told_of))
        else:
            name = words(element, "name")
            key = told_of.get("key") or name or "placemark"
            flights.append((thing_of(told_of, key, name, moves), rows))
    return gathered(flights, source, title, True, counts, happenings)


def lines(data: bytes, source: str = "data") -> list[tuple[str, Floats]]:
    """Name, and longitude, latitude and height (n, 3), of each LineString; a height not told is NaN.

    InputError as for `read`, and for more than `MOST_PLACES` places.
    """
    found, room = [], MOST_PLACES
    for element in _elements(data, source):
        for line in element.iter("LineString"):
            texts = words(line, "coordinates").split(None, room)
            room -= len(texts)
            if room < 0:
                raise InputError(source, [Problem("lines", "more", f"must have {MOST_PLACES} places at most")])
            if texts:
                found.append((words(element, "name"), np.array([_place(text.split(",", 3)) for text in texts])))
    return found


def _elements(data: bytes, source: str) -> Iterator[Element]:
    content = member(data, (".kml",), source) if is_zip(data) else data
    return elements(content, ("kml",), frozenset(["Placemark", "name"]), source)


def _place(numbers: list[str]) -> tuple[float, float, float]:
    """Longitude, latitude and height; NaN what is not told or no number."""
    values = [_number(text) for text in numbers[:3]]
    values += [np.nan] * (3 - len(values))
    return values[0], values[1], values[2]


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return np.nan


def _rows(placemark: Element, counts: Counter[str]) -> tuple[Rows, bool]:
    """All positions of a placemark, and whether it moves."""
    parts = [_track(track, counts) for track in placemark.iter("Track")]
    if parts:
        return np.concatenate(parts), True
    time_s = _time_s(placemark)
    points = [words(point, "coordinates").split(",") for point in placemark.iter("Point")]
    places = np.array([_place(numbers) for numbers in points[:1]]).reshape(-1, 3)
    return rows_of(np.full(len(places), time_s), places[:, 1], places[:, 0], places[:, 2]), False


def _track(track: Element, counts: Counter[str]) -> Rows:
    """Times and places of a track, which come in two lists of one length."""
    times = [posix_s(when.text or "") for when in track.findall("when")]
    places = [_place((coord.text or "").split()) for coord in track.findall("coord")]
    both = min(len(times), len(places))
    table = np.column_stack([np.array(times[:both]), np.array(places[:both]).reshape(-1, 3)])
    timed = ~np.isnan(table[:, 0])
    counts["positions left out: without time"] += max(len(times), len(places)) - int(timed.sum())
    table = table[timed]
    return rows_of(table[:, 0], table[:, 2], table[:, 1], table[:, 3])


def _time_s(placemark: Element) -> float:
    """When a placemark is there, or begins to be; NaN where it does not say."""
    stamp, span = placemark.find("TimeStamp"), placemark.find("TimeSpan")
    if stamp is not None:
        return posix_s(words(stamp, "when"))
    return posix_s(words(span, "begin")) if span is not None else np.nan


def _data(placemark: Element) -> dict[str, str]:
    """The extended data of a placemark."""
    return {
        data.get("name", ""): words(data, "value")
        for extended in placemark.findall("ExtendedData")
        for data in extended.findall("Data")
    }


def _happening(row: Any, told_of: dict[str, str]) -> Happening:
    """An event of our own files."""
    return Happening(
        time_s=float(row["time_s"]),
        what=told_of.get("what", ""),
        who=told_of.get("who", ""),
        whom=told_of.get("whom", ""),
        lat_deg=float(row["lat_deg"]),
        lon_deg=float(row["lon_deg"]),
        height_m=float(row["height_m"]),
    )
