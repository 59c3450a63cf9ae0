"""A plan is read whole, or refused with everything that is wrong with it."""

import json

import pytest

from farwatch.campaign import plan_schema, read_plan
from farwatch.campaign.plan_file import CampaignPlan
from farwatch.campaign.plan_reading import check_plan
from farwatch.errors import InputError
from farwatch.scenario import load, vary

HEAD = "farwatch-campaign: 1\ntitle: Does it pay?\nscenarios: {alone: desert-battery}\n"


def refused(text):
    """Problems of a plan, by where they are."""
    with pytest.raises(InputError) as caught:
        read_plan(text)
    return {problem.where: problem for problem in caught.value.problems}


def test_a_good_plan_is_read():
    """Every part of a plan arrives, and whole numbers stay whole."""
    plan = read_plan(
        HEAD + "vary: {design: sobol, points: 8, fields: {doctrine.shots_per_look: {low: 1, high: 3},"
        " weather.rain_mm_h: {low: 0.0, high: 4}}}\nuntil: {leaked_share: 0.01}\nseed: 3\nrare: {tilt_odds: 1.5}\n"
    )
    assert plan.title == "Does it pay?"
    assert isinstance(plan.vary.fields["doctrine.shots_per_look"].low, int)
    assert isinstance(plan.vary.fields["weather.rain_mm_h"].low, float)
    assert plan.rare.tilt_odds == 1.5


def test_a_plan_stands_beside_its_scenarios(tmp_path):
    """Paths of scenarios start at the folder of the plan."""
    (tmp_path / "site.yaml").write_text(load_text(), encoding="utf-8")
    (tmp_path / "plan.yaml").write_text(HEAD.replace("desert-battery", "site.yaml"), encoding="utf-8")
    assert read_plan(tmp_path / "plan.yaml").folder == tmp_path
    (tmp_path / "plan.yaml").write_text(HEAD.replace("desert-battery", "sit.yaml"), encoding="utf-8")
    problem = refused(tmp_path / "plan.yaml")["scenarios.alone"]
    assert problem.line == 3
    assert problem.hint.startswith("did you mean site.yaml")


def load_text():
    return "farwatch: 1\ntitle: Empty\ndefence:\n  - {name: alpha, system: s-400, at: {lat_deg: 23.6, lon_deg: 45.2}}\n"


def test_a_broken_scenario_is_told_with_its_own_lines(tmp_path):
    """What is wrong in a scenario's file is told in the plan that names it."""
    (tmp_path / "site.yaml").write_text(load_text().replace("s-400", "s-40"), encoding="utf-8")
    (tmp_path / "plan.yaml").write_text(HEAD.replace("desert-battery", "site.yaml"), encoding="utf-8")
    assert "in site.yaml: line 4: defence.alpha.system" in refused(tmp_path / "plan.yaml")["scenarios.alone"].rule


def test_all_problems_come_at_once_with_lines():
    """Shape, meaning and scenarios are looked at together."""
    found = refused(
        "farwatch-campaing: 1\ntitle: x\nscenarios: {alone: desert-batery, b: desert-battery}\nvary:\n"
        "  fields:\n    raid.drones-nort.count: [1, 2]\n    doctrine.shots_per_look: {low: 3, high: 1, stesp: 3}\n"
        "    weather.rain_mm_h: []\nmeasures: [leeked]\n"
        "until: {leaked: -1}\ntrials: 2.5\nsensitivity: {method: moris}\n"
    )
    assert found["farwatch-campaing"].hint == "did you mean farwatch-campaign?"
    assert found["scenarios.alone"].hint == "did you mean desert-battery?"
    assert "did you mean drones-north" in found["vary.fields.raid.drones-nort.count"].hint
    assert found["vary.fields.doctrine.shots_per_look.low"].line == 7
    assert found["vary.fields.doctrine.shots_per_look.stesp"].hint == "did you mean steps?"
    assert found["vary.fields.weather.rain_mm_h"].rule == "must have at least 1 item"
    assert "did you mean leaked" in found["measures.0"].hint
    assert found["until.leaked"].rule == "must be greater than 0"
    assert found["trials"].rule == "must be a whole number"
    assert found["sensitivity.method"].hint == "did you mean morris?"


