"""Who decides, and with what knowledge: command level, links, and what is out of action.

A battery whose link is up sees the common picture. Under central command one post decides for all such batteries; in
coordination each decides for itself, in a fixed order, and sees what the others have taken on; without either, or
without its link, a battery acts alone: it decides for itself and knows of no other battery's fire. Without its link it
also knows only what a fire-control radar of its own holds; who is who, and who is believed dead, stays that of the
common picture.
"""

from typing import Any

import numpy as np

from farwatch.chance import LINK, NOBODY, uniform
from farwatch.compiled import kernel
from farwatch.engage.stock import ALOFT
from farwatch.records import OUT_BATTERY, OUT_LINK, OUT_RADAR

CENTRALISED, COORDINATED, DECENTRALISED = 0, 1, 2
"""Values of DOCTRINE["level"]."""

POST: Any = np.int64(-1)
"""Who decides: the command post, for every battery that is not alone; else the index of a battery."""

SUPPORT_MISSES = 2
"""A fire-control radar that has missed a track more often than this in a row does not support a shot at it."""


@kernel
def open_links(defence: Any, stock: Any, key: Any) -> None:
    """Draw, at the start of a trial, which batteries are without their link all through it; key: of the trial."""
    probability = defence.doctrine[0]["link_loss_probability"]
    for b in range(stock.launchers.size):
        lost = probability > 0.0 and uniform(key, LINK, defence.batteries[b]["id"], NOBODY, NOBODY) < probability
        stock.launchers[b]["cut"] = 1 if lost else 0


@kernel
def is_out(outages: Any, kind: int, whose: int, now: float) -> bool:
    """Whether an OUTAGE of this kind has put what has the id `whose` out of action at `now`."""
    for outage in outages:
        if outage["kind"] == kind and outage["id"] == whose and outage["from_s"] <= now < outage["to_s"]:
            return True
    return False


@kernel
def is_off(outages: Any, batteries: Any, radar: Any, now: float) -> bool:
    """Whether a RADAR is off at `now`: out of action itself, or its battery is."""
    if outages.size == 0:
        return False
    home = batteries[radar["battery_index"]]["id"]
    return is_out(outages, OUT_RADAR, radar["id"], now) or is_out(outages, OUT_BATTERY, home, now)


@kernel
def muster(defence: Any, stock: Any, now: float) -> bool:
    """Note of each battery whether it is out of action, has its link, and acts alone at `now`.

    Returns whether a track that anybody has under fire is closed to everybody.
    """
    doctrine, outages = defence.doctrine[0], defence.orders.outages
    united = doctrine["in_depth"] == 0
    for b in range(stock.launchers.size):
        launcher, whose = stock.launchers[b], defence.batteries[b]["id"]
        linked = launcher["cut"] == 0 and not is_out(outages, OUT_LINK, whose, now)
        alone = not linked or doctrine["level"] == DECENTRALISED
        launcher["linked"] = 1 if linked else 0
        launcher["alone"] = 1 if alone else 0
        launcher["out"] = 1 if is_out(outages, OUT_BATTERY, whose, now) else 0
        united = united and not alone
    return bool(united)


@kernel
def answers_to(launchers: Any, who: int, b: int) -> bool:
    """Whether battery `b` fires when `who` decides: every battery that is not alone does for the post."""
    return bool(b == who or (who == POST and launchers[b]["alone"] == 0))


@kernel
def is_engaging(engaged: Any, slot: int, b: int, look: int) -> bool:
    """Whether battery `b` has the track in `slot` under fire: until its rounds have flown or, to `look`, are judged."""
    return bool(engaged[slot, b] == ALOFT or (look and engaged[slot, b] != 0))


@kernel
def is_taken(doctrine: Any, launchers: Any, engaged: Any, slot: int, who: int) -> bool:
    """Whether the track in `slot` is closed to `who`, because of the fire at it that `who` knows and waits for.

    doctrine: a DOCTRINE row; launchers and engaged: those of the stock.
    """
    sees_others = doctrine["in_depth"] == 0 and (who == POST or launchers[who]["alone"] == 0)
    for b in range(launchers.size):
        mine = b == who or (sees_others and launchers[b]["alone"] == 0)
        if mine and is_engaging(engaged, slot, b, doctrine["look"]):
            return True
    return False


@kernel
def rounds_spent(stock: Any, slot: int, b: int) -> int:
    """Rounds fired at the track in `slot` as far as whoever decides for battery `b` knows."""
    launchers, spent = stock.launchers, 0
    for other in range(launchers.size):
        if other == b or (launchers[b]["alone"] == 0 and launchers[other]["alone"] == 0):
            spent += stock.watches[slot, other]["fired"]
    return spent


@kernel
def supports(outages: Any, batteries: Any, radars: Any, loads: Any, streaks: Any, b: int, now: float) -> bool:
    """Whether a fire-control radar of battery `b` works, has time, holds the track and has seen it of late.

    outages: OUTAGE[n]; batteries: BATTERY[n]; radars: RADAR[n_radars]; loads: f8[n_radars], share of its time asked of
    each radar; streaks: i4[n_radars], misses in a row by radar, -1 = does not hold the track.
    """
    for r in range(radars.size):
        if radars[r]["battery_index"] != b or not radars[r]["fire_control"] or not 0 <= streaks[r] <= SUPPORT_MISSES:
            continue
        if loads[r] <= 1.0 and not is_off(outages, batteries, radars[r], now):
            return True
    return False
