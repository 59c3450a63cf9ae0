"""Registration and fusion as verbs: files and sensors in, sensors that know their errors out, one picture out."""

import numpy as np
import pytest

from farwatch.errors import InputError
from farwatch.track import Sensor, TrackOptions, track
from farwatch.track.files import write_columns
from farwatch.track.fusing import frame_of, fuse_files
from farwatch.track.registering import Registering, register
from farwatch.track.sensors import together
from track import biased

SITES = (("alpha", 5.0, 47.0, 8.0), ("bravo", 8.0, 47.6, 9.2))
SENSORS = tuple(
    Sensor(
        name=name, revisit_s=period_s, range_sigma_m=50.0, azimuth_sigma_deg=0.1, max_range_m=4e5, interrogator=True,
        at={"lat_deg": lat, "lon_deg": lon, "height_m": 500.0},
    )
    for name, period_s, lat, lon in SITES
)  # fmt: skip
ERRORS = ((120.0, 0.3, 0.4), (-200.0, -0.4, -0.7))
DIGITS = 6


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Two radars with errors: plots PLOT[n] of 16 targets with addresses and heights, and a reference file."""
    radars, frame = together(SENSORS)
    rng = np.random.default_rng(3)
    targets = biased.flights(rng, count=16)
    told = [
        biased.errors(range_m=r, azimuth_rad=np.radians(a), time_s=t) for r, a, t in ERRORS
    ]
    plots = [biased.scanned(radars[r], r, targets, told[r], rng, until_s=400.0, sigmas=(50.0, np.radians(0.1), 0.0))
             for r in range(2)]  # fmt: skip
    plots = [biased.with_heights(plots[r], radars[r], targets, 40.0, rng) for r in range(2)]
    truth = biased.reference(targets, rng, until_s=400.0)
    place = frame.from_local(np.stack([truth["x_m"], truth["y_m"], truth["z_m"]], axis=1))
    path = tmp_path_factory.mktemp("reference") / "truth.csv"
    ids = np.array([f"a{number + 1:05x}" for number in truth["target"]], dtype=object)
    write_columns(path, {"t": truth["time_s"], "target_id": ids, "lat_deg": place[:, 0], "lon_deg": place[:, 1],
                         "height_m": place[:, 2]})  # fmt: skip
    together_seen = np.concatenate(plots)
    together_seen["address"] += 0xA00000
    return together_seen[np.argsort(together_seen["time_s"])], path


def assert_told(sensors, clock=True):
    """Sensors know the errors that were put in."""
    for sensor, (range_m, azimuth_deg, time_s) in zip(sensors, ERRORS, strict=True):
        assert sensor.range_bias_m == pytest.approx(range_m, abs=40.0)
        assert sensor.azimuth_bias_deg == pytest.approx(azimuth_deg, abs=0.02)
        assert not clock or sensor.time_bias_s == pytest.approx(time_s, abs=0.05)


def test_a_reference_tells_all_errors(world):
    """With the reference's addresses; the sensors that come out know them, and registering again finds no more."""
    plots, reference = world
    found = register(plots, SENSORS, reference)
    assert found.problems == []
    assert "by their addresses" in found.how
    assert_told(found.mended())
    again = register(plots, found.mended(), reference)
    assert np.abs(again.biases.values[:, 0]).max() < 1.0
    assert again.mended()[0].range_bias_m == pytest.approx(found.mended()[0].range_bias_m, abs=1.0)


@pytest.mark.parametrize("named", [True, False])
def test_two_radars_correct_each_other(world, named):
    """By addresses, or by the tracks of the first; the clock of the first is held."""
    plots = world[0].copy()
    if not named:
        plots["address"] = 0
    found = register(plots, SENSORS)
    assert found.problems == []
    assert ("addresses" in found.how) == named
    assert_told(found.mended(), clock=False)
    assert found.mended()[1].time_bias_s == pytest.approx(-1.1, abs=0.05)


