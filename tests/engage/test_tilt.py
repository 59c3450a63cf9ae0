"""Favoured targets: lower odds, the right weight, and means that stay what they were."""

from itertools import product
from math import exp, log, prod

import numpy as np
import pytest

from farwatch.chance import key_of
from farwatch.engage.resolve import is_killed
from farwatch.engage.stock import FATE
from farwatch.engage.tilt import FAVOURED, LOG_ODDS, PLAIN_SHARE, choose_favoured, tilted, weight
from farwatch.records import TARGET


def raid(*members):
    """TARGETs, 1 for a member of the raid and 0 for an airliner."""
    targets = np.zeros(len(members), TARGET)
    targets["raid"] = members
    targets["id"] = np.arange(len(members)) + 7
    return targets


@pytest.mark.parametrize(("chance", "shift"), [(0.7, 1.0), (0.5, 0.0), (0.05, 3.0), (1.0, 2.0), (0.0, 2.0)])
def test_odds_fall_by_the_shift(chance, shift):
    """The log-odds of the tilted chance lie the shift below; certainty stays certain."""
    found = tilted(chance, shift)
    if 0.0 < chance < 1.0:
        assert log(found / (1 - found)) == pytest.approx(log(chance / (1 - chance)) - shift)
    else:
        assert found == chance


def test_favours_every_member_of_the_raid_alike_and_nobody_else():
    """A share of the trials favours nobody; the others share out evenly over the raid."""
    targets, tilt = raid(1, 0, 1, 1), np.zeros(2)
    chosen = []
    for trial in range(4000):
        choose_favoured(targets, 1.5, key_of(3, trial), tilt)
        assert tilt[LOG_ODDS] == 1.5
        chosen.append(int(tilt[FAVOURED]))
    counts = np.bincount(np.array(chosen) + 1, minlength=5) / 4000
    assert counts[2] == 0
    assert counts[0] == pytest.approx(PLAIN_SHARE, abs=0.025)
    assert counts[[1, 3, 4]] == pytest.approx((1 - PLAIN_SHARE) / 3, abs=0.03)


def test_without_a_tilt_nothing_is_favoured_and_every_trial_counts_one():
    """Shift 0 is plain chance."""
    targets, tilt, fates = raid(1, 1), np.ones(2), np.zeros(3, FATE)
    choose_favoured(targets, 0.0, key_of(3, 1), tilt)
    assert tilt.tolist() == [-1.0, 0.0]
    assert weight(targets, fates, 0.0) == 1.0
    assert weight(raid(0), fates, 2.0) == 1.0


def test_each_meeting_adds_its_likelihood_ratio():
    """A kill adds log(t / c), a miss log((1 - t) / (1 - c)); the favoured one is drawn with t, the others with c."""
    fates, other = np.zeros(2, FATE), tilted(0.6, 1.0)
    for victim, favoured in ((0, 0), (1, 0)):
        fate, wanted, kills = fates[victim], 0.0, 0
        for trial in range(4000):
            killed = is_killed(np.array([favoured, 1.0]), fate, victim, 0.6, key_of(3, trial), 9 + victim)
            wanted += log(other / 0.6) if killed else log((1 - other) / 0.4)
            kills += killed
        assert fate["log_ratio"] == pytest.approx(wanted)
        assert fate["meetings"] == 4000
        assert kills / 4000 == pytest.approx(other if victim == favoured else 0.6, abs=0.03)


def test_weighted_means_are_those_without_a_tilt():
    """Every course that two shots at each of two targets can take, summed over the mixture: chance and weight agree."""
    chance, shift = 0.8, 1.3
    other, targets = tilted(chance, shift), raid(1, 1)
    for course in product([0, 1], repeat=4):

        def likelihood(favoured, course=course):
            used = [other if k // 2 == favoured else chance for k in range(4)]
            return prod(p if hit else 1 - p for hit, p in zip(course, used, strict=True))

        mixture = PLAIN_SHARE * likelihood(-1) + (1 - PLAIN_SHARE) / 2 * (likelihood(0) + likelihood(1))
        fates = np.zeros(3, FATE)
        fates["log_ratio"][:2] = [log(likelihood(j) / likelihood(-1)) for j in (0, 1)]
        assert weight(targets, fates, shift) * mixture == pytest.approx(likelihood(-1))


def test_no_weight_exceeds_the_defensive_bound():
    """The share of plain trials bounds what one trial can count."""
    fates = np.zeros(2, FATE)
    for ratio in (-50.0, 0.0, 3.0):
        fates["log_ratio"] = ratio
        assert weight(raid(1), fates, 1.0) == pytest.approx(1 / (PLAIN_SHARE + (1 - PLAIN_SHARE) * exp(ratio)))
        assert weight(raid(1), fates, 1.0) <= 1 / PLAIN_SHARE
