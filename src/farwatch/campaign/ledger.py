"""The store of a campaign: a folder to which Parquet files are added and in which none is ever changed.

::

    manifest.json                    what is played: version, kernels, plan, seed, scenarios, points
    goals/goals-000000.json          what each round asked for: trials by point
    trials/part-000000.parquet       one row per point and trial
    groups/ rounds/ figures/         the same trials by raid group, by kind of round, and the figures drawn
    points.parquet                   what the points are
    pending/                         finished units that do not fill a part yet
    finished.json                    present when the goals of the last round are met

Which units a part holds follows from the goals alone (`units`). A part is written when its units are all there, under a
temporary name that is then taken away; its table of trials comes last. So whatever happens to the process, each file
under its own name is whole, a unit is in a part, pending or not played, and the files end up the same. Files are not
forced to the disk one by one: after a power failure a file may be cut short, which is noticed and said.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from farwatch.campaign import pending
from farwatch.campaign.files import refuse_strangers, tidy, unreadable, whole_json, write_json
from farwatch.campaign.identity import unlike
from farwatch.campaign.rows import TABLES, Rows, joined
from farwatch.campaign.units import Part, Unit, parts_of, units_between
from farwatch.errors import StoreError
from farwatch.outcomes import parquet
from farwatch.outcomes.evidence import Array

MANIFEST, FINISHED, POINTS = "manifest.json", "finished.json", "points.parquet"
FOLDERS = ("goals", pending.FOLDER, *TABLES)

MARK, LEAST_BYTES = b"PAR1", 12
"""A Parquet file begins and ends with its mark, and has the length of its description before the second."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """One campaign folder: `begin` it for playing, or `look` into it without changing a file.

    `goals` and `parts` grow round by round, `part_of` says where a unit belongs, and `missing` holds, for each part
    that is not written yet, its units that are not there.
    """

    folder: Path
    goals: list[dict[int, int]] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    part_of: dict[Unit, int] = field(default_factory=dict)
    missing: dict[int, set[Unit]] = field(default_factory=dict)

    def begin(self, manifest: Mapping[str, Any]) -> None:
        """Start a campaign here or continue the one that is here; StoreError when it is another, or damaged."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            known = () if (self.folder / MANIFEST).exists() else (POINTS,)
            self._refuse_other(manifest)
            if known:
                refuse_strangers(self.folder, known, FOLDERS)
            for name in FOLDERS:
                (self.folder / name).mkdir(exist_ok=True)
            tidy(self.folder, FOLDERS)
        except OSError as error:
            raise StoreError(f"{self.folder} cannot be used as a campaign folder: {error}") from error
        if known:
            write_points(self.folder / POINTS, manifest["points"])
            write_json(self.folder / MANIFEST, manifest)
        self.look()
        self._settle()

    def look(self) -> None:
        """Take in what is there; StoreError for files that do not belong or are cut short."""
        if not (self.folder / MANIFEST).exists():
            raise StoreError(f"{self.folder} is not a campaign folder: it has no {MANIFEST}")
        for path in sorted((self.folder / "goals").glob("goals-*.json")):
            self._lay_out(_goals_in(path))
        refuse_strangers(self.folder, set(self._known_names()), FOLDERS)
        written = [part for part in self.parts if all(path.exists() for path in self._paths(part))]
        _refuse_cut([path for part in written for path in self._paths(part)])
        _refuse_short([self._path("trials", part) for part in written], [part.trials for part in written])
        for part in written:
            del self.missing[part.number]
        for unit in self.waiting():
            self.missing[self.part_of[unit]].discard(unit)

    def manifest(self) -> dict[str, Any]:
        """The manifest, as plain values; StoreError when there is none."""
        if not (self.folder / MANIFEST).exists():
            raise StoreError(f"{self.folder} is not a campaign folder: it has no {MANIFEST}")
        found = whole_json(self.folder / MANIFEST)
        if "points" not in found:
            raise StoreError(f"{self.folder} holds no campaign; a run is told by `farwatch report {self.folder}`")
        if not _are_points(found["points"]):
            raise unreadable(self.folder, "campaign", TypeError("no usable 'points'"))
        return found

    @property
    def finished(self) -> bool:
        """Whether the study has said that it is."""
        return (self.folder / FINISHED).exists()

    def finish(self) -> None:
        """Note that all goals are met."""
        if not self.finished:
            write_json(self.folder / FINISHED, {"rounds": len(self.goals), "trials": sum(self.asked.values())})

    @property
    def asked(self) -> Mapping[int, int]:
        """Trials by point that were asked for in all."""
        return self.goals[-1] if self.goals else {}

    def add(self, goals: Mapping[int, int]) -> None:
        """Begin a round with these goals; points that they leave out keep theirs."""
        whole = {point: max(goals.get(point, 0), self.asked.get(point, 0)) for point in sorted({*goals, *self.asked})}
        path = self.folder / "goals" / _goals_name(len(self.goals))
        write_json(path, {str(point): goal for point, goal in whole.items()})
        self._lay_out(whole)

    def unplayed(self) -> list[Unit]:
        """Units that are neither in a part nor pending, in order."""
        return [unit for part in self.parts for unit in part.units if unit in self.missing.get(part.number, ())]

    def waiting(self) -> list[Unit]:
        """Units that are pending: finished, and in no part yet."""
        return [unit for unit in pending.units_in(self.folder) if self.part_of.get(unit) in self.missing]

    def file(self, unit: Unit, rows: Rows) -> None:
        """Keep a finished unit; StoreError when the disk does not take it, and nothing else is lost by that."""
        pending.write(self.folder, unit, rows)
        number = self.part_of[unit]
        self.missing[number].discard(unit)
        if not self.missing[number]:
            self._write(self.parts[number])

    def files_of(self, table: str) -> list[Path]:
        """Files of the parts of a table that are written."""
        return [self._path(table, part) for part in self.parts if part.number not in self.missing]

    def pending_rows(self, table: str) -> dict[str, Array]:
        """Columns of a table in units that are pending; a unit that is filed away meanwhile is left out."""
        found = [rows for unit in self.waiting() if (rows := pending.read_if_there(self.folder, unit)) is not None]
        return joined([rows[table] for rows in found])

    def _refuse_other(self, manifest: Mapping[str, Any]) -> None:
        """StoreError when the folder holds another campaign, or none but another manifest."""
        lines = unlike(self.manifest(), manifest) if (self.folder / MANIFEST).exists() else []
        if lines:
            head = f"{self.folder} holds the trials of another campaign; name another folder, or remove it"
            raise StoreError("\n  ".join([head, *lines]))

    def _lay_out(self, goals: dict[int, int]) -> None:
        """The parts of one more round."""
        for part in parts_of(units_between(self.asked, goals), len(self.parts)):
            self.parts.append(part)
            self.missing[part.number] = set(part.units)
            self.part_of.update(dict.fromkeys(part.units, part.number))
        self.goals.append(goals)

    def _known_names(self) -> Iterator[str]:
        """Names of all files that may be there, relative to the folder."""
        yield from (MANIFEST, FINISHED, POINTS)
        yield from (f"goals/{_goals_name(number)}" for number in range(len(self.goals)))
        yield from (f"{table}/{_part_name(part.number)}" for table in TABLES for part in self.parts)
        yield from (f"{pending.FOLDER}/{pending.name_of(unit)}" for unit in self.part_of)

    def _settle(self) -> None:
        """Finish what a killed process left half done: pending units of written parts, and parts that are full."""
        for unit in pending.units_in(self.folder):
            if self.part_of[unit] in self.missing:
                pending.read(self.folder, unit)
            else:
                pending.remove(self.folder, unit)
        for part in [self.parts[number] for number, units in self.missing.items() if not units]:
            self._write(part)

    def _write(self, part: Part) -> None:
        """Write the files of a part from its pending units, and forget these."""
        rows = [pending.read(self.folder, unit) for unit in part.units]
        for table in reversed(TABLES):
            write_table(self._path(table, part), joined([unit[table] for unit in rows]))
        del self.missing[part.number]
        for unit in part.units:
            pending.remove(self.folder, unit)

    def _path(self, table: str, part: Part) -> Path:
        return self.folder / table / _part_name(part.number)

    def _paths(self, part: Part) -> list[Path]:
        return [self._path(table, part) for table in TABLES]


