"""The unit of work of a campaign, and the order in which units are filed and played.

All of it follows from the goals alone: nothing here knows threads, machines or time.
"""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import NamedTuple

UNIT_TRIALS = 8
"""Trials in one unit at most: the eight that a Latin hypercube is drawn for."""

PART_ROWS = 4096
"""Trials in one part of the store at most."""


class Unit(NamedTuple):
    """Trials `first` to `first + size - 1` of a point, played in one go."""

    point: int
    first: int
    size: int


@dataclass(frozen=True, slots=True)
class Part:
    """Some consecutive units that one file of each table holds."""

    number: int
    units: tuple[Unit, ...]

    @property
    def trials(self) -> int:
        """How many trials that is: its rows in the table of trials."""
        return sum(unit.size for unit in self.units)


def units_between(before: Mapping[int, int], goals: Mapping[int, int]) -> Iterator[Unit]:
    """Units from the trials that were asked for before up to `goals`, by point, then trial; cut at multiples of 8."""
    for point in sorted(goals):
        first = before.get(point, 0)
        while first < goals[point]:
            end = min(goals[point], (first // UNIT_TRIALS + 1) * UNIT_TRIALS)
            yield Unit(point, first, end - first)
            first = end


def parts_of(units: Iterator[Unit], number: int) -> list[Part]:
    """The parts that the units of one round fill, in order, numbered from `number`."""
    parts: list[Part] = []
    filled: list[Unit] = []
    rows = 0
    for unit in units:
        if filled and rows + unit.size > PART_ROWS:
            parts.append(Part(number + len(parts), tuple(filled)))
            filled, rows = [], 0
        filled.append(unit)
        rows += unit.size
    if filled:
        parts.append(Part(number + len(parts), tuple(filled)))
    return parts


def by_lane(units: Sequence[Unit], lanes: int) -> Iterator[tuple[int, Unit]]:
    """Units in the order in which they are best begun, each with its lane, 0 to lanes - 1.

    A lane plays one point to its end before it takes the next, and lanes are served in turn: so two workers rarely
    wait for the same point to be prepared. Where points are fewer than lanes, lanes share a point.
    """
    waiting = deque(_stretches(units, max(1, ceil(len(units) / lanes))))
    queues: list[deque[Unit]] = [deque() for _ in range(lanes)]
    while True:
        served = False
        for lane, queue in enumerate(queues):
            if not queue and waiting:
                queue.extend(waiting.popleft())
            if queue:
                yield lane, queue.popleft()
                served = True
        if not served:
            return


def _stretches(units: Sequence[Unit], longest: int) -> Iterator[list[Unit]]:
    """Consecutive units of one point, at most `longest` in a stretch."""
    stretch: list[Unit] = []
    for unit in units:
        if stretch and (unit.point != stretch[0].point or len(stretch) >= longest):
            yield stretch
            stretch = []
        stretch.append(unit)
    if stretch:
        yield stretch
