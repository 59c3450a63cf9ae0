"""The command post: from hostile tracks to shots, in order of threat, by doctrine.

Order of one decision: finish reloads; count what is in the air and under engagement; rank the hostile confirmed
tracks; for each that is not under fire choose a battery and a round and fire a salvo. Nothing here reads what is true:
`truth` tags are only copied, and used to file why a track was not fired at.
"""

from math import inf, isnan, sqrt
from typing import Any

from farwatch.compiled import kernel
from farwatch.engage.envelope import flown_m, meet, predict, reach_m, surely_beyond
from farwatch.engage.stock import OLDEST, SHOTS, file_block, forget, reload, start_reload
from farwatch.engage.threat import threat
from farwatch.records import (
    AWAITING,
    BLOCKED_CHANNEL,
    BLOCKED_DOCTRINE,
    BLOCKED_ENVELOPE,
    BLOCKED_RADAR,
    BLOCKED_ROUNDS,
    BLOCKED_TIME,
    CONFIRMED,
    DONE,
    FREE,
    HOSTILE,
    IN_FLIGHT,
)

SHORTEST_REACH, HIGHEST_KILL, CHEAPEST = 0, 1, 2
"""Values of DOCTRINE["prefer"]."""

SUPPORT_MISSES = 2
"""A fire-control radar that has missed a track more often than this in a row does not support a shot at it."""

_ROUNDING = 1e-6
"""Added before a drawn number of channels is rounded down, so that 36 drawn as 35.999999999 stays 36."""


@kernel
def decide(defence: Any, stock: Any, picture: Any, radars: Any, now: float) -> int:
    """One decision at `now`: append shots to `stock.shots` and return how many.

    Of the picture it reads `tracks`, TRACK[n], and `streaks`, i4[n, n_radars]: misses in a row by radar, -1 = that
    radar does not hold the track. radars: RADAR[n_radars]. New shots are the last rows of
    stock.shots[:stock.counts[SHOTS]]; the launches of a salvo may lie a few launch intervals after `now`.
    """
    tracks = picture.tracks
    before = stock.counts[SHOTS]
    reload(defence, stock, now)
    _recall(stock, tracks, now)
    _count(stock, tracks)
    n = _rank(defence, stock, tracks, now)
    for k in range(n):
        slot = stock.order[k]
        track = tracks[slot]
        memory = stock.memory[slot]
        reason, row = _choose(defence, stock, track, picture.streaks[slot], radars, slot, now)
        if row >= 0 and memory["score"] <= 0.0:
            reason, row = BLOCKED_DOCTRINE, -1
        if row >= 0 and _salvo(defence.doctrine[0], memory) <= 0:
            reason, row = BLOCKED_DOCTRINE, -1
        if row >= 0:
            _fire(defence, stock, track, slot, row, now)
        elif track["truth"] >= 0:
            file_block(stock.fates[track["truth"]], reason)
    return stock.counts[SHOTS] - before  # type: ignore[no-any-return]


@kernel
def _recall(stock: Any, tracks: Any, now: float) -> None:
    """Bring the memory of every hostile confirmed track up to date; a slot used again starts afresh."""
    for slot in range(tracks.size):
        track = tracks[slot]
        if track["status"] != CONFIRMED or track["identity"] != HOSTILE:
            continue
        memory = stock.memory[slot]
        if memory["serial"] != track["serial"]:
            forget(memory, track["serial"])
        if isnan(memory["hostile_s"]):
            memory["hostile_s"] = now


@kernel
def _count(stock: Any, tracks: Any) -> None:
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
        _hold(stock, slot, b)
        if flying:
            stock.memory[slot]["flying"] += 1
        elif shot["status"] == AWAITING:
            stock.memory[slot]["waiting"] += 1


@kernel
def _hold(stock: Any, slot: int, b: int) -> None:
    """Give battery `b` a target channel on track `slot`, unless it has one."""
    if stock.engaged[slot, b] == 0:
        stock.engaged[slot, b] = 1
        stock.launchers[b]["tracks"] += 1


@kernel
def _rank(defence: Any, stock: Any, tracks: Any, now: float) -> int:
    """Put the slots of all tracks that could be fired at into `stock.order`, worst threat first; return how many.

    Left out: tracks under fire (until the salvo is assessed, or only until it has flown when the doctrine does not
    look), tracks called dead and, while every launcher is empty, tracks for which that is already on file. Equal scores
    go by serial.
    """
    doctrine = defence.doctrine[0]
    loaded = _loaded(stock.magazines)
    n = 0
    for slot in range(tracks.size):
        track = tracks[slot]
        if track["status"] != CONFIRMED or track["identity"] != HOSTILE:
            continue
        memory = stock.memory[slot]
        if memory["flying"] > 0 or (doctrine["look"] and memory["waiting"] > 0):
            continue
        if memory["dead"] and _stays_dead(doctrine, stock, track, memory):
            continue
        if not loaded and track["truth"] >= 0 and stock.fates[track["truth"]]["blocked"] & BLOCKED_ROUNDS:
            file_block(stock.fates[track["truth"]], BLOCKED_ROUNDS)
            continue
        score, goal_s = threat(defence.assets, defence.classes, track, now, stock.state)
        memory["score"] = score
        memory["goal_s"] = goal_s
        k = n
        while k > 0 and _behind(stock, stock.order[k - 1], score, track["serial"]):
            stock.order[k] = stock.order[k - 1]
            k -= 1
        stock.order[k] = slot
        n += 1
    return n


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
def _salvo(doctrine: Any, memory: Any) -> int:
    """Rounds of the next salvo that the doctrine allows on a track."""
    if doctrine["max_shots"] > 0:
        return min(doctrine["shots_per_look"], doctrine["max_shots"] - memory["fired"])  # type: ignore[no-any-return]
    return doctrine["shots_per_look"]  # type: ignore[no-any-return]


