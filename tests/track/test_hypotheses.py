"""Rivals: branching, choosing for the sum of all, growing, settling for good."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farwatch.records import CLASS, CONFIRMED, FREE, PLOT, PLOT_MEMORY, TENTATIVE, TRACK
from farwatch.track import associate, existence, follow, hypotheses, new_picture, senses, settings
from farwatch.track.assign import assign
from farwatch.track.associate import new_batch
from farwatch.track.hypotheses import BASE, CHILDREN, FREE_PLACES, MAIN, MISSED, NOBODY, RIVALS, SIZE
from farwatch.track.picture import EXTENT, advance
from naive import association as naive
from track.scene import observe, plot, radar, spherical, straight

PD = 0.8


@pytest.fixture
def own():
    """Room for six tracks, and a batch of eight plots."""
    room = hypotheses.new_hypotheses(6, 8, 30)
    hypotheses.clear_hypotheses(room)
    hypotheses.open_batch(room, 8)
    return room


def some_tracks(n, status=CONFIRMED, log_odds=3.0):
    """Tracks that remember no plots."""
    tracks = np.zeros(n, TRACK)
    tracks["status"], tracks["log_odds"], tracks["plots"] = status, log_odds, -1
    return tracks


def give(own, i, children):
    """List the children of track i: (plot, score), from its main hypothesis."""
    for c, (k, score) in enumerate(children):
        own.children[i, c] = (MAIN, k, 0.0, score)
    own.counts[i] = len(children)


def choose(own, tracks, first_choice):
    """Let all tracks choose; first_choice: what the assignment gave each."""
    batch, sense = new_batch(tracks.size, 8), np.zeros(senses.SENSE)
    sense[senses.PD] = PD
    batch.room.column_of[: tracks.size] = first_choice
    hypotheses.choose(own, batch, tracks, tracks.size, sense)
    return [int(own.children[i, own.chosen[i]]["plot"]) if own.chosen[i] >= 0 else None for i in range(tracks.size)]


def test_a_batch_gives_its_plots_serials(own):
    """Each batch goes on counting where the last ended; nobody claims a new plot."""
    assert (own.numbers[BASE], own.numbers[SIZE]) == (0, 8)
    own.owner[:] = 3
    hypotheses.open_batch(own, 4)
    assert (own.numbers[BASE], own.numbers[SIZE]) == (8, 4)
    assert (own.owner[8:12] == NOBODY).all()
    assert own.owner[12] == 3


def test_memory_holds_the_last_looks():
    """The newest look comes first; the oldest falls out."""
    track = some_tracks(1)[0]
    for serial in (4, 9, -1, 12, 15, 20):
        hypotheses.remember(track, serial)
    assert track["plots"].tolist()[:6] == [20, 15, 12, -1, 9, 4]
    for serial in range(30, 30 + PLOT_MEMORY):
        hypotheses.remember(track, serial)
    assert track["plots"].tolist() == list(range(29 + PLOT_MEMORY, 29, -1))


def test_tracks_exchange_plots_where_both_gain(own):
    """Two tracks that hold each other's better plot swap, though neither could alone."""
    tracks = some_tracks(2)
    give(own, 0, [(0, 5.0), (-1, 1.0), (1, 9.0)])
    give(own, 1, [(1, 5.0), (-1, 1.0), (0, 9.0)])
    assert choose(own, tracks, [0, 1]) == [1, 0]
    assert own.owner[:2].tolist() == [1, 0]


def test_a_coin_toss_changes_nothing(own):
    """A gain below the least one leaves things as they are."""
    tracks = some_tracks(2)
    give(own, 0, [(0, 5.0), (-1, 1.0), (1, 5.4)])
    give(own, 1, [(1, 5.0), (-1, 1.0), (0, 5.4)])
    assert choose(own, tracks, [0, 1]) == [0, 1]


