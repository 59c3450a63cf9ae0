"""The page of a trial in a browser: played, stepped, read and compared, from nothing but this machine."""

import http.server
import json
import threading

import numpy as np
import pytest

from farwatch.console.app import STATIC
from farwatch.console.told import packed

TYPES = {".js": "text/javascript", ".css": "text/css", ".html": "text/html", ".svg": "image/svg+xml"}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "connect-src 'self'"
)
PLACE = (23.6, 45.2, 800.0)
END_S = 900.0


def trial(more: bool = False) -> bytes:
    """A battery, its radar, and two drones: one is killed, the other gets through; with `more` it is fired at."""
    columns = ("time_s", "lat_deg", "lon_deg", "height_m", "speed_m_s", "course_rad", "major_m", "minor_m",
               "bearing_rad")  # fmt: skip
    rows, things = [], []

    def add(key, kind, side, name, fate, of, ways):
        things.append({"key": key, "kind": kind, "side": side, "family": "", "class": name, "fate": fate, "of": of,
                       "first": len(rows), "count": len(ways)})  # fmt: skip
        rows.extend([time_s, *place, 50.0, 3.1, 0.0, 0.0, 0.0] for time_s, place in ways)

    def flight(until_s):
        return [(t, (24.5 - 0.9 * t / END_S, 45.2, 500.0)) for t in np.arange(0.0, until_s + 1.0, 10.0)]

    add("alpha", "battery", "friend", "s-400", "", "", [(0.0, PLACE)])
    add("alpha/96l6e", "radar", "friend", "96l6e", "", "alpha", [(0.0, PLACE)])
    add("depot", "asset", "friend", "", "", "", [(0.0, (23.6, 45.2, 800.0))])
    add("drones/1", "target", "hostile", "one-way-drone", "killed", "", flight(600.0))
    add("drones/2", "target", "hostile", "one-way-drone", "leaked", "", flight(842.0))
    shot = [(540.0, PLACE), (600.0, (23.9, 45.2, 500.0))]
    add("round 1", "round", "friend", "9m96e2", "hit", "drones/1", shot)
    happenings = [
        [420.0, "seen", "alpha/96l6e", "drones/1", "", 24.08, 45.2, 500.0, 45_000.0],
        [540.0, "launch", "alpha", "drones/1", "round 1", 23.9, 45.2, 500.0, 600.0],
        [600.0, "kill", "alpha", "drones/1", "round 1", 23.9, 45.2, 500.0, 33_000.0],
        [842.0, "leak", "depot", "drones/2", "", 23.6, 45.2, 500.0, 0.0],
    ]
    if more:
        happenings[3:] = [[700.0, "launch", "alpha", "drones/2", "round 2", 23.8, 45.2, 500.0, 800.0]]
    eye = {"name": "alpha-96l6e", "revisit_s": 6.0, "phase_s": 0.0, "max_range_m": 3e5, "heading_deg": 0.0,
           "sector_deg": 360.0, "rotating": True,
           "at": {"lat_deg": 23.6, "lon_deg": 45.2, "height_m": 800.0}}  # fmt: skip
    table = np.array(rows, "<f4")
    plots = {"plot_time_s": [420.0], "plot_range_m": [45e3], "plot_azimuth_rad": [0.0], "plot_elevation_rad": [0.01]}
    header = {"title": "two drones", "source": "a test", "trial": 0, "end_s": END_S, "things": things,
              "happenings": happenings, "radars": [eye]}  # fmt: skip
    return packed(
        header,
        {name: np.ascontiguousarray(table[:, k]) for k, name in enumerate(columns)}
        | {name: np.array(values, "<f4") for name, values in plots.items()}
        | {"plot_radar": np.zeros(1, "<i4"), "plot_false": np.zeros(1, "<i4")},
    )


LEAKED = {"name": "drones/2", "reason": "no-rounds"}
WHY = "In reach, but no fitting round was left on the launchers."
TOLD = {
    "/": {"runs": [{"name": name, "trials": 2, "done": 2, "seed": 1} for name in ("one", "more")]},
    "/runs/one": {"answer": {"summary": {"reasons": {"shares": [{"name": "no-rounds", "sentence": WHY}]}}}},
    "/runs/one/trials": {"leakers": {"0": [LEAKED], "1": [LEAKED]}},
    "/runs/more": {},
    "/runs/more/trials": {"leakers": {}},
}
"""What the server tells of runs, by address."""


