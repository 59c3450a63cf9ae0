"""Deferred decisions: a track keeps rival accounts of which plots were its own until later plots tell.

Each track has one main hypothesis, the TRACK itself, and up to RIVALS others. Where a batch leaves doubt, every
hypothesis of a track branches into "missed" and one child for each candidate plot, scored by the log-odds of existence
along that branch. The main hypotheses of all tracks never share a plot; which children become main is chosen for the
sum of all tracks: first the optimal assignment among the present main hypotheses, then exchanges in which one track
takes another child and those whose plots it takes move to the best that is left to them, as long as the sum grows. Good
children that were not chosen stay as rivals. A decision is final after PLOT_MEMORY looks: rivals that disagree with the
main hypothesis further back are dropped. Where nothing is in doubt, which is nearly everywhere, a track has no rivals
and costs what it costs without this file.

Only tracks that more likely exist than not claim their plots; tentative ones may share a plot until one of them is
believed.

Sources: Kurien 1990; Blackman 2004 (track-oriented multiple hypotheses, pruning N looks back); the exchange in place
of a global search is this project's own.
"""

from math import exp, inf, log, log1p
from typing import Any, NamedTuple

import numpy as np

from farwatch.compiled import carried, kernel
from farwatch.records import CONFIRMED, PLOT_MEMORY, TRACK
from farwatch.track.associate import LATEST, TIME, Batch, box_of, find, is_apart, ratio_of, reach_of, sum_up
from farwatch.track.existence import missed, persist, seen_chance
from farwatch.track.filter import combine, predict, update
from farwatch.track.senses import PD

RIVALS = 5
"""Most rivals of a track."""

CHILDREN = 10
"""Most children of one track that are weighed in a batch."""

PROMISING = -1.0
"""What a plot must add to the log-odds of a tentative track to be worth rivals; else the track takes its best plot."""

CLEAR = log(300.0)
"""A child this much likelier than the next needs no rival."""

FORGOTTEN, SOON_FORGOTTEN = log(1000.0), log(20.0)
"""A child this much unlikelier than the main hypothesis is not kept as a rival: of a track that is believed, and of one
that is not yet."""

LEAST_GAIN = 1.5
"""Log-weight that an exchange must gain: a coin toss is no reason to change one's mind."""

EXCHANGES = 3
"""Most rounds of exchanges in one batch."""

NOBODY, MISSED, MAIN = -1, -1, -1
"""Owner of a plot that no track claims; plot of a child that was missed; parent of a child of the main hypothesis."""

_KEPT = ("x", "p", "weight", "mean", "position_sigma_m", "time_s", "log_odds", "hidden_probability", "odds_s", "plots")

"""Fields of a TRACK that hypotheses differ in: what a RIVAL holds."""

CHILD = np.dtype([("parent", "i4"), ("plot", "i4"), ("ratio", "f8"), ("score", "f8")], align=True)
"""One way a track may go on: from its main hypothesis or rival `parent`, with plot `plot` of the batch."""


@carried
class Hypotheses(NamedTuple):
    """Carried rivals and working room; `cap` track slots."""

    rivals: Any  # RIVAL[pool]
    links: Any  # i4[cap, RIVALS], places in the pool, -1 = none
    spare: Any  # i4[pool], stack of free places
    children: Any  # CHILD[cap, CHILDREN]
    counts: Any  # i4[cap], children of each track, 0 = nothing in doubt
    chosen: Any  # i4[cap], which child becomes main
    owner: Any  # i4[ring], track that claims a plot, by its serial
    moves: Any  # i4[PLOT_MEMORY + 1, 2], tracks moved in one exchange, and their children before
    desk: Any  # TRACK[CHILDREN + 1], where children are made
    numbers: Any  # i8[3], free places on the stack, serial of the first plot of the batch, plots in the batch


FREE_PLACES, BASE, SIZE = range(3)


