"""Assignment: every way against its twin, against the exact programme, and in cases one can see through."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from farwatch.engage import assignment
from farwatch.engage.assigning import greedy, lookahead, marginal, optimal
from farwatch.engage.offers import fits, gain_of, new_desk, new_offers, new_supply, pair_gain, reopen, take
from farwatch.engage.searching import solve
from farwatch.engage.transport import new_routes, transport
from farwatch.track.assign import assign_matrix
from naive import assigning as naive

EXACT = 1e-9


def desk_of(offers, supply, nodes=200):
    """A desk that fits."""
    epochs, tracks, rows = offers.gains.shape
    return new_desk(tracks, rows, supply.limits.shape[1], epochs, nodes)


def generous(tracks, rows, epochs=1):
    """Offers and supply of one battery that nothing limits."""
    offers, supply = new_offers(tracks, rows, 1, epochs), new_supply(rows, 1, epochs)
    supply.rows["ready"] = 100
    for name in ("rounds", "channels", "starts"):
        supply.limits[name] = 100
    return offers, supply


@settings(max_examples=60)
@given(st.integers(0, 2**32), st.integers(1, 5), st.integers(1, 4))
def test_transport_equals_every_choice(seed, n, columns):
    """The flow through nested capacities is the best of all combinations."""
    rng = np.random.default_rng(seed)
    routes = new_routes(n, columns, columns + 3)
    routes.worth[:] = np.round(rng.uniform(-0.5, 1.0, (n, columns)), 1)
    routes.nodes["parent"][:] = [*rng.integers(columns, columns + 2, columns), columns + 2, columns + 2, -1]
    routes.nodes["capacity"][:] = rng.integers(0, 4, columns + 3)
    found = transport(routes, n, columns, columns + 3)
    best = naive.most_transported(routes.worth, routes.nodes["parent"], routes.nodes["capacity"])
    assert found == pytest.approx(best, abs=1e-9)
    taken = np.flatnonzero(routes.column_of >= 0)
    assert found == pytest.approx(routes.worth[taken, routes.column_of[taken]].sum())
    assert (np.bincount(routes.column_of[taken], minlength=columns) == routes.nodes["flow"][:columns]).all()


@pytest.mark.parametrize("n", [1, 4, 15])
def test_transport_of_single_places_is_the_assignment_of_the_tracker(n):
    """With one place a column the flow finds what the tracker's assignment finds."""
    worth = np.random.default_rng(n).uniform(0.1, 1.0, (n, n))
    routes = new_routes(n, n, n)
    routes.worth[:], routes.nodes["capacity"][:] = worth, 1
    assert transport(routes, n, n, n) == pytest.approx(worth[assign_matrix(1.0 - worth)].sum())


@settings(max_examples=40)
@given(st.integers(0, 2**32), st.integers(1, 8), st.booleans(), st.booleans())
def test_rules_choose_what_their_twins_choose(seed, tracks, alike, held):
    """Greedy and marginal agree with the rules as one would say them, track by track."""
    offers, supply = naive.scene(np.random.default_rng(seed), (tracks, 2, 2, 2), alike=alike, held=held)
    desk = desk_of(offers, supply)
    for rule, twin in ((greedy, naive.greedy), (marginal, naive.marginal)):
        total = rule(offers, supply, desk, tracks)
        assert desk.choice.tolist() == twin(offers, supply, tracks).tolist()
        assert total == pytest.approx(gain_of(offers, desk.plan, tracks))


@settings(max_examples=40)
@given(st.integers(0, 2**32), st.integers(1, 5), st.integers(1, 2), st.booleans(), st.booleans())
def test_search_finds_the_best_of_every_combination(seed, tracks, epochs, alike, held):
    """Small decisions of any kind, with salvos that differ and tracks held, are solved and proven."""
    offers, supply = naive.scene(np.random.default_rng(seed), (tracks, 2, 2, epochs), alike=alike, held=held)
    desk = desk_of(offers, supply)
    bound = lookahead(offers, supply, desk, tracks)
    found = gain_of(offers, desk.plan, tracks)
    assert naive.is_allowed(offers, supply, naive.chosen_of(offers, desk.plan))
    assert found == pytest.approx(naive.best(offers, supply, tracks, epochs), abs=EXACT)
    assert bound == pytest.approx(found, abs=EXACT)


def programme_of(offers, supply):
    """The same decision for `integer`, and what that finds: gains are given whole, as values of certain shots."""
    limits = assignment.Limits(
        supply.rows["battery_index"], supply.rows["ready"],
        *(supply.limits[name] for name in ("rounds", "channels", "starts")),
        offers.salvos, offers.held, offers.discount,
    )
    values = np.maximum(offers.gains.max(axis=(0, 2)), 1e-9)
    p = 1.0 - (1.0 - np.minimum(offers.gains / values[:, None], 1.0)) ** (1.0 / offers.salvos)
    return assignment.integer(values, p, limits)


@pytest.mark.parametrize("seed", range(8))
def test_optimal_is_exact_for_like_salvos(seed, scale):
    """With salvos of one size the first flow is the optimum of the integer programme, and says so."""
    tracks = 20 if scale == 1.0 else 8
    offers, supply = naive.scene(np.random.default_rng(seed), (tracks, 3, 2, 1))
    desk = desk_of(offers, supply, nodes=1)
    bound = optimal(offers, supply, desk, tracks)
    best, plan = programme_of(offers, supply)
    assert naive.is_allowed(offers, supply, naive.chosen_of(offers, plan))
    assert gain_of(offers, desk.plan, tracks) == pytest.approx(best)
    assert bound == pytest.approx(best)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("epochs", "alike"), [(1, False), (3, True), (3, False)])
