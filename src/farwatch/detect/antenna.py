"""How an antenna's gain falls off: beams, fans, steered arrays, tapered apertures, measured tables.

Kernels give one-way power relative to the peak; functions on arrays give decibels. An echo passes the antenna twice.
See `docs/models/antenna.md`.

Sources: [skolnik] Skolnik, "Introduction to Radar Systems", 3rd ed., ch. 9 (beams, cosecant-squared, arrays);
[mailloux] Mailloux, "Phased Array Antenna Handbook", ch. 1 (scan loss, broadening) and 3 (Taylor's distribution);
[silver] Silver, "Microwave Antenna Theory and Design", table 6.1 (cosine tapers).
"""

from dataclasses import dataclass
from math import cos, exp, log, pi, sin

import numpy as np
from numpy.typing import ArrayLike, NDArray

from farwatch.compiled import kernel
from farwatch.errors import RangeError

Floats = NDArray[np.float64]

_HALF = 4.0 * log(2.0)
_WIDEST_RAD = 75.0 * pi / 180.0


@kernel
def cosecant_squared(elevation_rad: float, top_rad: float) -> float:
    """Gain of a fan beam that keeps a flyer at constant height equally strong, relative to its peak [skolnik].

    One up to `top_rad`, the top of the main beam; above it (sin top / sin elevation)².
    """
    if elevation_rad <= top_rad:
        return 1.0
    ratio = sin(top_rad) / sin(min(elevation_rad, 0.5 * pi))
    return ratio * ratio


@kernel
def gaussian_beam(off_rad: float, beam_rad: float) -> float:
    """Gain at an angle off the axis of a beam whose full width at half power is `beam_rad`, relative to its peak."""
    away = off_rad / beam_rad
    return exp(-_HALF * away * away)


@kernel
def beam_with_sidelobes(off_rad: float, beam_rad: float, sidelobe_ratio: float) -> float:
    """A Gaussian main beam that never falls below its sidelobes (`sidelobe_ratio`, power relative to the peak)."""
    away = off_rad / beam_rad
    return max(sidelobe_ratio, exp(-_HALF * away * away))


@kernel
def scan_gain(off_rad: float, exponent: float) -> float:
    """Gain of an array steered `off_rad` from broadside, relative to broadside: cos to a power, 0 beyond 90 degrees.

    The projected aperture gives exponent 1, mismatch of the elements adds to it: 1 to 1.5 one way [mailloux].
    """
    projected = cos(off_rad)
    return projected**exponent if projected > 0.0 else 0.0


@kernel
def broadened_rad(beam_rad: float, off_rad: float) -> float:
    """Width of an array's beam when steered off broadside: that of the projected aperture, up to 75 degrees."""
    return beam_rad / cos(min(abs(off_rad), _WIDEST_RAD))
