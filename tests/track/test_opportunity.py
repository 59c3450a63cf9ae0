"""Radars that see the same targets correct each other, as far as differences can tell."""

from math import radians

import numpy as np
import pytest

from farwatch.chance import name_id
from farwatch.errors import InputError
from farwatch.records import STATE
from farwatch.track import registration
from farwatch.track.consistency import mean_bounds
from farwatch.track.opportunity import Opportunity, between_radars, groups_by_name, groups_by_tracks
from farwatch.track.registration import FEW, GOOD, UNOBSERVABLE
from farwatch.track.sight import height_above_sea
from farwatch.track.trajectories import places_at, trajectories
from track.biased import errors, flights, scanned, seen, swiss_flights, with_heights
from track.scene import radar, radars

ASKED = [0, 2, 4]  # range, azimuth, clock
FREE = [0, 1, 3, 4, 5]  # the clock of radar 0 is held
SIGMAS = ((40.0, 0.0015, 0.0), (60.0, 0.0015, 0.0))


def rng_of(name, run=0):
    """Luck that belongs to one test and run."""
    return np.random.default_rng([name_id(name), run])


def sites(apart_m=130e3):
    """Two radars on different clocks and periods."""
    return radars(
        radar(x_m=-apart_m / 2, y_m=0.0, z_m=700.0, height_m=700.0, period_s=5.0),
        radar(x_m=apart_m / 2, y_m=0.2 * apart_m, z_m=300.0, height_m=300.0, period_s=8.0),
    )


def both(where, targets, biases, rng, until_s=400.0):
    """Plots of two radars with heights from transponders."""
    parts = []
    for r in (0, 1):
        plots = scanned(where[r], r, targets, biases[r], rng, until_s=until_s, sigmas=SIGMAS[r])
        parts.append(with_heights(plots, where[r], targets, 20.0, rng))
    return np.concatenate(parts)


def two_biases(rng):
    """Half a degree and a tenth of a mile in one, others in the other, and its clock off."""
    return (
        errors(range_m=185.2, azimuth_rad=radians(0.5)),
        errors(range_m=-60.0, azimuth_rad=radians(-0.2), time_s=rng.uniform(-2, 2)),
    )


def truth_of(biases):
    """Errors asked for, radar by radar."""
    return np.array([b[ASKED] for b in biases]).ravel()


@pytest.mark.slow
def test_estimates_lie_within_their_deviations():
    """Over 60 worlds the normalised error squared of both radars' errors together lies in chi-square bounds."""
    runs, where = 60, sites()
    squares, ratios = [], []
    for run in range(runs):
        rng = rng_of("between", run)
        targets, biases = flights(rng, 15), two_biases(rng)
        found = between_radars(both(where, targets, biases, rng, 300.0), where)
        assert found.status == (GOOD, GOOD)
        gap = (found.mean.ravel() - truth_of(biases))[FREE]
        squares.append(gap @ np.linalg.solve(found.covariance[np.ix_(FREE, FREE)], gap))
        ratios.append(found.chi2_ratio[0])
    low, high = mean_bounds(runs, len(FREE), 0.999)
    assert low < np.mean(squares) < high
    assert np.mean(ratios) == pytest.approx(1.0, abs=0.05)


def test_the_gauge_is_said():
    """The clock of the radar that is held is 0 without deviation, and the result says so."""
    rng, where = rng_of("gauge"), sites()
    targets, biases = flights(rng, 15), two_biases(rng)
    plots = both(where, targets, biases, rng)
    first, second = (between_radars(plots, where, options=Opportunity(held=r)) for r in (0, 1))
    assert first.mean[0, 2] == first.sigma[0, 2] == 0.0
    assert first.gauge == "time_s of radar 0 held at 0"
    assert second.mean[0, 2] == pytest.approx(-first.mean[1, 2], abs=1e-3)
    np.testing.assert_allclose(second.relative(0).mean[1], first.relative(0).mean[1], atol=0.1)


def test_radars_at_one_place_know_their_difference_only():
    """Side by side, a turn or a stretch common to both shows nowhere: it is refused, the difference is found."""
    rng, where = rng_of("side by side"), sites(apart_m=100.0)
    targets, biases = flights(rng, 15), two_biases(rng)
    found = between_radars(both(where, targets, biases, rng), where)
    assert found.status == (UNOBSERVABLE, UNOBSERVABLE)
    assert np.isnan(found.values[:, :2]).all()
    apart = found.relative(0)
    assert apart.status == (GOOD, GOOD)
    gap = apart.mean[1] - (biases[1] - biases[0])[ASKED]
    assert (abs(gap) < 4 * apart.sigma[1]).all()
    assert (apart.sigma[1] < [15.0, 2e-4, 0.1]).all()


