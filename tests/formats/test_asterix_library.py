"""Records walked by the library's tables are what the library itself makes of them, in every edition it declares."""

from importlib import import_module

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from farwatch.errors import FarwatchError, InputError
from farwatch.formats import asterix_library
from farwatch.formats.asterix_items import EMPTY, TRUNCATED, UNKNOWN
from farwatch.formats.asterix_library import EDITIONS, layout_of, numbers_of, walked
from farwatch.formats.asterix_older import _ITEMS as OLDER
from farwatch.formats.asterix_positions import _ITEMS as LATER
from naive import asterix_library as made

pytestmark = pytest.mark.validation

WANTED = {**OLDER, **LATER, 65: ("010", "000", "030")}


@pytest.fixture(scope="module", autouse=True)
def library():
    """The library, without which nothing here can be judged."""
    pytest.importorskip("asterix.base")
    return import_module("asterix.base")


def profiles(category):
    """The library's record classes of a category."""
    found = made.spec(category).cv_uap
    return [*found.cv_uaps.values()] if hasattr(found, "cv_uaps") else [found.cv_record]


@st.composite
def drawn(draw):
    """A category, the number of its profile, and a record of random items with random content, cut by the library."""
    base = import_module("asterix.base")
    category = draw(st.sampled_from(sorted(EDITIONS)))
    classes = profiles(category)
    kind = draw(st.integers(0, len(classes) - 1))
    places = [getattr(item, "cv_non_spare", None) for item in classes[kind].cv_items_list]
    chosen = draw(st.lists(st.sampled_from([k for k, item in enumerate(places) if item]), min_size=1, unique=True))
    chosen = sorted({*chosen, *([1] if category == 1 else [])})
    noise, items = draw(st.binary(min_size=600, max_size=600)), {}
    for k in chosen:
        content = noise[9 * k :]
        if category == 1 and k == 1:
            content = bytes([content[0] & 0x7E | kind << 7])
        result = places[k].parse(base.Bits.from_bytes(content))
        if not isinstance(result, ValueError):
            items[k] = result[0].unparse().to_bytes()
    last = max(items, default=0) // 7
    octets = [sum((7 * o + b in items) << 7 - b for b in range(7)) + (o < last) for o in range(last + 1)]
    return category, kind, bytes(octets) + b"".join(items[k] for k in sorted(items)), bool(items)


@settings(max_examples=150)
@given(drawn())
def test_records_are_walked_like_the_library_parses_them(case):
    """End of the record, place of each item that is wanted, and each number in it, at its scale."""
    base = import_module("asterix.base")
    category, kind, record, some = case
    layout = layout_of(category, WANTED[category])
    found = walked(record + record, [(0, 2 * len(record))], layout)
    if not some:
        return
    assert (found.places.shape[0], found.tally.tolist()) == (2, [0, 0, 0])
    assert found.places[:, 0].tolist() == [0, len(record)]
    parsed, rest = profiles(category)[kind].parse(base.ParsingMode.StrictParsing, base.Bits.from_bytes(record))
    assert len(rest) == 0
    numbers = numbers_of(record + record, found.places, layout)
    held = 0
    for column, name in enumerate(layout.names):
        item, _, part = name.partition("/")
        value = parsed.items_regular.get(item)
        if part and value is not None:
            value = value.arg.arg.arg.get(part)
        assert (found.places[0, 2 + column] >= 0) == (value is not None), name
        if value is not None:
            own = value.unparse().to_bytes()
            at = found.places[1, 2 + column]
            assert (record + record)[at : at + len(own)] == own
            held += compared(numbers, name, value.arg.arg, layout)
    assert held > 0 or not any(name in layout.bits for name in layout.names if numbers.has(name).any())


def compared(numbers, name, variation, layout):
    """Hold every number of an item against the library's; how many there were."""
    count = 0
    for path in [one for one in layout.bits if one.rpartition("/")[0] == name]:
        part = path.rpartition("/")[2]
        value = variation._get_item(part)
        assert bool(numbers.has(path)[1]) == (value is not None), path
        if value is None:
            continue
        content = value.arg._get_rule()._get_content()
        told = content._as_quantity() if hasattr(content, "_as_quantity") else content.as_uint()
        scale = asterix_library.SI.get(getattr(type(content), "cv_unit", ""), 1.0)
        assert numbers.real(path)[1] == pytest.approx(told * scale, rel=1e-12), path
        count += 1
    if name in layout.bits and hasattr(variation, "_get_rule"):
        content = variation._get_rule()._get_content()
        told = content._as_quantity() if hasattr(content, "_as_quantity") else content.as_uint()
        scale = asterix_library.SI.get(getattr(type(content), "cv_unit", ""), 1.0)
        assert numbers.real(name)[1] == pytest.approx(told * scale, rel=1e-12), name
        count += 1
    return count


