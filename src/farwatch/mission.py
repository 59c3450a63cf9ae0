"""One mission, many trials: the loop that owns the clock and the carried state.

`prepare` turns a scenario into tables once. `play` plays a block of trials: per trial every uncertain figure is drawn,
the tables are filled with the drawn values, and one compiled loop works off an agenda of events in time order:

    batch      a radar hands over the plots of a slice of its scan, and the tracker takes them in, unless it is off
    intercept  a round meets, or does not meet, what it was fired at
    assess     the shooter's opinion of that shot arrives
    arrive     a target reaches the end of its route: a leak, or a landing
    decide     the command post looks at the picture and fires

Ties in time go in the order of that list, then by index, so nothing depends on the order of insertion.

After each of its batches an array shares out its time anew among search, tracks and engagements: what flows back to its
looks, and to what the tracker takes for a miss, are seconds between looks (`engage.radar_time`).
"""

from dataclasses import dataclass, replace
from math import sqrt
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from farwatch.agenda import AGENDA, pop, push
from farwatch.catalogue.figures import Figure
from farwatch.catalogue.uncertainty import Drawn, distinct, draw, fill
from farwatch.chance import DAMAGE, NOBODY, key_of, uniform
from farwatch.compiled import carried, kernel
from farwatch.detect.dwells import SEARCH, TRACK, has_budget
from farwatch.detect.equation import settle
from farwatch.detect.prepare import Prepared as PreparedSensors
from farwatch.detect.prepare import prepare as prepare_sensors
from farwatch.detect.scan import Field, Sensors, batch_room, new_field, reset_field, rest, scan
from farwatch.engage import assess, decide, new_stock, open_links, resolve
from farwatch.engage import clear as clear_stock
from farwatch.engage.command import is_off
from farwatch.engage.flight import settle as settle_rounds
from farwatch.engage.prepare import Prepared as PreparedDefence
from farwatch.engage.prepare import prepare as prepare_defence
from farwatch.engage.radar_time import Busy, begin_work, close_work, new_busy, share_time
from farwatch.engage.stock import SHOTS, Defence, Stock, main_block
from farwatch.engage.table import DEALT, GREEDILY
from farwatch.engage.tilt import choose_favoured, weight
from farwatch.logbook import (
    EVENT_ROWS,
    EVENTS,
    NONE,
    PLOT_ROWS,
    PLOTS,
    STATE_ROWS,
    STATES,
    Log,
    new_log,
    note,
    note_load,
    note_plots,
    note_shot,
    note_shots,
    note_states,
)
from farwatch.records import (
    CONFIRMED,
    E_CONFIRMED,
    E_HOSTILE,
    E_LAND,
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
    WORKLOAD,
)
from farwatch.scenario import Scenario
from farwatch.track import advance
from farwatch.track import clear as clear_picture
from farwatch.track.picture import EXTENT, Picture
from farwatch.track.prepare import prepare as prepare_picture
from farwatch.track.silence import fall_silent
from farwatch.world.motion import STATE_SIZE, Truth, state_at
from farwatch.world.prepare import AFTERMATH_S, World
from farwatch.world.prepare import prepare as prepare_world

Array = NDArray[Any]

ORDER: Any = np.arange(5, dtype=np.int64)
BATCH, INTERCEPT, ASSESS, ARRIVE, DECIDE = ORDER
"""Kinds of event on the agenda; equal times go in this order."""

_UNTOUCHED = np.zeros(1, OUTCOME)
for _name, (_kind, *_) in (OUTCOME.fields or {}).items():
    if _kind == np.float64:
        _UNTOUCHED[_name] = np.nan


@carried
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
    place: Array      # f8[7]: room for one target's state
    busy: Busy


@carried
class Tables(NamedTuple):
    """The tables of a block's trials, each with a leading axis of trials, filled with their drawn figures."""

    targets: Array    # TARGET[trials, n]
    classes: Array    # CLASS[trials, k]
    radars: Array     # RADAR[trials, n]
    batteries: Array
    rounds: Array
    kill: Array       # f8[trials, rounds, classes]


@carried
class Stage(NamedTuple):
    """What a trial is played on: tables that hold its own figures while it is played, and carried state."""

    truth: Truth
    sensors: Sensors
    defence: Defence
    state: State
    untouched: Array  # OUTCOME[1]: of a target to which nothing has happened yet
    nothing: Array    # TALLY[1]: of a trial that has not begun


