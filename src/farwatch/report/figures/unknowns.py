"""How much of the spread is what nobody knows: the split, and the figures that matter most."""

from farwatch.outcomes.summary import SpreadSplit
from farwatch.report import wording
from farwatch.report.figures.canvas import (
    AMBER,
    GREY,
    INK,
    PAPER,
    SOFT,
    WIDTH_IN,
    Picture,
    drawing,
    picture,
    spine_free,
)

HEADER = ("figure", "share_of_spread", "low_share", "high_share", "sign")

MOST = 8
"""Figures shown; the data has all."""


def draw(split: SpreadSplit) -> Picture:
    """A bar for the split, and one for each figure that matters."""
    shown = split.figures[:MOST]
    with drawing("unknowns", (WIDTH_IN, 0.75 + 0.3 * len(shown))) as figure:
        axes = figure.add_subplot()
        known = split.unknown.value
        axes.barh(0.0, known, 0.5, color=AMBER, linewidth=0.8, edgecolor=PAPER, hatch="///")
        axes.barh(0.0, 1.0 - known, 0.5, left=known, color=GREY, alpha=0.35, linewidth=0.8, edgecolor=PAPER)
        axes.plot([split.unknown.low, split.unknown.high], [0.0, 0.0], color=INK, linewidth=1.2)
        axes.text(1.01, 0.0, f"{wording.percent(known)} unknown, {wording.percent(1.0 - known)} chance", va="center")
        for place, row in enumerate(shown, start=1):
            y = -0.62 * place - 0.25
            axes.barh(y, row.share.value, 0.34, color=AMBER, linewidth=0, hatch="///", edgecolor=PAPER)
            axes.plot([row.share.low, row.share.high], [y, y], color=INK, linewidth=1.0)
            effect = "higher: more get through" if row.sign > 0 else "higher: fewer get through"
            axes.text(
                row.share.high + 0.01,
                y,
                f"{wording.percent(row.share.value)}   ({effect})",
                va="center",
                fontsize=8.0,
                color=SOFT,
            )
        ticks = [0.0, *(-0.62 * place - 0.25 for place in range(1, len(shown) + 1))]
        axes.set(yticks=ticks, yticklabels=["all figures", *(row.name for row in shown)], xticks=[])
        axes.set(xlim=(0.0, 1.35), ylim=(min(ticks) - 0.35, 0.4))
        spine_free(axes, "left")
        rows = [(row.name, row.share.value, row.share.low, row.share.high, row.sign) for row in split.figures]
        rows = [("all figures", split.unknown.value, split.unknown.low, split.unknown.high, 0), *rows]
        words = ("What we do not know, and what is chance", _words(split))
        return picture(figure, "unknowns", words, HEADER, rows)


def _words(split: SpreadSplit) -> str:
    return (
        "Share of the spread between trials that goes with the figures nobody knows exactly, and with each of those "
        f"that matter. All {split.drawn} figures together: {wording.share(split.unknown)}; the rest is chance. An "
        "approximation, and rather a lower bound."
    )