def test_what_cannot_be_told_is_said(world):
    """Too few plots, one radar without a reference, errors that no sensor file can hold."""
    plots, reference = world
    few = register(plots[:8], SENSORS, reference)
    assert [problem.where for problem in few.problems] == ["alpha", "bravo"]
    assert "too few" in few.problems[0].rule
    assert few.mended()[0].range_bias_m == 0.0
    mine = plots[plots["radar_index"] == 0]
    with pytest.raises(InputError, match="one sensor alone"):
        register(mine, SENSORS[:1])
    with pytest.raises(InputError, match="2 problems"):
        Registering(estimate=("range", "time_s"), height_sigma_m=-1.0)


def test_track_files_of_two_radars_become_one_picture(world, tmp_path):
    """Each file stands in its own radar's frame; fused, each target is one system track, surer than either file."""
    plots, reference = world
    sensors = register(plots, SENSORS, reference).mended()
    paths, singles = [], []
    for r, sensor in enumerate(sensors):
        mine = plots[plots["radar_index"] == r].copy()
        mine["radar_index"] = 0
        singles.append(track(mine, sensor, TrackOptions(identify=False)))
        paths.append(singles[-1].write(tmp_path / f"{sensor.name}.csv"))
    found = fuse_files(paths)
    assert found.counts == (16, 16)
    assert np.unique(found.states["serial"]).size == 16
    assert found.frame is not None
    when = singles[0].states["time_s"].max()
    ours, alone = (states[states["time_s"] == when] for states in (found.states, singles[0].states))
    assert ours.size == alone.size == 16
    volume = [np.median(np.linalg.det(states["covariance"])) for states in (ours, alone)]
    assert volume[0] < 0.9 * volume[1]
    assert {"lat_deg", "x", "cov_x_x"} <= set(found.columns)


def test_the_frame_of_a_track_file_is_found_from_its_rows(world, tmp_path):
    """To a millimetre, from local positions and places together."""
    plots = world[0][world[0]["radar_index"] == 0]
    path = track(plots, SENSORS[0], TrackOptions(identify=False)).write(tmp_path / "alpha.csv")
    found = frame_of(path)
    assert found is not None
    origin = found.to_local(47.0, 8.0, 500.0)
    np.testing.assert_allclose(origin, 0.0, atol=1e-3)


def test_files_that_cannot_be_fused_are_refused(tmp_path):
    """One file; no covariances; places in one file only; places that belong to another frame."""
    bare = tmp_path / "bare.csv"
    bare.write_text("t,track_id,x,y,z\n0,1,10,20,30\n")
    full = {"t": [0.0], "track_id": [1], "x": [10.0], "y": [20.0], "z": [30.0], "vx": [1.0], "vy": [2.0], "vz": [3.0]}
    axes = ("x", "y", "z", "vx", "vy", "vz")
    full |= {f"cov_{a}_{b}": [float(a == b)] for i, a in enumerate(axes) for b in axes[i:]}
    columns = {name: np.array(cells) for name, cells in full.items()}
    local = write_columns(tmp_path / "local.csv", columns)
    placed = write_columns(tmp_path / "placed.csv", columns | {
        "lat_deg": np.array([47.0]), "lon_deg": np.array([8.0]), "height_m": np.array([30.0])})  # fmt: skip
    two = {name: np.repeat(cells, 2) for name, cells in columns.items()} | {
        "t": np.array([0.0, 1.0]), "x": np.array([0.0, 5000.0]), "lat_deg": np.array([47.0, 47.0]),
        "lon_deg": np.array([8.0, 8.0]), "height_m": np.array([30.0, 30.0])}  # fmt: skip
    wrong = write_columns(tmp_path / "wrong.csv", two)
    for paths, said in (
        ([local], "two files at least"), ([local, bare], "bare.csv: columns"), ([local, placed], "no place on Earth"),
        ([placed, wrong], "in one frame"), ([placed, tmp_path / "none.csv"], "does not exist"),
    ):  # fmt: skip
        with pytest.raises(InputError, match=said):
            fuse_files(paths)
    assert "one frame" in fuse_files([local, local]).notes[0]
