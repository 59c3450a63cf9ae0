"""The user's figures replace the catalogue's, and the rest stays."""

import pytest

from farwatch.catalogue import SCENARIO, figures, find, find_any, load, override
from farwatch.errors import CatalogueError


def test_a_number_becomes_certain_and_is_marked():
    """An overridden figure has the user's value, no spread, and the kind "scenario"; the original is untouched."""
    changed = override(load(), {"48n6e3.range_max_m": 240e3})
    figure = changed.rounds["48n6e3"].range_max_m
    assert (figure.low, figure.value, figure.high, figure.kind) == (240e3, 240e3, 240e3, SCENARIO)
    assert load().rounds["48n6e3"].range_max_m.value == 250e3


def test_what_was_published_stays_visible():
    """The catalogue's own figure is the first alternative of the user's."""
    figure = override(load(), {"48n6e3.range_max_m": 100e3}).rounds["48n6e3"].range_max_m
    assert figure.alternatives[0].value == 250e3
    assert figure.alternatives[0].source == "peoples-daily-2013"


def test_a_range_may_be_given():
    """Value, low and high are taken as given; without a value, the middle."""
    changed = override(
        load(),
        {
            "9m96e2.kill_probability.drone": {"value": 0.6, "low": 0.5, "high": 0.8},
            "91n6e.claim.range_m": {"low": 300e3, "high": 400e3},
        },
    )
    drone = changed.rounds["9m96e2"].kill_probability["drone"]
    assert (drone.low, drone.value, drone.high) == (0.5, 0.6, 0.8)
    assert changed.radars["91n6e"].claim.range_m.value == 350e3


def test_nothing_else_changes():
    """One override changes one figure of the whole catalogue."""
    before, after = figures(load()), figures(override(load(), {"asr-9.parameters.losses_db": 10}))
    assert [name for name in before if before[name] != after[name]] == ["asr-9.parameters.losses_db"]


@pytest.mark.parametrize(
    ("path", "given", "said"),
    [
        ("48n6e3.range_max", 1.0, "did you mean 48n6e3.range_max_m"),
        ("48n6.range_max_m", 1.0, "did you mean 48n6e3 or 48n6e2"),
        ("57e6e.kill_probability.ballistic-missile", 0.5, "is no figure"),
        ("48n6e3.range_max_m", "far", "finite numbers"),
        ("48n6e3.range_max_m", {"low": 1.0}, "both low and high"),
        ("48n6e3.range_max_m", {"value": 1.0, "top": 2.0}, "value, low, high"),
        ("48n6e3.range_max_m", {"value": 1.0, "low": 2.0}, "low <= value <= high"),
        ("48n6e3.range_max_m", -1.0, "must not be negative"),
        ("48n6e3.kill_probability.drone", 1.1, "at most 1"),
        ("48n6e3.range_max_m", float("nan"), "finite numbers"),
    ],
)
def test_refuses_with_the_nearest_names(path, given, said):
    """A path that does not exist and a number that cannot be are refused, with the nearest figure or entry."""
    with pytest.raises(CatalogueError) as refused:
        override(load(), {path: given})
    assert said in str(refused.value)


def test_all_bad_paths_come_at_once():
    """Two bad paths are two problems of one refusal."""
    with pytest.raises(CatalogueError) as refused:
        override(load(), {"nothing.at_all": 1, "40n6e.speed": 1})
    assert len(refused.value.problems) == 2


def test_find_gives_the_entry_or_the_nearest_names():
    """A name is found on its shelf or on any; a slip of the pen is answered with what was probably meant."""
    assert find(load(), "rounds", "40n6e").title.startswith("40N6E")
    assert find_any(load(), "s-400").name == "s-400"
    with pytest.raises(CatalogueError, match="did you mean s-400"):
        find(load(), "systems", "s400")
    with pytest.raises(CatalogueError, match="did you mean one-way-drone"):
        find_any(load(), "oneway-drone")
    with pytest.raises(CatalogueError, match="no shelf"):
        find(load(), "missiles", "40n6e")


def test_what_the_catalogue_leaves_open_can_be_given():
    """A ceiling at full reach, with no published figure behind it; other absent figures stay refused."""
    changed = override(load(), {"48n6e3.height_max_far_m": {"low": 8e3, "high": 12e3}})
    figure = changed.rounds["48n6e3"].height_max_far_m
    assert (figure.low, figure.value, figure.high, figure.unit) == (8e3, 10e3, 12e3, "m")
    assert (figure.kind, figure.alternatives, figure.drawn) == (SCENARIO, (), True)
    assert load().rounds["48n6e3"].height_max_far_m is None
    with pytest.raises(CatalogueError, match="is no figure of the catalogue"):
        override(load(), {"57e6e.range_max_ballistic_m": 1e3})
