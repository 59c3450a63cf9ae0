"""Coverage on the map of a trial: there from the start, in words, and at any height without asking again."""

import http.server
import threading

import numpy as np
import pytest

from console.test_trial_page import PLACE, Answers
from farwatch.console.told import packed

AZIMUTHS, RANGES, STEP_M = 36, 60, 1000.0
FLOOR_M, CEILING_M = 100, 9000

BLUE = """(canvas) => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let count = 0;
  for (let i = 0; i < data.length; i += 4) if (data[i + 2] > data[i] + 35) count += 1;
  return count;
}"""
"""Pixels of a canvas that are clearly blue."""


def covered() -> bytes:
    """A radar that sees all around to 60 km, between two heights."""
    radar = {"name": "alpha/96l6e", "lat_deg": PLACE[0], "lon_deg": PLACE[1], "azimuths": AZIMUTHS, "ranges": RANGES,
             "step_m": STEP_M}  # fmt: skip
    drone = {"class": "one-way-drone", "label": "One-way attack drone", "count": 2, "height_m": 500.0, "rcs_m2": 0.05}
    claimed = {"label": "40N6E", "battery": "alpha", "range_m": 400e3, "printed": "", "lat_deg": PLACE[0],
               "lon_deg": PLACE[1]}  # fmt: skip
    header = {"target": drone, "pd": 0.8, "classes": [drone], "radars": [radar], "claimed": claimed}
    cells = AZIMUTHS * RANGES
    return packed(header, {"low_0": np.full(cells, FLOOR_M, "<u2"), "high_0": np.full(cells, CEILING_M, "<u2")})


@pytest.fixture
def page(browser):
    """The page of the trial, and what it asked for in `asked`."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    found = browser.new_page(viewport={"width": 1366, "height": 768}, color_scheme="light")
    found.asked = []
    found.route("**/coverage?*", lambda route: route.fulfill(body=covered()))
    found.on("request", lambda request: found.asked.append(request.url))
    found.goto(f"http://127.0.0.1:{server.server_port}/runs/one/trials/0")
    yield found
    found.close()
    server.shutdown()
    server.server_close()


@pytest.mark.slow
def test_coverage_is_there_from_the_start_and_follows_the_slider(page):
    """Words say what blue is; a height costs no question, another target costs one."""
    note = page.get_by_role("button", name="Blue: where radars can see a one-way attack drone 500 m up")
    note.wait_for()
    note.click()
    slider = page.get_by_role("slider", name="Height above ground")
    canvas = page.locator(".map canvas")
    page.get_by_text("with a chance of at least 80 %").wait_for()
    seen = canvas.evaluate(BLUE)
    slider.focus()
    page.keyboard.press("Home")
    page.get_by_role("button", name="30 m up").wait_for()
    hidden = canvas.evaluate(BLUE)
    assert seen - hidden > 3000
    page.keyboard.press("End")
    page.get_by_role("button", name="20 km up").wait_for()
    assert abs(canvas.evaluate(BLUE) - hidden) < 300
    asked = [address for address in page.asked if "/coverage" in address]
    assert len(asked) == 1
    page.get_by_role("combobox", name="Target").select_option(value="")
    page.wait_for_timeout(300)
    assert [address for address in page.asked if "/coverage" in address][1:] == [f"{asked[0]}&rcs_m2=1"]
    page.get_by_role("checkbox", name="Coverage").uncheck()
    assert page.get_by_role("button", name="Blue").count() == 0
