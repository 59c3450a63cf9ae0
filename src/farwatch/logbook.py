"""The logbook of a traced trial: its events, and, where asked for, every plot and every update of a track.

A logbook without room for something keeps none of it, and then costs nothing. It is written by the mission's loop.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from farwatch.compiled import allocating_kernel, carried, kernel
from farwatch.records import CONFIRMED, E_LAUNCH, E_LOAD, EVENT, PLOT, STATE
from farwatch.track.existence import probability
from farwatch.track.follow import write_state
from farwatch.track.picture import EXTENT

Array = NDArray[Any]

NONE: Any = np.int64(-1)

EVENTS, PLOTS, STATES = range(3)
"""Columns of a log's row counts."""

EVENT_ROWS, PLOT_ROWS, STATE_ROWS = 400_000, 200_000, 100_000
"""Room of a log at first."""


@carried
class Log(NamedTuple):
    """The events of a traced trial; no rows means: keep none."""

    events: Array     # EVENT[room]
    plots: Array      # PLOT[room]
    states: Array     # STATE[room]: confirmed tracks, each when a plot has updated it
    rows: Array       # i8[3]: how many of each there are; more plots or states than fit are counted, not kept


def new_log(events: int = 0, plots: int = 0, states: int = 0) -> Log:
    """An empty log with room for so many rows."""
    return Log(np.empty(events, EVENT), np.empty(plots, PLOT), np.empty(states, STATE), np.zeros(3, np.int64))


@kernel
def note(log: Any, time_s: float, kind: int, who: int, whom: int, serial: int, place: Any, value: float) -> None:
    """Add one EVENT to the log, if one is kept and has room; `place` starts with x, y, z."""
    n = log.rows[EVENTS]
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
    log.rows[EVENTS] = n + 1


@kernel
def note_plots(plots: Any, count: int, log: Any) -> None:
    """Add the plots of one slice to the log."""
    n = log.rows[PLOTS]
    for p in range(min(count, log.plots.size - n)):
        log.plots[n + p] = plots[p]
    log.rows[PLOTS] = n + count


@kernel
def note_states(picture: Any, from_s: float, now: float, log: Any) -> None:
    """Add each confirmed track that a plot has updated after `from_s` to the log, as known now."""
    for i in range(picture.counters[EXTENT]):
        track = picture.tracks[i]
        if track["status"] == CONFIRMED and track["hit_s"] > from_s:
            n = log.rows[STATES]
            if n < log.states.size:
                write_state(track, now, log.states[n], picture.tracker[0])
                log.states[n]["existence_probability"] = probability(track["log_odds"])
            log.rows[STATES] = n + 1


@allocating_kernel
def note_load(radar: Any, r: int, load_share: float, now: float, log: Any) -> None:
    """Add to the log that array `r` is now asked for another share of its time."""
    if log.events.size > 0:
        place = np.array((radar["x_m"], radar["y_m"], radar["z_m"]))
        note(log, now, E_LOAD, r, NONE, NONE, place, load_share)


@kernel
def note_shots(shots: Any, end: int, fired: int, log: Any) -> None:
    """Add the launches of the last `fired` shots to the log."""
    for s in range(end - fired, end):
        note_shot(log, shots[s]["launch_s"], E_LAUNCH, shots[s], shots[s]["intercept_s"])


@allocating_kernel
def note_shot(log: Any, time_s: float, kind: int, shot: Any, value: float) -> None:
    """Add one EVENT about a shot: who is its battery, whom what it was aimed at or met."""
    if log.events.size == 0:
        return
    whom = shot["victim"] if shot["victim"] >= 0 else shot["aimed_truth"]
    place = np.array((shot["x_m"], shot["y_m"], shot["z_m"]))
    note(log, time_s, kind, shot["round_index"], whom, shot["track_serial"], place, float(value))
