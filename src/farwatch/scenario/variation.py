"""A new scenario from an old one, with some fields replaced by their paths."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from farwatch.errors import Problem, ScenarioError
from farwatch.scenario.fields import shape_of, words_of
from farwatch.scenario.model import Scenario
from farwatch.scenario.reading import plain, scenario_from
from farwatch.scenario.yaml12 import Path


def vary(scenario: Scenario, changes: Mapping[str, Any]) -> Scenario:
    """Give the scenario with the field at each path replaced; the old one stays as it is.

    A path names fields as the file does, and list items by their name, or by their number from 0:
    `defence.alpha.ready.40n6e`, `raid.drones.count`, `raid.drones.via.0.speed_m_s`,
    `doctrine.shots_per_look`, `figures.48n6e3.range_max_m`. The value None takes a field away. A battery
    without `ready` starts from the usual load of its system.

    Raises ScenarioError with every unknown path and its nearest valid one, and with every problem of the
    result.
    """
    raw = plain(scenario)
    problems = [problem for path, value in changes.items() if (problem := _replace(raw, path, value)) is not None]
    if problems:
        raise ScenarioError("the changes", problems)
    made, problems = scenario_from(raw, scenario.folder, None)
    if made is None:
        raise ScenarioError("the changed scenario", problems)
    return made


def _replace(raw: dict[str, Any], spelled: str, value: Any) -> Problem | None:
    """Put `value` at the path in `raw`; the problem if there is no such place."""
    steps = spelled.split(".")
    if steps[0] == "figures" and len(steps) > 1:
        steps = ["figures", ".".join(steps[1:])]
    node: Any = raw
    path: Path = ()
    for step in steps[:-1]:
        key, choices = _key(node, path, step)
        if key is None:
            return _no_such(spelled, path, step, choices)
        if isinstance(node, dict) and key not in node:
            node[key] = _start_of(node, path, key)
        node, path = node[key], (*path, key)
    key, choices = _key(node, path, steps[-1])
    if key is None:
        return _no_such(spelled, path, steps[-1], choices)
    if value is None and isinstance(node, dict):
        node.pop(key, None)
    else:
        node[key] = _plain_value(value)
    return None


def _key(node: Any, path: Path, step: str) -> tuple[str | int | None, list[str]]:
    """Key or index that `step` means in `node`, None if none; and what it could have been."""
    if isinstance(node, list):
        names = [str(item["name"]) if isinstance(item, dict) and "name" in item else "" for item in node]
        if step in names:
            return names.index(step), names
        if step.isdecimal() and int(step) < len(node):
            return int(step), names
        return None, [name or str(index) for index, name in enumerate(names)]
    models = shape_of(path) if isinstance(node, dict) else []
    free = None in models
    words = words_of(models)
    return (step if step in words or free else None), words


def _start_of(node: dict[str, Any], path: Path, key: str | int) -> Any:
    """What a mapping or list that the scenario leaves out holds before one thing in it is set."""
    from farwatch import catalogue

    if key == "ready" and path[:1] == ("defence",):
        return dict(catalogue.load().systems[node["system"]].ready)
    return {}


def _no_such(spelled: str, path: Path, step: str, choices: list[str]) -> Problem:
    from farwatch.catalogue import near

    before = spelled.split(".")[: len(path)]
    hint = near(step, choices) or "there is nothing below it"
    place = ".".join(before) or "the top level"
    return Problem(spelled, "", f"is not a path of this scenario: no {step} in {place}", hint)


def _plain_value(value: Any) -> Any:
    """Models, tuples and numpy numbers as the plain data that a file could hold."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", by_alias=True, exclude_none=True)
    if isinstance(value, Mapping):
        return {str(key): _plain_value(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain_value(inner) for inner in value]
    return value.item() if hasattr(value, "item") else value
