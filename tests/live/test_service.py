"""The service as a whole: what it makes of good, damaged, silent, doubled and repeated data."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from farwatch.errors import InputError
from farwatch.live import scans as scans_module
from farwatch.live.service import HOLD_S, service_of, told_by
from live.feeds import PERIOD_S, SITE, Stepped, north, plot, turns


def test_a_radar_that_says_where_it_is_needs_no_file():
    """Three north marks and a place are enough: tracks of three aircraft, none lost, none doubled."""
    stepped = Stepped()
    stepped.play(turns(20))
    assert [sensor.name for sensor in stepped.service.scans.sensors] == ["sac1-sic1"]
    assert stepped.shown.size == 3
    assert set(stepped.shown["address"].tolist()) == {0x3C0001, 0x3C0002, 0x3C0003}
    assert stepped.counts["late"] == stepped.counts["off the clock"] == 0
    assert abs(stepped.shown["vy_m_s"] - 200.0).max() < 20.0


def test_plots_are_held_until_the_radar_is_known():
    """Plots that came before the place did are used afterwards."""
    stepped = Stepped()
    timed = turns(20, site=None)
    half = len(timed) // 2
    stepped.play(timed[:half])
    assert stepped.service.scans.unready == ["sac1-sic1"]
    assert stepped.shown.size == 0
    stepped.hear([north(timed[half - 1][0], site=SITE)])
    stepped.play(timed[half:])
    assert stepped.shown.size == 3
    assert stepped.shown["born_s"].min() < timed[8][0]


def test_what_no_place_is_ever_known_of_is_bounded_and_counted(monkeypatch):
    """A radar that never says where it is costs a fixed room."""
    monkeypatch.setattr(scans_module, "MOST_HELD", 20)
    stepped = Stepped()
    stepped.play(turns(20, site=None))
    assert stepped.service.scans.lines["sac1-sic1"].waiting == 20
    assert stepped.counts["of unknown sensors"] == 40
    assert any("not known" in said for said in stepped.warnings)


def test_more_sensors_than_there_is_room_for_are_counted(monkeypatch):
    """Invented radars do not push out real ones."""
    monkeypatch.setattr(scans_module, "MOST_SENSORS", 4)
    stepped = Stepped()
    stepped.play(turns(8))
    stepped.hear([plot(36040.0, 5e4, 1.0, sic=sic) for sic in range(2, 12)])
    assert len(stepped.service.scans.lines) == 4
    assert stepped.counts["of unknown sensors"] == 7
    assert stepped.shown.size == 3


def test_tracks_age_and_end_in_silence():
    """When the feed stops, time goes on with the wall: tracks are charged their misses, and end."""
    stepped = Stepped()
    stepped.play(turns(20))
    serials = set(stepped.shown["serial"].tolist())
    assert len(serials) == 3
    stepped.wait(150)
    assert stepped.shown.size == 0
    assert set(stepped.ended) == serials


def test_a_feed_that_comes_back_is_a_picture_again():
    """After silence the same radar makes tracks anew, with new numbers."""
    stepped = Stepped()
    stepped.play(turns(20))
    before = set(stepped.shown["serial"].tolist())
    stepped.wait(280)
    stepped.play(turns(20, first=20 + 70))
    assert stepped.shown.size == 3
    assert not before & set(stepped.shown["serial"].tolist())


def test_a_restart_reaches_the_same_picture():
    """A service that begins in the middle of a feed holds the same aircraft at the same places soon after."""
    whole, late = Stepped(), Stepped()
    timed = turns(40)
    whole.play(timed)
    late.play(timed[len(timed) // 2 :])
    assert late.shown.size == whole.shown.size == 3
    order = [np.argsort(one.shown["address"]) for one in (whole, late)]
    ours, theirs = whole.shown[order[0]], late.shown[order[1]]
    for name in ("x_m", "y_m"):
        np.testing.assert_allclose(theirs[name], ours[name], atol=150.0)


@pytest.mark.parametrize("pace", [0.3, 1.0, 20.0, 5000.0])
def test_any_pace_of_replay_makes_the_same_picture(pace):
    """The picture's time is the data's: no plot is late, slower or faster than life."""
    stepped = Stepped()
    stepped.play(turns(20), pace=pace)
    assert stepped.counts["late"] == stepped.counts["off the clock"] == 0
    assert stepped.shown.size == 3
    reference = Stepped()
    reference.play(turns(20))
    assert set(stepped.shown["address"].tolist()) == set(reference.shown["address"].tolist())


def test_midnight_is_a_time_like_any_other():
    """Stamps fall back to zero, the picture's time goes on, and no track breaks."""
    stepped = Stepped(day_s=86350.0)
    stepped.play([(time_s, one) for time_s, one in turns(25, start_s=86350.0)])
    assert stepped.shown.size == 3
    assert stepped.shown["time_s"].min() > 86400.0
    assert stepped.service.pictures == 1
    assert len(set(stepped.all_states()["serial"].tolist())) == 3


