"""The map: terrain, defence, what it defends, the raid's routes, and where in one trial things happened."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from farwatch.campaign import Result
from farwatch.report import wording
from farwatch.report.figures import ground
from farwatch.report.figures.canvas import (
    BLUE,
    GREEN,
    INK,
    PAPER,
    RED,
    SOFT,
    WIDTH_IN,
    Picture,
    drawing,
    picture,
)
from farwatch.report.figures.ground import Panel
from farwatch.report.figures.raid_coverage import levels_on
from farwatch.report.sights import LIKELY, Claimed, Sight

if TYPE_CHECKING:
    from farwatch.mission import Mission

Floats = NDArray[np.float64]

ROUTE_POINTS, TRACK_POINTS, ALL_TRACK_POINTS = 200, 40, 6000
"""Points of a route, of a track, and of all tracks together: so the page stays small for a large raid."""

OUTLINE_SAMPLES = 260
"""Samples across a panel from which the edge of what is seen is drawn."""

SMALLEST_NAMED = 0.25
"""A ring smaller than this part of a panel has no name there: the closer panel has room for it."""

HIGHEST_FLIGHT_M = 25e3
"""Above this a class does not fly but falls."""

HEADER = ("time_s", "what", "target", "who", "east_m", "north_m", "above_plane_m")


def draw(
    result: Result, mission: "Mission", found: tuple[Claimed, ...], seen: tuple[Sight, ...], labels: Mapping[str, str]
) -> Picture:
    """Two panels: the whole raid, and the last stretch around the defence."""
    events = result.events
    ends_here = np.isin(events["kind"], ["kill", "leak", "miss"])
    away_km = 1e-3 * np.hypot(events["x_m"][ends_here], events["y_m"][ends_here])
    wide, near = _extents(mission, found, float(np.quantile(away_km, 0.85) * 1.3) if len(away_km) else 40.0)
    with drawing("map", (WIDTH_IN, 5.6)) as figure:
        for axes, panel in _panels(figure, wide, near):
            _plan(axes, mission, found, (seen, labels), (panel, wide))
            _happenings(axes, result, mission)
            _sites(axes, mission, panel, arrivals(result))
        _legend(figure)
        words = ("Where it happened", _words(result, seen))
        return picture(figure, "map", words, HEADER, _data(result, mission))


def draw_plan(
    mission: "Mission", found: tuple[Claimed, ...], seen: tuple[Sight, ...], labels: Mapping[str, str],
    told: tuple[str, str],
) -> Picture:  # fmt: skip
    """The same two panels before a trial is played; `told` are the name and the title of the figure."""
    places = [mission.defence.defence.batteries, mission.world.assets]
    sites_km = max((float(np.max(np.hypot(it["x_m"], it["y_m"]), initial=0.0)) for it in places), default=0.0) * 1e-3
    wide, near = _extents(mission, found, max(2.0 * sites_km, 25.0))
    with drawing(told[0], (WIDTH_IN, 5.25)) as figure:
        for axes, panel in _panels(figure, wide, near):
            _plan(axes, mission, found, (seen, labels), (panel, wide))
            _sites(axes, mission, panel, {})
        _legend(figure)
        words = (told[1], f"The raid's routes as planned, no trial. {_edges(seen)}{_FRAME}")
        return picture(figure, told[0], words, HEADER, _planned(mission))


def _panels(figure: Any, wide: Panel, near: Panel) -> Iterator[tuple[Any, Panel]]:
    """The two panels, each framed when it is drawn."""
    titles = ("The whole raid", "Close to the defence")
    for axes, panel, title in zip(figure.subplots(1, 2), (wide, near), titles, strict=True):
        yield axes, panel
        axes.set(xlim=(-panel.half_km, panel.half_km), ylim=(-panel.half_km, panel.half_km))
        ground.furniture(axes, panel, title)


def _plan(
    axes: Any, mission: "Mission", found: tuple[Claimed, ...], shown: tuple[tuple[Sight, ...], Mapping[str, str]],
    panels: tuple[Panel, Panel],
) -> None:  # fmt: skip
    """Ground, edges of sight, routes and rings on one of the panels; `panels` are this one and the wide one."""
    panel, wide = panels
    ground.lay(axes, ground.shaded(mission, panel.half_km), panel.half_km)
    _outlines(axes, *shown, panel)
    _routes(axes, mission, (0.4 * wide.half_km, wide.half_km) if panel is wide else (0.0, panel.half_km))
    _rings(axes, mission, found, panel)


def _legend(figure: Any) -> None:
    handles, names = figure.axes[0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=4, fontsize=8.5, labelcolor=INK)


def _extents(mission: "Mission", found: tuple[Claimed, ...], wanted_km: float) -> tuple[Panel, Panel]:
    """Wide enough for the raid and the farthest round; and as close as wanted, if that is neither closest nor wide."""
    raid = mission.world.targets[mission.world.targets["raid"] != 0]
    ends = mission.world.knots[raid["first_knot"]]
    routes_km = 1e-3 * float(np.max(np.hypot(ends["x_m"], ends["y_m"]), initial=20e3))
    rings_km = max((1e-3 * claim.farthest_m for claim in found if not claim.radar), default=0.0)
    wide_km = max(routes_km, min(rings_km, 2.2 * routes_km)) * 1.1
    near_km = float(np.clip(wanted_km, 15.0, 0.6 * wide_km))
    return ground.panel_of(wide_km), ground.panel_of(near_km)


def outlined(seen: tuple[Sight, ...]) -> tuple[Sight, ...]:
    """The class that flies lowest and the one that flies highest in the air."""
    flying = sorted((one for one in seen if one.height_m <= HIGHEST_FLIGHT_M), key=lambda one: one.height_m)
    return tuple({one.class_name: one for one in flying[:1] + flying[-1:]}.values())


def _outlines(axes: Any, seen: tuple[Sight, ...], labels: Mapping[str, str], panel: Panel) -> None:
    """The edge of where the lowest and the highest class are seen, at the most likely figures."""
    axis_km = np.linspace(-panel.half_km, panel.half_km, OUTLINE_SAMPLES)
    for sight, dashes in zip(outlined(seen), ((0, (1, 1.2)), (0, (6, 2, 1, 2))), strict=False):
        surely = levels_on(sight.seen, panel.half_km, OUTLINE_SAMPLES) >= LIKELY
        told = f"edge of sight: {labels[sight.class_name]}, {wording.height(sight.height_m)}"
        look: dict[str, Any] = {"linewidths": 1.2, "colors": BLUE, "linestyles": [dashes], "zorder": 3}
        if surely.any() and not surely.all():
            axes.contour(axis_km, axis_km, surely.astype(np.float64), levels=[0.5], **look)
        axes.plot([], [], color=BLUE, linewidth=1.2, linestyle=dashes, label=told)


def _routes(axes: Any, mission: "Mission", named_km: tuple[float, float]) -> None:
    """Routes of raid and background, one line for targets that share knots; groups that start in a span are named."""
    world = mission.world
    drawn: set[int] = set()
    told: set[int] = set()
    for target in sorted(world.targets, key=lambda target: int(target["raid"])):
        if int(target["first_knot"]) in drawn:
            continue
        drawn.add(int(target["first_knot"]))
        raid = target["raid"] != 0
        x, y = _path_km(world.knots, target, ROUTE_POINTS if raid else TRACK_POINTS)
        label = ("planned route of the raid" if raid else "other aircraft") if int(target["raid"]) not in told else None
        told.add(int(target["raid"]))
        axes.plot(x, y, label=label, **(_RAID if raid else _OTHERS))
        group = int(target["group_index"])
        start_km = max(abs(x[0]), abs(y[0]))
        if raid and named_km[0] <= start_km <= named_km[1] and -1 - group not in drawn:
            drawn.add(-1 - group)
            _name(axes, (x[0], y[0]), world.group_names[group], named_km[1])


_RAID: dict[str, Any] = {"color": RED, "linewidth": 1.0, "alpha": 0.9, "linestyle": (0, (4, 1.5))}
_OTHERS: dict[str, Any] = {"color": SOFT, "linewidth": 0.4, "alpha": 0.4}


def _path_km(knots: Any, target: Any, most: int = ROUTE_POINTS) -> tuple[Floats, Floats]:
    first, count = int(target["first_knot"]), int(target["knot_count"])
    picked = np.unique(np.linspace(first, first + count - 1, min(count, most)).astype(np.int64))
    return np.round(1e-3 * knots["x_m"][picked], 2), np.round(1e-3 * knots["y_m"][picked], 2)


def _name(axes: Any, place: tuple[float, float], text: str, half_km: float) -> None:
    """A name just outside a route's start; inside where it would leave the panel."""
    x, y = place
    outward = np.array([x, y]) / max(float(np.hypot(x, y)), 1e-9)
    side = "left" if outward[0] >= 0.0 else "right"
    if abs(x) > 0.6 * half_km:
        side = {"left": "right", "right": "left"}[side]
    ground.label(axes, place, text, (5.0 * outward[0], 11.0 if y >= 0.0 else -11.0), side)