class Answers(http.server.BaseHTTPRequestHandler):
    """The built page, one trial, and the rules for scripts that the console has."""

    def log_message(self, *words):
        """Say nothing."""

    def do_GET(self):
        path = self.path.partition("?")[0]
        if path.endswith("/scene"):
            body, kind = trial("/more/" in path), "application/octet-stream"
        elif path in TOLD and "json" in self.headers.get("accept", ""):
            body, kind = json.dumps(TOLD[path]).encode(), "application/json"
        else:
            file = STATIC / (path.removeprefix("/static/") if path.startswith("/static/") else "index.html")
            body, kind = (file.read_bytes(), TYPES[file.suffix]) if file.is_file() else (b"", "text/plain")
        self.send_response(200 if body else 404)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.send_header("content-security-policy", POLICY)
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def page(browser):
    """The page of the trial in Chromium, what it asked for in `asked`, and what went wrong in `wrong`."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    found = browser.new_page(viewport={"width": 1366, "height": 768})
    found.asked, found.wrong = [], []
    found.on("request", lambda request: found.asked.append(request.url))
    found.on("pageerror", lambda error: found.wrong.append(str(error)))
    found.on("console", lambda said: found.wrong.append(said.text) if said.type == "error" else None)
    found.home = f"http://127.0.0.1:{server.server_port}"
    found.goto(f"{found.home}/runs/one/trials/0")
    found.wait_for_selector(".map canvas")
    yield found
    found.close()
    server.shutdown()
    server.server_close()


@pytest.mark.slow
def test_a_trial_is_played_stepped_and_read_by_keyboard_alone(page):
    """It begins before the first is seen; leaks, events, stories, the address, and play: no pointer is used."""
    page.wait_for_selector(".clock:has-text('06:55')")
    page.wait_for_selector("text=1 of 2 got through; 1 killed, 1 round fired.")
    page.wait_for_selector("text=1 got through: in reach, but no fitting round was left on the launchers.")
    page.keyboard.press("l")
    page.wait_for_selector("text=leaked to depot")
    assert page.inner_text(".clock").startswith("14:02")
    assert page.inner_text(".outcome") == f"Got through. {WHY}"
    assert page.inner_text(".heard") == "14:02 drones/2 leaked to depot"
    page.wait_for_url("**/runs/one/trials/0?t=842&s=drones/2")
    page.keyboard.press(",")
    assert page.inner_text(".clock").startswith("10:00")
    page.keyboard.press("N")
    page.wait_for_selector("h2:has-text('drones/1')")
    story = page.inner_text("#panel")
    assert "seen by alpha/96l6e at 45 km" in story
    assert "round 1 (9m96e2), fired 09:00, killed it, 33 km from alpha" in story
    assert "1 killed" in page.inner_text(".score")
    page.keyboard.press("Space")
    page.wait_for_timeout(700)
    page.keyboard.press("Space")
    played = page.inner_text(".clock")[:5]
    assert "10:00" < played < "12:00"
    page.keyboard.press("Escape")
    page.wait_for_selector("h2:has-text('The whole trial')")
    page.keyboard.press("?")
    assert page.is_visible("dialog")


@pytest.mark.slow
def test_an_address_keeps_the_moment_over_reload_and_back(page):
    """Time and selection stand in the address; another trial begins anew, and back leads to the moment left."""
    page.goto(f"{page.home}/runs/one/trials/0?t=600&s=drones/1")
    page.wait_for_selector("h2:has-text('drones/1')")
    assert page.title() == "one, trial 0 - farwatch"
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**/runs/one/trials/0?t=610&s=drones/1")
    page.reload()
    page.wait_for_selector(".clock:has-text('10:10')")
    page.get_by_role("link", name="trial 1", exact=True).click()
    page.wait_for_selector(".clock:has-text('06:55')")
    page.go_back()
    page.wait_for_selector(".clock:has-text('10:10')")
    page.wait_for_selector("h2:has-text('drones/1')")
    assert page.wrong == []


@pytest.mark.slow
def test_a_trial_is_taken_along(page):
    """A mark of the timeline leads to its story; that moment's address is copied; files of it are to be had."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    box = page.locator(".marks").bounding_box()
    page.mouse.click(box["x"] + box["width"] * 842 / END_S - 2, box["y"] + 12)
    page.wait_for_selector("h2:has-text('drones/2')")
    assert page.inner_text(".clock").startswith("14:02")
    page.get_by_role("button", name="Copy address").click()
    page.wait_for_selector("button:has-text('Copied')")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == f"{page.home}/runs/one/trials/0?t=842&s=drones/2"
    page.get_by_role("button", name="Export").click()
    files = page.locator("dialog[open] a[download]")
    assert "/runs/one/trials/0/export.acmi" in [link.get_attribute("href") for link in files.all()]


