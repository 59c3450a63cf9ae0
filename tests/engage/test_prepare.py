"""From a scenario to a defence."""

import numpy as np
import pytest

from farwatch import catalogue, scenario
from farwatch.catalogue.uncertainty import distinct, draw, fill
from farwatch.engage import prepare as prepare_defence
from farwatch.engage.flight import flight_time_to_s
from farwatch.engage.stock import rounds_to_come
from farwatch.records import FAMILIES
from farwatch.world.prepare import prepare as prepare_world

SITE = """
farwatch: 1
title: two batteries on a smooth earth
defence:
  - {name: alpha, system: s-400, at: {lat_deg: 23.6, lon_deg: 45.2},
     ready: {48n6e3: 8, 9m96e2: 0}, reserve: {48n6e3: 4}}
  - {name: bravo, system: pantsir-s1, at: {lat_deg: 23.7, lon_deg: 45.3}, engage_on: picture, reaction_s: 4}
defended:
  - {name: depot, at: {lat_deg: 23.62, lon_deg: 45.25}, value: 2}
doctrine: {shots: shoot-shoot, shots_per_look: 3, prefer: cheapest, hold_range_km: 60}
"""


@pytest.fixture(scope="module")
def prepared():
    """The defence of SITE."""
    site = scenario.load(SITE)
    return prepare_defence(site, prepare_world(site))


def test_rows_are_named_in_the_scenario_s_order(prepared):
    """A row for each round carried, zero included, and none for a round that is not listed."""
    assert prepared.battery_names == ("alpha", "bravo")
    assert prepared.round_names[:2] == (("alpha", "48n6e3"), ("alpha", "9m96e2"))
    assert list(prepared.defence.rounds["ready"][:2]) == [8, 0]
    assert list(prepared.defence.rounds["reserve"][:2]) == [4, 0]


def test_the_doctrine_is_in_the_kernels_terms(prepared):
    """Words become numbers, kilometres metres, and nothing given means no limit."""
    row = prepared.defence.doctrine[0]
    assert (row["look"], row["shots_per_look"], row["prefer"], row["max_shots"]) == (0, 3, 2, 0)
    assert row["hold_range_m"] == 60e3
    assert row["recheck_hits"] == 5


def test_a_reaction_time_of_the_scenario_is_not_drawn(prepared):
    """What the scenario sets stays as set in every trial; the other battery's is drawn."""
    assert prepared.defence.batteries["reaction_s"][1] == 4.0
    assert [place.row for place in prepared.drawn if place.field == "reaction_s"] == [0]


def test_the_kill_table_follows_the_families(prepared):
    """Each class has the catalogue's probability for its family; a family not listed cannot be engaged."""
    entry = catalogue.load().rounds["48n6e3"]
    for column, family in enumerate(prepared.defence.classes["family"]):
        figure = entry.kill_probability.get(FAMILIES[family])
        assert prepared.defence.kill[0, column] == (0.0 if figure is None else figure.value)


def test_every_drawn_figure_reaches_its_place(prepared):
    """Filling the tables with the figures' own values changes nothing; filling with draws stays in range."""
    defence = prepared.defence
    figures = distinct(prepared.drawn)
    base = {"batteries": defence.batteries, "rounds": defence.rounds, "kill": defence.kill}
    tables = {name: np.repeat(table[None], 2, axis=0) for name, table in base.items()}
    fill(tables, prepared.drawn, figures, np.array([[f.value for f in figures]] * 2))
    for name, table in base.items():
        assert (tables[name][1] == table).all()
    fill(tables, prepared.drawn, figures, draw(figures, 1, 0, 2))
    assert (tables["kill"] <= 1.0).all()
    assert (tables["rounds"]["range_max_m"] > tables["rounds"]["range_min_m"]).all()


def test_one_figure_in_two_rows_has_one_luck():
    """Two like batteries draw the same reach in the same trial."""
    site = scenario.load(SITE.replace("pantsir-s1", "s-400"))
    prepared = prepare_defence(site, prepare_world(site))
    rows = [i for i, (_, name) in enumerate(prepared.round_names) if name == "48n6e3"]
    names = {place.figure.name for place in prepared.drawn if place.row in rows and place.field == "range_max_m"}
    assert len(rows) == 2
    assert len(names) == 1


