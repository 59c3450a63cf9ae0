"""What pulse-difference cancellers do to targets and to clutter.

A canceller of `order` subtracts echoes of successive pulses with binomial weights (order 1: two pulses, 2: three). It
is blind where the Doppler shift is a multiple of the repetition rate. See `docs/models/doppler.md`.

Sources: [skolnik] Skolnik, "Introduction to Radar Systems", 3rd ed., sections 3.2 to 3.7; [barton] Barton, "Radar
System Analysis and Modeling", ch. 5.
"""

from dataclasses import dataclass
from math import comb, exp, isnan, log, pi, sin, sqrt
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from farwatch.compiled import kernel
from farwatch.detect.equation import blind_speed, from_db, to_db, wavelength_m
from farwatch.errors import RangeError

Floats = NDArray[np.float64]

_WIDE = 0.15
_SAMPLES = 4000


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Canceller:
    """A pulse-difference filter: its `order` (pulses less one) and the PRFs of its staggered set."""

    frequency_hz: float
    prf_hz: tuple[float, ...]
    order: int = 2

    def __post_init__(self) -> None:
        if not self.prf_hz or min(self.prf_hz) <= 0.0 or self.frequency_hz <= 0.0:
            raise RangeError("a canceller needs a frequency and one PRF or more, all above 0 Hz")
        if not 1 <= self.order <= 6:
            raise RangeError("the order of a canceller is 1 (two pulses) to 6")


def blind_speeds_m_s(canceller: Canceller) -> Floats:
    """First blind speed of each PRF, m/s (n_prf,): what `velocity_gain` takes."""
    return blind_speed(np.array(canceller.prf_hz), canceller.frequency_hz)


def response_db(canceller: Canceller, radial_m_s: ArrayLike) -> Floats:
    """`velocity_gain` over an array of radial speeds, dB relative to the mean over speeds; -300 where blind."""
    speed = np.asarray(radial_m_s, np.float64)
    gain = np.empty(speed.shape)
    _fill_gain(speed.reshape(-1), blind_speeds_m_s(canceller), canceller.order, gain.reshape(-1))
    return to_db(np.maximum(gain, 1e-30))


def common_blind_speed_m_s(canceller: Canceller, tolerance: float = 1e-6, highest_m_s: float = 1e4) -> float:
    """First speed at which every PRF is blind, within `tolerance` of its own blind speed; NaN if above `highest_m_s`.

    For pulse periods in the ratio of whole numbers n it is mean(n) times the blind speed of their mean [skolnik, 3.3].
    """
    blind = blind_speeds_m_s(canceller)
    speeds = np.max(blind) * np.arange(1, int(highest_m_s / np.max(blind)) + 1)
    turns = speeds[:, None] / blind[None, :]
    common = np.all(np.abs(turns - np.round(turns)) <= tolerance * np.maximum(1.0, turns), axis=1)
    return float(speeds[np.argmax(common)]) if np.any(common) else float("nan")


def minimum_detectable_velocity_m_s(canceller: Canceller, below_mean_db: float = 3.0) -> float:
    """Lowest radial speed at which the response is `below_mean_db` below its mean over speeds or better, m/s."""
    if below_mean_db < 0.0:
        raise RangeError("the response is asked for at or below its mean: 0 dB or more")
    from scipy.optimize import brentq

    blind = blind_speeds_m_s(canceller)
    step = float(np.min(blind)) / 256.0
    speed = step
    while float(response_db(canceller, speed)) < -below_mean_db:
        speed += step
    return float(brentq(lambda v: float(response_db(canceller, v)) + below_mean_db, speed - step, speed, xtol=1e-9))


