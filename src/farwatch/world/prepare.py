"""The world of a scenario: its ground, its cast, and every figure of theirs that a trial draws."""

from dataclasses import dataclass
from math import cos, radians

import numpy as np
from numpy.typing import NDArray

from farwatch.catalogue import Catalogue
from farwatch.catalogue.uncertainty import Drawn
from farwatch.chance import name_id
from farwatch.errors import Problem, ScenarioError, TerrainError
from farwatch.records import ASSET
from farwatch.scenario import Scenario
from farwatch.world.background import TRAFFIC_CLASS, Slot, overhear
from farwatch.world.cast import Member, drawn_speeds, packed
from farwatch.world.classes import class_table, drawn_figures
from farwatch.world.earth import Frame, centre_of, geodesic_between
from farwatch.world.grids import Bounds
from farwatch.world.identity import ground_digest
from farwatch.world.motion import Truth
from farwatch.world.raid import Stage, asset_height_m, muster, place_of
from farwatch.world.terrain import Terrain, flat, open_terrain

AFTERMATH_S = 60.0
"""How long a mission goes on after the last arrival."""

IDLE_S = 3600.0
"""Length of a mission without a raid."""

_MARGIN_M = 20e3
_FARTHEST_M = 600e3
_DEGREE_M = 111e3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class World:
    """What is true in a mission before any trial draws its figures.

    `targets` TARGET[n], `knots` KNOT[m], `classes` CLASS[k] and `assets` ASSET[a] are base records; `drawn`
    says which figures replace which of their fields in each trial. `group_names` has the raid's groups
    first, then the recordings. `target_names` are "group/number", the addresses of luck.
    """

    frame: Frame
    terrain: Terrain
    targets: NDArray[np.void]
    knots: NDArray[np.void]
    classes: NDArray[np.void]
    assets: NDArray[np.void]
    class_names: tuple[str, ...]
    group_names: tuple[str, ...]
    asset_names: tuple[str, ...]
    target_names: tuple[str, ...]
    duration_s: float
    drawn: tuple[Drawn, ...]
    notices: tuple[str, ...]

    @property
    def truth(self) -> Truth:
        """The part that kernels move."""
        return Truth(self.targets, self.knots, self.classes)


def prepare(scenario: Scenario) -> World:
    """Build the world of a checked scenario.

    TerrainError when the terrain cannot be read or leaves a site uncovered; ScenarioError for routes and
    arcs that cannot be flown; InputError for a recording that cannot be used.
    """
    catalogue = scenario.resolved_catalogue()
    frame = Frame(*centre_of(*zip(*((b.at.lat_deg, b.at.lon_deg) for b in scenario.defence), strict=True)))
    terrain = ground(scenario, catalogue, frame)
    stage = Stage(
        scenario=scenario, catalogue=catalogue, frame=frame, terrain=terrain, ground=ground_digest(terrain)
    )
    raid, notices = muster(stage)
    duration_s = scenario.duration_s or _length_s(raid)
    traffic, said = _traffic(scenario, catalogue, frame, duration_s)
    members = [*raid, *traffic]
    targets, knots = packed(members)
    return World(
        frame=frame,
        terrain=terrain,
        targets=targets,
        knots=knots,
        classes=class_table(catalogue, terrain),
        assets=_assets(scenario, frame, terrain),
        class_names=tuple(catalogue.classes),
        group_names=(*(group.name for group in scenario.raid), *_recording_names(scenario)),
        asset_names=tuple(asset.name for asset in scenario.defended),
        target_names=tuple(member.name for member in members),
        duration_s=duration_s,
        drawn=(*drawn_figures(catalogue, (m.class_index for m in members)), *drawn_speeds(members)),
        notices=(*terrain.notices, *notices, *said),
    )


# Ground -----------------------------------------------------------------------------------------------------


