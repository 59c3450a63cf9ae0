"""The interaction step of the IMM: targets change their model between two plots.

A chain in continuous time, with a mean sojourn for each model, gives the chances over any time step. A target that
leaves a model enters each of the others with the same chance. Two models of one size are mixed in closed form; any
other set goes through `mingle`.

Models of different sizes share one state vector. What a model does not have (turn rate, acceleration) it can say
nothing about, so for the mixing it takes the prior of the models that do: mean 0 and `entry_var`, uncorrelated with
the rest. A target that enters a turn from straight flight turns at a rate that is known by that prior only, which is
what Bayes asks for; position and velocity always mix.

The strict lower triangle of a covariance is working room here: nobody reads it before `filter.combine` mirrors it.

Sources: Blom and Bar-Shalom 1988; Granstroem, Willett, Bar-Shalom 2015, Systematic approach to IMM mixing for unequal
dimension states; Yuan et al. 2012 (unbiased mixing).
"""

from math import ceil, exp
from typing import Any

from farwatch.compiled import inner_kernel, kernel
from farwatch.track.motion_models import TURN_RATE, entry_var, owns

TERMS = 14
"""Terms of the exponential series over steps within one mean sojourn: exact to rounding."""


@kernel
def run_down(rate_per_s: float, dt_s: float) -> float:
    """(1 - exp(-rate dt)) / rate: the effective time of a decay at `rate_per_s` over `dt_s`."""
    return (1.0 - exp(-rate_per_s * dt_s)) / rate_per_s


@inner_kernel
def blend(x: Any, p: Any, weight: Any, turned_share: float, settled_share: float) -> None:
    """Mix two models in place, given the chances to change from 0 to 1 (`turned_share`) and back (`settled_share`).

    x: f8[2, 6]; p: f8[2, 6, 6], upper triangle; weight: f8[2]. Each model starts from the moment-matched mixture of
    both: for two Gaussians with shares 1 - a and a, P = (1 - a) P0 + a P1 + a (1 - a) d d'.
    """
    w0, w1 = weight[0], weight[1]
    new0 = w0 * (1.0 - turned_share) + w1 * settled_share
    new1 = w0 * turned_share + w1 * (1.0 - settled_share)
    a = w1 * settled_share / new0  # share of old model 1 in new model 0
    b = w1 * (1.0 - settled_share) / new1  # and in new model 1
    aa, bb = a * (1.0 - a), b * (1.0 - b)
    for i in range(6):
        di = x[1, i] - x[0, i]
        for j in range(i, 6):
            spread = di * (x[1, j] - x[0, j])
            old, gap = p[0, i, j], p[1, i, j] - p[0, i, j]
            p[0, i, j] = old + a * gap + aa * spread
            p[1, i, j] = old + b * gap + bb * spread
    for i in range(6):
        old, gap = x[0, i], x[1, i] - x[0, i]
        x[0, i] = old + a * gap
        x[1, i] = old + b * gap
    weight[0], weight[1] = new0, new1


@kernel
def chain(p: Any, sojourns_s: Any, dt_s: float) -> None:
    """Chances of the models' changes within `dt_s`: from k to m into p[k, last, m].

    sojourns_s: f8[at least as many as there are models]. Row k is that of the unit matrix times exp(G dt), G having
    the rate of leaving, spread evenly over the other models: in closed form for two; for more by its series, with long
    times cut into steps of at most one sojourn.
    """
    models, last = p.shape[0], p.shape[1] - 1
    if models == 2:
        left = run_down(1.0 / sojourns_s[0] + 1.0 / sojourns_s[1], dt_s)
        p[0, last, 1], p[1, last, 0] = left / sojourns_s[0], left / sojourns_s[1]
        p[0, last, 0], p[1, last, 1] = 1.0 - p[0, last, 1], 1.0 - p[1, last, 0]
        return
    fastest = 0.0
    for k in range(models):
        fastest = max(fastest, 1.0 / sojourns_s[k])
    steps = max(ceil(fastest * dt_s), 1)
    for k in range(models):
        row, term = p[k, last], p[k, last - 1]
        for m in range(models):
            row[m] = 1.0 if m == k else 0.0
        for _ in range(steps):
            for m in range(models):
                term[m] = row[m]
            for order in range(1, TERMS):
                leaving = 0.0
                for m in range(models):
                    leaving += term[m] / sojourns_s[m]
                for m in range(models):
                    term[m] = (leaving - models * term[m] / sojourns_s[m]) / (models - 1) * dt_s / (steps * order)
                    row[m] += term[m]


@kernel
def fill_up(belief: Any, tracker: Any) -> None:
    """Give each model the prior of the states that only others have."""
    x, p = belief["x"], belief["p"]
    n = x.shape[1]
    for i in range(TURN_RATE, n):
        var = entry_var(tracker, x.shape[0], i, n)
        for m in range(x.shape[0]):
            if not owns(tracker["model_kind"][m], i, n):
                p[m, i, i] = var


@kernel
def strip(belief: Any, tracker: Any) -> None:
    """Take from each model the states that it does not have."""
    x, p = belief["x"], belief["p"]
    n = x.shape[1]
    for m in range(x.shape[0]):
        for i in range(TURN_RATE, n):
            if not owns(tracker["model_kind"][m], i, n):
                x[m, i] = 0.0
                for j in range(i + 1):
                    p[m, j, i] = 0.0
                for j in range(i, n):
                    p[m, i, j] = 0.0


@kernel
def share_out(p: Any, weight: Any) -> None:
    """Turn the chances k to m in p[k, last, m] into shares of old models in new ones; weight: the models' new ones."""
    models, last = p.shape[0], p.shape[1] - 1
    for m in range(models):
        ahead = 0.0
        for k in range(models):
            ahead += weight[k] * p[k, last, m]
        p[m, last - 1, 0] = ahead
        for k in range(models):
            p[k, last, m] *= weight[k] / ahead
    for m in range(models):
        weight[m] = p[m, last - 1, 0]


@kernel
def mingle(belief: Any, dt_s: float, tracker: Any) -> None:
    """Mix any models of a belief by `tracker`'s sojourn times over `dt_s`; covariances by their upper triangle.

    The spread of the means is written pair by pair, sum over k < l of a_k a_l d d', which never cancels.
    """
    x, p, weight = belief["x"], belief["p"], belief["weight"]
    models, n = x.shape[0], x.shape[1]
    if models == 1:
        return
    last = n - 1
    chain(p, tracker["model_sojourn_s"], dt_s)
    share_out(p, weight)
    fill_up(belief, tracker)
    for i in range(n):
        for j in range(i, n):
            for m in range(models):
                total = 0.0
                for k in range(models):
                    share = p[k, last, m]
                    total += share * p[k, i, j]
                    for q in range(k):
                        total += share * p[q, last, m] * (x[k, i] - x[q, i]) * (x[k, j] - x[q, j])
                p[m, last - 1, 0] = total
            for m in range(models):
                p[m, i, j] = p[m, last - 1, 0]
    for i in range(n):
        for m in range(models):
            total = 0.0
            for k in range(models):
                total += p[k, last, m] * x[k, i]
            p[m, last - 1, 0] = total
        for m in range(models):
            x[m, i] = p[m, last - 1, 0]
    strip(belief, tracker)
