"""Reading a table of recorded flights: Parquet or CSV with declared columns.

Every rule is checked before anything is used, and all that is broken is reported at once, with row numbers
(the first row of data is row 1).
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from farwatch.errors import InputError, Problem

Array = NDArray[np.float64]

COLUMNS = ("time_s", "flight", "lat_deg", "lon_deg", "height_m")
"""Columns a recording must have; `on_ground` (true or false) may be there too, others are ignored."""

LIMITS = {"time_s": (-1e12, 1e12), "lat_deg": (-90.0, 90.0), "lon_deg": (-180.0, 360.0), "height_m": (-500.0, 1e5)}
NOT_FLIGHTS = ("round", "battery", "radar", "asset")
"""What a column `kind` may say of a row, as tables of motion have it, that is no flight: such rows are left out."""

_ROWS_NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Recording:
    """Rows of a recording in order of flight, then time; `flight` indexes `names`."""

    names: tuple[str, ...]
    flight: NDArray[np.int64]
    time_s: Array
    lat_deg: Array
    lon_deg: Array
    height_m: Array


def read_recording(path: str | Path) -> Recording:
    """Read recorded flights. InputError lists all that is wrong with the file, rows by number.

    Times are seconds on any clock. Rows with `on_ground` true are left out, rows whose `kind` is one of
    `NOT_FLIGHTS`, and exact repeats of a time within a flight. Heights are metres above mean sea level; pressure
    altitudes pass as such.
    """
    import duckdb

    source = Path(path)
    if not source.is_file():
        raise InputError(str(path), [Problem("file", "", "does not exist")])
    connection = duckdb.connect(config={"autoinstall_known_extensions": False, "autoload_known_extensions": False})
    try:
        relation = _relation(connection, source)
        names = relation.columns
        missing = [_absent(column, names) for column in COLUMNS if column not in names]
        if missing:
            raise InputError(str(path), missing)
        rows = relation.project(_projection(names)).fetchnumpy()
    except duckdb.Error as error:
        first = str(error).splitlines()[0]
        raise InputError(str(path), [Problem("bytes", "", f"cannot be read as {_kind(source)} ({first})")]) from error
    finally:
        connection.close()
    return _checked(str(path), rows)


def _kind(source: Path) -> str:
    return "Parquet" if source.suffix.lower() in {".parquet", ".pq"} else "CSV"


def _relation(connection: Any, source: Path) -> Any:
    if _kind(source) == "Parquet":
        return connection.read_parquet(str(source))
    return connection.read_csv(str(source), header=True, all_varchar=True)


def _projection(names: list[str]) -> str:
    """Each number twice, as a number where it is one and as it is spelled; and whether the row is of no flight."""
    numbers = [column for column in COLUMNS if column != "flight"]
    parts = [f"coalesce(try_cast({c} AS DOUBLE), 'nan'::DOUBLE) AS {c}" for c in numbers]
    parts.append("coalesce(cast(flight AS VARCHAR), '') AS flight")
    parts += [f"coalesce(cast({c} AS VARCHAR), '') AS {c}_text" for c in numbers]
    ground = "coalesce(try_cast(on_ground AS BOOLEAN), false)" if "on_ground" in names else "false"
    if "kind" in names:
        listed = ", ".join(f"'{kind}'" for kind in NOT_FLIGHTS)
        ground += f" OR coalesce(cast(kind AS VARCHAR), '') IN ({listed})"
    return ", ".join([*parts, f"{ground} AS grounded"])


def _absent(column: str, names: list[str]) -> Problem:
    from difflib import get_close_matches

    near = get_close_matches(column, [n for n in names if n not in COLUMNS], n=1, cutoff=0.4)
    hint = f"nearest: {near[0]}" if near else f"the file has {', '.join(names)}"
    return Problem(f"column {column}", "", "is missing", hint)


def _checked(source: str, rows: dict[str, Any]) -> Recording:
    problems = []
    if len(rows["time_s"]) == 0:
        problems.append(Problem("rows", "0", "must be at least one"))
    for column, (low, high) in LIMITS.items():
        values = np.asarray(rows[column], dtype=np.float64)
        bad = np.flatnonzero(~((values >= low) & (values <= high)))
        if bad.size:
            rule = f"must be a number from {low:g} to {high:g}"
            problems.append(_broken(column, bad, rows[f"{column}_text"], rule))
    nameless = np.flatnonzero(np.asarray(rows["flight"], dtype=object) == "")
    if nameless.size:
        problems.append(_broken("flight", nameless, rows["flight"], "must name the flight"))
    if problems:
        raise InputError(source, problems)
    return _in_order(rows)


def _broken(column: str, bad: NDArray[np.int64], texts: Any, rule: str) -> Problem:
    shown = ", ".join(str(row + 1) for row in bad[:_ROWS_NAMED])
    more = f" and {bad.size - _ROWS_NAMED} more" if bad.size > _ROWS_NAMED else ""
    return Problem(f"column {column}, row {shown}{more}", repr(str(texts[bad[0]])), rule)


def _in_order(rows: dict[str, Any]) -> Recording:
    airborne = ~np.asarray(rows["grounded"], dtype=bool)
    names, flight = np.unique(np.asarray(rows["flight"], dtype=str)[airborne], return_inverse=True)
    columns = {c: np.asarray(rows[c], dtype=np.float64)[airborne] for c in COLUMNS if c != "flight"}
    order = np.lexsort((columns["time_s"], flight))
    flight = flight[order]
    time_s = columns["time_s"][order]
    fresh = np.append(True, (np.diff(time_s) > 0.0) | (np.diff(flight) != 0)) if order.size else np.zeros(0, bool)
    return Recording(
        names=tuple(str(name) for name in names),
        flight=flight[fresh].astype(np.int64),
        **{c: values[order][fresh] for c, values in columns.items()},
    )
