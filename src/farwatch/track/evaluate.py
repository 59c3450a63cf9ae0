"""How good tracks are over time, against truth: `score(tracks, truth)`.

Two matchings answer two questions. GOSPA and OSPA assign each instant anew, as their definitions ask. Everything about
identity rests on a matching with memory: a pair stays while the track is within the gate.

Sources: [gospa] Rahmathullah, Garcia-Fernandez, Svensson 2017; [switching] Garcia-Fernandez, Rahmathullah, Svensson
2020, one step after the other; [ospa] Schuhmacher, Vo, Vo 2008. Those of the other figures stand where they are made.
"""

from dataclasses import dataclass
from math import nan
from typing import Any

import numpy as np

from farwatch.errors import InputError, Problem
from farwatch.records import PLOT, STATE, TRUTH
from farwatch.track.continuity import (
    Course,
    Identity,
    Initiation,
    SiapSet,
    course,
    identity,
    initiation,
    mean,
    serial_table,
    siap_set,
    target_table,
)
from farwatch.track.honesty import Honesty, judged, squares
from farwatch.track.instants import Floats, Ints, Scene, scene
from farwatch.track.matching import Matches, matches
from farwatch.track.options import ScoreOptions
from farwatch.track.surveillance import Surveillance, surveillance

__all__ = ["Gospas", "Score", "ScoreOptions", "score"]


@dataclass(frozen=True, slots=True, eq=False)
class Gospas:
    """GOSPA and OSPA at each instant, and their means.

    At each instant distance^p = localisation^p + c^p / 2 (missed + false_tracks) + switching^p. `mean_m` and its like
    are means over instants; `typical_m` is the p-th root of the mean p-th power, whose parts add up:
    typical^p = localisation^p + missed^p + false^p, and with the switches typical^p + switching^p.
    """

    time_s: Floats
    distance_m: Floats
    """Without switching."""
    localisation_m: Floats
    missed: Ints
    false_tracks: Ints
    switching_m: Floats
    ospa_m: Floats
    mean_m: float
    mean_with_switching_m: float
    mean_ospa_m: float
    mean_missed_number: float
    mean_false_number: float
    typical_m: float
    localisation_part_m: float
    missed_part_m: float
    false_part_m: float
    switching_part_m: float
    pair_error_m: float
    """Mean distance of an assigned pair."""


@dataclass(frozen=True, slots=True, eq=False)
class Score:
    """What `score` finds. Figures that nothing can be said of are NaN."""

    options: ScoreOptions
    from_s: float
    until_s: float
    """First and last instant compared."""
    instants: int
    step_s: float
    truth_points: int
    track_points: int
    skipped_truth: int
    skipped_tracks: int
    """Rows that were left out: not finite, or told again by a later row."""
    gospa: Gospas
    siap: SiapSet
    identity: Identity
    initiation: Initiation
    surveillance: Surveillance
    position_nees: Honesty
    state_nees: Honesty
    """Of matched states at their own time with a covariance; the full state where truth tells its velocity."""
    targets: Any
    """TARGET[]: one row for each target."""
    tracks: Any
    """SERIAL[]: one row for each track."""


def score(
    tracks: np.ndarray,
    truth: np.ndarray,
    options: ScoreOptions | None = None,
    plots: np.ndarray | None = None,
) -> Score:
    """Judge `tracks` (STATE[n]) by `truth` (TRUTH[m]), in the same axes; both in any order, either may be empty.

    plots: PLOT[k] whose `truth` names targets, to time the first track from the first plot too. Rows that are not
    finite are left out and counted. Raises InputError for other record types and for options that mean nothing.
    """
    asked = ScoreOptions() if options is None else options
    asked.check()
    _check(tracks, truth, plots)
    seen = scene(tracks, truth, asked.timing)
    found = matches(seen, asked.cutoff_m, asked.reach_m, asked.p, asked.dimensions)
    way = course(seen, found.held)
    targets, serials = target_table(seen, way, found, asked.from_s), serial_table(seen, way, found)
    started = _initiation(seen, targets, asked.from_s, plots)
    position, state = _nees(seen, found, asked.dimensions)
    return Score(
        options=asked,
        from_s=float(seen.time_s[0]) if seen.time_s.size else nan,
        until_s=float(seen.time_s[-1]) if seen.time_s.size else nan,
        instants=seen.time_s.size,
        step_s=seen.step_s,
        truth_points=seen.truth.instant.size,
        track_points=seen.tracks.instant.size,
        skipped_truth=seen.skipped_truth,
        skipped_tracks=seen.skipped_tracks,
        gospa=_gospas(seen, found, asked),
        siap=siap_set(seen, way, found, float(targets["longest_s"].sum()), asked.dimensions),
        identity=identity(seen, found, targets, serials, asked.dimensions),
        initiation=started,
        surveillance=surveillance(seen, way, found, serials, started, asked.standard),
        position_nees=position,
        state_nees=state,
        targets=targets,
        tracks=serials,
    )


