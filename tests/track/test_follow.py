"""From a table of plots to a table of states: when plots are handed over, and what is written down."""

from importlib import import_module

import numpy as np
import pytest

from farwatch.chance import name_id
from farwatch.errors import InputError
from farwatch.records import CLASS, CONFIRMED, PLOT, STATE, TENTATIVE, TRACK
from farwatch.track import existence, follow, new_picture, settings
from farwatch.track.picture import EXTENT
from track.scene import observe, radar, radars, straight

recording = import_module("farwatch.track.follow")  # the room calls its function by the same name


def rng_of(name):
    """Luck that belongs to one test."""
    return np.random.default_rng(name_id(name))


def stamped(times_s, azimuth_rad=0.3, radar_index=0):
    """PLOT[n] of one place at these times."""
    plots = np.zeros(len(times_s), PLOT)
    plots["time_s"], plots["radar_index"] = times_s, radar_index
    plots["range_m"], plots["azimuth_rad"], plots["elevation_rad"] = 8e4, azimuth_rad, 0.1
    plots["range_sigma_m"], plots["azimuth_sigma_rad"], plots["elevation_sigma_rad"] = 50.0, 0.003, 0.003
    return plots


def two_radars():
    """A turning radar that hands over eight times a turn, one that stamps its scans, and what both saw."""
    sites = radars(radar(batches=8), radar(period_s=4.0, phase_s=0.5, x_m=2e4))
    targets = [straight((7e4, 2e4 * k, 6e3), (-180.0, 30.0, 0.0)) for k in range(3)]
    plots = observe(sites, targets, rng_of("two radars"), 100.0, pd=0.95)
    second = plots["radar_index"] == 1
    for i, target in enumerate(targets):  # seen at the beginning of the scan, whatever the azimuth
        mine = np.flatnonzero(second & (plots["truth"] == i))
        for k in mine:
            begun_s = 0.5 + 4.0 * np.floor((plots["time_s"][k] - 0.5) / 4.0)
            moved = target(begun_s)[0] - target(plots["time_s"][k])[0]
            range_m, azimuth_rad = plots["range_m"][k], plots["azimuth_rad"][k]
            x, y = range_m * np.sin(azimuth_rad) + moved[0], range_m * np.cos(azimuth_rad) + moved[1]
            plots["range_m"][k], plots["azimuth_rad"][k], plots["time_s"][k] = np.hypot(x, y), np.arctan2(x, y), begun_s
    return sites, plots


def test_scans_with_one_time_are_known_by_it():
    """Plots in whole periods share their scans' times; scans without plots are counted too."""
    np.testing.assert_allclose(shared(0.5, 4.5, 4.5, 16.5), [0.5, 4.5, 8.5, 12.5, 16.5])
    np.testing.assert_allclose(shared(0.0, 4.003, 8.0), [0.0, 4.003, 8.0])  # a clock that is a little off


def same(a, b):
    """Whether two tables of states hold the same numbers to the bit."""
    return a.size == b.size and all(np.array_equal(a[name], b[name]) for name in STATE.names)


def shared(*times_s):
    """What `shared_times` makes of a radar with 4 s a turn."""
    return recording.shared_times(np.array(times_s), 4.0)


@pytest.mark.parametrize("times_s", [(3.0,), (0.0, 4.0, 9.0), (0.0, 0.001, 4.0), ()])
def test_plots_with_times_of_their_own_share_none(times_s):
    """One scan says nothing; a time between scans, or two in one, is a plot's own."""
    assert shared(*times_s) is None


def test_every_plot_is_in_one_batch():
    """Batches come in order of time, ties by radar; each plot is in the first one that is not before it."""
    sites, plots = two_radars()
    ordered = plots[np.lexsort((plots["time_s"], plots["radar_index"]))]
    batches = recording._batches(ordered, sites, None)
    assert (np.diff(batches["time_s"]) >= 0).all()
    assert batches["size"].sum() == plots.size
    for r, step_s in enumerate((10.0 / 8, 4.0)):
        mine = batches[batches["radar_index"] == r]
        np.testing.assert_allclose(np.diff(mine["time_s"]), step_s)
        for one in mine:
            inside = ordered[one["first"] : one["first"] + one["size"]]
            assert (inside["radar_index"] == r).all()
            assert (inside["time_s"] <= one["time_s"]).all()
            assert (inside["time_s"] > one["time_s"] - step_s - 1e-9).all()
    scans = batches[batches["radar_index"] == 1]
    assert set(scans["time_s"][scans["size"] > 0]) == set(plots["time_s"][plots["radar_index"] == 1])


