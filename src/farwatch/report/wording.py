"""Numbers and estimates as words and short text, the same in the terminal and on the page."""

from collections.abc import Sequence
from math import isfinite, isnan, log10

from farwatch.outcomes.summary import (
    ClassRow,
    Cost,
    Estimate,
    RadarRow,
    ReasonShare,
    ReasonTable,
    Spread,
    SpreadSplit,
    Summary,
)

UNKNOWN = "–"
STEPS = ("seen", "confirmed", "hostile", "engaged", "killed", "leaked")
"""Steps of the kill chain, as attributes of a `ClassRow`."""

WIDEST_SPLIT = 0.7
"""Widest interval at which a split of the spread is told as a number."""

STEP_TITLES = ("seen", "tracked", "judged hostile", "shot at", "killed", "got through")
"""The same as a reader sees them."""


def percent(share: float) -> str:
    """A share as per cent: whole numbers, with one decimal where small or nearly all."""
    if isnan(share):
        return UNKNOWN
    value = 100.0 * share
    exact = value in {0.0, 100.0}
    return f"{value:.0f} %" if exact or 2.0 <= value <= 98.0 else f"{value:.1f} %"


def share(estimate: Estimate) -> str:
    """A share with its interval, in per cent: `37 % (34–40)`."""
    if isnan(estimate.value):
        return UNKNOWN
    return f"{percent(estimate.value)} ({_end(estimate.low)}–{_end(estimate.high)})"


def _end(bound: float) -> str:
    return percent(bound).removesuffix(" %")


