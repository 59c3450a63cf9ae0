"""What reaches the detector: the compiled look against the slow twin, and laws that more noise or gain must keep."""

from math import pi, radians

import numpy as np
import pytest

from detect.conftest import FIGURES, sensors_of
from detect.test_floor import ground_at, rough
from farwatch import detect
from farwatch.catalogue import load
from farwatch.detect import echo
from farwatch.detect.air import air_at, air_db, air_tables, fill_air
from farwatch.detect.antenna import projected_gain, scan_gain
from farwatch.detect.floor import Floor, _site, fill_floor, floor_at, grazing_at, terrain_floor
from farwatch.detect.gas import gas_of
from farwatch.detect.rain import path_in_rain_m, path_under_m
from farwatch.detect.response import SPEEDS, fill_response, response_at, responses
from farwatch.detect.scan import _is_in_beam, _locate
from farwatch.records import CLASS, RADAR, TARGET
from farwatch.world.terrain import flat
from naive import detection as naive

STILL = (0.0, 0.0, 0.0)
AIR = {"air_db_per_m": (1.5e-5, 4e-6), "air_scale_m": (5500.0, 1900.0)}
FILTER = {"improvement_db": 40.0, "rain_improvement_db": 25.0}
FAN = {"elevation_beam_rad": 0.0, "beam_top_rad": radians(5)}
ARRAY = {
    "rotating": 0, "half_sector_rad": radians(60), "heading_rad": radians(30), "roll_off_exponent": 1.3,
    "tilt_sine": np.sin(radians(20)), "tilt_cosine": np.cos(radians(20)),
}
WET = {"rain_db_per_m": 2e-5, "rain_reflectivity_per_m": 1e-9, "fog_db_per_m": 1e-5, "fog_top_m": 900.0}


def look(radar, truth_row, floor_m=0.0):
    """A look at a target: its place for the kernels, and the same for the twin."""
    place = np.zeros(echo.PLACE_SIZE)
    place[:7] = truth_row
    _locate(radar, place)
    _is_in_beam(radar, place)
    up = place[echo.SINE] * place[echo.RANGE]
    named = {
        "range": place[echo.RANGE], "azimuth": place[echo.AZIMUTH], "up": up, "across": place[echo.ACROSS],
        "ground": place[echo.GROUND], "height": place[6], "floor": floor_m,
    }
    place[echo.FLOOR] = floor_m
    return place, named


def state(range_m, azimuth_deg, height_m, velocity):
    """A state at a polar place; its height over the bulge of the earth."""
    a = radians(azimuth_deg)
    x, y = range_m * np.sin(a), range_m * np.cos(a)
    return np.array([x, y, height_m - range_m**2 / 2 / 6371e3, *velocity, height_m])


def one_radar(**changes):
    """RADAR[1] with some figures."""
    radars = np.zeros(1, RADAR)
    radars["to_local"] = np.eye(3)
    for field, value in (FIGURES | changes).items():
        radars[field] = value
    detect.settle(radars)
    return radars


def filtered(blind_m_s):
    """Response of a three-pulse canceller with some first blind speeds."""
    out = np.empty(SPEEDS, np.float32)
    fill_response(np.array(blind_m_s, float), 2, out)
    return out


def one_class(rcs_m2=2.0):
    """A class with the same echo from everywhere."""
    found = np.zeros(1, CLASS)
    for side in ("nose", "side", "tail"):
        found[f"rcs_{side}_m2"] = rcs_m2
    return found[0]


