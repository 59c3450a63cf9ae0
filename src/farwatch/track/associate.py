"""Which plot may belong to which track, and at what cost.

The plots of a batch are sorted into a square grid over the ground. Each track looks only into the cells that its gate
touches, so the cost grows with how many plots are near it, not with how many there are. Within reach, a pair's
likelihood ratio is the density of the plot under the track's models over the density of plots that belong to nothing.
What that means for association is said by how likely the track exists and is seen (`existence.edge`).

Source: Blackman and Popoli 1999, ch. 6 (likelihood-ratio scores).
"""

from math import inf, log, sqrt
from typing import Any, NamedTuple

import numpy as np

from farwatch.compiled import carried, inner_kernel, kernel
from farwatch.track.assign import Room, new_room
from farwatch.track.codes import code_log_ratio
from farwatch.track.existence import edge, persist
from farwatch.track.filter import combine, noise_density, predict
from farwatch.track.likelihood import log_density
from farwatch.track.senses import PD, TURN_GAP_S
from farwatch.track.sight import SIGHT, take

WIDTH = 12
"""Most plots one track is held against in a batch: the best by cost."""

DOPPLER_SPAN_M_S = 1500.0
"""Range rates over which plots of noise spread evenly."""

LEAST_CELL_M = 500.0
"""Smallest cell of the grid."""

LEAST_RATIO = log(0.02)
"""Log-ratio below which a plot is no candidate: fifty times likelier to be noise, were the track known to exist."""

AMPLE = 1.0 + 1e-9
"""By how much a bound is stretched, so that rounding never turns it round."""

X0, Y0, CELL, ACROSS, DOWN, EARLIEST, LATEST, FARTHEST = range(8)
"""Places in Batch.layout: corner, cell size, cells in x and y, first and last time of the plots, largest reach."""

TIME, X, Y, VX, VY, PLACE_SIGMA, SPEED_SIGMA, LIVE = range(8)
"""Columns of a track's outline: time, place and velocity over the ground, how far off they may be, slot in use."""

OUTLINE = 8
"""Columns of an outline: one cache line."""

SPOT_X, SPOT_Y, SPOT_REACH, SPOT_TIME = range(4)
"""Columns of Batch.spots: a plot's place over the ground, how far noise may have moved it, its time."""


@carried
class Batch(NamedTuple):
    """Working room for one batch of up to m plots against cap tracks."""

    sights: Any  # SIGHT[m], in the order of the plots
    codes: Any  # i8[m, 2], Mode A code and Mode S address that the plots bring, 0 = none
    spots: Any  # f8[m, 4], what the coarse gate asks of a plot, in order of the grid
    order: Any  # i4[m], plots in order of the grid
    cell_of: Any  # i4[m]
    cell_first: Any  # i4[3 m + 4]
    layout: Any  # f8[8]
    columns: Any  # i4[cap + 1, WIDTH], candidate plots of each track; the last row is for a hypothesis on the desk
    ratios: Any  # f8[cap + 1, WIDTH], their log-ratios
    costs: Any  # f8[cap + 1, WIDTH], what assigning them costs, against none
    counts: Any  # i4[cap + 1]
    taken: Any  # i4[cap], plot that each track has taken, -1 = none
    room: Room


def new_batch(track_capacity: int, plot_capacity: int) -> Batch:
    """Room for batches of up to `plot_capacity` plots."""
    return Batch(
        sights=np.zeros(plot_capacity, SIGHT),
        codes=np.zeros((plot_capacity, 2), np.int64),
        spots=np.zeros((plot_capacity, 4)),
        order=np.zeros(plot_capacity, np.int32),
        cell_of=np.zeros(plot_capacity, np.int32),
        cell_first=np.zeros(3 * plot_capacity + 4, np.int32),
        layout=np.zeros(8),
        columns=np.zeros((track_capacity + 1, WIDTH), np.int32),
        ratios=np.zeros((track_capacity + 1, WIDTH)),
        costs=np.zeros((track_capacity + 1, WIDTH)),
        counts=np.zeros(track_capacity + 1, np.int32),
        taken=np.full(track_capacity, -1, np.int32),
        room=new_room(track_capacity, plot_capacity),
    )