@carried
class Kept(NamedTuple):
    """Where what trials leave behind is written, a row each: see Block."""

    outcomes: Array
    tallies: Array
    workloads: Array
    rounds_fired: Array
    empty_s: Array


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
class Draws:
    """How the trials of a block are drawn; the default is plain chance.

    `stratified`: figures fill their ranges evenly within each group of 8 trials (catalogue.drawing). `tilt`: rare
    leaks are favoured, by this much in the log-odds of a kill, and trials weighed accordingly (engage.tilt).
    `values` f8[count, figures]: figures as given, not drawn.
    """

    stratified: bool = False
    tilt: float = 0.0
    values: NDArray[np.float64] | None = None


PLAIN = Draws()
"""Plain chance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """What a block of consecutive trials left behind.

    outcomes OUTCOME[trials, targets]; tallies TALLY[trials]; workloads WORKLOAD[trials, radars]; rounds_fired
    i4[trials, rounds]; empty_s f8[trials, rounds], when each magazine was empty for good, NaN never; figures
    f8[trials, figures]; events EVENT[m], the log of the first trial if it was traced.
    """

    first_trial: int
    outcomes: Array
    tallies: Array
    workloads: Array
    rounds_fired: Array
    empty_s: Array
    figures: Array
    events: Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Traced:
    """One trial with all that was recorded of it.

    block: a Block of this trial alone; plots: PLOT[n] in the order in which radars handed them over; states: STATE[m],
    each confirmed track at each update, as known then; truth: what flew, with the trial's own figures.
    """

    block: Block
    plots: Array
    states: Array
    truth: Truth


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


def play(
    mission: Mission, seed: int, first_trial: int, count: int, trace: bool = False, draws: Draws = PLAIN
) -> Block:
    """Play `count` trials from `first_trial` on; with `trace`, keep the log of the first.

    A function of its arguments alone: blocks may be played in any order, by any number of threads.
    """
    values = _values(mission, seed, first_trial, count, draws)
    tables = Tables(**_tables(mission, values))
    block, kept = _shelf(mission, first_trial, values)
    stage, key, end_s = _stage(mission), key_of(seed, first_trial), mission.world.duration_s
    log, traced = new_log(EVENT_ROWS if trace else 0), 1 if trace else 0
    if trace:
        play_trials(stage, tables, kept, (0, 1), key, end_s, draws.tilt, log)
        block = replace(block, events=log.events[: log.rows[EVENTS]].copy())
    play_trials(stage, tables, kept, (traced, count), key, end_s, draws.tilt, new_log())
    return block


def trace(mission: Mission, seed: int, trial: int, draws: Draws = PLAIN) -> Traced:
    """Play one trial once more, with all its plots and track updates kept: the same bits as in any block.

    It is played twice where the log was too small at first.
    """
    values = _values(mission, seed, trial, 1, draws)
    tables = Tables(**_tables(mission, values))
    block, kept = _shelf(mission, trial, values)
    stage, key, end_s = _stage(mission), key_of(seed, trial), mission.world.duration_s
    plots, states = PLOT_ROWS, STATE_ROWS
    while True:
        log = new_log(EVENT_ROWS, plots, states)
        play_trials(stage, tables, kept, (0, 1), key, end_s, draws.tilt, log)
        found = log.rows.tolist()
        if found[PLOTS] <= plots and found[STATES] <= states:
            break
        plots, states = found[PLOTS], found[STATES]
        kept.rounds_fired[:] = 0
    return Traced(
        block=replace(block, events=log.events[: found[EVENTS]].copy()),
        plots=log.plots[: found[PLOTS]].copy(),
        states=log.states[: found[STATES]].copy(),
        truth=Truth(tables.targets[0], mission.world.knots, tables.classes[0]),
    )


def _values(mission: Mission, seed: int, first_trial: int, count: int, draws: Draws) -> NDArray[np.float64]:
    """Figures f8[count, figures] of a block's trials: as given, or drawn."""
    if draws.values is not None:
        return draws.values
    return draw(mission.figures, seed, first_trial, count, stratified=draws.stratified)


