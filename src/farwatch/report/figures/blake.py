"""The vertical coverage diagram: chance of detection by ground range and height, in a slice through one azimuth.

Drawn as a range-height-angle chart: rays of constant elevation, arcs of constant slant range, and the earth below
them, enlarged so that rays run straight. Heights are stretched against ranges, by a factor that the chart states. With
`earth="flat"` the ground is drawn level and the rays bend upward instead: for the lowest hundreds of metres.

Sources: [blake1968] Blake, "Radio Ray (Radar) Range-Height-Angle Charts", NRL Report 6650; [blake1970] Blake, "Machine
Plotting of Radar Vertical-Plane Coverage Diagrams", NRL Report 7098.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, radians
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from farwatch.detect.horizon import EFFECTIVE_RADIUS_M, horizon_distance
from farwatch.errors import InputError, Problem
from farwatch.report.figures.map_furniture import round_length_m
from farwatch.report.figures.sheet import INK, LINE, PAPER, SOFT, Labels, Sheet, heading, printing, sheet

Floats = NDArray[np.float64]

LEVELS = (0.1, 0.5, 0.8)
COLOURS = ("#d9e7b5", "#74bfa8", "#1f5a96")
NAMES = ("1 in 10 or more", "1 in 2 or more", "4 in 5 or more")
"""Chances that the areas stand for, and how they look and are called."""

GROUND, EARTH = "#b09a7d", "#ddd3c3"
ANGLES_DEG = (0.0, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 8.0, 12.0, 20.0, 30.0, 45.0)

SIZE_IN = (1600 / 150, 6.5)
_BOX = (0.09, 0.135, 0.85, 0.7)
_SAMPLES = 301


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A height above mean sea level to mark, and what flies there."""

    label: str
    height_m: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Slice:
    """What to draw.

    `pd` (heights, ranges) is the chance of detection at `height_m` (heights) above mean sea level and `ground_range_m`
    (ranges), both rising; NaN is not known. `antenna_m` is above mean sea level. `terrain_m` (ranges) is the ground
    along the azimuth, `floor_m` (ranges) the lowest height in sight above mean sea level: what `pd` says below it is
    left out, and the edge is sharp, where that of a chance set to 0 would be as coarse as the heights. The chart ends
    at the largest height and range.
    """

    pd: NDArray[Any]
    height_m: NDArray[Any]
    ground_range_m: NDArray[Any]
    antenna_m: float
    title: str
    subtitle: str = ""
    credit: str = ""
    terrain_m: NDArray[Any] | None = None
    floor_m: NDArray[Any] | None = None
    targets: tuple[Target, ...] = ()
    earth: Literal["curved", "flat"] = "curved"
    radius_m: float = EFFECTIVE_RADIUS_M


def draw(shown: Slice) -> Sheet:
    """The diagram as PNG and SVG, with the farthest range of each marked height as its data.

    InputError for arrays that do not fit.
    """
    _check(shown)
    with printing("vertical-coverage", SIZE_IN) as figure:
        axes = figure.add_axes(_BOX)
        _areas(axes, shown)
        _frame(axes, shown)
        labels = Labels(axes=axes)
        _earth(axes, shown)
        _rays(axes, labels, shown)
        _horizon(axes, labels, shown)
        _targets(axes, labels, shown)
        heading(figure, shown.title, shown.subtitle, _BOX[0], 130)
        _legend(figure, axes, shown)
        words = (shown.title, _words(shown))
        header = ("height m", "what flies there", *(f"farthest range with chance {level:g}, m" for level in LEVELS))
        return sheet(figure, "vertical-coverage", words, header, _rows(shown))


def farthest_m(shown: Slice, height_m: float, pd: float) -> float:
    """Farthest ground range at which the chance at a height reaches `pd`, m; NaN where it nowhere does."""
    if not shown.height_m[0] <= height_m <= shown.height_m[-1]:
        return float("nan")
    k = int(np.clip(np.searchsorted(shown.height_m, height_m) - 1, 0, len(shown.height_m) - 2))
    share = (height_m - shown.height_m[k]) / (shown.height_m[k + 1] - shown.height_m[k])
    along = (1.0 - share) * np.nan_to_num(shown.pd[k]) + share * np.nan_to_num(shown.pd[k + 1])
    if shown.floor_m is not None:
        along = np.where(height_m >= shown.floor_m, along, 0.0)
    seen = np.flatnonzero(along >= pd)
    if len(seen) == 0:
        return float("nan")
    last = int(seen[-1])
    if last == len(along) - 1 or (shown.floor_m is not None and height_m < shown.floor_m[last + 1]):
        return float(shown.ground_range_m[last])
    rest = (along[last] - pd) / (along[last] - along[last + 1])
    return float(shown.ground_range_m[last] + rest * (shown.ground_range_m[last + 1] - shown.ground_range_m[last]))


