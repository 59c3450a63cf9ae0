"""Passive sensors: hearing an emitter, its bearing, and the fix that several bearings give.

The link is one way. A bearing has no range; two or more cross. See `docs/models/cooperative-and-passive.md`.

Sources: [stansfield1947] Stansfield, "Statistical theory of D.F. fixing", J. IEE 94 IIIA, 762; [torrieri1984] Torrieri,
"Statistical theory of passive location systems", IEEE Trans. AES 20, 183; [wiley] Wiley, "ELINT", ch. 5 and 6.
"""

from dataclasses import dataclass
from math import pi

import numpy as np
from numpy.typing import ArrayLike, NDArray

from farwatch.detect.equation import from_db, path_loss_db, wavelength_m
from farwatch.errors import RangeError

Floats = NDArray[np.float64]

_RAYS = 4096


def intercept_range_m(
    erp_dbw: ArrayLike, frequency_hz: ArrayLike, gain_dbi: ArrayLike, needed_dbw: ArrayLike
) -> Floats:
    """Range at which an emitter is received with the power a sensor needs, free space, m.

    `erp_dbw` is sent toward the sensor (main beam or sidelobe), `needed_dbw` the sensitivity at the antenna port.
    """
    margin_db = np.asarray(erp_dbw, np.float64) + np.asarray(gain_dbi) - np.asarray(needed_dbw)
    return np.asarray(from_db(margin_db - path_loss_db(frequency_hz, 1.0)) ** 0.5)


def intercept_snr_db(
    erp_dbw: ArrayLike, frequency_hz: ArrayLike, gain_dbi: ArrayLike, noise_dbw: ArrayLike, range_m: ArrayLike
) -> Floats:
    """SNR of an emitter at a sensor, free space, dB."""
    received = np.asarray(erp_dbw, np.float64) + np.asarray(gain_dbi) - path_loss_db(frequency_hz, range_m)
    return np.asarray(received - np.asarray(noise_dbw))


def interferometer_sigma_rad(
    baseline_m: ArrayLike, frequency_hz: ArrayLike, off_rad: ArrayLike, snr: ArrayLike
) -> Floats:
    """Bearing sigma of a phase interferometer: wavelength / (2 pi d cos off sqrt(snr)), rad [wiley]; snr is a ratio."""
    if np.any(np.abs(np.asarray(off_rad)) >= 0.5 * pi):
        raise RangeError("an interferometer measures less than 90 degrees off its broadside")
    across = 2.0 * pi * np.asarray(baseline_m, np.float64) * np.cos(off_rad) * np.sqrt(snr)
    return np.asarray(wavelength_m(frequency_hz) / across)


def amplitude_sigma_rad(beam_rad: ArrayLike, squint_rad: ArrayLike, snr: ArrayLike) -> Floats:
    """Bearing sigma of two squinted Gaussian beams compared in decibels, at the crossover, rad; snr a ratio, >> 1.

    The logarithm of each channel's power errs by sqrt(2 / snr); their difference grows by 8 ln 2 squint / beam² a
    radian, `squint_rad` the angle between their axes, and both channels are the crossover loss weaker than the peak.
    """
    half = 0.5 * np.asarray(squint_rad, np.float64) / np.asarray(beam_rad)
    crossover = np.exp(-4.0 * np.log(2.0) * half**2)
    slope = 8.0 * np.log(2.0) * np.asarray(squint_rad) / np.asarray(beam_rad, np.float64) ** 2
    return np.asarray(2.0 / np.sqrt(np.asarray(snr) * crossover) / slope)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fix:
    """Accuracy of a fix in the plane: covariance of east and north (2, 2) m2, and its ellipse of one sigma."""

    covariance_m2: Floats
    major_m: float
    minor_m: float
    major_azimuth_deg: float

    @property
    def rms_m(self) -> float:
        """Root mean square distance from the truth, m."""
        return float(np.hypot(self.major_m, self.minor_m))

    def radius_m(self, probability: float = 0.5) -> float:
        """Radius about the truth that holds a fix with a probability; 0.5 gives the circular error probable, m."""
        from scipy.optimize import brentq

        if not 0.0 < probability < 1.0:
            raise RangeError("a probability lies between 0 and 1")
        most = self.major_m * float(np.sqrt(-2.0 * np.log1p(-probability)))
        return float(brentq(lambda r: self._within(r) - probability, 0.0, most * 1.000001, xtol=1e-9 * most))

    def _within(self, radius_m: float) -> float:
        """Chance to lie within a radius: the normal law integrated along rays."""
        turn = 2.0 * pi * (np.arange(_RAYS) + 0.5) / _RAYS
        a, b = self.major_m, max(self.minor_m, 1e-3 * self.major_m)
        steep = (np.cos(turn) / a) ** 2 + (np.sin(turn) / b) ** 2
        return float(np.mean(-np.expm1(-0.5 * radius_m**2 * steep) / steep) / (a * b))


def fix_of_bearings(sensor_m: ArrayLike, target_m: ArrayLike, sigma_rad: ArrayLike) -> Fix:
    """Accuracy of the best fix from bearings of two sensors or more [stansfield1947; torrieri1984].

    `sensor_m` (n, 2) and `target_m` (2,) are east and north in a plane, `sigma_rad` one sigma for all or (n,). Raises
    RangeError for fewer than two sensors, a sensor on the target, or bearings that do not cross.
    """
    away = np.asarray(target_m, np.float64) - np.atleast_2d(np.asarray(sensor_m, np.float64))
    distance = np.hypot(away[:, 0], away[:, 1])
    if len(away) < 2 or np.any(distance <= 0.0):
        raise RangeError("a fix needs two sensors or more, none of them on the target")
    across = np.stack([away[:, 1], -away[:, 0]], axis=1) / (distance[:, None] ** 2 * _column(sigma_rad, len(away)))
    information = across.T @ across
    weakest, strongest = np.linalg.eigvalsh(information)
    if weakest <= 1e-12 * strongest:
        raise RangeError("the bearings lie on one line and do not cross")
    covariance = np.asarray(np.linalg.inv(information), np.float64)
    values, vectors = np.linalg.eigh(covariance)
    return Fix(
        covariance_m2=covariance, major_m=float(np.sqrt(values[1])), minor_m=float(np.sqrt(values[0])),
        major_azimuth_deg=float(np.degrees(np.arctan2(vectors[0, 1], vectors[1, 1])) % 180.0),
    )


def _column(sigma_rad: ArrayLike, count: int) -> Floats:
    sigma = np.broadcast_to(np.asarray(sigma_rad, np.float64), (count,))
    if np.any(sigma <= 0.0):
        raise RangeError("the sigma of a bearing is above 0")
    return np.asarray(sigma[:, None])
