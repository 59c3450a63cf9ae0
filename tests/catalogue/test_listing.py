"""The catalogue as text: ranges, sources, conflicts and assumptions stay visible."""

import pytest

from farwatch.catalogue import describe, find_any, load, override, sections, summary


def page(name: str) -> str:
    return describe(find_any(load(), name), load())


def test_one_row_for_every_entry():
    """The table of contents lists every entry once and counts its assumptions."""
    rows = summary(load())
    assert len(rows) == len(list(load().entries()))
    row = next(row for row in rows if row.name == "s-400")
    assert (row.kind, row.figures > row.assumed > 0) == ("systems", True)
    assert "40n6e" in row.gist


def test_a_page_shows_value_range_source_and_date():
    """The 48N6E3's reach is on its page with its range, its source and the source's date."""
    text = page("48n6e3")
    assert "range_max_m: 250 km (240 to 250)" in text
    assert "People's Daily" in text
    assert "2013-12" in text


def test_conflicts_follow_the_figure_they_contradict():
    """The 402 km reading and the 40 km and 56 km ceilings stand under the 40N6E's own figures."""
    lines = next(section.lines for section in sections(find_any(load(), "40n6e"), load()))
    ceilings = [line.value for line in lines if line.path == "height_max_m" and line.alternative]
    assert {35.0, 40.0, 56.0} <= set(ceilings)
    assert "402.3 km" in page("40n6e")
    assert "one trial and not an envelope" in page("40n6e")


def test_assumptions_are_marked_and_explained():
    """A kill probability is starred and followed by its reason."""
    text = page("9m96e2")
    assert "* kill_probability.drone: 0.65 (0.35 to 0.9)  [assumed]" in text
    assert "nobody publishes a single-shot kill probability" in text
    assert "* assumed by this catalogue" in text


def test_a_system_goes_on_with_its_radars_and_rounds():
    """The page of the S-400 has a section for itself, three radars and five rounds."""
    titles = [section.title.partition(":")[0] for section in sections(find_any(load(), "s-400"), load())]
    assert titles == ["s-400", "91n6e", "96l6e", "92n6e", "40n6e", "48n6e3", "48n6e2", "9m96e2", "9m96e"]


def test_structure_is_said_not_to_be_drawn():
    """A period is marked as not drawn; a claim's range is drawn."""
    lines = sections(find_any(load(), "91n6e"), load())[0].lines
    drawn = {line.path: line.drawn for line in lines if not line.alternative}
    assert drawn["period_s"] is False
    assert drawn["claim.range_m"] is True
    assert "not drawn" in page("91n6e")


def test_the_users_figure_is_named_as_such():
    """An overridden figure says that the scenario set it, with what was published below."""
    changed = override(load(), {"48n6e3.range_max_m": 200e3})
    text = describe(find_any(changed, "48n6e3"), changed)
    assert "range_max_m: 200 km  [set by the scenario]" in text
    assert "| range_max_m: 250 km (240 to 250)" in text


@pytest.mark.parametrize("name", [entry.name for entry in load().entries()])
def test_every_page_renders_with_a_meaning_for_each_figure(name):
    """Every entry can be shown, and every figure on it says what it means unless it is context."""
    for section in sections(find_any(load(), name), load()):
        for line in section.lines:
            assert line.meaning or line.path.startswith("claims."), line.path
    assert page(name)
