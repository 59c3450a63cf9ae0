"""Antenna patterns, against geometry, definitions and published sidelobes."""

from math import pi, radians

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farwatch.detect import antenna
from farwatch.detect.antenna import beam_with_sidelobes, broadened_rad, cosecant_squared, gaussian_beam, scan_gain
from farwatch.errors import InputError, RangeError
from naive import radar_physics as naive

OFF_DEG = np.linspace(0.0, 40.0, 40001)


def tops(pattern_db):
    """Sidelobe tops of a sampled pattern."""
    rises = (pattern_db[1:-1] > pattern_db[:-2]) & (pattern_db[1:-1] >= pattern_db[2:])
    return pattern_db[1:-1][rises]


@given(st.floats(0.5, 89), st.floats(1, 30))
def test_a_flyer_at_constant_height_stays_equally_strong(elevation_deg, top_deg):
    """Above the main beam two-way gain times 1/R^4 does not change with elevation; below it, full gain."""
    gain = cosecant_squared(radians(elevation_deg), radians(top_deg))
    assert gain == pytest.approx(naive.fan_gain(elevation_deg, top_deg), rel=1e-12)
    assert cosecant_squared(radians(-3.0), radians(top_deg)) == 1.0


@given(st.floats(-5, 5), st.floats(0.1, 10))
def test_gaussian_beam_halves_at_half_its_width(off, beam):
    """Half power at half the full width; sidelobes hold the floor."""
    assert gaussian_beam(off, beam) == pytest.approx(naive.half_power_gain(off, beam), rel=1e-9, abs=1e-300)
    assert beam_with_sidelobes(off, beam, 1e-3) == max(1e-3, gaussian_beam(off, beam))


@pytest.mark.parametrize("off_deg", [-60.0, 0.0, 30.0, 45.0, 60.0, 74.0])
def test_a_steered_array_shows_less_of_itself(off_deg):
    """Gain falls and the beam broadens with the projected aperture."""
    share = naive.projected(off_deg)
    assert scan_gain(radians(off_deg), 1.5) == pytest.approx(share**1.5)
    assert broadened_rad(0.02, radians(off_deg)) == pytest.approx(0.02 / share)


def test_an_array_sees_nothing_behind():
    """Beyond 90 degrees there is no gain; the beam stops broadening at 75."""
    assert scan_gain(0.6 * pi, 1.3) == 0.0
    assert scan_gain(pi, 1.0) == 0.0
    assert broadened_rad(0.02, radians(89.0)) == broadened_rad(0.02, radians(75.0))


@pytest.mark.validation
@pytest.mark.parametrize(
    ("exponent", "first_db", "width_deg"), [(0, -13.26, 50.8), (1, -23.0, 68.8), (2, -31.5, 83.2), (3, -39.0, 95.0)]
)
def test_cosine_tapers_have_their_published_sidelobes(exponent, first_db, width_deg):
    """First sidelobes and widths of one wavelength of ITU-R M.1851, to its rounding: 0.3 dB and 1 %."""
    pattern = antenna.cosine_taper_db(OFF_DEG, 1.0, exponent)
    assert tops(pattern)[0] == pytest.approx(first_db, abs=0.3)
    u_half = antenna._half_width(lambda u: antenna._cosine_field(u, 1 + exponent / 2))
    assert np.degrees(2 * u_half) == pytest.approx(width_deg, rel=0.011)


@pytest.mark.parametrize("exponent", [0.0, 0.5, 1.0, 2.0, 4.0])
def test_taper_is_the_transform_of_its_light(exponent):
    """The closed form equals the integral of cos^n over the aperture; half power at half the width; envelope on top."""
    x = (np.arange(4000) + 0.5) / 4000 - 0.5
    light = np.cos(pi * x) ** exponent
    for u in (0.3, 1.7, 6.2, 21.5, 40.3):
        field = antenna._cosine_field(np.array(u), 1 + exponent / 2)
        assert float(field) == pytest.approx(float(np.mean(light * np.cos(2 * pi * u * x)) / np.mean(light)), abs=3e-5)
    assert float(antenna.cosine_taper_db(0.5, 1.0, exponent)) == pytest.approx(-3.0103, abs=1e-6)
    over = antenna.sidelobe_envelope_db(OFF_DEG, 1.0, exponent) - antenna.cosine_taper_db(OFF_DEG, 1.0, exponent)
    assert np.min(over) > -1e-9
    assert np.min(over[OFF_DEG > 20]) < 0.01


