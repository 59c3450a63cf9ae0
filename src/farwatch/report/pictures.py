"""Every figure of a run by its name, each drawn when it is asked for; what several need is worked out once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from farwatch.campaign import Result
from farwatch.errors import FarwatchError
from farwatch.outcomes.summary import Summary
from farwatch.report import as_drawn, sights, wording
from farwatch.report.answer import class_labels
from farwatch.report.figures import (
    busy,
    chain,
    flow,
    leakers,
    money,
    raid_coverage,
    raid_map,
    reach,
    reasons,
    timeline,
    unknowns,
)
from farwatch.report.figures.canvas import Picture
from farwatch.report.losses import losses

if TYPE_CHECKING:
    from farwatch.mission import Mission

QUICK = ("flow", "chain", "reasons", "leakers", "money", "unknowns", "timeline")
"""Figures that are drawn from the tables alone."""

OF_THE_WORLD = ("busy", "map", "coverage", "reach")
"""Figures for which the scenario's world is prepared again, and swept."""

NAMES = (*QUICK, *OF_THE_WORLD)


@dataclass(frozen=True, eq=False)
class Easel:
    """The figures of one result."""

    result: Result

    @cached_property
    def _world(self) -> tuple["Mission | None", str]:
        from farwatch.mission import prepare

        try:
            return prepare(self.result.scenario), ""
        except FarwatchError as error:
            return None, str(error)

    @property
    def mission(self) -> "Mission | None":
        """The mission of the scenario, prepared again; None where that cannot be done (its terrain is gone, say)."""
        return self._world[0]

    @property
    def absent(self) -> str:
        """Why there is no mission; empty where there is one."""
        return self._world[1]

    @cached_property
    def labels(self) -> Mapping[str, str]:
        """What each class is called."""
        return class_labels(self.result)

    @cached_property
    def claims(self) -> tuple[sights.Claimed, ...]:
        """Ranges that are claimed for what stands here."""
        return sights.claims(self.result.scenario)

    @property
    def longest(self) -> sights.Claimed | None:
        """The longest range that is claimed for a round."""
        return sights.farthest_round(self.claims)

    @cached_property
    def sights(self) -> tuple[sights.Sight, ...]:
        """How far out each class of the raid can be seen; none without a world or a raid."""
        if self.mission is None or not self._raid:
            return ()
        return sights.sights(self.mission, as_drawn.strength_db(self.result, self.mission))

    def draw(self, name: str) -> Picture | None:
        """A figure of `NAMES`; None where this result has nothing to show in it."""
        return self._of_tables(name) if name in QUICK else self._of_world(name)

    def has(self, name: str) -> bool:
        """Whether there is something to show in a figure of `QUICK`; of the others, whether there may be."""
        summary = self._summary
        if name == "reasons":
            return bool(summary.reasons.leakers)
        if name == "unknowns":
            return wording.tells(summary.split)
        return self._raid or name == "map"

    @property
    def _summary(self) -> Summary:
        return self.result.summary()

    @property
    def _raid(self) -> bool:
        return bool(self._summary.raid.per_trial and self._summary.trials)

    def _of_tables(self, name: str) -> Picture | None:
        result, summary = self.result, self._summary
        if not self.has(name):
            return None
        draws: dict[str, Callable[[], Picture | None]] = {
            "flow": lambda: flow.draw(losses(result), summary.raid.per_trial, summary.leakers.mean),
            "chain": lambda: chain.draw(summary, self.labels),
            "reasons": lambda: reasons.draw(summary.reasons),
            "leakers": lambda: leakers.draw(summary),
            "money": lambda: money.draw(summary),
            "unknowns": lambda: unknowns.draw(summary.split),
            "timeline": lambda: timeline.draw(result),
        }
        return draws[name]()

    def _of_world(self, name: str) -> Picture | None:
        mission, labels = self.mission, self.labels
        if name == "busy":
            channels = {} if mission is None else as_drawn.channels(self.result, mission)
            return busy.draw(self.result, channels) if self._raid else None
        if mission is None:
            return None
        if name == "map":
            return raid_map.draw(self.result, mission, self.claims, self.sights, labels)
        if not self.sights:
            return None
        if name == "coverage":
            return raid_coverage.draw(mission, self.sights, self.longest, labels)
        return reach.draw(self.sights, self.longest, self._summary, labels)

    def caption(self, picture: Picture) -> str:
        """What is said below a figure: how to read it, where its own words only tell its numbers."""
        if picture.name == "reach":
            return _reach_caption(self.longest)
        return CAPTIONS.get(picture.name, picture.words)


CAPTIONS = {
    "chain": "Share of each class that reaches each step. The thin line on a bar is its 95 % interval.",
    "reasons": "Share of all that got through, with its 95 % interval.",
}


def _reach_caption(longest: sights.Claimed | None) -> str:
    km = "" if longest is None else f"{wording.number(longest.farthest_m / 1e3)} km"
    dashed = "" if longest is None else f"Dashed: the {km} claimed for the {longest.label}. "
    return (
        "Solid line: the range at which a radar of this defence detects the class four times in five; band: the "
        f"middle four fifths of directions. {dashed}Dotted: the median with figures as unkind, and as kind, as the "
        "trials drew in one of ten. Dot: at the height it flies in this raid. Thin line and tick: where it was first "
        "seen in the trials, middle four fifths and median. That can be farther than that line, because a radar looks "
        "many times and one lucky look is enough, and because a target seen from the side is larger; or nearer, where "
        "a target starts its flight closer in."
    )


def alone(picture: Picture) -> str:
    """A figure as an SVG file of its own, in the colours of the page, which follow light and dark."""
    style = (Path(__file__).parent / "templates" / "style.css").read_text(encoding="utf-8")
    palette = style[: style.index("* {")].replace(".drawing svg", "svg")
    own = "svg { background: var(--paper); color-scheme: light dark; } svg text { font-family: var(--sans); }"
    head, _, rest = picture.svg.partition(">")
    return f"{head}><style>{palette}{own}</style>{rest}"
