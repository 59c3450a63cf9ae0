"""Flights of any CSV or Parquet table, with a mapping that says which column is what, in which unit.

The mapping is a small YAML file or a dict. Every field is declared once, in `FlightColumns`: name, choices, default and
meaning; the reader, the error text and the JSON Schema follow from it.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from farwatch.errors import InputError, Problem
from farwatch.formats.flight_positions import (
    FOOT_M,
    FOOT_PER_MIN_M_S,
    KNOT_M_S,
    Choices,
    Positions,
    scene_of,
)
from farwatch.formats.flight_tables import (
    LONGEST_WORD,
    Kind,
    Table,
    columns_shown,
    header_of,
    of_csv,
    of_parquet,
    parquet_names,
)
from farwatch.formats.opening import opened, unpacked
from farwatch.formats.outliers import RECORDED
from farwatch.formats.scene import Scene
from farwatch.scenario.findings import problems_from
from farwatch.scenario.model import Number, Text
from farwatch.track.declared import Form, findings_of, read_tree, refuse
from farwatch.world.flights import Limits

HEIGHT_UNITS: Mapping[str, float] = {"m": 1.0, "ft": FOOT_M, "FL": 100.0 * FOOT_M}
SPEED_UNITS: Mapping[str, float] = {"m/s": 1.0, "kt": KNOT_M_S, "km/h": 1.0 / 3.6}
RATE_UNITS: Mapping[str, float] = {"m/s": 1.0, "ft/min": FOOT_PER_MIN_M_S}

_MOST_NAMES = 200

ROLES: Mapping[str, Kind] = {
    "time": "time", "lat": "number", "lon": "number", "height": "number", "id": "word", "speed": "number",
    "track": "number", "vertical_rate": "number", "callsign": "word", "address": "word", "squawk": "word",
    "on_ground": "truth",
}  # fmt: skip
"""Fields that name a column, and how it is read."""

Limit = Annotated[Number, Field(gt=0, le=1e5)]


class FlightColumns(BaseModel):
    """Which column of a table is what."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    time: Text = Field(description="Column of the time.", examples=["timestamp"])
    time_is: Literal["date", "seconds"] = Field(
        default="date",
        description="`date`: ISO 8601 (UTC where it tells no offset), or s, ms, us or ns since 1970 UTC; `seconds`: "
        "seconds on any clock, without a date.",
    )
    lat: Text = Field(description="Column of the latitude, WGS-84, degrees, north positive.")
    lon: Text = Field(description="Column of the longitude, WGS-84, degrees, east positive.")
    height: Text = Field(description="Column of the height.")
    height_unit: Literal["m", "ft", "FL"] = Field(default="m", description="Its unit; FL: hundreds of feet.")
    pressure: bool = Field(default=False, description="Whether heights are pressure altitudes; those in FL always are.")
    id: Text | None = Field(
        default=None, description="Column that tells the things apart. Not given: the table is of one thing."
    )
    speed: Text | None = Field(default=None, description="Column of the speed over ground.")
    speed_unit: Literal["m/s", "kt", "km/h"] = Field(default="m/s", description="Its unit.")
    track: Text | None = Field(default=None, description="Column of the course over ground, degrees from true north.")
    vertical_rate: Text | None = Field(default=None, description="Column of the rate of climb.")
    vertical_rate_unit: Literal["m/s", "ft/min"] = Field(default="m/s", description="Its unit.")
    callsign: Text | None = Field(default=None, description="Column of the callsign.")
    address: Text | None = Field(default=None, description="Column of the 24-bit address, six hexadecimal digits.")
    squawk: Text | None = Field(default=None, description="Column of the SSR code, four octal digits.")
    on_ground: Text | None = Field(default=None, description="Column that says whether it is on the ground.")
    fastest_m_s: Limit = Field(
        default=RECORDED.fastest_m_s, description="Positions that need a higher speed are left out."
    )
    steepest_m_s: Limit = Field(
        default=RECORDED.steepest_m_s, description="Positions that need a higher rate of climb or fall are left out."
    )


FORM = Form(model=FlightColumns, parts={}, beginning="a mapping starts with `time: NAME-OF-A-COLUMN`")


