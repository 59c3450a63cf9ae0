"""GeoParquet 1.1 of a scene: its motion as points, or the way of each thing as a line.

Geometry is ISO well-known binary in the column `geometry`, longitude, latitude and height in metres; the coordinate
system is the one GeoParquet takes when none is named, OGC:CRS84. Source: OGC GeoParquet 1.1.0, `format-specs`.
A table of points is a table of motion with one column more, so `motion_table.read` takes it.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np

from farwatch.errors import InputError, Problem
from farwatch.formats.antimeridian import pieces
from farwatch.formats.motion_table import TOLD, columns_of, utc_of
from farwatch.formats.scene import Scene
from farwatch.outcomes import parquet

GEOMETRY = "geometry"
_VERSION = "1.1.0"


def write(path: str | Path, scene: Scene, *, lines: bool = False) -> None:
    """Write the motion of a scene as points, a row each; with `lines`, a row for each thing, its way as a line.

    InputError where nothing of it was anywhere, StoreError where the file cannot be written.
    """
    if scene.moves.size == 0:
        raise InputError(str(path), [Problem("scene", "", "must hold something that was somewhere")])
    columns, shapes = _ways(scene) if lines else _points(scene)
    _write(Path(path), columns, shapes)


def _points(scene: Scene) -> tuple[dict[str, np.ndarray], np.ndarray]:
    import shapely

    moves = scene.moves
    return columns_of(scene), shapely.points(moves["lon_deg"], moves["lat_deg"], moves["height_m"])


def _ways(scene: Scene) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """A row for each thing that was somewhere: who it is, when it began and ended, how many places, and its way."""
    present = [(thing, rows) for number, thing in enumerate(scene.things) if (rows := scene.of(number)).size]
    columns: dict[str, np.ndarray] = {"flight": np.array([thing.key for thing, _ in present], object)}
    columns |= {name: np.array([told(thing) for thing, _ in present], object) for name, told in TOLD.items()}
    for name, row in (("start", 0), ("end", -1)):
        columns[f"{name}_s"] = np.array([rows["time_s"][row] for _, rows in present])
        if scene.epoch is not None:
            columns[f"{name}_utc"] = utc_of(scene.epoch, columns[f"{name}_s"])
    columns["positions"] = np.array([rows.size for _, rows in present], np.int64)
    shapes = np.empty(len(present), object)
    shapes[:] = [_way(np.column_stack([rows["lon_deg"], rows["lat_deg"], rows["height_m"]])) for _, rows in present]
    return columns, shapes


def _way(places: Any) -> Any:
    """A line, cut at the antimeridian; a point where there is one place only."""
    import shapely

    if len(places) == 1:
        return shapely.Point(places[0])
    cut = pieces(places)
    return shapely.LineString(cut[0]) if len(cut) == 1 else shapely.MultiLineString(cut)


def _write(path: Path, columns: dict[str, np.ndarray], shapes: np.ndarray) -> None:
    import shapely

    kinds = sorted({str(kind) for kind in np.unique(shapely.get_type_id(shapes)).tolist()})
    names = {"0": "Point Z", "1": "LineString Z", "5": "MultiLineString Z"}
    places = shapely.get_coordinates(shapes, include_z=True)
    described = {
        "version": _VERSION,
        "primary_column": GEOMETRY,
        "columns": {
            GEOMETRY: {
                "encoding": "WKB",
                "geometry_types": [names[kind] for kind in kinds],
                "bbox": [*places.min(axis=0).tolist(), *places.max(axis=0).tolist()],
            }
        },
    }
    # DuckDB takes texts from memory and no bytes of differing lengths: the shapes go by their hexadecimal spelling
    spelled = shapely.to_wkb(shapes, hex=True, output_dimension=3, flavor="iso").astype(object)
    kinds_of = {"f": "DOUBLE", "i": "BIGINT", "b": "BOOLEAN", "O": "VARCHAR"}
    typed = ", ".join(f'"{name}"::{kinds_of[column.dtype.kind]} AS "{name}"' for name, column in columns.items())
    query = f'SELECT {typed}, unhex("{GEOMETRY}")::BLOB AS "{GEOMETRY}" FROM t'  # noqa: S608
    parquet.write(path, {"t": {**columns, GEOMETRY: spelled}}, query, {"geo": json.dumps(described)})
