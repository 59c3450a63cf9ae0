"""What the page of a campaign shows is in its JSON, each estimate with the words of the report."""

import pytest
import yaml

import farwatch as fw
from campaign.test_commission import play
from console.conftest import Client
from farwatch.campaign import CampaignPlan, commission, origin, read_campaign
from farwatch.campaign.sole_use import sole_use
from farwatch.console import work
from farwatch.console.app import create
from farwatch.console.campaign_answers import campaign_answer
from farwatch.report import campaign_wording as words
from farwatch.scenario import load

COUNT, RAIN = "raid.drones-north.count", "weather.rain_mm_h"


def planned(**asked):
    """A plan of dice."""
    whole = {"title": "Dice", "scenarios": {"site": "desert-battery"}, "trials": 24, "measures": ["leaked"]}
    return CampaignPlan.model_validate(whole | asked)


@pytest.fixture
def told(monkeypatch, tmp_path):
    """`told(plan)`: what is said of a campaign of dice."""
    monkeypatch.setattr(commission, "play_unit", play)

    def asking(plan):
        fw.campaign(plan, out=tmp_path / "out", executor=1)
        return campaign_answer(str(tmp_path / "out"))

    return asking


def test_every_estimate_has_the_words_of_the_report(told, tmp_path):
    """Points, differences, curves and money, and the sentences of the report's head."""
    two = {"alone": "desert-battery", "layered": "desert-battery"}
    found = told(
        planned(
            scenarios=two,
            vary={"fields": {COUNT: [4, 8, 12, 16]}},
            compare={"with": "alone"},
            saturation={"field": COUNT},
            break_even={"with": "alone"},
        )
    )["answers"]
    answers = read_campaign(tmp_path / "out").answers()
    assert found["headlines"] == words.headlines(answers)
    assert found["points"][0]["measures"][0]["said"] == words.measure_cell(answers.points[0].measures[0])
    assert found["points"][0]["settings"] == {COUNT: "4 of drones-north"}
    assert found["measures"][0] | {"meaning": ""} == {"name": "leaked", "title": "leakers", "meaning": "", "unit": ""}
    gap = found["differences"][0]
    assert (gap["clear"], "no difference in leakers can be told" in gap["sentence"]) == (False, True)
    assert found["curves"][0]["sentence"] == words.knee(answers.curves[0], named=True)
    assert found["money"]["worths"][0]["sentence"]
    assert found["money"]["exchanges"][0]["said"]["spent_usd"].startswith("$")


def test_points_and_curves_have_names_in_words(told):
    """By their labels; the scenario only where there are several."""
    found = told(planned(vary={"fields": {COUNT: [4, 8], RAIN: [0, 2.5]}}))
    assert found["fields"] == {COUNT: "number of drones-north", RAIN: "rain, mm/h"}
    assert found["names"]["drones-north.count 4, weather.rain_mm_h 2.5"] == "4 of drones-north, rain 2.5 mm/h"
    assert found["names"]["weather.rain_mm_h 2.5"] == "rain 2.5 mm/h"
    assert (found["measured"], found["plan"]["vary"]["fields"][COUNT]) == (4, [4, 8])


def test_the_trace_narrows(told):
    """The half-width after more and more trials, down to what the answers say now."""
    found = told(planned(vary={"fields": {RAIN: [0, 4]}}, trials=96, until={}))
    rows = found["trace"]["rows"]
    assert [row["trials"] for row in rows] == [8, 16, 24, 40, 64, 96]
    assert rows[-1]["widest"] < rows[1]["widest"]
    estimates = [point["measures"][0]["estimate"] for point in found["answers"]["points"]]
    widths = [0.5 * (one["high"] - one["low"]) for one in estimates]
    assert rows[-1]["widest"] == pytest.approx(max(widths))
    assert (found["trace"]["wanted"], found["trace"]["of_differences"]) == (None, False)


def test_the_trace_is_of_what_is_asked_for(told):
    """Where differences are compared, of those; with the half-width that `until` names."""
    vary, compare = {"fields": {RAIN: [0, 4]}}, {"with": {RAIN: 0}}
    trace = told(planned(vary=vary, trials=None, compare=compare, until={"leaked": 0.5}))["trace"]
    assert (trace["measure"], trace["wanted"], trace["of_differences"]) == ("leaked", 0.5, True)


