"""Any file of ASTERIX as a scene, whatever mix of categories it holds.

Plots and their radars (CAT048, 034, 001, 002) are read by `asterix`, what other systems report of aircraft (CAT010,
020, 021, 062) by `asterix_positions`. ASTERIX tells the time of day only: a scene has a date where the file is a
capture, whose packets have one.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from farwatch.formats.asterix import Recording, Spreads, found_in, recording_of
from farwatch.formats.asterix_fields import DAY_S
from farwatch.formats.asterix_frames import READ, Frames, moment_of
from farwatch.formats.asterix_library import layout_of, walked
from farwatch.formats.asterix_positions import (
    POSITION,
    POSITION_CATEGORIES,
    Tally,
    placed,
    positions_among,
    source_name,
)
from farwatch.formats.asterix_tracking import known_of
from farwatch.formats.opening import opened
from farwatch.formats.scene import MOVE, RADAR, TARGET, TRACK, Scene, Thing, midnight, ordered
from farwatch.records import PLOT
from farwatch.track.sensors import Sensor

Rows = NDArray[Any]
Whole = NDArray[np.int64]

ASSUMED_PERIOD_S = 10.0
"""Time of turn of a radar that does not tell it and of which too little is seen; a note says so."""

REUSE_S = 300.0
"""A track number that is silent for longer is another thing when it comes back (an assumption; systems wait less)."""

_BY_ADDRESS = 1 << 25


def read(
    path: str | Path, references: Mapping[str, tuple[float, float]] | None = None,
    editions: Mapping[int, str] | None = None, spreads: Spreads | None = None,
) -> Scene:
    """Scene of a file of ASTERIX: raw, with trailers, pcap or pcapng; see `asterix.read` for what becomes a plot.

    references: latitude and longitude (deg) of the origin of a source's plane, by its name (`sac25-sic1`), for reports
    that tell x and y only; a radar that says where it stands needs none. editions: by category, the last one known
    where not given (the bytes do not tell). Raises InputError where the file cannot be read, holds no block, or an
    edition is not known; FarwatchError where it holds categories other than CAT034 and CAT048 and libasterix is not
    installed.
    """
    return decode(opened(path), str(path), references, editions, spreads)


def decode(
    data: bytes, source: str = "data", references: Mapping[str, tuple[float, float]] | None = None,
    editions: Mapping[int, str] | None = None, spreads: Spreads | None = None,
) -> Scene:
    """`read` for bytes at hand."""
    frames = found_in(data, source)
    told, tallies = _told(data, frames, editions or {})
    recording = recording_of(data, frames, spreads, source, (told,), editions)
    origins = {s.name: (s.lat_deg, s.lon_deg) for s in recording.sensors if s.is_placed} | dict(references or {})
    positions = placed(told, origins)
    lost = np.isnan(positions["lat_deg"])
    things, moves, bare = _things(positions[~lost])
    sites = [one for one in recording.sensors if one.is_placed]
    notes = _notes(recording, positions[lost])
    return Scene(
        source=source, epoch=_epoch(data, recording, positions),
        things=(*things, *(Thing(key=one.name, kind=RADAR) for one in sites)),
        moves=np.concatenate([moves, _sites(sites, len(things))]),
        plots=_plots(recording), sensors=_sensors(recording),
        counts=_counts(recording, tallies, int(lost.sum()), bare, positions[~lost].size - moves.size), notes=notes,
    )


def _told(data: bytes, frames: Frames, editions: Mapping[int, str]) -> tuple[Rows, dict[int, Tally]]:
    """POSITION rows of a file in its order, times of day; and a tally for each category that is not read elsewhere."""
    parts, tallies = [np.zeros(0, POSITION)], dict[int, Tally]()
    for category in (*POSITION_CATEGORIES, 65):
        blocks = [block[1:] for block in frames.blocks if block[0] == category]
        if not blocks:
            continue
        if category in POSITION_CATEGORIES:
            rows, tallies[category] = positions_among(data, blocks, category, editions.get(category, ""))
            parts.append(rows)
        else:
            found = walked(data, blocks, layout_of(category, ("010",), editions.get(category, "")))
            cut, unknown, empty = found.tally.tolist()
            tallies[category] = Tally(
                records=found.places.shape[0], truncated_records=cut, unknown_items=unknown, empty_records=empty
            )
    rows = np.concatenate(parts)
    return rows[np.argsort(rows["place"], kind="stable")], tallies


# Things -----------------------------------------------------------------------------------------------------


def _things(positions: Rows) -> tuple[list[Thing], Rows, int]:
    """Things and MOVE rows of positions, and how many things told no height, which are put at 0 m.

    One thing for each source and track number (CAT021: address), else the other of the two.
    """
    if not positions.size:
        return [], np.zeros(0, MOVE), 0
    identity = _identity(positions)
    order = np.lexsort((positions["time_s"], identity))
    rows, identity = positions[order], identity[order]
    thing = _numbered(rows, identity)
    first = np.flatnonzero(np.diff(thing, prepend=-1))
    height_m, pressure, bare = _heights(rows, thing, first)
    moves = np.zeros(rows.size, MOVE)
    for name in ("time_s", "lat_deg", "lon_deg", "east_m_s", "north_m_s", "up_m_s", "sigma_m"):
        moves[name] = rows[name]
    moves["thing"], moves["height_m"] = thing, height_m
    return _described(rows, identity, first, pressure), ordered(moves), bare


def _identity(positions: Rows) -> Whole:
    """A whole number for each category, source and track number or address."""
    numbered = positions["track_number"] >= 0
    addressed = positions["address"] > 0
    by_address = addressed & ((positions["category"] == 21) | ~numbered)
    own = np.where(by_address, _BY_ADDRESS | positions["address"], positions["track_number"])
    return np.asarray((positions["category"] << 17 | positions["sensor"] + 1) << 26 | own)


def _numbered(rows: Rows, identity: Whole) -> Whole:
    """Number of the thing of each row (by identity, then time): a track number is used again when its track is over."""
    fresh = np.diff(identity, prepend=-1) != 0
    apart = np.diff(rows["time_s"], prepend=rows["time_s"][:1]) > REUSE_S
    after_end = np.append(False, rows["ended"][:-1] == 1)
    fresh |= (apart | after_end) & (identity & _BY_ADDRESS == 0)
    return np.cumsum(fresh) - 1


def _heights(rows: Rows, thing: Whole, first: Whole) -> tuple[NDArray[np.float64], NDArray[np.bool_], int]:
    """Height of each row, which things have pressure heights, and how many have none.

    A thing has its geometric heights if at least half of its rows that tell any height tell one, else flight levels;
    rows that do not tell that height lie between, or have that of, their neighbours.
    """
    geometric, level = np.isfinite(rows["height_m"]), np.isfinite(rows["pressure_height_m"])
    some = np.add.reduceat((geometric | level).astype(np.int64), first)
    pressure = 2 * np.add.reduceat(geometric.astype(np.int64), first) < some
    height_m = np.where(pressure[thing], rows["pressure_height_m"], rows["height_m"])
    at, n = np.arange(height_m.size), height_m.size
    known = np.isfinite(height_m)
    before = np.maximum.accumulate(np.where(known, at, -1))
    after = np.minimum.accumulate(np.where(known, at, n)[::-1])[::-1]
    before = np.where((before >= 0) & (thing[before] == thing), before, -1)
    after = np.where((after < n) & (thing[np.minimum(after, n - 1)] == thing), after, -1)
    low, high = np.where(before >= 0, before, after), np.where(after >= 0, after, before)
    span_s = rows["time_s"][high] - rows["time_s"][low]
    share = np.where(span_s > 0.0, (rows["time_s"] - rows["time_s"][low]) / np.where(span_s > 0.0, span_s, 1.0), 0.0)
    between = height_m[low] + share * (height_m[high] - height_m[low])
    return np.where(low >= 0, np.nan_to_num(between), 0.0), pressure, int((some == 0).sum())


def _described(rows: Rows, identity: Whole, first: Whole, pressure: NDArray[np.bool_]) -> list[Thing]:
    """Things by what their rows say last of code, address and callsign."""
    last: dict[str, list[Any]] = {}
    for name, told in (
        ("callsign", rows["callsign"] != b""), ("address", rows["address"] > 0), ("mode_a", rows["mode_a"] > 0)
    ):
        latest = np.maximum.reduceat(np.where(told, np.arange(rows.size), -1), first)
        last[name] = np.where(latest >= 0, rows[name][latest], rows[name].dtype.type()).tolist()
    things, taken = list[Thing](), dict[str, int]()
    kinds = np.where(rows["category"][first] == 21, TARGET, TRACK).tolist()
    sensors, numbers = rows["sensor"][first].tolist(), rows["track_number"][first].tolist()
    for k, own in enumerate((identity[first] & ((1 << 26) - 1)).tolist()):
        name = f"{own & 0xFFFFFF:06x}" if own & _BY_ADDRESS else f"track {own}"
        key = f"{source_name(sensors[k])}/{name}"
        taken[key] = taken.get(key, 0) + 1
        things.append(
            Thing(
                key=key if taken[key] == 1 else f"{key} ({taken[key]})", kind=kinds[k],
                callsign=last["callsign"][k].decode("ascii"), address=last["address"][k], mode_a=last["mode_a"][k],
                number=numbers[k], pressure=bool(pressure[k]),
            )
        )
    return things


def _sites(sensors: Sequence[Any], before: int) -> Rows:
    """MOVE rows of radars that say where they stand, things from number `before` on."""
    rows = np.zeros(len(sensors), MOVE)
    for k, one in enumerate(sensors):
        rows[k] = (0.0, before + k, one.lat_deg, one.lon_deg, one.height_m, 0.0, 0.0, 0.0, np.nan)
    return rows


# Plots and what is said of it all ---------------------------------------------------------------------------


def _plots(recording: Recording) -> Rows:
    """PLOT rows whose `radar_index` points into the sensors that sent plots."""
    plots = np.asarray(recording.plots.copy(), PLOT)
    kept = np.array([sensor.plots > 0 for sensor in recording.sensors], bool)
    plots["radar_index"] = (np.cumsum(kept) - 1)[plots["radar_index"]]
    return plots


def _sensors(recording: Recording) -> tuple[Sensor, ...]:
    """Sensors that sent plots, as the tracker knows them."""
    every = [known_of(recording, r) for r, heard in enumerate(recording.sensors) if heard.plots]
    return tuple(Sensor(**{"revisit_s": ASSUMED_PERIOD_S, **known}) for known in every)


def _epoch(data: bytes, recording: Recording, positions: Rows) -> datetime | None:
    """Midnight before the first record, where packets have a date: the day on which its time of day was theirs."""
    taken = moment_of(data)
    tables = [rows[np.isfinite(rows["time_s"])] for rows in (recording.reports, recording.marks, positions)]
    firsts = [(int(rows["place"][0]), float(rows["time_s"][0])) for rows in tables if rows.size]
    if taken is None or not firsts or recording.counts.undated:
        return None
    day = midnight(taken)
    of_day_s = (taken - day).total_seconds()
    return day + timedelta(days=round((of_day_s - min(firsts)[1]) / DAY_S))


def _counts(recording: Recording, tallies: Mapping[int, Tally], lost: int, bare: int, repeated: int) -> dict[str, int]:
    """What was read and what was left out, in words; what is 0 is not named."""
    held = recording.counts
    records = {**held.records, **{category: tally.records for category, tally in tallies.items()}}
    found = {f"CAT{category:03d} records read": count for category, count in sorted(records.items())}
    found |= {f"CAT{category:03d} blocks not read: a category that is not known": count
              for category, count in held.blocks.items() if category not in READ}  # fmt: skip
    found |= {f"reports that are no plots: {reason}": count for reason, count in held.left_out.items()}
    for category, tally in sorted(tallies.items()):
        found |= {f"CAT{category:03d} positions left out: {reason}": count for reason, count in tally.left_out.items()}
    found["positions left out: x and y without a reference"] = lost
    found["positions left out: at a time told already"] = repeated
    found["things without a height, put at 0 m"] = bare
    every = sum(tallies.values(), Tally())
    found["blocks cut short"] = held.truncated_blocks
    found["records cut short"] = held.truncated_records + every.truncated_records
    found["records with an item that is not declared"] = held.unknown_items + every.unknown_items
    found["empty records"] = held.empty_records + every.empty_records
    found["bytes outside blocks"] = held.skipped_bytes
    found["packets without ASTERIX"] = held.skipped_packets
    return {words: count for words, count in found.items() if count}


def _notes(recording: Recording, lost: Rows) -> tuple[str, ...]:
    """What a reader must know."""
    notes = []
    if recording.counts.undated:
        notes.append("CAT001 tells the last 512 s of a time of day only, and nothing else in the file tells the rest")
    names = [one.name for one in recording.sensors if one.plots and not one.period_s > 0.0]
    if names:
        notes.append(f"time of turn is not told, {ASSUMED_PERIOD_S:g} s is assumed: {', '.join(names)}")
    sources = [source_name(int(code)) for code in np.unique(lost["sensor"])]
    if sources:
        notes.append(f"x and y need a reference (latitude, longitude): {', '.join(sources)}")
    return tuple(notes)
