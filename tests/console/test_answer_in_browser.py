"""The overview and an answer in a real browser: what a newcomer sees first, and everything behind a number."""

import re
import shutil

import pytest

from console import pages
from farwatch.campaign.result import load_result
from farwatch.report import wording

pytestmark = pytest.mark.slow


@pytest.fixture
def page(browser, address):
    """A page of its own, closed before its server, whose complaints fail the test.

    Refusals of a taken name are none.
    """
    with pages.uncomplaining(browser, 60_000, "status of 409", color_scheme="dark") as found:
        yield found


def test_an_answer_says_what_the_report_says(page, address, played, tmp_path):
    """Its headline and numbers are the report's, and so are its figures; each part opens and has its data."""
    shutil.copytree(played / "done", tmp_path / "done")
    summary = load_result(tmp_path / "done").summary()
    page.goto(f"{address}runs/done")
    page.get_by_text(wording.headline(summary)).wait_for()
    assert page.title() == f"{wording.short(summary)} - done - farwatch"
    rows = page.get_by_role("table").first.get_by_role("row")
    last = rows.nth(rows.count() - 1).inner_text()
    assert wording.share(summary.raid.leaked) in last
    picture = page.get_by_role("img", name="From the raid to the leakers")
    picture.wait_for()
    page.wait_for_function("() => [...document.images].every((image) => image.complete && image.naturalWidth > 0)")
    for title in ("Minute by minute", "Rounds, money, damage", "Figures used", "Words"):
        page.get_by_role("heading", name=title).click()
    page.get_by_role("img", name="Who pays").wait_for()
    with page.expect_download() as download:
        page.get_by_role("link", name="data (CSV)").first.click()
    assert download.value.suggested_filename == "done-flow.csv"


def test_a_column_leads_to_its_trials(page, address, played, tmp_path):
    """By keyboard too: a column tells in which trials so many got through."""
    shutil.copytree(played / "done", tmp_path / "done")
    leaked = load_result(tmp_path / "done").trials["leaked"].tolist()
    page.goto(f"{address}runs/done")
    column = page.get_by_role("button", name=re.compile(rf"^{max(leaked)} got through in"))
    column.focus()
    page.keyboard.press("Enter")
    link = page.get_by_role("figure").get_by_role("link", name=str(leaked.index(max(leaked))), exact=True)
    assert link.get_attribute("href") == f"/runs/done/trials/{leaked.index(max(leaked))}"


def test_a_run_s_scenario_can_be_changed(page, address, played, tmp_path):
    """A copy under a name that is free, which opens in the editor; what is there is not written over."""
    shutil.copytree(played / "done", tmp_path / "done")
    (tmp_path / "done-copy.yaml").write_text("farwatch: 1\ntitle: mine\n")
    page.goto(f"{address}runs/done")
    page.get_by_role("heading", name="Do it again").click()
    with page.expect_response("**/scenarios/done-copy-2.yaml"):
        page.get_by_role("button", name="Open a copy of the scenario").click()
    page.wait_for_url("**/scenarios/done-copy-2.yaml")
    assert "title: Dice" in (tmp_path / "done-copy-2.yaml").read_text()
    assert (tmp_path / "done-copy.yaml").read_text() == "farwatch: 1\ntitle: mine\n"


def test_a_second_new_scenario_has_a_name_of_its_own(page, address, tmp_path):
    """What the dialog proposes can be taken as it is."""
    (tmp_path / "my-site.yaml").write_text("farwatch: 1\ntitle: mine\n")
    page.goto(address)
    page.get_by_role("link", name="my-site.yaml").wait_for()
    page.get_by_role("button", name="New scenario").click()
    assert page.get_by_label("Its name").input_value() == "my-site-2"
    page.get_by_role("button", name="Begin").click()
    page.wait_for_url("**/scenarios/my-site-2.yaml")


def test_an_empty_folder_says_what_to_do(page, address):
    """One button leads into the example; escape leads back."""
    page.goto(address)
    page.get_by_role("button", name="Play the example").click()
    dialog = page.get_by_role("dialog", name="Run desert-battery")
    dialog.wait_for()
    page.keyboard.press("Escape")
    dialog.wait_for(state="hidden")
    page.get_by_role("button", name="New scenario").click()
    page.get_by_role("dialog", name="A new scenario").wait_for()
    assert page.get_by_label("Its name").input_value()
