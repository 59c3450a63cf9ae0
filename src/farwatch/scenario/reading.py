"""From a file to a Scenario, or to everything that is wrong with it."""

import hashlib
import json
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from farwatch.errors import Problem, ScenarioError
from farwatch.scenario.findings import SHOWN, problems_from
from farwatch.scenario.meaning import read_meaning
from farwatch.scenario.model import Scenario
from farwatch.scenario.names import TERRAINS, TRAFFIC, shipped, shipped_folder
from farwatch.scenario.shape import read_shape
from farwatch.scenario.yaml12 import BYTE_LIMIT, Node, YamlError, compose


def load(source: str | Path) -> Scenario:
    """Read a scenario: a file, the name of a shipped one (see `shipped`), or YAML text of more than one line.

    Raises ScenarioError with every problem of the file, in file order; a broken file never yields a scenario.
    """
    label, scenario, problems = _read(source)
    if scenario is None or problems:
        raise ScenarioError(label, problems)
    return scenario


def check(source: str | Path | Scenario) -> list[Problem]:
    """List every problem of a scenario, in file order; an empty list means that `load` accepts it.

    A Scenario made in Python is checked as well, without lines.
    """
    if isinstance(source, Scenario):
        raw = plain(source)
        return problems_from(read_meaning(raw, source.folder), raw, None)
    return _read(source)[2]


def schema() -> dict[str, Any]:
    """Give the JSON Schema (draft 2020-12) of a scenario file, for completion and checks in an editor.

    Names of the catalogue and of shipped data stand in it as examples.
    """
    from farwatch import catalogue

    found = catalogue.load()
    made = Scenario.model_json_schema(by_alias=True)
    parts = {name: part["properties"] for name, part in made["$defs"].items()}
    parts["Battery"]["system"]["examples"] = sorted(found.systems)
    parts["Group"]["class"]["examples"] = sorted(found.classes)
    parts["Traffic"]["recorded"]["examples"] = sorted(TRAFFIC)
    made["properties"]["terrain"]["examples"] = sorted(TERRAINS)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **made, "title": "farwatch scenario"}


def shipped_text(name: str) -> str:
    """Give the file of a shipped scenario, comments and all, to start one's own from.

    Raises ScenarioError with the nearest name if there is none of that name.
    """
    if name not in shipped():
        from farwatch.catalogue import near

        raise ScenarioError("shipped scenarios", [Problem(name, "", "does not ship", near(name, shipped()))])
    return _path(name).read_text(encoding="utf-8")


def value_of(text: str) -> Any:
    """Give the value that `text` would have in a scenario file: a number, a word, a list, a mapping; empty is None.

    Raises ScenarioError where it is not YAML 1.2.
    """
    if not text.strip():
        return None
    try:
        tree, problems = compose(text)
    except YamlError as error:
        raise ScenarioError("value", [error.problem]) from None
    if problems:
        raise ScenarioError("value", problems)
    return tree.plain()


def plain(scenario: Scenario) -> dict[str, Any]:
    """Give a scenario as plain data in the words of a file: defaults written out, `None` left out."""
    return scenario.model_dump(mode="json", by_alias=True, exclude_none=True)


def digest(scenario: Scenario) -> str:
    """SHA-256, in hex, of a scenario's canonical JSON: blind to comments, key order and spelled-out defaults.

    Files that it names count by their name, not by what is in them.
    """
    text = json.dumps(plain(scenario), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def scenario_from(raw: Any, folder: Path | None, tree: Node | None) -> tuple[Scenario | None, list[Problem]]:
    """Make a scenario of plain data; with `tree`, the problems carry lines. Paths start at `folder`."""
    scenario, wrong_shape = read_shape(raw)
    places = {finding.path for finding in wrong_shape}
    wrong_meaning = [finding for finding in read_meaning(raw, folder) if finding.path not in places]
    problems = problems_from(dict.fromkeys([*wrong_shape, *wrong_meaning]), raw, tree)
    if scenario is not None:
        scenario._folder = folder  # noqa: SLF001  the model's own private field, set once, here
    return (scenario if not problems else None), problems


def _read(source: str | Path) -> tuple[str, Scenario | None, list[Problem]]:
    """Label of a source, and its scenario or its problems."""
    path = None if isinstance(source, str) and "\n" in source else _path(source)
    label = "scenario text" if path is None else path.name
    try:
        tree, duplicates = compose(str(source) if path is None else _bytes(path))
    except YamlError as error:
        return label, None, [error.problem]
    scenario, problems = scenario_from(tree.plain(), path.parent if path else None, tree)
    problems = sorted([*duplicates, *problems], key=lambda problem: (problem.line or 0, problem.column or 0))
    return label, (scenario if not problems else None), problems


def _path(source: str | Path) -> Path:
    return shipped_folder() / f"{source}.yaml" if str(source) in shipped() else Path(source)


def _bytes(path: Path) -> bytes:
    """Contents of a file, a little more than `BYTE_LIMIT` at most; YamlError where it cannot be read."""
    shown = str(path) if len(str(path)) <= SHOWN else "…" + str(path)[-SHOWN + 1 :]
    try:
        with path.open("rb") as file:
            return file.read(BYTE_LIMIT + 1)
    except FileNotFoundError:
        near = [*shipped(), *(str(other) for other in path.parent.glob("*.y*ml"))]
        close = get_close_matches(str(path), near, n=1)
        hint = f"did you mean {close[0]}?" if close else f"shipped ones are {', '.join(shipped())}"
        raise YamlError(Problem("file", shown, "does not exist", hint)) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise YamlError(Problem("file", shown, f"cannot be read: {reason}")) from None
