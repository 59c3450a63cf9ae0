"""From a shipped scenario to radars, and the mission's way of using them."""

from dataclasses import replace

import numpy as np
import pytest

from farwatch import detect, scenario
from farwatch.catalogue import load
from farwatch.catalogue.uncertainty import distinct, fill
from farwatch.detect import cloud
from farwatch.detect.air import air_db
from farwatch.detect.clutter import gamma_of, rain_reflectivity_per_m
from farwatch.detect.equation import detection_range
from farwatch.detect.horizon import EFFECTIVE_RADIUS_M, horizon_distance, minimum_visible_height
from farwatch.detect.prepare import resolution_cells, unit_range
from farwatch.detect.rain import two_way_db_per_m
from farwatch.detect.statistics import required_snr
from farwatch.detect.surroundings import Views, gamma_on, lowest_seen_m, shape_beam, surround, tell_movers
from farwatch.records import PLOT, RADAR
from farwatch.world.earth import geodesic_between
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
    """Through clear air, a calibrated radar detects its claimed target at the claimed range with the claimed chance."""
    declared, made = prepared
    catalogue = declared.resolved_catalogue()
    for row, (_, name) in zip(made.sensors.radars, made.radar_names, strict=True):
        radar = catalogue.radars[name]
        if radar.claim and not radar.parameters:
            claim = radar.claim
            lost_db = air_db(row, 0.0, claim.range_m.value, 0.0)
            assert 0.1 < lost_db < 15.0
            reached_m = detection_range(
                row["snr_one"] * 10 ** (-0.1 * lost_db), claim.rcs_m2.value, claim.pd, radar.pfa, radar.pulses,
                claim.swerling,
            )
            assert reached_m == pytest.approx(claim.range_m.value, rel=1e-6)


def test_drawn_figures_move_the_strength(prepared):
    """Filled with other values, and no air, `settle` gives the fourth power of the range and the echo's inverse."""
    _, made = prepared
    figures = distinct(made.drawn)
    tables = {"radars": np.repeat(made.sensors.radars[None], 2, axis=0)}
    values = np.array([[figure.value for figure in figures], [2 * figure.value for figure in figures]])
    fill(tables, made.drawn, figures, values)
    detect.settle(tables["radars"])
    assert tables["radars"]["snr_one"][0] == pytest.approx(made.sensors.radars["snr_one"])
    assert tables["radars"]["improvement_ratio"][1] == pytest.approx(made.sensors.radars["improvement_ratio"] ** 2)
    tables["radars"]["air_in_claim"] = 0
    detect.settle(tables["radars"])
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



@pytest.fixture(scope="module")
def jammed():
    """Three stand-off jammers about the desert battery: in view, below the horizon, and in another band."""
    at = {"lat_deg": 24.6, "lon_deg": 46.2}
    jammers = [
        {"name": "high", "at": at, "height_msl_m": 9000.0, "density_w_hz": 0.01},
        {"name": "low", "at": at, "height_msl_m": 100.0, "density_w_hz": 0.01},
        {"name": "far", "at": {"lat_deg": 31.0, "lon_deg": 45.2}, "height_msl_m": 9000.0, "density_w_hz": 0.01},
        {"name": "other", "at": at, "height_msl_m": 9000.0, "density_w_hz": 0.01, "bands": ["Ka"]},
    ]
    raw = scenario.plain(scenario.load("desert-battery")) | {"terrain": None, "jammers": jammers, "traffic": []}
    declared = scenario.Scenario.model_validate(raw)
    return declared, detect.prepare(declared, prepare_world(declared))


def test_jammers_stand_where_radars_meet_them(jammed):
    """By azimuth and elevation as the geodesic gives them, as strong as the link budget says, nothing when hidden."""
    declared, made = jammed
    battery = declared.defence[0].at
    way = geodesic_between(battery.lat_deg, battery.lon_deg, 24.6, 46.2)
    for row, table, (_, name) in zip(made.sensors.radars, made.sensors.jammers, made.radar_names, strict=True):
        radar = load().radars[name]
        assert np.degrees(table[0, 0]) == pytest.approx(float(way.azimuth_deg), abs=0.3)
        assert list(table[:, 2] > 0) == [True, False, False, False]
        range_m = float(way.distance_m)
        gain = 0.6 * 4 * np.pi / row["azimuth_beam_rad"] / row["elevation_beam_rad"]
        received = 0.01 * gain * (3e8 / radar.frequency_hz.value / (4 * np.pi * range_m)) ** 2
        noise = 1.380649e-23 * 290 * 10**0.4
        sine = (9000 - row["height_m"]) / range_m - range_m / 2 / EFFECTIVE_RADIUS_M
        lost_db = 0.5 * air_db(row, row["height_m"], range_m, sine)
        assert table[0, 2] == pytest.approx(received / noise * 10 ** (-0.1 * lost_db), rel=0.03)
    assert any("jamming is weighed with a gain of" in notice for notice in made.notices)


