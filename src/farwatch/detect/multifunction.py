"""What a multifunction array can do at once: the budget of its time and of its energy.

Search takes what tracks and engagements leave. See `docs/models/multifunction.md`.

Sources: [billam] Billam, "Phased array radar and the detection of low observables", IEEE Radar Conference 1985;
[barton] Barton, "Radar System Analysis and Modeling", ch. 1 and 2 (search and track budgets); [butler1998] Butler,
"Tracking and control in multi-function radar", thesis, University College London (priorities).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import radians, sin

from farwatch.errors import RangeError


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """A volume looked through again and again, beam position by beam position."""

    beam_count: float
    dwell_s: float
    frame_s: float

    @property
    def load_share(self) -> float:
        """Share of the radar's time that the wanted frame takes."""
        return self.beam_count * self.dwell_s / self.frame_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """So many objects, each looked at for `dwell_s` every `interval_s`."""

    name: str
    count: float
    dwell_s: float
    interval_s: float

    @property
    def load_share(self) -> float:
        """Share of the radar's time."""
        return self.count * self.dwell_s / self.interval_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Allotment:
    """What the radar does under load: shares of time and the intervals that follow."""

    asked_share: float
    search_share: float
    search_frame_s: float
    names: tuple[str, ...]
    task_shares: tuple[float, ...]
    task_intervals_s: tuple[float, ...]

    @property
    def is_overloaded(self) -> bool:
        """Whether more was asked than there is time."""
        return self.asked_share > 1.0


def beams_of_sector(
    azimuth_sector_deg: float, elevation_deg: tuple[float, float], beam_deg: tuple[float, float],
    spacing_share: float = 0.85,
) -> float:
    """Beam positions (a mean, not whole) that cover a sector in azimuth and between two elevations.

    Solid angle over that of one cell of a raster; `beam_deg` is (azimuth, elevation) at broadside, `spacing_share` the
    spacing in beam widths. Steered beams are broader, so a wide sector of an array needs fewer than this.
    """
    low, high = elevation_deg
    if not 0.0 < azimuth_sector_deg <= 360.0 or not -90.0 <= low < high <= 90.0 or not 0.3 <= spacing_share <= 1.5:
        raise RangeError("a sector of up to 360 degrees, rising elevations, and beams 0.3 to 1.5 widths apart")
    solid_angle_sr = radians(azimuth_sector_deg) * (sin(radians(high)) - sin(radians(low)))
    return solid_angle_sr / (radians(beam_deg[0]) * radians(beam_deg[1]) * spacing_share**2)


def allot(search: Search, tasks: Sequence[Task], least_search_share: float = 0.1) -> Allotment:
    """Share out the time by fixed priority: tasks in the order given, search what is left [butler1998].

    Search keeps its wanted frame when there is time for it, and never falls below `least_search_share` (or below its
    want, if that is less): beyond, the last tasks are stretched first. Idle time stays idle.
    """
    if not 0.0 < least_search_share <= 1.0:
        raise RangeError("the least share of search lies above 0 and up to 1")
    kept = min(search.load_share, least_search_share)
    left = 1.0 - kept
    shares, intervals = [], []
    for task in tasks:
        share = min(task.load_share, left)
        left -= share
        shares.append(share)
        stretched = task.interval_s * task.load_share / share if share > 0.0 else float("inf")
        intervals.append(task.interval_s if task.load_share <= share else stretched)
    searching = min(search.load_share, kept + left)
    return Allotment(
        asked_share=search.load_share + sum(task.load_share for task in tasks),
        search_share=searching, search_frame_s=search.beam_count * search.dwell_s / searching,
        names=tuple(task.name for task in tasks), task_shares=tuple(shares), task_intervals_s=tuple(intervals),
    )


def tracks_supported(search: Search, dwell_s: float, interval_s: float) -> float:
    """How many objects can be looked at every `interval_s` beside an unhurried search (a mean, not whole)."""
    return max(0.0, 1.0 - search.load_share) * interval_s / dwell_s


def dwell_at_range_s(dwell_s: float, range_factor: float) -> float:
    """Dwell that keeps the SNR of a target `range_factor` times as far away: the fourth power, summed in phase."""
    if range_factor <= 0.0:
        raise RangeError("a factor of range lies above 0")
    return dwell_s * range_factor**4


def search_range_factor(time_share: float) -> float:
    """What search with a share of its time leaves of its range, the frame kept: the fourth root [barton, search]."""
    if time_share <= 0.0:
        raise RangeError("a share of time lies above 0")
    return float(time_share**0.25)


def energy_share(tasks: Sequence[Task], duty_ratio: Sequence[float], most_duty_ratio: float) -> float:
    """Share of the transmitter's mean power that tasks use, their pulses on for `duty_ratio` of each dwell.

    Above 1 the budget is one of energy, not of time, and dwells must grow further apart than the clock would have it.
    """
    if most_duty_ratio <= 0.0 or len(duty_ratio) != len(tasks):
        raise RangeError("one duty factor per task, and a transmitter that may send")
    pairs = zip(tasks, duty_ratio, strict=True)
    return sum(task.load_share * duty for task, duty in pairs) / most_duty_ratio
