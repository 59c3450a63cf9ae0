"""The reference page of a plan."""

import importlib.util
from pathlib import Path

from farwatch.campaign.plan_reading import PARTS

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "campaign.md"


def builder():
    spec = importlib.util.spec_from_file_location("plan_reference", ROOT / "builders" / "plan_reference.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_tables_are_those_of_the_model():
    """Running the builder again changes nothing."""
    text = PAGE.read_text(encoding="utf-8")
    assert builder().page(text) == text


def test_every_field_has_a_row_and_a_meaning():
    """No field is left out, and no row is without words."""
    tables = builder().tables()
    for model in PARTS.values():
        section = tables.partition(f"### {model.__name__}: ")[2].partition("###")[0]
        for name, info in model.model_fields.items():
            row = next(line for line in section.splitlines() if line.startswith(f"| `{info.alias or name}` |"))
            assert len(row.split("|")[-2].strip()) > 10
