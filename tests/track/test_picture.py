"""The whole tracker: what holds, what does not come about, what order has no say in."""

import numpy as np
import pytest

from farwatch.chance import name_id
from farwatch.records import CONFIRMED, FREE, TENTATIVE, TRACK
from farwatch.track import advance, clear, follow, new_picture, settings
from farwatch.track.picture import (
    CONFIRMATIONS,
    COUNTERS,
    CROWDED,
    EXTENT,
    STARTED,
    UNREAD,
    log_odds_of_seeing,
    oldest_tentative,
)
from farwatch.track.prepare import ASSOCIATIONS
from track.scene import classes, observe, of_truth, plot, radar, radars, spherical, straight, turning


def rng_of(name):
    """Luck that belongs to one test."""
    return np.random.default_rng(name_id(name))


def serials(states, i):
    """Distinct tracks that target `i` has had."""
    return np.unique(of_truth(states, i)["serial"])


def errors(states, targets):
    """Horizontal distance (m) of each state from the target of its last plot."""
    truth = np.array([targets[s["truth"]](s["time_s"])[0][:2] for s in states])
    return np.hypot(states["x_m"] - truth[:, 0], states["y_m"] - truth[:, 1])


def test_a_target_is_confirmed_at_its_third_plot():
    """Three plots in a row confirm under 3-of-5, no earlier, and the track stays one track."""
    site, target = radar(), straight((60e3, 40e3, 6e3), (-200.0, 50.0, 0.0))
    states = follow(observe(site, [target], rng_of("third"), 300.0, pd=1.0), site)
    assert np.unique(states["serial"]).size == 1
    assert states["confirmed_s"][0] - states["born_s"][0] == pytest.approx(20.0, abs=1.0)
    assert np.median(errors(states, [target])) < 300.0


def test_crossing_targets_keep_their_tracks():
    """Targets that pass through one another, 300 m apart in height, leave with the tracks they came with."""
    site = radar(period_s=5.0)
    targets = [
        straight((100e3, 10e3, 7e3), (-220.0, 60.0, 0.0)),
        straight((100e3, 40e3, 7.3e3), (-220.0, -60.0, 0.0)),
    ]
    kept = 0
    for k in range(10):
        states = follow(observe(site, targets, rng_of(f"cross {k}"), 480.0), site)
        before, after = states[states["time_s"] < 200.0], states[states["time_s"] > 300.0]
        kept += all(np.array_equal(serials(before, i), serials(after, i)) for i in range(2))
    assert kept >= 9


@pytest.mark.parametrize("period_s", [4.0, 10.0])
def test_a_six_g_turn_is_held(period_s):
    """A fighter that turns with 6 g for 20 s and back again keeps its one track."""
    site = radar(period_s=period_s)
    turns = [(100.0, 120.0, 59.0), (140.0, 160.0, -59.0)]
    held = 0
    for k in range(10):
        target = turning((-60e3, 70e3, 5e3), 300.0, turns)
        states = follow(observe(site, [target], rng_of(f"turn {k}"), 300.0, pd=0.95), site)
        held += serials(states, 0).size == 1
    assert held >= 9


def test_a_radar_without_elevation_tracks_on_the_ground():
    """Range and azimuth alone give a track with the right place over the ground and an honest height."""
    site = radar(elevation_beam_rad=0.0)
    targets = [straight((150e3, 20e3, 9e3), (-230.0, 0.0, 0.0)), straight((40e3, -30e3, 1e3), (0.0, 120.0, 0.0))]
    states = follow(observe(site, targets, rng_of("flat"), 400.0, sigmas=(80.0, 0.004, 0.0)), site)
    late = states[states["time_s"] > 100.0]
    assert [serials(late, i).size for i in range(2)] == [1, 1]
    assert np.sqrt((errors(late, targets) ** 2).mean()) < 900.0
    assert (late["position_sigma_m"] > 1000.0).all()
    assert (np.abs(late["z_m"] - 6e3) < 9e3).all()


@pytest.mark.heavy
def test_noise_alone_confirms_next_to_nothing():
    """Two hundred turns with twenty false plots each make at most two confirmed tracks."""
    site = radar(false_plots=20.0)
    noise = observe(site, [], rng_of("noise"), 2000.0, false_plots=20.0)
    states = follow(noise, site)
    assert noise.size > 3500
    assert np.unique(states["serial"]).size <= 2


