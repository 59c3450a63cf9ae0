"""A score as the command line asks for it: options, files, and the frame in which both are read."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from farwatch.formats.choosing import truth_in
from farwatch.track.evaluate import Score, ScoreOptions, score
from farwatch.track.files import read_tracks
from farwatch.track.sensors import read_sensors, together
from farwatch.track.standards import standard as standard_of


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
    """The score of a table of tracks by the truth, in any form; both in the frame of the first sensor, if given."""
    sensors = [one for path in sensor_files for one in read_sensors(path)]
    frame = together(sensors[:1])[1] if sensors else None
    return score(read_tracks(tracks, frame).states, truth_in(truth, frame).truth, options)
