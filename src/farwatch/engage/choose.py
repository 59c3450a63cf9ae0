"""Which battery fires which round at a track: every magazine row is an option, and the doctrine prefers one.

`option` is the one place that says whether a row can be fired at a track now, what stands in the way, and what the
doctrine holds against it. `choose` takes the best of the rows that answer to whoever decides.
"""

from math import inf, isnan, nan, sqrt
from typing import Any

from farwatch.compiled import kernel
from farwatch.engage.command import POST, answers_to, is_engaging, is_off, supports
from farwatch.engage.envelope import flown_m, meet, predict, reach_m, surely_beyond
from farwatch.engage.fire import free_rounds, is_full, next_launch_s, order_s, rounds_for, salvo_size
from farwatch.records import (
    BLOCKED_CHANNEL,
    BLOCKED_COMMAND,
    BLOCKED_DOCTRINE,
    BLOCKED_ENVELOPE,
    BLOCKED_RADAR,
    BLOCKED_ROUNDS,
    BLOCKED_TIME,
)

SHORTEST_REACH, HIGHEST_KILL, CHEAPEST = 0, 1, 2
"""Values of DOCTRINE["prefer"]."""

SPEED, BALLISTIC = 6, 7
"""Places in `Stock.aim` behind the state of the track at the decision: its speed, m/s; 1.0 if it falls."""

AHEAD_S = 600.0
"""How far ahead a better round is waited for at a track whose arrival is not foreseen."""

_SAMPLES = 16
"""Launch times at which a later meeting is tried."""

_LAST_STEP = 10


@kernel
def take_aim(defence: Any, stock: Any, track: Any, now: float) -> None:
    """Put what every option asks of `track` into `stock.aim`: its state (m, m/s) at `now`, its speed, and if it falls.

    The class of the track must be known.
    """
    ballistic = 1 if defence.classes[track["class_index"]]["ballistic"] else 0
    aim = stock.aim
    predict(track, ballistic, now, aim)
    aim[SPEED] = sqrt(aim[3] * aim[3] + aim[4] * aim[4] + aim[5] * aim[5])
    aim[BALLISTIC] = ballistic


@kernel
def is_hopeless(rounds: Any, battery: Any, kill_probability: float, aim: Any, wait_s: float) -> bool:
    """Whether a ROUND that can leave in `wait_s` can surely not meet the target in `aim`: what most pairs come to."""
    if kill_probability <= 0.0 or aim[SPEED] > rounds["target_speed_max_m_s"]:
        return True
    return surely_beyond(rounds, battery, int(aim[BALLISTIC]), aim, aim[SPEED] * wait_s)