def test_an_exchange_that_costs_the_others_more_is_undone(own):
    """What one track would gain is less than what the other would lose: claims are as before."""
    tracks = some_tracks(2)
    give(own, 0, [(0, 5.0), (-1, 1.0), (1, 8.0)])
    give(own, 1, [(1, 9.0), (-1, 1.0)])
    assert choose(own, tracks, [0, 1]) == [0, 1]
    assert own.owner[:2].tolist() == [0, 1]


def test_tentative_tracks_may_share_a_plot(own):
    """Tracks that hardly exist claim nothing; one that is believed shuts them out."""
    tracks = some_tracks(3, TENTATIVE, -4.0)
    for i in range(2):
        give(own, i, [(-1, -6.0), (-1, -6.0), (0, -3.0)])
    give(own, 2, [(1, 2.0), (-1, -6.0)])
    assert choose(own, tracks, [-1, -1, 1]) == [0, 0, 1]
    give(own, 2, [(0, 2.0), (-1, -6.0)])
    hypotheses.open_batch(own, 8)
    assert choose(own, tracks, [-1, -1, 0]) == [-1, -1, 0]


def test_a_plot_of_the_past_can_be_claimed_only_once(own):
    """A tentative track that shared a plot with one now believed has nothing left but to end."""
    tracks = some_tracks(2, TENTATIVE, 1.0)
    tracks["plots"][:, 0] = 3
    hypotheses.open_batch(own, 8)
    give(own, 0, [(0, 6.0), (-1, 0.5)])
    give(own, 1, [(1, 5.0), (-1, 0.4)])
    assert choose(own, tracks, [0, 1]) == [0, None]


@given(st.integers(2, 4), st.integers(0, 2**32 - 1))
def test_choices_are_compatible_and_good(n, seed):
    """No plot is claimed twice, and the sum reaches what the best of all choices would, nearly always."""
    rng = np.random.default_rng(seed)
    own = hypotheses.new_hypotheses(n, 8, 30)
    hypotheses.clear_hypotheses(own)
    hypotheses.open_batch(own, 8)
    tracks, lists = some_tracks(n), []
    for i in range(n):
        options = [(-1, 0.5)] + [(int(k), float(rng.uniform(1, 12))) for k in rng.permutation(n + 1)[:3]]
        lists.append(options)
        give(own, i, [options[0], options[0], *options[1:]])
    picked = choose(own, tracks, [-1] * n)
    plots = [k for k in picked if k is not None and k >= 0]
    assert len(set(plots)) == len(plots)
    found = sum(hypotheses.worth(own.children[i, own.chosen[i]]["score"]) for i in range(n))
    best = naive.best_choices([[(s, () if k < 0 else (k,)) for k, s in options] for options in lists])
    assert found <= best + 1e-9
    assert found >= best - 3.0 * hypotheses.LEAST_GAIN - 6.0


def test_exchanges_find_the_best_of_all_mostly():
    """In two hundred random crowds of three, nine in ten end within the least gain of the best."""
    good = 0
    for seed in range(200):
        rng, own = np.random.default_rng(seed), hypotheses.new_hypotheses(3, 8, 30)
        hypotheses.clear_hypotheses(own)
        hypotheses.open_batch(own, 8)
        lists = [[(-1, 0.5), *((int(k), float(rng.uniform(1, 12))) for k in rng.permutation(4)[:3])] for _ in range(3)]
        for i, options in enumerate(lists):
            give(own, i, [options[0], options[0], *options[1:]])
        choose(own, some_tracks(3), [-1] * 3)
        found = sum(hypotheses.worth(own.children[i, own.chosen[i]]["score"]) for i in range(3))
        best = naive.best_choices([[(s, () if k < 0 else (k,)) for k, s in options] for options in lists])
        good += found >= best - hypotheses.LEAST_GAIN
    assert good >= 180


