"""A catalogue with some figures set by the user."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import fields, replace
from math import isfinite
from typing import Any

from farwatch.catalogue.entries import KINDS, Catalogue, Entry
from farwatch.catalogue.figures import SCENARIO, Figure, set_by_scenario
from farwatch.catalogue.names import figures, near
from farwatch.catalogue.units import SIGNED
from farwatch.errors import CatalogueError, Problem


def override(catalogue: Catalogue, wanted: Mapping[str, Any]) -> Catalogue:
    """A new catalogue in which each named figure has the user's numbers and the kind "scenario".

    Keys are paths such as "48n6e3.range_max_m" or "9m96e2.kill_probability.drone". A value is a number, which is
    then certain, or a mapping with `value`, `low` and `high` in the figure's own unit (the one in its name).
    Without `value` the middle of low and high is taken; without low or high, the value.
    A figure that the catalogue leaves open, such as a round's `height_max_far_m`, can be given in the same way.
    Raises CatalogueError with every path that does not exist, the nearest ones that do, and every bad number.
    """
    known = figures(catalogue)
    blank = _blanks(catalogue)
    problems: list[Problem] = []
    changes: dict[str, dict[str, Figure]] = defaultdict(dict)
    for path, given in wanted.items():
        if path not in known and path not in blank:
            problems.append(Problem(path, "", "is no figure of the catalogue", near_path(path, catalogue, known)))
            continue
        held = known.get(path) or blank[path]
        numbers = _numbers(path, given, held.unit, problems)
        if numbers is not None:
            entry, _, attribute = path.partition(".")
            changed = set_by_scenario(held, *numbers)
            changes[entry][attribute] = changed if path in known else replace(changed, alternatives=())
    if problems:
        raise CatalogueError("figures", problems)
    shelves: dict[str, Any] = {
        kind: {name: _with(entry, changes.get(name, {})) for name, entry in catalogue.shelf(kind).items()}
        for kind in KINDS
    }
    return replace(catalogue, **shelves)


def _blanks(catalogue: Catalogue) -> dict[str, Figure]:
    """By path, every figure that the catalogue leaves open and that a scenario may give."""
    found = {}
    for entry in catalogue.entries():
        for spec in fields(entry):
            if spec.metadata.get("open") and getattr(entry, spec.name) is None:
                path, unit = f"{entry.name}.{spec.name}", spec.metadata["unit"]
                found[path] = Figure(
                    name=path, value=0.0, low=0.0, high=0.0, unit=unit, printed="", kind=SCENARIO,
                    drawn=spec.metadata["drawn"],
                )  # fmt: skip
    return found


def near_path(path: str, catalogue: Catalogue, known: Mapping[str, Figure]) -> str:
    """A hint for a path that does not exist: the nearest figures of that entry, or the nearest entries."""
    entry = path.partition(".")[0]
    own = [name for name in known if name.startswith(f"{entry}.")]
    return near(path, own) if own else near(entry, [one.name for one in catalogue.entries()])


def _numbers(path: str, given: Any, unit: str, problems: list[Problem]) -> tuple[float, float, float] | None:
    """Value, low, high as given; None after noting what is wrong."""
    parts = dict(given) if isinstance(given, Mapping) else {"value": given}
    rule = ""
    if not parts or set(parts) - {"value", "low", "high"}:
        rule = "must be a number, or a mapping of value, low, high"
    elif not all(isinstance(n, int | float) and not isinstance(n, bool) and isfinite(n) for n in parts.values()):
        rule = "must be given in finite numbers"
    elif "value" not in parts and len(parts) < 2:
        rule = "needs a value, or both low and high"
    if rule:
        problems.append(Problem(path, repr(given), rule))
        return None
    value = float(parts["value"]) if "value" in parts else (parts["low"] + parts["high"]) / 2.0
    low, high = float(parts.get("low", value)), float(parts.get("high", value))
    if not low <= value <= high:
        rule = "low <= value <= high must hold"
    elif low < 0.0 and unit not in SIGNED:
        rule = "must not be negative"
    elif high > 1.0 and unit == "prob":
        rule = "a probability is at most 1"
    if rule:
        problems.append(Problem(path, repr(given), rule))
        return None
    return value, low, high


def _with(entry: Entry, changes: Mapping[str, Figure]) -> Entry:
    """The entry with the figures at these paths below it replaced."""
    values: dict[str, Any] = {}
    for spec in fields(entry):
        inner = {path.partition(".")[2]: new for path, new in changes.items() if path.partition(".")[0] == spec.name}
        if not inner:
            continue
        held = getattr(entry, spec.name)
        if "" in inner:
            values[spec.name] = inner[""]
        elif isinstance(held, Mapping):
            values[spec.name] = {**held, **inner}
        elif isinstance(held, tuple):
            values[spec.name] = tuple(inner.get(one.name.rpartition(".")[2], one) for one in held)
        else:
            values[spec.name] = replace(held, **inner)
    return replace(entry, **values) if values else entry
