"""Measures of a campaign along the field that it varies, and where the defence is full."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from farwatch.campaign.answers import Difference, PointAnswer
from farwatch.campaign.curves import Curve
from farwatch.outcomes.summary import Estimate
from farwatch.report import campaign_wording as words
from farwatch.report import wording
from farwatch.report.campaign_axis import Axis, Line
from farwatch.report.figures import lines
from farwatch.report.figures.canvas import INK, LINE, PAPER, SOFT, WIDTH_IN, Picture, drawing, picture, spine_free
from farwatch.report.figures.lines import Series
from farwatch.report.settings_wording import field_name, number

HALF_IN = 0.5 * WIDTH_IN - 0.1
"""Width of a figure that stands beside another."""

STRIP_IN = 0.24
"""Height of a knee's row below the curves."""

HEADER = ("curve", "field", "at", "raid_count", "measure", "value", "low", "high", "share", "share_low", "share_high")
ALONG_HEADER = ("curve", "field", "at", "measure", "trials", "value", "low", "high")
GAPS_HEADER = ("curve", "against", "field", "at", "measure", "trials", "value", "low", "high")


def draw(curves: Sequence[Curve], axis: Axis | None = None, name: str = "curves") -> Picture:
    """Every saturation curve with its intervals; below, in a row each, where it bends.

    axis: the lines of the same points, which know what a reader is told and which panel each belongs to.
    """
    measure, field = curves[0].measure, field_name(curves[0].field)
    panels = _panels_of(curves, axis)
    bends = [] if len(panels) > 1 else [it for it in enumerate(curves) if it[1].knee is not None and it[1].knee.found]
    strip_in = STRIP_IN * len(bends)
    with drawing(name, (WIDTH_IN, 3.7 + strip_in)) as figure:
        shape: Any = {"height_ratios": [3.3, strip_in]} if bends else {}
        shown = figure.subplots(2 if bends else 1, len(panels), sharex=True, sharey="row", squeeze=False, **shape)
        _draw_panels(figure, shown[0], [(title, [_series(*one) for one in own]) for title, own in panels], measure)
        shown[0, 0].set_ylabel(words.name_of(measure))
        if bends:
            _knees(shown[0, 0], shown[1, 0], bends, {curve.label: told for told, curve in panels[0][1]})
        for axes, (_, own) in zip(shown[0] if not bends else (), panels, strict=False):
            _hairs(axes, [curve for _, curve in own])
        lines.foot(shown, field)
        told = " ".join(words.knees(curves, {curve.label: told for _, own in panels for told, curve in own}))
        title = f"{words.name_of(measure).capitalize()} against {field}"
        return picture(figure, name, (title, told), HEADER, [row for curve in curves for row in _rows(curve)])


Named = tuple[str, Curve]
"""A curve, and what it is called where it is drawn."""


def _panels_of(curves: Sequence[Curve], axis: Axis | None) -> list[tuple[str, list[Named]]]:
    """The curves of each panel; all in one where there is no axis of theirs."""
    known = {curve.label: curve for curve in curves}
    if axis is None or {line.label for line in axis.lines} != known.keys():
        return [("", [(curve.label, curve) for curve in curves])]
    return [(panel.title, [(told, known[line.label]) for told, line in panel.lines]) for panel in axis.panels]


def _series(told: str, curve: Curve) -> Series:
    return Series(label=told, at=curve.at, values=curve.value)


def _draw_panels(figure: Any, shown: Any, panels: Sequence[tuple[str, Sequence[Series]]], measure: str) -> None:
    """Lines named at their ends in one panel; in several, which share their names, below."""
    for axes, (title, series) in zip(shown, panels, strict=True):
        lines.draw(axes, series)
        axes.set_title(title, fontsize=9.0)
    lines.scale(shown[0], measure)
    if len(panels) == 1:
        lines.name_ends(shown[0], panels[0][1])
    else:
        lines.legend(figure, max((series for _, series in panels), key=len))


