"""How far out each class can be seen, by its height, against the range that is claimed for the longest round."""

import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from farwatch.outcomes.summary import ClassRow, Summary
from farwatch.report import wording
from farwatch.report.claimed import Claimed
from farwatch.report.figures.canvas import BLUE, INK, RED, SOFT, WIDTH_IN, Picture, drawing, picture
from farwatch.report.sights import HEIGHTS_M, Sight

COLUMNS = 3

HEADER = (
    "class",
    "height_agl_m",
    "median_m",
    "p10_over_directions_m",
    "p90_over_directions_m",
    "median_weak_figures_m",
    "median_strong_figures_m",
    "range_by_echo_alone_m",
)


def draw(sights: tuple[Sight, ...], claim: Claimed | None, summary: Summary, labels: Mapping[str, str]) -> Picture:
    """A panel for each class of the raid: range across, height up; where it flies in this raid is marked."""
    rows = -(-len(sights) // COLUMNS)
    measured = {row.name: row for row in summary.classes}
    seen_m = [max(span.high_m, span.strong_m) for sight in sights for span in sight.spans]
    first_m = [row.seen_range_m.high for row in summary.classes if row.seen_range_m.count]
    widest_m = max([claim.farthest_m if claim else 0.0, *seen_m, *first_m, 1e4])
    with drawing("reach", (WIDTH_IN, 0.5 + 2.25 * rows)) as figure:
        panels = figure.subplots(rows, COLUMNS, sharex=True, sharey=True, squeeze=False).ravel()
        for axes, sight in zip(panels, sights, strict=False):
            _panel(axes, sight, claim, measured.get(sight.class_name))
            axes.set_title("\n".join(textwrap.wrap(labels[sight.class_name], 30)), fontsize=9.0)
        for axes in panels[len(sights) :]:
            axes.set_visible(False)
        panels[0].set_xlim(0.0, 1.06e-3 * widest_m)
        panels[0].set_yscale("log")
        panels[0].set(yticks=[30, 100, 300, 1000, 3000, 10000], ylim=(24.0, 32e3))
        panels[0].set_yticklabels(["30 m", "100 m", "300 m", "1 km", "3 km", "10 km"])
        panels[0].minorticks_off()
        figure.supxlabel("range at which the defence's radars can see it, km", fontsize=9.0, color=SOFT)
        figure.supylabel("height above the ground", fontsize=9.0, color=SOFT)
        words = ("What this site can see", _words(sights, claim, labels))
        return picture(figure, "reach", words, HEADER, (row for sight in sights for row in _data(sight)))


def _panel(axes: Any, sight: Sight, claim: Claimed | None, row: ClassRow | None) -> None:
    heights = np.array(HEIGHTS_M)
    low, median, high, weak, strong = (
        1e-3 * np.array([getattr(span, name) for span in sight.spans])
        for name in ("low_m", "median_m", "high_m", "weak_m", "strong_m")
    )
    axes.fill_betweenx(heights, low, high, color=BLUE, alpha=0.25, linewidth=0)
    axes.plot(median, heights, color=BLUE)
    for edge in (weak, strong):
        axes.plot(edge, heights, color=BLUE, linewidth=1.0, linestyle=(0, (1, 1.5)))
    if claim is not None:
        claimed_km = 1e-3 * claim.farthest_m
        axes.axvline(claimed_km, color=RED, linewidth=1.4, linestyle=(0, (4, 2)))
        told = f"claimed {wording.number(claimed_km)} "
        axes.text(claimed_km, 30.0, told, rotation=90, ha="right", fontsize=7.5, color=SOFT)
    here_m = 1e-3 * sight.here.median_m
    height_m = min(max(sight.height_m, 26.0), 30e3)
    axes.plot([here_m], [height_m], marker="o", color=INK, markersize=5.5, linestyle="none", clip_on=False)
    right = here_m < 0.5e-3 * (claim.farthest_m if claim else 4e5)
    axes.annotate(
        f"{wording.number(here_m)} km",
        (here_m, height_m),
        (8 if right else -8, 7 if height_m < 1e4 else -12),
        textcoords="offset points",
        weight="bold",
        ha="left" if right else "right",
    )
    if row is not None and row.seen_range_m.count:
        spread = row.seen_range_m
        axes.plot([1e-3 * spread.low, 1e-3 * spread.high], [height_m] * 2, color=INK, linewidth=1.1, clip_on=False)
        axes.plot([1e-3 * spread.median], [height_m], marker="|", color=INK, markersize=10, clip_on=False)
    axes.grid(axis="x")
    axes.tick_params(length=0)


def _words(sights: tuple[Sight, ...], claim: Claimed | None, labels: Mapping[str, str]) -> str:
    line = (
        f"The dashed line is the {wording.number(1e-3 * claim.farthest_m)} km claimed for {claim.name}. "
        if claim
        else ""
    )
    told = "; ".join(
        f"{labels[s.class_name]} at {wording.height(s.height_m)}: {wording.number(1e-3 * s.here.median_m)} km"
        for s in sights
    )
    return (
        f"{line}Solid: where a radar of the defence detects it four times in five, median, and as a band the middle "
        "four fifths of directions; dotted: the median with figures as unkind, and as kind, as the trials drew in one "
        f"of ten. Dots: at the height flown here. Thin lines: where it was first seen in the trials. {told}."
    )


def _data(sight: Sight) -> Iterator[tuple[object, ...]]:
    for height_m, span in [*zip(HEIGHTS_M, sight.spans, strict=True), (round(sight.height_m), sight.here)]:
        values = (span.median_m, span.low_m, span.high_m, span.weak_m, span.strong_m, sight.free_m)
        yield sight.class_name, height_m, *map(round, values)
