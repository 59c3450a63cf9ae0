"""The answers of a campaign as values, and how they are made of what is kept.

`answer` reads columns by point and trial, and nothing else; every report is written from what it returns. An estimate
carries its interval of the plan's confidence; NaN where there was nothing to estimate from.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isnan
from typing import Any

from farwatch.campaign.curves import Curve, curves
from farwatch.campaign.estimating import (
    Sample,
    difference_of,
    doubts_about,
    gain_of_blocks,
    gain_of_weights,
    interval_of,
    known,
    observations,
    sample_of,
)
from farwatch.campaign.measured import MEANING, values_of
from farwatch.campaign.money import Money, money
from farwatch.campaign.points import Kept, Point
from farwatch.campaign.study import PlannedStudy
from farwatch.catalogue.figures import Figure
from farwatch.outcomes import sensitivity as indices
from farwatch.outcomes.sequential import interval
from farwatch.outcomes.summary import Estimate

LEVELS = (0.5, 0.9, 0.99)
"""Quantiles of leakers that are told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One measure at one point. `wanted` is the half-width asked for, NaN when none was; `met` whether it is reached.

    `block_gain` and `weight_gain`: plain trials that one trial is worth by stratified draws, by importance sampling.
    """

    name: str
    meaning: str
    estimate: Estimate
    wanted: float
    met: bool
    block_gain: Estimate
    weight_gain: float
    doubts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Quantile:
    """A quantile of the leakers of a trial, with the distribution-free interval of order statistics."""

    level: float
    leakers: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class PointAnswer:
    """What was measured at one point; `raid`: how many fly in it."""

    number: int
    label: str
    scenario: str
    changes: Mapping[str, Any]
    trials: int
    raid: float
    measures: tuple[Measured, ...]
    quantiles: tuple[Quantile, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A measure at one point less the same at another, trial by trial under shared luck.

    `luck_gain`: how many times more trials each of the two would need with luck of its own.
    """

    scenario: str
    label: str
    base: str
    measure: str
    trials: int
    raid: float
    first: Estimate
    second: Estimate
    difference: Estimate
    wanted: float
    met: bool
    luck_gain: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensitivity:
    """Which figure matters most for a measure; `shares` of the method sobol, `screening` of morris.

    `inputs`: how many were asked about; `others`: figures that vary besides, and count as chance.
    """

    method: str
    scenario: str
    measure: str
    trials: int
    inputs: int
    others: int
    shares: indices.VarianceShares | None
    screening: indices.Screening | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Everything a campaign can say. `finished`: every goal is met; `short`: labels whose interval is still too wide.

    `assumed` and `published`: names of drawn figures that nobody, and that somebody, publishes.
    """

    title: str
    confidence: float
    seed: int
    trials: int
    finished: bool
    short: tuple[str, ...]
    points: tuple[PointAnswer, ...]
    differences: tuple[Difference, ...]
    curves: tuple[Curve, ...]
    money: Money | None
    sensitivity: Sensitivity | None
    assumed: tuple[str, ...]
    published: tuple[str, ...]


def answer(study: PlannedStudy, kept: Kept, figures: Sequence[Figure] = (), *, finished: bool = True) -> Answers:
    """All answers that the plan asks for, of what is kept so far.

    figures: those that any of its missions draws. finished: whether the last goals are met.
    """
    plan = study.wanted
    played = [point for point in study.measured if kept.count(point.number) > 1]
    drawn = {figure.name: figure for figure in figures if not figure.fixed}
    short = study.unsettled(kept) if plan.until and len(played) == len(study.measured) else set()
    if study.pairs:
        short &= {number for number in study.pairs if not _is_known(study, kept, number)}
    return Answers(
        title=plan.title,
        confidence=plan.confidence,
        seed=study.seed,
        trials=sum(kept.count(point.number) for point in study.points),
        finished=finished,
        short=tuple(study.measured[number].label for number in sorted(short)),
        points=tuple(_point(study, kept, point) for point in played),
        differences=tuple(_differences(study, kept, played)),
        curves=curves(study, kept, played) if plan.saturation else (),
        money=money(study, kept, played) if plan.break_even else None,
        sensitivity=_sensitivity(study, kept),
        assumed=tuple(sorted(name for name, figure in drawn.items() if figure.assumed)),
        published=tuple(sorted(name for name, figure in drawn.items() if not figure.assumed)),
    )


def _point(study: PlannedStudy, kept: Kept, point: Point) -> PointAnswer:
    plan = study.wanted
    measures = []
    for name in plan.measures:
        sample = sample_of(kept, point, name)
        wanted = plan.until.get(name, float("nan")) if not study.pairs else float("nan")
        measures.append(
            Measured(
                name=name,
                meaning=MEANING[name],
                estimate=interval_of(sample, plan.confidence),
                wanted=wanted,
                met=not isnan(wanted) and known(sample, wanted, plan.confidence),
                block_gain=gain_of_blocks(sample),
                weight_gain=gain_of_weights(sample),
                doubts=doubts_about(sample),
            )
        )
    leaked = sample_of(kept, point, "leaked")
    return PointAnswer(
        number=point.number,
        label=point.label,
        scenario=point.scenario,
        changes=point.changes,
        trials=kept.count(point.number),
        raid=_raid(kept, point),
        measures=tuple(measures),
        quantiles=() if leaked.weights is not None else _quantiles(leaked, plan.confidence),
    )


def _quantiles(leaked: Sample, confidence: float) -> tuple[Quantile, ...]:
    return tuple(
        Quantile(level, interval(leaked.values, f"quantile:{level}", confidence, leaked.bounds)) for level in LEVELS
    )


def _is_known(study: PlannedStudy, kept: Kept, number: int) -> bool:
    """Whether every difference that is wanted of a point is known."""
    pair = study.measured[number], study.measured[study.pairs[number]]
    plan = study.wanted
    return all(
        known(difference_of(*(sample_of(kept, point, name) for point in pair)), width, plan.confidence)
        for name, width in plan.until.items()
    )


def _raid(kept: Kept, point: Point) -> float:
    return float(kept.column(point.number, "raid_targets").mean())


def _differences(study: PlannedStudy, kept: Kept, played: Sequence[Point]) -> list[Difference]:
    plan, rows = study.wanted, []
    numbers = {point.number for point in played}
    for point in played:
        base = study.pairs.get(point.number)
        if base is None or base not in numbers:
            continue
        for name in plan.measures:
            first, second = (sample_of(kept, study.measured[k], name) for k in (base, point.number))
            gap = difference_of(second, first)
            wanted = plan.until.get(name, float("nan"))
            rows.append(
                Difference(
                    scenario=point.scenario,
                    label=point.label,
                    base=base_label(point, study.measured[base]),
                    measure=name,
                    trials=len(gap),
                    raid=max(_raid(kept, point), _raid(kept, study.measured[base])),
                    first=interval_of(first, plan.confidence),
                    second=interval_of(second, plan.confidence),
                    difference=interval_of(gap, plan.confidence),
                    wanted=wanted,
                    met=not isnan(wanted) and known(gap, wanted, plan.confidence),
                    luck_gain=luck_gain(second, first),
                )
            )
    return rows


def base_label(point: Point, base: Point) -> str:
    """What a point is compared with, in few words: only the scenario where the values are the same."""
    return base.scenario if dict(base.changes) == dict(point.changes) else base.label


def luck_gain(second: Sample, first: Sample) -> float:
    """Variance of a difference with separate luck over that with shared luck; infinite where pairs never differ."""
    seen = observations(first), observations(second)
    count = min(map(len, seen))
    a, b = (one[:count] for one in seen)
    if count < 2:
        return float("nan")
    apart = float(a.var(ddof=1) + b.var(ddof=1))
    together = float((b - a).var(ddof=1))
    if together > 0.0:
        return apart / together
    return float("inf") if apart > 0.0 else float("nan")


def _sensitivity(study: PlannedStudy, kept: Kept) -> Sensitivity | None:
    asked, rows = study.wanted.sensitivity, study.rows
    if asked is None or rows is None:
        return None
    done = min(kept.count(point.number) for point in rows.points)
    names = [one.name for one in rows.inputs]
    shares = screening = None
    if done >= indices.FEWEST_ROWS:
        y = [values_of(kept, point.number, asked.measure, done) for point in rows.points]
        if rows.method == "sobol":
            shares = indices.sobol(names, y, study.wanted.confidence, study.seed)
        else:
            screening = indices.morris(names, y, rows.order[:done], rows.moves[:done], study.wanted.confidence)
    return Sensitivity(
        method=rows.method,
        scenario=rows.points[0].scenario,
        measure=asked.measure,
        trials=sum(kept.count(point.number) for point in rows.points),
        inputs=len(rows.inputs),
        others=rows.others,
        shares=shares,
        screening=screening,
    )
