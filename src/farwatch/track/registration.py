"""Registration: constant errors of each radar, found and removed.

`against_reference` holds each radar's plots against trajectories that are taken as true (broadcast positions, test
flights); `opportunity.between_radars` lets radars that see the same targets correct each other. Both weigh robustly,
state the covariance of what they found, and refuse what the data cannot tell. See docs/models/registration.md.

Sources: [huber1981] Huber, "Robust Statistics", ch. 7 (reweighted least squares).
[barshalom2001] Bar-Shalom, Li, Kirubarajan, sections 3.4 (least squares) and 5.4 (chi-square tests).
[liang1986] Liang, Zeger, "Longitudinal data analysis using generalized linear models", Biometrika 73 (1986).
"""

from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from farwatch.errors import InputError, Problem
from farwatch.records import PLOT, RADAR, TRUTH
from farwatch.track import bias_model
from farwatch.track.bias_model import NAMES, USUAL, WIDE
from farwatch.track.consistency import gate_threshold
from farwatch.track.pairing import Options, Pairs, best_pairs, candidates, coarse_bias
from farwatch.track.trajectories import Floats, Rows, Trajectories, places_at, trajectories

GOOD, FEW, UNOBSERVABLE, INCONSISTENT = "good", "too few pairs", "unobservable", "inconsistent"
"""What became of a radar: all asked for was found; no estimate; some of it cannot be told; pairs contradict."""

WEAK_SHARE = 0.2
"""An error known no better than this share of its usual size counts as not told by the data."""

TRUSTED_PROBABILITY = 0.9999
"""Share of right pairs that pass the last gate."""

_SCALE_LIMIT = 4.0  # pairs that scatter wider than this many stated deviations are not pairs
_ROUNDS, _STEPS = 3, 12
_GROUPS = 6  # fewer targets than this are cut into parts


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Biases:
    """Errors of k radars, p of them estimated for each, with their joint covariance."""

    names: tuple[str, ...]
    mean: Floats
    """f8[k, p]: what was found, weak ones (see `values`) drawn to 0 by the wide prior."""
    covariance: Floats
    """f8[k p, k p], radar by radar; a scatter wider than stated has widened it."""
    pairs: NDArray[np.int64]
    """i8[k]: plots used."""
    rejected: NDArray[np.int64]
    """i8[k]: plots paired but not believed."""
    chi2_ratio: Floats
    """f8[k]: chi-square per degree of freedom, 1 where stated errors are right; NaN where nothing was used."""
    degrees: NDArray[np.int64]
    """i8[k]: degrees of freedom of it."""
    status: tuple[str, ...]
    gauge: str
    """What the values are relative to."""

    @property
    def sigma(self) -> Floats:
        """Standard deviations, f8[k, p]."""
        return np.sqrt(np.maximum(np.diag(self.covariance), 0.0)).reshape(self.mean.shape)

    @property
    def values(self) -> Floats:
        """What the data tell, f8[k, p]; NaN where they tell too little or the pairs contradict."""
        usual = USUAL[[NAMES.index(name) for name in self.names]]
        told = (self.sigma <= WEAK_SHARE * usual) & np.isin(self.status, (GOOD, UNOBSERVABLE))[:, None]
        return np.where(told, self.mean, np.nan)

    def full(self, radar: int) -> Floats:
        """All seven errors of one radar, f8[7] by `bias_model.NAMES`: 0 where not asked for, NaN where not told."""
        every = np.zeros(len(NAMES))
        every[[NAMES.index(name) for name in self.names]] = self.values[radar]
        return every

    def table(self) -> list[dict[str, Any]]:
        """One row for each radar and error: radar, error, value, sigma, pairs, rejected, chi2_ratio, p_value, status.

        p_value: chance of so large a chi-square if the stated errors of plots and reference are right.
        """
        from scipy.stats import chi2

        rows = []
        for r, status in enumerate(self.status):
            p_value = float(chi2.sf(self.chi2_ratio[r] * self.degrees[r], max(int(self.degrees[r]), 1)))
            for i, name in enumerate(self.names):
                rows.append({
                    "radar": r, "error": name, "value": float(self.values[r, i]), "sigma": float(self.sigma[r, i]),
                    "pairs": int(self.pairs[r]), "rejected": int(self.rejected[r]),
                    "chi2_ratio": float(self.chi2_ratio[r]), "p_value": p_value, "status": status,
                })  # fmt: skip
        return rows

    def relative(self, to: int) -> "Biases":
        """The same as differences to radar `to`: known well even where all radars share what is not told."""
        k, p = self.mean.shape
        turn = np.eye(k * p)
        for r in range(k):
            turn[r * p : (r + 1) * p, to * p : (to + 1) * p] -= np.eye(p)
        mean = (turn @ self.mean.ravel()).reshape(k, p)
        told = replace(self, mean=mean, covariance=turn @ self.covariance @ turn.T, gauge=f"differences to radar {to}")
        return replace(told, status=tuple(judged(told.sigma[r], self.names, s) for r, s in enumerate(self.status)))


