"""Who pays: the price of the rounds fired against the price of the raid."""

from math import isnan
from typing import Any

from farwatch.outcomes.summary import Cost, Summary
from farwatch.report import wording
from farwatch.report.figures.canvas import (
    AMBER,
    BLUE,
    GREEN,
    INK,
    PAPER,
    PINK,
    RED,
    SKY,
    SOFT,
    WIDTH_IN,
    Picture,
    drawing,
    picture,
    spine_free,
)

SHADES = ((BLUE, ""), (SKY, "///"), (GREEN, "..."), (PINK, "\\\\\\"), (AMBER, "xx"))
"""Colour and hatch of a kind of round."""

HEADER = ("what", "mean_usd", "p10_usd", "p90_usd")


def draw(summary: Summary) -> Picture:
    """Two bars on one scale: what the defence fires, round by round, and what the raid is worth."""
    costs = summary.costs
    with drawing("money", (WIDTH_IN, 2.0)) as figure:
        axes = figure.add_subplot()
        _rounds(axes, summary)
        if axes.get_legend_handles_labels()[1]:  # something was fired
            figure.legend(loc="outside lower center", ncols=5, fontsize=8.0, labelcolor=SOFT)
        axes.barh(0.0, costs.raid.mean.value, 0.5, color=RED, linewidth=0)
        for y, cost in ((1.0, costs.defence), (0.0, costs.raid)):
            _spread(axes, y, cost)
        widest = max(costs.defence.high, costs.raid.high, costs.defence.mean.value, 1.0)
        axes.set(yticks=[0.0, 1.0], yticklabels=["the raid's targets", "rounds fired"], xticks=[])
        axes.set(xlim=(0.0, 1.25 * widest), ylim=(-0.45, 1.65))
        spine_free(axes, "left")
        words = ("Who pays", _words(summary))
        return picture(figure, "money", words, HEADER, _data(summary))


def _rounds(axes: Any, summary: Summary) -> None:
    left = 0.0
    for place, row in enumerate(summary.rounds):
        spent = row.cost.mean.value
        if isnan(spent) or spent <= 0.0:
            continue
        colour, hatch = SHADES[place % len(SHADES)]
        axes.barh(
            1.0,
            spent,
            0.5,
            left=left,
            color=colour,
            hatch=hatch,
            linewidth=0.8,
            edgecolor=PAPER,
            label=f"{row.battery} {row.name}: {wording.money(spent)}",
        )
        left += spent


def _spread(axes: Any, y: float, cost: Cost) -> None:
    axes.plot([cost.low, cost.high], [y, y], color=INK, linewidth=1.2)
    for end in (cost.low, cost.high):
        axes.plot([end, end], [y - 0.09, y + 0.09], color=INK, linewidth=1.2)
    edge, told = max(cost.high, cost.mean.value), wording.money(cost.mean.value)
    axes.annotate(told, (edge, y), (7, 0), textcoords="offset points", va="center", weight="bold")


def _words(summary: Summary) -> str:
    costs = summary.costs
    return (
        f"Rounds fired cost {wording.cost(costs.defence)} a trial; the raid's targets cost {wording.cost(costs.raid)}. "
        f"Lines span the middle four fifths of trials, in which the prices themselves vary in their published ranges."
    )


def _data(summary: Summary) -> list[tuple[object, ...]]:
    named = [(f"{row.battery} {row.name}", row.cost) for row in summary.rounds]
    named += [("all rounds fired", summary.costs.defence), ("raid", summary.costs.raid)]
    return [(name, cost.mean.value, cost.low, cost.high) for name, cost in named]
