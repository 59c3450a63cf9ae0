"""Places of aircraft and vehicles that other systems report: CAT010, CAT020, CAT021 and CAT062, one row a record.

`positions_of` reads the records of one data block and `positions_in` a datagram, as a live picture does; a whole file
goes through `asterix_scene`. Units are converted once: metres, seconds, degrees. What is no report of an aircraft is
left out and counted.

Sources: EUROCONTROL-SPEC-0149 parts 7 (CAT010), 14 (CAT020), 12 (CAT021) and 9 (CAT062), the items by libasterix.
[do260b] RTCA DO-260B, table 2-14: 95 % bounds of the position by NACp.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import sqrt
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from farwatch.formats.asterix_fields import DAY_S, FLIGHT_LEVEL_M, spelt
from farwatch.formats.asterix_frames import frames_of_datagrams
from farwatch.formats.asterix_items import EMPTY, TRUNCATED, UNKNOWN
from farwatch.formats.asterix_library import Numbers, layout_of, numbers_of, walked
from farwatch.world.earth import MEAN_RADIUS_M, geodesic_from

Rows = NDArray[Any]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

POSITION = np.dtype(
    [
        ("time_s", "f8"),            # of day, UTC; NaN: none
        ("category", "i8"), ("sensor", "i8"),  # sensor: SAC * 256 + SIC; -1: none
        ("track_number", "i8"),      # -1: none
        ("address", "i8"), ("mode_a", "i8"), ("callsign", "S8"),  # 0, empty: none, or not valid
        ("lat_deg", "f8"), ("lon_deg", "f8"),  # NaN: only x and y are told
        ("x_m", "f8"), ("y_m", "f8"),  # east and north on the source's own plane; NaN: none
        ("height_m", "f8"),          # geometric, above the ellipsoid (CAT062 by QNH: above sea level); NaN: none
        ("pressure_height_m", "f8"),  # flight level; NaN: none, or not valid
        ("east_m_s", "f8"), ("north_m_s", "f8"), ("up_m_s", "f8"),  # NaN: none
        ("sigma_m", "f8"),           # of the position along an axis, as its source tells it; NaN: none
        ("tentative", "i1"), ("ended", "i1"), ("on_ground", "i1"),  # 1: the track is not confirmed; this is its last
        ("place", "i8"),             # byte at which the record begins
    ],
    align=True,
)
"""Where one source says that one target was."""

CHUNK_BYTES = 1 << 18
"""Records are decoded in portions of about this many bytes, so that working room stays small."""

POSITION_CATEGORIES = (10, 20, 21, 62)
"""Categories that are read here."""

_NO_PLACE, _NO_TIME, _NAMELESS, _TEST, _MONITOR, _NO_REPORT = range(6)
REASONS = (
    "no position", "no time", "no track number or address", "simulated or test target", "field monitor",
    "not a report of a target",
)
"""Why a record is no position."""

_ITEMS: Mapping[int, tuple[str, ...]] = {
    10: ("010", "000", "020", "140", "041", "042", "200", "202", "161", "170", "060", "220", "245", "090", "091"),
    20: ("010", "020", "140", "041", "042", "161", "170", "070", "202", "090", "220", "245", "105"),
    21: (
        "010", "040", "161", "030", "071", "130", "131", "080", "073", "074", "140", "090", "070", "145", "155", "157",
        "160", "077", "170",
    ),
    62: (
        "010", "070", "105", "100", "185", "060", "245", "380/ADR", "380/ID", "040", "080", "136", "130", "135", "220",
        "500/APC", "500/APW",
    ),
}

_SURFACE_STEP_M_S = 0.25
"""Step of I010/202. libasterix 0.36 says 1/16, with which the range of 8192 m/s that it also says is not reached."""

_EPU_M = np.array([np.nan, 18520, 7408, 3704, 1852, 926, 555.6, 185.2, 92.6, 30, 10, 3, np.nan, np.nan, np.nan, np.nan])
_SIGMAS_OF_95 = 2.4477  # radius of 95 % of a circular normal distribution: sqrt(-2 ln 0.05)
_DEGREE_M = MEAN_RADIUS_M * np.pi / 180.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What blocks held: records read, records that could not be read, and those read that are no position."""

    records: int = 0
    truncated_records: int = 0
    unknown_items: int = 0
    """Records with an item that the edition does not declare: the rest of their block is skipped."""
    empty_records: int = 0
    left_out: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    """By one of `REASONS`."""

    def __add__(self, other: "Tally") -> "Tally":
        """Both together."""
        reasons = {**self.left_out, **other.left_out}
        return Tally(
            records=self.records + other.records,
            truncated_records=self.truncated_records + other.truncated_records,
            unknown_items=self.unknown_items + other.unknown_items,
            empty_records=self.empty_records + other.empty_records,
            left_out={name: self.left_out.get(name, 0) + other.left_out.get(name, 0) for name in reasons},
        )


