"""What radars and trackers say of a scene, as records of ASTERIX: CAT048 and CAT034, CAT062 and CAT065.

Item by item, in the order of the field specification; the number before an item is its field reference number. Items
that a scene says nothing about are not sent. Editions: CAT034 1.29, CAT048 1.31 and its reserved expansion field 1.11,
CAT062 1.20, CAT065 1.6; the items used have had the same bytes since CAT034 1.27, CAT048 1.27 and CAT062 1.17.

Sources: EUROCONTROL-SPEC-0149 parts 2b (034), 4 and 4 appendix A (048), 9 (062), 15 (065).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, pi
from typing import Any

import numpy as np
from numpy.typing import NDArray

from farwatch.formats.asterix_packing import Cells, Messages, beside, group, indexed, messages, number, only, quantity
from farwatch.formats.scene import Rows, Thing
from farwatch.track.sensors import Sensor
from farwatch.world.earth import curvature_radii_m

DAY_S = 86_400.0
TICK_S = 1.0 / 128.0
"""Step of every time."""

NAUTICAL_MILE_M, FOOT_M = 1852.0, 0.3048
RANGE_STEP_M = NAUTICAL_MILE_M / 256.0
FARTHEST_M = (2**24 - 1) * RANGE_STEP_M
"""Range that the expansion field can hold."""

AZIMUTH_STEP_RAD = 2.0 * pi / 65_536.0
LEVEL_STEP_M = 25.0 * FOOT_M
"""A quarter of a flight level."""

ALTITUDE_STEP_M = 6.25 * FOOT_M
CLIMB_STEP_M_S = 6.25 * FOOT_M / 60.0
RADAR_PLACE_STEP_DEG, TRACK_PLACE_STEP_DEG = 180.0 / 2**23, 180.0 / 2**25
LOWEST_M, HIGHEST_M = -1500.0 * FOOT_M, 150_000.0 * FOOT_M
"""Heights that I062/130 and 136 may say."""

SECTORS = 32
"""Sectors of a turn, each announced as the beam crosses into it."""

HOLD_S = 0.25
"""Updates of tracks within this time share blocks."""

SERVICE = 1
"""I062/015: the one service of a feed."""

NORTH, SECTOR, SDPS_STATUS = 1, 2, 1
EXTENDED_RANGE = bytes((5, 0x08))
"""Head of a reserved expansion field that holds nothing but ERR: its length, its subfields."""




@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Who sends: its codes, the time of day (s) at time 0 of its clock, whether it calls its reports simulated."""

    sac: int
    sic: int
    midnight_s: float = 0.0
    simulated: bool = False

    def identity(self, count: int) -> Cells:
        """Item 010 of `count` records."""
        return number(np.full(count, self.sac << 8 | self.sic), 2)

    def time_of_day(self, time_s: NDArray[Any]) -> Cells:
        """Times since midnight, which start anew there."""
        return number(np.rint((time_s + self.midnight_s) / TICK_S) % (DAY_S / TICK_S), 3)


def plots_of(plots: Rows, sensor: Sensor, source: Source) -> Messages:
    """CAT048 reports of PLOT rows of one radar. Those without a time, range and azimuth that can be sent are left out.

    A reply makes a combined report (TYP 3, with an address 7), without an echo of its own (`snr` 0) one of the
    transponder alone (2, 5). Code, address and height are sent only of plots with a reply; the height above the sea
    as if it were the pressure altitude. From 256 NM the range stands in the expansion field.
    """
    good = np.isfinite(plots["time_s"]) & np.isfinite(plots["range_m"]) & np.isfinite(plots["azimuth_rad"])
    rows = plots[good & (plots["range_m"] >= 0.0) & (plots["range_m"] < FARTHEST_M)]
    rows = rows[np.argsort(rows["time_s"], kind="stable")]
    reply, coded = rows["reply"] == 1, rows["address"] > 0
    steps = np.rint(rows["range_m"] / RANGE_STEP_M)
    far = steps > 65_535
    kind = np.where(reply, np.where(rows["snr"] > 0.0, 3, 2) + np.where(coded, np.where(rows["snr"] > 0.0, 4, 3), 0), 1)
    azimuth = np.rint(rows["azimuth_rad"] / AZIMUTH_STEP_RAD) % 65_536
    items = {
        1: source.identity(rows.size),
        2: source.time_of_day(rows["time_s"]),
        3: beside(number(kind << 5 | int(source.simulated) << 4 | far, 1), number(far << 6, 1, far)),
        4: group(number(np.minimum(steps, 65_535), 2), number(azimuth, 2)),
        5: number(rows["mode_a"] & 0o7777, 2, reply & (rows["mode_a"] > 0)),
        6: _flight_level(np.where(reply & (rows["height_sigma_m"] > 0.0), rows["height_m"], np.nan)),
        8: number(rows["address"], 3, reply & coded),
        28: group(*[number(np.full(rows.size, octet), 1, far) for octet in EXTENDED_RANGE], number(steps, 3, far)),
    }
    turn = (rows["time_s"] - sensor.phase_s) / sensor.revisit_s
    return messages(48, items, rows["time_s"], np.floor(turn * SECTORS).astype(np.int64))