def new_hypotheses(tracks: int, plots: int, pool: int, kept: np.dtype[Any] = TRACK) -> Hypotheses:
    """Room for `tracks` slots of type `kept`, batches of `plots` plots, `pool` rivals in all; 0: none are ever kept."""
    return Hypotheses(
        rivals=np.zeros(pool, np.dtype([(name, kept[name]) for name in _KEPT], align=True)),
        links=np.full((tracks if pool else 0, RIVALS), -1, np.int32),
        spare=np.arange(pool, dtype=np.int32),
        children=np.zeros((tracks if pool else 0, CHILDREN), CHILD),
        counts=np.zeros(tracks, np.int32),
        chosen=np.full(tracks, -1, np.int32),
        owner=np.full(1 << int(np.ceil(np.log2(max(16 * plots, 64)))) if pool else 64, NOBODY, np.int32),
        moves=np.zeros((PLOT_MEMORY + 1, 2), np.int32),
        desk=np.zeros(CHILDREN + 1, kept),
        numbers=np.array([pool, 0, 0]),
    )


@kernel
def clear_hypotheses(own: Hypotheses) -> None:
    """Forget all rivals and claims."""
    own.numbers[FREE_PLACES], own.numbers[BASE], own.numbers[SIZE] = own.spare.size, 0, 0
    for place in range(own.spare.size):
        own.spare[place] = place
    own.links[:, :] = -1
    own.counts[:] = 0
    own.owner[:] = NOBODY


@kernel
def open_batch(own: Hypotheses, size: int) -> None:
    """Give serials to the `size` plots of a new batch; nobody claims them yet."""
    own.numbers[BASE] += own.numbers[SIZE]
    own.numbers[SIZE] = size
    mask = own.owner.size - 1
    for k in range(size):
        own.owner[(own.numbers[BASE] + k) & mask] = NOBODY


@kernel
def copy_belief(source: Any, target: Any) -> None:
    """Copy what hypotheses differ in from one TRACK or RIVAL to another."""
    target["time_s"], target["position_sigma_m"] = source["time_s"], source["position_sigma_m"]
    target["log_odds"], target["odds_s"] = source["log_odds"], source["odds_s"]
    target["hidden_probability"] = source["hidden_probability"]
    for h in range(PLOT_MEMORY):
        target["plots"][h] = source["plots"][h]
    x, p, weight = source["x"], source["p"], source["weight"]
    for m in range(x.shape[0]):
        target["weight"][m] = weight[m]
        for i in range(x.shape[1]):
            target["x"][m, i] = x[m, i]
            for j in range(x.shape[1]):
                target["p"][m, i, j] = p[m, i, j]
    for i in range(6):
        target["mean"][i] = source["mean"][i]


@kernel
def remember(track: Any, serial: int) -> None:
    """Push a plot's serial, or -1 for a miss, into the memory of a TRACK."""
    plots = track["plots"]
    for h in range(PLOT_MEMORY - 1, 0, -1):
        plots[h] = plots[h - 1]
    plots[0] = serial


# Branching ----------------------------------------------------------------------------------------------------


@kernel
def branch(own: Hypotheses, batch: Batch, tracks: Any, outlines: Any, i: int, tracker: Any, sense: Any) -> None:
    """List the children of track `i`, if anything about it is in doubt. Child 0 is what the assignment gave it."""
    track, taken, spare_row = tracks[i], batch.room.column_of[i], batch.counts.size - 1
    if own.links[i, 0] < 0 and not is_in_doubt(batch, track, i, sense):
        return
    persist(track, batch.layout[LATEST], sense)
    children = own.children[i]
    seen = seen_chance(track, sense[PD])
    hit_score, miss_score = track["log_odds"] + log(seen), log_of_missing(track, sense)
    _set_child(children[0], MAIN, MISSED, 0.0, miss_score)
    _set_child(children[1], MAIN, MISSED, 0.0, miss_score)
    own.counts[i] = 1
    if taken >= 0:
        own.counts[i] = 2
        for c in range(batch.counts[i]):
            if batch.columns[i, c] == taken:
                _set_child(children[0], MAIN, taken, batch.ratios[i, c], hit_score + batch.ratios[i, c])
    kept = own.counts[i]
    for c in range(batch.counts[i]):
        if batch.columns[i, c] != taken:
            _add_child(own, i, kept, MAIN, batch.columns[i, c], batch.ratios[i, c], hit_score + batch.ratios[i, c])
    desk, box = own.desk[0], box_of(batch)
    desk["mode_a"], desk["address"] = track["mode_a"], track["address"]
    for link in range(RIVALS):
        if own.links[i, link] < 0:
            break
        _lay_out(own, track, i, link, desk, sense)
        sum_up(desk, outlines, spare_row)
        batch.counts[spare_row] = 0
        reach_m = reach_of(outlines, spare_row, abs(box[4] - outlines[spare_row, TIME]) + box[5], tracker)
        if not is_apart(outlines, spare_row, box, reach_m):
            find(batch, desk, outlines, spare_row, reach_m, tracker)
        seen = seen_chance(desk, sense[PD])
        hit_score, miss_score = desk["log_odds"] + log(seen), desk["log_odds"] + log(1.0 - seen)
        _add_child(own, i, kept, link, MISSED, 0.0, miss_score)
        for c in range(batch.counts[spare_row]):
            ratio = batch.ratios[spare_row, c]
            _add_child(own, i, kept, link, batch.columns[spare_row, c], ratio, hit_score + ratio)
    found = False
    for c in range(own.counts[i]):
        found = found or children[c]["plot"] >= 0
    if not found:  # a radar that looks elsewhere just now: no hypothesis has missed anything yet
        own.counts[i] = 0


