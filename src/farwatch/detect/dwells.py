"""The time of an array: what is asked of it, and how long everything waits when that is more than there is.

Load is a share of the radar's time: its search when idle, and for each kind of dwell the number of places times the
length of one dwell over the time wanted between two. While it stays below one, everything happens as often as wanted.
Above, time goes by fixed priority, engagement support before tracks before search, except that search and tracks each
keep a least share; whatever gets less time than it asked for comes round less often, in proportion.

Source: J. M. Butler, "Tracking and Control in Multi-Function Radar", PhD thesis, University College London, 1998
(tasks by priority); the least shares are this model's.
"""

from typing import Any

import numpy as np

from farwatch.compiled import kernel

SEARCH, TRACK, SUPPORT = range(3)
"""Columns of waits: time between two looks of the search, at a confirmed track, at a track under engagement."""

TENTATIVE_TRACKS, CONFIRMED_TRACKS, ENGAGED_TRACKS, ROUNDS = range(4)
"""Columns of duties: how much of each an array has to look after; rounds in flight count in fractions when shared."""

WAITS, DUTIES = 3, 4


@kernel
def has_budget(radar: Any) -> bool:
    """Whether a RADAR shares out its time; one that turns, or whose dwells are not given, does not."""
    return bool(radar["rotating"] == 0 and radar["track_interval_s"] > 0.0)


@kernel
def share_out(radar: Any, duties: Any, waits_s: Any) -> float:
    """Fill `waits_s`, f8[WAITS], for a RADAR with these `duties`, f8[DUTIES]; the share of its time asked for.

    A radar without a budget keeps its period, and its load is NaN. What is tracked lies in the sector, so it waits no
    longer than the search takes to come round.
    """
    waits_s[:] = radar["period_s"]
    if not has_budget(radar):
        return np.nan
    each = radar["track_dwell_s"] / radar["track_interval_s"]
    support = duties[ENGAGED_TRACKS] * each
    if duties[ROUNDS] > 0.0:
        support += duties[ROUNDS] * radar["support_dwell_s"] / radar["support_interval_s"]
    track = duties[CONFIRMED_TRACKS] * each
    track += duties[TENTATIVE_TRACKS] * radar["confirm_dwell_s"] / radar["period_s"]
    search = radar["search_share"]
    waits_s[TRACK] = waits_s[SUPPORT] = radar["track_interval_s"]
    load = search + track + support
    if load > 1.0:
        least = radar["least_share"]
        gets = min(support, 1.0 - min(search, least) - min(track, least))
        left = 1.0 - gets
        waits_s[SUPPORT] *= support / gets if gets > 0.0 else 1.0
        gets = min(track, left - min(search, least))
        waits_s[TRACK] *= track / gets if gets > 0.0 else 1.0
        waits_s[SEARCH] *= max(1.0, search / (left - gets)) if search > 0.0 else 1.0
        waits_s[TRACK] = min(waits_s[TRACK], waits_s[SEARCH])
        waits_s[SUPPORT] = min(waits_s[SUPPORT], waits_s[TRACK])
    return float(load)
