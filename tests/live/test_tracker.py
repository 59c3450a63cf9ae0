"""The incremental picture is that of the recording."""

import numpy as np
import pytest

from farwatch.formats import asterix
from farwatch.formats.asterix_tracking import chosen
from farwatch.live.service import service_of
from farwatch.live.tracker import LIVE, Air, admitted, emptied, warm
from farwatch.track.sensors import Sensor
from farwatch.track.tracking import track
from live.feeds import Stepped, blocks_in, turns

FILE = """\
name: sac20-sic4
at: {lat_deg: 40.5, lon_deg: -3.5, height_m: 600}
revisit_s: 4.99
phase_s: 1.25
max_range_m: 200000
"""


@pytest.fixture(scope="module")
def recording(shared):
    """79 minutes of one radar and two aircraft."""
    return shared / "data" / "asterix" / "es_sac20_sic4_79min.ast"


@pytest.fixture(scope="module")
def sensor_file(tmp_path_factory):
    """The radar's file, with a notional place."""
    path = tmp_path_factory.mktemp("sensors") / "radar.yaml"
    path.write_text(FILE)
    return path


@pytest.fixture(scope="module")
def tracked(recording, sensor_file):
    """STATE rows of `farwatch track` over the whole recording."""
    found = chosen(asterix.read(recording), [sensor_file])
    return track(found.plots, found.sensors, LIVE).states


@pytest.mark.parametrize("at_once", [1, 7, 512])
def test_live_tracks_are_those_of_the_recording_to_the_bit(recording, sensor_file, tracked, at_once):
    """Datagram by datagram or many at once: every state of every track is that of `track` on the file."""
    blocks = blocks_in(recording)
    if at_once == 1:
        blocks = blocks[:600]
    stepped = Stepped(service_of([sensor_file]))
    for first in range(0, len(blocks), at_once):
        stepped.wall_s += 1e-3
        stepped.hear(blocks[first : first + at_once])
    states = stepped.all_states()
    expected = tracked[tracked["time_s"] <= states["time_s"].max()]
    assert states.size > 300
    assert states.size == expected.size
    for name in expected.dtype.names:
        np.testing.assert_array_equal(states[name], expected[name], err_msg=name)


def test_two_radars_make_the_tracks_of_both_recordings_to_the_bit(tmp_path):
    """Interleaved as they came, with turns of different length: every state is that of `track` on the whole."""
    timed = sorted([*turns(30), *turns(30, sic=2, start_s=36001.3)], key=lambda one: one[0])
    files = []
    for sic, revisit_s, lat_deg in ((1, 4.0, 46.0), (2, 5.0, 46.01)):
        files.append(tmp_path / f"{sic}.yaml")
        files[-1].write_text(
            f"name: sac1-sic{sic}\nat: {{lat_deg: {lat_deg}, lon_deg: 8.0, height_m: 500}}\nrevisit_s: {revisit_s}\n"
            f"phase_s: 0.7\nmax_range_m: 100000\n"
        )
    found = chosen(asterix.decode(b"".join(one for _, one in timed)), files)
    expected = track(found.plots, found.sensors, LIVE).states
    stepped = Stepped(service_of(files))
    stepped.play(timed, at_once=3)
    states = stepped.all_states()
    expected = expected[expected["time_s"] <= states["time_s"].max()]
    assert states.size == expected.size > 50
    for name in expected.dtype.names:
        np.testing.assert_array_equal(states[name], expected[name], err_msg=name)


def test_the_rest_comes_when_the_feed_falls_silent(recording, sensor_file, tracked):
    """What is held back at the end is told once time has run on without data."""
    stepped = Stepped(service_of([sensor_file]))
    blocks = blocks_in(recording)
    for first in range(0, len(blocks), 512):
        stepped.wall_s += 1e-3
        stepped.hear(blocks[first : first + 512])
    stepped.wait(12)
    assert stepped.counts["used"] == 1830
    assert stepped.all_states()["time_s"].max() >= tracked["time_s"].max()


def test_north_marks_lead_to_the_same_aircraft(recording, tmp_path, tracked):
    """Without a period in the file the grid follows the north marks: two aircraft all along, near the same places."""
    path = tmp_path / "place.yaml"
    path.write_text("name: sac20-sic4\nat: {lat_deg: 40.5, lon_deg: -3.5, height_m: 600}\n")
    stepped = Stepped(service_of([path]))
    blocks = blocks_in(recording)
    for first in range(0, len(blocks), 64):
        stepped.wall_s += 1e-3
        stepped.hear(blocks[first : first + 64])
    states = stepped.all_states()
    assert set(states["address"].tolist()) == {0x343085, 0x3430D8}
    assert stepped.counts["used"] >= 1800
    for address in (0x343085, 0x3430D8):
        ours, theirs = states[states["address"] == address], tracked[tracked["address"] == address]
        near = np.searchsorted(theirs["time_s"], ours["time_s"]).clip(1, theirs.size - 1)
        gap_s = ours["time_s"] - theirs["time_s"][near]
        close = np.abs(gap_s) < 5.0
        gap_m = np.hypot(
            *(ours[f"{a}_m"] - theirs[f"{a}_m"][near] - gap_s * theirs[f"v{a}_m_s"][near] for a in "xy")
        )
        assert close.mean() > 0.9
        assert np.median(gap_m[close]) < 200.0  # the azimuth's standard deviation at 145 km


def test_a_sensor_that_comes_later_leaves_the_picture_as_it_is():
    """Admitting a radar widens the arrays by a column and changes nothing in the others."""
    first, second = (
        Sensor(name=name, revisit_s=4.0, range_sigma_m=50.0, azimuth_sigma_deg=0.1, max_range_m=1e5,
               at={"lat_deg": lat, "lon_deg": 8.0})
        for name, lat in (("one", 46.0), ("two", 47.0))
    )
    service = service_of([])
    air = admitted(service.air, [first])
    air.picture.looks[:] = 7.0
    wider = admitted(air, [first, second])
    assert wider.picture.looks.shape[1] == 2
    assert (wider.picture.looks[:, 0] == 7.0).all()
    assert (wider.picture.streaks[:, 1] == -1).all()
    assert wider.frame == air.frame
    assert admitted(wider, [first, second]) is wider


def test_warming_up_leaves_nothing_behind():
    """It runs, and a picture made afterwards is empty."""
    warm()
    assert admitted(Air(), [Sensor(name="one", revisit_s=4.0, range_sigma_m=50.0, azimuth_sigma_deg=0.1,
                                   max_range_m=1e5, at={"lat_deg": 46.0, "lon_deg": 8.0})]).tentative == 0  # fmt: skip


def test_a_new_picture_goes_on_counting_tracks():
    """Serials are never used again, not even when the picture begins anew."""
    sensor = Sensor(name="one", revisit_s=4.0, range_sigma_m=50.0, azimuth_sigma_deg=0.1, max_range_m=1e5,
                    at={"lat_deg": 46.0, "lon_deg": 8.0})
    air = admitted(service_of([]).air, [sensor])
    air.picture.counters[0] = 12
    assert emptied(air).picture.counters[0] == 12
