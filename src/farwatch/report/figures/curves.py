"""Saturation curves: what gets through against the size of the raid, and where the defence is full."""

from collections.abc import Sequence
from typing import Any

from farwatch.campaign.curves import Curve
from farwatch.outcomes.summary import Estimate
from farwatch.report import campaign_wording as words
from farwatch.report import wording
from farwatch.report.figures.canvas import (
    AMBER,
    BLUE,
    GREEN,
    PINK,
    RED,
    SKY,
    SOFT,
    WIDTH_IN,
    Picture,
    drawing,
    picture,
)

SHADES = (BLUE, RED, GREEN, AMBER, PINK, SKY)
MARKERS, DASHES = "osD^vP", ("-", (0, (5, 2)), (0, (1, 1.2)), (0, (5, 2, 1, 2)))
"""Curves differ in mark and dash as well as in colour."""

HEADER = ("curve", "field", "at", "raid_count", "measure", "value", "low", "high", "share", "share_low", "share_high")


def draw(curves: Sequence[Curve], name: str = "curves") -> Picture:
    """Every curve with its intervals; a band where its knee may be."""
    with drawing(name, (WIDTH_IN, 3.6)) as figure:
        axes = figure.add_subplot()
        for place, curve in enumerate(curves):
            _curve(axes, curve, place)
        first = curves[0]
        axes.set(xlabel=first.field, ylabel=words.name_of(first.measure))
        if first.measure.endswith("_usd"):
            axes.yaxis.set_major_formatter(lambda usd, _: wording.money(usd))
        axes.set_ylim(bottom=0.0)
        axes.grid(visible=True, axis="y")
        if len(curves) > 1:
            figure.legend(loc="outside lower center", ncols=3, fontsize=8.0, labelcolor=SOFT)
        told = " ".join(words.knee(curve, named=len(curves) > 1) for curve in curves[: len(SHADES)])
        title = f"{words.name_of(first.measure).capitalize()} against {first.field}"
        return picture(figure, name, (title, told), HEADER, [row for curve in curves for row in _rows(curve)])


def _curve(axes: Any, curve: Curve, place: int) -> None:
    shade = SHADES[place % len(SHADES)]
    look: Any = {"marker": MARKERS[place % len(MARKERS)], "linestyle": DASHES[place % len(DASHES)]}
    axes.plot(curve.at, [one.value for one in curve.value], color=shade, markersize=4.5, label=curve.label, **look)
    for at, one in zip(curve.at, curve.value, strict=True):
        if abs(one.low) != float("inf"):
            axes.plot([at, at], [one.low, one.high], color=shade, linewidth=1.2)
    bend = curve.knee
    if bend is not None and bend.found:
        axes.axvspan(bend.at.low, bend.at.high, color=shade, alpha=0.18, linewidth=0)
        axes.axvline(bend.at.value, color=shade, linewidth=0.9, linestyle="--")


def _plain(it: Estimate) -> tuple[float, float, float]:
    return it.value, it.low, it.high


def _rows(curve: Curve) -> list[tuple[object, ...]]:
    return [
        (curve.label, curve.field, at, raid, curve.measure, *_plain(one), *_plain(share))
        for at, raid, one, share in zip(curve.at, curve.raid, curve.value, curve.share, strict=True)
    ]
