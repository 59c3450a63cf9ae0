"""Ways over the earth as pieces that do not cross the antimeridian [RFC 7946, section 3.1.9]."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def pieces(way: Floats) -> list[Floats]:
    """A way (n, k), longitude in degrees first, as ways whose longitudes lie between -180 and 180.

    It takes the short way from place to place; where that crosses the antimeridian it is cut, and both pieces get the
    place on it, with all columns in proportion (straight in longitude, as a plate carrée has it). One piece at least.
    """
    run = np.array(way, np.float64)
    if len(run) == 0:
        return [run]
    run[:, 0] = np.unwrap(run[:, 0], period=360.0)
    turn = np.floor((run[:, 0] + 180.0) / 360.0)
    cuts = np.flatnonzero(np.diff(turn))
    made, beginning, first = [], run[:0], 0
    for k in cuts.tolist():
        here, there = run[k], run[k + 1]
        edge_deg = 360.0 * max(turn[k], turn[k + 1]) - 180.0
        at = here + (edge_deg - here[0]) / (there[0] - here[0]) * (there - here)
        at[0] = edge_deg
        made.append(_brought_back([beginning, run[first : k + 1], at[None]], turn[k]))
        beginning, first = at[None], k + 1
    made.append(_brought_back([beginning, run[first:]], turn[-1]))
    return [piece for piece in made if len(piece) > 1] or made[:1]


def _brought_back(parts: list[Floats], turn: Any) -> Floats:
    """Parts as one, in the usual turn, each place different from the one before on either side of a cut."""
    whole = np.concatenate(parts)
    whole[:, 0] = np.clip(whole[:, 0] - 360.0 * turn, -180.0, 180.0)
    fresh = np.ones(len(whole), bool)
    for row in (1, len(whole) - 1):  # a place may lie on the antimeridian itself
        if 0 < row < len(whole):
            fresh[row] = bool(np.any(whole[row] != whole[row - 1]))
    return np.asarray(whole[fresh])
