"""One track takes up several plots at once: each model's mixture over the candidates, matched in mean and covariance.

Sources: Bar-Shalom and Fortmann 1988, ch. 6 (probabilistic data association); Blom and Bar-Shalom 1988 (per model);
Musicki and Evans 2004 (existence).
"""

from math import log
from typing import Any

from farwatch.compiled import kernel
from farwatch.track.associate import Batch
from farwatch.track.existence import SUREST, probability, seen_chance
from farwatch.track.filter import combine, predict, update
from farwatch.track.hypotheses import copy_belief

LEAST_SHARE = 1e-4
"""Candidates less likely than this are left out of the mixture."""


@kernel
def absorb(track: Any, batch: Batch, shares: Any, i: int, desk: Any, tracker: Any, pd: float) -> None:
    """Update a TRACK by all its candidates, and its existence with them.

    shares: f8[n, width], probability of each candidate of row `i` of the batch; desk: at least three TRACK records.
    """
    exists, seen, total = probability(track["log_odds"]), seen_chance(track, pd), 0.0
    for c in range(batch.counts[i]):
        total += shares[i, c]
    none = max(1.0 - total, 0.0) * exists * (1.0 - seen) / (1.0 - exists * seen)
    after = max(total + none, 1e-12)
    copy_belief(track, desk[0])
    _empty(desk[2])
    _pour(desk[0], desk[0], desk[2], none / after)
    for c in range(batch.counts[i]):
        share = shares[i, c] / after
        if share > LEAST_SHARE:
            copy_belief(desk[0], desk[1])
            sight = batch.sights[batch.columns[i, c]]
            predict(desk[1], sight["time_s"], tracker)
            update(desk[1], sight)
            _pour(desk[0], desk[1], desk[2], share)
    _draw(desk[0], desk[2], track)
    combine(track)
    track["log_odds"] = min(max(log(after / max(1.0 - after, 1e-17)), -SUREST), SUREST)
    hidden = track["hidden_probability"]
    track["hidden_probability"] = hidden / (1.0 - seen) * none / after


@kernel
def _empty(mixture: Any) -> None:
    """Set the sums of a mixture to nothing."""
    x, p, weight = mixture["x"], mixture["p"], mixture["weight"]
    for m in range(x.shape[0]):
        weight[m] = 0.0
        for a in range(x.shape[1]):
            x[m, a] = 0.0
            for b in range(x.shape[1]):
                p[m, a, b] = 0.0


@kernel
def _pour(origin: Any, part: Any, mixture: Any, share: float) -> None:
    """Add `share` of one part to the sums of a mixture, its means counted from those of `origin`."""
    x, p, weight = part["x"], part["p"], part["weight"]
    for m in range(x.shape[0]):
        w = share * weight[m]
        mixture["weight"][m] += w
        for a in range(x.shape[1]):
            da = x[m, a] - origin["x"][m, a]
            mixture["x"][m, a] += w * da
            for b in range(a, x.shape[1]):
                mixture["p"][m, a, b] += w * (p[m, a, b] + da * (x[m, b] - origin["x"][m, b]))


@kernel
def _draw(origin: Any, mixture: Any, track: Any) -> None:
    """Means and covariances, upper triangle, from the sums of a mixture."""
    x, p, weight = mixture["x"], mixture["p"], mixture["weight"]
    whole = 0.0
    for m in range(x.shape[0]):
        whole += weight[m]
    for m in range(x.shape[0]):
        w = max(weight[m], 1e-300)
        track["weight"][m] = weight[m] / whole
        for a in range(x.shape[1]):
            for b in range(a, x.shape[1]):
                track["p"][m, a, b] = p[m, a, b] / w - x[m, a] / w * (x[m, b] / w)
        for a in range(x.shape[1]):
            track["x"][m, a] = origin["x"][m, a] + x[m, a] / w
