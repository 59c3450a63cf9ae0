"""Texts from anywhere: whatever a scenario or a plan says, it is read in bounds, and names nothing
outside the folder."""

import time

import pytest

from console.conftest import SITE
from farwatch.console.drafts import (
    MOST_TOLD,
    MOST_VALUES,
    check_plan,
    is_inside,
    problems_of,
    read_draft,
    read_plan_draft,
)
from farwatch.console.library import MOST_TEXT
from farwatch.errors import InputError

OUTSIDE = "lies outside the folder"

LAUGHS = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{k}: &a{k} [{', '.join([f'*a{k - 1}'] * 10)}]\n" for k in range(1, 12)
)


@pytest.fixture
def place(tmp_path):
    """A folder, and a secret beside it."""
    (tmp_path / "secret.tif").write_bytes(b"x")
    (tmp_path / "secret.csv").write_bytes(b"x")
    home = tmp_path / "home"
    home.mkdir()
    (home / "own.tif").write_bytes(b"x")
    (home / "link.tif").symlink_to(tmp_path / "secret.tif")
    return home.resolve()


def rules(text, home):
    return [f"{problem.where}: {problem.rule}" for problem in read_draft(text, home)[1]]


def test_a_sound_text_is_a_scenario(place):
    """With its own terrain beside it."""
    scenario, problems = read_draft(f"{SITE}terrain: own.tif\n", place)
    assert problems == []
    assert scenario.terrain_file == place / "own.tif"
    assert read_draft(f"{SITE}terrain: arabia-30s\n", place)[1] == []


@pytest.mark.parametrize(
    "path",
    [
        "../secret.tif",
        "/etc/passwd.tif",
        "a/../../secret.tif",
        "link.tif",
        "../nothing.tif",
        "../home/../secret.tif",
        "/vsicurl/http://evil.io/x.tif",
        "//evil.io/x.tif",
    ],
)
def test_no_terrain_outside_the_folder(place, path):
    """Refused before anything is looked at: the answer is the same whether the file is there or not."""
    (told,) = rules(f"{SITE}terrain: {path}\n", place)
    assert told.startswith("terrain: ")
    assert OUTSIDE in told


def test_no_recording_outside_the_folder(place):
    """Each row by its own line, the others still checked."""
    rows = "".join(f"  - {{recorded: {name}}}\n" for name in ("../secret.csv", "swiss-traffic", "no.csv"))
    text = f"{SITE}traffic:\n{rows}"
    problems = read_draft(text, place)[1]
    assert [(problem.line, OUTSIDE in problem.rule) for problem in problems] == [(7, True), (9, False)]
    assert problems[0].value == "../secret.csv"


@pytest.mark.parametrize("path", ["a\x00b", "x" * 5000, "~/x.tif", "file:///etc/passwd"])
def test_strange_paths_are_problems_not_errors(place, path):
    """NUL, far too long, a home folder, an address."""
    text = SITE + "terrain: " + '"' + path.replace("\x00", "\\0") + '"\n'
    assert len(rules(text, place)) == 1
    assert not is_inside("a\x00b", place)


