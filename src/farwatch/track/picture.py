"""The common picture: every track of one trial, advanced by one radar's plots at a time.

`advance` is the whole tracker: gate, assign, update, start, confirm, count misses, merge, drop, identify. It is a
function of the picture and the batch alone. Plots are taken in an order of their own making (a grid over the
ground), so handing them over in another order gives the same picture to the bit.
"""

from typing import Any, NamedTuple

from farwatch.compiled import kernel
from farwatch.records import CONFIRMED, FREE, TENTATIVE
from farwatch.track.assign import assign
from farwatch.track.associate import LIVE, Batch, gain, gate, read, sum_up
from farwatch.track.filter import combine, predict, update
from farwatch.track.identity import is_due, judge, notice, prepare_classes
from farwatch.track.life import account, find_twin, is_confirming, merge, record, start

SERIAL, EXTENT, STARTED, CONFIRMATIONS, DROPPED, MERGED, CROWDED, UNREAD = range(8)
"""Counters: next serial; slots in use lie below this; tracks started, confirmed, dropped, merged; tentative tracks
pushed out because every slot was used; plots left out because there was no room to read them or no slot for them."""

COUNTERS = 8


class Picture(NamedTuple):
    """Carried state and working room of one tracker; `prepare` makes it, `clear` empties it.

    Shapes: `cap` slots, `k` classes.
    """

    tracks: Any  # TRACK[cap]
    looks: Any  # f8[cap, n_radars], time of the last plot or charged miss by each radar
    streaks: Any  # i4[cap, n_radars], misses in a row by each radar, -1 for a radar that does not hold the track
    outlines: Any  # f8[cap, OUTLINE], see associate.sum_up
    waits: Any  # f8[n_radars, 2], seconds between looks at a tentative, a confirmed track; 0 = the radar's period
    scores: Any  # f8[cap], log-odds that a track is real, gained since its first plot
    tracker: Any  # TRACKER[1]
    classes: Any  # CLASS[k]
    class_logs: Any  # f8[k, CLASS_LOGS], see identity.prepare_classes
    counters: Any  # i8[COUNTERS]
    batch: Batch


@kernel
def clear(picture: Picture) -> None:
    """Empty the picture for the next trial."""
    for i in range(picture.tracks.size):
        picture.tracks[i]["status"] = FREE
        picture.outlines[i, LIVE] = 0.0
    for c in range(COUNTERS):
        picture.counters[c] = 0
    picture.waits[:, :] = 0.0
    prepare_classes(picture.classes, picture.class_logs)


@kernel
def advance(picture: Picture, radars: Any, r: int, time_s: float, plots: Any, n: int) -> None:
    """Bring the picture up to `time_s` with the first `n` plots of radar `r`.

    radars: RADAR[n_radars]; plots: PLOT[at least n], in any order, all of radar `r` and not later than `time_s`.
    """
    tracks, batch, counters = picture.tracks, picture.batch, picture.counters
    tracker, radar = picture.tracker[0], radars[r]
    m = min(n, batch.order.size)
    counters[UNREAD] += n - m
    extent = counters[EXTENT]
    if m > 0:
        read(batch, plots, m, radar)
        gate(batch, tracks, picture.outlines, extent, tracker)
        assign(batch.columns, batch.costs, batch.counts, 0.0, batch.room, extent, m)
        _take_plots(picture, radars, r, plots)
        _start_tracks(picture, radar, r, plots, m)
        extent = counters[EXTENT]
    held = (tracks[:extent], picture.looks, picture.streaks, picture.scores, picture.outlines)
    counters[DROPPED] += account(held, radar, r, picture.waits[r], time_s, tracker)
    while extent > 0 and tracks[extent - 1]["status"] == FREE:
        extent -= 1
    counters[EXTENT] = extent


@kernel
def _take_plots(picture: Picture, radars: Any, r: int, plots: Any) -> None:
    """Give each track the plot assigned to it, and settle what follows: confirmation, merger, identity."""
    tracks, looks, streaks, batch = picture.tracks, picture.looks, picture.streaks, picture.batch
    tracker, counters, outlines = picture.tracker[0], picture.counters, picture.outlines
    room, sights, scores, extent, radar = batch.room, batch.sights, picture.scores, counters[EXTENT], radars[r]
    for i in range(extent):
        track, k = tracks[i], room.column_of[i]
        if k < 0:
            if batch.counts[i] > 0:  # predicted to a plot that another track took
                combine(track)
            continue
        sight, plot = sights[k], plots[k]
        predict(track, sight["time_s"], tracker)
        update(track, sight)
        sum_up(track, outlines, i)
        record(track, 1)
        notice(track, plot, radar)
        scores[i] += gain(batch.columns, batch.costs, i, k, track["status"])
        looks[i, r], streaks[i, r] = sight["time_s"], 0
        track["misses"], track["hit_s"], track["truth"] = 0, sight["time_s"], plot["truth"]
        fresh = track["status"] == TENTATIVE and is_confirming(track, scores[i], tracker)
        if fresh:
            twin = find_twin(tracks[:extent], looks, streaks, radars, i)
            if twin >= 0:
                merge(tracks, looks, streaks, i, twin)
                sum_up(tracks[twin], outlines, twin)
                outlines[i, LIVE] = 0.0
                counters[MERGED] += 1
                continue
            track["status"], track["confirmed_s"] = CONFIRMED, sight["time_s"]
            counters[CONFIRMATIONS] += 1
        if fresh or (track["status"] == CONFIRMED and is_due(track)):
            judge(track, plot, radar, picture.classes, picture.class_logs, tracker)


@kernel
def _start_tracks(picture: Picture, radar: Any, r: int, plots: Any, m: int) -> None:
    """Start a tentative track from each plot that no track took, in order of the grid."""
    tracks, batch, counters = picture.tracks, picture.batch, picture.counters
    slot = 0
    for place in range(m):
        k = batch.order[place]
        if batch.room.row_of[k] >= 0:
            continue
        while slot < tracks.size and tracks[slot]["status"] != FREE:
            slot += 1
        chosen = slot
        if slot == tracks.size:
            chosen = oldest_tentative(tracks)
            if chosen < 0:
                counters[UNREAD] += 1
                continue
            counters[CROWDED] += 1
        track, sight, plot, serial = tracks[chosen], batch.sights[k], plots[k], counters[SERIAL]
        start(track, picture.looks[chosen], picture.streaks[chosen], r, sight, plot, serial, picture.tracker[0])
        notice(track, plot, radar)
        sum_up(track, picture.outlines, chosen)
        picture.scores[chosen] = 0.0
        counters[SERIAL] += 1
        counters[STARTED] += 1
        counters[EXTENT] = max(counters[EXTENT], chosen + 1)


@kernel
def oldest_tentative(tracks: Any) -> int:
    """Slot of the tentative track with the smallest serial, or -1."""
    oldest = -1
    for i in range(tracks.size):
        if tracks[i]["status"] == TENTATIVE and (oldest < 0 or tracks[i]["serial"] < tracks[oldest]["serial"]):
            oldest = i
    return oldest