@pytest.mark.parametrize(("sidelobe_db", "even"), [(25.0, 5), (30.0, 6), (40.0, 8)])
def test_taylor_keeps_its_sidelobes_down(sidelobe_db, even):
    """The first sidelobe lies within 0.3 dB of the design, none above; half power at half the width."""
    found = tops(antenna.taylor_db(OFF_DEG, 1.0, sidelobe_db, even))
    assert found[0] == pytest.approx(-sidelobe_db, abs=0.35)
    assert np.max(found) <= -sidelobe_db
    assert float(antenna.taylor_db(0.5, 1.0, sidelobe_db, even)) == pytest.approx(-3.0103, abs=1e-6)


@pytest.mark.validation
def test_gain_from_beam_widths():
    """26,000 square degrees is 63 % efficient (Skolnik, 9.2); 41,253 is everything."""
    assert float(antenna.gain_of_beams_dbi(2.0, 2.0, 0.63)) == pytest.approx(10 * np.log10(26000 / 4), abs=0.02)
    assert float(antenna.gain_of_beams_dbi(1.0, 1.0, 1.0)) == pytest.approx(10 * np.log10(41253), abs=1e-4)
    assert float(antenna.cosecant_squared_loss_db(6.0, 6.0, 20.0)) == pytest.approx(2.23, abs=0.2)


def test_measured_tables_are_read_and_wrapped(tmp_path):
    """Straight lines in decibels; nothing outside, unless the table is a whole turn."""
    path = tmp_path / "beam.csv"
    path.write_text("angle_deg,gain_db\n-180,-40\n0,0\n90,-20\n180,-40\n", encoding="utf-8")
    pattern = antenna.read_pattern(path)
    assert pattern.at([45.0, 270.0, -90.0]) == pytest.approx([-10.0, -20.0, -20.0])
    part = antenna.Pattern(angle_deg=np.array([0.0, 10.0]), gain_db=np.array([0.0, -10.0]), source="here")
    assert np.isnan(part.at(11.0))
    assert float(part.at(5.0)) == -5.0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("angle,gain\n0,0\n", "no column angle_deg or gain_db"),
        ("angle_deg,gain_db\n0,0\n0,-3\n", "angles must rise"),
        ("angle_deg,gain_db\n0,x\n400,0\n5,nan\n", "3 problems"),
        ("angle_deg,gain_db\n0,0\n", "two rows or more"),
        ("", "no column"),
    ],
)
def test_bad_tables_say_what_is_wrong(tmp_path, text, said):
    """Every bad line is named with the rule it breaks."""
    path = tmp_path / "bad.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=said):
        antenna.read_pattern(path)


def test_impossible_antennas_are_refused(tmp_path):
    """No pattern behind an aperture, no Taylor of 80 dB, no gain of a hemisphere, no missing file."""
    with pytest.raises(RangeError):
        antenna.cosine_taper_db(91.0, 1.0)
    with pytest.raises(RangeError):
        antenna.cosine_taper_db(1.0, 1.0, -1.0)
    with pytest.raises(RangeError):
        antenna.taylor_db(1.0, 1.0, 80.0)
    with pytest.raises(RangeError, match="need 6 or more"):
        antenna.taylor_db(1.0, 1.0, 35.0, 2)
    with pytest.raises(RangeError):
        antenna.gain_of_beams_dbi(90.0, 1.0)
    with pytest.raises(InputError, match="cannot be read"):
        antenna.read_pattern(tmp_path / "absent.csv")
