"""DIS 7 messages of a scene: a distributed simulation sees its truth as entity states, fires, detonations, emissions.

::

    for time_s, message in datagrams(scene, Exercise(number=7)):  # in order of time, to be sent or recorded
        ...
    write("raid.pcap", scene)

Targets, rounds, batteries, radars and assets are entities; tracks are not, since an exercise shares what is true.
Source: [dis7] IEEE 1278.1-2012. The layout of the messages is in `dis_layout`, motion in `dis_motion`.
"""

import heapq
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from math import pi, radians
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from farwatch.errors import InputError, Problem
from farwatch.formats import dis_layout as layout
from farwatch.formats import pcap
from farwatch.formats.dis_motion import due, motion_of, orientation
from farwatch.formats.scene import ASSET, BATTERY, MOVE, RADAR, TRACK, Happening, Scene, Thing, ordered
from farwatch.track.sensors import Sensor
from farwatch.world.earth import to_ecef

Rows = NDArray[Any]

PORT = 3000
"""UDP port that exercises use by custom."""

MOST_ENTITIES = 65_533
"""Of one site and application: 0, 65 534 and 65 535 mean none, one to be given and all [dis7, 6.2.28]."""

EMISSION_BEAT_S = 10.0
"""Time between two messages of one emitter [dis7, HBT_PDU_EE]."""

_SITES = (BATTERY, RADAR, ASSET)
_STATE, _FIRE, _EMISSION, _DETONATION, _LAST = range(5)
"""Order of messages of one time: who fires is there, and who was hit goes last."""

_BLOCK = 8192
_HOUR_S, _UNITS = 3600.0, (1 << 31) - 1
_WORD = (1 << 16) - 1

Told: TypeAlias = tuple[float, int, bytes]
"""Time, s; place in the order of one time; message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exercise:
    """How a scene takes part in an exercise. InputError for what DIS cannot carry."""

    number: int = 1
    """Exercise, 1 to 255."""
    site: int = 1
    application: int = 1
    """With the site the address of this simulation, 1 to 65 534 each."""
    heartbeat_s: float = 5.0
    """A state is sent again after this time at the latest [dis7, HBT_PDU_ES]."""
    threshold_m: float = 1.0
    threshold_deg: float = 3.0
    """It is sent earlier where dead reckoning would be wrong by more [dis7, DRA_POS_THRSH, DRA_ORIENT_THRSH]."""
    absolute: bool = False
    """Whether time stamps claim to be of a clock that keeps UTC; they count from the hour in either case."""

    def __post_init__(self) -> None:
        bounds = (("number", 1, 255), ("site", 1, 65_534), ("application", 1, 65_534), ("heartbeat_s", 0.1, 600.0),
                  ("threshold_m", 0.0, 1e9), ("threshold_deg", 0.0, 180.0))
        problems = [
            Problem(name, str(value), f"must be {low} to {high}", f"nearest: {min(max(value, low), high)}")
            for name, low, high in bounds
            if not low <= (value := getattr(self, name)) <= high
        ]
        if problems:
            raise InputError("DIS exercise", problems)


def datagrams(scene: Scene, exercise: Exercise | None = None) -> Iterator[tuple[float, bytes]]:
    """Messages of a scene in order of time, each with its time on the scene's clock, s; one message a datagram.

    InputError where there are more entities than an exercise can name.
    """
    cast = _cast(scene, exercise or Exercise())
    told = heapq.merge(_standing(cast), _moving(cast), iter(_events(cast)), _emissions(cast), key=lambda row: row[:2])
    return ((time_s, message) for time_s, _, message in told)


def write(path: str | Path, scene: Scene, exercise: Exercise | None = None) -> None:
    """Write the messages of a scene as a capture of broadcast UDP on port 3000. StoreError where it cannot be written.

    A packet carries the date of its time, which is notional where the scene has none.
    """
    pcap.write(path, datagrams(scene, exercise), scene.start, ("255.255.255.255", PORT), ("192.0.2.1", PORT))


# Entities ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Cast:
    """What takes part: things, and rows by thing."""

    scene: Scene
    exercise: Exercise
    states: Rows
    """ENTITY_STATE of each thing, all but what changes filled in."""
    numbers: dict[str, int]
    """Number of an entity by the key of its thing."""
    sites: Rows
    """MOVE of what stands, one a thing."""
    motion: Rows
    """MOTION of what moves, by thing, then time."""
    destroyed_s: Rows
    """When each thing was destroyed; infinite for what was not."""
    start_s: float
    end_s: float


def _cast(scene: Scene, exercise: Exercise) -> _Cast:
    scene = _with_sensors(scene)
    entities = [thing for thing in scene.things if thing.kind != TRACK]
    if len(entities) > MOST_ENTITIES:
        rule = f"must be {MOST_ENTITIES} at most in one exercise, for one site and application"
        raise InputError(scene.source, [Problem("entities", str(len(entities)), rule)])
    numbers = {thing.key: number for number, thing in enumerate(entities, 1)}
    moves = scene.moves[_carried(scene)]
    places = np.bincount(moves["thing"], minlength=len(scene.things))
    stands = np.array([thing.kind in _SITES for thing in scene.things], bool) & (places == 1)
    start_s, end_s = _span_s(scene)
    return _Cast(
        scene=scene, exercise=exercise, numbers=numbers, start_s=start_s, end_s=end_s,
        states=_states(scene.things, numbers, exercise, stands), sites=moves[stands[moves["thing"]]],
        motion=motion_of(moves[~stands[moves["thing"]]], exercise.heartbeat_s),
        destroyed_s=_destroyed(scene, moves, stands, end_s),
    )


def _with_sensors(scene: Scene) -> Scene:
    """The same scene, where sensors that are no things of it yet, and whose place is known, are radars."""
    known = {_sensor_name(thing) for thing in scene.things}
    new = [sensor for sensor in scene.sensors if sensor.name not in known and sensor.at]
    moves = np.zeros(len(new), MOVE)
    moves["thing"], moves["time_s"] = np.arange(len(new)) + len(scene.things), _span_s(scene)[0]
    for row, sensor in zip(moves, new, strict=True):
        assert sensor.at is not None
        row["lat_deg"], row["lon_deg"], row["height_m"] = sensor.at.lat_deg, sensor.at.lon_deg, sensor.at.height_m
    things = tuple(Thing(key=sensor.name, kind=RADAR) for sensor in new)
    return replace(scene, things=scene.things + things, moves=ordered(np.concatenate([scene.moves, moves])))


def _span_s(scene: Scene) -> tuple[float, float]:
    """First and last time of anything in a scene, tracks and plots too; 0 where nothing has a time."""
    events = [event.time_s for event in scene.happenings]
    times = np.concatenate([scene.moves["time_s"], scene.plots["time_s"], events])
    times = times[np.isfinite(times)]
    return (float(times.min()), float(times.max())) if times.size else (0.0, 0.0)


def _sensor_name(thing: Thing) -> str:
    """What a radar's sensor is called: its key with only what names of sensors may have (`alpha/search`)."""
    return re.sub(r"[^A-Za-z0-9_-]", "-", thing.key)


