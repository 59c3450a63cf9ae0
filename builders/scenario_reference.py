"""Write the field tables of docs/scenario.md from the scenario model.

Run `python builders/scenario_reference.py` after changing a field; `tests/scenario/test_reference.py` fails
until then. Everything outside the two markers is written by hand and stays.
"""

from pathlib import Path
from typing import Any

from farwatch.scenario.fields import is_form, shapes

PAGE = Path(__file__).parents[1] / "docs" / "scenario.md"
BEGIN, END = "<!-- fields: begin (builders/scenario_reference.py) -->", "<!-- fields: end -->"

UNITS = {
    "_m_s2": "m/s²",
    "_m_s": "m/s",
    "_mm_h": "mm/h",
    "_g_m3": "g/m³",
    "_w_hz": "W/Hz",
    "_km": "km",
    "_deg": "deg",
    "_m": "m",
    "_s": "s",
}
WORDS = {
    "number": "number",
    "integer": "whole number",
    "string": "text",
    "null": "",
    "boolean": "true or false",
}


def tables() -> str:
    """Give one heading and one table for each mapping of a scenario file."""
    parts = []
    for path, model in shapes().items():
        if model is not None:
            steps = [step for step in path if not is_form(step)]
            where = ".".join(steps).replace(".*", "[]") or "top level"
            schema = model.model_json_schema(by_alias=True)
            rows = [
                row(name, spec, name in schema.get("required", ()), schema.get("$defs", {}))
                for name, spec in schema["properties"].items()
            ]
            head = f"### {model.__name__}: `{where}`\n\n{schema['description'].splitlines()[0]}\n"
            lines = [
                "| field | type | unit | default | range | meaning |",
                "| --- | --- | --- | --- | --- | --- |",
            ]
            parts.append("\n".join([head, *lines, *rows]))
    return "\n\n".join(merged(parts))


def merged(parts: list[str]) -> list[str]:
    """Put models that stand in several places under one heading that names all of them."""
    found: dict[str, list[str]] = {}
    for part in parts:
        heading, _, body = part.partition("\n")
        model, _, where = heading.removeprefix("### ").partition(": ")
        found.setdefault(f"{model}\n{body}", []).append(where)
    return [
        f"### {key.partition(chr(10))[0]}: {', '.join(places)}\n{key.partition(chr(10))[2]}"
        for key, places in found.items()
    ]


def row(name: str, spec: dict[str, Any], required: bool, parts: dict[str, Any]) -> str:
    """Give the table row of one field."""
    unit = next((unit for ending, unit in UNITS.items() if name.endswith(ending)), "")
    default = "**required**" if required else shown(spec.get("default"))
    meaning = spec.get("description") or parts[type_of(spec, parts)]["description"]
    cells = [f"`{name}`", type_of(spec, parts), unit, default, limits(spec), meaning]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def shown(default: Any) -> str:
    """Give a default as a file would write it."""
    if default is None:
        return "not given"
    if default in ([], {}) or isinstance(default, dict):
        return "defaults" if default else "none"
    return f"`{default:g}`" if isinstance(default, float) else f"`{default}`"


def type_of(spec: dict[str, Any], parts: dict[str, Any]) -> str:
    """Give the type of a field in words."""
    if "$ref" in spec:
        return spec["$ref"].rpartition("/")[2]
    for key in ("anyOf", "oneOf"):
        if key in spec:
            return " or ".join(filter(None, (type_of(option, parts) for option in spec[key])))
    if "enum" in spec:
        return ", ".join(f"`{word}`" for word in spec["enum"])
    if "const" in spec:
        return f"`{spec['const']}`"
    if spec.get("type") == "array":
        return f"list of {type_of(spec['items'], parts)}"
    if spec.get("type") == "object":
        values = spec.get("additionalProperties") or next(iter(spec.get("patternProperties", {}).values()))
        return f"mapping of name to {type_of(values, parts)}"
    return WORDS[spec["type"]]


def limits(spec: dict[str, Any]) -> str:
    """Give the range of a number in words, looking through an optional type."""
    options = [spec, *spec.get("anyOf", [])]
    words = {"minimum": "≥ ", "exclusiveMinimum": "> ", "maximum": "≤ ", "exclusiveMaximum": "< "}
    found = [f"{sign}{shown_limit(option[key])}" for option in options for key, sign in words.items() if key in option]
    return ", ".join(found)


def shown_limit(limit: float) -> str:
    """Give a limit in plain digits, or as a power where it is one of the large ones."""
    return f"2^{int(limit).bit_length() - 1}" if limit > 1e12 else f"{limit:.15g}"


def page(text: str) -> str:
    """Give the page with its tables renewed."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{tables()}\n\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    print(f"wrote {PAGE.name}")
