"""What the items of CAT048 and CAT034 records say, as columns: bytes gathered for all records at once.

Source: EUROCONTROL-SPEC-0149 part 4 (CAT048) and part 2b (CAT034), item by item. Each item's scale stands beside it.
"""

from math import pi
from typing import Any

import numpy as np
from numpy.typing import NDArray

from farwatch.formats.asterix_items import CAT034, CAT048, Item

NAUTICAL_MILE_M = 1852.0
FLIGHT_LEVEL_M = 30.48
"""Hundred feet, exactly."""

DAY_S = 86400.0

NO_DETECTION, PSR, SSR, SSR_PSR, ALL_CALL, ROLL_CALL, ALL_CALL_PSR, ROLL_CALL_PSR = range(8)
"""Kinds of report (I048/020 TYP); -1 where the item is absent."""

NORTH, SECTOR = 1, 2
"""Kinds of service message (I034/000) that tell how the antenna turns."""

NOT_VALID, GARBLED, NOT_NOW = 4, 2, 1
"""Flags of a code (I048/070) or a flight level (I048/090): not validated; garbled; a code not read at this look."""

REPORT = np.dtype(
    [
        ("time_s", "f8"),            # since midnight UTC before the first record, or the last one unwrapped; NaN: none
        ("sensor", "i8"),            # row in the recording's sensors
        ("kind", "i1"), ("spi", "i1"),
        ("simulated", "i1"), ("field_monitor", "i1"), ("test", "i1"),
        ("range_m", "f8"), ("azimuth_rad", "f8"),  # slant; NaN: none
        ("mode_a", "i8"), ("mode_a_flags", "i1"),  # -1: none
        ("height_m", "f8"), ("height_flags", "i1"),  # by the standard atmosphere's pressure; NaN: none
        ("amplitude_dbm", "f8"), ("psr_amplitude_dbm", "f8"),  # NaN: none
        ("address", "i8"), ("callsign", "S8"),  # 0, empty: none
        ("track_number", "i8"),      # the radar's own; -1: none
        ("x_m", "f8"), ("y_m", "f8"),  # the radar's own track, on its local plane; NaN: none
        ("speed_m_s", "f8"), ("course_rad", "f8"),  # the same track's; NaN: none
        ("tentative", "i1"),         # 1: the radar has not confirmed that track
        ("doppler_m_s", "f8"), ("doubtful_doppler", "i1"),  # as sent, unambiguous; NaN: none
        ("warnings", "u8"),          # bit n: warning or error condition n (I048/030), n < 64
        ("place", "i8"),             # byte of the file at which the record begins
    ],
    align=True,
)
"""One CAT048 record as it was sent."""

MARK = np.dtype(
    [
        ("time_s", "f8"), ("sensor", "i8"),
        ("kind", "i8"),              # I034/000; -1: none
        ("sector_rad", "f8"), ("period_s", "f8"),  # NaN: none
        ("lat_deg", "f8"), ("lon_deg", "f8"), ("height_m", "f8"),  # of the radar, WGS-84; NaN: none
        ("place", "i8"),
    ],
    align=True,
)
"""One CAT034 record as it was sent."""

_LETTERS = np.frombuffer(b" ABCDEFGHIJKLMNOPQRSTUVWXYZ????? ???????????????0123456789??????", "S1")
"""Six-bit characters of a callsign, ICAO Annex 10 volume IV, table 3-9."""

_ERR, _BEFORE_ERR = 0x08, 0xF0
"""Subfield of I048/RE that holds a range beyond 256 NM, and those that would lie before it."""

_LONGEST_EXTENSION = 16
"""Bytes of an extended item that are looked at; no edition defines as many."""


