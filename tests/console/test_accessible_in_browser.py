"""Every page for everyone: the rules of WCAG 2.1 A and AA in light and dark, and the whole path without a pointer."""

import json
import shutil

import pytest

import farwatch as fw
from campaign.answered import FIELD, figures
from campaign.conftest import make_plan
from campaign.test_commission import PLAN, play
from console import pages
from console.conftest import SITE
from console.dice_console import SMALL
from farwatch.campaign import commission
from farwatch.campaign.execute import execute
from farwatch.campaign.result import load_result
from farwatch.report import campaign_page as report_of_campaign
from farwatch.report import page as report_of_run
from outcomes.rehearsal import Dice, cast
from report.test_campaign import RICH, told

pytestmark = pytest.mark.slow

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Of everything one: a scenario, one with problems, a plan, a run that is done, one that was cut, a campaign."""
    home = tmp_path_factory.mktemp("everyone")
    (home / "site.yaml").write_text(SITE)
    (home / "wrong.yaml").write_text(SITE.replace("s-400", "s-40"))
    (home / "fails.yaml").write_text(SITE.replace("A site", "fails"))
    (home / "plan.yaml").write_text("farwatch-campaign: 1\ntitle: Dice\nscenarios: {site: desert-battery}\n")
    execute(make_plan(24), Dice(cast()), 1, home / "done")
    shutil.copytree(home / "done", home / "cut")
    for block in sorted((home / "cut" / "blocks").iterdir())[1:]:
        block.unlink()
    manifest = json.loads((home / "cut" / "manifest.json").read_text())
    (home / "cut" / "manifest.json").write_text(json.dumps(manifest | {"interrupted": True}))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(commission, "play_unit", play)
        fw.campaign(PLAN, out=home / "c", executor=1)
    report_of_run.write(load_result(home / "done"), home / "done" / "report.html")
    plan, answers = told(RICH | {"vary": {"fields": {FIELD: list(range(4, 32, 2))}}})
    report_of_campaign.write(answers, plan, home / "c" / "report.html", figures())
    return home


@pytest.fixture
def page(browser):
    """A page, light at first."""
    context = browser.new_context(viewport=pages.SIZE, color_scheme="light", reduced_motion="reduce")
    context.set_default_timeout(pages.PATIENCE_MS)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def axe():
    """`axe(page, rules)`: what breaks a rule there, a line each."""
    found = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()

    def looking(page, rules):
        options = {"runOnly": rules, "resultTypes": ["violations"]}
        violations = found.run(page, options=options).response["violations"]
        return [
            f"{one['id']}: {' '.join(map(str, node['target']))}: {node['failureSummary']}"
            for one in violations for node in one["nodes"]
        ]  # fmt: skip

    return looking


@pytest.mark.parametrize("name", pages.LOOKS)
def test_no_rule_of_accessibility_is_broken(page, console, axe, shoot, name):
    """Contrast, names, roles, what scrolls can be reached, as axe sees it; in the dark only contrast can differ."""
    pages.LOOKS[name](page, console)
    page.wait_for_timeout(100)
    broken = axe(page, WCAG)
    page.emulate_media(color_scheme="dark")
    page.wait_for_timeout(100)
    assert broken + [f"dark: {line}" for line in axe(page, ["color-contrast"])] == []
    shoot(page, f"page-{name.replace(' ', '-')}")


def tab_to(page, locator, most=80):
    """Press Tab until the focus is there."""
    for _ in range(most):
        if locator.count() and locator.first.evaluate("it => it === document.activeElement"):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"{locator} cannot be reached by {most} presses of Tab")


def focus_is_seen(page):
    """Whether what has the focus shows it."""
    return page.evaluate(
        "() => { const it = document.activeElement, style = getComputedStyle(it);"
        " return it !== document.body && style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2; }"
    )


def test_from_the_overview_to_a_story_by_keyboard_alone(browser, console):
    """Start a run, read its answer, open a trial, go to a leaker and read on; and the focus is always seen."""
    page = browser.new_page(viewport=pages.SIZE)
    page.set_default_timeout(pages.PATIENCE_MS)
    page.goto(console)
    pages.start_by_keyboard(page, "site.yaml", trials=16, tab_to=lambda what: tab_to(page, what))
    pages.headline(page, 16)
    tab_to(page, pages.worst_trial(page))
    assert focus_is_seen(page)
    page.keyboard.press("Enter")
    page.locator("canvas").first.wait_for()
    page.keyboard.press("l")
    page.get_by_role("heading", name="drones/2").wait_for()
    story = page.get_by_role("tabpanel")
    assert "leaked to depot" in story.inner_text()
    tab_to(page, story.get_by_role("button").first)
    assert focus_is_seen(page)
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("tab", selected=True))
    page.keyboard.press("ArrowRight")
    page.keyboard.press("?")
    page.get_by_role("dialog").wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="hidden")
    page.close()


def test_each_page_has_a_title_of_its_own_and_one_first_heading(browser, console):
    """So that tabs, bookmarks and screen readers tell them apart."""
    page, titles = browser.new_page(), {}
    for path in (
        "", "runs/done", f"runs/done/trials/{SMALL}", "campaigns/c", "catalogue", "catalogue/s-400",
        "scenarios/site.yaml",
    ):  # fmt: skip
        page.goto(console + path)
        page.get_by_role("heading", level=1).first.wait_for(timeout=pages.PATIENCE_MS)
        page.wait_for_timeout(200)
        assert page.get_by_role("heading", level=1).count() == 1, path
        titles[path] = page.title()
    assert len(set(titles.values())) == len(titles), titles
    page.close()
