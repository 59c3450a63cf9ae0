"""Where a claimed range can be true: cross-section across, height up, the classes of the catalogue marked.

Stands alone as SVG and PNG on white paper. What can hold is told apart by shade, hatching and the shape of the marks as
well as by colour.
"""

import io
from dataclasses import dataclass
from typing import Any

import numpy as np

from farwatch.detect.claim import SURE
from farwatch.detect.finding import CANNOT, HOLDS, OPEN, Case, Finding
from farwatch.detect.verdict import called, heading, height, height_span, kilometres
from farwatch.report.figures.canvas import AMBER, BLUE, GREY, INK, LINE, PAPER, RED, SKY, SOFT, STYLE

ON_WHITE = {
    INK: "#1b1f24", SOFT: "#545c66", LINE: "#d5d8dc", PAPER: "#ffffff", BLUE: "#0063a6", SKY: "#4f9fd0",
    RED: "#c2410c", AMBER: "#d88a00", GREY: "#8a9099",
}
"""The light theme of the page, for files that stand alone."""

SIZE_IN = (9.4, 6.4)
PNG_DPI = 170

MARKS = {HOLDS: ("o", BLUE), OPEN: ("D", AMBER), CANNOT: ("X", RED)}
SAID = {HOLDS: "can hold", OPEN: "not decidable from what is published", CANNOT: "cannot hold"}

_RCS_TICKS = (1e-4, 1e-3, 0.01, 0.1, 1.0, 10.0, 100.0, 1000.0)
_HEIGHT_TICKS = (10.0, 30.0, 100.0, 300.0, 1e3, 3e3, 1e4, 3e4, 1e5, 3e5)
_LOWEST_M, _HIGHEST_M = 8.0, 5e5
_LABEL_PT = 7.5
_CLEAR_PT = 7.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """One drawing in two forms."""

    svg: bytes
    png: bytes