@pytest.mark.slow
def test_play_at_the_end_begins_anew(page):
    """A trial that was seen to its end is played once more, from where it began."""
    page.wait_for_selector(".clock:has-text('06:55')")
    page.keyboard.press("End")
    page.get_by_role("button", name="Play", exact=True).click()
    page.get_by_role("button", name="Pause", exact=True).click()
    clock = page.inner_text(".clock")
    assert "06:55" <= clock[:5] < clock[-5:]


@pytest.mark.slow
def test_two_runs_are_compared_in_words(page):
    """What got through in one only, and when they part; both maps move together."""
    page.get_by_label("Compare with").select_option("more")
    page.wait_for_selector("text=They go alike until")
    said = page.inner_text("#panel")
    assert "11:40" in said and "alpha fires round 2 at drones/2" in said
    assert "Got through in one, not in more: 1" in said
    assert page.locator(".map canvas").count() == 2
    page.get_by_role("button", name="drones/2", exact=True).click()
    page.wait_for_selector("h2:has-text('drones/2')")
    assert page.inner_text("#panel").count("hostile object") == 2


@pytest.mark.slow
def test_heights_are_drawn_along_a_line_set_by_keyboard(page):
    """Enter twice on the map; the radar at its beginning has its shadow."""
    page.keyboard.press("d")
    page.keyboard.press("Enter")
    for _ in range(3):
        page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Heights along A to B")
    page.get_by_role("button", name="Close").click()
    page.keyboard.press("n")
    page.keyboard.press("h")
    page.wait_for_selector("text=Under the dashed line alpha-96l6e sees nothing")


@pytest.mark.slow
@pytest.mark.parametrize("size", [(1366, 768), (1024, 700)])
def test_a_trial_fits_the_window_and_every_panel_too(page, size):
    """No scrolling of the page, whichever panel is open."""
    page.set_viewport_size({"width": size[0], "height": size[1]})
    for panel in ("Objects", "Events", "Scope", "Layers", "Story"):
        page.click(f"#tab-{panel}")
        page.wait_for_timeout(150)
        wide, high = page.evaluate("[document.body.scrollWidth, document.body.scrollHeight]")
        assert (wide <= size[0], high <= size[1]) == (True, True), panel


@pytest.mark.slow
def test_a_trial_needs_nothing_from_elsewhere_and_no_rule_is_broken(page):
    """Land, borders and symbols too come from this server, and every panel opens without an error."""
    for panel in ("Objects", "Events", "Scope", "Layers", "Story"):
        page.click(f"#tab-{panel}")
    page.wait_for_timeout(800)
    files = {address.removeprefix(page.home + "/static/") for address in page.asked}
    assert {"countries-50m.js", "symbols.js"} <= files
    assert all(address.startswith((page.home, "data:")) for address in page.asked)
    assert page.wrong == []


@pytest.mark.slow
def test_the_map_is_drawn_and_moves_with_the_clock(page):
    """What is seen of the map differs between two times, and is the same again at the first."""

    def seen(key):
        page.keyboard.press(key)
        page.wait_for_timeout(600)
        return page.screenshot(clip={"x": 20, "y": 120, "width": 900, "height": 560})

    page.wait_for_timeout(1000)
    first = seen("ArrowRight")
    assert seen("Shift+ArrowRight") != first
    assert seen("Shift+ArrowLeft") == first
