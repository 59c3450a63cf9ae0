"""What a defence can see, for the browser's map: by radar, azimuth and range, between which heights above ground.

The same functions as those of the report's figure "Where the raid can be seen" (`report.sights`), so that map and
report agree; the browser only compares a height with the two that are told for each place. It is worked out in a
process of its own, from the text of a scenario and the folder that its paths start from.
"""

from collections.abc import Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from farwatch.console.drafts import read_draft
from farwatch.console.ground import scenario_at
from farwatch.console.told import Columns, packed
from farwatch.errors import InputError, Problem, ScenarioError
from farwatch.remembered import Memory, memory
from farwatch.scenario import Scenario
from farwatch.scenario.model import Ground

if TYPE_CHECKING:  # and where they are needed: they are slow to import, and the server does without
    from farwatch.detect.reach import Target
    from farwatch.mission import Mission
    from farwatch.report.sights import Heights

AZIMUTHS, DRAFT_AZIMUTHS = 360, 180
"""Directions told of each radar; fewer of a draft, which is asked for while its sites are dragged."""

MOST_RADARS = 100
"""Radars of a defence that is worked out: each takes some tenths of a second, and about a megabyte to tell."""

NEVER = 65535
"""Told as the lowest height where a radar sees nothing at any height."""

Wish = str | float | None
"""What is looked for: a class by its name in the catalogue, or a radar cross-section in m²; None: what most of the raid
is, 1 m² where there is none."""


def coverage(text: str, folder: str, wish: Wish) -> bytes:
    """What the radars of a scenario see of a target, as `told.packed`; InputError where it cannot be worked out.

    Header: target, pd, classes (of the raid, with the heights they usually fly at), radars (place, azimuths, ranges,
    step_m), claimed (the farthest range claimed for a round, and of whom; or null). Columns of radar k: low_k and
    high_k, u2[azimuths, ranges], whole metres above ground between which it is seen; NEVER in low where at no height.
    """
    from farwatch.report.sights import heights_seen

    mission = _mission(text, folder)
    classes = _classes(mission)
    if wish is None and classes:
        wish = max(classes, key=lambda one: one["count"])["class"]
    target = _target(mission.scenario, wish)
    seen = [_radar(one) for one in heights_seen(mission, target, AZIMUTHS)]
    return _told(seen, {**_about(mission.scenario, target), "classes": classes})


def coverage_of_draft(text: str, folder: str, wish: Wish) -> bytes:
    """The same of a text that need not be stored, without its raid; ScenarioError where there is something wrong.

    Each battery is worked out alone and remembered, so that moving one of many costs no more than that one.
    """
    scenario, problems = read_draft(text, Path(folder))
    if scenario is None:
        raise ScenarioError("draft", problems)
    _bounded(scenario)
    target = _target(scenario, wish)
    bare = {"raid": (), "traffic": (), "defended": (), "jammers": (), "ground": Ground(), "duration_s": 60.0}
    seen: list[_Radar] = []
    for battery in scenario.defence:
        alone = scenario.model_copy(update={**bare, "defence": (battery,)})
        key = (alone.model_dump_json(), str(scenario.terrain_file), target)
        seen += _OF_BATTERIES(key, partial(_seen_alone, alone, target))
    return _told(seen, {**_about(scenario, target), "classes": []})


_Radar = tuple[dict[str, Any], NDArray[np.uint16], NDArray[np.uint16]]
"""A radar as it is told: its line of the header, and its columns low and high."""

_OF_BATTERIES: Memory[list[_Radar]] = memory(MOST_RADARS)
"""As many as a draft may hold: with fewer, the last of many would push out what the first are asked for next."""


def _seen_alone(scenario: Scenario, target: "Target") -> list[_Radar]:
    from farwatch.report.sights import heights_seen

    return [_radar(one) for one in heights_seen(_prepared(scenario), target, DRAFT_AZIMUTHS)]


@lru_cache(maxsize=2)
def _mission(text: str, folder: str) -> "Mission":
    return _prepared(scenario_at(text, folder))


def _prepared(scenario: Scenario) -> "Mission":
    from farwatch.mission import prepare

    if not scenario.defence:
        raise InputError("coverage", [Problem("defence", "", "is empty, so there is no radar")])
    _bounded(scenario)
    return prepare(scenario)


