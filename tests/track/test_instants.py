"""Truth and tracks at common instants: what is interpolated, what is held, and when nothing is known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farwatch.track.evaluate import ScoreOptions, score
from farwatch.track.instants import scene
from track.judged import state_rows, truth_rows


def at(options=None, *, tracks=(), truth=()):
    """The scene of some rows."""
    return scene(state_rows(list(tracks)), truth_rows(list(truth)), (options or ScoreOptions()).timing)


def watched(times, serial=5):
    """A track at the origin, written at some times."""
    return [(float(t), serial, 0.0, 0.0, 0.0) for t in times]


@given(st.lists(st.floats(-3, 3), min_size=4, max_size=4), st.lists(st.floats(0, 10), min_size=1, max_size=5))
def test_truth_with_velocities_is_a_cubic(terms, times):
    """A target that flies a cubic is met exactly between two rows that tell its velocity."""
    position, velocity = np.polynomial.Polynomial(terms), np.polynomial.Polynomial(terms).deriv()
    truth = [(t, 1, position(t), 0.0, 0.0, velocity(t), 0.0, 0.0) for t in (0.0, 4.0, 10.0)]
    seen = at(ScoreOptions(truth_gap_s=9.0), tracks=watched({*times, 0.0, 10.0}), truth=truth)
    assert seen.truth.position_m[:, 0] == pytest.approx(position(seen.time_s), abs=1e-9)
    assert seen.truth.velocity_m_s[:, 0] == pytest.approx(velocity(seen.time_s), abs=1e-9)
    assert seen.truth.exact.all()


def test_truth_without_velocities_is_a_straight_line():
    """Between two places the target flies straight, at the speed that takes."""
    truth = [(0.0, 1, 0.0, 0.0, 0.0), (10.0, 1, 50.0, 0.0, 0.0)]
    seen = at(tracks=watched([0, 2, 10]), truth=truth)
    x = dict(zip(seen.time_s, seen.truth.position_m[:, 0], strict=True))
    assert (x[0.0], x[2.0], x[10.0]) == (0.0, 10.0, 50.0)
    assert seen.truth.velocity_m_s[:, 0] == pytest.approx(5.0)
    assert not seen.truth.exact.any()


def test_truth_reaches_half_a_step_beyond_its_ends():
    """A target is there half a step before its first row and after its last, in a straight line, and not longer."""
    truth = [(float(t), 1, 7.0 * t, 0.0, 0.0) for t in (10, 14, 18)]
    seen = at(tracks=watched(range(30)), truth=truth)
    assert seen.time_s[seen.truth.instant].tolist() == list(range(8, 21))
    assert seen.truth.position_m[:, 0] == pytest.approx(7.0 * np.arange(8, 21))
    none = at(ScoreOptions(extrapolate_s=0.0), tracks=watched(range(30)), truth=truth)
    assert none.time_s[none.truth.instant].tolist() == list(range(10, 19))


def test_a_long_gap_in_truth_is_not_bridged():
    """Where truth is silent for long, the target is not there; the limit can be set."""
    truth = [(float(t), 1, float(t), 0.0, 0.0) for t in (*range(5), *range(20, 25))]
    seen = at(tracks=watched(range(25)), truth=truth)
    assert seen.time_s[seen.truth.instant].tolist() == [*range(5), *range(20, 25)]
    bridged = at(ScoreOptions(truth_gap_s=16.0), tracks=watched(range(25)), truth=truth)
    assert bridged.truth.position_m[:, 0] == pytest.approx(np.arange(25))


def test_two_stretches_of_a_target_never_overlap():
    """However far truth may reach beyond its ends, a target is in one place at a time."""
    truth = [(float(t), 1, float(t), 0.0, 0.0) for t in (0, 1, 8, 9)]
    seen = at(ScoreOptions(extrapolate_s=6.0, truth_gap_s=1.0), tracks=watched(range(12)), truth=truth)
    assert seen.time_s[seen.truth.instant].tolist() == list(range(12))


def test_a_target_told_once_is_there_once():
    """One row of truth has a place and no velocity."""
    seen = at(tracks=watched(range(5)), truth=[(2.0, 1, 3.0, 4.0, 0.0)])
    assert seen.time_s[seen.truth.instant].tolist() == [2.0]
    assert np.isnan(seen.truth.velocity_m_s).all()


def test_silence_of_the_tracker_counts():
    """Where there is truth and no track was written, instants go on at the tracker's pace, so that misses show."""
    truth = [(float(t), 1, 0.0, 0.0, 0.0) for t in range(41)]
    seen = at(tracks=watched([10, 14, 18, 30, 34]), truth=truth)
    assert seen.time_s.tolist() == [2.0, 6.0, *range(10, 39, 4)]
    assert seen.time_s[seen.tracks.instant].tolist() == [10, 14, 18, 30, 34]


