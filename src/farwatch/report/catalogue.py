"""The catalogue in the terminal: a table of contents, and the page of one entry with every source."""

from collections.abc import Iterable

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from farwatch.catalogue import Line, Section, find_any, load, sections, summary
from farwatch.catalogue.listing import origin, range_text

SHELVES = {"systems": "Systems", "radars": "Radars", "rounds": "Rounds", "classes": "Target classes"}


def show_contents(console: Console) -> None:
    """One row for every entry, shelf by shelf."""
    rows = summary(load())
    for kind, title in SHELVES.items():
        table = _table(title)
        for name in ("name", "what it is", "in short"):
            table.add_column(name)
        for name in ("figures", "assumed"):
            table.add_column(name, justify="right")
        for row in rows:
            if row.kind == kind:
                cells = (row.name, row.title, row.gist, str(row.figures), str(row.assumed))
                table.add_row(*(Text(cell) for cell in cells))
        console.print(table)
    console.print(Text("farwatch catalogue NAME shows an entry with every figure and source.", style="dim"))


def show_entry(console: Console, name: str) -> None:
    """Every figure of one entry, with range and origin, conflicts and assumptions marked; its sources below.

    Raises CatalogueError with the nearest names for a name that is not there.
    """
    catalogue = load()
    pages = sections(find_any(catalogue, name), catalogue)
    for page in pages:
        _show_section(console, page)
    console.print(Text("* assumed by this catalogue, not cited    | also published: a conflict that stays visible"))
    _show_sources(console, [line for page in pages for line in page.lines])


def _show_section(console: Console, page: Section) -> None:
    console.print()
    console.print(Text(page.title, style="bold"))
    for name, fact in page.facts:
        console.print(Text.assemble((f"{name}: ", "dim"), fact))
    table = _table("")
    for name in ("", "figure", "value and range"):
        table.add_column(name)
    for name in ("from", "holds for, or why"):
        table.add_column(name, ratio=1)
    for line in page.lines:
        mark = "|" if line.alternative else "*" if line.assumed else ""
        style = "dim" if line.alternative else "yellow" if line.assumed else ""
        remarks = "; ".join(part for part in (line.condition, line.remark) if part)
        cells = (mark, f"  {line.path}" if line.alternative else line.path, range_text(line), origin(line), remarks)
        table.add_row(*(Text(cell) for cell in cells), style=style)
    if page.lines:
        console.print(table)


def _show_sources(console: Console, lines: Iterable[Line]) -> None:
    sources = sorted({(line.source, line.url, line.kind) for line in lines if line.source})
    if not sources:
        return
    console.print()
    console.print(Text("Sources", style="bold"))
    for title, url, kind in sources:
        console.print(
            Text.assemble("  ", title, (f"  {kind}", "dim"), "\n    ", (url or "no address", "blue")), soft_wrap=True
        )


def _table(title: str) -> Table:
    return Table(
        title=Text(title, style="bold") if title else None, title_justify="left", box=SIMPLE_HEAD, pad_edge=False
    )
