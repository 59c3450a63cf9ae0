# ruff: noqa: INP001
"""How many frames a second the trial page draws: 1,000 moving objects with trails, Chromium without a GPU, 1366 x 768.

    PYTHONPATH=src python web/bench/frames.py [--static FOLDER] [--seconds 10] [--objects 1000] [--shot FILE]

Serves the built front end and one made-up scene by itself, plays it, and prints one line of JSON: frames a second, the
slow frames, what the processors and the page's own scripts spent on each, what was left out to keep pace, and when the
map was first drawn. Beside it, `empty`: the same of a page with nothing but a canvas that one dot moves over, for what
this browser on this machine, as busy as it is, can do at all.
"""

import argparse
import http.server
import json
import os
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np

from farwatch.console.told import packed

ROOT = Path(__file__).resolve().parents[2]
FLAGS = {
    "software": ["--headless", "--no-sandbox", "--disable-gpu"],
    "swiftshader": ["--headless", "--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"],
}
"""No GPU: drawn by Chromium's own software, or by a GPU played by the CPU, which is slower."""

TYPES = {".js": "text/javascript", ".css": "text/css", ".html": "text/html", ".svg": "image/svg+xml"}
STEP_S, LONG_S = 2.0, 600.0
COUNT = """seconds => new Promise(done => {
  const gaps = []; let before = performance.now(); const end = before + 1000 * seconds;
  requestAnimationFrame(function next(now) {
    gaps.push(now - before); before = now;
    if (now < end) requestAnimationFrame(next); else done(gaps.slice(1));
  });
})"""

EMPTY = """<!doctype html><style>body{margin:0}</style><canvas width=1000 height=560></canvas><script>
const pen = document.querySelector("canvas").getContext("2d", {alpha: false, willReadFrequently: true});
requestAnimationFrame(function next(now) {
  pen.fillStyle = "#fff"; pen.fillRect(0, 0, 1000, 560);
  pen.fillStyle = "#000"; pen.fillRect((now / 4) % 1000, 280, 4, 4);
  requestAnimationFrame(next);
});
</script>"""


def scene(objects: int) -> bytes:
    """A battery, a radar, objects on bent ways about them for ten minutes, and a track of every third."""
    rng = np.random.Generator(np.random.PCG64(7))
    times = np.arange(0.0, LONG_S + STEP_S, STEP_S)
    things, columns, first = [], [], 0

    def add(key: str, kind: str, side: str, name: str, rows: np.ndarray, of: str = "") -> None:
        nonlocal first
        things.append({"key": key, "kind": kind, "side": side, "family": "", "class": name, "fate": "", "of": of,
                       "first": first, "count": len(rows)})  # fmt: skip
        columns.append(rows)
        first += len(rows)

    add("alpha", "battery", "friend", "s-400", np.array([[0, 23.6, 45.1, 800, 0, 0, 0, 0, 0]], float))
    add("alpha/radar", "radar", "friend", "91n6e", np.array([[0, 23.6, 45.1, 800, 0, 0, 0, 0, 0]], float), "alpha")
    for i in range(objects):
        course = rng.uniform(0, 2 * np.pi) + np.cumsum(rng.normal(0, 0.01, times.size))
        speed = rng.uniform(60, 280)
        lat = 23.6 + rng.uniform(-2, 2) + np.cumsum(np.cos(course)) * speed * STEP_S / 111_200
        lon = 45.1 + rng.uniform(-3.4, 3.4) + np.cumsum(np.sin(course)) * speed * STEP_S / 101_800
        rows = np.stack([times, lat, lon, np.full(times.size, rng.uniform(100, 11_000)), np.full(times.size, speed),
                         course, *np.zeros((3, times.size))], axis=1)  # fmt: skip
        hostile = i % 5 < 2
        name, side = (f"raid/{i}", "hostile") if hostile else (f"traffic/{i}", "neutral")
        add(name, "target", side, "one-way-drone" if hostile else "airliner", rows)
        if i % 3 == 0:
            held = rows[::3].copy()
            held[:, 6:8] = 900.0, 300.0
            add(f"track {i}", "track", side, "", held, name)
    names = ("time_s", "lat_deg", "lon_deg", "height_m", "speed_m_s", "course_rad", "major_m", "minor_m", "bearing_rad")
    table = np.concatenate(columns).astype("<f4")
    header = {"title": "bench", "source": "bench", "trial": 0, "end_s": LONG_S, "things": things, "happenings": [],
              "radars": []}  # fmt: skip
    plots = {f"plot_{name}": np.zeros(0, "<f4") for name in ("time_s", "range_m", "azimuth_rad", "elevation_rad")}
    plots |= {f"plot_{name}": np.zeros(0, "<i4") for name in ("radar", "false")}
    return packed(header, {name: np.ascontiguousarray(table[:, k]) for k, name in enumerate(names)} | plots)


