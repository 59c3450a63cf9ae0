"""How the number that gets through scatters over trials, along the field that a campaign varies."""

import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from farwatch.campaign.answers import PointAnswer
from farwatch.outcomes.intervals import wilson
from farwatch.outcomes.summary import Estimate
from farwatch.report.campaign_axis import Axis, Line
from farwatch.report.figures.canvas import AMBER, BLUE, INK, RED, WIDTH_IN, Picture, drawing, picture
from farwatch.report.figures.lines import foot
from farwatch.report.settings_wording import field_name

COLUMNS = 3
MOST = 9
"""Panels drawn; the data has all."""

LOOKS = ((BLUE, "o", "-"), (AMBER, "s", (0, (5, 2))), (RED, "^", (0, (1, 1.2))))
"""Colour, mark and dash of each level."""

HEADER = ("curve", "field", "at", "trials", "level", "leakers", "leakers_low", "leakers_high")


def draw(axis: Axis) -> Picture:
    """A panel for each line of the axis: the number not exceeded in 50, 90 and 99 % of trials."""
    shown = [line for line in axis.lines if any(row.quantiles for row in line.rows)][:MOST]
    rows = -(-len(shown) // COLUMNS)
    columns = min(len(shown), COLUMNS)
    with drawing("leakers", (WIDTH_IN, 0.75 + 2.35 * rows)) as figure:
        grid = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
        panels = grid.ravel()
        for axes, line in zip(panels, shown, strict=False):
            _panel(axes, axis.field, line)
            axes.set_title(textwrap.fill(line.name, 34) if len(shown) > 1 else "", fontsize=9.0)
        for axes in panels[len(shown) :]:
            axes.set_visible(False)
        panels[0].set_ylim(bottom=0.0)
        panels[0].set_ylabel("get through in one trial")
        foot(grid, field_name(axis.field))
        handles, names = panels[0].get_legend_handles_labels()
        figure.legend(handles, names, loc="outside lower center", ncols=3, fontsize=8.5, labelcolor=INK)
        told = "How the number that gets through scatters over trials. Upright lines are intervals, good for any law."
        return picture(figure, "leakers", ("How many get through", told), HEADER, _data(axis))


def scatter(points: Sequence[PointAnswer], fields: Sequence[str]) -> Picture:
    """The same numbers against each varied field, of a design that spreads its points over all fields at once."""
    shown = [row for row in points if row.quantiles]
    columns, count = min(len(fields), COLUMNS), -(-len(fields) // COLUMNS)
    with drawing("leakers", (WIDTH_IN, 0.6 + 2.3 * count)) as figure:
        panels = figure.subplots(count, columns, sharey=True, squeeze=False).ravel()
        for axes, field in zip(panels, fields, strict=False):
            at = [float(row.changes[field]) for row in shown]
            for level, (colour, marker, _) in enumerate(LOOKS):
                values = [row.quantiles[level].leakers.value for row in shown]
                told = _level(shown[0], level)
                axes.plot(at, values, color=colour, marker=marker, markersize=4.0, linestyle="none", label=told)
            axes.set_xlabel(field_name(field))
            axes.grid(visible=True, axis="y")
            axes.tick_params(length=0)
        for axes in panels[len(fields) :]:
            axes.set_visible(False)
        panels[0].set_ylabel("get through in one trial")
        handles, names = panels[0].get_legend_handles_labels()
        figure.legend(handles, names, loc="outside lower center", ncols=3, fontsize=8.5, labelcolor=INK)
        told = "How the number that gets through scatters over trials; intervals are in the data."
        rows = [("", " ".join(fields), row.label, row.trials, one.level, *_plain(one.leakers))
                for row in shown for one in row.quantiles]  # fmt: skip
        return picture(figure, "leakers", ("How many get through", told), HEADER, rows)


SPREAD_HEADER = ("point", "got_through_from", "got_through_to", "trials", "share", "low_share", "high_share")

MOST_BARS = 16
"""Bars of one point; more numbers than that are taken together."""


def spread(shown: Sequence[tuple[str, NDArray[np.int64]]], confidence: float) -> Picture:
    """Bars of some points: in which share of trials how many get through. `shown` are names, and i8[trials]."""
    least, most = (int(edge([edge(through) for _, through in shown])) for edge in (np.min, np.max))
    wide = -(-(most - least + 1) // MOST_BARS)
    rows = [row for name, through in shown for row in _bars(name, through - least, wide, confidence)]
    with drawing("distribution", (WIDTH_IN, 2.6)) as figure:
        grid = figure.subplots(1, len(shown), sharex=True, sharey=True, squeeze=False)
        for axes, (name, _) in zip(grid[0], shown, strict=True):
            axes.set_title(textwrap.fill(name, 34) if len(shown) > 1 else "", fontsize=9.0)
            for _, first, last, _, *shares in (row for row in rows if row[0] == name and row[3]):
                middle = least + 0.5 * (first + last)
                axes.bar(middle, shares[0], 0.86 * wide, color=BLUE, linewidth=0)
                axes.plot([middle, middle], shares[1:], color=INK, linewidth=0.9)
            axes.grid(visible=True, axis="y")
            axes.tick_params(length=0)
        grid[0, 0].set(xlim=(least - wide, max(most + wide, least + 4.0)), ylabel="share of trials")
        grid[0, 0].set_ylim(bottom=0.0)
        grid[0, 0].xaxis.get_major_locator().set_params(integer=True)
        grid[0, 0].yaxis.set_major_formatter(lambda share, _: f"{100.0 * share:.0f} %")
        foot(grid, "get through in one trial")
        each = f"A bar takes {wide} numbers together" if wide > 1 else "A bar stands for each number"
        told = f"Share of trials by how many get through. {each}; thin lines are intervals."
        data = [(name, least + first, least + last, *rest) for name, first, last, *rest in rows]
        return picture(figure, "distribution", ("The leakers of single trials", told), SPREAD_HEADER, data)


Bar = tuple[str, int, int, int, float, float, float]


def _bars(name: str, above: NDArray[np.int64], wide: int, confidence: float) -> list[Bar]:
    """Counts above the least of all, in bars of some width: first and last number, trials, share with interval."""
    counts = np.bincount(above // wide)
    return [
        (name, k * wide, (k + 1) * wide - 1, int(n), float(n) / len(above), *wilson(float(n), len(above), confidence))
        for k, n in enumerate(counts)
    ]


def _level(row: PointAnswer, level: int) -> str:
    return f"in {100.0 * row.quantiles[level].level:g} % of trials no more"


def _plain(it: Estimate) -> tuple[float, float, float]:
    return it.value, it.low, it.high


def _panel(axes: Any, field: str, line: Line) -> None:
    own = [row for row in line.rows if row.quantiles]
    at = np.array([float(row.changes[field]) for row in own])
    spread = np.array([[one.leakers.value for one in row.quantiles] for row in own])
    axes.fill_between(at, spread[:, 0], spread[:, -1], color=BLUE, alpha=0.12, linewidth=0)
    for level, (colour, marker, dashes) in enumerate(LOOKS):
        look = {"color": colour, "marker": marker, "linestyle": dashes, "markersize": 4.5}
        axes.plot(at, spread[:, level], label=_level(own[0], level), **look)
        for x, row in zip(at, own, strict=True):
            it = row.quantiles[level].leakers
            axes.plot([x, x], [it.low, it.high], color=colour, linewidth=1.1)
    axes.grid(visible=True, axis="y")
    axes.tick_params(length=0)


def _data(axis: Axis) -> Sequence[tuple[object, ...]]:
    return [
        (line.label, axis.field, row.changes[axis.field], row.trials, one.level, *_plain(one.leakers))
        for line in axis.lines
        for row in line.rows
        for one in row.quantiles
    ]  # fmt: skip
