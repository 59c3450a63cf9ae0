"""One mission, many trials: the loop that owns the clock and the carried state.

`prepare` turns a scenario into tables once. `play` plays a block of trials: per trial every uncertain figure is drawn,
the tables are filled with the drawn values, and one compiled loop works off an agenda of events in time order:

    batch      a radar hands over the plots of a slice of its scan, and the tracker takes them in
    intercept  a round meets, or does not meet, what it was fired at
    assess     the shooter's opinion of that shot arrives
    arrive     a target reaches the end of its route: a leak, or a landing
    decide     the command post looks at the picture and fires

Ties in time go in the order of that list, then by index, so nothing depends on the order of insertion.
"""

from dataclasses import dataclass, replace
from math import sqrt
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from farwatch.catalogue.figures import Figure
from farwatch.catalogue.uncertainty import Drawn, distinct, draw, fill
from farwatch.chance import DAMAGE, key_of, uniform
from farwatch.compiled import kernel
from farwatch.detect.equation import settle
from farwatch.detect.prepare import Prepared as PreparedSensors
from farwatch.detect.prepare import prepare as prepare_sensors
from farwatch.detect.scan import Field, batch_room, new_field, reset_field, scan
from farwatch.engage import assess, decide, new_stock, resolve
from farwatch.engage import clear as clear_stock
from farwatch.engage.prepare import Prepared as PreparedDefence
from farwatch.engage.prepare import prepare as prepare_defence
from farwatch.engage.stock import SHOTS, Stock
from farwatch.records import (
    CONFIRMED,
    E_CONFIRMED,
    E_HOSTILE,
    E_LAND,
    E_LAUNCH,
    E_LEAK,
    E_NEUTRAL,
    E_SEEN,
    E_TRACK,
    EVENT,
    HOSTILE,
    IN_FLIGHT,
    NEUTRAL,
    OUTCOME,
    PLOT,
    TALLY,
)
from farwatch.scenario import Scenario
from farwatch.track import advance
from farwatch.track import clear as clear_picture
from farwatch.track.picture import EXTENT, Picture
from farwatch.track.prepare import prepare as prepare_picture
from farwatch.world.motion import Truth, state_at
from farwatch.world.prepare import World
from farwatch.world.prepare import prepare as prepare_world

Array = NDArray[Any]

BATCH, INTERCEPT, ASSESS, ARRIVE, DECIDE = range(5)
"""Kinds of event on the agenda; equal times go in this order."""

AGENDA = np.dtype([("time_s", "f8"), ("kind", "i8"), ("index", "i8")], align=True)

_LOG_ROWS = 400_000
_NEVER = np.nan


class State(NamedTuple):
    """What one trial carries. Allocated once per block of trials, emptied before each."""

    field: Field
    picture: Picture
    stock: Stock
    plots: Array      # PLOT[room for one batch]
    agenda: Array     # AGENDA[room]: a binary heap
    pending: Array    # i8[1]: rows in use on the agenda
    outcomes: Array   # OUTCOME[n_targets]
    tally: Array      # TALLY[1]
    known: Array      # i8[n_slots, 3]: serial confirmed, serial hostile, serial neutral that were told already
    now: Array        # f8[7]: room for one target's state


class Log(NamedTuple):
    """The events of a traced trial; no rows means: keep none."""

    events: Array     # EVENT[room]
    rows: Array       # i8[1]: how many are written


@dataclass(frozen=True, slots=True, kw_only=True)
class Mission:
    """A scenario made ready to play: base tables, and which figure each trial draws into which place."""

    scenario: Scenario
    world: World
    sensors: PreparedSensors
    defence: PreparedDefence
    drawn: tuple[Drawn, ...]
    figures: tuple[Figure, ...]
    notices: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """What a block of consecutive trials left behind.

    outcomes OUTCOME[trials, targets]; tallies TALLY[trials]; rounds_fired i4[trials, rounds];
    figures f8[trials, figures]; events EVENT[m], the log of the first trial if it was traced.
    """

    first_trial: int
    outcomes: Array
    tallies: Array
    rounds_fired: Array
    figures: Array
    events: Array


def prepare(scenario: Scenario) -> Mission:
    """Everything that is the same in every trial; raises InputError when the scenario cannot be played."""
    world = prepare_world(scenario)
    sensors = prepare_sensors(scenario, world)
    defence = prepare_defence(scenario, world)
    drawn = (*world.drawn, *sensors.drawn, *defence.drawn)
    return Mission(
        scenario=scenario,
        world=world,
        sensors=sensors,
        defence=defence,
        drawn=drawn,
        figures=distinct(drawn),
        notices=(*world.notices, *sensors.notices, *defence.notices),
    )


