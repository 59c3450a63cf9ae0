"""Where the raid was lost to the defence, and where the defence lost it: the kill chain as numbers that add up.

Of those in a trial, each is shot down, gets through, or does neither. One that was not shot down was lost at the first
step that never happened. One shot down passed every step, also where a round meant for its neighbour met it. So at each
step: those who reached the step before = those who reach it + those who get through for want of it + those who do
neither.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from farwatch.campaign import Result
from farwatch.outcomes.intervals import mean_interval
from farwatch.outcomes.measures import engaged
from farwatch.outcomes.reasons import TOLD, Reason, attribute
from farwatch.outcomes.summary import Estimate

STEPS = ("seen", "tracked", "judged hostile", "shot at", "shot down")
"""Steps of the flow, in their order."""

WANTING = ("never seen", "seen, never tracked", "tracked, not hostile", "never shot at", "shot at, not hit")
"""What is said of those who got through for want of a step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """What one step takes off the flow, per trial: passed it, got through for want of it (and why), neither."""

    step: str
    wanting: str
    passed: Estimate
    leaked: Estimate
    neither: Estimate
    reasons: tuple[tuple[Reason, Estimate], ...]


def losses(result: Result) -> tuple[Loss, ...]:
    """Every step of the flow for the whole raid; means over trials with 95 % intervals (Student)."""
    rows = result.evidence.outcomes[:, result.cast.raid]
    killed, leaked = ~np.isnan(rows["killed_s"]), ~np.isnan(rows["leaked_s"])
    happened = [~np.isnan(rows[name]) for name in ("seen_s", "confirmed_s", "hostile_s")]
    reached = np.logical_and.accumulate([*happened, engaged(rows), killed], axis=0) | killed
    before = np.concatenate([np.ones_like(reached[:1]), reached[:-1]])
    reasons = attribute(rows)
    return tuple(_loss(k, reached[k], before[k] & ~reached[k], leaked, reasons) for k in range(len(STEPS)))


def _loss(
    k: int, passed: NDArray[np.bool_], lost: NDArray[np.bool_], leaked: NDArray[np.bool_], reasons: NDArray[np.int8]
) -> Loss:
    here = lost & leaked
    why = [(reason, here & (reasons == reason)) for reason in TOLD]
    found = [(reason, _per_trial(mask)) for reason, mask in why if mask.any()]
    return Loss(
        step=STEPS[k],
        wanting=WANTING[k],
        passed=_per_trial(passed),
        leaked=_per_trial(here),
        neither=_per_trial(lost & ~leaked),
        reasons=tuple(sorted(found, key=lambda row: (-row[1].value, int(row[0])))),
    )


def _per_trial(mask: NDArray[np.bool_]) -> Estimate:
    counts = mask.sum(axis=1).astype(np.float64)
    low, high = mean_interval(counts)
    return Estimate(float(counts.mean()), max(low, 0.0), min(high, float(mask.shape[1])))