@kernel
def read(batch: Batch, plots: Any, n: int, radar: Any) -> None:
    """Prepare the first `n` plots of `radar` and sort them into the grid."""
    sights, layout = batch.sights, batch.layout
    low_x, low_y, high_x, high_y = inf, inf, -inf, -inf
    layout[EARLIEST], layout[LATEST], layout[FARTHEST] = inf, -inf, 0.0
    for k in range(n):
        sight = sights[k]
        take(plots[k], radar, sight)
        if sight["doppler_var"] > 0.0:
            sight["noise_density"] /= DOPPLER_SPAN_M_S
        batch.codes[k, 0], batch.codes[k, 1] = plots[k]["mode_a"], plots[k]["address"]
        low_x, high_x = min(low_x, sight["x"]), max(high_x, sight["x"])
        low_y, high_y = min(low_y, sight["y"]), max(high_y, sight["y"])
        layout[EARLIEST] = min(layout[EARLIEST], sight["time_s"])
        layout[LATEST] = max(layout[LATEST], sight["time_s"])
        layout[FARTHEST] = max(layout[FARTHEST], sight["reach_m"])
    if n == 0:
        return
    wide, high = high_x - low_x, high_y - low_y
    cell = max(sqrt(wide * high / n), max(wide, high) / n, LEAST_CELL_M)
    layout[X0], layout[Y0], layout[CELL] = low_x, low_y, cell
    layout[ACROSS], layout[DOWN] = int(wide / cell) + 1, int(high / cell) + 1
    sort(batch, plots, n)


@kernel
def sort(batch: Batch, plots: Any, n: int) -> None:
    """Counting sort of the plots by cell; inside a cell by time, range and azimuth, whatever order they came in."""
    sights, spots, order, cell_of = batch.sights, batch.spots, batch.order, batch.cell_of
    first, layout = batch.cell_first, batch.layout
    across, down = int(layout[ACROSS]), int(layout[DOWN])
    for c in range(across * down + 1):
        first[c] = 0
    for k in range(n):
        column = int((sights[k]["x"] - layout[X0]) / layout[CELL])
        row = int((sights[k]["y"] - layout[Y0]) / layout[CELL])
        cell_of[k] = row * across + column
        first[cell_of[k] + 1] += 1
    for c in range(across * down):
        first[c + 1] += first[c]
    for k in range(n):  # first[c] walks to the start of cell c + 1 while the cell fills
        c = cell_of[k]
        order[first[c]] = k
        first[c] += 1
    for c in range(across * down, 0, -1):
        first[c] = first[c - 1]
    first[0] = 0
    for c in range(across * down):
        for place in range(first[c] + 1, first[c + 1]):
            k, hole = order[place], place
            while hole > first[c] and before(plots[k], plots[order[hole - 1]]):
                order[hole] = order[hole - 1]
                hole -= 1
            order[hole] = k
    for place in range(n):
        sight = sights[order[place]]
        spots[place, SPOT_X], spots[place, SPOT_Y] = sight["x"], sight["y"]
        spots[place, SPOT_REACH], spots[place, SPOT_TIME] = sight["reach_m"], sight["time_s"]


@kernel
def before(a: Any, b: Any) -> bool:
    """Whether PLOT `a` comes before `b`: by time, then range, then azimuth."""
    if a["time_s"] != b["time_s"]:
        return bool(a["time_s"] < b["time_s"])
    if a["range_m"] != b["range_m"]:
        return bool(a["range_m"] < b["range_m"])
    return bool(a["azimuth_rad"] < b["azimuth_rad"])


@kernel
def longest(a: float, b: float, c: float) -> float:
    """Larger eigenvalue of the symmetric 2 x 2 matrix [[a, c], [c, b]]."""
    half = 0.5 * (a - b)
    return float(0.5 * (a + b) + sqrt(half * half + c * c))


@kernel
def sum_up(track: Any, outlines: Any, i: int) -> None:
    """Write the outline of the TRACK in slot `i`: all that is needed to see that no plot of a batch is near it."""
    x, p, mean = track["x"], track["p"], track["mean"]
    outlines[i, LIVE], outlines[i, TIME] = 1.0, track["time_s"]
    outlines[i, X], outlines[i, Y], outlines[i, VX], outlines[i, VY] = mean[0], mean[1], mean[3], mean[4]
    gap = abs(x[1, 0] - x[0, 0]) + abs(x[1, 1] - x[0, 1])
    drift = abs(x[1, 3] - x[0, 3]) + abs(x[1, 4] - x[0, 4])
    places = max(longest(p[0, 0, 0], p[0, 1, 1], p[0, 0, 1]), longest(p[1, 0, 0], p[1, 1, 1], p[1, 0, 1]))
    speeds = max(longest(p[0, 3, 3], p[0, 4, 4], p[0, 3, 4]), longest(p[1, 3, 3], p[1, 4, 4], p[1, 3, 4]))
    outlines[i, PLACE_SIGMA], outlines[i, SPEED_SIGMA] = sqrt(places) + gap, sqrt(speeds) + drift


