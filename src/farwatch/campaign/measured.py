"""What is measured in each trial: columns of the table `trials`, and two that follow from them."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from farwatch.campaign.points import Kept
from farwatch.campaign.rows import TRIAL_COLUMNS
from farwatch.outcomes.columns import INT, REAL

Values = npt.NDArray[np.float64]

LEAKED_SHARE, ANY_LEAK = "leaked_share", "any_leak"

WEIGHT = "weight"
"""Likelihood ratio of a trial under importance sampling."""

MEANING = {
    LEAKED_SHARE: "share of the raid that got through",
    ANY_LEAK: "whether any of the raid got through: its mean is the chance of at least one leaker",
} | {
    column.name: column.meaning
    for column in TRIAL_COLUMNS
    if column.dtype in {INT, REAL} and column.name not in {"point", "trial", LEAKED_SHARE, WEIGHT}
}
"""Meaning of every measure that a plan may name."""

MEASURES = tuple(MEANING)
"""Names of these measures."""


def columns_of(measures: Sequence[str]) -> tuple[str, ...]:
    """Columns of the table `trials` that these measures are made of, each once."""
    made = {LEAKED_SHARE: ("leaked", "raid_targets"), ANY_LEAK: ("leaked",)}
    return tuple(dict.fromkeys(column for measure in measures for column in made.get(measure, (measure,))))


def values_of(kept: Kept, point: int, measure: str, count: int | None = None) -> Values:
    """A measure of the first `count` trials of a point (all of them when None), f8[trials]."""
    columns = {name: np.asarray(kept.column(point, name)[:count], np.float64) for name in columns_of([measure])}
    if measure == LEAKED_SHARE:
        return np.asarray(columns["leaked"] / np.maximum(columns["raid_targets"], 1.0))
    if measure == ANY_LEAK:
        return np.asarray(columns["leaked"] > 0.0, np.float64)
    return columns[measure]