BOMBS = {
    "laughs": LAUGHS,
    "deep": "a: " + "[" * 100_000,
    "deep_mapping": "".join(f"{' ' * k}a:\n" for k in range(2000)),
    "long_number": "a: " + "9" * 500_000,
    "wide": "a: [" + "1," * 400_000 + "]",
    "tag": "a: !!python/object/apply:os.system [id]",
    "binary": "\x00\x01\x02",
    "self": "a: &a [*a]",
    "many_documents": "---\na\n" * 10_000,
    "quotes": '"' * 900_000,
    "raid": SITE + "raid:\n" + "  - {name: a, class: no-such, count: x, to: y}\n" * 15_000,
    "fields": SITE + "".join(f"field{k}: 1\n" for k in range(30_000)),
    "html": SITE.replace("A site", "<script>alert(1)</script><svg onload=alert(1)>"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_are_bounded(place, name):
    """Billion laughs, depth, width, tags, a hundred thousand mistakes: a short answer in a short time."""
    text = BOMBS[name][:MOST_TEXT]
    start = time.process_time()
    problems = read_draft(text, place)[1]
    assert time.process_time() - start < 10.0
    assert (len(problems) == 0) == (name == "html")
    assert len(problems) <= MOST_TOLD + 1
    assert sum(len(str(problem)) for problem in problems) < 200_000


PLAN = "farwatch-campaign: 1\ntitle: Which\nscenarios: {a: SCENARIO}\nvary: {fields: {FIELD: [VALUE, arabia-30s]}}\n"


@pytest.mark.parametrize(
    ("scenario", "field", "value", "refused"),
    [
        ("desert-battery", "weather.rain_mm_h", "0", None),
        ("desert-battery", "terrain", "alps-3s", None),
        ("../secret.yaml", "terrain", "alps-3s", "scenarios.a"),
        ("/etc/passwd", "terrain", "alps-3s", "scenarios.a"),
        ("site.yaml", "terrain", "../secret.tif", "vary.fields.terrain"),
        ("desert-battery", "traffic", "[{recorded: ../secret.csv}]", "vary.fields.traffic"),
        ("bad.yaml", "terrain", "alps-3s", "scenarios.a"),
    ],
)
def test_a_plan_names_nothing_outside(place, scenario, field, value, refused):
    """Its scenarios, the files that they name, and files that it puts into them."""
    (place / "site.yaml").write_text(SITE)
    (place / "bad.yaml").write_text(f"{SITE}terrain: ../secret.tif\n")
    plan = place / "plan.yaml"
    text = PLAN.replace("SCENARIO", scenario).replace("FIELD", field).replace("VALUE", value)
    plan.write_text(text.replace("arabia-30s", "1") if field.startswith("weather") else text)
    if refused is None:
        check_plan(plan, place)
    else:
        with pytest.raises(InputError, match=OUTSIDE) as told:
            check_plan(plan, place)
        assert refused in [problem.where for problem in told.value.problems]


def test_a_broken_plan_is_told(place):
    """Not YAML, not a plan, a bomb."""
    for text in ("a: [", "3", LAUGHS, ""):
        (place / "plan.yaml").write_text(text)
        with pytest.raises(InputError):
            check_plan(place / "plan.yaml", place)


def test_a_plans_text_is_checked_as_the_file_is(place):
    """Every problem with its line, and files beside it are found; also one that is not saved yet."""
    (place / "site.yaml").write_text(SITE)
    text = PLAN.replace("SCENARIO", "site.yaml").replace("FIELD", "terrain").replace("VALUE", "alps-3s")
    assert read_plan_draft(text, place) == []
    wrong = text.replace("site.yaml", "sites.yaml").replace("title: Which", "titel: Which")
    problems = read_plan_draft(wrong, place)
    assert {(2, "titel"), (3, "scenarios.a")} <= {(one.line, one.where) for one in problems}
    assert "site.yaml" in next(one.hint for one in problems if one.where == "scenarios.a")


def test_a_plan_of_too_many_values_is_refused_at_once(place):
    """Each would be tried in each scenario."""
    many = ", ".join(map(str, range(MOST_VALUES + 1)))
    text = f"farwatch-campaign: 1\ntitle: x\nscenarios: {{a: desert-battery}}\nvary: {{fields: {{seed: [{many}]}}}}\n"
    (problem,) = read_plan_draft(text, place)
    assert (problem.line, "more than" in problem.rule) == (4, True)


def test_a_battery_off_its_terrain_is_told_before_a_run(place):
    """At its line, with what the terrain holds; on the terrain, on a smooth earth and on a broken file nothing is."""
    text = f"{SITE}terrain: arabia-30s\n"
    assert problems_of(text, place, "scenario") == []
    (problem,) = problems_of(text.replace("lat_deg: 23.6", "lat_deg: 48.2"), place, "scenario")
    assert (problem.where, problem.line) == ("defence.alpha.at", 5)
    assert "lies outside the terrain, which holds latitude 19.1 to 28.1" in problem.rule
    for sound in (SITE, f"{SITE}terrain: own.tif\n", text.replace("lon_deg: 45.2", "lon_deg: -314.8")):
        assert [one.rule for one in problems_of(sound, place, "scenario") if "terrain" in one.rule] == []
