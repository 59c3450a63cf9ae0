"""The newcomer's path, in a real browser on a real run: from nothing to an understood answer.

The pictures of the walk-through in the documentation are made here: `FARWATCH_SHOTS=docs/pictures pytest THIS_FILE`.
"""

import re

import pytest

from conftest import INTERPRETED

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(INTERPRETED, reason="plays whole missions, which takes compiled kernels"),
]

PATIENCE_MS = 600_000
"""A machine that has compiled nothing yet compiles first."""


def test_from_an_empty_folder_to_an_understood_answer(browser, address, shoot, tmp_path):
    """Run the example, read how many get through and why, watch a trial, ask a leaker for its story, take it along."""
    context = browser.new_context(viewport={"width": 1366, "height": 768}, color_scheme="light", accept_downloads=True)
    page, complaints = context.new_page(), []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.set_default_timeout(30_000)

    page.goto(address)
    page.get_by_role("button", name="Run desert-battery").click()
    page.get_by_label("Trials").fill("16")
    shoot(page, "start")
    page.get_by_role("button", name="Start").click()

    page.get_by_text("get through on average").wait_for(timeout=PATIENCE_MS)
    page.reload()  # in mid-run or after it: the page finds its way back
    page.get_by_text("get through on average").wait_for(timeout=PATIENCE_MS)
    page.get_by_text("16 of 16 trials").wait_for(timeout=PATIENCE_MS)
    page.get_by_text("get through on average").wait_for()
    page.get_by_role("link", name="Whole report").wait_for(timeout=PATIENCE_MS)
    page.get_by_role("img", name="From the raid to the leakers").wait_for(timeout=PATIENCE_MS)
    shoot(page, "answer")
    assert (tmp_path / "desert-battery-1" / "manifest.json").is_file()

    page.get_by_role("link", name="Replay the worst").click()
    page.locator("canvas").first.wait_for(timeout=PATIENCE_MS)
    page.get_by_role("button", name="Next leak").click()
    story = page.get_by_role("tabpanel")
    story.get_by_text(re.compile("seen", re.IGNORECASE)).first.wait_for()
    page.wait_for_timeout(4000)  # relief and coverage come when they are ready
    shoot(page, "story")
    assert "leaked to" in story.inner_text()

    export = page.request.get(f"{address}runs/desert-battery-1/trials/0/export.kml", timeout=PATIENCE_MS)
    assert export.ok and b"<kml" in export.body()
    context.close()
    assert complaints == []
