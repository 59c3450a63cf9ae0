"""From recorded positions to a Scene: flights told apart, one height chosen for each, what cannot be left out.

A flight is one aircraft under one callsign without a gap of more than `Choices.gap_s`; a row without a callsign has
that of the row before it, or, at the beginning, of the row after it. Each flight is one thing with one kind of
height: geometric where at least `ENOUGH` of its rows with any height have one, else pressure altitude.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from farwatch.errors import InputError, Problem
from farwatch.formats.outliers import RECORDED, impossible, jumps, stale
from farwatch.formats.scene import MOVE, Scene, Thing, midnight
from farwatch.world.flights import Limits
from farwatch.world.recordings import Recording

Floats = NDArray[np.float64]
Words = NDArray[Any]
Mask = NDArray[np.bool_]

FOOT_M, KNOT_M_S = 0.3048, 1852.0 / 3600.0
"""International foot and knot (ICAO Annex 5, table 3-3)."""

FOOT_PER_MIN_M_S = FOOT_M / 60.0

ENOUGH = 0.9
LATEST_S = 7_258_118_400.0
"""No recording is later than the year 2200."""

LOWEST_M, HIGHEST_M = -1e3, 1e7

_OUT = "positions left out: "


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What is kept of a recording: positions on the ground, which height; the silence after which a flight is new."""

    on_ground: bool = False
    height: Literal["best", "geometric", "pressure"] = "best"
    gap_s: float = 7200.0
    limits: Limits | None = RECORDED
    """None: nothing is taken to be impossible."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Positions:
    """Positions as a source tells them, (n,) each, in any order; NaN or an empty word: not told.

    time_s: since 1970 UTC, or on a clock of the source's own. ident: what tells aircraft apart. leg: rises where the
    source says that a new flight begins. Addresses are six hexadecimal digits, squawks four octal ones.
    """

    time_s: Floats
    ident: Words
    lat_deg: Floats
    lon_deg: Floats
    pressure_m: Floats
    geometric_m: Floats
    speed_m_s: Floats
    track_deg: Floats
    up_m_s: Floats
    on_ground: Mask
    callsign: Words
    address: Words
    squawk: Words
    leg: NDArray[np.int64]

    def at(self, rows: Any) -> "Positions":
        """Some rows, or all in another order."""
        return replace(self, **{f.name: getattr(self, f.name)[rows] for f in fields(self)})


def scene_of(told: Positions, source: str, choices: Choices, *, dated: bool = True) -> Scene:
    """The scene of some positions, with a count for each reason to leave one out.

    dated: times are since 1970 UTC, and the scene's epoch is midnight before the first. InputError where not one
    position can be used.
    """
    counts: Counter[str] = Counter({"positions read": told.time_s.size})
    rows = _without(told, _unusable(told, dated), counts)
    flight, rows = _flights(rows, choices.gap_s)
    height_m, pressure = _heights(rows, flight, choices.height)
    keep = np.isfinite(height_m)
    aground = rows.on_ground & (not choices.on_ground)
    counts[f"{_OUT}on the ground"] += int(np.count_nonzero(aground))
    counts[f"{_OUT}without a height from {LOWEST_M:,.0f} to {HIGHEST_M:,.0f} m"] += int(
        np.count_nonzero(~keep & ~aground)
    )
    keep &= ~aground
    flight, rows, height_m = flight[keep], rows.at(keep), height_m[keep]
    flight, rows, height_m = _possible(flight, rows, height_m, choices.limits, counts)
    if rows.time_s.size == 0:
        raise InputError(source, [_nothing_left(counts)])
    return _built(flight, rows, height_m, pressure, source, counts, dated)


def _nothing_left(counts: Counter[str]) -> Problem:
    told = "; ".join(f"{name}: {number}" for name, number in counts.items() if number)
    return Problem("content", "", "has no position that can be used", told)


def _unusable(told: Positions, dated: bool) -> list[tuple[str, Mask]]:
    """Reasons that one row alone gives to leave it out, each with its rows."""
    latest_s = LATEST_S
    timed = (told.time_s >= (0.0 if dated else -latest_s)) & (told.time_s <= latest_s)
    placed = np.isfinite(told.lat_deg) & np.isfinite(told.lon_deg)
    on_earth = (np.abs(told.lat_deg) <= 90.0) & (told.lon_deg >= -180.0) & (told.lon_deg <= 360.0)
    return [
        ("without a time", ~timed),
        ("without latitude and longitude", ~placed),
        ("with a latitude or longitude out of range", placed & ~on_earth),
        ("without the aircraft's name", told.ident == ""),
    ]


def _without(told: Positions, reasons: Iterable[tuple[str, Mask]], counts: Counter[str]) -> Positions:
    keep = np.ones(told.time_s.size, np.bool_)
    for reason, rows in reasons:
        bad = keep & rows.astype(np.bool_)
        counts[_OUT + reason] += int(np.count_nonzero(bad))
        keep &= ~bad
    return told.at(keep)


# Flights ----------------------------------------------------------------------------------------------------


def _flights(rows: Positions, gap_s: float) -> tuple[NDArray[np.int64], Positions]:
    """Rows by flight, then time, and the number of each row's flight; flights are by aircraft, then time."""
    ident = _codes(rows.ident)
    order = np.lexsort((rows.time_s, rows.leg, ident))
    rows, ident = rows.at(order), ident[order]
    callsign = _filled(rows.callsign, _changes(ident, rows.leg))
    rows = replace(rows, callsign=callsign)
    order = np.lexsort((rows.time_s, _codes(callsign), rows.leg, ident))
    rows, ident = rows.at(order), ident[order]
    new = _changes(ident, rows.leg, _codes(rows.callsign))
    new[1:] |= np.diff(rows.time_s) > gap_s
    flight = np.cumsum(new) - 1
    begins_s = rows.time_s[new]
    rank = np.empty(begins_s.size, np.int64)
    rank[np.lexsort((begins_s, ident[new]))] = np.arange(begins_s.size)
    flight = rank[flight] if flight.size else flight
    order = np.argsort(flight, kind="stable")
    flight, rows = flight[order], rows.at(order)
    return flight, replace(rows, squawk=_filled(rows.squawk, _changes(flight)))


