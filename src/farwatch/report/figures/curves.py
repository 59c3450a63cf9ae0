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


def draw(curves: Sequence[Curve], name: str = "curves") -> Picture:
    """Every saturation curve with its intervals; below, in a row each, where it bends."""
    first = curves[0]
    series = [Series(label=curve.label, at=curve.at, values=curve.value) for curve in curves]
    bends = [(place, curve) for place, curve in enumerate(curves) if curve.knee is not None and curve.knee.found]
    strip_in = STRIP_IN * len(bends)
    with drawing(name, (WIDTH_IN, 3.7 + strip_in)) as figure:
        rows = figure.subplots(2 if bends else 1, 1, sharex=True, squeeze=False, height_ratios=_heights(strip_in))
        axes = rows[0, 0]
        lines.draw(axes, series, named=False)
        lines.scale(axes, first.measure)
        lines.name_ends(axes, series)
        axes.set_ylabel(words.name_of(first.measure))
        if bends:
            _knees(axes, rows[1, 0], bends)
        lines.foot(rows[-1, 0], field_name(first.field))
        told = " ".join(words.knee(curve, named=len(curves) > 1) for curve in curves[: len(lines.SHADES)])
        title = f"{words.name_of(first.measure).capitalize()} against {field_name(first.field)}"
        return picture(figure, name, (title, told), HEADER, [row for curve in curves for row in _rows(curve)])


def _heights(strip_in: float) -> list[float]:
    return [3.3, strip_in] if strip_in else [1.0]


def _knees(axes: Any, strip: Any, bends: Sequence[tuple[int, Curve]]) -> None:
    """A row for each knee: a mark, its interval, and what it is; a hair goes up to where it stands on the curve."""
    for row, (place, curve) in enumerate(bends):
        shade, marker, _ = lines.look(place)
        at = curve.knee.at if curve.knee is not None else Estimate(0.0, 0.0, 0.0)
        strip.plot([at.low, at.high], [-row, -row], color=shade, linewidth=4.0, alpha=0.45, solid_capstyle="butt")
        strip.plot([at.value], [-row], color=shade, marker=marker, markersize=6.0, markeredgecolor=INK)
        told = f"{curve.label}: full at {wording.number(at.value)} ({words.span('', at)})"
        strip.annotate(told if len(bends) > 1 else told.partition(": ")[2], (at.high, -row), (8, 0),
                       textcoords="offset points", va="center", fontsize=8.5)  # fmt: skip
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

    def series(line: Line) -> Series:
        return lines.series_of(line.label, axis.field, line.rows, [row.measures[place].estimate for row in line.rows])

    def rows() -> Iterator[tuple[object, ...]]:
        for line in axis.lines:
            for row in line.rows:
                at = row.changes[axis.field]
                yield line.label, axis.field, at, measure, row.trials, *_plain(row.measures[place].estimate)

    title = words.name_of(measure).capitalize()
    panels = [(title, [series(line) for line in own]) for title, own in axis.panels]
    told = (title, f"{words.meaning(measure).capitalize()}; mean of the trials, the band is its interval.")
    return _panels(f"points-{measure}", told, (measure, axis.field), panels, ALONG_HEADER, rows())


def differences(axis: Axis, rows: Sequence[Difference], measure: str) -> Picture:
    """Every comparison in one measure along an axis; hollow marks are not told apart from nought."""
    found = {row.label: row for row in rows if row.measure == measure}

    def kept(line: Line) -> list[tuple[PointAnswer, Difference]]:
        return [(row, found[row.label]) for row in line.rows if row.label in found]

    def series(line: Line) -> Series:
        at = tuple(float(row.changes[axis.field]) for row, _ in kept(line))
        gaps = [gap for _, gap in kept(line)]
        told = tuple(words.is_told_apart(gap) for gap in gaps)
        return Series(label=_against(line, gaps), at=at, values=tuple(gap.difference for gap in gaps), told=told)

    panels = [
        (title, [series(line) for line in own if kept(line)])
        for title, own in axis.panels
        if any(kept(line) for line in own)
    ]
    data = [
        (gap.label, gap.base, axis.field, row.changes[axis.field], measure, gap.trials, *_plain(gap.difference))
        for line in axis.lines
        for row, gap in kept(line)
    ]
    shown = "Above the line: more; below: fewer. A hollow mark cannot be told from no difference."
    told = (f"Difference in {words.name_of(measure)}", shown)
    return _panels(f"differences-{measure}", told, (measure, axis.field), panels, GAPS_HEADER, data, zero=True)


def _against(line: Line, gaps: Sequence[Difference]) -> str:
    """What a line compares: with the same values of another scenario, or of one point with all others."""
    return f"{line.label} against {gaps[0].base}" if len({gap.base for gap in gaps}) == 1 else line.label


def _panels(
    name: str, told: tuple[str, str], measured: tuple[str, str], panels: Sequence[tuple[str, Sequence[Series]]],
    header: Sequence[str], rows: Any, *, zero: bool = False,
) -> Picture:  # fmt: skip
    """One panel, or one below the other, to one scale; `measured` are the measure and the field."""
    measure, field = measured
    wide_in = HALF_IN if len(panels) == 1 else WIDTH_IN
    with drawing(name, (wide_in, 2.9 if len(panels) == 1 else 2.4 * len(panels))) as figure:
        shown = figure.subplots(len(panels), 1, sharex=True, sharey=True, squeeze=False)[:, 0]
        for axes, (title, series) in zip(shown, panels, strict=True):
            if zero:
                axes.axhline(0.0, color=LINE, linewidth=1.4)
            lines.draw(axes, series, named=False)
            axes.set_title(title, fontsize=9.0)
        lines.scale(shown[0], measure, zero=not zero)
        for axes, (_, series) in zip(shown, panels, strict=True):
            lines.name_ends(axes, series, 15 if len(panels) == 1 else 30)
        shown[0].set_title(panels[0][0] or told[0], fontsize=9.0)
        lines.foot(shown[-1], field_name(field))
        return picture(figure, name, told, header, rows)


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
            lines.foot(axes, field_name(field))
        for axes in shown[len(fields) :]:
            axes.set_visible(False)
        shown[0].set_ylabel(words.name_of(measure))
        lines.scale(shown[0], measure)
        told = f"{words.meaning(measure).capitalize()}; a dot for each point of the design, the line is its interval."
        header = ("point", *fields, "measure", "value", "low", "high")
        rows = [(row.label, *_values(row.changes, fields), measure, *_plain(row.measures[place].estimate))
                for row in points]  # fmt: skip
        return picture(figure, f"points-{measure}", (words.name_of(measure).capitalize(), told), header, rows)


def _values(changes: Mapping[str, Any], fields: Sequence[str]) -> list[object]:
    return [changes[field] if isinstance(changes[field], int | float) else number(changes[field]) for field in fields]
