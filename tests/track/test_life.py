"""Start, confirmation, misses, merger, one rule at a time."""

import numpy as np
import pytest

from farwatch.records import CONFIRMED, FREE, TENTATIVE, TRACK
from farwatch.track import life, settings
from farwatch.track import senses as told
from farwatch.track.associate import LIVE, OUTLINE
from farwatch.track.hypotheses import new_hypotheses
from farwatch.track.sight import SIGHT, take
from track.scene import plot, radar, radars

SURE = 1e3
NO_RIVALS = new_hypotheses(4, 4, 0)
PERIODS = np.zeros(2)
"""Waits of a radar that keeps its period."""


@pytest.fixture
def desk():
    """Four slots, two radars, one track started by radar 0 in slot 0."""
    sites = radars(radar(batches=8), radar(period_s=4.0, batches=8))
    tracks, looks, streaks = np.zeros(4, TRACK), np.zeros((4, 2)), np.full((4, 2), -1, np.int32)
    for i in range(2):
        begin(tracks[i], looks[i], streaks[i], sites, (8e4 + 100.0 * i, 0.3, 0.1), i)
    return sites, tracks, looks, streaks


def begin(track, looks, streaks, sites, at, serial):
    """Start one track from an exact plot."""
    seen, sight = plot(sites[0], 0, 50.0, at, (50.0, 0.003, 0.003), 7, np.random.default_rng(2), 1.0, 0), None
    sight = np.zeros(1, SIGHT)[0]
    take(seen, sites[0], sight)
    life.start(track, looks, streaks, 0, sight, seen, serial, settings()[0])


def test_a_new_track_knows_its_first_plot(desk):
    """One plot makes a tentative track, held by its radar alone."""
    _, tracks, looks, streaks = desk
    assert tracks["status"].tolist() == [TENTATIVE, TENTATIVE, FREE, FREE]
    assert (tracks["looks"][0], tracks["history"][0], tracks["truth"][0]) == (1, 1, 7)
    assert streaks[0].tolist() == [0, life.NOT_HELD]
    assert looks[0].tolist() == [50.0, -np.inf]
    assert np.isnan(tracks["confirmed_s"][0])


@pytest.mark.parametrize(("hits", "confirmed"), [("111", True), ("10101", True), ("100101", False), ("11", False)])
def test_confirmation_looks_at_the_last_looks(hits, confirmed):
    """Three of the last five confirm; older ones are forgotten; without evidence none do."""
    track = np.zeros(1, TRACK)[0]
    for hit in hits:
        life.record(track, int(hit))
    track["log_odds"] = SURE
    assert life.is_confirming(track, settings()[0]) == confirmed
    track["log_odds"] = settings()["confirm_odds"][0] - 0.1
    assert not life.is_confirming(track, settings()[0])
    assert track["looks"] == len(hits)


def test_history_forgets_beyond_its_width():
    """Forty plots fill the 32 places and no more."""
    track = np.zeros(1, TRACK)[0]
    for _ in range(40):
        life.record(track, 1)
    assert track["history"] == 2**32 - 1


def test_tentative_tracks_go_sooner(desk):
    """Three misses end a tentative track under 3-of-5, five a confirmed one."""
    _, tracks, _, streaks = desk
    assert [life.miss(tracks[0], streaks[0], 0, settings()[0], sense()) for _ in range(3)] == [False, False, True]
    tracks["status"][1] = CONFIRMED
    assert [life.miss(tracks[1], streaks[1], 0, settings()[0], sense()) for _ in range(5)] == [False] * 4 + [True]
    assert tracks["misses"][1] == 5


def test_a_radar_that_sees_no_more_lets_go(desk):
    """Five misses by one of two holders end its hold, not the track."""
    _, tracks, _, streaks = desk
    tracks["status"][0], streaks[0, 1] = CONFIRMED, 0
    assert not any(life.miss(tracks[0], streaks[0], 0, settings()[0], sense()) for _ in range(5))
    assert streaks[0].tolist() == [life.NOT_HELD, 0]


def sense(**changes):
    """What is believed of a radar at its first batch."""
    row, noise = np.zeros(told.SENSE), np.zeros(told.BINS)
    told.settle(row, noise, radar(**changes)[0], 0)
    return row


def held(desk):
    """What `account` wants."""
    _, tracks, looks, streaks = desk
    return tracks, looks, streaks, np.zeros((5, OUTLINE)), NO_RIVALS


