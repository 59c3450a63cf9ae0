"""The scenario page in a real browser: text, form and map are one scenario, and what is typed is not lost."""

import difflib
import json
import re

import pytest

from console import pages
from farwatch.scenario import shipped_text

pytestmark = pytest.mark.slow

TEXT = shipped_text("desert-battery")


@pytest.fixture
def page(browser, address):
    """The page of the shipped scenario; whatever the browser complains of fails the test."""
    with pages.uncomplaining(browser) as found:
        found.goto(f"{address}scenarios/desert-battery")
        found.get_by_text("No problems").wait_for()
        yield found


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


MINE = """# mine
farwatch: 1
title: A site of my own
defence:
  - {name: alpha, system: s-400, at: {lat_deg: 48.2, lon_deg: 16.4}}   # on the hill
"""


@pytest.fixture
def mine(browser, address, tmp_path):
    """The page of a file of the folder; a file that was changed elsewhere is no complaint."""
    (tmp_path / "mine.yaml").write_text(MINE, encoding="utf-8")
    (tmp_path / "plan.yaml").write_text("farwatch-campaign: 1\ntitle: x\nscenarios: {a: mine.yaml}\n", encoding="utf-8")
    with pages.uncomplaining(browser) as found:
        found.goto(f"{address}scenarios/mine.yaml")
        found.get_by_text("No problems").wait_for()
        yield found


def on_map(page, x, y):
    """A click on the map, at a share of its width and height."""
    box = page.get_by_role("group", name=re.compile("^Map: where")).bounding_box()
    with checked(page):
        page.mouse.click(box["x"] + x * box["width"], box["y"] + y * box["height"])


def text(page):
    """What the page keeps as not saved yet, of the file."""
    page.wait_for_timeout(50)
    return kept(page, "mine.yaml")


def test_a_site_and_a_raid_are_added_by_mouse_and_saved(mine, tmp_path):
    """Click where, choose what in the card; undo and redo; the comment of the file stays."""
    mine.get_by_role("button", name="Raid group", exact=True).click()
    mine.get_by_text("add a site first").wait_for()
    mine.get_by_role("button", name="Site", exact=True).click()
    on_map(mine, 0.55, 0.5)
    mine.get_by_role("button", name="Raid group", exact=True).click()
    on_map(mine, 0.8, 0.2)
    card = mine.get_by_role("region", name=re.compile("^Raid group"))
    card.get_by_label("Count", exact=True).fill("40")
    with checked(mine):
        mine.keyboard.press("Tab")
    mine.get_by_role("button", name="Route point", exact=True).click()
    on_map(mine, 0.7, 0.4)
    group = r"raid:\n  - name: drones\n    class: one-way-drone\n    to: depot\n    from: \{bearing_deg: "
    assert re.search(group, text(mine))
    assert "via:\n      - {bearing_deg: " in text(mine)
    with checked(mine):
        mine.get_by_role("button", name="Undo").click()
    assert "via:" not in text(mine)
    with checked(mine):
        mine.get_by_role("button", name="Redo").click()
    assert "via:" in text(mine)
    mine.get_by_text("No problems").wait_for()
    mine.keyboard.press("Control+s")
    mine.get_by_text("Saved as mine.yaml").wait_for()
    saved = (tmp_path / "mine.yaml").read_text(encoding="utf-8")
    assert "count: 40" in saved
    assert saved.startswith(MINE)


def test_the_same_is_done_with_the_keyboard_alone(mine):
    """A battery under the cross, moved, taken out, brought back; a number in the card moves it on the map."""
    mine.get_by_role("button", name="Battery", exact=True).focus()
    mine.keyboard.press("Enter")
    mine.keyboard.press("ArrowRight")
    with checked(mine):
        mine.keyboard.press("Enter")
    bravo = mine.get_by_role("button", name=re.compile("^Battery bravo"))
    assert mine.evaluate("document.activeElement.getAttribute('aria-label')").startswith("Battery bravo")
    before = text(mine)
    with checked(mine):
        mine.keyboard.press("ArrowUp")
    assert text(mine) != before
    with checked(mine):
        mine.keyboard.press("Delete")
    bravo.wait_for(state="detached")
    with checked(mine):
        mine.keyboard.press("Control+z")
    bravo.wait_for()
    bravo.focus()
    mine.keyboard.press("Enter")
    card = mine.get_by_role("region", name="Battery bravo")
    place = bravo.bounding_box()
    card.get_by_label("Longitude").fill("17.1")
    with checked(mine):
        mine.keyboard.press("Tab")
    assert "lon_deg: 17.1" in text(mine)
    assert bravo.bounding_box()["x"] > place["x"] + 5


