"""GPX 1.0 and 1.1, read: tracks whose points have times as a scene; routes, and tracks without times, as ways.

Topografix, "GPX 1.1 Schema Documentation": WGS-84 degrees, `ele` metres above the sea, `time` ISO 8601 in UTC.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import numpy as np
from numpy.typing import NDArray

from farwatch.formats.dates import posix_s
from farwatch.formats.gathered import gathered, room_for, rows_of
from farwatch.formats.markup import elements, words
from farwatch.formats.opening import opened
from farwatch.formats.scene import Scene, Thing

Floats = NDArray[np.float64]

_WAYS = {"rte": "rtept", "trk": "trkpt"}


def read(path: str | Path) -> Scene:
    """Tracks of a file as a scene. InputError where the file is no GPX, or holds too much."""
    return decode(opened(path), str(path))


def decode(data: bytes, source: str = "data") -> Scene:
    """Tracks as a scene, from the file's bytes. Points without time, and what is no track, are left out and counted."""
    counts: Counter[str] = Counter()
    flights: list[tuple[Thing, NDArray[Any]]] = []
    title = ""
    for element in _elements(data, source):
        if element.tag == "metadata":
            title = words(element, "name")
        elif element.tag == "trk":
            table = _points(element, "trkpt")
            timed = table[~np.isnan(table[:, 0])]
            counts["positions left out: without time"] += len(table) - len(timed)
            name = words(element, "name") or f"track {len(flights) + 1}"
            room_for(len(flights) + 1, source)
            if len(timed):
                flights.append((Thing(key=name), rows_of(timed[:, 0], timed[:, 2], timed[:, 1], timed[:, 3])))
        else:
            counts["routes and waypoints left out"] += 1
    return gathered(flights, source, title, True, counts)


def lines(data: bytes, source: str = "data") -> list[tuple[str, Floats]]:
    """Name, and longitude, latitude and height (n, 3), of each route and of each track without times.

    A height not told is NaN. Waypoints count as one way, in the order of the file, where there is no other.
    """
    found, waypoints = [], []
    for element in _elements(data, source):
        if element.tag == "wpt":
            waypoints.append(_point(element)[1:])
        elif element.tag in _WAYS:
            table = _points(element, _WAYS[element.tag])
            if len(table) and (element.tag == "rte" or np.isnan(table[:, 0]).all()):
                found.append((words(element, "name"), table[:, 1:]))
    if not found and waypoints:
        found.append(("waypoints", np.array(waypoints)))
    return found


def _elements(data: bytes, source: str) -> Iterator[Element]:
    return elements(data, ("gpx",), frozenset(["trk", "rte", "wpt", "metadata"]), source)


def _points(element: Element, name: str) -> Floats:
    """Time since 1970, longitude, latitude and height (n, 4) of points of that name; NaN what is not told."""
    return np.array([_point(point) for point in element.iter(name)], np.float64).reshape(-1, 4)


def _point(point: Element) -> tuple[float, float, float, float]:
    return (
        posix_s(words(point, "time")),
        _number(point.get("lon", "")),
        _number(point.get("lat", "")),
        _number(words(point, "ele")),
    )


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return np.nan
