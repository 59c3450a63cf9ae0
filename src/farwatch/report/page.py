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
from farwatch.errors import FarwatchError, StoreError
from farwatch.outcomes.summary import Summary
from farwatch.report import as_drawn, glossary, sights, wording
from farwatch.report.figures import (
    busy,
    chain,
    flow,
    leakers,
    money,
    raid_coverage,
    raid_map,
    reach,
    reasons,
    timeline,
    unknowns,
)
from farwatch.report.figures.canvas import Picture
from farwatch.report.ledger import cited, ledger, places_of
from farwatch.report.losses import losses

if TYPE_CHECKING:
    from markupsafe import Markup

    from farwatch.mission import Mission

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

    mission, absent = _prepared(result)
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
        mission=mission,
        absent=absent,
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
        **_pictures(result, mission),
    )


def _prepared(result: Result) -> tuple["Mission | None", str]:
    """The mission of the result's scenario, or why there is none."""
    from farwatch.mission import prepare

    try:
        return prepare(result.scenario), ""
    except FarwatchError as error:
        return None, str(error)


def _pictures(result: Result, mission: "Mission | None") -> dict[str, Any]:
    """Every figure and what stands beside it; None for one that this result has nothing to show in."""
    summary = result.summary()
    raid = bool(summary.raid.per_trial and summary.trials)
    claims = sights.claims(result.scenario)
    longest = sights.farthest_round(claims)
    labels = class_labels(result)
    seen = sights.sights(mission, as_drawn.strength_db(result, mission)) if mission is not None and raid else ()
    return {
        "flow": flow.draw(losses(result), summary.raid.per_trial, summary.leakers.mean) if raid else None,
        "chain": chain.draw(summary, labels) if raid else None,
        "reasons": reasons.draw(summary.reasons) if summary.reasons.leakers else None,
        "leakers": leakers.draw(summary) if raid else None,
        "money": money.draw(summary) if raid else None,
        "unknowns": unknowns.draw(summary.split) if wording.tells(summary.split) else None,
        "timeline": timeline.draw(result) if raid else None,
        "busy": busy.draw(result, as_drawn.channels(result, mission) if mission is not None else {}) if raid else None,
        "map": raid_map.draw(result, mission, claims, seen, labels) if mission is not None else None,
        "coverage": raid_coverage.draw(mission, seen, longest, labels) if mission is not None and seen else None,
        "reach": reach.draw(seen, longest, summary, labels) if seen else None,
        "sights": seen,
        "labels": labels,
        "claims": claims,
        "longest": longest,
        "measured": {row.name: row for row in summary.classes},
        "told_heights": [(k, h) for k, h in enumerate(sights.HEIGHTS_M) if h in sights.TOLD_M],
    }


def class_labels(result: Result) -> dict[str, str]:
    """What each target class is called on the page."""
    classes = result.scenario.resolved_catalogue().classes
    return {name: wording.label(classes[name].title) if name in classes else name for name in result.cast.classes}


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
    """A table as a `data:` address of CSV. A text that a spreadsheet would take for a formula is quoted."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([_tame(value) for value in row] for row in rows)
    return text_link(buffer.getvalue(), "text/csv")


def text_link(text: str, kind: str) -> str:
    """A text as a `data:` address of some media type."""
    return f"data:{kind};charset=utf-8;base64,{base64.b64encode(text.encode()).decode()}"


def _tame(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t", "\r"} else value


def tiles(summary: Summary) -> list[tuple[str, str, str]]:
    """The few numbers at the top: value, what it is, and what stands behind it."""
    if not summary.raid.per_trial or not summary.trials:
        return []
    fired = sum(row.fired.value for row in summary.rounds)
    found = [
        (wording.percent(summary.raid.killed.value), "of the raid is shot down", wording.share(summary.raid.killed)),
        (
            wording.percent(summary.leakers.none.value),
            "chance that none gets through",
            wording.share(summary.leakers.none),
        ),
        (wording.number(fired), "rounds fired", f"{wording.number(summary.raid.shots_each.value)} for each threat"),
    ]
    ratio = summary.costs.ratio
    if ratio == ratio:  # noqa: PLR0124  not NaN
        defence, raid = summary.costs.defence.mean.value, summary.costs.raid.mean.value
        found.append((wording.money(defence), "of rounds fired", f"at a raid worth {wording.money(raid)}"))
    return found


def command(result: Result) -> str:
    """What to type to get the same result."""
    return f"farwatch run scenario.yaml --trials {result.manifest['trials_asked']} --seed {result.seed}"


def scenario_text(result: Result) -> str:
    """The scenario as YAML, with the defaults written out."""
    import yaml

    return yaml.safe_dump(result.manifest["scenario"], sort_keys=False, allow_unicode=True, width=100)