def _flight_level(height_m: NDArray[Any]) -> Cells:
    """I048/090: 14 bits of a height in quarters of a flight level; not sent where it is NaN or too large for them."""
    steps = np.rint(height_m / LEVEL_STEP_M)
    fits = np.abs(steps) < 1 << 13
    return number(np.where(fits, steps, 0.0).astype(np.int64) & 0x3FFF, 2, fits)


def marks_of(sensor: Sensor, source: Source, first_s: float, last_s: float) -> Messages:
    """CAT034 messages of one radar: a north mark each turn, and the sectors as the beam comes to them.

    From the last north before `first_s`, but not before time 0, to `last_s`. A radar that does not turn sends the north
    mark alone, each revisit, as a sign of life. The mark tells the period and where the radar stands, where known.
    """
    sectors = SECTORS if sensor.rotating else 1
    step_s = sensor.revisit_s / sectors
    begin_s = max(first_s - sensor.revisit_s, min(first_s, 0.0))
    count = np.arange(ceil((begin_s - sensor.phase_s) / step_s), floor((last_s - sensor.phase_s) / step_s) + 1)
    count = np.repeat(count, np.where(count % sectors == 0, 2, 1) if sensor.rotating else 1)
    north = np.ones(count.size, np.bool_)
    north[1:] = (np.diff(count) != 0) | (not sensor.rotating)  # of the two at north the mark comes first
    north &= count % sectors == 0
    time_s = sensor.phase_s + count * step_s
    items = {
        1: source.identity(count.size),
        2: number(np.where(north, NORTH, SECTOR), 1),
        3: source.time_of_day(time_s),
        4: number(count % sectors * (256 // sectors), 1, ~north),
        5: only(quantity(np.full(count.size, sensor.revisit_s), TICK_S, 2), north),
        6: indexed({1: number(np.zeros(count.size), 1, north)}),  # released for use, time source valid
        11: _radar_place(sensor, north),
    }
    return messages(34, items, time_s, count)


def _radar_place(sensor: Sensor, sent: NDArray[np.bool_]) -> Cells:
    """I034/120 in the records of a mask, where the radar knows its place."""
    if sensor.at is None:
        return number(np.zeros(sent.size), 8, False)
    height, lat, lon = (
        np.full(sent.size, value) for value in (sensor.at.height_m, sensor.at.lat_deg, sensor.at.lon_deg)
    )
    east = _eastward(lon, RADAR_PLACE_STEP_DEG)
    north = quantity(lat, RADAR_PLACE_STEP_DEG, 3, signed=True)
    return only(group(quantity(height, 1.0, 2, signed=True), north, number(east, 3)), sent)


def _eastward(lon_deg: NDArray[Any], step_deg: float) -> NDArray[Any]:
    """Longitudes in steps from -180 to below 180 degrees: the date line is at -180."""
    steps, half = np.rint(lon_deg / step_deg), 180.0 / step_deg
    return np.asarray((steps + half) % (2.0 * half) - half)


def tracks_of(
    moves: Rows, things: Sequence[Thing], source: Source, reference: tuple[float, float] | None = None
) -> Messages:
    """CAT062 messages of MOVE rows (by thing, then time), `thing` a row of `things`; rows without a place are left out.

    Track numbers are those of the things (modulo 65536), or, where one has none, count from 1. The first and last
    message of each thing say so. `reference`, latitude and longitude (deg), is where the stereographic plane of
    I062/100 touches the ellipsoid; without it that item is not sent.
    """
    rows = moves[np.isfinite(moves["time_s"]) & np.isfinite(moves["lat_deg"]) & np.isfinite(moves["lon_deg"])]
    change = np.flatnonzero(np.diff(rows["thing"], prepend=-1, append=-1))
    begin = np.repeat(rows["time_s"][change[:-1]], np.diff(change)) if rows.size else np.zeros(0)
    first, last = (np.isin(np.arange(rows.size), edge) for edge in (change[:-1], change[1:] - 1))
    order = np.argsort(rows["time_s"], kind="stable")
    rows, begin, first, last = rows[order], begin[order], first[order], last[order]
    known = _known_of(things, rows["thing"])
    high = np.where((rows["height_m"] >= LOWEST_M) & (rows["height_m"] <= HIGHEST_M), rows["height_m"], np.nan)
    shown = int(source.simulated) << 7 | last << 6 | first << 5
    items = {
        1: source.identity(rows.size),
        3: number(np.full(rows.size, SERVICE), 1),
        4: source.time_of_day(rows["time_s"]),
        5: group(
            quantity(rows["lat_deg"], TRACK_PLACE_STEP_DEG, 4, signed=True),
            number(_eastward(rows["lon_deg"], TRACK_PLACE_STEP_DEG), 4),
        ),
        6: _cartesian(rows, reference),
        7: group(quantity(rows["east_m_s"], 0.25, 2, signed=True), quantity(rows["north_m_s"], 0.25, 2, signed=True)),
        9: number(known["mode_a"] & 0o7777, 2, known["mode_a"] > 0),
        11: indexed({
            1: number(known["address"], 3, known["address"] > 0),
            2: number(known["callsign"], 6, known["callsign"] > 0),
        }),
        12: number(known["number"], 2),
        13: beside(number(~known["pressure"] << 5 | (shown > 0), 1), number(shown, 1, shown > 0)),
        14: indexed({1: quantity(np.minimum(rows["time_s"] - begin, 63.75), 0.25, 1)}),
        17: quantity(np.where(known["pressure"], high, np.nan), LEVEL_STEP_M, 2, signed=True),
        18: quantity(np.where(known["pressure"], np.nan, high), ALTITUDE_STEP_M, 2, signed=True),
        20: quantity(rows["up_m_s"], CLIMB_STEP_M_S, 2, signed=True),
        27: _accuracy(rows),
    }
    return messages(62, items, rows["time_s"], np.floor(rows["time_s"] / HOLD_S).astype(np.int64))


def _known_of(things: Sequence[Thing], of_row: NDArray[Any]) -> Mapping[str, NDArray[Any]]:
    """What is known of the thing of each row; callsigns as their 48 bits."""
    sent = np.unique(of_row)
    numbered = all(things[k].number >= 0 for k in sent)
    columns = {
        "mode_a": [thing.mode_a for thing in things],
        "address": [thing.address & 0xFFFFFF for thing in things],
        "callsign": [callsign_bits(thing.callsign) for thing in things],
        "number": [thing.number & 0xFFFF for thing in things],
        "pressure": [thing.pressure for thing in things],
    }
    found = {name: np.array(column)[of_row] if of_row.size else np.zeros(0, int) for name, column in columns.items()}
    found["pressure"] = found["pressure"].astype(np.bool_)
    if not numbered:
        found["number"] = (np.searchsorted(sent, of_row) + 1) & 0xFFFF
    return found


def callsign_bits(callsign: str) -> int:
    """Eight characters of six bits (ICAO Annex 10 volume IV, 3.1.2.9), 0 where nothing of it can be sent.

    Letters become capitals; what is neither letter nor digit is left out, and so is what follows the eighth.
    """
    said = "".join(c for c in callsign.upper() if c.isascii() and c.isalnum())[:8]
    bits = 0
    for c in said.ljust(8):
        bits = bits << 6 | (ord(c) & 0x3F)
    return bits if said else 0


def _cartesian(rows: Rows, reference: tuple[float, float] | None) -> Cells:
    """I062/100: x and y, m, in the stereographic plane that touches the ellipsoid at the reference."""
    if reference is None or not rows.size:
        return number(np.zeros(rows.size), 6, False)
    from pyproj import Proj

    plane = Proj(proj="stere", lat_0=reference[0], lon_0=reference[1], k=1, ellps="WGS84")
    x_m, y_m = plane(rows["lon_deg"], rows["lat_deg"])
    return group(quantity(x_m, 0.5, 3, signed=True), quantity(y_m, 0.5, 3, signed=True))


def _accuracy(rows: Rows) -> Cells:
    """I062/500, APC and APW, from the standard deviation of the position; the largest value stands for more."""
    sigma_m = np.where(rows["sigma_m"] >= 0.0, rows["sigma_m"], np.nan)
    along_m, across_m = curvature_radii_m(rows["lat_deg"])
    around_m = np.maximum(across_m * np.cos(np.radians(rows["lat_deg"])), 1.0)
    plane = quantity(np.minimum(sigma_m, 32_767.5), 0.5, 2)
    lat, lon = (
        quantity(np.minimum(np.degrees(sigma_m / radius_m), 65_535 * TRACK_PLACE_STEP_DEG), TRACK_PLACE_STEP_DEG, 2)
        for radius_m in (along_m, around_m)
    )
    return indexed({1: group(plane, plane), 3: group(lat, lon)})


def status_of(source: Source, first_s: float, last_s: float, every_s: float) -> Messages:
    """CAT065 status messages of a tracker that runs, each `every_s`, from the last beat before `first_s` (not 0)."""
    begin_s = max(first_s - every_s, min(first_s, 0.0))
    beat = np.arange(ceil(begin_s / every_s), floor(last_s / every_s) + 1)
    items = {
        1: source.identity(beat.size),
        2: number(np.full(beat.size, SDPS_STATUS), 1),
        4: source.time_of_day(beat * every_s),
        6: number(np.zeros(beat.size), 1),  # operational, no overload, time source valid, one system
    }
    return messages(65, items, beat * every_s, beat)
