"""The raid: groups of a scenario turned into members on routes and arcs."""

from dataclasses import dataclass, fields, replace
from math import ceil

import numpy as np
from numpy.typing import NDArray

from farwatch.catalogue import Catalogue, TargetClass
from farwatch.errors import Problem, RangeError, ScenarioError
from farwatch.remembered import Memory, memory
from farwatch.scenario import Asset, Bearing, Group, Place, Scenario
from farwatch.world.ballistic import Arc, Sphere, arc_over
from farwatch.world.cast import Member
from farwatch.world.earth import Frame, geodesic_between, geodesic_from
from farwatch.world.profiles import LONGEST_STEP_S, Flight, Limits, fly, sample, shared
from farwatch.world.routes import Route, abreast
from farwatch.world.terrain import Terrain

Array = NDArray[np.float64]

DIVING_FAMILIES = ("drone", "cruise-missile")
"""Families whose members fly into what they attack; the others end above it."""

FLIGHTS_KEPT = 512
"""Routes flown that a process remembers, some 100 kB each."""

_FLIGHTS: Memory[Flight] = memory(FLIGHTS_KEPT)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stage:
    """Where a raid takes place; `ground` is the digest of the terrain."""

    scenario: Scenario
    catalogue: Catalogue
    frame: Frame
    terrain: Terrain
    ground: str


def muster(stage: Stage) -> tuple[list[Member], list[str]]:
    """All members of a scenario's raid, and what should be said about them.

    ScenarioError lists every group whose route or arc cannot be flown.
    """
    members: list[Member] = []
    notices: list[str] = []
    problems = []
    for index, group in enumerate(stage.scenario.raid):
        try:
            joined, said = _members(stage, index, group)
        except RangeError as error:
            problems.append(Problem(f"raid.{group.name}", "", str(error)))
            continue
        members += joined
        notices += said
    if problems:
        raise ScenarioError("raid", problems)
    return members, notices


def _members(stage: Stage, index: int, group: Group) -> tuple[list[Member], list[str]]:
    entry = stage.catalogue.classes[group.class_name]
    names = [asset.name for asset in stage.scenario.defended]
    asset_index = names.index(group.to)
    asset = stage.scenario.defended[asset_index]
    if entry.ballistic:
        flights, notices = _arcs(stage, group, asset, entry)
    else:
        flights, notices = _routes(stage, group, asset, entry), []
    fixed = entry.ballistic or group.speed_m_s is not None or any(p.speed_m_s is not None for p in group.via)
    members = [
        Member(
            name=f"{group.name}/{number}",
            group_index=index,
            class_index=list(stage.catalogue.classes).index(entry.name),
            asset_index=asset_index,
            transponder=_answers(group, entry),
            flight=flight,
            start_s=group.at_s + number * group.interval_s,
            speed=None if fixed else entry.speed_m_s,
            jammer_w_hz=group.jammer_w_hz or 0.0,
            friend=group.side == "friendly",
        )
        for number, flight in enumerate(flights)
    ]
    return members, [*notices, *_beyond_terrain(stage, group, flights)]


def _answers(group: Group, entry: TargetClass) -> bool:
    """Whether the members of a group answer interrogation."""
    if group.transponder is not None:
        return group.transponder
    return group.side == "friendly" or not entry.hostile


def place_of(position: Place | Bearing, asset: Asset) -> tuple[float, float]:
    """Latitude and longitude of a position, which may be given as seen from an asset."""
    if isinstance(position, Place):
        return position.lat_deg, position.lon_deg
    lat, lon = geodesic_from(asset.at.lat_deg, asset.at.lon_deg, position.bearing_deg, 1e3 * position.range_km)
    return float(lat), float(lon)


# Routes -----------------------------------------------------------------------------------------------------


def _routes(stage: Stage, group: Group, asset: Asset, entry: TargetClass) -> list[Flight]:
    """A flight per member; members in file share one."""
    limits = Limits(
        turn_acceleration_m_s2=entry.turn_acceleration_m_s2.value,
        climb_rate_m_s=entry.climb_rate_m_s.value,
        dives=entry.family in DIVING_FAMILIES,
    )
    route = route_of(group, asset, entry, stage.terrain)
    flown: dict[int, Flight] = {}
    flights = []
    for member_route in abreast(route, group.count, group.spacing_m):
        key = id(member_route)
        if key not in flown:
            flown[key] = _flown(stage, member_route, limits)
        flights.append(flown[key])
    return flights


def _flown(stage: Stage, route: Route, limits: Limits) -> Flight:
    """A route flown, see `profiles.fly`; read-only knots, remembered by all that they depend on."""
    points = tuple(getattr(route, spec.name).tobytes() for spec in fields(route) if spec.name != "end_height_m")
    key = (stage.ground, stage.frame, limits, points, route.end_height_m)
    return replace(_FLIGHTS(key, lambda: shared(fly(route, limits, stage.terrain, stage.frame))))


