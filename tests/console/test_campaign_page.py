"""The page of a campaign in a real browser, while it is played: intervals narrow, and a curve takes shape."""

import re
import threading

import pytest

import farwatch as fw
from campaign.test_commission import play
from farwatch.campaign import CampaignPlan, commission

pytestmark = pytest.mark.slow

PLAN = CampaignPlan.model_validate({
    "title": "Do dice leak more?", "scenarios": {"site": "desert-battery"}, "measures": ["leaked", "rounds_fired"],
    "vary": {"fields": {"raid.drones-north.count": [4, 8, 12, 16]}}, "trials": 64,
    "saturation": {"field": "raid.drones-north.count"},
})  # fmt: skip

FIRST_UNITS = 25
"""Units of eight trials before the dice rest: three points whole, and the fourth begun."""


@pytest.fixture
def rest(tmp_path, monkeypatch):
    """A campaign of dice, `c`, is being played, and rests after its first units until this event is set."""
    go, halfway, count = threading.Event(), threading.Event(), iter(range(10**6))

    def slowly(order):
        if next(count) == FIRST_UNITS:
            halfway.set()
            go.wait(300)
        return play(order)

    monkeypatch.setattr(commission, "play_unit", slowly)
    player = threading.Thread(target=fw.campaign, args=(PLAN,), kwargs={"out": tmp_path / "c", "executor": 1})
    player.start()
    assert halfway.wait(120)
    yield go
    go.set()
    player.join()


def test_intervals_narrow_while_it_is_played(browser, address, rest):
    """Half of the raid's sizes first, then all: state, half width, curve, numbers by keyboard, title."""
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    page, complaints = context.new_page(), []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.set_default_timeout(60_000)
    page.goto(f"{address}campaigns/c")

    page.get_by_text(re.compile("of 256 trials")).wait_for()
    row = page.get_by_role("row", name=re.compile("^16 of drones-north"))
    row.get_by_text("±").wait_for()
    begun = half_width(row)
    assert page.get_by_text("playing").is_visible()
    assert page.title() == "c - farwatch"

    rest.set()
    page.get_by_text("256 of 256 trials").wait_for()
    page.get_by_text("done:").wait_for()
    if not row.is_visible():
        page.get_by_text("Each point").click()
    assert half_width(row) < begun

    curve = page.get_by_role("slider", name=re.compile("^leakers, over number of drones-north"))
    curve.focus()
    page.keyboard.press("End")
    assert re.match(r"16 of drones-north: \d\S* \(.* to .*\)", curve.get_attribute("aria-valuetext"))
    page.get_by_role("heading", name="Rounds fired").wait_for()
    context.close()
    assert complaints == []


def half_width(row):
    """What a row of the table of points says: ±1.23."""
    return float(re.search(r"±([\d.]+)", row.inner_text())[1])


def test_what_a_finished_campaign_still_lacks_can_be_asked_for(browser, address, tmp_path, monkeypatch):
    """Its report, where it was stopped before that was written; a point whose file was changed is not played."""
    monkeypatch.setattr(commission, "play_unit", play)
    fw.campaign(PLAN.model_copy(update={"trials": 8}), out=tmp_path / "c", executor=1)
    (tmp_path / "c-point-0.yaml").write_text("farwatch: 1\ntitle: mine\n", encoding="utf-8")
    page = browser.new_page(viewport={"width": 1366, "height": 768})
    page.set_default_timeout(60_000)
    page.goto(f"{address}campaigns/c")
    page.get_by_role("button", name="Write the report").wait_for()
    page.get_by_text("Each point").click()
    page.get_by_role("button", name=re.compile("again and watch")).first.click()
    told = page.get_by_role("alert")
    told.get_by_text("it was changed").wait_for()
    assert 0.0 <= told.bounding_box()["y"] < 768.0  # in view, though the button stands far below
    assert page.url.endswith("/campaigns/c")
    page.close()