def _check(shown: Slice) -> None:
    problems = []
    shape = (len(shown.height_m), len(shown.ground_range_m))
    if shown.pd.shape != shape or min(shape) < 2:
        problems.append(Problem("pd", str(shown.pd.shape), f"must have a row for each height and a column for each "
                                f"range, {shape}, at least 2 of each"))  # fmt: skip
    problems += [
        Problem(name, "", "must rise from entry to entry")
        for name in ("height_m", "ground_range_m")
        if not bool(np.all(np.diff(getattr(shown, name)) > 0.0))
    ]
    for name in ("terrain_m", "floor_m"):
        profile = getattr(shown, name)
        if profile is not None and len(profile) != shape[1]:
            problems.append(Problem(name, str(len(profile)), f"must have a height for each range, {shape[1]}"))
    if not isfinite(shown.antenna_m):
        problems.append(Problem("antenna_m", str(shown.antenna_m), "must be a number"))
    if problems:
        raise InputError("vertical coverage diagram", problems)


def _drop(shown: Slice, ground_range_m: Any) -> Any:
    """How far the earth falls away below the horizontal, m; nothing where it is drawn level."""
    ground = np.asarray(ground_range_m, np.float64)
    return ground**2 / (2.0 * shown.radius_m) if shown.earth == "curved" else np.zeros_like(ground)


def _areas(axes: Any, shown: Slice) -> None:
    """The chance of detection as filled areas, above the lowest height in sight."""
    from matplotlib.patches import Polygon

    ground, height = np.meshgrid(shown.ground_range_m, shown.height_m)
    pd = np.nan_to_num(np.asarray(shown.pd, np.float64))
    across, up = 1e-3 * ground, height - _drop(shown, ground)
    filled = axes.contourf(across, up, pd, levels=[*LEVELS, 1.01], colors=list(COLOURS), zorder=1)
    edges = axes.contour(across, up, pd, levels=list(LEVELS), colors=[INK], linewidths=0.7, zorder=2)
    if shown.floor_m is None:
        return
    along, top = 1e-3 * shown.ground_range_m, float(shown.height_m[-1])
    floor = np.asarray(shown.floor_m, np.float64) - _drop(shown, shown.ground_range_m)
    outline = [*zip(along, floor, strict=True), (along[-1], top), (along[0], top)]
    above = Polygon(outline, closed=True, transform=axes.transData)
    for drawn in (filled, edges):
        drawn.set_clip_path(above)
    inside = floor <= top
    axes.plot(along[inside], floor[inside], color=INK, linewidth=1.2, zorder=6)


def _frame(axes: Any, shown: Slice) -> None:
    """Ranges below, heights at the left; height lines run on over the earth and are named again at the right."""
    far_m, top_m = float(shown.ground_range_m[-1]), float(shown.height_m[-1])
    bottom_m = -float(_drop(shown, far_m)) - 0.03 * (top_m + float(_drop(shown, far_m)))
    axes.set(xlim=(0.0, 1e-3 * far_m), ylim=(bottom_m, top_m * 1.001))
    step_km = round_length_m(far_m / 4.0) * 1e-3
    axes.set_xticks(np.arange(0.0, 1e-3 * far_m + 1e-6, step_km))
    axes.set_xlabel("distance over the ground, km")
    step_m = round_length_m(top_m / 3.5)
    ticks = np.arange(0.0, top_m + 1e-6, step_m)
    axes.set_yticks(ticks, [_height(tick, top_m) for tick in ticks])
    axes.set_ylabel("height above mean sea level")
    axes.yaxis.set_label_coords(-0.068, 0.5)
    ground = np.linspace(0.0, far_m, _SAMPLES)
    ceiling = top_m - _drop(shown, ground)
    axes.fill_between(1e-3 * ground, ceiling, top_m * 1.001, facecolor="#ededed", linewidth=0, zorder=2)
    for tick in ticks[1:]:
        axes.plot(1e-3 * ground, tick - _drop(shown, ground), color=LINE, linewidth=0.6, zorder=3)
        at = tick - float(_drop(shown, far_m))
        axes.annotate(_height(tick, top_m), (1e-3 * far_m, at), (4, 0), textcoords="offset points", fontsize=8.0,
                      color=SOFT, va="center")  # fmt: skip


