"""The figures a result leaned on, with range and source: what nobody publishes first."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from farwatch.campaign import Result
from farwatch.catalogue.listing import FACTORS, SCALES
from farwatch.report import wording

ORDER = ("assumed", "scenario")
"""Kinds that come first: assumptions, then what the scenario set itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One drawn figure as a reader sees it; `matters` is its share of the spread of leakers, empty when small."""

    name: str
    value: str
    span: str
    unit: str
    kind: str
    assumed: bool
    source: str
    url: str
    date: str
    condition: str
    why: str
    matters: str


def ledger(result: Result) -> tuple[Entry, ...]:
    """Every figure that was drawn in a run, assumptions first, then by name."""
    matters = {row.name: wording.percent(row.share.value) for row in result.summary().split.figures}
    return entries(result.manifest["figures"], result.manifest.get("sources", {}), matters)


def entries(
    figures: Iterable[Mapping[str, Any]], sources: Mapping[str, Any], matters: Mapping[str, str]
) -> tuple[Entry, ...]:
    """Figures with their sources, by id, as a reader sees them: assumptions first, then by name."""
    rows = [_entry(figure, sources, matters) for figure in figures]
    return tuple(sorted(rows, key=lambda row: (ORDER.index(row.kind) if row.kind in ORDER else 9, row.name)))


@dataclass(frozen=True, slots=True)
class Cited:
    """A source of some figures: its title and its address, empty where it has none that a page may link to."""

    title: str
    url: str


def cited(rows: Iterable[Entry]) -> tuple[Cited, ...]:
    """Every source of a ledger once, by title."""
    found = {row.source: row.url for row in rows if row.source}
    return tuple(Cited(title, found[title]) for title in sorted(found))


def places_of(rows: Iterable[Entry]) -> dict[str, int]:
    """The number of each source in the list of `cited`, by title."""
    return {source.title: place for place, source in enumerate(cited(rows), start=1)}


def _entry(figure: Mapping[str, Any], sources: Mapping[str, Any], matters: Mapping[str, str]) -> Entry:
    factor, unit = _scale(figure)
    low, value, high = (wording.figure(figure[end] / factor) for end in ("low", "value", "high"))
    source = sources.get(figure["source"], {})
    return Entry(
        name=figure["name"],
        value=value,
        span=f"{low} to {high}" if figure["low"] < figure["high"] else "fixed",
        unit={"prob": "", "count": "", "ratio": ""}.get(unit, unit),
        kind=figure["kind"],
        assumed=figure["kind"] == "assumed",
        source=source.get("title", ""),
        url=safe_url(source.get("url", "")),
        date=figure.get("date", ""),
        condition=figure.get("condition", ""),
        why=figure.get("why", "") or figure.get("spread", ""),
        matters=matters.get(figure["name"], ""),
    )


def _scale(figure: Mapping[str, Any]) -> tuple[float, str]:
    """Factor and unit in which it reads well."""
    for threshold, unit in SCALES.get(figure["unit"], ()):
        if abs(figure["value"]) >= threshold:
            return FACTORS[unit], unit
    return 1.0, figure["unit"]


def safe_url(url: str) -> str:
    """An address that a page may link to; empty for any other scheme than the web's."""
    return url if url.startswith(("https://", "http://")) else ""
