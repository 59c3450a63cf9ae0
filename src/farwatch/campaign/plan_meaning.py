"""What is wrong with a plan beyond the shape of each field: between fields, with its scenarios, with the catalogue.

Each rule is a small function that yields findings; a rule whose fields are broken in shape is not asked. `Draft` is
what the rules look at.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from farwatch.campaign.design import is_whole, listed, size_of
from farwatch.campaign.figure_rows import trials_of
from farwatch.campaign.measured import MEASURES
from farwatch.campaign.plan_file import CampaignPlan, Span
from farwatch.errors import InputError, Problem
from farwatch.scenario import Scenario, ScenarioError, load, shipped, vary
from farwatch.scenario.findings import Finding

FEWEST_TRIALS = 8
"""Trials that each point needs at least: one unit of work."""

MOST_POINTS = 10_000
MOST_TOLD = 5
"""Problems told of one scenario's file; the rest are counted."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A plan, its scenarios as far as they could be read, and the fields whose shape is wrong: outermost, and whole."""

    plan: CampaignPlan
    scenarios: Mapping[str, Scenario]
    broken: frozenset[str]
    wrong: frozenset[tuple[str | int, ...]] = frozenset()


Rule = Callable[[Draft], Iterator[Finding]]


def meaning_of(
    plan: CampaignPlan,
    wrong: frozenset[tuple[str | int, ...]] = frozenset(),
    scenarios: Mapping[str, Scenario] | None = None,
) -> list[Finding]:
    """Everything wrong with a plan whose fields are each right but for those at the `wrong` paths."""
    broken = frozenset(str(path[0]) for path in wrong if path)
    found: list[Finding] = []
    given: Mapping[str, Scenario] = scenarios or {}
    if "scenarios" not in broken:
        given, found = load_all(plan, given)
    draft = Draft(plan, given, broken, wrong)
    for needs, rule in _RULES:
        if not broken & needs:
            found += rule(draft)
    return found


def load_all(plan: CampaignPlan, given: Mapping[str, Scenario]) -> tuple[dict[str, Scenario], list[Finding]]:
    """Scenarios of a plan by name, read from its folder unless `given`, and what is wrong with those that cannot be."""
    found: dict[str, Scenario] = {}
    wrong: list[Finding] = []
    for name, source in plan.scenarios.items():
        if name in given:
            found[name] = given[name]
            continue
        path = source if source in shipped() else (plan.folder or Path()) / source
        try:
            found[name] = load(path)
        except ScenarioError as error:
            wrong += _unread(name, source, path, error)
    return found, wrong


def _unread(name: str, source: str, path: str | Path, error: InputError) -> Iterator[Finding]:
    from farwatch.catalogue import near

    place = ("scenarios", name)
    if isinstance(path, Path) and not path.exists():
        beside = [other.name for other in path.parent.glob("*.y*ml")] if path.parent.is_dir() else []
        yield Finding(path=place, rule="is no file and no shipped scenario", hint=near(source, [*shipped(), *beside]))
        return
    for problem in error.problems[:MOST_TOLD]:
        yield Finding(path=place, rule=f"in {error.source}: {problem}")
    more = len(error.problems) - MOST_TOLD
    if more > 0:
        yield Finding(path=place, rule=f"in {error.source}: {more} more; see `farwatch check`")


# Design ----------------------------------------------------------------------------------------------------


def _design_fits(draft: Draft) -> Iterator[Finding]:
    chosen = draft.plan.vary
    if chosen is None:
        return
    grid = chosen.design == "grid"
    if grid and chosen.points is not None:
        rule = "cannot stand with a grid, which takes every combination"
        yield Finding(path=("vary", "points"), rule=rule, hint="take design: latin-hypercube, or leave it out")
    if not grid and chosen.points is None and ("vary", "points") not in draft.wrong:
        yield Finding(path=("vary", "points"), rule="is missing", hint=f"how many combinations, of a {chosen.design}")
    if chosen.design == "sobol" and chosen.points is not None and chosen.points & (chosen.points - 1):
        hint = f"the nearest are {_powers(chosen.points)}"
        yield Finding(path=("vary", "points"), rule="must be a power of two for a Sobol sequence", hint=hint)
    for path, values in chosen.fields.items():
        place = ("vary", "fields", path)
        if isinstance(values, Span):
            yield from _span(place, values, grid=grid)
        elif len({repr(value) for value in values}) < len(values):
            yield Finding(path=place, rule="holds a value twice", hint="each value once")
    if size_of(chosen) > MOST_POINTS:
        yield Finding(path=("vary",), rule=f"has {size_of(chosen)} combinations, more than {MOST_POINTS}")


