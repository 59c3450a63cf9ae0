"""The cast of a mission: its names and prices, read from the prepared tables and the catalogue."""

from collections import Counter
from typing import TYPE_CHECKING

from farwatch.outcomes.evidence import Cast, DrawnFigure, RoundKind
from farwatch.outcomes.summary import Price

if TYPE_CHECKING:
    from farwatch.catalogue.entries import TargetClass
    from farwatch.catalogue.figures import Figure
    from farwatch.mission import Mission


def cast_of(mission: "Mission") -> Cast:
    """Who takes part in a prepared mission. Targets are named by group and number from 1."""
    from farwatch.engage.stock import rounds_to_come  # here: it brings the compiler

    catalogue = mission.scenario.resolved_catalogue()
    targets = mission.world.targets
    groups, classes = mission.world.group_names, mission.world.class_names
    members: Counter[int] = Counter()
    names = []
    for group in targets["group_index"].tolist():
        members[group] += 1
        names.append(f"{groups[group]}/{members[group]}")
    had = rounds_to_come(mission.defence.defence.rounds)
    rounds = [
        RoundKind(
            battery=battery,
            name=name,
            carried=int(had[row]),
            price_usd=_price(catalogue.rounds[name].price_usd),
        )
        for row, (battery, name) in enumerate(mission.defence.round_names)
    ]
    return Cast(
        targets=tuple(names),
        target_group=tuple(targets["group_index"].tolist()),
        target_class=tuple(targets["class_index"].tolist()),
        target_asset=tuple(targets["asset_index"].tolist()),
        target_raid=tuple((targets["raid"] != 0).tolist()),
        groups=tuple(groups),
        classes=tuple(classes),
        class_price_usd=tuple(_price(catalogue.classes[name].price_usd) for name in classes),
        assets=tuple(asset.name for asset in mission.scenario.defended),
        asset_worth=tuple(asset.value for asset in mission.scenario.defended),
        batteries=tuple(mission.defence.battery_names),
        radars=tuple(f"{battery}/{radar}" for battery, radar in mission.sensors.radar_names),
        rounds=tuple(rounds),
        figures=tuple(
            DrawnFigure(
                name=figure.name,
                value=figure.value,
                low=figure.low,
                high=figure.high,
                unit=figure.unit,
                kind=figure.kind,
                source=figure.source,
            )
            for figure in mission.figures
        ),
        target_friend=tuple((targets["friend"] != 0).tolist()),
        class_decoy=tuple(_is_decoy(catalogue.classes[name]) for name in classes),
    )


def _is_decoy(entry: "TargetClass") -> bool:
    """Whether a class is there to be shot at: flagged so, or unable to do damage."""
    return entry.decoy or entry.damage.high == 0.0


def _price(figure: "Figure | None") -> Price:
    """Price from its figure; NaN where nobody publishes one."""
    unknown = float("nan")
    if figure is None:
        return Price(unknown, unknown, unknown)
    return Price(figure.low, figure.value, figure.high)
