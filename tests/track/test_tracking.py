"""The tracker as one verb: what goes in, when it answers, what comes out, and that the room can be called."""

import subprocess
import sys

import numpy as np
import pytest

import farwatch as fw
from farwatch.errors import InputError
from farwatch.records import STATE, TRUTH
from farwatch.track import Sensor, TrackOptions
from farwatch.track.tracking import at_intervals
from track import scene

ALPHA = Sensor(
    name="alpha", revisit_s=10.0, range_sigma_m=50.0, azimuth_sigma_deg=0.17, elevation_sigma_deg=0.17,
    max_range_m=4e5, pd=0.9, false_plots_per_scan=5.0,
)  # fmt: skip
QUIET = TrackOptions(identify=False)


def together(times, start=(-40e3, 30e3, 8e3), velocity=(200.0, 0.0, 0.0)):
    """Columns of plots of one straight flight, each scan at one time, without noise."""
    place = np.asarray(start) + np.outer(times, velocity)
    level = np.hypot(place[:, 0], place[:, 1])
    return {
        "t": np.asarray(times, float),
        "range_m": np.linalg.norm(place, axis=1),
        "azimuth_deg": np.degrees(np.arctan2(place[:, 0], place[:, 1])),
        "elevation_deg": np.degrees(np.arctan2(place[:, 2], level)),
    }


@pytest.fixture(scope="module")
def rotating():
    """Plots of a radar that turns, with noise and false plots; two targets."""
    targets = [scene.straight((-50e3, 30e3, 8e3), (200, 0, 0)), scene.straight((40e3, -30e3, 6e3), (-100, 100, 0))]
    return scene.observe(scene.radar(), targets, np.random.default_rng(1), 200.0, false_plots=5.0)


def test_two_targets_give_two_tracks(rotating):
    """Among false plots each target is held by one track, near where it is."""
    in_time = rotating[np.argsort(rotating["time_s"])]
    tracks = fw.track(in_time, ALPHA, QUIET)
    assert len(tracks) == 2
    last = tracks.states[tracks.states["time_s"] == tracks.states["time_s"].max()]
    now = float(last["time_s"][0])
    for place in ((-50e3 + 200 * now, 30e3, 8e3), (40e3 - 100 * now, -30e3 + 100 * now, 6e3)):
        away_m = np.hypot(last["x_m"] - place[0], last["y_m"] - place[1])
        assert away_m.min() < 500.0
    assert tracks.rows_read == rotating.size
    assert not tracks.bad_rows


def test_scans_with_one_time_are_answered_at_that_time():
    """Output times are the scans' own, to the bit, wherever the first one lies."""
    times = 1234.5 + 10.0 * np.arange(12)
    tracks = fw.track(together(times), ALPHA, QUIET)
    assert set(tracks.states["time_s"]) <= set(times)
    assert tracks.states["time_s"].max() == times[-1]
    truth_x = -40e3 + 200.0 * tracks.states["time_s"]
    np.testing.assert_allclose(tracks.states["x_m"], truth_x, atol=5.0)


def test_a_turning_radar_is_answered_at_the_end_of_each_turn(rotating):
    """Where each plot has its own time, output times are the ends of revisits, the last one after the last plot."""
    in_time = rotating[np.argsort(rotating["time_s"])]
    times = np.unique(fw.track(in_time, ALPHA, QUIET).states["time_s"])
    np.testing.assert_array_equal(np.mod(times, 10.0), 0.0)
    assert rotating["time_s"].max() <= times[-1] < rotating["time_s"].max() + 10.0


def test_output_may_be_asked_for_at_intervals():
    """`every_s` gives multiples of itself, each the last known state carried on."""
    times = 10.0 * np.arange(12)
    tracks = fw.track(together(times), ALPHA, TrackOptions(identify=False, every_s=4.0))
    assert (np.mod(tracks.states["time_s"], 4.0) == 0.0).all()
    np.testing.assert_allclose(tracks.states["x_m"], -40e3 + 200.0 * tracks.states["time_s"], atol=10.0)


def test_states_carried_on_are_less_sure():
    """A state carried on moves along its velocity; its covariance is F P F' and white acceleration."""
    one = np.zeros(2, STATE)
    one["time_s"], one["serial"], one["vx_m_s"] = (0.0, 10.0), 3, 100.0
    one["x_m"] = 0.0, 1000.0
    one["covariance"] = np.diag([4.0, 4.0, 4.0, 1.0, 1.0, 1.0])
    found = at_intervals(one, 4.0, 0.5)
    np.testing.assert_array_equal(found["time_s"], [0.0, 4.0, 8.0])
    np.testing.assert_allclose(found["x_m"], [0.0, 400.0, 800.0])
    step = np.eye(6)
    step[:3, 3:] = 4.0 * np.eye(3)
    noise = 0.25 * np.kron([[4**3 / 3, 4**2 / 2], [4**2 / 2, 4.0]], np.eye(3))
    np.testing.assert_allclose(found["covariance"][1], step @ one["covariance"][0] @ step.T + noise)
    assert at_intervals(one[:0], 4.0, 0.5).size == 0