def play(mission: Mission, seed: int, first_trial: int, count: int, trace: bool = False) -> Block:
    """Play `count` trials from `first_trial` on; with `trace`, keep the log of the first.

    A function of its arguments alone: blocks may be played in any order, by any number of threads.
    """
    values = draw(mission.figures, seed, first_trial, count)
    tables = _tables(mission, values)
    state = _new_state(mission)
    block = Block(
        first_trial=first_trial,
        outcomes=np.zeros((count, len(mission.world.targets)), OUTCOME),
        tallies=np.zeros(count, TALLY),
        rounds_fired=np.zeros((count, len(mission.defence.defence.rounds)), np.int32),
        figures=values,
        events=np.empty(0, EVENT),
    )
    for row in range(count):
        log = Log(np.empty(_LOG_ROWS if trace and row == 0 else 0, EVENT), np.zeros(1, np.int64))
        truth = Truth(tables["targets"][row], mission.world.knots, tables["classes"][row])
        sensors = mission.sensors.sensors._replace(radars=tables["radars"][row])
        defence = mission.defence.defence._replace(
            batteries=tables["batteries"][row], rounds=tables["rounds"][row],
            kill=tables["kill"][row], classes=tables["classes"][row],
        )
        play_trial(truth, sensors, defence, state, key_of(seed, first_trial + row), mission.world.duration_s, log)
        block.outcomes[row] = state.outcomes
        block.tallies[row] = state.tally[0]
        _count_rounds(state.stock, block.rounds_fired[row])
        if len(log.events):
            block = replace(block, events=log.events[: log.rows[0]].copy())
    return block


def _tables(mission: Mission, values: NDArray[np.float64]) -> dict[str, Array]:
    """Copies of the base tables with a leading axis of trials, filled with the drawn figures."""
    defence = mission.defence.defence
    base = {
        "targets": mission.world.targets, "classes": mission.world.classes,
        "radars": mission.sensors.sensors.radars,
        "batteries": defence.batteries, "rounds": defence.rounds, "kill": defence.kill,
    }
    tables = {name: np.repeat(table[None], len(values), axis=0) for name, table in base.items()}
    fill(tables, mission.drawn, mission.figures, values)
    settle(tables["radars"])
    return tables


def _new_state(mission: Mission) -> State:
    """Carried state for this mission, sized by it."""
    targets = mission.world.targets
    defence = mission.defence.defence
    sensors = mission.sensors.sensors
    picture = prepare_picture(mission.scenario, len(sensors.radars), mission.world.classes, len(targets))
    slots = len(picture.tracks)
    stock = new_stock(defence, slots, len(targets))
    return State(
        field=new_field(sensors, len(targets)),
        picture=picture,
        stock=stock,
        plots=np.zeros(batch_room(sensors, len(targets)), PLOT),
        agenda=np.zeros(len(sensors.radars) + len(targets) + 2 * len(stock.shots) + 2, AGENDA),
        pending=np.zeros(1, np.int64),
        outcomes=np.zeros(len(targets), OUTCOME),
        tally=np.zeros(1, TALLY),
        known=np.zeros((slots, 3), np.int64),
        now=np.zeros(7),
    )


def _count_rounds(stock: Stock, fired: Array) -> None:
    """Add up the shots of a finished trial by round row."""
    shots = stock.shots[: stock.counts[SHOTS]]
    fired += np.bincount(shots["round_index"], minlength=len(fired)).astype(fired.dtype)


# The loop ----------------------------------------------------------------------------------------------------


@kernel
def play_trial(truth: Any, sensors: Any, defence: Any, state: Any, key: Any, end_s: float, log: Any) -> None:
    """Play one trial to `end_s` or until nothing is left to happen; results are in `state`."""
    _open_trial(truth, sensors, defence, state, key)
    while state.pending[0] > 0:
        now = state.agenda[0]["time_s"]
        kind = state.agenda[0]["kind"]
        index = state.agenda[0]["index"]
        if now > end_s:
            break
        pop(state.agenda, state.pending)
        if kind == BATCH:
            _batch(truth, sensors, state, index, now, key, log)
        elif kind == DECIDE:
            _decide(truth, sensors, defence, state, now, log)
        elif kind == ARRIVE:
            _arrive(truth, state, index, now, key, log)
        else:
            _shot(truth, defence, state, index, now, key, log)
    _close_trial(state)


