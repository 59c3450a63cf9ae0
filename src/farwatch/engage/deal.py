"""All of one decision at once: what could be fired at what is laid out, and an assignment deals it.

The command post's other way to decide, beside one track after another (`decide.serve`). A pair of track and magazine
row gains the track's threat times the chance that the salvo kills. With look-ahead the same pairs are tried at later
launches too, one engagement cycle apart, so that what can still be met later waits for what cannot. `assigning` has the
mathematics, `docs/models/assignment.md` the gap between the ways.
"""

from math import ceil, isnan
from typing import Any

from farwatch.compiled import kernel
from farwatch.engage.assigning import greedy
from farwatch.engage.choose import BALLISTIC, choose, is_hopeless, is_supported, option, take_aim
from farwatch.engage.command import POST, answers_to, is_engaging, is_taken
from farwatch.engage.envelope import flown_m, meet
from farwatch.engage.fire import fire, free_rounds, next_launch_s, order_s, rounds_for, salvo_size
from farwatch.engage.offers import gain_of
from farwatch.engage.searching import solve
from farwatch.engage.stock import RANKED
from farwatch.engage.table import CYCLE_S, DEALT, GREEDILY, LOOK_AHEAD
from farwatch.records import BLOCKED_CHANNEL, BLOCKED_DOCTRINE

NEAREST = 9
"""How near a launch at a track came (`choose.option`) that could have been fired at, but was dealt nothing."""

_ROUNDING = 1e-6
"""Added before a drawn number of channels is rounded down."""

_PLENTY = 1_000.0
"""Salvos that one epoch lets begin at most: more than there are ever tracks on the table."""


@kernel
def deal(defence: Any, stock: Any, tracks: Any, streaks: Any, radars: Any, now: float) -> int:
    """Let the command post fire at the ranked tracks as an assignment deals them, a salvo at each; returns how many."""
    table = stock.table
    offers, desk = table.offers, table.desk
    n = lay_out(defence, stock, tracks, streaks, radars, now)
    if n == 0:
        return 0
    lay_supply(defence, stock, now)
    one_by_one = greedy(offers, table.supply, desk, n)
    solve(offers, table.supply, desk, n, offers.discount.size)
    if defence.doctrine[0]["assignment"] != LOOK_AHEAD:
        table.gains[DEALT] += gain_of(offers, desk.plan, n)
        table.gains[GREEDILY] += one_by_one
    salvos = 0
    for j in range(n):
        row, slot = desk.choice[j], table.slots[j]
        if row < 0:
            _tell_left(stock.memory[slot], desk.plan[j])
            continue
        take_aim(defence, stock, tracks[slot], now)
        _, reason, _, _ = option(defence, stock, tracks, streaks[slot], radars, slot, row, now)
        if reason == 0:  # the salvos before it have moved its launch; mostly it can still be met
            fire(defence, stock, tracks[slot], slot, row, now)
            salvos += 1
    return salvos


@kernel
def _tell_left(memory: Any, plan: int) -> None:
    """Note in the MEMORY row of a track that was dealt nothing now why: it waits as planned, or others took it all."""
    if memory["step"] < NEAREST:
        memory["step"] = NEAREST
        memory["reason"] = BLOCKED_DOCTRINE if plan >= 0 else BLOCKED_CHANNEL


@kernel
def lay_out(defence: Any, stock: Any, tracks: Any, streaks: Any, radars: Any, now: float) -> int:
    """Fill the table's offers with the tracks that are open to the command post; returns how many.

    In order of rank: first those that can be fired at now, then, with look-ahead and where room is left, those that
    might be later. Tracks that wait for a channel so never keep from the table what another battery could fire at.
    """
    table, doctrine = stock.table, defence.doctrine[0]
    n = 0
    for k in range(stock.counts[RANKED]):
        slot = stock.order[k]
        if n >= table.slots.size:
            break
        if not _is_open(doctrine, stock, tracks, slot):
            continue
        if choose(defence, stock, tracks, streaks[slot], radars, slot, POST, now) >= 0:
            table.slots[n] = slot
            n += 1 if lay_track(defence, stock, tracks, streaks[slot], radars, n, True, now) else 0
    now_open = n
    for k in range(stock.counts[RANKED] if doctrine["assignment"] == LOOK_AHEAD else 0):
        slot = stock.order[k]
        if n >= table.slots.size:
            break
        if _is_open(doctrine, stock, tracks, slot) and not _is_laid(table.slots, now_open, slot):
            table.slots[n] = slot
            n += 1 if lay_track(defence, stock, tracks, streaks[slot], radars, n, False, now) else 0
    return n


@kernel
def _is_open(doctrine: Any, stock: Any, tracks: Any, slot: int) -> bool:
    """Whether the command post may think of the track in `slot`: its class is believed, and nobody has it in hand."""
    memory = stock.memory[slot]
    pending = memory["flying"] > 0 or memory["waiting"] > 0
    return tracks[slot]["class_index"] >= 0 and not (
        pending and is_taken(doctrine, stock.launchers, stock.engaged, slot, POST)
    )


