"""What a user may choose about scoring."""

from dataclasses import dataclass, field
from math import inf
from typing import Literal

from farwatch.errors import InputError, Problem
from farwatch.track.instants import Timing
from farwatch.track.standards import Standard


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreOptions:
    """How tracks are compared with truth."""

    cutoff_m: float = 1000.0
    """GOSPA's c: an error as large counts as a missed target and a false track. A good choice is about three times the
    worst error that is still a hit: the default is four sigmas of a well filtered 0.15-degree radar at 200 km, and a
    fifth of the 3 NM that controllers keep between aircraft."""
    p: float = 2.0
    """GOSPA's and OSPA's order: with 2 large errors weigh more than small ones."""
    dimensions: Literal[2, 3] = 3
    """2: heights are not compared (a radar without elevation)."""
    switching_m: float | None = None
    """GOSPA's penalty for a target that passes to another track; None: the cutoff, so that it costs as much as a missed
    target and a false track together."""
    gate_m: float | None = None
    """A track nearer than this may belong to a target, for everything but GOSPA and OSPA; None: the cutoff."""
    at: Literal["tracks", "truth"] = "tracks"
    """Compare when the tracks were written, with truth interpolated; or at truth's times, with tracks carried on."""
    from_s: float = -inf
    until_s: float = inf
    """Only instants between these count."""
    hold_s: float | None = None
    """How long a track state stays valid if no other follows; None: 1.6 of its usual steps, and not at all where tracks
    are compared when they were written."""
    truth_gap_s: float | None = None
    """Longest gap between two rows of truth that is bridged; None: 5.5 of its usual steps."""
    extrapolate_s: float | None = None
    """How far truth reaches beyond a target's first and last row; None: half of its usual step."""
    standard: Standard = field(default_factory=Standard)
    """Surveillance figures are reckoned as this says, and held against its limits."""

    @property
    def reach_m(self) -> float:
        """The gate, m."""
        return self.cutoff_m if self.gate_m is None else self.gate_m

    @property
    def penalty_m(self) -> float:
        """The penalty for switching, m."""
        return self.cutoff_m if self.switching_m is None else self.switching_m

    @property
    def timing(self) -> Timing:
        """The options that say when."""
        return Timing(
            at=self.at,
            from_s=self.from_s,
            until_s=self.until_s,
            hold_s=self.hold_s,
            truth_gap_s=self.truth_gap_s,
            extrapolate_s=self.extrapolate_s,
        )

    def check(self) -> None:
        """Raise InputError, with all problems at once, if these options mean nothing."""
        problems = [
            Problem(name, str(getattr(self, name)), rule)
            for name, rule, sound in (
                ("cutoff_m", "must exceed 0 m", 0.0 < self.cutoff_m < inf),
                ("p", "must be at least 1", 1.0 <= self.p < inf),
                ("dimensions", "must be 2 or 3", self.dimensions in {2, 3}),
                ("switching_m", "must be at least 0 m", 0.0 <= self.penalty_m < inf),
                ("gate_m", "must exceed 0 m", 0.0 < self.reach_m < inf),
                ("at", "must be tracks or truth", self.at in {"tracks", "truth"}),
                ("from_s", "must be before until_s", self.from_s <= self.until_s),
            )
            if not sound
        ]
        problems += [
            Problem(name, str(value), "must be at least 0 s")
            for name in ("hold_s", "truth_gap_s", "extrapolate_s")
            if (value := getattr(self, name)) is not None and not value >= 0.0
        ]
        if problems:
            raise InputError("score options", problems)
