"""How many get through: the distribution over trials."""

from math import isfinite, isnan
from typing import Any

from farwatch.outcomes.intervals import Interval, wilson
from farwatch.outcomes.summary import Estimate, Summary
from farwatch.report import wording
from farwatch.report.figures.canvas import AMBER, BLUE, INK, PAPER, WIDTH_IN, Picture, drawing, picture, spine_free

HEADER = ("got_through", "trials", "share", "low_share", "high_share")

LINE_AT = 1.12
"""Height of the line of the mean, in the highest bar."""


def draw(summary: Summary) -> Picture:
    """A bar for each number of leakers: in which share of trials it came about, with its interval."""
    leakers, trials = summary.leakers, max(summary.trials, 1)
    spans = [wilson(count, trials, summary.confidence) for count in leakers.histogram]
    shares = [count / trials for count in leakers.histogram]
    with drawing("leakers", (WIDTH_IN, 3.0)) as figure:
        axes = figure.add_subplot()
        for k, (share, span) in enumerate(zip(shares, spans, strict=True)):
            _bar(axes, k, share, span, inside=leakers.low <= k <= leakers.high)
        top = max([span.high for share, span in zip(shares, spans, strict=True) if share > 0.0], default=1.0)
        _mean(axes, leakers.mean, top)
        first = next((k for k, share in enumerate(shares) if share > 0.0), 0)
        first = 0 if first < 8 else first - 2
        axes.set(xlabel="threats that get through in one trial", ylabel="share of trials")
        axes.set(ylim=(0.0, 1.3 * top), xlim=(first - 0.7, max(len(shares) - 0.3, first + 4.0)))
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.set_yticks([tick for tick in axes.get_yticks() if 0.0 <= tick <= min(1.0, 1.3 * top)])
        axes.yaxis.set_major_formatter(lambda share, _: f"{100.0 * share:.0f} %")
        axes.grid(axis="y")
        spine_free(axes, "bottom")
        words = ("How many get through", _words(summary))
        rows = [(k, n, n / trials, *span) for k, (n, span) in enumerate(zip(leakers.histogram, spans, strict=True))]
        return picture(figure, "leakers", words, HEADER, rows)


def _bar(axes: Any, k: int, share: float, span: Interval, *, inside: bool) -> None:
    """A bar, full inside the middle four fifths and hatched outside."""
    if share == 0.0:
        return
    colour, hatch = (BLUE, "") if inside else (AMBER, "///")
    axes.bar(k, share, 0.82, color=colour, hatch=hatch, edgecolor=PAPER, linewidth=0)
    axes.plot([k, k], span, color=INK, linewidth=1.0)


def _mean(axes: Any, mean: Estimate, top: float) -> None:
    """The mean and its interval above the bars."""
    if isnan(mean.value):
        return
    y = LINE_AT * top
    axes.plot([mean.value], [y], marker="D", color=INK, markersize=5.0)
    if isfinite(mean.low) and isfinite(mean.high):
        axes.plot([mean.low, mean.high], [y, y], color=INK, linewidth=1.6)
    axes.text(mean.value, y + 0.05 * top, f"mean {wording.count(mean)}", ha="center", va="bottom", weight="bold")


def _words(summary: Summary) -> str:
    leakers = summary.leakers
    return (
        "Share of trials by the number that get through; thin lines are 95 % intervals, of the mean too. Full bars "
        f"hold the middle four fifths of trials ({leakers.low:.0f} to {leakers.high:.0f}), hatched ones the rest; the "
        f"most in one trial is {leakers.most}. "
        f"None gets through in {wording.share(leakers.none)} of trials."
    )