class _Fit(NamedTuple):
    """Least squares of one radar."""

    bias: Floats  # f8[7]
    covariance: Floats  # f8[p, p]
    pairs: int
    rejected: int
    chi2_ratio: float
    degrees: int
    scale: float


def against_reference(
    plots: np.ndarray, radars: np.ndarray, truth: np.ndarray, options: Options | None = None
) -> Biases:
    """Errors of each radar (RADAR[k]) from its plots (PLOT[n]) of targets whose places are known (TRUTH[m]).

    A clock that is behind in the reference counts as time_s of the radar. Elevation is used only where asked for and
    measured. Raises InputError for wrong record types, radars that are not there, and unknown names of errors.
    """
    chosen = Options() if options is None else options
    check(plots, radars, chosen.estimate)
    if truth.dtype != TRUTH:
        raise InputError("truth", [Problem("truth", str(truth.dtype), "must have the record type TRUTH")])
    known = trajectories(truth)
    fits = [_radar(plots[plots["radar_index"] == r], radars[r], known, chosen) for r in range(radars.size)]
    columns = columns_of(chosen.estimate)
    p = len(columns)
    covariance = np.zeros((p * len(fits), p * len(fits)))
    for r, fit in enumerate(fits):
        covariance[r * p : (r + 1) * p, r * p : (r + 1) * p] = fit.covariance
    return Biases(
        names=tuple(NAMES[c] for c in columns), mean=np.array([fit.bias[columns] for fit in fits]).reshape(-1, p),
        covariance=covariance, pairs=np.array([fit.pairs for fit in fits], np.int64),
        rejected=np.array([fit.rejected for fit in fits], np.int64),
        chi2_ratio=np.array([fit.chi2_ratio for fit in fits]),
        degrees=np.array([fit.degrees for fit in fits], np.int64),
        status=tuple(_status(fit, chosen) for fit in fits), gauge="the reference",
    )  # fmt: skip


def check(plots: np.ndarray, radars: np.ndarray, estimate: tuple[str, ...]) -> None:
    """Refuse what cannot be registered, all problems at once."""
    problems = []
    if plots.dtype != PLOT:
        problems.append(Problem("plots", str(plots.dtype), "must have the record type PLOT"))
    if radars.dtype != RADAR:
        problems.append(Problem("radars", str(radars.dtype), "must have the record type RADAR"))
    unknown = [name for name in estimate if name not in NAMES]
    problems += [Problem("estimate", repr(name), f"must be one of {', '.join(NAMES)}") for name in unknown]
    if not estimate:
        problems.append(Problem("estimate", "()", "must name at least one error"))
    if not problems:
        index = plots["radar_index"]
        if ((index < 0) | (index >= radars.size)).any():
            problems.append(Problem("plots.radar_index", "", f"must point into {radars.size} radars"))
        for name in ("range_sigma_m", "azimuth_sigma_rad"):
            if not (plots[name] > 0).all():
                problems.append(Problem(f"plots.{name}", "", "must be greater than 0"))
        for name in ("time_s", "range_m", "azimuth_rad", "elevation_rad"):
            if not np.isfinite(plots[name]).all():
                problems.append(Problem(f"plots.{name}", "", "must be finite"))
    if problems:
        raise InputError("registration", problems)


def columns_of(estimate: tuple[str, ...]) -> list[int]:
    """Places of the named errors in `NAMES`, in its order."""
    return [i for i, name in enumerate(NAMES) if name in estimate]


def judged(sigma: Floats, names: tuple[str, ...], status: str) -> str:
    """Status of a radar, given deviations f8[p] of its errors: good becomes unobservable where one is weak."""
    if status not in {GOOD, UNOBSERVABLE}:
        return status
    usual = USUAL[columns_of(names)]
    return GOOD if (sigma <= WEAK_SHARE * usual).all() else UNOBSERVABLE


def _status(fit: _Fit, options: Options) -> str:
    if fit.pairs < options.least_pairs:
        return FEW
    if fit.scale > _SCALE_LIMIT or fit.rejected > fit.pairs:
        return INCONSISTENT
    names = tuple(NAMES[c] for c in columns_of(options.estimate))
    return judged(np.sqrt(np.diag(fit.covariance)), names, GOOD)


