"""The losses of a radar by name, and how to compute those that follow from its figures.

A budget says how often each loss is met: once (the line of one way, processing) or on both ways (the air). See
`docs/models/losses.md`.

Sources: [barton] Barton, "Radar System Analysis and Modeling", ch. 1 and 5; [skolnik] Skolnik, "Introduction to Radar
Systems", 3rd ed., section 2.12; [harris1978] Harris, "On the use of windows for harmonic analysis", Proc. IEEE 66, 51.
"""

from dataclasses import dataclass
from math import pi

import numpy as np
from numpy.typing import ArrayLike, NDArray

from farwatch.detect.equation import LIGHT_M_S, from_db, to_db
from farwatch.errors import InputError, Problem, RangeError

Floats = NDArray[np.float64]

WINDOWS = ("uniform", "hann", "hamming", "blackman")


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """One named loss, how often an echo meets it (1 or 2), and where the figure is from."""

    name: str
    loss_db: float
    passes: int = 1
    source: str = ""

    def __post_init__(self) -> None:
        problems = []
        if not (np.isfinite(self.loss_db) and self.loss_db >= 0.0):
            problems.append(Problem("loss_db", f"{self.loss_db:g}", "a loss is 0 dB or more", "a gain is no loss"))
        if self.passes not in {1, 2}:
            problems.append(Problem("passes", str(self.passes), "an echo meets a loss once or twice", "1 or 2"))
        if problems:
            raise InputError(f"loss {self.name}", problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class LossBudget:
    """Named losses that add; printing it gives the table."""

    losses: tuple[Loss, ...]

    @property
    def total_db(self) -> float:
        """What an echo loses in all, dB."""
        return sum(loss.loss_db * loss.passes for loss in self.losses)

    def __str__(self) -> str:
        rows = [(loss.name, f"{loss.loss_db:.2f} dB", "both ways" if loss.passes == 2 else "once",
                 loss.source) for loss in self.losses]
        wide = max([len(row[0]) for row in rows] + [len("total")])
        lines = [f"{name:<{wide}}  {value:>8}  {passes:<9}  {source}".rstrip() for name, value, passes, source in rows]
        return "\n".join([*lines, f"{'total':<{wide}}  {self.total_db:5.2f} dB"])


def scan_loss_db(off_deg: ArrayLike, exponent: float = 1.3) -> Floats:
    """What an echo loses on an array steered off broadside, both ways: -20 exponent log10 cos, dB."""
    off = np.abs(np.asarray(off_deg, np.float64))
    if np.any(off > 75.0):
        raise RangeError("an array is steered up to 75 degrees off broadside")
    return np.asarray(-2.0 * exponent * to_db(np.cos(np.radians(off))))


def mean_scan_loss_db(half_sector_deg: float, exponent: float = 1.3) -> float:
    """The loss whose ratio is the mean over a sector that is looked at evenly, dB."""
    nodes, weights = np.polynomial.legendre.leggauss(64)
    gain = from_db(-scan_loss_db(half_sector_deg * nodes, exponent))
    return -float(to_db(0.5 * np.sum(weights * gain)))


def uneclipsed_share(range_m: ArrayLike, pulse_width_s: float, prf_hz: float) -> Floats:
    """Share of an echo's pulse that returns while the receiver is open, 0 to 1; ranges fold at c / (2 prf)."""
    period_s = _duty_checked(pulse_width_s, prf_hz)
    delay_s = np.mod(2.0 * np.asarray(range_m, np.float64) / LIGHT_M_S, period_s)
    return np.asarray(np.clip(np.minimum(delay_s, period_s - delay_s) / pulse_width_s, 0.0, 1.0))


def eclipsing_loss_db(range_m: ArrayLike, pulse_width_s: float, prf_hz: float) -> Floats:
    """Loss of an eclipsed echo in a filter matched to the whole pulse: its share squared, dB; inf where all is lost."""
    share = uneclipsed_share(range_m, pulse_width_s, prf_hz)
    with np.errstate(divide="ignore"):
        return np.asarray(-2.0 * to_db(share))


def mean_eclipsing_loss_db(pulse_width_s: float, prf_hz: float) -> float:
    """The loss whose ratio is the mean over all ranges, 1 - 4/3 of the duty factor, dB; duty factors up to 1/2."""
    duty = pulse_width_s / _duty_checked(pulse_width_s, prf_hz)
    return -float(to_db(1.0 - 4.0 * duty / 3.0))


def blind_range_m(pulse_width_s: ArrayLike, recovery_s: ArrayLike = 0.0) -> Floats:
    """Range within which the transmitter is still on when the echo begins to return, c (width + recovery) / 2, m."""
    return np.asarray(0.5 * LIGHT_M_S * (np.asarray(pulse_width_s, np.float64) + np.asarray(recovery_s)))


def gate_straddle_loss_db(gate_count: float) -> tuple[float, float]:
    """Loss between range gates for a matched filter on a plain pulse: the mean and the worst, dB.

    The filter's output is a triangle; `gate_count` gates lie in one pulse width. The mean is that of power.
    """
    if gate_count < 1.0:
        raise RangeError("range gates lie at most a pulse width apart")
    half = 0.5 / gate_count
    mean = 1.0 - half + half * half / 3.0
    return -float(to_db(mean)), -float(to_db((1.0 - half) ** 2))


def weighting_loss_db(window: str, pulses: int = 1024) -> float:
    """SNR that weighting `pulses` against sidelobes costs: N sum w² / (sum w)², dB [harris1978, noise bandwidth]."""
    w = window_weights(window, pulses)
    return float(to_db(pulses * np.sum(w**2) / np.sum(w) ** 2))


def filter_straddle_loss_db(window: str, pulses: int = 1024) -> tuple[float, float]:
    """Loss between Doppler filters 1/N of the PRF apart: the mean and the worst, dB [harris1978, scalloping]."""
    w = window_weights(window, pulses)
    nodes, weights = np.polynomial.legendre.leggauss(24)
    off = np.concatenate([0.25 * (nodes + 1.0), [0.5]])
    turns = np.exp(2j * pi * off[:, None] * np.arange(pulses)[None, :] / pulses)
    power = (np.abs(turns @ w) / np.sum(w)) ** 2
    return -float(to_db(0.5 * np.sum(weights * power[:-1]))), -float(to_db(power[-1]))


def coherent_gain_db(pulses: int, window: str = "uniform") -> float:
    """SNR gained by summing `pulses` in phase through a weighted filter, dB: 10 log10 N less the weighting loss."""
    return float(to_db(pulses)) - weighting_loss_db(window, pulses)


def window_weights(window: str, pulses: int) -> Floats:
    """Periodic weights of a window by name. Raises InputError for an unknown one, RangeError below 1 pulse."""
    terms = {"uniform": (1.0,), "hann": (0.5, 0.5), "hamming": (0.54, 0.46), "blackman": (0.42, 0.5, 0.08)}
    if window not in terms:
        raise InputError("losses", [Problem("window", window, "unknown window", f"known are {', '.join(WINDOWS)}")])
    if pulses < 1:
        raise RangeError("a filter needs one pulse or more")
    turn = 2.0 * pi * (np.arange(pulses) + 0.5) / pulses
    return np.asarray(sum((-1) ** k * a * np.cos(k * turn) for k, a in enumerate(terms[window])), np.float64)


def _duty_checked(pulse_width_s: float, prf_hz: float) -> float:
    """Pulse period, s; refuses duty factors above a half."""
    if not 0.0 < pulse_width_s * prf_hz <= 0.5:
        raise RangeError("eclipsing is known for duty factors above 0 and up to 1/2")
    return 1.0 / prf_hz
