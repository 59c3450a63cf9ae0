"""How quick the console answers while a run uses every core: p50, p99 and worst of pages, and of a run that plays.

python benchmarks/console.py [--seconds 30]

A server and a run are processes of their own, on loopback. The run is dice that spin, one thread a core: as hungry as
a real one, without its minutes of compiling.
"""

import argparse
import http.client
import json
import os
import shutil
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
    chosen = words.parse_args()
    with tempfile.TemporaryDirectory() as home:
        stored(Path(home))
        command = [sys.executable, "-c", SERVER, JOB, "console", "--folder", home, "--port", "0", "--no-browser"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
            port = int(server.stdout.readline().split("/")[2].rpartition(":")[2])
            try:
                worst = measured(port, chosen.seconds)
            finally:
                ask(port, "/runs/busy/job", "DELETE")
                server.terminate()
    sys.exit(worst > chosen.most_ms)


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


def measured(port: int, seconds: float) -> float:
    """Ask in turn while the run plays and two tabs watch it; prints a line an address, gives the worst p99 in ms."""
    wish = {"scenario": "site.yaml", "name": "busy", "trials": 100_000}
    assert ask(port, "/runs", "POST", wish)[0] == 202
    while json.loads(ask(port, "/runs/busy")[1]).get("line", {}).get("done", 0) < 8:
        time.sleep(0.2)
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
