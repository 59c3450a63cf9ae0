"""How quick the console is: a stored run painted in a browser; and answers while a run uses every core, p50 to worst.

python benchmarks/console.py [--seconds 30]

A server and a run are processes of their own, on loopback. The run is dice that spin, one thread a core: as hungry as
a real one, without its minutes of compiling. Without playwright and Chromium only the answers are measured.
"""

import argparse
import http.client
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

TESTS = Path(__file__).parents[1] / "tests"
sys.path.insert(0, str(TESTS))

SITE = """farwatch: 1
title: A site
defence:
  - {name: alpha, system: s-400, at: {lat_deg: 23.6, lon_deg: 45.2}}
"""

JOB = f"""
import json, os, sys, time
if hasattr(os, "nice"):
    os.nice(5)
sys.path.insert(0, {str(TESTS)!r})
words = json.load(sys.stdin)["words"]
import numpy as np
from farwatch.campaign.execute import execute
from farwatch.campaign.plan import Plan
from farwatch.scenario import load
from outcomes.rehearsal import Dice, cast
option = lambda name: words[words.index(name) + 1]
dice, matrix = Dice(cast(), 1), np.random.default_rng(1).random((400, 400))
def play(*block, trace):
    end = time.monotonic() + 0.4
    while time.monotonic() < end:
        np.sort(matrix, axis=None)  # holds no interpreter lock, as the compiled loop
    return dice(*block, trace=trace)
plan = Plan(scenario=load(words[-1]), cast=cast(), seed=1, trials=int(option("--trials")))
execute(plan, play, None, option("--out"))
"""

SERVER = """
import sys
from farwatch.console import work
work.PROGRAM = sys.argv.pop(1)
from farwatch.cli import main
main()
"""


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--seconds", type=float, default=30.0)
    words.add_argument("--most-ms", type=float, default=100.0, help="Bound of p99; exit 1 above it.")
    words.add_argument("--most-paint-ms", type=float, default=2000.0, help="Bound of a stored run's page, alone.")
    chosen = words.parse_args()
    with tempfile.TemporaryDirectory() as home:
        stored(Path(home))
        command = [sys.executable, "-c", SERVER, JOB, "console", "--folder", home, "--port", "0", "--no-browser"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
            port = int(server.stdout.readline().split("/")[2].rpartition(":")[2])
            try:
                slowest = painted(port, "nothing else runs")
                begin(port)
                painted(port, "a run on all cores")
                worst = measured(port, chosen.seconds)
            finally:
                ask(port, "/runs/busy/job", "DELETE")
                server.terminate()
    sys.exit(worst > chosen.most_ms or slowest > chosen.most_paint_ms)


def stored(home: Path) -> None:
    """A folder as after some weeks: a scenario and forty runs of a thousand trials."""
    from campaign.conftest import make_plan
    from farwatch.campaign.execute import execute
    from outcomes.rehearsal import Dice, cast

    (home / "site.yaml").write_text(SITE)
    execute(make_plan(1000), Dice(cast()), 1, home / "run-00")
    for k in range(1, 40):
        shutil.copytree(home / "run-00", home / f"run-{k:02}")


def ask(port: int, address: str, method: str = "GET", body: object = None) -> tuple[int, bytes]:
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    data = None if body is None else json.dumps(body)
    link.request(method, address, data, {"content-type": "application/json"})
    answer = link.getresponse()
    found = answer.status, answer.read()
    link.close()
    return found


def painted(port: int, meanwhile: str) -> float:
    """Open eight stored runs, each in a browser that knows nothing yet; prints and gives the slowest in ms.

    Until something is painted, and until the answer stands there. 0.0 without a browser.
    """
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        chromium = None
    if chromium is None:
        print("no browser: pages are not measured")
        return 0.0
    first, whole = [], []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--headless", "--no-sandbox", "--disable-gpu"])
        for k in range(8):
            page = browser.new_context(viewport={"width": 1366, "height": 768}).new_page()
            page.goto(f"http://127.0.0.1:{port}/runs/run-{k + 2:02}", wait_until="commit")
            page.get_by_text("get through on average").first.wait_for()
            whole.append(page.evaluate("performance.now()"))
            first.append(page.evaluate("performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN"))
            page.context.close()
        browser.close()
    print(f"a stored run in a browser, {meanwhile}: painted after {statistics.median(first):.0f} ms, "
          f"its answer after {statistics.median(whole):.0f} ms, slowest {max(whole):.0f} ms")  # fmt: skip
    return max(whole)


def begin(port: int) -> None:
    """Start the run that is hungry, and wait until it plays."""
    wish = {"scenario": "site.yaml", "name": "busy", "trials": 100_000}
    assert ask(port, "/runs", "POST", wish)[0] == 202
    while json.loads(ask(port, "/runs/busy")[1]).get("line", {}).get("done", 0) < 8:
        time.sleep(0.2)


def measured(port: int, seconds: float) -> float:
    """Ask in turn while the run plays and two tabs watch it; prints a line an address, gives the worst p99 in ms."""
    for _ in range(2):
        threading.Thread(target=ask, args=(port, "/runs/busy/progress"), daemon=True).start()
    addresses = ("/", "/runs/run-00", "/runs/busy", "/runs/run-01/trials", "/scenarios/site.yaml")
    times: dict[str, list[float]] = {address: [] for address in addresses}
    for address in addresses:
        ask(port, address)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for address in addresses:
            start = time.perf_counter()
            assert ask(port, address)[0] == 200
            times[address].append(1e3 * (time.perf_counter() - start))
        time.sleep(0.01)
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, a run on all of them")
    for address, row in times.items():
        row.sort()
        print(f"{address:24}{len(row):6} asked   p50 {row[len(row) // 2]:6.1f} ms   p99 {at(row, 0.99):6.1f} ms   "
              f"worst {row[-1]:6.1f} ms")  # fmt: skip
    return max(at(row, 0.99) for row in times.values())


def at(row: list[float], share: float) -> float:
    return row[min(len(row) - 1, int(share * len(row)))]


if __name__ == "__main__":
    main()
