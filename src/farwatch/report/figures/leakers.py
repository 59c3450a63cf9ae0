"""How many get through: the distribution over trials."""

from math import isnan

from farwatch.outcomes.summary import Summary
from farwatch.report import wording
from farwatch.report.figures.canvas import AMBER, BLUE, INK, SOFT, WIDTH_IN, Picture, drawing, picture, spine_free


def draw(summary: Summary) -> Picture:
    """A bar for each number of leakers: in which share of trials it came about."""
    leakers = summary.leakers
    trials = max(sum(leakers.histogram), 1)
    shares = [count / trials for count in leakers.histogram]
    with drawing("leakers", (WIDTH_IN, 2.5)) as figure:
        axes = figure.add_subplot()
        inside = [leakers.low <= k <= leakers.high for k in range(len(shares))]
        colours = [BLUE if within else AMBER for within in inside]
        axes.bar(range(len(shares)), shares, 0.82, color=colours, linewidth=0)
        top = max(shares, default=1.0)
        if not isnan(leakers.mean.value):
            axes.plot([leakers.mean.value] * 2, [0.0, 1.07 * top], color=INK, linewidth=1.2)
            axes.text(leakers.mean.value, 1.09 * top, f"mean {wording.number(leakers.mean.value)}", ha="center")
        axes.set_xlabel("threats that get through in one trial")
        axes.set(ylim=(0.0, 1.22 * top), yticks=[])
        first = next((k for k, share in enumerate(shares) if share > 0.0), 0)
        first = 0 if first < 8 else first - 2
        axes.set_xlim(first - 0.7, max(len(shares) - 0.3, first + 4.0))
        axes.xaxis.get_major_locator().set_params(integer=True)
        for k, share in enumerate(shares):
            if share > 0.0 and len(shares) - first <= 40:
                axes.text(
                    k,
                    share,
                    wording.percent(share).removesuffix(" %"),
                    ha="center",
                    va="bottom",
                    fontsize=7.5,
                    color=SOFT,
                )
        spine_free(axes, "bottom")
        words = ("How many get through", _words(summary))
        rows = [(k, count, count / trials) for k, count in enumerate(leakers.histogram)]
        return picture(figure, "leakers", words, ("got through", "trials", "share of trials"), rows)


def _words(summary: Summary) -> str:
    leakers = summary.leakers
    return (
        f"Share of trials, in per cent, by the number that get through. Blue bars hold the middle four fifths of "
        f"trials ({leakers.low:.0f} to {leakers.high:.0f}); the most in one trial is {leakers.most}. "
        f"None gets through in {wording.share(leakers.none)} of trials."
    )
