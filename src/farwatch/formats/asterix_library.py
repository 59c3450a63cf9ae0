"""Records of the categories that farwatch has no table of its own for: the tables are those of libasterix.

libasterix declares how long each item of each edition is and what its bits mean. Here those tables are laid out once
for the items that are wanted, and records are walked by them: a record costs some microseconds, against a hundred by
the library's own parser, and whatever the bytes, the time is in proportion to them. Numbers are gathered for all
records at once, in metres, seconds and degrees.

Sources: EUROCONTROL-SPEC-0149 part 1 (records, lengths); libasterix (the categories).
"""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from farwatch.errors import FarwatchError, InputError, Problem
from farwatch.formats.asterix_items import (
    COMPOUND,
    EMPTY,
    EXPLICIT,
    EXTENDED,
    FIXED,
    REPEATED,
    TALLIES,
    TRUNCATED,
    UNKNOWN,
)

Whole = NDArray[np.int64]
Floats = NDArray[np.float64]

EDITIONS: Mapping[int, str] = {1: "1.4", 2: "1.2", 10: "1.1", 20: "1.11", 21: "2.7", 62: "1.21", 65: "1.6"}
"""Categories read through the library, and the edition that each is taken to be: the last that it declares."""

SI = {
    "": 1.0, "°": 1.0, "m": 1.0, "s": 1.0, "m/s": 1.0,
    "NM": 1852.0, "NM/s": 1852.0, "ft": 0.3048, "FL": 30.48, "ft/min": 0.3048 / 60.0, "kt": 1852.0 / 3600.0,
}
"""What one of the library's units is in metres, seconds and degrees."""

_LIST_ELSEWHERE = 7
"""Our word, beside the rules of `asterix_items`, for a list of items each with its number (random field sequencing)."""


_LONGEST = 56
"""Bits of an item that is a number as a whole, its parts together."""


class Rule(NamedTuple):
    """How long an item is: `size` bytes, or bytes of one step or part, with at most `steps` steps (0: any number)."""

    kind: int
    size: int = 1
    steps: int = 0
    parts: tuple["Place | None", ...] = ()


class Place(NamedTuple):
    """A place in a field specification: the rule of its item, and the column that notes where it begins (-1: none)."""

    rule: Rule
    column: int


class Bits(NamedTuple):
    """A number inside an item: its first bit, how many, what one unit is, whether it has a sign or is in steps."""

    skip: int
    size: int
    factor: float
    signed: bool
    stepped: bool


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """Tables of one edition of a category, for the items that are wanted.

    profiles: a field specification for each kind of record; names: of the columns; bits: the numbers in them.
    """

    category: int
    edition: str
    profiles: tuple[tuple[Place | None, ...], ...]
    names: tuple[str, ...]
    bits: Mapping[str, Bits]


class Walked(NamedTuple):
    """places: i8[n, 2 + names] of record, kind, items (-1: absent); tally: i8[TALLIES]; of_block: i8[n]."""

    places: Whole
    tally: Whole
    of_block: Whole


@lru_cache(maxsize=32)
def layout_of(category: int, wanted: tuple[str, ...], edition: str = "") -> Layout:
    """Tables for the items `wanted` (`130`, `380/ADR`), those that the edition lacks left out; "" is the usual edition.

    Raises FarwatchError where the library is not installed, InputError for an edition that it does not declare.
    """
    generated, base = _library()
    edition = edition or EDITIONS[category]
    declared = [name for name in vars(generated) if name.startswith(f"Cat_{category:03d}_")]
    name = f"Cat_{category:03d}_{edition.replace('.', '_')}"
    if name not in declared:
        known = ", ".join(one.split("_", 2)[2].replace("_", ".") for one in declared)
        raise InputError("editions", [Problem(f"CAT{category:03d}", edition, "is no edition known", f"try {known}")])
    profile = getattr(generated, name).cv_uap
    records = [*profile.cv_uaps.values()] if hasattr(profile, "cv_uaps") else [profile.cv_record]
    names: list[str] = []
    bits: dict[str, Bits] = {}
    profiles = tuple(
        tuple(_place(base, item, wanted, names, bits) for item in record.cv_items_list) for record in records
    )
    return Layout(category, edition, profiles, tuple(names), bits)


def _library() -> tuple[Any, Any]:
    """The library's tables and their base classes; FarwatchError where it is not installed."""
    try:
        return import_module("asterix.generated"), import_module("asterix.base")
    except ImportError as error:
        rule = "reading ASTERIX other than CAT034 and CAT048 needs libasterix: pip install 'farwatch[asterix]'"
        raise FarwatchError(rule) from error


def _place(
    base: Any, item: Any, wanted: Sequence[str], names: list[str], bits: dict[str, Bits]
) -> Place | None:
    """One place of a field specification; None where nothing is declared."""
    if issubclass(item, base.UapItemRFS):
        return Place(Rule(_LIST_ELSEWHERE), -1)
    if not hasattr(item, "cv_non_spare"):
        return None
    return _named(base, item.cv_non_spare, "", wanted, names, bits)