def test_two_radars_make_one_picture():
    """Two radars at one place, interleaved: each aircraft is one track that both hold."""
    timed = sorted([*turns(20), *turns(20, sic=2, start_s=36001.0)], key=lambda one: one[0])
    stepped = Stepped()
    stepped.play(timed)
    assert len(stepped.service.scans.sensors) == 2
    assert stepped.counts["used"] > 100
    assert set(stepped.shown["address"].tolist()) == {0x3C0001, 0x3C0002, 0x3C0003}


def test_the_same_feed_twice_changes_nothing():
    """Both lines of a doubled network may be listened to: repeats are found and counted."""
    single, double = Stepped(), Stepped()
    single.play(turns(20))
    double.play([(time_s, one) for time_s, one in turns(20) for _ in range(2)])
    assert double.counts["repeats"] == single.counts["used"]
    assert double.counts["used"] == single.counts["used"]
    np.testing.assert_array_equal(double.shown["x_m"], single.shown["x_m"])


def test_a_radar_whose_clock_is_off_is_left_out_and_named():
    """One of three radars is an hour ahead: its plots are counted, the picture's time stays."""
    good = [*turns(20), *turns(20, sic=2)]
    stepped = Stepped()
    off = [(time_s, one) for (time_s, _), (_, one) in zip(turns(20), turns(20, sic=3, start_s=39600.0), strict=True)]
    stepped.play(sorted([*good, *off], key=lambda one: one[0]))
    assert stepped.counts["off the clock"] > 40
    assert list(stepped.service.instant.off()) == ["sac1-sic3"]
    assert any("sac1-sic3" in said and "ahead" in said for said in stepped.warnings)
    assert abs(stepped.service.instant.told_s - 36080.0) < 8.0
    assert set(stepped.shown["address"].tolist()) == {0x3C0001, 0x3C0002, 0x3C0003}


def test_one_damaged_stamp_moves_nothing():
    """A stray time of one record does not carry the picture's time away."""
    stepped = Stepped()
    timed = turns(20)
    stepped.play(timed[:40])
    stepped.hear([plot(50000.0, 5e4, 1.0)])
    stepped.play(timed[40:])
    assert stepped.service.pictures == 1
    assert stepped.shown.size == 3
    assert stepped.counts["off the clock"] == 1


def test_a_recording_that_is_played_again_begins_a_new_picture():
    """Time that goes back for good: old tracks end, new ones are made."""
    stepped = Stepped()
    stepped.play(turns(20))
    before = set(stepped.shown["serial"].tolist())
    stepped.wall_s += 1.0
    stepped.play(turns(20))
    assert stepped.service.pictures == 2
    assert any("went back" in said for said in stepped.warnings)
    assert stepped.shown.size == 3
    assert before <= set(stepped.ended)
    assert not before & set(stepped.shown["serial"].tolist())


def test_plots_that_come_too_late_are_counted():
    """A plot of a turn that was handed over is of no more use."""
    stepped = Stepped()
    timed = turns(20)
    stepped.play(timed)
    stepped.hear([plot(timed[-1][0] - 2 * PERIOD_S - HOLD_S, 6e4, 2.0)])
    assert stepped.counts["late"] == 1


@settings(max_examples=15)
@given(st.lists(st.binary(max_size=80), max_size=6), st.integers(0, 2**32 - 1))
def test_whatever_bytes_come_the_picture_goes_on(strange, seed):
    """Random datagrams and datagrams with flipped bytes: nothing is raised, and good data still make their tracks."""
    luck = np.random.default_rng(seed)
    stepped = Stepped()
    for time_s, one in turns(12):
        flipped = bytearray(one)
        flipped[luck.integers(len(flipped))] ^= 1 << luck.integers(8)
        stepped.wall_s = 1000.0 + time_s - 36000.0
        stepped.hear([one, *strange, bytes(flipped) if luck.random() < 0.3 else b""])
    assert {0x3C0001, 0x3C0002, 0x3C0003} <= set(stepped.shown["address"].tolist())
    assert stepped.service.totals["damaged"] >= 12


def test_sensor_files_are_refused_with_all_their_problems(tmp_path):
    """Wrong words and one name in two files are told at once."""
    for name, text in (("a", "name: x\nrevisit: 4\n"), ("b", "name: y\nmax_range_m: 10\n"), ("c", "name: y\n")):
        (tmp_path / f"{name}.yaml").write_text(text)
    with pytest.raises(InputError) as refused:
        told_by([tmp_path / "a.yaml", tmp_path / "b.yaml", tmp_path / "c.yaml"])
    assert "revisit_s" in str(refused.value)
    assert "earlier file" in str(refused.value)


def test_a_sensor_file_needs_to_say_only_what_is_missing(tmp_path):
    """A place alone is enough where the radar sends north marks."""
    path = tmp_path / "one.yaml"
    path.write_text("name: sac1-sic1\nat: {lat_deg: 46.0, lon_deg: 8.0}\n")
    stepped = Stepped(service_of([path]))
    stepped.play(turns(20, site=None))
    assert stepped.shown.size == 3
