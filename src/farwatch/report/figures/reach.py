"""How far out each class can be seen, by its height, against the range that is claimed for the longest round."""

import textwrap
from collections.abc import Mapping
from typing import Any

import numpy as np

from farwatch.outcomes.summary import ClassRow, Summary
from farwatch.report import wording
from farwatch.report.sights import HEIGHTS_M, Claimed, Sight
from farwatch.report.figures.canvas import BLUE, INK, RED, SOFT, WIDTH_IN, Picture, drawing, picture

COLUMNS = 3


def draw(sights: tuple[Sight, ...], claim: Claimed | None, summary: Summary, labels: Mapping[str, str]) -> Picture:
    """A panel for each class of the raid: range across, height up; where it flies in this raid is marked."""
    rows = -(-len(sights) // COLUMNS)
    measured = {row.name: row for row in summary.classes}
    widest_m = max([claim.farthest_m if claim else 0.0, *(float(s.high_m.max()) for s in sights), 1e4])
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
        header = ("class", "height m", "median m", "10 % m", "90 % m", "range by echo alone m")
        return picture(figure, "reach", words, header, (row for sight in sights for row in _data(sight)))


def _panel(axes: Any, sight: Sight, claim: Claimed | None, row: ClassRow | None) -> None:
    heights = np.array(HEIGHTS_M)
    axes.fill_betweenx(heights, 1e-3 * sight.low_m, 1e-3 * sight.high_m, color=BLUE, alpha=0.25, linewidth=0)
    axes.plot(1e-3 * sight.median_m, heights, color=BLUE)
    if claim is not None:
        claimed_km = 1e-3 * claim.farthest_m
        axes.axvline(claimed_km, color=RED, linewidth=1.4, linestyle=(0, (4, 2)))
        axes.text(
            claimed_km,
            30.0,
            f"claimed {wording.number(claimed_km)} ",
            rotation=90,
            ha="right",
            fontsize=7.5,
            color=SOFT,
        )
    here_m = 1e-3 * sight.here_m[0]
    height_m = min(max(sight.height_m, 26.0), 30e3)
    axes.plot([here_m], [height_m], marker="o", color=INK, markersize=5.5, linestyle="none")
    right = here_m < 0.5e-3 * (claim.farthest_m if claim else 4e5)
    axes.annotate(
        f"{wording.number(here_m)} km",
        (here_m, height_m),
        (8 if right else -8, 7 if height_m < 2e4 else -12),
        textcoords="offset points",
        weight="bold",
        ha="left" if right else "right",
    )
    if row is not None and row.seen_range_m.count:
        spread = row.seen_range_m
        axes.plot([1e-3 * spread.low, 1e-3 * spread.high], [height_m] * 2, color=INK, linewidth=1.1)
        axes.plot([1e-3 * spread.median], [height_m], marker="|", color=INK, markersize=10)
    axes.grid(axis="x")
    axes.tick_params(length=0)


def _words(sights: tuple[Sight, ...], claim: Claimed | None, labels: Mapping[str, str]) -> str:
    line = (
        f"The dashed line is the {wording.number(1e-3 * claim.farthest_m)} km claimed for {claim.name}. "
        if claim
        else ""
    )
    told = "; ".join(
        f"{labels[s.class_name]} at {wording.height(s.height_m)}: {wording.number(1e-3 * s.here_m[0])} km"
        for s in sights
    )
    return (
        f"{line}Blue: where a radar of the defence detects it four times in five, median and middle four fifths over "
        f"directions. Dots: at the height flown here. Thin lines: where it was first seen in the trials. {told}."
    )


def _data(sight: Sight) -> list[tuple[object, ...]]:
    columns = zip(HEIGHTS_M, sight.median_m, sight.low_m, sight.high_m, strict=True)
    rows: list[tuple[object, ...]] = [
        (sight.class_name, height, *(round(float(v)) for v in rest), round(sight.free_m)) for height, *rest in columns
    ]
    here = (sight.class_name, round(sight.height_m), *(round(v) for v in sight.here_m), round(sight.free_m))
    return [*rows, here]
