"""Magazines and memory."""

import numpy as np

from farwatch.engage.stock import (
    FATE,
    RELOADS,
    clear,
    file_block,
    forget,
    main_block,
    new_stock,
    reload,
    start_reload,
)
from farwatch.records import BLOCKED_ENVELOPE, BLOCKED_RADAR, BLOCKED_ROUNDS, BLOCKED_TIME
from naive import engagement as naive


def spent(**settings):
    """A stock whose only magazine is empty at time 0 with a reload under way."""
    defence = naive.make_defence(**settings)
    stock = new_stock(defence, 1, 1)
    stock.magazines["ready"] = 0
    start_reload(defence.rounds[0], stock.magazines[0], 0.0)
    return defence, stock


def test_reloads_follow_each_other_at_their_own_times():
    """By 250 s two reloads of 100 s have ended, however rarely one looks."""
    defence, stock = spent(ready=8, reserve=20, reload_s=100.0, reload_batch=4)
    reload(defence, stock, 250.0)
    assert (stock.magazines["ready"][0], stock.magazines["reserve"][0]) == (8, 12)
    assert stock.counts[RELOADS] == 2


def test_rounds_are_neither_made_nor_lost():
    """Whatever the batch, ready and reserve add up to what there was, and a launcher is never overfull."""
    for batch in (0, 3, 7, 50):
        defence, stock = spent(ready=8, reserve=10, reload_s=10.0, reload_batch=batch)
        reload(defence, stock, 1e6)
        assert stock.magazines["ready"][0] + stock.magazines["reserve"][0] == 10
        assert stock.magazines["ready"][0] <= 8


def test_without_reserve_nothing_is_reloaded():
    """A launcher with nothing behind it stays empty."""
    defence, stock = spent(ready=8, reserve=0, reload_s=10.0)
    reload(defence, stock, 1e6)
    assert stock.magazines["ready"][0] == 0


def test_clear_leaves_no_trace():
    """After a rehearsal, a cleared stock equals a new one."""
    part = naive.stage(naive.make_defence(ready=4), naive.column(3))
    naive.rehearse(part, naive.key(1), 200)
    clear(part.defence, part.stock)
    part.stock.state[:], part.stock.aim[:] = 0.0, 0.0
    part.stock.order[:] = 0
    for mine, fresh in zip(part.stock, new_stock(part.defence, 3, 3), strict=True):
        if mine is not part.stock.shots:
            np.testing.assert_equal(mine.tolist(), fresh.tolist())


def test_a_slot_used_again_starts_afresh():
    """What was remembered of one track does not stick to the next in its slot."""
    stock = new_stock(naive.make_defence(), 1, 1)
    stock.memory["dead"], stock.memory["hits"] = 1, 5
    forget(stock.memory[0], 77)
    assert (stock.memory["serial"][0], stock.memory["dead"][0], stock.memory["hits"][0]) == (77, 0, 0)


def test_main_block_is_what_lasted_longest():
    """A long wait for a radar outweighs a short one for rounds; reach and time count only where nothing else did."""
    fate = np.zeros(1, FATE)[0]
    for reason, times in ((BLOCKED_ENVELOPE, 9), (BLOCKED_TIME, 2)):
        for _ in range(times):
            file_block(fate, reason)
    assert main_block(fate) == BLOCKED_TIME
    for reason, times in ((BLOCKED_ROUNDS, 2), (BLOCKED_RADAR, 5)):
        for _ in range(times):
            file_block(fate, reason)
    assert main_block(fate) == BLOCKED_RADAR
    assert fate["blocked"] == BLOCKED_ENVELOPE | BLOCKED_TIME | BLOCKED_ROUNDS | BLOCKED_RADAR
