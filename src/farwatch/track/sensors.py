"""Sensors as a lone tracker is told of them: a small YAML file, checked, and the RADAR records made of it.

The words are those of scenarios and catalogue. Every field is declared once, in `Sensor`: name with unit, range,
default and meaning; the reader, the error text and the JSON Schema follow from it.
"""

from collections.abc import Mapping, Sequence
from math import nan, radians
from pathlib import Path
from typing import Annotated, Any, cast

import numpy as np
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from farwatch.errors import InputError, Problem
from farwatch.records import RADAR
from farwatch.scenario.findings import Finding, problems_from
from farwatch.scenario.model import Angle, Name, Number, Share
from farwatch.scenario.yaml12 import Node
from farwatch.track.declared import Form, findings_of, read_tree, refuse
from farwatch.world.earth import Frame

Positive = Annotated[Number, Field(gt=0)]

PFA, PULSES = 1e-6, 10
"""What the class of a track is judged with, of a sensor whose file tells neither: chance of a false alarm, pulses."""

SUREST_PD = 0.999
"""A sensor that says it misses nothing is taken to miss one look in a thousand: one miss must not end a track."""


class SensorPlace(BaseModel):
    """Where a sensor stands."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    lat_deg: Annotated[Number, Field(ge=-90, le=90)] = Field(description="Latitude, WGS-84, north positive.")
    lon_deg: Annotated[Number, Field(ge=-180, le=180)] = Field(description="Longitude, WGS-84, east positive.")
    height_m: Annotated[Number, Field(ge=-1000, le=50_000)] = Field(
        default=0.0, description="Height of the antenna above the WGS-84 ellipsoid."
    )


class Sensor(BaseModel):
    """One radar, as far as a tracker must know it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Name = Field(description="What plots call it in the column `sensor`.", examples=["alpha"])
    revisit_s: Annotated[Positive, Field(le=3600)] = Field(description="Time between two looks at one place.")
    range_sigma_m: Annotated[Positive, Field(le=1e5)] = Field(description="Standard deviation of a measured range.")
    azimuth_sigma_deg: Annotated[Positive, Field(le=90)] = Field(
        description="Standard deviation of a measured azimuth."
    )
    elevation_sigma_deg: Annotated[Positive, Field(le=90)] | None = Field(
        default=None,
        description="Standard deviation of a measured elevation. Not given: a 2-D radar, which measures none.",
    )
    doppler_sigma_m_s: Annotated[Positive, Field(le=1e4)] | None = Field(
        default=None, description="Standard deviation of a measured range rate. Not given: none is used."
    )
    height_sigma_m: Annotated[Positive, Field(le=1e4)] = Field(
        default=60.0,
        description="Standard deviation of a height that a transponder reports, against the height above sea level.",
    )
    min_range_m: Annotated[Number, Field(ge=0)] = Field(default=0.0, description="Nearest range of a plot.")
    max_range_m: Annotated[Positive, Field(le=1e7)] = Field(description="Farthest range of a plot.")
    pd: Annotated[Share, Field(gt=0)] | None = Field(
        default=None, description="Chance of a plot of a target in one look. Not given: learned."
    )
    false_plots_per_scan: Annotated[Number, Field(ge=0, le=1e6)] | None = Field(
        default=None, description="Mean number of false plots in one revisit time. Not given: learned."
    )
    at: SensorPlace | None = Field(
        default=None,
        description="Where it stands. Not given: at the origin, and output stays in local east, north, up.",
    )
    sector_deg: Annotated[Positive, Field(le=360)] = Field(
        default=360.0, description="Width of the sector it looks at."
    )
    heading_deg: Angle = Field(default=0.0, description="Middle of that sector, clockwise from true north.")
    elevation_min_deg: Annotated[Number, Field(ge=-90, le=90)] = Field(
        default=-2.0, description="Lowest elevation it sees."
    )
    elevation_max_deg: Annotated[Number, Field(ge=-90, le=90)] = Field(
        default=90.0, description="Highest elevation it sees."
    )
    phase_s: Annotated[Number, Field(ge=-1e9, le=1e9)] = Field(
        default=0.0, description="A time at which a revisit begins; the others follow every `revisit_s`."
    )
    rotating: bool = Field(default=True, description="Whether it turns; otherwise it scans electronically.")
    interrogator: bool = Field(
        default=False, description="Whether it asks transponders, so that silence means something."
    )
    range_bias_m: Annotated[Number, Field(ge=-1e5, le=1e5)] = Field(
        default=0.0, description="Known error of its ranges; taken off every plot."
    )
    azimuth_bias_deg: Annotated[Number, Field(ge=-180, le=180)] = Field(
        default=0.0, description="Known error of its azimuths; taken off every plot."
    )
    time_bias_s: Annotated[Number, Field(ge=-3600, le=3600)] = Field(
        default=0.0, description="Known error of its clock; taken off every plot."
    )


def read_sensors(
    path: str | Path, known: Mapping[str, Mapping[str, Any]] | None = None
) -> tuple[Sensor, ...]:
    """Sensors of a YAML file: one mapping, or a list of them.

    known: fields by name of a sensor, for what the file leaves out of it. InputError with every problem, each with its
    line and the nearest field name.
    """
    tree, duplicates = read_tree(path, FORM)
    found, problems = _sensors_of(tree, known or {})
    refuse(path, [*duplicates, *problems])
    return found


