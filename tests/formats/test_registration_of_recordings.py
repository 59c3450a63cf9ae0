"""`farwatch register` on recordings that others made: it finds what was put in, within what it states."""

import json
from dataclasses import replace
from importlib.util import find_spec

import numpy as np
import pytest
import yaml
from typer.testing import CliRunner

from farwatch.cli import app
from farwatch.formats.choosing import on_the_day_of
from farwatch.records import TRUTH
from farwatch.track.files import TruthTable

if find_spec("asterix") is None:
    pytest.skip("libasterix is not installed", allow_module_level=True)

from formats import off_radar as world

pytestmark = pytest.mark.validation

SHORT = world.Case(flights=6, length_s=400.0)


def said(*words):
    """What the program prints and how it ends."""
    found = CliRunner(env={"COLUMNS": "200"}).invoke(app, [str(word) for word in words])
    assert not found.exception or isinstance(found.exception, SystemExit), found.exception
    return found


def blocks_of(kind, case, sky):
    """A reference as blocks of ASTERIX."""
    if kind == "021":
        return world.broadcasts(case, sky)
    if kind == "021 level":
        return world.broadcasts(case, sky, geometric=False)
    return world.system_tracks(case, sky, geometric=kind == "062", addressed=kind != "062 nameless")


def reference_of(kind, case, sky, folder):
    """A reference as a file of its own."""
    if kind == "opensky":
        return world.opensky(case, sky, folder / "reference.csv")
    if kind == "traffic level":
        return world.traffic(case, sky, folder / "reference.json", geometric=False)
    if kind == "trace":
        return world.readsb(case, sky, folder / "reference.json")
    if kind.startswith("table"):
        return world.table(case, sky, folder / "reference.csv", "name", kind.removeprefix("table "))
    path = folder / "reference.ast"
    path.write_bytes(world.joined(blocks_of(kind, case, sky)))
    return path


def found(case, kind, folder):
    """Errors (range m, azimuth deg) in deviations from those that were put in, as printed, and the file written."""
    sky, more = world.sky_of(case), []
    path = folder / f"recording.{'gps' if case.seed % 2 else 'ast'}"
    blocks = world.radar_blocks(case, sky)
    if kind.startswith("same "):
        blocks, reference = blocks + blocks_of(kind.removeprefix("same "), case, sky), path
    else:
        reference = reference_of(kind, case, sky, folder)
    data = world.joined(blocks)
    path.write_bytes(world.trailed(data) if case.seed % 2 else data)
    if not case.placed:
        lat_deg, lon_deg, height_m = case.site
        more = ["--sensor", folder / "site.yaml"]
        told = {"name": "sac20-sic4", "at": {"lat_deg": lat_deg, "lon_deg": lon_deg, "height_m": height_m}}
        told |= {} if case.north else {"revisit_s": case.period_s}
        more[1].write_text(yaml.safe_dump(told), encoding="utf-8")
    better = folder / "better.yaml"
    told = said("register", path, "--reference", reference, *more, "--out", better)
    assert told.exit_code == 0, told.output
    sigma = [float(line.split()[3].replace(",", "")) for line in told.output.splitlines() if "_bias_" in line]
    sensor = yaml.safe_load(better.read_text(encoding="utf-8"))
    away = (sensor["range_bias_m"] - case.far_m) / sigma[0], (sensor["azimuth_bias_deg"] - case.turn_deg) / sigma[1]
    assert sigma[0] < 30.0
    assert sigma[1] < 0.03
    return away


CASES = {
    "same 021": {"late_s": 0.4},
    "same 062": {"placed": False},
    "021": {"begin_s": 86_300.0, "rounding": "floor"},
    "021 level": {"weather_m": -120.0, "height_off_m": 30.0},
    "062 level": {"weather_m": 90.0, "placed": False, "north": False},
    "062 nameless": {"addressed": False, "coded": False, "clutter": 5.0, "stray": 0.03, "strangers": 3, "decoys": 4},
    "opensky": {"begin_s": 86_200.0, "gaps": True, "step_s": 1.0},
    "traffic level": {"step_s": 10.0, "warm": 0.03, "weather_m": 60.0, "wild": 0.01},
    "table day": {"flights": 2, "reference_sigma_m": 30.0},
    "table unix": {"begin_s": 100.0, "turn_deg": -0.5, "far_m": -185.2, "period_s": 8.0, "length_s": 600.0},
    "trace": {"flights": 2, "length_s": 900.0},
}
"""Forms of the reference, with what else is true of each case."""


