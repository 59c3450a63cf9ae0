"""Stopping by looks: coverage of the reported interval over 1,000 campaigns, and the rules one by one."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from scipy import stats

from farwatch.errors import InputError
from farwatch.outcomes.intervals import mean_interval, wilson
from farwatch.outcomes.rare import block_means
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
        lambda dice, shape: np.where(
            dice.random(shape) < share, dice.binomial(40, 0.75, shape), dice.poisson(1, shape)
        ),
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


def coverage(law, goal, truth, rule=None, seed=5):
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
    """The 95 % interval at the stop holds the mean in 93 to 97 of a hundred campaigns, whatever the law.

    The lognormal law, whose skewness of six no sample of hundreds shows, stands for what is hardest: 92.
    """
    law = LAWS[name]
    found, _ = coverage(law, Goal(half_width=share_of_std * law.std), law.mean)
    assert (0.92 if name == "lognormal" else 0.93) <= found <= 0.97


@pytest.mark.parametrize("half_width", [0.05, 0.02, 0.01])
@pytest.mark.parametrize("p", [0.001, 0.01, 0.03, 0.1, 0.5, 0.95])
def test_a_share_is_covered_after_looking(p, half_width):
    """Likewise for shares; one expected in fewer than five trials played is covered too often: counts are whole."""
    found, played = coverage(of(stats.bernoulli(p)), Goal(kind="share", half_width=half_width), p)
    assert 0.93 <= found <= (0.97 if min(p, 1 - p) * played > 5.0 else 1.0)


@pytest.mark.parametrize("level", [0.5, 0.9])
@pytest.mark.parametrize("name", ["normal", "exponential", "lognormal", "Poisson 3", "overdispersed"])
def test_a_quantile_is_covered_after_looking(name, level):
    """Likewise for quantiles; those of counts are covered too often, because an interval ends at counts."""
    law = LAWS[name]
    found, _ = coverage(law, Goal(kind=f"quantile:{level}", half_width=0.2 * law.std), law.quantiles[level])
    assert 0.93 <= found <= (0.97 if name in {"normal", "exponential", "lognormal"} else 1.0)


GOALS = {
    "leaked": Goal(half_width=0.3),
    "any": Goal(half_width=0.04, kind="share"),
    "typical": Goal(half_width=1.0, kind="quantile:0.9"),
}


@pytest.mark.parametrize("joint", [False, True])
def test_several_measures_at_once(joint):
    """Each of three dependent measures is covered; with `joint` all of them at once are, in 95 of a hundred."""
    rule, dice = Rule(joint=joint), np.random.default_rng(3)
    law = stats.poisson(2.0)
    truths = {"leaked": 2.0, "any": 1.0 - law.pmf(0), "typical": float(law.ppf(0.9))}
    held = dict.fromkeys([*truths, "all"], 0)
    for _ in range(REPLICATIONS):
        values = law.rvs(4000, dice).astype(np.float64)
        for count in looks(rule.first, rule.growth, 4000):
            columns = {"leaked": values[:count], "any": (values[:count] > 0) * 1.0, "typical": values[:count]}
            if rule.enough(columns, GOALS):
                break
        found = rule.intervals(columns, GOALS)
        inside = {name: found[name].low <= truth <= found[name].high for name, truth in truths.items()}
        held = {name: held[name] + (all(inside.values()) if name == "all" else inside[name]) for name in held}
    if joint:
        assert held["all"] / REPLICATIONS >= 0.94
    else:
        assert 0.93 <= held["leaked"] / REPLICATIONS <= 0.97
        assert 0.93 <= held["any"] / REPLICATIONS <= 0.97
        assert held["typical"] / REPLICATIONS >= 0.93


def test_block_means_of_stratified_draws_are_covered_after_looking():
    """Block means of clumped leaks whose chance is a stratified figure: looks count trials, intervals count blocks."""
    dice, held, std = np.random.default_rng(4), 0, 0.6
    for _ in range(REPLICATIONS):
        ranks = np.argsort(dice.random((400, 8)), axis=1)
        chance = 0.2 * (ranks + dice.random((400, 8))) / 8
        values = ((dice.random((400, 8)) < chance) * (1.0 + dice.poisson(1.0, (400, 8)))).ravel()
        for count in looks(budget=3200):
            found = interval(block_means(values[:count]))
            if enough(block_means(values[:count]), 0.1 * std):
                break
        held += found.low <= 0.2 <= found.high
    assert 0.93 <= held / REPLICATIONS <= 0.97


def test_a_rule_without_guards_would_not_cover():
    """Stopping at the first narrow Student interval, looking at every trial from ten, misses clumped leaks often."""
    law, dice, held = clumps(0.05, 3.0), np.random.default_rng(1), 0
    for _ in range(300):
        values = law.draw(dice, 2000)
        for count in range(10, 2000):
            low, high = mean_interval(values[:count])
            if high - low <= 0.6 * law.std:
                break
        held += low <= law.mean <= high
    assert held / 300 < 0.6


def test_looks_grow_in_whole_blocks_to_the_budget():
    """From the first on, each is a multiple of 8 and half as large again, and the budget is the last."""
    found = list(looks(192, 1.5, 2000))
    assert found == [192, 288, 432, 648, 976, 1464, 2000]
    assert list(looks(10, 1.01, 40)) == [16, 24, 32, 40]
    assert list(looks(192, 1.5, 50)) == [50]
    rule = Rule()
    assert (rule.next_look(0, 2000), rule.next_look(192, 2000), rule.next_look(1500, 2000)) == (192, 288, 2000)
    assert rule.next_look(2000, 2000) is None


def test_values_all_the_same_tell_nothing_without_bounds():
    """A thousand trials without a leaker do not know the mean, unless it is known how many could leak at worst."""
    nothing = np.zeros(1000)
    assert not enough(nothing, 0.1)
    found = interval(nothing)
    assert (found.value, found.low, found.high) == (0.0, -np.inf, np.inf)
    found = interval(nothing, bounds=(0.0, 40.0))
    assert (found.value, found.low) == (0.0, 0.0)
    assert found.high == pytest.approx(40 * wilson(0, 1000).high)
    assert enough(nothing, 0.1, bounds=(0.0, 40.0))
    assert not enough(np.zeros(200), 0.1, bounds=(0.0, 40.0))


def test_without_skewness_the_interval_is_students():
    """Values that lie evenly about their mean get Student's interval, digit for digit."""
    values = np.concatenate([np.arange(50.0), -np.arange(50.0)])
    found = interval(values)
    assert (found.low, found.high) == pytest.approx(mean_interval(values), rel=1e-3)
    assert found.low == pytest.approx(-found.high)


