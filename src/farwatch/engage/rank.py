"""The order in which tracks are fired at: worst threat first, whoever decides."""

from typing import Any

from farwatch.compiled import kernel
from farwatch.engage.stock import RANKED, file_block
from farwatch.engage.threat import threat
from farwatch.engage.weapons import FORBIDDEN, NO_MATTER, clearance
from farwatch.records import BLOCKED_COMMAND, BLOCKED_ENVELOPE, BLOCKED_ROUNDS, CONFIRMED


@kernel
def rank(defence: Any, stock: Any, tracks: Any, united: bool, now: float) -> None:
    """Put the slots of all tracks that could be fired at into `stock.order`, worst threat first, and count them.

    Left out: tracks called dead, those that must not be fired at and, while every launcher is empty, tracks for
    which that is already on file; if `united`, also tracks under fire (until the salvo is assessed, or only until it
    has flown when the doctrine does not look). Equal scores go by serial.
    """
    doctrine, zones = defence.doctrine[0], defence.orders.zones
    weapons, loaded = doctrine["weapons"], _loaded(stock.magazines)
    n = 0
    for slot in range(tracks.size):
        track = tracks[slot]
        if track["status"] != CONFIRMED:
            continue
        cleared = clearance(zones, weapons, track)
        if cleared == NO_MATTER:
            continue
        memory = stock.memory[slot]
        idle = not is_under_fire(memory, doctrine["look"])
        if united and not idle:
            continue
        if memory["dead"] and _stays_dead(doctrine, stock, track, memory):
            continue
        if idle and track["truth"] >= 0:
            fate = stock.fates[track["truth"]]
            if not loaded and fate["blocked"] & BLOCKED_ROUNDS:
                file_block(fate, BLOCKED_ROUNDS)
                continue
            if cleared == FORBIDDEN:
                file_block(fate, BLOCKED_COMMAND)
        if cleared == FORBIDDEN:
            continue
        score, goal_s = threat(defence.assets, defence.classes, track, doctrine["priority"], now, stock.state)
        memory["score"], memory["goal_s"] = score, goal_s
        memory["step"], memory["reason"] = 0, BLOCKED_ENVELOPE
        k = n
        while k > 0 and _behind(stock, stock.order[k - 1], score, track["serial"]):
            stock.order[k] = stock.order[k - 1]
            k -= 1
        stock.order[k] = slot
        n += 1
    stock.counts[RANKED] = n


@kernel
def is_under_fire(memory: Any, look: int) -> bool:
    """Whether anybody has the track of a MEMORY row under fire."""
    return bool(memory["flying"] > 0 or (look and memory["waiting"] > 0))


@kernel
def _loaded(magazines: Any) -> bool:
    """Whether any round is on a launcher."""
    left = 0
    for row in range(magazines.size):
        left += magazines[row]["ready"]
    return left > 0


@kernel
def _behind(stock: Any, slot: int, score: float, serial: int) -> bool:
    """Whether the ranked track in `slot` comes after one with `score` and `serial`."""
    memory = stock.memory[slot]
    if memory["score"] != score:
        return memory["score"] < score  # type: ignore[no-any-return]
    return memory["serial"] > serial  # type: ignore[no-any-return]


@kernel
def _stays_dead(doctrine: Any, stock: Any, track: Any, memory: Any) -> bool:
    """Whether a track called dead is left alone; it is for ever while the doctrine's `recheck_hits` is 0.

    Updates since the verdict are counted, one a decision at most. One that goes on being updated is a target wrongly
    believed dead, or another one that has taken over the track: that is filed with whatever updates it.
    """
    if track["hit_s"] > memory["hit_s"]:
        memory["hit_s"] = track["hit_s"]
        memory["hits"] += 1
        if track["truth"] >= 0:
            stock.fates[track["truth"]]["judged_dead"] = 1
    if doctrine["recheck_hits"] <= 0 or memory["hits"] < doctrine["recheck_hits"]:
        return True
    memory["dead"] = 0
    memory["hits"] = 0
    if track["truth"] >= 0:
        stock.fates[track["truth"]]["judged_dead"] = 0
    return False


@kernel
def tell_blocks(stock: Any, tracks: Any, look: int) -> None:
    """File with its target why each ranked track that nobody has under fire was not fired at at this decision."""
    for k in range(stock.counts[RANKED]):
        slot = stock.order[k]
        truth, memory = tracks[slot]["truth"], stock.memory[slot]
        if truth >= 0 and not is_under_fire(memory, look):
            file_block(stock.fates[truth], memory["reason"])
