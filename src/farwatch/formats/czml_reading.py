"""CZML, read: entities with a position, one place or samples, as things. See `czml` for the format.

Positions may be Cartesian in the Earth-fixed frame, with or without velocities, or longitude, latitude and height in
degrees or radians; one value or several intervals. Positions in the inertial frame, and references to others', are
left out and counted, as is everything that is no position: what things look like is not read.
"""

import json
from collections import Counter
from dataclasses import dataclass, field
from math import isnan, nan
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from farwatch.errors import InputError, Problem
from farwatch.formats.dates import posix_s
from farwatch.formats.gathered import gathered, room_for, rows_of, thing_of
from farwatch.formats.opening import opened
from farwatch.formats.scene import Happening, Scene
from farwatch.world.earth import from_ecef, rates_from_ecef

Rows = NDArray[Any]
Floats = NDArray[np.float64]

WIDTHS = {"cartesianVelocity": 6, "cartesian": 3, "cartographicDegrees": 3, "cartographicRadians": 3}
"""Names of positions, and how many numbers each has beside its time."""

MOST_BYTES = 1 << 28
"""Longest document that is read."""

MOST_MARKS = 20_000_000
"""Most brackets, braces and quotes in it: each list, object and text takes far more memory than a number does."""


@dataclass(slots=True)
class _Entity:
    """What packets told of one entity."""

    name: str = ""
    since_s: float = nan
    words: dict[str, str] = field(default_factory=dict)
    parts: list[Rows] = field(default_factory=list)


def read(path: str | Path) -> Scene:
    """A document as a scene. InputError where the file is none, or holds too much."""
    return decode(opened(path), str(path))


def decode(data: bytes, source: str = "data") -> Scene:
    """A document as a scene, from the file's bytes. A position that cannot be read is left out and counted."""
    packets = _packets(data, source)
    counts: Counter[str] = Counter()
    entities: dict[str, _Entity] = {}
    title, start_s = _clock(packets[0])
    for k, packet in enumerate(packets):
        if packet.get("delete") is True or "position" not in packet:
            counts["packets left out: without position"] += packet.get("id") != "document"
            continue
        entity = entities.setdefault(str(packet.get("id", f"packet {k}"))[:200], _Entity())
        room_for(len(entities), source)
        _take(entity, packet, start_s, counts)
    placed = {key: (entity, np.concatenate(entity.parts)) for key, entity in entities.items() if entity.parts}
    happenings = [_happening(e, rows[0]) for e, rows in placed.values() if e.words.get("kind") == "event"]
    flights = [
        (thing_of(entity.words, key, entity.name, rows.size > 1), rows)
        for key, (entity, rows) in placed.items()
        if entity.words.get("kind") != "event"
    ]
    return gathered(flights, source, title, True, counts, happenings)


def _packets(data: bytes, source: str) -> list[dict[str, Any]]:
    if len(data) > MOST_BYTES:
        raise InputError(source, [Problem("document", f"{len(data)} bytes", f"must hold {MOST_BYTES} bytes at most")])
    if sum(data.count(mark) for mark in (b"[", b"{", b'"')) > MOST_MARKS:
        rule = f"must have {MOST_MARKS} brackets and quotes at most"
        raise InputError(source, [Problem("document", "", rule)])
    try:
        packets = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise InputError(source, [Problem("document", "", f"is no sound JSON: {error}")]) from error
    if not isinstance(packets, list) or not packets or not all(isinstance(packet, dict) for packet in packets):
        raise InputError(source, [Problem("document", "", "must be a list of packets")])
    if packets[0].get("id") != "document":
        raise InputError(source, [Problem("first packet, id", str(packets[0].get("id"))[:60], "must be document")])
    return packets


def _clock(document: dict[str, Any]) -> tuple[str, float]:
    """Name of a document and the time at which its clock begins; NaN where it has none."""
    clock = document.get("clock")
    interval = clock.get("interval") if isinstance(clock, dict) else None
    name = document.get("name")
    return name if isinstance(name, str) else "", _begin_s(interval)