@kernel
def reach_squared(outlines: Any, i: int, dt_s: float, push_m2_s3: float, gate_chi2: float) -> float:
    """Square of at least how far (m, over the ground) the gate of track `i` stretches after `dt_s`, without noise."""
    sigma = outlines[i, PLACE_SIGMA] + dt_s * outlines[i, SPEED_SIGMA]
    return float(gate_chi2 * (sigma * sigma + push_m2_s3 * dt_s * dt_s * dt_s / 3.0))


@kernel
def reach_of(outlines: Any, i: int, dt_s: float, tracker: Any) -> float:
    """How far (m, over the ground) track `i` may be from where it is expected after `dt_s`, without noise.

    What its gate allows, but never farther than twice the fastest thing there is could fly.
    """
    gate_chi2, push = tracker["gate"], noise_density(tracker["manoeuvre_acceleration_m_s2"])
    allowed_m = sqrt(reach_squared(outlines, i, dt_s, push, gate_chi2))
    flown_m = sqrt(gate_chi2) * outlines[i, PLACE_SIGMA] + tracker["speed_max_m_s"] * dt_s
    flown_m += sqrt(outlines[i, VX] ** 2 + outlines[i, VY] ** 2) * dt_s
    return float(min(allowed_m, flown_m))


@kernel
def gate(batch: Batch, tracks: Any, outlines: Any, looks: Any, extent: int, tracker: Any, sense: Any) -> None:
    """Fill the candidate pairs of the first `extent` track slots; a track with a plot near it is brought up to it.

    looks: f8[cap], when this radar last looked at each track; one that had its plot of this turn in an earlier slice
    gets no other. sense: what is taken for granted of the radar of this batch, see `senses`.
    """
    box, served_s = box_of(batch), batch.layout[LATEST] - sense[TURN_GAP_S]
    speed_max, root = tracker["speed_max_m_s"], sqrt(tracker["gate"])
    counts, taken = batch.counts, batch.taken
    for i in range(extent):
        counts[i], taken[i] = 0, -1
        if outlines[i, LIVE] == 0.0 or looks[i] > served_s or is_far(outlines, i, box, root, speed_max):
            continue
        reach_m = reach_of(outlines, i, abs(box[4] - outlines[i, TIME]) + box[5], tracker)
        if is_apart(outlines, i, box, reach_m):
            continue
        if find(batch, tracks[i], outlines, i, reach_m, tracker):
            if batch.counts[i] == 0:
                combine(tracks[i])
            else:
                persist(tracks[i], tracks[i]["time_s"], sense)
                ahead = edge(tracks[i], sense[PD])
                for place in range(batch.counts[i]):
                    batch.costs[i, place] = -batch.ratios[i, place] - ahead


@kernel
def box_of(batch: Batch) -> tuple[float, ...]:
    """What the plots of a batch lie within: left, low, right, top with their reach; middle and half width in time."""
    layout = batch.layout
    cell, farthest, x0, y0 = layout[CELL], layout[FARTHEST], layout[X0], layout[Y0]
    right, top = x0 + layout[ACROSS] * cell + farthest, y0 + layout[DOWN] * cell + farthest
    middle, slack = 0.5 * (layout[EARLIEST] + layout[LATEST]), 0.5 * (layout[LATEST] - layout[EARLIEST])
    return x0 - farthest, y0 - farthest, right, top, middle, slack


@inner_kernel
def is_far(outlines: Any, i: int, box: Any, gate: float, speed_max_m_s: float) -> bool:
    """Whether track `i` is nowhere near any plot of a batch, however fast it flies: `is_apart` without its roots.

    gate: its root, a number of standard deviations. Wherever this says yes, `is_apart` does.
    """
    dt_s, vx, vy, slack = box[4] - outlines[i, TIME], outlines[i, VX], outlines[i, VY], box[5]
    own_speed, flown_s = abs(vx) + abs(vy), abs(dt_s) + slack
    own = gate * outlines[i, PLACE_SIGMA] + (speed_max_m_s + own_speed) * flown_s + slack * own_speed
    own *= AMPLE
    x, y = outlines[i, X] + dt_s * vx, outlines[i, Y] + dt_s * vy
    return bool(x + own < box[0] or y + own < box[1] or x - own > box[2] or y - own > box[3])


