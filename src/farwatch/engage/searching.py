"""The greatest total gain: a flow for the limits that are nested, prices for those that are not, and a search.

Limits are nested, row in battery, but for three things: salvos that differ in size, tracks that need no new channel,
and rounds that are shared by several epochs. The nested part is solved exactly (`transport`); what it overdraws gets a
price, raised until the answer fits (subgradient steps of Polyak's length); where prices do not settle it, the search
branches over pairs, fired or not. Without those three things the first flow is the answer. After as many nodes as the
desk has room for, the search stops with the best plan found so far and the bound of its root.

Sources: Held and Karp, "The traveling-salesman problem and minimum spanning trees: part II", 1971; Fisher, "The
Lagrangian relaxation method for solving integer programming problems", 1981.
"""

from typing import Any

import numpy as np

from farwatch.compiled import kernel
from farwatch.engage.offers import FIXED, FORBIDDEN, OPEN, fits, pair_gain, reopen, take
from farwatch.engage.transport import transport

_ROOT_STEPS, _STEPS = 30, 5
"""Most changes of prices at the root, where they start from zero, and at each later node, which goes on from there."""

_EQUAL = 1e-9
"""Share of the bound by which a better answer must be better."""


@kernel
def solve(offers: Any, supply: Any, desk: Any, n: int, epochs: int) -> float:
    """Search over pairs, depth first; fills `plan` and `choice`, returns the bound."""
    rows = supply.ready.size
    _begin(offers, supply, desk, n, epochs)
    bound = _visit(offers, supply, desk, n, epochs, 0)
    depth, nodes, ended = 0, 1, False
    below = bound
    while not ended:
        if below > desk.best[0] * (1.0 + _EQUAL) and _split(offers, desk, n, epochs, depth):
            if nodes >= desk.branch.shape[0]:
                break
            depth += 1
        else:
            while depth > 0 and desk.branch[depth - 1, 2] == FORBIDDEN:
                depth -= 1
                desk.state[desk.branch[depth, 0], desk.branch[depth, 1]] = OPEN
            if depth == 0:
                ended = True
                break
            desk.branch[depth - 1, 2] = FORBIDDEN
            desk.state[desk.branch[depth - 1, 0], desk.branch[depth - 1, 1]] = FORBIDDEN
        nodes += 1
        below = _visit(offers, supply, desk, n, epochs, depth)
    for j in range(n):
        desk.choice[j] = desk.plan[j] if desk.plan[j] < rows else -1
    return desk.best[0] if ended else bound


@kernel
def _begin(offers: Any, supply: Any, desk: Any, n: int, epochs: int) -> None:
    """Nothing planned, no prices, no branches; sizes of the smallest salvos; who flows into whom."""
    rows, batteries = supply.ready.size, supply.rounds.shape[1]
    columns = epochs * rows
    desk.best[0] = 0.0
    for b in range(batteries):
        desk.spare[b] = 0
        desk.least[rows + b] = 1 << 30
        for j in range(n):
            desk.spare[b] += 1 if offers.held[j, b] else 0
        for e in range(epochs):
            desk.prices.rounds[e, b], desk.prices.channels[e, b] = 0.0, 0.0
            desk.routes.parent[columns + e * batteries + b] = columns + epochs * batteries + b
        desk.routes.parent[columns + epochs * batteries + b] = -1
    for r in range(rows):
        b = supply.battery_of[r]
        desk.prices.ready[r] = 0.0
        least = 1 << 30
        for j in range(n):
            can = False
            for e in range(epochs):
                desk.state[j, e * rows + r] = OPEN
                can = can or offers.gains[e, j, r] > 0.0
            if can and 0 < offers.salvos[j, r] < least:
                least = offers.salvos[j, r]
        desk.least[r] = least
        desk.least[rows + b] = min(desk.least[rows + b], least)
        for e in range(epochs):
            desk.routes.parent[e * rows + r] = columns + e * batteries + b
    for j in range(n):
        desk.plan[j] = -1


@kernel
def _visit(offers: Any, supply: Any, desk: Any, n: int, epochs: int, depth: int) -> float:
    """Bound of one node, by prices; a better plan that turns up is kept. -inf = its branches cannot all be taken."""
    rows, batteries = supply.ready.size, supply.rounds.shape[1]
    columns = epochs * rows
    if not _settle(offers, supply, desk, n, epochs, depth):
        return -np.inf
    _widen(desk, rows, batteries, epochs)
    bound, pace = np.inf, 1.0
    for _ in range(_ROOT_STEPS if depth == 0 else _STEPS):
        spared = _weigh(offers, desk, n, epochs)
        found = transport(desk.routes, n, columns, columns + (epochs + 1) * batteries)
        found += spared + desk.best[1]
        pace *= 1.0 if found < bound else 0.7
        bound = min(bound, found)
        norm = _overdraw(offers, desk, n, epochs)
        _mend(offers, desk, n, epochs)
        _settle(offers, supply, desk, n, epochs, depth)
        if norm == 0.0 or bound <= desk.best[0] * (1.0 + _EQUAL):
            break
        _reprice(desk, rows, batteries, epochs, pace * (found - desk.best[0]) / norm)
    return bound


