"""What lies in the folder is found by name; nothing outside it is."""

import json
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farwatch.console.answers import run_line
from farwatch.console.shelf import MOST_TITLE, _manifest, shelf_of
from farwatch.errors import FarwatchError

PIECES = st.lists(
    st.sampled_from(["..", "/", "\\", ".", "~", "a", "%2e", "\x00", " ", "run", "C:", "\n", "é"]), max_size=6
)


@given(st.one_of(PIECES.map("".join), st.text(max_size=100)))
def test_a_name_is_a_child_of_the_folder_or_nothing(tmp_path_factory, name):
    """Whatever the text."""
    home = tmp_path_factory.getbasetemp()
    place = shelf_of(home).place(name)
    assert place is None or (place.parent == home.resolve() and place.name == name)


@pytest.mark.parametrize(
    "name", ["..", ".", "", ".console", "../x", "a/b", "a\\b", "/etc", "a" * 81, "a\n", "é", "%2e%2e"]
)
def test_what_is_no_name(tmp_path, name):
    """Hidden, with a path in it, too long."""
    assert shelf_of(tmp_path).place(name) is None


def test_links_that_lead_out_are_not_followed(tmp_path, played):
    """A file and a folder elsewhere, linked into the folder, are not there."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "away").symlink_to(played / "done")
    (home / "secret.yaml").symlink_to("/etc/hostname")
    shelf = shelf_of(home)
    assert shelf.stored("away") is None
    assert shelf.text("secret.yaml") is None
    assert shelf.all() == []
    assert shelf.texts() == {"scenario": [], "plan": []}


def test_what_there_is(played):
    """Runs by name, with what lists need."""
    found = {one.name: one for one in shelf_of(played).all()}
    assert sorted(found) == ["done", "half"]
    assert found["done"].is_run
    assert found["done"].manifest["scenario"]["title"] == "Dice"
    assert "cast" not in found["done"].manifest


def test_runs_elsewhere_get_names(tmp_path, played):
    """Those that were named on the command line, with a number where a name is taken."""
    (tmp_path / "done").mkdir()
    shelf = shelf_of(tmp_path, [played / "done", played / "half"])
    assert sorted(one.name for one in shelf.all()) == ["done-2", "half"]
    assert shelf.place("half") == (played / "half").resolve()


def test_a_change_is_seen(tmp_path):
    """What is remembered of a file ends with it."""
    shelf, path = shelf_of(tmp_path), tmp_path / "a.yaml"
    path.write_text("farwatch: 1\n")
    assert shelf.texts()["scenario"] == ["a.yaml"]
    path.write_text("title: x\nfarwatch-campaign: 1\n")
    assert shelf.texts() == {"scenario": [], "plan": ["a.yaml"]}
    path.unlink()
    assert shelf.texts() == {"scenario": [], "plan": []}


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        "nonsense",
        "[" * 100_000,
        '{"scenario": 3, "trials_asked": 2}',
        '{"scenario": {}, "trials_asked": "x"}',
        '{"points": {}}',
    ],
)
def test_a_broken_manifest_is_none(tmp_path, content):
    """Whatever lies there."""
    (tmp_path / "manifest.json").write_text(content)
    assert _manifest(tmp_path / "manifest.json") is None


def test_only_so_many_are_listed(tmp_path):
    """A folder of thousands is no page."""
    for k in range(600):
        (tmp_path / f"r{k:04}").mkdir()
        if k >= 595:
            (tmp_path / f"r{k:04}" / "manifest.json").write_text(json.dumps({"scenario": {}, "trials_asked": 8}))
    assert shelf_of(tmp_path).all() == []
    assert shelf_of(tmp_path).stored("r0599") is not None


@pytest.mark.parametrize("there", [False, True])
def test_a_folder_must_exist(tmp_path, there):
    """Neither nothing nor a file."""
    place = tmp_path / "x"
    if there:
        place.write_text("")
    with pytest.raises(FarwatchError, match="is no folder"):
        shelf_of(place)
    with pytest.raises(FarwatchError, match="is no folder"):
        shelf_of(tmp_path, [place])


def test_a_pipe_is_no_scenario(tmp_path):
    """Nothing waits for what never comes."""
    os.mkfifo(tmp_path / "wait.yaml")
    assert shelf_of(tmp_path).texts() == {"scenario": [], "plan": []}


def test_a_run_that_is_named_has_a_page_wherever_it_lies(played, tmp_path):
    """Inside the folder it keeps its name and is told once; outside it is found by its folder; else the overview."""
    inside, outside = shelf_of(played, [played / "done"]), shelf_of(tmp_path, [played / "done"])
    assert [one.name for one in inside.all()] == ["done", "half"]
    assert inside.page_of(played / "done") == outside.page_of(played / "done") == "/runs/done"
    assert outside.page_of(tmp_path) == "/"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes here")
def test_a_pipe_in_the_place_of_a_manifest_is_none(tmp_path):
    """It would be waited for without end, by every list of the folder."""
    (tmp_path / "run").mkdir()
    os.mkfifo(tmp_path / "run" / "manifest.json")
    assert shelf_of(tmp_path).all() == []


def test_a_list_survives_a_damaged_manifest(tmp_path):
    """What is not what it should be is left out; a title without end is cut."""
    manifest = {"scenario": {"title": "x" * 1000}, "trials_asked": 8, "interrupted": True}
    manifest |= {"seed": [1], "block_trials": "many"}
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "manifest.json").write_text(json.dumps(manifest))
    (stored,) = shelf_of(tmp_path).all()
    line = run_line(stored, None)
    assert (line["seed"], line["done"], line["title"]) == (None, 0, "x" * MOST_TITLE)
