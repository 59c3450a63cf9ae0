"""What an array has to look after, counted by hand, and the bookkeeping of a trial's waits."""

from types import SimpleNamespace

import numpy as np
import pytest

from farwatch.detect.dwells import CONFIRMED_TRACKS, DUTIES, ENGAGED_TRACKS, ROUNDS, TENTATIVE_TRACKS
from farwatch.engage.radar_time import (
    begin_work,
    close_work,
    count_duties,
    is_engaged,
    new_busy,
    rounds_supported,
    share_time,
)
from farwatch.engage.stock import OLDEST, SHOTS, Stock
from farwatch.records import AWAITING, CONFIRMED, FREE, IN_FLIGHT, RADAR, SHOT, TENTATIVE, TRACK
from farwatch.track import new_picture
from farwatch.track import settings as tracker
from farwatch.track.picture import EXTENT
from farwatch.track.sight import edges_of, is_inside
from track.scene import classes


def arrays(count=1, **changes):
    """RADAR[count]: arrays that look all round to 100 km, of one battery."""
    radars = np.zeros(count, RADAR)
    radars["to_local"] = np.eye(3)
    figures = {
        "fire_control": 1, "period_s": 4.0, "batches": 2, "half_sector_rad": np.pi, "elevation_min_rad": -0.1,
        "elevation_max_rad": 1.2, "range_max_m": 100e3, "search_share": 0.4, "least_share": 0.1,
        "confirm_dwell_s": 0.2, "track_dwell_s": 0.1, "track_interval_s": 4.0, "support_dwell_s": 0.05,
        "support_interval_s": 1.0,
    }
    for field, value in (figures | changes).items():
        radars[field] = value
    return radars


def tracks(*rows):
    """TRACK[n] from rows of status, distance east."""
    made = np.zeros(len(rows), TRACK)
    for i, (status, east_m) in enumerate(rows):
        made[i]["status"], made[i]["mean"] = status, (east_m, 0.0, 5e3, 0.0, 0.0, 0.0)
        made[i]["truth"] = i
    return made


ROWS = ((CONFIRMED, 50e3), (CONFIRMED, 50e3), (TENTATIVE, 60e3), (CONFIRMED, 150e3), (FREE, 50e3), (CONFIRMED, 40e3))
HELD = np.array([[0], [1], [0], [0], [0], [-1]], np.int32)
ENGAGED = np.array([[0], [1], [0], [1], [1], [0]], np.int8)


@pytest.mark.parametrize("helps", [1, 0])
def test_only_what_is_seen_and_in_the_volume_is_kept_up(helps):
    """Six slots: one confirmed, one engaged, one tentative; the rest is too far, free, or another radar's."""
    duties = np.ones(DUTIES)
    radar = arrays(fire_control=helps)[0]
    count_duties(radar, 0, tracks(*ROWS), HELD, ENGAGED, duties)
    assert duties[[CONFIRMED_TRACKS, ENGAGED_TRACKS, TENTATIVE_TRACKS]].tolist() == [2 - helps, helps, 1]
    assert duties[ROUNDS] == 0
    assert is_engaged(radar, ENGAGED, 1) == bool(helps)
    inside = [is_inside(radar, edges_of(radar), east_m, 0.0, 5e3) for _, east_m in ROWS]
    assert inside == [True, True, True, False, True, True]


def shots(*rows):
    """SHOT[n] from rows of status, battery, launch time."""
    made = np.zeros(len(rows), SHOT)
    for i, (status, battery, launch_s) in enumerate(rows):
        made[i]["status"], made[i]["battery_index"], made[i]["launch_s"] = status, battery, launch_s
    return made


FIRED = shots((AWAITING, 0, 1.0), (IN_FLIGHT, 0, 5.0), (IN_FLIGHT, 1, 5.0), (IN_FLIGHT, 0, 9.0), (IN_FLIGHT, 0, 11.0))


def test_rounds_in_flight_are_shared_by_the_arrays_of_their_battery():
    """At 10 s two rounds of battery 0 fly; a search radar supports none, two arrays one each, a turning one none."""
    counts = np.zeros(3, np.int64)
    counts[OLDEST], counts[SHOTS] = 0, len(FIRED)
    assert rounds_supported(arrays(), 0, FIRED, counts, 10.0) == 2
    assert rounds_supported(arrays(fire_control=0), 0, FIRED, counts, 10.0) == 0
    assert rounds_supported(arrays(2), 1, FIRED, counts, 10.0) == 1
    assert rounds_supported(arrays(2, rotating=[0, 1]), 0, FIRED, counts, 10.0) == 2
    assert rounds_supported(arrays(battery_index=2), 0, FIRED, counts, 10.0) == 0


def stage(rows, streaks, engaged, fired):
    """A picture and a stock with these rows."""
    picture = new_picture(tracker(), 1, classes(), (len(rows), 4))
    picture.tracks[:] = tracks(*rows)
    picture.streaks[:] = streaks
    picture.counters[EXTENT] = len(rows)
    parts = dict.fromkeys(Stock._fields, np.zeros(1))
    counts = np.array([len(fired), 0, 0], np.int64)
    return picture, Stock(**(parts | {"shots": fired, "counts": counts, "engaged": engaged}))


def test_waits_follow_the_tracks():
    """20 tracks at 0.1 s in 4 s and search at 0.4 fit; 40 do not: search waits, then tracks, never what is engaged."""
    radars, busy, waits = arrays(), new_busy(np.zeros(1)), np.zeros(60)
    begin_work(radars, busy)
    for count, search_s, track_s in ((12, 4.0, 4.0), (40, 16.0, 4.0 * 0.975 / 0.875)):
        engaged = np.zeros((count, 1), np.int8)
        engaged[0] = 1
        picture, stock = stage([(CONFIRMED, 50e3)] * count, 0, engaged, FIRED[:0])
        load = share_time(radars, 0, picture, stock, waits, busy, 10.0)
        assert load == pytest.approx(0.4 + count * 0.025) == pytest.approx(busy.loads[0])
        assert waits[0] == 4.0
        assert waits[1:count] == pytest.approx(track_s)
        assert waits[count:] == pytest.approx(search_s)
    close_work(radars, busy)
    work = busy.work[0]
    assert work["peak_load_share"] == pytest.approx(1.4)
    assert (work["watched_s"], work["overloaded_s"]) == (4.0, 2.0)
    assert work["revisit_s"] == pytest.approx((4.0 + 16.0) / 2)
    assert work["track_revisit_s"] == pytest.approx((4.0 + track_s) / 2)
    assert work["longest_revisit_s"] == pytest.approx(16.0)
    assert work["longest_track_revisit_s"] == pytest.approx(track_s)


def test_a_radar_without_a_budget_reports_its_period():
    """It was never asked for more than it has."""
    radars, busy = arrays(rotating=1), new_busy(np.zeros(1))
    begin_work(radars, busy)
    close_work(radars, busy)
    work = SimpleNamespace(**{name: busy.work[0][name] for name in busy.work.dtype.names})
    assert np.isnan(work.peak_load_share)
    assert (work.revisit_s, work.track_revisit_s, work.overloaded_s) == (4.0, 4.0, 0.0)
