"""Detection statistics on arrays: the public face of `gamma` and `swerling`.

All arguments broadcast like numpy's. SNR is the mean signal-to-noise ratio of one pulse; the detector is square-law
and sums `pulses` of them. Equations, sources, validity and measured error: `docs/models/detection-statistics.md`.
"""

from math import exp, log
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from farwatch.compiled import allocating_kernel, kernel
from farwatch.detect.chi_square import pd_gamma_echo
from farwatch.detect.swerling import CASES, marcum_q, pd_given, snr_needed, snr_needed_shape, threshold_of
from farwatch.errors import InputError, Problem, RangeError

Floats = NDArray[np.float64]

_KEPT = 2048
_TO_LOG = log(10.0) / 10.0


def pd(swerling: ArrayLike, snr_db: ArrayLike, pulses: ArrayLike, pfa: ArrayLike) -> Floats:
    """Probability of detection, exact, for Swerling cases 0 to 4.

    Broadcasts; returns float64. Raises RangeError outside pulses >= 1 and 0 < pfa < 1, InputError for another case.
    """
    _check(swerling, pulses, pfa)
    out = np.empty(np.broadcast_shapes(*(np.shape(given) for given in (swerling, snr_db, pulses, pfa))))
    case, count = (np.array(np.broadcast_to(given, out.shape), np.int64) for given in (swerling, pulses))
    snr, chance = (np.array(np.broadcast_to(given, out.shape), np.float64) for given in (snr_db, pfa))
    _fill_pd(case.reshape(-1), snr.reshape(-1), count.reshape(-1), chance.reshape(-1), out.reshape(-1))
    return out


def pd_shape(shape: ArrayLike, snr_db: ArrayLike, pulses: ArrayLike, pfa: ArrayLike) -> Floats:
    """Probability of detection when the energy of the dwell is gamma of any `shape` (chi-square, 2 shape degrees)."""
    _check(0, pulses, pfa)
    _check_shape(shape)
    return np.asarray(np.vectorize(_pd_shape, otypes=[np.float64])(shape, snr_db, pulses, pfa))


def threshold(pfa: ArrayLike, pulses: ArrayLike) -> Floats:
    """Threshold on the sum of `pulses` noise powers of mean one, passed by noise with chance `pfa`."""
    _check(0, pulses, pfa)
    return np.asarray(np.vectorize(threshold_of, otypes=[np.float64])(pfa, np.asarray(pulses, np.int64)))


def threshold_db(pfa: ArrayLike, pulses: ArrayLike) -> Floats:
    """The same threshold in decibels of noise power."""
    return np.asarray(10.0 * np.log10(threshold(pfa, pulses)))


def required_snr(pd: ArrayLike, pfa: ArrayLike, pulses: ArrayLike = 1, swerling: ArrayLike = 0) -> Floats:
    """Mean SNR per pulse in decibels at which the probability of detection is `pd`.

    NaN where noise alone already detects more often than `pd`.
    """
    _check(swerling, pulses, pfa)
    _check_required(pd, pulses, pfa)
    case = np.asarray(swerling, np.int64)
    return np.asarray(np.vectorize(_required, otypes=[np.float64])(case, pd, np.asarray(pulses, np.int64), pfa))


def required_snr_shape(shape: ArrayLike, pd: ArrayLike, pfa: ArrayLike, pulses: ArrayLike = 1) -> Floats:
    """Mean SNR per pulse in decibels at which `pd_shape` is `pd`.

    NaN where noise alone already detects more often than `pd`, or where 120 dB are not enough.
    """
    _check_shape(shape)
    _check_required(pd, pulses, pfa)
    count = np.asarray(pulses, np.int64)
    return np.asarray(np.vectorize(_required_shape, otypes=[np.float64])(shape, pd, count, pfa))


def marcum(order: ArrayLike, a: ArrayLike, b: ArrayLike) -> Floats:
    """Generalised Marcum function Q_M(a, b) of whole order M >= 1."""
    if np.any(np.asarray(order) < 1):
        raise RangeError("the order of Marcum's function must be 1 or more")
    return np.asarray(np.vectorize(marcum_q, otypes=[np.float64])(np.asarray(order, np.int64), a, b))


