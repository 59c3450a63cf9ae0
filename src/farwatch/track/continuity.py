"""Who was followed by what over time: the SIAP set, CLEAR MOT, IDF1, purity, switches, breaks and first tracks.

Every figure rests on the same matching, in which a pair stays while it is within the gate. Tracks that are left over
within the gate of a target count as redundant, and not as false.

Sources: [siap] Votruba et al., Single Integrated Air SiapSet (SIAP) Metrics Implementation, 2001; [clear] Bernardin and
Stiefelhagen, Evaluating Multiple Object Tracking Performance: The CLEAR MOT Metrics, 2008; [idf1] Ristani et al.,
Performance Measures and a Data Set for Multi-Target, Multi-Camera Tracking, 2016.
"""

from dataclasses import dataclass
from math import nan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from farwatch.track.assign import assign, new_room
from farwatch.track.instants import Floats, Ints, Scene
from farwatch.track.matching import Matches

MOSTLY, HARDLY = 0.8, 0.2
"""A target is mostly tracked at this share of its instants or more, mostly lost below the other [clear]."""

TARGET = np.dtype([
    ("target", "i8"), ("first_s", "f8"), ("last_s", "f8"), ("points", "i8"), ("matched", "i8"), ("tracks", "i8"),
    ("switches", "i8"), ("breaks", "i8"), ("longest_s", "f8"), ("initiation_s", "f8"),
])  # fmt: skip
"""One target: instants at which it was there and was tracked, how many tracks it had, how long the longest unbroken one
lasted, and how long after its first row of truth the first track came (NaN: never, or it was there before)."""

SERIAL = np.dtype([
    ("serial", "i8"), ("first_s", "f8"), ("last_s", "f8"), ("points", "i8"), ("matched", "i8"), ("redundant", "i8"),
    ("target", "i8"), ("purity_share", "f8"), ("false", "?"),
])  # fmt: skip
"""One track: instants at which it was there, matched a target, or was a second track of one; its main target (-1: none)
and the share of its instants on it. It is false if it was near no target at more than half of its instants."""


@dataclass(frozen=True, slots=True)
class SiapSet:
    """SIAP attributes over the whole time [siap]; errors are means over every track that belongs to a target."""

    completeness_share: float
    ambiguity_ratio: float
    spuriousness_share: float
    position_error_m: float
    velocity_error_m_s: float
    number_changes_per_s: float
    longest_segment_share: float


@dataclass(frozen=True, slots=True)
class Identity:
    """CLEAR MOT [clear], IDF1 [idf1] and what became of the tracks' identity."""

    mota_ratio: float
    motp_m: float
    """Mean error of matched pairs."""
    misses: int
    surplus: int
    """Track states without a target of their own: false and redundant ones."""
    switches: int
    """A target is matched by another track than the last time."""
    breaks: int
    """A target's track is lost and comes back, or another comes."""
    idf1_share: float
    id_precision_share: float
    id_recall_share: float
    purity_share: float
    """Share of all track instants that were on the track's main target."""
    mostly_tracked: int
    partly_tracked: int
    mostly_lost: int


@dataclass(frozen=True, slots=True)
class Initiation:
    """How long after its first row of truth, or after its first plot, a target had its first track."""

    targets: int
    """Targets that appeared while we looked."""
    found: int
    median_s: float
    mean_s: float
    late_s: float
    """Nine in ten of those found were found within this time."""
    after_plot_median_s: float
    after_plot_late_s: float


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """Points of truth by target and time, with what matched them."""

    row: Ints
    """Row of `Scene.truth` of each."""
    name: Ints
    instant: Ints
    track: Ints
    """Name of the matched track, -1 = none."""
    opening: NDArray[np.bool_]
    """The target was not there at the instant before: a new stretch begins."""
    place_of: Ints
    """Index here of each row of `Scene.truth`."""


def course(seen: Scene, partner: Ints) -> Course:
    """Order what a matching found by target and time."""
    row = np.lexsort((seen.truth.instant, seen.truth.name))
    name, instant = seen.truth.name[row], seen.truth.instant[row]
    matched = partner[row]
    track = np.where(matched >= 0, np.append(seen.tracks.name, -1)[matched], -1)
    opening = np.append(True, (np.diff(name) != 0) | (np.diff(instant) != 1))[: row.size]
    place_of = np.empty(row.size, np.int64)
    place_of[row] = np.arange(row.size)
    return Course(row, name, instant, track, opening, place_of)


def associations(found: Matches) -> tuple[Ints, Ints]:
    """Rows of truth and of tracks that belong together: matched pairs and redundant tracks."""
    rows = np.flatnonzero(found.held >= 0)
    spare = np.flatnonzero(found.nearest >= 0)
    return np.append(rows, found.nearest[spare]), np.append(found.held[rows], spare)


