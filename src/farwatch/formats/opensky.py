"""State vectors of the OpenSky Network: CSV of its history, and the JSON that its API gives.

Units are metres and metres a second. A state tells where an aircraft was at `lastposupdate` (API: `time_position`),
not at the time of the snapshot: that is the position's time, and states that repeat it are second ones.
Source: OpenSky REST API documentation, "All State Vectors"; OpenSky historical data, table state_vectors_data4.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from farwatch.formats.flight_positions import Choices, Positions, scene_of
from farwatch.formats.flight_tables import (
    Kind,
    Table,
    check_rows,
    of_csv,
    of_rows,
    parsed,
    refuse_missing,
    refused,
    taken,
)
from farwatch.formats.opening import opened, unpacked
from farwatch.formats.scene import Scene

KINDS: Mapping[str, Kind] = {
    "time": "time", "lastposupdate": "time", "icao24": "word", "callsign": "word", "squawk": "word",
    "lat": "number", "lon": "number", "baroaltitude": "number", "geoaltitude": "number", "velocity": "number",
    "heading": "number", "vertrate": "number", "onground": "truth",
}  # fmt: skip

NEEDED = ("time", "icao24", "lat", "lon")

STATE: Mapping[str, int] = {
    "icao24": 0, "callsign": 1, "lastposupdate": 3, "lon": 5, "lat": 6, "baroaltitude": 7, "onground": 8,
    "velocity": 9, "heading": 10, "vertrate": 11, "geoaltitude": 13, "squawk": 14,
}  # fmt: skip
"""Places in a state of the API."""


def read(path: str | Path, choices: Choices | None = None) -> Scene:
    """States of a .csv, .csv.gz or .json file. InputError where it holds none."""
    return decode(opened(path), str(path), choices)


def decode(data: bytes, source: str = "data", choices: Choices | None = None) -> Scene:
    """The same from bytes."""
    content = unpacked(data, source)
    if content.lstrip()[:1] in (b"{", b"["):
        table, time_s = _answer(parsed(content, source), content, source)
        return scene_of(_positions(table, np.full(table.rows, time_s)), source, choices or Choices())
    table = of_csv(content, source, KINDS)
    refuse_missing(table, NEEDED, source)
    return scene_of(_positions(table, table.get("time", "time")), source, choices or Choices())


def _answer(value: Any, content: bytes, source: str) -> tuple[Table, float]:
    """The states of an answer of the API, and its time, NaN where it tells none."""
    states = value.get("states") if isinstance(value, dict) else None
    if not isinstance(states, list):
        raise refused(source, "is JSON, but no answer of the OpenSky API", 'it has "time" and "states"')
    check_rows(len(states), content, source)
    return of_rows(states, STATE, KINDS), float(taken([value.get("time")], "time")[0])


def _positions(table: Table, snapshot_s: Any) -> Positions:
    received_s = table.get("lastposupdate", "time")
    address = np.char.lower(table.get("icao24", "word").astype(str)).astype(object)
    return Positions(
        time_s=np.where(np.isfinite(received_s), received_s, snapshot_s),
        ident=address,
        address=address,
        callsign=table.get("callsign", "word"),
        squawk=table.get("squawk", "word"),
        lat_deg=table.get("lat"),
        lon_deg=table.get("lon"),
        pressure_m=table.get("baroaltitude"),
        geometric_m=table.get("geoaltitude"),
        speed_m_s=table.get("velocity"),
        track_deg=table.get("heading"),
        up_m_s=table.get("vertrate"),
        on_ground=table.get("onground", "truth"),
        leg=np.zeros(table.rows, np.int64),
    )
