"""Campaigns are the same for any number of threads, and keep what is finished whatever happens."""

import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from farwatch.campaign.execute import Progress, execute, play_blocks
from farwatch.campaign.interruption import PATIENCE
from farwatch.errors import InputError


def same(a, b):
    """Whether two results hold the same bits."""
    pairs = [(getattr(a.evidence, name), getattr(b.evidence, name)) for name in a.evidence.__slots__]
    return all(np.asarray(x).tobytes() == np.asarray(y).tobytes() for x, y in pairs)


@pytest.mark.parametrize("threads", [2, 5])
def test_threads_do_not_matter(plan, play, threads):
    """One thread or several: the same bits."""
    assert same(execute(plan(), play, 1), execute(plan(), play, threads))


def test_order_does_not_matter(plan, play):
    """Blocks that end in any order give the trials in order."""

    def late_first(first_trial, count, *, trace):
        time.sleep(0.05 if first_trial == 0 else 0.0)
        return play(first_trial, count, trace=trace)

    assert same(execute(plan(), play, 1), execute(plan(), late_first, 3))


def test_a_longer_campaign_begins_like_a_shorter_one(plan, play):
    """Trial 5 does not know how many trials there are."""
    short, long = execute(plan(9), play, 1), execute(plan(30), play, 1)
    assert long.evidence.outcomes[:9].tobytes() == short.evidence.outcomes.tobytes()


def test_only_the_first_trial_is_traced(plan, play):
    """One log, of trial 0."""
    found = execute(plan(), play, 2)
    assert found.evidence.traced == 0
    assert len(found.events) == 4


def test_few_blocks_are_in_flight(plan, play):
    """No more blocks run at once than there are threads."""
    running, most, lock = [0], [0], threading.Lock()

    def counted(first_trial, count, *, trace):
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        time.sleep(0.002)
        with lock:
            running[0] -= 1
        return play(first_trial, count, trace=trace)

    execute(plan(200), counted, 3)
    assert most[0] <= 3


def test_progress_tells_every_block(plan, play):
    """From nothing to all, with a rate by the listener's clock."""
    heard = []
    execute(plan(), play, 2, progress=heard.append)
    assert heard[0].done == 0
    assert heard[-1] == Progress(30, 30, 0)
    assert Progress(10, 30, 0).rate(5.0) == 2.0
    assert Progress(10, 30, 0).remaining_s(5.0) == 10.0
    assert Progress(10, 30, 10).remaining_s(5.0) == np.inf
    assert Progress(30, 30, 30).remaining_s(0.0) == 0.0


def interrupt_after(trials):
    """A listener that presses Ctrl-C once this many trials are finished."""

    def listener(progress):
        if progress.done >= trials and not pressed:
            pressed.append(True)
            signal.raise_signal(signal.SIGINT)

    pressed = []
    return listener


@pytest.mark.parametrize("threads", [1, 3])
def test_ctrl_c_keeps_what_is_finished(plan, play, threads):
    """An interrupted campaign has its first trials, all of them, and a summary."""
    found = execute(plan(200), play, threads, progress=interrupt_after(40))
    assert found.interrupted
    assert 40 <= len(found) < 200
    assert found.evidence.trials.tolist() == list(range(len(found)))
    assert found.summary().trials == len(found)
    assert found.manifest["trials_done"] == len(found)


def test_ctrl_c_at_once_keeps_a_block(plan, play):
    """Stopped after the first block: what ran is kept."""
    found = execute(plan(), play, 1, progress=interrupt_after(1))
    assert 8 <= len(found) < 30


def test_ctrl_c_again_and_again_gives_up(plan, play):
    """A second press is forgiven; one who insists gets out at once, and Ctrl-C is what it was before."""
    before = signal.getsignal(signal.SIGINT)

    def insistent(progress):
        for _ in range(PATIENCE if progress.done else 0):
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        execute(plan(200), play, 1, progress=insistent)
    assert signal.getsignal(signal.SIGINT) is before


def test_a_campaign_runs_in_any_thread(plan, play):
    """Where Ctrl-C cannot arrive, nothing is done about it."""
    with ThreadPoolExecutor(1) as pool:
        assert len(pool.submit(execute, plan(), play, 1).result()) == 30


def test_an_error_in_a_block_is_raised(plan, play):
    """A defect is not hidden, and the rest is called off."""

    def broken(first_trial, count, *, trace):
        if first_trial == 16:
            raise ZeroDivisionError
        return play(first_trial, count, trace=trace)

    with pytest.raises(ZeroDivisionError):
        execute(plan(100), broken, 2)


def test_units_are_played_in_order(play):
    """With one thread, blocks run first to last, and all of them are kept."""
    kept = []
    assert play_blocks(play, [(0, 8), (8, 8), (16, 2)], 1, lambda block: kept.append(block.first_trial))
    assert kept == [0, 8, 16]


def test_what_cannot_be_played_is_refused(plan, play):
    """Every wrong argument is named at once."""
    with pytest.raises(InputError, match=r"(?s)trials = 0.*seed = -1"):
        plan(0, -1)
    with pytest.raises(InputError, match="threads = 0"):
        execute(plan(), play, 0)
