"""The answers of a campaign in the terminal and on the page."""

import io
import re
from dataclasses import replace
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from rich.console import Console

from campaign.answered import FIELD, Rehearsed, figures, planned
from farwatch import catalogue
from farwatch.campaign.answer_tables import tables_of
from farwatch.campaign.answers import answer
from farwatch.campaign.plan_file import CampaignPlan
from farwatch.errors import StoreError
from farwatch.outcomes.summary import Estimate
from farwatch.report import campaign_page, campaign_wording
from farwatch.report.campaign import show
from farwatch.report.figures import exchanges, intervals

RICH = {
    "title": "Does a <b>layer</b> & more pay?",
    "scenarios": {"alone": "desert-battery", "layered": "desert-battery"},
    "vary": {"fields": {FIELD: [5, 10, 20, 30, 40]}},
    "measures": ["leaked", "leaked_share", "rounds_fired"],
    "trials": 200,
    "compare": {"with": "alone"},
    "saturation": {"field": FIELD},
    "break_even": {"field": FIELD},
    "sensitivity": {"method": "sobol", "samples": 64},
}


def told(plan, **law):
    """A study's plan and its answers."""
    study = planned(plan)
    return study.wanted, answer(study, Rehearsed(study, **law).play(), figures())


@pytest.fixture(scope="module")
def rich():
    return told(RICH)


def printed(answers, width=132):
    """What the terminal shows."""
    console = Console(file=io.StringIO(), width=width)
    show(console, answers)
    return console.file.getvalue()


def test_what_the_plan_asks_comes_first_in_plain_words(rich):
    """Where the defence is full; then how many fewer, of how many, how sure. Luck and trials come later."""
    full, adds, fewer, *_ = campaign_wording.headlines(rich[1])
    at = r"at [\d.]+ of drones-north \([\d.]+ to [\d.]+\) in “%s”"
    assert re.fullmatch(rf"The defence is full {at % 'alone'} and {at % 'layered'}\.", full)
    assert re.fullmatch(r"Up to there, each one more adds hardly any leakers; beyond it, [\d. to]+\.", adds)
    assert re.fullmatch(
        r"With (\d+) of drones-north, “layered” lets [\d.]+ fewer of \1 through than “alone” \([\d.]+ to [\d.]+\)\.",
        fewer,
    )


def test_a_comparison_of_values_is_told_by_them():
    """What both sides have alike comes first, once; shares differ by points."""
    plan = {"vary": {"fields": {FIELD: [5, 20], "doctrine.shots_per_look": [1, 2]}}, "trials": 64}
    plan |= {"compare": {"with": {FIELD: 5, "doctrine.shots_per_look": 1}}}
    first = campaign_wording.headlines(told(plan | {"measures": ["leaked"]})[1])[0]
    assert re.fullmatch(
        r"With shots per look 1, [\d.]+ more get through with 20 of drones-north than with 5 of drones-north "
        r"\([\d.]+ to [\d.]+\)\.",
        first,
    )
    shots = {"vary": {"fields": {"doctrine.shots_per_look": [1, 2]}}, "trials": 64}
    shots |= {"compare": {"with": {"doctrine.shots_per_look": 2}}}
    study = planned(shots)
    played = Rehearsed(study, law=lambda point, luck, u: luck + 3.0 * point.changes["doctrine.shots_per_look"]).play()
    assert re.fullmatch(
        r"3 fewer of 20 get through with shots per look 1 than with shots per look 2 \(3 to 3\)\.",
        campaign_wording.headlines(answer(study, played))[0],
    )
    first = campaign_wording.headlines(told(plan | {"measures": ["leaked_share"]})[1])[0]
    assert "the share that gets through is" in first
    assert "points higher with 20 of drones-north than with 5 of drones-north" in first


