"""Replacing fields by path."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farwatch.scenario import Place, ScenarioError, digest, load, value_of, vary

BASE = load("desert-battery")


def value_at(scenario, path):
    """The value at a path of attributes and names, looked up the slow way."""
    words = {"class": "class_name", "from": "start"}
    for step in path.split("."):
        if isinstance(scenario, tuple):
            named = [item for item in scenario if getattr(item, "name", None) == step]
            scenario = named[0] if named else scenario[int(step)]
        elif hasattr(scenario, "get"):
            scenario = scenario[step]
        else:
            scenario = getattr(scenario, words.get(step, step))
    return scenario


CHANGES = {
    "raid.drones-north.count": st.integers(1, 500),
    "raid.drones-north.from.range_km": st.floats(1, 3000),
    "raid.cruise-south.via.0.bearing_deg": st.floats(-360, 360),
    "raid.0.at_s": st.floats(0, 3600),
    "defence.alpha.ready.40n6e": st.integers(0, 200),
    "defence.alpha.at.lat_deg": st.floats(23, 24),
    "doctrine.shots_per_look": st.integers(1, 20),
    "doctrine.assessment.delay_s": st.floats(0, 600),
    "traffic.0.from_s": st.floats(0, 1000),
    "seed": st.integers(0, 2**63 - 1),
    "title": st.text(min_size=1, max_size=300),
}


@given(st.fixed_dictionaries({}, optional=CHANGES))
def test_what_is_set_is_found_and_can_be_set_back(changes):
    """Every change shows at its path, touches nothing else, and is undone by setting the old values."""
    old = {path: value_at(BASE, path) for path in changes}
    varied = vary(BASE, changes)
    assert {path: value_at(varied, path) for path in changes} == changes
    assert digest(vary(varied, old)) == digest(BASE)
    assert (digest(varied) == digest(BASE)) == (changes == old)


def test_an_unset_magazine_starts_from_the_usual_load():
    """Setting one round of a battery without `ready` keeps the system's usual load of the others."""
    from farwatch import catalogue

    usual = catalogue.load().systems["s-400"].ready
    varied = vary(vary(BASE, {"defence.alpha.ready": None}), {"defence.alpha.ready.40n6e": 1})
    assert varied.defence[0].ready == {**usual, "40n6e": 1}


def test_figures_are_named_by_their_catalogue_path():
    """The dots after `figures` belong to the catalogue's own path."""
    varied = vary(BASE, {"figures.48n6e3.range_max_m": 200e3})
    assert varied.resolved_catalogue().rounds["48n6e3"].range_max_m.value == 200e3
    assert varied.resolved_catalogue().rounds["48n6e3"].range_max_m.kind == "scenario"
    assert digest(vary(varied, {"figures.48n6e3.range_max_m": None})) == digest(BASE)


def test_whole_parts_and_models_can_be_set():
    """A value may be a mapping, a list or a model."""
    varied = vary(BASE, {"defended.depot.at": Place(lat_deg=23.7, lon_deg=45.3), "raid": BASE.raid[:1]})
    assert varied.defended[0].at == Place(lat_deg=23.7, lon_deg=45.3)
    assert [group.name for group in varied.raid] == ["drones-north"]


def test_numpy_numbers_are_numbers():
    """A sweep over an array sets plain numbers."""
    import numpy as np

    assert vary(BASE, {"raid.decoys.count": np.arange(5)[3]}).raid[3].count == 3


def test_all_unknown_paths_are_reported_with_the_nearest():
    """Paths that lead nowhere are refused together, each with what was probably meant."""
    wrong = ["raid.drone-north.count", "raid.decoys.cuont", "doctrin.shots", "seed.x", "defence.alpha.at.lat_deg.x"]
    with pytest.raises(ScenarioError) as caught:
        vary(BASE, dict.fromkeys(wrong, 1))
    hints = [problem.hint for problem in caught.value.problems]
    assert [problem.where for problem in caught.value.problems] == wrong
    assert "drones-north" in hints[0]
    assert "count" in hints[1]
    assert "doctrine" in hints[2]
    assert hints[3] == hints[4] == "there is nothing below it"


def test_a_change_that_breaks_a_rule_is_refused():
    """The result obeys every rule of a file."""
    with pytest.raises(ScenarioError, match=r"raid\.decoys\.class = decoy-dron: .*decoy-drone"):
        vary(BASE, {"raid.decoys.class": "decoy-dron"})
    with pytest.raises(ScenarioError, match=r"raid\.decoys\.count = 0: must be at least 1"):
        vary(BASE, {"raid.decoys.count": 0})


def test_the_old_scenario_is_not_touched():
    """A new value, not a changed one; its folder goes along."""
    before = digest(BASE)
    assert vary(BASE, {"defence.alpha.ready.40n6e": 9}).folder == BASE.folder
    assert digest(BASE) == before


def test_a_value_is_read_as_in_a_file():
    """What a command line sets means what it would mean in YAML 1.2."""
    texts = ["12", "1e3", "no", "null", "", "{lat_deg: 1, lon_deg: 2.5}", "[91n6e, 92n6e]"]
    values = [12, 1000.0, "no", None, None, {"lat_deg": 1, "lon_deg": 2.5}, ["91n6e", "92n6e"]]
    assert [value_of(text) for text in texts] == values
    for broken in ("[1", "{a: 1, a: 2}", "!!python/none"):
        with pytest.raises(ScenarioError):
            value_of(broken)
