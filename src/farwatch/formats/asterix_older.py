"""Plots and service messages of CAT001 and CAT002, the forerunners of CAT048 and CAT034, in the same columns.

A CAT001 record tells only the last 512 seconds of its time of day; `completed` adds the rest from records around it.

Source: EUROCONTROL-SPEC-0149 part 2a (CAT001) and part 2b (CAT002), the items by libasterix.
"""

from collections.abc import Sequence
from math import radians
from typing import Any

import numpy as np
from numpy.typing import NDArray

from farwatch.formats.asterix_fields import DAY_S, FLIGHT_LEVEL_M, MARK, REPORT
from farwatch.formats.asterix_library import Numbers, Walked, layout_of, numbers_of, walked

Rows = NDArray[Any]
Floats = NDArray[np.float64]

OLDER = frozenset({1, 2})
"""Categories that are read here."""

TURN_S = 512.0
"""Where a truncated time of day begins again."""

_ITEMS = {
    1: ("010", "020", "040", "042", "070", "090", "120", "131", "141", "161", "170", "200"),
    2: ("010", "000", "020", "030", "041"),
}


def older_reports(data: bytes, blocks: Sequence[tuple[int, int]], edition: str = "") -> tuple[Rows, NDArray[np.int64]]:
    """REPORT rows of CAT001 blocks, in the file's order, and the tally of what could not be read.

    `sensor` is SAC * 256 + SIC; times are truncated to 512 s. Plots and tracks of a radar alike: what was measured.
    """
    layout = layout_of(1, _ITEMS[1], edition)
    found = walked(data, blocks, layout)
    numbers, rows = numbers_of(data, found.places, layout), np.zeros(found.places.shape[0], REPORT)
    rows["place"], rows["sensor"], rows["time_s"] = found.places[:, 0], _sources(numbers, found), numbers.real("141")
    rows["kind"] = np.where(numbers.has("020/SSRPSR"), numbers.number("020/SSRPSR"), -1)
    for name, part in (("simulated", "SIM"), ("spi", "SPI"), ("field_monitor", "RAB"), ("test", "TST")):
        rows[name] = numbers.number(f"020/{part}")
    rows["range_m"], rows["azimuth_rad"] = numbers.real("040/RHO"), np.radians(numbers.real("040/THETA"))
    code, level = numbers.number("070"), numbers.number("090")
    rows["mode_a"], rows["mode_a_flags"] = np.where(numbers.has("070"), code & 0o7777, -1), code >> 13
    quarters = ((level & 0x3FFF) ^ 0x2000) - 0x2000
    rows["height_m"] = np.where(numbers.has("090"), quarters * (FLIGHT_LEVEL_M / 4.0), np.nan)
    rows["height_flags"] = level >> 14 << 1
    rows["track_number"] = np.where(numbers.has("161"), numbers.number("161"), -1)
    rows["x_m"], rows["y_m"] = numbers.real("042/X"), numbers.real("042/Y")
    rows["speed_m_s"], rows["course_rad"] = numbers.real("200/GSP"), np.radians(numbers.real("200/HDG"))
    rows["tentative"] = numbers.number("170/CON")
    rows["doppler_m_s"], rows["amplitude_dbm"] = numbers.real("120"), numbers.real("131")
    rows["psr_amplitude_dbm"] = np.nan
    return rows, found.tally


def older_marks(data: bytes, blocks: Sequence[tuple[int, int]], edition: str = "") -> tuple[Rows, NDArray[np.int64]]:
    """MARK rows of CAT002 blocks, like `older_reports`; CAT002 does not tell where a radar stands."""
    layout = layout_of(2, _ITEMS[2], edition)
    found = walked(data, blocks, layout)
    numbers, rows = numbers_of(data, found.places, layout), np.zeros(found.places.shape[0], MARK)
    rows["place"], rows["sensor"] = found.places[:, 0], _sources(numbers, found)
    time_s = numbers.real("030")
    rows["time_s"] = np.where(time_s < DAY_S, time_s, np.nan)
    rows["kind"] = np.where(numbers.has("000"), numbers.number("000"), -1)
    rows["sector_rad"], rows["period_s"] = numbers.real("020") * radians(1.0), numbers.real("041")
    for name in ("lat_deg", "lon_deg", "height_m"):
        rows[name] = np.nan
    return rows, found.tally


def _sources(numbers: Numbers, found: Walked) -> NDArray[np.int64]:
    """SAC * 256 + SIC of each record; one that does not tell it is of the source of its block's first, else -1."""
    own = np.where(numbers.has("010"), numbers.number("010"), -1)
    first = np.ones(own.size, bool)
    first[1:] = np.diff(found.of_block) != 0
    blocks = np.cumsum(first) - 1
    return np.where(own >= 0, own, own[np.flatnonzero(first)][blocks]) if own.size else own


def completed(reports: Rows, whole: Sequence[Rows]) -> bool:
    """Complete the truncated times of CAT001 `reports`, in place, each by the record with a whole time before it.

    whole: tables with `place` and `time_s` (times of day) of the same bytes; before the first of them, that one counts.
    Where there is none, times begin within 512 s and go on in the file's order; returns whether there was one.
    """
    place = np.concatenate([np.zeros(0, np.int64), *(rows["place"] for rows in whole)])
    time_s = np.concatenate([np.zeros(0), *(rows["time_s"] for rows in whole)])
    order = np.argsort(place, kind="stable")
    order = order[np.isfinite(time_s[order])]
    told = np.flatnonzero(np.isfinite(reports["time_s"]))
    short_s = reports["time_s"][told]
    if order.size == 0:
        turns = np.cumsum(np.rint(np.diff(short_s, prepend=short_s[:1]) / TURN_S))
        reports["time_s"][told] = short_s - TURN_S * turns
        return False
    before = np.maximum(np.searchsorted(place[order], reports["place"][told]) - 1, 0)
    reports["time_s"][told] = _nearest(short_s, time_s[order][before])
    return True


def _nearest(short_s: Floats, near_s: Floats) -> Floats:
    """Times of day that end in `short_s` and lie nearest to `near_s`, over midnight too, where 512 s are cut short."""
    around_s = near_s + DAY_S * np.array([[0.0], [-1.0], [1.0]])
    full_s = short_s + TURN_S * np.rint((around_s - short_s) / TURN_S)
    full_s += TURN_S * ((full_s < 0.0) * 1.0 - (full_s >= DAY_S))
    away_s = abs(full_s - around_s)
    return np.asarray(full_s[np.argmin(away_s, axis=0), np.arange(short_s.size)])
