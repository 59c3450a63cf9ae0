"""What a campaign plays, and what a study asks of it.

A *point* is one thing that is played many times: a scenario with some fields changed. A *study* lists points and says
how many trials each needs next, given the trials that are kept. Whoever plays (`campaign.conduct`) knows no more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy.typing as npt

from farwatch.scenario import Scenario

Array = npt.NDArray[Any]

INDEPENDENT, STRATIFIED, GIVEN = "independent", "stratified", "given"
"""How uncertain figures are drawn: each trial alone; a Latin hypercube in each eight trials; quantiles by row."""


@dataclass(frozen=True, slots=True, eq=False)
class Draws:
    """How the uncertain figures of a point are drawn.

    `quantiles` f8[rows, figures], each in (0, 1), goes with GIVEN alone: row t is that of the point's trial t, columns
    are the mission's figures in order. A point with given quantiles has as many trials as rows, at most.
    """

    kind: str = INDEPENDENT
    quantiles: Array | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Point:
    """One thing that is played many times.

    `scenario` is a name among the study's scenarios, `changes` are paths and values as for `scenario.vary`. Trial t
    has the chance address `first_trial + t`, so points with one `first_trial` share their luck. `tilt_odds` shifts the
    log-odds of one kill a trial, for rare leaks (`mission.play`).
    """

    number: int
    label: str
    scenario: str
    changes: Mapping[str, Any] = field(default_factory=dict)
    first_trial: int = 0
    draws: Draws = field(default_factory=Draws)
    tilt_odds: float = 0.0


class Kept(Protocol):
    """Trials that are kept, by point."""

    @property
    def names(self) -> tuple[str, ...]:
        """The study's measures: columns that are held in memory."""

    @property
    def rounds(self) -> Sequence[Mapping[int, int]]:
        """Goals of every round so far, oldest first: trials by point."""

    def count(self, point: int) -> int:
        """Trials kept of a point without a gap: numbers 0 to count - 1."""

    def column(self, point: int, name: str) -> Array:
        """A column of the table `trials`, or a drawn figure, of these trials in order; `names` cost nothing."""


class Study(Protocol):
    """What is asked of a campaign."""

    @property
    def plan(self) -> Mapping[str, Any]:
        """The plan as plain JSON values, without a path of this machine."""

    @property
    def seed(self) -> int:
        """Seed of all chance."""

    @property
    def scenarios(self) -> Mapping[str, Scenario]:
        """Scenarios by the name that points use."""

    @property
    def points(self) -> Sequence[Point]:
        """Every point; number k stands at place k."""

    @property
    def measures(self) -> Sequence[str]:
        """Columns of the table `trials` that `goals` reads."""

    def goals(self, kept: Kept) -> Mapping[int, int]:
        """Trials that each point needs in all; a function of `kept` alone. All met: the study is finished.

        Asked only when the goals of the round before are met, so that what is played never depends on its order.
        """
