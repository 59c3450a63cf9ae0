"""Wherever units are played, the files are the same; and what goes wrong there is told."""

import os
import signal
import sys
from concurrent.futures import Future, wait

import numpy as np
import pytest

from campaign.rehearsed import Rehearsal, contents, play_fake, play_slowly
from campaign.test_conduct import conducted, small_parts  # noqa: F401  a fixture
from campaign.test_playing import Small
from farwatch.campaign import cluster
from farwatch.campaign.cluster import connect
from farwatch.campaign.conduct import _orders, conduct
from farwatch.campaign.executors import threads
from farwatch.campaign.ledger import Ledger
from farwatch.campaign.playing import play_unit
from farwatch.campaign.trials import stored
from farwatch.campaign.units import Unit
from farwatch.errors import FarwatchError, InputError, Problem

UNITS = [Unit(point, first, 8) for point in range(3) for first in (0, 8)]


@pytest.fixture(scope="module")
def two_workers():
    """A cluster of two processes on this machine."""
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as made:
        yield made


@pytest.fixture(params=["threads", pytest.param("cluster", marks=pytest.mark.slow)])
def executor(request):
    """Each way to play units."""
    if request.param == "threads":
        with threads(2) as made:
            yield made
    else:
        with connect(request.getfixturevalue("two_workers").scheduler_address) as made:
            yield made


def fail(order):
    """A player that meets a scenario that cannot be played."""
    raise InputError("here", [Problem("raid", str(order.first), "cannot be played", line=3)])


class TestExecutor:
    """What `conduct` relies on, of each executor."""

    def test_it_can_play(self, executor):
        """It has room for at least a unit, and is not lost."""
        assert executor.slots == 2
        assert [executor.lost() for _ in range(40)] == [""] * 40

    def test_every_unit_comes_back_as_it_was_made(self, executor):
        """The rows of a unit are those of its order, in whichever lane."""
        order = _orders(Rehearsal())
        futures = [executor.submit(play_fake, order(unit), lane) for lane, unit in enumerate(UNITS)]
        for unit, future in zip(UNITS, futures, strict=True):
            for table, rows in play_fake(order(unit)).items():
                np.testing.assert_array_equal(future.result(timeout=60)[table], rows)

    def test_equal_orders_are_played_each(self, executor):
        """Nothing is remembered in the place of playing."""
        order = _orders(Rehearsal())(UNITS[0])
        futures = [executor.submit(play_fake, order, 0) for _ in range(2)]
        assert len(wait(futures, timeout=60).done) == 2

    def test_errors_come_back_whole(self, executor):
        """The user's problem is the same problem, with its line, wherever it was met."""
        future = executor.submit(fail, _orders(Rehearsal())(UNITS[1]), 0)
        with pytest.raises(InputError, match="line 3: raid = 8: cannot be played") as caught:
            future.result(timeout=60)
        assert caught.value.problems == (Problem("raid", "8", "cannot be played", line=3),)

    def test_what_is_called_off_is_not_waited_for(self, executor):
        """Most of many slow units can be called off."""
        order = _orders(Rehearsal())
        futures = [executor.submit(play_slowly, order(Unit(0, 32, 8)), 0) for _ in range(40)]
        called_off = sum(future.cancel() for future in reversed(futures))
        wait(futures, timeout=60)
        assert called_off >= 20

    def test_the_files_are_the_same(self, executor, tmp_path, small_parts):  # noqa: F811
        """A whole campaign, byte for byte that of one thread."""
        conducted(tmp_path / "a", count=1)
        assert conduct(Rehearsal(), play_slowly, executor, Ledger(tmp_path / "b")).finished
        assert contents(tmp_path / "a") == contents(tmp_path / "b")


@pytest.mark.slow
def test_missions_are_the_same_on_workers(two_workers, tmp_path):
    """The mission itself, played by two processes and by one thread here: the same bytes."""
    with threads(1) as executor:
        conduct(Small(), play_unit, executor, Ledger(tmp_path / "a"))
    with connect(two_workers.scheduler_address) as executor:
        assert conduct(Small(), play_unit, executor, Ledger(tmp_path / "b")).finished
    assert contents(tmp_path / "a") == contents(tmp_path / "b")


