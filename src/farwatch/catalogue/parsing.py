"""Reading one figure, and collecting what is wrong on the way."""

from collections.abc import Iterable, Mapping, Sequence
from math import isfinite
from typing import Any, ClassVar

from farwatch.catalogue.entries import Source
from farwatch.catalogue.figures import ASSUMED, PUBLISHED_KINDS, Figure
from farwatch.catalogue.names import near
from farwatch.catalogue.units import SIGNED, UNITS, Scale, Unit, kept_range
from farwatch.errors import Problem

FIGURE_KEYS = (
    "value", "low", "high", "unit", "conversion", "printed", "kind", "source", "date",
    "condition", "why", "spread", "set_aside", "alternatives",
)  # fmt: skip
TEXTS = ("printed", "kind", "source", "date", "condition", "why", "spread", "set_aside")


class Checks:
    """The problems met so far, the file being read, and the sources a figure may name."""

    PUBLISHED: ClassVar[tuple[str, ...]] = PUBLISHED_KINDS

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.file = ""
        self.sources: Mapping[str, Source] = {}

    def problem(self, where: str, value: str, rule: str, hint: str = "") -> None:
        """Note one problem of the file being read."""
        self.problems.append(Problem(f"{self.file}: {where}", value, rule, hint))

    def unknown_keys(self, where: str, body: Mapping[Any, Any], allowed: Iterable[str]) -> None:
        """Note every key that is not allowed, with the nearest one that is."""
        known = set(allowed)
        for key in body:
            if key not in known:
                self.problem(f"{where}.{key}", "", "is not a known key", near(str(key), known))

    def one_of(self, where: str, given: Any, allowed: Sequence[Any]) -> None:
        """Note a word that is not among the allowed ones."""
        if given not in allowed:
            words = ", ".join(str(word) for word in allowed)
            self.problem(where, str(given), f"must be one of {words}", near(str(given), map(str, allowed)))


def number_from(given: Any, where: str, checks: Checks) -> float | None:
    """A finite number from its text, or None after noting why not."""
    try:
        number = float(given) if isinstance(given, str) and "_" not in given else None
    except ValueError:
        number = None
    if number is None or not isfinite(number):
        checks.problem(where, repr(given), "must be a finite number")
        return None
    return number


def count_from(given: Any, least: int, where: str, checks: Checks) -> int:
    """A whole number of at least `least` from its text; `least` after noting why not."""
    if not isinstance(given, str) or not given.isdecimal() or int(given) < least:
        checks.problem(where, repr(given), f"must be a whole number, {least} or more")
        return least
    return int(given)


def figure_from(given: Any, where: str, kept: str | None, drawn: bool, checks: Checks) -> Figure | None:
    """The figure at path `where`, kept in unit `kept` (None: whatever its printed unit is kept in)."""
    if not isinstance(given, Mapping):
        checks.problem(where, repr(given), "a bare number is refused: a figure has value, unit and source, or why")
        return None
    checks.unknown_keys(where, given, FIGURE_KEYS)
    texts = {key: _text(given, key, where, checks) if key in given else "" for key in TEXTS}
    before = len(checks.problems)
    unit = _unit(given, where, kept, checks)
    numbers = [
        number_from(given.get(key, given.get("value")), f"{where}.{key}", checks) for key in ("low", "value", "high")
    ]
    low, value, high = numbers
    if unit is None or low is None or value is None or high is None or len(checks.problems) > before:
        return None
    scaled = _scaled(given, where, unit, (low, value, high), checks)
    if scaled is None:
        return None
    _check_origin(where, texts, low < high, checks)
    source = checks.sources.get(texts["source"])
    figure = Figure(
        name=where,
        low=scaled[0],
        value=scaled[1],
        high=scaled[2],
        unit=unit.kept,
        printed=texts["printed"] or f"{given['value']} {given['unit']}",
        kind=texts["kind"] or (source.kind if source else ""),
        source=texts["source"],
        date=texts["date"] or (source.date if source else ""),
        condition=texts["condition"],
        why=texts["why"],
        spread=texts["spread"],
        set_aside=texts["set_aside"],
        drawn=drawn,
        alternatives=_alternatives(given, where, unit.kept, checks),
    )
    _check_alternatives(figure, checks)
    return figure


