"""Which input matters most, when chance is one of the inputs.

Let y = f(x_1 .. x_k, c): the figures x_i, each by its quantile, and chance c. All are independent. V is the variance of
y. The designs (`campaign.figure_rows`) give y at rows A and B with luck a and b; at A with input i from B, luck a
(A_i); and at A with luck b (A_c). With y centred at its mean m,

    first order of i        S_i = E[y_B (y_Ai - y_A)] / V                      [saltelli2010]
    total of i              T_i = E[(y_A - y_Ai)^2] / (2 V)                    [jansen1999]
    of chance               T_c = E[(y_A - y_Ac)^2] / (2 V), S_c likewise
    of all figures together U   = 1 - T_c, the variance of the mean over chance, E[y_A y_Ac] / V
    of i, chance averaged   M_i = E[y_Ac (y_A - y_Ai)] / V

S_i is what knowing figure i alone would take off the variance. T_i is its part with every interplay, *that with
chance included*: a figure that only shuffles who is lucky has a large T_i. M_i leaves that out: A and A_c share all
figures, A_i and A_c all but the i-th, and A_c has luck of its own, so M_i is the total effect of i on the mean over
chance, E[Var(E[y | x] | x without i)], in parts of V: the spread of the long-run mean that goes when i is settled last.
S_i <= M_i <= T_i, but for sampling error. All five hold for random outcomes as they stand: nothing has to be averaged
first.

Intervals are percentile bootstrap over rows. Rows of a scrambled Sobol sequence are not independent, so the intervals
are rather too wide. Estimates are not clipped: a small one may be negative by sampling error.

**Morris.** The effect of a move is the change of y, in its own unit, when the input goes up by half of its range of
probability, all else equal and luck shared. mu is the mean, mu* the mean of the absolute value, sigma the standard
deviation over walks [morris1991, campolongo2007]. The same numbers for chance, from a step that takes new luck, say
what an input does not have to explain: mu* of an input that only shuffles luck is near mu* of chance, with a mu near 0.

Sources: [saltelli2010] Saltelli, Annoni, Azzini, Campolongo, Ratto, Tarantola, Computer Physics Communications 181,
table 2 b; [jansen1999] Jansen, Computer Physics Communications 117; [morris1991] Morris, Technometrics 33;
[campolongo2007] Campolongo, Cariboni, Saltelli, Environmental Modelling & Software 22. M_i follows from the
covariance form of [homma1996] Homma and Saltelli, Reliability Engineering & System Safety 52, with chance re-drawn.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from farwatch.errors import InputError, Problem
from farwatch.outcomes.resampling import TIMES, percentile, shares_of
from farwatch.outcomes.summary import Estimate

Values = npt.NDArray[np.float64]

FEWEST_ROWS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Indices:
    """Shares of the variance that one input has: alone, with all interplay, and on the mean over chance."""

    name: str
    first: Estimate
    total: Estimate
    settled: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class VarianceShares:
    """Sobol indices of every input, in the order given, and of chance; `unknown`: all figures together, U."""

    variance: float
    rows: int
    inputs: tuple[Indices, ...]
    unknown: Estimate
    chance: Indices


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What a move of one input by half of its range does, over walks: mean, mean size, spread; all in y's unit."""

    name: str
    mean: Estimate
    size: Estimate
    spread: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Screening:
    """Morris effects of every input, in the order given, and of new luck with the same figures."""

    walks: int
    inputs: tuple[Effect, ...]
    chance: Effect


def sobol(
    names: Sequence[str], outcomes: Sequence[Values], confidence: float = 0.95, seed: int = 1, times: int = TIMES
) -> VarianceShares:
    """Indices from `outcomes`: y at A, B, A_1 .. A_k, A_c, f8[rows] each; `names` of the k inputs.

    NaN everywhere when y never varies. InputError where the outcomes do not fit the names.
    """
    y = _table(names, outcomes, len(names) + 3)
    rows = y.shape[1]
    weights = np.vstack([np.full((1, rows), 1.0 / rows), shares_of(rows, seed, times)])
    y = y - y[:2].mean()
    a, b, mixed, other = y[0], y[1], y[2:-1], y[-1]
    mean = 0.5 * (weights @ (a + b))
    variance = 0.5 * (weights @ (a * a + b * b)) - mean**2
    with np.errstate(divide="ignore", invalid="ignore"):
        first = (weights @ (b * (y[2:] - a)).T) / variance[:, None]
        total = (weights @ ((y[2:] - a) ** 2).T) / (2.0 * variance[:, None])
        settled = (weights @ (other * (a - mixed)).T) / variance[:, None]
        unknown = 1.0 - total[:, -1]

    def told(values: Values) -> Estimate:
        return percentile(float(values[0]), values[1:], confidence)

    nothing = Estimate(float("nan"), float("nan"), float("nan"))
    inputs = tuple(
        Indices(name=name, first=told(first[:, k]), total=told(total[:, k]), settled=told(settled[:, k]))
        for k, name in enumerate(names)
    )
    chance = Indices(name="chance", first=told(first[:, -1]), total=told(total[:, -1]), settled=nothing)
    return VarianceShares(
        variance=float(variance[0]) * rows / (rows - 0.5),
        rows=rows,
        inputs=inputs,
        unknown=told(unknown),
        chance=chance,
    )


def morris(
    names: Sequence[str],
    steps: Sequence[Values],
    order: npt.NDArray[np.int64],
    moves: Values,
    confidence: float = 0.95,
    seed: int = 1,
) -> Screening:
    """Effects from y at steps 0 .. k and at the last step with new luck, f8[walks] each.

    `order` i8[walks, k] is the input that each step moved, `moves` f8[walks, k] whether up or down (by the sign).
    """
    k = len(names)
    y = _table(names, steps, k + 2)
    walks = y.shape[1]
    changes = np.diff(y[:-1], axis=0).T * np.sign(moves)
    effects = np.empty((walks, k + 1))
    np.put_along_axis(effects[:, :k], order, changes, axis=1)
    effects[:, k] = y[-1] - y[-2]
    weights = np.vstack([np.full((1, walks), 1.0 / walks), shares_of(walks, seed)])
    mean, size = weights @ effects, weights @ np.abs(effects)
    unbiased = walks / (walks - 1.0)
    spread = np.sqrt(np.maximum(weights @ effects**2 - mean**2, 0.0) * unbiased)

    def told(values: Values) -> Estimate:
        return percentile(float(values[0]), values[1:], confidence)

    found = [
        Effect(name=name, mean=told(mean[:, i]), size=told(size[:, i]), spread=told(spread[:, i]))
        for i, name in enumerate([*names, "chance"])
    ]
    return Screening(walks=walks, inputs=tuple(found[:-1]), chance=found[-1])


def _table(names: Sequence[str], outcomes: Sequence[Values], wanted: int) -> Values:
    """Outcomes as f8[sets, rows]."""
    lengths = {len(one) for one in outcomes}
    problems = []
    if len(outcomes) != wanted:
        problems.append(Problem("outcomes", str(len(outcomes)), f"must be {wanted} for {len(names)} inputs"))
    if len(lengths) != 1 or min(lengths) < FEWEST_ROWS:
        rule = f"must be equally long, {FEWEST_ROWS} rows or more"
        problems.append(Problem("outcomes", ", ".join(map(str, sorted(lengths))), rule))
    if problems:
        raise InputError("arguments", problems)
    return np.array([np.asarray(one, np.float64) for one in outcomes])
