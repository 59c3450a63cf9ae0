"""A radar that is off by a known azimuth and range is found out from recordings alone: plots and a reference, read."""

from importlib.util import find_spec

import numpy as np
import pytest

from farwatch.formats import asterix_scene
from farwatch.track.registering import Registering, register
from farwatch.world.earth import Frame, to_spherical
from naive import asterix as plain
from naive import asterix_library as made

pytestmark = [
    pytest.mark.validation,
    pytest.mark.skipif(find_spec("asterix") is None, reason="libasterix is not installed"),
]

TURN_DEG, FAR_M = 0.5, 185.2
"""Errors put into every plot: half a degree and a tenth of a mile."""

PERIOD_S, LENGTH_S, FLIGHTS = 5.0, 500.0, 12
RANGE_SIGMA_M, AZIMUTH_SIGMA_DEG = 70.0, 0.08


def site_of(lat_deg, lon_deg, height_m):
    """I034/120, and the place that it then tells."""
    lat, lon = (round(angle * 2**23 / 180.0) for angle in (lat_deg, lon_deg))
    item = b"".join((int(v) & (1 << 8 * n) - 1).to_bytes(n, "big") for v, n in ((height_m, 2), (lat, 3), (lon, 3)))
    return item, (lat * 180.0 / 2**23, lon * 180.0 / 2**23, height_m)


class Sky:
    """Flights of constant turn in a plane about a radar: place of each at any time."""

    def __init__(self, luck, site):
        self.frame = Frame(*site)
        self.start = luck.uniform(-110e3, 110e3, (FLIGHTS, 2))
        self.course = luck.uniform(0, 2 * np.pi, FLIGHTS)
        self.speed = luck.uniform(120, 250, FLIGHTS)
        self.rate = luck.normal(0, 4e-4, FLIGHTS)
        self.height = luck.uniform(3000, 11000, FLIGHTS)
        self.climb = luck.uniform(-4, 4, FLIGHTS)

    def at(self, flight, time_s):
        """Latitude, longitude, height of one flight, after `time_s` of the recording."""
        turn = self.course[flight] + self.rate[flight] * time_s / 2
        way = self.speed[flight] * time_s
        x, y = self.start[flight, 0] + way * np.sin(turn), self.start[flight, 1] + way * np.cos(turn)
        high = self.height[flight] + self.climb[flight] * time_s
        lat, lon, _ = self.frame.from_local(np.array([x, y, 0.0]))
        return float(lat), float(lon), float(high)


def recording(luck, site, begin_s, weather_m, addressed):
    """CAT034 and CAT048 of a radar that is off, and the sky that it saw. Levels are `weather_m` too high."""
    item, told = site_of(*site)
    sky, blocks = Sky(luck, told), []
    for turn in range(int(LENGTH_S / PERIOD_S)):
        blocks.append((turn * PERIOD_S, plain.block(34, plain.north((begin_s + turn * PERIOD_S) % 86400, i120=item))))
        for flight in range(FLIGHTS):
            place = sky.at(flight, turn * PERIOD_S)
            time_s = turn * PERIOD_S + to_spherical(sky.frame.to_local(*place)).azimuth_deg / 360.0 * PERIOD_S
            seen = to_spherical(sky.frame.to_local(*sky.at(flight, time_s)))
            level = round((sky.at(flight, time_s)[2] + weather_m) / 7.62)
            more = {"i220": (0x3C0000 + flight).to_bytes(3, "big")} if addressed else {}
            if luck.random() < 0.9:
                plot = plain.plot(
                    (begin_s + time_s) % 86400,
                    (seen.range_m + FAR_M + luck.normal(0, RANGE_SIGMA_M)) / 1852.0,
                    seen.azimuth_deg + TURN_DEG + luck.normal(0, AZIMUTH_SIGMA_DEG),
                    i090=level.to_bytes(2, "big"), **more,
                )
                blocks.append((time_s, plain.block(48, plot)))
    return sky, blocks