def test_search_never_beats_its_bound_nor_the_programme(seed, epochs, alike, scale):
    """Large mixed decisions: allowed, close to the exact optimum, which lies between the plan and the bound."""
    tracks = 20 if scale == 1.0 else 6
    rng = np.random.default_rng(seed)
    offers, supply = naive.scene(rng, (tracks, 3, 2, epochs), alike=alike, held=True)
    desk = desk_of(offers, supply)
    bound = lookahead(offers, supply, desk, tracks)
    found = gain_of(offers, desk.plan, tracks)
    best, _ = programme_of(offers, supply)
    assert naive.is_allowed(offers, supply, naive.chosen_of(offers, desk.plan))
    assert 0.95 * best <= found <= best + EXACT
    assert bound >= best - EXACT


def test_a_desk_is_left_as_it_was_found():
    """What a desk has worked on before changes nothing."""
    rng = np.random.default_rng(1)
    offers, supply = naive.scene(rng, (8, 2, 2, 2), alike=False, held=True)
    used, fresh = desk_of(offers, supply), desk_of(offers, supply)
    for _ in range(5):
        other = naive.scene(rng, (8, 2, 2, 2), alike=False, held=True)
        lookahead(*other, used, 8)
        greedy(*other, used, 8)
    assert lookahead(offers, supply, used, 8) == lookahead(offers, supply, fresh, 8)
    assert used.plan.tolist() == fresh.plan.tolist()


def test_the_worst_threat_takes_the_wrong_battery_only_when_greedy():
    """Track 0 can be met by both rows, track 1 by the first alone: greedy leaves it, the others do as they must."""
    offers, supply = generous(2, 2)
    offers.gains[0] = [[0.9, 0.8], [0.7, 0.0]]
    supply.rows["ready"][:] = 1
    desk = desk_of(offers, supply)
    for rule, chosen in ((greedy, [0, -1]), (marginal, [0, -1]), (optimal, [1, 0])):
        rule(offers, supply, desk, 2)
        assert desk.choice.tolist() == chosen


def test_greedy_takes_what_doctrine_dislikes_least():
    """A higher gain does not make up for a round that the doctrine would rather keep."""
    offers, supply = generous(1, 3)
    offers.gains[0, 0], offers.dislike[0] = [0.9, 0.5, 0.6], [2.0, 1.0, 1.0]
    desk = desk_of(offers, supply)
    greedy(offers, supply, desk, 1)
    assert desk.choice[0] == 2


def test_a_battery_that_can_wait_takes_the_other_track_now():
    """Track 0 can be met now or next, track 1 only now, by one launch a time: now 1, then 0."""
    offers, supply = generous(2, 1, epochs=2)
    offers.gains[:, 0, 0], offers.gains[0, 1, 0] = [0.9, 0.9], 0.5
    offers.discount[:] = [1.0, 0.95]
    supply.limits["starts"][:] = 1
    desk = desk_of(offers, supply)
    optimal(offers, supply, desk, 2)
    assert desk.choice.tolist() == [0, -1]
    lookahead(offers, supply, desk, 2)
    assert desk.choice.tolist() == [-1, 0]
    assert desk.plan.tolist() == [1, 0]


def test_waiting_must_pay():
    """With an ample launcher nothing waits: the discount decides between like gains."""
    offers, supply = generous(3, 1, epochs=3)
    offers.gains[:] = 0.5
    offers.discount[:] = [1.0, 0.99, 0.98]
    desk = desk_of(offers, supply)
    lookahead(offers, supply, desk, 3)
    assert desk.choice.tolist() == [0, 0, 0]


def test_the_last_rounds_go_where_they_are_worth_most():
    """Two rounds, a poor shot now and two good ones later: the look-ahead keeps them."""
    offers, supply = generous(3, 1, epochs=2)
    offers.gains[0, :, 0], offers.gains[1, :, 0] = [0.3, 0.2, 0.1], [0.0, 0.8, 0.9]
    supply.rows["ready"][:] = 2
    desk = desk_of(offers, supply)
    lookahead(offers, supply, desk, 3)
    assert desk.choice.tolist() == [-1, -1, -1]
    assert desk.plan.tolist() == [-1, 1, 1]


def test_nothing_to_do_is_done():
    """No tracks, no gains, no rounds: no choice, and a bound of zero."""
    offers, supply = generous(2, 2)
    desk = desk_of(offers, supply)
    assert solve(offers, supply, desk, 0, 1) == 0.0
    assert optimal(offers, supply, desk, 2) == 0.0
    offers.gains[:] = 0.5
    supply.rows["ready"][:] = 0
    assert optimal(offers, supply, desk, 2) == 0.0
    assert desk.choice.tolist() == [-1, -1]


def test_a_salvo_spends_what_it_takes():
    """Rounds, round channels, starts and, unless it is held, a target channel."""
    offers, supply = generous(1, 1)
    offers.salvos[:], offers.gains[:] = 3, 0.5
    left = desk_of(offers, supply).left
    reopen(supply, left, 1)
    take(offers, left, 0, 0, 0)
    assert left.rows["ready"][0] == 97
    assert [left.limits[name][0, 0] for name in ("rounds", "starts", "channels")] == [97, 99, 99]
    left.limits["channels"][0, 0] = 0
    assert not fits(offers, left, 0, 0, 0)
    offers.held[:] = 1
    assert fits(offers, left, 0, 0, 0)
    take(offers, left, 0, 0, 0)
    assert left.limits["channels"][0, 0] == 0
    assert pair_gain(offers, 0, 0) == 0.5
