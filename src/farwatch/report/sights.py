"""How far out a defence can see each class of the raid, height by height, against the ranges that are claimed.

For every radar, azimuth and height the farthest range is taken at which all of these hold: the mean echo from ahead is
detected with chance 0.8 in one look (`detect.reach`: beam, air, weather), the ray clears smooth earth and terrain, and
the radar's own limits allow it. The defence sees what its farthest-seeing radar sees. The range over azimuths is what
terrain and sectors do. All this holds at the most likely figures, and again with as weak and as strong an echo in that
radar as the trials drew in one of ten: the range of what nobody knows exactly. See `docs/report.md`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from farwatch import detect
from farwatch.detect.air import air_db
from farwatch.detect.equation import range_for_snr
from farwatch.detect.horizon import slant_range_of
from farwatch.detect.rain import path_in_rain_m
from farwatch.detect.reach import Target, fill_seen, fill_stretch, reach_of
from farwatch.detect.statistics import required_snr
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

AZIMUTHS = 180
_SAMPLES = 24

NOT_SEEN, STRONG_ONLY, LIKELY, WEAK_TOO = range(4)
"""With which figures a place is seen: none, kind ones only, the most likely too, unkind ones too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A range in metres: median, 10 % and 90 % over azimuths at the most likely figures; medians at others."""

    median_m: float
    low_m: float
    high_m: float
    weak_m: float
    strong_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What one radar sees of a class at its height: `levels` u1[azimuths, ranges] of NOT_SEEN … WEAK_TOO."""

    radar: str
    x_m: float
    y_m: float
    ground_range_m: Floats
    levels: NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """One class: how far out it is seen at each of `HEIGHTS_M`, and at its height here; and where.

    `free_m` is the range that its echo alone would allow.
    """

    class_name: str
    free_m: float
    spans: tuple[Span, ...]
    height_m: float
    here: Span
    seen: tuple[Seen, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heights:
    """Heights above ground between which one radar sees a target: f8[azimuths, ranges] each, NaN where at none.

    Azimuths run clockwise from north in even steps, ground ranges in even steps from one step on.
    """

    radar: str
    lat_deg: float
    lon_deg: float
    step_m: float
    low_agl_m: Floats
    high_agl_m: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class _View:
    """One radar's place and surroundings: arrays over (azimuth, ground range)."""

    name: str
    lat_deg: float
    lon_deg: float
    radar: Any
    ground_range_m: Floats
    floor_m: Floats
    ground_m: Floats


Stretch = tuple[Floats, Floats]
"""Heights above mean sea level between which a class is seen from ahead, line of sight given: (azimuth, range) each."""


def sights(mission: "Mission", strength_db: tuple[Floats, Floats] | None = None) -> tuple[Sight, ...]:
    """What the defence can see of each class of the raid, in the order of the catalogue.

    strength_db: how much weaker, and stronger, than most likely an echo may be: f8[radars, classes] each, dB.
    None: no more than that.
    """
    raid = mission.world.targets["raid"] != 0
    views = list(_views(mission))
    if strength_db is None:
        even = np.zeros((len(views), len(mission.world.classes)))
        strength_db = (even, even)
    found = []
    for index in np.unique(mission.world.targets["class_index"][raid]):
        members = np.flatnonzero(raid & (mission.world.targets["class_index"] == index))
        offsets = [np.array([weak[index], 0.0, strong[index]]) for weak, strong in zip(*strength_db, strict=True)]
        found.append(_sight(mission, views, offsets, members))
    return tuple(found)


def heights_seen(mission: "Mission", wanted: Target, azimuths: int = AZIMUTHS) -> Iterator[Heights]:
    """Between which heights each radar sees a target, at the most likely figures: what `sights` asks height by height.

    azimuths: a part of the floors' own (1440), so that none is in between.
    """
    for view in _views(mission, azimuths):
        ((low_m, high_m),) = _stretches(view, wanted, np.zeros(1))
        low_m = np.maximum(low_m, view.floor_m) - view.ground_m
        high_m = high_m - view.ground_m
        none = ~(low_m <= high_m)
        low_m[none] = high_m[none] = np.nan
        yield Heights(
            radar=view.name,
            lat_deg=view.lat_deg,
            lon_deg=view.lon_deg,
            step_m=float(view.ground_range_m[0]),
            low_agl_m=low_m,
            high_agl_m=high_m,
        )


def target_of(cls: Any) -> Target:
    """What is looked for when a class, a row of CLASS, comes from ahead."""
    return Target(rcs_m2=float(cls["rcs_nose_m2"]), pd=PD, swerling=int(cls["swerling"]))


def _sight(mission: "Mission", views: list[_View], offsets_db: list[Floats], members: NDArray[np.int64]) -> Sight:
    index = int(mission.world.targets["class_index"][members[0]])
    cls = mission.world.classes[index]
    height_m = usual_height_m(mission, members)
    stretches = [_stretches(view, target_of(cls), offset_db) for view, offset_db in zip(views, offsets_db, strict=True)]
    pairs = list(zip(views, stretches, strict=True))
    spans = [_span(pairs, height) for height in (*HEIGHTS_M, height_m)]
    return Sight(
        class_name=mission.world.class_names[index],
        free_m=max((_free_range_m(view.radar, cls) for view in views), default=0.0),
        spans=tuple(spans[:-1]),
        height_m=height_m,
        here=spans[-1],
        seen=tuple(
            Seen(
                radar=view.name,
                x_m=float(view.radar["x_m"]),
                y_m=float(view.radar["y_m"]),
                ground_range_m=view.ground_range_m,
                levels=_closed(np.sum([_is_seen(view, one, height_m) for one in own], axis=0, dtype=np.uint8)),
            )
            for view, own in pairs
        ),
    )


def _closed(levels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Levels without gaps of one or two rings, which come about where the lowest stretch of heights jumps."""
    closed = levels.copy()
    before2, before, after, after2 = levels[:, :-4], levels[:, 1:-3], levels[:, 3:-1], levels[:, 4:]
    for left, right in ((before, after), (before, after2), (before2, after)):
        closed[:, 2:-2] = np.maximum(closed[:, 2:-2], np.minimum(left, right))
    return closed


def _span(pairs: list[tuple[_View, list[Stretch]]], height_m: float) -> Span:
    """How far out the defence sees a class at a height above ground."""
    weak, likely, strong = (_farthest([(view, own[k]) for view, own in pairs], height_m) for k in range(3))
    low, median, high = (float(q) for q in np.quantile(likely, [0.1, 0.5, 0.9]))
    return Span(
        median_m=median, low_m=low, high_m=high, weak_m=float(np.median(weak)), strong_m=float(np.median(strong))
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


def _views(mission: "Mission", azimuths: int = AZIMUTHS) -> Iterator[_View]:
    sensors = mission.sensors.sensors
    radars = sensors.radars.copy()
    detect.settle(radars)
    azimuth_rad = 2.0 * np.pi * np.arange(azimuths) / azimuths
    names = [f"{battery}/{radar}" for battery, radar in mission.sensors.radar_names]
    for r, radar in enumerate(radars):
        rows = np.arange(azimuths) * sensors.floors.shape[1] // azimuths
        floor_m = np.asarray(sensors.floors[r, rows, 1:], np.float64)
        ground_range_m = sensors.floor_step_m[r] * np.arange(1, sensors.floors.shape[2])
        place = mission.world.frame.from_local(np.array([radar["x_m"], radar["y_m"], radar["z_m"]]))
        lat, lon = _along(float(place[0]), float(place[1]), azimuth_rad, ground_range_m)
        yield _View(
            name=names[r],
            lat_deg=float(place[0]),
            lon_deg=float(place[1]),
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


def _stretches(view: _View, wanted: Target, offsets_db: Floats) -> list[Stretch]:
    """In which heights a target is seen when its echo is some decibels stronger than most likely, for each of these."""
    azimuths = len(view.floor_m)
    reach = reach_of(view.radar, wanted, float(view.ground_range_m[-1]))
    count = reach.azimuth_db.size
    rows = slice(None, None, max(count // azimuths, 1))  # an azimuth of ours is one of its own: none is in between
    reach = reach._replace(
        azimuth_db=reach.azimuth_db[rows].copy(),
        seen_low_m=reach.seen_low_m[rows].copy(),
        seen_high_m=reach.seen_high_m[rows].copy(),
    )
    needed_db = float(required_snr(wanted.pd, float(view.radar["pfa"]), int(view.radar["pulses"]), wanted.swerling))
    azimuth_rad = 2.0 * np.pi * np.arange(azimuths) / azimuths
    found = []
    for offset_db in offsets_db:
        fill_seen(reach, needed_db - float(offset_db))
        low_m, high_m = np.empty((2, azimuths, view.ground_range_m.size))
        fill_stretch(reach, azimuth_rad, view.ground_range_m, low_m, high_m)
        found.append((low_m, high_m))
    return found


def _is_seen(view: _View, stretch: Stretch, height_m: float) -> NDArray[np.bool_]:
    """Where a radar sees a target at a height above ground: (azimuth, range)."""
    low_m, high_m = stretch
    target_m = view.ground_m + height_m
    return np.asarray((target_m >= view.floor_m) & (target_m >= low_m) & (target_m <= high_m))


def _farthest(pairs: list[tuple[_View, Stretch]], height_m: float) -> Floats:
    """Farthest slant range, by azimuth, at which any radar sees a target at a height above ground; 0 for none."""
    best = np.zeros(AZIMUTHS)
    for view, stretch in pairs:
        slant_m = slant_range_of(view.ground_range_m, view.radar["height_m"], view.ground_m + height_m)
        best = np.maximum(best, np.max(np.where(_is_seen(view, stretch, height_m), slant_m, 0.0), axis=1))
    return best


# What is claimed --------------------------------------------------------------------------------------------
