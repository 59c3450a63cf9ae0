"""A run seen through a real browser: reloaded, watched twice, stopped, its server killed; and a large one replayed."""

import signal
import socket
import time

import pytest

from campaign.conftest import make_plan
from console import pages
from console.conftest import SITE, rolling
from console.dice_console import CROWD, SMALL
from farwatch.campaign.execute import execute
from farwatch.campaign.plan import Plan
from farwatch.campaign.result import load_result
from farwatch.scenario import load
from outcomes.rehearsal import Dice, cast

pytestmark = pytest.mark.slow

SEED = 3


def whole(trials, out=None):
    """The same run, never stopped."""
    plan = Plan(scenario=load(SITE), cast=cast(), seed=SEED, trials=trials)
    return execute(plan, Dice(cast(), SEED), 1, out)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A scenario, and a run of it that was never stopped."""
    home = tmp_path_factory.mktemp("runs")
    (home / "site.yaml").write_text(SITE)
    whole(64, home / "whole")
    execute(make_plan(24), Dice(cast()), 1, home / "done")
    return home


@pytest.fixture
def context(browser):
    """A browser of its own; whatever its pages complain of fails the test."""
    found, complaints = browser.new_context(viewport=pages.SIZE, color_scheme="light"), []
    found.set_default_timeout(pages.PATIENCE_MS)
    found.on("weberror", lambda error: complaints.append(str(error.error)))
    yield found
    found.close()
    assert complaints == []


def blocks(run):
    return len(list((run / "blocks").glob("block-*.parquet")))


def wait(good, limit_s=20.0):
    end = time.monotonic() + limit_s
    while not good():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_reload_in_mid_run_changes_nothing(context, console, shoot):
    """Progress goes on from where it is, and the answer is that of a run that nobody looked at."""
    page = context.new_page()
    pages.start(page, console, "site.yaml", trials=64, name="reloaded")
    before = pages.wait_for_progress(page, 8)
    shoot(page, "running")
    page.reload()
    assert pages.wait_for_progress(page, before) < 64
    pages.wait_for_progress(page, 64)
    answer = pages.headline(page, 64)
    page.goto(f"{console}runs/whole")
    assert pages.headline(page, 64) == answer


def test_two_tabs_watch_one_run_and_either_stops_it(context, console):
    """Both move, show the same, and what is stopped in one can be gone on with in the other."""
    first, second = context.new_page(), context.new_page()
    pages.start(first, console, "site.yaml", trials=800, name="twice")
    second.goto(f"{console}runs/twice")
    begun = pages.wait_for_progress(second, 8)
    assert pages.wait_for_progress(first, begun) >= begun
    assert pages.wait_for_progress(second, begun + 8) < 800
    pages.stop_button(second).click()
    pages.go_on_button(first).wait_for()
    pages.go_on_button(second).wait_for()
    at = pages.progress(first)
    assert pages.progress(second) == at < 800
    assert pages.headline(first, at) == pages.headline(second, at)
    pages.go_on_button(first).click()
    pages.wait_for_progress(first, at + 8)
    first.reload()
    pages.stop_button(first).click()
    pages.go_on_button(first).wait_for()


def test_more_tabs_than_a_browser_has_connections(context, console):
    """Chromium has six for a server, over all tabs: one in the background holds none, and catches up when looked at."""
    tabs = [context.new_page() for _ in range(7)]
    run = pages.start(tabs[0], console, "site.yaml", trials=800)
    for tab in tabs[1:]:
        tab.goto(f"{console}runs/{run}")
        pages.stop_button(tab).wait_for()
        seen(tab, hidden=True)
    seen(tabs[0], hidden=True)
    before = pages.progress(tabs[0])
    last = context.new_page()
    last.goto(f"{console}runs/{run}")
    at = pages.wait_for_progress(last, max(before, 0) + 8)
    assert pages.progress(tabs[0]) == before
    seen(tabs[0], hidden=False)
    pages.wait_for_progress(tabs[0], at)
    pages.stop_button(tabs[0]).click()
    pages.go_on_button(tabs[0]).wait_for()


def seen(page, *, hidden):
    """As if another tab were in front of it, or no longer."""
    page.evaluate(
        "hidden => { Object.defineProperty(document, 'hidden', {value: hidden, configurable: true});"
        " document.dispatchEvent(new Event('visibilitychange')); }", hidden,
    )  # fmt: skip


def test_a_killed_server_is_found_again_and_the_run_ends_in_the_same_bytes(context, tmp_path):
    """The run goes on without its server; the page finds the next one by itself, and stops and goes on with the run."""
    (tmp_path / "site.yaml").write_text(SITE)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    page = context.new_page()
    with rolling(tmp_path, "--port", port, pause_s=0.3) as (address, server):
        run = tmp_path / pages.start(page, address, "site.yaml", trials=400)
        pages.wait_for_progress(page, 16)
        server.send_signal(signal.SIGKILL)
        server.wait()
    before = blocks(run)
    wait(lambda: blocks(run) > before)
    with rolling(tmp_path, "--port", port, pause_s=0.0):
        pages.wait_for_progress(page, 8 * before + 8)
        pages.stop_button(page).click()
        pages.go_on_button(page).wait_for()
        assert 8 * before < pages.progress(page) < 400
        pages.go_on_button(page).click()
        pages.headline(page, 400)
    assert load_result(run).evidence.outcomes.tobytes() == whole(400).evidence.outcomes.tobytes()


def test_a_thousand_objects_open_play_and_say_their_pace(context, console, shoot):
    """The clock moves at once; where the machine is too slow for all of it, the page says what it leaves out."""
    page = context.new_page()
    start = time.monotonic()
    pages.open_trial(page, console, "done", CROWD)
    assert time.monotonic() - start < 10.0
    page.keyboard.press("Space")
    page.wait_for_timeout(2000)
    assert pages.clock_s(page) >= 20  # at 30 seconds a second
    shoot(page, "thousand")
    context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": 20})
    pages.pace(page).wait_for()


def test_tables_and_trials_can_be_taken_along(context, console):
    """Through the page, to a file."""
    page = context.new_page()
    page.goto(f"{console}runs/done")
    pages.headline(page, 24)
    with page.expect_download() as saving:
        page.locator("a[download$='classes.csv']").click()
    rows = saving.value.path().read_text().splitlines()
    assert {row.partition(",")[0] for row in rows} >= {"class", "one-way-drone", "cruise-missile"}
    pages.open_trial(page, console, "done", SMALL)
    with page.expect_download() as saving:
        pages.take_trial(page, ".kml").click()
    assert saving.value.suggested_filename == f"done-trial-{SMALL}.kml"
    assert saving.value.path().read_text() == f"trial {SMALL} as .kml\n"