@kernel
def _lay_out(own: Hypotheses, track: Any, i: int, link: int, desk: Any, sense: Any) -> None:
    """Put a rival of track `i`, whose TRACK has been brought forward in time, on the desk, as of the same time.

    A rival keeps by how much its log-odds differ from those of the main hypothesis: what time does to existence, it
    does to all hypotheses of a track alike, and never to what tells one from another.
    """
    rival = own.rivals[own.links[i, link]]
    copy_belief(rival, desk)
    persist(desk, track["odds_s"], sense)
    desk["log_odds"] = track["log_odds"] + rival["log_odds"]


@kernel
def log_of_missing(track: Any, sense: Any) -> float:
    """Log-odds of a TRACK once a look has missed it."""
    return float(track["log_odds"] + log(1.0 - seen_chance(track, sense[PD])))


@kernel
def is_in_doubt(batch: Batch, track: Any, i: int, sense: Any) -> bool:
    """Whether a track without rivals has more than one likely way to go on."""
    taken, seen = batch.room.column_of[i], seen_chance(track, sense[PD])
    if taken < 0:
        best = -inf
        for c in range(batch.counts[i]):
            best = max(best, batch.ratios[i, c])
        return bool(track["status"] == CONFIRMED or log(seen) + best > PROMISING)
    mine, best_other = 0.0, log(1.0 - seen) - log(seen)
    for c in range(batch.counts[i]):
        if batch.columns[i, c] == taken:
            mine = batch.ratios[i, c]
        else:
            best_other = max(best_other, batch.ratios[i, c])
    return bool(mine - best_other < CLEAR)


@kernel
def _set_child(child: Any, parent: int, plot: int, ratio: float, score: float) -> None:
    child["parent"], child["plot"], child["ratio"], child["score"] = parent, plot, ratio, score


@kernel
def _add_child(own: Hypotheses, i: int, kept: int, parent: int, plot: int, ratio: float, score: float) -> None:
    """Add a child to track `i`, in place of the worst beyond the first `kept` where the list is full."""
    place, children = own.counts[i], own.children[i]
    if place < CHILDREN:
        own.counts[i] += 1
    else:
        place = kept
        for other in range(kept + 1, CHILDREN):
            if children[other]["score"] < children[place]["score"]:
                place = other
        if children[place]["score"] >= score:
            return
    _set_child(children[place], parent, plot, ratio, score)


# Choosing -----------------------------------------------------------------------------------------------------


@kernel
def worth(score: float) -> float:
    """What a child adds to the log-weight of the whole picture: its track may also not exist."""
    return log1p(exp(score)) if score < 30.0 else score


@kernel
def plot_serial(own: Hypotheses, tracks: Any, i: int, child: Any, h: int) -> int:
    """Serial of the h-th newest plot of a child of track `i`, -1 for none: 0 is the batch's own."""
    if h == 0:
        return int(own.numbers[BASE] + child["plot"]) if child["plot"] >= 0 else -1
    parent = child["parent"]
    serial = tracks[i]["plots"][h - 1] if parent < 0 else own.rivals[own.links[i, parent]]["plots"][h - 1]
    oldest = own.numbers[BASE] + own.numbers[SIZE] - own.owner.size
    return int(serial) if serial >= oldest else -1