def _radar(plots: np.ndarray, radar: Any, known: Trajectories, options: Options) -> _Fit:
    """Search, pair and fit one radar."""
    columns = columns_of(options.estimate)
    nothing = _Fit(np.zeros(7), np.diag(WIDE[columns] ** 2), 0, 0, np.nan, 0, 1.0)
    if plots.size < options.least_pairs or known.targets.size == 0:
        return nothing
    every = candidates(plots, radar, known, options)
    if every.plot.size < options.least_pairs:
        return nothing._replace(pairs=every.plot.size)
    bias = np.append(coarse_bias(plots, radar, known, every, options), 0.0)
    bias[[i for i in range(8) if i not in columns]] = 0.0
    for _ in range(_ROUNDS):
        paired = best_pairs(plots, radar, known, every, bias, options)
        if paired.plot.size < options.least_pairs:
            return nothing._replace(pairs=paired.plot.size)
        bias = _reweighted(plots, radar, known, paired, bias, options)
    return _last(plots, radar, known, paired, bias, options)


def _columns(options: Options) -> list[int]:
    """Places of what is estimated among the seven errors and, eighth, that of the reference's heights."""
    return columns_of(options.estimate) + ([7] if options.height_sigma_m > 0.0 else [])


def _wide(options: Options) -> Floats:
    """Deviations of the prior of what is estimated."""
    return np.append(WIDE, options.height_sigma_m)[_columns(options)]


def _system(
    plots: np.ndarray, radar: Any, known: Trajectories, pairs: Pairs, bias: Floats, options: Options
) -> tuple[Floats, Floats, Floats]:
    """Leftovers and their derivatives by what is estimated, in deviations: f8[n, c], f8[n, c, p]; distance² f8[n].

    bias: f8[8], the last an error common to all heights of the reference. Infinite distance where a target's place is
    not known.
    """
    seen = plots[pairs.plot]
    at = places_at(known, pairs.target, seen["time_s"] - bias[4], options.max_gap_s)
    told = bias_model.expected(radar, at.place, at.velocity, bias)
    lift = -told.by_place @ np.asarray(radar["to_local"])[2]  # heights too high: targets were lower than expected
    gap = bias_model.over(seen, told.report + bias[7] * lift)
    blur = at.sigma_m**2 + options.reference_sigma_m**2
    variance = np.stack([
        seen["range_sigma_m"] ** 2 + blur + (lift[:, 0] * options.height_sigma_m) ** 2,
        seen["azimuth_sigma_rad"] ** 2 + blur / told.ground_m**2,
        seen["elevation_sigma_rad"] ** 2 + (blur + options.height_sigma_m**2) / told.ground_m**2,
    ], axis=1)  # fmt: skip
    used = np.ones(variance.shape, bool)
    used[:, 2] = (seen["elevation_sigma_rad"] > 0.0) & ("elevation_rad" in options.estimate)
    weight = (used & at.known[:, None]) / np.sqrt(np.where(used, variance, 1.0))
    left = gap * weight
    every = np.concatenate([told.by_bias, lift[:, :, None]], axis=2)
    slope = every[:, :, _columns(options)] * weight[:, :, None]
    distance = np.where(at.known, (left**2).sum(axis=1), np.inf)
    return left, slope, distance


def _reweighted(
    plots: np.ndarray, radar: Any, known: Trajectories, pairs: Pairs, bias: Floats, options: Options
) -> Floats:
    """Errors f8[8] by Huber's reweighted least squares on given pairs."""
    columns, found, wide = _columns(options), bias.copy(), _wide(options)
    for _ in range(_STEPS):
        left, slope, distance = _system(plots, radar, known, pairs, found, options)
        weight = np.minimum(1.0, 2.45 * scatter(distance) / np.sqrt(np.maximum(distance, 1e-12)))
        step, covariance = solved(left, slope, weight, found[columns], wide)
        found[columns] += step
        if (abs(step) <= 1e-3 * np.sqrt(np.diag(covariance))).all():
            break
    return found


def scatter(distance: Floats) -> float:
    """How many stated deviations one deviation of the pairs really is, at least 1; by the median of distance²."""
    told = distance[np.isfinite(distance)]
    return max(1.0, float(np.sqrt(np.median(told) / 1.386))) if told.size else 1.0  # median of chi-square, 2 degrees


