"""What time it is in the picture."""

from math import isnan

import numpy as np

from farwatch.live.instant import MOST_HEADS, TOLERANCE_S, Instant, after, near


def told(instant, wall_s, day_s=0.0, trusted=(), **stamps):
    """The instant after some sources told some times."""
    return after(instant, {name: np.array(times, float) for name, times in stamps.items()}, trusted, wall_s, day_s)


def test_before_any_data_there_is_no_time():
    """Nothing heard, nothing known; and silence does not change that."""
    instant = told(Instant(), 5.0)
    assert isnan(instant.now_s(10.0))
    assert not instant.off()


def test_the_first_source_sets_the_time_and_silence_lets_it_run():
    """One stamp is enough to begin with; then it runs with the wall."""
    instant = told(Instant(), 5.0, a=[100.0])
    assert instant.now_s(5.0) == 100.0
    assert instant.now_s(8.0) == 103.0


def test_a_slow_replay_does_not_overtake_itself():
    """At a tenth of the pace of life silence runs at a tenth, too."""
    instant = Instant()
    for k in range(200):
        instant = told(instant, float(k), a=[100.0 + 0.2 * k])
    assert 0.15 < instant.pace_ratio < 0.25
    assert instant.now_s(199.0 + 10.0) - instant.told_s < 2.5


def test_a_fast_replay_runs_no_faster_than_the_wall_in_silence():
    """A thousand times the pace of life is not carried on when the feed stops."""
    instant = Instant()
    for k in range(200):
        instant = told(instant, 0.1 * k, a=[100.0 + 100.0 * k % 80000.0])
    assert instant.pace_ratio <= 1.0


def test_one_clock_of_three_does_not_set_the_time():
    """The median stays with the two that agree."""
    instant = told(Instant(), 0.0, a=[100.0], b=[100.5], c=[5000.0])
    assert instant.told_s == 100.5
    assert list(instant.off()) == ["c"]


def test_of_two_clocks_the_one_near_the_wall_is_believed():
    """Where two disagree, the time of day decides."""
    for day_s, expected in ((120.0, 100.0), (4990.0, 5000.0)):
        assert told(Instant(), 0.0, day_s, a=[100.0], b=[5000.0]).told_s == expected


def test_sources_that_are_not_trusted_set_no_time_once_others_are():
    """Unknown sensors do not outvote known ones."""
    instant = told(Instant(), 0.0, trusted={"a"}, a=[100.0], b=[5000.0], c=[5001.0], d=[5002.0])
    assert instant.told_s == 100.0


def test_a_leap_needs_three_stamps_that_agree():
    """One stray stamp is forgotten; a new time that is told again and again is believed."""
    instant = told(Instant(), 0.0, a=[100.0])
    instant = told(instant, 1.0, a=[9000.0])
    instant = told(instant, 2.0, a=[102.0])
    assert instant.told_s == 102.0
    instant = told(instant, 3.0, a=[9000.0, 9001.0])
    assert instant.told_s == 102.0
    instant = told(instant, 4.0, a=[9002.0])
    assert instant.told_s == 9002.0


def test_midnight_goes_on():
    """Stamps that fall back by a day are brought next to the picture's time."""
    instant = told(Instant(), 0.0, a=[86399.0])
    instant = told(instant, 2.0, a=[1.0])
    assert instant.told_s == 86401.0
    np.testing.assert_array_equal(near(np.array([86390.0, 3.0]), 86401.0), [86390.0, 86403.0])


def test_heads_are_bounded():
    """Thousands of invented sources leave a bounded memory."""
    instant = Instant()
    for k in range(20):
        instant = told(instant, float(k), **{f"s{k}-{n}": [100.0] for n in range(100)})
    assert len(instant.heads) <= MOST_HEADS


def test_small_steps_back_are_jitter():
    """Stamps out of order by less than the tolerance do not set the time back."""
    instant = told(Instant(), 0.0, a=[100.0, 130.0 - TOLERANCE_S / 2])
    instant = told(instant, 0.1, a=[110.0])
    assert instant.told_s == 115.0