def play(targets, seed, until_s, **seen):
    """A picture with rivals after a recording, and its radar."""
    site = radar(period_s=5.0, pd=0.9)
    plots = observe(site, targets, np.random.default_rng(seed), until_s, **seen)
    picture = new_picture(settings(association="mht", confirm="existence"), 1, np.zeros(0, CLASS), (200, 100))
    history = []
    for k in range(int(until_s / 5.0)):
        mine = plots[(plots["time_s"] > 5.0 * k) & (plots["time_s"] <= 5.0 * (k + 1))]
        advance(picture, site, 0, 5.0 * (k + 1), mine, mine.size)
        history.append(rival_count(picture))
    return picture, history


def rival_count(picture):
    """Rivals of all tracks, checked against the stack of free places."""
    own = picture.hypotheses
    linked = own.links[own.links >= 0]
    assert np.unique(linked).size == linked.size
    assert own.numbers[FREE_PLACES] + linked.size == own.spare.size
    free = picture.tracks["status"][: own.links.shape[0]] == 0
    assert (own.links[free] < 0).all()
    return linked.size


def test_doubt_makes_rivals_and_certainty_ends_them():
    """Two targets that fly together and part leave rivals while they are close, and none once they are far apart."""
    paths = [straight((6e4, 200.0 * k, 6e3), (-200.0, 60.0 * (k - 0.5), 0.0)) for k in range(2)]
    picture, history = play(paths, 7, 200.0, pd=0.95, sigmas=(40.0, 0.003, 0.003))
    assert max(history[:15]) > 0
    assert history[-1] == 0
    assert (picture.tracks["status"][: picture.counters[EXTENT]] == CONFIRMED).sum() == 2


def test_believed_tracks_never_share_a_plot():
    """In a dense crowd, at every batch, no plot is remembered by two confirmed tracks."""
    rng = np.random.default_rng(11)
    paths = [straight((6e4 + 300 * rng.normal(), 300 * rng.normal(), 6e3), (-200.0, 3.0 * k, 0.0)) for k in range(6)]
    picture, _ = play(paths, 12, 150.0, pd=0.85, sigmas=(40.0, 0.003, 0.003), false_plots=30.0)
    tracks = picture.tracks[: picture.counters[EXTENT]]
    kept = tracks["plots"][(tracks["status"] == CONFIRMED) & (tracks["log_odds"] > 0.0)]
    serials = kept[kept >= 0]
    assert np.unique(serials).size == serials.size


def test_hindsight_repairs_a_crossing():
    """Targets that cross within the noise leave with their own tracks more often with rivals than without."""
    site = radar(period_s=5.0, pd=0.9)
    kept = {"gnn": 0, "mht": 0}
    for seed in range(12):
        paths = [straight((8e4, -3e3 * s, 6e3), (-150.0, 60.0 * s, 0.0)) for s in (1, -1)]
        plots = observe(site, paths, np.random.default_rng(seed), 110.0, pd=0.9, sigmas=(50.0, 0.004, 0.004))
        for way in kept:
            states = follow(plots, site, settings(association=way, confirm="existence"))
            before, after = states[states["time_s"] < 30.0], states[states["time_s"] > 90.0]
            owners = [
                {(int(s["serial"]), int(s["truth"])) for s in part} for part in (before[-2:], after[-2:])
            ]
            kept[way] += owners[0] == owners[1]
    assert kept["mht"] >= kept["gnn"]
    assert kept["mht"] >= 8


def test_children_are_sorted_and_limited(own):
    """The worst child beyond those that must stay gives way; sorting keeps track of the chosen one."""
    give(own, 0, [(-1, 0.0), (-1, 0.0)])
    for k in range(CHILDREN + 3):
        hypotheses._add_child(own, 0, 2, -1, k, 0.0, float(k))
    assert own.counts[0] == CHILDREN
    assert min(own.children[0, 2:]["score"]) == 5.0
    own.chosen[0] = 4
    chosen = own.children[0, 4].copy()
    hypotheses._put_best_first(own, 0)
    assert (np.diff(own.children[0]["score"]) <= 0).all()
    assert own.children[0, own.chosen[0]] == chosen
    assert RIVALS < CHILDREN


