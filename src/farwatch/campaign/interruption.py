"""Ctrl-C that waits its turn.

Raised wherever Python happens to be, KeyboardInterrupt can tear a file that is being written, and a library may turn it
into an error of its own. Inside `noted` it is counted instead, and whoever works looks at the count between two steps.
"""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

PATIENCE = 4
"""Pressed this often, Ctrl-C is raised at once all the same."""


@dataclass(slots=True)
class Interruption:
    """How often Ctrl-C was pressed."""

    pressed: int = 0


@contextmanager
def noted() -> Iterator[Interruption]:
    """Count Ctrl-C inside; raised only when it insists.

    Outside the main thread, where Ctrl-C never arrives, nothing is changed.
    """
    found = Interruption()
    if threading.current_thread() is not threading.main_thread():
        yield found
        return

    def note(_number: int, _frame: FrameType | None) -> None:
        found.pressed += 1
        if found.pressed >= PATIENCE:
            raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, note)
    try:
        yield found
    finally:
        signal.signal(signal.SIGINT, before or signal.SIG_DFL)
