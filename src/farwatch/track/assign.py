"""Best assignment of plots to tracks: the shortest augmenting path over candidate pairs only.

Each row (track) lists the columns (plots) it may take with their costs; a row may also take none, at a given cost.
The search from a row reaches only what is connected to it, so the optimum over all is found cluster by cluster
without cutting clusters out first, and the work grows with the size of a cluster, not of the scene.

Sources: Jonker and Volgenant 1987; Crouse 2016 (rectangular form). Ties prefer no assignment, then the column reached
first.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from farwatch.compiled import carried, kernel
from farwatch.errors import InputError, Problem

FORBIDDEN = 1e12
"""Cost of leaving a row without a column where every row must have one."""


@carried
class Room(NamedTuple):
    """Working room of `assign` for up to n rows and m columns."""

    row_price: Any  # f8[n]
    column_price: Any  # f8[m]
    distance: Any  # f8[m], inf between calls
    through: Any  # i4[m], row a column was reached from
    closed: Any  # u1[m], 0 between calls
    reached: Any  # i4[m], columns reached, in order
    column_of: Any  # i4[n], result: column of each row, -1 = none
    row_of: Any  # i4[m], result: row of each column, -1 = none


def new_room(rows: int, columns: int) -> Room:
    """Room for `rows` and `columns`, ready for use."""
    return Room(
        row_price=np.zeros(rows),
        column_price=np.zeros(columns),
        distance=np.full(columns, np.inf),
        through=np.full(columns, -1, np.int32),
        closed=np.zeros(columns, np.uint8),
        reached=np.zeros(columns, np.int32),
        column_of=np.full(rows, -1, np.int32),
        row_of=np.full(columns, -1, np.int32),
    )


@kernel
def assign(columns: Any, costs: Any, counts: Any, none_cost: float, room: Room, n: int, m: int) -> None:
    """Least total cost over `n` rows and `m` columns, into room.column_of and room.row_of.

    columns: i4[n, width], candidate columns of each row; costs: f8[n, width]; counts: i4[n], how many of them count;
    none_cost: cost of a row that takes none.
    """
    column_of, row_of = room.column_of, room.row_of
    row_price, column_price = room.row_price, room.column_price
    for j in range(m):
        row_of[j] = -1
        column_price[j] = 0.0
    for i in range(n):
        column_of[i] = -1
        row_price[i] = 0.0
    for i in range(n):
        best, least = -1, none_cost
        for k in range(counts[i]):
            j = columns[i, k]
            if costs[i, k] - column_price[j] < least:
                best, least = j, costs[i, k] - column_price[j]
        if best >= 0 and row_of[best] < 0:  # nobody in the way: the path has one step
            row_of[best], column_of[i], row_price[i] = i, best, least
        elif best >= 0:
            search(columns, costs, counts, none_cost, room, i)


@kernel
def search(columns: Any, costs: Any, counts: Any, none_cost: float, room: Room, start: int) -> None:
    """Add row `start` to the assignment along the cheapest alternating path (Dijkstra over reduced costs)."""
    distance, through, closed, reached = room.distance, room.through, room.closed, room.reached
    row_price, column_price = room.row_price, room.column_price
    column_of, row_of = room.column_of, room.row_of
    row, travelled, count = start, 0.0, 0
    idle, idle_row, end = np.inf, start, -1
    while True:
        if travelled + none_cost - row_price[row] < idle:
            idle, idle_row = travelled + none_cost - row_price[row], row
        for k in range(counts[row]):
            j = columns[row, k]
            if closed[j] == 0:
                d = travelled + costs[row, k] - row_price[row] - column_price[j]
                if d < distance[j]:
                    if through[j] < 0:
                        reached[count] = j
                        count += 1
                    distance[j], through[j] = d, row
        nearest, least = -1, np.inf
        for k in range(count):
            j = reached[k]
            if closed[j] == 0 and distance[j] < least:
                nearest, least = j, distance[j]
        if nearest < 0 or idle <= least:
            travelled = idle
            break
        closed[nearest], travelled = 1, least
        if row_of[nearest] < 0:
            end = nearest
            break
        row = row_of[nearest]
    row_price[start] += travelled
    for k in range(count):
        j = reached[k]
        if closed[j] == 1 and row_of[j] >= 0:
            row_price[row_of[j]] += travelled - distance[j]
            column_price[j] -= travelled - distance[j]
    if end < 0:
        end = column_of[idle_row]
        column_of[idle_row] = -1
    while end >= 0:
        row = through[end]
        end_before = column_of[row]
        row_of[end], column_of[row] = row, end
        end = end_before if row != start else -1
    for k in range(count):
        j = reached[k]
        distance[j], through[j], closed[j] = np.inf, -1, 0


def assign_matrix(cost: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns of the least-cost assignment of a full matrix; every row or every column is used.

    cost: f8[n, m]. Returns two i8[min(n, m)], rows ascending. Raises InputError where a cost is not finite.
    """
    matrix = np.atleast_2d(np.asarray(cost, float))
    if not np.isfinite(matrix).all():
        raise InputError("cost", [Problem("cost", "", "every cost must be a finite number")])
    if matrix.shape[0] > matrix.shape[1]:
        columns, rows = assign_matrix(matrix.T)
        order = np.argsort(rows)
        return rows[order], columns[order]
    n, m = matrix.shape
    room = new_room(n, m)
    everywhere = np.ascontiguousarray(np.broadcast_to(np.arange(m, dtype=np.int32), (n, m)))
    none_cost = FORBIDDEN * (1.0 + float(np.abs(matrix).max(initial=0.0)))
    assign(everywhere, np.ascontiguousarray(matrix), np.full(n, m, np.int32), none_cost, room, n, m)
    return np.arange(n), room.column_of.astype(np.int64)


def mean_random_cost(n: int) -> float:
    """Mean least cost of an n x n assignment with independent Exp(1) costs: sum of 1/k^2 (Aldous 2001)."""
    return sum(1.0 / k**2 for k in range(1, n + 1))
