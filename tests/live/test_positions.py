"""Positions as plots of a virtual sensor: where they are, and how good they are said to be."""

import numpy as np
import pytest

from farwatch.live.hearing import POSITION, Readers
from farwatch.live.positions import MOST_AIRCRAFT, SYSTEM_TRACK, fields_of, plots_of, thinned
from farwatch.live.service import service_of
from farwatch.track.sensors import Sensor, together
from farwatch.track.sight import SIGHT, take
from live.feeds import Stepped

FIRST = {"lat_deg": 46.0, "lon_deg": 8.0}


def positions(count=1, **fields):
    """POSITION rows, of one aircraft unless something else is said."""
    rows = np.zeros(count, POSITION)
    rows["lat_deg"], rows["lon_deg"], rows["height_m"], rows["sigma_m"] = 46.2, 8.3, 9000.0, np.nan
    rows["address"], rows["track_number"], rows["time_s"] = 0x3C0001, -1, 36000.0
    for name, values in fields.items():
        rows[name] = values
    return rows


@pytest.mark.parametrize(("lat_deg", "lon_deg", "height_m"), [
    (46.2, 8.3, 9000.0), (47.5, 5.0, 12000.0), (45.2, 8.0, 300.0), (46.0, 13.0, 11000.0),
])  # fmt: skip
def test_the_tracker_puts_a_plot_where_the_position_was(lat_deg, lon_deg, height_m):
    """From latitude, longitude and height to a plot and through the tracker's own geometry: the same place."""
    sensor = Sensor(**fields_of("adsb", FIRST))
    radars, frame = together([sensor])
    made = plots_of(positions(lat_deg=lat_deg, lon_deg=lon_deg, height_m=height_m), sensor, 36000.0)
    sight = np.zeros(1, SIGHT)
    take(made[0], radars[0], sight[0])
    expected = frame.to_local(lat_deg, lon_deg, height_m)
    # sphere and ellipsoid differ by up to 0.3 % of the drop below the horizon, which hardly tells on the ground
    assert np.hypot(sight["x"][0] - expected[0], sight["y"][0] - expected[1]) < 10.0


def test_errors_are_those_that_were_stated():
    """A told sigma holds in both horizontal directions; none told: 50 m; a system track's counts three times."""
    sensor = Sensor(**fields_of("adsb", FIRST))
    made = plots_of(positions(2, sigma_m=[80.0, np.nan]), sensor, 36000.0)
    across_m = np.sqrt(made["range_m"] ** 2 - 8000.0**2)
    np.testing.assert_allclose(made["range_sigma_m"], [80.0, 50.0])
    np.testing.assert_allclose(made["azimuth_sigma_rad"] * across_m, [80.0, 50.0], rtol=0.02)
    system = Sensor(**fields_of("cat062", FIRST))
    told = plots_of(positions(2, sigma_m=[200.0, np.nan]), system, 36000.0)
    np.testing.assert_allclose(told["range_sigma_m"], [600.0, SYSTEM_TRACK.sigma_m])


def test_each_aircraft_has_one_plot_in_a_period():
    """Twenty reports of two aircraft in two periods: four; the memory of it stays small."""
    latest = {}
    rows = positions(20, time_s=36000.0 + 0.4 * np.arange(20), address=0x3C0001 + np.arange(20) % 2)
    assert thinned(rows, 4.0, latest).size == 4
    for turn in range(100):
        thinned(positions(1, time_s=36100.0 + 4.0 * turn, address=turn + 1), 4.0, latest)
    assert len(latest) < 20
    thinned(positions(30_000, address=1 + np.arange(30_000)), 4.0, latest)
    assert len(latest) == MOST_AIRCRAFT


class Straight:
    """A listener that says where aircraft are that fly east at 200 m/s, whatever it is fed."""

    def __init__(self, form):
        self.form = form

    def feed(self, data, time_s):
        """Three aircraft, a quarter of a degree apart."""
        east_deg = np.degrees(200.0 * (time_s - 36000.0) / 6.371e6) / np.cos(np.radians(46.0))
        return positions(3, time_s=time_s, lat_deg=46.0 + 0.25 * np.arange(3), lon_deg=8.0 + east_deg,
                         address=0x3C0001 + np.arange(3))  # fmt: skip


def test_adsb_alone_makes_a_picture():
    """Half a minute of reports twice a second: three tracks, as fast as the aircraft, and none besides."""
    stepped = Stepped(service_of([], Readers(adsb=Straight)))
    for k in range(160):
        stepped.wall_s, stepped.day_s = 1000.0 + 0.5 * k, 36000.0 + 0.5 * k
        stepped.hear([b"*8D4840D6202CC371C32CE0576098;"])
    assert set(stepped.shown["address"].tolist()) == {0x3C0001, 0x3C0002, 0x3C0003}
    assert stepped.shown.size == 3
    speeds = np.hypot(stepped.shown["vx_m_s"], stepped.shown["vy_m_s"])
    np.testing.assert_allclose(speeds, 200.0, atol=5.0)
    assert stepped.counts["positions between"] > 300
