"""The common picture: every track of one trial, advanced by one radar's plots at a time.

`advance` is the whole tracker: gate, associate, update, start, confirm, count misses, merge, drop, identify. It is a
function of the picture and the batch alone. Plots are taken in an order of their own making (a grid over the
ground), so handing them over in another order gives the same picture to the bit.

Three ways to associate share everything else: GNN gives each track one plot for good, by optimal assignment; JPDA lets
a track take up all its candidates at once, each by its probability; MHT assigns, but keeps rivals where in doubt.
"""

from math import log
from typing import Any, NamedTuple

from farwatch.compiled import carried, kernel
from farwatch.records import CONFIRMED, FREE, TENTATIVE
from farwatch.track.assign import assign
from farwatch.track.associate import LATEST, LIVE, Batch, gate, ratio_of, read, sum_up
from farwatch.track.corridors import follow_route
from farwatch.track.existence import hit, seen_chance
from farwatch.track.filter import combine, predict, update
from farwatch.track.hypotheses import (
    BASE,
    Hypotheses,
    branch,
    choose,
    claim,
    clear_hypotheses,
    grow,
    let_go,
    open_batch,
    remember,
)
from farwatch.track.identity import Known, is_due, judge, notice, prepare_classes
from farwatch.track.jpda import Joint, share_out
from farwatch.track.life import account, end, expect, find_twin, is_confirming, is_steady, merge, miss, record, start
from farwatch.track.mixture import absorb
from farwatch.track.senses import (
    BIRTH,
    FALSE_PLOTS,
    NEWCOMERS,
    PD,
    TURN_GAP_S,
    crowding,
    learn,
    learn_pace,
    learn_pd,
    notice_noise,
    pace_share,
    seen_noise,
    settle,
)

SERIAL, EXTENT, STARTED, CONFIRMATIONS, DROPPED, MERGED, CROWDED, UNREAD = range(8)
"""Counters: next serial; slots in use lie below this; tracks started, confirmed, dropped, merged; tentative tracks
pushed out because every slot was used; plots left out because there was no room to read them or no slot for them."""

COUNTERS = 8

GNN, JPDA, MHT = 0, 1, 2
"""Ways to associate, as in TRACKER["association"]."""


@carried
class Picture(NamedTuple):
    """Carried state and working room of one tracker; `prepare` makes it, `clear` empties it.

    Shapes: `cap` slots, `k` classes, `m` plots a batch.
    """

    tracks: Any  # TRACK[cap]
    looks: Any  # f8[cap, n_radars], time of the last plot or charged miss by each radar
    streaks: Any  # i4[cap, n_radars], misses in a row by each radar, -1 for a radar that does not hold the track
    outlines: Any  # f8[cap + 1, OUTLINE], see associate.sum_up; the last row is for a hypothesis on the desk
    waits: Any  # f8[n_radars, 2], seconds between looks at a tentative, a confirmed track; 0 = the radar's period
    senses: Any  # f8[n_radars, SENSE], what is taken for granted of each radar
    noise: Any  # f8[n_radars, BINS], where its noise lies
    tracker: Any  # TRACKER[1]
    known: Known  # classes, and what is known of traffic
    followed: Any  # f8[cap, FOLLOWED], looks on and off known routes
    counters: Any  # i8[COUNTERS]
    claimed: Any  # u1[m], 1 where a track that is believed has taken the plot
    batch: Batch
    joint: Joint
    hypotheses: Hypotheses


@kernel
def clear(picture: Picture) -> None:
    """Empty the picture for the next trial."""
    for i in range(picture.tracks.size):
        picture.tracks[i]["status"] = FREE
        picture.outlines[i, LIVE] = 0.0
    for c in range(COUNTERS):
        picture.counters[c] = 0
    picture.waits[:, :] = 0.0
    picture.senses[:, :] = 0.0
    clear_hypotheses(picture.hypotheses)
    prepare_classes(picture.known.classes, picture.known.class_logs)


@kernel
def advance(picture: Picture, radars: Any, r: int, time_s: float, plots: Any, n: int) -> None:
    """Bring the picture up to `time_s` with the first `n` plots of radar `r`.

    radars: RADAR[n_radars]; plots: PLOT[at least n], in any order, all of radar `r` and not later than `time_s`.
    """
    tracks, batch, counters, radar = picture.tracks, picture.batch, picture.counters, radars[r]
    sense, noise = picture.senses[r], picture.noise[r]
    m = min(n, batch.order.size)
    counters[UNREAD] += n - m
    if sense[PD] == 0.0:
        settle(sense, noise, radar, m)
    confirmed = counters[CONFIRMATIONS]
    if m > 0:
        read(batch, plots, m, radar)
        many, total = sense[FALSE_PLOTS] + sense[NEWCOMERS], seen_noise(noise)
        for k in range(m):
            picture.claimed[k] = 0
            batch.sights[k]["noise_density"] *= many * crowding(noise, total, radar, plots[k])
        gate(batch, tracks, picture.outlines, picture.looks[:, r], counters[EXTENT], picture.tracker[0], sense)
        _associate(picture, radars, r, plots, m)
        _confirm(picture, radars, r, plots)
    unclaimed = 0
    for k in range(m):
        if picture.claimed[k] == 0:
            unclaimed += 1
            notice_noise(noise, radar, plots[k])
    learn(sense, unclaimed, counters[CONFIRMATIONS] - confirmed, radar["batches"])
    if m > 0:
        _start_tracks(picture, radar, r, plots, m)
    _account(picture, radar, r, time_s)


