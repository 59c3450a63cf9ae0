"""What others wrote or serve, in a real browser: names that are markup, pages elsewhere, rebound names, no token."""

import http.server
import json
import threading
from dataclasses import replace

import pytest

import farwatch as fw
from campaign.test_commission import PLAN, play
from console import pages
from console.conftest import SITE, launched, rolling, serving
from console.dice_console import EVIL, HOSTILE
from farwatch.campaign import commission
from farwatch.campaign.execute import execute
from farwatch.campaign.plan import Plan
from farwatch.scenario import load
from outcomes.rehearsal import Dice, cast

pytestmark = pytest.mark.slow

ODD = "100 %41 #x?y=1&z <img src=x onerror=caught=4>"
"""Name of a folder elsewhere that is a run: whatever a disk allows."""

PLAIN = "a b..c -- d"
"""Name of a folder of the console that is odd, and allowed."""

LISTENER = """
window.caught = 0;
addEventListener('securitypolicyviolation', one => console.error(`policy: ${one.violatedDirective} ${one.blockedURI}`));
"""


def written(text, title=EVIL):
    """A scenario's text under another title."""
    return text.replace("title: A site", f"title: {json.dumps(title)}")


def evil_run(folder):
    """A run in whose tables and manifest every name is markup."""
    usual = cast()
    hostile = replace(
        usual,
        targets=tuple(f"{name} {EVIL}" for name in usual.targets),
        groups=tuple(f"{name} {EVIL}" for name in usual.groups),
        classes=tuple(f"{name} {EVIL}" for name in usual.classes),
        assets=tuple(f"{name} {EVIL}" for name in usual.assets),
        batteries=(f"alpha {EVIL}",),
        radars=(f"alpha/91n6e {EVIL}",),
        rounds=tuple(replace(kind, battery=f"alpha {EVIL}", name=f"{kind.name} {EVIL}") for kind in usual.rounds),
        figures=tuple(replace(one, name=f"{one.name} {EVIL}", source="bad") for one in usual.figures),
    )
    execute(Plan(scenario=load(written(SITE)), cast=hostile, seed=1, trials=24), Dice(hostile), 1, folder)
    manifest = json.loads((folder / "manifest.json").read_text())
    link = "javascript:caught=5"
    manifest["sources"] = {"bad": {"id": "bad", "title": EVIL, "url": link, "date": EVIL, "kind": EVIL}}
    manifest["notices"] = [EVIL, link]
    (folder / "manifest.json").write_text(json.dumps(manifest))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder full of markup, and a run elsewhere with an odd name."""
    home = tmp_path_factory.mktemp("hostile")
    (home / "home").mkdir()
    (home / "home" / "evil.yaml").write_text(written(SITE))
    (home / "home" / "fails.yaml").write_text(written(SITE, f"fails {EVIL}"))
    evil_run(home / "home" / PLAIN)
    evil_run(home / ODD)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(commission, "play_unit", play)
        fw.campaign(PLAN.model_copy(update={"title": EVIL}), out=home / "home" / "c", executor=1)
    return home


@pytest.fixture(scope="module")
def console(folder):
    """A console of dice over it, with the other run."""
    with rolling(folder / "home", str(folder / ODD)) as (address, _):
        yield address.partition("runs/")[0]


@pytest.fixture(scope="module")
def rebound(driver):
    """A browser that takes evil.test for this machine, as after DNS rebinding."""
    found = launched(driver, "--host-resolver-rules=MAP evil.test 127.0.0.1")
    yield found
    found.close()


@pytest.fixture
def page(browser):
    """A page; a dialog, a script of others or a broken rule for scripts fails the test."""
    context, broken = browser.new_context(viewport=pages.SIZE), []
    context.set_default_timeout(pages.PATIENCE_MS)
    context.add_init_script(LISTENER)
    context.on("dialog", lambda dialog: (broken.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    context.on("weberror", lambda error: broken.append(str(error.error)))
    found = context.new_page()
    found.on("console", lambda said: broken.append(said.text) if "policy" in said.text.lower() else None)
    yield found
    context.close()
    assert broken == []


def assert_shown_as_it_is(page, text=EVIL):
    """The text stands there letter by letter, nothing of it ran, and no link of the page is a script."""
    page.get_by_text(text).first.wait_for()
    assert page.evaluate("window.caught") == 0
    links = page.evaluate(
        "[...document.querySelectorAll('body [href], body [src]')]"
        ".filter(it => !(it.download && it.href.startsWith('data:'))).map(it => String(it.href ?? it.src))"
    )
    assert not [link for link in links if not link.startswith(("http:", "https:", "blob:"))]
    assert page.evaluate("document.querySelectorAll('main img[src=x], main script, main svg[onload]').length") == 0


@pytest.mark.parametrize("name", [PLAIN, ODD])
def test_a_run_full_of_markup_is_only_text(page, console, name):
    """From the overview, by its link, with everything that can be opened; reloaded too."""
    page.goto(console)
    page.get_by_role("link", name=name, exact=True).click()
    pages.headline(page, 24)
    pages.open_details(page)
    assert_shown_as_it_is(page)
    page.reload()
    pages.headline(page, 24)
    assert_shown_as_it_is(page)


def test_a_trial_full_of_markup_is_only_text(page, console):
    """On the map, in each panel, and in the story of a leaker."""
    page.goto(console)
    page.get_by_role("link", name=PLAIN, exact=True).click()
    pages.open_trial(page, console, page.url.rpartition("/")[2], HOSTILE)
    for panel in pages.PANELS:
        pages.turn_to(page, panel)
        page.wait_for_timeout(100)
        assert page.evaluate("window.caught") == 0
    page.get_by_role("button", name="Next leak").click()
    pages.turn_to(page, "Story")
    page.get_by_role("heading").filter(has_text=f"drones/2 {EVIL}").wait_for()
    assert_shown_as_it_is(page)
    page.wait_for_function("() => location.search.includes('img')")  # the address follows a little later
    page.reload()
    page.get_by_role("heading").filter(has_text=f"drones/2 {EVIL}").wait_for()
    assert EVIL in pages.story(page)


def test_a_scenario_a_campaign_and_a_failed_run_are_only_text(page, console):
    """The text in the editor and in the form; a title; the last words of a job."""
    page.goto(f"{console}scenarios/evil.yaml")
    page.get_by_role("tab", name="Form").click()
    page.get_by_label("Title").first.wait_for()
    assert page.evaluate("window.caught") == 0
    assert EVIL.replace('"', '\\"') in page.get_by_role("textbox", name="Text of the scenario").inner_text()
    page.goto(f"{console}campaigns/c")
    assert_shown_as_it_is(page)
    pages.start(page, console, "fails.yaml", trials=8)
    assert_shown_as_it_is(page, f"fails {EVIL}")


@pytest.mark.parametrize("path", ["runs/%", "runs/nothing", "runs/%3Cimg%20src=x%20onerror=caught=1%3E", "?x=%"])
def test_an_odd_address_has_a_page(page, console, path):
    """Also one that is no text."""
    page.goto(console + path)
    page.get_by_role("main").wait_for()
    assert page.evaluate("window.caught") == 0


REPORT = """<!doctype html><title>begun</title><script>
const kept = [];
const tried = (name, what) => { try { what(); kept.push(name); } catch { /* as it should be */ } };
tried('cookies', () => document.cookie);
tried('storage', () => localStorage.length);
tried('opened', () => { if (!open('/')) throw 0; });
fetch('/', { headers: { accept: 'application/json' } }).then(() => kept.push('asked'), () => {})
  .finally(() => { document.title = `ended ${kept}`; });