@kernel
def mark(own: Hypotheses, tracks: Any, i: int, child: Any, now: int, wanted: int) -> None:
    """Let the plots of a child of track `i` that belong to `now` belong to `wanted`."""
    mask = own.owner.size - 1
    for h in range(PLOT_MEMORY):
        serial = plot_serial(own, tracks, i, child, h)
        if serial >= 0 and own.owner[serial & mask] == now:
            own.owner[serial & mask] = wanted


@kernel
def is_free(own: Hypotheses, tracks: Any, i: int, child: Any) -> bool:
    """Whether nobody but track `i` claims a plot of its child."""
    mask = own.owner.size - 1
    for h in range(PLOT_MEMORY):
        serial = plot_serial(own, tracks, i, child, h)
        if serial >= 0 and own.owner[serial & mask] != NOBODY and own.owner[serial & mask] != i:
            return False
    return True


@kernel
def best_free(own: Hypotheses, tracks: Any, i: int) -> int:
    """Best child of track `i` that shares no plot with anybody's claims, or -1."""
    best = -1
    for c in range(own.counts[i]):
        child = own.children[i, c]
        if (best < 0 or child["score"] > own.children[i, best]["score"]) and is_free(own, tracks, i, child):
            best = c
    return best


@kernel
def choose(own: Hypotheses, batch: Batch, tracks: Any, extent: int, sense: Any) -> None:
    """Choose the child that becomes main for every track with children: own.chosen, -1 where none is possible."""
    claim_surely(own, batch, tracks, extent, sense)
    for _ in range(EXCHANGES):
        moved = False
        for i in range(extent):
            if own.counts[i] > 1 and own.chosen[i] >= 0:
                moved = exchange(own, tracks, i) or moved
        if not moved:
            break
    for i in range(extent):
        if own.counts[i] > 0 and own.chosen[i] < 0:
            best = best_free(own, tracks, i)
            if best < 0 and tracks[i]["status"] == CONFIRMED:  # missed, from the main hypothesis
                best = 1 if own.children[i, 0]["plot"] >= 0 else 0
            own.chosen[i] = best
            release(own, tracks[i], i)
            if best >= 0 and own.children[i, best]["score"] > 0.0:
                mark(own, tracks, i, own.children[i, best], NOBODY, i)


@kernel
def claim_surely(own: Hypotheses, batch: Batch, tracks: Any, extent: int, sense: Any) -> None:
    """Let every track that is believed claim what the assignment gave it; the others choose later."""
    for i in range(extent):
        own.chosen[i] = -1
        k = batch.room.column_of[i]
        if own.counts[i] == 0 and k >= 0:
            ratio = ratio_of(batch.columns, batch.ratios, i, k)
            score = tracks[i]["log_odds"] + log(seen_chance(tracks[i], sense[PD])) + ratio
            _set_child(own.children[i, 0], MAIN, k, ratio, score)
            if not is_free(own, tracks, i, own.children[i, 0]):  # what it took for its past belongs to others
                _set_child(own.children[i, 1], MAIN, MISSED, 0.0, log_of_missing(tracks[i], sense))
                own.counts[i] = 2
            elif score > 0.0:
                mark(own, tracks, i, own.children[i, 0], NOBODY, i)
        elif own.counts[i] > 0 and own.children[i, 0]["score"] > 0.0 and is_free(own, tracks, i, own.children[i, 0]):
            own.chosen[i] = 0
            mark(own, tracks, i, own.children[i, 0], NOBODY, i)


