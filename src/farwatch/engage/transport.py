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

from farwatch.compiled import carried, kernel

_SMALL = 1e-12
"""Share of the greatest worth below which two sums count as equal."""


NODE = np.dtype(
    [
        ("parent", "i4"),  # node that it flows into, -1 = a root
        ("capacity", "i4"),
        ("flow", "i4"),  # result: units through it
        ("value", "f8"),  # best worth of a path that ends with one unit too many here
        ("came", "i4"),  # node before on that path, -1 = the new track
        ("mover", "i4"),  # track that moves from there to here, -1 = none
        ("fresh", "i1"),  # 1: value changed, not yet handed on
        ("drop", "f8"),  # of a column: best change of worth of a track that leaves it
        ("dropped", "i4"),  # that track
        ("stale", "i1"),  # 1: the moves out of the column are to be found again
    ],
    align=True,
)
"""One limit. `parent` and `capacity` are given."""


@carried
class Routes(NamedTuple):
    """A transportation problem and its working room: `worth` and the nodes are given, `column_of` is the answer."""

    worth: NDArray[np.float64]  # [n_tracks, n_columns]: what a track brings in a column; not above 0 = never
    nodes: NDArray[Any]  # NODE[n_nodes]: the columns come first
    column_of: NDArray[np.int32]  # [n_tracks], result: column of each track, -1 = none
    move: NDArray[np.float64]  # [n_columns, n_columns]: best change of worth of a track that moves between two
    moving: NDArray[np.int32]  # [n_columns, n_columns]: that track


def new_routes(n_tracks: int, n_columns: int, n_nodes: int) -> Routes:
    """Room for `n_tracks` tracks and `n_nodes` nodes, of which the first `n_columns` are columns; all are roots."""
    nodes = np.zeros(n_nodes, NODE)
    nodes["parent"] = -1
    return Routes(
        worth=np.zeros((n_tracks, n_columns)),
        nodes=nodes,
        column_of=np.full(n_tracks, -1, np.int32),
        move=np.zeros((n_columns, n_columns)),
        moving=np.zeros((n_columns, n_columns), np.int32),
    )


@kernel
def transport(routes: Any, n: int, columns: int, nodes: int) -> float:
    """Greatest total worth of the first `n` tracks over the first `columns` of `nodes` nodes; who goes where with it.

    Fills routes.column_of[:n] and routes.nodes[:nodes]["flow"]. Work grows as n (n + columns²).
    """
    worth, column_of = routes.worth, routes.column_of
    greatest = 0.0
    for j in range(n):
        column_of[j] = -1
        for c in range(columns):
            greatest = max(greatest, worth[j, c])
    for x in range(nodes):
        routes.nodes[x]["flow"] = 0
    for c in range(columns):
        routes.nodes[c]["stale"] = 1
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
        routes.nodes[best]["stale"] = 1
        x = best
        while x >= 0:
            routes.nodes[x]["flow"] += 1
            x = routes.nodes[x]["parent"]
        return
    for c in range(columns):
        if routes.nodes[c]["stale"]:
            _find_moves(routes, c, track, columns)
    _search(routes, track, columns, nodes, small)
    _push(routes, track, columns, nodes, small)


@kernel
def _is_open(routes: Any, column: int) -> bool:
    """Whether one more unit can flow from a column all the way to its root."""
    x = column
    while x >= 0:
        if routes.nodes[x]["flow"] >= routes.nodes[x]["capacity"]:
            return False
        x = routes.nodes[x]["parent"]
    return True


@kernel
def _find_moves(routes: Any, column: int, n: int, columns: int) -> None:
    """Best move from `column` to each other one, and out, over those of the first `n` tracks that are in it."""
    routes.nodes[column]["stale"] = 0
    routes.nodes[column]["drop"] = -np.inf
    for d in range(columns):
        routes.move[column, d] = -np.inf
    for i in range(n):
        if routes.column_of[i] != column:
            continue
        here = routes.worth[i, column]
        if -here > routes.nodes[column]["drop"]:
            routes.nodes[column]["drop"], routes.nodes[column]["dropped"] = -here, i
        for d in range(columns):
            if routes.worth[i, d] > 0.0 and routes.worth[i, d] - here > routes.move[column, d]:
                routes.move[column, d], routes.moving[column, d] = routes.worth[i, d] - here, i


@kernel
def _search(routes: Any, track: int, columns: int, count: int, small: float) -> None:
    """Best worth of having one unit too many at each of `count` nodes, by repeated sweeps (Bellman and Ford).

    No cycle gains, since the tracks before are at their best; so the sweeps end.
    """
    nodes = routes.nodes
    for x in range(count):
        nodes[x]["value"], nodes[x]["fresh"] = -np.inf, 0
    for c in range(columns):
        if routes.worth[track, c] > small:
            _reach(nodes[c], routes.worth[track, c], -1, -1)
    for _ in range(count + 1):
        changed = False
        for x in range(count):
            node, p = nodes[x], nodes[x]["parent"]
            if p >= 0 and node["flow"] > 0 and nodes[p]["value"] > node["value"] + small:  # back down a used arc
                _reach(node, nodes[p]["value"], p, -1)
            if node["fresh"] == 0:
                continue
            node["fresh"], changed = 0, True
            if p >= 0 and node["flow"] < node["capacity"] and node["value"] > nodes[p]["value"] + small:
                _reach(nodes[p], node["value"], x, -1)
            if x < columns and node["drop"] > -np.inf:
                for d in range(columns):
                    if node["value"] + routes.move[x, d] > nodes[d]["value"] + small:
                        _reach(nodes[d], node["value"] + routes.move[x, d], x, routes.moving[x, d])
        if not changed:
            break


@kernel
def _reach(node: Any, value: float, came: int, mover: int) -> None:
    """Note a better path to a node."""
    node["value"], node["came"], node["mover"], node["fresh"] = value, came, mover, 1


@kernel
def _push(routes: Any, track: int, columns: int, count: int, small: float) -> None:
    """Follow the best path back from its end, and change flow and columns along it."""
    nodes = routes.nodes
    best, end, leaver = small, -1, -1
    for x in range(count):
        node = nodes[x]
        if node["parent"] < 0 and node["flow"] < node["capacity"] and node["value"] > best:
            best, end, leaver = node["value"], x, -1
        if x < columns and node["value"] + node["drop"] > best:
            best, end, leaver = node["value"] + node["drop"], x, node["dropped"]
    if end < 0:
        return
    if leaver >= 0:
        routes.column_of[leaver] = -1
        nodes[end]["stale"] = 1
    else:
        nodes[end]["flow"] += 1
    x = end
    while nodes[x]["came"] >= 0:
        y = nodes[x]["came"]
        if nodes[x]["mover"] >= 0:
            routes.column_of[nodes[x]["mover"]] = x
            nodes[x]["stale"], nodes[y]["stale"] = 1, 1
        elif nodes[y]["parent"] == x:
            nodes[y]["flow"] += 1
        else:
            nodes[x]["flow"] -= 1
        x = y
    routes.column_of[track] = x
    nodes[x]["stale"] = 1
