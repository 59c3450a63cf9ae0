"""The overview, the catalogue and scenarios: pages and their JSON at one address, and texts that are kept."""

import asyncio
import errno
from pathlib import Path

import httpx
import pytest

from console.conftest import SITE, Client
from farwatch.console import library
from farwatch.console.app import create
from farwatch.errors import StoreError
from farwatch.scenario import load, shipped

PAGE = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/catalogue",
        "/catalogue/s-400",
        "/scenarios/site.yaml",
        "/runs/none",
        "/campaigns/none",
        "/runs/none/trials",
        "/runs/none/trials/3",
    ],
)
def test_a_browser_gets_the_page(client, address):
    """Of every address that is a page; what is not there, the page tells."""
    page = client.get(address, headers=PAGE)
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert '<script type="module"' in page.text
    assert page.headers["vary"] == "accept"
    asked = client.get(address)
    assert asked.headers["content-type"] == "application/json"
    assert asked.status_code == (404 if "none" in address else 200)


def test_the_overview(reading):
    """What is there, how far it is, and what changed last first."""
    told = reading.get("/").json()
    assert told["shipped"] == list(shipped())
    assert [(run["name"], run["done"], run["trials"], run["state"]) for run in told["runs"]] == [
        ("half", 8, 24, "interrupted"), ("done", 24, 24, "done"),
    ]  # fmt: skip
    assert told["runs"][0]["changed_s"] > told["runs"][1]["changed_s"] > 1.7e9
    assert told["runs"][0]["title"] == "Dice"
    assert all(told["titles"][name] == load(name).title for name in shipped())
    assert told["jobs"] == told["campaigns"] == told["plans"] == []


@pytest.mark.parametrize(
    ("line", "title"),
    [
        ("title: A site", "A site"),
        ("title: 'It''s: one'  # really", "It's: one"),
        ("title: <b>x</b>", "<b>x</b>"),
        ("title: [1, 2]", ""),
        ("title: *x", ""),
        ("title: >", ""),
        ("", ""),
    ],
)
def test_a_text_has_its_title_in_the_list(client, home, line, title):
    """As far as it stands on one line; nothing else of a text is read for a list."""
    (home / "site.yaml").write_text(f"farwatch: 1\n{line}\nseed: 3\n")
    assert client.get("/").json()["titles"]["site.yaml"] == title


def test_a_campaign_tells_how_far_it_is(client, home, monkeypatch):
    """Trials kept and asked for; where that takes long, or cannot be read, the overview does not wait."""
    (home / "c").mkdir()
    (home / "c" / "manifest.json").write_text('{"points": [], "plan": {"title": "Two sites"}}')
    monkeypatch.setattr(library, "campaign_progress", lambda path: {"points": 3, "done": 5, "goal": 9})
    (line,) = client.get("/").json()["campaigns"]
    assert (line["title"], line["progress"]) == ("Two sites", {"points": 3, "done": 5, "goal": 9})

    def cut(path):
        raise StoreError("cut short")

    monkeypatch.setattr(library, "campaign_progress", cut)
    assert client.get("/").json()["campaigns"][0]["progress"] is None


def test_the_catalogue_tells_figures_and_sources(client):
    """Every figure of an entry, with range, source, and whether it is assumed."""
    assert "s-400" in client.get("/catalogue").json()["systems"]
    lines = [line for section in client.get("/catalogue/48n6e3").json()["sections"] for line in section["lines"]]
    assert lines
    assert all(line["low"] <= line["value"] <= line["high"] for line in lines if not line["alternative"])
    assert all(line["source"] or line["assumed"] for line in lines)


def test_a_scenario_is_written_and_read(client, home):
    """What was sent is what is there, to the byte, and its problems are told with their lines."""
    text = SITE.replace("s-400", "s-4000") + "# größer\n"
    kept = client("PUT", "/scenarios/new.yaml", json={"text": text})
    assert kept.status_code == 200
    assert (home / "new.yaml").read_bytes() == text.encode()
    (problem,) = kept.json()["problems"]
    assert (problem["line"], problem["value"]) == (5, "s-4000")
    told = client.get("/scenarios/new.yaml").json()
    assert told == kept.json()
    assert "new.yaml" in client.get("/").json()["scenarios"]
    assert sorted(path.name for path in home.iterdir()) == ["new.yaml", "site.yaml"]


def test_two_tabs_do_not_overwrite_each_other(client, home):
    """A text made from an older one is refused, and nothing is changed."""
    version = client.get("/scenarios/site.yaml").json()["version"]
    first = client("PUT", "/scenarios/site.yaml", json={"text": SITE + "# one\n", "version": version})
    second = client("PUT", "/scenarios/site.yaml", json={"text": SITE + "# two\n", "version": version})
    assert (first.status_code, second.status_code) == (200, 409)
    assert (home / "site.yaml").read_text().endswith("# one\n")
    again = client("PUT", "/scenarios/site.yaml", json={"text": SITE, "version": first.json()["version"]})
    assert again.status_code == 200


@pytest.mark.parametrize(
    "name",
    [
        "..%2f..%2fx.yaml",
        "%2e%2e%2fx.yaml",
        "..%5cx.yaml",
        ".hidden.yaml",
        "x.txt",
        "x",
        "a%00.yaml",
        "%252e%252e%252fx.yaml",
        "a%0d%0ab.yaml",
        "desert-battery",
        "x.yaml.exe",
    ],
)
def test_no_file_elsewhere_is_written_or_read(client, home, name):
    """Encoded, twice encoded, hidden, of another kind: 404, and no file anywhere."""
    before = sorted(home.parent.rglob("*"))
    assert client("PUT", f"/scenarios/{name}", json={"text": "x"}).status_code in {404, 405}
    if name != "desert-battery":
        assert client.get(f"/scenarios/{name}").status_code == 404
    assert sorted(home.parent.rglob("*")) == before


