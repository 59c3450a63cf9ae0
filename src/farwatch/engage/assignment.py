"""Weapon-target assignment: closed and exact answers, and how far the rules of a decision fall short of them.

Static: the least value that can survive. `static` is exact for weapons that differ (subset dynamic programme, beyond
SUBSET_LIMIT weapons `columns`); `identical` is greatest marginal return, optimal when all weapons are alike
[denbroeder1959]; `in_turn` is what decisions made one after another leave. Dynamic: `staged` looks between stages.
`continuous` spreads divisible weapons over targets with demands, the classic problem of [bracken1968], a concave
programme.

One decision with its magazines and channels: `integer` is its exact integer programme (HiGHS), `gap` compares.

Sources: [denbroeder1959] den Broeder, Ellison and Emerling, "On optimum target assignments", Operations Research 7.
[bracken1968] Bracken and McCormick, "Selected Applications of Nonlinear Programming", chapter 2.
[hosein1989] Hosein and Athans, "Preferential defense strategies", MIT LIDS report, for the dynamic problem.
[huangfu2018] Huangfu and Hall, "Parallelizing the dual revised simplex method", for HiGHS.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from math import comb
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from farwatch.engage.assigning import greedy, lookahead, marginal, optimal
from farwatch.engage.columns import least_surviving
from farwatch.engage.offers import Offers, Supply, gain_of, new_desk, new_offers, new_supply
from farwatch.errors import InputError, Problem, RangeError

SUBSET_LIMIT = 14
"""Most weapons for which the subset programme is used: its work and memory grow as 3^n."""

WAYS = {"greedy": greedy, "marginal": marginal, "optimal": optimal, "look-ahead": lookahead}
"""The ways to decide, by name."""


def static(target_values: ArrayLike, p_kill: ArrayLike) -> float:
    """Least expected surviving value; p_kill[weapon, target] differ. Exact.

    best[S] = least value left of the targets so far when the weapons of subset S are spent on them. More than
    SUBSET_LIMIT weapons go to `columns.least_surviving`, which raises RangeError where its proof grows too large.
    """
    values = np.asarray(target_values, dtype=np.float64)
    miss = 1.0 - _chances(p_kill)
    weapons = miss.shape[0]
    if weapons and miss.shape != (weapons, values.size):
        raise RangeError(f"p_kill has shape {miss.shape}, but there are {values.size} targets")
    if weapons > SUBSET_LIMIT and values.size:
        return least_surviving(values, miss)
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
    p = _chances(p_kill_by_target)
    if num_weapons < 0 or p.size != len(target_values):
        raise RangeError(f"{num_weapons} weapons, {len(target_values)} values, {p.size} kill probabilities")
    shots = spread(target_values, p_kill_by_target, num_weapons)
    return float(sum(np.asarray(target_values) * (1.0 - p) ** shots))


def spread(target_values: ArrayLike, p_kill_by_target: ArrayLike, num_weapons: int) -> NDArray[np.int64]:
    """How many of `num_weapons` like weapons each target gets, i8[targets]: one decision of `marginal` a weapon."""
    left, p = np.array(target_values, dtype=np.float64), np.asarray(p_kill_by_target, dtype=np.float64)
    offers, supply = new_offers(left.size, 1, 1), new_supply(1, 1)
    desk, shots = new_desk(left.size, 1, 1), np.zeros(left.size, np.int64)
    supply.rows["ready"] = 1
    for name in ("rounds", "channels", "starts"):
        supply.limits[name] = 1
    for _ in range(num_weapons):
        offers.gains[0, :, 0] = left * p
        marginal(offers, supply, desk, left.size)
        shots[desk.choice == 0] += 1
        left[desk.choice == 0] *= 1.0 - p[desk.choice == 0]
    return shots


def in_turn(target_values: ArrayLike, p_kill: ArrayLike, way: str) -> float:
    """Expected surviving value when weapons that differ, p_kill[weapon, target], are spent one decision after another.

    Each decision fires at most one weapon at each target, by one of WAYS, knowing only what it expects to be left.
    """
    left, p = np.array(target_values, dtype=np.float64), np.asarray(p_kill, dtype=np.float64)
    weapons, n = p.shape
    offers, supply = new_offers(n, weapons, 1), new_supply(weapons, 1)
    desk = new_desk(n, weapons, 1)
    supply.rows["ready"] = 1
    for name in ("rounds", "channels", "starts"):
        supply.limits[name] = weapons
    while True:
        offers.gains[0] = left[:, None] * p.T
        WAYS[way](offers, supply, desk, n)
        fired = np.flatnonzero(desk.choice >= 0)
        if fired.size == 0:
            return float(left.sum())
        left[fired] *= 1.0 - p[desk.choice[fired], fired]
        supply.rows["ready"][desk.choice[fired]] = 0


def staged(num_targets: int, num_weapons: int, p_kill: float, num_stages: int) -> float:
    """Least expected survivors of like targets and weapons, fired in stages with a perfect look between them.

    In a stage the chosen number of shots goes to the survivors by greatest marginal return (`spread`: as evenly as it
    goes); how many are held back is optimal [hosein1989]. The last stage fires all.
    """
    q = 1.0 - float(_chances(p_kill))
    if num_stages < 1 or min(num_targets, num_weapons) < 0:
        raise RangeError(f"{num_targets} targets, {num_weapons} weapons, {num_stages} stages")

    @cache
    def evenly(targets: int, fired: int) -> NDArray[np.int64]:
        return spread(np.ones(targets), np.full(targets, p_kill), fired)

    @cache
    def best(targets: int, weapons: int, stages: int) -> float:
        if targets == 0 or weapons == 0:
            return float(targets)
        return min(after(targets, fired, weapons - fired, stages) for fired in range(weapons + 1))

    def after(targets: int, fired: int, held: int, stages: int) -> float:
        shots = evenly(targets, fired)
        chances = np.ones(1)
        for n in np.unique(shots):
            chances = np.convolve(chances, _binomial(int(np.sum(shots == n)), q ** int(n)))
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


@dataclass(frozen=True, slots=True)
class Limits:
    """What a decision may spend. Of batteries: [n_batteries], the same in every epoch, or [n_epochs, n_batteries]."""

    battery_of: ArrayLike  # [n_rows]
    ready: ArrayLike  # [n_rows]: rounds on the launchers
    rounds: ArrayLike  # free round channels
    channels: ArrayLike  # free target channels
    starts: ArrayLike  # salvos that can begin
    salvo: ArrayLike = 1  # rounds of a salvo: one number, [n_rows] or [n_tracks, n_rows]
    held: ArrayLike = 0  # [n_tracks, n_batteries]: 1 = needs no new channel
    discount: ArrayLike = 1.0  # [n_epochs]: factor on gains


@dataclass(frozen=True, slots=True)
class Gap:
    """Total gain by each way, and the share of the exact one that each gives away. `look-ahead`: discounted gain."""

    exact: dict[str, float]  # "now" = epoch 0 alone, "horizon" = all epochs
    totals: dict[str, float]
    given_away: dict[str, float]


def arrays(values: ArrayLike, p_kill: ArrayLike, limits: Limits) -> tuple[Offers, Supply]:
    """Arrays that the kernels of `assigning` read.

    values: f8[n_tracks] > 0; p_kill: f8[n_tracks, n_rows] or f8[n_epochs, n_tracks, n_rows], of one round, 0 = cannot.
    Raises InputError, all problems at once.
    """
    v, p = np.asarray(values, dtype=np.float64), np.asarray(p_kill, dtype=np.float64)
    p = p[None] if p.ndim == 2 else p
    battery_of = np.asarray(limits.battery_of, dtype=np.int64)
    _check(v, p, battery_of, limits)
    epochs, tracks, rows = p.shape
    batteries = int(battery_of.max(initial=-1)) + 1
    offers, supply = new_offers(tracks, rows, batteries, epochs), new_supply(rows, batteries, epochs)
    offers.salvos[:] = limits.salvo
    offers.held[:] = limits.held
    offers.discount[:] = limits.discount
    offers.gains[:] = v[:, None] * (1.0 - (1.0 - p) ** offers.salvos)
    supply.rows["battery_index"], supply.rows["ready"] = battery_of, limits.ready
    for name in ("rounds", "channels", "starts"):
        supply.limits[name] = getattr(limits, name)
    return offers, supply


def _check(values: NDArray[np.float64], p: NDArray[np.float64], battery_of: NDArray[np.int64], limits: Limits) -> None:
    """Raise InputError where numbers or shapes make no decision."""
    problems = []
    if not (np.isfinite(values).all() and (values > 0.0).all()):
        problems.append(Problem("values", "", "every value must be a finite number above 0"))
    if p.ndim != 3 or p.shape[1:] != (values.size, battery_of.size):
        shape = f"({values.size}, {battery_of.size})"
        problems.append(Problem("p_kill", str(p.shape), "must be [tracks, rows], perhaps by epoch", f"here {shape}"))
    if not ((p >= 0.0) & (p <= 1.0)).all():
        problems.append(Problem("p_kill", "", "every probability must lie between 0 and 1"))
    if (battery_of < 0).any():
        problems.append(Problem("battery_of", "", "every index of a battery must be 0 or more"))
    problems += [
        Problem(name, "", "every limit must be 0 or more")
        for name in ("ready", "rounds", "channels", "starts")
        if (np.asarray(getattr(limits, name)) < 0).any()
    ]
    if (np.asarray(limits.salvo) < 1).any():
        problems.append(Problem("salvo", "", "every salvo must have at least 1 round"))
    if problems:
        raise InputError("assignment", problems)


def integer(values: ArrayLike, p_kill: ArrayLike, limits: Limits) -> tuple[float, NDArray[np.int64]]:
    """Greatest discounted gain of one decision, over all epochs given, and the plan that gives it.

    The exact integer programme by branch and cut (HiGHS through SciPy) [huangfu2018]. Arguments as for `arrays`; the
    plan is i8[n_tracks]: epoch * n_rows + row, or -1.
    """
    from scipy.optimize import LinearConstraint, milp
    from scipy.sparse import csr_array

    offers, supply = arrays(values, p_kill, limits)
    plan = np.full(offers.salvos.shape[0], -1, np.int64)
    epoch, track, row = np.nonzero(offers.gains)
    if track.size == 0:
        return 0.0, plan
    battery, size = supply.rows["battery_index"][row], offers.salvos[track, row]
    at = epoch * supply.limits.shape[1] + battery
    draws: list[tuple[NDArray[np.int64], NDArray[Any], NDArray[Any]]] = [
        (track, np.ones(track.size), np.ones(plan.size)),
        (row, size, supply.rows["ready"]),
        (at, size, supply.limits["rounds"].ravel()),
        (at, 1 - offers.held[track, battery].astype(np.int64), supply.limits["channels"].ravel()),
        (at, np.ones(track.size), supply.limits["starts"].ravel()),
    ]
    pairs = np.arange(track.size)
    found = milp(
        -(offers.discount[:, None, None] * offers.gains)[epoch, track, row],
        constraints=[
            LinearConstraint(csr_array((use, (which, pairs)), shape=(most.size, pairs.size)), -np.inf, most)
            for which, use, most in draws
        ],
        integrality=np.ones(pairs.size),
        bounds=(0.0, 1.0),
        options={"mip_rel_gap": 0.0},
    )
    taken = np.flatnonzero(found.x > 0.5)
    plan[track[taken]] = epoch[taken] * offers.salvos.shape[1] + row[taken]
    return gain_of(offers, plan, plan.size), plan


def gap(values: ArrayLike, p_kill: ArrayLike, limits: Limits) -> Gap:
    """Gain of every way to decide beside the exact one; arguments as for `arrays`.

    `look-ahead` is compared over the whole horizon, the others with the best of epoch 0 alone.
    """
    offers, supply = arrays(values, p_kill, limits)
    epochs, n, rows = offers.gains.shape
    desk = new_desk(n, rows, supply.limits.shape[1], epochs)
    exact = {"horizon": integer(values, p_kill, limits)[0]}
    exact["now"] = exact["horizon"] if epochs == 1 else _now(values, p_kill, limits)
    totals = {}
    for name, way in WAYS.items():
        way(offers, supply, desk, n)
        totals[name] = gain_of(offers, desk.plan, n)
    best = {name: exact["horizon" if name == "look-ahead" else "now"] for name in WAYS}
    given_away = {name: 1.0 - totals[name] / best[name] if best[name] > 0.0 else 0.0 for name in WAYS}
    return Gap(exact, totals, given_away)


def _now(values: ArrayLike, p_kill: ArrayLike, limits: Limits) -> float:
    """Exact gain of epoch 0 alone."""
    now = replace(
        limits,
        rounds=np.atleast_2d(limits.rounds)[0],
        channels=np.atleast_2d(limits.channels)[0],
        starts=np.atleast_2d(limits.starts)[0],
        discount=np.ravel(limits.discount)[0],
    )
    return integer(values, np.asarray(p_kill)[0], now)[0]
def _chances(p: ArrayLike) -> NDArray[np.float64]:
    """Probabilities as an array; RangeError where one is none."""
    array = np.asarray(p, dtype=np.float64)
    if not ((array >= 0.0) & (array <= 1.0)).all():
        raise RangeError("a probability lies outside 0 to 1")
    return array
