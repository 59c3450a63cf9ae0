"""Gates, costs and assignment against looking at everything."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from farwatch.chance import name_id
from farwatch.errors import InputError
from farwatch.records import CONFIRMED, TENTATIVE, TRACK
from farwatch.track import associate, follow, senses, settings
from farwatch.track.assign import assign, assign_matrix, new_room, search
from farwatch.track.existence import edge
from farwatch.track.filter import begin
from farwatch.track.prepare import Motion
from farwatch.track.sight import SIGHT, take
from naive import tracking as naive
from track.scene import observe, plot, radar, spherical, straight


def sense_of(site, plots=0):
    """What is believed of a radar at its first batch."""
    sense, noise = np.zeros(senses.SENSE), np.zeros(senses.BINS)
    senses.settle(sense, noise, site[0], plots)
    return sense


def rng_of(name):
    """Luck that belongs to one test."""
    return np.random.default_rng(name_id(name))


@given(st.integers(1, 9), st.integers(1, 9), st.booleans(), st.integers(0, 2**32 - 1))
def test_full_assignment_costs_what_scipy_pays(n, m, ties, seed):
    """Any matrix, tall or wide, with ties or without, is assigned at the least cost."""
    cost = np.random.default_rng(seed).normal(size=(n, m)) * 10
    cost = np.round(cost) if ties else cost
    rows, columns = assign_matrix(cost)
    best = linear_sum_assignment(cost)
    assert rows.size == min(n, m) == np.unique(columns).size
    assert cost[rows, columns].sum() == pytest.approx(cost[best].sum(), abs=1e-9)


@given(st.integers(1, 9), st.integers(1, 9), st.floats(0.1, 1.0), st.integers(0, 2**32 - 1))
def test_sparse_assignment_may_leave_rows_out(n, m, share, seed):
    """With candidate lists and the choice of none, the cost equals that of a full matrix with private dummies."""
    rng = np.random.default_rng(seed)
    cost, allowed = -rng.exponential(size=(n, m)) * 3, rng.random((n, m)) < share
    columns, costs, counts = np.zeros((n, m), np.int32), np.zeros((n, m)), np.zeros(n, np.int32)
    for i, j in zip(*np.nonzero(allowed), strict=True):
        columns[i, counts[i]], costs[i, counts[i]] = j, cost[i, j]
        counts[i] += 1
    room = new_room(n, m)
    assign(columns, costs, counts, 0.0, room, n, m)
    full = np.hstack([np.where(allowed, cost, 1e6), np.where(np.eye(n) > 0, 0.0, 1e6)])
    mine = sum(cost[i, j] for i, j in enumerate(room.column_of) if j >= 0)
    assert mine == pytest.approx(full[linear_sum_assignment(full)].sum(), abs=1e-9)
    assert all(room.row_of[j] == i for i, j in enumerate(room.column_of) if j >= 0)
    assert np.isinf(room.distance).all()
    assert not room.closed.any()


def test_a_row_pushes_another_to_its_second_choice():
    """A row that wants a taken column gets it where the other loses less by moving on."""
    columns = np.array([[0, 1], [0, 0]], np.int32)
    costs, counts = np.array([[-5.0, -4.0], [-3.0, 0.0]]), np.array([2, 1], np.int32)
    room = new_room(2, 2)
    for i in range(2):
        search(columns, costs, counts, 0.0, room, i)
    assert room.column_of.tolist() == [1, 0]


def test_a_cost_that_is_not_finite_is_refused():
    """Infinite costs have no least sum."""
    with pytest.raises(InputError, match="finite"):
        assign_matrix([[1.0, np.inf]])


@pytest.fixture
def crowd():
    """A batch of plots read into its room."""
    site, rng = radar(false_plots=60.0), rng_of("crowd")
    plots = observe(site, [], rng, 10.0, false_plots=60.0)
    batch = associate.new_batch(60, plots.size)
    associate.read(batch, plots, plots.size, site[0])
    batch.sights["noise_density"] *= 60.0
    return site, plots, batch


def test_the_grid_holds_every_plot_once_in_its_cell(crowd):
    """Counting sort places each plot in exactly the cell its position falls into, cells in order."""
    _, plots, batch = crowd
    assert sorted(batch.order[: plots.size]) == list(range(plots.size))
    assert (np.diff(batch.cell_of[batch.order[: plots.size]]) >= 0).all()
    cells = int(batch.layout[associate.ACROSS] * batch.layout[associate.DOWN])
    for c in range(cells):
        inside = batch.order[batch.cell_first[c] : batch.cell_first[c + 1]]
        assert (batch.cell_of[inside] == c).all()
    assert batch.cell_first[cells] == plots.size


def test_sorting_does_not_depend_on_what_came_before(crowd):
    """The same plots read twice into the same room, in two orders, come out in one order."""
    site, plots, batch = crowd
    first = plots[batch.order[: plots.size]]
    shuffled = plots[rng_of("again").permutation(plots.size)]
    associate.sort(batch, plots, plots.size)
    associate.read(batch, shuffled, plots.size, site[0])
    np.testing.assert_array_equal(shuffled[batch.order[: plots.size]], first)
    assert associate.before(*sorted(plots[:2], key=lambda p: p["time_s"]))


def test_gating_finds_what_looking_everywhere_finds(crowd):
    """Candidates found through the grid are those found by holding every track against every plot."""
    site, plots, batch = crowd
    rng, tracks, outlines = rng_of("tracks"), np.zeros(40, TRACK), np.zeros((41, associate.OUTLINE))
    sight = np.zeros(1, SIGHT)[0]
    for i, track in enumerate(tracks):
        at = plots["range_m"][i], plots["azimuth_rad"][i], plots["elevation_rad"][i]
        take(plot(site[0], 0, -2.0, at, (200.0, 0.01, 0.01), 0, rng, 1.0, 0), site[0], sight)
        begin(track, sight, 1200.0)
        track["status"] = CONFIRMED if i % 2 else TENTATIVE
        associate.sum_up(track, outlines, i)
    settled = tracks.copy()
    looks = np.full(40, -np.inf)
    looks[39] = 1e9  # has its plot of this turn
    box, tracker = associate.box_of(batch), settings()[0]
    waited_s = np.abs(box[4] - outlines[:, associate.TIME]) + box[5]
    reach_m = [associate.reach_of(outlines, i, waited_s[i], tracker) for i in range(40)]
    apart = [associate.is_apart(outlines, i, box, reach_m[i]) for i in range(40)]
    far = [associate.is_far(outlines, i, box, np.sqrt(tracker["gate"]), tracker["speed_max_m_s"]) for i in range(40)]
    assert all(apart[i] for i in range(40) if far[i])
    associate.gate(batch, tracks, outlines, looks, 40, settings()[0], sense_of(site))
    assert not any(apart[i] for i in range(39) if batch.counts[i])
    assert batch.counts[39] == 0
    for i, track in enumerate(tracks):
        if track["time_s"] == settled["time_s"][i]:
            continue
        ratios = [associate.log_ratio(track, batch.sights[k], settings()["gate"][0]) for k in range(plots.size)]
        likely = np.nonzero(np.array(ratios) > associate.LEAST_RATIO)[0]
        best = sorted(likely, key=lambda k: -ratios[k])[: associate.WIDTH]
        assert sorted(batch.columns[i, : batch.counts[i]]) == sorted(best)
        assert -0.2 < track["log_odds"] < 0.0  # it began at 0, and may have left in the two seconds since
        expected = [-ratios[k] - edge(track, senses.NOMINAL_PD) for k in batch.columns[i, : batch.counts[i]]]
        np.testing.assert_allclose(batch.costs[i, : batch.counts[i]], expected, rtol=1e-12)
    assert batch.counts[:40].sum() > 20


def test_likelihood_agrees_with_its_twin():
    """The score's density is the IMM's predictive density, in metres instead of radians."""
    site, rng = radar(x_m=5e3), rng_of("density")
    track, sight = np.zeros(1, TRACK)[0], np.zeros(1, SIGHT)[0]
    for sigmas in ((50.0, 0.003, 0.004), (50.0, 0.003, 0.0)):
        seen = plot(site[0], 0, 0.0, spherical(site[0], np.array([4e4, 6e4, 5e3])), sigmas, 0, rng, 1.0, 0)
        take(seen, site[0], sight)
        begin(track, sight, 900.0)
        seen["range_m"] += 150.0
        seen["azimuth_rad"] += 0.004
        take(seen, site[0], sight)
        density = naive.update(track["x"], track["p"], track["weight"], seen, site[0])[3]
        prior = sum(track["p"][0, k, k] for k in range(2))
        r = np.linalg.norm(track["mean"][:3] - [5e3, 0, 0])
        c = np.hypot(track["mean"][0] - 5e3, track["mean"][1]) / r
        settled = prior < (seen["range_m"] * sigmas[1]) ** 2 + sigmas[0] ** 2
        r = r if settled else seen["range_m"]
        metres = r * c * (r if sigmas[2] else 1.0)
        found = associate.log_ratio(track, sight, 1e9)
        assert found == pytest.approx(np.log(density / metres / sight["noise_density"]), abs=2e-3)
    assert associate.log_ratio(track, sight, 1e-9) == -np.inf


def test_only_the_best_candidates_are_kept():
    """A full list gives up its worst plot for a better one."""
    columns, ratios, counts = (
        np.zeros((1, associate.WIDTH), np.int32),
        np.zeros((1, associate.WIDTH)),
        np.zeros(1, np.int32),
    )
    for k in range(associate.WIDTH + 5):
        associate.keep(columns, ratios, counts, 0, k, float((k * 7) % 17))
    assert sorted(ratios[0]) == list(range(5, 17))
    assert associate.ratio_of(columns, ratios, 0, int(columns[0, 3])) == ratios[0, 3]


def test_an_outline_reaches_at_least_as_far_as_the_gate():
    """A track's outline, carried on in time, never reaches less far than its predicted covariance."""
    site, rng = radar(), rng_of("outline")
    track, sight, outline = np.zeros(1, TRACK)[0], np.zeros(1, SIGHT)[0], np.zeros((1, associate.OUTLINE))
    take(plot(site[0], 0, 0.0, (8e4, 0.3, 0.1), (50.0, 0.003, 0.003), 0, rng, 1.0, 0), site[0], sight)
    begin(track, sight, 900.0)
    associate.sum_up(track, outline, 0)
    for dt_s in (0.0, 3.0, 20.0):
        _, p, _ = naive.predict(track["x"], track["p"], track["weight"], dt_s, (0.5, 20.0))
        needed = settings()["gate"][0] * max(np.linalg.eigvalsh(p[j][:2, :2]).max() for j in range(2))
        assert associate.reach_squared(outline, 0, dt_s, 3200.0, settings()["gate"][0]) >= needed * (1 - 1e-12)
    assert associate.longest(2.0, 5.0, 1.5) == pytest.approx(np.linalg.eigvalsh([[2.0, 1.5], [1.5, 5.0]])[1])


