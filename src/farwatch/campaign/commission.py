"""A campaign from its plan to its answers: `fw.campaign("plan.yaml")`."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from farwatch.campaign.answer_tables import tables_of
from farwatch.campaign.answers import Answers, answer
from farwatch.campaign.conduct import conduct
from farwatch.campaign.execute import Listener
from farwatch.campaign.executors import Executor, threads
from farwatch.campaign.files import unreadable
from farwatch.campaign.ledger import Ledger
from farwatch.campaign.origin import plan_of
from farwatch.campaign.plan_file import CampaignPlan
from farwatch.campaign.plan_meaning import load_all
from farwatch.campaign.plan_reading import read_plan
from farwatch.campaign.playing import play_unit
from farwatch.campaign.points import Kept, Point
from farwatch.campaign.rows import POINT
from farwatch.campaign.study import PlannedStudy, study_of
from farwatch.campaign.trials import stored
from farwatch.catalogue.figures import Figure
from farwatch.errors import InputError, StoreError
from farwatch.outcomes import parquet
from farwatch.outcomes.tables import Table
from farwatch.scenario import Scenario, digest


@dataclass(frozen=True, eq=False)
class Campaign:
    """A finished, or interrupted, campaign.

    `points` are what was played, `answers()` everything it can say, `tables` the same as tables, `kept` the trials by
    point. `figures` are those of the catalogue that trials drew. A page of it is `farwatch.report.campaign_page`.
    """

    study: PlannedStudy
    kept: Kept
    figures: tuple[Figure, ...]
    finished: bool

    @property
    def plan(self) -> CampaignPlan:
        """What was asked for."""
        return self.study.wanted

    @property
    def points(self) -> tuple[Point, ...]:
        """Points at which measures were taken."""
        return self.study.measured

    @property
    def interrupted(self) -> bool:
        """Whether it was stopped before its goals were met."""
        return not self.finished

    def answers(self) -> Answers:
        """Everything it can say; computed once."""
        return self._answers

    @cached_property
    def _answers(self) -> Answers:
        return answer(self.study, self.kept, self.figures, finished=self.finished)

    @cached_property
    def tables(self) -> dict[str, Table]:
        """The answers as tables by name: points, differences, curves, sensitivity."""
        return tables_of(self.answers())


def campaign(
    plan: str | Path | CampaignPlan,
    out: str | Path | None = None,
    executor: Executor | int | None = None,
    progress: Listener | None = None,
    scenarios: Mapping[str, Scenario] | None = None,
) -> Campaign:
    """Play a plan until its goals are met, and answer it.

    plan: a file, YAML text of more than one line, or a plan made in Python. out: a folder that keeps every trial; one
    that holds a part of this very campaign is continued. executor: where units are played, or how many threads; all
    cores when not given. Changes no result. progress is called after each unit. scenarios: objects in the place of
    files, by the names that the plan uses.
    Raises InputError with every problem of a plan before anything is played, StoreError for a folder that does not fit.
    """
    study = study_of(plan, scenarios)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory())) if out is None else Path(out)
        where = stack.enter_context(threads(executor)) if executor is None or isinstance(executor, int) else executor
        kept = conduct(study, play_unit, where, Ledger(folder), progress)
        figures = _drawn(study.scenarios, kept.ledger)
        return Campaign(study, kept, figures, kept.finished)


def read_campaign(folder: str | Path, scenarios: Mapping[str, Scenario] | None = None) -> Campaign:
    """A campaign from its folder, finished or not; StoreError when it is none.

    scenarios: by name, in the place of stored ones; needed only where one names files of its own, a sensitivity
    analysis is asked for, and the plan is no longer where it was.
    """
    ledger = Ledger(Path(folder))
    manifest = ledger.manifest()
    try:
        plan = CampaignPlan.model_validate(manifest["plan"])
        found = {name: Scenario.model_validate(raw) for name, raw in manifest["scenarios"].items()}
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise unreadable(folder, "campaign", error) from error
    study = study_of(plan, found | _beside(Path(folder), found) | dict(scenarios or {}))
    kept = stored(folder, study.measures)
    return Campaign(study, kept, _drawn(study.scenarios, kept.ledger), kept.finished)


def _beside(folder: Path, found: Mapping[str, Scenario]) -> dict[str, Scenario]:
    """Those of the stored scenarios that still are what their files say: they know where their terrain lies."""
    try:
        there, _ = load_all(read_plan(plan_of(folder)), {})
    except (StoreError, InputError):
        return {}
    return {name: it for name, it in there.items() if name in found and digest(it) == digest(found[name])}


def _drawn(scenarios: Mapping[str, Scenario], ledger: Ledger) -> tuple[Figure, ...]:
    """Figures that stored trials drew, each once, as the scenarios' catalogues have them."""
    names = _columns(ledger.files_of("figures"), ledger.pending_rows("figures"))
    known: dict[str, Figure] = {}
    for scenario in scenarios.values():
        known = _figures(scenario) | known
    return tuple(known[name] for name in names if name in known)


def _figures(scenario: Scenario) -> dict[str, Figure]:
    from farwatch import catalogue

    return catalogue.figures(scenario.resolved_catalogue())


def _columns(paths: Sequence[Path], waiting: Mapping[str, Any]) -> list[str]:
    there = dict.fromkeys([*(parquet.columns_of(paths) if paths else ()), *waiting])
    return [name for name in there if name not in {POINT.name, "trial"}]