def test_every_edition_can_be_laid_out():
    """All that the library declares of the categories read here; one that it does not is refused with those it does."""
    declared = [name for name in vars(made.generated()) if name.startswith("Cat_")]
    seen = 0
    for name in declared:
        _, category, edition = name.split("_", 2)
        if int(category) in EDITIONS:
            layout = layout_of(int(category), WANTED[int(category)], edition.replace("_", "."))
            assert layout.names
            seen += 1
    assert seen > 25
    with pytest.raises(InputError, match=r"try .*2\.7"):
        layout_of(21, WANTED[21], "9.9")


def test_without_the_library_it_is_said_what_to_install(monkeypatch):
    """One sentence, and only where its categories are wanted."""

    def absent(name):
        raise ImportError(name)

    monkeypatch.setattr(asterix_library, "import_module", absent)
    layout_of.cache_clear()
    with pytest.raises(FarwatchError, match=r"pip install 'farwatch\[asterix\]'"):
        layout_of(62, ("010",))
    layout_of.cache_clear()


def test_numbered_lists_of_items_are_walked():
    """Random field sequencing: a count, then items with their numbers; a number that is none ends the block."""
    layout = layout_of(2, ("010", "041", "030"))
    source, turn = b"\x01\x02", b"\x02\x00"
    good = bytes([0b10000001, 0b00000010]) + source + bytes([2, 5]) + turn + bytes([4, 0, 1, 0])
    found = walked(good, [(0, len(good))], layout)
    numbers = numbers_of(good, found.places, layout)
    assert numbers.real("041").tolist() == [4.0]
    assert numbers.real("030").tolist() == [2.0]
    for number, reason in ((0, UNKNOWN), (14, UNKNOWN), (12, UNKNOWN), (60, UNKNOWN)):
        bad = bytes([0b10000001, 0b00000010]) + source + bytes([1, number]) + turn
        assert walked(bad, [(0, len(bad))], layout).tally[reason] == 1
    assert walked(good[:-1], [(0, len(good) - 1)], layout).tally[TRUNCATED] == 1


def test_what_cannot_be_read_is_counted_and_ends_its_block():
    """Specifications that do not end, undeclared places, a CAT001 record without descriptor, a record of nothing."""
    layout = layout_of(62, ("010", "040"))
    good = made.block(62, {"010": (1, 2), "040": 7})[3:]
    cases = ((b"\xff\xff", TRUNCATED), (b"\x40", UNKNOWN), (b"\x01\x01\x01\x01\x01\x01\x02", UNKNOWN), (b"\x00", EMPTY))
    for bad, reason in cases:
        data = good + bad
        found = walked(data, [(0, len(data)), (0, len(good))], layout)
        assert found.tally[reason] == 1
        assert found.places[:, 0].tolist() == [0, 0]
    plain = layout_of(1, ("010", "040"))
    assert walked(b"\x90\x01\x02\x00\x00\x00\x00", [(0, 7)], plain).tally[UNKNOWN] == 1


@settings(max_examples=200)
@given(st.sampled_from(sorted(EDITIONS)), st.binary(max_size=400))
def test_garbage_is_walked_in_proportion(category, noise):
    """Whatever the bytes, records lie one after the other within them and each takes two bytes at least."""
    layout = layout_of(category, WANTED[category])
    found = walked(noise, [(0, len(noise))], layout)
    places = found.places
    assert places.shape[0] <= len(noise) // 2
    assert (np.diff(places[:, 0]) >= 2).all()
    assert ((places[:, 2:] == -1) | (places[:, 2:] < len(noise))).all()
    numbers = numbers_of(noise, places, layout)
    for name in layout.bits:
        assert np.isfinite(numbers.real(name)[numbers.has(name)]).all()