def test_targets_in_formation_take_their_own_plots():
    """Two tracks a kilometre apart with two plots each take the pair of plots that fits both best."""
    site = radar(period_s=5.0)
    targets = [straight((8e4, 1e3 * k, 6e3), (-200.0, 0.0, 0.0)) for k in range(2)]
    plots = observe(site, targets, rng_of("formation"), 150.0, pd=1.0, sigmas=(30.0, 0.002, 0.002))
    states = follow(plots, site)
    assert np.unique(states["serial"]).size == 2


def test_reach_is_what_gate_and_speed_allow():
    """A track that knows nothing of its speed reaches as far as the fastest thing flies; a good one less far."""
    outline, tracker = np.zeros((1, associate.OUTLINE)), settings(motion=Motion(speed_max_m_s=1000.0))[0]
    outline[0, associate.PLACE_SIGMA], outline[0, associate.SPEED_SIGMA] = 100.0, 5000.0
    place_m = np.sqrt(tracker["gate"]) * 100.0
    assert associate.reach_of(outline, 0, 10.0, tracker) == pytest.approx(place_m + 10e3)
    outline[0, associate.SPEED_SIGMA] = 1.0
    push = associate.noise_density(tracker["manoeuvre_acceleration_m_s2"])
    known = associate.reach_squared(outline, 0, 10.0, push, tracker["gate"])
    assert associate.reach_of(outline, 0, 10.0, tracker) == pytest.approx(np.sqrt(known))
