"""What a defence is in one trial, and the state that one trial carries: magazines, channels, shots, memory.

`Defence` is read only; `Stock` changes. Both are named tuples of arrays, so that every kernel of the room, and the
mission's loop, takes them whole.
"""

from math import inf, isnan
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from farwatch.compiled import carried, kernel
from farwatch.engage.table import Table, new_table
from farwatch.records import BLOCKED_ENVELOPE, BLOCKED_TIME, OUTAGE, SHOT, SUPPLY_LIMIT, ZONE

SHOTS, OLDEST, RELOADS, RANKED = 0, 1, 2, 3
"""Places in `Stock.counts`: shots fired so far; index of the oldest shot not yet assessed; reloads finished; tracks
ranked at this decision."""

HELD, ALOFT = 1, 2
"""Values of `Stock.engaged`: all rounds of the battery at the track await assessment; some are in the air."""

AIM_SIZE = 8

TEAM_LIMIT = 8
"""Most teams that reload one kind of round of one battery."""

MAGAZINE = np.dtype(
    [
        ("ready", "i4"), ("reserve", "i4"),  # on the launchers, behind them
        ("loading", "i4"),       # of the reserve: being put on the launchers
        ("due_s", "f8", (TEAM_LIMIT,)), ("batch", "i4", (TEAM_LIMIT,)),  # by team: end of its reload, inf = idle
        ("supplied", "i4"),      # deliveries that have come
        ("empty_s", "f8"),       # launch of its last round with none to come; NaN = never
    ],
    align=True,
)
"""What is left of one row of `Defence.rounds`."""

MEMORY = np.dtype(
    [
        ("serial", "i8"),        # of the track this row remembers; -1 = nothing
        ("hostile_s", "f8"),     # first decision at which it was hostile; NaN = not yet
        ("dead", "i1"),          # 1: called a kill, not engaged again
        ("hits", "i4"),          # updates noticed since it was called a kill
        ("hit_s", "f8"),         # last update noticed
        ("flying", "i4"), ("waiting", "i4"),  # rounds in the air at it; rounds to be assessed
        ("score", "f8"),         # threat at this decision, 0 = none
        ("goal_s", "f8"),        # mission time at which it would arrive; inf = not foreseen
        ("step", "i4"), ("reason", "i4"),  # how near a launch at it came at this decision, and what stood in the way
    ],
    align=True,
)
"""What the command post remembers of one track slot."""

LAUNCHER = np.dtype(
    [
        ("launch_s", "f8"),      # last launch, which may lie a few intervals ahead; -inf = none yet
        ("rounds", "i4"),        # in the air at this decision
        ("tracks", "i4"),        # under engagement at this decision
        ("cut", "i1"),           # 1: its link is down all through this trial
        ("out", "i1"), ("linked", "i1"), ("alone", "i1"),  # at this decision, see command.muster
    ],
    align=True,
)
"""How busy one battery is."""

WATCH = np.dtype(
    [
        ("fired", "i4"),         # rounds that the battery has fired at the track
        ("held_s", "f8"),        # first decision at which its own fire-control radar held it; NaN = never, or not kept
    ],
    align=True,
)
"""What one battery has to do with one track slot."""

BLOCKS = 7
"""How many BLOCKED_* bits there are."""

FATE = np.dtype(
    [
        ("shots", "i4"),         # fired so far at tracks with this truth tag: the next shot's ordinal
        ("meetings", "i4"),      # rounds that have met it
        ("blocked", "u4"),       # BLOCKED_* met while it was hostile and not under fire
        ("blocks", "i8", (BLOCKS,)),  # at how many decisions each of them was met, by bit
        ("log_ratio", "f8"),     # log-likelihood of its meetings under the tilt, over that without; see engage.tilt
        ("judged_dead", "i1"),   # 1: believed dead although it flies: its track is called dead, and is still updated
    ],
    align=True,
)
"""What the defence has done about one target: bookkeeping that no decision reads."""


@carried
class Orders(NamedTuple):
    """What the batteries are told besides the doctrine, and what fails; nothing here changes while a trial runs."""

    outages: NDArray[Any]    # OUTAGE[n]
    zones: NDArray[Any]      # ZONE[n]: the first that holds a place counts there
    salvo: NDArray[np.int64]  # [n_classes]: rounds of one salvo at a class; 0 = as many as at any other
    kept: NDArray[np.int64]  # [n_rounds, n_classes]: how many of a row's last rounds are kept from a class


def no_orders(n_rounds: int, n_classes: int) -> Orders:
    """Orders that ask for nothing, for a defence of `n_rounds` rows."""
    kept, salvo = np.zeros((n_rounds, n_classes), np.int64), np.zeros(n_classes, np.int64)
    return Orders(outages=np.zeros(0, OUTAGE), zones=np.zeros(0, ZONE), salvo=salvo, kept=kept)


