"""Recorded radar data in ASTERIX: plots of CAT048 (monoradar target reports), and what CAT034 tells of the radars.

`read` takes raw blocks, blocks with trailers, and libpcap or pcapng captures of UDP datagrams; `sensors_of` makes the
tracker's radars of a recording. Items and their lengths: `asterix_items`; their meaning: `asterix_fields`; framing:
`asterix_frames`; CAT001 and CAT002, which say the same in an older way: `asterix_older`; the other categories:
`asterix_scene`. Undeclared items and damaged records are counted and left out, never guessed.

Sources: EUROCONTROL-SPEC-0149 parts 1, 4 and 2b.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import ceil, nan, pi, radians
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from farwatch.errors import InputError, Problem
from farwatch.formats.asterix_fields import (
    DAY_S,
    MARK,
    NAUTICAL_MILE_M,
    NO_DETECTION,
    NORTH,
    REPORT,
    SECTOR,
    SSR,
    marks_of,
    reports_of,
)
from farwatch.formats.asterix_frames import Frames, frames_of, frames_of_datagrams
from farwatch.formats.asterix_items import CAT034, CAT048, EMPTY, TALLIES, TRUNCATED, UNKNOWN, rules_of, split
from farwatch.formats.asterix_older import OLDER, completed, older_marks, older_reports
from farwatch.records import PLOT, RADAR
from farwatch.world.earth import Frame, centre_of

Rows = NDArray[Any]

CHUNK_BYTES = 1 << 18
"""Records are decoded in portions of about this many bytes, so that working room stays small."""

RANGE_STEP_M = 10.0 * NAUTICAL_MILE_M
"""A radar's reach is taken to be its farthest plot, rounded up to this."""

LONGEST_TURN_S = 3600.0
"""No antenna turns more slowly, nor does a sensor file take it: what is farther apart tells no time of turn."""

ELEVATION_MIN_RAD, ELEVATION_MAX_RAD = -0.1, pi / 2
"""A radar's reach in elevation is not sent; nothing is shut out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spreads:
    """Random errors (standard deviations) that plots are given, where nothing better is known of a radar.

    Range and azimuth: the largest that the EUROCONTROL Standard for Radar Surveillance in En-Route Airspace and Major
    Terminal Areas (SUR.ET1.ST01.1000-STD-01-01, 1997) allows: 70 m and 0.08 deg (SSR and Mode S), 120 m and 0.15 deg
    (primary). A good radar is better by half: give its own figures.
    Height: a transponder's report agrees with the altimeter within 125 ft in 95 of 100 cases (ICAO Annex 10 volume IV,
    3.1.1.7.12), in steps of 25 or 100 ft; with the altimeter's own error and what the aircraft climbs between reading
    and look, 40 m (an assumption). What weather adds is common to all aircraft near each other and is not in it.
    """

    ssr_range_sigma_m: float = 70.0
    ssr_azimuth_sigma_rad: float = radians(0.08)
    psr_range_sigma_m: float = 120.0
    psr_azimuth_sigma_rad: float = radians(0.15)
    height_sigma_m: float = 40.0
    doppler_sigma_m_s: float = 3.0
    """An assumption; sent in steps of 1 m/s."""
    doppler_sign: int = 0
    """1 or -1: which sign of I048/120 recedes at this radar. The specification does not say, so 0 leaves it out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensor:
    """One radar of a recording, by what it sent; NaN where it did not."""

    name: str
    """`sac20-sic4`"""
    sac: int
    sic: int
    lat_deg: float = nan
    lon_deg: float = nan
    height_m: float = nan
    """Of the antenna, WGS-84, from I034/120."""
    period_s: float = nan
    period_from: str = "nothing"
    """`north marks`, `sectors`, `its own word` (I034/041), `codes seen again`, `nothing`."""
    north_s: float = nan
    """Time of the first north mark."""
    plots: int = 0
    max_range_m: float = nan
    """Slant range of its farthest plot."""
    interrogates: bool = False
    """Whether any of its plots holds an answer."""

    @property
    def is_placed(self) -> bool:
        """Whether it told where it is."""
        return not np.isnan([self.lat_deg, self.lon_deg, self.height_m]).any()


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What a file held: blocks and records by category, and whatever could not be read or used."""

    blocks: Mapping[int, int] = field(default_factory=dict)
    records: Mapping[int, int] = field(default_factory=dict)
    """Read whole, of CAT048 and CAT034, and CAT001 and CAT002 where there are such."""
    truncated_blocks: int = 0
    truncated_records: int = 0
    unknown_items: int = 0
    """Records with an item that no edition declares: the rest of their block is skipped."""
    empty_records: int = 0
    skipped_bytes: int = 0
    skipped_packets: int = 0
    """Packets of a capture that are no ASTERIX datagrams."""
    left_out: Mapping[str, int] = field(default_factory=dict)
    """Records of CAT048 and CAT001 that are no plot of an aircraft, by reason."""
    undated: bool = False
    """Whether times of CAT001 could not be completed, so that its clock begins anywhere."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Recording:
    """A file of ASTERIX read whole.

    plots: PLOT[n] in the file's order, `radar_index` into sensors; of_report: i8[n], the report of each plot.
    reports: REPORT[m], every record of CAT048 and CAT001; marks: MARK[k], every record of CAT034 and CAT002.
    """

    source: str
    plots: Rows
    of_report: NDArray[np.int64]
    reports: Rows
    marks: Rows
    sensors: tuple[Sensor, ...]
    counts: Counts


