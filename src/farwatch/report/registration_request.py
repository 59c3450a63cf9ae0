"""A registration as the command line asks for it: the reference, on the day and in the frame of the plots.

Where it cannot work, it says by how much the two miss each other.
"""

from math import degrees
from pathlib import Path

import numpy as np

from farwatch.errors import InputError, Problem
from farwatch.formats.asterix_messages import AZIMUTH_STEP_RAD, RANGE_STEP_M
from farwatch.formats.asterix_tracking import Given
from farwatch.formats.choosing import on_the_day_of, truth_in
from farwatch.track import bias_model
from farwatch.track.files import TruthTable
from farwatch.track.pairing import Options
from farwatch.track.registering import FIELDS, Registering, addresses_of
from farwatch.track.sensors import together
from farwatch.track.tracking import table_of
from farwatch.track.trajectories import places_at, trajectories

LIMITS = Options()
"""How far pairs are searched for."""


def asked(read: Given, estimate: list[str], height_sigma_m: float | None) -> Registering:
    """Options of what was said, and of the steps in which a recording tells its plots."""
    fine = read.recording is None
    coarse = 1 if read.recording is None or not read.recording.counts.records.get(1) else 2
    return Registering(
        estimate=tuple(estimate or FIELDS),
        height_sigma_m=height_sigma_m,
        range_step_m=0.0 if fine else RANGE_STEP_M * coarse,
        azimuth_step_rad=0.0 if fine else AZIMUTH_STEP_RAD,
    )


def known_truth(read: Given, reference: Path) -> TruthTable:
    """Where targets really were, in the frame of the first sensor. InputError where it cannot be had."""
    plots = table_of(read.plots, read.sensors).plots
    truth = on_the_day_of(truth_in(reference, together(read.sensors)[1]), plots["time_s"], plots["address"])
    gap_s = _apart_s(truth.truth["time_s"], plots["time_s"])
    if gap_s > LIMITS.search_time_s:
        rule = f"and plots miss each other by {gap_s:,.0f} s: {_span(truth.truth)} against {_span(plots)}, of one day"
        hint = "times must be UTC: a whole number of hours (3600 s) speaks for local time"
        raise InputError(str(reference), [Problem("times of the reference", "", rule, hint)])
    return truth


def misfit(read: Given, truth: TruthTable) -> list[Problem]:
    """Why few plots found a partner in the reference: names that differ, gaps in time, places too far off."""
    radars = together(read.sensors)[0]
    plots = table_of(read.plots, read.sensors).plots
    known, named = trajectories(truth.truth), addresses_of(truth, plots)
    found = []
    if named:
        share = float(np.isin(plots["address"], [*named.values()]).mean())
        found.append(Problem("reference", f"{share:.0%}", "of the plots have an address that it knows"))
    least: np.ndarray = np.full((plots.size, 2), np.inf)
    for which in range(known.targets.size):
        own = 0 if named is None else named.get(int(known.targets[which]), -1)
        rows = np.flatnonzero((plots["address"] == own) | (own == 0))
        at = places_at(known, np.full(rows.size, which), plots["time_s"][rows], LIMITS.max_gap_s)
        for r in np.unique(plots["radar_index"][rows[at.known]]):
            mine = at.known & (plots["radar_index"][rows] == r)
            told = bias_model.expected(radars[r], at.place[mine], at.velocity[mine], np.zeros(7))
            gap = abs(bias_model.over(plots[rows[mine]], told.report))[:, :2]
            best = least[rows[mine]]
            near = (gap / _REACH).max(axis=1) < (best / _REACH).max(axis=1)
            least[rows[mine][near]] = gap[near]
    timed = np.isfinite(least[:, 0])
    if not timed.any():
        rule = f"tells no place at the time of any plot, within {LIMITS.max_gap_s:g} s between its points"
        return [*found, Problem("reference", "", rule)]
    far_m, turn_rad = np.median(least[timed], axis=0)
    if ([far_m, turn_rad] > _REACH).any():
        rule = (
            f"lies {far_m / 1e3:.1f} km in range and {degrees(turn_rad):.1f} deg in azimuth from the plots (median of "
            f"the nearest); {_REACH[0] / 1e3:g} km and {degrees(_REACH[1]):.1f} deg are searched"
        )
        found.append(Problem("reference", "", rule, "is the place of the sensor right?"))
    return found


_REACH = np.array([LIMITS.search_range_m, LIMITS.search_azimuth_rad])


def _apart_s(one: np.ndarray, other: np.ndarray) -> float:
    """Seconds between two spans of time; 0 where they overlap."""
    return float(max(np.nanmin(one) - np.nanmax(other), np.nanmin(other) - np.nanmax(one), 0.0)) if one.size else 0.0


def _span(rows: np.ndarray) -> str:
    """First and last time of day of some rows."""
    return " to ".join(_clock(float(t)) for t in (np.nanmin(rows["time_s"]), np.nanmax(rows["time_s"])))


def _clock(time_s: float) -> str:
    second = int(time_s % 86_400)
    return f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"
