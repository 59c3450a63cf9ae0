"""A plan as one verb: played, kept, answered, and read again."""

import numpy as np
import pytest

import farwatch as fw
from farwatch.campaign import CampaignPlan, commission, read_campaign
from farwatch.campaign.rows import rows_of
from farwatch.errors import InputError, StoreError
from farwatch.scenario import load
from outcomes.rehearsal import Dice, cast

PLAN = CampaignPlan.model_validate({
    "title": "Dice", "scenarios": {"site": "desert-battery"}, "vary": {"fields": {"weather.rain_mm_h": [0, 4]}},
    "trials": 24, "compare": {"with": {"weather.rain_mm_h": 0}}, "seed": 5,
})  # fmt: skip


def play(order):
    """A unit of dice, better in the rain."""
    block = Dice(cast(), order.seed)(order.address, order.count, trace=False)
    return rows_of(order.point, order.first, cast(), block)


@pytest.fixture
def dice(monkeypatch):
    """Units are dice."""
    monkeypatch.setattr(commission, "play_unit", play)


def test_a_plan_is_played_and_answered(dice):
    """The room is the verb; without a folder nothing stays behind."""
    found = fw.campaign(PLAN, executor=2)
    assert found.finished
    assert not found.interrupted
    told = found.answers()
    assert [row.trials for row in told.points] == [24, 24]
    assert told.differences[0].difference.value == 0.0
    assert len(found.tables["points"]) == 12
    assert found.answers() is told
    assert [point.label for point in found.points] == ["weather.rain_mm_h 0", "weather.rain_mm_h 4"]


def test_a_folder_is_continued_and_read(dice, tmp_path):
    """The same answers from a folder, from the same folder again, and for any number of threads."""
    first = fw.campaign(PLAN, out=tmp_path / "out", executor=1)
    again = fw.campaign(PLAN, out=tmp_path / "out", executor=2)
    stored = read_campaign(tmp_path / "out")
    assert repr(first.answers()) == repr(again.answers()) == repr(stored.answers())
    assert stored.plan == PLAN
    assert np.array_equal(first.kept.column(1, "leaked"), stored.kept.column(1, "leaked"))


def test_drawn_figures_are_known_from_the_folder(dice, tmp_path):
    """Those of the catalogue among the columns of the table of figures."""
    assert [figure.name for figure in fw.campaign(PLAN, out=tmp_path / "out").figures] == ["48n6e3.price_usd"]


def test_scenarios_can_be_objects(dice):
    """A scenario made in Python stands in the place of a file."""
    plan = CampaignPlan.model_validate({"title": "x", "scenarios": {"mine": "mine"}, "trials": 8})
    found = fw.campaign(plan, scenarios={"mine": load("alpine-site")})
    assert found.study.seed == load("alpine-site").seed


def test_a_bad_plan_plays_nothing(dice, tmp_path):
    """Refused before a folder is made."""
    with pytest.raises(InputError, match="is not a measure"):
        fw.campaign("farwatch-campaign: 1\ntitle: x\nscenarios: {a: desert-battery}\nmeasures: [x]\n", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_another_plan_does_not_fit_the_folder(dice, tmp_path):
    """What is stored belongs to one plan."""
    fw.campaign(PLAN, out=tmp_path / "out")
    with pytest.raises(StoreError, match="another campaign"):
        fw.campaign(PLAN.model_copy(update={"trials": 32}), out=tmp_path / "out")


def test_a_folder_that_is_none_is_refused(tmp_path):
    """It says so."""
    with pytest.raises(StoreError):
        read_campaign(tmp_path)
