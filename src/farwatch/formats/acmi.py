"""Tacview recordings, written: things and their motion, and what happened, as ACMI 2.2 text.

Tacview's "Technical Reference - ACMI flight recordings 2.2": UTF-8 text; `#` begins a frame, in seconds from
ReferenceTime; a line sets properties of an object, T its longitude, latitude and altitude above the sea; a coordinate
that did not change is left empty; `-` removes an object. Commas in text are escaped.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from farwatch.formats.dates import told
from farwatch.formats.scene import ASSET, BATTERY, RADAR, ROUND, TRACK, Happening, Scene, Thing
from farwatch.formats.whole import appearing
from farwatch.formats.zipped import pack

Rows = NDArray[Any]

PACKED = ".zip.acmi"
"""End of the name of a file that is a zip archive."""

COLOURS = {"hostile": "Red", "friend": "Blue", "neutral": "Green", "unknown": "Yellow"}
"""Colour by side: Tacview knows Red, Orange, Yellow, Green, Cyan, Blue and Violet."""

ROUND_COLOUR = "Cyan"

TYPES = {
    "": "Air",
    "aircraft": "Air+FixedWing",
    "helicopter": "Air+Rotorcraft",
    "drone": "Light+Air+FixedWing",
    "cruise-missile": "Weapon+Missile",
    "ballistic-missile": "Heavy+Weapon+Missile",
}
"""Tags by family of what flies."""

KIND_TYPES = {
    ROUND: "Weapon+Missile",
    BATTERY: "Ground+AntiAircraft",
    RADAR: "Ground+Static+Sensor",
    ASSET: "Ground+Static+Building",
}
"""Tags by kind of the rest."""

EVENTS = {"kill": "Destroyed", "land": "Landed", "launch": "Bookmark", "leak": "Bookmark"}
"""Kind of event by what happened; anything else is a Message."""

_CHUNK = 20_000
_FRAME = "#%.3f\n"


def write(path: str | Path, scene: Scene) -> None:
    """Write a scene, packed where the name ends in .zip.acmi; the file appears whole or not at all.

    StoreError where it cannot be written.
    """
    with appearing(Path(path)) as partial, partial.open("wb") as stream:
        if str(path).lower().endswith(PACKED):
            pack(stream, f"{Path(path).name[: -len(PACKED)]}.acmi", encode(scene))
        else:
            stream.writelines(encode(scene))


def encode(scene: Scene) -> Iterator[bytes]:
    """The bytes of a recording, in parts. Object 0 is the recording, object n the n-th thing, in decimal digits."""
    yield _head(scene).encode()
    rows, frames = _frames(scene.moves)
    at, before = 0, "\n"
    for time_s, early, text in _extras(scene):
        to = int(np.searchsorted(rows[:, 0], time_s, "left" if early else "right"))
        yield from _lines(rows[at:to], frames[at:to])
        frame = _FRAME % time_s
        yield (("" if frame == before and at == to else frame) + text).encode()
        at, before = to, frame
    yield from _lines(rows[at:], frames[at:])


def _head(scene: Scene) -> str:
    lines = [
        "FileType=text/acmi/tacview",
        "FileVersion=2.2",
        "0,DataSource=farwatch",
        "0,DataRecorder=farwatch",
        f"0,ReferenceTime={told(scene.start)}",
        f"0,Title={_text(scene.title or scene.source)}",
    ]
    return "\ufeff" + "\n".join(lines) + "\n"


def _text(value: str) -> str:
    """Text as a value: one line, no backslash that could escape what follows, commas escaped."""
    printable = "".join(c if c.isprintable() else " " for c in value.replace("\\", "/"))
    return printable.replace(",", "\\,")


# Motion -----------------------------------------------------------------------------------------------------


def _frames(moves: Rows) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Time, object, longitude, latitude and height (n, 5) by time, and which coordinates are new, as bits 4, 2, 1."""
    told_rows = np.column_stack([
        np.round(moves["time_s"], 3), moves["thing"] + 1.0,
        np.round(moves["lon_deg"], 7), np.round(moves["lat_deg"], 7), np.round(moves["height_m"], 2),
    ])  # fmt: skip
    told_rows += 0.0  # no negative zero
    fresh = np.ones((told_rows.shape[0], 3), bool)
    same = np.diff(told_rows[:, 1]) == 0.0
    fresh[1:] = (np.diff(told_rows[:, 2:], axis=0) != 0.0) | ~same[:, None]
    order = np.argsort(told_rows[:, 0], kind="stable")
    return told_rows[order], (fresh @ np.array([4, 2, 1]))[order]


