"""One self-contained page: the whole answer as HTML that opens offline, prints, and says where every number is from.

The same result gives the same bytes. Everything that comes from a file is escaped.
"""

import base64
import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from farwatch.campaign import Result
from farwatch.errors import StoreError
from farwatch.report import glossary, pictures, sights, wording
from farwatch.report.answer import command, cut_short, facts, scenario_text, tiles
from farwatch.report.figures.canvas import Picture
from farwatch.report.ledger import cited, ledger, places_of
from farwatch.report.pictures import Easel

if TYPE_CHECKING:
    from markupsafe import Markup

TEMPLATES = Path(__file__).parent / "templates"


def write(result: Result, path: Path) -> Path:
    """Write the page of a result; StoreError when the file cannot be written."""
    text = compose(result)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StoreError(f"{path} could not be written: {error}") from error
    return path


def compose(result: Result) -> str:
    """The page of a result as text.

    Map and ranges come from the scenario's world, prepared again; where that cannot be done (a terrain file that is
    gone, say) the page does without them and says why.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    told = ledger(result)
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "share": wording.share,
        "percent": wording.percent,
        "count": wording.count,
        "number": wording.number,
        "km": wording.kilometres,
        "money": wording.money,
        "cost": wording.cost,
        "plain": wording.plain,
        "height": wording.height,
        "breakable": breakable,
    }
    template = environment.get_template("page.html.j2")
    return template.render(
        style=Markup((TEMPLATES / "style.css").read_text(encoding="utf-8")),  # noqa: S704  our own file
        result=result,
        summary=result.summary(),
        cut_short=cut_short(result),
        facts=facts(result),
        w=wording,
        show=show,
        ledger=told,
        sources=cited(told),
        places=places_of(told),
        glossary=glossary.TERMS,
        tiles=tiles(result.summary()),
        scenario_text=scenario_text(result),
        scenario_link=text_link(scenario_text(result), "application/yaml"),
        command=command(result),
        **_pictures(result),
    )


def _pictures(result: Result) -> dict[str, Any]:
    """Every figure and what stands beside it; None for one that this result has nothing to show in."""
    easel = Easel(result)
    drawn = {name: easel.draw(name) for name in pictures.NAMES}
    return {
        **drawn,
        "captions": {name: easel.caption(picture) for name, picture in drawn.items() if picture is not None},
        "absent": easel.absent,
        "sights": easel.sights,
        "labels": easel.labels,
        "claims": easel.claims,
        "longest": easel.longest,
        "measured": {row.name: row for row in result.summary().classes},
        "told_heights": [(k, h) for k, h in enumerate(sights.HEIGHTS_M) if h in sights.TOLD_M],
    }


def show(picture: Picture) -> Mapping[str, Any]:
    """What a template needs of a figure; SVG is our own and already escaped."""
    from markupsafe import Markup

    return {
        "svg": Markup(picture.svg),  # noqa: S704  drawn here; matplotlib escapes the text in it
        "title": picture.title,
        "words": picture.words,
        "name": picture.name,
        "csv": csv_link(picture.header, picture.rows),
    }


def breakable(name: str) -> "Markup":
    """A catalogue name that may break into lines after each of its parts."""
    from markupsafe import Markup, escape

    return Markup(str(escape(name)).replace("_", "_<wbr>").replace(".", ".<wbr>"))  # noqa: S704  escaped just before


def spanned(told: str) -> "Markup":
    """A value with its interval, `21.3 (20.8 to 21.9)`, that breaks into lines between the two and nowhere else."""
    from markupsafe import Markup, escape

    value, bracket, rest = told.partition(" (")
    if not bracket:
        return escape(told)
    return Markup('<span class="whole">{}</span> <span class="whole">({}</span>').format(value, rest)


def csv_link(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table as a `data:` address of CSV."""
    return text_link(csv_text(header, rows), "text/csv")


def csv_text(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table as CSV. A text that a spreadsheet would take for a formula is quoted."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([_tame(value) for value in row] for row in rows)
    return buffer.getvalue()


def text_link(text: str, kind: str) -> str:
    """A text as a `data:` address of some media type."""
    return f"data:{kind};charset=utf-8;base64,{base64.b64encode(text.encode()).decode()}"


def _tame(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t", "\r"} else value