def _carried(scene: Scene) -> Rows:
    """Which moves are of entities, and say where and when."""
    entities = np.array([thing.kind != TRACK for thing in scene.things], bool)
    told = [np.isfinite(scene.moves[name]) for name in ("time_s", "lat_deg", "lon_deg", "height_m")]
    return np.asarray(np.logical_and.reduce([*told, entities[scene.moves["thing"]]]))


def _states(things: Iterable[Thing], numbers: dict[str, int], exercise: Exercise, stands: Rows) -> Rows:
    """ENTITY_STATE of each thing: who and what it is. Tracks have number 0, and are never sent."""
    rows = layout.blank(layout.ENTITY_STATE, layout.STATE_TYPE, stands.size, exercise.number)
    rows["entity"]["site"], rows["entity"]["application"] = exercise.site, exercise.application
    rows["alphabet"], rows["reckoning"] = layout.ASCII, np.where(stands, layout.STANDS, layout.STRAIGHT)
    for row, thing in zip(rows, things, strict=True):
        row["entity"]["number"] = numbers.get(thing.key, 0)
        row["force"] = layout.FORCES.get(thing.side, 0)
        row["entity_type"] = row["seen_as"] = layout.kind_of(thing)
        row["marking"] = (thing.callsign or thing.key).encode("ascii", "replace")[-11:]
    return rows


def _destroyed(scene: Scene, moves: Rows, stands: Rows, end_s: float) -> Rows:
    """When each thing was destroyed: what stands, at the last arrival; what flies, with its kill or last place."""
    hit_s = {e.whom: e.time_s for e in scene.happenings if e.what == "kill"}
    hit_s |= {key: e.time_s for e in scene.happenings if e.what == "leak" for key in (e.who, e.whom)}
    latest_s = np.full(len(scene.things), end_s)
    latest_s[moves["thing"]] = moves["time_s"]
    latest_s[stands] = end_s
    lost = np.array([thing.fate in ("killed", "destroyed") for thing in scene.things], bool)
    named_s = np.array([hit_s.get(thing.key, end_s) for thing in scene.things], np.float64)
    return np.where(lost, np.minimum(named_s, latest_s), np.inf)