def target_table(seen: Scene, way: Course, found: Matches, from_s: float) -> Any:
    """TARGET[targets that were there at some instant]."""
    table = np.zeros(seen.targets.size, TARGET)
    count = seen.targets.size
    matched = way.track >= 0
    table["target"] = seen.targets
    table["points"] = np.bincount(way.name, minlength=count)
    table["matched"] = np.bincount(way.name[matched], minlength=count)
    times = seen.time_s[way.instant]
    table["first_s"] = _extreme(np.minimum, way.name, times, count)
    table["last_s"] = _extreme(np.maximum, way.name, times, count)
    name, track = way.name[matched], way.track[matched]
    same = name[1:] == name[:-1]
    table["switches"] = np.bincount(name[1:][same & (track[1:] != track[:-1])], minlength=count)
    table["tracks"] = np.bincount(np.unique(np.stack([name, track]), axis=1)[0], minlength=count)
    begins = matched & np.append(True, ~matched[:-1] | (np.diff(way.name) != 0))[: matched.size]
    table["breaks"] = np.maximum(np.bincount(way.name[begins], minlength=count) - 1, 0)
    table["longest_s"] = _longest_s(seen, way, found)
    first_track_s = _extreme(np.minimum, name, times[matched], count)
    table["initiation_s"] = np.where(seen.appeared_s >= from_s, first_track_s - seen.appeared_s, np.nan)
    return table[table["points"] > 0]


def serial_table(seen: Scene, way: Course, found: Matches) -> Any:
    """SERIAL[tracks that were there at some instant]."""
    count = seen.serials.size
    table = np.zeros(count, SERIAL)
    times = seen.time_s[seen.tracks.instant]
    table["serial"] = seen.serials
    table["points"] = np.bincount(seen.tracks.name, minlength=count)
    table["first_s"] = _extreme(np.minimum, seen.tracks.name, times, count)
    table["last_s"] = _extreme(np.maximum, seen.tracks.name, times, count)
    matched = way.track >= 0
    table["matched"] = np.bincount(way.track[matched], minlength=count)
    table["redundant"] = np.bincount(seen.tracks.name[found.nearest >= 0], minlength=count)
    pairs, times_met = np.unique(np.stack([way.track[matched], way.name[matched]]), axis=1, return_counts=True)
    order = np.lexsort((-times_met, pairs[0]))
    best = order[np.append(True, np.diff(pairs[0][order]) != 0)[: order.size]]
    table["target"] = -1
    table["target"][pairs[0][best]] = seen.targets[pairs[1][best]]
    table["purity_share"][pairs[0][best]] = times_met[best]
    table["purity_share"] /= np.maximum(table["points"], 1)
    table["false"] = 2 * (table["matched"] + table["redundant"]) < table["points"]
    return table[table["points"] > 0]


def siap_set(seen: Scene, way: Course, found: Matches, longest_s: float, dimensions: int) -> SiapSet:
    """The SIAP attributes; `longest_s` is the sum over targets of their longest segments."""
    rows, columns = associations(found)
    tracked = int(np.unique(rows).size)
    n, m = seen.truth.instant.size, seen.tracks.instant.size
    apart = seen.tracks.position_m[columns, :dimensions] - seen.truth.position_m[rows, :dimensions]
    slip = seen.tracks.velocity_m_s[columns, :dimensions] - seen.truth.velocity_m_s[rows, :dimensions]
    speeds = np.sqrt((slip**2).sum(axis=1))
    weight_s = seen.weight_s
    tracked_s = float(weight_s[seen.truth.instant[np.unique(rows)]].sum())
    return SiapSet(
        completeness_share=ratio(tracked, n),
        ambiguity_ratio=ratio(columns.size, tracked),
        spuriousness_share=ratio(m - columns.size, m),
        position_error_m=mean(np.sqrt((apart**2).sum(axis=1))),
        velocity_error_m_s=mean(speeds[np.isfinite(speeds)]),
        number_changes_per_s=ratio(_number_changes(seen, way, rows, columns), tracked_s),
        longest_segment_share=ratio(longest_s, float(weight_s[seen.truth.instant].sum())),
    )


def identity(seen: Scene, found: Matches, targets: Any, serials: Any, dimensions: int) -> Identity:
    """CLEAR MOT, IDF1 and purity from the tables of targets and tracks."""
    n, m = seen.truth.instant.size, seen.tracks.instant.size
    rows = np.flatnonzero(found.held >= 0)
    apart = seen.tracks.position_m[found.held[rows], :dimensions] - seen.truth.position_m[rows, :dimensions]
    switches, misses, surplus = int(targets["switches"].sum()), n - rows.size, m - rows.size
    kept = _identity_hits(found, seen.targets.size, seen.serials.size)
    share = targets["matched"] / np.maximum(targets["points"], 1)
    return Identity(
        mota_ratio=1.0 - ratio(misses + surplus + switches, n),
        motp_m=mean(np.sqrt((apart**2).sum(axis=1))),
        misses=misses,
        surplus=surplus,
        switches=switches,
        breaks=int(targets["breaks"].sum()),
        idf1_share=ratio(2 * kept, n + m),
        id_precision_share=ratio(kept, m),
        id_recall_share=ratio(kept, n),
        purity_share=ratio(float((serials["purity_share"] * serials["points"]).sum()), m),
        mostly_tracked=int((share >= MOSTLY).sum()),
        partly_tracked=int(((share < MOSTLY) & (share >= HARDLY)).sum()),
        mostly_lost=int((share < HARDLY).sum()),
    )


