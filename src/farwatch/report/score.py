"""A score of tracks, in the terminal and in files: what was compared, how well it was followed, what limits are met."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from farwatch.errors import InputError, Problem, StoreError
from farwatch.formats.whole import appearing
from farwatch.report.wording import number, percent, plural
from farwatch.track.evaluate import Score
from farwatch.track.honesty import Honesty
from farwatch.track.standards import FIGURES

SUFFIXES = (".json", ".png", ".svg")
WORST = 5
"""How many of the targets that fared worst are listed."""

Row = tuple[str, str, str]


def show(console: Console, score: Score) -> None:
    """Print the score: the sentence first, then figure by figure, then limits and the targets that fared worst."""
    console.print()
    console.print(Text(headline(score), style="bold"))
    console.print(Text(premise(score), style="dim"))
    for title, caption, rows in _sections(score):
        console.print(_figures(title, caption, rows))
    if score.surveillance.verdicts:
        console.print(limit_table(score))
    if score.targets.size > 1 and score.siap.completeness_share < 1.0:
        console.print(target_table(score))


def headline(score: Score) -> str:
    """The answer in a sentence."""
    if score.instants == 0:
        return "There was nothing to compare: no truth and no tracks in the time asked for."
    if score.truth_points == 0:
        return f"There is no truth here: all {plural(score.tracks.size, 'track')} count as false."
    told, false_tracks = score.identity, score.surveillance.false_tracks
    return (
        f"Targets had a track {percent(score.siap.completeness_share)} of the time, {_metres(told.motp_m)} off on "
        f"average; {plural(false_tracks, 'false track')}, "
        f"{plural(told.switches, 'change of track', 'changes of track')}."
    )


def premise(score: Score) -> str:
    """What was compared with what."""
    asked = score.options
    skipped = [
        plural(count, f"row of {name}", f"rows of {name}") + " left out"
        for name, count in (("truth", score.skipped_truth), ("tracks", score.skipped_tracks))
        if count
    ]
    what = (
        f"{plural(score.targets.size, 'target')}, {plural(score.tracks.size, 'track')}, "
        f"{plural(score.instants, 'instant')} of {number(score.step_s)} s; in {asked.dimensions} dimensions, "
        f"cutoff {_metres(asked.cutoff_m)}, order {asked.p:g}, gate {_metres(asked.reach_m)}"
    )
    return "; ".join([what, *skipped])


def _sections(score: Score) -> Iterator[tuple[str, str, list[Row]]]:
    yield "Distance from the truth", "GOSPA and its parts", _gospa_rows(score)
    yield "The picture", "SIAP, 2001", _siap_rows(score)
    yield "Identity", "CLEAR MOT, IDF1", _identity_rows(score)
    yield "Consistency", "honest between the bounds", [
        _nees_row("position NEES", score.position_nees), _nees_row("full-state NEES", score.state_nees)
    ]  # fmt: skip
    yield "Surveillance", "matched tracks", _surveillance_rows(score)


def _gospa_rows(score: Score) -> list[Row]:
    held = score.gospa
    return [
        ("mean GOSPA", _metres(held.mean_m), f"with changes of track {_metres(held.mean_with_switching_m)}"),
        ("root of the mean power", _metres(held.typical_m), "the next three, added in that power"),
        ("  localisation", _metres(held.localisation_part_m), f"{_metres(held.pair_error_m)} a pair"),
        ("  missed targets", _metres(held.missed_part_m), f"{number(held.mean_missed_number)} at a time"),
        ("  false tracks", _metres(held.false_part_m), f"{number(held.mean_false_number)} at a time"),
        ("mean OSPA", _metres(held.mean_ospa_m), "for each target"),
    ]


def _siap_rows(score: Score) -> list[Row]:
    held = score.siap
    changes = number(3600.0 * held.number_changes_per_s)
    return [
        ("completeness", percent(held.completeness_share), "targets with a track"),
        ("ambiguity", number(held.ambiguity_ratio), "tracks for each tracked target"),
        ("spuriousness", percent(held.spuriousness_share), "tracks without a target"),
        ("position error", _metres(held.position_error_m), "mean, second tracks too"),
        ("velocity error", f"{number(held.velocity_error_m_s)} m/s", "mean"),
        ("changes of track number", f"{changes} /h", "of a tracked target"),
        ("longest track segment", percent(held.longest_segment_share), "of a target's time"),
    ]


def _identity_rows(score: Score) -> list[Row]:
    held, begun = score.identity, score.initiation
    after_s = begun.after_plot_median_s
    after = f"; from the first plot {_seconds(after_s)}" if isfinite(after_s) else ""
    kept = f"{held.mostly_tracked} mostly, {held.partly_tracked} partly, {held.mostly_lost} hardly"
    return [
        ("MOTA", percent(held.mota_ratio), f"{held.misses:,} misses, {held.surplus:,} surplus track states"),
        ("IDF1", percent(held.idf1_share), "one track for each target, for good"),
        ("purity", percent(held.purity_share), "of a track's time on its main target"),
        ("changes of track", f"{held.switches:,}", f"breaks {held.breaks:,}"),
        ("targets tracked", f"{begun.found} of {begun.targets} new", kept),
        ("first track after", _seconds(begun.median_s), f"median; nine in ten {_seconds(begun.late_s)}{after}"),
    ]


def _surveillance_rows(score: Score) -> list[Row]:
    held = score.surveillance
    errors = held.errors
    every = f"in each {number(held.update_interval_s)} s, {held.updates_expected:,} expected"
    return [
        ("probability of update", percent(held.update_probability), every),
        ("horizontal error", _metres(errors.horizontal_rms_m), f"RMS; 95 % within {_metres(errors.horizontal_95_m)}"),
        ("  along the flight", _metres(errors.along_rms_m), f"RMS; mean {_signed(errors.along_bias_m)}"),
        ("  across", _metres(errors.across_rms_m), f"RMS; mean {_signed(errors.across_bias_m)}"),
        ("vertical error", _metres(errors.vertical_rms_m), f"RMS; mean {_signed(errors.vertical_bias_m)}"),
        ("long gaps", f"{held.long_gaps:,}", f"over {_seconds(held.gap_s)}; longest {_seconds(held.longest_gap_s)}"),
        ("false tracks", f"{held.false_tracks:,}", f"{number(held.false_tracks_per_h)} an hour"),
        ("duplicate tracks", f"{held.duplicate_tracks:,}", f"{percent(held.duplicate_share)} of track states"),
    ]


def _nees_row(name: str, held: Honesty) -> Row:
    if held.count == 0:
        return name, number(held.mean), "no state at its own time has a covariance"
    inside = f"{number(held.low)} to {number(held.high)}; {percent(held.inside_share)} below the 95 % mark"
    return name, f"{number(held.mean)} of {held.dimension}", inside


def _figures(title: str, caption: str, rows: list[Row]) -> Table:
    table = _table(title, caption)
    table.show_header = False
    table.add_column(no_wrap=True, min_width=24)
    table.add_column(justify="right", no_wrap=True, min_width=14)
    table.add_column(style="dim")
    for row in rows:
        table.add_row(*map(Text, row))
    return table


def limit_table(score: Score) -> Table:
    """Each limit, the figure held against it, and whether it is met."""
    table = _table("Limits", score.options.standard.title)
    for name, right in (("figure", False), ("limit", True), ("found", True), ("", False), ("source", False)):
        table.add_column(name, justify="right" if right else "left", no_wrap=name not in {"figure", "source"})
    for verdict in score.surveillance.verdicts:
        limit = verdict.limit
        bounds = [f"≥ {number(limit.least)}"] if limit.least is not None else []
        bounds += [f"≤ {number(limit.most)}"] if limit.most is not None else []
        said, style = {True: ("met", "green"), False: ("not met", "red"), None: ("unknown", "yellow")}[verdict.met]
        value = "–" if verdict.figure_number is None else number(verdict.figure_number)
        cells = (FIGURES[limit.figure], " ".join(bounds), value)
        table.add_row(*map(Text, cells), Text(said, style=style), Text(limit.source, style="dim"))
    return table


def target_table(score: Score) -> Table:
    """The targets that were tracked least."""
    table = _table("Targets that fared worst", f"of {score.targets.size}")
    for name in ("target", "there", "tracked", "tracks", "breaks", "first track after"):
        table.add_column(name, justify="left" if name == "target" else "right", no_wrap=True)
    share = score.targets["matched"] / score.targets["points"]
    for k in np.argsort(share, kind="stable")[:WORST]:
        row = score.targets[k]
        there = f"{row['first_s']:,.0f} to {row['last_s']:,.0f} s"
        cells = (str(row["target"]), there, percent(float(share[k])), str(row["tracks"]), str(row["breaks"]))
        table.add_row(*map(Text, cells), Text(_seconds(float(row["initiation_s"]))))
    return table


def _table(title: str, caption: str) -> Table:
    heading = Text.assemble((title, "bold"), "  ", (caption, "dim"))
    return Table(title=heading, title_justify="left", box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))


def _metres(value_m: float) -> str:
    return f"{number(value_m)} m"


def _signed(value_m: float) -> str:
    sign = "−" if value_m < 0.0 else "+" if value_m > 0.0 else ""
    return f"{sign}{number(abs(value_m))} m"


def _seconds(time_s: float) -> str:
    return f"{number(time_s)} s"


# Files ------------------------------------------------------------------------------------------------------


def to_json(score: Score) -> str:
    """The score as JSON: every figure, the series, and a row for each target and track; null: cannot be said."""
    from farwatch import __version__

    held = {"farwatch": __version__, "answer": headline(score), **_plain(score)}
    return json.dumps(held, indent=1, ensure_ascii=False) + "\n"


def write(score: Score, path: Path) -> tuple[Path, ...]:
    """Write one file by its suffix (.json, .png, .svg), or a folder with all three; the paths written.

    Raises InputError for another suffix, StoreError where it cannot be written.
    """
    if path.suffix and path.suffix.lower() not in SUFFIXES:
        raise InputError("score", [Problem("path", path.name, f"must end in {', '.join(SUFFIXES)}, or be a folder")])
    if path.suffix:
        made = [path]
    else:
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"{path}: cannot be made ({error})") from error
        made = [path / f"score{suffix}" for suffix in SUFFIXES]
    for one in made:
        content = _content(score, one.suffix.lower())
        with appearing(one) as partial:
            partial.write_bytes(content)
    return tuple(made)


def _content(score: Score, suffix: str) -> bytes:
    if suffix == ".json":
        return to_json(score).encode()
    from farwatch.report.figures import score_series

    drawn = score_series.draw(score)
    return drawn.png if suffix == ".png" else drawn.svg.encode()


def _plain(value: Any) -> Any:
    """A value as JSON can hold it: what is no number is null, a table is a list of its rows by name."""
    if is_dataclass(value):
        return {spec.name: _plain(getattr(value, spec.name)) for spec in fields(value)}
    if isinstance(value, np.ndarray) and value.dtype.names:
        return [{name: _plain(one) for name, one in zip(value.dtype.names, row, strict=True)} for row in value.tolist()]
    if isinstance(value, np.ndarray):
        return [_plain(one) for one in value.tolist()]
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    if isinstance(value, float):
        return float(f"{value:.10g}") if isfinite(value) else None
    return value
