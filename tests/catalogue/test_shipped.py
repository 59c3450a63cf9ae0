"""What the shipped catalogue holds, and the shipping rule."""

import re

import pytest

from farwatch.catalogue import Catalogue, Figure, figures, figures_of, load
from farwatch.records import CLASS_LIMIT, FAMILIES


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load()


@pytest.fixture(scope="module")
def everything(catalogue) -> list[Figure]:
    """Every figure and every published alternative of it."""
    return [one for figure in figures(catalogue).values() for one in (figure, *figure.alternatives)]


def test_holds_the_systems_rounds_and_classes_asked_for(catalogue):
    """The five systems, the S-400's five rounds and the thirteen target classes are there by name."""
    assert {"s-400", "s-500", "samp-t", "samp-t-ng", "pantsir-s1", "patriot"} <= set(catalogue.systems)
    assert {"40n6e", "48n6e3", "48n6e2", "9m96e2", "9m96e"} == set(catalogue.systems["s-400"].rounds)
    assert {"91n6e", "96l6e", "92n6e"} == set(catalogue.systems["s-400"].radars)
    assert "55K6E" in catalogue.systems["s-400"].command_post
    assert len(catalogue.classes) == 13
    assert len(catalogue.classes) <= CLASS_LIMIT


def test_every_figure_is_cited_or_says_why_it_is_assumed(everything):
    """A figure has a source and a date, or it is assumed, has a reason and names no source."""
    for figure in everything:
        if figure.assumed:
            assert figure.why, figure.name
            assert not figure.source, figure.name
        else:
            assert figure.source, figure.name
            assert figure.date, figure.name


def test_every_source_has_an_address_and_a_date_and_is_used(catalogue, everything):
    """Sources carry a page's address and a date, and none is there for decoration."""
    for source in catalogue.sources.values():
        assert re.fullmatch(r"https?://[^/]+/\S+", source.url), source.id
        assert source.date
    assert {figure.source for figure in everything} - {""} == set(catalogue.sources)


def test_every_figure_is_ordered_and_finite(everything):
    """low <= value <= high, and a probability lies in 0..1."""
    for figure in everything:
        assert figure.low <= figure.value <= figure.high, figure.name
        assert figure.unit != "prob" or 0.0 <= figure.low <= figure.high <= 1.0, figure.name


def test_what_nobody_publishes_is_assumed_and_wide(catalogue):
    """Every kill probability is an assumption whose range spans at least a third of what it could be."""
    for kind in catalogue.rounds.values():
        assert set(kind.kill_probability) <= set(FAMILIES)
        for figure in kind.kill_probability.values():
            assert figure.assumed
            assert figure.high - figure.low >= 0.33


def test_the_402_km_claim_stays_visible_beside_the_400(catalogue):
    """250 miles turned back into 402 km is an alternative of the 40N6E's range, inside its range."""
    reach = catalogue.rounds["40n6e"].range_max_m
    miles = [one for one in reach.alternatives if one.printed == "250 mi"]
    assert reach.value == 400e3
    assert miles
    assert miles[0].value == pytest.approx(402_336.0)
    assert reach.low <= miles[0].value <= reach.high


def test_conflicts_are_kept_and_credible_ones_covered(everything):
    """A published alternative is inside the range, or says why it is set aside; some of each exist."""
    held = [figure for figure in everything if figure.alternatives]
    for figure in held:
        for other in figure.alternatives:
            assert other.set_aside or figure.low * 0.999999 <= other.value <= figure.high * 1.000001, other.name
    assert any(other.set_aside for figure in held for other in figure.alternatives)


def test_figures_are_named_by_their_path(catalogue):
    """A figure's name is its entry's name and the path below it, which is what an override uses."""
    for entry in catalogue.entries():
        for path, figure in figures_of(entry):
            assert figure.name == f"{entry.name}.{path}"


def test_no_name_is_a_number_to_a_yaml_1_2_reader(catalogue):
    """A round's name can be a key in a scenario without quotes: 57e6 would be a float there."""
    core_float = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
    assert not [entry.name for entry in catalogue.entries() if core_float.fullmatch(entry.name)]


def test_default_loads_fit_the_launchers(catalogue):
    """The ready rounds of a system need no more launchers than it has."""
    for system in catalogue.systems.values():
        needed = sum(count / catalogue.rounds[name].per_launcher for name, count in system.ready.items())
        assert needed <= system.launchers.high + 1e-9, system.name


def test_radars_see_their_claims_inside_their_display(catalogue):
    """No claim's expected range lies beyond the instrumented range."""
    for radar in catalogue.radars.values():
        if radar.claim is not None:
            assert radar.claim.range_m.value <= radar.range_instrumented_m.high, radar.name
