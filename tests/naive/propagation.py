"""Propagation the slow obvious way: walk along the ray, add up, solve with scipy."""

from itertools import pairwise

import numpy as np
from scipy import integrate

RADIUS_M = 6371008.7714
EFFECTIVE_M = RADIUS_M * 4 / 3


def air_path(range_m, antenna_m, sine, scale_m):
    """Sea-level worth of a straight ray through air that thins with height, by adaptive quadrature."""
    air = lambda s: np.exp(-(antenna_m + s * sine + s * s / (2 * EFFECTIVE_M)) / scale_m)  # noqa: E731
    ends = sorted({0.0, *np.clip([1e2, 1e3, 1e4, 5e4, 1e5, 3e5, -sine * EFFECTIVE_M], 0.0, range_m), range_m})
    pieces = [integrate.quad(air, *pair, epsrel=1e-12)[0] for pair in pairwise(ends)]
    return sum(pieces)
