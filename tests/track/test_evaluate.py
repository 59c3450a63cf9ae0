"""Scores over time against definitions, other programs, and cases worked out by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farwatch.errors import InputError
from farwatch.records import PLOT
from farwatch.track import consistency, gospa, ospa
from farwatch.track.assign import new_room
from farwatch.track.evaluate import ScoreOptions, score
from farwatch.track.honesty import nis, normalised, squares
from farwatch.track.instants import scene
from farwatch.track.matching import Candidates, Held, Instants, match, matches
from farwatch.track.score import number_change_rate, siap
from naive import scoring as naive
from naive import tracking
from track.judged import crowd, state_rows, truth_rows

CUT = ScoreOptions(cutoff_m=300.0)

place = st.tuples(*[st.integers(-30, 30)] * 3)
instant = st.tuples(
    st.dictionaries(st.integers(0, 3), place, max_size=4), st.dictionaries(st.integers(5, 8), place, max_size=4)
)
films = st.lists(instant, min_size=1, max_size=6)


def filmed(film):
    """Truth and tracks of a film: ({target: place}, {track: place}) each second."""
    truth = [(float(k), name, *at) for k, (held, _) in enumerate(film) for name, at in held.items()]
    tracks = [(float(k), name, *at) for k, (_, held) in enumerate(film) for name, at in held.items()]
    return state_rows(tracks), truth_rows(truth)


def exactly(**changes):
    """Options that compare at the film's own seconds, without bridging anything."""
    return ScoreOptions(cutoff_m=25.0, at="truth", hold_s=0.0, truth_gap_s=1.0, extrapolate_s=0.0, **changes)


def points(rows):
    """Positions [n, 3] of truth or tracks."""
    return np.stack([rows["x_m"], rows["y_m"], rows["z_m"]], axis=1)


# Against other programs -------------------------------------------------------------------------------------


@pytest.mark.validation
@pytest.mark.parametrize("order", [1.0, 2.0])
def test_identity_figures_are_those_of_motmetrics(order):
    """motmetrics 1.4.0 on the same crowd, distances NaN from 300 m on: every figure agrees to the last digit."""
    found = score(*crowd(), ScoreOptions(cutoff_m=300.0, p=order)).identity
    assert (found.misses, found.surplus, found.switches, found.breaks) == (69, 33, 25, 31)
    assert (found.mostly_tracked, found.partly_tracked, found.mostly_lost) == (5, 3, 0)
    assert found.mota_ratio == pytest.approx(0.6264705882352941, rel=1e-12)
    assert found.motp_m == pytest.approx(92.97694583202099, rel=1e-12)
    assert found.idf1_share == pytest.approx(0.453416149068323, rel=1e-12)
    assert found.id_precision_share == pytest.approx(0.48026315789473684, rel=1e-12)
    assert found.id_recall_share == pytest.approx(0.4294117647058823, rel=1e-12)


@pytest.mark.validation
def test_distances_over_time_are_those_of_stone_soup():
    """Stone Soup 1.9.1, GOSPAMetric and OSPAMetric on the same crowd, c = switching = 300, p = 2: means over time."""
    found = score(*crowd(), CUT).gospa
    assert found.time_s.size == 60
    assert found.mean_m == pytest.approx(337.5816487088292, rel=1e-12)
    assert found.mean_with_switching_m == pytest.approx(429.7648798113623, rel=1e-12)
    assert found.switching_m.mean() == pytest.approx(226.12904655318263, rel=1e-12)
    assert found.mean_ospa_m == pytest.approx(167.71889336809753, rel=1e-12)
    parts = found.localisation_part_m**2, found.missed_part_m**2, found.false_part_m**2
    assert parts == pytest.approx((47246.59263568651, 51750.0, 24750.0), rel=1e-12)


@pytest.mark.validation
def test_distances_of_order_one_are_those_of_stone_soup():
    """The same with p = 1; the switching alone, because Stone Soup adds it by squares whatever the order."""
    found = score(*crowd(), ScoreOptions(cutoff_m=300.0, p=1.0)).gospa
    assert found.mean_m == pytest.approx(674.1947793071653, rel=1e-12)
    assert found.mean_ospa_m == pytest.approx(145.74287257876722, rel=1e-12)
    assert found.switching_m.mean() == pytest.approx(272.5, rel=1e-12)


# Against definitions ----------------------------------------------------------------------------------------


