"""The map: terrain, defence, what it defends, the raid's routes, and where in one trial things happened."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from farwatch.campaign import Result
from farwatch.report import wording
from farwatch.report.figures.canvas import (
    BLUE,
    GREEN,
    INK,
    LINE,
    PAPER,
    RED,
    SOFT,
    WIDTH_IN,
    Picture,
    drawing,
    picture,
    spine_free,
)
from farwatch.report.sights import Claimed

if TYPE_CHECKING:
    from farwatch.mission import Mission

Floats = NDArray[np.float64]

SAMPLES = 420
"""Samples of terrain across a panel."""

TONES = 24
"""Tones of shading; few, so that the picture stays small."""

ROUTE_POINTS = 200
_LOW, _HIGH = np.array([222.0, 216.0, 196.0]), np.array([196.0, 176.0, 146.0])
_SEA = np.array([190.0, 208.0, 220.0])


@dataclass(frozen=True, slots=True)
class _Panel:
    """Half the width of a panel, and the length of its scale bar, in kilometres."""

    half_km: float
    bar_km: float


def draw(result: Result, mission: "Mission", found: tuple[Claimed, ...]) -> Picture:
    """Two panels: the whole raid, and the last stretch around the defence."""
    wide, near = _extents(result, mission, found)
    with drawing("map", (WIDTH_IN, 5.35)) as figure:
        panels = figure.subplots(1, 2)
        for axes, panel, title in zip(panels, (wide, near), ("The whole raid", "Close to the defence"), strict=True):
            _ground(axes, mission, panel)
            _routes(axes, mission, (0.0, panel.half_km) if panel is near else (0.4 * wide.half_km, wide.half_km))
            _rings(axes, mission, found, panel)
            _happenings(axes, result, mission, panel)
            _sites(axes, mission, panel, arrivals(result))
            _furniture(axes, panel, title)
        figure.legend(
            *panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=5, fontsize=8.5, labelcolor=INK
        )
        words = ("Where it happened", _words(result))
        header = ("time s", "what", "target", "who", "east m", "north m", "height above the plane m")
        return picture(figure, "map", words, header, _data(result))


def _extents(result: Result, mission: "Mission", found: tuple[Claimed, ...]) -> tuple[_Panel, _Panel]:
    """Wide enough for the raid and the farthest round; close enough for what was shot down."""
    raid = mission.world.targets[mission.world.targets["raid"] != 0]
    ends = mission.world.knots[raid["first_knot"]]
    routes_km = 1e-3 * float(np.max(np.hypot(ends["x_m"], ends["y_m"]), initial=20e3))
    rings_km = max((1e-3 * claim.farthest_m for claim in found if not claim.radar), default=0.0)
    wide_km = max(routes_km, min(rings_km, 2.2 * routes_km)) * 1.1
    events = result.events
    ends_here = np.isin(events["kind"], ["kill", "leak", "miss"])
    away_km = 1e-3 * np.hypot(events["x_m"][ends_here], events["y_m"][ends_here])
    near_km = float(np.clip(np.quantile(away_km, 0.85) * 1.3 if len(away_km) else 40.0, 15.0, 0.6 * wide_km))
    return _Panel(wide_km, _round_km(wide_km / 2.5)), _Panel(near_km, _round_km(near_km / 2.5))


def _round_km(length_km: float) -> float:
    """The largest of 1, 2, 5, 10 … that is not longer."""
    step = 10.0 ** np.floor(np.log10(length_km))
    return float(max(m * step for m in (1.0, 2.0, 5.0) if m * step <= length_km))


def _ground(axes: Any, mission: "Mission", panel: _Panel) -> None:
    """Shaded relief, lit from the north-west, higher ground darker."""
    if mission.world.terrain.is_flat:
        axes.set_facecolor(PAPER)
        return
    axis_m = np.linspace(-1e3 * panel.half_km, 1e3 * panel.half_km, SAMPLES)
    east, north = np.meshgrid(axis_m, axis_m)
    flat = np.stack([east, north, np.zeros_like(east)], axis=-1)
    places = mission.world.frame.from_local(flat.reshape(-1, 3))
    height_m = mission.world.terrain.height_at(places[:, 0], places[:, 1]).reshape(east.shape)
    image = relief(height_m, axis_m[1] - axis_m[0])
    half = panel.half_km
    axes.imshow(image, origin="lower", extent=(-half, half, -half, half), interpolation="none", zorder=0)


def relief(height_m: Floats, step_m: float) -> NDArray[np.uint8]:
    """A height field (rows northward) as RGB u1[rows, columns, 3]."""
    south_north, west_east = np.gradient(height_m, step_m)
    tilt = (west_east - south_north) / np.sqrt(2.0)
    steep = float(np.quantile(np.abs(tilt), 0.98)) or 1.0
    shade = np.round(TONES * np.clip(0.5 + 0.5 * tilt / steep, 0.0, 1.0)) / TONES
    low, high = np.quantile(height_m, [0.02, 0.98])
    share = np.round(8.0 * np.clip((height_m - low) / max(high - low, 1.0), 0.0, 1.0)) / 8.0
    tone = _LOW + share[..., None] * (_HIGH - _LOW)
    tone = np.where((height_m <= 0.0)[..., None], _SEA, tone)
    return np.asarray(np.clip(tone * (0.78 + 0.3 * shade[..., None]), 0.0, 255.0), np.uint8)


def _routes(axes: Any, mission: "Mission", named_km: tuple[float, float]) -> None:
    """Routes of raid and background, one line for targets that share knots; groups that start in a span are named."""
    world = mission.world
    drawn: set[int] = set()
    told: set[int] = set()
    for target in sorted(world.targets, key=lambda target: int(target["raid"])):
        if int(target["first_knot"]) in drawn:
            continue
        drawn.add(int(target["first_knot"]))
        x, y = _path_km(world.knots, target)
        raid = target["raid"] != 0
        label = ("planned route of the raid" if raid else "other aircraft") if int(target["raid"]) not in told else None
        told.add(int(target["raid"]))
        look = (
            {"color": RED, "linewidth": 0.9, "alpha": 0.8} if raid else {"color": SOFT, "linewidth": 0.4, "alpha": 0.4}
        )
        axes.plot(x, y, label=label, **look)
        group = int(target["group_index"])
        start_km = max(abs(x[0]), abs(y[0]))
        if raid and named_km[0] <= start_km <= named_km[1] and -1 - group not in drawn:
            drawn.add(-1 - group)
            _name(axes, (x[0], y[0]), world.group_names[group], named_km[1])


def _path_km(knots: Any, target: Any) -> tuple[Floats, Floats]:
    first, count = int(target["first_knot"]), int(target["knot_count"])
    picked = np.unique(np.linspace(first, first + count - 1, min(count, ROUTE_POINTS)).astype(np.int64))
    return np.round(1e-3 * knots["x_m"][picked], 2), np.round(1e-3 * knots["y_m"][picked], 2)


def _name(axes: Any, place: tuple[float, float], text: str, half_km: float) -> None:
    """A name just outside a route's start; inside where it would leave the panel."""
    x, y = place
    outward = np.array([x, y]) / max(float(np.hypot(x, y)), 1e-9)
    side = "left" if outward[0] >= 0.0 else "right"
    if abs(x) > 0.6 * half_km:
        side = {"left": "right", "right": "left"}[side]
    _label(axes, place, text, (5.0 * outward[0], 11.0 if y >= 0.0 else -11.0), side)


