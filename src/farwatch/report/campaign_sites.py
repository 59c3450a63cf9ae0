"""The sites and planned routes of a campaign: one layout for all points that stand and fly alike."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from farwatch.campaign.answers import PointAnswer
from farwatch.errors import FarwatchError
from farwatch.report import as_drawn, sights, wording
from farwatch.report.figures import raid_coverage, raid_map
from farwatch.report.figures.canvas import Picture
from farwatch.report.figures.raid_coverage import Layout
from farwatch.report.settings_wording import setting
from farwatch.scenario import Scenario, plain, vary

MOST = 3
"""Layouts drawn: each costs a second or two."""

_BATTERY = ("name", "system", "at", "heading_deg", "antenna_height_m", "radars")
_ASSET = ("name", "at", "height_agl_m")
_IDLE = ("count", "interval_s", "start_s", "speed_m_s", "jitter")
"""Fields of a raid group that change no route."""


@dataclass(frozen=True, slots=True)
class Alike:
    """Points with one layout: what it is called, and the scenario that stands for it."""

    scenario: Scenario
    names: dict[str, None] = field(default_factory=dict)
    settings: dict[str, None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sites:
    """Coverage of all layouts that are drawn, a map of each, and what is not drawn, in words."""

    coverage: Picture | None
    maps: tuple[Picture, ...]
    missing: str


def sites(points: Sequence[PointAnswer], scenarios: Mapping[str, Scenario]) -> Sites:
    """Prepare every layout once more and draw it; where that cannot be done (a terrain file that is gone) say why."""
    found = list(alike(points, scenarios).values())
    layouts: list[Layout] = []
    maps: list[Picture] = []
    labels: dict[str, str] = {}
    missing = [f"{wording.plural(len(found) - MOST, 'more layout')} not drawn."] if len(found) > MOST else []
    for number, one in enumerate(found[:MOST], start=1):
        title = title_of(one, found)
        try:
            layout = _layout(one.scenario, title)
        except FarwatchError as error:
            missing.append(f"No map of {title}: its world could not be prepared again. {error}")
            continue
        labels |= _labels(one.scenario, layout)
        claims = sights.claims(one.scenario)
        head = "Sites and planned routes" + (f": {title}" if len(found) > 1 else "")
        maps.append(raid_map.draw_plan(layout.mission, claims, layout.sights, labels, (f"map-{number}", head)))
        layouts.append(layout)
    drawn = [layout for layout in layouts if layout.sights]
    coverage = raid_coverage.draw_layouts(drawn, labels) if drawn else None
    return Sites(coverage=coverage, maps=tuple(maps), missing=" ".join(missing))


def alike(points: Sequence[PointAnswer], scenarios: Mapping[str, Scenario]) -> dict[str, Alike]:
    """Layouts by what makes them, in the order of the points."""
    found: dict[str, Alike] = {}
    keys: dict[str, tuple[str, Scenario]] = {}
    for point in points:
        if point.scenario not in scenarios:
            continue
        told = {path: value for path, value in point.changes.items() if _moves(path)}
        same = json.dumps([point.scenario, told], sort_keys=True, default=str)
        if same not in keys:
            made = _varied(scenarios[point.scenario], told)
            keys[same] = layout_key(made), made
        key, made = keys[same]
        one = found.setdefault(key, Alike(made))
        one.names[point.scenario] = None
        one.settings[setting(told)] = None
    return found


def _varied(scenario: Scenario, changes: Mapping[str, Any]) -> Scenario:
    """The scenario with these changes; as it was where its files are gone: who prepares it says so."""
    try:
        return vary(scenario, changes) if changes else scenario
    except FarwatchError:
        return scenario


def _moves(path: str) -> bool:
    """Whether a varied field may change where something stands, flies or is seen."""
    section, _, rest = path.partition(".")
    idle = section == "raid" and rest.rpartition(".")[2] in _IDLE
    return section in {"defence", "defended", "raid", "terrain"} and not idle and ".ready" not in path


def layout_key(scenario: Scenario) -> str:
    """Everything that a map of a scenario shows, as text."""
    it = plain(scenario)
    made: dict[str, Any] = {
        "terrain": it.get("terrain"),
        "defence": [
            {name: one.get(name) for name in _BATTERY} | {"ready": sorted(one.get("ready") or ())}
            for one in it["defence"]
        ],
        "defended": [{name: one.get(name) for name in _ASSET} for one in it["defended"]],
        "raid": [{name: value for name, value in one.items() if name not in _IDLE} for one in it["raid"]],
    }
    return json.dumps(made, sort_keys=True, default=str)


def title_of(one: Alike, found: Sequence[Alike]) -> str:
    """The scenarios of a layout, and its values where these tell it from another."""
    names = ", ".join(one.names)
    settings = [told for told in one.settings if told]
    alone = not any(other is not one and other.names.keys() & one.names.keys() for other in found)
    return names if alone or not settings else f"{names}, {settings[0]}"


def _layout(scenario: Scenario, title: str) -> Layout:
    from farwatch.mission import prepare

    mission = prepare(scenario)
    raid = bool((mission.world.targets["raid"] != 0).any())
    seen = sights.sights(mission, as_drawn.planned_strength_db(mission)) if raid else ()
    return Layout(
        mission=mission, sights=seen, claim=sights.farthest_round(sights.claims(scenario)), title=title
    )


def _labels(scenario: Scenario, layout: Layout) -> dict[str, str]:
    """What each class is called."""
    classes = scenario.resolved_catalogue().classes
    names = layout.mission.world.class_names
    return {name: wording.label(classes[name].title) if name in classes else name for name in names}
