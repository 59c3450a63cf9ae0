"""Figures of a run in the console: the report's drawings, safe to open, with their words and data."""

import csv
import io
import xml.etree.ElementTree as ET
from typing import get_args

import pytest

from farwatch.campaign.result import load_result
from farwatch.console import figures
from farwatch.errors import FarwatchError
from farwatch.report import page, pictures
from farwatch.report.pictures import Easel


def test_every_figure_has_an_address():
    """The names that the addresses take are those that can be drawn."""
    assert get_args(figures.Name) == pictures.NAMES


@pytest.mark.parametrize("name", ["flow", "chain", "reasons", "leakers", "money", "timeline", "busy"])
def test_a_figure_is_the_report_s(reading, played, name):
    """The same drawing and data, with the colours of the page, for light and dark."""
    drawn = Easel(load_result(played / "done")).draw(name)
    told = reading.get(f"/runs/done/figures/{name}").json()
    assert (told["title"], told["words"]) == (drawn.title, drawn.words)
    answer = reading.get(f"/runs/done/figures/{name}.svg")
    assert answer.headers["content-type"] == "image/svg+xml"
    root = ET.fromstring(answer.text)
    assert root.find("{*}title").text == drawn.title
    style = root.find("{*}style").text
    assert "--ink: #1b1f24" in style and "prefers-color-scheme: dark" in style
    assert answer.text.endswith(drawn.svg.partition(">")[2])
    assert told["width"] / told["height"] > 1.0
    data = reading.get(f"/runs/done/figures/{name}.csv")
    assert data.headers["content-disposition"] == f'attachment; filename="done-{name}.csv"'
    assert data.text == page.csv_text(drawn.header, drawn.rows)
    assert len({len(row) for row in csv.reader(io.StringIO(data.text))}) == 1


def test_a_figure_runs_nothing(reading):
    """Also where it is opened as a page of its own: it is sandboxed, and may load nothing."""
    policy = reading.get("/runs/done/figures/flow.svg").headers["content-security-policy"]
    assert policy.startswith("sandbox; default-src 'none'")
    assert "script-src" not in policy


def test_what_is_no_figure(reading):
    """Refused by name and by form; a figure in which a run has nothing to show is not there."""
    for wrong in ("nothing", "flow.html", "..%2fmanifest", "flow.svg.csv"):
        assert reading.get(f"/runs/done/figures/{wrong}").status_code in {404, 422}
    assert reading.get("/runs/none/figures/flow").status_code == 404
    assert "nothing to show" in reading.get("/runs/done/figures/coverage").json()["error"]


def test_a_world_that_is_gone_is_told(played, monkeypatch):
    """Where the terrain is not there any more, say."""
    easel = Easel(load_result(played / "done"))
    monkeypatch.setattr(type(easel), "_world", (None, "gone.tif is not there"))
    monkeypatch.setattr(figures, "_easel", lambda *_: easel)
    with pytest.raises(FarwatchError, match=r"gone\.tif is not there"):
        figures.drawn_figure("x", "map", None)