@kernel
def _open_trial(truth: Any, sensors: Any, defence: Any, state: Any, key: Any) -> None:
    """Empty the carried state and put the first events on the agenda."""
    reset_field(sensors, truth, state.field, key)
    clear_picture(state.picture)
    clear_stock(defence, state.stock)
    state.pending[0] = 0
    state.known[:, :] = -1
    tally = state.tally[0]
    tally["looks"] = 0
    tally["plots"] = 0
    tally["false_plots"] = 0
    tally["tracks_confirmed"] = 0
    tally["false_tracks_confirmed"] = 0
    tally["shots"] = 0
    tally["shots_at_background"] = 0
    tally["shots_at_nothing"] = 0
    tally["background_killed"] = 0
    for i in range(truth.targets.size):
        target = truth.targets[i]
        arrival_s = target["start_s"] + (target["knot_count"] - 1) * target["step_s"] / target["rate"]
        push(state.agenda, state.pending, arrival_s, ARRIVE, i)
        _blank(state.outcomes[i])
    for r in range(sensors.radars.size):
        radar = sensors.radars[r]
        push(state.agenda, state.pending, radar["period_s"] / radar["batches"], BATCH, r)
    push(state.agenda, state.pending, defence.doctrine[0]["decide_s"], DECIDE, 0)


@kernel
def _blank(outcome: Any) -> None:
    """An outcome to which nothing has happened yet."""
    outcome["above_horizon_s"] = _NEVER
    outcome["unmasked_s"] = _NEVER
    outcome["seen_s"] = _NEVER
    outcome["seen_range_m"] = _NEVER
    outcome["confirmed_s"] = _NEVER
    outcome["confirmed_range_m"] = _NEVER
    outcome["hostile_s"] = _NEVER
    outcome["first_shot_s"] = _NEVER
    outcome["shots"] = 0
    outcome["lost_shots"] = 0
    outcome["blocked"] = 0
    outcome["judged_dead"] = 0
    outcome["killed_s"] = _NEVER
    outcome["killed_range_m"] = _NEVER
    outcome["leaked_s"] = _NEVER
    outcome["destroyed"] = 0


@kernel
def _batch(truth: Any, sensors: Any, state: Any, r: int, now: float, key: Any, log: Any) -> None:
    """Radar `r` hands over the plots of the slice of its scan that ends now."""
    radar = sensors.radars[r]
    slice_s = radar["period_s"] / radar["batches"]
    number = int(now / slice_s + 0.5)
    count = scan(sensors, truth, state.field, r, (number - 1) * slice_s, now, key, state.plots)
    advance(state.picture, sensors.radars, r, now, state.plots, count)
    push(state.agenda, state.pending, (number + 1) * slice_s, BATCH, r)
    state.tally[0]["plots"] += count
    for p in range(count):
        plot = state.plots[p]
        if plot["truth"] < 0:
            state.tally[0]["false_plots"] += 1
        elif log.events.size > 0 and state.field.sightings[plot["truth"]]["plots"] == 1:
            state_at(truth, plot["truth"], plot["time_s"], state.now)
            _note(log, plot["time_s"], E_SEEN, r, plot["truth"], -1, state.now, plot["range_m"])


@kernel
def _decide(truth: Any, sensors: Any, defence: Any, state: Any, now: float, log: Any) -> None:
    """The command post looks at the picture: what is new in it is told, and rounds are fired."""
    _tell_tracks(defence, state, now, log)
    stock = state.stock
    first = stock.counts[SHOTS]
    fired = decide(defence, stock, state.picture, sensors.radars, now)
    for s in range(first, first + fired):
        shot = stock.shots[s]
        push(state.agenda, state.pending, shot["intercept_s"], INTERCEPT, s)
        tally = state.tally[0]
        tally["shots"] += 1
        victim = shot["aimed_truth"]
        if victim < 0:
            tally["shots_at_nothing"] += 1
        else:
            outcome = state.outcomes[victim]
            outcome["shots"] += 1
            if np.isnan(outcome["first_shot_s"]):
                outcome["first_shot_s"] = shot["launch_s"]
            if truth.targets[victim]["raid"] == 0:
                tally["shots_at_background"] += 1
        _note_shot(log, shot["launch_s"], E_LAUNCH, shot, shot["intercept_s"])
    push(state.agenda, state.pending, now + defence.doctrine[0]["decide_s"], DECIDE, 0)


