"""Registration from targets of opportunity: radars that see the same targets correct each other, with no reference.

The plots of one target are cut into short windows. Inside one, its motion is a parabola of unknown coefficients, shared
by all radars; the errors of the radars are shared by all windows. Both are found together by least squares, the motion
eliminated window by window. What no difference between radars can tell, the covariance shows: the clock and the place
of one radar are held (the gauge), and a turn or a stretch common to all is only as sure as the baseline makes it.

Sources: [triggs2000] Triggs et al., "Bundle adjustment - a modern synthesis", section 6.1 (elimination) and 9 (gauge).
[dana1990] Dana, "Registration: a prerequisite for multiple sensor tracking", in Bar-Shalom (ed.), Multitarget-
Multisensor Tracking, ch. 5.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from farwatch.errors import InputError, Problem
from farwatch.records import PLOT
from farwatch.track.bias_model import NAMES, WIDE, expected, over
from farwatch.track.consistency import gate_threshold
from farwatch.track.pairing import Options, best_pairs, candidates, coarse_bias
from farwatch.track.registration import (
    FEW,
    GOOD,
    INCONSISTENT,
    TRUSTED_PROBABILITY,
    Biases,
    check,
    columns_of,
    judged,
    scatter,
)
from farwatch.track.sight import EARTH_RADIUS_M, PRIOR_HEIGHT_M, PRIOR_HEIGHT_SIGMA_M
from farwatch.track.trajectories import Floats, Rows, trajectories, truth_of_states

_MOTION = 8  # x y z, vx vy vz, ax ay
_STEPS = 12
_HELD = (4, 5, 6)  # clock and place of one radar
_SCALE_LIMIT = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Opportunity:
    """How targets of opportunity are used."""

    estimate: tuple[str, ...] = ("range_m", "azimuth_rad", "time_s")
    window_s: float = 40.0
    """Length of a window in which motion is a parabola."""
    acceleration_sigma_m_s2: float = 1.0
    """Deviation of horizontal acceleration among windows."""
    climb_sigma_m_s: float = 10.0
    height_sigma_m: float = 100.0
    """Deviation of an error common to all reported heights, as of pressure heights on a day; estimated along."""
    held: int = 0
    """The radar whose clock and place are taken as right."""
    least_pairs: int = 20
    """Plots a radar must have in windows shared with others."""


class _Scene(NamedTuple):
    """Plots in windows shared by radars, ready to be fitted."""

    plots: np.ndarray  # PLOT[n]
    window: Rows  # i8[n]
    centre_s: Floats  # f8[w], reported times
    start: Floats  # f8[w, 8]
    precision: Floats  # f8[8], of the prior of motion: acceleration and climb


class _Leftovers(NamedTuple):
    """In deviations: range, azimuth, elevation, height of each plot, and how they change."""

    left: Floats  # f8[n, 4]
    by_motion: Floats  # f8[n, 4, 8]
    by_bias: Floats  # f8[n, 4, K]
    distance: Floats  # f8[n], sum of squares, without height


class _Step(NamedTuple):
    """One step of least squares, and what is known then."""

    motion: Floats  # f8[w, 8]
    bias: Floats  # f8[K]
    covariance: Floats  # f8[K, K], of the errors
    determined: Floats  # f8[w], how many numbers of each motion range, azimuth and elevation determine, up to 8


def between_radars(
    plots: np.ndarray, radars: np.ndarray, groups: Rows | None = None, options: Opportunity | None = None
) -> Biases:
    """Errors of RADAR[k] from PLOT[n] of targets that two or more of them see.

    groups: i8[n], which target each plot is of, -1 for none; by default Mode S address, else SSR code. `mean` of the
    result is the joint estimate with the wide prior, `values` what the data tell by themselves, `relative(0)` the
    differences. Raises InputError as `registration.against_reference` does.
    """
    chosen = Opportunity() if options is None else options
    check(plots, radars, chosen.estimate)
    named = groups_by_name(plots) if groups is None else np.asarray(groups, np.int64)
    if named.shape != plots.shape:
        raise InputError("groups", [Problem("groups", str(named.shape), f"must have the shape {plots.shape}")])
    if not 0 <= chosen.held < radars.size:
        raise InputError("options", [Problem("held", str(chosen.held), f"must point into {radars.size} radars")])
    scene = _windows(plots, radars, named, chosen)
    if scene.window.size == 0:
        none = np.zeros(radars.size, np.int64)
        return _result(radars, chosen, None, (none, none), (np.nan, 0, 1.0))
    return _fitted(scene, radars, chosen)


def groups_by_name(plots: np.ndarray) -> Rows:
    """Target of each of PLOT[n] by its Mode S address, else its SSR code (counted from 2^24 on), else -1."""
    coded = np.where(plots["mode_a"] != 0, plots["mode_a"] + (1 << 24), -1)
    return np.asarray(np.where(plots["address"] != 0, plots["address"], coded), np.int64)


def groups_by_tracks(
    plots: np.ndarray, radars: np.ndarray, tracks: np.ndarray, options: Options | None = None
) -> Rows:
    """Target of each of PLOT[n], i8[n], -1 for none: the track (STATE[], of one radar) that fits it best.

    Each radar's plots are held against the tracks after a coarse search for its errors; so plots without names and
    radars half a degree apart can still be told to be of one target. A track's number is its group.
    """
    chosen = Options() if options is None else options
    check(plots, radars, chosen.estimate)
    groups = np.full(plots.size, -1, np.int64)
    known = trajectories(truth_of_states(tracks))
    for r in range(radars.size):
        mine = np.flatnonzero(plots["radar_index"] == r)
        every = candidates(plots[mine], radars[r], known, chosen)
        if every.plot.size == 0:
            continue
        bias = coarse_bias(plots[mine], radars[r], known, every, chosen)
        paired = best_pairs(plots[mine], radars[r], known, every, bias, chosen)
        groups[mine[paired.plot]] = known.targets[paired.target]
    return groups


# Windows ----------------------------------------------------------------------------------------------------


def _windows(plots: np.ndarray, radars: np.ndarray, groups: Rows, options: Opportunity) -> _Scene:
    """Plots by target and window; only windows with at least 5 plots, of two radars or more."""
    order = np.lexsort((plots["time_s"], groups))
    order = order[groups[order] >= 0]
    slot = np.floor(plots["time_s"][order] / options.window_s)
    fresh = np.ones(order.size, bool)
    fresh[1:] = (np.diff(slot) != 0) | (np.diff(groups[order]) != 0)
    window = np.cumsum(fresh) - 1
    count = np.bincount(window, minlength=1)
    seen = np.zeros((count.size, radars.size), bool)
    seen[window, plots["radar_index"][order]] = True
    shared = (count >= 5) & (seen.sum(axis=1) >= 2)
    kept = order[shared[window]]
    window = (np.cumsum(shared) - 1)[window[shared[window]]]
    used = plots[kept] if kept.size else np.zeros(0, PLOT)
    centre_s = np.bincount(window, used["time_s"]) / np.maximum(np.bincount(window), 1)
    precision = np.zeros(_MOTION)
    precision[5], precision[6:] = options.climb_sigma_m_s**-2.0, options.acceleration_sigma_m_s2**-2.0
    return _Scene(used, window, centre_s, _start(used, radars, window, centre_s), precision)


def _start(plots: np.ndarray, radars: np.ndarray, window: Rows, centre_s: Floats) -> Floats:
    """Straight lines f8[w, 8] through the plots as they are, heights as reported, measured or usual."""
    start = np.zeros((centre_s.size, _MOTION))
    place = np.zeros((plots.size, 3))
    for r in range(radars.size):
        mine = plots["radar_index"] == r
        p, radar = plots[mine], radars[r]
        sine = np.where(p["elevation_sigma_rad"] > 0, np.sin(p["elevation_rad"]), _sine(p, radar))
        ground = p["range_m"] * np.sqrt(1.0 - sine**2)
        local = np.stack([ground * np.sin(p["azimuth_rad"]), ground * np.cos(p["azimuth_rad"]), p["range_m"] * sine], 1)
        place[mine] = local @ radar["to_local"] + [radar["x_m"], radar["y_m"], radar["z_m"]]
    since = plots["time_s"] - centre_s[window]
    size = np.bincount(window, minlength=centre_s.size)
    spread = np.bincount(window, since**2, minlength=centre_s.size)
    for axis in range(3):
        start[:, axis] = np.bincount(window, place[:, axis], minlength=centre_s.size) / np.maximum(size, 1)
        slope = np.bincount(window, since * place[:, axis], minlength=centre_s.size)
        start[:, axis + 3] = slope / np.maximum(spread, 1.0) if axis < 2 else 0.0
    return start


def _sine(plots: np.ndarray, radar: np.ndarray) -> Floats:
    """Sine of the elevation by reported height, else the usual one, over a round Earth."""
    height = np.where(plots["height_sigma_m"] > 0, plots["height_m"], PRIOR_HEIGHT_M)
    a, b, r = EARTH_RADIUS_M + radar["height_m"], EARTH_RADIUS_M + height, np.maximum(plots["range_m"], 1.0)
    return np.asarray(np.clip((b * b - a * a - r * r) / (2.0 * a * r), -0.7, 0.7))


# Least squares ----------------------------------------------------------------------------------------------


def _free(radars: np.ndarray, options: Opportunity) -> list[int]:
    """Places, in errors laid out radar by radar, of those that are estimated and not held; last the heights' error."""
    columns = columns_of(options.estimate)
    of_radars = [
        r * len(NAMES) + c
        for r in range(radars.size)
        for c in columns
        if not (r == options.held and c in _HELD)
    ]
    return [*of_radars, radars.size * len(NAMES)]