def test_a_long_tail_moves_the_interval_towards_it():
    """Where large values are rare the mean is more likely above the estimate than below."""
    found = interval(stats.expon.rvs(size=200, random_state=1))
    assert found.high - found.value > 1.1 * (found.value - found.low)


def test_the_interval_of_negated_values_is_negated():
    """Leakers and survivors are one quantity seen from two sides."""
    values = stats.expon.rvs(size=100, random_state=2)
    a, b = interval(values), interval(-values)
    assert (a.low, a.high) == pytest.approx((-b.high, -b.low))


def test_rare_leaks_need_not_be_counted_where_a_coarse_answer_is_wanted():
    """One leaker in 192 trials of four drones: the mean is known to 0.4 and not to 0.05; without bounds to neither."""
    rare = np.zeros(192)
    rare[17] = 2.0
    assert enough(rare, 0.4, bounds=(0.0, 4.0))
    assert not enough(rare, 0.05, bounds=(0.0, 4.0))
    assert not enough(rare, 0.4)


def test_few_values_are_never_enough():
    """However much they agree."""
    assert not enough(np.array([0.0, 1.0] * 9), 10.0)
    assert enough(np.array([0.0, 1.0] * (LEAST // 2)), 10.0)


def test_relative_goals_ask_for_more_of_what_is_rare():
    """Thirty per cent of a rare share needs some fifty events; an absolute goal is met long before."""
    rare = np.arange(20_000) % 1000 == 0
    assert enough(rare, 0.01, kind="share")
    assert not enough(rare, 0.3, kind="share", relative=True)
    assert enough(np.tile(rare, 4), 0.3, kind="share", relative=True)


@pytest.mark.validation
@pytest.mark.parametrize(("successes", "low"), [(1, 0.051293), (2, 0.355362), (3, 0.817691)])
def test_the_first_successes_have_poisson_lower_ends(successes, low):
    """Half the lower 5 % point of chi-square with 2x degrees of freedom, over n [brown2001, section 4.1.1]."""
    assert modified_wilson(successes, 200).low == pytest.approx(low / 200, rel=1e-4)
    assert modified_wilson(200 - successes, 200).high == pytest.approx(1 - low / 200, rel=1e-6)
    assert modified_wilson(4, 200) == wilson(4, 200)


@pytest.mark.validation
def test_quantile_ranks_are_those_of_the_binomial():
    """At whole ranks the chance that an order statistic lies below the median is the binomial's: tables for n = 25."""
    values = np.arange(1.0, 26.0)
    exact = stats.binom(25, 0.5)
    confidence = 1 - 2 * exact.cdf(7)  # ranks 8 and 18
    found = interval(values, "quantile:0.5", confidence)
    assert (found.value, found.low, found.high) == pytest.approx((13.0, 8.0, 18.0), abs=1e-6)


def test_a_quantile_beyond_the_sample_is_unbounded():
    """Twenty values say nothing from above about the 99 % quantile."""
    found = interval(np.arange(20.0), "quantile:0.99")
    assert found.high == np.inf
    assert not enough(np.arange(20.0), 100.0, kind="quantile:0.99")


def test_together_shares_out_the_doubt():
    """Five intervals at 99 % hold together at 95 %; one is itself."""
    assert together(0.95, 5) == pytest.approx(0.99)
    assert together(0.95, 1) == pytest.approx(0.95)


@pytest.mark.parametrize(
    ("ask", "told"),
    [
        (lambda: interval([1.0], "median"), "kind = median"),
        (lambda: interval([1.0], "quantile:1.5"), "between 0 and 1"),
        (lambda: interval([1.0], "quantile:x"), "kind"),
        (lambda: interval([0.5], "share"), "0 or 1"),
        (lambda: interval([np.nan]), "finite"),
        (lambda: enough([1.0], 0.0), "half_width"),
        (lambda: list(looks(0, 1.0, 0)), r"3 problems[\s\S]*first[\s\S]*growth[\s\S]*budget"),
    ],
)
def test_misuse_is_refused(ask, told):
    """Each fault is named."""
    with pytest.raises(InputError, match=told):
        ask()


def test_nothing_and_one_value():
    """No values, no estimate; one value has no ends."""
    assert np.isnan(interval([]).value)
    assert interval([2.0]).high == np.inf
    assert interval([2.0], "quantile:0.5").low == -np.inf
