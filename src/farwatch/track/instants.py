"""Truth and tracks brought to common instants, so that they can be compared.

Truth has its own times and is interpolated to the instants: by the cubic through positions and velocities (Hermite)
where both neighbours tell their velocity, else in a straight line. A track state is valid from its own time until the
next output, carried in a straight line. Nothing here looks at who belongs to whom.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

TOGETHER_S = 1e-6
"""Times closer than this are one instant."""

SAME_SHARE = 0.5
"""Tracks are written together if each has a state at this share of the output times of its life, or more."""

MOST_FILLED = 200_000
"""Most instants that are added where no track was written."""

HELD_STEPS, GAP_STEPS = 1.6, 5.5
"""How many of its steps a track state is held, and a truth is bridged, when the user does not say."""


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """What is where at each instant; rows by instant, then by name."""

    first: Ints
    """[instants + 1]: rows first[k] to first[k + 1] belong to instant k."""
    instant: Ints
    name: Ints
    """Index into the names of the targets or tracks."""
    position_m: Floats
    velocity_m_s: Floats
    """[n, 3] each; the velocity is NaN where it is not known."""
    source: Ints
    """Row of the (cleaned) table that the point comes from."""
    exact: NDArray[np.bool_]
    """A state that was not carried; a truth whose velocity was told."""


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """Truth and tracks at the same instants."""

    time_s: Floats
    step_s: float
    """Usual step between instants; 0 where there is only one."""
    truth: Points
    tracks: Points
    targets: Ints
    serials: Ints
    """Names, rising; `Points.name` points into them."""
    states: Any
    """STATE[]: the rows of tracks that could be used."""
    appeared_s: Floats
    """Time of each target's first row of truth."""
    skipped_truth: int
    skipped_tracks: int
    """Rows that were left out: not finite, or told again by a later row."""

    @property
    def weight_s(self) -> Floats:
        """The time that each instant stands for: until the next; the last one for the usual step."""
        return np.append(np.diff(self.time_s), self.step_s) if self.time_s.size else np.zeros(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """When to compare: see `ScoreOptions`, whose fields these are."""

    at: str
    from_s: float
    until_s: float
    hold_s: float | None
    truth_gap_s: float | None
    extrapolate_s: float | None


def scene(tracks: np.ndarray, truth: np.ndarray, timing: Timing) -> Scene:
    """Bring STATE[n] and TRUTH[m] to common instants."""
    states, told = _clean(tracks, "serial"), _clean(truth, "target")
    together = _written_together(states)
    step_s = _step_s(states, told, together=together)
    if timing.at == "truth" or states.size == 0:
        time_s = np.unique(told["time_s"])
    else:
        time_s = _output_instants(states, told, step_s, together=together)
    time_s = time_s[(time_s >= timing.from_s) & (time_s <= timing.until_s)]
    targets, named_truth = np.unique(told["target"], return_inverse=True)
    serials, named_tracks = np.unique(states["serial"], return_inverse=True)
    appeared_s = np.full(targets.size, np.inf)
    np.minimum.at(appeared_s, named_truth, told["time_s"])
    hold_s = timing.hold_s
    if hold_s is None:
        hold_s = 0.0 if together and timing.at == "tracks" else HELD_STEPS * step_s
    return Scene(
        time_s=time_s,
        step_s=float(np.median(np.diff(time_s))) if time_s.size > 1 else 0.0,
        truth=_truth_points(told, named_truth, time_s, timing),
        tracks=_track_points(states, named_tracks, time_s, hold_s, together=together),
        targets=targets,
        serials=serials,
        states=states,
        appeared_s=appeared_s,
        skipped_truth=truth.size - told.size,
        skipped_tracks=tracks.size - states.size,
    )


def _clean(rows: np.ndarray, name: str) -> Any:
    """Rows with a time and a place, by name and time, each once (the last told counts); near times made equal."""
    finite = np.isfinite(rows["time_s"])
    for axis in ("x_m", "y_m", "z_m"):
        finite &= np.isfinite(rows[axis])
    kept = np.flatnonzero(finite)
    times, names = rows["time_s"][kept], rows[name][kept]
    order = np.argsort(times, kind="stable")
    starts = np.append(True, np.diff(times[order]) > TOGETHER_S)[: order.size]
    times[order] = times[order][starts][np.cumsum(starts) - 1]
    order = np.lexsort((times, names))  # stable: what was told later stays later
    times, names = times[order], names[order]
    last = np.append((times[1:] != times[:-1]) | (names[1:] != names[:-1]), True)[: order.size]
    cleaned = rows[kept[order[last]]]  # the one copy: these rows are wide
    cleaned["time_s"] = times[last]
    return cleaned


def _written_together(states: Any) -> bool:
    """Whether a row of output tells all tracks at one time, or each track has times of its own."""
    times = np.unique(states["time_s"])
    starts = np.flatnonzero(np.append(True, np.diff(states["serial"]) != 0)[: states.size])
    ends = np.append(starts[1:], states.size)[: starts.size] - 1
    first, last = np.searchsorted(times, states["time_s"][starts]), np.searchsorted(times, states["time_s"][ends])
    return bool(states.size >= SAME_SHARE * (last - first + 1).sum())


def _step_s(states: Any, told: Any, *, together: bool) -> float:
    """Usual time between two outputs; between two rows of truth where there is no output."""
    if states.size == 0:
        return _own_step_s(told["time_s"], told["target"])
    if not together:
        return _own_step_s(states["time_s"], states["serial"])
    times = np.unique(states["time_s"])
    return float(np.median(np.diff(times))) if times.size > 1 else _own_step_s(told["time_s"], told["target"])


def _own_step_s(time_s: Floats, name: Ints) -> float:
    """Median time between two rows of the same name; 0 where no name has two."""
    steps = np.diff(time_s)[np.diff(name) == 0]
    return float(np.median(steps)) if steps.size else 0.0


def _output_instants(states: Any, told: Any, step_s: float, *, together: bool) -> Floats:
    """When the tracks were written, and at the same pace where none was while there was truth or another track."""
    times = np.unique(states["time_s"])
    begin_s = min(times[0], told["time_s"].min(initial=np.inf))
    end_s = max(times[-1], told["time_s"].max(initial=-np.inf))
    if step_s <= 0.0:
        return np.unique(np.concatenate([times, told["time_s"]]))
    step_s = max(step_s, (end_s - begin_s) / MOST_FILLED)
    if not together:
        return np.asarray(begin_s + step_s * np.arange(int((end_s - begin_s) / step_s + 1e-9) + 1))
    parts = [times]
    for before_s, after_s in _holes(times, step_s):
        parts.append(np.linspace(before_s, after_s, round((after_s - before_s) / step_s) + 1)[1:-1])
    parts.append(times[0] - step_s * np.arange(1, int((times[0] - begin_s) / step_s + 1e-9) + 1))
    parts.append(times[-1] + step_s * np.arange(1, int((end_s - times[-1]) / step_s + 1e-9) + 1))
    return np.unique(np.concatenate(parts))


def _holes(times: Floats, step_s: float) -> list[tuple[float, float]]:
    """Where nothing was written for longer than is usual; radars of several turns write at several paces."""
    steps = np.diff(times)
    usual_s = max(step_s, float(np.quantile(steps, 0.75))) if steps.size else step_s
    wide = np.flatnonzero(steps > 1.5 * usual_s)
    return [(float(times[k]), float(times[k + 1])) for k in wide]


def _track_points(states: Any, name: Ints, time_s: Floats, hold_s: float, *, together: bool) -> Points:
    """Each state at the instants from its time until the next output, held for so long at most."""
    if together:
        outputs = np.append(np.unique(states["time_s"]), np.inf)
        until_s = outputs[np.searchsorted(outputs, states["time_s"], side="right")] if states.size else np.zeros(0)
    else:
        until_s = np.full(states.size, np.inf)
        same = name[1:] == name[:-1]
        until_s[:-1][same] = states["time_s"][1:][same]
    low = np.searchsorted(time_s, states["time_s"], side="left")
    replaced = np.searchsorted(time_s, until_s, side="left")
    forgotten = np.searchsorted(time_s, states["time_s"] + hold_s + TOGETHER_S, side="right")
    source, instant = _spread(low, np.minimum(replaced, forgotten))
    age_s = time_s[instant] - states["time_s"][source]
    velocity = _vectors(states, ("vx_m_s", "vy_m_s", "vz_m_s"))[source]
    ahead = age_s[:, None] * np.nan_to_num(velocity)
    position = _vectors(states, ("x_m", "y_m", "z_m"))[source] + ahead
    parts = (instant, name[source], position, velocity, source, age_s <= TOGETHER_S)
    return _points(parts, time_s.size)


def _truth_points(told: Any, name: Ints, time_s: Floats, timing: Timing) -> Points:
    """Each target between its rows, bridging no gap longer than told, and a little beyond its first and last."""
    step_s = _own_step_s(told["time_s"], told["target"])
    gap_s = GAP_STEPS * step_s if timing.truth_gap_s is None else timing.truth_gap_s
    beyond_s = 0.5 * step_s if timing.extrapolate_s is None else timing.extrapolate_s
    time_told = told["time_s"]
    ahead = np.zeros(told.size, bool)
    ahead[:-1] = (name[1:] == name[:-1]) & (np.diff(time_told) <= gap_s)
    opening = np.append(True, ~ahead[:-1])[: told.size]
    low = np.searchsorted(time_s, time_told - np.where(opening, beyond_s + TOGETHER_S, 0.0), side="left")
    high = np.searchsorted(time_s, time_told + beyond_s + TOGETHER_S, side="right")
    next_s = np.append(time_told[1:], np.inf)[: told.size]
    high = np.where(ahead, np.searchsorted(time_s, next_s, side="left"), high)
    source, instant = _spread(low, _not_into_the_next(high, low, name, ahead))
    position, velocity, exact = _between(told, source, ahead, opening, time_s[instant])
    return _points((instant, name[source], position, velocity, source, exact), time_s.size)


def _not_into_the_next(high: Ints, low: Ints, name: Ints, ahead: NDArray[np.bool_]) -> Ints:
    """Ends of stretches, so that two stretches of one target on either side of a short gap do not overlap."""
    limited = high.copy()
    meets = np.zeros(high.size, bool)
    meets[:-1] = (name[1:] == name[:-1]) & ~ahead[:-1]
    following = np.append(low[1:], 0)[: low.size]
    limited[meets] = np.minimum(high, following)[meets]
    return limited


def _between(
    told: Any, source: Ints, ahead: NDArray[np.bool_], opening: NDArray[np.bool_], at_s: Floats
) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Position, velocity, and whether the velocity was told, at times at or after (or shortly before) rows of truth."""
    x, v = _vectors(told, ("x_m", "y_m", "z_m")), _vectors(told, ("vx_m_s", "vy_m_s", "vz_m_s"))
    follower = np.minimum(source + 1, told.size - 1)
    leader = np.maximum(source - 1, 0)
    inside, behind = ahead[source], ~ahead[source] & ~opening[source]
    other = np.where(inside, follower, np.where(behind, leader, source))
    span_s = (told["time_s"][other] - told["time_s"][source])[:, None]
    with np.errstate(invalid="ignore", divide="ignore"):
        slope = (x[other] - x[source]) / span_s  # NaN for a target told once
    known: NDArray[np.bool_] = np.asarray(np.isfinite(v).all(axis=1))
    dt_s = (at_s - told["time_s"][source])[:, None]
    speed = np.where(known[source][:, None], v[source], slope)
    position, velocity = x[source] + np.nan_to_num(speed) * dt_s, speed
    straight = inside & ~(known[source] & known[other])
    position[straight] = (x[source] + slope * dt_s)[straight]
    velocity = np.where(straight[:, None], slope, velocity)
    cubic = inside & known[source] & known[other] & (dt_s[:, 0] >= 0.0)
    curve = _hermite((x[source], x[other]), (v[source], v[other]), dt_s, np.where(inside[:, None], span_s, 1.0))
    position, velocity = np.where(cubic[:, None], curve[0], position), np.where(cubic[:, None], curve[1], velocity)
    return position, velocity, known[source] & (known[other] | ~inside)


def _hermite(x: tuple[Floats, Floats], v: tuple[Floats, Floats], dt_s: Floats, span_s: Floats) -> tuple[Floats, Floats]:
    """Cubic through two positions with two velocities, and its derivative."""
    u = dt_s / span_s
    push, pull = span_s * v[0], span_s * v[1]
    a, b = 2.0 * (x[0] - x[1]) + push + pull, 3.0 * (x[1] - x[0]) - 2.0 * push - pull
    return x[0] + u * (push + u * (b + u * a)), v[0] + u * (2.0 * b + u * 3.0 * a) / span_s


def _spread(low: Ints, high: Ints) -> tuple[Ints, Ints]:
    """For rows that hold from instant low to before high: the row and the instant of each of their points."""
    count = np.maximum(high - low, 0)
    source = np.repeat(np.arange(low.size), count)
    within = np.arange(source.size) - np.repeat(np.cumsum(count) - count, count)
    return source, low[source] + within


def _points(parts: tuple[Any, ...], instants: int) -> Points:
    order = np.lexsort((parts[1], parts[0]))
    instant, name, position, velocity, source, exact = (part[order] for part in parts)
    first = np.searchsorted(instant, np.arange(instants + 1))
    return Points(first, instant, name, position, velocity, source, exact)


def _vectors(rows: Any, names: tuple[str, str, str]) -> Floats:
    return np.stack([rows[name] for name in names], axis=1)

