"""Secondary radar and ADS-B: who answers, and how far away it is heard.

Both are one-way links, so power falls with the square of range. A secondary radar needs its question heard (1030 MHz)
and the answer heard (1090 MHz); the weaker link sets the range. See `docs/models/cooperative-and-passive.md`.

Sources: [annex10] ICAO Annex 10, Volume IV, chapters 3 (transponders, interrogators) and 5 (extended squitter);
[stevens] Stevens, "Secondary Surveillance Radar" (link budgets, garbling); [do260b] RTCA DO-260B (accuracy categories).
"""

from dataclasses import dataclass
from math import erf, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from farwatch.compiled import kernel
from farwatch.detect.equation import path_loss_db
from farwatch.detect.integration import m_of_n
from farwatch.errors import RangeError

Floats = NDArray[np.float64]

UPLINK_HZ = 1030e6
DOWNLINK_HZ = 1090e6
SHORT_REPLY_S = 64e-6
LONG_REPLY_S = 120e-6
MODE_AC_REPLY_S = 20.3e-6

_Z90, _Z99 = 1.2815515655446004, 2.3263478740408408
_SPREAD_DB = 3.0 / (_Z99 - _Z90)

_POSITION_95_M = {11: 3.0, 10: 10.0, 9: 30.0, 8: 92.6, 7: 185.2, 6: 555.6, 5: 926.0}


@kernel
def heard_probability(margin_db: float) -> float:
    """Chance that a message is taken up, by its power over the minimum triggering level.

    A normal curve through what a transponder must do: 0.9 at that level, 0.99 three decibels above [annex10].
    """
    return 0.5 * (1.0 + erf((_Z90 + margin_db / _SPREAD_DB) / sqrt(2.0)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One way of a message: what is sent, both antennas, what is lost, and what the receiver needs."""

    frequency_hz: float
    power_dbm: float
    gain_tx_dbi: float
    gain_rx_dbi: float
    loss_db: float
    trigger_dbm: float

    def margin_db(self, range_m: ArrayLike) -> Floats:
        """Received power over the triggering level, free space, dB."""
        sent = self.power_dbm + self.gain_tx_dbi + self.gain_rx_dbi - self.loss_db
        return np.asarray(sent - path_loss_db(self.frequency_hz, range_m) - self.trigger_dbm)

    def range_m(self, margin_db: float = 0.0) -> float:
        """Range at which a margin is left, m."""
        return float(10.0 ** ((float(self.margin_db(1.0)) - margin_db) / 20.0))

    def heard(self, range_m: ArrayLike) -> Floats:
        """Chance that one message is heard, garbling apart."""
        return np.asarray(np.vectorize(heard_probability, otypes=[np.float64])(self.margin_db(range_m)))


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondaryRadar:
    """An interrogator with the transponder it meets: both links, and what one passage of the beam needs."""

    up: Link
    down: Link
    interrogations: int
    replies_needed: int
    available_probability: float = 0.98
    clear_probability: float = 1.0

    def reply_probability(self, range_m: ArrayLike) -> Floats:
        """Chance that one interrogation brings a usable reply: heard, answered, heard back, not garbled."""
        both = self.up.heard(range_m) * self.down.heard(range_m)
        return np.asarray(both * self.available_probability * self.clear_probability)

    def pd(self, range_m: ArrayLike) -> Floats:
        """Chance of a plot in one passage of the beam: enough of its interrogations answered."""
        return m_of_n(self.replies_needed, self.interrogations, self.reply_probability(range_m))

    def range_m(self, margin_db: float = 0.0) -> float:
        """Range of the weaker link, m."""
        return min(self.up.range_m(margin_db), self.down.range_m(margin_db))


def clear_probability(
    messages_per_s: ArrayLike, own_s: ArrayLike, other_s: ArrayLike, survive_share: float = 0.0
) -> Floats:
    """Chance that no other message on the channel overlaps one: exp(-rate (own + other)), arrivals Poisson [stevens].

    `survive_share` of the overlaps do no harm (weaker, or corrected).
    """
    if not 0.0 <= survive_share <= 1.0 or np.any(np.asarray(messages_per_s) < 0.0):
        raise RangeError("a rate is 0 per second or more, a share lies between 0 and 1")
    harmful = np.asarray(messages_per_s, np.float64) * (1.0 - survive_share)
    return np.asarray(np.exp(-harmful * (np.asarray(own_s) + np.asarray(other_s))))


def update_probability(heard: ArrayLike, squitters_per_s: float, window_s: ArrayLike) -> Floats:
    """Chance of at least one position within a time, from the chance to hear one squitter; they come at a steady rate.

    Airborne position squitters come twice a second, identification every 5 s [annex10].
    """
    count = squitters_per_s * np.asarray(window_s, np.float64)
    with np.errstate(divide="ignore"):
        return np.asarray(-np.expm1(count * np.log1p(-np.asarray(heard, np.float64))))


def mean_update_s(heard: ArrayLike, squitters_per_s: float) -> Floats:
    """Mean time between heard positions, s."""
    return np.asarray(1.0 / (squitters_per_s * np.asarray(heard, np.float64)))


def position_sigma_m(nac_p: int) -> float:
    """Standard deviation of each horizontal coordinate of a reported position by its accuracy category 5 to 11, m.

    The category bounds the radius that holds 95 %, which is 2.448 standard deviations of a round normal law [do260b].
    """
    if nac_p not in _POSITION_95_M:
        raise RangeError("the accuracy category of a position is 5 to 11")
    return float(_POSITION_95_M[nac_p] / sqrt(-2.0 * np.log(0.05)))
