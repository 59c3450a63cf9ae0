"""Which plot is of which reference target, while errors of half a degree and seconds are still in the plots.

First a coarse search: for each clock offset on a grid, every plot is held against every target near enough, and what
is left over in range and azimuth is counted in a coarse histogram. Right pairs heap up in one place, wrong ones spread.
The highest heap over all offsets gives the start. Addresses and codes, where both sides have them, leave fewer targets
to a plot. Then each plot takes the target that it fits best, within a gate.

Source: the search is a Hough transform, Duda and Hart 1972.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from farwatch.track.bias_model import expected, over
from farwatch.track.trajectories import Floats, Rows, Trajectories, places_at

_SEARCHED_PLOTS = 3000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Options:
    """What to estimate, how far to search, and how good the reference is."""

    estimate: tuple[str, ...] = ("range_m", "azimuth_rad", "time_s")
    """Errors to estimate, of `bias_model.NAMES`; the others are taken as 0."""
    search_range_m: float = 1500.0
    search_azimuth_rad: float = 0.03
    search_time_s: float = 6.0
    """Errors before registration are not larger."""
    max_gap_s: float = 30.0
    """Points of the reference farther apart than this are not joined."""
    reference_sigma_m: float = 0.0
    """Deviation of a reference place along each axis, besides what interpolation may miss."""
    height_sigma_m: float = 0.0
    """Further deviation of a reference height, some 100 m where it is a pressure height: of each, and of all alike.

    The part that is alike is estimated along, so that the stated deviations of range and clock allow for it.
    """
    range_step_m: float = 0.0
    azimuth_step_rad: float = 0.0
    """Steps in which plots tell range and azimuth. Whether a radar rounds or cuts off is not known: half a step of
    doubt is added to the stated deviations."""
    least_pairs: int = 20
    """Fewer give no estimate."""
    addresses: Mapping[int, int] | None = None
    """24-bit address by reference target: a plot that has an address is of that target or of none."""
    codes: Mapping[int, int] | None = None
    """SSR code by reference target: a plot that has a code (and no known address) is of a target with that code."""


class Pairs(NamedTuple):
    """Plots with the target each may be of."""

    plot: Rows
    target: Rows


def candidates(plots: np.ndarray, radar: Any, known: Trajectories, options: Options) -> Pairs:
    """Every pair of a plot of `radar` and a reference target that may belong together for some error searched."""
    found_plot, found_target = [], []
    slack_s = options.search_time_s
    for which in range(known.targets.size):
        first, last = known.time_s[known.first[which]], known.time_s[known.end[which] - 1]
        near = (plots["time_s"] >= first - slack_s) & (plots["time_s"] <= last + slack_s)
        rows = np.flatnonzero(near & _same_name(plots, int(known.targets[which]), options))
        if rows.size == 0:
            continue
        mine = np.full(rows.size, which)
        at = places_at(known, mine, np.clip(plots["time_s"][rows], first, last), options.max_gap_s)
        seen = expected(radar, at.place, at.velocity, np.zeros(7))
        gap = abs(over(plots[rows], seen.report))
        moved = np.linalg.norm(at.velocity, axis=1) * slack_s
        reach = options.search_range_m + moved + 5.0 * plots["range_sigma_m"][rows]
        turn = options.search_azimuth_rad + moved / seen.ground_m + 5.0 * plots["azimuth_sigma_rad"][rows]
        kept = rows[(gap[:, 0] <= reach) & (gap[:, 1] <= turn)]
        found_plot.append(kept)
        found_target.append(np.full(kept.size, which))
    if not found_plot:
        return Pairs(np.zeros(0, np.int64), np.zeros(0, np.int64))
    return Pairs(np.concatenate(found_plot), np.concatenate(found_target))


def _same_name(plots: np.ndarray, target: int, options: Options) -> NDArray[np.bool_]:
    """Which plots may be of a target, by what they and it are called."""
    allowed = np.ones(plots.size, bool)
    addresses, codes = options.addresses or {}, options.codes or {}
    named = np.zeros(plots.size, bool)
    if addresses:
        named = plots["address"] != 0
        allowed &= ~named | (plots["address"] == addresses.get(target, -1))
    if codes:
        coded = ~named & (plots["mode_a"] != 0)
        allowed &= ~coded | (plots["mode_a"] == codes.get(target, -1))
    return allowed


def coarse_bias(plots: np.ndarray, radar: Any, known: Trajectories, pairs: Pairs, options: Options) -> Floats:
    """Start f8[7] where most pairs agree, by histogram over range, azimuth and clock offset."""
    kept = pairs.plot % max(1, plots.size // _SEARCHED_PLOTS) == 0
    some = Pairs(pairs.plot[kept], pairs.target[kept])
    last_s = options.search_time_s if "time_s" in options.estimate else 0.0
    offsets = sorted(np.arange(-np.floor(last_s), last_s + 0.5), key=abs)
    best, most = np.zeros(7), 0.0
    for offset_s in offsets:
        gap = leftover(plots, radar, known, some, _at(offset_s), options.max_gap_s)[0]
        count, range_m, azimuth_rad = _heap(gap, plots[some.plot], options)
        if count > most * 1.001:
            best, most = _at(offset_s, range_m, azimuth_rad), count
    return best


def _at(time_s: float, range_m: float = 0.0, azimuth_rad: float = 0.0) -> Floats:
    return np.array([range_m, 0.0, azimuth_rad, 0.0, time_s, 0.0, 0.0])


def cell(plots: np.ndarray) -> tuple[float, float]:
    """Size of the coarse histogram's cells: range (m) and azimuth (rad)."""
    if plots.size == 0:
        return 200.0, 0.002
    return (
        max(200.0, 2.0 * float(np.median(plots["range_sigma_m"]))),
        max(0.002, 2.0 * float(np.median(plots["azimuth_sigma_rad"]))),
    )


