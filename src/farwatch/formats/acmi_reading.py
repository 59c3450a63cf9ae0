"""Tacview recordings, read: ACMI 2.0 to 2.2 text, plain or in a zip (`.txt.acmi`, `.zip.acmi`, `.acmi`).

See `acmi` for the format. Objects are things by their tags: what flies is a target, a weapon a round, anti-aircraft a
battery, a sensor a radar, other things on the ground assets; the rest (decoys, ships, people, waypoints) is left out
and counted. Colour tells the side: red hostile, blue friend, green neutral.
"""

import io
import re
from array import array
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from math import isfinite, isnan, nan
from pathlib import Path

import numpy as np

from farwatch.errors import InputError, Problem
from farwatch.formats.dates import posix_s
from farwatch.formats.gathered import code, gathered, room_for, rows_of
from farwatch.formats.opening import opened
from farwatch.formats.scene import ASSET, BATTERY, KINDS, RADAR, ROUND, SIDES, TARGET, TRACK, Happening, Scene, Thing
from farwatch.formats.zipped import is_zip, member
from farwatch.records import FAMILIES

SIDE_OF_COLOUR = {"Red": "hostile", "Orange": "hostile", "Blue": "friend", "Cyan": "friend", "Green": "neutral"}
"""Side by colour; any other colour is unknown."""

HAPPENED = {"Destroyed": ("kill", "killed"), "Landed": ("land", "landed")}
"""Events that are read: what happened, and what became of its first object."""

_KIND_OF_TAG = {
    "Missile": ROUND, "Rocket": ROUND, "AntiAircraft": BATTERY, "Sensor": RADAR,
    "Building": ASSET, "Aerodrome": ASSET, "Vehicle": ASSET, "Static": ASSET, "Air": TARGET,
}  # fmt: skip
_NONE_OF_TAG = {"Sea", "Navaid", "Misc", "Human", "Projectile", "Bomb", "Torpedo", "Decoy", "Beam"}
_FIELDS = re.compile(r"(?<!\\),")
_HEADER = "FileType=text/acmi/tacview"
_MOST_HEX = 16
_MOST_LINE = 1 << 16  # longer lines are read in parts

MOST_POSITIONS = 10_000_000
"""Most positions of one recording."""


def read(path: str | Path) -> Scene:
    """A recording as a scene. InputError where the file is none, or holds too much."""
    return decode(opened(path), str(path))


def decode(data: bytes, source: str = "data") -> Scene:
    """A recording as a scene, from the file's bytes. A line that cannot be read costs that line, and is counted."""
    lines = _lines(member(data, (".acmi", ".txt"), source) if is_zip(data) else data)
    header = next(lines, "")
    if header != _HEADER:
        raise InputError(source, [Problem("first line", header[:60], f"must be {_HEADER}")])
    version = next(lines, "").removeprefix("FileVersion=")
    if not version.startswith("2."):
        raise InputError(source, [Problem("FileVersion", version[:20], "must be 2.0, 2.1 or 2.2")])
    recording = _Recording(source)
    for line in lines:
        recording.line(line)
    return _scene(recording, source)


def _lines(data: bytes) -> Iterator[str]:
    """Lines, those that end in a backslash joined with the next, without comments."""
    held: list[str] = []
    stream = io.TextIOWrapper(io.BytesIO(data), "utf-8-sig", errors="replace", newline="\n")
    while line := stream.readline(_MOST_LINE):
        bare = line.rstrip("\r\n")
        if bare.endswith("\\"):
            held.append(bare[:-1] + " ")
            continue
        whole = "".join([*held, bare])
        held.clear()
        if whole and not whole.startswith("//"):
            yield whole


@dataclass(slots=True)
class _Object:
    """What is known of one object."""

    words: dict[str, str] = field(default_factory=dict)
    lon_deg: float = nan
    lat_deg: float = nan
    height_m: float = nan
    fate: str = ""


@dataclass(slots=True)
class _Recording:
    """A recording as far as it was read."""

    source: str
    time_s: float = 0.0
    about: dict[str, str] = field(default_factory=dict)
    objects: list[_Object] = field(default_factory=list)
    alive: dict[str, int] = field(default_factory=dict)  # object now known by an id
    latest: dict[str, int] = field(default_factory=dict)  # object that was last known by an id
    rows: "array[float]" = field(default_factory=lambda: array("d"))  # time, object, longitude, latitude, height
    events: list[tuple[int, Happening]] = field(default_factory=list)  # of an object, which it happened to
    counts: Counter[str] = field(default_factory=Counter)

    def line(self, line: str) -> None:
        """Take one line."""
        try:
            if line[0] == "#":
                self._frame(line)
            elif line[0] == "-":
                self.alive.pop(line[1:].strip(), None)
            else:
                self._properties(line)
        except ValueError:
            self.counts["lines left out: not to be read"] += 1

    def _frame(self, line: str) -> None:
        time_s = float(line[1:])
        if not isfinite(time_s):
            raise ValueError
        self.time_s = time_s

    def _properties(self, line: str) -> None:
        number, *told = _FIELDS.split(line) if "\\" in line else line.split(",")
        if number == "0":
            self._about(told)
            return
        if number not in self.alive:
            _id(number)
            room_for(len(self.objects) + 1, self.source)
            self.alive[number] = self.latest[number] = len(self.objects)
            self.objects.append(_Object({"id": number}))
        at = self.alive[number]
        for one in told:
            name, equals, value = one.partition("=")
            if name == "T":
                self._place(at, value)
            elif equals and name in _KEPT:
                self.objects[at].words.setdefault(name, value.replace("\\,", ","))

    def _about(self, told: list[str]) -> None:
        for one in told:
            name, _, value = one.partition("=")
            if name == "Event":
                self._event(value.split("|"))
            elif name in _ABOUT:
                self.about[name] = value.replace("\\,", ",")

    def _event(self, words: list[str]) -> None:
        what = HAPPENED.get(words[0])
        at = self.alive.get(words[1]) if len(words) > 1 else None
        if what is None or at is None:
            self.counts["events left out"] += words[0] != "LeftArea"  # an end without an event
            return
        thing = self.objects[at]
        thing.fate = what[1]
        happening = Happening(
            time_s=self.time_s, what=what[0],
            lat_deg=thing.lat_deg, lon_deg=thing.lon_deg, height_m=thing.height_m,
        )  # fmt: skip
        self.events.append((at, happening))

    def _place(self, at: int, value: str) -> None:
        thing = self.objects[at]
        places = value.split("|")
        if places[0]:
            thing.lon_deg = float(places[0])
        if len(places) > 1 and places[1]:
            thing.lat_deg = float(places[1])
        if len(places) > 2 and places[2]:
            thing.height_m = float(places[2])
        if len(self.rows) >= 5 * MOST_POSITIONS:
            raise InputError(self.source, [Problem("positions", "more", f"must be {MOST_POSITIONS} at most")])
        self.rows.extend((self.time_s, at, thing.lon_deg, thing.lat_deg, thing.height_m))