def read(path: str | Path, mapping: str | Path | Mapping[str, Any], choices: Choices | None = None) -> Scene:
    """Flights of a CSV (plain or gzip) or Parquet file. InputError lists all that is wrong with mapping or table."""
    return decode(opened(path), str(path), mapping, choices)


def decode(
    data: bytes, source: str, mapping: str | Path | Mapping[str, Any], choices: Choices | None = None
) -> Scene:
    """The same from bytes. mapping: its file, or its fields; `choices.limits` are those of the mapping."""
    columns = mapping_of(mapping)
    content = unpacked(data, source)
    packed = content.startswith(b"PAR1")
    names = (parquet_names if packed else header_of)(content, source)
    table = (of_parquet if packed else of_csv)(content, source, _kinds(columns, names, source))
    limits = Limits(fastest_m_s=columns.fastest_m_s, steepest_m_s=columns.steepest_m_s)
    wish = choices or Choices()
    chosen = Choices(
        on_ground=wish.on_ground,
        height="pressure" if _is_pressure(columns) else "geometric",
        gap_s=wish.gap_s,
        limits=limits if wish.limits is not None else None,
    )
    return scene_of(_positions(columns, table), source, chosen, dated=columns.time_is == "date")


def mapping_of(told: str | Path | Mapping[str, Any]) -> FlightColumns:
    """A checked mapping. InputError with every problem, each with its line and the nearest field name."""
    if isinstance(told, Mapping):
        return _checked("mapping", dict(told), None, [])
    tree, duplicates = read_tree(told, FORM)
    return _checked(told, tree.plain(), tree, duplicates)


def mapping_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a mapping."""
    made = FlightColumns.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **made, "title": "farwatch flight columns"}


def _checked(source: str | Path, raw: Any, tree: Any, duplicates: list[Problem]) -> FlightColumns:
    try:
        found = FlightColumns.model_validate(raw)
    except ValidationError as error:
        refuse(source, [*duplicates, *problems_from(findings_of(error, raw, (), FORM), raw, tree)])
        raise
    refuse(source, duplicates)
    return found


def _kinds(columns: FlightColumns, names: tuple[str, ...], source: str) -> dict[str, Kind]:
    """How each named column is read. InputError where the table lacks one, or one is read in two ways."""
    from farwatch.catalogue import near

    kinds: dict[str, Kind] = {}
    problems = []
    for role, kind in _roles(columns).items():
        name = getattr(columns, role)
        if name is None:
            continue
        if name not in names:
            hint = near(name, [each[:LONGEST_WORD] for each in names[:_MOST_NAMES]])
            hint = hint if hint.startswith("did") else f"the table has {columns_shown(names)}"
            problems.append(Problem(role, name[:LONGEST_WORD], "is not a column of the table", hint))
        elif kinds.setdefault(name, kind) != kind:
            problems.append(Problem(role, name[:LONGEST_WORD], f"is read as a {kinds[name]} already", "name another"))
    if problems:
        raise InputError(source, problems)
    return kinds


def _roles(columns: FlightColumns) -> Mapping[str, Kind]:
    return ROLES if columns.time_is == "date" else {**ROLES, "time": "number"}


def _is_pressure(columns: FlightColumns) -> bool:
    return columns.pressure or columns.height_unit == "FL"


def _positions(columns: FlightColumns, table: Table) -> Positions:
    told = {role: table.get(getattr(columns, role) or "", kind) for role, kind in _roles(columns).items()}
    height_m = told["height"] * HEIGHT_UNITS[columns.height_unit]
    lacking = np.full(table.rows, np.nan)
    pressed = _is_pressure(columns)
    return Positions(
        time_s=told["time"],
        ident=told["id"] if columns.id is not None else np.full(table.rows, "1", object),
        address=told["address"],
        callsign=told["callsign"],
        squawk=told["squawk"],
        lat_deg=told["lat"],
        lon_deg=told["lon"],
        pressure_m=height_m if pressed else lacking,
        geometric_m=lacking if pressed else height_m,
        speed_m_s=told["speed"] * SPEED_UNITS[columns.speed_unit],
        track_deg=np.mod(told["track"], 360.0),
        up_m_s=told["vertical_rate"] * RATE_UNITS[columns.vertical_rate_unit],
        on_ground=told["on_ground"],
        leg=np.zeros(table.rows, np.int64),
    )
