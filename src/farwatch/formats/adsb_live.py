"""Aircraft as they are heard: of messages in the order of their arrival, where each aircraft is.

What is kept of each is little and bounded: its last even and odd position, where and how fast it was. An aircraft that
is not heard for a while is forgotten; of too many the one longest not heard.

A position is made of an even and an odd message within 10 s, or of one message and a place known since less than 60 s
(`cpr`). It is believed where the aircraft can have flown there from the last believed place. What contradicts that is
left out, until three in succession agree with each other: then the older place is what was wrong. (RTCA DO-260B,
2.2.10, asks a receiver for tests of this kind; the limits here are our own and stand below.)
"""

from collections import Counter, OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from math import asin, cos, inf, isnan, nan, radians, sin, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from farwatch.errors import InputError, Problem
from farwatch.formats.adsb_frames import FORMS, MESSAGE, SBS, Split, split
from farwatch.formats.cpr import global_position, local_position
from farwatch.formats.mode_s import (
    AIRBORNE,
    CODE_REPLY,
    EMERGENCY,
    IDENTIFICATION,
    KINDS,
    VELOCITY,
    readings,
)

Rows = NDArray[Any]

HEARD = np.dtype(
    [
        ("time_s", "f8"),
        ("address", "i8"), ("foreign", "?"),  # foreign: not an ICAO address
        ("callsign", "S8"), ("mode_a", "i8"),  # as far as heard; 0: none
        ("lat_deg", "f8"), ("lon_deg", "f8"), ("height_m", "f8"),
        ("pressure", "?"),           # whether that is a pressure altitude; else above the ellipsoid
        ("east_m_s", "f8"), ("north_m_s", "f8"), ("up_m_s", "f8"),  # NaN: not told lately
    ],
    align=True,
)  # fmt: skip
"""Where one aircraft was at one time."""

PAIR_S = 10.0
"""Longest time between an even and an odd message of one position (Doc 9871, A.2.6)."""

PLACE_S = 60.0
"""How long a place helps to read and to judge the next; in this time nothing flies half a zone, 180 NM."""

MOTION_S = 5.0
"""How long a velocity counts as that of the positions after it; it is sent twice a second (Doc 9871, A.2.3)."""

FASTEST_M_S = 1000.0
"""What an aircraft may fly between two positions; airbreathing records lie below."""

SLACK_M = 5000.0
"""And so much more, for messages that were held up on their way, and so carry too late a time."""

AGREEING = 3
"""So many positions in succession that agree with each other are believed against an older place."""

EARTH_RADIUS_M = 6_371_000.0

NO_PAIR, NO_HEIGHT, TOO_FAR, ON_GROUND = (
    "positions left out: no pair of even and odd", "positions left out: no height",
    "positions left out: too far from the last", "positions left out: on the ground",
)  # fmt: skip
SKIPPED_BYTES, MODE_AC, STRANGE_LINES, UNKNOWN_CODE, FORGOTTEN = (
    "bytes skipped", "mode A/C replies", "lines skipped", "code replies left out: aircraft not known",
    "aircraft forgotten: too many",
)  # fmt: skip

_WANTED = np.zeros(len(KINDS), np.bool_)
_WANTED[[IDENTIFICATION, AIRBORNE, VELOCITY, EMERGENCY, CODE_REPLY]] = True
_FOREIGN = 1 << 24
_Place = tuple[float, float, float]  # time in s, latitude, longitude in degrees


