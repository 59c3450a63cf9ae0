"""The motion of a scene as NetCDF with CF conventions: trajectories, one after the other (contiguous ragged arrays).

Source: NetCDF Climate and Forecast (CF) Metadata Conventions 1.8, chapters 4 and 9, appendix H.4.3. Written and read is
the classic file, 64-bit offset. Coordinates are found by their standard names, so that trajectories of others are read.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from farwatch.errors import InputError, Problem
from farwatch.formats import motion_table, netcdf_variables
from farwatch.formats.motion_table import NUMBERS, SPEEDS, TOLD, WORDS
from farwatch.formats.netcdf_variables import Variable, reals, texts, wholes, words_of
from farwatch.formats.opening import opened
from farwatch.formats.scene import KINDS, SIDES, Scene, midnight
from farwatch.formats.whole import appearing
from farwatch.track.files.reading import columns_of

CONVENTIONS = "CF-1.8"

_OBS, _THING = "obs", "trajectory"
_PLACES = "time lat lon height_m"

COORDINATES: Mapping[str, tuple[str, str, dict[str, str]]] = {
    "time_s": ("time", "time", {"axis": "T", "long_name": "time"}),
    "lat_deg": ("lat", "latitude", {"axis": "Y", "units": "degrees_north", "long_name": "WGS-84 latitude"}),
    "lon_deg": ("lon", "longitude", {"axis": "X", "units": "degrees_east", "long_name": "WGS-84 longitude"}),
    "height_m": (
        "height_m", "altitude",
        {"axis": "Z", "units": "m", "positive": "up", "long_name": "height above mean sea level"},
    ),
}  # fmt: skip
"""Of each column of a place: the variable, its standard name, and what else is said of it."""

_HEIGHTS = ("altitude", "height_above_mean_sea_level", "height_above_reference_ellipsoid", "height")
_MEANINGS = {
    "east_m_s": "speed over ground toward east", "north_m_s": "speed over ground toward north",
    "up_m_s": "rate of climb", "sigma_m": "standard deviation of the position",
    "kind": f"kind of thing: {', '.join(KINDS)}", "side": f"side: {', '.join(SIDES)}", "class": "class of the thing",
    "callsign": "callsign", "address": "24-bit Mode S address, hexadecimal", "mode_a": "SSR code, octal",
    "fate": "what became of it", "family": "family of its class", "of": "flight that it belongs to",
}  # fmt: skip
_UNITS_S = {"second": 1.0, "sec": 1.0, "s": 1.0, "minute": 60.0, "min": 60.0, "hour": 3600.0, "hr": 3600.0, "h": 3600.0,
            "day": 86400.0, "d": 86400.0, "millisecond": 1e-3, "msec": 1e-3, "ms": 1e-3}  # fmt: skip
_SINCE = re.compile(
    r"\s*(\w+?)s?\s+since\s+(\d{1,4})-(\d{1,2})-(\d{1,2})"
    r"(?:[T\s]+(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,6})\d*)?)?)?\s*(?:Z|UTC|GMT|[+-]0{1,2}(?::?00)?)?\s*"
)
_FILL_FROM = 1e36  # NetCDF's own mark of what was never written is 9.97e36

LONG_S = 1e6
"""Times this far from where they count from are given an epoch of their own."""

_CALENDARS = ("standard", "gregorian", "proleptic_gregorian", "")


def write(path: str | Path, scene: Scene) -> None:
    """Write the motion of a scene; the file appears whole or not at all. InputError where nothing was anywhere."""
    content = encode(scene)
    with appearing(Path(path)) as partial:
        partial.write_bytes(content)


def encode(scene: Scene) -> bytes:
    """The motion of a scene as bytes of a NetCDF file; the same scene gives the same bytes."""
    present, counts = np.unique(scene.moves["thing"], return_counts=True)
    if present.size == 0:
        raise InputError("scene", [Problem("moves", "0", "must be one at least for NetCDF")])
    things = [scene.things[k] for k in present.tolist()]
    words = {"flight": [thing.key for thing in things]}
    words |= {name: [told(thing) for thing in things] for name, told in TOLD.items()}
    words |= {"family": [thing.family for thing in things], "of": [thing.of for thing in things]}
    size_told = {"long_name": "number of places of each flight", "sample_dimension": _OBS}
    flags = {"long_name": "whether heights are pressure altitudes", "flag_values": np.array([0, 1], np.int8),
             "flag_meanings": "above_mean_sea_level pressure_altitude"}  # fmt: skip
    pressure = np.array([thing.pressure for thing in things], np.int8)
    identity = {"long_name": "key of the flight", "cf_role": "trajectory_id"}
    variables = [
        texts("flight", _THING, words.pop("flight"), identity),
        *(texts(name, _THING, told, {"long_name": _MEANINGS[name]}) for name, told in words.items() if any(told)),
        wholes("number", _THING, np.array([thing.number for thing in things]),
               {"long_name": "number in the source, -1 for none"}),
        Variable(name="pressure", dimensions=(_THING,), values=pressure, attributes=flags),
        wholes("row_size", _THING, counts, size_told),
        *_coordinates(scene),
        *(reals(name, _OBS, scene.moves[name], {"long_name": _MEANINGS[name], "units": _unit(name),
                                               "coordinates": _PLACES}) for name in (*SPEEDS, "sigma_m")),
    ]  # fmt: skip
    return netcdf_variables.encode(variables, _attributes(scene))


def _unit(name: str) -> str:
    return "m s-1" if name in SPEEDS else "m"


def _coordinates(scene: Scene) -> list[Variable]:
    start = scene.start.astimezone(UTC)
    spelled = start.strftime("%Y-%m-%d %H:%M:%S") + (f".{start.microsecond:06d}" if start.microsecond else "")
    made = []
    for column, (name, standard, told) in COORDINATES.items():
        more = {"units": f"seconds since {spelled}", "calendar": "standard"} if column == "time_s" else {}
        if column == "time_s" and scene.epoch is None:
            more["comment"] = "no date is known: the one given is notional"
        attributes = {"standard_name": standard, **told, **more}
        made.append(Variable(name=name, dimensions=(_OBS,), values=scene.moves[column], attributes=attributes))
    return made


def _attributes(scene: Scene) -> dict[str, Any]:
    from farwatch import __version__

    return {
        "Conventions": CONVENTIONS,
        "featureType": "trajectory",
        "title": scene.title or "motion of a scene",
        "source": f"farwatch {__version__}",
        "history": f"written by farwatch {__version__}",
        "date_known": "yes" if scene.epoch is not None else "no",
    }


# Reading ----------------------------------------------------------------------------------------------------


def read(path: str | Path) -> Scene:
    """The scene of a NetCDF file of trajectories; InputError where it is none."""
    return decode(opened(path), str(path))


def decode(data: bytes, source: str = "data") -> Scene:
    """The scene that the bytes of a classic NetCDF file with CF trajectories tell; a bad row is left out and counted.

    Contiguous ragged arrays are read: a variable with `sample_dimension`, one with `cf_role` trajectory_id, and
    coordinates with their standard names. InputError where these are not there or do not fit together.
    """
    with np.errstate(all="ignore"):  # signalling NaN and the like are values that limits will refuse
        return _decoded(data, source)


def _decoded(data: bytes, source: str) -> Scene:
    variables, attributes = netcdf_variables.decode(data, source)
    sizes = next((one for one in variables.values() if "sample_dimension" in one.attributes), None)
    keys = next((one for one in variables.values() if one.attributes.get("cf_role") == "trajectory_id"), None)
    problems = [
        Problem("variables", "", f"must hold one with {what}", "trajectories as contiguous ragged arrays are read")
        for what, one in (("sample_dimension", sizes), ("cf_role trajectory_id", keys))
        if one is None
    ]
    if problems or sizes is None or keys is None:
        raise InputError(source, problems)
    columns = _places(variables, str(sizes.attributes["sample_dimension"]), source)
    thing = _thing_of(sizes, keys, columns["time_s"].size, source)
    start = _timed(variables, columns, source)
    for name, one in variables.items():
        if name in {"flight", *columns} or one.dimensions[:1] != sizes.dimensions:
            continue
        if name in WORDS:
            columns[name] = _of_things(words_of(one), thing)
        elif name in NUMBERS and one.values.dtype.kind in "iuf" and one.values.ndim == 1:
            columns[name] = _numbers(one)[thing]
    columns["flight"] = _of_things(words_of(keys), thing)
    epoch = _near(columns, start) if attributes.get("date_known") != "no" else None
    return replace(motion_table.scene_of(columns_of(columns, NUMBERS, WORDS), source), epoch=epoch)


def _near(columns: dict[str, np.ndarray], start: datetime) -> datetime | None:
    """The epoch: where times begin to count, or, where that is long before, the midnight before the first of them.

    Times are then made to count from there, in place; others may count from 1970 or 1900. None for far-off years.
    """
    time_s = columns["time_s"]
    first_s = float(np.min(time_s, where=np.isfinite(time_s), initial=np.inf))
    if LONG_S < abs(first_s) < motion_table.LIMITS["time_s"][1]:
        try:
            epoch = midnight(start + timedelta(seconds=first_s))
        except OverflowError:
            return None
        columns["time_s"] = time_s - (epoch - start).total_seconds()
    else:
        epoch = start
    return epoch if epoch.year in motion_table.YEARS else None


def _places(variables: Mapping[str, Variable], dimension: str, source: str) -> dict[str, np.ndarray]:
    """Columns along the observations: the coordinates by standard name, speeds and sigma by their own."""
    found: dict[str, np.ndarray] = {}
    along = {name: one for name, one in variables.items() if one.dimensions == (dimension,)
             and one.values.dtype.kind in "iuf"}  # fmt: skip
    for column, (_, standard, _) in COORDINATES.items():
        wanted = _HEIGHTS if column == "height_m" else (standard,)
        ranked = [one for name in wanted for one in along.values() if one.attributes.get("standard_name") == name]
        if ranked:
            found[column] = _numbers(ranked[0])
    for name in (*SPEEDS, "sigma_m"):
        if name in along:
            found[name] = _numbers(along[name])
    missing = [
        Problem(f"variable with standard_name {standard}", "", f"is missing along {dimension}")
        for column, (_, standard, _) in COORDINATES.items()
        if column not in found
    ]
    if missing:
        raise InputError(source, missing)
    return found


def _numbers(one: Variable) -> np.ndarray:
    """Values as float64: unpacked (CF, section 8.1), NaN where the file marks them as missing (section 2.5.1)."""
    values = one.values.astype(np.float64)
    missing = np.abs(values) > _FILL_FROM
    for name in ("_FillValue", "missing_value"):
        missing |= values == _told(one, name, np.nan)
    values = values * _told(one, "scale_factor", 1.0) + _told(one, "add_offset", 0.0)
    values[missing] = np.nan
    return values


def _told(one: Variable, name: str, otherwise: float) -> float:
    """An attribute that is one number."""
    value = np.ravel(one.attributes.get(name, otherwise))
    return float(value[0]) if value.size == 1 and value.dtype.kind in "iuf" else otherwise


def _thing_of(sizes: Variable, keys: Variable, count: int, source: str) -> np.ndarray:
    """The number of the trajectory of each observation."""
    values = sizes.values
    fits = values.dtype.kind in "iu" and values.ndim == 1 and len(keys.values) == values.size if keys.values.ndim else 0
    if not fits or np.any(values < 0) or int(values.sum(dtype=np.int64)) != count:
        rule = f"must be whole numbers, one for each trajectory, that add up to {count}"
        raise InputError(source, [Problem(sizes.name, "", rule)])
    return np.repeat(np.arange(values.size), values)


def _of_things(words: list[str], thing: np.ndarray) -> np.ndarray:
    spelled = np.empty(len(words), object)
    spelled[:] = words
    return np.asarray(spelled[thing]) if len(words) > int(thing.max(initial=-1)) else np.full(thing.size, "", object)


def _timed(variables: Mapping[str, Variable], columns: dict[str, np.ndarray], source: str) -> datetime:
    """The date from which times count, after they have been turned into seconds in place."""
    one = next(one for one in variables.values() if one.attributes.get("standard_name") == "time")
    units, calendar = str(one.attributes.get("units", "")), str(one.attributes.get("calendar", ""))
    told = _SINCE.fullmatch(units)
    length_s = _UNITS_S.get(told[1].lower()) if told else None
    if told is None or length_s is None or calendar.lower() not in _CALENDARS:
        rule = "must be seconds, minutes, hours or days since a date of the standard calendar, UTC"
        raise InputError(source, [Problem(f"{one.name}:units", units, rule)])
    columns["time_s"] = columns["time_s"] * length_s
    year, month, day, hour, minute, second = (int(part or 0) for part in told.groups()[1:7])
    try:
        return datetime(year, month, day, hour, minute, second, int((told[8] or "0").ljust(6, "0")), tzinfo=UTC)
    except ValueError:
        raise InputError(source, [Problem(f"{one.name}:units", units, "must have a date of the calendar")]) from None