@given(films, st.sampled_from([1.0, 2.0]))
def test_each_instant_is_the_best_over_all_assignments(film, order):
    """GOSPA at each instant is the least over every way to pair, its parts add up, and OSPA is that of its function."""
    tracks, truth = filmed(film)
    found = score(tracks, truth, exactly(p=order)).gospa
    for k, time_s in enumerate(found.time_s):
        a, b = points(truth[truth["time_s"] == time_s]), points(tracks[tracks["time_s"] == time_s])
        assert found.distance_m[k] == pytest.approx(tracking.gospa(a, b, 25.0, order), abs=1e-6)
        assert found.ospa_m[k] == pytest.approx(ospa(a, b, 25.0, order), abs=1e-6)
        parts = found.localisation_m[k] ** order + 25.0**order / 2 * (found.missed[k] + found.false_tracks[k])
        assert found.distance_m[k] ** order == pytest.approx(parts, abs=1e-6)


@given(films)
def test_parts_of_the_whole_add_up(film):
    """The typical distance is made of localisation, missed and false, in the power p."""
    found = score(*filmed(film), exactly()).gospa
    if found.time_s.size:
        parts = found.localisation_part_m**2 + found.missed_part_m**2 + found.false_part_m**2
        assert found.typical_m**2 == pytest.approx(parts)
        assert found.typical_m >= found.mean_m - 1e-9


@given(films)
def test_pairs_are_kept_as_their_definition_reads(film):
    """`match` with a memory gives as many pairs, as near, and as many switches as the dictionary twin."""
    tracks, truth = filmed(film)
    seen = scene(tracks, truth, exactly().timing)
    film = [film[int(time_s)] for time_s in seen.time_s]
    expected = naive.follow_pairs(film, 25.0)
    partner = matches(seen, 25.0, 25.0, 2.0, 3).held
    for k, pairs in enumerate(expected):
        rows = range(seen.truth.first[k], seen.truth.first[k + 1])
        ours = {seen.targets[seen.truth.name[i]]: seen.serials[seen.tracks.name[partner[i]]] for i in rows
                if partner[i] >= 0}
        if ours != pairs:  # several are best: which one is taken may differ, and with it all that follows
            assert cost(film[k], ours) == pytest.approx(cost(film[k], pairs))
            break


def cost(shown, pairs):
    """Sum of squared distances over pairs; a pair less counts more than any distance."""
    return sum(np.sum(np.subtract(shown[0][a], shown[1][b]) ** 2) - 1e9 for a, b in pairs.items())


@given(films, st.randoms(use_true_random=False))
def test_names_and_order_do_not_matter(film, luck):
    """Rows in another order and tracks under other names get the same score."""
    tracks, truth = filmed(film)
    mixed, other = tracks.copy(), truth.copy()
    mixed["serial"] = 1000 - 7 * mixed["serial"]
    order = [luck.sample(range(rows.size), rows.size) for rows in (mixed, other)]
    one, two = score(tracks, truth, exactly()), score(mixed[order[0]], other[order[1]], exactly())
    assert two.gospa.distance_m == pytest.approx(one.gospa.distance_m)
    assert two.identity.misses == one.identity.misses
    assert two.siap.completeness_share == pytest.approx(one.siap.completeness_share, nan_ok=True)


sets = st.lists(st.tuples(st.floats(-50, 50), st.floats(-50, 50)), max_size=4)


@given(sets, sets, sets, st.sampled_from([1.0, 2.0]))
def test_gospa_is_a_metric(a, b, c, order):
    """Truth and tracks may change places, and no detour over a third set is shorter."""
    direct = gospa(a, b, 20.0, order).distance_m
    assert direct == pytest.approx(gospa(b, a, 20.0, order).distance_m, abs=1e-9)
    assert direct <= gospa(a, c, 20.0, order).distance_m + gospa(c, b, 20.0, order).distance_m + 1e-9


@pytest.mark.parametrize("dimensions", [2, 3])
def test_a_crowd_is_matched_as_by_the_full_matrix(dimensions):
    """Near pairs only, many instants at once: the distance is that of the full matrix at each instant."""
    rng = np.random.default_rng(4)
    film = [
        (dict(enumerate(rng.uniform(0, 900, (60, 3)))), dict(enumerate(rng.uniform(0, 900, (55, 3)), 100)))
        for _ in range(4)
    ]
    tracks, truth = filmed(film)
    found = score(tracks, truth, ScoreOptions(cutoff_m=200.0, dimensions=dimensions)).gospa
    for k, (a, b) in enumerate(film):
        full = gospa([x[:dimensions] for x in a.values()], [x[:dimensions] for x in b.values()], 200.0)
        assert found.distance_m[k] == pytest.approx(full.distance_m)
        assert (found.missed[k], found.false_tracks[k]) == (full.missed, full.false_tracks)


