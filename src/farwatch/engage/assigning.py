"""Which battery fires which round at which track, at one decision.

`greedy` takes the tracks in order of rank, `marginal` the pairs in order of gain, `optimal` finds the greatest total
gain, and `lookahead` the greatest over this and later epochs, of which it returns the present. All read the same arrays
and fill `desk.choice`. A salvo is fired whole or not at all, and a track gets at most one.

`optimal` and `lookahead` return a bound: no assignment gains more, so an answer that reaches it is proven best. How
they search, and when they give up on the proof: `searching`.

Sources: marginal returns: den Broeder, Ellison and Emerling 1959; rolling horizon: Hosein and Athans 1989. Ties prefer
the track of higher rank, then the lower row.
"""

from typing import Any

from farwatch.compiled import kernel
from farwatch.engage.offers import fits, reopen, take
from farwatch.engage.searching import solve


@kernel
def greedy(offers: Any, supply: Any, desk: Any, n: int) -> float:
    """Tracks in order of rank, each takes what is least disliked of what still fits; returns the total gain."""
    reopen(supply, desk.left, 1)
    total = 0.0
    for j in range(n):
        chosen = -1
        for r in range(supply.rows.size):
            can = offers.gains[0, j, r] > 0.0 and fits(offers, desk.left, j, 0, r)
            if can and (chosen < 0 or _is_preferred(offers, j, r, chosen)):
                chosen = r
        desk.choice[j] = chosen
        desk.plan[j] = chosen
        if chosen >= 0:
            take(offers, desk.left, j, 0, chosen)
            total += offers.gains[0, j, chosen]
    return total


@kernel
def _is_preferred(offers: Any, j: int, r: int, other: int) -> bool:
    """Whether track `j` takes row `r` rather than `other`, which comes before it."""
    if offers.dislike[j, r] != offers.dislike[j, other]:
        return offers.dislike[j, r] < offers.dislike[j, other]  # type: ignore[no-any-return]
    return offers.gains[0, j, r] > offers.gains[0, j, other]  # type: ignore[no-any-return]


@kernel
def marginal(offers: Any, supply: Any, desk: Any, n: int) -> float:
    """The pair of greatest gain first, again and again, as long as one fits; returns the total gain."""
    left = desk.left
    reopen(supply, left, 1)
    for j in range(n):
        desk.choice[j] = -1
        desk.trial[j] = _greatest(offers, left, j)
    total = 0.0
    while True:
        best, most = -1, 0.0
        for j in range(n):
            if desk.trial[j] >= 0 and offers.gains[0, j, desk.trial[j]] > most:
                best, most = j, offers.gains[0, j, desk.trial[j]]
        if best < 0:
            break
        r = desk.trial[best]
        if fits(offers, left, best, 0, r):
            take(offers, left, best, 0, r)
            desk.choice[best] = r
            desk.trial[best] = -1
            total += most
        else:  # what fits only shrinks, so the next best of this track is no better than this one was
            desk.trial[best] = _greatest(offers, left, best)
    for j in range(n):
        desk.plan[j] = desk.choice[j]
    return total


@kernel
def _greatest(offers: Any, left: Any, j: int) -> int:
    """Row of greatest gain that still fits, -1 = none."""
    best, most = -1, 0.0
    for r in range(left.rows.size):
        if offers.gains[0, j, r] > most and fits(offers, left, j, 0, r):
            best, most = r, offers.gains[0, j, r]
    return best


@kernel
def optimal(offers: Any, supply: Any, desk: Any, n: int) -> float:
    """Greatest total gain of epoch 0; returns a bound that no assignment exceeds.

    At its first node exact where the salvos of a battery are all of one size and no track is held; beyond, by search.
    """
    return solve(offers, supply, desk, n, 1)


@kernel
def lookahead(offers: Any, supply: Any, desk: Any, n: int) -> float:
    """Greatest discounted gain over all epochs; `choice` is what begins in epoch 0, `plan` is all of it.

    Returns a bound on the discounted gain. Capacity of an epoch counts salvos that begin in it: an epoch should be one
    engagement cycle long, so that a channel taken in one is free in the next.
    """
    return solve(offers, supply, desk, n, offers.discount.size)