class _Columns:
    """Numbers out of the items of records whose places are known."""

    def __init__(self, data: NDArray[np.uint8], places: NDArray[np.int64], items: tuple[Item, ...]) -> None:
        self._data = data
        self._place = {item.name: places[:, k + 1] for k, item in enumerate(items)}

    def has(self, name: str) -> NDArray[np.bool_]:
        return self._place[name] >= 0

    def number(self, name: str, skip: int, size: int, *, signed: bool = False) -> NDArray[np.int64]:
        """Big-endian whole numbers `skip` bytes into an item; 0 where it is absent."""
        return self.at(np.where(self.has(name), self._place[name] + skip, -1), size, signed=signed)

    def at(self, place: NDArray[np.int64], size: int, *, signed: bool = False) -> NDArray[np.int64]:
        """Big-endian whole numbers at places in the file; 0 where a place is -1."""
        value = np.zeros(place.size, np.int64)
        first = np.maximum(place, 0)
        for k in range(size):
            value = value << 8 | self._data[np.minimum(first + k, self._data.size - 1)]
        value[place < 0] = 0
        return np.where(value >> (8 * size - 1) == 1, value - (1 << 8 * size), value) if signed else value

    def real(self, name: str, skip: int, size: int, scale: float, *, signed: bool = False) -> NDArray[np.float64]:
        """Scaled numbers, NaN where the item is absent."""
        return np.where(self.has(name), self.number(name, skip, size, signed=signed) * scale, np.nan)

    def octets(self, name: str) -> list[NDArray[np.int64]]:
        """Bytes of an extended item, one column each; 0 beyond its end."""
        columns, more = list[NDArray[np.int64]](), self.has(name)
        while more.any() and len(columns) < _LONGEST_EXTENSION:
            column = np.where(more, self.number(name, len(columns), 1), 0)
            columns.append(column)
            more = more & (column & 1 == 1)
        return columns or [np.zeros(more.size, np.int64)]

    def part(self, name: str, part: int, sizes: tuple[int, ...]) -> NDArray[np.int64]:
        """Places of one part of a compound item, -1 where absent; sizes: of the parts before it."""
        bits = self.number(name, 0, 1)
        before = sum(((bits >> (7 - k)) & 1) * size for k, size in enumerate(sizes))
        return np.where((bits >> (7 - part)) & 1 == 1, self._place[name] + 1 + before, -1)


def reports_of(data: NDArray[np.uint8], places: NDArray[np.int64]) -> NDArray[Any]:
    """REPORT[n] of CAT048 records whose items begin at `places` (see asterix_items.split); `sensor` is SAC * 256 + SIC.

    Times are times of day; a time of a day or more is taken as absent.
    """
    columns = _Columns(data, places, CAT048)
    rows = np.zeros(places.shape[0], REPORT)
    rows["place"], rows["sensor"], rows["time_s"] = places[:, 0], _source(columns), _time_of_day(columns, "140")
    _describe(columns, rows)
    rows["range_m"] = _range_m(columns)
    rows["azimuth_rad"] = columns.real("040", 2, 2, 2.0 * pi / 65536)
    _answers(columns, rows)
    _own_track(columns, rows)
    _signal(columns, rows)
    return rows


def marks_of(data: NDArray[np.uint8], places: NDArray[np.int64]) -> NDArray[Any]:
    """MARK[n] of CAT034 records, like `reports_of`."""
    columns = _Columns(data, places, CAT034)
    rows = np.zeros(places.shape[0], MARK)
    rows["place"], rows["sensor"], rows["time_s"] = places[:, 0], _source(columns), _time_of_day(columns, "030")
    rows["kind"] = np.where(columns.has("000"), columns.number("000", 0, 1), -1)
    rows["sector_rad"] = columns.real("020", 0, 1, 2.0 * pi / 256)
    rows["period_s"] = columns.real("041", 0, 2, 1.0 / 128)
    rows["height_m"] = columns.real("120", 0, 2, 1.0, signed=True)
    rows["lat_deg"] = columns.real("120", 2, 3, 180.0 / 2**23, signed=True)
    rows["lon_deg"] = columns.real("120", 5, 3, 180.0 / 2**23, signed=True)
    return rows


def _range_m(columns: _Columns) -> NDArray[np.float64]:
    """Slant range (I048/040), or beyond 256 NM that of the expansion field, part 4 appendix A (I048/RE, ERR)."""
    told, far = columns.number("RE", 1, 1), columns.number("RE", 2, 3) * (NAUTICAL_MILE_M / 256)
    extended = columns.has("RE") & (columns.number("RE", 0, 1) >= 5) & (told & _BEFORE_ERR == 0) & (told & _ERR != 0)
    return np.where(extended, far, columns.real("040", 0, 2, NAUTICAL_MILE_M / 256))


