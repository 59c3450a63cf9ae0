"""What is known before a decision: since when each track is a target, and what is in the air and under engagement."""

from math import isnan
from typing import Any

from farwatch.compiled import kernel
from farwatch.engage.command import supports
from farwatch.engage.stock import ALOFT, HELD, OLDEST, SHOTS, forget, unwatch
from farwatch.engage.weapons import NO_MATTER, clearance
from farwatch.records import AWAITING, CONFIRMED, DONE, FREE, IN_FLIGHT


@kernel
def recall(defence: Any, stock: Any, tracks: Any, streaks: Any, radars: Any, now: float) -> None:
    """Bring the memory of every track that is a target up to date; a slot used again starts afresh."""
    zones, weapons = defence.orders.zones, defence.doctrine[0]["weapons"]
    outages, batteries, own_clocks = defence.orders.outages, defence.batteries, defence.doctrine[0]["own_clocks"]
    for slot in range(tracks.size):
        track = tracks[slot]
        if track["status"] != CONFIRMED or clearance(zones, weapons, track) == NO_MATTER:
            continue
        memory = stock.memory[slot]
        if memory["serial"] != track["serial"]:
            forget(memory, track["serial"])
            for b in range(stock.launchers.size):
                unwatch(stock.watches[slot, b])
        if isnan(memory["hostile_s"]):
            memory["hostile_s"] = now
        if own_clocks:
            for b in range(stock.launchers.size):
                watch = stock.watches[slot, b]
                if isnan(watch["held_s"]) and supports(outages, batteries, radars, stock.loads, streaks[slot], b, now):
                    watch["held_s"] = now


@kernel
def count(stock: Any, tracks: Any) -> None:
    """Count rounds in the air and tracks under engagement per battery, and per track what is pending.

    A round fired at a track that is gone still flies, but holds no target channel.
    """
    for b in range(stock.launchers.size):
        stock.launchers[b]["rounds"] = 0
        stock.launchers[b]["tracks"] = 0
    for slot in range(stock.memory.size):
        stock.memory[slot]["flying"] = 0
        stock.memory[slot]["waiting"] = 0
    stock.engaged[:, :] = 0
    first = stock.counts[OLDEST]
    while first < stock.counts[SHOTS] and stock.shots[first]["status"] == DONE:
        first += 1
    stock.counts[OLDEST] = first
    for i in range(first, stock.counts[SHOTS]):
        shot = stock.shots[i]
        if shot["status"] == DONE:
            continue
        slot, b = shot["track_slot"], shot["battery_index"]
        flying = shot["status"] == IN_FLIGHT
        if flying:
            stock.launchers[b]["rounds"] += 1
        gone = slot >= tracks.size or tracks[slot]["status"] == FREE
        if gone or tracks[slot]["serial"] != shot["track_serial"]:
            continue
        hold(stock, slot, b, ALOFT if flying else HELD)
        if flying:
            stock.memory[slot]["flying"] += 1
        elif shot["status"] == AWAITING:
            stock.memory[slot]["waiting"] += 1


@kernel
def hold(stock: Any, slot: int, b: int, how: int) -> None:
    """Give battery `b` a target channel on track `slot`, unless it has one; how: HELD or ALOFT."""
    if stock.engaged[slot, b] == 0:
        stock.launchers[b]["tracks"] += 1
    stock.engaged[slot, b] = max(stock.engaged[slot, b], how)
