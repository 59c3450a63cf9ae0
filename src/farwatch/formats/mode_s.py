"""What Mode S messages say: an own subset of 1090ES, read for many messages at once.

Read are extended squitters (DF17, DF18): identification, airborne position, airborne velocity, and the emergency
message with its code; of short and Comm-B replies the code (DF5, DF21). Surface positions and everything else are told
apart, so that they can be counted, and no more.

Sources. Formats and parity: ICAO Annex 10 volume IV, 3.1.2.3 and 3.1.2.6; messages: ICAO Doc 9871 (2nd ed.), appendix
A, tables A-2-5 to A-2-9b and A-2-97, which are those of RTCA DO-260B, 2.2.3.2; all in plain words: J. Sun, "The 1090
Megahertz Riddle", 2nd ed., TU Delft OPEN 2021 (mode-s.org). Bits of the ME field are numbered
from 1, as there.
"""

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[Any]

FOOT_M = 0.3048
KNOT_M_S = 1852.0 / 3600.0
FOOT_PER_MIN_M_S = FOOT_M / 60.0

SHORT_BYTES, LONG_BYTES = 7, 14

(
    OTHER, DAMAGED, IDENTIFICATION, AIRBORNE, SURFACE, VELOCITY, EMERGENCY, ALL_CALL, ALTITUDE_REPLY, CODE_REPLY,
) = range(10)  # fmt: skip
KINDS = (
    "other messages", "damaged messages", "identifications", "airborne positions", "surface positions",
    "airborne velocities", "emergency messages", "all-call replies", "altitude replies", "code replies",
)  # fmt: skip
"""What a message can be, in words that can be printed, in the order of the numbers above."""

READING = np.dtype(
    [
        ("kind", "i1"),
        ("address", "i8"),           # 24 bits; of a code or altitude reply right only if that aircraft is known
        ("foreign", "?"),            # not an ICAO address, so of another world of numbers
        ("callsign", "S8"),          # empty where one of its characters is illegal
        ("height_m", "f8"),          # NaN: not told
        ("pressure", "?"),           # whether that is a pressure altitude; else above the ellipsoid
        ("odd", "?"), ("cpr_lat", "i4"), ("cpr_lon", "i4"),  # compact position, 17 bits each
        ("east_m_s", "f8"), ("north_m_s", "f8"), ("up_m_s", "f8"),  # NaN: not told
        ("airspeed_m_s", "f8"), ("heading_rad", "f8"),  # NaN: not told; sent in the place of motion over ground
        ("mode_a", "i8"),            # -1: not told
    ],
    align=True,
)  # fmt: skip
"""What one message says."""

_NOTHING = np.array((OTHER, 0, False, b"", *(np.nan, False, False, 0, 0), *[np.nan] * 5, -1), READING)
_KIND_OF_FORM = np.full(32, OTHER)
_KIND_OF_FORM[[4, 5, 11, 20, 21]] = ALTITUDE_REPLY, CODE_REPLY, ALL_CALL, ALTITUDE_REPLY, CODE_REPLY
_CHECKED_BITS = np.zeros(32, np.int64)
_CHECKED_BITS[[11, 17, 18]] = 0xFFFF80, 0xFFFFFF, 0xFFFFFF
"""Bits of the remainder that must be 0: an interrogator's code of 7 bits is laid over that of an all-call reply
(Annex 10 volume IV, 3.1.2.5.2.2), an address over that of other replies, nothing over that of squitters."""

_GENERATOR = 0x1FFF409  # Annex 10 volume IV, 3.1.2.3.3
_LETTERS = np.frombuffer(b"?ABCDEFGHIJKLMNOPQRSTUVWXYZ????? ???????????????0123456789??????", np.uint8)  # 3.1.2.9.1.2
_CODE_BITS = ((11, 9), (9, 10), (7, 11), (5, 6), (3, 7), (1, 8), (12, 3), (10, 4), (8, 5), (4, 0), (2, 1), (0, 2))
"""Where a bit of the ID field stands, and where in the code A B C D (Annex 10 volume IV, 3.1.2.6.7.1)."""