def test_a_perfect_picture_has_no_error():
    """Tracks that are the truth score nothing but ones and zeros."""
    _, truth = crowd()
    tracks = state_rows([tuple(row)[:2] + tuple(row)[2:8] for row in truth.tolist()])
    found = score(tracks, truth, CUT)
    assert found.gospa.mean_with_switching_m == found.gospa.mean_ospa_m == 0.0
    assert found.siap.completeness_share == found.siap.ambiguity_ratio == found.siap.longest_segment_share == 1.0
    assert found.siap.spuriousness_share == found.siap.number_changes_per_s == found.siap.velocity_error_m_s == 0.0
    assert found.identity.mota_ratio == found.identity.idf1_share == found.identity.purity_share == 1.0
    assert found.surveillance.update_probability == 1.0
    assert found.initiation.mean_s == 0.0


# Worked out by hand -----------------------------------------------------------------------------------------


def line(name, times, y=0.0, speed=10.0):
    """Rows of something that flies east from the origin at one speed."""
    return [(float(t), name, speed * t, y, 0.0, speed, 0.0, 0.0) for t in times]


def test_a_change_of_number_is_a_switch_a_break_and_a_second_track():
    """A track that dies and is followed by another after two instants: each figure by hand."""
    truth = truth_rows(line(1, range(10)))
    tracks = state_rows(line(5, range(1, 4)) + line(6, range(6, 10)) + line(9, range(10), y=9e4))
    found = score(tracks, truth)
    assert (found.identity.switches, found.identity.breaks) == (1, 1)
    assert found.siap.completeness_share == 0.7
    assert found.siap.number_changes_per_s == pytest.approx(1 / 7)
    assert found.siap.longest_segment_share == pytest.approx(0.4)
    assert found.initiation.median_s == 1.0
    assert (found.surveillance.longest_gap_s, found.surveillance.long_gaps) == (3.0, 0)
    [row] = found.targets
    assert (row["tracks"], row["matched"], row["points"], row["longest_s"]) == (2, 7, 10, 4.0)
    assert found.tracks["false"].tolist() == [False, False, True]
    assert found.tracks["target"].tolist() == [1, 1, -1]


def test_a_track_that_comes_back_needs_no_new_number():
    """A gap in a track is a break, but neither a switch nor a change of number."""
    found = score(state_rows(line(5, [0, 1, 2, 6, 7]) + line(9, range(8), y=9e4)), truth_rows(line(1, range(8))))
    assert (found.identity.switches, found.identity.breaks) == (0, 1)
    assert found.siap.number_changes_per_s == 0.0
    assert found.gospa.switching_m**2 == pytest.approx(1000.0**2 * np.array([0, 0, 0, 0.5, 0, 0, 0.5, 0]))


def test_a_second_track_is_redundant_and_not_false():
    """Two tracks on one target: ambiguous, with no spurious track."""
    tracks = state_rows(line(5, range(6)) + line(6, range(6), y=100.0))
    found = score(tracks, truth_rows(line(1, range(6))))
    assert (found.siap.ambiguity_ratio, found.siap.spuriousness_share) == (2.0, 0.0)
    assert found.surveillance.duplicate_tracks == 1
    assert found.surveillance.duplicate_share == 0.5
    assert found.siap.position_error_m == pytest.approx(50.0)
    assert found.gospa.false_tracks.tolist() == [1] * 6


def test_tracks_that_change_places_lose_their_purity():
    """Two tracks swap targets half way: purity one half, one switch each."""
    truth = truth_rows(line(1, range(10)) + line(2, range(10), y=5e3))
    swap = line(5, range(5)) + line(6, range(5), y=5e3) + line(6, range(5, 10)) + line(5, range(5, 10), y=5e3)
    found = score(state_rows(swap), truth)
    assert (found.identity.switches, found.identity.purity_share, found.identity.idf1_share) == (2, 0.5, 0.5)
    assert found.siap.longest_segment_share == 0.5


