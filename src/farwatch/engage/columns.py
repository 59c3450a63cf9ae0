"""Exact static weapon-target assignment beyond the reach of the subset programme: columns, prices, and a proof.

A column is a target with the set of weapons fired at it, and costs what is left of the target's value. The best choice
of one column a target, no weapon twice, is an integer programme whose linear relaxation is very tight [kwon2007].
Columns are made only where they can matter:

1. Column generation: the relaxation over the columns known gives each weapon a price u_i; for each target the set of
   least v Π q_i + Σ u_i joins, until none lowers the relaxation.
2. With the least m_j of each target, Σ m_j - Σ u_i is below any assignment, whatever the prices; the integer programme
   over the columns known is above the best.
3. A column whose cost with prices lies more than that gap above m_j is in no better assignment. All others are listed,
   and the integer programme over them is exact [baldacci2008].

The search for sets goes through the weapons in order of price over -ln q and is cut off by its continuous relaxation.

Sources: [kwon2007] Kwon, Lee, Kang and Park, "A branch-and-price algorithm for a targeting problem", Naval Research
Logistics 54, for columns; [baldacci2008] Baldacci, Christofides and Mingozzi, "An exact algorithm for the vehicle
routing problem based on the set partitioning formulation", Mathematical Programming 115, for steps 2 and 3.
"""

from math import exp, inf, log
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from farwatch.errors import RangeError

MOST_COLUMNS, MOST_VISITS = 20_000, 2_000_000
"""Most columns that a programme may have, and most sets that all searches together may look at."""

_LEAST_MISS = 1e-15
"""A weapon that cannot miss counts as one that misses this seldom, so that logarithms stay finite."""

_TOLERANCE = 1e-9


class _Column(NamedTuple):
    """A target, the weapons fired at it as a bit set, and what they leave: the value that survives is its `worth`."""

    target: int
    weapons: int
    worth: float


def least_surviving(values: NDArray[np.float64], miss: NDArray[np.float64]) -> float:
    """Least expected surviving value; miss[weapon, target] are chances to miss.

    Raises RangeError where the proof would need more than MOST_COLUMNS columns or MOST_VISITS sets.
    """
    known, visits = _begin(values, miss), 0
    while True:
        prices, shares = _relaxed(known, *miss.shape)
        floors, new = np.empty(values.size), []
        for j in range(values.size):
            (best,), visits = _sets(values[j], miss[:, j], prices, None, visits)
            floors[j] = best[0]
            if best[0] < shares[j] - _TOLERANCE * values.sum():
                new.append(_Column(j, best[1], best[2]))
        added = [column for column in new if column not in known]
        if not added:
            break
        known.update(dict.fromkeys(added))
    best_known = _programme(known, *miss.shape)
    gap = best_known - (float(floors.sum()) - float(prices.sum()))
    if gap <= _TOLERANCE * best_known:
        return best_known
    for j in range(values.size):
        limit = floors[j] + gap + _TOLERANCE * best_known
        sets, visits = _sets(values[j], miss[:, j], prices, limit, visits)
        known.update(dict.fromkeys(_Column(j, s, left) for _, s, left in sets))
    return _programme(known, *miss.shape)


def _begin(values: NDArray[np.float64], miss: NDArray[np.float64]) -> dict[_Column, None]:
    """Columns to begin with: no weapon, each weapon alone, and the sets that greatest marginal return makes."""
    known: dict[_Column, None] = {}
    for j, value in enumerate(values):
        known[_Column(j, 0, float(value))] = None
        for i, q in enumerate(miss[:, j]):
            known[_Column(j, 1 << i, float(value * q))] = None
    left, taken, free = values.astype(float), [0] * values.size, set(range(miss.shape[0]))
    while free and values.size:
        gains = {(i, j): left[j] * (1.0 - miss[i, j]) for i in free for j in range(values.size)}
        i, j = max(gains, key=lambda pair: gains[pair])
        free.remove(i)
        taken[j] |= 1 << i
        left[j] *= miss[i, j]
        known[_Column(j, taken[j], float(left[j]))] = None
    return known


