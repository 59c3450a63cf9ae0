"""How the raid goes and how busy the defence is, in time: killed and through, channels, rounds, radar load."""

from collections.abc import Iterator, Mapping
from itertools import cycle
from typing import Any

import numpy as np

from farwatch.campaign import Result
from farwatch.report import wording
from farwatch.report.course import Fire, Load, Stock, Tally, end_s, fires, loads, stocks, tallies
from farwatch.report.figures.canvas import (
    AMBER,
    BLUE,
    GREEN,
    INK,
    PINK,
    RED,
    SOFT,
    WIDTH_IN,
    Picture,
    drawing,
    picture,
    spine_free,
)

MOST_BATTERIES = 3
"""Batteries drawn, the busiest; the data has all."""

LOOKS: tuple[dict[str, Any], ...] = (
    {"color": BLUE, "linestyle": "-"},
    {"color": AMBER, "linestyle": (0, (5, 2))},
    {"color": GREEN, "linestyle": (0, (1, 1.2))},
    {"color": PINK, "linestyle": (0, (5, 2, 1, 2))},
)
"""Lines are told apart by their dashes as well as by their colour."""

HEADER = ("quantity", "of", "time_s", "value", "low", "high", "unit")

Channels = Mapping[str, tuple[int, int]]
"""Target channels and round channels of each battery."""


def draw(result: Result, channels: Channels) -> Picture | None:
    """Panels over one clock; None when no trial was traced."""
    if result.evidence.traced < 0 or not len(result.events):
        return None
    fired, kept, asked = fires(result), stocks(result), loads(result)
    drawn = sorted(fired, key=lambda fire: -_peak_share(fire, channels))[:MOST_BATTERIES]
    ratios = [1.5, *[1.0] * len(drawn), *[1.4] * bool(kept), *[0.8] * bool(asked)]
    with drawing("busy", (WIDTH_IN, 0.45 + 1.12 * sum(ratios))) as figure:
        panels = list(figure.subplots(len(ratios), 1, sharex=True, height_ratios=ratios, squeeze=False)[:, 0])
        panels[0].set_xlim(0.0, 1.02 * end_s(result) / 60.0)
        panels[-1].set_xlabel("minutes from the start of the mission")
        counted = tallies(result)
        _so_far(panels[0], counted)
        for axes, fire in zip(panels[1:], drawn, strict=False):
            _fire(axes, fire, channels.get(fire.battery), named=len(fired) > 1)
        if kept:
            _stock(panels[1 + len(drawn)], kept)
        if asked:
            _load(panels[-1], asked)
        words = ("How busy the defence is", _words(result, counted, asked, cut=len(fired) - len(drawn)))
        return picture(figure, "busy", words, HEADER, _data(counted, fired, kept, asked))


def _peak_share(fire: Fire, channels: Channels) -> float:
    return float(fire.targets.max()) / max(channels.get(fire.battery, (1, 1))[0], 1)


def _panel(axes: Any, title: str) -> None:
    axes.set_title(title, fontsize=8.5, color=SOFT, weight="normal", pad=3.0)
    spine_free(axes, "bottom")
    axes.grid(axis="both")


def _legend(axes: Any, columns: int = 4) -> None:
    axes.legend(loc="upper left", ncols=columns, fontsize=8.0, labelcolor=SOFT, borderpad=0.0, handlelength=2.6)


def _so_far(axes: Any, counted: tuple[Tally, ...]) -> None:
    """Lines of this trial in their bands of all trials."""
    looks: Any = ({"color": BLUE}, {"color": RED, "linestyle": (0, (5, 2))})
    for tally, look, hatch in zip(counted, looks, ("", "///"), strict=True):
        minutes = [*(tally.time_s / 60.0), axes.get_xlim()[1]]
        low, here, high = ([*values, values[-1]] for values in (tally.low, tally.here, tally.high))
        band = {"facecolor": look["color"], "alpha": 0.22, "linewidth": 0, "hatch": hatch, "edgecolor": look["color"]}
        axes.fill_between(minutes, low, high, step="post", **band)
        axes.step(minutes, here, where="post", label=f"{tally.name}, this trial", **look)
    axes.fill_between([], [], [], facecolor=SOFT, alpha=0.3, linewidth=0, label="middle four fifths of all trials")
    most = max(float(tally.high.max()) for tally in counted)
    axes.set_ylim(0.0, 1.35 * max(most, 1.0))
    axes.yaxis.get_major_locator().set_params(integer=True)
    _panel(axes, "threats so far")
    _legend(axes)


def _fire(axes: Any, fire: Fire, limit: tuple[int, int] | None, *, named: bool) -> None:
    end_min = axes.get_xlim()[1]
    minutes = [*(fire.time_s / 60.0), end_min]
    of_targets, of_rounds = limit or (0, 0)
    lines = (
        (fire.rounds, "rounds in the air", "round channels", of_rounds),
        (fire.targets, "targets under fire", "target channels", of_targets),
    )
    for (values, what, kind, most), look in zip(lines, LOOKS, strict=False):
        told = f"{what} ({kind}: {most})" if most else what
        axes.step(minutes, [*values, values[-1]], where="post", linewidth=1.3, label=told, **look)
        if most:
            axes.axhline(most, linewidth=0.8, alpha=0.8, **look)
    axes.set_ylim(0.0, 1.5 * max(1.0, float(fire.rounds.max()), *(limit or (0, 0))))
    axes.yaxis.get_major_locator().set_params(integer=True)
    _panel(axes, f"fire of {fire.battery}; level lines: all its channels" if named or limit else "fire")
    _legend(axes)