@kernel
def exchange(own: Hypotheses, tracks: Any, i: int) -> bool:
    """Let track `i` take another child if the picture as a whole gains; those it takes plots from move on.

    Returns whether anything moved.
    """
    present = own.chosen[i]
    for c in range(own.counts[i]):
        child = own.children[i, c]
        gain = worth(child["score"]) - worth(own.children[i, present]["score"])
        if c == present or gain <= LEAST_GAIN:
            continue
        mark(own, tracks, i, own.children[i, present], i, NOBODY)
        count = displace(own, tracks, i, child)
        mark(own, tracks, i, child, NOBODY, i)
        for n in range(count):
            j = own.moves[n, 0]
            next_best = best_free(own, tracks, j)
            if next_best < 0:
                gain = -1.0
                break
            gain += worth(own.children[j, next_best]["score"]) - worth(own.children[j, own.moves[n, 1]]["score"])
            own.chosen[j] = next_best
            mark(own, tracks, j, own.children[j, next_best], NOBODY, j)
        if count >= 0 and gain > LEAST_GAIN:
            own.chosen[i] = c
            return True
        _undo(own, tracks, i, present, c, count)
    return False


@kernel
def displace(own: Hypotheses, tracks: Any, i: int, child: Any) -> int:
    """Free the plots of a child of track `i` from their owners; notes who moved and how many, -1 if one cannot move."""
    mask, count = own.owner.size - 1, 0
    for h in range(PLOT_MEMORY):
        serial = plot_serial(own, tracks, i, child, h)
        if serial < 0 or own.owner[serial & mask] == NOBODY:
            continue
        j = own.owner[serial & mask]
        if own.counts[j] < 2 or own.chosen[j] < 0:
            _put_back(own, tracks, count)
            return -1
        mark(own, tracks, j, own.children[j, own.chosen[j]], j, NOBODY)
        own.moves[count, 0], own.moves[count, 1] = j, own.chosen[j]
        count += 1
    return count


@kernel
def _put_back(own: Hypotheses, tracks: Any, count: int) -> None:
    """Give the first `count` tracks that moved their former children back."""
    for n in range(count):
        j = own.moves[n, 0]
        own.chosen[j] = own.moves[n, 1]
        mark(own, tracks, j, own.children[j, own.moves[n, 1]], NOBODY, j)


@kernel
def _undo(own: Hypotheses, tracks: Any, i: int, present: int, tried: int, count: int) -> None:
    """Take an exchange back that did not pay."""
    for n in range(count):
        j = own.moves[n, 0]
        mark(own, tracks, j, own.children[j, own.chosen[j]], j, NOBODY)
    mark(own, tracks, i, own.children[i, tried], i, NOBODY)
    _put_back(own, tracks, count)
    mark(own, tracks, i, own.children[i, present], NOBODY, i)


# Carrying out -------------------------------------------------------------------------------------------------


@kernel
def grow(own: Hypotheses, batch: Batch, tracks: Any, i: int, tracker: Any, sense: Any) -> int:
    """Make the chosen child of track `i` its main hypothesis and the best others its rivals; returns its plot or -1."""
    _put_best_first(own, i)
    chosen = own.children[i, own.chosen[i]]
    agreed = _oldest(own, tracks, i, chosen)
    _make(own, batch, tracks[i], i, chosen, 0, tracker, sense)
    made, worst = 1, chosen["score"] - (FORGOTTEN if chosen["score"] > 0.0 else SOON_FORGOTTEN)
    for c in range(own.counts[i]):
        child = own.children[i, c]
        if made > RIVALS or child["score"] < worst:
            break
        if c != own.chosen[i] and _oldest(own, tracks, i, child) == agreed:
            _make(own, batch, tracks[i], i, child, made, tracker, sense)
            made += 1
    drop_rivals(own, i)
    copy_belief(own.desk[0], tracks[i])
    for n in range(1, made):
        if own.numbers[FREE_PLACES] == 0:
            break
        own.numbers[FREE_PLACES] -= 1
        place = own.spare[own.numbers[FREE_PLACES]]
        own.links[i, n - 1] = place
        copy_belief(own.desk[n], own.rivals[place])
        own.rivals[place]["log_odds"] -= tracks[i]["log_odds"]
    return int(chosen["plot"])


@kernel
def _oldest(own: Hypotheses, tracks: Any, i: int, child: Any) -> int:
    """The plot that a child of track `i` is about to settle for good."""
    parent = child["parent"]
    kept = tracks[i]["plots"] if parent < 0 else own.rivals[own.links[i, parent]]["plots"]
    return int(kept[PLOT_MEMORY - 1])


