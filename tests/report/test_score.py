"""A score as it is shown and kept."""

import io
import json
import xml.etree.ElementTree as ET

import pytest
from rich.console import Console

from farwatch.errors import InputError, StoreError
from farwatch.report import score as pages
from farwatch.report.figures import score_series
from farwatch.track.evaluate import ScoreOptions, score
from farwatch.track.standards import standard
from track.judged import crowd, state_rows, truth_rows


@pytest.fixture(scope="module")
def found():
    """The score of the crowd, held against a shipped set of limits."""
    return score(*crowd(), ScoreOptions(cutoff_m=300.0, standard=standard("wam-en-route")))


def shown(one, columns=110):
    """What the terminal says."""
    out = io.StringIO()
    pages.show(Console(file=out, width=columns), one)
    return out.getvalue()


def test_the_answer_comes_first(found):
    """The sentence names what matters; then come the tables, and the limits with their sources."""
    text = shown(found)
    assert text.split("\n")[1].startswith("Targets had a track 80 % of the time, 93 m off on average")
    for part in ("338 m", "MOTA", "ED-142", "not met", "8 targets, 19 tracks", "Targets that fared worst"):
        assert part in text, part


@pytest.mark.parametrize("columns", [60, 80, 200])
def test_no_line_is_wider_than_the_terminal(found, columns):
    """Tables fold."""
    assert max(len(line) for line in shown(found, columns).splitlines()) <= columns


def test_everything_is_in_the_json(found):
    """Figures, series, and a row for each target and track; what cannot be said is null."""
    held = json.loads(pages.to_json(found))
    assert held["gospa"]["mean_m"] == pytest.approx(found.gospa.mean_m)
    assert len(held["gospa"]["time_s"]) == found.instants
    assert len(held["targets"]) == 8
    assert held["tracks"][0]["serial"] == 100
    assert held["initiation"]["after_plot_median_s"] is None
    assert held["options"]["from_s"] is None
    assert held["surveillance"]["verdicts"][0]["met"] is False


@pytest.mark.parametrize("rows", [([], []), ([], [(0.0, 1, 0.0, 0.0, 0.0)]), ([(0.0, 1, 0.0, 0.0, 0.0)], [])])
def test_nothing_can_be_shown_too(rows, tmp_path):
    """A score of nothing, of truth alone and of tracks alone can be told, kept and drawn."""
    one = score(state_rows(rows[0]), truth_rows(rows[1]))
    assert shown(one)
    assert len(pages.write(one, tmp_path / "out")) == 3


def test_files_are_written_by_their_suffix(found, tmp_path):
    """One file, or a folder of all of them; the drawing is SVG and PNG and the same each time."""
    made = pages.write(found, tmp_path / "out")
    assert [path.name for path in made] == ["score.json", "score.png", "score.svg"]
    assert made[1].read_bytes().startswith(b"\x89PNG")
    assert ET.fromstring(made[2].read_text(encoding="utf-8")).tag.endswith("svg")
    [alone] = pages.write(found, tmp_path / "again.svg")
    assert alone.read_bytes() == made[2].read_bytes()


def test_the_figure_carries_its_series(found):
    """The data of the drawing are the score's own numbers."""
    drawn = score_series.draw(found)
    assert len(drawn.rows) == found.instants
    assert drawn.rows[7][4] == pytest.approx(found.gospa.distance_m[7])


def test_other_suffixes_and_places_are_refused(found, tmp_path):
    """A suffix that is no form of a score, and a folder that cannot be."""
    with pytest.raises(InputError, match="json"):
        pages.write(found, tmp_path / "score.xlsx")
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError):
        pages.write(found, tmp_path / "file" / "out")