def _hairs(axes: Any, curves: Sequence[Curve]) -> None:
    for place, curve in enumerate(curves):
        if curve.knee is not None and curve.knee.found:
            look: Any = {"color": lines.look(place)[0], "linewidth": 0.9, "linestyle": (0, (2, 2)), "zorder": 1}
            axes.axvline(curve.knee.at.value, **look)


def _knees(axes: Any, strip: Any, bends: Sequence[tuple[int, Curve]], names: Mapping[str, str]) -> None:
    """A row for each knee: a mark, its interval, and what it is; a hair goes up to where it stands on the curve."""
    for row, (place, curve) in enumerate(bends):
        shade, marker, _ = lines.look(place)
        at = curve.knee.at if curve.knee is not None else Estimate(0.0, 0.0, 0.0)
        strip.plot([at.low, at.high], [-row, -row], color=shade, linewidth=4.0, alpha=0.45, solid_capstyle="butt")
        strip.plot([at.value], [-row], color=shade, marker=marker, markersize=6.0, markeredgecolor=INK)
        who = f"{names[curve.label]}: " if len(bends) > 1 else ""
        told = f"{who}full at {wording.number(at.value)} ({words.span('', at)})"
        left = at.high > 0.5 * (curve.at[0] + curve.at[-1])
        strip.annotate(told, (at.low if left else at.high, -row), (-8 if left else 8, 0), textcoords="offset points",
                       va="center", ha="right" if left else "left", fontsize=8.5)  # fmt: skip
        axes.axvline(at.value, color=shade, linewidth=0.9, linestyle=(0, (2, 2)), zorder=1)
    strip.set(ylim=(0.5 - len(bends), 0.5), yticks=[])
    strip.grid(visible=True, axis="x")
    spine_free(strip, "bottom")


def _plain(it: Estimate) -> tuple[float, float, float]:
    return it.value, it.low, it.high


def _rows(curve: Curve) -> list[tuple[object, ...]]:
    return [
        (curve.label, curve.field, at, raid, curve.measure, *_plain(one), *_plain(share))
        for at, raid, one, share in zip(curve.at, curve.raid, curve.value, curve.share, strict=True)
    ]


# Measures along an axis --------------------------------------------------------------------------------------


def along(axis: Axis, place: int) -> Picture:
    """The measure at `place` of the plan along an axis, a line for each combination of everything else."""
    measure = axis.lines[0].rows[0].measures[place].name

    def series(told: str, line: Line) -> Series:
        return lines.series_of(told, axis.field, line.rows, [row.measures[place].estimate for row in line.rows])

    def rows() -> Iterator[tuple[object, ...]]:
        for line in axis.lines:
            for row in line.rows:
                at = row.changes[axis.field]
                yield line.label, axis.field, at, measure, row.trials, *_plain(row.measures[place].estimate)

    title = words.name_of(measure).capitalize()
    panels = [(panel.title, [series(*one) for one in panel.lines]) for panel in axis.panels]
    told = (title, f"{words.capital(words.meaning(measure))}; mean of the trials, the band is its interval.")
    name = f"points-{measure}"
    return _panels(name, told, (measure, axis.field), panels, (ALONG_HEADER, rows()), wide=len(axis.panels) > 1)


def differences(axis: Axis, rows: Sequence[Difference], measure: str) -> Picture:
    """Every comparison in one measure along an axis; hollow marks are not told apart from nought."""
    found = {row.label: row for row in rows if row.measure == measure}

    def kept(line: Line) -> list[tuple[PointAnswer, Difference]]:
        return [(row, found[row.label]) for row in line.rows if row.label in found]

    def series(told: str, line: Line) -> Series:
        at = tuple(float(row.changes[axis.field]) for row, _ in kept(line))
        gaps = [gap for _, gap in kept(line)]
        apart = tuple(words.is_told_apart(gap) for gap in gaps)
        return Series(label=_against(told, gaps), at=at, values=tuple(gap.difference for gap in gaps), told=apart)

    panels = [(panel.title, [series(*one) for one in panel.lines if kept(one[1])]) for panel in axis.panels]
    panels = [(title, own) for title, own in panels if own]
    data = [
        (gap.label, gap.base, axis.field, row.changes[axis.field], measure, gap.trials, *_plain(gap.difference))
        for line in axis.lines
        for row, gap in kept(line)
    ]
    shown = "Above the line: more; below: fewer. A hollow mark cannot be told from no difference."
    told = (f"Difference in {words.name_of(measure)}", shown)
    wide = len(axis.panels) > 1
    name = f"differences-{measure}"
    return _panels(name, told, (measure, axis.field), panels, (GAPS_HEADER, data), wide=wide, zero=True)


