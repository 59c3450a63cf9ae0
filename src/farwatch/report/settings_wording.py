"""What varied fields and their values are called: `raid.drones.count` at 60 is "60 drones"."""

from collections.abc import Mapping
from typing import Any

from farwatch.campaign.design import shown
from farwatch.report import wording

UNITS = {
    "_km_h": "km/h", "_mm_h": "mm/h", "_m_s": "m/s", "_m2": "m²", "_km": "km", "_m": "m", "_s": "s", "_min": "min",
    "_h": "h", "_deg": "°", "_db": "dB", "_usd": "$", "_hz": "Hz", "_w": "W",
}  # fmt: skip
"""How a name's ending is said; the longest that fits counts."""


WORDS = {"agl": "above ground", "msl": "above sea level", "amsl": "above sea level", "rcs": "radar cross-section"}
"""Abbreviations, spelled out."""


def field_name(field: str) -> str:
    """A field in words, for an axis or the head of a column."""
    if _counted(field):
        return f"number of {_counted(field)}"
    words, unit = _parts(field)
    return f"{words}, {unit}" if unit else words


def at_value(field: str, value: Any) -> str:
    """A field at a value, as one says it."""
    told = number(value)
    if _counted(field):
        group = _counted(field)
        return f"{told} of {group}" if "-" in group or not group.endswith("s") else f"{told} {group}"
    words, unit = _parts(field)
    return f"{words} {told}" + (f"{'' if unit == '°' else ' '}{unit}" if unit else "")


def setting(changes: Mapping[str, Any]) -> str:
    """All values of a point: `60 drones and shots per look 2`."""
    told = [at_value(field, value) for field, value in changes.items()]
    return " and ".join([", ".join(told[:-1]), told[-1]]) if len(told) > 1 else "".join(told)


def number(value: Any) -> str:
    """A value in words or digits: 12,000 and not 12000.0."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return wording.number(float(value)) if isinstance(value, int | float) else shown(value)


def _counted(field: str) -> str:
    """The raid group that a field counts; empty for any other field."""
    steps = field.split(".")
    return steps[1] if len(steps) == 3 and steps[0] == "raid" and steps[2] == "count" else ""


def _parts(field: str) -> tuple[str, str]:
    """The words of a field without its section, and its unit."""
    steps = field.split(".")
    name = " ".join(steps[1:] or steps)
    ending = max((end for end in UNITS if name.endswith(end)), key=len, default="")
    words = name.removesuffix(ending).replace("_", " ").split(" ")
    return " ".join(WORDS.get(word, word) for word in words), UNITS.get(ending, "")
