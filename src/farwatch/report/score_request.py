"""A score as the command line asks for it: options, files, and the frame in which both are read."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from farwatch.errors import InputError
from farwatch.formats.choosing import on_the_day_of, truth_in
from farwatch.track.evaluate import Score, ScoreOptions, score
from farwatch.track.files import read_tracks
from farwatch.track.fusing import frame_of
from farwatch.track.sensors import read_sensors, together
from farwatch.track.standards import standard as standard_of
from farwatch.world.earth import Frame


def asked(
    cutoff_m: float | None, dimensions: int, from_s: float | None, until_s: float | None, standard: str | None
) -> ScoreOptions:
    """Options of what was said; InputError, with all problems, where they mean nothing."""
    given: dict[str, Any] = {"cutoff_m": cutoff_m, "from_s": from_s, "until_s": until_s}
    words: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    if standard is not None:
        words["standard"] = standard_of(standard)
    options = ScoreOptions(dimensions=2 if dimensions == 2 else 3, **words)
    options.check()
    return options


def judged(tracks: Path, truth: Path, sensor_files: Sequence[Path], options: ScoreOptions) -> Score:
    """The score of a table of tracks by the truth, in any form; both in the frame of the first sensor, if given.

    Otherwise the frame is that of the tracks, where their rows tell it; and their times may be of another day.
    """
    sensors = [one for path in sensor_files for one in read_sensors(path)]
    frame = together(sensors[:1])[1] if sensors else _told_by(tracks)
    states = read_tracks(tracks, frame).states
    return score(states, on_the_day_of(truth_in(truth, frame), states["time_s"], states["address"]).truth, options)


def _told_by(tracks: Path) -> Frame | None:
    """The frame of a table of tracks, by rows that tell both places on Earth and local ones; None: it has none."""
    try:
        return frame_of(tracks)
    except InputError:  # whatever is wrong with the table is told, with all its rows, when it is read
        return None
