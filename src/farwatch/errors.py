"""Everything farwatch raises on purpose, in one tree.

::

    FarwatchError              exit code 2; always the user's to mend
    ├── InputError             a file, table or argument that cannot be used
    │   ├── ScenarioError      a scenario file with one or more problems
    │   ├── CatalogueError     a catalogue file that breaks its own rules, or an unknown name
    │   └── TerrainError       a terrain file that cannot be read or does not cover the site
    ├── RangeError             a physics model asked for an answer outside its validity
    └── StoreError             a result folder that cannot be written, read or continued

What the physics itself may do (no detection, no intercept) is a value in a result, never an exception.
"""

from collections.abc import Sequence
from dataclasses import dataclass

_SHOWN = 60
"""So much is shown of a value that is no text."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with an input: where, what it says, which rule it breaks, the nearest valid choice."""

    where: str
    value: str
    rule: str
    hint: str = ""
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        place = f"line {self.line}: " if self.line is not None else ""
        shown = f" = {_printable(self.value)}" if self.value else ""
        nearest = f"; {self.hint}" if self.hint else ""
        return f"{place}{self.where}{shown}: {self.rule}{nearest}"


def _printable(value: str) -> str:
    """A value as a terminal may show it: bytes of a stranger could steer it."""
    if value.isprintable():
        return value
    return "".join(c if c.isprintable() else "?" for c in value[:_SHOWN]) + ("..." if len(value) > _SHOWN else "")


class FarwatchError(Exception):
    """Root of the tree."""


class InputError(FarwatchError):
    """An input that cannot be used, with all its problems at once.

    `problems` lists them in file order; `source` names the file, table or argument.
    """

    def __init__(self, source: str, problems: Sequence[Problem]) -> None:
        self.source = source
        self.problems = tuple(problems)
        count = f"{len(self.problems)} problem" + ("s" if len(self.problems) != 1 else "")
        super().__init__("\n".join([f"{count} in {source}", *(f"  {problem}" for problem in self.problems)]))

    def __reduce__(self) -> tuple[type["InputError"], tuple[str, tuple[Problem, ...]]]:
        """How it travels between processes."""
        return type(self), (self.source, self.problems)


class ScenarioError(InputError):
    """A scenario file with one or more problems."""


class CatalogueError(InputError):
    """A catalogue file that breaks its own rules, or a name that is not in it."""


class TerrainError(InputError):
    """A terrain file that cannot be read, or that does not cover the site."""


class RangeError(FarwatchError):
    """A physics model was asked for an answer outside its range of validity."""


class StoreError(FarwatchError):
    """A result folder that cannot be written, read or continued."""