@kernel
def _next_launch_s(battery: Any, launcher: Any, now: float) -> float:
    """Earliest time at which a battery can launch: at `now`, or one interval after its last launch."""
    return max(now, launcher["launch_s"] + battery["launch_interval_s"])  # type: ignore[no-any-return]


@kernel
def _choose(
    defence: Any, stock: Any, track: Any, streaks: Any, radars: Any, slot: int, now: float
) -> tuple[int, int]:
    """Magazine row to fire at `track` and -1 or, when none can, the reason of the one that came nearest.

    Returns (reason, row): (0, row) or (BLOCKED_*, -1). Among the rows that can fire: the doctrine's preference, then
    the shorter flight, then the fixed order of rows.
    """
    kind = track["class_index"]
    if kind < 0:
        return BLOCKED_ENVELOPE, -1
    doctrine = defence.doctrine[0]
    ballistic = 1 if defence.classes[kind]["ballistic"] else 0
    memory = stock.memory[slot]
    state = stock.state
    predict(track, ballistic, now, state)
    speed = sqrt(state[3] * state[3] + state[4] * state[4] + state[5] * state[5])
    here = (state[0], state[1], state[2], state[3], state[4], state[5])
    nearest, reason = 0, BLOCKED_ENVELOPE
    chosen, best, best_s = -1, inf, inf
    for row in range(defence.rounds.size):
        rounds = defence.rounds[row]
        b = rounds["battery_index"]
        battery, launcher = defence.batteries[b], stock.launchers[b]
        if defence.kill[row, kind] <= 0.0 or speed > rounds["target_speed_max_m_s"]:
            continue
        launch_s = _next_launch_s(battery, launcher, now)
        if surely_beyond(rounds, battery, ballistic, here, speed * (launch_s - now)):
            continue
        flight_s = meet(rounds, battery, defence.levels_m, track, ballistic, launch_s, state)
        if isnan(flight_s):
            continue
        if launch_s + flight_s > memory["goal_s"]:
            step, blocked = 1, BLOCKED_TIME
        elif flown_m(rounds, battery, flight_s, state) > doctrine["hold_range_m"]:
            step, blocked = 2, BLOCKED_DOCTRINE
        elif stock.magazines[row]["ready"] <= 0:
            step, blocked = 3, BLOCKED_ROUNDS
        elif now - memory["hostile_s"] < battery["reaction_s"]:
            step, blocked = 4, BLOCKED_TIME
        elif not battery["engage_on_picture"] and not _supported(streaks, radars, stock.loads, b):
            step, blocked = 5, BLOCKED_RADAR
        elif _free_rounds(battery, launcher) <= 0 or launch_s >= now + doctrine["decide_s"]:
            step, blocked = 6, BLOCKED_CHANNEL
        elif stock.engaged[slot, b] == 0 and launcher["tracks"] >= int(battery["target_channels"] + _ROUNDING):
            step, blocked = 7, BLOCKED_CHANNEL
        else:
            step, blocked = 8, 0
            cost = _cost(doctrine["prefer"], rounds, ballistic, defence.kill[row, kind])
            if cost < best or (cost == best and flight_s < best_s):
                chosen, best, best_s = row, cost, flight_s
        if step > nearest:
            nearest, reason = step, blocked
    return (0, chosen) if chosen >= 0 else (reason, -1)


@kernel
def _supported(streaks: Any, radars: Any, loads: Any, b: int) -> bool:
    """Whether a fire-control radar of battery `b` holds the track, has seen it of late and has time for a shot."""
    for r in range(radars.size):
        own = radars[r]["battery_index"] == b and radars[r]["fire_control"]
        if own and 0 <= streaks[r] <= SUPPORT_MISSES and loads[r] <= 1.0:
            return True
    return False


@kernel
def _free_rounds(battery: Any, launcher: Any) -> int:
    """Round channels of a battery that are free."""
    return int(battery["round_channels"] + _ROUNDING) - launcher["rounds"]  # type: ignore[no-any-return]


@kernel
def _cost(prefer: int, rounds: Any, ballistic: int, kill_probability: float) -> float:
    """What the doctrine holds against firing a ROUND: the one with the least is preferred."""
    if prefer == HIGHEST_KILL:
        return -kill_probability
    if prefer == CHEAPEST:
        return rounds["price_usd"]  # type: ignore[no-any-return]
    return reach_m(rounds, ballistic)


@kernel
def _fire(defence: Any, stock: Any, track: Any, slot: int, row: int, now: float) -> None:
    """Fire one salvo of magazine `row` at `track`: as many as doctrine, launchers and round channels allow.

    Each round has its own launch time and meeting; the salvo ends early where a later round would come too late.
    """
    rounds = defence.rounds[row]
    b = rounds["battery_index"]
    battery = defence.batteries[b]
    doctrine = defence.doctrine[0]
    memory = stock.memory[slot]
    magazine = stock.magazines[row]
    launcher = stock.launchers[b]
    fate = stock.fates[track["truth"] if track["truth"] >= 0 else stock.fates.size - 1]
    ballistic = 1 if defence.classes[track["class_index"]]["ballistic"] else 0
    wanted = min(_salvo(doctrine, memory), magazine["ready"], _free_rounds(battery, launcher))
    _hold(stock, slot, b)
    for _ in range(wanted):
        launch_s = _next_launch_s(battery, launcher, now)
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
        memory["fired"] += 1
        memory["flying"] += 1
        launcher["launch_s"] = launch_s
        launcher["rounds"] += 1
        magazine["ready"] -= 1
        start_reload(rounds, magazine, launch_s)
