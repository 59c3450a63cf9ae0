"""The reference page."""

import importlib.util
from pathlib import Path

from farwatch.scenario.fields import shapes, words_of

ROOT = Path(__file__).parents[2]


def builder():
    spec = importlib.util.spec_from_file_location("builder", ROOT / "builders" / "scenario_reference.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_tables_are_those_of_the_model():
    """Running the builder again changes nothing."""
    text = (ROOT / "docs" / "scenario.md").read_text(encoding="utf-8")
    assert builder().page(text) == text


def test_every_field_has_a_row_and_a_meaning():
    """No field is left out, and no row is without words."""
    tables = builder().tables()
    for model in filter(None, shapes().values()):
        section = tables.partition(f"### {model.__name__}: ")[2].partition("###")[0]
        for word in words_of([model]):
            row = next(line for line in section.splitlines() if line.startswith(f"| `{word}` |"))
            assert len(row.split("|")[-2].strip()) > 10


def test_the_smallest_example_of_the_page_is_valid():
    """What a reader copies first works, and so does the Python."""
    from farwatch.scenario import check

    page = (ROOT / "docs" / "scenario.md").read_text(encoding="utf-8")
    assert check(page.partition("```yaml\n")[2].partition("```")[0]) == []
    exec(page.partition("```python\n")[2].partition("```")[0], {})
