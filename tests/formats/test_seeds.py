"""Bytes that the fuzzer found worth keeping: each opens another way through a reader, none may do harm."""

from pathlib import Path

import pytest

from farwatch.errors import InputError
from farwatch.formats.forms import FORMS, read
from farwatch.formats.scene import Scene

SEEDS = Path(__file__).parent / "seeds"
FOUND = sorted(path.name for path in SEEDS.iterdir())


def test_every_form_that_is_read_has_seeds():
    """No reader is left out."""
    assert sorted(name for name, form in FORMS.items() if form.reads) == FOUND


@pytest.mark.parametrize("name", FOUND)
def test_seeds_are_read_or_refused(name, tmp_path):
    """A scene or InputError, whatever the bytes; some of each form are read."""
    form, known = FORMS[name], 0
    place = tmp_path / f"seed{form.suffixes[0]}"
    beside = SEEDS / name / "own.sensors.yaml"  # of a table of plots
    if beside.exists():
        (tmp_path / "seed.sensors.yaml").write_bytes(beside.read_bytes())
    for path in sorted((SEEDS / name).iterdir()):
        place.write_bytes(path.read_bytes())
        try:
            found = read(place, name)
        except InputError:
            continue
        assert isinstance(found, Scene)
        known += 1
    assert known > 0
