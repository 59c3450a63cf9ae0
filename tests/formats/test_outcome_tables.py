"""Tables of results as CSV, Arrow and NetCDF: values, units and meanings stay."""

import duckdb
import numpy as np
import pandas as pd
import pytest

from farwatch.errors import InputError
from farwatch.formats import netcdf_variables
from farwatch.formats.outcome_tables import convert_table
from farwatch.outcomes import SPECS, build, gather
from formats.judged import said_by
from outcomes.rehearsal import Dice, cast

NAMES = tuple(SPECS)


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """The tables of a run, on disk."""
    folder = tmp_path_factory.mktemp("run")
    the_cast = cast()
    for name, table in build(the_cast, gather(the_cast, [Dice(the_cast)(0, 8, trace=True)])).items():
        table.write(folder / f"{name}.parquet")
    return folder


@pytest.mark.validation
@pytest.mark.parametrize("name", NAMES)
def test_every_form_holds_what_pandas_finds_in_parquet(tables, tmp_path, name):
    """CSV and Arrow, as pandas reads them, and NetCDF, agree with the table, missing values included."""
    expected = pd.read_parquet(tables / f"{name}.parquet")
    for suffix in (".csv", ".arrow", ".nc"):
        convert_table(tables / f"{name}.parquet", tmp_path / f"t{suffix}")
    in_csv = pd.read_csv(tmp_path / "t.csv", keep_default_na=False, na_values=[""])
    in_arrow = pd.read_feather(tmp_path / "t.arrow")
    in_netcdf, _ = netcdf_variables.decode((tmp_path / "t.nc").read_bytes())
    assert list(in_csv) == list(in_arrow) == list(expected)
    assert set(in_netcdf) == set(expected)
    for column in expected:
        if expected[column].dtype.kind in "biuf":
            for found in (in_csv[column], in_arrow[column], in_netcdf[column].values):
                np.testing.assert_array_equal(np.asarray(found, float), np.asarray(expected[column], float), column)
        else:
            wanted = list(expected[column])
            assert list(in_csv[column].fillna("").astype(str)) == wanted
            assert list(in_arrow[column]) == wanted
            assert netcdf_variables.words_of(in_netcdf[column]) == wanted


def test_units_and_meanings_are_the_declared_ones(tables, tmp_path):
    """In NetCDF as attributes, those that UDUNITS lacks in words; in Arrow as metadata of the field."""
    import pyarrow.feather

    for suffix in (".arrow", ".nc"):
        convert_table(tables / "trials.parquet", tmp_path / f"t{suffix}")
    found, told = netcdf_variables.decode((tmp_path / "t.nc").read_bytes())
    meanings = {column.name: column for column in SPECS["trials"]}
    assert told["title"] == "trials"
    assert found["out_of_rounds_s"].attributes["units"] == "s"
    assert found["killed"].attributes["long_name"] == meanings["killed"].meaning
    assert found["raid_cost_usd"].attributes["comment"] == "in USD"
    assert "units" not in found["raid_cost_usd"].attributes
    field = pyarrow.feather.read_table(tmp_path / "t.arrow").schema.field("out_of_rounds_s")
    assert field.metadata[b"unit"] == b"s"


@pytest.mark.validation
def test_the_conventions_are_kept(tables, tmp_path, oracle):
    """A checker that nobody here wrote has nothing to say against our rows."""
    for name in NAMES:
        convert_table(tables / f"{name}.parquet", tmp_path / "t.nc")
        assert said_by(oracle("compliance-checker"), "cf_check", tmp_path / "t.nc") == [], name


def test_tables_of_other_columns_go_too(tmp_path):
    """Gaps in whole numbers and truths are missing, not numbers; names that NetCDF cannot have are spelled again."""
    rows = "(1, true, 'a', 2.5::FLOAT), (NULL, NULL, NULL, NULL), (3000000000, false, 'b', 1.0)"
    asked = f'SELECT * FROM (VALUES {rows}) AS t(n, "flag 1", word, x)'
    duckdb.sql(f"COPY ({asked}) TO '{tmp_path / 't.parquet'}' (FORMAT parquet)")
    for suffix in (".csv", ".arrow", ".nc"):
        convert_table(tmp_path / "t.parquet", tmp_path / f"t{suffix}")
    for found in (pd.read_csv(tmp_path / "t.csv"), pd.read_feather(tmp_path / "t.arrow")):
        np.testing.assert_array_equal(found["n"], [1.0, np.nan, 3e9])
    found, _ = netcdf_variables.decode((tmp_path / "t.nc").read_bytes())
    np.testing.assert_array_equal(found["n"].values, [1.0, np.nan, 3e9])
    np.testing.assert_array_equal(found["flag_1"].values, [1.0, np.nan, 0.0])
    assert netcdf_variables.words_of(found["word"]) == ["a", "", "b"]


@pytest.mark.parametrize("suffix", [".csv", ".csv.gz", ".arrow", ".nc"])
def test_same_table_same_bytes(tables, tmp_path, suffix):
    """Two files of one table do not differ."""
    made = []
    for folder in "ab":
        (tmp_path / folder).mkdir()
        convert_table(tables / "targets.parquet", tmp_path / folder / f"t{suffix}")
        made.append((tmp_path / folder / f"t{suffix}").read_bytes())
    assert made[0] == made[1]


def test_bad_asks_are_refused(tables, tmp_path):
    """An unknown suffix, no such file, no table, no rows for NetCDF, a number that no float holds."""
    with pytest.raises(InputError, match=r"\.arrow"):
        convert_table(tables / "targets.parquet", tmp_path / "t.xls")
    with pytest.raises(InputError, match="does not exist"):
        convert_table(tmp_path / "none.parquet", tmp_path / "t.csv")
    (tmp_path / "bad.parquet").write_bytes(b"PAR1 no")
    with pytest.raises(InputError, match="cannot be read as Parquet"):
        convert_table(tmp_path / "bad.parquet", tmp_path / "t.csv")
    duckdb.sql(f"COPY (SELECT 1 AS a WHERE false) TO '{tmp_path / 'no.parquet'}' (FORMAT parquet)")
    with pytest.raises(InputError, match="one at least"):
        convert_table(tmp_path / "no.parquet", tmp_path / "t.nc")
    duckdb.sql(f"COPY (SELECT 9007199254740993::BIGINT AS a) TO '{tmp_path / 'big.parquet'}' (FORMAT parquet)")
    with pytest.raises(InputError, match="at most in NetCDF"):
        convert_table(tmp_path / "big.parquet", tmp_path / "t.nc")
