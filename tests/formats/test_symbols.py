"""Symbol codes: well formed, as the standard's tables have them, and known to an outside renderer."""

import itertools

import pytest

from farwatch.formats.scene import KINDS, SIDES, Thing
from farwatch.formats.symbols import LAUNCHER, digits, symbol, symbol_2525c
from farwatch.records import FAMILIES
from naive.small_raid import judged

THINGS = [
    Thing(key="x", kind=kind, side=side, family=family)
    for kind, side, family in itertools.product(KINDS, SIDES, ("", *FAMILIES))
]


def test_codes_are_of_the_right_length_and_kind():
    """Twenty digits; fifteen capital letters, dashes and signs; different sides differ."""
    for thing in THINGS:
        code, old = symbol(thing), symbol_2525c(thing)
        assert len(code) == 20
        assert code.isdecimal()
        assert len(old) == 15
        assert old[0] == "S"
    assert len({symbol(Thing(key="x", side=side)) for side in SIDES}) == 4


@pytest.mark.validation
@pytest.mark.parametrize(
    ("thing", "code", "old"),
    [
        (Thing(key="x", side="hostile", family="aircraft"), "10060100001101000000", "SHAPMF---------"),
        (Thing(key="x", side="hostile", family="drone"), "10060100001103000000", "SHAPMFQ--------"),
        (Thing(key="x", side="neutral", family="aircraft"), "10040100001201000000", "SNAPCF---------"),
        (Thing(key="x", side="unknown", family="helicopter"), "10010100001102000000", "SUAPMH---------"),
        (Thing(key="x", side="hostile", family="cruise-missile"), "10060200001100000700", "SHAPWMCM-------"),
        (Thing(key="x", side="hostile", family="ballistic-missile"), "10060200001100000600", "SHAPWMB--------"),
        (Thing(key="x", side="friend", kind="round"), "10030200001100000201", "SFAPWMSA-------"),
        (Thing(key="x", side="friend", kind="battery"), "10031000151301020000", "SFGPUCDM---E---"),
        (Thing(key="x", side="friend", kind="radar"), "10031500002203000000", "SFGPESR--------"),
        (Thing(key="x", side="friend", kind="asset"), "10032000001100000000", "SFGPI-----H----"),
    ],
)
def test_codes_are_those_of_the_standard(thing, code, old):
    """Composed by hand from the tables of MIL-STD-2525D and 2525C."""
    assert (symbol(thing), symbol_2525c(thing)) == (code, old)


@pytest.mark.validation
def test_milsymbol_knows_every_code(oracle):
    """Every code that can come about is drawn, differently by kind and side; a made-up one is not known.

    Its Python port lacks many codes of 2525C; all of ours were tried with the JavaScript original, version 3.0.4.
    """
    codes = {symbol(t) for t in THINGS} | {digits(LAUNCHER, "friend")}
    said = judged(oracle("milsymbol"), "symbols_reads.py", "10030100009999990000", *sorted(codes))
    assert not said["10030100009999990000"]["valid"]
    assert [code for code in codes if not said[code]["valid"]] == []
    assert len({said[code]["svg"] for code in codes}) == len(codes)
