"""What a round meets when it arrives, and whether it kills.

The round is steered to where the picture puts its track. What flies nearest to that estimate, within the basket, is
what it meets: usually the target, sometimes a neighbour or a bystander when tracks are mixed up, sometimes nothing.
One draw per meeting decides; its address is the target met and how many rounds have met it before, so a target
keeps its luck whatever happens to the others.
"""

from math import log, sqrt
from typing import Any

from farwatch.chance import KILL, NOBODY, uniform
from farwatch.compiled import kernel
from farwatch.engage.envelope import ceiling_m, flown_m, height_m, predict, reach_m, solve
from farwatch.engage.flight import flight_time_to_s
from farwatch.engage.tilt import FAVOURED, LOG_ODDS, tilted
from farwatch.records import AWAITING, E_KILL, E_LOST, E_MISS, FREE
from farwatch.world.motion import state_at

STILL_FLYING = 0
"""Result of `resolve` when the target has turned away and the round needs longer: see the shot's new intercept_s."""

BASKET_M = 1_000.0
BASKET_SIGMAS = 3.0
"""A round meets what is within BASKET_M, or this many position sigmas of the track if that is more."""

LATE_S = 1.0
"""A round that would need longer than this beyond its planned time flies on."""


@kernel
def resolve(defence: Any, stock: Any, picture: Any, truth: Any, alive: Any, index: int, key: Any, now: float) -> int:
    """Work out shot `index`, whose intercept_s is `now`: E_KILL, E_MISS, E_LOST, or STILL_FLYING.

    Of the picture it reads `tracks`, TRACK[n]. truth: world Truth; alive: u1[n_targets], set to 0 for a target that is
    killed; key: of the trial. STILL_FLYING moves the shot's intercept_s later: call again then. In every other case
    the shot awaits its assessment, and `victim` and `killed` say what happened.
    """
    shot = stock.shots[index]
    slot = shot["track_slot"]
    state = stock.state
    track = picture.tracks[slot]
    if track["status"] == FREE or track["serial"] != shot["track_serial"]:
        return _finish(shot, now, -1, 0)
    row = shot["round_index"]
    rounds, battery = defence.rounds[row], defence.batteries[shot["battery_index"]]
    ballistic = defence.classes[track["class_index"]]["ballistic"] if track["class_index"] >= 0 else 0
    predict(track, ballistic, now, state)
    dx, dy, dz = state[0] - battery["x_m"], state[1] - battery["y_m"], state[2] - battery["z_m"]
    away = sqrt(dx * dx + dy * dy + dz * dz)
    basket = max(BASKET_SIGMAS * track["position_sigma_m"], BASKET_M)
    height = height_m(state[0], state[1], state[2])
    above_m = height - defence.levels_m[1] - ceiling_m(rounds, away)
    if away > reach_m(rounds, ballistic) + basket or above_m > BASKET_SIGMAS * track["position_sigma_m"]:
        return _finish(shot, now, -1, 0)
    needed_s = flight_time_to_s(rounds, away, height)
    if needed_s > now - shot["launch_s"] + LATE_S:
        flight_s = solve(battery, rounds, track, ballistic, shot["launch_s"], state)
        if not shot["launch_s"] + flight_s > now:
            return _finish(shot, now, -1, 0)
        shot["intercept_s"] = shot["launch_s"] + flight_s
        shot["range_m"] = flown_m(rounds, battery, flight_s, state)
        shot["x_m"], shot["y_m"], shot["z_m"] = state[0], state[1], state[2]
        return STILL_FLYING
    x, y, z = state[0], state[1], state[2]
    victim = met(truth, alive, (x, y, z), basket, now, state)
    if victim < 0:
        return _finish(shot, now, -1, 0)
    target = truth.targets[victim]
    chance = defence.kill[row, target["class_index"]]
    killed = is_killed(stock.tilt, stock.fates[victim], victim, chance, key, target["id"])
    if killed:
        alive[victim] = 0
    return _finish(shot, now, victim, killed)


@kernel
def is_killed(tilt: Any, fate: Any, victim: int, kill_probability: float, key: Any, who: int) -> int:
    """1 if the round kills `victim`, which it does with that probability; counts the meeting in its FATE row.

    The favoured target of a tilted trial has lower odds: see `engage.tilt`. Every target keeps the likelihood ratio
    that its meetings would have under the tilt.
    """
    other = tilted(kill_probability, tilt[LOG_ODDS])
    used = other if victim == tilt[FAVOURED] else kill_probability
    killed = uniform(key, KILL, who, NOBODY, fate["meetings"]) < used
    fate["meetings"] += 1
    if tilt[LOG_ODDS] != 0.0:
        fate["log_ratio"] += log(other / kill_probability) if killed else log((1.0 - other) / (1.0 - kill_probability))
    return 1 if killed else 0


@kernel
def met(truth: Any, alive: Any, place: tuple[float, float, float], basket_m: float, now: float, state: Any) -> int:
    """Index of the living target nearest to `place` (m) at `now`, if within `basket_m`; else -1.

    Ties go to the lower index. `state` is room for seven numbers.
    """
    nearest, best = -1, basket_m * basket_m
    for i in range(truth.targets.size):
        if not alive[i] or not state_at(truth, i, now, state):
            continue
        dx, dy, dz = state[0] - place[0], state[1] - place[1], state[2] - place[2]
        square = dx * dx + dy * dy + dz * dz
        if square < best or (square == best and nearest < 0):
            nearest, best = i, square
    return nearest


@kernel
def _finish(shot: Any, now: float, victim: int, killed: int) -> int:
    """Note the end of a shot and say it as an event."""
    shot["status"] = AWAITING
    shot["intercept_s"] = now
    shot["victim"] = victim
    shot["killed"] = killed
    if victim < 0:
        return E_LOST  # type: ignore[no-any-return]
    return E_KILL if killed else E_MISS  # type: ignore[no-any-return]
