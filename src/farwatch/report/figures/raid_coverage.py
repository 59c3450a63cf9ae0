"""Where each class of the raid can be seen at the height it flies, on the ground, against the range that is claimed."""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from farwatch.report import wording
from farwatch.report.figures import ground
from farwatch.report.figures.canvas import INK, PAPER, RED, WIDTH_IN, Picture, drawing, picture
from farwatch.report.sights import LIKELY, NOT_SEEN, STRONG_ONLY, WEAK_TOO, Claimed, Seen, Sight

if TYPE_CHECKING:
    from farwatch.mission import Mission

COLUMNS = 3
SAMPLES = 260
"""Samples across a panel."""

_BLUE, _VEIL = np.array([28.0, 92.0, 160.0]), np.array([246.0, 244.0, 238.0])
_TINT = {NOT_SEEN: (_VEIL, 0.72), STRONG_ONLY: (_BLUE, 0.16), LIKELY: (_BLUE, 0.40), WEAK_TOO: (_BLUE, 0.62)}
"""What a place is painted over with, and how strongly: the more surely seen, the darker."""

_GROUND = np.array([205.0, 195.0, 170.0])
"""Ground of middling height and slope, for the legend."""

HEADER = ("class", "height_agl_m", "radar", "azimuth_deg", "figures", "seen_from_m", "seen_to_m")
NAMES = {STRONG_ONLY: "strong", LIKELY: "most likely", WEAK_TOO: "weak"}

Levels = NDArray[np.uint8]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A defence to draw the coverage of: what it sees, the longest range claimed, and what it is called."""

    mission: "Mission"
    sights: tuple[Sight, ...]
    claim: Claimed | None
    title: str = ""


def draw(
    mission: "Mission", sights: tuple[Sight, ...], claim: Claimed | None, labels: Mapping[str, str]
) -> Picture:
    """A map for each class, all to one scale."""
    return draw_layouts([Layout(mission=mission, sights=sights, claim=claim)], labels)


def draw_layouts(layouts: Sequence[Layout], labels: Mapping[str, str]) -> Picture:
    """A map for each class and layout, all to one scale."""
    panel = ground.panel_of(max(_half_km(one.sights, one.claim) for one in layouts))
    shades = [ground.shaded(one.mission, panel.half_km, SAMPLES) for one in layouts]
    shown = [(one, shade, sight) for one, shade in zip(layouts, shades, strict=True) for sight in one.sights]
    columns = COLUMNS if len(layouts) == 1 or len(shown) > 2 else 2
    rows = -(-len(shown) // columns)
    with drawing("coverage", (WIDTH_IN, 0.45 + (3.4 if columns == COLUMNS else 4.7) * rows)) as figure:
        panels = figure.subplots(rows, columns, squeeze=False).ravel()
        for axes, (one, shade, sight) in zip(panels, shown, strict=False):
            named = f"{one.title}: " if one.title and len(layouts) > 1 else ""
            title = f"{named}{labels[sight.class_name]}, {wording.height(sight.height_m)}"
            _panel(axes, shade, sight, panel)
            _routes(axes, one.mission, sight)
            _ring(axes, one.mission, one.claim)
            ground.furniture(axes, panel, "\n".join(textwrap.wrap(title, 34 if columns == COLUMNS else 48)))
            axes.title.set_fontsize(9.0)
            axes.set(xlim=(-panel.half_km, panel.half_km), ylim=(-panel.half_km, panel.half_km))
        for axes in panels[len(shown) :]:
            axes.set_visible(False)
        handles = _legend(next((one.claim for one in layouts if one.claim is not None), None))
        figure.legend(handles=handles, loc="outside lower center", ncols=3, fontsize=8.5, labelcolor=INK)
        words = ("Where the raid can be seen", _words(layouts, labels))
        several = len(layouts) > 1
        data = ((*((one.title,) if several else ()), *row)
                for one in layouts for sight in one.sights for row in _data(sight))  # fmt: skip
        return picture(figure, "coverage", words, (("layout", *HEADER) if several else HEADER), data)


def _half_km(sights: tuple[Sight, ...], claim: Claimed | None) -> float:
    """Wide enough for the farthest that anything is seen, and for the claim unless that is far wider."""
    seen_km = max([20.0, *(1e-3 * sight.here.strong_m for sight in sights)])
    seen_km = max([seen_km, *(1e-3 * sight.here.high_m for sight in sights)])
    claimed_km = 1e-3 * claim.farthest_m if claim is not None else 0.0
    return 1.06 * max(seen_km, claimed_km if claimed_km < 2.0 * seen_km else 0.0)


def levels_on(seen: tuple[Seen, ...], half_km: float, samples: int) -> Levels:
    """The surest level of all radars on a square around the mission's origin, rows northward: u1[samples, samples]."""
    east_m, north_m = ground.axes_m(half_km, samples)
    best = np.zeros(east_m.shape, np.uint8)
    for one in seen:
        away_m, bearing = np.hypot(east_m - one.x_m, north_m - one.y_m), np.arctan2(east_m - one.x_m, north_m - one.y_m)
        count = len(one.levels)
        row = np.round(bearing / (2.0 * np.pi) * count).astype(np.int64) % count
        step_m = one.ground_range_m[0]
        ring = np.maximum(np.round(away_m / step_m).astype(np.int64) - 1, 0)
        inside = ring < one.ground_range_m.size
        found = one.levels[row, np.minimum(ring, one.ground_range_m.size - 1)]
        best = np.maximum(best, np.where(inside, found, NOT_SEEN)).astype(np.uint8)
    return best