def test_everything_is_moved_to_another_place_in_one_step(mine):
    """To a place that is typed; undo takes it back."""
    mine.get_by_label("Country, or latitude and longitude").fill("-33.9, 18.4")
    mine.keyboard.press("Enter")
    mine.get_by_role("button", name="Move all here").click()
    with checked(mine):
        mine.keyboard.press("Enter")
    assert "at: {lat_deg: -33.9, lon_deg: 18.4}}   # on the hill" in text(mine)
    with checked(mine):
        mine.get_by_role("button", name="Undo").click()
    assert mine.get_by_text("● not saved").count() == 0


def test_a_file_changed_elsewhere_is_not_overwritten_unasked(mine, tmp_path):
    """The choices are told; theirs is taken, and undo brings mine back."""
    mine.get_by_role("textbox", name="Text of the scenario").click()
    mine.keyboard.press("Control+End")
    with checked(mine):
        mine.keyboard.type("# here")
    (tmp_path / "mine.yaml").write_text(f"{MINE}# there\n", encoding="utf-8")
    mine.keyboard.press("Control+s")
    mine.get_by_role("dialog", name="mine.yaml was changed elsewhere").wait_for()
    assert (tmp_path / "mine.yaml").read_text(encoding="utf-8").endswith("# there\n")
    with checked(mine):
        mine.get_by_role("button", name="Take theirs").click()
    mine.locator(".cm-content").get_by_text("# there").wait_for()
    with checked(mine):
        mine.get_by_role("button", name="Undo").click()
    assert text(mine).endswith("# here")


def test_a_plan_is_edited_with_its_own_schema(mine, address, tmp_path):
    """Its problems stand at their lines, and it is saved."""
    mine.goto(f"{address}scenarios/plan.yaml")
    mine.get_by_text("this plan can be started").wait_for()
    assert mine.get_by_role("tab", name="Map").count() == 0
    mine.get_by_role("button", name=re.compile("^Show what may be given too: trials")).click()
    mine.get_by_label("Trials", exact=True).fill("1")
    with checked(mine):
        mine.keyboard.press("Tab")
    mine.get_by_text("1 problem").first.wait_for()
    mine.get_by_label("Trials", exact=True).fill("16")
    with checked(mine):
        mine.keyboard.press("Tab")
    mine.get_by_text("this plan can be started").wait_for()
    mine.keyboard.press("Control+s")
    mine.get_by_text("Saved as plan.yaml").wait_for()
    assert (tmp_path / "plan.yaml").read_text(encoding="utf-8").endswith("trials: 16\n")
    mine.get_by_role("button", name="Start …").click()
    mine.get_by_role("dialog", name="Start the campaign of plan.yaml").wait_for()


def test_a_word_is_explained_where_the_pointer_is(page):
    """From the schema, and from the catalogue."""
    page.locator(".cm-line").get_by_text("heading_deg", exact=True).hover()
    page.locator(".cm-help").get_by_text("clockwise from true north").wait_for()


def test_the_catalogue_is_found_compared_and_taken_along(browser, address):
    """By a word; two of a kind side by side; conflicts stay in sight; a CSV for each."""
    page = browser.new_page(viewport=pages.SIZE)
    page.goto(f"{address}catalogue")
    page.get_by_label("Find").fill("patriot")
    page.get_by_role("checkbox", name=re.compile("Patriot, one battery")).check()
    page.get_by_label("Find").fill("s-400")
    page.get_by_role("checkbox", name=re.compile("S-400 Triumf")).check()
    page.get_by_role("link", name="Compare patriot and s-400").click()
    page.get_by_role("row", name=re.compile("Reach of its farthest round.*161.km.*400.km")).wait_for()
    page.get_by_role("link", name=re.compile("S-400 Triumf")).click()
    page.get_by_role("row", name=re.compile("Launchers of one fire unit.*Also published.*4.*Set aside")).wait_for()
    with page.expect_download() as taken:
        page.get_by_role("link", name="CSV").click()
    assert "also published" in taken.value.path().read_text(encoding="utf-8")
    page.get_by_role("link", name=re.compile("^48N6E3")).first.click()
    page.get_by_role("link", name=re.compile("^S-400 Triumf")).wait_for()
    assert page.title() == "48N6E3 (48N6DM), long range - farwatch"
    page.close()
