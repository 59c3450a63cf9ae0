"""What `farwatch track` prints: what was read, what was left out and why, what came of it."""

from collections import defaultdict

import numpy as np
from rich.console import Console
from rich.text import Text

from farwatch.report.wording import number, plural
from farwatch.track.files import BadRow
from farwatch.track.files.plots import KINDS
from farwatch.track.tracking import Tracks

LINES_NAMED = 3
"""Bad rows of one kind that are named by their line."""

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
    for name, figures in (tracks.learned or {}).items():
        said = ", ".join(f"{words} {number(figures[key])}" for key, words in LEARNED.items() if key in figures)
        console.print(Text(f"  learned of {name}: {said}"), soft_wrap=True)


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


def found(tracks: Tracks) -> str:
    """One sentence: how many tracks were confirmed, over how long, and how many at once."""
    times, at_once = np.unique(tracks.states["time_s"], return_counts=True)
    if not times.size:
        return "No track was confirmed."
    span = f"from {times[0]:,.1f} s to {times[-1]:,.1f} s"
    middle = number(float(np.median(at_once)))
    return f"{plural(len(tracks), 'track')} confirmed, {span}; {middle} at once (median), {at_once.max():,} at most."
