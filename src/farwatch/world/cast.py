"""The cast of a mission: who is in the air, on which trajectory, from when."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from farwatch.catalogue import Figure
from farwatch.catalogue.uncertainty import Drawn
from farwatch.chance import name_id
from farwatch.records import KNOT, TARGET
from farwatch.world.profiles import Flight


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Member:
    """One object in the air. `speed` is the figure its speed is drawn from, None where the speed is fixed.

    `asset_index` is -1 for background traffic; a friend flies to an asset too, and is not of the raid.
    Members may share one `Flight`.
    """

    name: str
    group_index: int
    class_index: int
    asset_index: int
    transponder: bool
    flight: Flight
    start_s: float
    speed: Figure | None = None
    jammer_w_hz: float = 0.0
    friend: bool = False

    @property
    def latest_end_s(self) -> float:
        """Mission time of its last knot at its slowest."""
        slowest = 1.0 if self.speed is None or self.speed.fixed else self.speed.low / self.speed.value
        return self.start_s + self.flight.duration_s / slowest


def packed(members: Sequence[Member]) -> tuple[NDArray[np.void], NDArray[np.void]]:
    """TARGET[n] and KNOT[m] of a cast; shared flights are stored once."""
    flights = {id(member.flight): member.flight for member in members}
    starts = dict(zip(flights, np.cumsum([0, *(len(f.knots) for f in flights.values())]), strict=False))
    targets = np.zeros(len(members), dtype=TARGET)
    for row, member in zip(targets, members, strict=True):
        row["id"] = name_id(member.name)
        row["class_index"], row["group_index"] = member.class_index, member.group_index
        row["asset_index"], row["friend"] = member.asset_index, member.friend
        row["raid"] = member.asset_index >= 0 and not member.friend
        row["transponder"], row["jammer_w_hz"] = member.transponder, member.jammer_w_hz
        row["first_knot"], row["knot_count"] = starts[id(member.flight)], len(member.flight.knots)
        row["step_s"], row["start_s"], row["rate"] = member.flight.step_s, member.start_s, 1.0
    parts = [flight.knots for flight in flights.values()]
    return targets, np.concatenate(parts) if parts else np.zeros(0, dtype=KNOT)


def drawn_speeds(members: Sequence[Member]) -> list[Drawn]:
    """The rate of each member's clock, where its speed is drawn: the drawn speed over the published one."""
    return [
        Drawn(table="targets", row=row, field="rate", figure=member.speed, factor=1.0 / member.speed.value)
        for row, member in enumerate(members)
        if member.speed is not None
    ]
