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

_NEVER = 1 << 30
"""Size of the smallest salvo of a row that cannot fire."""

_EQUAL = 1e-9
"""Share of the bound by which a better answer must be better."""


@kernel
def solve(offers: Any, supply: Any, desk: Any, n: int, epochs: int) -> float:
    """Search over pairs, depth first; fills `plan` and `choice`, returns the bound."""
    rows = supply.rows.size
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
    left, nodes = desk.left, desk.routes.nodes
    rows, batteries = supply.rows.size, supply.limits.shape[1]
    columns = epochs * rows
    root = columns + epochs * batteries
    desk.best[0] = 0.0
    for b in range(batteries):
        spare = 0
        for j in range(n):
            spare += 1 if offers.held[j, b] else 0
        for e in range(epochs):
            limit = left.limits[e, b]
            limit["spare"], limit["least"] = spare, _NEVER
            limit["round_price"], limit["channel_price"] = 0.0, 0.0
            nodes[columns + e * batteries + b]["parent"] = root + b
        nodes[root + b]["parent"] = -1
    for r in range(rows):
        b, least = supply.rows[r]["battery_index"], _NEVER
        for j in range(n):
            can = False
            for e in range(epochs):
                desk.state[j, e * rows + r] = OPEN
                can = can or offers.gains[e, j, r] > 0.0
            if can and 0 < offers.salvos[j, r] < least:
                least = offers.salvos[j, r]
        left.rows[r]["price"], left.rows[r]["least"] = 0.0, least
        for e in range(epochs):
            left.limits[e, b]["least"] = min(left.limits[e, b]["least"], least)
            nodes[e * rows + r]["parent"] = columns + e * batteries + b
    for j in range(n):
        desk.plan[j] = -1


@kernel
def _visit(offers: Any, supply: Any, desk: Any, n: int, epochs: int, depth: int) -> float:
    """Bound of one node, by prices; a better plan that turns up is kept. -inf = its branches cannot all be taken."""
    rows, batteries = supply.rows.size, supply.limits.shape[1]
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
        _reprice(desk.left, pace * (found - desk.best[0]) / norm, epochs)
    return bound


