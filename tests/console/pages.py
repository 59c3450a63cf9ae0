"""What stands on the console's pages, and how it is used: when a page's words change, this is the one place to mend."""

import re
from contextlib import contextmanager

PATIENCE_MS = 20_000
SIZE = {"width": 1366, "height": 768}

_PROGRESS = re.compile(r"([\d,]+) of ([\d,]+) trials")

PANELS = ("Objects", "Events", "Scope", "Layers", "Story")
"""Beside the map of a trial."""


@contextmanager
def uncomplaining(browser, patience_ms=30_000, but="(?!)", **context):
    """A page in a browser of its own; an error in it, or on its console `but` for what fits, fails the test."""
    own = browser.new_context(viewport=SIZE, **context)
    page, complaints = own.new_page(), []
    page.on("pageerror", lambda error: complaints.append(str(error)))

    def heard(said):
        if said.type == "error" and not re.search(but, said.text):
            complaints.append(said.text)

    page.on("console", heard)
    page.set_default_timeout(patience_ms)
    yield page
    own.close()
    assert complaints == []


def start(page, home, scenario, *, trials, name=None):
    """From the overview: run a scenario; ends on the page of the run. Gives the run's name."""
    page.goto(home)
    page.get_by_role("button", name=f"Run {scenario}").click()
    page.get_by_label("Trials").fill(str(trials))
    if name is not None:
        page.get_by_label("Name of its folder").fill(name)
    page.get_by_role("button", name="Start").click()
    page.wait_for_url("**/runs/*")
    return page.url.rpartition("/")[2]


def progress(page):
    """How many trials the page of a run says are played; -1 where it says nothing yet."""
    found = _PROGRESS.search(page.get_by_role("main").inner_text())
    return int(found[1].replace(",", "")) if found else -1


def wait_for_progress(page, least, patience_ms=PATIENCE_MS):
    """Until at least so many trials are played; gives how many."""
    page.wait_for_function(
        "least => { const found = /([\\d,]+) of [\\d,]+ trials/.exec(document.querySelector('main').innerText);"
        " return found && Number(found[1].replaceAll(',', '')) >= least; }",
        arg=least, timeout=patience_ms,
    )  # fmt: skip
    return progress(page)


def stop_button(page):
    return page.get_by_role("button", name=re.compile("^(Stop|Cancel)"))


def go_on_button(page):
    return page.get_by_role("button", name=re.compile("^(Go on|Continue)"))


def headline(page, trials):
    """The answer of so many trials in a sentence, once it is there."""
    found = page.get_by_text(re.compile(rf"get through on average.*\b{trials} trials")).first
    found.wait_for(timeout=PATIENCE_MS)
    return found.inner_text()


def open_details(page):
    """Whatever is folded away."""
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")


def open_trial(page, home, run, trial):
    page.goto(f"{home}runs/{run}/trials/{trial}")
    page.locator("canvas").first.wait_for(timeout=PATIENCE_MS)


def turn_to(page, panel):
    page.get_by_role("tab", name=panel).click()


def story(page):
    return page.get_by_role("tabpanel").inner_text()


def take_trial(page, suffix):
    """From the page of a trial: the link to the trial as a file."""
    page.get_by_role("button", name=re.compile("^Export")).click()
    return page.get_by_role("link", name=suffix, exact=True)


def clock_s(page):
    """The time shown on the page of a trial, in seconds."""
    shown = page.get_by_role("group", name="Playback").inner_text()
    minutes, seconds = re.search(r"(\d+):(\d\d) */", shown).groups()
    return 60 * int(minutes) + int(seconds)


def pace(page):
    """What the page of a trial says of how quickly it draws."""
    return page.get_by_role("status").filter(has_text=re.compile("slow", re.IGNORECASE))


def start_by_keyboard(page, scenario, *, trials, tab_to):
    """From the overview to the page of a run; `tab_to(locator)` presses Tab until the focus is there."""
    tab_to(page.get_by_role("button", name=f"Run {scenario}"))
    page.keyboard.press("Enter")
    tab_to(page.get_by_label("Trials"))
    page.keyboard.press("Control+a")
    page.keyboard.type(str(trials))
    page.keyboard.press("Enter")
    page.wait_for_url("**/runs/*")


def worst_trial(page):
    """The link to the trial in which most got through."""
    return page.get_by_role("link", name=re.compile("worst"))


def _asking(page, home):
    page.goto(home)
    page.get_by_role("button", name="Run site.yaml").click()


def _new(page, home):
    page.goto(home)
    page.get_by_text("New scenario").click()


def _scenario(name, tab):
    def looking(page, home):
        page.goto(f"{home}scenarios/{name}")
        page.get_by_role("tab", name=tab).click()
        page.get_by_role("textbox", name="Text of the scenario").wait_for()
        page.wait_for_timeout(700)  # until it is checked

    return looking


def _plain(path, heading=None):
    def looking(page, home):
        page.goto(home + path)
        page.get_by_role("heading", name=heading).first.wait_for()
        page.wait_for_timeout(300)
        open_details(page)

    return looking


def _report(path):
    def looking(page, home):
        page.goto(f"{home}{path}/report")
        page.get_by_role("heading").first.wait_for()

    return looking


def _trial(panel):
    def looking(page, home):
        open_trial(page, home, "done", 0)
        page.get_by_role("button", name="Next leak").click()
        turn_to(page, panel)

    return looking


def _taking(page, home):
    open_trial(page, home, "done", 0)
    take_trial(page, ".kml").wait_for()


def _keys(page, home):
    open_trial(page, home, "done", 0)
    page.keyboard.press("?")
    page.get_by_role("dialog").wait_for()


def _running(page, home):
    start(page, home, "site.yaml", trials=800)
    wait_for_progress(page, 8)
    stop_button(page).wait_for()


def _failed(page, home):
    start(page, home, "fails.yaml", trials=8)
    page.get_by_text("fails").first.wait_for()


LOOKS = {
    "overview": _plain(""),
    "overview asking": _asking,
    "overview new": _new,
    "run": _plain("runs/done", "Dice"),
    "run cut": _plain("runs/cut", "Dice"),
    "run running": _running,
    "run failed": _failed,
    "run that is none": _plain("runs/none"),
    "campaign": _plain("campaigns/c", "Dice"),
    "catalogue": _plain("catalogue", "Catalogue"),
    "catalogue entry": _plain("catalogue/s-400"),
    "scenario with map": _scenario("desert-battery", "Map"),
    "scenario with form": _scenario("desert-battery", "Form"),
    "scenario with problems": _scenario("wrong.yaml", "Map"),
    "run report": _report("runs/done"),
    "campaign report": _report("campaigns/c"),
    "plan": _plain("scenarios/plan.yaml"),
    **{f"trial {panel}": _trial(panel) for panel in PANELS},
    "trial keys": _keys,
    "trial export": _taking,
}
"""Every page and what it can show: `LOOKS[name](page, home)` brings it there."""