def test_wrong_associations_and_turns_do_not_pull():
    """Plots under another aircraft's name, and a target that weaves harder than a window allows, are not believed."""
    rng, where = rng_of("wrong"), sites()
    targets, biases = flights(rng, 15), two_biases(rng)
    plots = both(where, targets, biases, rng)
    lost = rng.random(plots.size) < 0.05
    plots["range_m"][lost] += rng.uniform(800, 3000, lost.sum())
    weaving = plots["truth"] == 3
    plots["range_m"][weaving] += 1500 * np.sin(plots["time_s"][weaving] / 6)
    found = between_radars(plots, where)
    assert found.status == (GOOD, GOOD)
    assert found.rejected.sum() >= 0.9 * (lost | weaving).sum()
    gap = (found.mean.ravel() - truth_of(biases))[FREE]
    assert gap @ np.linalg.solve(found.covariance[np.ix_(FREE, FREE)], gap) < 20.5  # 0.999 of chi-square, 5 degrees


def test_plots_that_nobody_shares_give_no_numbers():
    """Targets seen by one radar alone register nothing."""
    rng, where = rng_of("alone"), sites()
    targets = flights(rng, 6)
    plots = both(where, targets, two_biases(rng), rng)
    plots["address"] += 100 * plots["radar_index"]
    found = between_radars(plots, where)
    assert found.status == (FEW, FEW)
    assert np.isnan(found.values).all()


def test_targets_without_names_are_told_by_tracks():
    """One radar's tracks gather the plots of both, through half a degree and seconds between them."""
    rng, where = rng_of("tracks"), sites()
    targets, biases = flights(rng, 12), two_biases(rng)
    plots = both(where, targets, biases, rng)
    place, velocity = targets
    tracks = np.zeros(12 * 41, STATE)
    tracks["serial"], tracks["time_s"] = np.repeat(np.arange(12), 41), np.tile(np.arange(0.0, 401.0, 10.0), 12)
    at = place[tracks["serial"]] + tracks["time_s"][:, None] * velocity[tracks["serial"]]
    tracks["x_m"], tracks["y_m"], tracks["z_m"] = at.T
    plots["address"] = 0
    groups = groups_by_tracks(plots, where, tracks)
    assert (groups[groups >= 0] == plots["truth"][groups >= 0]).mean() > 0.99
    assert (groups >= 0).mean() > 0.9
    found = between_radars(plots, where, groups)
    assert (abs(found.mean.ravel() - truth_of(biases))[FREE] < 4 * found.sigma.ravel()[FREE]).all()


def test_names_group_plots():
    """An address names a target, else a code does, else nothing."""
    plots = both(sites(), flights(rng_of("names"), 2), (errors(), errors()), rng_of("names"))[:3]
    plots["address"], plots["mode_a"] = (7, 0, 0), (4, 4, 0)
    assert groups_by_name(plots).tolist() == [7, (1 << 24) + 4, -1]


def test_removing_what_was_found_brings_the_radars_together():
    """After `apply` a second registration finds nothing left."""
    rng, where = rng_of("again"), sites()
    plots = both(where, flights(rng, 15), two_biases(rng), rng)
    found = between_radars(plots, where)
    again = between_radars(registration.apply(plots, found), where)
    assert (abs(again.mean) < 0.3 * again.sigma + 1e-9).all()


def test_bad_input_is_refused():
    """Groups of another length, and a held radar that is not there, are named."""
    plots = both(sites(), flights(rng_of("bad"), 2), (errors(), errors()), rng_of("bad"))
    with pytest.raises(InputError, match="shape"):
        between_radars(plots, sites(), np.zeros(3, int))
    with pytest.raises(InputError, match="held"):
        between_radars(plots, sites(), options=Opportunity(held=2))


@pytest.mark.slow
def test_real_flights_register_two_radars(shared):
    """Real trajectories, turns and all, seen by two radars heights 75 m off: found within 20 m and 0.02 degrees."""
    known = trajectories(swiss_flights(shared, 15.0))
    rng, where = rng_of("swiss"), sites()
    biases, parts = two_biases(rng), []
    for r in (0, 1):
        for which in range(known.targets.size):
            first, last = known.time_s[known.first[which]], known.time_s[known.end[which] - 1]
            when = np.arange(first, last, float(where["period_s"][r])) + rng.uniform(0, 3)
            at = places_at(known, np.full(when.size, which), when, 30.0)
            told = (when[at.known], at.place[at.known], at.velocity[at.known])
            plots = seen(where[r], r, told, biases[r], rng, sigmas=SIGMAS[r], pd=1.0)
            plots["address"], plots["height_sigma_m"] = known.targets[which], 75.0
            plots["height_m"] = [height_above_sea(where[r], *place) + 75.0 for place in told[1]]
            parts.append(plots)
    found = between_radars(np.concatenate(parts), where)
    assert found.status == (GOOD, GOOD)
    gap = (found.mean.ravel() - truth_of(biases))[FREE]
    assert (abs(gap) < [20.0, radians(0.02), 20.0, radians(0.02), 0.1]).all()
    assert gap @ np.linalg.solve(found.covariance[np.ix_(FREE, FREE)], gap) < 25.0
    assert found.rejected.sum() < 0.15 * found.pairs.sum()
