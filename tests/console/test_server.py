"""`farwatch console` as a process: what it prints, whom it serves, how it ends, and what a kill leaves."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner

from console.conftest import DICE, SITE
from console.test_runs import wait
from farwatch.cli import app

PROGRAM = """
import sys
from farwatch.console import work
work.PROGRAM = sys.argv.pop(1)
from farwatch.cli import main
main()
"""

pytestmark = pytest.mark.skipif(os.name != "posix", reason="kills processes")


@contextmanager
def serving(home, *words, pause_s=0.2):
    """A server over a folder whose jobs play dice; its address, what it printed, and its process."""
    command = [sys.executable, "-c", PROGRAM, DICE.replace("PAUSE_S", str(pause_s)), "console", "--folder", str(home),
               "--port", "0", "--no-browser", *words]  # fmt: skip
    path = os.pathsep.join([str(Path(__file__).parents[1]), *sys.path])
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=os.environ | {"PYTHONPATH": path}
    ) as process:
        line = process.stdout.readline()
        try:
            yield re.search(r"http://\S+:(\d+)/", line), line, process
        finally:
            process.kill()


def ask(address, path="/", method="GET", body=None, **headers):
    """Status and body; JSON where it is."""
    data = None if body is None else json.dumps(body).encode()
    named = {"accept": "application/json", "content-type": "application/json"} | headers
    request = urllib.request.Request(address + path, data, named, method=method)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read() or b"null")


def here(found):
    return f"http://127.0.0.1:{found[1]}"


@pytest.mark.slow
def test_a_killed_server_leaves_its_run_and_another_takes_it_up(tmp_path):
    """kill -9 in mid-run: the run goes on; the next server tells it, watches it, and stops without hanging on it."""
    (tmp_path / "site.yaml").write_text(SITE)
    with serving(tmp_path) as (found, _, process):
        wish = {"scenario": "site.yaml", "name": "r1", "trials": 8000}
        assert ask(here(found), "/runs", "POST", wish)[0] == 202
        wait(lambda: ask(here(found), "/runs/r1")[1], lambda told: told.get("line", {}).get("done", 0) >= 8)
        process.send_signal(signal.SIGKILL)
        process.wait(10)
    with serving(tmp_path) as (found, _, process):
        told = ask(here(found), "/runs/r1")[1]
        assert (told["line"]["state"], told["job"]["state"]) == ("running", "running")
        with urllib.request.urlopen(f"{here(found)}/runs/r1/progress", timeout=20) as stream:
            first = json.loads(stream.readline().removeprefix(b"data: "))
            assert first["state"] == "running"
            start = time.monotonic()
            process.send_signal(signal.SIGINT)
            assert process.wait(10) == 0
            assert time.monotonic() - start < 5.0
        assert process.stdout.read() == "stopped; what runs have finished is kept\n"
    with serving(tmp_path) as (found, _, _process):
        assert ask(here(found), "/runs/r1")[1]["line"]["state"] == "running"
        assert ask(here(found), "/runs/r1/job", "DELETE")[1] == {"cancelled": True}
        told = wait(lambda: ask(here(found), "/runs/r1")[1], lambda told: told["line"]["state"] == "interrupted")
        assert 8 <= told["answer"]["trials"] < 8000


def test_ctrl_c_stops_what_it_started(tmp_path):
    """The server's own run is asked to stop, and keeps what is finished; nothing is left behind."""
    (tmp_path / "site.yaml").write_text(SITE)
    with serving(tmp_path) as (found, line, process):
        assert "token" not in line
        ask(here(found), "/runs", "POST", {"scenario": "site.yaml", "name": "r1", "trials": 4000})
        wait(lambda: ask(here(found), "/runs/r1")[1], lambda told: told.get("line", {}).get("done", 0) >= 8)
        pid = int((tmp_path / ".console" / "r1.pid").read_text())
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0

        def gone():
            try:
                return Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z"
            except FileNotFoundError:
                return True

        wait(gone, bool)


def test_elsewhere_it_asks_for_its_token(tmp_path):
    """Bound to every address: without the token nothing, with it everything; it is printed once, and never logged."""
    with serving(tmp_path, "--host", "0.0.0.0") as (found, line, process):
        token = re.search(r"\?token=(\S+)", line)[1]
        assert len(token) >= 32
        assert ask(here(found))[0] == 401
        assert ask(here(found), "/openapi.json")[0] == 401
        assert ask(here(found), authorization=f"Bearer {token}")[0] == 200
        assert ask(here(found), authorization=f"Bearer {token}", host="evil.example")[0] == 421
        opened = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        with opened.open(f"{here(found)}/?token={token}", timeout=20) as page:
            assert page.url == f"{here(found)}/"
        process.send_signal(signal.SIGINT)
        process.wait(10)
        assert token not in process.stdout.read()


def test_chunks_without_end_are_refused(tmp_path):
    """A body that declares no length is counted as it comes."""
    with serving(tmp_path) as (found, _, _process), socket.create_connection(("127.0.0.1", int(found[1])), 10) as raw:
        head = f"POST /check HTTP/1.1\r\nhost: 127.0.0.1:{found[1]}\r\ntransfer-encoding: chunked\r\n\r\n"
        raw.sendall(head.encode())
        try:
            for _ in range(64):
                raw.sendall(b"8000\r\n" + b"x" * 0x8000 + b"\r\n")
        except OSError:
            pass  # it has closed already
        assert b" 413 " in raw.recv(200)


@pytest.mark.parametrize("words", ["port", "folder", "run", "host"])
def test_what_cannot_be_served_is_said(tmp_path, words):
    """A port in use, a folder and a run that do not exist, an address of another machine: exit code 2, one line."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        chosen = {
            "port": ["--folder", str(tmp_path), "--port", str(taken.getsockname()[1])],
            "folder": ["--folder", str(tmp_path / "none")],
            "run": [str(tmp_path / "none"), "--folder", str(tmp_path)],
            "host": ["--folder", str(tmp_path), "--host", "192.0.2.1", "--port", "0"],
        }[words]
        said = {"port": "choose with --host, --port", "folder": "is no folder", "run": "is no folder",
                "host": "cannot listen on 192.0.2.1"}  # fmt: skip
        found = CliRunner().invoke(app, ["console", "--no-browser", *chosen])
    assert found.exit_code == 2
    assert said[words] in found.stderr
    assert len(found.stderr.splitlines()) == 1
    assert found.stdout == ""
