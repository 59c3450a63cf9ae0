"""How likely each candidate plot belongs to each track, when every plot belongs to one track at most.

Tracks that share plots form a cluster. A cluster is solved exactly by carrying the set of shared plots already used
from track to track, forwards and backwards: the work grows with the number of joint sets, not of joint events, and a
plot that only one track wants needs no bit in the set. Beyond SHARED_LIMIT shared plots or CLUSTER_LIMIT tracks, loopy
belief propagation takes over, which always converges and errs by little.

Sources: Bar-Shalom, Daum and Huang 2009 (JPDA); Musicki and Evans 2004 (with existence); Maskell, Briers and Wright
2004 (merging equal sets); Williams and Lau 2014 (belief propagation and its convergence).
"""

from math import exp
from typing import Any, NamedTuple

import numpy as np

from farwatch.compiled import carried, kernel

SHARED_LIMIT, CLUSTER_LIMIT = 10, 32
"""Largest cluster that is solved exactly: plots wanted by more than one track, and tracks."""

SETS = 2**SHARED_LIMIT

SWEEPS = 60
"""Most sweeps of belief propagation."""

SETTLED = 1e-5
"""Largest change of a message in a sweep that counts as none."""

MOST_WEIGHT = 1e12
"""A candidate is held to be at most this much likelier than none: keeps sums finite."""


@carried
class Joint(NamedTuple):
    """Working room of `share_out` for n tracks of `width` candidates and m plots."""

    shares: Any  # f8[n, width], result: probability of each candidate
    weights: Any  # f8[n, width], against none
    messages: Any  # f8[n, width]
    cluster: Any  # i4[n], union-find over tracks
    members: Any  # i4[n], tracks in order of their cluster
    place: Any  # i4[n], where the next member of a cluster goes
    none: Any  # f8[n], weight of no candidate where all choices of a track add to 1
    taker: Any  # i4[m], first track that wants a plot
    takers: Any  # i4[m], how many want it
    bit: Any  # i4[m], its place in the set of shared plots of its cluster, -1: nobody else wants it
    total: Any  # f8[m]
    ahead: Any  # f8[CLUSTER_LIMIT + 1, SETS]
    back: Any  # f8[CLUSTER_LIMIT + 1, SETS]


def new_joint(tracks: int, width: int, plots: int) -> Joint:
    """Room for `tracks` rows of `width` candidates among `plots` plots."""
    return Joint(
        shares=np.zeros((tracks, width)),
        weights=np.zeros((tracks, width)),
        messages=np.zeros((tracks, width)),
        cluster=np.zeros(tracks, np.int32),
        members=np.zeros(tracks, np.int32),
        place=np.zeros(tracks, np.int32),
        none=np.zeros(tracks),
        taker=np.zeros(plots, np.int32),
        takers=np.zeros(plots, np.int32),
        bit=np.zeros(plots, np.int32),
        total=np.zeros(plots),
        ahead=np.zeros((CLUSTER_LIMIT + 1, SETS)),
        back=np.zeros((CLUSTER_LIMIT + 1, SETS)),
    )


@kernel
def share_out(joint: Joint, columns: Any, costs: Any, counts: Any, n: int, m: int) -> None:
    """Fill joint.shares for `n` tracks among `m` plots.

    columns: i4[n, width], candidates of each track; costs: f8[n, width], minus the log of how much likelier the
    candidate is than none; counts: i4[n].
    """
    gather(joint, columns, counts, n, m)
    for i in range(n):
        whole = 1.0
        for c in range(counts[i]):
            joint.weights[i, c] = min(exp(min(-costs[i, c], 50.0)), MOST_WEIGHT)
            whole += joint.weights[i, c]
        joint.none[i] = 1.0 / whole
    first = 0
    while first < n:
        root = joint.cluster[joint.members[first]]
        last = first + 1
        while last < n and joint.cluster[joint.members[last]] == root:
            last += 1
        shared = number_shared(joint, columns, counts, first, last)
        small = shared <= SHARED_LIMIT and last - first <= CLUSTER_LIMIT
        if not (small and solve(joint, columns, counts, first, last, shared)):
            propagate(joint, columns, counts, first, last)
        first = last


@kernel
def gather(joint: Joint, columns: Any, counts: Any, n: int, m: int) -> None:
    """Sort the first `n` tracks into clusters that share plots: joint.cluster, joint.members, joint.takers."""
    cluster, members = joint.cluster, joint.members
    for k in range(m):
        joint.taker[k], joint.takers[k] = -1, 0
    for i in range(n):
        cluster[i] = i
    for i in range(n):
        for c in range(counts[i]):
            k = columns[i, c]
            joint.takers[k] += 1
            if joint.taker[k] < 0:
                joint.taker[k] = i
            else:
                a, b = root_of(cluster, i), root_of(cluster, joint.taker[k])
                cluster[max(a, b)] = min(a, b)
    for i in range(n):
        cluster[i] = root_of(cluster, i)
        joint.place[i] = 0
    for i in range(n):  # counting sort by root
        joint.place[cluster[i]] += 1
    start = 0
    for i in range(n):
        held = joint.place[i]
        joint.place[i] = start
        start += held
    for i in range(n):
        members[joint.place[cluster[i]]] = i
        joint.place[cluster[i]] += 1


