"""Weighted trials and blocks: unbiased, covered, and worth what they say, on a process whose answer is known."""

import numpy as np
import pytest
from scipy import stats

from farwatch.engage.tilt import PLAIN_SHARE, tilted
from farwatch.errors import InputError
from farwatch.outcomes import rare
from farwatch.outcomes.intervals import mean_interval

RAID, SHOTS, CHANCE = 4, 3, 0.9
LEAK = (1 - CHANCE) ** SHOTS
ANY = 1 - (1 - LEAK) ** RAID


def trials(dice, count, shift):
    """Leakers and weights of a raid of four shot at up to three times each, one of them favoured as the engine does."""
    other = tilted(CHANCE, shift)
    favoured = np.where(dice.random(count) < PLAIN_SHARE, -1, dice.integers(RAID, size=count))
    used = np.where(favoured[:, None] == np.arange(RAID), other, CHANCE)
    hits = dice.random((count, RAID, SHOTS)) < used[:, :, None]
    alive = np.cumsum(hits, axis=2) - hits == 0  # at the time of each shot
    ratio = np.where(hits, other / CHANCE, (1 - other) / (1 - CHANCE))
    likelihood = np.where(alive, ratio, 1.0).prod(axis=2)
    leakers = (~hits.any(axis=2)).sum(axis=1)
    return leakers, 1.0 / (PLAIN_SHARE + (1 - PLAIN_SHARE) * likelihood.mean(axis=1))


@pytest.mark.parametrize("shift", [1.0, 2.0, 4.0])
def test_weighted_means_are_unbiased_and_worth_their_gain(shift):
    """Many trials give the exact chance and mean; the gain is that of the variance they have."""
    leakers, weights = trials(np.random.default_rng(2), 300_000, shift)
    found = rare.chance_of_any(leakers, weights)
    error = np.std(weights * (leakers > 0)) / np.sqrt(len(weights))
    assert abs(found.value.value - ANY) < 4 * error
    assert abs(np.mean(weights) - 1) < 4 * np.std(weights) / np.sqrt(len(weights))
    assert found.gain == pytest.approx(ANY * (1 - ANY) / np.var(weights * (leakers > 0)), rel=0.05)
    assert found.gain > {1.0: 2.0, 2.0: 6.0, 4.0: 15.0}[shift]
    assert found.notices == ()
    mean = rare.weighted_mean(leakers, weights)
    assert abs(mean.value.value - RAID * LEAK) < 4 * np.std(weights * leakers) / np.sqrt(len(weights))


@pytest.mark.parametrize(("shift", "count"), [(1.5, 1600), (2.0, 1000), (3.0, 400)])
def test_the_interval_of_a_weighted_mean_covers(shift, count):
    """Over 1,000 campaigns the 95 % interval holds the exact chance of a leak in 93 to 97 of a hundred."""
    dice = np.random.default_rng(8)
    held = 0
    for _ in range(1000):
        found = rare.chance_of_any(*trials(dice, count, shift)).value
        held += found.low <= ANY <= found.high
    assert 0.93 <= held / 1000 <= 0.97


def test_plain_trials_are_weighted_trials_of_weight_one():
    """With all weights one the mean is the mean, the gain is one, and the weights are in order."""
    x = stats.poisson(0.4).rvs(500, random_state=3)
    found = rare.weighted_mean(x, np.ones(500))
    assert found.value.value == pytest.approx(x.mean())
    assert found.gain == pytest.approx(1.0, rel=0.01)
    assert found.weights.mean.value == 1.0
    assert found.weights.effective == pytest.approx(500)
    assert found.notices == ()


def test_wrong_weights_are_told():
    """Weights that do not average to one say so."""
    leakers, weights = trials(np.random.default_rng(2), 4000, 2.0)
    found = rare.weighted_mean(leakers, 1.3 * weights)
    assert any("not 1" in notice for notice in found.notices)


def test_a_dominant_trial_is_told():
    """An estimate that hangs on one trial says so, and so does one without any."""
    weights = np.ones(1000)
    values = np.zeros(1000)
    assert "never played" in rare.weighted_mean(values, weights).notices[0]
    values[:3], weights[0] = 1.0, 4.5
    notices = rare.weighted_mean(values, weights).notices
    assert any("one trial carries 69 %" in notice.replace("%", " %") for notice in notices)
    assert any("effective trials" in notice for notice in notices)


