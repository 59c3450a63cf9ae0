"""The answer in the terminal."""

import io

import pytest
from rich.console import Console

from farwatch.campaign import Progress
from farwatch.report import catalogue, progress, terminal


def printed(show, width=132):
    """What a function prints on a console without colours."""
    console = Console(file=io.StringIO(), width=width)
    show(console)
    return console.file.getvalue()


@pytest.mark.parametrize("width", [80, 106, 132])
def test_answer_fits_the_terminal(dice, width):
    """Every line fits, and no cell is cut, on narrow and wide terminals."""
    text = printed(lambda console: terminal.show(console, dice), width)
    assert max(map(len, text.splitlines())) <= width
    assert "…" not in text
    assert "What became of the raid" in text
    assert "Why they got through" in text


def test_title_with_markup_is_printed_as_it_is(played):
    """A title cannot change the style of the page."""
    assert "<b>Two</b> drones & a cruise missile" in printed(lambda console: terminal.show(console, played))


def test_catalogue_marks_assumptions_and_lists_sources():
    """An entry's page shows claims with their source, and marks what is assumed."""
    text = printed(lambda console: catalogue.show_entry(console, "40n6e"), 150)
    assert "range_max_m" in text
    assert "\n *" in text
    assert "| " in text
    assert "https://" in text


def test_contents_name_every_entry():
    """The table of contents has every system."""
    text = printed(catalogue.show_contents, 150)
    assert all(name in text for name in ("s-400", "s-500", "samp-t", "patriot", "pantsir-s1", "one-way-drone"))


def test_plain_progress_says_rate_and_rest():
    """Without a terminal, progress is a plain line now and then."""
    clock = iter([0.0, 0.0, 0.0, 2.0, 2.0, 4.0, 4.0]).__next__
    console = Console(file=io.StringIO(), width=100)
    with progress.teller(console, clock) as teller:
        for done in (0, 10, 20):
            teller.tell(Progress(done, 20, 0))
    lines = console.file.getvalue().splitlines()
    assert lines[0] == "0/20 trials"
    assert lines[1].startswith("10/20 trials, ")
    assert "left" in lines[1]
    assert "left" not in lines[2]