def _height(radar: np.ndarray, place: Floats) -> tuple[Floats, Floats]:
    """Height above the sea, f8[n], of places f8[n, 3], over a round Earth, and its gradient f8[n, 3]."""
    turn = np.asarray(radar["to_local"], float)
    local = (place - [radar["x_m"], radar["y_m"], radar["z_m"]]) @ turn.T
    local[:, 2] += EARTH_RADIUS_M + radar["height_m"]
    far = np.linalg.norm(local, axis=1)
    return far - EARTH_RADIUS_M, (local / far[:, None]) @ turn


def _leftovers(scene: _Scene, radars: np.ndarray, motion: Floats, errors: Floats, free: list[int]) -> _Leftovers:
    """Plots against motions f8[w, 8] and errors f8[7 k + 1], the last that of heights; `free`: those estimated."""
    n = scene.plots.size
    left, by_motion = np.zeros((n, 4)), np.zeros((n, 4, _MOTION))
    by_bias, bias = np.zeros((n, 4, errors.size)), errors[:-1].reshape(-1, len(NAMES))
    share = np.sqrt(np.bincount(scene.window, minlength=motion.shape[0]))
    for r in range(radars.size):
        mine = np.flatnonzero(scene.plots["radar_index"] == r)
        p, m = scene.plots[mine], motion[scene.window[mine]]
        since = (p["time_s"] - bias[r, 4] - scene.centre_s[scene.window[mine]])[:, None]
        velocity, place = m[:, 3:6].copy(), m[:, :3] + since * m[:, 3:6]
        velocity[:, :2] += since * m[:, 6:]
        place[:, :2] += 0.5 * since**2 * m[:, 6:]
        told = expected(radars[r], place, velocity, bias[r])
        height, rise = _height(radars[r], place)
        weight, known_height = _weights(p, share[scene.window[mine]])
        lifted = np.where(p["height_sigma_m"] > 0, 1.0, 0.0)
        left[mine] = np.column_stack([over(p, told.report), known_height - lifted * errors[-1] - height]) * weight
        by_bias[mine, 3, -1] = lifted * weight[:, 3]
        by_bias[mine, :3, r * len(NAMES) : (r + 1) * len(NAMES)] = told.by_bias * weight[:, :3, None]
        slope = np.concatenate([told.by_place, rise[:, None, :]], axis=1) * weight[:, :, None]
        s = since[:, :, None]
        by_motion[mine] = np.concatenate([slope, s * slope, 0.5 * s**2 * slope[:, :, :2]], axis=2)
    return _Leftovers(left, by_motion, by_bias[:, :, free], (left[:, :3] ** 2).sum(axis=1))