@carried
class Defence(NamedTuple):
    """What the batteries are, for one trial; nothing here changes while it runs."""

    batteries: NDArray[Any]  # BATTERY[n_batteries]
    rounds: NDArray[Any]     # ROUND[n_rounds]: a row is one kind in one battery's magazine
    kill: NDArray[np.float64]  # [n_rounds, n_classes]: single-shot kill probability; 0 = cannot engage
    assets: NDArray[Any]     # ASSET[n_assets]
    doctrine: NDArray[Any]   # DOCTRINE[1]
    classes: NDArray[Any]    # CLASS[n_classes]
    levels_m: NDArray[np.float64]  # [2]: heights above the frame's origin of the area's lowest ground and of sea level
    orders: Orders


@carried
class Stock(NamedTuple):
    """What one trial carries from decision to decision."""

    shots: NDArray[Any]      # SHOT[every round the defence has]
    counts: NDArray[np.int64]  # [4]: see SHOTS, OLDEST, RELOADS, RANKED
    magazines: NDArray[Any]  # MAGAZINE[n_rounds]
    launchers: NDArray[Any]  # LAUNCHER[n_batteries]
    memory: NDArray[Any]     # MEMORY[n_slots]
    engaged: NDArray[np.int8]  # [n_slots, n_batteries]: not 0 while the battery holds a channel on it, see HELD, ALOFT
    watches: NDArray[Any]    # WATCH[n_slots, n_batteries]
    order: NDArray[np.int32]  # [n_slots]: scratch, slots in order of threat
    fates: NDArray[Any]      # FATE[n_targets + 1]: by truth tag; the last row is for tracks that noise made
    tilt: NDArray[np.float64]  # [2]: see engage.tilt
    state: NDArray[np.float64]  # [7]: scratch for world.motion.state_at
    aim: NDArray[np.float64]  # [AIM_SIZE]: the track that is being decided on, see choose.take_aim
    table: Table
    loads: NDArray[np.float64]  # [n_radars]: share of its time asked of each radar; see `radar_time`


def new_stock(defence: Defence, n_slots: int, n_targets: int, n_radars: int = 1) -> Stock:
    """State for trials of `defence`, with room for `n_slots` track slots; `clear` it before each trial.

    Magazines are counted from `defence.rounds`, so a shot never lacks a row.
    """
    capacity = int(rounds_to_come(defence.rounds).sum())
    stock = Stock(
        shots=np.zeros(max(capacity, 1), SHOT),
        counts=np.zeros(4, np.int64),
        magazines=np.zeros(defence.rounds.size, MAGAZINE),
        launchers=np.zeros(defence.batteries.size, LAUNCHER),
        memory=np.zeros(n_slots, MEMORY),
        engaged=np.zeros((n_slots, defence.batteries.size), np.int8),
        watches=np.zeros((n_slots, defence.batteries.size), WATCH),
        order=np.zeros(n_slots, np.int32),
        fates=np.zeros(n_targets + 1, FATE),
        tilt=np.array((-1.0, 0.0)),
        state=np.zeros(7),
        aim=np.zeros(AIM_SIZE),
        table=new_table(int(defence.doctrine[0]["assignment"]), defence.rounds.size, defence.batteries.size),
        loads=np.zeros(n_radars),
    )
    clear(defence, stock)
    return stock


def rounds_to_come(rounds: NDArray[Any]) -> NDArray[np.int64]:
    """Rounds of each row of ROUND[n] that a trial can have: ready, in reserve and to be delivered."""
    total: NDArray[np.int64] = rounds["ready"] + rounds["reserve"] + rounds["supply"].sum(axis=-1)
    return total


@kernel
def clear(defence: Any, stock: Any) -> None:
    """Put `stock` back to the start of a trial: launchers loaded, nothing in the air, nothing remembered."""
    stock.counts[:] = 0
    stock.engaged[:, :] = 0
    stock.table.gains[:] = 0.0
    stock.loads[:] = 0.0
    for row in range(defence.rounds.size):
        magazine = stock.magazines[row]
        magazine["ready"] = defence.rounds[row]["ready"]
        magazine["reserve"] = defence.rounds[row]["reserve"]
        magazine["loading"] = 0
        magazine["supplied"] = 0
        magazine["empty_s"] = np.nan
        for team in range(TEAM_LIMIT):
            magazine["due_s"][team] = np.inf
            magazine["batch"][team] = 0
    for b in range(stock.launchers.size):
        launcher = stock.launchers[b]
        launcher["launch_s"] = -np.inf
        launcher["rounds"] = 0
        launcher["tracks"] = 0
        launcher["cut"], launcher["out"], launcher["linked"], launcher["alone"] = 0, 0, 1, 0
    for slot in range(stock.memory.size):
        forget(stock.memory[slot], -1)
        for b in range(stock.launchers.size):
            unwatch(stock.watches[slot, b])
    for i in range(stock.fates.size):
        fate = stock.fates[i]
        fate["shots"] = 0
        fate["meetings"] = 0
        fate["blocked"] = 0
        fate["log_ratio"] = 0.0
        fate["judged_dead"] = 0
        for bit in range(BLOCKS):
            fate["blocks"][bit] = 0


