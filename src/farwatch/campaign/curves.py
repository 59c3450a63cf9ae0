"""Saturation: leakage against the size of the raid, and the size from which the defence is full."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from farwatch.campaign.design import label_of
from farwatch.campaign.estimating import Sample, interval_of, observations, sample_of
from farwatch.campaign.measured import LEAKED_SHARE
from farwatch.campaign.points import Kept, Point
from farwatch.campaign.study import PlannedStudy
from farwatch.outcomes import knee
from farwatch.outcomes.resampling import FEWEST_ROWS, means_of
from farwatch.outcomes.summary import Estimate

Values = npt.NDArray[np.float64]

MOST_ROWS = 2000
"""Rows of a bootstrap; more observations are first averaged in equal groups, which changes no variance of a mean."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """A measure over one varied field, everything else the same; `share` is that of the raid at the same points.

    `trials`: those that all points have, on which the knee rests. `knee` None: fewer than four points,
    or too few trials.
    """

    label: str
    field: str
    measure: str
    at: tuple[float, ...]
    raid: tuple[float, ...]
    value: tuple[Estimate, ...]
    share: tuple[Estimate, ...]
    trials: int
    knee: knee.Knee | None


def along(study: PlannedStudy, played: Sequence[Point], field: str) -> list[tuple[str, list[Point]]]:
    """Points of each curve over `field`, in its order, with what the curve is called."""
    groups: dict[str, list[Point]] = {}
    many = len(study.scenarios) > 1
    for point in played:
        rest = {path: value for path, value in point.changes.items() if path != field}
        groups.setdefault(label_of(point.scenario, rest, named=many), []).append(point)
    return [(label, sorted(points, key=lambda point: float(point.changes[field]))) for label, points in groups.items()]


def curves(study: PlannedStudy, kept: Kept, played: Sequence[Point]) -> tuple[Curve, ...]:
    """One curve for each scenario and each combination of the other varied fields."""
    asked, confidence = study.wanted.saturation, study.wanted.confidence
    if asked is None:
        return ()
    found = []
    for label, points in along(study, played, asked.field):
        samples = [sample_of(kept, point, asked.measure) for point in points]
        at = np.array([float(point.changes[asked.field]) for point in points])
        bend = None
        if len(points) >= knee.FEWEST_POINTS and len(rows := matched(samples)) >= FEWEST_ROWS:
            means = means_of(rows, study.seed)
            bend = knee.find(at, means[0], means[1:], confidence)
        found.append(
            Curve(
                label=label,
                field=asked.field,
                measure=asked.measure,
                at=tuple(at.tolist()),
                raid=tuple(float(kept.column(point.number, "raid_targets").mean()) for point in points),
                value=tuple(interval_of(sample, confidence) for sample in samples),
                share=tuple(interval_of(sample_of(kept, point, LEAKED_SHARE), confidence) for point in points),
                trials=min(map(len, samples)),
                knee=bend,
            )
        )
    return tuple(found)


def matched(samples: Sequence[Sample]) -> Values:
    """Observations f8[rows, samples] over the trials that all samples have: a row shares its luck."""
    observed = [observations(sample) for sample in samples]
    rows = min(map(len, observed))
    return condensed(np.column_stack([one[:rows] for one in observed]))


def condensed(rows: Values) -> Values:
    """At most MOST_ROWS rows: means of equal groups of consecutive ones."""
    size = -(-len(rows) // MOST_ROWS)
    whole = len(rows) // size * size
    return np.asarray(rows[:whole].reshape(-1, size, rows.shape[1]).mean(axis=1))
