"""What a change does: two campaigns trial by trial, with shared luck.

Two variants of a scenario that are played with one seed draw the same numbers for everything the change does
not touch, so the difference of a trial in one and the same trial in the other scatters far less than the
difference of two independent trials. `variance_ratio` says how many times less, which is how many times fewer
trials are needed.
"""

from dataclasses import dataclass

import numpy as np

from farwatch.campaign.result import Result
from farwatch.errors import InputError, Problem
from farwatch.outcomes.intervals import paired_difference, welch
from farwatch.outcomes.summary import Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Second minus first, in a column of the trials table.

    `paired` when both were played with one seed: then `trials` were matched by number, and `difference` is
    Student's on their differences; else it is Welch's. `variance_paired` is of the difference of one matched
    pair, `variance_independent` what that of two unmatched trials would be.
    """

    measure: str
    trials: int
    paired: bool
    first: float
    second: float
    difference: Estimate
    variance_paired: float
    variance_independent: float

    @property
    def variance_ratio(self) -> float:
        """How many times fewer trials shared luck needs; infinite when the pairs differ by a constant."""
        if self.variance_paired == 0.0:
            return float("inf")
        return self.variance_independent / self.variance_paired


def compare(first: Result, second: Result, measure: str = "leaked", confidence: float = 0.95) -> Comparison:
    """Difference in `measure`, a numeric column of the trials table, between two campaigns."""
    numbers, rows_first, rows_second = np.intersect1d(
        first.evidence.trials, second.evidence.trials, assume_unique=True, return_indices=True
    )
    if len(numbers) < 2:
        rule = "must have at least 2 trials in common"
        raise InputError("comparison", [Problem("results", f"{len(numbers)} common trials", rule)])
    a = first.trials[measure][rows_first].astype(np.float64)
    b = second.trials[measure][rows_second].astype(np.float64)
    independent = float(a.var(ddof=1) + b.var(ddof=1))
    gap = float(b.mean() - a.mean())
    paired = first.seed == second.seed
    if paired:
        half = paired_difference(b - a, confidence).half_width
        estimate = Estimate(gap, gap - half, gap + half)
    else:
        estimate = Estimate(gap, *welch(b, a, confidence).interval)
    return Comparison(
        measure=measure,
        trials=len(numbers),
        paired=paired,
        first=float(a.mean()),
        second=float(b.mean()),
        difference=estimate,
        variance_paired=float((b - a).var(ddof=1)) if paired else float("nan"),
        variance_independent=independent,
    )
