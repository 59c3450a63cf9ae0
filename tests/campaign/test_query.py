"""A campaign folder answers questions, finished or not, and nothing else is read, written or reached."""

import duckdb
import pytest

from campaign.rehearsed import Rehearsal, contents
from campaign.test_conduct import conducted
from campaign.test_ledger import stopped
from farwatch.campaign.ledger import Ledger
from farwatch.campaign.query import VIEWS, query, status
from farwatch.campaign.trials import stored
from farwatch.errors import InputError, StoreError


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A finished campaign."""
    folder = tmp_path_factory.mktemp("whole")
    conducted(folder)
    return folder


def test_a_question_is_answered(whole):
    """Means by point are those of the columns."""
    found = query(whole, "SELECT point, count(*), avg(leaked) AS mean FROM trials GROUP BY point ORDER BY point")
    kept = stored(whole, ("leaked",))
    assert found.columns == ("point", "count_star()", "mean")
    for point, count, mean in found.rows:
        assert count == kept.count(point)
        assert mean == pytest.approx(kept.column(point, "leaked").mean())


def test_every_view_can_be_joined(whole):
    """Labels, figures, groups and rounds by point and trial."""
    sql = (
        'SELECT label, count(*), count("91n6e.range_m"), sum(fired) FROM trials JOIN points USING (point)'
        " JOIN figures USING (point, trial) JOIN groups USING (point, trial) JOIN rounds USING (point, trial)"
        """ WHERE "group" = 'cruise' AND "doctrine.shots_per_look" > 1 GROUP BY ALL ORDER BY label"""
    )
    rows = query(whole, sql).rows
    assert [row[0] for row in rows] == ["2 shots", "3 shots"]
    assert rows[0][1] == rows[0][2] == 2 * stored(whole, ()).count(1)


def test_an_unfinished_campaign_answers_too(tmp_path):
    """Trials that wait for their part count; so does a campaign without any."""
    stopped(tmp_path)
    kept = sum(int(there.sum()) for there in stored(tmp_path, ()).there.values())
    assert query(tmp_path, 'SELECT count(*), max(length("group")) FROM groups').rows == ((2 * kept, 6),)
    assert not status(tmp_path).finished
    assert status(tmp_path).done == kept
    begun = tmp_path / "begun"
    with pytest.raises(ZeroDivisionError):
        conducted(begun, play=lambda _: 1 / 0)
    assert [query(begun, f"SELECT count(*) FROM {view}").rows for view in VIEWS] == [((0,),)] * 4 + [((3,),)]
    assert status(begun).done == 0


def test_how_far_it_is(whole):
    """Points with their labels, all done."""
    found = status(whole)
    assert found.finished
    assert found.rounds == 3
    assert found.done == found.goal > 900
    assert [point.label for point in found.points] == ["1 shots", "2 shots", "3 shots"]


def test_a_campaign_that_was_damaged_is_not_finished(tmp_path):
    """A part that is gone is missing, whatever was noted before."""
    conducted(tmp_path, Rehearsal(goal=16))
    (tmp_path / "rounds" / "part-000000.parquet").unlink()
    assert Ledger(tmp_path).finished
    assert not status(tmp_path).finished


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("SELECT leeked FROM trials", r"(?s)leeked.*there are trials \(point, trial, raid_targets.*points \(point"),
        ("SELECT * FROM trails", "trails"),
        ("SELEC 1", "syntax error"),
        ("", "must be one SELECT, not nothing"),
        ("SELECT 1; SELECT 2", "must be one SELECT, not SELECT, SELECT"),
        ("DROP VIEW trials", "must be one SELECT, not DROP"),
        ("SET enable_external_access = true", "must be one SELECT, not SET"),
        ("CREATE TABLE t AS SELECT 1", "must be one SELECT, not CREATE"),
        ("INSTALL httpfs", "must be one SELECT, not LOAD"),
        ("ATTACH 'other.db'", "must be one SELECT, not ATTACH"),
    ],
)
def test_a_bad_question_is_refused(whole, sql, said):
    """DuckDB's words, and what can be asked."""
    with pytest.raises(InputError, match=said):
        query(whole, sql)


def test_nothing_else_is_read_or_written(whole, tmp_path):
    """No other file, no copy into the folder, no network."""
    before = contents(whole)
    (tmp_path / "secret.csv").write_text("a\n1\n")
    for sql in (
        f"SELECT * FROM read_csv('{tmp_path / 'secret.csv'}')",
        f"SELECT * FROM '{tmp_path / 'secret.csv'}'",
        f"COPY (SELECT 1) TO '{whole / 'trials' / 'new.parquet'}'",
        "SELECT * FROM read_csv('https://example.org/a.csv')",
    ):
        with pytest.raises(InputError):
            query(whole, sql)
    assert contents(whole) == before


def test_no_campaign_is_no_campaign(tmp_path):
    """A folder without a manifest is refused."""
    with pytest.raises(StoreError, match="not a campaign folder"):
        query(tmp_path, "SELECT 1")
    with pytest.raises(StoreError, match="not a campaign folder"):
        status(tmp_path)


def test_duckdb_reads_the_files_by_itself(whole):
    """As the page on the store says: globs, with figures by name."""
    glob = whole / "figures" / "*.parquet"
    counted = duckdb.sql(f"SELECT count(*) FROM read_parquet('{glob}', union_by_name = true)").fetchall()
    assert counted == [(status(whole).done,)]
