"""From a scenario's batteries to the arrays a trial works on, and which drawn figure goes where."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from farwatch.catalogue.uncertainty import Drawn
from farwatch.chance import name_id
from farwatch.engage.flight import settle
from farwatch.engage.orders import doctrine_row, orders_of
from farwatch.engage.stock import Defence
from farwatch.records import BATTERY, FAMILIES, ROUND

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from farwatch.catalogue import Catalogue, Figure, Round, System
    from farwatch.scenario import Scenario
    from farwatch.scenario.model import Battery, Doctrine
    from farwatch.world.prepare import World

BATTERY_FIGURES = {
    "target_channels": "target_channels",
    "round_channels": "round_channels",
    "reaction_s": "reaction_s",
    "launch_interval_s": "launch_interval_s",
    "assess_delay_s": "assess_delay_s",
}
"""BATTERY field -> figure of the catalogue's System."""

ROUND_FIGURES = {
    "range_min_m": "range_min_m",
    "range_max_m": "range_max_m",
    "range_max_ballistic_m": "range_max_ballistic_m",
    "height_min_m": "height_min_m",
    "height_max_m": "height_max_m",
    "height_max_far_m": "height_max_far_m",
    "speed_m_s": "speed_mean_m_s",
    "speed_max_m_s": "speed_max_m_s",
    "boost_s": "boost_s",
    "target_speed_max_m_s": "target_speed_max_m_s",
    "price_usd": "price_usd",
    "reload_s": "reload_s",
}
"""ROUND field -> figure of the catalogue's Round."""

_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A defence at its most likely figures, and the places that drawn figures go to.

    `drawn` names tables "batteries", "rounds" and "kill". `battery_names` and `round_names`, (battery, round) pairs,
    name the rows of `defence.batteries` and `defence.rounds`.
    """

    defence: Defence
    drawn: tuple[Drawn, ...]
    battery_names: tuple[str, ...]
    round_names: tuple[tuple[str, str], ...]
    notices: tuple[str, ...]


def prepare(scenario: "Scenario", world: "World") -> Prepared:
    """Make the defence of a checked scenario in its world.

    A magazine row stands for every round that the battery carries ready or in reserve, zero included, in the order
    of the system's rounds. Columns of `kill` are `world.classes`.
    """
    catalogue = scenario.resolved_catalogue()
    batteries = np.zeros(len(scenario.defence), BATTERY)
    carried = [
        (b, name) for b, battery in enumerate(scenario.defence) for name in carries(battery, catalogue.systems)
    ]
    rounds = np.zeros(len(carried), ROUND)
    kill = np.zeros((len(carried), len(world.classes)))
    drawn: list[Drawn] = []
    for b, battery in enumerate(scenario.defence):
        own = _own_values(battery, scenario.doctrine)
        _place(batteries[b : b + 1], battery, world, own)
        drawn += _battery_figures(b, catalogue.systems[battery.system], own)
    kinds = list(dict.fromkeys(name for _, name in carried))
    for row, (b, name) in enumerate(carried):
        entry = catalogue.rounds[name]
        rounds[row]["battery_index"] = b
        rounds[row]["kind_index"] = kinds.index(name)
        _load(rounds[row : row + 1], scenario.defence[b], catalogue, entry)
        drawn += _round_figures(row, entry, world.classes)
    _set_values({"batteries": batteries, "rounds": rounds, "kill": kill}, drawn)
    settle(rounds)
    return Prepared(
        defence=Defence(
            batteries=batteries,
            rounds=rounds,
            kill=kill,
            assets=world.assets,
            doctrine=doctrine_row(scenario),
            classes=world.classes,
            levels_m=levels_m(world),
            orders=orders_of(scenario, world, [name for _, name in carried]),
        ),
        drawn=tuple(drawn),
        battery_names=tuple(battery.name for battery in scenario.defence),
        round_names=tuple((scenario.defence[b].name, name) for b, name in carried),
        notices=tuple(_notices(scenario, catalogue)),
    )


def carries(battery: "Battery", systems: "Mapping[str, System]") -> list[str]:
    """Names of the rounds that a battery carries, in the order of its system."""
    system = systems[battery.system]
    listed = set(system.ready if battery.ready is None else battery.ready) | set(battery.reserve or ())
    listed |= {name for delivery in battery.resupply for name in delivery.rounds}
    return [name for name in system.rounds if name in listed]


def ready_rounds(battery: "Battery", catalogue: "Catalogue") -> dict[str, int]:
    """Rounds on a battery's launchers at the start: as declared, or the system's usual load on as many as it has.

    With fewer or more launchers than the usual load fills, every kind shrinks or grows in proportion, rounded down.
    """
    if battery.ready is not None:
        return dict(battery.ready)
    usual = catalogue.systems[battery.system].ready
    if battery.launchers is None:
        return dict(usual)
    filled = sum(count / catalogue.rounds[name].per_launcher for name, count in usual.items())
    return {name: int(count * battery.launchers / filled + _ROUNDING) for name, count in usual.items()}


def levels_m(world: "World") -> Any:
    """Heights of the area's lowest ground and of the sea, metres above the origin of the mission frame."""
    return np.array([float(world.terrain.height_m.min()), 0.0]) - world.frame.height_m


