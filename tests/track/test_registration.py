"""Errors that were put into plots are found, with honest deviations, or refused."""

from math import pi, radians

import numpy as np
import pytest

from farwatch.chance import name_id
from farwatch.errors import InputError
from farwatch.records import TRUTH
from farwatch.track import bias_model, registration
from farwatch.track.consistency import mean_bounds
from farwatch.track.pairing import Options
from farwatch.track.registration import FEW, GOOD, INCONSISTENT, UNOBSERVABLE, against_reference
from farwatch.track.trajectories import places_at, trajectories
from track.biased import errors, flights, reference, scanned, seen, swiss_flights
from track.scene import radar

HALF_DEGREE_TENTH_MILE = errors(azimuth_rad=radians(0.5), range_m=185.2)
TILTED = np.array([[0.0, 0.8, 0.6], [-1.0, 0.0, 0.0], [0.0, -0.6, 0.8]])


def rng_of(name, run=0):
    """Luck that belongs to one test and run."""
    return np.random.default_rng([name_id(name), run])


def a_site(**changes):
    """A radar on a hill, off the origin."""
    return radar(x_m=3e3, y_m=-2e3, z_m=700.0, height_m=700.0, **changes)


def named(count):
    """Addresses as `scanned` gives them."""
    return {i: i + 1 for i in range(count)}


def off(found, true):
    """Estimate minus truth, f8[p], of radar 0."""
    return found.mean[0] - true[[bias_model.NAMES.index(name) for name in found.names]]


def nees(found, true):
    """Normalised error squared of all estimates of radar 0."""
    return off(found, true) @ np.linalg.solve(found.covariance, off(found, true))


@pytest.mark.parametrize("turn", [np.eye(3), TILTED])
def test_derivatives_are_those_of_the_reports(turn):
    """What a report changes with each error and with the place equals small differences."""
    site = radar(x_m=3e3, y_m=-2e3, z_m=50.0, to_local=turn)[0]
    rng = rng_of("derivatives")
    place, velocity = rng.normal(size=(5, 3)) * 5e4, rng.normal(size=(5, 3)) * 200
    bias = errors(range_m=100.0, range_gain=1e-3, azimuth_rad=0.01, elevation_rad=0.002, east_m=50.0, north_m=-70.0)
    told = bias_model.expected(site, place, velocity, bias)
    for i, step in enumerate([1.0, 1e-6, 1e-6, 1e-6, 1e-3, 0.1, 0.1]):
        ends = []
        for sign in (1, -1):
            other = bias.copy()
            other[i] += sign * step
            late = place - (sign * step * velocity if i == 4 else 0.0)  # a clock ahead: the target was not yet there
            ends.append(bias_model.expected(site, late, velocity, other).report)
        np.testing.assert_allclose(told.by_bias[:, :, i], (ends[0] - ends[1]) / (2 * step), rtol=1e-5, atol=1e-8)
    for axis in range(3):
        ends = [bias_model.expected(site, place + s * np.eye(3)[axis], velocity, bias).report for s in (1, -1)]
        np.testing.assert_allclose(told.by_place[:, :, axis], (ends[0] - ends[1]) / 2, rtol=1e-5, atol=1e-8)


@pytest.mark.slow
def test_estimates_lie_within_their_deviations():
    """Over 200 worlds the normalised error squared of all three errors, and of each, lies in chi-square bounds."""
    site, runs = a_site(), 200
    total, each, ratio = [], [], []
    for run in range(runs):
        rng = rng_of("consistent", run)
        targets = flights(rng, 10)
        true = HALF_DEGREE_TENTH_MILE + errors(time_s=rng.uniform(-4, 4))
        plots = scanned(site[0], 0, targets, true, rng, until_s=400.0)
        found = against_reference(plots, site, reference(targets, rng, 400.0), Options(addresses=named(10)))
        assert found.status == (GOOD,)
        total.append(nees(found, true))
        each.append((off(found, true) / found.sigma[0]) ** 2)
        ratio.append(found.chi2_ratio[0])
    low, high = mean_bounds(runs, 3, 0.999)
    assert low < np.mean(total) < high
    low, high = mean_bounds(runs, 1, 0.999)
    assert ((low < np.mean(each, axis=0)) & (np.mean(each, axis=0) < high)).all()
    assert np.mean(ratio) == pytest.approx(1.0, abs=0.02)