@given(st.lists(st.sets(st.integers(5, 8), max_size=3), min_size=1, max_size=9))
def test_the_least_number_of_tracks_is_found(sets):
    """The rate of number changes is that of a search over each instant's tracks."""
    tracks = [row for k, names in enumerate(sets) for n in sorted(names) for row in line(n, [k], y=float(n))]
    found = score(state_rows([*tracks, *line(99, range(len(sets)), y=9e4)]), truth_rows(line(1, range(len(sets)))))
    tracked = sum(bool(names) for names in sets)
    if tracked and len(sets) > 1:
        changes = naive.fewest_tracks(sets) - 1
        assert found.siap.number_changes_per_s == pytest.approx(changes / tracked)


def test_the_first_track_is_timed_from_the_first_plot_too():
    """Latency counts from the first row of truth, or from the first plot of the target."""
    plots = np.zeros(3, PLOT)
    plots["truth"], plots["time_s"] = (1, 1, -1), (3.0, 2.0, 0.0)
    tracks = state_rows(line(5, range(4, 9)) + line(9, range(9), y=9e4))
    found = score(tracks, truth_rows(line(1, range(9)) + line(2, range(9), y=5e3)), plots=plots).initiation
    assert (found.targets, found.found, found.median_s, found.after_plot_median_s) == (2, 1, 4.0, 2.0)


def test_a_target_that_was_there_before_has_no_first_track():
    """Nobody can say how long after its appearance a target was found that appeared before we looked."""
    found = score(state_rows(line(5, range(9))), truth_rows(line(1, range(9))), ScoreOptions(from_s=3.0))
    assert (found.initiation.targets, found.initiation.found, found.instants) == (0, 0, 6)


# Consistency ------------------------------------------------------------------------------------------------


def test_normalised_errors_equal_those_by_the_inverse():
    """`normalised` gives e' P^-1 e; a covariance that is none gives no number."""
    rng = np.random.default_rng(2)
    root, error = rng.normal(size=(20, 4, 4)), rng.normal(size=(20, 4))
    covariance = root @ root.transpose(0, 2, 1) + np.eye(4)
    out = np.zeros(20)
    normalised(error, covariance, np.arange(4), np.zeros((4, 5)), out)
    assert out == pytest.approx(naive.squares(error, covariance))
    some = np.array([0, 2, 3])
    assert squares(error, covariance, some) == pytest.approx(
        naive.squares(error[:, some], covariance[:, some[:, None], some])
    )
    assert squares(error, covariance) == pytest.approx(consistency.nees(error, covariance))
    covariance[3, 2, 2], covariance[4], error[5, 1] = -1.0, 0.0, np.nan
    assert np.flatnonzero(np.isnan(squares(error, covariance))).tolist() == [3, 4, 5]


@pytest.mark.parametrize("stated", [1.0, 2.0, 0.5])
def test_only_an_honest_uncertainty_is_inside_its_bounds(stated):
    """Errors of the stated size are inside the bounds; twice or half of it is told."""
    rng = np.random.default_rng(8)
    truth = truth_rows([row for i in range(20) for row in line(i, range(40), y=5e3 * i)])
    tracks = state_rows([(*row[:2], *(np.array(row[2:]) + rng.normal(size=6) * 20)) for row in
                         (tuple(r) for r in truth.tolist())], np.eye(6) * (20.0 * stated) ** 2)  # fmt: skip
    found = score(tracks, truth)
    assert found.position_nees.count == found.state_nees.count == 800
    assert found.state_nees.holds == found.position_nees.holds == (stated == 1.0)
    assert found.state_nees.mean == pytest.approx(6 / stated**2, rel=0.05)
    flat = score(tracks, truth, ScoreOptions(dimensions=2))
    assert (flat.position_nees.dimension, flat.state_nees.dimension) == (2, 4)
    if stated == 1.0:
        assert found.position_nees.inside_share == pytest.approx(0.95, abs=0.02)


def test_velocities_that_are_not_told_leave_the_full_state_out():
    """Without true velocities only the position can be consistent or not."""
    truth = truth_rows([row[:5] for row in line(1, range(9))])
    found = score(state_rows(line(5, range(9))), truth)
    assert (found.position_nees.count, found.state_nees.count) == (9, 0)
    assert found.siap.velocity_error_m_s == pytest.approx(0.0, abs=1e-9)  # from its places


