"""What a campaign is: enough to play it again, and to refuse to continue one that is another."""

import json
import platform
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from farwatch.campaign.makeup import makeup
from farwatch.campaign.plan import PACKAGES, differences, file_digests
from farwatch.campaign.points import Draws, Point, Study
from farwatch.campaign.units import PART_ROWS, UNIT_TRIALS
from farwatch.errors import InputError, Problem
from farwatch.scenario import Scenario, digest, plain, vary

IDENTITY = (
    "farwatch", "kernels", "packages", "seed", "plan", "unit_trials", "part_rows", "scenarios", "inputs", "points",
)  # fmt: skip
"""What must agree before stored trials are continued: each can change a bit of them, or their place in the files."""


def scene(study: Study, point: Point) -> Scenario:
    """The scenario of a point, its changes made."""
    base = study.scenarios[point.scenario]
    return vary(base, point.changes) if point.changes else base


def identity_of(study: Study) -> dict[str, Any]:
    """The manifest of a campaign as JSON values: no clock, no path of this machine.

    Raises InputError for points that cannot be what they say, and ScenarioError for changes that cannot be made.
    """
    _refuse(study)
    ours = makeup()
    points, inputs = [], {}
    for point in study.points:
        scenario = scene(study, point)
        inputs.update(file_digests(scenario))
        points.append(_row(point, scenario))
    return {
        "farwatch": ours["farwatch"],
        "kernels": ours["kernels"],
        "packages": {name: ours[name] for name in PACKAGES},
        "platform": {"python": platform.python_version()} | {n: ours[n] for n in ("system", "machine", "C library")},
        "seed": study.seed,
        "plan": jsonable(study.plan),
        "plan_digest": sha256(_canonical(study.plan).encode()).hexdigest(),
        "unit_trials": UNIT_TRIALS,
        "part_rows": PART_ROWS,
        "inputs": inputs,
        "scenarios": {name: plain(scenario) for name, scenario in study.scenarios.items()},
        "points": points,
    }


def unlike(stored: Mapping[str, Any], wanted: Mapping[str, Any]) -> list[str]:
    """One line for each thing in which two manifests differ, of those that must agree."""
    return differences(stored, wanted, IDENTITY)


def jsonable(value: Any) -> Any:
    """Plain JSON values of mappings, sequences, models, numpy numbers and paths."""
    if isinstance(value, Mapping):
        return {str(key): jsonable(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [jsonable(inner) for inner in value]
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json", by_alias=True, exclude_none=True)
    if hasattr(value, "tolist"):
        return value.tolist()
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)


def _row(point: Point, scenario: Scenario) -> dict[str, Any]:
    """A point as the manifest keeps it."""
    return {
        "number": point.number,
        "label": point.label,
        "scenario": point.scenario,
        "changes": jsonable(point.changes),
        "first_trial": point.first_trial,
        "draws": _drawn(point.draws),
        "tilt_odds": point.tilt_odds,
        "scenario_digest": digest(scenario),
    }


def _drawn(draws: Draws) -> dict[str, Any]:
    if draws.quantiles is None:
        return {"kind": draws.kind}
    rows = draws.quantiles.astype("<f8", order="C")
    return {"kind": draws.kind, "shape": list(rows.shape), "sha256": sha256(rows.tobytes()).hexdigest()}


def _canonical(value: Any) -> str:
    return json.dumps(jsonable(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _refuse(study: Study) -> None:
    """Refuse points out of place, and a seed out of range."""
    problems = [
        Problem(f"points.{place}", f"number {point.number}", f"must be number {place}: points stand in order")
        for place, point in enumerate(study.points)
        if point.number != place
    ]
    problems += [
        Problem(f"points.{point.number}", point.scenario, "is not among the study's scenarios")
        for point in study.points
        if point.scenario not in study.scenarios
    ]
    problems += [
        Problem(f"points.{point.number}.first_trial", str(point.first_trial), "must be 0 or more, and a multiple of 8")
        for point in study.points
        if point.first_trial < 0 or point.first_trial % UNIT_TRIALS
    ]
    if not study.points:
        problems.append(Problem("points", "none", "must be at least one"))
    if not 0 <= study.seed < 2**63:
        problems.append(Problem("seed", str(study.seed), "must be from 0 to 2^63 - 1"))
    if problems:
        raise InputError("campaign", problems)