@kernel
def option(
    defence: Any, stock: Any, tracks: Any, streaks: Any, radars: Any, slot: int, row: int, now: float
) -> tuple[int, int, float, float]:
    """Whether magazine `row` can be fired at the track in `slot` at `now`: (step, reason, cost, flight time).

    reason: 0 or the BLOCKED_* that stands in the way; step: how near it came to a launch, 0 = out of reach; cost: what
    the doctrine holds against it, the least is preferred; flight time in seconds, NaN out of reach. `take_aim` at the
    track comes first. Streaks are those of the track, i4[n_radars].
    """
    doctrine, rounds, track, aim = defence.doctrine[0], defence.rounds[row], tracks[slot], stock.aim
    b, kind, memory = rounds["battery_index"], track["class_index"], stock.memory[slot]
    battery, launcher = defence.batteries[b], stock.launchers[b]
    kill_probability, ordered_s = defence.kill[row, kind], order_s(launcher, doctrine["delay_s"], now)
    launch_s, ballistic = next_launch_s(battery, launcher, ordered_s), int(aim[BALLISTIC])
    if is_hopeless(rounds, battery, kill_probability, aim, launch_s - now):
        return 0, BLOCKED_ENVELOPE, inf, nan
    flight_s = meet(rounds, battery, defence.levels_m, track, ballistic, launch_s, stock.state)
    if isnan(flight_s):
        return 0, BLOCKED_ENVELOPE, inf, nan
    if launch_s + flight_s > memory["goal_s"]:
        step, reason = 1, BLOCKED_TIME
    elif flown_m(rounds, battery, flight_s, stock.state) > doctrine["hold_range_m"]:
        step, reason = 2, BLOCKED_DOCTRINE
    elif stock.magazines[row]["ready"] <= 0:
        step, reason = 3, BLOCKED_ROUNDS
    elif rounds_for(stock.magazines[row], defence.orders.kept[row, kind]) <= 0:
        step, reason = 4, BLOCKED_DOCTRINE
    elif now - _clock_s(battery, launcher, memory, stock.watches[slot, b]) < battery["reaction_s"]:
        step, reason = 5, BLOCKED_TIME
    elif launcher["out"]:
        step, reason = 6, BLOCKED_COMMAND
    elif not is_supported(defence, stock, streaks, radars, b, now):
        step, reason = 7, BLOCKED_COMMAND if battery["engage_on_picture"] else BLOCKED_RADAR
    elif free_rounds(battery, launcher) <= 0 or launch_s >= ordered_s + doctrine["decide_s"]:
        step, reason = 8, BLOCKED_CHANNEL
    elif stock.engaged[slot, b] == 0 and is_full(battery, launcher):
        step, reason = 9, BLOCKED_CHANNEL
    else:
        step, reason = _LAST_STEP, 0
    return step, reason, _cost(doctrine, rounds, ballistic, kill_probability), flight_s


@kernel
def is_supported(defence: Any, stock: Any, streaks: Any, radars: Any, b: int, now: float) -> bool:
    """Whether battery `b` may fire at the track of these streaks, i4[n_radars]: on the picture, or by its own radar."""
    if defence.batteries[b]["engage_on_picture"] and stock.launchers[b]["linked"]:
        return True
    return supports(defence.orders.outages, defence.batteries, radars, stock.loads, streaks, b, now)


@kernel
def has_means(defence: Any, stock: Any, radars: Any, b: int, now: float) -> bool:
    """Whether battery `b` could support a shot, if need be later: by the picture, or with a radar that is not off."""
    if defence.batteries[b]["engage_on_picture"] and stock.launchers[b]["linked"]:
        return True
    for r in range(radars.size):
        mine = radars[r]["battery_index"] == b and radars[r]["fire_control"]
        if mine and not is_off(defence.orders.outages, defence.batteries, radars[r], now):
            return True
    return False


@kernel
def _clock_s(battery: Any, launcher: Any, memory: Any, watch: Any) -> float:
    """When the reaction time of a battery to a track began: at the hostile call, if it was told of that."""
    told = launcher["linked"] != 0 and (battery["engage_on_picture"] != 0 or battery["own_cue"] == 0)
    return memory["hostile_s"] if told else watch["held_s"]  # type: ignore[no-any-return]


@kernel
def _cost(doctrine: Any, rounds: Any, ballistic: int, kill_probability: float) -> float:
    """What the doctrine holds against firing a ROUND: the one with the least is preferred."""
    prefer = doctrine["prefer"]
    if prefer == HIGHEST_KILL or doctrine["best_round"]:
        return -kill_probability
    if prefer == CHEAPEST:
        return rounds["price_usd"]  # type: ignore[no-any-return]
    return reach_m(rounds, ballistic)


