"""Texts of scenarios and plans, read as if they lay in the folder, and naming nothing outside it.

Whoever may write a scenario here must not have the server, or a run that it starts, open other files of the machine:
`terrain: ../../secret.tif` would tell by its problems whether that is there. So each path that a text names is looked
at before anything is opened.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from farwatch.errors import InputError, Problem, ScenarioError
from farwatch.scenario import TERRAINS, TRAFFIC, Scenario, shipped, shipped_text
from farwatch.scenario.findings import Finding, problems_from
from farwatch.scenario.reading import scenario_from
from farwatch.scenario.yaml12 import BYTE_LIMIT, YamlError, compose

MOST_TOLD = 200
"""Problems of one text that are told."""

Place = tuple[str | int, ...]


def read_draft(text: str, home: Path) -> tuple[Scenario | None, list[Problem]]:
    """A scenario of a text whose paths start at `home`, or its problems, at most MOST_TOLD and how many more."""
    try:
        tree, doubled = compose(text)
    except YamlError as error:
        return None, [error.problem]
    raw = tree.plain()
    outside = [Finding(path=place, rule=_OUTSIDE, hint=_HINT) for place in _mend(raw, home)]
    refused = problems_from(outside, tree.plain(), tree)
    scenario, found = scenario_from(raw, home, tree)
    problems = sorted([*doubled, *refused, *found], key=lambda one: (one.line or 0, one.column or 0))
    more = len(problems) - MOST_TOLD
    told = [*problems[:MOST_TOLD], *([Problem("file", "", f"has {more} more problems")] if more > 0 else [])]
    return (None if problems else scenario), told


def text_of(name: str, home: Path) -> str:
    """The text of a shipped scenario, or of a file of the folder. OSError where there is none."""
    if name in shipped():
        return shipped_text(name)
    with (home / name).open("rb") as file:
        return file.read(BYTE_LIMIT + 1).decode("utf-8", "replace")


def sound(name: str, home: Path) -> tuple[str, Scenario]:
    """A scenario to be played, with its text, by its shipped name or its file. ScenarioError with all its problems."""
    text = text_of(name, home)
    scenario, problems = read_draft(text, home)
    if scenario is None:
        raise ScenarioError(name, problems)
    return text, scenario


def check_plan(path: Path, home: Path) -> None:
    """Look at a plan of the folder and at all that it names; InputError with every problem."""
    from farwatch.campaign.plan_reading import read_plan

    try:
        with path.open("rb") as file:
            tree, _ = compose(file.read(BYTE_LIMIT + 1))
    except YamlError as error:
        raise InputError(path.name, [error.problem]) from None
    raw = tree.plain()
    findings = list(_named_outside(raw, home))
    problems = problems_from(findings, raw, tree)
    wrong = {finding.path for finding in findings}
    for place, name in _scenarios_of(raw):
        if place not in wrong and name not in shipped() and (home / name).is_file():
            problems += read_draft(text_of(name, home), home)[1]
    if problems:
        raise InputError(path.name, problems)
    read_plan(path)


def plan_problems(path: Path, home: Path) -> list[Problem]:
    """What is wrong with a plan of the folder, at most MOST_TOLD."""
    try:
        check_plan(path, home)
    except InputError as error:
        return list(error.problems[:MOST_TOLD])
    return []


def is_inside(name: str, home: Path) -> bool:
    """Whether a path leads into `home`, links followed."""
    try:
        return (home / name).resolve().is_relative_to(home)
    except (OSError, ValueError, RuntimeError):
        return False


_OUTSIDE = "lies outside the folder that the console serves"
_HINT = "copy it there, or start the console with --folder on a folder that holds it"


def _mend(raw: Any, home: Path) -> Iterator[Place]:
    """Places of paths that lead out of the folder; there a shipped name is put, so that the rest can be checked."""
    if not isinstance(raw, dict):
        return
    if _leads_out(raw.get("terrain"), home, TERRAINS):
        raw["terrain"] = next(iter(TERRAINS))
        yield ("terrain",)
    rows = raw.get("traffic")
    for k, row in enumerate(rows if isinstance(rows, list) else ()):
        if isinstance(row, dict) and _leads_out(row.get("recorded"), home, TRAFFIC):
            row["recorded"] = next(iter(TRAFFIC))
            yield ("traffic", k, "recorded")


def _leads_out(name: Any, home: Path, table: Mapping[str, str]) -> bool:
    return isinstance(name, str) and name not in table and not is_inside(name, home)


def _scenarios_of(raw: Any) -> Iterator[tuple[Place, str]]:
    named = raw.get("scenarios") if isinstance(raw, dict) else None
    for key, name in named.items() if isinstance(named, dict) else ():
        if isinstance(name, str):
            yield ("scenarios", key), name


def _named_outside(raw: Any, home: Path) -> Iterator[Finding]:
    """Scenarios of a plan, and files put into them by `vary`, that lead out of the folder."""
    for place, name in _scenarios_of(raw):
        if name not in shipped() and not is_inside(name, home):
            yield Finding(path=place, rule=_OUTSIDE, hint=_HINT)
    varied = raw.get("vary") if isinstance(raw, dict) else None
    fields = varied.get("fields") if isinstance(varied, dict) else None
    for field, values in fields.items() if isinstance(fields, dict) else ():
        known = {"terrain": TERRAINS, "traffic": TRAFFIC}.get(str(field).partition(".")[0])
        if known is not None and any(_leads_out(name, home, known) for name in _texts(values)):
            yield Finding(path=("vary", "fields", field), rule=_OUTSIDE, hint=_HINT)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _texts(one)