def _span(place: tuple[str, ...], span: Span, *, grid: bool) -> Iterator[Finding]:
    if span.low > span.high:
        yield Finding(path=(*place, "low"), rule="must not be above high", hint=f"did you mean low: {span.high:g}?")
    elif span.low == span.high:
        yield Finding(path=(*place, "high"), rule="must be above low: the range is empty", hint="or write a list")
    if grid and span.steps is None:
        yield Finding(path=place, rule="needs steps in a grid", hint="for example {low: 1, high: 3, steps: 3}")
    if not grid and span.steps is not None:
        yield Finding(path=(*place, "steps"), rule="stands in a grid only", hint="the design spreads `points` over it")
    if grid and span.steps and is_whole(span) and span.steps > span.high - span.low + 1 > 1:
        rule = f"is more than the {int(span.high - span.low + 1)} whole numbers in the range"
        yield Finding(path=(*place, "steps"), rule=rule)


def _paths_exist(draft: Draft) -> Iterator[Finding]:
    for path, values in draft.plan.vary.fields.items() if draft.plan.vary else ():
        place = ("vary", "fields", path)
        if path == "seed":
            rule = "cannot be varied: all points of a plan share one seed, and with it their luck"
            yield Finding(path=place, rule=rule, hint="give the plan's own seed, or more trials", at_key=True)
            continue
        for name, scenario in draft.scenarios.items():
            for index, value in _tried(values):
                wrong = _refusal(scenario, {path: value})
                if wrong is not None:
                    yield _field_finding(place, index, name, wrong, many=len(draft.plan.scenarios) > 1)


def _tried(values: tuple[Any, ...] | Span) -> list[tuple[tuple[str | int, ...], Any]]:
    if isinstance(values, Span):
        return [(("low",), values.low), (("high",), values.high)] if values.low <= values.high else []
    return [((index,), value) for index, value in enumerate(values)]


def _refusal(scenario: Scenario, changes: Mapping[str, Any]) -> Problem | None:
    """The first thing wrong with a scenario after some changes."""
    try:
        vary(scenario, changes)
    except ScenarioError as error:
        return error.problems[0]
    return None


def _field_finding(
    place: tuple[str, ...], index: tuple[str | int, ...], scenario: str, wrong: Problem, *, many: bool
) -> Finding:
    of = f" of {scenario}" if many else ""
    if wrong.rule.startswith("is not a path"):
        rule = wrong.rule.replace("of this scenario", of.strip() or "of the scenario")
        return Finding(path=place, rule=rule, hint=wrong.hint, at_key=True)
    where = "" if wrong.where == place[-1] else f"{wrong.where} "
    return Finding(path=(*place, *index), rule=f"is refused by the scenario{of}: {where}{wrong.rule}", hint=wrong.hint)


# Measures, trials, seeds -----------------------------------------------------------------------------------


def _measures_are_known(draft: Draft) -> Iterator[Finding]:
    plan = draft.plan
    for index, name in enumerate(plan.measures):
        if name not in MEASURES:
            yield _unknown(("measures", index), name, "is not a measure", MEASURES)
        elif name in plan.measures[:index]:
            yield Finding(path=("measures", index), rule="is listed twice")
    for name in plan.until:
        if name not in plan.measures:
            rule = "is not among the measures of this plan"
            yield _unknown(("until", name), name, rule, plan.measures, at_key=True)