def read(path: str | Path, spreads: Spreads | None = None) -> Recording:
    """Read a recording: raw (.ast, .asterix), with trailers (.gps), or a capture (.pcap, .pcapng), told by its bytes.

    Times are seconds since the midnight (UTC) before the first record, and go on past 86400. A height is the flight
    level times 30.48 m: pressure altitude, which differs from height above the sea by about 8 m a hPa. Left out of
    the plots, and counted: reports without position or time, without a detection, of test targets and field monitors,
    and exact repeats. Raises InputError where the file cannot be read or holds no block, FarwatchError where it holds
    CAT001 or CAT002 and libasterix, which knows them, is not installed.
    """
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise InputError(str(path), [Problem("file", "", f"cannot be read: {error.strerror}")]) from error
    return decode(data, spreads, str(path))


def decode(data: bytes, spreads: Spreads | None = None, source: str = "data") -> Recording:
    """`read` for bytes at hand. Raises InputError where they hold no block."""
    return recording_of(data, found_in(data, source), spreads, source)


def decode_datagrams(
    datagrams: Sequence[bytes], spreads: Spreads | None = None, *, older: bool = True
) -> Recording:
    """`read` for datagrams as they came from a socket, each framed by itself; without a block it is an empty recording.

    Times begin anew with each call: they are times of day, but for a midnight among these datagrams. older: whether
    CAT001 and CAT002 are wanted.
    """
    data, frames = frames_of_datagrams(datagrams)
    if not older:
        frames = replace(frames, blocks=[block for block in frames.blocks if block[0] not in OLDER])
    return recording_of(data, frames, spreads, "datagrams")


def found_in(data: bytes, source: str) -> Frames:
    """Blocks of a file; InputError where there is none."""
    frames = frames_of(data)
    if not frames.blocks:
        rule = "no ASTERIX data block was found"
        raise InputError(source, [Problem("content", f"{len(data)} bytes", rule, "raw, trailed, pcap and pcapng work")])
    return frames


