"""Printed units become kept ones."""

import pytest

from farwatch.catalogue.units import UNITS, kept_range


@pytest.mark.parametrize(
    ("unit", "printed", "kept"),
    [
        ("km", 250, 250e3),
        ("mi", 250, 402_336.0),
        ("nmi", 60, 111_120.0),
        ("ft", 66_000, 20_116.8),
        ("kt", 70, 36.0111),
        ("km/h", 185, 51.3889),
        ("mph", 230, 102.8192),
        ("dBsm", -10, 0.1),
        ("dBsm", 20, 100.0),
        ("rpm", 12.5, 4.8),
        ("us", 1, 1e-6),
        ("min", 5, 300.0),
        ("M USD", 4, 4e6),
        ("GHz", 2.8, 2.8e9),
        ("MW", 1.3, 1.3e6),
    ],
)
def test_converts(unit, printed, kept):
    """A number in print keeps its meaning: exact factors, decibels undone, turns a minute as a period."""
    assert kept_range(UNITS[unit], printed, printed, printed)[1] == pytest.approx(kept, rel=1e-5)


def test_stated_conversions_multiply():
    """Mach and EUR use the conversion that the figure states."""
    assert kept_range(UNITS["Mach"], 2.2, 2.8, 3.0, 297.0) == pytest.approx((653.4, 831.6, 891.0))
    assert kept_range(UNITS["M EUR"], 2, 2, 3, 1.1) == pytest.approx((2.2e6, 2.2e6, 3.3e6))


def test_a_rate_turned_into_a_period_keeps_its_order():
    """A slower turn is a longer period, so low and high change places."""
    low, value, high = kept_range(UNITS["rpm"], 5, 10, 12)
    assert (low, value, high) == (5.0, 6.0, 12.0)