def _stamps(cast: _Cast, time_s: ArrayLike) -> Rows:
    """Time stamps u4: 31 bits of the hour, and whether they claim UTC [dis7, 6.2.88]."""
    start = cast.scene.start
    past_s = start.minute * 60.0 + start.second + start.microsecond * 1e-6
    units = np.rint(np.mod(past_s + np.asarray(time_s), _HOUR_S) / _HOUR_S * _UNITS).astype(np.int64)
    return np.asarray(units << 1 | int(cast.exercise.absolute))


def _packed(rows: Rows) -> Iterator[bytes]:
    """Each message of some rows."""
    data, size = bytes(rows.tobytes()), rows.dtype.itemsize
    return (data[k : k + size] for k in range(0, len(data), size))


# States -----------------------------------------------------------------------------------------------------


def _standing(cast: _Cast) -> Iterator[Told]:
    """What stands says so at every heartbeat, and goes at the end."""
    sites = cast.sites
    rows = cast.states[sites["thing"]]
    rows["location_m"] = to_ecef(sites["lat_deg"], sites["lon_deg"], sites["height_m"])
    facing = {sensor.name: sensor.heading_deg for sensor in cast.scene.sensors}
    heading_deg = [facing.get(_sensor_name(cast.scene.things[k]), 0.0) for k in sites["thing"]]
    level = np.zeros(sites.size)
    rows["orientation_rad"] = orientation(sites["lat_deg"], sites["lon_deg"], np.radians(heading_deg), level)
    for time_s in _beats(cast, cast.exercise.heartbeat_s) if sites.size else ():
        last = time_s >= cast.end_s > cast.start_s
        rows["timestamp"] = _stamps(cast, time_s)
        rows["appearance"] = _appearance(cast, sites["thing"], time_s, last)
        for message in _packed(rows[sites["time_s"] <= time_s]):
            yield time_s, _LAST if last else _STATE, message


def _moving(cast: _Cast) -> Iterator[Told]:
    """What moves says so when due, and goes with its last place; what was seen once does not go."""
    thing = cast.motion["thing"]
    ends = np.append(np.flatnonzero(np.diff(thing)) + 1, thing.size) if thing.size else np.zeros(0, np.int64)
    firsts = np.insert(ends[:-1], 0, 0) if thing.size else ends
    exercise = cast.exercise
    limits = (exercise.heartbeat_s, exercise.threshold_m, exercise.threshold_deg)
    sent = [first + np.array(due(cast.motion[first:end], *limits)) for first, end in zip(firsts, ends, strict=True)]
    chosen = np.concatenate([np.zeros(0, np.int64), *sent])
    last = np.zeros(thing.size, bool)
    last[ends[ends - firsts > 1] - 1] = True
    ranks = np.where(last[chosen], _LAST, _STATE)
    order = np.lexsort((thing[chosen], ranks, cast.motion["time_s"][chosen]))
    for k in range(0, order.size, _BLOCK):
        block = order[k : k + _BLOCK]
        rows = cast.motion[chosen[block]]
        messages = _packed(_state_rows(cast, rows, last[chosen[block]]))
        yield from zip(rows["time_s"].tolist(), ranks[block].tolist(), messages, strict=True)


def _state_rows(cast: _Cast, motion: Rows, last: Rows) -> Rows:
    rows: Rows = cast.states[motion["thing"]]
    for name in ("location_m", "velocity_m_s", "orientation_rad"):
        rows[name] = motion[name]
    rows["timestamp"] = _stamps(cast, motion["time_s"])
    rows["appearance"] = _appearance(cast, motion["thing"], motion["time_s"], last)
    return rows


def _appearance(cast: _Cast, thing: Rows, time_s: ArrayLike, last: ArrayLike) -> Rows:
    destroyed = np.where(np.asarray(time_s) >= cast.destroyed_s[thing], layout.DESTROYED, 0)
    return np.asarray(destroyed | np.where(last, layout.DEACTIVATED, 0))


def _beats(cast: _Cast, period_s: float) -> Iterator[float]:
    """Times from the start of a scene to its end, both included."""
    count = int((cast.end_s - cast.start_s) / period_s)
    yield from (cast.start_s + k * period_s for k in range(count + 1) if cast.start_s + k * period_s < cast.end_s)
    yield cast.end_s


# Fires and detonations --------------------------------------------------------------------------------------


def _events(cast: _Cast) -> list[Told]:
    """A fire for each launch; a detonation for what became of the round, with the event number of its launch."""
    numbers: dict[str, int] = {}
    told, fired = [], 0
    for event in sorted(cast.scene.happenings, key=lambda event: event.time_s):
        if event.what == "launch":
            fired += 1
            number = (fired - 1) % _WORD + 1
            numbers[event.round] = number
            told.append((event.time_s, _FIRE, _fire(cast, event, number)))
        elif event.what in ("kill", "miss", "lost"):
            number = numbers.get(event.round, 0) if event.round else 0
            told.append((event.time_s, _DETONATION, _detonation(cast, event, number)))
    return told


