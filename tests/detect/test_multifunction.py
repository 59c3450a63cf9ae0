"""Dwell budgets and jamming, against a scheduler that runs and against the closed forms."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farwatch.detect import equation, jamming, multifunction
from farwatch.detect.multifunction import Search, Task
from farwatch.errors import RangeError
from naive import radar_physics as naive

SEARCH = Search(beam_count=1000.0, dwell_s=0.004, frame_s=10.0)
SUPPORT = Task(name="support", count=4, dwell_s=0.01, interval_s=0.2)
TRACK = Task(name="track", count=60, dwell_s=0.01, interval_s=1.0)


def test_a_worked_example():
    """1000 beams of 4 ms in 10 s are 40 %, four supported rounds 20 %, sixty tracks 60 %: 120 % asked."""
    allotment = multifunction.allot(SEARCH, [SUPPORT, TRACK])
    assert allotment.asked_share == pytest.approx(1.2)
    assert allotment.is_overloaded
    assert allotment.task_shares == pytest.approx((0.2, 0.6))
    assert allotment.search_share == pytest.approx(0.2)
    assert allotment.search_frame_s == pytest.approx(20.0)
    assert multifunction.tracks_supported(SEARCH, 0.01, 1.0) == pytest.approx(60.0)
    assert multifunction.search_range_factor(0.5) == pytest.approx(0.8409, abs=1e-4)
    assert multifunction.dwell_at_range_s(0.01, 2.0) == pytest.approx(0.16)
    assert multifunction.energy_share([SUPPORT, TRACK], [0.1, 0.1], 0.1) == pytest.approx(0.8)


def test_a_scheduler_that_runs_does_what_the_budget_says():
    """Looks counted on a time line: tasks keep their rate, search gets what is left, within 2 %."""
    tasks = [(t.name, int(t.count), t.dwell_s, t.interval_s) for t in (SUPPORT, TRACK)]
    done, searched, spent_s = naive.time_line(tasks, SEARCH.dwell_s, 100.0)
    allotment = multifunction.allot(SEARCH, [SUPPORT, TRACK])
    for looks, task in zip(done, (SUPPORT, TRACK), strict=True):
        assert looks / spent_s == pytest.approx(task.count / task.interval_s, rel=0.02)
    assert searched * SEARCH.dwell_s / spent_s == pytest.approx(allotment.search_share, rel=0.02)


@given(st.floats(0, 500), st.floats(0, 40), st.floats(0.01, 0.5))
def test_shares_never_exceed_the_time_and_search_keeps_its_least(tracks, rounds, least):
    """Whatever is asked: the sum is at most one, search keeps its least, load never shortens an interval."""
    tasks = [Task(name="a", count=rounds, dwell_s=0.01, interval_s=0.2), Task(name="b", count=tracks, dwell_s=0.01,
                                                                               interval_s=1.0)]
    allotment = multifunction.allot(SEARCH, tasks, least)
    assert sum(allotment.task_shares) + allotment.search_share <= 1 + 1e-12
    assert allotment.search_share >= min(least, SEARCH.load_share) - 1e-12
    for interval, task in zip(allotment.task_intervals_s, tasks, strict=True):
        assert interval >= task.interval_s
    busier = multifunction.allot(SEARCH, [*tasks, Task(name="c", count=20, dwell_s=0.01, interval_s=1.0)], least)
    assert busier.search_frame_s >= allotment.search_frame_s - 1e-9


def test_an_idle_radar_keeps_its_frame():
    """With time to spare nothing stretches; a task that gets no time waits for ever."""
    allotment = multifunction.allot(SEARCH, [Task(name="t", count=1, dwell_s=0.01, interval_s=1.0)])
    assert allotment.search_frame_s == pytest.approx(10.0)
    assert allotment.task_intervals_s == (1.0,)
    assert not allotment.is_overloaded
    crowd = Task(name="a", count=1e3, dwell_s=0.01, interval_s=1.0)
    last = Task(name="b", count=1, dwell_s=1.0, interval_s=2.0)
    assert multifunction.allot(SEARCH, [crowd, last]).task_intervals_s[1] == float("inf")


def test_beams_of_a_sector():
    """A sector of 90 by 10 degrees in beams of 2 degrees, edge to edge, is about 225; nonsense is refused."""
    assert multifunction.beams_of_sector(90.0, (0.0, 10.0), (2.0, 2.0), 1.0) == pytest.approx(225.0, rel=0.01)
    for sector, elevation in ((0.0, (0.0, 5.0)), (90.0, (5.0, 0.0)), (400.0, (0.0, 5.0))):
        with pytest.raises(RangeError):
            multifunction.beams_of_sector(sector, elevation, (2.0, 2.0))
    with pytest.raises(RangeError):
        multifunction.allot(SEARCH, [], 0.0)
    with pytest.raises(RangeError):
        multifunction.energy_share([TRACK], [], 0.1)


def test_noise_rise_shortens_ranges_as_the_stand_off_form_says():
    """Rise and its inverse fourth root give the stand-off burn-through range; a silent jammer changes nothing."""
    emission = equation.Emission(
        peak_power_w=1e6, pulse_width_s=1e-5, frequency_hz=3e9, gain_tx_dbi=35.0, gain_rx_dbi=35.0, loss_db=8.0,
        noise_k=800.0,
    )
    free = float(equation.range_for_snr(equation.snr_one_of(emission), 1.0, 13.0))
    rise = jamming.noise_rise(1e-4, -5.0, 3e9, 150e3, 800.0)
    shortened = free * float(jamming.range_factor(rise))
    assert shortened == pytest.approx(jamming.stand_off_range(emission, 1.0, 13.0, 1e-4, -5.0, 150e3), rel=1e-12)
    assert float(jamming.noise_rise(0.0, 30.0, 3e9, 1e5, 800.0)) == 1.0
    assert float(jamming.noise_rise(1e-4, -5.0, 3e9, 75e3, 800.0) - 1) == pytest.approx(4 * float(rise - 1))
    with pytest.raises(RangeError):
        jamming.noise_rise(1e-4, 0.0, 3e9, 0.0, 800.0)


@given(st.floats(0, 1e-2), st.floats(-20, 40))
def test_more_jamming_never_lengthens_a_range(density, gain_dbi):
    """The factor falls with power and with gain toward the jammer."""
    rise = jamming.noise_rise([density, 2 * density], [gain_dbi, gain_dbi + 3], 3e9, 2e5, 500)
    weak, strong = jamming.range_factor(rise)
    assert strong <= weak <= 1.0
    assert np.isfinite(strong)
