"""Where the items of ASTERIX records begin: a declared table of items, and one kernel that walks records by it.

A record is a field specification (one bit an item, seven a byte, the eighth says that another byte follows), then the
items it names in the order of the table. What an item means is read elsewhere; here only its length matters, and
whatever is not in the table ends the block it stands in, because its length cannot be known.

Sources: EUROCONTROL-SPEC-0149 part 1 (framing, lengths); part 4 (CAT048, editions 1.14 to 1.32: user application
profile unchanged); part 2b (CAT034, editions 1.26 to 1.29).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from farwatch.compiled import kernel

UNDECLARED, FIXED, EXTENDED, REPEATED, EXPLICIT, COMPOUND = range(6)
"""How an item's length is told: not at all; a number of bytes; bytes while their last bit is set; a count of parts;
its own first byte; a field specification of its own, one byte, with parts that have rules like these."""

TRUNCATED, UNKNOWN, EMPTY = range(3)
"""Columns of a tally: records that end after their block does, that hold an undeclared item, that hold nothing."""

TALLIES = 3

PARTS = 7
"""Parts that one byte of a compound item's own specification can name."""


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a category: its name, how its length is told, bytes of it or of one repeated part, its parts."""

    name: str
    rule: int
    size: int = 1
    parts: tuple[tuple[int, int], ...] = ()
    """Of a compound item: (rule, size) in the order of its specification, (UNDECLARED, 0) for spare bits."""


def _fixed(name: str, size: int) -> Item:
    return Item(name, FIXED, size)


def _extended(name: str) -> Item:
    return Item(name, EXTENDED)


_ONE, _TWO, _SPARE = (FIXED, 1), (FIXED, 2), (UNDECLARED, 0)

CAT048 = (
    _fixed("010", 2), _fixed("140", 3), _extended("020"), _fixed("040", 4), _fixed("070", 2), _fixed("090", 2),
    Item("130", COMPOUND, parts=(_ONE,) * 7),
    _fixed("220", 3), _fixed("240", 6), Item("250", REPEATED, 8), _fixed("161", 2), _fixed("042", 4),
    _fixed("200", 4), _extended("170"), _fixed("210", 4), _extended("030"), _fixed("080", 2), _fixed("100", 4),
    _fixed("110", 2), Item("120", COMPOUND, parts=(_TWO, (REPEATED, 6))), _fixed("230", 2), _fixed("260", 7),
    _fixed("055", 1), _fixed("050", 2), _fixed("065", 1), _fixed("060", 2), Item("SP", EXPLICIT), Item("RE", EXPLICIT),
)
"""Items of a monoradar target report, in the order of its field specification."""

CAT034 = (
    _fixed("010", 2), _fixed("000", 1), _fixed("030", 3), _fixed("020", 1), _fixed("041", 2),
    Item("050", COMPOUND, parts=(_ONE, _SPARE, _SPARE, _ONE, _ONE, _TWO)),
    Item("060", COMPOUND, parts=(_ONE, _SPARE, _SPARE, _ONE, _ONE, _ONE)),
    Item("070", REPEATED, 2), _fixed("100", 8), _fixed("110", 1), _fixed("120", 8), _fixed("090", 2),
    Item("RE", EXPLICIT), Item("SP", EXPLICIT),
)
"""Items of a monoradar service message, in the order of its field specification."""


def rules_of(items: tuple[Item, ...]) -> NDArray[np.int64]:
    """Rules (i8[n, 2]: rule, size) for `split`: one row an item, then PARTS rows for each compound item.

    A compound item's size is the row at which its parts begin.
    """
    rows = [(item.rule, item.size) for item in items]
    for k, item in enumerate(items):
        if item.rule == COMPOUND:
            rows[k] = (COMPOUND, len(rows))
            rows += [*item.parts, *[_SPARE] * (PARTS - len(item.parts))]
    return np.array(rows, np.int64)


@kernel
def split(data: Any, blocks: Any, rules: Any, n_items: int, places: Any, tally: Any) -> int:
    """Fill `places` (i8[m, n_items + 1]) with where each record and each of its items begins; returns how many records.

    data: u1[]; blocks: i8[b, 2], where the records of each block begin and end; rules: of `rules_of`. Column 0 is the
    record, column f the f-th item of the table, -1 where it is absent. Each block is read up to its first record that
    cannot be read, which is counted in tally (i8[TALLIES]). Half as many rows as bytes are always enough.
    """
    n = 0
    for b in range(blocks.shape[0]):
        at, end = blocks[b, 0], blocks[b, 1]
        while at < end:
            length = _record_length(data, at, end, rules, n_items, places[n])
            if length == -TRUNCATED - 1:
                tally[TRUNCATED] += 1
                break
            if length == -UNKNOWN - 1:
                tally[UNKNOWN] += 1
                break
            at += length
            if length > _octets(data, places[n, 0]):
                n += 1
            else:
                tally[EMPTY] += 1
    return n


@kernel
def _octets(data: Any, at: int) -> int:
    """Bytes of the field specification at `at`, which is known to end."""
    n = 1
    while data[at + n - 1] & 1:
        n += 1
    return n


@kernel
def _record_length(data: Any, at: int, end: int, rules: Any, n_items: int, row: Any) -> int:
    """Bytes of the record at `at`, and in `row` where its items begin; -1 - TRUNCATED or -1 - UNKNOWN if unreadable."""
    row[:] = -1
    row[0] = at
    after = at
    while after < end and data[after] & 1:
        after += 1
    if after >= end:
        return -TRUNCATED - 1
    last, after, item = after, after + 1, 0
    for octet in range(at, last + 1):
        for bit in range(PARTS):
            item += 1
            if not (data[octet] >> (7 - bit)) & 1:
                continue
            if item > n_items:
                return -UNKNOWN - 1
            length = _item_length(data, after, end, rules, item - 1)
            if length < 0:
                return length
            row[item] = after
            after += length
    return int(after - at)


@kernel
def _item_length(data: Any, at: int, end: int, rules: Any, row: int) -> int:
    """Bytes of the item at `at` that has the rule in `row`; -1 - TRUNCATED or -1 - UNKNOWN where it has none."""
    if rules[row, 0] != COMPOUND:
        return _plain_length(data, at, end, rules[row, 0], rules[row, 1])
    if at >= end:
        return -TRUNCATED - 1
    if data[at] & 1:
        return -UNKNOWN - 1
    after = at + 1
    for bit in range(PARTS):
        if (data[at] >> (7 - bit)) & 1:
            part = rules[row, 1] + bit
            length = _plain_length(data, after, end, rules[part, 0], rules[part, 1])
            if length < 0:
                return length
            after += length
    return int(after - at)


@kernel
def _plain_length(data: Any, at: int, end: int, rule: int, size: int) -> int:
    """`_item_length` for an item that is not compound."""
    if rule == UNDECLARED:
        return -UNKNOWN - 1
    if at >= end:
        return -TRUNCATED - 1
    length = size
    if rule == EXTENDED:
        length = 1
        while data[at + length - 1] & 1 and at + length < end:
            length += 1
        if data[at + length - 1] & 1:
            return -TRUNCATED - 1
    elif rule == REPEATED:
        length = 1 + int(data[at]) * size
    elif rule == EXPLICIT:
        length = int(data[at])
        if length == 0:  # the length counts its own byte, so nothing can be told from this one
            return -UNKNOWN - 1
    if at + length > end:
        return -TRUNCATED - 1
    return length
