"""Tables of plots, truth and tracks: what is read, what is left out and how that is said, what comes back."""

import gzip

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farwatch.errors import InputError, StoreError
from farwatch.records import PLOT, STATE
from farwatch.track.files import plot_table, read_plots, read_tracks, read_truth, track_columns, write_columns
from farwatch.track.files.clock import backward, unrolled
from farwatch.track.files.plots import KINDS, KNOWN
from farwatch.track.files.states import COVARIANCE
from farwatch.track.sensors import Sensor
from farwatch.world.earth import Frame

ALPHA = Sensor(
    name="alpha", revisit_s=5.0, range_sigma_m=50.0, azimuth_sigma_deg=0.15, elevation_sigma_deg=0.2, max_range_m=4e5
)
BETA = ALPHA.model_copy(update={"name": "beta", "range_sigma_m": 80.0, "elevation_sigma_deg": None})
HEAD = "time_s,range_m,azimuth_deg,elevation_deg\n"


@pytest.fixture
def write(tmp_path):
    """Writes a table of plots."""

    def _write(text, name="plots.csv"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return _write


def test_units_are_in_the_names(write):
    """Degrees and radians, decibels, flight levels, octal and hexadecimal codes all arrive in our units."""
    text = (
        "t,range_m,azimuth_rad,elevation_deg,snr_db,rcs_dbsm,flight_level,mode_a,address,doppler_m_s,doppler_sigma_m_s\n"
        "1,1000,0.5,90,20,-10,100,7700,4ca123,-30,2\n"
        "2,1000,0.5,,,,,,,,\n"
    )
    plots = read_plots([write(text)], [ALPHA]).plots
    one, two = plots
    assert (one["time_s"], one["azimuth_rad"], one["elevation_rad"]) == (1.0, 0.5, pytest.approx(np.pi / 2))
    assert (one["snr"], one["rcs_m2"], one["height_m"]) == (pytest.approx(100.0), pytest.approx(0.1), 3048.0)
    assert (one["mode_a"], one["address"], one["reply"]) == (0o7700, 0x4CA123, 1)
    assert (one["doppler_m_s"], one["doppler_sigma_m_s"], one["height_sigma_m"]) == (-30.0, 2.0, 60.0)
    for name in ("elevation_sigma_rad", "doppler_sigma_m_s", "height_sigma_m", "mode_a", "address", "reply", "snr"):
        assert two[name] == 0, name
    assert (plots["truth"] == -1).all()


def test_every_kind_of_bad_row_is_named_by_its_line(write):
    """Each breach is counted once, with the line of the file, blank lines and comments counted."""
    rows = [
        "# recorded on a hill",
        HEAD.strip() + ",sensor,mode_a",
        "0,1000,10,5,alpha,0012",
        "",
        "0.1,1000,11",
        "0.2,nan,10,5,alpha,",
        "0.3,1000,ten,5,alpha,",
        "0.4,-3,10,5,alpha,",
        "0.5,1000,400,5,alpha,",
        "0.6,1000,10,91,alpha,",
        "0.7,1000,10,5,alpha,8888",
        "0.8,1000,10,5,gamma,",
        "0.9,500000,10,5,alpha,",
        "0,1000,10,5,alpha,0012",
        "20,1000,10,5,alpha,",
        "20.1,1000,10,5,alpha,",
        "20.2,1000,10,5,alpha,",
        "14.9,1000,10,5,alpha,",
        "15.3,1000,10,5,alpha,",
        "20.3,1000,10,5,alpha,",
    ]
    table = read_plots([write("\n".join(rows))], [ALPHA])
    told = [(row.line, row.kind) for row in table.bad]
    assert told == [
        (5, "cells"), (6, "number"), (7, "number"), (8, "range"), (9, "azimuth"), (10, "elevation"), (11, "code"),
        (12, "sensor"), (13, "reach"), (14, "duplicate"), (18, "time"),
    ]
    assert table.rows == 17
    assert table.plots.size == 6
    assert table.counts == {kind: [k for _, k in told].count(kind) for kind in KINDS}
    assert "'ten'" in next(row.value for row in table.bad if row.line == 7)
    with pytest.raises(InputError) as caught:
        table.refuse_bad()
    assert [problem.line for problem in caught.value.problems] == [line for line, _ in told]


def test_a_wild_time_is_the_bad_row_and_not_all_that_follow(write):
    """One time far ahead costs one row."""
    rows = [f"{t},{1000 + t},10,5" for t in (0, 1, 2, 90000, 3, 4, 5, 6)]
    table = read_plots([write(HEAD + "\n".join(rows))], [ALPHA])
    assert [(row.line, row.kind) for row in table.bad] == [(5, "time")]


def test_midnight_is_rolled_over(write):
    """Times of day run on, for all sensors together, and rows a little out of order stay beside their neighbours."""
    rows = ["86390,alpha", "86399.9,beta", "0.1,alpha", "86399.8,beta", "5,beta", "10,alpha"]
    text = "time_s,sensor,range_m,azimuth_deg\n" + "\n".join(f"{row},{k + 1000},1" for k, row in enumerate(rows))
    table = read_plots([write(text)], [ALPHA, BETA])
    assert not table.bad
    assert any("midnight" in note for note in table.notes)
    np.testing.assert_allclose(table.plots["time_s"], [86390, 86399.9, 86400.1, 86399.8, 86405, 86410])


@given(st.lists(st.floats(0, 40), min_size=2, max_size=60), st.floats(1, 86_399))
def test_unrolling_undoes_rolling(steps, start):
    """Any times in order, told as times of day, come back as they were but for whole days before the first."""
    true = start + np.cumsum(steps)
    rolled = np.mod(true, 86_400.0)
    again, _ = unrolled(rolled, np.zeros(true.size, np.int64))
    np.testing.assert_allclose(again - again[0], true - true[0], atol=1e-6)


@given(st.lists(st.floats(0, 100), max_size=40), st.floats(0, 20))
def test_rows_that_are_not_late_are_kept(times, slack):
    """What is left after the late rows are out holds no drop of more than the slack; in order, none is out."""
    times = np.array(times)
    kept = times[~backward(times, slack)]
    assert (np.maximum.accumulate(kept) - kept <= slack + 1e-9).all() if kept.size else True
    assert not backward(np.sort(times), slack).any()


def test_scans_stand_for_time_where_there_is_none(write):
    """A scan's number times the revisit is its time."""
    text = "scan,range_m,azimuth_deg\n0,1000,1\n3,1100,1\n"
    np.testing.assert_array_equal(read_plots([write(text)], [ALPHA]).plots["time_s"], [0.0, 15.0])


def test_sensors_are_found_by_name_number_or_file(write):
    """Several files without a column `sensor` belong to the sensors in turn."""
    text = "time_s,sensor,range_m,azimuth_deg\n0,beta,1000,1\n0,0,1000,2\n"
    plots = read_plots([write(text)], [ALPHA, BETA]).plots
    assert plots["radar_index"].tolist() == [1, 0]
    assert plots["range_sigma_m"].tolist() == [80.0, 50.0]
    bare = "time_s,range_m,azimuth_deg\n0,1000,1\n"
    files = [write(bare, "a.csv"), write(bare, "b.csv")]
    assert read_plots(files, [ALPHA, BETA]).plots["radar_index"].tolist() == [0, 1]
    with pytest.raises(InputError, match="column sensor"):
        read_plots(files[:1], [ALPHA, BETA])


def test_known_biases_are_taken_off(write):
    """A sensor's errors that its file tells are gone from its plots."""
    off = ALPHA.model_copy(update={"range_bias_m": 100.0, "azimuth_bias_deg": 1.0, "time_bias_s": 0.5})
    one = read_plots([write(HEAD + "10,1100,0.5,3\n")], [off]).plots[0]
    assert (one["range_m"], one["time_s"]) == (1000.0, 9.5)
    assert one["azimuth_rad"] == pytest.approx(np.radians(359.5))


def test_what_is_measured_and_not_used_is_said(write):
    """Elevations of a 2-D radar, Doppler without a sigma: not used, and a note says so."""
    text = "time_s,range_m,azimuth_deg,elevation_deg,doppler_m_s\n0,1000,1,5,20\n"
    table = read_plots([write(text)], [BETA])
    assert sum("is not used" in note for note in table.notes) == 2
    assert table.plots["elevation_sigma_rad"][0] == table.plots["doppler_sigma_m_s"][0] == 0.0


def test_unknown_columns_are_named_once(write):
    """They are ignored, and the nearest known name is offered."""
    table = read_plots([write("time_s,range_m,azimuth_deg,elevaton_deg,colour\n0,1000,1,2,red\n")], [ALPHA])
    assert table.notes == ("plots.csv: columns not read: elevaton_deg (did you mean elevation_deg?), colour",)


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        ("", "p.csv", "is empty"),
        (HEAD, "p.csv", "no rows"),
        ("time_s,rang_m,azimuth_deg\n0,1,2\n", "p.csv", "did you mean rang_m"),
        ("a,b\n1,2\n", "p.csv", "column azimuth_rad"),
        ("time_s,time_s,range_m\n1,2,3\n", "p.csv", "appears twice"),
        (bytes(range(256)) * 9, "p.csv", "not text"),
        (HEAD.encode("utf-16"), "p.csv", "UTF-16"),
        (HEAD.encode() + b"0,1000,1,\xff\n", "p.csv", "UTF-8"),
        (b"\x1f\x8bbroken", "p.csv.gz", "cannot be read"),
        (b"PAR1 no", "p.parquet", "cannot be read as Parquet"),
        (HEAD, "p.xlsx", "suffix"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_in_words(write, content, name, said):
    """Every way to break a whole file ends in an InputError that says what is wrong."""
    with pytest.raises(InputError, match=said):
        read_plots([write(content, name)], [ALPHA])


def test_no_file_and_a_folder_are_refused(tmp_path):
    """A name that leads nowhere, a folder, and no name at all; two of them are told together."""
    with pytest.raises(InputError) as caught:
        read_plots([tmp_path, tmp_path / "nowhere.csv"], [ALPHA])
    assert [problem.rule for problem in caught.value.problems] == ["is a directory", "does not exist"]
    with pytest.raises(InputError, match="one file at least"):
        read_plots([], [ALPHA])


def test_the_same_plots_from_every_form(write, tmp_path):
    """CSV, semicolons, gzip, Parquet, a mapping, a data frame and PLOT records all mean the same plots."""
    pandas = pytest.importorskip("pandas")
    text = HEAD.strip() + ",target_id\n" + "".join(f"{k},{1000 + 7 * k},{3 * k},{k / 3},t{k % 3}\n" for k in range(50))
    path = write(text)
    base = read_plots([path], [ALPHA])
    frame = pandas.read_csv(path)
    columns = {name: frame[name].to_numpy() for name in frame.columns}
    others = [
        read_plots([write(text.replace(",", ";"), "s.csv")], [ALPHA]),
        read_plots([write(gzip.compress(text.encode()), "z.csv.gz")], [ALPHA]),
        read_plots([write_columns(tmp_path / "p.parquet", columns)], [ALPHA]),
        plot_table(columns, [ALPHA]),
        plot_table(frame, [ALPHA]),
        plot_table(base.plots, [ALPHA]),
    ]
    for other in others:
        np.testing.assert_array_equal(other.plots, base.plots)
    assert base.target_names == ("t0", "t1", "t2")


def test_records_are_held_to_the_same_rules():
    """PLOT records with a bad row lose that row."""
    plots = np.zeros(3, PLOT)
    plots["range_m"], plots["azimuth_rad"], plots["time_s"] = (1000, -1, 1002), 1.0, (0, 1, 2)
    plots["truth"] = 4, 5, 6
    table = plot_table(plots, [ALPHA])
    assert [row.kind for row in table.bad] == ["range"]
    assert table.plots["truth"].tolist() == [4, 6]


def test_a_quoted_line_end_keeps_the_lines_right(write):
    """A cell over two lines does not move the numbers of the rows after it."""
    table = read_plots([write(HEAD.strip() + ',note\n0,1000,1,2,"two\nlines"\n1,-5,1,2,x\n')], [ALPHA])
    assert [row.line for row in table.bad] == [4]


@pytest.mark.parametrize("suffix", [".csv", ".csv.gz", ".parquet"])
def test_tracks_come_back_as_they_were_written(tmp_path, suffix):
    """Every number of a track file is read back to the bit, whatever the form."""
    rng = np.random.default_rng(3)
    states = np.zeros(20, STATE)
    states["time_s"], states["serial"] = np.repeat(np.arange(10.0), 2), np.tile([4, 9], 10)
    for name in ("x_m", "y_m", "z_m", "vx_m_s", "vy_m_s", "vz_m_s", "hit_s", "existence_probability"):
        states[name] = rng.normal(size=20) * 1e4
    half = rng.normal(size=(20, 6, 6))
    states["covariance"] = half + np.swapaxes(half, 1, 2)
    states["class_index"], states["identity"] = rng.integers(-1, 2, 20), rng.integers(0, 3, 20)
    states["mode_a"], states["address"] = rng.integers(0, 4096, 20), rng.integers(0, 2**24, 20)
    columns = track_columns(states, ("airliner", "drone"), Frame(47.0, 8.0, 400.0))
    assert len(COVARIANCE) == 21
    path = write_columns(tmp_path / f"tracks{suffix}", columns)
    back = read_tracks(path)
    for name in ("time_s", "serial", "x_m", "vz_m_s", "covariance", "identity", "mode_a", "address", "hit_s"):
        np.testing.assert_array_equal(back.states[name], states[name], err_msg=name)
    names = np.array([*back.class_names, ""])[back.states["class_index"]]
    np.testing.assert_array_equal(names, columns["class"])
    with_places = {name: columns[name] for name in ("t", "track_id", "lat_deg", "lon_deg", "height_m")}
    placed = read_tracks(write_columns(tmp_path / f"wgs{suffix}", with_places), Frame(47.0, 8.0, 400.0))
    np.testing.assert_allclose(placed.states["x_m"], states["x_m"], atol=1e-5)
    assert np.isnan(placed.states["covariance"]).all()


def test_an_empty_table_of_tracks_is_written_and_has_its_columns(tmp_path):
    """No track is a result too."""
    path = write_columns(tmp_path / "none.csv", track_columns(np.zeros(0, STATE)))
    assert path.read_text().startswith("t,track_id,x,y,z,vx,vy,vz,cov_x_x,")
    assert read_tracks(path).states.size == 0


def test_writing_is_whole_or_not_at_all(tmp_path):
    """What cannot be written leaves the old file as it was, and nothing beside it."""
    old = write_columns(tmp_path / "t.csv", {"t": np.arange(3.0)})
    before = old.read_bytes()
    with pytest.raises(StoreError):
        write_columns(old, {"t": np.arange(3.0), "u": np.arange(4.0)})
    with pytest.raises(StoreError):
        write_columns(tmp_path / "no" / "t.csv", {"t": np.arange(3.0)})
    with pytest.raises(InputError, match="must end in"):
        write_columns(tmp_path / "t.json", {"t": np.arange(3.0)})
    assert old.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["t.csv"]


def test_truth_takes_words_for_ids_and_places_on_earth(write):
    """Ids may be texts; degrees need a frame; the order is by target, then time."""
    text = "t,target_id,x,y,z\n1,b,1,2,3\n0,b,0,2,3\n0,a,5,5,5\n"
    found = read_truth(write(text))
    assert found.target_names == ("b", "a")
    assert found.truth["time_s"].tolist() == [0, 1, 0]
    assert np.isnan(found.truth["vx_m_s"]).all()
    degrees = write("time_s,target_id,lat_deg,lon_deg,height_m\n0,7,47.1,8,1000\n")
    with pytest.raises(InputError, match="where it stands"):
        read_truth(degrees)
    one = read_truth(degrees, Frame(47.0, 8.0)).truth[0]
    assert one["target"] == 7
    assert one["y_m"] == pytest.approx(11_119, abs=5)


def test_a_table_of_motion_is_truth(write):
    """`flight` names the target; rows of what is no flight are left out, and the lines of others stay theirs."""
    head = "time_s,flight,lat_deg,lon_deg,height_m,kind\n"
    text = head + "0,site,47,8,0,battery\n1,b,47.1,8,1000,\n0,b,47,8,1000,target\n0,7,47,8,1000,track\n"
    found = read_truth(write(text), Frame(47.0, 8.0))
    assert found.target_names == ("b", "7")
    assert found.truth["time_s"].tolist() == [0, 1, 0]
    with pytest.raises(InputError) as caught:
        read_truth(write(head + "0,site,47,8,0,radar\n1,b,x,8,1000,\n1,,47,8,1000,\n"), Frame(47.0, 8.0))
    assert [problem.line for problem in caught.value.problems] == [3, 4]
    assert "must have a flight" in str(caught.value)


def test_a_target_id_counts_before_a_flight(write):
    """Where a table has both names, the one that truth always had is taken."""
    assert read_truth(write("t,target_id,flight,x,y,z\n0,4,a,1,2,3\n")).truth["target"].tolist() == [4]


def test_a_header_without_end_is_refused(write):
    """A thousand columns at most: short rows are filled up to the header's length."""
    with pytest.raises(InputError, match="1000 at most"):
        read_truth(write("t" + ",a" * 5_000 + "\n0\n"))


def test_broken_truth_is_refused_with_its_lines(write):
    """Numbers that are none, ids that are missing, one target twice at one time: all are told."""
    text = "t,target_id,x,y,z\n0,1,x,2,3\n0,,1,2,3\n1,1,1,2,3\n1,1,1,2,3\n"
    with pytest.raises(InputError) as caught:
        read_truth(write(text))
    assert [problem.line for problem in caught.value.problems] == [2, 3, 5]
    with pytest.raises(InputError, match="target_id"):
        read_truth(write("t,target,x,y,z\n0,1,1,2,3\n"))


def test_every_column_is_on_the_page():
    """`docs/tracking.md` names every column that is read and every one that is written."""
    from pathlib import Path

    page = (Path(__file__).parents[2] / "docs" / "tracking.md").read_text(encoding="utf-8")
    written = track_columns(np.zeros(0, STATE), (), Frame(47.0, 8.0))
    missing = [name for name in (*KNOWN, *written) if f"`{name}`" not in page and not name.startswith("cov_")]
    assert not missing
