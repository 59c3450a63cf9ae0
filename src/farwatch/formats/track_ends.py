"""When the tracks of a played trial ended.

The log tells at each decision which tracks are judged hostile, so of those it is known to one decision (a second or
so) when the picture let them go. Of the others the log tells only the plots: such a track ends here when it would by
the tracker's rule, once each radar that had a plot of it has missed it so often in a row.
"""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from farwatch.detect.dwells import has_budget
from farwatch.records import E_TRACK, HOSTILE
from farwatch.track.life import LOOK_OVERDUE

if TYPE_CHECKING:
    from farwatch.mission import Mission, Traced

Rows = NDArray[Any]


def track_ends(mission: "Mission", traced: "Traced") -> dict[int, tuple[float, bool]]:
    """By serial of each confirmed track: its end, s, and whether it was let go, not cut by the end of the trial."""
    states = traced.states[np.lexsort((traced.states["time_s"], traced.states["serial"]))]
    by_rule_s = _ends_by_rule_s(states, traced.plots, _patience_s(mission))
    told = traced.block.events[traced.block.events["kind"] == E_TRACK]
    last_told = dict(zip(*_latest(told["track"], told["time_s"]), strict=True))
    over_s = _over_s(mission, traced)
    step_s = float(mission.defence.defence.doctrine[0]["decide_s"])
    found = {}
    for last in states[np.append(np.diff(states["serial"]) != 0, True)] if states.size else states:
        serial, from_s = int(last["serial"]), float(last["time_s"])
        hostile_s = last_told.get(serial, -np.inf)
        if last["identity"] == HOSTILE or hostile_s > from_s:
            end_s, cut = max(hostile_s, from_s), max(hostile_s, from_s) > over_s - 1.5 * step_s
        else:
            end_s = max(by_rule_s[serial], from_s)
            cut = end_s >= over_s
        found[serial] = (min(end_s, over_s), not cut)
    return found


def _latest(keys: Rows, time_s: Rows) -> tuple[list[int], list[float]]:
    """Each key once, with its latest time."""
    order = np.lexsort((time_s, keys))
    keys, time_s = keys[order], time_s[order]
    last = np.append(np.diff(keys) != 0, True) if keys.size else np.zeros(0, bool)
    return keys[last].tolist(), time_s[last].tolist()


def _over_s(mission: "Mission", traced: "Traced") -> float:
    """When the trial was over: nothing is told of later."""
    times = (traced.block.events["time_s"], traced.plots["time_s"], traced.states["time_s"])
    latest = max((float(part.max()) for part in times if part.size), default=0.0)
    return min(latest, mission.world.duration_s)


def _patience_s(mission: "Mission") -> Rows:
    """How long after its last plot a radar has missed a confirmed track often enough to let it go, s, by radar."""
    radars = mission.sensors.sensors.radars
    misses = mission.scenario.tracker.drop_after_misses
    waits_s = [float(row["track_interval_s"] if has_budget(row) else row["period_s"]) for row in radars]
    return (misses - 1.0 + LOOK_OVERDUE) * np.array(waits_s)


def _ends_by_rule_s(states: Rows, plots: Rows, patience_s: Rows) -> dict[int, float]:
    """By serial, when a track ends by the tracker's rule. A plot is known by its time: that of the update it made."""
    plots = plots[np.argsort(plots["time_s"], kind="stable")]
    at = np.searchsorted(plots["time_s"], states["hit_s"])
    known = (at < plots.size) & (plots["time_s"][np.minimum(at, plots.size - 1)] == states["hit_s"])
    radar = plots["radar_index"][np.minimum(at, plots.size - 1)]
    ends_s = states["hit_s"] + np.where(known, patience_s[radar], patience_s.min())
    return dict(zip(*_latest(states["serial"], ends_s), strict=True))
