"""The ranges that are claimed for what stands in a scenario: of rounds and of radars, as published."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite
from typing import Any

from farwatch.catalogue import Catalogue, Figure, Radar, Round
from farwatch.report import wording
from farwatch.scenario import Scenario


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A published range of a round or a radar: the figure kept, and the farthest number that anyone printed."""

    battery: str
    name: str
    label: str
    range_m: float
    farthest_m: float
    printed: str
    radar: bool


def claims(scenario: Scenario) -> tuple[Claimed, ...]:
    """The published ranges behind a defence, farthest first: each round carried, each radar that is on."""
    catalogue = scenario.resolved_catalogue()
    found = [claim for battery in scenario.defence for claim in _claims_of(battery, catalogue)]
    return tuple(sorted(found, key=lambda claim: (-claim.farthest_m, claim.name)))


def _claims_of(battery: Any, catalogue: Catalogue) -> Iterator[Claimed]:
    system = catalogue.systems[battery.system]
    carried = {*(battery.ready if battery.ready is not None else system.ready), *(battery.reserve or ())}
    for name in system.rounds:
        if name in carried:
            yield _claimed(battery.name, catalogue.rounds[name], catalogue.rounds[name].range_max_m)
    for name in system.radars if battery.radars is None else battery.radars:
        claim = catalogue.radars[name].claim
        if claim is not None:
            yield _claimed(battery.name, catalogue.radars[name], claim.range_m)


def _claimed(battery: str, entry: Radar | Round, figure: Figure) -> Claimed:
    printed = max((figure, *figure.alternatives), key=lambda one: one.value)
    return Claimed(
        battery=battery,
        name=entry.name,
        label=wording.label(entry.title),
        range_m=figure.value,
        farthest_m=printed.value,
        printed=printed.printed,
        radar=isinstance(entry, Radar),
    )


def farthest_round(found: tuple[Claimed, ...]) -> Claimed | None:
    """The round of which the longest range is claimed; None when none is carried."""
    return next((claim for claim in found if not claim.radar and isfinite(claim.farthest_m)), None)