def serve(static: Path, data: bytes) -> http.server.ThreadingHTTPServer:
    """Built files under /static/, the scene, and the page for everything else."""

    class Answers(http.server.BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Say nothing."""

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            file = static / path.removeprefix("/static/") if path.startswith("/static/") else static / "index.html"
            body, kind = b"", TYPES.get(file.suffix, "application/octet-stream")
            if path.endswith("/scene"):
                body, kind = data, "application/octet-stream"
            elif path in ("/coverage", "/relief"):
                pass  # there is no ground here
            elif path.endswith("/trials"):
                body, kind = b'{"leakers": {}}', "application/json"
            elif "json" in self.headers.get("accept", ""):
                body, kind = b'{"runs": []}', "application/json"
            elif file.is_file():
                body = file.read_bytes()
            self.send_response(200 if body else 404)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def cpu_s() -> float:
    """Time that the processors have spent on what this process started, and on what those started, so far."""
    spent, parents = {}, {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has ended
        parents[int(folder.name)] = int(words[1])
        spent[int(folder.name)] = (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")

    def ours(process: int) -> bool:
        while process > 1:
            process = parents.get(process, 0)
            if process == os.getpid():
                return True
        return False

    return sum(time for process, time in spent.items() if ours(process))


def counted(page: Any, seconds: float) -> dict[str, float]:
    """Frames of a page for some time, and what they cost."""
    metrics = page.context.new_cdp_session(page)
    metrics.send("Performance.enable")

    def scripts_s() -> float:
        found = {one["name"]: one["value"] for one in metrics.send("Performance.getMetrics")["metrics"]}
        return float(found["ScriptDuration"])

    before_s, before_scripts_s = cpu_s(), scripts_s()
    gaps = np.array(page.evaluate(COUNT, seconds))
    spent_s, in_scripts_s = cpu_s() - before_s, scripts_s() - before_scripts_s
    return {
        "frames_per_s": round(1000.0 * gaps.size / gaps.sum(), 1),
        "median_ms": round(float(np.median(gaps)), 1), "p95_ms": round(float(np.percentile(gaps, 95)), 1),
        "cpu_ms_per_frame": round(1000.0 * spent_s / gaps.size, 1),
        "script_ms_per_frame": round(1000.0 * in_scripts_s / gaps.size, 1),
    }  # fmt: skip


def measure(address: str, wanted: argparse.Namespace) -> dict[str, object]:
    """Play the scene in Chromium and count."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=wanted.chromium, args=FLAGS[wanted.drawn_by])
        try:
            page = browser.new_page(viewport={"width": 1366, "height": 768})
            page.set_content(EMPTY)
            page.wait_for_timeout(500)
            empty = counted(page, wanted.seconds / 3)
            page.goto(f"{address}/runs/bench/trials/0?t=250")
            page.wait_for_selector(".map canvas")
            drawn_ms = page.evaluate("new Promise(done => requestAnimationFrame(() => done(performance.now())))")
            page.wait_for_timeout(3000)
            page.keyboard.press("Space")
            page.wait_for_timeout(1000)
            found = counted(page, wanted.seconds)
            said = page.inner_text(".slow")
            if wanted.shot:
                page.screenshot(path=wanted.shot)
        finally:
            browser.close()
    return {
        "objects": wanted.objects, "drawn_by": wanted.drawn_by, **found, "said": said,
        "first_drawn_ms": round(drawn_ms), "load_average": round(os.getloadavg()[0], 1), "empty": empty,
    }  # fmt: skip


def main() -> None:
    """Serve, play, print."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--static", type=Path, default=ROOT / "src/farwatch/console/static")
    words.add_argument("--seconds", type=float, default=10.0)
    words.add_argument("--objects", type=int, default=1000)
    words.add_argument("--drawn-by", choices=list(FLAGS), default="software")
    words.add_argument("--chromium", default="/usr/bin/chromium")
    words.add_argument("--shot", default="")
    wanted = words.parse_args()
    server = serve(wanted.static, scene(wanted.objects))
    sys.stdout.write(json.dumps(measure(f"http://127.0.0.1:{server.server_port}", wanted)) + "\n")


if __name__ == "__main__":
    main()
