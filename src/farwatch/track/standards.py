"""Limits that surveillance figures are held against: a named set that comes with farwatch, or a user's YAML file."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

from farwatch.errors import InputError, Problem
from farwatch.scenario.yaml12 import Node, YamlError, compose

SHIPPED = Path(__file__).with_name("standards.yaml")

FIGURES = {
    "update_probability": "probability of update",
    "horizontal_rms_m": "horizontal error, RMS",
    "horizontal_95_m": "horizontal error, 95 %",
    "along_rms_m": "error along the flight, RMS",
    "across_rms_m": "error across the flight, RMS",
    "vertical_rms_m": "vertical error, RMS",
    "long_gap_probability": "probability of a long gap",
    "false_report_share": "share of false reports",
    "duplicate_share": "share of duplicate reports",
    "false_tracks_per_h": "false tracks per hour",
    "initiation_median_s": "time to the first track, median",
    "initiation_90_s": "time to the first track, 90 %",
}
"""Figures that a limit may be set to, with their names for people."""

Number = float | None
"""A bound in the unit of its figure."""

KEYS = ("title", "update_interval_s", "gap_s", "limits")


@dataclass(frozen=True, slots=True)
class Limit:
    """What one figure may be: not below `least`, not above `most`; None leaves that side open."""

    figure: str
    least: Number = None
    most: Number = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Standard:
    """A set of limits, and the intervals its figures are reckoned with."""

    name: str = ""
    title: str = ""
    update_interval_s: float | None = None
    """A target should be reported once in each; None: the usual step of the tracks."""
    gap_s: float | None = None
    """A longer time without a report is a long gap; None: three update intervals."""
    limits: tuple[Limit, ...] = ()


def standards() -> dict[str, Standard]:
    """The sets that come with farwatch, by name."""
    return read(SHIPPED)


def standard(name_or_path: str | Path) -> Standard:
    """One set: by the name of a shipped one, or the only set of a YAML file. InputError where there is none."""
    shipped = standards()
    if str(name_or_path) in shipped:
        return shipped[str(name_or_path)]
    path = Path(name_or_path)
    if not path.is_file():
        hint = f"shipped are {', '.join(shipped)}"
        raise InputError("standard", [Problem("standard", str(name_or_path), "is no shipped set and no file", hint)])
    found = read(path)
    if len(found) != 1:
        rule = "must hold one set of limits to be used by itself"
        raise InputError(str(path), [Problem("", ", ".join(found), rule)])
    return next(iter(found.values()))


def read(path: Path) -> dict[str, Standard]:
    """Sets of limits of a YAML file, by name. InputError with all its problems."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(str(path), [Problem("", "", f"cannot be read ({error})")]) from error
    try:
        node, problems = compose(data)
    except YamlError as error:
        raise InputError(str(path), [error.problem]) from None
    if not problems and not isinstance(node.value, dict):
        problems = [Problem("", "", "must be a mapping from the name of a set to the set")]
    if problems:
        raise InputError(str(path), problems)
    made = {name: _set(name, node.at((name,)) or node, problems) for name in node.plain()}
    if problems:
        raise InputError(str(path), problems)
    return made


def _set(name: str, node: Node, problems: list[Problem]) -> Standard:
    held = node.plain()
    if not isinstance(held, dict):
        problems.append(Problem(name, "", f"must hold {', '.join(KEYS)}", line=node.mark.line))
        return Standard(name)
    problems += _unknown(name, held, KEYS)
    listed = held.get("limits", [])
    if not isinstance(listed, list):
        problems.append(Problem(f"{name}.limits", "", "must be a list", line=node.mark.line))
        listed = []
    interval_s, gap_s = (_number(f"{name}.{key}", held.get(key), problems, above=0.0) for key in KEYS[1:3])
    limits = [_limit(f"{name}.limits[{k}]", one, problems) for k, one in enumerate(listed)]
    return Standard(name, str(held.get("title", name)), interval_s, gap_s, tuple(limits))


def _limit(where: str, held: Any, problems: list[Problem]) -> Limit:
    body: Mapping[str, Any] = held if isinstance(held, dict) else {}
    figure = str(body.get("figure", ""))
    if figure not in FIGURES:
        problems.append(Problem(f"{where}.figure", figure, "is not a known figure", f"known are {', '.join(FIGURES)}"))
    problems += _unknown(where, body, ("figure", "least", "most", "source"))
    least, most = (_number(f"{where}.{key}", body.get(key), problems) for key in ("least", "most"))
    if least is None and most is None:
        problems.append(Problem(where, "", "must set least, most, or both"))
    return Limit(figure, least, most, str(body.get("source", "")))


def _unknown(where: str, body: Mapping[str, Any], known: tuple[str, ...]) -> list[Problem]:
    hint = f"known are {', '.join(known)}"
    return [Problem(f"{where}.{key}", "", "is not a known key", hint) for key in body if key not in known]


def _number(where: str, given: Any, problems: list[Problem], above: float | None = None) -> float | None:
    if given is None:
        return None
    if isinstance(given, bool) or not isinstance(given, int | float) or not isfinite(given):
        problems.append(Problem(where, repr(given), "must be a finite number"))
        return None
    if above is not None and not given > above:
        problems.append(Problem(where, str(given), f"must exceed {above:g}"))
        return None
    return float(given)