def test_a_link_is_not_written_through(client, home, tmp_path):
    """A link to a file elsewhere is no file of the folder."""
    (tmp_path / "elsewhere.yaml").write_text("farwatch: 1\n")
    (home / "link.yaml").symlink_to(tmp_path / "elsewhere.yaml")
    assert client("PUT", "/scenarios/link.yaml", json={"text": "x"}).status_code == 404
    assert client.get("/scenarios/link.yaml").status_code == 404
    assert (tmp_path / "elsewhere.yaml").read_text() == "farwatch: 1\n"


def test_a_plan_is_read_as_a_plan(client, home):
    """With the problems of a plan."""
    plan = "farwatch-campaign: 1\ntitle: x\nscenarios: {a: desert-battery}\n"
    (home / "plan.yaml").write_text(plan)
    told = client.get("/scenarios/plan.yaml").json()
    assert (told["kind"], told["text"], told["problems"]) == ("plan", plan, [])
    (home / "plan.yaml").write_text(plan.replace("desert-battery", "../x.yaml"))
    (problem,) = client.get("/scenarios/plan.yaml").json()["problems"]
    assert (problem["line"], "lies outside" in problem["rule"]) == (3, True)


def test_what_is_no_scenario_is_not_overwritten(client, home):
    """Plans, and other people's YAML."""
    (home / "plan.yaml").write_text("farwatch-campaign: 1\n")
    (home / "other.yaml").write_text("services: {}\n")
    for name in ("plan.yaml", "other.yaml"):
        assert client("PUT", f"/scenarios/{name}", json={"text": SITE}).status_code == 409
    assert (home / "other.yaml").read_text() == "services: {}\n"


def test_checking_leaves_nothing_behind(client, home):
    """Neither a file nor a folder."""
    told = client.post("/check", json={"text": SITE + "terrain: ../x.tif\n"}).json()["problems"]
    assert ["lies outside the folder" in problem["rule"] for problem in told] == [True]
    assert [path.name for path in home.iterdir()] == ["site.yaml"]


def test_names_with_markup_stay_text(home, client):
    """A title of markup comes back as JSON, and nothing else says it is a page."""
    text = SITE.replace("A site", "</script><svg onload=alert(1)>")
    answer = client("PUT", "/scenarios/svg.yaml", json={"text": text})
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.json()["text"] == text


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_a_form_is_no_json(client, kind):
    """What a form elsewhere can send without asking is not read."""
    answer = client("PUT", "/scenarios/x.yaml", content=b'{"text": "farwatch: 1"}', headers={"content-type": kind})
    assert answer.status_code == 422


def test_a_full_disk_is_told(client, home, monkeypatch):
    """507, the file as it was, nothing half written."""

    def full(self, _data):
        self.touch()
        raise OSError(errno.ENOSPC, "No space left on device", "/secret/place")

    monkeypatch.setattr(Path, "write_bytes", full)
    answer = client("PUT", "/scenarios/site.yaml", json={"text": "farwatch: 1\n"})
    assert (answer.status_code, answer.json()["error"]) == (507, "the disk did not do it: no space left on device")
    assert (home / "site.yaml").read_text() == SITE
    assert [path.name for path in home.iterdir()] == ["site.yaml"]


def test_refusals_have_one_form(client):
    """Whatever refuses: an address, a method, a body."""
    for answer in (
        client.get("/nothing"), client("PATCH", "/"), client.post("/check", json={"text": 3}),
        client.post("/check", content=b"{", headers={"content-type": "application/json"}), client.get("/catalogue/no"),
    ):  # fmt: skip
        assert set(answer.json()) == {"error", "problems"}, answer.text


def test_static_files_only(client):
    """No way out of the folder of static files."""
    assert client.get("/static/index.html").status_code == 200
    for path in ("../app.py", "%2e%2e/app.py", "..%2fapp.py", "/etc/passwd"):
        assert client.get(f"/static/{path}").status_code == 404


def test_a_run_elsewhere_is_shown_by_name(played, home, inline):
    """Named on the command line."""
    client = Client(create(home, [played / "done"]))
    assert [run["name"] for run in client.get("/").json()["runs"]] == ["done"]
    assert client.get("/runs/done").json()["answer"]["trials"] == 24


def test_an_address_that_is_none_is_a_page_for_a_browser_and_json_for_a_program(client):
    page, told = client.get("/no/such/page", headers={"accept": "text/html,*/*"}), client.get("/no/such/page")
    assert (page.status_code, told.status_code) == (404, 404)
    assert page.headers["content-type"].startswith("text/html")
    assert told.json()["error"]


def test_a_fault_of_ours_is_told_as_json(client, monkeypatch):
    """Without a trace of where it came from; whoever started the server sees that."""
    monkeypatch.setattr("farwatch.console.library.shipped", lambda: 1 / 0)
    transport = httpx.ASGITransport(app=client.app, raise_app_exceptions=False)

    async def asking():
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8402") as asked:
            return await asked.get("/")

    told = asyncio.run(asking())
    assert told.status_code == 500
    assert "farwatch itself" in told.json()["error"] and "Zero" not in told.text