def test_times_that_differ_by_rounding_are_one_instant():
    """Tracks and truth a fraction of a microsecond apart stand at the same instant."""
    tracks = [(t + 1e-8 * k, 5 + k, 0.0, 0.0, 0.0) for t in (1.0, 2.0) for k in range(3)]
    seen = at(tracks=tracks, truth=[(t - 1e-8, 1, 0.0, 0.0, 0.0) for t in (1.0, 2.0)])
    assert seen.time_s.size == 2
    assert np.diff(seen.tracks.first).tolist() == [3, 3]
    assert np.diff(seen.truth.first).tolist() == [1, 1]


def test_tracks_with_times_of_their_own_are_met_on_a_grid():
    """Tracks that a turning radar writes one by one are held until their next turn, and not after their last."""
    tracks = [(4.0 * k + 0.3 * i, i, 1e3 * i, 40.0 * k, 0.0, 0.0, 10.0, 0.0) for k in range(10) for i in range(12)]
    truth = [(float(t), i, 1e3 * i, 10.0 * t - 3.0 * i, 0.0, 0.0, 10.0, 0.0) for t in range(40) for i in range(12)]
    found = score(state_rows(tracks), truth_rows(truth))
    assert found.step_s == pytest.approx(4.0)
    assert found.siap.position_error_m == pytest.approx(0.0, abs=1e-9)
    assert found.siap.completeness_share == pytest.approx(109 / 120)  # at the first instant only one was written
    assert found.siap.spuriousness_share == 0.0


def test_tracks_may_be_compared_at_times_of_truth():
    """At truth's times a track is carried on in a straight line until the tracker's next output, and no longer."""
    tracks = [(float(t), 5, 10.0 * t, 0.0, 0.0, 10.0, 0.0, 0.0) for t in (0, 4, 8)] + watched([12], 6)
    truth = [(float(t), 1, 10.0 * t, 0.0, 0.0, 10.0, 0.0, 0.0) for t in range(30)]
    seen = at(ScoreOptions(at="truth"), tracks=tracks, truth=truth)
    of_five = seen.serials[seen.tracks.name] == 5
    assert seen.time_s.tolist() == list(range(30))
    assert seen.time_s[seen.tracks.instant[of_five]].tolist() == list(range(12))
    assert seen.tracks.position_m[of_five, 0] == pytest.approx(10.0 * np.arange(12))
    assert seen.time_s[seen.tracks.instant[~of_five]].tolist() == list(range(12, 19))  # 1.6 steps of 4 s
    assert seen.tracks.exact[of_five].tolist() == [True, False, False, False] * 3


def test_only_the_asked_time_counts():
    """Nothing before `from_s` or after `until_s`."""
    seen = at(ScoreOptions(from_s=3.0, until_s=6.0), tracks=watched(range(10)), truth=[(5.0, 1, 0.0, 0.0, 0.0)])
    assert seen.time_s.tolist() == [3.0, 4.0, 5.0, 6.0]
