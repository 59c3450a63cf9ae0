"""Times of plots in the order in which a table gives them: midnight, and rows that come too late."""

from bisect import bisect_right

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

DAY_S = 86_400.0
_IN_DAY_SHARE = 0.99
"""Times of day lie within a day, but for a few that are wrong."""


def unrolled(time_s: Floats, sensor: NDArray[np.int64]) -> tuple[Floats, int]:
    """Times of day, in table order, that run on past midnight; and over how many midnights.

    A drop of more than half a day is a midnight; a rise as large takes it back, so that a row of the day before, or
    one wrong time, moves nothing else. Tables whose times are no times of day, or never drop so far, stay as they
    are. Sensors are looked at together where their rows are mixed, else each on its own.
    """
    in_day = (time_s >= 0.0) & (time_s <= DAY_S)
    if time_s.size < 2 or in_day.mean() < _IN_DAY_SHARE:
        return time_s, 0
    alone = np.zeros(time_s.size)
    for one in np.unique(sensor):
        rows = np.flatnonzero((sensor == one) & in_day)
        alone[rows] = _days(time_s[rows])
    mixed = np.zeros(time_s.size)
    mixed[in_day] = _days(time_s[in_day])
    days = mixed if mixed.max() == alone.max() else alone
    return time_s + DAY_S * days, int(days.max())


def _days(time_s: Floats) -> Floats:
    """Midnights passed at each row."""
    step = np.diff(time_s, prepend=time_s[:1])
    drops, rises = step < -DAY_S / 2.0, step > DAY_S / 2.0
    if not drops.any():
        return np.zeros(time_s.size)
    return np.cumsum(drops.astype(np.float64) - rises)


def backward(time_s: Floats, slack_s: float) -> NDArray[np.bool_]:
    """Rows that lie more than `slack_s` before what came earlier, as few as explain the order of the table.

    The rows of a longest run of times that never fall are right; of the others, those that fit between their
    neighbours in it, give or take `slack_s`. So one time far ahead is the bad row, and not all that follow.
    """
    if not (np.maximum.accumulate(time_s) - time_s > slack_s).any():
        return np.zeros(time_s.size, bool)
    run = _longest_run(time_s)
    before = np.maximum.accumulate(np.where(run, time_s, -np.inf))
    after = np.minimum.accumulate(np.where(run, time_s, np.inf)[::-1])[::-1]
    wrong = (time_s < before - slack_s) | (time_s > after + slack_s)
    latest = np.maximum.accumulate(np.where(wrong, -np.inf, time_s))
    return np.asarray(wrong | (time_s < latest - slack_s))


def _longest_run(time_s: Floats) -> NDArray[np.bool_]:
    """Rows of a longest subsequence that never falls (patience sorting, Fredman 1975)."""
    tails: list[float] = []
    rows: list[int] = []
    before = np.full(time_s.size, -1)
    for i, now in enumerate(time_s.tolist()):
        at = bisect_right(tails, now)
        before[i] = rows[at - 1] if at else -1
        if at == len(tails):
            tails.append(now)
            rows.append(i)
        else:
            tails[at], rows[at] = now, i
    kept = np.zeros(time_s.size, bool)
    row = rows[-1] if rows else -1
    while row >= 0:
        kept[row] = True
        row = int(before[row])
    return kept
