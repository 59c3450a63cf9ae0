"""Finding what was meant: entries and figures by name, with the nearest names in the refusal."""

from collections.abc import Iterable
from difflib import get_close_matches

from farwatch.catalogue.entries import KINDS, Catalogue, Entry, figures_of
from farwatch.catalogue.figures import Figure
from farwatch.errors import CatalogueError, Problem


def near(name: str, names: Iterable[str]) -> str:
    """A hint naming the closest of `names`, or a few of them when none is close; empty when there are none."""
    known = sorted(names)
    close = get_close_matches(name.lower(), known, n=3, cutoff=0.5)
    if close:
        return "did you mean " + " or ".join(close) + "?"
    return ("one of " + ", ".join(known[:12]) + (", ..." if len(known) > 12 else "")) if known else ""


def find(catalogue: Catalogue, kind: str, name: str) -> Entry:
    """The entry of that name on the shelf `kind`; CatalogueError with the nearest names if there is none."""
    if kind not in KINDS:
        raise CatalogueError("catalogue", [Problem(kind, "", "is no shelf of the catalogue", near(kind, KINDS))])
    shelf = catalogue.shelf(kind)
    if name not in shelf:
        rule = f"is not among the catalogue's {kind}"
        raise CatalogueError("catalogue", [Problem(name, "", rule, near(name, shelf))])
    return shelf[name]


def find_any(catalogue: Catalogue, name: str) -> Entry:
    """The entry of that name on any shelf; CatalogueError with the nearest names if there is none."""
    for entry in catalogue.entries():
        if entry.name == name:
            return entry
    names = [entry.name for entry in catalogue.entries()]
    raise CatalogueError("catalogue", [Problem(name, "", "is not in the catalogue", near(name, names))])


def figures(catalogue: Catalogue) -> dict[str, Figure]:
    """Every figure of the catalogue by its path, such as "48n6e3.range_max_m"."""
    return {figure.name: figure for entry in catalogue.entries() for _, figure in figures_of(entry)}
