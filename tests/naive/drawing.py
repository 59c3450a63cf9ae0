"""The slow, obvious twin of catalogue.drawing."""

import math

from farwatch.chance import FIGURE, STRATUM, key_of, name_id, uniform


def triangular(low: float, value: float, high: float, u: float) -> float:
    """Invert the distribution function of the triangular law by bisection."""
    if low == high:
        return value
    if low > 0 and high >= 10 * low:
        return math.exp(triangular_by_bisection(math.log(low), math.log(value), math.log(high), u))
    return triangular_by_bisection(low, value, high, u)


def triangular_by_bisection(low: float, mode: float, high: float, u: float) -> float:
    """The x at which the area under the triangle from low to x is u."""

    def area(x: float) -> float:
        if x <= mode:
            return (x - low) ** 2 / ((high - low) * (mode - low)) if mode > low else 0.0
        return 1.0 - (high - x) ** 2 / ((high - low) * (high - mode))

    left, right = low, high
    for _ in range(200):
        middle = (left + right) / 2
        left, right = (middle, right) if area(middle) < u else (left, middle)
    return (left + right) / 2


def stratified_quantile(seed: int, trial: int, name: str) -> float:
    """Sort the eight trials of the group by their stratum numbers; a trial's place in that order is its stratum."""
    group = range(trial // 8 * 8, trial // 8 * 8 + 8)
    order = sorted(group, key=lambda one: uniform(key_of(seed, one), STRATUM, name_id(name), 0, 0))
    return (order.index(trial) + uniform(key_of(seed, trial), FIGURE, name_id(name), 0, 0)) / 8


def draw(figures, seed: int, first_trial: int, count: int) -> list[list[float]]:
    """One row per trial, one number per figure, each from its own address."""
    return [
        [
            triangular(f.low, f.value, f.high, uniform(key_of(seed, trial), FIGURE, name_id(f.name), 0, 0))
            for f in figures
        ]
        for trial in range(first_trial, first_trial + count)
    ]
