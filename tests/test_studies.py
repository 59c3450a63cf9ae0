"""The studies of `examples/studies`: each can be handed on, its files are right, and its commands do what they say."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import farwatch as fw
from conftest import INTERPRETED
from farwatch.campaign.plan_reading import read_plan
from farwatch.cli import app

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "examples" / "studies"
STUDIES = sorted(path for path in FOLDER.iterdir() if path.is_dir())
FILES = sorted(FOLDER.glob("*/*.yaml"))
PLANS = [path for path in FILES if re.search(r"^farwatch-campaign:", path.read_text(encoding="utf-8"), re.M)]
SCENARIOS = [path for path in FILES if path not in PLANS]
HEADINGS = ["Question", "Plan", "Answer", "What it hangs on", "Limits"]


def _name(path):
    return f"{path.parent.name}/{path.stem}"


@pytest.mark.parametrize("file", SCENARIOS, ids=_name)
def test_a_scenario_of_the_studies_has_no_problems(file):
    """What is there to be copied is right."""
    assert fw.check(file) == []


@pytest.mark.parametrize("file", PLANS, ids=_name)
def test_a_plan_of_the_studies_is_accepted(file):
    """A plan is read whole, with its scenarios, and asks for no more than some minutes of work."""
    plan = read_plan(file)
    assert plan.trials_each <= 400
    assert plan.title.endswith("?")


def test_every_study_has_a_plan_or_a_script_and_scenarios():
    """Five studies, and no file of them is left out of these tests."""
    assert len(STUDIES) == 5
    for study in STUDIES:
        assert list(study.glob("study.py")) or [plan for plan in PLANS if plan.parent == study], study.name
    assert {path.parent for path in SCENARIOS} >= {path for path in STUDIES if path.name != "which-unknown"}


@pytest.mark.parametrize("study", STUDIES, ids=lambda path: path.name)
def test_the_page_of_a_study_says_what_was_asked_done_found_and_left_open(study):
    """The same headings in the same order, each followed by something."""
    page = (study / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"^## (.+)$", page, re.M) == HEADINGS
    assert all(len(part.strip()) > 80 for part in re.split(r"^## .+$", page, flags=re.M)[1:])


@pytest.mark.parametrize("study", STUDIES, ids=lambda path: path.name)
def test_a_study_is_listed_for_readers(study):
    """The index beside the studies, and the page of the documentation, name it."""
    for page in (FOLDER / "README.md", ROOT / "docs" / "studies.md"):
        assert study.name in page.read_text(encoding="utf-8"), page.name


@pytest.mark.parametrize("study", STUDIES, ids=lambda path: path.name)
def test_commands_of_a_study_name_files_that_are_there(study):
    """What a page tells to type is there to be typed."""
    page = (study / "README.md").read_text(encoding="utf-8")
    blocks = "\n".join(re.findall(r"^```sh\n(.*?)^```", page, re.M | re.S))
    named = re.findall(r"(?:campaign run|python) (\S+)", blocks)
    assert named
    assert not [name for name in named if not (study / name).is_file()]


@pytest.mark.parametrize("study", [path for path in STUDIES if path.name != "what-402-km-means"], ids=lambda p: p.name)
def test_variants_that_a_study_compares_meet_the_same_raid(study):
    """Scenarios of one plan differ in their defence alone, so that a difference has one cause."""
    for plan in (path for path in PLANS if path.parent == study):
        scenarios = [fw.load(study / name) for name in read_plan(plan).scenarios.values() if name.endswith(".yaml")]
        bare = {repr(one.model_copy(update={"defence": (), "title": ""})) for one in scenarios}
        assert len(bare) <= 1, plan.name


@pytest.mark.skipif(INTERPRETED, reason="a process of its own, which compiles what it needs")
def test_the_script_of_402_km_prints_what_its_page_says(tmp_path):
    """Run from a copy elsewhere it makes no complaint, and every distance in its page's table is one that it prints."""
    study = FOLDER / "what-402-km-means"
    shutil.copytree(study, tmp_path / "copy")
    told = subprocess.run(
        [sys.executable, "-W", "error", tmp_path / "copy" / "study.py"],
        cwd=tmp_path,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert told.returncode == 0, told.stderr
    assert not told.stderr
    page = (study / "README.md").read_text(encoding="utf-8")
    shown = re.findall(r"\d+ \(\d+ to \d+\)", "".join(line for line in page.splitlines() if line.startswith("| ")))
    assert len(shown) >= 3 * 12
    assert set(shown) <= set(re.findall(r"\d+ \(\d+ to \d+\)", told.stdout))


@pytest.mark.slow
@pytest.mark.skipif(INTERPRETED, reason="plays whole missions, which takes compiled kernels")
def test_a_plan_of_the_studies_plays_through_the_command_line(tmp_path):
    """A smaller copy of one plan, four points of eight trials: it answers, and writes its page."""
    copy = tmp_path / "copy"
    shutil.copytree(FOLDER / "medium-or-long", copy)
    text = (copy / "plan.yaml").read_text(encoding="utf-8")
    for many, few in (("[0, 4, 8]", "[0, 8]"), ("[12, 23, 34]", "[12, 34]"), ("trials: 80 ", "trials: 8 ")):
        assert many in text
        text = text.replace(many, few)
    (copy / "plan.yaml").write_text(text, encoding="utf-8")
    out = tmp_path / "out"
    told = CliRunner().invoke(app, ["campaign", "run", str(copy / "plan.yaml"), "--out", str(out)])
    assert told.exit_code == 0, told.output
    assert read_plan(copy / "plan.yaml").trials_each == 8
    assert "ready.40n6e 8" in told.output
    assert (out / "report.html").stat().st_size > 10_000