def positions_of(category: int, payload: bytes, edition: str = "") -> tuple[Rows, Tally]:
    """POSITION[n] of the records of one data block (its bytes after category and length), and what was left out.

    category: one of POSITION_CATEGORIES; edition: `2.7`, "" the last one known. Times are times of day. Raises
    FarwatchError where libasterix is not installed, InputError for an edition that it does not declare; bytes that make
    no sense are counted.
    """
    return positions_among(payload, [(0, len(payload))], category, edition)


def positions_in(datagrams: Sequence[bytes], editions: Mapping[int, str] | None = None) -> tuple[Rows, Tally]:
    """POSITION[n] of all blocks of POSITION_CATEGORIES in some datagrams, in their order, and what was left out."""
    data, frames = frames_of_datagrams(datagrams)
    parts, tally = [np.zeros(0, POSITION)], Tally()
    for category in POSITION_CATEGORIES:
        blocks = [block[1:] for block in frames.blocks if block[0] == category]
        if blocks:
            rows, more = positions_among(data, blocks, category, (editions or {}).get(category, ""))
            parts.append(rows)
            tally += more
    found = np.concatenate(parts)
    return found[np.argsort(found["place"], kind="stable")], tally


def positions_among(
    data: bytes, blocks: Sequence[tuple[int, int]], category: int, edition: str = ""
) -> tuple[Rows, Tally]:
    """`positions_of` for several blocks of one category: first and last place in `data` of the records of each."""
    parts, tally, portion, held = [np.zeros(0, POSITION)], Tally(), list[tuple[int, int]](), 0
    for block in (*blocks, (0, 0)):
        portion.append(block)
        held += block[1] - block[0]
        if held > CHUNK_BYTES or block == (0, 0):
            rows, more = _portion(data, portion, category, edition)
            parts.append(rows)
            tally, portion, held = tally + more, [], 0
    return np.concatenate(parts), tally


def _portion(data: bytes, blocks: Sequence[tuple[int, int]], category: int, edition: str) -> tuple[Rows, Tally]:
    """`positions_among` for as many blocks as the working room is meant for."""
    layout = layout_of(category, _ITEMS[category], edition)
    found = walked(data, blocks, layout)
    numbers, rows = numbers_of(data, found.places, layout), np.zeros(found.places.shape[0], POSITION)
    rows["place"], rows["category"] = found.places[:, 0], category
    rows["sensor"] = np.where(numbers.has("010"), numbers.number("010"), -1)
    for name in ("x_m", "y_m", "height_m", "pressure_height_m", "east_m_s", "north_m_s", "up_m_s", "sigma_m"):
        rows[name] = np.nan
    why = _judged(rows, _FILLERS[category](numbers, rows))
    tally = Tally(
        records=rows.size, truncated_records=int(found.tally[TRUNCATED]), unknown_items=int(found.tally[UNKNOWN]),
        empty_records=int(found.tally[EMPTY]),
        left_out={REASONS[k]: int((why == k).sum()) for k in range(len(REASONS)) if (why == k).any()},
    )
    return rows[why < 0], tally


def _judged(rows: Rows, reasons: dict[int, Bools]) -> NDArray[np.int64]:
    """Why each row is no position, an index into REASONS, -1 for those that are; takes away places off the Earth."""
    rows["time_s"][~(rows["time_s"] < DAY_S)] = np.nan
    off = ~((abs(rows["lat_deg"]) <= 90.0) & (abs(rows["lon_deg"]) <= 180.0))
    rows["lat_deg"][off] = rows["lon_deg"][off] = np.nan
    reasons[_NO_PLACE] = off & ~(np.isfinite(rows["x_m"]) & np.isfinite(rows["y_m"]))
    reasons[_NO_TIME] = np.isnan(rows["time_s"])
    reasons[_NAMELESS] = (rows["track_number"] < 0) & (rows["address"] == 0)
    why = np.full(rows.size, -1)
    for reason in (_NAMELESS, _NO_TIME, _NO_PLACE, _MONITOR, _TEST, _NO_REPORT):
        why[reasons.get(reason, np.zeros(rows.size, bool))] = reason
    return why