def _label(axes: Any, place: tuple[float, float], text: str, offset: tuple[float, float], side: str) -> None:
    axes.annotate(
        text,
        place,
        offset,
        textcoords="offset points",
        fontsize=8.0,
        ha=side,
        va="center",
        annotation_clip=True,
        clip_on=True,
        zorder=8,
        bbox={"boxstyle": "round,pad=0.15", "facecolor": PAPER, "alpha": 0.78, "linewidth": 0},
    )


def _rings(axes: Any, mission: "Mission", found: tuple[Claimed, ...], panel: _Panel) -> None:
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
        side = -min(radius_km, 0.9 * panel.half_km)
        _label(
            axes,
            (x + side * 0.7071, y + side * 0.7071) if radius_km < 0.98 * panel.half_km * 1.41 else (x, y),
            f"{claim.label} {wording.number(radius_km)} km",
            (0.0, 0.0),
            "center",
        )


def _happenings(axes: Any, result: Result, mission: "Mission", panel: _Panel) -> None:
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
            {"marker": "D", "markerfacecolor": RED, "markeredgecolor": PAPER, "markersize": 6.0},
        ),
    }
    shot = ((events["kind"] == "kill") | (events["kind"] == "miss")) & raid
    _shots(axes, result, mission, shot)
    for label, (mask, look) in kinds.items():
        axes.plot(
            1e-3 * events["x_m"][mask],
            1e-3 * events["y_m"][mask],
            linestyle="none",
            label=label,
            zorder=6,
            markeredgewidth=0.9,
            **look,
        )
    axes.set(xlim=(-panel.half_km, panel.half_km), ylim=(-panel.half_km, panel.half_km))


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
        )


