"""Figures as civil surveillance states them, held against limits: updates, errors, gaps, false and duplicate tracks.

Definitions follow the terms of EUROCAE ED-142 and ED-87 as the open evaluation program COMPASS applies them; where its
rules for a single report do not fit a picture of tracks, the docstrings say what is counted here.
"""

from dataclasses import dataclass
from math import nan, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from farwatch.track.continuity import Course, Initiation, mean, quantile, ratio
from farwatch.track.instants import Floats, Scene
from farwatch.track.matching import Matches
from farwatch.track.standards import Limit, Number, Standard

GAP_INTERVALS = 3.0
STANDING_M_S = 1.0
"""Below this speed over the ground a target has no direction to split its error by."""

SECONDS_PER_HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class Errors:
    """Errors of matched tracks, m; a bias is the mean with its sign: ahead along the flight, to its right, up."""

    horizontal_rms_m: float
    horizontal_95_m: float
    """95 in 100 are not larger."""
    along_rms_m: float
    along_bias_m: float
    across_rms_m: float
    across_bias_m: float
    vertical_rms_m: float
    vertical_bias_m: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """A figure, the limit it was held against, and whether it is met (None: the figure could not be had)."""

    limit: Limit
    figure_number: Number
    met: bool | None


@dataclass(frozen=True, slots=True)
class Surveillance:
    """The surveillance figures of a whole run."""

    update_interval_s: float
    gap_s: float
    update_probability: float
    """Share of the update intervals of all targets in which the target had a matched track."""
    updates_expected: int
    long_gaps: int
    """Times longer than `gap_s` without a matched track, after a target's first."""
    long_gap_probability: float
    """Long gaps for each update interval expected."""
    longest_gap_s: float
    errors: Errors
    false_report_share: float
    """Share of track states that are near no target."""
    false_tracks: int
    false_tracks_per_h: float
    duplicate_share: float
    """Share of track states that are a second track of a target."""
    duplicate_tracks: int
    """Tracks that were a second one at half of their instants or more."""
    verdicts: tuple[Verdict, ...]

    @property
    def passed(self) -> bool:
        """Whether every limit is met."""
        return all(verdict.met for verdict in self.verdicts)


def surveillance(
    seen: Scene, way: Course, found: Matches, serials: Any, started: Initiation, standard: Standard
) -> Surveillance:
    """The figures, and what they are worth by a standard. `serials` is SERIAL[]."""
    interval_s = standard.update_interval_s or seen.step_s
    gap_s = standard.gap_s or GAP_INTERVALS * interval_s
    expected, updated = _updates(seen, way, interval_s)
    gaps_s = _gaps_s(seen, way)
    long_gaps = int((gaps_s > gap_s + 1e-9).sum())
    reports, spare = seen.tracks.instant.size, int((found.nearest >= 0).sum())
    assigned = int((found.held >= 0).sum()) + spare
    false_tracks, hours = int(serials["false"].sum()), float(seen.weight_s.sum()) / SECONDS_PER_HOUR
    figures = {
        "update_probability": ratio(updated, expected),
        "long_gap_probability": ratio(long_gaps, expected),
        "false_report_share": ratio(reports - assigned, reports),
        "false_tracks_per_h": ratio(false_tracks, hours),
        "duplicate_share": ratio(spare, reports),
    }
    errors = _errors(seen, found)
    told = figures | {"initiation_median_s": started.median_s, "initiation_90_s": started.late_s}
    told |= {name: getattr(errors, name) for name in Errors.__dataclass_fields__}
    return Surveillance(
        update_interval_s=interval_s,
        gap_s=gap_s,
        updates_expected=expected,
        long_gaps=long_gaps,
        longest_gap_s=float(gaps_s.max(initial=0.0)),
        errors=errors,
        false_tracks=false_tracks,
        duplicate_tracks=int((2 * serials["redundant"] >= serials["points"]).sum()),
        verdicts=tuple(_verdict(limit, told[limit.figure]) for limit in standard.limits),
        **figures,
    )


def _verdict(limit: Limit, value: float) -> Verdict:
    if not np.isfinite(value):
        return Verdict(limit, None, None)
    low_enough = limit.most is None or value <= limit.most
    return Verdict(limit, value, low_enough and (limit.least is None or value >= limit.least))


def _updates(seen: Scene, way: Course, interval_s: float) -> tuple[int, int]:
    """Whole update intervals of all stretches that targets were there, and how many held a matched track.

    Intervals are counted from the stretch's first instant; its last instant stands for its step. A rest of half an
    interval or more at the end counts as one, and so does a shorter stretch.
    """
    if way.row.size == 0 or interval_s <= 0.0:
        return way.row.size, int((way.track >= 0).sum())
    weight_s, times = seen.weight_s[way.instant], seen.time_s[way.instant]
    starts = np.flatnonzero(way.opening)
    ends = np.append(starts[1:], way.row.size) - 1
    stretch = np.cumsum(way.opening) - 1
    lasted_s = times[ends] + weight_s[ends] - times[starts]
    expected = np.maximum(np.floor(lasted_s / interval_s + 0.5).astype(np.int64), 1)
    number = np.floor((times - times[starts][stretch]) / interval_s + 1e-6).astype(np.int64)
    number = np.minimum(number, expected[stretch] - 1)
    hit = way.track >= 0
    hits = np.unique(np.stack([stretch[hit], number[hit]]), axis=1).shape[1]
    return int(expected.sum()), hits


def _gaps_s(seen: Scene, way: Course) -> Floats:
    """Times without a matched track: between two in a stretch, before the first of a later one, after the last.

    The time before a target's first track is no gap: `Initiation` tells it.
    """
    times = seen.time_s[way.instant]
    hit = way.track >= 0
    since = np.full(way.row.size, -1)
    index = np.arange(way.row.size)
    since[hit] = index[hit]
    last_hit = np.maximum.accumulate(since) if since.size else since
    begun = np.maximum.accumulate(np.where(way.opening, index, 0)) if since.size else since
    before = np.append(-1, last_hit[:-1])[: way.row.size]
    known = before >= 0
    known[known] &= way.name[before[known]] == way.name[known]  # the target had a track before
    anchor = np.maximum(before, begun)
    ends = np.append(way.opening[1:], True)[: way.row.size]
    told = known & (hit | ends)
    return np.asarray((times - times[anchor])[told]) if way.row.size else np.zeros(0)


def _errors(seen: Scene, found: Matches) -> Errors:
    rows = np.flatnonzero(found.held >= 0)
    apart = seen.tracks.position_m[found.held[rows]] - seen.truth.position_m[rows]
    heading = seen.truth.velocity_m_s[rows, :2]
    speed = np.hypot(heading[:, 0], heading[:, 1])
    moving = speed > STANDING_M_S  # NaN is not
    unit = heading[moving] / speed[moving, None]
    east, north = apart[moving, 0], apart[moving, 1]
    along, across = east * unit[:, 0] + north * unit[:, 1], east * unit[:, 1] - north * unit[:, 0]
    flat = np.hypot(apart[:, 0], apart[:, 1])
    return Errors(
        horizontal_rms_m=_rms(flat),
        horizontal_95_m=quantile(flat, 0.95),
        along_rms_m=_rms(along),
        along_bias_m=mean(along),
        across_rms_m=_rms(across),
        across_bias_m=mean(across),
        vertical_rms_m=_rms(apart[:, 2]),
        vertical_bias_m=mean(apart[:, 2]),
    )


def _rms(values: NDArray[Any]) -> float:
    return sqrt(float((values**2).mean())) if values.size else nan
