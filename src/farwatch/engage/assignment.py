"""Weapon-target assignment: the least value that can survive.

Static: `static` is exact (subset dynamic programme; weapons that differ), `identical` is greedy, which is optimal
when all weapons are alike [denbroeder1959]. Dynamic: `staged` looks between stages. `continuous` spreads divisible
weapons over targets with demands, the classic problem of [bracken1968], a concave programme.

Sources: [denbroeder1959] den Broeder, Ellison and Emerling, "On optimum target assignments", Operations Research 7.
[bracken1968] Bracken and McCormick, "Selected Applications of Nonlinear Programming", chapter 2.
[hosein1989] Hosein and Athans, "Preferential defense strategies", MIT LIDS report, for the dynamic problem.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from math import comb

import numpy as np
from numpy.typing import ArrayLike, NDArray

from farwatch.errors import RangeError

SUBSET_LIMIT = 14
"""Most weapons for the exact static assignment: work and memory grow as 3^n."""


def static(target_values: ArrayLike, p_kill: ArrayLike) -> float:
    """Least expected surviving value; p_kill[weapon, target] differ. Exact, up to SUBSET_LIMIT weapons.

    best[S] = least value left of the targets so far when the weapons of subset S are spent on them.
    """
    values = np.asarray(target_values, dtype=np.float64)
    miss = 1.0 - _chances(p_kill)
    weapons = miss.shape[0]
    if weapons and miss.shape != (weapons, values.size):
        raise RangeError(f"p_kill has shape {miss.shape}, but there are {values.size} targets")
    if weapons > SUBSET_LIMIT:
        raise RangeError(f"{weapons} weapons: the exact assignment takes at most {SUBSET_LIMIT}")
    full = 1 << weapons
    best = np.zeros(full)
    subsets = [_subsets(s) for s in range(full)]
    for j, value in enumerate(values):
        survive = np.ones(full)
        for s in range(1, full):
            lowest = s & -s
            survive[s] = survive[s ^ lowest] * miss[lowest.bit_length() - 1, j]
        if j == 0:
            best = value * survive
            continue
        best = np.array([np.min(best[s ^ subsets[s]] + value * survive[subsets[s]]) for s in range(full)])
    return float(best[full - 1]) if values.size else 0.0


def _subsets(s: int) -> NDArray[np.int64]:
    """Every subset of the bit set `s`."""
    found = np.zeros(1, dtype=np.int64)
    bit = 1
    while bit <= s:
        if s & bit:
            found = np.concatenate([found, found | bit])
        bit <<= 1
    return found


def identical(target_values: Sequence[float], p_kill_by_target: Sequence[float], num_weapons: int) -> float:
    """Least expected surviving value with weapons all alike: each goes where it takes most [denbroeder1959]."""
    left = [float(value) for value in target_values]
    _chances(p_kill_by_target)
    if num_weapons < 0 or len(p_kill_by_target) != len(left):
        raise RangeError(f"{num_weapons} weapons, {len(left)} values, {len(p_kill_by_target)} kill probabilities")
    for _ in range(num_weapons if left else 0):
        gains = [value * p for value, p in zip(left, p_kill_by_target, strict=True)]
        j = gains.index(max(gains))
        left[j] -= gains[j]
    return sum(left)


def staged(num_targets: int, num_weapons: int, p_kill: float, num_stages: int) -> float:
    """Least expected survivors of like targets and weapons, fired in stages with a perfect look between them.

    In a stage the chosen number of shots is spread over the survivors as evenly as it goes; how many are held back is
    optimal. The last stage fires all.
    """
    q = 1.0 - float(_chances(p_kill))
    if num_stages < 1 or min(num_targets, num_weapons) < 0:
        raise RangeError(f"{num_targets} targets, {num_weapons} weapons, {num_stages} stages")

    @cache
    def best(targets: int, weapons: int, stages: int) -> float:
        if targets == 0 or weapons == 0:
            return float(targets)
        return min(after(targets, fired, weapons - fired, stages) for fired in range(weapons + 1))

    def after(targets: int, fired: int, held: int, stages: int) -> float:
        each, more = divmod(fired, targets)
        chances = np.convolve(_binomial(more, q ** (each + 1)), _binomial(targets - more, q**each))
        if stages == 1:
            return float(np.dot(chances, np.arange(targets + 1)))
        return float(sum(chance * best(left, held, stages - 1) for left, chance in enumerate(chances)))

    return best(num_targets, num_weapons, num_stages)


def _binomial(n: int, p: float) -> NDArray[np.float64]:
    return np.array([comb(n, k) * p**k * (1.0 - p) ** (n - k) for k in range(n + 1)])


def continuous(
    weapons: Sequence[float], values: Sequence[float], p_damage: ArrayLike, demands: Mapping[int, float]
) -> float:
    """Greatest expected damage of divisible weapons: max sum_j u_j (1 - prod_i (1 - p_ij)^x_ij) [bracken1968].

    `weapons` by kind, `values` u_j by target, p_damage[kind, target], `demands` least total by target index.
    Concave; solved from the even allocation by sequential quadratic programming (SciPy).
    """
    from scipy.optimize import LinearConstraint, minimize

    p = _chances(p_damage)
    if p.size and float(p.max()) >= 1.0:
        raise RangeError("the continuous allocation needs damage probabilities below 1")
    u = np.asarray(values, dtype=np.float64)
    useful = np.argwhere(p > 0.0)
    kinds, targets = useful[:, 0], useful[:, 1]
    log_miss = np.log1p(-p[kinds, targets])
    stock = np.asarray(weapons, dtype=np.float64)

    def left(x: NDArray[np.float64]) -> NDArray[np.float64]:
        return u * np.exp(np.bincount(targets, log_miss * x, minlength=u.size))

    used = (np.arange(stock.size)[:, None] == kinds[None, :]).astype(float)
    limits = [LinearConstraint(used, -np.inf, stock)]
    if demands:
        wanted = np.array([targets == j for j in demands]).astype(float)
        limits.append(LinearConstraint(wanted, np.array(list(demands.values())), np.inf))
    start = stock[kinds] / np.bincount(kinds, minlength=stock.size)[kinds]
    found = minimize(
        lambda x: float(left(x).sum()) / u.sum(),
        start,
        jac=lambda x: left(x)[targets] * log_miss / u.sum(),
        bounds=[(0.0, None)] * useful.shape[0],
        constraints=limits,
        method="SLSQP",
        options={"maxiter": 2000, "ftol": 1e-15},
    )
    if not found.success:
        raise RangeError(f"no allocation meets these demands: {found.message}")
    return float(u.sum() - left(found.x).sum())


def _chances(p: ArrayLike) -> NDArray[np.float64]:
    """Probabilities as an array; RangeError where one is none."""
    array = np.asarray(p, dtype=np.float64)
    if not ((array >= 0.0) & (array <= 1.0)).all():
        raise RangeError("a probability lies outside 0 to 1")
    return array
