"""The page: one file, offline, complete, safe, and the same every time."""

import base64
import csv
import io
import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from farwatch.campaign import Result
from farwatch.report import page
from farwatch.report.answer import scenario_text

VOID = {"meta", "br", "wbr", "hr", "img", "input", "link"}


class Reader(HTMLParser):
    """Collects what a page refers to, and whether its elements are closed."""

    def __init__(self):
        super().__init__()
        self.addresses, self.ids, self.open, self.wrong = [], [], [], []

    def handle_starttag(self, tag, attrs):
        held = dict(attrs)
        self.addresses += [held[name] for name in ("src", "href", "xlink:href", "action") if held.get(name)]
        self.ids += [held["id"]] if "id" in held else []
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)


@pytest.fixture(scope="module")
def text(played):
    return page.compose(played)


@pytest.fixture(scope="module")
def read(text):
    reader = Reader()
    reader.feed(text)
    return reader


def test_two_writings_are_the_same_bytes(played, text):
    """Nothing on the page depends on the clock, the order of anything, or luck."""
    assert page.compose(played) == text


def test_page_needs_nothing_from_outside(read, text):
    """Nothing is loaded: links lead to sources, to places in the page, or to data held in it."""
    loaded = [a for a in read.addresses if not a.startswith(("#", "data:", "https://", "http://"))]
    assert not loaded
    assert not re.search(r"<script|<link|<iframe|<img|@import|url\((?!#)", text)


def test_page_is_well_formed(read):
    """Every element is closed, and no name is given twice."""
    assert not read.wrong
    assert not read.open
    assert not [name for name in set(read.ids) if read.ids.count(name) > 1]


def test_every_part_is_there(text):
    """A played raid has every section, and every link of the contents leads to one."""
    sections = set(re.findall(r'<section id="([\w-]+)">', text))
    assert {"chain", "reach", "map", "timeline", "spread", "costs", "figures-used", "again", "words"} <= sections
    assert set(re.findall(r'<a href="#([\w-]+)"', text)) <= sections


def test_names_from_files_are_escaped(text):
    """A title with markup in it stays text."""
    assert "&lt;b&gt;Two&lt;/b&gt; drones &amp; a cruise missile" in text
    assert "<b>Two" not in text


def test_figures_have_words_and_data(text):
    """Each figure is well-formed SVG with a title and a description, and offers its data."""
    drawings = re.findall(r"<svg.*?</svg>", text, re.DOTALL)
    assert len(drawings) >= 6
    for drawing in drawings:
        root = ET.fromstring(drawing)
        assert root.find("{*}title").text
        assert root.find("{*}desc").text
    assert text.count("data (CSV)</a>") == len(drawings)


def test_downloads_are_tables(text):
    """Each figure's download is CSV with one line of names and rows as long as it."""
    links = re.findall(r'download="([\w-]+)\.csv" href="data:text/csv;charset=utf-8;base64,([^"]+)"', text)
    assert len({name for name, _ in links}) == len(links) >= 9
    for name, coded in links:
        rows = list(csv.reader(io.StringIO(base64.b64decode(coded).decode())))
        assert len(rows) > 1, name
        assert {len(row) for row in rows} == {len(rows[0])}, name
        assert not [head for head in rows[0] if " " in head], name


def test_the_scenario_can_be_taken_away(text, played):
    """The download is the scenario, and it reads again as the same."""
    coded = re.search(r'download="scenario\.yaml" href="data:application/yaml;charset=utf-8;base64,([^"]+)"', text)[1]
    assert base64.b64decode(coded).decode() == scenario_text(played)


def test_headings_go_down_one_by_one(text):
    """One h1, and no level is left out."""
    levels = [int(level) for level in re.findall(r"<h(\d)", text)]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_sources_are_listed_with_their_addresses(text):
    """Each number in the ledger is that of a source whose address is spelled, for paper."""
    listed = re.findall(r"<li>(.*?)</li>", text[text.index('<ol class="sources">') :].partition("</ol>")[0], re.DOTALL)
    ledger = text[text.index('<table class="ledger">') :].partition("</table>")[0]
    numbers = {int(number) for number in re.findall(r"\[(\d+)\]", ledger)}
    assert numbers == set(range(1, len(listed) + 1))
    assert all(re.search(r'<a href="(http[^"]+)" rel="noreferrer">\1</a>', row) for row in listed)


def test_colours_follow_the_theme(text):
    """No stand-in colour is left, so every line and letter follows light and dark."""
    assert "#f1a1" not in text


def test_assumptions_come_first(text):
    """The ledger lists what nobody publishes before what is cited, and cites by link."""
    ledger = text[text.index('<table class="ledger">') :]
    rows = re.findall(r"<tr><th scope=.row.*?</tr>", ledger, re.DOTALL)
    marks = ['class="mark">assumed' in row for row in rows]
    assert marks == sorted(marks, reverse=True)
    assert any('href="http' in row for row in rows)


def test_csv_is_tame_and_whole():
    """A download holds the rows, and a name cannot become a formula in a spreadsheet."""
    link = page.csv_link(("name", "value"), [("=cmd()", 1.5), ('a,"b', -2)])
    rows = list(csv.reader(io.StringIO(base64.b64decode(link.partition("base64,")[2]).decode())))
    assert rows == [["name", "value"], ["'=cmd()", "1.5"], ['a,"b', "-2"]]


def test_hostile_addresses_are_not_links(played):
    """A source whose address is no web address is shown without a link."""
    figure = {**played.manifest["figures"][0], "kind": "press", "source": "bad"}
    bad = {"title": "<i>t</i>", "url": "javascript:alert(1)"}
    manifest = {**played.manifest, "figures": [figure], "sources": {"bad": bad}}
    text = page.compose(Result(played.scenario, played.cast, played.evidence, manifest))
    assert "javascript:" not in text
    assert "&lt;i&gt;t&lt;/i&gt;" in text


def test_page_without_a_world_says_why(played):
    """When the terrain is gone the rest of the page is still written, with the reason."""
    lost = played.scenario.model_copy(update={"terrain": "gone.tif"})
    text = page.compose(Result(lost, played.cast, played.evidence, played.manifest))
    assert "No map and no ranges" in text
    assert "gone.tif" in text
    assert '<section id="chain">' in text


def test_page_of_dice_tells_reasons(dice):
    """A result with leakers for many reasons shows them, with shares that add to one."""
    text = page.compose(dice)
    assert '<section id="reasons">' in text
    assert abs(sum(share.share.value for share in dice.summary().reasons.shares) - 1.0) < 1e-12


def test_page_is_small(text):
    """Below five megabytes, with room."""
    assert len(text.encode()) < 4_000_000
