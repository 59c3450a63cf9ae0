"""Numbers as people read them."""

from math import inf, nan

import pytest

from farwatch.outcomes.summary import Estimate, Spread
from farwatch.report import wording


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (1234.5, "1,234"), (25.2083, "25.2"), (0.0421, "0.042"), (-3.14159, "-3.14"), (nan, "–"), (inf, "∞")],
)
def test_numbers_keep_three_figures(value, text):
    """Three figures that matter, no exponent, a dash for what is not known."""
    assert wording.number(value) == text


@pytest.mark.parametrize(("value", "text"), [(0.0, "0 %"), (1.0, "100 %"), (0.999, "99.9 %"), (0.005, "0.5 %")])
def test_nearly_all_is_not_all(value, text):
    """Rounding never turns nearly all into all, nor little into nothing."""
    assert wording.percent(value) == text


def test_an_interval_of_nothing_is_not_shown():
    """A count that never varied is one number."""
    assert wording.count(Estimate(4.0, 4.0, 4.0)) == "4"
    assert wording.count(Estimate(4.0, 3.5, 4.5)) == "4 (3.5–4.5)"


def test_ranges_are_kilometres():
    """Median and middle four fifths; a dash where nothing was seen."""
    assert wording.kilometres(Spread(65_000.0, 41_300.0, 97_900.0, 8)) == "65 (41.3–97.9)"
    assert wording.kilometres(Spread(nan, nan, nan, 0)) == "–"


def test_headline_names_the_interval(dice):
    """The answer stands in one sentence with its interval and its number of trials."""
    text = wording.headline(dice.summary())
    assert text.startswith("Of 8 threats, ")
    assert "95 % interval" in text
    assert "30 trials" in text
