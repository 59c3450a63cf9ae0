"""The scene of a played trial: what flew, what the radars saw, what was believed, what was fired, and what came of it.

Rounds are drawn as straight lines from the launcher to where they met, or should have met, their target: a shot here is
a time of flight and a probability, and has no path of its own.
"""

from collections import defaultdict, deque
from collections.abc import Mapping
from math import degrees, isfinite
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from farwatch.formats.scene import (
    ASSET,
    BATTERY,
    DROPPED,
    MOVE,
    RADAR,
    ROUND,
    TRACK,
    Happening,
    Scene,
    Thing,
    ordered,
)
from farwatch.formats.track_ends import track_ends
from farwatch.outcomes.casting import cast_of
from farwatch.outcomes.columns import EVENT_KINDS
from farwatch.outcomes.columns import RADAR as BY_RADAR
from farwatch.outcomes.columns import ROUND as BY_ROUND
from farwatch.records import (
    E_ASSESSED_KILL,
    E_ASSESSED_MISS,
    E_KILL,
    E_LAUNCH,
    E_LOAD,
    E_LOST,
    E_MISS,
    E_TRACK,
    FAMILIES,
    HOSTILE,
    NEUTRAL,
)
from farwatch.track.files.states import IDENTITIES
from farwatch.track.sensors import Sensor, SensorPlace
from farwatch.world.earth import Frame, east_north_up, rates_from_ecef
from farwatch.world.motion import Truth, ends_s, states_at

if TYPE_CHECKING:
    from farwatch.campaign.retelling import Retold
    from farwatch.mission import Mission

Rows = NDArray[Any]

ASSESSED = frozenset({int(E_ASSESSED_KILL), int(E_ASSESSED_MISS)})

RESULTS = {int(E_KILL): "hit", int(E_MISS): "missed", int(E_LOST): "lost"}
"""What becomes of a round."""

ROUND_STEP_S = 1.0
"""Between two places of a round: a straight line in space is bent in latitude, longitude and height."""

SIDES = {HOSTILE: "hostile", NEUTRAL: "neutral"}

_LEAST_M, _LEAST_RAD = 1.0, 1e-6


def scene_of(retold: "Retold", every_s: float = 1.0) -> Scene:
    """The scene of one trial; targets are placed every `every_s` seconds of the mission's clock, tracks at each update.

    Times are mission times; there is no date. Targets end where they were killed or came to the end of their way;
    tracks where they were let go: their last row is no update, but where the picture then took them to be.
    """
    mission, traced = retold.mission, retold.traced
    parts = _Parts(mission)
    _sites(parts, mission)
    _targets(parts, mission, retold, every_s)
    _tracks(parts, traced.states, track_ends(mission, traced))
    happenings = _events(parts, traced.block.events)
    return Scene(
        source=f"{mission.scenario.title}, seed {retold.seed}, trial {retold.trial}",
        title=mission.scenario.title,
        things=tuple(parts.things),
        moves=ordered(np.concatenate(parts.moves)),
        happenings=happenings,
        plots=traced.plots,
        sensors=_sensors(mission),
    )


class _Parts:
    """A scene in the making: its things by key, and rows of their motion."""

    def __init__(self, mission: "Mission") -> None:
        self.cast = cast_of(mission)
        self.frame: Frame = mission.world.frame
        self.things: list[Thing] = []
        self.moves: list[Rows] = []
        self.targets = mission.world.targets
        self.classes = mission.world.classes
        self.batteries = mission.defence.defence.batteries
        self.round_rows = mission.defence.defence.rounds
        self.of_round = mission.defence.round_names

    def add(self, thing: Thing, time_s: Any, places_m: Rows, velocity_m_s: Rows | None = None) -> Rows:
        """A thing with its places (n, 3) and velocities (n, 3) in the mission's frame; its MOVE rows."""
        rows = np.zeros(len(places_m), MOVE)
        rows["thing"], rows["time_s"], rows["sigma_m"] = len(self.things), time_s, np.nan
        rows["lat_deg"], rows["lon_deg"], rows["height_m"] = self.frame.from_local(places_m).T
        names = ("east_m_s", "north_m_s", "up_m_s")
        if velocity_m_s is None:
            for name in names:
                rows[name] = np.nan
        else:
            ecef = velocity_m_s @ east_north_up(self.frame.lat_deg, self.frame.lon_deg)
            turned = rates_from_ecef(rows["lat_deg"], rows["lon_deg"], ecef)
            for k, name in enumerate(names):
                rows[name] = turned[:, k]
        self.things.append(thing)
        self.moves.append(rows)
        return rows


def _places(rows: Any) -> Rows:
    return np.stack([rows["x_m"], rows["y_m"], rows["z_m"]], axis=-1)


# Sites ------------------------------------------------------------------------------------------------------


