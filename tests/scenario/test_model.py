"""The model, its schema and its digest."""

import json
import pickle

import pytest
from pydantic import ValidationError

from farwatch.scenario import Bearing, Place, Scenario, Waypoint, digest, load, plain, schema, shipped
from farwatch.scenario.fields import shapes

NUMBERS_WITHOUT_UNIT = {
    "farwatch", "seed", "count", "value", "low", "high", "limit", "shots_per_look", "max_shots", "recheck_plots",
    "miss_called_kill", "kill_called_miss", "drop_after_misses", "hostile_threshold", "neutral_threshold",
    "gate_probability", "sea_state", "link_loss", "launchers", "reload_teams",
}  # fmt: skip
UNITS = ("_m", "_s", "_m_s", "_m_s2", "_km", "_deg", "_mm_h", "_g_m3", "_w_hz")


def test_every_field_says_what_it_means_and_in_which_unit():
    """A field has a description; a number has its unit in its name, or is known to have none."""
    for model in filter(None, shapes().values()):
        for name, spec in model.model_json_schema()["properties"].items():
            assert model.model_fields.get(name) is None or model.model_fields[name].description
            kinds = {option.get("type") for option in [spec, *spec.get("anyOf", [])]}
            if kinds & {"number", "integer"}:
                assert name.endswith(UNITS) or name in NUMBERS_WITHOUT_UNIT


def test_nothing_in_a_scenario_can_be_changed():
    """Every part is frozen; a change is a new scenario."""
    scenario = load("desert-battery")
    for part in (scenario, scenario.defence[0], scenario.raid[0].start, scenario.doctrine.assessment):
        with pytest.raises(ValidationError, match="frozen"):
            setattr(part, next(iter(type(part).model_fields)), 1)
    assert all(model.model_config["frozen"] for model in shapes().values() if model is not None)


@pytest.mark.parametrize("name", shipped())
def test_plain_data_gives_the_scenario_back(name):
    """Writing out and reading in changes nothing."""
    scenario = load(name)
    assert digest(Scenario.model_validate(json.loads(json.dumps(plain(scenario))))) == digest(scenario)
    assert pickle.loads(pickle.dumps(scenario)) == scenario


def test_the_digest_sees_meaning_only():
    """Comments, key order, ways to write a number and spelled-out defaults do not count; values do."""
    text = "farwatch: 1\ntitle: t\ndefence:\n- {name: a, system: s-400, at: {lat_deg: 23.5, lon_deg: 45}}\n"
    same = """
# another look
defence: [{at: {lon_deg: 4.5e1, lat_deg: 23.50}, heading_deg: 0, system: "s-400", name: a}]
title: 't'   # same title
weather: {rain_mm_h: 0.0}
farwatch: 1
"""
    assert digest(load(text)) == digest(load(same))
    assert digest(load(text)) != digest(load(same + "seed: 2\n"))
    assert digest(load(text)) != digest(load(same + "figures: {s-400.reaction_s: 20}\n"))


@pytest.mark.regression
def test_the_digest_is_the_same_on_every_machine():
    """A digest depends on no hash seed, platform or version of a library."""
    text = "farwatch: 1\ntitle: é\ndefence:\n- {name: a, system: s-400, at: {lat_deg: 23.5, lon_deg: 45}}\n"
    assert digest(load(text)) == "9ae351511f237bbdea0bc7b598b808985b87994d5f8e6bf789de83dc9c74ffb1"


def test_a_waypoint_gives_its_position():
    """Either way of placing a waypoint is seen as the one that was used."""
    assert Waypoint(lat_deg=1.0, lon_deg=2.0).position == Place(lat_deg=1.0, lon_deg=2.0)
    assert Waypoint(bearing_deg=1.0, range_km=2.0).position == Bearing(bearing_deg=1.0, range_km=2.0)


def test_the_schema_tells_an_editor_everything():
    """Each field has its description, and the names of the catalogue and of shipped data are offered."""
    found = schema()
    parts = found["$defs"]
    assert found["$schema"].endswith("2020-12/schema")
    assert "s-400" in parts["Battery"]["properties"]["system"]["examples"]
    assert "one-way-drone" in parts["Group"]["properties"]["class"]["examples"]
    assert "arabia-30s" in found["properties"]["terrain"]["examples"]
    assert parts["Place"]["additionalProperties"] is False
    assert set(parts["Group"]["required"]) == {"name", "class", "to", "from"}
    assert json.dumps(found)


def test_desert_battery_is_the_promised_size():
    """About fifty threats, a hundred aircraft, and at least forty minutes."""
    scenario = load("desert-battery")
    assert 45 <= sum(group.count for group in scenario.raid) <= 55
    assert scenario.traffic[0].limit == 100