def _begin_s(interval: Any) -> float:
    """Where an interval, or the first of several, begins."""
    one = interval[0] if isinstance(interval, list) and interval else interval
    return posix_s(one.partition("/")[0]) if isinstance(one, str) else nan


def _take(entity: _Entity, packet: dict[str, Any], start_s: float, counts: Counter[str]) -> None:
    """Add one packet to what is known of an entity."""
    if isinstance(packet.get("name"), str):
        entity.name = packet["name"]
    if "availability" in packet:
        entity.since_s = _begin_s(packet["availability"])
    told = packet.get("properties")
    if isinstance(told, dict):
        entity.words |= {name: _word(value) for name, value in told.items()}
    since_s = start_s if isnan(entity.since_s) else entity.since_s
    positions = packet["position"]
    for position in positions if isinstance(positions, list) else [positions]:
        rows = _rows(position, since_s)
        if rows is None:
            counts["positions left out: not to be read"] += 1
        else:
            entity.parts.append(rows)


def _word(value: Any) -> str:
    """A property as text, whether it stands alone or inside an object."""
    if isinstance(value, dict):
        value = next(iter(value.values()), "")
    return value if isinstance(value, str) else ""


def _rows(position: Any, since_s: float) -> Rows | None:
    """One position as rows; None where it is in a frame or a form that is not read."""
    if not isinstance(position, dict) or position.get("referenceFrame", "FIXED") != "FIXED":
        return None
    name = next((name for name in WIDTHS if isinstance(position.get(name), list)), None)
    if name is None:
        return None
    width, numbers = WIDTHS[name], position[name]
    epoch = position.get("epoch")
    try:
        if len(numbers) == width:
            table = np.array([nan, *numbers], np.float64)[None, :]
            table[:, 0] = _begin_s(position["interval"]) if "interval" in position else since_s
        elif numbers and len(numbers) % (width + 1) == 0:
            table = _samples(numbers, width + 1, posix_s(epoch) if isinstance(epoch, str) else nan)
        else:
            return None
    except (ValueError, TypeError, OverflowError):
        return None
    return _placed(name, table)


def _samples(numbers: list[Any], stride: int, epoch_s: float) -> Floats:
    """Samples (n, stride), each with its time since 1970: seconds after the epoch, or dates. ValueError elsewise."""
    if isinstance(numbers[0], str):
        numbers = list(numbers)
        numbers[::stride] = [posix_s(date) for date in numbers[::stride]]
        epoch_s = 0.0
    table = np.array(numbers, np.float64).reshape(-1, stride)
    table[:, 0] += epoch_s
    if np.isnan(table[:, 0]).any():
        raise ValueError
    return table


def _placed(name: str, table: Floats) -> Rows:
    """Time and position of each sample as MOVE rows."""
    time_s, places = table[:, 0], table[:, 1:4]
    if name == "cartographicDegrees":
        return rows_of(time_s, places[:, 1], places[:, 0], places[:, 2])
    if name == "cartographicRadians":
        return rows_of(time_s, np.degrees(places[:, 1]), np.degrees(places[:, 0]), places[:, 2])
    places = np.where(np.abs(places) < 1e9, places, nan)
    geodetic = from_ecef(np.where(np.isnan(places).any(axis=1, keepdims=True), nan, places))
    rows = rows_of(time_s, geodetic[:, 0], geodetic[:, 1], geodetic[:, 2])
    if name == "cartesianVelocity":
        rates = rates_from_ecef(rows["lat_deg"], rows["lon_deg"], table[:, 4:7])
        for k, axis in enumerate(("east_m_s", "north_m_s", "up_m_s")):
            rows[axis] = np.where(np.abs(rates[:, k]) < 1e6, rates[:, k], nan)
    return rows


def _happening(entity: _Entity, row: Any) -> Happening:
    """A mark of our own files as the event it marks."""
    place = {name: float(row[name]) for name in ("time_s", "lat_deg", "lon_deg", "height_m")}
    words = {name: entity.words.get(name, "") for name in ("what", "who", "whom")}
    return Happening(**place, **words)  # type: ignore[arg-type]  # names of fields, by kind