def test_only_overdue_looks_are_charged(desk):
    """A look counts as missed a quarter of a period late, once; the radar that never saw the track is not asked."""
    sites, tracks, looks, _ = desk
    life.account(held(desk), sites[0], 0, PERIODS, 62.0, settings()[0], sense())
    assert tracks["looks"][0] == 1
    life.account(held(desk), sites[1], 1, PERIODS, 70.0, settings()[0], sense())
    assert tracks["looks"][0] == 1
    life.account(held(desk), sites[0], 0, PERIODS, 63.0, settings()[0], sense())
    life.account(held(desk), sites[0], 0, PERIODS, 64.0, settings()[0], sense())
    assert (tracks["looks"][0], tracks["misses"][0], looks[0, 0]) == (2, 1, 60.0)
    assert tracks["time_s"][0] == 63.0


def test_a_radar_that_looks_less_often_is_not_charged_for_it(desk):
    """With 14 s between looks at a confirmed track, nothing is overdue at 66 s; for a tentative one at 10 s, it is."""
    sites, tracks, looks, _ = desk
    waits_s = np.array([10.0, 14.0])
    tracks["status"][1] = CONFIRMED
    life.account(held(desk), sites[0], 0, waits_s, 66.0, settings()[0], sense())
    assert tracks["looks"][:2].tolist() == [2, 1]
    life.account(held(desk), sites[0], 0, waits_s, 68.0, settings()[0], sense())
    assert tracks["looks"][1] == 2
    assert looks[1, 0] == 64.0


def test_a_track_known_too_badly_is_dropped(desk):
    """Far out of touch, a track outside all coverage ends too."""
    sites, tracks, _, _ = desk
    sites["range_max_m"] = 10e3
    times_s = 50.0 + 13.0 * np.arange(1, 9)
    dropped = sum(life.account(held(desk), sites[0], 0, PERIODS, when, settings()[0], sense()) for when in times_s)
    assert dropped == 2
    assert tracks["misses"][0] == 0


def test_twins_are_found_and_merged(desk):
    """Two tracks in one place that never had plots in one turn are one; the older serial stays."""
    sites, tracks, looks, streaks = desk
    tracks["status"][:2] = CONFIRMED
    assert life.is_near(tracks[1], tracks[0])
    assert life.find_twin(tracks, looks, streaks, sites, 1) == -1  # both have just had a plot
    streaks[0, 0], looks[0, 0] = 1, 60.0
    assert life.find_twin(tracks, looks, streaks, sites, 1) == 0
    life.merge(tracks, looks, streaks, 1, 0)
    assert tracks["status"][:2].tolist() == [CONFIRMED, FREE]
    assert tracks["serial"][0] == 0
    np.testing.assert_array_equal(tracks["x"][0], tracks["x"][1])
    assert streaks[0, 0] == 0


def test_neighbours_are_not_twins(desk):
    """Tracks apart by more than their uncertainty stay two."""
    sites, tracks, looks, streaks = desk
    begin(tracks[2], looks[2], streaks[2], sites, (8e4, 0.33, 0.1), 2)
    tracks["status"][:3] = CONFIRMED
    assert not life.is_near(tracks[0], tracks[2])
    assert life.spread(tracks[0], 3) == pytest.approx(tracks["p"][0, :, 3, 3].mean())


def test_a_new_track_can_be_expected_to_be_slow(desk):
    """The first model's speed is known better by the share; the other model and the place stay as they were."""
    _, tracks, _, _ = desk
    before = tracks[0].copy()
    life.expect(tracks[0], 0.25)
    np.testing.assert_allclose(np.diag(tracks["p"][0, 0])[3:], 0.25 * np.diag(before["p"][0])[3:])
    np.testing.assert_array_equal(tracks["p"][0, 1], before["p"][1])
    np.testing.assert_array_equal(tracks["p"][0, 0, :3, :3], before["p"][0, :3, :3])
    life.expect(tracks[1], 1.0)
    assert tracks["p"][1, 0, 3, 3] == before["p"][0, 3, 3]


def test_only_steady_tracks_teach(desk):
    """Five plots in the last eight looks and one at the last, of a confirmed track."""
    _, tracks, _, _ = desk
    track = tracks[0]
    track["status"], track["history"] = CONFIRMED, 0b10110101
    assert life.hits_of(track, 8) == 5
    assert life.hits_of(track, 3) == 2
    assert life.is_steady(track, 0)
    assert not life.is_steady(track, 1)
    track["history"] = 0b10010101
    assert not life.is_steady(track, 0)
    track["history"], track["status"] = 0b11111111, TENTATIVE
    assert not life.is_steady(track, 0)


def test_a_track_that_ends_leaves_its_slot_free(desk):
    """Slot and outline are free for the next, with rivals kept or without."""
    _, tracks, _, _ = desk
    outlines = np.ones((5, OUTLINE))
    life.end(NO_RIVALS, tracks[1], 1, outlines)
    assert tracks["status"].tolist()[:2] == [TENTATIVE, FREE]
    assert outlines[:2, LIVE].tolist() == [1.0, 0.0]
