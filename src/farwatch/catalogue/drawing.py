"""Compiled draw of uncertain figures: a triangle between low and high, peaked at the value."""

from math import exp, log, sqrt
from typing import Any

import numpy as np

from farwatch.chance import FIGURE, NOBODY, STRATUM, uniform
from farwatch.compiled import kernel

WIDE = 10.0
"""A range with high >= WIDE x low > 0 is drawn in the logarithm."""

STRATA = 8
"""Trials of a group in which a stratified figure falls once into each of as many equal parts of its law."""


@kernel
def triangular(low: float, value: float, high: float, u: float) -> float:
    """Inverse distribution function of the triangular law on low..high with its mode at `value`, at u in (0, 1).

    Where the range spans a factor of ten or more the law is triangular in the logarithm, so that a radar
    cross-section known to a factor of thirty is as likely below its value as above.
    Source: Kotz and van Dorp, "Beyond Beta" (2004), chapter 1: F(mode) = (mode - low) / (high - low).
    """
    if low >= high:
        return value
    if low > 0.0 and high >= WIDE * low:
        return exp(_triangle(log(low), log(value), log(high), u))
    return _triangle(low, value, high, u)


@kernel
def _triangle(low: float, mode: float, high: float, u: float) -> float:
    width = high - low
    if u * width < mode - low:
        drawn = low + sqrt(u * width * (mode - low))
    else:
        drawn = high - sqrt((1.0 - u) * width * (high - mode))
    return min(max(drawn, low), high)


@kernel
def quantiles_into(key: Any, ids: Any, stratified: bool, out: Any) -> None:
    """Fill out[t, i] with the uniform number in (0, 1) of figure ids[i] in trial first + t; `key` is the first trial's.

    The address of a draw is (seed, trial, FIGURE, the figure's name): neither its place nor its company matters. With
    `stratified`, a group of STRATA consecutive trials (trial // STRATA) is a Latin hypercube [mckay1979]: the part of
    a figure's law that a trial draws from is the rank of its own number among those of its group. Groups are
    independent.
    Source: [mckay1979] McKay, Beckman and Conover, "A comparison of three methods", Technometrics 21.
    """
    for t in range(out.shape[0]):
        own = (key[0], key[1], key[2] + np.uint64(t))
        for i in range(out.shape[1]):
            who: Any = np.int64(ids[i])
            u = uniform(own, FIGURE, who, NOBODY, NOBODY)
            out[t, i] = (_stratum(own, who) + u) / STRATA if stratified else u


@kernel
def _stratum(key: Any, who: int) -> int:
    """Part of its law, 0 to STRATA - 1, that figure `who` is drawn from in the trial of `key`."""
    place = int(key[2] % np.uint64(STRATA))
    own = uniform(key, STRATUM, who, NOBODY, NOBODY)
    rank = 0
    for k in range(STRATA):
        other = (key[0], key[1], key[2] - np.uint64(place) + np.uint64(k))
        rank += 1 if k != place and uniform(other, STRATUM, who, NOBODY, NOBODY) < own else 0
    return rank


@kernel
def values_into(quantiles: Any, ranges: Any, out: Any) -> None:
    """Fill out[t, i] with figure i at the quantile [t, i] of its law; ranges[i] is low, value, high."""
    for t in range(out.shape[0]):
        for i in range(out.shape[1]):
            # Clamped again because exp(log(x)) may miss x by a rounding.
            drawn = triangular(ranges[i, 0], ranges[i, 1], ranges[i, 2], quantiles[t, i])
            out[t, i] = min(max(drawn, ranges[i, 0]), ranges[i, 2])