def placed(rows: Rows, references: Mapping[str, tuple[float, float]]) -> Rows:
    """POSITION rows of which those that only told x and y have latitude and longitude, where their source is known.

    references: latitude and longitude (deg) of the origin of a source's plane, by its name (`sac25-sic1`). The plane is
    taken to be stereographic, of a sphere: within a metre at 400 km of the same on the conformal sphere.
    """
    rows = rows.copy()
    lacking = np.isnan(rows["lat_deg"]) & np.isfinite(rows["x_m"]) & np.isfinite(rows["y_m"])
    for code in np.unique(rows["sensor"][lacking]):
        origin = references.get(source_name(int(code)))
        if origin is None:
            continue
        mine = lacking & (rows["sensor"] == code)
        x_m, y_m = rows["x_m"][mine], rows["y_m"][mine]
        far_m = 2.0 * MEAN_RADIUS_M * np.arctan(np.hypot(x_m, y_m) / (2.0 * MEAN_RADIUS_M))
        azimuth_deg = np.degrees(np.arctan2(x_m, y_m))
        rows["lat_deg"][mine], rows["lon_deg"][mine] = geodesic_from(*origin[:2], azimuth_deg, far_m)
    return rows


def source_name(code: int) -> str:
    """Name of a source by SAC * 256 + SIC, as radars of a recording have it."""
    return f"sac{code >> 8}-sic{code & 255}" if code >= 0 else "unnamed"


# Categories: each fills rows and tells which records are no report of a target -----------------------------------


def _surface(numbers: Numbers, rows: Rows) -> dict[int, Bools]:
    """CAT010: surface movement radar and multilateration."""
    _common(numbers, rows, {"time": "140", "code": "060", "address": "220", "callsign": "245/CHR", "track": "161"})
    rows["lat_deg"], rows["lon_deg"] = numbers.real("041/LAT"), numbers.real("041/LON")
    rows["x_m"], rows["y_m"] = numbers.real("042/X"), numbers.real("042/Y")
    rows["height_m"], rows["pressure_height_m"] = numbers.real("091"), _level(numbers, "090")
    course, speed_m_s = np.radians(numbers.real("200/TRA")), numbers.real("200/GSP")
    cartesian = numbers.has("202")
    east_m_s, north_m_s = (numbers.number(f"202/{part}") * _SURFACE_STEP_M_S for part in ("VX", "VY"))
    rows["east_m_s"] = np.where(cartesian, east_m_s, speed_m_s * np.sin(course))
    rows["north_m_s"] = np.where(cartesian, north_m_s, speed_m_s * np.cos(course))
    rows["on_ground"], rows["tentative"] = numbers.number("020/GBS"), numbers.number("170/CNF")
    rows["ended"] = numbers.number("170/TRE")
    return {
        _TEST: (numbers.number("020/SIM") + numbers.number("020/TST")) > 0,
        _MONITOR: numbers.number("020/RAB") == 1,
        _NO_REPORT: numbers.has("000") & (numbers.number("000") != 1),
    }


def _multilateration(numbers: Numbers, rows: Rows) -> dict[int, Bools]:
    """CAT020: multilateration."""
    _common(numbers, rows, {"time": "140", "code": "070", "address": "220", "callsign": "245/CHR", "track": "161"})
    rows["lat_deg"], rows["lon_deg"] = numbers.real("041/LAT"), numbers.real("041/LON")
    rows["x_m"], rows["y_m"] = numbers.real("042/X"), numbers.real("042/Y")
    rows["height_m"], rows["pressure_height_m"] = numbers.real("105"), _level(numbers, "090")
    rows["east_m_s"], rows["north_m_s"] = numbers.real("202/VX"), numbers.real("202/VY")
    rows["on_ground"], rows["tentative"] = numbers.number("020/GBS"), numbers.number("170/CNF")
    rows["ended"] = numbers.number("170/TRE")
    return {
        _TEST: (numbers.number("020/SIM") + numbers.number("020/TST")) > 0,
        _MONITOR: numbers.number("020/RAB") == 1,
    }


def _broadcast(numbers: Numbers, rows: Rows) -> dict[int, Bools]:
    """CAT021: what aircraft broadcast of themselves; of two positions the finer one."""
    names = {"code": "070", "address": "080", "callsign": "170", "track": "161", "time": ""}
    _common(numbers, rows, names)
    rows["time_s"] = _broadcast_time(numbers)
    for name, part in (("lat_deg", "LAT"), ("lon_deg", "LON")):
        rows[name] = np.where(numbers.has("131"), numbers.real(f"131/{part}"), numbers.real(f"130/{part}"))
    height = numbers.number("140")
    rows["height_m"] = np.where(height == 0x7FFF, np.nan, numbers.real("140"))  # higher than can be said
    rows["pressure_height_m"] = numbers.real("145")
    beyond = numbers.number("160/RE") == 1  # faster than can be said
    speed_m_s = np.where(beyond, np.nan, numbers.real("160/GS"))
    course = np.radians(numbers.real("160/TA"))
    rows["east_m_s"], rows["north_m_s"] = speed_m_s * np.sin(course), speed_m_s * np.cos(course)
    climbs = [_first(numbers, (f"{item}/{part}", item)) for item, part in (("157", "GVR"), ("155", "BVR"))]
    climbs = [np.where(numbers.number(f"{item}/RE") == 1, np.nan, climb)
              for item, climb in zip(("157", "155"), climbs, strict=True)]  # fmt: skip
    rows["up_m_s"] = np.where(np.isfinite(climbs[0]), climbs[0], climbs[1])
    rows["sigma_m"] = np.where(numbers.has("090/NACP"), _EPU_M[numbers.number("090/NACP")] / _SIGMAS_OF_95, np.nan)
    rows["on_ground"] = numbers.number("040/GBS")
    return {
        _TEST: (numbers.number("040/SIM") + numbers.number("040/TST")) > 0,
        _MONITOR: numbers.number("040/RAB") == 1,
    }