@pytest.mark.heavy
def test_targets_are_found_among_noise():
    """In a hundred false plots a turn every target gets one track, and few tracks are nobody's."""
    rng, site = rng_of("clutter"), radar(false_plots=100.0)
    targets = [
        straight((*rng.uniform(-2e5, 2e5, 2), rng.uniform(2e3, 1e4)), (*rng.uniform(-250, 250, 2), 0.0))
        for _ in range(20)
    ]
    states = follow(observe(site, targets, rng, 600.0, false_plots=100.0), site)
    mine = [serials(states[states["time_s"] > 100], i).size for i in range(20)]
    assert sum(n == 1 for n in mine) >= 18
    assert np.unique(states["serial"]).size <= 26


def test_several_radars_make_one_track():
    """Three radars of different turn and place, one of them without elevation, share one track per target."""
    sites = radars(
        radar(),
        radar(period_s=4.0, phase_s=1.3, x_m=30e3, y_m=-10e3, range_max_m=150e3),
        radar(period_s=6.0, phase_s=0.7, x_m=-20e3, elevation_beam_rad=0.0),
    )
    targets = [straight((90e3, 30e3 + 8e3 * k, 5e3 + 500 * k), (-180.0, 20.0 * k, 0.0)) for k in range(4)]
    rng = rng_of("several")
    seen = [
        observe(sites[r : r + 1], targets, rng, 400.0, sigmas=s)
        for r, s in enumerate([(50.0, 0.003, 0.003), (30.0, 0.004, 0.004), (60.0, 0.003, 0.0)])
    ]
    for r in range(3):
        seen[r]["radar_index"] = r
    states = follow(np.concatenate(seen), sites)
    late = states[states["time_s"] > 60.0]
    assert [serials(late, i).size for i in range(4)] == [1] * 4
    assert np.unique(late["serial"]).size == 4
    assert np.median(errors(late, targets)) < 250.0


def test_a_lost_target_coasts_and_is_dropped():
    """After its last plot a track flies on for five overdue looks, then ends."""
    site, target = radar(), straight((80e3, 0.0, 8e3), (0.0, 200.0, 0.0), end_s=200.0)
    states = follow(observe(site, [target], rng_of("lost"), 400.0, pd=1.0), site, until_s=400.0)
    last_plot, last_state = states["hit_s"].max(), states["time_s"].max()
    assert 45.0 <= last_state - last_plot <= 75.0
    coasting = states[states["time_s"] == last_state]
    assert abs(coasting["y_m"][0] - 200.0 * last_state) < 1500.0
    assert (np.diff(states["position_sigma_m"][-4:]) > 0).all()


def test_a_radar_that_is_blocked_does_not_end_a_track():
    """One radar stops seeing a target that another still sees: the track goes on."""
    sites = radars(radar(), radar(period_s=2.0, phase_s=0.5))
    target = straight((80e3, 0.0, 8e3), (0.0, 200.0, 0.0))
    seen = observe(sites, [target], rng_of("blocked"), 300.0, pd=1.0)
    states = follow(seen[(seen["radar_index"] == 0) | (seen["time_s"] < 100.0)], sites)
    assert np.unique(states["serial"]).size == 1
    assert states["time_s"].max() > 290.0


def test_out_of_coverage_is_no_miss():
    """A target that leaves a radar's sector is not charged with misses; it ends when nobody could know where it is."""
    site = radar(heading_rad=np.pi / 2, half_sector_rad=np.pi / 4)
    target = straight((60e3, 30e3, 8e3), (0.0, 250.0, 0.0))
    plots = observe(site, [target], rng_of("sector"), 120.0, pd=1.0)
    inside = plots[plots["azimuth_rad"] > np.pi / 4]
    states = follow(inside, site, until_s=400.0)
    coast = states["time_s"].max() - inside["time_s"].max()
    assert 76.0 < coast < 250.0


@pytest.fixture
def busy():
    """A batch-rich recording: two radars, ten targets, noise."""
    rng, sites = rng_of("busy"), radars(radar(false_plots=10.0), radar(period_s=4.0, x_m=2e4, phase_s=0.2, batches=4))
    targets = [straight((*rng.uniform(-1e5, 1e5, 2), 5e3), (*rng.uniform(-250, 250, 2), 0.0)) for _ in range(10)]
    return observe(sites, targets, rng, 60.0, false_plots=10.0), sites


def empty(association, sites):
    """A new picture."""
    return new_picture(settings(association=association), sites.size, classes(), (200, 200))


def play(plots, sites, order, picture):
    """All batches of a recording into a picture, each batch in an order of choice."""
    for step in range(int(60.0 * 2)):
        for r in range(sites.size):
            now = 0.5 * (step + 1)
            mine = (plots["radar_index"] == r) & (plots["time_s"] > now - 0.5) & (plots["time_s"] <= now)
            batch = plots[mine][order(mine.sum())]
            advance(picture, sites, r, now, batch, batch.size)
    return picture


