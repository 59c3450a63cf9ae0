"""Estimates as dots on a line: one row each, with its interval; and a mark at zero for differences."""

from collections.abc import Sequence
from math import isfinite

from farwatch.campaign.answers import Difference, PointAnswer
from farwatch.outcomes.summary import Estimate
from farwatch.report import campaign_wording as words
from farwatch.report import wording
from farwatch.report.figures.canvas import (
    AMBER,
    BLUE,
    INK,
    LINE,
    RED,
    SOFT,
    WIDTH_IN,
    Picture,
    drawing,
    picture,
    spine_free,
)

MOST = 40
"""Rows shown; the data has all."""

FEW = 12
"""Points that dots with their labels tell well."""

Row = tuple[str, Estimate]


def differences(rows: Sequence[Difference], measure: str) -> Picture:
    """Every comparison in one measure."""
    own = [row for row in rows if row.measure == measure]
    alike = len({row.base for row in own}) == 1
    told = [(row.label if alike else f"{row.label} against {row.base}", row.difference) for row in own]
    title = f"Difference in {words.name_of(measure)}"
    against = f" against {own[0].base}" if alike else ""
    shown = f"Each row is one comparison{against} under shared luck. Left of the line: fewer; right: more."
    return draw(f"differences-{measure}", (title, shown), measure, told, zero=True)


def points(rows: Sequence[PointAnswer], place: int) -> Picture:
    """The measure at `place` of the plan, at every point."""
    measure = rows[0].measures[place].name
    told = [(row.label, row.measures[place].estimate) for row in rows]
    said = (words.name_of(measure).capitalize(), f"{words.capital(words.meaning(measure))}.")
    return draw(f"points-{measure}", said, measure, told)


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
        header = ("what", "measure", "value", "low", "high")
        return picture(figure, name, told, header, [(label, measure, it.value, it.low, it.high) for label, it in rows])


def quantiles(rows: Sequence[PointAnswer]) -> Picture:
    """How the leakers of a trial scatter at every point: the number not exceeded in 50, 90 and 99 % of trials."""
    shown = [row for row in rows if row.quantiles][:MOST]
    with drawing("leakers", (WIDTH_IN, 0.95 + 0.36 * len(shown))) as figure:
        axes = figure.add_subplot()
        for place, row in enumerate(shown):
            spread = [one.leakers.value for one in row.quantiles]
            axes.plot([min(spread), max(spread)], [-place, -place], color=LINE, linewidth=4.0, zorder=1)
            for one, (marker, colour, shift) in zip(row.quantiles, _QUANTILES, strict=False):
                y = -place + shift
                axes.plot([one.leakers.low, one.leakers.high], [y, y], color=INK, linewidth=1.2)
                axes.plot([one.leakers.value], [y], color=colour, marker=marker, markersize=5.5, linestyle="none")
        for one, (marker, colour, _) in zip(shown[0].quantiles, _QUANTILES, strict=False):
            told = f"in {100.0 * one.level:g} % of trials no more"
            axes.plot([], [], color=colour, marker=marker, linestyle="none", label=told)
        figure.legend(loc="outside lower center", ncols=3, fontsize=8.5, labelcolor=INK)
        axes.set(yticks=[-k for k in range(len(shown))], yticklabels=[row.label for row in shown])
        axes.set(ylim=(0.5 - len(shown), 0.6), xlabel="threats that get through in one trial")
        axes.set_xlim(left=min(0.0, axes.get_xlim()[0]))
        axes.grid(visible=True, axis="x")
        spine_free(axes, "bottom")
        said = "How the number that gets through scatters over trials. Thin lines are intervals, good for any law."
        header = ("point", "trials", "level", "leakers", "leakers_low", "leakers_high")
        data = [
            (row.label, row.trials, one.level, one.leakers.value, one.leakers.low, one.leakers.high)
            for row in rows
            for one in row.quantiles
        ]
        return picture(figure, "leakers", ("How many get through", said), header, data)


_QUANTILES = (("o", BLUE, 0.0), ("s", AMBER, 0.17), ("^", RED, -0.17))
"""Mark, colour and shift of each level."""