def initiation(targets: Any, from_s: float, appeared_s: Floats, first_plot_s: Floats | None) -> Initiation:
    """Times to the first track; `appeared_s` and `first_plot_s` (NaN: none) for each row of TARGET[]."""
    waited = targets["initiation_s"]
    done = waited[np.isfinite(waited)]
    after = np.zeros(0)
    if first_plot_s is not None:
        after = waited + appeared_s - first_plot_s
        after = after[np.isfinite(after)]
    return Initiation(
        targets=int((appeared_s >= from_s).sum()),
        found=done.size,
        median_s=float(np.median(done)) if done.size else nan,
        mean_s=mean(done),
        late_s=quantile(done, 0.9),
        after_plot_median_s=float(np.median(after)) if after.size else nan,
        after_plot_late_s=quantile(after, 0.9),
    )


def ratio(a: float, b: float) -> float:
    """A quotient, NaN where there is nothing to divide by."""
    return a / b if b else nan


def mean(values: NDArray[Any]) -> float:
    """A mean, NaN of nothing."""
    return float(values.mean()) if values.size else nan


def quantile(values: Floats, share: float) -> float:
    """The value that so large a share does not exceed, one of the values; NaN of nothing."""
    return float(np.quantile(values, share, method="inverted_cdf")) if values.size else nan


def _extreme(pick: Any, name: Ints, values: Floats, count: int) -> Floats:
    """Least or greatest value of each name; NaN for a name without any."""
    found = np.full(count, np.nan)
    filled = np.full(count, np.inf if pick is np.minimum else -np.inf)
    pick.at(filled, name, values)
    np.copyto(found, filled, where=np.isfinite(filled))
    return found


def _runs(name: Ints, track: Ints, place: Ints) -> tuple[Ints, Ints, Ints]:
    """Runs of one track on one name over consecutive places: name, first and last place of each."""
    order = np.lexsort((place, track, name))
    name, track, place = name[order], track[order], place[order]
    breaks = (np.diff(name) != 0) | (np.diff(track) != 0) | (np.diff(place) != 1)
    starts = np.flatnonzero(np.append(True, breaks)[: order.size])
    ends = np.append(starts[1:], order.size)[: starts.size] - 1
    return name[starts], place[starts], place[ends]


def _longest_s(seen: Scene, way: Course, found: Matches) -> Floats:
    """How long one track followed each target without a break, at most."""
    rows, columns = associations(found)
    place = way.place_of[rows]
    stretched = np.arange(way.row.size) + np.cumsum(way.opening)  # a new stretch leaves out a place
    name, first, last = _runs(way.name[place], seen.tracks.name[columns], stretched[place])
    begun = np.searchsorted(stretched, first)
    passed_s = np.append(0.0, np.cumsum(seen.weight_s[way.instant]))
    longest_s = np.zeros(seen.targets.size)
    np.maximum.at(longest_s, name, passed_s[begun + last - first + 1] - passed_s[begun])
    return longest_s


def _number_changes(seen: Scene, way: Course, rows: Ints, columns: Ints) -> int:
    """Sum over targets of the least number of tracks that cover what is tracked of it, less one each.

    Tracked instants are numbered through, target after target; from each, the track that lasts longest is taken.
    """
    place, number = np.unique(way.place_of[rows], return_inverse=True)
    _, first, last = _runs(way.name[place][number], seen.tracks.name[columns], number)
    reach = np.zeros(place.size, np.int64)
    np.maximum.at(reach, first, last)
    reach = np.maximum.accumulate(reach)
    needed, at = 0, 0
    while at < place.size:
        needed, at = needed + 1, int(reach[at]) + 1
    return needed - int(np.unique(way.name[place]).size)


def _identity_hits(found: Matches, targets: int, serials: int) -> int:
    """Most instants at which target and track agree, if each target is given one track for the whole time [idf1]."""
    counts = np.bincount(found.both_target, minlength=targets)
    width, most = int(counts.max(initial=1)), int(found.both_count.max(initial=0))
    columns, costs = np.zeros((targets, width), np.int32), np.zeros((targets, width))
    place = np.arange(found.both_target.size) - (np.cumsum(counts) - counts)[found.both_target]
    columns[found.both_target, place] = found.both_track
    costs[found.both_target, place] = most - found.both_count
    room = new_room(targets, serials)
    assign(columns, costs, counts.astype(np.int32), float(most), room, targets, serials)
    chosen = room.column_of[found.both_target] == found.both_track
    return int(found.both_count[chosen].sum())
