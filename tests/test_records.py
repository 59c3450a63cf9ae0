"""Records that cross rooms: aligned, flat in memory, and with the enumerations they name."""

import numpy as np
import pytest

from farwatch import records

LAYOUTS = {name: v for name, v in vars(records).items() if isinstance(v, np.dtype)}


@pytest.mark.parametrize("name", sorted(LAYOUTS))
def test_layouts_are_aligned(name):
    """Every record has the alignment of a C struct, so that kernels read its fields without copying."""
    layout = LAYOUTS[name]
    assert layout.isalignedstruct
    assert all(layout.fields[field][1] % layout[field].alignment == 0 for field in layout.names)


@pytest.mark.parametrize("name", sorted(LAYOUTS))
def test_layouts_hold_no_objects(name):
    """A record is plain memory: it can be copied, hashed and sent between processes as bytes."""
    assert not LAYOUTS[name].hasobject


def numbers(*prefixes):
    """Values of the constants of one enumeration."""
    return [v for name, v in vars(records).items() if name.startswith(prefixes) and isinstance(v, int)]


def test_event_kinds_differ():
    """No two kinds of event share a number."""
    named = [int(kind) for name, kind in vars(records).items() if name.startswith("E_")]
    assert sorted(named) == [int(kind) for kind in records.EVENT_KINDS]


def test_blocking_reasons_are_bits():
    """Each reason is a bit of its own, so that one word can hold several."""
    bits = numbers("BLOCKED_")
    assert sorted(bits) == [1 << i for i in range(len(bits))]


def test_a_belief_fits_every_class():
    """The belief of a track has room for every class a mission may hold."""
    assert records.TRACK["belief"].shape == (records.CLASS_LIMIT,)
    assert records.TRACK["weight"].shape == (records.MODEL_COUNT,)
