"""A plan made ready: its scenarios read, its points made and checked, and how many trials each needs next.

`goals` depends on what is kept alone. Every point begins with the first look of `outcomes.sequential`; a point whose
measures are all known stops, the others go on to the next look, until the budget is played. A difference is wanted of
pairs: both of its points go on until it is known.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from farwatch.campaign.design import combinations, points_of
from farwatch.campaign.estimating import BLOCK_TRIALS, Sample, difference_of, known, sample_of
from farwatch.campaign.figure_rows import FigureRows, rows_of, trials_of
from farwatch.campaign.measured import WEIGHT, columns_of
from farwatch.campaign.plan_file import CampaignPlan, Sensitivity, plain_plan
from farwatch.campaign.plan_meaning import load_all
from farwatch.campaign.plan_reading import check_plan, read_plan
from farwatch.campaign.points import Kept, Point
from farwatch.catalogue.figures import Figure
from farwatch.errors import InputError, Problem
from farwatch.outcomes.sequential import FIRST, GROWTH
from farwatch.scenario import Scenario, ScenarioError, vary

FiguresOf = Callable[[Scenario], Sequence[Figure]]

ALWAYS = ("leaked", "raid_targets", "killed", "rounds_fired", "defence_cost_usd", "raid_cost_usd")
"""Columns that answers read whatever a plan measures."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PlannedStudy:
    """What a plan asks of a campaign: `points.Study` for whoever plays, and what the answers need.

    `measured` are the points at which measures are taken; `rows` the design of the sensitivity analysis after them.
    `pairs` maps a point to the one that it is compared with.
    """

    wanted: CampaignPlan
    seed: int
    scenarios: Mapping[str, Scenario]
    measured: tuple[Point, ...]
    pairs: Mapping[int, int]
    rows: FigureRows | None

    @property
    def plan(self) -> Mapping[str, Any]:
        """The plan as plain JSON values; of files only their names."""
        plain = plain_plan(self.wanted)
        plain["scenarios"] = {name: Path(source).name for name, source in plain["scenarios"].items()}
        return plain

    @property
    def points(self) -> tuple[Point, ...]:
        """Every point; number k stands at place k."""
        return self.measured + (self.rows.points if self.rows else ())

    @property
    def measures(self) -> tuple[str, ...]:
        """Columns of the table `trials` that goals and answers read."""
        plan = self.wanted
        asked = [*plan.measures, *ALWAYS]
        asked += [part.measure for part in (plan.saturation, plan.sensitivity) if part is not None]
        return (*columns_of(asked), *((WEIGHT,) if plan.rare else ()))

    def goals(self, kept: Kept) -> Mapping[int, int]:
        """Trials that each point needs in all; all met: the study is finished."""
        goals = {point.number: self._rows_each() for point in (self.rows.points if self.rows else ())}
        room = self.wanted.budget.trials - sum(goals.values())
        return self._measured_goals(kept, room) | goals

    def _rows_each(self) -> int:
        quantiles = self.rows.points[0].draws.quantiles if self.rows else None
        return 0 if quantiles is None else len(quantiles)

    def _measured_goals(self, kept: Kept, room: int) -> dict[int, int]:
        if not self.wanted.until:
            return {point.number: self.wanted.trials_each for point in self.measured}
        fair = max(room // len(self.measured) // BLOCK_TRIALS * BLOCK_TRIALS, BLOCK_TRIALS)
        now = {point.number: kept.count(point.number) for point in self.measured}
        first = min(FIRST, fair)
        if min(now.values()) < first:
            return {number: max(first, count) for number, count in now.items()}
        return self._next(now, self.unsettled(kept), room)

    def unsettled(self, kept: Kept) -> set[int]:
        """Points that some measure still needs trials of."""
        found: set[int] = set()
        for numbers, sample, half_width in self._aims(kept):
            if not found.issuperset(numbers) and not known(sample, half_width, self.wanted.confidence):
                found.update(numbers)
        return found

    def _aims(self, kept: Kept) -> Iterator[tuple[tuple[int, ...], Sample, float]]:
        """Each thing that shall be known: the points it needs, its sample, the half-width wanted."""
        for measure, half_width in self.wanted.until.items():
            for point in self.measured:
                sample = sample_of(kept, point, measure)
                base = self.pairs.get(point.number)
                if base is not None:
                    first = sample_of(kept, self.measured[base], measure)
                    yield (point.number, base), difference_of(sample, first), half_width
                elif not self.pairs:
                    yield (point.number,), sample, half_width

    def _next(self, now: dict[int, int], unsettled: set[int], room: int) -> dict[int, int]:
        """Goals of the next look: the unsettled points grow alike, within what is left of the budget."""
        left = (room - sum(now.values())) // BLOCK_TRIALS
        wanted = {number: _look(now[number]) - now[number] for number in sorted(unsettled)}
        asked = sum(wanted.values()) // BLOCK_TRIALS
        goals = dict(now)
        for number, more in wanted.items():
            blocks = more // BLOCK_TRIALS
            goals[number] += BLOCK_TRIALS * (blocks if asked <= left else blocks * max(left, 0) // asked)
        return goals


def _look(count: int) -> int:
    """Trials at the look after `count`: GROWTH times as many, in whole blocks."""
    return -(-int(GROWTH * count) // BLOCK_TRIALS) * BLOCK_TRIALS


def study_of(
    source: str | Path | CampaignPlan,
    scenarios: Mapping[str, Scenario] | None = None,
    figures_of: FiguresOf | None = None,
) -> PlannedStudy:
    """A plan, from its file or made in Python, made ready to play; nothing is played.

    scenarios: objects in the place of files, by the names that the plan uses. figures_of: which figures a scenario
    draws; not given, its mission is prepared, and only where a sensitivity analysis is asked for.
    Raises InputError with every problem of the plan, or of the scenarios that it makes.
    """
    if isinstance(source, CampaignPlan):
        check_plan(source, scenarios)
        plan = source
    else:
        plan = read_plan(source)
    loaded, _ = load_all(plan, scenarios or {})
    seed = plan.seed if plan.seed is not None else next(iter(loaded.values())).seed
    measured = points_of(plan, seed)
    _refuse_bad_points(loaded, measured)
    rows = None
    if plan.sensitivity is not None:
        name = plan.sensitivity.scenario or next(iter(plan.scenarios))
        figures = (figures_of or drawn_figures)(loaded[name])
        rows = rows_of(plan.sensitivity, name, figures, len(measured), seed)
        _refuse_bad_rows(plan, plan.sensitivity, rows, len(measured))
    pairs = pairs_of(plan, measured)
    return PlannedStudy(wanted=plan, seed=seed, scenarios=loaded, measured=measured, pairs=pairs, rows=rows)


def drawn_figures(scenario: Scenario) -> Sequence[Figure]:
    """Figures that a mission with this scenario draws, in its order."""
    from farwatch import mission

    return mission.prepare(scenario).figures


def pairs_of(plan: CampaignPlan, points: Sequence[Point]) -> dict[int, int]:
    """Which point each is compared with: the same values of the other scenario, or the point that has some values."""
    if plan.compare is None:
        return {}
    partner = plan.compare.with_
    if isinstance(partner, str):
        base = [point for point in points if point.scenario == partner]
        at = {_key(point.changes): point.number for point in base}
        return {point.number: at[_key(point.changes)] for point in points if point.scenario != partner}
    at = {point.scenario: point.number for point in points if _key(point.changes) == _key(partner)}
    return {point.number: at[point.scenario] for point in points if point.number != at[point.scenario]}


def _key(changes: Mapping[str, Any]) -> str:
    return repr(sorted(changes.items(), key=lambda item: item[0]))


def _refuse_bad_points(scenarios: Mapping[str, Scenario], points: Sequence[Point]) -> None:
    """Values may each be right and wrong together: every point is made once before any is played."""
    problems: list[Problem] = []
    for point in points:
        try:
            vary(scenarios[point.scenario], point.changes)
        except ScenarioError as error:
            first = error.problems[0]
            problems.append(Problem(point.label, "", f"{first.where} {first.rule}", first.hint))
    if problems:
        raise InputError("the plan's points", problems[:20])


def _refuse_bad_rows(plan: CampaignPlan, asked: Sensitivity, rows: FigureRows, points: int) -> None:
    if not rows.inputs:
        shown = ", ".join(asked.figures)
        rule = "fits no figure that this scenario draws"
        raise InputError("plan", [Problem("sensitivity.figures", shown, rule, "see `farwatch run`, figures used")])
    each = BLOCK_TRIALS if plan.until else plan.trials_each
    needed = trials_of(asked, len(rows.inputs))
    if needed + points * each > plan.budget.trials:
        rule = f"is too small: {len(rows.inputs)} figures need {needed} trials for {asked.method}"
        rule += f", and {points} points {points * each}"
        fewer = f"at least {needed + points * each}; or fewer figures, by: entry, or fewer rows"
        raise InputError("plan", [Problem("budget.trials", str(plan.budget.trials), rule, fewer)])


def values_at(plan: CampaignPlan, seed: int, field: str) -> tuple[Any, ...]:
    """Every value of one varied field, in the order of the design, each once."""
    return tuple(dict.fromkeys(combination[field] for combination in combinations(plan.vary, seed)))
