"""What time it is in the picture: told by the data, never by the wall, which only says how long it has been silent.

Sensors stamp their data with the time of day. Each has a head: the latest time that it told, where one stray stamp does
not count. The picture's time is the median of the heads, so one clock that is off does not carry it away; of two
clocks, that nearer to the time of day is believed. It goes on over midnight. In silence it runs on as fast as the data
did, at most as fast as the wall: so a replay at any speed does not overtake itself, and tracks age when a feed stops.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from math import inf, isnan, nan

import numpy as np

from farwatch.formats.asterix_fields import DAY_S

TOLERANCE_S = 30.0
"""A stamp farther from the picture's time is off; where time goes back so far, a new picture begins."""

AGREEING = 3
"""Stamps that must agree before a head leaps."""

ACTIVE_S, MOST_HEADS = 30.0, 256
"""A head counts for so many seconds of the wall after it spoke; heads remembered."""

PACE_WINDOW_S, LEAST_PACE = 5.0, 0.1
"""The data's pace is measured over windows of this length; it is never taken to be slower than this."""


@dataclass(frozen=True, slots=True)
class Head:
    """How far one source of data is: its latest time; a leap that others have yet to confirm; when it last spoke."""

    time_s: float
    arrival_s: float
    leap_s: float = nan
    agreeing: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Instant:
    """The picture's time and how it was come by."""

    told_s: float = nan
    """What the data said last; NaN before any."""
    at_wall_s: float = nan
    """When that was, by the wall."""
    heads: Mapping[str, Head] = field(default_factory=dict)
    pace_ratio: float = 1.0
    """Seconds of data in a second of the wall, of late, between LEAST_PACE and 1."""
    paced: tuple[float, float] = (nan, nan)
    """Time and wall at the beginning of the window in which the pace is measured."""

    def now_s(self, wall_s: float) -> float:
        """The picture's time at some time of the wall; NaN before any data."""
        return self.told_s + self.pace_ratio * max(wall_s - self.at_wall_s, 0.0)

    def off(self) -> dict[str, float]:
        """Sources whose clocks are off, and by how many seconds (positive: ahead)."""
        gaps = {name: head.time_s - self.told_s for name, head in self.heads.items()}
        return {name: gap for name, gap in gaps.items() if abs(gap) > TOLERANCE_S}


def near(times_s: np.ndarray, reference_s: float) -> np.ndarray:
    """Times of day with the days that bring each within half a day of a reference; as they are where that is NaN."""
    return times_s if isnan(reference_s) else times_s - DAY_S * np.rint((times_s - reference_s) / DAY_S)


def after(
    instant: Instant, stamps: Mapping[str, np.ndarray], trusted: Collection[str], wall_s: float, day_s: float
) -> Instant:
    """The picture's time once some sources have spoken.

    stamps: f8[n], times of day in the order in which each source told them; trusted: sources that set the time, all
    where none of them is known; day_s: time of day (UTC) by the wall.
    """
    finite = {name: times_s[np.isfinite(times_s)] for name, times_s in stamps.items()}
    spoken = {name: near(times_s, instant.told_s) for name, times_s in finite.items() if times_s.size}
    heads = {**instant.heads}
    for name, times_s in spoken.items():
        heads[name] = _head(heads.get(name), times_s.tolist(), wall_s)
    if len(heads) > MOST_HEADS:
        heads = dict(sorted(heads.items(), key=lambda one: one[1].arrival_s)[-MOST_HEADS:])
    active = {name: head for name, head in heads.items() if wall_s - head.arrival_s <= ACTIVE_S}
    setting = [head.time_s for name, head in active.items() if name in trusted or not trusted]
    changed = replace(instant, heads=heads)
    return changed if not spoken or not setting else _told(changed, _middle(setting, day_s), wall_s)


def _head(head: Head | None, times_s: Iterable[float], wall_s: float) -> Head:
    """A head after more times."""
    for time_s in times_s:
        if head is None or abs(time_s - head.time_s) <= TOLERANCE_S:
            head = Head(time_s if head is None else max(head.time_s, time_s), wall_s)
            continue
        agreeing = head.agreeing + 1 if abs(time_s - head.leap_s) <= TOLERANCE_S else 1
        leaps = agreeing >= AGREEING
        head = Head(time_s, wall_s) if leaps else Head(head.time_s, head.arrival_s, time_s, agreeing)
    return head or Head(nan, -inf)


def _middle(times_s: list[float], day_s: float) -> float:
    """The median; of the two in the middle that nearer to the time of day."""
    ordered, half = sorted(times_s), len(times_s) // 2
    middle = ordered[half : half + 1] if len(ordered) % 2 else ordered[half - 1 : half + 1]
    return min(middle, key=lambda one: abs((one - day_s + DAY_S / 2.0) % DAY_S - DAY_S / 2.0))


def _told(instant: Instant, time_s: float, wall_s: float) -> Instant:
    """The instant after a new reading of the heads."""
    began_s, began_wall_s = (time_s, wall_s) if isnan(instant.paced[0]) else instant.paced
    pace, window_s = instant.pace_ratio, wall_s - began_wall_s
    if window_s >= PACE_WINDOW_S:
        pace = min(max((time_s - began_s) / window_s, LEAST_PACE), 1.0)
        began_s, began_wall_s = time_s, wall_s
    return replace(instant, told_s=time_s, at_wall_s=wall_s, pace_ratio=pace, paced=(began_s, began_wall_s))
