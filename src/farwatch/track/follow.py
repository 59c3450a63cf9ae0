"""A tracker over recorded plots: arrays in, a table of track states out."""

import numpy as np

from farwatch.errors import InputError, Problem
from farwatch.records import CLASS, CONFIRMED, PLOT, STATE
from farwatch.track.picture import EXTENT, Picture, advance
from farwatch.track.prepare import new_picture, settings

SHOWN = 0.5
"""Where existence decides, a confirmed track is shown while it is there, and in sight, with at least this probability."""

TURNS_KEPT = 4
"""Turns of plots for which there is room for tentative tracks."""


def follow(
    plots: np.ndarray,
    radars: np.ndarray,
    tracker: np.ndarray | None = None,
    classes: np.ndarray | None = None,
    until_s: float | None = None,
) -> np.ndarray:
    """Track `plots` and return STATE rows: every confirmed track at the end of each radar's batch, in time order.

    plots: PLOT[n], any order, `radar_index` into radars: RADAR[k]; each radar hands its plots over `batches` times a
    period, from its phase on. tracker: TRACKER[1] (default `settings()`); classes: CLASS[] for identity. Runs until
    `until_s`, by default one period past the last plot. Raises InputError for plots without a radar or not finite.
    """
    _check(plots, radars)
    known = np.zeros(0, CLASS) if classes is None else classes
    chosen = settings() if tracker is None else tracker
    ordered = plots[np.lexsort((plots["azimuth_rad"], plots["range_m"], plots["time_s"]))]
    ends = _batch_ends(ordered, radars, until_s)
    taken = [0] * radars.size
    of_radar = [np.ascontiguousarray(ordered[ordered["radar_index"] == r]) for r in range(radars.size)]
    batches = []
    for time_s, r in ends:
        first = taken[r]
        taken[r] = int(np.searchsorted(of_radar[r]["time_s"], time_s, side="right"))
        batches.append((time_s, r, of_radar[r][first : taken[r]]))
    largest = max((batch.size for _, _, batch in batches), default=0)
    picture = new_picture(chosen, radars.size, known, *_room(batches, radars, largest))
    rows = []
    for time_s, r, batch in batches:
        advance(picture, radars, r, time_s, batch, batch.size)
        rows.append(states_of(picture, time_s))
    return np.concatenate(rows) if rows else np.zeros(0, STATE)


def _room(batches: list[tuple[float, int, np.ndarray]], radars: np.ndarray, largest: int) -> tuple[int, int]:
    """Slots for tracks, and for plots of a batch."""
    slices = int(radars["batches"].sum()) if radars.size else 1
    sizes = np.array([batch.size for _, _, batch in batches])
    turns = max(TURNS_KEPT * max(slices, 1), 1)
    busiest = int(np.convolve(sizes, np.ones(turns, int)).max()) if sizes.size else 0
    return max(64, min(busiest, int(sizes.sum())) + 64), max(64, largest)


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


def _batch_ends(ordered: np.ndarray, radars: np.ndarray, until_s: float | None) -> list[tuple[float, int]]:
    """When each radar hands over a batch, in time order; ties by radar."""
    if ordered.size == 0 or radars.size == 0:
        return []
    first_s, last_s = float(ordered["time_s"][0]), float(ordered["time_s"][-1])
    end_s = last_s + float(radars["period_s"].max()) if until_s is None else until_s
    ends = []
    for r in range(radars.size):
        step_s = float(radars["period_s"][r]) / max(int(radars["batches"][r]), 1)
        phase_s = float(radars["phase_s"][r])
        first = int(np.ceil((first_s - phase_s) / step_s))
        last = int(np.ceil((end_s - phase_s) / step_s))
        ends += [(phase_s + k * step_s, r) for k in range(first, last + 1)]
    return sorted(ends)


def states_of(picture: Picture, time_s: float) -> np.ndarray:
    """STATE rows of the confirmed tracks of a picture, carried to `time_s`."""
    tracks = picture.tracks[: picture.counters[EXTENT]]
    confirmed = tracks[tracks["status"] == CONFIRMED]
    existence = 1.0 / (1.0 + np.exp(-np.clip(confirmed["log_odds"], -40.0, 40.0)))
    if picture.tracker["drop_misses"][0] == 0:
        shown = existence * (1.0 - confirmed["hidden_probability"]) >= SHOWN
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
