"""The sensor file: what it takes, what it refuses and how it says so, and the radars made of it."""

import numpy as np
import pytest

from farwatch.errors import InputError
from farwatch.track.sensors import Sensor, read_sensors, sensor_schema, together

ALPHA = """\
name: alpha
revisit_s: 5
range_sigma_m: 50
azimuth_sigma_deg: 0.15
elevation_sigma_deg: 0.2
max_range_m: 400000
pd: 0.9
false_plots_per_scan: 50
"""
FLAT = {"revisit_s": 4.0, "range_sigma_m": 60.0, "azimuth_sigma_deg": 0.2, "max_range_m": 1e5}


@pytest.fixture
def write(tmp_path):
    """Writes a sensor file."""

    def _write(text):
        path = tmp_path / "sensor.yaml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return _write


def test_the_file_of_the_manual_is_read(write):
    """Each field goes where it belongs; angles become radians."""
    radars, frame = together(read_sensors(write(ALPHA)))
    one = radars[0]
    assert frame is None
    assert (one["period_s"], one["range_max_m"], one["pd"], one["false_plots"]) == (5.0, 4e5, 0.9, 50.0)
    assert one["elevation_min_rad"] == pytest.approx(np.radians(-2.0))
    assert one["half_sector_rad"] == pytest.approx(np.pi)
    np.testing.assert_array_equal(one["to_local"], np.eye(3))


def test_what_is_not_told_is_learned(write):
    """Without pd and false plots both are NaN; without an elevation's sigma it is a 2-D radar."""
    lines = [line for line in ALPHA.splitlines() if not line.startswith(("pd", "false", "elevation"))]
    radars, _ = together(read_sensors(write("\n".join(lines))))
    assert np.isnan(radars["pd"][0])
    assert np.isnan(radars["false_plots"][0])
    assert radars["elevation_beam_rad"][0] == 0.0


def test_all_problems_come_at_once_with_lines(write):
    """A wrong name, a wrong value and a missing field are told together, each with its line and the nearest name."""
    text = ALPHA.replace("revisit_s", "revist_s").replace("pd: 0.9", "pd: 1.5").replace("max_range_m: 400000\n", "")
    with pytest.raises(InputError) as caught:
        read_sensors(write(text))
    told = {problem.where: problem for problem in caught.value.problems}
    assert told["revist_s"].line == 2
    assert "revisit_s" in told["revist_s"].hint
    assert told["pd"].rule == "must be at most 1"
    assert told["max_range_m"].rule == told["revisit_s"].rule == "is missing"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("name: [a", "is not YAML"),
        (b"name: \xff\xfe", "UTF-8"),
        (ALPHA + "pd: 0.8\n", "twice"),
        (ALPHA + "min_range_m: 500000\n", "less than max_range_m"),
        (ALPHA + "elevation_min_deg: 40\nelevation_max_deg: 30\n", "less than elevation_max_deg"),
        (ALPHA + "at: {lat_deg: 100, lon_deg: 8}\n", "at most 90"),
        (ALPHA + "at: {lat_deg: 47, lon_dge: 8}\n", "lon_deg"),
        (ALPHA.replace("pd: 0.9", 'pd: "0.9"'), "must be a number"),
        ("just words", "must be a mapping"),
    ],
)
def test_a_broken_file_is_refused_in_words(write, text, said):
    """Every way to break a file ends in an InputError that says what is wrong."""
    with pytest.raises(InputError, match=said):
        read_sensors(write(text))


def test_a_missing_file_is_refused(tmp_path):
    """A file that is not there is an input problem, not a traceback."""
    with pytest.raises(InputError, match="No such file"):
        read_sensors(tmp_path / "nowhere.yaml")


def test_several_sensors_share_the_first_ones_frame():
    """A second radar lies where its coordinates say, and its up is its own."""
    first = Sensor(name="a", at={"lat_deg": 47.0, "lon_deg": 8.0, "height_m": 400.0}, **FLAT)
    second = Sensor(name="b", at={"lat_deg": 47.5, "lon_deg": 8.0, "height_m": 900.0}, **FLAT)
    radars, frame = together([first, second])
    np.testing.assert_allclose([radars["x_m"][0], radars["y_m"][0], radars["z_m"][0]], 0.0, atol=1e-6)
    place = frame.from_local([[radars["x_m"][1], radars["y_m"][1], radars["z_m"][1]]])[0]
    np.testing.assert_allclose(place, (47.5, 8.0, 900.0), atol=1e-6)
    half_deg = np.degrees(np.arccos(radars["to_local"][1][2, 2]))
    assert half_deg == pytest.approx(0.5, abs=1e-9)


def test_sensors_that_cannot_stand_together_are_refused():
    """Same names, no place, nothing at all: each is said."""
    with pytest.raises(InputError, match="name of their own"):
        together([Sensor(name="a", **FLAT), Sensor(name="a", **FLAT)])
    with pytest.raises(InputError, match=r"b\.at"):
        together([Sensor(name="a", at={"lat_deg": 1.0, "lon_deg": 2.0}, **FLAT), Sensor(name="b", **FLAT)])
    with pytest.raises(InputError, match="at least one"):
        together([])


def test_a_file_may_hold_several_sensors(write):
    """A list of mappings gives as many sensors; problems name the one they are in."""
    item = "- " + ALPHA.replace("\n", "\n  ").strip() + "\n"
    two = item + item.replace("alpha", "beta")
    assert [one.name for one in read_sensors(write(two))] == ["alpha", "beta"]
    with pytest.raises(InputError, match=r"beta\.pd = 2"):
        read_sensors(write(item + item.replace("alpha", "beta").replace("pd: 0.9", "pd: 2")))


def test_the_schema_declares_every_field():
    """Editors learn every field with its meaning."""
    schema = sensor_schema()
    assert set(schema["properties"]) == set(Sensor.model_fields)
    assert all(part.get("description") for part in schema["properties"].values())