def _shelf(mission: Mission, first_trial: int, values: NDArray[np.float64]) -> tuple[Block, Kept]:
    """An empty block, and the parts of it that the loop writes to."""
    count = len(values)
    block = Block(
        first_trial=first_trial,
        outcomes=np.zeros((count, len(mission.world.targets)), OUTCOME),
        tallies=np.zeros(count, TALLY),
        workloads=np.zeros((count, len(mission.sensors.radar_names)), WORKLOAD),
        rounds_fired=np.zeros((count, len(mission.defence.defence.rounds)), np.int32),
        empty_s=np.full((count, len(mission.defence.defence.rounds)), np.nan),
        figures=values,
        events=np.empty(0, EVENT),
    )
    return block, Kept(block.outcomes, block.tallies, block.workloads, block.rounds_fired, block.empty_s)


def rehearse(mission: Mission) -> None:
    """Call every stage of the loop but the tracker once, on an empty state: they are compiled afterwards."""
    sensors, defence, truth = mission.sensors.sensors, mission.defence.defence, mission.world.truth
    state, key = _new_state(mission), key_of(0, 0)
    reset_field(sensors, truth, state.field)
    scan(sensors, truth, state.field, 0, -1.0, 0.0, key, state.plots)
    decide(defence, state.stock, state.picture, sensors.radars, 0.0)
    resolve(defence, state.stock, state.picture, truth, state.field.alive, 0, key, 0.0)
    assess(defence, state.stock, truth, 0, key, 0.0)


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
    settle_rounds(tables["rounds"])
    return tables


def _new_state(mission: Mission) -> State:
    """Carried state for this mission, sized by it."""
    targets = mission.world.targets
    defence = mission.defence.defence
    sensors = mission.sensors.sensors
    picture = prepare_picture(mission.scenario, len(sensors.radars), mission.world.classes, len(targets))
    slots = len(picture.tracks)
    stock = new_stock(defence, slots, len(targets), len(sensors.radars))
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
        place=np.zeros(STATE_SIZE),
        busy=new_busy(stock.loads),
    )


def _stage(mission: Mission) -> Stage:
    """Room to play the trials of this mission one after the other; nobody else's."""
    defence, classes = mission.defence.defence, mission.world.classes.copy()
    return Stage(
        truth=Truth(mission.world.targets.copy(), mission.world.knots, classes),
        sensors=mission.sensors.sensors._replace(radars=mission.sensors.sensors.radars.copy()),
        defence=defence._replace(
            batteries=defence.batteries.copy(), rounds=defence.rounds.copy(), kill=defence.kill.copy(), classes=classes
        ),
        state=_new_state(mission),
        untouched=_UNTOUCHED,
        nothing=np.zeros(1, TALLY),
    )


# The loop ----------------------------------------------------------------------------------------------------
# The kernels below take the few arrays they need, not all of `state`: every array that a call hands on costs time
# to compile and to run.


@kernel
def play_trials(
    stage: Stage, tables: Tables, kept: Kept, rows: tuple[int, int], key: Any, end_s: float, tilt: float, log: Log
) -> None:
    """Play the trials of rows first to last, exclusive: one call, so that no thread waits for another in between.

    `key` is that of the trial in row 0; see `play_trial`.
    """
    truth, state = stage.truth, stage.state
    for row in range(rows[0], rows[1]):
        _set_stage(stage, tables, row)
        own_key = (key[0], key[1], key[2] + np.uint64(row))
        choose_favoured(truth.targets, tilt, own_key, state.stock.tilt)
        play_trial(truth, stage.sensors, stage.defence, state, own_key, end_s, log)
        _close_books(stage.defence.rounds, state.stock, state.outcomes, state.tally[0])
        state.tally[0]["weight"] = weight(truth.targets, state.stock.fates, tilt)
        _keep(state, kept, row)


@kernel
def _set_stage(stage: Stage, tables: Tables, row: int) -> None:
    """Put the figures of one trial into the tables that it is played with, and forget the trial before."""
    defence, state = stage.defence, stage.state
    _copy(tables.targets, row, stage.truth.targets)
    _copy(tables.classes, row, stage.truth.classes)
    _copy(tables.radars, row, stage.sensors.radars)
    _copy(tables.batteries, row, defence.batteries)
    _copy(tables.rounds, row, defence.rounds)
    for r in range(defence.kill.shape[0]):
        for c in range(defence.kill.shape[1]):
            defence.kill[r, c] = tables.kill[row, r, c]
    for i in range(state.outcomes.size):
        state.outcomes[i] = stage.untouched[0]
    state.tally[0] = stage.nothing[0]
    state.known[:, :] = NONE