def test_misses_settle_rivals(own):
    """Charged misses push the past out of memory: rivals that disagree with it go."""
    track, sense = some_tracks(1)[0], np.zeros(senses.SENSE)
    sense[senses.PD] = PD
    track["plots"][0] = 3
    for place, serial in enumerate((3, 5)):
        own.rivals[place]["plots"], own.rivals[place]["plots"][0] = -1, serial
        own.links[0, place] = own.spare[own.numbers[FREE_PLACES] - 1 - place]
        own.rivals[own.links[0, place]] = own.rivals[place]
    own.numbers[FREE_PLACES] -= 2
    for _ in range(PLOT_MEMORY - 1):
        hypotheses.remember(track, MISSED)
        hypotheses.miss_rivals(own, track, 0, sense)
    assert (own.links[0] >= 0).sum() == 1
    hypotheses.let_go(own, track, 0)
    assert own.numbers[FREE_PLACES] == own.spare.size


# One step at a time -------------------------------------------------------------------------------------------


@pytest.fixture
def stage():
    """A picture with rivals and one confirmed track; plots of the next batch are read where the test wants them."""
    site, rng = radar(period_s=5.0, pd=PD), np.random.default_rng(8)
    picture = new_picture(settings(association="mht", confirm="existence"), 1, np.zeros(0, CLASS), (4, 8))
    target = straight((6e4, 5e4, 6e3), (-150.0, 80.0, 0.0))
    for k in range(6):
        at = spherical(site[0], target(5.0 * k + 1.0)[0])
        one = plot(site[0], 0, 5.0 * k + 1.0, at, (50.0, 0.002, 0.002), 0, rng, 1.0, 0)
        advance(picture, site, 0, 5.0 * (k + 1), np.array([one]), 1)
    assert picture.tracks["status"].tolist() == [CONFIRMED, FREE, FREE, FREE]
    return site, picture, target


def next_batch(stage, offsets_m):
    """Read plots that lie so far from where the target is next, gate, assign and open the batch."""
    site, picture, target = stage
    rng, now = np.random.default_rng(9), 31.0
    plots = [
        plot(site[0], 0, now, spherical(site[0], target(now)[0] + offset), (50.0, 0.002, 0.002), 0, rng, 1.0, 0)
        for offset in np.atleast_2d(offsets_m)
    ]
    batch, extent = picture.batch, picture.counters[EXTENT]
    associate.read(batch, np.array(plots, PLOT), len(plots), site[0])
    associate.gate(batch, picture.tracks, picture.outlines, picture.looks[:, 0], extent, picture.tracker[0],
                   picture.senses[0])
    assign(batch.columns, batch.costs, batch.counts, 0.0, batch.room, extent, len(plots))
    hypotheses.open_batch(picture.hypotheses, len(plots))
    return batch


def branched(stage, batch):
    """Children of the track: (parent, plot, score)."""
    _, picture, _ = stage
    own = picture.hypotheses
    hypotheses.branch(own, batch, picture.tracks, picture.outlines, 0, picture.tracker[0], picture.senses[0])
    return [(int(c["parent"]), int(c["plot"]), float(c["score"])) for c in own.children[0, : own.counts[0]]]


def test_a_track_in_doubt_branches(stage):
    """Its own plot, a miss and the other plot, each scored by the odds of existence along it."""
    batch, track = next_batch(stage, [[0, 0, 0], [150, 0, 0]]), stage[1].tracks[0]
    assert hypotheses.is_in_doubt(batch, track, 0, stage[1].senses[0])
    children, seen = branched(stage, batch), existence.seen_chance(track, PD)
    taken = int(batch.room.column_of[0])
    assert [(parent, k) for parent, k, _ in children] == [(MAIN, taken), (MAIN, MISSED), (MAIN, 1 - taken)]
    assert hypotheses.log_of_missing(track, stage[1].senses[0]) == pytest.approx(children[1][2])
    for _, k, score in children:
        told = np.log(1.0 - seen) if k < 0 else np.log(seen) + associate.ratio_of(batch.columns, batch.ratios, 0, k)
        assert score == pytest.approx(track["log_odds"] + told)
    scores = [score for _, k, score in children if k >= 0]
    assert scores[0] >= scores[1]