@kernel
def _tell_tracks(defence: Any, state: Any, now: float, log: Any) -> None:
    """Write down when each target was first under a confirmed track, and under one that was judged hostile."""
    for slot in range(state.picture.counters[EXTENT]):
        it = state.picture.tracks[slot]
        if it["status"] != CONFIRMED:
            continue
        known = state.known[slot]
        if known[0] != it["serial"]:
            known[0] = it["serial"]
            _tell_new(state, it, log)
        if it["truth"] >= 0:
            _tell_held(defence, state.outcomes[it["truth"]], it, now)
        if it["identity"] == HOSTILE and known[1] != it["serial"]:
            known[1] = it["serial"]
            _note(log, now, E_HOSTILE, -1, it["truth"], it["serial"], it["mean"], it["hostile_probability"])
        elif it["identity"] == NEUTRAL and known[2] != it["serial"]:
            known[2] = it["serial"]
            _note(log, now, E_NEUTRAL, -1, it["truth"], it["serial"], it["mean"], it["hostile_probability"])
        if log.events.size > 0 and it["identity"] == HOSTILE:
            _note(log, now, E_TRACK, -1, it["truth"], it["serial"], it["mean"], it["position_sigma_m"])


@kernel
def _tell_new(state: Any, it: Any, log: Any) -> None:
    """Count a track that is new in the confirmed picture."""
    state.tally[0]["tracks_confirmed"] += 1
    if it["truth"] < 0:
        state.tally[0]["false_tracks_confirmed"] += 1
    _note(log, it["confirmed_s"], E_CONFIRMED, -1, it["truth"], it["serial"], it["mean"], it["position_sigma_m"])


@kernel
def _tell_held(defence: Any, outcome: Any, it: Any, now: float) -> None:
    """Write down that confirmed track `it` is held by plots of this outcome's target; ranges from the nearest battery."""
    if np.isnan(outcome["confirmed_s"]):
        mean = it["mean"]
        nearest_m = np.inf
        for b in range(defence.batteries.size):
            battery = defence.batteries[b]
            dx, dy, dz = mean[0] - battery["x_m"], mean[1] - battery["y_m"], mean[2] - battery["z_m"]
            nearest_m = min(nearest_m, sqrt(dx * dx + dy * dy + dz * dz))
        outcome["confirmed_s"] = now
        outcome["confirmed_range_m"] = nearest_m
    if it["identity"] == HOSTILE and np.isnan(outcome["hostile_s"]):
        outcome["hostile_s"] = now


@kernel
def _shot(truth: Any, defence: Any, state: Any, s: int, now: float, key: Any, log: Any) -> None:
    """Shot `s` is at its intercept, or its assessment has arrived."""
    stock = state.stock
    shot = stock.shots[s]
    if shot["status"] == IN_FLIGHT:
        result = resolve(defence, stock, state.picture, truth, state.field.alive, s, key, now)
        if shot["status"] == IN_FLIGHT:  # the target has moved on: it will be met a little later
            push(state.agenda, state.pending, shot["intercept_s"], INTERCEPT, s)
            return
        _tell_result(truth, state, shot, now)
        _note_shot(log, now, result, shot, shot["range_m"])
        push(state.agenda, state.pending, now + defence.doctrine[0]["assess_delay_s"], ASSESS, s)
    else:
        _note_shot(log, now, assess(defence, stock, truth, s, key, now), shot, shot["called_kill"])


@kernel
def _tell_result(truth: Any, state: Any, shot: Any, now: float) -> None:
    """Write down what one round did."""
    victim = shot["victim"]
    if shot["killed"] == 1:
        state.outcomes[victim]["killed_s"] = now
        state.outcomes[victim]["killed_range_m"] = shot["range_m"]
        if truth.targets[victim]["raid"] == 0:
            state.tally[0]["background_killed"] += 1
    elif victim < 0 and shot["aimed_truth"] >= 0:
        state.outcomes[shot["aimed_truth"]]["lost_shots"] += 1


@kernel
def _arrive(truth: Any, state: Any, i: int, now: float, key: Any, log: Any) -> None:
    """Target `i` is at the end of its route; if it is alive, that is a leak, or a landing."""
    if state.field.alive[i] == 0:
        return
    state_at(truth, i, now, state.now)
    state.field.alive[i] = 0
    target = truth.targets[i]
    if target["raid"] == 0:
        _note(log, now, E_LAND, -1, i, -1, state.now, 0.0)
        return
    outcome = state.outcomes[i]
    outcome["leaked_s"] = now
    damage = truth.classes[target["class_index"]]["damage"]
    if target["asset_index"] >= 0 and uniform(key, DAMAGE, target["id"], 0, 0) < damage:
        outcome["destroyed"] = 1
    _note(log, now, E_LEAK, target["asset_index"], i, -1, state.now, outcome["destroyed"])


