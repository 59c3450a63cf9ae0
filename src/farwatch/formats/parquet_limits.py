"""Parquet from strangers: how much a file would unpack to is asked before any of it is read."""

from collections.abc import Collection
from pathlib import Path

from farwatch.errors import InputError, Problem
from farwatch.formats.opening import LEAST_ROOM, MOST_RATIO

PARQUET = b"PAR1"
"""How a Parquet file begins."""

DAMAGED = (RuntimeError, ValueError, TypeError, OverflowError, MemoryError)
"""What comes out of DuckDB's Python side, beside its own errors, where a file's names and sizes make no sense."""

_CELL_BYTES = 8


def refuse_swollen(path: Path, numbers: Collection[str], words: Collection[str]) -> None:
    """InputError where rows and texts would need far more memory than the file has bytes, or it cannot be read.

    A page of a Parquet file may say in a few bytes that the next thousand million rows are all the same.
    """
    import duckdb

    settings = {"autoinstall_known_extensions": False, "autoload_known_extensions": False, "threads": 1}
    connection = duckdb.connect(config=settings)
    spelled = "'" + str(path).replace("'", "''") + "'"
    try:
        asked = f"SELECT sum(num_rows) FROM parquet_file_metadata({spelled})"  # noqa: S608
        rows = int(connection.execute(asked).fetchall()[0][0])
        relation = connection.read_parquet(str(path))
        wanted = [name for name in relation.columns if name in numbers or name in words]
        _refuse(path, rows, _CELL_BYTES * max(1, len(wanted)) * rows)
        lengths = " + ".join(
            f'coalesce(sum(strlen(cast("{name}" AS VARCHAR))), 0)' for name in wanted if name in words
        )
        _refuse(path, rows, int(relation.aggregate(lengths).fetchall()[0][0]) if lengths else 0)
    except (duckdb.Error, *DAMAGED) as error:
        first = (str(error).splitlines() or [""])[0]
        raise InputError(str(path), [Problem("file", "", f"cannot be read as Parquet ({first})")]) from None
    finally:
        connection.close()


def room(size: int) -> int:
    """Bytes of memory that a file of so many bytes may ask for."""
    return max(LEAST_ROOM, MOST_RATIO * size)


def _refuse(path: Path, rows: int, needed: int) -> None:
    most = room(path.stat().st_size)
    if not 0 <= needed <= most:
        rule = f"must not unpack to more than {most} bytes"
        raise InputError(str(path), [Problem("rows", str(rows), rule)])
