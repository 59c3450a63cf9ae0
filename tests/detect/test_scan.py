"""Looks and plots: laws that hold whatever the scene."""

from math import pi, radians

import numpy as np
import pytest

from detect.conftest import sensors_of
from farwatch import detect
from farwatch.chance import key_of
from farwatch.detect.fluctuation import dwell_energy, shape_of
from farwatch.detect.measurement import angle_sigma_rad, measured_snr, range_sigma_m
from farwatch.detect.pd_table import pd_at
from farwatch.detect.statistics import pd
from farwatch.records import PLOT
from naive import detection as naive

STILL = (0.0, 0.0, 0.0)


@pytest.mark.parametrize("swerling", [0, 1, 2, 3, 4])
def test_looks_detect_with_the_exact_swerling_probability(radar, sky, watch, swerling, scale):
    """Drawing the echo's energy, then the detection, has the exact Pd as its mean, within 4 standard errors."""
    sensors = radar(pulses=3, snr_reference=2.0)
    looks = int(40000 * scale) + 300
    truth = sky([(90e3, 40.0, 6000.0, STILL)], swerling=swerling, length_s=1e7)
    plots, field = watch(sensors, truth, looks)
    assert field.sightings["looks"][0] == looks
    snr = sensors.radars["snr_one"][0] / np.sqrt(90e3**2 + 5980.0**2) ** 4
    exact = float(pd(swerling, 10 * np.log10(snr), 3, 1e-6))
    assert 0.03 < exact < 0.97
    assert abs(len(plots) / looks - exact) < 4 * np.sqrt(exact * (1 - exact) / looks)


@pytest.mark.parametrize("windows", [1, 8])
def test_a_turning_beam_sees_what_it_points_at(radar, sky, watch, windows):
    """At the time of each plot the beam's azimuth is the target's, and there is one look a turn."""
    sensors = radar(phase_s=3.3, snr_reference=1e9, angle_floor_rad=0.0)
    truth = sky([(80e3, 350.0, 7000.0, (240.0, 30.0, 0.0)), (30e3, 100.0, 5000.0, (-100.0, 200.0, 0.0))])
    plots, field = watch(sensors, truth, 60, windows)
    beam = naive.beam_azimuth(plots["time_s"], 3.3, 10.0)
    apart = (plots["azimuth_rad"] - beam + pi) % (2 * pi) - pi
    assert np.max(np.abs(apart)) < 5e-4
    assert np.all(np.diff(plots["time_s"].reshape(-1)) > -10.0)
    assert all(59 <= looks <= 61 for looks in field.sightings["looks"])


def test_windows_do_not_matter(radar, sky, watch):
    """One window a turn or ten: the same plots, to a microsecond of look time."""
    truth = sky([(RANGE_M, a, 8000.0, (200.0, -50.0, 0.0)) for a in range(3, 360, 30)], swerling=1)
    once, _ = watch(radar(), truth, 30, 1)
    often, _ = watch(radar(batches=10), truth, 30, 10)
    assert len(once) > 200
    by_time = [np.sort(plots[plots["time_s"] < 280.0], order=["time_s", "truth"]) for plots in (once, often)]
    assert np.array_equal(*(plots["truth"] for plots in by_time))
    assert by_time[0]["time_s"] == pytest.approx(by_time[1]["time_s"], abs=1e-5)
    assert by_time[0]["range_m"] == pytest.approx(by_time[1]["range_m"], abs=0.2)


RANGE_M = 105e3


def test_luck_belongs_to_target_and_radar(radar, sky, watch):
    """Reordering the targets changes nothing for any; another radar sees with other luck."""
    rows = [(RANGE_M, a, 8000.0, STILL) for a in (10.0, 80.0, 200.0, 300.0)]
    truth = sky(rows, swerling=1)
    back = truth._replace(targets=truth.targets[::-1].copy())
    straight, _ = watch(radar(), truth, 40)
    reversed_, _ = watch(radar(), back, 40)
    reversed_["truth"] = 3 - reversed_["truth"]
    assert np.array_equal(straight, reversed_)
    other, _ = watch(radar(id=78), truth, 40)
    assert not np.array_equal(straight["range_m"], other["range_m"])
    again, _ = watch(radar(), truth, 40, key=key_of(5, 1))
    assert not np.array_equal(straight["range_m"], again["range_m"])