def draw(finding: Finding) -> Files:
    """The figure of one claim. The same finding gives the same bytes."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    style = {name: ON_WHITE.get(value, value) if isinstance(value, str) else value for name, value in STYLE.items()}
    with rc_context({**style, "svg.hashsalt": "claim", "hatch.linewidth": 0.5}):
        figure = Figure(figsize=SIZE_IN, layout="constrained", facecolor=ON_WHITE[PAPER])
        axes = figure.subplots()
        _scales(axes)
        _zones(axes, finding)
        asked = [finding.case] if finding.case is not None else list(finding.classes)
        cases = [case for case in asked if case.height_m is not None]
        named = {case.name for case in asked}
        others = [case for case in finding.classes if case.name not in named]
        for case in cases:
            _mark(axes, case)
        for case in others:
            axes.plot(*_place(case), marker="o", color=ON_WHITE[GREY], markersize=4.0, linestyle="none", zorder=4)
        _asked_without_height(axes, finding)
        _titles(axes, finding)
        _legend(figure, {case.state for case in asked})
        figure.canvas.draw()
        _labels(figure, axes, [*cases, *others], len(cases))
        return Files(svg=_saved(figure, "svg"), png=_saved(figure, "png"))


def _titles(axes: Any, finding: Finding) -> None:
    """What is tested, and in a line what the earth hides."""
    needed, away = finding.sight.above_ground_m, kilometres(finding.range_m)
    hides = "the round earth hides" if finding.sight.azimuth_deg is None else "in most directions the ground hides"
    said = f"At {away} {hides} what is below {height_span(needed)}."
    if needed.high <= 1.0:
        said = f"At {away} nothing is hidden by the round earth."
    axes.set_title(f"Where it can be true. {heading(finding)}", fontsize=10.5, color=ON_WHITE[INK], pad=22.0)
    marks = "" if finding.case else " Marks: usual size and height of a class; thin lines: their ranges."
    line = axes.annotate(said + marks, (0.0, 1.0), (0.0, 7.0), xycoords="axes fraction", textcoords="offset points",
                         fontsize=8.5, color=ON_WHITE[SOFT])
    line.set_in_layout(False)


def _saved(figure: Any, form: str) -> bytes:
    buffer = io.BytesIO()
    metadata = {"Date": None, "Creator": None} if form == "svg" else {"Software": None}
    figure.savefig(buffer, format=form, metadata=metadata, dpi=PNG_DPI, facecolor=ON_WHITE[PAPER])
    return buffer.getvalue()


def _scales(axes: Any) -> None:
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set(xlim=(_RCS_TICKS[0], _RCS_TICKS[-1]), ylim=(_LOWEST_M, _HIGHEST_M))
    axes.set_xticks(_RCS_TICKS, [f"{tick:,g}" if tick >= 0.001 else "0.0001" for tick in _RCS_TICKS])
    axes.set_yticks(_HEIGHT_TICKS, [height(tick) for tick in _HEIGHT_TICKS])
    axes.minorticks_off()
    axes.tick_params(length=0, labelcolor=ON_WHITE[INK])
    axes.set_xlabel("how large the target looks to the radar (radar cross-section), m²")
    axes.set_ylabel("height of the target above the ground")
    axes.grid(linewidth=0.4)


def _zones(axes: Any, finding: Finding) -> None:
    """Strong enough, undecided, too weak from right to left; what the earth hides below."""
    region, needed = finding.region, finding.sight.above_ground_m
    seen = region.visible > 0.0
    top = _HIGHEST_M if seen[-1] else float(region.height_m[seen].max(initial=_LOWEST_M))
    low = max(needed.value, _LOWEST_M)
    sure = _first(region.rcs_m2, region.share >= SURE)
    maybe = _first(region.rcs_m2, region.share > 0.0)
    style = {"linewidth": 0.0, "zorder": 0.5}
    axes.fill_between([sure, _RCS_TICKS[-1]], low, top, color=ON_WHITE[BLUE], alpha=0.30, **style)
    axes.fill_between([maybe, sure], low, top, color=ON_WHITE[SKY], alpha=0.16, **style)
    axes.fill_between(_RCS_TICKS[::7], _LOWEST_M, low, facecolor=ON_WHITE[GREY], alpha=0.28, **style)
    hatched = {"facecolor": "none", "edgecolor": ON_WHITE[GREY], "hatch": "////", "linewidth": 0.0, "zorder": 0.6}
    axes.fill_between(_RCS_TICKS[::7], _LOWEST_M, low, alpha=0.55, **hatched)
    if needed.high > 1.0:
        for edge in (needed.low, needed.high):
            axes.axhline(edge, color=ON_WHITE[SOFT], linewidth=0.8, linestyle=(0, (4, 3)))
        axes.axhline(needed.value, color=ON_WHITE[INK], linewidth=1.2)
    if top < _HIGHEST_M:
        axes.axhline(top, color=ON_WHITE[SOFT], linewidth=0.8, linestyle=":")
        axes.annotate("above the radar's beam", (_RCS_TICKS[0], top), (5, 3), textcoords="offset points", fontsize=8.0,
                      style="italic", color=ON_WHITE[SOFT])
    _zone_names(axes, (maybe, sure, top))


def _zone_names(axes: Any, edges: tuple[float, float, float]) -> None:
    maybe, sure, top = edges
    names = (
        (_RCS_TICKS[0], maybe, "echo too weak"),
        (maybe, sure, "undecided"),
        (sure, _RCS_TICKS[-1], "echo strong enough"),
    )
    for left, right, name in names:
        if right > 3.0 * left:
            middle = float(np.sqrt(left * right))
            at = (middle, min(0.85 * top, 0.8 * _HIGHEST_M))
            axes.text(*at, name, ha="center", va="top", fontsize=8.5, style="italic", color=ON_WHITE[SOFT])


def _first(axis: Any, where: Any) -> float:
    found = np.flatnonzero(where)
    return float(axis[found[0]]) if found.size else _RCS_TICKS[-1]


def _mark(axes: Any, case: Case) -> None:
    """The usual cross-section and height of a class; thin lines: the ranges of both."""
    at = _place(case)
    shape, colour = MARKS[case.state]
    flown = case.height_m
    if flown is not None and flown.low < flown.high:
        axes.plot([at[0]] * 2, [max(flown.low, _LOWEST_M), flown.high], color=ON_WHITE[INK], linewidth=0.7, alpha=0.6)
    if case.rcs_m2.low < case.rcs_m2.high:
        axes.plot([case.rcs_m2.low, case.rcs_m2.high], [at[1]] * 2, color=ON_WHITE[INK], linewidth=0.7, alpha=0.6)
    axes.plot(*at, marker=shape, color=ON_WHITE[colour], markersize=7.5, markeredgecolor=ON_WHITE[PAPER],
              markeredgewidth=0.9, linestyle="none", zorder=5)


def _place(case: Case) -> tuple[float, float]:
    """Where a class is marked, inside the axes."""
    usual_m = case.height_m.value if case.height_m is not None else _LOWEST_M
    return case.rcs_m2.value, min(max(usual_m, 1.15 * _LOWEST_M), 0.8 * _HIGHEST_M)


def _asked_without_height(axes: Any, finding: Finding) -> None:
    """A cross-section that was named without a height is a line."""
    case = finding.case
    if case is not None and case.height_m is None:
        colour = ON_WHITE[MARKS[case.state][1]]
        axes.axvline(case.rcs_m2.value, color=colour, linewidth=2.0)
        at = (case.rcs_m2.value, 2.0 * _LOWEST_M)
        axes.annotate(f"{case.title}: {SAID[case.state]}", at, (5, 0), textcoords="offset points", fontsize=8.0,
                      bbox=_plate())


def _plate() -> dict[str, Any]:
    return {"facecolor": ON_WHITE[PAPER], "edgecolor": "none", "alpha": 0.85, "pad": 1.5}


def _legend(figure: Any, states: set[str]) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    marks: list[Any] = [
        Line2D([], [], marker=MARKS[state][0], color=ON_WHITE[MARKS[state][1]], linestyle="none", markersize=7.0,
               label=SAID[state])
        for state in (HOLDS, OPEN, CANNOT) if state in states
    ]
    zones = [
        Patch(facecolor=ON_WHITE[BLUE], alpha=0.30, label=f"strong enough in {SURE:.0%} of the draws or more"),
        Patch(facecolor=ON_WHITE[SKY], alpha=0.16, label="hangs on figures that nobody publishes"),
        Patch(facecolor=ON_WHITE[GREY], alpha=0.4, hatch="////", label="out of view (dashed: other air or directions)"),
    ]
    figure.legend(handles=[*zones, *marks], loc="outside lower center", ncols=3, fontsize=8.0)


# Labels -----------------------------------------------------------------------------------------------------


def _labels(figure: Any, axes: Any, cases: list[Case], asked: int) -> None:
    """Name each mark where no other name, mark or edge is; those after the first `asked` are context."""
    points = 72.0 / figure.dpi
    places = [tuple(points * axes.transData.transform(_place(case))) for case in cases]
    edge = axes.get_window_extent().bounds
    inside = (points * edge[0], points * edge[1], points * (edge[0] + edge[2]), points * (edge[1] + edge[3]))
    taken = [(x - 5.0, y - 5.0, x + 5.0, y + 5.0) for x, y in places]
    for index, (case, (x, y)) in enumerate(zip(cases, places, strict=True)):
        name = called(case)
        offsets = _offsets(0.56 * _LABEL_PT * len(name))
        boxes = [_box(x + dx, y + dy, name) for dx, dy in offsets]
        clashes = [sum(_meet(box, other) for other in taken) + 3 * _outside(box, inside) for box in boxes]
        best = int(np.argmin(clashes))
        taken.append(boxes[best])
        colour = ON_WHITE[INK if index < asked else SOFT]
        axes.annotate(name, _place(case), offsets[best], textcoords="offset points", fontsize=_LABEL_PT, va="center",
                      color=colour, bbox=_plate() | {"pad": 0.6, "alpha": 0.7}, zorder=6)


def _offsets(width: float) -> list[tuple[float, float]]:
    """Where a name may begin, points from its mark: right, left, above and below, farther and farther."""
    found = [(_CLEAR_PT, 0.0), (-_CLEAR_PT - width, 0.0)]
    for away in (11.0, 20.0, 30.0):
        found += [(dx, dy) for dy in (away, -away) for dx in (4.0, -width / 2.0, -width - 4.0)]
    return found


def _box(x: float, y: float, name: str) -> tuple[float, float, float, float]:
    return x, y - 0.6 * _LABEL_PT, x + 0.56 * _LABEL_PT * len(name), y + 0.6 * _LABEL_PT


def _meet(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _outside(box: tuple[float, ...], edge: tuple[float, ...]) -> bool:
    return box[0] < edge[0] or box[1] < edge[1] or box[2] > edge[2] or box[3] > edge[3]
