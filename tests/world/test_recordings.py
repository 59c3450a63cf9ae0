"""Tables of recorded flights, as users bring them."""

import duckdb
import numpy as np
import pytest

from farwatch.errors import InputError
from farwatch.world.recordings import read_recording

GOOD = "time_s,flight,lat_deg,lon_deg,height_m\n10,b,47.0,8.0,9000\n0,a,46.0,7.0,9000\n5,a,46.1,7.1,9100\n"


def table(folder, text, name="flights.csv"):
    """A CSV file, or the same as Parquet."""
    path = folder / "flights.csv"
    path.write_text(text)
    if name.endswith("parquet"):
        duckdb.sql(f"COPY (SELECT * FROM read_csv('{path}')) TO '{folder / name}' (FORMAT parquet)")
    return folder / name


@pytest.mark.parametrize("name", ["flights.csv", "flights.parquet"])
def test_rows_come_back_in_order(tmp_path, name):
    """CSV and Parquet give the same rows, by flight and time."""
    recording = read_recording(table(tmp_path, GOOD, name))
    assert recording.names == ("a", "b")
    np.testing.assert_array_equal(recording.flight, [0, 0, 1])
    np.testing.assert_array_equal(recording.time_s, [0, 5, 10])
    np.testing.assert_array_equal(recording.height_m, [9000, 9100, 9000])


def test_repeats_and_rows_on_the_ground_are_left_out(tmp_path):
    """A time given twice counts once; `on_ground` rows are not flying."""
    text = "time_s,flight,lat_deg,lon_deg,height_m,on_ground\n0,a,46,7,0,true\n5,a,46,7,10,false\n5,a,46,7,11,false\n"
    np.testing.assert_array_equal(read_recording(table(tmp_path, text)).height_m, [10])


@pytest.mark.parametrize("name", ["flights.csv", "flights.parquet"])
def test_sites_of_a_table_of_motion_are_left_out(tmp_path, name):
    """Rows whose `kind` says battery, radar, asset or round do not fly; other words say nothing."""
    head = "time_s,flight,lat_deg,lon_deg,height_m,kind\n"
    rows = "0,a,46,7,9000,target\n0,s,46,7,10,battery\n0,r,46,7,10,radar\n0,m,46,7,10,round\n0,b,46,7,8000,B738\n"
    assert read_recording(table(tmp_path, head + rows, name)).names == ("a", "b")


def test_all_problems_come_at_once(tmp_path):
    """Every broken column is named with its rows, what stands there and the rule."""
    text = "time_s,flight,lat_deg,lon_deg,height_m\nx,a,91,7,9000\n1,,46,7,\n2,a,46,7,9000\n3,a,-95,7,9000\n"
    with pytest.raises(InputError) as caught:
        read_recording(table(tmp_path, text))
    places = [problem.where for problem in caught.value.problems]
    expected = ["time_s, row 1", "lat_deg, row 1, 4", "height_m, row 2", "flight, row 2"]
    assert places == [f"column {place}" for place in expected]
    assert caught.value.problems[0].value == "'x'"


def test_a_missing_column_names_the_nearest(tmp_path):
    """A column by another name is missing, and its likely name is given."""
    with pytest.raises(InputError, match="nearest: latitude"):
        read_recording(table(tmp_path, "time_s,flight,latitude,lon_deg,height_m\n0,a,46,7,9000\n"))


@pytest.mark.parametrize("name", ["none.csv", "broken.parquet"])
def test_unreadable_files_are_refused(tmp_path, name):
    """A file that is absent, or no Parquet, is an InputError."""
    (tmp_path / "broken.parquet").write_bytes(b"nothing of the kind")
    with pytest.raises(InputError, match=r"does not exist|cannot be read as Parquet"):
        read_recording(tmp_path / name)
