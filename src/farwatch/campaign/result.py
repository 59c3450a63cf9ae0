"""What a campaign hands back: tables, the answer, and the manifest; saved to a folder and loaded from one."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from farwatch.campaign.files import unreadable
from farwatch.campaign.plan import BLOCK_TRIALS
from farwatch.campaign.store import Store
from farwatch.outcomes.evidence import Cast, Evidence, cast_from_json
from farwatch.outcomes.measures import summarise
from farwatch.outcomes.summary import Summary
from farwatch.outcomes.tables import Table
from farwatch.outcomes.tabulate import build
from farwatch.scenario import Scenario


@dataclass(frozen=True, eq=False)
class Result:
    """A finished, or interrupted, campaign.

    `evidence` holds the raw arrays; `tables` the same with declared columns (`docs/results.md`); `summary()`
    the answer. `interrupted` says that fewer trials were played than asked for. Tables are made when first
    asked for.
    """

    scenario: Scenario
    cast: Cast
    evidence: Evidence
    manifest: dict[str, Any]

    def __len__(self) -> int:
        """Trials played."""
        return len(self.evidence)

    @property
    def seed(self) -> int:
        """Seed of all chance."""
        return int(self.manifest["seed"])

    @property
    def interrupted(self) -> bool:
        """Whether it was stopped before all trials were played."""
        return bool(self.manifest["interrupted"])

    @cached_property
    def tables(self) -> dict[str, Table]:
        """Every table by name: targets, trials, rounds, assets, radars, figures, events."""
        return build(self.cast, self.evidence)

    @property
    def targets(self) -> Table:
        """One row per trial and target."""
        return self.tables["targets"]

    @property
    def trials(self) -> Table:
        """One row per trial."""
        return self.tables["trials"]

    @property
    def rounds(self) -> Table:
        """One row per trial, battery and kind of round."""
        return self.tables["rounds"]

    @property
    def assets(self) -> Table:
        """One row per trial and defended asset."""
        return self.tables["assets"]

    @property
    def radars(self) -> Table:
        """One row per trial and radar."""
        return self.tables["radars"]

    @property
    def figures(self) -> Table:
        """One row per trial and drawn figure."""
        return self.tables["figures"]

    @property
    def events(self) -> Table:
        """The log of the traced trial, one row per event."""
        return self.tables["events"]

    def summary(self) -> Summary:
        """What happened, how sure we are, and why; computed once."""
        return self._summary

    @cached_property
    def _summary(self) -> Summary:
        return summarise(self.cast, self.evidence)

    def save(self, folder: str | Path) -> None:
        """Write everything to `folder`: the same files that `run(..., out=folder)` writes."""
        store = Store(Path(folder))
        store.open(self.manifest)
        for first in sorted({int(trial) // BLOCK_TRIALS * BLOCK_TRIALS for trial in self.evidence.trials}):
            store.write_block(_slice(self.evidence, first))
        finish(store, self)


@dataclass(frozen=True, slots=True)
class _Slice:
    """Some consecutive trials of the evidence, in the form of a played block."""

    first_trial: int
    outcomes: Any
    tallies: Any
    workloads: Any
    rounds_fired: Any
    empty_s: Any
    figures: Any
    events: Any


def _slice(evidence: Evidence, first: int) -> _Slice:
    inside = (evidence.trials >= first) & (evidence.trials < first + BLOCK_TRIALS)
    return _Slice(
        first,
        evidence.outcomes[inside],
        evidence.tallies[inside],
        evidence.workloads[inside],
        evidence.rounds_fired[inside],
        evidence.empty_s[inside],
        evidence.figures[inside],
        evidence.events if evidence.traced == first else evidence.events[:0],
    )


def finish(store: Store, result: Result) -> None:
    """Write the final tables and the final manifest of a result whose blocks are stored."""
    store.write_tables(result.tables)
    store.write_manifest(result.manifest)


def load_result(folder: str | Path) -> Result:
    """Read a result folder back; StoreError when it is not one. An unfinished run gives the trials it has."""
    store = Store(Path(folder))
    manifest = store.read_manifest()
    try:
        scenario, cast = Scenario.model_validate(manifest["scenario"]), cast_from_json(manifest["cast"])
        _check_kinds(manifest)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise unreadable(folder, "run", error) from error
    evidence = store.read_evidence(cast, manifest["trials_asked"])
    manifest |= {
        "trials_done": len(evidence),
        "interrupted": len(evidence) < manifest["trials_asked"],
    }
    return Result(scenario, cast, evidence, manifest)


_KINDS = {"seed": int, "trials_asked": int, "packages": dict, "platform": dict, "inputs": dict}


def _check_kinds(manifest: dict[str, Any]) -> None:
    """TypeError where a part of a manifest that a report tells is not what it should be."""
    for name, kind in _KINDS.items():
        if not isinstance(manifest[name], kind):
            raise TypeError(f"no usable {name!r}")
