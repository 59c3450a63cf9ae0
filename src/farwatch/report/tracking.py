"""What `farwatch track` prints: what was read, what was left out and why, what came of it."""

from collections import defaultdict

import numpy as np
from rich.console import Console
from rich.text import Text

from farwatch.formats.asterix import Counts, Recording
from farwatch.formats.asterix import Sensor as Radar
from farwatch.report.wording import number, plural
from farwatch.track.files import BadRow
from farwatch.track.files.plots import KINDS
from farwatch.track.fusing import SystemPicture
from farwatch.track.tracking import Tracks

LINES_NAMED = 3
"""Bad rows of one kind that are named by their line."""

TRACKS_NAMED = 8
"""Tracks up to which each is listed with its address or code."""

HINDSIGHT = "states are smoothed: each knows what came later, so this is no live picture"

LEARNED = {"pd": "chance of a plot in a look", "false_plots": "false plots in a revisit"}


def show(console: Console, tracks: Tracks) -> None:
    """Print what was read, bad rows by kind, and what was found."""
    used = tracks.rows_read - len(tracks.bad_rows)
    names = ", ".join(sensor.name for sensor in tracks.sensors)
    console.print(Text(f"{plural(used, 'plot')} of {names} in {plural(tracks.scans, 'scan')}", style="bold"))
    for line in bad_lines(tracks.bad_rows, tracks.rows_read):
        console.print(Text(f"  {line}"), soft_wrap=True)
    for note in tracks.notes:
        console.print(Text(f"  note: {note}", style="dim"), soft_wrap=True)
    console.print(Text(found(tracks), style="bold"))
    if tracks.hindsight:
        console.print(Text(f"  {HINDSIGHT}"), soft_wrap=True)
    for name, figures in (tracks.learned or {}).items() if len(tracks) else ():
        said = ", ".join(f"{words} {number(figures[key])}" for key, words in LEARNED.items() if key in figures)
        if said:
            console.print(Text(f"  learned of {name}: {said}"), soft_wrap=True)
    for line in named(tracks):
        console.print(Text(f"  {line}"), soft_wrap=True)


def named(tracks: Tracks) -> list[str]:
    """What tracks called themselves by Mode S address and SSR code, the last ones heard: each if they are few."""
    states = tracks.states[np.lexsort((tracks.states["time_s"], tracks.states["serial"]))]
    last = states[np.append(np.diff(states["serial"]) != 0, True)] if states.size else states
    told = last[(last["address"] > 0) | (last["mode_a"] > 0)]
    if told.size > TRACKS_NAMED:
        return [f"{told.size:,} of them answered with an address or a code"]
    return [f"track {row['serial']}: {_called(row)}" for row in told]


def _called(row: np.void) -> str:
    said = [f"address {row['address']:06x}"] if row["address"] else []
    said += [f"SSR code {row['mode_a']:04o}"] if row["mode_a"] else []
    return ", ".join(said)


def show_recording(console: Console, recording: Recording, left_out: tuple[str, ...]) -> None:
    """Print what an ASTERIX recording held, what of it could not be used, and its radars."""
    counts = recording.counts
    blocks = ", ".join(f"{plural(n, 'block')} of CAT{category:03d}" for category, n in counts.blocks.items())
    records = ", ".join(f"{n:,} of CAT{category:03d}" for category, n in counts.records.items() if n)
    console.print(Text(f"{recording.source}: {blocks}; records read: {records}"), soft_wrap=True)
    reasons = ", ".join(f"{reason} {n:,}" for reason, n in counts.left_out.items())
    if reasons:
        total = sum(counts.left_out.values())
        console.print(Text(f"  {plural(total, 'report')} of CAT048 left out: {reasons}"), soft_wrap=True)
    damage = [plural(n, one, many) for n, one, many in _damage(counts) if n]
    if damage:
        console.print(Text(f"  damaged: {', '.join(damage)}", style="yellow"), soft_wrap=True)
    for sensor in recording.sensors:
        said = "  (left out)" if sensor.name in left_out else ""
        console.print(Text(f"  {radar_line(sensor)}{said}", style="dim" if said else ""), soft_wrap=True)


def _damage(counts: Counts) -> list[tuple[int, str, str]]:
    return [
        (counts.truncated_blocks, "block cut short", "blocks cut short"),
        (counts.truncated_records, "record cut short", "records cut short"),
        (counts.unknown_items, "record with an item no edition declares", "records with items no edition declares"),
        (counts.empty_records, "empty record", "empty records"),
        (counts.skipped_bytes, "byte that is no block", "bytes that are no blocks"),
        (counts.skipped_packets, "packet that is no ASTERIX", "packets that are no ASTERIX"),
    ]


def radar_line(sensor: Radar) -> str:
    """One radar of a recording: plots, reach, turn and what tells it, place."""
    said = [f"{sensor.name}: {plural(sensor.plots, 'plot')}"]
    if sensor.plots:
        said.append(f"up to {number(sensor.max_range_m / 1e3)} km")
    turn = f"turns in {sensor.period_s:.3g} s ({sensor.period_from})" if sensor.period_s > 0.0 else "turn not told"
    place = f"stands at {sensor.lat_deg:.4f}, {sensor.lon_deg:.4f}" if sensor.is_placed else "place not told"
    return ", ".join([*said, turn, place])


def bad_lines(bad: tuple[BadRow, ...], read: int) -> list[str]:
    """How many rows were left out, then for each kind how many, and the first of them by file and line."""
    if not bad:
        return []
    by_kind: dict[str, list[BadRow]] = defaultdict(list)
    for row in bad:
        by_kind[row.kind].append(row)
    lines = [f"{plural(len(bad), 'row')} of {read:,} left out; each row"]
    for kind, rule in KINDS.items():
        rows = by_kind.get(kind, [])
        if rows:
            shown = "; ".join(_named(row) for row in rows[:LINES_NAMED])
            more = f"; and {len(rows) - LINES_NAMED:,} more" if len(rows) > LINES_NAMED else ""
            lines.append(f"  {rule}: {len(rows):,} ({shown}{more})")
    return lines


def _named(row: BadRow) -> str:
    return f"{row.source} line {row.line}" + (f": {row.value}" if row.value else "")


def show_fused(console: Console, fused: SystemPicture) -> None:
    """Print what files were fused, in which frame, and what came of it."""
    for name, count in zip(fused.sources, fused.counts, strict=True):
        console.print(Text(f"{name}: {plural(count, 'track')}"), soft_wrap=True)
    for note in fused.notes:
        console.print(Text(f"  note: {note}", style="dim"), soft_wrap=True)
    console.print(Text(sentence(fused.states, "system track"), style="bold"), soft_wrap=True)


def found(tracks: Tracks) -> str:
    """One sentence: how many tracks were confirmed, over how long, and how many at once."""
    return sentence(tracks.states, "confirmed track") if tracks.states.size else "No track was confirmed."


def sentence(states: np.ndarray, what: str) -> str:
    """How many tracks STATE[n] hold, over how long, and how many at once."""
    times, at_once = np.unique(states["time_s"], return_counts=True)
    if not times.size:
        return f"No {what}."
    count = int(np.unique(states["serial"]).size)
    span = f"from {times[0]:,.1f} s to {times[-1]:,.1f} s"
    middle = number(float(np.median(at_once)))
    return f"{plural(count, what)}, {span}; {middle} at once (median), {at_once.max():,} at most."
