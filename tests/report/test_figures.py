"""Figures of the page: what is drawn is what the data says, and no fact hangs on colour alone."""

import re
from dataclasses import replace
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest

from farwatch.detect.reach import Target, fill_stretch, reach_of
from farwatch.mission import prepare
from farwatch.outcomes.summary import Estimate
from farwatch.report import as_drawn, claimed, course, sights
from farwatch.report.answer import class_labels
from farwatch.report.figures import (
    busy,
    canvas,
    chain,
    flow,
    ground,
    intervals,
    leakers,
    money,
    raid_coverage,
    raid_map,
    reach,
    reasons,
)
from farwatch.report.losses import STEPS, losses

UNIT = re.compile(r"_(m|s|deg|km|usd|share|count|per_trial|db)$|^(share|trials|level|raid|at|value|low|high|sign)$")
NAMES = {
    "step", "what", "reason", "quantity", "of", "unit", "class", "radar", "figures", "target", "who", "figure",
    "stage", "sentence", "why_through", "number_per_trial", "got_through", "leakers", "point", "measure",
}  # fmt: skip
DASHES = re.compile(r"stroke-dasharray")


@pytest.fixture
def drawn(monkeypatch):
    """`drawn(module, *arguments)`: the matplotlib figure of a module's picture, and the picture."""

    def of(module, *arguments, maker="draw"):
        kept = []
        real = canvas.picture

        def keeping(figure, *rest):
            kept.append(figure)
            return real(figure, *rest)

        monkeypatch.setattr(module, "picture", keeping)
        made = getattr(module, maker)(*arguments)
        return kept[-1], made

    return of


@pytest.fixture(scope="module")
def mission(played):
    """The mission that was played."""
    return prepare(played.scenario)


@pytest.fixture(scope="module")
def seen(played, mission):
    return sights.sights(mission, as_drawn.strength_db(played, mission))


def column(picture, name):
    """One column of a picture's data."""
    return [row[picture.header.index(name)] for row in picture.rows]


def bars(axes):
    """Length, or height, of every bar of some axes."""
    return [(patch.get_width(), patch.get_height()) for patch in axes.patches if hasattr(patch, "get_width")]


# The flow -----------------------------------------------------------------------------------------------------


def test_the_flow_adds_up(dice):
    """Who reaches a step, and who is lost at it, were there before it; the leakers are those of the answer."""
    found, summary = losses(dice), dice.summary()
    before = float(summary.raid.per_trial)
    for loss in found:
        assert before == pytest.approx(loss.passed.value + loss.leaked.value + loss.neither.value)
        assert sum(each.value for _, each in loss.reasons) == pytest.approx(loss.leaked.value)
        before = loss.passed.value
    assert sum(loss.leaked.value for loss in found) == pytest.approx(summary.leakers.mean.value)
    assert found[-1].passed.value == pytest.approx(summary.raid.killed.value * summary.raid.per_trial)
    assert all(loss.leaked.low <= loss.leaked.value <= loss.leaked.high for loss in found)


def test_the_flow_loses_each_leaker_where_its_chain_broke(dice):
    """Counted one by one, without arrays."""
    rows = dice.evidence.outcomes[:, dice.cast.raid]
    lost = dict.fromkeys(STEPS, 0)
    for outcome in rows.ravel():
        if np.isnan(outcome["leaked_s"]):
            continue
        happened = [not np.isnan(outcome[name]) for name in ("seen_s", "confirmed_s", "hostile_s")]
        happened += [outcome["shots"] > 0, not np.isnan(outcome["killed_s"])]
        lost[STEPS[happened.index(False)]] += 1
    assert {loss.step: round(loss.leaked.value * len(rows)) for loss in losses(dice)} == lost


def test_the_flow_is_drawn_to_scale(drawn, dice):
    """A step's bar is as high as the share that reaches it, and its number is in the picture."""
    found, summary = losses(dice), dice.summary()
    figure, made = drawn(flow, found, summary.raid.per_trial, summary.leakers.mean)
    heights = [height for _, height in bars(figure.axes[0])]
    wanted = [1.0, *(loss.passed.value / summary.raid.per_trial for loss in found)]
    assert heights[: len(wanted)] == pytest.approx(wanted)
    passed = [row[3] for row in made.rows if row[1] == "passed"]
    assert passed == [loss.passed.value for loss in found]
    for value in passed:
        assert f"{value:.3g}" in made.svg


