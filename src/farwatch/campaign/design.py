"""From a plan to its points: which fields get which values, and which scenario is played with them.

A grid takes every combination. A Latin hypercube [mckay1979] and a scrambled Sobol sequence [sobol1967, owen1998]
spread a given number of combinations evenly over all fields at once; both are scipy's, and follow from the seed.

Sources: [mckay1979] McKay, Beckman, Conover, Technometrics 21; [sobol1967] Sobol, USSR Comput. Math. Math. Phys. 7;
[owen1998] Owen, Journal of Complexity 14.
"""

from collections.abc import Mapping, Sequence
from itertools import product
from math import floor
from typing import Any

import numpy as np

from farwatch.campaign.plan_file import CampaignPlan, Span, Vary
from farwatch.campaign.points import INDEPENDENT, STRATIFIED, Draws, Point

Combination = Mapping[str, Any]
"""Value of each varied field, by path."""


def combinations(vary: Vary | None, seed: int) -> tuple[Combination, ...]:
    """Values of the varied fields at every point of the design; one empty combination when nothing is varied."""
    if vary is None:
        return ({},)
    paths = list(vary.fields)
    if vary.design == "grid":
        return tuple(dict(zip(paths, row, strict=True)) for row in product(*map(listed, vary.fields.values())))
    places = _spread(vary, seed)
    return tuple(
        {path: at(values, float(u)) for (path, values), u in zip(vary.fields.items(), row, strict=True)}
        for row in places
    )


def listed(values: tuple[Any, ...] | Span) -> tuple[Any, ...]:
    """Values of one field of a grid: the list, or the steps of the range."""
    if not isinstance(values, Span):
        return values
    steps = np.linspace(values.low, values.high, values.steps or 2).tolist()
    return tuple(dict.fromkeys(round(step) for step in steps)) if is_whole(values) else tuple(steps)


def at(values: tuple[Any, ...] | Span, share: float) -> Any:
    """The value that stands at `share` in 0..1 of a list, or of a range; whole numbers stay whole."""
    if not isinstance(values, Span):
        return values[min(int(share * len(values)), len(values) - 1)]
    if is_whole(values):
        return min(int(values.low) + floor(share * (values.high - values.low + 1)), int(values.high))
    return values.low + share * (values.high - values.low)


def is_whole(span: Span) -> bool:
    """Whether both ends of a range were written as whole numbers."""
    return isinstance(span.low, int) and isinstance(span.high, int)


def size_of(vary: Vary | None) -> int:
    """How many combinations a design has, before any is made."""
    if vary is None:
        return 1
    if vary.design != "grid":
        return vary.points or 0
    sizes = (v.steps or 0 if isinstance(v, Span) else len(v) for v in vary.fields.values())
    return int(np.prod(list(sizes), dtype=np.int64))


def points_of(plan: CampaignPlan, seed: int) -> tuple[Point, ...]:
    """Every point that the plan's measures are taken at: each scenario at each combination, under one luck."""
    draws = Draws(STRATIFIED if plan.draws == "stratified" else INDEPENDENT)
    tilt_odds = plan.rare.tilt_odds if plan.rare else 0.0
    rows = [(name, combination) for name in plan.scenarios for combination in combinations(plan.vary, seed)]
    return tuple(
        Point(
            number=number,
            label=label_of(name, combination, named=len(plan.scenarios) > 1),
            scenario=name,
            changes=combination,
            draws=draws,
            tilt_odds=tilt_odds,
        )
        for number, (name, combination) in enumerate(rows)
    )


def label_of(scenario: str, combination: Combination, *, named: bool) -> str:
    """What a point is called: its scenario, where there are several, and its values."""
    values = ", ".join(f"{_tail(path, combination)} {shown(value)}" for path, value in combination.items())
    return f"{scenario}: {values}" if named and values else values or scenario


def shown(value: Any) -> str:
    """A value in a label."""
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _tail(path: str, paths: Sequence[str] | Combination) -> str:
    """The shortest end of a path that no other of `paths` has too; two steps at least where there are two."""
    steps = path.split(".")
    for length in range(min(2, len(steps)), len(steps) + 1):
        tail = ".".join(steps[-length:])
        if sum(other == tail or other.endswith(f".{tail}") for other in paths) == 1:
            return tail
    return path


def _spread(vary: Vary, seed: int) -> Any:
    """Rows in the unit cube f8[points, fields]."""
    from scipy.stats import qmc

    count = vary.points or 0
    if vary.design == "sobol":
        return qmc.Sobol(len(vary.fields), seed=seed % 2**32).random(count)
    return qmc.LatinHypercube(len(vary.fields), seed=seed % 2**32).random(count)
