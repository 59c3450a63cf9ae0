"""From a scenario's doctrine, command, zones and outages to the records that decisions read."""

from math import inf
from typing import TYPE_CHECKING, Any

import numpy as np

from farwatch.chance import name_id
from farwatch.engage.choose import CHEAPEST, HIGHEST_KILL, SHORTEST_REACH
from farwatch.engage.command import CENTRALISED, COORDINATED, DECENTRALISED
from farwatch.engage.stock import Orders
from farwatch.engage.table import GREEDY, LOOK_AHEAD, OPTIMAL
from farwatch.engage.threat import FIRST, THREAT, VALUE
from farwatch.records import (
    DOCTRINE,
    FAMILIES,
    OUT_BATTERY,
    OUT_LINK,
    OUT_RADAR,
    OUTAGE,
    WEAPONS_FREE,
    WEAPONS_HOLD,
    WEAPONS_TIGHT,
    ZONE,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from farwatch.scenario import Outage, Scenario
    from farwatch.world.prepare import World

PREFER = {"shortest-reach": SHORTEST_REACH, "highest-kill": HIGHEST_KILL, "cheapest": CHEAPEST}
PRIORITY = {"threat": THREAT, "first-to-arrive": FIRST, "value": VALUE}
WEAPONS = {"tight": WEAPONS_TIGHT, "free": WEAPONS_FREE, "hold": WEAPONS_HOLD}
ASSIGNMENT = {"greedy": GREEDY, "optimal": OPTIMAL, "look-ahead": LOOK_AHEAD}
LEVEL = {"centralised": CENTRALISED, "coordinated": COORDINATED, "decentralised": DECENTRALISED}
"""The scenario's words for DOCTRINE["prefer"], ["priority"], ["weapons"], ["assignment"] and ["level"]."""

LINK = "link"
"""Word of the scenario for the link of a battery: `battery/link`."""


def doctrine_row(scenario: "Scenario") -> Any:
    """DOCTRINE[1] of a scenario: its doctrine and its command."""
    row, doctrine, command = np.zeros(1, DOCTRINE), scenario.doctrine, scenario.command
    row["shots_per_look"] = doctrine.shots_per_look
    row["max_shots"] = doctrine.max_shots or 0
    row["look"] = doctrine.shots != "shoot-shoot"
    row["in_depth"] = doctrine.shots == "in-depth"
    row["prefer"] = PREFER[doctrine.prefer]
    row["assignment"] = ASSIGNMENT[doctrine.assignment]
    row["best_round"] = doctrine.open_fire == "best-round"
    row["priority"] = PRIORITY[doctrine.priority]
    row["weapons"] = WEAPONS[doctrine.weapons]
    row["decide_s"] = doctrine.decide_s
    row["miss_called_kill"] = doctrine.assessment.miss_called_kill
    row["kill_called_miss"] = doctrine.assessment.kill_called_miss
    row["recheck_hits"] = doctrine.assessment.recheck_plots
    row["hold_range_m"] = inf if doctrine.hold_range_km is None else 1000.0 * doctrine.hold_range_km
    row["level"] = LEVEL[command.level]
    row["delay_s"] = command.delay_s
    row["link_loss_probability"] = command.link_loss
    uncued = any(battery.cue == "own-radar" for battery in scenario.defence)
    row["own_clocks"] = uncued or command.link_loss > 0.0 or bool(scenario.outages)
    return row


def orders_of(scenario: "Scenario", world: "World", row_names: "Sequence[str]") -> Orders:
    """Orders of a scenario; `row_names` names the round of each row of `Defence.rounds`."""
    doctrine, families = scenario.doctrine, [FAMILIES[family] for family in world.classes["family"]]
    kept = np.zeros((len(row_names), len(families)), np.int64)
    for row, name in enumerate(row_names):
        if name in doctrine.keep_for:
            entitled = doctrine.keep_for[name]
            for column, known_as in enumerate(zip(world.class_names, families, strict=True)):
                if not set(known_as) & set(entitled.targets):
                    kept[row, column] = entitled.count
    salvo = [
        doctrine.salvo.get(name, doctrine.salvo.get(family, 0))
        for name, family in zip(world.class_names, families, strict=True)
    ]
    return Orders(
        outages=_outages(scenario.outages), zones=_zones(scenario, world), salvo=np.array(salvo, np.int64), kept=kept
    )


def _outages(outages: "Sequence[Outage]") -> "NDArray[Any]":
    """OUTAGE rows, in the scenario's order."""
    rows = np.zeros(len(outages), OUTAGE)
    for row, outage in zip(rows, outages, strict=True):
        battery, _, part = outage.what.partition("/")
        row["kind"] = OUT_BATTERY if not part else OUT_LINK if part == LINK else OUT_RADAR
        row["id"] = name_id(outage.what if row["kind"] == OUT_RADAR else battery)
        row["from_s"] = outage.from_s
        row["to_s"] = inf if outage.to_s is None else outage.to_s
    return rows


def _zones(scenario: "Scenario", world: "World") -> "NDArray[Any]":
    """ZONE rows, in the scenario's order, as circles in the mission frame's plane."""
    rows = np.zeros(len(scenario.zones), ZONE)
    for row, zone in zip(rows, scenario.zones, strict=True):
        row["x_m"], row["y_m"], _ = world.frame.to_local(zone.at.lat_deg, zone.at.lon_deg, 0.0)
        row["radius_m"] = 1000.0 * zone.radius_km
        row["weapons"] = WEAPONS[zone.weapons]
    return rows