@kernel
def _close_trial(state: Any) -> None:
    """Copy what the sensors and the magazine have noted of each target into its outcome."""
    for i in range(state.outcomes.size):
        outcome = state.outcomes[i]
        sighting = state.field.sightings[i]
        outcome["above_horizon_s"] = sighting["above_horizon_s"]
        outcome["unmasked_s"] = sighting["unmasked_s"]
        outcome["seen_s"] = sighting["seen_s"]
        outcome["seen_range_m"] = sighting["seen_range_m"]
        outcome["blocked"] = state.stock.fates[i]["blocked"]
        outcome["judged_dead"] = state.stock.fates[i]["judged_dead"]
        state.tally[0]["looks"] += sighting["looks"]


# The log ------------------------------------------------------------------------------------------------------


@kernel
def _note(log: Any, time_s: float, kind: int, who: int, whom: int, serial: int, place: Any, value: float) -> None:
    """Add one EVENT to the log, if one is kept and has room; `place` starts with x, y, z."""
    n = log.rows[0]
    if n >= log.events.size:
        return
    event = log.events[n]
    event["time_s"] = time_s
    event["kind"] = kind
    event["who"] = who
    event["whom"] = whom
    event["track"] = serial
    event["x_m"] = place[0]
    event["y_m"] = place[1]
    event["z_m"] = place[2]
    event["value"] = value
    log.rows[0] = n + 1


@kernel
def _note_shot(log: Any, time_s: float, kind: int, shot: Any, value: float) -> None:
    """Add one EVENT about a shot: who is its battery, whom what it was aimed at or met."""
    if log.events.size == 0:
        return
    whom = shot["victim"] if shot["victim"] >= 0 else shot["aimed_truth"]
    place = np.array((shot["x_m"], shot["y_m"], shot["z_m"]))
    _note(log, time_s, kind, shot["round_index"], whom, shot["track_serial"], place, float(value))


# The agenda ---------------------------------------------------------------------------------------------------


@kernel
def push(agenda: Any, pending: Any, time_s: float, kind: int, index: int) -> None:
    """Put an event on the agenda, AGENDA[room], a binary heap of which `pending[0]` rows are in use."""
    k = pending[0]
    pending[0] = k + 1
    while k > 0:
        parent = (k - 1) // 2
        if not _sooner(time_s, kind, index, agenda[parent]["time_s"], agenda[parent]["kind"], agenda[parent]["index"]):
            break
        _set(agenda[k], agenda[parent]["time_s"], agenda[parent]["kind"], agenda[parent]["index"])
        k = parent
    _set(agenda[k], time_s, kind, index)


@kernel
def pop(agenda: Any, pending: Any) -> None:
    """Take the first event, agenda[0], off the agenda."""
    n = pending[0] - 1
    pending[0] = n
    time_s, kind, index = agenda[n]["time_s"], agenda[n]["kind"], agenda[n]["index"]
    k = 0
    while 2 * k + 1 < n:
        child = 2 * k + 1
        if child + 1 < n:
            child += _right_first(agenda[child], agenda[child + 1])
        at = agenda[child]
        if not _sooner(at["time_s"], at["kind"], at["index"], time_s, kind, index):
            break
        _set(agenda[k], agenda[child]["time_s"], agenda[child]["kind"], agenda[child]["index"])
        k = child
    _set(agenda[k], time_s, kind, index)


@kernel
def _sooner(time_a: float, kind_a: int, index_a: int, time_b: float, kind_b: int, index_b: int) -> bool:
    """Whether event a comes before event b: by time, then kind, then index."""
    if time_a != time_b:
        return time_a < time_b
    if kind_a != kind_b:
        return kind_a < kind_b
    return index_a < index_b


@kernel
def _right_first(left: Any, right: Any) -> int:
    """1 when the right of two agenda rows comes first, else 0."""
    sooner = _sooner(right["time_s"], right["kind"], right["index"], left["time_s"], left["kind"], left["index"])
    return 1 if sooner else 0


@kernel
def _set(row: Any, time_s: float, kind: int, index: int) -> None:
    row["time_s"] = time_s
    row["kind"] = kind
    row["index"] = index
