"""A table with declared columns, in memory and on disk.

A time or range that never came is missing: NaN in numpy and pandas, NULL in Parquet, Arrow and Polars. A text
that does not apply is empty.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from farwatch.errors import FarwatchError, InputError, Problem
from farwatch.outcomes import parquet
from farwatch.outcomes.columns import BOOL, INT, REAL, SPECS, TEXT, Spec
from farwatch.outcomes.evidence import Array


@dataclass(frozen=True, slots=True)
class Table:
    """Columns of equal length that agree with their declaration."""

    name: str
    spec: Spec
    columns: Mapping[str, Array]

    def __post_init__(self) -> None:
        """Refuse a table that drifted from its declaration."""
        declared = [column.name for column in self.spec]
        problems = [Problem(name, "", "declared, but absent") for name in declared if name not in self.columns]
        problems += [Problem(name, "", "not declared") for name in self.columns if name not in declared]
        lengths = {name: len(column) for name, column in self.columns.items()}
        if len(set(lengths.values())) > 1:
            problems.append(Problem("columns", str(lengths), "must be equally long"))
        if problems:
            raise InputError(f"table {self.name}", problems)

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))

    def __getitem__(self, name: str) -> Array:
        """One column as a numpy array."""
        if name not in self.columns:
            rule = f"no such column; it has {', '.join(self.columns)}"
            raise InputError(f"table {self.name}", [Problem("column", name, rule)])
        return self.columns[name]

    @property
    def rows(self) -> int:
        """How many rows it has."""
        return len(self)

    def to_arrow(self) -> Any:
        """A `pyarrow.Table`; missing is null."""
        arrow = _package("pyarrow", "farwatch[arrow]")
        types = {INT: arrow.int64(), REAL: arrow.float64(), BOOL: arrow.bool_(), TEXT: arrow.string()}
        arrays = {c.name: arrow.array(self.columns[c.name], types[c.dtype], from_pandas=True) for c in self.spec}
        return arrow.table(arrays)

    def to_pandas(self) -> Any:
        """A `pandas.DataFrame`; missing is NaN."""
        return _package("pandas", "pandas").DataFrame(dict(self.columns))

    def to_polars(self) -> Any:
        """A `polars.DataFrame`; missing is null."""
        return _package("polars", "polars").DataFrame(dict(self.columns), nan_to_null=True)

    def write(self, path: Path) -> None:
        """Write it as Parquet; the same table gives the same bytes."""
        kept = {INT: "BIGINT", REAL: "DOUBLE", BOOL: "BOOLEAN", TEXT: "VARCHAR"}
        typed = ", ".join(f'"{column.name}"::{kept[column.dtype]} AS "{column.name}"' for column in self.spec)
        parquet.write(path, {"t": self.columns}, f"SELECT {typed} FROM t")  # noqa: S608


def read_table(name: str, path: Path) -> Table:
    """A table from its Parquet file, checked against its declaration."""
    found = parquet.read("SELECT * FROM files", [path])
    return Table(name, SPECS[name], {column: found[column] for column in found})


def _package(module: str, install: str) -> Any:
    try:
        return import_module(module)
    except ImportError as error:
        raise FarwatchError(f"{module} is not installed here; `pip install {install}` brings it") from error
