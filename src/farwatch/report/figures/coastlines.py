"""Coasts and borders of the world, cut to a window.

Read from the shipped TopoJSON (Natural Earth 1:50 million, see `basemap/SOURCES.md`): its points are whole numbers,
each the step from the point before, scaled and shifted to degrees. Good for maps wider than some 50 km; a coast may
lie a kilometre off. Borders are those of Natural Earth, for orientation only.

Source: [topojson] The TopoJSON Format Specification 1.0, sections 2.1.2 and 2.1.3 (transforms, arcs).
"""

import gzip
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from farwatch.world.grids import Bounds

Floats = NDArray[np.float64]

SHIPPED = Path(__file__).parents[1] / "basemap" / "outlines-50m.json.gz"
CREDIT = "Coasts and borders: Natural Earth, for orientation only"

_CUT_DEG = 179.99
"""The source cuts land along the date line; what runs there is no coast."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlines:
    """Lines float64 (points, 2) of longitude and latitude, degrees; longitude runs on across the date line."""

    coast: tuple[Floats, ...]
    border: tuple[Floats, ...]


def outlines(bounds: Bounds) -> Outlines:
    """The lines that touch a window; each runs one point beyond it, so that it leaves the picture."""
    topology = json.loads(gzip.decompress(SHIPPED.read_bytes()))
    scale, shift = (np.array(topology["transform"][name], np.float64) for name in ("scale", "translate"))
    arcs = [np.cumsum(np.array(arc, np.int64), axis=0) * scale + shift for arc in topology["arcs"]]
    objects = topology["objects"]
    return Outlines(coast=_cut(arcs, objects["coast"], bounds), border=_cut(arcs, objects["border"], bounds))


def _cut(arcs: list[Floats], lines: Any, bounds: Bounds) -> tuple[Floats, ...]:
    """Runs of points of some lines that lie in a window, or next to one that does."""
    middle = 0.5 * (bounds.west_deg + bounds.east_deg)
    found: list[Floats] = []
    for (k,) in lines["arcs"]:
        line = arcs[k]
        lon = middle + (line[:, 0] - middle + 180.0) % 360.0 - 180.0
        line_here = np.column_stack([lon, line[:, 1]])
        inside = _touches(line_here, bounds) & ~_false_step(line)
        found += [line_here[first : last + 2] for first, last in _runs(inside)]
    return tuple(found)


def _touches(line: Floats, bounds: Bounds) -> NDArray[np.bool_]:
    """Whether the box about each step of a line meets a window; a step that wraps around the world does not."""
    low, high = np.minimum(line[:-1], line[1:]), np.maximum(line[:-1], line[1:])
    meets = (high[:, 0] >= bounds.west_deg) & (low[:, 0] <= bounds.east_deg)
    meets &= (high[:, 1] >= bounds.south_deg) & (low[:, 1] <= bounds.north_deg)
    return np.asarray(meets & (high[:, 0] - low[:, 0] < 180.0))


def _false_step(line: Floats) -> NDArray[np.bool_]:
    """Steps along the date line or the pole, where the source closes its polygons."""
    lon, lat = np.abs(line[:, 0]), line[:, 1]
    dated = (lon[:-1] > _CUT_DEG) & (lon[1:] > _CUT_DEG)
    return np.asarray(dated | ((lat[:-1] < -_CUT_DEG / 2.0) & (lat[1:] < -_CUT_DEG / 2.0)))


def _runs(inside: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First and last step of every stretch of steps that are inside."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], inside, [False]]).astype(np.int8)))
    return [(int(first), int(last) - 1) for first, last in edges.reshape(-1, 2)]