_ABOUT = frozenset(["ReferenceTime", "ReferenceLongitude", "ReferenceLatitude", "Title"])
_KEPT = frozenset(
    ["Type", "Name", "CallSign", "Pilot", "Coalition", "Color", "ICAO24", "Squawk", "Parent", "LockedTarget",
     "Kind", "Family", "Pressure"]
)  # fmt: skip


def _scene(recording: _Recording, source: str) -> Scene:
    """Objects as things, their positions by object, times from 1970 where there is a ReferenceTime."""
    about = recording.about
    start_s = posix_s(about.get("ReferenceTime", ""))
    shift_s = 0.0 if isnan(start_s) else start_s
    east_deg, north_deg = (_shift_deg(about.get(f"Reference{name}", "")) for name in ("Longitude", "Latitude"))
    table = np.frombuffer(recording.rows, np.float64).reshape(-1, 5)
    table = table[np.argsort(table[:, 1], kind="stable")]
    moves = rows_of(table[:, 0] + shift_s, table[:, 3] + north_deg, table[:, 2] + east_deg, table[:, 4])
    ends = np.searchsorted(table[:, 1], np.arange(len(recording.objects) + 1))
    keys = _keys(recording)
    things = [_thing(k, recording, keys) for k in range(len(recording.objects))]
    flights = [(t, moves[ends[k] : ends[k + 1]]) for k, t in enumerate(things) if t is not None]
    happenings = [
        replace(h, time_s=h.time_s + shift_s, whom=keys[k], lat_deg=h.lat_deg + north_deg, lon_deg=h.lon_deg + east_deg)
        for k, h in recording.events
        if things[k] is not None
    ]
    return gathered(flights, source, about.get("Title", ""), not isnan(start_s), recording.counts, happenings)


def _keys(recording: _Recording) -> list[str]:
    """What each object is called: its call sign, its pilot, or its id; with the id where others are called so too."""
    names = [o.words.get("CallSign") or o.words.get("Pilot") or o.words["id"] for o in recording.objects]
    often = Counter(names)
    return [
        name if often[name] == 1 else f"{name} {known.words['id']}"
        for name, known in zip(names, recording.objects, strict=True)
    ]


def _thing(k: int, recording: _Recording, keys: list[str]) -> Thing | None:
    """An object as a thing; None, and counted, where scenes have no such kind."""
    known = recording.objects[k]
    tags = set(known.words.get("Type", "Air").split("+"))
    kind = _kind(known.words, tags)
    if kind is None:
        recording.counts["objects left out: neither in the air nor of air defence"] += 1
        return None
    linked = recording.latest.get(known.words.get("LockedTarget" if kind == ROUND else "Parent", ""))
    return Thing(
        key=keys[k],
        kind=kind,
        side=_side(known.words),
        family=_family(known.words, tags) if kind in {TARGET, TRACK} else "",
        class_name=known.words.get("Name", ""),
        callsign=known.words.get("CallSign", "") or known.words.get("Pilot", ""),
        address=code(known.words.get("ICAO24", ""), 16, 0xFFFFFF),
        mode_a=code(known.words.get("Squawk", ""), 8, 0o7777),
        pressure=known.words.get("Pressure") == "true",
        fate=known.fate,
        of=keys[linked] if linked is not None else "",
    )


def _kind(words: dict[str, str], tags: set[str]) -> str | None:
    if words.get("Kind") in KINDS:
        return words["Kind"]
    if tags & _NONE_OF_TAG:
        return None
    return next((kind for tag, kind in _KIND_OF_TAG.items() if tag in tags), None)


def _side(words: dict[str, str]) -> str:
    coalition = words.get("Coalition", "").lower()
    return coalition if coalition in SIDES else SIDE_OF_COLOUR.get(words.get("Color", ""), "unknown")


def _family(words: dict[str, str], tags: set[str]) -> str:
    if words.get("Family") in FAMILIES:
        return words["Family"]
    return "helicopter" if "Rotorcraft" in tags else "aircraft" if "FixedWing" in tags else ""


def _id(text: str) -> int:
    """An object's id. ValueError where it is none."""
    if len(text) > _MOST_HEX:
        raise ValueError
    return int(text, 16)


def _shift_deg(text: str) -> float:
    """What is added to longitudes or latitudes; 0 where it is no angle."""
    try:
        value = float(text)
    except ValueError:
        return 0.0
    return value if abs(value) <= 360.0 else 0.0
