"""One trial of the example taken apart: the whole loop, the looks alone, the tracker alone.

The looks are worked off in the very windows of the trial, targets taken out when the trial took them out; their plots
are kept, and the tracker gets the same batches. Both are checked against the trial: the same number of plots, and the
same counters of the picture. What neither accounts for is the remainder: engagement, agenda and bookkeeping.
"""

import time
from dataclasses import dataclass
from typing import Any

import numpy as np

from farwatch import mission
from farwatch.chance import key_of
from farwatch.compiled import kernel
from farwatch.detect.scan import reset_field, scan
from farwatch.logbook import new_log
from farwatch.records import PLOT
from farwatch.track import advance, clear
from farwatch.track.picture import COUNTERS
from farwatch.world.motion import Truth, ends_s
from farwatch.world.prepare import AFTERMATH_S

WINDOW = np.dtype([("time_s", "f8"), ("radar", "i8"), ("first", "i8"), ("count", "i8")], align=True)


@dataclass(frozen=True)
class Times:
    """CPU nanoseconds of one trial and of its parts, and what they were spent on."""

    whole_ns: int
    scan_ns: int
    track_ns: int
    target_looks: float
    looks: int
    plots: int
    windows: int


def windows_of(radars: Any, end_s: float) -> Any:
    """WINDOW[n]: every slice of every radar's scan up to `end_s`, by time, then radar, as the agenda orders them."""
    parts = []
    for r, radar in enumerate(radars):
        slice_s = radar["period_s"] / radar["batches"]
        times = np.arange(1, int(end_s / slice_s) + 2) * slice_s
        part = np.zeros(np.count_nonzero(times <= end_s), WINDOW)
        part["time_s"], part["radar"] = times[times <= end_s], r
        parts.append(part)
    together = np.concatenate(parts)
    return together[np.lexsort((together["radar"], together["time_s"]))]


@kernel
def look(sensors: Any, truth: Any, field: Any, key: Any, windows: Any, gone_s: Any, plots: Any, kept: Any) -> int:
    """Scan all windows of a trial; returns how many plots, and keeps them all when `kept` has rows for them."""
    reset_field(sensors, truth, field)
    total = 0
    for w in range(windows.size):
        window = windows[w]
        now, r = window["time_s"], window["radar"]
        for i in range(gone_s.size):
            if gone_s[i] < now:
                field.alive[i] = 0
        radar = sensors.radars[r]
        slice_s = radar["period_s"] / radar["batches"]
        number = int(now / slice_s + 0.5)
        count = scan(sensors, truth, field, r, (number - 1) * slice_s, now, key, plots)
        window["first"], window["count"] = total, count
        for p in range(count):
            if total + p < kept.size:
                kept[total + p] = plots[p]
        total += count
    return total


@kernel
def follow(picture: Any, radars: Any, windows: Any, kept: Any) -> None:
    """Hand all kept batches to the tracker."""
    clear(picture)
    for w in range(windows.size):
        window = windows[w]
        first, count = window["first"], window["count"]
        advance(picture, radars, window["radar"], window["time_s"], kept[first : first + count], count)


def clocked(work: Any, *arguments: Any) -> tuple[int, Any]:
    """CPU nanoseconds of this thread that a call takes, and what it returns."""
    start = time.thread_time_ns()
    result = work(*arguments)
    return time.thread_time_ns() - start, result


class Trial:
    """A trial's inputs, and room to play it whole or in parts."""

    def __init__(self, prepared: mission.Mission, seed: int, number: int) -> None:
        """Draw the figures of one trial."""
        values = mission.draw(prepared.figures, seed, number, 1)
        tables = mission._tables(prepared, values)  # noqa: SLF001
        row = {name: table[0] for name, table in tables.items()}
        self.truth = Truth(row["targets"], prepared.world.knots, row["classes"])
        self.sensors = prepared.sensors.sensors._replace(radars=row["radars"])
        self.defence = prepared.defence.defence._replace(
            batteries=row["batteries"], rounds=row["rounds"], kill=row["kill"], classes=row["classes"]
        )
        self.key = key_of(seed, number)
        self.end_s = prepared.world.duration_s
        self.state = mission._new_state(prepared)  # noqa: SLF001
        self.log = new_log()

    def whole(self) -> int:
        """Play it; CPU nanoseconds."""
        state = self.state
        state.outcomes[:] = mission._UNTOUCHED  # noqa: SLF001
        state.tally[:] = 0
        state.known[:] = -1
        arguments = (self.truth, self.sensors, self.defence, state, self.key, self.end_s, self.log)
        return clocked(mission.play_trial, *arguments)[0]

    def gone_s(self) -> Any:
        """When each target left the air, killed or arrived, after `whole`."""
        return np.fmin(ends_s(self.truth.targets), self.state.outcomes["killed_s"])

    def over_s(self, gone_s: Any) -> float:
        """When the trial ended: a while after the last of the raid was gone, or at its full length."""
        last_s = np.max(gone_s[self.truth.targets["raid"] == 1], initial=-np.inf)
        return float(min(self.end_s, last_s + AFTERMATH_S))

    def target_looks(self, gone_s: Any) -> float:
        """Scans of a radar past a target alive and in the air, summed over radars and targets."""
        in_air_s = np.minimum(gone_s, self.over_s(gone_s)) - np.maximum(self.truth.targets["start_s"], 0.0)
        return float(np.sum(np.maximum(in_air_s, 0.0)[:, None] / self.sensors.radars["period_s"]))

    def times(self) -> Times:
        """Play it whole and in parts; raises AssertionError when the parts are not those of the whole."""
        whole_ns = self.whole()
        tally, counters = self.state.tally[0].copy(), self.state.picture.counters.copy()
        gone_s = self.gone_s()
        kept = np.zeros(tally["plots"], PLOT)
        windows = windows_of(self.sensors.radars, self.over_s(gone_s))
        arguments = (self.sensors, self.truth, self.state.field, self.key, windows, gone_s, self.state.plots)
        look(*arguments, kept)
        scan_ns, plots = clocked(look, *arguments, kept[:0])
        assert plots == tally["plots"], "the looks alone gave other plots than the trial"
        track_ns, _ = clocked(follow, self.state.picture, self.sensors.radars, windows, kept)
        same = np.array_equal(counters[:COUNTERS], self.state.picture.counters[:COUNTERS])
        assert same, "the tracker alone made another picture than in the trial"
        looks = self.target_looks(gone_s)
        return Times(whole_ns, scan_ns, track_ns, looks, int(tally["looks"]), int(plots), len(windows))
