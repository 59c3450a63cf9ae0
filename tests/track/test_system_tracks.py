"""One picture of several radars' tracks: numbers stay, and the picture is never surer than it should be."""

import numpy as np
import pytest

from farwatch.chance import name_id
from farwatch.errors import InputError
from farwatch.records import STATE
from farwatch.track.consistency import mean_bounds, nees
from farwatch.track.system_tracks import Fusing, carried, fuse
from track.filtered import fly, noise, step, track, vectors

DENSITY = 2.0 * 1.0**2 * 4.0  # that of `Fusing.acceleration_m_s2`

ALONG, ACROSS = (50.0, 300.0, 100.0), (300.0, 50.0, 100.0)


def rng_of(name, run=0):
    """Luck that belongs to one test and run."""
    return np.random.default_rng([name_id(name), run])


def two_files(rng, targets=1, until_s=200.0, sigmas=(60.0, 90.0), density=DENSITY):
    """Track files of two radars at 4 and 5 s on the same targets, and truth f8[n, 6] by target and time."""
    fine = np.arange(0.0, until_s + 1.0, 1.0)
    truths = [fly(rng, fine, density) for _ in range(targets)]
    files = []
    for step_s, sigma_m in zip((4, 5), sigmas, strict=True):
        rows = [track(rng, fine[::step_s], truth[::step_s], density, sigma_m, 10 * step_s + i)
                for i, truth in enumerate(truths)]  # fmt: skip
        files.append(np.concatenate(rows))
    return files, truths


def squares(picture, truth):
    """NEES of a picture of one target at whole seconds."""
    return nees(vectors(picture) - truth[picture["time_s"].astype(int)], picture["covariance"])


@pytest.mark.slow
def test_the_picture_is_never_too_sure():
    """Filters that bet on the same motion: fused NEES stays below its bound, and independent fusion's does not.

    The radars look along and across: each knows one axis well, so that the picture is better than both.
    """
    fair, bold, errors = [], [], []
    for run in range(40):
        files, (truth,) = two_files(rng_of("sure", run), sigmas=(ALONG, ACROSS))
        picture = fuse(files, Fusing(step_s=20.0))
        late = picture["time_s"] > 60
        fair.append(squares(picture, truth)[late].mean())
        naive = fuse(files, Fusing(step_s=20.0, independent=True))
        bold.append(squares(naive, truth)[late].mean())
        gap = vectors(picture[late])[:, :3] - truth[picture["time_s"][late].astype(int), :3]
        alone = np.isin(files[0]["time_s"], picture["time_s"][late])
        own = vectors(files[0][alone])[:, :3] - truth[files[0]["time_s"][alone].astype(int), :3]
        errors.append(((gap**2).sum(), (own**2).sum()))
    high = mean_bounds(40 * 8, 6, 0.95)[1]
    assert np.mean(fair) < high
    assert np.mean(bold) > high
    ours, one = np.sum(errors, axis=0)
    assert ours < 0.5 * one


def test_a_target_seen_twice_is_one_track():
    """Each of six targets has one number from the second picture on, in a picture at every output of every radar."""
    files, truths = two_files(rng_of("one"), targets=6)
    picture = fuse(files)
    late = picture[picture["time_s"] > 20]
    assert np.unique(late["serial"]).size == 6
    times, counts = np.unique(late["time_s"], return_counts=True)
    assert (counts == 6).all()
    assert np.isin(np.arange(24, 200, 4), times).all()
    for number in np.unique(late["serial"]):
        mine = late[late["serial"] == number]
        gaps = [np.hypot(*(vectors(mine)[:, :2] - truth[mine["time_s"].astype(int), :2]).T).max() for truth in truths]
        assert min(gaps) < 500.0


def test_a_number_outlives_the_tracks_it_holds():
    """One radar loses the target and finds it again, then the other does: the system's number stays."""
    (first, second), _ = two_files(rng_of("outlives"))
    first = first[(first["time_s"] < 60) | (first["time_s"] > 80)]
    first["serial"][first["time_s"] > 80] += 1000
    second = second[second["time_s"] < 120]
    picture = fuse([first, second], Fusing(step_s=4.0))
    assert np.unique(picture["serial"]).size == 1
    assert (np.diff(picture["time_s"]) == 4.0).all()