def _stock(axes: Any, kept: tuple[Stock, ...]) -> None:
    """Rounds left of each kind, and when they were gone in the trials in which they were."""
    end_min = axes.get_xlim()[1]
    top = max(stock.carried for stock in kept)
    for place, (stock, look) in enumerate(zip(kept, cycle(LOOKS), strict=False)):
        minutes = [*(stock.time_s / 60.0), end_min]
        axes.step(minutes, [*stock.left, stock.left[-1]], where="post", linewidth=1.3, label=stock.name, **look)
        if len(stock.empty_s):
            low, median, high = np.quantile(stock.empty_s, [0.1, 0.5, 0.9]) / 60.0
            y = -0.09 * top * (place + 1)
            axes.plot([low, high], [y, y], linewidth=1.4, **look)
            axes.plot([median], [y], marker="|", markersize=6.0, color=INK)
    axes.axhline(0.0, color=SOFT, linewidth=0.6)
    axes.set_ylim(-0.09 * top * (len(kept) + 0.8), 1.4 * top)
    axes.set_yticks([0, top])
    _panel(axes, "rounds not fired yet; below zero: when they ran out, over the trials in which they did")
    _legend(axes, 6)


def _load(axes: Any, asked: tuple[Load, ...]) -> None:
    """Share of its time that each array is asked for, and at the right its peak over the trials."""
    end_min = axes.get_xlim()[1]
    axes.axhline(100.0, color=RED, linewidth=0.9)
    for place, (load, look) in enumerate(zip(asked, cycle(LOOKS), strict=False)):
        where = [*(load.time_s / 60.0), end_min], [*(100.0 * load.share), 100.0 * load.share[-1]]
        axes.step(*where, where="post", linewidth=1.2, label=load.radar, **look)
        if len(load.peaks):
            low, high = 100.0 * np.quantile(load.peaks, [0.1, 0.9])
            axes.plot([end_min * (0.992 - 0.012 * place)] * 2, [low, high], linewidth=3.0, color=look["color"])
    most = max(max(float(load.share.max()), float(np.max(load.peaks, initial=0.0))) for load in asked)
    axes.set_ylim(0.0, 1.5 * max(100.0, 100.0 * most))
    axes.set_yticks([0, 50, 100])
    _panel(axes, "radar load, % of its time; bar at the right: its peak in the middle four fifths of all trials")
    _legend(axes)


def _words(result: Result, counted: tuple[Tally, ...], asked: tuple[Load, ...], *, cut: int) -> str:
    down, through = (int(tally.here[-1]) for tally in counted)
    said = (
        f"Lines: trial {result.evidence.traced}, in which {down} {wording.verb('are', 'is', down)} shot down and "
        f"{through} {wording.verb('get', 'gets', through)} through. Bands: the middle four fifths of all trials; of "
        "fire, only this trial is kept. A target is under fire while a round is on its way to it."
    )
    said += " Load beyond 100 % makes a radar's looks wait." if asked else ""
    return said + (f" {wording.plural(cut, 'less busy battery', 'less busy batteries')} not drawn." if cut else "")


def _data(
    counted: tuple[Tally, ...], fired: tuple[Fire, ...], kept: tuple[Stock, ...], asked: tuple[Load, ...]
) -> Iterator[tuple[object, ...]]:
    for tally in counted:
        for k, time_s in enumerate(tally.time_s):
            row = (float(tally.here[k]), float(tally.low[k]), float(tally.high[k]))
            yield f"{tally.name} so far", "raid", round(float(time_s), 1), *row, "count"
    for fire in fired:
        for k, time_s in enumerate(fire.time_s):
            for what, values in (("rounds in the air", fire.rounds), ("targets under fire", fire.targets)):
                yield what, fire.battery, round(float(time_s), 1), float(values[k]), "", "", "count"
    for stock in kept:
        for time_s, left in zip(stock.time_s, stock.left, strict=True):
            yield "rounds not fired yet", stock.name, round(float(time_s), 1), float(left), "", "", "count"
        if len(stock.empty_s):
            low, median, high = (round(float(q), 1) for q in np.quantile(stock.empty_s, [0.1, 0.5, 0.9]))
            yield "time of running out", stock.name, "", median, low, high, "s"
    for load in asked:
        for time_s, share in zip(load.time_s, load.share, strict=True):
            yield "radar load", load.radar, round(float(time_s), 1), round(100.0 * float(share), 2), "", "", "%"
        if len(load.peaks):
            low, median, high = (round(100.0 * float(q), 2) for q in np.quantile(load.peaks, [0.1, 0.5, 0.9]))
            yield "peak radar load", load.radar, "", median, low, high, "%"
