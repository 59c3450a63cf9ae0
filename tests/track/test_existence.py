"""Existence of tracks, against the chain of three states it stands for."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farwatch.records import TRACK
from farwatch.track import existence, senses
from farwatch.track.follow import SHOWN
from naive import association as naive
from track.scene import radar


def sense(**changes):
    """What is believed of a radar at its first batch."""
    row, noise = np.zeros(senses.SENSE), np.zeros(senses.BINS)
    senses.settle(row, noise, radar(**changes)[0], 0)
    return row


def state_of(track):
    """(seen, hidden, gone) of a track."""
    exists = existence.probability(track["log_odds"])
    return np.array([exists * (1 - track["hidden_probability"]), exists * track["hidden_probability"], 1 - exists])


@given(st.lists(st.one_of(st.none(), st.floats(0.1, 50.0)), min_size=1, max_size=12), st.floats(0.3, 0.99))
def test_existence_is_that_of_the_chain(looks, pd):
    """Any run of plots and misses gives the probabilities of the three-state chain, look by look."""
    radar_sense, track = sense(pd=pd), np.zeros(1, TRACK)[0]
    rates = radar_sense[[senses.LEAVING_PER_S, senses.FADING_PER_S, senses.RETURNING_PER_S]]
    step, state = naive.chain(rates, 7.0), np.array([0.5, 0.0, 0.5])
    for k, ratio in enumerate(looks):
        existence.persist(track, 7.0 * (k + 1), radar_sense)
        state = naive.look(state @ step, pd, ratio)
        if ratio is None:
            existence.missed(track, pd)
        else:
            existence.hit(track, np.log(ratio), pd)
        np.testing.assert_allclose(state_of(track), state, atol=1e-4)


def test_misses_in_a_row_count_ever_less():
    """The first miss of a sure track says most; by the sixth it is probably hidden."""
    radar_sense, track, lost = sense(pd=0.9, period_s=5.0), np.zeros(1, TRACK)[0], []
    track["log_odds"] = 5.0
    for k in range(6):
        before = track["log_odds"]
        existence.persist(track, 5.0 * (k + 1), radar_sense)
        existence.missed(track, 0.9)
        lost.append(before - track["log_odds"])
    assert lost[0] > 1.9
    assert (np.diff(lost[1:]) < 0).all()
    assert track["hidden_probability"] > SHOWN


def test_a_claim_needs_existence_and_sight():
    """The edge is the log-odds that the track exists and is seen."""
    track = np.zeros(1, TRACK)[0]
    track["log_odds"], track["hidden_probability"] = np.log(4.0), 0.25
    assert existence.seen_chance(track, 0.8) == pytest.approx(0.6)
    assert existence.edge(track, 0.8) == pytest.approx(np.log(0.48 / 0.52))


def test_time_does_not_run_backwards():
    """An older time changes nothing."""
    radar_sense, track = sense(pd=0.9), np.zeros(1, TRACK)[0]
    track["log_odds"], track["odds_s"] = 3.0, 10.0
    existence.persist(track, 9.0, radar_sense)
    assert (track["log_odds"], track["odds_s"]) == (3.0, 10.0)
