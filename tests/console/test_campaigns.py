"""Campaigns are started from a plan of the folder, and tell their answers while they are played."""

import pytest

import farwatch as fw
from campaign.test_commission import PLAN, play
from console.conftest import Client
from console.test_runs import events, wait
from farwatch.campaign import commission, origin
from farwatch.campaign.sole_use import sole_use
from farwatch.console import work
from farwatch.console.app import create

TEXT = """farwatch-campaign: 1
title: Dice
scenarios: {site: desert-battery}
vary: {fields: {weather.rain_mm_h: [0, 4]}}
trials: 24
compare: {with: {weather.rain_mm_h: 0}}
seed: 5
"""

WISH = {"plan": "plan.yaml", "name": "c1"}


@pytest.fixture
def campaign(home, monkeypatch):
    """A finished campaign of dice, `c`, beside its plan."""
    monkeypatch.setattr(commission, "play_unit", play)
    (home / "plan.yaml").write_text(TEXT)
    fw.campaign(PLAN, out=home / "c", executor=1)
    origin.note(home / "c", home / "plan.yaml")
    return home / "c"


def test_answers_come_with_intervals(client, campaign):
    """Points, their measures and differences, each from low to high."""
    told = client.get("/campaigns/c").json()
    line = told["line"]
    assert (line["name"], line["title"], line["state"]) == ("c", "Dice", "done")
    assert (told["status"]["done"], told["status"]["goal"], told["status"]["finished"]) == (48, 48, True)
    for point in told["answers"]["points"]:
        for measure in point["measures"]:
            estimate = measure["estimate"]
            assert estimate["low"] <= estimate["value"] <= estimate["high"]
    assert told["answers"]["differences"][0]["difference"]["value"] == 0.0
    progress = {"points": 2, "done": 48, "goal": 48}
    assert client.get("/").json()["campaigns"] == [line | {"progress": progress}]
    assert client.get("/runs/c/trials").status_code == 404


def test_an_unfinished_campaign_answers_too(client, campaign):
    """While another process plays into it, and after it was cut."""
    (campaign / "finished.json").unlink()
    for table in ("trials", "groups", "rounds", "figures"):
        next((campaign / table).iterdir()).unlink()
    with sole_use(campaign):
        told = client.get("/campaigns/c").json()
        assert told["line"]["state"] == "running"
        assert client.post("/campaigns/c/job").status_code == 409
        assert client("DELETE", "/campaigns/c/job").status_code == 409
    assert not told["status"]["finished"]
    assert client.get("/campaigns/c").json()["line"]["state"] == "interrupted"


def test_a_plan_is_started_and_gone_on_with(client, campaign, home, monkeypatch):
    """The words of the command line; the same name twice is refused."""
    monkeypatch.setattr(work, "PROGRAM", "import json, sys; print(*json.load(sys.stdin)['words'])")
    begun = client.post("/campaigns", json=WISH)
    assert (begun.status_code, begun.json()["state"]) == (202, "running")
    wait(lambda: client.get("/campaigns/c1").json()["job"], lambda job: job["state"] == "done")
    assert client.get("/campaigns/c1").json()["job"]["said"] == "campaign run ./plan.yaml --out c1\n"
    taken = client.post("/campaigns", json=WISH | {"name": "c"})
    assert (taken.status_code, "c-2 is free" in taken.json()["error"]) == (409, True)
    assert client.post("/campaigns/c/job").status_code == 202
    assert events(client.get("/campaigns/c/progress").text)[-1]["said"] == "campaign resume c\n"


def test_plans_that_lead_out_are_refused(client, home, campaign, tmp_path):
    """The plan itself, what it names, and where a stored campaign says that its plan lies."""
    (home / "out.yaml").write_text(TEXT.replace("desert-battery", "../secret.yaml"))
    for plan in ("out.yaml", "../plan.yaml", "none.yaml", "site.yaml"):
        assert client.post("/campaigns", json=WISH | {"plan": plan}).status_code == 422, plan
    (tmp_path / "away.yaml").write_text(TEXT)
    origin.note(campaign, tmp_path / "away.yaml")
    answer = client.post("/campaigns/c/job")
    assert (answer.status_code, "lies outside the folder" in answer.json()["error"]) == (422, True)
    assert not (home / ".console").exists()


def test_a_campaign_that_is_not_there(client):
    """404 for all of it."""
    for method, address in (("GET", ""), ("POST", "/job"), ("DELETE", "/job"), ("GET", "/report")):
        assert client(method, f"/campaigns/none{address}").status_code == 404


def test_a_campaign_elsewhere_is_shown(campaign, tmp_path, inline):
    """Named on the command line, as a run is."""
    other = tmp_path / "other"
    other.mkdir()
    client = Client(create(other, [campaign]))
    assert client.get("/campaigns/c").json()["status"]["done"] == 48