def reference(sky, begin_s, category, weather_m, step_s):
    """The same flights as CAT021 or CAT062; with weather, they tell levels only."""
    blocks = []
    for flight in range(FLIGHTS):
        for time_s in np.arange(0.37 + 0.1 * flight, LENGTH_S, step_s):
            lat_deg, lon_deg, height_m = sky.at(flight, round(time_s * 128) / 128)
            clock_s = (begin_s + time_s) % 86400
            level = {"i145" if category == 21 else "i136": (height_m + weather_m) / 30.48}
            high = {"i140" if category == 21 else "i130": height_m / 0.3048}
            told = level if weather_m else {**level, **high}
            if category == 21:
                record = made.broadcast(clock_s, lat_deg, lon_deg, 0x3C0000 + flight, **told)
            else:
                record = made.track(clock_s, lat_deg, lon_deg, 100 + flight, **told)
            blocks.append((float(time_s), made.block(category, record)))
    return blocks


def joined(*parts):
    """Blocks in the order of their times."""
    return b"".join(block for _, block in sorted((one for part in parts for one in part), key=lambda one: one[0]))


def truth_file(scene, path):
    """The scene's things as a table of truth, by address where they have one."""
    rows = ["t,target_id,lat_deg,lon_deg,height_m"]
    for k, thing in enumerate(scene.things):
        name = f"{thing.address:06X}" if thing.address else thing.key.replace(",", " ")
        if thing.kind != "radar":
            rows += [f"{m['time_s']!r},{name},{m['lat_deg']!r},{m['lon_deg']!r},{m['height_m']!r}"
                     for m in ({n: float(one[n]) for n in one.dtype.names} for one in scene.of(k))]  # fmt: skip
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def found(scene, known, tmp_path, height_sigma_m=0.0):
    """Range and azimuth errors that registration tells, and their deviations."""
    options = Registering(height_sigma_m=height_sigma_m or None)
    told = register(scene.plots, scene.sensors, truth_file(known, tmp_path / "truth.csv"), options)
    assert told.problems == []
    columns = [told.biases.names.index(name) for name in ("range_m", "azimuth_rad")]
    return told.biases.values[0, columns], told.biases.sigma[0, columns], told


CASES = [  # category of the reference, in the same file, addresses, weather, seconds between its reports
    (21, True, True, 0.0, 2.0), (21, False, True, 0.0, 3.0), (62, True, False, 0.0, 4.0), (62, False, True, 0.0, 5.0),
    (21, True, True, 90.0, 3.0), (62, False, False, -70.0, 4.0),
]
SITES = [(46.0, 8.0, 500), (-33.5, 151.0, 20), (64.5, -21.0, 900)]


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("seed", range(2))
def test_what_was_put_in_is_found(case, seed, tmp_path):
    """Half a degree and a tenth of a mile, within 3.5 stated deviations, for many skies and references."""
    category, same_file, addressed, weather_m, step_s = case
    luck = np.random.default_rng([seed, category, int(abs(weather_m))])
    number = CASES.index(case) + seed
    begin_s = (36000.0, 86200.0, 5.0)[number % 3]  # the second goes over midnight
    sky, plots = recording(luck, SITES[number % 3], begin_s, weather_m, addressed)
    known = reference(sky, begin_s, category, weather_m, step_s)
    if same_file:
        scene = asterix_scene.decode(joined(plots, known))
        source = scene
    else:
        scene, source = asterix_scene.decode(joined(plots)), asterix_scene.decode(joined(known))
    assert len([thing for thing in source.things if thing.kind != "radar"]) == FLIGHTS
    assert {thing.pressure for thing in source.things if thing.kind != "radar"} == {weather_m != 0.0}
    values, sigma, told = found(scene, source, tmp_path, 100.0 if weather_m else 0.0)
    away = (values - [FAR_M, np.radians(TURN_DEG)]) / sigma
    assert (abs(away) < 3.5).all(), (values, sigma)
    assert sigma[0] < (60.0 if weather_m else 10.0)
    assert np.degrees(sigma[1]) < 0.01
    assert told.plots > 800
