"""Steady states of simple tracking filters: closed forms to hold a real filter against.

Sources: Kalata 1984 (tracking index); Benedict and Bordner 1962; Bar-Shalom, Li, Kirubarajan 2001, ch. 6. scipy is
imported where a Riccati equation must be solved.
"""

from math import sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Steady(NamedTuple):
    """Steady state of a Kalman filter that measures position: covariances before and after the update, and gain."""

    predicted: NDArray[np.float64]
    updated: NDArray[np.float64]
    gain: NDArray[np.float64]


def alpha_beta(index: float) -> tuple[float, float]:
    """Gains [alpha, beta] for tracking index sigma_w T^2 / sigma_n, by Kalata's closed form.

    The noise is white acceleration, constant over each period.
    """
    r = (4.0 + index - sqrt(8.0 * index + index * index)) / 4.0
    return 1.0 - r * r, 2.0 * (2.0 - (1.0 - r * r)) - 4.0 * r


def alpha_beta_gamma(index: float) -> tuple[float, float, float]:
    """Gains [alpha, beta, gamma], K = (alpha, beta/T, gamma/T^2), piecewise-constant Wiener acceleration."""
    step = np.array([[1.0, 1.0, 0.5], [0.0, 1.0, 1.0], [0.0, 0.0, 1.0]])
    push = np.array([[0.5], [1.0], [1.0]]) * index
    alpha, beta, gamma = steady_state(step, push @ push.T, 1.0).gain
    return float(alpha), float(beta), float(gamma)


def benedict_bordner(a: float) -> float:
    """The beta that goes with alpha = `a` for the best trade of noise against lag: a^2 / (2 - a)."""
    return a * a / (2.0 - a)


def variance_reduction(a: float, b: float) -> float:
    """Variance of an alpha-beta filter's position (gains `a`, `b`) over the measurement's."""
    return (2.0 * a**2 + b * (2.0 - 3.0 * a)) / (a * (4.0 - 2.0 * a - b))


def steady_state(step: NDArray[np.float64], noise: NDArray[np.float64], variance: float) -> Steady:
    """Steady state for transition `step` [d, d], process `noise` [d, d] and position `variance`."""
    from scipy.linalg import solve_discrete_are

    d = step.shape[0]
    measure = np.zeros((1, d))
    measure[0, 0] = 1.0
    predicted = solve_discrete_are(step.T, measure.T, noise, np.array([[variance]]))
    gain = predicted[:, 0] / (predicted[0, 0] + variance)
    return Steady(predicted, predicted - np.outer(gain, predicted[0]), gain)


def constant_velocity(period_s: float, density_m2_s3: float, sigma_m: float) -> Steady:
    """Steady state of the constant-velocity filter with continuous white acceleration of that power density."""
    t, q = period_s, density_m2_s3
    step = np.array([[1.0, t], [0.0, 1.0]])
    noise = q * np.array([[t**3 / 3.0, t**2 / 2.0], [t**2 / 2.0, t]])
    return steady_state(step, noise, sigma_m**2)


def random_walk(q: float, r: float) -> tuple[float, float, float]:
    """Steady [predicted variance, updated variance, gain] of a scalar random walk with process and plot variances."""
    predicted = (q + sqrt(q * q + 4.0 * q * r)) / 2.0
    gain = predicted / (predicted + r)
    return predicted, (1.0 - gain) * predicted, gain


def least_squares_velocity_sigma(sigma_m: float, period_s: float, count: int) -> float:
    """Deviation of velocity (m/s) from a straight line through `count` equally spaced positions."""
    return sigma_m / period_s * sqrt(12.0 / (count * (count**2 - 1)))
