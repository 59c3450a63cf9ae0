"""What the tracker takes for granted of a radar, told or learned."""

import numpy as np
import pytest

from farwatch.records import TRACK
from farwatch.track import follow, senses, settings
from farwatch.track.follow import Informed, course
from track.scene import observe, plot, radar, straight


def settled(plots=0, **changes):
    """Sense and noise histograms of a radar at its first batch."""
    site = radar(**changes)
    sense, noise = np.zeros(senses.SENSE), np.zeros(senses.BINS)
    senses.settle(sense, noise, site[0], plots)
    return site[0], sense, noise


def a_plot(site, r=1e5, azimuth=0.3, elevation=0.1):
    """One exact plot."""
    return plot(np.array([site]), 0, 0.0, (r, azimuth, elevation), (0, 0, 1e-3), -1, np.random.default_rng(0), 1.0, 0)


def test_what_is_given_is_taken():
    """Pd and false plots of the sensor stand; a Pd of 0 means nothing was said."""
    _, sense, _ = settled(pd=0.7, false_plots=12.0)
    assert (sense[senses.PD], sense[senses.FALSE_PLOTS]) == (0.7, 12.0)
    assert settled()[1][senses.PD] == senses.NOMINAL_PD
    learned = settled(plots=50, pd=np.nan, false_plots=np.nan)[1]
    assert learned[[senses.LEARNS_PD, senses.LEARNS_NOISE]].tolist() == [1.0, 1.0]
    assert learned[senses.FALSE_PLOTS] == 25.0


def test_noise_starts_out_even():
    """At first noise is as dense everywhere as the even spread says."""
    site, _, noise = settled()
    rng = np.random.default_rng(1)
    for r, azimuth, elevation in rng.uniform([0, -3, -0.1], [4e5, 3, 1.2], (20, 3)):
        seen = a_plot(site, r, azimuth, elevation)
        assert senses.crowding(noise, senses.seen_noise(noise), site, seen) == pytest.approx(1.0)
    assert sum(senses.elevation_share(b) for b in range(senses.ELEVATION_BINS)) == pytest.approx(1.0)


def test_noise_crowds_where_it_was_seen():
    """A thousand plots in one place make noise dense there and thin elsewhere; the whole stays the whole."""
    site, _, noise = settled()
    for _ in range(1000):
        senses.notice_noise(noise, site, a_plot(site))
    assert senses.crowding(noise, senses.seen_noise(noise), site, a_plot(site)) > 50.0
    assert senses.crowding(noise, senses.seen_noise(noise), site, a_plot(site, 3e5, -2.0, 0.9)) < 0.2
    r, a, e = senses.bins_of(site, a_plot(site))
    assert noise[[r, senses.RANGE_BINS + a, senses.RANGE_BINS + senses.AZIMUTH_BINS + e]].min() > 1000.0


@pytest.mark.parametrize("azimuth", [-np.pi, -1e-9, 0.0, np.pi, 6.2, 13.0])
def test_any_azimuth_has_a_bin(azimuth):
    """Angles are taken around the circle."""
    site = radar()[0]
    assert 0 <= senses.bins_of(site, a_plot(site, azimuth=azimuth))[1] < senses.AZIMUTH_BINS


def test_more_plots_than_noise_are_newcomers():
    """Two deviations above the mean count for little, ten for nearly all of the excess, none for nothing."""
    assert senses.excess_of(100, 100.0) == 0.0
    assert senses.excess_of(120, 100.0) < 6.0
    assert senses.excess_of(200, 100.0) == pytest.approx(80.0, abs=2.0)
    assert senses.excess_of(5000, 100.0) == pytest.approx(4880.0, rel=1e-3)


def test_targets_not_seen_yet_are_expected():
    """After a first turn full of newcomers, those that were missed are looked for in the next."""
    _, sense, _ = settled(pd=0.5, false_plots=10.0)
    senses.learn(sense, 110, 0, 1)
    first = sense[senses.BIRTH]
    senses.learn(sense, 10, 0, 1)
    assert first > 2.0
    assert np.exp(sense[senses.BIRTH]) * 10.0 == pytest.approx(0.5 * sense[senses.UNSEEN] / 0.5, rel=0.5)
    for _ in range(40):
        senses.learn(sense, 10, 0, 1)
    assert sense[senses.BIRTH] < -2.0


def test_a_chance_of_detection_is_counted():
    """Only a radar that is to be learned changes."""
    _, told, _ = settled(pd=0.9)
    _, learned, _ = settled(pd=np.nan)
    for k in range(200):
        senses.learn_pd(told, k % 2)
        senses.learn_pd(learned, k % 2)
    assert told[senses.PD] == 0.9
    assert learned[senses.PD] == pytest.approx(0.53, abs=0.02)


@pytest.mark.heavy
def test_a_recording_teaches_pd_and_noise():
    """Twenty targets at Pd 0.7 in forty false plots a turn: both are found, and the tracks with them."""
    site, rng = radar(pd=np.nan, false_plots=np.nan), np.random.default_rng(3)
    targets = [
        straight((*rng.uniform(-2e5, 2e5, 2), rng.uniform(2e3, 1e4)), (*rng.uniform(-200, 200, 2), 0.0))
        for _ in range(20)
    ]
    plots = observe(site, targets, rng, 600.0, pd=0.7, false_plots=40.0)
    went = course(plots, site, settings(confirm="existence"), Informed())
    sense = went.picture.senses[0]
    assert sense[senses.PD] == pytest.approx(0.7, abs=0.05)
    assert sense[senses.FALSE_PLOTS] == pytest.approx(40.0, abs=8.0)
    late = went.states[went.states["time_s"] > 300.0]
    assert np.unique(late["truth"][late["truth"] >= 0]).size >= 19
    assert follow(plots, site, settings(confirm="existence")).size == went.states.size


def test_newcomers_are_expected_to_be_as_fast_as_those_before():
    """Slow tracks take the variance of a new track's speed down; it never exceeds the usual one."""
    _, sense, _ = settled()
    assert senses.pace_share(sense) == 1.0
    track = np.zeros(1, TRACK)[0]
    track["weight"] = 0.5
    track["mean"][3:5] = 40.0, 0.0
    for _ in range(60):
        senses.learn_pace(sense, track)
    least = senses.LEAST_PACE_M_S**2 / senses.USUAL_PACE_M_S**2
    assert senses.pace_share(sense) == pytest.approx((3.0 + 60.0 * least) / 63.0)
    track["mean"][3:5] = 900.0, 0.0
    for _ in range(60):
        senses.learn_pace(sense, track)
    assert senses.pace_share(sense) == 1.0
