"""One trial told again: played once more with everything kept, and held against what the run has stored of it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from farwatch.campaign.readying import made_ready
from farwatch.campaign.result import Result
from farwatch.errors import InputError, Problem, StoreError
from farwatch.scenario import Scenario

if TYPE_CHECKING:
    from farwatch.mission import Mission, Traced


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Retold:
    """One trial with all that was recorded of it, and the mission it is a trial of."""

    mission: "Mission"
    seed: int
    trial: int
    traced: "Traced"


def retell(source: Result | Scenario, trial: int = 0, seed: int | None = None) -> Retold:
    """Play one trial of a run, or of a scenario, again, with its plots, track updates and events kept.

    A run brings its own seed; a scenario's is its own unless `seed` is given. Raises InputError for a trial that the
    run does not hold, and StoreError where it does not go as the run has stored it: another version played that.
    """
    from farwatch import mission

    if isinstance(source, Scenario):
        prepared, chance = made_ready(source), source.seed if seed is None else seed
        return Retold(mission=prepared, seed=chance, trial=trial, traced=mission.trace(prepared, chance, trial))
    rows = np.flatnonzero(source.evidence.trials == trial)
    if not rows.size:
        raise InputError("--trial", [Problem("trial", str(trial), _which(source.evidence.trials))])
    prepared = made_ready(source.scenario)
    traced = mission.trace(prepared, source.seed, trial)
    if not _same(traced.block.outcomes[0], source.evidence.outcomes[rows[0]]):
        stored = source.manifest.get("farwatch", "another")
        rule = f"trial {trial} does not go as it is stored: the run was played by version {stored}, or its files differ"
        raise StoreError(f"{rule}; play it anew")
    return Retold(mission=prepared, seed=source.seed, trial=trial, traced=traced)


def _which(trials: np.ndarray) -> str:
    """Which trials there are. Of a run that was stopped some may lack in the middle: blocks end in any order."""
    last = int(trials.max(initial=-1))
    if len(trials) == last + 1:
        return f"must be from 0 to {last}"
    return f"must be one of the {len(trials)} that were played; the last of them is {last}"


def _same(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether two OUTCOME[n] are equal, NaN for NaN."""
    names = one.dtype.names or ()
    return one.size == other.size and all(np.array_equal(one[n], other[n], equal_nan=True) for n in names)