@kernel
def _put_best_first(own: Hypotheses, i: int) -> None:
    """Sort the children of track `i` by score, best first; own.chosen follows."""
    children = own.children[i]
    for c in range(1, own.counts[i]):
        place = c
        while place > 0 and children[place]["score"] > children[place - 1]["score"]:
            _swap(children[place], children[place - 1])
            if own.chosen[i] == place:
                own.chosen[i] = place - 1
            elif own.chosen[i] == place - 1:
                own.chosen[i] = place
            place -= 1


@kernel
def _swap(a: Any, b: Any) -> None:
    parent, plot, ratio, score = a["parent"], a["plot"], a["ratio"], a["score"]
    _set_child(a, b["parent"], b["plot"], b["ratio"], b["score"])
    _set_child(b, parent, plot, ratio, score)


@kernel
def _make(own: Hypotheses, batch: Batch, track: Any, i: int, child: Any, n: int, tracker: Any, sense: Any) -> None:
    """Put what a child of track `i` would believe on the desk, in row `n`."""
    desk = own.desk[n]
    if child["parent"] < 0:
        copy_belief(track, desk)
    else:
        _lay_out(own, track, i, child["parent"], desk, sense)
    if child["plot"] >= 0:
        sight = batch.sights[child["plot"]]
        predict(desk, sight["time_s"], tracker)
        update(desk, sight)
        desk["log_odds"], desk["hidden_probability"] = child["score"], 0.0
        remember(desk, own.numbers[BASE] + child["plot"])
    else:
        missed(desk, sense[PD])
        if desk["time_s"] < track["time_s"]:
            predict(desk, track["time_s"], tracker)
        combine(desk)
        remember(desk, MISSED)


@kernel
def drop_rivals(own: Hypotheses, i: int) -> None:
    """Forget the rivals of track `i`."""
    for link in range(own.links.shape[1]):
        place = own.links[i, link]
        if place >= 0:
            own.spare[own.numbers[FREE_PLACES]] = place
            own.numbers[FREE_PLACES] += 1
            own.links[i, link] = -1


@kernel
def let_go(own: Hypotheses, track: Any, i: int) -> None:
    """Track `i` is gone: its rivals and claims with it, where any are kept."""
    if own.links.shape[0] > 0:
        drop_rivals(own, i)
        release(own, track, i)


@kernel
def release(own: Hypotheses, track: Any, i: int) -> None:
    """Let go of what track `i` claims by its memory."""
    _hand_over(own, track, i, NOBODY)


@kernel
def claim(own: Hypotheses, track: Any, i: int) -> None:
    """Claim for track `i` what it remembers and nobody else claims."""
    _hand_over(own, track, NOBODY, i)


@kernel
def _hand_over(own: Hypotheses, track: Any, now: int, wanted: int) -> None:
    """Let what a TRACK remembers, where it belongs to `now`, belong to `wanted`."""
    mask, oldest = own.owner.size - 1, own.numbers[BASE] + own.numbers[SIZE] - own.owner.size
    for h in range(PLOT_MEMORY):
        serial = track["plots"][h]
        if serial >= oldest and serial >= 0 and own.owner[serial & mask] == now:
            own.owner[serial & mask] = wanted


@kernel
def miss_rivals(own: Hypotheses, track: Any, i: int, sense: Any) -> None:
    """Charge the rivals of track `i` a miss that its TRACK remembers but has not been charged yet; settled ones go."""
    oldest, kept, unseen = PLOT_MEMORY - 1, 0, 1.0 - seen_chance(track, sense[PD])
    for link in range(own.links.shape[1]):
        place = own.links[i, link]
        if place < 0:
            break
        own.links[i, link] = -1
        rival, ahead = own.rivals[place], own.rivals[place]["log_odds"]
        persist(rival, track["odds_s"], sense)
        ahead += log((1.0 - seen_chance(rival, sense[PD])) / unseen)
        missed(rival, sense[PD])
        rival["log_odds"] = ahead
        remember(rival, MISSED)
        if rival["plots"][oldest] == track["plots"][oldest]:
            own.links[i, kept] = place
            kept += 1
        else:
            own.spare[own.numbers[FREE_PLACES]] = place
            own.numbers[FREE_PLACES] += 1
