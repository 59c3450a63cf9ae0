"""Shared luck makes differences sharp."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from farwatch.campaign import compare
from farwatch.campaign.execute import execute
from farwatch.errors import InputError


@dataclass(frozen=True)
class Better:
    """Plays like another, but one target in each trial that leaked is stopped."""

    play: Any

    def __call__(self, first_trial, count, *, trace):
        block = self.play(first_trial, count, trace=trace)
        for row in block.outcomes:
            leaked = np.flatnonzero(~np.isnan(row["leaked_s"]))
            if len(leaked) and row["seen_range_m"][0] > 3e3:
                row["leaked_s"][leaked[0]] = np.nan
        return block


def test_a_small_change_is_seen(plan, play):
    """The difference is that of the means, and its interval is narrower than with independent luck."""
    first, second = execute(plan(80), play, 1), execute(plan(80), Better(play), 1)
    found = compare(first, second)
    assert found.paired
    assert found.difference.value == pytest.approx(found.second - found.first)
    assert found.difference.high < 0.0
    assert found.variance_ratio > 5.0


def test_different_seeds_are_not_paired(plan, play):
    """Without shared luck the difference is Welch's."""
    first, second = execute(plan(40), play, 1), execute(plan(40, seed=2), play, 1)
    found = compare(first, second, "killed")
    assert not found.paired
    assert found.difference.low < found.difference.value < found.difference.high
    assert np.isnan(found.variance_paired)


def test_no_change_is_no_difference(plan, play):
    """A campaign against itself: exactly zero."""
    first = execute(plan(), play, 1)
    assert compare(first, first).difference.value == 0.0
    assert compare(first, first).variance_ratio == np.inf


def test_misuse(plan, play):
    """An unknown measure, or too few common trials, is named."""
    first = execute(plan(), play, 1)
    with pytest.raises(InputError, match="no such column"):
        compare(first, first, "leeked")
    with pytest.raises(InputError, match="common trials"):
        compare(execute(plan(1), play, 1), first)
