"""One traced trial: what happened to each target and when."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import isnan
from typing import Any

import numpy as np

from farwatch.campaign import Result
from farwatch.outcomes.reasons import NAMES, attribute
from farwatch.report import wording
from farwatch.report.course import end_s
from farwatch.report.figures.canvas import (
    BLUE,
    GREY,
    INK,
    LINE,
    RED,
    SKY,
    WIDTH_IN,
    Picture,
    drawing,
    picture,
    spine_free,
)

STEPS = (("above_horizon_s", GREY, 0.45, 1.2), ("seen_s", SKY, 0.9, 2.4), ("hostile_s", BLUE, 1.0, 4.0))
"""What a target's line says: from when, colour, opacity, width."""

MOST_ROWS = 90


@dataclass(frozen=True, slots=True)
class _Row:
    """One target of the raid in the traced trial."""

    name: str
    group: str
    outcome: Any
    launches_s: tuple[float, ...]


def draw(result: Result) -> Picture | None:
    """Targets of the raid line by line, and rounds in the air below; None when no trial was traced."""
    if result.evidence.traced < 0 or not len(result.events):
        return None
    rows = list(_rows(result))[:MOST_ROWS]
    with drawing("timeline", (WIDTH_IN, 0.75 + 0.135 * len(rows))) as figure:
        axes = figure.add_subplot()
        for place, row in enumerate(rows):
            _line(axes, -place, row)
        _groups(axes, rows)
        axes.set(ylim=(-len(rows) + 0.2, 1.2), xlim=(0.0, 1.02 * end_s(result) / 60.0))
        axes.set_xlabel("minutes from the start of the mission")
        spine_free(axes)
        axes.grid(axis="x")
        figure.legend(handles=_marks(), loc="outside lower center", ncols=6, fontsize=8.5, labelcolor=INK)
        words = ("One trial, minute by minute", _words(result, rows))
        header = ("target", "above_horizon_s", "seen_s", "tracked_s", "hostile_s", "launches_s", "killed_s",
                  "through_s", "why_through")  # fmt: skip
        return picture(figure, "timeline", words, header, map(_data, rows))


def _marks() -> list[Any]:
    """What the marks mean."""
    from matplotlib.lines import Line2D

    names = ("above a horizon", "seen", "judged hostile")
    lines = [
        Line2D([], [], color=colour, alpha=alpha, linewidth=width, label=name)
        for name, (_, colour, alpha, width) in zip(names, STEPS, strict=True)
    ]
    points: Any = (
        ("launch at it", {"marker": "|", "color": INK, "markersize": 7.0}),
        ("killed", {"marker": "x", "color": INK, "markersize": 5.5, "markeredgewidth": 1.5}),
        ("got through", {"marker": "D", "color": RED, "markersize": 5.0}),
    )
    return [*lines, *(Line2D([], [], linestyle="none", label=name, **look) for name, look in points)]


def _rows(result: Result) -> Iterator[_Row]:
    """Raid targets, group by group, with the launches at each."""
    place = int(np.flatnonzero(result.evidence.trials == result.evidence.traced)[0])
    events, cast = result.events, result.cast
    at = events["target"][events["kind"] == "launch"]
    launched = events["time_s"][events["kind"] == "launch"]
    for i in np.flatnonzero(cast.raid):
        group = cast.groups[cast.target_group[i]]
        yield _Row(cast.targets[i], group, result.evidence.outcomes[place, i], tuple(launched[at == i].tolist()))


def _end_s(row: _Row) -> float:
    """When it was killed or got through; NaN for neither."""
    killed_s, leaked_s = float(row.outcome["killed_s"]), float(row.outcome["leaked_s"])
    return leaked_s if isnan(killed_s) else killed_s


def _last_s(row: _Row) -> float:
    times = [float(row.outcome[name]) for name in ("above_horizon_s", "seen_s", "hostile_s", "killed_s", "leaked_s")]
    return max([60.0, *row.launches_s, *(time for time in times if not isnan(time))])


def _line(axes: Any, y: float, row: _Row) -> None:
    end_s = _end_s(row) if not isnan(_end_s(row)) else _last_s(row)
    starts = [float(row.outcome[name]) for name, *_ in STEPS] + [end_s]
    for step, (_, colour, alpha, width) in enumerate(STEPS):
        if isnan(starts[step]):
            continue
        until_s = min((s for s in starts[step + 1 :] if not isnan(s)), default=end_s)
        axes.plot(
            [starts[step] / 60.0, max(until_s, starts[step]) / 60.0],
            [y, y],
            color=colour,
            alpha=alpha,
            linewidth=width,
            solid_capstyle="butt",
        )
    axes.plot(
        [s / 60.0 for s in row.launches_s],
        [y] * len(row.launches_s),
        marker="|",
        color=INK,
        markersize=6.5,
        markeredgewidth=1.1,
        linestyle="none",
    )
    if not isnan(row.outcome["killed_s"]):
        axes.plot([row.outcome["killed_s"] / 60.0], [y], marker="x", color=INK, markersize=5, markeredgewidth=1.5)
    if not isnan(row.outcome["leaked_s"]):
        axes.plot([row.outcome["leaked_s"] / 60.0], [y], marker="D", color=RED, markersize=4.5, markeredgewidth=0)


def _groups(axes: Any, rows: list[_Row]) -> None:
    """Names of the groups beside their first line, a rule between them."""
    names = [row.group for row in rows]
    firsts = [k for k, name in enumerate(names) if k == 0 or names[k - 1] != name]
    for k in firsts[1:]:
        axes.axhline(-k + 0.5, color=LINE, linewidth=0.6)
    middles = [-(first + names.count(names[first]) / 2.0 - 0.5) for first in firsts]
    axes.set_yticks(middles, [names[k] for k in firsts])


def _words(result: Result, rows: list[_Row]) -> str:
    killed = sum(not isnan(row.outcome["killed_s"]) for row in rows)
    leaked = sum(not isnan(row.outcome["leaked_s"]) for row in rows)
    shots = sum(len(row.launches_s) for row in rows)
    cut = f" Only the first {MOST_ROWS} are drawn." if int(result.cast.raid.sum()) > MOST_ROWS else ""
    return (
        f"Trial {result.evidence.traced}: of {wording.plural(len(rows), 'target')}, {killed} "
        f"{wording.verb('are', 'is', killed)} killed and {leaked} {wording.verb('get', 'gets', leaked)} through; "
        f"{wording.plural(shots, 'round')} {wording.verb('are', 'is', shots)} fired at them. Where targets fly close "
        "together, a round fired at one can kill another. One trial has no interval; another figure shows how trials "
        f"differ.{cut}"
    )


def _data(row: _Row) -> list[object]:
    o = row.outcome
    times = [o[name] for name in ("above_horizon_s", "seen_s", "confirmed_s", "hostile_s")]
    shown = ["" if isnan(t) else round(float(t), 1) for t in times]
    ends = ["" if isnan(t) else round(float(t), 1) for t in (o["killed_s"], o["leaked_s"])]
    why = NAMES[int(attribute(o))]
    return [row.name, *shown, " ".join(f"{t:.0f}" for t in row.launches_s), *ends, why]