def sensor_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a sensor file."""
    made = Sensor.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **made, "title": "farwatch sensor"}


def sensors_text(sensors: Sequence[Sensor]) -> str:
    """Sensors as YAML that `read_sensors` reads back: one mapping, or a list of them, with the fields that were set."""
    listed = [sensor.model_dump(exclude_none=True, exclude_unset=True) for sensor in sensors]
    text: str = yaml.safe_dump(listed if len(listed) > 1 else listed[0], sort_keys=False, allow_unicode=True)
    return text


def together(sensors: Sequence[Sensor]) -> tuple[np.ndarray, Frame | None]:
    """RADAR[k] of some sensors in one frame, and that frame: east, north, up at the first; None without places.

    InputError where there is none, two share a name, or of several one does not say where it stands.
    """
    problems = [] if sensors else [Problem("sensors", "0", "must be at least one")]
    names = [sensor.name for sensor in sensors]
    again = sorted({name for name in names if names.count(name) > 1})
    problems += [Problem("sensors", name, "must each have a name of their own") for name in again]
    if len(sensors) > 1:
        rule = "is missing: of several sensors each must say where it stands"
        problems += [Problem(f"{sensor.name}.at", "", rule) for sensor in sensors if sensor.at is None]
    if problems:
        raise InputError("sensors", problems)
    first = sensors[0].at
    frame = None if first is None else Frame(first.lat_deg, first.lon_deg, first.height_m)
    radars = np.zeros(len(sensors), RADAR)
    for number, sensor in enumerate(sensors):
        radars[number] = _radar(number, sensor, frame)
    return radars, frame


def _radar(number: int, sensor: Sensor, frame: Frame | None) -> np.void:
    """One RADAR row; what a file does not tell stays 0."""
    row = np.zeros(1, RADAR)[0]
    row["id"], row["battery_index"], row["batches"] = number, -1, 1
    row["rotating"], row["interrogator"] = sensor.rotating, sensor.interrogator
    row["to_local"] = np.eye(3)
    if sensor.at is not None and frame is not None:
        at = sensor.at
        row["x_m"], row["y_m"], row["z_m"] = frame.to_local(at.lat_deg, at.lon_deg, at.height_m)
        row["to_local"], row["height_m"] = frame.rotation_at(at.lat_deg, at.lon_deg), at.height_m
    row["period_s"], row["phase_s"] = sensor.revisit_s, sensor.phase_s
    row["heading_rad"], row["half_sector_rad"] = radians(sensor.heading_deg), radians(sensor.sector_deg / 2.0)
    row["elevation_min_rad"] = radians(sensor.elevation_min_deg)
    row["elevation_max_rad"] = radians(sensor.elevation_max_deg)
    row["range_min_m"], row["range_max_m"] = sensor.min_range_m, sensor.max_range_m
    row["range_floor_m"], row["angle_floor_rad"] = sensor.range_sigma_m, radians(sensor.azimuth_sigma_deg)
    if sensor.elevation_sigma_deg is not None:
        row["elevation_beam_rad"] = 10.0 * radians(sensor.elevation_sigma_deg)  # not 0: it measures elevation
    row["pd"] = nan if sensor.pd is None else min(sensor.pd, SUREST_PD)
    row["false_plots"] = nan if sensor.false_plots_per_scan is None else sensor.false_plots_per_scan
    row["pfa"], row["pulses"] = PFA, PULSES
    return cast("np.void", row)


# Reading ----------------------------------------------------------------------------------------------------

FORM = Form(model=Sensor, parts={"at": SensorPlace}, beginning="a sensor starts with `name:`")


def _sensors_of(tree: Node, known: Mapping[str, Mapping[str, Any]]) -> tuple[tuple[Sensor, ...], list[Problem]]:
    raw = tree.plain()
    several = isinstance(raw, list)
    found: list[Sensor] = []
    findings: list[Finding] = []
    for number, one in enumerate(raw if several else [raw]):
        before = (number,) if several else ()
        try:
            sensor = Sensor.model_validate(_completed(one, known))
        except ValidationError as error:
            findings += findings_of(error, one, before, FORM)
            continue
        found.append(sensor)
        findings += _meaning(sensor, before)
    return tuple(found), problems_from(findings, raw, tree)


def _completed(raw: Any, known: Mapping[str, Mapping[str, Any]]) -> Any:
    """What a file says of a sensor, over what is known of it without the file."""
    name = raw.get("name") if isinstance(raw, dict) else None
    return {**known.get(name, {}), **raw} if isinstance(name, str) else raw


def _meaning(sensor: Sensor, before: tuple[int, ...]) -> list[Finding]:
    """What is wrong between fields that are each right."""
    wrong = []
    if sensor.min_range_m >= sensor.max_range_m:
        wrong.append(Finding(path=(*before, "min_range_m"), rule="must be less than max_range_m"))
    if sensor.elevation_min_deg >= sensor.elevation_max_deg:
        wrong.append(Finding(path=(*before, "elevation_min_deg"), rule="must be less than elevation_max_deg"))
    return wrong
