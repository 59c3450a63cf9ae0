"""Write the field tables of docs/campaign.md from the model of a plan.

Run `python builders/plan_reference.py` after changing a field; `tests/campaign/test_reference.py` fails until then.
Everything outside the two markers is written by hand and stays.
"""

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from scenario_reference import WORDS, row

from farwatch.campaign.plan_reading import PARTS

PAGE = Path(__file__).parents[1] / "docs" / "campaign.md"
BEGIN, END = "<!-- fields: begin (builders/plan_reference.py) -->", "<!-- fields: end -->"
HEADS = ("| field | type | unit | default | range | meaning |", "| --- | --- | --- | --- | --- | --- |")


WORDS["any"] = "value"


def told(spec: Any) -> Any:
    """Give a schema in which what may be anything says so."""
    if spec is True or spec == {}:
        return {"type": "any"}
    if not isinstance(spec, dict):
        return [told(each) for each in spec] if isinstance(spec, list) else spec
    kinds = {"items", "additionalProperties", "anyOf", "oneOf", "patternProperties"}
    made = {key: told(value) if key in kinds else value for key, value in spec.items()}
    return made | ({"additionalProperties": {"type": "any"}} if made.get("additionalProperties") is True else {})


def tables() -> str:
    """Give one heading and one table for each mapping of a plan."""
    parts = []
    for path, model in PARTS.items():
        where = ".".join(path) or "top level"
        schema = model.model_json_schema(by_alias=True)
        required = {"farwatch-campaign", *schema.get("required", ())}
        parts_of = schema.get("$defs", {})
        rows = [row(name, told(spec), name in required, parts_of) for name, spec in schema["properties"].items()]
        head = f"### {model.__name__}: `{where}`\n\n{schema['description'].splitlines()[0]}\n"
        parts.append("\n".join([head, *HEADS, *rows]))
    return "\n\n".join(parts)


def page(text: str) -> str:
    """Give the page with its tables renewed."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{tables()}\n\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    print(f"wrote {PAGE.name}")