def _unknown(path: tuple[str | int, ...], name: str, rule: str, choices: Any, *, at_key: bool = False) -> Finding:
    from farwatch.catalogue import near

    return Finding(path=path, rule=rule, hint=near(name, choices), at_key=at_key)


def _other_measures_are_known(draft: Draft) -> Iterator[Finding]:
    for part in ("saturation", "sensitivity"):
        asked = getattr(draft.plan, part)
        if asked is not None and asked.measure not in MEASURES:
            yield _unknown((part, "measure"), asked.measure, "is not a measure", MEASURES)


def _one_way_to_stop(draft: Draft) -> Iterator[Finding]:
    plan = draft.plan
    if plan.trials is not None and plan.until:
        rule = "cannot stand beside until: it fixes what until decides"
        yield Finding(path=("trials",), rule=rule, hint="keep one; budget limits until", at_key=True)


def _budget_is_possible(draft: Draft) -> Iterator[Finding]:
    plan = draft.plan
    points = len(plan.scenarios) * size_of(plan.vary)
    each = FEWEST_TRIALS if plan.until else plan.trials_each
    extra = _sensitivity_trials(draft)
    if points > MOST_POINTS or points * each + extra <= plan.budget.trials:
        return
    needed = f"{points} points need" if points > 1 else "1 point needs"
    parts = f"{needed} at least {each} trials each" if plan.until else f"{needed} {points * each} trials"
    parts += f" and the sensitivity analysis {extra}" if extra else ""
    path = ("budget", "trials")
    yield Finding(path=path, rule=f"is too small: {parts}", hint=f"at least {points * each + extra}")


def _sensitivity_trials(draft: Draft) -> int:
    """Trials of the sensitivity analysis as far as the catalogue tells; one input where it cannot be known yet."""
    asked = draft.plan.sensitivity
    return 0 if asked is None else trials_of(asked, 1)


def _seeds_agree(draft: Draft) -> Iterator[Finding]:
    seeds = {name: scenario.seed for name, scenario in draft.scenarios.items()}
    if draft.plan.seed is None and len(set(seeds.values())) > 1:
        told = ", ".join(f"{name} {seed}" for name, seed in seeds.items())
        rule = f"have different seeds ({told}), and luck is shared under one only"
        yield Finding(path=("scenarios",), rule=rule, hint=f"give the plan a seed, for example {min(seeds.values())}")


# Answers ---------------------------------------------------------------------------------------------------


def _comparison_fits(draft: Draft) -> Iterator[Finding]:
    plan = draft.plan
    if plan.compare is None:
        return
    partner, place = plan.compare.with_, ("compare", "with")
    if isinstance(partner, str):
        yield from _scenario_is_known(draft, place, partner)
        if partner in plan.scenarios and len(plan.scenarios) < 2:
            rule = "is the only scenario: there is nothing to compare it with"
            yield Finding(path=place, rule=rule, hint="name a second scenario, or values of varied fields")
        return
    fields = plan.vary.fields if plan.vary else {}
    for path in fields:
        if path not in partner:
            yield Finding(path=place, rule=f"leaves out {path}", hint="give a value to each varied field")
    for path, value in partner.items():
        if path not in fields:
            yield _unknown((*place, path), path, "is not varied here", fields, at_key=True)
        elif plan.vary is None or plan.vary.design != "grid":
            yield Finding(path=(*place, path), rule="can be found in a grid only", hint="compare with a scenario")
        elif value not in (choices := listed(fields[path])):
            yield _unknown((*place, path), str(value), "is not a value of this field", list(map(str, choices)))


def _scenario_is_known(draft: Draft, place: tuple[str | int, ...], name: str | None) -> Iterator[Finding]:
    if name is not None and name not in draft.plan.scenarios:
        yield _unknown(place, name, "is not a scenario of this plan", draft.plan.scenarios)


def _curve_fits(draft: Draft) -> Iterator[Finding]:
    asked = draft.plan.saturation
    if asked is not None:
        yield from _field_is_scanned(draft, ("saturation", "field"), asked.field, 4)