def _against(told: str, gaps: Sequence[Difference]) -> str:
    """What a line compares: a scenario with another one; where one point is compared with all, that is said above."""
    return f"{told} against {gaps[0].base}" if gaps[0].base != gaps[0].scenario and " " not in gaps[0].base else told


def _panels(
    name: str, told: tuple[str, str], measured: tuple[str, str], panels: Sequence[tuple[str, Sequence[Series]]],
    data: tuple[Sequence[str], Any], *, wide: bool, zero: bool = False,
) -> Picture:  # fmt: skip
    """Panels side by side to one scale; `measured` are the measure and the field, `data` the header and the rows."""
    measure, field = measured
    with drawing(name, (WIDTH_IN, 3.1) if wide else (HALF_IN, 2.9)) as figure:
        grid = figure.subplots(1, len(panels), sharex=True, sharey=True, squeeze=False)
        shown = grid[0]
        for axes, (title, series) in zip(shown, panels, strict=True):
            if zero:
                axes.axhline(0.0, color=LINE, linewidth=1.4)
            lines.draw(axes, series)
            axes.set_title(title if len(panels) > 1 else told[0], fontsize=9.0)
        lines.scale(shown[0], measure, zero=not zero)
        if len(panels) == 1:
            lines.name_ends(shown[0], panels[0][1], 40 if wide else 15)
        else:
            lines.legend(figure, max((series for _, series in panels), key=len))
            shown[0].set_ylabel(words.name_of(measure))
        lines.foot(grid, field_name(field))
        return picture(figure, name, told, *data)


def scatter(points: Sequence[PointAnswer], place: int, fields: Sequence[str]) -> Picture:
    """The measure at `place` against each varied field, of a design that spreads its points over all fields at once."""
    measure = points[0].measures[place].name
    columns = min(len(fields), 3)
    count = -(-len(fields) // columns)
    with drawing(f"points-{measure}", (WIDTH_IN, 0.3 + 2.3 * count)) as figure:
        shown = figure.subplots(count, columns, sharey=True, squeeze=False).ravel()
        for axes, field in zip(shown, fields, strict=False):
            for row in points:
                it, at = row.measures[place].estimate, float(row.changes[field])
                axes.plot([at, at], [it.low, it.high], color=SOFT, linewidth=1.0)
                axes.plot([at], [it.value], color=INK, marker="o", markersize=4.0, markeredgecolor=PAPER)
            axes.grid(visible=True, axis="y")
            axes.tick_params(length=0)
            axes.set_xlabel(field_name(field), color=SOFT)
        for axes in shown[len(fields) :]:
            axes.set_visible(False)
        shown[0].set_ylabel(words.name_of(measure))
        lines.scale(shown[0], measure)
        told = f"{words.capital(words.meaning(measure))}; a dot for each point of the design, the line is its interval."
        header = ("point", *fields, "measure", "value", "low", "high")
        rows = [(row.label, *_values(row.changes, fields), measure, *_plain(row.measures[place].estimate))
                for row in points]  # fmt: skip
        return picture(figure, f"points-{measure}", (words.name_of(measure).capitalize(), told), header, rows)


def _values(changes: Mapping[str, Any], fields: Sequence[str]) -> list[object]:
    return [changes[field] if isinstance(changes[field], int | float) else number(changes[field]) for field in fields]