def _codes(words: Words) -> NDArray[np.int64]:
    """Words numbered in alphabetical order."""
    number = {word: k for k, word in enumerate(sorted(set(words)))}
    return np.fromiter((number[word] for word in words), np.int64, words.size)


def _changes(*columns: NDArray[np.int64]) -> Mask:
    """Rows where one of the columns is not what it was in the row before, the first among them."""
    new = np.zeros(columns[0].size, np.bool_)
    new[:1] = True
    for column in columns:
        new[1:] |= np.diff(column) != 0
    return new


def _filled(words: Words, begins: Mask) -> Words:
    """Empty words take the word of the nearest row before them in their stretch, else after them."""
    if words.size == 0:
        return words
    at, stretch = np.arange(words.size), np.cumsum(begins)
    told = np.asarray(words != "", np.bool_)
    before = np.maximum.accumulate(np.where(told, at, 0))
    after = np.minimum.accumulate(np.where(told, at, at.size - 1)[::-1])[::-1]
    nearest = np.where(told[before] & (stretch[before] == stretch), before, after)
    nearest = np.where(stretch[nearest] == stretch, nearest, at)
    return np.asarray(words[nearest])


# Heights ----------------------------------------------------------------------------------------------------


def _heights(rows: Positions, flight: NDArray[np.int64], wish: str) -> tuple[Floats, Mask]:
    """Heights (n,), NaN where a row lacks the kind of its flight, and whether each flight's are pressure altitudes.

    Positions on the ground without a height have that of the nearest one in time of the same flight.
    """
    geometric_m, pressure_m = _inside(rows.geometric_m), _inside(rows.pressure_m)
    geometric, either = np.isfinite(geometric_m), np.isfinite(geometric_m) | np.isfinite(pressure_m)
    count = int(flight[-1]) + 1 if flight.size else 0
    has = np.bincount(flight[geometric], minlength=count)
    share_ok = has >= ENOUGH * np.bincount(flight[either], minlength=count)
    pressure = ~(share_ok & (has > 0)) if wish == "best" else np.full(count, wish == "pressure")
    height_m = np.where(pressure[flight], pressure_m, geometric_m)
    lacking = rows.on_ground & ~np.isfinite(height_m)
    for number in np.unique(flight[lacking & np.isin(flight, flight[np.isfinite(height_m)])]):
        first, end = np.searchsorted(flight, [number, number + 1])
        part, told = height_m[first:end], np.isfinite(height_m[first:end])
        empty = lacking[first:end]
        part[empty] = np.interp(rows.time_s[first:end][empty], rows.time_s[first:end][told], part[told])
    return height_m, pressure


def _inside(height_m: Floats) -> Floats:
    return np.where((height_m >= LOWEST_M) & (height_m <= HIGHEST_M), height_m, np.nan)


# What cannot be ---------------------------------------------------------------------------------------------


