"""The kill chain as a flow: from the raid through every step to those shot down, and where each leaker left it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from farwatch.outcomes.reasons import TOLD
from farwatch.outcomes.summary import Estimate
from farwatch.report import wording
from farwatch.report.figures.canvas import (
    BLUE,
    GREY,
    INK,
    PAPER,
    RED,
    SKY,
    SOFT,
    WIDTH_IN,
    Picture,
    drawing,
    picture,
    spine_free,
)
from farwatch.report.losses import Loss

BAR = 0.07
"""Half the width of a step's bar, in distances between steps."""

GAP, APART = 0.34, 0.05
"""Room below those who go on, and between those who got through and those who did neither, in raids."""

THIN = 0.01
"""Width below which a band is drawn as a line too, in raids."""

MOST_REASONS = 3
"""Reasons written below a step; the data has all."""

HEADER = ("step", "what", "reason", "mean_per_trial", "low_per_trial", "high_per_trial")

Band = tuple[float, float]
"""Lower and upper edge, in raids."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Name and title of one flow of several, and the confidence of its intervals."""

    name: str = "flow"
    title: str = "From the raid to the leakers"
    confidence: float = 0.95


ALONE = Told()
"""The flow of a single run."""


def draw(losses: Sequence[Loss], raid: int, leaked: Estimate, told: Told = ALONE) -> Picture:
    """Bands as wide as the mean numbers of a trial; those who get through flow along the bottom."""
    neither = sum(loss.neither.value for loss in losses) / raid
    below = -GAP - leaked.value / raid - (neither + APART if neither else 0.0)
    with drawing(told.name, (WIDTH_IN, 4.1 + 1.2 * neither)) as figure:
        axes = figure.add_subplot()
        _flow(axes, losses, raid, -GAP - leaked.value / raid, below)
        _heads(axes, losses, raid)
        _tails(axes, losses, below - 0.1)
        _end(axes, losses, leaked, raid)
        axes.set(xlim=(-0.3, len(losses) + 0.75), ylim=(below - 0.58, 1.3), xticks=[], yticks=[])
        spine_free(axes)
        words = (told.title, _words(losses, raid, leaked, told.confidence))
        return picture(figure, told.name, words, HEADER, _data(losses, raid, leaked))


def _flow(axes: Any, losses: Sequence[Loss], raid: int, leaked_floor: float, neither_floor: float) -> None:
    """Those who go on at the top; at the bottom those who got through, and below them those who did neither."""
    before, joined, aside = 1.0, 0.0, 0.0
    for k, loss in enumerate(losses, start=1):
        passed, leaked, neither = (each.value / raid for each in (loss.passed, loss.leaked, loss.neither))
        colour = BLUE if k == len(losses) else SKY
        _band(axes, k, (1.0 - passed, 1.0), (1.0 - passed, 1.0), {"facecolor": colour, "alpha": 0.55})
        edge = 1.0 - before + neither
        _river(axes, k, leaked_floor, joined, (edge, edge + leaked), _LEAKED)
        _river(axes, k, neither_floor, aside, (1.0 - before, edge), _NEITHER)
        joined, aside, before = joined + leaked, aside + neither, passed


def _river(axes: Any, k: int, floor: float, so_far: float, joins: Band, look: dict[str, Any]) -> None:
    """What flows along the bottom already, and what joins it from above at step k."""
    if so_far:
        axes.fill_between([k - 1 - BAR, k - BAR], floor, floor + so_far, **({"linewidth": 0, "zorder": 2} | look))
    if joins[1] > joins[0]:
        thin = {"edgecolor": look["facecolor"], "linewidth": 0.8, "hatch": None}  # a hair that no hatch could show
        look = look | thin if joins[1] - joins[0] < THIN else look
        top = floor + so_far
        _band(axes, k, joins, (top, top + joins[1] - joins[0]), look)


_LEAKED = {"facecolor": RED, "alpha": 0.6, "hatch": "////", "edgecolor": PAPER}
_NEITHER = {"facecolor": GREY, "alpha": 0.5, "hatch": "....", "edgecolor": PAPER}


