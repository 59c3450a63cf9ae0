"""Columns to a file, through DuckDB: Parquet or CSV by its suffix, whole or not at all."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from farwatch.errors import InputError, Problem, StoreError

FORMS: Mapping[str, str] = {
    ".csv": "FORMAT csv, HEADER",
    ".csv.gz": "FORMAT csv, HEADER, COMPRESSION gzip",
    ".parquet": "FORMAT parquet, COMPRESSION zstd",
    ".pq": "FORMAT parquet, COMPRESSION zstd",
}
"""Suffixes that can be written, and what DuckDB is told to do."""

_TYPES = {"f": "DOUBLE", "i": "BIGINT", "u": "BIGINT", "b": "BOOLEAN"}


def form_of(path: str | Path) -> str:
    """What DuckDB is told for a file's suffix; InputError where nothing can be written of that suffix."""
    name = Path(path).name.lower()
    for suffix in sorted(FORMS, key=len, reverse=True):
        if name.endswith(suffix):
            return FORMS[suffix]
    raise InputError(str(path), [Problem("file", "", f"must end in one of {', '.join(FORMS)}")])


def write_columns(path: str | Path, columns: Mapping[str, np.ndarray]) -> Path:
    """Write columns of equal length; NaN becomes an empty cell or NULL. The same columns give the same bytes.

    The file is made in a folder of its own beside its place and moved there when it is done, so that under its name it
    is whole or as it was before. InputError for a suffix that says nothing, StoreError where it cannot be written.
    """
    import duckdb

    target, form = Path(path), form_of(path)
    typed = ", ".join(_selected(name, column, csv="csv" in form) for name, column in columns.items())
    settings = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false", "threads": 1}
    try:
        with (
            tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as folder,
            duckdb.connect(":memory:", config=settings) as connection,
        ):
            partial = Path(folder) / target.name
            connection.register("t", {name: _known(column) for name, column in columns.items()})
            spelled = str(partial).replace("'", "''")
            connection.execute(f"COPY (SELECT {typed} FROM t) TO '{spelled}' ({form})")  # noqa: S608
            partial.replace(target)
    except (OSError, duckdb.Error) as error:
        raise StoreError(f"{path} could not be written: {error}") from error
    return target


def _selected(name: str, column: np.ndarray, *, csv: bool) -> str:
    """One column of the query; in CSV an empty text is an empty cell, without quotes."""
    if column.dtype.kind in _TYPES:
        return f'"{name}"::{_TYPES[column.dtype.kind]} AS "{name}"'
    return f"nullif(\"{name}\"::VARCHAR, '') AS \"{name}\"" if csv else f'"{name}"::VARCHAR AS "{name}"'


def _known(column: np.ndarray) -> Any:
    """A column in one of the types that DuckDB reads from memory."""
    return np.ascontiguousarray(column) if column.dtype.kind in _TYPES else column.astype(object)
