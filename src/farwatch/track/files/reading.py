"""Named columns from a CSV or Parquet file, or from a table in memory: numbers, and texts as numbered words.

CSV is read in blocks by the standard library's reader, so that each row keeps the number of its line and a file larger
than memory's texts can be read. Only columns that are wanted are kept.
"""

import csv
import gzip
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from itertools import accumulate, islice
from math import isnan, nan
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from farwatch.errors import InputError, Problem

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

CSV_SUFFIXES, PARQUET_SUFFIXES = (".csv", ".csv.gz", ".tsv", ".txt"), (".parquet", ".pq")

NOTHING = frozenset({"", "nan", "na", "n/a", "null", "none", "-"})
"""Cells, in small letters, that say that there is no value."""

MOST_COLUMNS = 1_000
"""Of a CSV file. Short rows are filled up to the header, so that a longer one could fill the memory."""

_BLOCK_ROWS = 5_000
_SNIFFED_BYTES = 8_192


class Words(NamedTuple):
    """A column of texts: the number of each row's word, and the words; -1 where the cell is empty."""

    codes: Whole
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Columns:
    """What was wanted of one table, n rows.

    `names`: every column that the table has. `numbers`: float64 (n,) with NaN for an empty cell; `wrong`: of each
    column of numbers, the cells that are not empty and no numbers, by row. `lines`: each row's line in its file,
    or its number, from 1, where it has no lines. `torn`: rows with more or fewer cells than the header.
    """

    source: str
    names: tuple[str, ...]
    numbers: Mapping[str, Floats]
    words: Mapping[str, Words]
    wrong: Mapping[str, Mapping[int, str]]
    lines: Whole
    torn: tuple[int, ...] = ()
    by_line: bool = True

    def __len__(self) -> int:
        return self.lines.size

    @property
    def left_out(self) -> tuple[str, ...]:
        """Columns of the table that were not wanted."""
        return tuple(name for name in self.names if name not in self.numbers and name not in self.words)


def read_columns(
    path: str | Path, numbers: Sequence[str], words: Sequence[str], *, may_be_empty: bool = False
) -> Columns:
    """Columns called `numbers` and `words` of a file, as far as it has them; the suffix says how it is read.

    InputError where it is no such file, not text, not UTF-8, has no header, a column twice, or no rows unless it
    `may_be_empty`.
    """
    source = Path(path)
    if source.is_dir():
        raise _refused(source, "is a directory", "name the file in it")
    if not source.is_file():
        near = get_close_matches(source.name, [p.name for p in source.parent.glob("*")], n=1)
        raise _refused(source, "does not exist", f"did you mean {source.with_name(near[0])}?" if near else "")
    lower = source.name.lower()
    if lower.endswith(PARQUET_SUFFIXES):
        found = _read_parquet(source, numbers, words)
    elif lower.endswith(CSV_SUFFIXES):
        found = _read_csv(source, numbers, words)
    else:
        known = ", ".join((*CSV_SUFFIXES, *PARQUET_SUFFIXES))
        raise _refused(source, "has a suffix that says nothing about its form", f"known are {known}")
    if len(found) == 0 and not may_be_empty:
        raise _refused(source, "has a header and no rows")
    return found


def columns_of(table: Any, numbers: Sequence[str], words: Sequence[str]) -> Columns:
    """The same of a table in memory: a mapping or data frame of columns, or a structured array."""
    names = table.dtype.names if isinstance(table, np.ndarray) else getattr(table, "columns", None)
    names = tuple(str(name) for name in (table if names is None else names))
    gathered = _Gathered(names, numbers, words)
    lengths = {name: len(np.asarray(table[name])) for name in names}
    if len(set(lengths.values())) > 1:
        raise InputError("table", [Problem("columns", str(lengths), "must be equally long")])
    gathered.take([_cells(table[name]) for name in names])
    count = next(iter(lengths.values()), 0)
    return gathered.finish("table", np.arange(1, count + 1), (), by_line=False)


def absent(column: str, found: Columns, known: Sequence[str]) -> Problem:
    """The problem of a column that must be there and is not, with the nearest that no other rule knows."""
    near = get_close_matches(column, [name for name in found.names if name not in known], n=1, cutoff=0.6)
    hint = f"did you mean {near[0]}?" if near else f"the file has {', '.join(found.names)}"
    return Problem(f"column {column}", "", "is missing", hint)


def ignored_note(found: Columns, known: Sequence[str]) -> str:
    """One sentence that names the columns nobody reads, each with the nearest known name; empty where all are read."""
    said = []
    for name in found.left_out:
        near = get_close_matches(name.lower(), known, n=1, cutoff=0.75)
        said.append(f"{name} (did you mean {near[0]}?)" if near else name)
    return f"{found.source}: columns not read: {', '.join(said)}" if said else ""