def alike(a, b, *, numbered=False):
    """Whether two pictures hold the same tracks to the bit; `numbered`: and plots had the same numbers in both."""
    names = [name for name in a.tracks.dtype.names if numbered or name != "plots"]
    keep = a.tracks["status"] != FREE
    same = np.array_equal(keep, b.tracks["status"] != FREE)
    return same and all(
        np.array_equal(a.tracks[name][keep], b.tracks[name][keep], equal_nan=a.tracks[name].dtype.kind == "f")
        for name in names
    )


@pytest.mark.parametrize("association", ASSOCIATIONS)
def test_the_order_of_plots_has_no_say(busy, association):
    """Each batch forwards, backwards or shuffled: the same picture to the bit, and again when repeated."""
    plots, sites = busy
    rng = rng_of("shuffle")
    forwards = play(plots, sites, np.arange, empty(association, sites))
    assert (forwards.tracks["status"] == CONFIRMED).sum() >= 9
    for order in (lambda n: np.arange(n)[::-1], rng.permutation):
        assert alike(forwards, play(plots, sites, order, empty(association, sites)))
    assert alike(forwards, play(plots, sites, np.arange, empty(association, sites)), numbered=True)


@pytest.mark.parametrize("association", ASSOCIATIONS)
def test_clear_empties_the_picture(busy, association):
    """A used picture, cleared, holds nothing, and does the same as a new one."""
    plots, sites = busy
    used = play(plots, sites, np.arange, empty(association, sites))
    clear(used)
    assert (used.tracks["status"] == FREE).all()
    assert (used.counters == 0).all()
    assert used.counters.size == COUNTERS
    play(plots, sites, np.arange, used)
    assert alike(used, play(plots, sites, np.arange, empty(association, sites)), numbered=True)


def test_how_likely_a_look_sees_what_is_there():
    """Log-odds of a plot, for a track that hides with some probability."""
    track = np.zeros(1, TRACK)[0]
    track["hidden_probability"] = 0.5
    assert log_odds_of_seeing(track, 0.8) == pytest.approx(np.log(0.4 / 0.6))


def a_plot(site, position, rng, when=1.0):
    """One plot of a place."""
    return plot(site[0], 0, when, spherical(site[0], np.array(position)), (50.0, 0.003, 0.003), 0, rng, 1.0, 0)


def test_a_full_picture_gives_way_to_the_new():
    """With every slot tentative the oldest makes room; with every slot confirmed the plot is left and counted."""
    site, rng = radar(), rng_of("full")
    picture = new_picture(settings(), 1, classes(), (3, 8))
    batch = np.array([a_plot(site, (2e4 * k, 5e4, 5e3), rng) for k in range(1, 6)])
    advance(picture, site, 0, 2.0, batch, 5)
    assert picture.counters[STARTED] == 5
    assert picture.counters[CROWDED] == 2
    assert picture.counters[EXTENT] == 3
    assert sorted(picture.tracks["serial"]) == [2, 3, 4]
    assert picture.tracks["serial"][oldest_tentative(picture.tracks)] == 2
    picture.tracks["status"] = CONFIRMED
    assert oldest_tentative(picture.tracks) == -1
    far = np.array([a_plot(site, (-9e4, -9e4, 5e3), rng, 3.0)])
    advance(picture, site, 0, 4.0, far, 1)
    assert picture.counters[UNREAD] == 1


def test_plots_beyond_the_room_are_counted():
    """A batch larger than the picture's room is read as far as the room goes."""
    site, rng = radar(), rng_of("beyond")
    picture = new_picture(settings(), 1, classes(), (20, 4))
    batch = np.array([a_plot(site, (2e4 * k, 5e4, 5e3), rng) for k in range(1, 8)])
    advance(picture, site, 0, 2.0, batch, 7)
    assert picture.counters[STARTED] == 4
    assert picture.counters[UNREAD] == 3


def test_no_plots_and_no_tracks_are_nothing():
    """An empty batch into an empty picture leaves it empty; an empty recording gives an empty table."""
    site = radar()
    picture = new_picture(settings(), 1, classes(), (4, 4))
    none = observe(site, [], rng_of("none"), 10.0)
    advance(picture, site, 0, 10.0, none, 0)
    assert picture.counters[CONFIRMATIONS] == 0
    assert follow(none, site).size == 0
    assert (picture.tracks["status"] != TENTATIVE).all()