@dataclass(slots=True)
class _Aircraft:
    """What is kept of one aircraft."""

    key: int
    heard_s: float
    callsign: bytes = b""
    mode_a: int = 0
    halves: list[tuple[float, int, int] | None] = field(default_factory=lambda: [None, None])
    """Last even and odd position: time, latitude, longitude as sent."""
    place: _Place | None = None
    rival: _Place | None = None
    """Last position that contradicts the place."""
    agreeing: int = 0
    """So many in succession agree with the rival, itself included."""
    motion_s: float = -inf
    motion: tuple[float, float, float] = (nan, nan, nan)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """Reads one receiver's stream as it comes and says where aircraft are."""

    form: str
    """`avr`, `beast` or `sbs`."""
    most_aircraft: int = 20_000
    forget_s: float = 60.0
    """An aircraft not heard for so long is forgotten."""
    counts: Counter[str] = field(default_factory=Counter)
    """What was heard and what was left out, in words that can be printed."""
    aircraft: OrderedDict[int, _Aircraft] = field(default_factory=OrderedDict)
    """Known aircraft by address, the one longest not heard first."""
    rest: bytearray = field(default_factory=bytearray)
    """Beginning of a message whose end has not come yet."""

    def __post_init__(self) -> None:
        problems = []
        if self.form not in FORMS:
            problems.append(Problem("form", str(self.form), f"must be one of {', '.join(FORMS)}"))
        if self.most_aircraft < 1:
            problems.append(Problem("most_aircraft", str(self.most_aircraft), "must be 1 or more"))
        if not self.forget_s > 0.0:
            problems.append(Problem("forget_s", str(self.forget_s), "must be above 0"))
        if problems:
            raise InputError("listener", problems)

    def feed(self, data: bytes, time_s: float) -> Rows:
        """Next bytes of the stream, which came at a time: HEARD[n], a row for each position in them.

        The receiver's own times are not used. What is no message is counted and skipped; never raises.
        """
        found = self.whole(data)
        times_s = np.full(len(found.rows), time_s)
        if self.form == SBS:
            heard = self.hear_reports(found.rows, times_s)
        else:
            heard = self.hear(readings(found.rows["frame"], found.rows["size"]), times_s)
        while self.aircraft and time_s - next(iter(self.aircraft.values())).heard_s > self.forget_s:
            self.aircraft.popitem(last=False)
        return heard

    def whole(self, data: bytes) -> Split:
        """What is whole with the next bytes of the stream; the rest is kept for the next call. Counts what is not."""
        data = bytes(self.rest) + data
        found = split(self.form, data)
        self.rest[:] = data[found.end :]
        for what, count in (
            ("messages", len(found.rows) if found.rows.dtype == MESSAGE else 0),
            ("lines", len(found.rows) if found.rows.dtype != MESSAGE else 0),
            (SKIPPED_BYTES, found.skipped_bytes), (MODE_AC, found.mode_ac), (STRANGE_LINES, found.strange_lines),
        ):  # fmt: skip
            if count:
                self.counts[what] += count
        return found

    def hear(self, told: Rows, times_s: Rows) -> Rows:
        """READING[n], heard at f8[n]: HEARD rows, one for each position among them that is believed."""
        for kind, count in enumerate(np.bincount(told["kind"], minlength=len(KINDS)).tolist()):
            if count:
                self.counts[KINDS[kind]] += count
        wanted = _WANTED[told["kind"]]
        heard = (self._reading(time_s, row) for time_s, row in _pairs(times_s[wanted], told[wanted]))
        return _table(row for row in heard if row is not None)

    def hear_reports(self, told: Rows, times_s: Rows) -> Rows:
        """REPORT[n], heard at f8[n]: HEARD rows, one for each position among them that is believed."""
        heard = (self._report(time_s, row) for time_s, row in _pairs(times_s, told))
        return _table(row for row in heard if row is not None)

    def _known(self, key: int, time_s: float) -> _Aircraft:
        """The aircraft of an address, heard now; the one longest not heard makes room for a new one."""
        one = self.aircraft.get(key)
        if one is None:
            if len(self.aircraft) >= self.most_aircraft:
                self.aircraft.popitem(last=False)
                self.counts[FORGOTTEN] += 1
            one = self.aircraft[key] = _Aircraft(key, time_s)
        else:
            self.aircraft.move_to_end(key)
            one.heard_s = time_s
        return one

    def _reading(self, time_s: float, row: tuple[Any, ...]) -> tuple[Any, ...] | None:
        """One message; a HEARD row if it is a position that is believed."""
        kind, address, foreign, callsign, height_m, pressure, odd, lat, lon, east, north, up, _, _, mode_a = row
        key = address | _FOREIGN if foreign else address
        if kind == CODE_REPLY and key not in self.aircraft:
            self.counts[UNKNOWN_CODE] += 1
            return None
        one = self._known(key, time_s)
        if kind == AIRBORNE:
            place = _located(one, time_s, odd, (lat, lon))
            return self._believed(one, place, height_m, pressure)
        if kind == VELOCITY:
            one.motion_s, one.motion = time_s, (east, north, up)
        elif kind == IDENTIFICATION:
            one.callsign = callsign or one.callsign
        else:
            one.mode_a = mode_a
        return None

    def _report(self, time_s: float, row: tuple[Any, ...]) -> tuple[Any, ...] | None:
        """One SBS line; a HEARD row if it has a position that is believed."""
        _, address, foreign, callsign, mode_a, lat, lon, height_m, east, north, up, ground = row
        one = self._known(address | _FOREIGN if foreign else address, time_s)
        one.callsign = callsign or one.callsign
        one.mode_a = mode_a if mode_a >= 0 else one.mode_a
        if not (isnan(east) and isnan(up)):
            one.motion_s, one.motion = time_s, (east, north, up)
        if isnan(lat) or isnan(lon):
            return None
        if ground:
            self.counts[ON_GROUND] += 1
            return None
        return self._believed(one, (time_s, lat, lon), height_m, True)

    def _believed(
        self, one: _Aircraft, place: _Place | None, height_m: float, pressure: bool
    ) -> tuple[Any, ...] | None:
        """HEARD row of a position, if there is one and it is believed; else says why not."""
        why = NO_PAIR if place is None else NO_HEIGHT if isnan(height_m) else ""
        if place is not None and not _moved(one, place):
            why = TOO_FAR
        if place is None or why:
            self.counts[why] += 1
            return None
        time_s, lat_deg, lon_deg = place
        east, north, up = one.motion if abs(time_s - one.motion_s) <= MOTION_S else (nan, nan, nan)
        return (
            time_s, one.key & (_FOREIGN - 1), one.key >= _FOREIGN, one.callsign, one.mode_a,
            lat_deg, lon_deg, height_m, pressure, east, north, up,
        )  # fmt: skip


