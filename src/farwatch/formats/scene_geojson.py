"""A scene as one FeatureCollection of RFC 7946: ways of things, sites, and what happened.

Coordinates are longitude, latitude and height in metres, on WGS-84; a way that crosses the antimeridian is cut there.
The times of a way stand in `times_s`, one for each place, nested as the coordinates are.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from farwatch.formats import geojson
from farwatch.formats.antimeridian import pieces
from farwatch.formats.geojson import DECIMALS, Feature
from farwatch.formats.motion_table import TOLD, utc_of
from farwatch.formats.scene import Happening, Rows, Scene, Thing
from farwatch.formats.whole import appearing


def write(path: str | Path, scene: Scene) -> None:
    """Write the scene; the file appears whole or not at all. StoreError where it cannot be written."""
    content = encode(scene)
    with appearing(Path(path)) as partial:
        partial.write_bytes(content)


def encode(scene: Scene) -> bytes:
    """The scene as UTF-8 JSON, one feature a line: each thing that was somewhere, then each happening."""
    return geojson.text(_features(scene)).encode()


def _features(scene: Scene) -> Iterator[Feature]:
    for number, thing in enumerate(scene.things):
        rows = scene.of(number)
        if rows.size:
            yield _way(scene, thing, rows)
    for one in scene.happenings:
        yield _happening(scene, one)


def _way(scene: Scene, thing: Thing, rows: Rows) -> Feature:
    """A thing as a line, cut where it must be; one that was at one place only as a point."""
    named: dict[str, Any] = {"key": thing.key} | {name: word for name, told in TOLD.items() if (word := told(thing))}
    if thing.of:
        named["of"] = thing.of
    if thing.pressure:
        named["pressure_heights"] = True
    way = np.column_stack([rows["lon_deg"], rows["lat_deg"], rows["height_m"], rows["time_s"]])
    if len(way) == 1:
        return _point(way[0], named | _dated(scene, "time", rows["time_s"]))
    cut = pieces(way)
    lines = [_rounded(piece[:, :3]) for piece in cut]
    times = [np.round(piece[:, 3], 3).tolist() for piece in cut]
    told = named | _dated(scene, "start", rows["time_s"][:1]) | _dated(scene, "end", rows["time_s"][-1:])
    if len(cut) == 1:
        return _feature("LineString", lines[0], told | {"times_s": times[0]})
    return _feature("MultiLineString", lines, told | {"times_s": times})


def _happening(scene: Scene, one: Happening) -> Feature:
    named = {"what": one.what, "who": one.who, "whom": one.whom, "round": one.round}
    at = np.array([one.lon_deg, one.lat_deg, one.height_m, one.time_s])
    told = {name: word for name, word in named.items() if word} | {"value": float(one.value)}
    return _point(at, told | _dated(scene, "time", at[3:]))


def _point(at: Any, properties: dict[str, Any]) -> Feature:
    turned = at[:3] - [360.0 * np.floor((at[0] + 180.0) / 360.0), 0.0, 0.0]
    return _feature("Point", _rounded(turned[None])[0], properties)


def _dated(scene: Scene, name: str, time_s: Any) -> dict[str, Any]:
    """A time on the scene's clock, and as a date where one is known."""
    told: dict[str, Any] = {f"{name}_s": round(float(time_s[0]), 3)}
    if scene.epoch is not None:
        told[name] = str(utc_of(scene.epoch, time_s)[0])
    return told


def _rounded(places: Any) -> list[list[float]]:
    """Longitudes and latitudes to five decimals, heights to a decimetre, without a negative zero; no NaN."""
    whole = np.where(np.isfinite(places), places, 0.0)
    rounded: list[list[float]] = (
        np.column_stack([np.round(whole[:, :2], DECIMALS), np.round(whole[:, 2], 1)]) + 0.0
    ).tolist()
    return rounded


def _feature(kind: str, coordinates: Any, properties: dict[str, Any]) -> Feature:
    return {"type": "Feature", "properties": properties, "geometry": {"type": kind, "coordinates": coordinates}}