def _rings(axes: Any, mission: "Mission", found: tuple[Claimed, ...], panel: Panel) -> None:
    """Farthest published range of each round, about its battery."""
    batteries = mission.defence.defence.batteries
    angle = np.linspace(0.0, 2.0 * np.pi, 181)
    label: str | None = "longest range claimed"
    for claim in found:
        radius_km = 1e-3 * claim.farthest_m
        if claim.radar or radius_km > 1.35 * panel.half_km:
            continue
        battery = batteries[mission.defence.battery_names.index(claim.battery)]
        x, y = 1e-3 * battery["x_m"], 1e-3 * battery["y_m"]
        axes.plot(
            x + radius_km * np.sin(angle),
            y + radius_km * np.cos(angle),
            color=INK,
            linewidth=0.9,
            linestyle=(0, (5, 3)),
            label=label,
        )
        label = None
        if radius_km < SMALLEST_NAMED * panel.half_km:
            continue
        side = -min(radius_km, 0.9 * panel.half_km)
        ground.label(
            axes,
            (x + side * 0.7071, y + side * 0.7071) if radius_km < 0.98 * panel.half_km * 1.41 else (x, y),
            f"{claim.label} {wording.number(radius_km)} km",
            (0.0, 0.0),
            "center",
        )


def _happenings(axes: Any, result: Result, mission: "Mission") -> None:
    """Where raid targets of the traced trial were first seen, killed, missed, or got through."""
    events = result.events
    raid = np.append(result.cast.raid, False)[events["target"]]
    seen = _first(events, (events["kind"] == "seen") & raid)
    kinds = {
        "first seen": (seen, {"marker": "o", "markerfacecolor": "none", "markeredgecolor": BLUE, "markersize": 4.5}),
        "killed": (
            (events["kind"] == "kill") & raid,
            {"marker": "X", "markerfacecolor": GREEN, "markeredgecolor": PAPER, "markersize": 6.5},
        ),
        "missed": ((events["kind"] == "miss") & raid, {"marker": "x", "markeredgecolor": SOFT, "markersize": 4.0}),
        "got through": (
            (events["kind"] == "leak") & raid,
            {"marker": "D", "markerfacecolor": RED, "markeredgecolor": PAPER, "markersize": 8.0, "zorder": 8},
        ),
    }
    shot = ((events["kind"] == "kill") | (events["kind"] == "miss")) & raid
    _shots(axes, result, mission, shot)
    label: str | None = "track, as believed"
    for places in tracks(result):
        x, y = 1e-3 * events["x_m"][places], 1e-3 * events["y_m"][places]
        axes.plot(x, y, color=BLUE, linewidth=1.3, alpha=0.9, zorder=4, label=label)
        label = None
    for label, (mask, look) in kinds.items():
        axes.plot(
            1e-3 * events["x_m"][mask],
            1e-3 * events["y_m"][mask],
            **({"linestyle": "none", "label": label, "zorder": 6, "markeredgewidth": 0.9} | look),
        )


