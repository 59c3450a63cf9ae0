"""Columns packed at once are the bytes that libasterix makes one record at a time."""

import numpy as np
import pytest

from farwatch.formats.asterix_packing import Cells, blocks, indexed, messages, number, quantity
from farwatch.formats.asterix_writing import PLOTS, TARGETS, TRACKS, Feed, datagrams
from naive.asterix_sent import expected, random_scene

EDITIONS = {
    34: ("1_27", "1_29"), 48: ("1_27", "1_31", "1_32"), 62: ("1_17", "1_19", "1_21"), 65: ("1_4", "1_6"),
}
"""First and last that libasterix knows, or that hold all we send, and those that tshark reads."""


def made(record, category, gen, edition):
    """One record by libasterix, from values in units."""
    spec = getattr(gen, f"Cat_{category:03d}_{edition}").cv_record
    items = {}
    for path, value in record.items():
        item, *rest = path.split("/")
        items.setdefault(item, {})["/".join(rest) or "VALUE"] = value
    arguments = {}
    for item, values in items.items():
        if item == "RE":
            expansion = gen.Ref_048_1_11.cv_expansion.create({"ERR": values["ERR"]})
            arguments[item] = expansion.unparse().to_bytes()
        else:
            arguments[item] = argument(spec.cv_items_dict[item].cv_rule.cv_variation, values)
    return spec.create(arguments)


def argument(variation, values):
    """What libasterix makes a value of, from the values below it by their names."""
    kinds = {kind.__name__ for kind in variation.__mro__}
    if "Group" in kinds:
        return tuple(values.get(name, 0) for name in map(name_of, variation.cv_items_list))
    if "Extended" in kinds:
        groups = [[name_of(part) for part in octet] for octet in variation.cv_items_list]
        used = max(k for k, names in enumerate(groups) if k == 0 or any(values.get(name) for name in names))
        return tuple(tuple(None if n is None else values.get(n, 0) for n in names) for names in groups[: used + 1])
    if "Compound" in kinds:
        parts = {path.split("/")[0]: below(values, path.split("/")[0]) for path in values}
        return {name: argument(variation.cv_items_dict[name].cv_rule.cv_variation, v) for name, v in parts.items()}
    return values["VALUE"]


def name_of(part):
    """The name of a part of a group: empty of spare bits, None of the bit that says whether another octet follows."""
    if part is None:
        return None
    return getattr(getattr(part[0], "cv_non_spare", None), "cv_name", "")


def below(values, part):
    """Values of one subfield."""
    return {path[len(part) + 1 :] or "VALUE": v for path, v in values.items() if path.split("/")[0] == part}


@pytest.mark.validation
@pytest.mark.slow
@pytest.mark.parametrize("simulated", [False, True])
def test_bytes_are_those_of_libasterix(simulated):
    """Thousands of random records with all items, in every edition that we name, from values in units."""
    gen = pytest.importorskip("asterix.generated", reason="libasterix is not installed")
    feed = Feed(what=(PLOTS, TRACKS, TARGETS), simulated=simulated)
    scene = random_scene(20 + simulated, n=600)
    ours = [block for _, block in datagrams(scene, feed)]
    count = 0
    for (category, sic), records in expected(scene, feed).items():
        stream = b"".join(block[3:] for block in ours if (block[0], sic_of(block)) == (category, sic))
        for edition in EDITIONS[category]:
            theirs = b"".join(made(record, category, gen, edition).unparse().to_bytes() for record in records)
            assert theirs == stream, f"CAT{category:03d} {edition} SIC {sic}"
        count += len(records)
    assert count > 1500


def sic_of(block):
    """The SIC of a block's first record."""
    at = 3
    while block[at] & 1:
        at += 1
    return block[at + 2]


@pytest.mark.parametrize(
    ("value", "step", "size", "signed", "octets"),
    [
        (127.4, 1.0, 1, True, "7f"), (-128.4, 1.0, 1, True, "80"), (128.0, 1.0, 1, True, None),
        (-128.6, 1.0, 1, True, None), (255.4, 1.0, 1, False, "ff"), (-0.4, 1.0, 1, False, "00"),
        (-0.6, 1.0, 1, False, None), (256.0, 1.0, 1, False, None), (np.nan, 1.0, 2, True, None),
        (np.inf, 1.0, 2, True, None), (-1.0, 0.25, 3, True, "fffffc"),
    ],
)
def test_quantities_are_rounded_and_never_wrap(value, step, size, signed, octets):
    """To the nearest step; what does not fit is not sent."""
    cells = quantity([value], step, size, signed=signed)
    assert cells.sent.all() == cells.sent.any() == (octets is not None)
    assert octets is None or cells.octets.tobytes().hex() == octets


def test_the_field_specification_is_as_long_as_it_must_be():
    """One octet for items up to 7, two up to 14, its last bit saying so; none where nothing follows."""
    sent = np.array([[True, True, True, False], [False, True, True, False], [False, False, True, False]])
    items = {k: number(np.full(4, k), 1, row) for k, row in zip((1, 8, 15), sent, strict=True)}
    cells = indexed(items)
    records = [cells.octets[k][cells.sent[k]].tobytes().hex() for k in range(4)]
    assert records == ["8001", "81800108", "818180" + "01080f", ""]


def test_blocks_end_with_their_batch_or_when_they_are_full():
    """Records of two batches never share a block, nor do more than fit; each has the time of its last record."""
    batch = np.array([0, 0, 0, 1, 1])
    sent = messages(48, {1: number(np.arange(5), 2)}, np.arange(5.0), batch)
    found = list(blocks(sent, 10))
    assert [(time_s, data.hex()) for time_s, data in found] == [
        (1.0, "300009" + "800000" + "800001"), (2.0, "300006" + "800002"), (4.0, "300009" + "800003" + "800004")
    ]


def test_no_records_make_no_block():
    """Of nothing there is no block."""
    nothing = Cells(np.zeros((0, 1), np.uint8), np.zeros((0, 1), np.bool_))
    sent = messages(48, {1: nothing}, np.zeros(0), np.zeros(0, np.int64))
    assert not list(blocks(sent, 100))