def test_nothing_is_seen_lower_beyond_the_range_than_at_it(jammed):
    """Past the end of a floor the last ray goes on: over a smooth earth, the closed form of the horizon."""
    _, made = jammed
    sensors = made.sensors
    views = Views(sensors.floors, sensors.floor_step_m, sensors.level_m)
    for r, row in enumerate(sensors.radars):
        for ground_m in (30e3, 0.99 * row["range_max_m"], 1.01 * row["range_max_m"], 900e3):
            exact = minimum_visible_height(row["height_m"], ground_m)
            assert lowest_seen_m(views, row, r, 1.0, ground_m) == pytest.approx(float(exact), rel=1e-3, abs=2.0)


def test_the_ground_of_a_scenario_reaches_the_radars(jammed):
    """Named ground is lit and has its gamma; unnamed ground sends nothing back and keeps no table."""
    declared, made = jammed
    assert declared.ground.clutter == "desert"
    assert np.all(made.sensors.radars["gamma_ratio"] == gamma_of("desert"))
    assert made.sensors.lit.any()
    horizon_m = horizon_distance(made.sensors.radars["height_m"])
    assert np.all(np.abs(made.sensors.radars["lit_range_m"] - horizon_m) < made.sensors.floor_step_m)
    assert gamma_on("sea", 3e9, 5) > gamma_on("sea", 3e9, 1) > 0
    bare = scenario.Scenario.model_validate(scenario.plain(declared) | {"ground": {}, "jammers": []})
    empty = detect.prepare(bare, prepare_world(bare)).sensors
    assert not empty.lit.any()
    assert empty.jammers.shape[1] == 0
    assert np.all(empty.radars["gamma_ratio"] == 0)


def test_fog_and_rain_reach_the_radars():
    """What the weather says, both ways, by the models of rain and cloud."""
    radar = load().radars["arabel"]
    row = np.zeros(1, RADAR)
    surround(row, radar, scenario.Weather(rain_mm_h=4.0, fog_g_m3=0.5, fog_top_msl_m=300.0), scenario.Ground())
    assert row["fog_db_per_m"][0] == pytest.approx(2e-3 * float(cloud.specific_attenuation(9.5e9, 0.5, 283.15)))
    assert row["rain_reflectivity_per_m"][0] == pytest.approx(float(rain_reflectivity_per_m(4.0, 9.5e9)))
    assert row["rain_db_per_m"][0] == pytest.approx(two_way_db_per_m(4.0, 9.5e9))
    assert row["fog_top_m"][0] == 300.0


def test_an_antenna_shapes_its_row():
    """Cosecant-squared fans and steered arrays get what the catalogue says, and trials draw it."""
    rows = np.zeros(3, RADAR)
    names = ("asr-9", "92n6e", "91n6e")
    drawn = [shape_beam(rows[i : i + 1], i, load().radars[name]) for i, name in enumerate(names)]
    assert rows["beam_top_rad"] == pytest.approx([np.radians(5), 0, 0])
    assert rows["roll_off_exponent"] == pytest.approx([0, 1.3, 0])
    assert rows["tilt_sine"] ** 2 + rows["tilt_cosine"] ** 2 == pytest.approx(1.0)
    assert [[place.field for place in one] for one in drawn] == [
        ["sidelobe_db", "beam_top_rad"], ["sidelobe_db", "roll_off_exponent"], ["sidelobe_db"],
    ]
    bare = replace(load().radars["asr-9"], antenna=None, waveform=None)
    assert shape_beam(rows[:1], 0, bare) == tell_movers(rows[:1], 0, bare) == []