def _sites(parts: _Parts, mission: "Mission") -> None:
    """Batteries, their radars, and what is defended."""
    scenario = mission.scenario
    for b, battery in enumerate(scenario.defence):
        thing = Thing(key=battery.name, kind=BATTERY, side="friend", class_name=battery.system)
        parts.add(thing, 0.0, _places(parts.batteries[b : b + 1]))
    for r, (battery_name, name) in enumerate(mission.sensors.radar_names):
        key = f"{battery_name}/{name}"
        thing = Thing(key=key, kind=RADAR, side="friend", class_name=name, of=battery_name)
        parts.add(thing, 0.0, _places(mission.sensors.sensors.radars[r : r + 1]))
    taken = {thing.key for thing in parts.things}
    for a, name in enumerate(parts.cast.assets):
        key = f"asset {name}" if name in taken else name
        thing = Thing(key=key, kind=ASSET, side="friend")
        parts.add(thing, 0.0, _places(mission.world.assets[a : a + 1]))


def _sensors(mission: "Mission") -> tuple[Sensor, ...]:
    """The radars as a lone tracker is told of them."""
    frame, radars = mission.world.frame, mission.sensors.sensors.radars
    return tuple(
        _sensor(f"{battery}-{name}", row, frame)
        for (battery, name), row in zip(mission.sensors.radar_names, radars, strict=True)
    )


def _sensor(name: str, radar: np.void, frame: Frame) -> Sensor:
    lat_deg, lon_deg, height_m = frame.from_local(_places(radar)).tolist()
    accuracy_deg = degrees(max(float(radar["angle_floor_rad"]), _LEAST_RAD))
    return Sensor(
        name=name,
        revisit_s=float(radar["period_s"]),
        range_sigma_m=max(float(radar["range_floor_m"]), _LEAST_M),
        azimuth_sigma_deg=accuracy_deg,
        elevation_sigma_deg=accuracy_deg if radar["elevation_beam_rad"] > 0.0 else None,
        min_range_m=float(radar["range_min_m"]),
        max_range_m=float(radar["range_max_m"]),
        at=SensorPlace(lat_deg=lat_deg, lon_deg=lon_deg, height_m=height_m),
        sector_deg=min(degrees(2.0 * float(radar["half_sector_rad"])), 360.0),
        heading_deg=degrees(float(radar["heading_rad"])),
        elevation_min_deg=degrees(float(radar["elevation_min_rad"])),
        elevation_max_deg=degrees(float(radar["elevation_max_rad"])),
        phase_s=float(radar["phase_s"]),
        rotating=bool(radar["rotating"]),
        interrogator=bool(radar["interrogator"]),
    )


# In the air -------------------------------------------------------------------------------------------------


def _targets(parts: _Parts, mission: "Mission", retold: "Retold", every_s: float) -> None:
    """Everything that flew, as long as it did."""
    truth, outcomes = retold.traced.truth, retold.traced.block.outcomes[0]
    until_s = ends_s(truth.targets)
    for i, name in enumerate(parts.cast.targets):
        row, outcome = truth.targets[i], outcomes[i]
        fate, end_s = "landed", float(until_s[i])
        if isfinite(outcome["killed_s"]):
            fate, end_s = "killed", float(outcome["killed_s"])
        elif isfinite(outcome["leaked_s"]):
            fate = "leaked"
        elif row["raid"] == 1 or end_s > mission.world.duration_s:
            fate, end_s = "", min(end_s, mission.world.duration_s)
        times_s = _times(float(row["start_s"]), end_s, every_s)
        if not times_s.size:
            continue
        one = Truth(truth.targets[i : i + 1], truth.knots, truth.classes)
        states = states_at(one, times_s)[0]
        there = np.isfinite(states[:, 0])
        parts.add(_target(parts, row, name, fate), times_s[there], states[there, :3], states[there, 3:6])


def _times(from_s: float, end_s: float, every_s: float) -> Rows:
    """From a start to an end, and every whole `every_s` between, not before the mission's start."""
    first_s = max(from_s, 0.0)
    if end_s < first_s:
        return np.zeros(0)
    steps = np.arange(np.floor(first_s / every_s) + 1, np.ceil(end_s / every_s)) * every_s
    return np.unique(np.concatenate([[first_s], steps, [end_s]]))


def _target(parts: _Parts, row: np.void, name: str, fate: str) -> Thing:
    hostile = "hostile" if row["raid"] == 1 else "friend" if row["friend"] == 1 else "neutral"
    k = int(row["class_index"])
    family = FAMILIES[int(parts.classes[k]["family"])]
    return Thing(key=name, side=hostile, family=family, class_name=parts.cast.classes[k], fate=fate)


