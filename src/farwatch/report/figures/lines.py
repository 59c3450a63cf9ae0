"""Estimates along a numeric axis: a line for each series, with its interval as a band and its name at its end.

Lines differ in mark and dash as well as in colour.
"""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np

from farwatch.campaign.answers import PointAnswer
from farwatch.outcomes.summary import Estimate
from farwatch.report import wording
from farwatch.report.campaign_wording import SHARES
from farwatch.report.figures.canvas import AMBER, BLUE, GREEN, INK, PAPER, PINK, RED, SKY, SOFT

SHADES = (BLUE, RED, GREEN, AMBER, PINK, SKY)
MARKERS, DASHES = "osD^vP", ("-", (0, (5, 2)), (0, (1, 1.2)), (0, (5, 2, 1, 2)))

LINE_IN = 0.17
"""Height of a line of text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Estimates at rising values of a field; `told`: which of them differ from nought, all where it is empty."""

    label: str
    at: tuple[float, ...]
    values: tuple[Estimate, ...]
    told: tuple[bool, ...] = ()


def series_of(label: str, field: str, rows: Sequence[PointAnswer], values: Sequence[Estimate]) -> Series:
    """A series of the values that some points have."""
    return Series(label=label, at=tuple(float(row.changes[field]) for row in rows), values=tuple(values))


def draw(axes: Any, series: Sequence[Series]) -> None:
    """Every series."""
    for place, one in enumerate(series):
        _line(axes, one, place)
    axes.margins(x=0.03)
    axes.grid(visible=True, axis="y")
    axes.tick_params(length=0)


def _line(axes: Any, one: Series, place: int) -> None:
    shade, marker, dashes = look(place)
    at = np.array(one.at)
    value, low, high = (np.array([getattr(it, end) for it in one.values]) for end in ("value", "low", "high"))
    known = np.isfinite(low) & np.isfinite(high)
    axes.fill_between(at, low, high, where=known, color=shade, alpha=0.16, linewidth=0, zorder=2)
    axes.plot(at, value, color=shade, linestyle=dashes, zorder=3)
    for x, below, above, sure in zip(at, low, high, known, strict=True):
        if sure:
            axes.plot([x, x], [below, above], color=shade, linewidth=1.1, zorder=3)
    told = np.array(one.told or (True,) * len(at))
    axes.plot(at[told], value[told], color=shade, marker=marker, markersize=5.0, linestyle="none", zorder=4)
    axes.plot(at[~told], value[~told], color=shade, marker=marker, markersize=5.0, linestyle="none", zorder=4,
              markerfacecolor=PAPER)  # fmt: skip


def look(place: int) -> tuple[str, str, Any]:
    """Colour, mark and dash of the series at a place."""
    return SHADES[place % len(SHADES)], MARKERS[place % len(MARKERS)], DASHES[place % len(DASHES)]


def name_ends(axes: Any, series: Sequence[Series], wide: int = 24) -> None:
    """The name of each series beside its last point, apart from its neighbours, with a sample of its line."""
    if len(series) < 2:
        return
    low, high = axes.get_ylim()
    axes.set_ylim(low, high)
    told = ["\n".join(textwrap.wrap(one.label, wide)) for one in series]
    high_in = axes.figure.get_figheight() * axes.get_position().height
    tall = [LINE_IN * (1 + text.count("\n")) / high_in for text in told]
    ends = [(one.values[-1].value - low) / (high - low) if one.values else 0.0 for one in series]
    for place, y in enumerate(apart(ends, tall)):
        shade, marker, dashes = look(place)
        sample: dict[str, Any] = {"transform": axes.transAxes, "clip_on": False, "color": shade}
        axes.plot([1.01, 1.05], [y, y], linestyle=dashes, **sample)
        axes.plot([1.03], [y], marker=marker, markersize=4.5, **sample)
        axes.text(1.06, y, told[place], transform=axes.transAxes, va="center", fontsize=8.5, color=INK)


def legend(figure: Any, series: Sequence[Series]) -> None:
    """Names of series that several panels share, below them."""
    from matplotlib.lines import Line2D

    handles = [
        Line2D([], [], color=shade, marker=marker, linestyle=dashes, markersize=4.5, label=one.label)
        for one, (shade, marker, dashes) in ((one, look(place)) for place, one in enumerate(series))
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=3, fontsize=8.5, labelcolor=INK)


def foot(panels: Any, told: str) -> None:
    """What the axis below is, under the last panel of each column of f8[rows, columns]."""
    for column in panels.T:
        last = [axes for axes in column if axes.get_visible()][-1]
        last.set_xlabel(told, color=SOFT)
        last.tick_params(labelbottom=True)


def apart(wanted: Sequence[float], tall: Sequence[float]) -> list[float]:
    """Places as near to the wanted ones as texts of some heights can stand without meeting, in fractions of 1."""
    order = sorted(range(len(wanted)), key=lambda k: wanted[k])
    places = [0.0] * len(wanted)
    below = -1.0
    for k in order:
        centre = wanted[k] if isfinite(wanted[k]) else 0.5
        places[k] = max(centre, below + 0.5 * tall[k])
        below = places[k] + 0.5 * tall[k]
    above = max(1.0, sum(tall))
    for k in reversed(order):
        places[k] = min(places[k], above - 0.5 * tall[k])
        above = places[k] - 0.5 * tall[k]
    return places


def scale(axes: Any, measure: str, *, zero: bool = True) -> None:
    """How the values of a measure stand on the upright axis: dollars, per cent, or numbers, from nought on.

    zero: not so for differences, which of shares are points.
    """
    if measure.endswith("_usd"):
        axes.yaxis.set_major_formatter(lambda usd, _: wording.money(usd).replace("$-", "-$"))
    elif measure in SHARES:
        unit = " %" if zero else " points"
        axes.yaxis.set_major_formatter(lambda share, _: f"{100.0 * share:.3g}{unit}")
    if zero and axes.get_ylim()[0] > 0.0:
        axes.set_ylim(bottom=0.0)
