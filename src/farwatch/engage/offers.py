"""What could be fired at what, what the batteries can still do, and the desk on which it is decided.

Every way to decide (`assigning`) reads these arrays. Tracks stand in order of rank. A salvo is fired whole or not at
all.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from farwatch.compiled import kernel
from farwatch.engage.transport import Routes, new_routes

OPEN, FORBIDDEN, FIXED = 0, 1, 2
"""What a search has decided about a pair."""


class Offers(NamedTuple):
    """What could be fired at what. Tracks in order of rank; `greedy`, `marginal` and `optimal` read epoch 0 only."""

    gains: NDArray[np.float64]  # [n_epochs, n_tracks, n_rows]: value times kill probability of the salvo, 0 = cannot
    salvos: NDArray[np.int32]  # [n_tracks, n_rows]: rounds of the salvo
    dislike: NDArray[np.float64]  # [n_tracks, n_rows]: `greedy` takes the least disliked, then the greatest gain
    held: NDArray[np.uint8]  # [n_tracks, n_batteries]: 1 = the battery has a target channel on the track already
    discount: NDArray[np.float64]  # [n_epochs]: factor on the gains of an epoch, for the risk of waiting


class Supply(NamedTuple):
    """What the batteries can still do. Limits of an epoch hold for what begins in it."""

    battery_of: NDArray[np.int64]  # [n_rows]
    ready: NDArray[np.int32]  # [n_rows]: rounds on the launchers, for all epochs together
    rounds: NDArray[np.int32]  # [n_epochs, n_batteries]: free round channels
    channels: NDArray[np.int32]  # [n_epochs, n_batteries]: free target channels
    starts: NDArray[np.int32]  # [n_epochs, n_batteries]: salvos that the launch interval lets begin


class Desk(NamedTuple):
    """Answer and working room."""

    choice: NDArray[np.int64]  # [n_tracks], result: row to fire now, -1 = none
    plan: NDArray[np.int32]  # [n_tracks], result: epoch * n_rows + row, -1 = never
    routes: Routes
    left: Supply  # what is left
    prices: Any  # Prices: of a round of each row, and of rounds and channels by epoch and battery
    excess: Any  # Prices: by how much the last answer overdraws what is priced; below 0 = spare
    state: NDArray[np.uint8]  # [n_tracks, n_epochs * n_rows]: OPEN, FORBIDDEN or FIXED
    branch: NDArray[np.int32]  # [n_nodes, 3]: track, column and state of each branch taken
    trial: NDArray[np.int32]  # [n_tracks]: plan being tried
    order: NDArray[np.int32]  # [n_tracks]
    least: NDArray[np.int32]  # [n_rows + n_batteries]: smallest salvo of each row and battery
    spare: NDArray[np.int32]  # [n_batteries]: tracks that need no channel of the battery
    best: NDArray[np.float64]  # [2]: gain of the plan; gain of the branches fixed


class Prices(NamedTuple):
    """One number for each limit that is not nested."""

    ready: NDArray[np.float64]  # [n_rows]
    rounds: NDArray[np.float64]  # [n_epochs, n_batteries]
    channels: NDArray[np.float64]  # [n_epochs, n_batteries]


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
    shape = (n_epochs, n_batteries)
    return Supply(
        battery_of=np.zeros(n_rows, np.int64),
        ready=np.zeros(n_rows, np.int32),
        rounds=np.zeros(shape, np.int32),
        channels=np.zeros(shape, np.int32),
        starts=np.zeros(shape, np.int32),
    )


def new_desk(n_tracks: int, n_rows: int, n_batteries: int, n_epochs: int = 1, n_nodes: int = 200) -> Desk:
    """Room for decisions over up to `n_tracks` tracks, `n_rows` rows and up to `n_epochs` epochs.

    A search visits at most `n_nodes` nodes (at least 1): more prove more answers best, and take longer.
    """
    columns = n_epochs * n_rows
    shape = (n_epochs, n_batteries)
    return Desk(
        choice=np.full(n_tracks, -1, np.int64),
        plan=np.full(n_tracks, -1, np.int32),
        routes=new_routes(n_tracks, columns, columns + (n_epochs + 1) * n_batteries),
        left=new_supply(n_rows, n_batteries, n_epochs),
        prices=Prices(np.zeros(n_rows), np.zeros(shape), np.zeros(shape)),
        excess=Prices(np.zeros(n_rows), np.zeros(shape), np.zeros(shape)),
        state=np.zeros((n_tracks, columns), np.uint8),
        branch=np.zeros((n_nodes, 3), np.int32),
        trial=np.full(n_tracks, -1, np.int32),
        order=np.zeros(n_tracks, np.int32),
        least=np.zeros(n_rows + n_batteries, np.int32),
        spare=np.zeros(n_batteries, np.int32),
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
    for r in range(supply.ready.size):
        left.ready[r] = supply.ready[r]
        left.battery_of[r] = supply.battery_of[r]
    for e in range(epochs):
        for b in range(supply.rounds.shape[1]):
            left.rounds[e, b] = supply.rounds[e, b]
            left.channels[e, b] = supply.channels[e, b]
            left.starts[e, b] = supply.starts[e, b]


@kernel
def fits(offers: Any, left: Any, j: int, e: int, r: int) -> bool:
    """Whether what is left allows the salvo of row `r` at track `j` in epoch `e`."""
    b, size = left.battery_of[r], offers.salvos[j, r]
    if size <= 0 or size > left.ready[r] or size > left.rounds[e, b] or left.starts[e, b] <= 0:
        return False
    return left.channels[e, b] > 0 or offers.held[j, b] != 0  # type: ignore[no-any-return]


@kernel
def take(offers: Any, left: Any, j: int, e: int, r: int) -> None:
    """Spend that salvo."""
    b, size = left.battery_of[r], offers.salvos[j, r]
    left.ready[r] -= size
    left.rounds[e, b] -= size
    left.starts[e, b] -= 1
    if offers.held[j, b] == 0:
        left.channels[e, b] -= 1