def _text(given: Mapping[Any, Any], key: str, where: str, checks: Checks) -> str:
    text = given.get(key, "")
    if not isinstance(text, str):
        checks.problem(f"{where}.{key}", repr(text), "must be text")
        return ""
    return " ".join(text.split())


def _unit(given: Mapping[Any, Any], where: str, kept: str | None, checks: Checks) -> Unit | None:
    name = given.get("unit")
    unit = UNITS.get(name) if isinstance(name, str) else None
    if unit is None:
        checks.problem(f"{where}.unit", repr(name), "is not a unit the catalogue knows", near(str(name), UNITS))
        return None
    if kept is not None and unit.kept != kept:
        fitting = ", ".join(sorted(other for other, held in UNITS.items() if held.kept == kept))
        checks.problem(f"{where}.unit", str(name), "measures something else", f"one of {fitting}")
        return None
    return unit


def _scaled(
    given: Mapping[Any, Any], where: str, unit: Unit, printed: tuple[float, float, float], checks: Checks
) -> tuple[float, float, float] | None:
    """Low, value, high in the kept unit; None after noting a wrong order, a missing conversion or a bad sign."""
    low, value, high = printed
    if not low <= value <= high:
        checks.problem(where, f"{low:g}, {value:g}, {high:g}", "low <= value <= high must hold")
        return None
    conversion = given.get("conversion")
    if (conversion is not None) != (unit.scale is Scale.STATED):
        needs = f"needs conversion: {unit.needs}" if unit.needs else "takes no conversion"
        checks.problem(f"{where}.unit", str(given["unit"]), needs)
        return None
    factor = 1.0 if conversion is None else number_from(conversion, f"{where}.conversion", checks)
    if factor is None or factor <= 0.0 or (unit.scale is Scale.INVERSE and low <= 0.0):
        checks.problem(where, repr(conversion), "must be above zero to be converted")
        return None
    kept = kept_range(unit, low, value, high, factor)
    if kept[0] < 0.0 and unit.kept not in SIGNED:
        checks.problem(where, f"{low:g}", "must not be negative")
    if kept[2] > 1.0 and unit.kept == "prob":
        checks.problem(where, f"{high:g}", "a probability is at most 1")
    return kept


def _check_origin(where: str, texts: Mapping[str, str], spread: bool, checks: Checks) -> None:
    """The heart of the shipping rule: a source, or an assumption with its reason; never neither, never both."""
    source, kind = texts["source"], texts["kind"]
    if kind == ASSUMED:
        if not texts["why"]:
            checks.problem(f"{where}.why", "", "an assumed figure says why it is what it is")
        if source:
            checks.problem(f"{where}.source", source, "an assumed figure names no source")
        return
    if not source:
        checks.problem(where, "", "a number has a source, or kind: assumed with a why")
    elif source not in checks.sources:
        checks.problem(f"{where}.source", source, "is not in sources.yaml", near(source, checks.sources))
    if kind:
        checks.one_of(f"{where}.kind", kind, PUBLISHED_KINDS)
    if spread and not texts["spread"]:
        checks.problem(f"{where}.spread", "", "a range around a published figure says where it comes from")


def _alternatives(given: Mapping[Any, Any], where: str, kept: str, checks: Checks) -> tuple[Figure, ...]:
    listed = given.get("alternatives", [])
    if not isinstance(listed, list):
        checks.problem(f"{where}.alternatives", repr(listed), "must be a list of figures")
        return ()
    made = (
        figure_from(body, f"{where}.alternatives.{index}", kept, False, checks) for index, body in enumerate(listed)
    )
    return tuple(figure for figure in made if figure is not None)


def _check_alternatives(figure: Figure, checks: Checks) -> None:
    """Credible published numbers lie within the range; one that does not says why it is set aside."""
    for other in figure.alternatives:
        outside = other.value < figure.low * (1 - 1e-9) or other.value > figure.high * (1 + 1e-9)
        if outside and not other.set_aside:
            rule = f"lies outside {figure.low:g}..{figure.high:g} {figure.unit}: widen the range or say set_aside"
            checks.problem(other.name, other.printed, rule)