def _fire(cast: _Cast, event: Happening, number: int) -> bytes:
    return _event_row(cast, event, number, layout.blank(layout.FIRE, layout.FIRE_TYPE, 1, cast.exercise.number))


def _detonation(cast: _Cast, event: Happening, number: int) -> bytes:
    row = layout.blank(layout.DETONATED, layout.DETONATION_TYPE, 1, cast.exercise.number)
    row["result"] = layout.DETONATION if event.what == "kill" else layout.NO_DETONATION
    return _event_row(cast, event, number, row)


def _event_row(cast: _Cast, event: Happening, number: int, row: Rows) -> bytes:
    row["timestamp"] = _stamps(cast, event.time_s)
    for name, key in (("firing", event.who), ("target", event.whom), ("munition", event.round)):
        row[name] = _identity(cast, cast.numbers.get(key, 0))
    row["event"] = _identity(cast, number)
    row["location_m"] = to_ecef(event.lat_deg, event.lon_deg, event.height_m)
    row["velocity_m_s"] = _velocity(cast, event)
    return bytes(row.tobytes())


def _identity(cast: _Cast, number: int) -> tuple[int, int, int]:
    """An identifier of this simulation; all zero where there is no such entity or event."""
    return (cast.exercise.site, cast.exercise.application, number) if number else (0, 0, 0)


def _velocity(cast: _Cast, event: Happening) -> Rows:
    """Velocity of an event's round at its time, as last told then; zero where its motion is not known."""
    number = cast.numbers.get(event.round, 0)
    if not number:
        return np.zeros(3)
    thing = int(np.flatnonzero(cast.states["entity"]["number"] == number)[0])
    first, end = np.searchsorted(cast.motion["thing"], [thing, thing + 1])
    rows = cast.motion[first:end]
    at = int(np.searchsorted(rows["time_s"], event.time_s, side="right")) - 1
    return np.asarray(rows["velocity_m_s"][max(at, 0)]) if rows.size else np.zeros(3)


# Emissions --------------------------------------------------------------------------------------------------


def _emissions(cast: _Cast) -> Iterator[Told]:
    """Each radar says every ten seconds that it radiates, and where to."""
    sites = cast.sites[np.array([cast.scene.things[k].kind == RADAR for k in cast.sites["thing"]], bool)]
    if sites.size == 0:
        return
    sensors = {sensor.name: sensor for sensor in cast.scene.sensors}
    rows = layout.blank(layout.EMISSION, layout.EMISSION_TYPE, sites.size, cast.exercise.number)
    for row, k in zip(rows, sites["thing"].tolist(), strict=True):
        thing = cast.scene.things[k]
        row["emitting"] = _identity(cast, cast.numbers[thing.key])
        _beam(row, thing, sensors.get(_sensor_name(thing)))
    number = 0
    for time_s in _beats(cast, EMISSION_BEAT_S):
        if time_s >= cast.end_s:
            return
        for message in _packed(_at(cast, rows[sites["time_s"] <= time_s], time_s, number)):
            yield time_s, _EMISSION, message
        number += sites.size


def _at(cast: _Cast, rows: Rows, time_s: float, number: int) -> Rows:
    """Emissions of one time, each an event of its own."""
    rows["timestamp"] = _stamps(cast, time_s)
    rows["event"]["site"], rows["event"]["application"] = cast.exercise.site, cast.exercise.application
    rows["event"]["number"] = (number + np.arange(rows.size)) % _WORD + 1
    return rows


def _beam(row: Any, thing: Thing, sensor: Sensor | None) -> None:
    """Fill in what is known of a radar's beam: its sector as its sensor says, frequency and use as the catalogue does.

    Angles are of the entity, which faces where the sensor does. What is not known stays 0.
    """
    from farwatch.catalogue import ASSUMED, load

    row["beam_function"] = layout.SEARCH
    if sensor is not None:
        low, high = radians(sensor.elevation_min_deg), radians(sensor.elevation_max_deg)
        row["azimuth_half_rad"] = min(radians(sensor.sector_deg) / 2.0, pi)
        row["elevation_rad"], row["elevation_half_rad"] = (low + high) / 2.0, (high - low) / 2.0
    entry = load().radars.get(thing.class_name)
    if entry is not None:
        controls = entry.role == "fire-control"
        row["emitter_function"] = layout.FIRE_CONTROL if controls else layout.SURVEILLANCE
        row["beam_function"] = layout.ACQUISITION_AND_TRACKING if controls else layout.SEARCH
        if entry.frequency_hz.kind != ASSUMED:
            row["frequency_hz"] = entry.frequency_hz.value
