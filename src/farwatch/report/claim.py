"""A claim put to the test, in the terminal and in a folder: the verdict, what it rests on, the picture, the numbers."""

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from farwatch.catalogue import Radar
from farwatch.detect import verdict as words
from farwatch.detect.budget import Span
from farwatch.detect.finding import CANNOT, HOLDS, OPEN, Case, Finding
from farwatch.errors import StoreError
from farwatch.formats.whole import appearing

STATES = {HOLDS: "can hold", OPEN: "not decidable", CANNOT: "cannot hold"}
STYLES = {HOLDS: "green", OPEN: "yellow", CANNOT: "red"}

WIDE = 110
"""Columns of a terminal from which the table of classes shows what each is decided by."""


def show(console: Console, finding: Finding) -> None:
    """Print the answer: the verdict first, then what would have to be true, then what it leans on."""
    console.print()
    console.print(Text(words.heading(finding), style="bold"))
    console.print(Text(words.premise(finding), style="dim"))
    console.print()
    for line in words.verdict(finding):
        console.print(Text(line, style="bold"))
    console.print(class_table(finding, console.width) if finding.case is None else budget_table(finding))
    lines = [*words.in_view(finding), *words.strong_enough(finding), *words.of_a_system(finding)]
    for line in (*lines, *words.backwards(finding), words.leaned_on(finding)):
        title, _, rest = line.partition(": ")
        console.print(Text.assemble((f"{title}  ", "bold"), rest[0].upper() + rest[1:]))
    for notice in finding.notices:
        console.print(Text(f"note: {notice}", style="dim"))


def class_table(finding: Finding, columns: int = WIDE) -> Table:
    """One row for every class of the catalogue: what it shows, how far it is seen, its chance, the verdict."""
    away = words.kilometres(finding.range_m)
    table = _table("Class by class", f"at {away}; echo alone, horizon apart; in brackets: what is published allows")
    wide = columns >= WIDE
    for name, right in (
        ("class", False), ("shows m²", True), ("flies", True), ("echo seen to km", True), (f"chance at {away}", True)
    ):
        table.add_column(name, justify="right" if right else "left", no_wrap=right)
    table.add_column("claim", no_wrap=True)
    if wide:
        table.add_column("decided by")
    for case in finding.classes:
        cells = [words.called(case), _span(case.rcs_m2, 1.0), _flown(case), _span(case.range_m, 1e3), _chance(case)]
        decided = [", ".join(case.failing())] if wide else []
        row = [Text(cell) for cell in (*cells, STATES[case.state], *decided)]
        row[5].stylize(STYLES[case.state])
        table.add_row(*row)
    return table


def budget_table(finding: Finding) -> Table:
    """The budget of the named target, line by line."""
    table = _table("The echo's budget", "decibels; each with what is published of it")
    table.add_column("")
    for name in ("dB", "from", "to"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("rests on")
    for term in finding.terms:
        known = term.reckoned
        numbers = (_db(term.value_db), _db(term.low_db), _db(term.high_db)) if known else ("–", "", "")
        table.add_row(term.name, *numbers, Text(term.note), style="" if known else "dim")
    if finding.case is not None:
        _add_sums(table, finding, finding.case)
    return table


def _add_sums(table: Table, finding: Finding, case: Case) -> None:
    snr, needed = case.snr_db, case.needed_db
    table.add_section()
    table.add_row("echo over noise, one pulse", _db(snr.value), _db(snr.low), _db(snr.high), "the sum")
    radar = finding.radar
    why = f"Pd {finding.pd:g}, Pfa {finding.pfa:.0e}, {radar.pulses} pulses, Swerling {case.swerling}"
    table.add_row("needed", _db(needed), "", "", why)
    margin = [_db(number - needed) for number in (snr.value, snr.low, snr.high)]
    note = "spreads of the parameters add in quadrature" if radar.parameters is not None else ""
    table.add_row("margin", *margin, note, style="bold")


def _db(value: float) -> str:
    return f"{round(value, 1) + 0.0:+.1f}".replace("-", "−")


def _span(span: Span, unit: float) -> str:
    value, low, high = (words.significant(number / unit) for number in (span.value, span.low, span.high))
    return value if low == high else f"{value} ({low}–{high})"


def _flown(case: Case) -> str:
    if case.height_m is None:
        return "–"
    low, high = words.height(case.height_m.low), words.height(case.height_m.high)
    return low if low == high else f"{low} – {high}"


def _chance(case: Case) -> str:
    value, low, high = (max(number, 0.0) for number in (case.pd.value, case.pd.low, case.pd.high))
    return f"{value:.2f} ({low:.2f}–{high:.2f})"


def _table(title: str, caption: str) -> Table:
    heading = Text.assemble((title, "bold"), "  ", (caption, "dim"))
    return Table(title=heading, title_justify="left", box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))


# Files ------------------------------------------------------------------------------------------------------


def write(finding: Finding, folder: Path) -> tuple[Path, ...]:
    """Write claim.json, claim.svg and claim.png into a folder, which is made if need be."""
    from farwatch.report.figures import claim as figure

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"{folder}: cannot be made ({error})") from error
    drawn = figure.draw(finding)
    contents = {"claim.json": text_of(finding).encode(), "claim.svg": drawn.svg, "claim.png": drawn.png}
    for name, content in contents.items():
        with appearing(folder / name) as partial:
            partial.write_bytes(content)
    return tuple(folder / name for name in contents)


def text_of(finding: Finding) -> str:
    """The finding as JSON: every number, every array, and the sentences."""
    from farwatch import __version__

    held = {"farwatch": __version__, "state": finding.state, "verdict": words.verdict(finding), **_plain(finding)}
    return json.dumps(held, indent=1, ensure_ascii=False) + "\n"


def _plain(value: Any) -> Any:
    """A value as JSON can hold it; a radar by its name, what is no number as null."""
    if isinstance(value, Radar):
        return value.name
    if isinstance(value, Case):
        return {"state": value.state, **{spec.name: _plain(getattr(value, spec.name)) for spec in fields(value)}}
    if is_dataclass(value):
        return {spec.name: _plain(getattr(value, spec.name)) for spec in fields(value)}
    if isinstance(value, np.ndarray):
        return [_plain(one) for one in value.tolist()]
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    if isinstance(value, float | np.floating):
        return float(f"{float(value):.10g}") if isfinite(value) else None
    return value