def test_a_difference_that_is_the_same_in_every_trial_is_told_apart(rich):
    """It has no interval, and is none the less no chance."""
    row = next(row for row in rich[1].differences if row.measure == "rounds_fired")
    always = replace(row, difference=Estimate(-24.0, -np.inf, np.inf))
    assert campaign_wording.is_told_apart(always)
    assert campaign_wording.apart_cell(always) == "▼ less"
    assert "in every trial of 200" in campaign_wording.difference(always)
    assert campaign_wording.gap(row.measure, Estimate(4.0, -np.inf, np.inf)) == "+4, in every trial"
    never = replace(row, difference=Estimate(0.0, -np.inf, np.inf))
    assert campaign_wording.apart_cell(never) == "○ no"
    assert "the same rounds fired in every trial" in campaign_wording.difference(never)
    assert "rounds fired are 24 lower" in campaign_wording.difference(always)


def test_the_terminal_tells_everything(rich):
    """Every part has its words."""
    text = " ".join(printed(rich[1]).split())
    for part in (
        "defence is full at",
        "Which unknown figure matters",
        "Who pays",
        "Shared luck",
        "2 assumed",
        "matters",
        "Compared, with shared luck",
    ):
        assert part in text


@pytest.mark.parametrize("width", [80, 200])
def test_the_terminal_fits(rich, width):
    """No line is wider than the terminal."""
    assert max(map(len, printed(rich[1], width).splitlines())) <= width


@pytest.mark.parametrize("width", [80, 100, 132])
def test_nothing_is_cut_off_in_the_terminal(width):
    """Rich cuts what does not fit; every heading and every last column is whole with many measures, too."""
    plan = RICH | {"measures": ["leaked", "leaked_share", "any_leak", "rounds_fired", "defence_cost_usd"]}
    answers = told(plan)[1]
    lines = printed(answers, width)
    assert lines.count("50/90/99") == 1
    assert re.search(r"trials\s+saved|saved\s*$", lines, re.M)
    assert lines.count("×") == sum(np.isfinite(row.luck_gain) for row in answers.differences[:24])


def test_many_points_without_a_question_are_told_by_their_ends():
    """The lowest and the highest, not the first three of the plan."""
    plan = {"vary": {"fields": {FIELD: [20, 5, 60, 30]}}, "trials": 64}
    _, answers = told(plan, law=lambda point, luck, u: luck + point.changes[FIELD])
    first, last, *more = campaign_wording.headlines(answers)
    assert re.fullmatch(r"With 5 of drones-north, [\d.]+ \([\d.]+ to [\d.]+\) of 5 get through; 64 trials\.", first)
    assert last.startswith("With 60 of drones-north, ")
    assert not more


def test_a_cheaper_defence_that_lets_more_through_has_its_price():
    """What a leaker may cost at most for it to pay."""
    plan = {key: RICH[key] for key in ("scenarios", "trials", "vary")} | {"break_even": {"with": "layered"}}
    _, answers = told(plan)
    worth = next(row for row in answers.money.worths if row.avoided.high < 0.0)
    assert worth.usd_per_leaker.value == pytest.approx(worth.extra_usd.value / worth.avoided.value)
    said = campaign_wording.worth(worth)
    assert "less a raid than “layered” and lets" in said
    assert "it pays where a leaker does less than $" in said


def test_gains_are_told_as_what_they_are():
    """Below 1 a gain is a loss, and is not called fewer."""
    _, answers = told(RICH)

    def said(*gains):
        rows = tuple(replace(answers.differences[0], luck_gain=gain) for gain in gains)
        return campaign_wording.gains(replace(answers, differences=rows))[0]

    assert "needs 1 to 3 times fewer trials than" in said(1.0, 3.0)
    assert "needs 3 times fewer trials at best, 1.25 times more at worst, than" in said(0.8, 3.0)
    assert "needs up to 2 times more trials than" in said(0.5, 0.9)
    assert "needs as many trials as" in said(1.0)
    assert campaign_wording.times(float("nan")) == "–"