def _field_is_scanned(draft: Draft, place: tuple[str, ...], field: str, fewest: int) -> Iterator[Finding]:
    fields = draft.plan.vary.fields if draft.plan.vary else {}
    if field not in fields:
        yield _unknown(place, field, "is not a varied field", fields)
    elif draft.plan.vary is not None and draft.plan.vary.design != "grid":
        yield Finding(path=place, rule="needs a grid, so that everything else stays the same along the curve")
    else:
        values = listed(fields[field])
        numbers = [v for v in values if isinstance(v, int | float) and not isinstance(v, bool)]
        if len(numbers) < len(values) or len(numbers) < fewest:
            yield Finding(
                path=place, rule=f"must have {fewest} numbers or more under vary", hint=f"it has {list(values)}"
            )


def _money_fits(draft: Draft) -> Iterator[Finding]:
    plan, asked = draft.plan, draft.plan.break_even
    if asked is None:
        return
    yield from _scenario_is_known(draft, ("break_even", "with"), asked.with_)
    for name in asked.fixed_usd:
        if name not in plan.scenarios:
            path = ("break_even", "fixed_usd", name)
            yield _unknown(path, name, "is not a scenario of this plan", plan.scenarios, at_key=True)
    if asked.field is not None:
        yield from _field_is_scanned(draft, ("break_even", "field"), asked.field, 2)
    elif len(plan.scenarios) < 2:
        rule = "has nothing to set against each other"
        yield Finding(path=("break_even",), rule=rule, hint="name a second scenario, or a varied field", at_key=True)


def _sensitivity_fits(draft: Draft) -> Iterator[Finding]:
    asked = draft.plan.sensitivity
    if asked is None:
        return
    yield from _scenario_is_known(draft, ("sensitivity", "scenario"), asked.scenario)
    wrong = "samples" if asked.method == "morris" else "trajectories"
    if getattr(asked, wrong) is not None:
        right = "trajectories" if asked.method == "morris" else "samples"
        path = ("sensitivity", wrong)
        yield Finding(path=path, rule=f"does not belong to {asked.method}", hint=f"did you mean {right}?", at_key=True)
    if asked.method == "sobol" and asked.samples is not None and asked.samples & (asked.samples - 1):
        hint = f"the nearest are {_powers(asked.samples)}"
        yield Finding(path=("sensitivity", "samples"), rule="must be a power of two", hint=hint)
    name = asked.scenario or next(iter(draft.plan.scenarios))
    if name in draft.scenarios:
        yield from _figures_are_known(asked.figures, draft.scenarios[name])


def _figures_are_known(patterns: tuple[str, ...], scenario: Scenario) -> Iterator[Finding]:
    from farwatch.catalogue import figures

    known = list(figures(scenario.resolved_catalogue()))
    for index, pattern in enumerate(patterns):
        if not any(fnmatchcase(name, pattern) for name in known):
            rule = "is no figure of the catalogue" if "*" not in pattern else "fits no figure of the catalogue"
            yield _unknown(("sensitivity", "figures", index), pattern, rule, known)


def _powers(number: int) -> str:
    low = 1 << (number.bit_length() - 1)
    return f"{low} and {2 * low}"


_RULES: tuple[tuple[frozenset[str], Rule], ...] = (
    (frozenset(), _design_fits),
    (frozenset(), _paths_exist),
    (frozenset({"measures"}), _measures_are_known),
    (frozenset(), _other_measures_are_known),
    (frozenset({"trials"}), _one_way_to_stop),
    (frozenset({"vary", "scenarios", "trials", "until", "budget", "sensitivity"}), _budget_is_possible),
    (frozenset({"seed", "scenarios"}), _seeds_agree),
    (frozenset({"vary", "scenarios", "compare"}), _comparison_fits),
    (frozenset({"vary", "saturation"}), _curve_fits),
    (frozenset({"vary", "scenarios", "break_even"}), _money_fits),
    (frozenset({"scenarios"}), _sensitivity_fits),
)
"""Each rule, and the fields without which it cannot be asked."""
