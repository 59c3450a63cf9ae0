"""From a file to a plan of a campaign, or to everything that is wrong with it."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from farwatch.campaign.plan_file import (
    BreakEven,
    Budget,
    CampaignPlan,
    Compare,
    Rare,
    Saturation,
    Sensitivity,
    Span,
    Vary,
)
from farwatch.campaign.plan_meaning import meaning_of
from farwatch.errors import InputError, Problem
from farwatch.scenario import Scenario
from farwatch.scenario.fields import is_form
from farwatch.scenario.findings import Finding, problems_from, value_at
from farwatch.scenario.model import NAME_PATTERN
from farwatch.scenario.shape import RULES
from farwatch.scenario.yaml12 import BYTE_LIMIT, Node, YamlError, compose
from farwatch.scenario.yaml12 import Path as Place

PARTS: Mapping[Place, type[BaseModel]] = {
    (): CampaignPlan,
    ("vary",): Vary,
    ("compare",): Compare,
    ("budget",): Budget,
    ("rare",): Rare,
    ("saturation",): Saturation,
    ("break_even",): BreakEven,
    ("sensitivity",): Sensitivity,
    ("vary", "fields", "*"): Span,
}
"""Every mapping of a plan, by its path; `*` is any key."""

FIRST_LINE = "farwatch-campaign"

_STAND_IN = {"title": "-", "scenarios": {"none": "none"}}
"""What stands for a required field that is wrong, so that the rest of the file can be looked at."""


def read_plan(source: str | Path) -> CampaignPlan:
    """Read a plan: a file, or YAML text of more than one line.

    Raises InputError with every problem of the file, in file order: those of shape, those between fields, and those of
    the scenarios that it names. Nothing has been played then.
    """
    path = None if isinstance(source, str) and "\n" in source else Path(source)
    label = "plan text" if path is None else path.name or str(path)
    try:
        tree, problems = compose(_text(str(source)) if path is None else _text(_bytes(path)))
    except YamlError as error:
        raise InputError(label, [error.problem]) from None
    raw = tree.plain()
    _refuse_scenario(label, raw)
    plan, found = plan_from(raw, path.parent if path else None, tree)
    problems = sorted([*problems, *found], key=lambda one: (one.line or 0, one.column or 0))
    if plan is None or problems:
        raise InputError(label, problems)
    return plan


def _refuse_scenario(label: str, raw: Any) -> None:
    """A scenario in the place of a plan is one mistake, not one in each field."""
    if isinstance(raw, dict) and FIRST_LINE not in raw and {"farwatch", "defence"} <= raw.keys():
        hint = f"name it under `scenarios` of a plan, or play it alone: farwatch run {label}"
        raise InputError(label, [Problem("file", "", "is a scenario, not a plan", hint, line=1, column=1)])


def check_plan(plan: CampaignPlan, scenarios: Mapping[str, Scenario] | None = None) -> None:
    """Look at a plan made in Python as at one from a file; InputError with every problem.

    scenarios: objects in the place of files, by the names that the plan uses.
    """
    raw = plan.model_dump(mode="json", by_alias=True, exclude_none=True)
    findings = meaning_of(plan, scenarios=scenarios)
    if findings:
        raise InputError("plan", problems_from(findings, raw, None))


def plan_from(raw: Any, folder: Path | None, tree: Node | None) -> tuple[CampaignPlan | None, list[Problem]]:
    """Make a plan of plain data; with `tree`, the problems carry lines. Paths start at `folder`."""
    findings: list[Finding] = []
    wrong: list[Place] = []
    try:
        plan: CampaignPlan | None = CampaignPlan.model_validate(raw)
    except ValidationError as error:
        details = error.errors(include_url=False)
        findings = [_finding(detail, raw) for detail in details if not _is_echo(detail, raw)]
        wrong = [_path(detail) for detail in details]
        plan = _rest(raw, wrong)
    if isinstance(raw, dict) and FIRST_LINE not in raw:
        findings.append(
            Finding(path=(FIRST_LINE,), rule="is missing", hint="a plan starts with `farwatch-campaign: 1`")
        )
    if plan is not None:
        plan._folder = folder  # noqa: SLF001  the model's own private field, set once, here
        findings += meaning_of(plan, frozenset(wrong))
    problems = problems_from(dict.fromkeys(findings), raw, tree)
    return (plan if not problems else None), problems


def _rest(raw: Any, wrong: Sequence[Place]) -> CampaignPlan | None:
    """The plan without what is wrong in it, for a look at the rest; None where nothing can be made of it.

    First the wrong keys themselves are left out; fields that are then still wrong are left out whole.
    """
    if not isinstance(raw, dict):
        return None
    kept = deepcopy(raw)
    for path in wrong:
        _leave_out(kept, path)
    for _ in range(2):
        try:
            return CampaignPlan.model_validate(_STAND_IN | kept)
        except ValidationError as error:
            for detail in error.errors(include_url=False):
                kept.pop(str(detail["loc"][0]), None)
    return None


def _leave_out(raw: Any, path: Place) -> None:
    """Take the innermost mapping key on `path` away; what stands in a list goes with the list's key."""
    for length in range(len(path), 0, -1):
        holder = value_at(raw, path[: length - 1])
        if isinstance(holder, dict):
            holder.pop(path[length - 1], None)
            return