@kernel
def _copy(many: Any, row: int, one: Any) -> None:
    """Copy one row of a table with a leading axis of trials."""
    for i in range(one.size):
        one[i] = many[row, i]


@kernel
def _close_books(rounds: Any, stock: Any, outcomes: Any, tally: Any) -> None:
    """Write down what was spent on each target, at the trial's prices of ROUND[n], and what the deals gained."""
    for i in range(outcomes.size):
        outcomes[i]["spent_usd"] = 0.0
    for s in range(stock.counts[SHOTS]):
        shot = stock.shots[s]
        if shot["aimed_truth"] >= 0:
            outcomes[shot["aimed_truth"]]["spent_usd"] += rounds[shot["round_index"]]["price_usd"]
    tally["dealt_gain"], tally["greedy_gain"] = stock.table.gains[DEALT], stock.table.gains[GREEDILY]


@kernel
def _keep(state: State, kept: Kept, row: int) -> None:
    """Write down what a finished trial has left behind."""
    for i in range(state.outcomes.size):
        kept.outcomes[row, i] = state.outcomes[i]
    kept.tallies[row] = state.tally[0]
    for r in range(state.busy.work.size):
        kept.workloads[row, r] = state.busy.work[r]
    for r in range(state.stock.magazines.size):
        kept.empty_s[row, r] = state.stock.magazines[r]["empty_s"]
    for s in range(state.stock.counts[SHOTS]):
        kept.rounds_fired[row, state.stock.shots[s]["round_index"]] += 1


@kernel
def play_trial(truth: Any, sensors: Any, defence: Any, state: Any, key: Any, end_s: float, log: Any) -> None:
    """Play one trial to `end_s`, or a minute past the end of the raid if that is sooner; results are in `state`."""
    agenda, pending, outcomes, tally, place = state.agenda, state.pending, state.outcomes, state.tally, state.place
    reset_field(sensors, truth, state.field)
    begin_work(sensors.radars, state.busy)
    clear_picture(state.picture)
    clear_stock(defence, state.stock)
    open_links(defence, state.stock, key)
    coming = _raid_size(truth.targets)
    _first_events(truth.targets, sensors.radars, agenda, pending, defence.doctrine[0]["decide_s"])
    while pending[0] > 0 and agenda[0]["time_s"] <= end_s:
        now, kind, index = agenda[0]["time_s"], agenda[0]["kind"], agenda[0]["index"]
        pop(agenda, pending)
        if kind == BATCH:
            radar = sensors.radars[index]
            slice_s = radar["period_s"] / radar["batches"]
            number = int(now / slice_s + 0.5)
            if is_off(defence.orders.outages, defence.batteries, radar, now):
                rest(sensors, truth, state.field, index, now)
                fall_silent(state.picture, radar, index, now)
                push(agenda, pending, (number + 1) * slice_s, BATCH, index)
                continue
            count = scan(sensors, truth, state.field, index, (number - 1) * slice_s, now, key, state.plots)
            advance(state.picture, sensors.radars, index, now, state.plots, count)
            if has_budget(radar):
                told, waits_s = state.busy.loads[index], state.field.waits[index]
                load = share_time(sensors.radars, index, state.picture, state.stock, waits_s, state.busy, now)
                state.picture.waits[index, 0] = state.busy.waits[SEARCH]
                state.picture.waits[index, 1] = state.busy.waits[TRACK]
                if load != told:
                    note_load(radar, index, load, now, log)
            push(agenda, pending, (number + 1) * slice_s, BATCH, index)
            _tell_plots(truth, state.field.sightings, state.plots, count, tally[0], place, log)
            if log.plots.size > 0:
                note_plots(state.plots, count, log)
                note_states(state.picture, now - slice_s, now, log)
        elif kind == DECIDE:
            _tell_tracks(state.picture.tracks, state.picture.counters[EXTENT], defence.batteries, outcomes, tally[0],
                         state.known, now, log)
            fired = decide(defence, state.stock, state.picture, sensors.radars, now)
            _tell_shots(truth.targets, state.stock.shots, state.stock.counts[SHOTS], fired, agenda, pending, outcomes,
                        tally[0])
            note_shots(state.stock.shots, state.stock.counts[SHOTS], fired, log)
            push(agenda, pending, now + defence.doctrine[0]["decide_s"], DECIDE, NOBODY)
        elif kind == ARRIVE:
            if state.field.alive[index] == 1:
                state.field.alive[index] = 0
                state_at(truth, index, now, place)
                target = truth.targets[index]
                damage = truth.classes[target["class_index"]]["damage"]
                _tell_arrival(target, damage, outcomes[index], index, now, key, place, log)
                coming -= target["raid"]
                end_s = _end_s(end_s, coming, target["raid"], now)
        else:
            shot = state.stock.shots[index]
            if shot["status"] == IN_FLIGHT:
                what = resolve(defence, state.stock, state.picture, truth, state.field.alive, index, key, now)
                if shot["status"] == IN_FLIGHT:  # the target has moved on: it will be met a little later
                    push(agenda, pending, shot["intercept_s"], INTERCEPT, index)
                    continue
                taken = _tell_result(truth.targets, outcomes, tally[0], shot, now)
                coming -= taken
                end_s = _end_s(end_s, coming, taken, now)
                delay_s = defence.batteries[shot["battery_index"]]["assess_delay_s"]
                push(agenda, pending, now + delay_s, ASSESS, index)
            else:
                what = assess(defence, state.stock, truth, index, key, now)
            note_shot(log, now, what, shot, shot["range_m"])
    _close_trial(outcomes, state.field.sightings, state.stock.fates, tally[0])
    close_work(sensors.radars, state.busy)


