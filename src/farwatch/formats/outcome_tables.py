"""Tables of results in other forms: a Parquet table of a run or a campaign as CSV, Arrow or NetCDF.

Units and meanings are those that `outcomes.columns` declares of a column of that name; other columns have none. NaN is
what never happened: an empty cell in CSV, null in Arrow, the fill value in NetCDF.
"""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from farwatch.errors import InputError, Problem, StoreError
from farwatch.formats import arrow_ipc, netcdf_variables
from farwatch.formats.netcdf import CONVENTIONS
from farwatch.formats.netcdf_variables import Variable, reals, texts, wholes
from farwatch.formats.parquet_limits import refuse_swollen
from farwatch.formats.whole import appearing
from farwatch.outcomes import parquet
from farwatch.outcomes.columns import SPECS, Column
from farwatch.track.files.writing import write_columns

_ROW = "row"
_UDUNITS = frozenset({"1", "s", "m", "m s-1", "km", "deg", "rad"})


def convert_table(path_in: str | Path, path_out: str | Path) -> None:
    """Write a Parquet table, `path_in`, in the form that the suffix of `path_out` says: .csv, .csv.gz, .arrow, .nc.

    The same table gives the same bytes. InputError where the table cannot be read or the suffix says nothing,
    StoreError where the file cannot be written.
    """
    target = Path(path_out)
    encode = _ENCODERS.get(target.suffix.lower())
    in_csv = target.name.lower().endswith((".csv", ".csv.gz"))
    if encode is None and not in_csv:
        known = ", ".join([".csv", ".csv.gz", *_ENCODERS])
        raise InputError(str(path_out), [Problem("file", target.suffix, f"must end in one of {known}")])
    columns = _read(Path(path_in))
    if encode is None:
        write_columns(target, columns)
        return
    content = encode(columns, _declared(Path(path_in).stem, columns), Path(path_in).stem)
    with appearing(target) as partial:
        partial.write_bytes(content)


def _read(path: Path) -> dict[str, np.ndarray]:
    """Columns as int64, float64 with NaN, bool, or texts that are never missing."""
    if not path.is_file():
        raise InputError(str(path), [Problem("file", "", "does not exist")])
    try:
        names = parquet.columns_of([path])
        refuse_swollen(path, names, names)
        found = parquet.read("SELECT * FROM files", [path])
        found |= _with_gaps(path, {name: column.dtype.kind for name, column in found.items()})
    except StoreError as error:
        raise InputError(str(path), [Problem("file", "", f"cannot be read as Parquet ({error})")]) from None
    return {name: _plain(column) for name, column in found.items()}


def _with_gaps(path: Path, kinds: Mapping[str, str]) -> dict[str, np.ndarray]:
    """Of columns without NaN those that lack some: numbers and truths as float64 with NaN, others as texts."""
    quoted = {name: '"' + name.replace('"', '""') + '"' for name, kind in kinds.items() if kind != "f"}
    if not quoted:
        return {}
    counted = ", ".join(f"count(*) - count({name}) AS {name}" for name in quoted.values())
    lacking = parquet.read(f"SELECT {counted} FROM files", [path])  # noqa: S608
    filled = [
        f"{told}::DOUBLE AS {told}" if kinds[name] in "biu" else f"coalesce({told}::VARCHAR, '') AS {told}"
        for name, told in quoted.items()
        if lacking[name][0] > 0
    ]
    return parquet.read(f"SELECT {', '.join(filled)} FROM files", [path]) if filled else {}  # noqa: S608


def _plain(column: np.ndarray) -> np.ndarray:
    kind = column.dtype.kind
    if kind in "biuf":
        return column.astype({"b": np.bool_, "f": np.float64}.get(kind, np.int64))
    spelled = np.empty(column.size, object)
    spelled[:] = [str(cell) for cell in column.tolist()]
    return spelled


def _declared(stem: str, columns: Mapping[str, np.ndarray]) -> dict[str, Column]:
    """The declaration of each column: by the table of the file's name, else by the table that shares most columns."""

    def shared(table: str) -> tuple[bool, int]:
        return table == stem, sum(column.name in columns for column in SPECS[table])

    spec = SPECS[max(SPECS, key=shared)]
    return {column.name: column for column in spec if column.name in columns}


def _arrow(columns: Mapping[str, np.ndarray], declared: Mapping[str, Column], _stem: str) -> bytes:
    meanings = {
        name: {key: text for key, text in (("unit", one.unit), ("meaning", one.meaning)) if text}
        for name, one in declared.items()
    }
    return arrow_ipc.encode_columns(columns, meanings)


def _netcdf(columns: Mapping[str, np.ndarray], declared: Mapping[str, Column], stem: str) -> bytes:
    from farwatch import __version__

    rows = next((column.size for column in columns.values()), 0)
    if rows == 0:
        raise InputError(stem, [Problem("rows", "0", "must be one at least for NetCDF")])
    spelled = {name: re.sub(r"\W|^(?=\d)", "_", name, flags=re.ASCII) for name in columns}
    if len(set(spelled.values())) < len(spelled):
        raise InputError(stem, [Problem("columns", "", "must differ in letters and digits for NetCDF")])
    variables = [_variable(spelled[name], column, declared.get(name)) for name, column in columns.items()]
    made = f"farwatch {__version__}"
    told = {"Conventions": CONVENTIONS, "title": stem, "source": made, "history": f"written by {made}"}
    return netcdf_variables.encode(variables, told)


def _variable(name: str, column: np.ndarray, declared: Column | None) -> Variable:
    """One column along `row`; units that UDUNITS does not know are told in words."""
    unit, meaning = (declared.unit, declared.meaning) if declared else ("", name)
    told = {"long_name": meaning}
    if unit in _UDUNITS:
        told["units"] = unit
    elif unit:
        told["comment"] = f"in {unit}"
    kind = column.dtype.kind
    if kind == "b":
        flags = {"long_name": meaning, "flag_values": np.array([0, 1], np.int8), "flag_meanings": "no yes"}
        return Variable(name=name, dimensions=(_ROW,), values=column.astype(np.int8), attributes=flags)
    if kind == "f":
        return reals(name, _ROW, column, told)
    return wholes(name, _ROW, column, told) if kind == "i" else texts(name, _ROW, column.tolist(), told)


_ENCODERS: dict[str, Callable[[Mapping[str, np.ndarray], Mapping[str, Column], str], bytes]] = {
    ".arrow": _arrow, ".feather": _arrow, ".nc": _netcdf,
}
