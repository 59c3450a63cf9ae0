"""From a shipped scenario to radars, and the mission's way of using them."""

import numpy as np
import pytest

from farwatch import detect, scenario
from farwatch.catalogue import load
from farwatch.catalogue.uncertainty import distinct, fill
from farwatch.detect.equation import detection_range
from farwatch.detect.prepare import resolution_cells, unit_range
from farwatch.detect.statistics import required_snr
from farwatch.records import PLOT
from farwatch.world.prepare import prepare as prepare_world


@pytest.fixture(scope="module")
def prepared():
    """The desert battery over a smooth earth, without traffic: quick to make."""
    declared = scenario.vary(scenario.load("desert-battery"), {"terrain": None})
    return declared, detect.prepare(declared, prepare_world(declared))


def test_each_radar_of_the_battery_is_there(prepared):
    """Rows follow the system's radars, with their own names, places and luck."""
    declared, made = prepared
    radars = made.sensors.radars
    system = declared.resolved_catalogue().systems[declared.defence[0].system]
    assert made.radar_names == tuple((declared.defence[0].name, name) for name in system.radars)
    assert len(set(radars["id"])) == len(radars)
    assert np.all((radars["phase_s"] >= 0) & (radars["phase_s"] < radars["period_s"]))
    assert np.all(radars["false_plots"] > 0)
    assert made.sensors.floors.shape[:2] == (len(radars), 1)


def test_a_claim_holds_at_its_own_range(prepared):
    """A calibrated radar detects its claimed target at the claimed range with the claimed chance."""
    declared, made = prepared
    catalogue = declared.resolved_catalogue()
    for row, (_, name) in zip(made.sensors.radars, made.radar_names, strict=True):
        radar = catalogue.radars[name]
        if radar.claim and not radar.parameters:
            claim = radar.claim
            reached_m = detection_range(
                row["snr_one"], claim.rcs_m2.value, claim.pd, radar.pfa, radar.pulses, claim.swerling
            )
            assert reached_m == pytest.approx(claim.range_m.value, rel=1e-6)


def test_drawn_figures_move_the_strength(prepared):
    """Filled with other values, `settle` gives the fourth power of the range and the inverse of the echo."""
    _, made = prepared
    figures = distinct(made.drawn)
    tables = {"radars": np.repeat(made.sensors.radars[None], 2, axis=0)}
    values = np.array([[figure.value for figure in figures], [2 * figure.value for figure in figures]])
    fill(tables, made.drawn, figures, values)
    detect.settle(tables["radars"])
    assert tables["radars"]["snr_one"][0] == pytest.approx(made.sensors.radars["snr_one"])
    ratio = tables["radars"]["snr_one"][1] / tables["radars"]["snr_one"][0]
    assert set(np.round(ratio, 6)) <= {8.0, 16.0}  # claims draw range and cross-section, parameter sets range only


@pytest.mark.parametrize("name", sorted(name for name, radar in load().radars.items() if radar.parameters))
def test_parameters_become_one_figure(name):
    """The unit range has a range about its value, and gives a sensible reach on an airliner."""
    radar = load().radars[name]
    figure = unit_range(radar, radar.parameters)
    assert figure.low < figure.value < figure.high
    airliner_m = figure.value * (40.0 / 10 ** (0.1 * float(required_snr(0.8, radar.pfa, radar.pulses, 1)))) ** 0.25
    assert 60e3 < airliner_m < 1000e3


def test_cells_multiply():
    """Range cells times beams in azimuth times beams in elevation, none for a flat radar."""
    for radar in load().radars.values():
        cells = resolution_cells(radar)
        assert cells >= radar.range_instrumented_m.value / radar.range_cell_m.value * 0.5
        assert cells < 1e9


def test_the_world_is_seen(prepared):
    """A whole pass of the first radar over the real cast: plots of targets that are up, in time order."""
    declared, made = prepared
    truth = prepare_world(declared).truth
    field = detect.new_field(made.sensors, len(truth.targets))
    key = (np.uint64(1), np.uint64(0), np.uint64(0))
    detect.reset_field(made.sensors, truth, field)
    room = np.zeros(detect.batch_room(made.sensors, len(truth.targets)), PLOT)
    count = detect.scan(made.sensors, truth, field, 0, 1500.0, 1512.0, key, room)
    assert np.all(np.diff(room["time_s"][:count]) >= 0)

