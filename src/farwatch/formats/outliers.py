"""Recorded positions that cannot be: told stale ones and impossible ones apart, by the reasons that are counted.

The rules are those of `world.flights`, which also serve a scenario's traffic: a row that repeats the position before it
to the last digit is stale; a row that one aircraft cannot share with most of its neighbours in time is an outlier. The
limits are wider here, because recordings hold fighters: no crewed aircraft has flown level faster than 3,530 km/h
(981 m/s; FAI absolute record, SR-71A, 1976), and speed over ground adds the wind. The limit of climb is an assumption:
2.5 times that of traffic, as the limit of speed is 2.4 times.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from farwatch.world.flights import Limits, believable, fresh_rows, possible, rows_of
from farwatch.world.recordings import Recording

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

RECORDED = Limits(fastest_m_s=1200.0, steepest_m_s=300.0)
"""Default limits of a recorded aircraft's speed and of its rate of climb or descent."""

USUAL = Limits()
"""Limits of traffic, as in `world.flights`."""

STANDING_M_S = 1.0
"""A thing that says it is slower than this may repeat its position."""

_ANY_M_S = 1e12


def stale(recording: Recording, speed_m_s: Floats) -> Mask:
    """Rows (n,) that repeat the position before them although the aircraft moves, or does not say that it stands."""
    return ~fresh_rows(recording) & ~(speed_m_s < STANDING_M_S)


def impossible(recording: Recording, limits: Limits = RECORDED) -> Iterator[tuple[str, Mask]]:
    """Reasons why rows cannot be, each with the rows (n,) it is true of and no reason before it is.

    Rows are in order of flight, then time, no two of a flight at one time.
    """
    tests = (
        (f"climbing or falling faster than {limits.steepest_m_s:,.0f} m/s", replace(limits, fastest_m_s=_ANY_M_S)),
        (f"faster than {limits.fastest_m_s:,.0f} m/s", replace(limits, steepest_m_s=_ANY_M_S)),
    )
    rest = np.ones(recording.time_s.size, np.bool_)
    for reason, measured in tests:
        bad = np.zeros_like(rest)
        bad[rest] = ~believable(rows_of(recording, rest), measured)
        yield reason, bad
        rest &= ~bad
    bad = np.zeros_like(rest)
    bad[rest] = spikes(rows_of(recording, rest))
    yield "alone beside the line of their neighbours", bad


def spikes(recording: Recording, limits: Limits = USUAL) -> Mask:
    """Rows (n,) that neither the row before nor the one after can share an aircraft with, although those two can.

    A real climb or dash, however wild, agrees with one side at least: so the limits can be those of traffic.
    """
    found = np.zeros(recording.time_s.size, np.bool_)
    if found.size >= 3:
        beside, across = possible(recording, 1, limits), possible(recording, 2, limits)
        found[1:-1] = ~beside[:-1] & ~beside[1:] & across
    return found


def jumps(recording: Recording, limits: Limits = USUAL) -> int:
    """How often two neighbouring rows of a flight, however far apart in time, cannot be of one aircraft.

    Such are the beginning and the end of a stretch of false positions that agree with each other, as spoofing makes.
    """
    if recording.time_s.size < 2:
        return 0
    same = np.diff(recording.flight) == 0
    return int(np.count_nonzero(same & ~possible(recording, 1, limits, gap_s=np.inf)))
