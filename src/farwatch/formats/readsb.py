"""Flights as readsb and tar1090 record them: full traces of one aircraft, and snapshots of all (aircraft.json).

A trace row: seconds after `timestamp`, latitude, longitude, pressure altitude in ft or "ground" or none, ground speed
in kt, track in deg (true heading on the ground), flags, vertical rate in ft/min, details or none, source, geometric
altitude in ft, geometric vertical rate, ... Flags: 1 stale: no position had come for some time before this one, which
is itself fresh and is kept; 2 a new leg begins; 4 the vertical rate is geometric; 8 the altitude is geometric.
Source: README-json.md of readsb ("trace jsons", "aircraft.json").
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from farwatch.formats.flight_positions import (
    FOOT_M,
    FOOT_PER_MIN_M_S,
    KNOT_M_S,
    Choices,
    Positions,
    scene_of,
)
from farwatch.formats.flight_tables import Kind, Table, check_rows, of_records, of_rows, parsed, refused, taken
from farwatch.formats.opening import opened, unpacked
from farwatch.formats.scene import Scene

TRACE: Mapping[str, int] = {
    "offset": 0, "lat": 1, "lon": 2, "alt_baro": 3, "ground": 3, "gs": 4, "track": 5, "flags": 6, "rate": 7,
    "alt_geom": 10, "geom_rate": 11,
}  # fmt: skip
"""Places in a row of a trace."""

KINDS: Mapping[str, Kind] = {
    "offset": "number", "lat": "number", "lon": "number", "alt_baro": "number", "ground": "word", "gs": "number",
    "track": "number", "flags": "number", "rate": "number", "baro_rate": "number", "alt_geom": "number",
    "geom_rate": "number", "hex": "word", "flight": "word", "squawk": "word", "seen_pos": "number",
}  # fmt: skip

STALE, NEW_LEG, GEOMETRIC_ALTITUDE = 1, 2, 8


def read(path: str | Path, choices: Choices | None = None) -> Scene:
    """Flights of a .json or .json.gz file. InputError where it holds none."""
    return decode(opened(path), str(path), choices)


def decode(data: bytes, source: str = "data", choices: Choices | None = None) -> Scene:
    """The same from bytes."""
    content = unpacked(data, source)
    value = parsed(content, source)
    told = value if isinstance(value, dict) else {}
    for rows in (told.get("trace"), told.get("aircraft")):
        check_rows(len(rows) if isinstance(rows, list) else 0, content, source)
    if isinstance(told.get("trace"), list):
        scene = scene_of(_traced(told), source, choices or Choices())
        silences = int(np.count_nonzero(_flags(told["trace"]) & STALE))
        counts = {"positions after a silence, flagged stale and kept": silences} if silences else {}
        return replace(scene, counts={**scene.counts, **counts})
    if isinstance(told.get("aircraft"), list):
        return scene_of(_seen(told), source, choices or Choices())
    hint = 'a trace has "icao", "timestamp" and "trace"; a snapshot has "now" and "aircraft"'
    raise refused(source, "is JSON, but not of readsb", hint)


def _traced(told: Mapping[str, Any]) -> Positions:
    """Rows of the trace of one aircraft; callsign and code are those of the details of some rows."""
    rows = told["trace"]
    table = of_rows(rows, TRACE, KINDS)
    details = [row[8] if isinstance(row, list) and len(row) > 8 and isinstance(row[8], dict) else {} for row in rows]
    flags = _flags(rows)
    order = np.argsort(table.get("offset"), kind="stable")
    leg = np.empty(table.rows, np.int64)
    leg[order] = np.cumsum((flags[order] & NEW_LEG) > 0)
    address = np.full(table.rows, taken([told.get("icao")], "word")[0].lower(), object)
    start_s = taken([told.get("timestamp")], "time")[0]
    return _positions(
        table,
        time_s=start_s + table.get("offset"),
        address=address,
        callsign=taken([detail.get("flight") for detail in details], "word"),
        squawk=taken([detail.get("squawk") for detail in details], "word"),
        rate=table.get("rate"),
        geometric=(flags & GEOMETRIC_ALTITUDE) > 0,
        leg=leg,
    )


def _flags(rows: list[Any]) -> NDArray[np.int64]:
    """The flags of each row of a trace; 0 where it has none."""
    told = of_rows(rows, {"flags": TRACE["flags"]}, KINDS).get("flags")
    return (np.nan_to_num(told) % 256.0).astype(np.int64)


def _seen(told: Mapping[str, Any]) -> Positions:
    """The aircraft of one snapshot, each at the time when its position was received."""
    records = [{**r, "ground": r.get("alt_baro")} for r in told["aircraft"] if isinstance(r, dict)]
    table = of_records(records, KINDS)
    now_s = taken([told.get("now")], "time")[0]
    address = np.char.lower(table.get("hex", "word").astype(str)).astype(object)
    return _positions(
        table,
        time_s=now_s - np.nan_to_num(table.get("seen_pos")),
        address=address,
        callsign=table.get("flight", "word"),
        squawk=table.get("squawk", "word"),
        rate=table.get("baro_rate"),
        geometric=np.zeros(table.rows, np.bool_),
        leg=np.zeros(table.rows, np.int64),
    )


def _positions(table: Table, *, rate: Any, geometric: Any, address: Any, **told: Any) -> Positions:
    """Positions of a trace's or a snapshot's table; `geometric` says whose altitude is not of pressure."""
    altitude_ft, geometric_ft = table.get("alt_baro"), table.get("alt_geom")
    geometric_ft = np.where(np.isnan(geometric_ft) & geometric, altitude_ft, geometric_ft)
    climb = np.where(np.isnan(table.get("geom_rate")), rate, table.get("geom_rate"))
    return Positions(
        ident=address,
        address=address,
        lat_deg=table.get("lat"),
        lon_deg=table.get("lon"),
        pressure_m=np.where(geometric, np.nan, altitude_ft) * FOOT_M,
        geometric_m=geometric_ft * FOOT_M,
        speed_m_s=table.get("gs") * KNOT_M_S,
        track_deg=table.get("track"),
        up_m_s=climb * FOOT_PER_MIN_M_S,
        on_ground=np.asarray(table.get("ground", "word") == "ground", np.bool_),
        **told,
    )
