"""What is wrong at a path of a scenario, and how that becomes a problem with a line."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from farwatch.errors import Problem
from farwatch.scenario.yaml12 import Node, Path

SHOWN = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing wrong at `path` of the plain data; with `at_key` the field's name is meant, not its value."""

    path: Path
    rule: str
    hint: str = ""
    at_key: bool = False


def value_at(raw: Any, path: Path) -> Any:
    """Value at `path` of plain data, or None."""
    for step in path:
        in_mapping = isinstance(raw, dict) and step in raw
        in_list = isinstance(raw, list) and isinstance(step, int) and step < len(raw)
        if not (in_mapping or in_list):
            return None
        raw = raw[step]
    return raw


def spell(path: Path, raw: Any) -> str:
    """Path as users write it: list items by their name where they have one, else by their number from 0."""
    steps = []
    for length, step in enumerate(path, start=1):
        item = value_at(raw, path[:length]) if isinstance(step, int) else None
        name = item.get("name") if isinstance(item, dict) else None
        steps.append(name if isinstance(name, str) and name else str(step))
    return ".".join(steps) or "file"


def problems_from(findings: Iterable[Finding], raw: Any, tree: Node | None) -> list[Problem]:
    """Problems in file order; without a `tree` they have no lines and keep the order given."""
    found = [_problem(finding, raw, tree) for finding in findings]
    return sorted(found, key=lambda problem: (problem.line or 0, problem.column or 0))


def _problem(finding: Finding, raw: Any, tree: Node | None) -> Problem:
    where, value = spell(finding.path, raw), _shown(finding, raw, tree)
    if tree is None:
        return Problem(where, value, finding.rule, finding.hint)
    mark = tree.mark_of_key(finding.path) if finding.at_key else tree.mark_of(finding.path)
    return Problem(where, value, finding.rule, finding.hint, mark.line, mark.column)


def _shown(finding: Finding, raw: Any, tree: Node | None) -> str:
    if finding.at_key:
        return ""
    node = tree.at(finding.path) if tree is not None else None
    value = value_at(raw, finding.path)
    if value is None or isinstance(value, (dict, list)):
        return ""
    text = (node.text if node is not None else str(value)).strip().replace("\n", " ")
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
