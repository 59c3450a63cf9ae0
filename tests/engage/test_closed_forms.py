"""Closed forms against enumeration, simulation in exact arithmetic, and the outside rows."""

import itertools
import json
from fractions import Fraction
from math import comb, floor, inf, log10, prod

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farwatch.engage import assignment
from farwatch.engage import closed_forms as cf
from farwatch.engage.quantities import QUANTITIES
from farwatch.errors import RangeError

ELSEWHERE = ("ballistic arc", "flat-earth")  # quantities of the world room


def rounding(expected, digits=10):
    """Half a unit of the last of ten printed digits: rows are rounded, exact answers are not."""
    return 0.5 * 10.0 ** (floor(log10(abs(expected))) + 1 - digits) if expected else 0.0


@pytest.mark.validation
def test_outside_rows(shared):
    """Every engagement row agrees within its tolerance, and every one is covered here or in the world room."""
    rows = json.loads((shared / "validation" / "E_engagement.json").read_text(encoding="utf-8"))
    for row in rows:
        if any(words in row["quantity"] for words in ELSEWHERE):
            continue
        ours = np.atleast_1d(QUANTITIES[row["quantity"]](row["inputs"]))
        for mine, expected in zip(ours, np.atleast_1d(row["expected"]), strict=True):
            allowed = row.get("abs_tol", 0.0) + row.get("rel_tol", 0.0) * abs(expected) + rounding(expected)
            assert abs(mine - expected) <= allowed, row["id"]


@given(st.integers(1, 4), st.integers(0, 6), st.integers(1, 3), st.sampled_from([0.25, 0.5, 0.9]))
def test_raids_in_turn_equal_enumeration(raid, magazine, most, p):
    """The dynamic programme equals the sum over every sequence of hits and misses."""
    leakers = shots = 0.0
    for outcome in itertools.product((True, False), repeat=magazine):
        chance = np.prod([p if hit else 1 - p for hit in outcome])
        down, used = naive_raid(outcome, raid, most)
        leakers += chance * (raid - down)
        shots += chance * used
    found = cf.raid_shoot_look_shoot(raid, magazine, p, most)
    assert found[:2] == pytest.approx((leakers, shots))


def naive_raid(outcome, raid, most):
    """Threats down and rounds used when the rounds of a magazine hit or miss in a given order."""
    down = used = 0
    for _ in range(raid):
        for _ in range(most):
            if used == len(outcome):
                return down, used
            used += 1
            if outcome[used - 1]:
                down += 1
                break
    return down, used


def test_without_a_limit_per_threat_turns_do_not_matter():
    """With as many shots each as the magazine holds, the programme is the binomial."""
    assert cf.raid_shoot_look_shoot(6, 9, 0.6, 9) == pytest.approx(cf.raid_against_magazine(6, 9, 0.6))


@given(st.lists(st.floats(0, 1), min_size=1, max_size=6), st.integers(0, 7))
def test_at_least_equals_enumeration(leaks, k):
    """The convolution equals the sum over every subset of leakers."""
    total = sum(
        np.prod([p if leak else 1 - p for p, leak in zip(leaks, outcome, strict=True)])
        for outcome in itertools.product((0, 1), repeat=len(leaks))
        if sum(outcome) >= k
    )
    assert cf.at_least(leaks, k) == pytest.approx(float(total), abs=1e-12)


@pytest.mark.parametrize(("weapons", "targets"), [(1, 3), (4, 2), (5, 3)])
def test_static_assignment_equals_enumeration(weapons, targets):
    """The subset programme finds the best of all assignments."""
    draw = np.random.default_rng(weapons)
    values, p = draw.uniform(1, 9, targets), draw.uniform(0.2, 0.9, (weapons, targets))
    best = min(
        sum(values[j] * np.prod([1 - p[i, j] for i in range(weapons) if to[i] == j]) for j in range(targets))
        for to in itertools.product(range(targets), repeat=weapons)
    )
    assert assignment.static(values, p) == pytest.approx(best)


def test_greedy_equals_exact_for_weapons_alike():
    """With identical weapons the greedy assignment is optimal [den Broeder 1959]."""
    values, p = [10.0, 7.0, 5.0], [0.6, 0.5, 0.7]
    assert assignment.identical(values, p, 6) == pytest.approx(assignment.static(values, [p] * 6))


