"""Along which varied field the points of a campaign are drawn, and which of them make one line."""

from collections.abc import Sequence
from dataclasses import dataclass

from farwatch.campaign.answers import PointAnswer
from farwatch.campaign.design import label_of
from farwatch.report.settings_wording import setting

FEWEST_VALUES = 3
"""Values of a field from which on it is an axis, and points from which on they are a line."""

MOST_LINES = 6
"""Lines in one panel."""


@dataclass(frozen=True, slots=True)
class Line:
    """Points that differ in the field of the axis alone, in its order; `rest` are their other values, in words.

    `label` is that of a `Curve`, `name` what a reader is told.
    """

    label: str
    name: str
    scenario: str
    rest: str
    rows: tuple[PointAnswer, ...]


@dataclass(frozen=True, slots=True)
class Axis:
    """A field that all points give a number, and a line for each scenario and each combination of the other fields."""

    field: str
    lines: tuple[Line, ...]

    @property
    def panels(self) -> tuple["Panel", ...]:
        """Lines that share a panel: all of them, or by scenario where these are too many."""
        if len(self.lines) <= MOST_LINES:
            return (Panel("", tuple((line.name, line) for line in self.lines)),)
        names = dict.fromkeys(line.scenario for line in self.lines)
        own = {name: [(line.rest or name, line) for line in self.lines if line.scenario == name] for name in names}
        return tuple(
            Panel(name if len(names) > 1 else "", tuple(lines[k : k + MOST_LINES]))
            for name, lines in own.items()
            for k in range(0, len(lines), MOST_LINES)
        )


@dataclass(frozen=True, slots=True)
class Panel:
    """A title, and lines with what they are called in this panel."""

    title: str
    lines: tuple[tuple[str, Line], ...]


def axis_of(points: Sequence[PointAnswer], wanted: str | None = None) -> Axis | None:
    """The axis to draw these points along; None where no field makes lines of them.

    wanted: the field that the plan asks about; else the one with the most values.
    """
    for field in sorted(numeric_fields(points), key=lambda field: (field != wanted, -len(_values(points, field)))):
        axis = Axis(field, _lines(points, field))
        if all(len(line.rows) >= FEWEST_VALUES for line in axis.lines):
            return axis
    return None


def names_of(points: Sequence[PointAnswer], field: str) -> dict[str, str]:
    """What the lines along a field are called, by the label of their curve."""
    return {line.label: line.name for line in _lines([point for point in points if field in point.changes], field)}


def numeric_fields(points: Sequence[PointAnswer]) -> list[str]:
    """Fields that have a number at every point, and enough different ones."""
    fields = dict.fromkeys(field for point in points for field in point.changes)
    return [
        field
        for field in fields
        if all(is_number(point.changes.get(field)) for point in points) and len(_values(points, field)) >= FEWEST_VALUES
    ]


def is_number(value: object) -> bool:
    """Whether a value can stand on an axis."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _values(points: Sequence[PointAnswer], field: str) -> set[float]:
    return {float(point.changes[field]) for point in points}


def _lines(points: Sequence[PointAnswer], field: str) -> tuple[Line, ...]:
    many = len({point.scenario for point in points}) > 1
    groups: dict[str, list[PointAnswer]] = {}
    for point in points:
        groups.setdefault(label_of(point.scenario, _rest(point, field), named=many), []).append(point)
    return tuple(_line(label, rows, field, many=many) for label, rows in groups.items())


def _line(label: str, rows: Sequence[PointAnswer], field: str, *, many: bool) -> Line:
    rest, scenario = setting(_rest(rows[0], field)), rows[0].scenario
    name = ", ".join(filter(None, [scenario if many else "", rest])) or scenario
    return Line(label, name, scenario, rest, tuple(sorted(rows, key=lambda row: float(row.changes[field]))))


def _rest(point: PointAnswer, field: str) -> dict[str, object]:
    return {path: value for path, value in point.changes.items() if path != field}
