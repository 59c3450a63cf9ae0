"""A tracker over recorded plots: arrays in, a table of track states out."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from farwatch.compiled import kernel
from farwatch.errors import InputError, Problem
from farwatch.records import CLASS, CONFIRMED, PLOT, STATE
from farwatch.track.existence import probability
from farwatch.track.filter import noise_density, pair_density
from farwatch.track.motion_models import PAIR
from farwatch.track.picture import EXTENT, Picture, advance
from farwatch.track.prepare import new_picture, settings

SHOWN = 0.5
"""Where existence decides, a confirmed track is shown while it exists with at least this probability."""

TURNS_KEPT, LEAST_ROOM = 4, 64
"""Turns of plots for which there is room for tentative tracks; slots and plots beyond that."""

ROWS = 20_000
"""States written before the table grows."""

BATCH = np.dtype([("time_s", "f8"), ("radar_index", "i8"), ("first", "i8"), ("size", "i8")], align=True)
"""Plots that one radar hands over at one time: `size` of them, from place `first` on."""

LEAST_SCANS, ALIGNED_SHARE = 2, 1e-3
"""A radar stamps scans with one time where there are so many scans or more, and all their times lie within this share
of its period of whole periods."""


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
    period, from its phase on, or, where it stamps all plots of a scan with one time, at these times. tracker:
    TRACKER[1] (default `settings()`); classes: CLASS[] for identity. Runs until `until_s`, by default one to two
    periods past the last plot. Raises InputError for plots without a radar or not finite.
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
    ordered = plots[np.lexsort((plots["azimuth_rad"], plots["range_m"], plots["time_s"], plots["radar_index"]))]
    batches = _batches(ordered, radars, until_s)
    picture = new_picture(tracker, radars.size, known, _room(batches, radars), informed.filed, informed.legs)
    parts, done = [], 0
    while done < batches.size:
        rows = np.zeros(max(ROWS, 2 * picture.tracks.size), STATE)
        done, count = play_batches(picture, radars, ordered, batches, done, rows)
        parts.append(rows[:count])
    return Course(np.concatenate(parts) if parts else np.zeros(0, STATE), picture)


@kernel
def play_batches(picture: Picture, radars: Any, plots: Any, batches: Any, done: int, rows: Any) -> Any:
    """Advance a picture by BATCH[n], from the one after `done` on, as long as `rows` (STATE[]) has room for its tracks.

    plots: PLOT[], those of each batch together. Returns how many batches are done, and how many rows were written.
    """
    count = 0
    while done < batches.size and rows.size - count >= picture.tracks.size:
        batch = batches[done]
        first, size = batch["first"], batch["size"]
        advance(picture, radars, batch["radar_index"], batch["time_s"], plots[first : first + size], size)
        count = write_states(picture, batch["time_s"], rows, count)
        done += 1
    return done, count


def _room(batches: np.ndarray, radars: np.ndarray) -> tuple[int, int]:
    """Slots for tracks, and for plots of a batch."""
    if not batches.size:
        return LEAST_ROOM, LEAST_ROOM
    turns = TURNS_KEPT * max(int(radars["batches"].sum()), 1)
    busiest = int(np.convolve(batches["size"], np.ones(turns, int)).max())
    return busiest + LEAST_ROOM, max(LEAST_ROOM, int(batches["size"].max()))


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


def _batches(ordered: np.ndarray, radars: np.ndarray, until_s: float | None) -> np.ndarray:
    """BATCH[n]: when each radar hands over which plots, in time order; ties by radar.

    ordered: PLOT[], those of each radar together and in time order.
    """
    if not ordered.size:
        return np.zeros(0, BATCH)
    end_s = float(ordered["time_s"].max() + 2.0 * radars["period_s"].max()) if until_s is None else until_s
    parts = []
    for r in range(radars.size):
        first, last = np.searchsorted(ordered["radar_index"], [r, r + 1])
        times_s = ordered["time_s"][first:last]
        ends_s = _ends(times_s, radars[r], float(ordered["time_s"].min()), end_s)
        cuts = first + np.searchsorted(times_s, ends_s, side="right")
        part = np.zeros(ends_s.size, BATCH)
        part["time_s"], part["radar_index"] = ends_s, r
        part["first"] = np.concatenate([[first], cuts[:-1]]) if ends_s.size else 0
        part["size"] = cuts - part["first"]
        parts.append(part)
    batches = np.concatenate(parts)
    return batches[np.lexsort((batches["radar_index"], batches["time_s"]))]


def _ends(times_s: np.ndarray, radar: np.void, first_s: float, end_s: float) -> np.ndarray:
    """When one radar hands over its batches, from the first plot of all to `end_s`."""
    period_s = float(radar["period_s"])
    stamps = shared_times(times_s, period_s)
    if stamps is not None:
        more = max(int((end_s - stamps[-1]) / period_s + ALIGNED_SHARE), 0)
        stamps = np.concatenate([stamps, stamps[-1] + period_s * np.arange(1, more + 1)])
        return np.asarray(stamps[stamps <= end_s + ALIGNED_SHARE * period_s])
    step_s, phase_s = period_s / max(int(radar["batches"]), 1), float(radar["phase_s"])
    first, last = np.ceil((first_s - phase_s) / step_s), np.floor((end_s - phase_s) / step_s + ALIGNED_SHARE)
    return np.asarray(phase_s + step_s * np.arange(first, last + 1))


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


@kernel
def write_states(picture: Picture, time_s: float, rows: Any, count: int) -> int:
    """Write the confirmed tracks of a picture, carried to `time_s`, into `rows` from `count` on; the new count."""
    by_existence = picture.tracker[0]["drop_misses"] == 0
    for i in range(picture.counters[EXTENT]):
        track = picture.tracks[i]
        if track["status"] != CONFIRMED:
            continue
        exists = probability(track["log_odds"])
        if by_existence and exists < SHOWN:
            continue
        row = rows[count]
        write_state(track, time_s, row, picture.tracker[0])
        row["existence_probability"] = exists
        count += 1
    return count


@kernel
def write_state(track: Any, time_s: float, row: Any, tracker: Any) -> None:
    """One TRACK as a STATE row, carried in a straight line to `time_s`, pushed as its models expect.

    The models are matched by one Gaussian.
    """
    ahead_s, mean = time_s - track["time_s"], track["mean"]
    row["time_s"], row["serial"] = time_s, track["serial"]
    row["x_m"], row["y_m"], row["z_m"] = (
        mean[0] + ahead_s * mean[3], mean[1] + ahead_s * mean[4], mean[2] + ahead_s * mean[5]
    )  # fmt: skip
    row["vx_m_s"], row["vy_m_s"], row["vz_m_s"] = mean[3], mean[4], mean[5]
    p, x, covariance = track["p"], track["x"], row["covariance"]
    for a in range(6):
        for b in range(6):
            covariance[a, b] = 0.0
            for m in range(x.shape[0]):
                spread = (x[m, a] - mean[a]) * (x[m, b] - mean[b])
                covariance[a, b] += track["weight"][m] * (p[m, min(a, b), max(a, b)] + spread)
    carry(covariance, ahead_s)
    if ahead_s > 0.0:
        push_m2_s3 = 0.0
        for m in range(x.shape[0]):
            push_m2_s3 += track["weight"][m] * push_of(tracker, m)
        for a in range(3):
            covariance[a, a] += push_m2_s3 * ahead_s**3 / 3.0
            covariance[a, a + 3] += push_m2_s3 * ahead_s**2 / 2.0
            covariance[a + 3, a] += push_m2_s3 * ahead_s**2 / 2.0
            covariance[a + 3, a + 3] += push_m2_s3 * ahead_s
    row["position_sigma_m"], row["hit_s"] = track["position_sigma_m"], track["hit_s"]
    row["born_s"], row["confirmed_s"] = track["born_s"], track["confirmed_s"]
    row["identity"], row["class_index"] = track["identity"], track["class_index"]
    row["hostile_probability"] = track["hostile_probability"]
    row["mode_a"], row["address"], row["truth"] = track["mode_a"], track["address"], track["truth"]


@kernel
def push_of(tracker: Any, m: int) -> float:
    """Power density (m2/s3) of the pushes of model `m`: of the pair's, or of the one that the tracker names."""
    if tracker["model_kind"][m] == PAIR:
        return float(pair_density(tracker, m))
    return float(noise_density(tracker["model_acceleration_m_s2"][m]))


@kernel
def carry(covariance: Any, ahead_s: float) -> None:
    """Carry a covariance f8[6, 6] in a straight line over `ahead_s`, in place."""
    for a in range(3):
        for b in range(6):
            covariance[a, b] += ahead_s * covariance[a + 3, b]
    for b in range(3):
        for a in range(6):
            covariance[a, b] += ahead_s * covariance[a, b + 3]
