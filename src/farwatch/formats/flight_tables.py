"""Tables of flight data from JSON, CSV and Parquet bytes: wanted columns as arrays, whatever their cells hold.

A column is read as numbers (float64; NaN: none), words (short texts; empty: none), times (float64, seconds since 1970
UTC; NaN: none) or truths (bool). A cell that is not what its column should hold is none, and costs nothing else.
"""

import csv
import io
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from farwatch.errors import InputError, Problem
from farwatch.track.files.reading import NOTHING

Cells = Sequence[Any]
Column = NDArray[Any]
Kind = Literal["number", "word", "time", "truth"]
Kinds = Mapping[str, Kind]
"""Columns that are wanted, and how each is read."""

MOST_JSON_BYTES = 1 << 27
"""Longest JSON text: in memory its values take a few times as much, at worst a dozen times."""

MOST_ROWS = 10_000_000
LEAST_ROW_BYTES = 12
"""A row that tells a time and a position takes more; what has more rows than fit would only fill the memory."""

_FEW_ROWS = 1_000

LONGEST_WORD = 40
"""Names, callsigns and codes are cut here."""

_BLOCK_ROWS = 5_000
_SHOWN_COLUMNS = 24
_TRUE = frozenset({"true", "t", "yes", "y", "1", "1.0"})
_PLAIN = frozenset({int, float, type(None)})
_MEMORY = "2GB"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Table:
    """Wanted columns of a table, (rows,) each, and the names of all columns that it has."""

    names: tuple[str, ...]
    columns: Mapping[str, Column]
    rows: int

    def get(self, name: str, kind: Kind = "number") -> Column:
        """A column; one without a value in any row where the table does not have it."""
        found = self.columns.get(name)
        return found if found is not None else taken([None] * self.rows, kind)


def parsed(data: bytes, source: str) -> Any:
    """The value of JSON text in UTF-8. InputError where it is none, nests too deeply, is too long or all brackets."""
    if len(data) > MOST_JSON_BYTES:
        raise refused(source, f"must hold at most {MOST_JSON_BYTES} bytes of JSON", "Parquet and CSV may be longer")
    check_rows(data.count(b"[") + data.count(b"{"), data, source)
    try:
        return json.loads(data.decode("utf-8-sig"))
    except RecursionError:
        raise refused(source, "is JSON that nests too deeply") from None
    except ValueError as error:  # not UTF-8, no JSON, numbers of thousands of digits
        raise refused(source, f"cannot be read as JSON ({str(error)[:100]})") from None


