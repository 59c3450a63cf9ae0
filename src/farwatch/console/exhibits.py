"""The catalogue as the console's pages ask for it: every entry in a row, and one entry with what it belongs to."""

from collections.abc import Iterable
from typing import Any

from farwatch import catalogue
from farwatch.catalogue import Catalogue, Entry, Figure, Radar, Round, System, TargetClass
from farwatch.console.answers import plain

KINDS = ("systems", "radars", "rounds", "classes")


def contents_of(found: Catalogue) -> dict[str, Any]:
    """Names by kind; `rows`: one for each entry; `reach`: for each system its radars and rounds with claimed ranges, m.

    A radar's range is the one that its claim names, at `rcs_m2`, or else the longest that it shows.
    """
    reach = {
        name: {
            "rounds": [_round_reach(found.rounds[one], system.ready.get(one, 0)) for one in system.rounds],
            "radars": [_radar_reach(found.radars[one]) for one in system.radars],
        }
        for name, system in found.systems.items()
    }
    names = {kind: sorted(found.shelf(kind)) for kind in KINDS}
    return names | {"rows": plain(catalogue.summary(found)), "reach": reach}


def page_of(entry: Entry, found: Catalogue) -> dict[str, Any]:
    """An entry: kind, title, `sections` of facts and figures, a system's radars and rounds, the systems of a part."""
    radars = [found.radars[name] for name in entry.radars] if isinstance(entry, System) else []
    rounds = [found.rounds[name] for name in entry.rounds] if isinstance(entry, System) else []
    holders = [one for one in found.systems.values() if entry.name in (*one.radars, *one.rounds)]
    return {
        "name": entry.name,
        "kind": _kind_of(entry),
        "title": entry.title,
        "sections": plain(catalogue.sections(entry, found)),
        "radars": _named(radars),
        "rounds": _named(rounds),
        "systems": _named(holders),
    }


def _kind_of(entry: Entry) -> str:
    return KINDS[(System, Radar, Round, TargetClass).index(type(entry))]


def _named(entries: Iterable[Entry]) -> list[dict[str, str]]:
    return [{"name": one.name, "title": one.title} for one in entries]


def _round_reach(one: Round, ready: int) -> dict[str, Any]:
    return {"name": one.name, "ready": ready, **_span(one.range_max_m)}


def _radar_reach(one: Radar) -> dict[str, Any]:
    if one.claim is None:
        return {"name": one.name, "rcs_m2": None, **_span(one.range_instrumented_m)}
    return {"name": one.name, "rcs_m2": one.claim.rcs_m2.value, **_span(one.claim.range_m)}


def _span(figure: Figure) -> dict[str, Any]:
    return {"range_m": figure.value, "low_m": figure.low, "high_m": figure.high, "assumed": figure.assumed}