def _check(tracks: np.ndarray, truth: np.ndarray, plots: np.ndarray | None) -> None:
    wanted = [("tracks", tracks, STATE, "STATE"), ("truth", truth, TRUTH, "TRUTH")]
    wanted += [] if plots is None else [("plots", plots, PLOT, "PLOT")]
    problems = [
        Problem(name, str(rows.dtype), f"must have the record type {record}")
        for name, rows, layout, record in wanted
        if rows.dtype != layout
    ]
    if problems:
        raise InputError("score", problems)


def _gospas(seen: Scene, found: Matches, asked: ScoreOptions) -> Gospas:
    count, p, c = seen.time_s.size, asked.p, asked.cutoff_m**asked.p
    n, m = np.diff(seen.truth.first), np.diff(seen.tracks.first)
    rows = np.flatnonzero(found.gospa >= 0)
    at = seen.truth.instant[rows]
    d = asked.dimensions
    apart = seen.tracks.position_m[found.gospa[rows], :d] - seen.truth.position_m[rows, :d]
    distance_m = np.sqrt((apart**2).sum(axis=1))
    local = np.asarray(np.bincount(at, distance_m**p, count), np.float64)
    paired = np.bincount(at, minlength=count)
    missed, false_tracks = n - paired, m - paired
    switching = asked.penalty_m**p * _switches(course(seen, found.gospa), count)
    whole = local + 0.5 * c * (missed + false_tracks)
    larger = np.maximum(np.maximum(n, m), 1)
    ospa_m: Floats = ((local + c * (np.maximum(n, m) - paired)) / larger) ** (1.0 / p)
    parts = whole, local, 0.5 * c * missed, 0.5 * c * false_tracks, switching
    typical, local_part, missed_part, false_part, switched = (mean(part) ** (1.0 / p) for part in parts)
    return Gospas(
        time_s=seen.time_s,
        distance_m=whole ** (1.0 / p),
        localisation_m=local ** (1.0 / p),
        missed=missed,
        false_tracks=false_tracks,
        switching_m=switching ** (1.0 / p),
        ospa_m=ospa_m,
        mean_m=mean(whole ** (1.0 / p)),
        mean_with_switching_m=mean((whole + switching) ** (1.0 / p)),
        mean_ospa_m=mean(ospa_m),
        mean_missed_number=mean(missed),
        mean_false_number=mean(false_tracks),
        typical_m=typical,
        localisation_part_m=local_part,
        missed_part_m=missed_part,
        false_part_m=false_part,
        switching_part_m=switched,
        pair_error_m=mean(distance_m),
    )


def _switches(way: Course, instants: int) -> Floats:
    """Switches at each instant: 1 for a target that passes to another track, 1/2 where it loses or regains one.

    The first track that a target ever has is no switch.
    """
    before = np.append(-1, way.track[:-1])[: way.track.size]
    same = np.append(False, np.diff(way.name) == 0)[: way.track.size]
    matched = np.cumsum(way.track >= 0)
    start = np.searchsorted(way.name, way.name)
    had = matched - (way.track >= 0) > np.append(0, matched)[start]
    changed = same & had & (way.track != before)
    worth = np.where((way.track >= 0) & (before >= 0), 1.0, 0.5)
    return np.asarray(np.bincount(way.instant[changed], worth[changed], instants), np.float64)


def _nees(seen: Scene, found: Matches, dimensions: int) -> tuple[Honesty, Honesty]:
    """NEES of the position and of position and velocity, where a state stands at its own time."""
    rows = np.flatnonzero(found.held >= 0)
    columns = found.held[rows]
    own = seen.tracks.exact[columns]
    rows, columns = rows[own], columns[own]
    axes = np.arange(dimensions)
    error = np.concatenate([
        seen.tracks.position_m[columns] - seen.truth.position_m[rows],
        seen.tracks.velocity_m_s[columns] - seen.truth.velocity_m_s[rows],
    ], axis=1)  # fmt: skip
    covariance = seen.states["covariance"][seen.tracks.source[columns]]
    error[~seen.truth.exact[rows], 3:] = np.nan  # a velocity from places is no truth in a turn
    whole = np.append(axes, axes + 3)
    return judged(squares(error, covariance, axes), axes.size), judged(squares(error, covariance, whole), whole.size)


def _initiation(seen: Scene, targets: Any, from_s: float, plots: np.ndarray | None) -> Initiation:
    appeared_s = seen.appeared_s[np.searchsorted(seen.targets, targets["target"])]
    if plots is None:
        return initiation(targets, from_s, appeared_s, None)
    first_s = np.full(seen.targets.size, np.inf)
    place = np.searchsorted(seen.targets, plots["truth"])
    known = place < seen.targets.size
    known[known] &= seen.targets[place[known]] == plots["truth"][known]
    np.minimum.at(first_s, place[known], plots["time_s"][known])
    first_s[~np.isfinite(first_s)] = np.nan
    return initiation(targets, from_s, appeared_s, first_s[np.searchsorted(seen.targets, targets["target"])])
