"""The scenario page in a real browser: text, form and map are one scenario, and what is typed is not lost."""

import difflib
import json
import re

import pytest

from farwatch.scenario import shipped_text

pytestmark = pytest.mark.slow

TEXT = shipped_text("desert-battery")
SIZE = {"width": 1366, "height": 768}


@pytest.fixture
def page(browser, address):
    """The page of the shipped scenario; whatever the browser complains of fails the test."""
    context = browser.new_context(viewport=SIZE)
    found, complaints = context.new_page(), []
    found.on("pageerror", lambda error: complaints.append(str(error)))
    found.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    found.goto(f"{address}scenarios/desert-battery")
    found.get_by_text("No problems").wait_for()
    yield found
    context.close()
    assert complaints == []


def checked(page):
    """Waits, at the end of its block, until the server has said what it thinks of the text."""
    return page.expect_response("**/check")


def kept(page, name="desert-battery"):
    """The text that the page keeps as not saved yet."""
    return json.loads(page.evaluate(f"sessionStorage.getItem('farwatch:draft:{name}')"))["text"]


def changed(text):
    """Lines that are not as they shipped."""
    lines = difflib.unified_diff(TEXT.splitlines(), text.splitlines(), n=0, lineterm="")
    return [line for line in lines if line[0] in "+-" and line[:3] not in ("+++", "---")]


def test_an_arrow_key_on_the_map_moves_a_battery_and_changes_one_line(page):
    """Its comment stays, and so does the focus."""
    battery = page.get_by_role("button", name=re.compile("^Battery alpha"))
    battery.focus()
    with checked(page):
        page.keyboard.press("ArrowUp")
    before, after = changed(kept(page))
    assert before == "-    at: {lat_deg: 23.655, lon_deg: 45.12}   # high ground: what a battery would look for"
    north = float(re.search(r"lat_deg: ([\d.]+)", after)[1])
    assert 23.656 < north < 23.9
    assert after.endswith("lon_deg: 45.12}   # high ground: what a battery would look for")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')").startswith("Battery alpha")


def test_an_origin_is_dragged_and_written_as_bearing_and_range(page):
    """Only its own line changes."""
    box = page.get_by_role("button", name=re.compile("^Raid group cruise-south")).bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 60, y - 40, steps=4)
    with checked(page):
        page.mouse.up()
    before, after = changed(kept(page))
    assert before == "-    from: {bearing_deg: 140, range_km: 280}"
    assert re.fullmatch(r"\+    from: \{bearing_deg: 1[45][\d.]*, range_km: 2[\d.]*\}", after)


def test_the_form_writes_into_the_text_and_shows_what_is_wrong_beside_the_field(page):
    """A number out of its range stands in the text, is marked there, listed, and told at the field."""
    page.get_by_role("tab", name="Form").click()
    page.get_by_role("button", name="Raid 9").click()
    page.get_by_role("button", name=re.compile("^▸? ?drones-north")).click()
    page.get_by_label("Count", exact=True).fill("-2")
    with checked(page):
        page.keyboard.press("Tab")
    assert changed(kept(page)) == ["-    count: 12", "+    count: -2"]
    page.get_by_text("1 problem").first.wait_for()
    assert page.locator(".cm-lintRange-error").inner_text() == "-2"
    assert page.get_by_label("Count", exact=True).get_attribute("aria-invalid") == "true"
    assert page.get_by_role("button", name="Run …").is_disabled()
    page.get_by_role("button", name=re.compile("^Line 30")).click()
    assert page.evaluate("getSelection().toString()") == "-2"


def test_completion_offers_the_catalogue_and_a_hint_mends_a_word(page):
    """With the keyboard only."""
    page.get_by_role("textbox", name="Text of the scenario").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(TEXT.replace("system: s-400", "system: s-40"))
    page.get_by_role("button", name="Use s-400").click()
    page.get_by_text("No problems").wait_for()
    page.get_by_role("textbox", name="Text of the scenario").click()
    page.keyboard.press("Control+End")
    page.keyboard.type("command: {lev")
    page.locator(".cm-tooltip-autocomplete").get_by_text("level").wait_for()
    page.wait_for_timeout(200)  # a list that has just appeared takes no key yet
    page.keyboard.press("Enter")
    page.locator(".cm-tooltip-autocomplete").get_by_text("decentralised").wait_for()


def test_a_reload_keeps_what_was_typed_and_saving_asks_for_a_name(page, tmp_path):
    """A shipped scenario is saved under another name; the file is the text to the letter."""
    page.get_by_role("textbox", name="Text of the scenario").click()
    page.keyboard.press("Control+Home")
    page.keyboard.type("# mine\n")
    page.reload()
    page.get_by_text("Your changes from before are back").wait_for()
    page.get_by_role("button", name="Save as …").click()
    page.get_by_label("Name of the file").fill("mine")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="mine.yaml").wait_for()
    assert (tmp_path / "mine.yaml").read_text(encoding="utf-8") == f"# mine\n{TEXT}"