@kernel
def file_block(fate: Any, reason: int) -> None:
    """Note in one FATE row that its target was not fired at at a decision, for `reason`, a BLOCKED_* bit."""
    fate["blocked"] |= reason
    for bit in range(BLOCKS):
        if reason == 1 << bit:
            fate["blocks"][bit] += 1


@kernel
def main_block(fate: Any) -> int:
    """The BLOCKED_* bit that kept a target from being fired at for longest; 0 when none did.

    What alone stood between it and a shot (rounds, channel, radar, doctrine, command) goes before what every target
    meets on its way in: too far away, or no longer any time.
    """
    longest, found = 0, 0
    for bit in range(BLOCKS):
        reason = 1 << bit
        if reason not in (BLOCKED_ENVELOPE, BLOCKED_TIME) and fate["blocks"][bit] > longest:
            longest, found = fate["blocks"][bit], reason
    if found == 0 and fate["blocked"] & BLOCKED_TIME:
        return BLOCKED_TIME
    if found == 0 and fate["blocked"] & BLOCKED_ENVELOPE:
        return BLOCKED_ENVELOPE
    return found


@kernel
def forget(memory: Any, serial: Any) -> None:
    """Make one MEMORY row ready for the track `serial`."""
    memory["serial"] = serial
    memory["hostile_s"] = np.nan
    memory["dead"] = 0
    memory["hits"] = 0
    memory["hit_s"] = -np.inf
    memory["flying"] = 0
    memory["waiting"] = 0
    memory["score"] = 0.0
    memory["goal_s"] = np.inf
    memory["step"], memory["reason"] = 0, 0


@kernel
def unwatch(watch: Any) -> None:
    """Make one WATCH row ready for another track."""
    watch["fired"] = 0
    watch["held_s"] = np.nan


@kernel
def start_reload(rounds: Any, magazine: Any, time_s: float) -> None:
    """Set every idle team to work at `time_s` for which a batch is there and as many rails are empty.

    `rounds` is the ROUND row of the MAGAZINE row. The last, short batch starts as soon as it fits. A magazine that has
    nothing left, and nothing to come, is noted as empty from `time_s` on.
    """
    for team in range(min(max(rounds["reload_teams"], 1), TEAM_LIMIT)):
        if magazine["due_s"][team] < inf:
            continue
        batch = min(max(rounds["reload_batch"], 1), magazine["reserve"] - magazine["loading"])
        if batch <= 0 or rounds["ready"] - magazine["ready"] - magazine["loading"] < batch:
            break
        magazine["due_s"][team] = time_s + rounds["reload_s"]
        magazine["batch"][team] = batch
        magazine["loading"] += batch
    gone = magazine["ready"] <= 0 and magazine["reserve"] <= 0
    if gone and isnan(magazine["empty_s"]) and next_supply_s(rounds, magazine) == inf:
        magazine["empty_s"] = time_s


@kernel
def next_supply_s(rounds: Any, magazine: Any) -> float:
    """Time of the next delivery to a MAGAZINE row; inf when none is to come."""
    k = magazine["supplied"]
    if k >= SUPPLY_LIMIT or rounds["supply"][k] <= 0:
        return inf
    return rounds["supply_s"][k]  # type: ignore[no-any-return]


@kernel
def reload(defence: Any, stock: Any, now: float) -> None:
    """Finish every reload and take in every delivery due by `now`, each at its own time and in that order.

    The next reload of a team starts when its last has ended; a delivery comes before a reload that ends just then.
    """
    for row in range(defence.rounds.size):
        rounds = defence.rounds[row]
        magazine = stock.magazines[row]
        while True:
            supply_s = next_supply_s(rounds, magazine)
            first = 0
            for team in range(1, TEAM_LIMIT):
                if magazine["due_s"][team] < magazine["due_s"][first]:
                    first = team
            due_s = magazine["due_s"][first]
            if min(due_s, supply_s) > now:
                break
            if supply_s <= due_s:
                magazine["reserve"] += rounds["supply"][magazine["supplied"]]
                magazine["supplied"] += 1
                start_reload(rounds, magazine, supply_s)
                continue
            magazine["due_s"][first] = inf
            magazine["loading"] -= magazine["batch"][first]
            magazine["reserve"] -= magazine["batch"][first]
            magazine["ready"] += magazine["batch"][first]
            stock.counts[RELOADS] += 1
            start_reload(rounds, magazine, due_s)
