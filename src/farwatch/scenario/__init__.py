"""What the user declares: the model, how it is read and checked, and how one field is replaced by its path.

::

    scenario = load("site.yaml")        # ScenarioError lists every problem, with its line and the nearest names
    bigger = vary(scenario, {"raid.drones.count": 80, "defence.alpha.ready.40n6e": 8})
    digest(bigger)                      # names it in manifests

The rules of shape (`shape`) and of meaning (`meaning`) are looked at together, so one reading shows all
problems.
"""

from farwatch.errors import Problem, ScenarioError
from farwatch.scenario.model import (
    Assessment,
    Asset,
    Battery,
    Bearing,
    Command,
    Delivery,
    Doctrine,
    Ground,
    Group,
    Jammer,
    Kept,
    Outage,
    Place,
    Range,
    Scenario,
    Tracker,
    Traffic,
    Waypoint,
    Weather,
    Zone,
)
from farwatch.scenario.names import TERRAINS, TRAFFIC, data_folder, locate, shipped
from farwatch.scenario.reading import check, digest, load, plain, schema, shipped_text, value_of
from farwatch.scenario.variation import vary

__all__ = [
    "TERRAINS",
    "TRAFFIC",
    "Assessment",
    "Asset",
    "Battery",
    "Bearing",
    "Command",
    "Delivery",
    "Doctrine",
    "Ground",
    "Group",
    "Jammer",
    "Kept",
    "Outage",
    "Place",
    "Problem",
    "Range",
    "Scenario",
    "ScenarioError",
    "Tracker",
    "Traffic",
    "Waypoint",
    "Weather",
    "Zone",
    "check",
    "data_folder",
    "digest",
    "load",
    "locate",
    "plain",
    "schema",
    "shipped",
    "shipped_text",
    "value_of",
    "vary",
]
