"""A campaign is played to its goals, in any order, with the same files."""

import signal
import tracemalloc
from concurrent.futures import Future

import numpy as np
import pytest

from campaign.rehearsed import Rehearsal, contents, play_fake, play_slowly
from farwatch.campaign import units
from farwatch.campaign.conduct import conduct
from farwatch.campaign.executors import threads
from farwatch.campaign.ledger import Ledger
from farwatch.campaign.trials import stored
from farwatch.errors import FarwatchError, InputError


@pytest.fixture
def small_parts(monkeypatch):
    """Parts of 64 trials, so that a short campaign has many."""
    monkeypatch.setattr(units, "PART_ROWS", 64)


def conducted(folder, study=None, play=play_fake, count=2, progress=None):
    with threads(count) as executor:
        return conduct(study or Rehearsal(), play, executor, Ledger(folder), progress)


def test_goals_are_met(tmp_path):
    """Every point has the trials of the last goals, and the folder says so."""
    kept = conducted(tmp_path)
    assert kept.finished
    assert len(kept.rounds) == 3
    assert {p: kept.count(p) for p in range(3)} == dict(kept.rounds[-1])
    assert kept.count(7) == 0
    assert Ledger(tmp_path).finished
    assert not list((tmp_path / "pending").iterdir())


def test_a_study_is_asked_between_rounds_only(tmp_path):
    """What it sees is always a whole round."""
    study = Rehearsal()
    kept = conducted(tmp_path, study, play_slowly, 3)
    rounds = [[goals[p] for p in range(3)] for goals in kept.rounds]
    assert study.asked == [[0, 0, 0], *rounds]


def test_columns_are_those_of_the_player(tmp_path):
    """A measure from memory, another column and a figure from the files: all in trial order."""
    kept = conducted(tmp_path)
    again = stored(tmp_path, kept.names)
    for point in range(3):
        assert kept.column(point, "trial").tolist() == list(range(kept.count(point)))
        for name in ("leaked", "killed", "leaked_share", "shots", "reason_masked", "91n6e.range_m"):
            np.testing.assert_array_equal(kept.column(point, name), again.column(point, name))
        np.testing.assert_array_equal(kept.column(point, "leaked"), stored(tmp_path, ()).column(point, "leaked"))
    assert np.isnan(kept.column(0, "48n6e3.price_usd")).all()
    assert not np.isnan(kept.column(1, "48n6e3.price_usd")).any()


def test_points_share_their_luck(tmp_path):
    """Trial t of each point has the same address, so the same draws."""
    kept = conducted(tmp_path)
    shortest = min(kept.count(0), kept.count(1))
    a, b = (kept.column(point, "91n6e.range_m")[:shortest] for point in (0, 1))
    np.testing.assert_array_equal(a, b)


def test_an_unknown_column_is_refused(tmp_path):
    """The nearest one is named; so is a measure that is none."""
    kept = conducted(tmp_path, Rehearsal(goal=16))
    with pytest.raises(InputError, match="did you mean leaked_share"):
        kept.column(0, "leaked_shar")
    with pytest.raises(InputError, match="did you mean killed"):
        conducted(tmp_path / "other", Rehearsal(measures=("kiled",)))


@pytest.mark.parametrize("count", [1, 3])
def test_order_does_not_matter(tmp_path, small_parts, count):
    """One thread in order, several that end in any order: the same files, byte for byte."""
    conducted(tmp_path / "a", count=1)
    conducted(tmp_path / "b", play=play_slowly, count=count)
    assert contents(tmp_path / "a") == contents(tmp_path / "b")
    assert len(list((tmp_path / "a" / "trials").iterdir())) > 10


def interrupt_after(trials):
    """A listener that presses Ctrl-C once when so many trials are kept."""

    def tell(progress):
        if progress.done >= trials and not pressed:
            pressed.append(True)
            signal.raise_signal(signal.SIGINT)

    pressed = []
    return tell


