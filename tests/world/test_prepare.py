"""The world of a whole scenario."""

import numpy as np
import pytest

from farwatch import catalogue, scenario
from farwatch.chance import name_id
from farwatch.errors import InputError, ScenarioError, TerrainError
from farwatch.world.earth import geodesic_between
from farwatch.world.motion import ends_s, states_at
from farwatch.world.prepare import AFTERMATH_S, IDLE_S, prepare

SITE = """
farwatch: 1
title: a test
{top}
defence:
  - {{name: alpha, system: s-400, at: {{lat_deg: 23.6, lon_deg: 45.2}}}}
defended:
  - {{name: depot, at: {{lat_deg: 23.62, lon_deg: 45.25}}, value: 2.0, height_agl_m: 12}}
raid:
{raid}
"""
DRONES = "  - {name: drones, class: one-way-drone, count: 3, to: depot, from: {bearing_deg: 40, range_km: 30}"


def world(raid="", top="terrain: arabia-30s"):
    """World of a small scenario with some raid groups."""
    text = SITE.format(top=top, raid=raid) if raid else SITE.format(top=top, raid="").replace("raid:\n", "")
    return prepare(scenario.load(text))


def position(world, i, time_s):
    """Latitude, longitude and height of a target."""
    return world.frame.from_local(states_at(world.truth, np.array([time_s]))[i, 0, :3])


def test_a_group_starts_and_ends_where_it_says():
    """Each member appears at its bearing, range, height and time, and ends at the asset."""
    made = world(DRONES + ", height_agl_m: 120, speed_m_s: 50, at_s: 100, interval_s: 20}")
    np.testing.assert_array_equal(made.targets["start_s"], [100, 120, 140])
    for i in range(3):
        lat, lon, height_m = position(made, i, made.targets["start_s"][i])
        way = geodesic_between(23.62, 45.25, lat, lon)
        assert (way.azimuth_deg, way.distance_m) == (pytest.approx(40), pytest.approx(30e3))
        assert height_m >= made.terrain.height_at(lat, lon) + 119.9
        lat, lon, height_m = position(made, i, ends_s(made.targets)[i])
        assert (lat, lon) == (pytest.approx(23.62), pytest.approx(45.25))
        assert height_m == pytest.approx(float(made.terrain.height_at(lat, lon)) + 12.0, abs=0.01)
    np.testing.assert_allclose(ends_s(made.targets) - made.targets["start_s"], 600.0, rtol=0.01)
    assert made.knots.size == made.targets["knot_count"][0]  # one path, shared


def test_luck_follows_names():
    """Ids are those of group and number; classes and assets keep their order."""
    made = world(DRONES + "}\n" + DRONES.replace("drones", "more") + "}")
    assert list(made.targets["id"]) == [name_id(n) for n in made.target_names]
    assert made.target_names[:4] == ("drones/0", "drones/1", "drones/2", "more/0")
    assert list(made.targets["group_index"]) == [0, 0, 0, 1, 1, 1]
    assert made.class_names[made.targets["class_index"][0]] == "one-way-drone"
    assert made.asset_names == ("depot",)
    assert made.assets["value"][0] == 2.0


def test_speeds_are_drawn_unless_the_scenario_fixes_them():
    """Without a speed the class figure drives each member's clock; with one nothing does."""
    drawn = [d for d in world(DRONES + "}").drawn if d.table == "targets"]
    expected = [(i, "rate", "one-way-drone.speed_m_s") for i in range(3)]
    assert [(d.row, d.field, d.figure.name) for d in drawn] == expected
    assert drawn[0].factor * drawn[0].figure.value == pytest.approx(1.0)
    assert not [d for d in world(DRONES + ", speed_m_s: 50}").drawn if d.table == "targets"]


def test_classes_are_those_of_the_catalogue():
    """Every class is there for the picture to consider; figures of those that fly are drawn."""
    made = world(DRONES + "}")
    entries = catalogue.load().classes
    assert made.class_names == tuple(entries)
    assert list(made.classes["rcs_nose_m2"]) == [entry.rcs_nose_m2.value for entry in entries.values()]
    assert np.all(made.classes["expected_speed_low_m_s"] < made.classes["expected_speed_high_m_s"])
    assert np.all(made.classes["expected_height_low_m"] < made.classes["expected_height_high_m"])
    fields = {(d.figure.name, d.field) for d in made.drawn if d.table == "classes"}
    assert ("one-way-drone.damage", "damage") in fields
    assert all(name.startswith("one-way-drone.") for name, _ in fields)


