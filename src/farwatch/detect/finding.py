"""What became of a claim: the pieces of an answer, as values and arrays."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from farwatch.catalogue import Figure, Radar
from farwatch.detect.budget import Span, Term
from farwatch.detect.published import Agreement, Point
from farwatch.detect.sightline import Sightline

Floats = NDArray[np.float64]

HOLDS, OPEN, CANNOT = "holds", "open", "cannot"
"""States, best first: can hold; not decidable from what is published; cannot hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One condition and whether it is met: "horizon", "echo", "display", "beam" or "flight"."""

    name: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One kind of target at the claimed range. `share` is the share of draws in which its echo is strong enough."""

    name: str
    title: str
    rcs_m2: Span
    swerling: int
    height_m: Span | None
    needed_db: float
    snr_db: Span
    pd: Span
    share: float
    range_m: Span
    checks: tuple[Check, ...]

    @property
    def state(self) -> str:
        """The worst of its checks."""
        states = {check.state for check in self.checks}
        return next(state for state in (CANNOT, OPEN, HOLDS) if state in states)

    def failing(self) -> tuple[str, ...]:
        """Names of the checks that decide its state, when it is not the best."""
        return tuple(check.name for check in self.checks if check.state == self.state != HOLDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Eye:
    """One radar of a system: how far it would see the same target; the least echo and height it sees at the range."""

    name: str
    title: str
    role: str
    range_m: Span
    instrumented_m: Span
    smallest_rcs_m2: Span
    needed_m: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """A round's claimed range and ceiling; `prints` are the publications that print the claimed number."""

    name: str
    title: str
    range_m: Span
    ceiling_m: Span
    prints: tuple[Figure, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Region:
    """Where the claim holds: axes `rcs_m2` (n) and `height_m` (m).

    `share` (n) is the share of draws in which the echo suffices, `pd` (n) the chance of detection at the most likely
    figures, `visible` (m) the share of air states and antenna heights, or of directions, in which a height is in view.
    """

    rcs_m2: Floats
    height_m: Floats
    share: Floats
    pd: Floats
    visible: Floats

    @property
    def holds(self) -> Floats:
        """Share for which both hold, (m, n)."""
        return self.visible[:, None] * self.share[None, :]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Finding:
    """What became of a claim. `case` is the named target, None when none was named; `classes` are all classes.

    `smallest_rcs_m2` is the least cross-section seen at the range (fluctuating as the named target does, else as
    Swerling 1). `eyes` and `rounds` are those of a system. `points`, their least heights in view over a smooth earth
    `point_heights_m`, and `agreements` look backwards.
    """

    who: str
    title: str
    range_m: float
    pd: float
    pfa: float
    pd_said: bool
    radar: Radar
    case: Case | None
    classes: tuple[Case, ...]
    sight: Sightline
    terms: tuple[Term, ...]
    smallest_rcs_m2: Span
    implied: tuple[tuple[Figure, Span], ...]
    eyes: tuple[Eye, ...]
    rounds: tuple[Reach, ...]
    points: tuple[Point, ...]
    point_heights_m: tuple[Span, ...]
    agreements: tuple[Agreement, ...]
    region: Region
    figures: tuple[Figure, ...]
    notices: tuple[str, ...]

    @property
    def state(self) -> str:
        """Of the named target; without one, the best that any class reaches."""
        states = {self.case.state} if self.case else {case.state for case in self.classes}
        return next(state for state in (HOLDS, OPEN, CANNOT) if state in states)

    def __str__(self) -> str:
        from farwatch.detect.verdict import told

        return "\n".join(told(self))
