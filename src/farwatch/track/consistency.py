"""Is a filter's stated uncertainty honest? Bounds of NEES and NIS, gates, and what noise does to them.

Source: Bar-Shalom, Li, Kirubarajan 2001, sections 5.4 and 10.4. scipy is imported when a quantile is asked for.
"""

from math import exp, gamma, pi, radians, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray


def nees(error: ArrayLike, covariance: ArrayLike) -> NDArray[np.float64]:
    """Normalised estimation error squared of each row: error [n, d], covariance [n, d, d]; also NIS."""
    e = np.asarray(error, float)[..., None]
    return np.asarray(np.swapaxes(e, -1, -2) @ np.linalg.solve(np.asarray(covariance, float), e))[..., 0, 0]


def mean_bounds(runs: int, dimension: int, confidence: float = 0.95) -> tuple[float, float]:
    """Two-sided interval that the mean NEES (or NIS) of `runs` independent runs falls into if the filter is honest."""
    from scipy.stats import chi2

    tail = (1.0 - confidence) / 2.0
    low, high = chi2.ppf([tail, 1.0 - tail], runs * dimension) / runs
    return float(low), float(high)


def gate_threshold(gate_probability: float, dimension: int) -> float:
    """Chi-square threshold that a true measurement of so many components stays below with that probability."""
    from scipy.stats import chi2

    return float(chi2.ppf(gate_probability, dimension))


def gate_volume(gate: float, innovation_covariance: ArrayLike) -> float:
    """Volume of the gate's ellipsoid, in the unit of the measurement to the power of its dimension."""
    s = np.atleast_2d(np.asarray(innovation_covariance, float))
    d = s.shape[0]
    ball = pi ** (d / 2.0) / gamma(d / 2.0 + 1.0)
    return float(ball * gate ** (d / 2.0) * sqrt(np.linalg.det(s)))


def noise_in_gate(density_per_m2: float, area_m2: float) -> float:
    """Probability that at least one false plot (Poisson) falls into a gate."""
    return 1.0 - exp(-density_per_m2 * area_m2)


def conversion_errors(range_m: float, azimuth_sigma_deg: float) -> tuple[float, float]:
    """Radial bias and cross-range deviation (m) that azimuth noise makes in a converted Cartesian position."""
    sigma = radians(azimuth_sigma_deg)
    return range_m * (1.0 - exp(-sigma * sigma / 2.0)), range_m * sigma


def fused_covariance(first: ArrayLike, second: ArrayLike) -> NDArray[np.float64]:
    """Covariance of the best combination of two independent estimates: (P1^-1 + P2^-1)^-1."""
    a, b = np.asarray(first, float), np.asarray(second, float)
    return np.asarray(np.linalg.inv(np.linalg.inv(a) + np.linalg.inv(b)))
