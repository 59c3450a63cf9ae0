"""What a campaign folder holds: how far it is, and any question that SQL can put. Nothing is changed by asking."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from farwatch.campaign.ledger import POINTS, Ledger
from farwatch.campaign.rows import GROUP_COLUMNS, POINT, ROUND_COLUMNS, TABLES, TRIAL_COLUMNS, structured
from farwatch.errors import FarwatchError, InputError, Problem
from farwatch.outcomes import parquet
from farwatch.outcomes.columns import TRIAL
from farwatch.outcomes.evidence import Array

VIEWS = (*TABLES, "points")
"""What a query can ask."""

_EMPTY = {"trials": TRIAL_COLUMNS, "groups": GROUP_COLUMNS, "rounds": ROUND_COLUMNS, "figures": (POINT, TRIAL)}


@dataclass(frozen=True, slots=True, kw_only=True)
class PointStatus:
    """How far one point is: trials kept, and asked for so far."""

    number: int
    label: str
    scenario: str
    done: int
    goal: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """How far a campaign is. Until it is `finished`, a further round may ask for more than the goals say."""

    points: tuple[PointStatus, ...]
    rounds: int
    finished: bool

    @property
    def done(self) -> int:
        """Trials kept."""
        return sum(point.done for point in self.points)

    @property
    def goal(self) -> int:
        """Trials asked for so far."""
        return sum(point.goal for point in self.points)


@dataclass(frozen=True, slots=True)
class Found:
    """What a query gave: names of columns, and rows of plain values."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


def status(folder: str | Path) -> Status:
    """How far the campaign in a folder is, while it runs or later; StoreError when there is none."""
    ledger = Ledger(Path(folder))
    ledger.look()
    left = dict.fromkeys(ledger.asked, 0)
    for unit in ledger.unplayed():
        left[unit.point] += unit.size
    points = tuple(
        PointStatus(
            number=row["number"],
            label=row["label"],
            scenario=row["scenario"],
            done=ledger.asked.get(row["number"], 0) - left.get(row["number"], 0),
            goal=ledger.asked.get(row["number"], 0),
        )
        for row in ledger.manifest()["points"]
    )
    return Status(points=points, rounds=len(ledger.goals), finished=ledger.finished and not any(left.values()))


def query(folder: str | Path, sql: str) -> Found:
    """Answer one SELECT over the views trials, groups, rounds, figures and points of a campaign folder.

    Asked of DuckDB, which reads this folder and nothing else, writes nothing, and reaches no network. Raises InputError
    with DuckDB's words and the tables and columns that there are, and StoreError when the folder holds no campaign.
    """
    import duckdb

    place = Path(folder).resolve()
    ledger = Ledger(place)
    ledger.look()
    settings = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
    with duckdb.connect(":memory:", config=settings) as connection:
        for name in VIEWS:
            _view(connection, ledger, name)
        _lock(connection, place)
        try:
            _refuse_other_than_one_select(connection.extract_statements(sql), sql)
            answer = connection.execute(sql)
            columns = tuple(column[0] for column in answer.description or ())
            return Found(columns, tuple(answer.fetchall()))
        except duckdb.Error as error:
            raise _refusal(sql, str(error), _columns(connection)) from error


def _view(connection: Any, ledger: Ledger, name: str) -> None:
    """Make a view of a table's files, and of what is pending."""
    if name == "points":
        files = parquet.files_of([ledger.folder / POINTS])
        connection.execute(f"CREATE VIEW points AS SELECT * FROM {files}")  # noqa: S608
        return
    paths = ledger.files_of(name)
    waiting = ledger.pending_rows(name)
    sources = [parquet.files_of(paths, by_name=True)] if paths else []
    if waiting or not paths:
        plain = _plain(waiting or _nothing(name))
        connection.register(f"pending_{name}", plain)
        sources.append(f"pending_{name}")
    selected = " UNION ALL BY NAME ".join(f"SELECT * FROM {source}" for source in sources)  # noqa: S608
    connection.execute(f"CREATE VIEW {name} AS {selected}")


def _nothing(name: str) -> Mapping[str, Array]:
    """The columns of a table without a row."""
    columns = _EMPTY[name]
    rows = structured(columns, {column.name: np.empty(0) for column in columns})
    return {column.name: rows[column.name] for column in columns}


def _plain(columns: Mapping[str, Array]) -> dict[str, Array]:
    """Columns as DuckDB takes them: texts as Python's."""
    return {
        name: column.astype(object) if column.dtype.kind == "U" else np.ascontiguousarray(column)
        for name, column in columns.items()
    }


def _lock(connection: Any, place: Path) -> None:
    """Let a connection read one folder, and nothing be loosened again."""
    quoted = str(place).replace("'", "''")
    connection.execute(f"SET allowed_directories = ['{quoted}']")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def _refuse_other_than_one_select(statements: Any, sql: str) -> None:
    """Refuse what could write, and more than one statement at once."""
    import duckdb

    kinds = [statement.type for statement in statements]
    if kinds not in ([duckdb.StatementType.SELECT], [duckdb.StatementType.EXPLAIN]):
        names = ", ".join(kind.name for kind in kinds) or "nothing"
        raise InputError("query", [Problem("SQL", _short(sql), f"must be one SELECT, not {names}")])


def _columns(connection: Any) -> Mapping[str, list[str]]:
    return {name: [row[0] for row in connection.execute(f"DESCRIBE {name}").fetchall()] for name in VIEWS}


def _refusal(sql: str, said: str, tables: Mapping[str, list[str]]) -> FarwatchError:
    listed = "; ".join(f"{name} ({', '.join(columns)})" for name, columns in tables.items())
    return InputError("query", [Problem("SQL", _short(sql), said.strip(), f"there are {listed}")])


def _short(sql: str) -> str:
    line = " ".join(sql.split())
    return line if len(line) <= 80 else f"{line[:79]}…"