def _own_values(battery: "Battery", doctrine: "Doctrine") -> dict[str, float]:
    """BATTERY fields that the scenario sets in place of a figure of the catalogue."""
    given = {"reaction_s": battery.reaction_s, "assess_delay_s": doctrine.assessment.delay_s}
    return {field: value for field, value in given.items() if value is not None}


def _place(row: Any, battery: "Battery", world: "World", own: "Mapping[str, float]") -> None:
    """Fill one BATTERY row with what the scenario says: launchers stand on the ground at the battery's place."""
    at = battery.at
    height_m = world.terrain.height_at(at.lat_deg, at.lon_deg)
    row["id"] = name_id(battery.name)
    row["x_m"], row["y_m"], row["z_m"] = world.frame.to_local(at.lat_deg, at.lon_deg, height_m)
    row["engage_on_picture"] = battery.engage_on == "picture"
    row["own_cue"] = battery.cue == "own-radar"
    for field, value in own.items():
        row[field] = value


def _load(row: Any, battery: "Battery", catalogue: "Catalogue", entry: "Round") -> None:
    """Fill one ROUND row with the magazine. A team reloads one launcher at a time."""
    row["ready"] = ready_rounds(battery, catalogue).get(entry.name, 0)
    row["reserve"] = (battery.reserve or {}).get(entry.name, 0)
    row["reload_batch"] = entry.per_launcher
    row["reload_teams"] = battery.reload_teams
    coming = sorted((d.at_s, d.rounds[entry.name]) for d in battery.resupply if d.rounds.get(entry.name, 0))
    for k, (at_s, count) in enumerate(coming):
        row["supply_s"][0, k], row["supply"][0, k] = at_s, count


def _battery_figures(b: int, system: "System", own: "Mapping[str, float]") -> "Iterator[Drawn]":
    for field, attribute in BATTERY_FIGURES.items():
        if field in own:
            continue
        yield Drawn(table="batteries", row=b, field=field, figure=getattr(system, attribute))


def _round_figures(row: int, entry: "Round", classes: Any) -> "Iterator[Drawn]":
    for field, attribute in ROUND_FIGURES.items():
        figure: Figure | None = getattr(entry, attribute)
        if figure is not None:
            yield Drawn(table="rounds", row=row, field=field, figure=figure)
    for column, family in enumerate(classes["family"]):
        figure = entry.kill_probability.get(FAMILIES[family])
        if figure is not None:
            yield Drawn(table="kill", row=row, field="", figure=figure, column=column)


def _set_values(tables: dict[str, Any], drawn: list[Drawn]) -> None:
    """Put the most likely value of every figure in its place."""
    for place in drawn:
        table = tables[place.table]
        if place.field:
            table[place.field][place.row] = place.figure.value * place.factor
        else:
            table[place.row, place.column] = place.figure.value * place.factor


def _notices(scenario: "Scenario", catalogue: "Catalogue") -> "Iterator[str]":
    """What a reader of results should know about the batteries."""
    for battery in scenario.defence:
        if not carries(battery, catalogue.systems):
            yield f"{battery.name}: carries no rounds"