def test_more_looks_never_hurt():
    """Each further stage can only lower the survivors; one stage is the even salvo."""
    left = [assignment.staged(4, 7, 0.6, stages) for stages in (1, 2, 3)]
    assert left == sorted(left, reverse=True)
    assert left[0] == pytest.approx(cf.raid_against_even_salvo(4, 7, 0.6).leakers)


def test_continuous_assignment_of_one_weapon_is_known():
    """One kind of weapon on two like targets is split in half, less what a demand takes."""
    assert assignment.continuous([10.0], [5.0, 5.0], [[0.1, 0.1]], {}) == pytest.approx(10 * (1 - 0.9**5))
    forced = 10 - 5 * (0.9**8 + 0.9**2)
    assert assignment.continuous([10.0], [5.0, 5.0], [[0.1, 0.1]], {0: 8.0}) == pytest.approx(forced)


@given(st.floats(0.05, 60), st.integers(1, 80))
def test_erlang_b_equals_its_sum_and_its_inverse(load, channels):
    """The recursion equals the truncated Poisson law, and the inverse finds the load again."""
    log_terms = np.cumsum(np.log(load) - np.log(np.arange(1, channels + 1)))
    terms = np.exp(np.concatenate([[0.0], log_terms]) - max(0.0, log_terms.max()))
    blocked = cf.erlang_b(load, channels)
    assert blocked == pytest.approx(terms[-1] / terms.sum())
    if 1e-9 < blocked < 0.999:
        assert cf.offered_load(channels, blocked) == pytest.approx(load, rel=1e-6)


def test_one_channel_queues_as_mm1():
    """Erlang C on one channel: wait with chance rho, mean rho / (1 - rho)."""
    assert cf.erlang_c(0.6, 1) == pytest.approx((0.6, 1.5))


@given(st.floats(0.05, 0.95), st.floats(0.01, 0.99))
def test_shots_required_are_just_enough(p, confidence):
    """That many reach the confidence; one fewer does not."""
    n = cf.shots_required(p, confidence)
    assert cf.salvo_kill(p, n) >= confidence - 1e-9
    assert n == 0 or cf.salvo_kill(p, n - 1) < confidence + 1e-9


def test_lanchester_keeps_its_square():
    """rate_a A^2 - rate_b B^2 is the same before and after; the loser has none left."""
    end = cf.lanchester_square(30.0, 20.0, 0.01, 0.03)
    assert end == pytest.approx((0.0, 10.0))


def test_hughes_losses_stay_within_the_force():
    """Overkill does not sink more than there is, and a strong defence loses nothing."""
    strong, weak = cf.Force(10, 5, 50, 1), cf.Force(2, 1, 0, 1)
    assert cf.hughes_salvo(strong, weak) == (0.0, 2)


def test_edges():
    """Certain shots, no shots, and a window too short for any."""
    assert cf.shots_required(1.0, 0.9) == 1
    assert cf.shoot_look_shoot(1.0, 5) == (1.0, 0.0)
    assert cf.raid_against_magazine(3, 0, 0.5).leakers == 3.0
    assert cf.raid_shoot_look_shoot(0, 4, 0.5, 2) == (0.0, 0.0, 1.0)
    assert cf.opportunities(10e3, 2e3, 400.0, 30.0, 5.0) == 0
    assert cf.cost_exchange(0.0, 2, 1e6, 1e5) == inf
    assert cf.random_search(0.0, 1.0, 1.0, 1.0) == 0.0


@pytest.mark.parametrize(
    "ask",
    [
        lambda: cf.salvo_kill(1.2, 2),
        lambda: cf.shots_required(0.0, 0.5),
        lambda: cf.erlang_b(-1.0, 3),
        lambda: cf.erlang_c(3.0, 3),
        lambda: cf.offered_load(3, 1.0),
    ],
)
def test_what_has_no_answer_is_refused(ask):
    """Outside its range a formula says so."""
    with pytest.raises(RangeError):
        ask()


PROBABILITIES = [Fraction(text) for text in ("0", "0.001", "0.25", "0.5", "0.7", "0.9", "0.999", "1")]


