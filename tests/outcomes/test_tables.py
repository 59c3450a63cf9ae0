"""Tables have the columns they declare, in memory, in Parquet and in other people's frames."""

import sys
from pathlib import Path

import numpy as np
import pytest

from farwatch.errors import FarwatchError, InputError
from farwatch.outcomes import SPECS, Column, Table, build, gather
from farwatch.outcomes.tables import read_table
from outcomes.rehearsal import Dice, cast

DOC = Path(__file__).parents[2] / "docs" / "results.md"
KINDS = {"int64": "i", "float64": "f", "bool": "b", "text": "O"}


@pytest.fixture(scope="module")
def tables():
    the_cast = cast()
    return build(the_cast, gather(the_cast, [Dice(the_cast)(0, 8, trace=True)]))


@pytest.mark.parametrize("name", SPECS)
def test_columns_have_their_declared_type(tables, name):
    """Every declared column is there, with its type."""
    table = tables[name]
    assert [column.name for column in table.spec] == list(table.columns)
    assert all(table[c.name].dtype.kind == KINDS[c.dtype] for c in table.spec)
    assert len(table) == table.rows > 0


@pytest.mark.parametrize("name", SPECS)
def test_every_column_is_in_the_documentation(name):
    """`docs/results.md` lists each column with its type, unit and meaning, and no other."""
    section = DOC.read_text(encoding="utf-8").split(f"## `{name}`")[1].split("\n## ")[0]
    rows = [
        [cell.strip(" `") for cell in line.strip().strip("|").split("|")]
        for line in section.splitlines()
        if line.startswith("| `")
    ]
    assert rows == [[c.name, c.dtype, c.unit, c.meaning] for c in SPECS[name]]


@pytest.mark.parametrize("name", SPECS)
def test_parquet_brings_it_back(tables, name, tmp_path):
    """What is read is what was written, missing values included."""
    tables[name].write(tmp_path / "t.parquet")
    again = read_table(name, tmp_path / "t.parquet")
    for column in SPECS[name]:
        assert again[column.name].dtype == tables[name][column.name].dtype
        np.testing.assert_array_equal(again[column.name], tables[name][column.name])


def test_the_same_table_gives_the_same_bytes(tables, tmp_path):
    """Writing twice writes the same."""
    for name in ("a", "b"):
        tables["targets"].write(tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_others_read_the_file(tables, tmp_path):
    """An independent reader sees declared types, and NULL for what never happened."""
    parquet = pytest.importorskip("pyarrow.parquet")
    tables["targets"].write(tmp_path / "t.parquet")
    found = parquet.read_table(tmp_path / "t.parquet")
    assert str(found.schema.field("name").type) == "string"
    assert found["killed_s"].null_count == np.isnan(tables["targets"]["killed_s"]).sum() > 0


def test_frames(tables):
    """Arrow and pandas get every column; missing is null or NaN."""
    pytest.importorskip("pyarrow")
    pytest.importorskip("pandas")
    table = tables["targets"]
    assert table.to_arrow().column_names == [c.name for c in table.spec]
    assert table.to_arrow()["killed_s"].null_count == table.to_pandas()["killed_s"].isna().sum()


def test_a_missing_package_is_named(tables, monkeypatch):
    """Without the package, the error says how to get it."""
    monkeypatch.setitem(sys.modules, "polars", None)
    with pytest.raises(FarwatchError, match="pip install polars"):
        tables["trials"].to_polars()


def test_polars_frame(tables):
    """Polars gets null for what never happened."""
    pytest.importorskip("polars")
    assert tables["targets"].to_polars()["killed_s"].null_count() > 0


def test_drift_is_refused():
    """A table that lacks a declared column, or has another, is not made."""
    spec = (Column("a", "int64", "1", "a"), Column("b", "int64", "1", "b"))
    with pytest.raises(InputError, match=r"(?s)b: declared, but absent.*c: not declared"):
        Table("t", spec, {"a": np.zeros(1), "c": np.zeros(1)})
    with pytest.raises(InputError, match="equally long"):
        Table("t", spec, {"a": np.zeros(1), "b": np.zeros(2)})


def test_an_unknown_column_names_the_others(tables):
    """Asking for a column that is not there lists those that are."""
    with pytest.raises(InputError, match="battery, round, fired"):
        tables["rounds"]["frid"]


def test_events_are_told_in_words(tables):
    """The log names who acted: a radar, a round, an asset."""
    events = tables["events"]
    assert events["kind"].tolist() == ["seen", "launch", "kill", "leak"]
    assert events["who"].tolist() == ["alpha/91n6e", "alpha/9m96e2", "alpha/9m96e2", "depot"]
    assert events["name"].tolist() == ["drones/1", "drones/1", "drones/1", "drones/2"]


def test_trials_agree_with_targets(tables):
    """The row of a trial counts the rows of its targets."""
    targets, trials = tables["targets"], tables["trials"]
    for trial in range(8):
        rows = (targets["trial"] == trial) & targets["raid"]
        assert trials["leaked"][trial] == (targets["fate"][rows] == "leaked").sum()
        assert trials["killed"][trial] == (targets["fate"][rows] == "killed").sum()
        assert (targets["reason"][rows] != "").sum() == trials["leaked"][trial]
