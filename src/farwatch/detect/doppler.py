"""What pulse-difference cancellers do to targets and to clutter.

A canceller of `order` subtracts echoes of successive pulses with binomial weights (order 1: two pulses, 2: three). It
is blind where the Doppler shift is a multiple of the repetition rate. See `docs/models/doppler.md`.

Sources: [skolnik] Skolnik, "Introduction to Radar Systems", 3rd ed., sections 3.2 to 3.7; [barton] Barton, "Radar
System Analysis and Modeling", ch. 5.
"""

from math import isnan, pi, sin
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from farwatch.compiled import kernel
from farwatch.detect.equation import to_db, wavelength_m
from farwatch.errors import RangeError

Floats = NDArray[np.float64]


@kernel
def velocity_gain(radial_m_s: float, blind_m_s: Any, order: int) -> float:
    """Power response of a canceller at a radial speed, relative to its mean over all speeds, averaged over the PRFs.

    `blind_m_s` (array) holds the first blind speed of each PRF of a staggered set; NaN or <= 0 means unused, and with
    none in use the answer is 1. Being relative to the mean it takes nothing from the average target: noise passes
    the filter with the same mean. The average over a set is exact for the echo's mean power behind a two-pulse
    canceller staggered from pulse to pulse [skolnik, 3.3]; with PRFs that change from dwell to dwell each dwell is
    one of the terms, and the average stands for their mix (`docs/models/doppler.md` says what it misses).
    """
    mean = 1.0
    for k in range(1, order + 1):
        mean *= (order + k) / k
    total = 0.0
    used = 0
    for i in range(blind_m_s.size):
        blind = blind_m_s[i]
        if isnan(blind) or blind <= 0.0:
            continue
        s = 2.0 * sin(pi * radial_m_s / blind)
        square = s * s
        response = 1.0
        for _ in range(order):
            response *= square
        total += response
        used += 1
    return total / (mean * used) if used > 0 else 1.0