def test_an_array_looks_once_a_period_at_each_target(radar, sky, watch):
    """Looks are one period apart, each target at its own phase, and only inside the sector."""
    sensors = radar(rotating=0, period_s=4.0, half_sector_rad=radians(60), heading_rad=radians(10), snr_reference=1e9)
    truth = sky([(50e3, a, 6000.0, STILL) for a in (0.0, 60.0, 330.0, 90.0, 180.0)], length_s=1e6)
    plots, field = watch(sensors, truth, 25)
    assert list(field.sightings["looks"]) == [25, 25, 25, 0, 0]
    times = [plots["time_s"][plots["truth"] == i] for i in range(3)]
    assert all(np.diff(t) == pytest.approx(4.0) for t in times)
    assert len({round(t[0], 6) for t in times}) == 3


def test_errors_have_the_size_that_plots_declare(radar, sky, watch, scale):
    """Measured less true, over the declared sigma, has mean zero and spread one."""
    truth = sky([(60e3, 120.0, 5000.0, STILL)], swerling=1, length_s=1e7)
    plots, _ = watch(radar(), truth, int(20000 * scale) + 200)
    true_range_m = np.hypot(60e3, 4980.0)
    true_elevation = np.arctan2(4980.0, 60e3)
    for name, true, sigma in (
        ("range_m", true_range_m, "range_sigma_m"), ("azimuth_rad", radians(120.0), "azimuth_sigma_rad"),
        ("elevation_rad", true_elevation, "elevation_sigma_rad"),
    ):
        z = (plots[name] - true) / plots[sigma]
        assert abs(z.mean()) < 4 / np.sqrt(len(z))
        assert abs(z.var() - 1) < 4 * np.sqrt(2 / len(z))
    assert np.median(plots["rcs_m2"]) == pytest.approx(np.log(2), rel=0.1 if scale == 1.0 else 0.6)


def test_the_earth_hides_what_the_story_says(radar, sky, watch):
    """Low targets are seen as far as the closed form of the horizon says, and no farther."""
    ranges_m = np.arange(20e3, 120e3, 2e3)
    truth = sky([(r, 7.0 * k, 150.0 - r**2 / 2 / 6371e3, STILL) for k, r in enumerate(ranges_m)])
    plots, field = watch(radar(snr_reference=1e9), truth, 1)
    visible = np.array([naive.lowest_visible(20.0, r) for r in ranges_m]) < 150.0
    assert set(plots["truth"]) == set(np.flatnonzero(visible))
    seen = field.sightings[visible]
    assert np.array_equal(seen["above_horizon_s"], seen["seen_s"])
    assert np.array_equal(seen["unmasked_s"], seen["seen_s"])
    assert np.all(np.isnan(field.sightings["above_horizon_s"][~visible]))


def test_terrain_hides_after_the_horizon_did_not(radar, sky, watch):
    """A floor over all hides a target that smooth earth would not, and the field says which it was."""
    sensors = radar(snr_reference=1e9)
    masked = sensors_of(sensors.radars, floor_m=9e3)
    plots, field = watch(masked, sky([(60e3, 30.0, 6000.0, STILL)]), 3)
    assert len(plots) == 0
    assert np.isnan(field.sightings["unmasked_s"][0])
    assert field.sightings["above_horizon_s"][0] > 0


def test_what_lies_outside_the_volume_is_not_seen(radar, sky, watch):
    """Too near, too far, too high: no plot, however strong."""
    sensors = radar(snr_reference=1e12, range_min_m=40e3, range_max_m=150e3, elevation_max_rad=radians(20))
    rows = [(30e3, 0.0, 6e3, STILL), (160e3, 60.0, 9e3, STILL), (50e3, 120.0, 30e3, STILL), (60e3, 240.0, 6e3, STILL)]
    plots, _ = watch(sensors, sky(rows), 5)
    assert set(plots["truth"]) == {3}


def test_rain_costs_what_the_closed_form_says(radar, sky, watch):
    """A decibel a kilometre, both ways, over ten kilometres: a tenth of the echo's strength to the tenth power."""
    truth = sky([(10e3, 0.0, 1000.0, STILL)], length_s=1e6)
    dry, _ = watch(radar(snr_reference=1e6), truth, 200)
    wet, _ = watch(radar(snr_reference=1e6, rain_db_per_m=1e-3), truth, 200)
    assert 10 * np.log10(dry["snr"].mean() / wet["snr"].mean()) == pytest.approx(10.05, abs=0.2)
    assert wet["rcs_m2"].mean() == pytest.approx(1.0, rel=0.02)


