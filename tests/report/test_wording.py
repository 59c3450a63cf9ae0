"""Numbers as people read them."""

from dataclasses import replace
from math import inf, nan

import numpy as np
import pytest

from farwatch.outcomes.measures import leaker_count
from farwatch.outcomes.summary import Estimate, Spread
from farwatch.report import wording
from farwatch.report.answer import who_pays


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


def _leaking(summary, histogram, raid=8):
    """A summary in which so many trials had so many leakers, of one reason."""
    leaks = np.repeat(np.arange(len(histogram)), histogram)
    first = wording.main_reasons(summary.reasons)[0]
    return replace(
        summary,
        trials=len(leaks),
        raid=replace(summary.raid, per_trial=raid),
        leakers=leaker_count(leaks, raid),
        reasons=replace(summary.reasons, leakers=int(leaks.sum()), shares=(first,)),
    )


def test_what_never_varied_has_no_interval_of_a_point(dice):
    """As many in each trial: said so, instead of an interval from 3 to 3, or that it is so in four trials of five."""
    same = _leaking(dice.summary(), [0, 0, 0, 24])
    assert wording.headline(same) == "Of 8 threats, 3 get through on average (the same in each of 24 trials)."
    assert wording.explanation(same).startswith("The only reason: ")
    assert wording.explanation(_leaking(dice.summary(), [20, 4])).startswith("In four trials out of five it is between")


def test_one_trial_tells_no_more_than_the_raid(dice):
    """Of one trial the interval ends at the size of the raid, and nothing is said of four trials out of five."""
    alone = _leaking(dice.summary(), [0, 1])
    assert wording.headline(alone) == "Of 8 threats, 1 gets through on average (95 % interval 0 to 8, 1 trial)."
    assert wording.explanation(alone).startswith("The only reason: ")


def test_a_raid_of_one_is_singular(dice):
    """It gets through or does not; it never get through."""
    assert wording.headline(_leaking(dice.summary(), [1], 1)).startswith("Of 1 threat, 0 gets through ")
    assert wording.short(_leaking(dice.summary(), [1, 1], 1)) == "0.5 of 1 gets through"


def test_nothing_fired_is_no_bill(dice):
    """No price of nothing, and no ratio to it."""
    summary = dice.summary()
    quiet = replace(summary, rounds=())
    assert who_pays(quiet) == f"Nothing is fired at a raid worth {wording.cost(summary.costs.raid)}."