def recording_of(
    data: bytes, frames: Frames, spreads: Spreads | None = None, source: str = "data", along: Sequence[Rows] = (),
    editions: Mapping[int, str] | None = None,
) -> Recording:
    """`read` for bytes whose blocks are found.

    along: tables with `place` and `time_s` of other records of the same bytes, whose times of day help to complete
    those of CAT001, and are let run over midnight with the others, in place. editions: of CAT001 and CAT002.
    """
    octets = np.frombuffer(data, np.uint8)
    tally = np.zeros(TALLIES, np.int64)
    reports, marks = (_records(octets, frames.blocks, category, tally) for category in (48, 34))
    records, undated = {34: marks.size, 48: reports.size}, False
    if OLDER.intersection(block[0] for block in frames.blocks):
        reports, marks, undated = _with_older(data, frames, (reports, marks, *along), tally, editions or {})
        records |= {1: reports.size - records[48], 2: marks.size - records[34]}
    _unwrap([reports, marks, *along])
    sources = np.unique(np.concatenate([reports["sensor"], marks["sensor"]]))
    for rows in (reports, marks):
        rows["sensor"] = np.searchsorted(sources, rows["sensor"])
    reasons = _reasons(reports)
    of_report = np.flatnonzero(reasons == _USED)
    plots = _plots(reports[of_report], spreads or Spreads())
    counts = Counts(
        blocks=dict(sorted(Counter(block[0] for block in frames.blocks).items())),
        records=dict(sorted(records.items())), undated=undated,
        truncated_blocks=frames.truncated_blocks,
        truncated_records=int(tally[TRUNCATED]), unknown_items=int(tally[UNKNOWN]), empty_records=int(tally[EMPTY]),
        skipped_bytes=frames.skipped_bytes, skipped_packets=frames.skipped_packets,
        left_out={_REASONS[k]: int((reasons == k).sum()) for k in range(_USED) if (reasons == k).any()},
    )
    sensors = tuple(_sensor(int(code), r, plots, marks) for r, code in enumerate(sources))
    return Recording(
        source=source, plots=plots, of_report=of_report, reports=reports, marks=marks, sensors=sensors, counts=counts
    )


def only(recording: Recording, name: str) -> Recording:
    """What one sensor of a recording sent, the counts still those of the whole file.

    Raises InputError where no sensor has that name.
    """
    names = [sensor.name for sensor in recording.sensors]
    if name not in names:
        raise InputError(recording.source, [Problem("sensor", name, "is not in it", f"it holds {', '.join(names)}")])
    r = names.index(name)
    mine = recording.plots["radar_index"] == r
    kept = np.flatnonzero(recording.reports["sensor"] == r)
    plots, reports = recording.plots[mine].copy(), recording.reports[kept].copy()
    marks = recording.marks[recording.marks["sensor"] == r].copy()
    plots["radar_index"], reports["sensor"], marks["sensor"] = 0, 0, 0
    of_report = np.searchsorted(kept, recording.of_report[mine])
    return replace(
        recording, plots=plots, of_report=of_report, reports=reports, marks=marks, sensors=(recording.sensors[r],)
    )


def sensors_of(
    recording: Recording,
    sites: Mapping[str, tuple[float, float, float]] | None = None,
    periods_s: Mapping[str, float] | None = None,
) -> Rows:
    """RADAR[k] for the tracker, one row a sensor, in the order that the plots' `radar_index` follows.

    2-D, rotating, with the period and phase of the north marks, reach of the farthest plot, `pd` and `false_plots`
    NaN (learned). sites: latitude, longitude (deg) and height (m) by sensor name, periods_s: times of a turn, both
    over what the file says. The frame is tangent at the sensors' centre; a single sensor without a site stands at its
    origin, at height 0. Raises InputError where several sensors are not all placed, or one has no period.
    """
    placed = [_given(sensor, sites or {}, periods_s or {}) for sensor in recording.sensors]
    _check(recording, placed, {*(sites or {}), *(periods_s or {})})
    frame = frame_of(placed)
    rows = np.zeros(len(placed), RADAR)
    for r, sensor in enumerate(placed):
        _fill(rows[r], sensor, r)
        rows[r]["to_local"] = np.eye(3)
        if frame is not None:
            rows[r]["x_m"], rows[r]["y_m"], rows[r]["z_m"] = frame.to_local(
                sensor.lat_deg, sensor.lon_deg, sensor.height_m
            )
            rows[r]["to_local"] = frame.rotation_at(sensor.lat_deg, sensor.lon_deg)
            rows[r]["height_m"] = sensor.height_m
    return rows