def _broadcast_time(numbers: Numbers) -> Floats:
    """Time for which a broadcast position holds, else of its reception (to a nanosecond with I021/074), else sent.

    Editions before 1 know one time only, I021/030.
    """
    second = np.floor(numbers.real("073")) + np.array([0.0, 1.0, -1.0, 0.0])[numbers.number("074/FSI")]
    fine_s = np.where(numbers.has("074"), second + numbers.real("074/TOMRP"), numbers.real("073"))
    found = numbers.real("071")
    for other in (fine_s, numbers.real("030"), numbers.real("077")):
        found = np.where(np.isnan(found), other, found)
    return np.asarray(np.mod(found, DAY_S))


def _system(numbers: Numbers, rows: Rows) -> dict[int, Bools]:
    """CAT062: tracks of a system."""
    names = {"time": "070", "code": "060", "address": "380/ADR", "callsign": "245/CHR", "track": "040"}
    _common(numbers, rows, names)
    silent = rows["callsign"] == b""
    rows["callsign"] = np.where(silent & numbers.has("380/ID"), spelt(numbers.number("380/ID")), rows["callsign"])
    rows["lat_deg"], rows["lon_deg"] = numbers.real("105/LAT"), numbers.real("105/LON")
    rows["x_m"], rows["y_m"] = numbers.real("100/X"), numbers.real("100/Y")
    rows["east_m_s"], rows["north_m_s"] = numbers.real("185/VX"), numbers.real("185/VY")
    rows["up_m_s"] = numbers.real("220")
    by_qnh = numbers.number("135/QNH") == 1
    barometric_m = numbers.real("135/CTB")
    rows["height_m"] = np.where(
        numbers.has("130"), numbers.real("130"), np.where(by_qnh, barometric_m, np.nan)
    )
    rows["pressure_height_m"] = np.where(
        numbers.has("136"), numbers.real("136"), np.where(by_qnh, np.nan, barometric_m)
    )
    rows["tentative"], rows["ended"] = numbers.number("080/CNF"), numbers.number("080/TSE")
    around_m = np.hypot(numbers.real("500/APC/X"), numbers.real("500/APC/Y")) / sqrt(2.0)
    north_m = numbers.real("500/APW/LAT") * _DEGREE_M
    east_m = numbers.real("500/APW/LON") * _DEGREE_M * np.cos(np.radians(rows["lat_deg"]))
    wide_m = np.hypot(north_m, east_m) / sqrt(2.0)
    rows["sigma_m"] = np.where(np.isfinite(wide_m), wide_m, around_m)
    return {_TEST: numbers.number("080/SIM") == 1}


_FILLERS: Mapping[int, Callable[[Numbers, Rows], dict[int, Bools]]] = {
    10: _surface, 20: _multilateration, 21: _broadcast, 62: _system
}


def _common(numbers: Numbers, rows: Rows, names: Mapping[str, str]) -> None:
    """Time, code, address, callsign and track number, by the names that a category has for them."""
    rows["time_s"] = numbers.real(names["time"])
    code = numbers.number(names["code"])
    rows["mode_a"] = np.where(code >> 14 == 0, code & 0o7777, 0)  # neither garbled nor lacking validation
    rows["address"] = numbers.number(names["address"])
    rows["callsign"] = np.where(numbers.has(names["callsign"]), spelt(numbers.number(names["callsign"])), b"")
    bits = 0xFFFF if names["track"] == "040" else 0xFFF
    rows["track_number"] = np.where(numbers.has(names["track"]), numbers.number(names["track"]) & bits, -1)


def _level(numbers: Numbers, name: str) -> Floats:
    """Flight level as a height (m), where it is valid and not garbled; NaN elsewhere."""
    value = numbers.number(name)
    quarters = ((value & 0x3FFF) ^ 0x2000) - 0x2000
    return np.where(numbers.has(name) & (value >> 14 == 0), quarters * (FLIGHT_LEVEL_M / 4.0), np.nan)


def _first(numbers: Numbers, names: Sequence[str]) -> Floats:
    """The first of several numbers that is told; NaN where none is."""
    found = numbers.real(names[0])
    for name in names[1:]:
        found = np.where(np.isnan(found), numbers.real(name), found)
    return np.asarray(found)
