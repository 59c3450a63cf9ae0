"""Reference rows from outside, computed through the rooms' own functions, and how far we are off.

A row is a JSON object: `id, area, quantity, inputs, expected, unit, rel_tol | abs_tol, source` and perhaps `note`; a
file holds a list of them. `expected` is a number or a list, and the tolerance holds for each element. An expected
number printed with nine digits or more was rounded there, so half a unit of its last digit comes on top; one printed
with fewer is taken as it stands.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from importlib import import_module
from math import inf, isfinite, isnan
from pathlib import Path
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from farwatch.errors import FarwatchError, InputError, Problem

SHIPPED = Path(__file__).parent / "reference"

ROOMS = ("detect", "track", "engage", "world", "outcomes")
"""Rooms that say, in `quantities.QUANTITIES`, what of theirs can be checked."""

LONG_NUMBER = 9
"""Digits from which an expected number is taken to have been rounded when it was printed."""

PASS, FAIL, UNCOVERED, ERROR = "pass", "fail", "not covered", "error"

Compute = Callable[[Mapping[str, Any]], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One reference row.

    `relative` says whether `tolerance` is a share of the expected value; `rounding` is half a unit of the last digit
    of each expected number, 0 where it is taken as it stands.
    """

    id: str
    area: str
    quantity: str
    inputs: Mapping[str, Any]
    expected: tuple[float, ...]
    rounding: tuple[float, ...]
    unit: str
    tolerance: float
    relative: bool
    source: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A row with what we make of it: pass, fail, not covered, error.

    `error` is that of its worst element, relative where the tolerance is; `off_ratio` the same as a multiple of what is
    allowed.
    """

    row: Row
    ours: tuple[float, ...]
    verdict: str
    error: float
    off_ratio: float
    why: str

    @property
    def failed(self) -> bool:
        """Whether this row makes the command fail."""
        return self.verdict in {FAIL, ERROR}


def validate(files: Sequence[Path] = ()) -> list[Verdict]:
    """Verdicts on the rows of some files, or of the shipped set; InputError lists every malformed row."""
    known = quantities()
    return [judge(row, known) for row in read_rows(files or shipped_files())]


def shipped_files() -> list[Path]:
    """Files of the set that comes with the package."""
    return sorted(SHIPPED.glob("*.json"))


def quantities() -> dict[str, Compute]:
    """Everything that can be checked: text of the quantity -> function of a row's inputs."""
    merged: dict[str, Compute] = {}
    for room in ROOMS:
        try:
            module = import_module(f"farwatch.{room}.quantities")
        except ModuleNotFoundError:
            continue
        merged |= module.QUANTITIES
    return merged


# Reading ----------------------------------------------------------------------------------------------------


def read_rows(files: Iterable[Path]) -> list[Row]:
    """Rows of some files, in order."""
    rows: list[Row] = []
    problems: list[Problem] = []
    names = []
    for path in files:
        names.append(path.name)
        for where, plain in _plain_rows(path, problems):
            found = list(_problems(plain, where))
            problems += found
            if not found:
                rows.append(_row(plain))
    if problems:
        raise InputError(", ".join(names), problems)
    return rows


def _plain_rows(path: Path, problems: list[Problem]) -> Iterator[tuple[str, Any]]:
    try:
        held = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except (OSError, ValueError) as error:
        problems.append(Problem(path.name, "", f"cannot be read as JSON: {error}"))
        return
    if not isinstance(held, list | dict):
        problems.append(Problem(path.name, type(held).__name__, "must be a list of rows"))
        return
    for number, row in enumerate([held] if isinstance(held, dict) else held):
        yield f"{path.name}[{number}]", row


