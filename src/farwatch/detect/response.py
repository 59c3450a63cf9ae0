"""A radar's filter against clutter as a table over radial speed, for look-up in the mission loop.

Linear in steps of half a metre a second: within 0.01 of the response, which is 1 in the mean, for first blind speeds
above 25 m/s. Beyond the table's end the response is that of its end, which is as good as any other there.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from farwatch.catalogue import Radar
from farwatch.compiled import kernel
from farwatch.detect.doppler import velocity_gain
from farwatch.detect.equation import blind_speed

STEP_M_S, SPEEDS = 0.5, 16_001


def responses(radars: Sequence[Radar]) -> NDArray[np.float32]:
    """Response of each radar at radial speeds from 0 on, float32 (radars, SPEEDS); all ones without a waveform."""
    out = np.ones((len(radars), SPEEDS), np.float32)
    for row, radar in zip(out, radars, strict=True):
        if radar.waveform is not None:
            prf_hz = radar.waveform.prf_hz.value * np.array(radar.waveform.stagger)
            fill_response(blind_speed(prf_hz, radar.frequency_hz.value), radar.waveform.canceller, row)
    return out


@kernel
def fill_response(blind_m_s: Any, order: int, out: Any) -> None:
    """Fill one row of the table, from the first blind speed of each repetition frequency."""
    for k in range(out.size):
        out[k] = velocity_gain(STEP_M_S * k, blind_m_s, order)


@kernel
def response_at(row: Any, radial_m_s: float) -> float:
    """Response at a radial speed of either sign, from one radar's row of `responses`."""
    place = min(abs(radial_m_s) / STEP_M_S, row.size - 1.000001)
    k = int(place)
    share = place - k
    return float((1.0 - share) * row[k] + share * row[k + 1])
