"""Whether each field is there, known, of its type and in its range: pydantic's findings in our words."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from farwatch.scenario.fields import homes_of, is_form, meaning_of, shape_of, words_of
from farwatch.scenario.findings import Finding, value_at
from farwatch.scenario.model import CONFIRM_PATTERN, NAME_PATTERN, Scenario
from farwatch.scenario.yaml12 import Path

_PATTERNS = {
    NAME_PATTERN: ("must be letters, digits, - and _, starting with a letter or digit", ""),
    CONFIRM_PATTERN: ("must look like M-of-N", "for example 3-of-5"),
}

RULES: Mapping[str, str] = {
    "greater_than": "must be greater than {gt:g}",
    "greater_than_equal": "must be at least {ge:g}",
    "less_than": "must be less than {lt:g}",
    "less_than_equal": "must be at most {le:g}",
    "finite_number": "must be a finite number",
    "float_type": "must be a number",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "bool_type": "must be true or false",
    "string_type": "must be text",
    "string_too_short": "must not be empty",
    "string_too_long": "must have at most {max_length} characters",
    "tuple_type": "must be a list",
    "mapping_type": "must be a mapping of names to values",
    "model_type": "must be a mapping of fields",
    "too_short": "must have at least {min_length} item",
}
"""pydantic's kinds of error in our words."""


def read_shape(raw: Any) -> tuple[Scenario | None, list[Finding]]:
    """Try to make a Scenario of plain data; what is wrong with its shape, each field on its own."""
    try:
        return Scenario.model_validate(raw), []
    except ValidationError as error:
        details = error.errors(include_url=False)
    return None, [found for detail in details if (found := _finding(detail, raw)) is not None]


def _finding(detail: ErrorDetails, raw: Any) -> Finding | None:
    forms = frozenset(str(step) for step in detail["loc"] if is_form(step))
    path = tuple(step for step in detail["loc"] if not is_form(step))
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "too_short" and value_at(raw, path):
        return None  # pydantic counts valid items only; the invalid ones have their own findings
    if path and path[-1] == "[key]":
        return Finding(path=path[:-1], rule="is not a name", hint=_PATTERNS[NAME_PATTERN][0], at_key=True)
    special = _SPECIAL.get(kind)
    if special is not None:
        return special(path, forms, context, raw)
    rule = RULES.get(kind, detail["msg"]).format(**context)
    return Finding(path=path, rule=rule, hint=_type_hint(kind, path, value_at(raw, path)))


def _missing(path: Path, forms: frozenset[str], _context: Mapping[str, Any], _raw: Any) -> Finding:
    meaning = meaning_of(shape_of(path[:-1], forms), str(path[-1]))
    return Finding(path=path, rule="is missing", hint=meaning.rstrip("."))


def _unknown(path: Path, forms: frozenset[str], _context: Mapping[str, Any], raw: Any) -> Finding:
    from farwatch.catalogue import near

    word = str(path[-1])
    beside = words_of(shape_of(path[:-1]))
    words = words_of(shape_of(path[:-1], forms))
    if word in beside:
        rule, hint = "cannot stand here", "give either lat_deg and lon_deg, or bearing_deg and range_km"
        return Finding(path=path, rule=rule, hint=hint, at_key=True)
    if word == "<<":
        hint = "YAML 1.2 has no merge key; an alias of the whole value works"
    elif homes := homes_of(word):
        hint = f"a field of that name belongs in {' or '.join(homes)}"
    else:
        free = [each for each in words if each not in value_at(raw, path[:-1])]
        hint = near(word, free)
    return Finding(path=path, rule="is not a field", hint=hint, at_key=True)


def _choice(path: Path, _forms: frozenset[str], context: Mapping[str, Any], raw: Any) -> Finding:
    from farwatch.catalogue import near

    expected = str(context["expected"]).replace("'", "")
    hint = near(str(value_at(raw, path)), expected.replace(" or ", ", ").split(", "))
    return Finding(path=path, rule=f"must be {expected}", hint=hint if hint.startswith("did") else "")


def _pattern(path: Path, _forms: frozenset[str], context: Mapping[str, Any], _raw: Any) -> Finding:
    rule, hint = _PATTERNS.get(str(context["pattern"]), (f"must match {context['pattern']}", ""))
    return Finding(path=path, rule=rule, hint=hint)


_SPECIAL: Mapping[str, Callable[[Path, frozenset[str], Mapping[str, Any], Any], Finding]] = {
    "missing": _missing,
    "extra_forbidden": _unknown,
    "literal_error": _choice,
    "string_pattern_mismatch": _pattern,
}


def _type_hint(kind: str, path: Path, value: Any) -> str:
    if kind in {"float_type", "int_type"} and isinstance(value, str):
        if re.match(r"\s*[-+]?[0-9.]+\s*[A-Za-z/°%]", value):
            return "write the number alone; its unit is in the field's name"
        if re.fullmatch(r"\s*[-+]?[0-9.]+\s*", value):
            return "write it without quotes"
    if kind == "string_type" and isinstance(value, (int, float)):
        return "put it in quotes"
    if kind == "tuple_type":
        return "start each item with `- `"
    if kind == "model_type":
        return "with " + ", ".join(words_of(shape_of(path)))
    return ""
