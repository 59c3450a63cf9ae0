"""What each array has to look after: tracks, and rounds in flight; and how long its looks wait for one another.

At the end of each slice of its scan an array counts the tracks that it keeps up and the rounds that it supports, and
shares out its time (`detect.dwells`). It looks at what is true, so the waits that come of it are kept by target; which
targets have a track is read from the tracks' bookkeeping tag, and nothing but the times of looks follows from it.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from farwatch.compiled import kernel
from farwatch.detect.dwells import (
    CONFIRMED_TRACKS,
    DUTIES,
    ENGAGED_TRACKS,
    ROUNDS,
    SEARCH,
    SUPPORT,
    TENTATIVE_TRACKS,
    TRACK,
    WAITS,
    has_budget,
    share_out,
)
from farwatch.engage.stock import OLDEST, SHOTS
from farwatch.records import CONFIRMED, FREE, IN_FLIGHT, WORKLOAD
from farwatch.track.life import NOT_HELD
from farwatch.track.picture import EXTENT
from farwatch.track.sight import edges_of, is_inside


class Busy(NamedTuple):
    """How busy the radars are in one trial."""

    work: NDArray[Any]           # WORKLOAD[n_radars]
    loads: NDArray[np.float64]   # [n_radars]: share of its time asked for at its last slice
    duties: NDArray[np.float64]  # [DUTIES]: what the last array had to look after
    waits: NDArray[np.float64]   # [WAITS]: seconds that came of it


def new_busy(loads: NDArray[np.float64]) -> Busy:
    """Room for one trial; `begin_work` before each. `loads` f8[n_radars] is the stock's, so that decisions see it."""
    return Busy(np.zeros(len(loads), WORKLOAD), loads, np.zeros(DUTIES), np.zeros(WAITS))


@kernel
def begin_work(radars: Any, busy: Any) -> None:
    """Begin a trial: nothing asked of any RADAR yet."""
    for r in range(radars.size):
        radar, work, budget = radars[r], busy.work[r], has_budget(radars[r])
        busy.loads[r] = 0.0
        work["period_s"] = radar["period_s"]
        work["track_period_s"] = radar["track_interval_s"] if budget else radar["period_s"]
        work["peak_load_share"] = 0.0 if budget else np.nan
        work["overloaded_s"], work["watched_s"] = 0.0, 0.0
        work["revisit_s"], work["track_revisit_s"] = 0.0, 0.0
        work["longest_revisit_s"], work["longest_track_revisit_s"] = work["period_s"], work["track_period_s"]


@kernel
def share_time(radars: Any, r: int, picture: Any, stock: Any, target_waits_s: Any, busy: Any, now: float) -> float:
    """Let array `r` share out its time at the end of a slice; returns its load.

    Fills `target_waits_s`, f8[n_targets], seconds from one look at each target to the next, and `busy`. radars:
    RADAR[n]; of the picture it reads tracks, streaks and counters, of the stock shots, counts and channels.
    """
    radar, work, waits_s = radars[r], busy.work[r], busy.waits
    tracks, streaks, extent = picture.tracks, picture.streaks, picture.counters[EXTENT]
    count_duties(radar, r, tracks[:extent], streaks, stock.engaged, busy.duties)
    busy.duties[ROUNDS] = rounds_supported(radars, r, stock.shots, stock.counts, now)
    load = share_out(radar, busy.duties, waits_s)
    target_waits_s[:] = waits_s[SEARCH]
    for slot in range(extent):
        truth = tracks[slot]["truth"]
        if tracks[slot]["status"] == CONFIRMED and streaks[slot, r] != NOT_HELD and truth >= 0:
            kind = SUPPORT if is_engaged(radar, stock.engaged, slot) else TRACK
            target_waits_s[truth] = min(target_waits_s[truth], waits_s[kind])
    slice_s = radar["period_s"] / radar["batches"]
    work["watched_s"] += slice_s
    work["revisit_s"] += slice_s * waits_s[SEARCH]
    work["track_revisit_s"] += slice_s * waits_s[TRACK]
    work["longest_revisit_s"] = max(work["longest_revisit_s"], waits_s[SEARCH])
    work["longest_track_revisit_s"] = max(work["longest_track_revisit_s"], waits_s[TRACK])
    work["peak_load_share"] = max(work["peak_load_share"], load)
    work["overloaded_s"] += slice_s if load > 1.0 else 0.0
    busy.loads[r] = load
    return load


@kernel
def count_duties(radar: Any, r: int, tracks: Any, streaks: Any, engaged: Any, duties: Any) -> None:
    """Count into `duties`, f8[DUTIES], the TRACKs that array `r` keeps up: those it has seen, inside its volume."""
    duties[:] = 0.0
    edges = edges_of(radar)
    for slot in range(tracks.size):
        it = tracks[slot]
        if it["status"] == FREE or streaks[slot, r] == NOT_HELD:
            continue
        mean = it["mean"]
        if not is_inside(radar, edges, mean[0], mean[1], mean[2]):
            continue
        if it["status"] != CONFIRMED:
            duties[TENTATIVE_TRACKS] += 1.0
        elif is_engaged(radar, engaged, slot):
            duties[ENGAGED_TRACKS] += 1.0
        else:
            duties[CONFIRMED_TRACKS] += 1.0


@kernel
def is_engaged(radar: Any, engaged: Any, slot: int) -> bool:
    """Whether the track in `slot` holds a channel of the battery of this RADAR, and the radar can support it."""
    return bool(radar["fire_control"] == 1 and engaged[slot, radar["battery_index"]] != 0)


@kernel
def rounds_supported(radars: Any, r: int, shots: Any, counts: Any, now: float) -> float:
    """Rounds of its battery in flight at `now` that array `r` supports; several such arrays share them evenly."""
    battery = radars[r]["battery_index"]
    if radars[r]["fire_control"] == 0:
        return 0.0
    flying, sharing = 0, 0
    for i in range(counts[OLDEST], counts[SHOTS]):
        shot = shots[i]
        if shot["battery_index"] == battery and shot["status"] == IN_FLIGHT and shot["launch_s"] <= now:
            flying += 1
    for q in range(radars.size):
        same = radars[q]["battery_index"] == battery and radars[q]["fire_control"] == 1
        sharing += 1 if same and has_budget(radars[q]) else 0
    return flying / max(sharing, 1)


@kernel
def close_work(radars: Any, busy: Any) -> None:
    """End a trial: sums over time become means. A RADAR without a budget kept its period."""
    for r in range(radars.size):
        work = busy.work[r]
        watched_s = work["watched_s"]
        if watched_s > 0.0:
            work["revisit_s"] = work["revisit_s"] / watched_s
            work["track_revisit_s"] = work["track_revisit_s"] / watched_s
        else:
            work["revisit_s"], work["track_revisit_s"] = work["period_s"], work["track_period_s"]