@kernel
def root_of(cluster: Any, i: int) -> int:
    """Root of track `i`; the path to it is halved."""
    while cluster[i] != i:
        cluster[i] = cluster[cluster[i]]
        i = cluster[i]
    return i


@kernel
def number_shared(joint: Joint, columns: Any, counts: Any, first: int, last: int) -> int:
    """Give each plot that several tracks of one cluster want its bit; returns how many there are."""
    for a in range(first, last):
        i = joint.members[a]
        for c in range(counts[i]):
            joint.bit[columns[i, c]] = -1
    shared = 0
    for a in range(first, last):
        i = joint.members[a]
        for c in range(counts[i]):
            k = columns[i, c]
            if joint.takers[k] > 1 and joint.bit[k] < 0:
                joint.bit[k] = shared
                shared += 1
    return shared


@kernel
def solve(joint: Joint, columns: Any, counts: Any, first: int, last: int, shared: int) -> bool:
    """Exact shares in one cluster; False where every joint event is too unlikely for a number.

    ahead[t, set]: total weight of all ways in which the first t tracks use exactly `set`; back[t, set]: of all ways in
    which the others can go on once `set` is used.
    """
    ahead, back, size, sets = joint.ahead, joint.back, last - first, 1 << shared
    for s in range(sets):
        ahead[0, s] = 0.0
        back[size, s] = 1.0
    ahead[0, 0] = 1.0
    for t in range(size):
        _pass_on(joint, columns, counts, joint.members[first + t], t, sets)
    for t in range(size - 1, -1, -1):
        _pass_back(joint, columns, counts, joint.members[first + t], t, sets)
    whole = back[0, 0]
    if not whole > 0.0:
        return False
    for t in range(size):
        i = joint.members[first + t]
        for c in range(counts[i]):
            bit, total = joint.bit[columns[i, c]], 0.0
            for s in range(sets):
                if bit < 0:
                    total += ahead[t, s] * back[t + 1, s]
                elif (s >> bit) & 1 == 0:
                    total += ahead[t, s] * back[t + 1, s | (1 << bit)]
            joint.shares[i, c] = joint.weights[i, c] * joint.none[i] * total / whole
    return True


@kernel
def _pass_on(joint: Joint, columns: Any, counts: Any, i: int, t: int, sets: int) -> None:
    """ahead[t + 1] from ahead[t] and the choices of track `i`."""
    ahead, none = joint.ahead, joint.none[i]
    free = 1.0
    for c in range(counts[i]):
        if joint.bit[columns[i, c]] < 0:
            free += joint.weights[i, c]
    for s in range(sets):
        ahead[t + 1, s] = none * free * ahead[t, s]
    for c in range(counts[i]):
        bit = joint.bit[columns[i, c]]
        if bit >= 0:
            for s in range(sets):
                if (s >> bit) & 1 == 0:
                    ahead[t + 1, s | (1 << bit)] += none * joint.weights[i, c] * ahead[t, s]


@kernel
def _pass_back(joint: Joint, columns: Any, counts: Any, i: int, t: int, sets: int) -> None:
    """back[t] from back[t + 1] and the choices of track `i`."""
    back = joint.back
    free = 1.0
    for c in range(counts[i]):
        if joint.bit[columns[i, c]] < 0:
            free += joint.weights[i, c]
    for s in range(sets):
        total = free * back[t + 1, s]
        for c in range(counts[i]):
            bit = joint.bit[columns[i, c]]
            if bit >= 0 and (s >> bit) & 1 == 0:
                total += joint.weights[i, c] * back[t + 1, s | (1 << bit)]
        back[t, s] = joint.none[i] * total


@kernel
def propagate(joint: Joint, columns: Any, counts: Any, first: int, last: int) -> None:
    """Shares in one cluster by loopy belief propagation."""
    weights, messages, total = joint.weights, joint.messages, joint.total
    for a in range(first, last):
        i = joint.members[a]
        for c in range(counts[i]):
            messages[i, c] = 0.0
            total[columns[i, c]] = 0.0
    for _ in range(SWEEPS):
        change = 0.0
        for a in range(first, last):
            i = joint.members[a]
            whole = 1.0
            for c in range(counts[i]):
                whole += weights[i, c] / (1.0 + total[columns[i, c]] - messages[i, c])
            for c in range(counts[i]):
                k = columns[i, c]
                others = whole - weights[i, c] / (1.0 + total[k] - messages[i, c])
                sent = weights[i, c] / max(others, 1.0)
                change = max(change, abs(sent - messages[i, c]) / (1.0 + sent))
                joint.shares[i, c] = sent
            for c in range(counts[i]):
                total[columns[i, c]] += joint.shares[i, c] - messages[i, c]
                messages[i, c] = joint.shares[i, c]
        if change < SETTLED:
            break
    for a in range(first, last):
        i = joint.members[a]
        whole = 1.0
        for c in range(counts[i]):
            joint.shares[i, c] = weights[i, c] / (1.0 + max(total[columns[i, c]] - messages[i, c], 0.0))
            whole += joint.shares[i, c]
        for c in range(counts[i]):
            joint.shares[i, c] /= whole