def tracks(result: Result) -> list[NDArray[np.int64]]:
    """Events that make the line of each track of a raid target, thinned, one array for each track."""
    events = result.events
    raid = np.append(result.cast.raid, False)[events["target"]]
    rows = np.flatnonzero((events["kind"] == "track") & raid)
    serials = np.unique(events["track"][rows])
    most = max(min(TRACK_POINTS, ALL_TRACK_POINTS // max(len(serials), 1)), 3)
    found = []
    for serial in serials:
        own = rows[events["track"][rows] == serial]
        found.append(own[np.unique(np.linspace(0, len(own) - 1, min(len(own), most)).astype(np.int64))])
    return found


def _first(events: Any, mask: Any) -> Any:
    """Of the masked events, the first of each target."""
    places = np.flatnonzero(mask)
    _, firsts = np.unique(events["target"][places], return_index=True)
    found = np.zeros(len(mask), bool)
    found[places[firsts]] = True
    return found


def _shots(axes: Any, result: Result, mission: "Mission", mask: Any) -> None:
    """A thin line from the battery to where each round met its target."""
    events = result.events
    batteries = mission.defence.defence.batteries
    label: str | None = "round, to where it ended"
    for k in np.flatnonzero(mask):
        name = str(events["who"][k]).partition("/")[0]
        if name not in mission.defence.battery_names:
            continue
        battery = batteries[mission.defence.battery_names.index(name)]
        axes.plot(
            [1e-3 * battery["x_m"], 1e-3 * events["x_m"][k]],
            [1e-3 * battery["y_m"], 1e-3 * events["y_m"][k]],
            color=GREEN,
            linewidth=0.6,
            alpha=0.55,
            zorder=4,
            label=label,
        )
        label = None


def arrivals(result: Result) -> dict[str, int]:
    """How many reach each asset in the traced trial."""
    at = result.events["who"][result.events["kind"] == "leak"]
    return {asset: int((at == asset).sum()) for asset in result.cast.assets}


def _sites(axes: Any, mission: "Mission", panel: Panel, arrived: dict[str, int]) -> None:
    batteries, assets = mission.defence.defence.batteries, mission.world.assets
    for label, places, marker, colour, size in (
        ("defended", assets, "s", INK, 5.5),
        ("battery", batteries, "^", BLUE, 8.5),
    ):
        axes.plot(
            1e-3 * places["x_m"],
            1e-3 * places["y_m"],
            marker=marker,
            color=colour,
            markersize=size,
            linestyle="none",
            label=label,
            zorder=7,
            markeredgecolor=PAPER,
        )
    if panel.half_km > 150.0:
        return
    for name, site in zip(mission.world.asset_names, assets, strict=True):
        told = f"{name}: {arrived[name]} got through" if arrived.get(name) else name
        ground.label(axes, (1e-3 * site["x_m"], 1e-3 * site["y_m"]), told, (7.0, -9.0), "left")
    for name, site in zip(mission.defence.battery_names, batteries, strict=True):
        ground.label(axes, (1e-3 * site["x_m"], 1e-3 * site["y_m"]), name, (-8.0, 9.0), "right")


def _words(result: Result, seen: tuple[Sight, ...]) -> str:
    events = result.events
    kills, leaks = (int((events["kind"] == kind).sum()) for kind in ("kill", "leak"))
    return (
        f"{_which(result)}: the routes of the raid, where each target was first seen, its track, "
        f"{wording.plural(kills, 'kill')} and {wording.plural(leaks, 'arrival')}; a thin line from a battery is a "
        f"round that met its target or missed it. {_edges(seen)}{_FRAME}"
    )


_FRAME = (
    "Dashed rings are the longest ranges published for each round. Higher ground is darker. North is up; the frame is "
    "a plane that touches the earth at the defence."
)


def _edges(seen: tuple[Sight, ...]) -> str:
    """What the outlines are; nothing where none is drawn."""
    if not seen:
        return ""
    who = "the lowest and the highest flyer come" if len(outlined(seen)) > 1 else "the raid comes"
    return (
        f"Where {who} into sight is outlined, at the most likely figures; another figure has all classes, "
        "and what is uncertain. "
    )


def _which(result: Result) -> str:
    played = len(result.evidence)
    others = f" of {played}, which end differently" if played > 1 else ""
    trial = f"Trial {result.evidence.traced}{others};" if result.evidence.traced >= 0 else "No trial was traced;"
    return f"{trial} over {result.scenario.terrain or 'a smooth earth'}"


def _data(result: Result, mission: "Mission") -> Iterator[tuple[object, ...]]:
    """What the map shows of the traced trial: events, tracks, and the planned routes of the raid."""
    events = result.events
    kinds = ["seen", "confirmed", "hostile", "launch", "kill", "miss", "lost", "leak"]
    for k in (*np.flatnonzero(np.isin(events["kind"], kinds)), *(k for places in tracks(result) for k in places)):
        place = (round(float(events[axis][k])) for axis in ("x_m", "y_m", "z_m"))
        yield round(float(events["time_s"][k]), 1), events["kind"][k], events["name"][k], events["who"][k], *place
    yield from _planned(mission)


def _planned(mission: "Mission") -> Iterator[tuple[object, ...]]:
    """The planned routes of the raid."""
    world = mission.world
    routes = {int(target["first_knot"]): target for target in world.targets[world.targets["raid"] != 0]}
    for target in routes.values():
        for east_km, north_km in zip(*_path_km(world.knots, target), strict=True):
            name = world.group_names[int(target["group_index"])]
            yield "", "planned route", name, "", round(1e3 * float(east_km)), round(1e3 * float(north_km)), ""