@pytest.mark.parametrize("kind", [{}, AIR, FILTER, FAN, ARRAY, WET, AIR | FILTER | ARRAY | WET, AIR | FILTER | FAN])
def test_a_look_weighs_what_the_twin_weighs(kind):
    """Echo, clutter, jamming and noise of many looks, with each effect alone and all together."""
    rng = np.random.default_rng(4)
    radars = one_radar(**kind)
    radar, air, blind = radars[0], air_tables(radars)[0], np.array([150.0, 190.0] if "improvement_db" in kind else [])
    response = filtered(blind)
    jammers = np.array([[0.7, 0.03, 50.0], [2.0, 0.0, 0.0], [6.2, 0.01, 2e3]])
    lit = np.zeros((1, 1, 600), np.uint8)
    for _ in range(40):
        # Above the air table's coarse first rows, and no line of sight through the ground.
        range_m, height_m = rng.uniform(5e3, 200e3), rng.uniform(3e3, 14e3)
        velocity = rng.uniform(-250, 250, 3)
        row = state(range_m, rng.uniform(-20, 80), height_m, velocity)
        place, named = look(radar, row, rng.uniform(0, 100))
        lit[:] = rng.integers(0, 255)
        tangent = (lit[0, 0, 0] / 255) ** 4
        assert grazing_at(lit, 0, 500.0, place[echo.AZIMUTH], range_m) == pytest.approx(tangent)
        radar["gamma_ratio"] = rng.choice([0.0, 0.01])
        target = np.zeros(1, TARGET)
        target["jammer_w_hz"] = rng.choice([0.0, 1e-3])
        radar["jamming_factor"] = 1e12
        to_radar = np.array([0.0, 0.0, 20.0]) - row[:3]
        radial = velocity @ to_radar / np.linalg.norm(to_radar)
        weak = not echo.weigh(radar, one_class(), air, response, place)
        snr, one = naive.echo_over_noise(radar, named, 2.0, radial, blind)
        assert place[echo.ECHO] * place[echo.FILTER] == pytest.approx(snr, rel=0.01, abs=0.01 * place[echo.ECHO])
        assert place[echo.ONE] == pytest.approx(one, rel=0.01)
        assert weak == (2.0 * place[echo.ONE] < 1e-3)
        echo.add_noise(radar, target[0], lit, 0, 500.0, jammers, place)
        clutter = naive.ground_residue(radar, named, one, tangent) if radar["gamma_ratio"] else 0.0
        jamming = sum(strength * naive.gain_toward(radar, named, *where) for *where, strength in jammers)
        jamming += naive.own_jamming(radar, named, target["jammer_w_hz"][0], one)
        assert place[echo.JAMMING] == pytest.approx(jamming, rel=0.01)
        rain = echo.rain_residue(radar, place) if radar["rain_reflectivity_per_m"] else 0.0
        assert place[echo.CLUTTER] == pytest.approx(clutter + rain, rel=0.02)
        assert place[echo.NOISE] == pytest.approx(1 + place[echo.CLUTTER] + place[echo.JAMMING])


def test_steering_is_the_same_by_angle_and_by_cosine():
    """Two ways to ask for the gain off broadside, which is nothing behind the face."""
    for off, exponent in ((0.0, 1.3), (0.7, 1.0), (1.5, 1.6), (2.0, 1.3)):
        assert projected_gain(np.cos(off), exponent) == pytest.approx(scan_gain(off, exponent))
    assert projected_gain(-0.1, 1.3) == 0.0


def test_without_a_filter_every_speed_is_alike():
    """No repetition frequencies: the response is one."""
    place, _ = look(one_radar()[0], state(50e3, 10.0, 3e3, (3.0, 0.0, 0.0)))
    echo.weigh(one_radar()[0], one_class(), air_tables(one_radar())[0], filtered([]), place)
    assert place[echo.FILTER] == 1.0
    assert echo.leaving_sine(place) == pytest.approx(place[echo.APPARENT], abs=1e-3)


def test_the_table_of_a_filter_is_within_its_error():
    """Linear look-up against the twin's pulse train, for speeds of either sign and every radar of the catalogue."""
    for radar, row in zip(load().radars.values(), responses(list(load().radars.values())), strict=True):
        prf_hz = radar.waveform.prf_hz.value * np.array(radar.waveform.stagger)
        blind = 0.5 * 299792458.0 / radar.frequency_hz.value * prf_hz
        assert blind.min() > 25.0
        for speed in (0.0, 0.2, -3.3, 17.1, -61.9, 240.3, -299.77, 1000.1, 3456.7):
            exact = naive.canceller(speed, blind, radar.waveform.canceller)
            assert response_at(row, speed) == pytest.approx(exact, abs=0.01)
        assert response_at(row, 1e5) == pytest.approx(row[-1], rel=1e-4)
        assert row.mean() == pytest.approx(1.0, abs=0.02)


def test_rain_sends_back_what_fills_the_beam():
    """Reflectivity times the beam's volume over the improvement, and nothing above the rain."""
    radar = one_radar(**WET, rain_improvement_db=30.0)[0]
    low, _ = look(radar, state(40e3, 0.0, 2e3, STILL))
    high, _ = look(radar, state(40e3, 0.0, 9e3, STILL))
    air = air_tables(one_radar())[0]
    for place in (low, high):
        echo.weigh(radar, one_class(), air, filtered([]), place)
    volume = pi / 8 / np.log(2) * (40e3 * radar["azimuth_beam_rad"]) * (40e3 * radar["elevation_beam_rad"]) * 150.0
    assert echo.rain_residue(radar, low) == pytest.approx(low[echo.ONE] * 1e-9 * volume / 1e3, rel=0.01)
    assert echo.rain_residue(radar, high) == 0.0


