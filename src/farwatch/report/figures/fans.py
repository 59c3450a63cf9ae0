"""How the number that gets through scatters over trials, along the field that a campaign varies."""

from collections.abc import Sequence
from typing import Any

import numpy as np

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
        panels = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False).ravel()
        for axes, line in zip(panels, shown, strict=False):
            _panel(axes, axis.field, line)
            axes.set_title(line.label if len(shown) > 1 else "", fontsize=9.0)
        for axes in panels[len(shown) :]:
            axes.set_visible(False)
        panels[0].set_ylim(bottom=0.0)
        panels[0].set_ylabel("get through in one trial")
        foot(panels[0] if len(panels) == 1 else panels[min(1, len(panels) - 1)], field_name(axis.field))
        handles, names = panels[0].get_legend_handles_labels()
        figure.legend(handles, names, loc="outside lower center", ncols=3, fontsize=8.5, labelcolor=INK)
        told = "How the number that gets through scatters over trials. Upright lines are intervals, good for any law."
        return picture(figure, "leakers", ("How many get through", told), HEADER, _data(axis))


def _panel(axes: Any, field: str, line: Line) -> None:
    own = [row for row in line.rows if row.quantiles]
    at = np.array([float(row.changes[field]) for row in own])
    spread = np.array([[one.leakers.value for one in row.quantiles] for row in own])
    axes.fill_between(at, spread[:, 0], spread[:, -1], color=BLUE, alpha=0.12, linewidth=0)
    for level, (colour, marker, dashes) in enumerate(LOOKS):
        told = f"in {100.0 * own[0].quantiles[level].level:g} % of trials no more"
        axes.plot(at, spread[:, level], color=colour, marker=marker, linestyle=dashes, markersize=4.5, label=told)
        for x, row in zip(at, own, strict=True):
            it = row.quantiles[level].leakers
            axes.plot([x, x], [it.low, it.high], color=colour, linewidth=1.1)
    axes.grid(visible=True, axis="y")
    axes.tick_params(length=0)


def _data(axis: Axis) -> Sequence[tuple[object, ...]]:
    return [
        (line.label, axis.field, row.changes[axis.field], row.trials, one.level, one.leakers.value, one.leakers.low,
         one.leakers.high)
        for line in axis.lines
        for row in line.rows
        for one in row.quantiles
    ]  # fmt: skip
