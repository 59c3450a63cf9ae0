"""How far a run is, on the error stream: a live line on a terminal, plain lines elsewhere.

The clock is the caller's: rooms have none.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import isfinite
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn
from rich.progress import Progress as Bar

from farwatch.campaign import Progress
from farwatch.report import wording

PLAIN_STEPS = 10
"""How many lines are printed where there is no terminal."""


@dataclass(frozen=True, slots=True)
class Teller:
    """Shows `Progress` as it comes; use it in a `with` block, so that the terminal is left in order."""

    console: Console
    clock_s: Callable[[], float]
    bar: Bar
    state: dict[str, float] = field(default_factory=dict)

    def __enter__(self) -> Self:
        self.state["start_s"] = self.clock_s()
        if self.console.is_terminal:
            self.bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.console.is_terminal:
            self.bar.stop()

    def tell(self, progress: Progress) -> None:
        """Show where the run is now."""
        if "start_s" not in self.state or progress.done == progress.found:
            self.state["start_s"] = self.clock_s()
        elapsed_s = self.clock_s() - self.state["start_s"]
        if self.console.is_terminal:
            self._move(progress, elapsed_s)
            return
        tenth = PLAIN_STEPS * progress.done // max(progress.total, 1)
        if tenth > self.state.get("told", -1.0) or progress.total != self.state.get("total"):
            self.state.update(told=tenth, total=progress.total)
            self.console.print(line(progress, elapsed_s))

    def _move(self, progress: Progress, elapsed_s: float) -> None:
        task = TaskID(0)
        if not self.bar.tasks:
            task = self.bar.add_task("trials", total=progress.total, pace="")
        self.bar.update(task, completed=progress.done, total=progress.total, pace=pace(progress, elapsed_s))


def teller(console: Console, clock_s: Callable[[], float]) -> Teller:
    """A teller on a console, with the caller's clock."""
    columns = (TextColumn("playing"), BarColumn(bar_width=32), MofNCompleteColumn(), TextColumn("{task.fields[pace]}"))
    return Teller(console, clock_s, Bar(*columns, console=console, transient=True))


def line(progress: Progress, elapsed_s: float) -> str:
    """One plain line; before it is known how many trials there will be, that all is being made ready."""
    if progress.total == 0:
        return "making ready"
    found = f", {progress.found} found finished" if progress.found else ""
    return f"{progress.done}/{progress.total} trials{found}{_comma(pace(progress, elapsed_s))}"


def pace(progress: Progress, elapsed_s: float) -> str:
    """Rate and what remains, once there is a rate."""
    rate = progress.rate(elapsed_s)
    if rate <= 0.0:
        return ""
    remaining_s = progress.remaining_s(elapsed_s)
    left = f", {wording.clock(remaining_s)} left" if isfinite(remaining_s) and progress.done < progress.total else ""
    return f"{wording.number(rate)} trials/s{left}"


def _comma(text: str) -> str:
    return f", {text}" if text else ""
