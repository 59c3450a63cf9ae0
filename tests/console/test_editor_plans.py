"""Plans of campaigns as texts: checked, written and started as scenarios are."""

import pytest

from console.conftest import SITE

PLAN = "farwatch-campaign: 1\ntitle: x\nscenarios: {a: site.yaml}\n"


def test_a_plan_is_written_and_its_problems_told(client, home):
    """With lines, before and after it is saved."""
    wrong = PLAN.replace("site.yaml", "sight.yaml")
    checked = client.post("/check", json={"text": wrong}).json()
    assert (checked["kind"], [one["line"] for one in checked["problems"]]) == ("plan", [3])
    kept = client("PUT", "/scenarios/plan.yaml", json={"text": wrong}).json()
    assert (kept["kind"], [one["line"] for one in kept["problems"]]) == ("plan", [3])
    assert client.get("/").json()["plans"] == ["plan.yaml"]
    mended = client("PUT", "/scenarios/plan.yaml", json={"text": PLAN, "version": kept["version"]})
    assert (mended.status_code, mended.json()["problems"]) == (200, [])
    assert (home / "plan.yaml").read_text() == PLAN


def test_a_plan_tells_nothing_of_files_outside(client, home):
    """The same answer whether the file is there or not."""
    (home.parent / "there.yaml").write_text(SITE)
    rules = [
        [one["rule"] for one in client.post("/check", json={"text": PLAN.replace("site", name)}).json()["problems"]]
        for name in ("../there", "../missing")
    ]
    assert rules[0] == rules[1] != []


@pytest.mark.parametrize(("there", "sent"), [(SITE, PLAN), (PLAN, SITE)])
def test_one_kind_does_not_replace_the_other(client, home, there, sent):
    """409, and the file as it was; what is neither yet, as while it is typed, is kept."""
    (home / "x.yaml").write_text(there)
    answer = client("PUT", "/scenarios/x.yaml", json={"text": sent})
    assert (answer.status_code, (home / "x.yaml").read_text()) == (409, there)
    assert client("PUT", "/scenarios/x.yaml", json={"text": "title: x\n"}).status_code == 200


def test_the_schema_of_plans_is_told(client):
    """At the address of the scenarios' one."""
    assert "scenarios" in client.get("/schema", params={"kind": "plan"}).json()["properties"]
    assert "defence" in client.get("/schema").json()["properties"]


def test_the_catalogue_links_systems_with_their_parts(client):
    """Both ways, with titles; and tells how far each system is claimed to reach."""
    system = client.get("/catalogue/s-400").json()
    assert (system["kind"], [one["name"] for one in system["radars"]]) == ("systems", ["91n6e", "96l6e", "92n6e"])
    back = client.get("/catalogue/48n6e3").json()
    assert [one["name"] for one in back["systems"]] == ["s-400"]
    assert (back["kind"], back["rounds"]) == ("rounds", [])
    reach = client.get("/catalogue").json()["reach"]["s-400"]
    assert {"name": "48n6e3", "range_m": 250e3}.items() <= reach["rounds"][1].items()
    assert all(one["low_m"] <= one["range_m"] <= one["high_m"] for one in [*reach["rounds"], *reach["radars"]])
