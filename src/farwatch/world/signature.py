"""Signature: how large a target looks to a radar, by the side it shows.

A class gives its mean radar cross-section from ahead, from the side and from behind. Between them the
decibels follow the square of the cosine of the aspect angle: smooth everywhere, equal to the given figures
at 0, 90 and 180 degrees, and level there. The aspect is the angle between the velocity and the line to the
radar, so a climbing or turning target shows its side. Scintillation about the mean is the fluctuation
case's business, in `detect`.

An interpolation, not a prediction: real patterns have lobes of 10 dB and more between such means.
"""

from math import exp, log, sqrt
from typing import Any

from farwatch.compiled import kernel


@kernel
def rcs_toward(
    target_class: Any, vx_m_s: float, vy_m_s: float, vz_m_s: float, lx_m: float, ly_m: float, lz_m: float
) -> float:
    """Mean cross-section, m2, of a CLASS flying at `v`, seen along `l`, from the target to the radar.

    Any frame that both vectors share; the lengths do not matter. Without a velocity or a line: the side.
    """
    size = sqrt(
        (vx_m_s * vx_m_s + vy_m_s * vy_m_s + vz_m_s * vz_m_s) * (lx_m * lx_m + ly_m * ly_m + lz_m * lz_m)
    )
    side_m2 = target_class["rcs_side_m2"]
    if size == 0.0:
        return float(side_m2)
    cosine = (vx_m_s * lx_m + vy_m_s * ly_m + vz_m_s * lz_m) / size
    end_m2 = target_class["rcs_nose_m2"] if cosine > 0.0 else target_class["rcs_tail_m2"]
    return float(side_m2 * exp(cosine * cosine * log(end_m2 / side_m2)))
