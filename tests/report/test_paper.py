"""The page in a real browser: on paper, on a small screen, in a sandboxed frame."""

import re
import shutil
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from campaign.answered import FIELD, Rehearsed, figures, planned
from farwatch.campaign.answers import answer
from farwatch.report import campaign_page, page

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
SANDBOX = "sandbox allow-downloads; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu"]

pytestmark = [pytest.mark.slow, pytest.mark.skipif(BROWSER is None, reason="there is no Chromium here")]


@pytest.fixture(scope="module")
def browser():
    """A headless Chromium."""
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=BROWSER, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def written(played, tmp_path_factory):
    """The page on disk."""
    return page.write(played, tmp_path_factory.mktemp("page") / "report.html")


@pytest.fixture(scope="module")
def rehearsed(tmp_path_factory):
    """The page of a campaign of two scenarios on disk, with a table of every kind."""
    fields = {FIELD: [5, 10, 20, 30, 40]}
    plan = {"scenarios": {"alone": "desert-battery", "layered": "desert-battery"}, "vary": {"fields": fields}}
    plan |= {"trials": 40, "compare": {"with": "alone"}, "saturation": {"field": FIELD}, "break_even": {"field": FIELD}}
    study = planned(plan | {"measures": ["leaked", "any_leak", "rounds_fired", "defence_cost_usd"]})
    answers = answer(study, Rehearsed(study).play(), figures())
    return campaign_page.write(answers, study.wanted, tmp_path_factory.mktemp("campaign") / "report.html", figures())


@pytest.fixture(scope="module")
def framed(written):
    """The address of a page that shows the report in a sandboxed frame, as the console may."""
    report = written.read_bytes()

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self):
            inner = self.path == "/report"
            self.send_response(200)
            self.send_header("content-type", "text/html; charset=utf-8")
            if inner:
                self.send_header("content-security-policy", SANDBOX)
            self.end_headers()
            self.wfile.write(report if inner else b'<iframe src="/report" width="1200" height="700"></iframe>')

        def log_message(self, *said):
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    server.server_close()


def first_download(browser, address, inside):
    """Text of the first figure's data, fetched by a click."""
    view = browser.new_page(accept_downloads=True)
    view.goto(address)
    link = view.frames[-1].query_selector("a.data") if inside else view.query_selector("a.data")
    with view.expect_download(timeout=30_000) as waiting:
        link.click()
    text = waiting.value.path().read_text(encoding="utf-8")
    view.close()
    return text


def test_data_can_be_fetched_from_disk(browser, written):
    """A click writes the CSV that the page holds."""
    assert first_download(browser, written.as_uri(), inside=False).startswith("step,what,reason,mean_per_trial")


def test_data_can_be_fetched_from_a_sandboxed_frame(browser, framed):
    """The same under the console's policy."""
    assert first_download(browser, framed, inside=True).startswith("step,what,reason,mean_per_trial")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_small_screen(browser, written, scheme):
    """Nothing sticks out at 1366 by 768 or on a telephone, and nothing is asked of the network."""
    asked = []
    for width, height in ((1366, 768), (400, 800)):
        context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
        view = context.new_page()
        view.on("request", lambda request: asked.append(request.url))
        view.goto(written.as_uri())
        assert view.evaluate("document.documentElement.scrollWidth <= innerWidth")
        paper = view.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (sum(map(int, re.findall(r"\d+", paper))) > 380) == (scheme == "light")
        context.close()
    assert {address.partition(":")[0] for address in asked} <= {"file", "data"}


def test_no_column_of_a_table_is_cut_off(browser, written, rehearsed):
    """Every table is as wide as its place at 1366 pixels, unfolded; on paper, too."""
    unfold = "document.querySelectorAll('details').forEach(it => { it.open = true })"
    wide = "[...document.querySelectorAll('.wide')].filter(it => it.scrollWidth > it.clientWidth).length"
    for page_of in (written, rehearsed):
        view = browser.new_page(viewport={"width": 1366, "height": 768})
        view.goto(page_of.as_uri())
        view.evaluate(unfold)
        assert view.evaluate("document.querySelectorAll('.wide').length") > 3
        assert view.evaluate(wide) == 0
        view.emulate_media(media="print")
        view.set_viewport_size({"width": 688, "height": 1000})
        assert view.evaluate(wide) == 0
        assert view.evaluate("document.documentElement.scrollWidth <= innerWidth")
        view.close()


def test_a_campaign_prints(browser, rehearsed, tmp_path):
    """Small figures stand side by side, folded tables are unfolded, none is higher than a page."""
    view = browser.new_page()
    view.goto(rehearsed.as_uri())
    view.emulate_media(media="print")
    view.set_viewport_size({"width": 688, "height": 1000})
    boxes = "[...document.querySelectorAll('{}')].map(it => it.getBoundingClientRect().{})"
    assert max(view.evaluate(boxes.format("figure", "height"))) < 1000
    first, second, *_ = view.evaluate(boxes.format(".pairs figure", "x"))
    assert first < second
    assert min(view.evaluate(boxes.format("details table", "height"))) > 100
    view.pdf(path=tmp_path / "report.pdf", prefer_css_page_size=True)
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")
    view.close()


def test_it_prints(browser, written, tmp_path):
    """Pages of A4; no figure is higher than a page, and what was folded is unfolded."""
    view = browser.new_page()
    view.goto(written.as_uri())
    view.emulate_media(media="print")
    view.set_viewport_size({"width": 688, "height": 1000})  # the width between A4's margins
    heights = view.evaluate("[...document.querySelectorAll('figure')].map(it => it.getBoundingClientRect().height)")
    assert max(heights) < 1000
    assert view.evaluate("document.querySelector('details pre').getBoundingClientRect().height") > 100
    assert view.evaluate("getComputedStyle(document.querySelector('nav')).display") == "none"
    view.pdf(path=tmp_path / "report.pdf", prefer_css_page_size=True)
    data = (tmp_path / "report.pdf").read_bytes()
    assert data.startswith(b"%PDF")
    box = re.search(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", data)
    assert [round(float(side)) for side in box.groups()] == [595, 842]
    view.close()
