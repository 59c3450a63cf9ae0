"""Recordings on their way to the tracker: which radars, what is known of each, what a user adds."""

import numpy as np
import pytest

from farwatch.errors import InputError
from farwatch.formats.asterix import read
from farwatch.formats.asterix_tracking import chosen, given
from farwatch.track import TrackOptions, track

QUIET = TrackOptions(identify=False)


@pytest.fixture(scope="module")
def one(shared):
    """79 minutes of one radar."""
    return read(shared / "data" / "asterix" / "es_sac20_sic4_79min.gps")


@pytest.fixture(scope="module")
def several(shared):
    """Half a minute of seven radars, of which one says where it stands."""
    return read(shared / "data" / "asterix" / "cat_034_048.pcap")


@pytest.mark.validation
def test_a_recording_gives_its_own_sensor_and_two_tracks(one):
    """Turn and phase of the north marks, reach, interrogator; its two aircraft are two tracks with their addresses."""
    found = chosen(one)
    (sensor,) = found.sensors
    assert (sensor.name, sensor.interrogator, sensor.pd, sensor.at) == ("sac20-sic4", True, None, None)
    assert sensor.revisit_s == pytest.approx(4.99, abs=0.01)
    assert sensor.max_range_m == 10 * 18520.0
    tracks = track(found.plots, found.sensors, QUIET)
    assert len(tracks) == 2
    assert set(tracks.states["address"]) == {0x343085, 0x3430D8}
    assert not tracks.bad_rows


def test_a_sensor_file_completes_a_recording(one, tmp_path):
    """What it says counts, what it leaves out stays as recorded; errors of plots follow."""
    path = tmp_path / "over.yaml"
    path.write_text("name: sac20-sic4\nazimuth_sigma_deg: 0.05\nheight_sigma_m: 25\nat: {lat_deg: 40, lon_deg: -3.5}")
    found = chosen(one, [path])
    (sensor,) = found.sensors
    assert sensor.at is not None
    assert sensor.revisit_s == pytest.approx(4.99, abs=0.01)
    np.testing.assert_allclose(found.plots["azimuth_sigma_rad"], np.radians(0.05))
    np.testing.assert_array_equal(found.plots["range_sigma_m"], one.plots["range_sigma_m"])
    high = one.plots["height_sigma_m"] > 0.0
    assert high.any()
    np.testing.assert_array_equal(found.plots["height_sigma_m"], np.where(high, 25.0, 0.0))


def test_several_radars_must_each_say_where_they_stand(several):
    """Each that does not is named with what is missing, and what can be done."""
    with pytest.raises(InputError) as caught:
        chosen(several)
    said = str(caught.value)
    assert [p.where for p in caught.value.problems[:-1]] == [
        f"sac25-sic{n}" for n in (11, 13, 14, 201, 204, 205)
    ]
    assert "its time of turn and where it stands" in said
    assert "--only sac25-sic12" in said


def test_one_radar_may_be_picked(several):
    """Its plots alone; the others are told to be left out."""
    found = chosen(several, only=["sac25-sic12"])
    assert [sensor.name for sensor in found.sensors] == ["sac25-sic12"]
    assert found.plots.size == 19
    assert set(found.plots["radar_index"]) == {0}
    assert len(found.left_out) == 6


def test_radars_that_a_user_places_make_one_picture(several, tmp_path):
    """Two of seven, one placed by a file."""
    path = tmp_path / "more.yaml"
    path.write_text("name: sac25-sic201\nrevisit_s: 5\nat: {lat_deg: 44, lon_deg: 15}")
    found = chosen(several, [path], ["sac25-sic201", "sac25-sic12"])
    assert [sensor.name for sensor in found.sensors] == ["sac25-sic12", "sac25-sic201"]
    assert found.plots.size == 33
    counts = np.bincount(found.plots["radar_index"])
    np.testing.assert_array_equal(counts, [19, 14])
    assert track(found.plots, found.sensors, QUIET).frame is not None


def test_strange_names_and_empty_recordings_are_refused(several, shared, tmp_path):
    """A radar that is not there, a file of one that is not there, a recording without plots."""
    with pytest.raises(InputError, match="sac25-sic2: is no radar"):
        chosen(several, only=["sac25-sic2"])
    path = tmp_path / "alpha.yaml"
    path.write_text("{name: alpha, revisit_s: 5, range_sigma_m: 50, azimuth_sigma_deg: 0.1, max_range_m: 1e5}")
    with pytest.raises(InputError, match="alpha: is no radar"):
        chosen(several, [path])
    with pytest.raises(InputError, match=r"no plot of a radar.*CAT010"):
        chosen(read(shared / "data" / "asterix" / "midnight_cross.gps"))


def test_the_suffix_tells_a_recording(shared, tmp_path):
    """A table has its sensors named, a recording brings its own and stands alone."""
    folder = shared / "data" / "asterix"
    found = given([folder / "es_sac20_sic4_79min.ast"], [], [])
    assert found.recording is not None
    with pytest.raises(InputError, match="read by itself"):
        given([folder / "es_sac20_sic4_79min.ast", tmp_path / "x.csv"], [], [])
    with pytest.raises(InputError, match="2 problems"):
        given([tmp_path / "x.csv"], [], ["sac1-sic1"])