def plain_numbers(cells: Sequence[str], first: int, wrong: dict[int, str]) -> Floats:
    """Texts as float64; NaN for nothing, and for what is no number, which goes to `wrong` by its row from `first`."""
    try:
        return np.fromiter(map(float, cells), np.float64, len(cells))
    except ValueError:
        return np.array([_number(cell, first + i, wrong) for i, cell in enumerate(cells)], np.float64)


def _number(cell: str, row: int, wrong: dict[int, str]) -> float:
    try:
        return float(cell)
    except ValueError:
        if cell.strip().lower() not in NOTHING:
            wrong[row] = cell.strip()
        return nan


@dataclass(slots=True)
class _Gathered:
    """Columns that grow block by block."""

    names: tuple[str, ...]
    wanted_numbers: Sequence[str]
    wanted_words: Sequence[str]
    rows: int = 0
    numbers: dict[str, list[Floats]] = field(default_factory=dict)
    codes: dict[str, list[Whole]] = field(default_factory=dict)
    seen: dict[str, dict[str, int]] = field(default_factory=dict)
    wrong: dict[str, dict[int, str]] = field(default_factory=dict)

    def take(self, columns: Sequence[Any]) -> None:
        """Add a block: for each of `names` its cells, texts or an array of numbers."""
        for name, cells in zip(self.names, columns, strict=True):
            if name in self.wanted_numbers:
                self.numbers.setdefault(name, []).append(self._as_numbers(name, cells))
            elif name in self.wanted_words:
                self.codes.setdefault(name, []).append(self._as_codes(name, cells))
        self.rows += len(columns[0]) if columns else 0

    def _as_numbers(self, name: str, cells: Any) -> Floats:
        if isinstance(cells, np.ndarray):
            return cells
        return plain_numbers(cells, self.rows, self.wrong.setdefault(name, {}))

    def _as_codes(self, name: str, cells: Any) -> Whole:
        seen = self.seen.setdefault(name, dict.fromkeys(NOTHING, -1))
        codes = np.empty(len(cells), np.int64)
        for i, cell in enumerate(_spelled(cells)):
            code = seen.get(cell)
            if code is None:
                bare = cell.strip()
                nothing = bare.lower() in NOTHING
                code = seen[cell] = -1 if nothing else seen.setdefault(bare, len(seen) - len(NOTHING))
            codes[i] = code
        return codes

    def finish(self, source: str, lines: Whole, torn: tuple[int, ...], *, by_line: bool) -> Columns:
        """The whole."""
        return Columns(
            source=source,
            names=self.names,
            numbers={name: np.concatenate(parts) for name, parts in self.numbers.items()},
            words={name: _words(np.concatenate(parts), self.seen[name]) for name, parts in self.codes.items()},
            wrong=self.wrong,
            lines=lines,
            torn=torn,
            by_line=by_line,
        )


def _words(codes: Whole, seen: Mapping[str, int]) -> Words:
    """Words numbered without gaps, each spelled without the blanks around it."""
    spelled = {code: text.strip() for text, code in seen.items() if code >= 0}
    order = sorted(spelled)
    again = np.full(max(order, default=-1) + 2, -1)
    for new, old in enumerate(order):
        again[old] = new
    return Words(again[codes], tuple(spelled[code] for code in order))


def _spelled(cells: Any) -> Sequence[str]:
    """Cells as texts; whole numbers without a point, as a column of numbers with gaps would spell them."""
    if not isinstance(cells, np.ndarray):
        return list(cells)
    return ["" if isnan(cell) else str(int(cell)) if cell == int(cell) else str(cell) for cell in cells.tolist()]


def _cells(column: Any) -> Any:
    """A column of a table in memory as an array of numbers or a list of texts."""
    array = np.asarray(column.filled(np.nan) if isinstance(column, np.ma.MaskedArray) else column)
    if array.ndim != 1:
        raise InputError("table", [Problem("columns", str(array.shape), "must have one dimension")])
    if array.dtype.kind in "fiub":
        return array.astype(np.float64)
    return ["" if cell is None else str(cell) for cell in array.tolist()]


# CSV --------------------------------------------------------------------------------------------------------


def _read_csv(source: Path, numbers: Sequence[str], words: Sequence[str]) -> Columns:
    lines: list[Whole] = []
    torn: list[int] = []
    try:
        with _opened(source) as file:
            _check_text(source, file)
            header = _header(source, file)
            gathered = _Gathered(header.names, numbers, words)
            for block, at in _blocks(csv.reader(file, delimiter=header.delimiter)):
                torn += _mend(block, len(header.names), gathered.rows)
                gathered.take(list(zip(*block, strict=True)) or [[] for _ in header.names])
                lines.append(np.array(at, np.int64) + header.lines)
    except UnicodeError as error:
        raise _refused(source, f"is not UTF-8 text ({getattr(error, 'reason', error)})", "save it as UTF-8") from None
    except (OSError, EOFError, csv.Error) as error:
        raise _refused(source, f"cannot be read ({error})") from None
    return gathered.finish(source.name, np.concatenate(lines) if lines else np.zeros(0, np.int64), tuple(torn),
                           by_line=True)


