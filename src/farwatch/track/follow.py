"""A tracker over recorded plots: arrays in, a table of track states out."""

from dataclasses import dataclass

import numpy as np

from farwatch.errors import InputError, Problem
from farwatch.records import CLASS, CONFIRMED, PLOT, STATE
from farwatch.track.picture import EXTENT, Picture, advance
from farwatch.track.prepare import new_picture, settings

SHOWN = 0.5
"""Where existence decides, a confirmed track is shown while it exists with at least this probability."""

TURNS_KEPT, LEAST_ROOM = 4, 64
"""Turns of plots for which there is room for tentative tracks; slots and plots beyond that."""

LEAST_SCANS, ALIGNED_SHARE = 2, 1e-3
"""A radar stamps scans with one time where there are so many scans or more, and all their times lie within this share of
its period of whole periods."""


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """How a recording went: STATE[n] at the end of each batch, in time order, and the picture as it was at the end."""

    states: np.ndarray
    picture: Picture


def follow(
    plots: np.ndarray,
    radars: np.ndarray,
    tracker: np.ndarray | None = None,
    classes: np.ndarray | None = None,
    until_s: float | None = None,
) -> np.ndarray:
    """Track `plots` and return STATE rows: every confirmed track at the end of each radar's batch, in time order.

    plots: PLOT[n], any order, `radar_index` into radars: RADAR[k]; each radar hands its plots over `batches` times a
    period, from its phase on, or, where it stamps all plots of a scan with one time, at these times. tracker: TRACKER[1]
    (default `settings()`); classes: CLASS[] for identity. Runs until `until_s`, by default one period past the last plot.
    Raises InputError for plots without a radar or not finite.
    """
    return course(plots, radars, settings() if tracker is None else tracker, Informed(classes), until_s).states


@dataclass(frozen=True, slots=True, eq=False)
class Informed:
    """What is known beforehand of what may fly: CLASS[k], FILED[n] and LEG[m]; None: nothing."""

    classes: np.ndarray | None = None
    filed: np.ndarray | None = None
    legs: np.ndarray | None = None


def course(
    plots: np.ndarray, radars: np.ndarray, tracker: np.ndarray, informed: Informed, until_s: float | None = None
) -> Course:
    """`follow`, with the picture at the end, which has learned chances of detection and noise."""
    _check(plots, radars)
    known = np.zeros(0, CLASS) if informed.classes is None else informed.classes
    ordered = plots[np.lexsort((plots["azimuth_rad"], plots["range_m"], plots["time_s"]))]
    taken = [0] * radars.size
    of_radar = [np.ascontiguousarray(ordered[ordered["radar_index"] == r]) for r in range(radars.size)]
    batches = []
    for time_s, r in _batch_ends(of_radar, radars, until_s):
        first = taken[r]
        taken[r] = int(np.searchsorted(of_radar[r]["time_s"], time_s, side="right"))
        batches.append((time_s, r, of_radar[r][first : taken[r]]))
    picture = new_picture(tracker, radars.size, known, _room(batches, radars), informed.filed, informed.legs)
    rows = []
    for time_s, r, batch in batches:
        advance(picture, radars, r, time_s, batch, batch.size)
        rows.append(states_of(picture, time_s))
    return Course(np.concatenate(rows) if rows else np.zeros(0, STATE), picture)


def _room(batches: list[tuple[float, int, np.ndarray]], radars: np.ndarray) -> tuple[int, int]:
    """Slots for tracks, and for plots of a batch."""
    sizes = np.array([batch.size for _, _, batch in batches])
    if not sizes.size:
        return LEAST_ROOM, LEAST_ROOM
    turns = TURNS_KEPT * max(int(radars["batches"].sum()), 1)
    busiest = int(np.convolve(sizes, np.ones(turns, int)).max())
    return busiest + LEAST_ROOM, max(LEAST_ROOM, int(sizes.max()))


