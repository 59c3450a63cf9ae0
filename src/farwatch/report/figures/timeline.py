"""One traced trial: what happened to each target and when, and how busy the batteries were."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle
from math import isnan, nan
from typing import Any

import numpy as np

from farwatch.campaign import Result
from farwatch.outcomes.reasons import NAMES, attribute
from farwatch.report import wording
from farwatch.report.figures.canvas import (
    AMBER,
    BLUE,
    GREY,
    INK,
    LINE,
    RED,
    SKY,
    SOFT,
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
    end_s = max((_last_s(row) for row in rows), default=60.0)
    asked = loads(result)
    below_in = 3.4 if asked else 2.6
    height_in = 0.3 + below_in + 0.135 * len(rows)
    with drawing("timeline", (WIDTH_IN, height_in)) as figure:
        ratios = [height_in - below_in + 0.1, 1.0, 0.8] + ([0.8] if asked else [])
        lines, air, left, *below = figure.subplots(len(ratios), 1, sharex=True, height_ratios=ratios)
        for place, row in enumerate(rows):
            _line(lines, -place, row)
        _groups(lines, rows)
        lines.set(ylim=(-len(rows) + 0.2, 1.2), xlim=(0.0, 1.02 * end_s / 60.0))
        spine_free(lines)
        lines.grid(axis="x")
        _in_the_air(air, result)
        _left(left, result)
        for axes in below:
            _busy(axes, asked)
        (left, *below)[-1].set_xlabel("minutes from the start of the mission")
        words = ("One trial, minute by minute", _words(result, rows))
        header = (
            "target",
            "above horizon s",
            "seen s",
            "tracked s",
            "hostile s",
            "launches s",
            "killed s",
            "through s",
            "why through",
        )
        return picture(figure, "timeline", words, header, map(_data, rows))


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


def _in_the_air(axes: Any, result: Result) -> None:
    """Rounds in the air and targets under fire, over time."""
    for label, (times, counts), colour in zip(
        ("rounds in the air", "targets under fire"), busy(result), (BLUE, AMBER), strict=True
    ):
        axes.step(times / 60.0, counts, where="post", color=colour, linewidth=1.4, label=label)
    axes.set_ylim(0.0, 1.35 * max(1.0, axes.get_ylim()[1]))
    axes.yaxis.get_major_locator().set_params(integer=True)
    axes.tick_params(length=0)
    axes.grid(axis="both")
    axes.legend(loc="upper left", ncols=2, fontsize=8.0, labelcolor=SOFT, borderpad=0.0)


def _left(axes: Any, result: Result) -> None:
    """Rounds not fired yet, all kinds together."""
    launched_s = np.sort(result.events["time_s"][result.events["kind"] == "launch"])
    carried = sum(max(kind.carried, 0) for kind in result.cast.rounds)
    times = np.append(0.0, launched_s)
    end_min = axes.get_xlim()[1]
    counts = carried - np.arange(len(times))
    axes.step([*(times / 60.0), end_min], [*counts, counts[-1]], where="post", color=INK, linewidth=1.4)
    axes.set_ylim(0.0, 1.15 * max(carried, 1))
    axes.text(0.006, 0.08, "rounds not fired yet", transform=axes.transAxes, fontsize=8.0, color=SOFT)
    axes.tick_params(length=0)
    axes.grid(axis="both")


def _busy(axes: Any, asked: dict[str, tuple[Any, Any]]) -> None:
    """Share of its time that each array is asked for; the line is all of it."""
    end_min = axes.get_xlim()[1]
    for (name, (times, shares)), colour in zip(asked.items(), cycle((BLUE, AMBER, SKY, GREY)), strict=False):
        where = [*(times / 60.0), end_min], [*(100.0 * shares), 100.0 * shares[-1]]
        axes.step(*where, where="post", color=colour, linewidth=1.2, label=name)
    axes.axhline(100.0, color=RED, linewidth=0.8)
    axes.set_ylim(0.0, 1.5 * max(100.0, *(100.0 * float(shares.max()) for _, shares in asked.values())))
    axes.set_ylabel("load %", fontsize=8.0, color=SOFT)
    axes.tick_params(length=0)
    axes.grid(axis="both")
    axes.legend(loc="upper left", ncols=4, fontsize=8.0, labelcolor=SOFT, borderpad=0.0)


def loads(result: Result) -> dict[str, tuple[Any, Any]]:
    """Times and loads of each radar that shares out its time, a load of one being all of it."""
    events = result.events
    told = events["kind"] == "load"
    found = {}
    for name in dict.fromkeys(events["who"][told].tolist()):
        rows = told & (events["who"] == name)
        found[name] = (events["time_s"][rows], events["value"][rows])
    return found


def busy(result: Result) -> tuple[tuple[Any, Any], tuple[Any, Any]]:
    """Times and counts of rounds in the air, and of tracks with at least one round on its way."""
    events = result.events
    flying: dict[int, int] = {}
    times, rounds, targets = [0.0], [0], [0]
    order = np.argsort(events["time_s"], kind="stable")
    for k in order:
        kind, track = events["kind"][k], int(events["track"][k])
        change = 1 if kind == "launch" else -1 if kind in {"kill", "miss", "lost"} else 0
        if change == 0:
            continue
        flying[track] = flying.get(track, 0) + change
        times.append(float(events["time_s"][k]))
        rounds.append(sum(max(n, 0) for n in flying.values()))
        targets.append(sum(n > 0 for n in flying.values()))
    return (np.array(times), np.array(rounds)), (np.array(times), np.array(targets))


def _words(result: Result, rows: list[_Row]) -> str:
    killed = sum(not isnan(row.outcome["killed_s"]) for row in rows)
    leaked = sum(not isnan(row.outcome["leaked_s"]) for row in rows)
    shots = sum(len(row.launches_s) for row in rows)
    (_, rounds), _ = busy(result)
    cut = f" Only the first {MOST_ROWS} are drawn." if int(result.cast.raid.sum()) > MOST_ROWS else ""
    return (
        f"Trial {result.evidence.traced}: of {wording.plural(len(rows), 'target')}, {killed} are killed and {leaked} "
        f"get through; {shots} rounds are fired at them, at most {int(max(rounds, default=0))} in the air at once. "
        "A thin grey line: above a radar's horizon; light blue: seen; dark blue: judged hostile. Ticks are launches, "
        "crosses kills, diamonds those that get through. Where targets fly close together, a round fired at one can "
        f"kill another.{_load_words(result)}{cut}"
    )


def _load_words(result: Result) -> str:
    said = " Load is the share of its time that a radar is asked for; beyond 100 % its looks wait."
    return said if loads(result) else ""


def _data(row: _Row) -> list[object]:
    o = row.outcome
    times = [o[name] for name in ("above_horizon_s", "seen_s", "confirmed_s", "hostile_s")]
    shown = ["" if isnan(t) else round(float(t), 1) for t in times]
    ends = ["" if isnan(t) else round(float(t), 1) for t in (o["killed_s"], o["leaked_s"] if len(o) else nan)]
    why = NAMES[int(attribute(o))]
    return [row.name, *shown, " ".join(f"{t:.0f}" for t in row.launches_s), *ends, why]
