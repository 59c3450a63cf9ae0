"""Neighbours, twins and memories: what a whole batch settles, and what one turn can hold."""

import numpy as np
import pytest

from farwatch.records import CLASS, CONFIRMED, FREE, PLOT, TENTATIVE, TRACK
from farwatch.track import advance, existence, follow, hypotheses, life, new_picture, senses, settings
from farwatch.track.associate import new_batch
from farwatch.track.picture import EXTENT, MERGED
from track.scene import observe, plot, radar, spherical, straight

NOBODY_KNOWN = np.zeros(0, CLASS)


def look_at(site, target, when, rng, truth=0):
    """A sharp plot of a target."""
    return plot(site[0], 0, when, spherical(site[0], target(when)[0]), (50.0, 0.001, 0.001), truth, rng, 1.0, 0)


def test_the_last_resort_of_a_confirmed_track_is_a_miss():
    """Where all its children are claimed by others, a confirmed track has missed; it takes nobody's plot."""
    own = hypotheses.new_hypotheses(6, 8, 30)
    hypotheses.clear_hypotheses(own)
    hypotheses.open_batch(own, 8)
    tracks = np.zeros(2, TRACK)
    tracks["status"], tracks["log_odds"], tracks["plots"] = CONFIRMED, 3.0, -1
    tracks["plots"][:, 0] = 3  # both took plot 3 while tentative
    hypotheses.open_batch(own, 8)
    for i, children in enumerate([[(0, 6.0), (-1, 0.5)], [(-1, 0.5), (0, 4.0)]]):
        for c, (k, score) in enumerate(children):
            own.children[i, c] = (-1, k, 0.0, score)
        own.counts[i] = 2
    batch, sense = new_batch(2, 8), np.zeros(senses.SENSE)
    sense[senses.PD] = 0.8
    batch.room.column_of[:2] = 0, -1
    hypotheses.choose(own, batch, tracks, 2, sense)
    assert [int(own.children[i, own.chosen[i]]["plot"]) for i in range(2)] == [0, -1]


def formation(association, velocity, *, old_first):
    """Two targets 150 m apart, the second from the sixth turn on; a ghost makes the older one take slot 1."""
    site, rng = radar(), np.random.default_rng(0)
    picture = new_picture(settings(association=association), 1, NOBODY_KNOWN, (6, 8))
    paths = [(straight((6e4, 4e4, 6e3), velocity), 0, 99), (straight((6e4, 4.015e4, 6e3), velocity), 5, 99)]
    if not old_first:
        paths.append((straight((-6e4, -4e4, 6e3), velocity), 0, 1))
    for k in range(14):
        batch = [
            look_at(site, target, 10.0 * k + 1.0, rng, i)
            for i, (target, low, high) in enumerate(paths)
            if low <= k < high
        ]
        advance(picture, site, 0, 10.0 * (k + 1), np.array(batch, PLOT), len(batch))
    return picture


@pytest.mark.parametrize("association", ["gnn", "jpda", "mht"])
@pytest.mark.parametrize("old_first", [True, False])
def test_neighbours_seen_in_one_turn_are_never_merged(association, old_first):
    """Two plots in one turn are two targets, whichever slot the tracks lie in."""
    picture = formation(association, (-5.0, 0.0, 0.0), old_first=old_first)
    assert picture.counters[MERGED] == 0
    assert (picture.tracks["status"] == CONFIRMED).sum() == 2


def test_a_merged_track_claims_what_it_took_over():
    """After a merger the new memory is claimed, and the old one nobody's."""
    site, rng = radar(), np.random.default_rng(0)
    picture = new_picture(settings(association="mht"), 1, NOBODY_KNOWN, (6, 8))
    target = straight((6e4, 4e4, 6e3), (-200.0, 0.0, 0.0))

    def look(k):
        advance(picture, site, 0, 10.0 * (k + 1), np.array([look_at(site, target, 10.0 * k + 1.0, rng)]), 1)

    for k in range(6):
        look(k)
    assert picture.tracks["status"].tolist() == [CONFIRMED] + 5 * [FREE]
    picture.tracks[1] = picture.tracks[0]  # the same target once more, about to be confirmed; the old one was missed
    picture.tracks["status"][1], picture.tracks["serial"][1], picture.tracks["plots"][1] = TENTATIVE, 99, -1
    picture.streaks[1], picture.looks[1] = picture.streaks[0], picture.looks[0]
    picture.outlines[1] = picture.outlines[0]
    picture.streaks[0], picture.looks[0] = 1, picture.looks[0] - 10.0
    picture.tracks["hidden_probability"][0], picture.counters[EXTENT] = 0.999, 2
    stale = picture.tracks["plots"][0].copy()
    look(6)
    assert picture.counters[MERGED] == 1
    own, kept = picture.hypotheses, picture.tracks["plots"][0]
    mask = own.owner.size - 1
    assert (own.owner[kept[kept >= 0] & mask] == 0).all()
    assert (own.owner[stale[stale >= 0] & mask] == -1).all()


