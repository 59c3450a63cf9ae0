"""Exact answers of assignment against enumeration and each other, and the rules of a decision beside them."""

import itertools
import json

import numpy as np
import pytest

from farwatch.engage import assignment, columns
from farwatch.engage.assignment import Limits
from farwatch.errors import InputError, RangeError


@pytest.mark.parametrize("seed", range(8))
def test_columns_find_what_the_subset_programme_finds(seed):
    """Two exact methods that share nothing agree, with useless and certain weapons among them."""
    rng = np.random.default_rng(seed)
    weapons, targets = int(rng.integers(1, 9)), int(rng.integers(1, 7))
    values, p = rng.uniform(1.0, 100.0, targets), rng.uniform(0.1, 0.95, (weapons, targets))
    p[rng.random(p.shape) < 0.15] = 0.0
    p[rng.random(p.shape) < 0.05] = 1.0
    exact = assignment.static(values, p)
    assert columns.least_surviving(values, 1.0 - p) == pytest.approx(exact, rel=1e-9, abs=1e-9)


def test_columns_go_beyond_the_subset_programme():
    """Twenty like weapons, for which the answer is known, and as many that differ as targets, one each at the most."""
    values = [40.0, 30.0, 20.0, 10.0, 8.0, 5.0, 3.0]
    exact = assignment.identical(values, [0.6] * 7, 16)
    assert assignment.static(values, np.full((16, 7), 0.6)) == pytest.approx(exact)
    rng = np.random.default_rng(4)
    values, p = rng.uniform(25.0, 100.0, 20), rng.uniform(0.6, 0.9, (20, 20))
    exact = assignment.static(values, p)
    assert exact <= min(assignment.in_turn(values, p, way) for way in ("greedy", "marginal", "optimal"))


@pytest.mark.parametrize(("limit", "most"), [("MOST_VISITS", 20), ("MOST_COLUMNS", 20)])
def test_columns_refuse_what_takes_too_long(monkeypatch, limit, most):
    """Beyond its limits the exact method says so rather than run on."""
    monkeypatch.setattr(columns, limit, most)
    rng = np.random.default_rng(1)
    with pytest.raises(RangeError, match="exact assignment"):
        columns.least_surviving(rng.uniform(1, 9, 4), rng.uniform(0.2, 0.6, (9, 4)))


@pytest.mark.validation
def test_decisions_in_turn_stay_above_the_published_optimum(shared):
    """On the static rows no order of decisions beats the exact value, and all stay within a tenth of all value."""
    rows = json.loads((shared / "validation" / "E_engagement.json").read_text(encoding="utf-8"))
    tried = 0
    for row in rows:
        if row["quantity"].startswith("static weapon-target"):
            values, p = row["inputs"]["target_values"], row["inputs"]["p_kill_weapon_by_target"]
            for way in ("greedy", "marginal", "optimal"):
                left = assignment.in_turn(values, p, way)
                assert left >= row["expected"] * (1.0 - 1e-5)
                assert left - row["expected"] <= 0.1 * sum(values)
            tried += 1
    assert tried > 0


def test_like_weapons_are_spread_evenly():
    """On like targets greatest return gives each as many, the first ones one more."""
    assert assignment.spread([1.0] * 4, [0.5] * 4, 10).tolist() == [3, 3, 2, 2]


@pytest.mark.parametrize("seed", range(5))
def test_integer_programme_equals_enumeration(seed):
    """The exact programme is the best of every allowed choice of rows."""
    rng = np.random.default_rng(seed)
    values, p = rng.uniform(1, 5, 4), rng.uniform(0, 1, (4, 3))
    limits = Limits([0, 0, 1], [2, 3, 1], [4, 2], [2, 1], [2, 3], salvo=[2, 1, 1])
    gains = values[:, None] * (1 - (1 - p) ** [2, 1, 1])
    best = 0.0
    for choice in itertools.product(range(-1, 3), repeat=4):
        n = [choice.count(r) for r in range(3)]
        if n[0] * 2 <= 2 and n[1] <= 3 and n[2] <= 1 and n[0] * 2 + n[1] <= 4 and n[0] + n[1] <= 2:
            best = max(best, sum(gains[j, r] for j, r in enumerate(choice) if r >= 0))
    found, plan = assignment.integer(values, p, limits)
    assert found == pytest.approx(best)
    assert plan.max() <= 2


def test_gaps_are_those_of_the_textbook_case():
    """Two rounds, two tracks: greedy and marginal give away what the second-best pair would have brought."""
    limits = Limits([0, 1], [1, 1], [1, 1], [1, 1], [1, 1])
    found = assignment.gap([1.0, 1.0], [[0.9, 0.8], [0.7, 0.0]], limits)
    assert found.exact["now"] == pytest.approx(1.5)
    assert found.given_away == pytest.approx(
        {"greedy": 0.4, "marginal": 0.4, "optimal": 0.0, "look-ahead": 0.0}, abs=1e-12
    )


def test_gaps_over_a_horizon_have_two_yardsticks():
    """The present is measured by the best of now, the look-ahead by the best of all epochs."""
    limits = Limits([0], [5], [5], [5], [1], discount=[1.0, 0.9])
    found = assignment.gap([1.0, 1.0], [[[0.9], [0.5]], [[0.9], [0.0]]], limits)
    assert found.exact == pytest.approx({"now": 0.9, "horizon": 0.5 + 0.81})
    assert found.given_away == pytest.approx(dict.fromkeys(assignment.WAYS, 0.0), abs=1e-12)


def test_every_problem_of_a_decision_is_named():
    """Bad values, chances, shapes and limits are all told at once."""
    with pytest.raises(InputError) as caught:
        assignment.arrays([1.0, -1.0], [[0.5], [1.5], [0.1]], Limits([0], [-1], [1], [1], [1], salvo=0))
    assert [problem.where for problem in caught.value.problems] == ["values", "p_kill", "p_kill", "ready", "salvo"]
