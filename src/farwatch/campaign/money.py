"""Where the money turns: what a leaker must cost for the dearer defence to pay, and where the exchange turns.

Prices are drawn in every trial from their published ranges, so what nobody knows of them is in every interval. All
ratios are ratios of means, with percentile bootstrap over trials, the same trials for all that is compared.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from farwatch.campaign.curves import along, condensed, matched
from farwatch.campaign.estimating import interval_of, sample_of
from farwatch.campaign.points import Kept, Point
from farwatch.campaign.study import PlannedStudy
from farwatch.outcomes.resampling import means_of, percentile
from farwatch.outcomes.summary import Estimate

Values = npt.NDArray[np.float64]

COLUMNS = ("defence_cost_usd", "raid_cost_usd", "killed", "leaked")
SPENT, FLOWN, KILLED, LEAKED = range(len(COLUMNS))


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """The defence's bill against the raid's at one point, per raid, in US dollars.

    `spent_low_usd` and `spent_high_usd` are the 10 % and 90 % quantiles over trials, in which drawn prices and chance
    both have their part. `ratio` of spent to flown; `per_kill_usd` spent over targets killed. `fixed_usd` is in
    `spent_usd`.
    """

    label: str
    trials: int
    fixed_usd: float
    spent_usd: Estimate
    spent_low_usd: float
    spent_high_usd: float
    flown_usd: Estimate
    ratio: Estimate
    per_kill_usd: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """What a leaker must cost for `label` to pay against `base`: extra money over leakers avoided, in US dollars.

    Where both are negative, money saved over leakers let through: what a leaker may cost at most.
    `usd_per_leaker` is NaN where it cannot be told; `why` says so in words.
    """

    label: str
    base: str
    trials: int
    extra_usd: Estimate
    avoided: Estimate
    usd_per_leaker: Estimate
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """The value of a field at which the defence spends as much as the raid is worth; NaN where it never does: `why`."""

    label: str
    field: str
    at: Estimate
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """Everything about money."""

    exchanges: tuple[Exchange, ...]
    worths: tuple[Worth, ...]
    turns: tuple[Turn, ...]


def money(study: PlannedStudy, kept: Kept, played: Sequence[Point]) -> Money:
    """Every answer about money that the plan asks for."""
    asked = study.wanted.break_even
    field = asked.field if asked is not None else None
    return Money(
        exchanges=tuple(_exchange(study, kept, point) for point in played),
        worths=tuple(_worths(study, kept, played)),
        turns=tuple(_turns(study, kept, played, field)) if field is not None else (),
    )


def _fixed_usd(study: PlannedStudy, point: Point) -> float:
    asked = study.wanted.break_even
    return asked.fixed_usd.get(point.scenario, 0.0) if asked is not None else 0.0


def _exchange(study: PlannedStudy, kept: Kept, point: Point) -> Exchange:
    confidence = study.wanted.confidence
    samples = [sample_of(kept, point, name) for name in COLUMNS]
    rows = matched(samples)
    rows[:, SPENT] += (fixed := _fixed_usd(study, point))
    means = means_of(rows, study.seed)
    spent = interval_of(samples[SPENT], confidence)
    low, high = np.quantile(samples[SPENT].values, [0.1, 0.9]) + fixed
    return Exchange(
        label=point.label,
        trials=kept.count(point.number),
        fixed_usd=fixed,
        spent_usd=Estimate(spent.value + fixed, spent.low + fixed, spent.high + fixed),
        spent_low_usd=float(low),
        spent_high_usd=float(high),
        flown_usd=interval_of(samples[FLOWN], confidence),
        ratio=_ratio(means[:, SPENT], means[:, FLOWN], confidence),
        per_kill_usd=_ratio(means[:, SPENT], means[:, KILLED], confidence),
    )


def _ratio(above: Values, below: Values, confidence: float) -> Estimate:
    ratios = np.divide(above, below, out=np.full(len(above), np.nan), where=below > 0.0)
    return percentile(float(ratios[0]), ratios[1:], confidence)


def _worths(study: PlannedStudy, kept: Kept, played: Sequence[Point]) -> list[Worth]:
    asked, compared = study.wanted.break_even, study.wanted.compare
    given = asked.with_ if asked is not None else None
    default = (
        compared.with_ if compared is not None and isinstance(compared.with_, str) else next(iter(study.scenarios))
    )
    partner = given or default
    bases = {repr(sorted(point.changes.items())): point for point in played if point.scenario == partner}
    found = []
    for point in played:
        base = bases.get(repr(sorted(point.changes.items())))
        if point.scenario != partner and base is not None:
            found.append(_worth(study, kept, point, base))
    return found


def _worth(study: PlannedStudy, kept: Kept, point: Point, base: Point) -> Worth:
    confidence = study.wanted.confidence
    rows = matched([sample_of(kept, one, name) for one in (point, base) for name in (COLUMNS[SPENT], COLUMNS[LEAKED])])
    gaps = np.column_stack([rows[:, 0] - rows[:, 2], rows[:, 3] - rows[:, 1]])
    gaps[:, 0] += _fixed_usd(study, point) - _fixed_usd(study, base)
    means = means_of(condensed(gaps), study.seed)
    extra, avoided = (percentile(float(means[0, k]), means[1:, k], confidence) for k in (0, 1))
    why = ""
    if np.isnan(avoided.low):
        why = "too few trials to tell"
    elif avoided.low <= 0.0 <= avoided.high:
        why = "no difference in leakers can be told"
    elif extra.high <= 0.0 and avoided.low > 0.0:
        why = "it costs less and lets fewer through: it pays whatever a leaker costs"
    elif extra.low >= 0.0 and avoided.high < 0.0:
        why = "it costs more and lets more through: it never pays"
    elif avoided.high < 0.0 and extra.high >= 0.0:
        why = "it lets more through, and no difference in cost can be told"
    sign = 1.0 if avoided.low > 0.0 else -1.0
    ratio = None if why else _ratio(sign * means[:, 0], sign * means[:, 1], confidence)
    nothing = Estimate(float("nan"), float("nan"), float("nan"))
    return Worth(
        label=point.label,
        base=base.scenario,
        trials=min(kept.count(point.number), kept.count(base.number)),
        extra_usd=extra,
        avoided=avoided,
        usd_per_leaker=ratio or nothing,
        why=why,
    )


def _turns(study: PlannedStudy, kept: Kept, played: Sequence[Point], field: str) -> list[Turn]:
    found = []
    for label, points in along(study, played, field):
        samples = [sample_of(kept, point, name) for point in points for name in (COLUMNS[SPENT], COLUMNS[FLOWN])]
        rows = matched(samples)
        gaps = rows[:, 0::2] - rows[:, 1::2] + np.array([_fixed_usd(study, point) for point in points])
        means = means_of(gaps, study.seed)
        at = np.array([float(point.changes[field]) for point in points])
        places = np.array([crossing(at, row) for row in means])
        why = ""
        if np.isnan(places[0]):
            more = bool(means[0, 0] > 0.0)
            why = f"the defence spends {'more' if more else 'less'} than the raid is worth everywhere in the range"
        found.append(
            Turn(
                label=label, field=field, at=percentile(float(places[0]), places[1:], study.wanted.confidence), why=why
            )
        )
    return found


def crossing(at: Values, heights: Values) -> float:
    """First place at which straight lines through the points cross zero; NaN where they never do."""
    signs = np.sign(heights)
    for k in range(len(at) - 1):
        if signs[k] == 0.0:
            return float(at[k])
        if signs[k] * signs[k + 1] < 0.0:
            share = heights[k] / (heights[k] - heights[k + 1])
            return float(at[k] + share * (at[k + 1] - at[k]))
    return float(at[-1]) if signs[-1] == 0.0 else float("nan")
