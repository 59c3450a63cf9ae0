"""The console's editor is tested against a copy of the scenario schema: it must be the schema."""

import json
from pathlib import Path

from farwatch.scenario import schema

COPY = Path(__file__).parents[2] / "web" / "src" / "editor" / "schema.testing.json"


def test_the_editors_copy_of_the_schema_is_the_schema() -> None:
    """Where this fails: write `json.dumps(schema())` to the copy, and run the tests of `web/`."""
    assert json.loads(COPY.read_text(encoding="utf-8")) == json.loads(json.dumps(schema()))
