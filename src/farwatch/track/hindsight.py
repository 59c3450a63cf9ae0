"""Hindsight on what the tracker put out: its rows are taken back to the plots they rest on, smoothed, and told again.

A row is the track carried in a straight line to the time of output, without growing less sure on the way. Taken back
the same way to its last plot it is the filter's own state after that update, which is what `smoothing` takes. At a time
of output between two plots the smoothed state is that of the same motion, given both (Rauch, Tung, Striebel 1965, with
one step more). Rows after the last plot of a track stay as they were: nothing later is known.
"""

import numpy as np
from numpy.typing import NDArray

from farwatch.track.fusion import vector
from farwatch.track.smoothing import Smoothing, densities, pushes, smooth, transitions

Floats = NDArray[np.float64]

AXES = ("x_m", "y_m", "z_m", "vx_m_s", "vy_m_s", "vz_m_s")


def with_hindsight(states: np.ndarray, options: Smoothing | None = None) -> np.ndarray:
    """STATE[n] of `follow`, in the same order, with mean and covariance given the whole of each track.

    Everything else in a row stays as it was known then. Raises InputError as `smoothing.smooth` does.
    """
    told = states.copy()
    order = np.lexsort((states["time_s"], states["serial"]))
    rows = states[order]
    after = taken_back(rows[_nodes(rows)])
    better = smooth(after, options)
    same = np.append(after["serial"][1:] == after["serial"][:-1], False)
    place = _places(rows, after)
    which = np.flatnonzero(same[place])
    k = place[which]
    density = _densities(after, options or Smoothing())
    mean, covariance = _between(rows["time_s"][which], after[k], better[k + 1], density[k])
    chosen = order[which]
    for i, name in enumerate(AXES):
        told[name][chosen] = mean[:, i]
    told["covariance"][chosen] = covariance
    spread = np.diagonal(covariance, axis1=1, axis2=2)[:, :3]
    told["position_sigma_m"][chosen] = np.sqrt(spread.max(axis=1)) if chosen.size else 0.0
    return told


def _nodes(rows: np.ndarray) -> NDArray[np.int64]:
    """Rows that rest on a plot later than all before them of their track."""
    latest = np.full(rows.size, False)
    last_s, serial = -np.inf, None
    for i, (of, hit_s) in enumerate(zip(rows["serial"].tolist(), rows["hit_s"].tolist(), strict=True)):
        latest[i] = of != serial or hit_s > last_s
        last_s, serial = (hit_s if latest[i] else last_s), of
    return np.flatnonzero(latest)


def _places(rows: np.ndarray, after: np.ndarray) -> NDArray[np.int64]:
    """For each row the last of STATE[m] `after` that is of its track and not later; both by track, then time.

    That may be a plot that came to light only after the row, where sensors hand their plots over at different times.
    """
    if not rows.size:
        return np.zeros(0, np.int64)
    span_s = float(np.ptp(np.append(rows["time_s"], after["time_s"]))) + 1.0
    _, number = np.unique(np.append(rows["serial"], after["serial"]), return_inverse=True)
    ours = rows["time_s"] + span_s * number[: rows.size]
    theirs = after["time_s"] + span_s * number[rows.size :]
    return np.asarray(np.searchsorted(theirs, ours, side="right") - 1)


def taken_back(rows: np.ndarray) -> np.ndarray:
    """STATE[n] in a straight line back to their last plots, where those are earlier."""
    moved = rows.copy()
    back_s = np.minimum(rows["hit_s"] - rows["time_s"], 0.0)
    step = transitions(back_s)
    moved["time_s"] += back_s
    mean = (step @ vector(rows)[..., None])[..., 0]
    for i, name in enumerate(AXES):
        moved[name] = mean[:, i]
    spread = step @ rows["covariance"] @ np.swapaxes(step, 1, 2)
    moved["covariance"] = 0.5 * (spread + np.swapaxes(spread, 1, 2))
    return moved


def _densities(after: np.ndarray, options: Smoothing) -> Floats:
    """Power density of the pushes after each of STATE[n], until the next of its track."""
    if after.size < 2:
        return np.zeros(after.size)
    same = after["serial"][1:] == after["serial"][:-1]
    dt_s = np.where(same, np.diff(after["time_s"]), 1.0)
    step = transitions(dt_s)
    ahead = step @ after["covariance"][:-1] @ np.swapaxes(step, 1, 2)
    jump = vector(after)[1:] - (step @ vector(after)[:-1, :, None])[..., 0]
    return np.append(densities(ahead, pushes(dt_s), after["covariance"][1:], jump, options), 0.0)


def _between(time_s: Floats, before: np.ndarray, later: np.ndarray, density: Floats) -> tuple[Floats, Floats]:
    """Mean f8[n, 6] and covariance at f8[n], given filtered STATE[n] before and smoothed STATE[n] after each."""
    noise = density[:, None, None]
    until_s, rest_s = time_s - before["time_s"], later["time_s"] - time_s
    first, second = transitions(until_s), transitions(rest_s)
    mean = (first @ vector(before)[..., None])[..., 0]
    spread = first @ before["covariance"] @ np.swapaxes(first, 1, 2) + noise * pushes(until_s)
    ahead = second @ spread @ np.swapaxes(second, 1, 2) + noise * pushes(rest_s)
    gain = np.swapaxes(np.linalg.solve(ahead, second @ spread), 1, 2)
    mean = mean + (gain @ (vector(later)[..., None] - second @ mean[..., None]))[..., 0]
    spread = spread + gain @ (later["covariance"] - ahead) @ np.swapaxes(gain, 1, 2)
    return mean, np.asarray(0.5 * (spread + np.swapaxes(spread, 1, 2)))
