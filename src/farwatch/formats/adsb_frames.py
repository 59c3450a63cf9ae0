"""Where messages stand in what receivers send: AVR text, Beast binary, SBS (BaseStation) lines.

Each reader takes bytes and gives what is whole in them; what may still become whole is told by its place, so that a
stream can be read as it comes. A reader never raises.

Sources: "Mode-S Beast: Data Output Formats", wiki.jetvision.de (AVR: `*`, and `@` with a time; Beast binary); AVR with
a time and a signal level, `<`, as dump1090 and readsb write it; "Barebones42: Socket Data", woodair.net/SBS (SBS).
"""

import re
from datetime import date
from math import cos, inf, isfinite, nan, radians, sin
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from farwatch.formats.mode_s import FOOT_M, FOOT_PER_MIN_M_S, KNOT_M_S, LONG_BYTES, SHORT_BYTES

Rows = NDArray[Any]

AVR, BEAST, SBS = FORMS = ("avr", "beast", "sbs")

TICKS_PER_S = 12e6
"""Of the counter in Beast and `@` messages."""

MESSAGE = np.dtype([("ticks", "i8"), ("size", "i8"), ("frame", "u1", (LONG_BYTES,))], align=True)
"""A Mode S message of 7 or 14 bytes; ticks of the receiver's counter, -1: not told."""

REPORT = np.dtype(
    [
        ("time_s", "f8"),            # since 1970-01-01, by the receiver's clock
        ("address", "i8"), ("foreign", "?"),  # foreign: not an ICAO address
        ("callsign", "S8"), ("mode_a", "i8"),  # -1: not told
        ("lat_deg", "f8"), ("lon_deg", "f8"), ("height_m", "f8"),  # NaN: not told, as below
        ("east_m_s", "f8"), ("north_m_s", "f8"), ("up_m_s", "f8"),
        ("ground", "?"),
    ],
    align=True,
)  # fmt: skip
"""What one SBS line says."""


class Split(NamedTuple):
    """What was found in some bytes."""

    rows: Rows
    """MESSAGE[n], or REPORT[n] of SBS, in their order."""
    end: int
    """What stands from here on may go on in the bytes that follow."""
    skipped_bytes: int = 0
    """Bytes before `end` that mean nothing here, but for blanks and the ends of lines."""
    mode_ac: int = 0
    """Replies in Mode A or C among them, which have no address."""
    strange_lines: int = 0
    """SBS lines that are no MSG line with an address and a time."""


def form_of(data: bytes) -> str:
    """Which of FORMS some bytes are, by which has most in their beginning; empty where nothing is found."""
    head = data[: 1 << 16]
    found = {
        BEAST: len(split_beast(head).rows), AVR: len(split_avr(head).rows), SBS: len(split_sbs(head + b"\n").rows)
    }  # fmt: skip
    return max(found, key=found.__getitem__) if any(found.values()) else ""


def split(form: str, data: bytes) -> Split:
    """Messages of one of FORMS."""
    return {AVR: split_avr, BEAST: split_beast, SBS: split_sbs}[form](data)


# AVR --------------------------------------------------------------------------------------------------------

_AVR = re.compile(
    rb"(?:\*|@([0-9A-Fa-f]{12})|<([0-9A-Fa-f]{12})[0-9A-Fa-f]{2})([0-9A-Fa-f]{28}|[0-9A-Fa-f]{14});"
)
_AVR_MODE_AC = re.compile(rb"(?:\*|@[0-9A-Fa-f]{12}|<[0-9A-Fa-f]{14})[0-9A-Fa-f]{4};")
_AVR_MOST_BYTES = 1 + 14 + 28 + 1