def test_innovations_are_judged_alike():
    """NIS of white innovations of the stated size has the mean of its dimension."""
    rng = np.random.default_rng(3)
    found = nis(rng.normal(size=(2000, 2)) * (3.0, 5.0), np.broadcast_to(np.diag([9.0, 25.0]), (2000, 2, 2)))
    assert found.holds
    assert (found.low, found.high) == consistency.mean_bounds(2000, 2)
    assert nis(np.full((1, 2), np.nan), np.eye(2)[None]).count == 0


# Empties and nonsense ---------------------------------------------------------------------------------------


def test_nothing_is_no_error():
    """No tracks, no truth, or neither: everything is counted and nothing is raised."""
    tracks, truth = crowd()
    neither = score(tracks[:0], truth[:0])
    assert np.isnan(neither.gospa.mean_m)
    assert neither.instants == neither.truth_points == 0
    blind = score(tracks[:0], truth, CUT)
    assert blind.siap.completeness_share == 0.0
    assert blind.identity.misses == blind.truth_points == truth.size
    assert blind.initiation.found == 0
    ghosts = score(tracks, truth[:0], CUT)
    assert ghosts.siap.spuriousness_share == 1.0
    assert ghosts.tracks["false"].all()
    assert ghosts.gospa.mean_false_number > 0


def test_one_row_of_each_is_enough():
    """A single instant has a distance, and no rate."""
    found = score(state_rows([(0.0, 5, 3.0, 4.0, 0.0)]), truth_rows([(0.0, 1, 0.0, 0.0, 0.0)]))
    assert (found.gospa.mean_m, found.instants, found.step_s) == (5.0, 1, 0.0)
    assert found.surveillance.update_probability == 1.0
    assert np.isnan(found.siap.number_changes_per_s)


def test_rows_that_are_no_numbers_are_counted():
    """NaN in a time or place leaves the row out; the later of two rows for one time counts."""
    tracks, truth = state_rows(line(5, [0, 1, 2, 2])), truth_rows(line(1, [0, 1, 1, 2]))
    tracks["y_m"][2] = 70.0
    truth["x_m"][1], tracks["time_s"][0] = np.nan, np.inf
    found = score(tracks, truth)
    assert (found.skipped_truth, found.skipped_tracks) == (1, 2)
    assert found.siap.position_error_m == 0.0


def test_options_that_mean_nothing_are_refused_together():
    """All problems at once."""
    options = ScoreOptions(cutoff_m=0.0, p=0.5, dimensions=4, at="noon", from_s=9.0, until_s=2.0, hold_s=-1.0)
    with pytest.raises(InputError) as caught:
        score(state_rows([]), truth_rows([]), options)
    assert {"cutoff_m", "p", "dimensions", "at", "from_s", "hold_s"} <= {p.where for p in caught.value.problems}


def test_other_records_are_refused():
    """Truth is not tracks."""
    tracks, truth = crowd()
    with pytest.raises(InputError, match="STATE"):
        score(truth, tracks)


def test_the_kernel_leaves_its_room_clean():
    """`match` over two instants by hand: the nearest at first, then the kept; called again, the same answer."""
    at = Instants(*(np.array(a) for a in ([0, 2, 4], [0, 2, 4], [0, 1, 0, 1], [0, 1, 0, 1])))
    columns, counts = np.array([[0, 1], [1, 0], [1, 0], [0, 1]], np.int32), np.full(4, 2, np.int32)
    costs = np.array([[1.0, 9.0], [1.0, 9.0], [1.0, 9.0], [1.0, 9.0]])
    free = np.zeros((2, 2), np.int32), np.zeros((2, 2)), np.zeros(2, np.int32)
    candidates, room = Candidates(columns, costs, counts, *free, np.zeros(2, np.uint8)), new_room(2, 2)
    for held, expected in ((2, [0, 1, 2, 3]), (0, [0, 1, 3, 2]), (2, [0, 1, 2, 3])):
        partner = np.zeros(4, np.int64)
        match(at, candidates, Held(np.full(held, -1), np.full(held, -1)), room, 1e4, partner)
        assert partner.tolist() == expected


def test_shares_of_nothing_are_no_numbers():
    """SIAP of counts that are all zero."""
    found = siap([0], [0], [0], [0])
    assert np.isnan([found.completeness_share, found.ambiguity_ratio, found.spuriousness_share]).all()
    assert np.isnan(number_change_rate([], []))
