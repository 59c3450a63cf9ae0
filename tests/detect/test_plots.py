"""False plots, order and resolution."""

from math import radians

import numpy as np
import pytest

from farwatch.chance import key_of
from farwatch.detect.false_plots import add_false_plots
from farwatch.detect.resolution import is_one, merge_plots, sort_plots
from farwatch.records import PLOT
from naive import detection as naive

STILL = (0.0, 0.0, 0.0)
RNG = np.random.default_rng(4)


def test_false_plots_are_poisson_and_uniform(radar, scale):
    """Number, range, azimuth and strength follow their laws, whatever the slicing."""
    sensors = radar(false_plots=6.0, batches=4)
    room, counts, kept = np.zeros(200, PLOT), [], []
    for w in range(int(8000 * scale) + 120):
        counts.append(add_false_plots(sensors, 0, 2.5 * w, 2.5 * (w + 1), key_of(1, 0), room, 0))
        kept.append(room[: counts[-1]].copy())
    counts, plots = np.array(counts), np.concatenate(kept)
    assert abs(counts.mean() - 1.5) < 4 * np.sqrt(1.5 / len(counts))
    assert abs(counts.var() - 1.5) < 4 * np.sqrt((1.5 + 2 * 1.5**2) / len(counts))
    for share in ((plots["range_m"] - 1e3) / 399e3, plots["azimuth_rad"] / (2 * np.pi)):
        assert 0 <= share.min() <= share.max() < 1
        assert abs(share.mean() - 0.5) < 4 / np.sqrt(12 * len(share))
    beam = naive.beam_azimuth(plots["time_s"], 0.0, 10.0)
    assert plots["azimuth_rad"] == pytest.approx(beam, abs=1e-9)
    over = (plots["snr"] - sensors.threshold_snr[0]) * 10
    assert over.min() > 0
    assert abs(over.mean() - 1) < 4 / np.sqrt(len(over))
    assert np.all(plots["truth"] == -1)


def test_an_array_puts_false_plots_in_its_sector(radar):
    """All within the sector, and in every part of the window."""
    sensors = radar(rotating=0, false_plots=400.0, half_sector_rad=radians(45), heading_rad=radians(350))
    room = np.zeros(2000, PLOT)
    count = add_false_plots(sensors, 0, 0.0, 10.0, key_of(1, 0), room, 0)
    away = (room["azimuth_rad"][:count] - radians(350) + np.pi) % (2 * np.pi) - np.pi
    assert count > 300
    assert np.max(np.abs(away)) <= radians(45) + 1e-9


def test_a_full_room_drops_the_rest(radar):
    """More plots than rows: the room is filled up to its last row, which stays free for sorting."""
    room = np.zeros(10, PLOT)
    assert add_false_plots(radar(false_plots=500.0), 0, 0.0, 10.0, key_of(1, 0), room, 0) == 9


def test_sorting_is_numpys():
    """By time, equal times in their old order."""
    room = np.zeros(41, PLOT)
    room["time_s"][:40] = RNG.integers(0, 12, 40)
    room["truth"][:40] = np.arange(40)
    expected = room[np.argsort(room["time_s"][:40], kind="stable")].copy()
    sort_plots(room, 40, np.zeros(41), np.zeros(41, np.int64))
    assert np.array_equal(room[:40], expected)


def test_merging_joins_what_cannot_be_told_apart(radar):
    """The same groups as comparing each plot with the first of every group, and one plot per group."""
    sensors = radar(elevation_beam_rad=0.0)
    for _ in range(20):
        room = np.zeros(31, PLOT)
        room["range_m"][:30] = 50e3 + RNG.random(30) * 600
        room["azimuth_rad"][:30] = (RNG.random(30) * radians(6) - radians(3)) % (2 * np.pi)
        room["snr"][:30] = 10.0 ** -np.arange(30)  # the first of a group outweighs the rest, so it hardly moves
        room["range_sigma_m"], room["azimuth_sigma_rad"] = 1.0, 1e-3
        room["truth"][:30] = np.arange(30)
        groups = naive.merged(room[:30].copy(), 150.0, radians(1.5))
        count = merge_plots(sensors.radars[0], room, 30)
        assert abs(count - len(groups)) <= 2  # a joint plot moves a little, and so may its neighbours' verdict
        assert set(room["truth"][:count]) <= set(range(30))


def test_two_close_targets_are_one_plot(radar, sky, watch):
    """Fifty metres apart they give one plot with the strength of both; a kilometre apart two."""
    sensors = radar(snr_reference=1e6)
    close, _ = watch(sensors, sky([(60e3, 50.0, 6e3, STILL), (60.05e3, 50.0, 6e3, STILL)]), 10)
    apart, _ = watch(sensors, sky([(60e3, 50.0, 6e3, STILL), (61e3, 50.0, 6e3, STILL)]), 10)
    assert len(close) == 10
    assert len(apart) == 20
    assert close["rcs_m2"].mean() == pytest.approx(2.0, rel=0.05)
    assert is_one(sensors.radars[0], close[0], close[0])


def test_joining_works_over_north(radar):
    """Plots on both sides of north have their centroid there."""
    room = np.zeros(3, PLOT)
    room["range_m"], room["snr"] = 50e3, 10.0
    room["azimuth_rad"][:2] = [radians(359.6), radians(0.4)]
    assert merge_plots(radar().radars[0], room, 2) == 1
    assert min(room["azimuth_rad"][0], 2 * np.pi - room["azimuth_rad"][0]) < 1e-9
    assert room["azimuth_sigma_rad"][0] == pytest.approx(radians(0.4))
