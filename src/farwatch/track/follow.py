"""A tracker over recorded plots: arrays in, a table of track states out."""

import numpy as np

from farwatch.errors import InputError, Problem
from farwatch.records import CLASS, CONFIRMED, PLOT, STATE
from farwatch.track.picture import EXTENT, advance
from farwatch.track.prepare import new_picture, settings


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
    ordered = plots[np.lexsort((plots["azimuth_rad"], plots["range_m"], plots["time_s"]))]
    ends = _batch_ends(ordered, radars, until_s)
    per_period = max(64, plots.size)
    picture = new_picture(settings() if tracker is None else tracker, radars.size, known, per_period, per_period)
    taken = [0] * radars.size
    of_radar = [np.ascontiguousarray(ordered[ordered["radar_index"] == r]) for r in range(radars.size)]
    rows = []
    for time_s, r in ends:
        first = taken[r]
        taken[r] = int(np.searchsorted(of_radar[r]["time_s"], time_s, side="right"))
        batch = of_radar[r][first : taken[r]]
        advance(picture, radars, r, time_s, batch, batch.size)
        rows.append(_states(picture.tracks[: picture.counters[EXTENT]], time_s))
    return np.concatenate(rows) if rows else np.zeros(0, STATE)


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


def _states(tracks: np.ndarray, time_s: float) -> np.ndarray:
    """STATE rows of the confirmed ones among TRACK[n], carried to `time_s`."""
    confirmed = tracks[tracks["status"] == CONFIRMED]
    rows = np.zeros(confirmed.size, STATE)
    rows["time_s"] = time_s
    ahead = (time_s - confirmed["time_s"])[:, None]
    position = confirmed["mean"][:, :3] + ahead * confirmed["mean"][:, 3:]
    rows["x_m"], rows["y_m"], rows["z_m"] = position.T
    rows["vx_m_s"], rows["vy_m_s"], rows["vz_m_s"] = confirmed["mean"][:, 3:].T
    for name in STATE.names or ():
        if name in (confirmed.dtype.names or ()) and name != "time_s":
            rows[name] = confirmed[name]
    return rows
