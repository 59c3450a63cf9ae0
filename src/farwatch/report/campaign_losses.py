"""Where the raid was lost, and where the defence lost it, at points of a campaign: from counts that are kept.

A campaign keeps how many of each raid group reached each step and how many leaked for each reason, not every target. So
a step's loss is told by the reasons that belong to it, and what is missing then are those who did neither.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite, isnan

import numpy as np
import numpy.typing as npt

from farwatch.campaign.answers import Answers, PointAnswer
from farwatch.campaign.rows import REASON_COLUMNS
from farwatch.campaign.trials import Trials
from farwatch.outcomes.intervals import mean_interval
from farwatch.outcomes.reasons import TOLD, Reason
from farwatch.outcomes.summary import Estimate
from farwatch.report import campaign_wording as words
from farwatch.report.losses import STEPS, WANTING, Loss

Counts = npt.NDArray[np.int64]

COLUMNS = ("seen", "confirmed", "hostile", "engaged", "killed")
"""Columns of the table of groups, as `losses.STEPS`."""

STAGES = ("never seen", "seen", "tracked", "not shot at", "shot at")
"""Stages of the reasons, as `losses.STEPS`: those who leak in one never pass that step."""

MOST = 3
"""Points whose flow is drawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PointLosses:
    """The flow of one point: the raid that flies, its losses step by step, all that get through, and in each trial."""

    point: PointAnswer
    raid: int
    losses: tuple[Loss, ...]
    leaked: Estimate
    through: Counts


def of_points(answers: Answers, kept: Trials) -> tuple[PointLosses, ...]:
    """The flow at the points that tell most; weighted trials have none, for their counts are not those of the raid."""
    weighted = any(not isnan(measure.weight_gain) for point in answers.points for measure in point.measures)
    found = []
    for point in () if weighted else telling(answers):
        raid = kept.column(point.number, "raid_targets")
        if len(raid) and raid.min() == raid.max() > 0:
            found.append(_of_point(point, kept, int(raid[0]), answers.confidence))
    return tuple(found)


def telling(answers: Answers) -> list[PointAnswer]:
    """Points that answer the plan: both sides of the clearest comparison, those about the knee, or both ends."""
    named = {point.label: point for point in answers.points}
    first = words.first_measure(answers)
    compared = sorted(
        (row for row in answers.differences if row.measure == first), key=lambda row: -words.clearness(row.difference)
    )
    if compared and compared[0].label in named:
        here = named[compared[0].label]
        if compared[0].base in named:
            return [named[compared[0].base], here]
        return [point for point in answers.points if point.changes == here.changes][:MOST]
    bends = [(curve, curve.knee) for curve in answers.curves if curve.knee is not None and curve.knee.found]
    if len(bends) == 1:
        curve, knee = bends[0]
        own = [point for point in answers.points if curve.field in point.changes]
        return _about(own, curve.field, knee.at.value)
    return list(words.telling(answers.points))


def _about(points: Sequence[PointAnswer], field: str, at: float) -> list[PointAnswer]:
    """The last point below a value of a field, and the last of all."""
    rising = sorted(points, key=lambda point: float(point.changes[field]))
    below = [point for point in rising if float(point.changes[field]) <= at]
    return [*below[-1:], rising[-1]] if below and below[-1] is not rising[-1] else rising[-1:]


def _of_point(point: PointAnswer, kept: Trials, raid: int, confidence: float) -> PointLosses:
    reached = kept.of_groups(point.number, (*COLUMNS, "leaked"))
    by_reason = kept.columns(point.number, REASON_COLUMNS)
    reasons = {reason: by_reason[REASON_COLUMNS[int(reason) - 1]] for reason in TOLD}
    return PointLosses(
        point=point,
        raid=raid,
        losses=losses_of(reached, reasons, raid, confidence),
        leaked=_leaked(point, reached["leaked"], raid, confidence),
        through=reached["leaked"],
    )


def _leaked(point: PointAnswer, counts: Counts, raid: int, confidence: float) -> Estimate:
    """The mean that get through, with the interval that is told of it beside; its own where none is."""
    told = [one.estimate for one in point.measures if one.name == "leaked"]
    return told[0] if told and isfinite(told[0].low) and isfinite(told[0].high) else _mean(counts, raid, confidence)


def losses_of(
    reached: Mapping[str, Counts], reasons: Mapping[Reason, Counts], raid: int, confidence: float = 0.95
) -> tuple[Loss, ...]:
    """Every step, from counts by trial: i8[trials] of each of COLUMNS, and leakers of each reason."""

    def mean(counts: Counts) -> Estimate:
        return _mean(counts, raid, confidence)

    found, before = [], np.full_like(reached["killed"], raid)
    leaks = [[reason for reason in TOLD if TOLD[reason].stage == stage] for stage in STAGES]
    lost = [np.sum([reasons[reason] for reason in own], axis=0) for own in leaks]
    for k, step in enumerate(STEPS):
        later = reached["killed"] + np.sum(lost[k + 1 :], axis=0, dtype=np.int64)
        passed = np.clip(reached[COLUMNS[k]], later, before - lost[k]) if k < len(STEPS) - 1 else reached["killed"]
        why = [(reason, mean(reasons[reason])) for reason in leaks[k] if reasons[reason].any()]
        found.append(
            Loss(
                step=step,
                wanting=WANTING[k],
                passed=mean(passed),
                leaked=mean(lost[k]),
                neither=mean(before - passed - lost[k]),
                reasons=tuple(sorted(why, key=lambda row: (-row[1].value, int(row[0])))),
            )
        )
        before = passed
    return tuple(found)


def _mean(counts: Counts, raid: int, confidence: float) -> Estimate:
    low, high = mean_interval(counts.astype(np.float64), confidence)
    return Estimate(float(counts.mean()), max(low, 0.0), min(high, float(raid)))
