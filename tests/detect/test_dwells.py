"""An array's time: what it asks for, who gets it, and how long looks wait."""

from math import radians

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from farwatch import detect, scenario
from farwatch.chance import key_of
from farwatch.detect.dwells import (
    CONFIRMED_TRACKS,
    DUTIES,
    ENGAGED_TRACKS,
    ROUNDS,
    SEARCH,
    SUPPORT,
    TENTATIVE_TRACKS,
    TRACK,
    WAITS,
    has_budget,
    share_out,
)
from farwatch.errors import ScenarioError
from farwatch.records import PLOT, RADAR
from farwatch.world.prepare import prepare as prepare_world
from naive import detection as naive

STILL = (0.0, 0.0, 0.0)


def array(**changes):
    """An array with a round-numbered time budget."""
    figures = {
        "period_s": 4.0, "search_share": 0.4, "least_share": 0.1, "confirm_dwell_s": 0.04, "track_dwell_s": 0.02,
        "track_interval_s": 4.0, "support_dwell_s": 0.01, "support_interval_s": 1.0,
    }
    row = np.zeros(1, RADAR)
    for field, value in (figures | changes).items():
        row[field] = value
    return row[0]


def shared(radar, **duties):
    """Load and waits of an array with some duties."""
    counts, waits = np.zeros(DUTIES), np.zeros(WAITS)
    places = {"tentative": TENTATIVE_TRACKS, "confirmed": CONFIRMED_TRACKS, "engaged": ENGAGED_TRACKS, "rounds": ROUNDS}
    for name, count in duties.items():
        counts[places[name]] = count
    return share_out(radar, counts, waits), waits


def test_load_is_the_sum_of_its_parts():
    """Search, 20 tracks at 20 ms in 4 s, 5 more engaged, 10 to confirm at 40 ms, 12 rounds at 10 ms a second."""
    load, waits = shared(array(), confirmed=20, engaged=5, tentative=10, rounds=12)
    assert load == pytest.approx(0.4 + 25 * 0.02 / 4 + 10 * 0.04 / 4 + 12 * 0.01)
    assert waits.tolist() == [4.0, 4.0, 4.0]


def test_search_gives_way_first():
    """At 120 % of its time search has 0.2 left of the 0.4 it wants, and takes twice as long; tracks do not notice."""
    load, waits = shared(array(), confirmed=160)
    assert load == pytest.approx(1.2)
    assert waits == pytest.approx([8.0, 4.0, 4.0])


def test_tracks_give_way_when_search_is_at_its_least():
    """At 240 % search keeps a tenth and comes round four times later; 0.9 of the 2.0 that tracks want is left."""
    load, waits = shared(array(), confirmed=400)
    assert load == pytest.approx(2.4)
    assert waits == pytest.approx([16.0, 4.0 * 2.0 / 0.9, 4.0])


def test_engagements_give_way_last():
    """Rounds and engaged tracks that want 0.55 get it, and 0.35 is left for tracks that want 0.7: twice as long."""
    load, waits = shared(array(), confirmed=140, engaged=10, rounds=50)
    assert load == pytest.approx(0.4 + 0.7 + 0.55)
    assert waits == pytest.approx([16.0, 8.0, 4.0])
    _, waits = shared(array(), confirmed=140, rounds=160)
    assert waits[SUPPORT] == pytest.approx(4.0 * 1.6 / 0.8)


def test_a_track_waits_no_longer_than_the_search():
    """The search passes over what is tracked too."""
    _, waits = shared(array(search_share=0.1), confirmed=1000)
    assert waits == pytest.approx([4.0, 4.0, 4.0])


@pytest.mark.parametrize("changes", [{"rotating": 1}, {"track_interval_s": 0.0}])
def test_a_radar_without_a_budget_keeps_its_period(changes):
    """One that turns, and an array of which no dwells are given: no load, no wait."""
    radar = array(**changes)
    assert not has_budget(radar)
    load, waits = shared(radar, confirmed=1e6)
    assert np.isnan(load)
    assert waits.tolist() == [4.0, 4.0, 4.0]


COUNTS = st.fixed_dictionaries({n: st.integers(0, 400) for n in ("confirmed", "engaged", "tentative", "rounds")})
SHARES = st.sampled_from([(0.4, 0.1), (0.05, 0.2), (0.9, 0.4), (0.0, 0.1)])


