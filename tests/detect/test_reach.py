"""The reach of a radar on few rings and levels, quick enough to run with the kernels interpreted too."""

from math import atan2, cos, hypot, radians, sin

import numpy as np
import pytest

from farwatch import catalogue
from farwatch.detect import reach as reaches
from farwatch.detect.air import air_db, air_tables
from farwatch.detect.echo import PLACE_SIZE
from farwatch.detect.horizon import EFFECTIVE_RADIUS_M
from farwatch.detect.prepare import stand
from farwatch.detect.reach import Spot, Target, pd_here, polar, reach_of, seen_between
from farwatch.detect.statistics import pd, required_snr
from farwatch.scenario import Weather


@pytest.fixture(scope="module")
def small():
    """An array looking east, on 24 rings and 40 levels: its row, its target, its reach."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(reaches, "RINGS", 24)
        patched.setattr(reaches, "LEVELS", 40)
        patched.setattr(reaches, "AZIMUTHS", 72)
        row = stand(catalogue.load().radars["92n6e"], 90.0, 500.0, Weather(rain_mm_h=4.0))[0]
        target = Target(rcs_m2=0.5, pd=0.8)
        yield row, target, reach_of(row, target, 120e3)


def slow_snr(row, rcs_m2, ground_range_m, height_m):
    """Mean SNR per pulse straight ahead, from geometry, pattern, air and rain one by one."""
    a = EFFECTIVE_RADIUS_M + float(row["height_m"])
    angle = ground_range_m / EFFECTIVE_RADIUS_M
    across, up = (EFFECTIVE_RADIUS_M + height_m) * sin(angle), (EFFECTIVE_RADIUS_M + height_m) * cos(angle) - a
    slant_m, elevation = hypot(across, up), atan2(up, across)
    face = cos(elevation) * float(row["tilt_cosine"]) + sin(elevation) * float(row["tilt_sine"])
    steering = max(face, 0.0) ** float(row["roll_off_exponent"])
    along_m = np.linspace(0.0, slant_m, 20001)
    heights_m = float(row["height_m"]) + along_m * up / slant_m + along_m**2 / (2 * EFFECTIVE_RADIUS_M)
    wet_m = np.mean(heights_m < 5000.0) * slant_m
    lost_db = air_db(row, float(row["height_m"]), slant_m, up / slant_m) + float(row["rain_db_per_m"]) * wet_m
    return float(row["snr_one"]) * rcs_m2 * steering**2 / slant_m**4 * 10 ** (-0.1 * lost_db)


def test_signal_is_geometry_times_losses(small):
    """`fill_snr` against one look at a time."""
    row, target, _ = small
    away_m, height_m = np.array([10e3, 60e3, 110e3]), np.array([800.0, 4000.0, 9000.0])
    out = np.empty((3, 3), np.float32)
    air = air_tables(np.array([row]))[0]
    reaches.fill_snr(row, air, target.rcs_m2, away_m, height_m, np.zeros(PLACE_SIZE), out)
    for i, j in np.ndindex(3, 3):
        assert out[i, j] == pytest.approx(10 * np.log10(slow_snr(row, 0.5, away_m[i], height_m[j])), abs=0.15)


def test_seen_stretch_is_where_the_signal_suffices(small):
    """`fill_seen` lies between the levels where the signal passes what is needed, and within the limits."""
    row, target, reach = small
    needed_db = float(required_snr(target.pd, float(row["pfa"]), int(row["pulses"]), target.swerling))
    share = np.arange(40) / 39.0
    heights_m = reaches.LOWEST_M + (reaches.HIGHEST_M - reaches.LOWEST_M) * share**2
    ahead = reach.azimuth_db.argmax()
    for ring in range(24):
        enough = reach.snr_db[ring] + reach.azimuth_db[ahead] >= needed_db
        here = heights_m[enough & (heights_m >= reach.low_m[ring]) & (heights_m <= reach.high_m[ring])]
        low_m, high_m = reach.seen_low_m[ahead, ring], reach.seen_high_m[ahead, ring]
        if here.size:
            assert low_m <= here[0]
            assert high_m >= here[-1]
            assert low_m >= heights_m[max(np.searchsorted(heights_m, here[0]) - 1, 0)]


def test_chance_is_that_of_the_signal(small):
    """`pd_here` on a ring and a level is the exact chance of the table's signal."""
    row, target, reach = small
    height_m = reaches.LOWEST_M + (reaches.HIGHEST_M - reaches.LOWEST_M) * (9 / 39.0) ** 2
    snr_db = float(reach.snr_db[12, 9]) + reach.azimuth_db[18]
    exact = float(pd(target.swerling, snr_db, int(row["pulses"]), float(row["pfa"])))
    assert pd_here(reach, 12 * reach.step_m, radians(90.0), height_m) == pytest.approx(exact, abs=1e-3)
    assert pd_here(reach, 12 * reach.step_m, radians(270.0), height_m) == 0.0
    assert pd_here(reach, 130e3, radians(90.0), height_m) == 0.0


