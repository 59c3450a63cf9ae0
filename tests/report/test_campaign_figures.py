"""Figures of a campaign: which axis they stand on, where the raid was lost, and where it stands."""

import re
from dataclasses import replace

import numpy as np
import pytest

from campaign.answered import FIELD, Rehearsed, figures, planned
from farwatch.campaign.answers import answer
from farwatch.campaign.commission import campaign
from farwatch.campaign.plan_file import CampaignPlan
from farwatch.outcomes import measures
from farwatch.outcomes.reasons import TOLD, attribute
from farwatch.outcomes.summary import Estimate
from farwatch.report import campaign_losses, campaign_page, campaign_sites, settings_wording
from farwatch.report.campaign_axis import axis_of
from farwatch.report.figures import curves, fans, lines
from farwatch.report.losses import losses
from farwatch.report.page import spanned
from farwatch.scenario import load
from report.conftest import SMALL

HEIGHT = "raid.drones-north.height_agl_m"
BOTH = {"alone": "desert-battery", "layered": "desert-battery"}


def told(plan):
    """A study's plan and its answers."""
    study = planned({"trials": 40, "measures": ["leaked", "rounds_fired"]} | plan)
    return study.wanted, answer(study, Rehearsed(study).play(), figures())


@pytest.fixture(scope="module")
def grid():
    """Two numeric fields and two scenarios: eight lines."""
    fields = {FIELD: [5, 10, 20, 30, 40], HEIGHT: [60, 120, 240, 480]}
    plan = {"scenarios": BOTH, "vary": {"fields": fields}, "compare": {"with": "alone"}}
    return told(plan | {"saturation": {"field": FIELD}})


# What fields are called -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "value", "name", "said"),
    [
        ("raid.drones.count", 60, "number of drones", "60 drones"),
        ("raid.drones-north.count", 5, "number of drones-north", "5 of drones-north"),
        (HEIGHT, 60.0, "drones-north height above ground, m", "drones-north height above ground 60 m"),
        ("doctrine.shots_per_look", 2, "shots per look", "shots per look 2"),
        ("raid.drones.via.0.speed_m_s", 51.39, "drones via 0 speed, m/s", "drones via 0 speed 51.4 m/s"),
        ("defence.alpha.heading_deg", 40, "alpha heading, °", "alpha heading 40°"),
        ("doctrine.engage_on", "own-radar", "engage on", "engage on own-radar"),
        ("raid.drones.decoy", True, "drones decoy", "drones decoy yes"),
    ],
)
def test_fields_are_told_as_one_says_them(field, value, name, said):
    """Groups by their number, units spelled, no underscores."""
    assert settings_wording.field_name(field) == name
    assert settings_wording.at_value(field, value) == said


def test_a_value_and_its_interval_break_between_them_only():
    """In a table; what has no interval is as it was, and what a file says is escaped."""
    assert str(spanned("<1> (0 to 2)")) == (
        '<span class="whole">&lt;1&gt;</span> <span class="whole">(0 to 2)</span>'
    )
    assert str(spanned("8 & 9")) == "8 &amp; 9"


# The axis ---------------------------------------------------------------------------------------------------


def test_lines_differ_in_one_field_alone(grid):
    """Eight lines of five points along the field that is asked about; too many for one panel."""
    axis = axis_of(grid[1].points, FIELD)
    assert axis.field == FIELD
    assert [len(line.rows) for line in axis.lines] == [5] * 8
    for line in axis.lines:
        at = [row.changes[FIELD] for row in line.rows]
        assert at == sorted(at)
        assert len({(row.scenario, row.changes[HEIGHT]) for row in line.rows}) == 1
    assert [panel.title for panel in axis.panels] == ["alone", "layered"]
    assert [name for name, _ in axis.panels[0].lines] == [line.rest for line in axis.lines[:4]]


def test_the_field_with_most_values_is_the_axis_unless_another_is_asked_for(grid):
    """And one that has a number for every point."""
    assert axis_of(grid[1].points).field == FIELD
    assert axis_of(grid[1].points, HEIGHT).field == HEIGHT
    assert axis_of(grid[1].points, "doctrine.shots_per_look").field == FIELD