def _height(height_m: float, top_m: float) -> str:
    return f"{1e-3 * height_m:g} km" if top_m > 3000.0 and height_m > 0.0 else f"{height_m:,.0f} m"


def _earth(axes: Any, shown: Slice) -> None:
    """Sea level and what lies below it, and the ground along the azimuth."""
    ground = np.asarray(shown.ground_range_m, np.float64)
    ground = np.concatenate([[0.0], ground]) if ground[0] > 0.0 else ground
    fallen, low = -_drop(shown, ground), axes.get_ylim()[0]
    axes.fill_between(1e-3 * ground, fallen, low, facecolor=EARTH, linewidth=0, zorder=5)
    axes.plot(1e-3 * ground, fallen, color=SOFT, linewidth=0.8, zorder=6)
    if shown.terrain_m is not None:
        height = np.asarray(shown.terrain_m, np.float64)
        height = np.concatenate([height[:1], height]) if len(height) < len(ground) else height
        axes.fill_between(1e-3 * ground, height + fallen, fallen, facecolor=GROUND, linewidth=0, zorder=5)
        axes.plot(1e-3 * ground, height + fallen, color=INK, linewidth=0.7, zorder=6)


def _rays(axes: Any, labels: Labels, shown: Slice) -> None:
    """Rays of constant elevation and arcs of constant slant range."""
    far_m, top_m = float(shown.ground_range_m[-1]), float(shown.height_m[-1])
    low = axes.get_ylim()[0]
    slant = np.linspace(0.0, 1.2 * far_m, 4 * _SAMPLES)
    for angle in ANGLES_DEG:
        along, height = _place(shown, slant, np.full_like(slant, radians(angle)))
        inside = (along <= far_m) & (height - _drop(shown, along) <= top_m)
        axes.plot(1e-3 * along[inside], (height - _drop(shown, along))[inside], color=SOFT, linewidth=0.6,
                  linestyle=(0, (1, 2)), zorder=4)  # fmt: skip
        last = int(np.flatnonzero(inside)[-1])
        if along[last] < 0.06 * far_m:
            continue
        tries = [(1e-3 * float(along[k]), float((height - _drop(shown, along))[k]))
                 for k in (int(share * last) for share in (0.96, 0.93, 0.9, 0.86, 0.8))]  # fmt: skip
        labels.write(f"{angle:g}°", tries, must=False, fontsize=8.0, color=SOFT)
    step_m = round_length_m(far_m / 4.0)
    elevation = np.linspace(radians(-3.0), radians(90.0), 8 * _SAMPLES)
    for radius in np.arange(step_m, far_m + 1e-6, step_m):
        along, height = _place(shown, np.full_like(elevation, radius), elevation)
        level = height - _drop(shown, along)
        inside = (level >= low) & (level <= top_m) & (height >= 0.0)
        axes.plot(1e-3 * along[inside], level[inside], color=LINE, linewidth=0.6, zorder=3)


def _place(shown: Slice, slant_m: Floats, elevation_rad: Floats) -> tuple[Floats, Floats]:
    """Ground range and height above mean sea level at a slant range along a ray."""
    centre = shown.radius_m + shown.antenna_m
    up, across = centre + slant_m * np.sin(elevation_rad), slant_m * np.cos(elevation_rad)
    return shown.radius_m * np.arctan2(across, up), np.hypot(up, across) - shown.radius_m


def _horizon(axes: Any, labels: Labels, shown: Slice) -> None:
    """The ray that grazes the smooth earth: below it, beyond its touch, nothing is seen directly."""
    far_m, top_m = float(shown.ground_range_m[-1]), float(shown.height_m[-1])
    touch_m = float(horizon_distance(max(shown.antenna_m, 0.0), shown.radius_m))
    if not 0.0 < touch_m < far_m:
        return
    ground = np.linspace(touch_m, far_m, _SAMPLES)
    height = shown.radius_m * (1.0 / np.cos((ground - touch_m) / shown.radius_m) - 1.0)
    level = height - _drop(shown, ground)
    inside = level <= top_m
    axes.plot(1e-3 * ground[inside], level[inside], color="#b2401a", linewidth=1.6, zorder=6)
    last = int(np.flatnonzero(inside)[-1])
    tall = 0.035 * (top_m - axes.get_ylim()[0])
    tries = [(1e-3 * float(ground[k]), float(level[k]) - side * tall)
             for share in (0.75, 0.6, 0.5, 0.88, 0.4) for side in (1.0, -1.0) for k in [int(share * last)]]  # fmt: skip
    labels.write("horizon over a smooth earth", tries, must=False, fontsize=8.5, color="#b2401a")