def _heap(gap: Floats, plots: np.ndarray, options: Options) -> tuple[float, float, float]:
    """Height and place of the highest heap of leftovers f8[n, 2+], in four neighbouring cells."""
    step_m, step_rad = cell(plots)
    edges = [
        np.arange(-np.ceil(limit / step) - 1, np.ceil(limit / step) + 2) * step
        for limit, step in ((options.search_range_m, step_m), (options.search_azimuth_rad, step_rad))
    ]
    counts, _, _ = np.histogram2d(gap[:, 0], gap[:, 1], bins=edges)
    heaps = counts[:-1, :-1] + counts[1:, :-1] + counts[:-1, 1:] + counts[1:, 1:]
    i, j = np.unravel_index(int(np.argmax(heaps)), heaps.shape)
    return float(heaps[i, j]), float(edges[0][i + 1]), float(edges[1][j + 1])


def leftover(
    plots: np.ndarray, radar: Any, known: Trajectories, pairs: Pairs, bias: Floats, max_gap_s: float
) -> tuple[Floats, Floats]:
    """Reported minus expected f8[n, 3] of each pair with errors `bias`, and the ground range f8[n].

    Infinite where the target's place is unknown.
    """
    seen = plots[pairs.plot]
    at = places_at(known, pairs.target, seen["time_s"] - bias[4], max_gap_s)
    told = expected(radar, at.place, at.velocity, bias)
    gap = over(seen, told.report)
    gap[~at.known] = np.inf
    return gap, told.ground_m


def best_pairs(
    plots: np.ndarray, radar: Any, known: Trajectories, pairs: Pairs, bias: Floats, options: Options
) -> Pairs:
    """For each plot the target it fits best with errors `bias`, within four cells of the coarse search."""
    gap = leftover(plots, radar, known, pairs, bias, options.max_gap_s)[0]
    step_m, step_rad = cell(plots)
    far = np.maximum(abs(gap[:, 0]) / step_m, abs(gap[:, 1]) / step_rad)
    order = np.lexsort((far, pairs.plot))
    ordered = pairs.plot[order]
    first = np.ones(order.size, bool)
    first[1:] = ordered[1:] != ordered[:-1]
    chosen = order[first & (far[order] <= 4.0)]
    return Pairs(pairs.plot[chosen], pairs.target[chosen])
