"""The answers of a campaign in the terminal."""


from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from farwatch.campaign.answers import Answers, Sensitivity
from farwatch.campaign.money import Money
from farwatch.report import campaign_wording as words
from farwatch.report import wording
from farwatch.report.terminal import titled as table

MOST = 24
"""Rows of a table in the terminal; the page has all."""


def show(console: Console, answers: Answers) -> None:
    """Print the answers: the sentences first, then the tables behind them, then how it was done."""
    console.print()
    console.print(Text(answers.title, style="bold"))
    behind = f"{answers.trials:,} trials, {wording.plural(len(answers.points), 'point')}, seed {answers.seed}"
    console.print(Text(behind, style="dim"))
    console.print()
    for sentence in words.headlines(answers):
        console.print(Text(sentence, style="bold"))
    if words.ending(answers):
        console.print(Text(words.ending(answers), style="yellow"))
    if answers.points:
        console.print(point_table(answers))
    if answers.differences:
        console.print(difference_table(answers))
    if answers.money is not None:
        console.print(money_table(answers.money))
    if answers.sensitivity is not None:
        console.print(sensitivity_table(answers.sensitivity))
    for title, sentence in _closing(answers):
        console.print(Text.assemble((f"{title}  ", "bold"), sentence))


def _closing(answers: Answers) -> list[tuple[str, str]]:
    said = [("Saved", sentence) for sentence in words.gains(answers)]
    said += [("Beware", sentence) for sentence in words.doubts(answers)]
    inputs = words.inputs_of(answers.sensitivity)
    longest = max(len(answers.points), len(answers.differences), inputs)
    if longest > MOST:
        said.append(("Shortened", f"tables here have {MOST} rows at most; the longest has {longest}, on the page."))
    return [*said, ("Leaned on", words.leaned_on(answers))]


def _caption(answers: Answers, *, starred: bool) -> str:
    return f"{100.0 * answers.confidence:g} % intervals{'; * not known as well as asked for' if starred else ''}"


def point_table(answers: Answers) -> Table:
    """Every measure at every point."""
    starred = any(words.is_starred(one) for row in answers.points for one in row.measures)
    made = table("What was measured", _caption(answers, starred=starred))
    made.add_column("point", overflow="fold")
    made.add_column("trials", justify="right")
    for measure in answers.points[0].measures:
        made.add_column(words.name_of(measure.name), justify="right")
    made.add_column("leakers, 50/90/99 %", justify="right")
    for row in answers.points[:MOST]:
        quantiles = " / ".join(wording.number(one.leakers.value) for one in row.quantiles)
        cells = (words.measure_cell(measure) for measure in row.measures)
        made.add_row(escape(row.label), f"{row.trials:,}", *cells, quantiles or wording.UNKNOWN)
    return made


def difference_table(answers: Answers) -> Table:
    """Every comparison."""
    starred = any(map(words.is_starred, answers.differences))
    made = table("Compared, with shared luck", _caption(answers, starred=starred))
    made.add_column("what", overflow="fold")
    made.add_column("in")
    for name in ("base", "here", "difference", "trials saved"):
        made.add_column(name, justify="right")
    for row in answers.differences[:MOST]:
        made.add_row(
            escape(f"{row.label} against {row.base}"),
            words.name_of(row.measure),
            words.amount(row.measure, row.first.value),
            words.amount(row.measure, row.second.value),
            words.gap_cell(row),
            words.times(row.luck_gain),
        )
    return made


def money_table(money: Money) -> Table:
    """The bill of both sides at every point."""
    made = table(
        "Who pays", "for one raid; in brackets, of what is spent, the middle four fifths of trials; else the interval"
    )
    made.add_column("point", overflow="fold")
    for name in ("the defence spends", "the raid is worth", "times its price", "for each kill"):
        made.add_column(name, justify="right")
    for row in money.exchanges[:MOST]:
        low, high = wording.money(row.spent_low_usd), wording.money(row.spent_high_usd)
        made.add_row(
            escape(row.label),
            f"{wording.money(row.spent_usd.value)} ({low} to {high})",
            wording.money(row.flown_usd.value),
            words.estimate("", row.ratio),
            words.estimate("_usd", row.per_kill_usd),
        )
    return made


def sensitivity_table(it: Sensitivity) -> Table:
    """Every input, those that matter most first, and chance."""
    if it.shares is not None:
        made = table("Which unknown figure matters", "share of the spread of one trial")
        for name in ("figure", "alone", "settled", "with all interplay, chance too"):
            made.add_column(name, justify="left" if name == "figure" else "right")
        for one in (*words.by_share(it.shares.inputs)[:MOST], it.shares.chance):
            cells = (words.share_of(each) for each in (one.first, one.settled, one.total))
            made.add_row(escape(one.name), *cells)
        return made
    made = table("Which unknown figure matters", f"effect on {words.name_of(it.measure)} of half of its range")
    for name in ("figure", "size", "mean", "spread", "direction"):
        made.add_column(name, justify="left" if name in {"figure", "direction"} else "right")
    if it.screening is not None:
        for effect in (*words.by_size(it.screening.inputs)[:MOST], it.screening.chance):
            cells = (words.estimate("", each) for each in (effect.size, effect.mean, effect.spread))
            made.add_row(escape(effect.name), *cells, words.direction(effect))
    return made