def _lines(rows: NDArray[np.float64], fresh: NDArray[np.int64]) -> Iterator[bytes]:
    """Frames of some rows; the first row begins one."""
    for at in range(0, len(rows), _CHUNK):
        part = rows[at : at + _CHUNK]
        begins = np.diff(part[:, 0], prepend=np.nan) != 0.0
        code = fresh[at : at + _CHUNK] + 8 * begins
        shown = np.column_stack([begins, np.ones_like(begins), *((code & bit) > 0 for bit in (4, 2, 1))])
        pattern = "".join(_PATTERNS[code].tolist())
        yield (pattern % tuple(part[shown].tolist())).encode()


_PATTERNS: NDArray[np.object_] = np.array(
    [
        (_FRAME if code & 8 else "")
        + "%d,T="
        + "|".join(form if code & bit else "" for bit, form in ((4, "%.7f"), (2, "%.7f"), (1, "%.2f")))
        + "\n"
        for code in range(16)
    ],
    dtype=object,
)
"""A line by which coordinates are new (bits 4, 2, 1) and whether it begins a frame (bit 8)."""


# Appearances, events, ends ----------------------------------------------------------------------------------


def _extras(scene: Scene) -> list[tuple[float, bool, str]]:
    """Lines that tell no motion: their time, whether they stand before the motion of that time, and their text."""
    number = {thing.key: k + 1 for k, thing in enumerate(scene.things)}
    killed = {h.whom for h in scene.happenings if h.what == "kill"}
    found = []
    for k, thing in enumerate(scene.things):
        rows = scene.of(k)
        if not rows.size:
            continue
        found.append((float(rows["time_s"][0]), 0, _appearance(thing, number)))
        if rows.size > 1:
            known = thing.key in killed or thing.fate == "landed"
            found.append((float(rows["time_s"][-1]), 2, _end(k + 1, thing, known)))
    found.extend((h.time_s, 1, _event(h, number)) for h in scene.happenings)
    spelled = [(float(np.round(time_s, 3)), rank, text) for time_s, rank, text in found]  # as motion is spelled
    return [(time_s, rank == 0, text) for time_s, rank, text in sorted(spelled, key=lambda row: row[:2])]


def _appearance(thing: Thing, number: dict[str, int]) -> str:
    """What is known of a thing. Kind, Family, Pressure are ours: Tacview keeps and shows what it does not know."""
    kind_type = KIND_TYPES.get(thing.kind) or TYPES.get(thing.family, TYPES[""])
    linked = number.get(thing.of)
    link = "LockedTarget" if thing.kind == ROUND else "Parent"
    told_of = {
        "Type": kind_type,
        "Name": thing.class_name or thing.family or thing.kind,
        "CallSign": thing.callsign or thing.key,
        "Coalition": thing.side.capitalize(),
        "Color": ROUND_COLOUR if thing.kind == ROUND else COLOURS.get(thing.side, COLOURS["unknown"]),
        "ICAO24": f"{thing.address:06X}" if thing.address else "",
        "Squawk": f"{thing.mode_a:04o}" if thing.mode_a else "",
        link: str(linked) if linked and thing.kind != TRACK else "",
        "Kind": thing.kind,
        "Family": thing.family,
        "Pressure": "true" if thing.pressure else "",
    }
    properties = ",".join(f"{name}={_text(value)}" for name, value in told_of.items() if value)
    return f"{number[thing.key]},{properties}\n"


def _event(happening: Happening, number: dict[str, int]) -> str:
    """One event with the objects it concerns, the one it happened to first."""
    keys = dict.fromkeys([happening.whom, happening.round, happening.who])
    text = " ".join(_text(word).replace("|", "/") for word in (happening.who, happening.what, happening.whom) if word)
    fields = [EVENTS.get(happening.what, "Message"), *(str(number[key]) for key in keys if key in number), text]
    return f"0,Event={'|'.join(fields)}\n"


def _end(number: int, thing: Thing, known: bool) -> str:
    """The removal of a thing, and the event without which Tacview would guess that it was destroyed."""
    event = "" if known else f"0,Event={'Destroyed' if thing.fate == 'killed' else 'LeftArea'}|{number}|\n"
    return f"{event}-{number}\n"