@pytest.mark.slow
def test_a_worker_that_dies_loses_nothing(two_workers, tmp_path, small_parts):  # noqa: F811
    """Killed while it plays, its units are played again elsewhere: the same files."""
    conducted(tmp_path / "a", count=1)
    with connect(two_workers.scheduler_address) as executor:
        pids = list(executor.client.run(os.getpid).values())

        def kill(progress):
            if progress.done >= 200 and pids:
                os.kill(pids.pop(), signal.SIGKILL)
                pids.clear()

        kept = conduct(Rehearsal(), play_slowly, executor, Ledger(tmp_path / "b"), kill)
    assert kept.finished
    assert contents(tmp_path / "a") == contents(tmp_path / "b")


@pytest.mark.slow
@pytest.mark.parametrize("gone", ["workers", "scheduler"])
def test_a_cluster_that_is_gone_is_told(tmp_path, small_parts, gone, monkeypatch):  # noqa: F811
    """All workers gone, or the scheduler: it stops, says so, and goes on elsewhere to the same files."""
    distributed = pytest.importorskip("distributed")
    monkeypatch.setattr(cluster, "PATIENCE", 2)
    conducted(tmp_path / "a", count=1)
    made = distributed.LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=":0")

    def stop(progress):
        if progress.done >= 100:
            made.scale(0) if gone == "workers" else made.close()

    with made, connect(made.scheduler_address) as executor, pytest.raises(FarwatchError, match=r"gone|called off"):
        conduct(Rehearsal(), play_slowly, executor, Ledger(tmp_path / "b"), stop)
    kept = stored(tmp_path / "b", ())
    assert 100 <= sum(int(there.sum()) for there in kept.there.values()) < 900
    conducted(tmp_path / "b")
    assert contents(tmp_path / "a") == contents(tmp_path / "b")


@pytest.mark.slow
def test_workers_of_another_make_are_refused(two_workers, monkeypatch):
    """Another version or kernel on the workers: both are named, and nothing is played."""
    monkeypatch.setattr(cluster, "makeup", lambda: {"farwatch": "9.9", "kernels": "abc"})
    with pytest.raises(FarwatchError, match=r"(?s)farwatch: 9\.9 here, .* there.*kernels: abc here, "):
        connect(two_workers.scheduler_address)


@pytest.mark.slow
def test_a_cluster_without_workers_is_refused(monkeypatch):
    """It says how to start one."""
    distributed = pytest.importorskip("distributed")
    monkeypatch.setattr(cluster, "CONNECT_S", 1.0)
    said = r"has no workers; start one there: dask worker tcp://"
    with (
        distributed.LocalCluster(n_workers=0, dashboard_address=":0") as made,
        pytest.raises(InputError, match=said),
    ):
        connect(made.scheduler_address)


@pytest.mark.parametrize(
    ("address", "said"),
    [("nonsense", "no address of a scheduler; write it as tcp://"), ("tcp://127.0.0.1:1", "no scheduler answers")],
)
def test_an_address_without_a_scheduler_is_refused(monkeypatch, address, said):
    """What is wrong with the address is said."""
    pytest.importorskip("distributed")
    monkeypatch.setattr(cluster, "CONNECT_S", 0.5)
    with pytest.raises(InputError, match=said):
        connect(address)


def test_without_the_package_it_says_what_to_install(monkeypatch):
    """The extra is named."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(FarwatchError, match=r"pip install farwatch\[cluster\]"):
        connect("tcp://127.0.0.1:8786")


def test_a_unit_that_dask_stumbles_over_is_told_as_the_clusters_trouble():
    """An error that breaks out of Dask's own code becomes ours; one of the unit's own stays what it is."""
    for module, kind in (("distributed.cfexecutor", FarwatchError), ("farwatch.mission", ZeroDivisionError)):
        theirs, ours = Future(), Future()
        try:
            exec("1 / 0", {"__name__": module})
        except ZeroDivisionError as error:
            theirs.set_exception(error)
        cluster._pass_on(theirs, ours)
        assert type(ours.exception()) is kind
