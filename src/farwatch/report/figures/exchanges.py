"""Cost against cost in a campaign: what the defence spends on a raid, and what the raid is worth, point by point."""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from math import isfinite
from typing import Any

import numpy as np

from farwatch.campaign.money import Exchange
from farwatch.outcomes.summary import Estimate
from farwatch.report import campaign_wording, wording
from farwatch.report.campaign_axis import Axis
from farwatch.report.figures.canvas import BLUE, INK, RED, SOFT, WIDTH_IN, Picture, drawing, picture, spine_free
from farwatch.report.figures.lines import foot
from farwatch.report.settings_wording import field_name

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
        words = ("Cost against cost", _words(rows, cut=len(rows) - len(shown), of="point"))
        return picture(figure, "exchanges", words, HEADER, _data(rows))


COLUMNS = 3
MOST_PANELS = 9


def along(axis: Axis, rows: Sequence[Exchange]) -> Picture:
    """Both bills over the field of an axis, a panel for each of its lines; the data has all."""
    found = {row.label: row for row in rows}
    called = {row.label: campaign_wording.place(row) for line in axis.lines for row in line.rows}
    shown = axis.lines[:MOST_PANELS]
    columns, count = min(len(shown), COLUMNS), -(-len(shown) // COLUMNS)
    with drawing("exchanges", (WIDTH_IN, 0.75 + 2.35 * count)) as figure:
        grid = figure.subplots(count, columns, sharex=True, sharey=True, squeeze=False)
        panels = grid.ravel()
        for axes, line in zip(panels, shown, strict=False):
            own = [row for row in line.rows if row.label in found]
            at = np.array([float(row.changes[axis.field]) for row in own])
            _bills(axes, at, [found[row.label] for row in own])
            axes.set_title(textwrap.fill(line.name, 34) if len(shown) > 1 else "", fontsize=9.0)
        for axes in panels[len(shown) :]:
            axes.set_visible(False)
        panels[0].set_ylim(bottom=0.0)
        panels[0].yaxis.set_major_formatter(lambda usd, _: wording.money(usd))
        panels[0].set_ylabel("US dollars a raid")
        foot(grid, field_name(axis.field))
        handles, names = panels[0].get_legend_handles_labels()
        figure.legend(handles, names, loc="outside lower center", ncols=3, fontsize=8.5, labelcolor=INK)
        words = ("Cost against cost", _words(rows, cut=len(axis.lines) - len(shown), of="panel", called=called))
        return picture(figure, "exchanges", words, HEADER, _data(rows))


def _bills(axes: Any, at: Any, rows: Sequence[Exchange]) -> None:
    low, high = (np.array([getattr(row, f"spent_{end}_usd") for row in rows]) for end in ("low", "high"))
    bills: tuple[tuple[str, list[Estimate], dict[str, Any]], ...] = (
        ("the defence spends", [row.spent_usd for row in rows], {"color": BLUE, "marker": "s", "linestyle": "-"}),
        ("the raid is worth", [row.flown_usd for row in rows], {"color": RED, "marker": "D", "linestyle": (0, (5, 2))}),
    )
    for label, values, look in bills:
        axes.plot(at, [it.value for it in values], markersize=4.5, label=label, **look)
        for x, it in zip(at, values, strict=True):
            if isfinite(it.low) and isfinite(it.high):
                axes.plot([x, x], [it.low, it.high], color=look["color"], linewidth=1.1)
    told = "what it spends in the middle four fifths of trials"
    axes.fill_between(at, low, high, color=SOFT, alpha=0.18, linewidth=0, label=told)
    axes.grid(visible=True, axis="y")
    axes.tick_params(length=0)


def _point(axes: Any, place: int, row: Exchange) -> None:
    above, below = -place + APART, -place - APART
    axes.plot([row.spent_low_usd, row.spent_high_usd], [above, above], color=SOFT, linewidth=3.5, alpha=0.45)
    marks = ((row.spent_usd, above, BLUE, "s"), (row.flown_usd, below, RED, "D"))
    for it, y, colour, marker in marks:
        if isfinite(it.low) and isfinite(it.high):
            axes.plot([it.low, it.high], [y, y], color=INK, linewidth=1.4)
        axes.plot([it.value], [y], color=colour, marker=marker, markersize=5.0, linestyle="none")


def _words(rows: Sequence[Exchange], *, cut: int, of: str, called: Mapping[str, str] | None = None) -> str:
    dearest = max(rows, key=lambda row: row.spent_usd.value)
    where = (called or {}).get(dearest.label, f"in {dearest.label}")
    said = (
        "For one raid. Thin lines are intervals of the means; broad grey ones, or the grey band, hold the middle four "
        "fifths of trials. "
        f"The most is spent {where}: {wording.money(dearest.spent_usd.value)} at a raid worth "
        f"{wording.money(dearest.flown_usd.value)}."
    )
    return said + (f" {wording.plural(cut, f'more {of}')} in the data." if cut else "")


def _data(rows: Sequence[Exchange]) -> Iterator[tuple[object, ...]]:
    for row in rows:
        spent, flown = row.spent_usd, row.flown_usd
        quantiles = row.spent_low_usd, row.spent_high_usd
        yield row.label, spent.value, spent.low, spent.high, *quantiles, flown.value, flown.low, flown.high