def _bounded(scenario: Scenario) -> None:
    """InputError where there are more radars than one can wait for."""
    systems = scenario.resolved_catalogue().systems
    radars = sum(len(battery.radars or systems[battery.system].radars) for battery in scenario.defence)
    if radars > MOST_RADARS:
        rule = f"are more radars than the {MOST_RADARS} whose coverage the map can show"
        hint = "fewer batteries, or fewer radars of each"
        raise InputError("coverage", [Problem("defence", str(radars), rule, hint)])


def _target(scenario: Scenario, wish: Wish) -> "Target":
    """What is looked for; its name is that of its class, empty for a mere cross-section."""
    from farwatch.detect.reach import Target
    from farwatch.report.sights import PD

    if not isinstance(wish, str):
        return Target(rcs_m2=1.0 if wish is None else wish, pd=PD)
    classes = scenario.resolved_catalogue().classes
    if wish not in classes:
        hint = f"one of {', '.join(sorted(classes))}"
        raise InputError("coverage", [Problem("target", wish, "is no class of the catalogue", hint)])
    return Target(rcs_m2=classes[wish].rcs_nose_m2.value, pd=PD, swerling=classes[wish].swerling, name=wish)


def _classes(mission: "Mission") -> list[dict[str, Any]]:
    """Classes of the raid in the order of the catalogue, with the heights that they usually fly at."""
    from farwatch.report.sights import usual_height_m
    from farwatch.report.wording import label

    world, entries = mission.world, mission.scenario.resolved_catalogue().classes
    raid = world.targets["raid"] != 0
    found = []
    for index in np.unique(world.targets["class_index"][raid]):
        members = np.flatnonzero(raid & (world.targets["class_index"] == index))
        name = world.class_names[index]
        found.append({
            "class": name, "label": label(entries[name].title), "count": int(members.size),
            "height_m": usual_height_m(mission, members),
            "rcs_m2": float(world.classes[index]["rcs_nose_m2"]),
        })  # fmt: skip
    return found


def _about(scenario: Scenario, target: "Target") -> dict[str, Any]:
    from farwatch.report.wording import label

    called = label(scenario.resolved_catalogue().classes[target.name].title) if target.name else ""
    told = {"class": target.name, "label": called, "rcs_m2": target.rcs_m2}
    return {"target": told, "pd": target.pd, "claimed": _claimed(scenario)}


def _radar(one: "Heights") -> _Radar:
    somewhere = np.flatnonzero(np.isfinite(one.low_agl_m).any(axis=0))
    ranges = int(somewhere[-1]) + 1 if somewhere.size else 0
    line = {
        "name": one.radar, "lat_deg": one.lat_deg, "lon_deg": one.lon_deg,
        "azimuths": len(one.low_agl_m), "ranges": ranges, "step_m": one.step_m,
    }  # fmt: skip
    return line, _metres(one.low_agl_m[:, :ranges], NEVER), _metres(one.high_agl_m[:, :ranges], 0)


def _told(seen: Sequence[_Radar], header: dict[str, Any]) -> bytes:
    columns: Columns = {}
    for k, (_, low, high) in enumerate(seen):
        columns |= {f"low_{k}": low, f"high_{k}": high}
    return packed({**header, "radars": [line for line, _, _ in seen]}, columns)


def _metres(height_m: NDArray[np.float64], none: int) -> NDArray[np.uint16]:
    """Heights in whole metres, for a picture near enough."""
    whole = np.clip(np.round(height_m), 0.0, NEVER - 1)
    return np.where(np.isnan(height_m), none, whole).astype("<u2").ravel()


def _claimed(scenario: Scenario) -> dict[str, Any] | None:
    """The farthest range that is claimed for a round of the defence, about its battery."""
    from farwatch.report.claimed import claims, farthest_round

    claim = farthest_round(claims(scenario))
    if claim is None:
        return None
    at = next(battery.at for battery in scenario.defence if battery.name == claim.battery)
    return {"label": claim.label, "battery": claim.battery, "range_m": claim.farthest_m, "printed": claim.printed,
            "lat_deg": at.lat_deg, "lon_deg": at.lon_deg}  # fmt: skip