def test_a_battery_without_rounds_is_noticed():
    """A reader of results is told which battery had nothing to fire."""
    site = scenario.load(SITE.replace("ready: {48n6e3: 8, 9m96e2: 0}, reserve: {48n6e3: 4}", "ready: {}"))
    assert "alpha: carries no rounds" in prepare_defence(site, prepare_world(site)).notices


@pytest.mark.parametrize("name", scenario.shipped())
def test_shipped_scenarios_can_be_prepared(name):
    """Every battery of a shipped scenario stands on the ground with rounds to fire."""
    site = scenario.load(name)
    world = prepare_world(site)
    prepared = prepare_defence(site, world)
    assert (prepared.defence.rounds["ready"].sum()) > 0
    assert prepared.defence.levels_m[0] <= prepared.defence.assets["z_m"].max() + 100.0
    assert len(prepared.battery_names) == len(site.defence)


def changed(old, new):
    """SITE with one text replaced, prepared."""
    site = scenario.load(SITE.replace(old, new, 1))
    return prepare_defence(site, prepare_world(site))


def test_the_usual_load_grows_and_shrinks_with_the_launchers():
    """Half the launchers carry half of each kind; none given, the usual load; never more than fits."""
    entry, kinds = catalogue.load().systems["s-400"], catalogue.load().rounds
    for launchers, share in ((8, 1.0), (4, 0.5), (3, 0.375), (16, 2.0)):
        alpha = changed("ready: {48n6e3: 8, 9m96e2: 0}, reserve: {48n6e3: 4}", f"launchers: {launchers}")
        loads = {name: int(row["ready"]) for (b, name), row in zip(alpha.round_names, alpha.defence.rounds, strict=True)
                 if b == "alpha"}  # fmt: skip
        assert loads == {name: int(share * count) for name, count in entry.ready.items()}
        assert sum(count / kinds[name].per_launcher for name, count in loads.items()) <= launchers


def test_deliveries_and_teams_reach_the_magazine():
    """In order of time, whatever the order in the file, and counted with what the battery has."""
    given = "resupply: [{at_s: 900, rounds: {48n6e3: 8}}, {at_s: 600, rounds: {48n6e3: 4}}], reload_teams: 2"
    part = changed("reserve: {48n6e3: 4}", given)
    row = part.defence.rounds[0]
    assert (list(row["supply_s"][:3]), list(row["supply"][:3])) == ([600.0, 900.0, 0.0], [4, 8, 0])
    assert row["reload_teams"] == 2
    assert rounds_to_come(part.defence.rounds)[0] == 8 + 12


def test_each_battery_waits_its_own_time_for_a_verdict(prepared):
    """The catalogue's delays are drawn; the doctrine's holds for all and is not."""
    systems = catalogue.load().systems
    own = [systems[name].assess_delay_s.value for name in ("s-400", "pantsir-s1")]
    assert prepared.defence.batteries["assess_delay_s"].tolist() == own
    assert [place.row for place in prepared.drawn if place.field == "assess_delay_s"] == [0, 1]
    fixed = changed("hold_range_km: 60}", "hold_range_km: 60, assessment: {delay_s: 5}}")
    assert fixed.defence.batteries["assess_delay_s"].tolist() == [5.0, 5.0]
    assert not [place for place in fixed.drawn if place.field == "assess_delay_s"]


def test_speeds_of_the_catalogue_make_a_flight_time(prepared):
    """Where it has both, the round slows down; its full reach takes what the mean says."""
    row = prepared.defence.rounds[0]
    assert row["speed_max_m_s"] == 2000.0
    assert 0.0 < row["drag_length_m"] < np.inf
    assert flight_time_to_s(row, row["range_max_m"], 0.0) == pytest.approx(row["range_max_m"] / row["speed_m_s"])


def test_a_ceiling_by_range_can_be_given_in_a_scenario():
    """The catalogue leaves it open, and the scenario's number is used in every trial."""
    part = changed("doctrine:", "figures: {48n6e3.height_max_far_m: 12000}\ndoctrine:")
    assert part.defence.rounds["height_max_far_m"].tolist()[:2] == [12000.0, 0.0]
