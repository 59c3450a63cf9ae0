"""The cast of these tests: a folder with a stored run of dice, an application over it, and jobs that play dice."""

import asyncio
import os
import re
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from campaign.conftest import make_plan
from farwatch.campaign.execute import execute
from farwatch.console import desk as desks
from farwatch.console import work
from farwatch.console.app import STATIC, create
from farwatch.console.guard import Guard, Rules
from outcomes.rehearsal import Dice, cast

HOST = "127.0.0.1:8402"

DICE = f"""
import json, sys, time
sys.path.insert(0, {str(Path(__file__).parents[1])!r})
words = json.load(sys.stdin)["words"]
from farwatch.campaign.execute import execute
from farwatch.campaign.plan import Plan
from farwatch.scenario import load
from outcomes.rehearsal import Dice, cast
option = lambda name: words[words.index(name) + 1]
dice = Dice(cast(), int(option("--seed")))
def play(*block, trace):
    time.sleep(PAUSE_S)
    return dice(*block, trace=trace)
plan = Plan(scenario=load(words[-1]), cast=cast(), seed=int(option("--seed")), trials=int(option("--trials")))
if plan.scenario.title.startswith("fails"):
    sys.exit(plan.scenario.title)
print("playing", flush=True)
found = execute(plan, play, 1, option("--out"))
print("played", len(found), flush=True)
sys.exit(130 if found.interrupted else 0)
"""
"""What jobs are in these tests: the same store, locks and Ctrl-C as a run has, but every block is dice."""

SITE = """farwatch: 1
title: A site
seed: 3
defence:
  - {name: alpha, system: s-400, at: {lat_deg: 23.6, lon_deg: 45.2}}
"""


class Inline:
    """Works everything out at once, in this process."""

    def __init__(self, **_):
        self.asked = []

    async def ask(self, function, *words, stamp=None):
        self.asked.append(function.__name__)
        return function(*words)

    def close(self):
        """There is no process."""


class Client:
    """Asks an application as a browser's page would, without a network."""

    def __init__(self, app, rules=None):
        self.app = app
        self._guarded = Guard(app, rules or Rules(hosts={HOST}))

    def __call__(self, method, address, **asked):
        async def asking():
            transport = httpx.ASGITransport(app=self._guarded, raise_app_exceptions=True)
            async with httpx.AsyncClient(transport=transport, base_url=f"http://{HOST}", timeout=60) as client:
                return await client.request(method, address, **asked)

        return asyncio.run(asking())

    def get(self, address, **asked):
        return self("GET", address, **asked)

    def post(self, address, **asked):
        return self("POST", address, **asked)


@pytest.fixture(scope="session")
def played(tmp_path_factory):
    """A folder with a finished run of dice, `done`, and a part of the same, `half`: read only."""
    home = tmp_path_factory.mktemp("played")
    execute(make_plan(24), Dice(cast()), 1, home / "done")
    execute(make_plan(24), Dice(cast()), 1, home / "half")
    for block in sorted((home / "half" / "blocks").iterdir())[1:]:
        block.unlink()
    manifest = home / "half" / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"interrupted": false', '"interrupted": true'))
    return home


@contextmanager
def serving(folder, *words, code="from farwatch.cli import main; main()", first=()):
    """A console over a folder as a process of its own: its address as it prints it, and the process."""
    command = [sys.executable, "-u", "-c", code, *first, "console", "--folder", folder, *words, "--no-browser"]
    if "--port" not in words:
        command += ["--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            yield re.search(r"http://\S+", server.stdout.readline())[0], server
        finally:
            server.terminate()


def rolling(folder, *words, pause_s=0.25):
    """A console whose jobs play dice, with a rest before each block, and whose trials are made up."""
    tests = str(Path(__file__).parents[1])
    code = f"import sys; sys.path.insert(0, {tests!r}); from console.dice_console import main; main()"
    return serving(folder, *words, code=code, first=(str(pause_s),))


@pytest.fixture(scope="module")
def console(folder):
    """A console of dice over the `folder` of a module."""
    with rolling(folder) as (address, _):
        yield address


def launched(driver, *flags):
    """Chromium, started; without it, or without the built front end, a test is skipped."""
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None or not (STATIC / "console.js").is_file():
        pytest.skip("needs Chromium, and the built front end")
    words = ["--headless", "--no-sandbox", "--disable-gpu", *flags]
    return driver.chromium.launch(executable_path=chromium, args=words)


@pytest.fixture(scope="module")  # while it is there, nothing else in the process can run an event loop
def driver():
    """What starts browsers."""
    with pytest.importorskip("playwright.sync_api").sync_playwright() as found:
        yield found


@pytest.fixture(scope="module")
def browser(driver):
    """Chromium, driven."""
    found = launched(driver)
    yield found
    found.close()


@pytest.fixture
def address(tmp_path):
    """A console over an empty folder, `tmp_path`."""
    with serving(tmp_path) as (found, _):
        yield found


@pytest.fixture
def shoot():
    """`shoot(page, name)` keeps a picture of a page in both colour schemes, where FARWATCH_SHOTS names a folder."""
    folder = os.environ.get("FARWATCH_SHOTS")

    def shooting(page, name):
        for scheme, place in (("dark", "dark"), ("light", ".")) if folder else ():
            page.emulate_media(color_scheme=scheme)
            page.wait_for_timeout(200)  # maps are drawn anew
            page.screenshot(path=Path(folder) / place / f"console-{name}.png")

    return shooting


@pytest.fixture
def inline(monkeypatch):
    """No processes of its own."""
    monkeypatch.setattr(desks, "Worker", Inline)


@pytest.fixture
def home(tmp_path):
    """A folder with a scenario."""
    place = tmp_path / "home"
    place.mkdir()
    (place / "site.yaml").write_text(SITE)
    return place


@pytest.fixture
def client(home, inline):
    """A client of an application over `home`."""
    app = create(home)
    yield Client(app)
    app.state.desk.close()


@pytest.fixture
def reading(played, inline):
    """A client of an application over the folder of played dice."""
    app = create(played)
    yield Client(app)
    app.state.desk.close()


@pytest.fixture
def dice(monkeypatch):
    """`dice(pause_s)`: jobs play dice, and rest before each block."""

    def throwing(pause_s=0.0):
        monkeypatch.setattr(work, "PROGRAM", DICE.replace("PAUSE_S", str(pause_s)))

    throwing()
    return throwing
