"""Scenes for Cesium, written as CZML: things with their motion, trails and names, and marks where something was hit.

CZML is JSON: a list of packets, the first of which sets the clock (AnalyticalGraphicsInc/czml-writer, "CZML Guide").
Positions are sampled. Those with velocities are Earth-fixed Cartesian, joined by a cubic through both (HERMITE); others
are longitude, latitude and height, joined by straight lines. Heights are above the ellipsoid. Nothing is fetched from
elsewhere: the signs of sites are drawn in the file.
"""

import json
from base64 import b64encode
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from farwatch.formats.dates import told
from farwatch.formats.scene import ASSET, BATTERY, RADAR, ROUND, TRACK, Happening, Scene, Thing
from farwatch.formats.symbols import symbol
from farwatch.formats.whole import appearing
from farwatch.world.earth import rates_to_ecef, to_ecef

Rows = NDArray[Any]
Floats = NDArray[np.float64]
Packet = dict[str, Any]

COLOURS = {
    "hostile": [255, 80, 80, 255],
    "friend": [90, 170, 255, 255],
    "neutral": [110, 220, 110, 255],
    "unknown": [255, 225, 100, 255],
}
"""Red, green, blue and opacity by side."""

ROUND_COLOUR = [255, 255, 255, 255]

MARKS = {"kill": ("killed", [255, 160, 40, 255]), "leak": ("leaked", [255, 0, 60, 255])}
"""Text and colour of the marks."""

MARK_S = 120.0
"""How long a mark stays."""

_SIZES = {ROUND: 4, TRACK: 5}
_SHAPES = {
    BATTERY: '<path d="M10 2 18 18H2Z"/>',
    RADAR: '<path d="M3 3a12 12 0 0 0 14 14ZM10 10l5-5"/>',
    ASSET: '<path d="M3 3h14v14H3Z"/>',
}
_CHUNK = 20_000


def write(path: str | Path, scene: Scene, trail_s: float = 300.0) -> None:
    """Write a scene; the file appears whole or not at all. StoreError where it cannot be written."""
    with appearing(Path(path)) as partial, partial.open("wb") as stream:
        stream.writelines(encode(scene, trail_s))


def encode(scene: Scene, trail_s: float = 300.0) -> Iterator[bytes]:
    """The bytes of a document, in parts. Things leave a trail of `trail_s`, rounds one from the launch on."""
    last_s = _last_s(scene)
    yield b"[\n" + _text(_document(scene, last_s))
    for k, thing in enumerate(scene.things):
        rows = scene.of(k)
        if rows.size:
            yield from _thing(scene, thing, rows, last_s, trail_s)
    for k, happening in enumerate(scene.happenings):
        if happening.what in MARKS:
            yield b",\n" + _text(_mark(scene, f"event {k}", happening, last_s))
    yield b"\n]\n"


def _text(packet: Packet) -> bytes:
    """A packet as JSON that can also stand inside a page: no `<` is left that could end a script."""
    return json.dumps(packet, allow_nan=False, separators=(",", ":")).replace("<", "\\u003c").encode()


def _first_s(scene: Scene) -> float:
    return float(scene.moves["time_s"].min(initial=np.inf)) if scene.moves.size else 0.0


def _last_s(scene: Scene) -> float:
    """When the show ends: after the last motion and the last event, and not when it begins."""
    latest = [float(scene.moves["time_s"].max(initial=-np.inf)), *(h.time_s for h in scene.happenings)]
    return max(*latest, _first_s(scene) + 1.0)


def _interval(scene: Scene, from_s: float, to_s: float) -> str:
    return f"{told(scene.when(from_s))}/{told(scene.when(to_s))}"


def _document(scene: Scene, last_s: float) -> Packet:
    first_s = _first_s(scene)
    return {
        "id": "document",
        "name": scene.title or scene.source,
        "version": "1.0",
        "clock": {
            "interval": _interval(scene, first_s, last_s),
            "currentTime": told(scene.when(first_s)),
            "multiplier": 10,
            "range": "CLAMPED",
            "step": "SYSTEM_CLOCK_MULTIPLIER",
        },
    }


# Things -----------------------------------------------------------------------------------------------------


def _thing(scene: Scene, thing: Thing, rows: Rows, last_s: float, trail_s: float) -> Iterator[bytes]:
    """The packet of one thing, in parts: what it is, then its positions."""
    first_s = float(rows["time_s"][0])
    moving = rows.size > 1
    packet = {
        "id": thing.key if thing.key != "document" else "document (thing)",
        "name": thing.callsign or thing.key,
        "availability": _interval(scene, first_s, float(rows["time_s"][-1]) if moving else max(last_s, first_s)),
        "description": _description(thing),
        "properties": _properties(thing),
        **_look(thing),
    }
    if moving:
        packet["path"] = _path(thing, float(np.ptp(rows["time_s"])) if thing.kind == ROUND else trail_s)
    yield b",\n" + _text(packet)[:-1] + b',"position":'
    yield from _positions(scene, thing, rows)
    yield b"}"


def _properties(thing: Thing) -> dict[str, str]:
    """What else is known, under the names a scene gives it, and the symbol code of MIL-STD-2525D."""
    told_of = {
        "kind": thing.kind, "side": thing.side, "family": thing.family, "class": thing.class_name,
        "callsign": thing.callsign, "address": f"{thing.address:06X}" if thing.address else "",
        "mode_a": f"{thing.mode_a:04o}" if thing.mode_a else "", "pressure": "true" if thing.pressure else "",
        "fate": thing.fate, "of": thing.of, "symbol": symbol(thing),
    }  # fmt: skip
    return {name: value for name, value in told_of.items() if value}