def test_the_page_stands_alone(rich):
    """No address is loaded, scripts are none, and what comes from a file is escaped."""
    page = campaign_page.compose(rich[1], rich[0])
    assert "&lt;b&gt;layer&lt;/b&gt; &amp; more" in page
    assert "<b>layer" not in page
    assert "<script" not in page
    assert not re.findall(r'(?:src|href)="(?!#|data:)', page)
    for section in ("measured", "compared", "saturation", "money", "matters", "figures-used", "how"):
        assert f'<section id="{section}">' in page


def test_its_figures_are_sound(rich):
    """Every figure is well-formed, has words, and no name twice."""
    page = campaign_page.compose(rich[1], rich[0])
    figures_of = re.findall(r"<svg.*?</svg>", page, re.S)
    assert len(figures_of) >= 6
    for svg in figures_of:
        ET.fromstring(svg)
        assert "<desc" in svg
    names = re.findall(r'\bid="([^"]+)"', page)
    assert len(names) == len(set(names))


def test_figures_are_listed_with_range_and_source(rich):
    """Assumptions first and marked, sources numbered and spelled; the scenarios can be taken away."""
    plan, answers = rich
    scenarios = planned(RICH).scenarios
    known = catalogue.figures(scenarios["alone"].resolved_catalogue())
    drawn = [known[name] for name in ("48n6e3.range_max_m", "48n6e3.price_usd", "one-way-drone.speed_m_s")]
    page = campaign_page.compose(answers, plan, drawn, scenarios)
    ledger = page[page.index('<table class="ledger">') :].partition("</table>")[0]
    assert ledger.index("price_") < ledger.index("range_")
    assert "240 to 250" in ledger
    listed = page[page.index('<ol class="sources">') :].partition("</ol>")[0]
    assert listed.count("<li>") == len(set(re.findall(r"\[(\d+)\]", ledger))) == 2
    assert set(re.findall(r'download="(\w+\.yaml)"', page)) == {"plan.yaml", "alone.yaml", "layered.yaml"}


def test_cost_against_cost_draws_its_data(rich):
    """Both bills of every point, told in dollars."""
    made = exchanges.draw(rich[1].money.exchanges)
    assert [row[0] for row in made.rows] == [row.label for row in rich[1].points]
    for row, exchange in zip(made.rows, rich[1].money.exchanges, strict=True):
        assert row[1] == exchange.spent_usd.value
        assert row[6] == exchange.flown_usd.value
    assert all(len(row) == len(made.header) for row in made.rows)


def test_scatter_of_leakers_is_told_with_intervals(rich):
    """Three levels at every point, each within its interval."""
    made = intervals.quantiles(rich[1].points)
    assert len(made.rows) == 3 * len(rich[1].points)
    assert all(low <= value <= high for *_, value, low, high in made.rows)


def test_the_same_answers_give_the_same_bytes(rich):
    """Twice composed is the same page."""
    assert campaign_page.compose(rich[1], rich[0]) == campaign_page.compose(rich[1], rich[0])


def test_a_screening_is_told():
    """Effects against those of new luck, and which way."""
    plan, answers = told({"sensitivity": {"method": "morris"}, "trials": 64, "draws": "stratified"})
    assert "48n6e3.range_max_m moves leakers most" in campaign_wording.headlines(answers)[0]
    assert "higher: less" in printed(answers)
    page = campaign_page.compose(answers, plan)
    assert "new luck" in page
    assert "Latin hypercube" in page


def test_no_knee_is_said():
    """A curve that is straight has none."""
    _, answers = told(RICH | {"sensitivity": None}, law=lambda point, luck, u: 0 * luck + 0.1 * point.changes[FIELD])
    assert "no knee inside the range of number of drones-north" in " ".join(campaign_wording.headlines(answers))


def test_no_difference_is_said():
    """Where the interval holds zero nobody is told that one is better."""
    _, answers = told(RICH | {"sensitivity": None}, law=lambda point, luck, u: 5.0 + luck * (-1) ** point.number)
    assert "no difference in leakers can be told" in campaign_wording.headlines(answers)[0]


