"""Life of a track: start, confirm, miss, merge, drop.

A radar holds a track from its first plot of it; only radars that hold a track can miss it. Each keeps its own count of
misses in a row, so a radar whose view is blocked does not end what another still sees: a track is dropped when every
radar that held it has missed it often enough. A tentative track goes as soon as its plots so far can no longer be
part of a confirming window. Confirmation asks for M plots in N looks and for enough odds of existence; where the
tracker goes by existence alone (`drop_misses` 0), tracks also end by it.
"""

from math import inf
from typing import Any

from farwatch.compiled import kernel
from farwatch.records import CONFIRMED, FREE, TENTATIVE, UNKNOWN
from farwatch.track.associate import LIVE, sum_up
from farwatch.track.existence import missed, persist
from farwatch.track.filter import begin, combine, equip, predict
from farwatch.track.hypotheses import Hypotheses, copy_belief, let_go, miss_rivals, remember
from farwatch.track.senses import PD, learn_pd
from farwatch.track.sight import covers

LOOK_OVERDUE, TURN_OVER = 1.25, 0.999
"""A look counts as missed when its radar has been silent for this many of its periods: a quarter late where plots come
in slices of a turn; at once where a batch is the whole turn."""

TENTATIVE_PATIENCE = 3.0
"""Log-odds below those of a new track at which a tentative one ends, where existence decides."""

CONFIRMED_PATIENCE = -6.0
"""Log-odds at which a confirmed track ends, where existence decides."""

STEADY_HITS, STEADY_LOOKS = 5, 8
"""A track that had so many plots in its last looks, and one at the last, teaches how often its radar sees what is
there: noise hardly ever makes one, and what it did before has no say in what the next look gives."""

POSITION_SIGMA_LIMIT_M = 20000.0
"""A track known no better than this is dropped: it can no longer be told from another."""

TWIN_CHI2 = 22.46
"""Two tracks are one if their states differ by less than this: 0.999 of chi-square with 6 degrees of freedom."""

NOT_HELD = -1


@kernel
def start(track: Any, looks: Any, streaks: Any, r: int, sight: Any, plot: Any, serial: int, tracker: Any) -> None:
    """Make a free slot a tentative TRACK from one plot of radar `r`; looks, streaks: this slot's rows."""
    begin(track, sight, tracker["speed_max_m_s"])
    equip(track, tracker)
    track["serial"], track["status"], track["identity"] = serial, TENTATIVE, UNKNOWN
    track["history"], track["looks"], track["misses"] = 1, 1, 0
    track["born_s"], track["confirmed_s"], track["hit_s"] = sight["time_s"], float("nan"), sight["time_s"]
    track["log_odds"], track["birth_log_odds"], track["odds_s"] = 0.0, 0.0, sight["time_s"]
    track["hidden_probability"] = 0.0
    for h in range(track["plots"].size):
        track["plots"][h] = -1
    track["rcs_log_sum"], track["rcs_count"] = 0.0, 0
    track["replies"], track["silences"] = 0, 0
    track["mode_a"], track["address"] = 0, 0
    track["class_index"], track["hostile_probability"] = -1, 0.0
    track["truth"] = plot["truth"]
    for q in range(looks.size):
        looks[q] = -inf
        streaks[q] = NOT_HELD
    looks[r], streaks[r] = sight["time_s"], 0


@kernel
def expect(track: Any, share: float) -> None:
    """Let the first model of a new TRACK expect speeds of so large a share of the usual variance."""
    if share < 1.0:
        for i in range(3, 6):
            for j in range(i, 6):
                track["p"][0, i, j] *= share
        combine(track)


@kernel
def record(track: Any, hit: int) -> None:
    """Push one look into a TRACK's history."""
    track["history"] = ((int(track["history"]) << 1) | hit) & 0xFFFFFFFF
    track["looks"] += 1


@kernel
def is_confirming(track: Any, tracker: Any) -> bool:
    """Whether the last looks hold enough plots to confirm, and these are too well in line for noise."""
    if track["log_odds"] < tracker["confirm_odds"]:
        return False
    return bool(hits_of(track, tracker["confirm_looks"]) >= tracker["confirm_hits"])


@kernel
def hits_of(track: Any, looks: int) -> int:
    """Plots among the last `looks` of a TRACK, at most 32."""
    history, hits = int(track["history"]), 0
    for bit in range(looks):
        hits += (history >> bit) & 1
    return hits


@kernel
def is_steady(track: Any, misses: int) -> bool:
    """Whether the next look at a TRACK teaches the chance of detection; misses: in a row by the radar that looks."""
    return bool(track["status"] == CONFIRMED and misses == 0 and hits_of(track, STEADY_LOOKS) >= STEADY_HITS)


@kernel
def miss(track: Any, streaks: Any, r: int, tracker: Any, sense: Any) -> bool:
    """Count one miss of a TRACK by radar `r`; streaks: this slot's row. Returns whether the track is to be dropped.

    What the miss says of existence is the caller's to settle before (`existence.missed`).
    """
    if is_steady(track, streaks[r]):
        learn_pd(sense, 0)
    record(track, 0)
    streaks[r] += 1
    fewest = 2**30
    for q in range(streaks.size):
        if streaks[q] != NOT_HELD:
            fewest = min(fewest, streaks[q])
    track["misses"] = fewest
    if tracker["drop_misses"] == 0:
        tentative = track["status"] == TENTATIVE
        limit = track["birth_log_odds"] - TENTATIVE_PATIENCE if tentative else CONFIRMED_PATIENCE
        return bool(track["log_odds"] < limit)
    most = tracker["drop_misses"]
    if track["status"] == TENTATIVE:
        most = min(most, tracker["confirm_looks"] - tracker["confirm_hits"] + 1)
    if fewest < most and streaks[r] >= most:  # others still see it: this radar lets go
        streaks[r] = NOT_HELD
    return bool(fewest >= most)


