"""A salvo: how many rounds, when each is launched, and where it is to meet its target."""

from math import isnan
from typing import Any

from farwatch.compiled import kernel
from farwatch.engage.command import rounds_spent
from farwatch.engage.envelope import flown_m, meet
from farwatch.engage.recall import hold
from farwatch.engage.stock import ALOFT, SHOTS, start_reload
from farwatch.records import IN_FLIGHT

_ROUNDING = 1e-6
"""Added before a drawn number of channels is rounded down, so that 36 drawn as 35.999999999 stays 36."""


@kernel
def order_s(launcher: Any, delay_s: float, now: float) -> float:
    """When a battery can act on what is decided at `now`: at once when it acts alone, else after the delay."""
    return now if launcher["alone"] else now + delay_s


@kernel
def next_launch_s(battery: Any, launcher: Any, ordered_s: float) -> float:
    """Earliest time at which a battery can launch: at `ordered_s`, or one interval after its last launch."""
    return max(ordered_s, launcher["launch_s"] + battery["launch_interval_s"])  # type: ignore[no-any-return]


@kernel
def free_rounds(battery: Any, launcher: Any) -> int:
    """Round channels of a battery that are free."""
    return int(battery["round_channels"] + _ROUNDING) - launcher["rounds"]  # type: ignore[no-any-return]


@kernel
def is_full(battery: Any, launcher: Any) -> bool:
    """Whether every target channel of a battery is in use."""
    return launcher["tracks"] >= int(battery["target_channels"] + _ROUNDING)  # type: ignore[no-any-return]


@kernel
def rounds_for(magazine: Any, kept: int) -> int:
    """Rounds of a MAGAZINE row on the launchers that may be fired when its last `kept` ones are for other targets."""
    return min(magazine["ready"], magazine["ready"] + magazine["reserve"] - kept)  # type: ignore[no-any-return]


@kernel
def salvo_size(defence: Any, stock: Any, slot: int, b: int, kind: int) -> int:
    """Rounds of the next salvo of battery `b` that the doctrine allows on the track in `slot`, of class `kind`."""
    doctrine, size = defence.doctrine[0], defence.orders.salvo[kind]
    if size == 0:
        size = doctrine["shots_per_look"]
    if doctrine["max_shots"] > 0:
        size = min(size, doctrine["max_shots"] - rounds_spent(stock, slot, b))
    return size  # type: ignore[no-any-return]


@kernel
def fire(defence: Any, stock: Any, track: Any, slot: int, row: int, now: float) -> None:
    """Fire one salvo of magazine `row` at `track`: as many as doctrine, launchers and round channels allow.

    Each round has its own launch time and meeting; the salvo ends early where a later round would come too late.
    """
    rounds = defence.rounds[row]
    b, kind = rounds["battery_index"], track["class_index"]
    battery = defence.batteries[b]
    memory = stock.memory[slot]
    magazine = stock.magazines[row]
    launcher = stock.launchers[b]
    fate = stock.fates[track["truth"] if track["truth"] >= 0 else stock.fates.size - 1]
    ballistic = 1 if defence.classes[kind]["ballistic"] else 0
    allowed = salvo_size(defence, stock, slot, b, kind)
    wanted = min(allowed, rounds_for(magazine, defence.orders.kept[row, kind]), free_rounds(battery, launcher))
    ordered_s = order_s(launcher, defence.doctrine[0]["delay_s"], now)
    hold(stock, slot, b, ALOFT)
    for _ in range(wanted):
        launch_s = next_launch_s(battery, launcher, ordered_s)
        flight_s = meet(rounds, battery, defence.levels_m, track, ballistic, launch_s, stock.state)
        if isnan(flight_s) or launch_s + flight_s > memory["goal_s"]:
            break
        shot = stock.shots[stock.counts[SHOTS]]
        stock.counts[SHOTS] += 1
        shot["status"] = IN_FLIGHT
        shot["battery_index"] = b
        shot["round_index"] = row
        shot["track_slot"] = slot
        shot["track_serial"] = track["serial"]
        shot["ordinal"] = fate["shots"]
        shot["launch_s"] = launch_s
        shot["intercept_s"] = launch_s + flight_s
        shot["x_m"], shot["y_m"], shot["z_m"] = stock.state[0], stock.state[1], stock.state[2]
        shot["range_m"] = flown_m(rounds, battery, flight_s, stock.state)
        shot["aimed_truth"] = track["truth"]
        shot["victim"] = -1
        shot["killed"] = 0
        shot["called_kill"] = 0
        fate["shots"] += 1
        stock.watches[slot, b]["fired"] += 1
        memory["flying"] += 1
        launcher["launch_s"] = launch_s
        launcher["rounds"] += 1
        magazine["ready"] -= 1
        start_reload(rounds, magazine, launch_s)
