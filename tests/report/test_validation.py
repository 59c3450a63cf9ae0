"""Rows from outside, and what is made of them."""

import json
import runpy
from pathlib import Path

import pytest

from farwatch.errors import InputError
from farwatch.report import validation

BUILDER = Path(__file__).parents[2] / "builders" / "reference_rows.py"
GOOD = {
    "id": "X.1", "area": "X", "quantity": "salvo kill probability 1-(1-p)^n", "inputs": {"p_kill": 0.5, "n_shots": 2},
    "expected": 0.75, "unit": "1", "rel_tol": 1e-9, "source": "computed: closed form",
}


@pytest.fixture
def rows(tmp_path):
    """Writes rows to a file."""

    def write(*held):
        path = tmp_path / "rows.json"
        path.write_text(json.dumps(held))
        return [path]

    return write


@pytest.mark.validation
def test_shipped_rows_pass():
    """Every row of our own set is covered and agrees."""
    verdicts = validation.validate()
    assert len(verdicts) >= 60
    assert not [v.row.id for v in verdicts if v.verdict != validation.PASS]


@pytest.mark.validation
def test_outside_rows_pass(shared):
    """No row of the outside set fails; what is not implemented is said so."""
    verdicts = validation.validate(sorted((shared / "validation").glob("*.json")))
    assert not [(v.row.id, v.why) for v in verdicts if v.failed]
    assert sum(v.verdict == validation.PASS for v in verdicts) > 500


@pytest.mark.validation
@pytest.mark.slow
def test_builder_gives_the_shipped_rows():
    """The files are what their builder writes, so every number can be derived again."""
    for name, made in runpy.run_path(str(BUILDER))["AREAS"].items():
        held = json.loads((validation.SHIPPED / f"{name}.json").read_text(encoding="utf-8"))
        built = list(made())
        assert [row["id"] for row in held] == [row["id"] for row in built]
        for old, new in zip(held, built, strict=True):
            assert new["expected"] == pytest.approx(old["expected"], rel=1e-8)


def test_a_wrong_row_fails(rows):
    """A number outside its tolerance is a failure, with the error said."""
    [verdict] = validation.validate(rows(GOOD | {"expected": 0.76}))
    assert verdict.failed
    assert verdict.error == pytest.approx(0.01 / 0.76)


def test_an_unknown_quantity_neither_passes_nor_fails(rows):
    """What is not implemented is not covered."""
    [verdict] = validation.validate(rows(GOOD | {"quantity": "phase of the moon"}))
    assert verdict.verdict == validation.UNCOVERED
    assert not verdict.failed


def test_a_row_that_cannot_be_computed_is_an_error(rows):
    """A missing input is named and counts as a failure."""
    [verdict] = validation.validate(rows(GOOD | {"inputs": {"p_kill": 0.5}}))
    assert verdict.verdict == validation.ERROR
    assert "n_shots" in verdict.why


def test_each_element_is_compared(rows):
    """One wrong element of a list fails the row; a list of another length too."""
    quantity = "shoot-look-shoot, up to n single shots: [expected shots, leak probability]"
    row = GOOD | {"quantity": quantity, "inputs": {"p_kill": 0.5, "max_shots": 2}}
    held = rows(*(row | {"expected": expected} for expected in ([1.5, 0.25], [1.5, 0.26], [1.5])))
    assert [v.verdict for v in validation.validate(held)] == ["pass", "fail", "fail"]


def test_long_printed_numbers_are_rounded_ones(rows):
    """Half a unit of the last of many digits is allowed; a short number stands as it is."""
    row = GOOD | {"inputs": {"p_kill": 0.3, "n_shots": 9}, "rel_tol": 0.0}  # 1 - 0.7^9 = 0.959646393
    held = rows(row | {"expected": 0.959646393}, row | {"expected": 0.959646}, row | {"expected": 0.959646395})
    assert [v.verdict for v in validation.validate(held)] == ["pass", "fail", "fail"]


def test_malformed_files_are_refused_with_all_problems(rows, tmp_path):
    """Everything wrong with every file is said at once."""
    broken = tmp_path / "broken.json"
    broken.write_text("[1,")
    bad = [3, {"id": "X.2"}, GOOD | {"expected": "many"}, GOOD | {"abs_tol": 1.0}, GOOD | {"rel_tol": -1}]
    with pytest.raises(InputError) as caught:
        validation.read_rows([*rows(*bad), broken])
    text = str(caught.value)
    for said in ("rows.json[0]", "X.2.quantity", "expected", "not both", "from 0", "broken.json"):
        assert said in text