def _weights(plots: np.ndarray, share: Floats) -> tuple[Floats, Floats]:
    """One over the deviations f8[n, 4], 0 where not measured, and heights f8[n].

    Heights of one window are wrong together, so all of them (`share`² many) count as one.
    """
    is_told = plots["height_sigma_m"] > 0
    height_sigma = np.where(is_told, plots["height_sigma_m"], PRIOR_HEIGHT_SIGMA_M) * share
    elevation_sigma = np.where(plots["elevation_sigma_rad"] > 0, plots["elevation_sigma_rad"], np.inf)
    sigma = np.stack([plots["range_sigma_m"], plots["azimuth_sigma_rad"], elevation_sigma, height_sigma], axis=1)
    return 1.0 / sigma, np.where(is_told, plots["height_m"], PRIOR_HEIGHT_M)


def _solved(scene: _Scene, told: _Leftovers, weight: Floats, motion: Floats, at: Floats, wide: Floats) -> _Step:
    """Motions eliminated window by window, then the errors, then the motions again [triggs2000]."""
    starts = np.searchsorted(scene.window, np.arange(motion.shape[0]))
    heavy = told.by_motion * weight[:, None, None]
    seen = np.add.reduceat(np.einsum("nci,ncj->nij", heavy[:, :3], told.by_motion[:, :3]), starts)
    height = np.add.reduceat(np.einsum("ni,nj->nij", heavy[:, 3], told.by_motion[:, 3]), starts)
    mixed = np.add.reduceat(np.einsum("nci,ncj->nij", heavy, told.by_bias), starts)
    pull = np.add.reduceat(np.einsum("nci,nc->ni", heavy, told.left), starts) - motion * scene.precision
    known = np.linalg.inv(seen + height + np.diag(scene.precision))
    reduced = known @ mixed
    heavy = told.by_bias * weight[:, None, None]
    information = np.einsum("nci,ncj->ij", heavy, told.by_bias) - np.einsum("wki,wkj->ij", mixed, reduced)
    side = np.einsum("nci,nc->i", heavy, told.left) - np.einsum("wki,wk->i", reduced, pull) - at / wide**2
    outer = np.outer(wide, wide)
    covariance = np.linalg.inv(information * outer + np.eye(wide.size)) * outer
    bias = covariance @ side
    step = np.einsum("wij,wj->wi", known, pull - mixed @ bias)
    return _Step(step, bias, covariance, np.einsum("wij,wji->w", known, seen))