@pytest.mark.parametrize("time_s", [-4.6, 0.0, 3.3])
def test_plots_without_names_are_paired_through_large_errors(time_s):
    """Half a degree, a tenth of a mile and seconds are found with no address in any plot and a fifth of them false."""
    site, rng = a_site(), rng_of("nameless", int(10 * time_s) + 100)
    targets = flights(rng, 30)
    true = HALF_DEGREE_TENTH_MILE + errors(time_s=time_s)
    plots = scanned(site[0], 0, targets, true, rng, until_s=300.0)
    plots["address"] = 0
    noise = plots[rng.permutation(plots.size)[: plots.size // 4]].copy()
    noise["azimuth_rad"], noise["range_m"] = rng.uniform(0, 2 * pi, noise.size), rng.uniform(1e4, 2e5, noise.size)
    found = against_reference(np.concatenate([plots, noise]), site, reference(targets, rng, 300.0))
    assert found.status == (GOOD,)
    assert nees(found, true) < 16.3  # 0.999 of chi-square, 3 degrees
    assert found.pairs[0] > 0.99 * plots.size
    assert abs(found.values[0, 1] - radians(0.5)) < 3e-4


def test_wrong_associations_do_not_pull():
    """Plots of which every tenth bears the address of an aircraft beside it give the same errors."""
    site, rng = a_site(), rng_of("wrong")
    targets = flights(rng, 12)
    plots = scanned(site[0], 0, targets, HALF_DEGREE_TENTH_MILE, rng)
    wrong = rng.random(plots.size) < 0.1
    plots["range_m"][wrong] += rng.choice([-1, 1], wrong.sum()) * rng.uniform(600, 900, wrong.sum())
    found = against_reference(plots, site, reference(targets, rng), Options(addresses=named(12)))
    assert found.status == (GOOD,)
    assert found.rejected[0] > 0
    assert nees(found, HALF_DEGREE_TENTH_MILE) < 16.3


def test_every_kind_of_error_can_be_asked_for():
    """Range gain, elevation and the place of the site come back too, and `moved` puts the radar there."""
    site, rng = a_site(), rng_of("every")
    targets = flights(rng, 40)
    true = errors(range_m=120.0, range_gain=4e-4, azimuth_rad=-0.004, elevation_rad=0.001, time_s=0.7,
                  east_m=150.0, north_m=-220.0)  # fmt: skip
    plots = scanned(site[0], 0, targets, true, rng, sigmas=(20.0, 0.001, 0.001))
    asked = Options(estimate=bias_model.NAMES, addresses=named(40))
    found = against_reference(plots, site, reference(targets, rng), asked)
    assert found.status == (GOOD,)
    assert nees(found, true) < 24.3  # 0.999 of chi-square, 7 degrees
    placed = registration.moved(site, found)
    assert placed["x_m"][0] == pytest.approx(3e3 + 150.0, abs=5 * found.sigma[0, 5])
    assert placed["y_m"][0] == pytest.approx(-2e3 - 220.0, abs=5 * found.sigma[0, 6])


def test_errors_are_removed():
    """After `apply` plots lie where an unbiased radar would have them, across north too, and at their true time."""
    site, rng = a_site(), rng_of("removed")
    targets = flights(rng, 20)
    true = HALF_DEGREE_TENTH_MILE + errors(time_s=1.5)
    plots = scanned(site[0], 0, targets, true, rng_of("same"), sigmas=(1e-3, 1e-7, 0.0))
    clean = scanned(site[0], 0, targets, errors(), rng_of("same"), sigmas=(1e-3, 1e-7, 0.0))
    found = against_reference(plots, site, reference(targets, rng), Options(addresses=named(20)))
    mended = registration.apply(plots, found)
    turn = (mended["azimuth_rad"] - clean["azimuth_rad"] + pi) % (2 * pi) - pi
    assert abs(turn).max() < 1e-5
    assert ((mended["azimuth_rad"] >= 0) & (mended["azimuth_rad"] < 2 * pi)).all()
    np.testing.assert_allclose(mended["range_m"], clean["range_m"], atol=0.5)
    np.testing.assert_allclose(mended["time_s"], clean["time_s"], atol=0.01)
    assert plots["range_m"][0] != mended["range_m"][0]


def test_a_noisy_reference_is_weighed():
    """A reference off by 80 m a point is told to be so: chi-square stays 1, and the estimate honest."""
    site, rng = a_site(), rng_of("noisy")
    targets = flights(rng, 20)
    plots = scanned(site[0], 0, targets, HALF_DEGREE_TENTH_MILE, rng)
    asked = Options(addresses=named(20), reference_sigma_m=80.0)
    found = against_reference(plots, site, reference(targets, rng, sigma_m=80.0), asked)
    assert 0.5 < found.chi2_ratio[0] < 1.1  # interpolation between two points averages some of it
    assert nees(found, HALF_DEGREE_TENTH_MILE) < 16.3


def test_pressure_heights_are_allowed_for():
    """A reference 150 m too high, said to be off by so much, moves range no farther than the stated deviation."""
    site, rng = a_site(), rng_of("heights")
    targets = flights(rng, 20)
    plots, truth = scanned(site[0], 0, targets, HALF_DEGREE_TENTH_MILE, rng), reference(targets, rng)
    truth["z_m"] += 150.0
    found = against_reference(plots, site, truth, Options(addresses=named(20), height_sigma_m=150.0))
    silent = against_reference(plots, site, truth, Options(addresses=named(20)))
    assert nees(found, HALF_DEGREE_TENTH_MILE) < 16.3
    assert nees(silent, HALF_DEGREE_TENTH_MILE) > 16.3
    truth["z_m"] -= 150.0
    certain = against_reference(plots, site, truth, Options(addresses=named(20)))
    assert found.sigma[0, 0] > 1.2 * certain.sigma[0, 0]


def test_understated_plot_errors_widen_the_deviation():
    """Plots twice as bad as they say show a chi-square of 4, and the stated deviations grow to match."""
    site, rng = a_site(), rng_of("understated")
    targets = flights(rng, 20)
    plots = scanned(site[0], 0, targets, HALF_DEGREE_TENTH_MILE, rng)
    honest = against_reference(plots, site, reference(targets, rng), Options(addresses=named(20)))
    plots["range_sigma_m"] /= 2
    plots["azimuth_sigma_rad"] /= 2
    found = against_reference(plots, site, reference(targets, rng), Options(addresses=named(20)))
    assert found.chi2_ratio[0] == pytest.approx(4.0, rel=0.1)
    assert found.table()[0]["p_value"] < 1e-6
    assert honest.table()[0]["p_value"] > 0.001
    np.testing.assert_allclose(found.sigma, honest.sigma, rtol=0.05)


def one_flight(start, velocity, site, bias, rng, until_s=600.0):
    """Plots and reference of a single flight."""
    targets = np.array([start], float), np.array([velocity], float)
    return scanned(site[0], 0, targets, bias, rng, until_s=until_s), reference(targets, rng, until_s)


def test_a_radial_flight_cannot_tell_the_clock_from_the_range():
    """Flying straight at the radar, range and clock are refused and azimuth is not."""
    site, rng = radar(), rng_of("radial")
    plots, truth = one_flight((0.0, 2e5, 0.0), (0.0, -200.0, 0.0), site, errors(azimuth_rad=0.005), rng)
    found = against_reference(plots, site, truth, Options(addresses=named(1)))
    assert found.status == (UNOBSERVABLE,)
    assert np.isnan(found.values[0, [0, 2]]).all()
    assert found.values[0, 1] == pytest.approx(0.005, abs=5 * found.sigma[0, 1])
    assert np.isnan(found.full(0)[0])
    mended = registration.apply(plots, found)
    np.testing.assert_array_equal(mended["range_m"], plots["range_m"])


def test_one_direction_cannot_tell_the_site_from_the_bias():
    """Targets in a narrow sector leave the site's place and the biases undecided."""
    site, rng = radar(), rng_of("sector")
    plots, truth = one_flight((1e5, 1e5, 8e3), (1.0, -1.0, 0.0), site, errors(), rng)
    asked = Options(estimate=("range_m", "azimuth_rad", "east_m", "north_m"), addresses=named(1))
    found = against_reference(plots, site, truth, asked)
    assert found.status == (UNOBSERVABLE,)
    assert np.isnan(found.values).all()


def test_too_few_pairs_are_refused():
    """A handful of plots, or plots of nobody in the reference, give no numbers."""
    site, rng = radar(), rng_of("few")
    plots, truth = one_flight((1e5, 1e5, 8e3), (200.0, -20.0, 0.0), site, errors(), rng, 100.0)
    assert against_reference(plots, site, truth).status == (FEW,)
    plots, _ = one_flight((-1e5, 1e5, 8e3), (200.0, -20.0, 0.0), site, errors(), rng)
    found = against_reference(plots, site, truth)
    assert found.status == (FEW,)
    assert np.isnan(found.values).all()


def test_plots_of_others_are_not_made_to_fit():
    """Noise beside a reference is not paired into an estimate."""
    site, rng = radar(), rng_of("noise")
    targets = flights(rng, 20)
    plots = scanned(site[0], 0, targets, errors(), rng)
    plots["address"] = 0
    plots["azimuth_rad"], plots["range_m"] = rng.uniform(0, 2 * pi, plots.size), rng.uniform(2e4, 1.5e5, plots.size)
    found = against_reference(plots, site, reference(targets, rng))
    assert found.status[0] in {FEW, INCONSISTENT}
    assert np.isnan(found.values).all()


def test_interpolation_follows_a_parabola_and_knows_what_it_misses():
    """Steady acceleration is exact; where a 3 g turn begins between points, the stated deviation covers the error."""
    when = np.arange(0.0, 200.0, 10.0)

    def told(place):
        rows = np.zeros(when.size, TRUTH)
        rows["time_s"], (rows["x_m"], rows["y_m"]) = when, place(when)
        return trajectories(rows)

    asked = np.linspace(0.0, 190.0, 500)
    steady = places_at(told(lambda t: (200.0 * t, 1.5 * t**2)), np.zeros(500, int), asked, 30.0)
    np.testing.assert_allclose(steady.place[:, 1], 1.5 * asked**2, atol=1e-6)
    np.testing.assert_allclose(steady.velocity[:, 1], 3.0 * asked, atol=1e-6)
    inner = (asked > 10) & (asked < 180)
    assert steady.sigma_m[inner].max() < 1e-6

    def turning(t):
        since = np.maximum(t - 104.0, 0.0) * 30.0 / 250.0
        return 250.0 * np.minimum(t, 104.0) + 250.0**2 / 30.0 * np.sin(since), 250.0**2 / 30.0 * (1 - np.cos(since))

    onset = (asked > 90) & (asked < 120)
    found = places_at(told(turning), np.zeros(500, int), asked, 30.0)
    gap = np.hypot(*(found.place[:, :2].T - turning(asked)))[onset]
    assert gap.max() > 50.0
    assert (gap <= 3.0 * found.sigma_m[onset] + 5.0).all()


def test_gaps_are_not_joined():
    """Between points a minute apart, and outside the trajectory, the place is unknown."""
    rows = np.zeros(5, TRUTH)
    rows["time_s"], rows["z_m"][4] = (0.0, 10.0, 70.0, 80.0, 40.0), np.nan
    known = places_at(trajectories(rows), np.zeros(5, int), np.array([-1.0, 5.0, 40.0, 75.0, 81.0]), 30.0).known
    assert known.tolist() == [False, True, False, True, False]


def test_bad_input_is_refused_at_once():
    """A wrong record type and a name nobody knows come in one message."""
    with pytest.raises(InputError) as caught:
        against_reference(np.zeros(3), radar(), np.zeros(0, TRUTH), Options(estimate=("range_m", "roll_rad")))
    assert [problem.where for problem in caught.value.problems] == ["plots", "estimate"]


@pytest.mark.slow
def test_real_flights_register_a_radar(shared):
    """Real broadcast trajectories, points 10 s apart: half a degree, a tenth of a mile and a clock 2.4 s off are found.

    Plots are drawn from the trajectories halfway between points of one set, the reference is the other half, so that
    interpolation (over 20 s) has to stand in for real manoeuvres.
    """
    told = swiss_flights(shared)
    rng, site = rng_of("swiss"), radar(x_m=3e3, y_m=-2e3, z_m=1100.0, height_m=1100.0)
    held, given = told[1::2], told[::2]
    true = HALF_DEGREE_TENTH_MILE + errors(time_s=2.4)
    place = np.stack([held["x_m"], held["y_m"], held["z_m"]], axis=1)
    plots = seen(site[0], 0, (held["time_s"], place, np.zeros_like(place)), true, rng, sigmas=(50.0, 0.0012, 0.0))
    found = against_reference(plots, site, given)
    assert found.status == (GOOD,)
    assert abs(off(found, true)[0]) < 15.0
    assert abs(off(found, true)[1]) < radians(0.01)
    assert abs(off(found, true)[2]) < 0.1
    assert nees(found, true) < 16.3