def test_ties_go_by_radar():
    """Two radars that hand over at one time do so in order of their number."""
    sites = radars(radar(period_s=4.0), radar(period_s=4.0))
    ordered = np.concatenate([stamped([0.0, 4.0, 8.0]), stamped([0.0, 4.0, 8.0], radar_index=1)])
    batches = recording._batches(ordered, sites, None)
    assert batches["radar_index"].tolist() == [0, 1] * 5  # and two turns in which nothing comes any more
    assert batches["first"].tolist()[:6] == [0, 3, 1, 4, 2, 5]
    assert batches["size"].tolist() == [1] * 6 + [0] * 4


@pytest.mark.parametrize("association", ["gnn", "mht"])
def test_several_radars_write_at_the_times_of_each(association):
    """States come at the end of every batch of either radar, and three targets have three tracks."""
    sites, plots = two_radars()
    states = follow(plots, sites, settings(association=association, confirm="existence"))
    assert (np.diff(states["time_s"]) >= 0).all()
    late = states[states["time_s"] > 40.0]
    assert np.unique(late["serial"]).size == 3
    assert set(np.round((np.unique(late["time_s"]) % 4.0), 3)) >= {0.5, 0.0, 1.25, 2.5}
    shuffled = plots[rng_of("shuffled").permutation(plots.size)]
    again = follow(shuffled, sites, settings(association=association, confirm="existence"))
    assert same(again, states)


def test_a_table_that_grows_is_the_same_table(monkeypatch):
    """Written in pieces that hold a batch or two each, the states are those of one piece."""
    sites, plots = two_radars()
    whole = follow(plots, sites)
    monkeypatch.setattr(recording, "ROWS", 1)
    assert whole.size > 300
    assert same(follow(plots, sites), whole)


def test_batches_are_played_as_far_as_the_rows_reach():
    """A table that could overflow stops the play before the batch that might; the rest goes on from there."""
    site = radar(period_s=5.0)
    plots = observe(site, [straight((6e4, 4e4, 6e3), (-200.0, 0.0, 0.0))], rng_of("rows"), 60.0, pd=1.0)
    batches, tracker = recording._batches(plots, site, 60.0), settings()
    picture = new_picture(tracker, 1, np.zeros(0, CLASS), (2, 4))
    rows, done, found = np.zeros(3, STATE), 0, []
    for _ in range(batches.size):
        done, count = recording.play_batches(picture, site, plots, batches, done, rows)
        assert 0 <= count <= rows.size
        found += rows[:count].tolist()
    assert done == batches.size
    assert recording.play_batches(picture, site, plots, batches, done, rows) == (done, 0)
    assert [row[0] for row in found] == [row[0] for row in follow(plots, site, until_s=60.0).tolist()]


def a_track():
    """A confirmed track with two models that differ, their covariances in the upper triangle alone."""
    rng, track = rng_of("a track"), np.zeros(1, TRACK)
    track["status"], track["serial"], track["time_s"], track["log_odds"] = CONFIRMED, 7, 10.0, 2.0
    x, weight = rng.normal(size=(2, 6)) * 100.0, np.array([0.7, 0.3])
    root = rng.normal(size=(2, 6, 6)) * 50.0
    p = root @ root.transpose(0, 2, 1)
    track["x"][0], track["weight"][0], track["mean"][0] = x, weight, weight @ x
    track["p"][0] = np.triu(p)
    gap = x - weight @ x
    return track, sum(w * (p[m] + np.outer(gap[m], gap[m])) for m, w in enumerate(weight))


