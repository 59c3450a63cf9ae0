"""Plots that come late: held back for a while and put in order, or taken up by a track that has moved on.

Holding back costs delay and needs no theory. What is later than the hold can still be used: the track is carried back
to the plot's time with what is known of the noise since then, and forward again, without processing anything twice.
With the states after every update since then it equals having had the plot in time; with only the state before the
plot and the one now, it is algorithm A1 for one lag, exact too, and Al1 for more.

Sources: [barshalom2002] Bar-Shalom, "Update with out-of-sequence measurements in tracking: exact solution", IEEE
AES-38 (algorithm A). [barshalom2004] Bar-Shalom, Chen, Mallick, "One-step solution for the multistep out-of-sequence
measurement problem in tracking", IEEE AES-40 (algorithm Al1). [rauch1965] see `smoothing`; the covariance of the state
now with a smoothed one is the product of the gains between, Koch, Govaers 2011, "On accumulated state densities".
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from farwatch.errors import InputError, Problem
from farwatch.records import PLOT
from farwatch.track.bias_model import expected, over
from farwatch.track.smoothing import pushes, transitions

Floats = NDArray[np.float64]


class Released(NamedTuple):
    """What one hand-over gives."""

    ready: np.ndarray  # PLOT[], in order of time, none older than any released before
    late: np.ndarray  # PLOT[], came after their time had been released
    held: np.ndarray  # PLOT[], still waiting
    horizon_s: float  # everything up to here has been released


class Reordered(NamedTuple):
    """A whole recording, held back."""

    plots: np.ndarray  # PLOT[], in order of time
    late: np.ndarray  # PLOT[], in order of arrival
    needed_s: float  # the hold with which none would be late


class Known(NamedTuple):
    """A state at one time: position and velocity."""

    time_s: float
    mean: Floats  # f8[6], m and m/s
    covariance: Floats  # f8[6, 6]


class Retrodicted(NamedTuple):
    """A state carried back to an earlier time, given everything since."""

    mean: Floats  # f8[6]
    covariance: Floats  # f8[6, 6]
    cross: Floats  # f8[6, 6], covariance of the state now with the state then


def release(held: np.ndarray, arrived: np.ndarray, horizon_s: float, now_s: float, hold_s: float) -> Released:
    """One hand-over at clock `now_s`: plots older than now_s - hold_s are ready, those older than `horizon_s` late.

    held: PLOT[] of the last hand-over (none at first), arrived: PLOT[] new ones; horizon_s: that of the last
    hand-over, -inf at first. Ties in time go by radar, range and azimuth, so the order of arrival does not matter.
    """
    _check(arrived, hold_s)
    is_late = arrived["time_s"] < horizon_s
    waiting = _in_order(np.concatenate([held, arrived[~is_late]]))
    limit_s = max(horizon_s, now_s - hold_s)
    due = waiting["time_s"] <= limit_s
    return Released(waiting[due], arrived[is_late], waiting[~due], limit_s)


def reorder(plots: np.ndarray, arrival_s: ArrayLike, hold_s: float) -> Reordered:
    """A recording of PLOT[n] that arrived at f8[n]: what a hold of `hold_s` puts in order, and what stays late."""
    _check(plots, hold_s)
    arrival = np.asarray(arrival_s, float)
    if arrival.shape != plots.shape or not np.isfinite(arrival).all():
        rule = "must be one finite time for each plot"
        raise InputError("arrival_s", [Problem("arrival_s", str(arrival.shape), rule)])
    delay = arrival - plots["time_s"]
    is_late = delay > hold_s
    late = plots[is_late][np.argsort(arrival[is_late], kind="stable")]
    return Reordered(_in_order(plots[~is_late]), late, float(delay.max(initial=0.0)))


def _check(plots: np.ndarray, hold_s: float) -> None:
    problems = []
    if plots.dtype != PLOT:
        problems.append(Problem("plots", str(plots.dtype), "must have the record type PLOT"))
    if not hold_s >= 0.0:
        problems.append(Problem("hold_s", repr(hold_s), "must be 0 or more"))
    if problems:
        raise InputError("plots", problems)


def _in_order(plots: np.ndarray) -> np.ndarray:
    return plots[np.lexsort((plots["azimuth_rad"], plots["range_m"], plots["radar_index"], plots["time_s"]))]


# Late updates -----------------------------------------------------------------------------------------------


def retrodict(history: Sequence[Known], time_s: float, density_m2_s3: float) -> Retrodicted:
    """The state at `time_s` given all that went into the last of `history`.

    history: the track after its updates, ascending in time, from one not after `time_s` on; exact if none between is
    left out. Motion is constant velocity under white acceleration of that power density. Raises InputError where the
    times do not allow it.
    """
    times = [known.time_s for known in history]
    if not times or not times[0] <= time_s <= times[-1] or any(b < a for a, b in pairwise(times)):
        rule = "must ascend, begin not after the late plot and end not before it"
        raise InputError("retrodict", [Problem("history", f"times {times}, plot {time_s}", rule)])
    last = max(i for i, known in enumerate(history) if known.time_s <= time_s)
    path = [_ahead(history[last], time_s, density_m2_s3)[0], *history[last + 1 :]]
    mean, covariance, chain = history[-1].mean, history[-1].covariance, np.eye(6)
    for known, later in reversed(list(pairwise(path))):
        predicted, step = _ahead(known, later.time_s, density_m2_s3)
        gain = np.linalg.solve(predicted.covariance, step @ known.covariance).T
        mean = known.mean + gain @ (mean - predicted.mean)
        covariance = known.covariance + gain @ (covariance - predicted.covariance) @ gain.T
        chain = gain @ chain
    return Retrodicted(mean, 0.5 * (covariance + covariance.T), history[-1].covariance @ chain.T)


def _ahead(known: Known, time_s: float, density_m2_s3: float) -> tuple[Known, Floats]:
    """A state predicted to a later time, and the transition f8[6, 6]."""
    dt = np.array([time_s - known.time_s])
    step = transitions(dt)[0]
    spread = step @ known.covariance @ step.T + density_m2_s3 * pushes(dt)[0]
    return Known(time_s, step @ known.mean, spread), step


def late_update(now: Known, then: Retrodicted, innovation: Floats, rows: Floats, noise: Floats) -> Known:
    """`now` with a late measurement taken up.

    innovation: f8[m], measured minus expected at `then.mean`; rows: f8[m, 6], its derivative by the state there;
    noise: f8[m, m], its covariance.
    """
    cross = then.cross @ rows.T
    gain = np.linalg.solve(rows @ then.covariance @ rows.T + noise, cross.T).T
    spread = now.covariance - gain @ cross.T
    return Known(now.time_s, now.mean + gain @ innovation, 0.5 * (spread + spread.T))


def late_plot(history: Sequence[Known], plot: Any, radar: Any, density_m2_s3: float) -> Known:
    """The last of `history` with a late PLOT of a RADAR taken up, linearised at the state carried back.

    history and density_m2_s3 as in `retrodict`; elevation is used only where it was measured.
    """
    then = retrodict(history, float(plot["time_s"]), density_m2_s3)
    told = expected(radar, then.mean[None, :3], then.mean[None, 3:], np.zeros(7))
    sigma = np.array([plot["range_sigma_m"], plot["azimuth_sigma_rad"], plot["elevation_sigma_rad"]])
    used = np.flatnonzero(sigma > 0.0)
    rows = np.hstack([told.by_place[0], np.zeros((3, 3))])[used]
    innovation = over(np.array([plot], PLOT), told.report)[0][used]
    return late_update(history[-1], then, innovation, rows, np.diag(sigma[used] ** 2))
