"""Parquet files in and out, through DuckDB without network or extensions: same columns, same bytes.

NaN is written as NULL (it never happened) and read back as NaN.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np

from farwatch.errors import StoreError
from farwatch.outcomes.evidence import Array

Columns = Mapping[str, Array]


def write(
    path: Path, sources: Mapping[str, Columns], query: str, metadata: Mapping[str, str] | None = None
) -> None:
    """Write what `query` selects from the named `sources`, and `metadata` of the whole file.

    The file gets a temporary name and is then renamed, so that under its own name it is whole or absent.
    """
    keyed = ", ".join(f"{_quoted(key)}: {_quoted(value)}" for key, value in (metadata or {}).items())
    options = "FORMAT parquet, COMPRESSION zstd" + (f", KV_METADATA {{{keyed}}}" if keyed else "")
    unfinished = path.with_name(f"{path.name}.partial")
    with _connection() as connection:
        try:
            for name, columns in sources.items():
                _uninterrupted(partial(connection.register, name, dict(columns)))
            copy = f"COPY ({query}) TO {_quoted(unfinished)} ({options})"
            _uninterrupted(lambda: connection.execute(copy))
            unfinished.replace(path)
        except (OSError, _duckdb_error()) as error:
            raise StoreError(f"{path} could not be written: {error}") from error


def read(query: str, paths: Sequence[Path], *, by_name: bool = False) -> dict[str, Array]:
    """Columns that `query` selects from `files`, the rows of all `paths` in the order given.

    `by_name`: files may differ in their columns, and what one lacks is missing in its rows.
    """
    files = files_of(paths, by_name=by_name)
    with _connection() as connection:
        try:
            view = f"WITH files AS (SELECT * FROM {files}) {query}"  # noqa: S608
            found = _uninterrupted(lambda: connection.execute(view).fetchnumpy())
        except _duckdb_error() as error:
            raise StoreError(f"{paths[0] if paths else 'no file'} could not be read: {error}") from error
    return {name: _plain(column) for name, column in found.items()}


def row_counts(paths: Sequence[Path]) -> list[int]:
    """Rows of each file, by its own account; StoreError names one that is damaged."""
    counts = []
    with _connection() as connection:
        for path in paths:
            asked = f"SELECT num_rows FROM parquet_file_metadata({_quoted(path)})"  # noqa: S608
            try:
                counts.append(int(connection.execute(asked).fetchone()[0]))
            except _duckdb_error() as error:
                raise StoreError(f"{path} could not be read: {error}") from error
    return counts


def columns_of(paths: Sequence[Path]) -> list[str]:
    """Names of the columns of all files together; StoreError names the first when one is damaged."""
    with _connection() as connection:
        try:
            asked = f"DESCRIBE SELECT * FROM {files_of(paths, by_name=True)}"  # noqa: S608
            rows = connection.execute(asked).fetchall()
        except _duckdb_error() as error:
            raise StoreError(f"{paths[0]} could not be read: {error}") from error
    return [str(row[0]) for row in rows]


def files_of(paths: Sequence[Path], *, by_name: bool = False) -> str:
    """The rows of Parquet files as SQL has them after FROM."""
    listed = ", ".join(_quoted(path) for path in paths)
    return f"read_parquet([{listed}]{', union_by_name = true' if by_name else ''})"


def _uninterrupted(step: Callable[[], Any]) -> Any:
    """What a step of DuckDB's gives; Ctrl-C stays Ctrl-C, which DuckDB would turn into an error of its own."""
    try:
        return step()
    except (RuntimeError, _duckdb_error()) as error:
        if "interrupt" in str(error).lower():
            raise KeyboardInterrupt from error
        raise


def _plain(column: Any) -> Array:
    """Masked floats become NaN."""
    if isinstance(column, np.ma.MaskedArray):
        return np.asarray(column.filled(np.nan) if column.dtype.kind == "f" else column.filled())
    return np.asarray(column)


def _connection() -> Any:
    """A connection of its own to the one database in memory; what is registered in it ends with it."""
    return _database().cursor()


@cache
def _database() -> Any:
    """A database in memory, without network or extensions, on one thread so that rows keep their order."""
    import duckdb

    settings = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false", "threads": 1}
    return duckdb.connect(":memory:", config=settings)


def _duckdb_error() -> type[Exception]:
    import duckdb

    error: type[Exception] = duckdb.Error
    return error


def _quoted(text: Path | str) -> str:
    return "'" + str(text).replace("'", "''") + "'"