def test_a_ballistic_group_flies_arcs():
    """Missiles leave the ground at their place, rise to the apogee of minimum energy, and come down on the asset."""
    made = world(
        "  - {name: missiles, class: srbm, count: 2, to: depot, spacing_m: 5000, "
        "from: {bearing_deg: 55, range_km: 300}}"
    )
    ends = ends_s(made.targets)
    for i in (0, 1):
        launch, middle, end = (position(made, i, t) for t in (0.0, ends[i] / 2, ends[i] - 1e-6))
        assert launch[2] == pytest.approx(float(made.terrain.height_at(*launch[:2])), abs=0.5)
        assert middle[2] == pytest.approx(74.1e3 + 700.0, rel=0.02)
        assert geodesic_between(23.62, 45.25, *end[:2]).distance_m < 5.0
    np.testing.assert_allclose(ends, 251.0, rtol=0.01)
    assert not [d for d in made.drawn if d.table == "targets"]


def test_more_range_than_published_is_told():
    """An arc that needs more speed than anyone publishes for the class is flown, and said."""
    made = world("  - {name: far, class: srbm, to: depot, from: {bearing_deg: 55, range_km: 800}}")
    assert any("far" in notice and "m/s at burn-out" in notice for notice in made.notices)


def test_routes_that_cannot_be_flown_are_all_named():
    """One error lists every group with a turn on the spot or a start on its target."""
    back = ", via: [{bearing_deg: 40, range_km: 5}, {bearing_deg: 40, range_km: 20}]}"
    here = DRONES.replace("drones", "here")
    here = here.replace("{bearing_deg: 40, range_km: 30}", "{lat_deg: 23.62, lon_deg: 45.25}")
    with pytest.raises(ScenarioError) as caught:
        world(DRONES + back + "\n" + here + "}")
    assert [problem.where for problem in caught.value.problems] == ["raid.drones", "raid.here"]


def test_a_site_beyond_the_terrain_is_refused():
    """Terrain that leaves a battery uncovered is a TerrainError that names the sites."""
    with pytest.raises(TerrainError, match=r"does not touch|is not covered"):
        world(DRONES + "}", top="terrain: alps-3s")


def test_without_terrain_the_earth_is_smooth():
    """No terrain: sea level everywhere, no notice."""
    made = world(DRONES + ", height_agl_m: 100}", top="")
    assert made.terrain.is_flat
    assert made.knots["height_m"][0] == pytest.approx(100.0, abs=0.1)
    assert made.notices == ()


def test_a_mission_lasts_until_the_slowest_arrival():
    """The length covers the slowest published speed; without a raid it is an hour; a given one holds."""
    made = world(DRONES + ", interval_s: 30}")
    figure = catalogue.load().classes["one-way-drone"].speed_m_s
    flying_s = ends_s(made.targets)[0] * figure.value / figure.low
    assert made.duration_s == pytest.approx(60.0 + flying_s + AFTERMATH_S)
    assert world().duration_s == IDLE_S
    assert world(DRONES + "}", top="duration_s: 900").duration_s == 900.0


def test_traffic_is_cut_to_the_mission():
    """Recorded aircraft answer, belong to no raid, and keep to the mission's time; the nearest are kept."""
    traffic = "duration_s: 600\ntraffic: [{recorded: swiss-traffic, from_s: 900, "
    traffic += "moved_to: {lat_deg: 23.6, lon_deg: 45.2}"
    every, few = world("", top=traffic + "}]"), world("", top=traffic + ", limit: 5}]")
    assert len(few.targets) < len(every.targets)
    assert len({name.rpartition("/")[0] for name in few.target_names}) == 5
    targets = every.targets
    assert not targets["raid"].any()
    assert targets["transponder"].all()
    assert every.group_names == ("swiss-traffic",)
    assert np.all(ends_s(targets) > 0) and np.all(targets["start_s"] < 600)
    assert np.all(targets["start_s"] > -6) and np.all(ends_s(targets) < 606)
    assert np.median(np.hypot(every.knots["x_m"], every.knots["y_m"])) < 150e3
    assert any("moved" in notice for notice in every.notices)


def test_a_broken_recording_stops_the_mission(tmp_path):
    """A recording that cannot be read is an InputError, not an empty sky."""
    (tmp_path / "sky.csv").write_text("time_s,flight\n0,a\n")
    with pytest.raises(InputError):
        world("", top=f"traffic: [{{recorded: {tmp_path / 'sky.csv'}}}]")


@pytest.mark.parametrize("name", scenario.shipped())
def test_shipped_scenarios_have_a_world(name):
    """Every shipped scenario prepares: raid first, traffic after, every knot finite."""
    made = prepare(scenario.load(name))
    assert made.targets["raid"].sum() == sum(group.count for group in scenario.load(name).raid)
    assert np.all(np.diff(made.targets["raid"].astype(int)) <= 0)
    assert all(np.isfinite(made.knots[field]).all() for field in made.knots.dtype.names)
    assert np.unique(made.targets["id"]).size == made.targets.size
    last = made.targets["first_knot"] + made.targets["knot_count"]
    assert last.max() == made.knots.size