def _path(detail: ErrorDetails) -> Place:
    return tuple(step for step in detail["loc"] if not is_form(step))


def _finding(detail: ErrorDetails, raw: Any) -> Finding:
    from farwatch.catalogue import near

    path = _path(detail)
    kind, context = detail["type"], detail.get("ctx", {})
    value = value_at(raw, path)
    if path and path[-1] == "[key]":
        return Finding(path=path[:-1], rule="is not a name", hint=_NAMES, at_key=True)
    if kind == "missing":
        field = _fields(path[:-1]).get(str(path[-1]), "")
        return Finding(path=path, rule="is missing", hint=field.rstrip("."))
    if kind == "extra_forbidden":
        beside = value_at(raw, path[:-1]) or {}
        words = [word for word in _fields(path[:-1]) if word not in beside]
        return Finding(path=path, rule="is not a field", hint=near(str(path[-1]), words), at_key=True)
    if kind == "literal_error":
        expected = str(context["expected"]).replace("'", "")
        hint = near(str(value), expected.replace(" or ", ", ").split(", "))
        return Finding(path=path, rule=f"must be {expected}", hint=hint if hint.startswith("did") else "")
    if kind == "string_pattern_mismatch" and context.get("pattern") == NAME_PATTERN:
        return Finding(path=path, rule=f"must be {_NAMES}")
    return Finding(path=path, rule=RULES.get(kind, detail["msg"]).format(**context), hint=_type_hint(kind, value))


_NAMES = "letters, digits, - and _, starting with a letter or digit"


def _type_hint(kind: str, value: Any) -> str:
    if kind in {"float_type", "int_type"} and isinstance(value, str):
        return "write the number alone, without quotes and without a unit"
    return "start each item with `- `, or write [a, b]" if kind == "tuple_type" else ""


def _is_echo(detail: ErrorDetails, raw: Any) -> bool:
    """Whether a list is called short only because items of it are wrong, each of which is told by itself."""
    return detail["type"] == "too_short" and bool(value_at(raw, _path(detail)))


def _fields(path: Place) -> dict[str, str]:
    """Fields of the mapping at a path, as a file spells them, with their meaning."""
    for place, model in PARTS.items():
        if len(place) == len(path) and all(want in {"*", step} for want, step in zip(place, path, strict=True)):
            return {info.alias or name: info.description or "" for name, info in model.model_fields.items()}
    return {}


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(BYTE_LIMIT + 1)
    except FileNotFoundError:
        from farwatch.catalogue import near

        others = near(str(path), [str(other) for other in path.parent.glob("*.y*ml")])
        raise YamlError(Problem("file", str(path), "does not exist", others)) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise YamlError(Problem("file", str(path), f"cannot be read: {reason}")) from None


def _text(data: Any) -> Any:
    if not data.strip():
        raise YamlError(Problem("file", "", "is empty; a plan starts with `farwatch-campaign: 1`", line=1, column=1))
    return data
