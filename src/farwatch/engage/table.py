"""The table on which one decision is dealt whole (`deal`): offers, supply, and what the deals of a trial gained."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from farwatch.compiled import carried
from farwatch.engage.offers import Desk, Offers, Supply, new_desk, new_offers, new_supply

GREEDY, OPTIMAL, LOOK_AHEAD = 0, 1, 2
"""Values of DOCTRINE["assignment"]."""

MOST_TRACKS = 32
"""Tracks dealt at one decision, worst threats first."""

EPOCHS = 4
CYCLE_S = 30.0
WAITING = 0.95
"""Look-ahead: launches now and at three later times, one cycle apart; each cycle of waiting costs a twentieth."""

NODES = 50
"""Nodes that the search for one deal may visit; it mostly needs one."""

DEALT, GREEDILY = 0, 1
"""Places in `Table.gains`: what the assignment gained at this trial's decisions, and what one by one would have."""

@carried
class Table(NamedTuple):
    """Room for one deal."""

    offers: Offers
    supply: Supply
    desk: Desk
    slots: NDArray[np.int64]  # [MOST_TRACKS]: track slot of each track of the offers
    gains: NDArray[np.float64]  # [2]: summed over the trial, see DEALT, GREEDILY


def new_table(assignment: int, n_rows: int, n_batteries: int) -> Table:
    """Room for deals by one way to decide; almost none where nothing is dealt."""
    tracks, epochs = (1, 1) if assignment == GREEDY else (MOST_TRACKS, EPOCHS if assignment == LOOK_AHEAD else 1)
    offers = new_offers(tracks, n_rows, n_batteries, epochs)
    offers.discount[:] = WAITING ** np.arange(epochs)
    return Table(
        offers=offers,
        supply=new_supply(n_rows, n_batteries, epochs),
        desk=new_desk(tracks, n_rows, n_batteries, epochs, NODES),
        slots=np.zeros(tracks, np.int64),
        gains=np.zeros(2),
    )