def test_claims_can_be_let_go_and_made():
    """What a track remembers is claimed where nobody has it, and let go where it is the owner."""
    own, track = hypotheses.new_hypotheses(3, 8, 9), np.zeros(1, TRACK)[0]
    hypotheses.clear_hypotheses(own)
    hypotheses.open_batch(own, 8)
    track["plots"] = -1
    track["plots"][:2], own.owner[2] = (1, 2), 2
    hypotheses.claim(own, track, 0)
    assert own.owner[:3].tolist() == [-1, 0, 2]
    hypotheses.release(own, track, 0)
    assert own.owner[:3].tolist() == [-1, -1, 2]


def test_a_stamped_recording_goes_on_until_it_is_told_to_end():
    """Scans go on at their pace after the last plot, so that a lost track coasts and is dropped."""
    site, rng = radar(period_s=5.0), np.random.default_rng(0)
    target = straight((8e4, 0.0, 8e3), (0.0, 200.0, 0.0))
    plots = np.array([look_at(site, target, 5.0 * k, rng) for k in range(19)], PLOT)
    assert 90.0 < follow(plots, site, until_s=400.0)["time_s"].max() < 200.0


def test_a_burst_of_noise_does_not_end_young_tracks():
    """A track is measured by the odds that it began with, not by those of today."""
    sense, noise = np.zeros(senses.SENSE), np.zeros(senses.BINS)
    senses.settle(sense, noise, radar(pd=0.7, false_plots=20.0)[0], 20)
    for _ in range(10):
        senses.learn(sense, 20, 0, 1)
    track, streaks, born = np.zeros(1, TRACK)[0], np.zeros(1, np.int32), sense[senses.BIRTH]
    track["status"], track["log_odds"], track["birth_log_odds"] = TENTATIVE, born, born
    existence.persist(track, 5.0, sense)
    existence.hit(track, 3.0, 0.7)
    senses.learn(sense, 90, 0, 1)  # seventy plots more than usual
    existence.missed(track, 0.7)
    assert born < track["log_odds"] < sense[senses.BIRTH]
    assert not life.miss(track, streaks, 0, settings(confirm="existence")[0], sense)


@pytest.mark.parametrize("association", ["gnn", "jpda", "mht"])
def test_a_track_takes_one_plot_of_a_turn(association):
    """Two targets 280 m apart, either side of the border between two slices of the turn, are two tracks."""
    site, rng = radar(batches=8, pd=0.95), np.random.default_rng(5)
    picture = new_picture(settings(association=association), 1, NOBODY_KNOWN, (40, 40))
    for turn in range(30):
        for b in range(8):
            batch = []
            for i, degrees in enumerate((89.9, 90.1)):
                if b == 1 + i:
                    at, when = (8e4, np.deg2rad(degrees), 0.1), 10.0 * degrees / 360 + 10 * turn
                    batch.append(plot(site[0], 0, when, at, (50.0, 0.001, 0.001), i, rng, 1.0, 0))
            advance(picture, site, 0, 10.0 * turn + 1.25 * (b + 1), np.array(batch, PLOT), len(batch))
    assert (picture.tracks["status"] == CONFIRMED).sum() == 2


def test_until_s_is_the_end():
    """Nothing is written after it."""
    site = radar(period_s=10.0)
    plots = observe(site, [straight((8e4, 3e4, 8e3), (0.0, 200.0, 0.0))], np.random.default_rng(0), 100.0, pd=1.0)
    assert follow(plots, site, until_s=55.0)["time_s"].max() <= 55.0
