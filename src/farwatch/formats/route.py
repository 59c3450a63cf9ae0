"""Ways without times: routes of GPX, lines of KML and KMZ, to be asked whether they are covered."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from farwatch.errors import InputError, Problem
from farwatch.formats import gpx, kml_reading
from farwatch.formats.opening import opened
from farwatch.formats.zipped import is_zip

Floats = NDArray[np.float64]

_GLANCE = 4096


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Route:
    """A way over the earth: places in order, joined by shortest lines."""

    name: str
    lat_deg: Floats
    """(n,), WGS-84, two at least."""
    lon_deg: Floats
    """(n,), within half a turn of Greenwich."""
    height_m: Floats
    """(n,), above mean sea level; NaN: not told."""


def routes(path: str | Path) -> tuple[Route, ...]:
    """Routes of a GPX, KML or KMZ file, in order. InputError where it has none, or is no such file."""
    return decode(opened(path), str(path))


def decode(data: bytes, source: str = "data") -> tuple[Route, ...]:
    """Routes of a file's bytes. Places nowhere on earth, and places that repeat the one before, are left out."""
    reading = kml_reading if is_zip(data) or b"<kml" in data[:_GLANCE] else gpx
    told = reading.lines(data, source)
    found = [_route(name or f"route {k + 1}", places) for k, (name, places) in enumerate(told)]
    kept = tuple(route for route in found if route.lat_deg.size > 1)
    if not kept:
        rule = "must hold a GPX route, a GPX track without times or a KML line, of two places at least"
        raise InputError(source, [Problem("routes", "", rule)])
    return kept


def _route(name: str, places: Floats) -> Route:
    good = (np.abs(places[:, 0]) <= 540.0) & (np.abs(places[:, 1]) <= 90.0) & ~np.isinf(places[:, 2])
    kept = places[good]
    fresh = np.ones(len(kept), bool)
    fresh[1:] = (np.diff(kept[:, :2], axis=0) != 0.0).any(axis=1)
    lon_deg, lat_deg, height_m = kept[fresh].T
    within = np.where(np.abs(lon_deg) > 180.0, (lon_deg + 180.0) % 360.0 - 180.0, lon_deg)
    return Route(name=name, lat_deg=lat_deg, lon_deg=within, height_m=height_m)