def test_points_that_make_no_lines_have_no_axis():
    """Two values; words; a design that spreads its points."""
    assert axis_of(told({"vary": {"fields": {FIELD: [5, 20]}}})[1].points) is None
    assert axis_of(told({"scenarios": BOTH})[1].points) is None
    fields = {FIELD: {"low": 5, "high": 40}, HEIGHT: {"low": 60.0, "high": 480.0}}
    plan, answers = told({"vary": {"design": "latin-hypercube", "points": 14, "fields": fields}})
    assert axis_of(answers.points) is None
    page = campaign_page.compose(answers, plan)
    assert page.count("a dot for each point of the design") == 2 * 2  # in the figure, and below it


def test_what_is_drawn_along_an_axis_is_what_was_measured(grid):
    """The data of each measure, and of each difference, row by row."""
    axis = axis_of(grid[1].points, FIELD)
    made = curves.along(axis, 1)
    by_label = {line.label: line for line in axis.lines}
    assert len(made.rows) == 40
    for label, _, at, measure, trials, value, low, high in made.rows:
        row = next(row for row in by_label[label].rows if row.changes[FIELD] == at)
        assert (measure, trials) == ("rounds_fired", row.trials)
        assert (value, low, high) == tuple(getattr(row.measures[1].estimate, end) for end in ("value", "low", "high"))
    gaps = curves.differences(axis, grid[1].differences, "leaked")
    assert sorted(row[0] for row in gaps.rows) == sorted(
        row.label for row in grid[1].differences if row.measure == "leaked"
    )
    assert len(fans.draw(axis).rows) == 3 * 40


def test_names_at_the_ends_of_lines_stand_apart():
    """As near to their lines as can be, and none on another."""
    places = lines.apart([0.5, 0.52, 0.51, 0.05], [0.1] * 4)
    assert np.diff(sorted(places)).min() >= 0.1 - 1e-12
    assert np.argsort(places).tolist() == [3, 0, 2, 1]
    assert places[3] == 0.05
    assert lines.apart([float("nan")], [0.1]) == [0.5]
    assert max(lines.apart([1.2, 1.3], [0.1, 0.1])) <= 1.0


def test_marks_that_are_not_told_apart_are_hollow(grid, monkeypatch):
    """By more than colour: the face of the mark is paper."""
    kept = []
    monkeypatch.setattr(curves, "picture", lambda figure, *rest: kept.append(figure))
    axis = axis_of(grid[1].points, FIELD)
    rows = [gap(row, k) for k, row in enumerate(grid[1].differences)]
    curves.differences(axis, rows, "leaked")
    marks = [line for line in kept[0].axes[0].lines if line.get_marker() in lines.MARKERS and len(line.get_xdata())]
    hollow = sum(len(line.get_xdata()) for line in marks if line.get_markerfacecolor() == "#f1a104")
    full = sum(len(line.get_xdata()) for line in marks if line.get_markerfacecolor() != "#f1a104")
    found = [row for row in rows if row.measure == "leaked"]
    assert hollow == sum(row.difference.low <= 0.0 <= row.difference.high for row in found) > 0
    assert full - 4 == len(found) - hollow  # one more for each name of a line


def gap(row, k):
    """A difference of which every third row cannot be told."""
    value, low, high = (row.difference.value, -1.0, 1.0) if k % 3 == 0 else (2.0, 1.0, 3.0)
    return replace(row, difference=Estimate(value, low, high))


# Where the raid was lost ------------------------------------------------------------------------------------


def counts_of(result):
    """What a campaign keeps of the trials of a run."""
    rows = result.evidence.outcomes[:, result.cast.raid]
    steps = ("seen", "confirmed", "hostile", "killed", "leaked")
    reached = {step: (~np.isnan(rows[f"{step}_s"])).sum(axis=1) for step in steps}
    reached["engaged"] = measures.engaged(rows).sum(axis=1)
    why = attribute(rows)
    return reached, {reason: (why == int(reason)).sum(axis=1) for reason in TOLD}, rows.shape[1]


def test_the_flow_of_kept_counts_is_that_of_every_target(played):
    """Counts by group and reason give the flow of a run that keeps all its targets."""
    reached, reasons, raid = counts_of(played)
    for kept, whole in zip(campaign_losses.losses_of(reached, reasons, raid), losses(played), strict=True):
        for name in ("passed", "leaked", "neither"):
            assert getattr(kept, name).value == pytest.approx(getattr(whole, name).value)
        assert [reason for reason, _ in kept.reasons] == [reason for reason, _ in whole.reasons]