def arrivals(result: Result) -> dict[str, int]:
    """How many reach each asset in the traced trial."""
    at = result.events["who"][result.events["kind"] == "leak"]
    return {asset: int((at == asset).sum()) for asset in result.cast.assets}


def _sites(axes: Any, mission: "Mission", panel: _Panel, arrived: dict[str, int]) -> None:
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
        _label(axes, (1e-3 * site["x_m"], 1e-3 * site["y_m"]), told, (7.0, -9.0), "left")
    for name, site in zip(mission.defence.battery_names, batteries, strict=True):
        _label(axes, (1e-3 * site["x_m"], 1e-3 * site["y_m"]), name, (-8.0, 9.0), "right")


def _furniture(axes: Any, panel: _Panel, title: str) -> None:
    """Title, scale bar, north arrow."""
    half, bar = panel.half_km, panel.bar_km
    axes.plot(
        [-0.93 * half, -0.93 * half + bar],
        [-0.92 * half] * 2,
        color=INK,
        linewidth=3.0,
        zorder=9,
        solid_capstyle="butt",
    )
    _label(axes, (-0.93 * half + 0.5 * bar, -0.86 * half), f"{bar:g} km", (0.0, 0.0), "center")
    axes.annotate(
        "N",
        (0.92 * half, 0.96 * half),
        (0.92 * half, 0.80 * half),
        ha="center",
        va="top",
        zorder=9,
        weight="bold",
        arrowprops={"arrowstyle": "-|>", "color": INK, "linewidth": 1.2},
    )
    axes.set_title(title)
    axes.set(xticks=[], yticks=[], aspect="equal")
    spine_free(axes)
    axes.add_patch(_frame(half))


def _frame(half_km: float) -> Any:
    from matplotlib.patches import Rectangle

    return Rectangle(
        (-half_km, -half_km), 2 * half_km, 2 * half_km, fill=False, edgecolor=LINE, linewidth=1.0, zorder=9
    )


def _words(result: Result) -> str:
    events = result.events
    kills, leaks = (int((events["kind"] == kind).sum()) for kind in ("kill", "leak"))
    return (
        f"{_which(result)}: the routes of the raid, where each target was first seen, "
        f"{wording.plural(kills, 'kill')} and {wording.plural(leaks, 'arrival')}. Dashed rings are the longest ranges "
        "published for each round. North is up; the frame is a plane that touches the earth at the defence."
    )


def _which(result: Result) -> str:
    trial = f"Trial {result.evidence.traced}" if result.evidence.traced >= 0 else "No trial was traced"
    return f"{trial}, over {result.scenario.terrain or 'a smooth earth'}"


def _data(result: Result) -> list[tuple[object, ...]]:
    """The traced trial's events that the map shows."""
    events = result.events
    shown = np.flatnonzero(
        np.isin(events["kind"], ["seen", "confirmed", "hostile", "launch", "kill", "miss", "lost", "leak"])
    )
    return [
        (
            round(float(events["time_s"][k]), 1),
            events["kind"][k],
            events["name"][k],
            events["who"][k],
            *(round(float(events[axis][k])) for axis in ("x_m", "y_m", "z_m")),
        )
        for k in shown
    ]