def _tracks(parts: _Parts, states: Rows, ends: Mapping[int, tuple[float, bool]]) -> None:
    """What the picture believed: each confirmed track at each of its updates, and at its end."""
    rows = states[np.lexsort((states["time_s"], states["serial"]))]
    cuts = np.flatnonzero(np.diff(rows["serial"])) + 1
    for part in np.split(rows, cuts) if rows.size else ():
        last = part[-1]
        end_s, dropped = ends[int(last["serial"])]
        known = int(last["truth"])
        thing = Thing(
            key=f"track {int(last['serial'])}",
            kind=TRACK,
            side=SIDES.get(int(last["identity"]), IDENTITIES[0]),
            class_name=parts.cast.classes[last["class_index"]] if last["class_index"] >= 0 else "",
            address=int(last["address"]),
            mode_a=int(last["mode_a"]),
            number=int(last["serial"]),
            fate=DROPPED if dropped else "",
            of=parts.cast.targets[known] if known >= 0 else "",
        )
        times_s, places_m = part["time_s"], _places(part)
        speeds = np.stack([part["vx_m_s"], part["vy_m_s"], part["vz_m_s"]], axis=1)
        sigmas_m = part["position_sigma_m"]
        if end_s > times_s[-1]:
            there_m = places_m[-1] + (end_s - times_s[-1]) * speeds[-1]
            times_s, sigmas_m = np.append(times_s, end_s), np.append(sigmas_m, np.nan)
            places_m, speeds = np.vstack([places_m, there_m]), np.vstack([speeds, speeds[-1]])
        parts.add(thing, times_s, places_m, speeds)["sigma_m"] = sigmas_m


# What happened ----------------------------------------------------------------------------------------------


def _events(parts: _Parts, events: Rows) -> tuple[Happening, ...]:
    """Happenings of a log, and, as things, the rounds that were fired."""
    told = [event for event in events if event["kind"] not in {E_TRACK, E_LOAD}]
    rounds = _rounds(parts, told)
    places = parts.frame.from_local(np.array([_places(event) for event in told]).reshape(-1, 3))
    assets = [thing.key for thing in parts.things if thing.kind == ASSET]
    radars = [thing.key for thing in parts.things if thing.kind == RADAR]
    found = []
    for n, (event, place) in enumerate(zip(told, places.tolist(), strict=True)):
        what, actor = EVENT_KINDS[int(event["kind"])]
        who = int(event["who"])
        names = radars if actor == BY_RADAR else [b for b, _ in parts.of_round] if actor == BY_ROUND else assets
        whom = int(event["whom"])
        happening = Happening(
            time_s=float(event["time_s"]), what=what, who=names[who] if actor and who >= 0 else "",
            whom=parts.cast.targets[whom] if whom >= 0 else "", round=rounds.get(n, ""),
            lat_deg=place[0], lon_deg=place[1], height_m=place[2], value=float(event["value"]),
        )  # fmt: skip
        found.append(happening)
    return tuple(sorted(found, key=lambda one: one.time_s))


def _rounds(parts: _Parts, events: list[Any]) -> dict[int, str]:
    """Add a thing for each launch; the key of the round by number of the event: launches, results, assessments.

    Rounds of one kind at one track meet it in the order of their launches.
    """
    flying: dict[tuple[int, int], deque[str]] = defaultdict(deque)
    judged: dict[tuple[int, int], deque[str]] = defaultdict(deque)
    keys: dict[int, str] = {}
    launches: dict[str, Any] = {}
    results: dict[str, Any] = {}
    for n, event in enumerate(events):
        shot, kind = (int(event["who"]), int(event["track"])), int(event["kind"])
        if kind == E_LAUNCH:
            keys[n] = f"round {len(launches) + 1}"
            launches[keys[n]] = event
            flying[shot].append(keys[n])
        elif kind in RESULTS and flying[shot]:
            keys[n] = flying[shot].popleft()
            results[keys[n]] = event
            judged[shot].append(keys[n])
        elif kind in ASSESSED and judged[shot]:
            keys[n] = judged[shot].popleft()
    for key, launched in launches.items():
        _round(parts, key, launched, results.get(key))
    return keys


def _round(parts: _Parts, key: str, launched: np.void, result: np.void | None) -> None:
    """One round on a straight line from its battery to its meeting, planned where the trial ended before it."""
    row = parts.round_rows[int(launched["who"])]
    battery, kind = parts.of_round[int(launched["who"])]
    aimed = int(launched["whom"])
    thing = Thing(
        key=key,
        kind=ROUND,
        side="friend",
        class_name=kind,
        fate="" if result is None else RESULTS[int(result["kind"])],
        of=parts.cast.targets[aimed] if aimed >= 0 else battery,
    )
    start_m = _places(parts.batteries[int(row["battery_index"])])
    end_m = _places(launched if result is None else result)
    from_s, until_s = float(launched["time_s"]), float(launched["value"] if result is None else result["time_s"])
    until_s = max(until_s, from_s)
    times_s = np.unique(np.append(np.arange(from_s, until_s, ROUND_STEP_S), until_s))
    share = (times_s - from_s) / max(until_s - from_s, 1e-9)
    velocity = (end_m - start_m) / max(until_s - from_s, 1e-9)
    parts.add(thing, times_s, start_m + share[:, None] * (end_m - start_m), np.tile(velocity, (times_s.size, 1)))