def write_table(path: Path, columns: Mapping[str, Array]) -> None:
    """Write columns as Parquet: whole numbers, numbers, truth values, texts; the same columns give the same bytes."""
    kinds = {"i": "BIGINT", "f": "DOUBLE", "b": "BOOLEAN"}
    typed = ", ".join(
        f"{quoted(name)}::{kinds.get(column.dtype.kind, 'VARCHAR')} AS {quoted(name)}"
        for name, column in columns.items()
    )
    plain = {name: c.astype(object) if c.dtype.kind == "U" else np.ascontiguousarray(c) for name, c in columns.items()}
    parquet.write(path, {"t": plain}, f"SELECT {typed} FROM t")  # noqa: S608


def write_points(path: Path, points: Sequence[Mapping[str, Any]]) -> None:
    """Write what the points are: number, label, scenario, and a column for each path that one of them changes.

    A path whose values are all numbers, all truth values or all texts has that type, others are JSON texts; a point
    that does not change it has none.
    """
    columns: dict[str, Array] = {
        "point": np.array([point["number"] for point in points], np.int64),
        "label": np.array([point["label"] for point in points], str),
        "scenario": np.array([point["scenario"] for point in points], str),
    }
    paths = dict.fromkeys(path for point in points for path in point["changes"])
    columns |= {path: _varied([point["changes"].get(path) for point in points]) for path in paths}
    write_table(path, columns)


