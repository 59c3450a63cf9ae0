"""What a process is asked in tests: it must lie where another process finds it."""

import os
import time
from pathlib import Path

from farwatch.errors import InputError, Problem


def counted(path):
    """How often it was asked, by a file."""
    with Path(path).open("a") as file:
        file.write("x")
    time.sleep(0.1)
    return Path(path).stat().st_size, os.getpid()


def refused():
    raise InputError("x", [Problem("a", "b", "c")])


def dead():
    os._exit(3)
