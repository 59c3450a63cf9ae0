"""Scores, bounds and steady states against definitions and published rows."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farwatch.errors import InputError, RangeError
from farwatch.track import confirmation, consistency, gains, gospa, ospa, prepare, score, settings
from farwatch.track.prepare import new_picture, speed_limit, window
from farwatch.track.quantities import QUANTITIES
from naive import tracking as naive
from track.scene import classes

points = st.lists(st.tuples(st.floats(-50, 50), st.floats(-50, 50)), max_size=5)


@given(points, points, st.sampled_from([1.0, 2.0]))
def test_gospa_is_the_best_over_all_assignments(truth, tracks, order):
    """The distance is the least over every way to pair, and its parts add up to it."""
    found = gospa(truth, tracks, 30.0, order)
    assert found.distance_m == pytest.approx(naive.gospa(truth, tracks, 30.0, order), abs=1e-6)
    parts = found.localisation_m**order + 30.0**order / 2 * (found.missed + found.false_tracks)
    assert found.distance_m**order == pytest.approx(parts, abs=1e-6)


@given(points, points)
def test_scores_are_symmetric_and_zero_for_equal_sets(a, b):
    """Truth and tracks may change places; a set has no distance from itself."""
    assert ospa(a, b, 30.0) == pytest.approx(ospa(b, a, 30.0), abs=1e-6)
    assert gospa(a, a, 30.0).distance_m == ospa(a, a, 30.0) == 0.0
    assert ospa(a, b, 30.0) <= 30.0 + 1e-9


@pytest.mark.parametrize(("cutoff", "order"), [(0.0, 2.0), (10.0, 0.5)])
def test_scores_refuse_what_they_cannot_mean(cutoff, order):
    """A cutoff must be positive and an order at least one."""
    with pytest.raises(RangeError):
        gospa([[0.0]], [[1.0]], cutoff, order)


@pytest.mark.validation
def test_outside_figures_are_met(shared):
    """Every row of the shared tracking table that this room covers agrees within its tolerance or last digit."""
    rows = json.loads((shared / "validation" / "D_tracking.json").read_text())
    covered = [row for row in rows if row["quantity"] in QUANTITIES]
    assert len(covered) >= 100
    for row in covered:
        found = np.asarray(QUANTITIES[row["quantity"]](row["inputs"]), float)
        expected = np.asarray(row["expected"], float)
        allowed = row.get("abs_tol", 0.0) + max(row.get("rel_tol", 0.0), 5e-10) * np.abs(expected)
        assert (np.abs(found - expected) <= allowed).all(), row["id"]


@pytest.mark.validation
def test_kalata_gains_of_index_one():
    """Kalata 1984: at tracking index 1 the gains are 3/4 and 1/2."""
    assert gains.alpha_beta(1.0) == pytest.approx((0.75, 0.5))


def test_alpha_beta_is_the_kalman_filter_in_steady_state():
    """The closed form equals the Riccati solution for piecewise-constant acceleration."""
    step, push = np.array([[1.0, 1.0], [0.0, 1.0]]), np.array([[0.5], [1.0]]) * 0.3
    assert gains.alpha_beta(0.3) == pytest.approx(tuple(gains.steady_state(step, push @ push.T, 1.0).gain))


def test_confirmation_chances_agree_with_counting():
    """The chain's probability equals the sum over every pattern of six looks."""
    total = 0.0
    for pattern in range(64):
        bits = [(pattern >> k) & 1 for k in range(6)]
        if any(sum(bits[max(0, k - 4) : k + 1]) >= 3 for k in range(6)):
            total += 0.6 ** sum(bits) * 0.4 ** (6 - sum(bits))
    assert confirmation.confirmed_by(3, 5, 0.6, 6) == pytest.approx(total)
    with pytest.raises(RangeError):
        confirmation.confirmed_by(4, 3, 0.5, 2)


def test_nees_is_the_squared_length_in_sigmas():
    """An error of one sigma along each of three axes has NEES 3."""
    assert consistency.nees([[2.0, 3.0, 4.0]], [np.diag([4.0, 9.0, 16.0])]) == pytest.approx([3.0])
    assert consistency.gate_volume(4.0, [[9.0]]) == pytest.approx(12.0)


def test_a_change_of_track_costs_a_switch():
    """A truth that passes from one track to another is charged once, one that loses its track half."""
    before, now = gospa([[0.0], [9.0]], [[0.0], [9.0]], 2.0), gospa([[0.0], [9.0]], [[50.0], [0.0]], 2.0)
    switched = score.with_switching(now, before, 3.0)
    assert switched.switching_m**2 == pytest.approx(9.0 * 1.5)


SCENARIO = SimpleNamespace(
    tracker=SimpleNamespace(
        confirm="2-of-4",
        drop_after_misses=6,
        gate_probability=0.99,
        cruise_acceleration_m_s2=1.0,
        manoeuvre_acceleration_m_s2=30.0,
        hostile_threshold=0.95,
        neutral_threshold=0.7,
    )
)


def test_a_scenario_sets_the_tracker():
    """Every field of the scenario's tracker arrives in the record, and the fastest class sets the speed."""
    picture = prepare(SCENARIO, 2, classes(), 30)
    tracker = picture.tracker[0]
    assert (tracker["confirm_hits"], tracker["confirm_looks"], tracker["drop_misses"]) == (2, 4, 6)
    assert tracker["gate"] == pytest.approx(11.345, abs=1e-3)
    assert tracker["speed_max_m_s"] == pytest.approx(3300.0) == pytest.approx(speed_limit(classes()))
    assert picture.looks.shape[1] == 2
    assert picture.tracks.size > 60


@pytest.mark.parametrize("text", ["3of5", "6-of-5", "0-of-3", "2-of-40", "a-of-b"])
def test_a_window_must_be_one(text):
    """Anything but M-of-N with M <= N <= 32 is refused with an example."""
    with pytest.raises(InputError, match="3-of-5"):
        window(text)


def test_too_many_classes_are_refused():
    """A belief vector has a fixed width."""
    with pytest.raises(InputError, match="at most"):
        new_picture(settings(), 1, np.zeros(40, classes().dtype), (4, 4))