# What is drawn is in the data -----------------------------------------------------------------------------------


def test_the_chain_draws_its_data(drawn, dice):
    """Bars of the six steps, row by row."""
    figure, made = drawn(chain, dice.summary(), {})
    widths = [width for width, _ in bars(figure.axes[0])][1::2]  # each lies on a track of full width
    shares = [row[2 + 3 * k] for row in made.rows for k in range(6)]
    assert widths == pytest.approx(shares)


def test_the_distribution_draws_its_data(drawn, dice):
    """A bar for each number that came about, its interval as a line; outside the middle they are hatched."""
    figure, made = drawn(leakers, dice.summary())
    shares = [share for share in column(made, "share") if share > 0.0]
    assert [height for _, height in bars(figure.axes[0])] == pytest.approx(shares)
    ends = [tuple(line.get_ydata()) for line in figure.axes[0].lines if len(line.get_ydata()) == 2]
    for row in made.rows:
        if row[2] > 0.0:
            assert any(end == pytest.approx(row[3:5]) for end in ends)
    assert sum(shares) == pytest.approx(1.0)
    assert "hatch" in made.svg or all(p.get_hatch() in {"", None} for p in figure.axes[0].patches)


def test_the_bill_draws_its_data(drawn, dice):
    """Rounds one after the other, and the raid below."""
    figure, made = drawn(money, dice.summary())
    widths = [width for width, _ in bars(figure.axes[0])]
    values = dict(zip(column(made, "what"), column(made, "mean_usd"), strict=True))
    assert sum(widths[:-1]) == pytest.approx(values["all rounds fired"])
    assert widths[-1] == pytest.approx(values["raid"])


@pytest.mark.filterwarnings("error")
def test_a_bill_of_nothing_has_no_legend(drawn, dice):
    """Nothing fired: a bar of the raid, and no empty legend."""
    figure, _ = drawn(money, replace(dice.summary(), rounds=()))
    assert not figure.legends


def test_reasons_draw_their_data(drawn, dice):
    """The commonest first."""
    figure, made = drawn(reasons, dice.summary().reasons)
    assert [width for width, _ in bars(figure.axes[0])] == pytest.approx(
        sorted((share for share in column(made, "share") if share), reverse=True)
    )


def test_ranges_draw_their_data(drawn, played, seen):
    """The line of each class is the column of medians; bounds of unknown figures lie on both sides of it."""
    labels = class_labels(played)
    figure, made = drawn(reach, seen, None, played.summary(), labels)
    for axes, sight in zip(figure.axes, seen, strict=False):
        rows = [row for row in made.rows if row[0] == sight.class_name]
        drawn_km = axes.lines[0].get_xdata()
        assert 1e3 * np.asarray(drawn_km) == pytest.approx([row[2] for row in rows[:-1]], abs=0.51)
        assert all(row[5] <= row[2] <= row[6] for row in rows)
        assert all(row[3] <= row[2] <= row[4] for row in rows)


def test_ranges_hold_where_the_trials_saw_it_first(drawn, played, seen):
    """Also where that was farther than all lines: nothing is drawn beside its panel."""
    summary = played.summary()
    far = replace(summary.classes[0].seen_range_m, low=8e5, median=9e5, high=1e6)
    summary = replace(summary, classes=(replace(summary.classes[0], seen_range_m=far), *summary.classes[1:]))
    figure, _ = drawn(reach, seen, None, summary, class_labels(played))
    assert figure.axes[0].get_xlim()[1] >= 1e3


def test_busy_draws_its_data(drawn, played, mission):
    """Every drawn step is a row: threats so far, rounds, load."""
    figure, made = drawn(busy, played, as_drawn.channels(played, mission))
    ends = {row[0]: row[3] for row in made.rows if row[0].endswith("so far")}
    lines = [line for line in figure.axes[0].lines if len(line.get_ydata())]
    assert [line.get_ydata()[-1] for line in lines] == [ends["shot down so far"], ends["got through so far"]]
    told = {(row[0], row[1]) for row in made.rows}
    for stock in course.stocks(played):
        assert ("rounds not fired yet", stock.name) in told
    for load_ in course.loads(played):
        assert ("radar load", load_.radar) in told


