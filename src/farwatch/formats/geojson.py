"""Features of RFC 7946: bands and contours of values on a grid, points and lines.

Longitude and latitude on WGS-84, degrees to five decimals (a metre); outer rings counter-clockwise; what crosses the
antimeridian is cut there (RFC 7946, sections 3.1.6, 3.1.9 and 11.2). The same input gives the same bytes.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from farwatch.errors import InputError, Problem
from farwatch.formats.whole import appearing

Floats = NDArray[np.float64]
PlaceOf = Callable[[Floats, Floats], tuple[Floats, Floats]]
"""From fractional rows and columns to latitudes and longitudes, as `Sheet.places`."""

Feature = dict[str, Any]

DECIMALS = 5

MOST_SIDE = 1500
"""Larger grids are thinned before contours are drawn: every n-th row and column is kept."""


def bands(
    values: NDArray[Any],
    place_of: PlaceOf,
    levels: Sequence[float],
    properties: Sequence[Mapping[str, Any]] | None = None,
) -> list[Feature]:
    """One MultiPolygon for each band between neighbouring `levels`, of values (rows, columns); NaN belongs to none.

    `levels` rise; use -inf and inf for open ends. `properties` are added to each band's own "low" and "high"; a grid
    longer than `MOST_SIDE` is thinned: the property "every_cells" says by how much. Bands without area are left out.
    """
    _check(levels, len(levels) - 1, properties)
    thinned, step, generator = _contours_of(values)
    finite = thinned[np.isfinite(thinned)]
    features = []
    for k, (low, high) in enumerate(pairwise(levels)):
        if finite.size == 0 or high <= finite.min() or low > finite.max():
            continue
        # contourpy takes finite levels: an open end lies beyond all values
        bottom, top = max(low, float(finite.min()) - 1.0), min(high, float(finite.max()) + 1.0)
        geometry = _polygons(generator.filled(bottom, top), place_of, step)
        if geometry is not None:
            own = {"low": _finite(low), "high": _finite(high)} | ({"every_cells": step} if step > 1 else {})
            features.append(_feature(geometry, own | dict(properties[k] if properties else {})))
    return features


def contours(
    values: NDArray[Any],
    place_of: PlaceOf,
    levels: Sequence[float],
    properties: Sequence[Mapping[str, Any]] | None = None,
) -> list[Feature]:
    """One MultiLineString for each of the `levels`, with the property "level"; otherwise as `bands`."""
    _check(levels, len(levels), properties)
    _, step, generator = _contours_of(values)
    features = []
    for k, level in enumerate(levels):
        lines = [_placed(line, place_of, step) for line in generator.lines(level)]
        geometry = _line_geometry(lines)
        if geometry is not None:
            own = {"level": level} | ({"every_cells": step} if step > 1 else {})
            features.append(_feature(geometry, own | dict(properties[k] if properties else {})))
    return features


def point(lat_deg: float, lon_deg: float, properties: Mapping[str, Any]) -> Feature:
    """One place."""
    longitude = (lon_deg + 180.0) % 360.0 - 180.0
    return _feature({"type": "Point", "coordinates": [_rounded(longitude), _rounded(lat_deg)]}, dict(properties))


def line(lat_deg: Sequence[float], lon_deg: Sequence[float], properties: Mapping[str, Any]) -> Feature:
    """A way over some places, in order; it takes the short way over the antimeridian."""
    geometry = _line_geometry([_turned(np.column_stack([lon_deg, lat_deg]).astype(np.float64))])
    if geometry is None:
        raise InputError("line", [Problem("places", str(len(lat_deg)), "must be two different ones at least")])
    return _feature(geometry, dict(properties))


def text(features: Iterable[Feature]) -> str:
    """A FeatureCollection as JSON, one feature a line."""
    lines = (json.dumps(feature, ensure_ascii=False, allow_nan=False, separators=(",", ":")) for feature in features)
    return '{"type":"FeatureCollection","features":[\n' + ",\n".join(lines) + "\n]}\n"


def write(path: str | Path, features: Iterable[Feature]) -> None:
    """Write a FeatureCollection; the file appears whole or not at all. StoreError where it cannot be written."""
    place, content = Path(path), text(features)
    with appearing(place) as partial:
        partial.write_text(content, encoding="utf-8", newline="\n")


# Geometry ---------------------------------------------------------------------------------------------------


def _check(levels: Sequence[float], count: int, properties: Sequence[Mapping[str, Any]] | None) -> None:
    problems = []
    if count < 1 or any(not a < b for a, b in pairwise(levels)):
        problems.append(Problem("levels", str(list(levels)), "must rise, and be enough for one feature"))
    if properties is not None and len(properties) != count:
        problems.append(Problem("properties", str(len(properties)), f"must be one for each of {count} features"))
    if problems:
        raise InputError("levels", problems)


def _contours_of(values: NDArray[Any]) -> tuple[Floats, int, Any]:
    """The grid, thinned where it is large; the step; and what draws on it. NaN is masked."""
    import contourpy

    if values.ndim != 2 or min(values.shape) < 2:
        raise InputError("values", [Problem("shape", str(values.shape), "must be two rows and columns at least")])
    step = max(1, ceil(max(values.shape) / MOST_SIDE))
    step = min(step, *(side - 1 for side in values.shape))
    thinned = np.asarray(values[::step, ::step], np.float64)
    masked = np.ma.masked_invalid(thinned)
    kind = contourpy.FillType.OuterOffset
    return thinned, step, contourpy.contour_generator(z=masked, name="serial", fill_type=kind)


def _placed(points: Floats, place_of: PlaceOf, step: int) -> Floats:
    """Longitudes and latitudes (n, 2) of contour points (column, row); longitudes run on over the antimeridian."""
    lat, lon = place_of(points[:, 1] * step, points[:, 0] * step)
    return _turned(np.column_stack([lon, lat]))


def _turned(places: Floats) -> Floats:
    """The same places, each longitude within half a turn of the one before."""
    if len(places):
        places[:, 0] = np.unwrap(places[:, 0], period=360.0)
    return places


def _polygons(filled: tuple[list[Any], list[Any]], place_of: PlaceOf, step: int) -> dict[str, Any] | None:
    """A MultiPolygon of what contourpy filled: for each area its points and where each ring begins."""
    import shapely

    shapes = []
    for points, offsets in zip(*filled, strict=True):
        rings = [
            _placed(points[a:b], place_of, step) for a, b in pairwise(offsets) if b - a >= 4
        ]
        if rings:
            shapes.append(_area_of(rings))
    if not shapes:
        return None
    joined = shapely.union_all(shapes)
    # rounding may make rings touch themselves: laying the result on the grid of decimals keeps it valid
    snapped = shapely.set_precision(_areas(joined), 10.0**-DECIMALS)
    parts = [p for p in shapely.get_parts(_areas(snapped)) if not p.is_empty]
    oriented = [shapely.geometry.polygon.orient(p.normalize()) for p in parts]
    if not oriented:
        return None
    return {"type": "MultiPolygon", "coordinates": [_coordinates_of(p) for p in oriented]}


def _area_of(rings: list[Floats]) -> Any:
    """The area between an outer ring and its holes, between -180 and 180 degrees."""
    import shapely

    if all(np.all(np.abs(ring[:, 0]) <= 180.0) and not _winds(ring) for ring in rings):
        return shapely.make_valid(shapely.Polygon(rings[0], rings[1:]))
    whole, *holes = (
        _within_a_turn(shapely.make_valid(shapely.Polygon(_over_the_pole(ring)))) for ring in rings
    )
    return shapely.difference(whole, shapely.union_all(holes)) if holes else whole


def _winds(ring: Floats) -> bool:
    """Whether a ring goes once round the earth."""
    return bool(abs(ring[-1, 0] - ring[0, 0]) > 180.0)


def _over_the_pole(ring: Floats) -> Floats:
    """A ring that goes round the earth, closed along the edge of the map at its pole; others as they are."""
    if not _winds(ring):
        return ring
    pole_deg = 90.0 if ring[:, 1].mean() > 0.0 else -90.0
    return np.vstack([ring, [[ring[-1, 0], pole_deg], [ring[0, 0], pole_deg]]])


def _areas(shape: Any) -> Any:
    """What has area of a shape."""
    import shapely

    parts = [p for p in shapely.get_parts(shapely.make_valid(shape)) if p.geom_type.endswith("Polygon")]
    return shapely.union_all(parts) if parts else shapely.MultiPolygon()


def _within_a_turn(shape: Any) -> Any:
    """A shape whose longitudes may exceed 180, cut at the antimeridian and brought back between -180 and 180."""
    import shapely

    if shape.is_empty:
        return shape
    west, _, east, _ = shape.bounds
    if west >= -180.0 and east <= 180.0:
        return shape
    pieces = []
    for turn in range(-2, 3):
        middle = 360.0 * turn
        part = shapely.intersection(shape, shapely.box(middle - 180.0, -90.0, middle + 180.0, 90.0))
        if not part.is_empty:
            pieces.append(shapely.transform(part, lambda xy, shift=middle: xy - [shift, 0.0]))
    return shapely.union_all(pieces)


def _line_geometry(lines: Iterable[Floats]) -> dict[str, Any] | None:
    """LineString or MultiLineString of some lines, cut at the antimeridian; None where nothing is left."""
    import shapely

    shapes = [shapely.LineString(places) for places in lines if len(places) > 1]
    cut = [part for shape in shapes for part in shapely.get_parts(_within_a_turn(shape))]
    kept = [_without_repeats(shapely.get_coordinates(part)) for part in cut if part.geom_type == "LineString"]
    kept = [line for line in kept if len(line) > 1]
    if len(kept) == 1:
        return {"type": "LineString", "coordinates": kept[0]}
    return {"type": "MultiLineString", "coordinates": kept} if kept else None


def _coordinates_of(polygon: Any) -> list[list[list[float]]]:
    return [
        [[_rounded(x), _rounded(y)] for x, y in ring.coords] for ring in (polygon.exterior, *polygon.interiors)
    ]


def _without_repeats(places: Floats) -> list[list[float]]:
    """Rounded coordinates, each different from the one before."""
    rounded = [[_rounded(x), _rounded(y)] for x, y in places]
    return [here for k, here in enumerate(rounded) if k == 0 or here != rounded[k - 1]]


def _rounded(value: float) -> float:
    return round(float(value), DECIMALS) + 0.0  # no negative zero


def _finite(value: float) -> float | None:
    return value if np.isfinite(value) else None


def _feature(geometry: dict[str, Any], properties: dict[str, Any]) -> Feature:
    return {"type": "Feature", "properties": properties, "geometry": geometry}