def _matrix(columns: list[_Column], weapons: int, targets: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Which weapons, and which target, each column uses: [weapons, columns] and [targets, columns]."""
    uses = np.array([[column.weapons >> i & 1 for column in columns] for i in range(weapons)], dtype=np.float64)
    serves = np.zeros((targets, len(columns)))
    serves[[column.target for column in columns], range(len(columns))] = 1.0
    return uses, serves


def _relaxed(known: dict[_Column, None], weapons: int, targets: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Prices of the weapons and shares of the targets in the linear relaxation over the columns known."""
    from scipy.optimize import linprog

    columns = list(known)
    uses, serves = _matrix(columns, weapons, targets)
    found = linprog(
        [column.worth for column in columns],
        A_ub=uses,
        b_ub=np.ones(weapons),
        A_eq=serves,
        b_eq=np.ones(targets),
        method="highs",
    )
    return np.maximum(0.0, -found.ineqlin.marginals), found.eqlin.marginals


def _programme(known: dict[_Column, None], weapons: int, targets: int) -> float:
    """Least value that survives over the columns known: an integer programme (HiGHS), its answer added up exactly."""
    from scipy.optimize import LinearConstraint, milp

    if len(known) > MOST_COLUMNS:
        raise RangeError(f"the exact assignment of {weapons} weapons would need more than {MOST_COLUMNS} columns")
    columns = list(known)
    left = np.array([column.worth for column in columns])
    uses, serves = _matrix(columns, weapons, targets)
    found = milp(
        left / left.max(),
        constraints=[LinearConstraint(uses, -np.inf, 1.0), LinearConstraint(serves, 1.0, 1.0)],
        integrality=np.ones(left.size),
        bounds=(0.0, 1.0),
        options={"mip_rel_gap": 0.0},
    )
    return float(left[found.x > 0.5].sum())


def _sets(
    value: float, miss: NDArray[np.float64], prices: NDArray[np.float64], limit: float | None, visits: int
) -> tuple[list[tuple[float, int, float]], int]:
    """Sets of weapons as (v Π q + Σ u, bit set, v Π q): all within `limit`, or the one of least cost where it is None.

    Depth first in order of price over -ln q. `visits` counts the sets looked at; RangeError after MOST_VISITS.
    """
    fall = -np.log(np.maximum(miss, _LEAST_MISS))
    able = [i for i in range(miss.size) if fall[i] > 0.0]
    order = sorted(able, key=lambda i: prices[i] / fall[i])
    falls, costs = [float(fall[i]) for i in order], [float(prices[i]) for i in order]
    found = [(value, 0, value)] if limit is None or value <= limit else []
    best = value if limit is None else limit
    misses = [float(miss[i]) for i in order]
    stack = [(0, value, 0.0, 0)]
    while stack:
        first, left, paid, weapons = stack.pop()
        for k in range(len(order) - 1, first - 1, -1):
            left_then, paid_then = left * misses[k], paid + costs[k]
            if paid_then + _bound(left_then, falls, costs, k + 1) > best:
                continue
            visits += 1
            chosen = weapons | 1 << order[k]
            cost = left_then + paid_then
            if limit is not None and cost <= best:
                found.append((cost, chosen, left_then))
            elif limit is None and cost < best:
                found, best = [(cost, chosen, left_then)], cost
            stack.append((k + 1, left_then, paid_then, chosen))
        if visits > MOST_VISITS or len(found) > MOST_COLUMNS:
            raise RangeError(
                f"the exact assignment of {miss.size} weapons takes too long: too many a target, or too much alike"
            )
    return found, visits


def _bound(left: float, falls: list[float], costs: list[float], first: int) -> float:
    """Least of left Π q_i^y_i + Σ u_i y_i over 0 <= y <= 1, weapons from `first` on.

    In order of price over -ln q: each in full while it takes more than it costs, then one in part, then none.
    """
    paid = 0.0
    for k in range(first, len(falls)):
        ratio = costs[k] / falls[k]
        if left <= ratio:
            break
        most = log(left / ratio) if ratio > 0.0 else inf
        if most <= falls[k]:
            return paid + costs[k] * most / falls[k] + ratio
        left *= exp(-falls[k])
        paid += costs[k]
    return left + paid
