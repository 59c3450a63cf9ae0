"""What every verb of the command line speaks through."""

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

PIPE_COLUMNS = 132
"""Width of tables that go to a file or a pipe."""


def console_of(stderr: bool = False) -> "Console":
    """A console on standard output, or on the error stream."""
    from rich.console import Console

    console = Console(stderr=stderr, highlight=False)
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console.width = PIPE_COLUMNS
    return console


def say_compiling(
    console: "Console", kernel: str = "mission.play", what: str = "the simulation, a minute or two"
) -> None:
    """Say that the first run takes longer, if this is one."""
    from farwatch.compiled import is_warm

    if not is_warm(kernel):
        console.print(f"First run on this machine: compiling {what}. Later runs start at once.")