@kernel
def _is_laid(slots: Any, n: int, slot: int) -> bool:
    """Whether the track in `slot` is among the first `n` of the table."""
    j = 0
    while j < n and slots[j] != slot:
        j += 1
    return j < n


@kernel
def lay_track(defence: Any, stock: Any, tracks: Any, streaks: Any, radars: Any, j: int, can: bool, now: float) -> bool:
    """Fill the offers of track `j` of the table, of its first epoch only if it `can` be fired at; whether any gains.

    Only a battery that sees the track now is counted on for later: nobody knows whether it will ever take it up, and
    what waits for it in vain is not fired at by others in time.
    """
    table, doctrine, slot = stock.table, defence.doctrine[0], stock.table.slots[j]
    kind, memory, found = tracks[slot]["class_index"], stock.memory[slot], False
    take_aim(defence, stock, tracks[slot], now)
    for row in range(defence.rounds.size):
        b = defence.rounds[row]["battery_index"]
        table.offers.held[j, b] = 1 if stock.engaged[slot, b] != 0 else 0
        table.offers.gains[:, j, row] = 0.0
        table.offers.salvos[j, row] = 0
        allowed = salvo_size(defence, stock, slot, b, kind)
        room = max(free_rounds(defence.batteries[b], stock.launchers[b]), 1)
        size = min(allowed, rounds_for(stock.magazines[row], defence.orders.kept[row, kind]), room)
        busy = doctrine["in_depth"] and is_engaging(stock.engaged, slot, b, doctrine["look"])
        if size <= 0 or busy or not answers_to(stock.launchers, POST, b):
            continue
        gain = memory["score"] * (1.0 - (1.0 - defence.kill[row, kind]) ** size)
        table.offers.salvos[j, row] = size
        if can:
            _, reason, cost, _ = option(defence, stock, tracks, streaks, radars, slot, row, now)
            table.offers.dislike[j, row] = cost
            table.offers.gains[0, j, row] = gain if reason == 0 else 0.0
        seen = is_supported(defence, stock, streaks, radars, b, now)
        for epoch in range(1, table.offers.discount.size):
            met = seen and _is_met(defence, stock, tracks[slot], row, now + epoch * CYCLE_S, memory["goal_s"])
            table.offers.gains[epoch, j, row] = gain if met else 0.0
        for epoch in range(table.offers.discount.size):
            found = found or table.offers.gains[epoch, j, row] > 0.0
    return found


@kernel
def _is_met(defence: Any, stock: Any, track: Any, row: int, launch_s: float, goal_s: float) -> bool:
    """Whether a round of `row` launched then can meet the track that aim was taken at before it arrives."""
    rounds = defence.rounds[row]
    battery, launcher = defence.batteries[rounds["battery_index"]], stock.launchers[rounds["battery_index"]]
    kill_probability = defence.kill[row, track["class_index"]]
    if launcher["out"] or is_hopeless(rounds, battery, kill_probability, stock.aim, launch_s - track["time_s"]):
        return False
    flight_s = meet(rounds, battery, defence.levels_m, track, int(stock.aim[BALLISTIC]), launch_s, stock.state)
    if isnan(flight_s) or launch_s + flight_s > goal_s:
        return False
    return bool(flown_m(rounds, battery, flight_s, stock.state) <= defence.doctrine[0]["hold_range_m"])


@kernel
def lay_supply(defence: Any, stock: Any, now: float) -> None:
    """Fill the table's supply: rounds on the launchers, free channels, and how many salvos the rails let begin."""
    supply, doctrine = stock.table.supply, defence.doctrine[0]
    for row in range(defence.rounds.size):
        supply.rows[row]["battery_index"] = defence.rounds[row]["battery_index"]
        supply.rows[row]["ready"] = stock.magazines[row]["ready"]
    for b in range(stock.launchers.size):
        battery, launcher = defence.batteries[b], stock.launchers[b]
        ordered_s = order_s(launcher, doctrine["delay_s"], now)
        left_s = ordered_s + doctrine["decide_s"] - next_launch_s(battery, launcher, ordered_s)
        salvo_s = doctrine["shots_per_look"] * battery["launch_interval_s"]
        channels, rounds = int(battery["target_channels"] + _ROUNDING), int(battery["round_channels"] + _ROUNDING)
        for epoch in range(supply.limits.shape[0]):
            limit = supply.limits[epoch, b]
            limit["channels"], limit["rounds"] = channels, rounds
            begun = _begun(CYCLE_S * (epoch + 1), salvo_s) - _begun(CYCLE_S * epoch, salvo_s)
            limit["starts"] = int(min(begun, _PLENTY))
        limit = supply.limits[0, b]
        limit["channels"] = max(channels - launcher["tracks"], 0)
        limit["rounds"] = max(free_rounds(battery, launcher), 0)
        limit["starts"] = int(min(_begun(left_s, salvo_s), _PLENTY))


@kernel
def _begun(time_s: float, salvo_s: float) -> float:
    """How many salvos, one each `salvo_s`, begin within `time_s`; a whole number, and a great one where all can."""
    if time_s <= 0.0:
        return 0.0
    return ceil(time_s / salvo_s) if salvo_s > 0.0 else _PLENTY * ceil(time_s)