def test_a_short_gap_of_both_is_remembered():
    """Lost by every radar and back within the memory, it has its number again; after it, a new one."""
    (first, _), _ = two_files(rng_of("gap"), density=0.1)
    first = first[(first["time_s"] < 100) | (first["time_s"] >= 120)]
    first["serial"][first["time_s"] >= 120] += 1000
    options = {"acceleration_m_s2": 0.5}
    assert np.unique(fuse([first], Fusing(memory_s=30.0, **options))["serial"]).size == 1
    assert np.unique(fuse([first], Fusing(memory_s=5.0, **options))["serial"]).size == 2


def test_tracks_that_come_together_late_become_one():
    """A track that starts far off and settles on the target is merged into the older number, and no double stays."""
    (first, second), _ = two_files(rng_of("late"))
    second["x_m"][second["time_s"] < 40] += 3000.0
    picture = fuse([first, second], Fusing(step_s=5.0))
    counts = {t: int((picture["time_s"] == t).sum()) for t in np.unique(picture["time_s"])}
    assert counts[min(t for t in counts if t > 15)] == 2
    assert all(n == 1 for t, n in counts.items() if t > 60)
    assert np.unique(picture["serial"][picture["time_s"] > 60]).tolist() == [0]


def test_tracks_that_go_apart_part():
    """Two aircraft that flew as one and separate end as two numbers, the first radar's keeping the old one."""
    rng, fine = rng_of("apart"), np.arange(0.0, 201.0, 1.0)
    start = np.array([2e4, 1e4, 8e3, 200.0, 0.0, 0.0])
    one = np.array([step(t) @ start for t in fine])
    other = one.copy()
    other[:, 1] += np.maximum(fine - 80.0, 0.0) ** 2 * 2.0
    files = [track(rng, fine[::4], one[::4], DENSITY, 60.0, 1), track(rng, fine[::4], other[::4], 100.0, 60.0, 2)]
    picture = fuse(files)
    assert np.unique(picture["serial"][picture["time_s"] < 80]).tolist() == [0]
    last = picture[picture["time_s"] == 200.0]
    assert last["serial"].tolist() == [0, 1]
    assert abs(last["y_m"][0] - one[200, 1]) < 500.0
    assert abs(last["y_m"][1] - other[200, 1]) < 3000.0


def test_what_members_know_is_kept():
    """Code, address, existence, birth and last hit of the picture come from all members."""
    (first, second), _ = two_files(rng_of("knows"))
    first["mode_a"], second["address"], second["existence_probability"] = 1234, 4321, 0.99
    second["born_s"], first["born_s"], first["confirmed_s"], second["confirmed_s"] = 1.0, 2.0, 9.0, 8.0
    last = fuse([first, second])[-1]
    told = last["mode_a"], last["address"], last["existence_probability"], last["born_s"], last["confirmed_s"]
    assert told == (1234, 4321, 0.99, 1.0, 8.0)
    assert last["hit_s"] == 200.0
    assert last["position_sigma_m"] == pytest.approx(np.sqrt(np.diag(last["covariance"])[:3].max()))


def test_carrying_is_the_filter_s_prediction():
    """A state carried ahead has the mean and covariance of the textbook's prediction."""
    (first, _), _ = two_files(rng_of("carry"))
    row = first[20:21]
    moved = carried(row, float(row["time_s"][0]) + 7.0, 1.0)
    np.testing.assert_allclose(vectors(moved)[0], step(7.0) @ vectors(row)[0])
    expected = step(7.0) @ row["covariance"][0] @ step(7.0).T + noise(7.0, DENSITY)
    np.testing.assert_allclose(moved["covariance"][0], expected)


def test_nothing_gives_nothing_and_wrong_types_are_refused():
    """No track files make an empty picture; what is no track file is named."""
    assert fuse([]).size == 0
    assert fuse([np.zeros(0, STATE)]).size == 0
    with pytest.raises(InputError, match=r"states_by_sensor\[1\]"):
        fuse([np.zeros(0, STATE), np.zeros(3)])