def frame_of(sensors: tuple[Sensor, ...] | list[Sensor]) -> Frame | None:
    """The frame in which `sensors_of` puts its radars, or None where no sensor is placed."""
    placed = [sensor for sensor in sensors if sensor.is_placed]
    if not placed:
        return None
    return Frame(*centre_of([s.lat_deg for s in placed], [s.lon_deg for s in placed]))


def _given(
    sensor: Sensor, sites: Mapping[str, tuple[float, float, float]], periods_s: Mapping[str, float]
) -> Sensor:
    """A sensor with what the user knows of it."""
    if sensor.name in sites:
        lat_deg, lon_deg, height_m = sites[sensor.name]
        sensor = replace(sensor, lat_deg=lat_deg, lon_deg=lon_deg, height_m=height_m)
    if sensor.name in periods_s:
        sensor = replace(sensor, period_s=periods_s[sensor.name], period_from="the user")
    return sensor


def _check(recording: Recording, sensors: list[Sensor], named: set[str]) -> None:
    """Refuse names of no sensor, several sensors without places, and sensors without a period."""
    known = [sensor.name for sensor in sensors]
    problems = [
        Problem(name, "", "is no sensor of the recording", f"it holds {', '.join(known)}")
        for name in sorted(named.difference(known))
    ]
    for sensor in sensors:
        if len(sensors) > 1 and not sensor.is_placed:
            hint = "give its latitude, longitude and height, or take one sensor only"
            problems.append(Problem(sensor.name, "", "its site is not in the recording", hint))
        if not sensor.period_s > 0.0:
            problems.append(Problem(sensor.name, "", "its period cannot be told from the recording", "give it"))
    if problems:
        raise InputError(recording.source, problems)


def _fill(row: Any, sensor: Sensor, r: int) -> None:
    """A radar's row but for its place."""
    row["id"], row["battery_index"], row["rotating"] = r, -1, 1
    row["interrogator"] = sensor.interrogates
    row["period_s"], row["batches"] = sensor.period_s, 1
    row["phase_s"] = 0.0 if np.isnan(sensor.north_s) else sensor.north_s % sensor.period_s
    row["half_sector_rad"] = pi
    row["elevation_min_rad"], row["elevation_max_rad"] = ELEVATION_MIN_RAD, ELEVATION_MAX_RAD
    row["range_max_m"] = RANGE_STEP_M * max(ceil(np.nan_to_num(sensor.max_range_m) / RANGE_STEP_M), 1)
    row["false_plots"], row["pd"] = nan, nan


# Records ----------------------------------------------------------------------------------------------------