_OF_A_POINT = {"number": int, "label": str, "scenario": str, "changes": dict, "draws": dict}


def _are_points(found: Any) -> bool:
    """Whether a part of a manifest is a list of points, as far as what tells of them goes."""
    return isinstance(found, list) and all(
        isinstance(row, dict) and all(isinstance(row.get(name), kind) for name, kind in _OF_A_POINT.items())
        for row in found
    )


def quoted(name: str) -> str:
    """A name as SQL spells it."""
    return '"' + name.replace('"', '""') + '"'


def _varied(values: Sequence[Any]) -> Array:
    """One column of values that may be absent."""
    known = [value for value in values if value is not None]
    if known and all(isinstance(value, int | float) and not isinstance(value, bool) for value in known):
        return np.array([np.nan if value is None else value for value in values], np.float64)
    texts = [
        value if isinstance(value, str) or value is None else json.dumps(value, ensure_ascii=False) for value in values
    ]
    column = np.empty(len(values), object)
    column[:] = texts
    return column


def _goals_in(path: Path) -> dict[int, int]:
    try:
        return {int(point): int(goal) for point, goal in whole_json(path).items()}
    except (ValueError, TypeError) as error:
        raise StoreError(f"{path} is not what was written there") from error


def _goals_name(number: int) -> str:
    return f"goals-{number:06d}.json"


def _part_name(number: int) -> str:
    return f"part-{number:06d}.parquet"


def _refuse_cut(paths: Sequence[Path]) -> None:
    """StoreError for a Parquet file without its end marks."""
    for path in paths:
        with path.open("rb") as file:
            size, head = path.stat().st_size, file.read(4)
            file.seek(max(0, size - 4))
            whole = size >= LEAST_BYTES and head == MARK == file.read(4)
        if not whole:
            raise StoreError(f"{path} is cut short or was changed; remove it and continue: its trials are played again")


def _refuse_short(paths: Sequence[Path], trials: Sequence[int]) -> None:
    """StoreError for a part with another number of rows than its trials."""
    for path, wanted, found in zip(paths, trials, parquet.row_counts(paths), strict=True):
        if found != wanted:
            raise StoreError(
                f"{path} has {found} rows, not {wanted}; remove it and continue: its trials are played again"
            )