def _targets(axes: Any, labels: Labels, shown: Slice) -> None:
    """Heights of interest: a line along each and how far out it is seen four times in five."""
    far_m = float(shown.ground_range_m[-1])
    ground = np.linspace(0.0, far_m, _SAMPLES)
    tall = 0.045 * (axes.get_ylim()[1] - axes.get_ylim()[0])
    for target in shown.targets:
        level = target.height_m - _drop(shown, ground)
        axes.plot(1e-3 * ground, level, color=INK, linewidth=1.0, linestyle=(0, (6, 3)), zorder=7)
        reach_m = farthest_m(shown, target.height_m, LEVELS[-1])
        if not isfinite(reach_m):
            middle = [(1e-3 * x * far_m, target.height_m - float(_drop(shown, x * far_m))) for x in (0.5, 0.3, 0.7)]
            tries = [(x, y + up * tall) for up in (1.0, -1.0, 2.0, -2.0) for x, y in middle]
            labels.write(f"{target.label}: not seen 4 times in 5", tries, fontsize=8.5, weight="bold")
            continue
        at = (1e-3 * reach_m, target.height_m - float(_drop(shown, reach_m)))
        axes.plot(*at, marker="o", markersize=5.5, color=INK, markeredgecolor=PAPER, zorder=8)
        labels.point(at, 7.0)
        told = f"{target.label}: seen to {_kilometres(reach_m, far_m)}"
        labels.beside(told, at, 9.0, diagonal=True, fontsize=8.5, weight="bold")


def _kilometres(range_m: float, far_m: float) -> str:
    if range_m >= far_m * (1.0 - 1e-9):
        return f"{1e-3 * far_m:,.0f} km and beyond"
    return f"{1e-3 * range_m:,.0f} km" if range_m >= 2e4 else f"{1e-3 * range_m:,.1f} km"


def _legend(figure: Any, axes: Any, shown: Slice) -> None:
    """The areas, the stretch of heights, and where things come from."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    handles: list[Any] = [Patch(facecolor=colour, edgecolor=SOFT, label=name)
                          for colour, name in zip(COLOURS, NAMES, strict=True)]  # fmt: skip
    if shown.floor_m is not None:
        handles.append(Line2D([], [], color=INK, linewidth=1.2, label="lowest ray that clears the ground"))
    figure.text(_BOX[0], 0.868, "Chance of detection in one look:", fontsize=9.0, va="center")
    figure.legend(handles=handles, loc="center left", bbox_to_anchor=(_BOX[0] + 0.2, 0.868), ncols=4, fontsize=9.0,
                  borderaxespad=0.0)  # fmt: skip
    frame = axes.get_window_extent()
    across_m = 1e3 * (axes.get_xlim()[1] - axes.get_xlim()[0]) / frame.width
    up_m = (axes.get_ylim()[1] - axes.get_ylim()[0]) / frame.height
    stretch = across_m / up_m
    told = f"Heights are stretched {stretch:,.0f} times against distances" if stretch >= 9.5 else (
        f"Heights are stretched {stretch:.1f} times against distances" if stretch >= 1.05 else
        "Heights and distances are to nearly the same scale")  # fmt: skip
    told += "; dotted: rays and their elevation"
    figure.text(_BOX[0], 0.02, "  ·  ".join(part for part in (told, shown.credit.rstrip(".")) if part), fontsize=7.5,
                color=SOFT, va="bottom")  # fmt: skip


def _rows(shown: Slice) -> list[tuple[object, ...]]:
    return [
        (target.height_m, target.label, *(_rounded(farthest_m(shown, target.height_m, level)) for level in LEVELS))
        for target in shown.targets
    ]


def _rounded(range_m: float) -> float:
    return round(range_m) if isfinite(range_m) else range_m


def _words(shown: Slice) -> str:
    """The diagram in a sentence or two."""
    parts: Sequence[str] = [
        f"{row[1]} at {row[0]:,.0f} m: "
        + (f"{1e-3 * row[4]:,.0f} km" if isinstance(row[4], int) else "not seen 4 times in 5")
        for row in _rows(shown)
    ]
    told = f" Seen 4 times in 5 out to: {'; '.join(parts)}." if parts else ""
    return f"{shown.subtitle + '. ' if shown.subtitle else ''}Chance of detection by distance and height.{told}"