@pytest.mark.parametrize("ahead_s", [0.0, 3.5, -2.0])
def test_a_state_is_the_mixture_carried_on(ahead_s):
    """Place and covariance are those of one Gaussian for both models, F m and F P F' + Q, as their pushes expect."""
    (track, covariance), row, tracker = a_track(), np.zeros(1, STATE), settings()[0]
    recording.write_state(track[0], 10.0 + ahead_s, row[0], tracker)
    step = np.eye(6) + ahead_s * np.eye(6, k=3)
    names = ("x_m", "y_m", "z_m", "vx_m_s", "vy_m_s", "vz_m_s")
    np.testing.assert_allclose([row[0][name] for name in names], step @ track["mean"][0], rtol=1e-12)
    pushes = track["weight"][0] @ [recording.push_of(tracker, m) for m in range(2)]
    blocks = np.array([[ahead_s**3 / 3, ahead_s**2 / 2], [ahead_s**2 / 2, ahead_s]]) * (ahead_s > 0.0)
    expected = step @ covariance @ step.T + pushes * np.kron(blocks, np.eye(3))
    np.testing.assert_allclose(row["covariance"][0], expected, rtol=1e-9, atol=1e-9)
    assert (row["time_s"][0], row["serial"][0]) == (10.0 + ahead_s, 7)


def test_a_covariance_is_carried_in_place():
    """In a straight line: F P F'."""
    root = rng_of("carry").normal(size=(6, 6))
    given = root @ root.T
    carried, step = given.copy(), np.eye(6) + 2.5 * np.eye(6, k=3)
    recording.carry(carried, 2.5)
    np.testing.assert_allclose(carried, step @ given @ step.T, rtol=1e-12)


@pytest.mark.parametrize(("confirm", "shown"), [("existence", [1]), ("3-of-5", [1, 2])])
def test_only_what_is_believed_is_written(confirm, shown):
    """Confirmed tracks; where existence decides, only those that rather exist than not."""
    picture, rows = new_picture(settings(confirm=confirm), 1, np.zeros(0, CLASS), (4, 4)), np.zeros(6, STATE)
    picture.tracks["status"][:3] = TENTATIVE, CONFIRMED, CONFIRMED
    picture.tracks["serial"][:3], picture.tracks["log_odds"][:3] = range(3), (5.0, 2.0, -0.5)
    picture.counters[EXTENT] = 3
    assert recording.write_states(picture, 1.0, rows, 2) == 2 + len(shown)
    assert rows["serial"][2 : 2 + len(shown)].tolist() == shown
    assert rows["existence_probability"][2] == pytest.approx(existence.probability(2.0))


def test_a_recording_ends_when_it_is_told_to():
    """By default a period after the last plot, or a batch later; with `until_s`, then, and the lost target is gone."""
    site, target = radar(), straight((8e4, 0.0, 8e3), (0.0, 200.0, 0.0), end_s=95.0)
    plots = observe(site, [target], rng_of("ends"), 100.0, pd=1.0)
    by_default, longer = follow(plots, site), follow(plots, site, until_s=300.0)
    last_s, end_s = plots["time_s"].max(), by_default["time_s"].max()
    assert last_s <= end_s <= last_s + 20.0
    assert end_s < longer["time_s"].max() < 200.0
    assert same(longer[: by_default.size], by_default)
    assert follow(plots, site, until_s=50.0)["time_s"].max() <= 50.0


def test_plots_that_no_radar_could_send_are_refused():
    """All that is wrong is told at once: another record, a stranger's plots, numbers that are none, no errors."""
    site, plots = radar(), stamped([1.0, 2.0])
    with pytest.raises(InputError, match="PLOT"):
        follow(np.zeros(2), site)
    plots["radar_index"][0], plots["range_m"][1], plots["azimuth_sigma_rad"][1] = 3, np.nan, 0.0
    with pytest.raises(InputError) as refused:
        follow(plots, site)
    assert [problem.where for problem in refused.value.problems] == [
        "plots.radar_index", "plots.range_m", "plots.azimuth_sigma_rad",
    ]  # fmt: skip


def test_nothing_recorded_is_nothing_followed():
    """No plots give no states, and an empty picture."""
    went = recording.course(np.zeros(0, PLOT), radar(), settings(), recording.Informed())
    assert went.states.size == 0
    assert went.states.dtype == STATE
    assert went.picture.counters[EXTENT] == 0