def _records(octets: NDArray[np.uint8], blocks: list[tuple[int, int, int]], category: int, tally: Any) -> Rows:
    """REPORT or MARK rows of all blocks of one category, in the file's order."""
    items, columns, layout = (CAT048, reports_of, REPORT) if category == 48 else (CAT034, marks_of, MARK)
    bounds = np.array([block[1:] for block in blocks if block[0] == category], np.int64).reshape(-1, 2)
    rules, parts = rules_of(items), [np.zeros(0, layout)]
    for chunk in _chunks(bounds):
        room = np.empty((int((chunk[:, 1] - chunk[:, 0]).sum()) // 2 + 1, len(items) + 1), np.int64)
        count = split(octets, chunk, rules, len(items), room, tally)
        parts.append(columns(octets, room[:count]))
    return np.concatenate(parts)


def _chunks(bounds: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Blocks in portions of about CHUNK_BYTES."""
    if bounds.shape[0] == 0:
        return []
    portion = np.cumsum(bounds[:, 1] - bounds[:, 0]) // CHUNK_BYTES
    return np.split(bounds, np.flatnonzero(np.diff(portion)) + 1)


def _with_older(
    data: bytes, frames: Frames, whole: Sequence[Rows], tally: Any, editions: Mapping[int, str]
) -> tuple[Rows, Rows, bool]:
    """Reports and marks with those of CAT001 and CAT002 among them, in the file's order; whether clocks stay unknown.

    whole: reports and marks of CAT048 and CAT034, then other tables with whole times of day.
    """
    first, second = ([block[1:] for block in frames.blocks if block[0] == category] for category in (1, 2))
    older, unread = older_reports(data, first, editions.get(1, ""))
    old_marks, unread_marks = older_marks(data, second, editions.get(2, ""))
    tally += unread + unread_marks
    known = completed(older, [old_marks, *whole])
    merged = (np.concatenate(pair) for pair in ((whole[0], older), (whole[1], old_marks)))
    reports, marks = (rows[np.argsort(rows["place"], kind="stable")] for rows in merged)
    return reports, marks, bool(older.size) and not known


def _unwrap(tables: Sequence[Rows]) -> None:
    """Let times of day, in the file's order, go on over midnight: of two times 12 h or more apart, a day is meant."""
    time_s = np.concatenate([rows["time_s"] for rows in tables])
    order = np.argsort(np.concatenate([rows["place"] for rows in tables]), kind="stable")
    order = order[np.isfinite(time_s[order])]
    days = np.cumsum(np.rint(np.diff(time_s[order], prepend=time_s[order[:1]]) / DAY_S))
    time_s[order] -= DAY_S * days
    first = 0
    for rows in tables:
        rows["time_s"] = time_s[first : first + rows.size]
        first += rows.size


# Plots ------------------------------------------------------------------------------------------------------

_REASONS = ("no position", "no time", "no detection", "test target", "field monitor", "repeat")
_USED = len(_REASONS)


def _reasons(reports: Rows) -> NDArray[np.int64]:
    """Why each report is no plot, an index into _REASONS; _USED for those that are."""
    found = np.full(reports.size, _USED)
    found[_repeats(reports)] = 5
    found[reports["field_monitor"] == 1] = 4
    found[(reports["simulated"] == 1) | (reports["test"] == 1)] = 3
    found[reports["kind"] == NO_DETECTION] = 2
    found[~np.isfinite(reports["time_s"])] = 1
    found[~np.isfinite(reports["range_m"])] = 0
    return found


def _repeats(reports: Rows) -> NDArray[np.bool_]:
    """Reports that say what an earlier one of the same sensor and time said: a feed that was recorded twice."""
    names = ("sensor", "time_s", "kind", "range_m", "azimuth_rad", "mode_a", "address", "height_m", "track_number")
    keys = [np.nan_to_num(reports[name].astype(np.float64), nan=-1e9) for name in names]
    order = np.lexsort(keys)
    alike = np.ones(max(reports.size - 1, 0), np.bool_)
    for key in keys:
        alike &= np.diff(key[order]) == 0.0
    repeated = np.zeros(reports.size, np.bool_)
    repeated[order[1:][alike]] = True  # the sort keeps the file's order, so the first of its kind stays
    return repeated


def _plots(reports: Rows, spreads: Spreads) -> Rows:
    """PLOT[n] of reports that are plots. Codes and heights count where they are valid, not garbled, and of this look.

    A report that does not name its kind has answered if it holds a code or an address.
    """
    plots = np.zeros(reports.size, PLOT)
    for name in ("time_s", "range_m", "azimuth_rad", "address"):
        plots[name] = reports[name]
    plots["radar_index"], plots["truth"] = reports["sensor"], -1
    coded = (reports["mode_a"] >= 0) | (reports["address"] > 0)
    answered = (reports["kind"] >= SSR) | ((reports["kind"] < NO_DETECTION) & coded)
    plots["reply"] = answered
    plots["range_sigma_m"] = np.where(answered, spreads.ssr_range_sigma_m, spreads.psr_range_sigma_m)
    plots["azimuth_sigma_rad"] = np.where(answered, spreads.ssr_azimuth_sigma_rad, spreads.psr_azimuth_sigma_rad)
    plots["mode_a"] = np.where((reports["mode_a"] > 0) & (reports["mode_a_flags"] == 0), reports["mode_a"], 0)
    high = np.isfinite(reports["height_m"]) & (reports["height_flags"] == 0)
    plots["height_m"] = np.where(high, reports["height_m"], 0.0)
    plots["height_sigma_m"] = np.where(high, spreads.height_sigma_m, 0.0)
    timed = np.isfinite(reports["doppler_m_s"]) & (reports["doubtful_doppler"] == 0) & (spreads.doppler_sign != 0)
    plots["doppler_m_s"] = np.where(timed, spreads.doppler_sign * np.nan_to_num(reports["doppler_m_s"]), 0.0)
    plots["doppler_sigma_m_s"] = np.where(timed, spreads.doppler_sigma_m_s, 0.0)
    return plots


# Sensors ----------------------------------------------------------------------------------------------------


def _sensor(code: int, r: int, plots: Rows, marks: Rows) -> Sensor:
    """Sensor number `r` from all plots and marks; code: SAC * 256 + SIC, -1 where records named no source."""
    mine, told = plots[plots["radar_index"] == r], marks[marks["sensor"] == r]
    sited = told[_stands(told)]
    north = told[(told["kind"] == NORTH) & np.isfinite(told["time_s"])]
    period_s, period_from = period_of(mine, told)
    place = {name: float(sited[name][-1]) for name in ("lat_deg", "lon_deg", "height_m")} if sited.size else {}
    sac, sic = divmod(code, 256) if code >= 0 else (-1, -1)
    return Sensor(
        name=f"sac{sac}-sic{sic}" if code >= 0 else "unnamed",
        sac=sac, sic=sic, **place,
        period_s=period_s, period_from=period_from,
        north_s=float(north["time_s"][0]) if north.size else nan,
        plots=mine.size,
        max_range_m=float(mine["range_m"].max()) if mine.size else nan,
        interrogates=bool(mine["reply"].any()),
    )


def _stands(marks: Rows) -> NDArray[np.bool_]:
    """Marks that tell a place where a radar can stand, by the limits of a sensor file."""
    on_earth = (abs(marks["lat_deg"]) <= 90.0) & (abs(marks["lon_deg"]) <= 180.0)
    return np.asarray(on_earth & (marks["height_m"] >= -1000.0))


def period_of(plots: Rows, marks: Rows) -> tuple[float, str]:
    """Time of a turn (s) of one radar and what tells it, by the first of the four that can; NaN if none."""
    timed = marks[np.isfinite(marks["time_s"])]
    north = timed[timed["kind"] == NORTH]
    period_s = _spacing(north["time_s"], np.zeros(north.size, np.int64))
    if period_s > 0.0:
        return period_s, "north marks"
    sector = timed[(timed["kind"] == SECTOR) & np.isfinite(timed["sector_rad"])]
    period_s = _spacing(sector["time_s"], np.rint(sector["sector_rad"] * 128.0 / pi).astype(np.int64))
    if period_s > 0.0:
        return period_s, "sectors"
    told = marks["period_s"][marks["period_s"] > 0.0]
    if told.size:
        return float(np.median(told)), "its own word"
    known = plots[plots["address"] > 0]
    period_s = _spacing(known["time_s"], known["address"])
    return (period_s, "codes seen again") if period_s > 0.0 else (nan, "nothing")


def _spacing(time_s: NDArray[np.float64], label: NDArray[np.int64]) -> float:
    """Usual time between events of the same label, each a whole number of periods after the last; NaN if none repeats.

    The period is the median step first, then the time of all steps over the periods in them. Of steps much
    shorter than the median (a repeat, a second feed) nothing is learned.
    """
    order = np.lexsort((time_s, label))
    steps = np.diff(time_s[order])[np.diff(label[order]) == 0]
    steps = steps[(steps > 0.0) & (steps <= LONGEST_TURN_S)]
    if steps.size == 0:
        return nan
    median_s = float(np.median(steps))
    turns = np.rint(steps / median_s)
    usual = (turns >= 1) & (turns <= 3)
    return float(steps[usual].sum() / turns[usual].sum())