def _opened(source: Path) -> IO[str]:
    with source.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    raw: Any = gzip.open(source, "rb") if packed else source.open("rb")  # noqa: SIM115  closed with its wrapper
    return io.TextIOWrapper(raw, encoding="utf-8-sig", newline="")


def _check_text(source: Path, file: Any) -> None:
    """Refuse what is binary, or text in two bytes a letter, before any of it is read as a table."""
    start = file.buffer.peek(_SNIFFED_BYTES)[:_SNIFFED_BYTES]
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _refused(source, "is UTF-16 text", "save it as UTF-8")
    if b"\0" in start:
        kind = "Parquet" if start.startswith(b"PAR1") else "binary"
        raise _refused(source, f"is not text but {kind}", "give it the suffix of what it is")


class _Header(NamedTuple):
    names: tuple[str, ...]
    delimiter: str
    lines: int


def _header(source: Path, file: IO[str]) -> _Header:
    """Column names of the first line that is not blank and no comment, and what stands between them."""
    count = 0
    for line in iter(file.readline, ""):
        count += 1
        if not line.strip() or line.startswith("#"):
            continue
        delimiter = max(",;\t", key=line.count)
        cells = next(csv.reader([line.rstrip("\r\n")], delimiter=delimiter))
        names = tuple(cell.strip().strip("'\"") for cell in cells)
        if len(names) > MOST_COLUMNS:
            raise _refused(source, f"has {len(names)} columns, of which {MOST_COLUMNS} at most can be read")
        again = sorted({name for name in names if names.count(name) > 1})
        if again:
            twice = [Problem(f"column {name}", "", "appears twice", line=count) for name in again]
            raise InputError(source.name, twice)
        return _Header(names, delimiter, count)
    raise _refused(source, "is empty")


def _blocks(reader: Any) -> Iterator[tuple[list[list[str]], Sequence[int]]]:
    """Rows that are not blank, many at a time, with the line of each after the header's."""
    before = 0
    while rows := list(islice(reader, _BLOCK_ROWS)):
        lines: Sequence[int] = range(before + 1, reader.line_num + 1)
        if len(lines) != len(rows):  # a quoted cell may hold line ends
            ends = [1 + sum(cell.count("\n") for cell in row) for row in rows]
            lines = [before + end for end in accumulate(ends)]
        before = reader.line_num
        if all(rows):
            yield rows, lines
        else:
            kept = [(row, line) for row, line in zip(rows, lines, strict=True) if row]
            yield [row for row, _ in kept], [line for _, line in kept]


def _mend(block: list[list[str]], width: int, first: int) -> list[int]:
    """Bring each row to `width` cells; rows, from `first`, that were not so long and did not end in empty cells."""
    torn = []
    for i, row in enumerate(block):
        if len(row) != width:
            if len(row) < width or any(cell.strip() for cell in row[width:]):
                torn.append(first + i)
            block[i] = [*row[:width], *[""] * (width - len(row))]
    return torn


# Parquet ----------------------------------------------------------------------------------------------------


def _read_parquet(source: Path, numbers: Sequence[str], words: Sequence[str]) -> Columns:
    import duckdb

    connection = duckdb.connect(config={"autoinstall_known_extensions": False, "autoload_known_extensions": False})
    try:
        relation = connection.read_parquet(str(source))
        names = tuple(relation.columns)
        kept = [f'coalesce(try_cast("{n}" AS DOUBLE), \'nan\'::DOUBLE) AS "{n}"' for n in names if n in numbers]
        kept += [f'cast("{n}" AS VARCHAR) AS "{n}"' for n in names if n in words]
        rows = relation.project(", ".join(kept)).fetchnumpy() if kept else {}
        count = len(next(iter(rows.values()))) if rows else int(relation.aggregate("count(*)").fetchall()[0][0])
    except duckdb.Error as error:
        raise _refused(source, f"cannot be read as Parquet ({str(error).splitlines()[0]})") from None
    finally:
        connection.close()
    gathered = _Gathered(names, numbers, words)
    gathered.take([_filled(rows[name]) if name in rows else [] for name in names])
    return gathered.finish(source.name, np.arange(1, count + 1), (), by_line=False)


def _filled(column: Any) -> Any:
    """A column of DuckDB's: floats with NaN, texts with empty ones, where it has NULL."""
    if column.dtype.kind == "f":
        return np.asarray(np.ma.filled(column, np.nan), np.float64)
    return ["" if cell is None else str(cell) for cell in np.ma.filled(column.astype(object), "").tolist()]


def _refused(source: Path, rule: str, hint: str = "") -> InputError:
    return InputError(str(source), [Problem("file", "", rule, hint)])
