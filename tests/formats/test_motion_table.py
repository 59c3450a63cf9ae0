"""Tables of motion: what other programs find in them, what is read, what is left out and how that is said."""

import gzip
import time
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

from farwatch.errors import InputError
from farwatch.formats import motion_table
from farwatch.formats.scene import MOVE, Scene, Thing
from farwatch.track.files import read_truth
from farwatch.world.earth import Frame
from farwatch.world.recordings import read_recording
from formats.moving import EPOCH, assert_same_motion, full_scene, large_scene, moves_of, scenes

HEAD = "time_s,flight,lat_deg,lon_deg,height_m"


def read_text(text):
    """The scene of a CSV text."""
    return motion_table.decode(text.encode())


@pytest.mark.validation
@pytest.mark.parametrize("name", ["t.csv", "t.csv.gz", "t.parquet"])
def test_pandas_reads_what_is_written(tmp_path, name):
    """Numbers, codes and dates stand under their names, as pandas (with pyarrow for Parquet) finds them."""
    scene = full_scene()
    motion_table.write(tmp_path / name, scene)
    texts = dict.fromkeys(("flight", "address", "mode_a"), str)
    found = (
        pd.read_parquet(tmp_path / name)
        if name.endswith("parquet")
        else pd.read_csv(tmp_path / name, dtype=texts)
    )
    assert list(found["flight"]) == ["3c6444"] * 3 + ["alpha"] + ["track 17"] * 2
    np.testing.assert_array_equal(found["lat_deg"], scene.moves["lat_deg"])
    np.testing.assert_array_equal(found["up_m_s"], scene.moves["up_m_s"])
    first = found.iloc[0]
    assert (first["address"], first["mode_a"], first["callsign"]) == ("3c6444", "7700", "DÜS 1")
    assert (first["kind"], first["side"], first["class"], first["fate"]) == ("target", "neutral", "airliner", "landed")
    assert pd.to_datetime(found["utc"])[0] == pd.Timestamp("2024-05-01T01:00:00.250Z")


def test_columns_that_say_nothing_are_not_there():
    """Sixteen columns always, the others where some thing has something to say."""
    plain = replace(full_scene(None), things=tuple(Thing(key=key) for key in "abc"))
    assert len(motion_table.columns_of(plain)) == 16
    assert list(motion_table.columns_of(full_scene()))[16:] == ["family", "of", "number", "pressure", "utc"]


@settings(max_examples=25)
@given(scene=scenes())
def test_all_of_the_motion_comes_back(tmp_path_factory, scene):
    """CSV and Parquet carry every field of things and moves, whatever the texts."""
    folder = tmp_path_factory.mktemp("tables")
    for name in ("t.csv", "t.parquet"):
        motion_table.write(folder / name, scene)
        assert_same_motion(motion_table.read(folder / name), scene)


@pytest.mark.parametrize("name", ["t.csv", "t.csv.gz", "t.parquet"])
def test_same_scene_same_bytes(tmp_path, name):
    """Two files of one scene do not differ."""
    (tmp_path / "a").mkdir(), (tmp_path / "b").mkdir()
    for folder in "ab":
        motion_table.write(tmp_path / folder / name, full_scene())
    assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_foreign_tables_need_five_columns_only():
    """Other columns are ignored, blank cells say nothing, longitudes to 360 are turned, rows are put in order."""
    rows = "10,b,47,350,9000,red,\n0,a,46,7,9000,,friend\n5,a,46.1,7.1,,,\n0,b,1,2,3,,\n"
    found = read_text(HEAD + ",colour,side\n" + rows)
    assert [thing.key for thing in found.things] == ["b", "a"]
    assert [thing.side for thing in found.things] == ["unknown", "friend"]
    assert found.moves["lon_deg"].tolist() == [2.0, -10.0, 7.0]
    assert found.moves["thing"].tolist() == [0, 0, 1]
    assert np.isnan(found.moves["east_m_s"]).all()
    assert found.epoch is None
    assert found.counts == {"rows read": 4, "rows left out: no height_m from -10000 to 1e+08": 1}


def test_bad_rows_cost_themselves_only():
    """Cells that are none, places off the earth, repeats: each is counted under its reason."""
    text = HEAD + "\n0,a,46,7,0\nx,a,46,7,0\n1,a,91,7,0\n2,,46,7,0\n0,a,46,8,0\n3,a,46,7\n4,a,46,7,nan\n"
    found = read_text(text)
    assert found.moves.size == 1 and found.moves["lon_deg"][0] == 7.0
    assert sorted(found.counts.values()) == [1, 1, 1, 1, 1, 1, 7]


def test_words_that_are_not_known_are_counted():
    """An unknown kind is a target, an unknown side is unknown, a code that is none is 0."""
    found = read_text(HEAD + ",kind,side,address,mode_a,number\n0,a,46,7,0,ship,blue,xyz,7798,-3\n")
    assert found.things == (Thing(key="a"),)
    assert found.counts == {"rows read": 1, "kind not known": 1, "side not known": 1}


