"""Ctrl-C that waits its turn.

Raised wherever Python happens to be, KeyboardInterrupt can tear a file that is being written, and a library may turn it
into an error of its own. Inside `noted` it is noted instead, and whoever works looks for the note between two steps.
"""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from types import FrameType

PATIENCE = 4
"""Pressed this often, Ctrl-C is raised at once all the same."""


@contextmanager
def noted() -> Iterator[threading.Event]:
    """An event that Ctrl-C sets; KeyboardInterrupt is raised only when it insists.

    Outside the main thread, where Ctrl-C never arrives, nothing is changed.
    """
    stop = threading.Event()
    presses = count(1)
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return

    def note(_number: int, _frame: FrameType | None) -> None:
        stop.set()
        if next(presses) >= PATIENCE:
            raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, note)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before or signal.SIG_DFL)
