"""The answers as tables with declared columns, for whoever goes on from them."""

from collections.abc import Sequence

import numpy as np

from farwatch.campaign.answers import Answers
from farwatch.outcomes.columns import INT, REAL, TEXT, Column, Spec
from farwatch.outcomes.evidence import Array
from farwatch.outcomes.summary import Estimate
from farwatch.outcomes.tables import Table

_ENDS = (
    Column("value", REAL, "its own", "the estimate"),
    Column("low", REAL, "its own", "lower end of its interval"),
    Column("high", REAL, "its own", "upper end of its interval"),
)

SPECS: dict[str, Spec] = {
    "points": (
        Column("point", INT, "1", "number of the point"),
        Column("label", TEXT, "", "what it is called"),
        Column("scenario", TEXT, "", "which scenario"),
        Column("trials", INT, "1", "trials played"),
        Column("measure", TEXT, "", "which measure; leaked at 90 % is its quantile"),
        *_ENDS,
    ),
    "differences": (
        Column("label", TEXT, "", "what is compared"),
        Column("base", TEXT, "", "with what"),
        Column("trials", INT, "1", "pairs of trials"),
        Column("measure", TEXT, "", "in which measure"),
        *_ENDS,
        Column("luck_gain", REAL, "1", "how many times more trials separate luck would need"),
    ),
    "curves": (
        Column("curve", TEXT, "", "scenario and other values"),
        Column("field", TEXT, "", "along which field"),
        Column("at", REAL, "1", "its value; of the row `knee`, NaN"),
        Column("measure", TEXT, "", "which measure, or `knee`"),
        *_ENDS,
    ),
    "sensitivity": (
        Column("figure", TEXT, "", "figure, entry, or chance"),
        Column("index", TEXT, "", "first, settled, total; or size, mean, spread of a screening"),
        *_ENDS,
    ),
}
"""Tables of answers by name."""


def tables_of(answers: Answers) -> dict[str, Table]:
    """Every table of answers; those that the plan did not ask for are empty."""
    makers = {"points": _points, "differences": _differences, "curves": _curves, "sensitivity": _sensitivity}
    return {name: _table(name, make(answers)) for name, make in makers.items()}


def _points(answers: Answers) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for it in answers.points:
        head = (it.number, it.label, it.scenario, it.trials)
        rows += [(*head, one.name, *_ends(one.estimate)) for one in it.measures]
        rows += [(*head, f"leaked at {one.level:.0%}", *_ends(one.leakers)) for one in it.quantiles]
    return rows


def _differences(answers: Answers) -> list[tuple[object, ...]]:
    return [
        (it.label, it.base, it.trials, it.measure, *_ends(it.difference), it.luck_gain) for it in answers.differences
    ]


def _curves(answers: Answers) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for it in answers.curves:
        rows += [(it.label, it.field, at, it.measure, *_ends(one)) for at, one in zip(it.at, it.value, strict=True)]
        if it.knee is not None and it.knee.found:
            rows.append((it.label, it.field, float("nan"), "knee", *_ends(it.knee.at)))
    return rows


def _sensitivity(answers: Answers) -> list[tuple[object, ...]]:
    it = answers.sensitivity
    rows: list[tuple[object, ...]] = []
    if it is not None and it.shares is not None:
        for one in (*it.shares.inputs, it.shares.chance):
            rows += [(one.name, name, *_ends(getattr(one, name))) for name in ("first", "settled", "total")]
        rows.append(("all figures", "total", *_ends(it.shares.unknown)))
    if it is not None and it.screening is not None:
        for effect in (*it.screening.inputs, it.screening.chance):
            rows += [(effect.name, name, *_ends(getattr(effect, name))) for name in ("size", "mean", "spread")]
    return rows


def _ends(it: Estimate) -> tuple[float, float, float]:
    return it.value, it.low, it.high


def _table(name: str, rows: Sequence[tuple[object, ...]]) -> Table:
    kinds = {INT: np.int64, REAL: np.float64, TEXT: object}
    columns: dict[str, Array] = {
        column.name: np.array([row[place] for row in rows], kinds[column.dtype])
        for place, column in enumerate(SPECS[name])
    }
    return Table(name, SPECS[name], columns)