@kernel
def is_apart(outlines: Any, i: int, box: Any, reach_m: float) -> bool:
    """Whether track `i` is nowhere near any plot of a batch. reach_m: its reach at any plot's time, see `reach_of`."""
    dt_s, vx, vy, slack = box[4] - outlines[i, TIME], outlines[i, VX], outlines[i, VY], box[5]
    own = reach_m + slack * (abs(vx) + abs(vy))
    x, y = outlines[i, X] + dt_s * vx, outlines[i, Y] + dt_s * vy
    return bool(x + own < box[0] or y + own < box[1] or x - own > box[2] or y - own > box[3])


@kernel
def find(batch: Batch, track: Any, outlines: Any, i: int, reach_m: float, tracker: Any) -> bool:
    """Fill row `i` of the candidates with the plots near a TRACK of outline `i`; whether the track was moved there.

    The track is not one that `is_apart` from all of them; reach_m: as there.
    """
    layout, spots, first = batch.layout, batch.spots, batch.cell_first
    middle, slack = 0.5 * (layout[EARLIEST] + layout[LATEST]), 0.5 * (layout[LATEST] - layout[EARLIEST])
    cell, farthest, across, down = layout[CELL], layout[FARTHEST], int(layout[ACROSS]), int(layout[DOWN])
    x0, y0 = layout[X0], layout[Y0]
    dt_s, vx, vy = middle - outlines[i, TIME], outlines[i, VX], outlines[i, VY]
    x, y = outlines[i, X] + dt_s * vx, outlines[i, Y] + dt_s * vy
    own = reach_m + slack * (abs(vx) + abs(vy))
    left, low, right, top = x - own - farthest, y - own - farthest, x + own + farthest, y + own + farthest
    moved, answers = False, track["mode_a"] > 0 or track["address"] > 0
    from_column, to_column = int(max(left - x0, 0.0) / cell), min(int((right - x0) / cell), across - 1)
    for row in range(int(max(low - y0, 0.0) / cell), min(int((top - y0) / cell), down - 1) + 1):
        for place in range(first[row * across + from_column], first[row * across + to_column + 1]):
            after_s = spots[place, SPOT_TIME] - outlines[i, TIME]
            dx = spots[place, SPOT_X] - outlines[i, X] - after_s * vx
            dy = spots[place, SPOT_Y] - outlines[i, Y] - after_s * vy
            near_m = reach_m + spots[place, SPOT_REACH]
            if dx * dx + dy * dy > near_m * near_m:
                continue
            k = batch.order[place]
            sight = batch.sights[k]
            if not moved:
                predict(track, sight["time_s"], tracker)
                moved = True
            ratio = log_ratio(track, sight, tracker["gate"])
            if answers:
                ratio += code_log_ratio(track["mode_a"], track["address"], batch.codes[k, 0], batch.codes[k, 1])
            if ratio > LEAST_RATIO:
                keep(batch.columns, batch.ratios, batch.counts, i, k, ratio)
    return moved


@kernel
def keep(columns: Any, ratios: Any, counts: Any, i: int, k: int, ratio: float) -> None:
    """Add plot `k` to the candidates of row `i`, in place of the worst where the list is full."""
    place = counts[i]
    if place < WIDTH:
        counts[i] += 1
    else:
        place = 0
        for other in range(1, WIDTH):
            if ratios[i, other] < ratios[i, place]:
                place = other
        if ratios[i, place] >= ratio:
            return
    columns[i, place], ratios[i, place] = k, ratio


@kernel
def ratio_of(columns: Any, ratios: Any, i: int, k: int) -> float:
    """Log-ratio of plot `k`, one of the candidates of row `i`."""
    place = 0
    while columns[i, place] != k:
        place += 1
    return float(ratios[i, place])


@kernel
def log_ratio(track: Any, sight: Any, gate_chi2: float) -> float:
    """Log of how much likelier a SIGHT is from this TRACK, predicted (nearly) to its time, than from nothing known.

    -inf outside the gate of all models.
    """
    density = log_density(track, sight, gate_chi2)
    return float(density if density == -inf else density - log(sight["noise_density"]))