def _panel(axes: Any, shade: ground.Image, sight: Sight, panel: ground.Panel) -> None:
    levels = levels_on(sight.seen, panel.half_km, SAMPLES)
    image = shade.astype(np.float64)
    for level in _TINT:
        image = np.where((levels == level)[..., None], _painted(image, level), image)
    ground.lay(axes, np.asarray(np.round(image / 6.0) * 6.0, np.uint8), panel.half_km)
    here = sight.here
    told = f"from {wording.number(1e-3 * here.median_m)} km"
    axes.text(0.04, 0.96, told, transform=axes.transAxes, va="top", weight="bold", zorder=9,
              bbox={"boxstyle": "round,pad=0.2", "facecolor": PAPER, "alpha": 0.85, "linewidth": 0})  # fmt: skip


def _painted(image: Floats, level: int) -> Floats:
    """Ground as it looks where a class is seen at some level."""
    paint, share = _TINT[level]
    return np.asarray((1.0 - share) * image + share * paint)


def _routes(axes: Any, mission: "Mission", sight: Sight) -> None:
    """The planned routes of the class, one line for targets that share knots."""
    world = mission.world
    own = (world.targets["raid"] != 0) & (world.targets["class_index"] == world.class_names.index(sight.class_name))
    for first, count in sorted({(int(t["first_knot"]), int(t["knot_count"])) for t in world.targets[own]}):
        knots = world.knots[first : first + count : max(count // 100, 1)]
        axes.plot(1e-3 * knots["x_m"], 1e-3 * knots["y_m"], color=RED, linewidth=1.0, zorder=5)


def _ring(axes: Any, mission: "Mission", claim: Claimed | None) -> None:
    """The longest range claimed, about its battery; and the batteries."""
    batteries, names = mission.defence.defence.batteries, mission.defence.battery_names
    x, y = 1e-3 * batteries["x_m"], 1e-3 * batteries["y_m"]
    axes.plot(x, y, marker="^", linestyle="none", color=INK, markeredgecolor=PAPER, markersize=7.0, zorder=7)
    if claim is not None:
        angle, radius_km = np.linspace(0.0, 2.0 * np.pi, 181), 1e-3 * claim.farthest_m
        k = names.index(claim.battery)
        around = x[k] + radius_km * np.sin(angle), y[k] + radius_km * np.cos(angle)
        axes.plot(*around, color=INK, linewidth=0.9, linestyle=(0, (5, 3)), zorder=6)


def _legend(claim: Claimed | None) -> list[Any]:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    names = {
        WEAK_TOO: "seen even with unkind figures",
        LIKELY: "seen with the most likely",
        STRONG_ONLY: "only with kind ones",
        NOT_SEEN: "not seen",
    }
    shown: list[Any] = [
        Patch(facecolor=_painted(_GROUND, level) / 255.0, edgecolor=INK, linewidth=0.4, label=name)
        for level, name in names.items()
    ]
    lines = [Line2D([], [], color=RED, linewidth=1.0, label="planned route")]
    if claim is not None:
        told = f"claimed {wording.number(1e-3 * claim.farthest_m)} km"
        lines.append(Line2D([], [], color=INK, linewidth=0.9, linestyle=(0, (5, 3)), label=told))
    return [*shown, *lines]


def _words(layouts: Sequence[Layout], labels: Mapping[str, str]) -> str:
    told = "; ".join(
        (f"{one.title}: " if len(layouts) > 1 else "")
        + f"{labels[s.class_name]} at {wording.height(s.height_m)} from {wording.number(1e-3 * s.here.median_m)} km "
        f"({wording.number(1e-3 * s.here.weak_m)} to {wording.number(1e-3 * s.here.strong_m)})"
        for one in layouts
        for s in one.sights
    )
    return (
        "Where a radar of the defence detects each class from ahead four times in five in one look, at the height that "
        "it flies here; the darker, the surer. Unkind and kind figures: an echo as weak, and as strong, as "
        f"the trials drew in one of ten. Median over directions: {told}."
    )


def _data(sight: Sight) -> Iterator[tuple[object, ...]]:
    """Stretches of ground range, radar by radar and azimuth by azimuth, in which the class is seen."""
    for one in sight.seen:
        step_m = float(one.ground_range_m[0])
        for row, levels in enumerate(one.levels):
            azimuth_deg = 360.0 * row / len(one.levels)
            for least, name in NAMES.items():
                padded = np.concatenate([[False], levels >= least, [False]]).astype(np.int8)
                starts, ends = np.flatnonzero(np.diff(padded) == 1), np.flatnonzero(np.diff(padded) == -1)
                for first, last in zip(starts, ends, strict=True):
                    stretch = (round(step_m * (int(first) + 1)), round(step_m * int(last)))
                    yield sight.class_name, round(sight.height_m), one.radar, azimuth_deg, name, *stretch