@pytest.mark.parametrize("p", PROBABILITIES)
@pytest.mark.parametrize("n", [0, 1, 2, 7, 40])
def test_shots_and_raids_are_exact(p, n):
    """In rational arithmetic, to eleven digits: salvos, looks, magazines, even salvos, certain ends included."""
    q, near = 1 - p, lambda exact: pytest.approx(float(exact), rel=1e-11, abs=1e-300)
    assert cf.salvo_kill(float(p), n) == near(1 - q**n)
    assert cf.shoot_look_shoot(float(p), n)[:] == near_all(near, sum(q**k for k in range(n)), q**n)
    for raid in (0, 1, 3, 30):
        chances = [comb(n, k) * p**k * q ** (n - k) for k in range(n + 1)]
        kills = sum(min(raid, k) * chance for k, chance in enumerate(chances))
        shots = kills / p if p else min(raid, 1) * n
        found = cf.raid_against_magazine(raid, n, float(p))
        assert found[:] == near_all(near, raid - kills, shots, sum(chances[raid:]))
        each, more = divmod(n, raid) if raid else (0, 0)
        leaks = [q ** (each + 1)] * more + [q**each] * (raid - more)
        found = cf.raid_against_even_salvo(raid, n, float(p))
        assert found[:] == near_all(near, sum(leaks), n if raid else 0, prod(1 - leak for leak in leaks))
        assert cf.no_leaker(raid, n, float(p)) == near((1 - q**n) ** raid)


def near_all(near, *exact):
    """Several exact numbers, each to be met."""
    return tuple(near(value) for value in exact)


@pytest.mark.parametrize("p", ["0.001", "0.05", "0.3", "0.5", "0.9", "0.99"])
@pytest.mark.parametrize("confidence", ["0", "0.5", "0.75", "0.9", "0.95", "0.99", "0.999"])
def test_fewest_shots_are_those_of_exact_arithmetic(p, confidence):
    """The least n with (1-p)^n <= 1-P in decimals as they are typed."""
    n = cf.shots_required(float(p), float(confidence))
    q, miss = 1 - Fraction(p), 1 - Fraction(confidence)
    assert q**n <= miss
    assert n == 0 or q ** (n - 1) > miss


def test_rare_ends_keep_their_digits():
    """Chances far below the rounding of one: a full magazine of hits, thousands of rounds, certain layers."""
    assert cf.raid_against_magazine(40, 40, 0.3).p_no_leaker == pytest.approx(0.3**40, rel=1e-12)
    assert cf.salvo_kill(1e-13, 3) == pytest.approx(3e-13, rel=1e-12)
    assert cf.random_search(1.0, 1.0, 1.0, 1e14) == pytest.approx(1e-14, rel=1e-12)
    large = cf.raid_against_magazine(900, 2000, 0.5)
    assert large.leakers + 0.5 * large.shots == pytest.approx(900)
    assert 0.999 < large.p_no_leaker <= 1.0
    assert cf.layers([1.0, 0.2], 5) == (0.0, 0.0, 1.0)
    assert cf.layers([], 2) == (1.0, 2.0, 0.0)
    assert cf.shots_for_no_leaker(10**6, 0.999999, 0.5) == 40


def naive_salvos(p, salvos, m, k):
    """Shots and leak by following every course of hits and verdicts, in exact arithmetic."""
    shots = leak = Fraction(0)
    states = {True: Fraction(1), False: Fraction(0)}  # chance of going on, alive or dead
    for n in salvos:
        after = {True: Fraction(0), False: Fraction(0)}
        for alive, chance in states.items():
            shots += n * chance
            for course in itertools.product((True, False), repeat=2 * n):
                lives, share, called = alive, chance, False
                for hit, wrong in zip(course[:n], course[n:], strict=True):
                    kills = hit and lives
                    share *= (p if hit else 1 - p) * ((k if wrong else 1 - k) if kills else (m if wrong else 1 - m))
                    called |= kills != wrong
                    lives = lives and not hit
                if called:
                    leak += share * lives
                else:
                    after[lives] += share
        states = after
    return shots, leak + states[True]


@pytest.mark.parametrize("salvos", [(1, 1), (2, 2), (3,), (2, 1, 2), (1, 2, 1), (0, 1)])
def test_misjudged_salvos_equal_every_course_of_hits_and_verdicts(salvos):
    """The chain over salvos is the sum over what each round does and how it is judged."""
    p, m, k = Fraction(3, 5), Fraction(1, 10), Fraction(1, 5)
    shots, leak = naive_salvos(p, salvos, m, k)
    found = cf.salvos_misjudged(float(p), salvos, float(m), float(k))
    assert found == pytest.approx((float(shots), float(leak)), rel=1e-12)