def _problems(plain: Any, where: str) -> Iterator[Problem]:
    """What is wrong with one row."""
    if not isinstance(plain, dict):
        yield Problem(where, type(plain).__name__, "must be an object")
        return
    label = f"{where} {plain['id']}" if isinstance(plain.get("id"), str) else where
    for name in ("id", "area", "quantity", "unit", "source"):
        if not isinstance(plain.get(name), str):
            yield Problem(f"{label}.{name}", "", "must be a text")
    if not isinstance(plain.get("inputs"), dict):
        yield Problem(f"{label}.inputs", "", "must be an object")
    if not all(map(_is_number, _elements(plain.get("expected")))) or not _elements(plain.get("expected")):
        yield Problem(f"{label}.expected", "", "must be a number or a list of numbers")
    given = [name for name in ("rel_tol", "abs_tol") if name in plain]
    if len(given) != 1:
        yield Problem(f"{label}.rel_tol", "", "either rel_tol or abs_tol must be given, and not both")
    elif not _is_number(plain[given[0]]) or float(plain[given[0]]) < 0.0:
        yield Problem(f"{label}.{given[0]}", str(plain[given[0]]), "must be a number from 0")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _elements(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _row(plain: Mapping[str, Any]) -> Row:
    relative = "rel_tol" in plain
    return Row(
        id=plain["id"],
        area=plain["area"],
        quantity=plain["quantity"],
        inputs=_floats(plain["inputs"]),
        expected=tuple(map(float, _elements(plain["expected"]))),
        rounding=tuple(map(_rounding, _elements(plain["expected"]))),
        unit=plain["unit"],
        tolerance=float(plain["rel_tol"] if relative else plain["abs_tol"]),
        relative=relative,
        source=plain["source"],
        note=str(plain.get("note", "")),
    )


def _floats(value: Any) -> Any:
    """JSON values with their decimal numbers as floats."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, dict):
        return {name: _floats(held) for name, held in value.items()}
    return [_floats(held) for held in value] if isinstance(value, list) else value


def _rounding(value: Any) -> float:
    """Half a unit of the last digit of a number that was rounded when it was printed; else 0."""
    if not isinstance(value, Decimal) or not value.is_finite():
        return 0.0
    _, digits, exponent = value.as_tuple()
    return 0.5 * 10.0 ** int(exponent) if len(digits) >= LONG_NUMBER else 0.0


# Judging ----------------------------------------------------------------------------------------------------


def judge(row: Row, known: Mapping[str, Compute]) -> Verdict:
    """Compute one row and compare it element by element."""
    if row.quantity not in known:
        return _verdict(row, (), UNCOVERED)
    try:
        ours = tuple(float(value) for value in _flat(known[row.quantity](row.inputs)))
    except (FarwatchError, ArithmeticError, LookupError, TypeError, ValueError) as error:
        reason = f"input {error} is missing" if isinstance(error, KeyError) else str(error)
        return _verdict(row, (), ERROR, reason or type(error).__name__)
    if len(ours) != len(row.expected):
        return _verdict(row, ours, FAIL, f"{len(row.expected)} elements expected, {len(ours)} computed")
    errors = [_error(row, k, value) for k, value in enumerate(ours)]
    worst, off = max(errors, key=lambda pair: pair[1])
    return Verdict(row=row, ours=ours, verdict=PASS if off <= 1.0 else FAIL, error=worst, off_ratio=off, why="")


def _flat(answer: Any) -> Iterable[Any]:
    import numpy as np

    return np.asarray(answer, np.float64).ravel().tolist()


def _error(row: Row, k: int, value: float) -> tuple[float, float]:
    """Error of element `k`, relative or absolute as its tolerance, and as a multiple of what is allowed."""
    expected = row.expected[k]
    if isnan(value) or isnan(expected) or not isfinite(expected):
        same = value == expected or (isnan(value) and isnan(expected))
        return (0.0, 0.0) if same else (inf, inf)
    error = abs(value - expected)
    allowed = row.rounding[k] + row.tolerance * (abs(expected) if row.relative else 1.0)
    off = error / allowed if allowed else (0.0 if error == 0.0 else inf)
    shown = error / abs(expected) if row.relative and expected else error
    return shown, off


def _verdict(row: Row, ours: tuple[float, ...], verdict: str, why: str = "") -> Verdict:
    nan = float("nan")
    return Verdict(row=row, ours=ours, verdict=verdict, error=nan, off_ratio=nan, why=why)


# Showing ----------------------------------------------------------------------------------------------------

STYLES = {PASS: "green", FAIL: "bold red", UNCOVERED: "dim", ERROR: "bold red"}


def show(console: Console, verdicts: Sequence[Verdict], *, only_failures: bool = False) -> None:
    """The table of verdicts, totals by area, and what is not covered."""
    listed = [v for v in verdicts if v.failed or not (only_failures or v.verdict == UNCOVERED)]
    if listed:
        console.print(_verdict_table(listed))
    console.print(_total_table(verdicts))
    uncovered: dict[str, int] = {}
    for v in verdicts:
        if v.verdict == UNCOVERED:
            uncovered[v.row.quantity] = uncovered.get(v.row.quantity, 0) + 1
    if uncovered:
        console.print(Text(f"Not covered: {len(uncovered)} quantities in {sum(uncovered.values())} rows", style="bold"))
        for quantity, rows in sorted(uncovered.items()):
            console.print(Text(f"  {rows:>3} {quantity}", style="dim"), soft_wrap=True)
    console.print(Text(sentence(verdicts), style="bold"))


def sentence(verdicts: Sequence[Verdict]) -> str:
    """The outcome in one line."""
    counts = {name: sum(v.verdict == name for v in verdicts) for name in STYLES}
    told = ", ".join(f"{count} {name}" for name, count in counts.items() if count) or "none"
    return f"{len(verdicts)} rows: {told}"


def _verdict_table(verdicts: Sequence[Verdict]) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("id", overflow="fold")
    for name in ("expected", "ours", "unit", "error", "of tolerance"):
        table.add_column(name, justify="right" if name != "unit" else "left", overflow="fold")
    table.add_column("verdict")
    for v in verdicts:
        kind = "rel" if v.row.relative else "abs"
        cells = (
            v.row.id,
            _numbers(v.row.expected),
            _numbers(v.ours),
            v.row.unit,
            f"{v.error:.1e} {kind}" if v.error == v.error else "",
            f"{v.off_ratio:.2g}" if v.off_ratio == v.off_ratio else "",
        )
        verdict = Text(f"{v.verdict}: {v.why}" if v.why else v.verdict, style=STYLES[v.verdict])
        table.add_row(*(Text(cell) for cell in cells), verdict)
    return table


def _numbers(values: Sequence[float]) -> str:
    shown = [f"{value:.8g}" for value in values[:4]]
    return ", ".join(shown) + (f" and {len(values) - 4} more" if len(values) > 4 else "")


def _total_table(verdicts: Sequence[Verdict]) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("area")
    for name in ("rows", *STYLES, "worst, of tolerance"):
        table.add_column(name, justify="right")
    for area in sorted({v.row.area for v in verdicts}):
        own = [v for v in verdicts if v.row.area == area]
        counts = [str(sum(v.verdict == name for v in own)) for name in STYLES]
        worst = max(
            (v.off_ratio for v in own if v.verdict in {PASS, FAIL} and v.off_ratio == v.off_ratio), default=None
        )
        table.add_row(Text(area), str(len(own)), *counts, "" if worst is None else f"{worst:.2g}")
    return table
