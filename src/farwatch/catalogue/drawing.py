"""Compiled draw of uncertain figures: a triangle between low and high, peaked at the value."""

from math import exp, log, sqrt
from typing import Any

import numpy as np

from farwatch.chance import FIGURE, NOBODY, uniform
from farwatch.compiled import kernel

WIDE = 10.0
"""A range with high >= WIDE x low > 0 is drawn in the logarithm."""


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
def draw_into(key: Any, ids: Any, ranges: Any, out: Any) -> None:
    """Fill out[t, i] with figure i in trial first + t; ranges[i] is low, value, high; `key` is the first trial's.

    The address of a draw is (seed, trial, FIGURE, the figure's name): neither its place nor its company matters.
    """
    for t in range(out.shape[0]):
        own = (key[0], key[1], key[2] + np.uint64(t))
        for i in range(out.shape[1]):
            u = uniform(own, FIGURE, np.int64(ids[i]), NOBODY, NOBODY)
            # Clamped again because exp(log(x)) may miss x by a rounding.
            drawn = triangular(ranges[i, 0], ranges[i, 1], ranges[i, 2], u)
            out[t, i] = min(max(drawn, ranges[i, 0]), ranges[i, 2])
