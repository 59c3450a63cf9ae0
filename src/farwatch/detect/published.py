"""Published ranges as text and as points, and whether two of them can come from one radar.

A point is a range at a cross-section. In free space the echo falls with the fourth power of range, so two points of one
radar obey `(R2/R1)^4 = sigma2/sigma1`; by how many decibels they miss it says what would have to be different: the
chance of detection meant, the target, or the radar. See `docs/claims.md`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import isfinite

from farwatch.catalogue import Radar
from farwatch.catalogue.units import UNITS
from farwatch.detect.budget import Span, exactly, in_db, span_of
from farwatch.errors import Problem

AGREE_DB = 1.0
"""Points this close agree: one decibel of echo is six per cent of range, and printed ranges are rounded."""

SHORTEST_M, FARTHEST_M = 100.0, 5e6

_NUMBER = r"([+-]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?(?:e[+-]?\d+)?)"
_RANGE = re.compile(rf"\s*{_NUMBER}\s*([a-z]*)\s*")
_WORDS = {
    "kilometre": "km", "kilometres": "km", "kilometer": "km", "kilometers": "km", "kms": "km", "mile": "mi",
    "miles": "mi", "nm": "nmi", "nmiles": "nmi", "metre": "m", "metres": "m", "meter": "m", "meters": "m",
}
_ECHO = re.compile(rf"\s*{_NUMBER}\s*(m2|m²|dbsm)?\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A range at which a cross-section is said to be seen; spans of one number where the print gives one."""

    label: str
    range_m: Span
    rcs_m2: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Two points held against the fourth power.

    `off_db` is how much stronger the second point makes the radar than the first: 0 for one and the same radar.
    `implied_rcs_m2` is what the second range would take at the first point's strength, `implied_range_m` how far the
    second cross-section would be seen at it. `state` is "agree", "within" (only inside the published ranges) or
    "apart".
    """

    first: Point
    second: Point
    off_db: Span
    implied_rcs_m2: float
    implied_range_m: float
    state: str


def agreements(points: Sequence[Point]) -> tuple[Agreement, ...]:
    """Every pair of points, in their order."""
    return tuple(agreement(first, second) for first, second in combinations(points, 2))


def agreement(first: Point, second: Point) -> Agreement:
    """Whether two points can come from one radar."""
    one, other = _strength_db(first), _strength_db(second)
    off = Span(value=other.value - one.value, low=other.low - one.high, high=other.high - one.low)
    state = "apart"
    if abs(off.value) <= AGREE_DB:
        state = "agree"
    elif off.low <= AGREE_DB and off.high >= -AGREE_DB:
        state = "within"
    ratio = second.range_m.value / first.range_m.value
    return Agreement(
        first=first,
        second=second,
        off_db=off,
        implied_rcs_m2=first.rcs_m2.value * ratio**4,
        implied_range_m=first.range_m.value * (second.rcs_m2.value / first.rcs_m2.value) ** 0.25,
        state=state,
    )


def _strength_db(point: Point) -> Span:
    far, echo = in_db(point.range_m, 40.0), in_db(point.rcs_m2)
    return Span(value=far.value - echo.value, low=far.low - echo.high, high=far.high - echo.low)


def point_of_catalogue(radar: Radar) -> Point | None:
    """The claim of a radar as a point; None where there is only a parameter set."""
    if radar.claim is None:
        return None
    return Point(
        label=f"the catalogue's claim for {radar.name}",
        range_m=span_of(radar.claim.range_m),
        rcs_m2=span_of(radar.claim.rcs_m2),
    )


# Text -------------------------------------------------------------------------------------------------------


def range_of(range_m: float | str, where: str, problems: list[Problem]) -> float:
    """Metres from a number of metres or a text such as "402 km", "250mi" or "217nmi"; notes what is wrong."""
    hint = "such as 402km, 250mi or 217nmi"
    if isinstance(range_m, str):
        found = _RANGE.fullmatch(range_m.lower())
        if found is None or not found[1]:
            problems.append(Problem(where, range_m, "cannot be read as a range", hint))
            return SHORTEST_M
        unit = _WORDS.get(found[2], found[2])
        if unit not in UNITS or UNITS[unit].kept != "m":
            rule = f"{found[2]!r} is no unit of length" if unit else "has no unit"
            problems.append(Problem(where, range_m, rule, "km, m, mi, nmi or ft, " + hint))
            return SHORTEST_M
        value_m = float(found[1].replace(",", "")) * UNITS[unit].factor
    else:
        value_m = float(range_m)
    if not SHORTEST_M <= value_m <= FARTHEST_M:
        rule = f"a range lies between {SHORTEST_M:g} m and {FARTHEST_M / 1e3:g} km"
        problems.append(Problem(where, str(range_m), rule, hint))
        return SHORTEST_M
    return value_m


def point_of(text: str, where: str, problems: list[Problem]) -> Point | None:
    """A point from a text such as "170km@0.1m2" or "217 nmi @ 0 dBsm"; None after noting what is wrong."""
    range_text, sign, echo_text = text.partition("@")
    hint = "such as 170km@0.1m2"
    if not sign:
        problems.append(Problem(where, text, "is a range without a cross-section", hint))
        return None
    count = len(problems)
    range_m = range_of(range_text, where, problems)
    found = _ECHO.fullmatch(echo_text.lower())
    if found is None or not found[1]:
        problems.append(Problem(where, text, "its cross-section cannot be read", hint))
        return None
    number = float(found[1].replace(",", ""))
    rcs_m2 = 10.0 ** (number / 10.0) if found[2] == "dbsm" else number
    if not (isfinite(rcs_m2) and rcs_m2 > 0.0):
        problems.append(Problem(where, text, "a cross-section is above 0 m²", hint))
    if len(problems) > count:
        return None
    label = f"{range_m / 1e3:.4g} km at {rcs_m2:.3g} m²"
    return Point(label=label, range_m=exactly(range_m), rcs_m2=exactly(rcs_m2))


def place_of(given: str | tuple[float, float], problems: list[Problem]) -> tuple[float, float]:
    """Latitude and longitude, degrees, from a pair or a text "LAT,LON"; notes what is wrong."""
    parts = given.split(",") if isinstance(given, str) else given
    try:
        lat_deg, lon_deg = (float(part) for part in parts)
    except ValueError:
        problems.append(Problem("at", str(given), "must be LAT,LON in degrees", "such as 47.4,8.5"))
        return 0.0, 0.0
    if not (abs(lat_deg) <= 90.0 and abs(lon_deg) <= 360.0):
        problems.append(Problem("at", str(given), "latitude lies within 90 degrees, longitude within 360"))
    return lat_deg, lon_deg
