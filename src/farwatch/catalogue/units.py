"""Units a published figure may be printed in, and how each becomes the unit farwatch keeps.

Kept units are SI, with degrees for angles, decibels where the quantity is a ratio, and US dollars for prices.
A conversion that rests on a choice (the speed of sound behind a Mach number, an exchange rate) is refused until
the figure states the choice.
"""

from dataclasses import dataclass
from enum import Enum


class Scale(Enum):
    """How a printed number becomes a kept one."""

    LINEAR = "linear"
    """kept = printed x factor"""
    DECIBEL = "decibel"
    """kept = 10 ** (printed / 10)"""
    INVERSE = "inverse"
    """kept = factor / printed: turns a rate into a period, and swaps low with high"""
    STATED = "stated"
    """kept = printed x factor x the conversion that the figure states"""


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit in print: the unit it is kept in, the factor to it, and the kind of conversion."""

    kept: str
    factor: float = 1.0
    scale: Scale = Scale.LINEAR
    needs: str = ""


UNITS: dict[str, Unit] = {
    "m": Unit("m"),
    "km": Unit("m", 1e3),
    "ft": Unit("m", 0.3048),
    "nmi": Unit("m", 1852.0),
    "mi": Unit("m", 1609.344),
    "m/s": Unit("m/s"),
    "km/h": Unit("m/s", 1.0 / 3.6),
    "mph": Unit("m/s", 0.44704),
    "kt": Unit("m/s", 1852.0 / 3600.0),
    "Mach": Unit("m/s", 1.0, Scale.STATED, "the speed of sound in m/s"),
    "m/s2": Unit("m/s2"),
    "g": Unit("m/s2", 9.80665),
    "s": Unit("s"),
    "us": Unit("s", 1e-6),
    "ms": Unit("s", 1e-3),
    "min": Unit("s", 60.0),
    "h": Unit("s", 3600.0),
    "rpm": Unit("s", 60.0, Scale.INVERSE),
    "deg": Unit("deg"),
    "m2": Unit("m2"),
    "dBsm": Unit("m2", 1.0, Scale.DECIBEL),
    "prob": Unit("prob"),
    "count": Unit("count"),
    "ratio": Unit("ratio"),
    "USD": Unit("USD"),
    "k USD": Unit("USD", 1e3),
    "M USD": Unit("USD", 1e6),
    "EUR": Unit("USD", 1.0, Scale.STATED, "the exchange rate in USD per EUR"),
    "M EUR": Unit("USD", 1e6, Scale.STATED, "the exchange rate in USD per EUR"),
    "Hz": Unit("Hz"),
    "MHz": Unit("Hz", 1e6),
    "GHz": Unit("Hz", 1e9),
    "W": Unit("W"),
    "kW": Unit("W", 1e3),
    "MW": Unit("W", 1e6),
    "dB": Unit("dB"),
    "dBi": Unit("dBi"),
    "K": Unit("K"),
}
"""Every unit the catalogue's files may use."""

SIGNED = frozenset({"dB", "dBi", "deg"})
"""Kept units whose numbers may be negative."""


def kept_range(
    unit: Unit, low: float, value: float, high: float, conversion: float = 1.0
) -> tuple[float, float, float]:
    """Low, value and high in the kept unit, in ascending order if they were printed so.

    `conversion` is the choice a `STATED` unit rests on; it must be positive.
    """
    if unit.scale is Scale.DECIBEL:
        return 10.0 ** (low / 10.0), 10.0 ** (value / 10.0), 10.0 ** (high / 10.0)
    if unit.scale is Scale.INVERSE:
        return unit.factor / high, unit.factor / value, unit.factor / low
    factor = unit.factor * conversion if unit.scale is Scale.STATED else unit.factor
    return low * factor, value * factor, high * factor