def test_a_track_that_is_sure_does_not_branch(stage):
    """One plot where it is expected, or one so far off that it is another's, leaves nothing to decide."""
    batch = next_batch(stage, [[0, 0, 0], [4e3, 0, 0]])
    assert not hypotheses.is_in_doubt(batch, stage[1].tracks[0], 0, stage[1].senses[0])
    assert branched(stage, batch) == []
    nothing = next_batch(stage, [[9e4, 0, 0]])
    assert branched(stage, nothing) == []


def test_rivals_branch_too(stage):
    """A rival brings a child for a miss and one for each plot near it, wherever the main hypothesis is."""
    _, picture, _ = stage
    own = picture.hypotheses
    own.numbers[FREE_PLACES] -= 1
    place = own.spare[own.numbers[FREE_PLACES]]
    own.links[0, 0] = place
    hypotheses.copy_belief(picture.tracks[0], own.rivals[place])
    own.rivals[place]["x"][:, 1] += 2e3
    own.rivals[place]["mean"][1] += 2e3
    own.rivals[place]["log_odds"] = -1.0
    children = branched(stage, next_batch(stage, [[0, 0, 0], [0, 2e3, 0]]))
    assert {(parent, k) for parent, k, _ in children} == {(MAIN, 0), (MAIN, MISSED), (0, MISSED), (0, 1)}
    assert next(score for parent, k, score in children if (parent, k) == (0, 1)) > 3.0


def test_growing_carries_the_choice_out(stage):
    """The chosen child becomes the track, others its rivals, and its memory says which plots they were."""
    batch = next_batch(stage, [[0, 0, 0], [150, 0, 0]])
    branched(stage, batch)
    _, picture, _ = stage
    own, track = picture.hypotheses, picture.tracks[0]
    own.chosen[0] = 2
    wanted = own.children[0, 2].copy()
    found = hypotheses.grow(own, batch, picture.tracks, 0, picture.tracker[0], picture.senses[0])
    assert found == wanted["plot"]
    assert track["log_odds"] == pytest.approx(wanted["score"])
    assert track["plots"][0] == own.numbers[BASE] + wanted["plot"]
    rivals = [own.rivals[place]["plots"][0] for place in own.links[0] if place >= 0]
    assert own.numbers[BASE] + 1 - wanted["plot"] in rivals
    hypotheses.drop_rivals(own, 0)
    assert rival_count(picture) == 0
    assert own.numbers[FREE_PLACES] == own.spare.size


def test_beliefs_are_copied_whole():
    """All that hypotheses differ in, and nothing else."""
    rng, source, target = np.random.default_rng(3), some_tracks(1)[0], np.zeros(1, TRACK)[0]
    for name in ("x", "p", "weight", "mean"):
        source[name] = rng.normal(size=source[name].shape)
    source["plots"], source["serial"], source["time_s"] = range(PLOT_MEMORY), 9, 4.0
    source["hidden_probability"], source["odds_s"], source["position_sigma_m"] = 0.2, 3.0, 50.0
    hypotheses.copy_belief(source, target)
    for name in hypotheses._KEPT:
        np.testing.assert_array_equal(target[name], source[name])
    assert (target["serial"], target["status"]) == (0, FREE)


