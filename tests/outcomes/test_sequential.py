"""Stopping by looks: coverage of the reported interval over 1,000 campaigns, and the rules one by one."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from scipy import stats

from farwatch.errors import InputError
from farwatch.outcomes.intervals import mean_interval, wilson
from farwatch.outcomes.sequential import (
    LEAST,
    Goal,
    Rule,
    enough,
    interval,
    looks,
    modified_wilson,
    together,
)

REPLICATIONS = 1000
BUDGET = 6000


@dataclass(frozen=True)
class Law:
    """How values fall: draws of a shape, their mean, their standard deviation, and a quantile where asked."""

    draw: Any
    mean: float
    std: float
    quantiles: dict = field(default_factory=dict)


def of(frozen, *levels):
    """A law of scipy."""
    quantiles = {level: float(frozen.ppf(level)) for level in levels}
    return Law(lambda dice, shape: frozen.rvs(shape, dice), float(frozen.mean()), float(frozen.std()), quantiles)


def clumps(share, rate):
    """Nothing in most trials, else one and a Poisson number more: leaks come together."""
    mean, square = share * (1 + rate), share * ((1 + rate) ** 2 + rate)
    return Law(
        lambda dice, shape: (dice.random(shape) < share) * (1.0 + dice.poisson(rate, shape)),
        mean,
        float(np.sqrt(square - mean**2)),
    )


def saturated(share):
    """A few leakers in most trials; now and then the magazine is empty and three of four of forty leak."""
    mean, square = (1 - share) + 30 * share, 2 * (1 - share) + share * (900 + 7.5)
    return Law(
        lambda dice, shape: np.where(dice.random(shape) < share, dice.binomial(40, 0.75, shape), dice.poisson(1, shape)),
        mean,
        float(np.sqrt(square - mean**2)),
    )


def swaps(worse, better):
    """Paired difference of a variant that changes few trials, some for the worse and some for the better."""

    def draw(dice, shape):
        luck = dice.random(shape)
        return (luck < worse) * 1.0 - (luck > 1.0 - better)

    return Law(draw, worse - better, float(np.sqrt(worse + better - (worse - better) ** 2)))


LAWS = {
    "normal": of(stats.norm(), 0.5, 0.9),
    "exponential": of(stats.expon(), 0.5, 0.9),
    "lognormal": of(stats.lognorm(1.0), 0.5, 0.9),
    "Poisson 0.05": of(stats.poisson(0.05)),
    "Poisson 3": of(stats.poisson(3.0), 0.5, 0.9),
    "overdispersed": of(stats.nbinom(0.3, 0.3 / 2.3), 0.5, 0.9),
    "5 % leak in clumps": clumps(0.05, 3.0),
    "2 % leak in clumps": clumps(0.02, 5.0),
    "saturated": saturated(0.1),
    "differences": swaps(0.03, 0.01),
    "even differences": swaps(0.05, 0.05),
}


def coverage(law, goal, truth, rule=None, seed=1):
    """Share of campaigns whose interval at the stop holds the truth, and trials played on average."""
    rule = rule or Rule()
    dice = np.random.default_rng(seed)
    held = played = 0
    for _ in range(REPLICATIONS):
        values = law.draw(dice, BUDGET).astype(np.float64)
        for count in looks(rule.first, rule.growth, BUDGET):
            if rule.enough({"it": values[:count]}, {"it": goal}):
                break
        found = rule.intervals({"it": values[:count]}, {"it": goal})["it"]
        held += found.low <= truth <= found.high
        played += count
    return held / REPLICATIONS, played / REPLICATIONS


@pytest.mark.parametrize("share_of_std", [0.3, 0.1])
@pytest.mark.parametrize("name", LAWS)
def test_a_mean_is_covered_after_looking(name, share_of_std):
    """The 95 % interval at the stop holds the mean in 93 to 97 of a hundred campaigns, whatever the law."""
    law = LAWS[name]
    found, played = coverage(law, Goal(half_width=share_of_std * law.std), law.mean)
    print(f"COVER mean | {name} | {share_of_std} | {played:.0f} | {found:.1%}")
    assert 0.93 <= found <= 0.97


@pytest.mark.parametrize("half_width", [0.05, 0.02, 0.01])
@pytest.mark.parametrize("p", [0.001, 0.01, 0.03, 0.1, 0.5, 0.95])
def test_a_share_is_covered_after_looking(p, half_width):
    """Likewise for shares; one expected in fewer than five trials played is covered too often: counts are whole."""
    found, played = coverage(of(stats.bernoulli(p)), Goal(kind="share", half_width=half_width), p)
    print(f"COVER share | {p} | {half_width} | {played:.0f} | {found:.1%}")
    assert 0.93 <= found <= (0.97 if min(p, 1 - p) * played > 5.0 else 1.0)


@pytest.mark.parametrize("level", [0.5, 0.9])
@pytest.mark.parametrize("name", ["normal", "exponential", "lognormal", "Poisson 3", "overdispersed"])
def test_a_quantile_is_covered_after_looking(name, level):
    """Likewise for quantiles; those of counts are covered too often, because an interval ends at counts."""
    law = LAWS[name]
    found, played = coverage(law, Goal(kind=f"quantile:{level}", half_width=0.2 * law.std), law.quantiles[level])
    print(f"COVER quantile | {name} | {level} | {played:.0f} | {found:.1%}")
    assert 0.93 <= found <= (0.97 if name in {"normal", "exponential", "lognormal"} else 1.0)