def test_half_a_degree_and_a_tenth_of_a_mile_are_found(tmp_path):
    """Whatever the reference: all within three stated deviations, nine in ten within two, and right on average."""
    away = []
    for number, (kind, more) in enumerate(CASES.items()):
        away.append(found(replace(SHORT, seed=number, **more), kind, tmp_path))
    told = np.array(away)
    assert (abs(told) < 3.0).all(), told.round(1)
    assert (abs(told) < 2.0).mean() > 0.9, told.round(1)
    assert (abs(told.mean(axis=0)) < 1.0).all()


def test_delays_of_each_aircraft_widen_the_stated_deviations(tmp_path):
    """Broadcasts that are late by up to half a second, each aircraft by its own: errors stay within what is said."""
    away = [found(replace(SHORT, flights=8, seed=seed, reference_late_s=0.2), "021", tmp_path) for seed in range(3)]
    assert (abs(np.array(away)) < 3.0).all(), np.round(away, 1)


@pytest.fixture
def recorded(tmp_path):
    """A recording that tells its place."""
    path = tmp_path / "recording.ast"
    path.write_bytes(world.joined(world.radar_blocks(SHORT, world.sky_of(SHORT))))
    return path


def test_tracks_are_nearer_to_the_truth_after_registering(recorded, tmp_path):
    """The sensor file that comes out, given to `track`: tracks lie a good part nearer to the reference."""
    sky = world.sky_of(SHORT)
    reference = world.table(SHORT, sky, tmp_path / "truth.csv")
    assert said("register", recorded, "--reference", reference, "-o", tmp_path / "better.yaml").exit_code == 0
    error_m = {}
    for name, more in (("before", []), ("after", ["--sensor", tmp_path / "better.yaml"])):
        assert said("track", recorded, *more, "-o", tmp_path / f"{name}.csv").exit_code == 0
        told = said("score", tmp_path / f"{name}.csv", reference, "--cutoff-m", 3000, "--json")
        assert told.exit_code == 0, told.output
        error_m[name] = json.loads(told.output)["gospa"]["pair_error_m"]
    assert error_m["before"] > 600.0
    assert error_m["after"] < 0.6 * error_m["before"]


def test_what_misses_is_told_by_how_much(recorded, tmp_path):
    """Another hour, another place, no place, no height: each is named."""
    sky = world.sky_of(SHORT)
    late = world.table(replace(SHORT, begin_s=SHORT.begin_s + 7200.0), sky, tmp_path / "late.csv")
    told = said("register", recorded, "--reference", late)
    assert told.exit_code == 2
    assert "miss each other by 6,8" in told.output
    assert "12:00:0" in told.output
    far = replace(SHORT, site=(41.0, -3.6, 700.0))
    told = said("register", recorded, "--reference", world.table(far, world.sky_of(far), tmp_path / "far.csv", "name"))
    assert told.exit_code == 2
    assert "km in range and" in told.output
    assert "is the place of the sensor right?" in told.output
    nowhere = tmp_path / "nowhere.ast"
    nowhere.write_bytes(world.joined(world.radar_blocks(replace(SHORT, placed=False), sky)))
    other = tmp_path / "other.ast"
    other.write_bytes(world.joined(world.broadcasts(SHORT, sky)))
    told = said("register", nowhere, "--reference", other)
    assert told.exit_code == 2
    assert "at: {lat_deg" in told.output


def test_of_many_days_the_one_is_taken_that_has_the_aircraft():
    """A reference of three days, UNIX times, against plots that tell the time of day: aircraft and minutes decide."""
    rows = np.zeros(300, TRUTH)
    rows["target"] = np.repeat([0, 1, 2], 100)
    rows["time_s"] = 1.77e9 // 86_400 * 86_400 + 86_400.0 * rows["target"] + 3600.0 + np.tile(np.arange(100), 3)
    told = TruthTable(truth=rows, addresses={0: 0xA, 1: 0xB, 2: 0xC})
    plots = 3600.0 + np.arange(100.0)
    for who in (0, 1, 2):
        moved = on_the_day_of(told, plots, np.full(100, 0xA + who)).truth
        assert moved["time_s"][100 * who] == 3600.0
    assert on_the_day_of(told, plots).truth["time_s"].min() <= 3600.0
    early = on_the_day_of(told, plots + 5 * 86_400.0, np.full(100, 0xB)).truth
    assert early["time_s"][100] == 3600.0 + 5 * 86_400.0