def solved(left: Floats, slope: Floats, weight: Floats, at: Floats, wide: Floats) -> tuple[Floats, Floats]:
    """Step f8[p] and covariance f8[p, p] of weighted least squares with the prior N(0, wide²)."""
    heavy = slope * weight[:, None, None]
    information = np.einsum("ncp,ncq->pq", heavy, slope) * np.outer(wide, wide) + np.eye(wide.size)
    covariance = np.linalg.inv(information) * np.outer(wide, wide)
    gradient = np.einsum("ncp,nc->p", heavy, left) - at / wide**2
    return covariance @ gradient, covariance


def _last(
    plots: np.ndarray, radar: Any, known: Trajectories, pairs: Pairs, bias: Floats, options: Options
) -> _Fit:
    """Plain least squares over the pairs that are believed, with its covariance and chi-square."""
    columns, found, wide = _columns(options), bias.copy(), _wide(options)
    distance = _system(plots, radar, known, pairs, found, options)[2]
    scale = scatter(distance)
    gate = gate_threshold(TRUSTED_PROBABILITY, 3 if "elevation_rad" in options.estimate else 2) * scale**2
    believed = distance <= gate
    kept = Pairs(pairs.plot[believed], pairs.target[believed])
    covariance = np.diag(wide**2)
    for _ in range(3):
        left, slope, distance = _system(plots, radar, known, kept, found, options)
        step, covariance = solved(left, slope, np.isfinite(distance) * 1.0, found[columns], wide)
        found[columns] += step
    left, slope, distance = _system(plots, radar, known, kept, found, options)
    used = np.isfinite(distance)
    degrees = max(int((slope[used] != 0).any(axis=2).sum()) - len(columns), 1)
    ratio = float(distance[used].sum()) / degrees
    count = int(used.sum())
    alike = _alike(left[used], slope[used], covariance, _groups(kept.target[used], plots["time_s"][kept.plot][used]))
    wider = np.sqrt(np.maximum(np.diag(covariance) * max(1.0, ratio), alike) / np.diag(covariance))
    covariance = covariance * np.outer(wider, wider) + np.diag(_half_steps(options)[columns] ** 2)
    p = len(columns_of(options.estimate))
    return _Fit(found[:7], covariance[:p, :p], count, pairs.plot.size - count, ratio, degrees, scale)


def _half_steps(options: Options) -> Floats:
    """How far counts that are cut off may move each error, f8[8]."""
    return np.array([options.range_step_m / 2, 0.0, options.azimuth_step_rad / 2, 0.0, 0.0, 0.0, 0.0, 0.0])


def _alike(left: Floats, slope: Floats, covariance: Floats, group: Rows) -> Floats:
    """Variances f8[p] of what is estimated, where leftovers within a group of plots may be alike; 0: too few groups.

    A broadcast that is late, or an altimeter that is off, moves all plots of its aircraft the same way. [liang1986]
    """
    count, p = int(group.max(initial=-1)) + 1, covariance.shape[0]
    if count <= p:
        return np.zeros(p)
    sums = np.zeros((count, p))
    np.add.at(sums, group, np.einsum("ncp,nc->np", slope, left))
    spread = sums @ covariance
    return np.asarray((spread**2).sum(axis=0) * count / (count - p))


def _groups(target: Rows, time_s: Floats) -> Rows:
    """Number of the group of each plot: its target, or, of few targets, a part of that target's time."""
    names, own = np.unique(target, return_inverse=True)
    parts = max(1, -(-_GROUPS // max(names.size, 1)))
    if not own.size:
        return own
    first, last = (np.full(names.size, at) for at in (np.inf, -np.inf))
    np.minimum.at(first, own, time_s)
    np.maximum.at(last, own, time_s)
    share = (time_s - first[own]) / np.maximum(last - first, 1.0)[own]
    groups = own * parts + np.minimum((share * parts).astype(np.int64), parts - 1)
    return np.asarray(np.unique(groups, return_inverse=True)[1])


def apply(plots: np.ndarray, biases: Biases) -> np.ndarray:
    """PLOT[n] without the errors that were found, a new array; what was not told is left in."""
    mended = plots.copy()
    for r in range(len(biases.status)):
        mine = plots["radar_index"] == r
        mended[mine] = bias_model.apply(plots[mine], biases.full(r))
    return mended


def moved(radars: np.ndarray, biases: Biases) -> np.ndarray:
    """RADAR[k] where they really stand: east_m and north_m are added, a new array."""
    placed = radars.copy()
    for r in range(len(biases.status)):
        shift = np.nan_to_num(biases.full(r)[5:]) @ np.asarray(radars["to_local"][r])[:2]
        for name, by_m in zip(("x_m", "y_m", "z_m"), shift, strict=True):
            placed[name][r] += by_m
    return placed