def test_ctrl_c_keeps_what_is_finished(tmp_path, small_parts):
    """Interrupted, then continued: nothing is played twice, and the files are those of a run without a stop."""
    conducted(tmp_path / "whole")
    first = conducted(tmp_path / "b", play=play_slowly, progress=interrupt_after(200))
    assert not first.finished
    there = sum(first.count(point) for point in range(3))
    assert there >= 150
    assert sum(stored(tmp_path / "b", ()).count(point) for point in range(3)) == there
    played = []

    def watched(order):
        played.extend((order.point, order.first + k) for k in range(order.count))
        return play_fake(order)

    last = conducted(tmp_path / "b", play=watched)
    assert last.finished
    kept_before = {(p, t) for p in range(3) for t in np.flatnonzero(first.there[p]).tolist()}
    assert not kept_before & set(played)
    assert len(set(played)) == len(played)
    assert contents(tmp_path / "b") == contents(tmp_path / "whole")


def test_an_error_is_raised_and_nothing_is_lost(tmp_path, small_parts):
    """A unit that fails ends the campaign; mended, it goes on to the same files."""
    conducted(tmp_path / "whole")

    def broken(order):
        if (order.point, order.first) == (1, 80):
            raise ZeroDivisionError
        return play_fake(order)

    with pytest.raises(ZeroDivisionError):
        conducted(tmp_path / "b", play=broken)
    conducted(tmp_path / "b")
    assert contents(tmp_path / "b") == contents(tmp_path / "whole")


class Gone:
    """Workers that take units and are never heard of again after the first few."""

    slots = 2

    def __init__(self):
        self.taken = 0

    def submit(self, play, order, lane):
        future = Future()
        self.taken += 1
        if self.taken <= 6:
            future.set_result(play(order))
        return future

    def lost(self):
        return "all workers are gone"


def test_lost_workers_are_told(tmp_path, small_parts):
    """What came back is kept, the reason is told, and elsewhere it goes on."""
    conducted(tmp_path / "whole")
    with pytest.raises(FarwatchError, match="all workers are gone; what is finished is kept"):
        conduct(Rehearsal(), play_fake, Gone(), Ledger(tmp_path / "b"))
    assert sum(stored(tmp_path / "b", ()).count(point) for point in range(3)) >= 24
    conducted(tmp_path / "b")
    assert contents(tmp_path / "b") == contents(tmp_path / "whole")


def test_progress_counts_what_was_found(tmp_path):
    """From what was found to all that was asked for."""
    heard = []
    conducted(tmp_path, progress=heard.append)
    assert (heard[0].done, heard[0].total) == (0, 0)
    assert heard[-1].done == heard[-1].total == sum(asked_in(tmp_path).values())
    heard.clear()
    conducted(tmp_path, progress=heard.append)
    assert heard[0].found == heard[0].done == heard[0].total


def asked_in(folder):
    """Goals of the last round in a folder."""
    ledger = Ledger(folder)
    ledger.look()
    return ledger.asked


class Wrong(Rehearsal):
    """Asks for a point that is not there."""

    def goals(self, kept):
        return {9: 8}


def test_impossible_goals_are_refused(tmp_path):
    """A goal names its point."""
    with pytest.raises(InputError, match="no point of this study"):
        conducted(tmp_path, Wrong())
    with pytest.raises(InputError, match="threads = 0"):
        threads(0)


def peak_bytes(folder, goal):
    """Peak of what Python and numpy hold while a campaign of four points is conducted."""
    study = Rehearsal(goal=goal, number=4, steps=2)
    tracemalloc.start()
    try:
        conducted(folder, study, count=1)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.slow
def test_memory_is_flat(tmp_path):
    """Beyond the first full part of each table, more trials hold their measures and their place: 200 B each at most."""
    conducted(tmp_path / "first", Rehearsal(goal=8))  # what is loaded once is loaded now
    little, much = peak_bytes(tmp_path / "a", 3_000), peak_bytes(tmp_path / "b", 6_250)
    assert much - little < 13_000 * 200