def split_avr(data: bytes) -> Split:
    """MESSAGE rows of `*8D...;`, `@` time `8D...;` and `<` time level `8D...;`, times and all in hexadecimal."""
    found = _AVR.findall(data)
    rows = np.zeros(len(found), MESSAGE)
    texts = [text for _, _, text in found]
    rows["size"] = [len(text) // 2 for text in texts]
    whole = bytes.fromhex(b"".join([text.ljust(2 * LONG_BYTES, b"0") for text in texts]).decode())
    rows["frame"] = np.frombuffer(whole, np.uint8).reshape(-1, LONG_BYTES)
    rows["ticks"] = [_ticks(int(early or late, 16)) if early or late else -1 for early, late, _ in found]
    end = max(data.rfind(b";") + 1, len(data) - _AVR_MOST_BYTES)
    used = sum(1 + 12 * bool(early) + 14 * bool(late) + len(text) + 1 for early, late, text in found)
    left = len(data[:end].translate(None, b" \t\r\n")) - used
    ancient = _AVR_MODE_AC.findall(data) if left else []
    return Split(rows, end, left - sum(map(len, ancient)), len(ancient))


# Beast ------------------------------------------------------------------------------------------------------

_ESCAPE = b"\x1a"
_BEAST = re.compile(
    rb"\x1a(?:\x1a|"  # an escaped byte, of a frame that is not read
    + rb"|".join(
        rb"%d([^\x1a]{%d}|(?:[^\x1a]|\x1a\x1a){%d})" % (kind, 7 + size, 7 + size)
        for kind, size in ((1, 2), (2, SHORT_BYTES), (3, LONG_BYTES))
    )
    + rb"|((?:[123](?:[^\x1a]|\x1a\x1a){0,20}\x1a?)?\Z))"  # a frame that goes on beyond the end
)
_UNFINISHED = 4
_MLAT_TICKS = int.from_bytes(b"\xff\x00MLAT")
"""What readsb writes in the place of a time that is nobody's."""


def split_beast(data: bytes) -> Split:
    """MESSAGE rows of frames 0x1a '2' (short) and '3' (long): time, 6 bytes; signal level, 1 byte; message.

    A byte 0x1a in them is sent twice.
    """
    bodies, sizes, used, ancient, end = list[bytes](), list[int](), 0, 0, len(data)
    for match in _BEAST.finditer(data):
        kind = match.lastindex
        if kind == _UNFINISHED:
            end = match.start()
            break
        used += match.end() - match.start() if kind else 0
        if kind == 1:
            ancient += 1
        elif kind:
            body = match[kind]
            bodies.append(body.replace(_ESCAPE + _ESCAPE, _ESCAPE).ljust(7 + LONG_BYTES, b"\0"))
            sizes.append(SHORT_BYTES if kind == 2 else LONG_BYTES)
    raw = np.frombuffer(b"".join(bodies), np.uint8).reshape(-1, 7 + LONG_BYTES)
    rows = np.zeros(len(bodies), MESSAGE)
    rows["size"], rows["frame"] = sizes, raw[:, 7:]
    for byte in range(6):
        rows["ticks"] = rows["ticks"] << 8 | raw[:, byte]
    rows["ticks"][(rows["ticks"] == 0) | (rows["ticks"] == _MLAT_TICKS)] = -1
    return Split(rows, end, end - used, ancient)


def _ticks(count: int) -> int:
    """A counter, or -1 where it is one of those that mean nothing."""
    return -1 if count in {0, _MLAT_TICKS} else count


# SBS --------------------------------------------------------------------------------------------------------

_SBS_MOST_BYTES = 512
_SBS_TIME = re.compile(rb"\s*(\d{4})/(\d\d)/(\d\d)\s*,\s*(\d\d):(\d\d):(\d\d(?:\.\d{1,9})?)\s*")
_YEARS = range(1970, 2200)
_UNIX_EPOCH_DAY = date(1970, 1, 1).toordinal()


def split_sbs(data: bytes) -> Split:
    """REPORT rows of `MSG` lines; a line that is too long, or has no address or time, is counted as strange."""
    end = data.rfind(b"\n") + 1
    rows, strange = [], 0
    for line in data[:end].splitlines():
        row = _report(line) if line.startswith(b"MSG,") and len(line) <= _SBS_MOST_BYTES else None
        if row:
            rows.append(row)
        else:
            strange += bool(line.strip())
    if len(data) - end > _SBS_MOST_BYTES:
        end, strange = len(data), strange + 1
    return Split(np.array(rows, REPORT) if rows else np.zeros(0, REPORT), end, strange_lines=strange)


def _report(line: bytes) -> tuple[Any, ...] | None:
    """One REPORT row; fields that cannot be are not told.

    Fields from 0: 4 address (with `~` not ICAO's), 6, 7 when it was heard, 10 callsign, 11 feet, 12 knots, 13 track,
    14, 15 place, 16 feet a minute, 17 code, 21 on the ground.
    """
    fields = line.split(b",")
    if len(fields) < 11:
        return None
    fields += [b""] * (22 - len(fields))
    when = _SBS_TIME.fullmatch(b",".join(fields[6:8]))
    try:
        address = int(fields[4].replace(b"~", b"", 1), 16)
        day = date(int(when[1]), int(when[2]), int(when[3])).toordinal() if when else 0
    except ValueError:
        return None
    if not when or not 0 < address < 1 << 24 or int(when[1]) not in _YEARS or int(when[4]) > 23 or int(when[5]) > 59:
        return None
    time_s = (day - _UNIX_EPOCH_DAY) * 86400 + int(when[4]) * 3600 + int(when[5]) * 60 + float(when[6])
    speed_m_s, track_rad = _number(fields[12], 0.0, 5000.0) * KNOT_M_S, radians(_number(fields[13], 0.0, 360.0))
    lat_deg, lon_deg = _number(fields[14], -90.0, 90.0), _number(fields[15], -180.0, 180.0)
    callsign = fields[10].strip() if fields[10].strip().isalnum() and len(fields[10].strip()) <= 8 else b""
    return (
        time_s, address, b"~" in fields[4], callsign, _code(fields[17]), lat_deg, lon_deg,
        _number(fields[11], -2000.0, 130000.0) * FOOT_M, speed_m_s * sin(track_rad), speed_m_s * cos(track_rad),
        _number(fields[16], -40000.0, 40000.0) * FOOT_PER_MIN_M_S,
        fields[21].strip() in {b"-1", b"1"} or fields[1] == b"2",
    )  # fmt: skip


def _number(text: bytes, least: float = -inf, most: float = inf) -> float:
    """A number within limits; NaN where there is none."""
    try:
        value = float(text)
    except ValueError:
        return nan
    return value if isfinite(value) and least <= value <= most else nan


def _code(text: bytes) -> int:
    """A Mode A code of four octal digits; -1 where there is none."""
    text = text.strip()
    return int(text, 8) if len(text) == 4 and text.isdigit() and not set(text) & set(b"89") else -1