def _description(thing: Thing) -> str:
    """A small table, which Cesium shows for the thing that is picked."""
    rows = "".join(f"<tr><th>{n}</th><td>{escape(v)}</td></tr>" for n, v in _properties(thing).items())
    return f'<table class="cesium-infoBox-defaultTable">{rows}</table>'


def _colour(thing: Thing) -> list[int]:
    return ROUND_COLOUR if thing.kind == ROUND else COLOURS.get(thing.side, COLOURS["unknown"])


def _look(thing: Thing) -> Packet:
    """A sign for sites, a dot for what moves, and the name beside it; rounds, tracks, a battery's radars have none."""
    colour = _colour(thing)
    looks: Packet = {}
    if thing.kind in _SHAPES:
        looks["billboard"] = {"image": _sign(_SHAPES[thing.kind], colour)}
    else:
        size = _SIZES.get(thing.kind, 7)
        looks["point"] = {"pixelSize": size, "color": {"rgba": colour}, "outlineColor": {"rgba": [0, 0, 0, 255]},
                          "outlineWidth": 1}  # fmt: skip
    if thing.kind not in _SIZES and not (thing.kind == RADAR and thing.of):
        looks["label"] = _label(thing.callsign or thing.key, colour)
    return looks


def _sign(shape: str, colour: list[int]) -> str:
    """A sign of a site as an image that the file itself holds."""
    fill = "#{:02x}{:02x}{:02x}".format(*colour[:3])
    drawn = f'<g fill="{fill}" stroke="#000" stroke-width="1.5">{shape}</g>'
    image = f'<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20">{drawn}</svg>'
    return "data:image/svg+xml;base64," + b64encode(image.encode()).decode()


def _label(text: str, colour: list[int]) -> Packet:
    return {
        "text": text,
        "font": "13px sans-serif",
        "style": "FILL_AND_OUTLINE",
        "fillColor": {"rgba": colour},
        "outlineColor": {"rgba": [0, 0, 0, 255]},
        "outlineWidth": 2,
        "horizontalOrigin": "LEFT",
        "pixelOffset": {"cartesian2": [10, 0]},
    }


def _path(thing: Thing, trail_s: float) -> Packet:
    faint = [*_colour(thing)[:3], 170]
    return {
        "leadTime": 0,
        "trailTime": trail_s,
        "width": 1.5,
        "resolution": 30,
        "material": {"solidColor": {"color": {"rgba": faint}}},
    }


def _mark(scene: Scene, name: str, happening: Happening, last_s: float) -> Packet:
    """A ring where something was hit, or hit what it flew to, that stays for a while."""
    word, colour = MARKS[happening.what]
    to_s = max(min(happening.time_s + MARK_S, last_s), happening.time_s + 1.0)
    place = [round(happening.lon_deg, 7), round(happening.lat_deg, 7), round(happening.height_m, 1)]
    return {
        "id": name,
        "name": f"{happening.whom} {word}".strip(),
        "availability": _interval(scene, happening.time_s, to_s),
        "properties": {"kind": "event", "what": happening.what, "who": happening.who, "whom": happening.whom},
        "point": {"pixelSize": 12, "color": {"rgba": [0, 0, 0, 0]}, "outlineColor": {"rgba": colour},
                  "outlineWidth": 3},
        "label": _label(word, colour),
        "position": {"cartographicDegrees": place},
    }  # fmt: skip


# Positions --------------------------------------------------------------------------------------------------


def _positions(scene: Scene, thing: Thing, rows: Rows) -> Iterator[bytes]:
    """The position of a thing: one place, or samples, with velocities where all are known.

    A track's states come one after another with a step between them, so a curve through them would swing: straight
    lines join those.
    """
    rates = np.column_stack([rows["east_m_s"], rows["north_m_s"], rows["up_m_s"]])
    if rows.size == 1:
        place = [round(float(rows[name][0]), n) for name, n in (("lon_deg", 7), ("lat_deg", 7), ("height_m", 1))]
        yield _text({"cartographicDegrees": place})
        return
    head: Packet = {"epoch": told(scene.start)}
    if thing.kind != TRACK and np.isfinite(rates).all():
        head |= {"interpolationAlgorithm": "HERMITE", "interpolationDegree": 3}
        name, samples = "cartesianVelocity", _with_rates(rows, rates)
        form = "%.3f,%.1f,%.1f,%.1f,%.2f,%.2f,%.2f,"
    else:
        head |= {"interpolationAlgorithm": "LINEAR", "interpolationDegree": 1}
        name, form = "cartographicDegrees", "%.3f,%.7f,%.7f,%.1f,"
        samples = np.column_stack([rows[n] for n in ("time_s", "lon_deg", "lat_deg", "height_m")])
    yield _text(head)[:-1] + f',"{name}":['.encode()
    for at in range(0, len(samples), _CHUNK):
        part = samples[at : at + _CHUNK]
        text = (form * len(part)) % tuple(part.ravel().tolist())
        yield (text if at + _CHUNK < len(samples) else text[:-1]).encode()
    yield b"]}"


def _with_rates(rows: Rows, rates: Floats) -> Floats:
    """Time, Earth-centred position and its rate of change (n, 7)."""
    places = to_ecef(rows["lat_deg"], rows["lon_deg"], rows["height_m"])
    return np.column_stack([rows["time_s"], places, rates_to_ecef(rows["lat_deg"], rows["lon_deg"], rates)])
