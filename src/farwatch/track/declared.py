"""Small YAML files that describe what a tracker is told, checked against a typed model with lines and nearest names."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel, ValidationError

from farwatch.errors import InputError, Problem
from farwatch.scenario.findings import Finding, value_at
from farwatch.scenario.shape import RULES
from farwatch.scenario.yaml12 import BYTE_LIMIT, Node, YamlError, compose

_MORE_RULES: Mapping[str, str] = {
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "string_pattern_mismatch": "must be letters, digits, - and _, starting with a letter or digit",
    "too_short": "must have {min_length} items or more",
    "literal_error": "must be {expected}",
    "too_long": "must have at most {max_length} items",
}


class Form(NamedTuple):
    """What a file may hold: its model, the models of those fields that hold mappings, and how a file begins."""

    model: type[BaseModel]
    parts: Mapping[str, type[BaseModel]]
    beginning: str


def read_tree(path: str | Path, form: Form) -> tuple[Node, list[Problem]]:
    """The tree of a file and what is doubled in it; InputError where it cannot be read, is empty, or is no YAML."""
    try:
        return compose(_bytes(Path(path), form))
    except YamlError as error:
        raise InputError(str(path), [error.problem]) from None


def refuse(path: str | Path, problems: list[Problem]) -> None:
    """InputError with all problems of a file in its order, if there is one."""
    if problems:
        raise InputError(str(path), sorted(problems, key=lambda one: (one.line or 0, one.column or 0)))


def findings_of(error: ValidationError, raw: Any, before: tuple[int, ...], form: Form) -> list[Finding]:
    """Errors of pydantic in our words; `before` leads to the mapping `raw` in the file."""
    details = [dict(detail) for detail in error.errors(include_url=False)]
    return [_finding(detail, raw, before, form) for detail in details if not _is_echo(detail, raw)]


def _is_echo(detail: dict[str, Any], raw: Any) -> bool:
    """Whether a list is called short only because items of it are wrong, each of which is told by itself."""
    value = value_at(raw, tuple(detail["loc"]))
    return detail["type"] == "too_short" and isinstance(value, list) and len(value) >= detail["ctx"]["min_length"]


def _finding(detail: dict[str, Any], raw: Any, before: tuple[int, ...], form: Form) -> Finding:
    from farwatch.catalogue import near

    inside: tuple[str | int, ...] = tuple(detail["loc"])
    path = (*before, *inside)
    kind, context = detail["type"], detail.get("ctx", {})
    model = form.parts.get(str(inside[0]), form.model) if len(inside) > 1 else form.model
    if kind == "missing" and isinstance(inside[-1], int):
        return Finding(path=path[:-1], rule="has too few items")
    if kind == "missing":
        field = model.model_fields.get(str(inside[-1]))
        return Finding(path=path, rule="is missing", hint=((field and field.description) or "").rstrip("."))
    if kind == "extra_forbidden":
        beside = value_at(raw, inside[:-1]) or {}
        hint = near(str(inside[-1]), [word for word in model.model_fields if word not in beside])
        return Finding(path=path, rule="is not a field", hint=hint, at_key=True)
    rules = {**RULES, **_MORE_RULES}
    return Finding(path=path, rule=rules.get(kind, detail["msg"]).format(**context))


def _bytes(source: Path, form: Form) -> bytes:
    try:
        with source.open("rb") as file:
            data = file.read(BYTE_LIMIT + 1)
    except OSError as error:
        raise YamlError(Problem("file", "", error.strerror or "cannot be read")) from None
    if not data.strip():
        raise YamlError(Problem("file", "", f"is empty; {form.beginning}", line=1, column=1))
    return data