@kernel
def _settle(offers: Any, supply: Any, desk: Any, n: int, epochs: int, depth: int) -> bool:
    """Spend what the branches have fixed: left, trial and best[1] afterwards hold just that. False = too much."""
    rows = supply.ready.size
    reopen(supply, desk.left, epochs)
    desk.best[1] = 0.0
    for j in range(n):
        desk.trial[j] = -1
    for k in range(depth):
        j, c = desk.branch[k, 0], desk.branch[k, 1]
        if desk.branch[k, 2] == FIXED:
            if not fits(offers, desk.left, j, c // rows, c % rows):
                return False
            take(offers, desk.left, j, c // rows, c % rows)
            desk.trial[j] = c
            desk.best[1] += pair_gain(offers, j, c)
    return True


@kernel
def _widen(desk: Any, rows: int, batteries: int, epochs: int) -> None:
    """Capacities in salvos of the nested problem: never less than what is left allows, and just that for like salvos.

    A column, all columns of a battery in an epoch, and all of them over all epochs.
    """
    left, capacity, columns = desk.left, desk.routes.capacity, epochs * rows
    first = columns + epochs * batteries
    for b in range(batteries):
        capacity[first + b] = 0
        for e in range(epochs):
            capacity[columns + e * batteries + b] = min(
                left.starts[e, b],
                left.rounds[e, b] // desk.least[rows + b],
                left.channels[e, b] + desk.spare[b],
            )
    for r in range(rows):
        most = left.ready[r] // desk.least[r]
        capacity[first + left.battery_of[r]] += most
        for e in range(epochs):
            capacity[e * rows + r] = most


@kernel
def _weigh(offers: Any, desk: Any, n: int, epochs: int) -> float:
    """Worth of every open pair at the present prices; returns what all that is left would cost."""
    prices, left = desk.prices, desk.left
    rows, batteries = left.ready.size, left.rounds.shape[1]
    for j in range(n):
        for e in range(epochs):
            for r in range(rows):
                c, b = e * rows + r, left.battery_of[r]
                worth = 0.0
                can = desk.trial[j] < 0 and desk.state[j, c] == OPEN and offers.gains[e, j, r] > 0.0
                if can and fits(offers, left, j, e, r):
                    worth = offers.discount[e] * offers.gains[e, j, r]
                    worth -= offers.salvos[j, r] * (prices.ready[r] + prices.rounds[e, b])
                    worth -= prices.channels[e, b] if offers.held[j, b] == 0 else 0.0
                desk.routes.worth[j, c] = worth
    spared = 0.0
    for r in range(rows):
        spared += prices.ready[r] * left.ready[r]
    for e in range(epochs):
        for b in range(batteries):
            spared += prices.rounds[e, b] * left.rounds[e, b] + prices.channels[e, b] * left.channels[e, b]
    return spared


@kernel
def _overdraw(offers: Any, desk: Any, n: int, epochs: int) -> float:
    """By how much the last answer overdraws each priced limit; returns the sum of squares over those that matter."""
    excess, prices, left = desk.excess, desk.prices, desk.left
    rows, batteries = left.ready.size, left.rounds.shape[1]
    for r in range(rows):
        excess.ready[r] = -left.ready[r]
    for e in range(epochs):
        for b in range(batteries):
            excess.rounds[e, b] = -left.rounds[e, b]
            excess.channels[e, b] = -left.channels[e, b]
    for j in range(n):
        c = desk.routes.column_of[j]
        if c >= 0:
            e, r = c // rows, c % rows
            b = left.battery_of[r]
            excess.ready[r] += offers.salvos[j, r]
            excess.rounds[e, b] += offers.salvos[j, r]
            excess.channels[e, b] += 1.0 if offers.held[j, b] == 0 else 0.0
    norm = 0.0
    for r in range(rows):
        norm += _matters(excess.ready[r], prices.ready[r])
    for e in range(epochs):
        for b in range(batteries):
            norm += _matters(excess.rounds[e, b], prices.rounds[e, b])
            norm += _matters(excess.channels[e, b], prices.channels[e, b])
    return norm


@kernel
def _matters(excess: float, price: float) -> float:
    """Square of an excess that a price answers to: overdrawn, or spare although it has a price."""
    return excess * excess if excess > 0.0 or price > 0.0 else 0.0


@kernel
def _reprice(desk: Any, rows: int, batteries: int, epochs: int, step: float) -> None:
    """Raise the prices of what is overdrawn, lower those of what is spare."""
    prices, excess = desk.prices, desk.excess
    for r in range(rows):
        prices.ready[r] = max(0.0, prices.ready[r] + step * excess.ready[r])
    for e in range(epochs):
        for b in range(batteries):
            prices.rounds[e, b] = max(0.0, prices.rounds[e, b] + step * excess.rounds[e, b])
            prices.channels[e, b] = max(0.0, prices.channels[e, b] + step * excess.channels[e, b])


@kernel
def _mend(offers: Any, desk: Any, n: int, epochs: int) -> None:
    """Make a plan of the last answer: its pairs in order of gain while they fit, then what fits of the rest.

    Begins with what is fixed (`trial`, `left`) and spends from there; keeps the plan if it is the best so far.
    """
    rows, column_of = desk.left.ready.size, desk.routes.column_of
    count = 0
    for j in range(n):
        if column_of[j] >= 0:
            k, worth = count, pair_gain(offers, j, column_of[j])
            while k > 0 and pair_gain(offers, desk.order[k - 1], column_of[desk.order[k - 1]]) < worth:
                desk.order[k] = desk.order[k - 1]
                k -= 1
            desk.order[k] = j
            count += 1
    total = desk.best[1]
    for k in range(count):
        j, c = desk.order[k], column_of[desk.order[k]]
        if fits(offers, desk.left, j, c // rows, c % rows):
            take(offers, desk.left, j, c // rows, c % rows)
            desk.trial[j] = c
            total += pair_gain(offers, j, c)
    for j in range(n):
        if desk.trial[j] < 0:
            c = _best_left(offers, desk, j, epochs)
            if c >= 0:
                take(offers, desk.left, j, c // rows, c % rows)
                desk.trial[j] = c
                total += pair_gain(offers, j, c)
    if total > desk.best[0]:
        desk.best[0] = total
        for j in range(n):
            desk.plan[j] = desk.trial[j]


@kernel
def _best_left(offers: Any, desk: Any, j: int, epochs: int) -> int:
    """Column of greatest gain for track `j` among those that fit and are not forbidden, -1 = none."""
    rows = desk.left.ready.size
    best, most = -1, 0.0
    for c in range(epochs * rows):
        gain = pair_gain(offers, j, c)
        if gain > most and desk.state[j, c] != FORBIDDEN and fits(offers, desk.left, j, c // rows, c % rows):
            best, most = c, gain
    return best


@kernel
def _split(offers: Any, desk: Any, n: int, epochs: int, depth: int) -> bool:
    """Choose the pair to branch on and fix it; False = nothing is open.

    Preferred: pairs of the last answer that draw on what is overdrawn or priced, the greatest gain first; then its
    other pairs; then any pair that fits beside what is fixed.
    """
    rows, left = desk.left.ready.size, desk.left
    best, column, rank, most = -1, -1, 0, 0.0
    for j in range(n):
        if desk.trial[j] >= 0:
            continue
        for c in range(epochs * rows):
            gain = pair_gain(offers, j, c)
            if gain <= 0.0 or desk.state[j, c] != OPEN or not fits(offers, left, j, c // rows, c % rows):
                continue
            level = 1
            if desk.routes.column_of[j] == c:
                level = 3 if _is_contested(desk, c // rows, c % rows) else 2
            if level > rank or (level == rank and gain > most):
                best, column, rank, most = j, c, level, gain
    if best < 0:
        return False
    desk.branch[depth, 0], desk.branch[depth, 1], desk.branch[depth, 2] = best, column, FIXED
    desk.state[best, column] = FIXED
    return True


@kernel
def _is_contested(desk: Any, e: int, r: int) -> bool:
    """Whether a column draws on a limit that is overdrawn or has a price."""
    b = desk.left.battery_of[r]
    prices, excess = desk.prices, desk.excess
    if excess.ready[r] > 0.0 or prices.ready[r] > 0.0 or excess.rounds[e, b] > 0.0 or prices.rounds[e, b] > 0.0:
        return True
    return excess.channels[e, b] > 0.0 or prices.channels[e, b] > 0.0  # type: ignore[no-any-return]
