"""Scenes for Google Earth and other globes, written as KML 2.2 with Google's tracks.

OGC 07-147r2 (KML 2.2) and Google's extension `gx:Track`. A folder for each kind of thing; what moves is a track of
times and places, what stands still a point with the time it is there, what happened a point with its time. Longitude,
latitude and height above the sea, which is absolute altitude. Nothing is fetched: icons are the viewer's own.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import numpy as np
from numpy.typing import NDArray

from farwatch.formats.dates import told, told_all
from farwatch.formats.scene import ASSET, BATTERY, KINDS, RADAR, ROUND, TARGET, TRACK, Happening, Scene, Thing
from farwatch.formats.symbols import symbol
from farwatch.formats.whole import appearing
from farwatch.formats.zipped import pack

Rows = NDArray[Any]

PACKED = ".kmz"
"""End of the name of a file that is a zip archive."""

COLOURS = {"hostile": "ff4040ff", "friend": "ffff9040", "neutral": "ff50c850", "unknown": "ff40d0ff"}
"""Opacity, blue, green, red by side, as KML writes a colour."""

FOLDERS = {
    TARGET: "Targets", TRACK: "Tracks", ROUND: "Rounds", BATTERY: "Batteries", RADAR: "Radars", ASSET: "Assets",
}  # fmt: skip
"""Name of the folder of each kind."""

SHOWN = ("kill", "leak", "land", "launch")
"""What happened is shown where it is one of these."""

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2"'
    ' xmlns:gx="http://www.google.com/kml/ext/2.2">\n<Document>\n'
)
_CHUNK = 20_000


def write(path: str | Path, scene: Scene) -> None:
    """Write a scene, packed where the name ends in .kmz; the file appears whole or not at all.

    StoreError where it cannot be written.
    """
    with appearing(Path(path)) as partial, partial.open("wb") as stream:
        if str(path).lower().endswith(PACKED):
            pack(stream, "doc.kml", encode(scene))
        else:
            stream.writelines(encode(scene))


def encode(scene: Scene) -> Iterator[bytes]:
    """The bytes of a document, in parts."""
    yield (_HEAD + f"<name>{_text(scene.title or scene.source)}</name>\n" + _styles()).encode()
    for kind in KINDS:
        members = [k for k, thing in enumerate(scene.things) if thing.kind == kind and scene.of(k).size]
        if members:
            yield f"<Folder><name>{FOLDERS[kind]}</name>\n".encode()
            for k in members:
                yield from _placemark(scene, scene.things[k], scene.of(k))
            yield b"</Folder>\n"
    shown = [h for h in scene.happenings if h.what in SHOWN]
    if shown:
        yield b"<Folder><name>Events</name>\n"
        yield from (_event(scene, happening).encode() for happening in shown)
        yield b"</Folder>\n"
    yield b"</Document>\n</kml>\n"


def _text(value: str) -> str:
    """Text with what XML reserves escaped, and without what it forbids."""
    return escape("".join(c if c.isprintable() else " " for c in value), {'"': "&quot;"})


def _styles() -> str:
    """One style for each side: its lines, and a dot in its colour."""
    return "".join(
        f'<Style id="{side}"><IconStyle><color>{colour}</color><scale>0.6</scale></IconStyle>'
        f"<LabelStyle><color>{colour}</color><scale>0.7</scale></LabelStyle>"
        f"<LineStyle><color>{colour}</color><width>1.5</width></LineStyle></Style>\n"
        for side, colour in COLOURS.items()
    )


def _placemark(scene: Scene, thing: Thing, rows: Rows) -> Iterator[bytes]:
    """One thing, in parts: a track where it moves, else a point from its time on."""
    side = thing.side if thing.side in COLOURS else "unknown"
    head = f"<Placemark><name>{_text(thing.callsign or thing.key)}</name>\n"
    style = f"<styleUrl>#{side}</styleUrl>\n{_data(thing)}"
    if rows.size == 1:
        span = f"<TimeSpan><begin>{told(scene.when(float(rows['time_s'][0])))}</begin></TimeSpan>\n"
        yield f"{head}{span}{style}{_point(rows[0])}</Placemark>\n".encode()
        return
    yield f"{head}{style}<gx:Track><altitudeMode>absolute</altitudeMode>\n".encode()
    for at in range(0, rows.size, _CHUNK):
        times = told_all(scene, rows["time_s"][at : at + _CHUNK])
        yield f"<when>{'</when><when>'.join(times)}</when>\n".encode()
    for at in range(0, rows.size, _CHUNK):
        part = rows[at : at + _CHUNK]
        places = np.column_stack([part["lon_deg"], part["lat_deg"], part["height_m"]])
        pattern = "<gx:coord>%.7f %.7f %.1f</gx:coord>" * part.size + "\n"
        yield (pattern % tuple(places.ravel().tolist())).encode()
    yield b"</gx:Track></Placemark>\n"


def _point(row: Any) -> str:
    place = f"{row['lon_deg']:.7f},{row['lat_deg']:.7f},{row['height_m']:.1f}"
    return f"<Point><altitudeMode>absolute</altitudeMode><coordinates>{place}</coordinates></Point>"


def _data(thing: Thing) -> str:
    """What else is known, under the names a scene gives it, and the symbol code of MIL-STD-2525D."""
    told_of = {
        "key": thing.key, "kind": thing.kind, "side": thing.side, "family": thing.family, "class": thing.class_name,
        "callsign": thing.callsign, "address": f"{thing.address:06X}" if thing.address else "",
        "mode_a": f"{thing.mode_a:04o}" if thing.mode_a else "", "pressure": "true" if thing.pressure else "",
        "fate": thing.fate, "of": thing.of, "symbol": symbol(thing),
    }  # fmt: skip
    return _extended(told_of)


def _extended(told_of: dict[str, str]) -> str:
    fields = (f'<Data name="{n}"><value>{_text(v)}</value></Data>' for n, v in told_of.items() if v)
    return f"<ExtendedData>{''.join(fields)}</ExtendedData>\n"


def _event(scene: Scene, happening: Happening) -> str:
    name = _text(f"{happening.who} {happening.what} {happening.whom}".strip())
    when = f"<TimeStamp><when>{told(scene.when(happening.time_s))}</when></TimeStamp>"
    told_of = {"kind": "event", "what": happening.what, "who": happening.who, "whom": happening.whom}
    place = f"{happening.lon_deg:.7f},{happening.lat_deg:.7f},{happening.height_m:.1f}"
    point = f"<Point><altitudeMode>absolute</altitudeMode><coordinates>{place}</coordinates></Point>"
    return f"<Placemark><name>{name}</name>\n{when}{_extended(told_of)}{point}</Placemark>\n"
