"""CAT001 and CAT002: plots like those of CAT048, their times completed, tracked like any recording."""

from importlib.util import find_spec

import numpy as np
import pytest

from farwatch.formats import asterix, asterix_scene
from farwatch.formats.asterix_tracking import given
from naive import asterix as plain
from naive import asterix_library as made

pytestmark = pytest.mark.skipif(find_spec("asterix") is None, reason="libasterix is not installed")


def report(time_s, azimuth_deg=90.0, **more):
    """A CAT001 plot, its time cut to the low 16 bits of the time of day."""
    items = {
        "010": (1, 2), "020": [0x10], "040": (50.0, azimuth_deg), "070": (0, 0, 0, 0, 0o4321), "090": (0, 0, 100.0),
        "141": round(time_s % 86400 * 128) % 65536 / 128.0,
    }
    return "plot", {**items, **{name.removeprefix("i"): value for name, value in more.items()}}


def turn(time_s):
    """A CAT002 north mark."""
    return made.block(2, {"010": (1, 2), "000": 1, "030": time_s % 86400.0, "041": 4.0})


@pytest.mark.parametrize("begin_s", [0.0, 511.0, 50000.0, 86390.0, 86016.0])
def test_times_are_completed_by_the_marks_around_them(begin_s):
    """Over the 512 s at which they begin again, and over midnight, where the last part is shorter."""
    times = begin_s + np.arange(0.0, 700.0, 4.0)
    data = b"".join(turn(t) + made.block(1, report(t + 1.5), report(t - 1.0 if t > 1 else t)) for t in times)
    found = asterix.decode(data)
    first = np.round((times + 1.5) * 128) / 128
    assert found.counts.undated is False
    np.testing.assert_allclose(found.reports["time_s"][::2], first)
    np.testing.assert_allclose(np.diff(found.marks["time_s"]), 4.0)


def test_without_whole_times_the_clock_begins_anywhere():
    """CAT001 alone: times go on past 512 s, and a note says that their beginning is not known."""
    times = 400.0 + np.arange(0.0, 400.0, 10.0)
    scene = asterix_scene.decode(b"".join(made.block(1, report(t)) for t in times))
    np.testing.assert_allclose(np.diff(scene.plots["time_s"]), 10.0)
    assert "512 s" in scene.notes[0]
    assert scene.epoch is None


def test_other_records_complete_them_too():
    """A recording of an old radar beside a new one, and beside a system's tracks."""
    for beside in (plain.block(34, plain.north(5000.0, 3, 4)), made.block(62, made.track(5000.0, 45.0, 8.0, 17))):
        scene = asterix_scene.decode(beside + made.block(1, report(5001.0)))
        assert scene.plots["time_s"].tolist() == [5001.0]


def test_what_is_no_plot_is_left_out():
    """Simulated and test reports, fixed transponders, no detection, no time, no place."""
    cases = (
        {"i020": [0x30]}, {"i020": [0x10, 0x40]}, {"i020": [0x11]}, {"i020": [0x00]}, {"i141": None}, {"i040": None}
    )
    blocks = [turn(1000.0), made.block(1, report(1001.0))]
    for case in cases:
        kind, items = report(1002.0, **case)
        blocks.append(made.block(1, (kind, {name: value for name, value in items.items() if value is not None})))
    found = asterix.decode(b"".join(blocks))
    assert found.plots.size == 1
    assert dict(found.counts.left_out) == {
        "no position": 1, "no time": 1, "no detection": 1, "test target": 2, "field monitor": 1
    }


def test_a_plot_has_what_was_sent():
    """Kind, code and level, and their flags; a track's number, place and velocity beside it."""
    doubtful = {"i070": (1, 0, 0, 0, 0o4321), "i090": (0, 1, 100.0)}
    track = {"020": [0x50], "161": 9, "042": (30.0, -40.0), "200": (0.125, 90.0), "170": [0x40]}
    data = turn(1000.0) + made.block(1, report(1001.0), report(1002.0, **doubtful),
                                     ("track", {**report(1003.0)[1], **track}))  # fmt: skip
    found = asterix.decode(data)
    plots, last = found.plots, found.reports[2]
    assert plots["mode_a"].tolist() == [0o4321, 0, 0o4321]
    assert plots["height_m"].tolist() == pytest.approx([3048.0, 0.0, 3048.0])
    assert plots["reply"].tolist() == [1, 1, 1]
    assert plots["range_m"][0] == 50.0 * 1852.0
    assert (last["track_number"], last["x_m"], last["y_m"], last["tentative"]) == (9, 55560.0, -74080.0, 1)
    assert (last["speed_m_s"], last["course_rad"]) == (231.5, pytest.approx(np.pi / 2))


def test_such_a_recording_is_tracked_like_any(tmp_path):
    """The plots and the radar that `farwatch track` takes, with its time of turn from the marks."""
    times = 50000.0 + 4.0 * np.arange(30)
    data = b"".join(turn(t) + made.block(1, report(t + 1.0, 90.0 + 0.1 * k)) for k, t in enumerate(times))
    path = tmp_path / "old.ast"
    path.write_bytes(data)
    picked = given([path], [], [])
    (sensor,) = picked.sensors
    assert (sensor.name, sensor.revisit_s, sensor.interrogator) == ("sac1-sic2", 4.0, True)
    assert picked.plots.size == 30
    assert picked.recording.counts.records == {1: 30, 2: 30, 34: 0, 48: 0}