@kernel
def account(held: Any, radar: Any, r: int, waits_s: Any, time_s: float, tracker: Any, sense: Any) -> int:
    """Charge overdue looks of radar `r` at `time_s`; returns how many tracks were dropped.

    held: (tracks, looks, streaks, outlines, hypotheses) of the picture; waits_s: f8[2], what the radar takes between
    two looks at a tentative and at a confirmed track, 0 for its period. A track outside the radar's volume is charged
    nothing. Whoever misses a look is carried on to `time_s`, so that its growing uncertainty shows.
    """
    tracks, looks, streaks, outlines, hypotheses = held
    dropped, period_s = 0, radar["period_s"]
    tentative_s = waits_s[0] if waits_s[0] > 0.0 else period_s
    confirmed_s = waits_s[1] if waits_s[1] > 0.0 else period_s
    overdue = LOOK_OVERDUE if radar["batches"] > 1 else TURN_OVER
    soonest_s = overdue * min(tentative_s, confirmed_s)
    for i in range(tracks.size):
        if streaks[i, r] == NOT_HELD or time_s - looks[i, r] <= soonest_s:
            continue
        track = tracks[i]
        wait_s = confirmed_s if track["status"] == CONFIRMED else tentative_s
        if track["status"] == FREE or time_s - looks[i, r] <= overdue * wait_s:
            continue
        if time_s > track["time_s"]:
            predict(track, time_s, tracker)
            combine(track)
            sum_up(track, outlines, i)
        mean, gone = track["mean"], False
        persist(track, time_s, sense)
        if covers(radar, mean[0], mean[1], mean[2]):
            looks[i, r] = max(looks[i, r] + wait_s, time_s - overdue * wait_s)
            gone = _charge(hypotheses, track, i, streaks[i], r, tracker, sense)
        else:
            looks[i, r] = time_s
        if gone or track["position_sigma_m"] > POSITION_SIGMA_LIMIT_M:
            end(hypotheses, track, i, outlines)
            dropped += 1
    return dropped


@kernel
def end(own: Hypotheses, track: Any, i: int, outlines: Any) -> None:
    """Free slot `i` of a TRACK that ends."""
    let_go(own, track, i)
    track["status"] = FREE
    outlines[i, LIVE] = 0.0


@kernel
def _charge(own: Hypotheses, track: Any, i: int, streaks: Any, r: int, tracker: Any, sense: Any) -> bool:
    """One miss of track `i` and of its rivals; whether it is to be dropped."""
    if own.links.shape[0] > 0:
        remember(track, -1)
        miss_rivals(own, track, i, sense)
    missed(track, sense[PD])
    return miss(track, streaks, r, tracker, sense)


@kernel
def find_twin(tracks: Any, looks: Any, streaks: Any, radars: Any, i: int) -> int:
    """Confirmed track that track `i` repeats, or -1: same state, and never a plot for both in one turn of a radar."""
    for j in range(tracks.size):
        if j == i or tracks[j]["status"] != CONFIRMED or not is_near(tracks[i], tracks[j]):
            continue
        apart = False
        for q in range(radars.size):
            both = streaks[i, q] == 0 and streaks[j, q] == 0
            if both and abs(looks[i, q] - looks[j, q]) < 0.5 * radars[q]["period_s"]:
                apart = True
        if not apart:
            return j
    return -1


@kernel
def is_near(a: Any, b: Any) -> bool:
    """Whether two tracks' states agree within their uncertainties, `b` carried in a straight line to the time of `a`.

    Components are taken as independent, which errs on the side of keeping both.
    """
    dt_s = a["time_s"] - b["time_s"]
    x, y = a["mean"], b["mean"]
    far = 0.0
    for k in range(6):
        there = y[k] + dt_s * y[k + 3] if k < 3 else y[k]
        gap = x[k] - there
        far += gap * gap / (spread(a, k) + spread(b, k))
    return far < TWIN_CHI2


@kernel
def spread(track: Any, k: int) -> float:
    """Variance of one component of a TRACK's combined state."""
    x, p, weight = track["x"], track["p"], track["weight"]
    total = 0.0
    for m in range(x.shape[0]):
        gap = x[m, k] - track["mean"][k]
        total += weight[m] * (p[m, k, k] + gap * gap)
    return total


@kernel
def merge(tracks: Any, looks: Any, streaks: Any, i: int, j: int) -> None:
    """Give track `j` what the newer track `i` knows, and free slot `i`; `j` keeps its serial and its past."""
    new, old = tracks[i], tracks[j]
    believed = max(new["log_odds"], old["log_odds"])
    copy_belief(new, old)
    old["hit_s"], old["truth"], old["log_odds"] = new["hit_s"], new["truth"], believed
    combine(old)
    record(old, 1)
    old["misses"] = 0
    if new["mode_a"] > 0:
        old["mode_a"] = new["mode_a"]
    if new["address"] > 0:
        old["address"] = new["address"]
    old["replies"] += new["replies"]
    old["silences"] += new["silences"]
    for q in range(streaks.shape[1]):
        if streaks[i, q] != NOT_HELD:
            streaks[j, q], looks[j, q] = streaks[i, q], looks[i, q]
    new["status"] = FREE
