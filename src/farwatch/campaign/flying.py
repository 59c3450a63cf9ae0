"""Many units in flight at once: the one loop that keeps an executor busy, heeds Ctrl-C and loses nothing.

Runs and campaigns are played by it, wherever their units are played.
"""

from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, wait
from itertools import islice
from typing import TypeVar

from farwatch.campaign.interruption import noted

IN_FLIGHT_PER_THREAD = 2
"""Units submitted per thread: one that runs and one that waits for it."""

HEED_S = 0.1
"""How long Ctrl-C may wait to be heeded."""

Unit = TypeVar("Unit")
Found = TypeVar("Found")


def fly(
    waiting: Iterable[Unit],
    *,
    submit: Callable[[Unit], Future[Found]],
    land: Callable[[Unit, Found], None],
    room: int,
    look: Callable[[], None] = lambda: None,
) -> bool:
    """Keep `room` of the `waiting` units flying, in order, and `land` each with what it found; False after Ctrl-C.

    Ctrl-C stops new units, waits for those that run, and lands them. An error calls off the rest and is raised. `look`
    is called whenever nothing has landed for a while; it may raise.
    """
    queue = iter(waiting)
    flying: dict[Future[Found], Unit] = {}
    with noted() as stop:
        try:
            while True:
                for unit in islice(queue, 0 if stop.is_set() else room - len(flying)):
                    flying[submit(unit)] = unit
                if stop.is_set():
                    flying = {future: unit for future, unit in flying.items() if not future.cancel()}
                if not flying:
                    return not stop.is_set()
                done, _ = wait(flying, timeout=HEED_S, return_when=FIRST_COMPLETED)
                for future in sorted((one for one in flying if one in done), key=_failed):
                    land(flying[future], future.result())
                    del flying[future]
                if not done:
                    look()
        except BaseException:
            for future in flying:
                future.cancel()
            raise


def _failed(future: Future[Found]) -> bool:
    """Whether a unit ended in an error: those that did not land first."""
    return future.cancelled() or future.exception() is not None
