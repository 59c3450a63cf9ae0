"""Trials that are kept: the measures of a study in memory, everything else in the ledger's files."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

import numpy as np

from farwatch.campaign.ledger import Ledger, quoted
from farwatch.campaign.rows import TRIAL_COLUMNS
from farwatch.errors import InputError, Problem
from farwatch.outcomes import parquet
from farwatch.outcomes.columns import TEXT
from farwatch.outcomes.evidence import Array

_COLUMNS = {column.name: column for column in TRIAL_COLUMNS}


@dataclass(frozen=True, slots=True)
class Trials:
    """What a study is told of its campaign (`points.Kept`): a number per trial and measure in memory, no more.

    `held` has a column f8[trials asked for] for each point and measure, `there` says which of these trials are kept.
    """

    names: tuple[str, ...]
    ledger: Ledger
    finished: bool = False
    held: dict[int, dict[str, Array]] = field(default_factory=dict)
    there: dict[int, Array] = field(default_factory=dict)

    @property
    def rounds(self) -> Sequence[Mapping[int, int]]:
        """Goals of every round so far, oldest first."""
        return tuple(self.ledger.goals)

    def count(self, point: int) -> int:
        """Trials kept of a point without a gap, from its first on."""
        there = self.there.get(point)
        if there is None or there.all():
            return 0 if there is None else len(there)
        return int(np.argmin(there))

    def column(self, point: int, name: str) -> Array:
        """A column of the table of trials, or a figure, in the trials 0 to count - 1 of a point.

        Measures come from memory, others from the files. Raises InputError for a column that is not there.
        """
        count = self.count(point)
        if name in self.names:
            held = self.held.get(point, {}).get(name, np.empty(0))
            return held[:count].copy()
        table = "trials" if name in _COLUMNS else "figures"
        found = self._stored(table, point, (name,))
        order = np.argsort(found["trial"], kind="stable")
        return found[name][order][:count]

    def columns(self, point: int, names: Sequence[str]) -> dict[str, Array]:
        """Some columns of the table of trials, from the files at once; as `column`."""
        found = self._stored("trials", point, names)
        order = np.argsort(found["trial"], kind="stable")[: self.count(point)]
        return {name: found[name][order] for name in names}

    def of_groups(self, point: int, names: Sequence[str]) -> dict[str, Array]:
        """Some columns of the table of raid groups, summed over the groups: i8[count] by trial each."""
        found, count = self._stored("groups", point, names), self.count(point)
        mine = found["trial"] < count
        return {
            name: np.bincount(found["trial"][mine], found[name][mine], minlength=count).astype(np.int64)
            for name in names
        }

    def expect(self, goals: Mapping[int, int]) -> None:
        """Make room for the trials of a new round."""
        for point, goal in goals.items():
            there = self.there.get(point, np.empty(0, bool))
            self.there[point] = _longer(there, goal)
            columns = self.held.setdefault(point, {name: np.empty(0) for name in self.names})
            for name, column in columns.items():
                columns[name] = _longer(column, goal)

    def take(self, rows: Array | Mapping[str, Array]) -> None:
        """Take in rows of the table of trials: a structured array, or columns, with the measures among them."""
        points, numbers = rows["point"], rows["trial"]
        for point in np.unique(points).tolist():
            mine = points == point
            places = numbers[mine]
            for name, column in self.held[point].items():
                column[places] = rows[name][mine]
            self.there[point][places] = True

    def _stored(self, table: str, point: int, names: Sequence[str]) -> dict[str, Array]:
        """Trial numbers and some columns of one point, in no order, from parts and pending units."""
        wanted = ("point", "trial", *names)
        parts = [self.ledger.pending_rows(table)]
        paths = self.ledger.files_of(table)
        known = dict.fromkeys(parts[0])
        if paths:
            known |= dict.fromkeys(parquet.columns_of(paths))
            if known.keys() >= set(names):
                listed = ", ".join(quoted(column) for column in wanted)
                query = f"SELECT {listed} FROM files WHERE point = {int(point)}"  # noqa: S608
                parts.append(parquet.read(query, paths, by_name=True))
        for name in names:
            if name not in known:
                raise _no_such(name, [*_COLUMNS, *known])
        parts = [part for part in parts if part.keys() >= set(names)]
        mine = [part["point"] == point for part in parts]
        return {c: np.concatenate([part[c][m] for part, m in zip(parts, mine, strict=True)]) for c in wanted}


def trials_in(ledger: Ledger, measures: Sequence[str], *, finished: bool = False) -> Trials:
    """The trials of a ledger that has been looked into; InputError for a measure that is no number of a trial."""
    numeric = [name for name, column in _COLUMNS.items() if column.dtype != TEXT]
    for name in measures:
        if name not in numeric:
            raise _no_such(name, numeric)
    kept = Trials(tuple(measures), ledger, finished)
    kept.expect(ledger.asked)
    columns = list(dict.fromkeys(("point", "trial", *measures)))
    paths = ledger.files_of("trials")
    if paths:
        listed = ", ".join(quoted(column) for column in columns)
        kept.take(parquet.read(f"SELECT {listed} FROM files", paths))  # noqa: S608
    waiting = ledger.pending_rows("trials")
    if waiting:
        kept.take(waiting)
    return kept


def stored(folder: str | Path, measures: Sequence[str]) -> Trials:
    """The trials of a campaign folder, finished or not; StoreError when it is none."""
    ledger = Ledger(Path(folder))
    ledger.look()
    return trials_in(ledger, measures, finished=ledger.finished and not ledger.missing)


def _longer(column: Array, size: int) -> Array:
    """The same column with room for `size` values."""
    if size <= len(column):
        return column
    longer = np.zeros(size, column.dtype)
    longer[: len(column)] = column
    return longer


def _no_such(name: str, known: Iterable[str]) -> InputError:
    names = list(known)
    near = get_close_matches(name, names, 1)
    hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(names)}"
    return InputError("campaign", [Problem("column", name, "is no column of a trial", hint)])