def test_a_child_remembers_its_parents_plots(own):
    """Newest first: the batch's own plot, then its parent's; what is older than the ring is nobody's."""
    tracks = some_tracks(1)
    tracks["plots"][0, :3] = 5, 3, -1
    own.rivals[2]["plots"], own.links[0, 0] = -1, 2
    own.rivals[2]["plots"][:3] = 6, -1, 1
    hypotheses.open_batch(own, 8)
    give(own, 0, [(4, 1.0), (-1, 0.5)])
    own.children[0, 1]["parent"] = 0
    found = [[hypotheses.plot_serial(own, tracks, 0, own.children[0, c], h) for h in range(4)] for c in range(2)]
    assert found == [[12, 5, 3, -1], [-1, 6, -1, 1]]
    own.numbers[BASE] = own.owner.size + 4
    assert hypotheses.plot_serial(own, tracks, 0, own.children[0, 0], 1) == -1


def test_what_is_free_is_claimed_by_nobody_else(own):
    """A track may go on with its own plots and with those that nobody claims; the best of these is taken."""
    tracks = some_tracks(2)
    give(own, 0, [(0, 5.0), (-1, 1.0), (1, 4.0), (2, 3.0)])
    children = own.children[0]
    hypotheses.mark(own, tracks, 0, children[0], NOBODY, 1)
    hypotheses.mark(own, tracks, 0, children[3], NOBODY, 0)
    assert [hypotheses.is_free(own, tracks, 0, children[c]) for c in range(4)] == [False, True, True, True]
    assert hypotheses.best_free(own, tracks, 0) == 2
    give(own, 1, [(2, 9.0)])
    assert hypotheses.best_free(own, tracks, 1) == -1


def test_only_the_believed_claim_first(own):
    """What the assignment gave is claimed by tracks that more likely exist than not, in doubt or without any."""
    tracks, batch, sense = some_tracks(3), new_batch(3, 8), np.zeros(senses.SENSE)
    sense[senses.PD] = PD
    tracks["log_odds"][1], tracks["plots"][:, 0] = -9.0, -1
    give(own, 0, [(0, 4.0), (-1, 1.0)])
    give(own, 1, [(1, -3.0), (-1, -9.0)])
    batch.room.column_of[:] = 0, 1, 2
    batch.columns[2, 0], batch.counts[2] = 2, 1
    hypotheses.claim_surely(own, batch, tracks, 3, sense)
    assert own.owner[:3].tolist() == [0, NOBODY, 2]
    assert own.chosen[:3].tolist() == [0, -1, -1]


def test_the_displaced_are_noted(own):
    """Freeing a plot moves its owner, if that has another way to go on; if not, all stays as it was."""
    tracks = some_tracks(3)
    give(own, 0, [(-1, 1.0), (1, 9.0)])
    give(own, 1, [(1, 5.0), (-1, 1.0)])
    own.chosen[:2] = 0
    hypotheses.mark(own, tracks, 1, own.children[1, 0], NOBODY, 1)
    assert hypotheses.displace(own, tracks, 0, own.children[0, 1]) == 1
    assert own.moves[0].tolist() == [1, 0]
    assert own.owner[1] == NOBODY
    hypotheses.mark(own, tracks, 1, own.children[1, 0], NOBODY, 1)
    own.counts[1] = 1
    assert hypotheses.displace(own, tracks, 0, own.children[0, 1]) == -1
    assert own.owner[1] == 1


def test_rivals_do_not_pile_up():
    """Over ten minutes of a dense crowd in noise their number stays as it was; when all is over none is left."""
    rng = np.random.default_rng(17)
    paths = [straight((6e4 + 300 * rng.normal(), 300 * rng.normal(), 6e3), (-60.0, 2.0 * k, 0.0)) for k in range(5)]
    picture, history = play(paths, 18, 600.0, pd=0.8, sigmas=(40.0, 0.003, 0.003), false_plots=15.0)
    early, late = np.mean(history[20:60]), np.mean(history[80:])
    assert early > 1.0
    assert late < 2.0 * early
    site, none = radar(period_s=5.0, pd=0.9), np.zeros(0, PLOT)
    for k in range(60):
        advance(picture, site, 0, 605.0 + 5.0 * k, none, 0)
    assert (picture.tracks["status"] == FREE).all()
    assert rival_count(picture) == 0