@kernel
def _first_events(targets: Any, radars: Any, agenda: Any, pending: Any, decide_s: float) -> None:
    """Put every target's arrival, every radar's first slice and the first decision on an empty agenda."""
    pending[0] = 0
    for i in range(targets.size):
        target = targets[i]
        arrival_s = target["start_s"] + (target["knot_count"] - 1) * target["step_s"] / target["rate"]
        push(agenda, pending, arrival_s, ARRIVE, i)
    for r in range(radars.size):
        push(agenda, pending, radars[r]["period_s"] / radars[r]["batches"], BATCH, r)
    push(agenda, pending, decide_s, DECIDE, NOBODY)


@kernel
def _tell_plots(truth: Any, sightings: Any, plots: Any, count: int, tally: Any, place: Any, log: Any) -> None:
    """Count the plots of one slice; note the first plot of each target."""
    tally["plots"] += count
    for p in range(count):
        plot = plots[p]
        if plot["truth"] < 0:
            tally["false_plots"] += 1
        elif log.events.size > 0 and sightings[plot["truth"]]["seen_s"] == plot["time_s"]:
            state_at(truth, plot["truth"], plot["time_s"], place)
            note(log, plot["time_s"], E_SEEN, plot["radar_index"], plot["truth"], NONE, place, plot["range_m"])


@kernel
def _tell_tracks(
    tracks: Any, extent: int, batteries: Any, outcomes: Any, tally: Any, known: Any, now: float, log: Any
) -> None:
    """Write down when each target was first under a confirmed track, and under one that was judged hostile."""
    for slot in range(extent):
        it = tracks[slot]
        if it["status"] != CONFIRMED:
            continue
        told, truth = known[slot], it["truth"]
        if told[0] != it["serial"]:
            told[0] = it["serial"]
            tally["tracks_confirmed"] += 1
            tally["false_tracks_confirmed"] += 1 if truth < 0 else 0
            note(log, it["confirmed_s"], E_CONFIRMED, NONE, truth, it["serial"], it["mean"], it["position_sigma_m"])
        if truth >= 0:
            _tell_held(batteries, outcomes[truth], it, now)
        if it["identity"] == HOSTILE and told[1] != it["serial"]:
            told[1] = it["serial"]
            note(log, now, E_HOSTILE, NONE, truth, it["serial"], it["mean"], it["hostile_probability"])
        elif it["identity"] == NEUTRAL and told[2] != it["serial"]:
            told[2] = it["serial"]
            note(log, now, E_NEUTRAL, NONE, truth, it["serial"], it["mean"], it["hostile_probability"])
        if it["identity"] == HOSTILE:
            note(log, now, E_TRACK, NONE, truth, it["serial"], it["mean"], it["position_sigma_m"])