def _source(columns: _Columns) -> NDArray[np.int64]:
    return np.where(columns.has("010"), columns.number("010", 0, 2), -1)


def _time_of_day(columns: _Columns, name: str) -> NDArray[np.float64]:
    time_s = columns.real(name, 0, 3, 1.0 / 128)
    return np.where(time_s < DAY_S, time_s, np.nan)


def _describe(columns: _Columns, rows: NDArray[Any]) -> None:
    """Kind of report, and whether it stems from an aircraft at all (I048/020), and the radar's doubts (I048/030)."""
    first, *more = columns.octets("020")
    second = more[0] if more else np.zeros_like(first)
    rows["kind"] = np.where(columns.has("020"), first >> 5, -1)
    rows["simulated"], rows["spi"], rows["field_monitor"] = first >> 4 & 1, first >> 2 & 1, first >> 1 & 1
    rows["test"] = second >> 7 & 1
    for octet in columns.octets("030"):
        code = octet >> 1
        rows["warnings"] |= np.where((code > 0) & (code < 64), 1 << np.minimum(code, 63).astype(np.uint64), 0)


def _answers(columns: _Columns, rows: NDArray[Any]) -> None:
    """What a transponder said: code (I048/070), flight level in quarters (090), address (220), callsign (240)."""
    code = columns.number("070", 0, 2)
    rows["mode_a"] = np.where(columns.has("070"), code & 0o7777, -1)
    rows["mode_a_flags"] = code >> 13
    level = columns.number("090", 0, 2)
    quarters = ((level & 0x3FFF) ^ 0x2000) - 0x2000
    rows["height_m"] = np.where(columns.has("090"), quarters * (FLIGHT_LEVEL_M / 4.0), np.nan)
    rows["height_flags"] = level >> 14 << 1
    rows["address"] = columns.number("220", 0, 3)
    rows["callsign"] = np.where(columns.has("240"), spelt(columns.number("240", 0, 6)), b"")


def spelt(code: NDArray[np.int64]) -> NDArray[np.bytes_]:
    """Callsigns, S8[n], of eight six-bit characters each, i8[n]; spaces at the end left out."""
    letters = code[:, None] >> (42 - 6 * np.arange(8)) & 63
    return np.char.rstrip(np.ascontiguousarray(_LETTERS[letters]).view("S8")[:, 0])


def _own_track(columns: _Columns, rows: NDArray[Any]) -> None:
    """The radar's own track: number (I048/161), place (042), velocity (200), whether tentative (170)."""
    rows["track_number"] = np.where(columns.has("161"), columns.number("161", 0, 2) & 0xFFF, -1)
    rows["x_m"] = columns.real("042", 0, 2, NAUTICAL_MILE_M / 128, signed=True)
    rows["y_m"] = columns.real("042", 2, 2, NAUTICAL_MILE_M / 128, signed=True)
    rows["speed_m_s"] = columns.real("200", 0, 2, NAUTICAL_MILE_M / 16384)
    rows["course_rad"] = columns.real("200", 2, 2, 2.0 * pi / 65536)
    rows["tentative"] = columns.octets("170")[0] >> 7


def _signal(columns: _Columns, rows: NDArray[Any]) -> None:
    """Strength of the answer and of the echo (I048/130, third and fifth part) and calculated Doppler speed (120)."""
    for name, part in (("amplitude_dbm", 2), ("psr_amplitude_dbm", 4)):
        place = columns.part("130", part, (1,) * part)
        rows[name] = np.where(place >= 0, columns.at(place, 1, signed=True), np.nan)
    place = columns.part("120", 0, ())
    speed = columns.at(place, 2)
    rows["doppler_m_s"] = np.where(place >= 0, ((speed & 0x3FF) ^ 0x200) - 0x200, np.nan)
    rows["doubtful_doppler"] = speed >> 15