def test_the_end_of_the_budget_is_said():
    """What is not known well enough is named, and marked in the table."""
    _, answers = told({"until": {"leaked": 0.001}, "budget": {"trials": 400}, "title": "x"})
    assert "The budget ended before 1 point of 1 was known" in campaign_wording.ending(answers)
    assert re.search(r"\) \*", printed(answers))


def test_of_a_comparison_the_difference_is_marked():
    """Its base is not called unknown, and the caption speaks of a mark only where there is one."""
    plan = {"scenarios": RICH["scenarios"], "compare": {"with": "alone"}, "budget": {"trials": 800}}
    _, answers = told(plan | {"until": {"leaked": 0.0001}})
    assert answers.short == ("layered",)
    assert re.search(r"\) \*", printed(answers).partition("Compared")[2])
    _, answers = told(plan | {"until": {"leaked": 5.0}})
    assert answers.short == ()
    assert "*" not in printed(answers)


def test_an_interrupted_campaign_is_shown():
    """Nothing, or little, played: no error, and it is said."""
    study = planned(RICH)
    for counts in ({}, {0: 8}, {0: 8, 5: 8}):
        answers = answer(study, Rehearsed(study, counts=counts), figures(), finished=False)
        assert "Interrupted" in printed(answers)
        assert "Interrupted" in campaign_page.compose(answers, study.wanted)


def test_answers_are_tables_too(rich):
    """Declared columns, one row per estimate."""
    tables = tables_of(rich[1])
    assert len(tables["points"]) == 10 * (3 + 3)
    assert len(tables["differences"]) == 5 * 3
    assert set(tables["curves"]["measure"]) == {"leaked", "knee"}
    assert "chance" in set(tables["sensitivity"]["figure"])
    empty = tables_of(answer(study := planned({"trials": 8}), Rehearsed(study)))
    assert [len(table) for table in empty.values()] == [0, 0, 0, 0]


def test_the_plan_on_the_page_reads_again(rich):
    """What the page shows is a plan, without a path of this machine."""
    import yaml

    assert CampaignPlan.model_validate(yaml.safe_load(campaign_page.plan_text(rich[0]))) == rich[0]


def test_a_page_that_cannot_be_written_is_said(rich, tmp_path):
    """A file in the place of a folder."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(StoreError, match="could not be written"):
        campaign_page.write(rich[1], rich[0], tmp_path / "file" / "page.html")
    assert campaign_page.write(rich[1], rich[0], tmp_path / "new" / "page.html").is_file()


def test_rare_leaks_are_told_with_their_figures():
    """A chance of one in thirty thousand is not nought, and what carries it badly is said at once."""
    assert campaign_wording.amount("any_leak", 2.9e-5) == "0.0029 %"
    assert campaign_wording.amount("leaked", 0.00031) == "0.00031"
    assert campaign_wording.amount("leaked_share", 0.0) == "0 %"

    class Once(Rehearsed):
        def column(self, point, name):
            found = super().column(point, name)
            if name == "leaked":
                found = (np.arange(len(found)) == 3).astype(float)
            return found

    study = planned({"rare": {"tilt_odds": 1.0}, "trials": 64, "measures": ["any_leak"]})
    answers = answer(study, Once(study).play())
    assert "Beware: only 1 effective trials carry" in campaign_wording.headlines(answers)[0]
    assert answers.points[0].measures[0].estimate.low == 0.0
    assert not campaign_wording.gains(answers)


def test_money_stands_on_its_axis_in_dollars():
    """Ticks of a cost are told as money, not as powers of ten."""
    rows = [("a", Estimate(3e7, 2e7, 4e7)), ("b", Estimate(8e7, 7e7, 9e7))]
    svg = intervals.draw("points-defence_cost_usd", ("Cost", "what it costs"), "defence_cost_usd", rows).svg
    assert "$60 M" in svg
    assert "1e7" not in svg
