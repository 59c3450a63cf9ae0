"""What a defence is in one trial, and the state that one trial carries: magazines, channels, shots, memory.

`Defence` is read only; `Stock` changes. Both are named tuples of arrays, so that every kernel of the room, and the
mission's loop, takes them whole.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from farwatch.compiled import carried, kernel
from farwatch.records import BLOCKED_ENVELOPE, BLOCKED_TIME, SHOT

SHOTS, OLDEST, RELOADS = 0, 1, 2
"""Places in `Stock.counts`: shots fired so far; index of the oldest shot not yet assessed; reloads finished."""

MAGAZINE = np.dtype(
    [
        ("ready", "i4"), ("reserve", "i4"),  # on the launchers, behind them
        ("reload_due_s", "f8"),  # end of the reload under way; inf = none
    ],
    align=True,
)
"""What is left of one row of `Defence.rounds`."""

MEMORY = np.dtype(
    [
        ("serial", "i8"),        # of the track this row remembers; -1 = nothing
        ("hostile_s", "f8"),     # first decision at which it was hostile; NaN = not yet
        ("fired", "i4"),         # rounds fired at it
        ("dead", "i1"),          # 1: called a kill, not engaged again
        ("hits", "i4"),          # updates noticed since it was called a kill
        ("hit_s", "f8"),         # last update noticed
        ("flying", "i4"), ("waiting", "i4"),  # rounds in the air at it; rounds to be assessed
        ("score", "f8"),         # threat at this decision, 0 = none
        ("goal_s", "f8"),        # mission time at which it would arrive; inf = not foreseen
    ],
    align=True,
)
"""What the command post remembers of one track slot."""

LAUNCHER = np.dtype(
    [
        ("launch_s", "f8"),      # last launch, which may lie a few intervals ahead; -inf = none yet
        ("rounds", "i4"),        # in the air at this decision
        ("tracks", "i4"),        # under engagement at this decision
    ],
    align=True,
)
"""How busy one battery is."""

BLOCKS = 6
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
class Defence(NamedTuple):
    """What the batteries are, for one trial; nothing here changes while it runs."""

    batteries: NDArray[Any]  # BATTERY[n_batteries]
    rounds: NDArray[Any]     # ROUND[n_rounds]: a row is one kind in one battery's magazine
    kill: NDArray[np.float64]  # [n_rounds, n_classes]: single-shot kill probability; 0 = cannot engage
    assets: NDArray[Any]     # ASSET[n_assets]
    doctrine: NDArray[Any]   # DOCTRINE[1]
    classes: NDArray[Any]    # CLASS[n_classes]
    levels_m: NDArray[np.float64]  # [2]: heights above the frame's origin of the area's lowest ground and of sea level


@carried
class Stock(NamedTuple):
    """What one trial carries from decision to decision."""

    shots: NDArray[Any]      # SHOT[every round the defence has]
    counts: NDArray[np.int64]  # [3]: see SHOTS, OLDEST, RELOADS
    magazines: NDArray[Any]  # MAGAZINE[n_rounds]
    launchers: NDArray[Any]  # LAUNCHER[n_batteries]
    memory: NDArray[Any]     # MEMORY[n_slots]
    engaged: NDArray[np.int8]  # [n_slots, n_batteries]: 1 while the battery holds a channel on the track
    order: NDArray[np.int32]  # [n_slots]: scratch, slots in order of threat
    fates: NDArray[Any]      # FATE[n_targets + 1]: by truth tag; the last row is for tracks that noise made
    tilt: NDArray[np.float64]  # [2]: see engage.tilt
    state: NDArray[np.float64]  # [7]: scratch for world.motion.state_at


def new_stock(defence: Defence, n_slots: int, n_targets: int) -> Stock:
    """State for trials of `defence`, with room for `n_slots` track slots; `clear` it before each trial.

    Magazines are counted from `defence.rounds`, so a shot never lacks a row.
    """
    capacity = int((defence.rounds["ready"] + defence.rounds["reserve"]).sum())
    stock = Stock(
        shots=np.zeros(max(capacity, 1), SHOT),
        counts=np.zeros(3, np.int64),
        magazines=np.zeros(defence.rounds.size, MAGAZINE),
        launchers=np.zeros(defence.batteries.size, LAUNCHER),
        memory=np.zeros(n_slots, MEMORY),
        engaged=np.zeros((n_slots, defence.batteries.size), np.int8),
        order=np.zeros(n_slots, np.int32),
        fates=np.zeros(n_targets + 1, FATE),
        tilt=np.array((-1.0, 0.0)),
        state=np.zeros(7),
    )
    clear(defence, stock)
    return stock


@kernel
def clear(defence: Any, stock: Any) -> None:
    """Put `stock` back to the start of a trial: launchers loaded, nothing in the air, nothing remembered."""
    stock.counts[:] = 0
    stock.engaged[:, :] = 0
    for row in range(defence.rounds.size):
        magazine = stock.magazines[row]
        magazine["ready"] = defence.rounds[row]["ready"]
        magazine["reserve"] = defence.rounds[row]["reserve"]
        magazine["reload_due_s"] = np.inf
    for b in range(stock.launchers.size):
        launcher = stock.launchers[b]
        launcher["launch_s"] = -np.inf
        launcher["rounds"] = 0
        launcher["tracks"] = 0
    for slot in range(stock.memory.size):
        forget(stock.memory[slot], -1)
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

    What alone stood between it and a shot (rounds, channel, radar, doctrine) goes before what every target meets on
    its way in: too far away, or no longer any time.
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
    memory["fired"] = 0
    memory["dead"] = 0
    memory["hits"] = 0
    memory["hit_s"] = -np.inf
    memory["flying"] = 0
    memory["waiting"] = 0
    memory["score"] = 0.0
    memory["goal_s"] = np.inf


@kernel
def start_reload(rounds: Any, magazine: Any, time_s: float) -> None:
    """Begin a reload of a MAGAZINE row at `time_s` if none is under way and a batch of rails is empty.

    `rounds` is its ROUND row. The last, short batch starts as soon as it fits.
    """
    if magazine["reserve"] <= 0 or magazine["reload_due_s"] < np.inf:
        return
    batch = min(max(rounds["reload_batch"], 1), magazine["reserve"])
    if rounds["ready"] - magazine["ready"] >= batch:
        magazine["reload_due_s"] = time_s + rounds["reload_s"]


@kernel
def reload(defence: Any, stock: Any, now: float) -> None:
    """Finish every reload due by `now`, each at its own time; the next one starts when the last has ended."""
    for row in range(defence.rounds.size):
        rounds = defence.rounds[row]
        magazine = stock.magazines[row]
        while magazine["reload_due_s"] <= now:
            due_s = magazine["reload_due_s"]
            empty = rounds["ready"] - magazine["ready"]
            batch = min(max(rounds["reload_batch"], 1), magazine["reserve"], empty)
            magazine["reload_due_s"] = np.inf
            magazine["ready"] += batch
            magazine["reserve"] -= batch
            stock.counts[RELOADS] += 1
            start_reload(rounds, magazine, due_s)
