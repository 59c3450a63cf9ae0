"""A track that takes up several plots at once, against the mixture it stands for."""

import numpy as np
import pytest

from farwatch.records import TRACK
from farwatch.track import existence, mixture, settings
from farwatch.track.associate import new_batch, read
from farwatch.track.filter import begin, predict, update
from farwatch.track.sight import SIGHT, take
from naive import association as naive
from track.scene import plot, radar, spherical


@pytest.fixture
def stage():
    """A track a look old, predicted to a batch of three plots near it."""
    site, rng, sight = radar(), np.random.default_rng(4), np.zeros(1, SIGHT)[0]
    places = np.array([[5e4, 6e4, 5e3], [5.03e4, 6.01e4, 5.1e3], [4.97e4, 6e4, 4.9e3], [5e4, 5.96e4, 5e3]])
    seen = [
        plot(site[0], 0, 4.0 if k else 0.0, spherical(site[0], place), (50, 0.003, 0.003), 0, rng, 1.0, 0)
        for k, place in enumerate(places)
    ]
    track = np.zeros(1, TRACK)[0]
    take(seen[0], site[0], sight)
    begin(track, sight, 900.0)
    batch = new_batch(1, 3)
    read(batch, np.array(seen[1:]), 3, site[0])
    batch.columns[0, :3], batch.counts[0] = range(3), 3
    predict(track, 4.0, settings()[0])
    return track, batch


def parts_of(track, batch, chances):
    """What each choice would have left: (weight, mean, covariance) by model."""
    parts = [[], []]
    for k, chance in chances.items():
        one = np.array([track], TRACK)[0]
        if k >= 0:
            update(one, batch.sights[k])
        for m in range(2):
            upper = np.triu(one["p"][m])
            parts[m].append((chance * one["weight"][m], one["x"][m].copy(), upper + np.triu(upper, 1).T))
    return parts


def test_each_model_is_the_mixture_over_its_plots(stage):
    """Weights, means and covariances are those of the mixture, and existence is that of the sum."""
    track, batch = stage
    track["log_odds"] = 1.0
    exists, pd, given = existence.probability(1.0), 0.8, np.array([[0.5, 0.2, 0.1]])
    none = 0.2 * exists * (1 - pd) / (1 - exists * pd)
    after = 0.8 + none
    parts = parts_of(track, batch, {-1: none / after, 0: 0.5 / after, 1: 0.2 / after, 2: 0.1 / after})
    mixture.absorb(track, batch, given, 0, np.zeros(3, TRACK), settings()[0], pd)
    for m in range(2):
        weight, mean, spread = naive.mixture(parts[m])
        assert track["weight"][m] == pytest.approx(weight)
        np.testing.assert_allclose(track["x"][m], mean, rtol=1e-9)
        np.testing.assert_allclose(track["p"][m], spread, rtol=1e-7, atol=1e-6)
    assert existence.probability(track["log_odds"]) == pytest.approx(after)


def test_a_certain_plot_is_an_ordinary_update(stage):
    """With one plot for sure, the mixture is the update by it."""
    track, batch = stage
    alone = np.array([track], TRACK)[0]
    update(alone, batch.sights[1])
    mixture.absorb(track, batch, np.array([[0.0, 1.0, 0.0]]), 0, np.zeros(3, TRACK), settings()[0], 0.8)
    np.testing.assert_allclose(track["mean"], alone["mean"], rtol=1e-9)
    np.testing.assert_allclose(track["weight"], alone["weight"], rtol=1e-6)
    assert track["hidden_probability"] == 0.0
