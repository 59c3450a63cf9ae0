"""The forms that farwatch reads and writes, by name and by suffix; each is a module of this room.

What a file is, its suffix says, and of suffixes that say little (`.json`, `.csv`, `.parquet`) its content.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from typing import Any

from farwatch.errors import InputError, Problem
from farwatch.formats.opening import opened
from farwatch.formats.scene import Scene


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One form: what it is, in words, suffixes of its files, and the functions of this room that read and write it."""

    says: str
    suffixes: tuple[str, ...]
    reads: str = ""
    """`module.function`, called with a path; empty: it is only written."""
    writes: str = ""
    """`module.function`, called with a path and a Scene; empty: it is only read."""


FORMS: Mapping[str, Form] = {
    "asterix": Form(
        says="ASTERIX: plots CAT001/002, 010, 020, 034/048, ADS-B 021, system tracks 062/065",
        suffixes=(".ast", ".asterix", ".gps", ".pcap", ".pcapng"),
        reads="asterix_scene.read",
        writes="asterix_writing.write",
    ),
    "adsb": Form(
        says="raw ADS-B: AVR text, Beast, SBS lines", suffixes=(".avr", ".beast", ".sbs"), reads="adsb.read"
    ),
    "readsb": Form(says="traces of readsb and tar1090", suffixes=(".json", ".json.gz"), reads="readsb.read"),
    "opensky": Form(
        says="state vectors of the OpenSky Network",
        suffixes=(".csv", ".csv.gz", ".json", ".json.gz"),
        reads="opensky.read",
    ),
    "traffic": Form(
        says="collections of the library traffic",
        suffixes=(".json", ".json.gz", ".csv", ".csv.gz", ".parquet"),
        reads="traffic_collections.read",
    ),
    "table": Form(
        says="tables of motion",
        suffixes=(".csv", ".csv.gz", ".parquet"),
        reads="motion_table.read",
        writes="motion_table.write",
    ),
    "tracks": Form(
        says="tables of tracks, as farwatch track writes them", suffixes=(".csv", ".csv.gz", ".parquet"),
        reads="track_table.read",
    ),
    "plots": Form(
        says="tables of plots, with their sensors beside them", suffixes=(".csv", ".csv.gz", ".parquet"),
        reads="plot_table.read", writes="plot_table.write",
    ),
    "arrow": Form(
        says="the same tables as Arrow files",
        suffixes=(".arrow", ".feather"),
        reads="arrow_ipc.read",
        writes="arrow_ipc.write",
    ),
    "netcdf": Form(says="NetCDF, CF conventions", suffixes=(".nc",), reads="netcdf.read", writes="netcdf.write"),
    "geojson": Form(says="GeoJSON", suffixes=(".geojson",), writes="scene_geojson.write"),
    "geoparquet": Form(says="GeoParquet", suffixes=(".geoparquet",), writes="geoparquet.write"),
    "acmi": Form(
        says="Tacview ACMI 2.x",
        suffixes=(".acmi", ".zip.acmi"),
        reads="acmi_reading.read",
        writes="acmi.write",
    ),
    "czml": Form(says="CZML, for Cesium", suffixes=(".czml",), reads="czml_reading.read", writes="czml.write"),
    "kml": Form(says="KML", suffixes=(".kml", ".kmz"), reads="kml_reading.read", writes="kml.write"),
    "gpx": Form(says="GPX", suffixes=(".gpx",), reads="gpx.read"),
    "dis": Form(says="DIS 7 in a capture", suffixes=(".dis.pcap", ".dis"), writes="dis.write"),
}
"""Every form by name."""

def read(path: str | Path, form: str | None = None) -> Scene:
    """Read a file of any form; InputError where the form is not known, cannot be read, or does not fit the file."""
    name = form or read_form(path)
    chosen = _form(name, "--from", reading=True)
    scene: Scene = _function(chosen.reads)(path)
    return scene


def writer(form: str) -> Callable[..., None]:
    """What writes a scene in this form: `writer("acmi")(path, scene)`; InputError where nothing does."""
    return _function(_form(form, "--to", reading=False).writes)


def write_form(path: str | Path) -> str:
    """Name of the form that a file to be written has by its suffix; InputError where it tells none."""
    return _by_suffix(path, reading=False)


def read_form(path: str | Path) -> str:
    """Name of the form of a file, by its suffix and, where that leaves a choice, its content. InputError: none."""
    place = Path(path)
    named = _candidates(place, reading=True)
    if len(named) > 1:
        return _by_content(place)
    return _by_suffix(path, reading=True)


def _by_content(place: Path) -> str:
    """Form of a file whose suffix several forms have: flights, motion, tracks or plots. InputError: none."""
    from farwatch.formats.flight_forms import form_of, mapping_needed, names_of
    from farwatch.formats.motion_table import is_motion
    from farwatch.formats.plot_table import sensors_beside

    data = opened(place)
    told = form_of(data, place.name)
    if told is not None:
        return str(told)
    names = names_of(data, place.name)
    if is_motion(names):
        return "table"
    if "track_id" in names:
        return "tracks"
    if sensors_beside(place).is_file():
        return "plots"
    raise mapping_needed(data, place.name)


def _by_suffix(path: str | Path, *, reading: bool) -> str:
    named = _candidates(Path(path), reading=reading)
    if named:
        return named[0]
    known = sorted({s for form in FORMS.values() if (form.reads if reading else form.writes) for s in form.suffixes})
    near = get_close_matches(Path(path).suffix, known, n=1)
    hint = f"nearest: {near[0]}" if near else f"one of {', '.join(known)}"
    how = "--from" if reading else "--to"
    raise InputError(str(path), [Problem("file", Path(path).suffix, f"tells no form; name one with {how}", hint)])


def _candidates(place: Path, *, reading: bool) -> list[str]:
    """Forms of a suffix, those with the longest first."""
    name = place.name.lower()
    fits = [
        (max(len(s) for s in form.suffixes if name.endswith(s)), key)
        for key, form in FORMS.items()
        if (form.reads if reading else form.writes) and any(name.endswith(s) for s in form.suffixes)
    ]
    longest = max((length for length, _ in fits), default=0)
    return [key for length, key in fits if length == longest]


def _form(name: str, option: str, *, reading: bool) -> Form:
    can = [key for key, form in FORMS.items() if (form.reads if reading else form.writes)]
    if name not in can:
        near = get_close_matches(name, can, n=1)
        rule = "cannot be read" if reading else "cannot be written"
        hint = f"nearest: {near[0]}" if near else f"one of {', '.join(can)}"
        raise InputError("command line", [Problem(option, name, f"is a form that {rule}", hint)])
    return FORMS[name]


def _function(name: str) -> Callable[..., Any]:
    module, _, function = name.partition(".")
    found: Callable[..., Any] = getattr(import_module(f"farwatch.formats.{module}"), function)
    return found