def route_of(group: Group, asset: Asset, entry: TargetClass, terrain: Terrain) -> Route:
    """The route of a group's middle: speeds and heights hold from the point that names them."""
    speed_m_s = group.speed_m_s or entry.speed_m_s.value
    above = group.height_msl_m is None
    height_m = group.height_agl_m if group.height_agl_m is not None else entry.height_agl_m.value
    if group.height_msl_m is not None:
        height_m = group.height_msl_m
    places, legs = [place_of(group.start, asset)], [(speed_m_s, height_m, above)]
    for point in group.via:
        speed_m_s = point.speed_m_s or speed_m_s
        if point.height_agl_m is not None:
            height_m, above = point.height_agl_m, True
        elif point.height_msl_m is not None:
            height_m, above = point.height_msl_m, False
        places.append(place_of(point.position, asset))
        legs.append((speed_m_s, height_m, above))
    places.append((asset.at.lat_deg, asset.at.lon_deg))
    lat, lon = np.array(places).T
    speeds, heights, grounds = (np.array(column) for column in zip(*legs, strict=True))
    return Route(
        lat_deg=lat,
        lon_deg=lon,
        speed_m_s=speeds.astype(np.float64),
        height_m=heights.astype(np.float64),
        above_ground=grounds.astype(bool),
        end_height_m=asset_height_m(asset, terrain),
    )


def asset_height_m(asset: Asset, terrain: Terrain) -> float:
    """Height above mean sea level of the point of an asset that is flown to, m."""
    return float(terrain.height_at(asset.at.lat_deg, asset.at.lon_deg)) + asset.height_agl_m


# Arcs -------------------------------------------------------------------------------------------------------


def _arcs(stage: Stage, group: Group, asset: Asset, entry: TargetClass) -> tuple[list[Flight], list[str]]:
    """A flight per member, from launch points abreast to one asset."""
    lat, lon = place_of(group.start, asset)
    course = float(geodesic_between(lat, lon, asset.at.lat_deg, asset.at.lon_deg).azimuth_deg)
    aside_m = (np.arange(group.count) - 0.5 * (group.count - 1)) * group.spacing_m
    lats, lons = geodesic_from(lat, lon, course + 90.0, aside_m)
    arcs: dict[tuple[float, float], tuple[Flight, Arc]] = {}
    flights = []
    for launch in zip(lats.tolist(), lons.tolist(), strict=True):
        if launch not in arcs:
            arcs[launch] = _arc_flight(stage, launch, asset, group.speed_m_s)
        flights.append(arcs[launch][0])
    needed_m_s = max(arc.speed_m_s for _, arc in arcs.values())
    if needed_m_s <= entry.speed_m_s.high:
        return flights, []
    published = f"{entry.speed_m_s.high:.0f} m/s is the most published for {entry.name}"
    return flights, [f"raid {group.name}: its arc needs {needed_m_s:.0f} m/s at burn-out; {published}"]


def _arc_flight(
    stage: Stage, launch: tuple[float, float], asset: Asset, speed_m_s: float | None
) -> tuple[Flight, Arc]:
    """The arc from one launch point, laid along the geodesic and tilted to the heights of both ends."""
    way = geodesic_between(*launch, asset.at.lat_deg, asset.at.lon_deg)
    arc = arc_over(float(way.distance_m), speed_m_s, Sphere())
    low_m, high_m = float(stage.terrain.height_at(*launch)), asset_height_m(asset, stage.terrain)

    def position(times_s: Array) -> tuple[Array, Array, Array]:
        along_m, height_m = arc.at(times_s)
        lat, lon = geodesic_from(*launch, way.azimuth_deg, along_m)
        share = along_m / arc.range_m
        return lat, lon, height_m + low_m + share * (high_m - low_m)

    return sample(position, arc.time_s, LONGEST_STEP_S, stage.frame), arc


def _beyond_terrain(stage: Stage, group: Group, flights: list[Flight]) -> list[str]:
    """A notice when part of the first member's way has no terrain below it."""
    if stage.terrain.is_flat:
        return []
    knots = flights[0].knots
    xyz_m = np.stack([knots["x_m"], knots["y_m"], knots["z_m"]], axis=-1)
    place = stage.frame.from_local(xyz_m)
    share = 1.0 - float(np.mean(stage.terrain.covers(place[:, 0], place[:, 1])))
    if share == 0.0:
        return []
    beyond = f"{ceil(100.0 * share)} % of its way lies beyond terrain {stage.terrain.title}"
    return [f"raid {group.name}: {beyond}; the ground there is taken as the sea at 0 m"]