def check_rows(rows: int, data: bytes, source: str) -> None:
    """InputError where some bytes hold more rows than can be meant."""
    if rows > min(MOST_ROWS, max(_FEW_ROWS, len(data) // LEAST_ROW_BYTES)):
        raise refused(source, f"must not have {rows} rows in {len(data)} bytes")


def of_records(records: Cells, kinds: Kinds) -> Table:
    """A list of JSON objects; what is no object is a row without values. Columns are those that any row has."""
    rows = records if set(map(type, records)) <= {dict} else [r if isinstance(r, dict) else {} for r in records]
    names = dict.fromkeys(name for row in (rows[0], rows[len(rows) // 2], rows[-1]) for name in row) if rows else {}
    columns = {
        name: taken([row.get(name) for row in rows], kind)
        for name, kind in kinds.items()
        if any(name in row for row in rows)
    }
    return Table(names=tuple(names), columns=columns, rows=len(rows))


def of_rows(rows: Cells, places: Mapping[str, int], kinds: Kinds) -> Table:
    """A list of lists, each with a column's cell at its place; what is missing or no list is a row without values."""
    held = rows if set(map(type, rows)) <= {list} else [row if isinstance(row, list) else [] for row in rows]
    columns = {
        name: taken([row[at] if len(row) > at else None for row in held], kinds[name])
        for name, at in places.items()
        if name in kinds
    }
    return Table(names=tuple(places), columns=columns, rows=len(held))


def of_columns(columns: Mapping[str, Any], kinds: Kinds) -> Table | None:
    """A JSON object of columns, each an object by row or a list.

    None where they are not all equally long, or the objects' keys differ: those that pandas writes are all the same.
    """
    keys = [list(c) for c in columns.values() if isinstance(c, dict)]
    if any(each != keys[0] for each in keys):
        return None
    lists = {name: list(c.values()) if isinstance(c, dict) else c for name, c in columns.items()}
    if len({len(cells) if isinstance(cells, list) else -1 for cells in lists.values()}) != 1:
        return None
    rows = next(iter(lists.values()))
    if not isinstance(rows, list):
        return None
    found = {name: taken(lists[name], kind) for name, kind in kinds.items() if name in lists}
    return Table(names=tuple(columns), columns=found, rows=len(rows))


# CSV --------------------------------------------------------------------------------------------------------


def header_of(data: bytes, source: str) -> tuple[str, ...]:
    """Names of the columns of CSV bytes. InputError where they are no text or have no header."""
    return _header(_text(data, source), source)[0]


def of_csv(data: bytes, source: str, kinds: Kinds) -> Table:
    """CSV with a header, apart by what its header has most of: commas, semicolons, tabs or bars.

    Lines before the header that are blank or begin with # are passed over; a row that is short lacks its last cells.
    """
    lines = _text(data, source)
    names, delimiter = _header(lines, source)
    parts: dict[str, list[Column]] = {name: [] for name in kinds if name in names}
    rows = 0
    try:
        for block in _blocks(csv.reader(lines, delimiter=delimiter)):
            rows += len(block)
            check_rows(rows, data, source)
            for name, found in parts.items():
                at = names.index(name)
                found.append(taken([row[at] if len(row) > at else "" for row in block], kinds[name]))
    except csv.Error as error:
        raise refused(source, f"cannot be read as CSV ({error})") from None
    columns = {name: np.concatenate(found) for name, found in parts.items() if found}
    return Table(names=names, columns=columns, rows=rows)


def _text(data: bytes, source: str) -> io.StringIO:
    try:
        return io.StringIO(data.decode("utf-8-sig"), newline="")
    except UnicodeDecodeError as error:
        raise refused(source, f"is not UTF-8 text ({error.reason})", "save it as UTF-8") from None


def _header(lines: io.StringIO, source: str) -> tuple[tuple[str, ...], str]:
    for line in lines:
        if not line.strip() or line.startswith("#"):
            continue
        delimiter = max(",;\t|", key=line.count)
        try:
            cells = next(csv.reader([line.rstrip("\r\n")], delimiter=delimiter))
        except csv.Error as error:
            raise refused(source, f"has no header that can be read ({error})") from None
        names = tuple(cell.strip() for cell in cells)
        again = [name for name, times in Counter(names).items() if times > 1 and name]
        if again:
            raise InputError(source, [Problem(f"column {name[:LONGEST_WORD]}", "", "appears twice") for name in again])
        return names, delimiter
    raise refused(source, "is empty", "the first line names the columns")


def _blocks(reader: Iterator[list[str]]) -> Iterator[list[list[str]]]:
    """Rows that are not blank, many at a time."""
    while rows := list(islice(reader, _BLOCK_ROWS)):
        yield [row for row in rows if row]


# Parquet ----------------------------------------------------------------------------------------------------


def parquet_names(data: bytes, source: str) -> tuple[str, ...]:
    """Names of the columns of Parquet bytes. InputError where they are damaged."""
    names: tuple[str, ...] = _queried(data, source, lambda relation: tuple(map(str, relation.columns)))
    return names


def of_parquet(data: bytes, source: str, kinds: Kinds) -> Table:
    """Parquet through DuckDB. InputError where it is damaged, or says it has more rows than it has bytes."""

    def projected(relation: Any) -> Table:
        types = dict(zip(map(str, relation.columns), map(str, relation.types), strict=True))
        counted = int(relation.aggregate("count(*)").fetchall()[0][0])
        if counted > min(MOST_ROWS, max(_FEW_ROWS, len(data))):
            raise refused(source, f"must not have {counted} rows in {len(data)} bytes")
        wanted = [name for name in kinds if name in types]
        parts = [f"{_as(kinds[name], _quoted(name), types[name])} AS c{k}" for k, name in enumerate(wanted)]
        found = relation.project(", ".join(parts)).fetchnumpy() if parts else {}
        columns = {name: _filled(found[f"c{k}"], kinds[name]) for k, name in enumerate(wanted)}
        return Table(names=tuple(types), columns=columns, rows=counted)

    table: Table = _queried(data, source, projected)
    return table


def _queried(data: bytes, source: str, ask: Callable[[Any], Any]) -> Any:
    """What is asked of Parquet bytes, which DuckDB reads from a file only."""
    import duckdb

    settings = {
        "autoinstall_known_extensions": "false", "autoload_known_extensions": "false", "threads": 1,
        "memory_limit": _MEMORY,
    }  # fmt: skip
    with TemporaryDirectory() as folder:
        path = Path(folder) / "table.parquet"
        path.write_bytes(data)
        connection = duckdb.connect(config={**settings, "temp_directory": folder})
        try:
            return ask(connection.read_parquet(str(path)))
        except (duckdb.Error, RuntimeError, UnicodeError) as error:
            said = (str(error).splitlines() or [""])[0].replace(str(path), "the file")
            raise refused(source, f"cannot be read as Parquet ({said[:100]})") from None
        finally:
            connection.close()


def _as(kind: Kind, column: str, kept_as: str) -> str:
    """SQL that gives a column as its kind."""
    numeric = kept_as in {"DOUBLE", "FLOAT"} or kept_as.endswith(("INT", "INTEGER"))
    if kept_as.startswith("TIMESTAMP") and kind == "time":
        return f"epoch({column if 'ZONE' in kept_as else f'CAST({column} AS TIMESTAMP)'})"
    if numeric and kind in {"number", "time"}:
        return f"CAST({column} AS DOUBLE)"
    text = f"CAST({column} AS VARCHAR)"
    return f"TRY_CAST({text} AS DOUBLE)" if kind == "number" else f"left({text}, {LONGEST_WORD})"


def _filled(column: Any, kind: Kind) -> Column:
    if column.dtype.kind == "f":
        return taken(np.asarray(np.ma.filled(column, np.nan)), kind)
    return taken(np.ma.filled(column.astype(object), None).tolist(), kind)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


# Cells ------------------------------------------------------------------------------------------------------


def taken(cells: Any, kind: Kind) -> Column:
    """Cells of any kind, a list or an array of floats, as one column."""
    if kind == "number":
        return _numbers(cells)
    if kind == "time":
        return _times(cells)
    return _words(cells) if kind == "word" else np.array([_truth(cell) for cell in cells], np.bool_)


def _numbers(cells: Any) -> Column:
    """Finite numbers; NaN for what is none."""
    if isinstance(cells, np.ndarray):
        found = cells.astype(np.float64)
    else:
        try:
            simple = set(map(type, cells)) <= _PLAIN
            found = np.array(cells if simple else [_number(cell) for cell in cells], np.float64)
        except OverflowError:  # a whole number beyond 1e308
            found = np.array([_number(cell) for cell in cells], np.float64)
    found[~np.isfinite(found)] = np.nan
    return found


def _number(cell: Any) -> float:
    if isinstance(cell, bool) or not isinstance(cell, (int, float, str)):
        return np.nan
    try:
        return float(cell)
    except (ValueError, OverflowError):
        return np.nan


def _words(cells: Any) -> Column:
    """Texts without blanks around them, whole numbers without a point; equal ones are one object."""
    seen: dict[str, str] = {}
    spelled = [_spelled(cell) for cell in (cells.tolist() if isinstance(cells, np.ndarray) else cells)]
    found = np.empty(len(spelled), object)
    found[:] = [seen.setdefault(word, word) for word in spelled]
    return found


def _spelled(cell: Any) -> str:
    if isinstance(cell, float):
        cell = str(int(cell)) if abs(cell) < 1e15 and cell == int(cell) else ""
    elif isinstance(cell, int) and not isinstance(cell, bool):
        cell = str(cell) if abs(cell) < 10**15 else ""
    if not isinstance(cell, str):
        return ""
    word = cell[:LONGEST_WORD].strip()
    if word.endswith(".0") and word[:-2].isdigit():  # a whole number in a column with gaps, as pandas writes it
        word = word[:-2]
    return "" if word.lower() in NOTHING else word


def _truth(cell: Any) -> bool:
    if isinstance(cell, str):
        return cell.strip().lower() in _TRUE
    return isinstance(cell, (bool, int, float)) and cell == 1


def _times(cells: Any) -> Column:
    """Seconds since 1970: numbers of s, ms, us or ns, told apart by their size, or ISO 8601 texts."""
    array = isinstance(cells, np.ndarray)
    found = _numbers(cells if array else [_moment(cell) if isinstance(cell, str) else cell for cell in cells])
    for least, per_s in ((1e17, 1e9), (1e14, 1e6), (1e11, 1e3)):
        found = np.where(np.abs(found) >= least, found / per_s, found)
    return found


def _moment(text: str) -> float:
    """A number, or a date and time; without an offset it is UTC."""
    try:
        return float(text)
    except ValueError:
        pass
    try:
        moment = datetime.fromisoformat(text.strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return np.nan


def columns_shown(names: Sequence[str]) -> str:
    """Names of columns as an error lists them."""
    more = f" and {len(names) - _SHOWN_COLUMNS} more" if len(names) > _SHOWN_COLUMNS else ""
    return ", ".join(name[:LONGEST_WORD] for name in names[:_SHOWN_COLUMNS]) + more


def refuse_missing(table: Table, needed: Sequence[str], source: str) -> None:
    """Raise InputError where a table lacks columns that it must have."""
    missing = [name for name in needed if name not in table.columns]
    if missing:
        hint = f"the table has {columns_shown(table.names)}"
        raise InputError(source, [Problem(f"column {name}", "", "is missing", hint) for name in missing])


def refused(source: str, rule: str, hint: str = "") -> InputError:
    """The error of content that is not what it should be."""
    return InputError(source, [Problem("content", "", rule, hint)])
