"""The loader refuses what breaks a rule, and says all of it at once."""

import shutil
from pathlib import Path

import pytest

from farwatch.catalogue import load, read
from farwatch.catalogue.reading import DATA
from farwatch.errors import CatalogueError

ROUND = "rounds/pantsir-s1.yaml"
REACH = "{value: 20, low: 18, high: 20, unit: km"
NEAREST = "{value: 1.2, low: 1, high: 2, unit: km"


@pytest.fixture
def folder(tmp_path) -> Path:
    """A copy of the shipped data, to be broken."""
    shutil.copytree(DATA, tmp_path / "data")
    return tmp_path / "data"


def broken(folder: Path, file: str, old: str, new: str) -> str:
    """What the loader says when `old` is replaced by `new` in one file."""
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(CatalogueError) as refused:
        read(folder)
    return str(refused.value)


def test_reads_the_same_from_a_copy(folder):
    """A folder of files gives the catalogue that the package gives."""
    assert read(folder) == load()


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (ROUND, f"{REACH}, source: sputnik-2018-pantsir", REACH, "57e6e.range_max_m: a number has a source"),
        (ROUND, "source: sputnik-2018-pantsir", "source: sputnik-2018-pantsi", "did you mean sputnik-2018-pantsir"),
        (ROUND, "value: 20, low: 18", "value: 20, low: 21", "low <= value <= high"),
        (ROUND, "unit: km", "unit: leagues", "not a unit"),
        (ROUND, "unit: km", "unit: kg", "not a unit"),
        (ROUND, "unit: km", "unit: s", "measures something else; one of ft, km, m"),
        (ROUND, "range_min_m", "range_minimum_m", "did you mean range_min_m"),
        (ROUND, "value: 20, low: 18, high: 20", "value: twenty, low: 18, high: 20", "must be a finite number"),
        (ROUND, "value: 20, low: 18, high: 20", "value: -20, low: -20, high: 20", "must not be negative"),
        (ROUND, "low: 0.3, high: 0.85", "low: 0.3, high: 1.2", "at most 1"),
        (ROUND, f"{NEAREST}, kind: assumed, why:", f"{NEAREST}, kind: assumed, condition:", "says why"),
        (ROUND, f"{NEAREST}, kind: assumed", f"{NEAREST}, source: sputnik-2018-pantsir", "where it comes from"),
        (ROUND, "range_max_m: {", "range_max_m: 20 #", "bare number"),
        (ROUND, "per_launcher: 12", "per_launcher: 0", "whole number, 1 or more"),
        (ROUND, "    aircraft:", "    airplane:", "did you mean aircraft"),
        (ROUND, "low: 1, high: 2, unit: km", "low: 1, high: 19, unit: km", "must stay below 57e6e.range_max_m"),
        (ROUND, "57e6e:", "57e6:", "no YAML reads as a number"),
        (ROUND, "57e6e:", "gem-t:", "the name is taken by rounds/pantsir-s1.yaml"),
        (ROUND, "speed_max_m_s: {value: 1300, low: 1150", "speed_max_m_s: {value: 700, low: 700", "must not lie below"),
        (ROUND, "  speed_max_m_s:", "  # ", "comes with speed_max_m_s"),
        (ROUND, "  boost_s:", "  height_max_far_m: {value: 90, unit: km, kind: assumed, why: x}\n  boost_s:", "above"),
        ("systems/pantsir-s1.yaml", "rounds: [57e6e]", "rounds: [57e6]", "does not exist; did you mean 57e6e"),
        ("systems/pantsir-s1.yaml", "ready: {57e6e: 12}", "ready: {gem-t: 12}", "not a round of this system"),
        ("systems/pantsir-s1.yaml", ", pantsir-tracking]", "]", "none of them is a fire-control radar"),
        ("radars/patriot.yaml", "  claim:", "  note:", "must be text"),
        ("radars/patriot.yaml", "role: fire-control", "role: fire", "did you mean fire-control"),
        ("radars/patriot.yaml", "pd: 0.5", "pd: 1.5", "between 0 and 1"),
        ("rounds/samp-t.yaml", ", conversion: 1.1", "", "needs conversion: the exchange rate"),
        ("rounds/samp-t.yaml", "set_aside: almost", "condition: almost", "widen the range or say set_aside"),
        ("sources.yaml", '  date: "2018-10-02"\n', "", "defencepost-2018.date"),
        ("sources.yaml", "kind: press", "kind: rumour", "must be one of maker"),
    ],
)  # fmt: skip
def test_refuses_and_names_the_rule(folder, file, old, new, said):
    """Each rule of the catalogue, broken once, is named with the nearest valid choice."""
    assert said in broken(folder, file, old, new)


def test_tells_every_problem_at_once(folder):
    """Two problems in two files come in one refusal, each with its file and path."""
    path = folder / ROUND
    path.write_text(path.read_text(encoding="utf-8").replace("unit: km", "unit: leagues"), encoding="utf-8")
    said = broken(folder, "classes/missiles.yaml", "swerling: 1", "swerling: 7")
    assert "rounds/pantsir-s1.yaml: 57e6e.range_max_m.unit" in said
    assert "classes/missiles.yaml: cruise-missile-subsonic.swerling" in said


def test_a_file_that_is_no_yaml_is_one_problem(folder):
    """Text that YAML cannot read is reported with its file, not as a stack of errors."""
    (folder / "classes" / "broken.yaml").write_text("a: [", encoding="utf-8")
    with pytest.raises(CatalogueError, match=r"classes/broken\.yaml"):
        read(folder)
