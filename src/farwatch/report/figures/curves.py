"""Saturation curves: what gets through against the size of the raid, and where the defence is full."""

from collections.abc import Sequence
from typing import Any

from farwatch.campaign.curves import Curve
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

HEADER = ("curve", "field", "at", "raid", "value", "low", "high", "share", "share low", "share high")


def draw(curves: Sequence[Curve], name: str = "curves") -> Picture:
    """Every curve with its intervals; a band where its knee may be."""
    with drawing(name, (WIDTH_IN, 3.6)) as figure:
        axes = figure.add_subplot()
        for place, curve in enumerate(curves):
            _curve(axes, curve, SHADES[place % len(SHADES)])
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


def _curve(axes: Any, curve: Curve, shade: str) -> None:
    values = [one.value for one in curve.value]
    axes.plot(curve.at, values, color=shade, marker="o", markersize=4.0, label=curve.label)
    for at, one in zip(curve.at, curve.value, strict=True):
        if abs(one.low) != float("inf"):
            axes.plot([at, at], [one.low, one.high], color=shade, linewidth=1.2)
    bend = curve.knee
    if bend is not None and bend.found:
        axes.axvspan(bend.at.low, bend.at.high, color=shade, alpha=0.18, linewidth=0)
        axes.axvline(bend.at.value, color=shade, linewidth=0.9, linestyle="--")


def _rows(curve: Curve) -> list[tuple[object, ...]]:
    return [
        (curve.label, curve.field, at, raid, one.value, one.low, one.high, share.value, share.low, share.high)
        for at, raid, one, share in zip(curve.at, curve.raid, curve.value, curve.share, strict=True)
    ]