def test_patches_are_their_cells(small):
    """Floors, counts and chances of a patch are those of its cells, one at a time."""
    _, _, reach = small
    rng = np.random.default_rng(3)
    spot = Spot(row=6, column=-3, cell_m=6000.0, north_rad=0.05)
    ground_m = rng.uniform(0.0, 900.0, (12, 14)).astype(np.float32)
    los_m = np.where(rng.random((12, 14)) < 0.1, np.nan, rng.uniform(0.0, 1500.0, (12, 14))).astype(np.float32)
    floor_m, unseen, count = np.empty_like(los_m), np.ones_like(los_m), np.zeros(los_m.shape, np.uint8)
    reaches.fill_floor_seen(los_m, ground_m, spot, reach, floor_m)
    reaches.add_seen(los_m, ground_m, spot, reach, 2500.0, False, count)
    reaches.fill_unseen(los_m, ground_m, spot, reach, 2500.0, False, unseen)
    assert 0 < count.sum() < count.size
    for row, column in np.ndindex(12, 14):
        away_m, azimuth = polar(spot, row, column)
        assert away_m == pytest.approx(6000.0 * hypot(row - 6, column + 3))
        low_m, high_m = seen_between(reach, away_m, azimuth)
        ground = float(ground_m[row, column])
        lowest_m = max(ground + float(los_m[row, column]), low_m)
        expected = lowest_m - ground if lowest_m <= high_m and np.isfinite(los_m[row, column]) else np.nan
        assert floor_m[row, column] == pytest.approx(expected, nan_ok=True, abs=1e-2)
        in_sight = 2500.0 - ground >= los_m[row, column]
        assert count[row, column] == (in_sight and low_m <= 2500.0 <= high_m)
        chance = pd_here(reach, away_m, azimuth, 2500.0) if in_sight else 0.0
        assert unseen[row, column] == pytest.approx(1.0 - chance, abs=1e-5)


def test_stretches_and_cuts_are_place_by_place(small):
    """`fill_stretch` and `fill_vertical` ask each place; beyond the last ring there is nothing."""
    _, _, reach = small
    azimuth_rad, away_m = np.array([1.2, 1.9]), np.array([10e3, 50e3, 120e3, 121e3])
    low_m, high_m = np.empty((2, 2, 4))
    reaches.fill_stretch(reach, azimuth_rad, away_m, low_m, high_m)
    assert (low_m[1, 1], high_m[1, 1]) == pytest.approx(seen_between(reach, 50e3, 1.9), abs=1e-6)
    assert np.isnan(high_m[0, 3])
    cut = np.empty((2, 3))
    reaches.fill_vertical(reach, 1.2, away_m[:3], np.array([1e3, 5e3]), cut)
    assert cut[1, 1] == pytest.approx(pd_here(reach, 50e3, 1.2, 5e3), abs=1e-6)  # interpreted, float32 mixes otherwise


def test_azimuth_rows_and_sectors(small):
    """The nearest row of the steering table, and the sector about the heading, over north too."""
    reach = small[2]._replace(heading_rad=0.0, half_sector_rad=radians(60.0))
    inside = [reaches.is_inside(reach, radians(a)) for a in (0.0, 59.0, 61.0, 180.0, 299.0, 301.0)]
    assert inside == [True, True, False, False, False, True]
    rows = [reaches.azimuth_row(reach, 2.0 * np.pi * a) for a in (0.0, 0.5, 0.9999999, 1.25)]
    assert rows == [0, 36, 0, 18]


def test_an_array_sees_farthest_ahead(small):
    """Steering away from the heading costs, the same to both sides."""
    db = small[2].azimuth_db
    assert db.argmax() == 18
    assert np.allclose(db[18:30], db[7:19][::-1])
    assert np.all(np.diff(db[18:34]) < 0.0)