def test_before_the_first_trial_the_plan_is_told(told, tmp_path):
    """No answers, and what is going to be played."""
    told(planned(vary={"fields": {RAIN: [0, 4]}}))
    for table in ("trials", "groups", "rounds", "figures"):
        next((tmp_path / "out" / table).iterdir()).unlink()
    found = campaign_answer(str(tmp_path / "out"))
    assert (found["answers"], found["trace"], found["status"]["done"], found["status"]["goal"]) == (None, None, 0, 48)
    names = {"weather.rain_mm_h 0": "rain 0 mm/h", "weather.rain_mm_h 4": "rain 4 mm/h", "site": "site"}
    assert found["names"] == names


def test_a_spread_of_whole_numbers_is_read_again(told):
    """A range written with whole numbers stays one in the folder."""
    spread = {"design": "latin-hypercube", "points": 3, "fields": {COUNT: {"low": 4, "high": 20}}}
    found = told(planned(vary=spread))
    assert all(isinstance(point["changes"][COUNT], int) for point in found["answers"]["points"])


@pytest.fixture
def campaign(home, monkeypatch):
    """A finished campaign, `c`, beside its plan, `p.yaml`."""
    monkeypatch.setattr(commission, "play_unit", play)
    (home / "p.yaml").write_text("farwatch-campaign: 1\n")
    fw.campaign(planned(vary={"fields": {COUNT: [4, 8]}}, seed=5), out=home / "c", executor=1)
    origin.note(home / "c", home / "p.yaml")
    return home / "c"


def test_a_point_is_a_scenario_of_its_own(client, campaign, home):
    """With the campaign's seed, so that a run of it plays the same trials; it can be written and read as it is."""
    found = client.get("/campaigns/c/points/1").json()
    assert (found["name"], found["trials"], found["seed"], found["same"]) == ("c-point-1", 24, 5, True)
    assert found["text"].startswith("# Point 1 of the campaign c: drones-north.count 8\n")
    groups = {group["name"]: group["count"] for group in yaml.safe_load(found["text"])["raid"]}
    assert groups["drones-north"] == 8
    written = client("PUT", "/scenarios/c-point-1.yaml", json={"text": found["text"], "version": "new"})
    assert (written.status_code, written.json()["problems"]) == (200, [])
    assert load(home / "c-point-1.yaml").seed == 5
    again = client("PUT", "/scenarios/c-point-1.yaml", json={"text": found["text"], "version": "new"})
    assert again.status_code == 409


def test_a_point_that_is_not_there(client, campaign):
    """Refused with those that are."""
    refused = client.get("/campaigns/c/points/2")
    assert (refused.status_code, "points are 0 to 1" in refused.json()["error"]) == (422, True)
    assert client.get("/campaigns/none/points/0").status_code == 404


def test_the_plan_and_the_report_are_named_where_they_are(client, campaign, home, tmp_path):
    """The plan only where it lies in the folder."""
    told = client.get("/campaigns/c").json()
    assert (told["plan_file"], told["report"], told["elapsed_s"]) == ("p.yaml", False, None)
    (campaign / "report.html").write_text("x")
    (tmp_path / "p.yaml").write_text("farwatch-campaign: 1\n")
    origin.note(campaign, tmp_path / "p.yaml")
    told = client.get("/campaigns/c").json()
    assert (told["plan_file"], told["report"]) == (None, True)


def test_how_long_a_job_has_played(client, campaign, home, monkeypatch):
    """Since this console started it; of what another program plays nobody knows."""
    monkeypatch.setattr(work, "PROGRAM", "import time; time.sleep(60)")
    (home / "p.yaml").write_text("farwatch-campaign: 1\ntitle: x\nscenarios: {site: desert-battery}\n")
    assert client.post("/campaigns", json={"plan": "p.yaml", "name": "d"}).status_code == 202
    told = client.get("/campaigns/d").json()
    assert (told["plan_file"], 0.0 <= told["elapsed_s"] < 30.0) == ("p.yaml", True)
    client("DELETE", "/campaigns/d/job")
    with sole_use(campaign):
        assert client.get("/campaigns/c").json()["elapsed_s"] is None


def test_a_plan_elsewhere_is_not_named(campaign, tmp_path, inline):
    """A campaign named on the command line: its plan is no file of the folder that is served."""
    other = tmp_path / "other"
    other.mkdir()
    assert Client(create(other, [campaign])).get("/campaigns/c").json()["plan_file"] is None