def _iterated(
    scene: _Scene, radars: np.ndarray, start: tuple[Floats, Floats], options: Opportunity, *, robust: bool
) -> tuple[Floats, Floats, _Step, _Leftovers]:
    """Gauss-Newton until errors rest: motions, errors, the last step and what is left over."""
    motion, errors, free = start[0].copy(), start[1].copy(), _free(radars, options)
    wide = _wide(radars, options)
    for _ in range(_STEPS):
        told = _leftovers(scene, radars, motion, errors, free)
        bound = 2.45 * scatter(told.distance) if robust else np.inf
        weight = np.minimum(1.0, bound / np.sqrt(np.maximum(told.distance, 1e-12)))
        step = _solved(scene, told, weight, motion, errors[free], wide)
        motion += step.motion
        errors[free] += step.bias
        if (abs(step.bias) <= 1e-3 * np.sqrt(np.diag(step.covariance))).all():
            break
    return motion, errors, step, _leftovers(scene, radars, motion, errors, free)


def _wide(radars: np.ndarray, options: Opportunity) -> Floats:
    """Deviations of the prior of what is estimated."""
    return np.append(np.tile(WIDE, radars.size), max(options.height_sigma_m, 1e-3))[_free(radars, options)]


def _believed(scene: _Scene, distance: Floats, determined: Floats) -> NDArray[np.bool_]:
    """Which plots stay: within the gate, in windows that are no manoeuvre and are still shared by two radars."""
    scale2 = scatter(distance) ** 2
    fits = distance <= gate_threshold(TRUSTED_PROBABILITY, 3) * scale2
    count = np.bincount(scene.window, weights=fits, minlength=determined.size)
    total = np.bincount(scene.window, weights=distance * fits, minlength=determined.size)
    degrees = np.maximum(2.0 * count - determined, 1.0)
    quiet = total <= scale2 * (degrees + 4.0 * np.sqrt(2.0 * degrees) + 8.0)  # some 4 deviations of a chi-square
    lowest, highest = np.full(determined.size, np.iinfo(np.int64).max), np.full(determined.size, -1)
    np.minimum.at(lowest, scene.window[fits], scene.plots["radar_index"][fits])
    np.maximum.at(highest, scene.window[fits], scene.plots["radar_index"][fits])
    return np.asarray(fits & (quiet & (count >= 5) & (lowest < highest))[scene.window])


