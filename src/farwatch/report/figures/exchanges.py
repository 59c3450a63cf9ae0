"""Cost against cost in a campaign: what the defence spends on a raid, and what the raid is worth, point by point."""

from collections.abc import Iterator, Sequence
from math import isfinite
from typing import Any

from farwatch.campaign.money import Exchange
from farwatch.report import wording
from farwatch.report.figures.canvas import BLUE, INK, RED, SOFT, WIDTH_IN, Picture, drawing, picture, spine_free

MOST = 30
"""Points shown; the data has all."""

APART = 0.17
"""Half the distance between the two marks of a point, in rows."""

HEADER = ("point", "spent_usd", "spent_low_usd", "spent_high_usd", "spent_p10_usd", "spent_p90_usd", "raid_usd",
          "raid_low_usd", "raid_high_usd")  # fmt: skip


def draw(rows: Sequence[Exchange]) -> Picture:
    """Two marks for each point on one scale of dollars."""
    shown = rows[:MOST]
    with drawing("exchanges", (WIDTH_IN, 0.95 + 0.36 * len(shown))) as figure:
        axes = figure.add_subplot()
        for place, row in enumerate(shown):
            _point(axes, place, row)
        axes.plot([], [], color=BLUE, marker="s", linestyle="none", label="the defence spends")
        axes.plot([], [], color=RED, marker="D", linestyle="none", label="the raid is worth")
        figure.legend(loc="outside lower center", ncols=2, fontsize=8.5, labelcolor=INK)
        axes.set(yticks=[-k for k in range(len(shown))], yticklabels=[row.label for row in shown])
        axes.set(ylim=(0.5 - len(shown), 0.6))
        axes.set_xlim(left=0.0)
        axes.xaxis.set_major_formatter(lambda usd, _: wording.money(usd))
        axes.grid(visible=True, axis="x")
        spine_free(axes, "bottom")
        words = ("Cost against cost", _words(rows, cut=len(rows) - len(shown)))
        return picture(figure, "exchanges", words, HEADER, _data(rows))


def _point(axes: Any, place: int, row: Exchange) -> None:
    above, below = -place + APART, -place - APART
    axes.plot([row.spent_low_usd, row.spent_high_usd], [above, above], color=SOFT, linewidth=3.5, alpha=0.45)
    marks = ((row.spent_usd, above, BLUE, "s"), (row.flown_usd, below, RED, "D"))
    for it, y, colour, marker in marks:
        if isfinite(it.low) and isfinite(it.high):
            axes.plot([it.low, it.high], [y, y], color=INK, linewidth=1.4)
        axes.plot([it.value], [y], color=colour, marker=marker, markersize=5.0, linestyle="none")


def _words(rows: Sequence[Exchange], *, cut: int) -> str:
    dearest = max(rows, key=lambda row: row.spent_usd.value)
    said = (
        "For one raid. Thin lines are intervals of the means; broad grey ones hold the middle four fifths of trials. "
        f"The most is spent in {dearest.label}: {wording.money(dearest.spent_usd.value)} at a raid worth "
        f"{wording.money(dearest.flown_usd.value)}."
    )
    return said + (f" {wording.plural(cut, 'more point')} in the data." if cut else "")


def _data(rows: Sequence[Exchange]) -> Iterator[tuple[object, ...]]:
    for row in rows:
        spent, flown = row.spent_usd, row.flown_usd
        quantiles = row.spent_low_usd, row.spent_high_usd
        yield row.label, spent.value, spent.low, spent.high, *quantiles, flown.value, flown.low, flown.high