def readings(frames: Rows, sizes: Rows) -> Rows:
    """READING[n] of messages u1[n, 14] of 7 or 14 bytes each; what follows a short message in its row is not read.

    Damaged are messages whose parity does not hold, as far as it can be checked, or whose length is not that of their
    format (DF0-15 short, DF16-31 long; Annex 10 volume IV, 3.1.2.3.2.1).
    """
    told = np.empty(len(frames), READING)
    told[:] = _NOTHING
    form, remainder = frames[:, 0] >> 3, remainders(frames, sizes)
    whole = np.where(form < 16, SHORT_BYTES, LONG_BYTES) == sizes
    whole &= (remainder & _CHECKED_BITS[form]) == 0
    kind = np.where(whole, _KIND_OF_FORM[form], DAMAGED)
    told["kind"] = kind
    replies = (kind == ALTITUDE_REPLY) | (kind == CODE_REPLY)
    told["address"] = np.where(replies, remainder, _address(frames))  # laid over the parity (3.1.2.3.3.2)
    codes = np.flatnonzero(kind == CODE_REPLY)
    if codes.size:
        told["mode_a"][codes] = code_of((frames[codes, 2].astype(np.int64) & 31) << 8 | frames[codes, 3])
    _squitters(told, frames, np.flatnonzero(whole & ((form == 17) | (form == 18))))
    return told


def remainders(frames: Rows, sizes: Rows) -> Rows:
    """What is left of each message, as a polynomial, after division by the generator, i8[n] of 24 bits.

    0 for an undamaged squitter, else what was laid over the parity (Annex 10 volume IV, 3.1.2.3.3).
    """
    table, short = _remainder_table(), sizes == SHORT_BYTES
    left = np.zeros(len(frames), np.int64)
    for rows, length in ((np.flatnonzero(short), SHORT_BYTES), (np.flatnonzero(~short), LONG_BYTES)):
        places = np.arange(LONG_BYTES - length, LONG_BYTES)
        left[rows] = np.bitwise_xor.reduce(table[places, frames[rows, :length]], axis=1)
    return left


@cache
def _remainder_table() -> Rows:
    """Remainder of each byte at each place of a long message, i8[14, 256]."""
    table = np.zeros((LONG_BYTES, 256), np.int64)
    table[-1] = np.arange(256)
    for place in range(LONG_BYTES - 2, -1, -1):
        value = table[place + 1]
        for _ in range(8):
            value = value << 1
            value = np.where(value >> 24, value ^ _GENERATOR, value)
        table[place] = value
    return table


def _address(frames: Rows) -> Rows:
    """The AA field of DF11, 17 and 18."""
    wide = frames[:, 1:4].astype(np.int64)
    return wide[:, 0] << 16 | wide[:, 1] << 8 | wide[:, 2]


# Extended squitters -----------------------------------------------------------------------------------------


def bits(me: Rows, first: int, last: int) -> Rows:
    """Bits of ME fields u8[n], numbered from 1 to 56, both included, as i8[n]."""
    return (me >> np.uint64(56 - last)).astype(np.int64) & ((1 << (last - first + 1)) - 1)


def _squitters(told: Rows, frames: Rows, rows: Rows) -> None:
    """Fill the readings of extended squitters by their type code (Doc 9871, A.2.3.1)."""
    me = np.zeros(len(rows), np.uint64)
    for byte in range(4, 11):
        me = me << np.uint64(8) | frames[rows, byte]
    code, subtype = bits(me, 1, 5), bits(me, 6, 8)
    control = np.where(frames[rows, 0] >> 3 == 18, frames[rows, 0] & 7, 0)
    # DF18 by its CF field: 0 and 1 ADS-B, 2 and 5 fine TIS-B, 6 relayed ADS-B; else laid out in other ways
    # (Annex 10 volume IV, 3.1.2.8.7); of TIS-B and relays one bit says that the address is not ICAO's (DO-260B,
    # 2.2.17 and 2.2.18)
    known = (control <= 2) | (control == 5) | (control == 6)
    for kind, flag, matches, fill in (
        (IDENTIFICATION, 0, (code >= 1) & (code <= 4), _identification),
        (SURFACE, 0, (code >= 5) & (code <= 8), None),
        (AIRBORNE, 8, ((code >= 9) & (code <= 18)) | ((code >= 20) & (code <= 22)), _position),
        (VELOCITY, 9, (code == 19) & (subtype >= 1) & (subtype <= 4), _velocity),
        (EMERGENCY, 56, (code == 28) & (subtype == 1), _emergency),
    ):
        at = np.flatnonzero(matches & known)
        if not at.size:
            continue
        one, sender = told[rows[at]], control[at]
        one["kind"], one["foreign"] = kind, (sender == 1) | (sender == 5)
        if flag:
            one["foreign"] |= ((sender == 2) | (sender == 6)) & (bits(me[at], flag, flag) == 1)
        if fill is not None:
            fill(one, me[at])
        told[rows[at]] = one


