"""Texts of scenarios and plans, read as if they lay in the folder, and naming nothing outside it.

Whoever may write a scenario here must not have the server, or a run that it starts, open other files of the machine:
`terrain: ../../secret.tif` would tell by its problems whether that is there. So each path that a text names is looked
at before anything is opened.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from farwatch.console.shelf import PLAN, Stamp, stamp_of
from farwatch.errors import InputError, Problem, ScenarioError, TerrainError
from farwatch.scenario import TERRAINS, TRAFFIC, Scenario, shipped, shipped_text
from farwatch.scenario.findings import Finding, problems_from
from farwatch.scenario.reading import scenario_from
from farwatch.scenario.yaml12 import BYTE_LIMIT, YamlError, compose

MOST_TOLD = 200
"""Problems of one text that are told."""

MOST_VALUES = 2000
"""Values that a plan checked here may list: each is tried in each of its scenarios."""

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
    return (None if problems else scenario), told(problems)


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


def read_plan_draft(text: str | bytes, home: Path) -> list[Problem]:
    """What is wrong with a plan's text and with all that it names from `home`, at most MOST_TOLD and how many more."""
    from farwatch.campaign.plan_reading import plan_from

    try:
        tree, doubled = compose(text)
    except YamlError as error:
        return [error.problem]
    raw = tree.plain()
    outside = [*_named_outside(raw, home)]
    outside += _leading_out(raw, home, {finding.path for finding in outside})
    if _values_in(raw) > MOST_VALUES:
        outside.append(Finding(path=("vary",), rule=f"holds more than {MOST_VALUES} values", hint="give ranges"))
    # Nothing that a plan names is opened before all of it is known to lie inside.
    problems = [*doubled, *(problems_from(outside, raw, tree) or plan_from(raw, home, tree)[1])]
    return told(sorted(problems, key=lambda one: (one.line or 0, one.column or 0)))


def check_plan(path: Path, home: Path) -> None:
    """Look at a plan of the folder and at all that it names; InputError with every problem."""
    with path.open("rb") as file:
        problems = read_plan_draft(file.read(BYTE_LIMIT + 1), home)
    if problems:
        raise InputError(path.name, problems)


def told(problems: list[Problem]) -> list[Problem]:
    """The first MOST_TOLD of them, and how many more."""
    more = len(problems) - MOST_TOLD
    return [*problems[:MOST_TOLD], *([Problem("file", "", f"has {more} more problems")] if more > 0 else [])]


def problems_of(text: str, home: Path, kind: str | None) -> list[Problem]:
    """What is wrong with a text: of a plan as a plan, of anything else as a scenario, its ground looked at too."""
    if kind == PLAN:
        return read_plan_draft(text, home)
    scenario, problems = read_draft(text, home)
    if scenario is None:
        return problems
    tree = compose(text)[0]
    return problems_from(_off_the_ground(scenario), tree.plain(), tree)


def _off_the_ground(scenario: Scenario) -> Iterator[Finding]:
    """Batteries that stand where the terrain of a sound scenario holds nothing: it could not be played."""
    path = scenario.terrain_file
    edges = None if path is None or path.is_dir() else _edges_deg(path, stamp_of(path))
    if edges is None:
        return
    west, east, south, north = edges
    for k, battery in enumerate(scenario.defence):
        lat_deg, lon_deg = battery.at.lat_deg, west + (battery.at.lon_deg - west) % 360.0
        if not (south <= lat_deg <= north and lon_deg <= east):
            held = f"latitude {south:.4g} to {north:.4g}, longitude {west:.4g} to {east:.4g}"
            rule = f"lies outside the terrain, which holds {held}"
            yield Finding(path=("defence", k, "at"), rule=rule, hint=_OFF_HINT)


@lru_cache(maxsize=32)
def _edges_deg(path: Path, _stamp: Stamp) -> tuple[float, float, float, float] | None:
    """West, east, south and north of a terrain in degrees; None of others, and of a broken one, which a run tells."""
    from farwatch.world.grids import Bounds
    from farwatch.world.rasters import open_dem

    try:
        dem = open_dem(path, Bounds(-90.0, 90.0, -180.0, 180.0))
    except (TerrainError, OSError):
        return None
    return dem.edges if dem.crs.is_geographic else None


_OFF_HINT = "move it there, or take `terrain` out for a smooth earth"


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


def _leading_out(raw: Any, home: Path, wrong: set[Place]) -> Iterator[Finding]:
    """Scenario files of a plan that themselves name files outside."""
    for place, name in _scenarios_of(raw):
        if place not in wrong and name not in shipped() and (home / name).is_file():
            found = [problem for problem in read_draft(text_of(name, home), home)[1] if problem.rule == _OUTSIDE]
            for problem in found[:1]:
                yield Finding(path=place, rule=f"in {name}: {problem.where} {_OUTSIDE}", hint=_HINT)


def _values_in(raw: Any) -> int:
    varied = raw.get("vary") if isinstance(raw, dict) else None
    fields = varied.get("fields") if isinstance(varied, dict) else None
    return sum(len(one) for one in fields.values() if isinstance(one, list)) if isinstance(fields, dict) else 0


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