def test_the_map_draws_its_data(drawn, played, mission, seen):
    """Each kill and each arrival of the map is a row, at its place."""
    labels, claims = class_labels(played), claimed.claims(played.scenario)
    figure, made = drawn(raid_map, played, mission, claims, seen, labels)
    for kind, label in (("kill", "killed"), ("leak", "got through")):
        wanted = {(row[4], row[5]) for row in made.rows if row[1] == kind}
        line = next(line for line in figure.axes[0].lines if line.get_label() == label)
        places = {(round(1e3 * x), round(1e3 * y)) for x, y in zip(*line.get_data(), strict=True)}
        assert places == wanted
    assert "edge of sight" in made.svg


def test_differences_and_quantiles_draw_their_data(drawn):
    """Dots at the values, lines over the intervals."""
    rows = [("a", Estimate(2.0, 1.0, 3.0)), ("b", Estimate(-1.0, -2.0, 0.5))]
    figure, made = drawn(intervals, "x", ("T", "w"), "leaked", rows, maker="draw")
    dots = [line.get_xdata()[0] for line in figure.axes[0].lines if len(line.get_xdata()) == 1]
    assert dots == column(made, "value")
    assert column(made, "measure") == ["leaked", "leaked"]


def test_columns_say_their_unit(played, mission, seen, dice):
    """Every column of numbers ends in its unit; shares are of one."""
    labels = class_labels(played)
    made = [
        flow.draw(losses(dice), 8, dice.summary().leakers.mean),
        chain.draw(dice.summary(), {}),
        leakers.draw(dice.summary()),
        money.draw(dice.summary()),
        reasons.draw(dice.summary().reasons),
        reach.draw(seen, None, played.summary(), labels),
        busy.draw(played, {}),
        raid_coverage.draw(mission, seen, None, labels),
        raid_map.draw(played, mission, (), seen, labels),
    ]
    for picture in made:
        assert len(set(picture.header)) == len(picture.header)
        assert all(len(row) == len(picture.header) for row in picture.rows)
        for place, name in enumerate(picture.header):
            if any(isinstance(row[place], float) for row in picture.rows):
                assert UNIT.search(name) or name in NAMES, f"{picture.name}: {name}"


# The course of a raid ---------------------------------------------------------------------------------------------


def test_tallies_count_what_happened(dice):
    """Against a count of each trial at each instant."""
    for tally, field in zip(course.tallies(dice), ("killed_s", "leaked_s"), strict=True):
        when_s = dice.evidence.outcomes[field][:, dice.cast.raid]
        for k in (0, 40, 120):
            counts = [int((row <= tally.time_s[k]).sum()) for row in when_s]
            assert tally.here[k] == counts[0]
            assert tally.median[k] == pytest.approx(np.quantile(counts, 0.5))


def test_fire_never_ends_below_nought(played):
    """Every round that is launched ends, and none ends twice."""
    for fire in course.fires(played):
        assert fire.rounds.min() == fire.targets.min() == 0.0
        assert (fire.rounds >= fire.targets).all()


def test_channels_are_those_of_the_traced_trial(played, mission):
    """Whole numbers, within the range of the figure."""
    limits = {figure.name: figure for figure in mission.figures}
    (targets, rounds) = as_drawn.channels(played, mission)["alpha"]
    assert limits["s-400.target_channels"].low <= targets + 1
    assert targets <= limits["s-400.target_channels"].high
    assert rounds <= limits["s-400.round_channels"].high


# What is seen -----------------------------------------------------------------------------------------------------