def _pairs(times_s: Rows, rows: Rows) -> Iterable[tuple[float, tuple[Any, ...]]]:
    return zip(times_s.tolist(), rows.tolist(), strict=True)


def _table(rows: Iterable[tuple[Any, ...]]) -> Rows:
    listed = list(rows)
    return np.array(listed, HEARD) if listed else np.zeros(0, HEARD)


def _located(one: _Aircraft, time_s: float, odd: bool, sent: tuple[int, int]) -> _Place | None:
    """Where a position as sent is: by the last of the other half, else by the last place; None where neither helps."""
    one.halves[odd] = (time_s, *sent)
    other, found = one.halves[not odd], None
    if other is not None and abs(time_s - other[0]) <= PAIR_S:
        even, uneven = (other[1:], sent) if odd else (sent, other[1:])
        found = global_position(even, uneven, latest_is_odd=odd)
    if found is None and one.place is not None and abs(time_s - one.place[0]) <= PLACE_S:
        found = local_position(sent, one.place[1:], is_odd=odd)
    return (time_s, *found) if found is not None else None


def _moved(one: _Aircraft, place: _Place) -> bool:
    """Whether an aircraft is believed at a place, and if so puts it there."""
    if one.place is None or abs(place[0] - one.place[0]) > PLACE_S or _reachable(one.place, place):
        one.place, one.rival, one.agreeing = place, None, 0
        return True
    one.agreeing = one.agreeing + 1 if one.rival is not None and _reachable(one.rival, place) else 1
    one.rival = place
    if one.agreeing < AGREEING:
        return False
    one.place, one.rival, one.agreeing = place, None, 0
    return True


def _reachable(start: _Place, end: _Place) -> bool:
    """Whether an aircraft can have flown from one place to another: great circle by the haversine formula."""
    (t0, lat0, lon0), (t1, lat1, lon1) = start, end
    north, east = sin(radians(lat1 - lat0) / 2.0), sin(radians(lon1 - lon0) / 2.0)
    part = north * north + cos(radians(lat0)) * cos(radians(lat1)) * east * east
    flown_m = 2.0 * EARTH_RADIUS_M * asin(min(sqrt(part), 1.0))
    return flown_m <= SLACK_M + FASTEST_M_S * abs(t1 - t0)
