"""Playing one unit, on this machine or on another: a function of its order alone.

What runs elsewhere is `play_unit`; it needs farwatch installed there, the same version of it, and the files that the
scenario names under the same paths.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING, Any

from farwatch.campaign.makeup import clashes, makeup
from farwatch.campaign.points import GIVEN, STRATIFIED, Array
from farwatch.campaign.readying import made_ready
from farwatch.campaign.rows import Rows, rows_of
from farwatch.errors import FarwatchError
from farwatch.outcomes.casting import cast_of
from farwatch.outcomes.evidence import Cast
from farwatch.scenario import Scenario

if TYPE_CHECKING:
    from farwatch.mission import Draws, Mission

MISSIONS_KEPT = 24
"""Prepared missions that a process remembers, some megabytes each."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Order:
    """One unit, with all that is needed to play it.

    `key` stands for `scenario`, the point's changes made; `address` is the chance address of its first trial. `draws`
    is a kind of `points.Draws`, `quantiles` f8[count, figures] the rows of these trials. `ours` is what the one who
    orders is made of; whoever is made of something else refuses.
    """

    point: int
    first: int
    count: int
    address: int
    seed: int
    scenario: Scenario
    key: str
    draws: str
    quantiles: Array | None
    tilt_odds: float
    ours: Mapping[str, str]


def play_unit(order: Order) -> Rows:
    """Play the trials of an order and give their rows; see `rows.rows_of`.

    Raises FarwatchError where this process runs another version than the one that ordered, and InputError for a
    scenario that cannot be played.
    """
    from farwatch import mission

    lines = clashes(order.ours, makeup())
    if lines:
        raise FarwatchError("\n  ".join(["a worker runs something else than this machine", *lines]))
    stage = _staged(order)
    draws = _draws(stage.mission, order)
    block = mission.play(stage.mission, order.seed, order.address, order.count, draws=draws)
    return rows_of(order.point, order.first, stage.cast, block)


@dataclass(frozen=True, slots=True)
class _Stage:
    """A mission made ready, and who takes part in it."""

    mission: "Mission"
    cast: Cast


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a stage is kept once it is made; its lock lets one thread make it while others wait."""

    lock: Lock = field(default_factory=Lock)
    made: list[_Stage] = field(default_factory=list)


_FINDING = Lock()


@lru_cache(maxsize=MISSIONS_KEPT)
def _place(_key: str) -> _Place:
    return _Place()


def _staged(order: Order) -> _Stage:
    """The stage of an order, prepared once in this process while it is remembered."""
    with _FINDING:
        place = _place(order.key)
    with place.lock:
        if not place.made:
            prepared = made_ready(order.scenario)
            place.made.append(_Stage(prepared, cast_of(prepared)))
        return place.made[0]


def _draws(prepared: "Mission", order: Order) -> "Draws":
    """The same in the mission's words."""
    from farwatch.catalogue.uncertainty import values_at
    from farwatch.mission import Draws

    values: Any = None
    if order.draws == GIVEN and order.quantiles is not None:
        asked, there = order.quantiles.shape[1], len(prepared.figures)
        if asked != there:
            raise FarwatchError(f"point {order.point} is given {asked} figures, and its scenario draws {there}")
        values = values_at(prepared.figures, order.quantiles)
    return Draws(stratified=order.draws == STRATIFIED, tilt=order.tilt_odds, values=values)