def test_every_source_of_plots_gives_the_same_tracks(tmp_path):
    """A file, a mapping and a data frame are the same plots."""
    pandas = pytest.importorskip("pandas")
    columns = together(10.0 * np.arange(12))
    frame = pandas.DataFrame(columns)
    path = tmp_path / "plots.csv"
    frame.to_csv(path, index=False)
    base = fw.track(columns, [ALPHA], QUIET).states
    for other in (frame, path, str(path), [path]):
        np.testing.assert_array_equal(fw.track(other, ALPHA, QUIET).states, base)


def test_bad_rows_are_left_out_or_refused():
    """By choice; when refused, each is listed."""
    columns = together(10.0 * np.arange(12))
    columns["range_m"][[3, 7]] = np.nan, -1.0
    tracks = fw.track(columns, ALPHA, QUIET)
    assert [row.line for row in tracks.bad_rows] == [4, 8]
    with pytest.raises(InputError) as caught:
        fw.track(columns, ALPHA, TrackOptions(bad_rows="refuse"))
    assert len(caught.value.problems) == 2


def test_no_usable_plot_is_a_result():
    """Where every row is bad there are no tracks, and the rows say why."""
    columns = together(10.0 * np.arange(3))
    columns["range_m"][:] = -1.0
    tracks = fw.track(columns, ALPHA, QUIET)
    assert len(tracks) == tracks.scans == 0
    assert len(tracks.bad_rows) == 3


def test_results_become_tables(tmp_path):
    """pandas, Arrow and files hold the same columns; with a place there are degrees too."""
    pytest.importorskip("pyarrow")
    pandas = pytest.importorskip("pandas")
    at = {"lat_deg": 47.0, "lon_deg": 8.0, "height_m": 500.0}
    placed = Sensor.model_validate({**ALPHA.model_dump(), "at": at})
    tracks = fw.track(together(10.0 * np.arange(12)), placed, TrackOptions())
    frame = tracks.to_pandas()
    assert list(frame.columns)[:8] == ["t", "track_id", "x", "y", "z", "vx", "vy", "vz"]
    assert list(frame.columns)[-3:] == ["lat_deg", "lon_deg", "height_m"]
    assert tracks.to_arrow().num_rows == len(frame) == tracks.states.size
    read = pandas.read_csv(tracks.write(tmp_path / "t.csv"))
    np.testing.assert_allclose(read["x"], frame["x"], rtol=0, atol=0)
    assert (frame["height_m"] > 8000.0).all()


def test_options_that_contradict_themselves_are_refused():
    """All of them at once."""
    with pytest.raises(InputError) as caught:
        TrackOptions(association="best", bad_rows="hide", every_s=0.0, confirm="5-of-3")
    assert [problem.where for problem in caught.value.problems] == ["association", "bad_rows", "every_s", "confirm"]


def test_scoring_needs_a_truth():
    """Without one there is nothing to judge by."""
    tracks = fw.track(together(10.0 * np.arange(4)), ALPHA, QUIET)
    with pytest.raises(InputError, match="truth"):
        tracks.score()


def test_scoring_against_truth_records():
    """What the scorer is given is the states and TRUTH records."""
    pytest.importorskip("farwatch.track.evaluate", exc_type=ImportError)
    times = 10.0 * np.arange(20)
    truth = np.zeros(times.size, TRUTH)
    truth["time_s"], truth["x_m"], truth["y_m"], truth["z_m"] = times, -40e3 + 200.0 * times, 30e3, 8e3
    truth["vx_m_s"] = 200.0
    assert fw.track(together(times), ALPHA, QUIET, truth=truth).score() is not None


@pytest.mark.parametrize(
    "before",
    ["", "import farwatch.mission", "from farwatch.track.follow import follow"],
)
def test_the_verb_can_be_called_whatever_was_imported_before(before):
    """`fw.track` is the room and the verb, in every order of imports."""
    code = f"import farwatch as fw\n{before}\nassert callable(fw.track)\nfrom farwatch.track import follow, track\n"
    code += "try:\n    fw.track('nowhere.csv', [])\nexcept fw.InputError as error:\n    print(error)"
    told = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True)
    assert "at least one" in told.stdout