def test_a_layer_cuts_the_path_where_it_ends():
    """Fog below a height: the walk's length; for the rain's own height the rain's."""
    for elevation in (-0.004, 0.0, 0.01, 0.3):
        walked = naive.rain_path(80e3, 20.0, elevation, 400.0)
        assert path_under_m(80e3, 20.0, np.sin(elevation), 400.0) == pytest.approx(walked, rel=2e-3)
    assert path_under_m(80e3, 20.0, 0.02, 5000.0) == path_in_rain_m(80e3, 20.0, 0.02)
    assert path_under_m(80e3, 500.0, 0.02, 400.0) == 0.0


@pytest.mark.parametrize(("ghz", "antenna_m"), [(1.3, 20.0), (3.0, 610.0), (9.5, 20.0), (15.0, 1500.0)])
def test_the_air_table_is_within_its_error(ghz, antenna_m):
    """Against the closed form it tabulates, wherever a straight ray clears the earth: within 0.1 dB."""
    gas = gas_of(ghz * 1e9)
    radars = one_radar(
        range_max_m=400e3, height_m=antenna_m, air_db_per_m=(2 * gas.oxygen_db_per_m, 2 * gas.vapour_db_per_m),
        air_scale_m=(gas.oxygen_scale_m, gas.vapour_scale_m),
    )
    table = air_tables(radars)[0]
    again = np.empty_like(table)
    fill_air(radars[0], again)
    assert np.array_equal(table, again)
    worst = 0.0
    for range_m in np.geomspace(2e3, 399e3, 60):
        for height_m in (0.0, 50.0, 150.0, 500.0, 1500.0, 4e3, 9e3, 15e3, 30e3, 200e3):
            sine = (height_m - antenna_m) / range_m - range_m / 2 / naive.EFFECTIVE_M
            if sine * sine <= 1.0 and sine > -np.sqrt(2 * antenna_m / naive.EFFECTIVE_M):
                exact = air_db(radars[0], antenna_m, range_m, sine)
                worst = max(worst, abs(-10 * np.log10(air_at(table, 400e3, range_m, height_m)) - exact))
    assert worst < 0.1


def test_ground_is_lit_as_a_smooth_earth_is():
    """Short of the horizon the tangent of the grazing angle, beyond it nothing."""
    made = terrain_floor(flat(), 0.0, 0.0, 30.0, 100e3, 500)
    lit = made.lit(30.0)
    for range_m in (3e3, 8e3, 15e3, 19e3):
        exact = 30.0 / range_m - range_m / 2 / naive.EFFECTIVE_M
        assert grazing_at(lit[None], 0, made.step_m, 1.0, range_m) == pytest.approx(exact, rel=0.15)
    for range_m in (24e3, 60e3, 99e3, 300e3):
        assert grazing_at(lit[None], 0, made.step_m, 1.0, range_m) == 0.0


def test_ground_is_lit_where_a_profile_is_seen():
    """Over hills: the angle that each step adds to what is seen, summed sample by sample."""
    terrain = rough(np.kron(np.random.default_rng(3).random((20, 20)) * 1500, np.ones((10, 10))))
    site = _site(10.0, 20.0)
    out = np.empty((16, 90), np.float32)
    fill_floor(terrain.grid, site, 1600.0, 800.0, 1, out)
    lit = Floor(height_m=out, step_m=800.0).lit(1600.0)
    ranges_m = 800.0 * np.arange(90)
    for row in (0, 5, 11):
        azimuth = 2 * pi * row / 16
        heights_m = [ground_at(terrain.grid, site, azimuth, r) for r in ranges_m]
        for at in (10, 30, 50, 80):
            exact = naive.lit_tangent(ranges_m, heights_m, 1600.0, at - 1, at)
            found = grazing_at(lit[None], 0, 800.0, azimuth, 800.0 * (at - 0.5))
            assert found == pytest.approx(min(exact, 1.0), rel=0.12, abs=3e-5)
            assert floor_at(out[None], 0, 800.0, azimuth, 800.0 * at) >= heights_m[at] - 0.01


# What must hold whatever the scene ------------------------------------------------------------------------------


def seen(sensors, truth, watch, turns=60):
    """Plots of the first target, and the field."""
    plots, field = watch(sensors, truth, turns)
    return len(plots), field.sightings[0]


def cluttered(radars, blind_m_s=(), jammers=(), steep=0.002):
    """Sensors over ground that is lit everywhere, with a filter and jammers."""
    made = sensors_of(radars)
    lit = np.full((1, 1, 512), round(255 * steep**0.25), np.uint8)
    where = np.array(jammers, float).reshape(1, -1, 3)
    return made._replace(lit=lit, response=filtered(blind_m_s)[None], jammers=where)