@settings(max_examples=200, deadline=None, derandomize=True)
@given(duties=COUNTS, shares=SHARES, more=st.sampled_from(["confirmed", "engaged", "tentative", "rounds"]))
def test_time_is_handed_out_as_the_rule_says(duties, shares, more):
    """The waits are those of the rule followed step by step, and doubling a duty shortens none of them."""
    radar = array(search_share=shares[0], least_share=shares[1])
    load, waits = shared(radar, **duties)
    wants = {
        "search": shares[0],
        "track": duties["confirmed"] * 0.02 / 4 + duties["tentative"] * 0.04 / 4,
        "support": duties["engaged"] * 0.02 / 4 + duties["rounds"] * 0.01,
    }
    assert load == pytest.approx(sum(wants.values()))
    stretch = naive.stretches(wants, shares[1])
    search_s = 4.0 * stretch["search"]
    track_s = min(4.0 * stretch["track"], search_s)
    assert waits == pytest.approx([search_s, track_s, min(4.0 * stretch["support"], track_s)], rel=1e-9)
    _, longer = shared(radar, **(duties | {more: 2 * duties[more]}))
    assert np.all(longer[[SEARCH, TRACK]] >= waits[[SEARCH, TRACK]] * (1.0 - 1e-12))


def test_looks_keep_the_waits_they_are_given(radar, sky):
    """Looks at each target come as far apart as its wait says; nothing else about them changes."""
    sensors = radar(rotating=0, period_s=4.0, half_sector_rad=radians(60), snr_reference=1e9)
    truth = sky([(50e3, a, 6000.0, STILL) for a in (0.0, 20.0)], length_s=1e6)
    field, room = detect.new_field(sensors, 2), np.zeros(30, PLOT)
    detect.reset_field(sensors, truth, field)
    field.waits[0] = 4.0, 5.6
    plots = []
    for k in range(60):
        count = detect.scan(sensors, truth, field, 0, 4.0 * k, 4.0 * (k + 1), key_of(1, 0), room)
        plots.append(room[:count].copy())
    times = [np.concatenate(plots)["time_s"][np.concatenate(plots)["truth"] == i] for i in range(2)]
    assert np.diff(times[0]) == pytest.approx(4.0)
    assert np.diff(times[1]) == pytest.approx(5.6)


def test_looks_within_one_period_have_their_own_luck(radar, sky):
    """A track looked at four times a period is measured four times, not once over."""
    sensors = radar(rotating=0, period_s=4.0, half_sector_rad=radians(60), snr_reference=1e9, track_interval_s=1.0)
    truth = sky([(50e3, 0.0, 6000.0, STILL)], length_s=1e6)
    field, room = detect.new_field(sensors, 1), np.zeros(30, PLOT)
    detect.reset_field(sensors, truth, field)
    field.waits[0] = 1.0
    counts, ranges_m = [], []
    for k in range(20):
        counts.append(detect.scan(sensors, truth, field, 0, float(k), k + 1.0, key_of(1, 0), room))
        ranges_m += room["range_m"][: counts[-1]].tolist()
    assert sum(counts) >= 16
    assert max(counts) == 1
    assert len(set(ranges_m)) == len(ranges_m)


def test_the_catalogue_fills_the_budget():
    """Figures of the dwells reach the radar's record; what turns has none."""
    changes = {"terrain": None, "figures.92n6e.dwells.search_share": 0.3, "figures.92n6e.dwells.track_interval_s": 1}
    declared = scenario.vary(scenario.load("desert-battery"), changes)
    made = detect.prepare(declared, prepare_world(declared))
    budgets = {name: has_budget(row) for row, (_, name) in zip(made.sensors.radars, made.radar_names, strict=True)}
    assert budgets == {"91n6e": False, "96l6e": False, "92n6e": True}
    dwells = declared.resolved_catalogue().radars["92n6e"].dwells
    row = made.sensors.radars[-1]
    assert row["search_share"] == 0.3
    assert row["track_dwell_s"] == dwells.track_dwell_s.value
    assert row["support_interval_s"] == dwells.support_interval_s.value
    assert row["period_s"] / row["batches"] == 1.0


@pytest.mark.parametrize(("name", "value"), [("track_interval_s", 0), ("support_interval_s", 0), ("least_share", 0.6)])
def test_a_budget_that_cannot_be_kept_is_refused(name, value):
    """The error names the figure and the rule."""
    path = f"figures.92n6e.dwells.{name}"
    declared = scenario.vary(scenario.load("desert-battery"), {"terrain": None, path: value})
    with pytest.raises(ScenarioError, match=f"dwells.{name}.*above zero"):
        detect.prepare(declared, prepare_world(declared))
