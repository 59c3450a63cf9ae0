"""Tracks with hindsight: each state of a finished track, given all that came after it. Never for the live output.

The tracker's rows carry the filtered mean and covariance at each output. Between two rows the target is taken to fly
straight under white acceleration; how strong it was is read off the rows themselves: an update only ever takes
uncertainty away, so the noise between two rows is the least under which the later covariance lies within the predicted
one, and under which the later state is no wild jump. For a filter of one model this is the very noise it used, and the
result is the exact smoother.

Source: [rauch1965] Rauch, Tung, Striebel, "Maximum likelihood estimates of linear dynamic systems", AIAA Journal 3;
Bar-Shalom, Li, Kirubarajan 2001, section 8.6.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from farwatch.errors import InputError, Problem
from farwatch.records import STATE
from farwatch.track.fusion import vector
from farwatch.track.motion_models import NOISE_TIME_S

Floats = NDArray[np.float64]

_HALVINGS = 30
_SLACK = 1e-4  # of rounding, when covariances are held against each other
_JUMP = 12.6  # chi-square of 6 numbers, 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Smoothing:
    """How much the target is taken to have been pushed between two rows."""

    acceleration_m_s2: float | None = None
    """Deviation of pushes that last 4 s, the same for all rows; None: read off the rows."""
    least_m_s2: float = 0.05
    most_m_s2: float = 100.0
    """Bounds of what is read off."""


def smooth(states: np.ndarray, options: Smoothing | None = None) -> np.ndarray:
    """STATE[n] with mean, covariance and position_sigma_m given the whole of each track, in the order of `states`.

    states: STATE[n], rows of whole tracks in any order. Everything else in a row stays as it was known then. Raises
    InputError where rows are of another type, not finite, or without a covariance.
    """
    chosen = Smoothing() if options is None else options
    _check(states)
    better = states.copy()
    order = np.lexsort((states["time_s"], states["serial"]))
    if order.size < 2:
        return better
    rows = states[order]
    mean, covariance = vector(rows), rows["covariance"].copy()
    dt = np.diff(rows["time_s"])
    same = np.diff(rows["serial"]) == 0
    step = transitions(np.where(same, dt, 0.0))
    ahead = step @ covariance[:-1] @ np.swapaxes(step, -1, -2)
    unit = pushes(np.where(same, dt, 0.0))
    jump = mean[1:] - (step @ mean[:-1, :, None])[..., 0]
    density = densities(ahead, unit, covariance[1:], jump, chosen)
    predicted = ahead + density[:, None, None] * unit
    gain = np.swapaxes(np.linalg.solve(predicted, step @ covariance[:-1]), -1, -2)
    for k in np.flatnonzero(same)[::-1]:  # from the end of each track backwards
        mean[k] += gain[k] @ (mean[k + 1] - step[k] @ mean[k])
        spread = covariance[k] + gain[k] @ (covariance[k + 1] - predicted[k]) @ gain[k].T
        covariance[k] = 0.5 * (spread + spread.T)
    for i, name in enumerate(("x_m", "y_m", "z_m", "vx_m_s", "vy_m_s", "vz_m_s")):
        better[name][order] = mean[:, i]
    better["covariance"][order] = covariance
    better["position_sigma_m"][order] = np.sqrt(np.diagonal(covariance, axis1=1, axis2=2)[:, :3].max(axis=1))
    return better


def _check(states: np.ndarray) -> None:
    if states.dtype != STATE:
        raise InputError("states", [Problem("states", str(states.dtype), "must have the record type STATE")])
    problems = []
    if not (np.isfinite(vector(states)).all() and np.isfinite(states["time_s"]).all()):
        problems.append(Problem("states", "", "times, positions and velocities must be finite"))
    least = np.linalg.eigvalsh(np.nan_to_num(states["covariance"])).min(initial=np.inf)
    if not (np.isfinite(states["covariance"]).all() and least > 0):
        problems.append(Problem("states.covariance", "", "must be positive definite"))
    if problems:
        raise InputError("states", problems)


def transitions(dt_s: Floats) -> Floats:
    """Constant velocity over each of f8[n] seconds, f8[n, 6, 6]."""
    step = np.broadcast_to(np.eye(6), (dt_s.size, 6, 6)).copy()
    for i in range(3):
        step[:, i, i + 3] = dt_s
    return step


def pushes(dt_s: Floats) -> Floats:
    """Covariance f8[n, 6, 6] of white acceleration of unit power density over each of f8[n] seconds."""
    noise = np.zeros((dt_s.size, 6, 6))
    for i in range(3):
        noise[:, i, i], noise[:, i + 3, i + 3] = dt_s**3 / 3.0, dt_s
        noise[:, i, i + 3] = noise[:, i + 3, i] = dt_s**2 / 2.0
    return noise


def densities(ahead: Floats, unit: Floats, later: Floats, jump: Floats, options: Smoothing) -> Floats:
    """Power density (m2/s3) of the noise of each step f8[n]: given, or the least that explains the later row."""
    if options.acceleration_m_s2 is not None:
        return np.full(jump.shape[0], 2.0 * options.acceleration_m_s2**2 * NOISE_TIME_S)
    root = np.linalg.cholesky(later)

    def inside(matrix: Floats) -> Floats:
        half = np.linalg.solve(root, matrix)
        return np.asarray(np.linalg.solve(root, np.swapaxes(half, -1, -2)))

    fixed, grown = inside(ahead), inside(unit)
    low = np.full(jump.shape[0], np.log(2.0 * options.least_m_s2**2 * NOISE_TIME_S))
    high = np.full(jump.shape[0], np.log(2.0 * options.most_m_s2**2 * NOISE_TIME_S))
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        density = np.exp(middle)[:, None, None]
        covers = np.linalg.eigvalsh(fixed + density * grown)[:, 0] >= 1.0 - _SLACK
        far = (jump * np.linalg.solve(ahead + density * unit, jump[..., None])[..., 0]).sum(axis=-1)
        enough = covers & (far <= _JUMP)
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    return np.asarray(np.exp(high))