@kernel
def _tell_held(batteries: Any, outcome: Any, it: Any, now: float) -> None:
    """Write down that track `it` is held by plots of this outcome's target; range from the nearest battery."""
    if np.isnan(outcome["confirmed_s"]):
        mean = it["mean"]
        nearest_m = np.inf
        for b in range(batteries.size):
            battery = batteries[b]
            dx, dy, dz = mean[0] - battery["x_m"], mean[1] - battery["y_m"], mean[2] - battery["z_m"]
            nearest_m = min(nearest_m, sqrt(dx * dx + dy * dy + dz * dz))
        outcome["confirmed_s"] = now
        outcome["confirmed_range_m"] = nearest_m
    if it["identity"] == HOSTILE and np.isnan(outcome["hostile_s"]):
        outcome["hostile_s"] = now


@kernel
def _tell_shots(
    targets: Any, shots: Any, end: int, fired: int, agenda: Any, pending: Any, outcomes: Any, tally: Any
) -> None:
    """Put the intercepts of the last `fired` shots on the agenda, and write down at what they were fired."""
    for s in range(end - fired, end):
        shot = shots[s]
        push(agenda, pending, shot["intercept_s"], INTERCEPT, s)
        tally["shots"] += 1
        aimed = shot["aimed_truth"]
        if aimed < 0:
            tally["shots_at_nothing"] += 1
            continue
        outcome = outcomes[aimed]
        outcome["shots"] += 1
        if np.isnan(outcome["first_shot_s"]):
            outcome["first_shot_s"] = shot["launch_s"]
        if targets[aimed]["friend"] == 1:
            tally["shots_at_friends"] += 1
        elif targets[aimed]["raid"] == 0:
            tally["shots_at_background"] += 1


@kernel
def _tell_result(targets: Any, outcomes: Any, tally: Any, shot: Any, now: float) -> int:
    """Write down what one round did; how many it took from the raid."""
    victim = shot["victim"]
    if shot["killed"] == 1:
        outcomes[victim]["killed_s"] = now
        outcomes[victim]["killed_range_m"] = shot["range_m"]
        if targets[victim]["raid"] == 1:
            return 1
        if targets[victim]["friend"] == 1:
            tally["friends_killed"] += 1
        else:
            tally["background_killed"] += 1
    elif victim < 0 and shot["aimed_truth"] >= 0:
        outcomes[shot["aimed_truth"]]["lost_shots"] += 1
    return 0


@kernel
def _raid_size(targets: Any) -> int:
    """How many targets belong to the raid."""
    size = 0
    for i in range(targets.size):
        size += targets[i]["raid"]
    return size


@kernel
def _end_s(end_s: float, coming: int, taken: int, now: float) -> float:
    """End of the trial when the raid has just lost `taken` and `coming` are left: a minute after the last of them."""
    return end_s if coming > 0 or taken == 0 else min(end_s, now + AFTERMATH_S)


@kernel
def _tell_arrival(
    target: Any, damage: float, outcome: Any, i: int, now: float, key: Any, place: Any, log: Any
) -> None:
    """Target `i` is alive at the end of its route: a leak, or a landing."""
    if target["raid"] == 0:
        note(log, now, E_LAND, NONE, i, NONE, place, 0.0)
        return
    outcome["leaked_s"] = now
    if target["asset_index"] >= 0 and uniform(key, DAMAGE, target["id"], NOBODY, NOBODY) < damage:
        outcome["destroyed"] = 1
    note(log, now, E_LEAK, target["asset_index"], i, NONE, place, float(outcome["destroyed"]))


@kernel
def _close_trial(outcomes: Any, sightings: Any, fates: Any, tally: Any) -> None:
    """Copy what the sensors and the magazine have noted of each target into its outcome."""
    for i in range(outcomes.size):
        outcome = outcomes[i]
        sighting = sightings[i]
        outcome["above_horizon_s"] = sighting["above_horizon_s"]
        outcome["unmasked_s"] = sighting["unmasked_s"]
        outcome["seen_s"] = sighting["seen_s"]
        outcome["seen_range_m"] = sighting["seen_range_m"]
        outcome["lost_to_filter"] = sighting["lost_to_filter"]
        outcome["lost_to_clutter"] = sighting["lost_to_clutter"]
        outcome["lost_to_jamming"] = sighting["lost_to_jamming"]
        outcome["lost_to_outage"] = sighting["lost_to_outage"]
        outcome["blocked"] = main_block(fates[i])
        outcome["judged_dead"] = fates[i]["judged_dead"]
        tally["looks"] += sighting["looks"]
