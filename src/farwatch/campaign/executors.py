"""Where units are played: in threads of this process, or elsewhere (`cluster`)."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol, Self

from farwatch.campaign.playing import Order
from farwatch.campaign.rows import Rows
from farwatch.errors import InputError, Problem

Player = Callable[[Order], Rows]
"""Whoever plays a unit: a function of its order alone, that other processes can import."""


class Executor(Protocol):
    """Plays units somewhere. What is submitted comes back in any order."""

    @property
    def slots(self) -> int:
        """How many units it can play at once."""

    def submit(self, play: Player, order: Order, lane: int) -> Future[Rows]:
        """Have a unit played; units of one lane are best played in one place, where their point is prepared."""

    def lost(self) -> str:
        """Why nothing that was submitted will ever come back; empty while there is hope. Asked ten times a second."""


@dataclass(frozen=True, slots=True)
class Threads:
    """Plays units in threads: the compiled loop holds no interpreter lock."""

    pool: ThreadPoolExecutor
    slots: int

    def submit(self, play: Player, order: Order, lane: int) -> Future[Rows]:
        """Have a unit played in the next free thread."""
        del lane
        return self.pool.submit(play, order)

    def lost(self) -> str:
        """Threads are never lost."""
        return ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.pool.shutdown(cancel_futures=True)


def threads(count: int | None = None) -> Threads:
    """Threads of this process to play units in, all cores when not said; use it in a `with` block."""
    from farwatch.campaign.execute import cores

    if count is not None and count < 1:
        raise InputError("campaign", [Problem("threads", str(count), "must be at least 1")])
    slots = count or cores()
    return Threads(ThreadPoolExecutor(slots, thread_name_prefix="farwatch"), slots)
