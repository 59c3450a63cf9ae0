"""The kill chain: for each class, how many of it reach each step."""

import textwrap
from collections.abc import Mapping
from typing import Any

from farwatch.outcomes.summary import ClassRow, Estimate, Summary
from farwatch.report import wording
from farwatch.report.figures.canvas import (
    BLUE,
    GREY,
    INK,
    LINE,
    RED,
    SKY,
    SOFT,
    WIDTH_IN,
    Picture,
    drawing,
    picture,
    spine_free,
)

COLUMN = 1.22
"""Distance from one step's column to the next, in widths of a column."""

COLOURS = (SKY, SKY, SKY, SKY, BLUE, RED)
"""Steps on the way, then the two ends."""


def draw(summary: Summary, labels: Mapping[str, str]) -> Picture:
    """Bars in columns: one row for each class, one column for each step, and the whole raid below."""
    rows = [*summary.classes, summary.raid]
    with drawing("chain", (WIDTH_IN, 0.75 + 0.47 * len(rows))) as figure:
        axes = figure.add_subplot()
        for place, row in enumerate(rows):
            _row(axes, -place - (0.35 if row is summary.raid else 0.0), row, labels.get(row.name, ""))
        for column, title in enumerate(wording.STEP_TITLES):
            axes.text(column * COLUMN, 0.85, title, weight="bold", va="bottom")
        axes.axhline(-len(rows) + 1 + 0.32, color=LINE, linewidth=0.8)
        axes.set(xlim=(-2.12, 6 * COLUMN - 0.15), ylim=(-len(rows) + 0.2, 1.35), xticks=[], yticks=[])
        spine_free(axes)
        words = ("What became of the raid", _words(summary, labels))
        return picture(figure, "chain", words, ("class", "number_per_trial", *_header()), map(_data, rows))


def _row(axes: Any, y: float, row: ClassRow, label: str) -> None:
    told = "\n".join(textwrap.wrap(label or "The whole raid", 26))
    axes.text(-2.1, y, told, va="center", weight="normal" if label else "bold")
    axes.text(-0.12, y, f"×{row.per_trial}", va="center", ha="right", color=SOFT)
    for column, (share, colour) in enumerate(zip(wording.step_shares(row), COLOURS, strict=True)):
        _cell(axes, column * COLUMN, y, share, colour)


def _cell(axes: Any, x: float, y: float, share: Estimate, colour: str) -> None:
    """A bar on its track, with the interval as a line and the share in words above."""
    axes.barh(y - 0.14, 1.0, 0.2, left=x, color=GREY, alpha=0.22, linewidth=0)
    if share.value == share.value:
        axes.barh(y - 0.14, share.value, 0.2, left=x, color=colour, linewidth=0)
        axes.plot([x + share.low, x + share.high], [y - 0.14, y - 0.14], color=INK, linewidth=1.1)
    axes.text(x, y + 0.05, wording.percent(share.value), va="bottom", fontsize=8.5)


def _words(summary: Summary, labels: Mapping[str, str]) -> str:
    """The figure in words, class by class."""
    told = [
        f"{labels.get(row.name, 'the whole raid')}: "
        + ", ".join(
            f"{title} {wording.percent(share.value)}"
            for title, share in zip(wording.STEP_TITLES, wording.step_shares(row), strict=True)
        )
        for row in (*summary.classes, summary.raid)
    ]
    return "Share of each class that reaches each step. " + "; ".join(told) + "."


def _header() -> list[str]:
    names = [title.replace(" ", "_") for title in wording.STEP_TITLES]
    return [f"{name}_{part}" for name in names for part in ("share", "low_share", "high_share")]


def _data(row: ClassRow) -> list[object]:
    shares = wording.step_shares(row)
    return [row.name, row.per_trial, *(value for s in shares for value in (s.value, s.low, s.high))]
