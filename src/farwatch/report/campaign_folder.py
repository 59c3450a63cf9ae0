"""What a campaign folder holds, as text: how far it is, and the rows that a query gave."""

import csv
import io
import json
from typing import TYPE_CHECKING, Any

from rich.table import Table

from farwatch.campaign.query import Found, Status
from farwatch.errors import InputError, Problem

if TYPE_CHECKING:
    from rich.console import Console

FORMATS = ("table", "csv", "json")
"""How rows can be told."""


def show_status(console: "Console", status: Status) -> None:
    """Each point with its trials, and whether more may be asked for."""
    table = Table(box=None, pad_edge=False)
    for head in ("point", "scenario", "trials kept", "asked for"):
        table.add_column(head, justify="left" if head in {"point", "scenario"} else "right")
    for point in status.points:
        table.add_row(point.label, point.scenario, str(point.done), str(point.goal))
    console.print(table)
    state = "finished" if status.finished else "not finished; `farwatch campaign resume` goes on"
    rounds = f"{status.rounds} round" + ("" if status.rounds == 1 else "s")
    console.print(f"\n{status.done} of {status.goal} trials in {rounds}: {state}", markup=False)


def refuse_format(wanted: str) -> None:
    """InputError for a format that there is not."""
    if wanted not in FORMATS:
        raise InputError("query", [Problem("format", wanted, f"must be one of {', '.join(FORMATS)}")])


def show_rows(console: "Console", found: Found) -> None:
    """Rows as a table."""
    table = Table(box=None, pad_edge=False)
    for place, name in enumerate(found.columns):
        numbers = all(isinstance(row[place], int | float | None) for row in found.rows)
        table.add_column(name, justify="right" if numbers else "left")
    for row in found.rows:
        table.add_row(*(_shown(value) for value in row))
    console.print(table)


def as_csv(found: Found) -> str:
    """Rows as CSV with a line of names; what is missing is empty."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(found.columns)
    writer.writerows(found.rows)
    return text.getvalue()


def as_json(found: Found) -> str:
    """Rows as a JSON list of objects; what is missing is null."""
    rows = [dict(zip(found.columns, map(_plain, row), strict=True)) for row in found.rows]
    return json.dumps(rows, indent=1, ensure_ascii=False, default=str) + "\n"


def _shown(value: Any) -> str:
    if value is None:
        return "-"
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _plain(value: Any) -> Any:
    """JSON has no NaN."""
    return None if isinstance(value, float) and value != value else value  # noqa: PLR0124