@kernel
def _account(picture: Picture, radar: Any, r: int, time_s: float) -> None:
    """Charge the looks that radar `r` owes, and free the slots of tracks that end by it."""
    tracks, counters = picture.tracks, picture.counters
    extent = counters[EXTENT]
    held = (tracks[:extent], picture.looks, picture.streaks, picture.outlines, picture.hypotheses)
    counters[DROPPED] += account(held, radar, r, picture.waits[r], time_s, picture.tracker[0], picture.senses[r])
    while extent > 0 and tracks[extent - 1]["status"] == FREE:
        extent -= 1
    counters[EXTENT] = extent


@kernel
def _associate(picture: Picture, radars: Any, r: int, plots: Any, m: int) -> None:
    """Give plots to tracks in the way the tracker asks for."""
    batch, extent, tracker = picture.batch, picture.counters[EXTENT], picture.tracker[0]
    own, sense = picture.hypotheses, picture.senses[r]
    if tracker["association"] == JPDA:
        share_out(picture.joint, batch.columns, batch.costs, batch.counts, extent, m)
        for i in range(extent):
            if batch.counts[i] > 0:
                _take_shares(picture, radars, r, plots, i)
        return
    assign(batch.columns, batch.costs, batch.counts, 0.0, batch.room, extent, m)
    if tracker["association"] == MHT:
        open_batch(own, m)
        for i in range(extent):
            own.counts[i] = 0
            if picture.outlines[i, LIVE] == 1.0 and (batch.counts[i] > 0 or own.links[i, 0] >= 0):
                branch(own, batch, picture.tracks, picture.outlines, i, tracker, sense)
        choose(own, batch, picture.tracks, extent, sense)
    for i in range(extent):  # most tracks are nowhere near: they are passed over without a look at their records
        if tracker["association"] == MHT and own.counts[i] > 0:
            _grow(picture, radars, r, plots, i)
        elif batch.counts[i] > 0:
            _take_one(picture, radars, r, plots, i)


@kernel
def _take_one(picture: Picture, radars: Any, r: int, plots: Any, i: int) -> None:
    """Give track `i` the plot assigned to it, or, while it is hardly believed, the best that nobody was assigned."""
    batch, track, pd = picture.batch, picture.tracks[i], picture.senses[r, PD]
    k = batch.room.column_of[i]
    if k < 0 and track["status"] == TENTATIVE:
        k = _best_left(batch, track, i, pd)
    if k < 0:  # predicted to a plot that another track took
        combine(track)
        return
    sight = batch.sights[k]
    predict(track, sight["time_s"], picture.tracker[0])
    update(track, sight)
    hit(track, ratio_of(batch.columns, batch.ratios, i, k), pd)
    if picture.tracker[0]["association"] == MHT:
        remember(track, picture.hypotheses.numbers[BASE] + k)
    _settle_hit(picture, radars, r, plots, i, k)


@kernel
def _best_left(batch: Batch, track: Any, i: int, pd: float) -> int:
    """Likeliest candidate of track `i` that no track was assigned, if it is likelier than a miss; else -1."""
    best, least = -1, -log_odds_of_seeing(track, pd)
    for c in range(batch.counts[i]):
        k = batch.columns[i, c]
        if batch.ratios[i, c] > least and batch.room.row_of[k] < 0:
            best, least = k, batch.ratios[i, c]
    return best


@kernel
def log_odds_of_seeing(track: Any, pd: float) -> float:
    """Log-odds that a look gives a plot of a TRACK that exists."""
    seen = seen_chance(track, pd)
    return log(seen / (1.0 - seen))


@kernel
def _grow(picture: Picture, radars: Any, r: int, plots: Any, i: int) -> None:
    """Carry out what was chosen for track `i`, which is in doubt, and settle what follows."""
    own = picture.hypotheses
    if own.chosen[i] < 0:  # all it ever had now belongs to others
        _drop(picture, i)
        return
    k = grow(own, picture.batch, picture.tracks, i, picture.tracker[0], picture.senses[r])
    if k >= 0:
        _settle_hit(picture, radars, r, plots, i, k)
        return
    _settle_miss(picture, r, i)


@kernel
def _settle_miss(picture: Picture, r: int, i: int) -> None:
    """What follows once track `i` has gone without a plot in a batch that had some for it.

    Where a turn comes in slices its own plot may be in the next one: then `account` says when it was missed.
    """
    sum_up(picture.tracks[i], picture.outlines, i)
    if picture.streaks[i, r] >= 0 and picture.senses[r, TURN_GAP_S] == 0.0:
        picture.looks[i, r] = picture.batch.layout[LATEST]
        if miss(picture.tracks[i], picture.streaks[i], r, picture.tracker[0], picture.senses[r]):
            _drop(picture, i)


