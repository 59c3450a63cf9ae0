"""Where a curve bends: two straight lines that meet [hudson1966].

y = a + b x + c max(0, x - knee), fitted by least squares, the knee by search over a fine grid between the second value
of x and the last but one; the bend c must be upward. Its interval is that of the knee over resampled curves
(bootstrap over trials, all points of a resample with the same trials, because they share their luck).

A knee is *found* when the bend is upward in nearly every resample, when one straight line misses the points by more
than they can be off, and when the knee does not stick to an end of the range. Otherwise it is said that none lies
inside.

**Known error.** A curve that bends slowly has no knee; two lines give the middle of the bend, and the interval, which
holds that fitted middle, says nothing of how slow the bend is. Between two neighbouring points the knee rests on the
lines through the others.

Source: [hudson1966] Hudson, "Fitting segmented curves whose join points have to be estimated", JASA 61.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from farwatch.errors import InputError, Problem
from farwatch.outcomes.resampling import percentile
from farwatch.outcomes.summary import Estimate

Values = npt.NDArray[np.float64]

PLACES = 241
"""Candidates for the knee."""

FEWEST_POINTS = 4

STUCK = 0.25
"""A knee that sticks to an end of the range in more than this share of resamples is not told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Knee:
    """A bend: where, the slopes before and after it, and whether there is one inside the range; `why` when not."""

    found: bool
    at: Estimate
    before: Estimate
    after: Estimate
    why: str = ""


def find(x: Values, means: Values, resampled: Values, confidence: float = 0.95) -> Knee:
    """The knee of `means` f8[n] over increasing `x` f8[n]; `resampled` f8[times, n] are the curves of resamples.

    InputError for fewer than four points.
    """
    if len(x) < FEWEST_POINTS or not np.all(np.diff(x) > 0.0):
        rule = f"must be {FEWEST_POINTS} values or more, increasing"
        raise InputError("arguments", [Problem("x", str(list(x)), rule)])
    curves = np.vstack([means, resampled])
    at, before, bend = _fit(x, curves)
    tail = (1.0 - confidence) / 2.0
    after = before + bend
    told = Knee(
        found=True,
        at=percentile(float(at[0]), at[1:], confidence),
        before=percentile(float(before[0]), before[1:], confidence),
        after=percentile(float(after[0]), after[1:], confidence),
    )
    why = ""
    if float(np.ptp(means)) == 0.0:
        why = "the curve is level"
    elif np.quantile(bend[1:], tail) <= 0.0 or not _line_misses(x, curves, confidence):
        why = "one straight line fits as well"
    elif told.at.low <= x[1] and told.at.high >= x[-2] > x[1]:
        why = "it could be anywhere in the range"
    else:
        why = _edge(x, at)
    return Knee(found=not why, at=told.at, before=told.before, after=told.after, why=why)


def _fit(x: Values, curves: Values) -> tuple[Values, Values, Values]:
    """Knee, slope before and bend of each curve [m]."""
    places = np.linspace(x[1], x[-2], PLACES)
    best = np.full(len(curves), np.inf)
    found = np.zeros((3, len(curves)))
    for place in places:
        terms = np.column_stack([np.ones_like(x), x, np.maximum(0.0, x - place)])
        solved, *_ = np.linalg.lstsq(terms, curves.T, rcond=None)
        error = ((curves.T - terms @ solved) ** 2).sum(axis=0)
        better = error < best * (1.0 - 1e-12) - 1e-300
        best = np.where(better, error, best)
        found = np.where(better, np.vstack([np.full(len(curves), place), solved[1:]]), found)
    return found[0], found[1], found[2]


def _edge(x: Values, at: Values) -> str:
    """Why a knee that sticks to an end of its range, there or in many resamples, is none; empty when it does not.

    A knee between the first two values, or the last two, fits the points no better than one at the inner of the two.
    """
    near = 1.5 * (x[-2] - x[1]) / (PLACES - 1)
    if near == 0.0:
        return ""
    stuck = [at <= x[1] + near, at >= x[-2] - near]
    low, high = (bool(one[0]) or float(one[1:].mean()) > STUCK for one in stuck)
    if low:
        return f"it bends at or before {x[1]:g}, and needs more values there"
    return f"it bends at or beyond {x[-2]:g}, and needs more values there" if high else ""


def _line_misses(x: Values, curves: Values, confidence: float) -> bool:
    """Whether a straight line is off somewhere by more than the curve itself scatters."""
    from scipy.special import ndtri

    terms = np.column_stack([np.ones_like(x), x])
    solved, *_ = np.linalg.lstsq(terms, curves.T, rcond=None)
    off = curves - (terms @ solved).T
    scatter = off[1:].std(axis=0)
    level = float(ndtri(0.5 + confidence ** (1.0 / len(x)) / 2.0))
    return bool(np.any(np.abs(off[0]) > level * np.maximum(scatter, 1e-12)))
