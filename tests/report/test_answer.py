"""The answer as words and rows: the same that the page and the terminal say."""

import json
from html import unescape
from math import isnan

from farwatch.console.answers import plain
from farwatch.report import answer, page, wording
from report.conftest import SMALL


def test_texts_are_those_of_the_page(dice):
    """Each estimate carries the text that the report writes for it; nothing is worded twice."""
    told, text, summary = answer.told(dice), unescape(page.compose(dice)), dice.summary()
    assert told["headline"] in text
    assert told["explanation"] in text
    for row, said in zip(summary.classes, told["classes"], strict=True):
        assert said["name"] == row.name
        assert [step["text"] for step in said["steps"]] == [wording.share(one) for one in wording.step_shares(row)]
    assert [one["name"] for one in told["raid"]["steps"]] == list(wording.STEPS)
    for one in (*told["reasons"], *told["reasons_by_class"]):
        assert one["sentence"] in text
        assert one["share"]["text"] in text
    for row in told["rounds"]:
        assert row["fired"]["text"] in text
    assert told["command"] in text
    assert all(fact["text"] in text for fact in told["facts"])


def test_reasons_come_with_the_commonest_first(dice):
    """And add to one."""
    shares = [one["share"]["value"] for one in answer.told(dice)["reasons"]]
    assert shares == sorted(shares, reverse=True)
    assert abs(sum(shares) - 1.0) < 1e-12


def test_it_can_be_sent(dice, played):
    """As JSON, whatever is not finite left out."""
    for result in (dice, played):
        json.dumps(plain(answer.told(result)), allow_nan=False)


def test_a_title_of_a_window_is_short(dice):
    """How many of how many."""
    leak = dice.summary().leakers.mean.value
    assert not isnan(leak)
    assert wording.short(dice.summary()) == f"{wording.number(leak)} of 8 get through"


def test_the_scenario_is_taken_away_whole(played):
    """Its title, with markup in it, as it was written."""
    assert SMALL.splitlines()[1].partition(": ")[2] in answer.scenario_text(played)