@pytest.mark.parametrize(
    ("part", "where", "says"),
    [
        ("vary: {fields: {raid.drones-north.count: [2, 2]}}", "vary.fields.raid.drones-north.count", "twice"),
        (
            "vary: {fields: {raid.drones-north.count: {low: 1, high: 3}}}",
            "vary.fields.raid.drones-north.count",
            "steps",
        ),
        (
            "vary: {fields: {raid.drones-north.count: {low: 3, high: 3, steps: 2}}}",
            "vary.fields.raid.drones-north.count.high",
            "empty",
        ),
        ("vary: {fields: {raid.drones-north.count: [-2]}}", "vary.fields.raid.drones-north.count.0", "at least 1"),
        ("vary: {fields: {seed: [1, 2]}}", "vary.fields.seed", "share one seed"),
        ("vary: {points: 4, fields: {raid.drones-north.count: [2]}}", "vary.points", "every combination"),
        ("vary: {design: sobol, points: 6, fields: {weather.rain_mm_h: [1, 2]}}", "vary.points", "power of two"),
        ("vary: {design: latin-hypercube, fields: {weather.rain_mm_h: [1, 2]}}", "vary.points", "is missing"),
        ("until: {killed: 1}", "until.killed", "is not among the measures"),
        ("until: {leaked: 1}\ntrials: 9", "trials", "cannot stand beside until"),
        ("trials: 300\nbudget: {trials: 200}", "budget.trials", "1 point needs 300 trials"),
        (
            "vary: {fields: {weather.rain_mm_h: [0, 1, 2]}}\nuntil: {leaked: 1}\nbudget: {trials: 2}",
            "budget.trials",
            "3 points need at least 8 trials each",
        ),
        ("compare: {with: alone}", "compare.with", "only scenario"),
        ("compare: {with: {weather.rain_mm_h: 1}}", "compare.with.weather.rain_mm_h", "is not varied"),
        (
            "vary: {fields: {weather.rain_mm_h: [0, 1]}}\ncompare: {with: {weather.rain_mm_h: 3}}",
            "compare.with.weather.rain_mm_h",
            "is not a value",
        ),
        ("saturation: {field: raid.drones-north.count}", "saturation.field", "is not a varied field"),
        (
            "vary: {fields: {weather.rain_mm_h: [0, 1, 2]}}\nsaturation: {field: weather.rain_mm_h}",
            "saturation.field",
            "4 numbers or more",
        ),
        ("saturation: {field: x, measure: leeks}", "saturation.measure", "is not a measure"),
        ("break_even: {}", "break_even", "nothing to set against"),
        ("break_even: {with: no, fixed_usd: {layered: 1}}", "break_even.fixed_usd.layered", "is not a scenario"),
        ("sensitivity: {method: morris, samples: 64}", "sensitivity.samples", "does not belong to morris"),
        ("sensitivity: {method: sobol, samples: 65}", "sensitivity.samples", "power of two"),
        (
            "sensitivity: {method: sobol, figures: [48n6e3.rnage]}",
            "sensitivity.figures.0",
            "no figure of the catalogue",
        ),
        ("sensitivity: {method: sobol, figures: [nothing.*]}", "sensitivity.figures.0", "fits no figure"),
    ],
)
def test_a_bad_part_is_refused_with_its_reason(part, where, says):
    """One problem, at its place, with its line and the rule."""
    problem = refused(f"{HEAD}{part}\n")[where]
    assert says in problem.rule
    assert problem.line is not None


def test_scenarios_with_clashing_seeds_are_refused():
    """Luck is shared under one seed; a plan without one cannot choose between two."""
    two = vary(load("alpine-site"), {"seed": 99})
    plan = CampaignPlan.model_validate({"title": "x", "scenarios": {"a": "desert-battery", "b": "b"}})
    with pytest.raises(InputError, match="have different seeds"):
        check_plan(plan, {"b": two})
    check_plan(plan.model_copy(update={"seed": 5}), {"b": two})


@pytest.mark.parametrize("text", ["- 1\n- 2", "a: 1\nb: {", "\n \n"])
def test_what_is_no_plan_is_refused(text):
    """A list, broken YAML, nothing at all."""
    assert refused(text)


def test_a_scenario_is_no_plan():
    """One mistake, and what to do; not one problem in each field."""
    found = refused("farwatch: 1\ntitle: x\ndefence: []\nraid: []\n")
    assert list(found) == ["file"]
    assert "is a scenario, not a plan" in found["file"].rule


def test_one_mistake_is_told_once():
    """Points below two are not missing as well, and samples of morris need be no power of two."""
    part = "vary: {design: sobol, points: 1, fields: {weather.rain_mm_h: [1, 2]}}\n"
    with pytest.raises(InputError) as error:
        read_plan(f"{HEAD}{part}sensitivity: {{method: morris, samples: 20}}\n")
    assert [problem.where for problem in error.value.problems] == ["vary.points", "sensitivity.samples"]


def test_an_absent_file_is_named(tmp_path):
    """The nearest file is offered."""
    (tmp_path / "plan.yaml").write_text(HEAD, encoding="utf-8")
    assert "plan.yaml" in refused(tmp_path / "plam.yaml")["file"].hint


def test_the_schema_knows_every_field():
    """The JSON Schema is plain JSON and has the fields of the model, by their names in a file."""
    made = json.loads(json.dumps(plan_schema()))
    assert {"farwatch-campaign", "scenarios", "vary", "until", "compare", "sensitivity"} <= set(made["properties"])
    assert "with" in made["$defs"]["Compare"]["properties"]
