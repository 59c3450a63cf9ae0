"""The answer in the terminal: a short, well-set page of text."""

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from farwatch.campaign import Result
from farwatch.outcomes.summary import ClassRow, ReasonTable, Summary
from farwatch.report import wording
from farwatch.report.answer import closing


def show(console: Console, result: Result) -> None:
    """Print the answer: who got through, how far out each step happened, why, at what cost."""
    summary = result.summary()
    console.print()
    console.print(Text(result.scenario.title, style="bold"))
    console.print(
        Text(f"{wording.plural(summary.trials, 'trial')}, seed {result.seed}{_cut_short(result)}", style="dim")
    )
    for notice in result.manifest["notices"]:
        console.print(Padding(Text(f"note: {notice}", style="dim"), (0, 0, 0, 2)))
    console.print()
    console.print(Text(wording.headline(summary), style="bold"))
    console.print(Text(wording.explanation(summary)))
    if summary.raid.per_trial:
        console.print(chain_table(summary, console.width))
    if summary.reasons.leakers:
        console.print(reason_table(summary.reasons))
    if any(row.carried for row in summary.rounds):
        console.print(round_table(summary))
    if summary.assets:
        console.print(asset_table(summary))
    for title, sentence in closing(result):
        if sentence:
            console.print(Text.assemble((f"{title}  ", "bold"), sentence))


def _cut_short(result: Result) -> str:
    asked = result.manifest["trials_asked"]
    return f", interrupted before the {asked} asked for" if result.interrupted else ""


WIDE, MIDDLE = 118, 104
"""Columns of a terminal from which the kill chain shows spans of ranges, and every step with its intervals."""

LEFT_OUT = {"tracked", "at km ", "hostile"}
"""Columns of the kill chain that a narrow terminal does without."""


def chain_table(summary: Summary, columns: int = WIDE) -> Table:
    """The kill chain by class; the last row is the whole raid. A narrow terminal shows less of it."""
    caption = "share of the class, 95 % interval; km: median"
    table = titled("What became of the raid", caption + (", middle four fifths" if columns >= WIDE else ""))
    cells = [_chain_cells(row, columns) for row in (*summary.classes, summary.raid)]
    for name in cells[0]:
        first = name == "class"
        table.add_column(name.strip(), justify="left" if first else "right", no_wrap=not first, overflow="fold")
    for row in cells[:-1]:
        table.add_row(*row.values())
    table.add_section()
    table.add_row(*cells[-1].values(), style="bold")
    return table


def _chain_cells(row: ClassRow, columns: int) -> dict[str, str]:
    """Heading and cell of each column that fits."""
    wide, middle = columns >= WIDE, columns >= MIDDLE
    far = wording.kilometres if wide else wording.median_kilometres
    cells = {
        "class": escape(row.name),
        "n": str(row.per_trial),
        "seen": wording.percent(row.seen.value),
        "at km": far(row.seen_range_m),
        "tracked": wording.percent(row.confirmed.value),
        "at km ": wording.median_kilometres(row.confirmed_range_m),
        "hostile": wording.percent(row.hostile.value),
        "shot at": wording.percent(row.engaged.value),
        "killed": wording.share(row.killed) if middle else wording.percent(row.killed.value),
        "got through": wording.share(row.leaked),
    }
    return cells if middle else {name: cell for name, cell in cells.items() if name not in LEFT_OUT}


def reason_table(reasons: ReasonTable) -> Table:
    """Why the leakers leaked; shares add to one."""
    table = titled("Why they got through", "share of all that did; adds to 100 %")
    table.add_column("share", justify="right", no_wrap=True)
    table.add_column("stage", no_wrap=True)
    table.add_column("because")
    for item in wording.main_reasons(reasons):
        table.add_row(wording.share(item.share), item.stage, item.sentence)
    return table


def round_table(summary: Summary) -> Table:
    """Rounds fired, by battery and kind."""
    table = titled("Rounds", "a trial; price as published or assumed")
    for name in ("battery", "round"):
        table.add_column(name)
    for name in ("carried", "fired", "all gone", "price each", "cost"):
        table.add_column(name, justify="right")
    for row in (row for row in summary.rounds if row.carried):
        table.add_row(
            escape(row.battery),
            escape(row.name),
            str(row.carried) if row.carried >= 0 else wording.UNKNOWN,
            wording.count(row.fired),
            wording.percent(row.spent.value),
            wording.money_range(row.price.low, row.price.high),
            wording.money(row.cost.mean.value),
        )
    return table


def asset_table(summary: Summary) -> Table:
    """What was defended, and what became of it."""
    table = titled("What was defended", "chance that it is destroyed; arrivals a trial")
    table.add_column("asset")
    for name in ("value", "destroyed", "arrivals"):
        table.add_column(name, justify="right")
    for row in summary.assets:
        cells = (wording.number(row.worth), wording.share(row.destroyed), wording.count(row.arrivals))
        table.add_row(escape(row.name), *cells)
    return table


def titled(title: str, caption: str) -> Table:
    """An empty table in the style of this terminal."""
    heading = Text.assemble((title, "bold"), "  ", (caption, "dim"))
    return Table(title=heading, title_justify="left", box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
