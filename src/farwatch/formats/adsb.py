"""Recorded ADS-B: AVR text, Beast binary and SBS (BaseStation) lines as flown motion.

What messages say is read in `mode_s`, where they stand in `adsb_frames`, how they become positions in `adsb_live`,
which also listens to a stream.

Times. SBS lines hold date and time. Beast and `@` messages hold a counter of 12 MHz without a date: times count from
the first message. AVR lines with `*` hold no time at all: they are read only when told how far apart they are.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import inf, isfinite
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from farwatch.errors import InputError, Problem
from farwatch.formats.adsb_frames import SBS, TICKS_PER_S, form_of
from farwatch.formats.adsb_live import HEARD, SKIPPED_BYTES, Listener
from farwatch.formats.mode_s import (
    AIRBORNE,
    ALL_CALL,
    EMERGENCY,
    IDENTIFICATION,
    KINDS,
    SURFACE,
    VELOCITY,
    readings,
)
from farwatch.formats.opening import opened
from farwatch.formats.scene import MOVE, Scene, Thing, midnight, ordered

Rows = NDArray[Any]

CHUNK_BYTES = 1 << 20
"""A file is read in portions of about this many bytes, so that working room stays small."""

MOST_AIRCRAFT = 1_000_000
"""So many aircraft of a file are told apart."""

BACK_S, AHEAD_S = 1.0, 86400.0
"""A counter that goes back or ahead by more than this began anew; no time passes then."""

LONGEST_S = 10 * 366 * 86400.0
"""No recording is taken to last longer."""

MIXED_HEIGHTS = "positions left out: pressure and geometric heights in one flight"
SAME_TIME = "positions left out: at the time of another"
RESTARTS, NO_TIME, SILENT = "counter began anew", "messages without a time", "aircraft without a position"

_UNIX_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FORMS_RULE = "holds no Mode S message: known are AVR (`*8D...;`, `@` time `8D...;`), Beast binary, SBS (`MSG,3,...`)"
_CHECKED = (IDENTIFICATION, AIRBORNE, SURFACE, VELOCITY, EMERGENCY, ALL_CALL)
"""Kinds of message that only undamaged bytes are taken for."""


@dataclass(slots=True)
class _Clock:
    """Makes seconds of the counters of messages, or of their number."""

    interval_s: float | None
    counts: Counter[str] = field(default_factory=Counter)
    last: int | None = None
    passed: int = 0
    messages: int = 0

    def times_s(self, ticks: Rows) -> Rows:
        """Seconds since the first message; one without a counter has the time of that before."""
        if self.last is None and not (ticks >= 0).any():
            numbers = self.messages + np.arange(len(ticks))
            self.messages += len(ticks)
            return numbers * (self.interval_s or 0.0)
        known = np.flatnonzero(ticks >= 0)
        if not len(known):
            return np.full(len(ticks), self.passed / TICKS_PER_S)
        first = ticks[known[0]] if self.last is None else self.last
        steps = np.diff(ticks[known], prepend=first)
        anew = (steps < -BACK_S * TICKS_PER_S) | (steps > AHEAD_S * TICKS_PER_S)
        self.counts[RESTARTS] += int(anew.sum())
        passed = np.minimum(self.passed + np.cumsum(np.where(anew, 0, steps)), int(LONGEST_S * TICKS_PER_S))
        self.last, before, self.passed = int(ticks[known[-1]]), self.passed, int(passed[-1])
        at = np.searchsorted(known, np.arange(len(ticks)), side="right")
        return np.concatenate([[before], passed])[at] / TICKS_PER_S


def read(path: str | Path, *, interval_s: float | None = None) -> Scene:
    """Flights in a file of ADS-B messages; `interval_s` as in `decode`. InputError where it cannot be read."""
    return decode(opened(path), str(path), interval_s=interval_s)


def decode(data: bytes, source: str = "data", *, interval_s: float | None = None) -> Scene:
    """Flights among ADS-B messages: a thing for each aircraft that told a position in the air.

    interval_s: how far apart messages are taken to be where none has a time; not used where they have.
    InputError where no message is found, or none has a time and `interval_s` is not given.
    """
    if interval_s is not None and not (isfinite(interval_s) and 0.0 < interval_s <= AHEAD_S):
        rule = f"must be above 0 and at most {AHEAD_S:g} s"
        raise InputError(source, [Problem("interval_s", str(interval_s), rule)])
    form = form_of(data)
    if not form:
        raise InputError(source, [Problem("content", f"{len(data)} bytes", _FORMS_RULE)])
    listener = Listener(form=form, most_aircraft=MOST_AIRCRAFT, forget_s=inf)
    if form == SBS:
        parts, epoch = _reported(listener, data)
    else:
        parts, epoch = _sent(listener, data, source, interval_s), None
    heard = np.concatenate(parts) if parts else np.zeros(0, HEARD)
    return _scene(source, epoch, heard, listener)


def _chunks(data: bytes) -> Iterator[bytes]:
    return (data[at : at + CHUNK_BYTES] for at in range(0, len(data), CHUNK_BYTES))


def _sent(listener: Listener, data: bytes, source: str, interval_s: float | None) -> list[Rows]:
    """HEARD rows of AVR or Beast bytes."""
    clock = _Clock(interval_s, listener.counts)
    parts = []
    for chunk in _chunks(data):
        rows = listener.whole(chunk).rows
        told = readings(rows["frame"], rows["size"])
        ticks = np.where(np.isin(told["kind"], _CHECKED), rows["ticks"], -1)  # damage must not move the clock
        listener.counts[NO_TIME] += int((rows["ticks"] < 0).sum())
        if clock.last is None and interval_s is None and not (rows["ticks"] >= 0).any() and len(rows):
            rule = "must be given: the messages hold no times"
            hint = "give interval_s, the seconds from one message to the next, or record with times (`@` or Beast)"
            raise InputError(source, [Problem("interval_s", "", rule, hint)])
        parts.append(listener.hear(told, clock.times_s(ticks)))
    listener.counts[SKIPPED_BYTES] += len(listener.rest.strip())
    if not any(listener.counts[KINDS[kind]] for kind in _CHECKED):
        rule = "must hold an undamaged ADS-B message"
        raise InputError(source, [Problem("content", f"{listener.counts['messages']} messages", rule)])
    return parts


def _reported(listener: Listener, data: bytes) -> tuple[list[Rows], datetime | None]:
    """HEARD rows of SBS lines, and midnight before the first."""
    parts, start_s = list[Rows](), None
    for chunk in _chunks(data + b"\n"):
        rows = listener.whole(chunk).rows
        if start_s is None and len(rows):
            start_s = float(rows["time_s"][0]) // 86400.0 * 86400.0
        if len(rows):
            parts.append(listener.hear_reports(rows, rows["time_s"] - start_s))
    return parts, midnight(_UNIX_EPOCH + timedelta(seconds=start_s)) if start_s is not None else None


def _scene(source: str, epoch: datetime | None, heard: Rows, listener: Listener) -> Scene:
    """A scene of HEARD rows; of a flight with both kinds of height those of the rarer are left out."""
    keys, thing = np.unique(heard["address"] | heard["foreign"].astype(np.int64) << 24, return_inverse=True)
    share = np.bincount(thing, heard["pressure"], len(keys)) / np.bincount(thing, minlength=len(keys))
    alike = heard["pressure"] == (share >= 0.5)[thing]
    moves = np.zeros(len(heard), MOVE)
    moves["thing"], moves["sigma_m"] = thing, np.nan
    for name in ("time_s", "lat_deg", "lon_deg", "height_m", "east_m_s", "north_m_s", "up_m_s"):
        moves[name] = heard[name]
    flown, counts = ordered(moves[alike]), listener.counts
    counts[MIXED_HEIGHTS] += int((~alike).sum())
    counts[SAME_TIME] += int(alike.sum()) - len(flown)
    counts[SILENT] += max(len(listener.aircraft) - len(keys), 0)
    notes = ["times of SBS lines are taken as UTC"] if epoch is not None else []
    return Scene(
        source=source, epoch=epoch, moves=flown, notes=tuple(notes),
        things=tuple(_thing(*one, listener) for one in zip(keys.tolist(), (share >= 0.5).tolist(), strict=True)),
        counts={what: count for what, count in counts.items() if count},
    )  # fmt: skip


def _thing(key: int, pressure: bool, listener: Listener) -> Thing:
    """An aircraft, with the last callsign and code it sent."""
    foreign, address = key >> 24, key & 0xFFFFFF
    one = listener.aircraft.get(key)
    return Thing(
        key=f"{'~' * foreign}{address:06x}", address=0 if foreign else address, pressure=pressure,
        callsign=one.callsign.decode("ascii") if one else "", mode_a=one.mode_a if one else 0,
    )  # fmt: skip
