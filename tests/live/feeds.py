"""Datagrams for the service, made by hand or cut out of recordings, and a service that is stepped without a clock."""

from dataclasses import dataclass, field
from math import nan, pi

import numpy as np

from farwatch.formats.asterix_frames import frames_of
from farwatch.live.service import service_of, step
from farwatch.live.sources import Datagram
from farwatch.records import STATE

PERIOD_S = 4.0
SITE = {"lat_deg": 46.0, "lon_deg": 8.0, "height_m": 500.0}


def blocks_in(path):
    """The blocks of a recording, in its order, each a datagram."""
    data = path.read_bytes()
    return [data[first - 3 : end] for _, first, end in frames_of(data).blocks]


def whole(value, size):
    """A number as big-endian bytes, negative ones in two's complement."""
    return int(value).to_bytes(size, "big", signed=value < 0)


def block(category, record):
    """One record as a data block."""
    return bytes([category]) + whole(len(record) + 3, 2) + record


def stamp(time_s):
    """A time of day in 1/128 s."""
    return whole(round(time_s * 128.0) % (86400 * 128), 3)


def north(time_s, sic=1, site=None):
    """A north mark of radar sac1-sic`sic`: I034/010, 000, 030, and 120 where a site is given."""
    record = bytes([1, sic, 1]) + stamp(time_s)
    if site is None:
        return block(34, b"\xe0" + record)
    lat, lon = (round(site[name] * 2**23 / 180.0) for name in ("lat_deg", "lon_deg"))
    return block(34, b"\xe1\x10" + record + whole(site["height_m"], 2) + whole(lat, 3) + whole(lon, 3))


def plot(time_s, range_m, azimuth_rad, address=0x3C0001, sic=1, height_m=6096.0):
    """A Mode S roll-call report: I048/010, 140, 020, 040, 070, 090, 220."""
    record = bytes([1, sic]) + stamp(time_s) + b"\xa0"
    record += whole(round(range_m / 1852.0 * 256.0), 2) + whole(round(azimuth_rad / (2 * pi) * 65536) % 65536, 2)
    record += whole(0o1234, 2) + whole(round(height_m / 30.48 * 4.0), 2) + whole(address, 3)
    return block(48, b"\xfd\x80" + record)


def turns(count, start_s=36000.0, sic=1, aircraft=3, site=SITE, first=0):
    """So many turns of one radar as (time, datagram): north marks, and aircraft that fly north at 200 m/s."""
    found = []
    for turn in range(first, first + count):
        begin_s = start_s + PERIOD_S * turn
        found.append((begin_s, north(begin_s, sic, site)))
        for k in range(aircraft):
            east_m, north_m = 20_000.0 + 15_000.0 * k, -30_000.0 + 200.0 * PERIOD_S * turn
            azimuth_rad = np.arctan2(east_m, north_m) % (2 * pi)
            time_s = begin_s + PERIOD_S * azimuth_rad / (2 * pi)
            found.append((time_s, plot(time_s, np.hypot(east_m, north_m), azimuth_rad, 0x3C0001 + k, sic)))
    return sorted(found, key=lambda one: one[0])


@dataclass
class Stepped:
    """A service and what it told; the wall stands still unless it is moved."""

    service: object = field(default_factory=lambda: service_of([]))
    wall_s: float = 1000.0
    day_s: float = 36000.0
    states: list = field(default_factory=list)
    ended: list = field(default_factory=list)
    warnings: list = field(default_factory=list)

    def hear(self, datagrams, source=0):
        """One step with some datagrams."""
        arrived = [Datagram(source, one, self.wall_s) for one in datagrams]
        self.service, told = step(self.service, arrived, self.wall_s, self.day_s, lambda: nan)
        self.states.append(told.states)
        self.ended += told.ended["serial"].tolist()
        self.warnings += told.warnings

    def play(self, timed, pace=1.0, at_once=1):
        """Datagrams with their times, at some multiple of the pace of life."""
        begin_s, wall_s = timed[0][0], self.wall_s
        for first in range(0, len(timed), at_once):
            part = timed[first : first + at_once]
            self.wall_s = wall_s + (part[-1][0] - begin_s) / pace
            self.hear([one for _, one in part])

    def wait(self, seconds):
        """Silence, a step a second."""
        for _ in range(int(seconds)):
            self.wall_s += 1.0
            self.hear([])

    @property
    def counts(self):
        """What became of plots."""
        return self.service.scans.counts

    @property
    def shown(self):
        """STATE rows that are shown now."""
        return self.service.shown

    def all_states(self):
        """STATE rows of all steps."""
        return np.concatenate([*self.states, np.zeros(0, STATE)])