def _check(plots: np.ndarray, radars: np.ndarray) -> None:
    problems = []
    if plots.dtype != PLOT:
        problems.append(Problem("plots", str(plots.dtype), "must have the record type PLOT"))
    else:
        if ((plots["radar_index"] < 0) | (plots["radar_index"] >= radars.size)).any():
            problems.append(Problem("plots.radar_index", "", f"must point into {radars.size} radars"))
        measured = ("time_s", "range_m", "azimuth_rad", "elevation_rad")
        bad = [name for name in measured if not np.isfinite(plots[name]).all()]
        problems += [Problem(f"plots.{name}", "", "must be finite") for name in bad]
        for name in ("range_sigma_m", "azimuth_sigma_rad"):
            if (plots[name] <= 0).any():
                problems.append(Problem(f"plots.{name}", "", "must be greater than 0"))
    if problems:
        raise InputError("plots", problems)


def _batch_ends(of_radar: list[np.ndarray], radars: np.ndarray, until_s: float | None) -> list[tuple[float, int]]:
    """When each radar hands over a batch, in time order; ties by radar. of_radar: PLOT[] of each, in time order."""
    heard = [plots["time_s"] for plots in of_radar if plots.size]
    if not heard:
        return []
    first_s, last_s = min(float(times[0]) for times in heard), max(float(times[-1]) for times in heard)
    end_s = last_s + float(radars["period_s"].max()) if until_s is None else until_s
    ends: list[tuple[float, int]] = []
    for r in range(radars.size):
        stamps = shared_times(of_radar[r]["time_s"], float(radars["period_s"][r]))
        if stamps is None:
            step_s = float(radars["period_s"][r]) / max(int(radars["batches"][r]), 1)
            phase_s = float(radars["phase_s"][r])
            first, last = (int(np.ceil((edge_s - phase_s) / step_s)) for edge_s in (first_s, end_s))
            stamps = phase_s + step_s * np.arange(first, last + 1)
        ends += [(float(time_s), r) for time_s in stamps if time_s <= end_s or until_s is None]
    return sorted(ends)


def shared_times(times_s: np.ndarray, period_s: float) -> np.ndarray | None:
    """Times of scans whose plots all carry the scan's own time, one a period, those without plots too; else None.

    times_s: f8[n], ascending.
    """
    stamps = np.unique(times_s)
    if stamps.size < LEAST_SCANS:
        return None
    turns = (stamps - stamps[0]) / period_s
    whole = np.round(turns)
    if np.abs(turns - whole).max() > ALIGNED_SHARE or np.unique(whole).size < whole.size:
        return None
    every = stamps[0] + period_s * np.arange(int(whole[-1]) + 1)
    every[whole.astype(np.int64)] = stamps
    return np.asarray(every)


def states_of(picture: Picture, time_s: float) -> np.ndarray:
    """STATE rows of the confirmed tracks of a picture, carried to `time_s`."""
    tracks = picture.tracks[: picture.counters[EXTENT]]
    confirmed = tracks[tracks["status"] == CONFIRMED]
    existence = 1.0 / (1.0 + np.exp(-np.clip(confirmed["log_odds"], -40.0, 40.0)))
    if picture.tracker["drop_misses"][0] == 0:
        shown = existence >= SHOWN
        confirmed, existence = confirmed[shown], existence[shown]
    rows = np.zeros(confirmed.size, STATE)
    for name in STATE.names or ():
        if name in (confirmed.dtype.names or ()):
            rows[name] = confirmed[name]
    rows["time_s"], rows["existence_probability"] = time_s, existence
    ahead_s = time_s - confirmed["time_s"]
    mean = confirmed["mean"].copy()
    mean[:, :3] += ahead_s[:, None] * mean[:, 3:]
    for column, name in enumerate(("x_m", "y_m", "z_m", "vx_m_s", "vy_m_s", "vz_m_s")):
        rows[name] = mean[:, column]
    rows["covariance"] = _combined(confirmed, ahead_s)
    return rows


def _combined(tracks: np.ndarray, ahead_s: np.ndarray) -> np.ndarray:
    """Covariances f8[n, 6, 6] of TRACK[n], their models matched by one Gaussian and carried on in a straight line."""
    x, weight = tracks["x"][:, :, :6], tracks["weight"][:, :, None, None]
    off = x - tracks["mean"][:, None, :]
    p = (weight * (tracks["p"][:, :, :6, :6] + off[..., :, None] * off[..., None, :])).sum(1)
    step = np.broadcast_to(np.eye(6), p.shape).copy()
    for axis in range(3):
        step[:, axis, axis + 3] = ahead_s
    return np.asarray(step @ p @ step.transpose(0, 2, 1))