def test_the_first_cell_that_says_something_counts():
    """Callsigns often come late: what a thing is may stand in any of its rows."""
    found = read_text(HEAD + ",callsign,number\n0,a,46,7,0,,5\n1,a,46,7,0,DLH1,5\n2,a,46,7,0,DLH2,5\n")
    assert (found.things[0].callsign, found.things[0].number) == ("DLH1", 5)


@pytest.mark.parametrize(
    ("utc", "time_s", "epoch"),
    [
        ("2024-05-01T01:00:00Z", "3600", EPOCH),
        ("2024-05-01T03:00:00.0004+02:00", "3600", EPOCH),
        ("2024-05-01 01:00:00", "3600", EPOCH),
        ("2024-05-01T01:00:00.333333Z", "3600.33333333333", EPOCH),
        ("yesterday", "3600", None),
        ("0001-01-01T00:00:00Z", "3600", None),
        ("9999-12-31T23:59:59Z", "-1e9", None),
    ],
)
def test_the_date_is_the_difference_of_two_columns(utc, time_s, epoch):
    """Time 0 is where `utc` and `time_s` of one row agree; what is no date in reach is none."""
    assert read_text(HEAD + f",utc\n{time_s},a,46,7,0,{utc}\n").epoch == epoch


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("time,flight,lat_deg,lon_deg,height_m\n0,a,46,7,0\n", "did you mean time?"),
        (HEAD + "\nx,a,46,7,0\n", "must be usable"),
        ("", "is empty"),
        (HEAD + "," + "x," * 2000 + "y\n0,a,46,7,0\n", "1000 at most"),
        ("\0\1\2", "not text"),
        ("PAR1 and no more", "cannot be read as Parquet"),
    ],
)
def test_what_is_no_table_of_motion_is_refused(text, said):
    """The error names the source and says what is wrong."""
    with pytest.raises(InputError, match="data") as caught:
        read_text(text)
    assert said in str(caught.value)


def test_gzip_within_gzip_is_refused(tmp_path):
    """Content is unpacked once, within limits; the reader of CSV gets nothing to unpack."""
    path = tmp_path / "t.csv.gz"
    path.write_bytes(gzip.compress(gzip.compress((HEAD + "\n0,a,46,7,0\n").encode())))
    with pytest.raises(InputError, match="packed twice"):
        motion_table.read(path)


def test_an_empty_scene_is_a_table_without_rows(tmp_path):
    """Header and no rows, and back."""
    for name in ("t.csv", "t.parquet"):
        motion_table.write(tmp_path / name, Scene(source="none"))
        assert motion_table.read(tmp_path / name).moves.size == 0


@pytest.mark.parametrize("name", ["t.csv", "t.csv.gz", "t.parquet"])
def test_a_scenario_takes_it_as_recorded_traffic(tmp_path, name):
    """The reader of recordings gets the flights, without the battery's site."""
    motion_table.write(tmp_path / name, full_scene())
    found = read_recording(tmp_path / name)
    assert found.names == ("3c6444", "track 17")
    np.testing.assert_array_equal(found.time_s, full_scene().moves["time_s"][[0, 1, 2, 4, 5]])


@pytest.mark.parametrize("name", ["t.csv", "t.csv.gz", "t.parquet"])
def test_it_is_truth_for_a_score(tmp_path, name):
    """The reader of truth gets the flights in the frame of the tracks."""
    frame = Frame(23.5, 179.9)
    motion_table.write(tmp_path / name, full_scene())
    found = read_truth(tmp_path / name, frame)
    assert found.target_names == ("3c6444", "track 17")
    assert found.truth["time_s"].tolist() == [3600.25, 3610.5, 3620.0, 0.0, 0.125]
    assert found.truth["z_m"][0] == pytest.approx(9000.0, abs=1e-6)


def test_utc_is_spelled_as_exactly_as_needed():
    """Seconds, milliseconds or microseconds, the same for all rows; times before the epoch too."""
    spell = motion_table.utc_of
    assert spell(EPOCH, np.array([-1.0, 86400.0])).tolist() == ["2024-04-30T23:59:59Z", "2024-05-02T00:00:00Z"]
    assert spell(EPOCH, np.array([0.5]))[0] == "2024-05-01T00:00:00.500Z"
    assert spell(datetime(2024, 5, 1, tzinfo=UTC), np.array([1e-6, 0.0]))[1] == "2024-05-01T00:00:00.000000Z"


def test_large_tables_take_seconds(tmp_path):
    """140,000 places are read in less than three seconds, as CSV and as Parquet."""
    scene = large_scene()
    for name in ("t.csv", "t.parquet"):
        motion_table.write(tmp_path / name, scene)
        began = time.process_time()
        found = motion_table.read(tmp_path / name)
        assert time.process_time() - began < 3.0
        assert found.moves.size == 140_000


def test_a_thing_that_is_nowhere_is_not_in_the_table():
    """A table holds places: things without one are not told."""
    scene = Scene(source="x", things=(Thing(key="a"), Thing(key="b")), moves=moves_of([(1, *[0.0] * 8)]))
    assert motion_table.columns_of(scene)["flight"].tolist() == ["b"]
    assert scene.moves.dtype == MOVE