def _fitted(scene: _Scene, radars: np.ndarray, options: Opportunity) -> Biases:
    """Robust fit, then a plain one over what is believed."""
    zero = np.zeros(radars.size * len(NAMES) + 1)
    motion, errors, step, told = _iterated(scene, radars, (scene.start, zero), options, robust=True)
    scale = scatter(told.distance)
    kept = _believed(scene, told.distance, step.determined)
    windows, renamed = np.unique(scene.window[kept], return_inverse=True)
    before = np.bincount(scene.plots["radar_index"], minlength=radars.size)
    if windows.size == 0:
        return _result(radars, options, None, (before * 0, before), (np.nan, 0, scale))
    rest = _Scene(scene.plots[kept], renamed, scene.centre_s[windows], scene.start[windows], scene.precision)
    motion, errors, step, told = _iterated(rest, radars, (motion[windows], errors), options, robust=False)
    used = np.bincount(rest.plots["radar_index"], minlength=radars.size)
    measured = 2 * rest.plots.size + int((rest.plots["elevation_sigma_rad"] > 0).sum())
    degrees = max(round(measured - float(step.determined.sum()) - step.bias.size), 1)
    ratio = float(told.distance.sum()) / degrees
    found = errors[:-1].reshape(-1, len(NAMES)), step.covariance * max(1.0, ratio)
    return _result(radars, options, found, (used, before - used), (ratio, degrees, scale))


def _result(
    radars: np.ndarray,
    options: Opportunity,
    found: tuple[Floats, Floats] | None,
    counts: tuple[Rows, Rows],
    fit: tuple[float, int, float],
) -> Biases:
    """From errors f8[k, 7] and covariance of the free ones; counts used and rejected; chi-square, degrees, scale."""
    k, columns, free = radars.size, columns_of(options.estimate), _free(radars, options)
    names = tuple(NAMES[c] for c in columns)
    covariance = np.zeros((k * len(NAMES) + 1, k * len(NAMES) + 1))
    covariance[np.ix_(free, free)] = np.diag(_wide(radars, options) ** 2) if found is None else found[1]
    asked = [r * len(NAMES) + c for r in range(k) for c in columns]
    covariance = covariance[np.ix_(asked, asked)]
    sigma = np.sqrt(np.diag(covariance)).reshape(k, -1)
    first = INCONSISTENT if fit[2] > _SCALE_LIMIT or counts[1].sum() > counts[0].sum() else GOOD
    status = [judged(sigma[r], names, first) if counts[0][r] >= options.least_pairs else FEW for r in range(k)]
    held = [name for name in names if NAMES.index(name) in _HELD]
    gauge = f"{', '.join(held)} of radar {options.held} held at 0" if held else "none: the baselines alone"
    return Biases(
        names=names, mean=np.zeros((k, len(names))) if found is None else found[0][:, columns], covariance=covariance,
        pairs=counts[0], rejected=counts[1], chi2_ratio=np.full(k, fit[0]), degrees=np.full(k, fit[1]),
        status=tuple(status), gauge=gauge,
    )  # fmt: skip