def _band(axes: Any, k: int, left: Band, right: Band, look: dict[str, Any]) -> None:
    """A band from step k - 1 to step k that bends from one height to another."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    x0, x1 = k - 1 + BAR, k - BAR
    middle = 0.5 * (x0 + x1)
    places = [(x0, left[1]), (middle, left[1]), (middle, right[1]), (x1, right[1])]
    places += [(x1, right[0]), (middle, right[0]), (middle, left[0]), (x0, left[0]), (x0, left[1])]
    curve = [Path.CURVE4] * 3
    codes = [Path.MOVETO, *curve, Path.LINETO, *curve, Path.CLOSEPOLY]
    axes.add_patch(PathPatch(Path(places, codes), **({"linewidth": 0, "zorder": 2} | look)))


def _heads(axes: Any, losses: Sequence[Loss], raid: int) -> None:
    """A bar, a name and a number for the raid and for each step."""
    titles = ["in the raid", *(loss.step for loss in losses)]
    numbers = [f"{raid}", *(wording.number(loss.passed.value) for loss in losses)]
    spans = ["", *(_span(loss.passed) for loss in losses)]
    shares = [1.0, *(loss.passed.value / raid for loss in losses)]
    for k, (title, number, span, share) in enumerate(zip(titles, numbers, spans, shares, strict=True)):
        axes.bar(k, share, 2.0 * BAR, bottom=1.0 - share, color=INK, linewidth=0, zorder=3)
        axes.text(k, 1.2, title, ha="center", va="bottom", weight="bold")
        axes.text(k, 1.04, f"{number} {span}".strip(), ha="center", va="bottom", fontsize=8.5, color=SOFT)


def _span(it: Estimate) -> str:
    low, high = wording.number(it.low), wording.number(it.high)
    return "" if low == high else f"({low}–{high})"


def _tails(axes: Any, losses: Sequence[Loss], y: float) -> None:
    """Below each step: how many got through for want of it, and why."""
    axes.text(-0.28, y, "got\nthrough:", va="top", fontsize=8.5, linespacing=1.3)
    for k, loss in enumerate(losses, start=1):
        none = loss.leaked.value == 0.0
        axes.text(k - 0.5, y, loss.wanting, ha="center", va="top", fontsize=8.5, color=SOFT if none else INK)
        number = "none" if none else f"{wording.number(loss.leaked.value)} {_span(loss.leaked)}".strip()
        look = {"fontsize": 9.5, "weight": "normal" if none else "bold", "color": SOFT if none else INK}
        axes.text(k - 0.5, y - 0.09, number, ha="center", va="top", **look)
        told = [f"{wording.number(each.value)} {wording.plain(TOLD[reason].name)}" for reason, each in loss.reasons]
        lines = told[:MOST_REASONS]
        lines += [f"and {len(told) - MOST_REASONS} more reasons"] if len(told) > MOST_REASONS else []
        axes.text(k - 0.5, y - 0.2, "\n".join(lines), ha="center", va="top", fontsize=8.0, color=SOFT)


def _end(axes: Any, losses: Sequence[Loss], leaked: Estimate, raid: int) -> None:
    """What the bands end in, at their right."""
    steps, share = len(losses), leaked.value / raid
    axes.bar(steps, share, 2.0 * BAR, bottom=-GAP - share, color=RED, linewidth=0, zorder=3)
    look: dict[str, Any] = {"weight": "bold", "linespacing": 1.3}
    told = f"{wording.number(leaked.value)} {wording.verb('get', 'gets', leaked.value)}\nthrough\n{_span(leaked)}"
    axes.text(steps + 0.14, -GAP - 0.5 * share, told.strip(), va="center", **look)
    down = losses[-1].passed.value
    told = f"{wording.number(down)} {wording.verb('are', 'is', down)}\nshot down"
    axes.text(steps + 0.14, 1.0 - 0.5 * down / raid, told, va="center", **look)
    neither = sum(loss.neither.value for loss in losses)
    if neither:
        y = -GAP - share - APART - 0.5 * neither / raid
        axes.text(steps, y, f"{wording.number(neither)} neither", va="center", fontsize=8.5)


def _words(losses: Sequence[Loss], raid: int, leaked: Estimate, confidence: float) -> str:
    told = "; ".join(
        f"{loss.wanting} {wording.count(loss.leaked)}"
        + (f" ({', '.join(wording.plain(TOLD[reason].name) for reason, _ in loss.reasons)})" if loss.reasons else "")
        for loss in losses
        if loss.leaked.value
    )
    went = ", ".join(f"{loss.step} {wording.number(loss.passed.value)}" for loss in losses)
    return (
        f"Mean numbers of a trial, as wide as drawn; in brackets the {100.0 * confidence:g} % interval. "
        f"Of {raid} in the raid: {went}. "
        f"{wording.count(leaked)} {wording.verb('get', 'gets', leaked.value)} through (hatched, below): "
        f"{told or 'none'}."
    )


def _data(losses: Sequence[Loss], raid: int, leaked: Estimate) -> Iterator[tuple[object, ...]]:
    yield "raid", "in the raid", "", raid, raid, raid
    for loss in losses:
        yield loss.step, "passed", "", *_plain(loss.passed)
        yield loss.step, "got through for want of it", "", *_plain(loss.leaked)
        for reason, each in loss.reasons:
            yield loss.step, "got through for want of it", TOLD[reason].name, *_plain(each)
        yield loss.step, "neither shot down nor through", "", *_plain(loss.neither)
    yield "end", "got through", "", *_plain(leaked)


def _plain(it: Estimate) -> tuple[float, float, float]:
    return it.value, it.low, it.high