def fluctuation_loss_db(swerling: ArrayLike, pd: ArrayLike, pfa: ArrayLike, pulses: ArrayLike = 1) -> Floats:
    """Extra SNR a fluctuating echo needs over a steady one."""
    return required_snr(pd, pfa, pulses, swerling) - required_snr(pd, pfa, pulses, 0)


def integration_gain_db(pd: ArrayLike, pfa: ArrayLike, pulses: ArrayLike) -> Floats:
    """SNR per pulse that summing `pulses` saves on a steady echo against one pulse."""
    return required_snr(pd, pfa, 1, 0) - required_snr(pd, pfa, pulses, 0)


def integration_loss_db(pd: ArrayLike, pfa: ArrayLike, pulses: ArrayLike) -> Floats:
    """What summing powers loses against summing amplitudes in phase."""
    return np.asarray(10.0 * np.log10(np.asarray(pulses, np.float64))) - integration_gain_db(pd, pfa, pulses)


def threshold_real_db(pfa: ArrayLike) -> Floats:
    """Threshold on one real Gaussian sample, 20 log10 of the normal quantile [skolnik, ch. 2]."""
    from scipy.stats import norm

    return np.asarray(20.0 * np.log10(norm.isf(pfa)))


def pfa_of_false_alarm_time(false_alarm_time_s: ArrayLike, bandwidth_hz: ArrayLike) -> Floats:
    """Probability of false alarm with one decision per 1/bandwidth and one false alarm per time [marcum1947]."""
    return np.asarray(1.0 / (np.asarray(false_alarm_time_s) * np.asarray(bandwidth_hz)))


def _check(swerling: ArrayLike, pulses: ArrayLike, pfa: ArrayLike) -> None:
    if not np.all(np.isin(swerling, CASES)):
        problem = Problem("swerling", str(swerling), "unknown fluctuation case", "cases are 0, 1, 2, 3, 4")
        raise InputError("detection statistics", [problem])
    if not np.all(np.asarray(pulses) >= 1):
        raise RangeError("the number of pulses must be 1 or more")
    chance = np.asarray(pfa)
    if not np.all((chance > 0.0) & (chance < 1.0)):
        raise RangeError("a probability of false alarm lies between 0 and 1")


def _check_required(pd: ArrayLike, pulses: ArrayLike, pfa: ArrayLike) -> None:
    _check(0, pulses, pfa)
    if not np.all((np.asarray(pd) > 0.0) & (np.asarray(pd) < 1.0)):
        raise RangeError("a required probability of detection lies between 0 and 1")


def _check_shape(shape: ArrayLike) -> None:
    given = np.asarray(shape, np.float64)
    if not np.all((given >= 1e-3) & (given <= 1e12)):
        raise RangeError("the shape of the fluctuation lies between 0.001 and 1e12; a steady echo is Swerling case 0")


@allocating_kernel
def _fill_pd(case: Any, snr_db: Any, pulses: Any, pfa: Any, out: Any) -> None:
    """Row by row; the thresholds met last are kept, because most tables repeat a few (pulses, pfa) pairs."""
    kept_pulses = np.zeros(_KEPT, np.int64)
    kept_pfa = np.zeros(_KEPT)
    kept = np.zeros(_KEPT)
    for i in range(out.size):
        slot = (pulses[i] * 613 + int(-1e6 * log(pfa[i]))) % _KEPT
        if kept_pulses[slot] != pulses[i] or kept_pfa[slot] != pfa[i]:
            kept_pulses[slot] = pulses[i]
            kept_pfa[slot] = pfa[i]
            kept[slot] = threshold_of(pfa[i], pulses[i])
        out[i] = pd_given(case[i], exp(snr_db[i] * _TO_LOG), pulses[i], kept[slot], pfa[i])


@kernel
def _pd_shape(shape: float, snr_db: float, pulses: int, pfa: float) -> float:
    return float(pd_gamma_echo(shape, 10.0 ** (snr_db / 10.0), int(pulses), threshold_of(pfa, int(pulses))))


@kernel
def _required(case: int, pd: float, pulses: int, pfa: float) -> float:
    snr = snr_needed(case, pd, pulses, threshold_of(pfa, pulses))
    return float(10.0 * np.log10(snr))


@kernel
def _required_shape(shape: float, pd: float, pulses: int, pfa: float) -> float:
    snr = snr_needed_shape(shape, pd, pulses, threshold_of(pfa, pulses))
    return float(10.0 * np.log10(snr))
