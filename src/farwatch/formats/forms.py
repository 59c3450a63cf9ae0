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

PLACES = ("targets", "tracks", "rounds", "sites")
"""Parts of a scene that are somewhere; beside them there are plots and events."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One form: what it is, in words, suffixes of its files, and the functions of this room that read and write it."""

    says: str
    suffixes: tuple[str, ...]
    reads: str = ""
    """`module.function`, called with a path; empty: it is only written."""
    only_read: tuple[str, ...] = ()
    """Suffixes of files that are read and not written."""
    writes: str = ""
    """`module.function`, called with a path and a Scene; empty: it is only read."""
    holds: tuple[str, ...] = PLACES
    """Parts of a scene that it has room for when written, in the words of `choosing`."""
    opens: str = ""
    """Programs that open what is written."""


FORMS: Mapping[str, Form] = {
    "asterix": Form(
        says="ASTERIX: plots CAT001/002, 010, 020, 034/048, ADS-B 021, system tracks 062/065",
        suffixes=(".ast", ".asterix", ".gps", ".pcap", ".pcapng"),
        reads="asterix_scene.read",
        only_read=(".gps", ".pcapng"),
        writes="asterix_writing.write",
        holds=("plots", "tracks", "targets"),
        opens="Wireshark, surveillance displays",
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
        reads="plot_table.read", writes="plot_table.write", holds=("plots",), opens="farwatch track",
    ),
    "arrow": Form(
        says="the same tables as Arrow files",
        suffixes=(".arrow", ".feather"),
        reads="arrow_ipc.read",
        writes="arrow_ipc.write",
    ),
    "netcdf": Form(
        says="NetCDF, CF conventions", suffixes=(".nc",), reads="netcdf.read", writes="netcdf.write",
        opens="xarray, Panoply",
    ),
    "geojson": Form(
        says="GeoJSON", suffixes=(".geojson",), writes="scene_geojson.write", holds=(*PLACES, "events"), opens="QGIS",
    ),
    "geoparquet": Form(
        says="GeoParquet", suffixes=(".geoparquet",), reads="motion_table.read", writes="geoparquet.write",
        opens="QGIS, geopandas",
    ),
    "acmi": Form(
        says="Tacview ACMI 2.x",
        suffixes=(".acmi", ".zip.acmi"),
        reads="acmi_reading.read",
        writes="acmi.write",
        holds=(*PLACES, "events"),
        opens="Tacview",
    ),
    "czml": Form(
        says="CZML, for Cesium", suffixes=(".czml",), reads="czml_reading.read", writes="czml.write",
        holds=(*PLACES, "events"), opens="Cesium",
    ),
    "kml": Form(
        says="KML", suffixes=(".kml", ".kmz"), reads="kml_reading.read", writes="kml.write",
        holds=(*PLACES, "events"), opens="Google Earth",
    ),
    "gpx": Form(says="GPX", suffixes=(".gpx",), reads="gpx.read"),
    "dis": Form(
        says="DIS 7 in a capture", suffixes=(".dis.pcap", ".dis"), writes="dis.write",
        holds=("targets", "rounds", "sites", "events"), opens="Wireshark, DIS gateways",
    ),
}
"""Every form by name."""


def read(path: str | Path, form: str | None = None) -> Scene:
    """Read a file of any form; InputError where the form is not known, cannot be read, or does not fit the file."""
    name = form or read_form(path)
    scene: Scene = _function(FORMS[named(name, "--from", reading=True)].reads)(path)
    return scene


def writer(form: str) -> Callable[..., None]:
    """What writes a scene in this form: `writer("acmi")(path, scene)`; InputError where nothing does."""
    return _function(FORMS[named(form, "--to", reading=False)].writes)


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
    fits = _candidates(Path(path), reading=reading)
    if fits:
        return fits[0]
    if not reading and Path(path).is_dir():
        raise InputError(str(path), [Problem("file", "", "is a folder", "name a file in it")])
    other = _candidates(Path(path), reading=not reading)
    if other:
        rule = f"is a suffix of {other[0]} that is only {'written' if reading else 'read'}"
        hint = f"one of {', '.join(_able(reading=reading))}"
        raise InputError(str(path), [Problem("file", Path(path).suffix, rule, hint)])
    known = sorted({s for key in _able(reading=reading) for s in _suffixes(FORMS[key], reading=reading)})
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
    named = [key for length, key in fits if length == longest]
    return [key for key in named if reading or not name.endswith(FORMS[key].only_read)]


def named(word: str, option: str, *, reading: bool) -> str:
    """The form that a word means: its name, or a suffix of it without the dot. InputError: none, or not that way."""
    can = _able(reading=reading)
    if word in can:
        return word
    fits = [key for key in can if f".{word.removeprefix('.')}" in _suffixes(FORMS[key], reading=reading)]
    if word not in FORMS and fits:
        return "table" if "table" in fits else fits[0]
    near = get_close_matches(word, can, n=1)
    rule = f"is only {'written' if reading else 'read'}" if word in FORMS else "is no form"
    hint = f"nearest: {near[0]}" if near else f"one of {', '.join(can)}"
    raise InputError("command line", [Problem(option, word, rule, hint)])


def _suffixes(form: Form, *, reading: bool) -> tuple[str, ...]:
    return form.suffixes if reading else tuple(s for s in form.suffixes if s not in form.only_read)


def _able(*, reading: bool) -> list[str]:
    """Names of the forms that can be read, or written."""
    return [key for key, form in FORMS.items() if (form.reads if reading else form.writes)]


def _function(name: str) -> Callable[..., Any]:
    module, _, function = name.partition(".")
    found: Callable[..., Any] = getattr(import_module(f"farwatch.formats.{module}"), function)
    return found