def _possible(
    flight: NDArray[np.int64], rows: Positions, height_m: Floats, limits: Limits | None, counts: Counter[str]
) -> tuple[NDArray[np.int64], Positions, Floats]:
    """What is left of rows without second ones at one time, stale ones and impossible ones."""

    def recording() -> Recording:
        return Recording(
            names=(), flight=flight, time_s=rows.time_s, lat_deg=rows.lat_deg, lon_deg=rows.lon_deg, height_m=height_m
        )

    def leave(reason: str, bad: Mask) -> None:
        nonlocal flight, rows, height_m
        counts[_OUT + reason] += int(np.count_nonzero(bad))
        if bad.any():
            flight, rows, height_m = flight[~bad], rows.at(~bad), height_m[~bad]

    again = np.zeros(flight.size, np.bool_)
    again[1:] = (np.diff(flight) == 0) & (np.diff(rows.time_s) <= 0.0)
    leave("second ones of an aircraft at one time", again)
    if flight.size:
        leave("stale, repeating the one before", stale(recording(), rows.speed_m_s))
    if limits is not None and flight.size:
        whole = np.zeros(flight.size, np.bool_)
        for reason, bad in impossible(recording(), limits):
            counts[_OUT + reason] += int(np.count_nonzero(bad))
            whole |= bad
        flight, rows, height_m = flight[~whole], rows.at(~whole), height_m[~whole]
        counts["jumps kept: between neighbours that no usual aircraft can share"] += jumps(recording())
    return flight, rows, height_m


# The scene --------------------------------------------------------------------------------------------------


def _built(
    flight: NDArray[np.int64],
    rows: Positions,
    height_m: Floats,
    pressure: Mask,
    source: str,
    counts: Counter[str],
    dated: bool,
) -> Scene:
    start_s = float(rows.time_s.min())
    epoch = midnight(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=start_s)) if dated else None
    zero_s = epoch.timestamp() if epoch is not None else 0.0
    kept, thing = np.unique(flight, return_inverse=True)
    moves = np.zeros(flight.size, MOVE)
    moves["time_s"], moves["thing"], moves["height_m"] = np.round(rows.time_s - zero_s, 6), thing, height_m
    moves["lat_deg"] = rows.lat_deg
    moves["lon_deg"] = np.where(rows.lon_deg > 180.0, rows.lon_deg - 360.0, rows.lon_deg)
    moves["east_m_s"], moves["north_m_s"] = _velocity(rows, thing, counts)
    moves["up_m_s"] = np.where(np.abs(rows.up_m_s) <= 1e4, rows.up_m_s, np.nan)
    moves["sigma_m"] = np.nan
    return Scene(
        source=source,
        epoch=epoch,
        things=_things(rows, thing, pressure[kept]),
        moves=moves,
        counts={name: number for name, number in counts.items() if number},
    )


def _velocity(rows: Positions, thing: NDArray[np.int64], counts: Counter[str]) -> tuple[Floats, Floats]:
    """East and north, m/s. Tracks are 0 to 360 degrees: a flight with another is believed in none of them."""
    speed_m_s = np.where((rows.speed_m_s >= 0.0) & (rows.speed_m_s <= 1e4), rows.speed_m_s, np.nan)
    odd = (rows.track_deg < 0.0) | (rows.track_deg > 360.0)
    doubted = np.isin(thing, thing[odd])
    counts["velocities left out: of a flight with tracks outside 0 to 360 degrees"] += int(np.count_nonzero(doubted))
    track_rad = np.radians(np.where(speed_m_s == 0.0, 0.0, np.where(doubted, np.nan, rows.track_deg)))
    return speed_m_s * np.sin(track_rad), speed_m_s * np.cos(track_rad)


def _things(rows: Positions, thing: NDArray[np.int64], pressure: Mask) -> tuple[Thing, ...]:
    """One for each flight: `3c6444`, or `3c6444/1`, `3c6444/2` where an aircraft has several."""
    first = np.flatnonzero(_changes(thing))
    keys = _keys(rows.ident[first])
    ends = np.append(first[1:], thing.size)
    return tuple(
        Thing(
            key=key,
            callsign=rows.callsign[begin],
            address=_address(rows.address[begin]),
            mode_a=_code(rows.squawk[begin:end]),
            pressure=bool(pressed),
        )
        for key, begin, end, pressed in zip(keys, first, ends, pressure, strict=True)
    )


def _keys(idents: Words) -> list[str]:
    several, so_far, used = Counter(idents), Counter[str](), set(idents)
    keys = []
    for ident in idents:
        so_far[ident] += 1
        key = ident if several[ident] == 1 else f"{ident}/{so_far[ident]}"
        while several[ident] > 1 and key in used:  # another aircraft is called so
            key += "'"
        used.add(key)
        keys.append(key)
    return keys


def _address(text: str) -> int:
    """A 24-bit address of six hexadecimal digits; 0 for anything else, as readsb's ~ before one that is no address."""
    return int(text, 16) if len(text) == 6 and set(text.lower()) <= set("0123456789abcdef") else 0


def _code(squawks: Words) -> int:
    """The code that was told most often, of four octal digits whose leading zeros may lack; 0: none."""
    for word, _ in Counter(squawks).most_common():
        if 0 < len(word) <= 4 and set(word) <= set("01234567"):
            return int(word, 8)
    return 0
