"""Examples and the commands of the tutorial run for a stranger: outside the repository, with what is installed."""

import importlib.util
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import farwatch as fw
from conftest import INTERPRETED
from farwatch.campaign import read_plan
from farwatch.cli import app

ROOT = Path(__file__).parents[1]
EXAMPLES = sorted((ROOT / "examples").glob("[0-9]*.py"))
FILES = sorted((ROOT / "examples").glob("*.yaml"))
PLANS = [path for path in FILES if re.search(r"^farwatch-campaign:", path.read_text(encoding="utf-8"), re.M)]
SCENARIOS = [path for path in FILES if path not in PLANS]
PAGES = [ROOT / "docs" / "tutorial.md", ROOT / "README.md"]

pytestmark = pytest.mark.skipif(INTERPRETED, reason="plays whole missions, which takes compiled kernels")


@pytest.mark.slow
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_runs_from_anywhere(example, tmp_path):
    """A copy of the folder, called from another place, answers without a complaint and leaves no file there."""
    copy, desk, spare = tmp_path / "copy", tmp_path / "desk", tmp_path / "spare"
    shutil.copytree(example.parent, copy)
    desk.mkdir()
    spare.mkdir()
    told = subprocess.run(
        [sys.executable, "-W", "error", copy / example.name, "2"],
        cwd=desk,
        env=dict(os.environ, TMPDIR=str(spare), TEMP=str(spare)),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert told.returncode == 0, told.stderr
    assert told.stdout.count("\n") >= 5
    assert not told.stderr
    assert not list(desk.iterdir())


@pytest.mark.parametrize("file", SCENARIOS, ids=lambda path: path.stem)
def test_a_scenario_of_the_examples_has_no_problems(file):
    """What is there to be copied is right."""
    assert fw.check(file) == []


@pytest.mark.parametrize("file", PLANS, ids=lambda path: path.stem)
def test_a_plan_of_the_examples_is_accepted(file):
    """What is there to be copied is right, with its scenarios, and asks a question."""
    assert read_plan(file).title.endswith("?")


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_commands_of_a_page_do_what_it_says(page, tmp_path, monkeypatch):
    """Files and commands of a page, in its order, from an empty folder; with few trials, in plans as well."""
    monkeypatch.chdir(tmp_path)
    for language, block in re.findall(r"^```(yaml|sh)\n(.*?)^```", page.read_text(encoding="utf-8"), re.M | re.S):
        named = re.match(r"# (\S+\.yaml)\n", block)
        if language == "yaml" and named:
            few = re.sub(r"^(trials|until):.*$", "trials: 2", block, flags=re.M)
            Path(named[1]).write_text(few, encoding="utf-8")
        for line in block.splitlines() if language == "sh" else ():
            if line.startswith("farwatch "):
                _type(line)


def _type(line):
    """Do as a shell would with one command of ours, playing 2 trials where it says how many."""
    words = shlex.split(re.sub(r"--trials \d+", "--trials 2", line), comments=True)[1:]
    kept = words.pop() if ">" in words else None
    told = CliRunner().invoke(app, [word for word in words if word != ">"])
    assert told.exit_code == 0, f"{line}\n{told.output}"
    if kept:
        Path(kept).write_text(told.stdout, encoding="utf-8")


@pytest.mark.slow
@pytest.mark.regression
@pytest.mark.skipif(sys.platform != "linux", reason="mathematical functions differ in their last digit")
def test_the_tutorial_shows_what_its_reader_sees():
    """The table on the page is the one that is printed; if not: python builders/tutorial_sample.py"""
    builder = _builder()
    assert builder.BLOCK.search(builder.PAGE.read_text(encoding="utf-8"))[0] == builder.sample()


@pytest.mark.slow
def test_the_tutorial_is_right_about_what_the_site_does():
    """Mast, smooth earth, low ground and height change the range of first sight in the way the page tells."""
    site = _builder().scenario()
    changes = {
        "mast": {"defence.alpha.antenna_height_m": 40},
        "smooth": {"terrain": None},
        "beside": {"defence.alpha.at": {"lat_deg": 23.62, "lon_deg": 45.25}},
        "higher": {"raid.low.height_agl_m": 300},
    }
    plain_km = _seen_km(site)
    seen_km = {name: _seen_km(fw.vary(site, change))["low"] for name, change in changes.items()}
    assert seen_km["beside"] < seen_km["smooth"] < plain_km["low"] < seen_km["mast"] < seen_km["higher"]
    assert plain_km["high"] > 402 > 3 * plain_km["low"]


def _seen_km(scenario):
    """Median range of first detection of each group, km."""
    groups = fw.run(scenario, trials=8).summary().groups
    return {row.name: row.seen_range_m.median / 1e3 for row in groups}


def _builder():
    spec = importlib.util.spec_from_file_location("tutorial_sample", ROOT / "builders" / "tutorial_sample.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