def test_raids_in_turn_without_shots_or_rounds():
    """No shot allowed, no round at hand, and more shots allowed than there are rounds."""
    assert cf.raid_shoot_look_shoot(3, 5, 0.7, 0) == (3.0, 0.0, 0.0)
    assert cf.raid_shoot_look_shoot(3, 0, 0.7, 2) == (3.0, 0.0, 0.0)
    assert cf.raid_shoot_look_shoot(2, 900, 0.01, 900).leakers == pytest.approx(
        cf.raid_against_magazine(2, 900, 0.01).leakers
    )


def test_ends_of_the_other_formulas():
    """No load, no channels, no stakes, one side only."""
    assert (cf.erlang_b(0.0, 0), cf.erlang_b(0.0, 3), cf.erlang_b(2.0, 0)) == (1.0, 0.0, 1.0)
    assert cf.erlang_c(0.0, 2) == (0.0, 0.0)
    assert cf.offered_load(1, 1e-9) == pytest.approx(1e-9, rel=1e-6)
    assert cf.lanchester_square(5.0, 0.0, 0.1, 0.1) == (5.0, 0.0)
    assert cf.lanchester_square(5.0, 4.0, 0.0, 0.1) == (0.0, 4.0)
    assert cf.lanchester_square(4.0, 4.0, 0.1, 0.1) == (0.0, 0.0)
    assert (cf.at_least([0.2, 0.3], 0), cf.at_least([0.2, 0.3], 3), cf.at_least([], 0)) == (1.0, 0.0, 1.0)
    assert cf.at_least([1.0, 1.0, 0.0], 2) == 1.0
    assert cf.opportunities(40e3, 2e3, 250.0, 152.0, 12.0) == 1
    assert (cf.shots_required(1.0, 1.0), cf.shots_required(0.0, 0.0)) == (1, 0)
    assert (cf.shots_for_no_leaker(5, 0.0, 0.0), cf.shots_for_no_leaker(0, 0.9, 0.1)) == (0, 0)
    assert assignment.identical([], [], 3) == 0.0
    assert assignment.static([3.0, 2.0], np.empty((0, 2))) == 5.0
    assert assignment.staged(2, 0, 0.5, 2) == 2.0


@pytest.mark.parametrize(
    "ask",
    [
        lambda: cf.salvo_kill(0.5, -1),
        lambda: cf.salvo_kill(0.5, 1.5),
        lambda: cf.salvo_kill(float("nan"), 1),
        lambda: cf.shots_required(0.5, 1.0),
        lambda: cf.raid_against_magazine(-1, 2, 0.5),
        lambda: cf.raid_shoot_look_shoot(2, 2, 0.5, -1),
        lambda: cf.shots_for_no_leaker(5, 1.0, 0.5),
        lambda: cf.hughes_salvo(cf.Force(1, 1, 1, 0), cf.Force(1, 1, 1, 1)),
        lambda: cf.hughes_salvo(cf.Force(-1, 1, 1, 1), cf.Force(1, 1, 1, 1)),
        lambda: cf.lanchester_square(1.0, 1.0, 0.0, 0.0),
        lambda: cf.lanchester_square(1.0, 1.0, -1.0, 0.0),
        lambda: cf.erlang_b(1.0, 1.5),
        lambda: cf.opportunities(1.0, 0.0, 0.0, 1.0, 1.0),
        lambda: cf.random_search(1.0, 1.0, 1.0, 0.0),
        lambda: cf.random_search(-1.0, 1.0, 1.0, 1.0),
        lambda: cf.cost_exchange(0.5, 1, 1.0, 0.0),
        lambda: cf.salvos_misjudged(0.5, (1, 1), 1.1, 0.0),
        lambda: assignment.static([1.0, 2.0], [[0.5]]),
        lambda: assignment.static([1.0], [[1.5]]),
        lambda: assignment.identical([1.0], [0.5], -1),
        lambda: assignment.staged(1, 1, 0.5, 0),
        lambda: assignment.continuous([1.0], [1.0], [[1.0]], {}),
        lambda: assignment.continuous([1.0], [1.0], [[0.5]], {0: 5.0}),
    ],
)
def test_inputs_outside_a_formula_are_refused(ask):
    """Negative counts, halves of a shot, fights that never end: a sentence, not a number."""
    with pytest.raises(RangeError):
        ask()
