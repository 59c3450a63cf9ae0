"""Arrow's IPC file, also called Feather 2: tables of motion in and out, through pyarrow.

pyarrow is wanted only when a function is called: `pip install farwatch[arrow]`. Nothing is packed, so that readers in
any language can map the file; the same table gives the same bytes.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from farwatch.errors import InputError, Problem
from farwatch.formats import motion_table
from farwatch.formats.motion_table import NUMBERS, WORDS
from farwatch.formats.opening import opened
from farwatch.formats.parquet_limits import room
from farwatch.formats.scene import Scene
from farwatch.formats.whole import appearing
from farwatch.track.files.reading import columns_of

_MAGIC = b"ARROW1"
_ZSTD = re.compile(re.escape(b"\x28\xb5\x2f\xfd"))


def write(path: str | Path, scene: Scene) -> None:
    """Write the motion of a scene. InputError where pyarrow is not installed, StoreError where it cannot be written."""
    content = encode(scene)
    with appearing(Path(path)) as partial:
        partial.write_bytes(content)


def encode(scene: Scene) -> bytes:
    """The motion of a scene as an Arrow file, columns as in `motion_table.columns_of`; NaN is null."""
    return encode_columns(motion_table.columns_of(scene))


def encode_columns(columns: Mapping[str, np.ndarray], meanings: Mapping[str, Mapping[str, str]] | None = None) -> bytes:
    """Columns of equal length as an Arrow file; `meanings` are kept as metadata of the fields they name."""
    arrow, _ = _arrow()
    arrays = [arrow.array(column, from_pandas=True) for column in columns.values()]
    fields = [
        arrow.field(name, arrow.string() if arrow.types.is_null(array.type) else array.type,
                    metadata=dict((meanings or {}).get(name, {})) or None)
        for name, array in zip(columns, arrays, strict=True)
    ]  # fmt: skip
    schema = arrow.schema(fields)
    table = arrow.table([array.cast(field.type) for array, field in zip(arrays, fields, strict=True)], schema=schema)
    sink = arrow.BufferOutputStream()
    with arrow.ipc.new_file(sink, schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def read(path: str | Path) -> Scene:
    """The scene of an Arrow file (or stream) with the columns of a table of motion; InputError where it is none."""
    return decode(opened(path), str(path))


def decode(data: bytes, source: str = "data") -> Scene:
    """The scene that the bytes of an Arrow file or stream tell; a bad row is left out and counted.

    InputError where they are damaged, would unpack to far more than they are, or lack a column.
    """
    arrow, errors = _arrow()
    _refuse_swollen(data, source)
    try:
        names, batches = _opened(arrow, data)
        parts: dict[str, list[Any]] = {name: [] for name in names if name in NUMBERS or name in WORDS}
        rows, most = 0, room(len(data)) // (8 * max(1, len(parts)))
        for batch in batches:
            rows += batch.num_rows
            if rows > most:
                raise InputError(source, [Problem("rows", str(rows), f"must be {most} at most in so small a file")])
            batch.validate(full=True)
            for name in parts:
                column = batch.column(names.index(name))
                parts[name] += _words(arrow, column) if name in WORDS else [_numbers(arrow, column)]
    except errors as error:
        first = (str(error).splitlines() or [""])[0]
        raise InputError(source, [Problem("content", "", f"cannot be read as Arrow ({first})")]) from None
    columns = {name: _joined(name, kept) for name, kept in parts.items()}
    found = replace(columns_of(columns, NUMBERS, WORDS), names=tuple(names))
    return motion_table.scene_of(found, source)


def _arrow() -> tuple[Any, tuple[type[Exception], ...]]:
    """The package, and what it raises on damaged bytes."""
    try:
        arrow = import_module("pyarrow")
        import_module("pyarrow.ipc")
    except ImportError as error:
        problem = Problem("pyarrow", "", "is not installed", "pip install farwatch[arrow]")
        raise InputError("arrow", [problem]) from error
    # what is no text or number, or too long, shows in more ways than ArrowInvalid
    return arrow, (arrow.ArrowException, OSError, ValueError, TypeError, KeyError, OverflowError, MemoryError)


def _refuse_swollen(data: bytes, source: str) -> None:
    """InputError where Zstandard buffers would unpack to far more than there is; LZ4 cannot pack 255 times."""
    most = room(len(data))
    starts = [one.start() for one in _ZSTD.finditer(data)]  # before each frame stands the length of what it holds
    needed = sum(max(0, int.from_bytes(data[max(0, at - 8) : at], "little", signed=True)) for at in starts)
    if needed > most:
        raise InputError(source, [Problem("content", f"{needed} bytes", f"must not unpack to more than {most} bytes")])


def _opened(arrow: Any, data: bytes) -> tuple[list[str], Any]:
    """Names of the columns, and the record batches one by one."""
    buffer = arrow.BufferReader(data)
    if data.startswith(_MAGIC):
        file = arrow.ipc.open_file(buffer)
        return file.schema.names, (file.get_batch(k) for k in range(file.num_record_batches))
    stream = arrow.ipc.open_stream(buffer)
    return stream.schema.names, stream


def _numbers(arrow: Any, column: Any) -> np.ndarray:
    """A column as float64, NaN for null."""
    return np.asarray(column.cast(arrow.float64(), safe=False).to_numpy(zero_copy_only=False), np.float64)


def _words(arrow: Any, column: Any) -> list[str]:
    """A column as texts, empty for null. A dictionary's text is kept once, however many rows point to it."""
    if arrow.types.is_dictionary(column.type):
        names = _words(arrow, column.dictionary)
        codes = column.indices.to_pylist()
        return ["" if code is None else names[code] for code in codes]
    return ["" if cell is None else str(cell) for cell in column.cast(arrow.string()).to_pylist()]


def _joined(name: str, kept: list[Any]) -> np.ndarray:
    """The parts of a column; texts as objects, which do not all take the room of the longest."""
    if name in WORDS:
        texts = np.empty(len(kept), object)
        texts[:] = kept
        return texts
    return np.concatenate(kept) if kept else np.zeros(0)