def number(value: float) -> str:
    """A number with three figures that matter, no exponent."""
    if isnan(value):
        return UNKNOWN
    if value == 0.0 or not isfinite(value):
        return "0" if value == 0.0 else "∞"
    decimals = min(max(2 - int(log10(abs(value)) // 1), 0), 3)
    text = f"{value:,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def figure(value: float) -> str:
    """A number of any size with four figures: scientific only where nothing else fits."""
    if isnan(value):
        return UNKNOWN
    small = value != 0.0 and abs(value) < 1e-3
    return f"{value:.3g}" if small else f"{value:,.0f}" if abs(value) >= 1e4 else f"{value:.4g}"


def count(estimate: Estimate) -> str:
    """A mean number with its interval: `21.3 (20.8–21.9)`."""
    if isnan(estimate.value):
        return UNKNOWN
    low, high = number(estimate.low), number(estimate.high)
    return number(estimate.value) if low == high else f"{number(estimate.value)} ({low}–{high})"


def kilometres(spread: Spread) -> str:
    """Median range with its middle four fifths, in kilometres."""
    if spread.count == 0 or isnan(spread.median):
        return UNKNOWN
    low, high = number(spread.low / 1e3), number(spread.high / 1e3)
    return low if low == high else f"{number(spread.median / 1e3)} ({low}–{high})"


def median_kilometres(spread: Spread) -> str:
    """Median range alone, in kilometres."""
    return UNKNOWN if spread.count == 0 else number(spread.median / 1e3)


def money(value: float) -> str:
    """US dollars, in thousands or millions."""
    if isnan(value):
        return UNKNOWN
    if abs(value) >= 1e6:
        return f"${number(value / 1e6)} M"
    return f"${number(value / 1e3)} k" if value else "$0"


def money_range(low: float, high: float) -> str:
    """A price range: one figure where both ends are the same."""
    if isnan(low):
        return "not published"
    return money(low) if low == high else f"{money(low)} to {money(high)}"


def cost(amount: Cost) -> str:
    """Money per trial: the mean, and the middle four fifths over trials."""
    return f"{money(amount.mean.value)} ({money(amount.low)} to {money(amount.high)})"


def height(height_m: float) -> str:
    """A height above ground: metres, then kilometres."""
    return f"{number(height_m / 1e3)} km" if height_m >= 1e3 else f"{number(height_m)} m"


def clock(time_s: float) -> str:
    """Mission time as minutes and seconds."""
    return UNKNOWN if isnan(time_s) else f"{int(time_s // 60)}:{int(time_s % 60):02d}"


def plain(name: str) -> str:
    """A catalogue or reason name without its hyphens."""
    return name.replace("-", " ")


def label(title: str) -> str:
    """The short form of a catalogue title: what stands before its first comma or bracket."""
    return title.partition(",")[0].partition(" (")[0]


def plural(amount: int, one: str, many: str = "") -> str:
    """An amount with its noun."""
    return f"{amount:,} {one if amount == 1 else many or one + 's'}"


# Sentences --------------------------------------------------------------------------------------------------


def headline(summary: Summary) -> str:
    """The answer in one sentence."""
    if summary.raid.per_trial == 0:
        return "There is no raid in this scenario: only the air picture was kept."
    if summary.trials == 0:
        return "No trial was finished."
    leak, trials = summary.leakers.mean, plural(summary.trials, "trial")
    told = f"95 % interval {number(leak.low)} to {number(leak.high)}, {trials}" if not isnan(leak.low) else trials
    if _never_varied(summary):  # the interval is a point then, which would promise too much
        told = f"the same in each of {trials}"
    return (
        f"Of {plural(summary.raid.per_trial, 'threat')}, {number(leak.value)} {_gets(summary)} through on average "
        f"({told})."
    )


def short(summary: Summary) -> str:
    """The answer in a few words, for the title of a window; empty where there is none."""
    if summary.raid.per_trial == 0 or summary.trials == 0:
        return ""
    leak = summary.leakers.mean.value
    return f"{number(leak)} of {summary.raid.per_trial} {_gets(summary)} through"


def _gets(summary: Summary) -> str:
    """The verb of the mean number of leakers; where the raid is but one, it is that one."""
    return verb("get" if summary.raid.per_trial > 1 else "gets", "gets", summary.leakers.mean.value)


def verb(many: str, one: str, value: float) -> str:
    """The form of a verb that goes with a number as it is written."""
    return one if number(value) == "1" else many


def explanation(summary: Summary) -> str:
    """What follows the headline: how it scatters, and the commonest reason of the leaks."""
    if summary.raid.per_trial == 0 or summary.trials == 0:
        return ""
    if not summary.reasons.leakers:
        return f"None got through in any trial; the chance of that is {share(summary.leakers.none)}."
    low, high = f"{summary.leakers.low:.0f}", f"{summary.leakers.high:.0f}"
    scatter = "In four trials out of five it is " + (low if low == high else f"between {low} and {high}") + ". "
    if summary.trials == 1 or _never_varied(summary):
        scatter = ""
    reasons = main_reasons(summary.reasons)
    told = f"The commonest reason, {percent(reasons[0].share.value)} of those that got through"
    return f"{scatter}{told if len(reasons) > 1 else 'The only reason'}: {lowered(reasons[0].sentence)}"


def _never_varied(summary: Summary) -> bool:
    """Whether as many got through in each of several trials."""
    return summary.trials > 1 and max(summary.leakers.histogram) == summary.trials


def lowered(sentence: str) -> str:
    """A sentence that goes on after a colon."""
    return f"{sentence[0].lower()}{sentence[1:]}"


def main_reasons(table: ReasonTable) -> Sequence[ReasonShare]:
    """Shares of a reason table that are not zero, largest first."""
    return sorted((s for s in table.shares if s.count), key=lambda s: -s.count)


def step_shares(row: ClassRow) -> tuple[Estimate, ...]:
    """The shares of `STEPS` of one row of the kill chain."""
    return tuple(getattr(row, step) for step in STEPS)


def wrong_shots(summary: Summary) -> str:
    """Shots at what was not the raid, in one sentence; empty when there were none."""
    wrong = summary.wrong_shots
    friendly = _fratricide(summary)
    if not (wrong.at_background.value or wrong.at_nothing.value):
        return friendly
    said = (
        f"{number(wrong.at_background.value)} rounds a trial are fired at aircraft that are not part of the raid "
        f"({number(wrong.background_killed.value)} destroyed; in {percent(wrong.trials_with_kill.value)} of trials at "
        f"least one), and {number(wrong.at_nothing.value)} at tracks that noise had made."
    )
    return f"{friendly} {said}".strip()


def _fratricide(summary: Summary) -> str:
    """Shots at friendly flights, in one sentence; empty when there were none."""
    wrong = summary.wrong_shots
    if not (wrong.at_friends.value or wrong.friends_killed.value):
        return ""
    return (
        f"{number(wrong.at_friends.value)} rounds a trial are fired at friendly flights: "
        f"{number(wrong.friends_killed.value)} {verb('are', 'is', wrong.friends_killed.value)} shot down, in "
        f"{percent(wrong.trials_with_friend_killed.value)} of trials at least one."
    )


def stock_out(summary: Summary) -> str:
    """How often and when magazines ran dry, in a sentence or two; empty when none did."""
    dry = [row for row in summary.rounds if row.empty_s.count]
    if not dry or not summary.trials:
        return ""
    worst = max(dry, key=lambda row: row.empty_s.count)
    said = (
        f"{worst.battery} had fired its last {worst.name} in {percent(worst.empty_s.count / summary.trials)} of "
        f"trials, half of them by {clock(worst.empty_s.median)} (minutes and seconds)."
    )
    out = summary.out_of_rounds
    if out.time_s.count:
        said += f" In {percent(out.share.value)} nothing at all was left, half of them by {clock(out.time_s.median)}."
    return said


def decoys(summary: Summary) -> str:
    """What the decoys drew, in one sentence; empty when the raid has none or nothing was fired at them."""
    drawn = summary.decoys
    if drawn is None or not drawn.rounds.value:
        return ""
    return (
        f"Decoys draw {number(drawn.rounds.value)} rounds a trial, {percent(drawn.share.value)} of all, "
        f"{money(drawn.cost.value)} worth."
    )


def cost_per_kill(summary: Summary) -> str:
    """The price of a kill, with what the published prices make of it; empty when nothing was killed or fired."""
    costs = summary.costs
    if isnan(costs.per_kill.value) or not costs.per_kill.value:
        return ""
    cheapest, dearest = money(costs.cheapest_per_kill_usd), money(costs.dearest_per_kill_usd)
    return f"A kill costs {money(costs.per_kill.value)} of rounds ({cheapest} to {dearest} at either end of prices)."


def busy_radars(summary: Summary) -> str:
    """Which radars were asked for more than all their time, and what that did to their looks; empty when none was."""
    return " ".join(_busy(row) for row in summary.radars if row.overloaded.value > 0.0)


def _busy(row: RadarRow) -> str:
    said = (
        f"In {percent(row.overloaded.value)} of trials {row.name} was asked for more than all of its time, at most for "
        f"{100.0 * row.most_load_share:.0f} %: its search came round as seldom as every "
        f"{number(row.longest_revisit_s)} s instead of {number(row.period_s)}"
    )
    if row.longest_track_revisit_s > row.track_period_s:
        said += f", its looks at a track every {number(row.longest_track_revisit_s)} s"
        said += f" instead of {number(row.track_period_s)}"
    return f"{said}."


def spread_split(summary: Summary) -> str:
    """How much of the spread is what nobody knows, in one or two sentences; empty when it cannot be said."""
    split = summary.split
    if isnan(split.unknown.value):
        return ""
    if not tells(split):
        return f"With {plural(summary.trials, 'trial')} it cannot be said how much of the spread is chance; play more."
    named = ", ".join(f"{f.name} ({percent(f.share.value)})" for f in split.figures[:3])
    matter = f" The figures that matter most: {named}." if named else ""
    return (
        f"About {percent(split.unknown.value)} of the spread between trials ({_end(split.unknown.low)} to "
        f"{percent(split.unknown.high)}) comes from the {split.drawn} figures nobody knows exactly; the rest is "
        f"chance.{matter}"
    )


def tells(split: SpreadSplit) -> bool:
    """Whether the split between chance and unknown figures is known well enough to be worth a number."""
    return split.unknown.high - split.unknown.low <= WIDEST_SPLIT


def assumptions(figures: Sequence[object], assumed: int) -> str:
    """How many figures were leaned on, and how many of them nobody publishes."""
    if not figures:
        return "No uncertain figure was drawn."
    return (
        f"{plural(len(figures), 'uncertain figure')} drawn in each trial; {assumed} of them nobody publishes (assumed)."
    )
