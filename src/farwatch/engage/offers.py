"""What could be fired at what, what the batteries can still do, and the desk on which it is decided.

Every way to decide (`assigning`) reads these arrays. Tracks stand in order of rank. A salvo is fired whole or not at
all.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from farwatch.compiled import carried, kernel
from farwatch.engage.transport import Routes, new_routes

OPEN, FORBIDDEN, FIXED = 0, 1, 2
"""What a search has decided about a pair."""


@carried
class Offers(NamedTuple):
    """What could be fired at what. Tracks in order of rank; `greedy`, `marginal` and `optimal` read epoch 0 only."""

    gains: NDArray[np.float64]  # [n_epochs, n_tracks, n_rows]: value times kill probability of the salvo, 0 = cannot
    salvos: NDArray[np.int32]  # [n_tracks, n_rows]: rounds of the salvo
    dislike: NDArray[np.float64]  # [n_tracks, n_rows]: `greedy` takes the least disliked, then the greatest gain
    held: NDArray[np.uint8]  # [n_tracks, n_batteries]: 1 = the battery has a target channel on the track already
    discount: NDArray[np.float64]  # [n_epochs]: factor on the gains of an epoch, for the risk of waiting


ROW = np.dtype(
    [
        ("battery_index", "i8"),
        ("ready", "i4"),  # rounds on the launchers, for all epochs together
        ("least", "i4"),  # smallest salvo of it that could be fired
        ("price", "f8"),  # of a round
        ("excess", "f8"),  # by how much the last answer overdraws it; below 0 = spare
    ],
    align=True,
)
"""One row of the magazines. Of a supply the first two are given; the others are a search's own, on its desk."""

LIMIT = np.dtype(
    [
        ("rounds", "i4"),  # free round channels
        ("channels", "i4"),  # free target channels
        ("starts", "i4"),  # salvos that the launch interval lets begin
        ("least", "i4"),  # smallest salvo that could be fired
        ("spare", "i4"),  # tracks that need no new channel
        ("round_price", "f8"),
        ("channel_price", "f8"),
        ("round_excess", "f8"),
        ("channel_excess", "f8"),
    ],
    align=True,
)
"""What one battery can begin in one epoch. Of a supply the first three are given."""


@carried
class Supply(NamedTuple):
    """What the batteries can still do."""

    rows: NDArray[Any]  # ROW[n_rows]
    limits: NDArray[Any]  # LIMIT[n_epochs, n_batteries]


@carried
class Desk(NamedTuple):
    """Answer and working room."""

    choice: NDArray[np.int64]  # [n_tracks], result: row to fire now, -1 = none
    plan: NDArray[np.int32]  # [n_tracks], result: epoch * n_rows + row, -1 = never
    routes: Routes
    left: Supply  # what is left, and the prices of it
    state: NDArray[np.uint8]  # [n_tracks, n_epochs * n_rows]: OPEN, FORBIDDEN or FIXED
    branch: NDArray[np.int32]  # [n_nodes, 3]: track, column and state of each branch taken
    trial: NDArray[np.int32]  # [n_tracks]: plan being tried
    order: NDArray[np.int32]  # [n_tracks]
    best: NDArray[np.float64]  # [2]: gain of the plan; gain of the branches fixed


def new_offers(n_tracks: int, n_rows: int, n_batteries: int, n_epochs: int = 1) -> Offers:
    """Offers for up to so many tracks: no gains yet, salvos of one round, nothing disliked or held, no discount."""
    return Offers(
        gains=np.zeros((n_epochs, n_tracks, n_rows)),
        salvos=np.ones((n_tracks, n_rows), np.int32),
        dislike=np.zeros((n_tracks, n_rows)),
        held=np.zeros((n_tracks, n_batteries), np.uint8),
        discount=np.ones(n_epochs),
    )


def new_supply(n_rows: int, n_batteries: int, n_epochs: int = 1) -> Supply:
    """Supply of so many rows and batteries, with nothing in it."""
    return Supply(rows=np.zeros(n_rows, ROW), limits=np.zeros((n_epochs, n_batteries), LIMIT))


def new_desk(n_tracks: int, n_rows: int, n_batteries: int, n_epochs: int = 1, n_nodes: int = 200) -> Desk:
    """Room for decisions over up to `n_tracks` tracks, `n_rows` rows and up to `n_epochs` epochs.

    A search visits at most `n_nodes` nodes (at least 1): more prove more answers best, and take longer.
    """
    columns = n_epochs * n_rows
    return Desk(
        choice=np.full(n_tracks, -1, np.int64),
        plan=np.full(n_tracks, -1, np.int32),
        routes=new_routes(n_tracks, columns, columns + (n_epochs + 1) * n_batteries),
        left=new_supply(n_rows, n_batteries, n_epochs),
        state=np.zeros((n_tracks, columns), np.uint8),
        branch=np.zeros((n_nodes, 3), np.int32),
        trial=np.full(n_tracks, -1, np.int32),
        order=np.zeros(n_tracks, np.int32),
        best=np.zeros(2),
    )


@kernel
def gain_of(offers: Any, plan: Any, n: int) -> float:
    """Discounted gain of a plan, i4[n] of epoch * n_rows + row or -1."""
    total = 0.0
    for j in range(n):
        if plan[j] >= 0:
            total += pair_gain(offers, j, plan[j])
    return total


@kernel
def pair_gain(offers: Any, j: int, column: int) -> float:
    """Discounted gain of a pair."""
    rows = offers.salvos.shape[1]
    return offers.discount[column // rows] * offers.gains[column // rows, j, column % rows]  # type: ignore[no-any-return]


@kernel
def reopen(supply: Any, left: Any, epochs: int) -> None:
    """Everything is left."""
    for r in range(supply.rows.size):
        left.rows[r]["ready"] = supply.rows[r]["ready"]
        left.rows[r]["battery_index"] = supply.rows[r]["battery_index"]
    for e in range(epochs):
        for b in range(supply.limits.shape[1]):
            left.limits[e, b]["rounds"] = supply.limits[e, b]["rounds"]
            left.limits[e, b]["channels"] = supply.limits[e, b]["channels"]
            left.limits[e, b]["starts"] = supply.limits[e, b]["starts"]


@kernel
def fits(offers: Any, left: Any, j: int, e: int, r: int) -> bool:
    """Whether what is left allows the salvo of row `r` at track `j` in epoch `e`."""
    b, size = left.rows[r]["battery_index"], offers.salvos[j, r]
    if (
        size <= 0
        or size > left.rows[r]["ready"]
        or size > left.limits[e, b]["rounds"]
        or left.limits[e, b]["starts"] <= 0
    ):
        return False
    return left.limits[e, b]["channels"] > 0 or offers.held[j, b] != 0  # type: ignore[no-any-return]


@kernel
def take(offers: Any, left: Any, j: int, e: int, r: int) -> None:
    """Spend that salvo."""
    b, size = left.rows[r]["battery_index"], offers.salvos[j, r]
    left.rows[r]["ready"] -= size
    left.limits[e, b]["rounds"] -= size
    left.limits[e, b]["starts"] -= 1
    if offers.held[j, b] == 0:
        left.limits[e, b]["channels"] -= 1