def _identification(one: Rows, me: Rows) -> None:
    """Bits 9-56: eight characters of 6 bits (Doc 9871, table A-2-8; characters: Annex 10, 3.1.2.9.1.2)."""
    letters = np.zeros((len(me), 8), np.uint8)
    for place in range(8):
        letters[:, place] = _LETTERS[bits(me, 9 + 6 * place, 14 + 6 * place)]
    legal = (letters != ord("?")).all(axis=1)
    one["callsign"] = np.where(legal, np.strings.strip(letters.view("S8")[:, 0]), b"")


def _position(one: Rows, me: Rows) -> None:
    """Bits 9-20 altitude, 22 odd or even, 23-39 latitude, 40-56 longitude (Doc 9871, table A-2-5).

    Type codes 9-18 tell a pressure altitude, 20-22 the height above the ellipsoid (A.2.3.2.4).
    """
    one["height_m"] = _heights_m()[bits(me, 9, 20)]
    one["pressure"] = bits(me, 1, 5) <= 18
    one["odd"] = bits(me, 22, 22) == 1
    one["cpr_lat"], one["cpr_lon"] = bits(me, 23, 39), bits(me, 40, 56)


def _velocity(one: Rows, me: Rows) -> None:
    """Airborne velocity (Doc 9871, tables A-2-9a and A-2-9b): subtypes 1, 2 over ground, 3, 4 through the air.

    Numbers are what is meant and 1, 0 being not told: knots (4 knots in subtypes 2, 4), 64 ft/min up and down. The
    largest number means "so much or more" and is taken as it is.
    """
    subtype = bits(me, 6, 8)
    knots = np.where(subtype % 2 == 0, 4.0, 1.0) * KNOT_M_S
    first, second = bits(me, 15, 24), bits(me, 26, 35)
    first_sign, second_sign = bits(me, 14, 14), bits(me, 25, 25)
    ground = (subtype <= 2) & (first > 0) & (second > 0)
    one["east_m_s"] = np.where(ground, (first - 1) * knots * (1 - 2 * first_sign), np.nan)
    one["north_m_s"] = np.where(ground, (second - 1) * knots * (1 - 2 * second_sign), np.nan)
    air = subtype >= 3
    one["heading_rad"] = np.where(air & (first_sign == 1), first * (2.0 * np.pi / 1024.0), np.nan)
    one["airspeed_m_s"] = np.where(air & (second > 0), (second - 1) * knots, np.nan)
    rate, down = bits(me, 38, 46), bits(me, 37, 37)
    one["up_m_s"] = np.where(rate > 0, (rate - 1) * (64.0 * FOOT_PER_MIN_M_S) * (1 - 2 * down), np.nan)


def _emergency(one: Rows, me: Rows) -> None:
    """Bits 12-24: the Mode A code (Doc 9871, table A-2-97)."""
    one["mode_a"] = code_of(bits(me, 12, 24))


# Codes and heights ------------------------------------------------------------------------------------------


def code_of(field: Rows) -> Rows:
    """Mode A code, 12 bits A B C D, of identity fields i8[n], 13 bits: C1 A1 C2 A2 C4 A4 X B1 D1 B2 D2 B4 D4."""
    code = np.zeros_like(field)
    for there, here in _CODE_BITS:
        code |= (field >> there & 1) << here
    return code


@cache
def _heights_m() -> Rows:
    """Height by altitude code, f8[4096]: 12 bits C1 A1 C2 A2 C4 A4 B1 Q B2 D2 B4 D4; NaN for codes without meaning.

    Q = 1: steps of 25 ft from -1000 ft. Q = 0: the code of Mode C, where D2 D4 A1 A2 A4 B1 B2 B4 count steps of 500 ft
    from -1000 ft in reflected binary, and C1 C2 C4 say 001, 011, 010, 110, 100 for -200 to 200 ft, backwards where the
    count is odd (Annex 10 volume IV, 3.1.2.6.5.4 and appendix to chapter 3). 0 is "not told".
    """
    code = np.arange(4096)
    fine = 25.0 * (code >> 5 << 4 | code & 15) - 1000.0
    count = np.zeros(4096, np.int64)
    for place in (2, 0, 10, 8, 6, 5, 3, 1):  # reflected binary: each digit is the sum of those up to it
        count = count << 1 | (count & 1) ^ (code >> place & 1)
    hundreds = (code >> 11 & 1) << 2 | (code >> 9 & 1) << 1 | code >> 7 & 1
    step = np.array([np.nan, -2, 0, -1, 2, np.nan, 1, np.nan])[hundreds]
    coarse = 500.0 * count - 1000.0 + 100.0 * np.where(count & 1, -step, step)
    feet = np.where(code >> 4 & 1, fine, coarse)
    feet[0] = np.nan
    return feet * FOOT_M
