"""Estimates as dots on a line: one row each, with its interval; and a mark at zero for differences."""

from collections.abc import Sequence
from math import isfinite

from farwatch.campaign.answers import Difference, PointAnswer
from farwatch.outcomes.summary import Estimate
from farwatch.report import campaign_wording as words
from farwatch.report import wording
from farwatch.report.figures.canvas import BLUE, INK, LINE, SOFT, WIDTH_IN, Picture, drawing, picture, spine_free

MOST = 40
"""Rows shown; the data has all."""

Row = tuple[str, Estimate]


def differences(rows: Sequence[Difference], measure: str) -> Picture:
    """Every comparison in one measure."""
    told = [(f"{row.label} against {row.base}", row.difference) for row in rows if row.measure == measure]
    title = f"Difference in {words.name_of(measure)}"
    shown = "Each row is one comparison under shared luck. Left of the line: fewer; right: more."
    return draw(f"differences-{measure}", (title, shown), measure, told, zero=True)


def points(rows: Sequence[PointAnswer], place: int) -> Picture:
    """The measure at `place` of the plan, at every point."""
    measure = rows[0].measures[place].name
    told = [(row.label, row.measures[place].estimate) for row in rows]
    return draw(f"points-{measure}", (words.name_of(measure).capitalize(), words.meaning(measure)), measure, told)


def draw(name: str, told: tuple[str, str], measure: str, rows: Sequence[Row], *, zero: bool = False) -> Picture:
    """Rows of estimates; `told` are the title and what it shows."""
    shown = rows[:MOST]
    with drawing(name, (WIDTH_IN, 0.7 + 0.27 * len(shown))) as figure:
        axes = figure.add_subplot()
        if zero:
            axes.axvline(0.0, color=LINE, linewidth=1.2)
        for place, (_, it) in enumerate(shown):
            if isfinite(it.low) and isfinite(it.high):
                axes.plot([it.low, it.high], [-place, -place], color=INK, linewidth=1.4)
            axes.plot([it.value], [-place], color=BLUE, marker="o", markersize=5.0)
            axes.annotate(
                words.gap(measure, it) if zero else words.estimate(measure, it),
                (1.01, -place),
                xycoords=("axes fraction", "data"),
                va="center",
                fontsize=8.0,
                color=SOFT,
            )
        axes.set(yticks=[-k for k in range(len(shown))], yticklabels=[label for label, _ in shown])
        axes.set(ylim=(0.6 - len(shown), 0.6), xlabel=words.name_of(measure))
        if measure.endswith("_usd"):
            axes.xaxis.set_major_formatter(lambda usd, _: wording.money(usd))
        if not zero:
            axes.set_xlim(left=min(0.0, axes.get_xlim()[0]))
        axes.grid(visible=True, axis="x")
        spine_free(axes, "bottom")
        header = ("what", "value", "low", "high")
        return picture(figure, name, told, header, [(label, it.value, it.low, it.high) for label, it in rows])