def _named(
    base: Any, item: Any, before: str, wanted: Sequence[str], names: list[str], bits: dict[str, Bits]
) -> Place:
    """Place of a named item, or part of a compound one; notes its column and its numbers if it is wanted."""
    name = f"{before}{item.cv_name}"
    rule = item.cv_rule
    variation = getattr(rule, "cv_variation", None) or rule.cv_default_variation
    column = -1
    if name in wanted:
        if name not in names:
            names.append(name)
            bits.update(_numbers(base, name, variation))
        column = names.index(name)
    return Place(_rule(base, variation, name, wanted, names, bits), column)


def _rule(
    base: Any, variation: Any, name: str, wanted: Sequence[str], names: list[str], bits: dict[str, Bits]
) -> Rule:
    """How the length of an item is told."""
    if issubclass(variation, base.Compound):
        parts = (
            None if part is None else _named(base, part, f"{name}/", wanted, names, bits)
            for part in variation.cv_items_list
        )
        return Rule(COMPOUND, parts=tuple(parts))
    if issubclass(variation, base.Extended):
        steps = variation.cv_items_list
        return Rule(EXTENDED, 1, 0 if steps[-1][-1] is None else len(steps))
    if issubclass(variation, base.Repetitive):
        size = variation.cv_variation.cv_bit_size
        return Rule(EXTENDED, (size + 1) // 8) if variation.cv_rep_bytes is None else Rule(REPEATED, size // 8)
    if issubclass(variation, base.Explicit):
        return Rule(EXPLICIT)
    return Rule(FIXED, variation.cv_bit_size // 8)


def _numbers(base: Any, name: str, variation: Any) -> dict[str, Bits]:
    """Numbers of an item by their names: `name` the whole item, `name/LAT` a part of it."""
    if issubclass(variation, base.Element):
        return {name: _meaning(variation, 0, stepped=False)}
    stepped = issubclass(variation, base.Extended)
    if not stepped and not issubclass(variation, base.Group):
        return {}
    whole = not stepped and variation.cv_bit_size <= _LONGEST
    found = {name: Bits(0, variation.cv_bit_size, 1.0, False, False)} if whole else {}
    at = 0
    for one in [one for step in variation.cv_items_list for one in step] if stepped else variation.cv_items_list:
        if one is None:
            at += 1
            continue
        item, size = one
        part: Any = getattr(item, "cv_non_spare", None)  # spare bits have none
        inner = getattr(part.cv_rule, "cv_variation", None) if part else None
        if inner is not None and issubclass(inner, base.Element):
            found[f"{name}/{part.cv_name}"] = _meaning(inner, at, stepped=stepped)
        at += size
    return found


def _meaning(element: Any, skip: int, *, stepped: bool) -> Bits:
    """A number's unit and sign, as the library declares them."""
    content = getattr(element.cv_rule, "cv_content", None)
    factor = getattr(content, "cv_lsb", 1.0) * SI.get(getattr(content, "cv_unit", ""), 1.0)
    sign = getattr(getattr(content, "cv_signedness", None), "__name__", "")
    return Bits(skip, element.cv_bit_size, factor, sign == "Signed", stepped)


# Walking ----------------------------------------------------------------------------------------------------


def walked(data: bytes, blocks: Sequence[tuple[int, int]], layout: Layout) -> Walked:
    """Where the records of some blocks (first and last place of their records) and their items begin.

    Each block is read up to its first record that cannot be read, which is counted.
    """
    places, owners, tally = array("q"), array("q"), np.zeros(TALLIES, np.int64)
    width = 2 + len(layout.names)
    row = [-1] * width
    for b, (first, end) in enumerate(blocks):
        at = first
        while at < end:
            row[1:] = [-1] * (width - 1)
            after = _record_end(data, at, end, layout, row)
            if after < 0:
                tally[-after - 1] += 1
                break
            if data[at] & 0xFE or after > _specified(data, at, end):
                places.extend(row)
                owners.append(b)
            else:
                tally[EMPTY] += 1
            at = after
    found = np.frombuffer(places, np.int64).reshape(-1, width) if places else np.zeros((0, width), np.int64)
    return Walked(found, tally, np.array(owners, np.int64))


def _specified(data: bytes, at: int, end: int) -> int:
    """Where the field specification at `at` ends; -1 - TRUNCATED where it does not."""
    while at < end and data[at] & 1:
        at += 1
    return at + 1 if at < end else -TRUNCATED - 1


def _record_end(data: bytes, at: int, end: int, layout: Layout, row: list[int]) -> int:
    """Where the record at `at` ends, its places in `row`; -1 - TRUNCATED or -1 - UNKNOWN where it cannot be read."""
    row[0] = at
    after = _specified(data, at, end)
    if after < 0:
        return after
    kind = 0
    if len(layout.profiles) > 1:
        kind = _kind(data, at, after, end)
        if kind < 0:
            return kind
    row[1] = kind
    return _listed(data, (at, after), end, layout.profiles[kind], row)


def _kind(data: bytes, at: int, after: int, end: int) -> int:
    """Whether a CAT001 record is of a plot (0) or a track (1), by the first bit of I001/020, which must be there.

    Both kinds begin with the source (two bytes, where it is there) and this descriptor.
    """
    if not data[at] & 0x40:
        return -UNKNOWN - 1
    descriptor = after + (2 if data[at] & 0x80 else 0)
    return data[descriptor] >> 7 if descriptor < end else -TRUNCATED - 1


def _listed(
    data: bytes, specification: tuple[int, int], end: int, places: Sequence[Place | None], row: list[int]
) -> int:
    """Where the items that a field specification names end."""
    after, item = specification[1], 0
    for octet in range(*specification):
        value, bit = data[octet], 0x80
        while bit > 1:
            if value & bit:
                place = places[item] if item < len(places) else None
                if place is None:
                    return -UNKNOWN - 1
                after = _item_end(data, after, end, place, row, places)
                if after < 0:
                    return after
            bit >>= 1
            item += 1
    return after


def _item_end(
    data: bytes, at: int, end: int, place: Place, row: list[int], places: Sequence[Place | None]
) -> int:
    """Where the item at `at` ends; places: those that a list of numbered items may name."""
    kind, size, steps, parts = place.rule
    if place.column >= 0:
        row[2 + place.column] = at
    if kind == FIXED:
        after = at + size
    elif at >= end:
        return -TRUNCATED - 1
    elif kind == EXTENDED:
        after, step = at + size, 1
        while after <= end and data[after - 1] & 1 and step != steps:
            after += size
            step += 1
    elif kind == REPEATED:
        after = at + 1 + data[at] * size
    elif kind == EXPLICIT:
        if data[at] == 0:  # the length counts its own byte, so nothing can be told from this one
            return -UNKNOWN - 1
        after = at + data[at]
    elif kind == COMPOUND:
        begin = _specified(data, at, end)
        return begin if begin < 0 else _listed(data, (at, begin), end, parts, row)
    else:
        return _numbered_end(data, at, end, places, row)
    return after if after <= end else -TRUNCATED - 1


def _numbered_end(data: bytes, at: int, end: int, places: Sequence[Place | None], row: list[int]) -> int:
    """Where a list of items ends that each have their number before them; such a list in a list is not declared."""
    after = at + 1
    for _ in range(data[at]):
        if after >= end:
            return -TRUNCATED - 1
        number = data[after] - 1
        place = places[number] if 0 <= number < len(places) else None
        if place is None or place.rule.kind == _LIST_ELSEWHERE:
            return -UNKNOWN - 1
        after = _item_end(data, after + 1, end, place, row, places)
        if after < 0:
            return after
    return after


# Numbers ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Numbers:
    """Numbers out of records whose places are known, by the library's names; an item that the edition lacks is absent.

    octets: u1[], what `places` point into.
    """

    octets: NDArray[np.uint8]
    places: Whole
    layout: Layout

    def has(self, name: str) -> NDArray[np.bool_]:
        """Which records hold an item, or the step of it in which a number stands."""
        item = name if name in self.layout.names else name.rpartition("/")[0]
        if item not in self.layout.names:
            return np.zeros(self.places.shape[0], np.bool_)
        start = self.places[:, 2 + self.layout.names.index(item)]
        held = start >= 0
        bits = self.layout.bits.get(name)
        for step in range(bits.skip // 8 if bits is not None and bits.stepped else 0):
            held = held & (self._octet(start + step) & 1 == 1)
        return np.asarray(held)

    def number(self, name: str) -> Whole:
        """Whole numbers as sent, 0 where absent."""
        bits = self.layout.bits.get(name)
        value = np.zeros(self.places.shape[0], np.int64)
        if bits is None:
            return value
        item = name if name in self.layout.names else name.rpartition("/")[0]
        start = self.places[:, 2 + self.layout.names.index(item)]
        first, last = bits.skip // 8, (bits.skip + bits.size - 1) // 8
        for k in range(first, last + 1):
            value = value << 8 | self._octet(start + k)
        value = value >> (8 * (last + 1) - bits.skip - bits.size) & ((1 << bits.size) - 1)
        if bits.signed:
            value = np.where(value >> (bits.size - 1) == 1, value - (1 << bits.size), value)
        return np.where(self.has(name), value, 0)

    def real(self, name: str) -> Floats:
        """Numbers in metres, seconds and degrees; NaN where absent."""
        bits = self.layout.bits.get(name)
        if bits is None:
            return np.full(self.places.shape[0], np.nan)
        return np.where(self.has(name), self.number(name) * bits.factor, np.nan)

    def _octet(self, place: Whole) -> Whole:
        return self.octets[np.clip(place, 0, self.octets.size - 1)].astype(np.int64)


def numbers_of(data: bytes, places: Whole, layout: Layout) -> Numbers:
    """Numbers of the records of `data` at `places`."""
    return Numbers(np.frombuffer(data, np.uint8) if data else np.zeros(1, np.uint8), places, layout)
