"""Finished units that wait until their part is full: one small file each.

A file is a line of JSON, which gives the rows and the layout of each table, and the bytes of the tables after it. Its
length follows from that line, so a file that was cut short is noticed. Nobody else needs to read it.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np

from farwatch.campaign.files import write_whole
from farwatch.campaign.rows import TABLES, Rows
from farwatch.campaign.units import Unit
from farwatch.errors import StoreError

FOLDER = "pending"
_NAME = re.compile(r"unit-(\d+)-(\d+)-(\d+)\.rows")


def name_of(unit: Unit) -> str:
    """Name of a unit's file."""
    return f"unit-{unit.point:06d}-{unit.first:08d}-{unit.size}.rows"


def units_in(folder: Path) -> Iterator[Unit]:
    """Units that wait in a campaign folder, in order."""
    for path in sorted((folder / FOLDER).glob("unit-*.rows")):
        found = _NAME.fullmatch(path.name)
        if found is not None:
            yield Unit(*map(int, found.groups()))


def write(folder: Path, unit: Unit, rows: Rows) -> None:
    """Keep the rows of a unit."""
    tables = {name: np.ascontiguousarray(rows[name]) for name in TABLES}
    head = {name: [len(table), table.dtype.descr] for name, table in tables.items()}

    def fill(file: BinaryIO) -> None:
        file.write(json.dumps(head).encode() + b"\n")
        for table in tables.values():
            file.write(table.tobytes())

    write_whole(folder / FOLDER / name_of(unit), fill)


def read(folder: Path, unit: Unit) -> Rows:
    """The rows of a unit; StoreError names a file that is cut short or is something else."""
    path = folder / FOLDER / name_of(unit)
    try:
        head, _, body = path.read_bytes().partition(b"\n")
        layouts = {
            name: (rows, np.dtype([(str(field), str(kind)) for field, kind in descr]))
            for name, (rows, descr) in json.loads(head).items()
        }
        rows, start = {}, 0
        for name, (count, layout) in layouts.items():
            rows[name] = np.frombuffer(body, layout, count, start)
            start += count * layout.itemsize
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise StoreError(_cut(path)) from error
    if start != len(body) or set(rows) != set(TABLES) or len(rows["trials"]) != unit.size:
        raise StoreError(_cut(path))
    return rows


def read_if_there(folder: Path, unit: Unit) -> Rows | None:
    """The rows of a unit; None when another process has filed them away meanwhile."""
    try:
        return read(folder, unit)
    except StoreError:
        if (folder / FOLDER / name_of(unit)).exists():
            raise
        return None


def remove(folder: Path, unit: Unit) -> None:
    """Forget a unit whose rows are in a part now."""
    try:
        (folder / FOLDER / name_of(unit)).unlink(missing_ok=True)
    except OSError as error:
        raise StoreError(f"{folder / FOLDER / name_of(unit)} could not be removed: {error}") from error


def _cut(path: Path) -> str:
    return f"{path} is cut short or was changed; remove it and continue: its trials are played again"
