"""YAML 1.2 with marks."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farwatch.scenario.yaml12 import BYTE_LIMIT, Mark, YamlError, compose, resolve


def problem_of(text):
    with pytest.raises(YamlError) as caught:
        compose(text)
    return caught.value.problem


@pytest.mark.validation
def test_scalars_of_the_specification():
    """The example of the core schema in YAML 1.2.2, 10.3.2, reads as the specification says."""
    text = """
A null: null
Booleans: [ true, True, false, FALSE ]
Integers: [ 0, 0o7, 0x3A, -19 ]
Floats: [ 0., -0.0, .5, +12e03, -2E+05 ]
Also floats: [ .inf, -.Inf, +.INF, .NAN ]
"""
    found = compose(text)[0].plain()
    assert found["A null"] is None
    assert found["Booleans"] == [True, True, False, False]
    assert found["Integers"] == [0, 7, 58, -19]
    assert found["Floats"] == [0.0, 0.0, 0.5, 12000.0, -200000.0]
    assert found["Also floats"][:3] == [math.inf, -math.inf, math.inf]
    assert math.isnan(found["Also floats"][3])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("on", "on"),
        ("010", 10),
        ("12:30:00", "12:30:00"),
        ("1e3", 1000.0),
        ("1_000", "1_000"),
        ("0b1", "0b1"),
        ("2024-01-01", "2024-01-01"),
        ("=", "="),
        ("48n6e3", "48n6e3"),
        ("", None),
    ],
)
def test_traps_of_yaml_1_1_are_closed(text, value):
    """Words and numbers that YAML 1.1 reads in its own way mean what they look like."""
    assert resolve(text) == value
    assert type(resolve(text)) is type(value)


@given(st.integers(-(10**20), 10**20), st.integers(0, 5))
def test_whole_numbers_are_decimal(number, zeros):
    """A run of digits is a decimal number, with or without leading zeros."""
    sign = "-" if number < 0 else ""
    assert resolve(f"{sign}{'0' * zeros}{abs(number)}") == number


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_floats_come_back(number):
    """Every float is read back from its shortest text."""
    assert resolve(repr(number)) == number


@given(st.text(st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs"])))
def test_quoted_text_stays_text(text):
    """In quotes, nothing is a number."""
    assert compose("a: " + json.dumps(text))[0].plain() == {"a": text}


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text):
    """No text makes the reader fail in any other way than by its own error."""
    try:
        compose(text)
    except YamlError as error:
        assert error.problem.rule


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(data):
    """Nor do any bytes."""
    try:
        compose(data)
    except YamlError as error:
        assert error.problem.rule


def test_every_value_knows_its_line_and_column():
    """Marks count from one, and point at values and keys."""
    tree, _ = compose("a: 1\nb:\n  - x: 2\n  - {y: 3, 'z z': [4]}\n")
    assert tree.mark_of(("a",)) == Mark(1, 4)
    assert tree.mark_of(("b", 0, "x")) == Mark(3, 8)
    assert tree.mark_of(("b", 1, "z z", 0)) == Mark(4, 20)
    assert tree.mark_of_key(("b", 1, "z z")) == Mark(4, 12)
    assert tree.mark_of(("b", 1, "absent")) == Mark(4, 5)
    assert tree.at(("b", 7)) is None


def test_duplicate_keys_are_all_reported():
    """A key that appears twice is a problem that names both lines; the first value is kept."""
    tree, problems = compose("a: 1\nb: {c: 1, c: 2}\na: 3\n")
    assert tree.plain() == {"a": 1, "b": {"c": 1}}
    assert [(p.where, p.line) for p in problems] == [("c", 2), ("a", 3)]
    assert "line 1" in problems[1].rule


def test_aliases_repeat_what_they_name():
    """An alias gives the anchored value again, and has its marks."""
    tree, _ = compose("a: &site {lat: 1}\nb: *site\n")
    assert tree.plain() == {"a": {"lat": 1}, "b": {"lat": 1}}
    assert tree.mark_of(("b", "lat")).line == 1


def test_a_byte_order_mark_is_skipped():
    """Editors on Windows put one in front of UTF-8."""
    assert compose(b"\xef\xbb\xbfa: 1")[0].plain() == {"a": 1}


REFUSED = {
    "a: !!python/object/apply:os.system [ls]": "tags",
    "a: !!str 5": "tags",
    "a: !include other.yaml": "tags",
    "a: *nowhere": "anchor",
    "a: &a [*a]": "anchor",
    "a: 1\n---\nb: 2\n": "one document",
    "? [1]\n: 2": "key must be a word",
    "? {b: 1}\n: 2": "key must be a word",
    "&b b: 1\n*b : 2": "alias",
    "[" * 100_000: "nested",
    "{a: " * 1000: "nested",
    "a: [1": "is not YAML",
    "a: b: c": "is not YAML",
    "a: \x00": "is not YAML",
    "\ta: 1": "is not YAML",
    "a: " + "9" * 5000: "digits",
    "": "empty",
    "# only a comment\n": "empty",
    "x" * (BYTE_LIMIT + 1): "MB",
    "a: \ud800": "UTF-8",
}


@pytest.mark.parametrize("text", REFUSED, ids=lambda text: repr(text[:30]))
def test_hostile_and_broken_text_is_refused(text):
    """Tags, bombs, deep nests and broken syntax are refused with the rule they break."""
    assert REFUSED[text] in str(problem_of(text))


def test_an_alias_bomb_is_refused():
    """Nine levels of nine aliases are counted as often as they would be used, before anything is built."""
    levels = [
        f"{name}: &{name} [{', '.join(['*' + below] * 9)}]" for below, name in zip("abcdefgh", "bcdefghi", strict=True)
    ]
    problem = problem_of("\n".join(["a: &a [x, x, x, x, x, x, x, x, x]", *levels]))
    assert "as often as they are used" in problem.rule
    assert problem.line is not None


def test_a_chain_of_aliases_cannot_get_deeper_than_a_nest():
    """Depth counts through aliases."""
    links = [f"{chr(98 + i)}: &{chr(98 + i)} [[[[[*{chr(97 + i)}]]]]]" for i in range(20)]
    assert "nested" in problem_of("\n".join(["a: &a [1]", *links])).rule


def test_bytes_that_are_not_utf8_are_refused_with_their_place():
    """The first wrong byte is named, with its line and column."""
    problem = problem_of(b"a: 1\nb: \xff\n")
    assert (problem.value, problem.line, problem.column) == ("0xff", 2, 4)