def test_an_estimate_without_trials_is_unknown():
    """Nothing in, nothing known."""
    found = rare.weighted_mean([], [])
    assert np.isnan(found.value.value)
    assert found.trials == 0


def test_the_best_tilt_is_chosen_and_one_that_saw_nothing_is_not():
    """Of 1, 2 and 3 the last scatters least, as it should; a pilot without leaks has no variance to believe."""
    dice = np.random.default_rng(4)
    pilots = [rare.Pilot(tilt=0.0, values=np.zeros(400), weights=np.ones(400))]
    pilots += [rare.Pilot(tilt=s, values=x, weights=w) for s in (1.0, 2.0, 3.0) for x, w in [trials(dice, 4000, s)]]
    choice = rare.choose_tilt(pilots)
    assert choice.tilt == 3.0
    assert np.isnan(choice.spreads[0][1])
    seen = dict(choice.spreads)
    assert seen[3.0] < seen[2.0] < seen[1.0]
    assert rare.choose_tilt(pilots[:1]).tilt == 0.0


def test_choosing_on_the_final_data_would_bias():
    """Why pilots are kept apart: the smallest of several estimates' variances goes with a small estimate."""
    dice = np.random.default_rng(6)
    chosen = []
    for _ in range(1000):
        runs = [rare.Pilot(tilt=s, values=x, weights=w) for s in (1.5, 1.55, 1.6) for x, w in [trials(dice, 400, s)]]
        best = rare.choose_tilt(runs).tilt
        chosen.append(next(float((r.weights * (r.values > 0)).mean()) for r in runs if r.tilt == best))
    assert np.mean(chosen) < ANY - 4 * np.std(chosen) / np.sqrt(len(chosen))


def strata(dice, blocks, noise):
    """Values that follow a stratified number in blocks of eight, with noise of their own."""
    ranks = np.argsort(dice.random((blocks, 8)), axis=1)
    u = (ranks + dice.random((blocks, 8))) / 8
    return (u + noise * dice.standard_normal((blocks, 8))).ravel()


def test_blocks_of_a_stratified_draw_gain_what_theory_says():
    """A uniform in eight strata has a sixty-fourth of its variance; with as much noise on top the gain is near two."""
    noise = np.sqrt(1 / 12)
    found = rare.blocked_mean(strata(np.random.default_rng(9), 4000, noise))
    wanted = (1 / 12 + noise**2) / (1 / 12 / 64 + noise**2)
    assert found.gain.low < wanted < found.gain.high
    assert found.gain.high / found.gain.low < 1.3
    assert found.value.low < 0.5 < found.value.high


def test_block_means_cover_and_single_trials_would_not():
    """Over 1,000 campaigns block means hold the mean as promised; counting trials as independent holds it always."""
    dice = np.random.default_rng(10)
    held = naive = 0
    for _ in range(1000):
        values = strata(dice, 24, 0.05)
        found = rare.blocked_mean(values).value
        held += found.low <= 0.5 <= found.high
        low, high = mean_interval(values)
        naive += low <= 0.5 <= high
    assert 0.93 <= held / 1000 <= 0.97
    assert naive == 1000


def test_antithetic_pairs_are_blocks_of_two():
    """The gain of U and 1 - U for U^2 is that of the closed form: eight."""
    u = np.random.default_rng(11).random(20_000)
    pairs = np.stack([u, 1 - u], axis=1).ravel() ** 2
    found = rare.blocked_mean(pairs, 2)
    assert found.gain.low < 8.0 < found.gain.high
    assert found.gain.value == pytest.approx(8.0, rel=0.05)


def test_what_is_left_of_a_block_does_not_count():
    """Eleven values are one block of eight."""
    assert rare.block_means(np.arange(11.0)).tolist() == [3.5]
    assert np.isnan(rare.blocked_mean([1.0, 2.0]).value.value)


def test_misuse_is_refused():
    """Every fault at once."""
    with pytest.raises(InputError, match=r"2 problems[\s\S]*as many[\s\S]*finite"):
        rare.weighted_mean([1.0, np.nan], [1.0])
    with pytest.raises(InputError, match="negative"):
        rare.weighted_mean([1.0], [-1.0])
    with pytest.raises(InputError, match="size"):
        rare.block_means([1.0], 0)
    with pytest.raises(InputError, match="pilots"):
        rare.choose_tilt([])
