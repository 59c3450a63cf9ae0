"""Flights as the Python library `traffic` keeps them: JSON of rows or of columns, and Parquet.

Columns: timestamp, icao24, callsign, latitude, longitude, altitude (pressure, ft), geoaltitude (ft), groundspeed (kt),
track (deg), vertical_rate (ft/min), onground, squawk, last_position (when the position was received). Of a row that
tells both, the position is that of `last_position`: the speed between positions then agrees better with the speed sent
(docs/formats/flights.md). Source: the documentation of `traffic`, "Data structures"; Olive, "traffic, a
toolbox for processing and analysing air traffic data", JOSS 4 (2019) 1518.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from farwatch.formats.flight_positions import (
    FOOT_M,
    FOOT_PER_MIN_M_S,
    KNOT_M_S,
    Choices,
    Positions,
    scene_of,
)
from farwatch.formats.flight_tables import (
    Kind,
    Table,
    check_rows,
    of_columns,
    of_csv,
    of_parquet,
    of_records,
    of_rows,
    parsed,
    refuse_missing,
    refused,
)
from farwatch.formats.opening import opened, unpacked
from farwatch.formats.scene import Scene

KINDS: Mapping[str, Kind] = {
    "timestamp": "time", "last_position": "time", "icao24": "word", "callsign": "word", "squawk": "word",
    "latitude": "number", "longitude": "number", "altitude": "number", "geoaltitude": "number",
    "groundspeed": "number", "track": "number", "vertical_rate": "number", "onground": "truth",
}  # fmt: skip

NEEDED = ("timestamp", "icao24", "latitude", "longitude")

PARQUET, FEATHER = b"PAR1", (b"ARROW1", b"FEA1")


def read(path: str | Path, choices: Choices | None = None) -> Scene:
    """Flights of a .json, .json.gz, .csv or .parquet file. InputError where it holds none."""
    return decode(opened(path), str(path), choices)


def decode(data: bytes, source: str = "data", choices: Choices | None = None) -> Scene:
    """The same from bytes."""
    table = _table(unpacked(data, source), source)
    refuse_missing(table, NEEDED, source)
    return scene_of(_positions(table), source, choices or Choices())


def _table(data: bytes, source: str) -> Table:
    if data.startswith(PARQUET):
        return of_parquet(data, source, KINDS)
    if data.startswith(FEATHER):
        raise refused(source, "is Feather, which is not read", "save it as Parquet: collection.to_parquet(...)")
    if data.lstrip()[:1] not in (b"[", b"{"):
        return of_csv(data, source, KINDS)
    return _of_json(parsed(data, source), data, source)


def _of_json(value: Any, data: bytes, source: str) -> Table:
    """A table that pandas wrote as records, columns, lists, split or table."""
    told = value if isinstance(value, dict) else {}
    names, rows = told.get("columns"), value if isinstance(value, list) else told.get("data")
    if isinstance(rows, list):
        check_rows(len(rows), data, source)
        if isinstance(names, list):
            return of_rows(rows, {name: k for k, name in enumerate(names) if isinstance(name, str)}, KINDS)
        return of_records(rows, KINDS)
    found = of_columns(told, KINDS)
    if found is None:
        raise refused(source, "is JSON, but no table of flights", "a list of rows or an object of columns")
    check_rows(found.rows, data, source)
    return found


def _positions(table: Table) -> Positions:
    sent_s, received_s = table.get("timestamp", "time"), table.get("last_position", "time")
    address = np.char.lower(table.get("icao24", "word").astype(str)).astype(object)
    return Positions(
        time_s=np.where(np.isfinite(received_s), received_s, sent_s),
        ident=address,
        address=address,
        callsign=table.get("callsign", "word"),
        squawk=table.get("squawk", "word"),
        lat_deg=table.get("latitude"),
        lon_deg=table.get("longitude"),
        pressure_m=table.get("altitude") * FOOT_M,
        geometric_m=table.get("geoaltitude") * FOOT_M,
        speed_m_s=table.get("groundspeed") * KNOT_M_S,
        track_deg=table.get("track"),
        up_m_s=table.get("vertical_rate") * FOOT_PER_MIN_M_S,
        on_ground=table.get("onground", "truth"),
        leg=np.zeros(table.rows, np.int64),
    )
