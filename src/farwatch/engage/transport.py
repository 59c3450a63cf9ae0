"""Transportation with nested limits: tracks take columns, and columns flow into one another's limits like a river.

Each track takes at most one column and brings its worth there. A column has a capacity and may have a parent, which has
a capacity for all that flows into it, and so on up to a root: rows of a magazine inside a battery, say. Because the
limits are nested this is a flow in a network with costs on the first arc only, so the greatest worth is found exactly,
and in whole numbers, by successive best paths.

Tracks are added one at a time. The new track pushes its unit into a column; a full column or parent pushes one of its
own out, which goes to another column or leaves. Tracks are many and columns few, so the search runs over columns: for
each pair of columns only the cheapest move of any track between them counts.

Sources: Ford and Fulkerson, *Flows in Networks*, 1962, chapter III; Ahuja, Magnanti and Orlin, *Network Flows*, 1993,
sections 9.7 (successive shortest path) and 12.4 (few nodes on one side). Ties keep what is there, then the lower
column.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from farwatch.compiled import kernel

_SMALL = 1e-12
"""Share of the greatest worth below which two sums count as equal."""


class Routes(NamedTuple):
    """A transportation problem and its working room: the first three fields are given, `column_of` is the answer."""

    worth: NDArray[np.float64]  # [n_tracks, n_columns]: what a track brings in a column; not above 0 = never
    parent: NDArray[np.int32]  # [n_nodes]: node that a node flows into, -1 = a root; the columns come first
    capacity: NDArray[np.int32]  # [n_nodes]
    column_of: NDArray[np.int32]  # [n_tracks], result: column of each track, -1 = none
    flow: NDArray[np.int32]  # [n_nodes], result: units through each node
    value: NDArray[np.float64]  # [n_nodes]: best worth of a path that ends with one unit too many here
    came: NDArray[np.int32]  # [n_nodes]: node before on that path, -1 = the new track
    mover: NDArray[np.int32]  # [n_nodes]: track that moves from there to here, -1 = none
    fresh: NDArray[np.uint8]  # [n_nodes]: value changed, not yet handed on
    move: NDArray[np.float64]  # [n_columns, n_columns]: best change of worth of a track that moves between two
    moving: NDArray[np.int32]  # [n_columns, n_columns]: that track
    drop: NDArray[np.float64]  # [n_columns]: best change of worth of a track that leaves
    dropped: NDArray[np.int32]  # [n_columns]: that track
    stale: NDArray[np.uint8]  # [n_columns]: its moves are to be found again


def new_routes(n_tracks: int, n_columns: int, n_nodes: int) -> Routes:
    """Room for `n_tracks` tracks and `n_nodes` nodes, of which the first `n_columns` are columns."""
    return Routes(
        worth=np.zeros((n_tracks, n_columns)),
        parent=np.full(n_nodes, -1, np.int32),
        capacity=np.zeros(n_nodes, np.int32),
        column_of=np.full(n_tracks, -1, np.int32),
        flow=np.zeros(n_nodes, np.int32),
        value=np.zeros(n_nodes),
        came=np.zeros(n_nodes, np.int32),
        mover=np.zeros(n_nodes, np.int32),
        fresh=np.zeros(n_nodes, np.uint8),
        move=np.zeros((n_columns, n_columns)),
        moving=np.zeros((n_columns, n_columns), np.int32),
        drop=np.zeros(n_columns),
        dropped=np.zeros(n_columns, np.int32),
        stale=np.zeros(n_columns, np.uint8),
    )


@kernel
def transport(routes: Any, n: int, columns: int, nodes: int) -> float:
    """Greatest total worth of the first `n` tracks over the first `columns` of `nodes` nodes; who goes where with it.

    Fills routes.column_of[:n] and routes.flow[:nodes]. Work grows as n (n + columns²).
    """
    worth, column_of = routes.worth, routes.column_of
    greatest = 0.0
    for j in range(n):
        column_of[j] = -1
        for c in range(columns):
            greatest = max(greatest, worth[j, c])
    for x in range(nodes):
        routes.flow[x] = 0
    for c in range(columns):
        routes.stale[c] = 1
    small = _SMALL * greatest
    for j in range(n):
        _add(routes, j, columns, nodes, small)
    total = 0.0
    for j in range(n):
        if column_of[j] >= 0:
            total += worth[j, column_of[j]]
    return total


@kernel
def _add(routes: Any, track: int, columns: int, nodes: int, small: float) -> None:
    """Add one track along the path of greatest worth, if it has one above zero."""
    best, most = -1, small
    for c in range(columns):
        if routes.worth[track, c] > most:
            best, most = c, routes.worth[track, c]
    if best < 0:
        return
    if _is_open(routes, best):  # no path is worth more than its first step: those before are at their best
        routes.column_of[track] = best
        routes.stale[best] = 1
        x = best
        while x >= 0:
            routes.flow[x] += 1
            x = routes.parent[x]
        return
    for c in range(columns):
        if routes.stale[c]:
            _find_moves(routes, c, track, columns)
    _search(routes, track, columns, nodes, small)
    _push(routes, track, columns, nodes, small)


@kernel
def _is_open(routes: Any, column: int) -> bool:
    """Whether one more unit can flow from a column all the way to its root."""
    x = column
    while x >= 0:
        if routes.flow[x] >= routes.capacity[x]:
            return False
        x = routes.parent[x]
    return True


@kernel
def _find_moves(routes: Any, column: int, n: int, columns: int) -> None:
    """Best move from `column` to each other one, and out, over those of the first `n` tracks that are in it."""
    routes.stale[column] = 0
    routes.drop[column] = -np.inf
    for d in range(columns):
        routes.move[column, d] = -np.inf
    for i in range(n):
        if routes.column_of[i] != column:
            continue
        here = routes.worth[i, column]
        if -here > routes.drop[column]:
            routes.drop[column], routes.dropped[column] = -here, i
        for d in range(columns):
            if routes.worth[i, d] > 0.0 and routes.worth[i, d] - here > routes.move[column, d]:
                routes.move[column, d], routes.moving[column, d] = routes.worth[i, d] - here, i


@kernel
def _search(routes: Any, track: int, columns: int, nodes: int, small: float) -> None:
    """Best worth of having one unit too many at each node, by repeated sweeps (Bellman and Ford).

    No cycle gains, since the tracks before are at their best; so the sweeps end.
    """
    value, parent, flow = routes.value, routes.parent, routes.flow
    for x in range(nodes):
        value[x], routes.came[x], routes.mover[x], routes.fresh[x] = -np.inf, -1, -1, 0
    for c in range(columns):
        if routes.worth[track, c] > small:
            value[c], routes.fresh[c] = routes.worth[track, c], 1
    for _ in range(nodes + 1):
        changed = False
        for x in range(nodes):
            p = parent[x]
            if p >= 0 and flow[x] > 0 and value[p] > value[x] + small:  # back down a used arc
                value[x], routes.came[x], routes.mover[x], routes.fresh[x] = value[p], p, -1, 1
            if routes.fresh[x] == 0:
                continue
            routes.fresh[x], changed = 0, True
            if p >= 0 and flow[x] < routes.capacity[x] and value[x] > value[p] + small:
                value[p], routes.came[p], routes.mover[p], routes.fresh[p] = value[x], x, -1, 1
            if x < columns and routes.drop[x] > -np.inf:
                for d in range(columns):
                    if value[x] + routes.move[x, d] > value[d] + small:
                        value[d] = value[x] + routes.move[x, d]
                        routes.came[d], routes.mover[d], routes.fresh[d] = x, routes.moving[x, d], 1
        if not changed:
            break


@kernel
def _push(routes: Any, track: int, columns: int, nodes: int, small: float) -> None:
    """Follow the best path back from its end, and change flow and columns along it."""
    best, end, leaver = small, -1, -1
    for x in range(nodes):
        if routes.parent[x] < 0 and routes.flow[x] < routes.capacity[x] and routes.value[x] > best:
            best, end, leaver = routes.value[x], x, -1
        if x < columns and routes.value[x] + routes.drop[x] > best:
            best, end, leaver = routes.value[x] + routes.drop[x], x, routes.dropped[x]
    if end < 0:
        return
    if leaver >= 0:
        routes.column_of[leaver] = -1
        routes.stale[end] = 1
    else:
        routes.flow[end] += 1
    x = end
    while routes.came[x] >= 0:
        y = routes.came[x]
        if routes.mover[x] >= 0:
            routes.column_of[routes.mover[x]] = x
            routes.stale[x], routes.stale[y] = 1, 1
        elif routes.parent[y] == x:
            routes.flow[y] += 1
        else:
            routes.flow[x] -= 1
        x = y
    routes.column_of[track] = x
    routes.stale[x] = 1
