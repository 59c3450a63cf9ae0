"""One draw of a fluctuating echo: its energy in a dwell over the mean.

The energy is gamma of mean one and shape K: 1 (Swerling 1), N pulses (2), 2 (3), 2N (4); constant in case 0. Exact:
whole shapes are sums of exponentials, large ones are drawn by inversion. Source: [swerling1954].
"""

from math import log
from typing import Any

from farwatch.chance import FLUCTUATION, uniform, uniforms
from farwatch.compiled import kernel
from farwatch.detect.gamma import gamma_upper_inverse

_SUMMED_SHAPE = 8
BLOCKS = 4
"""Addresses one look may use: its occasion times this, and the following."""


@kernel
def shape_of(swerling: int, pulses: int) -> int:
    """Shape of the gamma law of a dwell's energy; 0 for a steady echo."""
    if swerling == 0:
        return 0
    whole = 1 if swerling <= 2 else 2
    return whole if swerling % 2 == 1 else whole * pulses


@kernel
def dwell_energy(shape: int, u: float, key: Any, who: int, whom: int, occasion: int) -> float:
    """Energy over its mean, from one uniform `u` and, for shapes above one, draws of its own."""
    if shape == 0:
        return 1.0
    if shape == 1:
        return -log(u)
    if shape == 2:
        return -0.5 * log(u * uniform(key, FLUCTUATION, who, whom, occasion * BLOCKS))
    if shape <= _SUMMED_SHAPE:
        product = u
        for drawn in range(1, shape, 2):
            first, second = uniforms(key, FLUCTUATION, who, whom, occasion * BLOCKS + drawn // 2)
            product *= first * second if drawn + 1 < shape else first
        return -log(product) / shape
    return float(gamma_upper_inverse(float(shape), u)) / shape