def test_the_flow_adds_up_whatever_was_kept(dice):
    """Those before a step pass it, get through for want of it, or do neither; nobody is below nought."""
    reached, reasons, raid = counts_of(dice)
    before = float(raid)
    for loss in campaign_losses.losses_of(reached, reasons, raid):
        assert loss.passed.value + loss.leaked.value + loss.neither.value == pytest.approx(before)
        assert min(loss.passed.value, loss.leaked.value, loss.neither.value) >= 0.0
        before = loss.passed.value
    assert before == pytest.approx(reached["killed"].mean())


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A small campaign that was really played, from its folder."""
    plan = {"title": "Small", "scenarios": {"small": "small"}, "trials": 8, "measures": ["leaked"]}
    plan |= {"vary": {"fields": {"raid.drones.count": [1, 2, 3]}}}
    out = tmp_path_factory.mktemp("campaign") / "out"
    return campaign(CampaignPlan.model_validate(plan), out, 1, scenarios={"small": load(SMALL)})


def test_a_campaign_shows_flows_maps_and_leakers(small):
    """As many fly, and get through, as its trials say; its one layout is drawn once; twice the same bytes."""
    page, again = (
        campaign_page.compose(small.answers(), small.plan, small.figures, small.study.scenarios, small.kept)
        for _ in range(2)
    )
    assert page == again
    assert len(page) < 5e6
    names = re.findall(r'<figure id="figure-([^"]+)"', page)
    assert {"flow-1", "flow-2", "distribution", "coverage", "map-1"} <= set(names)
    assert "map-2" not in names
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    for one in campaign_losses.of_points(small.answers(), small.kept):
        assert one.raid == one.point.changes["raid.drones.count"] + 1
        told = one.point.measures[0].estimate
        assert one.leaked.value == pytest.approx(told.value)
        assert one.leaked == told or not np.isfinite(told.high)  # one interval of one number, wherever it stands
        assert one.losses[-1].passed.value == pytest.approx(small.kept.column(one.point.number, "killed").mean())
        assert one.through.tolist() == small.kept.column(one.point.number, "leaked").tolist()


def test_bars_hold_every_trial():
    """Whatever their width."""
    rng = np.random.default_rng(3)
    shown = [("a", rng.integers(0, 60, 40)), ("b", rng.integers(5, 9, 30))]
    rows = fans.spread(shown, 0.95).rows
    for name, through in shown:
        own = [row for row in rows if row[0] == name]
        assert sum(row[3] for row in own) == len(through)
        for _, first, last, count, share, low, high in own:
            assert count == ((through >= first) & (through <= last)).sum()
            assert low <= share == count / len(through) <= high


# Where it stands --------------------------------------------------------------------------------------------


def point(scenario, **changes):
    """A point of these changes, by paths with __ in the place of dots."""
    answers = told({})[1]
    return replace(answers.points[0], scenario=scenario, changes={k.replace("__", "."): v for k, v in changes.items()})


def test_points_that_stand_and_fly_alike_share_a_layout():
    """Counts, rounds and doctrine change no map; a height, and another battery, do."""
    scenario = load(SMALL)
    moved = load(SMALL.replace("lat_deg: 23.6,", "lat_deg: 23.7,"))
    points = [
        point("a", raid__drones__count=1),
        point("a", raid__drones__count=9),
        point("b", doctrine__shots_per_look=1),
        point("moved"),
        point("a", raid__drones__height_agl_m=300),
    ]
    found = list(campaign_sites.alike(points, {"a": scenario, "b": scenario, "moved": moved}).values())
    assert [list(one.names) for one in found] == [["a", "b"], ["moved"], ["a"]]
    titles = [campaign_sites.title_of(one, found) for one in found]
    assert titles == ["a, b", "moved", "a, drones height above ground 300 m"]


def test_a_world_that_is_gone_is_said():
    """No map, and why; the page is none the less written."""
    gone = load(SMALL).model_copy(update={"terrain": "nowhere.tif"})
    for one in (point("a"), point("a", raid__drones__height_agl_m=300)):
        found = campaign_sites.sites([one], {"a": gone})
        assert found.maps == ()
        assert found.coverage is None
        assert "No map of a: its world could not be prepared again" in found.missing
