"""How far out a defence can see each class of the raid, height by height, against the ranges that are claimed.

For every radar, azimuth and height the farthest range is taken at which all of these hold: the mean echo from ahead is
detected with chance 0.8 in one look (`detect.reach`: beam, air, weather), the ray clears smooth earth and terrain, and
the radar's own limits allow it. The defence sees what its farthest-seeing radar sees. Figures are at their most likely
values; the range over azimuths is what terrain and sectors do. See `docs/report.md`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from farwatch import detect
from farwatch.catalogue import Catalogue, Figure, Radar, Round
from farwatch.detect.air import air_db
from farwatch.detect.equation import range_for_snr
from farwatch.detect.horizon import slant_range_of
from farwatch.detect.rain import path_in_rain_m
from farwatch.detect.reach import Target, fill_stretch, reach_of
from farwatch.detect.statistics import required_snr
from farwatch.report import wording
from farwatch.scenario import Scenario
from farwatch.world.earth import geodesic_from
from farwatch.world.motion import states_at

if TYPE_CHECKING:
    from farwatch.mission import Mission

Floats = NDArray[np.float64]

PD = 0.8
"""Chance of detection in one look that counts as seen."""

HEIGHTS_M = (30.0, 60.0, 100.0, 200.0, 300.0, 600.0, 1e3, 2e3, 3e3, 6e3, 1e4, 15e3, 25e3)
"""Heights above ground at which the picture is computed."""

TOLD_M = (30.0, 100.0, 300.0, 1e3, 3e3, 1e4)
"""Heights that the table names."""

AZIMUTHS = 120
_SAMPLES = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """One class: ranges in metres at `HEIGHTS_M`, median and middle four fifths over azimuths; and at its height here.

    `free_m` is the range that its echo alone would allow.
    """

    class_name: str
    free_m: float
    median_m: Floats
    low_m: Floats
    high_m: Floats
    height_m: float
    here_m: tuple[float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A published range of a round or a radar: the figure kept, and the farthest number that anyone printed."""

    battery: str
    name: str
    label: str
    range_m: float
    farthest_m: float
    printed: str
    radar: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _View:
    """One radar's surroundings: arrays over (azimuth, ground range)."""

    radar: Any
    ground_range_m: Floats
    floor_m: Floats
    ground_m: Floats


def sights(mission: "Mission") -> tuple[Sight, ...]:
    """What the defence can see of each class of the raid, in the order of the catalogue."""
    raid = mission.world.targets["raid"] != 0
    views = list(_views(mission))
    found = []
    for index in np.unique(mission.world.targets["class_index"][raid]):
        members = np.flatnonzero(raid & (mission.world.targets["class_index"] == index))
        found.append(_sight(mission, views, int(index), members))
    return tuple(found)


def _sight(mission: "Mission", views: list[_View], index: int, members: NDArray[np.int64]) -> Sight:
    cls = mission.world.classes[index]
    height_m = usual_height_m(mission, members)
    stretches = [_stretch(view, cls) for view in views]
    seen = np.array([_farthest(views, stretches, height) for height in (*HEIGHTS_M, height_m)])
    low, median, high = np.quantile(seen, [0.1, 0.5, 0.9], axis=1)
    return Sight(
        class_name=mission.world.class_names[index],
        free_m=max((_free_range_m(view.radar, cls) for view in views), default=0.0),
        median_m=median[:-1],
        low_m=low[:-1],
        high_m=high[:-1],
        height_m=height_m,
        here_m=(float(median[-1]), float(low[-1]), float(high[-1])),
    )


def usual_height_m(mission: "Mission", members: NDArray[np.int64]) -> float:
    """Median height above ground, m, of some targets over their flights."""
    world = mission.world
    heights = []
    for i in members[:_SAMPLES]:
        target = world.targets[i]
        ends_s = target["start_s"] + (target["knot_count"] - 1) * target["step_s"] / target["rate"]
        alone = world.truth._replace(targets=world.targets[i : i + 1])
        states = states_at(alone, np.linspace(target["start_s"], ends_s, _SAMPLES))[0]
        states = states[np.isfinite(states[:, 0])]
        places = world.frame.from_local(states[:, :3])
        heights.append(states[:, 6] - world.terrain.height_at(places[:, 0], places[:, 1]))
    return float(max(np.median(np.concatenate(heights)), 1.0)) if heights else HEIGHTS_M[0]


def _views(mission: "Mission") -> Iterator[_View]:
    sensors = mission.sensors.sensors
    radars = sensors.radars.copy()
    detect.settle(radars)
    azimuth_rad = 2.0 * np.pi * np.arange(AZIMUTHS) / AZIMUTHS
    for r, radar in enumerate(radars):
        rows = np.arange(AZIMUTHS) * sensors.floors.shape[1] // AZIMUTHS
        floor_m = np.asarray(sensors.floors[r, rows, 1:], np.float64)
        ground_range_m = sensors.floor_step_m[r] * np.arange(1, sensors.floors.shape[2])
        place = mission.world.frame.from_local(np.array([radar["x_m"], radar["y_m"], radar["z_m"]]))
        lat, lon = _along(float(place[0]), float(place[1]), azimuth_rad, ground_range_m)
        yield _View(
            radar=radar,
            ground_range_m=ground_range_m,
            floor_m=floor_m,
            ground_m=mission.world.terrain.height_at(lat, lon),
        )