@kernel
def _settle(offers: Any, supply: Any, desk: Any, n: int, epochs: int, depth: int) -> bool:
    """Spend what the branches have fixed: left, trial and best[1] afterwards hold just that. False = too much."""
    rows = supply.rows.size
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
    left, nodes, columns = desk.left, desk.routes.nodes, epochs * rows
    root = columns + epochs * batteries
    for b in range(batteries):
        nodes[root + b]["capacity"] = 0
        for e in range(epochs):
            limit = left.limits[e, b]
            most = min(limit["starts"], limit["rounds"] // limit["least"], limit["channels"] + limit["spare"])
            nodes[columns + e * batteries + b]["capacity"] = most
    for r in range(rows):
        row = left.rows[r]
        most = row["ready"] // row["least"]
        nodes[root + row["battery_index"]]["capacity"] += most
        for e in range(epochs):
            nodes[e * rows + r]["capacity"] = most


@kernel
def _weigh(offers: Any, desk: Any, n: int, epochs: int) -> float:
    """Worth of every open pair at the present prices; returns what all that is left would cost."""
    left = desk.left
    rows, batteries = left.rows.size, left.limits.shape[1]
    for j in range(n):
        for e in range(epochs):
            for r in range(rows):
                c, row = e * rows + r, left.rows[r]
                b, worth = row["battery_index"], 0.0
                can = desk.trial[j] < 0 and desk.state[j, c] == OPEN and offers.gains[e, j, r] > 0.0
                if can and fits(offers, left, j, e, r):
                    limit = left.limits[e, b]
                    worth = offers.discount[e] * offers.gains[e, j, r]
                    worth -= offers.salvos[j, r] * (row["price"] + limit["round_price"])
                    worth -= limit["channel_price"] if offers.held[j, b] == 0 else 0.0
                desk.routes.worth[j, c] = worth
    spared = 0.0
    for r in range(rows):
        spared += left.rows[r]["price"] * left.rows[r]["ready"]
    for e in range(epochs):
        for b in range(batteries):
            limit = left.limits[e, b]
            spared += limit["round_price"] * limit["rounds"] + limit["channel_price"] * limit["channels"]
    return spared


@kernel
def _overdraw(offers: Any, desk: Any, n: int, epochs: int) -> float:
    """By how much the last answer overdraws each priced limit; returns the sum of squares over those that matter."""
    left = desk.left
    rows, batteries = left.rows.size, left.limits.shape[1]
    for r in range(rows):
        left.rows[r]["excess"] = -left.rows[r]["ready"]
    for e in range(epochs):
        for b in range(batteries):
            limit = left.limits[e, b]
            limit["round_excess"], limit["channel_excess"] = -limit["rounds"], -limit["channels"]
    for j in range(n):
        c = desk.routes.column_of[j]
        if c >= 0:
            row = left.rows[c % rows]
            b = row["battery_index"]
            limit, size = left.limits[c // rows, b], offers.salvos[j, c % rows]
            row["excess"] += size
            limit["round_excess"] += size
            limit["channel_excess"] += 1.0 if offers.held[j, b] == 0 else 0.0
    norm = 0.0
    for r in range(rows):
        norm += _matters(left.rows[r]["excess"], left.rows[r]["price"])
    for e in range(epochs):
        for b in range(batteries):
            limit = left.limits[e, b]
            norm += _matters(limit["round_excess"], limit["round_price"])
            norm += _matters(limit["channel_excess"], limit["channel_price"])
    return norm


@kernel
def _matters(excess: float, price: float) -> float:
    """Square of an excess that a price answers to: overdrawn, or spare although it has a price."""
    return excess * excess if excess > 0.0 or price > 0.0 else 0.0


@kernel
def _reprice(left: Any, step: float, epochs: int) -> None:
    """Raise the prices of what is overdrawn, lower those of what is spare."""
    for r in range(left.rows.size):
        row = left.rows[r]
        row["price"] = max(0.0, row["price"] + step * row["excess"])
    for e in range(epochs):
        for b in range(left.limits.shape[1]):
            limit = left.limits[e, b]
            limit["round_price"] = max(0.0, limit["round_price"] + step * limit["round_excess"])
            limit["channel_price"] = max(0.0, limit["channel_price"] + step * limit["channel_excess"])


@kernel
def _mend(offers: Any, desk: Any, n: int, epochs: int) -> None:
    """Make a plan of the last answer: its pairs in order of gain while they fit, then what fits of the rest.

    Begins with what is fixed (`trial`, `left`) and spends from there; keeps the plan if it is the best so far.
    """
    rows, column_of = desk.left.rows.size, desk.routes.column_of
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
    rows = desk.left.rows.size
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
    rows, left = desk.left.rows.size, desk.left
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
                level = 3 if _is_contested(left, c // rows, c % rows) else 2
            if level > rank or (level == rank and gain > most):
                best, column, rank, most = j, c, level, gain
    if best < 0:
        return False
    desk.branch[depth, 0], desk.branch[depth, 1], desk.branch[depth, 2] = best, column, FIXED
    desk.state[best, column] = FIXED
    return True


@kernel
def _is_contested(left: Any, e: int, r: int) -> bool:
    """Whether a column draws on a limit that is overdrawn or has a price."""
    row = left.rows[r]
    limit = left.limits[e, row["battery_index"]]
    if row["excess"] > 0.0 or row["price"] > 0.0 or limit["round_excess"] > 0.0 or limit["round_price"] > 0.0:
        return True
    return limit["channel_excess"] > 0.0 or limit["channel_price"] > 0.0  # type: ignore[no-any-return]