def test_transponders_answer_interrogators(radar, sky, watch):
    """With the published chance, and only where both sides have the equipment."""
    truth = sky([(60e3, 0.0, 6e3, STILL)], transponder=1, expected_reply=0.7, length_s=1e6)
    asked, _ = watch(radar(interrogator=1, snr_reference=1e9), truth, 600)
    assert abs(asked["reply"].mean() - 0.7) < 4 * np.sqrt(0.21 / 600)
    assert watch(radar(snr_reference=1e9), truth, 20)[0]["reply"].sum() == 0


def test_a_transponder_answers_aboard_a_class_that_is_expected_to_be_silent(radar, sky, watch):
    """A friendly fighter answers as an airliner does; with its transponder off it does not."""
    for carried, share in ((1, 0.98), (0, 0.0)):
        truth = sky([(60e3, 0.0, 6e3, STILL)], transponder=carried, expected_reply=0.0, length_s=1e6)
        asked, _ = watch(radar(interrogator=1, snr_reference=1e9), truth, 200)
        assert abs(asked["reply"].mean() - share) <= 4 * np.sqrt(share * (1 - share) / 200)


def test_a_flat_radar_measures_no_elevation(radar, sky, watch):
    """No elevation beam: zero, with a spread of zero, which means not measured."""
    plots, _ = watch(radar(elevation_beam_rad=0.0, snr_reference=1e9), sky([(60e3, 0.0, 6e3, STILL)]), 3)
    assert np.all(plots["elevation_rad"] == 0.0)
    assert np.all(plots["elevation_sigma_rad"] == 0.0)


def test_dead_and_departed_targets_are_not_seen(radar, sky):
    """A killed target and one past its last knot leave no plot."""
    sensors, truth = radar(snr_reference=1e9), sky([(60e3, a, 6e3, STILL) for a in (9, 90)], length_s=1e6)
    truth.targets["step_s"][1] = 12.0
    field, room = detect.new_field(sensors, 2), np.zeros(30, PLOT)
    detect.reset_field(sensors, truth, field)
    assert detect.scan(sensors, truth, field, 0, 0.0, 10.0, key_of(1, 0), room) == 2
    field.alive[0] = 0
    assert detect.scan(sensors, truth, field, 0, 10.0, 30.0, key_of(1, 0), room) == 0


def test_energy_draws_have_the_law_they_stand_for(scale):
    """Mean one and variance one over the shape, for every case and count of pulses."""
    draws = int(20000 * scale) + 400
    for swerling, pulses in ((1, 5), (3, 5), (2, 3), (2, 6), (4, 4), (2, 40)):
        shape = shape_of(swerling, pulses)
        u = (np.arange(draws) + 0.5) / draws
        energy = np.array([dwell_energy(shape, u[k], key_of(2, 0), 1, 2, k) for k in range(draws)])
        assert abs(energy.mean() - 1) < 4 / np.sqrt(draws * shape)
        assert abs(energy.var() * shape - 1) < 4 * np.sqrt((2 + 6 / shape) / draws)
    assert dwell_energy(shape_of(0, 9), 0.3, key_of(2, 0), 1, 2, 3) == 1.0


def test_table_is_within_a_few_millionths():
    """Interpolated Pd against the exact one, for few and many pulses."""
    from farwatch.detect.pd_table import pd_tables
    from farwatch.records import RADAR

    radars = np.zeros(3, RADAR)
    radars["pulses"], radars["pfa"] = [1, 30, 1000], [1e-12, 1e-6, 1e-4]
    tables = pd_tables(radars)
    for row, one in zip(tables, radars, strict=True):
        for snr_db in np.linspace(-29.9, 39.7, 301):
            exact = float(pd(0, snr_db, one["pulses"], one["pfa"]))
            assert pd_at(row, 10 ** (snr_db / 10)) == pytest.approx(exact, abs=3e-6)
        assert pd_at(row, 1e-9) == 0.0
        assert pd_at(row, 1e9) == 1.0


def test_measurement_formulas():
    """Barton's and Skolnik's, in quadrature with their floors; strength never below the threshold."""
    assert range_sigma_m(150.0, 0.0, 50.0) == pytest.approx(15.0)
    assert range_sigma_m(150.0, 20.0, 50.0) == pytest.approx(25.0)
    assert angle_sigma_rad(0.016, 0.0, 50.0) == pytest.approx(0.001)
    assert measured_snr(10.0, 4, 0.5, 2.0) == pytest.approx(10.0)
    assert measured_snr(0.5, 4, 0.4, 2.0) == 2.0