@kernel
def _drop(picture: Picture, i: int) -> None:
    """End track `i`, and count it."""
    end(picture.hypotheses, picture.tracks[i], i, picture.outlines)
    picture.counters[DROPPED] += 1


@kernel
def _take_shares(picture: Picture, radars: Any, r: int, plots: Any, i: int) -> None:
    """Let track `i` take up all its candidates, each by its probability."""
    batch, track, pd = picture.batch, picture.tracks[i], picture.senses[r, PD]
    shares, best, total = picture.joint.shares, -1, 0.0
    for c in range(batch.counts[i]):
        total += shares[i, c]
        if best < 0 or shares[i, c] > shares[i, best]:
            best = c
    absorb(track, batch, shares, i, picture.hypotheses.desk, picture.tracker[0], pd)
    if total < 0.5:
        _settle_miss(picture, r, i)
    else:
        _settle_hit(picture, radars, r, plots, i, batch.columns[i, best])


@kernel
def _settle_hit(picture: Picture, radars: Any, r: int, plots: Any, i: int, k: int) -> None:
    """Write down that track `i` has taken plot `k`."""
    track, plot, radar = picture.tracks[i], plots[k], radars[r]
    picture.batch.taken[i] = k
    if track["log_odds"] > 0.0:
        picture.claimed[k] = 1
    sum_up(track, picture.outlines, i)
    if is_steady(track, picture.streaks[i, r]):
        learn_pd(picture.senses[r], 1)
    record(track, 1)
    notice(track, plot, radar)
    follow_route(track, radar, picture.known.legs, picture.followed[i])
    picture.looks[i, r], picture.streaks[i, r] = plot["time_s"], 0
    track["misses"], track["hit_s"], track["truth"] = 0, plot["time_s"], plot["truth"]


@kernel
def _confirm(picture: Picture, radars: Any, r: int, plots: Any) -> None:
    """Confirm, or merge into its twin, each track that has earned it; judge who is who. Once all plots are settled."""
    tracks, tracker, extent = picture.tracks, picture.tracker[0], picture.counters[EXTENT]
    for i in range(extent):
        k, track = picture.batch.taken[i], tracks[i]
        if k < 0:
            continue
        fresh = track["status"] == TENTATIVE and is_confirming(track, tracker)
        if fresh:
            twin = find_twin(tracks[:extent], picture.looks, picture.streaks, radars, i)
            if twin >= 0:
                _merge(picture, i, twin)
                continue
            track["status"], track["confirmed_s"] = CONFIRMED, plots[k]["time_s"]
            picture.counters[CONFIRMATIONS] += 1
            if tracker["drop_misses"] == 0:
                learn_pace(picture.senses[r], track)
        if fresh or (track["status"] == CONFIRMED and is_due(track)):
            judge(track, plots[k], radars[r], picture.known, picture.followed[i], tracker)


@kernel
def _merge(picture: Picture, i: int, twin: int) -> None:
    """Let track `twin` go on with what track `i` knows, claims and all."""
    tracks, own = picture.tracks, picture.hypotheses
    let_go(own, tracks[i], i)
    let_go(own, tracks[twin], twin)
    merge(tracks, picture.looks, picture.streaks, i, twin)
    claim(own, tracks[twin], twin)
    sum_up(tracks[twin], picture.outlines, twin)
    picture.outlines[i, LIVE] = 0.0
    picture.counters[MERGED] += 1


@kernel
def _start_tracks(picture: Picture, radar: Any, r: int, plots: Any, m: int) -> None:
    """Start a tentative track from each plot that no believed track took, in order of the grid."""
    tracks, batch, counters = picture.tracks, picture.batch, picture.counters
    slot = 0
    for place in range(m):
        k = batch.order[place]
        if picture.claimed[k] == 1:
            continue
        while slot < tracks.size and tracks[slot]["status"] != FREE:
            slot += 1
        chosen = slot
        if slot == tracks.size:
            chosen = oldest_tentative(tracks)
            if chosen < 0:
                counters[UNREAD] += 1
                continue
            let_go(picture.hypotheses, tracks[chosen], chosen)
            counters[CROWDED] += 1
        track, sight, plot, serial = tracks[chosen], batch.sights[k], plots[k], counters[SERIAL]
        start(track, picture.looks[chosen], picture.streaks[chosen], r, sight, plot, serial, picture.tracker[0])
        track["log_odds"] = track["birth_log_odds"] = picture.senses[r, BIRTH]
        expect(track, pace_share(picture.senses[r]))
        picture.followed[chosen, :] = 0.0
        if picture.tracker[0]["association"] == MHT:
            remember(track, picture.hypotheses.numbers[BASE] + k)
        notice(track, plot, radar)
        sum_up(track, picture.outlines, chosen)
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
