"""A claim as it is shown and kept: terminal, JSON, pictures."""

import io
import json
import re
import xml.etree.ElementTree as ET

import pytest
from rich.console import Console

from farwatch.detect import verdict
from farwatch.detect.budget import Span
from farwatch.detect.claim import Sentence, Setting, claim
from farwatch.report import claim as pages
from farwatch.report.figures import claim as figure

QUESTIONS = {
    "no target": ("s-400", "402 km", None),
    "cross-section": ("arsr-4", "370 km", 2.2),
    "class": ("91n6e", "300 km", "fighter"),
    "height": ("pantsir-s1", "20 km", Sentence(class_name="one-way-drone", height_m=100.0)),
}


@pytest.fixture(scope="module", params=QUESTIONS, ids=str)
def found(request):
    """Findings of every kind of question."""
    return claim(*QUESTIONS[request.param])


def shown(finding, width=132):
    """What the terminal shows."""
    console = Console(file=io.StringIO(), width=width, highlight=False)
    pages.show(console, finding)
    return console.file.getvalue()


@pytest.mark.parametrize("width", [80, 132])
def test_the_terminal_shows_every_sentence(found, width):
    """Heading, verdict, height, echo and assumptions, at any width, in order."""
    text = " ".join(shown(found, width).split())
    places = [text.index(part) for part in (verdict.heading(found), "Seen means", "Height ", "Echo ", "Leaned on ")]
    assert places == sorted(places)
    for line in verdict.verdict(found):
        assert line in text


def test_classes_or_a_budget(found):
    """Without a target a row for every class; with one the lines of its budget, which end in the margin."""
    text = shown(found)
    if found.case is None:
        assert all(word in text for word in ("airliner", "quadcopter", "cannot hold"))
    else:
        assert all(word in text for word in ("gases of the air", "rain", "needed", "margin"))


def test_json_holds_every_number(found):
    """It reads back as plain JSON, with verdict, state, arrays and the radar's name."""
    text = pages.text_of(found)
    held = json.loads(text, parse_constant=pytest.fail)
    assert held["state"] == found.state
    assert held["radar"] == found.radar.name
    assert held["verdict"] == verdict.verdict(found)
    assert len(held["region"]["share"]) == len(held["region"]["rcs_m2"])
    assert {case["state"] for case in held["classes"]} <= {"holds", "open", "cannot"}
    assert text == pages.text_of(found)


def test_the_picture_is_a_picture(found):
    """SVG that parses and says the title in letters, a PNG; the same bytes twice, no stand-in colours."""
    drawn = figure.draw(found)
    root = ET.fromstring(drawn.svg)
    words = " ".join("".join(node.itertext()) for node in root.iter() if node.tag.endswith("text"))
    assert verdict.heading(found) in words
    assert "attack helicopter" in words
    assert drawn.png.startswith(b"\x89PNG")
    assert not re.search(rb"#f1a1", drawn.svg)
    assert drawn == figure.draw(found)


@pytest.mark.slow
def test_over_terrain(tmp_path):
    """Directions are told, and all three files are written."""
    found = claim("s-400", "60 km", "cruise-missile-subsonic", Setting(at=(23.6, 45.2), terrain="arabia-30s"))
    assert "in the worst" in shown(found)
    written = pages.write(found, tmp_path / "a" / "b")
    assert [path.name for path in written] == ["claim.json", "claim.svg", "claim.png"]
    assert all(path.stat().st_size > 1000 for path in written)
    assert len(json.loads(written[0].read_text())["sight"]["azimuth_deg"]) == found.sight.sea_m.size


@pytest.mark.parametrize(
    ("span", "say", "text"),
    [
        (Span(value=8964.0, low=7015.0, high=12126.0), verdict.height, "9 km (7 to 12 km)"),
        (Span(value=690.0, low=460.0, high=1600.0), verdict.height, "690 m (460 m to 1.6 km)"),
        (Span(value=4.515, low=2.547, high=12.9), verdict.rcs, "4.5 m² (2.5 to 13 m²)"),
        (Span(value=402e3, low=402e3, high=402e3), verdict.kilometres, "402 km"),
        (Span(value=1234.5e3, low=1e6, high=2e6), verdict.kilometres, "1,230 km (1,000 to 2,000 km)"),
    ],
)
def test_spans_as_people_read_them(span, say, text):
    """A value, then its range with the unit once."""
    assert verdict.span_text(span, say) == text


@pytest.mark.parametrize(("share", "text"), [(0.0, "0 %"), (1e-4, "less than 1 %"), (0.9999, "more than 99 %")])
def test_little_is_not_nothing(share, text):
    """Shares are never rounded to none or all."""
    assert verdict.percent(share) == text
