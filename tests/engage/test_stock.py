"""Magazines and memory."""

import numpy as np
import pytest

from farwatch.engage.stock import (
    FATE,
    RELOADS,
    clear,
    file_block,
    forget,
    main_block,
    new_stock,
    next_supply_s,
    reload,
    rounds_to_come,
    start_reload,
)
from farwatch.records import BLOCKED_ENVELOPE, BLOCKED_RADAR, BLOCKED_ROUNDS, BLOCKED_TIME, SUPPLY_LIMIT
from farwatch.scenario.model import DELIVERY_LIMIT
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
        if isinstance(mine, np.ndarray) and mine is not part.stock.shots:
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


def test_teams_reload_side_by_side():
    """Two teams put on twice as much in the same time, and never more than there is room or reserve for."""
    ready = []
    for teams in (1, 2, 3):
        defence, stock = spent(ready=8, reserve=10, reload_s=100.0, reload_batch=4, reload_teams=teams)
        reload(defence, stock, 150.0)
        ready.append(int(stock.magazines["ready"][0]))
        reload(defence, stock, 1e4)
        assert (stock.magazines["ready"][0], stock.magazines["reserve"][0]) == (8, 2)
        assert stock.magazines["loading"][0] == 0
    assert ready == [4, 8, 8]


def test_deliveries_add_exactly_what_they_bring_and_when():
    """Before its time a delivery is not there; after it, it is in the reserve, or on its way to the launchers."""
    defence, stock = spent(ready=8, reserve=0, reload_s=100.0, reload_batch=4)
    defence.rounds["supply_s"][0, :2], defence.rounds["supply"][0, :2] = (50.0, 300.0), (6, 3)
    found = []
    for now in (49.0, 50.0, 150.0, 250.0, 299.0, 300.0, 400.0, 1e5):
        reload(defence, stock, now)
        magazine = stock.magazines[0]
        found.append((int(magazine["ready"]), int(magazine["reserve"])))
    assert found == [(0, 0), (0, 6), (4, 2), (6, 0), (6, 0), (6, 3), (6, 3), (6, 3)]  # three rounds for two rails wait
    assert rounds_to_come(defence.rounds).tolist() == [17]


@pytest.mark.parametrize("seed", range(12))
def test_reloading_equals_its_naive_twin(seed):
    """Random loads, teams, deliveries and launches: the magazine is where small steps of time put it."""
    draw = np.random.default_rng(seed)
    settings = {
        "ready": int(draw.integers(4, 13)), "reserve": int(draw.integers(0, 12)),
        "reload_s": float(draw.integers(3, 20)), "reload_batch": int(draw.integers(1, 6)),
        "reload_teams": int(draw.integers(1, 4)),
    }  # fmt: skip
    defence = naive.make_defence(**settings)
    deliveries = sorted((int(t), int(n)) for t, n in zip(draw.integers(1, 90, 3), draw.integers(1, 9, 3), strict=True))
    for k, (at_s, count) in enumerate(deliveries):
        defence.rounds["supply_s"][0, k], defence.rounds["supply"][0, k] = at_s, count
    stock = new_stock(defence, 1, 1)
    launches = sorted(draw.integers(0, 120, 40).tolist())
    twin = naive.NaiveMagazine(settings, deliveries)
    for now in range(130):
        reload(defence, stock, float(now))
        twin.step(now)
        for _ in range(launches.count(now)):
            if stock.magazines["ready"][0] > 0:
                stock.magazines["ready"][0] -= 1
                start_reload(defence.rounds[0], stock.magazines[0], float(now))
            twin.launch(now)
        magazine = stock.magazines[0]
        assert (magazine["ready"], magazine["reserve"]) == (twin.ready, twin.reserve), now
        assert twin.empty_s is None if np.isnan(magazine["empty_s"]) else magazine["empty_s"] == twin.empty_s


def test_a_magazine_is_empty_for_good_only_when_nothing_is_to_come():
    """The last round with a delivery ahead does not count; the last after it does; a full one is never empty."""
    defence = naive.make_defence(ready=1, reserve=0, reload_s=1.0, reload_batch=1)
    defence.rounds["supply_s"][0, 0], defence.rounds["supply"][0, 0] = 10.0, 1
    stock = new_stock(defence, 1, 1)
    assert next_supply_s(defence.rounds[0], stock.magazines[0]) == 10.0
    for launch_s, empty_s in ((2.0, np.nan), (20.0, 20.0)):
        reload(defence, stock, launch_s)
        stock.magazines["ready"] -= 1
        start_reload(defence.rounds[0], stock.magazines[0], launch_s)
        np.testing.assert_equal(float(stock.magazines["empty_s"][0]), empty_s)
    assert next_supply_s(defence.rounds[0], stock.magazines[0]) == np.inf


def test_the_files_and_the_records_hold_as_many_deliveries():
    """The limit of the scenario is the room of the record."""
    assert DELIVERY_LIMIT == SUPPLY_LIMIT
