"""What a transponder's code says about who answers: SSR Mode A codes and 24-bit Mode S addresses.

A code seen again is strong evidence that the same aircraft answered, another code that it did not; neither is proof. A
reply may be garbled, codes are changed in flight, and codes that end in 00 are shared by many (VFR, conspicuity).

Sources: share of validated false Mode A codes, at most 0.1 %: EUROCONTROL Standard for Radar Surveillance in En-Route
Airspace and Major Terminal Areas (SUR.ET1.ST01.1000-STD-01-01, 1997), code detection requirements. Addresses are
unique by ICAO Annex 10 volume III part I chapter 9, and protected by 24 bits of parity by volume IV, 3.1.2.3.3. A
discrete code is one that does not end in 00: FAA Pilot/Controller Glossary. The other figures are assumptions.
"""

from collections.abc import Iterable
from math import log
from typing import Any

import numpy as np

from farwatch.compiled import kernel
from farwatch.errors import InputError, Problem

FALSE_ADDRESS_SHARE = 1e-4
"""Reports that carry another aircraft's address. Parity leaves far fewer; what remains are addresses set wrongly or
twice, and replies that a radar put to the wrong plot. Assumed."""

FALSE_CODE_SHARE = 1e-3
"""Validated codes that are wrong (source above)."""

CODE_CHANGE_SHARE = 4e-3
"""Looks between which an aircraft is given another code: one change in some twenty minutes of 5 s looks. Assumed."""

SHARED_CODE_SHARE = 2e-3
"""Other aircraft nearby that answer with the same discrete code: a flight of several, a code used again. Assumed."""

COMMON_CODE_SHARE = 0.3
"""Other aircraft nearby that answer with the same code, where it ends in 00. Assumed."""

LOG_SAME_ADDRESS = log((1.0 - FALSE_ADDRESS_SHARE) / FALSE_ADDRESS_SHARE)
LOG_OTHER_ADDRESS = -LOG_SAME_ADDRESS
LOG_SAME_CODE = log((1.0 - FALSE_CODE_SHARE - CODE_CHANGE_SHARE) / SHARED_CODE_SHARE)
LOG_COMMON_CODE = log((1.0 - FALSE_CODE_SHARE - CODE_CHANGE_SHARE) / COMMON_CODE_SHARE)
LOG_OTHER_CODE = log((FALSE_CODE_SHARE + CODE_CHANGE_SHARE) / (1.0 - SHARED_CODE_SHARE))
"""What code_log_ratio gives: 9.2, -9.2, 6.2, 1.2, -5.3 nats."""

NON_DISCRETE = 0o100
"""Codes that are multiples of this end in 00."""

LARGEST_CODE, LARGEST_ADDRESS = 0o7777, 0xFFFFFF

FILED = np.dtype([("mode_a", "i8"), ("address", "i8")], align=True)
"""One flight that is expected: its code or its address, 0 where that is not known."""

NOT_FILED, FILED_CODE, FILED_ADDRESS = 0, 1, 2


@kernel
def code_log_ratio(track_mode_a: int, track_address: int, plot_mode_a: int, plot_address: int) -> float:
    """ln of P(a plot's code, if it is the track's aircraft) over P(the same, if it is another that answers).

    0 stands for a code or an address that was not had; where both have an address it alone counts, because codes
    change; where nothing can be compared the result is 0. Bounded by LOG_SAME_ADDRESS either way.
    """
    if track_address > 0 and plot_address > 0:
        return LOG_SAME_ADDRESS if track_address == plot_address else LOG_OTHER_ADDRESS
    if track_mode_a > 0 and plot_mode_a > 0:
        if track_mode_a != plot_mode_a:
            return LOG_OTHER_CODE
        return LOG_SAME_CODE if is_discrete(plot_mode_a) else LOG_COMMON_CODE
    return 0.0


@kernel
def is_same_code(track_mode_a: int, track_address: int, plot_mode_a: int, plot_address: int) -> bool:
    """Whether codes name the same aircraft: equal addresses or, where either has none, equal discrete codes."""
    if track_address > 0 and plot_address > 0:
        return bool(track_address == plot_address)
    return bool(track_mode_a > 0 and track_mode_a == plot_mode_a and is_discrete(plot_mode_a))


@kernel
def is_discrete(mode_a: int) -> bool:
    """Whether a code is meant for one aircraft at a time: it does not end in 00."""
    return bool(mode_a % NON_DISCRETE != 0)


@kernel
def match_filed(mode_a: int, address: int, filed: Any) -> int:
    """How a track's code and address stand in FILED[n]: FILED_ADDRESS, FILED_CODE or NOT_FILED.

    Where a flight was filed with its address and the track has one, the code of that flight does not count.
    """
    found = NOT_FILED
    for k in range(filed.size):
        one = filed[k]
        if one["address"] > 0 and address > 0:
            if one["address"] == address:
                return FILED_ADDRESS
        elif one["mode_a"] > 0 and one["mode_a"] == mode_a and is_discrete(mode_a):
            found = FILED_CODE
    return found


def filed_of(codes: Iterable[str | int] = (), addresses: Iterable[str | int] = ()) -> np.ndarray:
    """FILED[n] from codes as they are spoken ("4321", octal digits) and addresses in hexadecimal ("3430D8").

    A number is taken by its digits. Raises InputError, with all problems, for what is neither.
    """
    problems: list[Problem] = []
    rows = [(_digits(code, 8, 4, "codes", k, problems), 0) for k, code in enumerate(codes)]
    rows += [(0, _digits(one, 16, 6, "addresses", k, problems)) for k, one in enumerate(addresses)]
    if problems:
        raise InputError("expected", problems)
    return np.array(rows, FILED)


def _digits(said: str | int, root: int, count: int, where: str, k: int, problems: list[Problem]) -> int:
    """A number from at most `count` digits to the base `root`; 0 and a problem where it is none above zero."""
    text = str(said).strip()
    if text.isalnum() and text.isascii() and len(text) <= count and not isinstance(said, float | bool):
        try:
            value = int(text, root)
        except ValueError:
            value = 0
        if value > 0:
            return value
    rule, hint = ("octal", 'such as "4321"') if root == 8 else ("hexadecimal", 'such as "3430D8"')
    problems.append(Problem(f"{where}.{k}", repr(said), f"must be {count} {rule} digits in quotes", hint))
    return 0