def test_stretches_are_those_of_the_radar_room(mission):
    """Without an offset, on our azimuths, they are what `detect.reach` says; weaker echoes are seen less far."""
    view = next(iter(sights._views(mission)))
    cls = mission.world.classes[mission.world.targets["class_index"][0]]
    weak, same, strong = sights._stretches(view, sights.target_of(cls), np.array([-6.0, 0.0, 6.0]))
    wanted = Target(rcs_m2=float(cls["rcs_nose_m2"]), pd=sights.PD, swerling=int(cls["swerling"]))
    whole = reach_of(view.radar, wanted, float(view.ground_range_m[-1]))
    azimuth_rad = 2.0 * np.pi * np.arange(sights.AZIMUTHS) / sights.AZIMUTHS
    low_m, high_m = np.empty((2, sights.AZIMUTHS, view.ground_range_m.size))
    fill_stretch(whole, azimuth_rad, view.ground_range_m, low_m, high_m)
    assert np.array_equal(same[0], low_m, equal_nan=True)
    assert np.array_equal(same[1], high_m, equal_nan=True)
    far = [sights._farthest([(view, one)], 300.0) for one in (weak, same, strong)]
    assert (far[0] <= far[1]).all()
    assert (far[1] <= far[2]).all()


def test_strength_is_that_of_the_trials(played, mission):
    """The middle of what was drawn lies around the most likely; a trial at the most likely figures is no change."""
    weak_db, strong_db = as_drawn.strength_db(played, mission)
    assert (weak_db <= 0.0).all()
    assert (strong_db >= 0.0).all()
    likely = np.array([[figure.value for figure in mission.figures]])
    level = type(played)(played.scenario, played.cast, replace(played.evidence, figures=likely), played.manifest)
    for edge in as_drawn.strength_db(level, mission):
        assert np.abs(edge).max() < 1e-9


def test_levels_lie_where_they_belong():
    """Seen to the east of the radar only, to 50 km with unkind figures and to 100 km with kind ones."""
    levels = np.zeros((4, 10), np.uint8)
    levels[1, :5], levels[1, 5:] = sights.WEAK_TOO, sights.STRONG_ONLY
    one = sights.Seen(radar="r", x_m=0.0, y_m=0.0, ground_range_m=1e4 * np.arange(1, 11), levels=levels)
    found = raid_coverage.levels_on((one,), 120.0, 241)
    assert found[120, 120 + 30] == sights.WEAK_TOO
    assert found[120, 120 + 80] == sights.STRONG_ONLY
    assert found[120, 120 + 119] == sights.NOT_SEEN
    assert found[120, 120 - 30] == found[120 + 30, 120] == found[120 - 30, 120] == sights.NOT_SEEN


def test_short_gaps_are_closed_and_long_ones_kept():
    """One or two rings are an artefact of the lowest stretch of heights; more is a shadow."""
    row = np.array([[3, 3, 0, 0, 3, 3, 0, 0, 0, 3, 3, 2]], np.uint8)
    assert sights._closed(row).tolist() == [[3, 3, 3, 3, 3, 3, 0, 0, 0, 3, 3, 2]]


# Colour ------------------------------------------------------------------------------------------------------------


def grey(rgb):
    """Luminance of a colour, 0 to 1 [WCAG 2.2, relative luminance]."""
    share = np.asarray(rgb, np.float64) / 255.0
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def test_shades_of_what_is_seen_keep_their_order_in_grey():
    """The surer, the darker, by a visible step, on any ground."""
    for tone in ([222, 216, 196], [196, 176, 146], [150, 135, 110]):
        shades = [grey(raid_coverage._painted(np.array(tone, float), level)) for level in range(4)]
        steps = [(a + 0.05) / (b + 0.05) for a, b in pairwise(shades)]
        assert min(steps) > 1.15, steps


def test_lines_differ_by_more_than_colour(played, mission, dice):
    """Lines on the same axes have their own dashes, and what got through is hatched."""
    assert len({str(look["linestyle"]) for look in busy.LOOKS}) == len(busy.LOOKS)
    assert DASHES.search(busy.draw(played, as_drawn.channels(played, mission)).svg)
    assert "hatch" in flow.draw(losses(dice), 8, dice.summary().leakers.mean).svg
    assert len({hatch for _, hatch in money.SHADES}) == len(money.SHADES)


def test_a_flat_ground_is_drawn():
    """Where there is no terrain the ground is plain."""
    nowhere = SimpleNamespace(world=SimpleNamespace(terrain=SimpleNamespace(is_flat=True)))
    assert len(np.unique(ground.shaded(nowhere, 50.0, 8).reshape(-1, 3), axis=0)) == 1
