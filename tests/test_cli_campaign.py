"""The verbs of `farwatch campaign`: what they say, what they leave behind, how they end."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from campaign.rehearsed import Rehearsal, contents
from campaign.test_conduct import conducted
from farwatch.campaign.origin import note, plan_of
from farwatch.cli import app
from farwatch.errors import StoreError
from test_cli import SMALL

PLAN = """\
farwatch-campaign: 1
title: One shot a look, or two?
scenarios: {small: small.yaml}
vary: {fields: {doctrine.shots_per_look: [1, 2]}}
trials: 16
"""


@pytest.fixture
def run():
    """Runs a command line in this process."""
    return lambda *words: CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture
def plan(tmp_path):
    """A small plan in a file, beside its scenario; needs the answers of a campaign."""
    pytest.importorskip("farwatch.campaign.commission")
    (tmp_path / "small.yaml").write_text(SMALL)
    (tmp_path / "plan.yaml").write_text(PLAN)
    return tmp_path / "plan.yaml"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A finished campaign that is only arithmetic."""
    place = tmp_path_factory.mktemp("campaign")
    conducted(place, Rehearsal(goal=40))
    return place


def test_status_tells_each_point(run, folder):
    """Labels, trials and whether it is finished."""
    found = run("campaign", "status", folder)
    assert found.exit_code == 0
    assert "2 shots" in found.output
    assert "in 3 rounds: finished" in found.output


def test_a_query_is_answered_in_each_form(run, folder):
    """As a table, as CSV, as JSON."""
    sql = "SELECT point, count(*) AS trials, NULL AS nothing FROM trials GROUP BY point ORDER BY point"
    table, csv, told = (run("campaign", "query", folder, sql, "--format", form) for form in ("table", "csv", "json"))
    assert [each.exit_code for each in (table, csv, told)] == [0, 0, 0]
    assert table.output.splitlines()[0].split() == ["point", "trials", "nothing"]
    assert csv.output.splitlines()[0] == "point,trials,nothing"
    rows = json.loads(told.output)
    assert [row["point"] for row in rows] == [0, 1, 2]
    assert rows[0]["nothing"] is None
    assert csv.output.splitlines()[1] == f"0,{rows[0]['trials']},"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("query", "{folder}", "SELECT leeked FROM trials"), "there are trials (point, trial"),
        (("query", "{folder}", "SELECT 1", "--format", "xml"), "must be one of table, csv, json"),
        (("status", "{folder}/nowhere"), "is not a campaign folder"),
        (("resume", "{folder}"), "does not say which plan it is of"),
    ],
)
def test_what_the_user_can_mend_ends_in_two(run, folder, words, said):
    """A short message and exit code 2."""
    found = run("campaign", *(word.format(folder=folder) for word in words))
    assert found.exit_code == 2
    assert said in found.output


def test_where_the_plan_lies_is_noted_relative_to_the_folder(tmp_path):
    """Both can be moved together; a plan that is gone is named."""
    (tmp_path / "a" / "out").mkdir(parents=True)
    (tmp_path / "a" / "plan.yaml").write_text(PLAN)
    note(tmp_path / "a" / "out", tmp_path / "a" / "plan.yaml")
    (tmp_path / "a").rename(tmp_path / "b")
    assert plan_of(tmp_path / "b" / "out") == tmp_path / "b" / "plan.yaml"
    (tmp_path / "b" / "plan.yaml").unlink()
    with pytest.raises(StoreError, match="any more; go on with `farwatch campaign run"):
        plan_of(tmp_path / "b" / "out")


def test_a_plan_alone_is_run(run, plan, tmp_path):
    """`farwatch campaign PLAN.yaml` plays, tells and writes; resumed when finished, it plays nothing."""
    out = tmp_path / "out"
    first = run("campaign", plan, "--out", out, "--threads", 1)
    assert first.exit_code == 0, first.output
    assert (out / "report.html").exists()
    assert "32 of 32 trials" in run("campaign", "status", out).output
    before = contents(out)
    again, told = run("campaign", "resume", out), run("campaign", "report", out)
    assert (again.exit_code, told.exit_code) == (0, 0)
    assert contents(out) == before
    assert told.output in again.output


def test_options_may_stand_before_the_plan(run, plan, tmp_path):
    """Without a verb, too."""
    assert run("campaign", "--out", tmp_path / "out", plan).exit_code == 0


def test_a_bad_plan_leaves_nothing_behind(run, plan, tmp_path):
    """It is refused before anything is played or written."""
    plan.write_text(PLAN.replace("shots_per_look", "shots_per_lock"))
    found = run("campaign", plan, "--out", tmp_path / "out")
    assert found.exit_code == 2
    assert "shots_per_look" in found.output
    assert not (tmp_path / "out").exists()


def test_a_cluster_that_is_not_there_leaves_nothing_behind(run, plan, tmp_path):
    """The address is refused, and so are threads beside a cluster."""
    pytest.importorskip("distributed")
    found = run("campaign", plan, "--out", tmp_path / "out", "--cluster", "nowhere")
    assert found.exit_code == 2
    assert "tcp://host:8786" in found.output
    assert run("campaign", plan, "--cluster", "tcp://a:1", "--threads", 2).exit_code == 2
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_ctrl_c_keeps_what_is_finished(run, plan, tmp_path):
    """Code 130, an answer from what there is, and the way to go on."""
    plan.write_text(PLAN.replace("16", "20000"))
    out, src = tmp_path / "out", Path(__file__).parents[1] / "src"
    command = [sys.executable, "-c", "from farwatch.cli import main; main()", "campaign", str(plan), "--out", str(out)]
    environment = os.environ | {"PYTHONPATH": str(src)}
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        deadline = time.monotonic() + 300.0
        while not list(out.glob("pending/*.rows")) and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=120)[1]
    assert process.returncode == 130
    assert f"farwatch campaign resume {out}" in said.replace("\n", "")
    assert "not finished" in run("campaign", "status", out).output