def ground(scenario: Scenario, catalogue: Catalogue, frame: Frame) -> Terrain:
    """The terrain of a scenario, as far as radars see and raids come from; every site must lie on it."""
    path = scenario.terrain_file
    if path is None:
        return flat()
    terrain = open_terrain(path, bounds_about(frame, _reach_m(scenario, catalogue, frame)))
    sites = [(f"defence.{battery.name}", battery.at) for battery in scenario.defence]
    sites += [(f"defended.{asset.name}", asset.at) for asset in scenario.defended]
    problems = [
        Problem(where, f"{at.lat_deg:g} N, {at.lon_deg:g} E", f"is not covered: the terrain holds {terrain.bounds}")
        for where, at in sites
        if not terrain.covers(at.lat_deg, at.lon_deg)
    ]
    if problems:
        raise TerrainError(str(path), problems)
    return terrain


def bounds_about(frame: Frame, reach_m: float) -> Bounds:
    """The window that holds a circle about the origin of a frame."""
    reach_deg = reach_m / _DEGREE_M
    widest = min(abs(frame.lat_deg) + reach_deg, 89.0)
    aside_deg = min(180.0, reach_deg / cos(radians(widest)))
    south, north = max(-90.0, frame.lat_deg - reach_deg), min(90.0, frame.lat_deg + reach_deg)
    return Bounds(south, north, frame.lon_deg - aside_deg, frame.lon_deg + aside_deg)


def _reach_m(scenario: Scenario, catalogue: Catalogue, frame: Frame) -> float:
    """How far from the origin the ground matters: to the radars' range, and to every point of the raid."""
    names = {name for b in scenario.defence for name in b.radars or catalogue.systems[b.system].radars}
    reach_m = min(_FARTHEST_M, max(catalogue.radars[name].range_instrumented_m.value for name in names))
    assets = {asset.name: asset for asset in scenario.defended}
    places = [(asset.at.lat_deg, asset.at.lon_deg) for asset in scenario.defended]
    for group in scenario.raid:
        positions = [group.start, *(point.position for point in group.via)]
        places += [place_of(position, assets[group.to]) for position in positions]
    if places:
        lat, lon = zip(*places, strict=True)
        away_m = geodesic_between(frame.lat_deg, frame.lon_deg, lat, lon).distance_m
        reach_m = max(reach_m, min(_FARTHEST_M, float(np.max(away_m))))
    return reach_m + _MARGIN_M


def _assets(scenario: Scenario, frame: Frame, terrain: Terrain) -> NDArray[np.void]:
    table = np.zeros(len(scenario.defended), dtype=ASSET)
    for row, asset in zip(table, scenario.defended, strict=True):
        xyz_m = frame.to_local(asset.at.lat_deg, asset.at.lon_deg, asset_height_m(asset, terrain))
        row["id"], row["value"] = name_id(asset.name), asset.value
        row["x_m"], row["y_m"], row["z_m"] = xyz_m
    return table


# Cast -------------------------------------------------------------------------------------------------------


def _length_s(raid: list[Member]) -> float:
    """A mission lasts until the last arrival of the raid at its slowest, and a little longer."""
    return max(member.latest_end_s for member in raid) + AFTERMATH_S if raid else IDLE_S


def _traffic(
    scenario: Scenario, catalogue: Catalogue, frame: Frame, duration_s: float
) -> tuple[list[Member], list[str]]:
    members: list[Member] = []
    notices: list[str] = []
    if not scenario.traffic:
        return members, notices
    if TRAFFIC_CLASS not in catalogue.classes:
        raise ScenarioError("traffic", [Problem("traffic", "", f"needs the class {TRAFFIC_CLASS}")])
    files = zip(scenario.traffic, scenario.traffic_files, _recording_names(scenario), strict=True)
    for number, (traffic, path, name) in enumerate(files):
        slot = Slot(
            path=str(path),
            group_name=name,
            group_index=len(scenario.raid) + number,
            class_index=list(catalogue.classes).index(TRAFFIC_CLASS),
        )
        joined, said = overhear(traffic, slot, frame, duration_s)
        members += joined
        notices += said
    return members, notices


def _recording_names(scenario: Scenario) -> tuple[str, ...]:
    """Names of the recordings, made different from each other and from the raid's groups."""
    taken = {group.name for group in scenario.raid}
    names = []
    for path in scenario.traffic_files:
        name, number = path.stem, 2
        while name in taken:
            name, number = f"{path.stem}-{number}", number + 1
        taken.add(name)
        names.append(name)
    return tuple(names)