</script>"""


def test_a_report_with_a_script_of_others_reaches_nothing(browser, console, folder):
    """No cookie, no storage, no window, no answer of the server."""
    (folder / "home" / PLAIN / "report.html").write_text(REPORT)
    page = browser.new_page()
    page.goto(f"{console}runs/{PLAIN}/report")
    page.wait_for_function("() => document.title.startsWith('ended')")
    assert page.title() == "ended"
    page.close()


def test_a_rebound_name_gets_nothing(rebound, console):
    """The browser calls the server under a name on the internet."""
    page = rebound.new_page()
    answer = page.goto(console.replace("127.0.0.1", "evil.test"))
    assert answer.status == 421
    asked = "fetch('/', {headers: {accept: 'application/json'}}).then(it => it.text())"
    assert "runs" not in json.loads(page.evaluate(asked))
    page.close()


FORGERY = """<!doctype html><title>elsewhere</title><a href="CONSOLE">link</a><iframe name="f"></iframe>
<iframe src="CONSOLE"></iframe><img src="CONSOLErelief?scenario=desert-battery">
<form action="CONSOLEruns" method="post" enctype="text/plain" target="f">
<input name='{"scenario":"evil.yaml","name":"f","x":"' value='"}'></form><script>
const streamed = new EventSource('CONSOLEruns/c/progress'), image = new Image();
image.src = 'CONSOLEstatic/console.js';
const wish = JSON.stringify({ scenario: 'evil.yaml', name: 'forged', trials: 8 });
const tried = [
  fetch('CONSOLEruns', { method: 'POST', mode: 'no-cors', body: wish, headers: { 'content-type': 'text/plain' } }),
  fetch('CONSOLEruns', { method: 'POST', body: wish, headers: { 'content-type': 'application/json' } }),
  fetch('CONSOLEscenarios/evil.yaml', { method: 'PUT', body: '{"text": "farwatch: 1"}' }),
  fetch('CONSOLE', { headers: { accept: 'application/json' } }).then(it => it.text()),
  new Promise((good, bad) => { streamed.onmessage = good; streamed.onerror = bad; }),
  new Promise((good, bad) => { image.onload = good; image.onerror = bad; }),
];
document.forms[0].submit();
Promise.allSettled(tried).then(all => { document.title = all.map(it => it.status).join(' '); });
</script>"""


@pytest.fixture
def elsewhere(console):
    """A page of somebody else: its port."""

    class Answers(http.server.BaseHTTPRequestHandler):
        def log_message(self, *words):
            """Say nothing."""

        def do_GET(self):
            body = FORGERY.replace("CONSOLE", console).encode()
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("host", ["evil.test", "127.0.0.1", "localhost"])
def test_a_page_elsewhere_changes_and_reads_nothing(rebound, console, elsewhere, folder, host):
    """Another site, and another port of this machine; a link to a page works."""
    before = sorted((folder / "home").iterdir()), (folder / "home" / "evil.yaml").read_text()
    page, posted = rebound.new_page(), set()
    page.on("response", lambda answer: posted.add(answer.status) if answer.request.method == "POST" else None)
    page.goto(f"http://{host}:{elsewhere}/")
    page.wait_for_function("() => document.title !== 'elsewhere'", timeout=pages.PATIENCE_MS)
    page.wait_for_timeout(300)
    assert page.title() == " ".join(["rejected"] * 6)
    assert posted == {403}
    assert {one.url for one in page.frames[1:]} <= {"chrome-error://chromewebdata/", "about:blank"}
    assert (sorted((folder / "home").iterdir()), (folder / "home" / "evil.yaml").read_text()) == before
    page.get_by_role("link", name="link").click()
    page.get_by_role("heading").first.wait_for()
    page.close()


def test_on_every_address_of_the_machine_a_token_is_needed_and_then_out_of_sight(rebound, tmp_path):
    """Without it nothing; with it a cookie that scripts cannot read, and the token stands in no address any more."""
    with serving(tmp_path, "--host", "0.0.0.0") as (address, _):
        port, _, token = address.rpartition(":")[2].partition("/?token=")
        home = f"http://127.0.0.1:{port}/"
        context, shown = rebound.new_context(), []
        page = context.new_page()
        for path in ("", "static/console.js", "openapi.json", "?token=guess"):
            assert page.goto(home + path).status == 401
        page.on("request", lambda one: shown.append(f"{one.url} {one.headers}"))
        page.goto(f"{home}?token={token}")
        page.get_by_role("heading").first.wait_for()
        assert page.url == home
        (cookie,) = context.cookies()
        assert (cookie["value"], cookie["httpOnly"], cookie["sameSite"]) == (token, True, "Strict")
        assert page.evaluate("document.cookie + document.referrer") == ""
        page.get_by_role("link", name="Catalogue").click()
        page.get_by_role("heading", name="Catalogue").wait_for()
        page.reload()
        page.get_by_role("heading", name="Catalogue").wait_for()
        assert [one.partition(" ")[0] for one in shown if token in one] == [f"{home}?token={token}"]
        assert page.goto(f"http://evil.test:{port}/?token={token}").status == 421
        context.close()