def test_more_improvement_never_loses_a_plot(sky, watch):
    """Over clutter that drowns the target at first."""
    truth = sky([(30e3, 40.0, 400.0, STILL)], swerling=1, length_s=1e6)
    counts = []
    for improvement_db in (0.0, 15.0, 25.0, 40.0, 80.0):
        sensors = cluttered(one_radar(gamma_ratio=0.03, improvement_db=improvement_db))
        count, sighting = seen(sensors, truth, watch)
        counts.append(count)
        if improvement_db == 0.0:
            assert sighting["lost_to_clutter"] > 50
    assert counts == sorted(counts)
    assert counts[0] < 5
    assert counts[-1] == seen(cluttered(one_radar()), truth, watch)[0] > 50


def test_a_jammer_never_helps(sky, watch):
    """More power, or more of it in the beam, never adds a plot; through the sidelobes it costs less."""
    truth = sky([(90e3, 40.0, 6e3, STILL)], swerling=1, length_s=1e6)
    clear, _ = seen(cluttered(one_radar(sidelobe_db=-30.0)), truth, watch)
    counts = [clear]
    for azimuth_deg, strength in ((200.0, 100.0), (200.0, 2e4), (40.0, 2e4)):
        sensors = cluttered(one_radar(sidelobe_db=-30.0), jammers=[(radians(azimuth_deg), 0.06, strength)])
        count, sighting = seen(sensors, truth, watch)
        counts.append(count)
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > counts[2] > counts[3] == 0
    assert sighting["lost_to_jamming"] > 40


def test_luck_is_not_put_down_to_a_weak_jammer(sky, watch):
    """Of the looks that fluctuation loses, none is the jammer's while the mean echo stays likely to be seen."""
    truth = sky([(100e3, 40.0, 6e3, STILL)], swerling=1, length_s=1e6)
    lost = []
    for strength in (0.5, 50.0):
        sensors = cluttered(one_radar(), jammers=[(radians(40.0), 0.06, strength)])
        count, sighting = seen(sensors, truth, watch)
        assert count < 55
        lost.append(int(sighting["lost_to_jamming"]))
    assert lost[0] == 0
    assert lost[1] == 60 - count > 40


def test_a_target_that_jams_burns_through(sky, watch):
    """It is seen where the echo beats its own noise, and not far beyond."""
    radars = one_radar(jamming_factor=1e12, snr_reference=2e5)
    # Jamming falls with the square of range, the echo with the fourth power: equal where their quotient is one.
    density_w_hz = radars["snr_one"][0] / 1e12 / 100e3**2
    rows = [(range_m, 40.0, 6e3, STILL) for range_m in (20e3, 300e3)]
    for row, most in zip(rows, (60, 0), strict=True):
        quiet, _ = seen(cluttered(radars), sky([row], length_s=1e6), watch)
        loud, sighting = seen(cluttered(radars), sky([row], length_s=1e6, jammer_w_hz=density_w_hz), watch)
        assert quiet == 60
        assert loud == most
        assert sighting["lost_to_jamming"] == 60 - most


def test_a_target_across_the_beam_fades(sky, watch):
    """Flying past, or slowly: the filter takes it for ground. Flying in, it does not."""
    sensors = cluttered(one_radar(snr_reference=200.0, half_sector_rad=pi), (110.0, 140.0, 170.0))
    rows = {"in": (0.0, -250.0, 0.0), "past": (3.0, 0.0, 0.0), "slow": (0.0, -4.0, 0.0)}
    found = {
        name: seen(sensors, sky([(70e3, 0.0, 3e3, velocity)], length_s=4e3), watch, 8)
        for name, velocity in rows.items()
    }
    assert found["in"][0] >= 8
    assert found["past"][0] == found["slow"][0] == 0
    assert found["past"][1]["lost_to_filter"] >= 8


def test_broadside_is_best(sky, watch):
    """The farther off broadside an array looks, the fewer plots and the wider their errors."""
    truths = [sky([(112e3, 30.0 + off, 6e3, STILL)], swerling=1, length_s=1e6) for off in (0.0, 35.0, 55.0)]
    sensors = cluttered(one_radar(**ARRAY))
    assert [count := seen(sensors, truth, watch, 300)[0] for truth in truths] == sorted(
        (seen(sensors, truth, watch, 300)[0] for truth in truths), reverse=True
    )
    strong = cluttered(one_radar(**ARRAY | {"snr_reference": 1e5, "angle_floor_rad": 0.0}))
    sigma = [np.median(watch(strong, truth, 30)[0]["azimuth_sigma_rad"]) for truth in truths]
    assert sigma[0] < sigma[1] < sigma[2]
    assert count < 300
