"""Runs are started, watched, stopped and gone on with; what is told of them is what lies in their folder."""

import asyncio
import json
import shutil
import time
from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from campaign.conftest import make_plan
from console.conftest import Client
from farwatch.campaign.execute import execute
from farwatch.campaign.result import load_result
from farwatch.campaign.sole_use import sole_use
from farwatch.console import runs, work
from farwatch.console.app import create
from farwatch.console.shelf import shelf_of
from farwatch.console.told import packed
from farwatch.scenario import digest, load, plain, shipped
from outcomes.rehearsal import Dice, cast

WISH = {"scenario": "site.yaml", "name": "r1", "trials": 40}


def wait(look, good, limit_s=30.0):
    """What `look` gives once it is good."""
    end = time.monotonic() + limit_s
    while True:
        found = look()
        if good(found) or time.monotonic() > end:
            assert good(found), found
            return found
        time.sleep(0.05)


def line(client, name="r1"):
    """How far a run is, from the overview, which works nothing out; its job's where it has no folder yet."""
    told = client.get("/").json()
    return next(one for one in (*told["runs"], *told["jobs"]) if one["name"] == name)


def state(client, name="r1"):
    return line(client, name)["state"]


def events(text):
    return [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: ")]


def test_a_run_is_started_and_watched(client, home, dice):
    """Progress is streamed until it is done; then the answer is there, and bytes are those of a plain run."""
    begun = client.post("/runs", json=WISH)
    assert (begun.status_code, begun.json()["state"]) == (202, "running")
    told = events(client.get("/runs/r1/progress").text)
    assert told[0]["state"] == "running"
    assert told[-1]["state"] == "done"
    assert told[-1]["line"]["done"] == 40
    assert client.get("/runs/r1").json()["answer"]["trials"] == 40
    assert load_result(home / "r1").seed == 3
    assert (home / ".console").stat().st_mode & 0o77 == 0


def test_cancel_keeps_what_is_finished_and_it_goes_on(client, home, dice):
    """Ctrl-C for the job; then the same trials as a run that was never stopped."""
    dice(0.3)
    client.post("/runs", json=WISH)
    wait(lambda: line(client), lambda it: it.get("done", 0) >= 8)
    assert client("DELETE", "/runs/r1/job").json() == {"cancelled": True}
    wait(lambda: state(client), lambda it: it == "cancelled")
    told = client.get("/runs/r1").json()
    assert 8 <= told["line"]["done"] < 40
    assert told["answer"]["trials"] == told["line"]["done"]
    assert client("DELETE", "/runs/r1/job").json() == {"cancelled": False}
    dice(0.0)
    assert client.post("/runs/r1/job").status_code == 202
    wait(lambda: state(client), lambda it: it == "done")
    whole = execute(make_plan(40, 3), Dice(cast(), 3), 1)
    assert load_result(home / "r1").evidence.outcomes.tobytes() == whole.evidence.outcomes.tobytes()


def test_an_answer_fills_in_while_it_is_played(client, home, dice, monkeypatch):
    """Of the trials that are finished, from the first block on."""
    monkeypatch.setattr(runs, "PACE_S", 0.0)
    dice(0.3)
    client.post("/runs", json=WISH)
    first = wait(lambda: client.get("/runs/r1").json(), lambda told: "answer" in told)
    assert first["line"]["state"] == "running"
    assert first["answer"]["trials"] == len(first["answer"]["leaked_by_trial"]) >= 8
    assert "get through on average" in first["answer"]["told"]["headline"]
    client("DELETE", "/runs/r1/job")
    wait(lambda: state(client), lambda it: it != "running")


def test_nobody_waits_for_an_answer_in_mid_run(played, monkeypatch):
    """It is worked out once in a while, however many look; meanwhile they get the one before."""
    asked, gate = [], asyncio.Event()
    stored = shelf_of(played).stored("half")

    class Slow:
        async def ask(self, _function, path, stamp):
            asked.append((path, stamp))
            await gate.wait()
            return {"trials": len(asked)}

    async def looking():
        desk, live = SimpleNamespace(reader=Slow()), runs.Live()
        monkeypatch.setattr(runs, "PATIENCE_S", 0.01)
        assert await asyncio.gather(*(live.answer(desk, stored) for _ in range(3))) == [None] * 3
        gate.set()
        assert await live.answer(desk, stored) == {"trials": 1}
        assert await live.answer(desk, stored) == {"trials": 1}
        assert asked == [(str(stored.path), stored.stamp)]
        gate.clear()
        monkeypatch.setattr(runs, "PACE_S", 0.0)
        assert await live.answer(desk, stored) == {"trials": 1}
        gate.set()
        assert await live.answer(desk, stored) == {"trials": 2}

    asyncio.run(looking())


def test_two_tabs_start_one_run(client, home, dice):
    """The same wish joins the run that is there; another wish of that name is refused, with a name that is free."""
    dice(0.3)
    assert [client.post("/runs", json=WISH).status_code for _ in range(2)] == [202, 202]
    assert client.post("/runs", json=WISH | {"trials": 8}).status_code == 409
    wait((home / "r1" / "manifest.json").exists, bool)
    again, other = client.post("/runs", json=WISH), client.post("/runs", json=WISH | {"seed": 9})
    assert again.status_code == 202
    assert other.status_code == 409
    assert "r1-2 is free" in other.json()["error"]
    client("DELETE", "/runs/r1/job")
    wait(lambda: state(client), lambda it: it != "running")


def test_a_job_outlives_its_server(home, inline, dice):
    """A server that was killed left a run: the next one knows it, watches it, and can stop it."""
    dice(0.3)
    Client(create(home)).post("/runs", json=WISH)  # and that server is never heard of again
    other = Client(create(home))
    assert [job["state"] for job in other.get("/").json()["jobs"]] == ["running"]
    wait(lambda: line(other), lambda it: it.get("done", 0) >= 8)
    assert state(other) == "running"
    assert other.post("/runs/r1/job").status_code == 409
    assert other("DELETE", "/runs/r1/job").json() == {"cancelled": True}
    wait(lambda: state(other), lambda it: it == "interrupted")
    dice(0.0)
    assert other.post("/runs/r1/job").status_code == 202
    wait(lambda: state(other), lambda it: it == "done")


def test_a_run_of_another_program_is_told_running(reading, played):
    """Whoever holds the folder plays into it; this console cannot stop that."""
    with sole_use(played / "half"):
        assert state(reading, "half") == "running"
        assert reading("DELETE", "/runs/half/job").status_code == 409
        assert reading.post("/runs/half/job").status_code == 409
    assert state(reading, "half") == "interrupted"
    assert reading("DELETE", "/runs/none/job").status_code == 404


def test_what_fails_says_why(client, home, monkeypatch):
    """A job that ends with an error is failed, and its last words are told."""
    monkeypatch.setattr(work, "PROGRAM", "import sys; print('no space left on device'); sys.exit(2)")
    client.post("/runs", json=WISH)
    told = wait(lambda: client.get("/runs/r1").json(), lambda told: told["job"]["state"] == "failed")
    assert told["job"]["said"] == "no space left on device\n"
    assert events(client.get("/runs/r1/progress").text)[-1]["said"] == "no space left on device\n"
    assert client.post("/runs", json=WISH).status_code == 202


@pytest.mark.parametrize("name", ["../x", "a/b", ".x", "", " ", "x.yaml", "a" * 81, "x.", "\x00", "..", "<svg>"])
def test_no_run_elsewhere(client, home, name):
    """A name is a name of a new folder here."""
    assert client.post("/runs", json=WISH | {"name": name}).status_code == 422
    assert not (home / ".console").exists()


@pytest.mark.parametrize("scenario", ["../site.yaml", "/etc/passwd", "nothing.yaml", "nothing", "", "--help"])
def test_no_scenario_elsewhere(client, home, scenario):
    """A shipped name, or a file of the folder."""
    assert client.post("/runs", json=WISH | {"scenario": scenario}).status_code == 422
    assert not (home / ".console").exists()


def test_a_scenario_that_leads_out_is_not_played(client, home):
    """Written by hand or through the console."""
    (home / "out.yaml").write_text((home / "site.yaml").read_text() + "terrain: ../x.tif\n")
    answer = client.post("/runs", json=WISH | {"scenario": "out.yaml"})
    assert answer.status_code == 422
    assert "lies outside the folder" in answer.json()["problems"][0]["rule"]
    for address in ("/coverage", "/relief", "/profile?line=1,1;2,2"):
        sign = "&" if "?" in address else "?"
        assert client.get(f"{address}{sign}scenario=out.yaml").status_code == 422
    assert not (home / ".console").exists()


@pytest.mark.parametrize("name", ["a%00b", "..", "%2e%2e", "a" * 300, ".console", "%0a", "-", "x%2f..%2fy"])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_strange_names_are_not_there(client, method, name):
    """Whatever is done with them."""
    for kind in ("runs", "campaigns"):
        answer = client(method, f"/{kind}/{name}/{'progress' if method == 'GET' else 'job'}")
        assert answer.status_code in {200, 404, 405}
        assert client.get(f"/{kind}/{name}").status_code in {200, 404}


@pytest.mark.parametrize("name", shipped())
def test_what_is_gone_on_with_is_the_same_scenario(name):
    """As its manifest has it, through the text that the job is given."""
    text = json.dumps(plain(load(name)), ensure_ascii=False) + "\n"
    assert digest(load(text)) == digest(load(name))


def test_a_text_is_never_an_option(client, home, monkeypatch):
    """A document may begin with `---`."""
    monkeypatch.setattr(work, "PROGRAM", "import json, sys; print(json.load(sys.stdin)['words'][-2:])")
    (home / "site.yaml").write_text(f"---\n{(home / 'site.yaml').read_text()}")
    client.post("/runs", json=WISH)
    told = wait(lambda: client.get("/runs/r1").json()["job"], lambda job: job["state"] == "done")
    assert told["said"].startswith("['--', '---\\nfarwatch: 1")


def test_a_taken_name_is_refused(client, home):
    """A folder of something else, and a file."""
    (home / "mine").mkdir()
    (home / "mine" / "letters").mkdir()
    (home / "file").write_text("x")
    for name in ("mine", "file"):
        answer = client.post("/runs", json=WISH | {"name": name})
        assert (answer.status_code, f"{name}-2 is free" in answer.json()["error"]) == (409, True)


def test_what_a_job_says_last_is_whole_lines(home):
    """Of a long log the end is told, which begins with a line, not in the middle of a letter."""
    (home / ".console").mkdir()
    (home / ".console" / "r1.json").write_text('{"words": []}')
    for lines, first in (("─" * 50 + "\n") * 60, "─" * 50), ("short\n", "short"), ("─" * 4001, "�"):
        (home / ".console" / "r1.log").write_text(lines, encoding="utf-8")
        assert work.Jobs(home).of("r1").said.startswith(first)


def test_a_linked_desk_is_not_written_through(client, home, tmp_path):
    """`.console` as a link to elsewhere."""
    (tmp_path / "elsewhere").mkdir()
    (home / ".console").symlink_to(tmp_path / "elsewhere")
    assert client.post("/runs", json=WISH).status_code == 422
    assert not list((tmp_path / "elsewhere").iterdir())


def test_the_answer(reading):
    """Summary with intervals and reasons, leakers by trial, assumptions, tables."""
    told = reading.get("/runs/done").json()
    answer = told["answer"]
    assert told["line"]["state"] == "done"
    assert sum(answer["leaked_by_trial"]) == answer["summary"]["leakers"]["mean"]["value"] * 24
    assert {"figures", "sources", "scenario", "notices", "targets"} <= set(answer)
    assert answer["told"]["command"] == "farwatch run scenario.yaml --trials 24 --seed 1"
    counts = [share["share"]["value"] for share in answer["told"]["reasons"]]
    assert counts == sorted(counts, reverse=True)
    assert answer["tables"] == ["targets", "trials", "rounds", "assets", "radars", "figures", "events"]
    assert reading.get("/runs/half").json()["answer"]["trials"] == 8


def test_leakers_can_be_chosen(reading, played):
    """Each trial with leakers tells who and why."""
    told = reading.get("/runs/done/trials").json()
    counts = [len(told["leakers"].get(str(trial), ())) for trial in range(24)]
    assert counts == told["columns"]["leaked"]
    assert all(leaker["name"] and leaker["reason"] for row in told["leakers"].values() for leaker in row)


def test_tables_are_files(reading, played):
    """The same rows as CSV, the same bytes as Parquet; saved, not shown."""
    import io

    import pandas as pd

    for table in ("targets", "trials", "figures"):
        there = pd.read_parquet(played / "done" / f"{table}.parquet")
        answer = reading.get(f"/runs/done/tables/{table}.csv")
        assert answer.headers["content-disposition"] == f'attachment; filename="done-{table}.csv"'
        read = pd.read_csv(io.StringIO(answer.text), na_values=[""], keep_default_na=False)
        pd.testing.assert_frame_equal(read, there.replace("", None).infer_objects(), check_dtype=False)
        data = reading.get(f"/runs/done/tables/{table}.parquet").content
        assert data == (played / "done" / f"{table}.parquet").read_bytes()
    for wrong in ("nothing.csv", "trials.exe", "manifest.json", "..%2fmanifest.csv"):
        assert reading.get(f"/runs/done/tables/{wrong}").status_code == 404


def test_a_report_cannot_reach_the_server(client, home, played):
    """Its scripts run in a sandbox without an origin, and it may ask for nothing."""
    (home / "r").mkdir()
    (home / "r" / "manifest.json").write_bytes((played / "done" / "manifest.json").read_bytes())
    assert client.get("/runs/r/report").status_code == 404
    (home / "r" / "report.html").symlink_to("/etc/hostname")
    assert client.get("/runs/r/report").status_code == 404
    (home / "r" / "report.html").unlink()
    (home / "r" / "report.html").write_text("<script>fetch('/')</script>")
    policy = client.get("/runs/r/report").headers["content-security-policy"]
    assert "sandbox allow-scripts allow-downloads;" in policy
    assert "allow-same-origin" not in policy
    assert "connect-src" not in policy.replace("default-src 'none'", "")


def test_a_trial_is_told_and_exported(reading, monkeypatch):
    """Bytes of the player, with the header as JSON; files by their suffix."""
    data = packed({"trial": 2}, {})
    monkeypatch.setattr(runs, "told", lambda folder, trial: data)
    monkeypatch.setattr(runs, "exported", lambda folder, trial, suffix: f"{trial}{suffix}".encode())
    assert reading.get("/runs/done/trials/2/scene").content == data
    assert reading.get("/runs/done/trials/2").json() == {"trial": 2, "columns": []}
    answer = reading.get("/runs/done/trials/2/export.acmi")
    assert answer.content == b"2.acmi"
    assert answer.headers["content-disposition"] == 'attachment; filename="done-trial-2.acmi"'
    for wrong in ("exe", "acmi%22;x", "x.acmi", ".acmi"):
        assert reading.get(f"/runs/done/trials/2/export.{wrong}").status_code == 404
    for trial in ("-1", "x", "1e3", str(10**12)):
        assert reading.get(f"/runs/done/trials/{trial}").status_code == 422


def test_a_trial_that_is_not_there(reading):
    """Refused before anything is played."""
    answer = reading.get("/runs/done/trials/24")
    assert (answer.status_code, answer.json()["problems"][0]["rule"]) == (422, "must be from 0 to 23")


def test_a_trial_that_was_left_out(played, tmp_path, inline):
    """Blocks end in any order, so a run that was stopped may lack trials in the middle."""
    shutil.copytree(played / "done", tmp_path / "done")
    (tmp_path / "done" / "blocks" / "block-000001.parquet").unlink()
    manifest = tmp_path / "done" / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"interrupted": false', '"interrupted": true'))
    answer = Client(create(tmp_path)).get("/runs/done/trials/9")
    rule = "must be one of the 16 that were played; the last of them is 23"
    assert (answer.status_code, answer.json()["problems"][0]["rule"]) == (422, rule)


@contextmanager
def gone(path):
    data = path.read_bytes()
    path.write_bytes(data[:100])
    yield
    path.write_bytes(data)


def test_a_damaged_run_is_told(played, reading):
    """A file that was cut short."""
    with gone(next((played / "half" / "blocks").iterdir())):
        assert reading.get("/runs/half").status_code == 422
    assert reading.get("/runs/half").status_code == 200
