"""The course of a raid in time: what the traced trial did, and between which bounds all trials did it.

One trial is logged event by event; of all trials it is kept when each target was killed or got through, when each
magazine was empty, and how busy each radar was at most. So a line of one trial stands beside the middle four fifths of
all wherever the outcome of all allows it.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from farwatch.campaign import Result

Floats = NDArray[np.float64]

POINTS = 121
"""Instants at which trials are compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many so far, by time: in the traced trial, and the 10 %, 50 % and 90 % quantiles of all trials."""

    name: str
    time_s: Floats
    here: Floats
    low: Floats
    median: Floats
    high: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Fire:
    """One battery in the traced trial: rounds in the air and tracks with a round on its way, from each event on."""

    battery: str
    time_s: Floats
    rounds: Floats
    targets: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """One kind of round over all batteries, not fired yet in the traced trial; `empty_s` of trials that ran out.

    `carried` counts reserve and deliveries.
    """

    name: str
    carried: int
    time_s: Floats
    left: Floats
    empty_s: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """One radar that shares out its time: share asked for in the traced trial, and the largest of every trial."""

    radar: str
    time_s: Floats
    share: Floats
    peaks: Floats


def end_s(result: Result) -> float:
    """Mission time at which the traced trial has nothing more to show."""
    outcomes = _traced(result)
    names = ("above_horizon_s", "seen_s", "hostile_s", "killed_s", "leaked_s")
    told = np.concatenate([outcomes[name] for name in names])
    fired = result.events["time_s"][result.events["kind"] == "launch"]
    return float(np.nanmax(np.concatenate([[60.0], told, fired])))


def tallies(result: Result) -> tuple[Tally, ...]:
    """Shot down and got through so far."""
    times = np.linspace(0.0, end_s(result), POINTS)
    place = int(np.flatnonzero(result.evidence.trials == result.evidence.traced)[0])
    found = []
    for name, field in (("shot down", "killed_s"), ("got through", "leaked_s")):
        when_s = np.sort(result.evidence.outcomes[field][:, result.cast.raid], axis=1)  # NaN goes last
        counts = np.array([np.searchsorted(row[~np.isnan(row)], times, side="right") for row in when_s], np.float64)
        low, median, high = np.quantile(counts, [0.1, 0.5, 0.9], axis=0)
        found.append(Tally(name=name, time_s=times, here=counts[place], low=low, median=median, high=high))
    return tuple(found)


def fires(result: Result) -> tuple[Fire, ...]:
    """Every battery that fired, in the order of the cast."""
    events = result.events
    owner = np.array([who.partition("/")[0] for who in events["who"]], dtype=object)
    found = [_fire(name, events, owner == name) for name in result.cast.batteries]
    return tuple(fire for fire in found if len(fire.time_s) > 1)


def _fire(battery: str, events: Any, own: NDArray[np.bool_]) -> Fire:
    change = {"launch": 1, "kill": -1, "miss": -1, "lost": -1}
    places = np.flatnonzero(own & np.isin(events["kind"], list(change)))
    flying: dict[int, int] = {}
    times, rounds, targets = [0.0], [0.0], [0.0]
    for k in places[np.argsort(events["time_s"][places], kind="stable")]:
        track = int(events["track"][k])
        flying[track] = max(flying.get(track, 0) + change[events["kind"][k]], 0)
        times.append(float(events["time_s"][k]))
        rounds.append(float(sum(flying.values())))
        targets.append(float(sum(count > 0 for count in flying.values())))
    return Fire(battery=battery, time_s=np.array(times), rounds=np.array(rounds), targets=np.array(targets))


def stocks(result: Result) -> tuple[Stock, ...]:
    """Every kind of round that is carried in a known number."""
    events, cast = result.events, result.cast
    launched = events["kind"] == "launch"
    kind = np.array([who.rpartition("/")[2] for who in events["who"]], dtype=object)
    found = []
    for name in dict.fromkeys(one.name for one in cast.rounds):
        rows = [k for k, one in enumerate(cast.rounds) if one.name == name and one.carried > 0]
        if not rows:
            continue
        times = np.append(0.0, np.sort(events["time_s"][launched & (kind == name)]))
        carried = sum(cast.rounds[k].carried for k in rows)
        empty_s = result.evidence.empty_s[:, rows].max(axis=1)
        left = carried - np.arange(len(times), dtype=np.float64)
        empty_s = np.asarray(empty_s[~np.isnan(empty_s)])
        found.append(Stock(name=name, carried=carried, time_s=times, left=left, empty_s=empty_s))
    return tuple(found)


def loads(result: Result) -> tuple[Load, ...]:
    """Every radar that shares out its time."""
    events, cast = result.events, result.cast
    told = events["kind"] == "load"
    found = []
    for name in dict.fromkeys(events["who"][told].tolist()):
        rows = told & (events["who"] == name)
        peaks = np.asarray(result.evidence.workloads["peak_load_share"][:, cast.radars.index(name)])
        found.append(
            Load(radar=name, time_s=events["time_s"][rows], share=events["value"][rows], peaks=peaks[~np.isnan(peaks)])
        )
    return tuple(found)


def _traced(result: Result) -> Any:
    place = int(np.flatnonzero(result.evidence.trials == result.evidence.traced)[0])
    return result.evidence.outcomes[place][result.cast.raid]