def _along(lat_deg: float, lon_deg: float, azimuth_rad: Floats, ground_range_m: Floats) -> tuple[Any, Any]:
    """Latitude and longitude (azimuth, range) around a place."""
    azimuth, ground = np.meshgrid(np.degrees(azimuth_rad), ground_range_m, indexing="ij")
    return geodesic_from(np.full(azimuth.shape, lat_deg), np.full(azimuth.shape, lon_deg), azimuth, ground)


def _free_range_m(radar: Any, cls: Any) -> float:
    """Range at which the echo from ahead is seen with chance `PD`, air and rain included, nothing in the way, m."""
    needed_db = required_snr(PD, radar["pfa"], radar["pulses"], int(cls["swerling"]))
    clear_m = float(range_for_snr(radar["snr_one"], cls["rcs_nose_m2"], needed_db))
    low_m, high_m = 0.0, clear_m
    for _ in range(40):
        middle_m = 0.5 * (low_m + high_m)
        loss_db = radar["rain_db_per_m"] * path_in_rain_m(middle_m, radar["height_m"], 0.0)
        loss_db += air_db(radar, radar["height_m"], middle_m, 0.0)
        fits = middle_m * 10.0 ** (loss_db / 40.0) <= clear_m
        low_m, high_m = (middle_m, high_m) if fits else (low_m, middle_m)
    return low_m


def _stretch(view: _View, cls: Any) -> tuple[Floats, Floats]:
    """Heights above mean sea level between which a class is seen from ahead, line of sight given: (azimuth, range)."""
    wanted = Target(rcs_m2=float(cls["rcs_nose_m2"]), pd=PD, swerling=int(cls["swerling"]))
    reach = reach_of(view.radar, wanted, float(view.ground_range_m[-1]))
    azimuth_rad = 2.0 * np.pi * np.arange(AZIMUTHS) / AZIMUTHS
    low_m, high_m = np.empty((2, AZIMUTHS, view.ground_range_m.size))
    fill_stretch(reach, azimuth_rad, view.ground_range_m, low_m, high_m)
    return low_m, high_m


def _farthest(views: list[_View], stretches: list[tuple[Floats, Floats]], height_m: float) -> Floats:
    """Farthest slant range, by azimuth, at which any radar sees a target at a height above ground; 0 for none."""
    best = np.zeros(AZIMUTHS)
    for view, (low_m, high_m) in zip(views, stretches, strict=True):
        target_m = view.ground_m + height_m
        slant_m = slant_range_of(view.ground_range_m, view.radar["height_m"], target_m)
        seen = (target_m >= view.floor_m) & (target_m >= low_m) & (target_m <= high_m)
        best = np.maximum(best, np.max(np.where(seen, slant_m, 0.0), axis=1))
    return best


# What is claimed --------------------------------------------------------------------------------------------


def claims(scenario: Scenario) -> tuple[Claimed, ...]:
    """The published ranges behind a defence, farthest first: each round carried, each radar that is on."""
    catalogue = scenario.resolved_catalogue()
    found = [claim for battery in scenario.defence for claim in _claims_of(battery, catalogue)]
    return tuple(sorted(found, key=lambda claim: (-claim.farthest_m, claim.name)))


def _claims_of(battery: Any, catalogue: Catalogue) -> Iterator[Claimed]:
    system = catalogue.systems[battery.system]
    carried = {*(battery.ready if battery.ready is not None else system.ready), *(battery.reserve or ())}
    for name in system.rounds:
        if name in carried:
            yield _claimed(battery.name, catalogue.rounds[name], catalogue.rounds[name].range_max_m)
    for name in system.radars if battery.radars is None else battery.radars:
        claim = catalogue.radars[name].claim
        if claim is not None:
            yield _claimed(battery.name, catalogue.radars[name], claim.range_m)


def _claimed(battery: str, entry: Radar | Round, figure: Figure) -> Claimed:
    printed = max((figure, *figure.alternatives), key=lambda one: one.value)
    return Claimed(
        battery=battery,
        name=entry.name,
        label=wording.label(entry.title),
        range_m=figure.value,
        farthest_m=printed.value,
        printed=printed.printed,
        radar=isinstance(entry, Radar),
    )


def farthest_round(found: tuple[Claimed, ...]) -> Claimed | None:
    """The round of which the longest range is claimed; None when none is carried."""
    return next((claim for claim in found if not claim.radar and isfinite(claim.farthest_m)), None)