@kernel
def choose(defence: Any, stock: Any, tracks: Any, streaks: Any, radars: Any, slot: int, who: int, now: float) -> int:
    """Magazine row that `who` fires at the track in `slot`, or -1; then the memory holds what came nearest and why not.

    Among the rows that can fire: the doctrine's preference, then the shorter flight, then the fixed order of rows.
    Streaks are those of the track.
    """
    kind, doctrine, memory = tracks[slot]["class_index"], defence.doctrine[0], stock.memory[slot]
    if kind < 0:
        return -1
    take_aim(defence, stock, tracks[slot], now)
    nearest, nearest_reason = 0, BLOCKED_ENVELOPE
    chosen, best, best_s = -1, inf, inf
    for row in range(defence.rounds.size):
        b = defence.rounds[row]["battery_index"]
        if not _is_free(doctrine, stock.launchers, stock.engaged, slot, who, b):
            continue
        battery, launcher = defence.batteries[b], stock.launchers[b]
        wait_s = next_launch_s(battery, launcher, order_s(launcher, doctrine["delay_s"], now)) - now
        if is_hopeless(defence.rounds[row], battery, defence.kill[row, kind], stock.aim, wait_s):
            continue
        step, reason, cost, flight_s = option(defence, stock, tracks, streaks, radars, slot, row, now)
        if reason == 0 and (cost < best or (cost == best and flight_s < best_s)):
            chosen, best, best_s = row, cost, flight_s
        if step > nearest:
            nearest, nearest_reason = step, reason
    if chosen >= 0:
        b = defence.rounds[chosen]["battery_index"]
        held = memory["score"] <= 0.0 or salvo_size(defence, stock, slot, b, kind) <= 0
        if held or (
            doctrine["best_round"] and _better_comes(defence, stock, tracks[slot], radars, slot, chosen, who, now)
        ):
            chosen, nearest, nearest_reason = -1, _LAST_STEP, BLOCKED_DOCTRINE
    if chosen < 0 and nearest > memory["step"]:
        memory["step"], memory["reason"] = nearest, nearest_reason
    return chosen


@kernel
def _is_free(doctrine: Any, launchers: Any, engaged: Any, slot: int, who: int, b: int) -> bool:
    """Whether battery `b` answers to `who`; in depth, the post has several at a track, each with one salvo a time."""
    if not answers_to(launchers, who, b):
        return False
    return not (doctrine["in_depth"] and who == POST and is_engaging(engaged, slot, b, doctrine["look"]))


@kernel
def _better_comes(
    defence: Any, stock: Any, track: Any, radars: Any, slot: int, chosen: int, who: int, now: float
) -> bool:
    """Whether a row that kills more surely than the `chosen` one could still meet `track` in time, now or later."""
    kind, kill, magazines, goal_s = track["class_index"], defence.kill, stock.magazines, stock.memory[slot]["goal_s"]
    for row in range(defence.rounds.size):
        b, magazine = defence.rounds[row]["battery_index"], magazines[row]
        left = magazine["ready"] + magazine["reserve"] - defence.orders.kept[row, kind]
        if kill[row, kind] <= kill[chosen, kind] or left <= 0 or stock.launchers[b]["out"]:
            continue
        if not _is_free(defence.doctrine[0], stock.launchers, stock.engaged, slot, who, b):
            continue
        if not has_means(defence, stock, radars, b, now):
            continue
        if _meets_later(defence, stock, track, row, goal_s, now):
            return True
    return False


@kernel
def _meets_later(defence: Any, stock: Any, track: Any, row: int, goal_s: float, now: float) -> bool:
    """Whether a round of `row` could meet `track` before `goal_s` (inf = not foreseen), launched now or later."""
    rounds, b = defence.rounds[row], defence.rounds[row]["battery_index"]
    battery, launcher, doctrine = defence.batteries[b], stock.launchers[b], defence.doctrine[0]
    if stock.aim[SPEED] > rounds["target_speed_max_m_s"]:
        return False
    first_s = next_launch_s(battery, launcher, order_s(launcher, doctrine["delay_s"], now))
    step_s = (min(goal_s, now + AHEAD_S) - first_s) / _SAMPLES
    for k in range(_SAMPLES if step_s >= 0.0 else 0):
        launch_s = first_s + k * step_s
        flight_s = meet(rounds, battery, defence.levels_m, track, int(stock.aim[BALLISTIC]), launch_s, stock.state)
        away_m = flown_m(rounds, battery, flight_s, stock.state)
        if launch_s + flight_s <= goal_s and away_m <= doctrine["hold_range_m"]:
            return True
    return False
