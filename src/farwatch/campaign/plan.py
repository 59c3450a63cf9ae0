"""What a campaign is going to do, and the manifest that lets anyone do it again."""

import platform
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from farwatch.errors import InputError, Problem
from farwatch.outcomes.evidence import Cast, cast_to_json
from farwatch.scenario import Scenario, digest, plain

BLOCK_TRIALS = 8
"""Trials in one unit of work. Fixed, so that what is on disk never depends on the number of threads."""

PACKAGES = ("numpy", "numba", "llvmlite", "scipy", "duckdb", "pydantic")
"""Packages whose versions a manifest names."""

IDENTITY = ("farwatch", "kernels", "scenario_digest", "inputs", "seed", "block_trials", "figures", "packages")
"""What must agree before stored trials are continued: each can change a bit of the result."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A campaign: which scenario, with whom, which trials.

    `figures` and `sources` are the catalogue's rows behind the drawn figures, `notices` what the mission had
    to say.
    """

    scenario: Scenario
    cast: Cast
    seed: int
    trials: int
    figures: tuple[Mapping[str, Any], ...] = ()
    sources: Mapping[str, Mapping[str, Any]] | None = None
    notices: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what cannot be played."""
        problems = []
        if self.trials < 1:
            problems.append(Problem("trials", str(self.trials), "must be at least 1"))
        if not 0 <= self.seed < 2**63:
            problems.append(Problem("seed", str(self.seed), "must be from 0 to 2^63 - 1"))
        if problems:
            raise InputError("campaign", problems)

    @property
    def units(self) -> tuple[tuple[int, int], ...]:
        """First trial and number of trials of each block."""
        return tuple((first, min(BLOCK_TRIALS, self.trials - first)) for first in range(0, self.trials, BLOCK_TRIALS))


def manifest_of(plan: Plan, done: int, *, interrupted: bool) -> dict[str, Any]:
    """Everything needed to derive the result again, as JSON values; no clock, no path of this machine."""
    from farwatch import __version__
    from farwatch.compiled import source_hash

    return {
        "farwatch": __version__,
        "kernels": source_hash(),
        "scenario_digest": digest(plan.scenario),
        "scenario": plain(plan.scenario),
        "inputs": file_digests(plan.scenario),
        "seed": plan.seed,
        "block_trials": BLOCK_TRIALS,
        "trials_asked": plan.trials,
        "trials_done": done,
        "interrupted": interrupted,
        "notices": list(plan.notices),
        "figures": [dict(figure) for figure in plan.figures],
        "sources": {name: dict(source) for name, source in (plan.sources or {}).items()},
        "cast": cast_to_json(plan.cast),
        "packages": {name: package_version(name) for name in PACKAGES},
        "platform": {
            "python": platform.python_version(),
            "system": platform.system(),
            "machine": platform.machine(),
        },
    }


def differences(stored: Mapping[str, Any], wanted: Mapping[str, Any], keys: Iterable[str] = IDENTITY) -> list[str]:
    """One line for each thing in which two manifests differ, of those that must agree."""
    lines = []
    for key in keys:
        old, new = stored.get(key), wanted.get(key)
        if old == new:
            continue
        short = all(isinstance(value, str | int) for value in (old, new))
        lines.append(f"{key}: stored {old}, now {new}" if short else f"{key}: {_parts(old, new)}")
    return lines


def _parts(old: Any, new: Any) -> str:
    """Which entries of two lists or dictionaries differ, by name."""
    first, second = _keyed(old), _keyed(new)
    names = [name for name in {**first, **second} if first.get(name) != second.get(name)]
    return "differ in " + ", ".join(names[:10]) + (f" and {len(names) - 10} more" if len(names) > 10 else "")


def _keyed(value: Any) -> dict[str, Any]:
    if isinstance(value, list):
        return {str(row.get("name", number)): row for number, row in enumerate(value)}
    return dict(value or {})


def file_digests(scenario: Scenario) -> dict[str, str]:
    """SHA-256 of each file that the scenario names; a folder of tiles counts file by file."""
    named: list[tuple[str, Path]] = []
    if scenario.terrain is not None and scenario.terrain_file is not None:
        named.append((scenario.terrain, scenario.terrain_file))
    named += zip((row.recorded for row in scenario.traffic), scenario.traffic_files, strict=True)
    digests = {}
    for name, path in named:
        files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
        total = sha256()
        for file in files:
            found = file.stat()
            total.update(_digest(file, found.st_size, found.st_mtime_ns))
        digests[name] = total.hexdigest()
    return digests


@lru_cache(maxsize=4096)
def _digest(file: Path, _size: int, _changed: int) -> bytes:
    """SHA-256 of a file that has not been touched since; points of a campaign name the same files."""
    return sha256(file.read_bytes()).digest()


def package_version(package: str) -> str:
    """Version of an installed package, or "absent"."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "absent"