def visible_share(canceller: Canceller, fastest_m_s: float, below_mean_db: float = 3.0) -> float:
    """Share of the radial speeds from 0 to `fastest_m_s` at which the response is that near its mean or above."""
    slowest_blind = float(np.min(blind_speeds_m_s(canceller)))
    count = int(max(_SAMPLES, _SAMPLES * fastest_m_s / slowest_blind))
    speeds = (np.arange(count) + 0.5) * fastest_m_s / count
    return float(np.mean(response_db(canceller, speeds) >= -below_mean_db))


def improvement_factor_db(order: ArrayLike, prf_hz: ArrayLike, clutter_sigma_hz: ArrayLike) -> Floats:
    """Improvement factor of a canceller on clutter of a Gaussian spectrum about zero, dB.

    Exact: the mean gain on targets, sum w², over what it leaves of clutter, the sum over i and j of
    w_i w_j exp(-2 pi² sigma² (i - j)² / prf²), w the binomial weights. Narrow spectra: `narrow_improvement_db`.
    """
    ratio = np.asarray(clutter_sigma_hz, np.float64) / np.asarray(prf_hz, np.float64)
    if np.any(ratio <= 0.0):
        raise RangeError("the spread of clutter and the PRF lie above 0 Hz")
    return np.asarray(np.vectorize(_improvement_db, otypes=[np.float64])(order, ratio))


def narrow_improvement_db(order: ArrayLike, prf_hz: ArrayLike, clutter_sigma_hz: ArrayLike) -> Floats:
    """The same for spectra narrow against the PRF: 2^n / n! (prf / (2 pi sigma))^(2n), dB [skolnik, 3.7]."""
    from scipy.special import gammaln

    n = np.asarray(order, np.float64)
    turns = np.asarray(prf_hz, np.float64) / (2.0 * pi * np.asarray(clutter_sigma_hz))
    return to_db(2.0**n * np.exp(-gammaln(n + 1.0)) * turns ** (2.0 * n))


def spread_of_speeds_hz(speed_sigma_m_s: ArrayLike, frequency_hz: ArrayLike) -> Floats:
    """Spread of a clutter spectrum by that of the radial speeds in it: 2 sigma / wavelength, Hz."""
    return np.asarray(2.0 * np.asarray(speed_sigma_m_s, np.float64) / wavelength_m(frequency_hz))


def spread_of_scanning_hz(prf_hz: ArrayLike, pulses_in_beam: ArrayLike) -> Floats:
    """Spread that a turning Gaussian beam puts on fixed clutter: sqrt(ln 2) / pi prf / pulses, Hz [skolnik, 3.7].

    `pulses_in_beam` counts pulses between the one-way half-power points. It adds to other spreads in quadrature.
    """
    return np.asarray(sqrt(log(2.0)) / pi * np.asarray(prf_hz, np.float64) / np.asarray(pulses_in_beam))


def joint_limit_db(limit_db: ArrayLike) -> float:
    """Improvement that several independent limits leave together: their inverses add, dB."""
    return -float(to_db(np.sum(from_db(-np.asarray(limit_db, np.float64)))))


def _improvement_db(order: int, ratio: float) -> float:
    """Improvement factor of a canceller by spread over PRF.

    For narrow spectra the residue is the mean of the response (2 sin(pi f / prf))^2n over the spectrum, by
    Gauss-Hermite quadrature: the alternating sum over lags, used for wide ones, would cancel to nothing.
    """
    n = int(order)
    if ratio < _WIDE:
        nodes, weights = np.polynomial.hermite_e.hermegauss(80)
        left = float(np.sum(weights * (2.0 * np.sin(pi * ratio * nodes)) ** (2 * n)) / np.sum(weights))
    else:
        left = sum((-1) ** k * comb(2 * n, n + k) * exp(-2.0 * (pi * ratio * k) ** 2) for k in range(-n, n + 1))
    return float(to_db(comb(2 * n, n) / left))


@kernel
def _fill_gain(radial_m_s: Any, blind_m_s: Any, order: int, out: Any) -> None:
    for i in range(out.size):
        out[i] = velocity_gain(radial_m_s[i], blind_m_s, order)
